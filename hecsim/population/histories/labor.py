"""Work as it is at the start: status, employer, wage, hours, schedule and record.

Status is drawn from each person's own stationary distribution of the monthly flows, so that the
first years do not drift, tilted within age groups by household income for each adult of working age
(people with work live in households with more of it). Wages are lognormal by education and then scaled, household by
household, so that the family's earnings produce its yearly income. Records, and the few who are in
prison, follow observed prevalence; group membership enters here as data on the past only.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri

from hecsim.clock import WEEKS_PER_MONTH
from hecsim.community import Community
from hecsim.population.histories import employers, spells
from hecsim.processes.labor_terms import (
    DAILY,
    NOBODY,
    OWN,
    age_group,
    paid,
    pick_employer_plain,
)

__all__ = ["initialize", "stationary"]

_WORKS, _SEEKS, _OUT, _HELD = 1, 2, 3, 4
_ADULT, _ELDER = 192, 780
_SHORTEST = 0.25  # least share of usual hours; the rest of a gap is a year partly worked
_FULL_TIME, _HALF = 35.0, 18.0  # hours a week: where full time begins, and of a usual part-time job
_WEEKS_PER_YEAR = 12 * WEEKS_PER_MONTH
_SCALE_RANGE = (0.35, 6.0)  # how far a wage may be pulled to meet the household's income
_WAGE_MAX = 300.0
_LEAST_OWN = 1.0  # dollars an hour; below, a business has in effect no income
_INCOME_RANGE = (5_000.0, 400_000.0)  # beyond these income says no more about work


def initialize(community: Community, draw: Mapping[str, Any], rng: np.random.Generator) -> None:
    """Fill every column that labor owns; employers come first."""
    employers.initialize(community, draw, rng)
    pp = community.person
    everyone = np.flatnonzero(pp["present"] == 1)
    _clear(pp, everyone)
    rows = everyone[pp["age"][everyone] >= _ADULT]
    _records(community, draw, rng, rows)
    _prison(community, draw, rng, rows)
    free = rows[pp["labor"][rows] != _HELD]
    _attachment(community, draw, rng, rows)
    _demand(community, draw, free)
    _status(community, draw, rng, free)
    _jobs(community, draw, rng, rows)
    _hours(community, draw, rng, rows)
    _fit_wages(community, draw)


def _clear(pp: Any, rows: np.ndarray) -> None:
    for column in (
        "labor", "unemployed_months", "job_months", "wage", "hours", "unstable", "job_kind", "earnings",
        "earnings_year", "record", "record_months", "sentence", "leave_weeks",
    ):  # fmt: skip
        pp[column][rows] = 0
    pp["employer"][rows] = NOBODY
    pp["released"][rows] = 255


def _p(draw: Mapping[str, Any], name: str) -> Any:
    return draw[f"labor.{name}"]


def stationary(community: Community, draw: Mapping[str, Any], rows: np.ndarray) -> spells.Lives:
    """Give the long-run working life of each person, from the monthly flows.

    Education, disability, differential treatment, record, local demand and the length of spells enter;
    what changes within a year (season, care, health) does not.
    """
    return spells.lives(partial(_chances, community, draw), rows, community.person["age"][rows], draw)


def _chances(community: Community, draw: Mapping[str, Any], rows: np.ndarray) -> spells.Chances:
    """What multiplies the monthly chances of these persons."""
    pp = community.person
    g = age_group.py_func(pp["age"][rows], pp["sex"][rows])
    race, disabled = pp["race"][rows], pp["disabled"][rows] > 0
    place = community.household["neighborhood"][pp["household"][rows].astype(np.int64)]
    demand = community.neighborhood["demand"][place].astype(float)
    half = 0.5 ** (pp["record_months"][rows] / _p(draw, "record_half_life"))

    def educated(name: str) -> np.ndarray:
        return np.where(g > 0, np.asarray(_p(draw, name))[pp["education"][rows]], 1.0)

    limit = np.where(disabled, _p(draw, "disability_find"), 1.0)
    hurt = np.where(disabled, _p(draw, "disability_loss"), 1.0)
    find = limit * _p(draw, "race_find")[race]
    find *= 1.0 - _p(draw, "record_find")[pp["record"][rows]] * half * (1.0 - _p(draw, "fair_chance"))
    lose = hurt * _p(draw, "race_loss")[race] * demand ** _p(draw, "demand_loss") * educated("loss_education")
    lose *= (1.0 + _p(draw, "record_loss")[pp["record"][rows]] * half) * _p(draw, "loss_level")
    lose *= 1.0 + (1.0 - _p(draw, "stable_elsewhere")) * (_p(draw, "unstable_loss") - 1.0)
    kind = pp["attachment"][rows]
    away = np.asarray(_p(draw, "attachment_leave"))[kind]
    back = np.asarray(_p(draw, "attachment_enter"))[kind]
    return spells.Chances(
        sex=pp["sex"][rows].astype(np.int64),
        lose=lose * away,
        leave=hurt * educated("withdraw_education") * away,
        change=away,
        find=find * demand ** _p(draw, "demand_find") * _p(draw, "find_level") * np.asarray(_p(draw, "attachment_find"))[kind],
        enter=find * demand ** _p(draw, "demand_enter") * _p(draw, "enter_level") * educated("enter_education") * back,
        seek=educated("seek_education") * limit * back,
    )


def _attachment(community: Community, draw: Mapping[str, Any], rng: np.random.Generator, rows: np.ndarray) -> None:
    """Draw each one's lasting attachment to work; those of poor homes are more often in and out, or rarely at work."""
    pp, hh = community.person, community.household
    home = pp["household"][rows].astype(np.int64)
    income = hh["poverty_ratio"][home]
    rank = np.empty(rows.size)
    rank[np.lexsort((rng.random(rows.size), income))] = (np.arange(rows.size) + 0.5) / rows.size
    tie = float(_p(draw, "attachment_income"))
    score = ndtr(tie * ndtri(1.0 - rank) + np.sqrt(1.0 - tie**2) * rng.standard_normal(rows.size))
    pp["attachment"][rows] = np.searchsorted(np.cumsum(_p(draw, "attachment"))[:-1], score, side="right")


