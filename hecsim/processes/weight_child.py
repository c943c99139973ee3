"""Weight of children: a BMI z score on the CDC 2000 reference, with height at a constant z score.

    z target  = z_person + (energy / kappa(age, sex)) / (height^2 dBMI/dz)
    z        += (z target - z)(1 - exp(-1 / (12 tau))) + noise
    z_person  = family level + deviation,   deviation renewed with a time constant of some twenty years

kappa (kcal/day per kg) falls with age (Hall 2013, 10.1016/S2213-8587(13)70051-2) and tau is half a
year below ten and 0.8 years after. The family level is the mean of the age, plus a share of the
parents' BMI and a small gradient of income. The slow renewal plus a little noise reproduce tracking:
z scores correlate about 0.95 over one year, 0.79 over five and 0.5 from childhood to 30 (`hecsim validate --only tracking`).

Energy is the net shift of the diet (compensation included), activity beyond the usual, and a little
for adversity, which starts at 12. `set_point` is the weight that belongs to z_person, so that a
person who turns 18 carries on with it. Below two only a weight by age is kept, as state; at two a
child draws height and the personal part of its z score around its family.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from hecsim.compiled import njit
from hecsim.luck import normal_quantile, normals_among, normals_of, uniform_at, uniforms_of
from hecsim.processes.ace_bits import ADULT, CORE_COUNT, CORE_MASK
from hecsim.processes.base import process
from hecsim.processes.growth import (
    FIRST,
    Z95,
    Z_LIMIT,
    GrowthTables,
    between,
    between_,
    bmi_from_z,
    bmi_slope,
    infant_weight,
    monthly_,
    power_,
    sigma_,
    stature,
    stature_,
    tail_,
)
from hecsim.processes.maths import by_month, core_count, exp_, home, listed
from hecsim.processes.weight_adult import (
    ace_share,
    activity_kcal,
    activity_kcal_,
    usual_activity,
)

__all__ = ["CHILD_WEIGHT", "FIRST_WEIGHT", "family_level"]

_INFANT = np.array([0.0, 6.0, 12.0, 24.0])  # months of the infant weights
_TEN, _TWELVE = 120, 144


def family_level(
    months: np.ndarray, parents: np.ndarray, poverty: np.ndarray, z_ages: np.ndarray, z_mean: np.ndarray,
    z_parent: float, parent_bmi: np.ndarray, z_income: float, income_range: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """Mean BMI z of children of an age whose parents have this mean BMI (0 unknown) and income."""
    level = between(np.asarray(months, float) / 12.0, z_ages, z_mean)
    level = level + z_parent * np.where(parents > 0, (parents - parent_bmi[0]) / parent_bmi[1], 0.0)
    return level + z_income * (np.minimum(poverty, income_range[0]) - income_range[1])


@njit(error_model="numpy")
def _parents(p_present, p_household, p_age, p_role, p_bmi, n, h0):
    """Mean BMI of the grown householder and partner of each household; 0 where nobody is known."""
    total, count = np.zeros(n), np.zeros(n)
    known = np.empty(p_present.size, np.float32)
    for i in range(p_present.size):  # no branch, so that the compiler takes many people at a time
        parent = (p_present[i] != 0) & (p_role[i] <= 1) & (p_age[i] >= ADULT) & (p_bmi[i] > 0)
        known[i] = p_bmi[i] if parent else np.float32(0.0)
    for i in range(p_present.size):
        h = home(p_household[i], p_present[i], h0)
        total[h] += known[i]
        count[h] += known[i] > 0.0
    for h in range(n):
        total[h] /= max(count[h], 1.0)
    return total


def _parents_plain(p_present, p_household, p_age, p_role, values, known, n, h0):
    i = np.flatnonzero((p_present != 0) & (p_role <= 1) & (p_age >= ADULT) & (known > 0))
    h = p_household[i].astype(np.int64) - h0
    count = np.bincount(h, minlength=n)
    return np.bincount(h, values[i].astype(float), n) / np.maximum(count, 1)


@njit(error_model="numpy")
def first_kernel(
    p_present, p_household, p_age, p_sex, p_role, p_bmi, p_height, p_height_z, p_weight, p_bmi_z,
    p_z_person, h_present, h_poverty_ratio, h0, luck_p, du_person, du_height, k_infant_weight, k_height_parent,
    k_z_ages, k_z_mean, k_z_sd, k_z_noise_share, k_z_parent, k_parent_bmi, k_z_income, k_income_range,
    k_cdc_stature_l, k_cdc_stature_m, k_cdc_stature_s,
):  # fmt: skip
    small = np.empty(p_present.size, np.uint8)
    for i in range(p_present.size):  # infants, and children who have not been measured yet
        small[i] = (p_present[i] != 0) & (p_age[i] < ADULT) & ((p_age[i] < FIRST) | (p_height[i] <= 0))
    rows = listed(small)
    # Parents are asked only where somebody is measured for the first time: BMI, height and how many.
    asked, parents = np.zeros(h_present.size, np.uint8), np.zeros((h_present.size, 3))
    for j in range(rows.size):
        asked[home(p_household[rows[j]], 1, h0)] |= p_age[rows[j]] >= FIRST
    near = np.empty(p_present.size, np.uint8)
    for i in range(p_present.size):
        near[i] = asked[home(p_household[i], p_present[i], h0)]
    for i in listed(near):
        if (p_present[i] != 0) & (p_role[i] <= 1) & (p_age[i] >= ADULT) & (p_bmi[i] > 0):
            h = home(p_household[i], 1, h0)
            parents[h, 0] += p_bmi[i]
            parents[h, 1] += p_height_z[i]
            parents[h, 2] += 1.0
    spread = np.sqrt(max(k_z_sd**2 * (1.0 - k_z_noise_share) - k_z_parent**2, 0.0))
    for j in range(rows.size):
        i = rows[j]
        age = np.int64(p_age[i])
        if age < FIRST:
            p_weight[i] = between_(float(age), _INFANT, k_infant_weight, 0)
            p_height[i] = 0.0
        else:
            h, sex = np.int64(p_household[i]) - h0, np.int64(p_sex[i])
            level = between_(age / 12.0, k_z_ages, k_z_mean, 0)
            known = max(parents[h, 2], 1.0)
            if parents[h, 0] > 0:
                level += k_z_parent * (parents[h, 0] / known - k_parent_bmi[0]) / k_parent_bmi[1]
            level += k_z_income * (min(h_poverty_ratio[h], k_income_range[0]) - k_income_range[1])
            z = level + spread * normal_quantile(float(uniform_at(luck_p, i, du_person)))
            own = np.sqrt(1.0 - 0.5 * k_height_parent**2) * normal_quantile(float(uniform_at(luck_p, i, du_height)))
            tall = k_height_parent * parents[h, 1] / known + own
            p_z_person[i] = p_bmi_z[i] = z
            p_height_z[i] = tall
            p_height[i] = stature_(tall, sex, age, k_cdc_stature_l, k_cdc_stature_m, k_cdc_stature_s)


def first_plain(
    p_present, p_household, p_age, p_sex, p_role, p_bmi, p_height, p_height_z, p_weight, p_bmi_z,
    p_z_person, h_present, h_poverty_ratio, h0, luck_p, du_person, du_height, k_infant_weight, k_height_parent,
    k_z_ages, k_z_mean, k_z_sd, k_z_noise_share, k_z_parent, k_parent_bmi, k_z_income, k_income_range,
    k_cdc_stature_l, k_cdc_stature_m, k_cdc_stature_s,
):  # fmt: skip
    pu_person = uniforms_of(luck_p, du_person)
    pu_height = uniforms_of(luck_p, du_height)
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


@njit(error_model="numpy")
def child_kernel(
    p_present, p_household, p_age, p_sex, p_role, p_ace_bits, p_energy_shift, p_activity,
    p_activity_disposition, p_height_z, p_height, p_weight, p_set_point, p_bmi, p_bmi_z, p_z_person,
    h_present, h_poverty_ratio, lh_ace_harm, luck_p, dz_renewal, dz_noise, h0, k_kappa_at_0, k_kappa_slope,
    k_kappa_floor, k_tau_child, k_z_ages, k_z_mean, k_z_sd, k_z_noise_share, k_z_person_years,
    k_z_parent, k_parent_bmi, k_z_income, k_income_range, k_activity__scale, k_activity__offset,
    k_activity__spread, k_activity__age_shift, k_activity__female, k_activity_met, k_activity_kept,
    k_ace_kcal, k_ace_limit, k_ace_ages, k_cdc_bmi_l, k_cdc_bmi_m, k_cdc_bmi_s, k_cdc_sigma,
    k_cdc_stature_l, k_cdc_stature_m, k_cdc_stature_s,
):  # fmt: skip
    bmis = _parents(p_present, p_household, p_age, p_role, p_bmi, h_present.size, h0)
    spread = np.sqrt(max(k_z_sd**2 * (1.0 - k_z_noise_share) - k_z_parent**2, 0.0))
    keep = np.exp(-1.0 / (12.0 * k_z_person_years))
    renewal, jitter = spread * np.sqrt(1.0 - keep * keep), k_z_sd * np.sqrt(k_z_noise_share)
    typical = by_month(k_z_ages, k_z_mean)
    stays = np.exp(-1.0 / (12.0 * k_tau_child))
    wobbles = jitter * np.sqrt(1.0 - stays * stays)
    measured = np.empty(p_present.size, np.uint8)
    for i in range(p_present.size):
        measured[i] = (p_present[i] != 0) & (p_age[i] >= FIRST) & (p_age[i] < ADULT)
    rows = listed(measured)
    count = rows.size
    new, noise = normals_among(luck_p, rows, dz_renewal), normals_among(luck_p, rows, dz_noise)
    table_l, table_m, table_s = monthly_(k_cdc_bmi_l), monthly_(k_cdc_bmi_m), monthly_(k_cdc_bmi_s)
    tall_l, tall_m, tall_s = monthly_(k_cdc_stature_l), monthly_(k_cdc_stature_m), monthly_(k_cdc_stature_s)
    l, m, s, person = np.empty(count), np.empty(count), np.empty(count), np.empty(count)  # noqa: E741
    square, high, energy, weight = np.empty(count), np.empty(count), np.empty(count), np.empty(count)
    for j in range(count):  # what is looked up, in a loop of its own
        i = rows[j]
        months, sex, h = np.uint64(p_age[i]), np.uint64(p_sex[i]), home(p_household[i], 1, h0)
        l[j], m[j], s[j] = table_l[sex, months], table_m[sex, months], table_s[sex, months]
        family = k_z_income * (min(h_poverty_ratio[h], k_income_range[0]) - k_income_range[1])
        family += k_z_parent * (bmis[h] - k_parent_bmi[0]) / k_parent_bmi[1] if bmis[h] > 0 else 0.0
        before = typical[months - np.uint64(1)] + family
        person[j] = typical[months] + family + keep * (p_z_person[i] - before) + renewal * new[j]
        square[j] = tall_s[sex, months] * min(max(np.float64(p_height_z[i]), -Z_LIMIT), Z_LIMIT)
        high[j], weight[j] = tall_m[sex, months], tall_l[sex, months]
        band = (p_age[i] >= _TWELVE) * 1
        level = k_activity__age_shift[band] + (k_activity__female if p_sex[i] == 1 else 0.0)
        energy[j] = k_activity__spread * p_activity_disposition[i] + level
    for j in range(count):  # stature, then what the activity usual at this age burns
        tall, flat = power_(1.0 + weight[j] * square[j], 1.0 / weight[j]), exp_(square[j])
        high[j] *= tall if abs(weight[j]) >= 1e-6 else flat
        square[j] = (high[j] / 100.0) * (high[j] / 100.0)
        energy[j] = max(k_activity__scale * exp_(energy[j]) - k_activity__offset, 0.0)
    for j in range(count):
        i = rows[j]
        sex, age = np.int64(p_sex[i]), p_age[i] / 12.0
        burned = activity_kcal_(p_activity[i], energy[j], p_bmi[i] * square[j], k_activity_met, k_activity_kept)
        emerged = min(max((age - k_ace_ages[0]) / (k_ace_ages[1] - k_ace_ages[0]), 0.0), 1.0)
        harm = k_ace_kcal * min(core_count(p_ace_bits[i]), k_ace_limit) * emerged * lh_ace_harm[home(p_household[i], 1, h0)]
        kappa = max(k_kappa_at_0[sex] - k_kappa_slope[sex] * age, k_kappa_floor)
        energy[j] = (p_energy_shift[i] - burned + harm) / kappa
    for j in range(count):  # no branch, so that the compiler takes several children at a time
        base = 1.0 + l[j] * s[j] * min(max(person[j], -Z_LIMIT), Z95)
        weight[j] = power_(base, 1.0 / l[j])
        slope = m[j] * s[j] * weight[j] / base
        energy[j] = person[j] + energy[j] / (square[j] * slope)
    for j in range(count):
        i = rows[j]
        late = np.uint64(p_age[i] >= _TEN)
        target = energy[j]
        z = min(max(target + stays[late] * (p_bmi_z[i] - target) + wobbles[late] * noise[j], -Z_LIMIT), Z_LIMIT)
        energy[j], person[j] = z, min(max(person[j], -Z_LIMIT), Z_LIMIT)
        p_bmi_z[i], p_z_person[i] = z, person[j]
    for j in range(count):  # the plain formula, up to the 95th percentile
        l[j] = m[j] * power_(1.0 + l[j] * s[j] * min(energy[j], Z95), 1.0 / l[j])
        m[j] *= weight[j]
    for j in range(count):  # and the extended one above
        i = rows[j]
        sigma = sigma_(k_cdc_sigma, np.int64(p_sex[i]), np.int64(p_age[i]))
        bmi, point = l[j] + sigma * tail_(energy[j]), m[j] + sigma * tail_(person[j])
        p_height[i], p_weight[i], p_bmi[i], p_set_point[i] = high[j], bmi * square[j], bmi, point * square[j]


def child_plain(
    p_present, p_household, p_age, p_sex, p_role, p_ace_bits, p_energy_shift, p_activity,
    p_activity_disposition, p_height_z, p_height, p_weight, p_set_point, p_bmi, p_bmi_z, p_z_person,
    h_present, h_poverty_ratio, lh_ace_harm, luck_p, dz_renewal, dz_noise, h0, k_kappa_at_0, k_kappa_slope,
    k_kappa_floor, k_tau_child, k_z_ages, k_z_mean, k_z_sd, k_z_noise_share, k_z_person_years,
    k_z_parent, k_parent_bmi, k_z_income, k_income_range, k_activity__scale, k_activity__offset,
    k_activity__spread, k_activity__age_shift, k_activity__female, k_activity_met, k_activity_kept,
    k_ace_kcal, k_ace_limit, k_ace_ages, k_cdc_bmi_l, k_cdc_bmi_m, k_cdc_bmi_s, k_cdc_sigma,
    k_cdc_stature_l, k_cdc_stature_m, k_cdc_stature_s,
):  # fmt: skip
    pz_renewal = normals_of(luck_p, dz_renewal)
    pz_noise = normals_of(luck_p, dz_noise)
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
