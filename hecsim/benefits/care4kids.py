"""Care 4 Kids, Connecticut's child-care subsidy (CGS 17b-749; RCSA 17b-749; OEC rate tables).

Regions: 0 North Central, 1 South Central, 2 Southwest, 3 Northwest, 4 Eastern.
"""

from __future__ import annotations

from hecsim.benefits.rules import round_dollar, smi, smi60
from hecsim.compiled import njit

__all__ = [
    "C4K_REGIONS",
    "care4kids_child",
    "care4kids_eligible",
    "care4kids_fee",
    "care4kids_rate",
    "care4kids_subsidy",
]

C4K_REGIONS = ("North Central", "South Central", "Southwest", "Northwest", "Eastern")
_WEEKS, _MONTHS = 52, 12


@njit()
def care4kids_eligible(rules, n_persons, annual_income, continuing, on_tfa, entry_add=0.0) -> bool:
    """Income test: below 60 percent of state median to enter, below 85 percent to stay.

    entry_add : added by a policy to the entry share of state median income
    TFA families need no income test. Whether parents work and a place is open is the caller's affair.
    """
    if on_tfa:
        return True
    if continuing:
        return annual_income < round_dollar(rules.c4k_exit_share * smi(rules, n_persons))
    return annual_income < smi60(rules, n_persons) * (rules.c4k_entry_share + entry_add) / rules.smi60_share


@njit()
def care4kids_fee(rules, n_persons, annual_income, annual_earnings) -> float:
    """Family fee, USD/month: a share of gross income that steps up with income; one fee per family."""
    if annual_earnings <= 0:
        return 0.0
    relative = annual_income / smi(rules, n_persons)
    share = 0.0
    for i in range(len(rules.c4k_fee_from)):
        if relative >= rules.c4k_fee_from[i]:
            share = rules.c4k_fee_share[i]
    return share * annual_income / _MONTHS


@njit()
def care4kids_rate(rules, region, age_years, weekly_hours, family_home=False, special_needs=False, accredited=False) -> float:
    """Weekly rate of a licensed center or family home, USD, by region, age, and hours of care."""
    age = 0
    if age_years >= rules.c4k_school_age:
        age = 2
    elif age_years >= rules.c4k_preschool_age:
        age = 1
    band = 0
    for i in range(len(rules.c4k_hours_from)):
        if weekly_hours >= rules.c4k_hours_from[i]:
            band = i
    if weekly_hours <= 0:
        return 0.0
    row = len(rules.c4k_hours_from) * age + band
    rate = rules.c4k_home[row, region] if family_home else rules.c4k_center[row, region]
    more = (rules.c4k_accreditation if accredited else 0.0) + (rules.c4k_special_needs if special_needs else 0.0)
    return rate * (1.0 + more)


@njit()
def care4kids_child(rules, weekly_rate, monthly_charge) -> float:
    """Recognized cost of one child, USD/month: the rate or the charge, if less."""
    return min(weekly_rate * _WEEKS / _MONTHS, monthly_charge)


@njit()
def care4kids_subsidy(rules, recognized, fee) -> float:
    """Subsidy, USD/month: the sum of `care4kids_child` over the children less the family fee.

    The family pays the fee, and whatever the provider charges above the rate.
    """
    return max(0.0, recognized - fee)
