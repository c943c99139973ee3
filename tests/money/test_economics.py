"""The wrong-pocket ledger of a study, ratios that may have no value, equity, and what three years would show."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from hecsim.cli import main
from hecsim.errors import RunError, ScenarioError
from hecsim.measures import MEASURES
from hecsim.study import Results, Study, run_study
from hecsim.study.budgets import budgets, standardized
from hecsim.study.distribution import distribution, equally_distributed
from hecsim.study.early import early, power
from hecsim.study.economics import Economics
from hecsim.study.fund_history import fund_history
from hecsim.study.ratios import cost_per, returned

STUDY = """
[study]
name = "tiny money"
years = 2
futures = 2
parameters = "central"

[community]
towns = ["Hartford"]
households = 150

[[arm]]
name = "Current law"

[[arm]]
name = "Unlimited"
[[arm.intervention]]
id = "P02"
start = 0
[[arm.intervention]]
id = "S03"
start = 0
ramp = 0

[[arm]]
name = "Funded"
[[arm.intervention]]
id = "S03"
start = 0
ramp = 0
[[arm.funds.source]]
instrument = "grants"
payers = { philanthropy = 1.0 }
amount = 2_000_000
years = 1
[arm.funds.capture]
share = 0.5
minimum = 0.0
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    where = tmp_path_factory.mktemp("money")
    (where / "s.toml").write_text(STUDY)
    run_study(Study.from_file(where / "s.toml"), where / "out")
    return where / "out"


@pytest.fixture(scope="module")
def results(folder):
    from hecsim.study import Store

    return Results.read(Store(folder))


def test_every_cent_paid_or_saved_has_its_payer(results):
    for arm in ("Unlimited", "Funded"):
        b = budgets(results, arm)
        assert b.balances
        assert (b.net() == sum(b.paid.values()) - sum(b.saved.values())).all()
        # Benefits that the state pays are the families' receipt: no cost for society.
        frame = results.ledger[(results.ledger.arm == arm) & (results.ledger.flow == "cost")]
        used = frame[~frame.category.isin(["benefits", "wages", "revenue", "tax credit"])].amount.sum()
        assert b.resource.sum() / 100 == pytest.approx(used, abs=0.01)


def test_health_care_of_all_payers_is_all_health_care(results):
    parts = ("cost_medicaid", "cost_medicare", "cost_commercial", "cost_hospitals", "cost_residents")
    whole = np.asarray(results.sums[:, :, :, results.measures.index("health_cost")])[..., 0]
    found = sum(np.asarray(results.sums[:, :, :, results.measures.index(p)])[..., 0] for p in parts)
    np.testing.assert_allclose(found, whole, rtol=1e-6)


def test_public_cost_of_all_agencies_is_all_public_cost(results):
    parts = ("cost_child_protection", "cost_courts", "cost_corrections", "cost_shelter")
    total = [results.sums[:, :, :, results.measures.index(p)][..., 0, 0].sum() for p in ("public_cost", *parts)]
    # Only who leaves in the month of an event is counted by one and not by the other.
    assert sum(total[1:]) == pytest.approx(total[0], rel=0.03)


def test_the_number_of_residents_is_that_of_current_law(results):
    people = standardized(results, "residents")
    assert people == pytest.approx(people[:, [results.reference]] * np.ones((1, 3, 1)))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**31), st.integers(1, 40))
def test_any_study_balances_to_the_cent(seed, rows):
    """Invented sums and an invented ledger: the identity holds for whatever was simulated."""
    rng = np.random.default_rng(seed)
    measures = [n for n, m in MEASURES.items() if m.kind == "money"] + ["residents"]
    sums = rng.uniform(0, 1e6, (2, 2, 12, len(measures), 1, 2))
    names = rng.choice(["state", "town", "Medicaid", "somebody"], rows)
    frame = pd.DataFrame(
        {
            "month": rng.integers(0, 12, rows), "payer": names, "instrument": "grants", "intervention": "G01", "flow": "cost",
            "category": rng.choice(["service", "benefits", "revenue", "tax credit", "wages"], rows),
            "amount": rng.integers(-(10**9), 10**9, rows) / 100, "value": 0.0, "future": rng.integers(0, 2, rows),
            "arm": rng.choice(["law", "mix"], rows),
        }
    )  # fmt: skip
    moved = frame.assign(flow="transfer", category="contribution")
    both = pd.concat([frame, moved, moved.assign(amount=-moved.amount, payer="collaborative fund")], ignore_index=True)
    manifest = {"study": {"arms": [{"name": "law", "interventions": []}, {"name": "mix", "interventions": [{"id": "G01"}]}]}}
    made = Results(sums, [0, 1], ["law", "mix"], measures, [("all", "all")], manifest, both, pd.DataFrame())
    assert budgets(made, "mix").balances


def test_a_study_without_the_measures_is_refused(results):
    bare = Results(
        np.zeros((1, 2, 12, 1, 1, 2)), [0], ["law", "mix"], ["residents"], [("all", "all")], results.manifest,
        pd.DataFrame(), pd.DataFrame(),
    )  # fmt: skip
    with pytest.raises(RunError, match="run it again"):
        budgets(bare, "mix")


