"""What each process of the month costs, and what of it is arithmetic.

    python benchmarks/processes.py --towns Hartford --households 10000 --months 12

Prints a row per process: nanoseconds per person and month for slicing columns, drawing luck, filling
levers and the loop itself (medians over the months), and the whole as a ratio to copying the bytes
that the process reads, timed in the same run: seconds differ from machine to machine, ratios hardly. Times are
those of the processor, so that what else runs on the machine counts little.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections import defaultdict
from itertools import pairwise
from typing import Any

import numpy as np

from hecsim import evidence
from hecsim.engine import Engine
from hecsim.interventions.delivery import Delivery
from hecsim.population import build_community
from hecsim.processes.plan import MONTH

PARTS = ("columns", "luck", "levers", "other", "loop")
_PART = {"uniform": "luck", "normal": "luck", "lever": "levers"}


class _Watched(Engine):
    """An engine that notes the seconds of each process, by part, and how many bytes it was given."""

    one_by_one = True

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.seconds: dict[str, dict[str, float]] = {}
        self.bytes: dict[str, int] = {}

    def _call(self, p: Any, part: Any, scratch: Any) -> None:
        scratch.reset()
        spent = self.seconds.setdefault(p.name, defaultdict(float))
        started = time.thread_time()
        arguments = self._prepared(p, part)
        spent["columns"] += time.thread_time() - started
        for i, a in self._varying[p.name]:
            started = time.thread_time()
            arguments[i] = self._argument(a, part, scratch)
            spent[_PART.get(a.kind, "other")] += time.thread_time() - started
        started = time.thread_time()
        self._function(p)(*arguments)
        spent["loop"] += time.thread_time() - started
        columns = (v for a, v in zip(p.arguments, arguments, strict=True) if a.kind in ("column", "uniform", "normal", "lever"))
        self.bytes[p.name] = self.bytes.get(p.name, 0) + sum(v.nbytes for v in columns if isinstance(v, np.ndarray))


def _copy_seconds_per_byte(n: int = 8_000_000) -> float:
    """Seconds to copy a byte, the best of twenty copies of an array that no cache of one core holds."""
    source, target, best = np.ones(n, np.uint8), np.empty(n, np.uint8), float("inf")
    for _ in range(20):
        started = time.perf_counter()
        np.copyto(target, source)
        best = min(best, time.perf_counter() - started)
    return best / n


def main(argv: list[str] | None = None) -> int:
    """Print the table; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--towns", default="Hartford")
    parser.add_argument("--households", type=int, default=10_000)
    parser.add_argument("--months", type=int, default=12)
    asked = parser.parse_args(argv)
    community = build_community(asked.towns, households=asked.households)
    engine = _Watched(MONTH, evidence.draw(None), 1)
    delivery = Delivery((), community, engine.draw, horizon=asked.months + 2)
    months: list[dict[str, dict[str, float]]] = []
    steps: list[tuple[float, ...]] = []
    for month in range(asked.months + 2):
        engine.seconds, engine.bytes = {}, {}
        marks = [time.process_time()]
        engine.levers.clear()
        for step in (
            lambda: delivery.month(community, engine.context),
            lambda: engine.open_month(community),
            lambda: engine.run_blocks(community),
            lambda: engine.close_month(community),
        ):
            step()
            marks.append(time.process_time())
        community.clock.month += 1
        if month >= 2:  # the first months load compiled code
            months.append(engine.seconds)
            steps.append(tuple(b - a for a, b in pairwise(marks)))
        print(f"month {month + 1} of {asked.months + 2}", end="\r", file=sys.stderr)
    people, per_byte = community.residents, _copy_seconds_per_byte()
    scale = 1e9 / people
    rows = []
    for name in months[-1]:
        parts = [statistics.median(m[name].get(part, 0.0) for m in months) * scale for part in PARTS]
        rows.append((name, parts, sum(parts) / (engine.bytes[name] * per_byte * scale)))
    print(f"{people} people in {community.n_blocks} blocks; copying a byte takes {per_byte * 1e9:.3f} ns")
    print(f"{'ns per person and month':26}" + "".join(f"{part:>9}" for part in PARTS) + f"{'all':>9}{'/copy':>8}")
    for name, parts, ratio in sorted(rows, key=lambda row: -sum(row[1])):
        print(f"{name:26}" + "".join(f"{v:9.2f}" for v in parts) + f"{sum(parts):9.2f}{ratio:8.1f}")
    totals = [sum(parts[k] for _, parts, _ in rows) for k in range(len(PARTS))]
    print(f"{'all of these':26}" + "".join(f"{v:9.2f}" for v in totals) + f"{sum(totals):9.2f}")
    for k, label in enumerate(("delivery", "before the blocks", "the blocks", "after the blocks")):
        print(f"{label:26}{statistics.median(s[k] for s in steps) * scale:9.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
