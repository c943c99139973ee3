"""Roster: months pass, and every household is counted from its members.

`AGEING` moves ages, months since birth and months of a union on, and clears last month's
decisions `p_leaving` and `h_wants_move`. `ROSTER` recounts all household columns of the group
"roster" from the persons. The two are apart because settlement recounts the households it touched
without anybody growing older.

Who counts. A member in jail or prison (`labor` 4) or a child in out-of-home placement (`placed`)
belongs to the household but is not at home: not counted in sizes, workers, caregiver means or the
budget. The imprisoned member is what `incarcerated_member` says. Caregivers are the householder and
the partner (roles 0 and 1) who are at home. A household with nobody at home has youngest 65535, so
that "younger than" tests are false.
"""

from __future__ import annotations

import numpy as np

from hecsim.columns import N_CORE_ACES
from hecsim.compiled import njit
from hecsim.processes.base import process
from hecsim.processes.maths import core_count, home, listed

__all__ = ["AGEING", "NOBODY", "ROSTER"]

NOBODY = 65535  # youngest of a household with nobody at home
_ADULT, _SIX, _THIRTEEN, _ELDER = 18 * 12, 6 * 12, 13 * 12, 60 * 12
_CORE = (1 << N_CORE_ACES) - 1


@njit(error_model="numpy")
def ageing_kernel(p_present, p_age, p_since_birth, p_leaving, h_present, h_couple_months, h_wants_move):
    for i in range(p_present.size):
        if p_present[i] == 0:
            continue
        p_age[i] = min(int(p_age[i]) + 1, 65535)
        p_since_birth[i] = min(int(p_since_birth[i]) + 1, 255)
        p_leaving[i] = 0
    for h in range(h_present.size):
        if h_present[h] != 0:
            h_couple_months[h] = min(int(h_couple_months[h]) + 1, 65535)
            h_wants_move[h] = 0


def ageing_plain(p_present, p_age, p_since_birth, p_leaving, h_present, h_couple_months, h_wants_move):
    here, home = p_present != 0, h_present != 0
    p_age[here] = np.minimum(p_age[here].astype(np.int64) + 1, 65535)
    p_since_birth[here] = np.minimum(p_since_birth[here].astype(np.int64) + 1, 255)
    p_leaving[here] = 0
    h_couple_months[home] = np.minimum(h_couple_months[home].astype(np.int64) + 1, 65535)
    h_wants_move[home] = 0


AGEING = process(
    "roster.ageing",
    kernel=ageing_kernel,
    twin=ageing_plain,
    writes=("p_age", "p_since_birth", "p_leaving", "h_couple_months", "h_wants_move"),
    summary="A month passes for everybody.",
)


@njit(error_model="numpy")
def roster_kernel(
    p_present, p_household, p_age, p_race, p_language, p_education, p_role, p_pregnancy, p_labor,
    p_disabled, p_placed, p_stress, p_depression, p_substance, p_ace_bits, h_present, h_persons, h_adults,
    h_children, h_under6, h_under13, h_youngest, h_elders, h_pregnant, h_race, h_education, h_language,
    h_workers, h_jobless_parent, h_depressed_caregiver, h_substance_caregiver, h_incarcerated_member,
    h_caregiver_stress, h_caregiver_aces, h_grandparent, h0,
):  # fmt: skip
    n, people = h_present.size, p_present.size
    # Counts of a household side by side in two words, flags and schooling in a third, added up person by person.
    # First: persons, children, below 6, below 13. Second: elders, workers, caregivers, their ACEs.
    first, second, flags = np.empty(people, np.int64), np.empty(people, np.int64), np.empty(people, np.uint16)
    strain, heads = np.empty(people), np.empty(people, np.uint8)
    ages = np.empty(people, np.uint16)
    for i in range(people):  # no branch, so that the compiler takes several people at a time
        here, age = p_present[i] != 0, p_age[i]
        member = here & (p_labor[i] != 4) & (p_placed[i] == 0)
        elder = (age >= _ELDER) | (p_disabled[i] == 1)  # as food stamps and housing count them
        one = 1 + ((age < _ADULT) << 16) + ((age < _SIX) << 32) + ((age < _THIRTEEN) << 48)
        first[i] = one if member else 0
        ages[i] = age if member else np.uint16(NOBODY)
        giver = member & (p_role[i] <= 1)
        aces = np.int64(core_count(p_ace_bits[i])) if giver else 0
        two = (elder * 1) + ((p_labor[i] == 1) << 16)
        second[i] = (two if member else 0) + (giver << 32) + (aces << 48)
        strain[i] = p_stress[i] if giver else 0.0
        bits = (p_pregnancy[i] > 0) * 1 + (p_role[i] == 3) * 2
        bits = bits if member else 0
        cares = (p_labor[i] == 2) * 4 + (p_depression[i] != 0) * 8 + (p_substance[i] != 0) * 16
        bits += cares if giver else 0
        bits += 32 if here & (p_labor[i] == 4) else 0
        bits += (64 << p_education[i]) if here & (p_role[i] <= 1) else 0
        flags[i] = bits
        heads[i] = here & (p_role[i] == 0)
    counts, others, marks = np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(n, np.uint16)
    stress, youngest = np.zeros(n), np.full(n, NOBODY, np.uint16)
    for i in range(people):
        h = home(p_household[i], p_present[i], h0)
        counts[h] += first[i]
        others[h] += second[i]
        marks[h] |= flags[i]
        stress[h] += strain[i]
        youngest[h] = min(youngest[h], ages[i])
    for i in listed(heads):
        h = home(p_household[i], 1, h0)
        h_race[h], h_language[h] = p_race[i], p_language[i]
    # No branch either, and few columns a loop, so that the compiler takes many homes at a time.
    for h in range(n):
        here, a = h_present[h] != 0, counts[h]
        persons, children = a & 0xFFFF, (a >> 16) & 0xFFFF
        h_persons[h] = min(persons, 255) if here else h_persons[h]
        h_adults[h] = min(persons - children, 255) if here else h_adults[h]
        h_children[h] = min(children, 255) if here else h_children[h]
        h_under6[h] = min((a >> 32) & 0xFFFF, 255) if here else h_under6[h]
        h_under13[h] = min(a >> 48, 255) if here else h_under13[h]
    for h in range(n):
        here, b = h_present[h] != 0, others[h]
        h_elders[h] = min(b & 0xFFFF, 255) if here else h_elders[h]
        h_workers[h] = min((b >> 16) & 0xFFFF, 255) if here else h_workers[h]
        givers = max((b >> 32) & 0xFFFF, 1)
        h_caregiver_stress[h] = stress[h] / givers if here else h_caregiver_stress[h]
        h_caregiver_aces[h] = (b >> 48) / givers if here else h_caregiver_aces[h]
    for h in range(n):
        here, bits = h_present[h] != 0, marks[h]
        h_youngest[h] = youngest[h] if here else h_youngest[h]
        h_pregnant[h] = bits & 1 if here else h_pregnant[h]
        h_grandparent[h] = (bits >> 1) & 1 if here else h_grandparent[h]
        h_jobless_parent[h] = (bits >> 2) & 1 if here else h_jobless_parent[h]
    for h in range(n):
        here, bits = h_present[h] != 0, marks[h]
        h_depressed_caregiver[h] = (bits >> 3) & 1 if here else h_depressed_caregiver[h]
        h_substance_caregiver[h] = (bits >> 4) & 1 if here else h_substance_caregiver[h]
        h_incarcerated_member[h] = (bits >> 5) & 1 if here else h_incarcerated_member[h]
        schooling = bits >> 6
        h_education[h] = (schooling >= 2) * 1 + (schooling >= 4) * 1 + (schooling >= 8) * 1 if here else h_education[h]


