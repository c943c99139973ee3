"""Delivery: who gets what, when, how many, and who pays, each month before the processes.

The order of a month: the calendar of current law; effects build up or fade; support for laws and reforms
is moved, then what connects families to services; families are found; staff are shared out; places are
offered and taken; every intervention moves its levers; costs are entered. Nothing happens before an
intervention starts, and one with no strength or no reach is as if absent.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from hecsim.collaborative import CollaborativeSpec
from hecsim.collaborative.fund_plan import FundPlan
from hecsim.collaborative.workforce import Request, Workforce
from hecsim.community import Community
from hecsim.engine import Context
from hecsim.errors import ScheduleError, UnknownNameError
from hecsim.interventions.base import Intervention
from hecsim.interventions.calendar import Calendar
from hecsim.interventions.carried import Carried
from hecsim.interventions.doses import Doses, Units, check_scopes, delivered, extent, fading, standing
from hecsim.interventions.frame import Frame
from hecsim.interventions.funding import Funding
from hecsim.interventions.funnel import ENROLLED, LEFT, STAGES, Funnel
from hecsim.interventions.ledger import Ledger
from hecsim.levers import LEVERS, Move

__all__ = ["DELIVERY_LEVERS", "Delivery", "Run", "check_schedule"]

# Levers that delivery reads itself: support before any dose of a law is worked out, the others before
# anybody is found.
SUPPORT = frozenset({"policy_support"})
FUNNEL_LEVERS = frozenset({"found_scale", "handoff_scale", "language_match", "service_bias"})
DELIVERY_LEVERS = SUPPORT | FUNNEL_LEVERS


def check_schedule(interventions: Iterable[Intervention], horizon: int) -> None:
    """Refuse an intervention that would start after the run is over."""
    for iv in interventions:
        if iv.start >= horizon:
            raise ScheduleError(f"{iv.id} ({iv.title.en}) starts in month {iv.start}, but the run ends after {horizon} months")


def _inside(community: Community, places: tuple[str, ...]) -> np.ndarray:
    """Neighborhoods that are named, or lie in towns that are named; all for no names.

    A neighborhood goes by its label ("Northeast (5012.00)"), its city neighborhood ("Northeast") or its
    census code.
    """
    size = community.neighborhood.size
    if not places:
        return np.ones(size, bool)
    names: dict[str, list[int]] = {}
    for column in ("neighborhood", "city_neighborhood", "geoid"):
        for i, n in enumerate(community.labels.get(column, ())):
            names.setdefault(n.lower(), []).append(i)
    towns = {n.lower(): i for i, n in enumerate(community.labels["town"])}
    inside = np.zeros(size, bool)
    for place in places:
        key = place.lower()
        if key in towns:
            inside |= community.neighborhood["town"] == towns[key]
        elif key and key in names:
            inside[names[key]] = True
        else:
            known = [*community.labels["town"], *community.labels["neighborhood"]]
            known += sorted({n for n in community.labels.get("city_neighborhood", ()) if n})
            raise UnknownNameError(place, known, what="neighborhood or town", key="places")
    return inside


def _support(context: Context) -> float:
    """Support of residents for laws and reforms this month, 0 to 1."""
    return float(context.levers.number("policy_support"))


class Run:
    """One intervention under way in one community. Who it serves is remembered in the community's tables."""

    def __init__(self, iv: Intervention, key: str, community: Community, siblings: tuple[str, ...] = ()):
        self.key, self._siblings = key, siblings
        self.iv = iv
        self.inside = _inside(community, iv.places)
        self.area: np.ndarray | None = None
        # What a collaborative decides; without one, all runs as its settings say.
        self.planned, self.held, self.quality = iv.start, False, 1.0

    @property
    def iv(self) -> Intervention:
        """The intervention under its present settings; its funnel follows when they change."""
        return self._iv

    @iv.setter
    def iv(self, iv: Intervention) -> None:
        self._iv = iv
        self.funnel = Funnel(iv, self.key, self._siblings) if iv.delivery == "funnel" else None

    def begin(self, community: Community) -> None:
        """In the first month: settle which neighborhoods it is meant for."""
        if self.area is None:
            self.area = self.inside & self.iv.area(community)

    @property
    def covered(self) -> np.ndarray:
        """Neighborhoods that have it, bool."""
        return self.inside if self.area is None else self.area

    @property
    def power(self) -> float:
        """Share of the full effect that each unit served has."""
        return self.iv.strength * self.iv.fidelity * self.quality

    def running(self, month: int) -> bool:
        """Whether it serves people this month."""
        return self.iv.start <= month and (self.iv.end is None or month < self.iv.end)

    def doses(self, frame: Frame, context: Context, month: int) -> Doses:
        """Doses of this month, worked out as they are asked for."""
        left = fading(self.iv, context.draw, month) * self.power
        reached = extent(self.iv, context.draw, month, _support(context))
        area = (self.covered * np.float32(reached * left)).astype(np.float32)
        return Doses(
            frame, self.key.upper(), area, self.iv.unit,
            full=lambda: self._dose(frame, context, area, reached, left),
            serving=lambda: self._serving(frame, context, month),
            power=self.power,
        )  # fmt: skip

    def _dose(self, frame: Frame, context: Context, area: np.ndarray, reached: float, left: float) -> np.ndarray:
        if self.funnel is not None:
            out = self.funnel.columns(frame.community)[2] * np.float32(self.power)
        elif self.iv.delivery == "sample":
            out = self._takers(frame, context, reached) * np.float32(left)
        else:
            out = area[frame.place[self.iv.unit]] * self.iv.eligible(frame.community, context)
        share = self.iv.yields(frame.community)
        return out if share is None else out * share.astype(np.float32)

    def _takers(self, frame: Frame, context: Context, reached: float) -> np.ndarray:
        """A fixed share of those eligible; the same families first at any reach."""
        return frame.once(self.key, f"takers {reached}", lambda: self._draw_takers(frame, context, reached))

    def _draw_takers(self, frame: Frame, context: Context, reached: float) -> np.ndarray:
        able = self.iv.eligible(frame.community, context) & self.covered[frame.place[self.iv.unit]]
        rows = np.flatnonzero(able)
        keys = frame.community.tables[self.iv.unit]["key"][rows]
        able[rows] = context.uniforms(f"{self.key}.place", 0, keys) < reached
        return able

    def _serving(self, frame: Frame, context: Context, month: int) -> np.ndarray:
        if self.running(month):
            return self.served(frame, context, month)
        return np.zeros(frame.community.tables[self.iv.unit].size, bool)

    def served(self, frame: Frame, context: Context, month: int) -> np.ndarray:
        """Who is in service now, bool over the rows of its unit."""
        if self.funnel is not None:
            return (self.funnel.columns(frame.community)[0] == ENROLLED) & frame.present(self.iv.unit)
        if self.iv.delivery == "sample":
            return self._takers(frame, context, delivered(self.iv, context.draw, month, _support(context)))
        return self.iv.eligible(frame.community, context) & self.covered[frame.place[self.iv.unit]]

    def units(self, frame: Frame, context: Context, month: int) -> Units:
        """What is delivered this month, for the costs; who is served is asked after enrollment."""
        weight = frame.weight[self.iv.unit]
        share = delivered(self.iv, context.draw, month, _support(context))
        if self.iv.delivery == "area":
            weight = weight * share
        return Units(month, 0.0, lambda: self.served(frame, context, month), weight, self.covered, share, frame)


