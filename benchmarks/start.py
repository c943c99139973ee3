"""What it takes until a run begins, and the memory that a community needs while it is built.

    python benchmarks/start.py                          # start, when everything is compiled (`hecsim compile`)
    python benchmarks/start.py --build all              # memory and time of building the state (two minutes)
    python benchmarks/start.py --build all --months 120 # the same, and what it needs while one arm lives ten years of it
    python benchmarks/start.py --build all --households 100000

Seconds are those of the processor, and of the clock behind them, all of a process of its own: the interpreter, imports,
loading. Medians of `--times` runs. Compiled Python is kept, as it is wherever hecsim is installed.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time

_MONTH = """
from hecsim.life import Life
from hecsim.population import build_community
Life(build_community("Hartford", households={}), years=1, burn_in_months=0).step()
"""
_MESA = """
from hecsim.model import CommunityModel
CommunityModel(community="Hartford", households=500, years=1, burn_in_months=0).step()
"""
_WAYS = {
    "hecsim --help": ["-m", "hecsim.cli", "--help"],
    "import hecsim.life": ["-c", "import hecsim.life"],
    "import hecsim.model, and so Mesa": ["-c", "import hecsim.model"],
    "first month of 500 households": ["-c", _MONTH.format(500)],
    "the same as a Mesa model": ["-c", _MESA],
    "a town of 2,000 households built": ["-c", "from hecsim import build_community; build_community(households=2000)"],
    "the same, and its first month": ["-c", _MONTH.format(2000)],
}
_BUILD = """
import os, resource, sys
from hecsim import build_community
towns, households, months = sys.argv[1], *map(int, sys.argv[2:])
community = build_community(towns, households=households or None)
print(community.residents, sum(v.nbytes for t in community.tables.values() for v in t.columns.values()))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
if months:
    from hecsim.life import Life
    # With as many threads as `hecsim run`, which tables its record at the end, month by month.
    life = Life(community, years=-(-months // 12), burn_in_months=0, threads=os.cpu_count())
    for _ in range(months):
        life.step()
"""


def _lived(arguments: list[str]) -> tuple[float, float, float, str]:
    """Seconds of processor and clock and most memory (MB) of a process with these arguments, and what it printed."""
    own = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.PIPE, text=True, env=own)
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(arguments[:2])} failed")
    return used.ru_utime + used.ru_stime, time.perf_counter() - started, used.ru_maxrss * 1024 / 1e6, said


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--build", default="", help="town to build, or all")
    parser.add_argument("--households", type=int, default=0, help="0 for all that there are")
    parser.add_argument("--months", type=int, default=0, help="to live after it is built")
    asked = parser.parse_args()
    if asked.build:
        seconds, _, most, said = _lived(["-c", _BUILD, asked.build, str(asked.households), str(asked.months)])
        residents, held, building = (int(x) for x in said.split())
        print(
            f"{residents} residents, {held / 1e6:.0f} MB of columns, {building * 1024 / 1e6:.0f} MB to build; {seconds:.0f} s"
        )
        if asked.months:
            print(f"{asked.months} months included at its most {most:.0f} MB")
        return
    for name, arguments in _WAYS.items():
        _lived(arguments)  # files are in memory from here on
        took, clock = zip(*(_lived(arguments)[:2] for _ in range(asked.times)), strict=True)
        print(f"{name:34}{statistics.median(took):6.2f} s ({min(took):.2f} to {max(took):.2f}), {statistics.median(clock):.2f}")


if __name__ == "__main__":
    main()
