"""Child care: who looks after young children while adults work, what it costs, and Care 4 Kids.

A family needs care when every caregiver works and a child is below thirteen. Kin give it where there
are kin; else it is bought, if the family can afford it or is subsidized; else kin, friends and
neighbors are found at small pay. Care 4 Kids takes eligible families from its list at a rate that
money and places set, so more applicants mean a longer wait.
"""

from __future__ import annotations

import numpy as np

from hecsim.benefits import care4kids_eligible, care4kids_fee
from hecsim.compiled import njit
from hecsim.processes.base import process
from hecsim.processes.maths import children, home, listed

__all__ = ["CARE"]

_NONE, _PARENT, _RELATIVE, _FORMAL = 0, 1, 2, 3
_OFF, _WAITING, _PAID = 0, 1, 2


@njit(error_model="numpy")
def care_kernel(
    p_present, p_placed, p_household, p_age, p_role, p_labor, p_leave_weeks,
    h_present, h_persons, h_neighborhood, h_grandparent, h_kin_nearby, h_earnings, h_ui, h_other_income, h_tfa,
    h_care_subsidy, h_care_wait, h_child_care, h_care_cost, h_care_hours, hu_choice, hu_apply, hu_place,
    n_care_region, lg_care_slots, lg_care_entry_add, lg_care_fee_scale, lg_kin_care_pay, rules,
    k_market, k_region, k_sibling_share, k_kin_share, k_kin_cost, k_kin_hours, k_kin_stay, k_afford, k_apply, k_grant,
    k_charge_over_rate, h0,
):  # fmt: skip
    rules = rules[0]
    n = h_present.size
    # Where kin can be paid, fewer of the families whom they help look for a subsidized place.
    stay = k_kin_stay * min(lg_kin_care_pay / max(k_kin_cost, 1.0), 1.0)
    idle = np.zeros(n, np.uint8)
    young = np.zeros((n, 3))
    at_home = np.empty(p_present.size, np.uint8)
    for i in range(p_present.size):  # no branch, so that the compiler takes many people at a time
        here = (p_present[i] != 0) & (p_placed[i] == 0) & (p_role[i] <= 1) & (p_labor[i] != 4)
        at_home[i] = here & ((p_labor[i] != 1) | (p_leave_weeks[i] > 0))
    for i in listed(at_home):
        idle[home(p_household[i], 1, h0)] = 1
    for i in children(p_present, p_age):
        band = (p_age[i] >= 36) * 1 + (p_age[i] >= 72) * 1
        young[home(p_household[i], 1, h0), band] += 1.0 if (p_age[i] < 156) & (p_placed[i] == 0) else 0.0
    for h in range(n):
        if h_present[h] == 0:
            continue
        h_care_hours[h] = 0.0
        h_care_cost[h] = 0.0
        count = young[h, 0] + young[h, 1] + young[h, 2]
        if count == 0.0 or idle[h] > 0:
            h_child_care[h] = _PARENT if count > 0.0 else _NONE
            if h_care_subsidy[h] != _OFF:
                h_care_subsidy[h] = _OFF
                h_care_wait[h] = 0
            continue
        gross = np.float64(h_earnings[h]) + np.float64(h_ui[h]) + np.float64(h_other_income[h]) + np.float64(h_tfa[h])
        size = max(np.int64(h_persons[h]), 1)
        state = h_care_subsidy[h]
        entitled = care4kids_eligible(rules, size, 12.0 * gross, state == _PAID, h_tfa[h] > 0, lg_care_entry_add)
        if not entitled:
            state = _OFF
        elif state == _OFF and hu_apply[h] < k_apply * (1.0 - (stay if h_child_care[h] == _RELATIVE else 0.0)):
            state = _WAITING
        elif state == _WAITING and hu_place[h] < min(1.0, k_grant * lg_care_slots):
            state = _PAID
        h_care_wait[h] = min(np.int64(h_care_wait[h]) + 1, 255) if state == _WAITING else 0
        h_care_subsidy[h] = state
        region = k_region[np.int64(n_care_region[np.int64(h_neighborhood[h])])]
        price = region * (k_market[0] * young[h, 0] + k_market[1] * young[h, 1] + k_market[2] * young[h, 2])
        if count > 1.0:
            price *= 1.0 - k_sibling_share
        kind = h_child_care[h]
        if state == _PAID:
            kind = _FORMAL
        elif kind < _RELATIVE or (kind == _FORMAL and price > k_afford * gross):
            kin = k_kin_share[1] if h_grandparent[h] > 0 or h_kin_nearby[h] > 0 else k_kin_share[0]
            kind = _RELATIVE if hu_choice[h] < kin or price > k_afford * gross else _FORMAL
        h_child_care[h] = kind
        if kind == _RELATIVE:
            h_care_hours[h] = k_kin_hours * min(count, 3.0)
            h_care_cost[h] = max(0.0, (0.0 if h_grandparent[h] > 0 else k_kin_cost) - lg_kin_care_pay)
        elif state == _PAID:
            fee = care4kids_fee(rules, size, 12.0 * gross, 12.0 * np.float64(h_earnings[h])) * lg_care_fee_scale
            h_care_cost[h] = min(fee + k_charge_over_rate * price, price)
        else:
            h_care_cost[h] = price


CARE = process(
    "care", room="care", kernel=care_kernel, twin=care_kernel.py_func,
    writes=("h_care_subsidy", "h_care_wait", "h_child_care", "h_care_cost", "h_care_hours"),
    summary="Who cares for young children while adults work, its cost, and the Care 4 Kids list.",
)  # fmt: skip
