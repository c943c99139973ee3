"""Neighborhoods and food stores: loops agree with their twins, drivers move what they should."""

import numpy as np
import pytest

from hecsim import evidence
from hecsim.engine import Engine
from hecsim.levers import Move
from hecsim.population.histories import place as history
from hecsim.processes import place, retail
from hecsim.testing import check_process, differences, toy_community

OPENING = (place.SURROUNDINGS, place.VIOLENCE, place.NORMS, retail.STORES, retail.RETAIL)
MOVES = (
    Move("walkability_add", "add", 1.0, None, "t"),
    Move("vacant_scale", "scale", 0.5, None, "t"),
    Move("cohesion_add", "add", 0.3, None, "t"),
    Move("norm_food_add", "add", 0.5, None, "t"),
    Move("supermarkets", "add", 1.0, np.array([1, 0, 0, 0, 1, 0], np.float32), "t"),
    Move("healthy_stock", "add", 0.3, None, "t"),
)


def prepare(community):
    history.initialize(community, evidence.draw(None), np.random.default_rng(3))


@pytest.fixture(scope="module")
def start():
    community = toy_community(households=300, seed=2)
    prepare(community)
    return community


def run(start, months, moves=(), plan=OPENING, **changes):
    community = start.copy()
    engine = Engine(plan, evidence.draw(None).with_values(**changes), seed=5)
    for _ in range(months):
        engine.levers.clear()
        for move in moves:
            engine.levers.move(move)
        engine.step(community)
    return community


@pytest.mark.parametrize("process", [*OPENING, place.EXPOSURE], ids=lambda p: p.name)
@pytest.mark.parametrize("moves", [(), MOVES], ids=["none", "moved"])
def test_loop_and_twin_agree(process, moves):
    check_process(process, months=13, prepare=prepare, levers=moves)


def test_levers_leave_no_trace(start):
    moved = run(start, 3, MOVES, plan=(place.SURROUNDINGS,))
    assert (moved.neighborhood["walkability"] > start.neighborhood["walkability"]).all()
    ended = run(moved, 1, plan=(place.SURROUNDINGS,))
    for column in ("vacant", "parks", "walkability", "transit", "vacancy"):
        np.testing.assert_array_equal(ended.neighborhood[column], start.neighborhood[column], err_msg=column)


def test_neutral_moves_change_nothing(start):
    neutral = (Move("violence_scale", "scale", 1.0, None, "t"), Move("supermarkets", "add", 0.0, None, "t"))
    assert not differences(run(start, 4), run(start, 4, neutral))


def test_greening_displaces_unless_homes_are_added(start):
    green = (Move("vacant_scale", "scale", 0.2, None, "t"), Move("parks_add", "add", 1.0, None, "t"))
    homes = Move("housing_supply", "add", 0.05, None, "t")
    level = {
        name: run(start, 36, moves, plan=(place.SURROUNDINGS,)).neighborhood["rent_level"].mean()
        for name, moves in {"none": (), "green": green, "both": (*green, homes)}.items()
    }
    assert level["both"] < level["none"] < level["green"] < 1.15 * level["none"]


def test_violence_and_safety_follow_their_drivers(start):
    base = run(start, 12).neighborhood
    calm = run(start, 12, (Move("violence_scale", "scale", 0.7, None, "t"),)).neighborhood
    green = run(start, 12, (Move("vacant_scale", "scale", 0.2, None, "t"),)).neighborhood
    kind = run(start, 24, (Move("cohesion_add", "add", 1.0, None, "t"),)).neighborhood
    np.testing.assert_allclose(calm["violence"], 0.7 * base["violence"], rtol=1e-4)
    assert (calm["gunfire"] < base["gunfire"]).all()
    assert (calm["safety"] > base["safety"]).all()
    assert (green["violence"] < base["violence"]).all()
    assert (green["violence"] > 0.6 * base["violence"]).all()
    assert (kind["safety"] > run(start, 24).neighborhood["safety"]).all()


