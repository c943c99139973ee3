"""Neighborhoods: land, cohesion, violence, safety, norms, and what a household hears of it.

Four processes, the first three before the blocks of a month.

`place.surroundings` writes land and buildings anew from their base and the levers, so a lever that
ends leaves no trace: vacant land = base x scale; parks, walkability, transit and vacancy = base +
addition. Asking rents follow slowly: what makes a place nicer makes it dearer,
    target = base x exp(amenities - supply), amenities linear in the changes of land use,
so that greening can displace unless homes are added.

`place.violence`: cohesion drifts to a level set by disadvantage and turnover (Sampson, Raudenbush
and Earls 1997). The level of violence against the state mean is
    base x lever x season x noise x exp(a (vacant - base) + b (poverty - base) - c (cohesion - expected))
(during burn-in the base of poverty follows poverty, so that only later changes count), the share who
hear gunfire is 1 - exp(-rate x violence), and the share who feel safe walking at
night approaches logistic(i - s log(violence) + t cohesion - v (vacant - 1)) plus its lever.

`place.norms`: norms are what people see others do. Each moves a few percent a month toward the
standardized mean of residents' behavior last month, plus the pull of campaigns. Activity is standardized
on the logarithmic scale on which the norm acts,
    log((mean + offset) / (usual + offset)) (usual + offset) / spread,
so that the loop from norm to activity and back has the same gain, below one, in a very active neighborhood
as in any other; in minutes it would have no bound where a few very active people live.

`place.exposure`: whether a household heard or saw gunfire this month.
"""

from __future__ import annotations

import numpy as np

from hecsim.compiled import njit
from hecsim.processes.base import process

__all__ = ["EXPOSURE", "NORMS", "SURROUNDINGS", "VIOLENCE"]


@njit()
def surroundings_kernel(
    n_vacant, n_parks, n_walkability, n_transit, n_vacancy, n_rent_level,
    ln_vacant_scale, ln_parks_add, ln_walkability_add, ln_transit_add, ln_housing_supply,
    x_base_vacant, x_base_parks, x_base_walkability, x_base_transit, x_base_vacancy, x_open_vacancy,
    x_base_rent_level, k_rent_vacant, k_rent_parks, k_rent_walkability, k_rent_transit, k_rent_supply, k_rent_rate,
):  # fmt: skip
    for n in range(n_vacant.size):
        vacant = x_base_vacant[n] * np.float64(ln_vacant_scale[n])
        transit = min(max(x_base_transit[n] + np.float64(ln_transit_add[n]), 0.0), 1.0)
        vacancy = min(max(x_open_vacancy[n] + np.float64(ln_housing_supply[n]), 0.0), 1.0)
        amenity = (
            k_rent_vacant * (x_base_vacant[n] - vacant)
            + k_rent_parks * ln_parks_add[n]
            + k_rent_walkability * ln_walkability_add[n]
            + k_rent_transit * (transit - x_base_transit[n])
        )
        target = x_base_rent_level[n] * np.exp(amenity - k_rent_supply * (vacancy - x_base_vacancy[n]))
        n_vacant[n] = vacant
        n_parks[n] = x_base_parks[n] + np.float64(ln_parks_add[n])
        n_walkability[n] = x_base_walkability[n] + np.float64(ln_walkability_add[n])
        n_transit[n] = transit
        n_vacancy[n] = vacancy
        n_rent_level[n] = n_rent_level[n] + k_rent_rate * (target - n_rent_level[n])


