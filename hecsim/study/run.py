"""Running a study: every future under every arm, in parallel, resumable.

The unit of work is a future: its burn-in and the months before any intervention starts are lived once,
then each arm goes on from a copy of the same state with the same luck. Workers are processes that share
the pages of one community. A future that fails does not stop the others; why it failed is kept in the
study folder.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hecsim import evidence
from hecsim.clock import MONTHS_PER_YEAR
from hecsim.community import Community
from hecsim.engine import Engine
from hecsim.errors import HecsimError, RunError
from hecsim.interventions.delivery import Run
from hecsim.measures import MEASURES, Recorder
from hecsim.model import CommunityModel, burn_in
from hecsim.population import restore_followed
from hecsim.population.store import borrow, lend
from hecsim.processes.plan import MONTH
from hecsim.scenario import CommunitySpec, Scenario
from hecsim.study.design import Study
from hecsim.study.results import Results
from hecsim.study.store import FutureResult, Store

__all__ = ["build", "compare", "run_future", "run_study"]

Progress = Callable[[str, int, int], None]


def build(spec: CommunitySpec, progress: Progress | None = None) -> Community:
    """The community that a study asks for."""
    say = None if progress is None else (lambda what, done: progress("community", int(100 * done), 100))
    return spec.build(say)


def compare(
    scenarios: Sequence[Scenario],
    *,
    futures: int = 20,
    seed: int = 1,
    out: str | Path | None = None,
    workers: int = 1,
    progress: Progress | None = None,
) -> Results:
    """Paired comparison of scenarios, one of which is current law.

    Without `out` the study folder is temporary and the results stay in memory.
    """
    study = Study.from_scenarios(scenarios, futures=futures, seed=seed)
    built = scenarios[0].community if isinstance(scenarios[0].community, Community) else None
    with tempfile.TemporaryDirectory(prefix="hecsim-") as folder:
        return run_study(study, out or Path(folder) / "study", workers=workers, progress=progress, community=built)


def run_future(study: Study, community: Community, index: int, tick: Callable[[int], None] | None = None) -> FutureResult:
    """Live one future under every arm.

    Raises
    ------
    RunError : naming arm, future and month
    """
    future = study.future(index)
    draw = evidence.draw(future.parameter_seed)
    start = community.copy()
    start.clock.start_year = study.start_year
    with _named(f"future {index}, burn-in"):
        burn_in(start, Engine(MONTH, draw, future.luck_seed), months=study.burn_in)
        restore_followed(start, community)
        start.compact()
    with _named(f"future {index}, start"):
        trunk = CommunityModel(
            community=start,
            years=study.years,
            start_year=study.start_year,
            seed=future.luck_seed,
            draw=draw,
            burn_in_months=0,
        )
    del start
    starts = [iv.start for arm in study.arms for iv in arm.interventions if not iv.inert]
    while trunk.running and trunk.month < min(starts, default=0):
        with _named(f"future {index}, month {trunk.month}, before the arms differ"):
            trunk.step()
        if tick is not None:
            tick(len(study.arms))
    sums, ledgers, diaries = [], [], []
    for arm in study.arms:
        with _named(f"arm '{arm.name}', future {index}, start"):
            model = trunk.fork(arm.interventions)
        while model.running:
            with _named(f"arm '{arm.name}', future {index}, month {model.month}"):
                model.step()
            if tick is not None:
                tick(1)
        if model.recorder is None:
            raise RunError("a future without measures cannot be kept")
        sums.append(model.recorder.array)
        ledgers.append(model.delivery.ledger.frame().assign(arm=arm.name))
        diaries.append(model.diary.frame().assign(arm=arm.name))
        model.close()
    trunk.close()
    return FutureResult(index, np.stack(sums), _join(ledgers), _join(diaries))


@contextmanager
def _named(where: str) -> Iterator[None]:
    """Say where a future failed, whatever went wrong in it."""
    try:
        yield
    except HecsimError as problem:
        raise RunError(f"{where}: {problem}") from problem
    except Exception as problem:
        raise RunError(f"{where}: {type(problem).__name__}: {problem}") from problem


def _join(frames: list[pd.DataFrame]) -> pd.DataFrame:
    filled = [f for f in frames if len(f)]
    return pd.concat(filled, ignore_index=True) if filled else frames[0]


def axes_of(study: Study, community: Community) -> dict[str, Any]:
    """Names along the axes of the sums, for the manifest."""
    recorder = Recorder(community, evidence.draw(None))
    return {
        "measures": [m.name for m in recorder.measures],
        "groups": [list(g) for g in recorder.groups],
        "arm_names": [a.name for a in study.arms],
        "months": study.years * MONTHS_PER_YEAR,
        "places": {
            "neighborhood": community.labels["neighborhood"],
            "lat": community.neighborhood["lat"].astype(float).round(5).tolist(),
            "lon": community.neighborhood["lon"].astype(float).round(5).tolist(),
            "scale": community.neighborhood["scale"].astype(float).round(6).tolist(),
        },
        "community": community.summary(),
        "notes": community.notes,
        "followed": {str(k): v for k, v in community.followed.items()},
    }


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


def _work(index: int) -> FutureResult | tuple[int, str]:
    return _attempt(_worker["study"], _worker["community"], index)


def _attempt(study: Study, community: Community, index: int) -> FutureResult | tuple[int, str]:
    """The future, or its index and why it failed: one future's failure must not end the others."""
    try:
        return run_future(study, community, index)
    except Exception as problem:
        return index, str(problem) if isinstance(problem, HecsimError) else f"{type(problem).__name__}: {problem}"


