"""Weight of children: a BMI z score on the CDC 2000 reference, with height at a constant z score.

    z target  = z_person + (energy / kappa(age, sex)) / (height^2 dBMI/dz)
    z        += (z target - z)(1 - exp(-1 / (12 tau))) + noise
    z_person  = family level + deviation,   deviation renewed with a time constant of some twenty years

kappa (kcal/day per kg) falls with age (Hall 2013, 10.1016/S2213-8587(13)70051-2) and tau is half a
year below ten and 0.8 years after. The family level is the mean of the age, plus a share of the
parents' BMI and a small gradient of income. The slow renewal plus a little noise reproduce tracking:
z scores correlate about 0.92 over one year, 0.76 over five and 0.45 over a childhood.

Energy is the net shift of the diet (compensation included), activity beyond the usual, and a little
for adversity, which starts at 12. `set_point` is the weight that belongs to z_person, so that a
person who turns 18 carries on with it. Below two only a weight by age is kept, as state; at two a
child draws height and the personal part of its z score around its family.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from scipy.special import ndtri

from hecsim.luck import normal_quantile
from hecsim.processes.ace_bits import ADULT, CORE_COUNT, CORE_MASK
from hecsim.processes.base import process
from hecsim.processes.growth import (
    FIRST,
    GrowthTables,
    between,
    between_,
    bmi_from_z,
    bmi_from_z_,
    bmi_slope,
    bmi_slope_,
    infant_weight,
    stature,
    stature_,
)
from hecsim.processes.weight_adult import (
    ace_share,
    activity_kcal,
    activity_kcal_,
    usual_activity,
    usual_activity_,
)

__all__ = ["CHILD_WEIGHT", "FIRST_WEIGHT", "family_level"]

_INFANT = np.array([0.0, 6.0, 12.0, 24.0])  # months of the infant weights
_TEN = 120


def family_level(
    months: np.ndarray, parents: np.ndarray, poverty: np.ndarray, z_ages: np.ndarray, z_mean: np.ndarray,
    z_parent: float, parent_bmi: np.ndarray, z_income: float, income_range: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """Mean BMI z of children of an age whose parents have this mean BMI (0 unknown) and income."""
    level = between(np.asarray(months, float) / 12.0, z_ages, z_mean)
    level = level + z_parent * np.where(parents > 0, (parents - parent_bmi[0]) / parent_bmi[1], 0.0)
    return level + z_income * (np.minimum(poverty, income_range[0]) - income_range[1])


@njit(cache=True, nogil=True)
def _parents(p_present, p_household, p_age, p_role, values, known, n, h0):
    """Mean of a value over the grown householder and partner of each household; 0 where nobody is known."""
    total, count = np.zeros(n), np.zeros(n)
    for i in range(p_present.size):
        if p_present[i] != 0 and p_role[i] <= 1 and p_age[i] >= ADULT and known[i] > 0:
            h = np.int64(p_household[i]) - h0
            total[h] += values[i]
            count[h] += 1.0
    for h in range(n):
        if count[h] > 0:
            total[h] /= count[h]
    return total


def _parents_plain(p_present, p_household, p_age, p_role, values, known, n, h0):
    i = np.flatnonzero((p_present != 0) & (p_role <= 1) & (p_age >= ADULT) & (known > 0))
    h = p_household[i].astype(np.int64) - h0
    count = np.bincount(h, minlength=n)
    return np.bincount(h, values[i].astype(float), n) / np.maximum(count, 1)


@njit(cache=True, nogil=True)
def first_kernel(
    p_present, p_household, p_age, p_sex, p_role, p_bmi, p_height, p_height_z, p_weight, p_bmi_z,
    p_z_person, h_present, h_poverty_ratio, h0, pu_person, pu_height, k_infant_weight, k_height_parent,
    k_z_ages, k_z_mean, k_z_sd, k_z_noise_share, k_z_parent, k_parent_bmi, k_z_income, k_income_range,
    k_cdc_stature_l, k_cdc_stature_m, k_cdc_stature_s,
):  # fmt: skip
    bmis = _parents(p_present, p_household, p_age, p_role, p_bmi, p_bmi, h_present.size, h0)
    heights = _parents(p_present, p_household, p_age, p_role, p_height_z, p_bmi, h_present.size, h0)
    spread = np.sqrt(max(k_z_sd**2 * (1.0 - k_z_noise_share) - k_z_parent**2, 0.0))
    for i in range(p_present.size):
        age = np.int64(p_age[i])
        if p_present[i] == 0 or age >= ADULT:
            continue
        if age < FIRST:
            p_weight[i] = between_(float(age), _INFANT, k_infant_weight, 0)
            p_height[i] = 0.0
        elif p_height[i] <= 0:
            h, sex = np.int64(p_household[i]) - h0, np.int64(p_sex[i])
            level = between_(age / 12.0, k_z_ages, k_z_mean, 0)
            if bmis[h] > 0:
                level += k_z_parent * (bmis[h] - k_parent_bmi[0]) / k_parent_bmi[1]
            level += k_z_income * (min(h_poverty_ratio[h], k_income_range[0]) - k_income_range[1])
            z = level + spread * normal_quantile(float(pu_person[i]))
            tall = k_height_parent * heights[h] + np.sqrt(1.0 - 0.5 * k_height_parent**2) * normal_quantile(float(pu_height[i]))
            p_z_person[i] = p_bmi_z[i] = z
            p_height_z[i] = tall
            p_height[i] = stature_(tall, sex, age, k_cdc_stature_l, k_cdc_stature_m, k_cdc_stature_s)


def first_plain(
    p_present, p_household, p_age, p_sex, p_role, p_bmi, p_height, p_height_z, p_weight, p_bmi_z,
    p_z_person, h_present, h_poverty_ratio, h0, pu_person, pu_height, k_infant_weight, k_height_parent,
    k_z_ages, k_z_mean, k_z_sd, k_z_noise_share, k_z_parent, k_parent_bmi, k_z_income, k_income_range,
    k_cdc_stature_l, k_cdc_stature_m, k_cdc_stature_s,
):  # fmt: skip
    bmis = _parents_plain(p_present, p_household, p_age, p_role, p_bmi, p_bmi, h_present.size, h0)
    heights = _parents_plain(p_present, p_household, p_age, p_role, p_height_z, p_bmi, h_present.size, h0)
    infant = (p_present != 0) & (p_age < FIRST)
    i = np.flatnonzero((p_present != 0) & (p_age >= FIRST) & (p_age < ADULT) & (p_height <= 0))
    p_weight[infant] = infant_weight(p_age[infant], k_infant_weight)
    p_height[infant] = 0.0
    h, sex, months = p_household[i].astype(np.int64) - h0, p_sex[i].astype(np.int64), p_age[i].astype(float)
    spread = np.sqrt(max(k_z_sd**2 * (1.0 - k_z_noise_share) - k_z_parent**2, 0.0))
    level = family_level(
        months, bmis[h], h_poverty_ratio[h].astype(float), k_z_ages, k_z_mean, k_z_parent, k_parent_bmi,
        k_z_income, k_income_range,
    )  # fmt: skip
    z = level + spread * ndtri(np.maximum(pu_person[i].astype(float), 1e-12))
    tall = k_height_parent * heights[h] + np.sqrt(1.0 - 0.5 * k_height_parent**2) * ndtri(
        np.maximum(pu_height[i].astype(float), 1e-12)
    )
    reference = GrowthTables(*[np.zeros(1)] * 4, k_cdc_stature_l, k_cdc_stature_m, k_cdc_stature_s)
    p_z_person[i] = p_bmi_z[i] = z
    p_height_z[i] = tall
    p_height[i] = stature(tall, months, sex, reference)


FIRST_WEIGHT = process(
    "weight.first",
    kernel=first_kernel,
    twin=first_plain,
    writes=("p_height", "p_height_z", "p_weight", "p_bmi_z", "p_z_person"),
    summary="Infants weigh by age; at two a child draws height and its personal BMI z around its family.",
)


@njit(cache=True, nogil=True)
def child_kernel(
    p_present, p_household, p_age, p_sex, p_role, p_ace_bits, p_energy_shift, p_activity,
    p_activity_disposition, p_height_z, p_height, p_weight, p_set_point, p_bmi, p_bmi_z, p_z_person,
    h_present, h_poverty_ratio, lh_ace_harm, pz_renewal, pz_noise, h0, k_kappa_at_0, k_kappa_slope,
    k_kappa_floor, k_tau_child, k_z_ages, k_z_mean, k_z_sd, k_z_noise_share, k_z_person_years,
    k_z_parent, k_parent_bmi, k_z_income, k_income_range, k_activity__scale, k_activity__offset,
    k_activity__spread, k_activity__age_shift, k_activity__female, k_activity_met, k_activity_kept,
    k_ace_kcal, k_ace_limit, k_ace_ages, k_cdc_bmi_l, k_cdc_bmi_m, k_cdc_bmi_s, k_cdc_sigma,
    k_cdc_stature_l, k_cdc_stature_m, k_cdc_stature_s,
):  # fmt: skip
    bmis = _parents(p_present, p_household, p_age, p_role, p_bmi, p_bmi, h_present.size, h0)
    spread = np.sqrt(max(k_z_sd**2 * (1.0 - k_z_noise_share) - k_z_parent**2, 0.0))
    keep = np.exp(-1.0 / (12.0 * k_z_person_years))
    renewal, jitter = spread * np.sqrt(1.0 - keep * keep), k_z_sd * np.sqrt(k_z_noise_share)
    for i in range(p_present.size):
        months = np.int64(p_age[i])
        if p_present[i] == 0 or months < FIRST or months >= ADULT:
            continue
        h, sex, age = np.int64(p_household[i]) - h0, np.int64(p_sex[i]), months / 12.0
        family = k_z_income * (min(h_poverty_ratio[h], k_income_range[0]) - k_income_range[1])
        if bmis[h] > 0:
            family += k_z_parent * (bmis[h] - k_parent_bmi[0]) / k_parent_bmi[1]
        before = between_(age - 1.0 / 12.0, k_z_ages, k_z_mean, 0) + family
        person = between_(age, k_z_ages, k_z_mean, 0) + family + keep * (p_z_person[i] - before) + renewal * pz_renewal[i]
        height = stature_(p_height_z[i], sex, months, k_cdc_stature_l, k_cdc_stature_m, k_cdc_stature_s)
        square = (height / 100.0) ** 2
        usual = usual_activity_(
            months, sex, p_activity_disposition[i], k_activity__scale, k_activity__offset, k_activity__spread,
            k_activity__age_shift, k_activity__female,
        )  # fmt: skip
        energy = p_energy_shift[i] - activity_kcal_(p_activity[i], usual, p_bmi[i] * square, k_activity_met, k_activity_kept)
        emerged = min(max((age - k_ace_ages[0]) / (k_ace_ages[1] - k_ace_ages[0]), 0.0), 1.0)
        energy += k_ace_kcal * min(CORE_COUNT[p_ace_bits[i] & CORE_MASK], k_ace_limit) * emerged * lh_ace_harm[h]
        kappa = max(k_kappa_at_0[sex] - k_kappa_slope[sex] * age, k_kappa_floor)
        slope = bmi_slope_(person, sex, months, k_cdc_bmi_l, k_cdc_bmi_m, k_cdc_bmi_s)
        target = person + energy / kappa / (square * slope)
        stay = np.exp(-1.0 / (12.0 * (k_tau_child[0] if months < _TEN else k_tau_child[1])))
        z = target + stay * (p_bmi_z[i] - target) + jitter * np.sqrt(1.0 - stay * stay) * pz_noise[i]
        z = min(max(z, -4.0), 4.0)
        bmi = bmi_from_z_(z, sex, months, k_cdc_bmi_l, k_cdc_bmi_m, k_cdc_bmi_s, k_cdc_sigma)
        point = bmi_from_z_(person, sex, months, k_cdc_bmi_l, k_cdc_bmi_m, k_cdc_bmi_s, k_cdc_sigma)
        p_height[i], p_weight[i], p_bmi[i], p_bmi_z[i] = height, bmi * square, bmi, z
        p_z_person[i], p_set_point[i] = min(max(person, -4.0), 4.0), point * square


def child_plain(
    p_present, p_household, p_age, p_sex, p_role, p_ace_bits, p_energy_shift, p_activity,
    p_activity_disposition, p_height_z, p_height, p_weight, p_set_point, p_bmi, p_bmi_z, p_z_person,
    h_present, h_poverty_ratio, lh_ace_harm, pz_renewal, pz_noise, h0, k_kappa_at_0, k_kappa_slope,
    k_kappa_floor, k_tau_child, k_z_ages, k_z_mean, k_z_sd, k_z_noise_share, k_z_person_years,
    k_z_parent, k_parent_bmi, k_z_income, k_income_range, k_activity__scale, k_activity__offset,
    k_activity__spread, k_activity__age_shift, k_activity__female, k_activity_met, k_activity_kept,
    k_ace_kcal, k_ace_limit, k_ace_ages, k_cdc_bmi_l, k_cdc_bmi_m, k_cdc_bmi_s, k_cdc_sigma,
    k_cdc_stature_l, k_cdc_stature_m, k_cdc_stature_s,
):  # fmt: skip
    reference = GrowthTables(
        k_cdc_bmi_l, k_cdc_bmi_m, k_cdc_bmi_s, k_cdc_sigma, k_cdc_stature_l, k_cdc_stature_m, k_cdc_stature_s
    )
    bmis = _parents_plain(p_present, p_household, p_age, p_role, p_bmi, p_bmi, h_present.size, h0)
    i = np.flatnonzero((p_present != 0) & (p_age >= FIRST) & (p_age < ADULT))
    h, sex, months = p_household[i].astype(np.int64) - h0, p_sex[i].astype(np.int64), p_age[i].astype(float)
    poverty = h_poverty_ratio[h].astype(float)
    known = (k_z_ages, k_z_mean, k_z_parent, k_parent_bmi, k_z_income, k_income_range)
    before = family_level(months - 1.0, bmis[h], poverty, *known)
    spread = np.sqrt(max(k_z_sd**2 * (1.0 - k_z_noise_share) - k_z_parent**2, 0.0))
    keep = np.exp(-1.0 / (12.0 * k_z_person_years))
    person = family_level(months, bmis[h], poverty, *known) + keep * (p_z_person[i] - before)
    person = person + spread * np.sqrt(1.0 - keep * keep) * pz_renewal[i]
    square = (stature(p_height_z[i], months, sex, reference) / 100.0) ** 2
    usual = usual_activity(
        months, sex, p_activity_disposition[i], k_activity__scale, k_activity__offset, k_activity__spread,
        k_activity__age_shift, k_activity__female,
    )  # fmt: skip
    energy = p_energy_shift[i] - activity_kcal(p_activity[i], usual, p_bmi[i] * square, k_activity_met, k_activity_kept)
    count = np.minimum(CORE_COUNT[p_ace_bits[i] & CORE_MASK], k_ace_limit)
    energy = energy + k_ace_kcal * count * ace_share(months, k_ace_ages) * lh_ace_harm[h]
    kappa = np.maximum(k_kappa_at_0[sex] - k_kappa_slope[sex] * (months / 12.0), k_kappa_floor)
    target = person + energy / kappa / (square * bmi_slope(person, months, sex, reference))
    stay = np.exp(-1.0 / (12.0 * np.where(months < _TEN, k_tau_child[0], k_tau_child[1])))
    jitter = k_z_sd * np.sqrt(k_z_noise_share) * np.sqrt(1.0 - stay * stay)
    z = np.clip(target + stay * (p_bmi_z[i] - target) + jitter * pz_noise[i], -4.0, 4.0)
    bmi = bmi_from_z(z, months, sex, reference)
    p_height[i], p_weight[i] = 100.0 * np.sqrt(square), bmi * square
    p_bmi[i], p_bmi_z[i], p_z_person[i] = bmi, z, np.clip(person, -4.0, 4.0)
    p_set_point[i] = bmi_from_z(person, months, sex, reference) * square


CHILD_WEIGHT = process(
    "weight.child",
    kernel=child_kernel,
    twin=child_plain,
    writes=("p_height", "p_weight", "p_set_point", "p_bmi", "p_bmi_z", "p_z_person"),
    summary="Children's BMI z moves to a personal level that follows the family, shifted by energy balance.",
)
