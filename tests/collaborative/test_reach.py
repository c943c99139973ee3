"""What a collaborative does to delivery: hubs, posts, ways to families, languages, order."""

from dataclasses import replace

import pytest

from collaborative.support import DRAW, NOW, PLENTY, WORKING, Arm, town
from hecsim.collaborative import CollaborativeSpec
from hecsim.collaborative.services import freshness_next
from hecsim.interventions import BenefitsCoaching, CaregiverMentalHealth, NurseVisits, ParentingSkills
from hecsim.interventions.funnel import ENROLLED


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
