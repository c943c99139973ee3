"""How likely abuse and neglect are in each home this month, against the state mean of 1.

    risk = income factor x product of hazard ratios of what is present x programs / mean

Abuse and neglect have their own ratio for each driver. The income factor rises smoothly below
twice the poverty line, ((2 + c) / (ratio + c))^a, so that $1,000 a year more lowers neglect by
about 5 percent and abuse by 2 percent in a poor family and by nothing in a comfortable one. Income is
what the family has to live on: after taxes, with refunds and food benefits, mostly over the last twelve
months and partly this month, because the studies are of credits, benefits and cash.
Hardship, hunger and lost coverage reach neglect here directly, not through stress. What a family
shares beyond all of this is one frailty, which also acts on the caregivers' own troubles; the
clustering of adversities and the steep crude gradients (abuse about 3, neglect about 7 times as
frequent in low-income homes) must come out of these causes.

Sources: ratios of evidence room `adversity` after Stith 2009, Chaffin 1996, Sedlak 2010 (NIS-4),
Kovski 2022, Berger 2017, Brown 2019, McGinty 2022, Klevens 2016, Molnar 2016.
"""

from __future__ import annotations

import numpy as np

from hecsim.compiled import njit
from hecsim.processes.base import process
from hecsim.processes.maths import exp_, home, log_

__all__ = ["RISK"]

_LOW_INCOME = 2.0  # low income ends, by convention, at twice the poverty line
_GUIDELINE = 1  # entry of the poverty guideline that money amounts are expressed in: 2025


@njit(error_model="numpy")
def risk_kernel(
    p_present, p_household, p_role, p_insurance, p_leave_weeks, h_present, h_persons, h_children, h_couple,
    h_youngest, h_resources_year, h_income, h_jobless_parent, h_depressed_caregiver, h_substance_caregiver,
    h_ipv, h_caregiver_stress, h_caregiver_aces, h_support, h_parenting, h_eviction_record, h_hardship,
    h_food_security, h_frailty, h_neighborhood, h_abuse_risk, h_neglect_risk, n_cohesion, lh_abuse_scale,
    lh_neglect_scale, h0, k_benefits__guideline_first, k_benefits__guideline_each_more, k_risk_center,
    k_risk_income, k_risk_income_offset, k_risk_income_now, k_risk_jobless, k_risk_depressed,
    k_risk_substance, k_risk_ipv, k_risk_stress, k_risk_ace, k_risk_support, k_risk_parenting,
    k_risk_filing, k_risk_filing_months, k_risk_hardship, k_risk_hunger, k_risk_frailty, k_risk_single,
    k_risk_cohabiting, k_risk_many, k_risk_uninsured, k_risk_leave, k_risk_cohesion,
):  # fmt: skip
    """Hazards of abuse (kind 0) and neglect (kind 1) of each household."""
    n = h_present.size
    flags, place = np.zeros(n, np.uint8), np.empty(n)  # bit 1: a caregiver is uninsured, bit 2: one is on leave
    for i in range(p_present.size):
        h = home(p_household[i], p_present[i], h0)
        flag = (p_insurance[i] == 0) * 1 + (p_leave_weeks[i] > 0) * 2
        flags[h] |= flag if (p_present[i] == 1) & (p_role[i] <= 1) else 0
    for h in range(n):
        place[h] = n_cohesion[h_neighborhood[h]]
    first, more = k_benefits__guideline_first[_GUIDELINE], k_benefits__guideline_each_more[_GUIDELINE]
    relief = np.empty(n)
    for h in range(n):
        line = first + more * max(h_persons[h] - 1.0, 0.0)
        ratio = (1.0 - k_risk_income_now) * h_resources_year[h] + k_risk_income_now * 12.0 * h_income[h]
        ratio /= line
        ratio = min(max(ratio, 0.0), _LOW_INCOME)
        relief[h] = log_((ratio + k_risk_income_offset) / (_LOW_INCOME + k_risk_income_offset))
    for kind in range(2):
        out, lever = (h_abuse_risk, lh_abuse_scale) if kind == 0 else (h_neglect_risk, lh_neglect_scale)
        center, income, stress = k_risk_center[kind], k_risk_income[kind], np.log(k_risk_stress[kind])
        ace, support, parenting = np.log(k_risk_ace[kind]), np.log(k_risk_support[kind]), np.log(k_risk_parenting[kind])
        hardship, frail, cohesion = np.log(k_risk_hardship[kind]), np.log(k_risk_frailty[kind]), np.log(k_risk_cohesion[kind])
        jobless, depressed, substance = k_risk_jobless[kind], k_risk_depressed[kind], k_risk_substance[kind]
        ipv, filing, hunger, single = k_risk_ipv[kind], k_risk_filing[kind], k_risk_hunger[kind], k_risk_single[kind]
        cohabiting, many, uninsured = k_risk_cohabiting[kind], k_risk_many[kind], k_risk_uninsured[kind]
        leave = k_risk_leave[kind]
        for h in range(n):  # no branch, so that the compiler takes several homes at a time
            level = stress * h_caregiver_stress[h] + ace * h_caregiver_aces[h] + support * h_support[h]
            level += parenting * h_parenting[h] + hardship * h_hardship[h] + frail * h_frailty[h]
            risk = exp_(level + cohesion * place[h] - income * relief[h] - center) * lever[h]
            risk *= jobless if h_jobless_parent[h] == 1 else 1.0
            risk *= depressed if h_depressed_caregiver[h] == 1 else 1.0
            risk *= substance if h_substance_caregiver[h] == 1 else 1.0
            risk *= ipv if h_ipv[h] == 1 else 1.0
            risk *= filing if (h_eviction_record[h] > 0) & (h_eviction_record[h] <= k_risk_filing_months) else 1.0
            risk *= hunger if h_food_security[h] >= 1 else 1.0
            risk *= single if h_couple[h] == 0 else 1.0
            risk *= cohabiting if h_couple[h] == 1 else 1.0
            risk *= many if h_children[h] >= 4 else 1.0
            risk *= uninsured if flags[h] & 1 else 1.0
            # A parent at home on paid leave protects the infant, so only homes with one.
            risk *= leave if (flags[h] >= 2) & (h_youngest[h] < 12) else 1.0
            out[h] = risk if h_present[h] != 0 else out[h]


