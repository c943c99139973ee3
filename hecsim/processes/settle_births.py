"""Births and deaths, and who heads a household afterwards.

A newborn's key follows from the mother's key and the birth order, so the same child is born in
every arm and an extra birth shifts nobody's luck. What the mother lived through while pregnant is
handed to the child as `prenatal_bits`. When a householder dies or leaves, the partner or else the oldest
adult becomes householder; children without any adult move to kin, or into care.
"""

from __future__ import annotations

import numpy as np

from hecsim import luck
from hecsim.columns import ace_bit
from hecsim.compiled import njit
from hecsim.processes.settle_rows import (
    ADULT,
    NOBODY,
    Settlement,
    distinct,
    headed,
    in_order,
    members,
    take,
)

__all__ = ["births", "deaths", "move_people", "succession"]

_PARENT_DIED = ace_bit("parent died")
_BIT = _PARENT_DIED.bit_length() - 1
_PLACED_EVER = 8


def births(m: Settlement) -> None:
    """Women at term give birth: a new person row in the mother's household."""
    person = m.person
    mothers = in_order(m.concerned(), person["pregnancy"], person["present"], person["key"], 9, 255)
    if not mothers.size:
        return
    twins = m.u("twins", person["key"][mothers]) < m.k("twin_share")
    mothers = m.hold("person", np.repeat(mothers, 1 + twins))
    first = np.concatenate([[True], mothers[1:] != mothers[:-1]])
    order = person["parity"][mothers].astype(np.int64) + np.where(first, 1, 2)
    keys = luck.child_key(person["key"][mothers], order)
    children = take(m, "person", person.block_of(mothers))
    _fill_child(m, children, mothers, keys, order)
    m.touch(person["household"][mothers].astype(np.int64))
    m.record("births", keys)


@njit()
def _father(mother, head, following, present, household, role, couple):
    """Row of the mother's partner in the home, or her own row."""
    home = household[mother]
    if couple[home] > 0 and role[mother] <= 1:
        i = head[home]
        while i != NOBODY:
            if present[i] != 0 and household[i] == home and role[i] == 1 - role[mother]:
                return np.int64(i)
            i = following[i]
    return mother


@njit()
def _born(
    children, mothers, keys, order, boy_or_girl, of_father, active, temper, development, rest, inherits, infant_weight,
    head, following, couple, parenting, key, household, present, exit_, sex, race, language, role, mother_key, weight,
    stress_trait, disposition, ability, diet, diet_habit, nurturance, insurance, utility, mover, prenatal_bits, parity,
    since_birth, pregnancy,
):  # fmt: skip
    """Fill the rows of newborns from their mothers'."""
    for k in range(children.size):
        i, mother = children[k], mothers[k]
        father = _father(mother, head, following, present, household, role, couple)
        race[i] = race[father] if of_father[k] else race[mother]
        key[i], household[i], present[i], exit_[i], sex[i] = keys[k], household[mother], 1, 0, boy_or_girl[k]
        language[i], role[i], mother_key[i] = language[mother], 2 if role[mother] <= 1 else 4, key[mother]
        weight[i], utility[i], mover[i] = infant_weight, 1.0, mover[mother]
        stress_trait[i] = inherits * np.float64(stress_trait[mother]) + rest * np.float64(temper[k])
        disposition[i] = inherits * np.float64(disposition[mother]) + rest * np.float64(active[k])
        ability[i], diet[i], diet_habit[i] = development[k], diet[mother], diet_habit[mother]
        nurturance[i] = parenting[household[mother]]
        insurance[i] = 2 if insurance[mother] == 0 else insurance[mother]
        prenatal_bits[i] = prenatal_bits[mother]
    for k in range(children.size):
        mother = mothers[k]
        parity[mother] = min(order[k], 255)
        since_birth[mother], pregnancy[mother], prenatal_bits[mother] = 0, 0, 0


