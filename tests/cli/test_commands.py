"""Every command end to end: one JSON document on standard output, progress on standard error only."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from click.testing import CliRunner
from study.support import STUDY, write_study

from hecsim.cli import HEADLINES, main


def printed(*words) -> str:
    got = CliRunner().invoke(main, [str(w) for w in words], env={"COLUMNS": "240"})
    assert got.exit_code == 0, (got.output, got.exception)
    return got.stdout


def document(*words):
    """The one JSON document that a command prints; NaN and infinity are not JSON."""

    def refuse(text):
        raise ValueError(f"{text} is not JSON")

    return json.loads(printed(*words, "--json"), parse_constant=refuse)


COMMANDS = (
    "", "run", "compare", "community", "community build", "community show", "interventions", "interventions list",
    "interventions check", "family", "plan", "plan partners", "plan governance", "plan presets", "interventions show",
    "study", "study attribute", "study optimise", "study precision", "study pareto", "study robust", "study sensitivity",
    "study voi", "study extend", "study export", "study status", "evidence", "evidence list", "evidence show", "bench",
    "app", "validate",
)  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_help_says_in_one_sentence_what_a_command_does(command):
    long, short = (printed(*command.split(), flag) for flag in ("--help", "-h"))
    assert long == short
    sentence = " ".join(long.split("\n\n")[1].split())
    assert sentence.endswith(".")
    assert sentence.count(". ") == 0
    assert len(sentence.split()) >= 5


def test_version():
    assert printed("--version").startswith("hecsim, version 0.")


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("compared")
    path = write_study(folder, futures=2, parameters="sampled")
    return path, folder / "out", document("compare", path, "--workers", 1, "--out", folder / "out", "--all")


def test_compare(compared):
    _, out, found = compared
    assert found["futures"] == 2
    assert found["failed"] == {}
    assert {r["arm"] for r in found["summary"]} == {"Counsel [and] visits"}
    # Two futures of one parameter draw cannot tell how far another draw would lie.
    assert all(r["low"] is None for r in found["summary"])
    declared = [r for r in found["summary"] if r["declared"]]
    assert [r["measure"] for r in declared] == ["evictions"]
    for name in found["tables"]:
        assert len(pd.read_csv(name)) > 0
        assert len(pd.read_parquet(name.replace(".csv", ".parquet"))) == len(pd.read_csv(name))
    for name in ("report.html", "informe.html"):
        assert "</html>" in (out / name).read_text(encoding="utf-8")
    assert not list(out.rglob(".*"))


def test_compare_again_shows_the_same_and_runs_nothing(compared):
    path, out, _ = compared
    before = {p: p.stat().st_mtime_ns for p in (out / "measures").iterdir()}
    shown = printed("compare", path, "--out", out)
    assert {p: p.stat().st_mtime_ns for p in (out / "measures").iterdir()} == before
    assert "Counsel [and] visits against current law, 2 futures" in shown
    assert "needs more futures" in shown
    assert "report.html" in shown


def test_run_an_arm_of_a_study(tmp_path):
    path = write_study(tmp_path)
    found = document("run", path, "--seed", " 7 ", "--out", tmp_path / "months")
    assert (found["arm"], found["seed"], found["months"]) == ("Counsel [and] visits", 7, 12)
    assert set(found["last_month"]) == set(HEADLINES)
    assert pd.read_csv(tmp_path / "months" / "measures.csv")["month"].nunique() == 12
    law = document("run", path, "--seed", 7, "--arm", "Current law")
    assert law["arm"] == "Current law"
    shown = printed("run", path, "--arm", "Counsel [and] visits")
    assert "Counsel [and] visits" in shown


def test_run_a_scenario_file(tmp_path):
    path = tmp_path / "one.toml"
    path.write_text(
        'name = "counsel"\nyears = 1\nburn_in = 0\n[community]\ntowns = ["Hartford"]\nhouseholds = 400\n'
        '[[intervention]]\nid = "P01"\nstart = 0\n'
    )
    assert document("run", path)["arm"] == "counsel"


def test_community_build_and_show(tmp_path):
    folder = tmp_path / "place"
    found = document("community", "build", "--households", 400, "--family", "Northeast", "--out", folder)
    assert found["out"] == str(folder)
    assert found["persons"] > 400
    again = document("community", "build", "--households", 400, "--family", "Northeast", "--out", folder)
    assert again["digest"] == found["digest"]
    shown = document("community", "show", folder, "--rows", 3)
    assert len(shown["rows"]) == 3
    assert shown["worst_points"] >= shown["weighted_mean_points"] > 0
    assert "margins; worst" in printed("community", "show", folder)
    assert str(folder) in printed("community", "build", "--households", 400, "--out", folder)
    assert document("community", "show", "--towns", "Hartford", "--households", 400)["margins"] == shown["margins"]
    study = tmp_path / "saved.toml"
    place = 'towns = ["Hartford"]\nhouseholds = 400\nfamily = "Northeast"'
    study.write_text(STUDY.format(futures=1, parameters="central").replace(place, f'directory = "{folder}"'))
    assert document("compare", study, "--workers", 1, "--out", tmp_path / "out")["futures"] == 1


def test_interventions():
    rows = document("interventions", "list")
    assert len({r["id"] for r in rows}) == len(rows) > 40
    assert {"system", "policy", "program", "norm"} <= {r["kind"] for r in rows}
    one = document("interventions", "show", "p01")
    assert one["id"] == "P01"
    assert {"reach", "start", "payers"} <= {s["name"] for s in one["settings"]}
    assert "P01" in printed("interventions", "list")
    assert "reach" in printed("interventions", "show", "RightToCounsel")


def test_evidence():
    rows = document("evidence", "list")
    assert all(r["source"] and r["unit"] and r["grade"] for r in rows)
    room = rows[0]["name"].split(".")[0]
    some = document("evidence", "list", "--room", room)
    assert 0 < len(some) < len(rows)
    one = document("evidence", "show", rows[0]["name"])
    assert one["value"] == rows[0]["value"]
    assert rows[0]["name"] in printed("evidence", "show", rows[0]["name"])
    assert room in printed("evidence", "list", "--room", room)


def test_bench():
    found = document("bench", "--households", 400, "--months", 2)
    assert found["persons"] > 400
    assert found["ns_per_person_month"] > found["ns_per_person_month_without_measures"] * 0.2 > 0
    assert sum(found["process_cost"].values()) > 0
