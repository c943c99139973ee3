"""Depression, substance use disorder, anxiety, their treatment, and what would move a person to take part.

Onset is a hazard: a base rate by age times hazard ratios of drivers (unemployment, violence
between partners, own childhood adversity, stress, food insecurity, poverty, a recent birth or
eviction, family frailty) times a lever. Recovery from depression falls with the time already spent in the
episode (Spijker 2002; Coryell 1994; Eaton 1997), so a chronic minority holds most of the
prevalence. Treatment multiplies recovery and remission. People who were depressed before fall
ill again at the recurrence hazard, which the same drivers multiply.

Each of these is a state of an adult; a child's exposure follows from living with it
(hecsim.processes.adversity_events). Positive childhood experiences lower onset additively
beside adversities (Bethell 2019), not as a factor that cancels them.
"""

from __future__ import annotations

import numpy as np

from hecsim.compiled import njit
from hecsim.processes.ace_bits import CORE_COUNT, CORE_MASK, age_band
from hecsim.processes.base import process
from hecsim.processes.maths import core_count, exp_, happens, home, listed

__all__ = ["ANXIETY", "DEPRESSION", "MIND_PROCESSES", "MOTIVE", "SUBSTANCE", "TREATMENT"]

_MONTHS_MAX = 255


@njit(error_model="numpy")
def depression_kernel(
    p_present, p_household, p_age, p_sex, p_role, p_labor, p_ace_bits, p_pce, p_stress, p_since_birth,
    p_substance, p_treated, p_depression, p_depression_months, p_depressed_ever, h_ipv, h_youngest,
    h_food_security, h_poverty_ratio, h_frailty, h_eviction_clock, lp_depression_onset, pu_onset, pu_recovery, h0,
    k_stress__first_age,
    k_depression_onset, k_depression_recurrence, k_depression_sex, k_depression_unemployed,
    k_depression_ipv, k_depression_ace, k_depression_pce, k_depression_pce_reference, k_depression_stress,
    k_depression_food, k_depression_poor, k_depression_eviction, k_depression_eviction_months, k_housing__eviction_window,
    k_depression_birth, k_depression_birth_partner,
    k_depression_birth_months, k_depression_substance, k_depression_frailty, k_depression_recovery, k_depression_treated,
):  # fmt: skip
    """Onset, recurrence and recovery of depressive episodes."""
    n, first = p_present.size, np.int64(k_stress__first_age * 12.0)
    ace, pce, strain = np.log(k_depression_ace), np.log(k_depression_pce), np.log(k_depression_stress)
    b0, b1, b2 = k_depression_onset[0] / 12.0, k_depression_onset[1] / 12.0, k_depression_onset[2] / 12.0
    b3, b4, b5 = k_depression_onset[3] / 12.0, k_depression_onset[4] / 12.0, k_depression_onset[5] / 12.0
    r0, r1, r2, r3 = k_depression_recovery[0], k_depression_recovery[1], k_depression_recovery[2], k_depression_recovery[3]
    man, woman = k_depression_sex[0], k_depression_sex[1]
    settled = k_housing__eviction_window - k_depression_eviction_months  # the clock counts down from the window
    family = np.empty(h_ipv.size)
    for h in range(h_ipv.size):
        x = np.log(k_depression_frailty) * h_frailty[h]
        x += np.log(k_depression_food) if h_food_security[h] >= 1 else 0.0
        x += np.log(k_depression_poor) if h_poverty_ratio[h] < 1.0 else 0.0
        x += np.log(k_depression_eviction) if h_eviction_clock[h] > settled else 0.0
        family[h] = x
    violence, infant = np.log(k_depression_ipv), np.log(k_depression_birth_partner)
    hazard, u = np.empty(n), np.empty(n)
    for i in range(n):
        h, giver = home(p_household[i], p_present[i], h0), p_role[i] <= 1
        other = giver & (h_youngest[h] < k_depression_birth_months) & (p_since_birth[i] >= k_depression_birth_months)
        hazard[i] = family[h] + (violence if giver & (h_ipv[h] == 1) else 0.0) + (infant if other else 0.0)
    for i in range(n):
        # No branch from here to the end of this loop, so that the compiler takes several people at a time.
        level = hazard[i] + ace * core_count(p_ace_bits[i]) + strain * p_stress[i]
        x = exp_(level + pce * (p_pce[i] - k_depression_pce_reference)) * lp_depression_onset[i]
        x *= k_depression_unemployed if p_labor[i] == 2 else 1.0
        x *= k_depression_birth if p_since_birth[i] < k_depression_birth_months else 1.0
        x *= k_depression_substance if p_substance[i] == 1 else 1.0
        age, months, ill = p_age[i], p_depression_months[i], p_depression[i] == 1
        base = b1 if age >= 216 else b0
        base = b2 if age >= 312 else base
        base = b3 if age >= 420 else base
        base = b4 if age >= 600 else base
        base = b5 if age >= 780 else base
        base = max(base, k_depression_recurrence) if p_depressed_ever[i] == 1 else base
        base = base * (man if p_sex[i] == 0 else woman) * x
        ends = r1 if months >= 3 else r0
        ends = r2 if months >= 6 else ends
        ends = r3 if months >= 12 else ends
        ends *= k_depression_treated if p_treated[i] & 1 else 1.0
        base = ends if ill else base
        here = (p_present[i] != 0) & (age >= first)
        hazard[i] = base if here else 0.0
        u[i] = pu_recovery[i] if ill else pu_onset[i]
        p_depression_months[i] = months + ((months < _MONTHS_MAX) & here)
    for i in range(n):
        if happens(u[i], hazard[i]):
            p_depression[i] = 1 - p_depression[i]
            p_depression_months[i] = 0
            p_depressed_ever[i] = 1


