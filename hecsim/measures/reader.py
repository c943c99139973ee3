"""What measures are in one block: by compiled passes where there are any, else by their functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from hecsim.columns import INCOME_BAND, RACE
from hecsim.community import Community
from hecsim.errors import InvariantError
from hecsim.measures import pass_adults, pass_children, pass_households, pass_residents  # noqa: F401  (they declare passes)
from hecsim.measures.base import Measure
from hecsim.measures.passes import LOOPS, Loop
from hecsim.measures.sums import EXACT, FIXED, NOWHERE, add_rows, count, fold

__all__ = ["BlockReader", "Found"]

_MONTH = 1 / 12  # person-years that a person lives in a month
_OLDEST = 2**16  # months; nobody is older


_GROWN = 216  # months: adults


class Found:
    """Sums of some blocks, in units of 2^-20, by class (race and income band) and by neighborhood.

    loops : of each pass, int64 (classes, names) and float64 (neighborhoods, names)
    numbers : rows by interval of age, int64 (classes, intervals) and (neighborhoods, intervals), of each table
    plain : of measures that are read by their functions, int64 (measures, 2, classes) and (measures, 2, neighborhoods)
    exact : whether every sum of a pass has been a number, and none too large to be exact
    """

    def __init__(self, loops: Sequence[Loop], intervals: int, measures: int, shape: tuple[int, int]):
        classes, places = shape
        self.loops = [(np.zeros((classes, p.width), np.int64), np.zeros((places, p.width))) for p in loops]
        self.numbers = {t: tuple(np.zeros((n, intervals), np.int64) for n in shape) for t in ("person", "household")}
        self.plain = tuple(np.zeros((measures, 2, n), np.int64) for n in shape)
        self.where = np.full(classes * places, NOWHERE, np.uint32)
        self._zeros = np.zeros(0)
        self.exact = True

    def clear(self) -> None:
        """Begin anew."""
        self.exact = True
        for pair in (*self.loops, *self.numbers.values(), self.plain):
            for sums in pair:
                sums[...] = 0

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
        names = {m.name: i for i, m in enumerate(self.measures)}
        # Only passes that hold a measure that is asked for; what else they hold is dropped.
        self._loops = [] if plain else [p for p in LOOPS if any(n in names for n in p.measures)]
        self._constants = [p.prepare(draw) for p in self._loops]
        self._rows_of_loop = [np.array([names[n] for n in p.names if n in names]) for p in self._loops]
        self._columns_of_loop = [np.array([k for k, n in enumerate(p.names) if n in names]) for p in self._loops]
        self._own = [
            (j, k, names[n.removesuffix("_of")]) for j, p in enumerate(self._loops) for k, n in enumerate(p.names)
            if n.endswith("_of") and n.removesuffix("_of") in names
        ]  # fmt: skip
        by_loop = {int(i) for rows in self._rows_of_loop for i in rows}
        self._plain = [i for i in range(len(self.measures)) if i not in by_loop]
        edges = sorted({0, _OLDEST, *(e for m in self.measures for e in m.ages if e is not None)})
        self._kind = (np.searchsorted(edges, np.arange(edges[-2] + 1), side="right") - 1).astype(np.uint8)
        self._intervals = len(edges) - 1
        # The usual denominators: measures of a table, the intervals of age they begin and end with, what a row adds.
        self._usual = {}
        for table in ("person", "household"):
            rows = sorted(i for i in by_loop - {i for _, _, i in self._own} if self.measures[i].table == table)
            ends = np.searchsorted(edges, [_ages(self.measures[i]) for i in rows]).reshape(-1, 2).T
            each = [round(_usual(self.measures[i]) * FIXED) for i in rows]
            self._usual[table] = np.array(rows, np.int64), *ends, np.array(each, np.int64)

    def nothing(self) -> Found:
        """Sums before the first block."""
        return Found(self._loops, self._intervals, len(self.measures), self._shape)

    def read(self, community: Community, table: str, b: int, found: Found) -> None:
        """Add block `b` of a table."""
        block = _Block(community, table, b)
        block.place(self._kind, found)
        for p, constants, sums in zip(self._loops, self._constants, found.loops, strict=True):
            if p.table == table:
                found.exact &= block.run(p, constants, found.zeros(block.cells, p.width), *sums)
        for i in self._plain:
            if self.measures[i].table == table:
                self._by_function(block, i, *(sums[i] for sums in found.plain))

    def totals(self, found: Found) -> np.ndarray | None:
        """Numerators and denominators by group, int64 (measures, groups, 2); None where they are not exact."""
        if not found.exact or any(not np.abs(sums).max() < EXACT for _, sums in found.loops):
            return None
        by_class, by_place = (self._all(found, of) for of in range(2))
        cells = by_class.reshape(*by_class.shape[:2], len(RACE), len(INCOME_BAND))
        groups = (cells.sum(axis=(2, 3))[..., None], cells.sum(axis=3), cells.sum(axis=2), by_place)
        return np.concatenate(groups, axis=2).transpose(0, 2, 1)

    def _all(self, found: Found, of: int) -> np.ndarray:
        """Numerators and denominators, int64 (measures, 2, classes or neighborhoods)."""
        out = found.plain[of].copy()
        for rows, columns, sums in zip(self._rows_of_loop, self._columns_of_loop, found.loops, strict=True):
            out[rows, 0] += sums[of].T[columns].astype(np.int64)
        for table, number in found.numbers.items():
            rows, low, high, each = self._usual[table]
            below = np.zeros((self._intervals + 1, len(number[of])), np.int64)
            np.cumsum(number[of].T, axis=0, out=below[1:])
            out[rows, 1] += (below[high] - below[low]) * each[:, None]
        for j, k, i in self._own:
            out[i, 1] += found.loops[j][of][:, k].astype(np.int64)
        return out

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
    """One block of a table: its columns, and the cell of each row, with the class and neighborhood of each cell."""

    def __init__(self, community: Community, table: str, b: int):
        self.month, self._table = community.clock.month, table
        homes, own = community.household.block(b), community.tables[table].block(b)
        self._rows = {"p": own, "h": homes, "n": slice(None)}
        tables = (community.person, community.household, community.neighborhood)
        self._columns = dict(zip("phn", (t.columns for t in tables), strict=True))
        self.first, n = own.start, own.stop - own.start
        if table == "person":
            self._home, self._age = self.slice("p_household") - np.uint32(homes.start), self.slice("p_age")
        else:
            self._home, self._age = np.arange(n, dtype=np.uint32), np.zeros(n, np.uint16)
        self.slot, self.cells = np.empty(n, np.uint32), 0
        self.class_of = self.at = np.empty(0, np.uint32)
        self._who: dict[str, np.ndarray] = {}

    def place(self, kind: np.ndarray, found: Found) -> None:
        """Find the cell of each row, and count rows by group and interval of age."""
        letter, n, most = self._table[0], self.slot.size, min(found.where.size, self.slot.size)
        young, others, class_of, at = (np.empty(size, np.uint32) for size in (n, n, most, most))
        self.cells, a, b = count(
            self.slice(f"{letter}_present"), self._home, self.slice("h_neighborhood"), self.slice(f"{letter}_race"),
            self.slice("h_income_band"), len(INCOME_BAND), len(RACE) * len(INCOME_BAND), self._age, kind, _GROWN, found.where,
            self.slot, class_of, at, young, others, *found.numbers[self._table],
        )  # fmt: skip
        self.class_of, self.at = class_of[: self.cells], at[: self.cells]
        self._who = {"children": young[:a], "adults": others[:b], "households": young[:a]}
        self._who["residents"] = np.concatenate([young[:a], others[:b]])

    def slice(self, name: str) -> np.ndarray:
        """A column of the block, or of all neighborhoods."""
        return self._columns[name[0]][name[2:]][self._rows[name[0]]]

    def run(self, p: Loop, constants: Mapping[str, Any], sums: np.ndarray, by_class: np.ndarray, by_place: np.ndarray) -> bool:
        """Add the measures of a pass; `sums` are zeros. False where a sum is not exact."""
        arguments = [constants[a[2:]] if a[0] == "c" else self.slice(a) for a in p.arguments]
        p.kernel(sums, self._who[p.who], self.slot, self._home, *arguments)
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
