"""What moves which lever this month, and its composed value for any rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from hecsim.errors import ScenarioError, UnknownNameError
from hecsim.lanes import Lanes
from hecsim.levers.catalogue import LEVERS

__all__ = ["CURRENT_LAW", "LeverBook", "Move"]

_AT_ONCE = 65_536  # rows whose levers are composed together
_KEPT = 32  # arrays of one value that are kept from month to month
CURRENT_LAW = "M0"  # sources of the reference arm begin with this

Operation = Literal["add", "scale", "set"]


@dataclass(frozen=True, slots=True)
class Move:
    """One intervention moving one lever this month.

    lever : lever name
    operation : "add" adds dose x value; "scale" multiplies by 1 + dose x (value - 1); "set" replaces
    value : how much at full dose
    dose : None for everyone, one number, or a float32 array over all rows of the lever's table
    source : who moves it, for `explain`
    """

    lever: str
    operation: Operation
    value: float
    dose: np.ndarray | float | None
    source: str


class LeverBook:
    """The moves of the current month. Emptied by `clear`, written by interventions, read by the engine."""

    def __init__(self, draw: Mapping[str, Any]):
        self._draw = draw
        self._moves: dict[str, list[Move]] = defaultdict(list)
        self._bases: dict[str, float] = {}
        # Worked out from the moves of this month, and forgotten with them.
        self._constants: dict[str, np.float64 | None] = {}
        self._whole: dict[str, np.ndarray] = {}
        self._flat: dict[np.float64, np.ndarray] = {}  # one array for all levers of the same value

    def clear(self) -> None:
        """Forget all moves; the bases stay."""
        self._moves.clear()
        self._constants.clear()
        self._whole.clear()
        if len(self._flat) > _KEPT:
            self._flat.clear()

    def move(self, move: Move) -> None:
        """Add one move for this month."""
        if move.lever not in LEVERS:
            raise UnknownNameError(move.lever, LEVERS, what="lever")
        if LEVERS[move.lever].scope == "global" and isinstance(move.dose, np.ndarray):
            raise ScenarioError(f"lever '{move.lever}' is one number for everybody; its dose cannot be an array")
        self._moves[move.lever].append(move)
        self._constants.pop(move.lever, None)
        self._whole.pop(move.lever, None)

    def relay(self, table: str, moved: np.ndarray, size: int) -> None:
        """Follow rows that were laid out anew: `moved` is the new row of every old one, `size` the new length.

        Rows that are new have no dose until the next month.
        """
        self._constants.clear()
        self._whole.clear()
        kept = np.flatnonzero(moved >= 0)
        done: dict[int, np.ndarray] = {}  # several moves may share one array
        for name, moves in self._moves.items():
            if LEVERS[name].scope != table:
                continue
            for i, m in enumerate(moves):
                if isinstance(m.dose, np.ndarray):
                    if id(m.dose) not in done:
                        done[id(m.dose)] = np.zeros(size, m.dose.dtype)
                        done[id(m.dose)][moved[kept]] = m.dose[kept]
                    moves[i] = replace(m, dose=done[id(m.dose)])

    def base(self, name: str) -> float:
        """The value that holds when nobody moves the lever."""
        if name not in self._bases:
            base = LEVERS[name].base
            self._bases[name] = float(self._draw[base]) if isinstance(base, str) else float(base)
        return self._bases[name]

    def moved(self, name: str) -> bool:
        """Whether anything moves the lever this month."""
        return bool(self._moves.get(name))

    def moving(self) -> list[str]:
        """Names of the levers that something moves this month."""
        return [name for name, moves in self._moves.items() if moves]

    def sources(self) -> dict[str, list[str]]:
        """Lever name to the sources that move it this month."""
        return {name: [m.source for m in moves] for name, moves in self._moves.items() if moves}

    def constant(self, name: str) -> np.float64 | None:
        """The composed value if it is the same for every row this month, else None."""
        if name not in self._constants:
            moves = self._moves.get(name, ())
            same = not any(isinstance(m.dose, np.ndarray) for m in moves)
            self._constants[name] = self._compose(name, None) if same else None
        return self._constants[name]

    def resting(self, name: str, n: int | None) -> np.float64 | np.ndarray:
        """What a lever that nobody moves is handed over as: its number, or `n` times the same, read-only and shared."""
        value = np.float64(self.base(name))
        return value if n is None else self._same(value, n)

    def number(self, name: str) -> np.float64:
        """Composed value of a global lever."""
        value = self.constant(name)
        assert value is not None  # `move` refuses doses by row for these
        return value

    def fill(self, name: str, rows: slice, out: np.ndarray) -> np.ndarray:
        """Composed value of a lever for a slice of its table's rows, into float32 `out`."""
        value, whole = self.constant(name), self._whole.get(name)
        if value is not None:
            out[:] = value
        elif whole is not None:
            out[:] = whole[rows]
        else:
            for first in range(0, out.size, _AT_ONCE):  # of a state, each step in between would be as large as a column
                part = slice(rows.start + first, min(rows.start + first + _AT_ONCE, rows.stop))
                out[first : first + _AT_ONCE] = self._compose(name, part)
        return out

    def by_row(self, name: str, size: int, lanes: Lanes | None = None) -> np.ndarray:
        """Composed value of a lever that differs between rows, float32, for all rows of its table; the same array all month."""
        whole = self._whole.get(name)
        if whole is None or whole.size != size:
            self._whole.pop(name, None)
            whole, lanes = np.empty(size, np.float32), lanes or Lanes()
            lanes.each(lambda rows: self.fill(name, rows, whole[rows]), lanes.ranges(size))
            self._whole[name] = whole
        return whole

    def flat(self, name: str, n: int) -> np.ndarray | None:
        """`n` times the composed value, float32, read-only and shared, if it is the same for every row."""
        value = self.constant(name)
        return None if value is None else self._same(value, n)

    def _same(self, value: np.float64, n: int) -> np.ndarray:
        held = self._flat.get(value)
        if held is None or held.size < n:
            held = self._flat[value] = np.full(int(n * 1.2) + 1, value, np.float32)
            held.flags.writeable = False
        return held[:n]

    def _compose(self, name: str, rows: slice | None) -> Any:
        value: Any = np.float64(self.base(name))
        moves = self._moves.get(name)
        if not moves:
            return value  # the base holds even where it lies outside of what moves may reach
        if rows is not None:
            value = np.full(rows.stop - rows.start, np.float32(value), np.float64)
        for m in sorted(moves, key=_rank):
            dose: Any = 1.0 if m.dose is None else m.dose
            value = _apply(value, m, dose[rows] if isinstance(dose, np.ndarray) else dose)
        return _within(value, LEVERS[name].low, LEVERS[name].high)

    def reaching(self, household: int, persons: list[int]) -> list[str]:
        """Sources whose dose this month is above zero for this household or one of these persons."""
        found = set()
        for name, moves in self._moves.items():
            rows = {"household": [household], "person": persons}.get(LEVERS[name].scope)
            for m in moves:
                if rows is None or m.dose is None:
                    continue
                dose = m.dose[rows] if isinstance(m.dose, np.ndarray) else np.float64(m.dose)
                if np.any(dose > 0):
                    found.add(m.source)
        return sorted(found)

    def explain(self, name: str, rows: np.ndarray) -> list[dict[str, Any]]:
        """How the value at `rows` came about: one mapping per step, the base first."""
        rows = np.asarray(rows, np.int64)
        value = np.full(rows.size, self.base(name), np.float64)
        steps: list[dict[str, Any]] = [{"source": "base", "operation": "base", "value": value.copy()}]
        for m in sorted(self._moves.get(name, ()), key=_rank):
            dose: Any = 1.0 if m.dose is None else m.dose
            value = np.asarray(_apply(value, m, dose[rows] if isinstance(dose, np.ndarray) else dose))
            steps.append({"source": m.source, "operation": m.operation, "value": value.copy()})
        return steps


def _rank(m: Move) -> tuple[int, str]:
    """Settings, then additions, then multipliers; within each by source, so that order of entry never matters.

    Settings of current law come first of all: what an arm sets replaces them, what it adds builds on them.
    """
    return ({"set": 0, "add": 1, "scale": 2}[m.operation], "" if m.source.startswith(CURRENT_LAW) else m.source)


def _apply(value: Any, m: Move, dose: Any) -> Any:
    if m.operation == "add":
        return value + dose * m.value
    if m.operation == "scale":
        return value * (1.0 + dose * (m.value - 1.0))
    return value + _within(dose, 0.0, 1.0) * (m.value - value)


def _within(value: Any, low: float, high: float) -> Any:
    """A value within bounds; most are one number, for which `np.clip` takes longer than all the rest."""
    if isinstance(value, np.ndarray):
        return np.clip(value, low, high)
    return np.float64(min(max(value, low), high))
