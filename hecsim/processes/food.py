"""Where a household shops, whether it has enough to eat, and how well its members eat.

Access, consumption and weight stay apart (Allcott et al. 2019: about nine tenths of nutritional
inequality is demand). `food.access` moves travel time, price and the quality of the offer;
`food.security` is a two-state process of the household with monthly hazards

    onset    = base x exp(-a ln(adequacy) + b hardship + c shock - d savings - e skill - f support
                          - i owner - j elder),
    recovery = base x exp(+g ln(adequacy) - h hardship),
    adequacy = (food money + free school meals) / (Thrifty Food Plan x local price)

(food money holds SNAP, WIC and food aid already: the household budget adds them),

and, while insecure, a chance of very low security. `food.diet` moves each person's diet quality
(HEI-2015 scale) part of the way each month toward

    habit + age + budget + stress + time + norm + price of produce + a tenth of the offer's quality,

mixed with school meals for pupils in school months. None of the three touches energy.
"""

from __future__ import annotations

import numpy as np

from hecsim.compiled import njit
from hecsim.luck import uniform_at, uniforms_of
from hecsim.processes.base import process
from hecsim.processes.maths import exp_, happens, home, listed, log_

__all__ = ["ACCESS", "DIET", "SECURITY"]

_PUPIL_FROM, _PUPIL_TO = 5 * 12, 18 * 12
_AGE_STEPS = np.array([5, 12, 18, 35, 50, 65]) * 12  # ages at which the next entry of diet_age begins
_STEPS = (60, 144, 216, 420, 600, 780)  # the same, for compiled loops
_JULY, _AUGUST = 6, 7
_OWNER = 0  # tenure
_ELDER = 65 * 12  # age of the elderly in the food security survey


@njit(error_model="numpy")
def access_kernel(
    h_store, h_store_quality, h_food_price, h_food_minutes, h_low_access,
    h_present, h_neighborhood, h_vehicles,
    n_store_kind_car, n_store_kind_foot, n_store_quality_car, n_store_quality_foot, n_store_price_car,
    n_store_price_foot, n_store_minutes_car, n_store_minutes_foot, n_supermarket_km,
    lh_food_price_scale, lh_food_travel, k_ride_share, k_reach,
):  # fmt: skip
    for h in range(h_present.size):
        if h_present[h] == 0:
            continue
        n = h_neighborhood[h]
        ride = 1.0 if h_vehicles[h] > 0 else k_ride_share  # share of trips made by car
        h_store[h] = n_store_kind_car[n] if h_vehicles[h] > 0 else n_store_kind_foot[n]
        h_store_quality[h] = ride * n_store_quality_car[n] + (1.0 - ride) * n_store_quality_foot[n]
        price = ride * n_store_price_car[n] + (1.0 - ride) * n_store_price_foot[n]
        h_food_price[h] = price * lh_food_price_scale[h]
        minutes = ride * n_store_minutes_car[n] + (1.0 - ride) * n_store_minutes_foot[n]
        h_food_minutes[h] = minutes * lh_food_travel[h]
        reach = k_reach[1] if h_vehicles[h] > 0 else k_reach[0]
        h_low_access[h] = 1 if np.float64(n_supermarket_km[n]) * np.float64(lh_food_travel[h]) > reach else 0


def access_plain(
    h_store, h_store_quality, h_food_price, h_food_minutes, h_low_access,
    h_present, h_neighborhood, h_vehicles,
    n_store_kind_car, n_store_kind_foot, n_store_quality_car, n_store_quality_foot, n_store_price_car,
    n_store_price_foot, n_store_minutes_car, n_store_minutes_foot, n_supermarket_km,
    lh_food_price_scale, lh_food_travel, k_ride_share, k_reach,
):  # fmt: skip
    r = np.flatnonzero(h_present != 0)
    n = h_neighborhood[r]
    car = h_vehicles[r] > 0
    ride = np.where(car, 1.0, k_ride_share)
    travel = lh_food_travel[r].astype(float)
    h_store[r] = np.where(car, n_store_kind_car[n], n_store_kind_foot[n])
    h_store_quality[r] = ride * n_store_quality_car[n] + (1.0 - ride) * n_store_quality_foot[n]
    price = ride * n_store_price_car[n] + (1.0 - ride) * n_store_price_foot[n]
    h_food_price[r] = price * lh_food_price_scale[r]
    minutes = ride * n_store_minutes_car[n] + (1.0 - ride) * n_store_minutes_foot[n]
    h_food_minutes[r] = minutes * travel
    h_low_access[r] = n_supermarket_km[n].astype(float) * travel > np.where(car, k_reach[1], k_reach[0])


