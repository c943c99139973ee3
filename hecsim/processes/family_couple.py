"""What happens between the adults of a home: conflict, violence, separation, and parenting.

Conflict (SD, couples only) is an AR(1) around a mean that hardship, stress, substance use and
family frailty raise and support lowers. Violence between partners starts and ends as a hazard:
steep by income (Greenfeld 1998), raised by conflict, drinking and drug use, unemployment, insecure
housing, and the partners' own childhoods; it lasts longer where the home itself is insecure, which
is how stable housing lowers it (Gubits 2018). Separation has a hazard per couple by union, duration
and schooling, times drivers; the partner who leaves is marked (`p_leaving` 3) and settlement
carries the move out.

Parenting (SD per household) follows, with a half-life of months, a mean made of caregivers'
depression, stress and bandwidth, support, the neighborhood's norm, frailty and the lever, plus
what is particular to the family.
"""

from __future__ import annotations

import numpy as np

from hecsim.compiled import njit
from hecsim.luck import uniform_at, uniforms_of
from hecsim.processes.base import process
from hecsim.processes.maths import exp_, happens, home, listed

__all__ = ["CONFLICT", "COUPLE_PROCESSES", "IPV", "PARENTING", "SEPARATION"]


@njit(error_model="numpy")
def conflict_kernel(
    h_present, h_couple, h_conflict, h_hardship, h_caregiver_stress, h_substance_caregiver, h_support,
    h_frailty, lh_conflict_scale, hz_conflict, k_conflict_persistence, k_conflict_sd, k_conflict_center,
    k_conflict_hardship, k_conflict_stress, k_conflict_substance, k_conflict_support, k_conflict_frailty,
    k_conflict_unit,
):  # fmt: skip
    """Conflict of couples; 0 where there is no couple."""
    step = k_conflict_sd * np.sqrt(1.0 - k_conflict_persistence * k_conflict_persistence)
    for h in range(h_present.size):
        if h_present[h] == 0:
            continue
        if h_couple[h] == 0:
            h_conflict[h] = 0.0
            continue
        mean = k_conflict_hardship * h_hardship[h] + k_conflict_stress * h_caregiver_stress[h]
        mean += k_conflict_substance * h_substance_caregiver[h] + k_conflict_frailty * h_frailty[h]
        mean -= k_conflict_support * h_support[h] + k_conflict_center
        # The lever is a multiplier around 1; one unit of it is worth this many SD of conflict.
        mean += k_conflict_unit * (lh_conflict_scale[h] - 1.0)
        h_conflict[h] = mean + k_conflict_persistence * (h_conflict[h] - mean) + step * hz_conflict[h]


def conflict_plain(
    h_present, h_couple, h_conflict, h_hardship, h_caregiver_stress, h_substance_caregiver, h_support,
    h_frailty, lh_conflict_scale, hz_conflict, k_conflict_persistence, k_conflict_sd, k_conflict_center,
    k_conflict_hardship, k_conflict_stress, k_conflict_substance, k_conflict_support, k_conflict_frailty,
    k_conflict_unit,
):  # fmt: skip
    """Repeat the loop in plain numpy."""
    mean = k_conflict_hardship * h_hardship + k_conflict_stress * h_caregiver_stress
    mean = mean + k_conflict_substance * h_substance_caregiver + k_conflict_frailty * h_frailty
    mean = mean - k_conflict_support * h_support - k_conflict_center
    mean = mean + k_conflict_unit * (lh_conflict_scale.astype(float) - 1.0)
    step = k_conflict_sd * np.sqrt(1.0 - k_conflict_persistence * k_conflict_persistence)
    value = mean + k_conflict_persistence * (h_conflict - mean) + step * hz_conflict
    h_conflict[...] = np.where(h_present == 1, np.where(h_couple > 0, value, 0.0), h_conflict)


CONFLICT = process(
    "family.conflict",
    kernel=conflict_kernel,
    twin=conflict_plain,
    writes=("h_conflict",),
    summary="Moves couples' conflict around a mean set by hardship, stress, substance use and support.",
)


@njit(error_model="numpy")
def _income_band(ratio):
    """Income group 0 to 3: below 1, 2, 4 times the poverty line, and above."""
    return (ratio >= 1.0) + (ratio >= 2.0) + (ratio >= 4.0)


