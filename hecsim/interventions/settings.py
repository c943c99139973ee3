"""Settings: the fields of an intervention, with the unit, range and help that file, form and docs share.

>>> from hecsim.interventions.settings import setting
>>> setting(0.3, unit="share", low=0, high=1, help="share served").metadata["unit"]
'share'
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from hecsim.errors import ScenarioError

__all__ = ["Payers", "Setting", "paid_by", "ramp_of", "reach_of", "schema", "setting", "validate"]

Payers = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """One field as a form or a table shows it. `options` are the allowed words of a text field."""

    name: str
    type: str
    default: Any
    unit: str
    low: float | None
    high: float | None
    help: str
    options: tuple[str, ...] = ()


def setting(
    default: Any,
    *,
    unit: str = "1",
    low: float | None = None,
    high: float | None = None,
    help: str = "",
    options: tuple[str, ...] = (),
) -> Any:
    """A dataclass field with its unit, allowed range and help."""
    return field(default=default, metadata={"unit": unit, "low": low, "high": high, "help": help, "options": options})


def reach_of(default: float) -> Any:
    """The common field `reach` with another default."""
    return setting(
        default,
        unit="share",
        low=0,
        high=1,
        help="share of those eligible who are served in the end, at full ramp",
    )


def ramp_of(default: int) -> Any:
    """The common field `ramp` with another default."""
    return setting(default, unit="month", low=0, high=240, help="months from the start to full scale")


def paid_by(**shares: float) -> Any:
    """The common field `payers` with another default; underscores in names become spaces."""
    pairs = tuple((name.replace("_", " "), share) for name, share in shares.items())
    return setting(pairs, unit="share", help="who pays, as shares that sum to one")


def schema(cls: type) -> tuple[Setting, ...]:
    """All settings of an intervention class, in the order of its fields."""
    found = []
    for f in fields(cls):
        meta = f.metadata
        kind = f.type if isinstance(f.type, str) else f.type.__name__ if isinstance(f.type, type) else str(f.type)
        # A file without `from __future__ import annotations` gives the type itself and not its name.
        kind = kind.replace("Payers", "table").replace(str(Payers), "table").removesuffix(" | None")
        found.append(
            Setting(
                f.name,
                kind,
                f.default,
                meta["unit"],
                meta["low"],
                meta["high"],
                meta["help"],
                meta["options"],
            )
        )
    return tuple(found)


def _allowed(s: Setting) -> str:
    if s.options:
        return "one of " + ", ".join(s.options)
    if s.type == "bool":
        return "true or false"
    kind = {"int": "a whole number", "float": "a number"}.get(s.type, s.type)
    if s.low is not None and s.high is not None:
        return f"{kind} from {s.low:g} to {s.high:g}"
    if s.low is not None:
        return f"{kind} of at least {s.low:g}"
    return kind if s.high is None else f"{kind} of at most {s.high:g}"


def _number(s: Setting, value: Any, file: Any) -> Any:
    wrong = ScenarioError(f"must be {_allowed(s)} ({s.unit}), not {value!r}", file=file, key=s.name)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise wrong
    if s.type == "int" and int(value) != value:
        raise wrong
    if (s.low is not None and value < s.low) or (s.high is not None and value > s.high):
        raise wrong
    return int(value) if s.type == "int" else float(value)


def _payers(s: Setting, value: Any, file: Any) -> Payers:
    if not isinstance(value, (Mapping, list, tuple)):
        raise ScenarioError(f"must be a table of payers and shares, not {value!r}", file=file, key=s.name)
    pairs = tuple(value.items()) if isinstance(value, Mapping) else tuple(tuple(p) for p in value)
    for pair in pairs:
        if len(pair) != 2 or not isinstance(pair[0], str) or not isinstance(pair[1], (int, float)) or pair[1] < 0:
            raise ScenarioError(f"must be payers with shares of at least 0, not {value!r}", file=file, key=s.name)
    if not pairs or abs(sum(share for _, share in pairs) - 1) > 1e-6:
        raise ScenarioError("the payers' shares must sum to 1", file=file, key=s.name)
    return tuple((name, float(share)) for name, share in pairs)


def validate(s: Setting, value: Any, file: Any = None) -> Any:
    """The value in its declared type; `ScenarioError` names the key and the allowed range."""
    if value is None and s.default is None:
        return None
    if s.type == "table":
        return _payers(s, value, file)
    if s.type in ("int", "float"):
        return _number(s, value, file)
    if s.type.startswith("tuple"):
        words = (value,) if isinstance(value, str) else tuple(value) if isinstance(value, (list, tuple)) else (value,)
        if not all(isinstance(w, str) for w in words):
            raise ScenarioError(f"must be a list of names, not {value!r}", file=file, key=s.name)
        return words
    if s.type == "bool" and not isinstance(value, bool):
        raise ScenarioError(f"must be true or false, not {value!r}", file=file, key=s.name)
    if s.type == "str" and (not isinstance(value, str) or (s.options and value not in s.options)):
        raise ScenarioError(f"must be {_allowed(s)}, not {value!r}", file=file, key=s.name)
    return value
