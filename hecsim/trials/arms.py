"""What each arm gets: levers moved, columns written, households moved, interventions limited to their arm."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import numpy as np

from hecsim import luck
from hecsim.community import Community
from hecsim.engine import Context
from hecsim.errors import RunError
from hecsim.interventions import Delivery, Intervention
from hecsim.interventions.delivery import Run
from hecsim.interventions.funnel import ENROLLED
from hecsim.levers import LEVERS, Move
from hecsim.processes.settle_place import shift_set_points
from hecsim.trials.assign import Registry, lots
from hecsim.trials.expressions import evaluate
from hecsim.trials.schema import Trial
from hecsim.trials.treatments import Arm, LeverChange, Setting
from hecsim.trials.view import View

__all__ = ["EVERYBODY", "ArmDelivery", "Limits", "Reach", "apply_once", "limited", "numbered"]

EVERYBODY = -1  # number of the background, which all are in
_NOBODY_ELSE = 1e-9  # reach of a program whose clients are those assigned: it must not be zero, and finds nobody


def numbered(trial: Trial) -> list[tuple[int, Arm]]:
    """The background, the control and the treated arms with their numbers."""
    return [(EVERYBODY, trial.background.as_arm()), *enumerate((trial.control, *trial.treated))]


class Reach:
    """Who gets the treatment of which arm this month, at the rows of any table, and for how long."""

    def __init__(self, registry: Registry, view: View, month: int):
        self.registry, self.view, self.month = registry, view, month
        self.trial: Trial = registry.trial
        self._kept: dict[Any, np.ndarray] = {}

    def mask(self, table: str, arm: int) -> np.ndarray:
        """Rows that get the treatment of an arm, bool."""
        if (table, arm) not in self._kept:
            everybody = self.view.present(table)
            self._kept[table, arm] = everybody if arm == EVERYBODY else self._mask(table, arm) & everybody
        return self._kept[table, arm]

    def _mask(self, table: str, arm: int) -> np.ndarray:
        view, r = self.view, self.registry
        if self.trial.individual or r.place_arm is None:
            gets = np.append(r.treatment(), -1)
            unit = self.trial.population.unit
            own = gets[r.rows(view, unit)] == arm
            if table == unit:
                return own
            if unit == "household":
                return own[view.home]
            return np.bincount(view.home[own], minlength=view.size("household")) > 0
        if self.month < self.trial.calendar.before:
            return np.zeros(view.size(table), bool)
        place = (r.place_arm if r.treats else np.zeros_like(r.place_arm)) == arm
        if table == "neighborhood":
            return place
        at = place[view.row(table, "neighborhood")]
        chosen = (self.trial.control, *self.trial.treated)[arm]
        if table == "business" or (chosen.take_up >= 1 and not chosen.take_up_where):
            return at
        takes = lots(self.trial, r.seed, "take_up", view.keys("household")) < chosen.take_up
        if chosen.take_up_where:
            unit = self.trial.population.unit
            able = evaluate(chosen.take_up_where, view, unit) != 0
            takes &= able if unit == "household" else np.bincount(view.home[able], minlength=takes.size) > 0
        return at & (takes if table == "household" else takes[view.home])

    def since(self, table: str, arm: int) -> np.ndarray | int:
        """Months since entry (0 in the first), since month 0 where places are assigned, or of the run for everybody."""
        if arm == EVERYBODY:
            return self.month
        if not self.trial.individual:
            return self.month - self.trial.calendar.before
        entry = np.append(self.registry.entry, self.month + 1)
        return self.month - entry[self.registry.rows(self.view, table)]


def _who(view: View, who: str) -> np.ndarray | bool:
    p = view.community.person
    match who:
        case "caregivers":
            return (p["role"] <= 1) & (view.community.household["children"][view.home] > 0)
        case "children":
            return p["age"] < 216
        case "adults":
            return p["age"] >= 216
        case _:
            return True


def lever_move(change: LeverChange, arm: Arm, number: int, reach: Reach) -> Move | None:
    """The move of a lever this month, or None where nobody is reached."""
    view, source = reach.view, f"trial: {arm.name}"
    if change.scope == "global":
        treats = number == EVERYBODY or reach.registry.treats == (number > 0)
        share = float(_window(np.asarray(reach.since("place", number)), change))
        return Move(change.name, change.operation, change.amount, share, source) if treats and share else None
    table = change.scope
    mask = reach.mask(table, number)
    if table == "person":
        mask = mask & _who(view, change.who)
    if change.where:
        mask = mask & (evaluate(change.where, view, table) != 0)
    dose = np.where(mask, _window(np.asarray(reach.since(table, number)), change), 0.0)
    if change.times:
        dose = dose * np.nan_to_num(evaluate(change.times, view, table).astype(float))
    if not dose.any():
        return None
    return Move(change.name, change.operation, change.amount, dose.astype(np.float32), source)


def _window(since: np.ndarray, change: LeverChange) -> np.ndarray:
    """Share of full size by months since entry."""
    inside = (since >= change.start) & (since >= 0 if change.start >= 0 else True)
    if change.stop is not None:
        inside = inside & (since < change.stop)
    grown = np.clip((since - change.start + 1) / change.ramp, 0.0, 1.0) if change.ramp else 1.0
    return inside * grown


# -- interventions ------------------------------------------------------------------------------------


class Limits:
    """What the interventions of a world need to know this month; renewed by `ArmDelivery`."""

    reach: Reach | None = None


def limited(iv: Intervention, arm: int, limits: Limits, trial: Trial) -> Intervention:
    """The same intervention for one arm alone: only its rows are eligible, and only they feel it.

    Those who are assigned one by one are enrolled by the trial, so nobody else is found and the trial
    brings its own staff.
    """
    base: Any = type(iv)

    def mask(table: str) -> np.ndarray:
        if limits.reach is None:
            raise RunError(f"{iv.id} was asked whom it serves before the month began")
        return limits.reach.mask(table, arm)

    def eligible(self: Any, community: Community, context: Context) -> np.ndarray:
        own = mask(self.unit)
        return own if trial.individual else own & base.eligible(self, community, context)

    def area(self: Any, community: Community) -> np.ndarray:
        inside = base.area(self, community)
        return inside if trial.individual else inside & mask("neighborhood")

    def moves(self: Any, community: Community, context: Context, doses: Any) -> list[Move]:
        out = []
        for m in base.moves(self, community, context, doses):
            scope = LEVERS[m.lever].scope
            if scope in ("person", "household") and trial.individual:
                dose = np.ones(community.tables[scope].size, np.float32) if m.dose is None else m.dose
                m = replace(m, dose=(dose * mask(scope)).astype(np.float32))
            out.append(m)
        return out

    body: dict[str, Any] = {"eligible": eligible, "area": area, "moves": moves, "__module__": base.__module__,
                            "trial_arm": arm}  # fmt: skip
    if trial.individual:
        body["pool"] = ""
    twin = copy.copy(iv)
    object.__setattr__(twin, "__class__", type(base.__name__, (base,), body))
    shift = trial.calendar.before
    object.__setattr__(twin, "start", iv.start + shift)
    if iv.end is not None:
        object.__setattr__(twin, "end", iv.end + shift)
    if trial.individual:
        object.__setattr__(twin, "reach", _NOBODY_ELSE if iv.delivery == "funnel" else 1.0)
    return twin


class ArmDelivery:
    """Stands in for the model's delivery: the same month, plus what the arms of a trial get."""

    def __init__(self, inner: Delivery, registry: Registry, limits: Limits):
        self.inner, self.registry, self.limits = inner, registry, limits
        self.arms = numbered(registry.trial)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def month(self, community: Community, context: Context) -> None:
        """Everything that current law, interventions and direct changes do this month."""
        view = View(community, context.draw, context.levers, self.registry.seed)
        month = community.clock.month
        reach = self.limits.reach = Reach(self.registry, view, month)
        if self.registry.trial.individual:
            for run in self.inner.runs:
                if run.funnel is not None and hasattr(run.iv, "trial_arm"):
                    self._enroll(run, reach, community)
        self.inner.month(community, context)
        for number, arm in self.arms:
            for change in arm.lever:
                move = lever_move(change, arm, number, reach)
                if move is not None:
                    context.levers.move(move)

    def _enroll(self, run: Run, reach: Reach, community: Community) -> None:
        """Those who entered this month and take what they are offered begin at once."""
        iv: Any = run.iv
        funnel = run.funnel
        assert funnel is not None
        stage, months, dose = funnel.columns(community)
        new = reach.mask(iv.unit, iv.trial_arm) & (
            reach.since(iv.unit, iv.trial_arm) == iv.start - self.registry.trial.calendar.before
        )
        new &= stage != ENROLLED
        stage[new], months[new] = ENROLLED, 0
        if iv.number(self.inner.draw, "lag", 0.0) == 0:
            dose[new] = 1.0


