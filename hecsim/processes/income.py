"""Income: what members earn and draw, the benefits a family may claim, and the tax it pays.

Rules come from `hecsim.benefits` (2025 law, constant dollars); whether an eligible family claims is a
lasting trait of the household (`takes_*`) that outreach can change. Traits have a way in and a way out. Filing for
the EITC and claiming TFA begin at `fringe_*` and end so that the share stays. WIC begins at `wic_begin` while somebody
is pregnant or an infant lives in the home and ends at `wic_lapse` afterwards, since most infants of the eligible and few
of their four-year-olds take part (USDA FNS, eligibility and coverage 2021). A SNAP claim lapses (recertification) at
`snap_lapse`, and one begins at the rate that leaves the share `snap_share` of those entitled to so much of the most that
their size can get claiming; homes of the elderly begin `snap_elder` times as fast, homes of foreign-born adults who speak
another language best, some of whom are afraid or in their first five years, `snap_immigrant` times, homes that their
people own `snap_owner` times, and all homes of a neighborhood `snap_place` times (Mills et al. 2014; Cunnyngham 2010;
7 CFR 273.4; Huang, Nam and Wikoff 2012).
Members without a lawful status stand outside the units of SNAP (7 CFR 273.4, 273.11(c)(3)) and TFA (8 USC 1621), which
are smaller by them, and draw no unemployment insurance (26 USC 3304(a)(14)); WIC asks nobody's status.
Wages, unemployment insurance and paid leave come first, then TFA, then SNAP, which counts them, then WIC,
which is adjunct to TFA, SNAP and Medicaid. Taxes are in `hecsim.processes.taxes`.

These loops apply statute household by household, so the plain twin is the same loop, not compiled.
"""

from __future__ import annotations

import numpy as np

from hecsim.benefits import (
    guideline,
    paid_leave_weekly,
    tfa,
    ui_weekly,
    wic_category,
    wic_eligible,
    wic_value,
)
from hecsim.benefits.snap import snap_allotted, snap_counted_share, snap_step, snap_tables
from hecsim.clock import RUNNING_YEAR, WEEKS_PER_MONTH
from hecsim.compiled import njit
from hecsim.processes.base import process
from hecsim.processes.health_coverage import MEDICAID, NO_STATUS
from hecsim.processes.labor_terms import paid
from hecsim.processes.maths import home, listed
from hecsim.processes.taxes import RETURN, WITHHOLDING

__all__ = ["INCOME", "MEMBERS", "PROGRAMS", "SMOOTH"]

_SIXTY = 60 * 12  # age of the elderly in SNAP (7 USC 2012)
_SIXTY_TWO, _SIXTY_SEVEN = 62 * 12, 67 * 12  # ages of early and full Social Security (42 USC 402, 416)
_AGED, _ABROAD = 1, 2  # marks of a home by its householder and partner


