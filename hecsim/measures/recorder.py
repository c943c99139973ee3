"""The recorder: every measure, every month, by race/ethnicity, income, and neighborhood.

Sums are kept as 64-bit fixed-point numbers, so they do not depend on the order of rows: one thread
or two, small blocks or large, the record is the same to the last bit. Rows are read block by block, as
the month is lived, and within a block only those whom a measure counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pandas as pd

from hecsim.clock import month_label
from hecsim.columns import INCOME_BAND, RACE
from hecsim.community import Community
from hecsim.errors import InvariantError, UnknownNameError
from hecsim.measures import sums as add
from hecsim.measures.base import MEASURES, Measure

__all__ = ["GROUP_KINDS", "Recorder", "assign_income_bands"]

GROUP_KINDS = ("all", "race_ethnicity", "income", "neighborhood")
_MONTH = 1 / 12  # person-years that a person lives in a month
_OLDEST = 2**16  # months; nobody is older


def assign_income_bands(community: Community) -> None:
    """Set every household's income band from its present income; done once, when a run begins."""
    ratio = community.household["poverty_ratio"]
    community.household["income_band"][:] = np.digitize(ratio, (1.0, 2.0, 4.0)).astype(np.uint8)


class Recorder:
    """Keeps numerators and denominators by month and group.

    Parameters
    ----------
    community : gives the number of neighborhoods and their names
    draw : parameters that observation models use
    measures : names to keep; all by default
    threads : tables of a block that are read at a time; the sums are the same
    """

    def __init__(
        self, community: Community, draw: Mapping[str, Any], measures: Iterable[str] | None = None, *, threads: int = 1
    ):
        chosen = list(MEASURES) if measures is None else list(measures)
        for name in chosen:
            if name not in MEASURES:
                raise UnknownNameError(name, MEASURES, what="measure")
        self.measures: tuple[Measure, ...] = tuple(MEASURES[n] for n in chosen)
        self._draw, self._threads = draw, max(1, threads)
        self._n = community.neighborhood.size
        self._position = {m.name: i for i, m in enumerate(self.measures)}
        self.groups: list[tuple[str, str]] = [
            ("all", "all"),
            *(("race_ethnicity", r) for r in RACE),
            *(("income", b) for b in INCOME_BAND),
            *(("neighborhood", n) for n in community.labels["neighborhood"]),
        ]
        self._start_year = community.clock.start_year
        self.months: list[int] = []
        self._sums: list[np.ndarray] = []

    def observe(self, community: Community, context: Any = None) -> None:
        """Record the present month."""
        parts = iter([(table, b) for b in range(community.n_blocks) for table in ("person", "household")])

        def lane(_: int) -> np.ndarray:
            out = np.zeros((len(self.measures), 2, len(self.groups)), np.int64)
            for table, b in parts:  # whichever lane is free takes the next
                self._block(community, table, b, out)
            return out

        if self._threads == 1:
            out = lane(0)
        else:
            with ThreadPoolExecutor(self._threads) as pool:
                out = np.sum(list(pool.map(lane, range(self._threads))), axis=0)  # whole numbers: order means nothing
        self.months.append(community.clock.month)
        sums = out.transpose(0, 2, 1) / add.FIXED
        sums[[m.kind == "count" for m in self.measures], :, 1] = 1.0
        self._sums.append(sums)

    def _block(self, community: Community, table: str, b: int, out: np.ndarray) -> None:
        view = _View(community, self._draw, table, b)
        for i, m in enumerate(self.measures):
            if m.table != table:
                continue
            who = view.who(m.ages)
            if not who.rows.size:
                continue
            found = m.function(*[view.column(a, who) for a in m.arguments])
            parts = found if isinstance(found, tuple) else (found,)
            if len(parts) == 1:
                out[i, 1] += who.month if m.kind == "flow" else who.one
            for values, sums in zip(parts, out[i], strict=False):
                bad = who.add(values, sums)
                if bad >= 0:
                    raise InvariantError(
                        f"month {community.clock.month}: measure '{m.name}' is not a number in {table} row "
                        f"{view.first + who.rows[bad]}, from {', '.join(m.arguments)}"
                    )

    def take_over(self, other: Recorder) -> None:
        """Begin with what another recorder of the same measures and places has seen."""
        self.months, self._sums = list(other.months), list(other._sums)

    @property
    def array(self) -> np.ndarray:
        """All sums so far, float64, shape (months, measures, groups, 2): numerator and denominator."""
        if not self._sums:
            return np.zeros((0, len(self.measures), len(self.groups), 2))
        return np.stack(self._sums)

    def latest(self, name: str) -> float:
        """The last month's community-wide value of a measure."""
        if name not in self._position:
            raise UnknownNameError(name, self._position, what="measure")
        if not self._sums:
            return float("nan")
        i = self._position[name]
        top, bottom = self._sums[-1][i, 0]
        return float(self.measures[i].factor * top / bottom) if bottom else float("nan")

    def frame(self) -> pd.DataFrame:
        """Long table: month, label, group_kind, group, measure, numerator, denominator, value, unit."""
        sums = self.array
        t, m, g, _ = sums.shape
        kinds = np.array([k for k, _ in self.groups], object)
        names = np.array([n for _, n in self.groups], object)
        labels = np.array([month_label(x, self._start_year) for x in self.months], object)
        factor = np.array([x.factor for x in self.measures])
        with np.errstate(invalid="ignore", divide="ignore"):
            value = factor[None, :, None] * sums[..., 0] / sums[..., 1]
        return pd.DataFrame(
            {
                "month": np.repeat(np.array(self.months, np.int32), m * g),
                "label": np.repeat(labels, m * g),
                "group_kind": np.tile(kinds, t * m),
                "group": np.tile(names, t * m),
                "measure": np.tile(np.repeat(np.array([x.name for x in self.measures], object), g), t),
                "numerator": sums[..., 0].ravel(),
                "denominator": sums[..., 1].ravel(),
                "value": value.ravel(),
                "unit": np.tile(np.repeat(np.array([x.unit for x in self.measures], object), g), t),
            }
        )