@njit(error_model="numpy")
def security_kernel(
    h_food_security, h_insecure_bits, h_insecure_months, p_present, p_household, p_age, h0,
    h_present, h_neighborhood, h_food_budget, h_food_need, h_food_price, h_hardship, h_shock, h_income,
    h_savings, h_skill, h_support, h_children, h_under6, h_poverty_ratio, h_tenure,
    hu_change, luck_h, du_severity, ln_free_school_meals, calendar_month,
    k_meal_value, k_meal_share, k_meal_limit, k_onset, k_onset_adequacy, k_onset_hardship, k_onset_shock,
    k_onset_savings, k_onset_skill, k_onset_support, k_onset_owner, k_onset_elder,
    k_recovery, k_recovery_adequacy, k_recovery_hardship, k_very_low, k_very_low_adequacy, k_very_low_hardship,
):  # fmt: skip
    in_school = 0.0 if calendar_month in (_JULY, _AUGUST) else 1.0
    n = h_present.size
    margin, rate, free = np.empty(n), np.empty(n), np.empty(n)
    elder, old = np.zeros(n, np.uint8), np.empty(p_present.size, np.uint8)
    for i in range(p_present.size):  # no branch, so that the compiler takes many people at a time
        old[i] = (p_present[i] != 0) & (p_age[i] >= _ELDER)
    for i in listed(old):
        elder[home(p_household[i], 1, h0)] = 1
    for h in range(n):  # times one or nothing: what is looked up for some only would be a branch
        above = np.float64(h_poverty_ratio[h] > k_meal_limit)
        free[h] = (1.0 - above) + above * np.float64(ln_free_school_meals[h_neighborhood[h]])
    share = k_meal_share[1]
    for h in range(n):  # no branch, so that the compiler takes several homes at a time
        pupils = max(int(h_children[h]) - int(h_under6[h]), 0)
        meals = in_school * k_meal_value * share * free[h] * pupils
        money = max(np.float64(h_food_budget[h]) + meals, 0.0)
        need = max(np.float64(h_food_need[h]) * np.float64(h_food_price[h]), 1.0)
        free[h] = min(max(np.float64(h_savings[h]) / need, 0.0), 3.0)  # the cushion: months of food
        margin[h] = log_(min(max(money / need, 0.25), 4.0))
    for h in range(n):
        hardship = min(max(np.float64(h_hardship[h]), 0.0), 1.0)
        shock = min(np.float64(h_shock[h]) / max(np.float64(h_income[h]), 500.0), 1.0)
        onset = -k_onset_adequacy * margin[h] + k_onset_hardship * hardship + k_onset_shock * shock
        onset -= k_onset_savings * free[h] + k_onset_skill * h_skill[h] + k_onset_support * h_support[h]
        onset -= (k_onset_owner if h_tenure[h] == _OWNER else 0.0) + (k_onset_elder if elder[h] else 0.0)
        recovery, had = k_recovery_adequacy * margin[h] - k_recovery_hardship * hardship, h_food_security[h] > 0
        rate[h] = (k_recovery if had else k_onset) * exp_(recovery if had else onset) / 12.0
    changes, insecure = np.empty(n, np.uint8), np.empty(n, np.uint8)
    for h in range(n):  # a chance lies below its hazard
        changes[h] = hu_change[h] < rate[h]
    for h in listed(changes):
        changes[h] = happens(hu_change[h], rate[h])
    for h in range(n):  # no branch, so that the compiler takes several homes at a time
        here = h_present[h] != 0
        insecure[h] = here & ((changes[h] != 0) != (h_food_security[h] > 0))  # recovery ends it, onset begins it
        bits = ((int(h_insecure_bits[h]) << 1) | insecure[h]) & 0xFFF
        # Bits added, not looked up.
        x = bits - ((bits >> 1) & 0x5555)
        x = (x & 0x3333) + ((x >> 2) & 0x3333)
        x = (x + (x >> 4)) & 0x0F0F
        h_insecure_bits[h] = bits if here else h_insecure_bits[h]
        h_insecure_months[h] = (x + (x >> 8)) & 0x1F if here else h_insecure_months[h]
        h_food_security[h] = 0 if here else h_food_security[h]
    for h in listed(insecure):
        hardship = min(max(np.float64(h_hardship[h]), 0.0), 1.0)
        odds = k_very_low * exp_(-k_very_low_adequacy * margin[h] + k_very_low_hardship * hardship)
        h_food_security[h] = 2 if uniform_at(luck_h, h, du_severity) < odds / (1.0 + odds) else 1


