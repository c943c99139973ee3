"""Demography: who becomes pregnant, dies, finishes school, leaves home, marries, looks for a partner.

These processes decide; settlement carries out at the end of the month, because a birth, a death or
a departure changes rows.

Fertility. hazard of a pregnancy that ends in birth = birth rate of the age at delivery x recorded
group timing x order x union x spacing x scale / 1000. The scale keeps the average at the age rate.
Nine months later the child is born; only pregnancies that end in birth are followed.

Mortality. hazard = life table(age, sex) x (product of relative risks)^w / mean^w, with w falling
from 1 to 0 between two ages. The mean is taken over a reference population, so that the average
stays at the table while people differ; children die at the table's rate. Race does not enter.

Schooling. At 18 a person finishes school and perhaps enters college (some college), at 22.5 takes
the degree; probabilities by parents' education, shifted by the child's development.

Sources: evidence room `demography`; relative risks of the room `health`.
"""

from __future__ import annotations

import numpy as np

from hecsim.compiled import njit
from hecsim.luck import uniform_at, uniforms_of
from hecsim.processes.base import process
from hecsim.processes.maths import exp_, happens, listed, log_

__all__ = ["DEGREE_AGE", "DEMOGRAPHY", "FERTILITY", "LEAVING", "MARRIAGE", "MORTALITY", "SCHOOLING"]

TERM = 9  # months of gestation, the month of delivery included
_ADULT = 18 * 12
DEGREE_AGE = 22 * 12 + 6  # months
_AGES = np.array([0, 1, *range(5, 91, 5)], np.float64)  # ages of the life table's entries
_LAST = 111


@njit(error_model="numpy")
def marriage_kernel(h_present, h_education, h_couple, hu_marry, k_marry):
    for h in range(h_present.size):
        if (h_couple[h] == 1) & (h_present[h] != 0) and happens(hu_marry[h], k_marry[int(h_education[h])] / 12):
            h_couple[h] = 2


def marriage_plain(h_present, h_education, h_couple, hu_marry, k_marry):
    p = -np.expm1(-k_marry[h_education.astype(np.int64)] / 12)
    h_couple[(h_present != 0) & (h_couple == 1) & (hu_marry < p)] = 2


MARRIAGE = process(
    "demography.marriage", kernel=marriage_kernel, twin=marriage_plain, writes=("h_couple",),
    summary="Cohabiting couples marry.",
)  # fmt: skip


@njit(error_model="numpy")
def schooling_kernel(
    p_present, p_household, p_age, p_role, p_development, p_education, h_education, h0, luck_p, du_finish, du_entry,
    du_degree, k_school_finish, k_college_entry, k_college_degree, k_school_development,
):  # fmt: skip
    asked = np.empty(p_present.size, np.uint8)
    for i in range(p_present.size):
        asked[i] = (p_present[i] != 0) & ((p_age[i] == _ADULT) | (p_age[i] == DEGREE_AGE))
    for i in listed(asked):
        parents = int(h_education[int(p_household[i]) - h0])
        if p_age[i] == DEGREE_AGE:
            known = parents if p_role[i] == 2 else 4
            if p_education[i] == 2 and uniform_at(luck_p, i, du_degree) < k_college_degree[known]:
                p_education[i] = 3
            continue
        shift = np.exp(-k_school_development * p_development[i])
        finish, entry = k_school_finish[parents], k_college_entry[parents]
        if uniform_at(luck_p, i, du_finish) < finish / (finish + (1 - finish) * shift):
            p_education[i] = 1
            if uniform_at(luck_p, i, du_entry) < entry / (entry + (1 - entry) * shift):
                p_education[i] = 2


