"""Scenarios: files, errors, digests."""

import pytest

from hecsim.errors import ScenarioError, ScheduleError, UnknownNameError
from hecsim.interventions import NurseVisits, RightToCounsel, mix
from hecsim.scenario import CommunitySpec, Scenario
from hecsim.testing import toy_community

FILE = """
name = "stable start"
years = 5

[community]
towns = ["Hartford"]
households = 800
seed = 3

[[intervention]]
id = "G04"
reach = 0.6
payers = { state = 1.0 }

[[intervention]]
id = "RightToCounsel"
start = 24
"""


def written(tmp_path, text):
    path = tmp_path / "plan.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_comes_back_from_its_own_text(tmp_path):
    first = Scenario.from_file(written(tmp_path, FILE))
    assert [iv.id for iv in first.interventions] == ["G04", "P01"]
    assert first.horizon == 60
    assert first.community == CommunitySpec(towns=("Hartford",), households=800, seed=3)
    again = Scenario.from_file(written(tmp_path, first.to_toml()))
    assert again.digest == first.digest
    assert again.interventions == first.interventions


def test_digest_follows_content_and_not_the_name():
    base = Scenario("Hartford")
    assert Scenario("Hartford", name="other").digest == base.digest
    changed = [
        Scenario("Hamden"), Scenario("Hartford", years=9), Scenario("Hartford", start_year=2026),
        base.with_interventions(NurseVisits()), base.with_interventions(NurseVisits(reach=0.5)),
    ]  # fmt: skip
    assert len({s.digest for s in changed} | {base.digest}) == len(changed) + 1


def test_with_interventions_adds_and_leaves_the_original():
    law = Scenario("Hartford", years=3)
    more = law.with_interventions(NurseVisits(), RightToCounsel(), name="start")
    assert (law.interventions, more.name, len(more.interventions)) == ((), "start", 2)
    assert law.with_interventions(NurseVisits()).name == "G04"


def test_mix_in_a_file(tmp_path):
    text = 'mix = "M5"\n[community]\ntowns = ["Hartford"]\n'
    assert Scenario.from_file(written(tmp_path, text)).interventions == tuple(mix("M5"))


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        (FILE.replace("years", "yeers"), UnknownNameError, "did you mean 'years'"),
        (FILE.replace("towns", "town"), UnknownNameError, "did you mean 'towns'"),
        (FILE.replace("reach = 0.6", "reach = -0.6"), ScenarioError, r"plan.toml \[reach\]: .*from 0 to 1"),
        (FILE.replace("reach", "reech"), UnknownNameError, "did you mean 'reach'"),
        (FILE.replace('"G04"', '"G99"'), UnknownNameError, "unknown intervention 'G99'"),
        (FILE.replace("start = 24", "start = 61"), ScheduleError, "month 61.*60 months"),
        (FILE.replace("years = 5", "years = 0"), ScenarioError, r"plan.toml.*\[years\]"),
        (FILE.partition("[[")[0] + "[intervention]\nid = 'G04'\n", ScenarioError, "with two brackets"),
        ("years = 5", ScenarioError, r"\[community\]"),
        (FILE.replace('["Hartford"]', "[]"), ScenarioError, "at least one town"),
        ("name = ", ScenarioError, "not valid TOML"),
    ],
)
def test_mistakes_in_a_file_are_named(tmp_path, text, error, message):
    with pytest.raises(error, match=message):
        Scenario.from_file(written(tmp_path, text))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ScenarioError, match=r"absent.toml.*no such file"):
        Scenario.from_file(tmp_path / "absent.toml")


def test_a_community_in_memory_is_copied_and_stands_by_its_digest():
    town = toy_community(50, seed=1)
    scenario = Scenario(town)
    assert scenario.build() is not town
    assert scenario.digest == Scenario(town.copy()).digest
    town.person["age"][0] += 1
    assert scenario.digest != Scenario(town).digest
    with pytest.raises(ScenarioError, match="built in memory"):
        scenario.to_toml()
