"""Interventions that work in a way of their own, and the page that lists them all."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from hecsim import evidence
from hecsim.engine import Engine
from hecsim.interventions import (
    AffordableHomes,
    AntiRacismReform,
    BabyBonds,
    Delivery,
    GroupPrenatalCare,
    MaternityCoverage,
    MindingTheBaby,
    NarrativeChange,
    Preschool,
)
from hecsim.interventions.frame import Frame
from hecsim.interventions.funnel import ENROLLED
from hecsim.levers import Move
from hecsim.processes.demography import DEMOGRAPHY
from hecsim.processes.health_coverage import COVERAGE
from hecsim.processes.roster import AGEING, ROSTER
from hecsim.processes.settle import SETTLE
from hecsim.testing import toy_community

DRAW = evidence.draw(None)
NOW = {"start": 0, "ramp": 0}


def month(delivery, engine, community):
    engine.levers.clear()
    delivery.month(community, engine.context)
    return engine.levers


def test_prenatal_care_lifts_development_at_birth_a_little_and_shifts_no_luck():
    start = toy_community(400, seed=9)
    p = start.person
    woman = (p["sex"] == 1) & (p["role"] <= 1) & (p["present"] == 1) & (p["age"] > 264) & (p["age"] < 480)
    p["pregnancy"][:] = np.where(woman, 8, 0)
    born = {}
    for name, moves in (("usual", ()), ("good", (Move("prenatal_care", "add", 1.0, None, "t"),))):
        c = start.copy()
        engine = Engine((AGEING, ROSTER, *DEMOGRAPHY, SETTLE), DRAW, seed=3)
        for move in moves:
            engine.levers.move(move)
        engine.step(c)
        rows = np.flatnonzero((c.person["present"] == 1) & (c.person["age"] == 0) & (c.person["mother_key"] > 0))
        rows = rows[np.isin(c.person["mother_key"][rows], p["key"][woman])]
        born[name] = dict(zip(c.person["key"][rows].tolist(), c.person["development"][rows].tolist(), strict=True))
    assert born["usual"].keys() == born["good"].keys()
    assert len(born["usual"]) > 50
    gain = [born["good"][k] - v for k, v in born["usual"].items()]
    np.testing.assert_allclose(gain, DRAW["settle.prenatal_development"], atol=1e-6)


def test_prenatal_groups_reach_the_mother_up_to_the_birth():
    c = toy_community(3000, seed=2)
    engine = Engine((), DRAW.with_values(interventions__g06_found=0.9, interventions__g06_dropout=0.0), 5)
    delivery = Delivery((GroupPrenatalCare(**NOW, reach=0.45),), c, engine.draw, calendar=False)
    for m in range(3):
        c.clock.month = m
        month(delivery, engine, c)
    served = np.flatnonzero(c.person["iv_g06_stage"] == ENROLLED)
    assert served.size > 5
    mothers = c.person["household"][served].astype(np.int64)
    care = engine.levers.fill("prenatal_care", slice(0, c.household.size), np.empty(c.household.size, np.float32))
    np.testing.assert_allclose(care[mothers], DRAW["interventions.g06_prenatal"], rtol=1e-6)
    assert (np.delete(care, mothers) == 0).all()
    energy = engine.levers.fill("energy_treatment", slice(0, c.person.size), np.empty(c.person.size, np.float32))
    assert set(np.flatnonzero(energy)) == set(served)  # hers alone, not her partner's


def test_baby_bonds_cost_a_deposit_for_each_covered_birth_and_do_nothing_for_eighteen_years():
    c = toy_community(300, seed=3)
    p = c.person
    children = np.flatnonzero((p["present"] == 1) & (p["age"] < 216))[:8]
    p["age"][p["present"] == 1] = np.maximum(p["age"][p["present"] == 1], 1)
    p["age"][children], p["insurance"][children] = 0, (2, 2, 2, 2, 2, 1, 1, 0)
    engine = Engine((), DRAW, 5)
    delivery = Delivery((BabyBonds(**NOW),), c, DRAW, horizon=400, calendar=False)
    for m in range(121):
        c.clock.month = m
        assert not month(delivery, engine, c).sources(), "nothing moves within ten years"
        if m == 0:
            assert delivery.ledger.total(payer="state", category="investment") == pytest.approx(5 * 3200.0)
        p["age"][children] = m + 1
    assert len(delivery.ledger) == 1
    p["age"][children], c.clock.month = 216, 216
    cash = month(delivery, engine, c).fill("cash", slice(0, c.household.size), np.empty(c.household.size, np.float32))
    worth = float(DRAW["interventions.p16_worth"]) * 3200.0 * 0.9
    assert cash.sum() == pytest.approx(5 * worth, rel=1e-5)
    assert 11_000 < worth / 0.9 < 24_000


def test_homes_are_paid_once_when_they_are_built():
    c = toy_community(300, seed=3)
    engine = Engine((), DRAW, 5)
    homes = AffordableHomes(start=0, ramp=24, homes=0.05)
    delivery = Delivery((homes,), c, DRAW, horizon=400, calendar=False)
    for m in range(120):
        c.clock.month = m
        month(delivery, engine, c)
    stock = float(Frame(c).weight["household"].sum())
    built = stock * 0.05 * float(DRAW["interventions.p04_compliance"])
    spent = delivery.ledger.total(category="investment")
    assert spent == pytest.approx(built * float(DRAW["interventions.p04_home"]), rel=1e-6)
    first = min(delivery.ledger.frame()["month"])
    assert first == int(DRAW["interventions.p04_implementation"])


def test_mothers_keep_their_coverage():
    c = toy_community(4000, seed=6)
    p = c.person
    mothers = (p["present"] == 1) & (p["sex"] == 1) & (p["role"] <= 1) & (p["age"] < 480) & (p["age"] > 216)
    p["since_birth"][mothers], p["labor"][mothers], p["insurance"][mothers] = 2, 3, 2
    c.household["poverty_ratio"] = 1.0
    lost = {}
    for name, items in (("law", ()), ("wider", (MaternityCoverage(**NOW, reach=1.0),))):
        state = c.copy()
        engine = Engine((COVERAGE,), DRAW.with_values(interventions__p10_implementation=0.0), 5)
        delivery = Delivery(items, state, engine.draw, calendar=False)
        for _ in range(8):
            month(delivery, engine, state)
            engine.step(state)
        lost[name] = int((state.person["insurance"][mothers] == 0).sum())
    assert lost["wider"] < lost["law"]


def test_who_is_eligible_around_birth_and_before_school():
    c = toy_community(2000, seed=8)
    p, h = c.person, c.household
    engine = Engine((), DRAW, 5)
    first = MindingTheBaby().eligible(c, engine.context)
    homes = np.unique(p["household"][(p["present"] == 1) & (p["sex"] == 1) & (p["age"] < 312)]).astype(np.int64)
    assert set(np.flatnonzero(first)) <= set(homes)
    due = Preschool().eligible(c, engine.context)
    for home in np.flatnonzero(due)[:20]:
        ages = p["age"][(p["household"] == home) & (p["present"] == 1)]
        assert ((ages >= 36) & (ages < 60)).any()
        assert h["poverty_ratio"][home] <= 1.85
    assert due.any()


def test_support_is_one_number_for_the_state_and_reform_waits_without_it():
    c = toy_community(200, seed=1)
    seen = {}
    for name, items in (("alone", ()), ("backed", (NarrativeChange(**NOW),))):
        engine = Engine((), DRAW, 5)
        delivery = Delivery((*items, AntiRacismReform(**NOW)), c.copy(), DRAW, calendar=False)
        for m in range(30):
            c.clock.month = m
            state = c.copy()
            month(delivery, engine, state)
        seen[name] = delivery.status(c)["S10"]
    assert seen["alone"]["stands"] == seen["backed"]["stands"] == "complied with"
    assert seen["backed"]["reached"] > seen["alone"]["reached"] == pytest.approx(DRAW["interventions.s10_compliance"])


def _script():
    path = Path(__file__).parents[2] / "scripts" / "document_interventions.py"
    spec = importlib.util.spec_from_file_location("document_interventions", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_what_the_script_writes():
    script = _script()
    assert script.PAGE.read_text(encoding="utf-8") == script.page(), (
        "docs/interventions.md is out of date; run: python scripts/document_interventions.py"
    )
