"""The protective side: safe, stable, nurturing surroundings, and how the child grows.

Three indices per household run from 0 to 1. Safety: the neighborhood's safety, less what violence
at home and gunfire take. Stability: a home of one's own, no recent move or eviction, work, a steady
schedule and a lasting couple or kin nearby. Nurture: logistic in parenting, support and conflict.

Per child: nurturance (SD) and positive childhood experiences (0 to 7) approach what the home
offers; development (SD) approaches a mean that adversities so far pull down and nurture, formal
early care and programs lift, faster in the early years. Preventing adversities means fewer events;
mitigation means that the same events harm less: the lever `ace_harm` scales only the harm.
Positive experiences stand beside adversities; they do not cancel them (Bethell 2019, Huang 2023).
"""

from __future__ import annotations

import numpy as np

from hecsim.compiled import njit
from hecsim.luck import normals_among, normals_of
from hecsim.processes.ace_bits import CORE_COUNT, CORE_MASK, child_band
from hecsim.processes.base import process
from hecsim.processes.maths import children, core_count, exp_, home

_LOW_INCOME = 2.0  # low income ends, by convention, at twice the poverty line

__all__ = ["GROWTH", "INDICES", "PROTECTION_PROCESSES"]


@njit(error_model="numpy")
def _band(age):
    """Age group 0 to 3 (0-2, 3-5, 6-11, 12-17); the scalar `child_band`."""
    return (age >= 36) + (age >= 72) + (age >= 144)


@njit(error_model="numpy")
def indices_kernel(
    p_present, p_household, p_role, p_unstable, h_present, h_neighborhood, h_couple, h_kin_nearby,
    h_grandparent, h_tenure, h_moved, h_filing, h_eviction_clock, h_crowded, h_jobless_parent, h_ipv,
    h_gunfire, h_parenting, h_support, h_conflict, h_depressed_caregiver, h_safety_index, h_stability_index,
    h_nurture_index, n_safety, lh_nurture_add, h0, k_safety_ipv, k_safety_gunfire, k_stable_unhoused,
    k_stable_moved, k_stable_moved_months, k_stable_filing, k_stable_crowded, k_stable_jobless,
    k_stable_schedule, k_stable_alone, k_nurture_center, k_nurture_parenting, k_nurture_support,
    k_nurture_conflict, k_nurture_depressed,
):  # fmt: skip
    """Safe, stable and nurturing, each from 0 to 1."""
    n = h_present.size
    unsteady, place = np.zeros(n, np.uint8), np.empty(n)
    for i in range(p_present.size):
        here = (p_present[i] == 1) & (p_role[i] <= 1)
        unsteady[home(p_household[i], p_present[i], h0)] |= (p_unstable[i] == 1) & here
    for h in range(n):
        place[h] = n_safety[h_neighborhood[h]]
    for h in range(n):  # three loops without branches, so that the compiler takes several homes at a time
        safe = place[h] * (k_safety_ipv if h_ipv[h] == 1 else 1.0)
        safe *= k_safety_gunfire if h_gunfire[h] == 1 else 1.0
        h_safety_index[h] = safe if h_present[h] != 0 else h_safety_index[h]
    for h in range(n):
        stable = k_stable_unhoused if h_tenure[h] >= 2 else 1.0
        stable *= k_stable_moved if h_moved[h] < k_stable_moved_months else 1.0
        stable *= k_stable_filing if (h_filing[h] > 0) | (h_eviction_clock[h] > 0) else 1.0
        stable *= k_stable_crowded if h_crowded[h] == 1 else 1.0
        stable *= k_stable_jobless if h_jobless_parent[h] == 1 else 1.0
        stable *= k_stable_schedule if unsteady[h] == 1 else 1.0
        stable *= k_stable_alone if (h_couple[h] == 0) & (h_kin_nearby[h] == 0) & (h_grandparent[h] == 0) else 1.0
        h_stability_index[h] = stable if h_present[h] != 0 else h_stability_index[h]
    for h in range(n):
        warm = k_nurture_center + k_nurture_parenting * h_parenting[h] + k_nurture_support * h_support[h]
        warm -= k_nurture_conflict * h_conflict[h] + k_nurture_depressed * h_depressed_caregiver[h]
        warm += k_nurture_parenting * lh_nurture_add[h]
        h_nurture_index[h] = 1.0 / (1.0 + exp_(-warm)) if h_present[h] != 0 else h_nurture_index[h]


