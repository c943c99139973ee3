"""The coordinates of calibration: each base rate as a standard normal quantile of what evidence allows.

Zero is the central value, -1.645 and 1.645 are the ends of the evidence's range, and nothing lies beyond
2.5. A base rate that is a list (by age, by group) moves as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm, qmc

from hecsim import evidence
from hecsim.evidence import REACH, Draw

__all__ = ["Space", "base_rates"]


def base_rates() -> tuple[str, ...]:
    """All parameters that calibration may move: marked so in the evidence, and with a range."""
    return tuple(n for n, p in evidence.load().items() if p.calibrated and p.uncertain)


@dataclass(frozen=True)
class Space:
    """Some base rates in a fixed order."""

    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.names)

    def values(self, z: Mapping[str, float]) -> dict[str, np.ndarray]:
        """Parameter values at quantiles."""
        known = evidence.load()
        return {n: evidence.at_quantile(known[n], float(np.clip(q, -REACH, REACH))) for n, q in z.items()}

    def draw(self, z: Mapping[str, float], rest: int | None) -> Draw:
        """All parameters: these quantiles, and a sample of everything else that belongs to the seed `rest`.

        rest : None leaves everything else at its central value
        """
        return evidence.draw(rest).replaced(self.values(z))

    def design(self, n: int, seed: int) -> np.ndarray:
        """Latin hypercube of the prior, shape (n, parameters)."""
        u = qmc.LatinHypercube(d=max(len(self), 1), rng=np.random.default_rng(seed)).random(n)
        low, high = norm.cdf(-REACH), norm.cdf(REACH)
        return norm.ppf(low + (high - low) * u)[:, : len(self)]

    def named(self, row: Sequence[float] | np.ndarray) -> dict[str, float]:
        """A row of quantiles by name."""
        return {n: float(q) for n, q in zip(self.names, row, strict=True)}