def _fill_child(m: Settlement, children: np.ndarray, mothers: np.ndarray, keys: np.ndarray, order: np.ndarray) -> None:
    p, h = m.person.columns, m.household.columns
    inherits = m.k("inherited")
    # Fewer babies come too early where prenatal care is good; the mean gain in development is small.
    early = m.k("prenatal_development") * m.lever("prenatal_care", p["household"][mothers].astype(np.int64))
    take_father = m.u("race_of_father", keys) < 0.5  # recorded after either parent with equal chance
    _born(
        children, mothers, keys, order, m.u("sex", keys) >= m.k("boys"), take_father, m.z("active", keys), m.z("temper", keys),
        m.z("development", keys) + early, np.sqrt(1 - inherits**2), inherits, np.atleast_1d(m.k("weight.infant_weight"))[0],
        *m.index(), h["couple"], h["parenting"], p["key"], p["household"], p["present"], p["exit"], p["sex"], p["race"],
        p["language"], p["role"], p["mother_key"], p["weight"], p["stress_trait"], p["activity_disposition"], p["development"],
        p["diet"], p["diet_habit"], p["nurturance"], p["insurance"], p["utility"], p["mover"], p["prenatal_bits"], p["parity"],
        p["since_birth"], p["pregnancy"],
    )  # fmt: skip
    m.link(children)


