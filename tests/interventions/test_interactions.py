"""The twelve rules by which interventions act on each other, each at the level where it lives."""

import numpy as np
import pytest

from hecsim import evidence
from hecsim.collaborative.workforce import Workforce
from hecsim.engine import Engine
from hecsim.interventions import (
    AffordableHomes,
    AntiRacismReform,
    BenefitsCoaching,
    CaregiverMentalHealth,
    ChildCareSubsidy,
    ChildFirst,
    CommunityAmbassadors,
    CompleteStreets,
    Delivery,
    FreeActivity,
    Greening,
    HubAndSpoke,
    IntegratedCare,
    NarrativeChange,
    NurseVisits,
    ParentingSkills,
    ProduceIncentives,
    ResidentOrganizing,
    ResourceDatabase,
    SectorPipeline,
    SugaryDrinkTax,
    ViolenceReduction,
    WageFloor,
    catalogue,
)
from hecsim.interventions.doses import extent, standing
from hecsim.interventions.frame import Frame
from hecsim.interventions.funnel import ENROLLED
from hecsim.population.histories import food as food_history
from hecsim.population.histories import labor as labor_history
from hecsim.population.histories import place as place_history
from hecsim.processes import place
from hecsim.processes.activity import ACTIVITY
from hecsim.processes.adversity_risk import RISK
from hecsim.processes.budget import BUDGET
from hecsim.processes.care import CARE
from hecsim.processes.family_justice import JUSTICE
from hecsim.processes.food import DIET
from hecsim.processes.income import INCOME
from hecsim.processes.labor import LABOR
from hecsim.processes.trust import TRUST
from hecsim.testing import toy_community

DRAW = evidence.draw(None)
NOW = {"start": 0, "ramp": 0}
PLENTY = DRAW.with_values(
    interventions__staff_navigator=1e6, interventions__staff_coach=1e6, interventions__staff_clinician=1e6,
    interventions__staff_nurse=1e6,
)  # fmt: skip


def town(households=1500, seed=4):
    """A toy town with a history of places and food, its families at reference trust, awareness and room."""
    c = toy_community(households, seed=seed)
    rng = np.random.default_rng(2)
    place_history.initialize(c, DRAW, rng)
    food_history.initialize(c, DRAW, rng)
    h = c.household
    for i, name in enumerate(("trust_health", "trust_services", "trust_community", "trust_police")):
        h[name] = DRAW["interventions.trust_reference"][i]
    h["bandwidth"] = DRAW["interventions.bandwidth_reference"]
    h["aware"] = DRAW["interventions.aware_reference"]
    h["language"], h["race"] = 0, 0
    return c


def workplaces(households=3000, seed=3):
    """A town with a history of work: employers, wages, records."""
    c = town(households, seed)
    rng = np.random.default_rng(seed)
    c.neighborhood["key"] = np.arange(1, c.neighborhood.size + 1)
    c.person["education"] = rng.choice(4, c.person.size, p=[0.09, 0.26, 0.24, 0.41])
    c.person["disabled"] = 0
    labor_history.initialize(c, DRAW, rng)
    return c


class Arm:
    """Interventions and the processes of one test, month by month."""

    def __init__(self, *items, plan=(), community=None, draw=DRAW):
        self.c = (town() if community is None else community).copy()
        self.engine = Engine(plan, draw, 5)
        self.delivery = Delivery(items, self.c, draw, horizon=600, calendar=False)

    def run(self, months):
        for _ in range(months):
            self.engine.levers.clear()
            self.delivery.month(self.c, self.engine.context)
            self.engine.step(self.c)
        return self

    def lever(self, name, table="household"):
        size = self.c.tables[table].size
        return self.engine.levers.fill(name, slice(0, size), np.empty(size, np.float32)).astype(float)

    def enrolled(self, key, table="household"):
        return int((self.c.tables[table][f"iv_{key}_stage"] == ENROLLED).sum())

    def residents(self, column):
        return self.c.person[column][self.c.person["present"] == 1].astype(float)