@njit(error_model="numpy")
def ipv_kernel(
    h_present, h_couple, h_conflict, h_ipv, h_ipv_months, h_poverty_ratio, h_tenure, h_eviction_clock,
    h_filing, h_crowded, h_jobless_parent, h_substance_caregiver, h_caregiver_aces, h_frailty, lh_ipv_onset,
    lh_ipv_end, hu_onset, hu_end, k_ipv_onset, k_ipv_end, k_ipv_income, k_ipv_conflict, k_ipv_substance,
    k_ipv_jobless, k_ipv_insecure, k_ipv_insecure_end, k_ipv_ace, k_ipv_frailty,
):  # fmt: skip
    """Violence between partners starts, lasts, ends; it ends when the couple does."""
    conflict, ace, frail = np.log(k_ipv_conflict), np.log(k_ipv_ace), np.log(k_ipv_frailty)
    for h in range(h_present.size):
        if h_present[h] == 0:
            continue
        insecure = (h_tenure[h] >= 2) | (h_eviction_clock[h] > 0) | (h_filing[h] > 0) | (h_crowded[h] == 1)
        if h_couple[h] == 0:
            turns = h_ipv[h] == 1
        elif h_ipv[h] == 1:
            hazard = k_ipv_end * lh_ipv_end[h]
            if insecure:
                hazard *= k_ipv_insecure_end
            turns = happens(hu_end[h], hazard)
        else:
            level = conflict * h_conflict[h] + ace * h_caregiver_aces[h] + frail * h_frailty[h]
            hazard = k_ipv_onset * lh_ipv_onset[h] * k_ipv_income[_income_band(h_poverty_ratio[h])] * exp_(level)
            hazard *= k_ipv_substance if h_substance_caregiver[h] == 1 else 1.0
            hazard *= k_ipv_jobless if h_jobless_parent[h] == 1 else 1.0
            hazard *= k_ipv_insecure if insecure else 1.0
            turns = happens(hu_onset[h], hazard)
        if turns:
            h_ipv[h] = 1 - h_ipv[h]
            h_ipv_months[h] = 0
        elif h_ipv_months[h] < 255:
            h_ipv_months[h] += 1


def ipv_plain(
    h_present, h_couple, h_conflict, h_ipv, h_ipv_months, h_poverty_ratio, h_tenure, h_eviction_clock,
    h_filing, h_crowded, h_jobless_parent, h_substance_caregiver, h_caregiver_aces, h_frailty, lh_ipv_onset,
    lh_ipv_end, hu_onset, hu_end, k_ipv_onset, k_ipv_end, k_ipv_income, k_ipv_conflict, k_ipv_substance,
    k_ipv_jobless, k_ipv_insecure, k_ipv_insecure_end, k_ipv_ace, k_ipv_frailty,
):  # fmt: skip
    """Repeat the loop in plain numpy."""
    here, ratio = h_present == 1, h_poverty_ratio
    insecure = (h_tenure >= 2) | (h_eviction_clock > 0) | (h_filing > 0) | (h_crowded == 1)
    ending = k_ipv_end * lh_ipv_end * np.where(insecure, k_ipv_insecure_end, 1.0)
    band = (ratio >= 1) * 1 + (ratio >= 2) + (ratio >= 4)
    onset = k_ipv_onset * lh_ipv_onset * k_ipv_income[band]
    onset = onset * (k_ipv_conflict ** h_conflict.astype(float) * k_ipv_ace ** h_caregiver_aces.astype(float))
    onset = onset * k_ipv_frailty ** h_frailty.astype(float)
    onset = onset * np.where(h_substance_caregiver == 1, k_ipv_substance, 1.0)
    onset = onset * np.where(h_jobless_parent == 1, k_ipv_jobless, 1.0)
    onset = onset * np.where(insecure, k_ipv_insecure, 1.0)
    stops, starts = hu_end < -np.expm1(-ending), hu_onset < -np.expm1(-onset)
    turns = here & np.where(h_couple == 0, h_ipv == 1, np.where(h_ipv == 1, stops, starts))
    months = h_ipv_months.astype(np.int64)
    h_ipv[...] = np.where(turns, 1 - h_ipv, h_ipv)
    h_ipv_months[...] = np.where(turns, 0, np.where(here, np.minimum(months + 1, 255), months))


IPV = process(
    "family.ipv",
    kernel=ipv_kernel,
    twin=ipv_plain,
    writes=("h_ipv", "h_ipv_months"),
    summary="Starts and ends violence between partners by income, conflict, substance use and housing.",
)


