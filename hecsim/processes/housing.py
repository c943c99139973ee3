"""Housing: eviction cases, the wish to move, and what a home costs.

Cases. A renter's monthly chance of a filing rises with the months of rent owed (read from arrears;
one cannot owe more months than one has lived there), with rent burden, with an earlier filing, and
with children and with differential treatment (`filing_race`, scaled by the lever `housing_bias`), and is lower for
householders of 65 or older (Graetz et al. 2023). Months owed and burden count the
rent that the tenant pays: with a subsidy, a share of income (for months owed the larger of the shares of this
month's and of the past year's income, at which the debt was run up), and then the landlord, sure of the rest, files less
readily. Large owners file more often on the same arrears, with less need of an execution in each case (Gomory
2022); they hold more of the rentals where disadvantage is concentrated, so both hazards vary by neighborhood
around the state's mean of one. An open case ends in
default, stipulation, withdrawal or trial; each has its chance that the household loses the home,
lower with counsel and where nothing is owed any more. Losing the home is an executed eviction here,
whether the marshal came or the family left by the agreed date. A case that ends withdrawn, with the
family staying, leaves no record (P.A. 23-207).

Moves. Chosen moves follow mobility by tenure; part of them leave the area: those to other states, and
those to other towns as far as they lie outside the community (`leave_share`). Settlement finds homes.

Subsidies. A voucher or a project lasts until income is far above the limit; agencies prefer those in shelter, whom coordinated
access brings to supportive housing. Rapid re-housing (`voucher` 2, given by settlement to families in shelter) pays part of the
rent in the same way, but ends after some months.

Sources: Eviction Lab 2023-24; ctdata.org; Greiner et al. 2013; Gubits et al. 2016; ACS.
"""

from __future__ import annotations

import numpy as np

from hecsim.compiled import njit
from hecsim.luck import uniform_at, uniforms_of
from hecsim.processes.base import process
from hecsim.processes.maths import exp_, home, listed, log_, turns

__all__ = ["CASES", "HOME", "HOUSING", "MOVES", "owners"]

_OWNER, _RENTER, _SHELTER = 0, 1, 2
_WITHDRAWN = 2
_REHOUSED = 2  # a subsidy for some months
_ROUNDING = 1.000001  # keeps a bound above what it bounds, however that was rounded
_LONG_AGO = 255
_ELDER = 65 * 12


@njit(forceinline=True, error_model="numpy")
def owners(disadvantage, share, gradient, center, files, executes):
    """Filing and chance of losing the home in a neighborhood, over those where the renter of the mean lives.

    share, gradient : of rentals held by large owners there, and per SD of disadvantage above `center`
    files, executes : a large owner's filings, and losses of the home per filing, over a small owner's
    """
    large = min(max(share + gradient * (disadvantage - center), 0.0), 1.0)
    much, mean = 1.0 + large * (files - 1.0), 1.0 + share * (files - 1.0)
    lost = (1.0 + large * (files * executes - 1.0)) / much
    return much / mean, lost / ((1.0 + share * (files * executes - 1.0)) / mean)


