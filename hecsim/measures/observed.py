"""Totals of a year at the scale of the real place, as payers of outcomes need them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from hecsim.clock import MONTHS_PER_YEAR
from hecsim.community import Community
from hecsim.errors import ScenarioError, UnknownNameError
from hecsim.measures.base import MEASURES
from hecsim.measures.recorder import Recorder

__all__ = ["check_outcomes", "yearly_totals"]


def check_outcomes(names: Iterable[str], *, key: str = "funds.source.measure") -> None:
    """Refuse outcomes that no measure counts, or of which less is not better."""
    for name in names:
        if name not in MEASURES:
            raise UnknownNameError(name, [n for n, m in MEASURES.items() if m.better == "lower"], what="measure", key=key)
        if MEASURES[name].better != "lower":
            raise ScenarioError(
                f"'{name}' cannot be paid for: payment follows what becomes less frequent", key=key,
                hint="Name a measure of which less is better, such as 'cps_confirmed' or 'obesity_child'",
            )  # fmt: skip


def yearly_totals(recorder: Recorder, community: Community) -> Mapping[str, np.ndarray]:
    """Every measure's totals by finished year, float64 (years, 2): numerator and denominator.

    Events and dollars are added up; of states the mean over the year counts, in person-years.
    """
    names = [m.name for m in recorder.measures]
    return totals_by_year(recorder.array, names, recorder.groups, community)


def totals_by_year(
    sums: np.ndarray, names: Sequence[str], groups: Sequence[tuple[str, str]], community: Community
) -> Mapping[str, np.ndarray]:
    """The same from sums of shape (months, measures, groups, 2)."""
    labels = community.labels["neighborhood"]
    scale = dict(zip(labels, community.neighborhood["scale"].astype(float).tolist(), strict=True))
    rows = [i for i, (kind, _) in enumerate(groups) if kind == "neighborhood"]
    weight = np.array([scale[groups[i][1]] for i in rows])
    years = len(sums) // MONTHS_PER_YEAR
    real = np.einsum("tmgk,g->tmk", sums[: years * MONTHS_PER_YEAR, :, rows], weight)
    out = {}
    for i, name in enumerate(names):
        by_year = real[:, i].reshape(years, MONTHS_PER_YEAR, 2).sum(axis=1)
        state = MEASURES[name].kind in ("level", "count")
        out[name] = np.column_stack([by_year[:, 0] / (MONTHS_PER_YEAR if state else 1), by_year[:, 1]])
    return out
