"""Work: how people find it, leave it and lose it, and how a conviction record follows them.

Statuses are employed, unemployed, out of the labor force and incarcerated. Monthly probabilities
come from the gross flows of the Current Population Survey by age and sex, less the share of flows
that is misreported, and move with education, local demand, season, duration of the spell, health,
child care and record. A multiplier acts on the hazard: P = 1 - (1 - p)^m. Everyone has a lasting attachment to work
from sixteen on (firm, in and out, rarely at work), so that the same people lose jobs again and others stay away; it
goes with the income of the home at sixteen as incomes of children go with those of their parents.

Money that comes without work lets people work less (`income_effect`): a household's `cash` and what the lever
`child_credit` adds raise the hazard of leaving work, and lower that of finding or taking it, in proportion. Money of
current law is part of the base rates.

A person who looks for work meets one possible employer a month, reached by commuting; that
employer's fair-chance practice decides how much a record counts. Race enters as differential
treatment only (`race_find`, `race_loss`), scaled by the lever `hiring_bias`.

Order: record, leave, finding, loss, then the terms of the job (`hecsim.processes.jobs`). A new hire has
zero months in the job until the terms are set in the same month.

Sources: BLS gross flows 2024-25; Abowd and Zellner 1985; Pager 2003; Agan and Starr 2018; Vivalt and others 2024.
"""

from __future__ import annotations

import numpy as np

from hecsim.compiled import njit
from hecsim.luck import normal_at, normals_of, uniform_at, uniforms_of
from hecsim.processes.base import process
from hecsim.processes.jobs import JOBS, LEAVE, PAY, SCHEDULE
from hecsim.processes.labor_terms import (
    DAILY,
    NOBODY,
    age_group,
    at_ease,
    at_odds,
    fade,
    family_rank,
    family_rank_plain,
    five,
    four,
    of_five,
    of_four,
    of_seven,
    of_three,
    pick_employer,
    pick_employer_plain,
    seven,
    spell,
    tenure_band,
    three,
    time_out,
    wage_band,
)
from hecsim.processes.maths import home, listed

__all__ = ["FINDING", "LABOR", "LOSS", "RECORD"]

WORKS, SEEKS, OUT, HELD = 1, 2, 3, 4
_SIXTEEN = 192  # months; the labor force begins at sixteen by definition
_NEVER = 255
_GROWN = 240  # months of age from which schooling tells
_RETIRING = 4  # age group from which people leave work whatever their tenure


@njit(error_model="numpy")
def record_kernel(
    p_present, p_age, p_labor, p_sentence, p_record, p_record_months, p_released, p_unemployed_months,
    p_job_months, p_employer, p_unstable, p_job_kind, p_attachment, p_leave_weeks, p_household, h_poverty_ratio, h0,
    luck_p, du_clear, dz_attachment, lp_record_clear, k_record_wait, k_attachment, k_attachment_family, k_home_income,
):  # fmt: skip
    for i in range(p_present.size):  # no branch, so that the compiler takes many people at a time
        p_released[i] += (p_present[i] != 0) & (p_released[i] < _NEVER)
    rare = np.empty(p_present.size, np.uint8)
    for i in range(p_present.size):
        comes_of_age = (p_labor[i] == 0) & (p_age[i] >= _SIXTEEN)
        inside = (p_sentence[i] > 0) | (p_labor[i] == HELD)
        rare[i] = (p_present[i] != 0) & (comes_of_age | inside | (p_record[i] > 0))
    for i in listed(rare):
        if (p_labor[i] == 0) & (p_age[i] >= _SIXTEEN):
            p_labor[i] = OUT
            p_unemployed_months[i] = 1
            ratio = np.float64(h_poverty_ratio[home(p_household[i], 1, h0)])
            u = family_rank(ratio, np.float64(normal_at(luck_p, i, dz_attachment)), k_attachment_family, k_home_income)
            p_attachment[i] = (u >= k_attachment[0]) * 1 + (u >= k_attachment[0] + k_attachment[1]) * 1
        if p_record[i] > 0:
            p_record_months[i] = min(p_record_months[i] + 1, 65535)
            if uniform_at(luck_p, i, du_clear) < lp_record_clear[i] and p_record_months[i] >= k_record_wait[p_record[i]]:
                p_record[i] = 0
                p_record_months[i] = 0
        if p_sentence[i] > 0 or p_labor[i] == HELD:
            # The first month is served in full, so that a stay of one month takes one month.
            held = p_labor[i] != HELD or p_sentence[i] > 1
            p_sentence[i] = p_sentence[i] - (p_labor[i] == HELD) if held else 0
            p_labor[i] = HELD if held else SEEKS
            p_unemployed_months[i] = min(p_unemployed_months[i] + 1, 255)
            p_job_months[i] = 0
            if not held:
                p_released[i] = 0
            p_employer[i] = NOBODY
            p_unstable[i] = 0
            p_job_kind[i] = 0
            p_leave_weeks[i] = 0


