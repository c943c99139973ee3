"""The food stores of a community, and who is near whom.

The synthesis has placed the stores; they are real, not sampled: a community that simulates one
resident in ten still has all of them. Here they get their size, price and stock, and every kind gets
some closed rows, in which stores may open later, where stores of the kind and residents are.

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


def initialize(community: Community, draw: Mapping[str, Any], rng: np.random.Generator, people: np.ndarray) -> None:
    """Set up stores and distances; `people` are real residents of each neighborhood."""
    _near(community, draw)
    _make_room(community, draw, people)
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
    found = cKDTree(points).query(points, k=here)
    km = np.asarray(found[0], float).reshape(n.size, here)
    index = np.asarray(found[1], np.int64).reshape(n.size, here)
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


def _make_room(community: Community, draw: Mapping[str, Any], people: np.ndarray) -> None:
    """Append closed rows for stores to come; rows that are there keep their numbers."""
    old, places = community.business, community.neighborhood.size
    sites = np.zeros((len(STORE), places))
    kinds = []
    for kind in range(len(STORE)):
        rows = (old["kind"] == kind) & (old["open"] == 1)
        count = np.bincount(old["neighborhood"][rows], minlength=places)
        # Half where stores of the kind are, half where people are: no place is closed for good.
        chance = count + max(int(count.sum()), 1) * people / people.sum()
        sites[kind] = np.cumsum(chance / chance.sum())
        kinds.append(np.full(max(1, int(np.ceil(count.sum() * draw["commerce.retail_spare"]))), kind))
    community.extras["site_cumulative"] = sites
    new = np.concatenate(kinds)
    table = Table.empty("business", SCHEMA["business"], [old.size + new.size])
    for name, values in table.columns.items():
        values[: old.size] = old.columns[name]
    table.columns["key"][old.size :] = luck.founder_keys(community.seed, "store to come", new.size)
    table.columns["kind"][old.size :] = new
    table.columns["neighborhood"][old.size :] = 0
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
