"""How a collaborative carries the interventions of an arm: which may run, how well, with whose staff, in what order.

`Carried` stands between `Delivery` and a `Collaborative`. Without a collaborative there is none, and delivery is as
the settings of each intervention say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from hecsim.collaborative import Collaborative, CollaborativeSpec, host_of
from hecsim.collaborative.advocacy import LAW_STAGES
from hecsim.collaborative.organizations import carry
from hecsim.collaborative.run import SOURCE
from hecsim.columns import MOTIVE
from hecsim.community import Community
from hecsim.engine import Context
from hecsim.interventions.base import Intervention
from hecsim.interventions.catalogue import find
from hecsim.interventions.frame import Frame
from hecsim.interventions.funnel import ENROLLED, NEVER, WAITING
from hecsim.levers import Move

if TYPE_CHECKING:
    from hecsim.interventions.delivery import Run

__all__ = ["Carried"]

_NEEDS = "CDC 1"  # strategy of economic support: what meets basic needs
_MOTIVES = {"child": "child's future", "weight": "health", _NEEDS: "housing"}  # aim or strategy to what moves people


class Carried:
    """A collaborative and the runs that it carries.

    spec : settings of the collaborative
    mix : interventions of the arm; `self.mix` is the same with those that the collaborative brings
    """

    def __init__(
        self, spec: CollaborativeSpec, mix: Sequence[Intervention], community: Community, draw: Mapping[str, Any], horizon: int
    ):
        self.collaborative = Collaborative(spec, community, draw)
        present = {iv.id for iv in mix}
        start = min(spec.start, horizon - 1)
        brought = [
            find(name)(start=start, **self._settings(name, settings, spec, community, draw))
            for name, settings in self.collaborative.brings().items()
            if name not in present
        ]
        self.mix = (*mix, *brought)
        self.brought = tuple(iv.id for iv in brought)

    @staticmethod
    def _settings(
        name: str, settings: Mapping[str, Any], spec: CollaborativeSpec, community: Community, draw: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Settings of what it brings, with the reach that its ambassadors have in this community."""
        out = {**settings, "payers": spec.payers}
        if name == "G17":
            homes = Frame(community).weight["household"].sum()
            out["reach"] = float(min(1.0, spec.ambassadors * float(draw["interventions.g17_households"]) / max(homes, 1.0)))
        return out

    def copy(self) -> Carried:
        """An independent copy, for a run that forks."""
        twin = object.__new__(Carried)
        twin.collaborative, twin.mix, twin.brought = self.collaborative.copy(), self.mix, self.brought
        return twin

    # -- before anything is delivered ------------------------------------------------------------------

    def month(self, community: Community, context: Context, runs: Sequence[Run]) -> None:
        """Live the collaborative's month, then hold, release and weigh what it carries."""
        month, c, frame = community.clock.month, self.collaborative, Frame(community)
        own = [r for r in runs if not r.key.startswith("m0_")]
        carry(community, self._families(own, frame), _mean_scale(community))
        laws = [(r.iv.id, r.planned) for r in own if c.presses(r.iv.id, r.iv.law)]
        c.month(community, context, laws, float(frame.residents.sum()))
        c.look_at_hub([r.iv.id for r in own], context.draw)
        ended = c.progress.name == "ended"
        for r in own:
            iv = r.iv
            if ended and iv.kind != "policy" and not r.held and iv.start < month and (iv.end is None or iv.end > month):
                r.iv = replace(iv, end=month)  # its money is gone: the service ends, and costs trust
            elif r.held and c.open(iv.id, iv.kind, iv.law, r.planned, month, context.draw):
                self._release(r, month)
            r.quality = c.quality(iv.id, iv.kind, iv.law, iv.pool, context.draw)

    @staticmethod
    def _release(r: Run, month: int) -> None:
        """From now on it runs; one whose end has passed meanwhile never does."""
        if r.iv.end is None or r.iv.end > month:
            r.iv, r.held = (replace(r.iv, start=month) if r.iv.start < month else r.iv), False

    def _families(self, runs: Iterable[Run], frame: Frame) -> dict[str, float]:
        """Real families in service by kind of organization that carries them."""
        out: dict[str, float] = {}
        for r in runs:
            if r.funnel is not None and r.funnel.column("stage") in frame.community.tables[r.iv.unit]:
                kind = host_of(r.iv.id, r.iv.pool)
                out[kind] = out.get(kind, 0.0) + r.funnel.active(frame)
        return out

    def moves(self, community: Community, context: Context, runs: Sequence[Run]) -> list[Move]:
        """Levers that the collaborative moves itself this month."""
        return self.collaborative.moves(community, context.draw, self._known(community, runs))

    def _known(self, community: Community, runs: Sequence[Run]) -> np.ndarray | None:
        if not self.collaborative.spec.no_wrong_door:
            return None
        known = np.zeros(community.household.size, bool)
        for r in runs:
            if r.funnel is not None and not r.held:
                known |= _homes(community, r, lambda stage: (stage == WAITING) | (stage == ENROLLED))
        return known

    # -- while families are found, and staff and places shared out ----------------------------------------

    def hold(self, community: Community, r: Run, runs: Sequence[Run], draw: Mapping[str, Any]) -> np.ndarray | None:
        """Households that are not asked about this program yet, by the order of offers; None for nobody."""
        order = self.collaborative.spec.offers
        first = _NEEDS in r.iv.strategy
        if order == "together" or first == (order == "needs first"):
            return None
        others = [o for o in runs if o.funnel is not None and not o.held and (_NEEDS in o.iv.strategy) != first]
        if not others:
            return None
        h = community.household
        if order == "goals first":  # asked about needs when it is not busy with a goal
            busy = np.zeros(h.size, bool)
            for o in others:
                busy |= _homes(community, o, lambda stage: (stage == WAITING) | (stage == ENROLLED))
            return busy
        met = np.zeros(h.size, bool)
        for o in others:
            met |= _homes(community, o, lambda stage: stage > WAITING)
        return (h["hardship"] >= float(draw["collaborative.needs_hardship"])) & ~met

    def lift(self, community: Community, iv: Intervention, draw: Mapping[str, Any]) -> np.ndarray:
        """Multiplier of consent of each household: fit to what residents asked for, and to what moves a family."""
        c, h = self.collaborative, community.household
        fit = 1.0 + float(draw["collaborative.fit_gain"]) * c.lift()
        out = np.full(h.size, fit)
        if c.spec.ask_motives and c.progress.working:
            out *= 1.0 + float(draw["collaborative.motive_gain"]) * motive(community, iv)
        return out

    def share(self, grants: Mapping[str, float], waiting: Mapping[str, float], draw: Mapping[str, Any]) -> dict[str, float]:
        """What staff allow, less what waits for the hub's intake."""
        wanted = {name: min(grants[name], waiting[name]) for name in grants}
        passed = self.collaborative.through_hub(sum(wanted.values()), draw)
        return dict(grants) if passed >= 1.0 else {name: value * passed for name, value in wanted.items()}

    def costs(self, community: Community, context: Context, frame: Frame) -> list[tuple[str, float]]:
        """The collaborative's own costs of this month."""
        return self.collaborative.costs(community, context.draw, community.clock.month, frame.weight["household"])

    def waits(self, r: Run) -> str:
        """What an intervention that may not run yet is waiting for, in words."""
        c = self.collaborative
        if c.presses(r.iv.id, r.iv.law):
            return LAW_STAGES[c.laws[r.iv.id].stage] if r.iv.id in c.laws else LAW_STAGES[0]
        return f"waits for the collaborative ({c.progress.name})"

    @property
    def source(self) -> str:
        """Its name in the ledger."""
        return SOURCE


def motive(community: Community, iv: Intervention) -> np.ndarray:
    """Households with an adult moved by what an intervention aims at: the child's future, health, or housing; bool."""
    codes = [MOTIVE.index(word) for aim, word in _MOTIVES.items() if aim in iv.aims or aim in iv.strategy]
    p, out = community.person, np.zeros(community.household.size, bool)
    moved = (p["present"] == 1) & np.isin(p["motive"], codes)
    out[p["household"][moved].astype(np.int64)] = True
    return out


def _homes(community: Community, r: Run, test: Any) -> np.ndarray:
    """Households with somebody at a stage of a program, bool."""
    table = community.tables[r.iv.unit]
    out = np.zeros(community.household.size, bool)
    column = f"iv_{r.key}_stage"
    if column not in table:
        return out
    stage = table[column]
    rows = np.flatnonzero(test(stage) & (stage != NEVER) & (table["present"] == 1))
    out[rows if r.iv.unit == "household" else table["household"][rows].astype(np.int64)] = True
    return out


def _mean_scale(community: Community) -> float:
    return float(community.neighborhood["scale"].astype(float).mean())
