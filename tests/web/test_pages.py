"""Comparing, budgets, collaborating and the lab, without a browser."""

import io
import math
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hecsim import evidence
from hecsim.collaborative import CollaborativeSpec
from hecsim.collaborative.roles import KINDS
from hecsim.planning import funds, governance
from hecsim.report.facts import Facts
from hecsim.report.money import arm_money
from hecsim.study import Study
from hecsim.web import budget, collaborate, downloads, lab, server, side
from hecsim.web.plan import MIX
from hecsim.web.state import Pick, Saved, parse, query, updated
from hecsim.web.view import read_kept
from hecsim.web.words_plan import TERMS
from tests.web.conftest import FUTURES

EVERYTHING = "t=Hartford&y=7&m=M1&s=M1-M2-_P01.50.1,G04.30.2-M3_P01.20.0&b=5000000&p=state&g=2.3.4.75.01&o=0,3,3&lang=es"


@pytest.mark.parametrize("search", [EVERYTHING, "s=M6-M6-M1-M2-M3-M4", "s=_G04.5.4&y=10", "o=none", "b=7&g=....0123"])
def test_kept_mixes_budget_and_group_survive_the_url(search: str) -> None:
    state = parse(search)
    assert parse(query(state)) == state
    assert len(state.saved) <= 4
    assert len(set(state.saved)) == len(state.saved)


@pytest.mark.parametrize(
    "search",
    ["s=" + "-" * 5000, "s=M0_-_", "s=M1_ZZZ.1.1", "b=-5", "b=1e9", "b=٣", "p=residents", "p=<b>", "g=9.-1.x.1e3.",
     "o=-1,1e2,,999"],
)  # fmt: skip
def test_hostile_fields_leave_a_sound_state(search: str) -> None:
    state = parse(search)
    assert state.budget == 0
    assert state.payer == ""
    assert all(one.picks for one in state.saved)
    assert set(state.group.partners) <= set(KINDS)
    assert 0 <= state.group.seats <= 20
    assert parse(query(state)) == state


@pytest.mark.parametrize(
    "change",
    [{"keep": 1}, {"discard": True}, {"discard": -1}, {"discard": "0"}, {"open": 7}, {"add": ["M1"]}, {"group": []},
     {"group": {"form": {}, "rule": 3, "seats": None, "aid": ["x"], "invite": {}, "leave": None}}, {"budget": {}},
     {"payer": ["state"]}],
)  # fmt: skip
def test_hostile_changes_change_nothing(change: object) -> None:
    state = parse("m=M2&s=M1")
    assert updated(state, change) == state


def test_mixes_are_kept_up_to_four_opened_and_discarded() -> None:
    state = parse("m=M1")
    for mix in ("M2", "M3", "M4", "M5"):
        state = updated(updated(state, {"keep": True}), {"mix": mix})
    assert [s.mix for s in state.saved] == ["M1", "M2", "M3", "M4"]
    assert updated(state, {"keep": True}) == state
    state = updated(state, {"discard": 1})
    assert [s.mix for s in state.saved] == ["M1", "M3", "M4"]
    assert updated(state, {"open": 2}).mix == "M4"


def test_a_longer_horizon_leaves_kept_ready_made_mixes_ready_made() -> None:
    state = updated(parse("y=5&s=M1-_P01.50.4"), {"years": 10})
    assert "s=M1-_P01.50.4" in query(state)


def test_yearly_spending_adds_up_to_the_ledger(kept: str) -> None:
    results = read_kept(kept, FUTURES, ("law", MIX))
    found = budget.spent(results, MIX)
    ledger = results.ledger
    cost = ledger[(ledger["arm"] == MIX) & (ledger["flow"] == "cost")]["amount"].sum()
    law = ledger[(ledger["arm"] == "law") & (ledger["flow"] == "cost")]["amount"].sum()
    families = arm_money(Facts(results), MIX)
    assert families.spending.difference > 0
    assert found.mean <= (cost - law) / len(FUTURES) / results.years * 1.001  # what families pay is not counted
    parts = sum(budget.spent(results, MIX, p).mean for p in ("state", "federal", "philanthropy", "town", "Medicaid"))
    assert 0 < parts <= found.mean * 1.001
    assert found.peak >= found.mean


