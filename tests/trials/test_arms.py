"""Only those assigned feel a treatment, and only it makes worlds differ."""

from pathlib import Path

import numpy as np
import pytest

from hecsim import evidence
from hecsim.trials.keys import read
from hecsim.trials.run import _future, run_trial
from hecsim.trials.schema import Trial


def trial(**changes):
    data = {
        "id": "t",
        "title": "t",
        "source": "made up",
        "population": {"unit": "household", "where": "children > 0"},
        "design": {"kind": "randomized", "assign": "household"},
        "arm": [{"name": "a", "lever": [{"name": "cash", "add": 400}]}],
        "outcome": [{"name": "income", "value": "income", "at": [1], "published": {"value": 400}}],
        "calendar": {"burn_in": 1},
    }
    return read(Trial, {**data, **changes}, file=Path("t.toml"), where="")


def worlds(t, community, months=None):
    """Both worlds of a future in which money leaves work as it is: one who works less for it would gain less than the sum."""
    length = months or t.calendar.before + t.population.recruit_months + t.follow
    return _future(t, community, evidence.draw(None).replaced({"labor.income_effect": 0.0}), 7, length, lambda: None)


def by_key(cells):
    return dict(zip(cells.key.tolist(), (cells.y / cells.d).tolist(), strict=True))


def test_cash_reaches_the_treated_and_nobody_else(small_hartford):
    found, _ = worlds(trial(), small_hartford)
    lived, without = found["income"].trial["after"], found["income"].reference["after"]
    ours, theirs = by_key(lived), by_key(without)
    arm = dict(zip(lived.key.tolist(), lived.arm.tolist(), strict=True))
    difference = {k: ours[k] - theirs[k] for k in ours}
    assert {round(d) for k, d in difference.items() if arm[k] == 1} == {400}
    assert all(d == 0 for k, d in difference.items() if arm[k] == 0)
    share = np.mean([a == 1 for a in arm.values()])
    assert 0.35 < share < 0.65  # of some 170 homes; outside once in 5,000 seeds


def test_a_treatment_of_zero_leaves_every_number_as_it_was(small_hartford):
    t = trial(
        arm=[{"name": "a", "lever": [{"name": "cash", "add": 0}]}],
        outcome=[{"name": "stress", "value": "caregiver_stress", "at": [6], "published": {"null": True}}],
    )
    found, _ = worlds(t, small_hartford)
    assert by_key(found["stress"].trial["after"]) == by_key(found["stress"].reference["after"])


def test_take_up_and_control_payments(small_hartford):
    t = trial(
        arm=[
            {"name": "c", "control": True, "lever": [{"name": "cash", "add": 20}]},
            {"name": "a", "take_up": 0.5, "lever": [{"name": "cash", "add": 320}]},
        ]
    )
    found, _ = worlds(t, small_hartford)
    lived, without = (w["after"] for w in (found["income"].trial, found["income"].reference))
    arm, theirs = dict(zip(lived.key.tolist(), lived.arm.tolist(), strict=True)), by_key(without)
    gained = [round(v - theirs[k]) for k, v in by_key(lived).items() if arm[k] == 1]
    assert set(gained) == {300, -20}  # those who do not take it up are without the control's gift too
    assert 0.3 < np.mean(np.array(gained) == 300) < 0.7


def test_a_window_begins_and_ends_by_months_since_entry(small_hartford):
    t = trial(
        arm=[{"name": "a", "lever": [{"name": "cash", "add": 400, "start": 2, "stop": 4}]}],
        outcome=[{"name": f"m{m}", "value": "income", "at": [m], "published": {"value": 1}} for m in (1, 2, 3, 4, 5)],
        design={"kind": "randomized", "assign": "household", "share": 1.0},
    )
    found, _ = worlds(t, small_hartford)
    means = [found[f"m{m}"] for m in (1, 2, 3, 4, 5)]
    gains = [np.mean(w.trial["after"].y) - np.mean(w.reference["after"].y) for w in means]
    assert abs(gains[0]) < 1e-6 and abs(gains[1]) < 1e-6
    assert gains[2] == pytest.approx(400, abs=1) and gains[3] == pytest.approx(400, abs=60)
    assert abs(gains[4]) < 60  # what is left is what the money changed


