"""The month's budget: needs, shocks, what is left, what is owed, and the room of mind that remains.

Cash income less tax and care meets basic needs: home, utilities, transport, health and the food that
SNAP and WIC do not cover. What is short is first taken from savings and bridged by kin, credit and
odd jobs, then falls on food, on the rent (arrears) and on the rest in fixed shares. Hardship is the
share of needs unmet. Bandwidth falls with hardship, stress and emergencies (Mullainathan and Shafir
2013; Mani et al. 2013, doi 10.1126/science.1238041; replications are mixed, so the range is wide).
"""

from __future__ import annotations

import numpy as np
from numba import njit

from hecsim.processes.base import process
from hecsim.processes.maths import MONTHS_OF_LIFE, exp_, home

__all__ = ["BUDGET"]


@njit(cache=True, nogil=True, error_model="numpy")
def food_need_kernel(
    p_present,
    p_placed,
    p_household,
    p_age,
    p_sex,
    p_labor,
    h_present,
    h_persons,
    h_food_need,
    k_age_from,
    k_cost,
    k_size_factor,
    h0,
):
    costs, last = np.empty((2, MONTHS_OF_LIFE), np.float32), np.uint64(MONTHS_OF_LIFE - 1)
    for month in range(MONTHS_OF_LIFE):
        band = 0
        for b in range(k_age_from.size):
            band = b if month >= 12.0 * k_age_from[b] else band
        costs[0, month], costs[1, month] = k_cost[2 * band], k_cost[2 * band + 1]
    for h in range(h_present.size):
        h_food_need[h] = 0.0 if h_present[h] == 1 else h_food_need[h]
    for i in range(p_present.size):
        eats = (p_present[i] != 0) & (p_placed[i] == 0) & (p_labor[i] != 4)
        cost = costs[np.uint64(p_sex[i]), min(np.uint64(p_age[i]), last)]
        h_food_need[home(p_household[i], p_present[i], h0)] += cost if eats else np.float32(0.0)
    for h in range(h_present.size):
        if h_present[h] == 1:
            h_food_need[h] *= k_size_factor[min(max(np.int64(h_persons[h]), 1), k_size_factor.size) - 1]


def food_need_plain(
    p_present,
    p_placed,
    p_household,
    p_age,
    p_sex,
    p_labor,
    h_present,
    h_persons,
    h_food_need,
    k_age_from,
    k_cost,
    k_size_factor,
    h0,
):
    i = np.flatnonzero((p_present == 1) & (p_placed == 0) & (p_labor != 4))
    band = np.searchsorted(12.0 * k_age_from, p_age[i], side="right") - 1
    cost = k_cost[2 * band + p_sex[i]].astype(np.float32)
    total = np.zeros(h_present.size, np.float32)
    np.add.at(total, p_household[i].astype(np.int64) - h0, cost)
    factor = k_size_factor[np.clip(h_persons.astype(np.int64), 1, k_size_factor.size) - 1]
    here = h_present == 1
    h_food_need[here] = (total * factor)[here]


