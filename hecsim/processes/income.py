"""Income: what members earn and draw, the benefits a family may claim, and the tax it pays.

Rules come from `hecsim.benefits` (2025 law, constant dollars); whether an eligible family claims is a
lasting trait of the household (`takes_*`) that outreach can change. For SNAP the trait has a way in and a way
out: a claim lapses (recertification) at `snap_lapse`, and one begins at the rate that leaves the share
`snap_share` of those entitled to so much of the most that their size can get claiming; homes of the elderly begin
`snap_elder` times as fast, homes of foreign-born adults who speak another language best, who stand for those
barred by status or afraid, `snap_immigrant` times (Mills et al. 2014; Cunnyngham 2010; 7 CFR 273.4).
Wages, unemployment insurance and paid leave come first, then TFA, then SNAP, which counts them, then WIC,
which is adjunct to SNAP. Taxes are in `hecsim.processes.taxes`.

These loops apply statute household by household, so the plain twin is the same loop, not compiled.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from hecsim.benefits import (
    guideline,
    paid_leave_weekly,
    snap,
    tfa,
    ui_weekly,
    wic_category,
    wic_eligible,
    wic_value,
)
from hecsim.benefits.rules import at_size
from hecsim.benefits.snap import snap_step
from hecsim.clock import WEEKS_PER_MONTH
from hecsim.processes.base import process
from hecsim.processes.maths import happens, home
from hecsim.processes.taxes import RETURN, WITHHOLDING

__all__ = ["INCOME", "MEMBERS", "PROGRAMS", "SMOOTH"]

_SIXTY = 60 * 12  # age of the elderly in SNAP (7 USC 2012)
_SIXTY_TWO, _SIXTY_SEVEN = 62 * 12, 67 * 12  # ages of early and full Social Security (42 USC 402, 416)


@njit(cache=True, nogil=True, error_model="numpy")
def members_kernel(
    p_present,
    p_placed,
    p_household,
    p_age,
    p_labor,
    p_wage,
    p_hours,
    p_earnings,
    p_disabled,
    p_entitled,
    p_unemployed_months,
    p_day_labor,
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
    k_social_security_min,
    k_social_security_max,
    k_disability_income,
    h0,
):
    rules = rules[0]
    for h in range(h_present.size):
        if h_present[h] == 0:
            continue
        h_earnings[h] = 0.0
        h_ui[h] = 0.0
        h_other_income[h] = h_capital_income[h]
    for i in range(p_present.size):
        if (p_present[i] == 0) | (p_placed[i] > 0):
            continue
        h = home(p_household[i], 1, h0)
        if calendar_month == 0:
            p_ui_year[i] = 0.0
        usual = np.float64(p_wage[i]) * (np.float64(p_hours[i]) if p_hours[i] > 0 else k_full_time)
        seeks, months = p_labor[i] == 2, p_unemployed_months[i]
        if seeks & (months == 1):
            quarter = usual * 13.0
            weekly = ui_weekly(rules, quarter, quarter, 4.0 * quarter, np.int64(h_children[h]))
            p_ui_weekly[i] = weekly if pu_claim[i] < k_ui_take_up and p_day_labor[i] == 0 else 0.0
        else:
            p_ui_weekly[i] = p_ui_weekly[i] if seeks & (months <= k_ui_months) else 0.0
        if (p_ui_weekly[i] > 0.0) | (p_leave_weeks[i] > 0):
            drawn = np.float64(p_ui_weekly[i]) * WEEKS_PER_MONTH
            if p_leave_weeks[i] > 0:
                drawn += paid_leave_weekly(rules, usual, lg_minimum_wage) * min(np.float64(p_leave_weeks[i]), 4.0)
            p_ui_year[i] += drawn
            h_ui[h] += drawn
        held, retired = p_labor[i] == 4, (p_age[i] >= _SIXTY_SEVEN) | ((p_age[i] >= _SIXTY_TWO) & (p_labor[i] == 3))
        h_earnings[h] += 0.0 if held else p_earnings[i]
        if retired & ~held:
            share = k_social_security_share * usual * WEEKS_PER_MONTH
            h_other_income[h] += np.float64(p_entitled[i]) * min(max(share, k_social_security_min), k_social_security_max)
        elif (p_disabled[i] > 0) & (p_age[i] >= 216) & (p_labor[i] == 3):
            h_other_income[h] += np.float64(p_entitled[i]) * k_disability_income


@njit(cache=True, nogil=True, error_model="numpy")
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
    h_present,
    h_persons,
    h_children,
    h_under6,
    h_youngest,
    h_elders,
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
    k_fringe_wic,
    k_fringe_tfa,
    k_fringe_eitc,
    k_tfa_limit,
    k_medical_elder,
    h0,
):
    rules = rules[0]
    n = h_present.size
    first = np.zeros(n)
    second = np.zeros(n)
    aged = np.zeros(n, np.uint8)
    barred = np.zeros(n, np.uint8)
    packages = np.zeros(n)
    unborn = np.zeros(n, np.int64)
    for i in range(p_present.size):
        h, here = home(p_household[i], p_present[i], h0), (p_present[i] != 0) & (p_placed[i] == 0) & (p_labor[i] != 4)
        first[h] += p_earnings[i] if here & (p_role[i] == 0) else 0.0
        aged[h] |= here & (p_role[i] <= 1) & (p_age[i] >= _SIXTY)
        barred[h] |= here & (p_role[i] <= 1) & (p_foreign_born[i] != 0) & (p_language[i] != 0)
        second[h] += p_earnings[i] if here & (p_role[i] != 0) & (p_age[i] >= 216) else 0.0
    below = rules.wic_child_months
    for i in range(p_present.size):
        if (p_age[i] < below) | (p_pregnancy[i] > 0) | (p_since_birth[i] < 12):  # only these can be in a WIC category
            if (p_present[i] == 0) | (p_placed[i] > 0) | (p_labor[i] == 4):
                continue
            h = home(p_household[i], 1, h0)
            unborn[h] += p_pregnancy[i] > 0
            birth = np.int64(p_since_birth[i]) if p_since_birth[i] < 12 else -1
            packages[h] += wic_value(rules, wic_category(rules, np.int64(p_age[i]), p_pregnancy[i] > 0, birth, False))
    for h in range(n):
        if h_present[h] == 0:
            continue
        if h_takes_wic[h] == 0 and hu_wic[h] < k_fringe_wic + lh_wic_take_up[h]:
            h_takes_wic[h] = 1
        if h_takes_tfa[h] == 0 and hu_tfa[h] < k_fringe_tfa + lh_tfa_take_up[h]:
            h_takes_tfa[h] = 1
        if h_takes_eitc[h] == 0 and hu_eitc[h] < k_fringe_eitc + lh_eitc_take_up[h]:
            h_takes_eitc[h] = 1
        size = max(np.int64(h_persons[h]), 1)
        earned = first[h] + second[h]
        unearned = np.float64(h_ui[h]) + np.float64(h_other_income[h])
        grant = 0.0
        if h_takes_tfa[h] == 1 and h_tfa_months[h] < k_tfa_limit and (h_children[h] > 0 or unborn[h] > 0):
            grant = tfa(
                rules, size, first[h], second[h], unearned, 0.0, np.float64(h_savings[h]), h_voucher[h] > 0, h_tfa[h] > 0, 0
            )
        h_tfa[h] = grant
        if grant > 0.0 and h_tfa_months[h] < 255:
            h_tfa_months[h] += 1
        elder = h_elders[h] > 0
        allotment = snap(
            rules,
            size,
            earned,
            unearned + grant,
            np.float64(h_rent[h]) if h_tenure[h] < 2 else 0.0,
            True,
            np.float64(h_care_cost[h]),
            elder,
            k_medical_elder * np.float64(h_elders[h]),
            0.0,
            grant > 0.0,
            np.float64(h_savings[h]),
            2,
            h_tenure[h] == 2,
        )
        # A home that is entitled to nothing stands with those that could have the least.
        most = at_size(rules.snap_max_allotment, size, rules.snap_max_allotment_each_more)
        step = snap_step(allotment, most, k_snap_share.size)
        if h_takes_snap[h] == 1:
            h_takes_snap[h] = 0 if happens(hu_snap[h], k_snap_lapse[step] / 12.0) else 1
        else:
            begins = k_snap_lapse[step] * k_snap_share[step] / (1.0 - k_snap_share[step])
            begins *= k_snap_elder if aged[h] > 0 else 1.0
            begins *= k_snap_immigrant if barred[h] > 0 else 1.0
            h_takes_snap[h] = 1 if hu_snap[h] < -np.expm1(-begins / 12.0) + lh_snap_take_up[h] else 0
        allotment *= h_takes_snap[h]
        h_snap[h] = allotment * lg_snap_scale
        value = 0.0
        if h_takes_wic[h] == 1 and packages[h] > 0.0:
            yearly = 12.0 * (earned + unearned + grant)
            if wic_eligible(rules, size + unborn[h], yearly, grant > 0.0 or allotment > 0.0):
                value = packages[h]
        h_wic[h] = value


@njit(cache=True, nogil=True, error_model="numpy")
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
        year += (12.0 * gross - year) / 12.0
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