def record_plain(
    p_present, p_age, p_labor, p_sentence, p_record, p_record_months, p_released, p_unemployed_months,
    p_job_months, p_employer, p_unstable, p_job_kind, p_attachment, p_leave_weeks, p_household, h_poverty_ratio, h0,
    luck_p, du_clear, dz_attachment, lp_record_clear, k_record_wait, k_attachment, k_attachment_family, k_home_income,
):  # fmt: skip
    pu_clear = uniforms_of(luck_p, du_clear)
    here = p_present > 0
    fresh = here & (p_labor == 0) & (p_age >= _SIXTEEN)
    p_labor[fresh], p_unemployed_months[fresh] = OUT, 1
    ratio = h_poverty_ratio[p_household[fresh].astype(np.int64) - h0].astype(np.float64)
    z = normals_of(luck_p, dz_attachment)[fresh].astype(np.float64)
    u = family_rank_plain(ratio, z, k_attachment_family, k_home_income)
    p_attachment[fresh] = (u >= k_attachment[0]) * 1 + (u >= k_attachment[0] + k_attachment[1]) * 1
    free = here & (p_released < _NEVER)
    p_released[free] += 1
    marked = here & (p_record > 0)
    p_record_months[marked] = np.minimum(p_record_months[marked].astype(np.int64) + 1, 65535)
    cleared = marked & (pu_clear < lp_record_clear) & (p_record_months >= k_record_wait[p_record])
    p_record[cleared], p_record_months[cleared] = 0, 0
    inside = here & ((p_sentence > 0) | (p_labor == HELD))
    held = inside & ((p_labor != HELD) | (p_sentence > 1))
    out = inside & ~held
    p_sentence[held] -= (p_labor == HELD)[held]
    p_sentence[out] = 0
    p_labor[held], p_labor[out] = HELD, SEEKS
    p_unemployed_months[inside] = np.minimum(p_unemployed_months[inside].astype(np.int64) + 1, 255)
    p_released[out] = 0
    p_employer[inside] = NOBODY
    for column in (p_unstable, p_job_kind, p_leave_weeks, p_job_months):
        column[inside] = 0


