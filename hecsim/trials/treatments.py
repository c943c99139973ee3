"""What is done to those treated, and what holds for everybody: the tables under [[arm]] and [background]."""

from __future__ import annotations

from typing import Any, Literal

from hecsim.columns import SCHEMA
from hecsim.errors import UnknownNameError
from hecsim.evidence import parameters
from hecsim.interventions import Intervention, from_mapping
from hecsim.levers import LEVERS
from hecsim.trials.keys import expect, key, record

__all__ = ["Arm", "Background", "LeverChange", "Move", "ParameterChange", "Setting"]


@record
class LeverChange:
    """A quantity that processes read, changed directly."""

    name: str = key(help="name of the lever")
    add: float | None = key(None, help="added to the lever")
    scale: float | None = key(None, low=0, help="multiplies the lever")
    set: float | None = key(None, help="replaces the lever")
    start: int = key(0, unit="months", help="first month, counted from a participant's entry or from month 0")
    stop: int | None = key(None, unit="months", help="month in which it stops, if it does")
    ramp: int = key(0, low=0, unit="months", help="months to full size")
    who: str = key(
        "all",
        options=("all", "caregivers", "children", "adults"),
        help="which residents of a treated home feel a person's lever",
    )
    where: str = key("", expression="the lever's rows", help="only these rows, looked at every month")
    times: str = key("", expression="the lever's rows", help='multiplies the amount, such as "children"; only with add')

    def __post_init__(self) -> None:
        if self.name not in LEVERS:
            raise UnknownNameError(self.name, LEVERS, what="lever", key="name")
        given = [n for n in ("add", "scale", "set") if getattr(self, n) is not None]
        expect(len(given) == 1, "give exactly one of add, scale and set", key="add")
        expect(not self.times or given == ["add"], "'times' goes with 'add'", key="times")
        expect(self.stop is None or self.stop > self.start, "must come after the start", key="stop")

    @property
    def operation(self) -> Literal["add", "scale", "set"]:
        """Which of add, scale and set is given."""
        return "add" if self.add is not None else "scale" if self.scale is not None else "set"

    @property
    def amount(self) -> float:
        """By how much, or to what."""
        return float(getattr(self, self.operation))

    @property
    def scope(self) -> str:
        """Whose rows the lever belongs to."""
        return LEVERS[self.name].scope


@record
class Setting:
    """Columns written once, such as one-off income, an opened store, a given voucher."""

    column: str = key(help="column to write")
    table: str = key(
        "household", options=("person", "household", "neighborhood", "business"), help="table that the column belongs to"
    )
    set: str | None = key(None, expression="the table's rows", help="new value")
    add: str | None = key(None, expression="the table's rows", help="amount added")
    month: int = key(0, low=0, unit="months", help="when, counted from entry or from month 0")
    where: str = key("", expression="the table's rows", help="only these rows")
    share: float = key(1.0, low=0, high=1, unit="share", help="share of those rows, drawn by lot")

    def __post_init__(self) -> None:
        columns = {c.name: c for c in SCHEMA[self.table]}
        if self.column not in columns:
            raise UnknownNameError(self.column, columns, what=f"column of table '{self.table}'", key="column")
        fixed = columns[self.column].unit in ("key", "row")
        expect(not fixed, f"'{self.column}' ties rows together and cannot be written", key="column",
               hint="Use [[arm.move]] to move households")  # fmt: skip
        expect((self.set is None) != (self.add is None), "give either set or add", key="set")


@record
class Move:
    """Households that move to other neighborhoods."""

    to: str = key(expression="neighborhood", help='which neighborhoods they may move to, such as "poverty < 0.1"')
    month: int = key(0, low=0, unit="months", help="when, counted from entry or from month 0")
    where: str = key("", expression="household", help="only these households")
    share: float = key(1.0, low=0, high=1, unit="share", help="share of those households, drawn by lot")
    rent: str = key("market", options=("market", "keep"), help="rent at the new place's level, or unchanged")


@record
class ParameterChange:
    """A number of the world changed, such as a rule of a benefit; for trials that treat the whole place."""

    name: str = key(help='full name of the parameter, such as "benefits.snap_gross_limit"')
    set: float | None = key(None, help="new value")
    scale: float | None = key(None, help="multiplies the value")
    add: float | None = key(None, help="added to the value")
    start: int = key(0, low=0, unit="months", help="first month")

    def __post_init__(self) -> None:
        if self.name not in parameters.load():
            raise UnknownNameError(self.name, parameters.load(), what="parameter", key="name")
        given = [n for n in ("add", "scale", "set") if getattr(self, n) is not None]
        expect(len(given) == 1, "give exactly one of add, scale and set", key="set")


@record
class Arm:
    """What is done to those assigned to it."""

    name: str = key(help="name of the arm")
    control: bool = key(False, help="the arm that others are compared with; without one, it is current law")
    share: float | None = key(None, low=0, high=1, unit="share", help="share of units assigned to it by lot")
    take_up: float = key(1.0, low=0, high=1, unit="share", help="share of those assigned who take what is offered")
    take_up_where: str = key("", expression="the unit's rows", help="only these can take it up, looked at on entry")
    intervention: tuple[Any, ...] = key((), table=True, help="interventions of the catalogue, with their settings")
    lever: tuple[LeverChange, ...] = key((), table=True, help="levers changed directly")
    set: tuple[Setting, ...] = key((), table=True, help="columns written once")
    move: tuple[Move, ...] = key((), table=True, help="households moved")
    parameter: tuple[ParameterChange, ...] = key((), table=True, help="parameters changed")

    def interventions(self) -> tuple[Intervention, ...]:
        """The interventions, at full scale from month 0 unless the file says otherwise."""
        return tuple(from_mapping({"start": 0, "ramp": 0, **row}) for row in self.intervention)

    @property
    def empty(self) -> bool:
        """Whether nothing is done."""
        return not (self.intervention or self.lever or self.set or self.move or self.parameter)


@record
class Background:
    """What holds for everybody, treated or not, from the first month lived: the law of the study's time and place."""

    intervention: tuple[Any, ...] = key((), table=True, help="interventions in force everywhere")
    lever: tuple[LeverChange, ...] = key((), table=True, help="levers changed everywhere")
    set: tuple[Setting, ...] = key((), table=True, help="columns written once")
    parameter: tuple[ParameterChange, ...] = key((), table=True, help="parameters changed")

    def as_arm(self) -> Arm:
        """The same as an arm that everybody is in."""
        return Arm(name="background", intervention=self.intervention, lever=self.lever, set=self.set, parameter=self.parameter)
