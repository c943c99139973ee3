"""Stores, employers and organizations of the geography, and the partner links among organizations.

Stores and organizations are as many as in the real places (distance matters and does not shrink with a
sample); what they hold (jobs, capacity) is at the simulated scale. Employers are as many as the sample
needs, with real sizes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hecsim import luck
from hecsim.columns import BUSINESS, ORGANIZATION, SCHEMA, STORE
from hecsim.tables import Table

__all__ = ["business_table", "organization_table", "partner_links"]

EMPLOYER = BUSINESS.index("employer")
_RATES = ("stores_rural", "stores_suburb", "stores_periphery", "stores_core")


def _whole(expected: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Whole numbers whose running sums follow those of `expected`."""
    running = np.floor(np.cumsum(expected) + rng.random())
    return np.diff(running, prepend=0.0).astype(np.int64)


def _places(count: int, weight: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """`count` neighborhoods in proportion to `weight`, systematically after a shuffle."""
    order = rng.permutation(len(weight))
    running = np.cumsum(weight[order])
    at = (np.arange(count) + rng.random()) / max(count, 1) * running[-1]
    return order[np.minimum(np.searchsorted(running, at, side="right"), len(weight) - 1)]


def business_table(
    town: Table, neighborhood: Table, people: np.ndarray, adults: np.ndarray, p: Mapping[str, Any], seed: int,
    rng: np.random.Generator, known: Mapping[int, np.ndarray] | None = None,
) -> Table:  # fmt: skip
    """All businesses, sorted by neighborhood. `people`, `adults` (16 and older) by neighborhood.

    known : neighborhoods of the real stores of a kind, which then stand where they are
    """
    where = neighborhood["town"].astype(np.int64)
    urban = town["urban"].astype(np.int64)
    residents = people * neighborhood["scale"]
    kinds, spots, jobs = _stores(where, urban, residents, neighborhood, p, rng, known or {})
    positions = float(p["employment_population"]) * float(p["jobs_margin"]) * adults.sum()
    per_place = np.asarray(p["jobs_by_place"])[urban[where]] * np.maximum(people, 0.1)
    scale = residents.sum() / max(people.sum(), 1.0)
    store_jobs = jobs / scale
    sizes = _employer_sizes(max(positions - store_jobs.sum(), 1.0), p, rng)
    seats = _places(len(sizes), per_place, rng)
    kind = np.concatenate([kinds, np.full(len(sizes), EMPLOYER)])
    spot = np.concatenate([spots, seats])
    held = np.concatenate([store_jobs, sizes])
    order = np.lexsort((np.arange(len(kind)), kind, spot))
    table = Table.empty("business", SCHEMA["business"], [len(kind)])
    table["key"] = luck.founder_keys(seed, "business", len(kind))
    table["kind"], table["neighborhood"], table["jobs"] = kind[order], spot[order], held[order]
    table["open"][...] = 1
    return table


def _stores(
    where: np.ndarray, urban: np.ndarray, residents: np.ndarray, neighborhood: Table, p: Mapping[str, Any],
    rng: np.random.Generator, known: Mapping[int, np.ndarray],
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
    """Kind, neighborhood and real jobs of every food store."""
    by_town = np.bincount(where, residents, minlength=len(urban))
    rates = np.stack([np.asarray(p[name]) for name in _RATES])[urban] / 10000.0
    poor = neighborhood["disadvantage"].astype(float)
    mean = np.bincount(where, poor * residents, minlength=len(urban)) / np.maximum(by_town, 1.0)
    relative = poor - mean[where]
    tilt = {0: float(p["supermarket_disadvantage"]), 2: float(p["convenience_disadvantage"])}
    kinds: list[np.ndarray] = []
    spots: list[np.ndarray] = []
    for k in range(len(STORE)):
        noise = np.exp(rng.normal(0.0, float(np.asarray(p["store_place"])[k]), len(where)))
        weight = np.maximum(residents, 1.0) * np.exp(tilt.get(k, 0.0) * relative) * noise
        before = len(spots)
        for m, count in enumerate(_whole(by_town * rates[:, k], rng)):
            if count:
                here = np.flatnonzero(where == m)
                spots.append(here[_places(int(count), weight[here], rng)])
                kinds.append(np.full(count, k))
        # The numbers above are drawn all the same, so that a list of one kind moves no store of another.
        if k in known:
            spots, kinds = spots[:before], kinds[:before]
            spots.append(np.asarray(known[k], np.int64))
            kinds.append(np.full(len(known[k]), k))
    if not kinds:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
    kind = np.concatenate(kinds)
    return kind, np.concatenate(spots), np.asarray(p["store_jobs"], float)[kind]


def _employer_sizes(positions: float, p: Mapping[str, Any], rng: np.random.Generator) -> np.ndarray:
    """Jobs of each employer, real sizes, summing to `positions`."""
    share = np.asarray(p["employer_sizes"], float)
    low = np.array([1.0, 5.0, 10.0, 20.0, 50.0, 100.0])
    high = np.array([5.0, 10.0, 20.0, 50.0, 100.0, float(p["employer_largest"])])
    mean = (share * (high - low) / np.log(high / low)).sum()
    n = max(1, round(float(positions / mean)))
    band = rng.permutation(np.searchsorted(np.cumsum(share / share.sum()), (np.arange(n) + rng.random()) / n))
    band = np.minimum(band, len(share) - 1)
    # Log-even sizes inside a class are the power law of exponent one that sizes of firms follow.
    size = np.floor(low[band] * (high[band] / low[band]) ** rng.random(n)).clip(1.0)
    # One giant should not hold the whole of a small sample.
    size = np.minimum(size, max(positions * 0.1, 5.0))
    return np.maximum(np.round(size * positions / size.sum(), 1), 0.5)


def organization_table(
    town: Table,
    neighborhood: Table,
    people: np.ndarray,
    p: Mapping[str, Any],
    seed: int,
    rng: np.random.Generator,
) -> Table:
    """Partners of every kind in columns.ORGANIZATION, at least one of each in the geography."""
    where = neighborhood["town"].astype(np.int64)
    residents = people * neighborhood["scale"]
    core = (town["urban"] == 3)[where]
    lift = np.where(core[:, None], np.asarray(p["organizations_core"]), 1.0)
    rates = np.asarray(p["organizations_rate"]) / 10000.0 * lift
    kinds, spots = [], []
    for k in range(len(ORGANIZATION)):
        expected = residents * rates[:, k]
        count = max(1, int(np.floor(expected.sum() + rng.random())))
        kinds.append(np.full(count, k))
        # One service center draws from a wide area, so the spot is drawn by people, not one a tract.
        spots.append(_places(count, np.maximum(expected, 1e-9), rng))
    kind, spot = np.concatenate(kinds), np.concatenate(spots)
    order = np.lexsort((kind, spot))
    kind, spot = kind[order], spot[order]
    n = len(kind)
    table = Table.empty("organization", SCHEMA["organization"], [n])
    table["key"] = luck.founder_keys(seed, "organization", n)
    table["kind"], table["neighborhood"] = kind, spot
    scale = residents.sum() / max(people.sum(), 1.0)
    vary = np.exp(rng.normal(0.0, 0.3, n))
    table["capacity"] = np.asarray(p["organization_capacity"], float)[kind] * vary / vary.mean() / scale

    def around(name: str) -> np.ndarray:
        return np.clip(np.asarray(p[name])[kind] + rng.normal(0.0, 0.08, n), 0.02, 0.98)

    table["language"] = around("organization_language")
    table["data_maturity"] = around("organization_data")
    table["trust"] = around("organization_trust")
    return table


def partner_links(
    organization: Table, neighborhood: Table, p: Mapping[str, Any], rng: np.random.Generator
) -> list[tuple[int, int, float]]:
    """Working links (row, row, strength 0 to 1): each organization with a few nearby hubs of service."""
    hubs = np.flatnonzero(np.isin(organization["kind"], (0, 1, 2, 12)))
    kind = organization["kind"]
    spot = organization["neighborhood"].astype(np.int64)
    # Kilometers east and north of the middle; good enough to rank what is near.
    lat, lon = neighborhood["lat"].astype(float)[spot], neighborhood["lon"].astype(float)[spot]
    xy = np.stack([lon * 111.2 * np.cos(np.radians(lat.mean())), lat * 111.2], axis=1)
    links: dict[tuple[int, int], float] = {}
    wanted = rng.poisson(float(p["partner_links"]), organization.size)
    for a in range(organization.size):
        if not wanted[a] or len(hubs) < 2:
            continue
        distance = np.hypot(*(xy[hubs] - xy[a]).T) + rng.exponential(3.0, len(hubs))
        for b in hubs[np.argsort(distance)[: wanted[a]]]:
            if b != a:
                pair = (min(a, int(b)), max(a, int(b)))
                links[pair] = round(float(0.3 + 0.6 * rng.random()), 3) if kind[a] != kind[b] else 0.4
    return [(a, b, w) for (a, b), w in sorted(links.items())]