def test_neighborhoods_are_whole_and_balanced(small_hartford):
    t = trial(
        population={"unit": "person", "follow": "cross-section"},
        design={"kind": "randomized", "assign": "neighborhood"},
        arm=[{"name": "a", "lever": [{"name": "safety_add", "add": 0.1}]}],
        outcome=[{"name": "safe", "value": "neighborhood.safety", "at": [3], "published": {"value": 0.1}}],
    )
    found, _ = worlds(t, small_hartford)
    cells = found["safe"].trial["after"]
    for place in np.unique(cells.cluster):
        assert np.unique(cells.arm[cells.cluster == place]).size == 1
    treated = np.unique(cells.cluster[cells.arm == 1]).size
    assert abs(treated - np.unique(cells.cluster).size / 2) <= 1
    assert np.mean(cells.y[cells.arm == 1]) > np.mean(found["safe"].reference["after"].y[cells.arm == 1])


def test_programs_enroll_those_assigned_at_once(small_hartford):
    t = trial(
        population={"unit": "person", "where": "age >= 25 and bmi >= 28 and diabetes == 0"},
        design={"kind": "randomized", "assign": "person"},
        arm=[{"name": "a", "intervention": [{"id": "G07"}]}],
        outcome=[{"name": "weight", "value": "weight", "take": "change", "at": [9], "published": {"null": True}}],
    )
    score = run_trial(t, small_hartford, futures=1, parameters="central").outcomes[0]
    assert score.n > 50
    assert score.large < -0.5
    found, _ = worlds(t, small_hartford)
    lived, without = (by_key(w["after"]) for w in (found["weight"].trial, found["weight"].reference))
    arm = dict(zip(found["weight"].trial["after"].key.tolist(), found["weight"].trial["after"].arm.tolist(), strict=True))
    # The effect of a home on its members is small; whoever was not assigned has almost the same weight.
    gaps = np.array([abs(lived[k] - without[k]) for k in lived if arm[k] == 0 and k in without])
    assert np.median(gaps) < 0.05


def test_moves_bring_homes_to_the_places_asked_for(small_hartford):
    low = float(np.percentile(small_hartford.neighborhood["disadvantage"], 25))
    t = trial(
        population={"unit": "household", "where": 'tenure == "renter"'},
        arm=[{"name": "a", "take_up": 0.8, "move": [{"to": f"disadvantage < {low}"}]}],
        outcome=[{"name": "there", "value": f"neighborhood.disadvantage < {low}", "at": [1], "published": {"value": 0.5}}],
    )
    found, _ = worlds(t, small_hartford)
    lived, without = (w["after"] for w in (found["there"].trial, found["there"].reference))
    share = [c.y[c.arm == a].mean() for c in (lived, without) for a in (0, 1)]
    assert share[1] > 0.75  # eight tenths of the treated, and those who lived there already
    assert share[0] == pytest.approx(share[2], abs=0.02) and share[3] < 0.4


def test_columns_are_written_once_where_asked(small_hartford):
    t = trial(
        arm=[{"name": "a", "set": [{"column": "savings", "add": "1000 * children"}]}],
        outcome=[
            {"name": "savings", "value": "savings", "at": [1], "published": {"value": 1}},
            {"name": "children", "value": "children", "at": [1], "published": {"value": 1}},
        ],
    )
    found, _ = worlds(t, small_hartford)
    lived, without = (w["after"] for w in (found["savings"].trial, found["savings"].reference))
    gained = lived.y[lived.arm == 1].mean() - without.y[without.arm == 1].mean()
    children = found["children"].trial["after"]
    assert gained == pytest.approx(1000 * children.y[children.arm == 1].mean(), rel=0.15)


