"""The ledger and the fund balance to the cent, whatever happens."""

from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from hecsim import evidence
from hecsim.clock import MONTHS_PER_YEAR
from hecsim.collaborative.cents import cents, split
from hecsim.collaborative.fund_plan import FundPlan
from hecsim.collaborative.funds import FUND, Funds
from hecsim.collaborative.instruments import INSTRUMENTS, PAYER_MEASURES
from hecsim.interventions.ledger import Ledger

DRAW = evidence.draw(None)
MEASURES = (*PAYER_MEASURES.values(), "cps_confirmed")


@given(
    st.integers(-(10**13), 10**13),
    st.lists(st.floats(0, 1e6), min_size=1, max_size=8).filter(lambda s: sum(s) > 1e-6),
)
def test_a_split_loses_no_cent_and_gives_nobody_a_cent_too_much(amount, shares):
    parts = split(amount, [(str(i), s) for i, s in enumerate(shares)])
    assert sum(part for _, part in parts) == amount
    for (_, part), share in zip(parts, shares, strict=True):
        assert abs(part - amount * share / sum(shares)) <= 1 + 1e-9 * abs(amount)


def test_money_that_is_no_number_is_refused():
    with pytest.raises(ValueError, match="number"):
        cents(float("nan"))
    with pytest.raises(ValueError, match="more than zero"):
        split(100, [("state", 0.0)])


def _source(kind: str, amount: float, first: int, years: int, share: float, flag: bool) -> dict:
    item = INSTRUMENTS[kind]
    payers = {"Medicaid": 0.6, "child protection": 0.4} if item.outcomes else {"philanthropy": 0.7, "town": 0.3}
    given_ = {"amount": amount, "share": share, "price": 900.0, "measure": "cps_confirmed", "carry": flag, "blended": flag}
    out = {"instrument": kind, "payers": payers, "first": first, "years": years}
    out |= {k: v for k, v in given_.items() if k in item.keys}
    return out | ({"only": ["G01"]} if flag and kind == "grants" else {})


sources = st.lists(
    st.builds(
        _source, st.sampled_from(list(INSTRUMENTS)), st.floats(0, 5e6), st.integers(0, 4), st.integers(1, 4),
        st.floats(0, 1), st.booleans(),
    ),
    min_size=1, max_size=6,
)  # fmt: skip
bills = st.lists(
    st.tuples(
        st.integers(0, 95), st.sampled_from(["G01", "S03"]), st.sampled_from(["service", "investment", "benefits"]),
        st.integers(1, 10**9),
    ),
    max_size=40,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(sources, bills, st.booleans(), st.integers(0, 2**32 - 1))
def test_what_a_fund_holds_and_owes_is_what_it_got_and_spent(listed, bought, capture, seed):
    plan = FundPlan.from_mapping({"source": listed, **({"capture": {"share": 0.5, "minimum": 0.0}} if capture else {})})
    rng = np.random.default_rng(seed)
    totals = {m: np.column_stack([rng.uniform(1e5, 1e7, 8), np.full(8, 1e5)]) for m in MEASURES}
    comparison = {m: np.column_stack([x[:, 0] * rng.uniform(0.8, 1.3, 8), x[:, 1]]) for m, x in totals.items()}
    ledger = Ledger()
    fund = Funds(plan, DRAW, ledger, lambda decision, month: float(rng.random()), comparison)
    usual = 0
    for month in range(8 * MONTHS_PER_YEAR):
        fund.books.observe({m: x[: month // MONTHS_PER_YEAR] for m, x in totals.items()})
        fund.open(month)
        for when, name, category, amount in bought:
            if when == month and not fund.pay(month, name, name, category, amount):
                ledger.cost(month, "state", "grants", category, name, amount)
                usual += amount
        assert fund.held >= 0
        assert all(a.balance >= 0 for a in fund.accounts)
        # To the cent, in every month: against the fund stands what it owes less what it holds.
        assert ledger.total_cents(payer=FUND) == fund.owed - fund.held
        assert ledger.total_cents(flow="transfer") == 0
    costs = sum(amount for *_, amount in bought)
    running = sum(ledger.total_cents(category=c) for c in ("administration", "reporting"))
    assert ledger.total_cents(flow="cost") == costs + running
    assert ledger.total_cents() == costs + running
    assert ledger.total_cents(payer="state", flow="cost") == usual


def test_the_frame_says_in_dollars_what_the_ledger_holds_in_cents():
    ledger = Ledger()
    ledger.spend(0, (("state", 1 / 3), ("town", 2 / 3)), "grants", "service", "G01", 100.0)
    ledger.transfer(1, "philanthropy", FUND, "grants", "contribution", 12_345)
    ledger.note(2, FUND, "", "held", "", 7.5)
    frame = ledger.frame()
    assert frame.amount.tolist() == [33.33, 66.67, 123.45, -123.45, 0.0]
    assert frame.flow.tolist() == ["cost", "cost", "transfer", "transfer", "note"]
    assert frame.amount.sum() == pytest.approx(100.0)
    twin = ledger.copy()
    twin.cost(3, "state", "grants", "service", "G01", 1_00)
    assert len(twin) == len(ledger) + 1
