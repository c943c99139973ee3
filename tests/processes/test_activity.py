"""Activity: levels of the start, what moves it, and safety as a gate."""

import numpy as np
import pytest

from hecsim import evidence
from hecsim.engine import Engine
from hecsim.levers import Move
from hecsim.population.histories import activity as history
from hecsim.population.histories import place as place_history
from hecsim.processes.activity import ACTIVITY, SURROUNDINGS
from hecsim.testing import check_process, toy_community

MONTH = (SURROUNDINGS, ACTIVITY)
MOVES = (
    Move("activity_add", "add", 30.0, None, "t"),
    Move("active_travel", "add", 10.0, None, "t"),
    Move("school_activity", "add", 20.0, None, "t"),
)


def prepare(community):
    draw, rng = evidence.draw(None), np.random.default_rng(3)
    place_history.initialize(community, draw, rng)
    community.person["disabled"] = community.person["disabled"] * (community.person["age"] > 40 * 12)
    community.person["depression"] = 0
    history.initialize(community, draw, rng)


@pytest.fixture(scope="module")
def start():
    community = toy_community(households=2500, seed=2)
    community.neighborhood["disadvantage"] = 0.0
    rows = community.person.rows_in_use()
    # Connecticut's shares of education, so that levels can be compared.
    spread = (np.arange(rows.size) * 0.618) % 1.0
    community.person["education"][rows] = np.searchsorted([0.09, 0.34, 0.58], spread)
    prepare(community)
    return community


def run(start, months=12, moves=(), **columns):
    community = start.copy()
    for name, value in columns.items():
        table, _, column = name.partition("__")
        community.tables[table][column] = value
    engine = Engine(MONTH, evidence.draw(None), seed=5)
    for _ in range(months):
        engine.levers.clear()
        for move in moves:
            engine.levers.move(move)
        engine.step(community)
    return community


@pytest.fixture(scope="module")
def base(start):
    return run(start)


def people(community, low=0, high=120):
    pp = community.person
    return (pp["present"] == 1) & (pp["age"] >= 12 * low) & (pp["age"] < 12 * high)


@pytest.mark.parametrize("process", MONTH, ids=lambda p: p.name)
@pytest.mark.parametrize("moves", [(), MOVES], ids=["none", "moved"])
def test_loop_and_twin_agree(process, moves):
    check_process(process, months=13, prepare=prepare, levers=moves)


@pytest.mark.parametrize("when", ["start", "base"])
def test_levels_are_those_of_surveys(when, request):
    community = request.getfixturevalue(when)
    minutes, adult, youth = community.person["activity"], people(community, 18), people(community, 6, 18)
    assert 0.17 < (minutes[adult] < 10).mean() < 0.30
    assert 0.40 < (minutes[adult] >= 150).mean() < 0.56
    assert 0.16 < (minutes[youth] >= 420).mean() < 0.33
    assert (minutes[people(community, 0, 2)] == 0).all()


def test_known_inactivity_shifts_a_neighborhood():
    def share(known):
        community = toy_community(households=1500, seed=2)
        community.extras["data_inactive_2017"] = np.full(6, known, np.float32)
        prepare(community)
        return (community.person["activity"][people(community, 18)] < 10).mean()

    assert share(0.15) < 0.24
    assert share(0.4) > 0.28


def test_what_lowers_and_raises_activity(start, base):
    adult = people(base, 18)
    mean = base.person["activity"][adult].mean()

    def other(**columns):
        return run(start, **columns).person["activity"][adult].mean()

    assert other(person__depression=1) < mean - 20
    assert other(household__free_time=2.0) < mean
    assert mean < other(neighborhood__walkability=start.neighborhood["walkability"] + 1) < mean + 20
    assert mean < other(neighborhood__norm_activity=start.neighborhood["norm_activity"] + 1) < mean + 30
    assert other(household__gunfire=1) < other(household__gunfire=0)


def test_safety_is_a_gate(start):
    adult = people(start, 18)

    def gain(safety):
        program = (Move("activity_add", "add", 60.0, None, "t"),)
        with_it = run(start, moves=program, neighborhood__safety=safety)
        without = run(start, neighborhood__safety=safety)
        return (with_it.person["activity"][adult] - without.person["activity"][adult]).mean()

    assert gain(0.4) == pytest.approx(gain(0.9) * 0.4 / 0.75, rel=0.05)
    assert 50 < gain(0.9) <= 60


def test_parks_do_little_where_people_are_afraid(start):
    def gain(safety):
        nice = run(start, neighborhood__parks=1.0, neighborhood__safety=safety).household["outdoor"]
        bare = run(start, neighborhood__parks=0.0, neighborhood__safety=safety).household["outdoor"]
        return (nice - bare)[start.household["present"] == 1].mean()

    assert gain(0.3) < 0.5 * gain(0.9)


def test_school_minutes_reach_pupils_in_school_months(start):
    pupil, adult = people(start, 6, 17), people(start, 19)
    move = (Move("school_activity", "add", 50.0, None, "t"),)
    moved, plain = run(start, 5, move), run(start, 5)
    change = moved.person["activity"] - plain.person["activity"]
    assert (change[pupil] > 30).all()
    assert (change[adult] == 0).all()
