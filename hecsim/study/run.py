"""Running a study: every future under every arm, in parallel, resumable.

The unit of work is a run, one future under one arm: the future's burn-in, and the months before any arm's first
intervention, are lived once in a process, then each arm goes on from a copy of the same state with the same luck.
Workers are processes that share the pages of one community, on this machine, or read it once, on a cluster. A run
that fails does not stop the others; why it failed is kept in the study folder.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hecsim import evidence
from hecsim.clock import MONTHS_PER_YEAR
from hecsim.community import Community
from hecsim.errors import HecsimError, RunError
from hecsim.interventions.delivery import Run
from hecsim.measures import MEASURES, Recorder
from hecsim.model import CommunityModel
from hecsim.population import without_before
from hecsim.population.store import borrow, lend
from hecsim.scenario import CommunitySpec, Scenario
from hecsim.study.begun import begun, forget, named, plain
from hecsim.study.comparison import comparison_for
from hecsim.study.design import Study
from hecsim.study.rehearsal import rehearse
from hecsim.study.results import Results
from hecsim.study.store import Failure, FutureResult, Store
from hecsim.warmup import WarmUp

__all__ = ["attempt", "build", "compare", "run_future", "run_study"]

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
    cluster: str | None = None,
) -> Results:
    """Paired comparison of scenarios, one of which is current law.

    Without `out` the study folder is temporary and the results stay in memory.
    """
    study = Study.from_scenarios(scenarios, futures=futures, seed=seed)
    built = scenarios[0].community if isinstance(scenarios[0].community, Community) else None
    with tempfile.TemporaryDirectory(prefix="hecsim-") as folder:
        results = run_study(
            study, out or Path(folder) / "study", workers=workers, progress=progress, community=built, cluster=cluster
        )
        return results if out is not None else replace(results, sums=np.asarray(results.sums))


def run_future(
    study: Study,
    community: Community,
    index: int,
    tick: Callable[[int], None] | None = None,
    arms: Sequence[str] | None = None,
) -> FutureResult:
    """Live one future under every arm, or under those named.

    Raises
    ------
    RunError : naming arm, future and month
    """
    chosen = [a for a in study.arms if arms is None or a.name in arms]
    future = study.future(index)
    start, draw, trunk = begun(study, community, index, None if tick is None else lambda: tick(0))
    sums, ledgers, diaries = [], [], []
    for arm in chosen:
        with named(f"arm '{arm.name}', future {index}, start"):
            if trunk is not None and plain(arm):
                model = trunk.fork(arm.interventions)
                if tick is not None:
                    tick(model.month)
            else:
                model = CommunityModel(
                    community=start,
                    interventions=arm.interventions,
                    collaborative=arm.collaborative,
                    funds=arm.funds,
                    comparison=comparison_for(study, arm, start, draw, index),
                    years=study.years,
                    start_year=study.start_year,
                    seed=future.luck_seed,
                    draw=draw,
                    burn_in_months=0,
                )
        while model.running:
            with named(f"arm '{arm.name}', future {index}, month {model.month}"):
                model.step()
            if tick is not None:
                tick(1)
        if model.recorder is None:
            raise RunError("a future without measures cannot be kept")
        sums.append(model.recorder.array)
        ledgers.append(model.delivery.ledger.frame().assign(arm=arm.name))
        diaries.append(model.diary.frame().assign(arm=arm.name))
        model.close()
    return FutureResult(index, np.stack(sums), _join(ledgers), _join(diaries), tuple(a.name for a in chosen))


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


def _work(index: int, arm: str) -> FutureResult | Failure:
    return attempt(_worker["study"], _worker["community"], index, arm)


def attempt(study: Study, community: Community, index: int, arm: str) -> FutureResult | Failure:
    """One run, or why it failed: one run's failure must not end the others."""
    try:
        return run_future(study, community, index, arms=(arm,))
    except Exception as problem:
        said = str(problem) if isinstance(problem, HecsimError) else f"{type(problem).__name__}: {problem}"
        return Failure(index, arm, said)


@contextmanager
def _interrupts_wait() -> Iterator[None]:
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


