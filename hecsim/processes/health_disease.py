"""Type 2 diabetes, hypertension, cardiovascular disease, gestational diabetes.

All are diagnosed conditions that begin and do not end. Hazards per year are an age curve at normal
weight times published ratios:

    diabetes      weight, schooling, earlier gestational diabetes, four or more ACEs, lever `diabetes_onset`
    hypertension  weight by sex
    CVD           weight by sex (what diabetes and pressure do not carry), sex, diabetes,
                  hypertension, ACEs

Ratios are published for classes of weight and hold at the middle of each; between them they are linear, so that
a kilogram lost counts for everybody and not only for those who cross an edge.

Treatment lowers the ratio of hypertension: treated share by coverage times events prevented. ACE
ratios reach their size at the fourth adversity and shrink with the lever `ace_harm`. Gestational
diabetes is found in one month of pregnancy. Sources in the evidence room `health`.
"""

from __future__ import annotations

import numpy as np

from hecsim.compiled import njit
from hecsim.luck import uniform_at, uniforms_of
from hecsim.processes.ace_bits import ADULT, CORE_COUNT, CORE_MASK
from hecsim.processes.base import process
from hecsim.processes.growth import between, segment_
from hecsim.processes.maths import happens, listed

__all__ = ["DISEASE", "bmi_class"]

_EDGES = np.array([25.0, 30.0, 35.0, 40.0])
_MIDDLES = np.array([25.0, 27.5, 32.5, 37.5, 42.5])  # where ratios of the classes hold; level up to 25


def bmi_class(bmi: np.ndarray) -> np.ndarray:
    """Weight class of adults: 0 below 25, 1 below 30, 2 below 35, 3 below 40, 4 above (measured BMI)."""
    return np.searchsorted(_EDGES, np.asarray(bmi, float), side="right")


@njit(error_model="numpy")
def _curve(rates, at, share):
    return rates[at] + share * (rates[at + 1] - rates[at])


@njit(error_model="numpy")
def disease_kernel(
    p_present, p_household, p_age, p_sex, p_education, p_bmi, p_pregnancy, p_insurance, p_ace_bits, p_diabetes,
    p_hypertension, p_cvd, p_gestational_diabetes, lp_diabetes_onset, lh_ace_harm, pu_diabetes,
    pu_hypertension, pu_cvd, luck_p, du_gestational, h0, k_disease_ages, k_diabetes_rate, k_diabetes_bmi,
    k_diabetes_education, k_diabetes_gestational, k_diabetes_ace, k_hypertension_rate, k_hypertension_bmi_male,
    k_hypertension_bmi_female, k_cvd_rate, k_cvd_female, k_cvd_bmi_male, k_cvd_bmi_female,
    k_cvd_diabetes, k_cvd_hypertension, k_cvd_ace, k_ace_limit, k_treated_share, k_treatment_effect,
    k_gestational_diabetes, k_gestational_month,
):  # fmt: skip
    harm = 1.0
    for h in range(lh_ace_harm.size):
        harm = max(harm, lh_ace_harm[h])
    # No monthly hazard exceeds these, so that one test with three numbers passes most people over.
    most_diabetes = np.max(k_diabetes_rate) * np.max(k_diabetes_bmi) * np.max(k_diabetes_education)
    most_diabetes *= max(k_diabetes_gestational, 1.0)
    most_diabetes *= max(1.0 + (k_diabetes_ace - 1.0) * harm, 1.0) / 12.0
    most_pressure = np.max(k_hypertension_rate) * max(np.max(k_hypertension_bmi_male), np.max(k_hypertension_bmi_female)) / 12.0
    most_cvd = np.max(k_cvd_rate) * max(np.max(k_cvd_bmi_male), np.max(k_cvd_bmi_female) * k_cvd_female)
    most_cvd *= max(k_cvd_diabetes, 1.0) * max(k_cvd_hypertension, 1.0) * max(1.0 + (k_cvd_ace - 1.0) * harm, 1.0) / 12.0
    may, gestation = np.empty(p_present.size, np.uint8), np.int64(k_gestational_month)
    for i in range(p_present.size):
        at_risk = (pu_diabetes[i] <= most_diabetes * lp_diabetes_onset[i]) | (pu_hypertension[i] <= most_pressure)
        at_risk |= (pu_cvd[i] <= most_cvd) | (p_pregnancy[i] == gestation)
        may[i] = at_risk & (p_present[i] != 0) & (p_age[i] >= ADULT)
    for i in listed(may):
        at, share = segment_(p_age[i] / 12.0, k_disease_ages)
        mid, part = segment_(np.float64(p_bmi[i]), _MIDDLES)
        dose = min(CORE_COUNT[p_ace_bits[i] & CORE_MASK] / k_ace_limit, 1.0) * lh_ace_harm[np.int64(p_household[i]) - h0]
        had, pressure, gestational = p_diabetes[i], p_hypertension[i], p_gestational_diabetes[i]
        if had == 0:
            rate = _curve(k_diabetes_rate, at, share) * _curve(k_diabetes_bmi, mid, part)
            rate *= k_diabetes_education[np.int64(p_education[i])]
            rate *= (k_diabetes_gestational if gestational != 0 else 1.0) * (1.0 + (k_diabetes_ace - 1.0) * dose)
            if happens(pu_diabetes[i], rate * lp_diabetes_onset[i] / 12.0):
                p_diabetes[i] = 1
        if pressure == 0:
            ratio = k_hypertension_bmi_male if p_sex[i] == 0 else k_hypertension_bmi_female
            rate = _curve(k_hypertension_rate, at, share) * _curve(ratio, mid, part)
            if happens(pu_hypertension[i], rate / 12.0):
                p_hypertension[i] = 1
        if p_cvd[i] == 0:
            rate = _curve(k_cvd_rate, at, share)
            ratio = k_cvd_bmi_male if p_sex[i] == 0 else k_cvd_bmi_female
            rate *= _curve(ratio, mid, part) * (1.0 if p_sex[i] == 0 else k_cvd_female)
            rate *= k_cvd_diabetes if had != 0 else 1.0
            if pressure != 0:
                rate *= k_cvd_hypertension * (1.0 - k_treated_share[np.int64(p_insurance[i])] * k_treatment_effect)
            rate *= 1.0 + (k_cvd_ace - 1.0) * dose
            if happens(pu_cvd[i], rate / 12.0):
                p_cvd[i] = 1
        if (
            p_pregnancy[i] == k_gestational_month
            and had == 0
            and uniform_at(luck_p, i, du_gestational)
            < k_gestational_diabetes[np.searchsorted(_EDGES, np.float64(p_bmi[i]), side="right")]
        ):
            p_gestational_diabetes[i] = 1


