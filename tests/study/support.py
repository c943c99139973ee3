"""Small studies: one year, few households, central parameters, so that a future takes about a second."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from hecsim.columns import INCOME_BAND, RACE
from hecsim.study import Results

STUDY = """
[study]
name = "tiny"
years = 1
futures = {futures}
parameters = "{parameters}"

[community]
towns = ["Hartford"]
households = 400
family = "Northeast"

[[arm]]
name = "Current law"

[[arm]]
name = "Counsel [and] visits"
[[arm.intervention]]
id = "P01"
start = 0
ramp = 0
[[arm.intervention]]
id = "G03"
start = 0
ramp = 0

[[contrast]]
measure = "evictions"
important = 0.5
"""

GROUPS = (("all", "all"), *(("race_ethnicity", g) for g in RACE), *(("income", g) for g in INCOME_BAND))


def write_study(folder: Path, futures: int = 2, parameters: str = "central", name: str = "tiny.toml") -> Path:
    """Write the small study; returns its path."""
    path = folder / name
    path.write_text(STUDY.format(futures=futures, parameters=parameters), encoding="utf-8")
    return path


def command(*words: object, **options) -> subprocess.Popen:
    """The command in a process of its own, as the leader of a group of its own."""
    environment = {**os.environ, "COLUMNS": "200"}
    return subprocess.Popen(
        [sys.executable, "-m", "hecsim.cli", *map(str, words)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True, env=environment, **options,
    )  # fmt: skip


def files(folder: Path, pattern: str) -> dict[str, bytes]:
    """Name to contents of the files of a folder."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.glob(pattern)) if p.is_file()}


def invented(sums: np.ndarray, measures: list[str], groups, parameters: str = "sampled") -> Results:
    """Results whose sums are given; two arms, the first of them current law."""
    arms = ["Current law", "Aid"]
    manifest = {
        "study": {
            "arms": [{"name": arms[0], "interventions": []}, {"name": arms[1], "interventions": [{"id": "P01"}]}],
            "contrasts": [{"measure": measures[0], "important": 0.5}],
            "parameters": parameters,
        }
    }
    empty = pd.DataFrame()
    return Results(sums, list(range(len(sums))), arms, measures, list(groups), manifest, empty, empty)


def wait_until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait for something to come true."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.05)


def process_group(leader: int) -> list[int]:
    """Processes of a process group that are not yet buried."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[2]) == leader and fields[0] not in "ZX":
                found.append(int(entry.name))
    return found
