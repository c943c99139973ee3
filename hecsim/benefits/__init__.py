"""Taxes and benefits of Connecticut families, 2025 and 2026: one compiled function per rule.

Every function takes `rules` first: the rules of a month from `rules("2025-10")`.

>>> from hecsim import benefits
>>> r = benefits.rules("2025")
>>> benefits.snap(r, 3, 750.0, 864.0, 900.0, True, 200.0, False, 0.0, 0.0)
663.0
"""

from hecsim.benefits.care4kids import (
    C4K_REGIONS,
    care4kids_child,
    care4kids_eligible,
    care4kids_fee,
    care4kids_rate,
    care4kids_subsidy,
)
from hecsim.benefits.coverage import (
    COVERAGE,
    coverage,
    husky_b_premium,
    husky_limit,
    marketplace_credit,
    marketplace_share,
)
from hecsim.benefits.housing import (
    fair_market_rent,
    rap_tenant_payment,
    voucher_adjusted_income,
    voucher_family_rent,
    voucher_subsidy,
    voucher_tenant_payment,
)
from hecsim.benefits.labor_benefits import paid_leave_eligible, paid_leave_weekly, ui_partial, ui_weekly
from hecsim.benefits.rules import (
    FMR_AREAS,
    HEAD,
    JOINT,
    SEPARATE,
    SINGLE,
    guideline,
    rules,
    smi,
    smi60,
    with_rules,
)
from hecsim.benefits.small import (
    energy_assistance,
    school_meals_day,
    school_meals_tier,
    ssi,
    wic_category,
    wic_eligible,
    wic_value,
)
from hecsim.benefits.snap import (
    snap,
    snap_gross_limit,
    snap_net_income,
    snap_time_limited,
    snap_utility_allowance,
)
from hecsim.benefits.tax_connecticut import (
    connecticut_agi,
    connecticut_eitc,
    connecticut_tax,
    connecticut_tax_before_credits,
    personal_credit_rate,
    property_tax_credit,
)
from hecsim.benefits.tax_federal import (
    child_tax_credit,
    dependent_care_credit,
    eitc,
    federal_return,
    federal_tax,
    payroll_tax,
    self_employment_tax,
    taxable_social_security,
)
from hecsim.benefits.tfa import tfa, tfa_need_standard, tfa_payment_standard, tfa_time_limited

__all__ = [
    "C4K_REGIONS", "COVERAGE", "FMR_AREAS", "HEAD", "JOINT", "SEPARATE", "SINGLE",
    "care4kids_child", "care4kids_eligible", "care4kids_fee", "care4kids_rate", "care4kids_subsidy",
    "child_tax_credit", "connecticut_agi", "connecticut_eitc", "connecticut_tax",
    "connecticut_tax_before_credits", "coverage", "dependent_care_credit", "eitc", "energy_assistance",
    "fair_market_rent", "federal_return", "federal_tax", "guideline", "husky_b_premium", "husky_limit",
    "marketplace_credit", "marketplace_share", "paid_leave_eligible", "paid_leave_weekly", "payroll_tax",
    "personal_credit_rate", "property_tax_credit", "rap_tenant_payment", "rules", "school_meals_day",
    "school_meals_tier", "self_employment_tax", "smi", "smi60", "snap", "snap_gross_limit",
    "snap_net_income", "snap_time_limited", "snap_utility_allowance", "ssi", "taxable_social_security",
    "tfa", "tfa_need_standard", "tfa_payment_standard", "tfa_time_limited", "ui_partial", "ui_weekly",
    "voucher_adjusted_income", "voucher_family_rent", "voucher_subsidy", "voucher_tenant_payment",
    "wic_category", "wic_eligible", "wic_value", "with_rules",
]  # fmt: skip