@njit(error_model="numpy")
def cases_kernel(
    p_present, p_household, p_role, p_age, h0,
    h_present, h_tenure, h_voucher, h_rent, h_arrears, h_income, h_income_year, h_snap, h_race, h_children, h_moved,
    h_neighborhood, h_filing, h_filed_new, h_evicted_new, h_eviction_clock, h_eviction_record, h_represented, h_wants_move,
    hu_filing, luck_h, du_counsel, du_close, du_outcome, du_displaced,
    ln_representation, lh_filing_scale, lh_judgment_scale, lg_housing_bias,
    k_filing_level, k_filing_base, k_filing_subsidized, k_filing_owed, k_filing_burden, k_burden_limit,
    k_filing_race,
    k_filing_children, k_filing_elder, k_filing_again, k_again_months, k_close, k_outcome, k_displaced, k_counsel, k_cured,
    k_cured_months, k_eviction_window, k_minimum_rent, k_budget__voucher_share, k_filing_assisted, k_owner_large,
    k_owner_gradient, k_owner_center, k_owner_files, k_owner_executes, n_disadvantage,
):  # fmt: skip
    n, places = h_present.size, n_disadvantage.size
    old, elder = np.empty(p_present.size, np.uint8), np.zeros(n, np.uint8)
    for i in range(p_present.size):  # no branch, so that the compiler takes many people at a time
        old[i] = (p_present[i] != 0) & (p_role[i] == 0) & (p_age[i] >= _ELDER)
    for i in listed(old):
        elder[home(p_household[i], 1, h0)] = 1
    level, by_race = np.empty(places), np.empty(k_filing_race.size)
    for place in range(places):
        level[place], _ = owners(
            np.float64(n_disadvantage[place]), k_owner_large, k_owner_gradient, k_owner_center, k_owner_files, k_owner_executes
        )
    for race in range(by_race.size):
        by_race[race] = 1.0 + lg_housing_bias * (k_filing_race[race] - 1.0)
    begun = np.empty(n, np.uint8)
    for h in range(n):  # no branch, so that the compiler takes many homes at a time
        here = h_present[h] != 0
        rents, aging = here & (h_tenure[h] == _RENTER), here & (h_eviction_record[h] > 0) & (h_eviction_record[h] < _LONG_AGO)
        h_filed_new[h] = 0 if here else h_filed_new[h]
        h_evicted_new[h] = 0 if here else h_evicted_new[h]
        h_eviction_clock[h] -= here & (h_eviction_clock[h] > 0)
        h_eviction_record[h] += aging
        h_filing[h] = 0 if here & ~rents else h_filing[h]
        h_represented[h] = 0 if here & ~rents else h_represented[h]
        begun[h] = rents & (h_filing[h] != 0)
    files, harder = np.empty(n), np.empty(n)
    for h in range(n):  # what is looked up, in a loop of its own
        files[h], harder[h] = level[h_neighborhood[h]], by_race[np.uint64(h_race[h])]
    late, chances, hazards, may = np.empty(n), np.empty(n), np.empty(n), np.empty(n, np.uint8)
    f0, f1, f2, f3 = k_filing_owed[0], k_filing_owed[1], k_filing_owed[2], k_filing_owed[3]
    for h in range(n):  # no branch, so that the compiler takes several homes at a time
        helped, rent, income = h_voucher[h] > 0, np.float64(h_rent[h]), np.float64(h_income[h])
        # The landlord asks the tenant for this part only; arrears were run up at the part of the past year.
        part = k_budget__voucher_share * (income - np.float64(h_snap[h]))
        due = min(rent, max(part, k_budget__voucher_share * np.float64(h_income_year[h]) / 12.0, k_minimum_rent))
        due = due if helped else rent
        rent = min(rent, max(part, k_minimum_rent)) if helped else rent
        owed = min(np.float64(h_arrears[h]) / due, np.float64(h_moved[h])) if due > 0.0 else 0.0
        step = min(owed, 2.999999)
        start, end = f1 if step >= 1.0 else f0, f2 if step >= 1.0 else f1
        start, end = f2 if step >= 2.0 else start, f3 if step >= 2.0 else end
        low = (1.0 if step >= 1.0 else 0.0) + (1.0 if step >= 2.0 else 0.0)
        chance = start + (step - low) * (end - start)
        burden = rent / max(income, 1.0)
        m = k_filing_level * np.float64(lh_filing_scale[h]) * files[h]
        m *= 1.0 + k_filing_burden * min(max(burden - k_burden_limit, 0.0), 1.0)
        m *= harder[h]
        m *= k_filing_children if h_children[h] > 0 else 1.0
        m *= k_filing_elder if elder[h] > 0 else 1.0
        m *= k_filing_again if (h_eviction_record[h] > 0) & (h_eviction_record[h] <= k_again_months) else 1.0
        chance = k_filing_assisted * chance + k_filing_subsidized if helped else chance + k_filing_base
        late[h], chances[h], hazards[h] = owed, chance, m
        # The chance lies below this, as `turns` knows.
        within = hu_filing[h] * (1.0 - chance) < m * chance
        may[h] = (h_present[h] != 0) & (h_tenure[h] == _RENTER) & (h_filing[h] == 0) & within
    for h in listed(may):
        if turns(hu_filing[h], chances[h], hazards[h]):
            h_filing[h] = 1
            h_filed_new[h] = 1
            h_eviction_record[h] = 1
            h_represented[h] = 1 if uniform_at(luck_h, h, du_counsel) < ln_representation[h_neighborhood[h]] else 0
    for h in listed(begun):
        if uniform_at(luck_h, h, du_close) >= k_close[h_represented[h]]:
            h_filing[h] = min(h_filing[h] + 1, _LONG_AGO)
            continue
        outcome, reached = 0, k_outcome[0]
        while outcome < k_outcome.size - 1 and uniform_at(luck_h, h, du_outcome) >= reached:
            outcome += 1
            reached += k_outcome[outcome]
        _, loses = owners(
            np.float64(n_disadvantage[h_neighborhood[h]]), k_owner_large, k_owner_gradient, k_owner_center,
            k_owner_files, k_owner_executes,
        )  # fmt: skip
        lose = k_displaced[outcome] * np.float64(lh_judgment_scale[h]) * loses
        lose *= k_counsel if h_represented[h] > 0 else 1.0
        lose *= k_cured if late[h] < k_cured_months else 1.0
        h_filing[h] = 0
        h_represented[h] = 0
        if uniform_at(luck_h, h, du_displaced) < lose:
            h_evicted_new[h] = 1
            h_eviction_clock[h] = np.int64(k_eviction_window)
            h_wants_move[h] = 2
        elif outcome == _WITHDRAWN:
            h_eviction_record[h] = 0


