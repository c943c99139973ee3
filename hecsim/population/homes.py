"""Tenure, housing cost, bedrooms, vehicles and rent subsidies of the households.

Tenure is raked to the tract's share and to the town's shares by household type and by race. Housing
cost stands near the market and inside the burden class that the tract's table gives; vehicles follow
the tract's table of size by vehicles.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hecsim.compiled import njit
from hecsim.population.fitting import cumulative_counts, diffuse, rake, share_out
from hecsim.population.incomes import NO_CASH, ZERO
from hecsim.population.library import HEAD_EDGES, Library
from hecsim.population.targets import Targets

__all__ = ["bedrooms", "rents", "tenure", "vehicles", "vouchers"]


def tenure(
    lib: Library, chosen: np.ndarray, tract: np.ndarray, race: np.ndarray, t: Targets, p: Mapping[str, Any],
    rng: np.random.Generator,
) -> np.ndarray:  # fmt: skip
    """0 owner, 1 renter for each household, uint8."""
    town = t.town[tract]
    census = lib.census[chosen].astype(np.int64)
    odds = np.asarray(p["renter_by_age"])[np.digitize(lib.age[chosen, 0], HEAD_EDGES)]
    base = np.stack([np.ones_like(odds), odds], axis=1)

    def pair(share: np.ndarray) -> np.ndarray:
        flat = share.reshape(-1)
        return np.where(np.isnan(flat)[:, None], 0.0, np.stack([1.0 - flat, flat], axis=1))

    rent = t.inputs["renter"].to_numpy(float)
    shares = rake(
        base,
        [town * 7 + census, town * 5 + race, tract],
        [pair(t.renters_of_type), pair(t.renters_of_race), pair(rent)],
    )
    order = np.lexsort((rng.random(len(odds)), race, census, tract))
    out = diffuse(shares, tract, order, rng)
    return _settle_tenure(out, shares[:, 1], tract, town, race, census, t, rng)


def _settle_tenure(
    rent: np.ndarray, chance: np.ndarray, tract: np.ndarray, town: np.ndarray, race: np.ndarray,
    census: np.ndarray, t: Targets, rng: np.random.Generator,
) -> np.ndarray:  # fmt: skip
    """Trade tenures inside tracts until the town's renters by race and by type are whole numbers right.

    The tract's renters stay as many as they are; this only removes the luck of small groups.
    """
    m = len(t.census)
    codes = np.stack([town * 5 + race, m * 5 + town * 7 + census], axis=1)
    share = np.concatenate([t.renters_of_race.reshape(-1), t.renters_of_type.reshape(-1)])
    held = np.bincount(codes.reshape(-1), minlength=len(share))
    expected = np.bincount(codes[:, 0], chance, minlength=len(share))
    expected += np.bincount(codes[:, 1], chance, minlength=len(share))
    goal = np.where(np.isnan(share), expected, share * held)
    for rows in (np.arange(m * 5).reshape(m, 5), np.arange(m * 5, m * 12).reshape(m, 7)):
        # Tables of other years need not add up to today's renters; what is left goes where it shows least.
        give = goal[rows] * (1.0 - goal[rows] / np.maximum(held[rows], 1)) + 1e-9
        short = np.bincount(town, rent, minlength=m) - goal[rows].sum(axis=1)
        goal[rows] += give * (short / give.sum(axis=1))[:, None]
    start = np.searchsorted(tract, np.arange(t.n + 1))
    tries = 6 * len(rent)
    _trade(rent, codes, goal, start, tract, rng.random((tries, 2), dtype=np.float32))
    return rent


@njit()
def _trade(rent, codes, goal, start, tract, draws):
    have = np.zeros(goal.size)
    for i in range(rent.size):
        if rent[i] == 1:
            have[codes[i, 0]] += 1.0
            have[codes[i, 1]] += 1.0
    n = rent.size
    for k in range(len(draws)):
        i = min(int(draws[k, 0] * np.float64(n)), n - 1)
        low, high = start[tract[i]], start[tract[i] + 1]
        j = min(low + int(draws[k, 1] * np.float64(high - low)), high - 1)
        if rent[i] == rent[j]:
            continue
        out, into = (i, j) if rent[i] == 1 else (j, i)
        gain = 0.0
        for c in range(2):
            a, b = codes[out, c], codes[into, c]
            if a != b:
                da, db = have[a] - goal[a], have[b] - goal[b]
                gain += da * da - (da - 1.0) ** 2 + db * db - (db + 1.0) ** 2
        if gain > 0.0:
            rent[out], rent[into] = 0, 1
            for c in range(2):
                have[codes[out, c]] -= 1.0
                have[codes[into, c]] += 1.0


def bedrooms(lib: Library, chosen: np.ndarray, rent: np.ndarray, p: Mapping[str, Any], rng: np.random.Generator) -> np.ndarray:
    """Bedrooms: the state's mix by tenure, larger homes to larger families, with noise."""
    n = len(chosen)
    score = np.log(lib.size[chosen]) + rng.normal(0.0, 0.45, n)
    counts = []
    for a, name in enumerate(("bedrooms_owner", "bedrooms_renter")):
        counts.append(cumulative_counts(np.asarray(p[name])[None, :], np.array([(rent == a).sum()]), rng)[0])
    return share_out(np.stack(counts), rent.astype(np.int64), score)


