"""Small functions that the labor processes share; each works on numbers and, uncompiled, on arrays."""

from __future__ import annotations

import numpy as np
from numba import njit

__all__ = [
    "DAILY",
    "NOBODY",
    "OWN",
    "age_group",
    "at_odds",
    "fade",
    "pick_employer",
    "pick_employer_plain",
    "spell",
    "tenure_band",
    "time_out",
    "wage_band",
]

NOBODY = np.uint32(0xFFFFFFFF)  # an employer outside the community, or none
DAILY, OWN = 1, 2  # kinds of job besides work for an employer: by the day, on own account


@njit(cache=True, inline="always", error_model="numpy")
def age_group(age, sex):
    """Give the row of the transition tables: 16-19, 20-24, 25-54 men and women, 55-64, 65-74, 75+.

    age : months
    """
    women = (age >= 300) * (age < 660) * (sex == 1)
    young = (age >= 240) * 1 + (age >= 300) * 1
    return young + women + (age >= 660) * 2 + (age >= 780) * 1 + (age >= 900) * 1


@njit(cache=True, inline="always", error_model="numpy")
def spell(months):
    """Give the row of the duration table: first month, 2-4, 5-8, 9-12, 13 or more months unemployed."""
    return (months >= 2) * 1 + (months >= 5) * 1 + (months >= 9) * 1 + (months >= 13) * 1


@njit(cache=True, inline="always", error_model="numpy")
def time_out(months):
    """Give the row of the time-out table: below 6 months without a job, 6-11, 12-23, 24-59, 60 or more."""
    return (months >= 6) * 1 + (months >= 12) * 1 + (months >= 24) * 1 + (months >= 60) * 1


@njit(cache=True, inline="always", error_model="numpy")
def tenure_band(months):
    """Give the row of the tenure table: below 6 months in the job, 6-11, 12-35, 36 or more."""
    return (months >= 6) * 1 + (months >= 12) * 1 + (months >= 36) * 1


@njit(cache=True, inline="always", error_model="numpy")
def wage_band(wage, edges):
    """Give the row of the table by hourly wage: below the first of four edges, below the second, and so on."""
    return (wage >= edges[0]) * 1 + (wage >= edges[1]) * 1 + (wage >= edges[2]) * 1 + (wage >= edges[3]) * 1


@njit(cache=True, inline="always", error_model="numpy")
def at_odds(p, m):
    """Give the probability whose hazard is `m` times that of `p`: 1 - (1 - p)^m."""
    return -np.expm1(m * np.log1p(-p))


@njit(cache=True, inline="always", error_model="numpy")
def fade(months, half_life):
    """Give what is left of a penalty after `months`."""
    return 0.5 ** (months / half_life)


@njit(cache=True, error_model="numpy")
def pick_employer(u_town, u_job, town, job_towns, start, row, cdf, is_open):
    """Give the employer that a worker of `town` meets, or NOBODY when it lies outside the community.

    job_towns : float32 (towns, towns), cumulative chance of meeting a job in each town; the rest is outside
    start, row, cdf : employers sorted by town, with the cumulative share of their town's jobs
    """
    t = np.searchsorted(job_towns[np.int64(town)], u_town, side="right")
    if t >= job_towns.shape[1] or start[t + 1] == start[t]:
        return NOBODY
    first = start[t]
    found = row[first + np.searchsorted(cdf[first : start[t + 1]], u_job, side="right")]
    return found if is_open[found] > 0 else NOBODY


def pick_employer_plain(u_town, u_job, town, job_towns, start, row, cdf, is_open):
    """`pick_employer` for arrays of workers; uint32."""
    found = np.full(u_town.size, NOBODY)
    home, t = town.astype(np.int64), np.empty(u_town.size, np.int64)
    for origin in np.unique(home):
        who = home == origin
        t[who] = np.searchsorted(job_towns[origin], u_town[who], side="right")
    for goal in np.unique(t[t < job_towns.shape[1]]):
        first, last = start[goal], start[goal + 1]
        who = np.flatnonzero(t == goal)
        if last > first and who.size:
            found[who] = row[first + np.searchsorted(cdf[first:last], u_job[who], side="right")]
    known = found != NOBODY
    shut = np.zeros(found.size, bool)
    shut[known] = is_open[found[known]] == 0
    found[shut] = NOBODY
    return found