def depression_plain(
    p_present, p_household, p_age, p_sex, p_role, p_labor, p_ace_bits, p_pce, p_stress, p_since_birth,
    p_substance, p_treated, p_depression, p_depression_months, p_depressed_ever, h_ipv, h_youngest,
    h_food_security, h_poverty_ratio, h_frailty, h_eviction_clock, lp_depression_onset, pu_onset, pu_recovery, h0,
    k_stress__first_age,
    k_depression_onset, k_depression_recurrence, k_depression_sex, k_depression_unemployed,
    k_depression_ipv, k_depression_ace, k_depression_pce, k_depression_pce_reference, k_depression_stress,
    k_depression_food, k_depression_poor, k_depression_eviction, k_depression_eviction_months, k_housing__eviction_window,
    k_depression_birth, k_depression_birth_partner,
    k_depression_birth_months, k_depression_substance, k_depression_frailty, k_depression_recovery, k_depression_treated,
):  # fmt: skip
    """Repeat the loop in plain numpy."""
    at_risk = (p_present == 1) & (p_age >= int(k_stress__first_age * 12))
    h = np.where(p_present == 1, p_household.astype(np.int64) - h0, 0)
    months = p_depression_months.astype(np.int64)
    recovery = k_depression_recovery[(months >= 3) * 1 + (months >= 6) + (months >= 12)]
    recovery = recovery * np.where(p_treated & 1, k_depression_treated, 1.0)
    onset = k_depression_onset[age_band(p_age)] / 12.0
    onset = np.where(p_depressed_ever == 1, np.maximum(onset, k_depression_recurrence), onset)
    onset = onset * k_depression_sex[p_sex] * k_depression_stress ** p_stress.astype(float)
    onset = onset * k_depression_ace ** CORE_COUNT[p_ace_bits & CORE_MASK]
    onset = onset * k_depression_pce ** (p_pce.astype(float) - k_depression_pce_reference)
    onset = onset * k_depression_frailty ** h_frailty[h].astype(float)
    newborn = h_youngest < k_depression_birth_months
    for present, ratio in (
        (p_labor == 2, k_depression_unemployed),
        ((h_ipv[h] == 1) & (p_role <= 1), k_depression_ipv),
        (h_food_security[h] >= 1, k_depression_food),
        (h_poverty_ratio[h] < 1.0, k_depression_poor),
        (h_eviction_clock[h] > k_housing__eviction_window - k_depression_eviction_months, k_depression_eviction),
        (p_since_birth < k_depression_birth_months, k_depression_birth),
        (newborn[h] & (p_role <= 1) & (p_since_birth >= k_depression_birth_months), k_depression_birth_partner),
        (p_substance == 1, k_depression_substance),
    ):
        onset = onset * np.where(present, ratio, 1.0)
    falls_ill = pu_onset < -np.expm1(-onset * lp_depression_onset)
    turns = at_risk & np.where(p_depression == 1, pu_recovery < -np.expm1(-recovery), falls_ill)
    p_depression[...] = np.where(turns, 1 - p_depression, p_depression)
    p_depressed_ever[...] = np.where(turns, 1, p_depressed_ever)
    longer = np.where(at_risk, np.minimum(months + 1, _MONTHS_MAX), months)
    p_depression_months[...] = np.where(turns, 0, longer)


