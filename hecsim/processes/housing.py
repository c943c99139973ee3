"""Housing: eviction cases, the wish to move, and what a home costs.

Cases. A renter's monthly chance of a filing rises with the months of rent owed (read from arrears;
one cannot owe more months than one has lived there), with rent burden, with an earlier filing, and
with differential treatment (`filing_race`, scaled by the lever `housing_bias`). Months owed and burden count the
rent that the tenant pays: with a subsidy, a share of income, and then the landlord, sure of the rest, files less
readily. Large owners file more often on the same arrears, with less need of an execution in each case (Gomory
2022); they hold more of the rentals where disadvantage is concentrated, so both hazards vary by neighborhood
around the state's mean of one. An open case ends in
default, stipulation, withdrawal or trial; each has its chance that the household loses the home,
lower with counsel and where nothing is owed any more. Losing the home is an executed eviction here,
whether the marshal came or the family left by the agreed date. A case that ends withdrawn, with the
family staying, leaves no record (P.A. 23-207).

Moves. Chosen moves follow mobility by tenure; part of them leave the area: those to other states, and
those to other towns as far as they lie outside the community (`leave_share`). Settlement finds homes.

Sources: Eviction Lab 2023-24; ctdata.org; Greiner et al. 2013; Gubits et al. 2016; ACS.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from hecsim.luck import uniform_at, uniforms_of
from hecsim.processes.base import process
from hecsim.processes.maths import exp_, home, log_, turns

__all__ = ["CASES", "HOME", "HOUSING", "MOVES", "owners"]

_OWNER, _RENTER, _SHELTER = 0, 1, 2
_WITHDRAWN = 2
_LONG_AGO = 255


@njit(cache=True, forceinline=True, error_model="numpy")
def owners(disadvantage, share, gradient, center, files, executes):
    """Filing and chance of losing the home in a neighborhood, over those where the renter of the mean lives.

    share, gradient : of rentals held by large owners there, and per SD of disadvantage above `center`
    files, executes : a large owner's filings, and losses of the home per filing, over a small owner's
    """
    large = min(max(share + gradient * (disadvantage - center), 0.0), 1.0)
    much, mean = 1.0 + large * (files - 1.0), 1.0 + share * (files - 1.0)
    lost = (1.0 + large * (files * executes - 1.0)) / much
    return much / mean, lost / ((1.0 + share * (files * executes - 1.0)) / mean)


@njit(cache=True, nogil=True, error_model="numpy")
def cases_kernel(
    h_present, h_tenure, h_voucher, h_rent, h_arrears, h_income, h_snap, h_race, h_children, h_moved, h_neighborhood,
    h_filing, h_filed_new, h_evicted_new, h_eviction_clock, h_eviction_record, h_represented, h_wants_move,
    hu_filing, luck_h, du_counsel, du_close, du_outcome, du_displaced,
    ln_representation, lh_filing_scale, lh_judgment_scale, lg_housing_bias,
    k_filing_level, k_filing_base, k_filing_subsidized, k_filing_owed, k_filing_burden, k_burden_limit,
    k_filing_race,
    k_filing_children, k_filing_again, k_again_months, k_close, k_outcome, k_displaced, k_counsel, k_cured,
    k_cured_months, k_eviction_window, k_minimum_rent, k_budget__voucher_share, k_filing_assisted, k_owner_large,
    k_owner_gradient, k_owner_center, k_owner_files, k_owner_executes, n_disadvantage,
):  # fmt: skip
    for h in range(h_present.size):
        if h_present[h] == 0:
            continue
        h_filed_new[h] = 0
        h_evicted_new[h] = 0
        if h_eviction_clock[h] > 0:
            h_eviction_clock[h] -= 1
        if 0 < h_eviction_record[h] < _LONG_AGO:
            h_eviction_record[h] += 1
        if h_tenure[h] != _RENTER:
            h_filing[h] = 0
            h_represented[h] = 0
            continue
        owed, rent = 0.0, np.float64(h_rent[h])
        if h_voucher[h] > 0:  # the landlord asks the tenant for this part only
            part = k_budget__voucher_share * (np.float64(h_income[h]) - np.float64(h_snap[h]))
            rent = min(rent, max(part, k_minimum_rent))
        if rent > 0.0:
            owed = min(np.float64(h_arrears[h]) / rent, np.float64(h_moved[h]))
        if h_filing[h] == 0:
            step = min(owed, 2.999999)
            low = np.int64(step)
            chance = k_filing_owed[low] + (step - low) * (k_filing_owed[low + 1] - k_filing_owed[low])
            burden = rent / max(np.float64(h_income[h]), 1.0)
            files, _ = owners(
                np.float64(n_disadvantage[h_neighborhood[h]]), k_owner_large, k_owner_gradient, k_owner_center,
                k_owner_files, k_owner_executes,
            )  # fmt: skip
            m = k_filing_level * np.float64(lh_filing_scale[h]) * files
            m *= 1.0 + k_filing_burden * min(max(burden - k_burden_limit, 0.0), 1.0)
            m *= 1.0 + lg_housing_bias * (k_filing_race[np.int64(h_race[h])] - 1.0)
            m *= k_filing_children if h_children[h] > 0 else 1.0
            m *= k_filing_again if 0 < h_eviction_record[h] <= k_again_months else 1.0
            chance = k_filing_assisted * chance + k_filing_subsidized if h_voucher[h] > 0 else chance + k_filing_base
            if turns(hu_filing[h], chance, m):
                h_filing[h] = 1
                h_filed_new[h] = 1
                h_eviction_record[h] = 1
                h_represented[h] = 1 if uniform_at(luck_h, h, du_counsel) < ln_representation[h_neighborhood[h]] else 0
            continue
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
        lose *= k_cured if owed < k_cured_months else 1.0
        h_filing[h] = 0
        h_represented[h] = 0
        if uniform_at(luck_h, h, du_displaced) < lose:
            h_evicted_new[h] = 1
            h_eviction_clock[h] = np.int64(k_eviction_window)
            h_wants_move[h] = 2
        elif outcome == _WITHDRAWN:
            h_eviction_record[h] = 0


def cases_plain(
    h_present, h_tenure, h_voucher, h_rent, h_arrears, h_income, h_snap, h_race, h_children, h_moved, h_neighborhood,
    h_filing, h_filed_new, h_evicted_new, h_eviction_clock, h_eviction_record, h_represented, h_wants_move,
    hu_filing, luck_h, du_counsel, du_close, du_outcome, du_displaced,
    ln_representation, lh_filing_scale, lh_judgment_scale, lg_housing_bias,
    k_filing_level, k_filing_base, k_filing_subsidized, k_filing_owed, k_filing_burden, k_burden_limit,
    k_filing_race,
    k_filing_children, k_filing_again, k_again_months, k_close, k_outcome, k_displaced, k_counsel, k_cured,
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
    rent = np.where(h_voucher > 0, np.minimum(rent, part), rent)
    owed = np.where(rent > 0, h_arrears.astype(np.float64) / np.where(rent > 0, rent, 1.0), 0.0)
    owed = np.where(rent > 0, np.minimum(owed, h_moved.astype(np.float64)), 0.0)
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


@njit(cache=True, nogil=True, error_model="numpy")
def moves_kernel(
    p_present, p_household, p_role, p_age, h_present, h_tenure, h_voucher, h_poverty_ratio, h_crowded,
    h_neighborhood, h_wants_move, x_leave_share, hu_move, lh_shelter_exit,
    k_move, k_move_poor, k_move_voucher, k_move_crowded, k_voucher_exit, k_far_age, h0,
):  # fmt: skip
    group = np.zeros(h_present.size, np.uint8)
    for i in range(p_present.size):
        h, age = home(p_household[i], p_present[i], h0), p_age[i]
        band = (age >= 420) * 1 + (age >= 660) * 1 + (age >= 780) * 1
        group[h] = band if (p_present[i] != 0) & (p_role[i] == 0) else group[h]
    log_stay = np.log1p(-k_move)
    # No chance exceeds these, so that hardly any household needs an exponential.
    most = k_move / (1.0 - k_move) * max(k_move_crowded, 1.0) * max(k_move_poor, 1.0) * max(k_move_voucher, 1.0)
    most *= max(np.max(k_far_age), 1.0) * max(k_voucher_exit, 1.0)
    for h in range(h_present.size):
        if hu_move[h] > most[np.uint64(h_tenure[h])] * max(lh_shelter_exit[h], 1.0):
            continue
        if h_present[h] == 0 or h_wants_move[h] > 0:
            continue
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


@njit(cache=True, nogil=True, error_model="numpy")
def home_kernel(
    h_present, h_tenure, h_persons, h_children, h_bedrooms, h_poverty_ratio, h_neighborhood, h_filed_new,
    h_evicted_new, h_rent, h_voucher, h_crowded, h_shelter_months, h_moved, h_public_cost,
    n_fmr, n_rent_level, hu_voucher, hu_voucher_end, lh_voucher_offer,
    k_voucher_offer, k_voucher_limit, k_voucher_homeless, k_voucher_success, k_voucher_end,
    k_rent_pull, k_sitting_discount, k_bedroom_ratio, k_crowded_limit, k_cost_filing, k_cost_lockout,
    k_cost_shelter,
):  # fmt: skip
    for h in range(h_present.size):
        if h_present[h] == 0:
            continue
        if h_moved[h] < _LONG_AGO:
            h_moved[h] += 1
        away = h_tenure[h] >= _SHELTER
        h_shelter_months[h] = min(h_shelter_months[h] + 1, _LONG_AGO) if away else 0
        if h_tenure[h] != _OWNER and h_voucher[h] == 0 and h_poverty_ratio[h] < k_voucher_limit:
            leased = k_voucher_offer * (k_voucher_homeless if away else 1.0) * k_voucher_success
            if hu_voucher[h] < leased + np.float64(lh_voucher_offer[h]):
                h_voucher[h] = 1
        elif h_voucher[h] > 0 and hu_voucher_end[h] < k_voucher_end:
            above = h_tenure[h] == _OWNER or h_poverty_ratio[h] > 2.0 * k_voucher_limit
            h_voucher[h] = 0 if above else 1
        if h_tenure[h] == _RENTER and h_voucher[h] == 0 and h_rent[h] > 0.0:
            place = np.int64(h_neighborhood[h])
            market = np.float64(n_fmr[place]) * np.float64(n_rent_level[place]) * k_sitting_discount
            market *= k_bedroom_ratio[min(h_bedrooms[h], 4)]
            if market > 0.0:
                rent = np.float64(h_rent[h])
                h_rent[h] = rent * exp_(k_rent_pull / 12.0 * log_(market / rent))
        h_crowded[h] = 1 if h_persons[h] > k_crowded_limit * max(h_bedrooms[h], 1) else 0
        cost = k_cost_filing * h_filed_new[h] + k_cost_lockout * h_evicted_new[h]
        if h_tenure[h] == _SHELTER:
            cost += k_cost_shelter[1 if h_children[h] > 0 else 0]
        h_public_cost[h] = cost


def home_plain(
    h_present, h_tenure, h_persons, h_children, h_bedrooms, h_poverty_ratio, h_neighborhood, h_filed_new,
    h_evicted_new, h_rent, h_voucher, h_crowded, h_shelter_months, h_moved, h_public_cost,
    n_fmr, n_rent_level, hu_voucher, hu_voucher_end, lh_voucher_offer,
    k_voucher_offer, k_voucher_limit, k_voucher_homeless, k_voucher_success, k_voucher_end,
    k_rent_pull, k_sitting_discount, k_bedroom_ratio, k_crowded_limit, k_cost_filing, k_cost_lockout,
    k_cost_shelter,
):  # fmt: skip
    here = h_present > 0
    h_moved[here & (h_moved < _LONG_AGO)] += 1
    away = h_tenure >= _SHELTER
    months = np.minimum(h_shelter_months.astype(np.int64) + 1, _LONG_AGO)
    h_shelter_months[here] = np.where(away, months, 0)[here]
    leased = k_voucher_offer * np.where(away, k_voucher_homeless, 1.0) * k_voucher_success
    eligible = here & (h_tenure != _OWNER) & (h_voucher == 0) & (h_poverty_ratio < k_voucher_limit)
    over = here & (h_voucher > 0) & ((h_tenure == _OWNER) | (h_poverty_ratio > 2.0 * k_voucher_limit))
    h_voucher[eligible & (hu_voucher < leased + lh_voucher_offer.astype(np.float64))] = 1
    h_voucher[over & (hu_voucher_end < k_voucher_end)] = 0
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
