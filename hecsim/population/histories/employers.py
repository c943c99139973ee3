"""The employers of a community, and which of them its workers can reach.

An employer is any business with jobs, food stores included.

Auxiliary arrays
----------------
employer_start : int64 (towns + 1,), first position of each town's employers in `employer_row`
employer_row : uint32 (employers,), business rows sorted by town
employer_cdf : float32 (employers,), cumulative share of the town's jobs
employer_habit : float64 (employers, 3), own habit in stable schedules, fair-chance hiring, wellness
job_towns : float32 (towns, towns), cumulative chance that a job met by a resident of the row's town
    lies in the column's town; what is missing to 1 lies outside the community
town_jobs : float64 (towns,), jobs at the start
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hecsim.columns import BUSINESS
from hecsim.community import Community

__all__ = ["initialize", "town_reach"]

EMPLOYER = BUSINESS.index("employer")
_KM_PER_DEGREE = 111.2
_ROUND = 0.376  # mean distance of a resident to a random point of a round town, in square roots of its area


def initialize(community: Community, draw: Mapping[str, Any], rng: np.random.Generator) -> None:
    """Give employers their pay, habits and practices, and work out who can reach whom."""
    _habits(community, draw, rng)
    _reach(community, draw)


def _residents(community: Community) -> np.ndarray:
    """Count simulated residents of each neighborhood, int64."""
    pp, hh = community.person, community.household
    home = pp["household"][pp["present"] == 1].astype(np.int64)
    return np.bincount(hh["neighborhood"][home], minlength=community.neighborhood.size)


def _habits(community: Community, draw: Mapping[str, Any], rng: np.random.Generator) -> None:
    """Set the own habit of each employer in three practices; practice starts equal to it."""
    b = community.business
    rows = np.flatnonzero(b["jobs"] > 0)
    spread = float(draw["labor.practice_spread"])
    stable = np.where(b["kind"][rows] == EMPLOYER, draw["labor.stable_elsewhere"], draw["labor.stable_retail"])
    for column, mean in (
        ("stable_schedule", stable),
        ("fair_chance", draw["labor.fair_chance"]),
        ("wellness", draw["labor.wellness"]),
    ):
        b[column][rows] = rng.beta(mean * spread, (1.0 - mean) * spread, rows.size)
    b["wage_offer"][rows] = np.exp(draw["labor.wage_offer_spread"] * rng.standard_normal(rows.size))


def town_reach(community: Community, mass: np.ndarray, density: float, decay: float) -> np.ndarray:
    """Give the share of what a resident of each town reaches by town, float64 (towns, towns).

    mass : float64 (towns,), jobs or homes in each town, simulated scale
    density : real jobs or homes per km2 of the surroundings
    decay : km in which the pull falls by e

    Rows sum to less than 1: the rest lies outside the community, spread evenly at `density` over
    what the pull covers and the community does not.
    """
    n = community.neighborhood
    town = n["town"].astype(np.int64)
    towns = mass.size
    weight = np.maximum(_residents(community).astype(float), 1e-6)
    total = np.maximum(np.bincount(town, weights=weight, minlength=towns), 1e-9)
    lat = np.bincount(town, weights=weight * n["lat"], minlength=towns) / total
    lon = np.bincount(town, weights=weight * n["lon"], minlength=towns) / total
    area = np.bincount(town, weights=n["area"].astype(float), minlength=towns)
    scale = np.bincount(town, weights=weight * n["scale"], minlength=towns) / total
    middle = np.cos(np.radians(lat.mean()))
    km = _KM_PER_DEGREE * np.hypot(lat[:, None] - lat, (lon[:, None] - lon) * middle)
    own = _ROUND * np.sqrt(np.maximum(area, 0.01))
    km = np.maximum(km, own[:, None] * np.eye(towns))
    pull = np.exp(-km / decay)
    inside = pull * mass
    # The pull's integral over the plane, less the community's part of it.
    around = 2 * np.pi * decay**2 - pull @ area
    outside = density * np.maximum(around, 0.0) / np.maximum(scale, 1e-6)
    return inside / np.maximum(inside.sum(axis=1) + outside, 1e-9)[:, None]


def _reach(community: Community, draw: Mapping[str, Any]) -> None:
    """Prepare the arrays with which a worker meets an employer."""
    b, towns = community.business, community.tables["town"].size
    rows = np.flatnonzero(b["jobs"] > 0)
    where = community.neighborhood["town"][b["neighborhood"][rows]].astype(np.int64)
    rows = rows[np.argsort(where, kind="stable")]
    where = np.sort(where, kind="stable")
    jobs = b["jobs"][rows].astype(float)
    start = np.searchsorted(where, np.arange(towns + 1))
    cdf = np.ones(rows.size, np.float32)
    for t in range(towns):
        part = slice(start[t], start[t + 1])
        if start[t + 1] > start[t]:
            cdf[part] = np.cumsum(jobs[part]) / jobs[part].sum()
            cdf[start[t + 1] - 1] = 1.0  # rounding must not leave a gap at the top
    town_jobs = np.bincount(where, weights=jobs, minlength=towns)
    share = town_reach(community, town_jobs, float(draw["labor.job_density"]), float(draw["labor.commute_decay"]))
    community.extras.update(
        employer_start=start.astype(np.int64),
        employer_row=rows.astype(np.uint32),
        employer_cdf=cdf,
        employer_habit=np.column_stack([b[c][rows] for c in ("stable_schedule", "fair_chance", "wellness")]).astype(float),
        job_towns=np.minimum(np.cumsum(share, axis=1), 1.0).astype(np.float32),
        town_jobs=town_jobs,
    )
