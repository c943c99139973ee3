"""Disability that limits work: loop and twin agree, prevalence holds, schooling and benefits matter."""

from __future__ import annotations

import numpy as np
import pytest

from hecsim import evidence
from hecsim.engine import Engine
from hecsim.processes.health_disability import DISABILITY, disability_band
from hecsim.testing import check_process, toy_community

DRAW = evidence.draw(None)


@pytest.fixture(scope="module")
def lived():
    """A young cohort without disability, and what ten years of the process make of it."""
    start = toy_community(30_000, seed=2)
    pp = start.person
    pp["age"], pp["disabled"] = 40 * 12, 0
    pp["education"] = np.arange(pp.size) % 4
    start.household["poverty_ratio"] = np.array([0.5, 1.5, 3.0, 6.0], np.float32)[np.arange(start.household.size) // 7 % 4]
    state, engine = start.copy(), Engine((DISABILITY,), DRAW, seed=4)
    for _ in range(120):
        engine.step(state)
    return start, state


def test_loop_and_twin_agree():
    check_process(DISABILITY, months=6)


def test_bands():
    months = 12 * np.array([16, 18, 34, 35, 54, 55, 64, 65, 74, 75, 99])
    assert disability_band.py_func(months).tolist() == [0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]


def test_onset_follows_the_rates(lived):
    """Ten years of onset and recovery give what the two hazards imply; 16 groups, four standard errors, once in 1,000."""
    start, end = lived
    here = start.person["present"] == 1
    onset = DRAW["health.disability_onset"][2] * DRAW["health.disability_education"]
    back = DRAW["health.disability_recovery"][2]
    ratio = start.household["poverty_ratio"][np.where(here, start.person["household"], 0).astype(np.int64)]
    for e in range(4):
        for band, low, high in ((0, 0.0, 1.0), (1, 1.0, 2.0), (2, 2.0, 4.0), (3, 4.0, 99.0)):
            who = here & (start.person["education"] == e) & (ratio >= low) & (ratio < high)
            rate = onset[e] * DRAW["health.disability_income"][band]
            total = rate + back
            expected = rate / total * (1.0 - np.exp(-10 * total))
            error = np.sqrt(expected * (1 - expected) / who.sum())
            assert (end.person["disabled"][who] > 0).mean() == pytest.approx(expected, abs=4 * error + 0.001)


def test_not_all_are_awarded_benefits(lived):
    code = lived[1].person["disabled"]
    share = (code == 1).sum() / (code > 0).sum()
    assert share == pytest.approx(float(DRAW["population.disability_award"]), abs=0.03)


def test_children_and_the_absent_are_left_alone(lived):
    start = toy_community(400, seed=3)
    start.person["age"], start.person["disabled"] = 15 * 12, 0
    engine = Engine((DISABILITY,), DRAW.with_values(health__disability_onset=[1.0] * 6), seed=4)
    engine.step(start)
    assert not start.person["disabled"].any()
