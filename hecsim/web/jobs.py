"""Runs in worker processes: one board for the whole server, one job for each study that somebody waits for.

A page never waits: it starts a job and looks at `Job.look` a few times a second. Two visitors who ask
for the same study share its job; it stops when the last of them cancels.
"""

from __future__ import annotations

import atexit
import logging
import multiprocessing
import os
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hecsim.clock import MONTHS_PER_YEAR
from hecsim.errors import HecsimError
from hecsim.study import Store, Study
from hecsim.web import cache, worker

__all__ = ["BOARD", "Board", "Job", "Look", "finished"]

_log = logging.getLogger(__name__)
_JOBS = 32  # jobs that may run at a time
_ASKED = 16  # questions at a time whose progress is told
_WORKERS = 4
_STEP_BACK = 5  # how far runs stand behind the pages and their questions when the processor is busy
_DIED = "a worker process died, perhaps for lack of memory; run again with fewer households"


@dataclass(frozen=True)
class Look:
    """A job at one moment.

    stage : waiting, building, running, done, failed or canceled
    futures, lost : how many futures are finished, and how many stopped with an error and are left out
    """

    stage: str
    share: float
    futures: int
    of: int
    problem: str = ""
    lost: int = 0

    @property
    def busy(self) -> bool:
        """Whether work goes on."""
        return self.stage in ("waiting", "building", "running")


@dataclass
class Job:
    """A study that is being run."""

    key: str
    study: Study
    folder: Path
    slot: int
    stage: str = "waiting"
    problem: str = ""
    done: set[int] = field(default_factory=set)
    lost: set[int] = field(default_factory=set)
    visitors: set[str] = field(default_factory=set)
    tasks: list[Future[Any]] = field(default_factory=list)


def finished(key: str, futures: int) -> list[int]:
    """Futures of a study that are kept on disk, at most as many as asked for."""
    folder = cache.folder(key)
    if not (folder / "manifest.json").is_file():
        return []
    return [i for i in Store(folder).finished() if i < futures]


