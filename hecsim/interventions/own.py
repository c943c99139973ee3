"""A user's own intervention from a file, without code.

    [[intervention]]
    id = "X01"
    reach = 0.3                                   # settings that every intervention has
    start = 12

    [intervention.own]
    kind = "program"                              # system, policy, program or norm
    verb = "new"
    title = ["Fathers' group", "Grupo de padres"]
    sentence = ["Fathers meet each week.", "Los padres se reúnen cada semana."]
    aims = ["child"]
    actor = "community organizations"
    delivery = "funnel"                           # funnel, sample or area
    unit = "household"
    pool = "coach"
    eligible = ["children > 0", "poverty_ratio <= 2"]    # all must hold; columns of the unit's table,
                                                         # or household.<column> for persons
    found = 0.1                                   # probability/month
    consent = 0.6
    months = 6
    cost = { month = 120 }                        # per month served, start, year, resident or area
    source = "our own pilot of 2024"
    grade = "D"

    [[intervention.own.effects]]
    lever = "conflict_scale"
    operation = "scale"
    value = 0.9
    low = 0.8                                     # with a range, futures draw it
    high = 1.0

Keys are checked strictly and numbers against the ranges of their levers. `hecsim interventions check FILE` says
whether it keeps the rules that those of the catalogue keep.
"""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import numpy as np
from scipy.special import ndtri

from hecsim import luck
from hecsim.collaborative.workforce import POOLS
from hecsim.columns import SCHEMA
from hecsim.community import Community
from hecsim.engine import Context
from hecsim.errors import EvidenceError, ScenarioError, UnknownNameError
from hecsim.evidence import REACH, Parameter, at_quantile
from hecsim.evidence.parameters import GRADES
from hecsim.interventions.base import Effect, Intervention, Words
from hecsim.interventions.doses import Doses
from hecsim.interventions.who import of_home
from hecsim.levers import LEVERS, Move

__all__ = ["OwnIntervention", "own_intervention"]

_PACE = ("found", "consent", "months", "dropout", "lag", "fade", "implementation", "compliance")
_SHARES = ("found", "consent", "dropout", "compliance")
_PER = ("month", "start", "year", "resident", "area")
_TEXT = {
    "kind": ("system", "policy", "program", "norm"), "delivery": ("funnel", "sample", "area"), "unit": ("household", "person"),
    "pool": ("", *POOLS), "verb": ("connect", "improve", "expand", "new", "revise", "enforce", "enact"),
    "trust": ("trust_health", "trust_services", "trust_community", "trust_police"), "grade": GRADES,
    "actor": (), "connecticut": (), "source": (),
}  # fmt: skip
_KEYS = (*_TEXT, *_PACE, "title", "sentence", "aims", "strategy", "needs", "law", "repeat", "eligible", "effects", "cost")
_EFFECT = ("lever", "operation", "value", "low", "high", "who", "while_served")
_COMPARE = {"<=": operator.le, ">=": operator.ge, "==": operator.eq, "!=": operator.ne, "<": operator.lt, ">": operator.gt}
_CONDITION = re.compile(r"^\s*([a-z_][a-z0-9_.]*)\s*(<=|>=|==|!=|<|>)\s*(.+?)\s*$")
_WHO = ("all", "caregivers", "children", "adults", "area")


class OwnIntervention(Intervention):
    """Base of interventions that come from a file; see the module's text."""

    definition: ClassVar[str] = ""
    numbers: ClassVar[Mapping[str, Parameter]] = {}
    conditions: ClassVar[tuple[tuple[str, str, str, float], ...]] = ()

    @classmethod
    def from_mapping(cls, data: Mapping[str, Any], *, file: Any = None) -> Any:
        """An instance from its settings; the definition has been read already."""
        rest = {k: v for k, v in data.items() if k != "own"}
        return super().from_mapping(rest, file=file)

    def to_mapping(self) -> dict[str, Any]:
        """The id, the definition, and every setting that differs from its default."""
        return {**super().to_mapping(), "own": json.loads(self.definition)}

    def __reduce__(self) -> Any:
        return _again, (self.id, self.definition, super().to_mapping())

    def number(self, draw: Mapping[str, Any], name: str, default: float | None = None) -> float:
        """One of its numbers: the central value, or in a sampled future one from its range."""
        p = self.numbers.get(name)
        if p is None:
            return super().number(draw, name, default)
        seed = getattr(draw, "seed", None)
        if seed is None or p.low is None:
            return float(np.asarray(p.value))
        share = luck.uniform(seed=seed, who=luck.decision_id(p.full_name), month=0, decision="evidence.draw")
        return float(at_quantile(p, float(np.clip(ndtri(share), -REACH, REACH)))[0])

    def eligible(self, community: Community, context: Context) -> np.ndarray:
        """Rows of its unit that meet every condition."""
        table = community.tables[self.unit]
        able = table["present"] == 1
        for where, column, sign, value in self.conditions:
            values = table[column] if where == self.unit else of_home(community, community.household[column])
            able = able & _COMPARE[sign](values, value)
        return able

    def moves(self, community: Community, context: Context, doses: Doses) -> list[Move]:
        """The lever moves of this month, from its own numbers and the doses reached."""
        out = []
        for e in self.plan():
            dose = doses.at(LEVERS[e.lever].scope, e.who, while_served=e.while_served)
            out.append(Move(e.lever, e.operation, self.number(context.draw, e.parameter), dose, doses.source))
        return out


