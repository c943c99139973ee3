"""What measures are in one block: by compiled passes where there are any, else by their functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hecsim.columns import INCOME_BAND, RACE
from hecsim.community import Community
from hecsim.errors import InvariantError
from hecsim.measures import pass_adults, pass_children, pass_households, pass_residents  # noqa: F401  (they declare passes)
from hecsim.measures.base import Measure
from hecsim.measures.passes import LOOPS, Loop
from hecsim.measures.sums import FIXED, NOWHERE, add_rows, cells, fold

__all__ = ["BlockReader", "Found"]

_MONTH = 1 / 12  # person-years that a person lives in a month
_OLDEST = 2**16  # months; nobody is older


@dataclass
class Found:
    """Whole-number sums of some blocks, in units of 2^-20.

    loops : of each pass, (groups, names); numbers : rows by group and age, of each table
    plain : of measures that are read by their functions, (measures, 2, groups)
    where : NOWHERE for every cell, between two blocks
    """

    loops: list[np.ndarray]
    numbers: dict[str, np.ndarray]
    plain: np.ndarray
    where: np.ndarray
    _zeros: np.ndarray = field(default_factory=lambda: np.zeros(0))

    def clear(self) -> Found:
        """Begin anew."""
        for sums in (*self.loops, *self.numbers.values(), self.plain):
            sums[...] = 0
        return self

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
        self._shape = (n_places, len(RACE), len(INCOME_BAND))
        names = {m.name: i for i, m in enumerate(self.measures)}
        # Only passes that hold a measure that is asked for; what else they hold is dropped.
        self._loops = [] if plain else [p for p in LOOPS if any(n in names for n in p.measures)]
        self._constants = [p.prepare(draw) for p in self._loops]
        self._rows_of_loop = [[names[n] for n in p.names if n in names] for p in self._loops]
        self._columns_of_loop = [[k for k, n in enumerate(p.names) if n in names] for p in self._loops]
        self._own = [
            (j, k, names[n.removesuffix("_of")]) for j, p in enumerate(self._loops) for k, n in enumerate(p.names)
            if n.endswith("_of") and n.removesuffix("_of") in names
        ]  # fmt: skip
        by_loop = {i for rows in self._rows_of_loop for i in rows}
        self._plain = [i for i in range(len(self.measures)) if i not in by_loop]
        edges = sorted({0, _OLDEST, *(e for m in self.measures for e in m.ages if e is not None)})
        self._kind = (np.searchsorted(edges, np.arange(edges[-2] + 1), side="right") - 1).astype(np.uint8)
        self._intervals = len(edges) - 1
        # What a row adds to the usual denominator of each measure of a pass, by interval of age.
        self._each = {t: np.zeros((len(self.measures), self._intervals)) for t in ("person", "household")}
        for i in by_loop - {i for _, _, i in self._own}:
            m = self.measures[i]
            low, high = _ages(m)
            self._each[m.table][i, [low <= e < high for e in edges[:-1]]] = np.rint(_usual(m) * FIXED)

    def nothing(self, groups: int) -> Found:
        """Sums before the first block."""
        return Found(
            [np.zeros((groups, len(p.names)), np.int64) for p in self._loops],
            {t: np.zeros((groups, self._intervals), np.int64) for t in ("person", "household")},
            np.zeros((len(self.measures), 2, groups), np.int64),
            np.full(np.prod(self._shape), NOWHERE, np.uint32),
        )

    def totals(self, found: Found) -> np.ndarray:
        """Numerators and denominators, int64 (measures, groups, 2)."""
        out = np.ascontiguousarray(found.plain.transpose(0, 2, 1))
        for sums, rows, columns in zip(found.loops, self._rows_of_loop, self._columns_of_loop, strict=True):
            out[rows, :, 0] += sums.T[columns]
        for table, number in found.numbers.items():  # whole numbers below 2^53, so float64 multiplies them exactly
            out[..., 1] += (self._each[table] @ number.T.astype(float)).astype(np.int64)
        for j, k, i in self._own:
            out[i, :, 1] += found.loops[j][:, k]
        return out

    def read(self, community: Community, table: str, b: int, found: Found) -> None:
        """Add block `b` of a table."""
        block = _Block(community, table, b, self._shape)
        block.place(self._kind, self._intervals, found)
        left = [i for i in self._plain if self.measures[i].table == table]
        for p, constants, out, rows in zip(self._loops, self._constants, found.loops, self._rows_of_loop, strict=True):
            # A sum that is no number, or is too large for a quick one, is taken measure by measure.
            if p.table == table and not block.run(p, constants, found, out):
                left += rows
        for i in left:
            self._by_function(block, i, found.plain[i])

    def _by_function(self, block: _Block, i: int, out: np.ndarray) -> None:
        m = self.measures[i]
        rows = block.of_age(*_ages(m))
        if not rows.size:
            return
        top = m.function(*[self._draw[_parameter(a)] if a[0] == "k" else block.column(a, rows) for a in m.arguments])
        parts = list(top) if isinstance(top, tuple) else [top]
        if len(parts) == 1 and i in self._plain:
            parts.append(_usual(m))
        for values, sums in zip(parts, out, strict=False):
            bad = block.add(np.broadcast_to(np.asarray(values, np.float64), rows.shape), rows, sums)
            if bad >= 0:
                raise InvariantError(
                    f"month {block.month}: measure '{m.name}' is not a number in {m.table} row {block.first + rows[bad]}, "
                    f"from {', '.join(m.arguments)}"
                )


class _Block:
    """One block of a table: its columns, and the cell of each row."""

    def __init__(self, community: Community, table: str, b: int, shape: tuple[int, int, int]):
        self.month, self._table, self._shape = community.clock.month, table, shape
        homes, own = community.household.block(b), community.tables[table].block(b)
        self._rows = {"p": own, "h": homes, "n": slice(None)}
        tables = (community.person, community.household, community.neighborhood)
        self._columns = dict(zip("phn", (t.columns for t in tables), strict=True))
        self.first = own.start
        if table == "person":
            self.home, self._age = self.slice("p_household") - np.uint32(homes.start), self.slice("p_age")
        else:
            self.home = np.arange(own.stop - own.start, dtype=np.uint32)
            self._age = np.zeros(self.home.size, np.uint16)
        self.slot, self.cell = np.empty(self.home.size, np.uint32), np.empty(0, np.uint32)

    def place(self, kind: np.ndarray, kinds: int, found: Found) -> None:
        """Find the cell of each row, and count rows by group and interval of age."""
        most, letter = min(found.where.size, self.home.size), self._table[0]
        cell, number = np.empty(most, np.uint32), found.zeros(most, kinds)
        n = cells(
            self.slice(f"{letter}_present"), self.home, self.slice("h_neighborhood"), self.slice(f"{letter}_race"),
            self.slice("h_income_band"), self._age, kind, self._shape, found.where, self.slot, cell, number,
        )  # fmt: skip
        self.cell = cell[:n]
        fold(number, self.cell, self._shape, found.numbers[self._table])

    def slice(self, name: str) -> np.ndarray:
        """A column of the block, or of all neighborhoods."""
        return self._columns[name[0]][name[2:]][self._rows[name[0]]]

    def run(self, p: Loop, constants: Mapping[str, Any], found: Found, out: np.ndarray) -> bool:
        """Add the measures of a pass; False, and nothing added, where a sum is no number or too large."""
        sums = found.zeros(self.cell.size, len(p.names))
        p.kernel(sums, self.slot, self.home, *[constants[a[2:]] if a[0] == "c" else self.slice(a) for a in p.arguments])
        return bool(fold(sums, self.cell, self._shape, out))

    def of_age(self, low: int, high: int) -> np.ndarray:
        """Rows that count and are of these ages."""
        return np.flatnonzero((self.slot != NOWHERE) & (self._age >= low) & (self._age < high))

    def column(self, name: str, rows: np.ndarray) -> np.ndarray:
        """What an argument of a measure stands for, at these rows."""
        head, _, column = name.partition("_")
        if len(head) == 1:
            return self.slice(name)[rows]
        home = self.home[rows]
        return self.slice(f"{head[1]}_{column}")[home if head[1] == "h" else self.slice("h_neighborhood")[home]]

    def add(self, values: np.ndarray, rows: np.ndarray, out: np.ndarray) -> int:
        """Add a value of each of `rows` to sums by group; position of the first that is no number, or -1."""
        return int(add_rows(values, rows, self.slot, self.cell, self._shape, out))


def _ages(m: Measure) -> tuple[int, int]:
    return m.ages[0], _OLDEST if m.ages[1] is None else m.ages[1]


def _usual(m: Measure) -> float:
    """What a row adds to a measure's denominator unless its function says so."""
    return _MONTH if m.kind == "flow" else 1.0


def _parameter(argument: str) -> str:
    return argument[2:].replace("__", ".", 1)
