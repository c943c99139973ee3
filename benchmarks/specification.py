"""Specification S: the same agents, the same arithmetic, for every peer.

Each of N agents, each step: mean stress of its neighborhood (500 agents each) and of its 8 links
(Watts-Strogatz ring, 10 percent rewired), both as they were before the step;

    stress += 0.1 (0.6 mu + 0.2 neighborhood + 0.2 links - stress) + 0.3 normal, clipped to 0..10
    weight += 0.02 (stress - 5) - 0.01 (weight - 80)
    five flags: onset with chance logistic(A + B stress + C (weight - 80)), cleared with chance 0.05

and per step the mean stress and the five prevalences are recorded. mu and the first stress are
N(5, 1.5), the first weight is N(80, 12). Which random numbers a peer draws is its own affair; means
over agents must agree within `TOLERANCE`.
"""

from __future__ import annotations

import numpy as np

NEIGHBORHOOD = 500
LINKS = 8
REWIRED = 0.1
A = (-5.0, -5.5, -4.5, -6.0, -5.2)
B = (0.25, 0.30, 0.15, 0.35, 0.20)
C = (0.01, 0.02, 0.005, 0.015, 0.01)
CLEARED = 0.05
FLAGS = len(A)
# Largest difference of mean stress, and of a prevalence, from plain numpy after the same steps, 10,000 agents:
# five standard errors of a difference of two runs.
TOLERANCE = (0.15, 0.05)


def start(n: int, seed: int = 1) -> dict[str, np.ndarray]:
    """First values, float64: mu, stress, weight."""
    rng = np.random.default_rng(seed)
    return {"mu": rng.normal(5, 1.5, n), "stress": np.clip(rng.normal(5, 1.5, n), 0, 10), "weight": rng.normal(80, 12, n)}


def links(n: int, seed: int = 1) -> np.ndarray:
    """Row of each of the 8 linked agents, int32, shape (n, 8)."""
    rng = np.random.default_rng(seed + 1)
    ring = np.array([-4, -3, -2, -1, 1, 2, 3, 4])
    out = (np.arange(n)[:, None] + ring) % n
    moved = rng.random(out.shape) < REWIRED
    out[moved] = rng.integers(0, n, int(moved.sum()))
    return out.astype(np.int32)
