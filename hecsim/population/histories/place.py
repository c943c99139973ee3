"""How neighborhoods come to be as they are at the start: land, rents, cohesion, violence, norms, stores.

The bases that processes rebuild levels from are kept as auxiliary arrays `base_*` of the community,
float64 (neighborhoods,), so that levers never overwrite them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hecsim import luck
from hecsim.community import Community
from hecsim.population.histories import retail

_ADULT = 18 * 12
_HELD = 4  # labor status of people in prison

__all__ = ["follow_residents", "initialize", "neighborhood_population"]


def initialize(community: Community, draw: Mapping[str, Any], rng: np.random.Generator) -> None:
    """Fill what place, retail and the norms own; every array has one entry a neighborhood."""
    n = community.neighborhood
    if not n["key"].any():
        n["key"] = luck.founder_keys(community.seed, "neighborhood", n.size)
    _count_residents(community)
    people = neighborhood_population(community)
    _land_and_rents(community, draw, rng)
    _cohesion(community, draw, rng)
    _violence(community, draw, rng, people)
    _norms(community, draw, rng)
    retail.initialize(community, draw, rng, people)


def neighborhood_population(community: Community) -> np.ndarray:
    """Real residents of each neighborhood: simulated residents times what each stands for."""
    n = community.neighborhood
    return np.maximum(n["residents"].astype(float), 1.0) * np.maximum(n["scale"].astype(float), 1e-6)


def _keep(community: Community, name: str, values: np.ndarray) -> np.ndarray:
    """Store a base so that base plus nothing gives back the same float32, bit by bit."""
    base = np.asarray(values, np.float32).astype(np.float64)
    community.extras[f"base_{name}"] = base
    return base


def _count_residents(community: Community) -> None:
    """Residents and poverty as the first month will read them: last month's means."""
    n, hh, pp = community.neighborhood, community.household, community.person
    here = pp["present"] == 1
    row = pp["household"][here].astype(np.int64)
    where = hh["neighborhood"][row].astype(np.int64)
    count = np.bincount(where, minlength=n.size)
    poor = np.bincount(where, weights=hh["poverty_ratio"][row] < 1.0, minlength=n.size)
    n["residents"] = count
    n["poverty"] = poor / np.maximum(count, 1)
    homes = hh["present"] == 1
    place = hh["neighborhood"][homes].astype(np.int64)
    moved = np.bincount(place, weights=hh["moved"][homes] < 12, minlength=n.size)
    n["moved_share"] = moved / np.maximum(np.bincount(place, minlength=n.size), 1)


def _land_and_rents(community: Community, draw: Mapping[str, Any], rng: np.random.Generator) -> None:
    n = community.neighborhood
    slope, spread = draw["place.vacant_disadvantage"], draw["place.vacant_spread"]
    dis = n["disadvantage"].astype(float)
    # Mean 1 over the state, where disadvantage has mean 0 and SD 1.
    log_mean = 0.5 * (slope**2 + spread**2)
    vacant = np.exp(slope * dis + spread * rng.standard_normal(n.size) - log_mean)
    n["vacant"] = _keep(community, "vacant", vacant)
    for name in ("parks", "walkability"):
        _keep(community, name, n[name])
    n["transit"] = _keep(community, "transit", np.clip(n["transit"], 0.0, 1.0))
    if not (n["vacancy"] > 0).all():
        n["vacancy"] = draw["place.vacancy"]
    community.extras["open_vacancy"] = _keep(community, "vacancy", n["vacancy"]).copy()
    if not (n["rent_level"] > 0).all():
        n["rent_level"] = _asking_rents(community, draw)
    _keep(community, "rent_level", n["rent_level"])


def _asking_rents(community: Community, draw: Mapping[str, Any]) -> np.ndarray:
    """Asking rents against the fair market rent, from what unsubsidized tenants pay."""
    n, hh = community.neighborhood, community.household
    tenant = (hh["present"] == 1) & (hh["tenure"] == 1) & (hh["voucher"] == 0) & (hh["rent"] > 0)
    where = hh["neighborhood"][tenant].astype(np.int64)
    by_size = np.asarray(draw["place.bedroom_ratio"])[np.minimum(hh["bedrooms"][tenant], 4).astype(int)]
    market = np.maximum(n["fmr"][where].astype(float), 1.0) * by_size
    ratio = hh["rent"][tenant] / market * draw["place.asking_premium"]
    pool = draw["place.rent_pool"]
    total = np.bincount(where, weights=np.clip(ratio, 0.3, 3.0), minlength=n.size)
    return (total + pool) / (np.bincount(where, minlength=n.size) + pool)


