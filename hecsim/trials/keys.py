"""Keys of a trial file: a dataclass field with its meaning, and a reader that accepts nothing else.

One description serves the reader, its messages and the reference in docs/trials.md.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any, TypeVar, Union, dataclass_transform, get_args, get_origin, get_type_hints

from hecsim.errors import HecsimError, ScenarioError, UnknownNameError

__all__ = ["Row", "Window", "expect", "key", "read", "record", "rows_of"]

T = TypeVar("T")

Window = tuple[int, ...]
_LARGEST = sys.float_info.max  # whole numbers of a file have no bound of their own


def key(
    default: Any = MISSING,
    *,
    help: str,
    options: tuple[str, ...] = (),
    low: float | None = None,
    high: float | None = None,
    unit: str = "",
    expression: str = "",
    table: bool = False,
) -> Any:
    """A field of a trial file.

    help : one sentence, for the reference
    options : allowed words
    low, high, unit : of a number
    expression : the rows that an expression is evaluated over ("person", "neighborhood", ...), for the reference
    table : the value is a table, or a list of tables, of its own
    """
    meta = {
        "help": help, "options": options, "low": low, "high": high, "unit": unit, "expression": expression, "table": table,
    }  # fmt: skip
    if isinstance(default, (dict, list)):
        raise TypeError("defaults are tuples")
    return field(metadata=meta) if default is MISSING else field(default=default, metadata=meta)


@dataclass_transform(frozen_default=True, kw_only_default=True)
def record(cls: type[T]) -> type[T]:
    """Class decorator of a table of a trial file: a frozen dataclass with keyword-only fields."""
    return dataclass(frozen=True, kw_only=True)(cls)


@dataclass(frozen=True)
class Row:
    """One key as the reference shows it."""

    name: str
    type: str
    default: str
    help: str


def _bare(annotation: Any) -> Any:
    """The type without "or None"."""
    if get_origin(annotation) in (Union, types.UnionType):
        kept = [a for a in get_args(annotation) if a is not type(None)]
        return kept[0] if len(kept) == 1 else Union[tuple(kept)]  # noqa: UP007
    return annotation


def _is_table(annotation: Any) -> bool:
    return isinstance(annotation, type) and hasattr(annotation, "__dataclass_fields__")


def _item(annotation: Any) -> Any:
    """The type of the entries of a tuple."""
    return get_args(annotation)[0]


def _words(f: Field[Any], annotation: Any) -> str:
    """What a value of a field looks like, in words."""
    meta = f.metadata
    if meta["options"]:
        return "one of " + ", ".join(f'"{o}"' for o in meta["options"])
    if meta["expression"]:
        return f"expression over {meta['expression']}"
    bare = _bare(annotation)
    if get_origin(bare) is tuple:
        return {str: "list of names", int: "list of months", float: "list of numbers"}.get(_item(bare), "list of tables")
    name = {str: "text", bool: "true or false", int: "a whole number", float: "a number"}.get(bare, "a table")
    low, high = meta["low"], meta["high"]
    bounds = f" from {low:g} to {high:g}" if low is not None and high is not None else ""
    if not bounds and low is not None:
        bounds = f" of at least {low:g}"
    return name + bounds + (f" ({meta['unit']})" if meta["unit"] else "")


def rows_of(cls: type) -> list[Row]:
    """The keys of a table, in order, for the reference."""
    hints = get_type_hints(cls)
    found = []
    for f in fields(cls):
        if f.default is MISSING:
            default = "required"
        elif f.default is None or f.default == ():
            default = "none"
        else:
            default = str(f.default).lower() if isinstance(f.default, bool) else repr(f.default).replace("'", '"')
        found.append(Row(f.name, _words(f, hints[f.name]), default, f.metadata["help"]))
    return found


def read(cls: type, data: Any, *, file: Any, where: str) -> Any:
    """An instance of a table's dataclass from what the file holds; unknown keys are errors with a suggestion."""
    if not isinstance(data, Mapping):
        raise ScenarioError(f"must be a table, not {data!r}", file=file, key=where)
    known = {f.name: f for f in fields(cls)}
    hints = get_type_hints(cls)
    values = {}
    for name, value in data.items():
        if name not in known:
            raise UnknownNameError(name, known, what="key", file=file, key=where or None)
        values[name] = _value(known[name], hints[name], value, file, f"{where}.{name}" if where else name)
    missing = [n for n, f in known.items() if f.default is MISSING and n not in values]
    if missing:
        raise ScenarioError(f"missing {', '.join(missing)}", file=file, key=where or None)
    try:
        return cls(**values)
    except HecsimError as problem:
        if getattr(problem, "file", None) is not None:
            raise
        inner = getattr(problem, "key", None)
        said = str(problem).removeprefix(f"[{inner}]: ")
        at = inner if inner and inner.startswith(("arm ", "outcome '", "population", "design", "background")) else None
        place = at or ".".join(p for p in (where, inner) if p)
        raise ScenarioError(said, file=file, key=place or None) from None


def _value(f: Field[Any], annotation: Any, value: Any, file: Any, where: str) -> Any:
    bare = _bare(annotation)
    if get_origin(bare) is tuple:
        return _list(f, bare, value, file, where)
    if _is_table(bare):
        return read(bare, value, file=file, where=where)
    return _scalar(f, bare, value, file, where)


def _list(f: Field[Any], annotation: Any, value: Any, file: Any, where: str) -> Any:
    item = _item(annotation)
    if item is Any:  # rows of a catalogue of its own, such as interventions
        if not isinstance(value, list) or not all(isinstance(v, Mapping) for v in value):
            raise ScenarioError("write [[...]] tables with two brackets", file=file, key=where)
        return tuple(dict(v) for v in value)
    if _is_table(item):
        if not isinstance(value, list):
            raise ScenarioError(f"is a list of tables: write [[{where}]] with two brackets", file=file, key=where)
        return tuple(read(item, v, file=file, where=f"{where} {n + 1}") for n, v in enumerate(value))
    entries = value if isinstance(value, list) else [value]
    return tuple(_scalar(f, item, v, file, where) for v in entries)


def _scalar(f: Field[Any], bare: Any, value: Any, file: Any, where: str) -> Any:
    meta = f.metadata
    wrong = ScenarioError(f"must be {_words(f, bare)}, not {value!r}", file=file, key=where)
    if bare is bool:
        if not isinstance(value, bool):
            raise wrong
        return value
    if bare in (int, float):
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) <= _LARGEST:
            raise wrong
        if bare is int and int(value) != value:
            raise wrong
        if (meta["low"] is not None and value < meta["low"]) or (meta["high"] is not None and value > meta["high"]):
            raise wrong
        return int(value) if bare is int else float(value)
    if not isinstance(value, str):
        if meta["expression"] and isinstance(value, (int, float)):
            return repr(value)
        raise wrong
    if meta["options"] and value not in meta["options"]:
        raise UnknownNameError(value, meta["options"], what=f"word for '{f.name}'", file=file, key=where)
    return value


def expect(condition: bool, message: str, *, key: str, hint: str | None = None) -> None:
    """Refuse a combination of keys; the reader adds the file's name."""
    if not condition:
        raise ScenarioError(message, key=key, hint=hint)
