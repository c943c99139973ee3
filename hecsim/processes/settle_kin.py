"""People on their own who move in with kin: young adults who return, and those who are doubled up.

Their home ends and they become members of the kin household. Without it every parting and every
first home would add a household for good, and a town would run out of homes.
"""

from __future__ import annotations

import numpy as np

from hecsim.processes.settle_births import move_people
from hecsim.processes.settle_rows import ADULT, Settlement, first_of, headed, members

__all__ = ["join_kin", "kin_hosts"]

_YOUNG = 35 * 12
_GENERATION = 16 * 12
_KIN = 0
_FULL = 8  # persons beyond whom no household takes anybody in


def kin_hosts(m: Settlement, homes: np.ndarray) -> np.ndarray:
    """Row of the first kin tie of each household that has a home and room, -1 if there is none."""
    household, ties, lived_in = m.household, m.community.ties, headed(m)
    leaving = np.zeros(household.size, bool)
    leaving[homes] = True
    hosts = np.full(homes.size, -1)
    for i, home in enumerate(homes.tolist()):
        near = slice(int(ties.indptr[home]), int(ties.indptr[home + 1]))
        kin = ties.index[near][ties.kind[near] == _KIN].astype(np.int64)
        kin = kin[lived_in[kin] & (household["tenure"][kin] <= 1) & ~leaving[kin]]
        kin = kin[household["persons"][kin] < _FULL]
        if kin.size:
            hosts[i] = kin[0]
    return hosts


def join_kin(m: Settlement) -> None:
    """Move some who live alone into the household of the first of their kin ties that has a home."""
    household, person = m.household, m.person
    alone = (household["present"] == 1) & (household["persons"] == 1) & (household["moved"] > 0)
    key = household["key"]
    homes = m.by_key(household, alone)
    doubled = household["tenure"][homes] == 3
    stay, join = m.k("join_kin")
    u = m.u("join_kin", key[homes])
    homes = homes[u < np.where(doubled, join, stay)]
    if not homes.size:
        return
    rows, owner = members(m.community, homes)
    single = np.bincount(owner, minlength=homes.size) == 1
    at = first_of(owner, (person["age"][rows] >= ADULT) & (person["labor"][rows] != 4), homes.size)
    fit = single & (at >= 0)
    fit &= (household["tenure"][homes] == 3) | (person["age"][rows[at]] < _YOUNG)
    homes, rows = homes[fit], rows[at[fit]]
    hosts = kin_hosts(m, homes)
    good = hosts >= 0
    if not good.any():
        return
    hosts, rows = hosts[good], rows[good]
    taking = np.unique(hosts)
    people, relative = members(m.community, taking)
    head = first_of(relative, person["role"][people] == 0, taking.size)
    elder = person["age"][people[head]].astype(np.int64)[np.searchsorted(taking, hosts)]
    role = np.where(elder - person["age"][rows] >= _GENERATION, 2, 4)
    m.record("joined_kin", person["key"][rows])
    move_people(m, rows, hosts, role)
