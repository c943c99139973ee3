"""Reading and checking the parameter files."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

import numpy as np

from hecsim.errors import EvidenceError, UnknownNameError
from hecsim.evidence.parsed import parse, parse_all
from hecsim.extensions import added

__all__ = ["GRADES", "Parameter", "load", "parameter"]

GRADES = ("A", "B", "C", "D", "law", "data")
DISTRIBUTIONS = ("auto", "fixed", "normal", "lognormal", "logit", "uniform")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number (or short list of numbers) of the world.

    value, low, high : number or list; low and high bound about 90 percent of belief
    unit, source, grade, note : what it is, where it comes from, how good that is
    axis : labels of a list's entries
    distribution : how it is drawn; "auto" takes logit for shares, lognormal for positive, else normal
    calibrated : True for base rates that calibration may move
    """

    room: str
    name: str
    value: float | tuple[float, ...]
    unit: str
    source: str
    grade: str
    low: float | tuple[float, ...] | None = None
    high: float | tuple[float, ...] | None = None
    note: str = ""
    axis: tuple[str, ...] = ()
    distribution: str = "auto"
    calibrated: bool = False

    @property
    def full_name(self) -> str:
        """'room.name'."""
        return f"{self.room}.{self.name}"

    @property
    def uncertain(self) -> bool:
        """Whether draws differ from the central value."""
        return self.low is not None and self.distribution != "fixed"


def _flat(value: object, where: str) -> float | tuple[float, ...]:
    """A finite number, or the numbers of a list, of lists as well, in order."""

    def entries(part: object) -> list[float]:
        if isinstance(part, list):
            return [x for p in part for x in entries(p)]
        # Integers of TOML have no bound; a float does.
        if isinstance(part, (int, float)) and not isinstance(part, bool) and abs(part) <= sys.float_info.max:
            return [float(part)]
        raise EvidenceError(f"{where}: must be a number or a list of numbers, not {str(part)[:40]!r}")

    found = entries(value)
    if not found:
        raise EvidenceError(f"{where}: is an empty list")
    return tuple(found) if isinstance(value, list) else found[0]


def _check(p: Parameter, file: str) -> None:
    where = f"{file} [{p.name}]: "
    for text in ("unit", "source", "grade"):
        if not getattr(p, text):
            raise EvidenceError(f"{where}'{text}' is empty; every parameter says its {text}")
    if p.grade not in GRADES:
        raise EvidenceError(f"{where}grade '{p.grade}' is not one of {', '.join(GRADES)}")
    if p.distribution not in DISTRIBUTIONS:
        raise EvidenceError(f"{where}distribution '{p.distribution}' is not one of {', '.join(DISTRIBUTIONS)}")
    if (p.low is None) != (p.high is None):
        raise EvidenceError(f"{where}give both low and high, or neither")
    value = np.atleast_1d(p.value)
    if p.axis and len(p.axis) != value.size:
        raise EvidenceError(f"{where}{len(p.axis)} axis labels for {value.size} values")
    if p.low is not None:
        low, high = np.atleast_1d(np.asarray(p.low)), np.atleast_1d(np.asarray(p.high))
        if low.size not in (1, value.size) or high.size != low.size:
            raise EvidenceError(f"{where}low and high must have one entry, or as many as value")
        if (low > value).any() or (high < value).any():
            raise EvidenceError(f"{where}value lies outside low to high")


def _read(file: str, text: str) -> dict[str, Parameter]:
    return _parameters(file, parse(file, text))


def _parameters(file: str, raw: dict[str, Any]) -> dict[str, Parameter]:
    room = raw.pop("room", file.removesuffix(".toml"))
    allowed = {f.name for f in fields(Parameter)} - {"room", "name"}
    found = {}
    for name, entry in raw.items():
        if not isinstance(entry, dict):
            raise EvidenceError(f"{file} [{name}]: expected a table with value, unit, source and grade")
        for key in entry:
            if key not in allowed:
                raise UnknownNameError(key, allowed, what="key", file=file, key=name)
        missing = {"value", "unit", "source", "grade"} - entry.keys()
        if missing:
            raise EvidenceError(f"{file} [{name}]: missing {', '.join(sorted(missing))}")
        where = f"{file} [{name}]"
        numbers = ("value", "low", "high")
        entry = {k: _flat(v, f"{where} {k}") if k in numbers else v for k, v in entry.items()}
        for key in allowed & entry.keys() - {*numbers, "axis"}:
            kind = bool if key == "calibrated" else str
            if not isinstance(entry[key], kind):
                raise EvidenceError(f"{where}: '{key}' must be {'true or false' if kind is bool else 'text'}")
        if "axis" in entry:
            if not isinstance(entry["axis"], list):
                raise EvidenceError(f"{where}: 'axis' must be a list of labels")
            entry["axis"] = tuple(str(a) for a in entry["axis"])
        p = Parameter(room=room, name=name, **entry)
        _check(p, file)
        found[p.full_name] = p
    return found


@cache
def load() -> Mapping[str, Parameter]:
    """All parameters of the package, by full name."""
    found: dict[str, Parameter] = {}
    folders = [resources.files("hecsim.evidence") / "data", *(resources.files(m) for _, m in added("hecsim.evidence"))]
    inside = sorted((f for folder in folders for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)
    files = [(f.name, f.read_text(encoding="utf-8")) for f in inside]
    for (file, _), raw in zip(files, parse_all(files), strict=True):
        for name, p in _parameters(file, raw).items():
            if name in found:
                raise EvidenceError(f"{file}: parameter '{name}' is defined twice")
            found[name] = p
    return MappingProxyType(found)


def parameter(full_name: str) -> Parameter:
    """One parameter by 'room.name'."""
    known = load()
    if full_name not in known:
        raise UnknownNameError(full_name, known, what="parameter")
    return known[full_name]