DEPRESSION = process(
    "family.depression",
    kernel=depression_kernel,
    twin=depression_plain,
    writes=("p_depression", "p_depression_months", "p_depressed_ever"),
    summary="Starts, repeats and ends depressive episodes by age, drivers, duration and treatment.",
)


@njit(error_model="numpy")
def substance_kernel(
    p_present, p_household, p_age, p_sex, p_labor, p_ace_bits, p_stress, p_depression, p_treated,
    p_substance, h_frailty, pu_onset, pu_remission, h0, k_substance_onset, k_substance_sex,
    k_substance_unemployed, k_substance_ace, k_substance_stress, k_substance_depression,
    k_substance_frailty, k_substance_remission, k_substance_treated, k_stress__first_age,
):  # fmt: skip
    """Onset and remission of substance use disorder."""
    n, first = p_present.size, np.int64(k_stress__first_age * 12.0)
    ace, strain, frail = np.log(k_substance_ace), np.log(k_substance_stress), np.log(k_substance_frailty)
    b0, b1, b2 = k_substance_onset[0] / 12.0, k_substance_onset[1] / 12.0, k_substance_onset[2] / 12.0
    b3, b4, b5 = k_substance_onset[3] / 12.0, k_substance_onset[4] / 12.0, k_substance_onset[5] / 12.0
    man, woman, remission = k_substance_sex[0], k_substance_sex[1], k_substance_remission / 12.0
    hazard, u = np.empty(n), np.empty(n)
    for i in range(n):
        hazard[i] = frail * h_frailty[home(p_household[i], p_present[i], h0)]
    for i in range(n):  # no branch, so that the compiler takes several people at a time
        age, ill = p_age[i], p_substance[i] == 1
        base = b1 if age >= 216 else b0
        base = b2 if age >= 312 else base
        base = b3 if age >= 420 else base
        base = b4 if age >= 600 else base
        base = b5 if age >= 780 else base
        x = base * (man if p_sex[i] == 0 else woman)
        x *= exp_(hazard[i] + ace * core_count(p_ace_bits[i]) + strain * p_stress[i])
        x *= k_substance_unemployed if p_labor[i] == 2 else 1.0
        x *= k_substance_depression if p_depression[i] == 1 else 1.0
        ends = remission * (k_substance_treated if p_treated[i] & 2 else 1.0)
        x = ends if ill else x
        hazard[i] = x if (p_present[i] != 0) & (age >= first) else 0.0
        u[i] = pu_remission[i] if ill else pu_onset[i]
    for i in range(n):
        if happens(u[i], hazard[i]):
            p_substance[i] = 1 - p_substance[i]