def surroundings_plain(
    n_vacant, n_parks, n_walkability, n_transit, n_vacancy, n_rent_level,
    ln_vacant_scale, ln_parks_add, ln_walkability_add, ln_transit_add, ln_housing_supply,
    x_base_vacant, x_base_parks, x_base_walkability, x_base_transit, x_base_vacancy, x_open_vacancy,
    x_base_rent_level, k_rent_vacant, k_rent_parks, k_rent_walkability, k_rent_transit, k_rent_supply, k_rent_rate,
):  # fmt: skip
    vacant = x_base_vacant * ln_vacant_scale.astype(float)
    transit = np.clip(x_base_transit + ln_transit_add.astype(float), 0.0, 1.0)
    vacancy = np.clip(x_open_vacancy + ln_housing_supply.astype(float), 0.0, 1.0)
    amenity = (
        k_rent_vacant * (x_base_vacant - vacant)
        + k_rent_parks * ln_parks_add.astype(float)
        + k_rent_walkability * ln_walkability_add.astype(float)
        + k_rent_transit * (transit - x_base_transit)
    )
    target = x_base_rent_level * np.exp(amenity - k_rent_supply * (vacancy - x_base_vacancy))
    n_vacant[...] = vacant
    n_parks[...] = x_base_parks + ln_parks_add.astype(float)
    n_walkability[...] = x_base_walkability + ln_walkability_add.astype(float)
    n_transit[...] = transit
    n_vacancy[...] = vacancy
    n_rent_level[...] = n_rent_level + k_rent_rate * (target - n_rent_level)


@njit()
def violence_kernel(
    n_cohesion, n_violence, n_gunfire, n_safety,
    n_violence_base, n_vacant, n_disadvantage, n_moved_share, n_poverty, n_residents, nz_violence,
    ln_violence_scale, ln_cohesion_add, ln_safety_add,
    x_base_cohesion, x_base_vacant, x_base_poverty, month, calendar_month,
    k_cohesion_disadvantage, k_cohesion_moved, k_moved_mean, k_cohesion_rate,
    k_violence_vacant, k_violence_poverty, k_violence_cohesion, k_violence_noise,
    k_violence_season, k_violence_peak, k_gunfire_rate,
    k_safety_intercept, k_safety_violence, k_safety_cohesion, k_safety_vacant, k_safety_rate,
):  # fmt: skip
    season = 1.0 + k_violence_season * np.cos(2.0 * np.pi * (calendar_month - k_violence_peak) / 12.0)
    for n in range(n_violence.size):
        expected = x_base_cohesion[n] - k_cohesion_disadvantage * n_disadvantage[n]
        poorer = 0.0
        turnover = 0.0
        if n_residents[n] > 0:  # means of last month exist
            if month < 0:  # the violence of the start belongs to the poverty of the start
                x_base_poverty[n] = 0.5 * (x_base_poverty[n] + np.float64(n_poverty[n]))
            else:
                poorer = np.float64(n_poverty[n]) - x_base_poverty[n]
            turnover = np.float64(n_moved_share[n]) - k_moved_mean
        before = np.float64(n_cohesion[n])
        target = expected - k_cohesion_moved * turnover + ln_cohesion_add[n]
        cohesion = before + k_cohesion_rate * (target - before)
        noise = np.exp(k_violence_noise * nz_violence[n] - 0.5 * k_violence_noise * k_violence_noise)
        drivers = (
            k_violence_vacant * (np.float64(n_vacant[n]) - x_base_vacant[n])
            + k_violence_poverty * poorer
            - k_violence_cohesion * (before - expected)
        )
        level = np.float64(n_violence_base[n]) * np.float64(ln_violence_scale[n]) * np.exp(drivers)
        logit = (
            k_safety_intercept
            - k_safety_violence * np.log(max(level, 0.02))
            + k_safety_cohesion * cohesion
            - k_safety_vacant * (np.float64(n_vacant[n]) - 1.0)
        )
        feels = min(max(1.0 / (1.0 + np.exp(-logit)) + np.float64(ln_safety_add[n]), 0.02), 0.99)
        n_cohesion[n] = cohesion
        n_violence[n] = level * season * noise
        n_gunfire[n] = -np.expm1(-k_gunfire_rate / 12.0 * level * season * noise)
        n_safety[n] = n_safety[n] + k_safety_rate * (feels - n_safety[n])