def _demand(community: Community, draw: Mapping[str, Any], rows: np.ndarray) -> None:
    """Set the local demand that leaves the part of a town's unemployment that its people do not explain."""
    n = community.neighborhood
    n["demand"][:] = 1.0
    work, seek = stationary(community, draw, rows).shares()
    place = community.household["neighborhood"][community.person["household"][rows].astype(np.int64)]
    town, towns = n["town"].astype(np.int64), community.tables["town"].size
    idle = np.bincount(town[place], weights=seek, minlength=towns)
    force = np.bincount(town[place], weights=seek + work, minlength=towns)
    expected = (idle / np.maximum(force, 1e-9))[town] / _p(draw, "reference_unemployment")
    data = community.extras.get("data_unemployment")
    base: Any = np.ones(n.size)
    if data is not None:
        known = np.isfinite(data) & (data > 0) & (expected > 0)
        seen = np.where(known, data, 1.0) / _p(draw, "reference_unemployment")
        base = np.where(known, np.clip((expected / seen), 0.5, 2.0) ** _p(draw, "demand_response"), 1.0)
    community.extras["demand_base"] = base.astype(np.float32).astype(np.float64)
    n["demand"] = base


def _status(community: Community, draw: Mapping[str, Any], rng: np.random.Generator, rows: np.ndarray) -> None:
    """Draw employed, unemployed or out: as lives lead to by age, schooling and disability, tilted by income."""
    pp = community.person
    lives = stationary(community, draw, rows)
    work, seek = lives.shares()
    home = pp["household"][rows].astype(np.int64)
    # Of as many as could earn it: one adult's income is lower than two adults' without less work behind it.
    able = np.bincount(home[pp["age"][rows] < _ELDER], minlength=community.household.size)
    income = (community.household["income_year"] / np.maximum(able, 1))[home].astype(float)
    slope = np.asarray(_p(draw, "income_slope"))[np.where(_likeliest(pp["household"][rows], work), 0, 1)]
    income = np.clip(income, *_INCOME_RANGE)
    tilt = slope * np.log2(income / np.median(income))
    g = age_group.py_func(pp["age"][rows], pp["sex"][rows]).astype(np.int64)
    g = (g * 4 + pp["education"][rows]) * 2 + (pp["disabled"][rows] > 0)
    work = np.clip(work, 1e-6, 1.0 - 1e-6)
    odds = np.log(work / (1.0 - work)) + tilt
    chance = np.empty(rows.size)
    for group in np.unique(g):  # move each group's odds so that its mean stays what the flows imply
        who = g == group
        low, high = -40.0, 40.0
        for _ in range(45):
            middle = 0.5 * (low + high)
            if (1.0 / (1.0 + np.exp(-(odds[who] + middle)))).mean() < work[who].mean():
                low = middle
            else:
                high = middle
        chance[who] = 1.0 / (1.0 + np.exp(-(odds[who] + low)))
    u = rng.random(rows.size)
    idle = seek / (1.0 - work)
    works = u < chance
    seeks = ~works & (u < chance + (1.0 - chance) * idle)
    pp["labor"][rows] = np.where(works, _WORKS, np.where(seeks, _SEEKS, _OUT))
    pp["unemployed_months"][rows] = 0
    pp["job_months"][rows] = 0
    del home, able, income, slope, tilt, g, odds, chance, work, seek, idle, u, works, seeks  # room for what spells need
    _spells(community, draw, rng, rows, lives)


