"""Sums by group: a number for each row, added up by cell, and cells by class and by neighborhood.

A cell is a neighborhood, a race and an income band; a class is a race and a band. The cells that occur in a block get
places of their own, few enough to stay in the processor's cache, so that rows are read in the order in which they lie.
Every value is rounded to a 2^-20th first; sums of such numbers are exact in float64 up to 2^53 of these units, so they do
not depend on the order, and many measures are added at a time.
"""

from __future__ import annotations

import numpy as np
from numba import njit

__all__ = ["EXACT", "FIXED", "NOWHERE", "add_rows", "count", "fold"]

FIXED = 2.0**20  # a millionth of a unit; totals stay exact up to 8.8e12
EXACT = 2.0**52
NOWHERE = np.uint32(0xFFFFFFFF)  # cell that does not occur


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
def add_rows(values, rows, slot, class_of, at, by_class, by_place):
    """Add a value of each of `rows`, however large, in whole units; the first that is no number, or -1."""
    for j in range(rows.size):
        if not np.isfinite(values[j]):
            return np.int64(j)
        value = np.int64(np.rint(np.float64(values[j]) * FIXED))
        by_class[class_of[slot[rows[j]]]] += value
        by_place[at[slot[rows[j]]]] += value
    return np.int64(-1)