def homes(c):
    h = c.household
    return (h["present"] == 1) & (h["children"] > 0)


def test_rule_1_effects_on_one_hazard_overlap():
    """A parenting course and Child First both lower abuse: together more than each, less than their sum."""
    items = (ParentingSkills(**NOW, reach=0.5), ChildFirst(**NOW, reach=0.5))
    start = town(4000)
    arms = {
        name: Arm(*[items[i] for i in chosen], plan=(RISK,), community=start, draw=PLENTY).run(14)
        for name, chosen in {"none": (), "first": (0,), "second": (1,), "both": (0, 1)}.items()
    }
    risk = {name: arm.c.household["abuse_risk"][homes(arm.c)].astype(float) for name, arm in arms.items()}
    drop = {name: (risk["none"] - r).sum() for name, r in risk.items()}
    assert drop["both"] > max(drop["first"], drop["second"]) > 0
    assert drop["both"] < drop["first"] + drop["second"]
    np.testing.assert_allclose(
        risk["both"] / risk["none"], risk["first"] / risk["none"] * risk["second"] / risk["none"], rtol=1e-4
    )


@pytest.mark.parametrize("enabler", [HubAndSpoke, ResourceDatabase, CommunityAmbassadors])
def test_rule_2_an_enabler_heals_nobody_and_raises_the_reach_of_a_program(enabler):
    draw = PLENTY.with_values(interventions__s01_lag=0.0, interventions__s09_lag=0.0)
    program, helper = ParentingSkills(**NOW, reach=0.5), enabler(**NOW)
    arms = [Arm(*items, plan=(RISK,), draw=draw).run(10) for items in ((), (helper,), (program,), (program, helper))]
    none, alone, served, both = (a.c.household["abuse_risk"][homes(a.c)].astype(float).sum() for a in arms)
    assert alone == none
    assert none - both > 1.02 * (none - served) > 0


def test_rule_3_activity_needs_safe_streets():
    """Free gyms and safer streets: minutes added by both exceed the sum of what each adds."""
    start = town()
    start.neighborhood["safety"] = 0.2
    moved = ViolenceReduction(**NOW), Greening(**NOW, reach=1.0)
    gym = FreeActivity(**NOW, reach=1.0)
    plan = (place.SURROUNDINGS, place.VIOLENCE, ACTIVITY)
    draw = DRAW.with_values(place__safety_rate=0.3)
    arms = [Arm(*items, plan=plan, community=start, draw=draw).run(10) for items in ((), (gym,), moved, (gym, *moved))]
    none, active, safe, both = (a.residents("activity").mean() for a in arms)
    assert active > none
    assert both - safe > active - none


def test_rule_3_a_rebate_needs_stores_that_sell_produce():
    gains = {}
    for name, offer in (("bare", 38.0), ("usual", 57.0)):
        c = town()
        c.household["store_quality"], c.household["snap"] = offer, 200.0
        plain, paid = (Arm(*items, plan=(DIET,), community=c).run(6) for items in ((), (ProduceIncentives(**NOW, reach=1.0),)))
        gains[name] = (paid.residents("diet") - plain.residents("diet")).mean()
    assert 0 < gains["bare"] < 0.3 * gains["usual"]


def test_rule_3_a_pipeline_places_people_where_there_are_jobs():
    hired = {}
    # Found at once and willing, so that what is left to chance is the job.
    draw = PLENTY.with_values(interventions__s08_found=0.5, interventions__s08_consent=1.0)
    for demand in (0.5, 1.5):
        c = workplaces(16000)
        c.neighborhood["demand"] = demand
        adult = (c.person["present"] == 1) & (c.person["age"] > 240) & (c.person["age"] < 700)
        c.person["labor"][adult & (c.person["labor"] == 1)] = 2
        c.person["unemployed_months"][adult] = 6
        c.person["record"] = 0
        plain, trained = (
            Arm(*items, plan=LABOR, community=c, draw=draw).run(8) for items in ((), (SectorPipeline(**NOW, reach=1.0),))
        )
        hired[demand] = (trained.residents("job_months") > 0).sum() - (plain.residents("job_months") > 0).sum()
    assert hired[1.5] > hired[0.5]


