"""What a payer measures before it pays: late, against a benchmark, and with error.

A payer does not see what a mix caused. It sees its own books of a year, compares them with a benchmark
and settles months after the year is over. Two benchmarks:

    comparison     what a matched community without the mix measured in the same year. In a study that is
                   the arm of current law in the same future, which no real payer has so exactly, so the
                   error below is that of two separate groups of people
    own baseline   the place's own first year, moved by a trend agreed beforehand
                   (`money.benchmark_trend`); whatever else changes is then paid for or charged for as well

The measured gain is the gain against the benchmark plus an error with standard deviation

    health plans    spending x cv x sqrt(2 (1 - rho) / members)      cv of a member's yearly cost, rho its
                                                                     correlation from year to year
    other budgets   sqrt(2 x cost x cost per event)                  rare, costly events, Poisson
    counted events  sqrt(2 x events)                                 Poisson

for the difference of two groups. One-sided contracts pay on that error too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

from hecsim.clock import MONTHS_PER_YEAR
from hecsim.collaborative.instruments import PAYER_MEASURES
from hecsim.errors import RunError

__all__ = ["Books", "Gain"]

# Position in `money.members_share`; other payers' costs come from rare events.
_PLANS = ("Medicaid", "Medicare", "commercial plans")
_PAYERS = {measure: payer for payer, measure in PAYER_MEASURES.items()}
_EDGE = 1e-6  # uniforms are kept this far from 0 and 1, so that an error is finite


@dataclass(frozen=True, slots=True)
class Gain:
    """One year of one measure: what the benchmark says would have been, less what was.

    true : against the benchmark without error; measured : what the payer sees; expected : the benchmark
    """

    true: float
    measured: float
    expected: float

    @property
    def share(self) -> float:
        """Measured gain over the benchmark."""
        return self.measured / self.expected if self.expected > 0 else 0.0


class Books:
    """Yearly totals of measures at the scale of the real place, and what payers make of them.

    comparison : the same totals of current law in the same future, by measure, shape (years, 2): numerator
        and denominator; None for the place's own baseline
    """

    def __init__(self, draw: Mapping[str, Any], comparison: Mapping[str, np.ndarray] | None):
        self._draw = draw
        self._comparison = comparison
        self._own: Mapping[str, np.ndarray] = {}

    def observe(self, totals: Mapping[str, np.ndarray]) -> None:
        """Enter the years that are over, by measure, shape (years, 2)."""
        self._own = totals

    def copy(self) -> Books:
        """An independent copy."""
        twin = Books(self._draw, self._comparison)
        twin._own = self._own
        return twin

    def gain(self, measure: str, year: int, uniform: float) -> Gain:
        """Gain in a year (0 is the first) that is over; `uniform` is the luck of its error."""
        if measure not in self._own or len(self._own[measure]) <= year:
            raise RunError(f"the fund needs the measure '{measure}' of year {year + 1}, which this run does not keep")
        top, bottom = self._own[measure][year]
        if self._comparison is None:
            base, people = self._own[measure][0]
            grown = (1.0 + float(self._draw["money.benchmark_trend"])) ** year
        else:
            base, people = self._comparison[measure][year]
            grown = 1.0
        expected = float(base / people * grown * bottom) if people > 0 else 0.0
        true = expected - float(top)
        error = NormalDist().inv_cdf(min(max(uniform, _EDGE), 1.0 - _EDGE)) * self._spread(measure, expected, float(bottom))
        return Gain(true, true + error, expected)

    def _spread(self, measure: str, expected: float, person_months: float) -> float:
        """Standard deviation of the error of a measured gain."""
        payer, draw = _PAYERS.get(measure, ""), self._draw
        if payer in _PLANS:
            share = float(np.asarray(draw["money.members_share"])[_PLANS.index(payer)])
            members = max(share * person_months / MONTHS_PER_YEAR, 1.0)
            apart = 1.0 - float(draw["money.cost_correlation"])
            return expected * float(draw["money.cost_cv"]) * float(np.sqrt(2.0 * apart / members))
        size = float(draw["money.cost_per_event"]) if payer else 1.0
        return float(np.sqrt(2.0 * max(expected, 0.0) * size))
