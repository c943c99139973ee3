"""Living the simulations of a calibration, one after another or in several processes."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from hecsim.calibration.ledger import Task
from hecsim.calibration.patterns import STATE, Pattern
from hecsim.calibration.space import Space
from hecsim.calibration.world import World, communities
from hecsim.community import Community
from hecsim.errors import RunError
from hecsim.study.pool import interrupts_wait

__all__ = ["runner", "world_of"]

_kept: dict[str, Any] = {}
_TOWN_PART = 0.3  # households of a town, as a part of those of the state sample


def world_of(
    patterns: Sequence[Pattern], households: int, folder: Path | None, progress: Callable[[str, int, int], None] | None = None
) -> World:
    """The communities of all places that the patterns name; a town gets three tenths of the state's households."""
    places = list(dict.fromkeys(p.place for p in patterns))
    found: dict[str, Community] = {}
    for n, place in enumerate(places):
        if progress is not None:
            progress("communities", n, len(places))
        size = households if place == STATE else max(200, round(_TOWN_PART * households))
        found |= communities([place], size, folder=folder)
    if progress is not None:
        progress("communities", len(places), len(places))
    return World(found, tuple(patterns))


def _live(world: World, task: Task) -> tuple[np.ndarray, float]:
    started = time.perf_counter()
    draw = Space(tuple(task["z"])).draw(task["z"], task["rest"])
    return world.simulate(draw, int(task["luck"])), time.perf_counter() - started


def _start(patterns: Sequence[Pattern], households: int, folder: str) -> None:
    import signal
    import threading

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what an interrupt means
    threading.Thread(target=_watch, daemon=True).start()
    _kept["world"] = world_of(patterns, households, Path(folder))


def _watch() -> None:
    """End with the parent, so that a killed calibration leaves no process behind."""
    import os

    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work(task: Task) -> tuple[np.ndarray, float]:
    return _live(_kept["world"], task)


def runner(
    patterns: Sequence[Pattern], households: int, folder: Path, *, workers: int = 1,
    progress: Callable[[str, int, int], None] | None = None,
) -> Callable[[Sequence[Task]], Iterator[tuple[int, np.ndarray, float]]]:  # fmt: skip
    """What `calibrate` calls to live tasks; communities are built at the first one and kept in `folder`."""

    @cache
    def world() -> World:
        return world_of(patterns, households, folder, progress)

    def alone(tasks: Sequence[Task]) -> Iterator[tuple[int, np.ndarray, float]]:
        for i, task in enumerate(tasks):
            yield (i, *_live(world(), task))

    def together(tasks: Sequence[Task]) -> Iterator[tuple[int, np.ndarray, float]]:
        if len(tasks) < 2:
            yield from alone(tasks)
            return
        world()
        pool = ProcessPoolExecutor(
            min(workers, len(tasks)), mp_context=multiprocessing.get_context("spawn"),
            initializer=_start, initargs=(tuple(patterns), households, str(folder)),
        )  # fmt: skip
        try:
            with interrupts_wait():
                waiting = {pool.submit(_work, t): i for i, t in enumerate(tasks)}
            while waiting:
                ready, _ = wait(waiting, return_when=FIRST_COMPLETED)
                for future in sorted(ready, key=lambda f: waiting[f]):
                    yield (waiting.pop(future), *future.result())
        except BrokenProcessPool:
            raise RunError(
                "a worker process died, perhaps for lack of memory; finished simulations are kept, "
                "run the same command again with fewer workers"
            ) from None
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    return alone if workers <= 1 else together
