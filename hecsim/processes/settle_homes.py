"""Where a family finds a home: neighborhoods that it can pay for, that have room, and that let it in.

For every neighborhood c in a short list (the nearest, and a few others drawn for this family and
month), the pull is

    U = - a burden - b ln(1 + km) + s [same neighborhood] + g safety + o own-group share + ln(open + 1/2)

plus a Gumbel number that belongs to (family, neighborhood, month). The family applies at its best
three. Homes that cost more than the landlord's income rule are out; with a voucher, homes above the
payment standard are. An application succeeds with a chance lowered by an eviction on record, by a
conviction and by differential treatment of renters and buyers of color (`housing_bias` moves it); of
those who need a home without giving one up, only as many succeed as fewer homes than usual are open.
Open homes are counted once a month, so that nobody's place depends on the order of the queue.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit, uint64

from hecsim import luck
from hecsim.processes.settle_rows import Settlement, distinct, members

__all__ = ["Seekers", "acceptance", "bedrooms_for", "count_open", "dwellings", "find_homes", "open_homes", "pressure"]

_NEAR = 24
_OTHERS = 8
_TRIES = 3
_SMOOTH = 5.0  # homes


@dataclass
class Seekers:
    """Those who look for a home this month, one entry each.

    key : of the household or person; origin : neighborhood row; income : $/month; bedrooms : 0 to 4
    own_cost : monthly cost of the home an owner gives up, 0 for renters; voucher : flag
    accept : chance that one application succeeds; limit : highest share of income for rent
    race : recorded, for the own-group share
    extra : flag, needs a home without giving one up
    """

    key: np.ndarray
    origin: np.ndarray
    income: np.ndarray
    bedrooms: np.ndarray
    own_cost: np.ndarray
    voucher: np.ndarray
    accept: np.ndarray
    limit: np.ndarray
    race: np.ndarray
    extra: np.ndarray


def bedrooms_for(persons: np.ndarray) -> np.ndarray:
    """Bedrooms at two persons each, 1 to 4."""
    return np.minimum(np.maximum((np.asarray(persons, np.int64) + 1) // 2, 1), 4)


def dwellings(m: Settlement) -> np.ndarray:
    """Homes of each neighborhood, float64: counted at the end of burn-in, plus building and added supply."""
    if "dwellings" in m.known:
        return m.known["dwellings"]
    n = m.community.neighborhood
    added = m.context.levers.fill("housing_supply", slice(0, n.size), np.empty(n.size, np.float32)).astype(float)
    homes = _stock(m) * (1.0 + np.maximum(added, 0.0))
    if m.month >= 0:  # in burn-in homes follow those who live in them
        m.known["dwellings"] = homes
    return homes


def _stock(m: Settlement) -> np.ndarray:
    """Homes without those that an intervention adds."""
    extras, n = m.community.extras, m.community.neighborhood
    if "dwellings" not in extras or m.month < 0:  # burn-in settles who lives with whom; homes follow
        vacancy = np.clip(extras.get("base_vacancy", n["vacancy"]).astype(float), 0.0, 0.5)
        extras["dwellings"] = _occupied(m) / (1.0 - vacancy)
        extras["usual_vacancy"] = vacancy
    return extras["dwellings"] * (1.0 + m.k("building")) ** (max(m.month, 0) / 12)


def count_open(m: Settlement) -> None:
    """Leave the vacancy of each neighborhood's town in `open_vacancy`, from which next month's rents follow.

    Added homes are left out here, since the lever adds them; negative where families fill some of these.
    """
    m.community.extras["open_vacancy"] = m.community.extras["usual_vacancy"] * _open_ratio(m, _stock(m), _occupied(m))


@njit(cache=True, nogil=True)
def _count(present, tenure, neighborhood, race, occupied, groups):
    """Homes lived in, and households of each recorded group, by neighborhood."""
    for h in range(present.size):
        if present[h] != 0:
            g = neighborhood[h]
            groups[g, race[h]] += 1
            if tenure[h] <= 1:
                occupied[g] += 1


def _census(m: Settlement) -> tuple[np.ndarray, np.ndarray]:
    """Homes lived in, float64 (n,), and households by group, float64 (n, 5), of each neighborhood."""
    h, n = m.household, m.community.neighborhood.size
    occupied, groups = np.zeros(n, np.int64), np.zeros((n, 5), np.int64)
    _count(h["present"], h["tenure"], h["neighborhood"], h["race"], occupied, groups)
    return occupied.astype(float), groups.astype(float)


def _occupied(m: Settlement) -> np.ndarray:
    return _census(m)[0]


def open_homes(m: Settlement, occupied: np.ndarray | None = None) -> np.ndarray:
    """Homes of each neighborhood without a household, float64, at least 0."""
    return np.maximum(dwellings(m) - (_occupied(m) if occupied is None else occupied), 0.0)


def pressure(m: Settlement, occupied: np.ndarray | None = None) -> np.ndarray:
    """Open homes of each neighborhood's town against the usual number, float64, at least 0.

    Counted by town, and drawn toward the whole community where a town has few simulated homes, because
    some dozen homes are full or half empty by chance.
    """
    return np.maximum(_open_ratio(m, dwellings(m), _occupied(m) if occupied is None else occupied), 0.0)


def _open_ratio(m: Settlement, stock: np.ndarray, occupied: np.ndarray) -> np.ndarray:
    town = m.community.neighborhood["town"].astype(np.int64)
    open_now = np.bincount(town, stock - occupied)[town]
    usual = np.bincount(town, stock * m.community.extras["usual_vacancy"])[town]
    whole = float((stock - occupied).sum()) / max(float((stock * m.community.extras["usual_vacancy"]).sum()), 1e-9)
    return (open_now + _SMOOTH * max(whole, 0.0)) / (usual + _SMOOTH)


def _near(m: Settlement) -> tuple[np.ndarray, np.ndarray]:
    """Nearest neighborhoods of each, itself first, and their distance in km; shape (n, k)."""
    extras, n = m.community.extras, m.community.neighborhood
    if "home_near" not in extras:
        lat, lon = n["lat"].astype(float), n["lon"].astype(float)
        k = min(_NEAR, n.size)
        near, km = np.empty((n.size, k), np.int64), np.empty((n.size, k))
        for i in range(n.size):
            d = np.hypot((lat - lat[i]) * 111.2, (lon - lon[i]) * 111.2 * np.cos(np.radians(lat[i])))
            d[i] = -1.0
            near[i] = np.argsort(d, kind="stable")[:k]
            km[i] = np.maximum(d[near[i]], 0.0)
        extras["home_near"], extras["home_near_km"] = near, km
    return extras["home_near"], extras["home_near_km"]


@njit(cache=True, nogil=True)
def _choose(
    key, origin, income, bedrooms, own_cost, voucher, accept, limit, race, near, km, lat, lon,
    rent, fmr, ratio, log_open, tight, extra, safety, groups, weights, standard, seed, decision, month,
    chosen, paid,
):  # fmt: skip
    n_places, k = rent.size, near.shape[1]
    total = k + _OTHERS
    place, pull, cost = np.empty(total, np.int64), np.empty(total), np.empty(total)
    chance = np.empty(total)
    for i in range(key.size):
        here = origin[i]
        for c in range(total):
            if c < k:
                p, d = near[here, c], km[here, c]
            else:
                other = (month << uint64(32)) | uint64(0xF0000000 + c)
                word, _ = luck.threefry2x64(seed, decision, key[i], other)
                p = np.int64(word >> uint64(33)) % n_places
                d = 111.2 * np.hypot(lat[p] - lat[here], (lon[p] - lon[here]) * np.cos(np.radians(lat[here])))
            place[c] = p
            cost[c] = rent[p] * ratio[bedrooms[i]]
            if own_cost[i] > 0:
                cost[c] = own_cost[i] * rent[p] / max(rent[here], 1.0)
            if voucher[i] != 0:
                fits = cost[c] <= standard * fmr[p] * ratio[bedrooms[i]]
            else:
                fits = cost[c] <= limit[i] * income[i]
            for e in range(c):
                if place[e] == p:
                    fits = False
            pull[c] = -np.inf
            if not fits:
                continue
            first, second = luck.threefry2x64(seed, decision, key[i], (month << uint64(32)) | uint64(p))
            u = (np.float64(first >> uint64(11)) + 0.5) * 2.0**-53
            chance[c] = (np.float64(second >> uint64(11)) + 0.5) * 2.0**-53
            burden = 0.3 if voucher[i] != 0 else min(cost[c] / max(income[i], 1.0), 2.0)
            pull[c] = -weights[0] * burden - weights[1] * np.log1p(d) + weights[3] * safety[p]
            pull[c] += weights[4] * groups[p, race[i]] + log_open[p] - np.log(-np.log(u))
            if p == here:
                pull[c] += weights[2]
        chosen[i] = -1
        for _ in range(_TRIES):
            best = np.argmax(pull)
            if pull[best] == -np.inf:
                break
            room = tight[place[best]] if extra[i] != 0 else 1.0
            if chance[best] < accept[i] * room:
                chosen[i], paid[i] = place[best], cost[best]
                break
            pull[best] = -np.inf


def _places(m: Settlement) -> tuple[np.ndarray, ...]:
    """What a search asks of neighborhoods and stays the same all month: lat, lon, asking rent, fair rent, safety."""
    if "places" not in m.known:
        n = m.community.neighborhood
        scale = m.context.levers.fill("rent_scale", slice(0, n.size), np.empty(n.size, np.float32)).astype(float)
        asking = n["rent_level"] * scale
        lat, lon, fmr, safety = (n[column].astype(float) for column in ("lat", "lon", "fmr", "safety"))
        m.known["places"] = (lat, lon, n["fmr"] * asking, fmr, safety)
    return m.known["places"]


def find_homes(m: Settlement, s: Seekers) -> tuple[np.ndarray, np.ndarray]:
    """Neighborhood where each finds a home, -1 if nowhere, and its monthly cost in $; one entry a seeker."""
    chosen, paid = np.full(s.key.size, -1, np.int64), np.zeros(s.key.size)
    if not s.key.size:
        return chosen, paid
    near, km = _near(m)
    lat, lon, rent, fmr, safety = _places(m)
    occupied, groups = _census(m)
    groups /= np.maximum(groups.sum(1, keepdims=True), 1.0)
    weights = np.array([m.k(f"pull_{w}") for w in ("burden", "distance", "same", "safety", "group")])
    free, tight = open_homes(m, occupied), np.minimum(pressure(m, occupied), 1.0)
    seed = np.uint64(m.context.seed & 0xFFFFFFFFFFFFFFFF)
    decision = np.uint64(luck.decision_id("settle.home"))
    _choose(
        s.key.astype(np.uint64), s.origin.astype(np.int64), s.income.astype(float),
        s.bedrooms.astype(np.int64), s.own_cost.astype(float), s.voucher.astype(np.uint8),
        s.accept.astype(float), s.limit.astype(float), s.race.astype(np.int64), near,
        km, lat, lon, rent, fmr, m.k("place.bedroom_ratio"), np.log(free + 0.5),
        tight, s.extra.astype(np.uint8), safety, groups, weights,
        m.k("payment_standard"), seed, decision,
        np.uint64(m.month & 0xFFFFFFFF), chosen, paid,
    )  # fmt: skip
    return chosen, paid


def acceptance(m: Settlement, homes: np.ndarray, race: np.ndarray | None = None) -> np.ndarray:
    """Chance that one application of these households succeeds, float64."""
    household, person = m.household, m.person
    record = household["eviction_record"][homes].astype(np.int64)
    screen = np.where(record == 0, 1.0, np.where(record <= 36, m.k("screen_recent"), m.k("screen_older")))
    screen = np.where(record > 84, 1.0, screen)
    penalty = m.lever("screening_penalty", homes)
    unique = distinct(homes)
    position = np.searchsorted(unique, homes)
    rows, owner = members(m, unique)
    convicted = np.bincount(owner, person["record"][rows] == 2, minlength=unique.size)[position] > 0
    bias = m.context.levers.number("housing_bias")
    treated = m.k("treatment")[(household["race"][homes] if race is None else race).astype(np.int64)]
    accept = m.k("accept") * (1.0 + penalty * (screen - 1.0)) * np.where(convicted, m.k("screen_record"), 1.0)
    return np.clip(accept * (1.0 + bias * (treated - 1.0)), 0.0, 1.0)
