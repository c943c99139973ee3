"""Quality of life and cost of health care this month, from the state of a person.

    utility = base(age) - obesity - diabetes - CVD - depression - substance use - disability
    cost    = [(base(age) + disability) x use level
               + (obesity + diabetes + hypertension + CVD + depression) x lever x price level] / 12
              + prenatal care and the delivery

Losses and excess costs are those of published comparisons; the excess of obesity is lowered by what
diabetes and CVD already carry. Use and price levels are the payer's: the same illness costs a
commercial plan more than Medicaid, and the uninsured use less. The lever `disease_cost` scales the
cost of people's chronic conditions. Units: QALY a year, dollars of 2025 a month.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hecsim.compiled import njit
from hecsim.processes.ace_bits import ADULT
from hecsim.processes.base import process
from hecsim.processes.growth import Z95, between
from hecsim.processes.maths import MONTHS_OF_LIFE, by_month

__all__ = ["COST", "UTILITY", "paid_by"]


def paid_by(cost: np.ndarray, insurance: np.ndarray, draw: Mapping[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Split health-care cost ($/month) into what the main coverage pays and what patients and others pay."""
    main = np.asarray(cost, float) * np.asarray(draw["health.payer_share"])[np.asarray(insurance, np.int64)]
    return main, np.asarray(cost, float) - main


@njit(error_model="numpy")
def utility_kernel(
    p_present, p_age, p_bmi, p_bmi_z, p_diabetes, p_cvd, p_depression, p_substance, p_disabled,
    p_utility, k_utility_ages, k_utility_base, k_utility_obesity, k_utility_diabetes, k_utility_cvd,
    k_utility_depression, k_utility_substance, k_utility_disability, k_utility_floor,
):  # fmt: skip
    base = by_month(k_utility_ages, k_utility_base)
    fat, fatter, n = k_utility_obesity[0], k_utility_obesity[1], p_present.size
    value = np.empty(n)
    for i in range(n):
        value[i] = base[min(np.uint64(p_age[i]), np.uint64(MONTHS_OF_LIFE - 1))]
    for i in range(n):  # no branch, so that the compiler takes several people at a time
        x = value[i]
        grown = fatter if p_bmi[i] >= 40.0 else (fat if p_bmi[i] >= 30.0 else 0.0)
        young = fat if p_bmi_z[i] >= Z95 else 0.0
        x -= grown if p_age[i] >= ADULT else young
        x -= k_utility_diabetes if p_diabetes[i] != 0 else 0.0
        x -= k_utility_cvd if p_cvd[i] != 0 else 0.0
        x -= k_utility_depression if p_depression[i] != 0 else 0.0
        x -= k_utility_substance if p_substance[i] != 0 else 0.0
        x -= k_utility_disability if p_disabled[i] != 0 else 0.0
        p_utility[i] = max(x, k_utility_floor) if p_present[i] != 0 else p_utility[i]


def utility_plain(
    p_present, p_age, p_bmi, p_bmi_z, p_diabetes, p_cvd, p_depression, p_substance, p_disabled,
    p_utility, k_utility_ages, k_utility_base, k_utility_obesity, k_utility_diabetes, k_utility_cvd,
    k_utility_depression, k_utility_substance, k_utility_disability, k_utility_floor,
):  # fmt: skip
    i = np.flatnonzero(p_present != 0)
    bmi = p_bmi[i]
    adult = np.where(bmi >= 40.0, k_utility_obesity[1], np.where(bmi >= 30.0, k_utility_obesity[0], 0.0))
    child = np.where(p_bmi_z[i] >= Z95, k_utility_obesity[0], 0.0)
    value = between(p_age[i] / 12.0, k_utility_ages, k_utility_base) - np.where(p_age[i] >= ADULT, adult, child)
    for flag, loss in (
        (p_diabetes, k_utility_diabetes), (p_cvd, k_utility_cvd), (p_depression, k_utility_depression),
        (p_substance, k_utility_substance), (p_disabled, k_utility_disability),
    ):  # fmt: skip
        value = value - np.where(flag[i] != 0, loss, 0.0)
    p_utility[i] = np.maximum(value, k_utility_floor)


UTILITY = process(
    "health.utility", kernel=utility_kernel, twin=utility_plain, writes=("p_utility",),
    summary="Quality of life by age, weight, disease, depression and disability.",
)  # fmt: skip


