"""Who is reached, when, how many, and who pays."""

import gc
import pickle
import weakref
from dataclasses import replace

import numpy as np
import pytest

from hecsim import evidence
from hecsim.collaborative.workforce import Request, Workforce
from hecsim.engine import Engine
from hecsim.errors import ScenarioError, ScheduleError, UnknownNameError
from hecsim.interventions import (
    BenefitsCoaching,
    ChildFirst,
    CleanSlate,
    CommunityAmbassadors,
    CommunityHealthWorkers,
    Delivery,
    Greening,
    HubAndSpoke,
    NurseVisits,
    ParentingSkills,
    ResourceDatabase,
    RightToCounsel,
    SugaryDrinkTax,
    WageFloor,
)
from hecsim.interventions.doses import extent, standing
from hecsim.interventions.frame import Frame
from hecsim.interventions.funnel import COMPLETED, ENROLLED, LEFT
from hecsim.interventions.ledger import LEDGER_COLUMNS
from hecsim.testing import toy_community

DRAW = evidence.draw(None)


def town(households=1500, scale=1.0):
    """A toy town in which trust, awareness and mental room stand at their reference levels."""
    c = toy_community(households, seed=4)
    h = c.household
    for i, name in enumerate(("trust_health", "trust_services", "trust_community", "trust_police")):
        h[name] = DRAW["interventions.trust_reference"][i]
    h["bandwidth"] = DRAW["interventions.bandwidth_reference"]
    h["aware"] = DRAW["interventions.aware_reference"]
    h["language"], h["race"] = 0, 0
    c.neighborhood["scale"] = scale
    return c


class Arm:
    """Interventions alone, month by month, without the model's processes."""

    def __init__(self, *items, community=None, draw=DRAW, seed=5):
        self.c = town() if community is None else community
        self.engine = Engine((), draw, seed)
        self.delivery = Delivery(items, self.c, draw, horizon=600, calendar=False)

    def months(self, first, last):
        for month in range(first, last):
            self.c.clock.month = month
            self.engine.levers.clear()
            self.delivery.month(self.c, self.engine.context)
        return self

    def lever(self, name, table="household"):
        size = self.c.tables[table].size
        return self.engine.levers.fill(name, slice(0, size), np.empty(size, np.float32))

    def stage(self, key, table="household"):
        return self.c.tables[table][f"iv_{key}_stage"]


def ever(arm, key):
    return np.isin(arm.stage(key), (ENROLLED, COMPLETED)) | (arm.c.household[f"iv_{key}_dose"] > 0)


def test_what_a_frame_holds_goes_with_it(small_hartford):
    frame = Frame(small_hartford)
    assert frame.place["person"].size == frame.mask("adults").size == small_hartford.person.size
    assert frame.weight["person"] is frame.weight["person"]
    gone = weakref.ref(frame)
    gc.disable()
    try:
        del frame
        assert gone() is None
    finally:
        gc.enable()


def test_reach_is_the_share_served_in_the_end():
    no_loss = DRAW.with_values(interventions__g10_dropout=0.0, interventions__staff_navigator=1e6)
    for reach in (0.1, 0.3):
        arm = Arm(BenefitsCoaching(reach=reach, start=0, ramp=0), draw=no_loss).months(0, 90)
        able = (arm.c.household["poverty_ratio"] <= 2.5) & (arm.c.household["present"] == 1)
        served = ever(arm, "g10")[able].mean()
        # Those who decline are asked again after a year, so the share approaches places planned, not less.
        assert reach * 0.75 < served < min(1.0, reach / 0.5) + 0.03


def test_more_reach_serves_the_same_families_and_more():
    draw = DRAW.with_values(interventions__staff_navigator=1e6)
    few, many = (Arm(BenefitsCoaching(reach=r, start=0, ramp=0), draw=draw).months(0, 30) for r in (0.1, 0.2))
    some, more = ever(few, "g10"), ever(many, "g10")
    assert some.sum() > 30
    assert (more[some]).all()
    assert more.sum() > 1.4 * some.sum()


