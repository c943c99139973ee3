"""People who leave a household: partners who part and grown children who leave home.

Parting: `family` marks the partner who leaves; the children go with the custodial parent, mostly the
mother; a leaver without them may go to kin. Leaving home: some leave the area, some share the home of
others, the rest need a home that they can pay; who finds none stays. A leaver takes her own children
along.
"""

from __future__ import annotations

import numpy as np

from hecsim.compiled import njit
from hecsim.processes.settle_births import move_people, succession
from hecsim.processes.settle_kin import kin_hosts
from hecsim.processes.settle_rows import ADULT, NOBODY, Settlement, next_key
from hecsim.processes.settle_splits import found_homes, look_for_homes, means_of, own_children

__all__ = ["leave_home", "part"]

_SHARING_AGE = 35 * 12


@njit()
def _parting(leavers, household, role, couple, couple_months, conflict):
    """Partners who part, the first of each couple, and their homes, which are no couple's any more."""
    rows, homes, n = np.empty(leavers.size, np.int64), np.empty(leavers.size, np.int64), 0
    for i in leavers:
        h = household[i]
        if role[i] <= 1 and couple[h] > 0:
            couple[h], couple_months[h], conflict[h] = 0, 0, 0
            rows[n], homes[n] = i, h
            n += 1
    return rows[:n], homes[:n]


@njit()
def _in_custody(rows, homes, with_mother, head, following, household, present, role, sex, age, key, mother_key):
    """Children who go along with partners who part, and with which of them."""
    most = 0
    for h in homes:
        i = head[h]
        while i != NOBODY:
            most, i = most + 1, following[i]
    along, of, n = np.empty(most, np.int64), np.empty(most, np.int64), 0
    for k in range(rows.size):
        first, i, other = head[homes[k]], head[homes[k]], False
        while i != NOBODY:
            if present[i] != 0 and household[i] == homes[k]:
                other |= (role[i] <= 1) & (i != rows[k])
            i = following[i]
        if not other or (sex[rows[k]] == 1) != with_mother[k]:
            continue
        i = first
        while i != NOBODY:
            hers = (role[i] == 2) | (mother_key[i] == key[rows[k]])
            if present[i] != 0 and household[i] == homes[k] and hers and age[i] < ADULT:
                along[n], of[n] = i, k
                n += 1
            i = following[i]
    return along[:n], of[:n]


def part(m: Settlement) -> None:
    """Partners who part: the leaver founds a household, with the children if they are in her or his care."""
    p, h = m.person.columns, m.household.columns
    rows, homes = _parting(m.leavers(3), p["household"], p["role"], h["couple"], h["couple_months"], h["conflict"])
    if not rows.size:
        return
    with_mother = m.u("custody", h["key"][homes]) < m.k("mother_custody")
    along, of = _in_custody(
        rows, homes, with_mother, *m.index(), p["household"], p["present"], p["role"], p["sex"], p["age"], p["key"],
        p["mother_key"],
    )  # fmt: skip
    m.record("separations", h["key"][homes])
    alone = np.bincount(of, minlength=rows.size) == 0
    hosts = np.full(rows.size, -1)
    hosts[alone] = kin_hosts(m, homes[alone])
    to_kin = (hosts >= 0) & (m.u("part_kin", p["key"][rows]) < m.k("part_kin"))
    others, along = m.hold("person", rows[~to_kin]), m.hold("person", along)
    homes = m.hold("household", homes)
    move_people(m, rows[to_kin], hosts[to_kin], np.full(int(to_kin.sum()), 4))
    # Whoever goes to kin goes without children, so all of them follow one of the others.
    of = (np.cumsum(~to_kin) - 1)[of]
    size = 1 + np.bincount(of, minlength=others.size)
    chosen, paid = look_for_homes(m, others, size, means_of(m, others))
    found_homes(m, others, along, of, chosen, paid, taken=0.5, first=False)
    succession(m, homes)


def leave_home(m: Settlement) -> None:
    """Grown children and other adults leave for elsewhere or for a home of their own."""
    person = m.person
    rows = m.leavers(2)
    rows = rows[person["role"][rows] >= 2]
    if not rows.size:
        return
    band = np.searchsorted(np.array([20, 25]) * 12, person["age"][rows], side="right")
    away = m.u("away", person["key"][rows]) < m.k("away_share")[band]
    along, of = own_children(m, rows)
    gone = np.concatenate([rows[away], along[away[of]]])
    m.touch(person["household"][gone].astype(np.int64))
    person["present"][gone], person["exit"][gone] = 0, 3
    m.record("left_home_area", person["key"][rows[away]])
    m.gone_persons(gone)
    stays = np.flatnonzero(~away)
    place = np.full(rows.size, -1)
    place[stays] = np.arange(stays.size)
    keep = ~away[of]
    along, of = along[keep], place[of[keep]]
    rows = rows[stays]
    rows, along, of = _share_homes(m, rows, along, of)
    size = 1 + np.bincount(of, minlength=rows.size)
    chosen, paid = look_for_homes(m, rows, size, means_of(m, rows))
    found = np.flatnonzero(chosen >= 0)
    place = np.full(rows.size, -1)
    place[found] = np.arange(found.size)
    keep = place[of] >= 0
    m.record("left_home", m.person["key"][rows[found]])
    found_homes(
        m, rows[found], along[keep], place[of[keep]], chosen[found], paid[found], taken=m.k("savings_taken"), first=True
    )  # fmt: skip


@njit()
def _of_young_heads(here, tenure, children, persons, couple, head, following, present, household, role, labor, age):
    """Rented homes without couple and children whose householders are young enough to share."""
    homes, n = np.empty(here.size, np.int64), 0
    for h in range(here.size):
        if (here[h] == 0) | (tenure[h] != 1) | (children[h] != 0) | (persons[h] >= 4) | (couple[h] != 0):
            continue
        i = head[h]
        while i != NOBODY:
            if present[i] == 1 and household[i] == h and role[i] == 0:
                homes[n] = h
                n += np.int64((labor[i] != 4) & (ADULT <= age[i]) & (age[i] < _SHARING_AGE))
                break
            i = following[i]
    return homes[:n]


def _share_homes(
    m: Settlement, rows: np.ndarray, along: np.ndarray, of: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Move some of the young who leave alone in with others of their town; returns those who are left."""
    person, household = m.person, m.household
    alone = np.bincount(of, minlength=rows.size) == 0
    wants = alone & (person["age"][rows] < _SHARING_AGE)
    wants &= m.u("share_home", person["key"][rows]) < m.k("share_home")
    asks = np.flatnonzero(wants)
    homes = _of_young_heads(
        household["present"], household["tenure"], household["children"], household["persons"], household["couple"],
        *m.index(), person["present"], person["household"], person["role"], person["labor"], person["age"],
    )  # fmt: skip
    town = m.community.neighborhood["town"].astype(np.int64)
    here = household["neighborhood"][person["household"][rows[asks]].astype(np.int64)]
    found = next_key(town[household["neighborhood"][homes]], household["key"][homes], town[here], person["key"][rows[asks]])
    go = found >= 0
    asks, to = asks[go], homes[found[go]]
    m.record("left_home", person["key"][rows[asks]])
    rest = np.ones(rows.size, bool)
    rest[asks] = False
    others, along = m.hold("person", rows[rest]), m.hold("person", along)
    move_people(m, rows[asks], to, np.full(asks.size, 4))
    return others, along, (np.cumsum(rest) - 1)[of]
