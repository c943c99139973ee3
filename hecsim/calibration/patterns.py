"""What the baseline should reproduce: a figure, its place, its yardstick, and how sure it is."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np

from hecsim.calibration.statistics import STATISTICS, Statistic
from hecsim.errors import EvidenceError, UnknownNameError
from hecsim.measures import MEASURES, Measure

__all__ = ["STATE", "USES", "Pattern", "patterns"]

STATE = "Connecticut"
USES = ("calibrate", "held out", "emergent")
_CLOSE, _SANE = 1.25, 1.5
_Z90 = 1.6448536269514722


@dataclass(frozen=True)
class Pattern:
    """One figure to reproduce; `low` and `high`, in its unit, bound about 90 percent of belief.

    place, measure, group, over, use, source, note : see the head of patterns.toml
    """

    place: str
    measure: str
    low: float
    high: float
    use: str
    source: str
    group: str = "all"
    over: str = ""
    note: str = ""

    @property
    def name(self) -> str:
        """Unique words for it, such as 'Hartford poverty' or 'Connecticut obesity_adult Black/White'."""
        parts = [self.place, self.measure, self.group.partition(":")[2], self.over]
        return " ".join(p for p in parts if p)

    @property
    def parts(self) -> tuple[str, ...]:
        """The measures whose values are added up."""
        return tuple(self.measure.split("+"))

    @property
    def first(self) -> Measure | Statistic:
        """What is measured, or the first of a sum."""
        return STATISTICS[self.measure] if self.measure in STATISTICS else MEASURES[self.parts[0]]

    @property
    def label(self) -> str:
        """Plain words."""
        if "+" not in self.measure:
            return self.first.label
        return ", ".join(MEASURES[m].label for m in self.parts)

    @property
    def unit(self) -> str:
        """Unit of `low` and `high`."""
        if "/" in self.group:
            return "ratio"
        return f"{self.first.unit}, change in a year" if self.over else self.first.unit

    @property
    def linear(self) -> bool:
        """Whether distances are differences (what may be zero or negative) instead of ratios."""
        return bool(self.over)

    def scaled(self, value: np.ndarray | float) -> np.ndarray:
        """Values on the scale in which distances are taken: logarithms, or as they are."""
        x = np.asarray(value, float)
        return x if self.linear else np.log(np.maximum(x, 1e-6))

    @property
    def center(self) -> float:
        """The middle of the interval on that scale."""
        return float(self.scaled(np.array([self.low, self.high])).mean())

    @property
    def sd(self) -> float:
        """Standard deviation of the published figure on that scale."""
        low, high = self.scaled(np.array([self.low, self.high]))
        return float((high - low) / (2 * _Z90))

    def ratio(self, value: float) -> float:
        """Simulated over the nearest end of the interval; 1 inside it."""
        if value < self.low:
            return value / self.low
        return value / self.high if value > self.high else 1.0

    def factor(self, value: float) -> float:
        """By what factor a value is outside, at least 1."""
        r = self.ratio(value)
        return r if r >= 1 else (1 / r if r > 1e-9 else float("inf"))

    def verdict(self, value: float) -> str:
        """Words for the distance: inside, near (within a quarter), far (within a half), off."""
        f = self.factor(value) if np.isfinite(value) else float("inf")
        return "inside" if f == 1 else "near" if f <= _CLOSE else "far" if f <= _SANE else "off"


def value_of(p: Pattern, years: np.ndarray, groups: Mapping[str, int], measures: Mapping[str, int]) -> float:
    """The pattern's value from yearly sums (years, measures, groups, 2)."""

    def total(names: str, kind: str, sums: np.ndarray) -> float:
        rows = [groups[f"{kind}:{n}"] for n in names.split("+")]
        out = 0.0
        for m in p.parts:
            top, bottom = sums[measures[m]][rows].sum(axis=0)
            out += MEASURES[m].factor * top / bottom if bottom else float("nan")
        return out

    def at(sums: np.ndarray) -> float:
        if p.group == "all":
            return total("all", "all", sums)
        kind, _, names = p.group.partition(":")
        first, slash, second = names.partition("/")
        one = total(first, kind, sums)
        if not slash:
            return one
        other = total(second, kind, sums)
        return one / other if other else float("nan")

    if p.over == "yearly change":
        return (at(years[-1]) - at(years[0])) / max(len(years) - 1, 1)
    return at(years.sum(axis=0))


@cache
def patterns() -> tuple[Pattern, ...]:
    """All patterns of the package, in the order of the file."""
    text = (resources.files("hecsim.calibration") / "patterns.toml").read_text(encoding="utf-8")
    found = tuple(Pattern(**p) for p in tomllib.loads(text)["pattern"])
    seen = set()
    for p in found:
        for m in p.parts if p.measure not in STATISTICS else ():
            if m not in MEASURES:
                raise UnknownNameError(m, {**MEASURES, **STATISTICS}, what="measure", file="patterns.toml")
        if p.use not in USES or p.over not in ("", "yearly change") or not p.low < p.high or p.name in seen:
            raise EvidenceError(f"patterns.toml: '{p.name}' is there twice, or its use, over, low or high is wrong")
        seen.add(p.name)
    return found
