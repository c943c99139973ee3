"""Has the model become slower? `python benchmarks/guard.py` fails if a month costs more than it may.

Seconds say little on a shared machine. So processor time of a month of Hartford and of a fixed workload in
plain numpy (specification S), which take turns in one process, are compared: the medians of their ratio must
lie below bounds well above what was measured when they were set (docs/benchmarks.md). Also checked: the work grows in
proportion to the population.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE / "peers"), str(HERE.parent)]

# One person-month of the whole model, measures included, in agent-steps of plain numpy.
MONTH = 24.0
# Cost of a person-month among 2,000 households over that among 10,000: what is paid per month and not per person.
SMALL = 4.0
MONTHS, AGENTS = 12, 20_000


def months(model, count: int) -> float:
    began = time.process_time()
    for _ in range(count):
        model.step()
    return (time.process_time() - began) * 1e9 / (count * model.community.residents)


def main() -> int:
    import plain_numpy

    from hecsim.model import CommunityModel
    from hecsim.population import build_community

    reference = plain_numpy.make(AGENTS)
    town, small = (
        CommunityModel(community=build_community("Hartford", households=n), years=3, burn_in_months=0) for n in (10_000, 2_000)
    )
    for m in (town, small):
        months(m, 2)  # compiled code is loaded
    ratios, sizes = [], []
    for _ in range(7):
        began = time.process_time()
        for _ in range(10):
            reference.step()
        numpy_ns = (time.process_time() - began) * 1e9 / (10 * AGENTS)
        large = months(town, 2)
        ratios.append(large / numpy_ns)
        sizes.append(months(small, 2) / large)
    found = {"month": (statistics.median(ratios), MONTH), "small town": (statistics.median(sizes), SMALL)}
    worst = 0
    for name, (value, bound) in found.items():
        slow = value > bound
        worst |= slow
        print(f"{name}: {value:.2f}, bound {bound:.2f}{'  TOO SLOW' if slow else ''}")
    return int(worst)


if __name__ == "__main__":
    sys.exit(main())
