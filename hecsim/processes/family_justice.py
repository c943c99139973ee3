"""Arrest, conviction, custody and return to custody.

    hazard of arrest = base(age) x sex x drivers x policing

Drivers are schooling, unemployment, active substance use disorder, family frailty and the neighborhood's
disadvantage. Policing is *differential treatment*: at equal conduct, people of some groups are
stopped and charged more often; its ratio acts as 1 + bias x (ratio - 1), so that a policy that
removes the bias removes the difference and nothing else. An arrest may bring weeks in custody
before trial, a conviction (misdemeanor or felony, on the record) and a sentence. Released people
return at a hazard that falls with the months since release (Connecticut recidivism studies).

This process writes `p_sentence`, `p_record` and `p_record_months`; the labor process takes people
who have months to serve out of work, lets them out and ages the record. What arrest, court and
custody cost goes to the household's `h_public_cost`.
"""

from __future__ import annotations

import numpy as np

from hecsim.compiled import njit
from hecsim.luck import normal_at, normals_of, uniform_at, uniforms_of
from hecsim.processes.ace_bits import age_band
from hecsim.processes.base import process
from hecsim.processes.maths import exp_, happens, home

__all__ = ["JUSTICE", "JUSTICE_COST", "JUSTICE_PROCESSES"]

_LONGEST = 255  # what the column holds
_RETURN_MONTHS = 36  # recidivism studies follow people for three years


@njit(error_model="numpy")
def justice_kernel(
    p_present, p_household, p_age, p_sex, p_race, p_education, p_labor, p_substance, p_released, p_sentence, p_record,
    p_record_months, h_neighborhood, h_frailty, n_disadvantage, lp_arrest_scale, lg_policing_bias,
    pu_arrest, luck_p, du_conviction, du_felony, du_sentence, du_pretrial, dz_length, h0, k_arrest_rate,
    k_arrest_sex, k_arrest_education, k_arrest_unemployed, k_arrest_substance, k_arrest_frailty, k_arrest_disadvantage,
    k_arrest_policing, k_conviction, k_felony, k_sentenced, k_sentence_median, k_sentence_spread,
    k_pretrial, k_pretrial_months, k_return, k_return_median, k_return_substance,
):  # fmt: skip
    """Arrests of adults at liberty and what follows from them."""
    n = p_present.size
    place, frail = np.log(k_arrest_disadvantage), np.log(k_arrest_frailty)
    family = np.empty(h_frailty.size)
    for h in range(h_frailty.size):
        family[h] = place * n_disadvantage[h_neighborhood[h]]
    for h in range(h_frailty.size):
        family[h] = exp_(family[h] + frail * h_frailty[h])
    b0, b1, b2 = k_arrest_rate[0] / 12.0, k_arrest_rate[1] / 12.0, k_arrest_rate[2] / 12.0
    b3, b4 = k_arrest_rate[3] / 12.0, k_arrest_rate[4] / 12.0
    r0, r1, r2, r3 = k_return[0], k_return[1], k_return[2], k_return[3]
    man, woman = k_arrest_sex[0], k_arrest_sex[1]
    hazard = np.empty(n)
    for i in range(n):
        policing = 1.0 + lg_policing_bias * (k_arrest_policing[np.uint64(p_race[i])] - 1.0)
        hazard[i] = policing * k_arrest_education[np.uint64(p_education[i])] * family[home(p_household[i], p_present[i], h0)]
    for i in range(n):  # no branch, so that the compiler takes several people at a time
        age, since = p_age[i], p_released[i]
        base = b1 if age >= 312 else b0
        base = b2 if age >= 420 else base
        base = b3 if age >= 600 else base
        base = b4 if age >= 780 else base
        x = hazard[i] * base * (man if p_sex[i] == 0 else woman)
        x *= k_arrest_unemployed if p_labor[i] == 2 else 1.0
        x *= k_arrest_substance if p_substance[i] == 1 else 1.0
        # Returns are counted as such: a new arrest, a violation or a new sentence.
        y = r1 if since >= 6 else r0
        y = r2 if since >= 12 else y
        y = r3 if since >= 24 else y
        y *= k_return_substance if p_substance[i] == 1 else 1.0
        x = y if since < _RETURN_MONTHS else x
        free = (p_present[i] != 0) & (age >= 216) & (p_sentence[i] == 0) & (p_labor[i] != 4)
        hazard[i] = x * lp_arrest_scale[i] if free else 0.0
    for i in range(n):
        if not happens(pu_arrest[i], hazard[i]):
            continue
        since = p_released[i]
        convicted = uniform_at(luck_p, i, du_conviction) < k_conviction
        if convicted:
            p_record[i] = max(p_record[i], 2 if uniform_at(luck_p, i, du_felony) < k_felony else 1)
            p_record_months[i] = 0
        if since < _RETURN_MONTHS or (convicted and uniform_at(luck_p, i, du_sentence) < k_sentenced / k_conviction):
            median = k_return_median if since < _RETURN_MONTHS else k_sentence_median
            length = median * np.exp(k_sentence_spread * normal_at(luck_p, i, dz_length))
            p_sentence[i] = np.int64(min(max(np.ceil(length), 1.0), _LONGEST))
        elif uniform_at(luck_p, i, du_pretrial) < k_pretrial:
            length = k_pretrial_months * np.exp(k_sentence_spread * normal_at(luck_p, i, dz_length))
            p_sentence[i] = np.int64(min(max(np.ceil(length), 1.0), _LONGEST))


