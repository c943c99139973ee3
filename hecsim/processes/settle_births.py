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
from hecsim.processes.settle_rows import (
    ADULT,
    Settlement,
    among,
    distinct,
    first_of,
    headed,
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
    rows = m.concerned()
    mothers = m.by_key(person, rows[(person["pregnancy"][rows] >= 9) & (person["present"][rows] == 1)])
    if not mothers.size:
        return
    twins = m.u("twins", person["key"][mothers]) < m.k("twin_share")
    mothers = m.hold("person", np.repeat(mothers, 1 + twins))
    first = np.concatenate([[True], mothers[1:] != mothers[:-1]])
    order = person["parity"][mothers].astype(np.int64) + np.where(first, 1, 2)
    keys = luck.child_key(person["key"][mothers], order)
    children = take(m, "person", person.block_of(mothers))
    _fill_child(m, children, mothers, keys)
    person["parity"][mothers] = np.minimum(order, 255)
    person["since_birth"][mothers] = 0
    person["pregnancy"][mothers] = 0
    person["prenatal_bits"][mothers] = 0
    m.touch(person["household"][mothers].astype(np.int64))
    m.record("births", keys)


def _fathers(m: Settlement, mothers: np.ndarray) -> np.ndarray:
    """Row of the mother's partner in the home, or her own row."""
    person = m.person
    of = person["household"][mothers].astype(np.int64)
    homes = distinct(of)
    position = np.searchsorted(homes, of)
    rows, owner = members(m, homes)
    couple = m.household["couple"][homes] > 0
    result = mothers.copy()
    for mine, other in ((0, 1), (1, 0)):
        found = first_of(owner, person["role"][rows] == other, homes.size)[position]
        match = (person["role"][mothers] == mine) & couple[position] & (found >= 0)
        result[match] = rows[found[match]]
    return result


def _fill_child(m: Settlement, children: np.ndarray, mothers: np.ndarray, keys: np.ndarray) -> None:
    person = m.person
    fathers = _fathers(m, mothers)
    inherits = m.k("inherited")
    rest = np.sqrt(1 - inherits**2)
    # Fewer babies come too early where prenatal care is good; the mean gain in development is small.
    early = m.k("prenatal_development") * m.lever("prenatal_care", person["household"][mothers].astype(np.int64))
    take_father = m.u("race_of_father", keys) < 0.5  # recorded after either parent with equal chance
    active = inherits * person["activity_disposition"][mothers] + rest * m.z("active", keys)
    for column, value in (
        ("key", keys),
        ("household", person["household"][mothers]),
        ("present", 1),
        ("exit", 0),
        ("sex", m.u("sex", keys) >= m.k("boys")),
        ("race", np.where(take_father, person["race"][fathers], person["race"][mothers])),
        ("language", person["language"][mothers]),
        ("role", np.where(person["role"][mothers] <= 1, 2, 4)),
        ("mother_key", person["key"][mothers]),
        ("weight", np.atleast_1d(m.k("weight.infant_weight"))[0]),
        ("stress_trait", inherits * person["stress_trait"][mothers] + rest * m.z("temper", keys)),
        ("activity_disposition", active),
        ("development", m.z("development", keys) + early),
        ("diet", person["diet"][mothers]),
        ("diet_habit", person["diet_habit"][mothers]),
        ("nurturance", m.household["parenting"][person["household"][mothers].astype(np.int64)]),
        ("insurance", np.where(person["insurance"][mothers] == 0, 2, person["insurance"][mothers])),
        ("utility", 1.0),
        ("mover", person["mover"][mothers]),
        ("prenatal_bits", person["prenatal_bits"][mothers]),
    ):
        person[column][children] = value
    m.link(children)


def deaths(m: Settlement) -> None:
    """Those who die leave; children who lose a parent or caregiver carry it."""
    person, household = m.person, m.household
    dead = m.leavers(1)
    if not dead.size:
        return
    m.record("deaths", person["key"][dead])
    person["present"][dead], person["exit"][dead] = 0, 2
    homes = distinct(person["household"][dead].astype(np.int64))
    caregivers = person["household"][dead[person["role"][dead] <= 1]].astype(np.int64)
    household["couple_months"][caregivers[household["couple"][caregivers] > 0]] = 0
    household["couple"][caregivers] = 0
    household["bereaved"][homes] = 1
    rows, owner = members(m, homes)
    young = person["age"][rows] < ADULT
    lost = among(homes, caregivers)[owner] & (person["role"][rows] == 2)
    orphan = among(person["mother_key"][rows], person["key"][dead]) & (person["mother_key"][rows] != 0)
    _mark(person, rows[young & (lost | orphan)])
    m.touch(homes)
    succession(m, homes)


def _mark(person, children: np.ndarray) -> None:
    children = children[(person["ace_bits"][children] & _PARENT_DIED) == 0]
    person["ace_bits"][children] |= np.uint16(_PARENT_DIED)
    person["ace_new"][children] |= np.uint16(_PARENT_DIED)
    person["ace_age"][children, _BIT] = np.minimum(person["age"][children] // 12, 254)


def succession(m: Settlement, homes: np.ndarray) -> None:
    """Give every one of these households that lacks a householder a new one; children alone find a home."""
    person = m.person
    rows, owner = members(m, homes)
    headless = np.bincount(owner, person["role"][rows] == 0, minlength=homes.size) == 0
    rows, owner = rows[headless[owner]], owner[headless[owner]]
    if not rows.size:
        return
    role, age = person["role"][rows], person["age"][rows].astype(np.int64)
    adult = age >= ADULT
    # The partner before others, those at home before those in prison, then the oldest.
    order = np.lexsort((person["key"][rows], -age, person["labor"][rows] == 4, role != 1, owner))
    order = order[adult[order]]
    chosen = first_of(owner[order], np.ones(order.size, bool), homes.size)
    has = chosen >= 0
    head = np.full(homes.size, -1, np.int64)
    head[has] = order[chosen[has]]
    led = has[owner]
    widow = np.zeros(homes.size, bool)
    widow[has] = role[head[has]] == 1
    # Only the partner leaves family places as they were; under another head the young are in the
    # head's care and grown relatives are others.
    fresh = np.where(adult, 4, 2)
    fresh = np.where(widow[owner] & (role == 2), 2, fresh)
    person["role"][rows[led]] = fresh[led]
    person["role"][rows[head[has]]] = 0
    lost = distinct(owner[~led])
    if lost.size:
        _orphans(m, homes[lost])


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
    m.touch(person["household"][rows].astype(np.int64))
    m.touch(homes)
    old = m.hold("person", rows)
    fresh = m.hold("person", take(m, "person", m.household.block_of(homes)))
    person.copy_rows(old, fresh)
    person["household"][fresh] = homes
    person["role"][fresh] = roles
    person["present"][old], person["exit"][old] = 0, 4
    m.link(fresh)
    m.eventful.append(fresh)
    return fresh
