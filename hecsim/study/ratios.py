"""Ratios of paired differences, and the words for those that have no value.

The interval of a ratio is Fieller's (1954): all values that a t-test of top - value x bottom would not
reject, with futures of one parameter draw counted as dependent. Where the bottom cannot be told from
zero that set has no ends, and no number is given.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import scipy

from hecsim.study.results import covariance_of_means, interval

__all__ = ["Ratio", "cost_per", "fieller", "returned"]


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio or the reason why there is none.

    verdict : "value"; "saves" (less cost and more effect, so a ratio would be read the wrong way round);
        "dominated" (more cost and less effect); "undefined" (the bottom cannot be told from zero);
        "too few futures"; "pays nothing" (of a return)
    """

    verdict: str
    value: float = math.nan
    low: float = math.nan
    high: float = math.nan

    def __str__(self) -> str:
        if self.verdict != "value":
            return self.verdict
        return f"{self.value:,.2f} ({self.low:,.2f} to {self.high:,.2f})"


def fieller(
    top: np.ndarray, bottom: np.ndarray, level: float = 0.95, draws: np.ndarray | None = None
) -> tuple[float, float, float] | None:
    """Ratio of means and its interval; None unless the bottom's own interval leaves zero out.

    draws : the parameter draw of each future, which futures may share; None where all are independent

    >>> fieller(np.array([9.0, 10.0, 11.0]), np.array([-1.0, 0.0, 1.0])) is None
    True
    """
    ok = np.isfinite(top) & np.isfinite(bottom)
    top, bottom = top[ok], bottom[ok]
    cov, freedom = covariance_of_means(np.column_stack([top, bottom]), np.arange(top.size) if draws is None else draws[ok])
    if freedom < 1 or bottom.mean() == 0:
        return None
    t2 = scipy.stats.t.ppf(0.5 + level / 2, freedom) ** 2
    a, b = top.mean(), bottom.mean()
    g = t2 * cov[1, 1] / b**2
    if g >= 1:
        return None
    q = b**2 - t2 * cov[1, 1]
    middle = a * b - t2 * cov[0, 1]
    root = math.sqrt(max(middle**2 - q * (a**2 - t2 * cov[0, 0]), 0.0))
    return float(a / b), float((middle - root) / q), float((middle + root) / q)


def cost_per(cost: np.ndarray, effect: np.ndarray, draws: np.ndarray) -> Ratio:
    """Cost for one unit of effect (more is better), over futures.

    >>> few = np.array([0, 1])
    >>> cost_per(np.array([1.0, 2.0]), np.array([1.0, -1.0]), few).verdict
    'undefined'
    """
    if np.unique(draws).size < 2:
        return Ratio("too few futures")
    low, high = interval(effect, draws)
    if not effect.any() or low <= 0 <= high:
        return Ratio("undefined")
    cheap, dear = interval(cost, draws)
    if effect.mean() < 0:
        return Ratio("dominated" if cheap > 0 else "undefined")
    if dear < 0:
        return Ratio("saves")
    found = fieller(cost, effect, draws=draws)
    return Ratio("undefined") if found is None else Ratio("value", *found)


def returned(saved: np.ndarray, paid: np.ndarray, draws: np.ndarray) -> Ratio:
    """Dollars saved for each dollar paid."""
    if not paid.any():
        return Ratio("pays nothing")
    if np.unique(draws).size < 2:
        return Ratio("too few futures")
    found = fieller(saved, paid, draws=draws) if paid.mean() > 0 else None
    return Ratio("undefined") if found is None else Ratio("value", *found)
