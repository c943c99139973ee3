"""A collaborative lives month by month, and acts on delivery alone."""

import pickle
from dataclasses import replace

import networkx as nx
import numpy as np
import pytest

from hecsim import evidence
from hecsim.collaborative import CollaborativeSpec, collaborative_of, governance, graph, presets
from hecsim.collaborative.advocacy import pressure
from hecsim.collaborative.services import freshness_next
from hecsim.engine import Engine
from hecsim.errors import ScenarioError, UnknownNameError
from hecsim.interventions import (
    BenefitsCoaching,
    CaregiverMentalHealth,
    CleanSlate,
    Delivery,
    NurseVisits,
    ParentingSkills,
    RightToCounsel,
)
from hecsim.interventions.funnel import ENROLLED
from hecsim.testing import differences, toy_community

DRAW = evidence.draw(None)
NOW = {"start": 0, "ramp": 0}
WORKING = CollaborativeSpec(stage="implementing", facilitator=True)
PLENTY = DRAW.with_values(
    interventions__staff_navigator=1e6, interventions__staff_coach=1e6, interventions__staff_clinician=1e6
)


def town(households=1500, scale=1.0):
    """A toy town at reference trust, awareness and room, of which each household stands for `scale` real ones."""
    c = toy_community(households, seed=4)
    h = c.household
    for i, name in enumerate(("trust_health", "trust_services", "trust_community", "trust_police")):
        h[name] = DRAW["interventions.trust_reference"][i]
    h["bandwidth"], h["aware"] = DRAW["interventions.bandwidth_reference"], DRAW["interventions.aware_reference"]
    h["language"], h["race"] = 0, 0
    c.neighborhood["scale"] = scale
    c.business["recognized"], c.business["plan"] = 0, 0
    c.tables["organization"]["data_maturity"] = 0.4
    return c


class Arm:
    """Interventions and a collaborative, delivered month by month; families themselves stand still."""

    def __init__(self, *items, spec=None, start=None, draw=DRAW, seed=5, horizon=600):
        self.c = (town() if start is None else start).copy()
        self.engine = Engine((), draw, seed)
        self.delivery = Delivery(items, self.c, draw, horizon=horizon, calendar=False, collaborative=spec)

    def run(self, months):
        for _ in range(months):
            self.engine.levers.clear()
            self.delivery.month(self.c, self.engine.context)
            self.c.clock.month += 1
        return self

    @property
    def group(self):
        return self.delivery.carried.collaborative

    def count(self, key, stage, table="household"):
        return int((self.c.tables[table][f"iv_{key}_stage"] == stage).sum())

    def began(self, key):
        return next(r for r in self.delivery.runs if r.key == key).iv.start


def first_month(arm, stage):
    return next((row["month"] for row in arm.group.history if row["stage"] == stage), None)


# -- settings ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "error", "message"),
    [
        ({"resident_seat": 3}, UnknownNameError, "did you mean 'resident_seats'"),
        ({"form": "non-profit"}, UnknownNameError, "did you mean 'nonprofit'"),
        ({"resident_seats": -1}, ScenarioError, "from 0 to 60"),
        ({"resident_seats": 2.5}, ScenarioError, "whole number"),
        ({"hub": "yes"}, ScenarioError, "true or false"),
        ({"partners": ["hospitl"]}, UnknownNameError, "did you mean 'hospital'"),
        ({"staff": {"nurse": -2}}, ScenarioError, "at least 0"),
        ({"payers": {"state": 0.5}}, ScenarioError, "sum to 1"),
        ({"start": 10, "end": 5}, ScenarioError, "after its start"),
        ({"preset": "hertford"}, UnknownNameError, "did you mean 'hartford'"),
        (7, ScenarioError, "table of settings"),
    ],
)
def test_mistakes_in_its_table_are_named(table, error, message):
    with pytest.raises(error, match=message):
        CollaborativeSpec.from_mapping(table, file="plan.toml")


def test_a_file_comes_back_and_a_preset_can_be_changed_back_to_a_default():
    for spec in (*presets().values(), CollaborativeSpec(), replace(presets()["hartford"], hub=False, staff=())):
        assert CollaborativeSpec.from_mapping(spec.to_mapping()) == spec
        assert pickle.loads(pickle.dumps(spec)) == spec
    assert not CollaborativeSpec.from_mapping({"preset": "hartford", "hub": False}).hub


