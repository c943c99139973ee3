"""Federal income tax, payroll tax, and refundable credits, tax year 2025."""

from __future__ import annotations

import math

from hecsim.benefits.rules import JOINT, SEPARATE
from hecsim.compiled import njit

__all__ = [
    "bracket_tax",
    "bracket_tax_each",
    "child_tax_credit",
    "dependent_care_credit",
    "eitc",
    "federal_deductions",
    "federal_return",
    "federal_tax",
    "payroll_tax",
    "self_employment_tax",
    "taxable_social_security",
]


@njit(forceinline=True)
def _in_bracket(rate, income, below, top):
    return rate * max(0.0, min(income, top) - below)


@njit()
def bracket_tax(tops, rates, income: float) -> float:
    """Tax on an income by brackets; rates has one more entry than tops."""
    tax, below = 0.0, 0.0
    for i in range(len(tops)):
        tax += _in_bracket(rates[i], income, below, tops[i])
        below = tops[i]
    return tax + _in_bracket(rates[len(tops)], income, below, math.inf)


@njit()
def bracket_tax_each(tops, rates, income, out) -> None:
    """`bracket_tax` of many, into float64 `out`: bracket by bracket, so that the compiler takes several at a time."""
    out[:], below = 0.0, 0.0
    for k in range(len(rates)):
        rate, top = rates[k], tops[k] if k < len(tops) else math.inf
        for i in range(out.size):
            out[i] += _in_bracket(rate, income[i], below, top)
        below = top


@njit(forceinline=True)
def payroll_tax(rules, wages: float, status: int = 0) -> float:
    """One worker's Social Security and Medicare tax, USD/year (26 USC 3101), without paid leave.

    Connecticut's paid leave contribution is `rules.payroll_paid_leave` of wages to the same base.
    """
    tax = rules.payroll_social_security * min(wages, rules.payroll_wage_base) + rules.payroll_medicare * wages
    return tax + rules.payroll_medicare_extra * max(0.0, wages - rules.payroll_medicare_extra_start[status])


@njit()
def self_employment_tax(rules, net_earnings: float, wages: float = 0.0) -> float:
    """Self-employment tax, USD/year (26 USC 1401-1402); half of it is deductible from income."""
    base = rules.payroll_self_employed_share * max(0.0, net_earnings)
    room = max(0.0, rules.payroll_wage_base - wages)
    return 2 * (rules.payroll_social_security * min(base, room) + rules.payroll_medicare * base)


@njit()
def taxable_social_security(rules, status: int, other_agi: float, benefits: float) -> float:
    """Taxed part of Social Security benefits, USD/year (26 USC 86)."""
    first, second = rules.fed_ss_base_first[status], rules.fed_ss_base_second[status]
    half = rules.fed_ss_share_first * benefits
    combined = other_agi + half
    lower = min(half, rules.fed_ss_share_first * min(max(0.0, combined - first), second - first))
    taxed = lower + rules.fed_ss_share_second * max(0.0, combined - second)
    return min(taxed, rules.fed_ss_share_second * benefits)


@njit()
def _aged(rules, status: int, age_head: float, age_spouse: float) -> int:
    """How many filers are 65 or older."""
    count = 1 if age_head >= rules.fed_aged_age else 0
    if status == JOINT and age_spouse >= rules.fed_aged_age:
        count += 1
    return count


@njit()
def federal_deductions(rules, status, agi, age_head, age_spouse, tips=0.0, overtime_premium=0.0) -> float:
    """Sum the standard, aged, senior, tips, and overtime deductions (26 USC 63; P.L. 119-21), USD/year."""
    aged = _aged(rules, status, age_head, age_spouse)
    total = rules.fed_standard_deduction[status] + aged * rules.fed_extra_deduction_aged[status]
    if status != SEPARATE:
        over = max(0.0, agi - rules.fed_senior_start[status])
        total += aged * max(0.0, rules.fed_senior_deduction - rules.fed_senior_rate * over)
        total += min(tips, rules.fed_tips_cap)
        total += min(overtime_premium, rules.fed_overtime_cap[status])
    return total


@njit()
def eitc(rules, status, n_children, earned, agi, investment_income=0.0, age_head=40.0, age_spouse=40.0) -> float:
    """Federal earned income tax credit, USD/year (26 USC 32). Valid Social Security numbers assumed.

    The phase-out limits the credit of full earnings (32(a)(2)); it is not taken off a credit that is still phasing in.
    """
    if status == SEPARATE or earned <= 0 or investment_income > rules.eitc_investment_limit:
        return 0.0
    low, high = rules.eitc_childless_age_min, rules.eitc_childless_age_max + 1
    if n_children < 1 and not low <= age_head < high and not (status == JOINT and low <= age_spouse < high):
        return 0.0
    k = min(n_children, 3)
    start = rules.eitc_start[1 if status == JOINT else 0, k]
    limit = rules.eitc_max[k] - rules.eitc_out_rate[k] * max(0.0, max(agi, earned) - start)
    return max(0.0, min(rules.eitc_in_rate[k] * earned, limit))


