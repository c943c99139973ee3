"""What a trial file must satisfy beyond the type of each key: names that exist, designs that make sense."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from hecsim import evidence
from hecsim.columns import SCHEMA
from hecsim.community import Community, Ties
from hecsim.errors import ScenarioError
from hecsim.interventions import Intervention
from hecsim.levers import LEVERS
from hecsim.measures import MEASURES
from hecsim.tables import Table
from hecsim.trials.expressions import evaluate
from hecsim.trials.keys import expect
from hecsim.trials.view import View

if TYPE_CHECKING:
    from hecsim.trials.schema import Outcome, Trial
    from hecsim.trials.treatments import Arm, Setting

__all__ = ["blank_view", "check"]

_RUN_LIMIT = 900  # months that a community may live
_INDIVIDUAL = ("person", "household")
_OF_DESIGN = {
    "slope change": ("series",), "bend": ("series",), "level change": ("series",), "coefficient": ("regression",),
    "level": ("observation",), "slope": ("observation",), "hazard ratio": ("randomized", "difference in differences"),
    "standardized difference": ("randomized", "difference in differences", "observation"),
}  # fmt: skip


@cache
def blank_view() -> View:
    """One row of every table: enough to see whether an expression can be worked out."""
    import numpy as np

    tables = {name: Table.empty(name, columns, [1]) for name, columns in SCHEMA.items()}
    for name in ("person", "household"):
        tables[name]["present"][:] = 1
    tables["person"]["household"][:] = 0
    tables["person"]["bmi"][:] = 25.0
    nothing = Ties(np.zeros(2, np.uint32), np.zeros(0, np.uint32), np.zeros(0, np.uint8))
    labels = {"neighborhood": [""], "town": [""], "geoid": [""]}
    return View(Community("blank", tables, labels, nothing, 0), evidence.draw(None))


def _expression(text: str, table: str, key: str) -> None:
    if text:
        evaluate(text, blank_view(), table, key=key)


def _setting(setting: Setting, key: str) -> None:
    codes = next(c.codes for c in SCHEMA[setting.table] if c.name == setting.column)
    if setting.set is None or setting.set.strip().strip("\"'") not in codes:
        _expression(setting.set or "", setting.table, key)
    _expression(setting.add or "", setting.table, key)
    _expression(setting.where, setting.table, key)


def check(t: Trial) -> None:
    """Refuse a trial that cannot be run as it is written, naming the key."""
    expect(bool(t.outcome), "a trial has at least one [[outcome]]", key="outcome")
    for kind, names in (("arm", [a.name for a in t.arm]), ("outcome", [o.name for o in t.outcome])):
        twice = sorted({n for n in names if names.count(n) > 1})
        expect(not twice, f"two are called '{twice[0] if twice else ''}'", key=kind)
    expect(sum(a.control for a in t.arm) <= 1, "only one arm is the control", key="arm")
    length = t.calendar.before + t.population.recruit_months + t.follow
    expect(length <= _RUN_LIMIT, f"the trial lasts {length} months, more than {_RUN_LIMIT}", key="calendar")
    _expression(t.population.where, t.population.unit, "population.where")
    _design(t)
    for arm in t.arm:
        _arm(t, arm)
    for change in t.background.lever:
        table = "town" if change.scope == "global" else change.scope
        for text in (change.where, change.times):
            _expression(text, table, f"background.lever '{change.name}'")
    for setting in t.background.set:
        _setting(setting, f"background.set '{setting.column}'")
    t.background.as_arm().interventions()
    for outcome in t.outcome:
        try:
            _outcome(t, outcome)
        except ScenarioError as problem:
            if problem.key and not problem.key.startswith("outcome"):
                raise ScenarioError(str(problem), key=f"outcome '{outcome.name}'") from None
            raise


def _design(t: Trial) -> None:
    d, key = t.design, "design.assign"
    if t.individual and d.kind in ("randomized", "difference in differences"):
        fits = d.assign == t.population.unit
        expect(fits, f"a {d.assign} is assigned, but participants are {t.population.unit}s", key=key,
               hint="Make design.assign and population.unit the same")  # fmt: skip
        follows = t.population.follow == "cohort" or bool(d.where)
        expect(follows, "those who are randomized one by one are followed", key="population.follow",
               hint='Use follow = "cohort", or assign neighborhoods, towns or the place')  # fmt: skip
    if d.where:
        _expression(d.where, "town" if d.assign == "place" else d.assign, "design.where")
        expect(d.assign != "place", "the whole place is treated, so no rule is needed", key="design.where")
    if d.kind in ("randomized", "difference in differences", "series"):
        expect(bool(t.treated), "needs an [[arm]] that is not the control", key="arm")
        given = sum(a.share or 0.0 for a in t.treated)
        expect(given <= 1, f"the arms' shares sum to {given:g}", key="arm")
    if d.kind == "series":
        expect(d.assign == "place", 'a series break treats the whole place: assign = "place"', key=key)
    if d.estimand == "tot":
        plain = all(o.effect in ("difference", "standardized difference") for o in t.outcome)
        expect(
            plain and t.individual,
            "effects on the treated are differences between persons or households",
            key="design.estimand",
        )
    if d.assign == "place":
        expect(len(t.treated) <= 1, "the whole place can have only one treatment", key="arm",
               hint="Write one file for each policy")  # fmt: skip
        expect(not d.crossover, "nobody crosses over when everybody is treated", key="design.crossover")
    if t.population.follow == "cross-section":
        expect(not t.population.recruit_months, "a cross-section recruits nobody", key="population.recruit_months")


def _arm(t: Trial, arm: Arm) -> None:
    name = f"arm '{arm.name}'"
    _expression(arm.take_up_where, t.population.unit, f"{name}.take_up_where")
    if arm.control:
        expect(arm.share is None, "the control arm has what the others leave", key=f"{name}.share")
    for change in arm.lever:
        key = f"{name}.lever '{change.name}'"
        _scope(t, change.scope, change.name, key)
        table = "town" if change.scope == "global" else change.scope
        expect(change.scope != "global" or not (change.where or change.times), "is one number for everybody", key=key)
        _expression(change.where, table, f"{key}.where")
        _expression(change.times, table, f"{key}.times")
    for setting in arm.set:
        key = f"{name}.set '{setting.column}'"
        expect(not t.individual or setting.table in _INDIVIDUAL, f"rows of {setting.table} belong to nobody's arm", key=key,
               hint='Assign "neighborhood", "town" or "place"')  # fmt: skip
        _setting(setting, key)
    for move in arm.move:
        _expression(move.to, "neighborhood", f"{name}.move.to")
        _expression(move.where, "household", f"{name}.move.where")
    expect(not arm.parameter or t.design.assign == "place", "a parameter holds for everybody", key=f"{name}.parameter",
           hint='Use assign = "place"')  # fmt: skip
    for row, iv in zip(arm.intervention, arm.interventions(), strict=True):
        _intervention(t, iv, row, f"{name}.intervention {iv.id}")


def _scope(t: Trial, scope: str, lever: str, key: str) -> None:
    if scope == "global":
        expect(t.design.assign == "place", f"'{lever}' is one number for everybody", key=key,
               hint='Use assign = "place", which compares the place with itself untreated')  # fmt: skip
    elif scope in ("neighborhood", "business"):
        expect(not t.individual, f"'{lever}' belongs to {scope}s, not to single families", key=key,
               hint='Assign "neighborhood", "town" or "place"')  # fmt: skip


def _intervention(t: Trial, iv: Intervention, row: dict[str, object], key: str) -> None:
    for lever in sorted(iv.levers):
        scope = LEVERS[lever].scope
        if scope == "global" or t.design.assign != "place":
            _scope(t, scope, lever, key)
    if t.individual:
        expect("reach" not in row, "those assigned are offered it, and take_up says how many take it", key=f"{key}.reach",
               hint="Give the arm a take_up instead of a reach")  # fmt: skip
        expect("places" not in row, "goes to those assigned, wherever they live", key=f"{key}.places")


def _outcome(t: Trial, o: Outcome) -> None:
    table = o.of or t.population.unit
    expect(not (t.population.unit == "person" and o.of == "household"), "participants are persons", key="of",
           hint='Write "home." before the household\'s column, with of = "person"')  # fmt: skip
    if o.measure:
        fits = MEASURES[o.measure].table == table or (table == "person" and t.population.unit == "person")
        expect(fits, f"'{o.measure}' counts {MEASURES[o.measure].table}s, and the outcome is of {table}s", key="measure",
               hint=f'Use of = "{MEASURES[o.measure].table}"')  # fmt: skip
    for key in ("value", "per", "where", "against", "exposure"):
        _expression(getattr(o, key), table, f"outcome '{o.name}'.{key}")
    for text in o.covariates:
        _expression(text, table, f"outcome '{o.name}'.covariates")
    allowed = _OF_DESIGN.get(o.effect, ())
    expect(
        not allowed or t.design.kind in allowed, f'"{o.effect}" does not go with a design of "{t.design.kind}"', key="effect"
    )
    kinds = {a.name for a in t.treated} | {t.control.name}
    for key in ("arm", "versus"):
        name = getattr(o, key)
        if name and name not in kinds:
            from hecsim.errors import UnknownNameError

            raise UnknownNameError(name, kinds, what="arm", key=f"outcome '{o.name}'.{key}")
    earliest = min((*(m - 1 for m in o.at if m < 0), *o.baseline, *o.over, 0))  # -11 to 0 are twelve months
    first = min((*o.at, *o.baseline, *o.over), default=0)
    expect(-earliest <= t.calendar.before, f"month {first} lies before the first month lived", key="at",
           hint=f"Set calendar.before to at least {-earliest}")  # fmt: skip
    kind = t.design.kind
    if kind == "difference in differences":
        expect(bool(o.baseline), "needs a baseline window before the policy, such as [-11, 0]", key="baseline")
    if kind == "series":
        before, after = sum(m <= 0 for m in o.at), sum(m > 0 for m in o.at)
        expect(before >= 2 and after >= 2, "needs at least two months before and two after in 'at'", key="at")
    if kind == "regression":
        expect(bool(o.exposure), "a regression has an exposure", key="exposure")
        expect(
            o.effect in ("coefficient", "odds ratio", "ratio", "difference"),
            "is a coefficient, odds ratio or ratio",
            key="effect",
        )
        expect((o.effect == "odds ratio") == (o.model == "logit"), "odds ratios go with the logit model", key="model")
    if kind == "observation" and o.effect not in ("level", "slope"):
        expect(bool(o.against), 'compares `where` with `against`; give both, or use the effect "level"', key="against")
    if o.effect == "slope":
        expect(len(o.at) >= 2, "a slope needs several months in 'at'", key="at")
    if o.at_age is not None:
        expect(t.calendar.follow is not None, "needs calendar.follow, the months to go on", key="at_age")