def indices_plain(
    p_present, p_household, p_role, p_unstable, h_present, h_neighborhood, h_couple, h_kin_nearby,
    h_grandparent, h_tenure, h_moved, h_filing, h_eviction_clock, h_crowded, h_jobless_parent, h_ipv,
    h_gunfire, h_parenting, h_support, h_conflict, h_depressed_caregiver, h_safety_index, h_stability_index,
    h_nurture_index, n_safety, lh_nurture_add, h0, k_safety_ipv, k_safety_gunfire, k_stable_unhoused,
    k_stable_moved, k_stable_moved_months, k_stable_filing, k_stable_crowded, k_stable_jobless,
    k_stable_schedule, k_stable_alone, k_nurture_center, k_nurture_parenting, k_nurture_support,
    k_nurture_conflict, k_nurture_depressed,
):  # fmt: skip
    """Repeat the loop in plain numpy."""
    here = h_present == 1
    adult = (p_present == 1) & (p_role <= 1) & (p_unstable == 1)
    unsteady = np.bincount(p_household[adult].astype(np.int64) - h0, minlength=h_present.size) > 0
    safe = n_safety[h_neighborhood.astype(np.int64)].astype(float)
    safe = safe * np.where(h_ipv == 1, k_safety_ipv, 1.0) * np.where(h_gunfire == 1, k_safety_gunfire, 1.0)
    stable = np.ones(h_present.size)
    for flag, factor in (
        (h_tenure >= 2, k_stable_unhoused),
        (h_moved < k_stable_moved_months, k_stable_moved),
        ((h_filing > 0) | (h_eviction_clock > 0), k_stable_filing),
        (h_crowded == 1, k_stable_crowded),
        (h_jobless_parent == 1, k_stable_jobless),
        (unsteady, k_stable_schedule),
        ((h_couple == 0) & (h_kin_nearby == 0) & (h_grandparent == 0), k_stable_alone),
    ):
        stable = stable * np.where(flag, factor, 1.0)
    warm = k_nurture_center + k_nurture_parenting * h_parenting + k_nurture_support * h_support
    warm = warm - (k_nurture_conflict * h_conflict + k_nurture_depressed * h_depressed_caregiver)
    warm = warm + k_nurture_parenting * lh_nurture_add
    h_safety_index[...] = np.where(here, safe, h_safety_index)
    h_stability_index[...] = np.where(here, stable, h_stability_index)
    h_nurture_index[...] = np.where(here, 1.0 / (1.0 + np.exp(-warm)), h_nurture_index)


INDICES = process(
    "adversity.indices",
    kernel=indices_kernel,
    twin=indices_plain,
    writes=("h_safety_index", "h_stability_index", "h_nurture_index"),
    summary="Scores each home as safe, stable and nurturing, from 0 to 1.",
)


@njit(error_model="numpy")
def growth_kernel(
    p_present, p_household, p_age, p_ace_bits, p_prenatal_bits, p_placed, p_nurturance, p_pce,
    p_development, h_neighborhood, h_parenting, h_support, h_depressed_caregiver, h_food_security, h_moved,
    h_poverty_ratio, h_child_care, h_church, h_stability_index, n_cohesion, lh_nurture_add, lh_pce_add,
    lh_development_add, lh_ace_harm, luck_p, dz_nurturance, dz_development, h0, k_nurturance_half_life,
    k_nurturance_sd, k_nurturance_parenting, k_nurturance_support, k_nurturance_depressed,
    k_nurturance_placed, k_pce_half_life, k_pce_center, k_pce_nurturance, k_pce_stability, k_pce_cohesion,
    k_pce_church, k_development_half_life, k_development_sd, k_development_center, k_development_ace,
    k_development_prenatal, k_development_nurturance, k_development_hunger, k_development_moved,
    k_development_poor, k_development_care, k_stable_moved_months,
):  # fmt: skip
    """Nurturance, positive experiences and development of every child."""
    keep_n, keep_p = 0.5 ** (1.0 / k_nurturance_half_life), 0.5 ** (1.0 / k_pce_half_life)
    step_n, keep_d, step_d = k_nurturance_sd * np.sqrt(1.0 - keep_n * keep_n), np.empty(4), np.empty(4)
    for b in range(4):
        keep_d[b] = 0.5 ** (1.0 / k_development_half_life[b])
        step_d[b] = k_development_sd * np.sqrt(1.0 - keep_d[b] * keep_d[b])
    rows, hunger = children(p_present, p_age), np.zeros(3)
    for b in range(2):
        hunger[b + 1] = k_development_hunger[b]
    spirit, progress = normals_among(luck_p, rows, dz_nurturance), normals_among(luck_p, rows, dz_development)
    for j in range(rows.size):
        i = rows[j]
        h = home(p_household[i], 1, h0)
        mean = k_nurturance_parenting * h_parenting[h] + k_nurturance_support * h_support[h]
        mean += lh_nurture_add[h] - k_nurturance_depressed * h_depressed_caregiver[h]
        mean = k_nurturance_placed + lh_nurture_add[h] if p_placed[i] > 0 else mean
        nurturance = mean + keep_n * (p_nurturance[i] - mean) + step_n * spirit[j]
        score = k_pce_center + k_pce_nurturance * nurturance
        score += k_pce_stability * h_stability_index[h]
        score += k_pce_cohesion * n_cohesion[h_neighborhood[h]] + k_pce_church * h_church[h]
        offered = min(max(7.0 / (1.0 + exp_(-score)) + lh_pce_add[h], 0.0), 7.0)
        p_nurturance[i] = nurturance
        p_pce[i] = offered + keep_p * (p_pce[i] - offered)
        harm = k_development_ace * core_count(p_ace_bits[i])
        harm += k_development_prenatal * core_count(p_prenatal_bits[i])
        mean = k_development_center - lh_ace_harm[h] * harm + k_development_nurturance * nurturance
        mean += lh_development_add[h]
        mean -= hunger[h_food_security[h]]
        mean -= k_development_poor * max(1.0 - h_poverty_ratio[h] / _LOW_INCOME, 0.0)
        mean -= k_development_moved if h_moved[h] < k_stable_moved_months else 0.0
        mean += k_development_care if (h_child_care[h] == 3) & (p_age[i] < 60) else 0.0
        b = _band(p_age[i])
        p_development[i] = mean + keep_d[b] * (p_development[i] - mean) + step_d[b] * progress[j]