def test_rule_3_a_universal_visit_is_worth_the_services_that_it_leads_to():
    """Nurses find parents for coaching: with coaches to spare many more are served, without only the queue grows."""
    gain, queue = {}, {}
    for name, coaches in (("none to spare", 0.05), ("enough", 1e6)):
        draw = PLENTY.with_values(interventions__staff_coach=coaches)
        c = town(8000)
        c.neighborhood["scale"] = 20.0
        # Nobody is born in this plan, so the youngest of the toy are told to be newborns.
        young = (c.person["present"] == 1) & (c.person["age"] < 24)
        c.person["age"][young] = 0
        c.household["youngest"][c.person["household"][young]] = 0
        skills, visits = ParentingSkills(**NOW, reach=0.5), NurseVisits(**NOW)
        alone, both = (Arm(*i, community=c, draw=draw).run(5) for i in ((skills,), (skills, visits)))
        gain[name] = both.enrolled("g13") - alone.enrolled("g13")
        waits = [int((a.c.household["iv_g13_stage"] == 1).sum()) for a in (alone, both)]
        queue[name] = waits[1] - waits[0]
    assert gain["enough"] > gain["none to spare"]
    assert queue["none to spare"] > 0


def test_rule_4_money_gives_room_of_mind_and_courses_more_yield():
    """Revenue of a drink tax paid to poor families raises what a parenting course achieves with them."""
    start = town(2500)
    h = start.household
    poor = (h["present"] == 1) & (h["poverty_ratio"] <= 2)
    h["savings"][poor], h["rent"][poor], h["earnings"][poor] = 0, 1500, 1500
    h["ui"], h["other_income"], h["tfa"], h["support"] = 0, 0, 0, 0
    draw = PLENTY.with_values(interventions__p13_implementation=0.0, interventions__p13_revenue=600.0)
    course, cash = ParentingSkills(**NOW, reach=0.5), SugaryDrinkTax(**NOW)
    plan = (*BUDGET, RISK)
    arms = [Arm(*i, plan=plan, community=start, draw=draw).run(12) for i in ((), (course,), (cash,), (course, cash))]
    room = [a.c.household["bandwidth"][poor].astype(float).mean() for a in arms]
    assert room[2] > room[0]
    taught = [(1 - a.lever("abuse_scale"))[poor].sum() for a in arms]
    assert taught[0] == taught[2] == 0
    assert taught[3] > 1.01 * taught[1] > 0


def test_rule_5_programs_that_share_clinicians_never_serve_more_than_the_pool():
    draw = DRAW.with_values(interventions__staff_clinician=0.4)
    start = town(3000)
    start.neighborhood["scale"] = 10.0
    items = {
        "g01": ChildFirst(**NOW, reach=0.5), "g12": CaregiverMentalHealth(**NOW, reach=0.8),
        "s04": IntegratedCare(**NOW, reach=0.8),
    }  # fmt: skip
    table = {"g01": "household", "g12": "person", "s04": "person"}
    alone = {k: Arm(iv, community=start, draw=draw).run(8).enrolled(k, table[k]) for k, iv in items.items()}
    joint = Arm(*items.values(), community=start, draw=draw).run(8)
    together = {k: joint.enrolled(k, table[k]) for k in items}
    room = Workforce(draw).capacity("clinician", float(Frame(joint.c).residents.sum()))
    weights = Frame(joint.c).weight
    active = sum(float(weights[table[k]][joint.c.tables[table[k]][f"iv_{k}_stage"] == ENROLLED].sum()) for k in items)
    assert active <= room + 3 * 10.0  # a row that half fits is taken
    assert sum(together.values()) < sum(alone.values())
    assert all(together[k] <= alone[k] for k in items)