def cases_plain(
    p_present, p_household, p_role, p_age, h0,
    h_present, h_tenure, h_voucher, h_rent, h_arrears, h_income, h_income_year, h_snap, h_race, h_children, h_moved,
    h_neighborhood, h_filing, h_filed_new, h_evicted_new, h_eviction_clock, h_eviction_record, h_represented, h_wants_move,
    hu_filing, luck_h, du_counsel, du_close, du_outcome, du_displaced,
    ln_representation, lh_filing_scale, lh_judgment_scale, lg_housing_bias,
    k_filing_level, k_filing_base, k_filing_subsidized, k_filing_owed, k_filing_burden, k_burden_limit,
    k_filing_race,
    k_filing_children, k_filing_elder, k_filing_again, k_again_months, k_close, k_outcome, k_displaced, k_counsel, k_cured,
    k_cured_months, k_eviction_window, k_minimum_rent, k_budget__voucher_share, k_filing_assisted, k_owner_large,
    k_owner_gradient, k_owner_center, k_owner_files, k_owner_executes, n_disadvantage,
):  # fmt: skip
    hu_counsel = uniforms_of(luck_h, du_counsel)
    hu_close = uniforms_of(luck_h, du_close)
    hu_outcome = uniforms_of(luck_h, du_outcome)
    hu_displaced = uniforms_of(luck_h, du_displaced)
    here = h_present > 0
    h_filed_new[here] = 0
    h_evicted_new[here] = 0
    h_eviction_clock[here & (h_eviction_clock > 0)] -= 1
    h_eviction_record[here & (h_eviction_record > 0) & (h_eviction_record < _LONG_AGO)] += 1
    renter = here & (h_tenure == _RENTER)
    h_filing[here & ~renter] = 0
    h_represented[here & ~renter] = 0
    rent, income = h_rent.astype(np.float64), h_income.astype(np.float64)
    part = np.maximum(k_budget__voucher_share * (income - h_snap.astype(np.float64)), k_minimum_rent)
    past = np.maximum(part, k_budget__voucher_share * h_income_year.astype(np.float64) / 12.0)
    due = np.where(h_voucher > 0, np.minimum(rent, past), rent)
    rent = np.where(h_voucher > 0, np.minimum(rent, part), rent)
    owed = np.where(due > 0, h_arrears.astype(np.float64) / np.where(due > 0, due, 1.0), 0.0)
    owed = np.where(due > 0, np.minimum(owed, h_moved.astype(np.float64)), 0.0)
    step = np.minimum(owed, 2.999999)
    low = step.astype(np.int64)
    chance = k_filing_owed[low] + (step - low) * (k_filing_owed[low + 1] - k_filing_owed[low])
    files, loses = np.array([
        owners.py_func(float(x), k_owner_large, k_owner_gradient, k_owner_center, k_owner_files, k_owner_executes)
        for x in n_disadvantage
    ])[h_neighborhood].T  # fmt: skip
    m = k_filing_level * lh_filing_scale.astype(np.float64) * files
    m *= 1.0 + k_filing_burden * np.clip(rent / np.maximum(income, 1.0) - k_burden_limit, 0.0, 1.0)
    m *= 1.0 + lg_housing_bias * (k_filing_race[h_race] - 1.0)
    m *= np.where(h_children > 0, k_filing_children, 1.0)
    old = p_household[(p_present != 0) & (p_role == 0) & (p_age >= _ELDER)].astype(np.int64) - h0
    m *= np.where(np.bincount(old, minlength=h_present.size) > 0, k_filing_elder, 1.0)
    m *= np.where((h_eviction_record > 0) & (h_eviction_record <= k_again_months), k_filing_again, 1.0)
    opened = h_filing > 0
    chance = np.where(h_voucher > 0, k_filing_assisted * chance + k_filing_subsidized, chance + k_filing_base)
    filed = renter & ~opened & (hu_filing < -np.expm1(m * np.log1p(-chance)))
    ends = renter & opened & (hu_close < k_close[np.minimum(h_represented, 1)])
    waits = renter & opened & ~ends
    h_filing[waits] = np.minimum(h_filing[waits].astype(np.int64) + 1, _LONG_AGO)
    edges = np.cumsum(k_outcome)[:-1]
    outcome = np.searchsorted(edges, hu_outcome, side="right")
    lose = k_displaced[outcome] * lh_judgment_scale.astype(np.float64) * loses
    lose *= np.where(h_represented > 0, k_counsel, 1.0) * np.where(owed < k_cured_months, k_cured, 1.0)
    evicted = ends & (hu_displaced < lose)
    h_eviction_record[ends & ~evicted & (outcome == _WITHDRAWN)] = 0
    h_filing[ends] = 0
    h_represented[ends] = 0
    h_evicted_new[evicted] = 1
    h_eviction_clock[evicted] = int(k_eviction_window)
    h_wants_move[evicted] = 2
    for column in (h_filing, h_filed_new, h_eviction_record):
        column[filed] = 1
    h_represented[filed] = (hu_counsel < ln_representation[h_neighborhood])[filed]