def schooling_plain(
    p_present, p_household, p_age, p_role, p_development, p_education, h_education, h0, luck_p, du_finish, du_entry,
    du_degree, k_school_finish, k_college_entry, k_college_degree, k_school_development,
):  # fmt: skip
    pu_finish = uniforms_of(luck_p, du_finish)
    pu_entry = uniforms_of(luck_p, du_entry)
    pu_degree = uniforms_of(luck_p, du_degree)
    rows = np.flatnonzero((p_present != 0) & (p_age == DEGREE_AGE) & (p_education == 2))
    parents = h_education[p_household[rows].astype(np.int64) - h0].astype(np.int64)
    known = np.where(p_role[rows] == 2, parents, 4)
    p_education[rows[pu_degree[rows] < k_college_degree[known]]] = 3
    rows = np.flatnonzero((p_present != 0) & (p_age == _ADULT))
    parents = h_education[p_household[rows].astype(np.int64) - h0].astype(np.int64)
    shift = np.exp(-k_school_development * p_development[rows].astype(np.float64))
    finish, entry = k_school_finish[parents], k_college_entry[parents]
    done = pu_finish[rows] < finish / (finish + (1 - finish) * shift)
    p_education[rows[done]] = 1
    p_education[rows[done & (pu_entry[rows] < entry / (entry + (1 - entry) * shift))]] = 2


SCHOOLING = process(
    "demography.schooling", kernel=schooling_kernel, twin=schooling_plain, writes=("p_education",),
    summary="Young people finish school, enter college, take a degree.",
)  # fmt: skip