def substance_plain(
    p_present, p_household, p_age, p_sex, p_labor, p_ace_bits, p_stress, p_depression, p_treated,
    p_substance, h_frailty, pu_onset, pu_remission, h0, k_substance_onset, k_substance_sex,
    k_substance_unemployed, k_substance_ace, k_substance_stress, k_substance_depression,
    k_substance_frailty, k_substance_remission, k_substance_treated, k_stress__first_age,
):  # fmt: skip
    """Repeat the loop in plain numpy."""
    at_risk = (p_present == 1) & (p_age >= int(k_stress__first_age * 12))
    h = np.where(p_present == 1, p_household.astype(np.int64) - h0, 0)
    ends = k_substance_remission / 12.0 * np.where(p_treated & 2, k_substance_treated, 1.0)
    onset = k_substance_onset[age_band(p_age)] / 12.0 * k_substance_sex[p_sex]
    onset = onset * k_substance_ace ** CORE_COUNT[p_ace_bits & CORE_MASK]
    onset = onset * k_substance_stress ** p_stress.astype(float)
    onset = onset * k_substance_frailty ** h_frailty[h].astype(float)
    onset = onset * np.where(p_labor == 2, k_substance_unemployed, 1.0)
    onset = onset * np.where(p_depression == 1, k_substance_depression, 1.0)
    after = np.where(p_substance == 1, pu_remission >= -np.expm1(-ends), pu_onset < -np.expm1(-onset))
    p_substance[...] = np.where(at_risk, after, p_substance)


SUBSTANCE = process(
    "family.substance",
    kernel=substance_kernel,
    twin=substance_plain,
    writes=("p_substance",),
    summary="Starts and ends substance use disorder from age, drivers and treatment.",
)


@njit(error_model="numpy")
def anxiety_kernel(
    p_present, p_household, p_age, p_sex, p_role, p_stress, p_depression, p_released, p_treated, p_anxiety,
    h_ipv, h_gunfire, pu_worse, pu_better, h0, k_anxiety_onset, k_anxiety_worse, k_anxiety_better,
    k_anxiety_treated, k_anxiety_sex, k_anxiety_stress, k_anxiety_depression, k_anxiety_ipv,
    k_anxiety_gunfire, k_anxiety_released, k_anxiety_released_months, k_stress__first_age,
):  # fmt: skip
    """Anxiety moves one step at a time between none, moderate, and severe with panic."""
    n, first = p_present.size, np.int64(k_stress__first_age * 12.0)
    onset, worse, ends = k_anxiety_onset / 12.0, k_anxiety_worse / 12.0, k_anxiety_better / 12.0
    man, woman, strain = k_anxiety_sex[0], k_anxiety_sex[1], np.log(k_anxiety_stress)
    up, down = np.empty(n), np.empty(n)
    for i in range(n):
        h = home(p_household[i], p_present[i], h0)
        x = k_anxiety_ipv if (h_ipv[h] == 1) & (p_role[i] <= 1) else 1.0
        up[i] = x * (k_anxiety_gunfire if h_gunfire[h] == 1 else 1.0)
    for i in range(n):  # no branch, so that the compiler takes several people at a time
        level = p_anxiety[i]
        x = up[i] * exp_(strain * p_stress[i]) * (man if p_sex[i] == 0 else woman)
        x *= k_anxiety_depression if p_depression[i] == 1 else 1.0
        x *= k_anxiety_released if p_released[i] < k_anxiety_released_months else 1.0
        x *= onset if level == 0 else worse
        here = (p_present[i] != 0) & (p_age[i] >= first)
        better = ends * (k_anxiety_treated if p_treated[i] & 1 else 1.0)
        up[i] = x if here & (level < 2) else 0.0
        down[i] = better if here & (level > 0) else 0.0
    for i in range(n):
        if (pu_worse[i] < up[i]) | (pu_better[i] < down[i]):  # the bounds of `happens`, one test for both
            if happens(pu_worse[i], up[i]):
                p_anxiety[i] += 1
            elif happens(pu_better[i], down[i]):
                p_anxiety[i] -= 1


