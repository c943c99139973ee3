"""`Collaborative`: a collaborative that lives month by month beside the community it serves.

It holds the state (stage, organizations, residents, laws, data, doors), moves the levers of delivery, and says of
each intervention of the mix whether it may run and how well. It never writes an outcome: what families are found,
offered and helped follows from delivery, and what becomes of them from the model.

>>> from hecsim.collaborative import Collaborative, CollaborativeSpec
>>> from hecsim.testing import toy_community
>>> from hecsim import evidence
>>> c = Collaborative(CollaborativeSpec(hub=True), toy_community(50), evidence.draw(None))
>>> c.brings()
{'S01': {}}
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from hecsim.clock import MONTHS_PER_YEAR, monthly_decay
from hecsim.collaborative import advocacy, employers, governance, graph, lifecycle, organizations, services
from hecsim.collaborative.advocacy import LAW_STAGES, Law
from hecsim.collaborative.roles import SIMULATED, host_of, kinds_of, roles
from hecsim.collaborative.spec import STAGES as STAGE_NAMES
from hecsim.collaborative.spec import CollaborativeSpec
from hecsim.columns import ORGANIZATION
from hecsim.community import Community
from hecsim.engine import Context
from hecsim.levers import Move

__all__ = ["SOURCE", "Collaborative"]

SOURCE = "HEC"  # as it stands in the ledger and in the lever book
_PLANNING = STAGE_NAMES.index("planning")
_INNER = frozenset({"S10", "S11"})  # what a collaborative does inside its own organizations
_HUB = frozenset({"S01", "S09"})


class Collaborative:
    """One collaborative in one community.

    spec : its settings
    community : where; its organization table gets the columns `co_*` when the collaborative begins
    draw : parameter values of the future

    Attributes
    ----------
    progress : stage of the life cycle
    laws : id to `Law`, for the laws that it presses for
    organized : stock of organized residents, 0 to 1
    department : three scores 0 to 1: inside, with communities, alongside government
    fresh : share of the shared list that is right
    absent : kinds of partner that the place does not have
    history : one mapping a month, for tables and reports
    """

    def __init__(self, spec: CollaborativeSpec, community: Community, draw: Mapping[str, Any]):
        self.spec = spec
        self.progress = lifecycle.Progress(STAGE_NAMES.index(spec.stage), 0.0, spec.start)
        self.laws: dict[str, Law] = {}
        self.organized = 0.0
        self.department = dict.fromkeys(("inside", "with communities", "alongside"), 0.0)
        self.fresh, self.data = 0.0, 0.0
        self.absent: list[str] = []
        self.history: list[dict[str, Any]] = []
        self.awards_due = 0.0
        self.begun = False
        self.engaged: dict[str, float] = {}
        self.hub_works, self.hops, self.waiting_at_hub = 0.0, 0.0, 0.0
        self.government = governance.assess(spec, draw, other_language=_other_language(community))

    def copy(self) -> Collaborative:
        """An independent copy, for a run that forks."""
        return copy.deepcopy(self)

    # -- what it brings ------------------------------------------------------------------------------

    def brings(self) -> dict[str, dict[str, Any]]:
        """Interventions of the catalogue that it carries out itself, with settings; added to a mix without them."""
        s = self.spec
        out: dict[str, dict[str, Any]] = {}
        if s.hub:
            out["S01"] = {}
        if s.database != "none":
            out["S09"] = {"upkeep": s.upkeep}
        if s.reform:
            out["S10"] = {}
        if s.data_navigators:
            out["S11"] = {}
        if s.ambassadors:
            out["G17"] = {"paid": s.ambassadors_paid}
        if s.organizers:
            out["G19"] = {}
        if s.awards:
            out["N03"] = {}
        return out

    def presses(self, identifier: str, law: bool) -> bool:
        """Whether this law waits for its advocacy."""
        return law and identifier not in _INNER and (not self.spec.agenda or identifier in self.spec.agenda)

    # -- a month -------------------------------------------------------------------------------------

    def month(self, community: Community, context: Context, laws: Iterable[tuple[str, int]], residents: float) -> None:
        """Live one month: stage, partners, residents, laws, data.

        laws : id and planned start of the laws of the mix
        residents : real residents
        """
        month, draw, s = community.clock.month, context.draw, self.spec
        if month < s.start or self.progress.stage == lifecycle.ENDED:
            return
        if not self.begun:
            self.absent, self.begun = organizations.join(community, s, draw), True
        if s.end is not None and month >= s.end:
            self.progress = lifecycle.Progress(lifecycle.ENDED, 0.0, month)
            employers.withdraw(community)
            self._note(community, month)
            return
        g = self.government
        left = organizations.live(
            community, s, context, month, dominance=g.dominance, latency=g.latency, working=self.progress.working
        )
        self.data = organizations.learn(community, s, draw)
        self._partners(community, left)
        speed = lifecycle.pace(latency=g.latency, follow=g.follow_through, backbone=self._backbone(community), draw=draw)
        self.progress = lifecycle.advance(self.progress, month, speed, g.setup, draw)
        self._departments(draw)
        for name, start in laws:
            self.laws.setdefault(name, Law(began=max(start, month)))
        won = self._press(month, context)
        self.organized = advocacy.organized_next(self.organized, s.organizers, residents, len(won), draw)
        if self.progress.working:
            self.fresh = services.freshness_next(self.fresh, s, draw) if self.fresh else float(s.database != "none")
            self.awards_due += s.awards / MONTHS_PER_YEAR / max(_scale(community), 1.0)
            self.awards_due = employers.recognize(community, s, self.awards_due)
        self._note(community, month)

    def _partners(self, community: Community, left: list[int]) -> None:
        """Engagement by kind, and the partner graph; worked out anew when somebody left."""
        o, rows = organizations.table_of(community), organizations.members(community)
        kinds = o["kind"][rows].astype(np.int64)
        engaged = o["co_engaged"][rows].astype(float)
        count = np.bincount(kinds, minlength=len(ORGANIZATION))
        total = np.bincount(kinds, weights=engaged, minlength=len(ORGANIZATION))
        self.engaged = {ORGANIZATION[k]: float(total[k] / count[k]) for k in np.flatnonzero(count)}
        if left or not self.hops:
            backbone = rows[o["co_role"][rows] == organizations.BACKBONE]
            lead = int(backbone[0]) if backbone.size else None
            self.hops = graph.travel(graph.partner_graph(community, list(rows), lead, hub=self.spec.hub))

    def _backbone(self, community: Community) -> float:
        o, rows = organizations.table_of(community), organizations.members(community)
        lead = rows[o["co_role"][rows] == organizations.BACKBONE]
        return float(o["co_engaged"][lead[0]]) if lead.size else 0.0

    def _departments(self, draw: Mapping[str, Any]) -> None:
        """Three capacities of the health department, each drawn to what its effort can hold."""
        s, g = self.spec, self.government
        rate = 1.0 - monthly_decay(float(draw["collaborative.department_half_life"]))
        full = float(draw["collaborative.department_posts"])
        aims = {
            "inside": min(1.0, s.reform / full),
            "with communities": g.residents,
            "alongside": min(1.0, s.reform / full) * self.engaged.get("health department", 0.0),
        }
        for name, aim in aims.items():
            self.department[name] += rate * (aim - self.department[name])

    def _press(self, month: int, context: Context) -> list[str]:
        inside = 0.5 * (self.department["inside"] + self.department["alongside"])
        outside = advocacy.outside_effort(self.spec, self.organized, context.draw)
        return advocacy.press(self.laws, month, advocacy.pressure(inside, outside, context.draw), context)

    # -- what it does to delivery --------------------------------------------------------------------

    def open(self, identifier: str, kind: str, law: bool, start: int, month: int, draw: Mapping[str, Any]) -> bool:
        """Whether an intervention may run this month."""
        if self.presses(identifier, law):
            return self.begun and identifier in self.laws and self.laws[identifier].enacted
        if month < start or (kind == "policy" and identifier not in _INNER):
            return month >= start  # the state's own programs do not wait for a local group
        if not self.begun or self.progress.stage == lifecycle.ENDED:
            return False
        if identifier in _INNER or identifier in _HUB:
            return self.progress.stage >= _PLANNING
        if self.spec.sequence == "within first" and not self._ready_within(draw):
            return False
        return self.progress.working

    def _ready_within(self, draw: Mapping[str, Any]) -> bool:
        """Whether enough of the inner capacity in reach is built; at once where nobody works on it."""
        aim = min(1.0, self.spec.reform / float(draw["collaborative.department_posts"]))
        return self.department["inside"] >= float(draw["collaborative.ready_within"]) * aim

    def quality(self, identifier: str, kind: str, law: bool, pool: str, draw: Mapping[str, Any]) -> float:
        """Factor on the effect of an intervention that it carries; 1 for what is not its own."""
        if kind == "policy":
            return 1.0
        s, host = self.spec, host_of(identifier, pool)
        match identifier:
            case "S01":
                return self.hub_works * float(self.progress.working)
            case "S09":
                return float(self.progress.working) * float(np.mean(list(self.engaged.values()) or [0.0]))
            case "S11" if not self.progress.working:
                return 0.0
            case "S10":
                return self.department["inside"] if s.reform else 1.0
            case "G19":
                return self.organized if s.organizers else 1.0
        parts = [self.engaged.get(host, 0.0), self.engaged.get(s.backbone, 0.0), self.data, self.department["inside"]]
        weights = np.asarray(draw["collaborative.fidelity_weights"], float)
        support = float((weights * parts).sum() / weights.sum())
        return 1.0 - float(draw["collaborative.fidelity_gap"]) * (1.0 - support)

    def intake(self, draw: Mapping[str, Any]) -> float:
        """Real families that the hub can take in a month; without end where there is no hub."""
        if not self.spec.hub or not self.progress.working:
            return float("inf")
        base, each = float(draw["collaborative.hub_base"]), float(draw["collaborative.intakes"])
        return base + each * self.spec.hub_staff

    def through_hub(self, wanted: float, draw: Mapping[str, Any]) -> float:
        """Share of the offers wanted this month that can be made: what comes through the hub waits for its intake."""
        room = self.intake(draw)
        by_hub = float(draw["collaborative.hub_share"]) * wanted
        if by_hub <= 0 or np.isinf(room):
            self.waiting_at_hub = 0.0
            return 1.0
        passed = min(by_hub, room)
        self.waiting_at_hub = by_hub - passed
        return (wanted - by_hub + passed) / wanted

    def look_at_hub(self, interventions: Iterable[str], draw: Mapping[str, Any]) -> None:
        """How well the hub connects: spokes that are there and engaged, and hand-offs that a referral travels."""
        lead = [kinds_of(roles()[i].lead) for i in interventions if i in roles()]
        there = [max((self.engaged.get(k, 0.0) for k in kinds), default=0.0) for kinds in lead]
        spokes = float(np.mean(there)) if there else 0.0
        near = min(1.0, float(draw["collaborative.hub_hops"]) / self.hops) if self.hops else 0.0
        self.hub_works = spokes * near if self.spec.hub else 0.0

    def posts(self, pool: str) -> float:
        """Posts that it adds to a pool of staff while it works."""
        return dict(self.spec.staff).get(pool, 0.0) if self.progress.working else 0.0

    def lift(self) -> float:
        """How far services fit what residents asked for: their influence, while it works."""
        return self.government.residents if self.progress.working else 0.0

    def moves(self, community: Community, draw: Mapping[str, Any], known: np.ndarray | None) -> list[Move]:
        """Levers that it moves itself this month; none before it works.

        known : households known to some service, bool
        """
        if not self.progress.working:
            return []
        s, g = self.spec, self.government
        doors = {}
        for door in s.entry_points:
            kinds = services.DOOR_KINDS.get(door)
            doors[door] = max((self.engaged.get(k, 0.0) for k in kinds), default=0.0) if kinds else 1.0
        out = services.moves(community, s, draw, doors, known if s.no_wrong_door else None, SOURCE)
        out += employers.moves(community, s, draw, SOURCE)
        out.append(Move("trust_community_add", "add", float(draw["collaborative.trust_residents"]), g.residents, SOURCE))
        out.append(Move("trust_services_add", "add", float(draw["collaborative.trust_kept"]), g.follow_through, SOURCE))
        late = self._late(community.clock.month, draw)
        if late:
            out.append(Move("trust_services_add", "add", float(draw["collaborative.trust_late"]), late, f"{SOURCE} late laws"))
        watch = self.department["alongside"] * float(bool(self.laws))
        if watch:
            out.append(Move("policy_support", "add", float(draw["collaborative.monitoring"]), watch, SOURCE))
        return out

    def _late(self, month: int, draw: Mapping[str, Any]) -> float:
        """Share of the laws on the agenda that are overdue."""
        patience = float(draw["collaborative.patience"])
        overdue = [not law.enacted and month - law.began > patience for law in self.laws.values()]
        return float(np.mean(overdue)) if overdue else 0.0

    def missing(self, interventions: Iterable[str]) -> dict[str, list[str]]:
        """Kinds of organization that the mix needs and that are not at the table, with what they would lead."""
        here = {k for k in self.spec.partners if SIMULATED.get(k, k) not in self.absent}
        return graph.missing_kinds(here, interventions)

    # -- money and words -----------------------------------------------------------------------------

    def costs(self, community: Community, draw: Mapping[str, Any], month: int, weight: np.ndarray) -> list[tuple[str, float]]:
        """Its own costs of a month, by category, beside those of the interventions that it carries out.

        weight : real households of each household row
        """
        if not self.begun or self.progress.stage == lifecycle.ENDED:
            return []
        yearly = governance.yearly_costs(self.spec, draw, other_language=_other_language(community))
        out = [("setup", yearly.pop("setup"))] if month == self.spec.start and self.spec.stage == "forming" else []
        later = ("hub staff", "employer plans", "recruiting")
        for name, amount in yearly.items():
            if name != "setup" and (self.progress.working or name not in later):
                out.append((name, governance.monthly(amount)))
        if self.spec.hiring_credit and self.progress.working:
            out.append(("hiring credits", self.spec.hiring_credit * employers.new_hires(community, weight)))
        return [(name, amount) for name, amount in out if amount]

    def _note(self, community: Community, month: int) -> None:
        o, rows = organizations.table_of(community), organizations.members(community)
        self.history.append({
            "month": month, "stage": self.progress.name, "partners": int(rows.size),
            "engaged": float(o["co_engaged"][rows].mean()) if rows.size else 0.0,
            "overloaded": int((o["co_load"][rows] > 1).sum()), "residents_influence": self.government.residents,
            "organized": self.organized, "data": self.data, "fresh": self.fresh, "hub": self.hub_works,
            "waiting_at_hub": self.waiting_at_hub, "recognized": int(community.business["recognized"].sum()),
            **{f"department {k}": v for k, v in self.department.items()},
            "laws": {name: LAW_STAGES[law.stage] for name, law in self.laws.items()},
        })  # fmt: skip

    def frame(self) -> Any:
        """`history` as a pandas DataFrame, one column a law with its stage."""
        import pandas as pd

        rows = [{**{k: v for k, v in h.items() if k != "laws"}, **h["laws"]} for h in self.history]
        return pd.DataFrame(rows)

    def status(self) -> dict[str, Any]:
        """Where it stands, in words and numbers."""
        g = self.government
        last = self.history[-1] if self.history else {}
        return {
            "name": self.spec.name, "stage": self.progress.name, "since": self.progress.since, "absent": self.absent,
            "months_per_decision": g.latency, "follow_through": g.follow_through, "attendance": g.attendance,
            "residents_influence": g.residents, "dominance": g.dominance, **last,
        }  # fmt: skip


def _other_language(community: Community) -> float:
    h = community.household
    here = h["present"] == 1
    return float((h["language"][here] > 0).mean()) if here.any() else 0.0


def _scale(community: Community) -> float:
    return float(community.neighborhood["scale"].astype(float).mean())
