"""Each instrument pays when, for what and on what it says."""

from __future__ import annotations

import numpy as np
import pytest

from hecsim import evidence
from hecsim.clock import MONTHS_PER_YEAR
from hecsim.collaborative.fund_plan import FundPlan
from hecsim.collaborative.funds import FUND, INVESTORS, Funds
from hecsim.collaborative.instruments import INSTRUMENTS
from hecsim.collaborative.outcomes import Books
from hecsim.errors import ScenarioError, UnknownNameError
from hecsim.interventions.ledger import Ledger

DRAW = evidence.draw(None)
FEE = float(DRAW["money.fiduciary_fee"])
LAG = round(float(DRAW["money.settlement_lag"]))
STATE = {"state": 1.0}


def plan(*sources, **more) -> FundPlan:
    return FundPlan.from_mapping({"source": list(sources), **more})


def fund(p: FundPlan, better: float = 0.0, luck: float = 0.5, years: int = 8) -> tuple[Funds, Ledger]:
    """A fund whose place spends `better` less than its comparison of $1 million and 1,000 events a year."""
    ledger = Ledger()
    same = {m: np.tile((1e6, 1e6), (years, 1)) for m in ("cost_medicaid", "cost_child_protection")}
    same["cps_confirmed"] = np.tile((1000.0, 1e6), (years, 1))
    mine = {m: x * (1 - better, 1) for m, x in same.items()}
    made = Funds(p, DRAW, ledger, lambda decision, month: luck, same)
    made.books.observe(mine)
    return made, ledger


def run(made: Funds, years: float) -> None:
    for month in range(round(years * MONTHS_PER_YEAR)):
        made.open(month)


def test_there_are_nine_and_each_says_what_it_is():
    assert len(INSTRUMENTS) == 9
    for kind in INSTRUMENTS.values():
        assert kind.when
        assert kind.risk
        assert kind.spanish != kind.name
        assert kind.phase[0] < kind.phase[1]
        assert kind.number(DRAW, "report") > 0
    assert {k.name for k in INSTRUMENTS.values() if k.outcomes and k.phase[0] == 0} == set()


def test_a_grant_lapses_at_the_end_of_its_year_unless_it_may_be_carried():
    grant = {"instrument": "grants", "payers": STATE, "amount": 1000.0 * 100, "years": 1}
    made, ledger = fund(plan(grant))
    run(made, 1)
    assert made.held > 0
    made.open(12)
    assert made.held == 0
    assert ledger.total(category="returned", payer="state") < 0
    kept, _ = fund(plan(grant | {"carry": True}))
    run(kept, 2)
    assert kept.held > 0


def test_a_restricted_grant_pays_for_what_was_agreed_only_and_is_used_first():
    made, ledger = fund(
        plan(
            {"instrument": "grants", "payers": STATE, "amount": 5e5, "only": ["G01"]},
            {"instrument": "tax credits", "payers": {"employers": 1.0}, "amount": 5e5, "share": 0.6},
        )
    )
    made.open(0)
    before = {a.instrument: a.balance for a in made.accounts}
    assert made.pay(0, "G01", "G01", "service", 100_00)
    assert made.pay(0, "S03", "S03", "service", 100_00)
    assert {a.instrument: before[a.instrument] - a.balance for a in made.accounts} == {"grants": 10000, "tax credits": 10000}
    assert not made.pay(0, "S03", "S03", "benefits", 100_00)  # a grant for G01 may not, credits never may
    # The state gives back 60 percent of what businesses gave.
    assert ledger.total(payer="state", instrument="tax credits") == pytest.approx(0.6 * 5e5)


def test_blended_money_comes_late_and_asks_for_one_report():
    apart = [{"instrument": "braided funds", "payers": {p: 1.0}, "amount": 1e5} for p in ("state", "federal", "town")]
    braided, kept = fund(plan(*apart)), fund(plan(*(s | {"blended": True} for s in apart)))
    assert len(braided[0].accounts) == 3
    assert len(kept[0].accounts) == 1
    run(braided[0], 1)
    run(kept[0], 1)
    assert braided[0].received > 0
    assert kept[0].received == 0  # an agreement comes first
    assert kept[1].total(category="reporting") == pytest.approx(float(DRAW["money.report_braided_funds"]))
    assert braided[1].total(category="reporting") == pytest.approx(3 * float(DRAW["money.report_braided_funds"]))


