"""The compiled loops of a month, made ready before they are needed.

A loop is compiled the first time that it is called and kept on disk, so that only the first run on a
machine pays for it. `warm_up` does that with two processes: this one from the first step of the month
on, a helper from the last one backward, until they meet.
"""

from __future__ import annotations

import base64
import pickle
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any

from numba import typeof

from hecsim import evidence
from hecsim.community import Community
from hecsim.engine import Engine
from hecsim.processes.plan import MONTH

__all__ = ["cold", "signatures", "warm_up"]

_HELPER = "from hecsim.warmup import _helper; _helper()"


def signatures(community: Community, draw: Mapping[str, Any] | None = None) -> list[tuple[str, tuple[Any, ...]]]:
    """Name and argument types of every compiled process of the month, in order, for this community."""
    engine = Engine(MONTH, evidence.draw(None) if draw is None else draw, 1)
    return [(p.name, tuple(typeof(v) for v in engine.arguments(p, community))) for p in MONTH if p.scope != "structural"]


def cold(wanted: list[tuple[str, tuple[Any, ...]]]) -> list[tuple[str, tuple[Any, ...]]]:
    """Those of `wanted` that are neither in memory nor on disk."""
    kernels: dict[str, Any] = {p.name: p.kernel for p in MONTH}
    return [(name, types) for name, types in wanted if not _ready(kernels[name], types)]


def warm_up(community: Community, *, progress: Callable[[int, int], None] | None = None) -> int:
    """Compile what is not compiled yet, in two processes; returns how many loops that were.

    community : any community; only the types of its columns matter
    progress : called with how many loops are ready and how many there are to make

    >>> from hecsim.testing import toy_community
    >>> warm_up(community)                                   # doctest: +SKIP
    0
    """
    todo = cold(signatures(community))
    if not todo:
        return 0
    helper = subprocess.Popen([sys.executable, "-c", _HELPER], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    assert helper.stdin is not None
    helper.stdin.write(base64.b64encode(pickle.dumps(todo[::-1])))
    helper.stdin.close()
    kernels: dict[str, Any] = {p.name: p.kernel for p in MONTH}
    try:
        for done, (name, types) in enumerate(todo):
            kernels[name].compile(types)  # takes from disk what the helper has made
            if progress is not None:
                progress(done + 1, len(todo))
    finally:
        helper.terminate()  # it has nothing left to do, or works on what is here already
        helper.wait()
    return len(todo)


def _ready(kernel: Any, types: tuple[Any, ...]) -> bool:
    if types in kernel.overloads:
        return True
    # numba offers no public way to ask whether a compiled loop lies on disk; if this changes, all count as missing.
    cache = getattr(kernel, "_cache", None)
    try:
        return cache is not None and cache.load_overload(types, kernel.targetctx) is not None
    except (AttributeError, TypeError):
        return False


def _helper() -> None:
    kernels: dict[str, Any] = {p.name: p.kernel for p in MONTH}
    for name, types in pickle.loads(base64.b64decode(sys.stdin.buffer.read())):
        kernels[name].compile(types)