@njit(cache=True, nogil=True, error_model="numpy")
def budget_kernel(
    h_present,
    h_persons,
    h_adults,
    h_race,
    h_tenure,
    h_voucher,
    h_vehicles,
    h_rent,
    h_earnings,
    h_ui,
    h_other_income,
    h_tfa,
    h_snap,
    h_wic,
    h_refund,
    h_taxes,
    h_care_cost,
    h_food_need,
    h_food_price,
    h_poverty_ratio,
    h_support,
    h_income_year,
    h_income,
    h_resources_year,
    h_savings,
    h_arrears,
    h_shock,
    h_food_budget,
    h_hardship,
    hu_shock,
    hz_size,
    lh_cash,
    lh_rent_aid,
    lh_food_aid,
    lg_lending_bias,
    k_utilities,
    k_transport_car,
    k_transport_no_car,
    k_health_adult,
    k_other_need,
    k_shock_rate,
    k_shock_median,
    k_shock_spread,
    k_bridge,
    k_bridge_support,
    k_bridge_least,
    k_food_first,
    k_rent_second,
    k_food_extra,
    k_save,
    k_drawdown,
    k_target_months,
    k_wealth_access,
    k_repay,
    k_voucher_share,
    k_doubled_share,
):
    u0, u1, u2, u3 = k_utilities[0], k_utilities[1], k_utilities[2], k_utilities[3]
    m0, m1, m2, m3 = k_health_adult[0], k_health_adult[1], k_health_adult[2], k_health_adult[3]
    b0, b1, b2, b3 = k_bridge[0], k_bridge[1], k_bridge[2], k_bridge[3]
    t0, t1, t2, t3 = k_target_months[0] / 12.0, k_target_months[1] / 12.0, k_target_months[2] / 12.0, k_target_months[3] / 12.0
    rate_walks, rate_drives, n = k_shock_rate[0], k_shock_rate[1], h_present.size
    access, cash_in, foods, needed = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    for h in range(n):
        access[h] = 1.0 + lg_lending_bias * (k_wealth_access[np.uint64(h_race[h])] - 1.0)
    # Four loops without a branch, so that the compiler takes several homes at a time. First: money in, and shocks.
    for h in range(n):
        cash = np.float64(h_earnings[h]) + np.float64(h_ui[h]) + np.float64(h_other_income[h]) + np.float64(h_tfa[h])
        cash_in[h] = cash + np.float64(h_refund[h]) + np.float64(lh_cash[h]) - np.float64(h_taxes[h])
        in_kind = np.float64(h_snap[h]) + np.float64(h_wic[h]) + np.float64(lh_food_aid[h])
        income = cash_in[h] + in_kind - np.float64(h_care_cost[h])
        h_income[h] = income if h_present[h] != 0 else h_income[h]
        past = np.float64(h_resources_year[h])
        past = past if past > 0.0 else 12.0 * income  # a home without a past year takes this month for it
        h_resources_year[h] = past + (12.0 * income - past) / 12.0 if h_present[h] != 0 else h_resources_year[h]
        foods[h] = in_kind
    for h in range(n):
        size = k_shock_median * exp_(k_shock_spread * np.float64(hz_size[h]))
        shock = size if hu_shock[h] < (rate_drives if h_vehicles[h] > 0 else rate_walks) else 0.0
        h_shock[h] = shock if h_present[h] != 0 else h_shock[h]
        needed[h] = shock
    for h in range(n):  # what the month needs
        ratio, adults, cash = np.float64(h_poverty_ratio[h]), np.float64(h_adults[h]), cash_in[h]
        poor, low, middle = ratio < 1.0, ratio < 2.0, ratio < 4.0
        rent = np.float64(h_rent[h])
        roof = min(rent, k_voucher_share * max(0.0, cash)) if h_voucher[h] > 0 else rent
        roof = rent * k_doubled_share if h_tenure[h] == 3 else roof
        roof = 0.0 if h_tenure[h] == 2 else roof
        food = np.float64(h_food_need[h]) * max(np.float64(h_food_price[h]), 0.5)
        utilities = u0 if poor else (u1 if low else (u2 if middle else u3))
        needs = roof + utilities + np.float64(h_care_cost[h]) + k_other_need * np.float64(h_persons[h])
        needs += k_transport_car if h_vehicles[h] > 0 else k_transport_no_car * adults
        needs += (m0 if poor else (m1 if low else (m2 if middle else m3))) * adults
        needed[h] = needs + max(0.0, food - foods[h]) + needed[h]
    for h in range(n):  # what it leaves or lacks
        ratio, in_kind, tenure, here = np.float64(h_poverty_ratio[h]), foods[h], h_tenure[h], h_present[h] != 0
        poor, low, middle = ratio < 1.0, ratio < 2.0, ratio < 4.0
        food = np.float64(h_food_need[h]) * max(np.float64(h_food_price[h]), 0.5)
        needs, savings = needed[h], np.float64(h_savings[h])
        left = cash_in[h] - needs
        fine, arrears = left >= 0.0, max(0.0, np.float64(h_arrears[h]) - np.float64(lh_rent_aid[h]))
        repaid = min(arrears, k_repay * left)
        spare = left - repaid
        target = access[h] * (t0 if poor else (t1 if low else (t2 if middle else t3))) * np.float64(h_income_year[h])
        kept = k_save * spare if savings < target else 0.0
        after = savings + kept - k_drawdown * max(0.0, savings - target)
        used = min(savings, -left)
        bridge = b0 if poor else (b1 if low else (b2 if middle else b3))
        bridge = min(max(bridge + k_bridge_support * np.float64(h_support[h]), k_bridge_least), 1.0)
        unmet = 0.0 if fine else (-left - used) * (1.0 - bridge)
        spent = food + k_food_extra * (spare - kept)
        spent = spent if fine else food - min(k_food_first * unmet, max(0.0, food - in_kind))
        rent = np.float64(h_rent[h])
        roof = min(rent, k_voucher_share * max(0.0, cash_in[h])) if h_voucher[h] > 0 else rent
        more = min(k_rent_second * unmet, roof) if tenure <= 1 else 0.0
        h_savings[h] = max(0.0, after if fine else savings - used) if here else h_savings[h]
        h_arrears[h] = (arrears - repaid if fine else arrears + more) if here else h_arrears[h]
        h_food_budget[h] = max(spent, in_kind) if here else h_food_budget[h]
        hardship = min(unmet / max(needs + min(food, in_kind), 1.0), 1.0)
        h_hardship[h] = hardship if here else h_hardship[h]


