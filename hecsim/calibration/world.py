"""One simulation of the baseline: all patterns of some places under one set of parameters and one luck.

The people of each place are synthesized once; their histories are drawn anew for every simulation, from
its own parameters and luck. After a year of burn-in under current law three years are lived, of which the
last two count.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hecsim.calibration.patterns import STATE, Pattern, value_of
from hecsim.calibration.statistics import STATISTICS
from hecsim.clock import MONTHS_PER_YEAR
from hecsim.community import Community
from hecsim.life import Life
from hecsim.measures import Recorder
from hecsim.population import build_community, load, relive, save

__all__ = ["COUNTED", "YEARS", "World", "communities", "live"]

YEARS, COUNTED = 3, 2


@dataclass
class World:
    """The communities of some places, and the patterns that are looked at.

    communities : place to its community, as built
    patterns : what a simulation returns, in this order
    """

    communities: dict[str, Community]
    patterns: tuple[Pattern, ...]

    def simulate(self, draw: Any, seed: int, *, years: int = YEARS, counted: int = COUNTED) -> np.ndarray:
        """Values of all patterns, float64 (patterns,); NaN for one whose place is not here."""
        out = np.full(len(self.patterns), np.nan)
        for place, community in self.communities.items():
            mine = [i for i, p in enumerate(self.patterns) if p.place == place]
            if mine:
                out[mine] = live(community, [self.patterns[i] for i in mine], draw, seed, years=years, counted=counted)
        return out


def live(
    community: Community, wanted: Sequence[Pattern], draw: Any, seed: int, *, years: int = YEARS, counted: int = COUNTED
) -> np.ndarray:
    """Values of the patterns of one community whose histories and months follow from `draw` and `seed`."""
    names = sorted({m for p in wanted if p.measure not in STATISTICS for m in p.parts})
    read = sorted({p.measure for p in wanted if p.measure in STATISTICS})
    model = Life(relive(community, draw, seed), years=years, seed=seed, draw=draw, record=False)
    recorder = Recorder(model.community, draw, names)
    kept: list[dict[str, float]] = []
    first = (years - counted) * MONTHS_PER_YEAR
    while model.running:
        model.step()
        if names and model.month > first:
            model.community.clock.month -= 1  # the recorder dates what it sees by the month that was lived
            recorder.observe(model.community, model.engine.context)
            model.community.clock.month += 1
        if model.month > first and model.month % MONTHS_PER_YEAR == 0:
            kept.append({s: STATISTICS[s].function(model.community, draw) for s in read})
    groups = {":".join(g): i for i, g in enumerate(recorder.groups)}
    index = {n: i for i, n in enumerate(names)}
    sums = recorder.array
    yearly = sums.reshape(counted, MONTHS_PER_YEAR, *sums.shape[1:]).sum(axis=1) if names else sums
    values = []
    for p in wanted:
        if p.measure in STATISTICS:
            values.append(float(np.mean([k[p.measure] for k in kept])))
        else:
            values.append(value_of(p, yearly, groups, index))
    return np.array(values)


def communities(places: Iterable[str], households: int, *, folder: Path | None = None, seed: int = 1) -> dict[str, Community]:
    """Communities of places with so many households each; kept in and taken from `folder` when given."""
    out = {}
    for place in places:
        here = folder / place.replace(" ", "_") if folder else None
        if here is not None and (here / "community.json").exists():
            out[place] = load(here)
            continue
        out[place] = build_community("all" if place == STATE else place, households=households, seed=seed)
        if here is not None:
            save(out[place], here)
    return out
