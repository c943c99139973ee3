"""How the start finds people's inclination to be active, and their activity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.special import ndtri

from hecsim.community import Community
from hecsim.population.histories.matching import household_normal

__all__ = ["initialize"]

_TWO, _ADULT = 2 * 12, 18 * 12
_AGE_STEPS = np.array([12, 18, 35, 50, 65, 75]) * 12


def initialize(community: Community, draw: Mapping[str, Any], rng: np.random.Generator) -> None:
    """Set dispositions by education, family and neighborhood, and minutes in line with them."""
    pp, hh, n = community.person, community.household, community.neighborhood
    rows = np.flatnonzero(pp["present"] == 1)
    home = pp["household"][rows].astype(np.int64)
    where = hh["neighborhood"][home].astype(np.int64)
    age = pp["age"][rows].astype(int)
    education = np.where(age >= _ADULT, pp["education"][rows], hh["education"][home]).astype(int)
    shared = draw["activity.disposition_family"]
    family, own = household_normal(community, rng)[home], rng.standard_normal(rows.size)
    noise = np.sqrt(shared) * family + np.sqrt(1.0 - shared) * own
    disposition = np.asarray(draw["activity.disposition_education"])[education] + noise
    del education, family, own, noise  # of a state, each is as large as a column
    _outdoor(community, draw)
    rest = _other_parts(community, draw, rows, home, where, age)
    adult = age >= _ADULT
    known = np.asarray(community.extras.get("data_inactive_2017", np.full(n.size, np.nan)), float)
    shift = _local_shift(draw, disposition[adult], rest[adult], where[adult], known)
    disposition = disposition + shift[where]
    level = draw["activity.spread"] * disposition + rest
    minutes = draw["activity.scale"] * np.exp(level) - draw["activity.offset"]
    pp["activity_disposition"][rows] = disposition
    pp["activity"][rows] = np.where(age < _TWO, 0.0, np.maximum(minutes, 0.0))


def _outdoor(community: Community, draw: Mapping[str, Any]) -> None:
    hh, n = community.household, community.neighborhood
    rows = np.flatnonzero(hh["present"] == 1)
    where = hh["neighborhood"][rows].astype(np.int64)
    logit = (
        draw["activity.outdoor_intercept"]
        + draw["activity.outdoor_walkability"] * n["walkability"].astype(float)
        + draw["activity.outdoor_parks"] * n["parks"].astype(float)
    )
    hh["outdoor"][rows] = (n["safety"] / (1.0 + np.exp(-logit)))[where]


def _other_parts(
    community: Community,
    draw: Mapping[str, Any],
    rows: np.ndarray,
    home: np.ndarray,
    where: np.ndarray,
    age: np.ndarray,
) -> np.ndarray:
    """Return everything but disposition and season in log minutes, float64 (persons,)."""
    pp, hh, n = community.person, community.household, community.neighborhood
    reference = draw["activity.time_reference"]
    time = np.log((np.maximum(hh["free_time"][home].astype(float), 0.0) + 5.0) / (reference + 5.0))
    return (
        np.asarray(draw["activity.age_shift"])[np.searchsorted(_AGE_STEPS, age, side="right")]
        + draw["activity.female"] * (pp["sex"][rows] == 1)
        + draw["activity.disabled"] * (pp["disabled"][rows] > 0)
        + draw["activity.depressed"] * (pp["depression"][rows] == 1)
        + draw["activity.time"] * np.where(age >= _ADULT, time, 0.0)
        + draw["activity.outdoor"] * (hh["outdoor"][home].astype(float) - draw["activity.outdoor_reference"])
        + draw["activity.norm"] * n["norm_activity"][where].astype(float)
    )


def _local_shift(
    draw: Mapping[str, Any], disposition: np.ndarray, rest: np.ndarray, where: np.ndarray, known: np.ndarray
) -> np.ndarray:
    """Return the shift of disposition, float64 (neighborhoods,), toward the known inactive share."""
    edge = np.log((draw["activity.offset"] + draw["activity.inactive_below"]) / draw["activity.scale"])
    spread = draw["activity.spread"]
    level = spread * disposition + rest
    count = np.bincount(where, minlength=known.size)
    mean = np.bincount(where, weights=level, minlength=known.size) / np.maximum(count, 1)
    square = np.bincount(where, weights=level**2, minlength=known.size) / np.maximum(count, 1)
    sd = np.sqrt(np.maximum(square - mean**2, 0.01))
    usable = ~np.isnan(known) & (count > 0)
    target = np.clip(np.where(usable, known, 0.5), 0.02, 0.9)
    # Shares of a normal: the mean that puts the known share below the edge.
    wanted = edge - ndtri(target) * sd
    shift = draw["activity.disposition_local"] * (wanted - mean) / spread
    return np.where(usable, np.clip(shift, -1.0, 1.0), 0.0)