@njit(error_model="numpy")
def finding_kernel(
    p_present, p_household, p_age, p_sex, p_race, p_education, p_role, p_disabled, p_record, p_record_months,
    p_wage, p_labor, p_attachment, p_unemployed_months, p_job_months, p_employer,
    h_neighborhood, h_under6, h_children, h_care_subsidy, h_kin_nearby, lh_cash, n_demand, n_town, b_open, b_fair_chance,
    x_job_towns, x_employer_start, x_employer_row, x_employer_cdf, pu_finding, pu_job_town, pu_employer,
    lp_job_finding, lp_record_penalty, lg_hiring_bias, lg_minimum_wage, lg_child_credit, k_income_effect, k_income_effect_most,
    k_find, k_give_up, k_enter, k_seek, k_true_eu, k_true_en, k_true_un, k_find_level, k_enter_level,
    k_attachment_find, k_attachment_enter,
    k_enter_education, k_seek_education, k_duration, k_out_duration, k_out_mean, k_race_find, k_record_find,
    k_record_half_life,
    k_fair_chance, k_disability_find, k_demand_find, k_demand_enter, k_care_find, k_minimum_wage, k_minimum_wage_find, h0,
):  # fmt: skip
    wage_factor, homes, n = (lg_minimum_wage / k_minimum_wage) ** k_minimum_wage_find, h_neighborhood.size, p_present.size
    demand, by_race = np.empty((n_demand.size, 2)), 1.0 + lg_hiring_bias * (k_race_find - 1.0)
    for place in range(n_demand.size):  # for those who are out of the labor force, and for those who seek
        demand[place, 0] = np.float64(n_demand[place]) ** k_demand_enter
        demand[place, 1] = np.float64(n_demand[place]) ** k_demand_find
    bound, local, tied = np.empty(homes, np.uint8), np.empty(n), np.empty(n, np.uint8)
    for h in range(homes):  # no branch, so that the compiler takes many homes at a time
        bound[h] = (h_under6[h] > 0) & (h_care_subsidy[h] != 2) & (h_kin_nearby[h] == 0)
    for i in range(n):  # what is looked up, in a loop of its own
        h = home(p_household[i], p_present[i], h0)
        local[i], tied[i] = demand[np.uint64(h_neighborhood[h]), np.uint64(p_labor[i] == SEEKS)], bound[h]
    factor, eased = at_ease(lh_cash, h_children, lg_child_credit, k_income_effect, k_income_effect_most)
    if eased:
        for i in range(n):
            local[i] /= factor[home(p_household[i], p_present[i], h0)]
    races, finds, gives_up = five(by_race), seven(k_find * k_true_eu), seven(k_give_up * k_true_un)
    enters, seeks_again, mean = seven(k_enter * k_true_en), seven(k_seek * k_true_un), seven(k_out_mean)
    lasting, away = five(k_find_level * k_duration), five(k_out_duration)
    firm, firm_out = three(k_attachment_find), three(k_attachment_enter)
    schooled, drawn = four(k_enter_education), four(k_seek_education)
    hazard, turn, may = np.empty(n), np.empty(n), np.empty(n, np.uint8)
    for i in range(n):  # no branch, so that the compiler takes several people at a time
        g, grown, education, seeks = age_group(p_age[i], p_sex[i]), p_age[i] >= _GROWN, p_education[i], p_labor[i] == SEEKS
        months, attachment, limit = p_unemployed_months[i], p_attachment[i], k_disability_find if p_disabled[i] > 0 else 1.0
        m = np.float64(lp_job_finding[i]) * of_five(p_race[i], races)
        m *= local[i]
        m *= limit
        m *= k_care_find if (p_sex[i] == 1) & (p_role[i] <= 1) & (tied[i] != 0) else 1.0
        m *= wage_factor if p_wage[i] < lg_minimum_wage else 1.0
        still = of_five(time_out(months), away) / of_seven(g, mean) * of_three(attachment, firm_out)
        entry = still * k_enter_level * (of_four(education, schooled) if grown else 1.0)
        m *= of_five(spell(months), lasting) * of_three(attachment, firm) if seeks else entry
        apart = of_seven(g, seeks_again) * still * (of_four(education, drawn) if grown else 1.0) * limit
        base, other = of_seven(g, finds) if seeks else of_seven(g, enters), of_seven(g, gives_up) if seeks else apart
        hazard[i], turn[i] = m, other
        # A record only lowers the chance, which lies below its hazard: most people are passed over here.
        within = np.float64(pu_finding[i]) < m * base / (1.0 - base) + other
        free = (p_present[i] != 0) & (seeks | (p_labor[i] == OUT))
        may[i] = free & within
        p_unemployed_months[i] += free & ~within & (months < 255)
    for i in listed(may):
        place = np.uint64(h_neighborhood[home(p_household[i], 1, h0)])
        g, u = age_group(p_age[i], p_sex[i]), np.float64(pu_finding[i])
        base, other = k_find[g] * k_true_eu if p_labor[i] == SEEKS else k_enter[g] * k_true_en, turn[i]
        employer = pick_employer(
            pu_job_town[i], pu_employer[i], n_town[place], x_job_towns, x_employer_start, x_employer_row,
            x_employer_cdf, b_open,
        )  # fmt: skip
        fair = k_fair_chance if employer == NOBODY else np.float64(b_fair_chance[employer])
        weight = fade(p_record_months[i], k_record_half_life) * np.float64(lp_record_penalty[i]) * (1.0 - fair)
        work = at_odds(base, hazard[i] * max(1.0 - k_record_find[np.int64(p_record[i])] * weight, 0.0))
        if u < work:
            p_labor[i] = WORKS
            p_employer[i] = employer
            p_job_months[i] = 0
            continue
        if u < work + (1.0 - work) * other:
            p_labor[i] = SEEKS if p_labor[i] == OUT else OUT
        p_unemployed_months[i] += p_unemployed_months[i] < 255