def test_nothing_before_the_start_and_effect_from_the_month_after_enrollment():
    arm = Arm(NurseVisits(start=6, ramp=0, reach=0.78)).months(0, 6)
    assert not arm.engine.levers.sources()
    assert "iv_g04_stage" not in arm.c.household
    arm.months(6, 7)
    assert (arm.stage("g04") == ENROLLED).any()
    assert (arm.lever("abuse_scale") == 1).all()
    arm.months(7, 8)
    served = arm.c.household["iv_g04_dose"] > 0
    expected = DRAW["interventions.g04_maltreatment"]
    np.testing.assert_allclose(arm.lever("abuse_scale")[served], expected, rtol=1e-6)
    assert (arm.lever("abuse_scale")[~served] == 1).all()


def test_lag_builds_up_and_fade_halves():
    draw = DRAW.with_values(interventions__g01_dropout=0.0, interventions__staff_clinician=1e6)
    arm = Arm(ChildFirst(reach=0.5, start=0, ramp=0), draw=draw, community=town(4000)).months(0, 1)
    months, dose = "iv_g01_months", "iv_g01_dose"
    arm.months(1, 4)
    served = arm.stage("g01") == ENROLLED
    assert served.sum() > 3
    np.testing.assert_allclose(arm.c.household[dose][served], np.minimum(1, arm.c.household[months][served] / 6), rtol=1e-6)
    arm.months(4, 60)
    done = arm.stage("g01") == COMPLETED
    fade = float(DRAW["interventions.g01_fade"])
    expected = 0.5 ** ((arm.c.household[months][done] + 1) / fade)
    assert done.any()
    np.testing.assert_allclose(arm.c.household[dose][done], expected, rtol=1e-4)


def test_low_trust_and_little_room_enroll_fewer():
    served = {}
    for name, column, value in (("usual", "trust_services", None), ("trust", "trust_services", 0.2),
                                ("room", "bandwidth", 0.3), ("aware", "aware", 0.05)):  # fmt: skip
        c = town()
        if value is not None:
            c.household[column] = value
        served[name] = ever(Arm(BenefitsCoaching(start=0, ramp=0), community=c).months(0, 12), "g10").sum()
    assert served["trust"] < 0.7 * served["usual"]
    assert served["room"] < 0.8 * served["usual"]
    assert served["aware"] < 0.8 * served["usual"]


def test_a_foreign_language_lowers_uptake_and_health_workers_lift_it():
    c = town()
    c.household["language"] = 1
    alone = Arm(BenefitsCoaching(start=0, ramp=0), community=c.copy()).months(0, 12)
    workers = CommunityHealthWorkers(start=0, ramp=0, reach=1.0)
    helped = Arm(BenefitsCoaching(start=0, ramp=0), workers, community=c.copy()).months(0, 12)
    english = Arm(BenefitsCoaching(start=0, ramp=0)).months(0, 12)
    assert ever(alone, "g10").sum() < ever(helped, "g10").sum() < 1.2 * ever(english, "g10").sum()
    assert ever(alone, "g10").sum() < 0.9 * ever(english, "g10").sum()


def test_differential_treatment_is_a_lever():
    c = town()
    c.household["race"] = 1
    from hecsim.levers import Move

    counts = []
    for scale in (1.0, 0.0):
        arm = Arm(BenefitsCoaching(start=0, ramp=0, reach=0.5), community=c.copy())
        for month in range(4):
            arm.c.clock.month = month
            arm.engine.levers.clear()
            arm.engine.levers.move(Move("service_bias", "scale", scale, None, "test"))
            arm.delivery.month(arm.c, arm.engine.context)
        counts.append((arm.stage("g10") > 0).sum())
    assert counts[0] < counts[1]