@njit(error_model="numpy")
def moves_kernel(
    p_present, p_household, p_role, p_age, h_present, h_tenure, h_voucher, h_poverty_ratio, h_crowded,
    h_neighborhood, h_wants_move, x_leave_share, hu_move, lh_shelter_exit,
    k_move, k_move_poor, k_move_voucher, k_move_crowded, k_voucher_exit, k_far_age, h0,
):  # fmt: skip
    log_stay = np.log1p(-k_move)
    # No chance exceeds these, so that hardly any household needs an exponential.
    most = k_move / (1.0 - k_move) * max(k_move_crowded, 1.0) * max(k_move_poor, 1.0) * max(k_move_voucher, 1.0)
    most *= max(np.max(k_far_age), 1.0) * max(k_voucher_exit, 1.0)
    most_own, most_rent, most_away = most[_OWNER], most[_RENTER], np.max(most[_SHELTER:])
    may, near = np.empty(h_present.size, np.uint8), np.empty(p_present.size, np.uint8)
    for h in range(h_present.size):  # no branch, so that the compiler takes many homes at a time
        at_most = most_rent if h_tenure[h] == _RENTER else most_away
        at_most = most_own if h_tenure[h] == _OWNER else at_most
        within = hu_move[h] <= at_most * max(lh_shelter_exit[h], np.float32(1.0))
        may[h] = within & (h_present[h] != 0) & (h_wants_move[h] == 0)
    for i in range(p_present.size):
        near[i] = may[home(p_household[i], p_present[i], h0)]
    group = np.zeros(h_present.size, np.uint8)
    for i in listed(near):
        age = p_age[i]
        band = (age >= 420) * 1 + (age >= 660) * 1 + (age >= 780) * 1
        if (p_present[i] != 0) & (p_role[i] == 0):
            group[home(p_household[i], 1, h0)] = band
    for h in listed(may):
        tenure = np.int64(h_tenure[h])
        if tenure >= _SHELTER:
            m = np.float64(lh_shelter_exit[h]) * (k_voucher_exit if h_voucher[h] > 0 else 1.0)
            if hu_move[h] < -np.expm1(m * log_stay[tenure]):
                h_wants_move[h] = 1
            continue
        m = k_move_crowded if h_crowded[h] > 0 else 1.0
        if tenure == _RENTER:
            m *= k_move_poor if h_poverty_ratio[h] < 1.0 else 1.0
            m *= k_move_voucher if h_voucher[h] > 0 else 1.0
        away = np.float64(x_leave_share[h_neighborhood[h]])
        leave = -np.expm1(m * away * k_far_age[group[h]] * log_stay[tenure])
        local = -np.expm1(m * (1.0 - away) * log_stay[tenure])
        if hu_move[h] < leave:
            h_wants_move[h] = 3
        elif hu_move[h] < leave + local:
            h_wants_move[h] = 1