def disease_plain(
    p_present, p_household, p_age, p_sex, p_education, p_bmi, p_pregnancy, p_insurance, p_ace_bits, p_diabetes,
    p_hypertension, p_cvd, p_gestational_diabetes, lp_diabetes_onset, lh_ace_harm, pu_diabetes,
    pu_hypertension, pu_cvd, luck_p, du_gestational, h0, k_disease_ages, k_diabetes_rate, k_diabetes_bmi,
    k_diabetes_education, k_diabetes_gestational, k_diabetes_ace, k_hypertension_rate, k_hypertension_bmi_male,
    k_hypertension_bmi_female, k_cvd_rate, k_cvd_female, k_cvd_bmi_male, k_cvd_bmi_female,
    k_cvd_diabetes, k_cvd_hypertension, k_cvd_ace, k_ace_limit, k_treated_share, k_treatment_effect,
    k_gestational_diabetes, k_gestational_month,
):  # fmt: skip
    pu_gestational = uniforms_of(luck_p, du_gestational)
    i = np.flatnonzero((p_present != 0) & (p_age >= ADULT))
    age, bmi, man = p_age[i] / 12.0, p_bmi[i], p_sex[i] == 0
    dose = np.minimum(CORE_COUNT[p_ace_bits[i] & CORE_MASK] / k_ace_limit, 1.0)
    dose = dose * lh_ace_harm[p_household[i].astype(np.int64) - h0]
    had, pressure, heart = p_diabetes[i] != 0, p_hypertension[i] != 0, p_cvd[i] != 0
    rate = between(age, k_disease_ages, k_diabetes_rate) * between(bmi, _MIDDLES, k_diabetes_bmi) * lp_diabetes_onset[i]
    rate = rate * k_diabetes_education[p_education[i].astype(np.int64)]
    rate = rate * np.where(p_gestational_diabetes[i] != 0, k_diabetes_gestational, 1.0)
    rate = rate * (1.0 + (k_diabetes_ace - 1.0) * dose)
    p_diabetes[i[~had & (pu_diabetes[i] < -np.expm1(-rate / 12.0))]] = 1
    ratio = np.where(man, between(bmi, _MIDDLES, k_hypertension_bmi_male), between(bmi, _MIDDLES, k_hypertension_bmi_female))
    rate = between(age, k_disease_ages, k_hypertension_rate) * ratio
    p_hypertension[i[~pressure & (pu_hypertension[i] < -np.expm1(-rate / 12.0))]] = 1
    rate = between(age, k_disease_ages, k_cvd_rate)
    women = between(bmi, _MIDDLES, k_cvd_bmi_female) * k_cvd_female
    rate = rate * np.where(man, between(bmi, _MIDDLES, k_cvd_bmi_male), women)
    rate = rate * np.where(had, k_cvd_diabetes, 1.0) * (1.0 + (k_cvd_ace - 1.0) * dose)
    prevented = k_treated_share[p_insurance[i].astype(np.int64)] * k_treatment_effect
    rate = rate * np.where(pressure, k_cvd_hypertension * (1.0 - prevented), 1.0)
    p_cvd[i[~heart & (pu_cvd[i] < -np.expm1(-rate / 12.0))]] = 1
    found = (p_pregnancy[i] == k_gestational_month) & ~had & (pu_gestational[i] < k_gestational_diabetes[bmi_class(bmi)])
    p_gestational_diabetes[i[found]] = 1


DISEASE = process(
    "health.disease",
    kernel=disease_kernel,
    twin=disease_plain,
    writes=("p_diabetes", "p_hypertension", "p_cvd", "p_gestational_diabetes"),
    summary="Diabetes, hypertension and cardiovascular disease begin by age, weight and earlier illness.",
)