def security_plain(
    h_food_security, h_insecure_bits, h_insecure_months, p_present, p_household, p_age, h0,
    h_present, h_neighborhood, h_food_budget, h_food_need, h_food_price, h_hardship, h_shock, h_income,
    h_savings, h_skill, h_support, h_children, h_under6, h_poverty_ratio, h_tenure,
    hu_change, luck_h, du_severity, ln_free_school_meals, calendar_month,
    k_meal_value, k_meal_share, k_meal_limit, k_onset, k_onset_adequacy, k_onset_hardship, k_onset_shock,
    k_onset_savings, k_onset_skill, k_onset_support, k_onset_owner, k_onset_elder,
    k_recovery, k_recovery_adequacy, k_recovery_hardship, k_very_low, k_very_low_adequacy, k_very_low_hardship,
):  # fmt: skip
    hu_severity = uniforms_of(luck_h, du_severity)
    r = np.flatnonzero(h_present != 0)
    old = p_household[(p_present != 0) & (p_age >= _ELDER)].astype(int) - h0
    elder = np.bincount(old, minlength=h_present.size) > 0

    def real(column: np.ndarray) -> np.ndarray:
        return column[r].astype(float)

    in_school = 0.0 if calendar_month in (_JULY, _AUGUST) else 1.0
    pupils = np.maximum(real(h_children) - real(h_under6), 0.0)
    universal = ln_free_school_meals[h_neighborhood[r]].astype(float)
    free = np.where(real(h_poverty_ratio) > k_meal_limit, universal, 1.0)
    meals = in_school * k_meal_value * k_meal_share[1] * free * pupils
    money = np.maximum(real(h_food_budget) + meals, 0.0)
    need = np.maximum(real(h_food_need) * real(h_food_price), 1.0)
    margin = np.log(np.clip(money / need, 0.25, 4.0))
    hardship = np.clip(real(h_hardship), 0.0, 1.0)
    shock = np.minimum(real(h_shock) / np.maximum(real(h_income), 500.0), 1.0)
    cushion = np.clip(real(h_savings) / need, 0.0, 3.0)
    leave = k_recovery * np.exp(k_recovery_adequacy * margin - k_recovery_hardship * hardship)
    enter = k_onset * np.exp(
        -k_onset_adequacy * margin + k_onset_hardship * hardship + k_onset_shock * shock
        - k_onset_savings * cushion - k_onset_skill * real(h_skill) - k_onset_support * real(h_support)
        - k_onset_owner * (h_tenure[r] == _OWNER) - k_onset_elder * elder[r]
    )  # fmt: skip
    was = h_food_security[r] > 0
    stays = hu_change[r] >= -np.expm1(-leave / 12.0)
    insecure = np.where(was, stays, hu_change[r] < -np.expm1(-enter / 12.0))
    odds = k_very_low * np.exp(-k_very_low_adequacy * margin + k_very_low_hardship * hardship)
    h_food_security[r] = np.where(insecure, np.where(hu_severity[r] < odds / (1.0 + odds), 2, 1), 0)
    bits = ((h_insecure_bits[r].astype(int) << 1) | insecure) & 0xFFF
    h_insecure_bits[r] = bits
    h_insecure_months[r] = np.bitwise_count(bits)


