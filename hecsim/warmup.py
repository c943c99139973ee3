"""The compiled loops of a month, made ready before they are needed.

A loop is compiled the first time that it is called and kept on disk, so that only the first run on a
machine pays for it. `warm_up` does that with as many processes as there are cores: helpers begin with the
loops of the families' month, while this process makes what else a month needs, and then takes part. Whoever
is free claims the next loop, so that none is made twice.
"""

from __future__ import annotations

import base64
import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from numba import typeof

from hecsim import evidence
from hecsim.community import Community
from hecsim.engine import Engine
from hecsim.processes.plan import MONTH

__all__ = ["cold", "signatures", "warm_up"]

_HELPER = "from hecsim.warmup import _helper; _helper()"
_MOST = 7  # helpers; each holds a compiler of some 250 MB
_LOOK = 0.2  # seconds between looks at what helpers have done


def signatures(community: Community, draw: Mapping[str, Any] | None = None) -> list[tuple[str, tuple[Any, ...]]]:
    """Name and argument types of every compiled process of the month, in order, for this community."""
    engine = Engine(MONTH, evidence.draw(None) if draw is None else draw, 1)
    return [(p.name, tuple(typeof(v) for v in engine.arguments(p, community))) for p in MONTH if p.scope != "structural"]


def cold(wanted: list[tuple[str, tuple[Any, ...]]]) -> list[tuple[str, tuple[Any, ...]]]:
    """Those of `wanted` that are neither in memory nor on disk."""
    kernels: dict[str, Any] = {p.name: p.kernel for p in MONTH}
    return [(name, types) for name, types in wanted if not _ready(kernels[name], types)]


def warm_up(
    community: Community,
    *,
    progress: Callable[[int, int], None] | None = None,
    meanwhile: Callable[[], Any] | None = None,
    helpers: int | None = None,
) -> int:
    """Compile what is not compiled yet, on all cores; returns how many loops that were.

    community : any community; only the types of its columns matter
    progress : called with how many loops are ready and how many there are to make
    meanwhile : what this process does first while helpers compile, such as what compiles everything else
    helpers : processes beside this one; as many as there are other cores if not said

    >>> from hecsim.testing import toy_community
    >>> warm_up(community)                                   # doctest: +SKIP
    0
    """
    todo = cold(signatures(community))
    if not todo:
        return 0
    if helpers is None:
        helpers = min(_MOST, max(1, (os.cpu_count() or 1) - 1), len(todo))
    kernels: dict[str, Any] = {p.name: p.kernel for p in MONTH}
    with tempfile.TemporaryDirectory(prefix="hecsim-") as folder:
        started = [_start(folder, todo) for _ in range(helpers)]
        try:
            if progress is not None:
                progress(0, len(todo))
            if meanwhile is not None:
                meanwhile()
            for name, types in todo[::-1]:
                if _claim(folder, name):
                    kernels[name].compile(types)
                    _done(folder, name)
                if progress is not None:
                    progress(_number_done(folder), len(todo))
            while any(helper.poll() is None for helper in started):
                try:
                    next(h for h in started if h.poll() is None).wait(_LOOK)
                except subprocess.TimeoutExpired:
                    if progress is not None:
                        progress(_number_done(folder), len(todo))
        finally:
            for helper in started:
                helper.kill()
                helper.wait()
        for name, types in todo:
            kernels[name].compile(types)  # takes from disk what helpers have made
        if progress is not None:
            progress(len(todo), len(todo))
    return len(todo)


def _start(folder: str, todo: list[Any]) -> subprocess.Popen[bytes]:
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


def _number_done(folder: str) -> int:
    return sum(name.endswith(".done") for name in os.listdir(folder))


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
    folder = sys.argv[1]
    for name, types in pickle.loads(base64.b64decode(sys.stdin.buffer.read())):
        if _claim(folder, name):
            kernels[name].compile(types)
            _done(folder, name)