def _cohesion(community: Community, draw: Mapping[str, Any], rng: np.random.Generator) -> None:
    n = community.neighborhood
    own = _keep(community, "cohesion", draw["place.cohesion_spread"] * rng.standard_normal(n.size))
    n["cohesion"] = own - draw["place.cohesion_disadvantage"] * n["disadvantage"]
    _keep(community, "poverty", n["poverty"])


def _violence(community: Community, draw: Mapping[str, Any], rng: np.random.Generator, people: np.ndarray) -> None:
    """Spread the town's rate of violence inside the town by disadvantage and chance."""
    n = community.neighborhood
    town = n["town"].astype(np.int64)
    dis = n["disadvantage"].astype(float)
    towns = int(town.max()) + 1

    def mean(values: np.ndarray) -> np.ndarray:
        """Mean over the town's residents, for each neighborhood."""
        total = np.bincount(town, weights=people, minlength=towns)
        return (np.bincount(town, weights=values * people, minlength=towns) / np.maximum(total, 1e-9))[town]

    between = draw["place.violence_between"]
    expected = np.exp(between * mean(dis) - 0.5 * between**2)
    rate = np.asarray(community.extras.get("data_violent_crime", np.full(n.size, np.nan)), float)
    known = np.maximum(rate, draw["place.violence_floor"]) / draw["place.violence_state_rate"]
    level = np.where(np.isnan(rate), expected, known)
    inside = np.exp(
        draw["place.violence_disadvantage"] * (dis - mean(dis)) + draw["place.violence_spread"] * rng.standard_normal(n.size)
    )
    n["violence_base"] = level * inside / mean(inside)
    n["violence"] = n["violence_base"]
    n["gunfire"] = -np.expm1(-draw["place.gunfire_rate"] / 12.0 * n["violence"].astype(float))
    logit = (
        draw["place.safety_intercept"]
        - draw["place.safety_violence"] * np.log(np.maximum(n["violence_base"].astype(float), 0.02))
        + draw["place.safety_cohesion"] * n["cohesion"].astype(float)
        - draw["place.safety_vacant"] * (n["vacant"].astype(float) - 1.0)
    )
    n["safety"] = np.clip(1.0 / (1.0 + np.exp(-logit)), 0.02, 0.99)


def _norms(community: Community, draw: Mapping[str, Any], rng: np.random.Generator) -> None:
    n = community.neighborhood
    dis = n["disadvantage"].astype(float)
    for name in ("norm_activity", "norm_food", "norm_parenting", "norm_help"):
        noise = draw["place.norm_spread"] * rng.standard_normal(n.size)
        n[name] = noise - draw["place.norm_disadvantage"] * dis
    n["stigma"] = draw["place.stigma_disadvantage"] * dis - draw["place.stigma_help"] * n["norm_help"]
    # Means of the month before the first, until settlement counts them.
    offset = draw["activity.offset"]
    usual = draw["place.activity_mean"] + offset
    n["mean_activity"] = usual * np.exp(draw["place.activity_spread"] / usual * n["norm_activity"]) - offset
    n["mean_diet"] = draw["place.diet_mean"] + draw["place.diet_spread"] * n["norm_food"]
    n["mean_parenting"] = n["norm_parenting"]
    n["mean_help"] = n["norm_help"]


def follow_residents(community: Community, draw: Mapping[str, Any]) -> None:
    """Set norms of activity, food and parenting to what residents do, where norms drift in any case.

    Called when people's own histories are known; a neighborhood without residents keeps its norms.
    """
    n, hh, pp = community.neighborhood, community.household, community.person
    people = np.flatnonzero((pp["present"] == 1) & (pp["labor"] != _HELD))
    adults = people[pp["age"][people] >= _ADULT]
    families = np.flatnonzero((hh["present"] == 1) & (hh["children"] > 0))
    offset = draw["activity.offset"]
    usual, spread = draw["place.activity_mean"] + offset, draw["place.activity_spread"]
    for name, mean, rows, values, standard in (
        (
            "norm_activity",
            "mean_activity",
            adults,
            pp["activity"],
            lambda x: np.log((x + offset) / usual) * usual / spread,
        ),
        (
            "norm_food",
            "mean_diet",
            people,
            pp["diet"],
            lambda x: (x - draw["place.diet_mean"]) / draw["place.diet_spread"],
        ),
        ("norm_parenting", "mean_parenting", families, hh["parenting"], lambda x: x),
    ):
        home = rows if name == "norm_parenting" else pp["household"][rows].astype(np.int64)
        where = hh["neighborhood"][home].astype(np.int64)
        del home  # of a state, as large as a column
        count = np.bincount(where, minlength=n.size)
        level = np.bincount(where, values[rows].astype(float), n.size) / np.maximum(count, 1)
        n[mean] = np.where(count > 0, level, n[mean])
        n[name] = np.where(count > 0, standard(level), n[name])
