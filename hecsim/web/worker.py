"""What a worker process does: build the community once, live futures, say how far it is, stop when told.

The parent and its workers share an array of whole numbers. A job has one stretch of it: its first
number is 1 when the job is canceled, the others count the months that each future has lived.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator, MutableSequence
from contextlib import contextmanager
from multiprocessing import parent_process
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

from hecsim.collaborative import CollaborativeSpec
from hecsim.community import Community
from hecsim.errors import HecsimError, RunError
from hecsim.population import load, save
from hecsim.study import CommunitySpec, Store, Study, build, run_future
from hecsim.study.run import axes_of
from hecsim.web import cache

__all__ = ["STRETCH", "Canceled", "asked", "live", "needs", "prepare", "start", "telling", "warm"]

STRETCH = 64  # numbers of the shared array that belong to one job

_board: MutableSequence[int] | None = None
_known: dict[str, Community] = {}


class Canceled(HecsimError):
    """The visitor asked to stop."""


def start(board: Any, step_back: int = 0) -> None:
    """Begin a worker: priority below the server, interrupts left to the parent, an end when the parent ends."""
    global _board  # noqa: PLW0603  (a worker has one board, given when it starts)
    _board = board
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(step_back)
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_watch, args=(parent.sentinel,), daemon=True).start()


def _watch(sentinel: int) -> None:
    # A worker waits for tasks on a pipe whose other end it holds itself, so it would not notice a parent that was killed.
    wait([sentinel])
    os._exit(1)


def _check(slot: int | None) -> None:
    if _board is not None and slot is not None and _board[slot * STRETCH]:
        raise Canceled("canceled")


@contextmanager
def _plain() -> Iterator[None]:
    """Errors with arguments of their own do not survive the way back to the parent, so only their text goes."""
    try:
        yield
    except Canceled:
        raise
    except HecsimError as problem:
        raise RunError(str(problem)) from None


def warm() -> int:
    """Import everything; returns the process id."""
    return os.getpid()


def _community(spec: CommunitySpec, slot: int | None) -> Community:
    folder = cache.community_folder(spec)
    if str(folder) not in _known:
        if folder.is_dir():
            found = load(folder)
        else:
            found = build(spec, lambda *_: _check(slot))
            save(found, folder)
        _known.clear()  # one at a time, so that memory stays flat
        _known[str(folder)] = found
    return _known[str(folder)]


def prepare(study: Study, folder: Path, slot: int) -> list[int]:
    """Build the community, open the study's folder, and say which futures it already holds."""
    _check(slot)
    with _plain():
        community = _community(study.community, slot)
        _check(slot)
        store = Store(folder)
        store.open(study, community_digest=community.digest(), axes=axes_of(study, community))
        return store.finished()


def live(study: Study, folder: Path, index: int, slot: int) -> int:
    """Live one future under both arms and keep it; returns its index."""
    _check(slot)
    at = slot * STRETCH + 1 + index

    def tick(months: int) -> None:
        _check(slot)
        if _board is not None:
            _board[at] += months

    with _plain():
        result = run_future(study, _community(study.community, slot), index, tick)
        _check(slot)
        Store(folder).write(result)
    return index


def telling(function: Any, slot: int, *args: Any) -> Any:
    """Answer a question that says how far it is: first number of the stretch what is done, second of how much."""

    def tell(done: int, of: int) -> None:
        if _board is not None:
            _board[slot * STRETCH], _board[slot * STRETCH + 1] = done, max(of, 1)

    with _plain():
        return function(*args, tell)


def asked(function: Any, *args: Any) -> Any:
    """Answer a question; errors come back as text."""
    with _plain():
        return function(*args)


def needs(study: Study, collaborative: CollaborativeSpec) -> tuple[dict[str, list[float]], list[float]]:
    """What money a mix and its collaborative need by year, if money were no limit: by heading, and what a fund carries."""
    from hecsim.planning.funds import simulate

    with _plain():
        mix = next(a.interventions for a in study.arms if a.interventions)
        found = simulate(mix, _community(study.community, None), collaborative=collaborative, years=study.years)
        table = found.by_heading
    return {str(h): [float(x) for x in row] for h, row in zip(table.index, table.to_numpy(), strict=True)}, found.fund