@njit(error_model="numpy")
def diet_kernel(
    p_diet, p_diet_habit, p_present, p_age, p_household, p_stress, h0,
    h_neighborhood, h_food_budget, h_food_need, h_food_price, h_free_time, h_store_quality,
    h_poverty_ratio, lh_produce_price, lp_diet_add, n_norm_food, ln_free_school_meals,
    ln_school_meal_quality, calendar_month,
    k_habit_mean, k_diet_age, k_diet_budget, k_diet_stress, k_diet_time, k_time_reference, k_diet_norm,
    k_diet_supply, k_supply_reference, k_diet_produce, k_produce_from, k_meal_limit, k_meal_share, k_meal_energy,
    k_meal_quality, k_diet_rate,
):  # fmt: skip
    in_school = calendar_month not in (_JULY, _AUGUST)
    n, homes = p_present.size, h_neighborhood.size
    family, meals, norm = np.empty(homes), np.empty(homes), np.empty(homes)
    for h in range(homes):
        place = h_neighborhood[h]
        # Times one or nothing: what is looked up for some only would be a branch.
        all_free = np.float64(h_poverty_ratio[h] <= k_meal_limit)
        free = all_free + (1.0 - all_free) * np.float64(ln_free_school_meals[place])
        # What school meals take of the day, and the quality that they have.
        norm[h] = (k_meal_share[0] + (k_meal_share[1] - k_meal_share[0]) * free) * k_meal_energy
        meals[h] = k_meal_quality + np.float64(ln_school_meal_quality[place])
        family[h] = k_diet_norm * n_norm_food[place]
    for h in range(homes):  # no branch, so that the compiler takes several homes at a time
        need = max(np.float64(h_food_need[h]) * np.float64(h_food_price[h]), 1.0)
        money = max(np.float64(h_food_budget[h]), 0.0)
        # A rebate on produce is worth what the stores have of it.
        offered = (np.float64(h_store_quality[h]) - k_produce_from) / (k_supply_reference - k_produce_from)
        x = family[h] + k_diet_budget * log_(min(max(money / need, 0.4), 2.0))
        x += k_diet_time * log_((max(np.float64(h_free_time[h]), 0.0) + 5.0) / (k_time_reference + 5.0))
        x += k_diet_supply * (np.float64(h_store_quality[h]) - k_supply_reference)
        family[h] = x - k_diet_produce * max(offered, 0.0) * log_(max(np.float64(lh_produce_price[h]), 0.2))
    target, part, served = np.empty(n), np.empty(n), np.empty(n)
    for i in range(n):
        h = home(p_household[i], p_present[i], h0)
        target[i], part[i], served[i] = family[h], norm[h], meals[h]
    a0, a1, a2, a3 = k_diet_age[0], k_diet_age[1], k_diet_age[2], k_diet_age[3]
    a4, a5, a6 = k_diet_age[4], k_diet_age[5], k_diet_age[6]
    for i in range(n):
        here, age = p_present[i] != 0, p_age[i]
        # A newborn, or somebody of whom nothing is known, has the mean habit.
        habit = np.float32(k_habit_mean) if here & (p_diet_habit[i] <= 0.0) else p_diet_habit[i]
        p_diet_habit[i] = habit
        before = p_diet[i] if p_diet[i] > 0.0 else habit
        x = a1 if age >= _STEPS[0] else a0
        x = a2 if age >= _STEPS[1] else x
        x = a3 if age >= _STEPS[2] else x
        x = a4 if age >= _STEPS[3] else x
        x = a5 if age >= _STEPS[4] else x
        x = a6 if age >= _STEPS[5] else x
        x += target[i] + np.float64(habit) - k_diet_stress * p_stress[i]
        pupil = in_school & (age >= _PUPIL_FROM) & (age < _PUPIL_TO)
        x += part[i] * (served[i] - x) if pupil else 0.0
        x = min(max(x + np.float64(lp_diet_add[i]), 5.0), 100.0)
        now = before + k_diet_rate * (x - before)
        p_diet[i] = now if here else p_diet[i]


