"""Outcomes: what a study's question is about, as one number for each future and arm.

    aces_0_8                          a measure, over its own span of years, for everybody
    aces_0_8@income:below poverty     the same in one group
    spending                          dollars a year that the ledger holds, at the scale of the real place
    net_cost                          spending, and what payers of care and public services pay, a year

`spending` and `net_cost` are undiscounted means over the horizon; the report's money section discounts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hecsim.errors import UnknownNameError
from hecsim.measures import MEASURES
from hecsim.study.results import Results

__all__ = ["Outcome", "outcome", "outcomes_of"]

MONEY = ("spending", "net_cost")
_CARE = ("health_cost", "public_cost")  # each is the total of its payers


@dataclass(frozen=True)
class Outcome:
    """What is compared: a measure or money, and in whom."""

    name: str
    kind: str = "all"
    group: str = "all"

    @property
    def is_money(self) -> bool:
        """Whether it comes from the ledger."""
        return self.name in MONEY

    @property
    def text(self) -> str:
        """As it is written in files and commands."""
        return self.name if self.kind == "all" else f"{self.name}@{self.kind}:{self.group}"

    @property
    def label(self) -> str:
        """In plain words."""
        if self.is_money:
            return {"spending": "Spending", "net_cost": "Net cost"}[self.name]
        return MEASURES[self.name].label + ("" if self.kind == "all" else f", {self.group}")

    @property
    def unit(self) -> str:
        """Of values and differences."""
        return "$ a year" if self.is_money else MEASURES[self.name].unit

    @property
    def better(self) -> str:
        """Which direction is better: lower, higher, or "" for neither."""
        return "lower" if self.is_money else MEASURES[self.name].better

    @property
    def sign(self) -> float:
        """What turns a difference into a gain: 1, -1, or 0 where neither direction is better."""
        return {"higher": 1.0, "lower": -1.0}.get(self.better, 0.0)

    def horizon(self, results: Results) -> str:
        """The years it is about, as "years 1-10" or "year 10"."""
        first, last = (0, results.years) if self.is_money else results.span(self.name)
        return f"years {first + 1}-{last}" if last - first > 1 else f"year {last}"

    def values(self, results: Results) -> np.ndarray:
        """One number per future and arm, float64 (futures, arms)."""
        if self.name == "spending":
            return _spending(results)
        if self.name == "net_cost":
            care = sum(_scaled(results, m) for m in _CARE if m in results.measures)
            return _spending(results) + care / results.years
        group = (self.kind, self.group)
        if group not in results.groups:
            raise UnknownNameError(f"{self.kind}:{self.group}", [f"{k}:{g}" for k, g in results.groups], what="group")
        return results.values(self.name, years=results.span(self.name))[:, :, results.groups.index(group)]


def outcome(text: str | Outcome) -> Outcome:
    """An outcome from its text.

    >>> outcome("aces_0_8@income:below poverty").group
    'below poverty'
    """
    if isinstance(text, Outcome):
        return text
    name, _, where = text.partition("@")
    kind, _, group = where.partition(":")
    if name not in MEASURES and name not in MONEY:
        raise UnknownNameError(name, [*MEASURES, *MONEY], what="outcome")
    if where and (not group or name in MONEY):
        raise UnknownNameError(text, [f"{name}@income:..." if name not in MONEY else name], what="outcome")
    return Outcome(name, kind or "all", group or "all")


def outcomes_of(results: Results, chosen: list[str] | tuple[str, ...] = ()) -> list[Outcome]:
    """The outcomes asked for, else those of the declared contrasts, each once.

    Raises
    ------
    UnknownNameError : no outcome was asked for and none is declared, or one does not exist
    """
    names = list(chosen) or list(dict.fromkeys(c["measure"] for c in results.manifest["study"]["contrasts"]))
    if not names:
        raise UnknownNameError("", results.measures, what="outcome (the study declares no contrast, so name one)")
    return [outcome(n) for n in names]


def _spending(results: Results) -> np.ndarray:
    out = np.zeros((len(results.futures), len(results.arms)))
    frame = results.ledger
    if "amount" in frame and len(frame):
        f = frame["future"].map({x: i for i, x in enumerate(results.futures)}).to_numpy(int)
        a = frame["arm"].map({x: i for i, x in enumerate(results.arms)}).to_numpy(int)
        np.add.at(out, (f, a), frame["amount"].to_numpy(float))
    return out / results.years


def _scaled(results: Results, measure: str) -> np.ndarray:
    """Sum of a measure's numerator over the horizon at the scale of the real place, (futures, arms)."""
    where = results.manifest.get("places") or {}
    scale = dict(zip(where.get("neighborhood") or [], where.get("scale") or [], strict=False))
    part = results.sums[:, :, :, results.measures.index(measure)].sum(axis=2)[..., 0]
    rows = [(i, scale[g]) for i, (k, g) in enumerate(results.groups) if k == "neighborhood" and g in scale]
    if not rows:
        return part[..., results.groups.index(("all", "all"))]
    return part[..., [i for i, _ in rows]] @ np.array([w for _, w in rows])
