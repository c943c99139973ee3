"""The `hecsim` command: parse, call, print."""

from hecsim.cli import catalogue, machine, places, planning, studies  # noqa: F401  (they add their commands)
from hecsim.cli.base import HEADLINES, main
from hecsim.cli.studies import write_tables

__all__ = ["HEADLINES", "main", "write_tables"]
