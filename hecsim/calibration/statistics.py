"""Figures that are no share of a month: associations, clustering, and what children have met so far.

A statistic is a function of a community and of parameters (for observation models), read at the end of
each year that counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from scipy.special import ndtri

from hecsim.columns import ACE
from hecsim.community import Community
from hecsim.processes.ace_bits import ADULT, CORE_COUNT, CORE_MASK, SURVEYED, child_band
from hecsim.processes.growth import child_obese

__all__ = ["STATISTICS", "Statistic", "odds_ratio", "tetrachoric"]


@dataclass(frozen=True)
class Statistic:
    """A figure read from the state of a community."""

    name: str
    label: str
    unit: str
    yardstick: str
    function: Callable[[Community, Any], float]


STATISTICS: dict[str, Statistic] = {}


def _add(name: str, label: str, unit: str, yardstick: str, function: Callable[[Community, Any], float]) -> None:
    STATISTICS[name] = Statistic(name, label, unit, yardstick, function)


def tetrachoric(both: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Correlation of two normal variables cut at thresholds, from shares; arrays of pairs.

    both, first, second : share with both, with the first, with the second. The bivariate normal
    probability grows with the correlation at the rate of the bivariate density (Plackett 1954), so it is
    integrated by Gauss-Legendre and solved by halving.

    >>> r = tetrachoric(np.array([1 / 3]), np.array([0.5]), np.array([0.5]))   # arcsin law: r = 0.5
    >>> round(float(r[0]), 3)
    0.5
    """
    h, k = -ndtri(first), -ndtri(second)
    node, weight = np.polynomial.legendre.leggauss(24)

    def joint(rho: np.ndarray) -> np.ndarray:
        r = 0.5 * rho[:, None] * (node + 1.0)
        left = 1.0 - r * r
        power = -(h[:, None] ** 2 - 2 * r * h[:, None] * k[:, None] + k[:, None] ** 2) / (2 * left)
        density = np.exp(power) / (2 * np.pi * np.sqrt(left))
        return first * second + 0.5 * rho * (density * weight).sum(axis=1)

    low, high = np.full(h.shape, -0.99), np.full(h.shape, 0.99)
    for _ in range(40):
        middle = 0.5 * (low + high)
        over = joint(middle) > both
        high, low = np.where(over, middle, high), np.where(over, low, middle)
    return 0.5 * (low + high)


def odds_ratio(outcome: np.ndarray, exposed: np.ndarray, reference: np.ndarray) -> float:
    """Odds of the outcome among the exposed over those of the reference, a half added to each cell."""
    a, b = (outcome & exposed).sum() + 0.5, (~outcome & exposed).sum() + 0.5
    c, d = (outcome & reference).sum() + 0.5, (~outcome & reference).sum() + 0.5
    return float(a * d / (b * c))


def _people(community: Community, low: int, high: int = 1 << 15) -> np.ndarray:
    p = community.person
    return np.flatnonzero((p["present"] == 1) & (p["age"] >= low) & (p["age"] < high))


def _clustering(column: str) -> Callable[[Community, Any], float]:
    pairs = np.array(list(combinations(SURVEYED.tolist(), 2)))

    def function(community: Community, draw: Any) -> float:
        bits = community.person[column][_people(community, ADULT)].astype(np.int64)
        has = (bits[:, None] >> np.arange(10)) & 1
        share = has.mean(axis=0)
        both = (has.T @ has) / len(has)
        a, b = pairs.T
        known = (share[a] > 0) & (share[b] > 0) & (share[a] < 1) & (share[b] < 1)
        a, b = a[known], b[known]
        return float(tetrachoric(both[a, b], share[a], share[b]).mean()) if a.size else float("nan")

    return function


def _recalled(bit: int) -> Callable[[Community, Any], float]:
    def function(community: Community, draw: Any) -> float:
        bits = community.person["ace_recalled"][_people(community, ADULT)].astype(np.int64)
        return 100.0 * float(((bits >> bit) & 1).mean())

    return function


def _ever(mask: int, low: int, high: int) -> Callable[[Community, Any], float]:
    def function(community: Community, draw: Any) -> float:
        bits = community.person["ace_bits"][_people(community, 12 * low, 12 * high)].astype(np.int64)
        return 100.0 * float(((bits & mask) != 0).mean()) if bits.size else float("nan")

    return function


def _recalled_odds(outcome: Callable[[Community, Any, np.ndarray], np.ndarray]) -> Callable[[Community, Any], float]:
    def function(community: Community, draw: Any) -> float:
        adults = _people(community, ADULT)
        bits = community.person["ace_recalled"][adults].astype(np.int64)
        score = sum((bits >> int(b)) & 1 for b in SURVEYED)
        return odds_ratio(outcome(community, draw, adults), np.asarray(score >= 4), np.asarray(score == 0))

    return function


