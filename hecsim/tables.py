"""Columns with a declared schema. Rows never move while a run lasts; the dead stay, masked.

A `Table` is a set of equally long numpy arrays, one per declared column. It is cut into
*blocks*: contiguous row ranges that belong to the same group of neighborhoods, each with spare
rows at its end for those who are born or move in. Everything that happens inside a family
therefore happens inside one block, and a block fits a processor's cache.

>>> from hecsim.tables import Column, Table
>>> t = Table.empty("person", [Column("age", "uint16", "month", "age"), ], blocks=[3, 2], spare=[1, 1])
>>> t.size, t.used.tolist(), t.block(1)
(7, [3, 2], slice(4, 6, None))
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import Any

import numpy as np

from hecsim.compiled import njit
from hecsim.errors import CommunityDataError, UnknownNameError
from hecsim.lanes import Lanes
from hecsim.pools import NONE, Column, Pool, pools_of, width_of

__all__ = ["NONE", "Column", "Table"]


@njit()
def _claim(start, used, blocks, rows):
    """The next spare row of each of `blocks`, in order; False and nothing taken where a block has not enough."""
    for i in range(blocks.size):
        b = blocks[i]
        if used[b] >= start[b + 1] - start[b]:
            for j in range(i):
                used[blocks[j]] -= 1
            return False
        rows[i] = start[b] + used[b]
        used[b] += 1
    return True


class Table:
    """Equally long columns in blocks with spare rows.

    Attributes
    ----------
    name : table name
    schema : column name to `Column`
    columns : column name to array, shape (size,) or (size, width)
    start : uint64 (blocks + 1,), first row of each block; start[-1] is `size`
    used : int64 (blocks,), rows of each block that are or were in use
    """

    def __init__(self, name: str, schema: Iterable[Column], start: np.ndarray, used: np.ndarray):
        self.name = name
        self.schema: dict[str, Column] = {c.name: c for c in schema}
        self.start = np.asarray(start, np.int64)
        self.used = np.asarray(used, np.int64)
        self.columns: dict[str, np.ndarray] = {}
        self._pools: list[Pool] = []
        self._of_schema = 0  # so many pools hold the columns that the table began with

    @classmethod
    def empty(cls, name: str, schema: Sequence[Column], blocks: Sequence[int], spare: Sequence[int] | None = None) -> Table:
        """A table of unused rows; `blocks` are rows in use and `spare` the rows kept free after them."""
        rows = np.asarray(blocks, np.int64)
        extra = np.zeros_like(rows) if spare is None else np.asarray(spare, np.int64)
        start = np.concatenate([[0], np.cumsum(rows + extra)])
        table = cls(name, schema, start, rows.copy())
        table._hold(pools_of(schema, table.size))
        table._of_schema = len(table._pools)
        for pool in table._pools:
            pool.begin()
        return table

    @classmethod
    def of(
        cls, name: str, schema: Sequence[Column], start: np.ndarray, used: np.ndarray, read: Callable[[Column], np.ndarray]
    ) -> Table:
        """A table of these blocks whose columns are copied from what `read` answers, one after the other."""
        table = cls(name, schema, start, used)
        table._hold(pools_of(schema, table.size))
        table._of_schema = len(table._pools)
        for column in schema:
            table.columns[column.name][...] = read(column)
        return table

    def _hold(self, pools: list[Pool]) -> None:
        self._pools = pools
        views = {name: values for pool in pools for name, values in pool.views()}
        self.columns = {name: views[name] for name in self.schema}

    def __getstate__(self) -> dict[str, Any]:
        pools = [(pool.columns, pool.size, pool.values) for pool in self._pools]
        kept = {k: v for k, v in self.__dict__.items() if k not in ("columns", "_pools")}
        return kept | {"pools": pools}

    def __setstate__(self, state: dict[str, Any]) -> None:
        pools = []
        for columns, size, values in state.pop("pools"):  # arrays are taken as they are, so that workers may share them
            pool = Pool(columns, 0)
            pool.size, pool.values = size, values
            pools.append(pool)
        self.__dict__.update(state)
        self._hold(pools)

    @property
    def size(self) -> int:
        """Rows, spare ones included."""
        return int(self.start[-1])

    @property
    def n_blocks(self) -> int:
        """Number of blocks."""
        return len(self.used)

    def block(self, b: int) -> slice:
        """Rows in use of block `b`."""
        first = int(self.start[b])
        return slice(first, first + int(self.used[b]))

    def rows_in_use(self) -> np.ndarray:
        """Row numbers in use over all blocks, int64."""
        return np.concatenate([np.arange(self.block(b).start, self.block(b).stop) for b in range(self.n_blocks)])

    def block_of(self, rows: np.ndarray) -> np.ndarray:
        """Block number of each row, int64."""
        if self.n_blocks == 1:
            return np.zeros(len(rows), np.int64)
        return np.searchsorted(self.start, np.asarray(rows, np.int64), side="right") - 1

    def __getitem__(self, column: str) -> np.ndarray:
        try:
            return self.columns[column]
        except KeyError:
            raise UnknownNameError(column, self.columns, what=f"column of table '{self.name}'") from None

    def __setitem__(self, column: str, values: np.ndarray) -> None:
        self[column][...] = values

    def __contains__(self, column: str) -> bool:
        return column in self.columns

    def add(self, column: Column) -> np.ndarray:
        """Add a column of default values, such as an intervention's enrollment; returns it.

        Adding a column that exists already, with the same type, returns what is there.
        """
        if column.name in self.schema:
            if self.schema[column.name].dtype != column.dtype:
                raise CommunityDataError(
                    f"column '{column.name}' of table '{self.name}' exists with type "
                    f"{self.schema[column.name].dtype}, not {column.dtype}"
                )
            return self.columns[column.name]
        self.schema[column.name] = column
        pool = Pool([column], self.size)
        pool.begin()
        self._hold([*self._pools, pool])
        return self.columns[column.name]

    def spare(self, b: int) -> int:
        """Free rows at the end of block `b`."""
        return int(self.start[b + 1] - self.start[b] - self.used[b])

    def claim(self, b: int, n: int = 1) -> np.ndarray:
        """Take the next `n` spare rows of block `b`, reset to their defaults; row numbers, int64."""
        if self.spare(b) < n:
            raise CommunityDataError(
                f"block {b} of table '{self.name}' has {self.spare(b)} spare rows and {n} are needed",
                rows=self.size,
            )
        first = int(self.start[b] + self.used[b])
        self.used[b] += n
        for pool in self._pools:
            pool.fill(first, first + n)
        return np.arange(first, first + n)

    def claim_each(self, blocks: np.ndarray) -> np.ndarray:
        """Take one spare row in each of `blocks` (a block may come several times), in this order."""
        if (rows := self.claim_some(blocks)) is None:
            needed = np.bincount(blocks, minlength=self.n_blocks)
            b = int(np.flatnonzero(needed > self.start[1:] - self.start[:-1] - self.used)[0])
            raise CommunityDataError(
                f"block {b} of table '{self.name}' has {self.spare(b)} spare rows and {needed[b]} are needed", rows=self.size
            )
        return rows

    def claim_some(self, blocks: np.ndarray, reset: bool = True) -> np.ndarray | None:
        """The same where there is room for all, else None, and nothing is taken."""
        rows = np.empty(len(blocks), np.int64)
        if rows.size and not _claim(self.start, self.used, blocks, rows):
            return None
        for pool in self._pools if rows.size and reset else ():
            pool.fill_rows(rows)
        return rows

    def copy_rows(
        self, source: np.ndarray, to: np.ndarray, *, own: bool = False, without: frozenset[str] = frozenset()
    ) -> None:
        """Copy all columns but those in `without` to other rows; with `own`, only those that the table began with."""
        for pool in self._pools[: self._of_schema if own else None]:
            pool.copy_rows(source, to, without)

    def sample(self, rows: np.ndarray) -> list[np.ndarray]:
        """What these rows hold in the columns that the table began with, for `put`: an array for each width."""
        return [np.concatenate([pool.values[:, rows] for pool in alike]) for alike in self._by_width()]

    def put(self, sample: Sequence[np.ndarray], source: np.ndarray, to: np.ndarray) -> None:
        """Write entries `source` of a sample into rows `to`."""
        for alike, values in zip(self._by_width(), sample, strict=True):
            first = 0
            for pool in alike:
                part = values[first : first + len(pool.columns)]
                first += len(pool.columns)
                pool.put(part, source, to)

    def _by_width(self) -> list[list[Pool]]:
        """Pools of the columns that the table began with, those of one width together: a large table has several."""
        return [list(alike) for _, alike in groupby(self._pools[: self._of_schema], width_of)]

    def regrow(
        self, spare: Sequence[int], keep: np.ndarray | None = None, *, rows: Sequence[np.ndarray] | None = None,
        lanes: Lanes | None = None,
    ) -> np.ndarray:  # fmt: skip
        """Lay the table out again with `spare[b]` free rows per block, without the rows where `keep` is False.

        Rows keep their order, and their block unless `rows` says which are to be in each from now on; blocks are copied
        side by side where there are `lanes` for it. Returns the new row number of every old row, int32 (size,), -1 for
        rows that are gone.
        """
        stays = [self.block(b) for b in range(self.n_blocks)]
        if rows is None:
            rows_of = (np.arange(s.start, s.stop) if keep is None else s.start + np.flatnonzero(keep[s]) for s in stays)
        else:
            rows_of = (some for some in rows)
        kept = [some.astype(np.uint32) for some in rows_of]
        self.used = np.array([some.size for some in kept], np.int64)
        start = np.concatenate([[0], np.cumsum(self.used + np.asarray(spare, np.int64))])
        moved = np.full(self.size, -1, np.int32)
        for first, some in zip(start[:-1], kept, strict=True):
            moved[some] = np.arange(first, first + some.size)
        self.start = start
        fresh = []
        while self._pools:  # one after the other, so that no more than one is there twice
            pool = self._pools.pop(0)
            for name in (c.name for c in pool.columns):
                self.columns.pop(name)
            larger = Pool(pool.columns, self.size)
            whole = keep is None and rows is None
            copy = partial(self._copy_block, pool, larger, kept, stays if whole else None)
            if lanes is None:
                for b in range(self.n_blocks):
                    copy(b)
            else:
                lanes.each(copy, range(self.n_blocks))
            fresh.append(larger)
            del pool, copy  # or it would be there until the next one is
        self._hold(fresh)
        return moved

    def squeeze(self, keep: np.ndarray, lanes: Lanes) -> np.ndarray:
        """Drop the rows where `keep` is False where they lie: blocks keep their room. Returns new rows as `regrow` does."""
        stays = [self.block(b) for b in range(self.n_blocks)]
        rows = [(s.start + np.flatnonzero(keep[s])).astype(np.uint32) for s in stays]
        moved = np.full(self.size, -1, np.int32)

        def close_up(b: int) -> None:
            first, n = stays[b].start, rows[b].size
            moved[rows[b]] = np.arange(first, first + n)
            for pool in self._pools:
                pool.take(pool, rows[b], first, first + n)
                pool.fill(first + n, stays[b].stop)

        lanes.each(close_up, range(self.n_blocks))
        self.used = np.array([some.size for some in rows], np.int64)
        self.start = self.start.copy()  # a sign for those who keep what follows from where rows lie
        return moved

    def _copy_block(self, old: Pool, new: Pool, rows: list[np.ndarray], stays: list[slice] | None, b: int) -> None:
        """Fill block `b` of a pool: with `rows` of the old one, which are all of those in use where `stays` says which."""
        first = int(self.start[b])
        stop = first + int(self.used[b])
        new.take(old, rows[b] if stays is None else stays[b], first, stop)
        new.fill(stop, int(self.start[b + 1]))

    def copy(self) -> Table:
        """An independent copy, array by array."""
        twin = Table(self.name, self.schema.values(), self.start.copy(), self.used.copy())
        pools = []
        for pool in self._pools:
            other = Pool(pool.columns, 0)
            other.size, other.values = pool.size, pool.values.copy()
            pools.append(other)
        twin._hold(pools)
        twin._of_schema = self._of_schema
        return twin

    def describe(self) -> list[Mapping[str, object]]:
        """One mapping per column: name, dtype, unit, meaning, codes, bytes per row."""
        return [
            {
                "table": self.name,
                "column": c.name,
                "dtype": c.dtype,
                "unit": c.unit,
                "meaning": c.meaning,
                "codes": ", ".join(f"{i} {label}" for i, label in enumerate(c.codes)),
                "bytes": np.dtype(c.dtype).itemsize * c.width,
            }
            for c in self.schema.values()
        ]

    def digest(self) -> str:
        """sha256 of all rows in use; equal digests mean equal state, whatever the spare room."""
        h = hashlib.sha256(self.name.encode())
        for name in sorted(self.columns):
            h.update(name.encode())
            for b in range(self.n_blocks):
                h.update(np.ascontiguousarray(self.columns[name][self.block(b)]).tobytes())
        return h.hexdigest()