def justice_plain(
    p_present, p_household, p_age, p_sex, p_race, p_education, p_labor, p_substance, p_released, p_sentence, p_record,
    p_record_months, h_neighborhood, h_frailty, n_disadvantage, lp_arrest_scale, lg_policing_bias,
    pu_arrest, luck_p, du_conviction, du_felony, du_sentence, du_pretrial, dz_length, h0, k_arrest_rate,
    k_arrest_sex, k_arrest_education, k_arrest_unemployed, k_arrest_substance, k_arrest_frailty, k_arrest_disadvantage,
    k_arrest_policing, k_conviction, k_felony, k_sentenced, k_sentence_median, k_sentence_spread,
    k_pretrial, k_pretrial_months, k_return, k_return_median, k_return_substance,
):  # fmt: skip
    """Repeat the loop in plain numpy."""
    pu_conviction = uniforms_of(luck_p, du_conviction)
    pu_felony = uniforms_of(luck_p, du_felony)
    pu_sentence = uniforms_of(luck_p, du_sentence)
    pu_pretrial = uniforms_of(luck_p, du_pretrial)
    pz_length = normals_of(luck_p, dz_length)
    free = (p_present == 1) & (p_age >= 216) & (p_sentence == 0) & (p_labor != 4)
    h = np.where(p_present == 1, p_household.astype(np.int64) - h0, 0)
    recent = p_released < _RETURN_MONTHS
    returns = k_return[(p_released >= 6) * 1 + (p_released >= 12) + (p_released >= 24)]
    returns = returns * np.where(p_substance == 1, k_return_substance, 1.0)
    hazard = k_arrest_rate[np.maximum(age_band(p_age), 1) - 1] / 12.0 * k_arrest_sex[p_sex]
    hazard = hazard * (1.0 + lg_policing_bias * (k_arrest_policing[p_race] - 1.0)) * k_arrest_education[p_education]
    place = n_disadvantage[h_neighborhood[h].astype(np.int64)].astype(float)
    hazard = hazard * (k_arrest_disadvantage**place * k_arrest_frailty ** h_frailty[h].astype(float))
    hazard = hazard * np.where(p_labor == 2, k_arrest_unemployed, 1.0)
    hazard = hazard * np.where(p_substance == 1, k_arrest_substance, 1.0)
    hazard = np.where(recent, returns, hazard) * lp_arrest_scale
    arrested = free & (pu_arrest < -np.expm1(-hazard))
    convicted = arrested & (pu_conviction < k_conviction)
    worse = np.maximum(p_record, np.where(pu_felony < k_felony, 2, 1))
    p_record[...] = np.where(convicted, worse, p_record)
    p_record_months[...] = np.where(convicted, 0, p_record_months)
    serves = arrested & (recent | (convicted & (pu_sentence < k_sentenced / k_conviction)))
    waits = arrested & ~serves & (pu_pretrial < k_pretrial)
    median = np.where(serves, np.where(recent, k_return_median, k_sentence_median), k_pretrial_months)
    length = median * np.exp(k_sentence_spread * pz_length)
    months = np.clip(np.ceil(length), 1, _LONGEST).astype(np.int64)
    p_sentence[...] = np.where(serves | waits, months, p_sentence)


JUSTICE = process(
    "family.justice",
    kernel=justice_kernel,
    twin=justice_plain,
    writes=("p_sentence", "p_record", "p_record_months"),
    summary="Arrests, convictions, custody and returns to custody, with differential policing as a lever.",
)


@njit(error_model="numpy")
def justice_cost_kernel(
    p_present, p_household, p_record, p_record_months, p_labor, p_sentence, h_public_cost, h0, k_court_cost,
    k_custody_cost,
):  # fmt: skip
    """Court cost of this month's convictions and the month in custody."""
    for i in range(p_present.size):
        convicted = (p_record[i] > 0) & (p_record_months[i] == 0)
        held = (p_labor[i] == 4) | (p_sentence[i] > 0)
        if (p_present[i] != 0) & (convicted | held):  # one test for both, since both are rare
            cost = k_court_cost[p_record[i] - 1] if convicted else 0.0
            h_public_cost[np.int64(p_household[i]) - h0] += cost + (k_custody_cost if held else 0.0)


def justice_cost_plain(
    p_present, p_household, p_record, p_record_months, p_labor, p_sentence, h_public_cost, h0, k_court_cost,
    k_custody_cost,
):  # fmt: skip
    """Repeat the loop in plain numpy."""
    here = p_present == 1
    court = np.where(p_record_months == 0, np.append(0.0, k_court_cost)[p_record], 0.0)
    custody = np.where((p_labor == 4) | (p_sentence > 0), k_custody_cost, 0.0)
    h = p_household[here].astype(np.int64) - h0
    h_public_cost[...] += np.bincount(h, weights=(court + custody)[here], minlength=h_public_cost.size)


JUSTICE_COST = process(
    "family.justice_cost",
    kernel=justice_cost_kernel,
    twin=justice_cost_plain,
    writes=("h_public_cost",),
    summary="Adds what court and custody cost this month to the household's public cost.",
)

JUSTICE_PROCESSES = (JUSTICE, JUSTICE_COST)
