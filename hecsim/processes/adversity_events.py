"""Adverse childhood experiences as they happen: abuse and neglect, what children live with, the womb.

Abuse and neglect: for each child and type, hazard = base rate by age x the home's risk
(hecsim.processes.adversity_risk). Exposures to what adults live through (mental illness, substance
use, violence between partners, separation, custody) and to place and want (community violence,
unstable housing, hunger, discrimination) follow from the state of the home: while it is present,
each month it may become something the child would count. A child born into an exposed home is
therefore exposed from birth, which is why these types come early. A parent's death is set by
settlement. Children in placement are away from all of this and meet a lower risk of harm.

An adversity that has happened stays. `p_ace_new` holds the types that are new this month.
"""

from __future__ import annotations

import numpy as np

from hecsim.compiled import njit
from hecsim.luck import uniform_at, uniforms_of
from hecsim.processes.ace_bits import child_band
from hecsim.processes.adversity_risk import RISK
from hecsim.processes.base import process
from hecsim.processes.maths import children, exp_, happens, home, listed, log_

__all__ = ["EVENT_PROCESSES", "EXPOSURE", "MALTREATMENT", "PRENATAL"]


@njit(error_model="numpy")
def _band(age):
    """Age group 0 to 3 (0-2, 3-5, 6-11, 12-17); the scalar `child_band`."""
    return (age >= 36) + (age >= 72) + (age >= 144)


@njit(error_model="numpy")
def maltreatment_kernel(
    p_present, p_household, p_age, p_sex, p_placed, p_ace_bits, p_ace_new, p_ace_age, h_abuse_risk,
    h_neglect_risk, pu_emotional, pu_physical, pu_sexual, pu_unloved, pu_uncared, h0, k_emotional_abuse,
    k_physical_abuse, k_sexual_abuse, k_emotional_neglect, k_physical_neglect, k_sexual_abuse_slope,
    k_sexual_abuse_sex, k_placed_risk,
):  # fmt: skip
    """First events of the five types of abuse and neglect; clears last month's `p_ace_new`."""
    for i in range(p_present.size):
        p_ace_new[i] = 0 if p_present[i] != 0 else p_ace_new[i]
    sexual = np.empty(h_abuse_risk.size)
    for h in range(h_abuse_risk.size):
        sexual[h] = exp_(k_sexual_abuse_slope * log_(max(np.float64(h_abuse_risk[h]), 1e-30)))
    hazard, luck = np.empty(5), np.empty(5)
    for i in children(p_present, p_age):
        h = home(p_household[i], 1, h0)
        abuse, neglect = np.float64(h_abuse_risk[h]), np.float64(h_neglect_risk[h])
        b, away = _band(p_age[i]), (k_placed_risk if p_placed[i] > 0 else 1.0) / 12.0
        hazard[0], luck[0] = k_emotional_abuse[b] * abuse * away, pu_emotional[i]
        hazard[1], luck[1] = k_physical_abuse[b] * abuse * away, pu_physical[i]
        hazard[2], luck[2] = k_sexual_abuse[b] * sexual[h] * k_sexual_abuse_sex[p_sex[i]] * away, pu_sexual[i]
        hazard[3], luck[3] = k_emotional_neglect[b] * neglect * away, pu_unloved[i]
        hazard[4], luck[4] = k_physical_neglect[b] * neglect * away, pu_uncared[i]
        any_kind = (luck[0] < hazard[0]) | (luck[1] < hazard[1]) | (luck[2] < hazard[2])
        if not (any_kind | (luck[3] < hazard[3]) | (luck[4] < hazard[4])):  # the bounds of `happens`
            continue
        for k in range(5):
            if (p_ace_bits[i] >> k) & 1 == 0 and happens(luck[k], hazard[k]):
                p_ace_new[i] |= 1 << k
                p_ace_age[i, k] = p_age[i] // 12
        p_ace_bits[i] |= p_ace_new[i]