def test_short_staff_make_a_queue_that_a_hub_only_lengthens():
    draw = DRAW.with_values(interventions__staff_navigator=0.5, interventions__s01_lag=0.0)
    coaching = BenefitsCoaching(start=0, ramp=0, reach=0.5)
    alone = Arm(coaching, draw=draw, community=town(scale=20.0)).months(0, 6)
    hub = Arm(coaching, HubAndSpoke(start=0, ramp=0), draw=draw, community=town(scale=20.0)).months(0, 6)
    waiting = [(a.stage("g10") == 1).sum() for a in (alone, hub)]
    active = [(a.stage("g10") == ENROLLED).sum() for a in (alone, hub)]
    assert waiting[1] > waiting[0] > 0
    residents = float(Frame(hub.c).residents.sum())
    room = Workforce(draw).capacity("navigator", residents) / 20.0
    assert 0 < max(active) <= room + 1


def test_programs_that_share_staff_serve_less_than_alone():
    draw = DRAW.with_values(interventions__staff_navigator=0.3)
    from hecsim.interventions import EvictionDiversion

    c = town(scale=20.0)
    c.household["filing"][c.household["present"] == 1] = 1
    first, second = BenefitsCoaching(start=0, ramp=0), EvictionDiversion(start=0, ramp=0)
    alone = Arm(first, draw=draw, community=c.copy()).months(0, 4)
    both = Arm(first, second, draw=draw, community=c.copy()).months(0, 4)
    assert (both.stage("g10") == ENROLLED).sum() < (alone.stage("g10") == ENROLLED).sum()


def test_pool_is_shared_in_proportion_and_never_overdrawn():
    force = Workforce(DRAW)
    room = force.capacity("nurse", 100_000)
    asked = {"a": Request(3 * room, 0.2 * room), "b": Request(room, 0.3 * room)}
    grants = force.share("nurse", 100_000, asked)
    assert sum(grants.values()) == pytest.approx(0.5 * room)
    assert grants["a"] == pytest.approx(3 * grants["b"])
    assert force.share("nurse", 100_000, {"a": Request(1.0, 0.0)}) == {"a": 1.0}


def test_another_program_never_shifts_ones_luck():
    alone = Arm(ParentingSkills(start=0, ramp=0)).months(0, 15)
    beside = Arm(ParentingSkills(start=0, ramp=0), Greening(start=0), BenefitsCoaching(start=0)).months(0, 15)
    assert (beside.stage("g10") > 0).any()
    np.testing.assert_array_equal(alone.stage("g13"), beside.stage("g13"))


def test_order_of_interventions_does_not_matter():
    items = (Greening(start=0), NurseVisits(start=0), WageFloor(start=0), ParentingSkills(start=0))
    one, other = Arm(*items).months(0, 12), Arm(*items[::-1]).months(0, 12)
    for name in ("abuse_scale", "detection_scale", "conflict_scale"):
        np.testing.assert_array_equal(one.lever(name), other.lever(name))
    np.testing.assert_array_equal(one.stage("g04"), other.stage("g04"))


def test_effects_on_one_hazard_multiply():
    both = Arm(NurseVisits(start=0, ramp=0), ParentingSkills(start=0, ramp=0, reach=0.4)).months(0, 20)
    h = both.c.household
    nurse = 1 + h["iv_g04_dose"].astype(float) * (DRAW["interventions.g04_maltreatment"] - 1)
    skill = h["iv_g13_dose"] * np.clip(h["bandwidth"], 0, 1)
    skill = 1 + skill.astype(float) * (DRAW["interventions.g13_maltreatment"] - 1)
    assert ((nurse < 1) & (skill < 1)).any()
    np.testing.assert_allclose(both.lever("abuse_scale"), nurse * skill, rtol=1e-5)


