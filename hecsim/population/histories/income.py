"""Income and savings as they are at the start: claims, pensions and capital, savings, arrears, care.

What a household draws beside its earnings is set so that all sources together produce its income of
the year. Whether it claims a benefit is a lasting trait, drawn at observed take-up, for SNAP by age and
what the home could have. Liquid savings follow the survey of consumer finances by income: many hold next
to nothing, a few hold months.

How fast the entitled begin to claim SNAP in a town (`snap_place`) is a kept fact of the place: stigma, offices
and outreach beyond who lives there. It is what the town's published share of households with SNAP, corrected
for those who do not report it, is against the share that the model's own odds give for its people, to a power
and bounded; over the entitled of the state its mean is near 1, so that it moves claims between towns. Towns
without a published share have 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hecsim import benefits
from hecsim.benefits import snap
from hecsim.benefits.rules import at_size
from hecsim.benefits.snap import snap_counted_share, snap_step
from hecsim.clock import WEEKS_PER_MONTH
from hecsim.community import Community
from hecsim.compiled import njit
from hecsim.population.histories.matching import known_levels
from hecsim.processes.health_coverage import NO_STATUS
from hecsim.processes.labor_terms import paid

__all__ = ["initialize"]

_GESTATION = 9  # months


def initialize(community: Community, draw: Mapping[str, Any], rng: np.random.Generator) -> None:
    """Fill every column that income, care and budget own."""
    hh = community.household
    rows = np.flatnonzero(hh["present"] == 1)
    _claims(community.person, hh, draw, rng, rows)
    _sources(community, draw, rows)
    _savings(hh, draw, rng, rows)
    _snap_claims(community, draw, rng, rows)
    hh["skill"][rows] = rng.standard_normal(rows.size) + draw["income.skill_education"] * (
        hh["education"][rows].astype(float) - 1.5
    )
    hh["backing"][rows] = rng.spawn(1)[0].standard_normal(rows.size)  # other numbers stay as they were without it
    hh["bandwidth"][rows] = 0.85
    hh["tfa_months"][rows] = 0
    for column in (
        "refund_due",
        "refund",
        "snap",
        "tfa",
        "wic",
        "ui",
        "benefits",
        "shock",
        "hardship",
        "care_cost",
        "care_hours",
    ):
        hh[column][rows] = 0
    children = hh["under13"][rows] > 0
    # Care 4 Kids starts at the share that the list's own flow would hold; the burn-in settles the rest.
    poor = children & (hh["poverty_ratio"][rows] < 2.6) & (hh["workers"][rows] > 0)
    hh["care_subsidy"][rows] = np.where(poor & (rng.random(rows.size) < draw["income.start_subsidized"]), 2, 0)
    hh["care_wait"][rows] = 0
    hh["child_care"][rows] = np.where(children, 1, 0)
    hh["free_time"][rows] = 30
    _withheld(hh, rows)


def _claims(pp: Any, hh: Any, draw: Mapping[str, Any], rng: np.random.Generator, rows: np.ndarray) -> None:
    """TFA and tax returns at their shares; WIC where beginning since conception and lapsing after the first year hold it."""
    lived = pp["present"] == 1
    months = np.full(hh.size, -1.0)  # since the youngest was conceived, -1 without
    np.maximum.at(months, pp["household"][lived], pp["pregnancy"][lived].astype(float))
    months = np.where(months > 0, months, _GESTATION + hh["youngest"].astype(float))[rows]
    share = 1.0 - (1.0 - draw["income.wic_begin"]) ** np.minimum(months, _GESTATION + 12)
    share = share * (1.0 - draw["income.wic_lapse"]) ** np.maximum(months - _GESTATION - 12, 0)
    hh["takes_wic"][rows] = rng.random(rows.size) < share
    for column in ("takes_tfa", "takes_eitc"):
        hh[column][rows] = rng.random(rows.size) < draw[f"income.{column}"]


@njit()
def _snap_offers(rules, persons, without, earned, theirs, unearned, rent, elders, medical, savings, shelter, steps):
    """What each home could have from SNAP, $/month float64 (rows,), and its step, int64 (rows,)."""
    out, money = np.empty(persons.size, np.int64), np.empty(persons.size)
    for h in range(persons.size):
        share, unit = snap_counted_share(persons[h], without[h], theirs[h], earned[h]), max(persons[h] - without[h], 0)
        allotment = snap(
            rules, unit, share * earned[h], unearned[h], share * rent[h], True, 0.0, elders[h] > 0, medical * elders[h], 0.0,
            False, savings[h], 2, shelter[h],
        )  # fmt: skip
        most = at_size(rules.snap_max_allotment, max(unit, 1), rules.snap_max_allotment_each_more)
        out[h], money[h] = snap_step(allotment, most, steps), allotment
    return money, out


def _snap_claims(community: Community, draw: Mapping[str, Any], rng: np.random.Generator, rows: np.ndarray) -> None:
    """Claims stand where beginning and lapsing hold them, by what the home could have, age, origin, tenure and place."""
    pp, hh = community.person, community.household
    old = (pp["present"] == 1) & (pp["role"] <= 1) & (pp["age"] >= 60 * 12)
    aged = np.bincount(pp["household"][old].astype(np.int64), minlength=hh.size)[rows] > 0
    abroad = (pp["present"] == 1) & (pp["role"] <= 1) & (pp["foreign_born"] != 0) & (pp["language"] != 0)
    wary = np.bincount(pp["household"][abroad].astype(np.int64), minlength=hh.size)[rows] > 0
    apart = (pp["present"] == 1) & (pp["foreign_born"] == NO_STATUS)
    home = pp["household"][apart].astype(np.int64)
    without = np.bincount(home, minlength=hh.size)[rows]
    theirs = np.bincount(home, pp["earnings"][apart].astype(float), hh.size)[rows]
    share = np.asarray(draw["income.snap_share"])

    def wide(column: str) -> np.ndarray:
        return hh[column][rows].astype(np.float64)

    tenure = hh["tenure"][rows]
    allotment, step = _snap_offers(
        benefits.rules("2025-07"), np.maximum(hh["persons"][rows].astype(np.int64), 1), without, wide("earnings"), theirs,
        wide("other_income"),
        np.where(tenure < 2, wide("rent"), 0.0), wide("elders"), float(draw["income.medical_elder"]), wide("savings"),
        tenure == 2, share.size,
    )  # fmt: skip
    odds = share[step] / (1.0 - share[step]) * np.where(aged, draw["income.snap_elder"], 1.0)
    odds *= np.where(wary, draw["income.snap_immigrant"], 1.0) * np.where(tenure == 0, draw["income.snap_owner"], 1.0)
    where = hh["neighborhood"][rows].astype(np.int64)
    place = _snap_places(community, draw, where, np.where(allotment > 0, odds / (1.0 + odds), 0.0))
    community.neighborhood["snap_place"] = place
    odds *= place[where]
    hh["takes_snap"][rows] = rng.random(rows.size) < odds / (1.0 + odds)
    hh["resources_year"][rows] = hh["income_year"][rows] + 12.0 * hh["takes_snap"][rows] * allotment
    hh["income"][rows] = hh["resources_year"][rows] / 12.0


def _snap_places(community: Community, draw: Mapping[str, Any], where: np.ndarray, chance: np.ndarray) -> np.ndarray:
    """Factor of each neighborhood on the rate at which claims begin; `chance` of each home to receive, without it."""
    town = community.neighborhood["town"].astype(np.int64)
    size = community.tables["town"].size
    published = known_levels(community, "data_snap") / draw["income.snap_reported"]
    known = np.isfinite(published) & (published >= 0.0)
    ratio, homes = np.ones(town.size), known[where]
    if not homes.any():
        return ratio
    # A town of which few homes are simulated is taken to differ as all do.
    usual, few = chance[homes].sum() / max(published[where][homes].sum(), 1e-9), float(draw["income.snap_place_few"])
    expected, number = np.bincount(town[where], chance, size)[town], np.bincount(town[where], minlength=size)[town]
    expected = (expected + few * usual * np.where(known, published, 0.0)) / (number + few)
    known &= expected > 0.0
    ratio[known] = published[known] / expected[known]
    most = float(draw["income.snap_place_most"])
    return np.clip(ratio ** draw["income.snap_place"], 1.0 / most, most)


def _sources(community: Community, draw: Mapping[str, Any], rows: np.ndarray) -> None:
    """Social Security and disability income by the model's own rule; capital income closes the rest."""
    pp, hh = community.person, community.household
    people = np.flatnonzero(pp["present"] == 1)
    home = pp["household"][people].astype(np.int64)
    age, labor = pp["age"][people], pp["labor"][people]
    hours = np.where(pp["hours"][people] > 0, pp["hours"][people], draw["income.full_time"])
    law = (draw["labor.minimum_wage"], draw["labor.minimum_reach"])
    wage = paid.py_func(pp["wage"][people].astype(float), pp["job_kind"][people], *law)
    usual = wage * hours * WEEKS_PER_MONTH
    career = np.asarray(draw["income.social_security_career"])[pp["attachment"][people]]
    retired = (age >= 67 * 12) | ((age >= 62 * 12) & (labor == 3))
    pension = np.clip(
        draw["income.social_security_share"] * career * usual,
        draw["income.social_security_min"],
        draw["income.social_security_max"],
    )
    disabled = ~retired & (pp["disabled"][people] == 1) & (age >= 216) & (labor == 3)
    drawn = np.where(retired, pension, np.where(disabled, draw["income.disability_income"], 0.0))
    other = np.bincount(home, drawn, hh.size)
    earned = np.bincount(home, pp["earnings"][people].astype(float), hh.size)
    hh["earnings"][rows] = earned[rows]
    # Many of the poor draw less than the usual amount; their shortfall is theirs for good.
    room = np.maximum(0.0, hh["income_year"] / 12.0 - earned)
    share = np.where(other > 0, np.minimum(1.0, room / np.maximum(other, 1.0)), 1.0)
    # Those who will draw later come from like homes and will have earned like rights.
    band = np.digitize(hh["poverty_ratio"][home], (1.0, 2.0, 4.0))
    draws = drawn > 0
    usual_share = np.bincount(band[draws], share[home[draws]], 4) / np.maximum(np.bincount(band[draws], minlength=4), 1)
    usual_share = np.where(np.bincount(band[draws], minlength=4) > 0, usual_share, 1.0)
    pp["entitled"][people] = np.where(draws, share[home], np.where(age >= 216, usual_share[band], 1.0))
    other = other * share
    gap = np.maximum(0.0, hh["income_year"][rows] / 12.0 - earned[rows] - other[rows])
    elder = hh["elders"][rows] > 0
    # Among the poor of working age most of the gap is a job between jobs or a year of survey noise; at
    # the top it is capital income.
    # A family without a worker lives partly on work that has just ended or is not recorded.
    band = np.digitize(hh["poverty_ratio"][rows], (2.0, 4.0))
    lasting = np.asarray(draw["income.gross_from_work"])[band]
    share = np.where(elder, 1.0, np.where(earned[rows] <= 0, draw["income.gross_without_work"], lasting))
    hh["capital_income"][rows] = share * gap
    hh["other_income"][rows] = other[rows] + share * gap


