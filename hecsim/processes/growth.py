"""The CDC 2000 growth reference, and how body mass index is measured and reported.

A body mass index X and its z score are tied by Box-Cox power L, median M and spread S of age and sex:

    z = ((X / M)^L - 1) / (L S),      X = M (1 + L S z)^(1/L).

The formula crowds high values together, so that above the 95th percentile the extended method holds
(Wei et al. 2020, doi 10.1515/cclm-2020-0164): percentile = 0.90 + 0.10 Phi((X - P95) / sigma), with
sigma a quadratic of age. Stature follows the plain formula. Tables have one row per sex and year of
age from 2 to 20 (38 numbers: boys first) and are read with linear interpolation in age.

Two scales of adult obesity exist and must never be mixed: measured (NHANES) and self-reported
(BRFSS). `self_reported_bmi` is the bridge: ln reported = a + b ln measured, which turns 34.5 percent
of Connecticut adults in 2015 into the published 25.3 percent.

Compiled functions take one value and the tables; functions without an underscore at the end of this
file are their numpy equals, for histories, measures and plain twins.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from scipy.special import ndtr, ndtri

from hecsim.compiled import njit
from hecsim.evidence.parameters import parameter
from hecsim.processes.maths import exp_, log_

__all__ = [
    "GrowthTables",
    "adult_obese",
    "bmi_from_z",
    "bmi_percentile",
    "bmi_slope",
    "bmi_z",
    "child_obese",
    "growth_tables",
    "infant_weight",
    "kcal_per_kg_adult",
    "self_reported_bmi",
    "severe_child",
    "stature",
    "time_constant_adult",
]

FIRST, LAST = 24, 240  # months of age that the reference covers
_ROWS = 19  # years 2 to 20
Z95 = 1.6448536269514722
Z_LIMIT = 4.0  # beyond four SD the reference says nothing


class GrowthTables(NamedTuple):
    """The reference: BMI L, M, S and stature L, M (cm), S, float64 (38,) each; sigma's six coefficients."""

    bmi_l: np.ndarray
    bmi_m: np.ndarray
    bmi_s: np.ndarray
    sigma: np.ndarray
    stature_l: np.ndarray
    stature_m: np.ndarray
    stature_s: np.ndarray


def growth_tables(draw: Mapping[str, Any] | None = None) -> GrowthTables:
    """Return the tables of a parameter draw, or the published ones."""
    if draw is None:
        return _published()
    return GrowthTables(*(np.asarray(draw[f"weight.cdc_{name}"], float) for name in GrowthTables._fields))


@cache
def _published() -> GrowthTables:
    return GrowthTables(*(np.asarray(parameter(f"weight.cdc_{name}").value, float) for name in GrowthTables._fields))


# ---------------------------------------------------------------- one value at a time, compiled


@njit(error_model="numpy")
def at_age_(table, sex, months):
    """Value of a table at an age in months."""
    years = min(max(months, FIRST), LAST) / 12.0 - 2.0
    low = min(int(years), _ROWS - 2)
    share = years - low
    first = sex * _ROWS + low
    return table[first] + share * (table[first + 1] - table[first])


@njit(error_model="numpy")
def sigma_(coefficients, sex, months):
    """Spread of the extended method."""
    a = min(max(months, FIRST), LAST) / 12.0
    return coefficients[3 * sex] + a * (coefficients[3 * sex + 1] + a * coefficients[3 * sex + 2])


@njit(forceinline=True, error_model="numpy")
def power_(base, exponent):
    """Power of a positive number; the reference's 1 + LSZ is positive wherever its tables hold."""
    return exp_(exponent * log_(max(base, 1e-12)))


@njit(forceinline=True, error_model="numpy")
def lms_(z, l, m, s):  # noqa: E741
    """Value whose LMS z score is z."""
    return m * exp_(s * z) if abs(l) < 1e-6 else m * power_(1.0 + l * s * z, 1.0 / l)


# Quantile of the half-normal tail of the extended method by z from the 95th percentile to four SD; straight
# lines between these nodes are within 1e-7 of it.
_TAIL_STEP = (Z_LIMIT - Z95) / 4096
_TAIL = ndtri(np.clip((ndtr(Z95 + _TAIL_STEP * np.arange(4098)) - 0.9) / 0.1, 0.5, 1.0 - 1e-9))


