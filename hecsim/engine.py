"""A month as an ordered plan of processes, run block by block.

`Engine` holds everything that fixes a run besides the state: the plan, the parameter draw, the
levers and the seed of luck. The plan has three parts: processes before the first block (`whole`
or `structural`), processes of a block, and processes after the last block. All processes of one
block run before the next block starts, so a block stays in the processor's cache; blocks share
nothing they write, so they may run on several threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from typing import Any, Literal

import numpy as np

from hecsim import benefits, luck
from hecsim.calls import Calls
from hecsim.columns import SCHEMA
from hecsim.community import Community
from hecsim.errors import LuckError, RunError
from hecsim.frames import Frames, Scratch
from hecsim.lanes import Lanes
from hecsim.levers import LEVERS, LeverBook
from hecsim.memory import give_back
from hecsim.processes.base import Argument, Process
from hecsim.tables import Table

__all__ = ["Context", "Engine", "check_plan"]

_FIXED = ("parameter", "decision", "column")  # kinds of arguments that are the same in every call of a part
_RUNS = 2  # the families' month, and what is still to do after settlement
_AHEAD = 64  # one spare row is looked at for so many that are in use


@dataclass
class Context:
    """What a structural process may use besides the community: draw, levers, seed of luck, events.

    events : mappings that later steps and the diary read, such as births and moves this month
    lanes : threads that it may share its rows among
    lasting : what follows from the draw alone, once worked out
    words : by table, words of luck of all rows this month, where a step has worked them out that changes no keys
    """

    draw: Mapping[str, Any]
    levers: LeverBook
    seed: int
    events: dict[str, Any]
    lanes: Lanes = field(default_factory=Lanes)
    lasting: dict[str, Any] = field(default_factory=dict)
    words: dict[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)

    def uniforms(self, decision: str, month: int, keys: np.ndarray) -> np.ndarray:
        """float32 uniforms for a named decision, one per key."""
        return luck.uniforms(seed=self.seed, decision=decision, month=month, keys=keys)


def check_plan(plan: Sequence[Process]) -> None:
    """Refuse a plan in which a decision has two owners or block processes stand in more than two places."""
    owner: dict[str, str] = {}
    for p in plan:
        for d in p.decisions:
            if d in owner:
                raise LuckError(f"decision '{d}' is drawn by '{owner[d]}' and by '{p.name}'")
            owner[d] = p.name
    numbers: dict[int, str] = {}
    for d in owner:
        clash = numbers.setdefault(luck.decision_id(d), d)
        if clash != d:
            raise LuckError(f"decisions '{d}' and '{clash}' share a number; rename one")
    if len(_runs(plan)) > _RUNS:
        raise RunError("block processes of a plan must stand together, so that a block stays in cache")


def _runs(plan: Sequence[Process]) -> list[list[Process]]:
    """Block processes that stand together."""
    return [list(run) for block, run in groupby(plan, lambda p: p.scope == "block") if block]


class _Part:
    """The rows of a community that a process is run on: one block, or all of it.

    Slices of columns are made once and serve all processes and months, until a table is laid out anew; words of
    luck and levers serve all processes of a month.
    """

    def __init__(self, community: Community, rows: dict[str, slice]):
        self.tables, self.rows = community.tables, rows
        self._layout = [table.start for table in self.tables.values()]  # replaced when a table is laid out anew
        self.calls: dict[str, list[Any]] = {}  # by process: its arguments, as far as they stay the same
        self._views: dict[tuple[str, bool], np.ndarray] = {}
        self._words: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        self.levers: dict[str, np.ndarray] = {}  # those that differ from row to row, once composed
        self.turn(community, 0)

    def holds(self, community: Community, b: int | None) -> bool:
        """Whether these are still the rows in use of block `b`."""
        now = community.tables
        if self.tables is not now or any(start is not t.start for start, t in zip(self._layout, now.values(), strict=True)):
            return False
        return b is None or all(now[name].block(b).stop <= rows.stop for name, rows in self.rows.items())

    def turn(self, community: Community, seed: int) -> _Part:
        """Begin a month, or a process after rows have been written."""
        self.clock, self.extras, self.month, self._seed = community.clock, community.extras, community.clock.month, seed
        self.rest()
        return self

    def rest(self) -> None:
        """Let go of what is of this month: for a state it is a tenth of a gigabyte."""
        self._words.clear()
        self.levers.clear()

    def view(self, a: Argument) -> np.ndarray | None:
        """Slice of a column, read-only unless the process writes it; None where there is no such column."""
        known = self._views.get((a.name, a.writable))
        if known is None:
            values = self.tables[a.table].columns.get(a.key)
            if values is None:  # `missing` says what a community lacks
                return None
            known = values[self.rows[a.table]] if a.table in self.rows else values[:]
            known.flags.writeable = a.writable
            self._views[a.name, a.writable] = known
        return known

    def size(self, table: str) -> int:
        """Rows of a table in this part."""
        rows = self.rows.get(table)
        return self.tables[table].size if rows is None else rows.stop - rows.start

    def know(self, words: Mapping[str, tuple[np.ndarray, np.ndarray]]) -> None:
        """Take over words of luck that have been worked out for whole tables this month."""
        for table, (first, second) in words.items():
            rows = self.rows.get(table, slice(None))
            self._words[table] = first[rows], second[rows]

    def words(self, table: str) -> tuple[np.ndarray, np.ndarray]:
        """The words of luck of a table's rows this month."""
        if table not in self._words:
            keys = self.tables[table].columns["key"]
            keys = keys[self.rows[table]] if table in self.rows else keys
            self._words[table] = luck.words(seed=self._seed, month=self.month, keys=keys)
        return self._words[table]


