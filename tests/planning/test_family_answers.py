"""The family's answer sheet: every fact has a state and a handle, and four columns are filled from paired runs."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from hecsim.cli import main
from hecsim.columns import SCHEMA
from hecsim.errors import ScenarioError
from hecsim.interventions import catalogue
from hecsim.planning import family

COLUMNS = {f"{table}.{c.name}" for table, columns in SCHEMA.items() for c in columns}
OPEN = {"J-01", "J-33"}  # ages and what is not given have no handle


def test_each_fact_is_a_state_and_has_a_handle():
    assert [f.id for f in family.facts()] == [f"J-{n:02d}" for n in range(1, 34)]
    for f in family.facts():
        assert f.state
        assert set(f.state) <= COLUMNS
        assert set(f.handles) <= set(catalogue())
        assert bool(f.handles) == (f.id not in OPEN)


def test_the_four_columns_hold_every_handle_once():
    arms = family.arms_of()
    assert list(arms) == ["current law", "Policy", "System", "Program", "Culture", "all together"]
    assert sorted(arms["all together"]) == sorted({h for f in family.facts() for h in f.handles})
    assert all(arms[c] for c in ("Policy", "System", "Program", "Culture"))
    assert set(family.arms_of(each=True)) > set(arms["all together"])


@pytest.fixture(scope="module")
def answers():
    return family.answer(households=250, years=1, futures=1, start=0)


@pytest.mark.slow
def test_the_answer_sheet_is_filled_from_paired_runs(answers):
    assert answers.members == ["Camille", "Joseph", "Michael", "Camille's mother"]
    for arm in list(answers.arms)[1:]:
        rows = answers.difference(arm)
        assert [r["measure"] for r in rows] == list(family.MEASURES)
        assert all(r["futures"] == 1 for r in rows if r["difference"] is not None)
        assert any(r["difference"] for r in rows)  # something moved
        assert set(answers.shares(arm)) == {"prevented", "mitigated"}
    together = {r["measure"]: r["difference"] for r in answers.difference("all together")}
    assert together["abuse"] < 0
    assert together["nurture"] > 0


@pytest.mark.slow
def test_the_same_luck_gives_the_same_sheet(answers):
    again = family.answer(households=250, years=1, futures=1, start=0)
    np.testing.assert_array_equal(answers.values, again.values)


def test_actions_that_start_too_late_are_refused():
    with pytest.raises(ScenarioError, match="after 1 years"):
        family.answer(years=1, start=12)


def test_the_facts_can_be_listed_alone():
    got = CliRunner().invoke(main, ["family", "--facts", "--json"])
    assert got.exit_code == 0
    assert len(json.loads(got.stdout)["facts"]) == 33