def _again(identifier: str, definition: str, settings: dict[str, Any]) -> OwnIntervention:
    return _made(identifier, definition).from_mapping(settings)


def own_intervention(identifier: Any, definition: Any, *, file: Any = None) -> type[OwnIntervention]:
    """The class of an `[intervention.own]` table; equal tables give one class.

    Raises
    ------
    ScenarioError, UnknownNameError : what is wrong, with file and key

    Examples
    --------
    >>> cls = own_intervention("X1", {"kind": "norm", "title": ["Quiet", "Calma"], "sentence": ["A.", "B."],
    ...     "effects": [{"lever": "stress_add", "operation": "add", "value": -0.1}]})
    >>> cls(reach=0.5).levers
    frozenset({'stress_add'})
    """
    from hecsim.interventions.catalogue import catalogue

    if not isinstance(definition, Mapping):
        raise ScenarioError("[intervention.own] is a table that defines the intervention", file=file, key="own")
    if not isinstance(identifier, str) or not re.fullmatch(r"[A-Za-z][A-Za-z0-9]{0,15}", identifier):
        raise ScenarioError(f'an id is up to 16 letters and digits, such as "X01", not {identifier!r}', file=file, key="id")
    if identifier.upper() in {k.upper() for k in catalogue()}:
        raise ScenarioError(f"'{identifier}' is in the catalogue already", file=file, key="id", hint="Choose another id")
    try:
        text = json.dumps(definition, sort_keys=True)
    except TypeError:
        raise ScenarioError("holds dates or times, which no intervention has", file=file, key="own") from None
    try:
        return _made(identifier, text)
    except ScenarioError as problem:
        raise ScenarioError(str(problem), file=file) from None
    except UnknownNameError as problem:
        problem.args = (f"{file}: {problem}" if file is not None else str(problem),)
        problem.file = file
        raise


@cache
def _made(identifier: str, text: str) -> type[OwnIntervention]:
    raw = json.loads(text)
    for key in raw:
        if key not in _KEYS:
            raise UnknownNameError(key, _KEYS, what="key", key=f"own.{key}")
    for key in ("kind", "title", "sentence", "effects"):
        if key not in raw:
            raise ScenarioError(f"an own intervention needs '{key}'", key="own", hint=_HINTS[key])
    chosen = {key: _word(raw[key], options, key) for key, options in _TEXT.items() if key in raw}
    unit = chosen.get("unit", "household")
    numbers = _pace(identifier, raw, chosen)
    effects = _effects(identifier, raw["effects"], numbers, chosen)
    attributes: dict[str, Any] = {
        "__doc__": raw["sentence"][0] if isinstance(raw["sentence"], list) else "", "__module__": __name__,
        "id": identifier, "definition": text, "numbers": numbers, "effects": effects,
        "title": _pair(raw["title"], "title"), "sentence": _pair(raw["sentence"], "sentence"),
        "conditions": tuple(_condition(c, unit) for c in _list(raw.get("eligible", []), "eligible")),
        "aims": tuple(_list(raw.get("aims", []), "aims")), "strategy": tuple(_list(raw.get("strategy", []), "strategy")),
        "needs": tuple(_list(raw.get("needs", []), "needs")),
        **{k: v for k, v in chosen.items() if k != "source"},
    }  # fmt: skip
    for flag in ("law", "repeat"):
        if not isinstance(raw.get(flag, False), bool):
            raise ScenarioError(f"must be true or false, not {raw[flag]!r}", key=f"own.{flag}")
        attributes[flag] = raw.get(flag, False)
    made = type(f"Own{identifier}", (OwnIntervention,), attributes)
    return dataclass(frozen=True, kw_only=True)(made)


_HINTS = {
    "kind": 'Write kind = "program", or system, policy, norm', "title": 'Write title = ["in English", "en español"]',
    "sentence": 'Write sentence = ["In English.", "En español."]',
    "effects": 'Write [[intervention.own.effects]] with lever, operation and value',
}  # fmt: skip


def _word(value: Any, options: tuple[str, ...], key: str) -> str:
    if not isinstance(value, str):
        raise ScenarioError(f"must be text, not {value!r}", key=f"own.{key}")
    if options and value not in options:
        raise UnknownNameError(value, [o for o in options if o], what=key, key=f"own.{key}")
    return value


def _pair(value: Any, key: str) -> Words:
    if not isinstance(value, list) or len(value) != 2 or not all(isinstance(v, str) and v for v in value):
        raise ScenarioError(f"must be two texts, in English and in Spanish, not {value!r}", key=f"own.{key}", hint=_HINTS[key])
    return Words(*value)


