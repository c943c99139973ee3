"""A user's own intervention: from a file without code, and from Python in under 30 lines."""

import importlib
import json
import pickle

import numpy as np
import pytest
from click.testing import CliRunner

from hecsim import evidence
from hecsim.cli import main
from hecsim.engine import Engine
from hecsim.errors import ScenarioError, UnknownNameError
from hecsim.interventions import (
    Delivery,
    Intervention,
    catalogue,
    check_intervention,
    from_mapping,
    interactions,
    own_intervention,
)
from hecsim.interventions.funnel import ENROLLED
from hecsim.levers import LEVERS
from hecsim.scenario import Scenario
from hecsim.testing import toy_community

FILE = """
years = 2

[community]
towns = ["Hartford"]
households = 600

[[intervention]]
id = "X01"
reach = 0.5
start = 0
ramp = 0

[intervention.own]
kind = "program"
verb = "new"
title = ["Fathers' group", "Grupo de padres"]
sentence = ["Fathers meet each week.", "Los padres se reúnen cada semana."]
aims = ["child"]
delivery = "funnel"
pool = "coach"
eligible = ["children > 0", "poverty_ratio <= 4", "tenure == renter"]
found = 0.5
consent = 0.9
months = 6
cost = { month = 120 }
source = "our own pilot"

[[intervention.own.effects]]
lever = "conflict_scale"
operation = "scale"
value = 0.9
low = 0.8
high = 1.0

[[intervention.own.effects]]
lever = "support_add"
value = 0.2
who = "all"
while_served = true
"""


def defined(**changes):
    base = {
        "kind": "norm", "title": ["Quiet", "Calma"], "sentence": ["It is quiet.", "Hay calma."],
        "effects": [{"lever": "stress_add", "operation": "add", "value": -0.1}],
    }  # fmt: skip
    return {k: v for k, v in {**base, **changes}.items() if v is not None}


@pytest.fixture
def scenario(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(FILE, encoding="utf-8")
    return Scenario.from_file(path)


def test_a_file_without_code_keeps_the_rules(scenario):
    (item,) = scenario.interventions
    check_intervention(type(item))
    assert item.title.es == "Grupo de padres"


def test_it_enrolls_those_whom_it_says_and_costs_what_it_says(scenario):
    c = toy_community(800, seed=2)
    c.household["tenure"][:] = np.arange(c.household.size) % 2
    engine = Engine((), evidence.draw(None), 3)
    delivery = Delivery(scenario.interventions, c, evidence.draw(None), horizon=24, calendar=False)
    for _ in range(3):
        engine.levers.clear()
        delivery.month(c, engine.context)
        c.clock.month += 1
    h = c.household
    served = h["iv_x01_stage"] == ENROLLED
    assert served.sum() > 10
    assert (h["children"][served] > 0).all()
    assert (h["poverty_ratio"][served] <= 4).all()
    assert (h["tenure"][served] == h.schema["tenure"].codes.index("renter")).all()
    scale = engine.levers.fill("conflict_scale", slice(0, h.size), np.empty(h.size, np.float32))
    np.testing.assert_allclose(scale[served], 0.9, rtol=1e-6)
    spent = delivery.ledger.frame()
    assert spent[spent.month == 2].amount.sum() == pytest.approx(120 * served.sum())


def test_it_survives_a_file_a_pickle_and_a_draw(scenario, tmp_path):
    (item,) = scenario.interventions
    assert pickle.loads(pickle.dumps(item)) == item
    again = tmp_path / "again.toml"
    again.write_text(scenario.to_toml(), encoding="utf-8")
    assert Scenario.from_file(again).interventions == scenario.interventions
    assert Scenario.from_file(again).digest == scenario.digest
    drawn = {item.number(evidence.draw(seed), "effect_1") for seed in range(20)}
    assert len(drawn) == 20
    assert item.number(evidence.draw(None), "effect_1") == 0.9
    assert item.number(evidence.draw(5), "effect_2") == 0.2  # without a range it is certain


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"effects": [{"lever": "stres_add", "value": 1}]}, UnknownNameError, "did you mean 'stress_add'"),
        ({"effects": [{"lever": "stress_add", "operation": "times", "value": 1}]}, UnknownNameError, "known: add, scale, set"),
        ({"effects": [{"lever": "abuse_scale", "operation": "scale", "value": -1}]}, ScenarioError, "from 0 to 100"),
        ({"effects": [{"lever": "stress_add", "value": 1, "low": 2, "high": 3}]}, ScenarioError, "low and high"),
        ({"effects": []}, ScenarioError, "at least one"),
        ({"effects": None}, ScenarioError, "needs 'effects'"),
        ({"kind": "programme"}, UnknownNameError, "did you mean 'program'"),
        ({"titel": ["a", "b"]}, UnknownNameError, "did you mean 'title'"),
        ({"title": "Quiet"}, ScenarioError, "in English and in Spanish"),
        ({"eligible": ["children above 0"]}, ScenarioError, "no condition"),
        ({"eligible": ["childs > 0"]}, UnknownNameError, "did you mean 'children'"),
        ({"eligible": ["tenure == rented"]}, UnknownNameError, "value of tenure"),
        ({"found": 1.5}, ScenarioError, "from 0 to 1"),
        ({"cost": {"monthly": 5}}, UnknownNameError, "did you mean 'month'"),
    ],
)
def test_mistakes_in_a_definition_are_named(changes, error, message):
    with pytest.raises(error, match=message):
        own_intervention("X02", defined(**changes), file="own.toml")