def moves_plain(
    p_present, p_household, p_role, p_age, h_present, h_tenure, h_voucher, h_poverty_ratio, h_crowded,
    h_neighborhood, h_wants_move, x_leave_share, hu_move, lh_shelter_exit,
    k_move, k_move_poor, k_move_voucher, k_move_crowded, k_voucher_exit, k_far_age, h0,
):  # fmt: skip
    age = np.full(h_present.size, 480, np.int64)
    heads = np.flatnonzero((p_present > 0) & (p_role == 0))
    age[p_household[heads].astype(np.int64) - h0] = p_age[heads]
    base = np.log1p(-k_move)[h_tenure]
    homeless, renter = h_tenure >= _SHELTER, h_tenure == _RENTER
    voucher = h_voucher > 0
    m = np.where(h_crowded > 0, k_move_crowded, 1.0)
    m *= np.where(renter & (h_poverty_ratio < 1.0), k_move_poor, 1.0)
    m *= np.where(renter & voucher, k_move_voucher, 1.0)
    group = (age >= 420) * 1 + (age >= 660) * 1 + (age >= 780) * 1
    away = x_leave_share[h_neighborhood].astype(np.float64)
    leave = np.where(homeless, 0.0, -np.expm1(m * away * k_far_age[group] * base))
    out = lh_shelter_exit.astype(np.float64) * np.where(voucher, k_voucher_exit, 1.0)
    local = -np.expm1(np.where(homeless, out, m * (1.0 - away)) * base)
    free = (h_present > 0) & (h_wants_move == 0)
    h_wants_move[free & (hu_move < leave + local)] = 1
    h_wants_move[free & (hu_move < leave)] = 3