def finding_plain(
    p_present, p_household, p_age, p_sex, p_race, p_education, p_role, p_disabled, p_record, p_record_months,
    p_wage, p_labor, p_attachment, p_unemployed_months, p_job_months, p_employer,
    h_neighborhood, h_under6, h_children, h_care_subsidy, h_kin_nearby, lh_cash, n_demand, n_town, b_open, b_fair_chance,
    x_job_towns, x_employer_start, x_employer_row, x_employer_cdf, pu_finding, pu_job_town, pu_employer,
    lp_job_finding, lp_record_penalty, lg_hiring_bias, lg_minimum_wage, lg_child_credit, k_income_effect, k_income_effect_most,
    k_find, k_give_up, k_enter, k_seek, k_true_eu, k_true_en, k_true_un, k_find_level, k_enter_level,
    k_attachment_find, k_attachment_enter,
    k_enter_education, k_seek_education, k_duration, k_out_duration, k_out_mean, k_race_find, k_record_find,
    k_record_half_life,
    k_fair_chance, k_disability_find, k_demand_find, k_demand_enter, k_care_find, k_minimum_wage, k_minimum_wage_find, h0,
):  # fmt: skip
    i = np.flatnonzero((p_present > 0) & ((p_labor == SEEKS) | (p_labor == OUT)))
    h = p_household[i].astype(np.int64) - h0
    place = h_neighborhood[h].astype(np.int64)
    g = age_group.py_func(p_age[i], p_sex[i])
    e = p_education[i]
    employer = pick_employer_plain(
        pu_job_town[i], pu_employer[i], n_town[place], x_job_towns, x_employer_start, x_employer_row,
        x_employer_cdf, b_open,
    )  # fmt: skip
    known = employer != NOBODY
    fair = np.full(i.size, float(k_fair_chance))
    fair[known] = b_fair_chance[employer[known]]
    m = lp_job_finding[i].astype(np.float64) * (1.0 + lg_hiring_bias * (k_race_find[p_race[i]] - 1.0))
    weight = fade.py_func(p_record_months[i], k_record_half_life) * lp_record_penalty[i].astype(np.float64)
    weight *= 1.0 - fair
    m *= np.maximum(1.0 - k_record_find[p_record[i]] * weight, 0.0)
    seeks = p_labor[i] == SEEKS
    m *= n_demand[place].astype(np.float64) ** np.where(seeks, k_demand_find, k_demand_enter)
    m /= at_ease.py_func(lh_cash, h_children, lg_child_credit, k_income_effect, k_income_effect_most)[0][h]
    limit = np.where(p_disabled[i] > 0, k_disability_find, 1.0)
    m *= limit
    mother = (p_sex[i] == 1) & (p_role[i] <= 1) & (h_under6[h] > 0)
    m *= np.where(mother & (h_care_subsidy[h] != 2) & (h_kin_nearby[h] == 0), k_care_find, 1.0)
    m *= np.where(p_wage[i] < lg_minimum_wage, (lg_minimum_wage / k_minimum_wage) ** k_minimum_wage_find, 1.0)
    months = p_unemployed_months[i].astype(np.int64)
    grown = g > 0
    still = k_out_duration[time_out.py_func(months)] / k_out_mean[g] * k_attachment_enter[p_attachment[i]]
    entry = still * k_enter_level * np.where(grown, k_enter_education[e], 1.0)
    work = np.where(
        seeks,
        at_odds.py_func(
            k_find[g] * k_true_eu,
            k_find_level * k_duration[spell.py_func(months)] * k_attachment_find[p_attachment[i]] * m,
        ),
        at_odds.py_func(k_enter[g] * k_true_en, m * entry),
    )
    apart = k_seek[g] * k_true_un * still * np.where(grown, k_seek_education[e], 1.0) * limit
    other = np.where(seeks, k_give_up[g] * k_true_un, apart)
    u = pu_finding[i]
    found = u < work
    turned = ~found & (u < work + (1.0 - work) * other)
    p_employer[i[found]] = employer[found]
    p_job_months[i[found]] = 0
    p_unemployed_months[i] = np.where(found, months, np.minimum(months + 1, 255))
    p_labor[i] = np.where(found, WORKS, np.where(turned, np.where(seeks, OUT, SEEKS), p_labor[i]))


