"""A collaborative forms, plans, implements and ends, and acts on delivery alone."""

from dataclasses import replace

import numpy as np
import pytest

from collaborative.support import NOW, PLENTY, WORKING, Arm, first_month, town
from hecsim.collaborative import CollaborativeSpec, presets
from hecsim.interventions import BenefitsCoaching, ParentingSkills, RightToCounsel
from hecsim.interventions.funnel import ENROLLED
from hecsim.testing import differences


def test_nothing_that_it_carries_runs_before_it_implements():
    arm = Arm(ParentingSkills(**NOW), spec=presets()["hartford"], draw=PLENTY).run(60)
    began = first_month(arm, "implementing")
    assert 12 <= began <= 36  # the planning year has no effect
    assert arm.began("g13") == began
    for row in arm.group.history[:began]:
        assert row["stage"] in ("forming", "planning", "funding", "establishing")
    early = Arm(ParentingSkills(**NOW), spec=presets()["hartford"], draw=PLENTY).run(began - 1)
    assert not early.engine.levers.moved("abuse_scale")
    size = early.c.household.size
    assert (early.engine.levers.fill("found_scale", slice(0, size), np.empty(size, np.float32)) == 1).all()


def test_a_loose_group_takes_longer_than_a_supported_one():
    loose = replace(presets()["hartford"], form="informal", facilitator=False, scorecards=False, rule="consensus")
    slow, quick = (first_month(Arm(spec=s).run(90), "implementing") for s in (loose, presets()["hartford"]))
    assert slow > quick + 3


def test_organizations_show_its_state_and_the_same_luck_gives_the_same_life():
    arm, twin = (Arm(BenefitsCoaching(**NOW), spec=presets()["hartford"]).run(40) for _ in range(2))
    o = arm.c.tables["organization"]
    assert (o["co_role"] == 2).sum() == 1
    assert o["co_months"].max() == 40
    assert o["served"].max() > 0
    assert differences(arm.c, twin.c) == {}
    assert arm.group.history == twin.group.history
    other = Arm(BenefitsCoaching(**NOW), spec=presets()["hartford"], seed=6).run(40)
    assert other.group.history != arm.group.history


def test_a_fork_goes_on_by_itself():
    arm = Arm(BenefitsCoaching(**NOW), spec=WORKING).run(3)
    fork = arm.delivery.copy()
    arm.run(3)
    assert len(fork.carried.collaborative.history) == 3
    assert len(arm.group.history) == 6


def test_without_a_collaborative_nothing_changes():
    """Bit for bit: a collaborative that never begins in the run leaves all but its own interventions alone."""
    state = town()
    plain = Arm(RightToCounsel(**NOW), start=state).run(12)
    assert plain.delivery.carried is None
    assert not any(n.startswith("co_") for n in plain.c.tables["organization"].columns)
    none = Arm(start=state).run(12)
    later = Arm(spec=CollaborativeSpec(start=500), start=state).run(12)
    assert differences(none.c, later.c) == {}
    assert later.engine.levers.sources() == none.engine.levers.sources()
    assert later.delivery.ledger.total() == 0


def test_it_writes_no_outcome():
    """All that differs after a year of delivery: its own columns, those of funnels, and public recognition."""
    state = town()
    spec = replace(presets()["hartford"], stage="implementing", awards=20, employer_plans=True)
    with_it, without = Arm(spec=spec, start=state).run(12), Arm(start=state).run(12)
    allowed = {"organization.served", "organization.data_maturity", "business.recognized", "business.plan"}
    shared = differences(without.c, with_it.c)
    assert set(shared) <= allowed
    assert shared["business.recognized"] > 0


def test_when_core_money_ends_services_end_and_clients_lose_trust():
    spec = replace(WORKING, end=10, awards=20, employer_plans=True, payers=(("state", 1.0),))
    draw = PLENTY.with_values(interventions__g10_months=60.0)
    arm = Arm(BenefitsCoaching(**NOW, reach=0.5), RightToCounsel(**NOW), spec=spec, draw=draw).run(10)
    clients = arm.count("g10", ENROLLED)
    assert clients > 20
    spent = arm.delivery.ledger.total(intervention="HEC")
    arm.run(1)
    assert arm.count("g10", ENROLLED) == 0
    pull = arm.engine.levers.fill(
        "trust_services_add", slice(0, arm.c.household.size), np.empty(arm.c.household.size, np.float32)
    )
    assert (pull < -0.1).sum() == clients
    assert arm.c.business["recognized"].sum() == 0
    arm.run(5)
    assert arm.delivery.ledger.total(intervention="HEC") == spent > 0


def test_its_own_costs_are_entered_and_paid_by_its_payers():
    plain, paid = (
        Arm(spec=replace(WORKING, stipend=s, resident_seats=6, payers=(("town", 1.0),))).run(12).delivery.ledger
        for s in (0.0, 75.0)
    )
    assert paid.total(category="stipends") > 0 == plain.total(category="stipends")
    assert paid.total(payer="town", intervention="HEC") == pytest.approx(paid.total(intervention="HEC"))