@njit(error_model="numpy")
def separation_kernel(
    p_present, p_household, p_role, p_sex, p_depression, p_labor, p_leaving, h_present, h_couple,
    h_couple_months, h_children, h_education, h_poverty_ratio, h_conflict, h_ipv, h_jobless_parent,
    h_substance_caregiver, h_frailty, lh_separation_scale, hu_parts, luck_h, du_leaver, h0, k_separation_married,
    k_separation_cohabiting, k_separation_child, k_separation_poor, k_separation_schooling,
    k_separation_jobless, k_separation_conflict, k_separation_ipv, k_separation_substance,
    k_separation_depression, k_separation_jail, k_separation_frailty, k_separation_man_leaves,
):  # fmt: skip
    """Which couples part this month, and which of the two leaves."""
    n = h_present.size
    # Of the two partners: bit 1 one is depressed, bit 2 one is held, from 4 on the number of men.
    pair, flags, men = np.zeros(n, np.uint8), np.empty(p_present.size, np.uint8), np.empty(p_present.size, np.uint8)
    for i in range(p_present.size):  # no branch, so that the compiler takes many people at a time
        partner = (p_present[i] == 1) & (p_role[i] <= 1)
        flags[i] = (partner & (p_depression[i] == 1)) * 1 + (partner & (p_labor[i] == 4)) * 2
        men[i] = (partner & (p_sex[i] == 0)) * 4
    for i in range(p_present.size):
        h = home(p_household[i], p_present[i], h0)
        pair[h] = (pair[h] | flags[i]) + men[i]
    conflict, frail, level = np.log(k_separation_conflict), np.log(k_separation_frailty), np.empty(n)
    for h in range(n):  # no branch, so that the compiler takes several couples at a time
        x = exp_(conflict * h_conflict[h] + frail * h_frailty[h]) * lh_separation_scale[h]
        x *= k_separation_jobless if h_jobless_parent[h] == 1 else 1.0
        x *= k_separation_ipv if h_ipv[h] == 1 else 1.0
        x *= k_separation_substance if h_substance_caregiver[h] == 1 else 1.0
        x *= k_separation_depression if pair[h] & 1 else 1.0
        level[h] = x * (k_separation_jail if pair[h] & 2 else 1.0)
    leaver, any_parts = np.full(n, 255, np.uint8), False  # 255 nobody, 0 the woman, 1 the man, 2 the partner (one sex)
    for h in range(n):
        if (h_present[h] == 0) | (h_couple[h] == 0):
            continue
        if h_couple[h] == 2:
            years = h_couple_months[h] / 12.0
            hazard = k_separation_married[(years >= 5) * 1 + (years >= 10) + (years >= 20)]
            hazard *= k_separation_schooling[h_education[h]]
        else:
            hazard = k_separation_cohabiting
            hazard *= k_separation_child if h_children[h] > 0 else 1.0
            hazard *= k_separation_poor if h_poverty_ratio[h] < 1.0 else 1.0
        if happens(hu_parts[h], hazard * level[h] / 12.0):
            leaver[h] = 2 if pair[h] >> 2 != 1 else (1 if uniform_at(luck_h, h, du_leaver) < k_separation_man_leaves else 0)
            any_parts = True
    if not any_parts:
        return
    of = np.empty(p_present.size, np.uint8)
    for i in range(p_present.size):
        partner = (p_present[i] == 1) & (p_role[i] <= 1)
        of[i] = (leaver[home(p_household[i], p_present[i], h0)] != 255) & partner
    for i in listed(of):
        who = leaver[home(p_household[i], 1, h0)]
        leaves = p_role[i] == 1 if who == 2 else p_sex[i] == 1 - who
        p_leaving[i] = 3 if leaves else p_leaving[i]