@contextmanager
def _interrupts_wait() -> Iterator[None]:
    """Processes started in here never get Ctrl-C, not even while they import; the parent gets it afterwards."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def run_study(
    study: Study,
    out: str | Path,
    *,
    workers: int = 1,
    progress: Progress | None = None,
    community: Community | None = None,
) -> Results:
    """Run the futures that are missing in `out` and return the results.

    Parameters
    ----------
    study : what to run
    out : study folder; created, or continued if it holds the same study
    workers : processes; the results are identical for any number
    progress : called with (stage, done, total)
    community : built already; else it is built from the study's own description

    Raises
    ------
    StoreError : the folder belongs to another study, or cannot be written
    RunError : every future failed, or a worker process died
    """
    store = Store(out)
    described = study.as_dict()
    if community is not None:
        described["community"] = {"name": community.name, "digest": community.digest()}
    store.check(described)
    place = community if community is not None else build(study.community, progress)
    for arm in study.arms:
        for iv in arm.interventions:
            Run(iv, iv.id, place)  # refuses places that this community does not have
    axes = axes_of(study, place)
    if community is not None:
        axes["place"] = described["community"]
    store.open(study, community_digest=place.digest(), axes=axes)
    done = set(store.finished())
    missing = [i for i in range(study.futures) if i not in done]
    failed: dict[int, str] = {}
    finished = study.futures - len(missing)
    if progress is not None:
        progress("futures", finished, study.futures)
    for result in _results(study, place, missing, workers):
        if isinstance(result, FutureResult):
            store.write(result)
        else:
            failed[result[0]] = result[1]
            store.write_failure(*result)
        finished += 1
        if progress is not None:
            progress("futures", finished, study.futures)
    if failed and len(failed) == study.futures:
        raise RunError(f"every future failed; the first said: {failed[min(failed)]}")
    return Results.read(store, study.futures, failed)


def _results(study: Study, community: Community, indexes: list[int], workers: int) -> Iterator[FutureResult | tuple[int, str]]:
    if workers <= 1 or len(indexes) <= 1:
        for index in indexes:
            yield _attempt(study, community, index)
        return
    with tempfile.TemporaryDirectory(prefix="hecsim-") as folder:
        directory = str(Path(folder) / "community")
        lend(community, directory)
        context = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(
            min(workers, len(indexes)), mp_context=context, initializer=_start_worker, initargs=(study, directory)
        )
        processes: list[Any] = []
        try:
            with _interrupts_wait():
                waiting = {pool.submit(_work, i) for i in indexes}
                processes = list((getattr(pool, "_processes", None) or {}).values())
            while waiting:
                ready, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for task in ready:
                    yield task.result()
        except BrokenProcessPool:
            raise RunError(
                "a worker process died, perhaps for lack of memory; finished futures are kept, "
                "run the same command again with fewer workers"
            ) from None
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            for process in processes:  # `shutdown` has forgotten them, and would wait for what they are at
                process.terminate()
            for process in processes:
                process.join()


def describe_measures() -> pd.DataFrame:
    """All measures with unit, yardstick and topic."""
    columns = ("measure", "label", "unit", "topic", "yardstick", "better")
    return pd.DataFrame([{key: getattr(m, "name" if key == "measure" else key) for key in columns} for m in MEASURES.values()])
