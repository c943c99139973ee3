"""Bits and counts of childhood adversities, shared by compiled loops and their plain twins."""

from __future__ import annotations

import numpy as np

from hecsim.columns import N_CORE_ACES

__all__ = [
    "ADULT",
    "CORE_COUNT",
    "CORE_MASK",
    "SURVEYED",
    "age_band",
    "child_band",
]

CORE_MASK = (1 << N_CORE_ACES) - 1
# Number of core adversities in a mask: CORE_COUNT[bits & CORE_MASK].
CORE_COUNT = np.array([int(b).bit_count() for b in range(CORE_MASK + 1)], np.float64)
# The eight types of the BRFSS module, as positions in ACE: neglect is not asked.
SURVEYED = np.array([0, 1, 2, 5, 6, 7, 8, 9], np.int64)
ADULT = 216  # months: 18 years, the legal age of majority

_ADULT_EDGES = np.array([18, 26, 35, 50, 65], np.int64) * 12
_CHILD_EDGES = np.array([3, 6, 12], np.int64) * 12


def age_band(age: np.ndarray) -> np.ndarray:
    """Age group 0 to 5 of ages in months: 12-17, 18-25, 26-34, 35-49, 50-64, 65 and older."""
    return np.searchsorted(_ADULT_EDGES, np.asarray(age, np.int64), side="right")


def child_band(age: np.ndarray) -> np.ndarray:
    """Age group 0 to 3 of children's ages in months: 0-2, 3-5, 6-11, 12-17."""
    return np.searchsorted(_CHILD_EDGES, np.asarray(age, np.int64), side="right")
