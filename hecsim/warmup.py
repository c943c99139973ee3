"""The compiled loops of a month, made ready before they are needed.

A loop is compiled the first time that it is called and kept on disk, so that only the first run on a
machine pays for it. `WarmUp` does that with as many processes as there are cores: helpers begin with the
loops of the families' month, which are known before there is a community, while this process builds one
and calls what else a month needs; then it takes part. Whoever is free claims the next loop, so that none is made twice.
"""

from __future__ import annotations

import base64
import gc
import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numba import from_dtype, typeof, types

from hecsim import evidence
from hecsim.columns import SCHEMA
from hecsim.community import Community
from hecsim.compiled import on_disk
from hecsim.engine import Engine
from hecsim.processes.base import Argument
from hecsim.processes.plan import MONTH

__all__ = ["AUXILIARY", "WarmUp", "cold", "expected", "signatures", "warm_up"]

Signature = tuple[str, tuple[Any, ...]]

# Auxiliary arrays of a community as (type, dimensions); those that are not named are float64 lists.
AUXILIARY = {
    "employer_cdf": ("float32", 1), "employer_habit": ("float64", 2), "employer_row": ("uint32", 1),
    "employer_start": ("int64", 1), "job_towns": ("float32", 2), "near_index": ("int64", 2), "near_km": ("float64", 2),
    "site_cumulative": ("float64", 2),
}  # fmt: skip
# Another package may bring processes in plain Python.
_LOOPS: dict[str, Any] = {p.name: p.kernel for p in MONTH if hasattr(p.kernel, "overloads")}
_HELPER = "from hecsim.warmup import _helper; _helper()"
_MOST = 7  # helpers; each holds a compiler of some 400 MB
_LOOK = 0.2  # seconds between looks at what helpers have done
_SELDOM = (1_000_000, 2, 1_000)  # a compiler makes millions of objects that it keeps: looking for refuse takes a sixth


def signatures(community: Community, draw: Mapping[str, Any] | None = None) -> list[Signature]:
    """Name and argument types of every compiled process of the month, in order, for this community."""
    engine = Engine(MONTH, evidence.draw(None) if draw is None else draw, 1)
    return [(p.name, tuple(typeof(v) for v in engine.arguments(p, community))) for p in MONTH if p.name in _LOOPS]


def expected(draw: Mapping[str, Any] | None = None) -> list[Signature]:
    """What `signatures` answers for every community that is built here, without one."""
    engine = Engine(MONTH, evidence.draw(None) if draw is None else draw, 1)
    return [
        (p.name, tuple(_kind(a, v) for a, v in zip(p.arguments, engine.constants(p), strict=True)))
        for p in MONTH
        if p.name in _LOOPS
    ]


def _kind(a: Argument, constant: Any) -> Any:
    """The type of an argument: of what stays the same in all calls from itself, else from what it is."""
    if constant is not None:
        return typeof(constant)
    if a.kind == "column":
        column = next(c for c in SCHEMA[a.table] if c.name == a.key)
        return types.Array(from_dtype(np.dtype(column.dtype)), 1 if column.width == 1 else 2, "C", readonly=not a.writable)
    if a.kind == "auxiliary":
        name, dimensions = AUXILIARY.get(a.key, ("float64", 1))
        return types.Array(getattr(types, name), dimensions, "C")
    if a.kind == "words":
        return types.UniTuple(types.Array(types.uint64, 1, "C"), 2)
    if a.kind == "clock":
        return types.int64
    if a.kind == "lever" and not a.table:
        return types.float64
    return types.Array(types.float32, 1, "C", readonly=a.kind == "lever")


def cold(wanted: list[Signature]) -> list[Signature]:
    """Those of `wanted` that are neither in memory nor on disk."""
    return [(name, kinds) for name, kinds in wanted if not _ready(_LOOPS[name], kinds)]


def warm_up(
    community: Community,
    *,
    progress: Callable[[int, int], None] | None = None,
    meanwhile: Callable[[Callable[[], None]], Any] | None = None,
    helpers: int | None = None,
) -> int:
    """Compile what is not compiled yet, on all cores; returns how many loops that were.

    community : any community; only the types of its columns matter
    progress : called with how many loops are ready and how many there are to make
    meanwhile : what this process does first while helpers compile, such as what compiles everything else; it is
        handed a function to call now and then, which tells the progress
    helpers : processes beside this one; as many as there are other cores if not said

    >>> from hecsim.testing import toy_community
    >>> warm_up(community)                                   # doctest: +SKIP
    0
    """
    with WarmUp(helpers=helpers) as warm:
        return warm.finish(community, progress=progress, meanwhile=meanwhile)


