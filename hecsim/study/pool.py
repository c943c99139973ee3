"""Runs on this machine: worker processes that share the pages of one community."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hecsim.community import Community
from hecsim.errors import RunError
from hecsim.population.store import borrow, lend
from hecsim.study.design import Study
from hecsim.study.future import attempt
from hecsim.study.store import Failure, FutureResult

__all__ = ["interrupts_wait", "on_this_machine"]

_worker: dict[str, Any] = {}


def _start_worker(study: Study, directory: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what an interrupt means
    threading.Thread(target=_end_with_parent, args=(Path(directory).parent,), daemon=True).start()
    _worker["study"] = study
    _worker["community"] = borrow(directory)


def _end_with_parent(folder: Path) -> None:
    """A worker whose parent was killed would wait for work for ever; it ends, and removes what the parent lent it."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(1)


def _work(index: int, arm: str) -> FutureResult | Failure:
    return attempt(_worker["study"], _worker["community"], index, arm)


@contextmanager
def interrupts_wait() -> Iterator[None]:
    """Processes started in here never get Ctrl-C, not even while they import; the parent gets it afterwards.

    Blocking is inherited by those processes, but holds for this thread alone: another thread may still take the
    signal, so it is noted as well and raised at the end.
    """
    if not hasattr(signal, "pthread_sigmask") or threading.current_thread() is not threading.main_thread():
        yield
        return
    asked: list[int] = []
    handler = signal.signal(signal.SIGINT, lambda number, frame: asked.append(number))
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        signal.signal(signal.SIGINT, handler if handler is not None else signal.SIG_DFL)
    if asked:
        raise KeyboardInterrupt


def on_this_machine(
    study: Study, community: Community, runs: list[tuple[int, str]], workers: int
) -> Generator[FutureResult | Failure, None, None]:
    """Each run (future, arm) as it is finished, lived by so many processes.

    Raises
    ------
    RunError : a worker process died
    """
    if workers <= 1 or len(runs) <= 1:
        for index, arm in runs:
            yield attempt(study, community, index, arm)
        return
    with tempfile.TemporaryDirectory(prefix="hecsim-") as folder:
        directory = str(Path(folder) / "community")
        lend(community, directory)
        context = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(
            min(workers, len(runs)), mp_context=context, initializer=_start_worker, initargs=(study, directory)
        )
        processes: list[Any] = []
        try:
            with interrupts_wait():
                waiting = {pool.submit(_work, i, a) for i, a in runs}
                processes = list((getattr(pool, "_processes", None) or {}).values())
            while waiting:
                ready, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                # What was finished beside a worker that died is kept before that is said.
                for task in sorted(ready, key=lambda t: t.exception() is not None):
                    yield task.result()
        except BrokenProcessPool:
            raise RunError(
                "a worker process died, perhaps for lack of memory; finished runs are kept, "
                "run the same command again with fewer workers"
            ) from None
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            for process in processes:  # `shutdown` has forgotten them, and would wait for what they are at
                process.terminate()
            for process in processes:
                process.join()