def test_norms_move_slowly_toward_behavior_and_campaigns(start):
    pulled = run(start, 12, (Move("norm_activity_add", "add", 1.0, None, "t"),)).neighborhood
    gain = pulled["norm_activity"] - run(start, 12).neighborhood["norm_activity"]
    assert ((gain > 0.1) & (gain < 0.6)).all()


def test_gunfire_is_heard_as_often_as_it_is_said(start):
    community = run(start, 1, plan=(place.EXPOSURE,), place__gunfire_rate=0.2)
    community.neighborhood["gunfire"] = 0.3
    heard = []
    for month in range(20):
        community.clock.month = month
        run_once = run(community, 1, plan=(place.EXPOSURE,))
        heard.append(run_once.household["gunfire"][run_once.household["present"] == 1].mean())
    assert np.mean(heard) == pytest.approx(0.3, abs=0.02)


def test_a_supermarket_moves_travel_and_offer(start):
    before = run(start, 1).neighborhood
    here = np.array([1, 0, 0, 0, 0, 0], np.float32)
    community = run(start, 1, (Move("supermarkets", "add", 1.0, here, "t"),))
    after = community.neighborhood
    assert after["supermarket_km"][0] <= before["supermarket_km"][0]
    assert after["store_quality_foot"][0] > before["store_quality_foot"][0]
    assert after["store_minutes_foot"][0] < before["store_minutes_foot"][0]
    # What the new store sells, the others lose.
    assert community.business["revenue"].sum() < run(start, 1).business["revenue"].sum()


def test_money_spent_is_food_money(start):
    community = run(start, 1)
    hh = community.household
    home = hh["present"] == 1
    money = (hh["food_budget"] * community.neighborhood["scale"][hh["neighborhood"]])[home].sum()
    assert 0.3 * money < community.business["revenue"].sum() < money


def test_small_stores_answer_a_stocking_incentive(start):
    incentive = (Move("healthy_stock", "add", 0.3, None, "t"),)
    base, paid = run(start, 24).business, run(start, 24, incentive).business
    # Stores that opened on the way have had less time to change their lines.
    stayed = (base["months_open"] > 24) & (paid["months_open"] > 24)
    small, large = stayed & (base["kind"] == 2), stayed & (base["kind"] == 0)
    assert small.any()
    assert large.any()
    assert (paid["quality"][small] - base["quality"][small] > 2.0).all()
    np.testing.assert_allclose(paid["quality"][large], base["quality"][large], atol=0.5)


def test_stores_close_and_open_about_evenly():
    community = toy_community(households=60, seed=4, neighborhoods=400)
    prepare(community)
    store = community.business["kind"] < 5
    first = int(community.business["open"][store].sum())
    later = run(community, 60, plan=(retail.STORES,)).business
    assert 0.8 * first < later["open"][later["kind"] < 5].sum() < 1.2 * first
    assert (later["open"][: store.size] != community.business["open"]).any()


@pytest.mark.parametrize("minutes", [50.0, 222.0, 1000.0, 4000.0])
def test_activity_and_its_norm_do_not_feed_on_themselves(start, minutes):
    # The norm that settles over a mean, and the mean that this norm makes of 10 percent more: the loop's gain is
    # below one at the largest effect and the smallest spread, however active the neighborhood.
    most = {"activity.norm": 0.07, "place.activity_spread": 40.0, "place.activity_mean": 255.0, "place.norm_rate": 1.0}
    draw = evidence.draw(None).with_values(**{k.replace(".", "__"): v for k, v in most.items()})
    norms = []
    for factor in (1.0, 1.1):
        community = start.copy()
        community.neighborhood["mean_activity"] = factor * (minutes + draw["activity.offset"]) - draw["activity.offset"]
        Engine((place.NORMS,), draw, seed=5).step(community)
        norms.append(community.neighborhood["norm_activity"].astype(float))
    rise = np.exp(draw["activity.norm"] * (norms[1] - norms[0]))
    assert (rise > 1.0).all()
    assert (rise < 1.1).all()