def test_investors_are_repaid_with_interest_or_lose_what_the_fund_cannot_repay():
    loan = {"instrument": "social investment", "payers": STATE, "amount": 1e5, "interest": 0.05, "term": 4}
    rich = fund(plan(loan, {"instrument": "wellness trust", "payers": STATE, "amount": 1e6, "years": 5}))
    run(rich[0], 6)
    owed = 4 * 1e5 * 0.05 / (1 - 1.05**-4)
    assert -rich[1].total(category="repayment", payer=INVESTORS) == pytest.approx(owed, abs=0.05)
    poor = fund(plan(loan))
    poor[0].open(0)
    poor[0].pay(0, "G01", "G01", "service", poor[0].held)
    run(poor[0], 6)
    assert poor[1].total(category="repayment") == 0
    assert poor[1].total(payer=INVESTORS) > 0  # their loss


@pytest.mark.parametrize(("better", "paid"), [(0.10, 0.5 * 0.10 * 1e6), (0.005, 0.0), (-0.1, 0.0)])
def test_shared_savings_are_paid_after_the_lag_above_the_minimum_only(better, paid):
    source = {"instrument": "shared savings", "payers": {"Medicaid": 1.0}, "share": 0.5, "first": 1, "years": 1}
    made, ledger = fund(plan(source), better)
    run(made, 2 + LAG / 12)
    assert ledger.total(category="outcome payment", payer="Medicaid") == 0
    made.open(24 + LAG)
    assert ledger.total(category="outcome payment", payer="Medicaid") == pytest.approx(paid)


def test_a_rate_card_pays_a_price_for_each_event_fewer_up_to_its_cap():
    card = {
        "instrument": "outcomes rate card",
        "payers": STATE,
        "measure": "cps_confirmed",
        "price": 500.0,
        "first": 0,
        "years": 1,
    }
    for cap, paid in ((1e9, 100 * 500.0), (20_000.0, 20_000.0)):
        made, ledger = fund(plan(card | {"cap": cap}), better=0.1)
        run(made, 2)
        assert ledger.total(category="outcome payment", payer="state") == pytest.approx(paid)


@pytest.mark.parametrize(("better", "met"), [(0.10, 0.5), (0.30, 1.0), (0.0, 0.0)])
def test_pay_for_success_repays_investors_in_proportion_to_the_outcome(better, met):
    source = {"instrument": "pay for success", "payers": {"child protection": 1.0}, "measure": "cps_confirmed", "target": 0.2,
              "amount": 1e5, "first": 0, "years": 3, "success": 0.1}  # fmt: skip
    made, ledger = fund(plan(source), better)
    run(made, 5)
    back = 1e5 * met * 1.1
    assert ledger.total(payer="child protection") == pytest.approx(back)
    assert ledger.total(payer=INVESTORS) == pytest.approx(1e5 - back)


def test_a_multi_payer_arrangement_holds_a_share_back_until_outcomes_are_measured():
    source = {"instrument": "multi-payer arrangement", "payers": {"Medicaid": 0.5, "commercial plans": 0.5}, "amount": 1e5,
              "measure": "cps_confirmed", "target": 0.1, "share": 0.2, "first": 0, "years": 1}  # fmt: skip
    made, ledger = fund(plan(source), better=0.05)
    run(made, 3)
    assert ledger.total(category="contribution", payer="Medicaid") == pytest.approx(0.5 * 0.8 * 1e5)
    assert -ledger.total(category="outcome payment", payer=FUND) == pytest.approx(0.5 * 0.2 * 1e5)


def test_capture_returns_its_share_and_carries_losses_forward():
    more = {"capture": {"share": 0.5, "minimum": 0.0, "payers": ["Medicaid"]}}
    grant = {"instrument": "grants", "payers": STATE, "amount": 0.0}
    made, ledger = fund(plan(grant, **more), better=0.1)
    own = np.array([[1.2e6, 1e6], [0.9e6, 1e6], [0.9e6, 1e6], [0.7e6, 1e6]] + [[1e6, 1e6]] * 4)
    made.books.observe({"cost_medicaid": own})
    paid = []
    for month in range(6 * MONTHS_PER_YEAR):
        before = ledger.total(payer="Medicaid")
        made.open(month)
        if (month - LAG) % MONTHS_PER_YEAR == 0:
            paid.append(round(ledger.total(payer="Medicaid") - before))
    # -200,000, then +100,000 and +100,000 only make up for it, then half of 300,000.
    assert [p for p in paid if p] == [150_000]