@njit()
def _die(
    dead, keys, head, following, present, exit_, household, role, age, mother_key, ace_bits, ace_new, ace_age, couple,
    couple_months, bereaved,
):  # fmt: skip
    """Those who die leave their homes; the young there who lose a parent or a caregiver are marked. `keys` ascend."""
    lost = np.zeros(dead.size, np.bool_)
    for i in dead:
        present[i], exit_[i] = 0, 2
        bereaved[household[i]] = 1
    for d in range(dead.size):
        if role[dead[d]] <= 1:
            h = household[dead[d]]
            couple_months[h] = 0 if couple[h] > 0 else couple_months[h]
            couple[h], lost[d] = 0, True
    for d in range(dead.size):
        h = household[dead[d]]
        i = head[h]
        while i != NOBODY:
            if present[i] != 0 and household[i] == h and age[i] < ADULT and ace_bits[i] & _PARENT_DIED == 0:
                at = np.searchsorted(keys, mother_key[i])
                orphan = mother_key[i] != 0 and at < keys.size and keys[at] == mother_key[i]
                if orphan or (lost[d] and role[i] == 2):
                    ace_bits[i] |= np.uint16(_PARENT_DIED)
                    ace_new[i] |= np.uint16(_PARENT_DIED)
                    ace_age[i, _BIT] = min(age[i] // 12, 254)
            i = following[i]


def deaths(m: Settlement) -> None:
    """Those who die leave; children who lose a parent or caregiver carry it."""
    p, h = m.person.columns, m.household.columns
    dead = m.leavers(1)
    if not dead.size:
        return
    keys, homes = p["key"][dead], distinct(p["household"][dead].astype(np.int64))
    _die(
        dead, keys, *m.index(), p["present"], p["exit"], p["household"], p["role"], p["age"], p["mother_key"], p["ace_bits"],
        p["ace_new"], p["ace_age"], h["couple"], h["couple_months"], h["bereaved"],
    )  # fmt: skip
    m.record("deaths", keys)
    m.touch(homes)
    succession(m, homes)


@njit()
def _succeed(homes, head, following, household, present, role, age, labor, key):
    """Give homes without a householder a new one; those where nobody is grown."""
    lost, n = np.empty(homes.size, np.int64), 0
    for h in homes:
        best, some, led = NOBODY, False, False
        i = head[h]
        while i != NOBODY:
            if present[i] != 0 and household[i] == h:
                some = True
                led |= role[i] == 0
                if age[i] >= ADULT:
                    # The partner before others, those at home before those in prison, then the oldest.
                    better = best == NOBODY
                    if not better:
                        mine, other = (role[i] != 1) * 2 + (labor[i] == 4), (role[best] != 1) * 2 + (labor[best] == 4)
                        older = age[i] > age[best] or (age[i] == age[best] and key[i] < key[best])
                        better = mine < other or (mine == other and older)
                    best = i if better else best
            i = following[i]
        if led or not some:
            continue
        if best == NOBODY:
            lost[n] = h
            n += 1
            continue
        # Only the partner leaves family places as they were; under another head the young are in the
        # head's care and grown relatives are others.
        widowed = role[best] == 1
        i = head[h]
        while i != NOBODY:
            if present[i] != 0 and household[i] == h:
                role[i] = 2 if age[i] < ADULT or (widowed and role[i] == 2) else 4
            i = following[i]
        role[best] = 0
    return lost[:n]


def succession(m: Settlement, homes: np.ndarray) -> None:
    """Give every one of these households that lacks a householder a new one; children alone find a home."""
    p = m.person.columns
    lost = _succeed(homes, *m.index(), p["household"], p["present"], p["role"], p["age"], p["labor"], p["key"])
    if lost.size:
        _orphans(m, lost)


def _host(m: Settlement, home: int, fit: np.ndarray) -> tuple[int, bool]:
    """Household that takes in the children of `home`, and whether it is kin; -1 if there is none."""
    ties, household = m.community.ties, m.household
    for e in range(int(ties.indptr[home]), int(ties.indptr[home + 1])):
        other = int(ties.index[e])
        if ties.kind[e] == 0 and fit[other] and other != home:
            return other, True
    near = np.flatnonzero(fit & (household["neighborhood"] == household["neighborhood"][home]))
    near = near[near != home]
    if not near.size:
        return -1, False
    # The smallest pair number wins: one household more or less rarely changes who it is.
    lot = luck.pair_key(np.full(near.size, household["key"][home], np.uint64), household["key"][near])
    return int(near[np.argmin(lot)]), False


def _orphans(m: Settlement, homes: np.ndarray) -> None:
    household, person = m.household, m.person
    homes = m.by_key(household, homes)
    # Children who find a home change neither heads nor homes, so this is found out once.
    fit = headed(m) & (household["present"] == 1) & (household["tenure"] <= 1)
    for home in homes.tolist():  # only persons get new rows here
        rows, _ = members(m, np.array([home]))
        host, kin = _host(m, home, fit)
        m.record("orphaned", person["key"][rows])
        if host < 0:
            person["present"][rows], person["exit"][rows] = 0, 3
            continue
        moved = move_people(m, rows, np.full(rows.size, host, np.int64), np.full(rows.size, 4))
        if not kin:
            person["placed"][moved] = np.maximum(person["placed"][moved], 1)
            person["cps_ever"][moved] |= np.uint8(_PLACED_EVER)


def move_people(m: Settlement, rows: np.ndarray, homes: np.ndarray, roles: np.ndarray) -> np.ndarray:
    """Move persons to other households, in this order: a new row in the new home's block.

    Always a new row, even inside a block, so that the order of members in a household does not
    depend on how the population is cut. Returns the new rows.
    """
    person = m.person
    if not rows.size:
        return rows
    m.touch(np.concatenate([person["household"][rows], homes]))
    old = m.hold("person", rows)
    fresh = m.hold("person", take(m, "person", m.household.block_of(homes), reset=False))
    person.copy_rows(old, fresh)
    _settle_moved(old, fresh, homes, roles, person["household"], person["role"], person["present"], person["exit"])
    m.link(fresh)
    m.eventful.append(fresh)
    return fresh


@njit()
def _settle_moved(old, fresh, homes, roles, household, role, present, exit_):
    for k in range(old.size):
        household[fresh[k]], role[fresh[k]] = homes[k], roles[k]
        present[old[k]], exit_[old[k]] = 0, 4