def risk_plain(
    p_present, p_household, p_role, p_insurance, p_leave_weeks, h_present, h_persons, h_children, h_couple,
    h_youngest, h_resources_year, h_income, h_jobless_parent, h_depressed_caregiver, h_substance_caregiver,
    h_ipv, h_caregiver_stress, h_caregiver_aces, h_support, h_parenting, h_eviction_record, h_hardship,
    h_food_security, h_frailty, h_neighborhood, h_abuse_risk, h_neglect_risk, n_cohesion, lh_abuse_scale,
    lh_neglect_scale, h0, k_benefits__guideline_first, k_benefits__guideline_each_more, k_risk_center,
    k_risk_income, k_risk_income_offset, k_risk_income_now, k_risk_jobless, k_risk_depressed,
    k_risk_substance, k_risk_ipv, k_risk_stress, k_risk_ace, k_risk_support, k_risk_parenting,
    k_risk_filing, k_risk_filing_months, k_risk_hardship, k_risk_hunger, k_risk_frailty, k_risk_single,
    k_risk_cohabiting, k_risk_many, k_risk_uninsured, k_risk_leave, k_risk_cohesion,
):  # fmt: skip
    """Repeat the loop in plain numpy."""
    n, here = h_present.size, h_present == 1
    adult = (p_present == 1) & (p_role <= 1)
    h = p_household.astype(np.int64) - h0
    uninsured = np.bincount(h[adult & (p_insurance == 0)], minlength=n) > 0
    leave = np.bincount(h[adult & (p_leave_weeks > 0)], minlength=n) > 0
    more = np.maximum(h_persons.astype(float) - 1.0, 0.0)
    line = k_benefits__guideline_first[_GUIDELINE] + k_benefits__guideline_each_more[_GUIDELINE] * more
    ratio = ((1.0 - k_risk_income_now) * h_resources_year + k_risk_income_now * 12.0 * h_income) / line
    ratio = np.clip(ratio, 0.0, _LOW_INCOME)
    filed = (h_eviction_record > 0) & (h_eviction_record <= k_risk_filing_months)
    for kind, out, lever in ((0, h_abuse_risk, lh_abuse_scale), (1, h_neglect_risk, lh_neglect_scale)):
        relief = (ratio + k_risk_income_offset) / (_LOW_INCOME + k_risk_income_offset)
        risk = relief ** -k_risk_income[kind]
        for level, hazard_ratio in (
            (h_caregiver_stress, k_risk_stress),
            (h_caregiver_aces, k_risk_ace),
            (h_support, k_risk_support),
            (h_parenting, k_risk_parenting),
            (h_hardship, k_risk_hardship),
            (h_frailty, k_risk_frailty),
            (n_cohesion[h_neighborhood.astype(np.int64)], k_risk_cohesion),
        ):
            risk = risk * hazard_ratio[kind] ** level.astype(float)
        for flag, hazard_ratio in (
            (h_jobless_parent == 1, k_risk_jobless),
            (h_depressed_caregiver == 1, k_risk_depressed),
            (h_substance_caregiver == 1, k_risk_substance),
            (h_ipv == 1, k_risk_ipv),
            (filed, k_risk_filing),
            (h_food_security >= 1, k_risk_hunger),
            (h_couple == 0, k_risk_single),
            (h_couple == 1, k_risk_cohabiting),
            (h_children >= 4, k_risk_many),
            (uninsured, k_risk_uninsured),
            (leave & (h_youngest < 12), k_risk_leave),
        ):
            risk = risk * np.where(flag, hazard_ratio[kind], 1.0)
        out[...] = np.where(here, risk * np.exp(-k_risk_center[kind]) * lever, out)


RISK = process(
    "adversity.risk",
    kernel=risk_kernel,
    twin=risk_plain,
    writes=("h_abuse_risk", "h_neglect_risk"),
    summary="Turns what a home lives with into its hazards of abuse and neglect against the state mean.",
)