class WarmUp:
    """Helpers that compile the loops of the month from now on, if any is missing.

    helpers : processes beside this one; as many as there are other cores if not said, none if 0

    >>> with WarmUp() as warm:                               # doctest: +SKIP
    ...     community = build_community("Hartford")
    ...     warm.finish(community)
    71
    """

    def __init__(self, *, helpers: int | None = None):
        self._most = min(_MOST, max(1, (os.cpu_count() or 1) - 1)) if helpers is None else helpers
        self._todo: list[Signature] = []
        self._started: list[subprocess.Popen[bytes]] = []
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._before: tuple[int, int, int] | None = None

    @property
    def missing(self) -> int:
        """How many loops of the month were neither in memory nor on disk."""
        return len(self._todo)

    @property
    def made(self) -> int:
        """How many of these are ready by now."""
        return self.missing if self._folder is None else sum(name.endswith(".done") for name in os.listdir(self._folder.name))

    def __enter__(self) -> WarmUp:
        self._todo = cold(expected())
        if self._todo:
            self._folder = tempfile.TemporaryDirectory(prefix="hecsim-")
            self._before = gc.get_threshold()
            _collect_seldom()
            self._started = [_start(self._folder.name, self._todo) for _ in range(min(self._most, len(self._todo)))]
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        for helper in self._started:
            helper.kill()
            helper.wait()
        self._started = []
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None
        if self._before is not None:
            gc.set_threshold(*self._before)
            gc.unfreeze()
            self._before = None

    def finish(
        self,
        community: Community,
        *,
        progress: Callable[[int, int], None] | None = None,
        meanwhile: Callable[[Callable[[], None]], Any] | None = None,
    ) -> int:
        """Take part until all loops are there for this community; returns how many were missing."""
        if self._folder is None:
            return 0
        folder, of = self._folder.name, len(self._todo)

        def tell() -> None:
            if progress is not None:
                progress(self.made, of)

        tell()
        if meanwhile is not None:
            meanwhile(tell)
        for name, kinds in self._todo[::-1]:
            if _claim(folder, name):
                _LOOPS[name].compile(kinds)
                _done(folder, name)
            tell()
        while self.made < of and (busy := [h for h in self._started if h.poll() is None]):
            try:
                busy[0].wait(_LOOK)
            except subprocess.TimeoutExpired:
                tell()
        for name, kinds in cold(signatures(community)):  # a helper has died, or arrays of another package were not expected
            _LOOPS[name].compile(kinds)
        self.__exit__(None, None, None)
        if progress is not None:
            progress(of, of)
        return of


def _collect_seldom() -> None:
    """Look for refuse less often while compiling, and never among what is there by now."""
    gc.freeze()
    gc.set_threshold(*_SELDOM)


def _start(folder: str, todo: list[Signature]) -> subprocess.Popen[bytes]:
    helper = subprocess.Popen([sys.executable, "-c", _HELPER, folder], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    assert helper.stdin is not None
    helper.stdin.write(base64.b64encode(pickle.dumps(todo)))
    helper.stdin.close()
    return helper


def _claim(folder: str, name: str) -> bool:
    """Take a loop upon oneself; False if somebody has."""
    try:
        os.close(os.open(Path(folder) / name, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    return True


def _done(folder: str, name: str) -> None:
    (Path(folder) / f"{name}.done").touch()


def _ready(kernel: Any, kinds: tuple[Any, ...]) -> bool:
    # Or it is not kept on disk, so that nobody can make it for another.
    return kinds in kernel.overloads or kernel.stats.cache_path is None or on_disk(kernel, kinds)


def _helper() -> None:
    _collect_seldom()
    folder, parent = sys.argv[1], os.getppid()
    for name, kinds in pickle.loads(base64.b64decode(sys.stdin.buffer.read())):
        if os.getppid() != parent:
            break  # nobody waits any more
        if _claim(folder, name):
            _LOOPS[name].compile(kinds)
            _done(folder, name)
    os._exit(0)  # to give back piece by piece what a compiler holds takes a second
