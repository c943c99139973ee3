"""Support, trust, awareness and willingness to seek help at the start, consistent with survey levels.

Trust by recorded group and income is data about the present; the model's own transitions have no
term for race (see `hecsim.processes.trust`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hecsim.community import Community
from hecsim.population.histories import place

__all__ = ["initialize"]

_KINDS = ("health", "services", "community", "police")


def initialize(community: Community, draw: Mapping[str, Any], rng: np.random.Generator) -> None:
    """Fill the household columns of the group "trust and ties", and support; norms follow what residents do."""
    _homes(community, draw, rng)
    place.follow_residents(community, draw)


def _homes(community: Community, draw: Mapping[str, Any], rng: np.random.Generator) -> None:
    h = community.household
    live = np.flatnonzero(h["present"])
    n = live.size
    race = h["race"][live].astype(np.int64)
    poor = h["poverty_ratio"][live] < 2.0
    # One disposition lies behind all four kinds of trust; the rest is particular to each.
    general, spread = rng.standard_normal(n), float(draw["ties.level_spread"])
    for kind in _KINDS:
        level = draw[f"ties.level_{kind}"][race] - float(draw["ties.level_poor"]) * (poor - poor.mean())
        own = np.sqrt(0.5) * (general + rng.standard_normal(n))
        h[f"trust_{kind}"][live] = np.clip(level + spread * own, 0.02, 0.98)
    rest = draw["ties.aware_rest"][h["language"][live].astype(np.int64)]
    h["aware"][live] = np.clip(rest + 0.5 * rest * (rng.random(n) - 0.5), 0.0, 1.0)
    own = float(draw["ties.support_spread"]) * rng.standard_normal(n)
    h["support"][live] = _support(community, draw, live) + own
    trust = 0.5 * (h["trust_health"][live] + h["trust_services"][live])
    willing = draw["ties.help_from"][0] * (trust - float(draw["ties.help_reference"]))
    willing = willing + _surroundings_help(community, draw, live, willing)
    h["help_seeking"][live] = willing + float(draw["ties.help_spread"]) * rng.standard_normal(n)


def _surroundings_help(community: Community, draw: Mapping[str, Any], live: np.ndarray, own: np.ndarray) -> np.ndarray:
    """What norm, stigma and ties add to willingness to seek help once neighborhoods have settled, SD.

    The norm is the residents' mean, stigma follows the norm, and ties are taken to think like neighbors,
    so the mean of a neighborhood solves one linear equation.
    """
    n = community.neighborhood
    where = community.household["neighborhood"][live].astype(np.int64)
    count = np.bincount(where, minlength=n.size)
    mean = np.bincount(where, own, n.size) / np.maximum(count, 1)
    _, by_norm, by_stigma, by_ties = draw["ties.help_from"]
    outside = draw["place.stigma_disadvantage"] * n["disadvantage"].astype(float)
    less = draw["place.stigma_help"]
    settled = (mean - by_stigma * outside) / (1.0 - by_norm - by_ties - by_stigma * less)
    settled = np.where(count > 0, settled, n["norm_help"])
    n["norm_help"], n["mean_help"] = settled, settled
    n["stigma"] = outside - less * settled
    added: np.ndarray = (by_norm + by_ties) * settled - by_stigma * n["stigma"].astype(float)
    return added[where]


def _support(community: Community, draw: Mapping[str, Any], live: np.ndarray) -> np.ndarray:
    """Return the expected support of households, SD, from the same drivers that act later."""
    h = community.household
    number = np.diff(community.ties.indptr.astype(np.int64))[live]
    drivers = (
        h["kin_nearby"][live] != 0,
        h["church"][live] != 0,
        np.log1p(number),
        np.log(0.5 + np.clip(h["poverty_ratio"][live].astype(float), 0.0, 8.0)),
        h["trust_community"][live].astype(float),
    )
    out = np.zeros(live.size)
    means, effects = draw["ties.support_reference"], draw["ties.support_from"]
    for driver, mean, effect in zip(drivers, means, effects, strict=True):
        out += effect * (driver - mean)
    return out