def budget_plain(
    h_present,
    h_persons,
    h_adults,
    h_race,
    h_tenure,
    h_voucher,
    h_vehicles,
    h_rent,
    h_earnings,
    h_ui,
    h_other_income,
    h_tfa,
    h_snap,
    h_wic,
    h_refund,
    h_taxes,
    h_care_cost,
    h_food_need,
    h_food_price,
    h_poverty_ratio,
    h_support,
    h_income_year,
    h_income,
    h_resources_year,
    h_savings,
    h_arrears,
    h_shock,
    h_food_budget,
    h_hardship,
    hu_shock,
    hz_size,
    lh_cash,
    lh_rent_aid,
    lh_food_aid,
    lg_lending_bias,
    k_utilities,
    k_transport_car,
    k_transport_no_car,
    k_health_adult,
    k_other_need,
    k_shock_rate,
    k_shock_median,
    k_shock_spread,
    k_bridge,
    k_bridge_support,
    k_bridge_least,
    k_food_first,
    k_rent_second,
    k_food_extra,
    k_save,
    k_drawdown,
    k_target_months,
    k_wealth_access,
    k_repay,
    k_voucher_share,
    k_doubled_share,
):
    def wide(column):
        return column.astype(np.float64)

    here = h_present == 1
    band = np.digitize(h_poverty_ratio, (1.0, 2.0, 4.0))
    cash = wide(h_earnings) + wide(h_ui) + wide(h_other_income) + wide(h_tfa) + wide(h_refund) + wide(lh_cash) - wide(h_taxes)
    in_kind = wide(h_snap) + wide(h_wic) + wide(lh_food_aid)
    income = cash + in_kind - wide(h_care_cost)
    voucher = np.where(h_voucher > 0, np.minimum(wide(h_rent), k_voucher_share * np.maximum(0.0, cash)), wide(h_rent))
    home = np.where(h_tenure == 2, 0.0, np.where(h_tenure == 3, wide(h_rent) * k_doubled_share, voucher))
    drives = h_vehicles > 0
    size = k_shock_median * np.exp(k_shock_spread * wide(hz_size))
    shock = np.where(hu_shock < k_shock_rate[drives.astype(int)], size, 0.0)
    food = wide(h_food_need) * np.maximum(wide(h_food_price), 0.5)
    needs = home + k_utilities[band] + wide(h_care_cost) + k_other_need * h_persons
    needs = needs + np.where(drives, k_transport_car, k_transport_no_car * h_adults)
    needs = needs + k_health_adult[band] * h_adults + np.maximum(0.0, food - in_kind) + shock
    left = cash - needs
    owed = np.maximum(0.0, wide(h_arrears) - wide(lh_rent_aid))
    savings0 = wide(h_savings)
    fine = left >= 0
    repaid = np.where(fine, np.minimum(owed, k_repay * left), 0.0)
    rest = left - repaid
    access = 1.0 + lg_lending_bias * (k_wealth_access[h_race.astype(np.int64)] - 1.0)
    target = access * k_target_months[band] * wide(h_income_year) / 12.0
    kept = np.where(savings0 < target, k_save * rest, 0.0)
    short = np.maximum(-left - savings0, 0.0)
    bridge = np.clip(k_bridge[band] + k_bridge_support * wide(h_support), k_bridge_least, 1.0)
    unmet = np.where(fine, 0.0, short * (1.0 - bridge))
    cut = np.minimum(k_food_first * unmet, np.maximum(0.0, food - in_kind))
    added = np.where(h_tenure <= 1, np.minimum(k_rent_second * unmet, home), 0.0)
    savings = np.where(
        fine, savings0 + kept - k_drawdown * np.maximum(0.0, savings0 - target), np.maximum(savings0 + left, 0.0)
    )
    spent = np.where(fine, food + k_food_extra * (rest - kept), food - cut)
    past = np.where(h_resources_year > 0.0, wide(h_resources_year), 12.0 * income)
    for column, value in (
        (h_income, income),
        (h_resources_year, past + (12.0 * income - past) / 12.0),
        (h_shock, shock),
        (h_savings, np.maximum(0.0, savings)),
        (h_arrears, np.where(fine, owed - repaid, owed + added)),
        (h_food_budget, np.maximum(spent, in_kind)),
        (h_hardship, np.minimum(unmet / np.maximum(needs + np.minimum(food, in_kind), 1.0), 1.0)),
    ):
        column[here] = value[here]


