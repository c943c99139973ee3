"""Sums by group over rows that stand in the order of their groups.

Rows of a block are sorted by cell (neighborhood, race, income band) once a month. What is then added up
is a run of rows at a time, without a lookup per row. Every value is rounded to a 2^-20th first; sums of
such numbers are exact in float64 up to 2^53 of these units, so they do not depend on the order.
"""

from __future__ import annotations

import numpy as np
from numba import njit

__all__ = ["FIXED", "add_counts", "add_float", "add_whole", "of_age", "runs", "sort_by_cell", "take"]

FIXED = 2.0**20  # a millionth of a unit; totals stay exact up to 8.8e12
_EXACT = 2.0**52


@njit(cache=True, nogil=True)
def sort_by_cell(present, home, place, race, band, n_places, n_races, n_bands, rows, cell):
    """Rows that are present, by cell and then by row, into `rows` and `cell`; returns how many.

    home : household row of each row of the table; place and band are of households
    """
    cells = n_places * n_races * n_bands
    first = np.zeros(cells + 2, np.uint32)
    of = np.empty(present.size, np.uint32)
    for i in range(present.size):
        h = home[i] if present[i] == 1 else 0
        inside = present[i] == 1 and place[h] < n_places
        of[i] = (np.uint32(place[h]) * n_races + race[i]) * n_bands + band[h] if inside else cells
        first[of[i] + 1] += 1
    for c in range(cells):
        first[c + 1] += first[c]
    for i in range(present.size):
        c = of[i]
        if c < cells:
            rows[first[c]], cell[first[c]] = i, c
            first[c] += 1
    return first[cells]


@njit(cache=True, nogil=True)
def of_age(rows, cell, age, low, high, rows_out, cell_out, age_out):
    """Copy those with low <= age < high, in the same order; returns how many."""
    n = 0
    for i in range(rows.size):  # written in any case and kept by counting: no branch to guess
        rows_out[n], cell_out[n], age_out[n] = rows[i], cell[i], age[i]
        n += np.int64(low <= age[i]) & np.int64(age[i] < high)
    return n


@njit(cache=True, nogil=True)
def runs(cell, start, run):
    """Where each run of one cell begins, and its cell; `start` ends with the number of rows. Returns how many."""
    if cell.size == 0:
        start[0] = 0
        return 0
    start[0], run[0], n = 0, cell[0], 1
    for i in range(1, cell.size):
        start[n], run[n] = i, cell[i]
        n += np.int64(cell[i] != cell[i - 1])
    start[n] = cell.size
    return n


@njit(cache=True, nogil=True)
def take(values, rows):
    """values[rows], without checks."""
    out = np.empty(rows.size, values.dtype)
    for i in range(rows.size):
        out[i] = values[rows[i]]
    return out


@njit(inline="always")
def _put(out, cell, n_races, n_bands, value):
    """Add to the community, the race, the income band and the neighborhood of a cell."""
    band, rest = cell % n_bands, cell // n_bands
    out[0] += value
    out[1 + rest % n_races] += value
    out[1 + n_races + band] += value
    out[1 + n_races + n_bands + rest // n_races] += value


@njit(cache=True, nogil=True)
def add_counts(start, run, n_races, n_bands, each, out):
    """Add `each`, in whole fixed-point units, for every row to the groups of its cell."""
    for s in range(run.size):
        _put(out, run[s], n_races, n_bands, (start[s + 1] - start[s]) * each)


@njit(cache=True, nogil=True)
def add_whole(values, start, run, n_races, n_bands, out):
    """Add small whole numbers or flags (uint8)."""
    for s in range(run.size):
        total = np.uint32(0)
        for i in range(start[s], start[s + 1]):
            total += np.uint32(values[i])
        if total != 0:
            _put(out, run[s], n_races, n_bands, np.int64(total) << 20)


# Adding in another order is harmless because every term is a whole number.
@njit(cache=True, nogil=True, fastmath={"reassoc"})
def add_float(values, start, run, n_races, n_bands, out):
    """Add fractions; returns the first position that is no number, or -1."""
    for s in range(run.size):
        total = 0.0
        for i in range(start[s], start[s + 1]):
            total += np.rint(np.float64(values[i]) * 1048576.0)
        if not abs(total) < _EXACT:
            exact = np.int64(0)
            for i in range(start[s], start[s + 1]):
                if not np.isfinite(values[i]):
                    return np.int64(i)
                exact += np.int64(np.rint(np.float64(values[i]) * 1048576.0))
            _put(out, run[s], n_races, n_bands, exact)
        else:
            _put(out, run[s], n_races, n_bands, np.int64(total))
    return -1
