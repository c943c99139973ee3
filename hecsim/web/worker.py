"""What a worker process does: build the community once, live futures, say how far it is, stop when told.

The parent and its workers share an array of whole numbers. A job has one stretch of it: its first
number is 1 when the job is canceled, the others count the months that each future has lived.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator, MutableSequence
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
from hecsim.study.begun import begun, forget, keep
from hecsim.study.rehearsal import get_ready
from hecsim.web import baseline, cache

__all__ = ["STRETCH", "Canceled", "asked", "community_of", "live", "needs", "prepare", "ready", "start", "telling", "warm"]

STRETCH = 64  # numbers of the shared array that belong to one job
_COMMUNITIES = 2  # held at a time, so that memory stays flat: a town and the smaller one of its draft
_BEGINNINGS = 6  # futures whose first months are held, some 50 MB each for 10,000 households

_board: MutableSequence[int] | None = None
_known: dict[str, Community] = {}


class Canceled(HecsimError):
    """The visitor asked to stop."""


def start(board: Any, step_back: int = 0) -> None:
    """Begin a worker: priority below the server, interrupts left to the parent, an end when the parent ends."""
    global _board  # noqa: PLW0603  (a worker has one board, given when it starts)
    _board = board
    keep(_BEGINNINGS)
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


def warm(compiling: bool = False) -> int:
    """Import everything and, if asked to, compile what is missing; returns the process id."""
    if compiling:
        get_ready()
    return os.getpid()


def community_of(spec: CommunitySpec, slot: int | None = None) -> Community:
    """A community held in memory, from disk, or built."""
    folder = cache.community_folder(spec)
    found = _known.pop(str(folder), None)
    if found is None:
        if folder.is_dir():
            found = load(folder)
        else:
            found = build(spec, lambda *_: _check(slot))
            save(found, folder)
        if len(_known) >= _COMMUNITIES:
            forget(_known.pop(next(iter(_known))))
    _known[str(folder)] = found
    return found


def prepare(study: Study, folder: Path, slot: int) -> list[int]:
    """Build the community, open the study's folder, and say which futures it already holds."""
    _check(slot)
    with _plain():
        community = community_of(study.community, slot)
        _check(slot)
        return baseline.open_stores(study, folder, community)


def live(study: Study, folder: Path, index: int, slot: int) -> int:
    """Live one future and keep it; current law is copied if it is kept already. Returns the future's index."""
    _check(slot)
    with _plain():
        store, law = Store(folder), study.reference.name
        taken = baseline.take(study, index, store)
        arms = [a.name for a in study.arms if a.name != law or not taken]
        result = run_future(study, community_of(study.community, slot), index, _counted(study, index, slot, len(arms)), arms)
        _check(slot)
        store.write(result)
        baseline.give(study, index, store)
    return index


def ready(study: Study, index: int, slot: int) -> int:
    """Live a future of current law before anybody asks, and hold its beginning in memory; returns the future's index."""
    _check(slot)
    with _plain():
        community, store = community_of(study.community, slot), Store(baseline.folder(study))
        tick = _counted(study, index, slot, 1)
        if index in store.finished():
            begun(study, community, index, lambda: tick(0))
        else:
            law = study.reference.name
            result = run_future(study, community, index, tick, [law])
            _check(slot)
            store.write(result)
    return index


def _counted(study: Study, index: int, slot: int, arms: int) -> Callable[[int], None]:
    """A function that is told of months lived; they count for all arms of the study, lived or copied."""
    at, each = slot * STRETCH + 1 + index, len(study.arms) / max(1, arms)
    lived = 0

    def tick(months: int) -> None:
        nonlocal lived
        _check(slot)
        lived += months
        if _board is not None:
            _board[at] = round(lived * each)

    return tick


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
        found = simulate(mix, community_of(study.community), collaborative=collaborative, years=study.years)
        table = found.by_heading
    return {str(h): [float(x) for x in row] for h, row in zip(table.index, table.to_numpy(), strict=True)}, found.fund