@pytest.mark.parametrize(("name", "message"), [("G04", "in the catalogue already"), ("my own", "letters and digits")])
def test_its_id_is_its_own(name, message):
    with pytest.raises(ScenarioError, match=message):
        from_mapping({"id": name, "own": defined()})


def test_from_python_in_under_thirty_lines(tmp_path, monkeypatch):
    source = '''
from hecsim.interventions import Effect, Intervention, Words, check_intervention, intervention, setting
from hecsim.interventions import who


@intervention
class Playground(Intervention):
    """A playground in every neighborhood that has children."""

    id, kind, verb = "Y01", "system", "new"
    title = Words("Playgrounds", "Parques infantiles")
    sentence = Words("Each neighborhood has a playground.", "Cada barrio tiene un parque infantil.")
    effects = (Effect("activity_add", "add", field="minutes", who="children"),)
    minutes: float = setting(10.0, unit="min/week", low=0, high=100, help="activity that it makes possible")

    def eligible(self, community, context):
        """Families with children."""
        return community.household["children"] > 0


check_intervention(Playground)
'''
    assert len([line for line in source.splitlines() if line.strip()]) < 30
    (tmp_path / "playground_example.py").write_text(source, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.import_module("playground_example")


# Levers that processes read and that no intervention of the catalogue moves, with the reason.
HANDLES = {
    "eitc_state_flat": "the calendar of current law moves it",
    "paid_leave": "under current law all covered workers may take leave, so that an own intervention can only lower it",
}


def test_every_lever_is_moved_by_some_intervention_or_is_a_handle_of_own_ones():
    moved: set[str] = set()
    for cls in catalogue().values():
        flags = {s.name: True for s in cls.settings() if s.type == "bool" and s.default is False}
        numbers = {s.name: s.low for s in cls.settings() if s.name == "basket_price"}
        numbers |= {s.name: s.high for s in cls.settings() if s.name == "benefit_scale"}
        moved |= cls(**flags, **numbers).levers
    assert set(LEVERS) - moved == set(HANDLES)


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("S10", {"hiring": True, "housing": True, "policing": True, "lending": True}),
        ("P11", {"benefit_scale": 1.2}), ("G16", {"basket_price": 0.9}), ("G03", {"partner_violence": True}),
    ],
)  # fmt: skip
def test_settings_that_reach_further_keep_the_rules(name, settings):
    check_intervention(catalogue()[name], months=5, settings=settings)
    plain, more = catalogue()[name](), catalogue()[name](**settings)
    assert more.levers > plain.levers


# -- what a planner reads of each ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(catalogue()))
def test_each_says_where_it_is_what_it_goes_with_and_what_it_costs(name):
    cls = catalogue()[name]
    known = interactions(name)
    assert cls.connecticut
    assert set(known.reinforces) | set(known.against) <= set(catalogue()) | {"all", "laws"}
    assert known.reinforces
    assert known.why
    assert name not in known.reinforces + known.against
    assert sum(share for _, share in cls().payers) == pytest.approx(1.0)
    priced = any(cls.parameter(f"cost_{per}") in evidence.load() for per in ("month", "start", "year", "resident", "area"))
    assert priced or cls.spending is not Intervention.spending


def test_a_conflict_is_known_from_one_side_at_least_where_staff_are_shared():
    """Programs that hire from one pool of clinicians name each other."""
    clinicians = {name for name, cls in catalogue().items() if cls.pool == "clinician"} - {"G02"}
    for name in clinicians:
        assert set(interactions(name).against) & clinicians


# -- the command ----------------------------------------------------------------------------------------------------


def run(*words):
    return CliRunner().invoke(main, ["interventions", "check", *[str(w) for w in words]])


def test_the_command_checks_a_file(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(FILE, encoding="utf-8")
    got = run(path, "--json")
    assert got.exit_code == 0
    (row,) = json.loads(got.stdout)["interventions"]
    assert row["keeps_the_rules"]
    assert row["levers"] == ["conflict_scale", "support_add"]


def test_the_command_checks_the_arms_of_a_study(tmp_path):
    path = tmp_path / "study.toml"
    arm = FILE[FILE.index("[[intervention]]") :].replace("[[intervention", "[[arm.intervention").replace("[inter", "[arm.inter")
    path.write_text('[study]\nname = "x"\n[[arm]]\nname = "law"\n[[arm]]\nname = "own"\n' + arm, encoding="utf-8")
    assert len(json.loads(run(path, "--json").stdout)["interventions"]) == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("years = 2\n", "defines no intervention of its own"),
        (FILE.replace("conflict_scale", "conflict"), "did you mean 'conflict_scale'"),
        ("[[intervention", "not valid TOML"),
        (FILE.replace("[[intervention]]", "[intervention]").replace("[[intervention.own.effects]]", "[x]", 1), "two brackets"),
    ],
)
def test_the_command_names_mistakes(tmp_path, text, message):
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    got = run(path)
    assert got.exit_code == 2
    assert message in " ".join(got.stderr.split())
