"""Chronic disease and coverage at the start.

Diabetes, hypertension and cardiovascular disease are drawn by age, weight, disability, neighborhood
disadvantage and (because it describes the present) recorded group; where a tract's prevalence is
known, the odds of its adults are shifted to it, so the differences inside a tract stay. Coverage is
drawn at the long-run shares of the process; how many of those born abroad have no lawful status in a
town is what its published share without coverage asks for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

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
    _status(community, draw, k, rng)
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


class _Terms(NamedTuple):
    """What coverage depends on, of people below 65; one entry a person."""

    home: np.ndarray
    child: np.ndarray
    caregiver: np.ndarray
    relative: np.ndarray
    working: np.ndarray
    eligible: np.ndarray
    eligible_b: np.ndarray
    share: np.ndarray
    buy: np.ndarray
    disabled: np.ndarray


def _terms(community: Community, rows: np.ndarray, draw: Mapping[str, Any], k: Mapping[str, Any]) -> _Terms:
    p, hh = community.person, community.household
    home, months = p["household"][rows].astype(np.int64), p["age"][rows].astype(np.int64)
    poverty, children = hh["poverty_ratio"][home].astype(float), hh["children"][home] > 0
    own_unit = (p["role"][rows] >= 2) & (months >= k["own_unit_age"] * 12)
    poverty = np.where(own_unit, 12.0 * p["earnings"][rows] / draw["benefits.guideline_first"][1], poverty)
    names = ("husky_child_age", "husky_child_limit", "husky_pregnant_limit", "husky_parent_limit", "husky_d_limit")
    expecting = (p["pregnancy"][rows] > 0) | (p["since_birth"][rows] <= 12)
    caregiver = p["role"][rows] <= 1
    limit = coverage.medicaid_limit(months, expecting, caregiver & children, *(draw[f"benefits.{n}"] for n in names))
    child = months < draw["benefits.husky_child_age"] * 12
    eligible = poverty <= limit
    del limit  # of a state, each is as large as a column
    working = (p["labor"][rows] == 1) & (months >= ADULT)
    wage, hours = p["wage"][rows], p["hours"][rows]
    return _Terms(
        home=home,
        child=child,
        caregiver=caregiver,
        relative=caregiver | ((p["role"][rows] == 2) & (months < k["family_age"] * 12)),
        working=working,
        eligible=eligible,
        eligible_b=child & ~eligible & (poverty <= draw["benefits.husky_b2_limit"]),
        share=coverage.plan_share(wage, hours, k["wage_steps"], k["employer_share"], k["part_time_factor"], k["plan_hours"]),
        buy=k["direct_gain"][np.searchsorted([2, 4], poverty, side="right")],
        disabled=(p["disabled"][rows] == 1) & ~working & (months >= ADULT) & ~eligible,
    )


def _lasting(t: _Terms, barred: np.ndarray, k: Mapping[str, Any]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Chances of a plan from one's own work, of HUSKY and of a direct plan where the monthly chances come to rest."""
    share = t.share * np.where(barred, k["immigrant_plans"], 1.0)
    gain, loss = k["employer_gain"] * share, k["employer_loss"] * (1.0 - share)
    plan = np.where(t.working & ~(t.eligible & (share < 0.5)), gain / np.maximum(gain + loss, 1e-9), 0.0)
    pace = np.where(barred, k["immigrant_factor"], 1.0)
    enroll = k["medicaid_enroll"] * pace
    member = enroll / (enroll + k["medicaid_churn"][np.where(t.child, 0, 1)])
    member = np.where(t.eligible, member, np.where(t.eligible_b, 0.5, 0.0))
    return plan, member, t.buy * pace / (t.buy * pace + k["direct_loss"])


def _uninsured(t: _Terms, barred: np.ndarray, k: Mapping[str, Any]) -> np.ndarray:
    """Chance of each to have no coverage."""
    plan, member, direct = _lasting(t, barred, k)
    alone = np.where(t.caregiver, np.log1p(-np.minimum(plan, 0.999)), 0.0)  # logarithm of the chance to bring no plan home
    home = t.home - t.home.min()
    others = np.bincount(home, alone)[home] - alone
    joins = np.where(t.relative & ~t.eligible, np.exp(others), 1.0)
    return (1.0 - plan) * joins * (1.0 - member) * (1.0 - direct) * (1.0 - k["medicare_disabled_share"] * t.disabled)