@njit(forceinline=True, error_model="numpy")
def tail_(z):
    """How many sigma above the 95th percentile a z score lies on the extended method's scale, 0 below it."""
    x = max(z - Z95, 0.0) / _TAIL_STEP
    k = min(np.uint64(x), np.uint64(4096))
    return _TAIL[k] + (x - np.float64(k)) * (_TAIL[k + np.uint64(1)] - _TAIL[k])


@njit(error_model="numpy")
def monthly_(table):
    """A table of the reference at every month of age, boys in row 0 and girls in row 1, shape (2, 241)."""
    out = np.empty((2, LAST + 1))
    for sex in range(2):
        for months in range(LAST + 1):
            out[sex, months] = at_age_(table, sex, months)
    return out


@njit(error_model="numpy")
def stature_(z, sex, months, stature_l, stature_m, stature_s):
    """Stature (cm) of a z score; adult stature from age 20."""
    l = at_age_(stature_l, sex, months)  # noqa: E741
    m, s = at_age_(stature_m, sex, months), at_age_(stature_s, sex, months)
    return lms_(min(max(np.float64(z), -Z_LIMIT), Z_LIMIT), l, m, s)


@njit(error_model="numpy")
def between_(x, nodes, values, first):
    """values[first:first + nodes.size] at x, linear between the nodes and level beyond them."""
    n = nodes.size
    if x <= nodes[0]:
        return values[first]
    for j in range(1, n):
        if x < nodes[j]:
            share = (x - nodes[j - 1]) / (nodes[j] - nodes[j - 1])
            return values[first + j - 1] + share * (values[first + j] - values[first + j - 1])
    return values[first + n - 1]


@njit(error_model="numpy")
def segment_(x, nodes):
    """Where x lies between nodes: index of the node below, and the share of the way to the next."""
    last = nodes.size - 1
    if x <= nodes[0]:
        return 0, 0.0
    for j in range(1, last + 1):
        if x < nodes[j]:
            return j - 1, (x - nodes[j - 1]) / (nodes[j] - nodes[j - 1])
    return last - 1, 1.0


# ---------------------------------------------------------------- whole arrays, plain numpy


def at_age(table: np.ndarray, sex: np.ndarray, months: np.ndarray) -> np.ndarray:
    """Table values at ages in months, shape of `sex`."""
    years = np.clip(np.asarray(months, float), FIRST, LAST) / 12.0 - 2.0
    low = np.minimum(years.astype(np.int64), _ROWS - 2)
    first = np.asarray(sex, np.int64) * _ROWS + low
    return table[first] + (years - low) * (table[first + 1] - table[first])


def _sigma(tables: GrowthTables, sex: np.ndarray, months: np.ndarray) -> np.ndarray:
    a, k = np.clip(np.asarray(months, float), FIRST, LAST) / 12.0, 3 * np.asarray(sex, np.int64)
    return tables.sigma[k] + a * (tables.sigma[k + 1] + a * tables.sigma[k + 2])