class Delivery:
    """All interventions of an arm, and current law, in one community.

    interventions : what the arm adds to current law
    community : where; names of places are checked against it
    draw : parameter values of the future
    horizon : months of the run
    calendar : False leaves current law at its state of 2025 (for tests)
    funds : what money there is for them; None where every payer pays its share without limit
    comparison : totals of current law in the same future, for outcomes that are paid for
    collaborative : who carries them out; None where each is delivered as its settings say
    """

    def __init__(
        self,
        interventions: Iterable[Intervention],
        community: Community,
        draw: Mapping[str, Any],
        *,
        horizon: int = 120,
        calendar: bool = True,
        funds: FundPlan | None = None,
        comparison: Mapping[str, Any] | None = None,
        collaborative: CollaborativeSpec | None = None,
    ):
        mix = tuple(interventions)
        self.carried = None if collaborative is None else Carried(collaborative, mix, community, draw, horizon)
        self.interventions = mix if self.carried is None else self.carried.mix
        self.draw = draw
        self.horizon = horizon
        self.ledger = Ledger()
        self.support = 0.0  # of the month last carried out, for `status`
        check_schedule(self.interventions, horizon)
        scopes = {name: lever.scope for name, lever in LEVERS.items()}
        self.calendar = Calendar(community, draw) if calendar else None
        pilots = self.calendar.pilots(community) if self.calendar else ()
        named: list[tuple[str, Intervention]] = [(f"m0_{iv.id.lower()}", iv) for iv in pilots]
        for iv in self.interventions:
            check_scopes(iv, scopes)
            if iv.inert:
                continue  # it must not even shift the name, and so the luck, of a second one like it
            number = 1 + sum(other.id == iv.id for _, other in named[len(pilots) :])
            named.append((iv.id.lower() + (f"_{number}" if number > 1 else ""), iv))
        alike = {key: tuple(k for k, o in named if o.id == iv.id and k != key) for key, iv in named}
        self.runs = [Run(iv, key, community, alike[key]) for key, iv in named]
        if funds is not None:
            funds.check(tuple(dict.fromkeys(iv.id for iv in self.interventions)))
        own = self.runs[len(pilots) :]
        for r in own:
            r.held = self.carried is not None
        self.funding = Funding(funds, own, self.ledger, draw, horizon, comparison) if funds is not None else None
        present = {iv.id for iv in self.interventions}
        self.notes = [
            f"{iv.id} works through {', '.join(sorted(missing))}, which this mix does not have"
            for iv in self.interventions
            if (missing := set(iv.needs) - present)
        ]

    def month(self, community: Community, context: Context) -> None:
        """Everything that interventions do in the month that is about to be simulated."""
        month, frame = community.clock.month, Frame(community)
        if self.calendar is not None:
            self.calendar.month(community, context)
        if self.funding is not None:
            self.funding.open(self.runs, context, month)
        if self.carried is not None:
            self.carried.month(community, context, self.runs)
        started = [r for r in self.runs if r.iv.start <= month and not r.held]
        for r in started:
            r.begin(community)
            if r.funnel is not None:
                r.funnel.advance(frame, context, month)
        if self.carried is not None:
            for move in self.carried.moves(community, context, started):
                context.levers.move(move)
        for stage in (SUPPORT, FUNNEL_LEVERS):
            for r in started:
                if r.iv.levers & stage:
                    self._move(context, r, frame, month, stage)
        self.support = _support(context)
        running = [r for r in started if r.running(month)]
        units = {r.key: r.units(frame, context, month) for r in running}
        self._enroll(running, units, frame, context)
        for r in started:
            self._move(context, r, frame, month)
        if self.funding is not None:
            self.funding.month(running)
            for move in self.funding.moves(community, started, month):
                context.levers.move(move)
        for r in running:
            self._pay(r, r.iv.costs(community, context, units[r.key]), month)
        if self.carried is not None:
            for category, amount in self.carried.costs(community, context, frame):
                if self.funding is not None and self.funding.pay_own(self.carried.source, category, amount, month):
                    continue
                payers = self.carried.collaborative.spec.payers
                self.ledger.spend(month, payers, "grants", category, self.carried.source, amount)

    def _move(self, context: Context, r: Run, frame: Frame, month: int, only: frozenset[str] = frozenset()) -> None:
        """Move the levers of one stage of delivery (`only`), or all that processes read."""
        moves = r.iv.moves(frame.community, context, r.doses(frame, context, month))
        for move in moves + ([] if only else self._disappointed(r, frame, month)):
            if (move.lever in only) if only else (move.lever not in DELIVERY_LEVERS):
                context.levers.move(move)

    def _disappointed(self, r: Run, frame: Frame, month: int) -> list[Move]:
        """Clients of a service that is ended while they use it lose trust in services."""
        if r.funnel is None or r.iv.end != month:
            return []
        stage, months, _ = r.funnel.columns(frame.community)
        hurt = (stage == LEFT) & (months == 0) & frame.present(r.iv.unit)
        if r.iv.unit == "person":
            homes = np.zeros(frame.community.household.size, bool)
            homes[frame.home(hurt)] = True
            hurt = homes
        dose = hurt.astype(np.float32) * np.float32(r.power)
        value = float(self.draw["interventions.trust_shock"])
        return [Move("trust_services_add", "add", value, dose, f"{r.key.upper()} ended")]

    def _enroll(self, runs: list[Run], units: Mapping[str, Units], frame: Frame, context: Context) -> None:
        """Find families, share out staff, offer places; enter in `units` how many are newly enrolled."""
        by_pool: dict[str, dict[str, Request]] = defaultdict(dict)
        month, queues = frame.community.clock.month, {}
        funnels = [(r, r.funnel) for r in runs if r.funnel is not None]
        carried = self.carried
        if not funnels and carried is None:
            return  # nobody asks for residents to be counted
        for r, funnel in funnels:
            held = None if carried is None else carried.hold(frame.community, r, runs, context.draw)
            funnel.find(frame, context, month, r.covered, held)
            queues[r.key] = funnel.waiting(frame)
            waiting = float(frame.weight[r.iv.unit][queues[r.key]].sum())
            by_pool[r.iv.pool][r.key] = Request(waiting, funnel.active(frame))
        workforce = Workforce(context.draw, None if carried is None else carried.collaborative.posts)
        residents = float(frame.residents.sum())
        grants: dict[str, float] = {}
        for pool, asked in by_pool.items():
            grants |= workforce.share(pool, residents, asked)
        if carried is not None:
            queued = {name: r.waiting for asked in by_pool.values() for name, r in asked.items()}
            grants = carried.share(grants, queued, context.draw)
        for r, funnel in funnels:
            lift = None if carried is None else carried.lift(frame.community, r.iv, context.draw)
            rows = funnel.offer(frame, context, month, queues[r.key], grants[r.key], lift)
            units[r.key].new = float(frame.weight[r.iv.unit][rows].sum())

    def _pay(self, r: Run, costs: list[Any], month: int) -> None:
        for cost in costs:
            if self.funding is not None and self.funding.covers(r.key) and self.funding.pay(r, cost, month):
                continue
            payers = cost.payers or r.iv.payers
            self.ledger.spend(month, payers, r.iv.instrument, cost.category, r.key.upper(), cost.amount)

    def status(self, community: Community) -> dict[str, dict[str, Any]]:
        """Where every intervention stands, and simulated units per stage of the funnel."""
        month, out = community.clock.month, {}
        for r in self.runs:
            report: dict[str, Any] = {"title": r.iv.title.en, "stands": standing(r.iv, self.draw, month, self.support)}
            reached = delivered(r.iv, self.draw, month, self.support)
            report["reached"] = reached if r.running(month) and not r.held else 0.0
            if r.held and self.carried is not None:
                report["stands"] = self.carried.waits(r)
            if r.funnel is not None and r.funnel.column("stage") in community.tables[r.iv.unit]:
                table = community.tables[r.iv.unit]
                counts = np.bincount(table[r.funnel.column("stage")][table["present"] == 1], minlength=len(STAGES))
                report |= {name: int(counts[i]) for i, name in enumerate(STAGES)}
            out[r.key.upper()] = report
        return out

    def take_over(self, other: Delivery) -> None:
        """Go on where another delivery under the same law stands: what it paid, and where its programs run."""
        self.ledger, self.support = other.ledger.copy(), other.support
        areas = {r.key: r.area for r in other.runs}
        for r in self.runs:
            r.area = areas.get(r.key)

    def copy(self) -> Delivery:
        """An independent copy, for a run that forks."""
        twin = copy.copy(self)
        twin.ledger = self.ledger.copy()
        twin.runs = [copy.copy(r) for r in self.runs]
        twin.carried = self.carried.copy() if self.carried is not None else None
        twin.funding = self.funding.copy(twin.ledger) if self.funding is not None else None
        return twin
