"""Chronic disease and coverage at the start.

Diabetes, hypertension and cardiovascular disease are drawn by age, weight, disability, neighborhood
disadvantage and (because it describes the present) recorded group; where a tract's prevalence is
known, the odds of its adults are shifted to it, so the differences inside a tract stay. Coverage is
drawn at the long-run shares of the process, and then uninsured and insured people of 18 to 64 change
places until the tract's uninsured share is met; the burn-in settles the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.special import expit, logit

from hecsim.community import Community
from hecsim.levers import LEVERS
from hecsim.population.histories.matching import known_levels, shift_to_levels
from hecsim.processes import health_coverage as coverage
from hecsim.processes.ace_bits import ADULT
from hecsim.processes.base import Process
from hecsim.processes.growth import between
from hecsim.processes.health import COST, UTILITY, bmi_class

__all__ = ["initialize"]

_OLD = 65 * 12


def initialize(community: Community, draw: Mapping[str, Any], rng: np.random.Generator) -> None:
    """Fill diabetes, hypertension, cvd, gestational_diabetes, insurance, utility and health_cost."""
    p = community.person
    here = np.flatnonzero(p["present"] == 1)
    adults = here[p["age"][here] >= ADULT]
    k = {n.partition(".")[2]: draw[n] for n in draw if n.startswith("health.")}
    for column in ("diabetes", "hypertension", "cvd", "gestational_diabetes"):
        p[column][here] = 0
    _diseases(community, adults, k, rng)
    _gestational(community, adults, k, rng)
    _insurance(community, here, draw, k, rng)
    for process in (UTILITY, COST):
        _value(process, community, draw)


def _where(community: Community, rows: np.ndarray) -> np.ndarray:
    home = community.person["household"][rows].astype(np.int64)
    return community.household["neighborhood"][home].astype(np.int64)


def _diseases(community: Community, rows: np.ndarray, k: Mapping[str, Any], rng: np.random.Generator) -> None:
    """Each disease given those drawn before it."""
    p = community.person
    years, weight = p["age"][rows] / 12.0, bmi_class(p["bmi"][rows])
    race, where = p["race"][rows].astype(np.int64), _where(community, rows)
    common = k["start_disadvantage"] * community.neighborhood["disadvantage"][where]
    common = common + k["start_disabled"] * (p["disabled"][rows] != 0)
    factors = k["start_cvd_factors"]

    def draw_disease(column: str, index: np.ndarray, data: str, ratio: float = 1.0) -> None:
        index = index + common
        level = known_levels(community, data) * ratio
        chance = expit(index + shift_to_levels(index, where, level)[where])
        p[column][rows] = rng.random(rows.size) < chance

    for column in ("diabetes", "hypertension"):
        index = between(years, k["disease_ages"], logit(k[f"start_{column}"]))
        index = index + k[f"start_{column}_bmi"][weight] + k[f"start_{column}_race"][race]
        draw_disease(column, index, f"data_{column}")
    index = between(years, k["disease_ages"], logit(k["start_cvd"])) + factors[2] * (p["sex"][rows] == 1)
    index = index + factors[0] * (p["diabetes"][rows] != 0) + factors[1] * (p["hypertension"][rows] != 0)
    draw_disease("cvd", index, "data_chd", float(k["cvd_per_chd"]))


def _gestational(community: Community, adults: np.ndarray, k: Mapping[str, Any], rng: np.random.Generator) -> None:
    p = community.person
    rows = adults[(p["sex"][adults] == 1) & (p["parity"][adults] > 0)]
    never = (1.0 - k["gestational_diabetes"][bmi_class(p["bmi"][rows])]) ** p["parity"][rows].astype(float)
    p["gestational_diabetes"][rows] = rng.random(rows.size) < 1.0 - never


def _insurance(
    community: Community,
    here: np.ndarray,
    draw: Mapping[str, Any],
    k: Mapping[str, Any],
    rng: np.random.Generator,
) -> None:
    p, hh = community.person, community.household
    rows = here[p["age"][here] < _OLD]
    old = here[p["age"][here] >= _OLD]
    low = hh["poverty_ratio"][p["household"][old].astype(np.int64)] <= k["dual_limit"]
    p["insurance"][old] = np.where(low, coverage.MEDICAID, coverage.MEDICARE)
    home, months = p["household"][rows].astype(np.int64), p["age"][rows].astype(np.int64)
    poverty, children = hh["poverty_ratio"][home].astype(float), hh["children"][home] > 0
    own_unit = (p["role"][rows] >= 2) & (months >= k["own_unit_age"] * 12)
    poverty = np.where(own_unit, 12.0 * p["earnings"][rows] / draw["benefits.guideline_first"][1], poverty)
    names = (
        "husky_child_age",
        "husky_child_limit",
        "husky_pregnant_limit",
        "husky_parent_limit",
        "husky_d_limit",
    )
    expecting = (p["pregnancy"][rows] > 0) | (p["since_birth"][rows] <= 12)
    caregiver = p["role"][rows] <= 1
    limit = coverage.medicaid_limit(months, expecting, caregiver & children, *(draw[f"benefits.{n}"] for n in names))
    child = months < draw["benefits.husky_child_age"] * 12
    eligible = poverty <= limit
    del limit  # of a state, each is as large as a column
    eligible_b = child & ~eligible & (poverty <= draw["benefits.husky_b2_limit"])
    working = (p["labor"][rows] == 1) & (months >= ADULT)
    share = coverage.plan_share(
        p["wage"][rows],
        p["hours"][rows],
        k["wage_steps"],
        k["employer_share"],
        k["part_time_factor"],
        k["plan_hours"],
    )
    abroad = (p["foreign_born"][rows] != 0) & (p["language"][rows] != 0) & ~child
    share = share * np.where(abroad, k["immigrant_plans"], 1.0)
    gain, loss = k["employer_gain"] * share, k["employer_loss"] * (1.0 - share)
    poor = eligible & (share < 0.5)
    del share
    chance = gain / np.maximum(gain + loss, 1e-9)
    del gain, loss
    plan = working & (rng.random(rows.size) < chance) & ~poor
    del chance
    plans = np.bincount(home[plan & caregiver], minlength=hh.size)[home]
    relative = caregiver | ((p["role"][rows] == 2) & (months < k["family_age"] * 12))
    family = ~plan & relative & (plans > 0) & ~eligible
    del plans, home
    pace = np.where(abroad, k["immigrant_factor"], 1.0)
    enroll = k["medicaid_enroll"] * pace
    member = eligible & (rng.random(rows.size) < enroll / (enroll + k["medicaid_churn"][np.where(child, 0, 1)]))
    member |= eligible_b & (rng.random(rows.size) < 0.5)
    buy = k["direct_gain"][np.searchsorted([2, 4], poverty, side="right")] * pace
    direct = rng.random(rows.size) < buy / (buy + k["direct_loss"])
    del poverty, pace, enroll, buy, abroad
    disabled = (p["disabled"][rows] == 1) & ~working & (months >= ADULT) & ~eligible
    disabled &= rng.random(rows.size) < k["medicare_disabled_share"]
    del months
    state = np.select(
        [plan | family, member, disabled, direct],
        [coverage.EMPLOYER, coverage.MEDICAID, coverage.MEDICARE, coverage.DIRECT],
        coverage.UNINSURED,
    )
    level = known_levels(community, "data_uninsured") * k["uninsured_places"]
    state = _to_uninsured_level(community, rows, state, eligible, level, rng)
    p["insurance"][rows] = state


def _to_uninsured_level(
    community: Community, rows: np.ndarray, state: np.ndarray, eligible: np.ndarray, level: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:  # fmt: skip
    """Move people of 18 to 64 into or out of coverage until each tract's uninsured share is met."""
    where = _where(community, rows)
    grown = community.person["age"][rows] >= ADULT
    count = np.bincount(where[grown], minlength=level.size)
    bare = grown & (state == coverage.UNINSURED)
    now = np.bincount(where[bare], minlength=level.size)
    wanted = np.where(np.isfinite(level), np.nan_to_num(level) * count, now)
    cover = np.clip(1.0 - wanted / np.maximum(now, 1), 0.0, 1.0)
    # Those who have a plan through work or Medicare keep it: losses fall on Medicaid and direct plans first.
    loose = grown & ((state == coverage.MEDICAID) | (state == coverage.DIRECT))
    pool = np.bincount(where[loose], minlength=level.size)
    drop = np.clip((wanted - now) / np.maximum(pool, 1), 0.0, 0.6)
    u = rng.random(rows.size)
    covered, dropped = bare & (u < cover[where]), loose & (u < drop[where])
    del u, where
    state = np.where(covered, np.where(eligible, coverage.MEDICAID, coverage.DIRECT), state)
    return np.where(dropped, coverage.UNINSURED, state)


def _value(process: Process, community: Community, draw: Mapping[str, Any]) -> None:
    """Run a process's plain twin on the whole table, with levers at their base."""
    # Block by block: what the twin works with is as large as a dozen columns.
    p = community.person
    for b in range(p.n_blocks):
        rows, arguments = p.block(b), {}
        for a in process.arguments:
            if a.kind == "parameter":
                arguments[a.name] = draw[a.key]
            elif a.kind == "lever":
                arguments[a.name] = np.full(rows.stop - rows.start, LEVERS[a.key].base, np.float32)
            else:
                arguments[a.name] = p[a.key][rows]
        if process.twin is not None:
            process.twin(**arguments)