def test_rule_6_a_raise_can_cost_more_child_care_than_it_brings():
    """Earnings that cross the exit limit of Care 4 Kids end the subsidy; a raise below it does not."""
    c = town()
    h, p = c.household, c.person
    family = homes(c) & (h["under6"] > 0)
    carer = (p["present"] == 1) & (p["role"] <= 1)
    p["labor"][carer], p["leave_weeks"] = 1, 0
    h["care_subsidy"][family], h["child_care"][family] = 2, 3
    h["ui"], h["other_income"], h["tfa"] = 0, 0, 0
    net = {}
    for name, monthly in (("before", 5000.0), ("small", 5100.0), ("over", 14000.0)):
        state = c.copy()
        state.household["earnings"][family] = monthly
        after = Arm(plan=(CARE,), community=state).run(1).c.household
        keeps = (after["care_subsidy"] == 2) & family
        net[name] = (keeps.sum(), monthly - after["care_cost"][family].astype(float).mean())
    assert net["before"][0] == net["small"][0] > 20
    assert net["over"][0] < 0.2 * net["before"][0]
    assert net["over"][1] - net["before"][1] < 14000 - 5000 - 400


def test_rule_6_a_higher_wage_floor_is_partly_taken_back_by_snap():
    c = workplaces()
    p, h = c.person, c.household
    working = (p["present"] == 1) & (p["labor"] == 1)
    p["wage"][working], p["hours"][working], p["earnings"][working] = 16.35, 38, 16.35 * 38 * 4.345
    h["takes_snap"], h["savings"], h["other_income"], h["capital_income"] = 1, 0, 0, 0
    draw = DRAW.with_values(interventions__p06_implementation=0.0)
    plan = (*LABOR, *INCOME)
    before, after = (Arm(*i, plan=plan, community=c, draw=draw).run(3) for i in ((), (WageFloor(**NOW, floor=22.0),)))
    earned, food = (
        sum(float(a.c.household[x][a.c.household["present"] == 1].sum()) * s for a, s in ((after, 1), (before, -1)))
        for x in ("earnings", "snap")
    )
    assert earned > 0 > food
    assert -food < earned


def test_rule_7_greener_and_walkable_raises_rents_unless_homes_are_added():
    draw = DRAW.with_values(
        interventions__p08_implementation=0.0, interventions__p04_implementation=0.0, interventions__p08_lag=0.0
    )
    place_only = (Greening(**NOW, reach=1.0), CompleteStreets(**NOW, reach=1.0))
    arms = [
        Arm(*i, plan=(place.SURROUNDINGS,), draw=draw).run(36) for i in ((), place_only, (*place_only, AffordableHomes(**NOW)))
    ]
    none, better, guarded = (a.c.neighborhood["rent_level"].astype(float) for a in arms)
    assert (better > none).all()
    assert (guarded < better).all()
    assert (arms[2].lever("rent_scale", "neighborhood") < 1).all()  # and asking rents of what is let anew


def test_rule_8_punitive_enforcement_jails_parents_and_costs_trust():
    start = town(6000)
    start.person["record"], start.person["released"] = 0, 255
    jailed, trust = {}, {}
    for name, items in (
        ("none", ()),
        ("fair", (ViolenceReduction(**NOW, punitive=0.0),)),
        ("punitive", (ViolenceReduction(**NOW, punitive=1.0),)),
    ):
        arm = Arm(*items, plan=(JUSTICE, TRUST), community=start).run(24)
        jailed[name] = (arm.residents("sentence") > 0).sum()
        trust[name] = arm.c.household["trust_police"][arm.c.household["present"] == 1].astype(float).mean()
    assert jailed["fair"] < jailed["none"] < jailed["punitive"]
    assert trust["punitive"] < trust["none"] - 0.005
    assert trust["fair"] == pytest.approx(trust["none"], abs=0.005)