@njit(error_model="numpy")
def members_kernel(
    p_present,
    p_placed,
    p_household,
    p_age,
    p_foreign_born,
    p_labor,
    p_wage,
    p_hours,
    p_earnings,
    p_disabled,
    p_entitled,
    p_attachment,
    p_unemployed_months,
    p_job_kind,
    p_leave_weeks,
    p_ui_weekly,
    p_ui_year,
    h_present,
    h_children,
    h_capital_income,
    h_earnings,
    h_ui,
    h_other_income,
    pu_claim,
    lg_minimum_wage,
    rules,
    calendar_month,
    k_ui_take_up,
    k_ui_months,
    k_full_time,
    k_social_security_share,
    k_social_security_career,
    k_social_security_min,
    k_social_security_max,
    k_disability_income,
    k_labor__minimum_reach,
    h0,
):
    rules = rules[0]
    for h in range(h_present.size):
        if h_present[h] == 0:
            continue
        h_earnings[h] = 0.0
        h_ui[h] = 0.0
        h_other_income[h] = h_capital_income[h]
    people = p_present.size
    own, some, pension = np.empty(people, np.float32), np.empty(people, np.uint8), np.empty(people, np.uint8)
    for i in range(people):  # no branch, so that the compiler takes several people at a time
        here, out, age = (p_present[i] != 0) & (p_placed[i] == 0), p_labor[i] == 3, p_age[i]
        free = here & (p_labor[i] != 4)
        own[i] = p_earnings[i] if free else np.float32(0.0)
        some[i] = here & ((p_labor[i] == 2) | (p_ui_weekly[i] > 0.0) | (p_leave_weeks[i] > 0))
        # 1: disabled, out of the labor force; 2: retired, which goes first.
        disabled = free & (p_disabled[i] == 1) & (age >= 216) & out
        pension[i] = disabled * 1 + (free & ((age >= _SIXTY_SEVEN) | ((age >= _SIXTY_TWO) & out))) * 2
    if calendar_month == 0:
        for i in range(people):
            p_ui_year[i] = np.float32(0.0) if (p_present[i] != 0) & (p_placed[i] == 0) else p_ui_year[i]
    for i in range(people):
        h_earnings[home(p_household[i], p_present[i], h0)] += own[i]
    for i in listed(some):
        h = home(p_household[i], 1, h0)
        wage = paid(np.float64(p_wage[i]), p_job_kind[i], lg_minimum_wage, k_labor__minimum_reach)
        usual = wage * (np.float64(p_hours[i]) if p_hours[i] > 0 else k_full_time)
        seeks, months = p_labor[i] == 2, p_unemployed_months[i]
        if seeks & (months == 1):
            quarter = usual * 13.0
            weekly = ui_weekly(rules, quarter, quarter, 4.0 * quarter, np.int64(h_children[h]))
            insured = p_job_kind[i] == 0 and p_foreign_born[i] != NO_STATUS
            p_ui_weekly[i] = weekly if pu_claim[i] < k_ui_take_up and insured else 0.0
        else:
            p_ui_weekly[i] = p_ui_weekly[i] if seeks & (months <= k_ui_months) else 0.0
        if (p_ui_weekly[i] > 0.0) | (p_leave_weeks[i] > 0):
            drawn = np.float64(p_ui_weekly[i]) * WEEKS_PER_MONTH
            if p_leave_weeks[i] > 0:
                drawn += paid_leave_weekly(rules, usual, lg_minimum_wage) * min(np.float64(p_leave_weeks[i]), 4.0)
            p_ui_year[i] += drawn
            h_ui[h] += drawn
    for i in listed(pension):  # no branch: who works how much is no pattern that a processor could guess
        hours = np.float64(p_hours[i])
        usual = paid(np.float64(p_wage[i]), p_job_kind[i], lg_minimum_wage, k_labor__minimum_reach)
        usual *= hours if hours > 0.0 else k_full_time
        share = k_social_security_share * k_social_security_career[np.uint64(p_attachment[i])] * usual * WEEKS_PER_MONTH
        retired = min(max(share, k_social_security_min), k_social_security_max)
        amount = retired if pension[i] >= 2 else k_disability_income
        h_other_income[home(p_household[i], 1, h0)] += np.float64(p_entitled[i]) * amount


@njit(inline="always", error_model="numpy")
def _unit(persons, without):
    """How many of a home make up the unit of a program: all but those without a lawful status."""
    return max(max(np.int64(persons), 1) - np.int64(without), 0)


