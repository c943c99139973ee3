import numpy as np
import pytest

from hecsim import evidence
from hecsim.errors import ScenarioError, UnknownNameError
from hecsim.testing import toy_community
from hecsim.trials.expressions import evaluate, parse
from hecsim.trials.view import View


@pytest.fixture(scope="module")
def view():
    return View(toy_community(households=120, seed=2), evidence.draw(None), seed=5)


def test_ages_are_years_and_households_belong_to_persons(view):
    p, h = view.community.person, view.community.household
    found = evaluate("age < 3 and poverty_ratio <= 1.85", view, "person")
    expected = (p["age"] < 36) & (h["poverty_ratio"][view.home] <= np.float32(1.85))
    assert np.array_equal(found, expected)
    assert found[p["present"] == 1].any()


def test_labels_stand_for_codes(view):
    p = view.community.person
    assert np.array_equal(evaluate('labor == "unemployed"', view, "person"), p["labor"] == 2)
    assert np.array_equal(evaluate('race in ("Black", "Hispanic")', view, "person"), np.isin(p["race"], (1, 2)))
    assert np.array_equal(evaluate('tenure != "owner"', view, "household"), view.community.household["tenure"] != 0)


def test_bits_are_counted_and_asked_for(view):
    bits = view.community.person["ace_bits"]
    assert np.array_equal(evaluate("bits(ace_bits)", view, "person"), np.bitwise_count(bits))
    assert np.array_equal(evaluate('has(ace_bits, "physical abuse")', view, "person"), (bits & 2) > 0)
    both = evaluate('bits(ace_bits, "emotional abuse", "physical abuse")', view, "person")
    assert np.array_equal(both, np.bitwise_count(bits & np.uint16(3)))


def test_homes_are_drawn_together(view):
    c = view.community
    home, here = view.home, c.person["present"] == 1
    young = np.bincount(home[here & (c.person["age"] < 60)], minlength=c.household.size)
    assert np.array_equal(evaluate("count(age < 5)", view, "household"), young)
    assert np.array_equal(evaluate("any(age < 5)", view, "household"), young > 0)
    lowest = evaluate("lowest(age)", view, "household")
    one = int(np.flatnonzero(c.household["present"] == 1)[0])
    assert lowest[one] == pytest.approx((c.person["age"][here & (home == one)] / 12).min())


def test_mothers_and_caregivers(view):
    c = view.community
    rows = np.flatnonzero((c.person["present"] == 1) & (c.person["age"] < 216))
    child, woman = int(rows[0]), int(np.flatnonzero((c.person["sex"] == 1) & (c.person["age"] > 300))[0])
    c.person["mother_key"][child] = c.person["key"][woman]
    fresh = View(c, view.draw)
    assert evaluate("mother.age", fresh, "person")[child] == pytest.approx(c.person["age"][woman] / 12)
    caregiver = evaluate("caregiver.age", fresh, "household")
    home = int(fresh.home[child])
    heads = (fresh.home == home) & (c.person["role"] <= 1) & (c.person["present"] == 1)
    assert caregiver[home] in c.person["age"][heads] / 12
    # Somebody without a known mother has no value, and no comparison with it holds.
    unknown = int(rows[1])
    c.person["mother_key"][unknown] = 12345
    again = View(c, view.draw)
    assert not evaluate("mother.age > 0", again, "person")[unknown]
    assert not evaluate("known(mother.age)", again, "person")[unknown]


def test_levers_parameters_and_lots(view):
    assert evaluate("lever.job_loss", view, "person")[0] == 1.0
    assert evaluate("parameter.food.drink_elasticity", view, "person")[0] == pytest.approx(
        float(view.draw["food.drink_elasticity"])
    )
    one, again, other = (evaluate(f'chance(0.5, "{n}")', view, "person") for n in ("a", "a", "b"))
    assert np.array_equal(one, again) and not np.array_equal(one, other)


def test_self_reported_weight_follows_the_yardstick(view):
    from hecsim.measures import MEASURES

    m = MEASURES["obesity_adult"]
    p, d = view.community.person, view.draw
    top = m.function(p["sex"], p["bmi"], d["weight.report_scale"], d["weight.report_power"]) & (p["age"] >= m.ages[0])
    assert np.array_equal(evaluate("bmi_reported >= 30 and age >= 18", view, "person"), top)


@pytest.mark.parametrize(
    ("text", "table", "kind", "said"),
    [
        ("agee < 3", "person", UnknownNameError, "did you mean 'age'"),
        ("age = 3", "person", ScenarioError, "Compare with =="),
        ('labor == "jobless"', "person", UnknownNameError, "unknown label"),
        ('age == "old"', "person", ScenarioError, "column of numbers"),
        ("sqroot(age)", "person", UnknownNameError, "did you mean 'sqrt'"),
        ("__import__('os')", "person", UnknownNameError, "unknown function"),
        ("age.real", "person", UnknownNameError, "name before the dot"),
        ("[x for x in (1, 2)]", "person", ScenarioError, "not understood"),
        ("mother.agee > 1", "person", UnknownNameError, "did you mean 'age'"),
        ("lever.cash > 1", "neighborhood", UnknownNameError, "lever at neighborhood rows"),
        ('race == "Black" or "Asian"', "person", ScenarioError, "neither true nor false"),
        ("age <", "person", ScenarioError, "is not an expression"),
    ],
)
def test_mistakes_are_explained(view, text, table, kind, said):
    with pytest.raises(kind, match=said):
        evaluate(text, view, table, file="f.toml", key="where")


def test_the_message_names_file_and_key(view):
    with pytest.raises(UnknownNameError) as problem:
        evaluate("agee < 3", view, "person", file="f.toml", key="population.where")
    assert "f.toml [population.where]" in str(problem.value) and "agee < 3" in str(problem.value)
    with pytest.raises(ScenarioError, match=r"f\.toml \[x\]"):
        parse("1 +", file="f.toml", key="x")
