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
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hecsim.clock import MONTHS_PER_YEAR
from hecsim.errors import HecsimError
from hecsim.study import Store, Study
from hecsim.web import baseline, cache, worker
from hecsim.web.turns import in_turn, seat

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

    stage : waiting, building, draft (of a smaller town), running, done, failed or canceled
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
        return self.stage in ("waiting", "building", "draft", "running")


@dataclass
class Job:
    """A study that is being run.

    wanted : its futures, in turn; ahead : nobody has asked for it yet; law : only their current law is lived;
        after : the job that goes first
    """

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
    wanted: tuple[int, ...] = ()
    ahead: bool = False
    law: bool = False
    after: str = ""


def finished(key: str, futures: int) -> list[int]:
    """Futures of a study that are kept on disk, at most as many as asked for."""
    folder = cache.folder(key)
    if not (folder / "manifest.json").is_file():
        return []
    return [i for i in Store(folder).finished() if i < futures]


def _ahead(study: Study, only: tuple[int, ...]) -> str:
    return f"ahead {len(only) or study.futures} {cache.key_of(study)}"


class Board:
    """All jobs of this server. Methods may be called from any thread."""

    def __init__(self, workers: int | None = None):
        self._lock = threading.RLock()
        self._jobs: dict[str, Job] = {}
        self._desk: ProcessPoolExecutor | None = None
        self._context = multiprocessing.get_context("spawn")
        self._numbers: Any = self._context.RawArray("l", (_JOBS + _ASKED) * worker.STRETCH)
        self._asked = 0
        self._workers = workers or max(1, min(_WORKERS, os.cpu_count() or 1))
        self._pools: list[ProcessPoolExecutor | None] = [None] * self._workers

    def warm(self) -> None:
        """Start the worker processes, so that the first run does not wait for them.

        The first, which prepares every run, compiles what is missing; the others would only do the same once more.
        """
        with self._lock:
            for at in range(self._workers):
                self._submit(at, worker.warm, at == 0)
            self._ask(worker.warm)

    def start(self, study: Study, visitor: str, only: tuple[int, ...] = (), after: str = "") -> str:
        """Run a study, or join the run that is under way; returns its key.

        only : the futures that are wanted, if not all; after : key of a run that goes first
        """
        key = cache.key_of(study)
        with self._lock:
            job = self._jobs.get(key)
            if job is not None and self._look(job).busy and set(job.wanted) >= set(only or range(study.futures)):
                job.visitors.add(visitor)
                job.ahead = False  # what was lived ahead is what is asked for now
                return key
            if job is not None and self._look(job).busy:
                self._stop(job)
            self._begin(key, study, visitor, only, after)
        return key

    def ready(self, studies: Sequence[tuple[Study, tuple[int, ...]]], visitor: str) -> None:
        """Live current law of these studies while nothing else is to do, so that a mix asked for later waits less.

        studies : each with the futures that are wanted, () for all
        What was lived ahead before is stopped; any run that somebody asks for stops this one.
        """
        with self._lock:
            if self.busy():
                return
            keys = [_ahead(s, only) for s, only in studies]
            if all(k in self._jobs and self._jobs[k].stage != "canceled" for k in keys):
                for k in keys:
                    self._jobs[k].visitors.add(visitor)
                return
            self._stop_ahead()
            for key, first, (study, only) in zip(keys, ["", *keys], studies, strict=False):
                self._begin(key, study, visitor, only, first, ahead=True, law=True)

    def guess(self, study: Study, visitor: str, only: tuple[int, ...]) -> bool:
        """Live a study that a visitor may soon ask for, while nothing else is to do; whether it is done.

        It gives way to any run, and to this visitor's next guess.
        """
        key = cache.key_of(study)
        with self._lock:
            job = self._jobs.get(key)
            if job is not None and job.stage not in ("canceled", "failed"):
                return job.stage == "done"
            for other in self._jobs.values():
                if other.ahead and not other.law and other.visitors == {visitor} and self._look(other).busy:
                    self._stop(other)
            if not any(self._look(j).busy for j in self._jobs.values()):
                self._begin(key, study, visitor, only, "", ahead=True)
        return False

    def is_ready(self, study: Study, only: tuple[int, ...] = ()) -> bool | None:
        """Whether current law of a study has been lived ahead; None if it is not under way either."""
        with self._lock:
            job = self._jobs.get(_ahead(study, only))
            look = self._look(job) if job is not None else None
        return None if look is None or look.stage in ("canceled", "failed") else not look.busy

    def cancel(self, key: str, visitor: str) -> None:
        """Stop waiting for a study; the run ends when nobody waits for it any more. Finished futures are kept."""
        with self._lock:
            job = self._jobs.get(key)
            if job is None:
                return
            job.visitors.discard(visitor)
            if not job.visitors and self._look(job).busy:
                self._stop(job)

    def join(self, key: str, visitor: str) -> None:
        """Wait for a run that is under way, too, as a page does that was loaded again."""
        with self._lock:
            job = self._jobs.get(key)
            if job is not None and not job.ahead and self._look(job).busy:
                job.visitors.add(visitor)

    def leave(self, visitor: str, grace: float = 0.0) -> None:
        """A visitor has gone: cancel what only this one waits for; with a grace of seconds, unless somebody joins in them."""
        if grace:
            timer = threading.Timer(grace, self.leave, (visitor,))
            timer.daemon = True
            timer.start()
            return
        with self._lock:
            for key in [k for k, j in self._jobs.items() if visitor in j.visitors]:
                self.cancel(key, visitor)

    def look(self, key: str) -> Look | None:
        """How a study's run stands; None if it was never started here."""
        with self._lock:
            job = self._jobs.get(key)
            return None if job is None or job.ahead else self._look(job)

    def busy(self, ahead: bool = False) -> bool:
        """Whether a run that somebody asked for is under way, or, with `ahead`, one that nobody has asked for yet."""
        with self._lock:
            return any((ahead or not j.ahead) and self._look(j).busy for j in self._jobs.values())

    def queue(self) -> tuple[tuple[str, tuple[str, ...], Look], ...]:
        """Every run that this server knows of, newest first: key, towns, how it stands."""
        with self._lock:
            asked = [(k, j) for k, j in reversed(self._jobs.items()) if not j.ahead]
            return tuple((k, j.study.community.towns, self._look(j)) for k, j in asked)

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
            pools = (*self._pools, self._desk)
            self._pools, self._desk = [None] * self._workers, None
        for pool in pools:
            if pool is not None:
                processes = list((getattr(pool, "_processes", None) or {}).values())
                pool.shutdown(wait=False, cancel_futures=True)
                for process in processes:
                    process.terminate()

    # -- inside the lock ------------------------------------------------------------------------

    def _look(self, job: Job) -> Look:
        n, months = len(job.wanted), job.study.years * MONTHS_PER_YEAR * len(job.study.arms)
        at = job.slot * worker.STRETCH
        lived = sum(months if i in job.done or i in job.lost else min(self._numbers[at + 1 + i], months) for i in job.wanted)
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

    def _begin(
        self, key: str, study: Study, visitor: str, only: tuple[int, ...], after: str, ahead: bool = False, law: bool = False
    ) -> None:
        if not ahead:
            self._stop_ahead()
        slot = self._slot()
        folder = cache.folder(cache.key_of(baseline.law_only(study) if law else study))
        wanted = only or tuple(in_turn(study.futures))
        job = Job(key, study, folder, slot, visitors={visitor}, wanted=wanted, ahead=ahead, law=law, after=after)
        self._jobs[key] = job
        for i in range(worker.STRETCH):
            self._numbers[slot * worker.STRETCH + i] = 0
        if after not in self._jobs or not self._look(self._jobs[after]).busy:
            self._prepare(job)

    def _prepare(self, job: Job) -> None:
        job.stage = "building"
        study = baseline.law_only(job.study) if job.law else job.study
        self._add(job, 0, worker.prepare, study, job.folder, job.slot).add_done_callback(lambda f: self._prepared(job, f))

    def _over(self, job: Job) -> None:
        """Begin what waits for a job that has ended."""
        for other in self._jobs.values():
            if other.stage == "waiting" and other.after == job.key:
                self._prepare(other)

    def _stop_ahead(self) -> None:
        for job in self._jobs.values():
            if job.ahead and self._look(job).busy:
                self._stop(job)

    def _submit(self, at: int, function: Any, *args: Any) -> Future[Any]:
        pool = self._pools[at] = self._pools[at] or self._new(1, _STEP_BACK)
        try:
            return pool.submit(function, *args)
        except (BrokenProcessPool, RuntimeError):  # a worker died, or the pool was closed: begin a new one
            pool = self._pools[at] = self._new(1, _STEP_BACK)
            return pool.submit(function, *args)

    def _ask(self, function: Any, *args: Any) -> Future[Any]:
        if self._desk is None:
            self._desk = self._new(1, 0)
        try:
            return self._desk.submit(function, *args)
        except (BrokenProcessPool, RuntimeError):
            self._desk = self._new(1, 0)
            return self._desk.submit(function, *args)

    def _add(self, job: Job, at: int, function: Any, *args: Any) -> Future[Any]:
        task = self._submit(at, function, *args)
        job.tasks.append(task)
        return task

    def _stop(self, job: Job) -> None:
        job.stage = "canceled"
        self._stop_all(job)

    # -- called by the pool's thread ------------------------------------------------------------

    def _prepared(self, job: Job, task: Future[Any]) -> None:
        with self._lock:
            if not self._fine(job, task):
                self._stop_all(job)
                return
            # Current law is also to be held in memory, which only the workers know of.
            job.done = set(task.result()) & set(job.wanted) if not job.law else set()
            missing = [i for i in job.wanted if i not in job.done]
            job.stage = "running" if missing else "done"
            if not missing:
                self._over(job)
            for i in missing:
                how = (worker.ready, job.study) if job.law else (worker.live, job.study, job.folder)
                self._add(job, seat(i, self._workers), *how, i, job.slot).add_done_callback(
                    lambda f, i=i: self._lived(job, i, f)  # type: ignore[misc]
                )

    def _lived(self, job: Job, index: int, task: Future[Any]) -> None:
        with self._lock:
            if self._fine(job, task):
                job.done.add(index)
            elif job.stage == "failed" and job.problem != _DIED and len(job.lost) + 1 < len(job.wanted):
                # One future that cannot be lived is left out of every comparison; the others go on.
                job.lost.add(index)
                job.stage = "running"
            elif job.stage in ("failed", "canceled"):
                self._stop_all(job)
                return
            if len(job.done) + len(job.lost) == len(job.wanted):
                job.stage = "done"
                cache.prune()
                self._over(job)

    def _stop_all(self, job: Job) -> None:
        self._numbers[job.slot * worker.STRETCH] = 1
        for task in job.tasks:
            task.cancel()
        self._over(job)

    def _fine(self, job: Job, task: Future[Any]) -> bool:
        """Whether a task gave a result; else the job is canceled or failed, with a sentence that says why."""
        if job.stage in ("canceled", "failed"):
            return False
        try:
            task.result()
        except (CancelledError, worker.Canceled):
            job.stage = "canceled"
        except BrokenProcessPool:  # its pool is replaced when something is asked of it again
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
