"""Where everything lies that the loops of a block read and write, for `hecsim.calls`."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import typeof

from hecsim.calls import CLOCK, Calls, address, describe
from hecsim.columns import SCHEMA
from hecsim.community import Community
from hecsim.lanes import Lanes
from hecsim.levers import LeverBook

__all__ = ["Frames", "Scratch"]

_DTYPES = {(table, c.name): c.dtype for table, columns in SCHEMA.items() for c in columns}


class Scratch:
    """Reusable float32 buffers, one set per thread."""

    def __init__(self) -> None:
        self._buffers: list[np.ndarray] = []
        self._words: dict[tuple[str, int], np.ndarray] = {}
        self._places: dict[Any, tuple[np.ndarray, int]] = {}
        self._next = 0

    def reset(self) -> None:
        """Let the next process take them all again."""
        self._next = 0

    def take(self, n: int) -> np.ndarray:
        """A buffer of `n` numbers that nobody has taken since the last reset."""
        if self._next == len(self._buffers):
            self._buffers.append(np.empty(max(n, 1), np.float32))
        buffer = self._buffers[self._next]
        if buffer.size < n:
            buffer = self._buffers[self._next] = np.empty(int(n * 1.2), np.float32)
        self._next += 1
        return buffer[:n]

    def words(self, table: str, which: int, n: int) -> np.ndarray:
        """Room for the first or second word of luck of at least `n` rows of a table, uint64."""
        held = self._words.get((table, which))
        if held is None or held.size < n:
            held = self._words[table, which] = np.empty(n, np.uint64)
        return held

    def place(self, name: Any, values: np.ndarray) -> int:
        """Where a buffer begins, which is asked for under the same name month after month."""
        owner = values if values.base is None else values.base
        known = self._places.get(name)
        if known is None or known[0] is not owner:
            known = self._places[name] = owner, address(values)
        return known[1]


class Frames:
    """Addresses of all that the block processes of a month read and write, for `Calls`.

    One frame per thread is written anew for each block: where its rows begin, how many they are, which levers hold.
    """

    def __init__(self, calls: Calls, community: Community, *, whole: bool = False):
        self.calls = calls
        layout = calls.layout
        self._tables: dict[str, Any] = community.tables
        self._starts = [t.start for t in community.tables.values()]
        found = [community.tables[table].columns.get(key) for table, key in layout.columns]
        self._fits = all(v is not None for v in found)
        columns = [v for v in found if v is not None]
        kinds = [np.dtype(_DTYPES[table, key]) for table, key in layout.columns]
        self._fits &= all(v.dtype == t and v.flags.c_contiguous for v, t in zip(columns, kinds, strict=False))
        if not self._fits:  # `Engine.missing` says what a community lacks
            return
        self._base = np.array([address(v) for v in columns], np.int64)
        steps = np.array([v.strides[0] for v in columns], np.int64)
        of = np.array([table for table, _ in layout.columns])
        self._steps = [np.where(of == table, steps, 0) for table in ("household", "person")]
        self._spans = {kind: layout.span(kind) for kind in ("rows", "column", "lever")}
        self._first = [layout.place["clock", name] for name in ("h0", "p0")]
        self._at = [layout.place["rows", table] for table in ("household", "person")]
        self.most = {name: table.size for name, table in community.tables.items()}
        for name in () if whole else ("person", "household"):
            self.most[name] = int(np.diff(community.tables[name].start).max(initial=0))
        self._month = np.zeros(layout.size, np.int64)
        self._month[self._spans["column"]] = self._base
        self._month[self._spans["rows"]] = [community.tables[name].size for name in layout.tables]
        self._held: list[Any] = []
        self._resting: list[Any] = []
        self._of_lever: dict[str, list[tuple[int, str]]] = {}
        for k, (name, table) in enumerate(layout.levers):
            self._of_lever.setdefault(name, []).append((k, table))
        self._seen: dict[str, Any] = {}

    def holds(self, community: Community) -> bool:
        """Whether rows and columns are still where they were."""
        now = community.tables
        return self._tables is now and all(a is t.start for a, t in zip(self._starts, now.values(), strict=True))

    def turn(self, community: Community, levers: LeverBook, seed: int, lanes: Lanes) -> bool:
        """Begin a month; False where an array is of another type than the loops expect."""
        if not self._fits:
            return False
        layout, frame = self.calls.layout, self._month
        clock, self._held = community.clock, []
        for name, now in zip(CLOCK, (clock.month, clock.calendar_month, clock.year), strict=False):
            frame[layout.place["clock", name]] = now
        frame[layout.place["seed", ""]] = seed
        for name, kind in self.calls.auxiliary.items():
            values, before = community.extras.get(name), self._seen.get(name)
            if values is not before:
                if values is None or not (_alike(values, before) or typeof(values) == kind):
                    return False
                at, told = layout.place["auxiliary", name], describe(values)
                frame[at : at + len(told)] = told
                self._seen[name] = values
        rows: list[tuple[int, str]] = []
        at = self._spans["lever"].start
        if not self._resting:  # levers that nobody moves are handed over as they always are
            self._resting = [levers.resting(name, self.most.get(table)) for name, table in layout.levers]
            self._rest = np.array([_handed(v) for v in self._resting], np.int64)
        frame[self._spans["lever"]] = self._rest
        for name in levers.moving():
            for k, table in self._of_lever.get(name, ()):
                value: Any = levers.number(name) if not table else levers.flat(name, self.most[table])
                if value is None:
                    value = levers.by_row(name, community.tables[table].size, lanes)
                    rows.append((at + k, table))
                self._held.append(value)
                frame[at + k] = _handed(value)
        self._by_row = [np.array([k for k, t in rows if t == table], np.int64) for table in ("household", "person")]
        return True

    def lane(self, scratch: Scratch) -> np.ndarray:
        """A frame for a thread, with room for its luck."""
        place, frame = self.calls.layout.place, self._month.copy()
        for table in self.calls.layout.drawn:
            for k in range(2):
                frame[place["words", table, k]] = scratch.place((table, k), scratch.words(table, k, self.most[table]))
        most = max((self.most[table] for table in self.calls.layout.drawn), default=0)
        scratch.reset()
        for k in range(self.calls.layout.buffers):
            frame[place["buffer", k]] = scratch.place(k, scratch.take(most))
        return frame

    def aim(self, frame: np.ndarray, b: int) -> np.ndarray:
        """Point a frame at the rows of block `b`."""
        homes, people = (self._tables[name].block(b) for name in ("household", "person"))
        frame[self._at] = homes.stop - homes.start, people.stop - people.start
        frame[self._first] = homes.start, people.start
        frame[self._spans["column"]] = self._base + self._steps[0] * homes.start + self._steps[1] * people.start
        for slots, first in zip(self._by_row, (homes.start, people.start), strict=True):
            if slots.size:
                frame[slots] = self._month[slots] + 4 * first
        return frame


def _alike(one: np.ndarray, other: np.ndarray | None) -> bool:
    """Whether two arrays look the same to a compiled loop."""
    if other is None:
        return False
    a, b = one.flags, other.flags
    same = a.c_contiguous and b.c_contiguous and a.aligned and b.aligned and a.writeable == b.writeable
    return same and one.dtype == other.dtype and one.ndim == other.ndim


def _handed(lever: np.ndarray | np.float64) -> int:
    """A lever as it stands in a frame: the address of its values, or its one value bit by bit."""
    return address(lever) if isinstance(lever, np.ndarray) else int(lever.view(np.int64))