def test_the_verdict_knows_when_the_range_crosses_the_budget() -> None:
    s = budget.Spent(10.0, 8.0, 12.0, 15.0, 2027)
    assert [s.against(b) for b in (13.0, 12.0, 10.0, 7.9)] == ["within", "within", "maybe", "over"]
    alone = budget.Spent(10.0, math.nan, math.nan, 15.0, 2027)
    assert [alone.against(b) for b in (10.0, 9.9)] == ["within", "over"]
    for verdict, shape in budget.SHAPES.items():
        html = budget.bar(s, {"within": 13, "maybe": 10, "over": 7}[verdict], "", "en")
        assert shape in html
        assert f'class="budget {verdict}"' in html


def test_the_same_run_twice_beside_itself_differs_in_nothing(kept: str) -> None:
    one = Saved("M1", (Pick("P01", 50, 1),))
    joined = side.joined((kept, kept), FUTURES, "law", ("A", "B"))
    assert joined.arms == ["law", "A", "B"]
    values = joined.values("aces_0_8")
    np.testing.assert_array_equal(values[:, 1], values[:, 2])
    assert not np.array_equal(values[:, 0], values[:, 1]) or np.isnan(values).all()
    html = side.compare_html((kept, kept), FUTURES, "en", ("A", "B"), (one, one), 5_000_000)
    assert "None of" in html
    assert "The parts are the same" in html
    assert "<script" not in html


def test_what_changed_names_every_kind_of_change() -> None:
    one = Saved("", (Pick("P01", 50, 1), Pick("G04", 60, 0), Pick("S03", 10, 1)))
    other = Saved("", (Pick("P01", 80, 1), Pick("G04", 60, 2), Pick("N01", 10, 1)))
    for language, words in (
        ("en", ("adds", "leaves out", "50% to 80%", "2027 instead of 2025")),
        ("es", ("Agrega", "quita", "2027")),
    ):
        told = side.what_changed(one, other, language)
        for word in words:
            assert word in told


def test_the_study_file_reads_back_as_the_same_arms(tmp_path: Path) -> None:
    state = parse(f"{EVERYTHING}&iv=P01.37.2,S03.15.0")
    file = tmp_path / "study.toml"
    file.write_text(lab.study_file(state), encoding="utf-8")
    study = Study.from_file(file)
    assert len(study.arms) == 6
    assert [a.name.removeprefix("Mix ")[:1] for a in study.arms[2:]] == ["A", "B", "C", "D"]
    assert {i.id: (i.reach, i.start) for i in study.arms[1].interventions}["P01"] == (0.37, 24)
    assert study.community.towns == ("Hartford",)
    assert study.years == 7


def test_every_term_of_planning_is_translated() -> None:
    draw = evidence.draw(None)
    full = CollaborativeSpec(
        stipend=100, child_care=True, interpreters=True, mentor=True, facilitator=True, ladder="lead", rule="resident veto"
    )
    said = [
        *KINDS,
        *governance.FORM_WORDS,
        *governance.FORM_WORDS.values(),
        *governance.RULE_WORDS,
        *governance.RULE_WORDS.values(),
    ]
    said += [s for steps in governance.STEPS.values() for s in steps] + list(governance.STEPS) + list(funds.HEADINGS)
    said += [r[k] for r in funds.may_pay() for k in ("when", "risk")]
    said += [w["way"] for spec in (CollaborativeSpec(), full) for w in governance.engagement_options(spec, draw)]
    assert [s for s in said if s not in TERMS] == []
    assert [t for t in TERMS if t not in said] == []


@pytest.mark.parametrize("search", ["", "m=M2", "m=M6&o=none&g=0.2.0.0.", "m=M2&g=4.3.20.300.0123&t=Norwalk,Waterbury"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_a_draft_plan_is_drawn_for_every_group(search: str, language: str) -> None:
    html = collaborate.draft(parse(f"{search}&lang={language}"))
    assert html.count("<table") >= 6
    assert ("quién la hace" if language == "es" else "who does it") in html


def test_the_data_of_a_run_come_in_both_kinds(kept: str) -> None:
    made = {k: zipfile.ZipFile(io.BytesIO(downloads.bundle(kept, len(FUTURES), k))) for k in downloads.KINDS}
    csv = pd.read_csv(made["csv"].open("ledger.csv"))
    parquet = pd.read_parquet(io.BytesIO(made["parquet"].read("ledger.parquet")))
    assert list(csv.columns) == list(parquet.columns)
    assert csv["amount"].sum() == pytest.approx(float(parquet["amount"].sum()))
    assert "manifest.json" in made["csv"].namelist()


def test_an_exception_reaches_the_page_as_one_sentence(caplog: pytest.LogCaptureFixture) -> None:
    problem = ValueError("a secret")
    told = "".join(server._Told.format_exception(None, problem, None))
    assert "secret" not in told
    assert "a secret" in caplog.text