def violence_plain(
    n_cohesion, n_violence, n_gunfire, n_safety,
    n_violence_base, n_vacant, n_disadvantage, n_moved_share, n_poverty, n_residents, nz_violence,
    ln_violence_scale, ln_cohesion_add, ln_safety_add,
    x_base_cohesion, x_base_vacant, x_base_poverty, month, calendar_month,
    k_cohesion_disadvantage, k_cohesion_moved, k_moved_mean, k_cohesion_rate,
    k_violence_vacant, k_violence_poverty, k_violence_cohesion, k_violence_noise,
    k_violence_season, k_violence_peak, k_gunfire_rate,
    k_safety_intercept, k_safety_violence, k_safety_cohesion, k_safety_vacant, k_safety_rate,
):  # fmt: skip
    season = 1.0 + k_violence_season * np.cos(2.0 * np.pi * (calendar_month - k_violence_peak) / 12.0)
    known = n_residents > 0
    expected = x_base_cohesion - k_cohesion_disadvantage * n_disadvantage.astype(float)
    if month < 0:
        settled = np.where(known, 0.5 * (x_base_poverty + n_poverty.astype(float)), x_base_poverty)
        x_base_poverty[...] = settled
    poorer = np.where(known & (month >= 0), n_poverty.astype(float) - x_base_poverty, 0.0)
    turnover = np.where(known, n_moved_share.astype(float) - k_moved_mean, 0.0)
    before = n_cohesion.astype(float)
    target = expected - k_cohesion_moved * turnover + ln_cohesion_add.astype(float)
    cohesion = before + k_cohesion_rate * (target - before)
    noise = np.exp(k_violence_noise * nz_violence.astype(float) - 0.5 * k_violence_noise**2)
    away = n_vacant.astype(float)
    drivers = (
        k_violence_vacant * (away - x_base_vacant) + k_violence_poverty * poorer - k_violence_cohesion * (before - expected)
    )
    level = n_violence_base.astype(float) * ln_violence_scale.astype(float) * np.exp(drivers)
    logit = (
        k_safety_intercept
        - k_safety_violence * np.log(np.maximum(level, 0.02))
        + k_safety_cohesion * cohesion
        - k_safety_vacant * (away - 1.0)
    )
    feels = np.clip(1.0 / (1.0 + np.exp(-logit)) + ln_safety_add.astype(float), 0.02, 0.99)
    n_cohesion[...] = cohesion
    n_violence[...] = level * season * noise
    n_gunfire[...] = -np.expm1(-k_gunfire_rate / 12.0 * level * season * noise)
    n_safety[...] = n_safety + k_safety_rate * (feels - n_safety)


@njit()
def norms_kernel(
    n_norm_activity, n_norm_food, n_norm_parenting, n_norm_help, n_stigma,
    n_mean_activity, n_mean_diet, n_mean_parenting, n_mean_help, n_residents, n_disadvantage,
    ln_norm_activity_add, ln_norm_food_add, ln_norm_parenting_add, ln_norm_help_add, ln_stigma_add,
    k_norm_rate, k_activity_mean, k_activity_spread, k_activity__offset, k_diet_mean, k_diet_spread,
    k_stigma_disadvantage, k_stigma_help, k_stigma_rate,
):  # fmt: skip
    for n in range(n_stigma.size):
        activity = np.float64(n_norm_activity[n])
        food = np.float64(n_norm_food[n])
        parenting = np.float64(n_norm_parenting[n])
        helping = np.float64(n_norm_help[n])
        if n_residents[n] > 0:
            usual = k_activity_mean + k_activity__offset
            activity = np.log((n_mean_activity[n] + k_activity__offset) / usual) * usual / k_activity_spread
            food = (n_mean_diet[n] - k_diet_mean) / k_diet_spread
            parenting = np.float64(n_mean_parenting[n])
            helping = np.float64(n_mean_help[n])
        stigma = k_stigma_disadvantage * n_disadvantage[n] - k_stigma_help * n_norm_help[n]
        stigma += np.float64(ln_stigma_add[n])
        n_norm_activity[n] += k_norm_rate * (activity + ln_norm_activity_add[n] - n_norm_activity[n])
        n_norm_food[n] += k_norm_rate * (food + ln_norm_food_add[n] - n_norm_food[n])
        n_norm_parenting[n] += k_norm_rate * (parenting + ln_norm_parenting_add[n] - n_norm_parenting[n])
        n_norm_help[n] += k_norm_rate * (helping + ln_norm_help_add[n] - n_norm_help[n])
        n_stigma[n] += k_stigma_rate * (stigma - n_stigma[n])


