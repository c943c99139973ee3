"""What the report says, before it is put in words: paired changes, gaps, pairing, groups that lose."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from hecsim.measures import MEASURES
from hecsim.study.results import Results, paired

__all__ = ["ANCHORS", "HEADLINES", "LUCK", "Change", "Facts", "Gap"]

# What a planner looks at first.
HEADLINES = (
    "aces_0_8",
    "ace_score_at_8",
    "cps_reports",
    "obesity_child",
    "obesity_adult",
    "stress_caregivers",
    "food_insecurity",
    "low_food_access",
    "diet",
    "activity_adult",
    "diabetes",
    "eviction_filings",
    "evictions",
    "poverty_child",
    "health_cost",
)
# The better-off group that each gap is measured against.
ANCHORS = {"race_ethnicity": "White", "income": "4 times poverty or more"}
LUCK = 0.05  # share of comparisons without a difference whose 95% interval leaves zero out


@dataclass(frozen=True)
class Change:
    """A paired difference of one arm against current law.

    low, high : 95% interval of the mean difference; p5, p95 : middle 90% of futures
    share : of futures in which the arm is better
    important : declared smallest difference that matters (NaN: none)
    """

    arm: str
    measure: str
    group: str
    better: str
    futures: int
    reference: float
    value: float
    difference: float
    low: float
    high: float
    p5: float
    p95: float
    share: float
    correlation: float
    parameter_share: float
    important: float = math.nan
    declared: bool = False

    @property
    def verdict(self) -> str:
        """nodata, single (too few futures for an interval), same (in every future), unclear, better, worse, or changed."""
        if self.futures == 0 or not math.isfinite(self.difference):
            return "nodata"
        if self.p5 == self.p95 == self.difference == 0:
            return "same"
        if self.futures < 2 or not math.isfinite(self.low):
            return "single"
        if self.low <= 0 <= self.high:
            return "unclear"
        if not self.better:
            return "changed"
        return "better" if (self.difference < 0) == (self.better == "lower") else "worse"

    @property
    def clear(self) -> bool:
        """Whether the 95% interval leaves zero out."""
        return self.verdict in ("better", "worse", "changed")

    @property
    def certainty(self) -> float:
        """Distance of the mean from zero in half-widths of its interval; 0 if there is no interval."""
        half = (self.high - self.low) / 2
        if not math.isfinite(half):
            return 0.0
        return abs(self.difference) / half if half > 0 else (math.inf if self.difference else 0.0)

    @property
    def gain(self) -> float:
        """The difference with its sign turned so that positive is better; 0 if neither direction is."""
        return {"lower": -1.0, "higher": 1.0}.get(self.better, 0.0) * self.difference


@dataclass(frozen=True)
class Gap:
    """A gap between a group and the better-off group, under current law and under an arm.

    change : how the size of the gap changes (negative closes it), with its 95% interval
    anchor : what happens to the better-off group; group_change : to the other
    """

    arm: str
    measure: str
    kind: str
    group: str
    against: str
    before: float
    after: float
    ratio_before: float
    ratio_after: float
    change: Change
    anchor: Change
    group_change: Change

    @property
    def levelling_down(self) -> bool:
        """The gap closes while the better-off group clearly gets worse."""
        return self.change.difference < 0 and self.anchor.verdict == "worse"


class Facts:
    """Comparisons of a study, worked out once."""

    def __init__(self, results: Results):
        self.results = results
        self.reference = results.arms[results.reference]
        self.arms = [a for a in results.arms if a != self.reference]
        self.declared = {c["measure"]: float(c["important"]) for c in results.manifest["study"].get("contrasts", [])}
        self.draws = results.draws
        self.headlines = [m for m in HEADLINES if m in results.measures]
        for name in self.declared:  # what was declared is never left out of what is read first
            if name in results.measures and name not in self.headlines:
                self.headlines.append(name)
        self._values: dict[str, np.ndarray] = {}

    @cached_property
    def start_year(self) -> int:
        """First calendar year."""
        return int(self.results.manifest["study"].get("start_year", 2025))

    @cached_property
    def lookup(self) -> dict[tuple[str, str], int]:
        """Position of each (kind, group)."""
        return {key: i for i, key in enumerate(self.results.groups)}

    def groups(self, kind: str) -> list[str]:
        """Names of the groups of a kind."""
        return [g for k, g in self.results.groups if k == kind]

    def values(self, measure: str) -> np.ndarray:
        """Ratios over the measure's own span, shape (futures, arms, groups)."""
        if measure not in self._values:
            self._values[measure] = self.results.values(measure, years=self.results.span(measure))
        return self._values[measure]

    def arm_index(self, arm: str) -> int:
        """Position of an arm."""
        return self.results.arms.index(arm)

    def change(self, arm: str, measure: str, kind: str = "all", group: str = "all") -> Change:
        """The paired difference of one arm in one measure and group."""
        values = self.values(measure)
        g = self.lookup[kind, group]
        return self.from_arrays(
            arm,
            measure,
            values[:, self.arm_index(arm), g],
            values[:, self.results.reference, g],
            better=MEASURES[measure].better,
            group=group,
            declared=kind == "all" and self.results.declared(arm, measure) is not None,
        )

    def from_arrays(
        self,
        arm: str,
        measure: str,
        value: np.ndarray,
        base: np.ndarray,
        *,
        better: str,
        group: str = "all",
        declared: bool = False,
    ) -> Change:
        """A `Change` from values over futures."""
        p = paired(value, base, self.draws, better=better)
        return Change(
            arm,
            measure,
            group,
            better,
            int(p["futures"]),
            p["reference"],
            p["value"],
            p["difference"],
            p["low"],
            p["high"],
            p["p5"],
            p["p95"],
            p["better"],
            p["correlation"],
            p["parameter_share"],
            self.declared.get(measure, math.nan) if declared else math.nan,
            declared,
        )

    def pairing(self, arm: str, measure: str) -> tuple[float, float]:
        """Correlation within futures, and futures that unpaired runs would need for each paired one."""
        values = self.values(measure)[:, :, self.lookup["all", "all"]]
        a, b = values[:, self.arm_index(arm)], values[:, self.results.reference]
        ok = np.isfinite(a) & np.isfinite(b)
        a, b = a[ok], b[ok]
        if a.size < 3 or a.std() == 0 or b.std() == 0:
            return math.nan, math.nan
        spread = (a - b).var(ddof=1)
        correlation = float(np.corrcoef(a, b)[0, 1])
        return correlation, float((a.var(ddof=1) + b.var(ddof=1)) / spread) if spread > 0 else math.inf

    def gap(self, arm: str, measure: str, kind: str, group: str) -> Gap | None:
        """The gap of a group against the better-off one; None where the study has no such groups."""
        anchor = ANCHORS.get(kind, "")
        if (kind, anchor) not in self.lookup or (kind, group) not in self.lookup:
            return None
        values = self.values(measure)
        g, w = self.lookup[kind, group], self.lookup[kind, anchor]
        a, r = self.arm_index(arm), self.results.reference
        raw_after, raw_before = values[:, a, g] - values[:, a, w], values[:, r, g] - values[:, r, w]
        # Sizes keep the sign that the gap has under current law, so overshooting zero counts as closing.
        side = 1.0 if _mean(raw_before) >= 0 else -1.0
        change = self.from_arrays(arm, measure, side * raw_after, side * raw_before, better="lower", group=group)
        with np.errstate(invalid="ignore", divide="ignore"):
            ratios = _mean(values[:, r, g] / values[:, r, w]), _mean(values[:, a, g] / values[:, a, w])
        return Gap(
            arm,
            measure,
            kind,
            group,
            anchor,
            _mean(raw_before),
            _mean(raw_after),
            *ratios,
            change,
            self.change(arm, measure, kind, anchor),
            self.change(arm, measure, kind, group),
        )

    def widest_gap(self, measure: str, kind: str) -> str | None:
        """The group that stands worst against the better-off group under current law."""
        anchor = ANCHORS.get(kind, "")
        if (kind, anchor) not in self.lookup:
            return None
        values = self.values(measure)[:, self.results.reference]
        sign = -1.0 if MEASURES[measure].better == "higher" else 1.0
        sizes = {
            g: sign * _mean(values[:, self.lookup[kind, g]] - values[:, self.lookup[kind, anchor]])
            for g in self.groups(kind)
            if g != anchor
        }
        known = {g: s for g, s in sizes.items() if math.isfinite(s)}
        return max(known, key=known.__getitem__) if known else None

    def losers(self, arm: str, measures: list[str]) -> tuple[list[tuple[str, Change]], tuple[str, Change] | None]:
        """Groups that are clearly worse off; if none is, the group that gains least for its own level."""
        found, least = [], None
        for kind in ANCHORS:
            for group in self.groups(kind):
                for measure in measures:
                    c = self.change(arm, measure, kind, group)
                    if c.verdict == "worse":
                        found.append((kind, c))
                    if c.verdict in ("nodata", "same") or not c.better or not c.reference:
                        continue
                    if least is None or c.gain / abs(c.reference) < least[1].gain / abs(least[1].reference):
                        least = (kind, c)
        return found, (None if found else least)

    def series(self, arm: str, measure: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Mean, 5th and 95th percentile over futures by year; NaN where nothing was measured."""
        values = self.results.series(measure)[:, self.arm_index(arm)]
        out = np.full((3, values.shape[1]), np.nan)
        for y in range(values.shape[1]):
            kept = values[np.isfinite(values[:, y]), y]
            if kept.size:
                out[:, y] = kept.mean(), *np.percentile(kept, (5, 95))
        return out[0], out[1], out[2]


def _mean(x: np.ndarray) -> float:
    kept = x[np.isfinite(x)]
    return float(kept.mean()) if kept.size else math.nan