class Board:
    """All jobs of this server. Methods may be called from any thread."""

    def __init__(self, workers: int | None = None):
        self._lock = threading.RLock()
        self._jobs: dict[str, Job] = {}
        self._pool: ProcessPoolExecutor | None = None
        self._desk: ProcessPoolExecutor | None = None
        self._context = multiprocessing.get_context("spawn")
        self._numbers: Any = self._context.RawArray("l", (_JOBS + _ASKED) * worker.STRETCH)
        self._asked = 0
        self._workers = workers or max(1, min(_WORKERS, os.cpu_count() or 1))

    def warm(self) -> None:
        """Start the worker processes, so that the first run does not wait for them."""
        with self._lock:
            for _ in range(self._workers):
                self._submit(worker.warm)
            self._ask(worker.warm)

    def start(self, study: Study, visitor: str) -> str:
        """Run a study, or join the run that is under way; returns its key."""
        key = cache.key_of(study)
        with self._lock:
            job = self._jobs.get(key)
            if job is not None and self._look(job).busy and job.study.futures >= study.futures:
                job.visitors.add(visitor)
                return key
            if job is not None and self._look(job).busy:
                self._stop(job)
            slot = self._slot()
            job = Job(key, study, cache.folder(key), slot, visitors={visitor})
            self._jobs[key] = job
            for i in range(worker.STRETCH):
                self._numbers[slot * worker.STRETCH + i] = 0
            self._add(job, worker.prepare, study, job.folder, slot).add_done_callback(lambda f: self._prepared(job, f))
            job.stage = "building"
        return key

    def cancel(self, key: str, visitor: str) -> None:
        """Stop waiting for a study; the run ends when nobody waits for it any more. Finished futures are kept."""
        with self._lock:
            job = self._jobs.get(key)
            if job is None:
                return
            job.visitors.discard(visitor)
            if not job.visitors and self._look(job).busy:
                self._stop(job)

    def leave(self, visitor: str) -> None:
        """A visitor has gone: cancel what only this one waits for."""
        with self._lock:
            for key in [k for k, j in self._jobs.items() if visitor in j.visitors]:
                self.cancel(key, visitor)

    def look(self, key: str) -> Look | None:
        """How a study's run stands; None if it was never started here."""
        with self._lock:
            job = self._jobs.get(key)
            return None if job is None else self._look(job)

    def queue(self) -> tuple[tuple[str, tuple[str, ...], Look], ...]:
        """Every run that this server knows of, newest first: key, towns, how it stands."""
        with self._lock:
            return tuple((k, j.study.community.towns, self._look(j)) for k, j in reversed(self._jobs.items()))

    def ask(self, function: Any, *args: Any) -> Future[Any]:
        """One question that a worker of its own answers, so that it does not wait behind the futures of a run."""
        with self._lock:
            return self._ask(function, *args)

    def ask_telling(self, function: Any, *args: Any) -> tuple[Future[Any], Callable[[], float]]:
        """A question whose answer takes long, and a look at how far it is, 0 to 1.

        function : takes, after `args`, a function that is told what is done and of how much
        """
        with self._lock:
            self._asked = (self._asked + 1) % _ASKED
            slot = _JOBS + self._asked
            at = slot * worker.STRETCH
            self._numbers[at], self._numbers[at + 1] = 0, 1
            return self._ask(worker.telling, function, slot, *args), lambda: self._numbers[at] / self._numbers[at + 1]

    def close(self) -> None:
        """End all worker processes of this board."""
        with self._lock:
            for job in self._jobs.values():
                self._numbers[job.slot * worker.STRETCH] = 1
            pools, self._pool, self._desk = (self._pool, self._desk), None, None
        for pool in pools:
            if pool is not None:
                processes = list((getattr(pool, "_processes", None) or {}).values())
                pool.shutdown(wait=False, cancel_futures=True)
                for process in processes:
                    process.terminate()

    # -- inside the lock ------------------------------------------------------------------------

    def _look(self, job: Job) -> Look:
        n, months = job.study.futures, job.study.years * MONTHS_PER_YEAR * len(job.study.arms)
        at = job.slot * worker.STRETCH
        lived = sum(months if i in job.done or i in job.lost else min(self._numbers[at + 1 + i], months) for i in range(n))
        share = 1.0 if job.stage == "done" else lived / (months * n)
        return Look(job.stage, share, len(job.done), n, job.problem, len(job.lost))

    def _slot(self) -> int:
        """A free stretch of the shared numbers; that of the oldest finished job if all are taken."""
        taken = {j.slot for j in self._jobs.values()}
        free = next((s for s in range(_JOBS) if s not in taken), None)
        if free is not None:
            return free
        for key, job in list(self._jobs.items()):
            if not self._look(job).busy and all(t.done() for t in job.tasks):
                del self._jobs[key]
                return job.slot
        raise HecsimError("too many runs at a time on this server; try again in a minute")

    def _new(self, workers: int, step_back: int) -> ProcessPoolExecutor:
        given = (self._numbers, step_back)
        return ProcessPoolExecutor(workers, mp_context=self._context, initializer=worker.start, initargs=given)

    def _submit(self, function: Any, *args: Any) -> Future[Any]:
        if self._pool is None:
            self._pool = self._new(self._workers, _STEP_BACK)
        try:
            return self._pool.submit(function, *args)
        except (BrokenProcessPool, RuntimeError):  # a worker died, or the pool was closed: begin a new one
            self._pool = self._new(self._workers, _STEP_BACK)
            return self._pool.submit(function, *args)

    def _ask(self, function: Any, *args: Any) -> Future[Any]:
        if self._desk is None:
            self._desk = self._new(1, 0)
        try:
            return self._desk.submit(function, *args)
        except (BrokenProcessPool, RuntimeError):
            self._desk = self._new(1, 0)
            return self._desk.submit(function, *args)

    def _add(self, job: Job, function: Any, *args: Any) -> Future[Any]:
        task = self._submit(function, *args)
        job.tasks.append(task)
        return task

    def _stop(self, job: Job) -> None:
        self._numbers[job.slot * worker.STRETCH] = 1
        job.stage = "canceled"
        for task in job.tasks:
            task.cancel()

    # -- called by the pool's thread ------------------------------------------------------------

    def _prepared(self, job: Job, task: Future[Any]) -> None:
        with self._lock:
            if not self._fine(job, task):
                self._stop_all(job)
                return
            n = job.study.futures
            job.done = {i for i in task.result() if i < n}
            missing = [i for i in range(n) if i not in job.done]
            job.stage = "running" if missing else "done"
            for i in missing:
                self._add(job, worker.live, job.study, job.folder, i, job.slot).add_done_callback(
                    lambda f, i=i: self._lived(job, i, f)  # type: ignore[misc]
                )

    def _lived(self, job: Job, index: int, task: Future[Any]) -> None:
        with self._lock:
            if self._fine(job, task):
                job.done.add(index)
            elif job.stage == "failed" and self._pool is not None and len(job.lost) + 1 < job.study.futures:
                # One future that cannot be lived is left out of every comparison; the others go on.
                job.lost.add(index)
                job.stage = "running"
            elif job.stage in ("failed", "canceled"):
                self._stop_all(job)
                return
            if len(job.done) + len(job.lost) == job.study.futures:
                job.stage = "done"
                cache.prune()

    def _stop_all(self, job: Job) -> None:
        self._numbers[job.slot * worker.STRETCH] = 1
        for task in job.tasks:
            task.cancel()

    def _fine(self, job: Job, task: Future[Any]) -> bool:
        """Whether a task gave a result; else the job is canceled or failed, with a sentence that says why."""
        if job.stage in ("canceled", "failed"):
            return False
        try:
            task.result()
        except (CancelledError, worker.Canceled):
            job.stage = "canceled"
        except BrokenProcessPool:
            self._pool = None
            job.stage, job.problem = "failed", _DIED
        except HecsimError as problem:
            job.stage, job.problem = "failed", str(problem)
        except Exception as problem:
            _log.exception("run %s failed", job.key)
            job.stage, job.problem = "failed", f"{type(problem).__name__}: {problem}"
        else:
            return True
        return False


BOARD = Board()
atexit.register(BOARD.close)
