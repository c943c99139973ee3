"""The month's budget: needs, shocks, what is left and what is owed.

Cash income less tax and care meets basic needs: home, utilities, transport, health and the food that
SNAP and WIC do not cover. A shortfall is sudden as far as a shock or a fall of income clearly below the usual
(`resources_year` less `usual_range` of it) explains it, and lasting otherwise. A sudden one is paid from savings
as far as they reach. What is left is bridged by kin, credit and odd jobs but for a part, and that part falls on
food and on the rest; of what is sudden, a share falls on the rent (filings follow falls of income and health:
Collinson et al. 2024, Q J Econ 139:57; those whom the rent always leaves short pay it first). Hardship is the
share of needs unmet:

    rest = (short - from savings) x min(1, (1 - bridge) exp(-s b - s^2 / 2)),   b' = a b + sqrt(1 - a^2) z
    unmet = rest - min(rest, reach x savings),      the second at most in a month without a shock or a fall

Savings. Each home has a buffer that it wants, so many months of income x exp(s t); t (`thrift`, SD) differs lastingly
between homes of like income, so that some live from hand to mouth at every income and some of the poor do not
(Kaplan, Violante and Weidner 2014; Carroll 1997). Below its buffer, or while rent is owed, a home puts a part of its
cash and of what comes above the usual (refunds) by before other needs, first for the rent owed, and a part of what is
left; above it, it spends some. Without this savings followed income so closely that nearly all of the poor had none.

Homes with the same income and the same shortfall differ in what they can fall back on. b (`backing`, SD)
says by how much, for years on end and as the years go by; s is sized so that income explains as much of
hardship between homes as in surveys (Mayer and Jencks 1989), where it explained nearly all of it before.
Its mean over homes leaves what goes unmet where `bridge` puts it: calibrated, a poor home that is short spends a
quarter of one dollar more on unmet needs, of it a tenth of the dollar on food (of cash, households spend far less on
food than of SNAP: Hastings and Shapiro 2018, doi 10.1257/aer.20170866); the rest replaces credit and help.
"""

from __future__ import annotations

import numpy as np

from hecsim.clock import RUNNING_YEAR
from hecsim.compiled import njit
from hecsim.processes.base import process
from hecsim.processes.budget_food import FOOD_NEED
from hecsim.processes.budget_mind import MIND
from hecsim.processes.maths import exp_

__all__ = ["BUDGET"]