@njit(error_model="numpy")
def _seek_band(age):
    years = age // 12
    if years < 20:
        return 0
    if years < 25:
        return 1
    if years < 30:
        return 2
    if years < 35:
        return 3
    return min(4 + (years - 35) // 10, 7)


@njit(error_model="numpy")
def leaving_kernel(
    p_present, p_household, p_age, p_role, p_labor, p_leaving, h_couple, h0, pu_home, pu_partner,
    calendar_month, k_leave_home, k_leave_home_autumn, k_leave_others, k_seek_partner,
):  # fmt: skip
    most_home = max(np.max(k_leave_home), k_leave_home_autumn, k_leave_others)
    most_partner = np.max(k_seek_partner) / 12
    may = np.empty(p_present.size, np.uint8)
    for i in range(p_present.size):
        # Nobody's chance exceeds these two, so one test passes most people over.
        free = (p_present[i] != 0) & (p_age[i] >= _ADULT) & (p_labor[i] != 4) & (p_leaving[i] == 0)
        may[i] = free & ((pu_home[i] < most_home) | (pu_partner[i] < most_partner))
    for i in listed(may):
        age, role = int(p_age[i]), p_role[i]
        grown = role in (2, 4)
        if grown:
            years = age // 12
            band = 0 if years < 19 else (1 if years < 22 else (2 if years < 26 else (3 if years < 31 else 4)))
            p = k_leave_home[band] if role == 2 else k_leave_others
            if role == 2 and band == 0 and calendar_month in (7, 8):
                p = k_leave_home_autumn
            if pu_home[i] < p:
                p_leaving[i] = 2
                continue
        alone = grown or (role == 0 and h_couple[int(p_household[i]) - h0] == 0)
        if alone and happens(pu_partner[i], k_seek_partner[_seek_band(age)] / 12):
            p_leaving[i] = 4


def leaving_plain(
    p_present, p_household, p_age, p_role, p_labor, p_leaving, h_couple, h0, pu_home, pu_partner,
    calendar_month, k_leave_home, k_leave_home_autumn, k_leave_others, k_seek_partner,
):  # fmt: skip
    age = p_age.astype(np.int64)
    free = (p_present != 0) & (age >= _ADULT) & (p_labor != 4) & (p_leaving == 0)
    grown = (p_role == 2) | (p_role == 4)
    band = np.searchsorted(np.array([19, 22, 26, 31]) * 12, age, side="right")
    p = k_leave_home[band]
    if calendar_month in (7, 8):
        p = np.where(band == 0, k_leave_home_autumn, p)
    p = np.where(p_role == 2, p, k_leave_others)
    leaves = free & grown & (pu_home < p)
    of = np.where(p_present != 0, p_household.astype(np.int64) - h0, 0)
    alone = grown | ((p_role == 0) & (h_couple[of] == 0))
    seek = np.searchsorted(np.array([20, 25, 30, 35, 45, 55, 65]) * 12, age, side="right")
    seeks = free & ~leaves & alone & (pu_partner < -np.expm1(-k_seek_partner[seek] / 12))
    p_leaving[leaves] = 2
    p_leaving[seeks] = 4


LEAVING = process(
    "demography.leaving", kernel=leaving_kernel, twin=leaving_plain, writes=("p_leaving",),
    summary="Grown children leave home; people without a partner look for one.",
)  # fmt: skip


@njit(error_model="numpy")
def fertility_kernel(
    p_present, p_household, p_age, p_sex, p_race, p_role, p_parity, p_since_birth, p_labor, p_pregnancy,
    h_couple, h0, pu_conceive, k_birth_rate, k_birth_scale, k_birth_group, k_birth_first, k_birth_parity,
    k_birth_union, k_birth_spacing,
):  # fmt: skip
    for i in range(p_present.size):
        months = p_pregnancy[i]
        p_pregnancy[i] = min(months + 1, TERM) if (p_present[i] != 0) & (p_sex[i] == 1) & (months > 0) else months
    most = np.max(k_birth_rate / 1000 * k_birth_scale) * np.max(k_birth_group) * np.max(k_birth_union)
    most *= np.max(k_birth_spacing) * max(np.max(k_birth_first), np.max(k_birth_parity)) / 12
    may = np.empty(p_present.size, np.uint8)
    for i in range(p_present.size):
        fertile = (p_sex[i] == 1) & (p_age[i] >= 180 - TERM) & (p_age[i] < 540 - TERM) & (p_pregnancy[i] == 0)
        may[i] = fertile & (pu_conceive[i] < most) & (p_present[i] != 0) & (p_labor[i] != 4)
    for i in listed(may):
        at_birth = int(p_age[i]) + TERM
        band = (at_birth - 180) // 60
        group = 0 if band < 2 else (1 if band == 2 else 2)
        since, parity = int(p_since_birth[i]), int(p_parity[i])
        spacing = 0 if since < 6 else (1 if since < 18 else (2 if since < 24 else (3 if since <= 42 else 4)))
        union = int(h_couple[int(p_household[i]) - h0]) if p_role[i] <= 1 else 0
        rate = k_birth_rate[band] / 1000 * k_birth_scale[band] * k_birth_group[group * 5 + int(p_race[i])]
        rate *= k_birth_union[union] * k_birth_spacing[spacing]
        rate *= k_birth_first[band] if parity == 0 else k_birth_parity[min(parity, 3) - 1]
        if happens(pu_conceive[i], rate / 12):
            p_pregnancy[i] = 1


def fertility_plain(
    p_present, p_household, p_age, p_sex, p_race, p_role, p_parity, p_since_birth, p_labor, p_pregnancy,
    h_couple, h0, pu_conceive, k_birth_rate, k_birth_scale, k_birth_group, k_birth_first, k_birth_parity,
    k_birth_union, k_birth_spacing,
):  # fmt: skip
    woman = (p_present != 0) & (p_sex == 1)
    expecting = woman & (p_pregnancy > 0)
    at_birth = p_age.astype(np.int64) + TERM
    rows = np.flatnonzero(woman & ~expecting & (at_birth >= 180) & (at_birth < 540) & (p_labor != 4))
    band = (at_birth[rows] - 180) // 60
    group = np.where(band < 2, 0, np.where(band == 2, 1, 2))
    spacing = np.searchsorted([6, 18, 24, 43], p_since_birth[rows].astype(np.int64), side="right")
    union = np.where(p_role[rows] <= 1, h_couple[p_household[rows].astype(np.int64) - h0], 0).astype(np.int64)
    parity = p_parity[rows].astype(np.int64)
    recorded = p_race[rows].astype(np.int64)
    rate = k_birth_rate[band] / 1000 * k_birth_scale[band] * k_birth_group[group * 5 + recorded]
    rate = rate * (k_birth_union[union] * k_birth_spacing[spacing])
    rate = rate * np.where(parity == 0, k_birth_first[band], k_birth_parity[np.clip(parity, 1, 3) - 1])
    conceives = rows[pu_conceive[rows] < -np.expm1(-rate / 12)]
    p_pregnancy[expecting] = np.minimum(p_pregnancy[expecting].astype(np.int64) + 1, TERM)
    p_pregnancy[conceives] = 1


FERTILITY = process(
    "demography.fertility", kernel=fertility_kernel, twin=fertility_plain, writes=("p_pregnancy",),
    summary="Pregnancies begin and advance.",
)  # fmt: skip


@njit(error_model="numpy")
def _table(rates, growth):
    """Monthly death hazard by year of age and twelfth, shape (111, 12); log-linear between entries."""
    out, logs = np.empty((_LAST, 12)), np.log(rates)
    last = logs.size - 1
    for year in range(_LAST):
        for twelfth in range(12):
            age = year + twelfth / 12
            if year == 0:
                q = logs[0]  # the table's first entry is the whole first year of life
            elif age >= 90:
                q = logs[last] + growth * (age - 90)
            else:
                k = 1 if year < 5 else year // 5 + 1
                t = (age - _AGES[k]) / (_AGES[k + 1] - _AGES[k])
                q = logs[k] * (1 - t) + logs[k + 1] * t
            out[year, twelfth] = q
    flat = out.reshape(-1)
    for k in range(flat.size):
        flat[k] = -log_(1.0 - min(exp_(flat[k]), 0.999)) / 12
    return out


@njit(error_model="numpy")
def _means(fade, rr_bmi, rr_flags, rr_income, mix_bmi, mix_disease, mix_income):
    """Exponent w and mean of (product of relative risks)^w by year of age, two arrays of shape (111,)."""
    weight, mean = np.zeros(_LAST), np.ones(_LAST)
    for year in range(18, _LAST):
        w = min(max((fade[1] - year) / (fade[1] - fade[0]), 0.0), 1.0)
        band = 0 if year < 40 else (1 if year < 60 else 2)
        total, mass = 0.0, 0.0
        for c in range(6):
            total += mix_bmi[band * 6 + c] * exp_(w * log_(rr_bmi[c]))
            mass += mix_bmi[band * 6 + c]
        m = total / mass
        for d, rr in enumerate(rr_flags):
            m *= 1 + mix_disease[band * 3 + d] * (exp_(w * log_(rr)) - 1)
        total = 0.0
        for c in range(4):
            total += mix_income[c] * exp_(w * log_(rr_income[c]))
        weight[year], mean[year] = w, m * total / np.sum(mix_income)
    return weight, mean


@njit(error_model="numpy")
def mortality_kernel(
    p_present, p_household, p_age, p_sex, p_bmi, p_diabetes, p_cvd, p_substance, p_leaving, h_poverty_ratio,
    h0, pu_death, k_death_rate_male, k_death_rate_female, k_death_growth, k_death_fade, k_mix_bmi,
    k_mix_disease, k_mix_income, k_health__mortality_rr_bmi, k_health__mortality_rr_diabetes,
    k_health__mortality_rr_cvd, k_health__mortality_rr_substance, k_health__mortality_rr_income,
):  # fmt: skip
    male, female = _table(k_death_rate_male, k_death_growth), _table(k_death_rate_female, k_death_growth)
    rr_bmi, rr_income = k_health__mortality_rr_bmi, k_health__mortality_rr_income
    rr_diabetes, rr_cvd = k_health__mortality_rr_diabetes, k_health__mortality_rr_cvd
    rr_substance = k_health__mortality_rr_substance
    flags = (rr_diabetes, rr_cvd, rr_substance)
    weight, mean = _means(k_death_fade, rr_bmi, flags, rr_income, k_mix_bmi, k_mix_disease, k_mix_income)
    # No product of relative risks exceeds this, so most people need no power function.
    most = max(rr_diabetes, 1.0) * max(rr_cvd, 1.0) * max(rr_substance, 1.0)
    most = max(most * np.max(rr_bmi) * np.max(rr_income), 1.0)
    bound = np.empty((_LAST, 12))
    for year in range(_LAST):
        for twelfth in range(12):
            bound[year, twelfth] = max(male[year, twelfth], female[year, twelfth]) * most / mean[year] + 1e-12
    bounds, may = bound.reshape(-1), np.empty(p_present.size, np.uint8)
    for i in range(p_present.size):
        may[i] = (pu_death[i] < bounds[min(np.uint64(p_age[i]), np.uint64(12 * _LAST - 1))]) & (p_present[i] != 0)
    for i in listed(may):
        year = min(int(p_age[i]) // 12, _LAST - 1)
        hazard = male[year, int(p_age[i]) % 12] if p_sex[i] == 0 else female[year, int(p_age[i]) % 12]
        b = p_bmi[i]
        cls = 0 if b < 18.5 else (1 if b < 25.0 else min(int((b - 15.0) // 5), 5))
        poverty = h_poverty_ratio[int(p_household[i]) - h0]
        band = 0 if poverty < 1 else (1 if poverty < 2 else (2 if poverty < 4 else 3))
        rr = (rr_bmi[cls] if b > 0 else 1.0) * rr_income[band]
        rr *= rr_diabetes if p_diabetes[i] else 1.0
        rr *= rr_cvd if p_cvd[i] else 1.0
        rr *= rr_substance if p_substance[i] else 1.0
        if pu_death[i] < -np.expm1(-hazard * rr ** weight[year] / mean[year]):
            p_leaving[i] = 1


def mortality_plain(
    p_present, p_household, p_age, p_sex, p_bmi, p_diabetes, p_cvd, p_substance, p_leaving, h_poverty_ratio,
    h0, pu_death, k_death_rate_male, k_death_rate_female, k_death_growth, k_death_fade, k_mix_bmi,
    k_mix_disease, k_mix_income, k_health__mortality_rr_bmi, k_health__mortality_rr_diabetes,
    k_health__mortality_rr_cvd, k_health__mortality_rr_substance, k_health__mortality_rr_income,
):  # fmt: skip
    rows = np.flatnonzero(p_present != 0)
    months = p_age[rows].astype(np.int64)
    year = np.minimum(months // 12, _LAST - 1)
    age = year + (months % 12) / 12
    log_q = []
    for rates in (k_death_rate_male, k_death_rate_female):
        inside = np.interp(age, _AGES, np.log(rates))
        q = np.where(age >= 90, np.log(rates[-1]) + k_death_growth * (age - 90), inside)
        log_q.append(np.where(year == 0, np.log(rates[0]), q))
    hazard = -np.log1p(-np.minimum(np.exp(np.where(p_sex[rows] == 0, *log_q)), 0.999)) / 12
    years = np.arange(_LAST)
    w = np.clip((k_death_fade[1] - years) / (k_death_fade[1] - k_death_fade[0]), 0, 1) * (years >= 18)
    band = np.searchsorted([40, 60], years, side="right")
    bmi, income = k_health__mortality_rr_bmi, k_health__mortality_rr_income
    mix = k_mix_bmi.reshape(3, 6)[band]
    mean = (mix * bmi ** w[:, None]).sum(1) / mix.sum(1)
    flags = (k_health__mortality_rr_diabetes, k_health__mortality_rr_cvd, k_health__mortality_rr_substance)
    for d, rr in enumerate(flags):
        mean = mean * (1 + k_mix_disease.reshape(3, 3)[band, d] * (rr**w - 1))
    mean = mean * (k_mix_income * income ** w[:, None]).sum(1) / k_mix_income.sum()
    b = p_bmi[rows].astype(np.float64)
    risk = np.where(b > 0, bmi[np.searchsorted([18.5, 25, 30, 35, 40], b, side="right")], 1.0)
    poverty = h_poverty_ratio[p_household[rows].astype(np.int64) - h0]
    risk = risk * income[np.searchsorted([1, 2, 4], poverty, side="right")]
    for flag, rr in zip((p_diabetes, p_cvd, p_substance), flags, strict=True):
        risk = risk * np.where(flag[rows] != 0, rr, 1.0)
    p = -np.expm1(-hazard * risk ** w[year] / mean[year])
    p_leaving[rows[pu_death[rows] < p]] = 1


MORTALITY = process(
    "demography.mortality", kernel=mortality_kernel, twin=mortality_plain, writes=("p_leaving",),
    summary="Deaths by age, sex, weight, disease and income.",
)  # fmt: skip

DEMOGRAPHY = (MARRIAGE, SCHOOLING, FERTILITY, LEAVING, MORTALITY)
