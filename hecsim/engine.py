"""A month as an ordered plan of processes, run block by block.

`Engine` holds everything that fixes a run besides the state: the plan, the parameter draw, the
levers and the seed of luck. The plan has three parts: processes before the first block (`whole`
or `structural`), processes of a block, and processes after the last block. All processes of one
block run before the next block starts, so a block stays in the processor's cache; blocks share
nothing they write, so they may run on several threads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from hecsim import benefits, luck
from hecsim.columns import SCHEMA
from hecsim.community import Community
from hecsim.errors import LuckError, RunError
from hecsim.levers import LEVERS, LeverBook
from hecsim.processes.base import Argument, Process

__all__ = ["Context", "Engine", "check_plan"]


@dataclass
class Context:
    """What a structural process may use besides the community: draw, levers, seed of luck, events.

    events : mappings that later steps and the diary read, such as births and moves this month
    """

    draw: Mapping[str, Any]
    levers: LeverBook
    seed: int
    events: dict[str, Any]

    def uniforms(self, decision: str, month: int, keys: np.ndarray) -> np.ndarray:
        """float32 uniforms for a named decision, one per key."""
        return luck.uniforms(seed=self.seed, decision=decision, month=month, keys=keys)


def check_plan(plan: Sequence[Process]) -> None:
    """Refuse a plan in which a decision has two owners or block processes are not contiguous."""
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
    scopes = ["block" if p.scope == "block" else "other" for p in plan]
    changes = sum(a != b for a, b in pairwise(scopes))
    if changes > 2:
        raise RunError("block processes of a plan must stand together, so that a block stays in cache")


class _Scratch:
    """Reusable float32 buffers, one set per thread."""

    def __init__(self) -> None:
        self._buffers: list[np.ndarray] = []
        self._next = 0

    def reset(self) -> None:
        self._next = 0

    def take(self, n: int) -> np.ndarray:
        if self._next == len(self._buffers):
            self._buffers.append(np.empty(max(n, 1), np.float32))
        buffer = self._buffers[self._next]
        if buffer.size < n:
            buffer = self._buffers[self._next] = np.empty(int(n * 1.2), np.float32)
        self._next += 1
        return buffer[:n]


class Engine:
    """Runs months over a community.

    plan : processes in the order of the month
    draw : parameter values by full name
    seed : seed of luck (of the future, never of the arm)
    plain : run the numpy twins instead of the compiled loops
    threads : blocks at a time
    """

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
        self.context = Context(draw, self.levers, self.seed, {})
        self.plain = plain
        self.threads = max(1, threads)
        # Statutory amounts stay at their 2025 level: the model counts in constant 2025 dollars.
        self.rules = benefits.rules("2025-07", draw)
        self._decisions = {d: luck.decision_id(d) for p in plan for d in p.decisions}
        self._scratch = [_Scratch() for _ in range(self.threads)]
        first = next((i for i, p in enumerate(plan) if p.scope == "block"), len(plan))
        last = max((i for i, p in enumerate(plan) if p.scope == "block"), default=first - 1)
        self.opening, self.inner, self.closing = plan[:first], plan[first : last + 1], plan[last + 1 :]

    def open_month(self, community: Community) -> None:
        """Processes before the blocks. Interventions have written the lever book by now."""
        self.context.events.clear()
        for p in self.opening:
            self._whole(p, community)

    def run_blocks(self, community: Community) -> None:
        """All block processes, block by block."""
        if self.threads == 1:
            for b in range(community.n_blocks):
                self._block(community, b, self._scratch[0])
            return
        with ThreadPoolExecutor(self.threads) as pool:
            list(pool.map(lambda t: self._lane(community, t), range(self.threads)))

    def _lane(self, community: Community, lane: int) -> None:
        for b in range(lane, community.n_blocks, self.threads):
            self._block(community, b, self._scratch[lane])

    def close_month(self, community: Community) -> None:
        """Processes after the blocks: settlement, ties."""
        for p in self.closing:
            self._whole(p, community)

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

    def _block(self, community: Community, b: int, scratch: _Scratch) -> None:
        rows = {"person": community.person.block(b), "household": community.household.block(b)}
        for p in self.inner:
            scratch.reset()
            self._call(p, community, rows, scratch)

    def _whole(self, p: Process, community: Community) -> None:
        if p.scope == "structural":
            p.kernel(community, self.context)
            return
        rows = {name: slice(0, community.tables[name].size) for name in ("person", "household")}
        self._scratch[0].reset()
        self._call(p, community, rows, self._scratch[0])

    def _call(self, p: Process, community: Community, rows: dict[str, slice], scratch: _Scratch) -> None:
        try:
            arguments = [self._argument(a, community, rows, scratch) for a in p.arguments]
            self._function(p)(*arguments)
        except (ZeroDivisionError, FloatingPointError, IndexError, ValueError) as problem:
            raise RunError(f"process '{p.name}' failed in month {community.clock.month}: {problem}") from problem

    def _argument(self, a: Argument, community: Community, rows: dict[str, slice], scratch: _Scratch) -> Any:
        clock = community.clock
        if a.kind == "column":
            values = community.tables[a.table].columns[a.key]
            view = values[rows[a.table]] if a.table in rows else values[:]
            view.flags.writeable = a.writable
            return view
        if a.kind in ("uniform", "normal"):
            keys = community.tables[a.table].columns["key"]
            keys = keys[rows[a.table]] if a.table in rows else keys
            fill = luck.fill_uniforms if a.kind == "uniform" else luck.fill_normals
            out = scratch.take(keys.size)
            return fill(out, seed=self.seed, decision=self._decisions[a.key], month=clock.month, keys=keys)
        if a.kind == "parameter":
            return self.draw[a.key]
        if a.kind == "lever":
            if not a.table:
                return self.levers.number(a.key)
            where = rows.get(a.table, slice(0, community.tables[a.table].size))
            return self.levers.fill(a.key, where, scratch.take(where.stop - where.start))
        if a.kind == "auxiliary":
            return community.extras[a.key]
        match a.key:
            case "h0":
                return rows["household"].start
            case "p0":
                return rows["person"].start
            case "month":
                return clock.month
            case "rules":
                return self.rules
            case "calendar_month":
                return clock.calendar_month
            case _:
                return clock.year

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
