"""Speed and memory of the model on this machine."""

from __future__ import annotations

import os
import platform
import resource
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from hecsim import evidence
from hecsim.engine import Engine
from hecsim.model import CommunityModel
from hecsim.population import build_community
from hecsim.processes.plan import MONTH

__all__ = ["measure_speed"]


class _TimedEngine(Engine):
    """An engine that adds up the seconds of each process."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.seconds: dict[str, float] = defaultdict(float)

    def _call(self, p: Any, *args: Any) -> None:
        started = time.perf_counter()
        super()._call(p, *args)
        self.seconds[p.name] += time.perf_counter() - started

    def _whole(self, p: Any, community: Any) -> None:
        if p.scope != "structural":
            super()._whole(p, community)
            return
        started = time.perf_counter()
        super()._whole(p, community)
        self.seconds[p.name] += time.perf_counter() - started


def measure_speed(
    towns: Any,
    *,
    households: int | None,
    months: int,
    threads: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Build a community, live some months, and say what it cost.

    Returns a mapping: machine, persons, build_seconds, first_month_seconds (compilation or loading of
    compiled code included), ns_per_person_month with and without measures, months_per_second,
    peak_memory_mb, bytes_per_person, and the cost of each process.
    """
    started = time.perf_counter()
    community = build_community(towns, households=households)
    built = time.perf_counter() - started
    started = time.perf_counter()
    model = CommunityModel(community=community, years=max(1, -(-(2 * months + 1) // 12)), burn_in_months=0, threads=threads)
    model.step()
    first = time.perf_counter() - started
    people = model.community.residents
    started = time.perf_counter()
    for i in range(months):
        model.step()
        if progress is not None:
            progress(i + 1, 2 * months)
    with_record = time.perf_counter() - started
    timed = _TimedEngine(MONTH, evidence.draw(None), 1)
    model.engine, model.recorder = timed, None
    model.datacollector.model_reporters.clear()  # they read what the recorder wrote
    started = time.perf_counter()
    for i in range(months):
        model.step()
        if progress is not None:
            progress(months + i + 1, 2 * months)
    without = time.perf_counter() - started
    scale = 1e9 / (people * months)
    size = model.community.summary()["bytes"] + model.community.ties.index.nbytes + model.community.ties.indptr.nbytes
    return {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "persons": people,
        "households": int(model.community.household["present"].sum()),
        "months": months,
        "threads": threads,
        "build_seconds": built,
        "first_month_seconds": first,
        "ns_per_person_month": with_record * scale,
        "ns_per_person_month_without_measures": without * scale,
        "months_per_second": months / with_record,
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "bytes_per_person": size / people,
        "process_cost": {name: s * scale for name, s in timed.seconds.items()},
    }
