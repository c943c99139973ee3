"""Couples who form: matched, and settled with one of them or in a home of their own.

People ready to move in with a partner are matched, woman and man, first within their town and then
within the housing market area around it. The value of a pair is made of age difference, education and recorded group, as
observed unions are, plus a Gumbel number that belongs to the pair; the best pairs form first. One
moves in with the other, with children; two who both live with relatives or friends found a home.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from hecsim import luck
from hecsim.processes.settle_births import move_people, succession
from hecsim.processes.settle_rows import ADULT, Settlement, among, distinct, first_of, members
from hecsim.processes.settle_splits import found_homes, look_for_homes, means_of, own_children

__all__ = ["form_couples"]


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
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


def _match(m: Settlement, w: np.ndarray, v: np.ndarray, market_w: np.ndarray, market_v: np.ndarray):
    """Positions of women and men who form couples, within each market."""
    person = m.person
    gap_mean, gap_sd, gap_most = m.k("age_gap")
    same_level, same_group = m.k("same_education"), m.k("same_group")
    markets = int(max(market_w.max(), market_v.max())) + 1
    age, home = person["age"], person["household"]
    i, j = _meet(age[w], home[w], market_w, age[v], home[v], market_v, markets, gap_mean, gap_most)
    gap = (age[v[j]].astype(float) - age[w[i]].astype(float)) / 12
    keys = luck.pair_key(person["key"][w[i]], person["key"][v[j]])
    u = np.clip(m.u("match", keys).astype(float), 1e-9, 1 - 1e-9)
    value = -0.5 * ((gap - gap_mean) / gap_sd) ** 2 - np.log(-np.log(u))
    value += same_level * (person["education"][w[i]] == person["education"][v[j]])
    value += same_group * (person["race"][w[i]] == person["race"][v[j]])
    order = np.lexsort((keys, -value))
    done = order[_greedy(i[order], j[order], w.size, v.size)]
    return i[done], j[done]


def _pairs(m: Settlement, women: np.ndarray, men: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Match rows of women and men, first within their town, then within the housing market area around it."""
    if not women.size or not men.size:
        return women[:0], men[:0]
    n, person = m.community.neighborhood, m.person

    def where(rows: np.ndarray) -> np.ndarray:
        return m.household["neighborhood"][person["household"][rows].astype(np.int64)].astype(np.int64)

    town, area = n["town"].astype(np.int64), n["fmr_area"].astype(np.int64)
    i, j = _match(m, women, men, town[where(women)], town[where(men)])
    free_w = np.delete(np.arange(women.size), i)
    free_m = np.delete(np.arange(men.size), j)
    if free_w.size and free_m.size:
        a, b = _match(m, women[free_w], men[free_m], area[where(women[free_w])], area[where(men[free_m])])
        i, j = np.concatenate([i, free_w[a]]), np.concatenate([j, free_m[b]])
    w, v = women[i], men[j]
    order = np.argsort(person["key"][w], kind="stable")
    return w[order], v[order]


def form_couples(m: Settlement) -> None:
    """Match those who look for a partner; the pair lives with one of them or in a home of its own."""
    person, household = m.person, m.household
    rows = m.leavers(4)
    home = person["household"][rows].astype(np.int64)
    free = (person["role"][rows] >= 2) | (household["couple"][home] == 0)
    rows = rows[free]
    women, men = _pairs(m, rows[person["sex"][rows] == 1], rows[person["sex"][rows] == 0])
    if not women.size:
        return
    _move_in(m, women, men)


def _rank(m: Settlement, rows: np.ndarray) -> np.ndarray:
    """How fit a person's home is for the couple: householder, then owner, then size."""
    home = m.person["household"][rows].astype(np.int64)
    head = m.person["role"][rows] == 0
    tenure = m.household["tenure"][home].astype(np.int64)
    return head * 10_000 + (3 - tenure) * 1000 + m.household["persons"][home].astype(np.int64)


def _move_in(m: Settlement, women: np.ndarray, men: np.ndarray) -> None:
    """Find each couple its home: with the one who has one, else a new one that she founds and he joins."""
    person = m.person
    alone = (person["role"][women] != 0) & (person["role"][men] != 0)
    hers, of = own_children(m, women)
    size = 2 + np.bincount(of, minlength=women.size)
    income = means_of(m, women) + means_of(m, men)
    chosen, paid = np.full(women.size, -1), np.zeros(women.size)
    look = np.flatnonzero(alone)
    chosen[look], paid[look] = look_for_homes(m, women[look], size[look], income[look])
    found = np.flatnonzero(chosen >= 0)
    at = np.full(women.size, -1)
    at[found] = np.arange(found.size)
    keep = at[of] >= 0
    found_homes(
        m, women[found], hers[keep], at[of[keep]], chosen[found], paid[found], taken=m.k("savings_taken"), first=True
    )  # fmt: skip
    together = ~alone | (chosen >= 0)
    women, men = women[together], men[together]
    her_home = _rank(m, women) >= _rank(m, men)
    _join(m, np.where(her_home, women, men), np.where(her_home, men, women))


def _join(m: Settlement, hosts: np.ndarray, joins: np.ndarray) -> None:
    person, household = m.person, m.household
    old = person["household"][joins].astype(np.int64)
    home = person["household"][hosts].astype(np.int64)
    key = person["key"][hosts]
    married = m.u("marry_at_once", key) < m.k("marry_at_once")
    household["couple"][home] = np.where(married, 2, 1)
    household["couple_months"][home] = 0
    m.record("unions", household["key"][home])
    along, of = _children_along(m, joins, old)
    everyone = np.concatenate([joins, along])
    dest = np.concatenate([home, home[of]])
    order = np.argsort(np.concatenate([np.arange(joins.size), of]), kind="stable")
    role = np.concatenate([np.ones(joins.size, int), np.full(along.size, 2)])
    move_people(m, everyone[order], dest[order], role[order])
    homes = distinct(old)
    left_over = np.bincount(members(m, homes)[1], minlength=homes.size) > 0
    ended = ~left_over[np.searchsorted(homes, old)]
    for column in ("savings", "capital_income"):
        household[column][home] += np.where(ended, household[column][old], 0.0)
    cars = household["vehicles"][home].astype(np.int64) + np.where(ended, household["vehicles"][old], 0)
    household["vehicles"][home] = np.minimum(cars, 4)
    succession(m, homes[left_over])


def _children_along(m: Settlement, joins: np.ndarray, old: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Minors who move with their parent: own by birth, a householder's children, all if no adult remains."""
    person = m.person
    homes = distinct(old)
    rows, owner = members(m, homes)
    minor = person["age"][rows] < ADULT
    stays = ~minor & ~among(rows, joins)
    deserted = np.bincount(owner[stays], minlength=homes.size) == 0
    position = np.searchsorted(homes, old)
    head = first_of(position, person["role"][joins] == 0, homes.size)[owner]
    anyone = first_of(position, np.ones(joins.size, bool), homes.size)[owner]
    order = np.argsort(person["key"][joins], kind="stable")
    found = np.searchsorted(person["key"][joins], person["mother_key"][rows], sorter=order)
    mother = order[np.minimum(found, order.size - 1)]
    hers = person["key"][joins[mother]] == person["mother_key"][rows]
    parent = np.where(hers, mother, np.where((head >= 0) & (person["role"][rows] == 2), head, -1))
    parent = np.where((parent < 0) & deserted[owner], anyone, parent)
    chosen = minor & (parent >= 0)
    return rows[chosen], parent[chosen]
