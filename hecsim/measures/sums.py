"""Sums by group: a number for each row, added up by cell, and cells by class and by neighborhood.

A cell is a neighborhood, a race and an income band; a class is a race and a band. The cells that occur in a block get
places of their own, few enough to stay in the processor's cache, so that rows are read in the order in which they lie.
Every value is rounded to a 2^-20th first; sums of such numbers are exact in float64 up to 2^53 of these units, so they do
not depend on the order, and many measures are added at a time.
"""

from __future__ import annotations

import numpy as np

from hecsim.compiled import njit

__all__ = ["EXACT", "FIXED", "NOWHERE", "add_rows", "count", "fold", "spread", "total"]

FIXED = 2.0**20  # a millionth of a unit; totals stay exact up to 8.8e12
EXACT = 2.0**52
NOWHERE = np.uint32(0xFFFFFFFF)  # cell that does not occur


@njit()
def count(
    present, home, place_of, race, band, n_bands, n_classes, age, kind, grown, where, slot, class_of, at, young, others,
    numbers, by_place,
):  # fmt: skip
    """Give every cell that occurs a number, and every row that is present that of its cell; and count them.

    home : household row of each row of the table; `place_of` and `band` are of households
    age : months, of which `kind` is the interval that separates those whom measures count
    where : NOWHERE for every cell, and so again afterwards
    slot : written: number of each row's cell; class_of, at : written: class and neighborhood of each cell, by number
    young, others : written: rows below `grown` months, ascending, and rows of the others
    numbers, by_place : added to: rows by class, by neighborhood, and by interval
    Returns how many cells there are, and how many rows are in `young` and in `others`.
    """
    cells, n, m = 0, 0, 0
    for i in range(present.size):
        h = home[i]
        if present[i] != 1 or place_of[h] >= by_place.shape[0]:
            continue
        p, c = np.int64(place_of[h]), np.int64(race[i]) * n_bands + band[h]
        s = where[p * n_classes + c]
        if s == NOWHERE:
            s = where[p * n_classes + c] = cells
            class_of[s], at[s] = c, p
            cells += 1
        slot[i] = s
        k = kind[min(age[i], kind.size - 1)]
        numbers[c, k] += 1
        by_place[p, k] += 1
        if age[i] < grown:
            young[n] = i
            n += 1
        else:
            others[m] = i
            m += 1
    for s in range(cells):
        where[at[s] * n_classes + class_of[s]] = NOWHERE
    return cells, n, m


@njit()
def fold(sums, class_of, at, by_class, by_place):
    """Add sums of cells, shape (cells, measures), to those of their classes and neighborhoods; leaves zeros in `sums`.

    by_class : int64, since a class may be most of a state; by_place : float64
    Returns False where a sum is no number, or too large to be exact.
    """
    classes = np.zeros(by_class.shape)
    for s in range(at.size):
        cell, one, other = sums[s], classes[class_of[s]], by_place[at[s]]
        for k in range(cell.size):
            one[k] += cell[k]
        for k in range(cell.size):
            other[k] += cell[k]
            cell[k] = 0.0
    for c in range(classes.shape[0]):
        for k in range(classes.shape[1]):
            if not abs(classes[c, k]) < EXACT:
                return False
            by_class[c, k] += np.int64(classes[c, k])
    return True


@njit()
def add_rows(values, rows, slot, class_of, at, by_class, by_place):
    """Add a value of each of `rows`, however large, in whole units; the first that is no number, or -1."""
    for j in range(rows.size):
        if not np.isfinite(values[j]):
            return np.int64(j)
        value = np.int64(np.rint(np.float64(values[j]) * FIXED))
        by_class[class_of[slot[rows[j]]]] += value
        by_place[at[slot[rows[j]]]] += value
    return np.int64(-1)


@njit()
def total(sums, counts, plain, tops, own, places, usual, table, low, high, each, out):
    """Numerators and denominators of measures, int64 `out` (measures, 2, groups), and whether every sum is exact.

    sums : of all passes, flat, with a zero at the end; `tops` (measures, groups) says where the numerators stand in it, and
        `places` the denominators of the measures `own`
    counts : rows by table, group and interval of age; a measure of `usual` counts `each` for a row of `table` whose
        interval lies from `low` to before `high`
    plain : (measures, 2, groups), what measures without a pass add up to
    """
    exact = True
    for k in range(sums.size):
        exact &= abs(np.float64(sums[k])) < EXACT
    n = out.shape[2]
    below = np.zeros((counts.shape[0], counts.shape[2] + 1, n), np.int64)
    for t in range(counts.shape[0]):
        for a in range(counts.shape[2]):
            for g in range(n):
                below[t, a + 1, g] = below[t, a, g] + counts[t, g, a]
    for i in range(out.shape[0]):
        for g in range(n):
            out[i, 0, g] = plain[i, 0, g] + np.int64(sums[tops[i, g]])
            out[i, 1, g] = plain[i, 1, g]
    for j in range(usual.size):
        to, one, other = out[usual[j], 1], below[table[j], high[j]], below[table[j], low[j]]
        for g in range(n):
            to[g] += (one[g] - other[g]) * each[j]
    for j in range(own.size):
        for g in range(n):
            out[own[j], 1, g] += np.int64(sums[places[j, g]])
    return exact


@njit()
def spread(by_class, by_place, n_races, n_bands, single, out):
    """Sums of classes and of neighborhoods, in units of 2^-20, as those of groups in whole numbers and parts of them.

    out : written: float64 (measures, groups, 2). Groups are everybody, races, bands and neighborhoods, in this order
    single : measures whose denominator is one
    """
    first = 1 + n_races + n_bands
    sums = np.empty(first, np.int64)
    for i in range(out.shape[0]):
        for part in range(2):
            sums[:] = 0
            for c in range(n_races * n_bands):
                value = by_class[i, part, c]
                sums[0] += value
                sums[1 + c // n_bands] += value
                sums[1 + n_races + c % n_bands] += value
            for g in range(first):
                out[i, g, part] = sums[g] / FIXED
            for g in range(by_place.shape[2]):
                out[i, first + g, part] = by_place[i, part, g] / FIXED
    for i in single:
        for g in range(out.shape[1]):
            out[i, g, 1] = 1.0
