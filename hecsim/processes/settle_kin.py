"""People on their own who move in with kin: young adults who return, elders, those who are doubled up.

Their home ends and they become members of the kin household. Without it every parting and every
first home would add a household for good, and a town would run out of homes.
"""

from __future__ import annotations

import numpy as np

from hecsim.compiled import njit
from hecsim.processes.settle_births import move_people
from hecsim.processes.settle_rows import ADULT, NOBODY, Settlement

__all__ = ["join_kin", "kin_hosts"]

_AGES = np.array([35, 65, 75]) * 12
_GENERATION = 16 * 12
_KIN = 0
_FULL = 8  # persons beyond whom no household takes anybody in


@njit()
def _hosts(
    homes, ending, indptr, index, kind, head, following, here, tenure, persons, present, household, role, labor, age
):  # fmt: skip
    hosts = np.full(homes.size, -1, np.int64)
    for k in range(homes.size):
        for e in range(indptr[homes[k]], indptr[homes[k] + 1]):
            o = np.int64(index[e])
            if kind[e] != _KIN or here[o] != 1 or tenure[o] > 1 or persons[o] >= _FULL:
                continue
            at = np.searchsorted(ending, o)
            if at < ending.size and ending[at] == o:
                continue
            i = head[o]
            while i != NOBODY:
                if present[i] != 0 and household[i] == o and role[i] == 0 and labor[i] != 4 and age[i] >= ADULT:
                    hosts[k] = o
                    break
                i = following[i]
            if hosts[k] >= 0:
                break
    return hosts


def kin_hosts(m: Settlement, homes: np.ndarray) -> np.ndarray:
    """Row of the first kin tie of each household that has a home and room, -1 if there is none."""
    h, p, ties = m.household.columns, m.person.columns, m.community.ties
    return _hosts(
        homes, np.sort(homes), ties.indptr, ties.index, ties.kind, *m.index(), h["present"], h["tenure"], h["persons"],
        p["present"], p["household"], p["role"], p["labor"], p["age"],
    )  # fmt: skip


@njit()
def _alone(present, persons, moved):
    """Households of one person that did not move this month."""
    homes = np.empty(present.size + 1, np.int64)
    n = 0
    for h in range(present.size):
        homes[n] = h
        n += np.int64(present[h] == 1) & np.int64(persons[h] == 1) & np.int64(moved[h] > 0)
    return homes[:n].copy()


@njit()
def _who_joins(homes, u, rate, tenure, head, following, present, household, age, labor):
    """The grown person who lives alone in each home and joins kin this month, -1 if there is none."""
    rows = np.full(homes.size, -1, np.int64)
    for k in range(homes.size):
        i, members = head[homes[k]], 0
        while i != NOBODY:
            if present[i] != 0 and household[i] == homes[k]:
                members += 1
                rows[k] = i
            i = following[i]
        i = rows[k]
        if members != 1 or age[i] < ADULT or labor[i] == 4:
            rows[k] = -1
            continue
        band = 0
        while band < _AGES.size and age[i] >= _AGES[band]:
            band += 1
        if u[k] >= (rate[-1] if tenure[homes[k]] == 3 else rate[band]):
            rows[k] = -1
    return rows


@njit()
def _generations(rows, hosts, head, following, present, household, role, age):
    """Roles of those who join a household, by how much older its householder is: child, parent, other."""
    out = np.empty(rows.size, np.int64)
    for k in range(rows.size):
        older, i = 0, head[hosts[k]]
        while i != NOBODY:
            if present[i] != 0 and household[i] == hosts[k] and role[i] == 0:
                older = np.int64(age[i]) - np.int64(age[rows[k]])
                break
            i = following[i]
        out[k] = 2 if older >= _GENERATION else (3 if -older >= _GENERATION else 4)
    return out


def join_kin(m: Settlement) -> None:
    """Move some who live alone into the household of the first of their kin ties that has a home."""
    household, person = m.household.columns, m.person.columns
    homes = _alone(household["present"], household["persons"], household["moved"])
    doubled = household["tenure"][homes] == 3
    rate = m.k("join_kin")  # by age of the person, last for those who are doubled up
    u = m.u("join_kin", household["key"][homes])
    candidates = np.flatnonzero(u < np.where(doubled, rate[-1], rate[:-1].max()))
    candidates = candidates[np.argsort(household["key"][homes[candidates]], kind="stable")]
    homes, u = homes[candidates], u[candidates]
    if not homes.size:
        return
    p = person
    rows = _who_joins(
        homes, u, rate, household["tenure"], *m.index(), p["present"], p["household"], p["age"], p["labor"]
    )  # fmt: skip
    homes, rows = homes[rows >= 0], rows[rows >= 0]
    hosts = kin_hosts(m, homes)
    good = hosts >= 0
    if not good.any():
        return
    hosts, rows = hosts[good], rows[good]
    role = _generations(rows, hosts, *m.index(), p["present"], p["household"], p["role"], p["age"])
    m.record("joined_kin", person["key"][rows])
    for column in ("savings", "capital_income"):  # what they live on comes along
        np.add.at(household[column], hosts, household[column][homes[good]])
    move_people(m, rows, hosts, role)
