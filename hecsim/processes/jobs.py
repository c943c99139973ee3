"""The terms of a job: wage, hours, schedule, leave, and what is earned this month.

A new job's log wage moves part of the way (`wage_pull`, more for young graduates) to what peers of the same
education, age and sex are paid, plus a step (a loss after unemployment, a gain for job changers) and chance. The wage is
what an hour would bring without a statutory minimum (down to the federal one); an hour is paid no less than the minimum, so
that those whom it lifts stay at it as long as their wage is below, and do not rise from it by chance. Work on own account
brings in what it does, with a lower median and a wider spread, and has neither employer, paid leave nor unemployment
insurance. Hours, and with them earnings, vary from month to month, most where schedules are unstable or work is found
by the day.

Paid leave: 12 weeks around a birth; the weeks on leave in a month are min(leave_weeks, 4), so income
pays the benefit for that many weeks while earnings fall by the same.

Sources: BLS 2024 earnings by education; Davis and von Wachter 2011; NWLC on Connecticut schedules.
"""

from __future__ import annotations

import numpy as np

from hecsim.clock import WEEKS_PER_MONTH
from hecsim.compiled import njit
from hecsim.luck import normal_at, normals_of, uniform_at, uniforms_of
from hecsim.processes.base import process
from hecsim.processes.labor_terms import DAILY, NOBODY, OWN, age_group, fade, of_three, paid
from hecsim.processes.maths import home, listed

__all__ = ["JOBS", "LEAVE", "PAY", "SCHEDULE"]

_WORKS = 1
_DEGREE = 3  # bachelor or more
_SETTLED = 35 * 12  # months of age; before, the pay of a degree is still to be reached
_NO_GROUP = 8  # stands for those whose wage does not grow
_LEAVE_STEP = 4  # whole weeks of leave taken in a month


@njit(error_model="numpy")
def leave_kernel(
    p_present, p_sex, p_role, p_labor, p_job_kind, p_since_birth, p_household, p_leave_weeks, h_youngest, pu_take,
    lg_paid_leave, k_leave_weeks, k_leave_take_up, h0,
):  # fmt: skip
    man, woman = k_leave_take_up[0] * lg_paid_leave, k_leave_take_up[1] * lg_paid_leave
    may, most = np.empty(p_present.size, np.uint8), np.int64(k_leave_weeks)
    for i in range(p_present.size):  # no branch, so that the compiler takes many people at a time
        works, mother = (p_present[i] != 0) & (p_labor[i] == _WORKS), p_sex[i] == 1
        left = max(p_leave_weeks[i], _LEAVE_STEP) - _LEAVE_STEP
        p_leave_weeks[i] = left if works else p_leave_weeks[i]
        takes = pu_take[i] < (woman if mother else man)
        may[i] = works & (p_job_kind[i] != OWN) & (p_role[i] <= 1) & takes & (~mother | (p_since_birth[i] == 1))
    for i in listed(may):  # the roster has just made newborns one month old
        if p_sex[i] == 1 or h_youngest[home(p_household[i], 1, h0)] == 1:
            p_leave_weeks[i] = most


def leave_plain(
    p_present, p_sex, p_role, p_labor, p_job_kind, p_since_birth, p_household, p_leave_weeks, h_youngest, pu_take,
    lg_paid_leave, k_leave_weeks, k_leave_take_up, h0,
):  # fmt: skip
    i = np.flatnonzero((p_present > 0) & (p_labor == _WORKS))
    h = p_household[i].astype(np.int64) - h0
    born = (p_role[i] <= 1) & np.where(p_sex[i] == 1, p_since_birth[i] == 1, h_youngest[h] == 1)
    takes = born & (p_job_kind[i] != OWN) & (pu_take[i] < k_leave_take_up[p_sex[i]] * lg_paid_leave)
    left = np.maximum(p_leave_weeks[i].astype(np.int64) - _LEAVE_STEP, 0)
    p_leave_weeks[i] = np.where(takes, int(k_leave_weeks), left)