def _spells(
    community: Community, draw: Mapping[str, Any], rng: np.random.Generator, rows: np.ndarray, lives: spells.Lives
) -> None:
    """Draw months without a job and in the job from each one's own spells; poor homes are out for longer."""
    pp = community.person
    income = community.household["income_year"][pp["household"][rows].astype(np.int64)]
    rank = np.empty(rows.size)
    rank[np.argsort(income, kind="stable")] = (np.arange(rows.size) + 0.5) / rows.size
    tie = float(_p(draw, "spell_income"))
    score = ndtr(tie * ndtri(rank) + np.sqrt(1.0 - tie**2) * rng.standard_normal(rows.size))
    labor = pp["labor"][rows]
    career = np.maximum(pp["age"][rows].astype(np.int64) - _ADULT, 0)
    for status, kind, column, value in (
        (_OUT, "out", "unemployed_months", 1.0 - score),
        (_SEEKS, "look", "unemployed_months", 1.0 - score),
        (_WORKS, "job", "job_months", score),
    ):
        who = np.flatnonzero(labor == status)
        months = lives.months(kind, who, value[who])
        pp[column][rows[who]] = np.clip(months, 1, np.minimum(255, career[who] + 1))


def _likeliest(home: np.ndarray, chance: np.ndarray) -> np.ndarray:
    """Flag the one member of each household who is likeliest to work."""
    order = np.lexsort((chance, home))
    last = np.append(home[order][1:] != home[order][:-1], True)
    out = np.zeros(home.size, bool)
    out[order[last]] = True
    return out


def _records(community: Community, draw: Mapping[str, Any], rng: np.random.Generator, rows: np.ndarray) -> None:
    """Draw convictions that others can see, how long ago, and release from prison."""
    pp = community.person
    sex, race, education = pp["sex"][rows], pp["race"][rows], pp["education"][rows]
    g = age_group.py_func(pp["age"][rows], sex)
    chance = _p(draw, "conviction")[race] * np.where(sex == 1, _p(draw, "conviction_female"), 1.0)
    chance = chance * _p(draw, "conviction_age")[g] * np.where(g > 0, _p(draw, "conviction_education")[education], 1.0)
    marked = rng.random(rows.size) < np.minimum(chance, 0.9)
    felony = rng.random(rows.size) < _p(draw, "felony")[race]
    since = 12.0 * _p(draw, "conviction_years") * rng.exponential(size=rows.size)
    since = np.minimum(since, np.maximum(pp["age"][rows].astype(float) - 16 * 12, 1.0) * rng.random(rows.size))
    pp["record"][rows] = np.where(marked, np.where(felony, 2, 1), 0)
    pp["record_months"][rows] = np.where(marked, 1 + since, 0)
    served = _months_served(draw, rng.random(rows.size))
    back = 1 + since - served
    was_in = marked & felony & (rng.random(rows.size) < _p(draw, "prison_after_felony")) & (back >= 0) & (back < 255)
    pp["released"][rows] = np.where(was_in, np.clip(back, 0, 254), 255)


