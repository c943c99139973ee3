"""Sums by group: a number for each row, added up by cell, and cells added up by group.

A cell is a neighborhood, a race and an income band. The cells that occur among the rows of a block get places
of their own, few enough to stay in the processor's cache, so that rows are read in the order in which they lie.
Every value is rounded to a 2^-20th first; sums of such numbers are exact in float64 up to 2^53 of these units,
so they do not depend on the order.
"""

from __future__ import annotations

import numpy as np
from numba import njit

__all__ = ["FIXED", "NOWHERE", "add_rows", "cells", "fold"]

FIXED = 2.0**20  # a millionth of a unit; totals stay exact up to 8.8e12
NOWHERE = np.uint32(0xFFFFFFFF)  # place of a row that does not count
_EXACT = 2.0**52


@njit(cache=True, nogil=True)
def cells(present, home, place, race, band, age, kind, shape, where, slot, cell, count):
    """Give every cell that occurs a place, and every row that of its cell; returns how many there are.

    home : household row of each row of the table; `place` and `band` are of households
    age : months, of which `kind` is the interval that separates those whom measures count
    shape : numbers of neighborhoods, races and income bands
    where : NOWHERE for every cell, and so again afterwards
    slot, cell : written: the place of each row, the cell of each place
    count : zeros, written: rows by place and interval of age
    """
    n_places, n_races, n_bands = shape
    n = 0
    for i in range(present.size):
        slot[i] = NOWHERE
        if present[i] != 1:
            continue
        h = home[i]
        if place[h] >= n_places:
            continue
        c = (np.uint32(place[h]) * n_races + race[i]) * n_bands + band[h]
        if where[c] == NOWHERE:
            where[c], cell[n] = n, c
            n += 1
        slot[i] = where[c]
        count[where[c], kind[min(age[i], kind.size - 1)]] += 1
    for s in range(n):
        where[cell[s]] = NOWHERE
    return n


@njit(cache=True, nogil=True)
def fold(sums, cell, shape, out):
    """Add sums of cells, shape (cells, k), to those of the community, the race, the band and the neighborhood.

    Adds nothing and returns False where a sum is no number or too large to be exact. Leaves zeros in `sums`.
    """
    for s in range(cell.size):
        for k in range(sums.shape[1]):
            if not abs(sums[s, k]) < _EXACT:
                sums[...] = 0.0
                return False
    _, n_races, n_bands = shape
    for s in range(cell.size):
        band, rest = cell[s] % n_bands, cell[s] // n_bands
        everyone, race = out[0], out[1 + rest % n_races]
        income, place = out[1 + n_races + band], out[1 + n_races + n_bands + rest // n_races]
        for k in range(sums.shape[1]):
            value = np.int64(sums[s, k])
            sums[s, k] = 0.0
            everyone[k] += value
            race[k] += value
            income[k] += value
            place[k] += value
    return True


@njit(cache=True, nogil=True)
def add_rows(values, rows, slot, cell, shape, out):
    """Add a value of each of `rows` to the groups of its cell, however large; the first that is no number, or -1."""
    _, n_races, n_bands = shape
    for i in range(rows.size):
        if not np.isfinite(values[i]):
            return np.int64(i)
        value = np.int64(np.rint(np.float64(values[i]) * FIXED))
        c = cell[slot[rows[i]]]
        band, rest = c % n_bands, c // n_bands
        out[0] += value
        out[1 + rest % n_races] += value
        out[1 + n_races + band] += value
        out[1 + n_races + n_bands + rest // n_races] += value
    return np.int64(-1)
