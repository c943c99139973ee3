"""Perceived stress, and the unfair treatment that feeds it.

Stress (SD units) = trait + state + noise, which hold about 50, 35 and 15 percent of its variance.

    trait(t) = m + a (trait(t-1) - m) + s sqrt(1 - a^2) z      a = 0.5^(1 / half-life in months)
    m        = ace (own core ACEs - reference) + chronic x load
    state(t) = phi state(t-1) + (1 - phi) (load + lever) + s' sqrt(1 - phi^2) z'

`load` is the sum of present shocks (unemployment, an eviction filing or eviction that fades with
its half-life, food insecurity, violence between partners, bereavement, hardship, gunfire, unsafe
streets, discrimination) less support, centered on the state's mean. A lasting load of d therefore
moves the state by d within about two months and the trait over years, which is why a program
that lowers the state alone fades when it ends.

Sources: Harris 2023 (10.1093/abm/kaad015) for the shares of variance, Cohen 1983 for retest
correlations, Paul and Moser 2009 (10.1016/j.jvb.2009.01.001) for unemployment. Hardship also
reaches neglect by its own path (hecsim.processes.adversity_events), because monthly cash lowers
child-protection reports far more than it lowers measured stress.
"""

from __future__ import annotations

import numpy as np

from hecsim.compiled import njit
from hecsim.processes.ace_bits import CORE_COUNT, CORE_MASK
from hecsim.processes.base import process
from hecsim.processes.maths import core_count, exp_, home

__all__ = ["EXPOSURE", "STRESS", "STRESS_PROCESSES"]


@njit(error_model="numpy")
def exposure_kernel(
    h_present, h_race, h_discrimination, h_bereaved, hu_discrimination, lg_service_bias, lg_policing_bias,
    k_discrimination_rate, k_discrimination_policing, k_bereavement_window,
):  # fmt: skip
    """Who is treated unfairly, and how long ago a member died."""
    bias = k_discrimination_policing * lg_policing_bias + (1.0 - k_discrimination_policing) * lg_service_bias
    for h in range(h_present.size):
        if h_present[h] == 0:
            continue
        # What everyone may meet stays; the part that differs by group is what policy can remove.
        p = k_discrimination_rate[0] + bias * (k_discrimination_rate[h_race[h]] - k_discrimination_rate[0])
        h_discrimination[h] = 1 if hu_discrimination[h] < p else 0
        if h_bereaved[h] > 0:
            h_bereaved[h] = h_bereaved[h] + 1 if h_bereaved[h] < k_bereavement_window else 0


def exposure_plain(
    h_present, h_race, h_discrimination, h_bereaved, hu_discrimination, lg_service_bias, lg_policing_bias,
    k_discrimination_rate, k_discrimination_policing, k_bereavement_window,
):  # fmt: skip
    """Repeat the loop in plain numpy."""
    here = h_present == 1
    bias = k_discrimination_policing * lg_policing_bias + (1.0 - k_discrimination_policing) * lg_service_bias
    base = k_discrimination_rate[0]
    p = base + bias * (k_discrimination_rate[h_race.astype(np.int64) * here] - base)
    h_discrimination[...] = np.where(here, hu_discrimination < p, h_discrimination)
    older = np.where(h_bereaved < k_bereavement_window, h_bereaved + 1, 0)
    h_bereaved[...] = np.where(here & (h_bereaved > 0), older, h_bereaved)


EXPOSURE = process(
    "stress.exposure",
    kernel=exposure_kernel,
    twin=exposure_plain,
    writes=("h_discrimination", "h_bereaved"),
    summary="Draws unfair treatment for each household and ages a bereavement.",
)


