"""One peer in a process of its own: `python one.py NAME --agents N --steps K --rounds R`, one JSON document on stdout.

Its work is measured in rounds, each beside the same rounds of plain numpy in the same process, so what counts is
a ratio: a machine that is slow today is slow for both. Time is that of the processor, on one thread.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import resource
import statistics
import sys
import time
from pathlib import Path

os.environ |= dict.fromkeys(("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE / "peers"), str(HERE.parent)]


def resident() -> int:
    """Bytes of memory held now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def measure(name: str, agents: int, steps: int, rounds: int) -> dict[str, object]:
    reference = importlib.import_module("plain_numpy").make(agents)
    module = importlib.import_module(name)
    module.make(1000).step()  # compiles, imports, warms up
    reference.step()
    held = resident()
    peer = module.make(agents)
    peer.step()
    held = resident() - held
    seconds: dict[str, list[float]] = {"peer": [], "numpy": []}
    for _ in range(rounds):
        for which, town in (("peer", peer), ("numpy", reference)):
            began = time.process_time()
            for _ in range(steps):
                town.step()
            seconds[which].append(time.process_time() - began)
    ratios = [a / b for a, b in zip(seconds["peer"], seconds["numpy"], strict=True)]
    each = 1e9 / (agents * steps)
    return {
        "peer": name, "agents": agents, "steps": steps * rounds + 1,
        "ratio_to_numpy": statistics.median(ratios), "ratio_low": min(ratios), "ratio_high": max(ratios),
        "ns_per_agent_step": statistics.median(seconds["peer"]) * each,
        "bytes_per_agent": max(held, 0) / agents,
        "last": [float(x) for x in peer.history[-1]],
        "numpy_last": [float(x) for x in reference.history[-1]],
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("name")
    parser.add_argument("--agents", type=int, default=10_000)
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    print(json.dumps(measure(chosen.name, chosen.agents, chosen.steps, chosen.rounds)))