def diet_plain(
    p_diet, p_diet_habit, p_present, p_age, p_household, p_stress, h0,
    h_neighborhood, h_food_budget, h_food_need, h_food_price, h_free_time, h_store_quality,
    h_poverty_ratio, lh_produce_price, lp_diet_add, n_norm_food, ln_free_school_meals,
    ln_school_meal_quality, calendar_month,
    k_habit_mean, k_diet_age, k_diet_budget, k_diet_stress, k_diet_time, k_time_reference, k_diet_norm,
    k_diet_supply, k_supply_reference, k_diet_produce, k_produce_from, k_meal_limit, k_meal_share, k_meal_energy,
    k_meal_quality, k_diet_rate,
):  # fmt: skip
    i = np.flatnonzero(p_present != 0)
    h = p_household[i].astype(int) - h0
    n = h_neighborhood[h].astype(int)
    p_diet_habit[i] = np.where(p_diet_habit[i] <= 0.0, k_habit_mean, p_diet_habit[i])
    p_diet[i] = np.where(p_diet[i] <= 0.0, p_diet_habit[i], p_diet[i])
    need = np.maximum(h_food_need[h].astype(float) * h_food_price[h].astype(float), 1.0)
    money = np.maximum(h_food_budget[h].astype(float), 0.0)
    time = np.log((np.maximum(h_free_time[h].astype(float), 0.0) + 5.0) / (k_time_reference + 5.0))
    offered = (h_store_quality[h].astype(float) - k_produce_from) / (k_supply_reference - k_produce_from)
    offered = np.maximum(offered, 0.0)
    target = (
        p_diet_habit[i].astype(float)
        + k_diet_age[np.searchsorted(_AGE_STEPS, p_age[i].astype(int), side="right")]
        + k_diet_budget * np.log(np.clip(money / need, 0.4, 2.0))
        - k_diet_stress * p_stress[i].astype(float)
        + k_diet_time * time
        + k_diet_norm * n_norm_food[n].astype(float)
        + k_diet_supply * (h_store_quality[h].astype(float) - k_supply_reference)
        - k_diet_produce * offered * np.log(np.maximum(lh_produce_price[h].astype(float), 0.2))
    )
    if calendar_month not in (_JULY, _AUGUST):
        pupil = (p_age[i] >= _PUPIL_FROM) & (p_age[i] < _PUPIL_TO)
        free = np.where(h_poverty_ratio[h] <= k_meal_limit, 1.0, ln_free_school_meals[n].astype(float))
        part = (k_meal_share[0] + (k_meal_share[1] - k_meal_share[0]) * free) * k_meal_energy
        offer = k_meal_quality + ln_school_meal_quality[n].astype(float)
        target = np.where(pupil, target + part * (offer - target), target)
    target = np.clip(target + lp_diet_add[i].astype(float), 5.0, 100.0)
    p_diet[i] = p_diet[i] + k_diet_rate * (target - p_diet[i])


ACCESS = process(
    "food.access",
    room="food",
    kernel=access_kernel,
    twin=access_plain,
    writes=("h_store", "h_store_quality", "h_food_price", "h_food_minutes", "h_low_access"),
    summary="The household's usual store, its offer, price and travel time, by the means it has.",
)
SECURITY = process(
    "food.security",
    room="food",
    kernel=security_kernel,
    twin=security_plain,
    writes=("h_food_security", "h_insecure_bits", "h_insecure_months"),
    summary="Food security over the last month and the last twelve.",
)
DIET = process(
    "food.diet",
    room="food",
    kernel=diet_kernel,
    twin=diet_plain,
    writes=("p_diet", "p_diet_habit"),
    summary="Diet quality moves toward what habit, budget, time, norm, school and stores make of it.",
)
