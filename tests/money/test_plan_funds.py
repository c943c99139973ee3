"""`hecsim plan funds`: what money is for, and what a plan of money leaves open."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from click.testing import CliRunner

from hecsim.cli import main
from hecsim.collaborative.fund_plan import FundPlan
from hecsim.planning.funds import HEADINGS, PUBLIC, FundNeeds, covered, heading, may_pay

SCENARIO = """
name = "money"
years = 2
[community]
towns = ["Hartford"]
households = 150
[[intervention]]
id = "S03"
start = 0
ramp = 0
[[intervention]]
id = "P02"
start = 0
ramp = 0
[[funds.source]]
instrument = "grants"
payers = { philanthropy = 1.0 }
amount = 200_000
first = 0
years = 1
[[funds.source]]
instrument = "shared savings"
payers = { Medicaid = 1.0 }
share = 0.5
first = 1
"""


def needs(*amounts: float) -> FundNeeds:
    rows = [{"year": y + 1, "heading": HEADINGS[7], "source": "G01", "amount": a} for y, a in enumerate(amounts)]
    rows += [{"year": 1, "heading": PUBLIC, "source": "P02", "amount": 1e9}]
    return FundNeeds(pd.DataFrame(rows), len(amounts), ("Hartford",))


def test_what_a_fund_carries_leaves_out_laws_and_benefits():
    assert needs(100.0, 200.0).fund == [100.0, 200.0]
    assert heading("P02", "service", law=True) == PUBLIC
    assert heading("G16", "benefits", law=False) == PUBLIC
    assert heading("S09", "operation", law=False) == "data and shared resources"
    assert heading("G13", "investment", law=False) == "start-up and buildings"


def test_gaps_year_by_year():
    plan = FundPlan.from_mapping(
        {"source": [{"instrument": "grants", "payers": {"state": 1.0}, "amount": 1e6, "first": 0, "years": 1, "carry": True}]}
    )
    rows = covered(needs(4e5, 4e5, 4e5), plan)
    assert [r["gap"] > 0 for r in rows] == [False, False, True]
    kept = 1e6 - rows[0]["running_the_fund"] - 8e5
    assert rows[2]["gap"] == pytest.approx(4e5 - kept)
    lapsing = FundPlan.from_mapping({"source": [{"instrument": "grants", "payers": {"state": 1.0}, "amount": 1e6, "years": 1}]})
    assert covered(needs(4e5, 4e5), lapsing)[1]["gap"] == pytest.approx(4e5)


def test_a_loan_is_repaid_out_of_the_fund():
    loan = {"instrument": "social investment", "payers": {"state": 1.0}, "amount": 1e5, "interest": 0.0, "term": 2, "first": 0}
    rows = covered(needs(0.0, 0.0, 0.0, 0.0), FundPlan.from_mapping({"source": [loan]}))
    assert [r["repaid"] for r in rows] == [0.0, 5e4, 5e4, 0.0]


def test_each_instrument_says_what_it_may_pay_for():
    by_name = {s["instrument"]: s for s in may_pay(10)}
    assert len(by_name) == 9
    assert PUBLIC not in {h for s in by_name.values() for h in s["pays_for"]}
    assert "reserve" not in by_name["grants"]["pays_for"]
    assert "start-up and buildings" not in by_name["outcomes rate card"]["pays_for"]


def test_the_command(tmp_path):
    file = tmp_path / "s.toml"
    file.write_text(SCENARIO)
    told = CliRunner().invoke(main, ["plan", "funds", "--scenario", str(file), "--households", "600", "--years", "2", "--json"])
    assert told.exit_code == 0, told.stderr
    said = json.loads(told.stdout)
    assert said["towns"] == ["Hartford"]
    assert len(said["fund"]) == 2
    assert said["by_heading"][PUBLIC][0] > 0
    assert said["coverage"][1]["by_outcome"] == ["shared savings: Medicaid"]
    assert said["coverage"][1]["gap"] > 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "says no mix"),
        (["--mix", "G99"], "G99"),
        (["--mix", "G01"], "says no town"),
        (["--preset", "hartfort"], "hartford"),
    ],
)
def test_mistakes_are_told(words, said):
    told = CliRunner().invoke(main, ["plan", "funds", *words])
    assert told.exit_code == 2
    assert said in told.stderr
