"""What measures are in one block: by compiled passes where there are any, else by their functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from hecsim.columns import INCOME_BAND, RACE
from hecsim.community import Community
from hecsim.errors import InvariantError
from hecsim.measures import pass_adults, pass_children, pass_households, pass_residents  # noqa: F401  (they declare passes)
from hecsim.measures.base import Measure
from hecsim.measures.passes import LOOPS, Loop
from hecsim.measures.sums import FIXED, NOWHERE, add_rows, count, fold, spread, total

__all__ = ["BlockReader", "Found"]

_MONTH = 1 / 12  # person-years that a person lives in a month
_OLDEST = 2**16  # months; nobody is older


_GROWN = 216  # months: adults
_TABLES = ("person", "household")


class Found:
    """Sums of some blocks, in units of 2^-20, by class (race and income band) and by neighborhood.

    loops : of each pass, int64 (classes, names) and float64 (neighborhoods, names)
    numbers : rows by interval of age, int64 (classes, intervals) and (neighborhoods, intervals), of each table
    plain : of measures that are read by their functions, int64 (measures, 2, classes) and (measures, 2, neighborhoods)
    sums : all of `loops`, one pass behind the other and a zero at the end, of classes and of neighborhoods
    exact : whether every sum of a pass has been a number, and none too large to be exact
    """

    def __init__(self, loops: Sequence[Loop], intervals: int, measures: int, shape: tuple[int, int]):
        edges = np.cumsum([0, *(p.width for p in loops)])
        self.sums = tuple(np.zeros(n * edges[-1] + 1, t) for n, t in zip(shape, (np.int64, np.float64), strict=True))
        self.loops = [
            tuple(sums[n * a : n * b].reshape(n, b - a) for sums, n in zip(self.sums, shape, strict=True))
            for a, b in pairwise(edges)
        ]
        self.counts = tuple(np.zeros((len(_TABLES), n, intervals), np.int64) for n in shape)
        self.numbers = {table: tuple(c[i] for c in self.counts) for i, table in enumerate(_TABLES)}
        self.plain = tuple(np.zeros((measures, 2, n), np.int64) for n in shape)
        self.where = np.full(shape[0] * shape[1], NOWHERE, np.uint32)
        self._zeros = np.zeros(0)
        self.exact = True

    def clear(self) -> None:
        """Begin anew."""
        self.exact = True
        for sums in (*self.sums, *self.counts, *self.plain):
            sums.fill(0)

    def add(self, other: Found) -> None:
        """Add what was found in other blocks; all are whole numbers, so their order means nothing."""
        self.exact &= other.exact
        mine, yours = ((*f.sums, *f.counts, *f.plain) for f in (self, other))
        for sums, more in zip(mine, yours, strict=True):
            sums += more

    def zeros(self, rows: int, columns: int) -> np.ndarray:
        """Zeros to add up in; whoever writes to them leaves zeros."""
        if self._zeros.size < rows * columns:
            self._zeros = np.zeros(int(1.2 * rows * columns))
        return self._zeros[: rows * columns].reshape(rows, columns)


class BlockReader:
    """Reads measures block by block.

    measures : what to read; n_places : neighborhoods; draw : parameters; plain : by functions alone
    """

    def __init__(self, measures: Sequence[Measure], n_places: int, draw: Mapping[str, Any], *, plain: bool = False):
        self.measures, self._draw = tuple(measures), draw
        self._shape = (len(RACE) * len(INCOME_BAND), n_places)
        self._single = np.flatnonzero([m.kind == "count" for m in self.measures])
        names = {m.name: i for i, m in enumerate(self.measures)}
        # Only passes that hold a measure that is asked for; what else they hold is dropped.
        self._loops = [] if plain else [p for p in LOOPS if any(n in names for n in p.measures)]
        self._constants = [p.prepare(draw) for p in self._loops]
        at = {n: (j, k) for j, p in enumerate(self._loops) for k, n in enumerate(p.names)}
        by_loop = [i for n, i in names.items() if n in at]
        own = [i for n, i in names.items() if n + "_of" in at]
        self._plain = [i for i in range(len(self.measures)) if i not in by_loop]
        # Where in `Found.sums` numerators and measures' own denominators stand, for classes and for neighborhoods.
        self._tops = [self._positions([at.get(m.name) for m in self.measures], n) for n in self._shape]
        self._own = np.array(own, np.int64), [
            self._positions([at[self.measures[i].name + "_of"] for i in own], n) for n in self._shape
        ]  # fmt: skip
        edges = sorted({0, _OLDEST, *(e for m in self.measures for e in m.ages if e is not None)})
        self._kind = (np.searchsorted(edges, np.arange(edges[-2] + 1), side="right") - 1).astype(np.uint8)
        self._intervals = len(edges) - 1
        # The usual denominators: measures, their table, the intervals of age they begin and end with, what a row adds.
        usual = sorted(set(by_loop) - set(own))
        table = [_TABLES.index(self.measures[i].table) for i in usual]
        ends = np.searchsorted(edges, [_ages(self.measures[i]) for i in usual]).reshape(-1, 2).T
        each = [round(_usual(self.measures[i]) * FIXED) for i in usual]
        self._usual = np.array(usual, np.int64), np.array(table, np.int64), *ends, np.array(each, np.int64)

    def _positions(self, wanted: Sequence[tuple[int, int] | None], n: int) -> np.ndarray:
        """Position in `Found.sums` of each of `n` groups for columns (pass, number) of passes; of the zero for None."""
        widths = [p.width for p in self._loops]
        out = np.full((len(wanted), n), n * sum(widths), np.int64)
        for row, column in zip(out, wanted, strict=True):
            if column is not None:
                j, k = column
                row[:] = n * sum(widths[:j]) + np.arange(n) * widths[j] + k
        return out

    def nothing(self) -> Found:
        """Sums before the first block."""
        return Found(self._loops, self._intervals, len(self.measures), self._shape)

    def read(self, community: Community, table: str, b: int, found: Found) -> None:
        """Add block `b` of a table."""
        block = community.kept.get((self, table, b))
        if block is None or not block.holds(community):
            own = [(p, c) for p, c in zip(self._loops, self._constants, strict=True) if p.table == table]
            block = community.kept[self, table, b] = _Block(community, table, b, own)
        block.place(community, self._kind, found)
        for p, sums in zip(self._loops, found.loops, strict=True):
            if p.table == table:
                found.exact &= block.run(p, found.zeros(block.cells, p.width), *sums)
        for i in self._plain:
            if self.measures[i].table == table:
                self._by_function(block, i, *(sums[i] for sums in found.plain))
        block.leave()

    def totals(self, found: Found) -> np.ndarray | None:
        """Numerators and denominators by group, float64 (measures, groups, 2); None where the sums are not exact."""
        parts = [np.empty((len(self.measures), 2, n), np.int64) for n in self._shape]
        own, places = self._own
        for out, sums, counts, plain, tops, at in zip(
            parts, found.sums, found.counts, found.plain, self._tops, places, strict=True
        ):
            exact = total(sums, counts, plain, tops, own, at, *self._usual, out)
        if not (found.exact and exact):  # `fold` has looked at the sums of classes already
            return None
        races, bands = len(RACE), len(INCOME_BAND)
        groups = np.empty((len(self.measures), 1 + races + bands + self._shape[1], 2))
        spread(*parts, races, bands, self._single, groups)
        return groups

    def _by_function(self, block: _Block, i: int, by_class: np.ndarray, by_place: np.ndarray) -> None:
        m = self.measures[i]
        rows = block.of_age(*_ages(m))
        if not rows.size:
            return
        top = m.function(*[self._draw[_parameter(a)] if a[0] == "k" else block.column(a, rows) for a in m.arguments])
        parts = top if isinstance(top, tuple) else (top, _usual(m))
        for values, cells, places in zip(parts, by_class, by_place, strict=True):
            whole = np.broadcast_to(np.asarray(values, np.float64), rows.shape)
            bad = add_rows(whole, rows, block.slot, block.class_of, block.at, cells, places)
            if bad >= 0:
                raise InvariantError(
                    f"month {block.month}: measure '{m.name}' is not a number in {m.table} row {block.first + rows[bad]}, "
                    f"from {', '.join(m.arguments)}"
                )


class _Block:
    """One block of a table: its columns, and the cell of each row, with the class and neighborhood of each cell.

    Slices of columns hold the block's spare rows, too, so that they last until a table is laid out anew.
    """

    def __init__(self, community: Community, table: str, b: int, loops: Sequence[tuple[Loop, Mapping[str, Any]]]):
        self._table, self._b, self._of = table, b, community.tables[table]
        self._tables = (community.person, community.household, community.neighborhood)
        self._layout = [(t.start, t.columns) for t in self._tables]
        homes, own = (slice(*t.start[b : b + 2].tolist()) for t in (community.household, self._of))
        self._rows = {"p": own, "h": homes, "n": slice(None)}
        self._columns = dict(zip("phn", (t.columns for t in self._tables), strict=True))
        self.first, self._first_home = own.start, np.uint32(homes.start)
        self._most = own.stop - own.start
        self._itself, self._ageless = np.zeros(0, np.uint32), np.zeros(0, np.uint16)
        if table == "household":
            self._itself, self._ageless = np.arange(self._most, dtype=np.uint32), np.zeros(self._most, np.uint16)
        letter = table[0]
        self._cells_from = [self.slice(name) for name in ("h_neighborhood", f"{letter}_race", "h_income_band")]
        self._given = {p.names: [c[a[2:]] if a[0] == "c" else self.slice(a) for a in p.arguments] for p, c in loops}

    def holds(self, community: Community) -> bool:
        """Whether the columns are still where they were."""
        now = (community.person, community.household, community.neighborhood)
        return all(
            t is was and t.start is start and t.columns is columns
            for t, was, (start, columns) in zip(now, self._tables, self._layout, strict=True)
        )

    def place(self, community: Community, kind: np.ndarray, found: Found) -> None:
        """Begin a month: find the cell of each row, and count rows by group and interval of age."""
        self.month, n = community.clock.month, int(self._of.used[self._b])
        if self._table == "person":
            self._home, self._age = self.slice("p_household")[:n], self.slice("p_age")[:n]
            if self._first_home:
                self._home = self._home - self._first_home
        else:
            self._home, self._age = self._itself[:n], self._ageless[:n]
        self.slot = np.empty(n, np.uint32)
        most = min(found.where.size, n)
        young, others, class_of, at = (np.empty(size, np.uint32) for size in (n, n, most, most))
        places, race, band = self._cells_from
        self.cells, a, b = count(
            self.slice(f"{self._table[0]}_present")[:n], self._home, places, race, band, len(INCOME_BAND),
            len(RACE) * len(INCOME_BAND), self._age, kind, _GROWN, found.where, self.slot, class_of, at, young, others,
            *found.numbers[self._table],
        )  # fmt: skip
        self.class_of, self.at = class_of[: self.cells], at[: self.cells]
        self._who = {"children": young[:a], "adults": others[:b], "households": young[:a]}
        self._who["residents"] = np.concatenate([young[:a], others[:b]])

    def leave(self) -> None:
        """Let go of what was worked out for this month: of a state, 20 bytes a person."""
        del self._home, self._age, self.slot, self.class_of, self.at, self._who

    def slice(self, name: str) -> np.ndarray:
        """A column of the block, or of all neighborhoods."""
        return self._columns[name[0]][name[2:]][self._rows[name[0]]]

    def run(self, p: Loop, sums: np.ndarray, by_class: np.ndarray, by_place: np.ndarray) -> bool:
        """Add the measures of a pass; `sums` are zeros. False where a sum is not exact."""
        p.kernel(sums, self._who[p.who], self.slot, self._home, *self._given[p.names])
        return bool(fold(sums, self.class_of, self.at, by_class, by_place))

    def of_age(self, low: int, high: int) -> np.ndarray:
        """Rows that count and are of these ages."""
        rows = self._who["residents"]
        return rows[(self._age[rows] >= low) & (self._age[rows] < high)]

    def column(self, name: str, rows: np.ndarray) -> np.ndarray:
        """What an argument of a measure stands for, at these rows."""
        head, _, column = name.partition("_")
        if len(head) == 1:
            return self.slice(name)[rows]
        return self.slice(f"{head[1]}_{column}")[self._home[rows] if head[1] == "h" else self.at[self.slot[rows]]]


def _ages(m: Measure) -> tuple[int, int]:
    return m.ages[0], _OLDEST if m.ages[1] is None else m.ages[1]


def _usual(m: Measure) -> float:
    """What a row adds to a measure's denominator unless its function says so."""
    return _MONTH if m.kind == "flow" else 1.0


def _parameter(argument: str) -> str:
    return argument[2:].replace("__", ".", 1)