@njit(error_model="numpy")
def loss_kernel(
    p_present, p_household, p_age, p_sex, p_race, p_education, p_role, p_disabled, p_depression, p_substance,
    p_record, p_record_months, p_since_birth, p_wage, p_earnings, p_labor, p_attachment, p_unemployed_months,
    p_job_months, p_employer,
    p_unstable, p_job_kind, p_leave_weeks, h_neighborhood, h_care_cost, h_children, lh_cash, n_demand, n_town, b_open,
    x_job_towns, x_employer_start, x_employer_row, x_employer_cdf, pu_loss, pu_job_town, pu_employer,
    lp_job_loss, lp_record_penalty, lg_hiring_bias, lg_sick_days, lg_child_credit, k_income_effect, k_income_effect_most,
    k_loss, k_withdraw, k_job_change, k_tenure, k_tenure_mean, k_true_eu, k_true_en, k_loss_level,
    k_loss_education, k_withdraw_education, k_attachment_leave, k_loss_wage, k_loss_wage_edges,
    k_season, k_race_loss, k_record_loss, k_record_half_life, k_disability_loss, k_depression_loss,
    k_substance_loss, k_unstable_loss, k_day_labor_loss, k_sick_days_loss, k_demand_loss, k_care_withdraw,
    k_birth_withdraw, h0, calendar_month,
):  # fmt: skip
    demand, level = np.empty(n_demand.size), k_loss_level * k_season[calendar_month] * (1.0 - k_sick_days_loss * lg_sick_days)
    for place in range(n_demand.size):
        demand[place] = np.float64(n_demand[place]) ** k_demand_loss
    n, shut = p_present.size, np.zeros(b_open.size + 1, np.uint8)  # the last stands for no employer
    for employer in range(b_open.size):
        shut[employer] = b_open[employer] == 0
    local, care, ends = np.empty(n), np.empty(n), np.empty(n, np.uint8)
    for i in range(n):  # what is looked up, in a loop of its own
        h = home(p_household[i], p_present[i], h0)
        local[i], care[i] = demand[np.uint64(h_neighborhood[h])], h_care_cost[h]
        ends[i] = shut[min(np.uint64(p_employer[i]), np.uint64(b_open.size))]
    factor, eased = at_ease(lh_cash, h_children, lg_child_credit, k_income_effect, k_income_effect_most)
    held_back, restless, may = np.ones(n), np.ones(n), np.empty(n, np.uint8)
    if eased:
        for i in range(n):
            restless[i] = factor[home(p_household[i], p_present[i], h0)]
    for i in range(n):
        may[i] = (p_present[i] != 0) & (p_labor[i] == WORKS) & (p_record[i] > 0)
    for i in listed(may):
        weight = fade(p_record_months[i], k_record_half_life) * np.float64(lp_record_penalty[i])
        held_back[i] = 1.0 + k_record_loss[np.int64(p_record[i])] * weight
    losses, leaves = seven(k_loss * k_true_eu), seven(k_withdraw * k_true_en)
    changing, mean, tenures = seven(k_job_change), seven(k_tenure_mean), four(k_tenure)
    races = five(1.0 + lg_hiring_bias * (k_race_loss - 1.0))
    schooled, drawn = four(k_loss_education), four(k_withdraw_education)
    paid, attached, edges = five(k_loss_wage), three(k_attachment_leave), four(k_loss_wage_edges)
    hazard, leaving = np.empty(n), np.empty(n)
    for i in range(n):  # no branch, so that the compiler takes several people at a time
        g, grown, education, months = age_group(p_age[i], p_sex[i]), p_age[i] >= _GROWN, p_education[i], p_job_months[i]
        m = np.float64(lp_job_loss[i]) * level * local[i]
        m *= of_five(p_race[i], races)
        m *= held_back[i]
        m *= of_four(education, schooled) if grown else 1.0
        m *= k_unstable_loss if p_unstable[i] > 0 else 1.0
        m *= k_day_labor_loss if p_job_kind[i] == DAILY else 1.0
        m *= k_depression_loss if p_depression[i] > 0 else 1.0
        m *= k_substance_loss if p_substance[i] > 0 else 1.0
        held = of_four(tenure_band(months), tenures) / of_seven(g, mean)
        held *= of_five(wage_band(p_wage[i], edges), paid)
        firm, limit = of_three(p_attachment[i], attached), k_disability_loss if p_disabled[i] > 0 else 1.0
        away = (of_four(education, drawn) if grown else 1.0) * (held if g < _RETIRING else 1.0) * firm
        held *= firm
        m *= held
        m *= limit
        away *= limit
        away *= restless[i]
        burden, mother = care[i] / max(np.float64(p_earnings[i]), 1.0), (p_sex[i] == 1) & (p_role[i] <= 1)
        away *= 1.0 + k_care_withdraw * min(burden, 1.0) if mother else 1.0
        away *= k_birth_withdraw if mother & (p_since_birth[i] <= 3) else 1.0
        on_leave = p_leave_weeks[i] > 0  # the job waits for those on leave
        m, away = 0.0 if on_leave else m, 0.0 if on_leave else away
        p, q, u = of_seven(g, losses), of_seven(g, leaves), np.float64(pu_loss[i])
        hazard[i], leaving[i] = m, away
        # A chance lies below its hazard: most people are passed over here, without an exponential.
        within, changes = u < m * p / (1.0 - p) + away * q / (1.0 - q), u >= 1.0 - of_seven(g, changing) * held
        works = (p_present[i] != 0) & (p_labor[i] == WORKS) & (months > 0)
        marks = within * 1 + changes * 2 + (ends[i] != 0) * 4
        may[i] = marks if works else 0
        p_job_months[i] += works & (marks == 0) & (months < 255)
    for i in listed(may):
        g, closed, on_leave, u = age_group(p_age[i], p_sex[i]), may[i] >= 4, p_leave_weeks[i] > 0, np.float64(pu_loss[i])
        lost, left = 0.0, 0.0
        if may[i] & 1:
            lost, left = at_odds(k_loss[g] * k_true_eu, hazard[i]), at_odds(k_withdraw[g] * k_true_en, leaving[i])
        if u < lost + (1.0 - lost) * left or closed:
            out = not closed and u >= lost
            p_labor[i] = OUT if out else SEEKS
            p_unemployed_months[i] = 1
            p_job_months[i] = 0
            p_employer[i] = NOBODY
            p_unstable[i] = 0
            p_leave_weeks[i] = 0
        elif may[i] & 2 and not on_leave:
            p_job_months[i] = 0
            p_employer[i] = pick_employer(
                pu_job_town[i], pu_employer[i], n_town[np.uint64(h_neighborhood[home(p_household[i], 1, h0)])], x_job_towns,
                x_employer_start, x_employer_row, x_employer_cdf, b_open,
            )  # fmt: skip
        elif p_job_months[i] < 255:
            p_job_months[i] += 1


