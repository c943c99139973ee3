"""What an intervention is: a product (whom it may serve, which levers it moves) and its settings.

An intervention is a frozen dataclass. Class attributes say what it is; fields are what a planner
may set. It never writes an outcome: it moves levers, enrolls and spends, and the model does the rest.
How it reaches people is in `hecsim.interventions.delivery`.

Numbers of the world are evidence parameters, found by name: for the intervention with id "G03"

    interventions.g03_<effect>        value of an effect (a multiplier, an addition)
    interventions.g03_lag             months until the full effect
    interventions.g03_fade            half-life in months of the effect after service ends (none: it stops)
    interventions.g03_found           probability/month that an eligible family is found
    interventions.g03_consent         share of those offered a place who take it
    interventions.g03_months          length of service (none: as long as eligible)
    interventions.g03_dropout         probability/month of leaving before the end
    interventions.g03_implementation  months between the start of a law and its being carried out
    interventions.g03_compliance      share of a law that is carried out
    interventions.g03_cost_<per>      dollars per month served, start, year, resident-year or area-year

>>> from hecsim.interventions import NurseVisits
>>> NurseVisits(reach=0.7).title.en
'Newborn nurse visits for every family'
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple, dataclass_transform

import numpy as np

from hecsim.errors import ScenarioError, UnknownNameError
from hecsim.evidence import parameters
from hecsim.interventions.settings import Payers, Setting, schema, setting, validate
from hecsim.levers import LEVERS, Move

if TYPE_CHECKING:
    from hecsim.community import Community
    from hecsim.engine import Context
    from hecsim.interventions.doses import Doses, Units

__all__ = ["Cost", "Effect", "Intervention", "Words", "intervention"]

Kind = Literal["system", "policy", "program", "norm"]
INSTRUMENTS = (
    "grants", "braided funds", "wellness trust", "social investment", "tax credits", "shared savings",
    "pay for success", "outcomes rate card", "multi-payer arrangement",
)  # fmt: skip
Who = Literal["all", "caregivers", "children", "adults", "area"]


class Words(NamedTuple):
    """The same text in English and Spanish."""

    en: str
    es: str


@dataclass(frozen=True, slots=True)
class Effect:
    """One lever that an intervention moves.

    lever, operation : what is moved, and how ("add", "scale" or "set")
    parameter : evidence name of the value, without its room ("g03_abuse")
    field : or the intervention's own field that holds the value
    who : which residents of a served household feel a person's lever; "area" means everybody in the places
    while_served : the effect holds only during service and neither waits for the lag nor fades
    """

    lever: str
    operation: Literal["add", "scale", "set"]
    parameter: str = ""
    field: str = ""
    who: Who = "all"
    while_served: bool = False


@dataclass(frozen=True, slots=True)
class Cost:
    """Dollars of one month at the scale of the real place; negative for revenue.

    payers : shares by payer; None for those of the intervention
    """

    category: str
    amount: float
    payers: Payers | None = None


@dataclass_transform(frozen_default=True, kw_only_default=True)
def intervention(cls: type) -> Any:
    """Class decorator: a frozen dataclass with keyword-only fields."""
    return dataclass(frozen=True, kw_only=True)(cls)


@cache
def _full_name(iv: str, name: str) -> str:
    return f"interventions.{iv.lower()}_{name}"


@intervention
class Intervention:
    """Base of all interventions; see the module's text. Override what differs.

    delivery : "funnel" enrolls families or persons one by one; "area" acts on all in its places;
        "sample" acts on a fixed share (`reach`) of those eligible, without a queue
    unit : "household" or "person", whom a funnel or sample serves
    pool : kind of staff whose number bounds how many can be served at a time, "" if none
    trust : household column that multiplies consent
    repeat : whether someone who has been served may be served again
    law : whether it must be implemented and complied with after it is enacted
    more_levers : levers that `moves` moves beside those of `effects`
    """

    id: ClassVar[str] = ""
    kind: ClassVar[Kind]
    title: ClassVar[Words]
    sentence: ClassVar[Words]
    verb: ClassVar[str] = "new"
    aims: ClassVar[tuple[str, ...]] = ()
    actor: ClassVar[str] = ""
    needs: ClassVar[tuple[str, ...]] = ()
    strategy: ClassVar[tuple[str, ...]] = ()
    connecticut: ClassVar[str] = ""
    grade: ClassVar[str] = "D"
    delivery: ClassVar[Literal["funnel", "area", "sample"]] = "area"
    unit: ClassVar[Literal["household", "person"]] = "household"
    pool: ClassVar[str] = ""
    trust: ClassVar[str] = "trust_services"
    repeat: ClassVar[bool] = False
    law: ClassVar[bool] = False
    effects: ClassVar[tuple[Effect, ...]] = ()
    more_levers: ClassVar[tuple[str, ...]] = ()

    reach: float = setting(
        1.0,
        unit="share",
        low=0,
        high=1,
        help="share of those eligible who are served in the end, at full ramp",
    )
    start: int = setting(12, unit="month", low=0, help="month in which it starts; month 0 is the first January")
    end: int | None = setting(None, unit="month", low=1, help="month in which it stops, if it does")
    ramp: int = setting(12, unit="month", low=0, high=240, help="months from the start to full scale")
    strength: float = setting(1.0, unit="share", low=0, high=1, help="share of the published effect that it has here")
    fidelity: float = setting(1.0, unit="share", low=0, high=1, help="how faithfully it is carried out")
    places: tuple[str, ...] = setting((), unit="name", help="neighborhoods or towns that have it; empty for all")
    payers: Payers = setting((("state", 1.0),), unit="share", help="who pays, as shares that sum to one")
    instrument: str = setting("grants", unit="name", options=INSTRUMENTS, help="how the money comes")

    def __post_init__(self) -> None:
        for s in schema(type(self)):
            object.__setattr__(self, s.name, validate(s, getattr(self, s.name)))
        if self.end is not None and self.end <= self.start:
            raise ScenarioError(f"must come after the start (month {self.start}), not {self.end}", key="end")

    # -- settings -------------------------------------------------------------------------------

    @classmethod
    def settings(cls) -> tuple[Setting, ...]:
        """Name, type, default, unit, range and help of every field."""
        return schema(cls)

    @classmethod
    def from_mapping(cls, data: Mapping[str, Any], *, file: Any = None) -> Any:
        """An instance from a mapping of settings, as read from a file; unknown keys are errors."""
        known = {s.name: s for s in schema(cls)}
        values = {}
        for key, value in data.items():
            if key == "id":
                continue
            if key not in known:
                raise UnknownNameError(key, known, what=f"setting of {cls.id}", file=file, key=key)
            values[key] = validate(known[key], value, file)
        try:
            return cls(**values)
        except ScenarioError as problem:
            if problem.file is None and file is not None:
                raise ScenarioError(str(problem), file=file) from None
            raise

    def to_mapping(self) -> dict[str, Any]:
        """The id and every setting that differs from its default."""
        out: dict[str, Any] = {"id": self.id}
        for f in fields(self):
            value = getattr(self, f.name)
            if value != f.default:
                out[f.name] = dict(value) if f.name == "payers" else list(value) if isinstance(value, tuple) else value
        return out

    # -- evidence -------------------------------------------------------------------------------

    @classmethod
    def parameter(cls, name: str) -> str:
        """Full name of one of its parameters: parameter('lag') is 'interventions.g03_lag'."""
        return _full_name(cls.id, name)

    @classmethod
    def evidence(cls) -> tuple[str, ...]:
        """Full names of all parameters of its own, alphabetically."""
        prefix = cls.parameter("")
        return tuple(sorted(n for n in parameters.load() if n.startswith(prefix)))

    def number(self, draw: Mapping[str, Any], name: str, default: float | None = None) -> float:
        """One of its parameters from a draw, or the default where there is none."""
        full = self.parameter(name)
        if full in draw:
            return float(draw[full])
        if default is None:
            raise UnknownNameError(full, draw, what="parameter")
        return default

    def plan(self) -> tuple[Effect, ...]:
        """The effects under the present settings."""
        return self.effects

    @property
    def levers(self) -> frozenset[str]:
        """Every lever that it may move."""
        return frozenset(e.lever for e in self.plan()) | frozenset(self.more_levers)

    @property
    def inert(self) -> bool:
        """With no strength or no reach it is as if absent: no move, no enrollment, no dollar."""
        return self.strength == 0 or self.reach == 0

    # -- product --------------------------------------------------------------------------------

    def area(self, community: Community) -> np.ndarray:
        """Neighborhoods that it is meant for, bool (neighborhoods,); narrowed by `places`."""
        return np.ones(community.neighborhood.size, bool)

    def eligible(self, community: Community, context: Context) -> np.ndarray:
        """Whom it may serve, bool over all rows of the table of its `unit`."""
        return community.tables[self.unit]["present"] == 1

    def retains(self, community: Community, context: Context) -> np.ndarray:
        """Who may stay in a service without a fixed length; as a rule those still eligible."""
        return self.eligible(community, context)

    def yields(self, community: Community) -> np.ndarray | None:
        """How much of the effect each row of its `unit` can have, 0 to 1; None for all of it."""
        return None

    def moves(self, community: Community, context: Context, doses: Doses) -> list[Move]:
        """The lever moves of this month, from `plan` and the doses reached."""
        out = []
        for e in self.plan():
            value = float(getattr(self, e.field)) if e.field else float(context.draw[f"interventions.{e.parameter}"])
            dose = doses.at(LEVERS[e.lever].scope, e.who, while_served=e.while_served)
            out.append(Move(e.lever, e.operation, value, dose, doses.source))
        return out

    def spending(self, community: Community, context: Context, units: Units) -> list[Cost]:
        """Costs beside the unit costs, such as benefits paid out."""
        return []

    def costs(self, community: Community, context: Context, units: Units) -> list[Cost]:
        """All costs of this month: unit costs found by name in the evidence, and `spending`."""
        out = []
        for per in ("month", "start", "year", "resident", "area"):
            price = self.number(context.draw, f"cost_{per}", 0.0)
            if price and (count := units.count(per)):
                out.append(Cost({"start": "enrollment", "month": "service"}.get(per, "operation"), price * count))
        return out + self.spending(community, context, units)