def _months_served(draw: Mapping[str, Any], u: np.ndarray) -> np.ndarray:
    """Give the length of stay by quantile, geometric between the quartiles and above the last."""
    q = np.asarray(_p(draw, "sentence_months"))
    known = np.log([max(q[0] / 2, 1.0), *q, q[2] * 3])
    return np.exp(np.interp(u, [0.0, 0.25, 0.5, 0.75, 1.0], known))


def _prison(community: Community, draw: Mapping[str, Any], rng: np.random.Generator, rows: np.ndarray) -> None:
    """Draw members held on the first day; never the only adult of a household, whose home would be empty."""
    pp, hh = community.person, community.household
    sex, race = pp["sex"][rows], pp["race"][rows]
    g = age_group.py_func(pp["age"][rows], sex)
    rate = _p(draw, "incarcerated")[race] / 1000.0 * _p(draw, "incarcerated_sex")[sex] * _p(draw, "incarcerated_age")[g]
    home = pp["household"][rows].astype(np.int64)
    grown = pp["age"][rows] >= 18 * 12
    adults = np.bincount(home[grown], minlength=hh.size)
    held = rows[grown & (adults[home] > 1) & (rng.random(rows.size) < rate)]
    _, first = np.unique(pp["household"][held], return_index=True)
    held = held[np.sort(first)]
    pp["labor"][held] = _HELD
    pp["sentence"][held] = np.clip(_months_served(draw, rng.random(held.size)) * rng.random(held.size), 1, 240)
    pp["record"][held], pp["released"][held] = 2, 255
    pp["unemployed_months"][held] = 2 + np.minimum(pp["sentence"][held], 200)
    pp["record_months"][held] = 1 + np.floor(12 * rng.random(held.size))


def _jobs(community: Community, draw: Mapping[str, Any], rng: np.random.Generator, rows: np.ndarray) -> None:
    """Draw wages of all with a past in work; hours, employer, schedule and leave of the employed."""
    pp, b = community.person, community.business
    sex, race, education = pp["sex"][rows], pp["race"][rows], pp["education"][rows]
    g = age_group.py_func(pp["age"][rows], sex)
    target = _p(draw, "wage")[education] * _p(draw, "wage_age")[g] * _p(draw, "wage_sex")[sex]
    target = target * _p(draw, "wage_race")[race] * np.where(pp["disabled"][rows] > 0, _p(draw, "wage_disability"), 1.0)
    wage = target * np.exp(_p(draw, "wage_sd")[education] * rng.standard_normal(rows.size))
    works = pp["labor"][rows] == _WORKS
    past = works | (g >= 2) | (pp["labor"][rows] == _HELD) | (rng.random(rows.size) < 0.5)
    alone = works & (rng.random(rows.size) < _p(draw, "own_account")[g])
    business = wage * np.exp(_p(draw, "own_pay") + _p(draw, "own_pay_sd") * rng.standard_normal(rows.size))
    wage = np.where(alone, business, np.maximum(wage, _p(draw, "federal_minimum_wage")))
    pp["wage"][rows] = np.where(past, wage, 0.0)
    pp["job_kind"][rows[alone]] = OWN
    pp["hours"][rows] = np.where(past, _FULL_TIME, 0.0)  # until hours are drawn
    at, x = rows[works], community.extras
    place = community.household["neighborhood"][pp["household"][at].astype(np.int64)]
    who = pick_employer_plain(
        rng.random(at.size, np.float32), rng.random(at.size, np.float32),
        community.neighborhood["town"][place],
        x["job_towns"], x["employer_start"], x["employer_row"], x["employer_cdf"], b["open"],
    )  # fmt: skip
    who[pp["job_kind"][at] == OWN] = NOBODY
    pp["employer"][at] = who
    stable = np.full(at.size, float(_p(draw, "stable_elsewhere")))
    stable[who != NOBODY] = b["stable_schedule"][who[who != NOBODY]]
    alone = pp["job_kind"][at] == OWN
    by_day = ~alone & (rng.random(at.size) < _p(draw, "day_labor")[pp["education"][at]])
    pp["job_kind"][at[by_day]] = DAILY
    varies = rng.random(at.size) < (1.0 - stable) * _p(draw, "unstable")[pp["education"][at]]
    pp["unstable"][at] = by_day | (varies & ~alone)
    fresh = (pp["sex"][at] == 1) & (pp["role"][at] <= 1) & (pp["since_birth"][at] <= 2) & (pp["since_birth"][at] > 0)
    takes = fresh & ~alone & (rng.random(at.size) < _p(draw, "leave_take_up")[1])
    weeks = _p(draw, "leave_weeks") - 4 * (pp["since_birth"][at].astype(int) - 1)
    pp["leave_weeks"][at] = np.where(takes, np.maximum(weeks, 0), 0)


