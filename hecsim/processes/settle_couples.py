"""Couples who form: matched, and settled with one of them or in a home of their own.

People ready to move in with a partner are matched, woman and man, first within their town and then
within the housing market area around it. The value of a pair is made of age difference, education and recorded group, as
observed unions are, plus a Gumbel number that belongs to the pair; the best pairs form first. One
moves in with the other, with children; two who both live with relatives or friends found a home.
"""

from __future__ import annotations

import numpy as np

from hecsim import luck
from hecsim.compiled import njit
from hecsim.processes.settle_births import move_people, succession
from hecsim.processes.settle_rows import ADULT, NOBODY, Settlement, distinct
from hecsim.processes.settle_splits import found_homes, look_for_homes, means_of, own_children

__all__ = ["form_couples"]


@njit()
def _greedy(first, second, n_first, n_second):
    """Accept pairs in the given order while both are free; positions of accepted pairs."""
    taken_first, taken_second = np.zeros(n_first, np.bool_), np.zeros(n_second, np.bool_)
    accepted = np.empty(min(n_first, n_second), np.int64)
    n = 0
    for e in range(first.size):
        if not taken_first[first[e]] and not taken_second[second[e]]:
            taken_first[first[e]] = taken_second[second[e]] = True
            accepted[n] = e
            n += 1
    return accepted[:n]


@njit()
def _meet(age_w, home_w, market_w, age_v, home_v, market_v, markets, gap_mean, gap_most):
    """Positions of all pairs of one market who do not live together and whose ages (months) fit."""
    start = np.zeros(markets + 1, np.int64)
    for j in range(market_v.size):
        start[market_v[j] + 1] += 1
    for k in range(markets):
        start[k + 1] += start[k]
    there, place = np.empty(market_v.size, np.int64), start[:-1].copy()
    for j in range(market_v.size):
        there[place[market_v[j]]] = j
        place[market_v[j]] += 1
    left, right = np.empty(0, np.int64), np.empty(0, np.int64)
    for fill in range(2):
        n = 0
        for i in range(market_w.size):
            for e in range(start[market_w[i]], start[market_w[i] + 1]):
                j = there[e]
                gap = (np.float64(age_v[j]) - np.float64(age_w[i])) / 12.0
                if abs(gap - gap_mean) < gap_most and home_v[j] != home_w[i]:
                    if fill == 1:
                        left[n], right[n] = i, j
                    n += 1
        if fill == 0:
            left, right = np.empty(n, np.int64), np.empty(n, np.int64)
    return left, right


@njit()
def _value(left, right, noise, age, education, race, gap_mean, gap_sd, same_level, same_group):
    """What speaks against each pair; the best pairs come first in the order of these numbers."""
    out = np.empty(left.size)
    for e in range(left.size):
        w, v = left[e], right[e]
        gap = (np.float64(age[v]) - np.float64(age[w])) / 12
        z = (gap - gap_mean) / gap_sd
        value = -0.5 * (z * z) - noise[e]
        value += same_level if education[w] == education[v] else 0.0
        value += same_group if race[w] == race[v] else 0.0
        out[e] = -value
    return out


def _match(m: Settlement, w: np.ndarray, v: np.ndarray, market_w: np.ndarray, market_v: np.ndarray):
    """Positions of women and men who form couples, within each market."""
    person = m.person.columns
    gap_mean, gap_sd, gap_most = m.k("age_gap")
    markets = int(max(market_w.max(), market_v.max())) + 1
    age, home = person["age"], person["household"]
    i, j = _meet(age[w], home[w], market_w, age[v], home[v], market_v, markets, gap_mean, gap_most)
    left, right = w[i], v[j]
    keys = luck.pair_key(person["key"][left], person["key"][right])
    noise = np.log(-np.log(np.clip(m.u("match", keys).astype(float), 1e-9, 1 - 1e-9)))
    against = _value(
        left, right, noise, age, person["education"], person["race"], gap_mean, gap_sd, m.k("same_education"), m.k("same_group")
    )
    order = np.argsort(against)
    if (against[order[1:]] == against[order[:-1]]).any():  # of equal pairs the one with the smaller key
        order = np.lexsort((keys, against))
    done = order[_greedy(i[order], j[order], w.size, v.size)]
    return i[done], j[done]


