"""From settings and time to doses: the ramp of a law or campaign, and doses at any lever's rows.

A dose is 0 where nothing is done and 1 for the full published effect. Over time an area
intervention has

    extent(m) = reach x compliance x min(1, (m - lag - implementation - start + 1) / ramp),

stays at its last extent once it has ended, and fades from there by its half-life, or stops.

What is enacted is not yet delivered. Support among residents (the lever `policy_support`, 0 to 1) closes
that share of the gap in compliance and shortens the wait for implementation by as much.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from hecsim.clock import MONTHS_PER_YEAR
from hecsim.errors import ScenarioError
from hecsim.interventions.base import Intervention
from hecsim.interventions.frame import Frame
from hecsim.interventions.who import of_home

__all__ = ["Doses", "Units", "built", "delivered", "extent", "fading", "ramp", "standing"]


def ramp(iv: Intervention, month: float) -> float:
    """Share of full scale in a month, 0 before the start, 1 from the end of the ramp on."""
    if month < iv.start:
        return 0.0
    return 1.0 if iv.ramp == 0 else float(min(1.0, (month - iv.start + 1) / iv.ramp))


def _wait(iv: Intervention, draw: Mapping[str, Any], support: float) -> float:
    """Months from the start of a law or reform to its being carried out."""
    return iv.number(draw, "implementation", float(draw["interventions.law_implementation"])) * (1 - support)


def delivered(iv: Intervention, draw: Mapping[str, Any], month: float, support: float = 0.0) -> float:
    """Share of those eligible that is reached in a month while it runs: reach, compliance and ramp."""
    if iv.law:
        comply = iv.number(draw, "compliance", float(draw["interventions.law_compliance"]))
        comply += support * (1.0 - comply)
        return iv.reach * comply * ramp(iv, month - _wait(iv, draw, support))
    return iv.reach * ramp(iv, month)


def extent(iv: Intervention, draw: Mapping[str, Any], month: int, support: float = 0.0) -> float:
    """Share reached as the effects feel it: after the lag, and held at its last level after the end."""
    last = month - iv.number(draw, "lag", 0.0)
    return delivered(iv, draw, last if iv.end is None else min(last, iv.end - 1), support)


def built(iv: Intervention, draw: Mapping[str, Any], month: int) -> float:
    """Share of the whole that is newly carried out in a month, for costs that fall once."""
    return max(0.0, delivered(iv, draw, month) - delivered(iv, draw, month - 1))


def fading(iv: Intervention, draw: Mapping[str, Any], month: int) -> float:
    """What is left of the effect after the end: 1 before, then halving, or 0 where nothing lasts."""
    if iv.end is None or month < iv.end:
        return 1.0
    half_life = iv.number(draw, "fade", 0.0)
    return 0.5 ** ((month - iv.end + 1) / half_life) if half_life > 0 else 0.0


def standing(iv: Intervention, draw: Mapping[str, Any], month: int, support: float = 0.0) -> str:
    """Where it stands, such as "enacted" for a law that is not carried out yet, or "growing"."""
    if iv.end is not None and month >= iv.end:
        return "ended"
    if month < iv.start:
        return "drafted" if iv.law else "planned"
    if not iv.law:
        return "running" if ramp(iv, month) >= 1 else "growing"
    grown = ramp(iv, month - _wait(iv, draw, support))
    return "enacted" if grown == 0 else "implemented" if grown < 1 else "complied with"


@dataclass
class Units:
    """What was delivered in a month, from which costs follow. Counts are at the scale of the real place.

    month : month of the run
    new : real units newly enrolled
    who : function that gives who is served, bool over the rows of the unit's table
    weight : real units per row; in an area intervention, times the share reached
    inside : neighborhoods that have it, bool
    share : share reached this month (reach, compliance, ramp), without the lag
    frame : the month's frame
    """

    month: int
    new: float
    who: Callable[[], np.ndarray]
    weight: np.ndarray
    inside: np.ndarray
    share: float
    frame: Frame

    @cached_property
    def served(self) -> np.ndarray:
        """Who is served, bool over the rows of the unit's table."""
        return self.who()

    @property
    def residents(self) -> float:
        """Real residents in the places."""
        return float(self.frame.residents[self.inside].sum())

    def count(self, per: str) -> float:
        """Units by price: months served, starts, and twelfths of a year, of residents and of areas."""
        match per:
            case "month":
                return self.total()
            case "start":
                return self.new
            case "year":
                return 1.0 / MONTHS_PER_YEAR
            case "resident":
                return self.residents * self.share / MONTHS_PER_YEAR
            case _:
                return float(self.inside.sum()) * self.share / MONTHS_PER_YEAR

    def covers(self, table: str) -> np.ndarray:
        """Rows of a table that lie in its places, bool."""
        return self.inside[self.frame.place[table]]

    def total(self, values: np.ndarray | float = 1.0, rows: np.ndarray | None = None) -> float:
        """Weighted sum of a value per row over those served (or over `rows`, a mask)."""
        return float(np.sum(self.weight * values, where=self.served if rows is None else rows))


@dataclass
class Doses:
    """Doses of one intervention this month, at the rows of any lever.

    source : who moves, for the lever book
    area : dose by neighborhood, float32
    unit : table whom it serves
    full : function that gives the dose of each row of `unit`, float32
    serving : function that gives who is in service now, bool
    """

    frame: Frame
    source: str
    area: np.ndarray
    unit: str
    full: Callable[[], np.ndarray]
    serving: Callable[[], np.ndarray]
    power: float = 1.0
    _made: dict[Any, Any] = field(default_factory=dict)

    def at(self, scope: str, who: str = "all", *, while_served: bool = False) -> Any:
        """The dose at a lever's rows: one number for a global lever, else a float32 array."""
        wanted = (scope, who, while_served)
        if wanted not in self._made:
            self._made[wanted] = self._at(scope, who, while_served)
        return self._made[wanted]

    def _at(self, scope: str, who: str, while_served: bool) -> Any:
        if scope == "global":
            return float(self.area.max(initial=0.0))
        if scope == "neighborhood":
            return self.area
        if scope == "business" or who == "area":
            return self.area[self.frame.place[scope]]
        own = self._own(while_served)
        if scope == self.unit:
            out = own
        elif scope == "person":
            out = of_home(self.frame.community, own)
        else:
            out = np.zeros(self.frame.community.household.size, np.float32)
            rows = np.flatnonzero(own)
            np.maximum.at(out, self.frame.home(rows), own[rows])
        if scope == "person" and who in ("caregivers", "children", "adults"):
            out = out * self.frame.mask(who)
        return out

    def _own(self, while_served: bool) -> np.ndarray:
        key = ("own", while_served)
        if key not in self._made:
            dose = self.serving().astype(np.float32) * np.float32(self.power) if while_served else self.full()
            self._made[key] = dose.astype(np.float32, copy=False)
        return self._made[key]


def check_scopes(iv: Intervention, scopes: Mapping[str, str]) -> None:
    """Refuse an intervention limited to places that moves a lever which is one number for everybody."""
    if not iv.places:
        return
    for lever in sorted(iv.levers):
        if scopes[lever] == "global":
            raise ScenarioError(
                f"{iv.id} changes '{lever}', which is the same everywhere", key="places",
                hint="Leave places empty: a law of the state holds for all",
            )  # fmt: skip
