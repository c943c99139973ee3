"""Perceived stress: loop and twin agree, shocks add what they should, programs move the state only."""

import numpy as np
import pytest

from hecsim import evidence
from hecsim.engine import Engine
from hecsim.levers import Move
from hecsim.processes.stress import EXPOSURE, STRESS, STRESS_PROCESSES
from hecsim.testing import check_process, toy_community

SHOCKS = (
    "eviction_record", "eviction_clock", "food_security", "ipv", "bereaved", "gunfire", "discrimination",
)  # fmt: skip


def calm(community):
    """Nobody has a shock, everybody the same support."""
    for column in (*SHOCKS, "hardship", "support"):
        community.household[column][:] = 0
    community.person["labor"][community.person["labor"] == 2] = 1


def run(community, months=8, moves=(), processes=(STRESS,)):
    engine = Engine(processes, evidence.draw(None), seed=5)
    for _ in range(months):
        engine.levers.clear()
        for move in moves:
            engine.levers.move(move)
        engine.step(community)
    return community


def adults(community):
    return (community.person["present"] == 1) & (community.person["age"] >= 216)


@pytest.mark.parametrize("process", STRESS_PROCESSES, ids=lambda p: p.name)
def test_loop_and_twin_agree(process):
    moves = (Move("stress_add", "add", 0.2, None, "t"), Move("service_bias", "scale", 0.5, None, "t"))
    check_process(process, months=4, levers=() if process is EXPOSURE else moves)


@pytest.mark.parametrize(
    ("column", "value", "parameter"),
    [("food_security", 1, "food_low"), ("gunfire", 1, "gunfire"), ("discrimination", 1, "discrimination")],
)
def test_lasting_shock_of_the_home_reaches_its_size(column, value, parameter):
    quiet, loud = toy_community(seed=3), toy_community(seed=3)
    calm(quiet), calm(loud)
    loud.household[column][:] = value
    rows = adults(quiet)
    change = run(loud).person["stress_state"][rows] - run(quiet).person["stress_state"][rows]
    assert change.mean() == pytest.approx(float(evidence.draw(None)[f"stress.{parameter}"]), rel=0.01)


def test_unemployment_raises_stress_of_the_unemployed_only():
    quiet, loud = toy_community(seed=3), toy_community(seed=3)
    calm(quiet), calm(loud)
    hit = np.flatnonzero(adults(quiet))[::7]
    loud.person["labor"][hit] = 2
    change = run(loud).person["stress"] - run(quiet).person["stress"]
    assert change[hit].mean() == pytest.approx(0.5, abs=0.08)
    others = np.setdiff1d(np.flatnonzero(adults(quiet)), hit)
    assert np.abs(change[others]).max() == 0


def test_bereavement_fades_and_ends():
    community = toy_community(seed=4)
    calm(community)
    community.household["bereaved"][:] = 1
    first = run(community, 2, processes=(EXPOSURE, STRESS)).person["stress_state"][adults(community)].mean()
    later = run(community, 40, processes=(EXPOSURE, STRESS)).person["stress_state"][adults(community)].mean()
    assert first - later > 0.3
    assert community.household["bereaved"][community.household["present"] == 1].max() == 0


def test_lever_moves_the_state_and_fades_when_it_ends():
    treated, control = toy_community(seed=3), toy_community(seed=3)
    move = (Move("stress_add", "add", -0.5, None, "t"),)
    rows = adults(treated)
    during = run(treated, 6, move).person["stress"][rows] - run(control, 6).person["stress"][rows]
    assert during.mean() == pytest.approx(-0.5, abs=0.01)
    assert np.array_equal(treated.person["stress_trait"], control.person["stress_trait"])
    after = run(treated, 6).person["stress"][rows] - run(control, 6).person["stress"][rows]
    assert abs(after.mean()) < 0.01


def test_adversity_raises_the_trait_over_years():
    safe, hurt = toy_community(seed=6), toy_community(seed=6)
    for community, bits in ((safe, 0), (hurt, 0b11111)):
        community.person["ace_bits"][:] = bits
        run(community, 120)
    rows = adults(safe)
    gap = hurt.person["stress_trait"][rows].mean() - safe.person["stress_trait"][rows].mean()
    assert 0.2 < gap < 5 * 0.08


def test_small_children_have_no_score_but_keep_their_temper():
    community = toy_community(seed=3)
    small = (community.person["present"] == 1) & (community.person["age"] < 144)
    before = community.person["stress_trait"][small].copy()
    run(community, 3)
    assert (community.person["stress"][small] == 0).all()
    assert np.array_equal(community.person["stress_trait"][small], before)


def test_removing_bias_leaves_the_common_level_of_unfair_treatment():
    rates = {}
    for bias in (1.0, 0.0):
        community = toy_community(households=3000, seed=8)
        community.household["race"][:] = 1
        moves = tuple(Move(n, "scale", bias, None, "t") for n in ("service_bias", "policing_bias"))
        run(community, 1, moves, (EXPOSURE,))
        rates[bias] = community.household["discrimination"][community.household["present"] == 1].mean()
    rate = evidence.draw(None)["stress.discrimination_rate"]
    assert rates[1.0] == pytest.approx(rate[1], abs=0.015)
    assert rates[0.0] == pytest.approx(rate[0], abs=0.006)