def _others(n: int, taken: np.ndarray) -> np.ndarray:
    """Positions below `n` that are not taken."""
    free = np.ones(n, bool)
    free[taken] = False
    return np.flatnonzero(free)


def _pairs(m: Settlement, women: np.ndarray, men: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Match rows of women and men, first within their town, then within the housing market area around it."""
    if not women.size or not men.size:
        return women[:0], men[:0]
    n, person = m.community.neighborhood, m.person

    def where(rows: np.ndarray) -> np.ndarray:
        return m.household["neighborhood"][person["household"][rows].astype(np.int64)].astype(np.int64)

    town, area = n["town"].astype(np.int64), n["fmr_area"].astype(np.int64)
    i, j = _match(m, women, men, town[where(women)], town[where(men)])
    free_w, free_m = _others(women.size, i), _others(men.size, j)
    if free_w.size and free_m.size:
        a, b = _match(m, women[free_w], men[free_m], area[where(women[free_w])], area[where(men[free_m])])
        i, j = np.concatenate([i, free_w[a]]), np.concatenate([j, free_m[b]])
    w, v = women[i], men[j]
    order = np.argsort(person["key"][w], kind="stable")
    return w[order], v[order]


def form_couples(m: Settlement) -> None:
    """Match those who look for a partner; the pair lives with one of them or in a home of its own."""
    person, household = m.person.columns, m.household.columns
    rows = m.leavers(4)
    home = person["household"][rows].astype(np.int64)
    free = (person["role"][rows] >= 2) | (household["couple"][home] == 0)
    rows = rows[free]
    women, men = _pairs(m, rows[person["sex"][rows] == 1], rows[person["sex"][rows] == 0])
    if not women.size:
        return
    _move_in(m, women, men)


@njit()
def _fit(row, household, role, tenure, persons):
    """How fit a person's home is for the couple: householder, then owner, then size."""
    home = household[row]
    return (role[row] == 0) * 10_000 + (3 - np.int64(tenure[home])) * 1000 + np.int64(persons[home])


@njit()
def _hers(women, men, household, role, tenure, persons):
    """Whether her home is at least as fit as his."""
    out = np.empty(women.size, np.bool_)
    for k in range(women.size):
        hers = _fit(women[k], household, role, tenure, persons)
        out[k] = hers >= _fit(men[k], household, role, tenure, persons)
    return out


def _move_in(m: Settlement, women: np.ndarray, men: np.ndarray) -> None:
    """Find each couple its home: with the one who has one, else a new one that she founds and he joins."""
    person, household = m.person, m.household
    alone = (person["role"][women] != 0) & (person["role"][men] != 0)
    look = np.flatnonzero(alone)
    if look.size:
        her, him = women[look], men[look]
        hers, of = own_children(m, her)
        size = 2 + np.bincount(of, minlength=her.size)
        chosen, paid = look_for_homes(m, her, size, means_of(m, her) + means_of(m, him))
        found = chosen >= 0
        keep, at = found[of], np.cumsum(found) - 1
        found_homes(m, her[found], hers[keep], at[of[keep]], chosen[found], paid[found], taken=m.k("savings_taken"), first=True)
        together = ~alone
        together[look] = found
        women, men = women[together], men[together]
    hers = _hers(women, men, person["household"], person["role"], household["tenure"], household["persons"])
    _join(m, np.where(hers, women, men), np.where(hers, men, women))


def _join(m: Settlement, hosts: np.ndarray, joins: np.ndarray) -> None:
    person, household = m.person, m.household
    old = person["household"][joins].astype(np.int64)
    home = person["household"][hosts].astype(np.int64)
    married = m.u("marry_at_once", person["key"][hosts]) < m.k("marry_at_once")
    household["couple"][home] = np.where(married, 2, 1)
    household["couple_months"][home] = 0
    m.record("unions", household["key"][home])
    along, of = _children_along(m, joins, old)
    everyone, with_whom = np.concatenate([joins, along]), np.concatenate([np.arange(joins.size), of])
    order = np.argsort(with_whom, kind="stable")
    role = np.where(order < joins.size, 1, 2)
    move_people(m, everyone[order], home[with_whom[order]], role)
    h, p = household, person
    going_on = _bring(old, home, *m.index(), p["present"], p["household"], h["savings"], h["capital_income"], h["vehicles"])
    succession(m, distinct(old[going_on]))


@njit()
def _bring(old, home, head, following, present, household, savings, capital_income, vehicles):
    """Whether each old home goes on; what belongs to one that ends comes along. One a home: the last who joins it."""
    going_on = np.zeros(old.size, np.bool_)
    money, lasting, cars = np.empty(old.size, np.float32), np.empty(old.size, np.float32), np.empty(old.size, np.int64)
    for k in range(old.size):
        i = head[old[k]]
        while i != NOBODY:
            going_on[k] |= present[i] != 0 and household[i] == old[k]
            i = following[i]
        ends = not going_on[k]
        money[k] = savings[home[k]] + (savings[old[k]] if ends else np.float32(0.0))
        lasting[k] = capital_income[home[k]] + (capital_income[old[k]] if ends else np.float32(0.0))
        cars[k] = np.int64(vehicles[home[k]]) + (np.int64(vehicles[old[k]]) if ends else 0)
    for k in range(old.size):
        savings[home[k]], capital_income[home[k]], vehicles[home[k]] = money[k], lasting[k], min(cars[k], 4)
    return going_on


@njit()
def _along(joins, old, order, keys, by_key, head, following, present, household, age, role, key, mother_key):
    """Minors who move with one of `joins`, and with which; old homes ascend in `order`, keys in `by_key`."""
    most = 0
    for h in old:
        i = head[h]
        while i != NOBODY:
            most, i = most + 1, following[i]
    rows, of, n, at = np.empty(most, np.int64), np.empty(most, np.int64), 0, 0
    while at < order.size:
        home, stop, leader = old[order[at]], at, -1
        while stop < order.size and old[order[stop]] == home:
            if leader < 0 and role[joins[order[stop]]] == 0:
                leader = order[stop]
            stop += 1
        deserted, i = True, head[home]
        while i != NOBODY:
            if present[i] != 0 and household[i] == home and age[i] >= ADULT:
                joining = False
                for k in order[at:stop]:
                    joining |= joins[k] == i
                deserted &= joining
            i = following[i]
        i = head[home]
        while i != NOBODY:
            if present[i] != 0 and household[i] == home and age[i] < ADULT:
                parent, place = -1, np.searchsorted(keys, mother_key[i])
                if place < keys.size and keys[place] == mother_key[i]:
                    parent = by_key[place]
                elif leader >= 0 and role[i] == 2:
                    parent = leader
                elif deserted:
                    parent = order[at]
                if parent >= 0:
                    rows[n], of[n] = i, parent
                    n += 1
            i = following[i]
        at = stop
    return rows[:n], of[:n]


def _children_along(m: Settlement, joins: np.ndarray, old: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Minors who move with their parent: own by birth, a householder's children, all if no adult remains."""
    p = m.person.columns
    key = p["key"][joins]
    by_key = np.argsort(key, kind="stable")
    return _along(
        joins, old, np.argsort(old, kind="stable"), key[by_key], by_key, *m.index(), p["present"], p["household"], p["age"],
        p["role"], p["key"], p["mother_key"],
    )  # fmt: skip