def separation_plain(
    p_present, p_household, p_role, p_sex, p_depression, p_labor, p_leaving, h_present, h_couple,
    h_couple_months, h_children, h_education, h_poverty_ratio, h_conflict, h_ipv, h_jobless_parent,
    h_substance_caregiver, h_frailty, lh_separation_scale, hu_parts, luck_h, du_leaver, h0, k_separation_married,
    k_separation_cohabiting, k_separation_child, k_separation_poor, k_separation_schooling,
    k_separation_jobless, k_separation_conflict, k_separation_ipv, k_separation_substance,
    k_separation_depression, k_separation_jail, k_separation_frailty, k_separation_man_leaves,
):  # fmt: skip
    """Repeat the loop in plain numpy."""
    hu_leaver = uniforms_of(luck_h, du_leaver)
    n = h_present.size
    pair = (p_present == 1) & (p_role <= 1)
    h = np.where(pair, p_household.astype(np.int64) - h0, 0)
    low = np.bincount(h[pair & (p_depression == 1)], minlength=n) > 0
    jailed = np.bincount(h[pair & (p_labor == 4)], minlength=n) > 0
    men = np.bincount(h[pair & (p_sex == 0)], minlength=n)
    years = h_couple_months / 12.0
    married = k_separation_married[(years >= 5) * 1 + (years >= 10) + (years >= 20)]
    married = married * k_separation_schooling[h_education]
    other = k_separation_cohabiting * np.where(h_children > 0, k_separation_child, 1.0)
    other = other * np.where(h_poverty_ratio < 1.0, k_separation_poor, 1.0)
    hazard = np.where(h_couple == 2, married, other) * lh_separation_scale
    hazard = hazard * k_separation_conflict ** h_conflict.astype(float)
    hazard = hazard * k_separation_frailty ** h_frailty.astype(float)
    for present, ratio in (
        (h_jobless_parent == 1, k_separation_jobless),
        (h_ipv == 1, k_separation_ipv),
        (h_substance_caregiver == 1, k_separation_substance),
        (low, k_separation_depression),
        (jailed, k_separation_jail),
    ):
        hazard = hazard * np.where(present, ratio, 1.0)
    parts = (h_present == 1) & (h_couple > 0) & (hu_parts < -np.expm1(-hazard / 12.0))
    who = np.where(men != 1, 2, np.where(hu_leaver < k_separation_man_leaves, 1, 0))[h]
    goes = ((who == 2) & (p_role == 1)) | ((who == 1) & (p_sex == 0)) | ((who == 0) & (p_sex == 1))
    p_leaving[...] = np.where(pair & parts[h] & goes, 3, p_leaving)


SEPARATION = process(
    "family.separation",
    kernel=separation_kernel,
    twin=separation_plain,
    writes=("p_leaving",),
    summary="Decides which couples part, by union, duration and drivers, and which partner leaves.",
)


@njit(error_model="numpy")
def parenting_kernel(
    h_present, h_neighborhood, h_parenting, h_depressed_caregiver, h_caregiver_stress, h_bandwidth,
    h_support, h_frailty, n_norm_parenting, lh_parenting_add, hz_parenting, k_parenting_half_life,
    k_parenting_sd, k_parenting_center, k_parenting_depressed, k_parenting_stress, k_parenting_bandwidth,
    k_parenting_support, k_parenting_norm, k_parenting_frailty,
):  # fmt: skip
    """Warm and consistent parenting of each household."""
    keep = 0.5 ** (1.0 / k_parenting_half_life)
    step = k_parenting_sd * np.sqrt(1.0 - keep * keep)
    for h in range(h_present.size):
        if h_present[h] == 0:
            continue
        mean = lh_parenting_add[h] - k_parenting_center - k_parenting_depressed * h_depressed_caregiver[h]
        mean += k_parenting_bandwidth * h_bandwidth[h] - k_parenting_stress * h_caregiver_stress[h]
        mean += k_parenting_support * h_support[h] + k_parenting_norm * n_norm_parenting[h_neighborhood[h]]
        mean -= k_parenting_frailty * h_frailty[h]
        h_parenting[h] = mean + keep * (h_parenting[h] - mean) + step * hz_parenting[h]


def parenting_plain(
    h_present, h_neighborhood, h_parenting, h_depressed_caregiver, h_caregiver_stress, h_bandwidth,
    h_support, h_frailty, n_norm_parenting, lh_parenting_add, hz_parenting, k_parenting_half_life,
    k_parenting_sd, k_parenting_center, k_parenting_depressed, k_parenting_stress, k_parenting_bandwidth,
    k_parenting_support, k_parenting_norm, k_parenting_frailty,
):  # fmt: skip
    """Repeat the loop in plain numpy."""
    keep = 0.5 ** (1.0 / k_parenting_half_life)
    mean = lh_parenting_add - k_parenting_center - k_parenting_depressed * h_depressed_caregiver
    mean = mean + k_parenting_bandwidth * h_bandwidth - k_parenting_stress * h_caregiver_stress
    mean = mean + k_parenting_support * h_support
    mean = mean + k_parenting_norm * n_norm_parenting[h_neighborhood.astype(np.int64)]
    mean = mean - k_parenting_frailty * h_frailty
    value = mean + keep * (h_parenting - mean) + k_parenting_sd * np.sqrt(1.0 - keep * keep) * hz_parenting
    h_parenting[...] = np.where(h_present == 1, value, h_parenting)


PARENTING = process(
    "family.parenting",
    kernel=parenting_kernel,
    twin=parenting_plain,
    writes=("h_parenting",),
    summary="Moves parenting around a mean set by mood, stress, bandwidth, support, norm and programs.",
)

COUPLE_PROCESSES = (CONFLICT, IPV, SEPARATION, PARENTING)
