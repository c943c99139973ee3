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
from typing import Any

import numpy as np
from numba import uint64

from hecsim import luck
from hecsim.compiled import njit
from hecsim.processes.settle_rows import NOBODY, Settlement

__all__ = ["Seekers", "bedrooms_for", "count_open", "dwellings", "find_homes", "pressure"]

_NEAR = 24
_OTHERS = 8
_TRIES = 3
_SMOOTH = 5.0  # homes
_ABREAST = 400  # so many searches are worth another thread
_COUNTS = 8
_HOME = np.uint64(luck.decision_id("settle.home"))


VOUCHER, SELLS, PRESSED, EXTRA, HOMELESS = 1, 2, 4, 8, 16


@dataclass
class Seekers:
    """Those who look for a home this month, one entry each.

    key : of the household or person, uint64
    homes : households in whose place and with whose record they look, int64
    income : $/month, float64; bedrooms : 0 to 4, int64
    race : recorded, for treatment and the own-group share, uint8
    how : sum of VOUCHER (rents with one), SELLS (gives up a home of their own for another), PRESSED (spends up to the
        higher share of income), HOMELESS (up to the highest) and EXTRA (needs a home without giving one up), uint8
    """

    key: np.ndarray
    homes: np.ndarray
    income: np.ndarray
    bedrooms: np.ndarray
    race: np.ndarray
    how: np.ndarray


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


@njit()
def _count(present, tenure, neighborhood, race, occupied, groups):
    """Homes lived in, and the share of each recorded group among households, by neighborhood."""
    # Neighbors stand next to each other: four counts in turn, so that none waits for the one before. The last is of homes.
    counts = np.zeros((4, occupied.size, _COUNTS), np.uint32)
    for h in range(present.size):
        here, lane, g = np.uint32(present[h] != 0), np.uint64(h) & np.uint64(3), neighborhood[h]
        counts[lane, g, race[h]] += here
        counts[lane, g, _COUNTS - 1] += here & np.uint32(tenure[h] <= 1)
    for g in range(occupied.size):
        total = 0.0
        for k in range(groups.shape[1]):
            groups[g, k] = counts[0, g, k] + counts[1, g, k] + counts[2, g, k] + counts[3, g, k]
            total += groups[g, k]
        for k in range(groups.shape[1]):
            groups[g, k] /= max(total, 1.0)
        last = _COUNTS - 1
        occupied[g] = counts[0, g, last] + counts[1, g, last] + counts[2, g, last] + counts[3, g, last]


def _census(m: Settlement) -> tuple[np.ndarray, np.ndarray]:
    """Homes lived in, float64 (n,), and shares of recorded groups, float64 (n, 5), of each neighborhood."""
    h, n = m.household, m.community.neighborhood.size
    occupied, groups = np.empty(n), np.empty((n, 5))
    _count(h["present"], h["tenure"], h["neighborhood"], h["race"], occupied, groups)
    return occupied, groups


def _occupied(m: Settlement) -> np.ndarray:
    return _census(m)[0]


def pressure(m: Settlement) -> np.ndarray:
    """Open homes of each neighborhood's town against the usual number, float64, at least 0.

    Counted by town, and drawn toward the whole community where a town has few simulated homes, because
    some dozen homes are full or half empty by chance.
    """
    return np.maximum(_open_ratio(m, dwellings(m), _occupied(m)), 0.0)


@njit()
def _ratio(town, spare, usual, whole):
    by_town, out = np.zeros(town.size), np.empty(town.size)
    for g in range(town.size):
        by_town[town[g]] += spare[g]
    for g in range(town.size):
        out[g] = (by_town[town[g]] + _SMOOTH * max(whole, 0.0)) / (usual[g] + _SMOOTH)
    return out


@njit()
def _room(town, spare, usual, whole):
    """What a search weighs: open homes and a half, by neighborhood, and how tight its town is, 0 to 1."""
    free, tight = np.empty(town.size), _ratio(town, spare, usual, whole)
    for g in range(town.size):
        free[g] = max(spare[g], 0.0) + 0.5
        tight[g] = min(max(tight[g], 0.0), 1.0)
    return free, tight