@njit(error_model="numpy")
def _usual_hours(u, wage, share, slope, reference, short, full, sex):
    """Weekly hours at the number u; `share` works part time at the reference wage, more at lower pay."""
    part = min(share * (np.float64(wage) / reference) ** slope, 0.95)
    u = np.float64(u)
    if u < part:
        return short[0] + (short[1] - short[0]) * u / part
    rest = (u - part) / (1.0 - part)  # squared: most full-time weeks lie near the lower end, few are very long
    return full[0] + (full[1 + np.int64(sex)] - full[0]) * rest**2


@njit(error_model="numpy")
def jobs_kernel(
    p_present, p_age, p_sex, p_race, p_education, p_disabled, p_record, p_record_months, p_labor, p_employer,
    p_attachment, p_unemployed_months, p_job_months, p_wage, p_hours, p_job_kind, b_wage_offer, pu_turn, luck_p,
    dz_wage, dz_own, du_hours, du_keep, du_day,
    lp_record_penalty, lg_hiring_bias, lg_minimum_wage,
    k_federal_minimum_wage, k_wage, k_wage_sd, k_wage_age, k_wage_sex, k_wage_race, k_wage_disability, k_record_wage,
    k_record_half_life,
    k_wage_pull, k_wage_step, k_rehire_step, k_change_step, k_wage_growth, k_part_time, k_part_time_wage,
    k_part_time_reference, k_part_time_attachment, k_part_hours, k_full_hours, k_hours_keep, k_hours_turn,
    k_day_labor, k_own_account, k_own_pay, k_own_pay_sd, k_minimum_reach,
):  # fmt: skip
    n, growth = p_present.size, np.exp(k_wage_growth / 12.0)
    group, new, turns = np.empty(n, np.uint8), np.empty(n, np.uint8), np.empty(n, np.uint8)
    most = np.max(k_hours_turn)
    for i in range(n):  # no branch, so that the compiler takes many people at a time
        works = (p_present[i] != 0) & (p_labor[i] == _WORKS)
        group[i] = age_group(p_age[i], p_sex[i]) if works & (p_job_months[i] > 0) else _NO_GROUP
        new[i] = works & (p_job_months[i] == 0)
        turns[i] = works & (p_job_months[i] > 0) & (pu_turn[i] < most)
    factor = np.ones(_NO_GROUP + 1)
    for g in range(growth.size):  # one by one: to compile the assignment of a slice takes longer than all the rest
        factor[g] = growth[g]
    for i in range(n):
        p_wage[i] *= factor[np.uint64(group[i])]
    for i in listed(turns):  # other hours in the same job: studies end, children grow
        g = age_group(p_age[i], p_sex[i])
        if pu_turn[i] < k_hours_turn[g]:
            p_hours[i] = _usual_hours(
                uniform_at(luck_p, i, du_hours), paid(np.float64(p_wage[i]), p_job_kind[i], lg_minimum_wage, k_minimum_reach),
                k_part_time[g] * k_part_time_attachment[np.int64(p_attachment[i])], k_part_time_wage, k_part_time_reference,
                k_part_hours, k_full_hours, p_sex[i],
            )  # fmt: skip
    for i in listed(new):
        g = age_group(p_age[i], p_sex[i])
        e = np.int64(p_education[i])
        weight = fade(p_record_months[i], k_record_half_life) * np.float64(lp_record_penalty[i])
        target = k_wage[e] * k_wage_age[g] * k_wage_sex[np.int64(p_sex[i])]
        target *= 1.0 + lg_hiring_bias * (k_wage_race[np.int64(p_race[i])] - 1.0)
        target *= 1.0 - k_record_wage[np.int64(p_record[i])] * weight
        target *= k_wage_disability if p_disabled[i] > 0 else 1.0
        z = np.float64(normal_at(luck_p, i, dz_wage))
        if p_wage[i] <= 0.0 or p_job_kind[i] == OWN:  # what a business brought in says nothing of a wage
            log_wage = np.log(target) + k_wage_sd[e] * z
        else:
            log_wage = np.log(np.float64(p_wage[i]))
            log_wage += (
                k_wage_pull[1 if e < _DEGREE or p_age[i] >= _SETTLED else 0] * (np.log(target) - log_wage) + k_wage_step * z
            )
            log_wage += k_rehire_step if p_unemployed_months[i] > 0 else k_change_step
        offer = 1.0 if p_employer[i] == NOBODY else np.float64(b_wage_offer[p_employer[i]])
        u = np.float64(uniform_at(luck_p, i, du_day))
        p_job_kind[i] = DAILY if u < k_day_labor[e] else (OWN if u >= 1.0 - k_own_account[g] else 0)
        if p_job_kind[i] == OWN:
            p_employer[i] = NOBODY
            p_wage[i] = np.exp(log_wage + k_own_pay + k_own_pay_sd * np.float64(normal_at(luck_p, i, dz_own)))
        else:
            p_wage[i] = max(np.exp(log_wage) * offer, k_federal_minimum_wage)
        p_job_months[i] = 1
        p_unemployed_months[i] = 0
        if p_hours[i] > 0.0 and uniform_at(luck_p, i, du_keep) < k_hours_keep:
            continue
        p_hours[i] = _usual_hours(
            uniform_at(luck_p, i, du_hours), paid(np.float64(p_wage[i]), p_job_kind[i], lg_minimum_wage, k_minimum_reach),
            k_part_time[g] * k_part_time_attachment[np.int64(p_attachment[i])], k_part_time_wage, k_part_time_reference,
            k_part_hours, k_full_hours, p_sex[i],
        )  # fmt: skip


