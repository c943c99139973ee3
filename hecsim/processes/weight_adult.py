"""Weight of adults: the linearized Hall model around a set point of their own.

    target = set point + energy / epsilon(BMI, sex) + influence of the home
    W     += (target - W)(1 - d) + wobble x set point x sqrt(1 - d^2) x normal,  d = exp(-1 / (12 tau))

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
some weight behind. Around it weight goes up and down from year to year: without that wobble hardly
anybody would gain or lose five percent in a year, and a quarter of people do. People at home pull on
each other's weight but not on the set point, so that partners do not become alike over the years.
`bmi` is the person's own; while pregnant, `weight` adds the gain of gestation.
"""

from __future__ import annotations

import numpy as np

from hecsim.compiled import njit
from hecsim.processes.ace_bits import ADULT, CORE_COUNT, CORE_MASK
from hecsim.processes.base import process
from hecsim.processes.growth import (
    GrowthTables,
    between,
    kcal_per_kg_adult,
    stature,
    stature_,
    time_constant_adult,
)
from hecsim.processes.maths import MONTHS_OF_LIFE, by_month, core_count, exp_, home, log_

__all__ = ["ADULT_WEIGHT", "ace_share", "activity_kcal"]

TERM = 9  # months of gestation
AGE_STEPS = np.array([12, 18, 35, 50, 65, 75]) * 12  # where activity.age_shift takes its next entry
_35, _50, _65, _75 = 35 * 12, 50 * 12, 65 * 12, 75 * 12  # those of adults
_GROWN = 240  # months: height no longer changes


@njit(error_model="numpy")
def activity_kcal_(minutes, usual, kilograms, met, kept):
    """kcal/day that activity (min/week) burns beyond the usual, after compensation."""
    return kept * (met - 1.0) * (3.5 / 200.0 / 7.0) * kilograms * (minutes - usual)


def activity_kcal(minutes: np.ndarray, usual: np.ndarray, kilograms: np.ndarray, met: float, kept: float) -> np.ndarray:
    """kcal/day that activity (min/week) burns beyond the usual, after compensation."""
    return kept * (met - 1.0) * 3.5 * kilograms / 200.0 * (minutes - usual) / 7.0


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


