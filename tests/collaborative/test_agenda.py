"""Laws that wait for a collaborative's advocacy, and employers that it recognizes."""

from dataclasses import replace

import numpy as np

from collaborative.support import DRAW, NOW, WORKING, Arm, town
from hecsim.collaborative.advocacy import pressure
from hecsim.engine import Engine
from hecsim.interventions import CleanSlate, Delivery, RightToCounsel


def test_inside_and_outside_strategies_need_each_other():
    both = pressure(0.6, 0.6, DRAW) - 1
    assert both > (pressure(0.6, 0, DRAW) - 1) + (pressure(0, 0.6, DRAW) - 1)


def test_a_law_waits_until_it_is_enacted_and_advocacy_brings_that_forward():
    """Mean over 12 futures of the month of enactment, capped at 84; its standard error is about 7 months in each arm."""
    quiet = replace(WORKING)
    loud = replace(WORKING, organizers=3.0, reform=2.0, efforts=("forums", "media", "coalition"))
    months = {}
    for name, spec in (("quiet", quiet), ("loud", loud)):
        state, found = town(200), []
        for seed in range(12):
            arm = Arm(RightToCounsel(**NOW), spec=spec, start=state, seed=seed).run(84)
            law = arm.group.laws["P01"]
            found.append(law.since if law.enacted else 84)
        months[name] = np.mean(found)
    assert months["loud"] < months["quiet"] - 10


def test_what_is_not_on_its_agenda_does_not_wait_for_it():
    arm = Arm(RightToCounsel(**NOW), CleanSlate(**NOW), spec=replace(WORKING, agenda=("P12",))).run(3)
    assert arm.began("p01") == 0
    assert set(arm.group.laws) == {"P12"}
    assert arm.delivery.status(arm.c)["P12"]["stands"] in ("idea", "drafted")


def test_recognition_goes_to_the_best_and_their_practice_and_their_peers_improve():
    from hecsim.population.histories import labor
    from hecsim.processes.employers import EMPLOYERS

    state = town(2000)
    state.neighborhood["key"] = np.arange(1, state.neighborhood.size + 1)
    state.person["education"], state.person["disabled"] = 2, 0
    labor.initialize(state, DRAW, np.random.default_rng(1))
    practice = []
    for awards in (0, 60):
        c = state.copy()
        engine = Engine((EMPLOYERS,), DRAW, 5)
        delivery = Delivery((), c, DRAW, horizon=99, calendar=False, collaborative=replace(WORKING, awards=awards))
        for _ in range(36):
            engine.levers.clear()
            delivery.month(c, engine.context)
            engine.step(c)
        b = c.business
        practice.append((b["fair_chance"][b["open"] == 1].astype(float).mean(), b["recognized"].sum()))
    assert practice[0][1] == 0 < practice[1][1]
    assert practice[1][0] > practice[0][0]


def test_plans_and_credits_move_practice_and_credits_cost_what_is_hired():
    spec = replace(WORKING, awards=120, employer_plans=True, hiring_credit=2400.0)
    state = town(2000)
    state.person["labor"], state.person["record"], state.person["job_months"] = 1, 1, 3
    arm = Arm(spec=spec, start=state).run(6)
    size = arm.c.business.size
    pushed = arm.engine.levers.fill("employer_stable", slice(0, size), np.empty(size, np.float32))
    assert (pushed[arm.c.business["plan"] == 1] > pushed[arm.c.business["plan"] == 0].max(initial=0)).all()
    assert arm.engine.levers.fill("employer_fair_chance", slice(0, size), np.empty(size, np.float32)).min() > 0
    assert arm.delivery.ledger.total(category="hiring credits") > 0
    assert arm.delivery.ledger.total(category="employer plans") > 0
