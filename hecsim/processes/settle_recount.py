"""Homes recounted by themselves: what the roster says of those whose members changed in the month's settlement."""

from __future__ import annotations

import numpy as np

from hecsim.compiled import njit
from hecsim.processes.roster import ROSTER, roster_kernel
from hecsim.processes.settle_rows import Settlement, distinct, gathered

__all__ = ["refresh"]

_COUNTED = tuple(a.key for a in ROSTER.arguments if a.table == "person")
_COUNTS = tuple(a.key for a in ROSTER.arguments if a.table == "household" and a.key != "present")


@njit()
def _some(values, rows):
    out = np.empty(rows.size, values.dtype)
    for k in range(rows.size):
        out[k] = values[rows[k]]
    return out


@njit()
def _put(values, rows, new):
    for k in range(rows.size):
        values[rows[k]] = new[k]


@njit()
def _recount(
    homes, head, following, present, household, age, race, language, education, role, pregnancy, labor, disabled, placed,
    stress, depression, substance, ace_bits, h_present, h_persons, h_adults, h_children, h_under6, h_under13, h_youngest,
    h_elders, h_pregnant, h_race, h_education, h_language, h_workers, h_jobless_parent, h_depressed_caregiver,
    h_substance_caregiver, h_incarcerated_member, h_caregiver_stress, h_caregiver_aces, h_grandparent,
):  # fmt: skip
    """Recount these homes with the roster's loop, over copies of the rows of their members; who has none ends."""
    rows, owner = gathered(homes, head, following, household, present)
    for k in range(homes.size):
        h_present[homes[k]] = 0
    for k in owner:
        h_present[homes[k]] = 1
    of = owner.astype(np.uint32)
    new_persons, new_adults, new_children, new_under6 = (
        _some(h_persons, homes),
        _some(h_adults, homes),
        _some(h_children, homes),
        _some(h_under6, homes),
    )
    new_under13, new_youngest, new_elders, new_pregnant = (
        _some(h_under13, homes),
        _some(h_youngest, homes),
        _some(h_elders, homes),
        _some(h_pregnant, homes),
    )
    new_race, new_education, new_language, new_workers = (
        _some(h_race, homes),
        _some(h_education, homes),
        _some(h_language, homes),
        _some(h_workers, homes),
    )
    new_jobless_parent, new_depressed_caregiver, new_substance_caregiver, new_incarcerated_member = (
        _some(h_jobless_parent, homes),
        _some(h_depressed_caregiver, homes),
        _some(h_substance_caregiver, homes),
        _some(h_incarcerated_member, homes),
    )
    new_caregiver_stress, new_caregiver_aces, new_grandparent = (
        _some(h_caregiver_stress, homes),
        _some(h_caregiver_aces, homes),
        _some(h_grandparent, homes),
    )
    roster_kernel(
        _some(present, rows), of, _some(age, rows), _some(race, rows), _some(language, rows), _some(education, rows),
        _some(role, rows), _some(pregnancy, rows), _some(labor, rows), _some(disabled, rows), _some(placed, rows),
        _some(stress, rows), _some(depression, rows), _some(substance, rows), _some(ace_bits, rows), _some(h_present, homes),
        new_persons, new_adults, new_children, new_under6, new_under13, new_youngest, new_elders, new_pregnant, new_race,
        new_education, new_language, new_workers, new_jobless_parent, new_depressed_caregiver, new_substance_caregiver,
        new_incarcerated_member, new_caregiver_stress, new_caregiver_aces, new_grandparent, 0,
    )  # fmt: skip
    _put(h_persons, homes, new_persons)
    _put(h_adults, homes, new_adults)
    _put(h_children, homes, new_children)
    _put(h_under6, homes, new_under6)
    _put(h_under13, homes, new_under13)
    _put(h_youngest, homes, new_youngest)
    _put(h_elders, homes, new_elders)
    _put(h_pregnant, homes, new_pregnant)
    _put(h_race, homes, new_race)
    _put(h_education, homes, new_education)
    _put(h_language, homes, new_language)
    _put(h_workers, homes, new_workers)
    _put(h_jobless_parent, homes, new_jobless_parent)
    _put(h_depressed_caregiver, homes, new_depressed_caregiver)
    _put(h_substance_caregiver, homes, new_substance_caregiver)
    _put(h_incarcerated_member, homes, new_incarcerated_member)
    _put(h_caregiver_stress, homes, new_caregiver_stress)
    _put(h_caregiver_aces, homes, new_caregiver_aces)
    _put(h_grandparent, homes, new_grandparent)


def refresh(m: Settlement) -> None:
    """Recount touched households with the roster's own loop; those without members end."""
    if not m.touched:
        return
    h, p = m.household.columns, m.person.columns
    homes = distinct(np.concatenate(m.touched))
    homes = homes[h["present"][homes] != 0]
    _recount(homes, *m.index(), *map(p.__getitem__, _COUNTED), h["present"], *map(h.__getitem__, _COUNTS))
    m.touched.clear()