def _list(value: Any, key: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise ScenarioError(f"must be a list of texts, not {value!r}", key=f"own.{key}")
    return value


def _number(value: Any, key: str, low: float = 0.0, high: float = float("inf")) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise ScenarioError(f"must be a number from {low:g} to {high:g}, not {value!r}", key=f"own.{key}")
    return float(value)


def _parameter(
    identifier: str, name: str, value: float, unit: str, chosen: Mapping[str, str], low: Any, high: Any
) -> Parameter:
    source, grade = chosen.get("source", "the user's own file"), chosen.get("grade", "D")
    return Parameter("own", f"{identifier.lower()}_{name}", value, unit, source, grade, low, high)


def _pace(identifier: str, raw: Mapping[str, Any], chosen: Mapping[str, str]) -> dict[str, Parameter]:
    out = {}
    for key in _PACE:
        if key in raw:
            value = _number(raw[key], key, high=1.0 if key in _SHARES else 1200.0)
            out[key] = _parameter(identifier, key, value, "share" if key in _SHARES else "month", chosen, None, None)
    cost = raw.get("cost", {})
    if not isinstance(cost, Mapping):
        raise ScenarioError(f"must be a table such as {{ month = 120 }}, not {cost!r}", key="own.cost")
    for per, value in cost.items():
        if per not in _PER:
            raise UnknownNameError(per, _PER, what="cost unit", key=f"own.cost.{per}")
        out[f"cost_{per}"] = _parameter(
            identifier, f"cost_{per}", _number(value, f"cost.{per}", low=-1e12, high=1e12), f"$/{per}", chosen, None, None
        )
    return out


def _effects(
    identifier: str, listed: Any, numbers: dict[str, Parameter], chosen: Mapping[str, str]
) -> tuple[Effect, ...]:  # fmt: skip
    if not isinstance(listed, list) or not listed or not all(isinstance(e, Mapping) for e in listed):
        raise ScenarioError("must be at least one table", key="own.effects", hint=_HINTS["effects"])
    out = []
    for i, e in enumerate(listed):
        key = f"effects {i + 1}"
        for name in e:
            if name not in _EFFECT:
                raise UnknownNameError(name, _EFFECT, what="key", key=f"own.{key}.{name}")
        if "lever" not in e or "value" not in e:
            raise ScenarioError("needs 'lever' and 'value'", key=f"own.{key}", hint=_HINTS["effects"])
        if _word(e["lever"], (), f"{key}.lever") not in LEVERS:
            raise UnknownNameError(e["lever"], LEVERS, what="lever", key=f"own.{key}.lever")
        how = _word(e.get("operation", "add"), ("add", "scale", "set"), f"{key}.operation")
        bounds = {"scale": (0.0, 100.0), "add": (-1e9, 1e9), "set": (LEVERS[e["lever"]].low, LEVERS[e["lever"]].high)}[how]
        value, low, high = (_number(e[n], f"{key}.{n}", *bounds) if n in e else None for n in ("value", "low", "high"))
        if (low is None) != (high is None) or (low is not None and not low <= value <= high):  # type: ignore[operator]
            raise ScenarioError("give both low and high, with the value between them, or neither", key=f"own.{key}")
        name = f"effect_{i + 1}"
        try:
            numbers[name] = _parameter(identifier, name, float(value or 0.0), LEVERS[e["lever"]].unit, chosen, low, high)
        except EvidenceError as problem:
            raise ScenarioError(str(problem), key=f"own.{key}") from None
        served = e.get("while_served", False)
        if not isinstance(served, bool):
            raise ScenarioError(f"must be true or false, not {served!r}", key=f"own.{key}.while_served")
        who = _word(e.get("who", "all"), _WHO, f"{key}.who")
        out.append(Effect(e["lever"], how, name, who=who, while_served=served))  # type: ignore[arg-type]
    return tuple(out)


def _condition(text: str, unit: str) -> tuple[str, str, str, float]:
    found = _CONDITION.match(text)
    if found is None:
        raise ScenarioError(
            f"'{text}' is no condition", key="own.eligible", hint='Write a column, a sign and a number: "children > 0"'
        )
    name, sign, given = found.groups()
    where, _, column = name.rpartition(".")
    where = where or unit
    if where not in {unit, "household"}:
        raise ScenarioError(f"'{name}' is not a column of the {unit} or its household", key="own.eligible")
    schema = {c.name: c for c in SCHEMA[where] if c.width == 1}
    if column not in schema:
        raise UnknownNameError(column, schema, what=f"{where} column", key="own.eligible")
    word = given.strip("'\"")
    codes = schema[column].codes
    if word in codes:
        return where, column, sign, float(codes.index(word))
    try:
        number = float(word)
        if not np.isfinite(number):
            raise ValueError(word)
        return where, column, sign, number
    except ValueError:
        if codes:
            raise UnknownNameError(word, codes, what=f"value of {column}", key="own.eligible") from None
        raise ScenarioError(f"'{given}' is no number", key="own.eligible") from None