def jobs_plain(
    p_present, p_age, p_sex, p_race, p_education, p_disabled, p_record, p_record_months, p_labor, p_employer,
    p_attachment, p_unemployed_months, p_job_months, p_wage, p_hours, p_job_kind, b_wage_offer, pu_turn, luck_p,
    dz_wage, dz_own, du_hours, du_keep, du_day,
    lp_record_penalty, lg_hiring_bias, lg_minimum_wage,
    k_federal_minimum_wage, k_wage, k_wage_sd, k_wage_age, k_wage_sex, k_wage_race, k_wage_disability, k_record_wage,
    k_record_half_life,
    k_wage_pull, k_wage_step, k_rehire_step, k_change_step, k_wage_growth, k_part_time, k_part_time_wage,
    k_part_time_reference, k_part_time_attachment, k_part_hours, k_full_hours, k_hours_keep, k_hours_turn,
    k_day_labor, k_own_account, k_own_pay, k_own_pay_sd, k_minimum_reach,
):  # fmt: skip
    pz_wage = normals_of(luck_p, dz_wage)
    pz_own = normals_of(luck_p, dz_own)
    pu_hours = uniforms_of(luck_p, du_hours)
    pu_keep = uniforms_of(luck_p, du_keep)
    pu_day = uniforms_of(luck_p, du_day)
    works = (p_present > 0) & (p_labor == _WORKS)
    stays = np.flatnonzero(works & (p_job_months > 0))
    g = age_group.py_func(p_age[stays], p_sex[stays])
    p_wage[stays] = p_wage[stays].astype(np.float64) * np.exp(k_wage_growth[g] / 12.0)
    i = np.flatnonzero(works & (p_job_months == 0))
    g, e = age_group.py_func(p_age[i], p_sex[i]), p_education[i]
    weight = fade.py_func(p_record_months[i], k_record_half_life) * lp_record_penalty[i].astype(np.float64)
    target = k_wage[e] * k_wage_age[g] * k_wage_sex[p_sex[i]]
    target *= 1.0 + lg_hiring_bias * (k_wage_race[p_race[i]] - 1.0)
    target *= 1.0 - k_record_wage[p_record[i]] * weight
    target *= np.where(p_disabled[i] > 0, k_wage_disability, 1.0)
    z = pz_wage[i].astype(np.float64)
    new = (p_wage[i] <= 0) | (p_job_kind[i] == OWN)
    old = np.log(np.where(new, 1.0, p_wage[i].astype(np.float64)))
    step = np.where(p_unemployed_months[i] > 0, k_rehire_step, k_change_step)
    moved = old + k_wage_pull[((e < _DEGREE) | (p_age[i] >= _SETTLED)) * 1] * (np.log(target) - old) + k_wage_step * z + step
    log_wage = np.where(new, np.log(target) + k_wage_sd[e] * z, moved)
    known = p_employer[i] != NOBODY
    offer = np.ones(i.size)
    offer[known] = b_wage_offer[p_employer[i][known]]
    u = pu_day[i].astype(np.float64)
    p_job_kind[i] = np.where(u < k_day_labor[e], DAILY, np.where(u >= 1.0 - k_own_account[g], OWN, 0))
    alone = p_job_kind[i] == OWN
    p_employer[i[alone]] = NOBODY
    business = np.exp(log_wage + k_own_pay + k_own_pay_sd * pz_own[i].astype(np.float64))
    p_wage[i] = np.where(alone, business, np.maximum(np.exp(log_wage) * offer, k_federal_minimum_wage))
    fresh = i[~((p_hours[i] > 0) & (pu_keep[i] < k_hours_keep))]
    of_stays = age_group.py_func(p_age[stays], p_sex[stays])
    redraws = np.concatenate([stays[pu_turn[stays] < k_hours_turn[of_stays]], fresh])
    g = age_group.py_func(p_age[redraws], p_sex[redraws])
    part = paid.py_func(p_wage[redraws].astype(np.float64), p_job_kind[redraws], lg_minimum_wage, k_minimum_reach)
    part = part / k_part_time_reference
    part = np.minimum(k_part_time[g] * k_part_time_attachment[p_attachment[redraws]] * part**k_part_time_wage, 0.95)
    u = pu_hours[redraws].astype(np.float64)
    rest = np.maximum(u - part, 0.0) / np.maximum(1.0 - part, 1e-12)
    p_hours[redraws] = np.where(
        u < part,
        k_part_hours[0] + (k_part_hours[1] - k_part_hours[0]) * u / part,
        k_full_hours[0] + (k_full_hours[1 + p_sex[redraws].astype(np.int64)] - k_full_hours[0]) * rest**2,
    )
    p_unemployed_months[i] = 0
    p_job_months[i] = 1