def maltreatment_plain(
    p_present, p_household, p_age, p_sex, p_placed, p_ace_bits, p_ace_new, p_ace_age, h_abuse_risk,
    h_neglect_risk, pu_emotional, pu_physical, pu_sexual, pu_unloved, pu_uncared, h0, k_emotional_abuse,
    k_physical_abuse, k_sexual_abuse, k_emotional_neglect, k_physical_neglect, k_sexual_abuse_slope,
    k_sexual_abuse_sex, k_placed_risk,
):  # fmt: skip
    """Repeat the loop in plain numpy."""
    here = p_present == 1
    child = here & (p_age < 216)
    h = np.where(here, p_household.astype(np.int64) - h0, 0)
    abuse, neglect = h_abuse_risk[h].astype(float), h_neglect_risk[h].astype(float)
    b = child_band(p_age)
    sexual = k_sexual_abuse[b] * abuse**k_sexual_abuse_slope * k_sexual_abuse_sex[p_sex]
    away = np.where(p_placed > 0, k_placed_risk, 1.0)
    new = np.zeros(p_present.size, np.uint16)
    for k, (hazard, luck) in enumerate((
        (k_emotional_abuse[b] * abuse, pu_emotional),
        (k_physical_abuse[b] * abuse, pu_physical),
        (sexual, pu_sexual),
        (k_emotional_neglect[b] * neglect, pu_unloved),
        (k_physical_neglect[b] * neglect, pu_uncared),
    )):  # fmt: skip
        first = child & ((p_ace_bits >> k) & 1 == 0) & (luck < -np.expm1(-hazard * away / 12.0))
        new |= np.where(first, 1 << k, 0).astype(np.uint16)
        p_ace_age[first, k] = p_age[first] // 12
    p_ace_new[...] = np.where(here, new, p_ace_new)
    p_ace_bits[...] = p_ace_bits | new


MALTREATMENT = process(
    "adversity.maltreatment",
    kernel=maltreatment_kernel,
    twin=maltreatment_plain,
    writes=("p_ace_bits", "p_ace_new", "p_ace_age"),
    summary="First events of emotional, physical and sexual abuse and of emotional and physical neglect.",
)