# -- written once ---------------------------------------------------------------------------------------


def apply_once(registry: Registry, community: Community, view: View, month: int) -> None:
    """Write the columns and move the households whose month has come, before the month is lived."""
    reach = Reach(registry, view, month)
    for number, arm in numbered(registry.trial):
        for n, setting in enumerate(arm.set):
            mask = _due(reach, setting.table, number, setting.month, setting.where)
            _write(setting, _drawn(registry, view, setting.table, mask, setting.share, f"set {number} {n}"), community, view)
        for n, move in enumerate(arm.move):
            mask = _due(reach, "household", number, move.month, move.where)
            rows = _drawn(registry, view, "household", mask, move.share, f"move {number} {n}")
            _resettle(move, rows, registry, community, view)


def _due(reach: Reach, table: str, arm: int, month: int, where: str) -> np.ndarray:
    mask = reach.mask(table, arm) & (np.asarray(reach.since(table, arm)) == month)
    return mask & (evaluate(where, reach.view, table) != 0) if mask.any() and where else mask


def _drawn(registry: Registry, view: View, table: str, mask: np.ndarray, share: float, what: str) -> np.ndarray:
    rows = np.flatnonzero(mask)
    return rows if share >= 1 else rows[lots(registry.trial, registry.seed, what, view.keys(table)[rows]) < share]


