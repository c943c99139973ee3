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

from hecsim.compiled import njit
from hecsim.processes.base import process
from hecsim.processes.maths import exp_, home, log_

__all__ = ["ACTIVITY", "SURROUNDINGS"]

_TWO, _PUPIL_FROM, _ADULT = 2 * 12, 5 * 12, 18 * 12
_AGE_STEPS = np.array([12, 18, 35, 50, 65, 75]) * 12  # ages at which the next entry of age_shift begins
_STEPS = (144, 216, 420, 600, 780, 900)  # the same, for compiled loops


@njit(error_model="numpy")
def surroundings_kernel(
    h_outdoor, h_present, h_neighborhood, h_gunfire, n_safety, n_walkability, n_parks,
    k_outdoor_intercept, k_outdoor_walkability, k_outdoor_parks, k_outdoor_gunfire,
):  # fmt: skip
    place = np.empty(n_safety.size)
    for n in range(n_safety.size):
        logit = k_outdoor_intercept + k_outdoor_walkability * n_walkability[n] + k_outdoor_parks * n_parks[n]
        place[n] = np.float64(n_safety[n]) / (1.0 + exp_(-logit))
    for h in range(h_present.size):
        heard = k_outdoor_gunfire if h_gunfire[h] == 1 else 1.0
        h_outdoor[h] = place[h_neighborhood[h]] * heard if h_present[h] != 0 else h_outdoor[h]


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


@njit(error_model="numpy")
def activity_kernel(
    p_activity, p_present, p_age, p_sex, p_household, p_activity_disposition, p_disabled, p_depression, h0,
    h_neighborhood, h_outdoor, h_free_time, n_safety, n_norm_activity,
    lp_activity_add, ln_active_travel, ln_school_activity, calendar_month,
    k_scale, k_offset, k_spread, k_age_shift, k_female, k_disabled, k_depressed, k_time, k_time_reference,
    k_outdoor, k_outdoor_reference, k_norm, k_season, k_season_peak, k_safe_enough, k_rate,
):  # fmt: skip
    season = k_season * np.cos(2.0 * np.pi * (calendar_month - k_season_peak) / 12.0)
    in_school = calendar_month not in (6, 7)
    n, homes = p_present.size, h_neighborhood.size
    family, spare, gate = np.empty(homes), np.empty(homes), np.empty(homes)
    travel, school = np.empty(homes), np.empty(homes)
    for h in range(homes):
        place = h_neighborhood[h]
        family[h] = k_norm * n_norm_activity[place]
        gate[h] = min(np.float64(n_safety[place]) / k_safe_enough, 1.0)
        travel[h], school[h] = np.float64(ln_active_travel[place]), np.float64(ln_school_activity[place])
    for h in range(homes):  # no branch, so that the compiler takes several homes at a time
        spare[h] = k_time * log_((max(np.float64(h_free_time[h]), 0.0) + 5.0) / (k_time_reference + 5.0))
        family[h] += k_outdoor * (np.float64(h_outdoor[h]) - k_outdoor_reference) + season
    level, added, leisure, lessons = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    for i in range(n):  # for everybody: what is looked up for some only would be a branch
        h = home(p_household[i], p_present[i], h0)
        level[i], leisure[i], lessons[i] = family[h], spare[h], school[h]
        added[i] = gate[h] * (np.float64(lp_activity_add[i]) + travel[h])
    a0, a1, a2, a3 = k_age_shift[0], k_age_shift[1], k_age_shift[2], k_age_shift[3]
    a4, a5, a6 = k_age_shift[4], k_age_shift[5], k_age_shift[6]
    for i in range(n):
        age = p_age[i]
        x = a1 if age >= _STEPS[0] else a0
        x = a2 if age >= _STEPS[1] else x
        x = a3 if age >= _STEPS[2] else x
        x = a4 if age >= _STEPS[3] else x
        x = a5 if age >= _STEPS[4] else x
        x = a6 if age >= _STEPS[5] else x
        x += k_spread * p_activity_disposition[i] + (level[i] + (leisure[i] if age >= _ADULT else 0.0))
        x += k_female if p_sex[i] == 1 else 0.0
        x += k_disabled if p_disabled[i] > 0 else 0.0
        x += k_depressed if p_depression[i] == 1 else 0.0
        pupil = in_school & (age >= _PUPIL_FROM) & (age < _ADULT)
        more = added[i] + (lessons[i] if pupil else 0.0)
        target = max(max(k_scale * exp_(x) - k_offset, 0.0) + more, 0.0)
        before = np.float64(p_activity[i])
        now = before + k_rate * (target - before)
        # Without this snap nobody would ever reach zero; below age two activity is not measured.
        now = 0.0 if (target <= 0.0) & (now < 5.0) | (age < _TWO) else now
        p_activity[i] = now if p_present[i] != 0 else p_activity[i]


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
        + np.where(p_disabled[i] > 0, k_disabled, 0.0)
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