@njit(error_model="numpy")
def exposure_kernel(
    p_present, p_household, p_age, p_role, p_race, p_placed, p_anxiety, p_leaving, p_ace_bits, p_ace_new,
    p_ace_age, h_neighborhood, h_couple, h_depressed_caregiver, h_substance_caregiver, h_ipv,
    h_incarcerated_member, h_gunfire, h_tenure, h_evicted_new, h_food_security, h_discrimination, h_frailty,
    n_violence, n_disadvantage, lg_policing_bias, luck_p, du_mind, du_substance, du_ipv, pu_separation, pu_jail,
    pu_violence, du_housing, du_hunger, du_unfair, h0, k_seen_mind, k_seen_substance, k_seen_ipv,
    k_seen_apart, k_seen_jail, k_seen_age, k_absent_jail, k_absent_age, k_family__arrest_policing,
    k_absent_disadvantage, k_seen_frailty, k_violence_rate, k_violence_gunfire, k_seen_unhoused,
    k_seen_hunger, k_seen_unfair, k_unfair_age,
):  # fmt: skip
    """Draw what each child lives with this month, types 5 to 13 of `columns.ACE`."""
    n = h_couple.size
    state = np.zeros(n, np.uint8)  # bit 1: a caregiver's mind, 2: parting, 4: anything else in the home
    flags = np.empty(p_present.size, np.uint8)
    for i in range(p_present.size):
        giver = (p_present[i] == 1) & (p_role[i] <= 1)
        flags[i] = (giver & (p_anxiety[i] == 2)) * 1 + (giver & (p_leaving[i] == 3)) * 2
    for i in listed(flags):
        state[home(p_household[i], 1, h0)] |= flags[i]
    frail, absent, shots = np.empty(n), np.empty(n), np.empty(n)
    for h in range(n):
        nb = h_neighborhood[h]
        shots[h], absent[h] = n_violence[nb] / 12.0, n_disadvantage[nb]
        other = (h_depressed_caregiver[h] == 1) | (h_substance_caregiver[h] == 1) | (h_ipv[h] == 1)
        other |= (h_incarcerated_member[h] == 1) | (h_evicted_new[h] == 1) | (h_tenure[h] >= 2) | (h_food_security[h] > 0)
        state[h] |= (other | (h_discrimination[h] == 1)) * 4
    part, slope = np.log(k_seen_frailty), np.log(k_absent_disadvantage)
    for h in range(n):  # the same state hurts more where the family is frail
        frail[h] = exp_(part * h_frailty[h])
        absent[h] = frail[h] * exp_(slope * absent[h]) * (k_absent_jail / 12.0)
        shots[h] *= k_violence_gunfire if h_gunfire[h] == 1 else 1.0
    rows, chance, luck = children(p_present, p_age), np.zeros(9), np.empty(9)
    may, gone, shot = np.empty(rows.size, np.uint8), np.empty(rows.size), np.empty(rows.size)
    for j in range(rows.size):  # most live with none of it, so the three chances that all may meet decide first
        i = rows[j]
        h, band = home(p_household[i], 1, h0), np.uint64(_band(p_age[i]))
        alone, apart = h_couple[h] == 0, k_seen_apart * frail[h]
        fatherless = absent[h] * (1.0 + lg_policing_bias * (k_family__arrest_policing[np.uint64(p_race[i])] - 1.0))
        fatherless = fatherless * k_absent_age[band]
        gone[j], shot[j] = fatherless if alone else 0.0, k_violence_rate[band] * shots[h]
        met = (pu_violence[i] < shot[j]) | (alone & ((pu_jail[i] < fatherless) | (pu_separation[i] < apart)))
        may[j] = (met | (state[h] != 0)) & (p_placed[i] == 0)
    for j in listed(may):
        i = rows[j]
        h, fatherless, violence = home(p_household[i], 1, h0), gone[j], shot[j]
        more, band = frail[h], _band(p_age[i])
        apart = k_seen_apart * more if h_couple[h] == 0 else 0.0
        seen = k_seen_age[band] * more
        chance[0] = k_seen_mind * seen if h_depressed_caregiver[h] == 1 or state[h] & 1 else 0.0
        chance[1] = k_seen_substance * more if h_substance_caregiver[h] == 1 else 0.0
        chance[2] = k_seen_ipv * more if h_ipv[h] == 1 else 0.0
        chance[3] = 1.0 if state[h] & 2 else apart
        chance[4] = (k_seen_jail * seen if h_incarcerated_member[h] == 1 else 0.0) + fatherless
        chance[5] = -np.expm1(-violence) if pu_violence[i] < violence else 0.0
        chance[6] = 1.0 if h_evicted_new[h] == 1 else (k_seen_unhoused if h_tenure[h] >= 2 else 0.0)
        chance[7] = k_seen_hunger[h_food_security[h] - 1] if h_food_security[h] > 0 else 0.0
        chance[8] = k_seen_unfair if h_discrimination[h] == 1 and p_age[i] >= 12.0 * k_unfair_age else 0.0
        luck[0], luck[1] = uniform_at(luck_p, i, du_mind), uniform_at(luck_p, i, du_substance)
        luck[2], luck[3] = uniform_at(luck_p, i, du_ipv), pu_separation[i]
        luck[4], luck[5], luck[6] = pu_jail[i], pu_violence[i], uniform_at(luck_p, i, du_housing)
        luck[7], luck[8] = uniform_at(luck_p, i, du_hunger), uniform_at(luck_p, i, du_unfair)
        fresh = 0
        for k in range(9):
            fresh |= (luck[k] < chance[k]) << (5 + k)
        fresh &= ~np.int64(p_ace_bits[i])
        if fresh != 0:
            for k in range(5, 14):
                if (fresh >> k) & 1:
                    p_ace_age[i, k] = p_age[i] // 12
            p_ace_new[i] |= fresh
            p_ace_bits[i] |= p_ace_new[i]