def run_study(
    study: Study,
    out: str | Path,
    *,
    workers: int = 1,
    progress: Progress | None = None,
    community: Community | None = None,
    cluster: str | None = None,
    extend: bool = False,
) -> Results:
    """Run what is missing in `out` and return the results.

    Parameters
    ----------
    study : what to run
    out : study folder; created, or continued if it holds the same study
    workers : processes; the results are identical for any number
    progress : called with (stage, done, total)
    community : built already; else it is built from the study's own description
    cluster : address of a Dask scheduler such as "tcp://127.0.0.1:8786", or "local" for one of `workers`
        processes; the results are identical
    extend : let arms be added that the folder does not have yet

    Raises
    ------
    StoreError : the folder belongs to another study, is in use, or cannot be written
    RunError : every future failed, or a worker process died

    Examples
    --------
    >>> results = run_study(Study.from_file("experiments/hartford.toml"), "results/hartford")   # doctest: +SKIP
    """
    store = Store(out)
    described = study.as_dict()
    if community is not None:
        described["community"] = {"name": community.name, "digest": community.digest()}
    if not extend:
        store.check(described)
    # Loops are compiled here once, rather than in every worker at the same time; helpers begin while the place is built.
    with store.lease(), WarmUp(helpers=0 if cluster is not None else None) as warm:
        if extend:
            store.extend(described, study.digest)
        store.check(described)
        # A community that somebody hands over begins every future exactly as it stands.
        place = without_before(community) if community is not None else build(study.community, _also(progress, warm))
        for arm in study.arms:
            for iv in arm.interventions:
                Run(iv, iv.id, place)  # refuses places that this community does not have
        axes = axes_of(study, place)
        if community is not None:
            axes["place"] = described["community"]
        store.open(study, community_digest=place.digest(), axes=axes)
        _run_missing(study, store, place, workers, cluster, progress, warm)
        failed = {i: p for i, p in store.failures().items() if i < study.futures}
        if failed and not any(i < study.futures for i in store.finished()):
            raise RunError(f"every future failed; the first said: {failed[min(failed)]}")
        return Results.read(store, study.futures)


def _also(progress: Progress | None, warm: WarmUp) -> Progress | None:
    """The same, which says besides how far compiling is, if anything has to be compiled."""
    if progress is None or not warm.missing:
        return progress

    def said(stage: str, done: int, of: int) -> None:
        progress(stage, done, of)
        progress("compiling", warm.made, warm.missing)

    return said


def _run_missing(
    study: Study, store: Store, place: Community, workers: int, cluster: str | None, progress: Progress | None, warm: WarmUp
) -> None:
    """Live the runs that are not finished, future by future, and keep each as it comes."""
    done = store.runs()
    everything = [(i, a.name) for i in range(study.futures) for a in study.arms]
    missing = [run for run in everything if run not in done]
    finished = len(everything) - len(missing)
    if missing and cluster is None:
        said = None if progress is None else lambda done, of: progress("compiling", done, of)
        warm.finish(place, progress=said, meanwhile=lambda tell: rehearse(place, tell))
    if progress is not None:
        progress("runs", finished, len(everything))
    if cluster is not None and missing:
        from hecsim.study.cluster import on_cluster

        source = on_cluster(study, place, missing, address=cluster, workers=workers)
    else:
        source = _results(study, place, missing, workers)
    try:
        for result in source:
            if isinstance(result, FutureResult):
                store.write(result)
            else:
                store.write_failure(result.index, result.problem, result.arm)
            finished += 1
            if progress is not None:
                progress("runs", finished, len(everything))
    finally:
        source.close()  # workers end now, not when somebody collects what is left of them
        forget()
    store.write_runs(study.futures)


def _results(
    study: Study, community: Community, runs: list[tuple[int, str]], workers: int
) -> Generator[FutureResult | Failure, None, None]:
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
            with _interrupts_wait():
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


def describe_measures() -> pd.DataFrame:
    """All measures with unit, yardstick and topic."""
    columns = ("measure", "label", "unit", "topic", "yardstick", "better")
    return pd.DataFrame([{key: getattr(m, "name" if key == "measure" else key) for key in columns} for m in MEASURES.values()])
