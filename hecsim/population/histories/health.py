"""Chronic disease and coverage at the start.

Diabetes, hypertension and cardiovascular disease are drawn by age, weight, disability, neighborhood
disadvantage and (because it describes the present) recorded group; where a tract's prevalence is
known, the odds of its adults are shifted to it, so the differences inside a tract stay. Coverage is
drawn at the long-run shares of the process.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.special import expit, logit

from hecsim.community import Community
from hecsim.levers import LEVERS
from hecsim.population.histories.coverage_terms import lasting, terms
from hecsim.population.histories.matching import known_levels, neighborhood_of, shift_to_levels
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


def _diseases(community: Community, rows: np.ndarray, k: Mapping[str, Any], rng: np.random.Generator) -> None:
    """Each disease given those drawn before it."""
    p = community.person
    years, weight = p["age"][rows] / 12.0, bmi_class(p["bmi"][rows])
    race, where = p["race"][rows].astype(np.int64), neighborhood_of(community, rows)
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
        t = terms(community, rows, draw, k)
        chances = lasting(t, (p["foreign_born"][rows] == coverage.NO_STATUS) & ~t.child, k)
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
