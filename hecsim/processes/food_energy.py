"""The net energy shift of a person against the own baseline, in kcal/day after compensation.

Contributions that lower energy combine without adding up,
    total = -cap (1 - product of (1 - |contribution| / cap)),
with a cap for adults and one for children, so that a pile of small policies stays small. They are:
the lever `energy` (already net); the price of sugary drinks, as intake x (price^elasticity - 1) x what
is not bought across the border x the share that is not compensated; free school meals and their
quality, for pupils; and a better diet from programs and produce prices, nearly nothing. Passing
stress adds or takes a little. Individual treatment (`energy_treatment`) is outside the cap: it is
measured on the treated person. Nothing here reads what stores offer: access alone never moves energy.
"""

from __future__ import annotations

import numpy as np

from hecsim.compiled import njit
from hecsim.processes.base import process
from hecsim.processes.maths import home, log_

__all__ = ["ENERGY"]

_PUPIL_FROM, _PUPIL_TO, _ADULT, _TWENTY, _TWO = 5 * 12, 18 * 12, 18 * 12, 20 * 12, 2 * 12


@njit(error_model="numpy")
def _leaks(price, near_index, border, leak):
    """Share of the response lost to cheaper places nearby, one number a neighborhood."""
    lost = np.zeros(price.size)
    for n in range(price.size):
        if price[n] > 1.0:
            own = np.float64(price[n]) - 1.0
            gap = 0.0
            for m in range(near_index.shape[1]):
                gap += min(max(1.0 - (np.float64(price[near_index[n, m]]) - 1.0) / own, 0.0), 1.0)
            lost[n] = leak * (border[n] + (1.0 - border[n]) * gap / near_index.shape[1])
    return lost


@njit(error_model="numpy")
def energy_kernel(
    p_energy_shift, p_present, p_age, p_sex, p_household, p_stress_state, h0, h_neighborhood,
    lh_produce_price, lp_diet_add, lp_energy, lp_energy_treatment,
    ln_sugary_drink_price, ln_free_school_meals, ln_school_meal_quality, x_near_index, x_border,
    k_free_school_meals, k_energy_cap, k_drink_intake, k_drink_elasticity, k_drink_leak, k_drink_net,
    k_meal_free_energy, k_meal_quality_energy, k_diet_energy, k_diet_produce, k_stress_energy,
):  # fmt: skip
    lost = _leaks(ln_sugary_drink_price, x_near_index, x_border, k_drink_leak)
    usual = np.float64(np.float32(k_free_school_meals))  # as the lever holds it, so that no change is zero
    n, places = p_present.size, lost.size
    drinks, free, better_meals = np.empty(places), np.empty(places), np.empty(places)
    for place in range(places):  # what the place does to a person of an intake of one
        price = max(np.float64(ln_sugary_drink_price[place]), 0.1)
        drinks[place] = ((price**k_drink_elasticity if price != 1.0 else 1.0) - 1.0) * (1.0 - lost[place]) * k_drink_net
        free[place] = k_meal_free_energy * (np.float64(ln_free_school_meals[place]) - usual)
        better_meals[place] = k_meal_quality_energy * np.float64(ln_school_meal_quality[place])
    produce = np.empty(h_neighborhood.size)
    for h in range(h_neighborhood.size):
        produce[h] = k_diet_produce * log_(max(np.float64(lh_produce_price[h]), 0.2))
    drink, lunch, quality, food = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    for i in range(n):  # what is looked up, in a loop of its own
        h = home(p_household[i], p_present[i], h0)
        place = h_neighborhood[h]
        # For everybody: what is looked up for pupils only would be a branch.
        drink[i], food[i], lunch[i], quality[i] = drinks[place], produce[h], free[place], better_meals[place]
    cap_child, cap_adult = k_energy_cap[0], k_energy_cap[1]
    boy, girl, man, woman = k_drink_intake[0], k_drink_intake[1], k_drink_intake[2], k_drink_intake[3]
    mood_child, mood_adult = k_stress_energy[0], k_stress_energy[1]
    for i in range(n):  # no branch, so that the compiler takes several people at a time
        grown, male = p_age[i] >= _ADULT, p_sex[i] == 0
        cap = cap_adult if grown else cap_child
        young, old = boy if male else girl, man if male else woman
        sweet = (young if p_age[i] < _TWENTY else old) * drink[i]
        personal, better = np.float64(lp_energy[i]), k_diet_energy * (np.float64(lp_diet_add[i]) - food[i])
        # Savings add up under the cap like independent chances; what is eaten more is capped once.
        left = 1.0 - min(max(-personal, 0.0) / cap, 1.0)
        left *= 1.0 - min(max(-sweet, 0.0) / cap, 1.0)
        pupil = (p_age[i] >= _PUPIL_FROM) & (p_age[i] < _PUPIL_TO)
        served, dishes = lunch[i] if pupil else 0.0, quality[i] if pupil else 0.0
        left *= 1.0 - min(max(-served, 0.0) / cap, 1.0)
        left *= 1.0 - min(max(-dishes, 0.0) / cap, 1.0)
        left *= 1.0 - min(max(-better, 0.0) / cap, 1.0)
        more = max(personal, 0.0) + max(sweet, 0.0) + max(served, 0.0) + max(dishes, 0.0) + max(better, 0.0)
        mood = (mood_adult if grown else mood_child) * min(max(np.float64(p_stress_state[i]), -2.0), 2.0)
        shift = min(more, cap) - cap * (1.0 - left) + mood + np.float64(lp_energy_treatment[i])
        shift = shift if p_age[i] >= _TWO else 0.0
        p_energy_shift[i] = shift if p_present[i] != 0 else p_energy_shift[i]