def test_a_parameter_holds_from_its_month_in_the_treated_world_only(small_hartford):
    t = trial(
        population={"unit": "household", "follow": "cross-section"},
        design={"kind": "randomized", "assign": "place"},
        arm=[{"name": "a", "parameter": [{"name": "benefits.snap_minimum_benefit", "scale": 1.0}]}],
        outcome=[{"name": "snap", "value": "snap", "at": [2], "published": {"value": 1}}],
    )
    found, _ = worlds(t, small_hartford)
    assert found["snap"].trial["after"].y.sum() == found["snap"].reference["after"].y.sum()
    t = trial(
        population={"unit": "person", "follow": "cross-section"},
        design={"kind": "randomized", "assign": "place"},
        arm=[{"name": "a", "parameter": [{"name": "food.drink_elasticity", "set": -1.0, "start": 1}]}],
        outcome=[
            {"name": f"e{m}", "value": "parameter.food.drink_elasticity", "at": [m], "published": {"value": 1}} for m in (1, 2)
        ],
    )
    found, _ = worlds(t, small_hartford)
    usual = float(evidence.draw(None)["food.drink_elasticity"])
    values = [found[f"e{m}"].trial["after"].y.mean() for m in (1, 2)]
    assert values == pytest.approx([usual, -1.0])
    assert found["e2"].reference["after"].y.mean() == pytest.approx(usual)


def test_births_are_recruited_as_they_come_and_are_the_same_in_both_worlds(small_hartford):
    t = trial(
        population={"unit": "person", "where": "age_months == 0", "recruit_months": 12},
        design={"kind": "randomized", "assign": "person"},
        arm=[{"name": "a", "lever": [{"name": "cash", "add": 100}]}],
        outcome=[{"name": "age", "value": "age_months", "at": [3], "published": {"value": 3}}],
    )
    found, _ = worlds(t, small_hartford)
    lived, without = found["age"].trial["after"], found["age"].reference["after"]
    assert lived.size >= 5
    assert set(lived.y.tolist()) == {3.0}
    assert set(lived.key.tolist()) == set(without.key.tolist())


def test_attrition_loses_its_share(small_hartford):
    t = trial(
        population={"unit": "person", "where": "age >= 20", "attrition": 0.4},
        design={"kind": "randomized", "assign": "person"},
        arm=[{"name": "a", "lever": [{"name": "stress_add", "add": 0}]}],
        outcome=[{"name": f"m{m}", "value": "1", "at": [m], "published": {"null": True}} for m in (1, 12)],
    )
    found, _ = worlds(t, small_hartford)
    first, last = (found[n].trial["after"].size for n in ("m1", "m12"))
    # 0.6, less about 5 percent who die or move away within the year; 950 persons, SD 0.016, three of them either way.
    assert 0.52 < last / first < 0.62


def test_more_futures_never_change_the_first(small_hartford):
    one, two = (run_trial(trial(), small_hartford, futures=n) for n in (1, 1))
    assert one.outcomes == two.outcomes


def test_people_begin_with_the_histories_of_the_futures_own_parameters(small_hartford):
    # Recalled types that hang together less leave fewer people with none; the same people were synthesized once.
    t = trial(
        arm=[], design={"kind": "observation"}, population={"follow": "cross-section", "where": "age >= 18"},
        outcome=[{"name": "recall", "measure": "ace_recall_1plus", "at": [1], "effect": "level", "published": {"value": 60}}],
    )  # fmt: skip
    central, levels = evidence.draw(None), []
    for scale in (1.0, 0.3):
        changed = {"adversity.recall_factor": central["adversity.recall_factor"] * scale}
        found, _ = _future(t, small_hartford, central.replaced(changed), 7, 1, lambda: None)
        lived = found["recall"].trial["after"]
        levels.append(lived.y.sum() / lived.d.sum())
    assert levels[1] > 1.2 * levels[0]


def test_a_move_to_a_better_place_shifts_what_adults_tend_to_weigh(small_hartford):
    moving = trial(
        arm=[{"name": "a", "move": [{"to": "disadvantage < 1"}]}],
        population={"unit": "household", "where": "neighborhood.disadvantage > 1.5"},
        outcome=[{"name": "point", "value": "mean(set_point)", "at": [1], "published": {"value": -1}}],
    )
    found, _ = worlds(moving, small_hartford)
    lived, without = by_key(found["point"].trial["after"]), by_key(found["point"].reference["after"])
    change = np.array([lived[k] - without[k] for k in lived if k in without])
    assert 0.2 < (change < -0.1).mean() < 0.8  # half are assigned
    assert (change > 0.1).mean() < 0.03  # who lives together may differ by then