@njit(error_model="numpy")
def cost_kernel(
    p_present, p_age, p_bmi, p_bmi_z, p_diabetes, p_hypertension, p_cvd, p_depression, p_disabled,
    p_pregnancy, p_since_birth, p_insurance, p_health_cost, lp_disease_cost, k_cost_steps, k_cost_base,
    k_cost_obesity, k_obesity_overlap, k_cost_obesity_child, k_severe_z, k_cost_diabetes,
    k_cost_hypertension, k_cost_cvd, k_cost_depression, k_cost_disability, k_cost_prenatal,
    k_cost_delivery, k_use_level, k_price_level,
):  # fmt: skip
    n = p_present.size
    by_age, steps = np.empty(MONTHS_OF_LIFE), k_cost_steps.size
    for months in range(MONTHS_OF_LIFE):
        band = 0
        while band < steps and months / 12.0 >= k_cost_steps[band]:
            band += 1
        by_age[months] = k_cost_base[band]
    base, use, price, delivery = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    for i in range(n):
        payer = np.uint64(p_insurance[i])
        base[i] = by_age[min(np.uint64(p_age[i]), np.uint64(MONTHS_OF_LIFE - 1))]
        use[i], price[i], delivery[i] = k_use_level[payer], k_price_level[payer], k_cost_delivery[payer]
    fat, fatter = k_cost_obesity[0] * (1.0 - k_obesity_overlap), k_cost_obesity[1] * (1.0 - k_obesity_overlap)
    heavy, severe = k_cost_obesity_child[0], k_cost_obesity_child[1]
    for i in range(n):  # no branch, so that the compiler takes several people at a time
        grown = fatter if p_bmi[i] >= 40.0 else (fat if p_bmi[i] >= 30.0 else 0.0)
        young = severe if p_bmi_z[i] >= k_severe_z else heavy
        young = young if p_bmi_z[i] >= Z95 else 0.0
        excess = grown if p_age[i] >= ADULT else young
        excess += k_cost_diabetes if p_diabetes[i] != 0 else 0.0
        excess += k_cost_hypertension if p_hypertension[i] != 0 else 0.0
        excess += k_cost_cvd if p_cvd[i] != 0 else 0.0
        excess += k_cost_depression if p_depression[i] != 0 else 0.0
        x = base[i] + (k_cost_disability if p_disabled[i] != 0 else 0.0)
        cost = (x * use[i] + excess * lp_disease_cost[i] * price[i]) / 12.0
        cost += k_cost_prenatal * price[i] if p_pregnancy[i] > 0 else 0.0
        cost += delivery[i] if p_since_birth[i] == 1 else 0.0
        p_health_cost[i] = cost if p_present[i] != 0 else p_health_cost[i]


def cost_plain(
    p_present, p_age, p_bmi, p_bmi_z, p_diabetes, p_hypertension, p_cvd, p_depression, p_disabled,
    p_pregnancy, p_since_birth, p_insurance, p_health_cost, lp_disease_cost, k_cost_steps, k_cost_base,
    k_cost_obesity, k_obesity_overlap, k_cost_obesity_child, k_severe_z, k_cost_diabetes,
    k_cost_hypertension, k_cost_cvd, k_cost_depression, k_cost_disability, k_cost_prenatal,
    k_cost_delivery, k_use_level, k_price_level,
):  # fmt: skip
    i = np.flatnonzero(p_present != 0)
    payer, bmi, z = p_insurance[i].astype(np.int64), p_bmi[i], p_bmi_z[i]
    adult = np.where(bmi >= 40.0, k_cost_obesity[1], np.where(bmi >= 30.0, k_cost_obesity[0], 0.0))
    adult = adult * (1.0 - k_obesity_overlap)
    child = np.where(z >= k_severe_z, k_cost_obesity_child[1], np.where(z >= Z95, k_cost_obesity_child[0], 0.0))
    excess = np.where(p_age[i] >= ADULT, adult, child)
    for flag, more in (
        (p_diabetes, k_cost_diabetes), (p_hypertension, k_cost_hypertension), (p_cvd, k_cost_cvd),
        (p_depression, k_cost_depression),
    ):  # fmt: skip
        excess = excess + np.where(flag[i] != 0, more, 0.0)
    base = k_cost_base[np.searchsorted(k_cost_steps, p_age[i] / 12.0, side="right")]
    base = base + np.where(p_disabled[i] != 0, k_cost_disability, 0.0)
    cost = (base * k_use_level[payer] + excess * lp_disease_cost[i] * k_price_level[payer]) / 12.0
    cost = cost + np.where(p_pregnancy[i] > 0, k_cost_prenatal * k_price_level[payer], 0.0)
    p_health_cost[i] = cost + np.where(p_since_birth[i] == 1, k_cost_delivery[payer], 0.0)


COST = process(
    "health.cost", kernel=cost_kernel, twin=cost_plain, writes=("p_health_cost",),
    summary="Health-care cost by age, conditions, pregnancy and payer.",
)  # fmt: skip