def roster_plain(
    p_present, p_household, p_age, p_race, p_language, p_education, p_role, p_pregnancy, p_labor,
    p_disabled, p_placed, p_stress, p_depression, p_substance, p_ace_bits, h_present, h_persons, h_adults,
    h_children, h_under6, h_under13, h_youngest, h_elders, h_pregnant, h_race, h_education, h_language,
    h_workers, h_jobless_parent, h_depressed_caregiver, h_substance_caregiver, h_incarcerated_member,
    h_caregiver_stress, h_caregiver_aces, h_grandparent, h0,
):  # fmt: skip
    home = h_present != 0
    here = p_present != 0
    of = p_household[here].astype(np.int64) - h0
    role, age, labor = p_role[here], p_age[here].astype(np.int64), p_labor[here]
    in_home = (labor != 4) & (p_placed[here] == 0)
    giver = in_home & (role <= 1)

    def count(mask, out):
        n = np.bincount(of[mask], minlength=home.size)
        out[home] = np.minimum(n, 255)[home]

    def any_of(mask, out):
        out[home] = (np.bincount(of[mask], minlength=home.size) > 0)[home]

    count(in_home, h_persons)
    count(in_home & (age >= _ADULT), h_adults)
    count(in_home & (age < _ADULT), h_children)
    count(in_home & (age < _SIX), h_under6)
    count(in_home & (age < _THIRTEEN), h_under13)
    count(in_home & ((age >= _ELDER) | (p_disabled[here] == 1)), h_elders)
    count(in_home & (labor == 1), h_workers)
    any_of(in_home & (p_pregnancy[here] > 0), h_pregnant)
    any_of(in_home & (role == 3), h_grandparent)
    any_of(labor == 4, h_incarcerated_member)
    any_of(giver & (labor == 2), h_jobless_parent)
    any_of(giver & (p_depression[here] != 0), h_depressed_caregiver)
    any_of(giver & (p_substance[here] != 0), h_substance_caregiver)
    youngest = np.full(home.size, NOBODY)
    np.minimum.at(youngest, of[in_home], age[in_home])
    h_youngest[home] = youngest[home]
    head = role == 0
    h_race[of[head]] = p_race[here][head]
    h_language[of[head]] = p_language[here][head]
    education = np.zeros(home.size, np.int64)
    np.maximum.at(education, of[role <= 1], p_education[here][role <= 1])
    h_education[home] = education[home]
    bits = p_ace_bits[here][giver].astype(np.int64) & _CORE
    core = sum((bits >> b) & 1 for b in range(N_CORE_ACES))
    n = np.maximum(np.bincount(of[giver], minlength=home.size), 1)
    stress = np.bincount(of[giver], p_stress[here][giver].astype(np.float64), minlength=home.size)
    h_caregiver_stress[home] = (stress / n)[home]
    h_caregiver_aces[home] = (np.bincount(of[giver], core, minlength=home.size) / n)[home]


ROSTER = process(
    "roster",
    kernel=roster_kernel,
    twin=roster_plain,
    writes=(
        "h_persons", "h_adults", "h_children", "h_under6", "h_under13", "h_youngest", "h_elders",
        "h_pregnant", "h_race", "h_education", "h_language", "h_workers", "h_jobless_parent",
        "h_depressed_caregiver", "h_substance_caregiver", "h_incarcerated_member", "h_caregiver_stress",
        "h_caregiver_aces", "h_grandparent",
    ),
    summary="Counts every household from its members.",
)  # fmt: skip