def loss_plain(
    p_present, p_household, p_age, p_sex, p_race, p_education, p_role, p_disabled, p_depression, p_substance,
    p_record, p_record_months, p_since_birth, p_wage, p_earnings, p_labor, p_attachment, p_unemployed_months,
    p_job_months, p_employer,
    p_unstable, p_job_kind, p_leave_weeks, h_neighborhood, h_care_cost, h_children, lh_cash, n_demand, n_town, b_open,
    x_job_towns, x_employer_start, x_employer_row, x_employer_cdf, pu_loss, pu_job_town, pu_employer,
    lp_job_loss, lp_record_penalty, lg_hiring_bias, lg_sick_days, lg_child_credit, k_income_effect, k_income_effect_most,
    k_loss, k_withdraw, k_job_change, k_tenure, k_tenure_mean, k_true_eu, k_true_en, k_loss_level,
    k_loss_education, k_withdraw_education, k_attachment_leave, k_loss_wage, k_loss_wage_edges,
    k_season, k_race_loss, k_record_loss, k_record_half_life, k_disability_loss, k_depression_loss,
    k_substance_loss, k_unstable_loss, k_day_labor_loss, k_sick_days_loss, k_demand_loss, k_care_withdraw,
    k_birth_withdraw, h0, calendar_month,
):  # fmt: skip
    i = np.flatnonzero((p_present > 0) & (p_labor == WORKS) & (p_job_months > 0))
    h = p_household[i].astype(np.int64) - h0
    place = h_neighborhood[h].astype(np.int64)
    g = age_group.py_func(p_age[i], p_sex[i])
    e = p_education[i]
    m = lp_job_loss[i].astype(np.float64) * k_loss_level * k_season[calendar_month]
    m *= 1.0 + lg_hiring_bias * (k_race_loss[p_race[i]] - 1.0)
    weight = fade.py_func(p_record_months[i], k_record_half_life) * lp_record_penalty[i].astype(np.float64)
    m *= 1.0 + k_record_loss[p_record[i]] * weight
    m *= n_demand[place].astype(np.float64) ** k_demand_loss
    m *= 1.0 - k_sick_days_loss * lg_sick_days
    m *= np.where(g > 0, k_loss_education[e], 1.0)
    m *= np.where(p_job_kind[i] == DAILY, k_day_labor_loss, 1.0)
    for flag, factor in (
        (p_unstable, k_unstable_loss), (p_depression, k_depression_loss),
        (p_substance, k_substance_loss), (p_disabled, k_disability_loss),
    ):  # fmt: skip
        m *= np.where(flag[i] > 0, factor, 1.0)
    held = k_tenure[tenure_band.py_func(p_job_months[i])] / k_tenure_mean[g]
    held = held * k_loss_wage[wage_band.py_func(p_wage[i], k_loss_wage_edges)]
    firm = k_attachment_leave[p_attachment[i]]
    away = np.where(g > 0, k_withdraw_education[e], 1.0) * np.where(g < _RETIRING, held, 1.0) * firm
    held = held * firm
    m *= held
    away *= np.where(p_disabled[i] > 0, k_disability_loss, 1.0)
    away *= at_ease.py_func(lh_cash, h_children, lg_child_credit, k_income_effect, k_income_effect_most)[0][h]
    mother = (p_sex[i] == 1) & (p_role[i] <= 1)
    burden = h_care_cost[h].astype(np.float64) / np.maximum(p_earnings[i].astype(np.float64), 1.0)
    away *= np.where(mother, 1.0 + k_care_withdraw * np.minimum(burden, 1.0), 1.0)
    away *= np.where(mother & (p_since_birth[i] <= 3), k_birth_withdraw, 1.0)
    on_leave = p_leave_weeks[i] > 0
    lost = at_odds.py_func(k_loss[g] * k_true_eu, np.where(on_leave, 0.0, m))
    left = at_odds.py_func(k_withdraw[g] * k_true_en, np.where(on_leave, 0.0, away))
    employer = p_employer[i].astype(np.int64)
    known = employer != NOBODY
    closed = known & (b_open[np.where(known, employer, 0)] == 0)
    u = pu_loss[i]
    gone = (u < lost + (1.0 - lost) * left) | closed
    out = gone & ~closed & (u >= lost)
    change = ~gone & (u >= 1.0 - k_job_change[g] * held) & ~on_leave
    p_labor[i] = np.where(gone, np.where(out, OUT, SEEKS), WORKS)
    p_unemployed_months[i] = np.where(gone, 1, p_unemployed_months[i])
    months = np.minimum(p_job_months[i].astype(np.int64) + 1, 255)
    p_job_months[i] = np.where(gone | change, 0, months)
    for column in (p_unstable, p_leave_weeks):
        column[i[gone]] = 0
    p_employer[i[gone]] = NOBODY
    p_employer[i[change]] = pick_employer_plain(
        pu_job_town[i[change]], pu_employer[i[change]], n_town[place[change]], x_job_towns, x_employer_start,
        x_employer_row, x_employer_cdf, b_open,
    )  # fmt: skip


RECORD = process(
    "labor.record", kernel=record_kernel, twin=record_plain,
    writes=("p_labor", "p_sentence", "p_record", "p_record_months", "p_released", "p_unemployed_months",
            "p_job_months", "p_employer", "p_unstable", "p_job_kind", "p_attachment", "p_leave_weeks"),
    summary="Sentences run down, people are released, records age and are cleared.",
)  # fmt: skip
FINDING = process(
    "labor.finding", kernel=finding_kernel, twin=finding_plain,
    writes=("p_labor", "p_unemployed_months", "p_job_months", "p_employer"),
    summary="People without work find it, begin to look for it, or give up.",
)  # fmt: skip
LOSS = process(
    "labor.loss", kernel=loss_kernel, twin=loss_plain,
    writes=("p_labor", "p_unemployed_months", "p_job_months", "p_employer", "p_unstable", "p_leave_weeks"),
    summary="Workers lose their job, leave the labor force, or change employer.",
)  # fmt: skip
LABOR = (RECORD, LEAVE, FINDING, LOSS, JOBS, SCHEDULE, PAY)
