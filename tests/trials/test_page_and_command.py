"""The page and the command, as their users meet them."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from hecsim.cli import main
from hecsim.trials import load_trial, render
from hecsim.trials.samples import Estimate
from hecsim.trials.score import TrialScore, score

STUDY = Path(__file__).parent / "studies" / "child_allowance.toml"


def made_up(path, value):
    t = load_trial(path)
    found = [Estimate(value, value, np.full(5, value), 10.0, 9.0, 100)] * 2
    return TrialScore(t, tuple(score(t, o, found) for o in t.outcome), 2, 1.0, 300)


@pytest.fixture(scope="module")
def page():
    return render([made_up(STUDY, -25.0), made_up(STUDY.with_name("paid_leave.toml"), 3.0)])


def test_the_page_stands_alone(page):
    assert "<script" not in page
    assert not re.search(r"(src|href)=\"https?:", page)
    assert "None" not in page and "nan" not in page.replace("financ", "")


def test_lights_are_told_by_symbol_and_word_beside_color(page):
    assert re.search(r'class="light pass"><b aria-hidden="true">●</b>pass', page)
    assert re.search(r'class="light miss"><b aria-hidden="true">○</b>miss', page)
    assert "1 of 2 trials that calibration did not use pass" in page


def test_what_a_file_says_is_shown_as_text(tmp_path):
    text = STUDY.read_text().replace('title = "Monthly', 'title = "<b>Monthly</b>')
    path = tmp_path / "x.toml"
    path.write_text(text)
    assert "&lt;b&gt;Monthly" in render([made_up(path, -25.0)])


def run(*arguments):
    return CliRunner().invoke(main, ["trials", *map(str, arguments)])


def test_list_as_json():
    found = json.loads(run("list", "--json").stdout)
    assert {"A1", "W14"} <= {row["id"] for row in found}
    assert {row["id"] for row in found if row["must_be_null"]} >= {"A7", "W10"}


def test_run_writes_one_document_a_page_and_a_file_for_each(tmp_path):
    done = run("run", STUDY, "--futures", 1, "--households", 200, "--parameters", "central", "--out", tmp_path / "o",
               "--page", tmp_path / "page.md", "--json")  # fmt: skip
    document = json.loads(done.stdout)
    (trial,) = document["trials"]
    assert trial["verdict"] in ("pass", "near", "miss") and trial["outcomes"][0]["n"] > 0
    assert (tmp_path / "o" / "trials.html").is_file()
    table = (tmp_path / "page.md").read_text()
    assert f"| {trial['id']} {trial['title']} |" in table
    assert table.count(trial["verdict"]) >= 1
    assert json.loads((tmp_path / "o" / "child-allowance.json").read_text())["id"] == "child-allowance"


def test_mistakes_end_with_2_and_one_message(tmp_path):
    bad = tmp_path / "bad.toml"
    bad.write_text(STUDY.read_text().replace("poverty_ratio", "poverty_ration"))
    for arguments in (("run", bad), ("check", bad), ("run", "A99"), ("run", "none.toml"), ("check", "none.toml")):
        done = run(*arguments)
        assert done.exit_code == 2, arguments
        assert "Traceback" not in done.output and "error" in done.output
    assert "did you mean 'poverty_ratio'" in run("check", bad).output
    found = json.loads(run("check", STUDY, bad, "--json").stdout)
    assert [row["ok"] for row in found] == [True, False]