def test_the_starter_has_eleven_seats_of_which_residents_hold_two():
    starter = collaborative_of("starter")
    assert (starter.seats, starter.resident_seats) == (11, 2)
    assert starter.backbone == "health department"
    assert starter.form == "informal"
    assert set(presets()) == {"starter", "hartford", "waterbury", "norwalk", "new london"}


def test_every_number_of_the_collaborative_is_used():
    import inspect

    from hecsim.collaborative import advocacy, employers, lifecycle, organizations, roles, run, services, spec
    from hecsim.interventions import carried
    from hecsim.planning import partners

    rooms = (partners, advocacy, employers, governance, graph, lifecycle, organizations, roles, run, services, spec, carried)
    source = "".join(inspect.getsource(m) for m in rooms)
    names = [n.partition(".")[2] for n in DRAW if n.startswith("collaborative.")]
    assert len(names) > 60
    assert [n for n in names if f'"{n}"' not in source and f"collaborative.{n}" not in source] == []


# -- governance and the graph -----------------------------------------------------------------------------


def test_a_vote_is_quicker_than_consensus_and_seats_cost_time():
    assert governance.latency(CollaborativeSpec(rule="majority"), DRAW) < governance.latency(CollaborativeSpec(), DRAW)
    assert governance.latency(CollaborativeSpec(resident_seats=12), DRAW) > governance.latency(CollaborativeSpec(), DRAW)
    assert governance.latency(CollaborativeSpec(facilitator=True), DRAW) < governance.latency(CollaborativeSpec(), DRAW)


@pytest.mark.parametrize(
    "better",
    [{"stipend": 75}, {"child_care": True}, {"mentor": True}, {"ladder": "lead"}, {"interpreters": True}],
)
def test_residents_come_where_they_are_paid_helped_and_heard(better):
    plain = governance.assess(CollaborativeSpec(), DRAW, other_language=0.4)
    helped = governance.assess(CollaborativeSpec(**better), DRAW, other_language=0.4)
    assert helped.attendance > plain.attendance
    assert helped.residents > plain.residents


def test_a_neutral_facilitator_keeps_the_big_ones_from_dominating():
    plain, led = (governance.assess(CollaborativeSpec(facilitator=f), DRAW) for f in (False, True))
    assert led.dominance < plain.dominance
    assert led.residents > plain.residents
    weighted = governance.assess(CollaborativeSpec(rule="weighted"), DRAW)
    assert weighted.dominance > plain.dominance


def test_a_veto_gives_residents_who_come_a_floor():
    few = {"resident_seats": 2, "stipend": 75, "ladder": "collaborate"}
    plain, veto = (governance.assess(CollaborativeSpec(rule=r, **few), DRAW) for r in ("majority", "resident veto"))
    assert veto.residents > 1.5 * plain.residents


def test_a_hub_shortens_the_way_of_a_referral():
    c = town()
    c.partners = [(0, 1, 0.5), (1, 2, 0.5), (2, 3, 0.5), (3, 4, 0.5)]
    rows = range(8)
    loose, hub = (graph.partner_graph(c, rows, 0, hub=h) for h in (False, True))
    assert graph.travel(hub) < graph.travel(loose)
    assert nx.is_connected(hub)
    assert not nx.is_connected(loose)
    assert graph.centralization(hub) > graph.centralization(loose)
    assert "school" in graph.missing_kinds(["hospital"], ["P15", "G04"])


# -- the life of a collaborative ----------------------------------------------------------------------------


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


# -- what it does to delivery ---------------------------------------------------------------------------------


