"""Current law by date and place."""

import numpy as np
import pytest

from hecsim import evidence
from hecsim.engine import Engine
from hecsim.interventions import Calendar, Delivery, NurseVisits
from hecsim.testing import toy_community

DRAW = evidence.draw(None)


def levers(year, calendar_month=0, urban=3):
    c = toy_community(60, seed=1)
    c.tables["town"]["urban"] = urban
    engine = Engine((), DRAW, 1)
    for move in Calendar(c, DRAW).moves(year, calendar_month):
        engine.levers.move(move)
    return c, engine.levers


@pytest.mark.parametrize(("year", "wage"), [(2024, 16.11), (2025, 16.35), (2026, 16.46)])
def test_minimum_wage_in_dollars_of_2025(year, wage):
    assert levers(year)[1].number("minimum_wage") == pytest.approx(wage)


def test_minimum_wage_keeps_up_with_other_pay_which_is_constant():
    assert levers(2036)[1].number("minimum_wage") == pytest.approx(16.46)
    faster = DRAW.with_values(calendar__minimum_wage_growth=0.01)
    c, engine = levers(2026)[0], Engine((), faster, 1)
    for move in Calendar(c, faster).moves(2036, 1):
        engine.levers.move(move)
    assert engine.levers.number("minimum_wage") == pytest.approx(16.46 * 1.01**10)


def test_flat_credit_begins_with_tax_year_2025():
    assert levers(2024)[1].number("eitc_state_flat") == 0
    assert levers(2025)[1].number("eitc_state_flat") == 250


def test_base_year_adds_nothing_that_the_bases_hold():
    _, book = levers(2025, 6)
    assert book.number("care_slots") == 1
    assert book.number("sick_days") == 0
    assert book.number("minimum_wage") == pytest.approx(book.base("minimum_wage"))


def test_counsel_and_free_meals_differ_by_place():
    found = {}
    for urban in (1, 3):
        c, book = levers(2025, urban=urban)
        out = np.empty(c.neighborhood.size, np.float32)
        rows = slice(0, out.size)
        found[urban] = [float(book.fill(n, rows, out)[0]) for n in ("representation", "free_school_meals")]
    assert found[3] == pytest.approx([DRAW["calendar.counsel_covered"], DRAW["calendar.meals_covered"]])
    assert found[1] == pytest.approx([DRAW["calendar.counsel_elsewhere"], DRAW["calendar.meals_elsewhere"]])


def test_records_clear_slowly_then_a_little_faster():
    first = float(DRAW["calendar.clean_slate_first"])
    c, book = levers(2025)
    size = c.person.size
    early = book.fill("record_clear", slice(0, size), np.empty(size, np.float32)).copy()
    late = levers(2030)[1].fill("record_clear", slice(0, size), np.empty(size, np.float32))
    np.testing.assert_allclose(early, first, rtol=1e-6)
    assert (late > early).all()


def test_endowment_adds_places_from_july_2027():
    slots = [levers(y, m)[1].number("care_slots") for y, m in ((2027, 5), (2027, 11), (2031, 0), (2036, 0))]
    assert slots[0] == 1
    assert slots == sorted(slots)
    assert slots[-1] == pytest.approx(1 + DRAW["calendar.early_start_gain"])


def test_family_bridge_runs_in_greater_bridgeport_only():
    c = toy_community(400, seed=1)
    assert not Delivery((), c, DRAW).runs
    c.labels["town"][0] = "Bridgeport"
    delivery = Delivery((NurseVisits(start=0, ramp=0),), c, DRAW)
    assert [r.key for r in delivery.runs] == ["m0_g04", "g04"]
    engine = Engine((), DRAW, 1)
    for month in range(6):
        c.clock.month = month
        engine.levers.clear()
        delivery.month(c, engine.context)
    pilot, program = c.household["iv_m0_g04_stage"], c.household["iv_g04_stage"]
    assert (pilot >= 2).any()
    assert not ((pilot == 2) & (program == 2)).any()


def test_the_calendar_is_the_same_in_every_arm():
    sources = []
    for items in ((), (NurseVisits(start=0),)):
        c = toy_community(100, seed=1)
        engine = Engine((), DRAW, 1)
        Delivery(items, c, DRAW).month(c, engine.context)
        moved = engine.levers.sources().items()
        sources.append({k: v for k, v in moved if all(s.startswith("M0") for s in v)})
    assert sources[0] == sources[1]
    assert {"minimum_wage", "representation", "free_school_meals", "record_clear"} <= set(sources[0])
