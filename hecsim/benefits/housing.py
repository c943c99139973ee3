"""Housing choice voucher (42 USC 1437f; 24 CFR 5.628, 982) and the State's rental assistance."""

from __future__ import annotations

from hecsim.compiled import njit

__all__ = [
    "fair_market_rent",
    "rap_tenant_payment",
    "voucher_adjusted_income",
    "voucher_family_rent",
    "voucher_subsidy",
    "voucher_tenant_payment",
]  # fmt: skip


@njit()
def fair_market_rent(rules, area: int, bedrooms: int) -> float:
    """HUD fair market rent, USD/month with utilities; area is a position in FMR_AREAS, 0-4 bedrooms."""
    return rules.fmr[area, min(max(bedrooms, 0), rules.fmr.shape[1] - 1)]


@njit()
def voucher_adjusted_income(
    rules, gross_annual, n_dependents, elderly_or_disabled, childcare_annual=0.0, medical_annual=0.0
) -> float:
    """Income after adjustments, USD/year (24 CFR 5.611): less dependents, child care, high medical cost."""
    income = gross_annual - rules.voucher_dependent * n_dependents - childcare_annual
    if elderly_or_disabled:
        income -= rules.voucher_elderly_disabled
        income -= max(0.0, medical_annual - rules.voucher_medical_threshold * gross_annual)
    return max(0.0, income)


@njit()
def voucher_tenant_payment(rules, gross_annual, adjusted_annual) -> float:
    """Tenant payment, USD/month (24 CFR 5.628): 30 percent of adjusted income, 10 percent of gross
    income, or the minimum rent, whichever is most.
    """
    by_adjusted = rules.voucher_share_adjusted * adjusted_annual / 12
    by_gross = rules.voucher_share_gross * gross_annual / 12
    return max(by_adjusted, by_gross, rules.voucher_minimum_rent)


@njit()
def voucher_subsidy(rules, area, bedrooms, gross_rent, tenant_payment) -> float:
    """Assistance payment, USD/month: the payment standard or the rent, if less, over the tenant payment."""
    standard = rules.voucher_standard_share * fair_market_rent(rules, area, bedrooms)
    return max(0.0, min(standard, gross_rent) - tenant_payment)


@njit()
def voucher_family_rent(
    rules, area, bedrooms, gross_rent, gross_annual, n_dependents, elderly_or_disabled, childcare_annual=0.0
) -> float:
    """Rent and utilities a family with a voucher pays, USD/month, rent above the standard too."""
    adjusted = voucher_adjusted_income(rules, gross_annual, n_dependents, elderly_or_disabled, childcare_annual)
    payment = voucher_tenant_payment(rules, gross_annual, adjusted)
    return gross_rent - voucher_subsidy(rules, area, bedrooms, gross_rent, payment)


@njit()
def rap_tenant_payment(rules, adjusted_annual, elderly_or_disabled) -> float:
    """Tenant payment under the Rental Assistance Program, USD/month (CGS 17b-812)."""
    share = rules.rap_share_elderly_disabled if elderly_or_disabled else rules.rap_share
    return share * adjusted_annual / 12
