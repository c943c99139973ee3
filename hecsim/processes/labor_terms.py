"""Small functions that the labor processes share; each works on numbers and, uncompiled, on arrays."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import ndtr

from hecsim.arithmetic import either
from hecsim.compiled import njit

__all__ = [
    "DAILY",
    "NOBODY",
    "OWN",
    "age_group",
    "at_ease",
    "at_odds",
    "fade",
    "family_rank",
    "family_rank_plain",
    "five",
    "four",
    "of_five",
    "of_four",
    "of_seven",
    "of_three",
    "paid",
    "pick_employer",
    "pick_employer_plain",
    "seven",
    "spell",
    "tenure_band",
    "three",
    "time_out",
    "wage_band",
]

NOBODY = np.uint32(0xFFFFFFFF)  # an employer outside the community, or none
DAILY, OWN = 1, 2  # kinds of job besides work for an employer: by the day, on own account


@njit(inline="always", error_model="numpy")
def age_group(age, sex):
    """Give the row of the transition tables: 16-19, 20-24, 25-54 men and women, 55-64, 65-74, 75+.

    age : months
    """
    women = (age >= 300) * (age < 660) * (sex == 1)
    young = (age >= 240) * 1 + (age >= 300) * 1
    return young + women + (age >= 660) * 2 + (age >= 780) * 1 + (age >= 900) * 1


@njit(error_model="numpy")
def at_ease(cash, children, credit, effect, most):
    """By how much money that comes without work raises the hazard of leaving work, and whether it does so anywhere.

    cash : $/month (homes,) beyond current law; children : count (homes,), for each of whom the home gets `credit` $/year
    effect : rise per $1,000 a month, no more than that of `most` $/month, the largest sum that was studied

    Returns
    -------
    factor : float64 (homes,), 1 without such money; any : whether it differs from 1
    """
    factor, found = np.ones(cash.size), credit != 0.0
    for h in range(cash.size):
        found |= cash[h] != 0.0
    if found:
        for h in range(cash.size):
            money = np.float64(cash[h]) + credit * np.float64(children[h]) / 12.0
            factor[h] = 1.0 + effect * min(max(money, -most), most) / 1000.0
    return factor, found


@njit(inline="always", error_model="numpy")
def spell(months):
    """Give the row of the duration table: first month, 2-4, 5-8, 9-12, 13 or more months unemployed."""
    return (months >= 2) * 1 + (months >= 5) * 1 + (months >= 9) * 1 + (months >= 13) * 1


@njit(inline="always", error_model="numpy")
def time_out(months):
    """Give the row of the time-out table: below 6 months without a job, 6-11, 12-23, 24-59, 60 or more."""
    return (months >= 6) * 1 + (months >= 12) * 1 + (months >= 24) * 1 + (months >= 60) * 1


@njit(inline="always", error_model="numpy")
def tenure_band(months):
    """Give the row of the tenure table: below 6 months in the job, 6-11, 12-35, 36 or more."""
    return (months >= 6) * 1 + (months >= 12) * 1 + (months >= 36) * 1


@njit(inline="always", error_model="numpy")
def paid(wage, kind, minimum, reach):
    """Give the pay of an hour: the wage, and no less than the statutory minimum except on own account.

    Employers keep some of the distance between wages near a minimum. From `reach`, a share of the minimum, below it
    to as much above it, pay rises half as fast as the wage that would be paid without any minimum.
    """
    floor = (kind != OWN) * minimum
    return np.maximum(np.maximum(wage, floor), 0.5 * (wage + (1.0 + reach) * floor))


@njit(inline="always", error_model="numpy")
def wage_band(wage, edges):
    """Give the row of the table by hourly wage: below the first of four edges, below the second, and so on."""
    return (wage >= edges[0]) * 1 + (wage >= edges[1]) * 1 + (wage >= edges[2]) * 1 + (wage >= edges[3]) * 1


# Short tables as numbers, and the entry of a row by comparisons: a loop that looks nothing up takes several people at a time.


@njit(forceinline=True, error_model="numpy")
def three(table):
    """The three entries of a table."""
    return table[0], table[1], table[2]


@njit(forceinline=True, error_model="numpy")
def four(table):
    """The four entries of a table."""
    return table[0], table[1], table[2], table[3]


@njit(forceinline=True, error_model="numpy")
def five(table):
    """The five entries of a table."""
    return table[0], table[1], table[2], table[3], table[4]


@njit(forceinline=True, error_model="numpy")
def seven(table):
    """The seven entries of a table by age group."""
    return table[0], table[1], table[2], table[3], table[4], table[5], table[6]


@njit(forceinline=True, error_model="numpy")
def of_three(row, entries):
    """Give one of three."""
    x = either(row >= 1, entries[1], entries[0])
    return either(row >= 2, entries[2], x)


@njit(forceinline=True, error_model="numpy")
def of_four(row, entries):
    """Give one of four."""
    x = either(row >= 1, entries[1], entries[0])
    x = either(row >= 2, entries[2], x)
    return either(row >= 3, entries[3], x)


@njit(forceinline=True, error_model="numpy")
def of_five(row, entries):
    """Give one of five."""
    x = either(row >= 1, entries[1], entries[0])
    x = either(row >= 2, entries[2], x)
    x = either(row >= 3, entries[3], x)
    return either(row >= 4, entries[4], x)


@njit(forceinline=True, error_model="numpy")
def of_seven(row, entries):
    """Give one of seven."""
    x = either(row >= 1, entries[1], entries[0])
    x = either(row >= 2, entries[2], x)
    x = either(row >= 3, entries[3], x)
    x = either(row >= 4, entries[4], x)
    x = either(row >= 5, entries[5], x)
    return either(row >= 6, entries[6], x)


@njit(inline="always", error_model="numpy")
def at_odds(p, m):
    """Give the probability whose hazard is `m` times that of `p`: 1 - (1 - p)^m."""
    return -np.expm1(m * np.log1p(-p))


@njit(inline="always", error_model="numpy")
def fade(months, half_life):
    """Give what is left of a penalty after `months`."""
    return 0.5 ** (months / half_life)


@njit(error_model="numpy")
def family_rank(ratio, z, tie, spread):
    """Give a number of 0 to 1, even over all, that is high for the child of a poor home.

    ratio : income of the home over the poverty line; z : standard normal of the person
    tie : correlation with that income; spread : mean and SD of its log
    """
    s = min(max((np.log(max(ratio, 0.05)) - spread[0]) / spread[1], -2.5), 2.5)
    return 0.5 * math.erfc((tie * s - np.sqrt(1.0 - tie * tie) * z) / math.sqrt(2.0))


def family_rank_plain(ratio, z, tie, spread):
    """`family_rank` for arrays; float64."""
    s = np.clip((np.log(np.maximum(ratio, 0.05)) - spread[0]) / spread[1], -2.5, 2.5)
    return ndtr(np.sqrt(1.0 - tie * tie) * z - tie * s)


@njit(error_model="numpy")
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
