"""The `hecsim` command: parse, call, print."""

from hecsim.cli import (  # noqa: F401  (they add their commands)
    calibration,
    catalogue,
    family,
    machine,
    own,
    places,
    plan_funds,
    plan_geography,
    plan_governance,
    plan_needs,
    plan_partners,
    planning,
    studies,
    study_economics,
    study_more,
    trials,
)
from hecsim.cli.base import HEADLINES, main
from hecsim.cli.studies import write_tables

__all__ = ["HEADLINES", "main", "write_tables"]