@njit(error_model="numpy")
def adult_kernel(
    p_present, p_household, p_age, p_sex, p_since_birth, p_pregnancy, p_depression, p_ace_bits,
    p_energy_shift, p_activity, p_activity_disposition, p_height_z, p_height, p_weight, p_set_point,
    p_bmi, h_present, lh_ace_harm, pz_drift, pz_wobble, h0, k_epsilon_at_28, k_epsilon_power, k_tau_slope,
    k_tau_intercept, k_tau_floor, k_drift_ages, k_drift_male, k_drift_female, k_drift_scale,
    k_innovation_ages, k_innovation_sd, k_set_point_bmi_low, k_set_point_bmi_high, k_pregnancy_gain,
    k_pregnancy_retention, k_activity__scale, k_activity__offset, k_activity__spread,
    k_activity__age_shift, k_activity__female, k_activity_met, k_activity_kept, k_depression_kcal,
    k_ace_kcal, k_ace_limit, k_ace_ages, k_household_influence, k_wobble, k_cdc_stature_l, k_cdc_stature_m,
    k_cdc_stature_s,
):  # fmt: skip
    n, homes = p_present.size, h_present.size
    total, adults = np.zeros(homes), np.zeros(homes)
    grown_bmi = np.empty(n, np.float32)
    for i in range(n):  # no branch, so that the compiler takes many people at a time
        known = (p_present[i] != 0) & (p_age[i] >= ADULT) & (p_bmi[i] > 0)
        grown_bmi[i] = p_bmi[i] if known else np.float32(0.0)
    for i in range(n):
        h = home(p_household[i], p_present[i], h0)
        total[h] += grown_bmi[i]
        adults[h] += grown_bmi[i] > 0.0
    men, women = by_month(k_drift_ages, k_drift_male), by_month(k_drift_ages, k_drift_female)
    spread, monthly, root = by_month(k_innovation_ages, k_innovation_sd), k_drift_scale / 12.0, np.sqrt(1.0 / 12.0)
    moves, home_mean, harm = np.empty(n), np.empty(n), np.empty(n)
    for i in range(n):  # what is looked up, in a loop of its own
        h, month = home(p_household[i], p_present[i], h0), min(np.uint64(p_age[i]), np.uint64(MONTHS_OF_LIFE - 1))
        drift = men[month] if p_sex[i] == 0 else women[month]
        moves[i] = drift * monthly + spread[month] * root * pz_drift[i]
        bmi = np.float64(p_bmi[i])
        mean = (total[h] - bmi) / max(adults[h] - 1.0, 1.0) - bmi
        home_mean[i] = mean if (adults[h] > 1.0) & (bmi > 0.0) else 0.0
        harm[i] = lh_ace_harm[h]
    for i in range(n):
        if ((p_age[i] <= _GROWN) | (p_height[i] <= 0)) & (p_age[i] >= ADULT) & (p_present[i] != 0):
            p_height[i] = stature_(
                p_height_z[i], np.int64(p_sex[i]), p_age[i], k_cdc_stature_l, k_cdc_stature_m, k_cdc_stature_s
            )  # fmt: skip
    a0, a1, a2, a3 = k_activity__age_shift[2], k_activity__age_shift[3], k_activity__age_shift[4], k_activity__age_shift[5]
    a4 = k_activity__age_shift[6]
    eps0, eps1, power0, power1 = 1.0 / k_epsilon_at_28[0], 1.0 / k_epsilon_at_28[1], k_epsilon_power[0], k_epsilon_power[1]
    slope0, slope1, cut0, cut1 = k_tau_slope[0], k_tau_slope[1], k_tau_intercept[0], k_tau_intercept[1]
    ace_from, ace_rate, log_28 = k_ace_ages[0] * 12.0, 1.0 / (12.0 * (k_ace_ages[1] - k_ace_ages[0])), np.log(28.0)
    for i in range(n):  # no branch, so that the compiler takes several people at a time
        months, man = p_age[i], p_sex[i] == 0
        grown = (p_present[i] != 0) & (months >= ADULT)
        height = 0.01 * (np.float64(p_height[i]) if grown else 100.0)
        square, inverse = height * height, 1.0 / (height * height)  # few divisions: they cost most here
        point = np.float64(p_set_point[i])
        bmi = np.float64(p_bmi[i]) if p_bmi[i] > 0 else point * inverse
        own = bmi * square
        point += moves[i] + (k_pregnancy_retention if p_since_birth[i] == 1 else 0.0)
        point = min(max(point, k_set_point_bmi_low * square), k_set_point_bmi_high * square)
        at = point * inverse
        per_kcal = (eps0 if man else eps1) * exp_((power0 if man else power1) * (log_28 - log_(at)))
        tau = max((slope0 if man else slope1) * at + (cut0 if man else cut1), k_tau_floor)
        shift = a1 if months >= _35 else a0
        shift = a2 if months >= _50 else shift
        shift = a3 if months >= _65 else shift
        shift = a4 if months >= _75 else shift
        shift += k_activity__spread * p_activity_disposition[i] + (0.0 if man else k_activity__female)
        usual = max(k_activity__scale * exp_(shift) - k_activity__offset, 0.0)
        energy = p_energy_shift[i] - activity_kcal_(p_activity[i], usual, own, k_activity_met, k_activity_kept)
        energy += k_depression_kcal if p_depression[i] != 0 else 0.0
        emerged = min(max((months - ace_from) * ace_rate, 0.0), 1.0)
        energy += k_ace_kcal * min(core_count(p_ace_bits[i]), k_ace_limit) * emerged * harm[i]
        target = point + energy * per_kcal + k_household_influence * tau * home_mean[i] * square
        stay = exp_(-1.0 / (12.0 * tau))
        own += (target - own) * (1.0 - stay) + k_wobble * point * np.sqrt(1.0 - stay * stay) * pz_wobble[i]
        own = max(own, k_set_point_bmi_low * square * 0.8)  # no process here starves anyone
        p_set_point[i] = point if grown else p_set_point[i]
        p_bmi[i] = own * inverse if grown else p_bmi[i]
        p_weight[i] = own + k_pregnancy_gain / TERM * min(p_pregnancy[i], TERM) if grown else p_weight[i]


def adult_plain(
    p_present, p_household, p_age, p_sex, p_since_birth, p_pregnancy, p_depression, p_ace_bits,
    p_energy_shift, p_activity, p_activity_disposition, p_height_z, p_height, p_weight, p_set_point,
    p_bmi, h_present, lh_ace_harm, pz_drift, pz_wobble, h0, k_epsilon_at_28, k_epsilon_power, k_tau_slope,
    k_tau_intercept, k_tau_floor, k_drift_ages, k_drift_male, k_drift_female, k_drift_scale,
    k_innovation_ages, k_innovation_sd, k_set_point_bmi_low, k_set_point_bmi_high, k_pregnancy_gain,
    k_pregnancy_retention, k_activity__scale, k_activity__offset, k_activity__spread,
    k_activity__age_shift, k_activity__female, k_activity_met, k_activity_kept, k_depression_kcal,
    k_ace_kcal, k_ace_limit, k_ace_ages, k_household_influence, k_wobble, k_cdc_stature_l, k_cdc_stature_m,
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
    stay = np.exp(-1.0 / (12.0 * tau))
    own = own + (target - own) * (1.0 - stay) + k_wobble * point * np.sqrt(1.0 - stay * stay) * pz_wobble[i]
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