@njit(error_model="numpy")
def schedule_kernel(
    p_present, p_labor, p_education, p_employer, p_unstable, p_job_kind, b_stable_schedule, pu_turn,
    luck_p, du_unstable,
    lg_unstable_reduction, k_unstable, k_stable_elsewhere, k_schedule_turn,
):  # fmt: skip
    turns = np.empty(p_present.size, np.uint8)
    for i in range(p_present.size):
        turns[i] = (p_present[i] != 0) & (p_labor[i] == _WORKS) & (pu_turn[i] < k_schedule_turn)
    for i in listed(turns):
        stable = k_stable_elsewhere
        if p_employer[i] != NOBODY:
            stable = np.float64(b_stable_schedule[p_employer[i]])
        chance = (1.0 - stable) * k_unstable[np.int64(p_education[i])] * max(1.0 - lg_unstable_reduction, 0.0)
        unstable = p_job_kind[i] == DAILY or (p_job_kind[i] != OWN and uniform_at(luck_p, i, du_unstable) < chance)
        p_unstable[i] = 1 if unstable else 0


def schedule_plain(
    p_present, p_labor, p_education, p_employer, p_unstable, p_job_kind, b_stable_schedule, pu_turn,
    luck_p, du_unstable,
    lg_unstable_reduction, k_unstable, k_stable_elsewhere, k_schedule_turn,
):  # fmt: skip
    pu_unstable = uniforms_of(luck_p, du_unstable)
    i = np.flatnonzero((p_present > 0) & (p_labor == _WORKS) & (pu_turn < k_schedule_turn))
    stable = np.full(i.size, float(k_stable_elsewhere))
    known = p_employer[i] != NOBODY
    stable[known] = b_stable_schedule[p_employer[i][known]]
    chance = (1.0 - stable) * k_unstable[p_education[i]] * max(1.0 - lg_unstable_reduction, 0.0)
    p_unstable[i] = (p_job_kind[i] == DAILY) | ((p_job_kind[i] != OWN) & (pu_unstable[i] < chance))