def _status(community: Community, draw: Mapping[str, Any], k: Mapping[str, Any], rng: np.random.Generator) -> None:
    """Say who of those born abroad has no lawful status, so that as many in a town are uninsured as are published.

    Fewer of those who speak English best are without. Members of a home share the luck of it.
    """
    p = community.person
    town = community.neighborhood["town"].astype(np.int64)
    people, free, more = (np.zeros(town.max(initial=0) + 1) for _ in range(3))
    for b in range(p.n_blocks):  # what it takes on the way is as large as a dozen columns
        here = p.block(b).start + np.flatnonzero(p["present"][p.block(b)] == 1)
        people += np.bincount(town[_where(community, here)], minlength=people.size)
        rows = here[p["age"][here] < _OLD]
        if rows.size:
            t, of = _terms(community, rows, draw, k), town[_where(community, rows)]
            abroad = (p["foreign_born"][rows] != 0) & ~t.child
            now = _uninsured(t, np.zeros(rows.size, bool), k)
            free += np.bincount(of, now, people.size)
            weight = np.where(p["language"][rows] == 0, k["no_status_english"], 1.0)
            more += np.bincount(of, weight * (_uninsured(t, abroad, k) - now), people.size)
    level = np.full(people.size, np.nan)
    level[town] = known_levels(community, "data_uninsured")
    share = (level * people - free) / np.maximum(more, 1e-9)
    share = np.clip(np.where(np.isfinite(share), share, k["no_status"]), 0.0, k["no_status_most"]).round(9)  # however cut
    homes = np.flatnonzero(community.household["present"] == 1)
    luck = np.zeros(community.household.size)
    luck[homes] = rng.random(homes.size)
    for b in range(p.n_blocks):
        part = {name: p[name][p.block(b)] for name in ("present", "foreign_born", "language", "household")}
        rows = np.flatnonzero((part["present"] == 1) & (part["foreign_born"] != 0))
        home = part["household"][rows].astype(np.int64)
        of = town[community.household["neighborhood"][home].astype(np.int64)]
        without = luck[home] < share[of] * np.where(part["language"][rows] == 0, k["no_status_english"], 1.0)
        part["foreign_born"][rows] = np.where(without, coverage.NO_STATUS, 1)  # histories may be drawn anew


def _insurance(
    community: Community, here: np.ndarray, draw: Mapping[str, Any], k: Mapping[str, Any], rng: np.random.Generator
) -> None:
    p, hh = community.person, community.household
    old = here[p["age"][here] >= _OLD]
    low = hh["poverty_ratio"][p["household"][old].astype(np.int64)] <= k["dual_limit"]
    p["insurance"][old] = np.where(low, coverage.MEDICAID, coverage.MEDICARE)
    young = here[p["age"][here] < _OLD].astype(np.uint32)
    luck = rng.random((young.size, 4), np.float32)  # in the order of rows, however these are cut
    for b in range(p.n_blocks):
        first, end = np.searchsorted(young, (p.block(b).start, p.block(b).stop))
        rows, u = young[first:end].astype(np.int64), luck[first:end].T
        t = _terms(community, rows, draw, k)
        chances = _lasting(t, (p["foreign_born"][rows] == coverage.NO_STATUS) & ~t.child, k)
        plan, member, direct = (own < chance for own, chance in zip(u[:3], chances, strict=True))
        home = t.home - hh.block(b).start
        plans = np.bincount(home[plan & t.caregiver], minlength=hh.block(b).stop - hh.block(b).start)[home]
        family = ~plan & t.relative & (plans > 0) & ~t.eligible
        disabled = t.disabled & (u[3] < k["medicare_disabled_share"])
        p["insurance"][rows] = np.select(
            [plan | family, member, disabled, direct],
            [coverage.EMPLOYER, coverage.MEDICAID, coverage.MEDICARE, coverage.DIRECT],
            coverage.UNINSURED,
        )


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