def growth_plain(
    p_present, p_household, p_age, p_ace_bits, p_prenatal_bits, p_placed, p_nurturance, p_pce,
    p_development, h_neighborhood, h_parenting, h_support, h_depressed_caregiver, h_food_security, h_moved,
    h_poverty_ratio, h_child_care, h_church, h_stability_index, n_cohesion, lh_nurture_add, lh_pce_add,
    lh_development_add, lh_ace_harm, luck_p, dz_nurturance, dz_development, h0, k_nurturance_half_life,
    k_nurturance_sd, k_nurturance_parenting, k_nurturance_support, k_nurturance_depressed,
    k_nurturance_placed, k_pce_half_life, k_pce_center, k_pce_nurturance, k_pce_stability, k_pce_cohesion,
    k_pce_church, k_development_half_life, k_development_sd, k_development_center, k_development_ace,
    k_development_prenatal, k_development_nurturance, k_development_hunger, k_development_moved,
    k_development_poor, k_development_care, k_stable_moved_months,
):  # fmt: skip
    """Repeat the loop in plain numpy."""
    pz_nurturance = normals_of(luck_p, dz_nurturance)
    pz_development = normals_of(luck_p, dz_development)
    here = p_present == 1
    child = here & (p_age < 216)
    h = np.where(here, p_household.astype(np.int64) - h0, 0)
    home = k_nurturance_parenting * h_parenting + k_nurturance_support * h_support + lh_nurture_add
    home = home - k_nurturance_depressed * h_depressed_caregiver
    mean = np.where(p_placed > 0, k_nurturance_placed + lh_nurture_add[h], home[h])
    keep = 0.5 ** (1.0 / k_nurturance_half_life)
    step = k_nurturance_sd * np.sqrt(1.0 - keep * keep)
    nurturance = mean + keep * (p_nurturance - mean) + step * pz_nurturance
    score = k_pce_center + k_pce_nurturance * nurturance
    score = score + k_pce_stability * h_stability_index[h]
    place = k_pce_cohesion * n_cohesion[h_neighborhood.astype(np.int64)] + k_pce_church * h_church
    offered = np.clip(7.0 / (1.0 + np.exp(-(score + place[h]))) + lh_pce_add[h], 0.0, 7.0)
    keep_p = 0.5 ** (1.0 / k_pce_half_life)
    harm = k_development_ace * CORE_COUNT[p_ace_bits & CORE_MASK]
    harm = harm + k_development_prenatal * CORE_COUNT[p_prenatal_bits & CORE_MASK]
    mean = k_development_center - lh_ace_harm[h] * harm + k_development_nurturance * nurturance
    mean = mean + lh_development_add[h] - np.append(0.0, k_development_hunger)[h_food_security[h]]
    poor = np.maximum(1.0 - h_poverty_ratio[h].astype(float) / _LOW_INCOME, 0.0)
    mean = mean - k_development_poor * poor
    mean = mean - k_development_moved * (h_moved[h] < k_stable_moved_months)
    mean = mean + k_development_care * ((h_child_care[h] == 3) & (p_age < 60))
    keep_d = 0.5 ** (1.0 / k_development_half_life[child_band(p_age)])
    step = k_development_sd * np.sqrt(1.0 - keep_d * keep_d)
    development = mean + keep_d * (p_development - mean) + step * pz_development
    p_nurturance[...] = np.where(child, nurturance, p_nurturance)
    p_pce[...] = np.where(child, offered + keep_p * (p_pce - offered), p_pce)
    p_development[...] = np.where(child, development, p_development)


GROWTH = process(
    "adversity.growth",
    kernel=growth_kernel,
    twin=growth_plain,
    writes=("p_nurturance", "p_pce", "p_development"),
    summary="Moves children's nurturance, positive experiences and development; mitigation scales harm only.",
)

PROTECTION_PROCESSES = (INDICES, GROWTH)
