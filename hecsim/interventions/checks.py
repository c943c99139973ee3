"""One line of test for an intervention: `check_intervention(MyIntervention)`.

It asserts that
- an intervention without strength or without reach leaves everything as in the reference, to the last bit;
- nothing differs before it starts;
- it moves only levers that it declares, writes only its own columns, and draws only its own luck;
- it survives a community in which nobody is eligible, a pickle, and a twin of itself in the same mix.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from hecsim import evidence
from hecsim.community import Community
from hecsim.engine import Context, Engine
from hecsim.errors import InvariantError
from hecsim.interventions.base import Intervention
from hecsim.interventions.delivery import Delivery
from hecsim.levers import LEVERS
from hecsim.processes.base import Process

__all__ = ["check_intervention"]

_START = 2  # months before the intervention begins in a check
_SEED = 11


class _Watched(Context):
    """A context that remembers which decisions were drawn."""

    def __init__(self, context: Context):
        super().__init__(context.draw, context.levers, context.seed, context.events)
        self.drawn: set[str] = set()

    def uniforms(self, decision: str, month: int, keys: np.ndarray) -> np.ndarray:
        self.drawn.add(decision)
        return super().uniforms(decision, month, keys)


class _Arm:
    """One arm stepped by hand: interventions, then the plan's processes."""

    def __init__(self, interventions: Sequence[Intervention], community: Community, plan: Sequence[Process]):
        self.draw = evidence.draw(None)
        self.community = community.copy()
        self.engine = Engine(plan, self.draw, _SEED)
        self.context = _Watched(self.engine.context)
        self.delivery = Delivery(interventions, self.community, self.draw, horizon=10_000, calendar=False)

    def step(self) -> dict[str, Any]:
        """One month; the levers as they stood, by name."""
        self.engine.levers.clear()
        self.delivery.month(self.community, self.context)
        state = {name: self._lever(name) for name in LEVERS}
        self.engine.step(self.community)
        return state

    def _lever(self, name: str) -> Any:
        scope = LEVERS[name].scope
        if scope == "global":
            return float(self.engine.levers.number(name))
        size = self.community.tables[scope].size
        return self.engine.levers.fill(name, slice(0, size), np.empty(size, np.float32)).copy()

    def sources(self) -> set[str]:
        """Levers moved this month."""
        return set(self.engine.levers.sources())


def _columns(community: Community) -> dict[str, np.ndarray]:
    """All columns but those of interventions."""
    return {f"{t}.{n}": v for t, table in community.tables.items() for n, v in table.columns.items() if not n.startswith("iv_")}


def _same(a: Any, b: Any) -> bool:
    return bool(np.array_equal(a, b, equal_nan=np.asarray(a).dtype.kind == "f"))


def _fail(cls: type[Intervention], what: str) -> None:
    raise InvariantError(f"{cls.id} {cls.__name__}: {what}")


def _expect_equal(cls: type[Intervention], arm: _Arm, reference: _Arm, months: int, what: str) -> None:
    for month in range(months):
        ours, theirs = arm.step(), reference.step()
        parted = [n for n in ours if not _same(ours[n], theirs[n])]
        theirs_columns = _columns(reference.community)
        parted += [n for n, v in _columns(arm.community).items() if not _same(v, theirs_columns[n])]
        if parted:
            _fail(cls, f"{what}: {', '.join(parted[:5])} differ in month {month}")


def _run(cls: type[Intervention], arm: _Arm, reference: _Arm, months: int) -> None:
    """A live arm: declared levers only, own luck only."""
    allowed = set(arm.delivery.interventions[0].levers) | {"trust_services_add"}
    for _ in range(months):
        ours, theirs = arm.step(), reference.step()
        foreign = arm.sources() - allowed - reference.sources()
        if foreign:
            _fail(cls, f"moves levers that it does not declare: {', '.join(sorted(foreign))}")
        bad = [n for n, v in ours.items() if not np.isfinite(v).all() and np.isfinite(theirs[n]).all()]
        if bad:
            _fail(cls, f"makes levers infinite or undefined: {', '.join(bad)}")
    prefixes = tuple({f"{r.key}." for r in arm.delivery.runs} | {f"{cls.id.lower()}."})
    stray = [d for d in arm.context.drawn if not d.startswith(prefixes)]
    if stray:
        _fail(cls, f"draws decisions of others: {', '.join(stray)}; begin their names with '{cls.id.lower()}.'")


def _nobody(community: Community) -> Community:
    """The same community without anyone in it."""
    empty = community.copy()
    for table in ("person", "household"):
        empty.tables[table]["present"][:] = 0
    return empty


def check_intervention(
    cls: type[Intervention],
    *,
    community: Community | None = None,
    plan: Sequence[Process] = (),
    months: int = 8,
    settings: dict[str, Any] | None = None,
    make: Callable[..., Intervention] | None = None,
) -> None:
    """Raise `InvariantError` where an intervention breaks a rule.

    plan : processes to run along; without any, levers alone are compared
    settings : settings other than the defaults
    """
    if community is None:
        from hecsim.toy import toy_community

        community = toy_community(200, seed=3)
    build = make or cls
    given = {"ramp": 3, **(settings or {})}
    here = community.copy()
    here.clock.month = 0

    def arm(*items: Intervention, at: Community = here) -> _Arm:
        return _Arm(items, at, plan)

    live = build(**{**given, "start": _START})
    for nothing in ({"strength": 0.0}, {"reach": 0.0}):
        neutral = build(**{**given, **nothing, "start": 0})
        _expect_equal(cls, arm(neutral), arm(), months, f"with {nothing} the reference does not come back")
    _expect_equal(cls, arm(live), arm(), _START, "something differs before the start")
    _run(cls, arm(live), arm(), months)
    _run(cls, arm(live, build(**{**given, "start": _START})), arm(), months)
    _run(cls, arm(live, at=_nobody(here)), arm(at=_nobody(here)), months)
    if pickle.loads(pickle.dumps(live)) != live:
        _fail(cls, "is not the same after a pickle")
    if cls.from_mapping(live.to_mapping()) != live:
        _fail(cls, "is not the same after a file")
    missing = [e for e in live.plan() if e.lever not in LEVERS]
    if missing:
        _fail(cls, f"moves unknown levers: {missing}")
    if not (cls.title.en and cls.title.es and cls.sentence.en and cls.sentence.es):
        _fail(cls, "needs title and sentence in English and Spanish")