class _Who:
    """Rows of a block who are counted by some measures, in the order of cells, and how many are in each group."""

    def __init__(self, rows: np.ndarray, cell: np.ndarray, age: np.ndarray, groups: int):
        self.rows, self.cell, self.age = rows, cell, age
        start, run = np.empty(rows.size + 1, np.uint32), np.empty(rows.size + 1, np.uint32)
        n = add.runs(cell, start, run)
        self.start, self.run = start[: n + 1], run[:n]
        self.kept: dict[str, np.ndarray] = {}
        self.number = np.zeros(groups, np.int64)
        add.add_counts(self.start, self.run, len(RACE), len(INCOME_BAND), 1, self.number)
        # The usual denominators: everybody once, and everybody for a month.
        self.one, self.month = self.number * int(add.FIXED), self.number * int(np.rint(_MONTH * add.FIXED))

    def add(self, values: Any, sums: np.ndarray) -> int:
        """Add a value of each row, or one for all, to sums by group; position of the first that is no number, or -1."""
        array = np.asarray(values)
        if array.ndim == 0:
            if not np.isfinite(array):
                return 0
            sums += self.number * int(np.rint(float(array) * add.FIXED))
            return -1
        if array.dtype in (np.bool_, np.uint8):
            add.add_whole(array.view(np.uint8), self.start, self.run, len(RACE), len(INCOME_BAND), sums)
            return -1
        if array.dtype not in (np.float32, np.float64):
            array = array.astype(np.float64)
        return add.add_float(array, self.start, self.run, len(RACE), len(INCOME_BAND), sums)


class _Rows(dict[str, np.ndarray]):
    """Columns of a table at the rows of a block, sliced when they are asked for."""

    def __init__(self, columns: Mapping[str, np.ndarray], rows: slice):
        super().__init__()
        self._columns, self._rows = columns, rows

    def __missing__(self, name: str) -> np.ndarray:
        self[name] = values = self._columns[name][self._rows]
        return values


class _View:
    """One block of a table as measures see it: who is present, and columns for those who are counted."""

    def __init__(self, community: Community, draw: Mapping[str, Any], table: str, b: int):
        self._draw, self._person = draw, table == "person"
        self._places = community.neighborhood.columns
        self._n = community.neighborhood.size
        homes = community.household.block(b)
        self._homes = self._own = _Rows(community.household.columns, homes)
        self.first = homes.start
        home = np.arange(homes.stop - homes.start, dtype=np.uint32)
        if self._person:
            people = community.person.block(b)
            self._own = _Rows(community.person.columns, people)
            self.first = people.start
            home = self._own["household"] - np.uint32(homes.start)
        self._home = home
        rows, cell = np.empty(home.size, np.uint32), np.empty(home.size, np.uint32)
        n = add.sort_by_cell(
            self._own["present"], home, self._homes["neighborhood"], self._own["race"], self._homes["income_band"],
            self._n, len(RACE), len(INCOME_BAND), rows, cell,
        )  # fmt: skip
        self._groups = 1 + len(RACE) + len(INCOME_BAND) + self._n
        age = add.take(self._own["age"], rows[:n]) if self._person else np.zeros(n, np.uint16)
        self._known = {(0, _OLDEST): _Who(rows[:n], cell[:n], age, self._groups)}

    def who(self, ages: tuple[int, int | None]) -> _Who:
        """Rows of these ages."""
        low, high = ages[0], _OLDEST if ages[1] is None else ages[1]
        if (low, high) not in self._known:
            # Search among the fewest that are known to hold them all.
            base = min((w for (a, b), w in self._known.items() if a <= low and high <= b), key=lambda w: w.rows.size)
            found = [np.empty(base.rows.size + 1, x.dtype) for x in (base.rows, base.cell, base.age)]
            n = add.of_age(base.rows, base.cell, base.age, low, high, *found)
            rows, cell, age = (x[:n] for x in found)
            self._known[low, high] = _Who(rows, cell, age, self._groups)
        return self._known[low, high]

    def column(self, name: str, who: _Who) -> Any:
        """What an argument of a measure stands for, at these rows."""
        if name in who.kept:
            return who.kept[name]
        head, _, column = name.partition("_")
        if head == "k":
            return self._draw[column.replace("__", ".", 1)]
        if len(head) == 1:
            values = _at(self._own[column], who.rows)
        elif head[1] == "h":
            values = _at(self._homes[column], self._home_of(who))
        else:
            values = _at(self._places[column], self._place_of(who))
        who.kept[name] = values
        return values

    def _home_of(self, who: _Who) -> np.ndarray:
        if "" not in who.kept:
            who.kept[""] = add.take(self._home, who.rows)
        return who.kept[""]

    def _place_of(self, who: _Who) -> np.ndarray:
        if "_" not in who.kept:
            who.kept["_"] = add.take(self._homes["neighborhood"], self._home_of(who))
        return who.kept["_"]


def _at(values: np.ndarray, rows: np.ndarray) -> np.ndarray:
    return add.take(values, rows) if values.ndim == 1 else values[rows]
