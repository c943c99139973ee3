"""The recorder: every measure, every month, by race/ethnicity, income, and neighborhood.

Sums are kept as 64-bit fixed-point numbers, so they do not depend on the order of rows: one thread
or two, small blocks or large, the record is the same to the last bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numba import njit

from hecsim.clock import month_label
from hecsim.columns import INCOME_BAND, RACE
from hecsim.community import Community
from hecsim.errors import InvariantError, UnknownNameError
from hecsim.measures.base import MEASURES, Measure

__all__ = ["GROUP_KINDS", "Recorder", "assign_income_bands"]

GROUP_KINDS = ("all", "race_ethnicity", "income", "neighborhood")
_FIXED = 2.0**20  # a millionth of a unit; sums stay exact up to 8.8e12


@njit(cache=True, nogil=True)
def _scatter(cell, top, bottom, out):
    """Adds numerators and denominators to their cells; returns the first row that is no number, or -1."""
    last = out.shape[1] - 1
    for i in range(cell.size):
        if cell[i] < last:
            a, b = np.float64(top[i]), np.float64(bottom[i])
            if not (np.isfinite(a) and np.isfinite(b)):
                return i
            out[0, cell[i]] += np.int64(np.rint(a * 1048576.0))
            out[1, cell[i]] += np.int64(np.rint(b * 1048576.0))
    return -1


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
    """

    def __init__(self, community: Community, draw: Mapping[str, Any], measures: Iterable[str] | None = None):
        chosen = list(MEASURES) if measures is None else list(measures)
        for name in chosen:
            if name not in MEASURES:
                raise UnknownNameError(name, MEASURES, what="measure")
        self.measures: tuple[Measure, ...] = tuple(MEASURES[n] for n in chosen)
        self._draw = draw
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
        columns = _Columns(community, self._draw)
        cells = {t: self._cells(community, t) for t in ("person", "household")}
        size = self._n * len(RACE) * len(INCOME_BAND) + 1
        out = np.zeros((len(self.measures), 2, size), np.int64)
        for i, m in enumerate(self.measures):
            found = m.function(*(columns[a] for a in m.arguments))
            top, bottom = (found, 0.0) if m.kind == "count" else found
            shape = community.tables[m.table].size
            bad = _scatter(cells[m.table], _column(top, shape), _column(bottom, shape), out[i])
            if bad >= 0:
                raise InvariantError(
                    f"month {community.clock.month}: measure '{m.name}' is not a number in {m.table} row {bad}, "
                    f"from {', '.join(m.arguments)}"
                )
        self.months.append(community.clock.month)
        sums = self._marginals(out[:, :, :-1])
        sums[[m.kind == "count" for m in self.measures], :, 1] = 1.0
        self._sums.append(sums)

    def _cells(self, community: Community, table: str) -> np.ndarray:
        """Row to (neighborhood, race, income) cell; people who are not present go to a last cell of their own."""
        hh = community.household
        rows = community.tables[table]
        inside = rows["present"] == 1
        if table == "person":
            home = np.where(inside, rows["household"], 0).astype(np.int64)
            place, band, race = hh["neighborhood"][home], hh["income_band"][home], rows["race"]
        else:
            place, band, race = hh["neighborhood"], hh["income_band"], hh["race"]
        inside = inside & (place < self._n)
        cell = (place.astype(np.int64) * len(RACE) + race) * len(INCOME_BAND) + band
        return np.where(inside, cell, self._n * len(RACE) * len(INCOME_BAND))

    def _marginals(self, sums: np.ndarray) -> np.ndarray:
        """(measures, 2, cells) to (measures, groups, 2), float64."""
        cube = sums.reshape(len(self.measures), 2, self._n, len(RACE), len(INCOME_BAND))
        parts = [
            cube.sum((2, 3, 4))[:, :, None],
            cube.sum((2, 4)),
            cube.sum((2, 3)),
            cube.sum((3, 4)),
        ]
        return np.concatenate(parts, axis=2).transpose(0, 2, 1) / _FIXED

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


def _column(values: Any, n: int) -> np.ndarray:
    """Whatever a measure returned as an array of n rows, of a type that the loop was compiled for."""
    array = np.asarray(values)
    if array.shape != (n,):
        array = np.full(n, array)
    return array if array.dtype in (np.bool_, np.float32, np.float64) else array.astype(np.float64)


class _Columns:
    """Looks columns up by argument name and keeps what was expanded for the month."""

    def __init__(self, community: Community, draw: Mapping[str, Any]):
        self._c = community
        self._draw = draw
        self._kept: dict[str, Any] = {}
        self._home = np.where(community.person["present"] == 1, community.person["household"], 0).astype(np.int64)
        self._place = np.minimum(community.household["neighborhood"], community.neighborhood.size - 1)

    def __getitem__(self, name: str) -> Any:
        if name not in self._kept:
            self._kept[name] = self._find(name)
        return self._kept[name]

    def _find(self, name: str) -> Any:
        head, _, column = name.partition("_")
        match head:
            case "p":
                return self._c.person[column]
            case "h":
                return self._c.household[column]
            case "ph":
                return self._c.household[column][self._home]
            case "hn":
                return self._c.neighborhood[column][self._place]
            case "pn":
                return self._c.neighborhood[column][self._place[self._home]]
            case _:
                return self._draw[column.replace("__", ".", 1)]
