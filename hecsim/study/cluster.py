"""Runs on a Dask cluster: the same study file, the same tables to the last bit.

The community travels to the workers once, as the bytes of a saved community; a worker unpacks it once and
keeps it. Workers need hecsim in the same version with the same parameters, which they check. Give each
worker one thread (`dask worker ADDRESS --nworkers 4 --nthreads 1`). Needs `pip install "hecsim[cluster]"`.
"""

from __future__ import annotations

import io
import tarfile
import tempfile
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from hecsim.community import Community
from hecsim.errors import RunError, ScenarioError
from hecsim.population import load, save
from hecsim.study.design import Study
from hecsim.study.future import attempt
from hecsim.study.inputs import inputs_digests
from hecsim.study.store import Failure, FutureResult

__all__ = ["on_cluster"]

_ABREAST = 4  # runs asked for at a time for each thread of the cluster, so that results never pile up
_WAIT = "20s"  # for a scheduler to answer


def _packed(community: Community) -> bytes:
    with tempfile.TemporaryDirectory(prefix="hecsim-") as folder:
        save(community, Path(folder) / "community")
        stream = io.BytesIO()
        with tarfile.open(fileobj=stream, mode="w") as tar:
            tar.add(Path(folder) / "community", "community")
        return stream.getvalue()


@lru_cache(maxsize=1)
def _unpacked(digest: str, data: bytes) -> Community:
    with tempfile.TemporaryDirectory(prefix="hecsim-") as folder:
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            tar.extractall(folder, filter="data")
        return load(Path(folder) / "community")


@lru_cache(maxsize=1)
def _known(study: Study) -> Study:
    """One object for equal studies, so that the arms of a future find the burn-in that one of them has lived."""
    return study


def _task(study: Study, data: bytes, digest: str, inputs: Any, index: int, arm: str) -> FutureResult | Failure:
    if inputs != inputs_digests():
        raise RunError("a worker of the cluster has another version of hecsim, or other parameters, than this process")
    return attempt(_known(study), _unpacked(digest, data), index, arm)


@contextmanager
def _client(address: str, workers: int) -> Iterator[Any]:
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        raise ScenarioError('Dask is not installed; run: pip install "hecsim[cluster]"', key="--cluster") from None
    with ExitStack() as stack:
        if address == "local":
            local = LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None)
            target: Any = stack.enter_context(local)
        else:
            target = address
        try:
            client = stack.enter_context(Client(target, timeout=_WAIT))
        except (OSError, ValueError) as problem:
            raise RunError(f"no Dask scheduler answers at {address}: {problem}") from None
        if not client.scheduler_info()["workers"]:
            with suppress(TimeoutError):
                client.wait_for_workers(1, timeout=_WAIT)
            if not client.scheduler_info()["workers"]:
                raise RunError(f"the scheduler at {address} has no workers; start some with `dask worker {address}`")
        yield client


def on_cluster(
    study: Study, community: Community, runs: list[tuple[int, str]], *, address: str, workers: int
) -> Generator[FutureResult | Failure, None, None]:
    """Live runs on a cluster and yield each as it is finished.

    Parameters
    ----------
    address : of a scheduler, or "local" for a cluster of `workers` processes on this machine

    Raises
    ------
    RunError : no scheduler, no workers, or workers of another version
    """
    with _client(address, workers) as client:
        from distributed import as_completed

        data = client.scatter(_packed(community), broadcast=True)
        fixed = (data, community.digest(), inputs_digests())
        waiting = iter(runs)
        threads = sum(w["nthreads"] for w in client.scheduler_info()["workers"].values())

        def submit(run: tuple[int, str]) -> Any:
            return client.submit(_task, study, *fixed, *run, pure=False)

        first = [submit(run) for _, run in zip(range(_ABREAST * max(threads, 1)), waiting, strict=False)]
        under_way = as_completed(first)
        for task in under_way:
            try:
                result = task.result()
            except RunError:
                raise
            except Exception as problem:  # a worker was lost several times over, or cannot import the program
                raise RunError(
                    f"a worker of the cluster failed ({type(problem).__name__}: {problem}); finished runs are kept, "
                    "run the same command again"
                ) from None
            task.release()
            following = next(waiting, None)
            if following is not None:
                under_way.add(submit(following))
            yield result