def _open_ratio(m: Settlement, stock: np.ndarray, occupied: np.ndarray) -> np.ndarray:
    return _ratio(*_spare(m, stock, occupied))


def _spare(m: Settlement, stock: np.ndarray, occupied: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Town and open homes of each neighborhood, homes that are usually open there, and open homes of all against the usual."""
    town = m.community.neighborhood["town"]
    # Dwellings are kept for the month, and so is what is usual among them.
    kept = stock is m.known.get("dwellings")
    usual, total = m.once("usual", lambda: _usual(m, stock, town)) if kept else _usual(m, stock, town)
    spare = stock - occupied
    return town, spare, usual, float(np.add.reduce(spare)) / total


def _usual(m: Settlement, stock: np.ndarray, town: np.ndarray) -> tuple[np.ndarray, float]:
    """Homes that are usually open in each neighborhood's town, and in all."""
    town = town.astype(np.int64)
    usual = stock * m.community.extras["usual_vacancy"]
    return np.bincount(town, usual)[town], max(float(usual.sum()), 1e-9)


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


@njit()
def _away(near, km):
    """Nearest neighborhoods, and how the pull counts their distance."""
    out = np.empty(km.shape)
    for i in range(km.shape[0]):
        for c in range(km.shape[1]):
            out[i, c] = np.log1p(km[i, c])
    return near, out


@njit()
def _accept(record, convicted, penalty, race, accept, screens, bias, treatment):
    """Chance that one application succeeds; `screens` after a recent, an older eviction, and a conviction."""
    screen = 1.0 if (record == 0) | (record > 84) else (screens[0] if record <= 36 else screens[1])
    chance = accept * (1.0 + penalty * (screen - 1.0)) * (screens[2] if convicted else 1.0)
    return min(max(chance * (1.0 + bias * (treatment[race] - 1.0)), 0.0), 1.0)


@njit()
def _convicted(home, head, following, household, present, record):
    i = head[home]
    while i != NOBODY:
        if present[i] != 0 and household[i] == home and record[i] == 2:
            return True
        i = following[i]
    return False


@njit()
def _choose(
    key, homes, income, bedrooms, race, how, penalty, neighborhood, eviction_record, own_cost,
    head, following, household, present, record, accept, screens, bias, treatment, near, away_near, lat, lon, rent, fmr,
    ratio, log_open, tight, safety, groups, weights, standard, limits, seed, decision, month, chosen, paid,
):  # fmt: skip
    n_places, k = rent.size, near.shape[1]
    total = k + _OTHERS
    place, pull, cost = np.empty(total, np.int64), np.empty(total), np.empty(total)
    chance = np.empty(total)
    for i in range(key.size):
        here = np.int64(neighborhood[homes[i]])
        voucher, limit = how[i] & VOUCHER != 0, limits[2] if how[i] & HOMELESS else limits[1] if how[i] & PRESSED else limits[0]
        owned = np.float64(own_cost[homes[i]]) if how[i] & SELLS else 0.0
        convicted = _convicted(homes[i], head, following, household, present, record)
        succeeds = _accept(eviction_record[homes[i]], convicted, penalty[i], race[i], accept, screens, bias, treatment)
        for c in range(total):
            if c < k:
                p, away = near[here, c], away_near[here, c]
            else:
                other = (month << uint64(32)) | uint64(0xF0000000 + c)
                word, _ = luck.threefry2x64(seed, decision, key[i], other)
                p = np.int64(word >> uint64(33)) % n_places
                away = np.log1p(111.2 * np.hypot(lat[p] - lat[here], (lon[p] - lon[here]) * np.cos(np.radians(lat[here]))))
            place[c] = p
            cost[c] = rent[p] * ratio[bedrooms[i]]
            if owned > 0:
                cost[c] = owned * rent[p] / max(rent[here], 1.0)
            if voucher:
                fits = cost[c] <= standard * fmr[p] * ratio[bedrooms[i]]
            else:
                fits = cost[c] <= limit * income[i]
            for e in range(c if c >= k else 0):  # the nearest differ from each other
                fits &= place[e] != p
            pull[c] = -np.inf
            if not fits:
                continue
            first, second = luck.threefry2x64(seed, decision, key[i], (month << uint64(32)) | uint64(p))
            u = (np.float64(first >> uint64(11)) + 0.5) * 2.0**-53
            chance[c] = (np.float64(second >> uint64(11)) + 0.5) * 2.0**-53
            burden = 0.3 if voucher else min(cost[c] / max(income[i], 1.0), 2.0)
            pull[c] = -weights[0] * burden - weights[1] * away + weights[3] * safety[p]
            pull[c] += weights[4] * groups[p, race[i]] + log_open[p] - np.log(-np.log(u))
            if p == here:
                pull[c] += weights[2]
        chosen[i] = -1
        for _ in range(_TRIES):
            best = np.argmax(pull)
            if pull[best] == -np.inf:
                break
            room = tight[place[best]] if how[i] & EXTRA else 1.0
            if chance[best] < succeeds * room:
                chosen[i], paid[i] = place[best], cost[best]
                break
            pull[best] = -np.inf


def _places(m: Settlement) -> tuple[np.ndarray, ...]:
    """What a search asks of neighborhoods: the nearest, how the pull counts their distance, lat, lon, asking and fair rent."""
    n, kept = m.community.neighborhood, m.community.kept
    near, km = _near(m)
    lies = kept.get("settle.places")
    if lies is None or lies[0] is not near:  # where places lie does not change
        lies = kept["settle.places"] = *_away(near, km), n["lat"].astype(float), n["lon"].astype(float)
    scale = m.context.levers.fill("rent_scale", slice(0, n.size), np.empty(n.size, np.float32)).astype(float)
    return *lies, n["fmr"] * (n["rent_level"] * scale), n["fmr"].astype(float)


def _rules(m: Settlement) -> tuple[Any, ...]:
    """What landlords go by (acceptance, screens, bias, treatment) and families (weights, voucher standard, limits of rent)."""
    screens = np.array([m.k(f"screen_{of}") for of in ("recent", "older", "record")])
    weights = np.array([m.k(f"pull_{w}") for w in ("burden", "distance", "same", "safety", "group")])
    return (m.k("accept"), screens), (m.k("treatment"),), (weights, m.k("payment_standard"), m.k("burden_limit"))


def _terms(m: Settlement) -> tuple[tuple[Any, ...], ...]:
    """What all searches of a month have in common, as `_choose` is given it: before the open homes and after them."""
    accepted, treated, rules = m.lasting("rules", lambda: _rules(m))
    landlords = *accepted, m.context.levers.number("housing_bias"), *treated
    word = 0xFFFFFFFFFFFFFFFF
    luck_of = np.uint64(m.context.seed & word), _HOME, np.uint64(m.month & word)
    safety = m.community.neighborhood["safety"].astype(float)
    return (*landlords, *_places(m), m.k("place.bedroom_ratio")), (safety,), (*rules, *luck_of)


def find_homes(m: Settlement, s: Seekers) -> tuple[np.ndarray, np.ndarray]:
    """Neighborhood where each finds a home, -1 if nowhere, and its monthly cost in $; one entry a seeker."""
    size = s.key.size
    chosen, paid = np.empty(size, np.int64), np.zeros(size)
    if not size:
        return chosen, paid
    h, p = m.household.columns, m.person.columns
    before, safety, after = m.once("terms", lambda: _terms(m))
    occupied, groups = _census(m)
    free, tight = _room(*_spare(m, dwellings(m), occupied))
    seekers = s.key, s.homes, s.income, s.bedrooms, s.race, s.how, m.lever("screening_penalty", s.homes)
    shared: tuple[Any, ...] = (
        h["neighborhood"], h["eviction_record"], h["rent"], *m.index(), p["household"], p["present"], p["record"],
        *before, np.log(free), tight, *safety, groups, *after,
    )  # fmt: skip

    def look(rows: slice) -> None:
        own, found = (tuple(values[rows] for values in some) for some in (seekers, (chosen, paid)))
        arguments: tuple[Any, ...] = (*own, *shared, *found)
        _choose(*arguments)

    lanes = m.context.lanes
    if lanes.number == 1 or size < 2 * _ABREAST:
        look(slice(0, size))
    else:
        lanes.each(look, lanes.ranges(size, _ABREAST))
    return chosen, paid