def _lms(tables: GrowthTables, sex: np.ndarray, months: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return (
        at_age(tables.bmi_l, sex, months),
        at_age(tables.bmi_m, sex, months),
        at_age(tables.bmi_s, sex, months),
    )


def bmi_from_z(z: np.ndarray, months: np.ndarray, sex: np.ndarray, tables: GrowthTables | None = None) -> np.ndarray:
    """BMI (kg/m2) of z scores at ages in months (24 to 240); sex 0 male, 1 female."""
    t = tables or _published()
    power, median, spread = _lms(t, sex, months)
    z = np.clip(np.asarray(z, float), -Z_LIMIT, Z_LIMIT)
    plain = median * (1.0 + power * spread * np.minimum(z, Z95)) ** (1.0 / power)
    inner = np.clip((ndtr(z) - 0.9) / 0.1, 0.5, 1.0 - 1e-16)
    return np.where(z <= Z95, plain, plain + _sigma(t, sex, months) * ndtri(inner))


def bmi_z(bmi: np.ndarray, months: np.ndarray, sex: np.ndarray, tables: GrowthTables | None = None) -> np.ndarray:
    """Z scores of BMI (kg/m2), extended above the 95th percentile, clipped to -4..4."""
    t = tables or _published()
    power, median, spread = _lms(t, sex, months)
    bmi = np.asarray(bmi, float)
    plain = ((np.maximum(bmi, 5.0) / median) ** power - 1.0) / (power * spread)
    p95 = median * (1.0 + power * spread * Z95) ** (1.0 / power)
    upper = 0.9 + 0.1 * ndtr((bmi - p95) / _sigma(t, sex, months))
    extended = ndtri(np.minimum(upper, 1.0 - 1e-16))
    return np.clip(np.where(bmi <= p95, plain, extended), -Z_LIMIT, Z_LIMIT)


def bmi_slope(z: np.ndarray, months: np.ndarray, sex: np.ndarray, tables: GrowthTables | None = None) -> np.ndarray:
    """dBMI/dz (kg/m2 per SD), held at its 95th-percentile value above it."""
    power, median, spread = _lms(tables or _published(), sex, months)
    z = np.clip(np.asarray(z, float), -Z_LIMIT, Z95)
    return median * spread * (1.0 + power * spread * z) ** (1.0 / power - 1.0)


def stature(z: np.ndarray, months: np.ndarray, sex: np.ndarray, tables: GrowthTables | None = None) -> np.ndarray:
    """Stature (cm) of z scores; adult stature from age 20."""
    t = tables or _published()
    power, median, spread = (at_age(x, sex, months) for x in (t.stature_l, t.stature_m, t.stature_s))
    z = np.clip(np.asarray(z, float), -Z_LIMIT, Z_LIMIT)
    flat = np.abs(power) < 1e-6
    safe = np.where(flat, 1.0, power)
    return np.where(flat, median * np.exp(spread * z), median * (1.0 + safe * spread * z) ** (1.0 / safe))


def between(x: np.ndarray, nodes: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Values at x, linear between the nodes and level beyond them."""
    return np.interp(np.asarray(x, float), nodes, values)


def infant_weight(months: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Weight (kg) below age two from the weights at 0, 6, 12 and 24 months."""
    return np.interp(np.asarray(months, float), (0.0, 6.0, 12.0, 24.0), weights)


# ---------------------------------------------------------------- energy


def kcal_per_kg_adult(bmi: np.ndarray, sex: np.ndarray, at_28: np.ndarray, power: np.ndarray) -> np.ndarray:
    """kcal/day that one kg of body weight costs to keep, by BMI and sex."""
    s = np.asarray(sex, np.int64)
    return at_28[s] * (np.asarray(bmi, float) / 28.0) ** power[s]


def time_constant_adult(bmi: np.ndarray, sex: np.ndarray, slope: np.ndarray, intercept: np.ndarray, floor: float) -> np.ndarray:
    """Years in which 63 percent of an adult's weight change is reached, by BMI and sex."""
    s = np.asarray(sex, np.int64)
    return np.maximum(slope[s] * np.asarray(bmi, float) + intercept[s], floor)


# ---------------------------------------------------------------- what surveys see


def self_reported_bmi(bmi: np.ndarray, sex: np.ndarray, draw: Mapping[str, Any] | None = None) -> np.ndarray:
    """Turn measured into reported BMI: what adults say in a survey (kg/m2); sex 0 male, 1 female."""
    get = (lambda n: np.asarray(parameter(n).value, float)) if draw is None else (lambda n: np.asarray(draw[n], float))
    scale, power = get("weight.report_scale"), get("weight.report_power")
    s = np.asarray(sex, np.int64)
    return scale[s] * np.maximum(np.asarray(bmi, float), 0.0) ** power[s]


def adult_obese(
    bmi: np.ndarray, sex: np.ndarray, *, reported: bool = True, draw: Mapping[str, Any] | None = None
) -> np.ndarray:
    """Whether adults are obese (BMI of 30 or more) on the self-report scale, or measured."""
    return (self_reported_bmi(bmi, sex, draw) if reported else np.asarray(bmi, float)) >= 30.0


def child_obese(z: np.ndarray) -> np.ndarray:
    """Whether children are obese: at or above the 95th percentile."""
    return np.asarray(z, float) >= Z95


def severe_child(bmi: np.ndarray, months: np.ndarray, sex: np.ndarray, tables: GrowthTables | None = None) -> np.ndarray:
    """Whether children are severely obese: 120 percent of the 95th percentile, or a BMI of 35."""
    p95 = bmi_from_z(np.full(np.shape(months), Z95), months, sex, tables)
    return np.asarray(bmi, float) >= np.minimum(1.2 * p95, 35.0)


def bmi_percentile(z: np.ndarray) -> np.ndarray:
    """Percentile (0 to 100) of z scores."""
    return 100.0 * ndtr(np.asarray(z, float))