@njit(error_model="numpy")
def programs_kernel(
    p_present,
    p_placed,
    p_household,
    p_age,
    p_role,
    p_foreign_born,
    p_language,
    p_pregnancy,
    p_since_birth,
    p_labor,
    p_earnings,
    p_insurance,
    h_present,
    h_persons,
    h_children,
    h_elders,
    h_neighborhood,
    h_tenure,
    h_rent,
    h_voucher,
    h_care_cost,
    h_savings,
    h_earnings,
    h_ui,
    h_other_income,
    h_takes_snap,
    h_takes_wic,
    h_takes_tfa,
    h_takes_eitc,
    h_tfa_months,
    h_snap,
    h_tfa,
    h_wic,
    n_snap_place,
    hu_snap,
    hu_wic,
    hu_tfa,
    hu_eitc,
    lh_snap_take_up,
    lh_wic_take_up,
    lh_tfa_take_up,
    lh_eitc_take_up,
    lg_snap_scale,
    rules,
    k_snap_share,
    k_snap_lapse,
    k_snap_elder,
    k_snap_immigrant,
    k_snap_owner,
    k_wic_begin,
    k_wic_lapse,
    k_takes_tfa,
    k_takes_eitc,
    k_fringe_tfa,
    k_fringe_eitc,
    k_tfa_limit,
    k_medical_elder,
    h0,
):
    rules = rules[0]
    n = h_present.size
    heads, others = np.empty(p_present.size, np.float32), np.empty(p_present.size, np.float32)
    marks, wic = np.empty(p_present.size, np.uint8), np.empty(p_present.size, np.uint8)
    apart = np.empty(p_present.size, np.uint8)
    below = np.int64(rules.wic_child_months)
    for i in range(p_present.size):  # no branch, so that the compiler takes many people at a time
        here, age = (p_present[i] != 0) & (p_placed[i] == 0) & (p_labor[i] != 4), p_age[i]
        parent, earned = here & (p_role[i] <= 1), p_earnings[i]
        heads[i] = earned if here & (p_role[i] == 0) else np.float32(0.0)
        others[i] = earned if here & (p_role[i] != 0) & (age >= 216) else np.float32(0.0)
        immigrant = (p_foreign_born[i] != 0) & (p_language[i] != 0)
        marks[i] = (parent & (age >= _SIXTY)) * _AGED + (parent & immigrant) * _ABROAD
        apart[i] = here & (p_foreign_born[i] == NO_STATUS)
        wic[i] = here & ((age < below) | (p_pregnancy[i] > 0) | (p_since_birth[i] < 12))
    first, second, marked = np.zeros(n), np.zeros(n), np.zeros(n, np.uint8)
    for i in range(p_present.size):
        h = home(p_household[i], p_present[i], h0)
        first[h] += heads[i]
        second[h] += others[i]
        marked[h] |= marks[i]
    without, theirs = np.zeros(n, np.uint8), np.zeros(n)
    for i in listed(apart):  # outside the units of SNAP and TFA
        h = home(p_household[i], 1, h0)
        without[h] += 1
        theirs[h] += heads[i] + others[i]
    packages, unborn, first_year, insured = np.zeros(n), np.zeros(n, np.uint8), np.zeros(n, np.uint8), np.zeros(n, np.uint8)
    for i in listed(wic):  # only these can be in a WIC category
        h = home(p_household[i], 1, h0)
        unborn[h] += p_pregnancy[i] > 0
        first_year[h] |= (p_pregnancy[i] > 0) | (p_age[i] < 12)
        insured[h] |= p_insurance[i] == MEDICAID
        birth = np.int64(p_since_birth[i]) if p_since_birth[i] < 12 else -1
        packages[h] += wic_value(rules, wic_category(rules, np.int64(p_age[i]), p_pregnancy[i] > 0, birth, False))
    # Who files or claims TFA comes and goes so that the share stays; WIC begins around a birth and ends as children grow.
    tfa_lapse = k_fringe_tfa * (1.0 - k_takes_tfa) / k_takes_tfa
    eitc_lapse = k_fringe_eitc * (1.0 - k_takes_eitc) / k_takes_eitc
    for h in range(n):  # no branch, so that the compiler takes many homes at a time
        here, born = h_present[h] != 0, first_year[h] != 0
        in_wic, in_tfa, files = h_takes_wic[h] == 1, h_takes_tfa[h] == 1, h_takes_eitc[h] == 1
        wic_turns = (0.0 if born else k_wic_lapse) if in_wic else (k_wic_begin if born else 0.0) + lh_wic_take_up[h]
        tfa_turns = tfa_lapse if in_tfa else k_fringe_tfa + lh_tfa_take_up[h]
        eitc_turns = eitc_lapse if files else k_fringe_eitc + lh_eitc_take_up[h]
        h_takes_wic[h] = in_wic != (here & (hu_wic[h] < wic_turns))
        h_takes_tfa[h] = in_tfa != (here & (hu_tfa[h] < tfa_turns))
        h_takes_eitc[h] = files != (here & (hu_eitc[h] < eitc_turns))
    begin = k_snap_lapse * k_snap_share / (1.0 - k_snap_share)
    grants, allotments, standard, most = np.zeros(n), np.empty(n), np.empty(n), np.empty(n)
    for h in range(n):
        claims = (h_takes_tfa[h] == 1) & (h_tfa_months[h] < k_tfa_limit) & (h_present[h] != 0)
        if claims and (h_children[h] > 0 or unborn[h] > 0):
            unearned = np.float64(h_ui[h]) + np.float64(h_other_income[h])
            grants[h] = tfa(
                rules, _unit(h_persons[h], without[h]), first[h], second[h], unearned, 0.0, np.float64(h_savings[h]),
                h_voucher[h] > 0, h_tfa[h] > 0, 0,
            )  # fmt: skip
    for h in range(n):  # what is looked up, in a loop of its own
        standard[h], most[h] = snap_tables(rules, max(_unit(h_persons[h], without[h]), 1))
    for h in range(n):  # no branch, so that the compiler takes several homes at a time
        size, elders, rent, savings = _unit(h_persons[h], without[h]), h_elders[h], h_rent[h], np.float64(h_savings[h])
        unearned, earned = np.float64(h_ui[h]) + np.float64(h_other_income[h]), first[h] + second[h]
        share = snap_counted_share(max(np.int64(h_persons[h]), 1), without[h], theirs[h], earned)
        allotments[h] = snap_allotted(
            rules, size, standard[h], most[h], share * earned, unearned + grants[h],
            share * np.float64(rent if h_tenure[h] < 2 else np.float32(0.0)), True, np.float64(h_care_cost[h]), elders > 0,
            k_medical_elder * np.float64(elders), 0.0, grants[h] > 0.0, savings, 2, h_tenure[h] == 2,
        )  # fmt: skip
    steps, step, chance = k_snap_share.size, np.empty(n, np.uint8), np.empty((2, k_snap_share.size))
    for k in range(steps):
        chance[0, k], chance[1, k] = begin[k], k_snap_lapse[k]
    for h in range(n):  # no branch, so that the compiler takes several homes at a time
        here, grant = h_present[h] != 0, grants[h]
        h_tfa[h] = grant if here else h_tfa[h]
        h_tfa_months[h] += here & (grant > 0.0) & (h_tfa_months[h] < 255)
        # A home that is entitled to nothing stands with those that could have the least.
        step[h] = np.uint8(snap_step(allotments[h], most[h], steps))
    hazard, place, may = standard, most, np.empty(n, np.uint8)
    for h in range(n):  # what is looked up, in a loop of its own
        hazard[h] = chance[np.uint64(h_takes_snap[h] == 1), np.uint64(step[h])]
        place[h] = n_snap_place[np.uint64(h_neighborhood[h])]
    for h in range(n):
        taking = h_takes_snap[h] == 1
        begins = hazard[h] * (k_snap_elder if ((marked[h] & _AGED) != 0) & ~taking else 1.0)
        begins *= k_snap_immigrant if ((marked[h] & _ABROAD) != 0) & ~taking else 1.0
        begins *= k_snap_owner if (h_tenure[h] == 0) & ~taking else 1.0
        begins *= 1.0 if taking else place[h]
        hazard[h] = begins / 12.0
        # The chance lies below its hazard: few need the exponential.
        reached = 0.0 if taking else np.float64(lh_snap_take_up[h])
        may[h] = (h_present[h] != 0) & (hu_snap[h] < hazard[h] + reached)
    for h in listed(may):
        reached = 0.0 if h_takes_snap[h] == 1 else np.float64(lh_snap_take_up[h])
        may[h] = hu_snap[h] < -np.expm1(-hazard[h]) + reached
    claims_wic = step
    for h in range(n):
        here, takes = h_present[h] != 0, (h_takes_snap[h] == 1) != (may[h] != 0)
        allotment = allotments[h] if takes else 0.0
        allotments[h] = allotment
        h_takes_snap[h] = takes if here else h_takes_snap[h]
        h_snap[h] = allotment * lg_snap_scale if here else h_snap[h]
        h_wic[h] = np.float32(0.0) if here else h_wic[h]
        claims_wic[h] = here & (h_takes_wic[h] == 1) & (packages[h] > 0.0)
    for h in listed(claims_wic):
        grant = grants[h]
        yearly = 12.0 * ((first[h] + second[h]) + (np.float64(h_ui[h]) + np.float64(h_other_income[h])) + grant)
        adjunct = grant > 0.0 or allotments[h] > 0.0 or insured[h] != 0
        if wic_eligible(rules, max(np.int64(h_persons[h]), 1) + unborn[h], yearly, adjunct):
            h_wic[h] = packages[h]


