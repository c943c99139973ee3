"""People on their own who move in with kin: young adults who return, elders, those who are doubled up.

Their home ends and they become members of the kin household. Without it every parting and every
first home would add a household for good, and a town would run out of homes.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from hecsim.processes.settle_births import move_people
from hecsim.processes.settle_rows import ADULT, Settlement, among, distinct, first_of, members

__all__ = ["join_kin", "kin_hosts"]

_AGES = np.array([35, 65, 75]) * 12
_GENERATION = 16 * 12
_KIN = 0
_FULL = 8  # persons beyond whom no household takes anybody in


def kin_hosts(m: Settlement, homes: np.ndarray) -> np.ndarray:
    """Row of the first kin tie of each household that has a home and room, -1 if there is none."""
    household, person, ties = m.household, m.person, m.community.ties
    start = ties.indptr[homes].astype(np.int64)
    count = ties.indptr[homes + 1].astype(np.int64) - start
    of = np.repeat(np.arange(homes.size), count)
    edge = np.arange(of.size) + np.repeat(start - (np.cumsum(count) - count), count)
    other = ties.index[edge].astype(np.int64)
    fits = (ties.kind[edge] == _KIN) & (household["present"][other] == 1) & (household["tenure"][other] <= 1)
    fits &= (household["persons"][other] < _FULL) & ~among(other, homes)
    of, other = of[fits], other[fits]
    taking = distinct(other)
    people, owner = members(m, taking)
    grown = (person["role"][people] == 0) & (person["labor"][people] != 4) & (person["age"][people] >= ADULT)
    lived_in = taking[first_of(owner, grown, taking.size) >= 0]
    fits = among(other, lived_in)
    of, other = of[fits], other[fits]
    hosts = np.full(homes.size, -1)
    hosts[of[::-1]] = other[::-1]  # the last to be written is the first tie
    return hosts


@njit(cache=True, nogil=True)
def _alone(present, persons, moved):
    """Households of one person that did not move this month."""
    homes = np.empty(present.size + 1, np.int64)
    n = 0
    for h in range(present.size):
        homes[n] = h
        n += np.int64(present[h] == 1) & np.int64(persons[h] == 1) & np.int64(moved[h] > 0)
    return homes[:n].copy()


def join_kin(m: Settlement) -> None:
    """Move some who live alone into the household of the first of their kin ties that has a home."""
    household, person = m.household, m.person
    homes = _alone(household["present"], household["persons"], household["moved"])
    doubled = household["tenure"][homes] == 3
    rate = m.k("join_kin")  # by age of the person, last for those who are doubled up
    u = m.u("join_kin", household["key"][homes])
    candidates = np.flatnonzero(u < np.where(doubled, rate[-1], rate[:-1].max()))
    candidates = candidates[np.argsort(household["key"][homes[candidates]], kind="stable")]
    homes, u = homes[candidates], u[candidates]
    if not homes.size:
        return
    rows, owner = members(m, homes)
    if not rows.size:
        return
    single = np.bincount(owner, minlength=homes.size) == 1
    at = first_of(owner, (person["age"][rows] >= ADULT) & (person["labor"][rows] != 4), homes.size)
    fit = single & (at >= 0)
    of_age = rate[np.searchsorted(_AGES, person["age"][rows[at]], side="right")]
    fit &= u < np.where(household["tenure"][homes] == 3, rate[-1], of_age)
    homes, rows = homes[fit], rows[at[fit]]
    hosts = kin_hosts(m, homes)
    good = hosts >= 0
    if not good.any():
        return
    hosts, rows = hosts[good], rows[good]
    taking = distinct(hosts)
    people, relative = members(m, taking)
    head = first_of(relative, person["role"][people] == 0, taking.size)
    older = person["age"][people[head]].astype(np.int64)[np.searchsorted(taking, hosts)] - person["age"][rows]
    role = np.where(older >= _GENERATION, 2, np.where(-older >= _GENERATION, 3, 4))
    m.record("joined_kin", person["key"][rows])
    for column in ("savings", "capital_income"):  # what they live on comes along
        np.add.at(household[column], hosts, household[column][homes[good]])
    move_people(m, rows, hosts, role)
