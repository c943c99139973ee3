"""Public health coverage in Connecticut: HUSKY A, B, C, D, Covered Connecticut, and the marketplace
(42 CFR 435, 457; CT DSS; 26 USC 36B).
"""

from __future__ import annotations

from hecsim.benefits.rules import ceil_dollar, guideline
from hecsim.compiled import njit

__all__ = [
    "COVERAGE",
    "coverage",
    "husky_b_premium",
    "husky_limit",
    "marketplace_credit",
    "marketplace_share",
]

NONE, A_CHILD, A_PARENT, A_PREGNANT, B_BAND1, B_BAND2, C, D = range(8)
STATE_CHILD, UNBORN_OPTION, COVERED_CT, MARKETPLACE, FULL_PRICE = range(8, 13)
COVERAGE = (
    "none", "HUSKY A child", "HUSKY A parent", "HUSKY A pregnant", "HUSKY B band 1", "HUSKY B band 2",
    "HUSKY C", "HUSKY D", "state HUSKY for children", "unborn child option", "Covered Connecticut",
    "marketplace credit", "marketplace full price",
)  # fmt: skip


@njit()
def husky_limit(rules, share: float, n_persons: int) -> float:
    """Monthly income limit, USD: a multiple of the guideline, rounded up to a dollar."""
    return ceil_dollar(share * guideline(rules.fpl_husky, n_persons) / 12)


@njit()
def _child(rules, n_persons, magi, qualified, age) -> int:
    """HUSKY A and B for a child under 19, by income band."""
    if not qualified and age >= rules.husky_immigrant_child_max_age + 1:
        return NONE
    if magi <= husky_limit(rules, rules.husky_child_limit, n_persons):
        return A_CHILD if qualified else STATE_CHILD
    if magi <= husky_limit(rules, rules.husky_b1_limit, n_persons):
        return B_BAND1 if qualified else STATE_CHILD
    if magi <= husky_limit(rules, rules.husky_b2_limit, n_persons):
        return B_BAND2 if qualified else STATE_CHILD
    return NONE


@njit()
def _above_100_percent(rules, n_persons, magi) -> int:
    """Adults and children who are over every HUSKY limit: marketplace with or without a credit."""
    poverty = guideline(rules.fpl_marketplace, n_persons) / 12
    if magi < rules.marketplace_floor * poverty:
        return FULL_PRICE
    top = rules.marketplace_points[len(rules.marketplace_points) - 1]
    if magi > top * poverty and rules.marketplace_above_400 < 0.5:
        return FULL_PRICE
    return MARKETPLACE


@njit()
def coverage(
    rules, age, n_persons, magi, pregnancy=0, parent=False, medicare=False, disabled=False, assets=0.0,
    unearned=0.0, qualified=True, couple=False, unborn=1,
) -> int:  # fmt: skip
    """Find the public coverage a person may have, a position in COVERAGE; employer insurance is not seen.

    n_persons : MAGI household without the unborn
    magi : USD/month; it leaves out SSI, TFA, and child support
    pregnancy : 0 no, 1 pregnant (the unborn count), 2 within 12 months after birth
    parent : lives with and cares for a child under 19
    disabled, assets, unearned : HUSKY C, for people 65 or older, blind, or disabled (USD, USD/month)
    qualified : an immigration status that federal rules accept
    """
    if pregnancy > 0:
        n = n_persons + (unborn if pregnancy == 1 else 0)
        if magi <= husky_limit(rules, rules.husky_pregnant_limit, n):
            if qualified:
                return A_PREGNANT
            if pregnancy == 1:
                return UNBORN_OPTION
    if age < rules.husky_child_age:
        found = _child(rules, n_persons, magi, qualified, age)
        if found != NONE or not qualified:
            return found
        return _above_100_percent(rules, n_persons, magi)
    if not qualified:
        return NONE
    if parent and magi <= husky_limit(rules, rules.husky_parent_limit, n_persons):
        return A_PARENT
    adult = age < rules.husky_adult_age_max + 1
    if adult and not medicare and not parent and magi <= husky_limit(rules, rules.husky_d_limit, n_persons):
        return D
    if disabled or not adult:
        counted = magi - min(unearned, rules.husky_c_unearned_disregard)
        allowed = rules.husky_c_assets_couple if couple else rules.husky_c_assets_single
        size = 2 if couple else 1
        if assets <= allowed and counted <= husky_limit(rules, rules.husky_c_limit, size):
            return C
    if medicare or not adult:
        return NONE
    if magi <= husky_limit(rules, rules.covered_ct_limit, n_persons):
        return COVERED_CT
    return _above_100_percent(rules, n_persons, magi)


@njit()
def husky_b_premium(rules, children_in_band2: int) -> float:
    """HUSKY B premium of a family, USD/month; band 1 has none."""
    return min(rules.husky_b_premium_child * children_in_band2, rules.husky_b_premium_family)


@njit()
def marketplace_share(rules, income_to_guideline: float) -> float:
    """Share of income a family pays for the benchmark plan (26 USC 36B(b)(3)(A)); -1 means no credit."""
    points, shares = rules.marketplace_points, rules.marketplace_share
    last = len(points) - 1
    if income_to_guideline > points[last]:
        return shares[last] if rules.marketplace_above_400 > 0.5 else -1.0
    for i in range(last):
        if income_to_guideline < points[i + 1]:
            part = (income_to_guideline - points[i]) / (points[i + 1] - points[i])
            return shares[i] + part * (shares[i + 1] - shares[i])
    return shares[last]


@njit()
def marketplace_credit(rules, n_persons, annual_income, annual_benchmark) -> float:
    """Premium tax credit, USD/year (26 USC 36B): the benchmark premium less the family's share."""
    ratio = annual_income / guideline(rules.fpl_marketplace, n_persons)
    if ratio < rules.marketplace_floor:
        return 0.0
    share = marketplace_share(rules, ratio)
    if share < 0:
        return 0.0
    return max(0.0, annual_benchmark - share * annual_income)
