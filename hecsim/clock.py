"""Months, years, and rates to probabilities, in one place.

The model's step is a month. A rate is per year and a probability is per stated period; the two
functions below are the only places where one becomes the other.

>>> clock = Clock(start_year=2025, horizon=120)
>>> clock.calendar_month, clock.year
(0, 2025)
>>> round(monthly_probability(0.12), 6)
0.00995
"""

from __future__ import annotations

import math
from dataclasses import dataclass

MONTHS_PER_YEAR = 12
WEEKS_PER_MONTH = 365.25 / 7 / 12  # 4.348
DAYS_PER_MONTH = 365.25 / 12
# Weight of the newest month in a running year: what it remembers is then as old, in the mean, as the twelve months of a
# calendar year (5.5 months). With 1/12 it would be 11 months old and short spells of poverty would be smoothed away.
RUNNING_YEAR = 2 / 13

__all__ = [
    "DAYS_PER_MONTH",
    "MONTHS_PER_YEAR",
    "RUNNING_YEAR",
    "WEEKS_PER_MONTH",
    "Clock",
    "month_label",
    "monthly_decay",
    "monthly_from_annual_probability",
    "monthly_probability",
]


@dataclass(slots=True)
class Clock:
    """Where a run stands. `month` counts from the start; it is negative during burn-in.

    Attributes
    ----------
    start_year : first calendar year of the run (month 0 is its January)
    horizon : months to simulate after burn-in
    month : the month that is about to be, or is being, simulated
    """

    start_year: int = 2025
    horizon: int = 120
    month: int = 0

    @property
    def calendar_month(self) -> int:
        """0 for January to 11 for December."""
        return self.month % MONTHS_PER_YEAR

    @property
    def year(self) -> int:
        """Calendar year."""
        return self.start_year + self.month // MONTHS_PER_YEAR

    @property
    def label(self) -> str:
        """The month as '2025-01'."""
        return month_label(self.month, self.start_year)


def month_label(month: int, start_year: int) -> str:
    """The calendar label of a month index: month_label(13, 2025) is '2026-02'."""
    return f"{start_year + month // MONTHS_PER_YEAR}-{month % MONTHS_PER_YEAR + 1:02d}"


def monthly_probability(annual_rate: float) -> float:
    """Probability of at least one event in a month from a rate per year (constant hazard)."""
    return -math.expm1(-annual_rate / MONTHS_PER_YEAR)


def monthly_from_annual_probability(p: float) -> float:
    """Monthly probability that compounds to the annual probability `p`."""
    if not 0 <= p <= 1:
        raise ValueError(f"a probability lies between 0 and 1, not {p}")
    return 1.0 - (1.0 - p) ** (1.0 / MONTHS_PER_YEAR)


def monthly_decay(half_life_months: float) -> float:
    """Factor by which something that halves in `half_life_months` shrinks in one month."""
    return 0.5 ** (1.0 / half_life_months)