def exposure_plain(
    p_present, p_household, p_age, p_role, p_race, p_placed, p_anxiety, p_leaving, p_ace_bits, p_ace_new,
    p_ace_age, h_neighborhood, h_couple, h_depressed_caregiver, h_substance_caregiver, h_ipv,
    h_incarcerated_member, h_gunfire, h_tenure, h_evicted_new, h_food_security, h_discrimination, h_frailty,
    n_violence, n_disadvantage, lg_policing_bias, luck_p, du_mind, du_substance, du_ipv, pu_separation, pu_jail,
    pu_violence, du_housing, du_hunger, du_unfair, h0, k_seen_mind, k_seen_substance, k_seen_ipv,
    k_seen_apart, k_seen_jail, k_seen_age, k_absent_jail, k_absent_age, k_family__arrest_policing,
    k_absent_disadvantage, k_seen_frailty, k_violence_rate, k_violence_gunfire, k_seen_unhoused,
    k_seen_hunger, k_seen_unfair, k_unfair_age,
):  # fmt: skip
    """Repeat the loop in plain numpy."""
    pu_mind = uniforms_of(luck_p, du_mind)
    pu_substance = uniforms_of(luck_p, du_substance)
    pu_ipv = uniforms_of(luck_p, du_ipv)
    pu_housing = uniforms_of(luck_p, du_housing)
    pu_hunger = uniforms_of(luck_p, du_hunger)
    pu_unfair = uniforms_of(luck_p, du_unfair)
    n, here = h_couple.size, p_present == 1
    h = np.where(here, p_household.astype(np.int64) - h0, 0)
    adult = here & (p_role <= 1)
    severe = np.bincount(h[adult & (p_anxiety == 2)], minlength=n) > 0
    parts = np.bincount(h[adult & (p_leaving == 3)], minlength=n) > 0
    child = here & (p_age < 216) & (p_placed == 0)
    nb = h_neighborhood.astype(np.int64)[h]
    alone = h_couple[h] == 0
    policing = 1.0 + lg_policing_bias * (k_family__arrest_policing[p_race] - 1.0)
    frail = k_seen_frailty ** h_frailty[h].astype(float)
    seen = k_seen_age[child_band(p_age)] * frail
    absent = k_absent_jail / 12.0 * k_absent_age[child_band(p_age)] * policing * frail
    absent = absent * k_absent_disadvantage ** n_disadvantage[nb].astype(float)
    heard = np.where(h_gunfire[h] == 1, k_violence_gunfire, 1.0)
    place = -np.expm1(-k_violence_rate[child_band(p_age)] * n_violence[nb].astype(float) * heard / 12.0)
    unfair = (h_discrimination[h] == 1) & (p_age >= 12.0 * k_unfair_age)
    new = np.zeros(p_present.size, np.uint16)
    for k, (chance, luck) in enumerate((
        (((h_depressed_caregiver == 1) | severe)[h] * k_seen_mind * seen, pu_mind),
        ((h_substance_caregiver[h] == 1) * k_seen_substance * frail, pu_substance),
        ((h_ipv[h] == 1) * k_seen_ipv * frail, pu_ipv),
        (np.where(parts[h], 1.0, alone * k_seen_apart * frail), pu_separation),
        ((h_incarcerated_member[h] == 1) * k_seen_jail * seen + alone * absent, pu_jail),
        (place, pu_violence),
        (np.where(h_evicted_new[h] == 1, 1.0, (h_tenure[h] >= 2) * k_seen_unhoused), pu_housing),
        (np.append(0.0, k_seen_hunger)[h_food_security[h]], pu_hunger),
        (unfair * k_seen_unfair, pu_unfair),
    ), start=5):  # fmt: skip
        first = child & (luck < chance) & ((p_ace_bits >> k) & 1 == 0)
        new |= np.where(first, 1 << k, 0).astype(np.uint16)
        p_ace_age[first, k] = p_age[first] // 12
    p_ace_new[...] = p_ace_new | new
    p_ace_bits[...] = p_ace_bits | new