def _savings(hh: Any, draw: Mapping[str, Any], rng: np.random.Generator, rows: np.ndarray) -> None:
    band = np.digitize(hh["poverty_ratio"][rows], (1.0, 2.0, 4.0))
    access = np.asarray(draw["budget.wealth_access"])[hh["race"][rows].astype(int)]
    target = access * np.asarray(draw["budget.buffer_months"])[band] * hh["income_year"][rows] / 12.0
    thrift = rng.spawn(1)[0].standard_normal(rows.size)  # other numbers stay as they were without it
    hh["thrift"][rows] = thrift
    spread = np.exp(draw["income.savings_spread"] * rng.standard_normal(rows.size) + draw["budget.thrift_spread"] * thrift)
    hh["savings"][rows] = draw["income.savings_center"] * target * spread
    renter = hh["tenure"][rows] == 1
    behind = rng.random(rows.size) < np.where(renter, np.asarray(draw["income.start_behind"])[band], 0.0)
    hh["arrears"][rows] = np.where(behind, hh["rent"][rows] * rng.exponential(draw["income.start_arrears"], rows.size), 0.0)


def _withheld(hh: Any, rows: np.ndarray) -> None:
    """The year before month 0 is lived in the burn-in, from January, so nothing is withheld yet."""
    hh["withheld_year"][rows] = 0.0
    hh["taxes"][rows] = 0.0
    rules = benefits.rules("2025-07")  # as the engine: with the guideline of January a twentieth of the poor would be missed
    size = np.maximum(hh["persons"][rows].astype(int), 1)
    line = np.array([benefits.guideline(rules.fpl_meals, n) for n in range(1, int(size.max()) + 1)])
    hh["poverty_ratio"][rows] = hh["income_year"][rows] / line[size - 1]
