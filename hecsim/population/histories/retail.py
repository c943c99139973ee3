"""The food stores of a community, and who is near whom.

Stores are real, not sampled: a community that simulates one resident in ten still has all its
stores. Counts per resident follow published rates and lean by disadvantage; places are drawn in
proportion. Every kind keeps some closed rows, in which stores may open later.

Auxiliary arrays
----------------
near_index : int64 (neighborhoods, k), the k nearest neighborhoods, itself first
near_km : float64 (neighborhoods, k), road distance to them
border : float64 (neighborhoods,), share of the near surroundings that lies outside the community
site_cumulative : float64 (5, neighborhoods), cumulative chance that a new store of a kind settles
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from hecsim import luck
from hecsim.columns import SCHEMA, STORE
from hecsim.community import Community
from hecsim.geography import tables as geography_tables
from hecsim.tables import Table

__all__ = ["initialize"]

_KM_PER_DEGREE = 111.2


def initialize(
    community: Community, draw: Mapping[str, Any], rng: np.random.Generator, people: np.ndarray
) -> None:
    """Set up stores and distances; `people` are real residents of each neighborhood."""
    _near(community, draw)
    expected = _expected_stores(community, draw, people)
    total = expected.sum(axis=1, keepdims=True)
    community.extras["site_cumulative"] = np.cumsum(expected / np.maximum(total, 1e-12), axis=1)
    if not (community.business["kind"] < len(STORE)).any():
        _found_stores(community, draw, rng, expected)
    _furnish(community, draw, rng)


def _plane(lat: np.ndarray, lon: np.ndarray, middle: float) -> np.ndarray:
    """Coordinates in km on a plane, good to a percent over a state."""
    return np.column_stack([lat * _KM_PER_DEGREE, lon * _KM_PER_DEGREE * np.cos(np.radians(middle))])


def _near(community: Community, draw: Mapping[str, Any]) -> None:
    n = community.neighborhood
    lat, lon, area = (n[c].astype(float) for c in ("lat", "lon", "area"))
    middle = float(lat.mean())
    k = int(draw["commerce.retail_near"])
    here = min(k, n.size)
    points = _plane(lat, lon, middle)
    km, index = cKDTree(points).query(points, k=here)
    km, index = km.reshape(n.size, here), index.reshape(n.size, here).astype(np.int64)
    # A resident is on average 0.376 sqrt(area) from a random point of a round neighborhood.
    inside = 0.376 * np.sqrt(np.maximum(area, 0.01))
    itself = index == np.arange(n.size)[:, None]
    community.extras["near_index"] = index
    circuity = draw["commerce.retail_circuity"]
    apart = np.maximum(km, inside[:, None])
    community.extras["near_km"] = circuity * np.where(itself, inside[:, None], apart)
    community.extras["border"] = _border(community, lat, lon, middle, k)


def _border(community: Community, lat: np.ndarray, lon: np.ndarray, middle: float, k: int) -> np.ndarray:
    every = geography_tables.packaged("tracts")
    known = every["geoid"].astype(str).isin(community.labels.get("geoid", [])).to_numpy()
    if not known.any():
        # A place of the user's own: whatever is missing from its surroundings lies outside.
        return np.full(lat.size, 1.0 - min(lat.size, k) / k)
    tree = cKDTree(_plane(every["lat"].to_numpy(float), every["lon"].to_numpy(float), middle))
    _, index = tree.query(_plane(lat, lon, middle), k=min(k, len(every)))
    return (~known[np.asarray(index)]).mean(axis=1)


def _expected_stores(community: Community, draw: Mapping[str, Any], people: np.ndarray) -> np.ndarray:
    """Return the expected number of stores, float64 (kinds, neighborhoods)."""
    rate = np.asarray(draw["commerce.retail_per_10000"])
    slope = np.asarray(draw["commerce.retail_disadvantage"])
    dis = np.clip(community.neighborhood["disadvantage"].astype(float), -2.0, 2.0)
    return rate[:, None] * people[None, :] / 10_000 * np.exp(slope[:, None] * dis[None, :])


def _found_stores(
    community: Community, draw: Mapping[str, Any], rng: np.random.Generator, expected: np.ndarray
) -> None:
    """Append store rows to the businesses; rows that are there keep their numbers."""
    kinds, places, is_open = [], [], []
    for kind in range(len(STORE)):
        steps = np.cumsum(expected[kind])
        count = int(np.floor(steps[-1] + rng.random()))
        # Evenly spaced along the cumulative count: neighbors get their share, chance only rounds.
        at = (np.arange(count) + rng.random()) * steps[-1] / max(count, 1)
        site = np.minimum(np.searchsorted(steps, at, side="right"), steps.size - 1)
        spare = max(1, int(np.ceil(count * draw["commerce.retail_spare"])))
        kinds.append(np.full(count + spare, kind))
        places.append(np.concatenate([site, rng.integers(0, steps.size, spare)]))
        is_open.append(np.arange(count + spare) < count)
    old = community.business
    new = int(sum(k.size for k in kinds))
    table = Table.empty("business", SCHEMA["business"], [old.size + new])
    for name, values in table.columns.items():
        values[: old.size] = old.columns[name]
    rows = slice(old.size, old.size + new)
    table.columns["key"][rows] = luck.founder_keys(community.seed, "store", new)
    table.columns["kind"][rows] = np.concatenate(kinds)
    table.columns["neighborhood"][rows] = np.concatenate(places)
    table.columns["open"][rows] = np.concatenate(is_open)
    community.tables["business"] = table


def _furnish(community: Community, draw: Mapping[str, Any], rng: np.random.Generator) -> None:
    """Size, price, stock and quality of the stores."""
    b = community.business
    rows = np.flatnonzero(b["kind"] < len(STORE))
    kind = b["kind"][rows].astype(int)
    noise = rng.standard_normal((3, rows.size))

    def usual(name: str) -> np.ndarray:
        return np.asarray(draw[f"commerce.retail_{name}"])[kind]

    b["size"][rows] = usual("size") * np.exp(draw["commerce.retail_size_spread"] * noise[0])
    b["price"][rows] = usual("price") * np.exp(draw["commerce.retail_price_spread"] * noise[1])
    stock = np.clip(usual("stock") + draw["commerce.retail_stock_spread"] * noise[2], 0.0, 1.0)
    b["healthy_stock"][rows] = stock
    b["quality"][rows] = usual("quality") + draw["commerce.retail_stock_quality"] * (stock - usual("stock"))
    b["months_open"][rows] = np.where(b["open"][rows] == 1, rng.integers(1, 360, rows.size), 0)
    b["revenue"][rows] = 0.0
