"""WIC, school meals, energy assistance, and Supplemental Security Income."""

from __future__ import annotations

from hecsim.benefits.rules import ceil_dollar, guideline, smi60
from hecsim.compiled import njit

__all__ = [
    "MEALS_FREE",
    "MEALS_PAID",
    "MEALS_REDUCED",
    "energy_assistance",
    "school_meals_day",
    "school_meals_tier",
    "ssi",
    "wic_category",
    "wic_eligible",
    "wic_value",
]

# WIC categories, the position in `rules.wic_value`; -1 is none.
WIC_NONE, WIC_PREGNANT, WIC_BREASTFEEDING, WIC_POSTPARTUM, WIC_INFANT, WIC_CHILD = -1, 0, 1, 2, 3, 4
MEALS_FREE, MEALS_REDUCED, MEALS_PAID = 0, 1, 2


@njit()
def wic_category(rules, age_months, pregnant, months_since_birth, breastfeeding) -> int:
    """WIC category of a person (7 CFR 246.7), or -1; months_since_birth is negative for no birth."""
    if age_months < rules.wic_infant_months:
        return WIC_INFANT
    if age_months < rules.wic_child_months:
        return WIC_CHILD
    if pregnant:
        return WIC_PREGNANT
    if months_since_birth >= 0:
        if breastfeeding and months_since_birth < rules.wic_breastfeeding_months:
            return WIC_BREASTFEEDING
        if months_since_birth < rules.wic_postpartum_months:
            return WIC_POSTPARTUM
    return WIC_NONE


@njit()
def wic_eligible(rules, n_persons, annual_income, adjunctive) -> bool:
    """Income test of WIC (42 USC 1786): 185 percent of the guideline, or SNAP, TFA, or Medicaid.

    n_persons counts the unborn.
    """
    return adjunctive or annual_income <= ceil_dollar(rules.wic_income_limit * guideline(rules.fpl_wic, n_persons))


@njit()
def wic_value(rules, category: int) -> float:
    """Retail value of the monthly food package, USD; category from `wic_category`."""
    return rules.wic_value[category] if category >= 0 else 0.0


@njit()
def school_meals_tier(rules, n_persons, annual_income, directly_certified, free_school) -> int:
    """0 free, 1 reduced price, 2 paid (42 USC 1758; 7 CFR 245).

    directly_certified : SNAP, TFA, Medicaid, foster care, or homeless; free_school : all pupils eat free
    """
    poverty = guideline(rules.fpl_meals, n_persons)
    if free_school or directly_certified or annual_income <= ceil_dollar(rules.meals_free_limit * poverty):
        return MEALS_FREE
    if annual_income <= ceil_dollar(rules.meals_reduced_limit * poverty):
        return MEALS_REDUCED
    return MEALS_PAID


@njit()
def school_meals_day(rules, tier: int, eats_lunch, eats_breakfast) -> float:
    """Value to the family of a school day's meals, USD: the reimbursement above that of a paid meal.

    State money can make reduced-price meals, or every breakfast, free.
    """
    if tier == MEALS_REDUCED and rules.meals_state_pays_reduced > 0.5:
        tier = MEALS_FREE
    lunch, breakfast = rules.meals_lunch_paid, rules.meals_breakfast_paid
    if tier == MEALS_FREE:
        lunch, breakfast = rules.meals_lunch_free, rules.meals_breakfast_free
    elif tier == MEALS_REDUCED:
        lunch, breakfast = rules.meals_lunch_reduced, rules.meals_breakfast_reduced
    if rules.meals_state_free_breakfast > 0.5:
        breakfast = rules.meals_breakfast_free
    value = 0.0
    if eats_lunch:
        value += lunch - rules.meals_lunch_paid
    if eats_breakfast:
        value += breakfast - rules.meals_breakfast_paid
    return value


@njit()
def energy_assistance(rules, n_persons, annual_income, vulnerable, heat_in_rent, categorical) -> float:
    """Return the basic winter award of CEAP, USD/winter, paid to the vendor (42 USC 8621; CT DSS plan).

    vulnerable : a member under 6, 60 or older, or disabled
    categorical : receives SNAP, TFA, or SSI, so there is no income test
    The plan's highest award goes to no income and the lowest to 60 percent of state median income;
    between them the award falls with income (a straight line unless the evidence says otherwise).
    """
    limit = smi60(rules, n_persons)
    if annual_income > limit and not categorical:
        return 0.0
    low, high = rules.ceap_low, rules.ceap_high
    if heat_in_rent:
        low, high = rules.ceap_rent_low, rules.ceap_rent_high
    elif vulnerable:
        low, high = rules.ceap_vulnerable_low, rules.ceap_vulnerable_high
    position = min(1.0, max(0.0, annual_income) / limit)
    return high - (high - low) * position**rules.ceap_income_curvature


@njit()
def ssi(rules, earned, unearned, couple, assets, in_anothers_home) -> float:
    """Federal SSI payment, USD/month (42 USC 1381; 20 CFR 416), for the aged, blind, or disabled.

    earned, unearned : countable income of the person, or of both spouses of an eligible couple
    in_anothers_home : lives free in another's home, one-third less
    """
    if assets > (rules.ssi_assets_couple if couple else rules.ssi_assets_individual):
        return 0.0
    rate = rules.ssi_couple if couple else rules.ssi_individual
    if in_anothers_home:
        rate *= 1.0 - rules.ssi_in_kind_reduction
    unused = max(0.0, rules.ssi_general_exclusion - unearned)
    counted = max(0.0, unearned - rules.ssi_general_exclusion)
    counted += rules.ssi_earned_share * max(0.0, earned - rules.ssi_earned_exclusion - unused)
    return max(0.0, rate - counted)