def test_ending_a_service_costs_its_clients_trust_once():
    arm = Arm(BenefitsCoaching(start=0, ramp=0, end=10)).months(0, 10)
    clients = arm.stage("g10") == ENROLLED
    arm.months(10, 11)
    pull = arm.lever("trust_services_add")
    assert clients.sum() > 5
    np.testing.assert_allclose(pull[clients], DRAW["interventions.trust_shock"], rtol=1e-6)
    assert (pull[~clients] == 0).all()
    assert (arm.stage("g10")[clients] == LEFT).all()
    spent = len(arm.delivery.ledger)
    arm.months(11, 14)
    assert (arm.lever("trust_services_add") == 0).all()
    assert len(arm.delivery.ledger) == spent


def test_places_limit_who_is_served_and_unknown_places_are_errors():
    here = {"start": 0, "ramp": 0, "places": ("N2",)}
    arm = Arm(Greening(**here), NurseVisits(**here)).months(0, 8)
    touched = arm.lever("violence_scale", "neighborhood") < 1
    assert touched.tolist() == [False, False, True, False, False, False]
    served = arm.stage("g04") > 0
    assert served.any()
    assert set(arm.c.household["neighborhood"][served]) == {2}
    with pytest.raises(UnknownNameError, match="did you mean 'Toy'"):
        Arm(Greening(places=("Tooy",)))
    with pytest.raises(ScenarioError, match="same everywhere"):
        Arm(WageFloor(places=("N2",)))


def test_two_of_the_same_never_serve_one_family_at_once():
    first, second = NurseVisits(start=0, ramp=0), NurseVisits(start=0, ramp=0, below_age=6)
    arm = Arm(first, second).months(0, 6)
    assert (arm.stage("g04_2") == ENROLLED).any()
    assert not ((arm.stage("g04") == ENROLLED) & (arm.stage("g04_2") == ENROLLED)).any()


def test_a_law_is_enacted_before_it_is_carried_out():
    law = replace(CleanSlate(), start=10, ramp=12)
    waited = int(DRAW["interventions.p12_implementation"])
    assert [standing(law, DRAW, m) for m in (9, 10, 10 + waited, 10 + waited + 12)] == [
        "drafted", "enacted", "implemented", "complied with",
    ]  # fmt: skip
    assert extent(law, DRAW, 10 + waited - 1) == 0
    assert extent(law, DRAW, 300) == pytest.approx(DRAW["interventions.p12_compliance"])


def test_wage_floor_never_lowers_the_law():
    arm = Arm(WageFloor(start=0, ramp=0, floor=10.0)).months(0, 30)
    assert arm.engine.levers.number("minimum_wage") == arm.engine.levers.base("minimum_wage")
    high = Arm(WageFloor(start=0, ramp=0, floor=22.0)).months(0, 30)
    assert arm.engine.levers.base("minimum_wage") < high.engine.levers.number("minimum_wage") <= 22.0


def test_counsel_sets_representation_where_delivered():
    arm = Arm(RightToCounsel(start=0, ramp=0, coverage=0.6)).months(0, 40)
    base = arm.engine.levers.base("representation")
    expected = base + DRAW["interventions.p01_compliance"] * (0.6 - base)
    np.testing.assert_allclose(arm.lever("representation", "neighborhood"), expected, rtol=1e-6)


def test_every_dollar_has_a_payer_and_scales_with_the_place():
    item = NurseVisits(start=0, ramp=0, payers={"state": 0.25, "Medicaid": 0.75})
    small = Arm(item, community=town(scale=1.0)).months(0, 6).delivery.ledger
    large = Arm(item, community=town(scale=2.0)).months(0, 6).delivery.ledger
    assert large.total() == pytest.approx(2 * small.total())
    assert small.total(payer="Medicaid") == pytest.approx(3 * small.total(payer="state"))
    frame = small.frame()
    assert frame.columns.tolist() == list(LEDGER_COLUMNS)
    births = frame.amount.sum() / float(DRAW["interventions.g04_cost_start"])
    assert births == pytest.approx(round(births))


