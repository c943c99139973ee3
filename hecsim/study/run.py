"""Running a study: every future under every arm, in parallel, resumable.

The unit of work is a run, one future under one arm (`future`). Runs are lived by processes of this machine (`pool`) or of a
cluster (`cluster`), and each is kept in the study folder as it comes. One that fails does not stop the others; why it failed
is kept too.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from hecsim import evidence
from hecsim.clock import MONTHS_PER_YEAR
from hecsim.community import Community
from hecsim.errors import RunError
from hecsim.interventions.delivery import Run
from hecsim.measures import Recorder
from hecsim.population import without_before
from hecsim.scenario import CommunitySpec, Scenario
from hecsim.study.begun import forget
from hecsim.study.design import Study
from hecsim.study.pool import on_this_machine
from hecsim.study.rehearsal import rehearse
from hecsim.study.results import Results
from hecsim.study.store import FutureResult, Store
from hecsim.warmup import WarmUp

__all__ = ["axes_of", "build", "compare", "run_study"]

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
        source = on_this_machine(study, place, missing, workers)
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