EXPOSURE = process(
    "adversity.exposure",
    kernel=exposure_kernel,
    twin=exposure_plain,
    writes=("p_ace_bits", "p_ace_new", "p_ace_age"),
    summary="Turns what adults and places live through into exposures of the children who live there.",
)


@njit(error_model="numpy")
def prenatal_kernel(
    p_present, p_household, p_pregnancy, p_depression, p_anxiety, p_substance, p_prenatal_bits,
    h_neighborhood, h_ipv, h_couple, h_couple_months, h_incarcerated_member, h_gunfire, h_tenure,
    h_evicted_new, h_food_security, h_discrimination, n_violence, h0,
):  # fmt: skip
    """Note what a pregnant woman lives through, in the bits of `columns.ACE`, for her child."""
    for i in range(p_present.size):
        if p_present[i] == 0 or p_pregnancy[i] == 0:
            continue
        h = np.int64(p_household[i]) - h0
        bits = 0 if p_pregnancy[i] == 1 else np.int64(p_prenatal_bits[i])
        bits |= (p_depression[i] == 1 or p_anxiety[i] == 2) << 5
        bits |= (p_substance[i] == 1) << 6
        bits |= (h_ipv[h] == 1) << 7
        bits |= (h_couple[h] == 0 and h_couple_months[h] <= 9) << 8
        bits |= (h_incarcerated_member[h] == 1) << 9
        bits |= (h_gunfire[h] == 1 and n_violence[h_neighborhood[h]] > 1.0) << 10
        bits |= (h_tenure[h] >= 2 or h_evicted_new[h] == 1) << 11
        bits |= (h_food_security[h] == 2) << 12
        bits |= (h_discrimination[h] == 1) << 13
        p_prenatal_bits[i] = bits


def prenatal_plain(
    p_present, p_household, p_pregnancy, p_depression, p_anxiety, p_substance, p_prenatal_bits,
    h_neighborhood, h_ipv, h_couple, h_couple_months, h_incarcerated_member, h_gunfire, h_tenure,
    h_evicted_new, h_food_security, h_discrimination, n_violence, h0,
):  # fmt: skip
    """Repeat the loop in plain numpy."""
    expecting = (p_present == 1) & (p_pregnancy > 0)
    h = np.where(p_present == 1, p_household.astype(np.int64) - h0, 0)
    bits = np.where(p_pregnancy == 1, 0, p_prenatal_bits.astype(np.int64))
    loud = (h_gunfire == 1) & (n_violence[h_neighborhood.astype(np.int64)] > 1.0)
    for k, lived in (
        (5, (p_depression == 1) | (p_anxiety == 2)),
        (6, p_substance == 1),
        (7, h_ipv[h] == 1),
        (8, ((h_couple == 0) & (h_couple_months <= 9))[h]),
        (9, h_incarcerated_member[h] == 1),
        (10, loud[h]),
        (11, ((h_tenure >= 2) | (h_evicted_new == 1))[h]),
        (12, h_food_security[h] == 2),
        (13, h_discrimination[h] == 1),
    ):
        bits = bits | (lived.astype(np.int64) << k)
    p_prenatal_bits[...] = np.where(expecting, bits, p_prenatal_bits)


PRENATAL = process(
    "adversity.prenatal",
    kernel=prenatal_kernel,
    twin=prenatal_plain,
    writes=("p_prenatal_bits",),
    summary="Notes what a pregnant woman lives through.",
)

EVENT_PROCESSES = (RISK, MALTREATMENT, EXPOSURE, PRENATAL)