def test_rule_9_subsidized_places_replace_grandmothers_unless_kin_are_paid():
    c = town(3000)
    h, p = c.household, c.person
    family = homes(c) & (h["under6"] > 0)
    p["labor"][(p["present"] == 1) & (p["role"] <= 1)], p["leave_weeks"] = 1, 0
    h["earnings"], h["care_subsidy"], h["child_care"] = 3500, 0, 2
    h["ui"], h["other_income"], h["tfa"] = 0, 0, 0
    draw = DRAW.with_values(interventions__p05_implementation=0.0)
    kin = {}
    for name, items in (
        ("law", ()),
        ("places", (ChildCareSubsidy(**NOW, places_scale=4.0),)),
        ("kin paid", (ChildCareSubsidy(**NOW, places_scale=4.0, kin_pay=400.0),)),
    ):
        arm = Arm(*items, plan=(CARE,), community=c, draw=draw).run(12)
        kin[name] = float(arm.c.household["care_hours"][family].astype(float).sum())
    assert kin["places"] < kin["law"]
    assert kin["places"] < kin["kin paid"]


def test_rule_10_ending_a_service_early_lowers_uptake_of_the_next():
    served, start = {}, town(4000)
    # Many are clients when it ends.
    draw = PLENTY.with_values(interventions__g10_months=60.0, interventions__g10_found=0.5)
    for name, end in (("kept", None), ("ended", 10)):
        first = BenefitsCoaching(**NOW, reach=0.55, income_limit=10.0, end=end)
        second = ParentingSkills(start=11, ramp=0, reach=0.8)
        arm = Arm(first, second, plan=(TRUST,), community=start, draw=draw).run(24)
        served[name] = arm.enrolled("g13")
    assert 20 < served["ended"] < served["kept"]


@pytest.mark.parametrize("outside", [ResidentOrganizing, NarrativeChange])
def test_rule_11_reform_inside_works_better_with_pressure_from_outside(outside):
    draw = DRAW.with_values(interventions__s10_implementation=6.0)
    bias = {}
    for name, items in (
        ("inside", (AntiRacismReform(**NOW),)),
        ("outside", (outside(**NOW),)),
        ("both", (AntiRacismReform(**NOW), outside(**NOW))),
    ):
        arm = Arm(*items, draw=draw).run(40)
        bias[name] = 1.0 - float(arm.engine.levers.number("service_bias"))
    assert bias["outside"] == 0
    assert bias["both"] > bias["inside"] > 0


LAWS = sorted(name for name, cls in catalogue().items() if cls.law)


@pytest.mark.parametrize("name", LAWS)
def test_rule_12_what_is_enacted_is_not_yet_delivered(name):
    law = catalogue()[name](start=10)
    wait = law.number(DRAW, "implementation", float(DRAW["interventions.law_implementation"]))
    lag = law.number(DRAW, "lag", 0.0)
    full = int(10 + wait + lag + law.ramp + 1)
    assert extent(law, DRAW, 9) == 0
    comply = law.number(DRAW, "compliance", float(DRAW["interventions.law_compliance"]))
    assert extent(law, DRAW, full) == pytest.approx(law.reach * comply)
    if wait > 0:
        assert extent(law, DRAW, int(10 + np.ceil(wait) + lag) - 1) == 0
        assert standing(law, DRAW, 10) == "enacted"
    half = extent(law, DRAW, full, support=0.5)
    assert half == pytest.approx(law.reach * (comply + 1) / 2)
    assert extent(law, DRAW, full, support=1.0) == pytest.approx(law.reach)


def test_a_hub_without_capacity_only_lengthens_queues():
    draw = DRAW.with_values(interventions__staff_clinician=0.05, interventions__s01_lag=0.0)
    start = town(3000)
    start.neighborhood["scale"] = 20.0
    care = CaregiverMentalHealth(**NOW, reach=0.5)
    alone, hub = (Arm(*i, community=start, draw=draw).run(6) for i in ((care,), (care, HubAndSpoke(**NOW))))
    waiting = [int((a.c.person["iv_g12_stage"] == 1).sum()) for a in (alone, hub)]
    assert waiting[1] > waiting[0] > 0
    assert hub.enrolled("g12", "person") <= alone.enrolled("g12", "person") + 1