def rents(
    income: np.ndarray, category: np.ndarray, burden: np.ndarray, rent: np.ndarray, rooms: np.ndarray,
    market: np.ndarray, home_cost: np.ndarray, p: Mapping[str, Any], rng: np.random.Generator,
) -> np.ndarray:  # fmt: skip
    """Find what the household pays for its home, 2023 $/month: near the market, in its burden class.

    market : two-bedroom rent of sitting tenants; home_cost : owners' usual cost; both (N,) $/month.
    Subsidized tenants pay their own part only, as in the tables. No cash rent is 0.
    """
    least, low, high, most = p["burden_range"]
    ratio = np.asarray(p["fmr_bedroom_ratio"])[rooms]
    usual = np.where(rent == 1, market * ratio, home_cost * ratio)
    usual = usual * np.exp(rng.normal(0.0, float(p["rent_spread"]), len(income)))
    monthly = np.maximum(income, 1000.0) / 12.0
    edges = np.array([least, low, high, most])
    # A hair inside the class, so that rounding to single precision cannot leave it.
    floor, ceiling = edges[burden] * 1.0002, edges[burden + 1] * 0.9998
    share = usual / monthly
    # Outside the class, a place inside it: evenly, so that costs do not pile up on its edge.
    spread = floor + (ceiling - floor) * rng.random(len(income))
    share = np.where((share >= floor) & (share < ceiling), share, spread)
    cost = np.where(category == ZERO, usual, share * monthly)
    return np.where(category == NO_CASH, 0.0, cost)


def vehicles(
    lib: Library, chosen: np.ndarray, tract: np.ndarray, rent: np.ndarray, rank: np.ndarray, t: Targets,
    p: Mapping[str, Any], rng: np.random.Generator,
) -> np.ndarray:  # fmt: skip
    """Vehicles: the tract's table by size, fewer to poorer, renting and smaller homes."""
    size = np.minimum(lib.size[chosen], 4).astype(np.int64) - 1
    group = tract.astype(np.int64) * 4 + size
    table = np.stack(
        [[t.vehicles[s, v].to_numpy(float) for v in ("0", "1", "2", "3", "4_up")] for s in ("1", "2", "3", "4_up")]
    )
    shares = np.moveaxis(table, 2, 0).reshape(t.n * 4, 5)
    empty = shares.sum(axis=1) == 0
    of_tract = np.repeat(np.moveaxis(table, 2, 0).sum(axis=1), 4, axis=0)
    shares[empty] = of_tract[empty]
    counts = cumulative_counts(shares, np.bincount(group, minlength=t.n * 4), rng)
    by_income, owner, adult = p["vehicle_score"]
    adults = (lib.age[chosen] >= 18).sum(axis=1)
    score = by_income * rank + owner * (rent == 0) + adult * (adults - 1.0) + rng.normal(0.0, 0.8, len(chosen))
    return share_out(counts, group, score)


def vouchers(
    town: np.ndarray, rent: np.ndarray, category: np.ndarray, units: np.ndarray, p: Mapping[str, Any],
    rng: np.random.Generator,
) -> np.ndarray:  # fmt: skip
    """Flag of subsidized rent: `units` (M towns, simulated) given to renters of low income at random."""
    chance = np.append(np.asarray(p["subsidy_income"], float), [p["subsidy_income"][0], 0.0])
    weight = np.where(rent == 1, chance[category], 0.0)
    # Shares of the subsidized by income, so divide by how many renters of that income there are.
    have = np.bincount(town * 7 + category, weight > 0, minlength=len(units) * 7)
    weight = weight / np.maximum(have[town * 7 + category], 1.0)
    key = np.where(weight > 0, -np.log(rng.random(len(town)) + 1e-300) / np.maximum(weight, 1e-300), np.inf)
    order = np.lexsort((key, town))
    first = np.searchsorted(town[order], np.arange(len(units)))
    place = np.arange(len(town)) - first[town[order]]
    out = np.zeros(len(town), np.uint8)
    out[order] = (place < np.rint(units)[town[order]]) & np.isfinite(key[order])
    return out