def norms_plain(
    n_norm_activity, n_norm_food, n_norm_parenting, n_norm_help, n_stigma,
    n_mean_activity, n_mean_diet, n_mean_parenting, n_mean_help, n_residents, n_disadvantage,
    ln_norm_activity_add, ln_norm_food_add, ln_norm_parenting_add, ln_norm_help_add, ln_stigma_add,
    k_norm_rate, k_activity_mean, k_activity_spread, k_activity__offset, k_diet_mean, k_diet_spread,
    k_stigma_disadvantage, k_stigma_help, k_stigma_rate,
):  # fmt: skip
    known = n_residents > 0
    stigma = (
        k_stigma_disadvantage * n_disadvantage.astype(float)
        - k_stigma_help * n_norm_help.astype(float)
        + ln_stigma_add.astype(float)
    )
    usual = k_activity_mean + k_activity__offset
    active = np.log((n_mean_activity.astype(float) + k_activity__offset) / usual) * usual / k_activity_spread
    eats = (n_mean_diet.astype(float) - k_diet_mean) / k_diet_spread
    seen = (
        (n_norm_activity, active, ln_norm_activity_add),
        (n_norm_food, eats, ln_norm_food_add),
        (n_norm_parenting, n_mean_parenting.astype(float), ln_norm_parenting_add),
        (n_norm_help, n_mean_help.astype(float), ln_norm_help_add),
    )
    for norm, behavior, pull in seen:
        now = norm.astype(float)
        target = np.where(known, behavior, now) + pull
        norm[...] = now + k_norm_rate * (target - now)
    n_stigma[...] = n_stigma + k_stigma_rate * (stigma - n_stigma)


@njit()
def exposure_kernel(h_gunfire, h_present, h_neighborhood, n_gunfire, hu_gunfire):
    for h in range(h_gunfire.size):
        if h_present[h] == 1:
            h_gunfire[h] = 1 if hu_gunfire[h] < n_gunfire[h_neighborhood[h]] else 0


def exposure_plain(h_gunfire, h_present, h_neighborhood, n_gunfire, hu_gunfire):
    home = h_present == 1
    h_gunfire[home] = hu_gunfire[home] < n_gunfire[h_neighborhood[home]]


SURROUNDINGS = process(
    "place.surroundings",
    room="place",
    scope="whole",
    kernel=surroundings_kernel,
    twin=surroundings_plain,
    writes=("n_vacant", "n_parks", "n_walkability", "n_transit", "n_vacancy", "n_rent_level"),
    summary="Land, transit and vacancy from their base and the levers; asking rents follow slowly.",
)
VIOLENCE = process(
    "place.violence",
    room="place",
    scope="whole",
    kernel=violence_kernel,
    twin=violence_plain,
    writes=("n_cohesion", "n_violence", "n_gunfire", "n_safety"),
    summary="Cohesion, the level of violence, gunfire heard, and the share who feel safe.",
)
NORMS = process(
    "place.norms",
    room="place",
    scope="whole",
    kernel=norms_kernel,
    twin=norms_plain,
    writes=("n_norm_activity", "n_norm_food", "n_norm_parenting", "n_norm_help", "n_stigma"),
    summary="Norms drift toward what residents do, plus the pull of campaigns; stigma follows.",
)
EXPOSURE = process(
    "place.exposure",
    room="place",
    kernel=exposure_kernel,
    twin=exposure_plain,
    writes=("h_gunfire",),
    summary="Whether the household heard or saw gunfire this month.",
)
