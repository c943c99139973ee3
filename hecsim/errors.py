"""One tree of errors. Each says what is wrong, where, and what to do about it.

>>> from hecsim.errors import UnknownNameError
>>> print(UnknownNameError("Hartfort", ["Hartford", "Hamden"], what="town"))
unknown town 'Hartfort'; did you mean 'Hartford'?
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path

__all__ = [
    "CommunityDataError",
    "EvidenceError",
    "HecsimError",
    "InvariantError",
    "LuckError",
    "RunError",
    "ScenarioError",
    "ScheduleError",
    "StoreError",
    "UnknownNameError",
]


class HecsimError(Exception):
    """Base of every error that a user of hecsim can cause or needs to read."""


def suggestion(name: str, known: Iterable[str]) -> str:
    """The nearest known name as "; did you mean 'x'?", or a short list of what there is."""
    names = sorted(str(k) for k in known)
    lowered = {n.lower(): n for n in names}
    near = difflib.get_close_matches(str(name).lower(), list(lowered), n=1, cutoff=0.6)
    if near:
        return f"; did you mean '{lowered[near[0]]}'?"
    if not names:
        return ""
    shown = ", ".join(names[:8])
    return f"; known: {shown}{', ...' if len(names) > 8 else ''}"


def _where(file: str | Path | None, key: str | None) -> str:
    place = "".join([f"{file}" if file else "", f" [{key}]" if key else ""]).strip()
    return f"{place}: " if place else ""


class ScenarioError(HecsimError):
    """A scenario or study file, or an argument that stands for one, is wrong: file and key are named."""

    def __init__(self, message: str, *, file: str | Path | None = None, key: str | None = None, hint: str | None = None):
        self.file, self.key, self.hint = file, key, hint
        super().__init__(f"{_where(file, key)}{message}{f'. {hint}' if hint else ''}")


class UnknownNameError(HecsimError):
    """A name that does not exist; the message offers the nearest one that does."""

    def __init__(
        self,
        name: str,
        known: Iterable[str],
        *,
        what: str = "name",
        file: str | Path | None = None,
        key: str | None = None,
    ):
        self.name, self.what, self.file, self.key = name, what, file, key
        super().__init__(f"{_where(file, key)}unknown {what} '{name}'{suggestion(name, known)}")


class CommunityDataError(HecsimError):
    """A community table is damaged or incomplete: file, column and row count are named."""

    def __init__(
        self,
        message: str,
        *,
        file: str | Path | None = None,
        column: str | None = None,
        rows: int | None = None,
        hint: str | None = None,
    ):
        self.file, self.column, self.rows, self.hint = file, column, rows, hint
        count = f" ({rows:,} rows)" if rows is not None else ""
        super().__init__(f"{_where(file, column)}{message}{count}{f'. {hint}' if hint else ''}")


class EvidenceError(HecsimError):
    """A parameter without value, unit, source or grade, or one that is out of its own range."""


class ScheduleError(HecsimError):
    """Something is scheduled at an impossible time, such as a start after the horizon."""


class LuckError(HecsimError):
    """A decision would be drawn twice, or by two owners."""


class InvariantError(HecsimError):
    """The state broke a rule that always holds: month, column and example rows are named."""


class RunError(HecsimError):
    """A run could not go on: arm, future and month are named."""


class StoreError(HecsimError):
    """A results folder cannot be read or written, or belongs to another study."""
