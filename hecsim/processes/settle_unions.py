"""People who found a household: partners who part and grown children who leave.

Parting: `family` marks the partner who leaves; the children go with the custodial parent, mostly the
mother; a leaver without them may go to kin. Leaving home: some leave the area, some share the home of
others, the rest need a home that they can pay; who finds none stays. A leaver takes her own children
along.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from hecsim.processes.settle_births import move_people, succession
from hecsim.processes.settle_homes import Seekers, bedrooms_for, find_homes
from hecsim.processes.settle_kin import kin_hosts
from hecsim.processes.settle_rows import (
    ADULT,
    Settlement,
    among,
    distinct,
    guideline,
    members,
    next_key,
    take,
)

__all__ = [
    "first_home",
    "found_homes",
    "leave_home",
    "look_for_homes",
    "means_of",
    "own_children",
    "part",
    "settle_in",
]

# What a household that splits off does not take over from the one it comes from.
_FRESH = frozenset((
    "couple", "couple_months", "voucher", "arrears", "filing", "filed_new", "evicted_new", "eviction_clock",
    "represented", "shelter_months", "takes_tfa", "tfa_months", "care_subsidy", "care_wait", "snap", "tfa",
    "wic", "ui", "benefits", "other_income", "refund_due", "refund", "child_care", "care_cost", "care_hours",
    "ipv", "ipv_months", "conflict", "wants_move", "public_cost", "shock",
))  # fmt: skip
_SHARING_AGE = 35 * 12
_NEVER = 65535  # couple_months of people whose last union ended long ago or never was


def own_children(m: Settlement, parents: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows of minors whose mother is among these persons and lives with them, and her position."""
    person = m.person
    homes = distinct(person["household"][parents].astype(np.int64))
    rows, _ = members(m, homes)
    order = np.argsort(person["key"][parents])
    sorted_keys = person["key"][parents][order]
    at = np.minimum(np.searchsorted(sorted_keys, person["mother_key"][rows]), order.size - 1)
    parent = order[at]
    hers = sorted_keys[at] == person["mother_key"][rows]
    hers &= person["age"][rows] < ADULT
    hers &= person["household"][rows] == person["household"][parents[parent]]
    hers &= ~among(rows, parents)
    return rows[hers], parent[hers]


def found_homes(
    m: Settlement, founders: np.ndarray, rows: np.ndarray, of: np.ndarray, savings: float
) -> tuple[np.ndarray, np.ndarray]:
    """Make new households for founders, in the block where they live; `rows` go along with founder `of`.

    Founders become householders, the others their children; a share of savings and lasting income and one
    of two cars go with them. Returns the new households and those that the founders came from.
    """
    person, household = m.person, m.household
    old = m.hold("household", person["household"][founders])
    homes = take(m, "household", household.block_of(old))
    household.copy_rows(old, homes, own=True, without=_FRESH)  # these are as `take` left them, 0
    household["key"][homes] = m.home_keys(person["key"][founders])
    everyone = np.concatenate([founders, rows])
    m.unlink(everyone)
    person["household"][founders] = homes
    person["role"][founders] = 0
    person["household"][rows] = homes[of]
    person["role"][rows] = 2
    m.link(everyone)
    household["savings"][homes] = household["savings"][old] * savings
    np.multiply.at(household["savings"], old, np.float32(1.0 - savings))
    household["capital_income"][homes] = household["capital_income"][old] * savings
    np.multiply.at(household["capital_income"], old, np.float32(1.0 - savings))
    car = household["vehicles"][old] >= 2
    household["vehicles"][homes] = car
    np.subtract.at(household["vehicles"], old, car.astype(np.uint8))
    household["vehicles"][old] = np.where(household["vehicles"][old] > 200, 0, household["vehicles"][old])
    income = _income(m, founders, household["adults"][homes], household["other_income"][old])
    size = 1 + np.bincount(of, minlength=founders.size)
    ratio = income * 12 / guideline(m, size)
    band = np.searchsorted([1, 2, 4], ratio, side="right")
    for column, value in (("income_year", income * 12), ("earnings", income), ("income", income), ("resources_year", 0.0),
                          ("persons", size), ("bedrooms", bedrooms_for(size)), ("poverty_ratio", ratio),
                          ("income_band", band)):  # fmt: skip
        household[column][homes] = value
    m.touch(old)
    m.touch(homes)
    return homes, old


