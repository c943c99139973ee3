"""The room of mind that a month leaves: caregivers' free time, and bandwidth to plan and take part.

Bandwidth falls with hardship, stress and emergencies (Mullainathan and Shafir 2013; Mani et al. 2013, doi
10.1126/science.1238041; replications are mixed, so the range is wide).
"""

from __future__ import annotations

import numpy as np

from hecsim.compiled import njit
from hecsim.processes.base import process
from hecsim.processes.maths import home

__all__ = ["MIND"]


@njit(error_model="numpy")
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


MIND = process(
    "budget.mind",
    kernel=mind_kernel,
    twin=mind_plain,
    writes=("h_bandwidth", "h_free_time"),
    summary="Time left to caregivers, and the mental room to plan and take part.",
)
