"""A world that is known: figures that depend on base rates by a formula, in microseconds."""

from __future__ import annotations

import numpy as np

from hecsim.calibration.patterns import Pattern
from hecsim.calibration.space import Space, base_rates
from hecsim.calibration.statistics import STATISTICS

NAMES = base_rates()[:8]
FIGURES = tuple(STATISTICS)  # any names will do
TARGETS = 16


def toy(seed: int = 0, effects: float = 0.02):
    """Patterns, space and runner of a world in which each figure is exp of a bent function of quantiles."""
    rng = np.random.default_rng(seed)
    slope = 0.12 * rng.standard_normal((TARGETS, len(NAMES))) * (rng.random((TARGETS, len(NAMES))) < 0.5)
    bend = 0.02 * rng.standard_normal((TARGETS, len(NAMES)))
    level = rng.uniform(1, 4, TARGETS)
    ends = [(float(np.exp(v - 0.06)), float(np.exp(v + 0.06))) for v in level]
    made = [Pattern("toy", FIGURES[i], *ends[i], "calibrate", "toy") for i in range(TARGETS)]
    made.append(Pattern("toy", FIGURES[-1], 1.0, 2.0, "held out", "toy"))
    lived = []

    def run(tasks):
        for i, task in enumerate(tasks):
            lived.append(task["luck"])
            z = np.array([task["z"].get(n, 0.0) for n in NAMES])
            rest = np.zeros(TARGETS) if task["rest"] is None else np.random.default_rng(task["rest"]).standard_normal(TARGETS)
            luck = np.random.default_rng(task["luck"]).standard_normal(TARGETS)
            y = level + slope @ z + bend @ (z * z - 1) + effects * rest + 0.01 * luck
            yield i, np.append(np.exp(y), 1.5), 0.0

    return tuple(made), Space(NAMES), run, lived
