"""Moderate-to-vigorous activity in minutes a week.

`activity.surroundings` says how usable the household's surroundings are,
    outdoor = safe x logistic(a + b walkability + c parks), less after gunfire was heard,
so safety is a gate: parks do little where people are afraid (Rees-Punia et al. 2018).

`activity` moves each person part of the way each month toward
    max(0, scale x exp(L) - offset)
    L = spread x disposition + age + sex + disability + depression + time + outdoor + norm + season.
The shifted lognormal has a share at zero, who are the inactive, and a long right tail. Programs,
active travel and school add minutes; outdoor programs add less where it is not safe.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from hecsim.processes.base import process

__all__ = ["ACTIVITY", "SURROUNDINGS"]

_TWO, _PUPIL_FROM, _ADULT = 2 * 12, 5 * 12, 18 * 12
_AGE_STEPS = np.array([12, 18, 35, 50, 65, 75]) * 12  # ages at which the next entry of age_shift begins


@njit(cache=True, nogil=True)
def surroundings_kernel(
    h_outdoor, h_present, h_neighborhood, h_gunfire, n_safety, n_walkability, n_parks,
    k_outdoor_intercept, k_outdoor_walkability, k_outdoor_parks, k_outdoor_gunfire,
):  # fmt: skip
    for h in range(h_present.size):
        if h_present[h] == 0:
            continue
        n = h_neighborhood[h]
        logit = k_outdoor_intercept + k_outdoor_walkability * n_walkability[n] + k_outdoor_parks * n_parks[n]
        heard = k_outdoor_gunfire if h_gunfire[h] == 1 else 1.0
        h_outdoor[h] = np.float64(n_safety[n]) * heard / (1.0 + np.exp(-logit))


def surroundings_plain(
    h_outdoor, h_present, h_neighborhood, h_gunfire, n_safety, n_walkability, n_parks,
    k_outdoor_intercept, k_outdoor_walkability, k_outdoor_parks, k_outdoor_gunfire,
):  # fmt: skip
    h = np.flatnonzero(h_present != 0)
    n = h_neighborhood[h].astype(int)
    logit = (
        k_outdoor_intercept
        + k_outdoor_walkability * n_walkability[n].astype(float)
        + k_outdoor_parks * n_parks[n].astype(float)
    )
    heard = np.where(h_gunfire[h] == 1, k_outdoor_gunfire, 1.0)
    h_outdoor[h] = n_safety[n].astype(float) * heard / (1.0 + np.exp(-logit))


@njit(cache=True, nogil=True)
def activity_kernel(
    p_activity, p_present, p_age, p_sex, p_household, p_activity_disposition, p_disabled, p_depression, h0,
    h_neighborhood, h_outdoor, h_free_time, n_safety, n_norm_activity,
    lp_activity_add, ln_active_travel, ln_school_activity, calendar_month,
    k_scale, k_offset, k_spread, k_age_shift, k_female, k_disabled, k_depressed, k_time, k_time_reference,
    k_outdoor, k_outdoor_reference, k_norm, k_season, k_season_peak, k_safe_enough, k_rate,
):  # fmt: skip
    season = k_season * np.cos(2.0 * np.pi * (calendar_month - k_season_peak) / 12.0)
    in_school = calendar_month not in (6, 7)
    for i in range(p_present.size):
        if p_present[i] == 0:
            continue
        age = int(p_age[i])
        if age < _TWO:  # not measured below age two
            p_activity[i] = 0.0
            continue
        h = int(p_household[i]) - h0
        n = int(h_neighborhood[h])
        time = 0.0
        if age >= _ADULT:
            time = k_time * np.log((max(np.float64(h_free_time[h]), 0.0) + 5.0) / (k_time_reference + 5.0))
        level = (
            k_spread * p_activity_disposition[i]
            + k_age_shift[np.searchsorted(_AGE_STEPS, age, side="right")]
            + (k_female if p_sex[i] == 1 else 0.0)
            + (k_disabled if p_disabled[i] == 1 else 0.0)
            + (k_depressed if p_depression[i] == 1 else 0.0)
            + time
            + k_outdoor * (np.float64(h_outdoor[h]) - k_outdoor_reference)
            + k_norm * n_norm_activity[n]
            + season
        )
        gate = min(np.float64(n_safety[n]) / k_safe_enough, 1.0)
        added = gate * (np.float64(lp_activity_add[i]) + np.float64(ln_active_travel[n]))
        if in_school and _PUPIL_FROM <= age < _ADULT:
            added += np.float64(ln_school_activity[n])
        target = max(max(k_scale * np.exp(level) - k_offset, 0.0) + added, 0.0)
        before = np.float64(p_activity[i])
        now = before + k_rate * (target - before)
        # Without this snap nobody would ever reach zero.
        p_activity[i] = 0.0 if target <= 0.0 and now < 5.0 else now


def activity_plain(
    p_activity, p_present, p_age, p_sex, p_household, p_activity_disposition, p_disabled, p_depression, h0,
    h_neighborhood, h_outdoor, h_free_time, n_safety, n_norm_activity,
    lp_activity_add, ln_active_travel, ln_school_activity, calendar_month,
    k_scale, k_offset, k_spread, k_age_shift, k_female, k_disabled, k_depressed, k_time, k_time_reference,
    k_outdoor, k_outdoor_reference, k_norm, k_season, k_season_peak, k_safe_enough, k_rate,
):  # fmt: skip
    season = k_season * np.cos(2.0 * np.pi * (calendar_month - k_season_peak) / 12.0)
    i = np.flatnonzero(p_present != 0)
    age = p_age[i].astype(int)
    h = p_household[i].astype(int) - h0
    n = h_neighborhood[h].astype(int)
    time = k_time * np.log((np.maximum(h_free_time[h].astype(float), 0.0) + 5.0) / (k_time_reference + 5.0))
    level = (
        k_spread * p_activity_disposition[i].astype(float)
        + k_age_shift[np.searchsorted(_AGE_STEPS, age, side="right")]
        + np.where(p_sex[i] == 1, k_female, 0.0)
        + np.where(p_disabled[i] == 1, k_disabled, 0.0)
        + np.where(p_depression[i] == 1, k_depressed, 0.0)
        + np.where(age >= _ADULT, time, 0.0)
        + k_outdoor * (h_outdoor[h].astype(float) - k_outdoor_reference)
        + k_norm * n_norm_activity[n].astype(float)
        + season
    )
    gate = np.minimum(n_safety[n].astype(float) / k_safe_enough, 1.0)
    added = gate * (lp_activity_add[i].astype(float) + ln_active_travel[n].astype(float))
    if calendar_month not in (6, 7):
        pupil = (age >= _PUPIL_FROM) & (age < _ADULT)
        added = added + np.where(pupil, ln_school_activity[n].astype(float), 0.0)
    target = np.maximum(np.maximum(k_scale * np.exp(level) - k_offset, 0.0) + added, 0.0)
    before = p_activity[i].astype(float)
    now = before + k_rate * (target - before)
    now = np.where((target <= 0.0) & (now < 5.0), 0.0, now)
    p_activity[i] = np.where(age < _TWO, 0.0, now)


SURROUNDINGS = process(
    "activity.surroundings",
    room="activity",
    kernel=surroundings_kernel,
    twin=surroundings_plain,
    writes=("h_outdoor",),
    summary="How usable the household's surroundings are for being active; safety is a gate.",
)
ACTIVITY = process(
    "activity",
    kernel=activity_kernel,
    twin=activity_plain,
    writes=("p_activity",),
    summary="Weekly minutes of activity move toward what disposition, time and place allow.",
)
