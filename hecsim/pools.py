"""Columns of a table and the arrays that hold them: columns of one width lie together, as a *pool*.

Rows of all columns of a pool are copied, filled and closed up by one compiled loop.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from hecsim.compiled import njit

__all__ = ["NONE", "Column", "Pool", "pools_of", "width_of"]

_ROUND = 64  # rows of a pool begin at multiples of this

# "No row": the value of an index column that points nowhere.
NONE = np.uint32(0xFFFFFFFF)


@dataclass(frozen=True, slots=True)
class Column:
    """What one column holds.

    name : column name, without the table's prefix
    dtype : numpy dtype name
    unit : unit of measurement ("month", "$/month", "code", "1" for a pure number, ...)
    meaning : one plain sentence
    codes : labels of coded values, in code order
    ref : the table that an index column points into
    default : value of a new or spare row
    width : number of values per row (1 for an ordinary column)
    derived : recomputed each month from other columns, so it need not be saved
    """

    name: str
    dtype: str
    unit: str
    meaning: str
    codes: tuple[str, ...] = ()
    ref: str | None = None
    default: float | int | None = None
    width: int = 1
    derived: bool = False

    @property
    def fill(self) -> float | int:
        """Value of a row that is not in use."""
        if self.default is not None:
            return self.default
        return int(NONE) if self.ref is not None and self.dtype == "uint32" else 0


@njit()
def _copy(pool, which, source, other, to):
    """other[which, to] = pool[which, source], a column at a time."""
    for c in which:
        for i in range(source.size):
            other[c, to[i]] = pool[c, source[i]]


@njit()
def _squeeze(pool, rows, other, to):
    """Copy `rows` to the rows of `other` from `to` on, a column at a time."""
    for c in range(pool.shape[0]):
        source, out = pool[c], other[c, to : to + rows.size]
        for k in range(rows.size):
            out[k] = source[rows[k]]


@njit()
def _fill(pool, values, rows):
    for c in range(pool.shape[0]):
        for i in range(rows.size):
            pool[c, rows[i]] = values[c]


@njit()
def _copy_wide(pool, source, other, to):
    """`_copy` for a column of vectors."""
    for i in range(source.size):
        for k in range(pool.shape[2]):
            other[0, to[i], k] = pool[0, source[i], k]


@njit()
def _fill_wide(pool, value, rows):
    for i in rows:
        for k in range(pool.shape[2]):
            pool[0, i, k] = value


class Pool:
    """Columns of one width in one array, so that rows are copied and filled in a single loop.

    values : unsigned integers, shape (columns, rows rounded up); or (1, rows, width) for a column of vectors
    """

    def __init__(self, columns: Sequence[Column], size: int):
        self.columns, self.size = tuple(columns), size
        self._all_but: dict[frozenset[str], np.ndarray] = {}
        first = columns[0]
        bits = np.dtype(f"uint{8 * np.dtype(first.dtype).itemsize}")
        self.fills = np.array([np.array(c.fill).astype(c.dtype).view(bits) for c in columns], bits)
        shape = (len(columns), -(-size // _ROUND) * _ROUND)
        # Zeros of the system take no room until somebody writes there: a state is built in less.
        self.values = np.zeros(shape if first.width == 1 else (*shape, first.width), bits)

    def views(self) -> Iterator[tuple[str, np.ndarray]]:
        """Name and array of every column."""
        for c, values in zip(self.columns, self.values, strict=True):
            yield c.name, values[: self.size].view(c.dtype)

    def all_but(self, names: frozenset[str]) -> np.ndarray:
        """Positions of the columns that are not named, int64."""
        if names not in self._all_but:
            self._all_but[names] = np.array([i for i, c in enumerate(self.columns) if c.name not in names], np.int64)
        return self._all_but[names]

    def copy_rows(self, source: np.ndarray, to: np.ndarray, without: frozenset[str]) -> None:
        """Copy rows to others of this pool, but for the columns that are named."""
        which = self.all_but(without)
        if self.values.ndim == 2:
            _copy(self.values, which, source, self.values, to)
        elif which.size:
            _copy_wide(self.values, source, self.values, to)

    def put(self, sample: np.ndarray, source: np.ndarray, to: np.ndarray) -> None:
        """Write entries `source` of values like these into rows `to`."""
        if self.values.ndim == 2:
            _copy(sample, self.all_but(frozenset()), source, self.values, to)
        else:
            _copy_wide(sample, source, self.values, to)

    def take(self, other: Pool, rows: np.ndarray | slice, first: int, stop: int) -> None:
        """Copy ascending rows of a pool of the same columns, or of this one, to as many from `first` to `stop`."""
        if isinstance(rows, slice) or self.values.ndim > 2:
            self.values[:, first:stop] = other.values[:, rows]
        else:
            _squeeze(other.values, rows, self.values, first)  # forward, so nothing is overwritten before it is read

    def fill_rows(self, rows: np.ndarray) -> None:
        """Set these rows to what rows hold that are not in use."""
        if self.values.ndim == 2:
            _fill(self.values, self.fills, rows)
        else:
            _fill_wide(self.values, self.fills[0], rows)

    def begin(self) -> None:
        """Set all rows of a pool that nobody has written to yet."""
        for values, fill in zip(self.values, self.fills, strict=True):
            if fill:
                values[...] = fill

    def fill(self, first: int, stop: int | None) -> None:
        """The same for a run of rows."""
        fills = self.fills.reshape((-1,) + (1,) * (self.values.ndim - 1))
        self.values[:, first:stop] = fills


_MOST = 1 << 26  # bytes of a pool of several columns: to lay a table out anew, one pool has to be there twice


def width_of(pool: Pool) -> tuple[int, str]:
    """Bytes of a value, and the name of a column of vectors: what pools that lie beside each other have in common."""
    return pool.values.itemsize, "" if pool.values.ndim == 2 else pool.columns[0].name


def pools_of(columns: Iterable[Column], size: int) -> list[Pool]:
    """Pools of unused rows for these columns, none larger than memory can hold twice for a while."""
    alike: dict[tuple[int, int, str], list[Column]] = {}
    for c in columns:
        # Columns of vectors stand alone.
        alike.setdefault((np.dtype(c.dtype).itemsize, c.width, "" if c.width == 1 else c.name), []).append(c)
    pools = []
    for group in alike.values():
        each = max(1, _MOST // max(1, size * np.dtype(group[0].dtype).itemsize))
        pools += [Pool(group[i : i + each], size) for i in range(0, len(group), each)]
    return pools
