"""The state of a community: tables, ties, levers, clock. No Mesa, no files.

>>> from hecsim.community import Community     # built by hecsim.population.build_community
"""

from __future__ import annotations

import copy
import hashlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hecsim.clock import Clock
from hecsim.compiled import njit
from hecsim.lanes import Lanes
from hecsim.memory import give_back
from hecsim.tables import NONE, Table

__all__ = ["Community", "Ties"]

_ENOUGH = 0.85  # of the room that a year may need: growth of a percent does not have the tables laid out anew
_BLOCKS_EACH = 4  # blocks for every thread are enough that none waits long for another


@dataclass
class Ties:
    """The household graph in compressed rows: neighbors of row r are index[indptr[r]:indptr[r + 1]].

    kind : 0 kin, 1 neighbor, 2 congregation, 3 work or school
    """

    indptr: np.ndarray
    index: np.ndarray
    kind: np.ndarray

    def copy(self) -> Ties:
        """An independent copy."""
        return Ties(self.indptr.copy(), self.index.copy(), self.kind.copy())


@dataclass
class Community:
    """Who lives where, and in what state.

    name : plain name, such as "Hartford"
    tables : "person", "household", "neighborhood", "business", "town", "organization"
    labels : names of neighborhoods and towns by row: {"neighborhood": [...], "town": [...], "geoid": [...]}
    ties : household graph
    partners : list of (organization row, organization row, weight) links
    extras : auxiliary arrays that processes may ask for by name (x_ arguments)
    seed : seed of the synthesis
    followed : names of followed households by their key, for diaries
    names : given names of followed persons by their key
    notes : what was assumed or sampled, in words
    kept : what engines worked out from the layout of the tables; forgotten when one is laid out anew
    """

    name: str
    tables: dict[str, Table]
    labels: dict[str, list[str]]
    ties: Ties
    seed: int
    clock: Clock = field(default_factory=Clock)
    partners: list[tuple[int, int, float]] = field(default_factory=list)
    extras: dict[str, np.ndarray] = field(default_factory=dict)
    followed: dict[int, str] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    kept: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"kept": {}}

    @property
    def person(self) -> Table:
        """The table of persons."""
        return self.tables["person"]

    @property
    def household(self) -> Table:
        """The table of households."""
        return self.tables["household"]

    @property
    def neighborhood(self) -> Table:
        """The table of neighborhoods."""
        return self.tables["neighborhood"]

    @property
    def business(self) -> Table:
        """The table of businesses."""
        return self.tables["business"]

    @property
    def n_blocks(self) -> int:
        """Blocks that persons and households are cut into (the same for both)."""
        return self.household.n_blocks

    @property
    def residents(self) -> int:
        """Persons who live here now."""
        return int(self.person["present"].sum())

    def copy(self) -> Community:
        """An independent copy; constant extras and labels are shared."""
        return Community(
            name=self.name,
            tables={k: t.copy() for k, t in self.tables.items()},
            labels=self.labels,
            ties=self.ties.copy(),
            seed=self.seed,
            clock=copy.copy(self.clock),
            partners=list(self.partners),
            extras={k: v.copy() for k, v in self.extras.items()},
            followed=dict(self.followed),
            names=dict(self.names),
            notes=list(self.notes),
        )

    def digest(self) -> str:
        """sha256 of the whole state."""
        h = hashlib.sha256(self.name.encode())
        for name in sorted(self.tables):
            h.update(self.tables[name].digest().encode())
        for array in (self.ties.indptr, self.ties.index, self.ties.kind):
            h.update(np.ascontiguousarray(array).tobytes())
        for name in sorted(self.extras):
            h.update(name.encode() + np.ascontiguousarray(self.extras[name]).tobytes())
        return h.hexdigest()

    def members(self, household_row: int) -> np.ndarray:
        """Rows of the present members of a household, oldest row first."""
        rows = self.person.block(int(self.household.block_of(np.array([household_row]))[0]))
        mask = (self.person["household"][rows] == household_row) & (self.person["present"][rows] == 1)
        return np.flatnonzero(mask) + rows.start

    def household_by_key(self, key: int) -> int | None:
        """Row of the household with this key, or None."""
        found = np.flatnonzero(self.household["key"] == np.uint64(key))
        return int(found[0]) if found.size else None

    def ensure_room(
        self, table: str, minimum: np.ndarray, reserve: float = 0.04, lanes: Lanes | None = None
    ) -> np.ndarray | None:
        """Make sure that block b of a table has `minimum[b]` spare rows; lays it out again if not.

        Columns that point into the table follow, and so does the household graph. Returns the new row
        of every old row, for whoever else holds rows of the table, or None if nothing moved.
        """
        t = self.tables[table]
        free = t.start[1:] - t.start[:-1] - t.used
        if (free >= minimum).all():
            return None
        spare = np.maximum(minimum + 16, (t.used * reserve).astype(np.int64))
        return self._lay_out(table, spare, None, lanes=lanes)

    def compact(self, reserve: float = 0.14, lanes: Lanes | None = None) -> None:
        """Drop the rows of those who died, left or changed household, so that a long run does not slow down.

        Done between months at fixed times, never when a table happens to be full: what is dropped then
        depends on the calendar alone and not on how the tables are cut into blocks. `reserve` is room for a
        year of births, arrivals and changes of household, so that tables rarely have to be laid out in between. Where
        there is nearly as much once the rows are dropped, the others close up where they lie.
        """
        for name in ("person", "household"):
            t = self.tables[name]
            keep = t["present"] == 1
            used = np.array([np.count_nonzero(keep[t.block(b)]) for b in range(t.n_blocks)])
            if (np.diff(t.start) >= used * (1.0 + _ENOUGH * reserve)).all():
                self.kept.clear()
                self._follow(name, t.squeeze(keep, lanes or Lanes()))
            else:
                self._lay_out(name, (used * reserve).astype(np.int64) + 16, keep, lanes=lanes)
            give_back(self.person.size)

    def share(self, threads: int, least: int = 6_000, reserve: float = 0.14) -> None:
        """Cut the tables so that this many threads have as much to do, where blocks of `least` persons allow it.

        Results do not depend on it. Nothing happens where there are several blocks for every thread.
        """
        now, h, p = self.n_blocks, self.household, self.person
        blocks = min(-(-now // threads) * threads, int(p.used.sum()) // least)
        if threads == 1 or now >= _BLOCKS_EACH * threads or blocks <= now:
            return
        homes, people = h.rows_in_use(), p.rows_in_use()
        of = p["household"][people].astype(np.int64)
        live = of < h.size
        persons = np.bincount(of[live], minlength=h.size)[homes]
        middle = np.cumsum(persons) - persons / 2
        block = np.zeros(h.size, np.int64)
        block[homes] = np.minimum((middle * blocks / max(persons.sum(), 1)).astype(np.int64), blocks - 1)
        of_person = np.where(live, block[np.where(live, of, 0)], 0)
        for name, rows, where in (("household", homes, block[homes]), ("person", people, of_person)):
            cut = [rows[where == b] for b in range(blocks)]
            self._lay_out(name, [int(some.size * reserve) + 16 for some in cut], None, rows=cut)

    def _lay_out(
        self, table: str, spare: Any, keep: np.ndarray | None, *, rows: list[np.ndarray] | None = None,
        lanes: Lanes | None = None,
    ) -> np.ndarray:  # fmt: skip
        self.kept.clear()  # slices of columns would keep the old arrays in memory
        moved = self.tables[table].regrow(spare, keep, rows=rows, lanes=lanes)
        self._follow(table, moved)
        return moved

    def _follow(self, table: str, moved: np.ndarray) -> None:
        """Point all columns and ties that refer to rows of a table to where these are now."""
        for other in self.tables.values():
            for column in other.schema.values():
                if column.ref == table and column.dtype == "uint32":
                    _point(other.columns[column.name], moved)
        if table == "household":
            t = self.ties
            t.indptr, t.index, t.kind = _moved_ties(t.indptr, t.index, t.kind, moved, self.household.size)

    def summary(self) -> dict[str, Any]:
        """Counts that a person wants to see first."""
        return {
            "name": self.name,
            "persons": self.residents,
            "households": int(self.household["present"].sum()),
            "neighborhoods": self.neighborhood.size,
            "businesses": int(self.business["open"].sum()),
            "organizations": self.tables["organization"].size,
            "ties": int(self.ties.index.size),
            "bytes": sum(c.nbytes for t in self.tables.values() for c in t.columns.values()),
        }


@njit()
def _point(values, moved):
    """Row numbers that follow rows to where these are now; what pointed to a dropped row (-1) points nowhere (NONE)."""
    for i in range(values.size):
        if values[i] != NONE:
            values[i] = np.uint32(moved[values[i]])


@njit()
def _moved_ties(indptr, index, kind, moved, size):
    """Ties between rows that are still there, at their new numbers. Rows keep their order, and ties theirs in a row."""
    start = np.zeros(size + 1, indptr.dtype)
    for h in range(indptr.size - 1):  # counted first, or what is too long would be there twice
        if moved[h] >= 0:
            n = 0
            for e in range(indptr[h], indptr[h + 1]):
                n += np.int64(moved[index[e]] >= 0)
            start[moved[h] + 1] = n
    for h in range(size):
        start[h + 1] += start[h]
    others, kinds, n = np.empty(start[size], np.uint32), np.empty(start[size], kind.dtype), 0
    for h in range(indptr.size - 1):
        if moved[h] < 0:
            continue
        for e in range(indptr[h], indptr[h + 1]):
            to = moved[index[e]]
            if to >= 0:
                others[n], kinds[n] = to, kind[e]
                n += 1
    return start, others, kinds
