"""Money in a run: programs wait for it, run on it, and end with it."""

from __future__ import annotations

import numpy as np
import pytest

from hecsim import Scenario
from hecsim.collaborative.fund_plan import FundPlan
from hecsim.collaborative.funds import FUND
from hecsim.errors import ScenarioError, UnknownNameError
from hecsim.interventions import find
from hecsim.model import CommunityModel
from hecsim.population import build_community
from hecsim.study import Study

TOWN = build_community("Hartford", households=250, seed=3)
GRANT = {"instrument": "grants", "payers": {"philanthropy": 1.0}, "carry": True}


def live(funds, ids=("S03", "G04"), years=3, **more) -> CommunityModel:
    plan = None if funds is None else FundPlan.from_mapping(funds)
    mix = [find(i)(start=2, ramp=0) for i in ids]
    return CommunityModel(community=TOWN, interventions=mix, years=years, seed=5, funds=plan, burn_in_months=0, **more).run()


def test_money_that_never_binds_changes_nothing_but_who_pays():
    free = live(None)
    rich = live({"source": [GRANT | {"amount": 1e9, "years": 3}]})
    assert np.array_equal(free.recorder.array, rich.recorder.array)
    assert free.community.digest() == rich.community.digest()
    served = ("service", "enrollment", "operation")
    a, b = (m.delivery.ledger.frame() for m in (free, rich))
    assert a[a.category.isin(served)].amount.sum() == pytest.approx(b[b.category.isin(served)].amount.sum(), abs=1)
    assert set(b.loc[b.category.isin(served), "payer"]) == {FUND}


def test_a_cliff_ends_services_and_costs_trust():
    rich = live({"source": [GRANT | {"amount": 1e9, "years": 3}]})
    poor = live({"source": [GRANT | {"amount": 1.2e6, "years": 1}]})
    gone = {e["intervention"] for e in poor.delivery.funding.log if e["event"] == "ended"}
    assert gone == {"S03", "G04"}
    last = max(e["month"] for e in poor.delivery.funding.log if e["event"] == "ended")
    frame = poor.delivery.ledger.frame()
    assert not frame[(frame.month > last) & (frame.flow == "cost") & frame.intervention.isin(gone)].amount.any()
    for name in ("trust_community", "trust_services"):
        i = [m.name for m in rich.recorder.measures].index(name)
        means = [m.recorder.array[:, i, 0, 0] / m.recorder.array[:, i, 0, 1] for m in (rich, poor)]
        before = min(e["month"] for e in poor.delivery.funding.log if e["event"] == "ended")
        assert np.array_equal(*(x[:before] for x in means))
        assert means[1][last + 1] < means[0][last + 1]


def test_without_money_a_program_waits_and_does_nothing():
    law, waiting = live(None, ids=()), live({"source": [GRANT | {"amount": 1e6, "first": 9}]})
    assert np.array_equal(law.recorder.array, waiting.recorder.array)
    assert {e["intervention"] for e in waiting.delivery.funding.log if e["event"] == "waits"} == {"S03", "G04"}


def test_the_plan_says_who_is_kept_when_money_is_short():
    kept = {}
    for first in ("S03", "G04"):
        model = CommunityModel(
            community=TOWN, interventions=[find(i)(start=0, ramp=0) for i in ("S03", "G04")], years=2, seed=5, burn_in_months=0,
            funds=FundPlan.from_mapping({"source": [GRANT | {"amount": 1e9, "years": 1}], "order": [first], "reserve": 1}),
        )  # fmt: skip
        funding = model.delivery.funding
        needs = [0, 0]
        while not all(needs):  # in so small a town a program has months without a client, and nothing to pay
            model.step()
            needs = [funding._need(k, 1) for k in funding.order]
        # Exactly a month of both less a cent is in hand: the first is kept, the other ends.
        funding.funds.accounts[0].balance = sum(needs) - 1
        model.step()
        kept[first] = {e["intervention"] for e in funding.log if e["event"] == "ended"}
    assert kept == {"S03": {"G04"}, "G04": {"S03"}}