def test_a_hub_without_capacity_only_lengthens_queues():
    """Paired: the same families, luck and clinicians, with and without central coordination."""
    draw = DRAW.with_values(interventions__staff_clinician=0.05, interventions__s01_lag=0.0)
    state = town(3000, scale=20.0)
    hub = replace(WORKING, hub=True, hub_staff=20.0, entry_points=("clinic", "school"), no_wrong_door=True)
    care = CaregiverMentalHealth(**NOW, reach=0.5)
    alone, joined = (Arm(care, spec=s, start=state, draw=draw).run(4) for s in (WORKING, hub))
    waits = [a.count("g12", 1, "person") for a in (alone, joined)]
    served = [a.count("g12", ENROLLED, "person") for a in (alone, joined)]
    assert waits[1] > waits[0] > 0
    assert served[1] <= served[0] + 1
    staffed = replace(hub, staff=(("clinician", 60.0),))
    assert Arm(care, spec=staffed, start=state, draw=draw).run(4).count("g12", ENROLLED, "person") > 2 * served[1] > 0


def test_a_hub_without_intake_staff_is_itself_the_bottleneck():
    state = town(3000, scale=20.0)
    hub = replace(WORKING, hub=True)
    items = BenefitsCoaching(**NOW, reach=0.5)
    none, bare, staffed = (
        Arm(items, spec=s, start=state, draw=PLENTY).run(4) for s in (WORKING, hub, replace(hub, hub_staff=400.0))
    )
    served = [a.count("g10", ENROLLED) + a.count("g10", 4) for a in (none, bare, staffed)]
    assert served[1] < 0.8 * served[0]
    assert served[2] >= served[0]
    assert bare.group.waiting_at_hub > staffed.group.waiting_at_hub == 0


def test_posts_that_it_adds_are_shared_like_the_others():
    draw = DRAW.with_values(interventions__staff_navigator=0.2)
    state = town(3000, scale=20.0)
    more = replace(WORKING, staff=(("navigator", 12.0),))
    few, many = (
        Arm(BenefitsCoaching(**NOW, reach=0.6), spec=s, start=state, draw=draw).run(8).count("g10", ENROLLED)
        for s in (WORKING, more)
    )
    assert many > 1.5 * few > 0


@pytest.mark.parametrize(
    "better",
    [
        {"entry_points": ("school", "church", "clinic")},
        {"no_wrong_door": True},
        {"ask_motives": True},
        {"ladder": "lead", "resident_seats": 10, "stipend": 75},
    ],
)
def test_each_way_to_reach_families_serves_more_of_them(better):
    draw = PLENTY.with_values(interventions__g13_consent=0.4, interventions__g10_consent=0.4)
    state = town(10000)
    items = (BenefitsCoaching(**NOW, reach=0.35), ParentingSkills(**NOW, reach=0.35), NurseVisits(**NOW))
    plain, more = (Arm(*items, spec=s, start=state, draw=draw).run(8) for s in (WORKING, replace(WORKING, **better)))
    reached = [sum(a.count(k, ENROLLED) for k in ("g10", "g13")) for a in (plain, more)]
    assert reached[1] > reached[0] > 50


def test_services_in_the_familys_language_reach_those_who_speak_it():
    state = town(4000)
    state.household["language"] = 1
    speaks = replace(WORKING, languages=("Spanish",))
    item = ParentingSkills(**NOW, reach=0.5)
    one, two = (Arm(item, spec=s, start=state, draw=PLENTY).run(6).count("g13", ENROLLED) for s in (WORKING, speaks))
    assert two > one
    state.household["language"] = 0
    one, two = (Arm(item, spec=s, start=state, draw=PLENTY).run(6).count("g13", ENROLLED) for s in (WORKING, speaks))
    assert two == one


def test_needs_first_makes_families_in_need_wait_for_courses():
    state = town(4000)
    state.household["hardship"] = 0.3
    items = (BenefitsCoaching(start=3, ramp=0, reach=0.3), ParentingSkills(**NOW, reach=0.5))
    draw = PLENTY.with_values(interventions__g13_found=0.9)
    counts = {
        order: Arm(*items, spec=replace(WORKING, offers=order), start=state, draw=draw).run(6)
        for order in ("together", "needs first", "goals first")
    }
    courses = {k: a.count("g13", ENROLLED) for k, a in counts.items()}
    coaching = {k: a.count("g10", ENROLLED) for k, a in counts.items()}
    assert courses["needs first"] < courses["together"]
    assert coaching["goals first"] < coaching["together"] == coaching["needs first"]