@njit(cache=True, nogil=True, error_model="numpy")
def mind_kernel(
    p_present,
    p_household,
    p_role,
    p_labor,
    p_hours,
    h_present,
    h_under6,
    h_children,
    h_vehicles,
    h_hardship,
    h_caregiver_stress,
    h_filing,
    h_eviction_clock,
    h_shock,
    h_skill,
    h_food_minutes,
    h_bandwidth,
    h_free_time,
    lh_skill_add,
    k_free_base,
    k_commute,
    k_no_car_time,
    k_care_time,
    k_share_partner,
    k_least_time,
    k_hardship_weight,
    k_stress_weight,
    k_emergency_weight,
    k_skill_weight,
    k_bandwidth_rate,
    h0,
):
    n = h_present.size
    work = np.zeros(n)
    carers = np.zeros(n)
    gives, works = np.empty(p_present.size, np.uint8), np.empty(p_present.size, np.float32)
    for i in range(p_present.size):  # no branch, so that the compiler takes several people at a time
        carer = (p_present[i] == 1) & (p_role[i] <= 1) & (p_labor[i] != 4)
        gives[i], works[i] = carer, p_hours[i] if carer & (p_labor[i] == 1) else np.float32(0.0)
    for i in range(p_present.size):
        h = home(p_household[i], p_present[i], h0)
        carers[h] += gives[i]
        work[h] += works[i]
    for h in range(n):
        if h_present[h] == 0:
            continue
        each = work[h] / max(carers[h], 1.0)
        care = k_care_time[0] * min(np.float64(h_under6[h]), 2.0) + k_care_time[1] * (1.0 if h_children[h] > 0 else 0.0)
        if carers[h] > 1.0:
            care *= k_share_partner
        time = k_free_base - each * (1.0 + k_commute) - care
        if h_vehicles[h] == 0:
            time -= k_no_car_time
        time -= 2.0 * np.float64(h_food_minutes[h]) / 60.0
        h_free_time[h] = max(time, k_least_time)
        emergency = 1.0 if h_filing[h] > 0 or h_eviction_clock[h] > 18 or h_shock[h] > 0.0 else 0.0
        room = 1.0 - k_hardship_weight * np.float64(h_hardship[h]) - k_emergency_weight * emergency
        room -= k_stress_weight * max(0.0, np.float64(h_caregiver_stress[h]))
        room += k_skill_weight * (np.float64(h_skill[h]) + np.float64(lh_skill_add[h]))
        room = min(max(room, 0.1), 1.0)
        h_bandwidth[h] += k_bandwidth_rate * (room - np.float64(h_bandwidth[h]))