def test_a_program_begins_again_with_a_year_of_money_in_hand():
    late = {"source": [GRANT | {"amount": 4e5, "years": 1}, GRANT | {"amount": 5e7, "first": 2, "years": 1}]}
    model = live(late, years=4)
    events = [(e["event"], e["month"]) for e in model.delivery.funding.log if e["intervention"] == "S03"]
    assert [e for e, _ in events] == ["ended", "begins again"]
    assert events[1][1] == 24
    frame = model.delivery.ledger.frame()
    assert frame[(frame.month > 30) & (frame.intervention == "S03") & (frame.flow == "cost")].amount.sum() > 0


def test_solvency_is_tested_every_january():
    model = live({"source": [GRANT | {"amount": 5e5, "years": 1}]})
    tested = [e for e in model.delivery.funding.log if e["event"] == "solvency"]
    assert [e["month"] for e in tested] == [0, 12, 24]
    notes = model.delivery.ledger.frame().query("flow == 'note'")
    assert notes[notes.category == "held"].value.tolist() == [e["held"] for e in tested]
    assert (notes.amount == 0).all()


def test_laws_are_not_the_funds_to_pay():
    model = live({"source": [GRANT | {"amount": 1e9, "years": 3}]}, ids=("P01", "G04"))
    frame = model.delivery.ledger.frame()
    assert FUND not in set(frame.loc[(frame.intervention == "P01") & (frame.flow == "cost"), "payer"])
    assert set(frame.loc[(frame.intervention == "G04") & (frame.flow == "cost"), "payer"]) == {FUND}


def test_money_by_outcome_needs_something_to_compare_with_and_measures():
    card = {"instrument": "outcomes rate card", "payers": {"state": 1.0}, "measure": "cps_confirmed", "price": 1.0, "first": 0}
    with pytest.raises(ScenarioError, match="own baseline"):
        live({"source": [card]})
    with pytest.raises(ScenarioError, match="record=True"):
        live({"source": [card], "benchmark": "own baseline"}, record=False)
    with pytest.raises(ScenarioError, match="less is better"):
        live({"source": [card | {"measure": "diet"}], "benchmark": "own baseline"})
    model = live({"source": [card], "benchmark": "own baseline"}, years=2)
    assert [s["year"] for s in model.delivery.funding.funds.settled] == [0]


def test_a_copy_goes_its_own_way():
    model = CommunityModel(
        community=TOWN, interventions=[find("S03")(start=0, ramp=0)], years=1, seed=5, burn_in_months=0,
        funds=FundPlan.from_mapping({"source": [GRANT | {"amount": 1e6}]}),
    )  # fmt: skip
    for _ in range(3):
        model.step()
    twin = model.delivery.copy()
    held = twin.funding.funds.held
    for _ in range(6):
        model.step()
    assert twin.funding.funds.held == held
    assert twin.funding.funds.book is twin.ledger
    assert len(twin.ledger) < len(model.delivery.ledger)


def test_a_study_file_gives_each_arm_its_money(tmp_path):
    text = """
[study]
years = 2
parameters = "central"
[community]
towns = ["Hartford"]
[[arm]]
name = "law"
[[arm]]
name = "a"
[[arm.intervention]]
id = "G04"
[arm.funds]
pays = ["{paid}"]
[[arm.funds.source]]
instrument = "grants"
payers = {{ state = 1.0 }}
amount = 5
"""
    file = tmp_path / "s.toml"
    file.write_text(text.format(paid="G04"))
    study = Study.from_file(file)
    assert study.arms[1].funds.pays == ("G04",)
    assert study.as_dict()["arms"][1]["funds"]["source"][0]["amount"] == 5
    assert "funds" not in study.as_dict()["arms"][0]
    file.write_text(text.format(paid="G05"))
    with pytest.raises(UnknownNameError, match=r"s\.toml.*funds\.pays.*G05"):
        Study.from_file(file)


def test_a_scenario_keeps_its_money_through_a_file(tmp_path):
    plan = FundPlan.from_mapping({"source": [GRANT | {"amount": 7.0}], "capture": {"share": 0.5}})
    made = Scenario("Hartford", interventions=[find("G04")()], funds=plan)
    file = tmp_path / "s.toml"
    file.write_text(made.to_toml())
    assert Scenario.from_file(file).funds == plan
    assert Scenario.from_file(file).digest == made.digest
    assert made.digest != Scenario("Hartford", interventions=[find("G04")()]).digest
