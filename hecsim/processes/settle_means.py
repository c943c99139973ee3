"""Means over residents, from which the slow states of a neighborhood follow next month.

Sums are in whole numbers (fixed point), so they do not depend on the order of rows, the cut into
blocks or the machine. A neighborhood without residents keeps its last means.
"""

from __future__ import annotations

import numpy as np

from hecsim.compiled import njit
from hecsim.processes.base import process

__all__ = ["MEANS"]

_ADULT = 18 * 12
_FINE = 1024.0  # fixed point: a thousandth of a minute, a point or an SD


@njit()
def means_kernel(
    p_present, p_household, p_age, p_labor, p_activity, p_diet, h_present, h_neighborhood, h_children,
    h_poverty_ratio, h_parenting, h_help_seeking, h_moved, n_residents, n_mean_activity, n_mean_diet,
    n_mean_parenting, n_mean_help, n_poverty, n_unemployment, n_moved_share, h0,
):  # fmt: skip
    n = n_residents.size
    counts = np.zeros((12, n), np.int64)
    people, poor, adults, at_work = counts[0], counts[1], counts[2], counts[3]
    jobless, active, diet, homes = counts[4], counts[5], counts[6], counts[7]
    families, parenting, willing, moved = counts[8], counts[9], counts[10], counts[11]
    for h in range(h_present.size):
        if h_present[h] == 0:
            continue
        g = h_neighborhood[h]
        homes[g] += 1
        willing[g] += np.int64(np.rint(np.float64(h_help_seeking[h]) * _FINE))
        moved[g] += h_moved[h] < 12
        if h_children[h] > 0:
            families[g] += 1
            parenting[g] += np.int64(np.rint(np.float64(h_parenting[h]) * _FINE))
    # Neighbors stand next to each other: what they add up to is kept at hand until a row of another neighborhood comes.
    here = np.int64(-1)
    a, b, c, d, e, f, x = 0, 0, 0, 0, 0, 0, 0
    for i in range(p_present.size):
        if p_present[i] == 0 or p_labor[i] == 4:
            continue
        h = int(p_household[i]) - h0
        g = np.int64(h_neighborhood[h])
        if g != here:
            if here >= 0:
                people[here] += a
                poor[here] += b
                diet[here] += c
                adults[here] += d
                active[here] += e
                at_work[here] += f
                jobless[here] += x
            here = g
            a, b, c, d, e, f, x = 0, 0, 0, 0, 0, 0, 0
        grown = np.int64(p_age[i] >= _ADULT)
        a += 1
        b += np.int64(h_poverty_ratio[h] < 1)
        c += np.int64(np.rint(np.float64(p_diet[i]) * _FINE))
        d += grown
        e += grown * np.int64(np.rint(np.float64(p_activity[i]) * _FINE))
        f += grown & np.int64(p_labor[i] == 1)
        x += grown & np.int64(p_labor[i] == 2)
    if here >= 0:
        people[here] += a
        poor[here] += b
        diet[here] += c
        adults[here] += d
        active[here] += e
        at_work[here] += f
        jobless[here] += x
    for g in range(n):
        n_residents[g] = people[g]
        if people[g] > 0:
            n_mean_diet[g] = diet[g] / _FINE / people[g]
            n_poverty[g] = poor[g] / people[g]
        if adults[g] > 0:
            n_mean_activity[g] = active[g] / _FINE / adults[g]
        if at_work[g] + jobless[g] > 0:
            n_unemployment[g] = jobless[g] / (at_work[g] + jobless[g])
        if homes[g] > 0:
            n_mean_help[g] = willing[g] / _FINE / homes[g]
            n_moved_share[g] = moved[g] / homes[g]
        if families[g] > 0:
            n_mean_parenting[g] = parenting[g] / _FINE / families[g]


def means_plain(
    p_present, p_household, p_age, p_labor, p_activity, p_diet, h_present, h_neighborhood, h_children,
    h_poverty_ratio, h_parenting, h_help_seeking, h_moved, n_residents, n_mean_activity, n_mean_diet,
    n_mean_parenting, n_mean_help, n_poverty, n_unemployment, n_moved_share, h0,
):  # fmt: skip
    n = n_residents.size

    def total(where, values):
        fine = np.zeros(n, np.int64)
        np.add.at(fine, where, np.rint(values.astype(np.float64) * _FINE).astype(np.int64))
        return fine / _FINE

    def count(where, mask):
        return np.bincount(where[mask], minlength=n)

    def put(out, top, bottom):
        out[bottom > 0] = (top / np.maximum(bottom, 1))[bottom > 0]

    home = h_present != 0
    g = h_neighborhood[home].astype(np.int64)
    homes, family = np.bincount(g, minlength=n), h_children[home] > 0
    put(n_mean_help, total(g, h_help_seeking[home]), homes)
    put(n_moved_share, count(g, h_moved[home] < 12), homes)
    put(n_mean_parenting, total(g[family], h_parenting[home][family]), count(g, family))
    here = (p_present != 0) & (p_labor != 4)
    of = p_household[here].astype(np.int64) - h0
    where, labor, adult = h_neighborhood[of].astype(np.int64), p_labor[here], p_age[here] >= _ADULT
    people = np.bincount(where, minlength=n)
    n_residents[...] = people
    put(n_mean_diet, total(where, p_diet[here]), people)
    put(n_poverty, count(where, h_poverty_ratio[of] < 1), people)
    put(n_mean_activity, total(where[adult], p_activity[here][adult]), count(where, adult))
    jobless = count(where, adult & (labor == 2))
    put(n_unemployment, jobless, jobless + count(where, adult & (labor == 1)))


MEANS = process(
    "settle.means",
    room="settle",
    scope="whole",
    kernel=means_kernel,
    twin=means_plain,
    writes=(
        "n_residents", "n_mean_activity", "n_mean_diet", "n_mean_parenting", "n_mean_help", "n_poverty",
        "n_unemployment", "n_moved_share",
    ),
    summary="Means over residents of each neighborhood.",
)  # fmt: skip
