"""The shape of a process.

A process is a compiled loop (kernel) over the rows of one block, and a plain numpy twin with the
same arguments. What it needs is said by the *names of the kernel's arguments*:

    p_age, h_rent        columns of the block's persons and households (slices of whole arrays)
    n_safety, b_open     columns of all neighborhoods, businesses (b_), towns (t_), organizations (o_)
    pu_quit, hu_filing   one uniform number per person or household; the decision is "<process>.quit"
    pz_mood, hz_mood     one standard normal number each
    luck_p, luck_h       the words of luck of the month, for numbers that only few need: with
    du_sentence, dz_length   the number of a decision, `luck.uniform_at(luck_p, i, du_sentence)` and
                         `luck.normal_at` give row i what pu_sentence[i] and pz_length[i] would hold
    lp_ lh_ ln_ lb_ lg_  levers at person, household, neighborhood, business rows; lg_ is one number
    k_name               the parameter "<room>.name"; k_other__name is the parameter "other.name"
    x_name               an auxiliary array of the community (ties, travel times)
    h0, p0               first household and person row of the block: local row = h_row - h0
    month, calendar_month, year   the clock, as integers
    rules                the tax and benefit rules (hecsim.benefits), a table of one record: rules[0]

Columns that the process writes are declared; all others arrive read-only, which the compiler
enforces. A decision belongs to one process, so it is drawn at most once per entity and month.

Person columns hold rows that are not in use (`p_present` 0): kernels skip or mask them.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from hecsim.columns import PREFIX, SCHEMA
from hecsim.errors import HecsimError

__all__ = ["Argument", "Process", "process"]

Scope = Literal["block", "whole", "structural"]
_TABLES = {letter: table for table, letter in PREFIX.items()}
_CLOCK = ("h0", "p0", "month", "calendar_month", "year", "rules")


@dataclass(frozen=True, slots=True)
class Argument:
    """One kernel argument, understood: what kind of thing it is and where it comes from."""

    name: str
    kind: Literal["column", "uniform", "normal", "words", "decision", "lever", "parameter", "auxiliary", "clock"]
    table: str
    key: str
    writable: bool = False


@dataclass(frozen=True)
class Process:
    """A step of the month.

    name : process name; its decisions are named "<name>.<decision>"
    room : evidence room of its parameters
    scope : "block" runs per block; "whole" once over all rows; "structural" gets the community itself
    kernel, twin : compiled loop and plain numpy twin, with the same arguments
    arguments : the kernel's arguments, understood
    writes : columns written, with prefix
    summary : one sentence
    after : for a process of another package, the name of the process that it follows in the month
    """

    name: str
    room: str
    scope: Scope
    kernel: Callable[..., Any]
    twin: Callable[..., Any] | None
    arguments: tuple[Argument, ...]
    writes: tuple[str, ...]
    summary: str
    after: str = ""

    @property
    def reads(self) -> tuple[str, ...]:
        """Columns read, with prefix."""
        return tuple(a.name for a in self.arguments if a.kind == "column" and not a.writable)

    @property
    def decisions(self) -> tuple[str, ...]:
        """Names of the chance events that it owns."""
        return tuple(a.key for a in self.arguments if a.kind in ("uniform", "normal", "decision"))

    @property
    def levers(self) -> tuple[str, ...]:
        """Levers read."""
        return tuple(a.key for a in self.arguments if a.kind == "lever")

    @property
    def parameters(self) -> tuple[str, ...]:
        """Full names of the parameters used."""
        return tuple(a.key for a in self.arguments if a.kind == "parameter")


def _understand(argument: str, name: str, room: str, writes: tuple[str, ...]) -> Argument:
    if argument in _CLOCK:
        return Argument(argument, "clock", "", argument)
    head, _, rest = argument.partition("_")
    if head == "luck" and rest in _TABLES:
        return Argument(argument, "words", _TABLES[rest], rest)
    if head in ("du", "dz"):
        return Argument(argument, "decision", "", f"{name}.{rest}")
    if head in _TABLES:
        table = _TABLES[head]
        if rest not in {c.name for c in SCHEMA[table]}:
            raise HecsimError(f"process '{name}': table '{table}' has no column '{rest}' (argument '{argument}')")
        return Argument(argument, "column", table, rest, argument in writes)
    if len(head) == 2 and head[0] in _TABLES and head[1] in "uz":
        kind: Literal["uniform", "normal"] = "uniform" if head[1] == "u" else "normal"
        return Argument(argument, kind, _TABLES[head[0]], f"{name}.{rest}")
    if len(head) == 2 and head[0] == "l":
        return Argument(argument, "lever", "" if head[1] == "g" else _TABLES[head[1]], rest)
    if head == "k":
        other, found, parameter = rest.partition("__")
        return Argument(argument, "parameter", "", f"{other}.{parameter}" if found else f"{room}.{rest}")
    if head == "x":
        return Argument(argument, "auxiliary", "", rest)
    raise HecsimError(f"process '{name}': argument '{argument}' has no known prefix; see hecsim.processes.base")


def process(
    name: str,
    *,
    kernel: Callable[..., Any],
    twin: Callable[..., Any] | None,
    writes: tuple[str, ...],
    summary: str,
    room: str | None = None,
    scope: Scope = "block",
    after: str = "",
) -> Process:
    """Declare a process; wrong argument names and undeclared columns are errors at import.

    A structural process has `kernel(community, context)` and no twin: it is plain Python already.
    """
    room = room or name.partition(".")[0]
    if scope == "structural":
        return Process(name, room, scope, kernel, None, (), writes, summary, after)
    plain = getattr(kernel, "py_func", kernel)
    names = list(inspect.signature(plain).parameters)
    arguments = tuple(_understand(a, name, room, writes) for a in names)
    unknown = [w for w in writes if w not in names]
    if unknown:
        raise HecsimError(f"process '{name}' declares writes that are no arguments: {', '.join(unknown)}")
    if twin is not None and list(inspect.signature(twin).parameters) != names:
        raise HecsimError(f"process '{name}': the twin's arguments differ from the kernel's")
    return Process(name, room, scope, kernel, twin, arguments, writes, summary, after)
