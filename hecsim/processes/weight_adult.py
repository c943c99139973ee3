"""Weight of adults: the linearized Hall model around a set point of their own.

    target = set point + energy / epsilon(BMI, sex) + influence of the home
    W     += (target - W) (1 - exp(-1 / (12 tau(BMI, sex))))

epsilon (kcal/day per kg) and tau (years) fall and rise with the BMI of the set point, as fitted to
runs of the full model (Hall 2011, 10.1016/S0140-6736(11)60812-X). `energy` is

* `p_energy_shift`, the net shift of the diet and of eating under stress, compensation included
  (process food);
* activity against what a person of this age and disposition usually does, kept after compensation
  (Careau 2021). Against the usual level, because the age pattern of weight already holds the age
  pattern of activity;
* small terms for a depressive episode and for childhood adversity, the last rising from nothing at
  12 to its full size at 30.

The set point drifts with age and sex, with an innovation of each person's own, and a birth leaves
some weight behind. People at home pull on each other's weight but not on the set point, so that
partners do not become alike over the years. `bmi` is the person's own; while pregnant, `weight`
adds the gain of gestation.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from hecsim.processes.ace_bits import ADULT, CORE_COUNT, CORE_MASK
from hecsim.processes.base import process
from hecsim.processes.growth import (
    GrowthTables,
    between,
    between_,
    kcal_per_kg_adult,
    stature,
    stature_,
    time_constant_adult,
)

__all__ = ["ADULT_WEIGHT", "ace_share", "activity_kcal"]

TERM = 9  # months of gestation
AGE_STEPS = np.array([12, 18, 35, 50, 65, 75]) * 12  # where activity.age_shift takes its next entry
_GROWN = 240  # months: height no longer changes


@njit(cache=True, nogil=True)
def activity_kcal_(minutes, usual, kilograms, met, kept):
    """kcal/day that activity (min/week) burns beyond the usual, after compensation."""
    return kept * (met - 1.0) * 3.5 * kilograms / 200.0 * (minutes - usual) / 7.0


def activity_kcal(minutes: np.ndarray, usual: np.ndarray, kilograms: np.ndarray, met: float, kept: float) -> np.ndarray:
    """kcal/day that activity (min/week) burns beyond the usual, after compensation."""
    return kept * (met - 1.0) * 3.5 * kilograms / 200.0 * (minutes - usual) / 7.0


@njit(cache=True, nogil=True)
def usual_activity_(months, sex, disposition, scale, offset, spread, age_shift, female):
    """Activity (min/week) usual for an age, sex and disposition in average circumstances."""
    level = spread * disposition + age_shift[np.searchsorted(AGE_STEPS, np.int64(months), side="right")]
    if sex == 1:
        level += female
    return max(scale * np.exp(level) - offset, 0.0)


def usual_activity(
    months: np.ndarray, sex: np.ndarray, disposition: np.ndarray, scale: float, offset: float, spread: float,
    age_shift: np.ndarray, female: float,
) -> np.ndarray:  # fmt: skip
    """Activity (min/week) usual for an age, sex and disposition in average circumstances."""
    level = spread * np.asarray(disposition, float)
    level = level + age_shift[np.searchsorted(AGE_STEPS, np.asarray(months, np.int64), side="right")]
    return np.maximum(scale * np.exp(level + np.where(sex == 1, female, 0.0)) - offset, 0.0)


def ace_share(months: np.ndarray, ages: np.ndarray) -> np.ndarray:
    """Share of the adult effect of childhood adversity that has emerged by an age."""
    return np.clip((np.asarray(months, float) / 12.0 - ages[0]) / (ages[1] - ages[0]), 0.0, 1.0)


@njit(cache=True, nogil=True)
def adult_kernel(
    p_present, p_household, p_age, p_sex, p_since_birth, p_pregnancy, p_depression, p_ace_bits,
    p_energy_shift, p_activity, p_activity_disposition, p_height_z, p_height, p_weight, p_set_point,
    p_bmi, h_present, lh_ace_harm, pz_drift, h0, k_epsilon_at_28, k_epsilon_power, k_tau_slope,
    k_tau_intercept, k_tau_floor, k_drift_ages, k_drift_male, k_drift_female, k_drift_scale,
    k_innovation_ages, k_innovation_sd, k_set_point_bmi_low, k_set_point_bmi_high, k_pregnancy_gain,
    k_pregnancy_retention, k_activity__scale, k_activity__offset, k_activity__spread,
    k_activity__age_shift, k_activity__female, k_activity_met, k_activity_kept, k_depression_kcal,
    k_ace_kcal, k_ace_limit, k_ace_ages, k_household_influence, k_cdc_stature_l, k_cdc_stature_m,
    k_cdc_stature_s,
):  # fmt: skip
    total, adults = np.zeros(h_present.size), np.zeros(h_present.size)
    for i in range(p_present.size):
        if p_present[i] != 0 and p_age[i] >= ADULT and p_bmi[i] > 0:
            h = np.int64(p_household[i]) - h0
            total[h] += p_bmi[i]
            adults[h] += 1.0
    for i in range(p_present.size):
        if p_present[i] == 0 or p_age[i] < ADULT:
            continue
        h, sex, age = np.int64(p_household[i]) - h0, np.int64(p_sex[i]), p_age[i] / 12.0
        height = float(p_height[i])
        if p_age[i] <= _GROWN or height <= 0:
            height = stature_(p_height_z[i], sex, p_age[i], k_cdc_stature_l, k_cdc_stature_m, k_cdc_stature_s)
        square = (height / 100.0) ** 2
        bmi = p_bmi[i] if p_bmi[i] > 0 else p_set_point[i] / square
        own = bmi * square
        drift = between_(age, k_drift_ages, k_drift_male if sex == 0 else k_drift_female, 0) * k_drift_scale
        point = p_set_point[i] + drift / 12.0
        point += between_(age, k_innovation_ages, k_innovation_sd, 0) * pz_drift[i] / np.sqrt(12.0)
        if p_since_birth[i] == 1:
            point += k_pregnancy_retention
        point = min(max(point, k_set_point_bmi_low * square), k_set_point_bmi_high * square)
        at = point / square
        epsilon = k_epsilon_at_28[sex] * (at / 28.0) ** k_epsilon_power[sex]
        tau = max(k_tau_slope[sex] * at + k_tau_intercept[sex], k_tau_floor)
        usual = usual_activity_(
            p_age[i], sex, p_activity_disposition[i], k_activity__scale, k_activity__offset,
            k_activity__spread, k_activity__age_shift, k_activity__female,
        )  # fmt: skip
        energy = p_energy_shift[i] - activity_kcal_(p_activity[i], usual, own, k_activity_met, k_activity_kept)
        energy += k_depression_kcal if p_depression[i] != 0 else 0.0
        emerged = min(max((age - k_ace_ages[0]) / (k_ace_ages[1] - k_ace_ages[0]), 0.0), 1.0)
        count = min(CORE_COUNT[p_ace_bits[i] & CORE_MASK], k_ace_limit)
        energy += k_ace_kcal * count * emerged * lh_ace_harm[h]
        target = point + energy / epsilon
        if adults[h] > 1 and p_bmi[i] > 0:
            target += k_household_influence * tau * ((total[h] - bmi) / (adults[h] - 1.0) - bmi) * square
        own += (target - own) * -np.expm1(-1.0 / (12.0 * tau))
        own = max(own, k_set_point_bmi_low * square * 0.8)  # no process here starves anyone
        p_height[i], p_set_point[i], p_bmi[i] = height, point, own / square
        p_weight[i] = own + k_pregnancy_gain * min(p_pregnancy[i] / TERM, 1.0)


def adult_plain(
    p_present, p_household, p_age, p_sex, p_since_birth, p_pregnancy, p_depression, p_ace_bits,
    p_energy_shift, p_activity, p_activity_disposition, p_height_z, p_height, p_weight, p_set_point,
    p_bmi, h_present, lh_ace_harm, pz_drift, h0, k_epsilon_at_28, k_epsilon_power, k_tau_slope,
    k_tau_intercept, k_tau_floor, k_drift_ages, k_drift_male, k_drift_female, k_drift_scale,
    k_innovation_ages, k_innovation_sd, k_set_point_bmi_low, k_set_point_bmi_high, k_pregnancy_gain,
    k_pregnancy_retention, k_activity__scale, k_activity__offset, k_activity__spread,
    k_activity__age_shift, k_activity__female, k_activity_met, k_activity_kept, k_depression_kcal,
    k_ace_kcal, k_ace_limit, k_ace_ages, k_household_influence, k_cdc_stature_l, k_cdc_stature_m,
    k_cdc_stature_s,
):  # fmt: skip
    i = np.flatnonzero((p_present != 0) & (p_age >= ADULT))
    h, sex, months = p_household[i].astype(np.int64) - h0, p_sex[i].astype(np.int64), p_age[i].astype(float)
    age, bmi_now = months / 12.0, p_bmi[i].astype(float)
    known = bmi_now > 0
    total = np.bincount(h[known], bmi_now[known], h_present.size)
    adults = np.bincount(h[known], minlength=h_present.size)
    reference = GrowthTables(*[np.zeros(1)] * 4, k_cdc_stature_l, k_cdc_stature_m, k_cdc_stature_s)
    height = p_height[i].astype(float)
    growing = (months <= _GROWN) | (height <= 0)
    height[growing] = stature(p_height_z[i][growing], months[growing], sex[growing], reference)
    square = (height / 100.0) ** 2
    bmi = np.where(known, bmi_now, p_set_point[i] / square)
    own = bmi * square
    drift = np.where(sex == 0, between(age, k_drift_ages, k_drift_male), between(age, k_drift_ages, k_drift_female))
    point = p_set_point[i] + drift * k_drift_scale / 12.0
    point = point + between(age, k_innovation_ages, k_innovation_sd) * pz_drift[i] / np.sqrt(12.0)
    point = point + np.where(p_since_birth[i] == 1, k_pregnancy_retention, 0.0)
    point = np.clip(point, k_set_point_bmi_low * square, k_set_point_bmi_high * square)
    epsilon = kcal_per_kg_adult(point / square, sex, k_epsilon_at_28, k_epsilon_power)
    tau = time_constant_adult(point / square, sex, k_tau_slope, k_tau_intercept, k_tau_floor)
    usual = usual_activity(
        months, sex, p_activity_disposition[i], k_activity__scale, k_activity__offset, k_activity__spread,
        k_activity__age_shift, k_activity__female,
    )  # fmt: skip
    energy = p_energy_shift[i] - activity_kcal(p_activity[i], usual, own, k_activity_met, k_activity_kept)
    energy = energy + k_depression_kcal * (p_depression[i] != 0)
    count = np.minimum(CORE_COUNT[p_ace_bits[i] & CORE_MASK], k_ace_limit)
    energy = energy + k_ace_kcal * count * ace_share(months, k_ace_ages) * lh_ace_harm[h]
    target = point + energy / epsilon
    others = np.where(known & (adults[h] > 1), (total[h] - bmi) / np.maximum(adults[h] - 1.0, 1.0) - bmi, 0.0)
    target = target + k_household_influence * tau * others * square
    own = own + (target - own) * -np.expm1(-1.0 / (12.0 * tau))
    own = np.maximum(own, k_set_point_bmi_low * square * 0.8)
    p_height[i], p_set_point[i], p_bmi[i] = height, point, own / square
    p_weight[i] = own + k_pregnancy_gain * np.minimum(p_pregnancy[i] / TERM, 1.0)


ADULT_WEIGHT = process(
    "weight.adult",
    kernel=adult_kernel,
    twin=adult_plain,
    writes=("p_height", "p_weight", "p_set_point", "p_bmi"),
    summary="Adults' weight moves to a personal set point that drifts with age, shifted by energy balance.",
)