def energy_plain(
    p_energy_shift, p_present, p_age, p_sex, p_household, p_stress_state, h0, h_neighborhood,
    lh_produce_price, lp_diet_add, lp_energy, lp_energy_treatment,
    ln_sugary_drink_price, ln_free_school_meals, ln_school_meal_quality, x_near_index, x_border,
    k_free_school_meals, k_energy_cap, k_drink_intake, k_drink_elasticity, k_drink_leak, k_drink_net,
    k_meal_free_energy, k_meal_quality_energy, k_diet_energy, k_diet_produce, k_stress_energy,
):  # fmt: skip
    price = ln_sugary_drink_price.astype(float)
    own = np.where(price > 1.0, price - 1.0, 1.0)
    gap = np.clip(1.0 - (price[x_near_index] - 1.0) / own[:, None], 0.0, 1.0).mean(axis=1)
    lost = np.where(price > 1.0, k_drink_leak * (x_border + (1.0 - x_border) * gap), 0.0)
    i = np.flatnonzero(p_present != 0)
    h = p_household[i].astype(int) - h0
    n = h_neighborhood[h].astype(int)
    grown = (p_age[i] >= _ADULT).astype(int)
    cap = k_energy_cap[grown]
    group = np.where(p_age[i] < _TWENTY, 0, 2) + p_sex[i]
    response = np.maximum(price[n], 0.1) ** k_drink_elasticity - 1.0
    pupil = (p_age[i] >= _PUPIL_FROM) & (p_age[i] < _PUPIL_TO)
    usual = np.float64(np.float32(k_free_school_meals))
    free = k_meal_free_energy * (ln_free_school_meals[n].astype(float) - usual)
    produce = np.log(np.maximum(lh_produce_price[h].astype(float), 0.2))
    better = lp_diet_add[i].astype(float) - k_diet_produce * produce
    parts = (
        lp_energy[i].astype(float),
        k_drink_intake[group] * response * (1.0 - lost[n]) * k_drink_net,
        np.where(pupil, free, 0.0),
        np.where(pupil, k_meal_quality_energy * ln_school_meal_quality[n].astype(float), 0.0),
        k_diet_energy * better,
    )
    left, more = np.ones(i.size), np.zeros(i.size)
    for e in parts:
        left = left * np.where(e < 0, 1.0 - np.minimum(-e / cap, 1.0), 1.0)
        more = more + np.maximum(e, 0.0)
    mood = k_stress_energy[grown] * np.clip(p_stress_state[i].astype(float), -2.0, 2.0)
    total = np.minimum(more, cap) - cap * (1.0 - left) + mood + lp_energy_treatment[i].astype(float)
    p_energy_shift[i] = np.where(p_age[i] < _TWO, 0.0, total)


ENERGY = process(
    "food.energy",
    room="food",
    kernel=energy_kernel,
    twin=energy_plain,
    writes=("p_energy_shift",),
    summary="Net energy shift against the own baseline, sub-additive over policies.",
)