def mind_plain(
    p_present,
    p_household,
    p_role,
    p_labor,
    p_hours,
    h_present,
    h_under6,
    h_children,
    h_vehicles,
    h_hardship,
    h_caregiver_stress,
    h_filing,
    h_eviction_clock,
    h_shock,
    h_skill,
    h_food_minutes,
    h_bandwidth,
    h_free_time,
    lh_skill_add,
    k_free_base,
    k_commute,
    k_no_car_time,
    k_care_time,
    k_share_partner,
    k_least_time,
    k_hardship_weight,
    k_stress_weight,
    k_emergency_weight,
    k_skill_weight,
    k_bandwidth_rate,
    h0,
):
    n = h_present.size
    i = np.flatnonzero((p_present == 1) & (p_role <= 1) & (p_labor != 4))
    h = p_household[i].astype(np.int64) - h0
    carers = np.bincount(h, minlength=n).astype(np.float64)
    work = np.bincount(h, np.where(p_labor[i] == 1, p_hours[i], 0.0).astype(np.float64), n)
    care = k_care_time[0] * np.minimum(h_under6, 2) + k_care_time[1] * (h_children > 0)
    care = np.where(carers > 1, care * k_share_partner, care)
    time = (
        k_free_base - work / np.maximum(carers, 1.0) * (1.0 + k_commute) - care - np.where(h_vehicles == 0, k_no_car_time, 0.0)
    )
    time = np.maximum(time - 2.0 * h_food_minutes.astype(np.float64) / 60.0, k_least_time)
    emergency = (h_filing > 0) | (h_eviction_clock > 18) | (h_shock > 0)
    room = 1.0 - k_hardship_weight * h_hardship.astype(np.float64) - k_emergency_weight * emergency
    room = room - k_stress_weight * np.maximum(0.0, h_caregiver_stress.astype(np.float64))
    room = np.clip(room + k_skill_weight * (h_skill.astype(np.float64) + lh_skill_add.astype(np.float64)), 0.1, 1.0)
    before = h_bandwidth.astype(np.float64)
    here = h_present == 1
    h_free_time[here] = time[here]
    h_bandwidth[here] = (before + k_bandwidth_rate * (room - before))[here]


FOOD_NEED = process(
    "budget.food_need",
    kernel=food_need_kernel,
    twin=food_need_plain,
    writes=("h_food_need",),
    summary="Cost of the Thrifty Food Plan for the people at home.",
)
MONTH_BUDGET = process(
    "budget.month",
    kernel=budget_kernel,
    twin=budget_plain,
    writes=("h_income", "h_resources_year", "h_savings", "h_arrears", "h_shock", "h_food_budget", "h_hardship"),
    summary="Needs, shocks, savings, arrears and hardship of the month.",
)
MIND = process(
    "budget.mind",
    kernel=mind_kernel,
    twin=mind_plain,
    writes=("h_bandwidth", "h_free_time"),
    summary="Time left to caregivers, and the mental room to plan and take part.",
)
BUDGET = (FOOD_NEED, MONTH_BUDGET, MIND)
