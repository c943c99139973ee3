"""What food costs the people at home: the Thrifty Food Plan by age and sex, adjusted for the size of the household (USDA)."""

from __future__ import annotations

import numpy as np

from hecsim.compiled import njit
from hecsim.processes.base import process
from hecsim.processes.maths import MONTHS_OF_LIFE, home

__all__ = ["FOOD_NEED"]


@njit(error_model="numpy")
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


FOOD_NEED = process(
    "budget.food_need",
    kernel=food_need_kernel,
    twin=food_need_plain,
    writes=("h_food_need",),
    summary="Cost of the Thrifty Food Plan for the people at home.",
)
