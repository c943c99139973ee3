"""What a study would have written down: numerators and denominators of its participants, by period."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hecsim.clock import MONTHS_PER_YEAR
from hecsim.measures import MEASURES
from hecsim.trials.assign import Registry
from hecsim.trials.expressions import evaluate
from hecsim.trials.schema import Outcome, Trial
from hecsim.trials.view import View

__all__ = ["Cells", "Observer", "periods"]

_PACK = 12  # months kept apart before they are added up, which bounds the memory

Period = tuple[str, int, int]  # name, first month (exclusive), last month (inclusive)


def periods(o: Outcome, trial: Trial) -> list[Period]:
    """The windows of an outcome; a month m stands for (m - 1, m]."""
    apart = trial.design.kind == "series" or o.effect == "slope"
    if o.at_age is not None:
        found: list[Period] = [("after", 0, trial.follow)]
    elif o.over:
        found = [("after", o.over[0], o.over[1])]
    elif apart:
        found = [(str(m), m - 1, m) for m in sorted(o.at)]
    else:
        found = [("after", m - 1, m) for m in sorted(o.at)]
    if o.baseline:
        found.append(("before", o.baseline[0] - 1, o.baseline[1]))
    if o.take == "change":
        found.append(("entry", -1, 0))
    return found


@dataclass
class Cells:
    """Observations of one outcome in one period.

    key : uint64 of each participant; arm : assigned; cluster : unit that was assigned
    y, d : numerator and denominator; group : 0 for `where`, 1 for `against`
    x : regressors, (rows, 1 + covariates)
    """

    key: np.ndarray
    arm: np.ndarray
    cluster: np.ndarray
    y: np.ndarray
    d: np.ndarray
    group: np.ndarray
    x: np.ndarray

    def take(self, rows: np.ndarray) -> Cells:
        """Some rows."""
        return Cells(*(getattr(self, n)[rows] for n in ("key", "arm", "cluster", "y", "d", "group", "x")))

    @property
    def size(self) -> int:
        """Participants."""
        return int(self.key.size)


@dataclass
class _Pile:
    """Rows of many months, added up by participant now and then."""

    how: str
    parts: list[Cells] = field(default_factory=list)

    def add(self, cells: Cells) -> None:
        if cells.size:
            self.parts.append(cells)
        if len(self.parts) > _PACK:
            self.parts = [self.packed()]

    def packed(self) -> Cells:
        if not self.parts:
            nothing = np.zeros(0)
            return Cells(nothing.astype(np.uint64), nothing.astype(np.uint8), nothing.astype(np.int64), nothing, nothing,
                         nothing.astype(np.uint8), np.zeros((0, 1)))  # fmt: skip
        names = ("key", "arm", "cluster", "y", "d", "group", "x")
        whole = Cells(*(np.concatenate([getattr(p, n) for p in self.parts]) for n in names))
        if len(self.parts) == 1:
            return whole
        mixed = whole.key * np.uint64(2) + whole.group.astype(np.uint64)  # one row for each group that someone was in
        _, first, back = np.unique(mixed, return_index=True, return_inverse=True)
        out = whole.take(first)
        if self.how == "any":
            out.y = np.zeros(first.size)
            np.maximum.at(out.y, back, whole.y)
            out.d = np.ones(first.size)
        else:
            out.y = np.bincount(back, whole.y, first.size)
            out.d = np.ones(first.size) if self.how == "sum" else np.bincount(back, whole.d, first.size)
        return out


class Observer:
    """Writes down every outcome of a trial in one world."""

    def __init__(self, trial: Trial, registry: Registry):
        self.trial, self.registry = trial, registry
        self._piles = {(o.name, p[0]): _Pile(o.take) for o in trial.outcome for p in periods(o, trial)}

    def cells(self, outcome: str, period: str) -> Cells:
        """All observations of an outcome in a period."""
        return self._piles[outcome, period].packed()

    def observe(self, view: View, month: int, *, snapshot: bool = False) -> None:
        """Write down the month that has just been lived; a snapshot is taken before anything is done."""
        since = month - self.trial.calendar.before + (0 if snapshot else 1)
        entry = self.registry.entry
        step = 0 if snapshot else 1
        cohort = self.trial.population.follow == "cohort"
        if cohort and not entry.size:
            return
        newest, oldest = (month - int(entry.max()) + step, month - int(entry.min()) + step) if cohort else (since, since)
        for o in self.trial.outcome:
            if not any(newest <= last and oldest > first for _, first, last in periods(o, self.trial)):
                continue  # no participant is in any of its windows
            table = o.of or self.trial.population.unit
            if cohort:
                who = self.registry.rows(view, table)
                entered = np.append(entry, 0)[who]
                lost = np.append(self.registry.lost, 0)[who]
                months = month - entered + step
                here = (who >= 0) & (months <= lost) & ((months == 0) if snapshot else (months > 0))
                if not self.trial.individual:  # what happened in the place before anybody was recruited
                    here &= view.present(table)
            else:
                here, months = self._asked(view, table), np.full(view.size(table), since)
            if not here.any():
                continue
            for name, first, last in periods(o, self.trial):
                inside = here & (months > first) & (months <= last)
                if o.at_age is not None:
                    inside &= view.find("person", "age_months").array == round(o.at_age * MONTHS_PER_YEAR)
                if inside.any():
                    for cells in self._read(o, table, inside, view):
                        self._piles[o.name, name].add(cells)

    def _asked(self, view: View, table: str) -> np.ndarray:
        """Rows that a cross-section asks."""
        unit = self.trial.population.unit
        able = view.present(unit) & (evaluate(self.trial.population.where, view, unit) != 0)
        if table == unit:
            return able
        return view.present("person") & able[view.home]

    def _read(self, o: Outcome, table: str, inside: np.ndarray, view: View) -> Iterator[Cells]:
        top, bottom, factor = self._values(o, table, view)
        for group, text in enumerate((o.where, o.against) if o.against else (o.where,)):
            rows = inside & (evaluate(text, view, table) != 0)
            rows &= np.isfinite(top) & np.isfinite(bottom) & (bottom > 0)
            at = np.flatnonzero(rows)
            if not at.size:
                continue
            x = np.ones((at.size, 1))
            if o.exposure:
                texts = (o.exposure, *o.covariates)
                x = np.column_stack([evaluate(text, view, table)[at].astype(float) for text in texts])
            arm, cluster = self._assigned(view, table, at)
            if o.across in ("neighborhood", "town") and o.exposure:
                cluster = view.row(table, o.across)[at]
            elif o.across == "household" and o.exposure:
                cluster = view.row(table, "household")[at]
            y, d = top[at] * factor, bottom[at]
            if o.take in ("any", "sum"):
                y, d = (y > 0).astype(float) * factor if o.take == "any" else y, np.ones(at.size)
            yield Cells(view.keys(table)[at], arm, cluster, y, d, np.full(at.size, group, np.uint8), x)

    def _assigned(self, view: View, table: str, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Arm and cluster: of the participant, or of the place where a cross-section finds people now."""
        r = self.registry
        if self.trial.population.follow == "cohort":
            who = r.rows(view, table)[at]
            return r.arm[who], r.cluster[who]
        own = (view.keys(table)[at] >> np.uint64(1)).astype(np.int64)
        if r.place_arm is None or r.place_cluster is None:
            who = evaluate(self.trial.design.where, view, table)[at] != 0 if self.trial.design.where else np.zeros(at.size)
            return who.astype(np.uint8), own
        hood = view.row(table, "neighborhood")[at]
        return r.place_arm[hood], own if self.trial.design.assign == "place" else r.place_cluster[hood]

    def _values(self, o: Outcome, table: str, view: View) -> tuple[np.ndarray, np.ndarray, float]:
        if not o.measure:
            y = evaluate(o.value, view, table).astype(float)
            return y, evaluate(o.per, view, table).astype(float), o.factor
        m = MEASURES[o.measure]
        found = m.function(*(_argument(a, view) for a in m.arguments))
        usual = 1.0 / MONTHS_PER_YEAR if m.kind == "flow" else 1.0  # the same as the recorder's
        top, bottom = found if isinstance(found, tuple) else (found, usual)
        size = view.size(m.table)
        y, d = (np.broadcast_to(np.asarray(v, float), (size,)) for v in (top, bottom))
        if m.table == "person" and m.ages != (0, None):
            low, high = m.ages
            age = np.asarray(_argument("p_age", view))
            counted = (age >= low) & (age < (np.inf if high is None else high))
            y, d = y * counted, d * counted
        if m.table != table:
            y, d = y[view.home], d[view.home]
        return y, d, m.factor


def _argument(name: str, view: View) -> Any:
    """An argument of a measure, by its name; see `hecsim.measures.base`."""
    head, _, column = name.partition("_")
    match head:
        case "p":
            return view.community.person[column]
        case "h":
            return view.community.household[column]
        case "ph":
            return view.community.household[column][view.home]
        case "hn":
            return view.community.neighborhood[column][view.row("household", "neighborhood")]
        case "pn":
            return view.community.neighborhood[column][view.row("person", "neighborhood")]
        case _:
            return view.draw[column.replace("__", ".", 1)]