def test_inner_capacity_first_delays_outreach_until_it_stands():
    spec = replace(WORKING, reform=2.0)
    together, within = (
        Arm(ParentingSkills(**NOW), spec=replace(spec, sequence=s), draw=PLENTY).run(40) for s in ("together", "within first")
    )
    assert within.began("g13") > together.began("g13") + 6
    assert within.group.department["inside"] > 0.5


def test_a_list_that_nobody_keeps_up_goes_out_of_date():
    kept = stale = 1.0
    for _ in range(36):
        kept = freshness_next(kept, CollaborativeSpec(upkeep=0.9), DRAW)
        stale = freshness_next(stale, CollaborativeSpec(upkeep=0.0), DRAW)
    assert kept > 0.85
    assert stale < 0.1


def test_data_navigators_help_the_partners_with_poor_data():
    alone, helped = (Arm(spec=replace(WORKING, data_navigators=n)).run(24).group.data for n in (0.0, 2.0))
    assert helped > alone + 0.1


# -- laws ------------------------------------------------------------------------------------------------------


def test_inside_and_outside_strategies_need_each_other():
    both = pressure(0.6, 0.6, DRAW) - 1
    assert both > (pressure(0.6, 0, DRAW) - 1) + (pressure(0, 0.6, DRAW) - 1)


def test_a_law_waits_until_it_is_enacted_and_advocacy_brings_that_forward():
    """Mean over 12 futures of the month of enactment, capped at 84; its standard error is about 7 months in each arm."""
    quiet = replace(WORKING)
    loud = replace(WORKING, organizers=3.0, reform=2.0, efforts=("forums", "media", "coalition"))
    months = {}
    for name, spec in (("quiet", quiet), ("loud", loud)):
        state, found = town(200), []
        for seed in range(12):
            arm = Arm(RightToCounsel(**NOW), spec=spec, start=state, seed=seed).run(84)
            law = arm.group.laws["P01"]
            found.append(law.since if law.enacted else 84)
        months[name] = np.mean(found)
    assert months["loud"] < months["quiet"] - 10


def test_what_is_not_on_its_agenda_does_not_wait_for_it():
    arm = Arm(RightToCounsel(**NOW), CleanSlate(**NOW), spec=replace(WORKING, agenda=("P12",))).run(3)
    assert arm.began("p01") == 0
    assert set(arm.group.laws) == {"P12"}
    assert arm.delivery.status(arm.c)["P12"]["stands"] in ("idea", "drafted")


# -- employers -------------------------------------------------------------------------------------------------


def test_recognition_goes_to_the_best_and_their_practice_and_their_peers_improve():
    from hecsim.population.histories import labor
    from hecsim.processes.employers import EMPLOYERS

    state = town(2000)
    state.neighborhood["key"] = np.arange(1, state.neighborhood.size + 1)
    state.person["education"], state.person["disabled"] = 2, 0
    labor.initialize(state, DRAW, np.random.default_rng(1))
    practice = []
    for awards in (0, 60):
        c = state.copy()
        engine = Engine((EMPLOYERS,), DRAW, 5)
        delivery = Delivery((), c, DRAW, horizon=99, calendar=False, collaborative=replace(WORKING, awards=awards))
        for _ in range(36):
            engine.levers.clear()
            delivery.month(c, engine.context)
            engine.step(c)
        b = c.business
        practice.append((b["fair_chance"][b["open"] == 1].astype(float).mean(), b["recognized"].sum()))
    assert practice[0][1] == 0 < practice[1][1]
    assert practice[1][0] > practice[0][0]


def test_plans_and_credits_move_practice_and_credits_cost_what_is_hired():
    spec = replace(WORKING, awards=120, employer_plans=True, hiring_credit=2400.0)
    state = town(2000)
    state.person["labor"], state.person["record"], state.person["job_months"] = 1, 1, 3
    arm = Arm(spec=spec, start=state).run(6)
    size = arm.c.business.size
    pushed = arm.engine.levers.fill("employer_stable", slice(0, size), np.empty(size, np.float32))
    assert (pushed[arm.c.business["plan"] == 1] > pushed[arm.c.business["plan"] == 0].max(initial=0)).all()
    assert arm.engine.levers.fill("employer_fair_chance", slice(0, size), np.empty(size, np.float32)).min() > 0
    assert arm.delivery.ledger.total(category="hiring credits") > 0
    assert arm.delivery.ledger.total(category="employer plans") > 0


