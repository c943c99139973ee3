"""Taxes: what is withheld each month, and the return that settles the year.

Income tax is withheld by the brackets without credits; the return is settled in December, and the
refund, with the EITC and the child tax credit, arrives between February and April. Both credits ask for social security
numbers (26 USC 32(m), 24(h)(7)), which people without a lawful status do not have. These loops apply statute household by
household (`hecsim.benefits`), so the plain twin is the same loop, not compiled.
"""

from __future__ import annotations

import numpy as np

from hecsim.benefits import connecticut_tax, federal_return, payroll_tax, self_employment_tax
from hecsim.benefits.tax_connecticut import connecticut_tax_before_credits_each
from hecsim.benefits.tax_federal import bracket_tax_each
from hecsim.compiled import njit
from hecsim.processes.base import process
from hecsim.processes.health_coverage import NO_STATUS
from hecsim.processes.labor_terms import OWN
from hecsim.processes.maths import home, listed

__all__ = ["RETURN", "WITHHOLDING"]

_SINGLE, _HEAD, _JOINT = 0, 1, 2


@njit(error_model="numpy")
def _taxes(rules, status, yearly):
    """Federal and state tax on gross incomes of a year before credits, of filers of one status."""
    federal, state = np.empty(yearly.size), np.empty(yearly.size)
    taxable = np.maximum(0.0, yearly - rules.fed_standard_deduction[status])
    bracket_tax_each(rules.fed_bracket_top[status], rules.fed_rate, taxable, federal)
    connecticut_tax_before_credits_each(rules, status, yearly, state)
    return federal, state


@njit(error_model="numpy")
def withholding_kernel(
    p_present,
    p_placed,
    p_household,
    p_labor,
    p_job_kind,
    p_role,
    p_earnings,
    h_present,
    h_couple,
    h_children,
    h_ui,
    h_capital_income,
    h_taxes,
    h_withheld_year,
    rules,
    calendar_month,
    h0,
):
    rules = rules[0]
    n = h_present.size
    payroll = np.zeros(n)
    filed = np.zeros(n)
    people = p_present.size
    worth, own = np.empty(people), np.zeros(people)
    mine, others = np.empty(people), np.empty(people, np.uint8)
    alone_at_work = np.empty(people, np.uint8)
    for i in range(people):  # no branch, so that the compiler takes several people at a time
        earns, yearly = (p_present[i] != 0) & (p_placed[i] == 0) & (p_labor[i] == 1), 12.0 * np.float64(p_earnings[i])
        worth[i] = payroll_tax(rules, yearly, _SINGLE) / 12.0 if earns else 0.0
        alone_at_work[i] = earns & (p_job_kind[i] == OWN)
        mine[i] = yearly if earns & (p_role[i] <= 1) else 0.0
        others[i] = earns & (p_role[i] > 1)
    for i in listed(alone_at_work):  # both halves of the tax, the worker's and the employer's
        worth[i] = self_employment_tax(rules, 12.0 * np.float64(p_earnings[i])) / 12.0
    alone = listed(others)  # grown children and others file for themselves
    federal, state = _taxes(rules, np.int64(_SINGLE), 12.0 * p_earnings[alone].astype(np.float64))
    for j in range(alone.size):
        own[alone[j]] = (federal[j] + state[j]) / 12.0
    for i in range(people):
        h = home(p_household[i], p_present[i], h0)
        payroll[h] = payroll[h] + worth[i] + own[i]
        filed[h] += mine[i]
    filer, before = np.empty(n, np.uint8), 0.0 if calendar_month == 0 else 1.0
    for status in (_SINGLE, _HEAD, _JOINT):  # one status at a time, so that its figures are the same for all
        for h in range(n):
            of = _JOINT if h_couple[h] == 2 else (_HEAD if h_children[h] > 0 else _SINGLE)
            filer[h] = (of == status) & (h_present[h] != 0)
        rows = listed(filer)
        yearly = np.empty(rows.size)
        for j in range(rows.size):
            h = rows[j]
            yearly[j] = filed[h] + 12.0 * (np.float64(h_ui[h]) + np.float64(h_capital_income[h]))
        federal, state = _taxes(rules, status, yearly)
        for j in range(rows.size):
            h, income_tax = rows[j], federal[j] / 12.0 + state[j] / 12.0
            h_taxes[h] = payroll[h] + income_tax
            h_withheld_year[h] = income_tax + before * np.float64(h_withheld_year[h])