@njit(error_model="numpy")
def home_kernel(
    h_present, h_tenure, h_persons, h_children, h_bedrooms, h_poverty_ratio, h_neighborhood, h_filed_new,
    h_evicted_new, h_rent, h_voucher, h_crowded, h_shelter_months, h_moved, h_public_cost,
    n_fmr, n_rent_level, hu_voucher, hu_voucher_end, lh_voucher_offer,
    k_voucher_offer, k_voucher_limit, k_voucher_homeless, k_voucher_success, k_voucher_end, k_rehoused_end,
    k_rent_pull, k_sitting_discount, k_bedroom_ratio, k_crowded_limit, k_cost_filing, k_cost_lockout,
    k_cost_shelter,
):  # fmt: skip
    n, most = h_present.size, k_voucher_offer * max(np.max(k_voucher_homeless), 1.0) * k_voucher_success * _ROUNDING
    begins_or_ends, pulled = np.empty(n, np.uint8), np.empty(n, np.uint8)
    shelter, shelter_children = k_cost_shelter[0], k_cost_shelter[1]
    for h in range(n):  # no branch, so that the compiler takes many homes at a time
        here, away = h_present[h] != 0, h_tenure[h] >= _SHELTER
        h_moved[h] += here & (h_moved[h] < _LONG_AGO)
        stays = h_shelter_months[h] + (h_shelter_months[h] < _LONG_AGO) if away else 0
        h_shelter_months[h] = stays if here else h_shelter_months[h]
        begins = (h_tenure[h] != _OWNER) & (h_voucher[h] != 1) & (h_poverty_ratio[h] < k_voucher_limit)
        begins &= hu_voucher[h] < most + np.float64(lh_voucher_offer[h])  # no chance exceeds this
        ends = (h_voucher[h] == 1) & (hu_voucher_end[h] < k_voucher_end)
        ends |= (h_voucher[h] == _REHOUSED) & (hu_voucher_end[h] < k_rehoused_end)
        begins_or_ends[h] = here & (begins | ends)
        crowded = h_persons[h] > k_crowded_limit * max(h_bedrooms[h], 1)
        h_crowded[h] = crowded if here else h_crowded[h]
        cost = k_cost_filing * h_filed_new[h] + k_cost_lockout * h_evicted_new[h]
        cost += (shelter_children if h_children[h] > 0 else shelter) if h_tenure[h] == _SHELTER else 0.0
        h_public_cost[h] = cost if here else h_public_cost[h]
    for h in listed(begins_or_ends):
        away = h_tenure[h] >= _SHELTER
        if h_tenure[h] != _OWNER and h_voucher[h] != 1 and h_poverty_ratio[h] < k_voucher_limit:
            leased = k_voucher_offer * (k_voucher_homeless[h_tenure[h] - _SHELTER] if away else 1.0) * k_voucher_success
            if hu_voucher[h] < leased + np.float64(lh_voucher_offer[h]):
                h_voucher[h] = 1
        elif h_voucher[h] == 1 and hu_voucher_end[h] < k_voucher_end:
            above = h_tenure[h] == _OWNER or h_poverty_ratio[h] > 2.0 * k_voucher_limit
            h_voucher[h] = 0 if above else 1
        if h_voucher[h] == _REHOUSED and hu_voucher_end[h] < k_rehoused_end:
            h_voucher[h] = 0
    for h in range(n):
        pulled[h] = (h_present[h] != 0) & (h_tenure[h] == _RENTER) & (h_voucher[h] == 0) & (h_rent[h] > 0.0)
    rows, level = listed(pulled), np.empty(n_fmr.size)
    for place in range(n_fmr.size):
        level[place] = np.float64(n_fmr[place]) * np.float64(n_rent_level[place]) * k_sitting_discount
    market, rent = np.empty(rows.size), np.empty(rows.size)
    for j in range(rows.size):  # what is looked up, in a loop of its own
        h = rows[j]
        market[j] = level[h_neighborhood[h]] * k_bedroom_ratio[min(np.uint64(h_bedrooms[h]), np.uint64(4))]
        rent[j] = h_rent[h]
    for j in range(rows.size):  # no branch, so that the compiler takes several homes at a time
        now = rent[j] * exp_(k_rent_pull / 12.0 * log_(market[j] / rent[j]))
        rent[j] = now if market[j] > 0.0 else rent[j]
    for j in range(rows.size):
        h_rent[rows[j]] = rent[j]


