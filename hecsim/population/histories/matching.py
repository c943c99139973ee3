"""Shifting chances so that neighborhoods reach the prevalence that data give them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import expit, ndtr

from hecsim.community import Community

__all__ = ["household_normal", "known_levels", "neighborhood_of", "shift_to_levels"]

_STEPS = 22  # halvings of a range of twelve: three parts in a million
_REACH = 6.0


def household_normal(community: Community, rng: np.random.Generator) -> np.ndarray:
    """One standard normal per household that lives here, by household row (0 elsewhere).

    Drawn for the households alone, never for spare rows, so that the community does not depend on how
    its tables are cut into blocks.
    """
    rows = np.flatnonzero(community.household["present"] == 1)
    out = np.zeros(community.household.size)
    out[rows] = rng.standard_normal(rows.size)
    return out


def known_levels(community: Community, name: str) -> np.ndarray:
    """Return a neighborhood data array as float64 (neighborhoods,), NaN where nothing is known."""
    values = community.extras.get(name)
    return np.full(community.neighborhood.size, np.nan) if values is None else np.asarray(values, float)


def neighborhood_of(community: Community, people: np.ndarray) -> np.ndarray:
    """Row of the neighborhood where each of these person rows lives, int64."""
    home = community.person["household"][people].astype(np.int64)
    return community.household["neighborhood"][home].astype(np.int64)


def shift_to_levels(
    index: np.ndarray,
    where: np.ndarray,
    levels: np.ndarray,
    *,
    scale: float | np.ndarray = 1.0,
    link: str = "logit",
) -> np.ndarray:
    """Find what to add to each person's index so that every group's mean chance is its level.

    index : latent index of each person, shape (n,); the chance is expit(index) or Phi(index / scale)
    where : group row of each person
    levels : wanted mean chance of each group, NaN leaves a group as it is
    Returns the shift of each group, shape of `levels`.
    """
    chance: Callable[[np.ndarray], np.ndarray] = expit if link == "logit" else (lambda x: ndtr(x / scale))
    count = np.bincount(where, minlength=levels.size)
    wanted = np.isfinite(levels) & (count > 0)
    goal = np.clip(np.where(wanted, levels, 0.5), 1e-4, 1 - 1e-4)
    low, high = np.full(levels.size, -_REACH), np.full(levels.size, _REACH)
    for _ in range(_STEPS):
        middle = 0.5 * (low + high)
        mean = np.bincount(where, chance(index + middle[where]), levels.size) / np.maximum(count, 1)
        over = mean > goal
        high, low = np.where(over, middle, high), np.where(over, low, middle)
    return np.where(wanted, 0.5 * (low + high), 0.0)