@njit(error_model="numpy")
def smooth_kernel(
    h_present,
    h_persons,
    h_earnings,
    h_ui,
    h_other_income,
    h_tfa,
    h_snap,
    h_wic,
    h_income_year,
    h_poverty_ratio,
    h_benefits,
    lh_cash,
    rules,
):
    rules = rules[0]
    for h in range(h_present.size):
        if h_present[h] == 0:
            continue
        gross = np.float64(h_earnings[h]) + np.float64(h_ui[h]) + np.float64(h_other_income[h]) + np.float64(h_tfa[h])
        year = np.float64(h_income_year[h])
        year += (12.0 * gross - year) * RUNNING_YEAR
        h_income_year[h] = year
        h_poverty_ratio[h] = year / guideline(rules.fpl_meals, max(np.int64(h_persons[h]), 1))
        h_benefits[h] = (
            np.float64(h_tfa[h]) + np.float64(h_snap[h]) + np.float64(h_wic[h]) + np.float64(h_ui[h]) + np.float64(lh_cash[h])
        )


MEMBERS = process(
    "income.members",
    kernel=members_kernel,
    twin=members_kernel.py_func,
    writes=("p_ui_weekly", "p_ui_year", "h_earnings", "h_ui", "h_other_income"),
    summary="Earnings, unemployment insurance, paid leave, Social Security and disability income of all members.",
)
PROGRAMS = process(
    "income.programs",
    kernel=programs_kernel,
    twin=programs_kernel.py_func,
    writes=("h_takes_snap", "h_takes_wic", "h_takes_tfa", "h_takes_eitc", "h_tfa_months", "h_snap", "h_tfa", "h_wic"),
    summary="TFA, SNAP and WIC by their rules, for those who claim them.",
)
SMOOTH = process(
    "income.smooth",
    kernel=smooth_kernel,
    twin=smooth_kernel.py_func,
    writes=("h_income_year", "h_poverty_ratio", "h_benefits"),
    summary="Gross income over twelve months against the poverty guideline.",
)
INCOME = (MEMBERS, PROGRAMS, WITHHOLDING, RETURN, SMOOTH)