def test_a_capture_with_a_minimum_does_not_pay_for_what_could_be_chance():
    grant = {"instrument": "grants", "payers": STATE, "amount": 0.0}
    made, ledger = fund(plan(grant, capture={"share": 0.5, "payers": ["Medicaid"]}), better=0.01)
    run(made, 6)
    assert ledger.total(payer="Medicaid") == 0


def test_the_error_of_measurement_has_the_spread_it_says():
    # 4,000 draws: the ratio of spreads has a standard error of 1.1 percent, so 5 percent is 4.5 of them (1 in 100,000).
    rng = np.random.default_rng(1)
    books = Books(DRAW, {"cps_confirmed": np.array([[400.0, 1e6]])})
    books.observe({"cps_confirmed": np.array([[400.0, 1e6]])})
    errors = [books.gain("cps_confirmed", 0, u).measured for u in rng.random(4000)]
    assert np.std(errors) == pytest.approx(np.sqrt(2 * 400), rel=0.05)


def test_the_own_baseline_pays_for_whatever_else_changes():
    own = {"cost_medicaid": np.array([[1e6, 1e6], [0.8e6, 1e6]])}
    books = Books(DRAW, None)
    books.observe(own)
    grown = 1 + float(DRAW["money.benchmark_trend"])
    assert books.gain("cost_medicaid", 1, 0.5).true == pytest.approx(grown * 1e6 - 0.8e6)


@pytest.mark.parametrize(
    ("data", "problem", "words"),
    [
        ({}, ScenarioError, "at least one"),
        ({"source": [{"instrument": "grant"}]}, UnknownNameError, "did you mean 'grants'"),
        ({"source": [{"instrument": "grants", "payers": STATE, "amuont": 1}]}, UnknownNameError, "did you mean 'amount'"),
        ({"source": [{"instrument": "grants", "payers": STATE}]}, ScenarioError, "needs 'amount'"),
        (
            {"source": [{"instrument": "grants", "payers": STATE, "amount": 1, "price": 3}]},
            UnknownNameError,
            "setting of grants",
        ),
        ({"source": [{"instrument": "grants", "payers": {"state": 0.4}, "amount": 1}]}, ScenarioError, "sum to 1"),
        ({"source": [{"instrument": "grants", "payers": STATE, "amount": -1}]}, ScenarioError, "from 0"),
        (
            {"source": [{"instrument": "shared savings", "payers": {"Medicaidd": 1.0}, "share": 0.5}]},
            UnknownNameError,
            "Medicaid",
        ),
        (
            {"source": [{"instrument": "grants", "payers": STATE, "amount": 1}], "benchmark": "peers"},
            UnknownNameError,
            "benchmark",
        ),
        (
            {"source": [{"instrument": "grants", "payers": STATE, "amount": 1}], "capture": {}},
            ScenarioError,
            "share of savings",
        ),
        ({"source": [{"instrument": "grants", "payers": STATE, "amount": float("nan")}]}, ScenarioError, "not nan"),
        ({"sources": []}, UnknownNameError, "did you mean 'source'"),
    ],
)
def test_a_wrong_table_is_refused_with_file_and_key(data, problem, words):
    with pytest.raises(problem, match=words) as found:
        FundPlan.from_mapping(data, file="town.toml")
    assert str(found.value).startswith("town.toml")


def test_a_plan_survives_its_file():
    made = plan(
        {"instrument": "outcomes rate card", "payers": STATE, "measure": "cps_confirmed", "price": 2.0, "first": 2},
        {"instrument": "social investment", "payers": STATE, "amount": 5.0, "only": ["G01"], "name": "bank"},
        order=["G01"],
        capture={"share": 0.25, "minimum": 0.01},
    )
    assert FundPlan.from_mapping(made.to_mapping()) == made
