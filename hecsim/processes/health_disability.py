"""Disability that limits work: who comes to have one, and who recovers.

    hazard of onset = rate by age x ratio by schooling x ratio by income;   hazard of recovery = rate by age

Rates hold the prevalence by age of the start in balance, so that a community neither loses its
disabled people nor fills up with them. Those who were disabled as children count from sixteen, hence the
high rate of the first two years. Income counts beside schooling because those with a disability live in poor
homes long before and after; without it their homes came to be like all others within ten years. Not all are
awarded disability benefits. Work, pay, benefits, coverage, quality of life and cost read the code. Sources in
the evidence room `health`.
"""

from __future__ import annotations

import numpy as np

from hecsim.compiled import njit
from hecsim.luck import uniform_at, uniforms_of
from hecsim.processes.base import process
from hecsim.processes.maths import happens, listed

__all__ = ["DISABILITY", "disability_band"]

_SIXTEEN = 16 * 12
_WELL_OFF = 4.0  # income over the poverty line from which the last band counts


@njit(inline="always", error_model="numpy")
def disability_band(age):
    """Give the row of the tables by age in months: 16-17, 18-34, 35-54, 55-64, 65-74, 75 or more."""
    return (age >= 216) * 1 + (age >= 420) * 1 + (age >= 660) * 1 + (age >= 780) * 1 + (age >= 900) * 1


@njit(error_model="numpy")
def disability_kernel(
    p_present, p_household, p_age, p_education, p_disabled, h_poverty_ratio, pu_disability, luck_p, du_award, h0,
    k_disability_onset, k_disability_education, k_disability_income, k_disability_recovery, k_population__disability_award,
):  # fmt: skip
    # No monthly hazard exceeds these, so that most people are passed over without a look at the tables.
    most = np.max(k_disability_onset) * np.max(k_disability_education) * np.max(k_disability_income)
    most = max(most, np.max(k_disability_recovery)) / 12.0
    may = np.empty(p_present.size, np.uint8)
    for i in range(p_present.size):
        may[i] = (p_present[i] != 0) & (p_age[i] >= _SIXTEEN) & (pu_disability[i] <= most)
    for i in listed(may):
        band = disability_band(np.int64(p_age[i]))
        if p_disabled[i] != 0:
            rate = k_disability_recovery[band]
        else:  # schooling is not over at sixteen
            rate = k_disability_onset[band] * (k_disability_education[np.int64(p_education[i])] if band > 0 else 1.0)
            ratio = h_poverty_ratio[np.int64(p_household[i]) - h0]
            rate *= k_disability_income[(ratio >= 1.0) * 1 + (ratio >= 2.0) * 1 + (ratio >= _WELL_OFF) * 1]
        if happens(pu_disability[i], rate / 12.0):
            awarded = uniform_at(luck_p, i, du_award) < k_population__disability_award
            p_disabled[i] = 0 if p_disabled[i] != 0 else (1 if awarded else 2)


def disability_plain(
    p_present, p_household, p_age, p_education, p_disabled, h_poverty_ratio, pu_disability, luck_p, du_award, h0,
    k_disability_onset, k_disability_education, k_disability_income, k_disability_recovery, k_population__disability_award,
):  # fmt: skip
    i = np.flatnonzero((p_present > 0) & (p_age >= _SIXTEEN))
    band = disability_band.py_func(p_age[i].astype(np.int64))
    onset = k_disability_onset[band] * np.where(band > 0, k_disability_education[p_education[i]], 1.0)
    ratio = h_poverty_ratio[p_household[i].astype(np.int64) - h0]
    onset = onset * k_disability_income[(ratio >= 1.0) * 1 + (ratio >= 2.0) * 1 + (ratio >= _WELL_OFF) * 1]
    had = p_disabled[i] > 0
    rate = np.where(had, k_disability_recovery[band], onset)
    turns = pu_disability[i] < -np.expm1(-rate / 12.0)
    new = np.where(uniforms_of(luck_p, du_award)[i] < k_population__disability_award, 1, 2)
    p_disabled[i] = np.where(turns, np.where(had, 0, new), p_disabled[i])


DISABILITY = process(
    "health.disability", kernel=disability_kernel, twin=disability_plain, writes=("p_disabled",),
    summary="People come to have a disability that limits work, or recover from it.",
)  # fmt: skip