def _reach(table: Table, b: int | None) -> slice:
    """Rows of block `b` that are in use, and some of its spare rows, so that the slice lasts for a few months."""
    if b is None:
        return slice(0, table.size)
    used = table.block(b)
    return slice(used.start, min(used.stop + (used.stop - used.start) // _AHEAD + 1, int(table.start[b + 1])))


class Engine:
    """Runs months over a community.

    plan : processes in the order of the month
    draw : parameter values by full name
    seed : seed of luck (of the future, never of the arm)
    plain : run the numpy twins instead of the compiled loops
    threads : blocks at a time

    `one_by_one` makes it call every loop from Python, for those who watch single processes.
    """

    one_by_one = False

    def __init__(
        self,
        plan: Sequence[Process],
        draw: Mapping[str, Any],
        seed: int,
        *,
        plain: bool = False,
        threads: int = 1,
    ):
        check_plan(plan)
        self.plan = tuple(plan)
        self.draw = draw
        self.seed = int(seed)
        self.levers = LeverBook(draw)
        self.threads = max(1, threads)
        self.lanes = Lanes(self.threads)
        self.context = Context(draw, self.levers, self.seed, {}, self.lanes)
        self.plain = plain
        # Statutory amounts stay at their 2025 level: the model counts in constant 2025 dollars.
        self.rules = benefits.rules("2025-07", draw)
        # A table of one record: to look at a record alone, a compiled loop's call asks every field for its type.
        self._law = np.array([self.rules], self.rules.dtype)
        self._numbers = {d: luck.number_of(luck.decision_id(d)) for p in plan for d in p.decisions}
        self._scratch = [Scratch() for _ in range(self.threads)]
        self._calls: dict[str, Calls | None] = {}  # None where they are not to be had
        self._me = object()  # stands for this engine among what a community keeps
        # What a process is called with is mostly the same every month: parameters are put in place once.
        self._fixed = {p.name: [self._constant(a) for a in p.arguments] for p in plan}
        self._columns = {p.name: [(i, a) for i, a in enumerate(p.arguments) if a.kind == "column"] for p in plan}
        self._varying = {
            p.name: [(i, a) for i, a in enumerate(p.arguments) if a.kind not in _FIXED and a.key != "rules"] for p in plan
        }
        first = next((i for i, p in enumerate(plan) if p.scope == "block"), len(plan))
        last = next((i for i, p in enumerate(plan) if i > first and p.scope != "block"), len(plan))
        self.opening, self.inner, self.closing = plan[:first], plan[first:last], plan[last:]

    def open_month(self, community: Community) -> None:
        """Processes before the blocks. Interventions have written the lever book by now."""
        self.context.events.clear()
        if (frames := self._frames(community, "opening")) is not None:
            frame = frames.lane(self._scratch[0])
            self._check(frames.calls.run(frame), self.opening, community, None)
            return
        for p in self.opening:
            self._whole(p, community)

    def run_blocks(self, community: Community) -> None:
        """All block processes, block by block."""
        if (frames := self._frames(community, "blocks")) is None:
            self._by_block(self.inner, community, self.threads)
            return
        blocks = iter(range(community.n_blocks))
        self.lanes.run(partial(self._direct, community, frames, blocks), community.n_blocks)

    def _direct(self, community: Community, frames: Frames, blocks: Iterator[int], lane: int) -> None:
        frame = frames.lane(self._scratch[lane])
        for b in blocks:  # whichever lane is free takes the next block
            self._check(frames.calls.run(frames.aim(frame, b)), self.inner, community, b)

    def _check(self, failed: int, plan: Sequence[Process], community: Community, b: int | None) -> None:
        """Say what is wrong with the process that has failed, if any, by calling it once more from Python."""
        if failed >= 0:
            self._call(plan[failed], self._part(community, b), self._scratch[0])
            raise RunError(f"process '{plan[failed].name}' failed in month {community.clock.month}")

    def _frames(self, community: Community, which: Literal["opening", "blocks"]) -> Frames | None:
        """Addresses for this month's loops; None where they are to be called one by one."""
        whole = which == "opening"
        plan = self.opening if whole else self.inner
        if self.plain or self.one_by_one or not plan or not community.n_blocks or any(p.scope == "structural" for p in plan):
            return None
        if which not in self._calls:
            sample = self._part(community, None if whole else 0)
            self._calls[which] = Calls.of(plan, [self._arguments(p, sample, Scratch()) for p in plan], self._numbers)
        calls = self._calls[which]
        if calls is None:
            return None
        frames = community.kept.get((self._me, which))
        if frames is None or not frames.holds(community):
            frames = community.kept[self._me, which] = Frames(calls, community, whole=whole)
        return frames if frames.turn(community, self.levers, self.seed, self.lanes) else None

    def _by_block(self, plan: Sequence[Process], community: Community, threads: int) -> None:
        blocks = iter(range(community.n_blocks))

        def work(lane: int) -> None:
            for b in blocks:
                part = self._part(community, b)
                part.know(self.context.words)
                for p in plan:
                    self._call(p, part, self._scratch[lane])
                part.rest()

        self.lanes.run(work, min(threads, community.n_blocks))

    def close_month(self, community: Community) -> None:
        """Processes after the blocks: settlement, ties, trust."""
        for by_block, plan in groupby(self.closing, lambda p: p.scope == "block"):
            if by_block:
                self._by_block(list(plan), community, len(self.lanes.ranges(community.household.size)))
                continue
            for p in plan:
                self._whole(p, community)
        self.context.words.clear()  # they are of this month

    def step(self, community: Community) -> None:
        """One month without interventions or record; the clock moves on."""
        self.open_month(community)
        self.run_blocks(community)
        self.close_month(community)
        community.clock.month += 1

    def _function(self, p: Process) -> Callable[..., Any]:
        if self.plain and p.twin is not None:
            return p.twin
        return p.kernel

    def _whole(self, p: Process, community: Community) -> None:
        if p.scope == "structural":
            self.context.words.clear()  # rows may get other keys
            p.kernel(community, self.context)
            give_back(community.person.size)
            return
        part = self._part(community, None)
        self._call(p, part, self._scratch[0])
        part.rest()

    def _part(self, community: Community, b: int | None) -> _Part:
        """Block `b` of a community, or all rows: as it was kept, if no table has been laid out anew since."""
        part = community.kept.get((self._me, b))
        if part is None or not part.holds(community, b):
            rows = {name: _reach(community.tables[name], b) for name in ("person", "household")}
            part = community.kept[self._me, b] = _Part(community, rows)
        return part.turn(community, self.seed)

    def constants(self, p: Process) -> list[Any]:
        """What a process is called with that is the same in every call, in order; None for all else."""
        return self._fixed[p.name]

    def arguments(self, p: Process, community: Community) -> list[Any]:
        """What a process is called with over all rows of a community, in order, for those who look at one alone."""
        return self._arguments(p, self._part(community, None), Scratch())

    def _arguments(self, p: Process, part: _Part, scratch: Scratch) -> list[Any]:
        arguments = self._prepared(p, part)
        for i, a in self._varying[p.name]:
            arguments[i] = self._argument(a, part, scratch)
        return arguments

    def _prepared(self, p: Process, part: _Part) -> list[Any]:
        """A list of arguments in which those that change from month to month are still to be put in place."""
        known = part.calls.get(p.name)
        if known is None:
            known = self._fixed[p.name].copy()
            for i, a in self._columns[p.name]:
                known[i] = part.view(a)
            part.calls[p.name] = known
        return known.copy()

    def _call(self, p: Process, part: _Part, scratch: Scratch) -> None:
        scratch.reset()
        try:
            self._function(p)(*self._arguments(p, part, scratch))
        except (ZeroDivisionError, FloatingPointError, IndexError, ValueError) as problem:
            raise RunError(f"process '{p.name}' failed in month {part.month}: {problem}") from problem

    def _constant(self, a: Argument) -> Any:
        if a.kind == "parameter":
            return self.draw.get(a.key)  # `missing` says what a draw lacks
        if a.kind == "decision":
            return self._numbers[a.key]
        return self._law if a.key == "rules" else None

    def _argument(self, a: Argument, part: _Part, scratch: Scratch) -> Any:
        if a.kind == "uniform":
            return luck.draw_uniforms(scratch.take(part.size(a.table)), part.words(a.table), self._numbers[a.key])
        if a.kind == "normal":
            return luck.draw_normals(scratch.take(part.size(a.table)), part.words(a.table), self._numbers[a.key])
        if a.kind == "words":
            return part.words(a.table)
        if a.kind == "lever":
            return self._lever(a, part)
        if a.kind == "auxiliary":
            return part.extras[a.key]
        match a.key:
            case "h0":
                return part.rows["household"].start
            case "p0":
                return part.rows["person"].start
            case "month":
                return part.month
            case "calendar_month":
                return part.clock.calendar_month
            case _:
                return part.clock.year

    def _lever(self, a: Argument, part: _Part) -> Any:
        if not a.table:
            return self.levers.number(a.key)
        n = part.size(a.table)
        values = self.levers.flat(a.key, n)
        if values is None:
            values = part.levers.get(a.key)
        if values is None:
            values = self.levers.fill(a.key, part.rows.get(a.table, slice(0, n)), np.empty(n, np.float32))
            values.flags.writeable = False  # as the shared ones are, so that a loop is compiled once
            part.levers[a.key] = values
        return values

    def missing(self, community: Community) -> list[str]:
        """Names that the plan asks for and neither draw, levers nor community have."""
        absent = []
        for p in self.plan:
            for a in p.arguments:
                known = {
                    "parameter": a.key in self.draw,
                    "lever": a.key in LEVERS and LEVERS[a.key].scope == (a.table or "global"),
                    "auxiliary": a.key in community.extras,
                    "column": a.table in SCHEMA and a.key in community.tables[a.table],
                }.get(a.kind, True)
                if not known:
                    absent.append(f"{p.name}: {a.name}")
        return absent
