"""Who is at the table, who leads what, who carries too much, whom to invite."""

import json

import pytest
from click.testing import CliRunner

from hecsim import evidence
from hecsim.cli import main
from hecsim.collaborative import presets as collaboratives
from hecsim.collaborative.roles import KINDS, core_work, roles
from hecsim.errors import ScenarioError, UnknownNameError
from hecsim.interventions import catalogue, mix
from hecsim.planning.partners import Partner, expected_partners, partners_of_spec, plan_partners, read_partners
from hecsim.planning.presets import preset, presets
from hecsim.scenario import Scenario
from hecsim.study import Study

DRAW = evidence.draw(None)

FILE = """
[[partner]]
name = "Community Health Services"
kind = "health center"

[[partner]]
name = "Legal Aid Office"
kind = "legal aid"
at_table = false

[[partner]]
name = "Health Department"
kind = "health department"
hours = 1
"""


def run(*words):
    return CliRunner().invoke(main, [str(w) for w in words], env={"COLUMNS": "200"})


def test_every_intervention_has_a_leader_of_a_known_kind():
    assert set(roles()) == set(catalogue())
    for role in roles().values():
        assert role.lead
        assert set(role.lead) | set(role.support) <= set(KINDS)
    for entry in core_work().values():
        assert set(entry["lead"]) <= set(KINDS)


def test_the_starter_lacks_whom_the_scenario_lacks():
    """Housing, legal aid, schools, employers, police, faith, re-entry, early childhood and payers are not there."""
    spec = collaboratives()["starter"]
    plan = plan_partners([*mix("M6"), *mix("M4")], partners_of_spec(spec), DRAW, backbone=spec.backbone)
    invited = {row["kind"] for row in plan.invite}
    assert {"housing agency", "legal aid", "re-entry provider", "early childhood provider", "congregation"} <= invited
    assert {"employer association", "police", "health plan"} <= invited
    assert not {"United Way", "community action agency"} & {m.kind for m in plan.missing}
    assert {m.work for m in plan.missing} >= {"P01", "G01", "G11"}


def test_inviting_the_missing_closes_the_gaps():
    spec = collaboratives()["starter"]
    seated = partners_of_spec(spec)
    first = plan_partners(mix("M1"), seated, DRAW)
    joined = seated + [Partner(f"new {m.kind}", m.kind) for m in first.missing]
    assert first.missing
    assert plan_partners(mix("M1"), joined, DRAW).missing == []


def test_who_has_little_time_is_overloaded_and_a_second_of_its_kind_takes_over():
    one = [Partner("A", "health center", hours=20.0)]
    works = ["S03", "G12", "G15"]
    alone = plan_partners(works, one, DRAW)
    (row,) = [r for r in alone.load if r["partner"] == "A"]
    assert row["overloaded"]
    shared = plan_partners(works, [*one, Partner("B", "health center", hours=40.0)], DRAW)
    assert {r["responsible"] for r in shared.roles if r["work"] in works} == {"A", "B"}


def test_a_place_has_the_kinds_that_its_size_supports():
    hartford, small = (expected_partners(t, DRAW) for t in (["Hartford"], ["Union"]))
    number = {p.kind: p.number for p in hartford}
    assert number["congregation"] > 100
    assert number["town government"] == 1
    assert len(small) < len(hartford)
    assert not any(p.at_table for p in hartford)


def test_a_file_of_partners(tmp_path):
    path = tmp_path / "partners.toml"
    path.write_text(FILE, encoding="utf-8")
    partners = read_partners(path)
    assert [p.at_table for p in partners] == [True, False, True]
    plan = plan_partners(["P01", "S03"], partners, DRAW)
    (gap,) = [m for m in plan.missing if m.work == "P01"]
    assert gap.there == ("Legal Aid Office",)
    assert next(r for r in plan.load if r["partner"] == "Health Department")["overloaded"]


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        (FILE.replace('"health center"', '"health centre"'), UnknownNameError, "did you mean 'health center'"),
        (FILE.replace("hours", "hour"), UnknownNameError, "did you mean 'hours'"),
        (FILE.replace("hours = 1", "hours = -1"), ScenarioError, "hours a week of at least 0"),
        (FILE.replace("at_table = false", 'at_table = "no"'), ScenarioError, "true or false"),
        (FILE.replace('name = "Legal Aid Office"', ""), ScenarioError, "partner 2.*has a name"),
        ("", ScenarioError, "lists no partner"),
        ("[[partners]]\nname = 'x'", UnknownNameError, "did you mean 'partner'"),
    ],
)
def test_mistakes_in_a_file_of_partners_are_named(tmp_path, text, error, message):
    path = tmp_path / "partners.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(error, match=message):
        read_partners(path)