def home_plain(
    h_present, h_tenure, h_persons, h_children, h_bedrooms, h_poverty_ratio, h_neighborhood, h_filed_new,
    h_evicted_new, h_rent, h_voucher, h_crowded, h_shelter_months, h_moved, h_public_cost,
    n_fmr, n_rent_level, hu_voucher, hu_voucher_end, lh_voucher_offer,
    k_voucher_offer, k_voucher_limit, k_voucher_homeless, k_voucher_success, k_voucher_end, k_rehoused_end,
    k_rent_pull, k_sitting_discount, k_bedroom_ratio, k_crowded_limit, k_cost_filing, k_cost_lockout,
    k_cost_shelter,
):  # fmt: skip
    here = h_present > 0
    h_moved[here & (h_moved < _LONG_AGO)] += 1
    away = h_tenure >= _SHELTER
    months = np.minimum(h_shelter_months.astype(np.int64) + 1, _LONG_AGO)
    h_shelter_months[here] = np.where(away, months, 0)[here]
    preferred = np.array([1.0, 1.0, *k_voucher_homeless])[h_tenure]
    leased = k_voucher_offer * preferred * k_voucher_success
    eligible = here & (h_tenure != _OWNER) & (h_voucher != 1) & (h_poverty_ratio < k_voucher_limit)
    over = here & (h_voucher == 1) & ((h_tenure == _OWNER) | (h_poverty_ratio > 2.0 * k_voucher_limit))
    h_voucher[eligible & (hu_voucher < leased + lh_voucher_offer.astype(np.float64))] = 1
    h_voucher[over & (hu_voucher_end < k_voucher_end)] = 0
    h_voucher[here & (h_voucher == _REHOUSED) & (hu_voucher_end < k_rehoused_end)] = 0
    market = n_fmr[h_neighborhood].astype(np.float64) * n_rent_level[h_neighborhood].astype(np.float64)
    market = market * k_sitting_discount * k_bedroom_ratio[np.minimum(h_bedrooms, 4)]
    r = np.flatnonzero(here & (h_tenure == _RENTER) & (h_voucher == 0) & (h_rent > 0) & (market > 0))
    rent = h_rent[r].astype(np.float64)
    h_rent[r] = rent * np.exp(k_rent_pull / 12.0 * np.log(market[r] / rent))
    rooms = np.maximum(h_bedrooms.astype(np.float64), 1.0)
    h_crowded[here] = (h_persons > k_crowded_limit * rooms)[here]
    cost = k_cost_filing * h_filed_new + k_cost_lockout * h_evicted_new
    cost += np.where(h_tenure == _SHELTER, k_cost_shelter[(h_children > 0).astype(np.int64)], 0.0)
    h_public_cost[here] = cost[here]


CASES = process(
    "housing.cases", kernel=cases_kernel, twin=cases_plain,
    writes=("h_filing", "h_filed_new", "h_evicted_new", "h_eviction_clock", "h_eviction_record",
            "h_represented", "h_wants_move"),
    summary="Evictions are filed, tenants get counsel or not, cases end, homes are lost.",
)  # fmt: skip
MOVES = process(
    "housing.moves", kernel=moves_kernel, twin=moves_plain, writes=("h_wants_move",),
    summary="Households decide to move, to leave the area, or to look for a home out of shelter.",
)  # fmt: skip
HOME = process(
    "housing.home", kernel=home_kernel, twin=home_plain,
    writes=("h_rent", "h_voucher", "h_crowded", "h_shelter_months", "h_moved", "h_public_cost"),
    summary="Vouchers, rents, crowding, months in shelter, and the public cost of courts and shelter.",
)  # fmt: skip
HOUSING = (CASES, MOVES, HOME)
