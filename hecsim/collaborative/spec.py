"""What a collaborative is set to be: the `[collaborative]` table of a scenario or study, checked strictly.

    [collaborative]
    preset = "starter"            # or none; keys below replace those of the preset
    form = "mou"                  # informal, mou, hosted, llc, nonprofit
    rule = "consensus"            # consensus, majority, weighted, resident veto
    partners = ["health department", "hospital", "health center", "school"]
    resident_seats = 4
    stipend = 75                  # dollars a meeting
    hub = true
    hub_staff = 3
    staff = { navigator = 4 }     # posts added to the pools that programs share
    organizers = 2                # presses for the laws of the mix from outside
    payers = { philanthropy = 0.6, state = 0.4 }

>>> CollaborativeSpec(resident_seats=4).seats
13
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from hecsim.collaborative.roles import KINDS
from hecsim.collaborative.workforce import POOLS
from hecsim.columns import ORGANIZATION
from hecsim.errors import ScenarioError, UnknownNameError

__all__ = [
    "EFFORTS", "ENTRY_POINTS", "FORMS", "LADDER", "OFFERS", "RULES", "SEQUENCES", "STAGES", "CollaborativeSpec",
    "collaborative_of", "presets",
]  # fmt: skip

STAGES = ("forming", "planning", "funding", "establishing", "implementing", "sustaining", "ended")
FORMS = ("informal", "mou", "hosted", "llc", "nonprofit")
RULES = ("consensus", "majority", "weighted", "resident veto")
LADDER = ("inform", "consult", "involve", "collaborate", "lead")
ENTRY_POINTS = ("clinic", "school", "church", "WIC", "211", "police diversion", "employer", "library")
DATABASES = ("none", "build", "extend")
SEQUENCES = ("together", "within first")
OFFERS = ("together", "needs first", "goals first")
EFFORTS = ("forums", "media", "coalition")
LANGUAGES = ("Spanish", "other")
STARTER = (
    "health department", "United Way", "community action agency", "food organization", "hospital", "hospital",
    "health center", "YMCA", "community foundation",
)  # fmt: skip


def _option(default: Any, help: str, *, unit: str = "name", low: float = 0, high: float = 0, options: tuple = ()) -> Any:
    return field(default=default, metadata={"help": help, "unit": unit, "low": low, "high": high, "options": options})


def _amount(default: float, unit: str, high: float, help: str) -> Any:
    return _option(default, help, unit=unit, low=0, high=high)


@dataclass(frozen=True, kw_only=True)
class CollaborativeSpec:
    """Settings of a collaborative; each field's unit, range and meaning stand in its metadata.

    Raises
    ------
    ScenarioError, UnknownNameError : a value out of range or a name that does not exist; the key is named

    Examples
    --------
    >>> CollaborativeSpec(form="nonprofit", hub=True).to_mapping()
    {'form': 'nonprofit', 'hub': True}
    """

    name: str = _option("collaborative", "its name")
    preset: str = _option("", "preset that it was made from")
    start: int = _amount(0, "month", 600, "month in which it begins")
    stage: str = _option("forming", "where it stands at its start", options=STAGES[:-1])
    end: int | None = _amount(None, "month", 900, "month in which its core money ends, if it does")  # type: ignore[arg-type]
    form: str = _option("mou", "legal form", options=FORMS)
    rule: str = _option("consensus", "how it decides", options=RULES)
    partners: tuple[str, ...] = _option(STARTER, "organizations at the table, by kind; repeated for several",
                                        options=KINDS)  # fmt: skip
    backbone: str = _option("health department", "kind of the organization that keeps it going", options=ORGANIZATION)
    resident_seats: int = _amount(2, "seats", 60, "seats of residents")
    ladder: str = _option("involve", "how far residents take part", options=LADDER)
    stipend: float = _amount(0.0, "$/meeting", 500, "paid to each resident for a meeting")
    child_care: bool = _option(False, "child care at meetings", unit="flag")
    interpreters: bool = _option(False, "interpreters at meetings", unit="flag")
    mentor: bool = _option(False, "a mentor and training for resident members", unit="flag")
    facilitator: bool = _option(False, "a neutral facilitator", unit="flag")
    scorecards: bool = _option(False, "partners report on what they promised, with consequences", unit="flag")
    hub: bool = _option(False, "central standard intake with local spokes (brings S01)", unit="flag")
    hub_staff: float = _amount(0.0, "full-time posts", 500, "intake workers of the hub")
    entry_points: tuple[str, ...] = _option((), "where a family can ask for help", options=ENTRY_POINTS)
    no_wrong_door: bool = _option(False, "whoever is asked hands on to every service that fits", unit="flag")
    languages: tuple[str, ...] = _option((), "languages beside English in which partners serve", options=LANGUAGES)
    database: str = _option("none", "shared list of services: built anew or an existing one extended (brings S09)",
                            options=DATABASES)  # fmt: skip
    upkeep: float = _amount(0.9, "share", 1, "share of the database's entries that is kept up to date")
    data_navigators: float = _amount(0.0, "full-time posts", 50, "who help small partners with data (brings S11)")
    ambassadors: int = _amount(0, "persons", 2000, "residents who carry word of services (brings G17)")
    ambassadors_paid: bool = _option(True, "ambassadors are paid", unit="flag")
    staff: tuple[tuple[str, float], ...] = _option((), "posts that it adds to pools of staff", unit="posts", options=POOLS)
    reform: float = _amount(0.0, "full-time posts", 50, "staff for fair treatment inside departments (brings S10)")
    organizers: float = _amount(0.0, "full-time posts", 50, "community organizers outside (brings G19)")
    efforts: tuple[str, ...] = _option((), "how it presses for laws", options=EFFORTS)
    agenda: tuple[str, ...] = _option((), "ids of the laws that it presses for; empty for all laws of the mix")
    sequence: str = _option("together", "inner capacity before outreach, or both at once", options=SEQUENCES)
    offers: str = _option("together", "what a family is offered first", options=OFFERS)
    ask_motives: bool = _option(False, "staff ask what matters to a family before they offer", unit="flag")
    awards: int = _amount(0, "employers/year", 500, "employers recognized in public each year (brings N03)")
    employer_plans: bool = _option(False, "employers file a social-impact plan", unit="flag")
    hiring_credit: float = _amount(0.0, "$/hire", 20000, "tax credit for each hire of a person with a record")
    payers: tuple[tuple[str, float], ...] = _option(
        (("philanthropy", 0.5), ("state", 0.5)), "who pays its own costs, as shares that sum to one", unit="share"
    )

    def __post_init__(self) -> None:
        for f in fields(self):
            object.__setattr__(self, f.name, _checked(f, getattr(self, f.name)))
        if self.end is not None and self.end <= self.start:
            raise ScenarioError(f"must come after its start (month {self.start}), not {self.end}", key="collaborative.end")

    @property
    def seats(self) -> int:
        """Seats at the table."""
        return len(self.partners) + self.resident_seats

    def to_mapping(self) -> dict[str, Any]:
        """The preset, and every setting that differs from it or from its default."""
        base = presets().get(self.preset) if self.preset else None
        out: dict[str, Any] = {"preset": self.preset} if base is not None else {}
        for f in fields(self):
            value = getattr(self, f.name)
            if value != (getattr(base, f.name) if base is not None else f.default):
                pairs = f.name in ("payers", "staff")
                out[f.name] = dict(value) if pairs else list(value) if isinstance(value, tuple) else value
        return out

    @classmethod
    def from_mapping(cls, data: Any, *, file: Any = None) -> CollaborativeSpec:
        """From a [collaborative] table; unknown keys are errors with a suggestion."""
        if not isinstance(data, Mapping):
            raise ScenarioError("[collaborative] is a table of settings", file=file, key="collaborative")
        known = [f.name for f in fields(cls)]
        for key in data:
            if key not in known:
                raise UnknownNameError(key, known, what="key", file=file, key=f"collaborative.{key}")
        base: dict[str, Any] = {}
        if data.get("preset"):
            name = data["preset"]
            if name not in presets():
                raise UnknownNameError(str(name), presets(), what="preset", file=file, key="collaborative.preset")
            base = {f.name: getattr(presets()[name], f.name) for f in fields(cls)}
        try:
            return cls(**{**base, **data})
        except ScenarioError as problem:
            raise ScenarioError(str(problem), file=file) from None
        except UnknownNameError as problem:
            problem.args = (f"{file}: {problem}" if file is not None else str(problem),)
            problem.file = file  # type: ignore[attr-defined]
            raise


def _checked(f: Any, value: Any) -> Any:
    key, meta = f"collaborative.{f.name}", f.metadata
    if value is None and f.default is None:
        return None
    if meta["unit"] == "flag":
        if not isinstance(value, bool):
            raise ScenarioError(f"must be true or false, not {value!r}", key=key)
        return value
    if f.name in ("staff", "payers"):
        return _pairs(f, value, key)
    if isinstance(f.default, tuple):
        words = (value,) if isinstance(value, str) else tuple(value) if isinstance(value, (list, tuple)) else None
        if words is None or not all(isinstance(w, str) for w in words):
            raise ScenarioError(f"must be a list of names, not {value!r}", key=key)
        return tuple(_named(w, meta["options"], key) for w in words)
    if isinstance(f.default, str):
        if not isinstance(value, str):
            raise ScenarioError(f"must be text, not {value!r}", key=key)
        return _named(value, meta["options"], key)
    whole = "int" in str(f.type)
    number = float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else math.nan
    if not meta["low"] <= number <= meta["high"] or (whole and int(number) != number):
        kind = "a whole number" if whole else "a number"
        raise ScenarioError(f"must be {kind} from {meta['low']} to {meta['high']:,} ({meta['unit']}), not {value!r}", key=key)
    return int(number) if whole else number


def _named(word: str, options: tuple[str, ...], key: str) -> str:
    if not options:
        return word
    lowered = {o.lower(): o for o in options}
    if word.lower() not in lowered:
        raise UnknownNameError(word, options, what="name", key=key)
    return lowered[word.lower()]


def _pairs(f: Any, value: Any, key: str) -> tuple[tuple[str, float], ...]:
    items = tuple(value.items()) if isinstance(value, Mapping) else tuple(value) if isinstance(value, (list, tuple)) else None
    if items is None:
        raise ScenarioError(f"must be a table of names and numbers, not {value!r}", key=key)
    out = []
    for item in items:
        name, number = item if isinstance(item, (list, tuple)) and len(item) == 2 else (item, None)
        amount = float(number) if isinstance(number, (int, float)) and not isinstance(number, bool) else math.nan
        if not isinstance(name, str) or not 0 <= amount < math.inf:
            raise ScenarioError(f"must be names with numbers of at least 0, not {value!r}", key=key)
        out.append((_named(name, f.metadata["options"], key), amount))
    if f.name == "payers" and abs(sum(share for _, share in out) - 1) > 1e-6:
        raise ScenarioError("the payers' shares must sum to 1", key=key)
    return tuple(out)


@cache
def presets() -> Mapping[str, CollaborativeSpec]:
    """Ready-made collaboratives by name: the starter of the design exercise and four reference communities.

    >>> sorted(presets())
    ['hartford', 'new london', 'norwalk', 'starter', 'waterbury']
    """
    raw = tomllib.loads((resources.files("hecsim.collaborative") / "data" / "presets.toml").read_text(encoding="utf-8"))
    return MappingProxyType({name: CollaborativeSpec(**{"preset": name, **entry}) for name, entry in raw.items()})


def collaborative_of(
    value: CollaborativeSpec | str | Mapping[str, Any] | None, *, file: Any = None
) -> CollaborativeSpec | None:
    """Settings from settings, the name of a preset, a table of a file, or None for none.

    >>> collaborative_of("norwalk").rule
    'weighted'
    """
    if value is None or isinstance(value, CollaborativeSpec):
        return value
    return CollaborativeSpec.from_mapping({"preset": value} if isinstance(value, str) else value, file=file)