@njit(error_model="numpy")
def stress_kernel(
    p_present, p_household, p_age, p_role, p_labor, p_ace_bits, p_stress_trait, p_stress_state, p_stress,
    h_neighborhood, h_eviction_record, h_eviction_clock, h_food_security, h_hardship, h_ipv, h_bereaved,
    h_gunfire, h_discrimination, h_support, n_safety, lp_stress_add, pz_trait, pz_state, pz_noise, h0,
    k_first_age, k_persistence, k_trait_half_life, k_trait_sd, k_state_sd, k_noise_sd, k_trait_ace,
    k_trait_ace_reference, k_trait_chronic, k_center, k_unemployed, k_filing, k_filing_half_life,
    k_eviction, k_food_low, k_food_very_low, k_ipv, k_bereaved, k_bereaved_half_life, k_hardship, k_gunfire,
    k_unsafe, k_discrimination, k_support,
):  # fmt: skip
    """Trait, state and noise of everyone old enough to be asked."""
    keep = 0.5 ** (1.0 / k_trait_half_life)
    trait_step = k_trait_sd * np.sqrt(1.0 - keep * keep)
    state_step = k_state_sd * np.sqrt(1.0 - k_persistence * k_persistence)
    first = np.int64(k_first_age * 12.0)
    n, homes = p_present.size, h_ipv.size
    family, loads = np.empty(homes), np.empty(n)
    for h in range(homes):
        family[h] = k_unsafe * (1.0 - n_safety[h_neighborhood[h]]) - k_center
    fade_filing, fade_loss = np.log(0.5) / k_filing_half_life, np.log(0.5) / k_bereaved_half_life
    for h in range(homes):  # no branch, so that the compiler takes several homes at a time
        load = family[h] + k_hardship * h_hardship[h] - k_support * h_support[h]
        load += k_filing * exp_((h_eviction_record[h] - 1.0) * fade_filing) if h_eviction_record[h] > 0 else 0.0
        load += k_eviction if h_eviction_clock[h] > 0 else 0.0
        load += k_food_low if h_food_security[h] == 1 else (k_food_very_low if h_food_security[h] == 2 else 0.0)
        load += k_bereaved * exp_((h_bereaved[h] - 1.0) * fade_loss) if h_bereaved[h] > 0 else 0.0
        family[h] = load + k_gunfire * h_gunfire[h] + k_discrimination * h_discrimination[h]
    for i in range(n):
        h = home(p_household[i], p_present[i], h0)
        loads[i] = family[h] + (k_ipv if (h_ipv[h] == 1) & (p_role[i] <= 1) else 0.0)
    for i in range(n):
        here, asked = p_present[i] != 0, (p_present[i] != 0) & (p_age[i] >= first)
        load = loads[i] + (k_unemployed if p_labor[i] == 2 else 0.0)
        mean = k_trait_ace * (core_count(p_ace_bits[i]) - k_trait_ace_reference) + k_trait_chronic * load
        trait = mean + keep * (p_stress_trait[i] - mean) + trait_step * pz_trait[i]
        target = load + lp_stress_add[i]
        state = k_persistence * p_stress_state[i] + (1.0 - k_persistence) * target + state_step * pz_state[i]
        stress = trait + state + k_noise_sd * pz_noise[i]
        # Temper is there from birth and begins to move when it can be asked about.
        p_stress_trait[i] = trait if asked else p_stress_trait[i]
        p_stress_state[i] = (state if asked else 0.0) if here else p_stress_state[i]
        p_stress[i] = (stress if asked else 0.0) if here else p_stress[i]


def stress_plain(
    p_present, p_household, p_age, p_role, p_labor, p_ace_bits, p_stress_trait, p_stress_state, p_stress,
    h_neighborhood, h_eviction_record, h_eviction_clock, h_food_security, h_hardship, h_ipv, h_bereaved,
    h_gunfire, h_discrimination, h_support, n_safety, lp_stress_add, pz_trait, pz_state, pz_noise, h0,
    k_first_age, k_persistence, k_trait_half_life, k_trait_sd, k_state_sd, k_noise_sd, k_trait_ace,
    k_trait_ace_reference, k_trait_chronic, k_center, k_unemployed, k_filing, k_filing_half_life,
    k_eviction, k_food_low, k_food_very_low, k_ipv, k_bereaved, k_bereaved_half_life, k_hardship, k_gunfire,
    k_unsafe, k_discrimination, k_support,
):  # fmt: skip
    """Repeat the loop in plain numpy."""
    here = p_present == 1
    h = np.where(here, p_household.astype(np.int64) - h0, 0)
    keep = 0.5 ** (1.0 / k_trait_half_life)
    first = int(k_first_age * 12)
    record, mourning = h_eviction_record.astype(float), h_bereaved.astype(float)
    home = -k_center + k_hardship * h_hardship.astype(float) - k_support * h_support
    home = home + k_unsafe * (1.0 - n_safety[h_neighborhood.astype(np.int64)].astype(float))
    home = home + np.where(record > 0, k_filing * 0.5 ** ((record - 1.0) / k_filing_half_life), 0.0)
    home = home + np.where(h_eviction_clock > 0, k_eviction, 0.0)
    home = home + np.where(h_food_security == 1, k_food_low, 0.0)
    home = home + np.where(h_food_security == 2, k_food_very_low, 0.0)
    home = home + np.where(mourning > 0, k_bereaved * 0.5 ** ((mourning - 1.0) / k_bereaved_half_life), 0.0)
    home = home + k_gunfire * h_gunfire + k_discrimination * h_discrimination
    load = home[h] + np.where(p_labor == 2, k_unemployed, 0.0)
    load = load + np.where((h_ipv[h] == 1) & (p_role <= 1), k_ipv, 0.0)
    aces = CORE_COUNT[p_ace_bits & CORE_MASK] - k_trait_ace_reference
    mean = k_trait_ace * aces + k_trait_chronic * load
    trait = mean + keep * (p_stress_trait - mean) + k_trait_sd * np.sqrt(1.0 - keep * keep) * pz_trait
    state = k_persistence * p_stress_state + (1.0 - k_persistence) * (load + lp_stress_add)
    state = state + k_state_sd * np.sqrt(1.0 - k_persistence * k_persistence) * pz_state
    asked = p_age >= first
    stress = trait + state + k_noise_sd * pz_noise
    p_stress_trait[...] = np.where(here & asked, trait, p_stress_trait)
    p_stress_state[...] = np.where(here, np.where(asked, state, 0.0), p_stress_state)
    p_stress[...] = np.where(here, np.where(asked, stress, 0.0), p_stress)


STRESS = process(
    "stress.level",
    kernel=stress_kernel,
    twin=stress_plain,
    writes=("p_stress_trait", "p_stress_state", "p_stress"),
    summary="Updates perceived stress: a slow trait, a state that shocks raise and support lowers, noise.",
)

STRESS_PROCESSES = (EXPOSURE, STRESS)