def anxiety_plain(
    p_present, p_household, p_age, p_sex, p_role, p_stress, p_depression, p_released, p_treated, p_anxiety,
    h_ipv, h_gunfire, pu_worse, pu_better, h0, k_anxiety_onset, k_anxiety_worse, k_anxiety_better,
    k_anxiety_treated, k_anxiety_sex, k_anxiety_stress, k_anxiety_depression, k_anxiety_ipv,
    k_anxiety_gunfire, k_anxiety_released, k_anxiety_released_months, k_stress__first_age,
):  # fmt: skip
    """Repeat the loop in plain numpy."""
    at_risk = (p_present == 1) & (p_age >= int(k_stress__first_age * 12))
    h = np.where(p_present == 1, p_household.astype(np.int64) - h0, 0)
    hazard = k_anxiety_sex[p_sex] * k_anxiety_stress ** p_stress.astype(float)
    for present, ratio in (
        (p_depression == 1, k_anxiety_depression),
        ((h_ipv[h] == 1) & (p_role <= 1), k_anxiety_ipv),
        (h_gunfire[h] == 1, k_anxiety_gunfire),
        (p_released < k_anxiety_released_months, k_anxiety_released),
    ):
        hazard = hazard * np.where(present, ratio, 1.0)
    level = p_anxiety.astype(np.int64)
    hazard = hazard * np.where(level == 0, k_anxiety_onset, k_anxiety_worse) / 12.0
    better = k_anxiety_better / 12.0 * np.where(p_treated & 1, k_anxiety_treated, 1.0)
    up = (level < 2) & (pu_worse < -np.expm1(-hazard))
    down = ~up & (level > 0) & (pu_better < -np.expm1(-better))
    p_anxiety[...] = np.where(at_risk, level + up - down, level)


ANXIETY = process(
    "family.anxiety",
    kernel=anxiety_kernel,
    twin=anxiety_plain,
    writes=("p_anxiety",),
    summary="Moves anxiety between none, moderate and severe from stress, depression, violence and release.",
)


@njit(error_model="numpy")
def treatment_kernel(
    p_present, p_household, p_race, p_insurance, p_depression, p_anxiety, p_substance, p_treated,
    h_neighborhood, h_help_seeking, n_stigma, lp_treatment_depression, lp_treatment_substance,
    lg_service_bias, pu_enter_mood, pu_enter_substance, pu_leave_mood, pu_leave_substance, h0,
    k_treatment_mood, k_treatment_substance, k_treatment_drop_mood, k_treatment_drop_substance,
    k_treatment_uninsured, k_treatment_help, k_treatment_stigma, k_treatment_service,
):  # fmt: skip
    """Who enters, stays in and leaves treatment: bit 1 for depression or anxiety, bit 2 for substance use."""
    asked = np.empty(p_present.size, np.uint8)
    for i in range(p_present.size):  # most people have nothing to be treated
        asked[i] = (p_present[i] != 0) & ((p_treated[i] | p_depression[i] | p_anxiety[i] | p_substance[i]) != 0)
    help_, stigma = np.log(k_treatment_help), np.log(k_treatment_stigma)
    for i in listed(asked):
        treated, mood, use = p_treated[i], (p_depression[i] != 0) | (p_anxiety[i] != 0), p_substance[i] != 0
        h = home(p_household[i], p_present[i], h0)
        access = 1.0 + lg_service_bias * (k_treatment_service[p_race[i]] - 1.0)
        access *= exp_(help_ * h_help_seeking[h] + stigma * n_stigma[h_neighborhood[h]])
        access *= k_treatment_uninsured if p_insurance[i] == 0 else 1.0
        enters = pu_enter_mood[i] < k_treatment_mood * access + lp_treatment_depression[i]
        begins = pu_enter_substance[i] < k_treatment_substance * access + lp_treatment_substance[i]
        stays = (pu_leave_mood[i] >= k_treatment_drop_mood) if treated & 1 else enters
        keeps = (pu_leave_substance[i] >= k_treatment_drop_substance) if treated & 2 else begins
        p_treated[i] = (mood & stays) * 1 + (use & keeps) * 2


