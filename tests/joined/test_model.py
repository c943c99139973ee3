"""The Mesa face."""

import subprocess
import sys

import mesa
import numpy as np
import pytest

from hecsim.agents import Household, Person
from hecsim.errors import HecsimError, RunError, ScenarioError, ScheduleError, UnknownNameError
from hecsim.interventions import RightToCounsel, from_mapping
from hecsim.life import Life
from hecsim.model import CommunityModel


@pytest.fixture
def model(small_hartford):
    return CommunityModel(community=small_hartford, years=1)


def test_it_is_a_mesa_model_with_agents_by_type(model):
    assert isinstance(model, mesa.Model)
    assert set(model.agent_types) == set(model.agents_by_type)
    assert len(model.agents_by_type[Person]) == model.community.residents
    assert len(model.agents) > model.community.residents


def test_a_life_is_the_same_without_mesa_and_lives_the_community_itself(small_hartford):
    later = [RightToCounsel(start=6)]
    model = CommunityModel(community=small_hartford, interventions=later, years=1, burn_in_months=0, seed=3)
    place = small_hartford.copy()
    life = Life(place, interventions=later, years=1, burn_in_months=0, seed=3)
    for _ in range(3):
        model.step()
        life.step()
    assert life.community is place
    assert place.digest() == model.community.digest()
    np.testing.assert_array_equal(life.recorder.array, model.recorder.array)
    fork = life.fork(later)
    fork.step()
    assert (life.month, fork.month) == (3, 4)
    assert life.community.digest() == model.community.digest()


def test_a_run_loads_neither_mesa_nor_networkx():
    script = "import sys, hecsim.life; print(*({'mesa', 'networkx', 'matplotlib', 'solara'} & set(sys.modules)))"
    assert not subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout.strip()


def test_sets_answer_from_columns_and_views_agree(model):
    people = model.agents_by_type[Person]
    adults = people.select(age=lambda months: months >= 216)
    assert adults.agg("bmi", "mean") == pytest.approx(np.mean([a.bmi for a in adults]), rel=1e-6)
    assert people.get("age") == [p.age for p in people]
    groups = people.groupby("sex")
    assert sum(len(g) for g in groups.groups.values()) == len(people)
    one = adults[0]
    one.stress = 1.5
    assert model.community.person["stress"][one.row] == 1.5
    assert one in people
    assert one in one.home.members
    assert people.count(one) == 1
    assert people[people.index(one)] == one


def test_households_know_members_ties_and_place(model):
    home = model.agents_by_type[Household][5]
    assert home.members
    assert all(m.home == home for m in home.members)
    assert home.place.name in model.community.labels["neighborhood"]


def test_agents_cannot_be_added_or_removed(model):
    with pytest.raises(TypeError):
        model.agents_by_type[Person].add(object())
    with pytest.raises(TypeError):
        model.agents_by_type[Person][0].remove()


def test_data_collector_and_measure(model):
    model.datacollector = mesa.DataCollector(
        model_reporters={"poverty": lambda m: m.measure("poverty")},
        agenttype_reporters={Household: {"income": "income"}},
    )
    model.step()
    model.step()
    frame = model.datacollector.get_model_vars_dataframe()
    assert len(frame) == 2
    assert frame["poverty"].between(1, 60).all()
    with pytest.raises(UnknownNameError, match="did you mean 'poverty'"):
        model.measure("povertty")


def test_batch_run_drives_the_model(small_hartford):
    results = mesa.batch_run(
        CommunityModel,
        {"community": [small_hartford], "years": [1], "burn_in_months": [0], "seed": [1, "2"], "record": [False]},
        max_steps=11,
        display_progress=False,
    )
    assert len(results) == 2


def test_step_refuses_to_pass_the_horizon(model):
    model.run()
    assert not model.running
    with pytest.raises(RunError, match="past the horizon"):
        model.step()


@pytest.mark.parametrize("seed", ["x", "-1", 2**70, "1.5"])
def test_a_bad_seed_is_an_error_in_words(small_hartford, seed):
    with pytest.raises(ScenarioError, match="seed"):
        CommunityModel(community=small_hartford, seed=seed)


def test_an_intervention_after_the_horizon_is_refused(small_hartford):
    late = from_mapping({"id": "P03", "start": 40})
    with pytest.raises(ScheduleError):
        CommunityModel(community=small_hartford, years=1, interventions=[late])


def test_unknown_town_is_refused_with_a_suggestion():
    with pytest.raises(HecsimError, match="did you mean 'Hartford'"):
        CommunityModel(community="Hartfort")


def test_plain_twins_live_the_same_month(small_hartford):
    runs = [CommunityModel(community=small_hartford, years=1, burn_in_months=0, plain=plain) for plain in (False, True)]
    for _ in range(2):
        for m in runs:
            m.step()
    a, b = (m.recorder.array for m in runs)
    different = ~np.isclose(a, b, rtol=1e-4, atol=1e-6)
    # A probability within float32 rounding of its uniform number may fall either way; one event in 100,000.
    assert different.mean() < 0.01