def test_horizons_that_were_not_simulated_are_not_guessed(results):
    made = Economics(results)
    assert made.horizons == (2,)
    with pytest.raises(ScenarioError, match="years = 30"):
        made.payers("Funded", 30)
    with pytest.raises(ScenarioError, match="discount"):
        Economics(results, 0.06)


def test_discounting_weighs_the_future_less(results):
    plain, late = Economics(results, 0.0), Economics(results, 0.05)
    net = plain.budgets("Unlimited").resource
    assert 0 < late.dollars(net, 2).mean() < plain.dollars(net, 2).mean()
    assert plain.dollars(net, 2) == pytest.approx(net.sum(axis=1) / 100)


FEW = np.arange(10)


@pytest.mark.parametrize(
    ("cost", "effect", "verdict"),
    [
        (100 + FEW, 50 + FEW, "value"),
        (-100 - FEW, 50 + FEW, "saves"),
        (100 + FEW, -50 - FEW, "dominated"),
        (100 + FEW, FEW - 4.5, "undefined"),
        (-100 - FEW, -50 - FEW, "undefined"),
        (100 + FEW, 0 * FEW, "undefined"),
    ],
)
def test_a_ratio_is_given_only_where_it_means_something(cost, effect, verdict):
    found = cost_per(cost.astype(float), effect.astype(float), FEW)
    assert found.verdict == verdict
    assert np.isfinite(found.value) == (verdict == "value")
    if verdict == "value":
        assert found.low < found.value < found.high


def test_one_parameter_draw_gives_no_interval():
    same = np.zeros(4, int)
    assert cost_per(np.ones(4), np.ones(4), same).verdict == "too few futures"
    assert returned(np.ones(4), np.zeros(4), same).verdict == "pays nothing"


def test_equal_spread():
    share = np.array([0.5, 0.5])
    even, uneven = np.array([0.8, 0.8]), np.array([0.7, 0.9])
    assert equally_distributed(even, share, 10.0) == pytest.approx(0.8)
    assert equally_distributed(uneven, share, 10.0) < equally_distributed(uneven, share, 1.0) < 0.8
    assert equally_distributed(uneven, share, 0.0) == pytest.approx(0.8)
    gain_low, gain_high = (equally_distributed(uneven + g, share, 10.0) for g in ([0.01, 0.0], [0.0, 0.01]))
    assert gain_low > gain_high


def test_groups_add_up_to_the_whole(results):
    made = Economics(results)
    groups, summary = distribution(made, "Unlimited", 2)
    assert groups.qalys.sum() == pytest.approx(summary["qalys"])
    assert summary["net"] == pytest.approx(summary["qalys"] - summary["displaced"])
    assert summary["equity"] == pytest.approx(summary["ede"] - summary["qalys"])
    assert summary["displaced"] == pytest.approx(made.society("Unlimited", 2).mean() / summary["threshold"])


def test_power_of_two_separate_groups():
    assert power(0.2, 0.2, 500, "level") == pytest.approx(0.05)
    assert power(0.2, 0.3, 1000, "level") > 0.99
    # 15 against 25 percent with 250 in each group: the textbook's 80 percent.
    assert power(0.15, 0.25, 250, "level") == pytest.approx(0.8, abs=0.02)
    assert power(0.2, 0.3, 1000, "flow") > power(0.2, 0.3, 100, "flow")


def test_three_years_of_a_two_year_study_are_all_of_it(results):
    table = early(Economics(results)).set_index(["arm", "outcome"])
    row = table.loc["Unlimited", "evictions"]
    assert row.early == pytest.approx(row.late)


def test_what_became_of_the_fund(results):
    history = fund_history(results, "Funded")
    assert history["years"].held.iloc[0] >= 0
    assert len(history["years"]) == 2
    assert set(history["settled"].source) == {"capture and reinvestment"}
    assert not len(fund_history(results, "Unlimited")["years"])


def test_the_command_says_it_in_json_and_in_words(folder):
    told = CliRunner().invoke(main, ["study", "economics", str(folder), "--json"])
    assert told.exit_code == 0
    said = json.loads(told.stdout)
    assert said["balances"] == {"Unlimited": True, "Funded": True}
    assert said["not_simulated"] == [3, 5, 10, 30]
    assert {p["payer"] for p in said["payers"]} >= {"Medicaid", "residents", "society", "all budgets"}
    shown = CliRunner().invoke(main, ["study", "economics", str(folder), "--arm", "Funded"])
    assert "The fund" in shown.stdout
    assert "not simulated: 3, 5, 10, 30 years" in shown.stdout


@pytest.mark.parametrize(
    ("more", "words"),
    [(["--arm", "Fundet"], "did you mean 'Funded'"), (["--discount", "0.2"], "0 to 0.05"), (["--horizon", "30"], "years = 30")],
)
def test_mistakes_are_told(folder, more, words):
    told = CliRunner().invoke(main, ["study", "economics", str(folder), *more])
    assert told.exit_code == 2
    assert words in told.stderr.replace("\n", " ")