def _obese(community: Community, draw: Any, rows: np.ndarray) -> np.ndarray:
    p = community.person
    edge = (30.0 / draw["weight.report_scale"]) ** (1.0 / draw["weight.report_power"])
    return np.asarray(p["bmi"][rows] >= edge[p["sex"][rows]])


def _ever_depressed(community: Community, draw: Any, rows: np.ndarray) -> np.ndarray:
    return np.asarray(community.person["depressed_ever"][rows] > 0)


def _low_status(community: Community, draw: Any) -> np.ndarray:
    """Households of low socioeconomic status as NIS-4 has it: little income, little schooling, or a poverty program."""
    h, p = community.household, community.person
    pupils = np.flatnonzero((p["present"] == 1) & (p["age"] >= 60) & (p["age"] < ADULT))
    meals = np.zeros(h.size, bool)
    meals[p["household"][pupils].astype(np.int64)] = True
    meals &= h["poverty_ratio"] < float(draw["benefits.meals_reduced_limit"])
    low = (h["income_year"] < float(draw["adversity.nis_income"])) | (h["education"] == 0)
    return np.asarray(low | (h["snap"] > 0) | (h["tfa"] > 0) | (h["voucher"] == 1) | meals)


def _nis_ratio(neglect: bool) -> Callable[[Community, Any], float]:
    """Children counted in a year in homes of low status over others, per child.

    A child is counted once a year and in every year, so that hazards count whether or not it is the first event, and
    only a share of harmed children comes to be counted: 1 - exp(-share x sum of the hazards of the types).
    """

    def function(community: Community, draw: Any) -> float:
        p, h = community.person, community.household
        kids = _people(community, 0, ADULT)
        kids = kids[p["placed"][kids] == 0]
        home = p["household"][kids].astype(np.int64)
        band = child_band(p["age"][kids])
        if neglect:
            yearly = draw["adversity.emotional_neglect"][band] + draw["adversity.physical_neglect"][band]
            hazard = yearly * h["neglect_risk"][home].astype(float)
        else:
            risk = h["abuse_risk"][home].astype(float)
            sexual = draw["adversity.sexual_abuse"][band] * draw["adversity.sexual_abuse_sex"][p["sex"][kids].astype(np.int64)]
            hazard = (draw["adversity.emotional_abuse"][band] + draw["adversity.physical_abuse"][band]) * risk
            hazard = hazard + sexual * risk ** float(draw["adversity.sexual_abuse_slope"])
        counted = -np.expm1(-float(draw["adversity.nis_share"]) * hazard)
        low = _low_status(community, draw)[home]
        if not low.any() or low.all():
            return float("nan")
        return float(counted[low].mean() / counted[~low].mean())

    return function


def _child_odds(community: Community, draw: Any) -> float:
    rows = _people(community, 72, 144)
    score = CORE_COUNT[community.person["ace_bits"][rows].astype(np.int64) & CORE_MASK]
    return odds_ratio(np.asarray(child_obese(community.person["bmi_z"][rows])), score >= 3, score == 0)


for _i in SURVEYED.tolist():
    _add(
        f"recall_{ACE[_i].replace(' ', '_')}", f"Adults who recall {ACE[_i]}", "percent of adults",
        "adult recall (BRFSS)", _recalled(_i),
    )  # fmt: skip
for _i in (5, 6, 7, 8, 9):
    for _low, _high in ((0, 6), (6, 12), (12, 18)):
        _add(
            f"ever_{ACE[_i].replace(' ', '_')}_{_low}_{_high - 1}",
            f"{ACE[_i].capitalize()} so far, ages {_low} to {_high - 1}", "percent", "true event",
            _ever(1 << _i, _low, _high),
        )  # fmt: skip
_add("maltreated_14_17", "Abuse or neglect so far, ages 14 to 17", "percent", "true event", _ever(0b11111, 14, 18))
for _kind, _neglect in (("abuse", False), ("neglect", True)):
    _add(
        f"nis_{_kind}_ratio", f"Children counted for {_kind} in a year, low socioeconomic status over others", "ratio",
        "known to sentinels (NIS-4), every year counts", _nis_ratio(_neglect),
    )  # fmt: skip
_add(
    "clustering_recalled", "Mean tetrachoric correlation of recalled types", "correlation", "adult recall (BRFSS)",
    _clustering("ace_recalled"),
)  # fmt: skip
_add(
    "clustering_true", "Mean tetrachoric correlation of types", "correlation", "true event", _clustering("ace_bits")
)  # fmt: skip
_add(
    "ace_obesity_odds", "Odds of obesity, four or more recalled types against none", "odds ratio",
    "adult recall, self-report scale (BRFSS)", _recalled_odds(_obese),
)  # fmt: skip
_add(
    "ace_depression_odds", "Odds of ever depression, four or more recalled types against none", "odds ratio",
    "adult recall (BRFSS)", _recalled_odds(_ever_depressed),
)  # fmt: skip
_add(
    "ace_child_obesity_odds", "Odds of obesity at 6 to 11, three or more adversities against none", "odds ratio",
    "true event, measured", _child_odds,
)  # fmt: skip