@njit(error_model="numpy")
def pay_kernel(
    p_present, p_labor, p_wage, p_hours, p_unstable, p_job_kind, p_leave_weeks, p_earnings, p_earnings_year,
    pz_hours, lp_wage_scale, lg_minimum_wage, k_hours_spread, k_minimum_reach, calendar_month,
):  # fmt: skip
    spread = (k_hours_spread[0], k_hours_spread[2], k_hours_spread[3])  # by kind of job
    extra = k_hours_spread[1] - k_hours_spread[0]  # where the schedule is unstable
    before = 0.0 if calendar_month == 0 else 1.0
    for i in range(p_present.size):  # no branch, so that the compiler takes several people at a time
        here = p_present[i] != 0
        kind = p_job_kind[i]
        varies = of_three(kind, spread) + (extra if (kind == 0) & (p_unstable[i] > 0) else 0.0)
        hours = np.float64(p_hours[i]) * min(max(1.0 + varies * np.float64(pz_hours[i]), 0.0), 2.0)
        rate = paid(np.float64(p_wage[i]) * np.float64(lp_wage_scale[i]), kind, lg_minimum_wage, k_minimum_reach)
        weeks = WEEKS_PER_MONTH - min(np.int64(p_leave_weeks[i]), _LEAVE_STEP)
        earned = rate * hours * weeks if p_labor[i] == _WORKS else 0.0
        p_earnings[i] = earned if here else p_earnings[i]
        p_earnings_year[i] = earned + before * np.float64(p_earnings_year[i]) if here else p_earnings_year[i]


def pay_plain(
    p_present, p_labor, p_wage, p_hours, p_unstable, p_job_kind, p_leave_weeks, p_earnings, p_earnings_year,
    pz_hours, lp_wage_scale, lg_minimum_wage, k_hours_spread, k_minimum_reach, calendar_month,
):  # fmt: skip
    i = np.flatnonzero(p_present > 0)
    kind = np.where(p_job_kind[i] > 0, p_job_kind[i] + 1, np.where(p_unstable[i] > 0, 1, 0))
    factor = np.clip(1.0 + k_hours_spread[kind] * pz_hours[i].astype(np.float64), 0.0, 2.0)
    wage = p_wage[i].astype(np.float64) * lp_wage_scale[i].astype(np.float64)
    rate = paid.py_func(wage, p_job_kind[i], lg_minimum_wage, k_minimum_reach)
    weeks = WEEKS_PER_MONTH - np.minimum(p_leave_weeks[i].astype(np.int64), _LEAVE_STEP)
    earned = np.where(p_labor[i] == _WORKS, rate * (p_hours[i].astype(np.float64) * factor) * weeks, 0.0)
    before = 0.0 if calendar_month == 0 else p_earnings_year[i].astype(np.float64)
    p_earnings[i] = earned
    p_earnings_year[i] = earned + before


LEAVE = process(
    "labor.leave", kernel=leave_kernel, twin=leave_plain, writes=("p_leave_weeks",),
    summary="Workers with a newborn take paid leave, and weeks of leave are used up.",
)  # fmt: skip
JOBS = process(
    "labor.jobs", kernel=jobs_kernel, twin=jobs_plain,
    writes=("p_wage", "p_hours", "p_job_kind", "p_employer", "p_unemployed_months", "p_job_months"),
    summary="New jobs get a wage and hours; in old jobs wages grow and hours change now and then.",
)  # fmt: skip
SCHEDULE = process(
    "labor.schedule", kernel=schedule_kernel, twin=schedule_plain, writes=("p_unstable",),
    summary="Schedules become stable or unstable by the employer's practice and the law.",
)  # fmt: skip
PAY = process(
    "labor.pay", kernel=pay_kernel, twin=pay_plain, writes=("p_earnings", "p_earnings_year"),
    summary="Earnings of the month from wage, hours, leave and chance.",
)  # fmt: skip