@njit(error_model="numpy")
def return_kernel(
    p_present,
    p_placed,
    p_household,
    p_age,
    p_role,
    p_foreign_born,
    p_earnings_year,
    p_ui_year,
    h_present,
    h_couple,
    h_children,
    h_capital_income,
    h_takes_eitc,
    h_withheld_year,
    h_refund_due,
    h_refund,
    hu_refund,
    lg_eitc_state_share,
    lg_eitc_state_flat,
    lg_child_credit,
    rules,
    calendar_month,
    k_refund_share,
    k_care_expense,
    h0,
):
    rules = rules[0]
    n = h_present.size
    for h in range(n):
        if h_present[h] == 0:
            continue
        h_refund[h] = 0.0
        if 1 <= calendar_month <= 3 and h_refund_due[h] != 0.0:
            # Those with refundable credits file early; what is owed is paid in April.
            owed = h_refund_due[h] < 0.0
            if calendar_month == 3 or (not owed and hu_refund[h] < k_refund_share[calendar_month - 1]):
                h_refund[h] = h_refund_due[h]
                h_refund_due[h] = 0.0
    if calendar_month != 11:
        return
    earned = np.zeros(n)
    spouse = np.zeros(n)
    other = np.zeros(n)
    under17 = np.zeros(n, np.int64)
    under19 = np.zeros(n, np.int64)
    grown = np.zeros(n, np.int64)
    with17 = np.zeros(n, np.int64)  # and those of them who have a social security number
    with19 = np.zeros(n, np.int64)
    lacks = np.zeros((2, n), np.bool_)  # the householder, the partner
    age_head = np.zeros(n)
    age_spouse = np.zeros(n)
    for i in range(p_present.size):
        if p_present[i] == 0 or p_placed[i] > 0:
            continue
        h = np.int64(p_household[i]) - h0
        role = p_role[i]
        if role == 0:
            age_head[h] = p_age[i] / 12.0
        if role == 1:
            age_spouse[h] = p_age[i] / 12.0
            spouse[h] += p_earnings_year[i]
        known = p_foreign_born[i] != NO_STATUS
        if role <= 1:
            lacks[role, h] = not known
            earned[h] += p_earnings_year[i]
            other[h] += p_ui_year[i]
        elif p_age[i] < 17 * 12:
            under17[h] += 1
            under19[h] += 1
            with17[h] += known
            with19[h] += known
        elif p_age[i] < 19 * 12:
            under19[h] += 1
            with19[h] += known
        # Grown children and others in the home file for themselves; their tax is what was withheld.
    for h in range(n):
        if h_present[h] == 0:
            continue
        # An unmarried couple files as the parent with the children and a single person; taking the pair's
        # joint earnings on one head-of-household return would overstate the phase-out, so they are split.
        status = _JOINT if h_couple[h] == 2 else (_HEAD if under19[h] > 0 else _SINGLE)
        wages, mate = earned[h], spouse[h]
        # The EITC asks for the numbers of both spouses and of the children, the child credit for one spouse's and the child's.
        numbered, credited = not lacks[0, h], not lacks[0, h]
        if status == _JOINT:
            numbered, credited = not (lacks[0, h] and lacks[1, h]), not (lacks[0, h] or lacks[1, h])
        extra = 0.0
        if h_couple[h] == 1:
            wages = earned[h] - spouse[h]
            # Written as numbers, zeros would be types of their own, for which the whole return is compiled once more.
            one, none = np.int64(_SINGLE), np.int64(0)
            _, agi2, tax2, credit2, _ = federal_return(
                rules, one, mate, 0.0, none, none, none, none, 0.0, 0.0, 0.0, 0.0, 0.0, max(age_spouse[h], 18.0), 40.0, 0.0,
                0.0, not lacks[1, h],
            )  # fmt: skip
            extra = tax2 + connecticut_tax(rules, one, agi2, 0.0, none, 0.0, lg_eitc_state_share, lg_eitc_state_flat)
            if h_takes_eitc[h] == 1:
                extra -= credit2 * (1.0 + lg_eitc_state_share)
            mate = 0.0
        capital = 12.0 * np.float64(h_capital_income[h])
        care = k_care_expense * min(under17[h], 2) if wages > 0.0 else 0.0
        _, agi, tax, credit, refunded = federal_return(
            rules,
            status,
            wages,
            other[h] + capital,
            with17[h],
            with19[h],
            grown[h] + under17[h] - with17[h],
            min(under17[h], 2),
            care,
            mate,
            0.0,
            0.0,
            0.0,
            max(age_head[h], 18.0),
            max(age_spouse[h], 18.0),
            0.0,
            0.0,
            numbered,
        )
        if h_takes_eitc[h] == 0 or not credited:
            credit = 0.0
        state = connecticut_tax(rules, status, agi, credit, with19[h], 0.0, lg_eitc_state_share, lg_eitc_state_flat)
        state -= lg_child_credit * under17[h]
        final = tax - credit - refunded + state + extra
        h_refund_due[h] = np.float64(h_withheld_year[h]) - final


WITHHOLDING = process(
    "income.withholding",
    kernel=withholding_kernel,
    twin=withholding_kernel.py_func,
    writes=("h_taxes", "h_withheld_year"),
    summary="Payroll tax and income tax withheld.",
)
RETURN = process(
    "income.return",
    kernel=return_kernel,
    twin=return_kernel.py_func,
    writes=("h_refund_due", "h_refund"),
    summary="The tax return with EITC and child tax credit, settled in December and paid from February to April.",
)