@njit()
def dependent_care_credit(rules, status, n_care, expenses, agi, lower_earned) -> float:
    """Child and dependent care credit before the tax limit, USD/year (26 USC 21, tax year 2025)."""
    if status == SEPARATE or n_care < 1:
        return 0.0
    cap = rules.cdctc_expenses_one if n_care == 1 else rules.cdctc_expenses_two
    steps = math.ceil(max(0.0, agi - rules.cdctc_start) / rules.cdctc_step - 1e-9)
    rate = max(rules.cdctc_rate_floor, rules.cdctc_rate_top - rules.cdctc_step_rate * steps)
    return rate * max(0.0, min(expenses, cap, lower_earned))


@njit()
def investment_tax(rules, status, agi, investment_income) -> float:
    """Net investment income tax, USD/year (26 USC 1411)."""
    over = max(0.0, agi - rules.fed_investment_tax_start[status])
    return rules.fed_investment_tax_rate * min(max(0.0, investment_income), over)


@njit()
def child_tax_credit(rules, status, agi, earned, tax_left, n_children, n_other, payroll, eitc_amount) -> tuple[float, float]:
    """Child tax credit: (used against tax, refunded), USD/year (26 USC 24; Schedule 8812).

    tax_left : tax after the other non-refundable credits
    n_children, n_other : children under 17 with a Social Security number, and other dependents
    payroll, eitc_amount : for the alternative refund of families with three or more children
    """
    total = rules.ctc_per_child * n_children + rules.ctc_other_dependent * n_other
    steps = math.ceil(max(0.0, agi - rules.ctc_phaseout_start[status]) / rules.ctc_phaseout_step - 1e-9)
    total = max(0.0, total - rules.ctc_phaseout_amount * steps)
    used = min(total, max(0.0, tax_left))
    by_income = rules.ctc_refundable_rate * max(0.0, earned - rules.ctc_refundable_floor)
    if n_children >= rules.ctc_alternative_children:
        by_income = max(by_income, payroll - eitc_amount)
    return used, max(0.0, min(total - used, rules.ctc_refundable_per_child * n_children, by_income))


@njit()
def federal_return(
    rules, status, earned, other_income, n_ctc, n_eitc, n_other_dependents=0, n_care=0, care_expenses=0.0,
    spouse_earned=0.0, social_security=0.0, investment_income=0.0, adjustments=0.0, age_head=40.0,
    age_spouse=40.0, tips=0.0, overtime_premium=0.0, valid_ssn=True,
) -> tuple[float, float, float, float, float]:  # fmt: skip
    """Work out a federal return, tax year 2025: net tax, AGI, tax before refunds, EITC, refunded CTC.

    earned : wages (and net self-employment) of both spouses, USD/year
    other_income : other taxable income, e.g. unemployment insurance and interest, without Social Security
    n_ctc, n_eitc : children under 17; qualifying children of the EITC
    spouse_earned : the second spouse's part of `earned`; the care credit needs both to earn
    investment_income : the part of other_income that the EITC limits and the investment tax reaches
    adjustments : deductions above the line, e.g. half of the self-employment tax
    valid_ssn : without it there is no EITC, and children count as other dependents
    Net tax = tax before refunds - EITC - refunded child credit; negative is a refund.
    """
    base = earned + other_income - adjustments
    agi = base + taxable_social_security(rules, status, base, social_security)
    deductions = federal_deductions(rules, status, agi, age_head, age_spouse, tips, overtime_premium)
    taxable = max(0.0, agi - deductions)
    tax = bracket_tax(rules.fed_bracket_top[status], rules.fed_rate, taxable)
    if not valid_ssn:
        n_other_dependents = n_other_dependents + n_ctc
        n_ctc = 0
    lower = min(spouse_earned, earned - spouse_earned) if status == JOINT else earned
    tax -= min(tax, dependent_care_credit(rules, status, n_care, care_expenses, agi, lower))
    credit = 0.0
    if valid_ssn:
        credit = eitc(rules, status, n_eitc, earned, agi, investment_income, age_head, age_spouse)
    # Payroll tax worker by worker: the wage base is each person's own.
    payroll = payroll_tax(rules, earned - spouse_earned, status) + payroll_tax(rules, spouse_earned, status)
    used, refunded = child_tax_credit(rules, status, agi, earned, tax, n_ctc, n_other_dependents, payroll, credit)
    tax += investment_tax(rules, status, agi, investment_income) - used
    return tax - credit - refunded, agi, tax, credit, refunded


@njit()
def federal_tax(rules, status, earned, other_income, n_ctc, n_eitc, n_care=0, care_expenses=0.0) -> float:
    """Net federal income tax after refundable credits, USD/year (tax year 2025); negative is a refund.

    For couples with two earners, ages, or Social Security use `federal_return`.
    """
    return federal_return(rules, status, earned, other_income, n_ctc, n_eitc, 0, n_care, care_expenses)[0]
