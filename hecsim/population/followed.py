"""Followed families begin their story at month 0, as told, whatever the year of burn-in did to them.

Burn-in brings the fast states of everybody to their level under current law. A told family has no such
year: its facts hold when the run begins. So its rows are put back as they were built.
"""

from __future__ import annotations

import numpy as np

from hecsim.community import Community

__all__ = ["restore_followed"]

_MOVED_AWAY, _CHANGED_HOUSEHOLD = 3, 4


def restore_followed(community: Community, original: Community) -> None:
    """Put the followed households of `original` and their members back as they were, in place.

    Members who left in burn-in come back; those who joined or were born in it are taken out again.
    """
    for key in community.followed:
        source = original.household_by_key(key)
        target = community.household_by_key(key)
        if source is None or target is None:
            continue
        told = original.members(source)
        keys = original.person["key"][told]
        here = community.person
        # Whoever lives in the home now, or carries a member's key elsewhere, makes room.
        away = (here["present"] == 1) & ((here["household"] == target) | np.isin(here["key"], keys))
        here["present"][away] = 0
        here["exit"][away] = np.where(np.isin(here["key"][away], keys), _CHANGED_HOUSEHOLD, _MOVED_AWAY)
        rows = np.array([int(np.flatnonzero(here["key"] == k)[0]) for k in keys])
        for name, column in original.person.columns.items():
            here[name][rows] = column[told]
        here["household"][rows] = target
        for name, column in original.household.columns.items():
            community.household[name][target] = column[source]
    _found_new_heads(community)


def _found_new_heads(community: Community) -> None:
    """Homes that lost a returning member keep a householder: the oldest one left, or they dissolve."""
    hh, pp = community.household, community.person
    present = pp["present"] == 1
    heads = np.bincount(pp["household"][present & (pp["role"] == 0)].astype(np.int64), minlength=hh.size)
    people = np.bincount(pp["household"][present].astype(np.int64), minlength=hh.size)
    for row in np.flatnonzero((hh["present"] == 1) & (heads == 0)):
        if not people[row]:
            hh["present"][row] = 0
            continue
        members = community.members(int(row))
        pp["role"][members[np.argmax(pp["age"][members])]] = 0
        hh["couple"][row] = 0