@njit(error_model="numpy")
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
    h_backing,
    h_thrift,
    h_food_budget,
    h_hardship,
    hu_shock,
    hz_size,
    hz_backing,
    hz_thrift,
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
    k_backing_spread,
    k_backing_half_life,
    k_food_first,
    k_rent_second,
    k_food_extra,
    k_save,
    k_aside,
    k_windfall,
    k_usual_range,
    k_reach,
    k_drawdown,
    k_buffer_months,
    k_thrift_spread,
    k_thrift_half_life,
    k_wealth_access,
    k_repay,
    k_voucher_share,
    k_doubled_share,
):
    u0, u1, u2, u3 = k_utilities[0], k_utilities[1], k_utilities[2], k_utilities[3]
    m0, m1, m2, m3 = k_health_adult[0], k_health_adult[1], k_health_adult[2], k_health_adult[3]
    s0, s1, s2, s3 = k_shock_median[0], k_shock_median[1], k_shock_median[2], k_shock_median[3]
    b0, b1, b2, b3 = k_bridge[0], k_bridge[1], k_bridge[2], k_bridge[3]
    t0, t1, t2, t3 = k_buffer_months[0] / 12.0, k_buffer_months[1] / 12.0, k_buffer_months[2] / 12.0, k_buffer_months[3] / 12.0
    rate_walks, rate_drives, n = k_shock_rate[0], k_shock_rate[1], h_present.size
    keep, spread = 0.5 ** (1.0 / k_backing_half_life), k_backing_spread
    step = np.sqrt(1.0 - keep * keep)
    last = 0.5 ** (1.0 / k_thrift_half_life)
    fresh = np.sqrt(1.0 - last * last)
    access, cash_in, foods, needed = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    worse, better = np.empty(n), np.empty(n)
    for h in range(n):
        access[h] = 1.0 + lg_lending_bias * (k_wealth_access[np.uint64(h_race[h])] - 1.0)
        thrift = last * np.float64(h_thrift[h]) + fresh * np.float64(hz_thrift[h])
        h_thrift[h] = thrift if h_present[h] != 0 else h_thrift[h]
    # Four loops without a branch, so that the compiler takes several homes at a time. First: money in, and shocks.
    for h in range(n):
        cash = np.float64(h_earnings[h]) + np.float64(h_ui[h]) + np.float64(h_other_income[h]) + np.float64(h_tfa[h])
        cash_in[h] = cash + np.float64(h_refund[h]) + np.float64(lh_cash[h]) - np.float64(h_taxes[h])
        in_kind = np.float64(h_snap[h]) + np.float64(h_wic[h]) + np.float64(lh_food_aid[h])
        income = cash_in[h] + in_kind - np.float64(h_care_cost[h])
        h_income[h] = income if h_present[h] != 0 else h_income[h]
        past = np.float64(h_resources_year[h])
        past = past if past > 0.0 else 12.0 * income  # a home without a past year takes this month for it
        worse[h] = max(0.0, (1.0 - k_usual_range) * past / 12.0 - income)  # than usual
        better[h] = max(0.0, income - past / 12.0)
        h_resources_year[h] = past + (12.0 * income - past) * RUNNING_YEAR if h_present[h] != 0 else h_resources_year[h]
        foods[h] = in_kind
    for h in range(n):
        ratio = np.float64(h_poverty_ratio[h])
        size = s0 if ratio < 1.0 else (s1 if ratio < 2.0 else (s2 if ratio < 4.0 else s3))
        size *= exp_(k_shock_spread * np.float64(hz_size[h]))
        shock = size if hu_shock[h] < (rate_drives if h_vehicles[h] > 0 else rate_walks) else 0.0
        h_shock[h] = shock if h_present[h] != 0 else h_shock[h]
        needed[h] = shock
        worse[h] += shock
        backing = keep * np.float64(h_backing[h]) + step * np.float64(hz_backing[h])
        h_backing[h] = backing if h_present[h] != 0 else h_backing[h]
    for h in range(n):  # what the month needs
        ratio, adults, cash = np.float64(h_poverty_ratio[h]), np.float64(h_adults[h]), cash_in[h]
        poor, low, middle = ratio < 1.0, ratio < 2.0, ratio < 4.0
        rent, counted = np.float64(h_rent[h]), max(0.0, cash - np.float64(h_refund[h]))
        roof = min(rent, k_voucher_share * counted) if h_voucher[h] > 0 else rent
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
        arrears = max(0.0, np.float64(h_arrears[h]) - np.float64(lh_rent_aid[h]))
        target = access[h] * (t0 if poor else (t1 if low else (t2 if middle else t3))) * np.float64(h_income_year[h])
        target *= exp_(k_thrift_spread * np.float64(h_thrift[h]))
        room = max(0.0, target - savings)
        aside = k_aside * max(0.0, cash_in[h]) + k_windfall * better[h] - worse[h]
        aside = min(max(0.0, aside), arrears + room)
        left = cash_in[h] - needs - aside
        fine, first = left >= 0.0, min(aside, arrears)
        repaid = first + min(arrears - first, k_repay * max(left, 0.0))
        spare = left - (repaid - first)
        kept = min(k_save * spare, max(0.0, room - (aside - first)))  # no more than the buffer takes
        after = savings + (aside - first) + kept - k_drawdown * max(0.0, savings - target)
        sudden = min(-left, worse[h])
        used = min(savings, sudden)
        bridge = b0 if poor else (b1 if low else (b2 if middle else b3))
        bridge = min(max(bridge + k_bridge_support * np.float64(h_support[h]), k_bridge_least), 1.0)
        gap = exp_(-spread * np.float64(h_backing[h]) - 0.5 * spread * spread)  # 1 in the mean of all homes
        part = min((1.0 - bridge) * gap, 1.0)
        rest = (-left - used) * part
        drawn = min(rest, k_reach * (savings - used))
        unmet = 0.0 if fine else rest - drawn
        spent = food + k_food_extra * (spare - kept)
        spent = spent if fine else food - min(k_food_first * unmet, max(0.0, food - in_kind))
        rent, counted = np.float64(h_rent[h]), max(0.0, cash_in[h] - np.float64(h_refund[h]))
        roof = min(rent, k_voucher_share * counted) if h_voucher[h] > 0 else rent
        more = min(k_rent_second * (sudden - used) * part, roof) if tenure <= 1 else 0.0
        h_savings[h] = max(0.0, after if fine else savings - used - drawn + aside - first) if here else h_savings[h]
        h_arrears[h] = (arrears - repaid if fine else arrears - first + more) if here else h_arrears[h]
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
    h_backing,
    h_thrift,
    h_food_budget,
    h_hardship,
    hu_shock,
    hz_size,
    hz_backing,
    hz_thrift,
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
    k_backing_spread,
    k_backing_half_life,
    k_food_first,
    k_rent_second,
    k_food_extra,
    k_save,
    k_aside,
    k_windfall,
    k_usual_range,
    k_reach,
    k_drawdown,
    k_buffer_months,
    k_thrift_spread,
    k_thrift_half_life,
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
    counted = np.maximum(0.0, cash - wide(h_refund))
    voucher = np.where(h_voucher > 0, np.minimum(wide(h_rent), k_voucher_share * counted), wide(h_rent))
    home = np.where(h_tenure == 2, 0.0, np.where(h_tenure == 3, wide(h_rent) * k_doubled_share, voucher))
    drives = h_vehicles > 0
    size = k_shock_median[band] * np.exp(k_shock_spread * wide(hz_size))
    shock = np.where(hu_shock < k_shock_rate[drives.astype(int)], size, 0.0)
    food = wide(h_food_need) * np.maximum(wide(h_food_price), 0.5)
    needs = home + k_utilities[band] + wide(h_care_cost) + k_other_need * h_persons
    needs = needs + np.where(drives, k_transport_car, k_transport_no_car * h_adults)
    needs = needs + k_health_adult[band] * h_adults + np.maximum(0.0, food - in_kind) + shock
    past = np.where(h_resources_year > 0.0, wide(h_resources_year), 12.0 * income)
    worse = np.maximum(0.0, (1.0 - k_usual_range) * past / 12.0 - income) + shock
    last = 0.5 ** (1.0 / k_thrift_half_life)
    thrift = (last * wide(h_thrift) + np.sqrt(1.0 - last * last) * wide(hz_thrift)).astype(np.float32)
    owed = np.maximum(0.0, wide(h_arrears) - wide(lh_rent_aid))
    savings0 = wide(h_savings)
    access = 1.0 + lg_lending_bias * (k_wealth_access[h_race.astype(np.int64)] - 1.0)
    target = access * k_buffer_months[band] * wide(h_income_year) / 12.0 * np.exp(k_thrift_spread * wide(thrift))
    room = np.maximum(0.0, target - savings0)
    better = np.maximum(0.0, income - past / 12.0)
    aside = k_aside * np.maximum(0.0, cash) + k_windfall * better - worse
    aside = np.minimum(np.maximum(0.0, aside), owed + room)
    left = cash - needs - aside
    fine = left >= 0
    first = np.minimum(aside, owed)
    repaid = first + np.minimum(owed - first, k_repay * np.maximum(left, 0.0))
    rest = left - (repaid - first)
    kept = np.minimum(k_save * rest, np.maximum(0.0, room - (aside - first)))
    sudden = np.minimum(np.maximum(-left, 0.0), worse)
    used = np.minimum(savings0, sudden)
    bridge = np.clip(k_bridge[band] + k_bridge_support * wide(h_support), k_bridge_least, 1.0)
    keep = 0.5 ** (1.0 / k_backing_half_life)
    backing = (keep * wide(h_backing) + np.sqrt(1.0 - keep * keep) * wide(hz_backing)).astype(np.float32)
    part = np.minimum((1.0 - bridge) * np.exp(-k_backing_spread * wide(backing) - 0.5 * k_backing_spread**2), 1.0)
    uncovered = (np.maximum(-left, 0.0) - used) * part
    drawn = np.minimum(uncovered, k_reach * (savings0 - used))
    unmet = uncovered - drawn
    cut = np.minimum(k_food_first * unmet, np.maximum(0.0, food - in_kind))
    added = np.where(h_tenure <= 1, np.minimum(k_rent_second * (sudden - used) * part, home), 0.0)
    savings = savings0 + aside - first - used - drawn
    savings = np.where(fine, savings + kept - k_drawdown * np.maximum(0.0, savings0 - target), savings)
    spent = np.where(fine, food + k_food_extra * (rest - kept), food - cut)
    for column, value in (
        (h_income, income),
        (h_resources_year, past + (12.0 * income - past) * RUNNING_YEAR),
        (h_shock, shock),
        (h_backing, backing),
        (h_thrift, thrift),
        (h_savings, np.maximum(0.0, savings)),
        (h_arrears, np.where(fine, owed - repaid, owed - first + added)),
        (h_food_budget, np.maximum(spent, in_kind)),
        (h_hardship, np.minimum(unmet / np.maximum(needs + np.minimum(food, in_kind), 1.0), 1.0)),
    ):
        column[here] = value[here]


MONTH_BUDGET = process(
    "budget.month",
    kernel=budget_kernel,
    twin=budget_plain,
    writes=(
        "h_income",
        "h_resources_year",
        "h_savings",
        "h_arrears",
        "h_shock",
        "h_backing",
        "h_thrift",
        "h_food_budget",
        "h_hardship",
    ),
    summary="Needs, shocks, savings, arrears and hardship of the month.",
)
BUDGET = (FOOD_NEED, MONTH_BUDGET, MIND)