def test_drink_tax_pays_back_what_it_takes():
    arm = Arm(SugaryDrinkTax(start=0, ramp=0, recycled=1.0)).months(0, 30)
    ledger = arm.delivery.ledger
    assert ledger.total(category="revenue") < 0
    assert ledger.total(category="benefits") == pytest.approx(-ledger.total(category="revenue"))
    frame = Frame(arm.c)
    paid = float((arm.lever("cash") * frame.weight["household"]).sum())
    assert paid == pytest.approx(ledger.total(category="benefits", month=29), rel=1e-3)


@pytest.mark.parametrize(
    ("cls", "kept", "worn", "lever", "rest"),
    [
        (CommunityAmbassadors, {"paid": True}, {"paid": False}, "aware_add", 0.0),
        (ResourceDatabase, {"upkeep": 1.0}, {"upkeep": 0.0}, "found_scale", 1.0),
    ],
)
def test_unpaid_ambassadors_and_unkept_lists_wear_out(cls, kept, worn, lever, rest):
    late = [Arm(cls(start=0, ramp=0, **k)).months(0, 40).lever(lever).mean() - rest for k in (kept, worn)]
    assert 0 < late[1] < 0.3 * late[0]


def test_a_twin_without_strength_changes_nothing():
    real = ParentingSkills(start=0, ramp=0)
    alone = Arm(real).months(0, 12)
    beside = Arm(ParentingSkills(start=0, ramp=0, strength=0.0), real).months(0, 12)
    np.testing.assert_array_equal(alone.lever("conflict_scale"), beside.lever("conflict_scale"))
    assert alone.delivery.ledger.frame().equals(beside.delivery.ledger.frame())


def test_doses_follow_rows_that_are_laid_out_anew():
    arm = Arm(NurseVisits(start=0, ramp=0, reach=0.78)).months(0, 4)
    h = arm.c.household
    before = dict(zip(h["key"].tolist(), arm.lever("abuse_scale").tolist(), strict=True))
    moved = arm.c.ensure_room("household", np.full(h.n_blocks, h.size))
    assert moved is not None
    arm.engine.levers.relay("household", moved, h.size)
    present = h["present"] == 1
    after = arm.lever("abuse_scale")
    assert [before[k] for k in h["key"][present].tolist()] == after[present].tolist()
    assert (after[~present] == 1).all()
    arm.months(4, 6)


def test_delivery_pickles_and_forks():
    arm = Arm(NurseVisits(start=0), Greening(start=0)).months(0, 5)
    twin = pickle.loads(pickle.dumps((arm.delivery, arm.c)))
    fork = arm.delivery.copy()
    arm.months(5, 9)
    for delivery, community in (twin, (fork, None)):
        if community is None:
            assert len(delivery.ledger) < len(arm.delivery.ledger)
            continue
        engine = Engine((), DRAW, 5)
        for month in range(5, 9):
            community.clock.month = month
            engine.levers.clear()
            delivery.month(community, engine.context)
        assert delivery.ledger.frame().equals(arm.delivery.ledger.frame())
        assert community.household.digest() == arm.c.household.digest()


def test_a_start_beyond_the_horizon_is_refused():
    with pytest.raises(ScheduleError, match=r"month 130.*120 months"):
        Delivery([NurseVisits(start=130)], town(50), DRAW, horizon=120)


def test_status_counts_everybody_once():
    arm = Arm(NurseVisits(start=0, ramp=0)).months(0, 6)
    report = arm.delivery.status(arm.c)["G04"]
    stages = ("never", "waiting", "enrolled", "left or declined", "completed")
    assert sum(report[s] for s in stages) == int((arm.c.household["present"] == 1).sum())
    assert report["stands"] == "running"
    assert Delivery([NurseVisits()], arm.c, DRAW).notes
