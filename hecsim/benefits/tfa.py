"""Temporary Family Assistance, Connecticut's TANF cash aid (CGS 17b-104, 17b-112)."""

from __future__ import annotations

from hecsim.benefits.rules import guideline, round_dollar
from hecsim.compiled import njit

__all__ = ["tfa", "tfa_need_standard", "tfa_payment_standard", "tfa_time_limited"]


@njit()
def tfa_need_standard(rules, n_persons: int) -> float:
    """Return the standard of need, USD/month: 55 percent of the guideline (CGS 17b-104)."""
    return round_dollar(rules.tfa_need_share * guideline(rules.fpl_tfa, n_persons) / 12)


@njit()
def tfa_payment_standard(rules, n_persons: int, subsidized_housing) -> float:
    """Payment standard, USD/month: 73 percent of need, and 92 percent of that in subsidized housing.

    Rounded once, at the end, which gives the amounts DSS publishes.
    """
    share = rules.tfa_payment_share * rules.tfa_need_share
    if subsidized_housing:
        share *= rules.tfa_subsidized_housing_share
    return round_dollar(share * guideline(rules.fpl_tfa, n_persons) / 12)


@njit()
def tfa(
    rules, n_persons, wage_first, wage_second, unearned, child_support, assets, subsidized_housing,
    recipient, months_above_poverty=0,
) -> float:  # fmt: skip
    """Monthly TFA grant, USD (CGS 17b-112; CT TANF State Plan 2024-2026).

    n_persons : assistance unit; SSI recipients stand outside it, a child-only unit counts children
    wage_first, wage_second : gross wages of the two earners, USD/month
    unearned : other income without child support, USD/month
    recipient : already on TFA, so the wage limit is 230 percent of the guideline
    months_above_poverty : months in a row already spent with wages above the guideline

    Wages never reduce the grant of those who stay eligible, so the ends of the range are cliffs:
    20 percent of the grant at 171 percent of the guideline, and all of it at 230 percent.
    """
    if n_persons < 1 or assets > rules.tfa_asset_limit:
        return 0.0
    poverty = guideline(rules.fpl_tfa, n_persons) / 12
    wages = wage_first + wage_second
    support = max(0.0, child_support - rules.tfa_child_support_disregard)
    if recipient:
        if wages > rules.tfa_recipient_limit * poverty + 1e-6:
            return 0.0
        if wages > rules.tfa_band_start * poverty and months_above_poverty >= rules.tfa_band_months:
            return 0.0
    else:
        counted = max(0.0, wage_first - rules.tfa_applicant_disregard)
        counted += max(0.0, wage_second - rules.tfa_applicant_disregard)
        if counted + unearned + support > tfa_need_standard(rules, n_persons) + 1e-6:
            return 0.0
    grant = max(0.0, tfa_payment_standard(rules, n_persons, subsidized_housing) - unearned - support)
    if wages >= rules.tfa_reduction_start * poverty - 1e-6:
        grant *= 1.0 - rules.tfa_reduction_share
    return grant


@njit()
def tfa_time_limited(rules, months_used, adult_age, youngest_child_age, child_only, incapacitated) -> bool:
    """Whether the unit has used up its months (CGS 17b-112); some families are exempt."""
    if child_only or incapacitated or adult_age >= rules.tfa_exempt_age:
        return False
    if 0 <= youngest_child_age < rules.tfa_exempt_child_under:
        return False
    return months_used >= rules.tfa_time_limit_months