# -- the end ----------------------------------------------------------------------------------------------------


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


# -- in the whole model -------------------------------------------------------------------------------------------


def test_the_model_takes_a_collaborative_and_its_organizations_show_it(small_hartford):
    from hecsim.agents import Organization
    from hecsim.model import CommunityModel

    model = CommunityModel(
        community=small_hartford, interventions="M2", collaborative="hartford", years=2, burn_in_months=0, record=False
    )
    for _ in range(4):
        model.step()
    seated = model.agents_by_type[Organization].select(lambda o: o.role in ("partner", "backbone"))
    assert len(seated) > 5
    assert model.collaborative.progress.name in ("forming", "planning")
    assert any(o.partners for o in seated)


@pytest.mark.slow
def test_paired_whole_months_without_capacity_the_hub_lengthens_queues():
    from hecsim.model import CommunityModel
    from hecsim.population import build_community

    hartford = build_community("Hartford", households=4000, seed=3)
    scarce = {f"interventions__staff_{pool}": 0.5 for pool in ("navigator", "coach")}
    draw = DRAW.with_values(**scarce, interventions__s01_lag=0.0)
    items = (BenefitsCoaching(**NOW, reach=0.5), ParentingSkills(**NOW, reach=0.5))
    hub = replace(WORKING, hub=True, hub_staff=40.0, entry_points=("clinic", "school", "church"), no_wrong_door=True)
    waits, served = [], []
    for spec in (WORKING, hub):
        model = CommunityModel(
            community=hartford,
            interventions=items,
            collaborative=spec,
            years=1,
            burn_in_months=0,
            draw=draw,
            record=False,
        )
        stages = np.zeros(5)
        for _ in range(12):
            model.step()
            h = model.community.household
            for key in ("g10", "g13"):
                stages += np.bincount(h[f"iv_{key}_stage"][h["present"] == 1], minlength=5)
        waits.append(stages[1])
        served.append(stages[2])
    assert waits[1] > 1.05 * waits[0] > 0  # family-months of waiting
    # Staff is the same, so service is too, but for who starts in which month: some 400 family-months in courses of about
    # ten months are 40 courses, whose number moves by less than one in ten.
    assert served[1] == pytest.approx(served[0], rel=0.1)


@pytest.mark.slow
def test_a_policy_that_raises_a_programs_reach_gives_a_positive_interaction():
    """A policy gives families room of mind, more of them take up a course, and both do more than the sum of each."""
    from hecsim.interventions import SugaryDrinkTax
    from hecsim.processes.adversity_risk import RISK
    from hecsim.processes.budget import BUDGET

    state = town(8000)
    h = state.household
    h["savings"], h["rent"], h["earnings"], h["poverty_ratio"] = 0, 1500, 1500, 1.0
    h["ui"], h["other_income"], h["tfa"], h["support"] = 0, 0, 0, 0
    draw = PLENTY.with_values(
        interventions__p13_implementation=0.0, interventions__p13_revenue=2400.0, interventions__g13_consent=0.4,
        interventions__g13_found=0.5,
    )  # fmt: skip
    course, cash = ParentingSkills(start=4, ramp=0, reach=0.3), SugaryDrinkTax(**NOW)
    reached, risk = [], []
    for items in ((), (course,), (cash,), (course, cash)):
        c = state.copy()
        engine = Engine((*BUDGET, RISK), draw, 5)
        delivery = Delivery(items, c, draw, horizon=60, calendar=False)
        for _ in range(14):
            engine.levers.clear()
            delivery.month(c, engine.context)
            engine.step(c)
        families = (c.household["present"] == 1) & (c.household["children"] > 0)
        risk.append(c.household["abuse_risk"][families].astype(float).sum())
        stage = c.household["iv_g13_stage"] if "iv_g13_stage" in c.household else np.zeros(1)
        reached.append(int((stage == ENROLLED).sum() + (stage == 4).sum()))
    none, taught, paid, both = (risk[0] - r for r in risk)
    assert none == 0
    assert reached[3] > reached[1] > 100  # the policy raises the program's reach
    assert both > taught + paid  # and what they do together is more than the sum
    assert taught > 0