def treatment_plain(
    p_present, p_household, p_race, p_insurance, p_depression, p_anxiety, p_substance, p_treated,
    h_neighborhood, h_help_seeking, n_stigma, lp_treatment_depression, lp_treatment_substance,
    lg_service_bias, pu_enter_mood, pu_enter_substance, pu_leave_mood, pu_leave_substance, h0,
    k_treatment_mood, k_treatment_substance, k_treatment_drop_mood, k_treatment_drop_substance,
    k_treatment_uninsured, k_treatment_help, k_treatment_stigma, k_treatment_service,
):  # fmt: skip
    """Repeat the loop in plain numpy."""
    here = p_present == 1
    h = np.where(here, p_household.astype(np.int64) - h0, 0)
    stigma = n_stigma[h_neighborhood[h].astype(np.int64)].astype(float)
    access = 1.0 + lg_service_bias * (k_treatment_service[p_race] - 1.0)
    access = access * (k_treatment_help ** h_help_seeking[h].astype(float) * k_treatment_stigma**stigma)
    access = access * np.where(p_insurance == 0, k_treatment_uninsured, 1.0)
    mood_in, mood = (p_treated & 1) > 0, (p_depression == 1) | (p_anxiety > 0)
    use_in, use = (p_treated & 2) > 0, p_substance == 1
    enters = pu_enter_mood < k_treatment_mood * access + lp_treatment_depression
    begins = pu_enter_substance < k_treatment_substance * access + lp_treatment_substance
    stays = np.where(mood_in, pu_leave_mood >= k_treatment_drop_mood, enters)
    keeps = np.where(use_in, pu_leave_substance >= k_treatment_drop_substance, begins)
    p_treated[...] = np.where(here, (mood & stays) * 1 + (use & keeps) * 2, p_treated)


TREATMENT = process(
    "family.treatment",
    kernel=treatment_kernel,
    twin=treatment_plain,
    writes=("p_treated",),
    summary="Brings people into treatment for depression, anxiety and substance use, and out of it.",
)


@njit(error_model="numpy")
def motive_kernel(
    p_present, p_household, p_age, p_role, p_bmi, p_diabetes, p_hypertension, p_cvd, p_motive, h_tenure,
    h_filing, h_eviction_clock, h_children, h0, k_motive_bmi,
):  # fmt: skip
    """Rank motives: an unsafe roof comes first, then the child's future, then one's own health."""
    roof = np.empty(h_tenure.size, np.uint8)  # bit 1 unsafe roof, bit 2 children
    for h in range(h_tenure.size):
        unsafe = (h_tenure[h] >= 2) | (h_filing[h] > 0) | (h_eviction_clock[h] > 0)
        roof[h] = unsafe * 1 + (h_children[h] > 0) * 2
    of = np.empty(p_present.size, np.uint8)
    for i in range(p_present.size):
        of[i] = roof[home(p_household[i], p_present[i], h0)]
    for i in range(p_present.size):
        ill = (p_diabetes[i] + p_hypertension[i] + p_cvd[i] > 0) | (p_bmi[i] >= k_motive_bmi)
        motive = 2 if ill else 0
        motive = 1 if (p_role[i] <= 1) & (of[i] >= 2) else motive
        motive = 3 if (of[i] & 1) != 0 else motive
        motive = motive if p_age[i] >= 216 else 0
        p_motive[i] = motive if p_present[i] != 0 else p_motive[i]


def motive_plain(
    p_present, p_household, p_age, p_role, p_bmi, p_diabetes, p_hypertension, p_cvd, p_motive, h_tenure,
    h_filing, h_eviction_clock, h_children, h0, k_motive_bmi,
):  # fmt: skip
    """Repeat the loop in plain numpy."""
    here = p_present == 1
    h = np.where(here, p_household.astype(np.int64) - h0, 0)
    roof = (h_tenure[h] >= 2) | (h_filing[h] > 0) | (h_eviction_clock[h] > 0)
    child = (p_role <= 1) & (h_children[h] > 0)
    ill = (p_diabetes == 1) | (p_hypertension == 1) | (p_cvd == 1) | (p_bmi >= k_motive_bmi)
    motive = np.where(roof, 3, np.where(child, 1, np.where(ill, 2, 0)))
    p_motive[...] = np.where(here, np.where(p_age >= 216, motive, 0), p_motive)


MOTIVE = process(
    "family.motive",
    kernel=motive_kernel,
    twin=motive_plain,
    writes=("p_motive",),
    summary="Says what would move an adult to take part: housing, the child's future, or health.",
)

MIND_PROCESSES = (DEPRESSION, SUBSTANCE, ANXIETY, TREATMENT, MOTIVE)