def _income(m: Settlement, rows: np.ndarray, adults: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Monthly income that persons would take along: earnings and their part of other income, $."""
    return m.person["earnings"][rows].astype(float) + other / np.maximum(adults.astype(float), 1.0)


def means_of(m: Settlement, rows: np.ndarray) -> np.ndarray:
    household, home = m.household, m.person["household"][rows].astype(np.int64)
    return _income(m, rows, household["adults"][home], household["other_income"][home])


def look_for_homes(m: Settlement, founders: np.ndarray, size: np.ndarray, income: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Look for rented homes for persons who live with others; their household lends its record."""
    person = m.person
    return find_homes(
        m,
        Seekers(
            key=person["key"][founders],
            homes=person["household"][founders].astype(np.int64),
            income=income,
            bedrooms=bedrooms_for(size),
            own_cost=np.zeros(founders.size),
            voucher=np.zeros(founders.size, np.uint8),
            limit=np.full(founders.size, m.k("burden_limit")[1]),
            race=person["race"][founders],
            extra=np.ones(founders.size, bool),
        ),
    )


def settle_in(m: Settlement, homes: np.ndarray, chosen: np.ndarray, paid: np.ndarray) -> None:
    household = m.household
    found = chosen >= 0
    household["neighborhood"][homes[found]] = chosen[found]
    household["tenure"][homes] = np.where(found, 1, 3)
    household["rent"][homes] = np.where(found, paid, 0.0)
    household["shelter_months"][homes] = np.where(found, 0, 1)
    household["moved"][homes] = 0


def part(m: Settlement) -> None:
    """Partners who part: the leaver founds a household, with the children if they are in her or his care."""
    person, household = m.person, m.household
    rows = m.leavers(3)
    rows = rows[person["role"][rows] <= 1]
    rows = rows[household["couple"][person["household"][rows].astype(np.int64)] > 0]
    _, first = np.unique(person["household"][rows], return_index=True)
    rows = rows[np.sort(first)]
    if not rows.size:
        return
    homes = person["household"][rows].astype(np.int64)
    everyone, owner = members(m, homes)
    other = np.zeros(homes.size, bool)
    other[owner[(person["role"][everyone] <= 1) & (everyone != rows[owner])]] = True
    mother = person["sex"][rows] == 1
    with_mother = m.u("custody", household["key"][homes]) < m.k("mother_custody")
    takes = (mother == with_mother) & other
    child = (person["age"][everyone] < ADULT) & takes[owner]
    child &= (person["role"][everyone] == 2) | (person["mother_key"][everyone] == person["key"][rows][owner])
    along, of = everyone[child], owner[child]
    m.record("separations", household["key"][homes])
    for column in ("couple", "couple_months", "conflict"):
        household[column][homes] = 0
    alone = np.bincount(of, minlength=rows.size) == 0
    hosts = np.full(rows.size, -1)
    hosts[alone] = kin_hosts(m, homes[alone])
    to_kin = (hosts >= 0) & (m.u("part_kin", person["key"][rows]) < m.k("part_kin"))
    others, along = m.hold("person", rows[~to_kin]), m.hold("person", along)
    homes = m.hold("household", homes)
    move_people(m, rows[to_kin], hosts[to_kin], np.full(int(to_kin.sum()), 4))
    # Whoever goes to kin goes without children, so all of them follow one of the others.
    rows = others
    of = (np.cumsum(~to_kin) - 1)[of]
    size = 1 + np.bincount(of, minlength=rows.size)
    chosen, paid = look_for_homes(m, rows, size, means_of(m, rows))
    new, _ = found_homes(m, rows, along, of, 0.5)
    settle_in(m, new, chosen, paid)
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
    new, parents = found_homes(m, rows[found], along[keep], place[of[keep]], m.k("savings_taken"))
    first_home(m, new, parents)
    settle_in(m, new, chosen[found], paid[found])
    m.record("left_home", m.person["key"][rows[found]])


@njit(cache=True, nogil=True)
def _of_young_heads(present, role, labor, age, household):
    """Household rows of householders young enough to share, in the order of persons."""
    homes = np.empty(present.size, np.int64)
    n = 0
    for i in range(present.size):
        if role[i] == 0 and present[i] == 1 and labor[i] != 4 and ADULT <= age[i] < _SHARING_AGE:
            homes[n] = household[i]
            n += 1
    return homes[:n].copy()


def _share_homes(
    m: Settlement, rows: np.ndarray, along: np.ndarray, of: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Move some of the young who leave alone in with others of their town; returns those who are left."""
    person, household = m.person, m.household
    alone = np.bincount(of, minlength=rows.size) == 0
    wants = alone & (person["age"][rows] < _SHARING_AGE)
    wants &= m.u("share_home", person["key"][rows]) < m.k("share_home")
    homes = _of_young_heads(person["present"], person["role"], person["labor"], person["age"], person["household"])
    fit = (household["tenure"][homes] == 1) & (household["children"][homes] == 0)
    homes = homes[fit & (household["persons"][homes] < 4) & (household["couple"][homes] == 0)]
    asks = np.flatnonzero(wants)
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


def first_home(m: Settlement, homes: np.ndarray, parents: np.ndarray) -> None:
    """Set what goes with a first home: no eviction on record, parents within reach and kept in touch with."""
    m.kin(homes, parents)
    m.household["eviction_record"][homes] = 0
    m.household["kin_nearby"][homes] = 1
    m.household["couple_months"][homes] = _NEVER
