"""Who takes part, in which arm, since when: decided by luck keyed on the unit, so that it never shifts."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from hecsim import luck
from hecsim.trials.expressions import evaluate
from hecsim.trials.schema import Trial
from hecsim.trials.view import View

__all__ = ["NEVER", "Registry", "lots"]

NEVER = 1 << 30  # later than any month


def lots(trial: Trial, seed: int, what: str, keys: np.ndarray) -> np.ndarray:
    """Uniform numbers of a trial's own lots, one per key."""
    return luck.uniforms(seed=seed, decision=f"trial.{trial.id}.{what}", month=0, keys=keys)


def _cuts(trial: Trial) -> np.ndarray:
    """Upper ends of the arms' shares, treated ones in order."""
    given = [a.share for a in trial.treated]
    open_ = sum(s is None for s in given)
    rest = max(0.0, trial.design.share - sum(s or 0.0 for s in given))
    return np.cumsum([rest / open_ if s is None else s for s in given])


@dataclass
class Registry:
    """Participants of one world; the same persons in every world of a future, by their keys.

    treats : False in the world in which everybody gets the control arm
    keys : uint64, sorted; arm : assigned; takes : whether they take what is offered
    entry : month of the run in which each entered; lost : months of follow-up after which they are lost
    cluster : number of the place that was assigned, or the person's own position
    place_arm : arm of every neighborhood, where places are assigned
    """

    trial: Trial
    seed: int
    treats: bool
    keys: np.ndarray = field(default_factory=lambda: np.zeros(0, np.uint64))
    arm: np.ndarray = field(default_factory=lambda: np.zeros(0, np.uint8))
    takes: np.ndarray = field(default_factory=lambda: np.zeros(0, bool))
    entry: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    lost: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    cluster: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    place_arm: np.ndarray | None = None
    place_cluster: np.ndarray | None = None

    # -- assignment --------------------------------------------------------------------------------

    def assign_places(self, view: View) -> None:
        """Settle once which neighborhoods are treated, where places are assigned."""
        t, n = self.trial, view.size("neighborhood")
        kind = t.design.assign
        if kind == "place":
            self.place_arm = np.full(n, 1 if t.treated else 0, np.uint8)
            self.place_cluster = np.zeros(n, np.int64)
        elif kind in ("neighborhood", "town"):
            size = view.size(kind)
            used = np.bincount(view.row("person", kind)[view.present("person")], minlength=size) > 0
            arm = np.zeros(size, np.uint8)
            if t.design.where:
                arm[evaluate(t.design.where, view, kind) != 0] = 1
            else:
                units = np.flatnonzero(used)
                order = units[np.argsort(lots(t, self.seed, "assign", view.keys(kind)[units]), kind="stable")]
                first = 0
                for number, cut in enumerate(_cuts(t), 1):
                    last = round(float(cut) * units.size)
                    arm[order[first:last]] = number
                    first = last
            rows = view.row("neighborhood", kind)
            self.place_arm, self.place_cluster = arm[rows], rows

    def enter(self, view: View, month: int) -> np.ndarray:
        """Recruit those who are eligible and not yet known; their keys."""
        t, unit = self.trial, self.trial.population.unit
        able = view.present(unit) & (evaluate(t.population.where, view, unit) != 0)
        rows = np.flatnonzero(able)
        rows = rows[self.index(view.keys(unit)[rows]) < 0]
        keys = view.keys(unit)[rows]
        if t.population.recruited < 1:
            taken = lots(t, self.seed, "recruit", keys) < t.population.recruited
            rows, keys = rows[taken], keys[taken]
        if not rows.size:
            return keys
        arm, cluster = self._arms(view, rows, keys)
        # In the world without treatment all are offered what controls are.
        takes = self._takes(view, rows, keys, arm if self.treats else np.zeros_like(arm))
        lost = np.full(rows.size, NEVER)
        if t.population.attrition > 0:
            u = lots(t, self.seed, "attrition", keys) / t.population.attrition
            lost = np.where(u < 1, (u * t.follow).astype(np.int64), NEVER)
        order = np.argsort(np.concatenate([self.keys, keys]), kind="stable")
        for name, new in (("keys", keys), ("arm", arm), ("takes", takes), ("entry", np.full(rows.size, month)),
                          ("lost", lost), ("cluster", cluster)):  # fmt: skip
            setattr(self, name, np.concatenate([getattr(self, name), new])[order])
        return keys

    def _arms(self, view: View, rows: np.ndarray, keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        t, unit = self.trial, self.trial.population.unit
        own = (keys >> np.uint64(1)).astype(np.int64)
        if self.place_arm is not None and self.place_cluster is not None:
            at = view.row(unit, "neighborhood")[rows]
            places = own if t.design.assign == "place" else self.place_cluster[at]
            return self.place_arm[at], places
        if t.design.where:
            return (evaluate(t.design.where, view, unit)[rows] != 0).astype(np.uint8), own
        u = lots(t, self.seed, "assign", keys)
        arm = np.zeros(rows.size, np.uint8)
        for number, cut in reversed(list(enumerate(_cuts(t), 1))):
            arm[u < cut] = number
        return arm, own

    def _takes(self, view: View, rows: np.ndarray, keys: np.ndarray, arm: np.ndarray) -> np.ndarray:
        """Whether each takes what its arm offers; controls "take" the control arm unless they cross over."""
        t, unit = self.trial, self.trial.population.unit
        u = lots(t, self.seed, "take_up", keys)
        takes = np.ones(rows.size, bool)
        for number, a in enumerate((t.control, *t.treated)):
            share = 1.0 - t.design.crossover if number == 0 and t.design.crossover else a.take_up  # crossing over is not taking
            able = evaluate(a.take_up_where, view, unit)[rows] != 0 if a.take_up_where else True
            takes = np.where(arm == number, (u < share) & able, takes)
        return takes

    # -- looking up --------------------------------------------------------------------------------

    def index(self, keys: np.ndarray) -> np.ndarray:
        """Position of each key among the participants, -1 for others."""
        if not self.keys.size:
            return np.full(keys.size, -1)
        at = np.minimum(np.searchsorted(self.keys, keys), self.keys.size - 1)
        return np.where(self.keys[at] == keys, at, -1)

    def rows(self, view: View, table: str) -> np.ndarray:
        """Participant of each row of persons or households, -1 for none; persons stand for their home too."""
        unit = self.trial.population.unit
        at = np.where(view.present(unit), self.index(view.keys(unit)), -1)
        if table == unit:
            return at
        if unit == "household":
            return np.where(view.present("person"), at[view.home], -1)
        out = np.full(view.size("household"), -1)
        found = np.flatnonzero(at >= 0)
        out[view.home[found]] = at[found]  # of several in one home, any one: they share what its home gets
        return out

    def treatment(self) -> np.ndarray:
        """Arm whose treatment each participant really gets; -1 for none."""
        assigned = self.arm.astype(np.int64) if self.treats else np.zeros(self.arm.size, np.int64)
        gets = np.where(self.takes, assigned, -1)
        if self.trial.design.crossover:
            gets = np.where((self.arm == 0) & ~self.takes, 1, np.where((self.arm > 0) & ~self.treats, 0, gets))
        return gets