def _write(setting: Setting, rows: np.ndarray, community: Community, view: View) -> None:
    if not rows.size:
        return
    column = community.tables[setting.table][setting.column]
    text = setting.set if setting.set is not None else setting.add
    values = _setting_values(str(text), setting, view)[rows]
    if setting.add is not None:
        values = column[rows].astype(float) + values
    if not np.isfinite(values).all():
        raise RunError(f"'{text}' has no value in {int((~np.isfinite(values)).sum())} rows of {setting.table}.{setting.column}")
    if column.dtype.kind in "ui":
        info = np.iinfo(column.dtype)
        values = np.clip(np.rint(values), info.min, info.max)
    column[rows] = values.astype(column.dtype)


def _setting_values(text: str, setting: Setting, view: View) -> np.ndarray:
    """A new value: a label of a coded column, or an expression."""
    codes = view.community.tables[setting.table].schema[setting.column].codes
    plain = text.strip().strip("\"'")
    if plain in codes:
        return np.full(view.size(setting.table), float(codes.index(plain)))
    return evaluate(text, view, setting.table).astype(float)


def _resettle(move: Any, rows: np.ndarray, registry: Registry, community: Community, view: View) -> None:
    """Give households homes in other neighborhoods, by lot and by the number of people there."""
    if not rows.size:
        return
    hood, household = community.neighborhood, community.household
    people = np.bincount(view.row("person", "neighborhood")[view.present("person")], minlength=hood.size)
    fits = np.flatnonzero((evaluate(move.to, view, "neighborhood") != 0) & (people > 0))
    if not fits.size:
        raise RunError(f"no neighborhood of {community.name} is as the move asks: {move.to}")
    u = luck.uniforms(seed=registry.seed, decision="trial.move.where", month=0, keys=household["key"][rows])
    edges = np.cumsum(people[fits]) / people[fits].sum()
    to = fits[np.minimum(np.searchsorted(edges, u, side="right"), fits.size - 1)]
    if move.rent == "market":
        level = (hood["fmr"] * hood["rent_level"]).astype(float)
        household["rent"][rows] *= level[to] / np.maximum(level[household["neighborhood"][rows].astype(np.int64)], 1.0)
    old, disadvantage, change = household["neighborhood"][rows], hood["disadvantage"].astype(float), np.zeros(household.size)
    change[rows] = disadvantage[to] - disadvantage[old]
    people = np.flatnonzero(view.present("person") & (change[view.home] != 0))
    shift_set_points(community.person, people, change[view.home[people]], float(view.draw["weight.disadvantage"]))
    household["neighborhood"][rows] = to
    household["moved"][rows] = 0
