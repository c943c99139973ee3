"""Connecticut income tax, tax year 2025 (CGS 12-700 to 12-704e; Form CT-1040)."""

from __future__ import annotations

import math

import numpy as np

from hecsim.benefits.rules import JOINT
from hecsim.benefits.tax_federal import bracket_tax, bracket_tax_each
from hecsim.compiled import njit

__all__ = [
    "connecticut_agi",
    "connecticut_eitc",
    "connecticut_tax",
    "connecticut_tax_before_credits",
    "connecticut_tax_before_credits_each",
    "personal_credit_rate",
    "property_tax_credit",
]


@njit()
def connecticut_agi(rules, status, federal_agi, taxed_social_security=0.0, social_security=0.0, pension=0.0, ira=0.0) -> float:
    """Federal AGI less the Social Security and pension subtractions, USD/year (CGS 12-701(a)(20)(B)).

    taxed_social_security : the part inside federal AGI; social_security : the whole benefit
    pension, ira : taxable pension and IRA income inside federal AGI
    """
    kept = 0.0
    if federal_agi >= rules.ct_ss_full_exemption_below[status]:
        kept = min(taxed_social_security, rules.ct_ss_taxed_share * social_security)
    bands = rules.ct_pension_from[1 if status == JOINT else 0]
    share = 1.0
    for i in range(len(bands)):
        if federal_agi >= bands[i]:
            share = rules.ct_pension_share[i]
    return federal_agi - (taxed_social_security - kept) - share * (pension + rules.ct_ira_share * ira)


@njit()
def personal_credit_rate(rules, status, agi: float) -> float:
    """Personal tax credit rate by Connecticut AGI (Table E): a share of tax."""
    above = rules.ct_credit_above[status]
    rate = 0.0
    for i in range(len(above)):
        if agi > above[i]:
            rate = rules.ct_credit_rate[i]
    return rate


@njit(forceinline=True, error_model="numpy")
def _after_exemption(agi, start, step, most):
    cut = step * math.ceil(max(0.0, agi - start) / step - 1e-9)
    return max(0.0, agi - max(0.0, most - cut))


@njit(forceinline=True, error_model="numpy")
def _steps(agi, start, step, amount, most):
    return min(most, amount * math.ceil(max(0.0, agi - start) / step - 1e-9))  # below the start there are none


@njit(error_model="numpy")
def connecticut_tax_before_credits(rules, status, agi: float) -> float:
    """Tax by brackets with the low-rate add-back and the recaptures, USD/year (CGS 12-700)."""
    taxed = _after_exemption(agi, rules.ct_exemption_start[status], rules.ct_exemption_step, rules.ct_exemption_max[status])
    tax = bracket_tax(rules.ct_bracket_top[status], rules.ct_rate, taxed)
    start, step, amount, most = rules.ct_step_start, rules.ct_step_step, rules.ct_step_amount, rules.ct_step_max
    for k in range(start.shape[0]):
        tax += _steps(agi, start[k, status], step[k, status], amount[k, status], most[k, status])
    return tax


@njit(error_model="numpy")
def connecticut_tax_before_credits_each(rules, status, agi, out) -> None:
    """`connecticut_tax_before_credits` of many with one status, into float64 `out`."""
    taxed = np.empty(out.size)
    first, by, highest = rules.ct_exemption_start[status], rules.ct_exemption_step, rules.ct_exemption_max[status]
    for i in range(out.size):
        taxed[i] = _after_exemption(agi[i], first, by, highest)
    bracket_tax_each(rules.ct_bracket_top[status], rules.ct_rate, taxed, out)
    for k in range(rules.ct_step_start.shape[0]):
        start, step = rules.ct_step_start[k, status], rules.ct_step_step[k, status]
        amount, most = rules.ct_step_amount[k, status], rules.ct_step_max[k, status]
        for i in range(out.size):
            out[i] += _steps(agi[i], start, step, amount, most)


@njit()
def property_tax_credit(rules, status, agi: float, property_tax_paid: float) -> float:
    """Property tax credit before the tax limit, USD/year (CGS 12-704c)."""
    over = max(0.0, agi - rules.ct_property_credit_start[status])
    steps = math.ceil(over / rules.ct_property_credit_step[status] - 1e-9)
    share = max(0.0, 1.0 - rules.ct_property_credit_cut * steps)
    return share * min(rules.ct_property_credit_max, max(0.0, property_tax_paid))


@njit()
def connecticut_eitc(rules, federal_eitc, n_eitc_children, eitc_share, eitc_flat) -> float:
    """State EITC, USD/year (CGS 12-704e): a share of the federal credit, and a flat sum per return
    with at least one qualifying child.
    """
    if federal_eitc <= 0:
        return 0.0
    return eitc_share * federal_eitc + (eitc_flat if n_eitc_children >= 1 else 0.0)


@njit()
def connecticut_tax(rules, status, agi, federal_eitc, n_eitc_children, property_tax_paid, eitc_share, eitc_flat) -> float:
    """Net Connecticut income tax, USD/year (Form CT-1040, tax year 2025); negative is a refund.

    agi : Connecticut AGI (`connecticut_agi`)
    eitc_share, eitc_flat : `rules.ct_eitc_share` and `rules.ct_eitc_flat` unless a policy moves them
    Connecticut has no dependent exemption and no child credit.
    """
    tax = connecticut_tax_before_credits(rules, status, agi)
    tax *= 1.0 - personal_credit_rate(rules, status, agi)
    tax = max(0.0, tax - property_tax_credit(rules, status, agi, property_tax_paid))
    return tax - connecticut_eitc(rules, federal_eitc, n_eitc_children, eitc_share, eitc_flat)
