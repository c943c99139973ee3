"""Speed and memory of the model on this machine.

A figure in seconds says as much about the machine's day as about the model. So beside it stands the floor: the
time that this machine, in the same minute, needs only to move the bytes of a person-month through memory.
"""

from __future__ import annotations

import os
import platform
import resource
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from hecsim import evidence
from hecsim.columns import PREFIX
from hecsim.community import Community
from hecsim.engine import Engine
from hecsim.life import Life
from hecsim.population import build_community
from hecsim.processes.plan import MONTH
from hecsim.study.rehearsal import rehearse
from hecsim.warmup import warm_up

__all__ = ["bandwidth", "bytes_moved", "measure_scaling", "measure_speed", "memory_by_column"]

_BYTES = 1 << 27  # larger than any cache
_WARM_UP = 2  # months in which compiled code is loaded and tables are first read


class _TimedEngine(Engine):
    """An engine that adds up the seconds of each process."""

    one_by_one = True

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.seconds: dict[str, float] = defaultdict(float)

    def _call(self, p: Any, *args: Any) -> None:
        with self._clocked(p):
            super()._call(p, *args)

    def _whole(self, p: Any, community: Any) -> None:
        if p.scope != "structural":
            super()._whole(p, community)
            return
        with self._clocked(p):
            super()._whole(p, community)

    @contextmanager
    def _clocked(self, p: Any) -> Iterator[None]:
        started = time.thread_time()
        yield
        self.seconds[p.name] += time.thread_time() - started


def machine() -> str:
    """Processor, cores, Python, in words."""
    name = platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        lines = [x.partition(":")[2].strip() for x in info.read_text().splitlines() if x.startswith("model name")]
        name = lines[0] if lines else name
    return f"{name}, {os.cpu_count()} cores, Python {platform.python_version()}"


def bandwidth(rounds: int = 7) -> float:
    """Bytes a second that one thread moves, reading and writing, in an array too large for any cache; the best round."""
    a, b = np.zeros(_BYTES // 8), np.ones(_BYTES // 8)
    best = float("inf")
    for _ in range(rounds):
        started = time.perf_counter()
        np.copyto(a, b)
        best = min(best, time.perf_counter() - started)
    return 2 * _BYTES / best


def bytes_moved(community: Community) -> float:
    """Bytes a person-month has to move if every column is read once and every column that is written is written once."""
    tables = {PREFIX[name] + "_": t for name, t in community.tables.items() if name in ("person", "household")}
    written = {w for p in MONTH for w in p.writes}
    total = 0
    for prefix, t in tables.items():
        rows = int(t.used.sum())
        for name, values in t.columns.items():
            each = values.nbytes // max(t.size, 1)
            total += rows * each * (2 if prefix + name in written else 1)
    ties = community.ties
    return (total + ties.index.nbytes + ties.kind.nbytes + ties.indptr.nbytes) / community.residents


def memory_by_column(community: Community) -> dict[str, float]:
    """Bytes per resident of every column, of ties and of auxiliary arrays, largest first."""
    found = {
        f"{PREFIX[name]}_{column}": values.nbytes
        for name, t in community.tables.items()
        for column, values in t.columns.items()
    }
    ties = community.ties
    found["ties"] = ties.index.nbytes + ties.kind.nbytes + ties.indptr.nbytes
    found["auxiliary arrays"] = sum(np.asarray(v).nbytes for v in community.extras.values())
    return {k: v / community.residents for k, v in sorted(found.items(), key=lambda kv: -kv[1])}


def _months(model: Life, months: int, tell: Callable[[], None] | None = None) -> tuple[float, float]:
    """Seconds on the clock, and seconds of processor, for some months."""
    started, worked = time.perf_counter(), time.process_time()
    for _ in range(months):
        model.step()
        if tell is not None:
            tell()
    return time.perf_counter() - started, time.process_time() - worked


def measure_scaling(
    towns: Any, sizes: Iterable[int], *, months: int = 6, progress: Callable[[int, int], None] | None = None
) -> list[dict[str, float]]:
    """Cost of a person-month at several numbers of households, measures included; None means as many as there are."""
    out, sizes = [], list(sizes)
    for i, n in enumerate(sizes):
        built = time.perf_counter()
        community = build_community(towns, households=n)
        built = time.perf_counter() - built
        model = Life(community, years=1 + months // 12, burn_in_months=0)
        del community
        _months(model, _WARM_UP)
        people = model.community.residents
        seconds, worked = _months(model, months)
        homes = int(model.community.household["present"].sum())
        model.close()
        out.append({
            "households": homes, "persons": people, "build_seconds": built,
            "ms_per_month": 1e3 * seconds / months, "ns_per_person_month": 1e9 * seconds / (people * months),
            "processor_ns_per_person_month": 1e9 * worked / (people * months),
        })  # fmt: skip
        if progress is not None:
            progress(i + 1, len(sizes))
    return out


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
    peak_memory_mb, bytes_per_person, the memory floor, the cost of each process and the memory of each column.
    On a shared machine time on the clock is longer than that of the processor; processes are told by the latter,
    each called alone from Python, which takes some microseconds more than in a month as it is.
    """
    started = time.perf_counter()
    community = build_community(towns, households=households)
    built = time.perf_counter() - started
    started = time.perf_counter()
    warm_up(community, meanwhile=partial(rehearse, community))
    watched = max(1, months // 4)
    years = max(1, -(-(2 * months + 1 + watched + _WARM_UP) // 12))
    model = Life(community, years=years, burn_in_months=0, threads=threads)
    del community
    model.step()
    first = time.perf_counter() - started
    _months(model, _WARM_UP - 1)
    people, total = model.community.residents, 2 * months + watched
    done = iter(range(1, total + 1))
    tell = None if progress is None else (lambda: progress(next(done), total))
    with_record, worked = _months(model, months, tell)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # of a run; processes one by one need more
    model.recorder = None
    without, _ = _months(model, months, tell)
    timed = model.engine = _TimedEngine(MONTH, evidence.draw(None), 1)
    _months(model, 1)  # in which loops that only the linked month has called so far are loaded to be called from Python
    timed.seconds.clear()
    _months(model, watched, tell)
    scale = 1e9 / (people * months)
    memory, moved, speed = memory_by_column(model.community), bytes_moved(model.community), bandwidth()
    return {
        "machine": machine(),
        "persons": people,
        "households": int(model.community.household["present"].sum()),
        "months": months,
        "threads": threads,
        "build_seconds": built,
        "first_month_seconds": first,
        "ns_per_person_month": with_record * scale,
        "processor_ns_per_person_month": worked * scale,
        "ns_per_person_month_without_measures": without * scale,
        "months_per_second": months / with_record,
        "bandwidth_gb_per_second": speed / 1e9,
        "bytes_moved_per_person_month": moved,
        "floor_ns_per_person_month": 1e9 * moved / speed,
        "times_the_floor": worked * scale / (1e9 * moved / speed),
        "peak_memory_mb": most,
        "bytes_per_person": sum(memory.values()),
        "process_cost": {name: s * scale * months / watched for name, s in timed.seconds.items()},
        "memory_by_column": memory,
    }
