"""What it takes until a run begins, and the memory that a community needs while it is built.

    python benchmarks/start.py                          # start, when everything is compiled (`hecsim compile`)
    python benchmarks/start.py --build all              # memory and time of building the state (two minutes)
    python benchmarks/start.py --build all --households 100000

Seconds are those of the processor, all of a process of its own: the interpreter, imports, loading. Medians of `--times` runs.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys

_MONTH = """
from hecsim.model import CommunityModel
CommunityModel(community="Hartford", households=2000, years=1, burn_in_months=0).step()
"""
_WAYS = {
    "hecsim --help": ["-m", "hecsim.cli", "--help"],
    "import hecsim.model": ["-c", "import hecsim.model"],
    "a town of 2,000 households built": ["-c", "from hecsim import build_community; build_community(households=2000)"],
    "the same, and its first month": ["-c", _MONTH],
}
_BUILD = """
import sys
from hecsim import build_community
towns, households = sys.argv[1:]
community = build_community(towns, households=int(households) or None)
print(community.residents, sum(v.nbytes for t in community.tables.values() for v in t.columns.values()))
"""


def _lived(arguments: list[str]) -> tuple[float, float, str]:
    """Seconds of processor and most memory (MB) of a process with these arguments, and what it printed."""
    process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(arguments[:2])} failed")
    return used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / 1e6, said


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--build", default="", help="town to build, or all")
    parser.add_argument("--households", type=int, default=0, help="0 for all that there are")
    asked = parser.parse_args()
    if asked.build:
        seconds, most, said = _lived(["-c", _BUILD, asked.build, str(asked.households)])
        residents, held = (int(x) for x in said.split())
        print(f"{residents} residents, {held / 1e6:.0f} MB of columns: {seconds:.1f} s, at its most {most:.0f} MB")
        return
    for name, arguments in _WAYS.items():
        _lived(arguments)  # files are in memory from here on
        took = [_lived(arguments)[0] for _ in range(asked.times)]
        print(f"{name:34}{statistics.median(took):6.2f} s  ({min(took):.2f} to {max(took):.2f})")


if __name__ == "__main__":
    main()
