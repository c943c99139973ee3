"""The recorder: every measure, every month, by race/ethnicity, income, and neighborhood.

Sums are kept as 64-bit fixed-point numbers, so they do not depend on the order of rows: one thread
or two, small blocks or large, the record is the same to the last bit. Rows are read block by block, as
the month is lived (`reader`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from hecsim.clock import month_label
from hecsim.columns import INCOME_BAND, RACE
from hecsim.community import Community
from hecsim.errors import UnknownNameError
from hecsim.lanes import Lanes
from hecsim.measures.base import MEASURES, Measure
from hecsim.measures.reader import BlockReader, Found

__all__ = ["GROUP_KINDS", "Recorder", "assign_income_bands"]

GROUP_KINDS = ("all", "race_ethnicity", "income", "neighborhood")


def assign_income_bands(community: Community) -> None:
    """Set every household's income band from its present income; done once, when a run begins."""
    ratio = community.household["poverty_ratio"]
    community.household["income_band"][:] = np.digitize(ratio, (1.0, 2.0, 4.0)).astype(np.uint8)


class _Packed:
    """Sums of a month (measures, groups, 2) in a third of the room, to the last bit.

    Every denominator is held once, of which many measures share the same, and rows that 32 bits hold exactly, as they do
    counts of persons, are held so.
    """

    def __init__(self, sums: np.ndarray):
        found: dict[bytes, int] = {}
        rows = np.ascontiguousarray(sums[..., 1])
        self.which = np.array([found.setdefault(row.tobytes(), len(found)) for row in rows], np.int64)
        self.tops = _halved(sums[..., 0])
        self.bottoms = _halved(np.frombuffer(b"".join(found), sums.dtype).reshape(len(found), sums.shape[1]))

    def into(self, out: np.ndarray) -> None:
        """Write the sums of the month as they were."""
        out[..., 0] = _whole(*self.tops)
        np.take(_whole(*self.bottoms), self.which, axis=0, out=out[..., 1])

    def one(self, measure: int, group: int) -> tuple[float, float]:
        """Numerator and denominator of one measure in one group."""
        return float(_whole(*self.tops)[measure, group]), float(_whole(*self.bottoms)[self.which[measure], group])


def _halved(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which rows 32 bits hold exactly; those; the others."""
    short = rows.astype(np.float32)
    exact = (short == rows).all(axis=1)
    return exact, short[exact], rows[~exact]


def _whole(exact: np.ndarray, short: np.ndarray, long: np.ndarray) -> np.ndarray:
    rows = np.empty((exact.size, short.shape[1]))
    rows[exact], rows[~exact] = short, long
    return rows


class Recorder:
    """Keeps numerators and denominators by month and group.

    Parameters
    ----------
    community : gives the number of neighborhoods and their names
    draw : parameters that observation models use
    measures : names to keep; all by default
    plain : ask every measure's function instead of the compiled passes
    """

    def __init__(
        self, community: Community, draw: Mapping[str, Any], measures: Iterable[str] | None = None, *, plain: bool = False
    ):
        chosen = list(MEASURES) if measures is None else list(measures)
        for name in chosen:
            if name not in MEASURES:
                raise UnknownNameError(name, MEASURES, what="measure")
        self.measures: tuple[Measure, ...] = tuple(MEASURES[n] for n in chosen)
        self._position = {m.name: i for i, m in enumerate(self.measures)}
        self.groups: list[tuple[str, str]] = [
            ("all", "all"),
            *(("race_ethnicity", r) for r in RACE),
            *(("income", b) for b in INCOME_BAND),
            *(("neighborhood", n) for n in community.labels["neighborhood"]),
        ]
        self._start_year = community.clock.start_year
        self._reader = BlockReader(self.measures, community.neighborhood.size, draw, plain=plain)
        self._lanes = [self._reader.nothing()]
        # Asked where a sum of the passes is no number, or too large for them: it is exact, or names the row.
        self._functions = BlockReader(self.measures, community.neighborhood.size, draw, plain=True)
        self.months: list[int] = []
        self._sums: list[_Packed] = []

    def observe(self, community: Community, context: Any = None) -> None:
        """Record the present month, several blocks at a time where `context` has threads for them."""
        lanes = Lanes() if context is None else context.lanes
        while len(self._lanes) < min(lanes.number, community.n_blocks):
            self._lanes.append(self._reader.nothing())
        out = self._read(community, self._reader, self._lanes, lanes)
        if out is None:
            out = self._read(community, self._functions, [self._functions.nothing()], Lanes())
        self.months.append(community.clock.month)
        self._sums.append(_Packed(out))

    @staticmethod
    def _read(community: Community, reader: BlockReader, found: list[Found], lanes: Lanes) -> Any:
        parts = iter([(table, b) for b in range(community.n_blocks) for table in ("person", "household")])

        def work(lane: int) -> Found:
            found[lane].clear()
            for table, b in parts:  # whichever lane is free takes the next
                reader.read(community, table, b, found[lane])
            return found[lane]

        first, *others = lanes.run(work, len(found))
        for other in others:
            first.add(other)
        return reader.totals(first)

    def take_over(self, other: Recorder) -> None:
        """Begin with what another recorder of the same measures and places has seen."""
        self.months, self._sums = list(other.months), list(other._sums)

    @property
    def array(self) -> np.ndarray:
        """All sums so far, float64, shape (months, measures, groups, 2): numerator and denominator."""
        return self._from(slice(None))

    def _from(self, months: slice) -> np.ndarray:
        """Sums of some of the months."""
        chosen = self._sums[months]
        out = np.empty((len(chosen), len(self.measures), len(self.groups), 2))
        for month, packed in zip(out, chosen, strict=True):
            packed.into(month)
        return out

    def latest(self, name: str) -> float:
        """The last month's community-wide value of a measure."""
        if name not in self._position:
            raise UnknownNameError(name, self._position, what="measure")
        if not self._sums:
            return float("nan")
        i = self._position[name]
        top, bottom = self._sums[-1].one(i, 0)
        return self.measures[i].factor * top / bottom if bottom else float("nan")

    def frame(self, months: slice = slice(None)) -> pd.DataFrame:
        """Long table: month, label, group_kind, group, measure, numerator, denominator, value, unit.

        months : which of those recorded; of a state one month alone is a hundred thousand rows
        """
        sums = self._from(months)
        t, m, g, _ = sums.shape
        kinds = np.array([k for k, _ in self.groups], object)
        names = np.array([n for _, n in self.groups], object)
        recorded = self.months[months]
        labels = np.array([month_label(x, self._start_year) for x in recorded], object)
        factor = np.array([x.factor for x in self.measures])
        with np.errstate(invalid="ignore", divide="ignore"):
            value = factor[None, :, None] * sums[..., 0] / sums[..., 1]
        return pd.DataFrame(
            {
                "month": np.repeat(np.array(recorded, np.int32), m * g),
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