def _hours(community: Community, draw: Mapping[str, Any], rng: np.random.Generator, rows: np.ndarray) -> None:
    """Draw usual hours of all with a past in work; of the employed in view of what their home earns."""
    pp = community.person
    rows = rows[pp["hours"][rows] > 0]
    sex = pp["sex"][rows].astype(np.int64)
    g = age_group.py_func(pp["age"][rows], sex)
    level = _paid(draw, pp["wage"][rows], pp["job_kind"][rows]) / _p(draw, "part_time_reference")
    often = np.asarray(_p(draw, "part_time_attachment"))[pp["attachment"][rows]]
    part = np.minimum(_p(draw, "part_time")[g] * often * level ** _p(draw, "part_time_wage"), 0.95)
    u, v = rng.random(rows.size), rng.random(rows.size)
    low, most = np.asarray(_p(draw, "part_hours")), np.asarray(_p(draw, "full_hours"))
    full = most[0] + (most[1 + sex] - most[0]) * v**2
    short = low[0] + (low[1] - low[0]) * v
    works = np.flatnonzero(pp["labor"][rows] == _WORKS)
    part[works] = _given_income(community, draw, rows[works], g[works], part[works], full[works], short[works])
    pp["hours"][rows] = np.where(u < part, short, full)


def _given_income(
    community: Community, draw: Mapping[str, Any], at: np.ndarray, g: np.ndarray, part: np.ndarray, full: np.ndarray,
    short: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """Chance of part time of the employed `at`, by their own chance `part` and by what their home earns.

    By Bayes' rule: short hours are the likelier the more the pay that was drawn would bring in beyond what the home
    has. Where even full-time hours at the minimum wage would, some work short hours for certain. Each age group's
    share of part time stays what the chances imply, so that those of well-off homes work part time the less often:
    drawn without income, they would be as many as all should be, and the poor would come on top.
    """
    pp = community.person
    home = pp["household"][at].astype(np.int64)
    homes, minimum = community.household.size, _p(draw, "minimum_wage")
    aim = _aim(community, draw)
    pay = _paid(draw, pp["wage"][at], pp["job_kind"][at]) * _WEEKS_PER_YEAR
    earned = np.bincount(home, pay * full, homes)
    gap = np.log(np.clip(aim[home] / earned[home], *_SCALE_RANGE))
    less = -np.log(1.0 - pay * (full - short) / earned[home])  # how much lower the home's earnings with short hours
    odds = np.log(part / (1.0 - part)) - less * (2.0 * gap + less) / (2.0 * _p(draw, "wage_fit_sd") ** 2)
    # How many must work short hours, those first whom it suits.
    order = np.lexsort((-odds, home))
    number = np.bincount(home, minlength=homes)
    place = np.empty(at.size, np.int64)
    place[order] = np.arange(at.size) - (np.cumsum(number) - number)[home[order]]
    least = minimum * _WEEKS_PER_YEAR
    bound = place < np.ceil((number * _FULL_TIME - aim / least) / (_FULL_TIME - _HALF))[home]
    chance = np.ones(at.size)
    for group in np.unique(g):
        free = (g == group) & ~bound
        wanted = part[g == group].sum() - (bound & (g == group)).sum()
        low, high = -40.0, 40.0
        for _ in range(45):
            middle = 0.5 * (low + high)
            if (1.0 / (1.0 + np.exp(-(odds[free] + middle)))).sum() < wanted:
                low = middle
            else:
                high = middle
        chance[free] = 1.0 / (1.0 + np.exp(-(odds[free] + low)))
    return chance


def _paid(draw: Mapping[str, Any], wage: np.ndarray, kind: np.ndarray) -> np.ndarray:
    """What an hour pays under the law of the start."""
    return np.asarray(paid.py_func(wage.astype(float), kind, _p(draw, "minimum_wage"), _p(draw, "minimum_reach")))


def _unpaid(draw: Mapping[str, Any], wage: np.ndarray, kind: np.ndarray, factor: np.ndarray) -> np.ndarray:
    """The wage without a minimum of those who are to be paid `factor` times what they are paid."""
    minimum, reach = _p(draw, "minimum_wage"), _p(draw, "minimum_reach")
    pay = _paid(draw, wage, kind) * factor
    near = np.where(pay > minimum, 2.0 * pay - (1.0 + reach) * minimum, np.minimum(wage * factor, (1.0 - reach) * minimum))
    return np.where((kind == OWN) | (pay >= (1.0 + reach) * minimum), pay, near)


def _aim(community: Community, draw: Mapping[str, Any]) -> np.ndarray:
    """What each household would earn in a year of its present work, dollars (homes,)."""
    pp, hh = community.person, community.household
    heads = np.flatnonzero((pp["present"] == 1) & (pp["role"] == 0))
    old = np.zeros(hh.size, bool)
    old[pp["household"][heads].astype(np.int64)] = pp["age"][heads] >= _ELDER
    band = np.searchsorted([1.0, 2.0, 4.0], hh["poverty_ratio"], side="right")
    earned = np.asarray(_p(draw, "earned_share"))[np.where(old, 3, np.maximum(band - 1, 0))]
    return np.asarray(hh["income_year"].astype(float) * earned / np.asarray(_p(draw, "part_year"))[band])


def _fit_wages(community: Community, draw: Mapping[str, Any]) -> None:
    """Scale wages, then hours, within each household until its earnings produce its income of the year."""
    pp, hh = community.person, community.household
    works = np.flatnonzero((pp["present"] == 1) & (pp["labor"] == _WORKS))
    home = pp["household"][works].astype(np.int64)
    aim = _aim(community, draw)
    kind = pp["job_kind"][works]

    def pay() -> np.ndarray:
        return _paid(draw, pp["wage"][works], kind)

    def year() -> np.ndarray:
        return np.maximum(np.bincount(home, pay() * pp["hours"][works] * _WEEKS_PER_YEAR, hh.size), 1.0)

    factor = np.clip(aim / year(), *_SCALE_RANGE)[home]
    least = np.where(kind == OWN, _LEAST_OWN, _p(draw, "federal_minimum_wage"))
    pp["wage"][works] = np.clip(_unpaid(draw, pp["wage"][works], kind, factor), least, _WAGE_MAX)
    # Pay ends at the minimum wage; below that only shorter hours can meet a low income, within reason: long weeks
    # become usual ones first, then part-time weeks shorter, and then all.
    hours = pp["hours"][works].astype(float)
    for who, floor in (
        (hours >= _FULL_TIME, _FULL_TIME / hours),
        (hours < _FULL_TIME, np.full(hours.size, _SHORTEST)),
        (hours > 0, np.full(hours.size, _SHORTEST)),
    ):
        now = pp["hours"][works].astype(float)
        share = np.bincount(home, pay() * now * who, hh.size) * _WEEKS_PER_YEAR
        keep = np.clip(1.0 - (year() - aim) / np.maximum(share, 1.0), 0.0, 1.0)[home]
        pp["hours"][works] = np.where(who, np.maximum(now * keep, hours * floor), now)
    _fit_past(community, draw)
    weeks = WEEKS_PER_MONTH - np.minimum(pp["leave_weeks"][works].astype(int), 4)
    pp["earnings"][works] = pay() * pp["hours"][works] * weeks


def _fit_past(community: Community, draw: Mapping[str, Any]) -> None:
    """Lower the last pay and hours of those without work in poor homes, raise them in others.

    Pensions and the next job follow from them, so homes that are poor now do not turn well off.
    """
    pp, hh = community.person, community.household
    idle = np.flatnonzero((pp["present"] == 1) & (pp["labor"] != _WORKS) & (pp["wage"] > 0))
    income = np.clip(hh["income_year"][pp["household"][idle].astype(np.int64)], *_INCOME_RANGE).astype(float)
    ratio = income / np.median(income) if idle.size else income
    wage, hours = _p(draw, "past_income")
    pp["wage"][idle] = np.clip(pp["wage"][idle] * ratio**wage, _p(draw, "federal_minimum_wage"), _WAGE_MAX)
    pp["hours"][idle] *= np.clip(ratio**hours, _SHORTEST, 1.0)