def test_the_command_prints_one_document_and_writes_tables(tmp_path):
    got = run("plan", "partners", "--preset", "starter", "--mix", "M2,P01", "--towns", "Norwalk", "--households", 0,
              "--out", tmp_path / "t", "--json")  # fmt: skip
    assert got.exit_code == 0, got.output
    found = json.loads(got.stdout)
    assert found["towns"] == ["Norwalk"]
    assert "P01" in found["mix"]
    assert {p.name for p in (tmp_path / "t").iterdir()} == {f"{n}.csv" for n in ("roles", "load", "missing", "invite", "staff")}


@pytest.mark.slow
def test_staff_that_is_short_is_counted():
    got = run("plan", "partners", "--preset", "starter", "--mix", "M1", "--households", 300, "--json")
    staff = {r["pool"]: r for r in json.loads(got.stdout)["staff"]}
    assert staff["navigator"]["needed"] > staff["navigator"]["there"]
    assert staff["navigator"]["posts_short"] > 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("plan", "partners"), "says no mix"),
        (("plan", "partners", "--mix", "M77"), "unknown mix or intervention 'M77'"),
        (("plan", "partners", "--preset", "hardford"), "did you mean 'hartford'"),
        (("plan", "partners", "--mix", "M1", "--towns", "Hartfort"), "did you mean 'Hartford'"),
        (("plan", "partners", "--mix", "M1", "--partners", "absent.toml"), "no such file"),
        (("plan", "presets", "--out", "x.toml"), "say which preset"),
    ],
)
def test_mistakes_on_the_command_line_are_named(words, message):
    got = run(*words)
    assert got.exit_code == 2
    assert message in " ".join(got.stderr.split())
    assert "Traceback" not in got.output


def test_every_preset_is_a_study_that_runs(tmp_path):
    assert set(presets()) == set(collaboratives())
    for name in presets():
        path = tmp_path / f"{name}.toml"
        assert run("plan", "presets", name, "--out", path).exit_code == 0
        study = Study.from_file(path)
        assert [a.collaborative is not None for a in study.arms] == [False, False, True]
        assert study.arms[2].collaborative == preset(name).collaborative
        assert study.community.towns == preset(name).towns


def test_a_scenario_file_may_hold_a_collaborative(tmp_path):
    path = tmp_path / "s.toml"
    text = 'mix = "M5"\n[community]\ntowns = ["Hartford"]\n[collaborative]\npreset = "norwalk"\nhub_staff = 9\n'
    path.write_text(text, encoding="utf-8")
    scenario = Scenario.from_file(path)
    assert scenario.collaborative.hub_staff == 9
    assert scenario.collaborative.rule == "weighted"
    again = tmp_path / "again.toml"
    again.write_text(scenario.to_toml(), encoding="utf-8")
    assert Scenario.from_file(again).digest == scenario.digest
    assert scenario.digest != Scenario.from_mapping({"mix": "M5", "community": {"towns": ["Hartford"]}}).digest
    assert "collaborative" not in Scenario("Hartford").to_mapping()
    path.write_text(text.replace("hub_staff", "hubstaff"), encoding="utf-8")
    with pytest.raises(UnknownNameError, match=r"s.toml.*did you mean 'hub_staff'"):
        Scenario.from_file(path)


def test_a_study_file_may_hold_one_for_all_arms_or_one_arm(tmp_path):
    path = tmp_path / "study.toml"
    head = '[study]\nname = "x"\n[community]\ntowns = ["Hartford"]\nhouseholds = 600\n'
    arms = '[[arm]]\nname = "law"\n[[arm]]\nname = "a"\nmix = "M5"\n[[arm]]\nname = "b"\nmix = "M5"\n'
    path.write_text(
        head + '[collaborative]\npreset = "norwalk"\n' + arms + "[arm.collaborative]\nhub = true\n", encoding="utf-8"
    )
    law, a, b = Study.from_file(path).arms
    assert law.is_reference
    assert law.collaborative is None
    assert a.collaborative.preset == "norwalk"
    assert b.collaborative.hub
    assert not b.collaborative.preset
    plain = Study.from_file(write(tmp_path / "p.toml", head + arms))
    assert "collaborative" not in json.dumps(plain.as_dict())


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path
