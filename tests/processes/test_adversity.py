"""Adversities, what is seen of them, and protection: twins, directions, yardsticks, start."""

import numpy as np
import pytest

from hecsim import evidence
from hecsim.columns import ace_bit
from hecsim.engine import Engine
from hecsim.levers import Move
from hecsim.population.histories import family as history
from hecsim.processes import adversity_cps as cps
from hecsim.processes import adversity_events as events
from hecsim.processes import adversity_protection as protection
from hecsim.processes.ace_bits import SURVEYED
from hecsim.processes.adversity import ADVERSITY_PROCESSES
from hecsim.processes.adversity_recall import RECALL
from hecsim.processes.adversity_risk import RISK
from hecsim.testing import check_process, differences, toy_community

MOVES = (
    Move("abuse_scale", "scale", 0.7, None, "t"),
    Move("neglect_scale", "scale", 0.5, None, "t"),
    Move("detection_scale", "scale", 3.0, None, "t"),
    Move("placement_scale", "scale", 2.0, None, "t"),
    Move("nurture_add", "add", 0.3, None, "t"),
    Move("pce_add", "add", 0.5, None, "t"),
    Move("development_add", "add", 0.2, None, "t"),
    Move("ace_harm", "scale", 0.5, None, "t"),
    Move("service_bias", "scale", 0.5, None, "t"),
    Move("policing_bias", "scale", 0.5, None, "t"),
)


def fresh(community):
    """Children without a past; some of them turn 18; some are placed or confirmed this month."""
    person = community.person
    rows = np.flatnonzero(person["present"])
    person["ace_bits"][rows[::2]] = 0
    person["age"][rows[:60]] = 216
    person["cps_new"][rows[::5]] = 7
    person["placed"][rows[::11]] = 2
    person["reports"][:] = 0


def run(community, processes, months=12, moves=(), draw=None):
    engine = Engine(processes, draw or evidence.draw(None), seed=5)
    for _ in range(months):
        engine.levers.clear()
        for move in moves:
            engine.levers.move(move)
        engine.step(community)
    return community


def children(community):
    return (community.person["present"] == 1) & (community.person["age"] < 216)


def blank(households=1500, seed=31):
    community = toy_community(households=households, seed=seed)
    community.person["ace_bits"][:] = 0
    community.person["reports"][:] = 0
    community.person["cps_ever"][:] = 0
    return community


@pytest.mark.parametrize("process", ADVERSITY_PROCESSES, ids=lambda p: p.name)
def test_loop_and_twin_agree(process):
    check_process(process, months=5, prepare=fresh)
    check_process(process, months=3, prepare=fresh, levers=MOVES)


def test_poverty_guideline_of_money_amounts_is_that_of_2025():
    assert evidence.parameter("benefits.guideline_first").axis[1] == "2025-01"


@pytest.mark.parametrize(
    ("column", "value", "parameter"),
    [("depressed_caregiver", 1, "risk_depressed"), ("substance_caregiver", 1, "risk_substance"),
     ("ipv", 1, "risk_ipv"), ("hardship", 1.0, "risk_hardship"), ("frailty", 1.0, "risk_frailty"),
     ("parenting", 1.0, "risk_parenting"), ("support", 1.0, "risk_support"),
     ("caregiver_stress", 1.0, "risk_stress"), ("jobless_parent", 1, "risk_jobless")],
)  # fmt: skip
def test_each_driver_multiplies_risk_by_its_ratio(column, value, parameter):
    low, high = toy_community(seed=32), toy_community(seed=32)
    low.household[column][:], high.household[column][:] = 0, value
    run(low, (RISK,), 1), run(high, (RISK,), 1)
    here = low.household["present"] == 1
    ratio = evidence.draw(None)[f"adversity.{parameter}"]
    for k, risk in enumerate(("abuse_risk", "neglect_risk")):
        found = high.household[risk][here] / low.household[risk][here]
        assert np.allclose(found, ratio[k], rtol=1e-4)


def test_a_thousand_dollars_lowers_neglect_in_poor_homes_and_not_in_comfortable_ones():
    def neglect_and_abuse(ratio, more):
        community = toy_community(households=200, seed=33)
        home = community.household
        home["persons"][:] = 3
        line = 15650 + 2 * 5500
        home["resources_year"][:] = ratio * line + more
        home["income"][:] = (ratio * line + more) / 12
        run(community, (RISK,), 1)
        here = home["present"] == 1
        return np.array([home["neglect_risk"][here].mean(), home["abuse_risk"][here].mean()])

    poor = neglect_and_abuse(0.7, 1000) / neglect_and_abuse(0.7, 0)
    comfortable = neglect_and_abuse(4.0, 1000) / neglect_and_abuse(4.0, 0)
    assert 0.93 < poor[0] < 0.97
    assert poor[0] < poor[1] < 1.0
    assert np.allclose(comfortable, 1.0)


def test_losing_coverage_raises_neglect_and_not_abuse():
    insured, lost = toy_community(seed=34), toy_community(seed=34)
    insured.person["insurance"][:], lost.person["insurance"][:] = 2, 0
    run(insured, (RISK,), 1), run(lost, (RISK,), 1)
    here = insured.household["present"] == 1
    assert (lost.household["neglect_risk"][here] > 1.05 * insured.household["neglect_risk"][here]).all()
    assert np.allclose(lost.household["abuse_risk"][here], insured.household["abuse_risk"][here])


@pytest.mark.parametrize(("lever", "types"), [("abuse_scale", 0b00111), ("neglect_scale", 0b11000)])
def test_levers_prevent_their_own_types_only(lever, types):
    control, helped = blank(), blank()
    plan = (RISK, events.MALTREATMENT)
    run(control, plan, 36), run(helped, plan, 36, (Move(lever, "scale", 0.5, None, "t"),))
    kids = children(control)
    a, b = control.person["ace_bits"][kids], helped.person["ace_bits"][kids]
    assert ((b & types) > 0).sum() < 0.8 * ((a & types) > 0).sum()
    assert np.array_equal(a & ~np.uint16(types) & 31, b & ~np.uint16(types) & 31)
    assert ((b & ~a) == 0).all()  # the same luck: nobody is harmed who was not harmed before


def test_an_adversity_stays_and_its_age_is_kept():
    community = blank()
    run(community, (RISK, events.MALTREATMENT, events.EXPOSURE), 12)
    before = community.person["ace_bits"].copy()
    ages = community.person["ace_age"].copy()
    run(community, (RISK, events.MALTREATMENT, events.EXPOSURE), 12)
    assert ((community.person["ace_bits"] & before) == before).all()
    happened = ((before[:, None] >> np.arange(15)) & 1) == 1
    assert np.array_equal(community.person["ace_age"][happened], ages[happened])
    assert (ages[happened & children(community)[:, None]] < 18).all()


@pytest.mark.parametrize(
    ("column", "bit"),
    [("depressed_caregiver", "household mental illness"), ("substance_caregiver", "household substance use"),
     ("ipv", "violence between partners"), ("incarcerated_member", "household incarceration")],
)  # fmt: skip
def test_children_are_exposed_to_what_adults_live_through(column, bit):
    without, present = blank(), blank()
    without.household[column][:], present.household[column][:] = 0, 1
    for community in (without, present):
        community.person["anxiety"][:] = 0
        community.household["couple"][:] = 2
        run(community, (events.EXPOSURE,), 12)
    kids = children(without)
    assert (without.person["ace_bits"][kids] & ace_bit(bit)).sum() == 0
    assert (present.person["ace_bits"][kids] & ace_bit(bit) > 0).mean() > 0.03


def test_separation_and_eviction_count_at_once():
    community = blank()
    person, home = community.person, community.household
    parents = (person["present"] == 1) & (person["role"] == 1)
    person["leaving"][parents] = 3
    home["evicted_new"][:] = 1
    run(community, (events.EXPOSURE,), 1)
    kids = children(community) & (person["placed"] == 0)
    parted = np.isin(person["household"][kids], person["household"][parents])
    assert (person["ace_bits"][kids][parted] & ace_bit("parental separation") > 0).all()
    assert (person["ace_bits"][kids] & ace_bit("unstable housing") > 0).all()


def test_placed_children_are_away_from_exposures():
    community = blank()
    community.person["placed"][:] = 1
    community.household["ipv"][:] = 1
    run(community, (events.EXPOSURE,), 12)
    assert community.person["ace_bits"][children(community)].sum() == 0


def test_small_children_are_exposed_sooner_to_what_the_home_lives_with():
    community = blank(6000)
    community.household["depressed_caregiver"][:] = 1
    community.person["placed"][:] = 0
    months = community.person["age"].astype(int)
    small, big = (children(community) & (months >= low) & (months < high) for low, high in ((0, 36), (144, 216)))
    run(community, (events.EXPOSURE,), 12)
    exposed = (community.person["ace_bits"] & ace_bit("household mental illness")) > 0
    age = evidence.draw(None)["adversity.seen_age"]
    assert exposed[small].sum() > 40
    # Over so few months shares stand nearly as the chances do; some 100 exposures in each group: SD of the ratio 0.5.
    assert exposed[small].mean() / exposed[big].mean() == pytest.approx(age[0] / age[3], abs=1.3)


def test_those_who_have_been_depressed_report_more_of_the_same_childhood():
    said = []
    for depressed in (0, 1):
        community = toy_community(households=3000, seed=35)
        person = community.person
        person["age"][:], person["stress_trait"][:], person["depressed_ever"][:] = 216, 0, depressed
        person["ace_bits"][:] = 0
        run(community, (RECALL,), 1)
        said.append(((person["ace_recalled"][person["present"] == 1] & ace_bit("emotional abuse")) > 0).mean())
    odds = said[1] / (1 - said[1]) / (said[0] / (1 - said[0]))
    assert odds == pytest.approx(1.9, abs=0.25)  # factor x leaning on the probit scale, thousands of people: SD 0.06


def test_pregnancy_starts_a_new_list():
    community = blank()
    person = community.person
    women = np.flatnonzero((person["present"] == 1) & (person["sex"] == 1) & (person["age"] > 216))
    person["pregnancy"][women], person["prenatal_bits"][women] = 1, 0b11111
    person["substance"][women] = 1
    run(community, (events.PRENATAL,), 1)
    assert (person["prenatal_bits"][women] & 0b11111 == 0).all()
    assert (person["prenatal_bits"][women] & ace_bit("household substance use") > 0).all()


def test_recall_is_fixed_once_and_agrees_weakly_with_the_truth():
    community = toy_community(households=6000, seed=35)
    person = community.person
    rows = np.flatnonzero(person["present"] == 1)
    rng = np.random.default_rng(1)
    trait = float(evidence.draw(None)["stress.trait_sd"]) * rng.standard_normal(rows.size)
    person["age"][rows], person["stress_trait"][rows] = 216, trait
    truth, person["depressed_ever"][rows] = rng.random(rows.size) < 0.155, rng.random(rows.size) < 0.22
    person["ace_bits"][rows] = truth * ace_bit("physical abuse")
    run(community, (RECALL,), 1)
    said = (person["ace_recalled"][rows] & ace_bit("physical abuse")) > 0
    agree = (said == truth).mean()
    chance = said.mean() * truth.mean() + (1 - said.mean()) * (1 - truth.mean())
    assert (agree - chance) / (1 - chance) == pytest.approx(0.19, abs=0.05)
    assert said.mean() == pytest.approx(0.155, abs=0.015)
    person["age"][rows] = 217
    kept = person["ace_recalled"].copy()
    run(community, (RECALL,), 1)
    assert np.array_equal(person["ace_recalled"], kept)


def test_detection_raises_reports_and_leaves_events_alone():
    control, watched = blank(3000), blank(3000)
    plan = (RISK, events.MALTREATMENT, cps.REPORTS)
    run(control, plan, 12), run(watched, plan, 12, (Move("detection_scale", "scale", 1.5, None, "t"),))
    assert np.array_equal(control.person["ace_bits"], watched.person["ace_bits"])
    reports = [int(c.person["reports"][children(c)].sum()) for c in (control, watched)]
    assert reports[1] / reports[0] == pytest.approx(1.5, abs=0.3)


def test_reports_of_unharmed_children_follow_the_risk_of_their_home():
    """Some 360 and 1,000 reports: the ratio has a standard error of about 6 percent, so that 1 seed in 500 would fail."""
    draw = evidence.draw(None)
    rates = []
    for risk in (1.0, 3.0):
        community = blank(4000)
        community.household["abuse_risk"][:] = risk
        community.household["neglect_risk"][:] = risk
        run(community, (cps.REPORTS,), 18, draw=draw)
        assert not community.person["ace_bits"][children(community)].any()
        rates.append(community.person["reports"][children(community)].mean())
    assert rates[1] / rates[0] == pytest.approx(3.0, rel=0.2)


def test_the_neglect_share_weighs_which_risk_is_reported():
    rates = []
    for name in ("abuse_risk", "neglect_risk"):
        community = blank(3000)
        for column in ("abuse_risk", "neglect_risk"):
            community.household[column][:] = 4.0 if column == name else 0.2
        run(community, (cps.REPORTS,), 12)
        rates.append(community.person["reports"][children(community)].sum())
    assert rates[1] > 1.2 * rates[0]


def test_placement_follows_confirmation_and_costs_money():
    community = blank(3000)
    kids = children(community)
    community.person["cps_new"][kids] = 7
    community.person["placed"][:] = 0
    run(community, (cps.PLACEMENT,), 1)
    placed = kids & (community.person["placed"] > 0)
    assert 0.05 < placed[kids].mean() < 0.35
    assert (community.person["cps_ever"][placed] & 8 > 0).all()
    month = float(evidence.draw(None)["adversity.cost_placement"])
    start = blank(3000).household["public_cost"].sum(dtype=float)
    spent = community.household["public_cost"].sum(dtype=float) - start
    assert spent == pytest.approx(month * placed.sum(), rel=1e-3)
    community.person["age"][kids] = 216
    community.person["cps_new"][:] = 0
    run(community, (cps.PLACEMENT,), 1)
    assert community.person["placed"][kids].sum() == 0


def test_mitigation_lowers_harm_and_leaves_events_alone():
    control, helped = toy_community(seed=36), toy_community(seed=36)
    move = (Move("ace_harm", "scale", 0.3, None, "t"),)
    run(control, (protection.GROWTH,), 36), run(helped, (protection.GROWTH,), 36, move)
    kids = children(control)
    hurt = kids & ((control.person["ace_bits"] | control.person["prenatal_bits"]) & 1023 > 0)
    assert (helped.person["development"][hurt] > control.person["development"][hurt]).all()
    well = kids & ~hurt
    assert np.array_equal(helped.person["development"][well], control.person["development"][well])
    assert differences(control, helped).keys() == {"person.development"}


def test_indices_run_from_zero_to_one_and_answer_to_shocks():
    calm, shaken = toy_community(seed=37), toy_community(seed=37)
    shaken.household["ipv"][:], calm.household["ipv"][:] = 1, 0
    shaken.household["tenure"][:], calm.household["tenure"][:] = 2, 1
    shaken.household["conflict"][:] += 1
    for community in (calm, shaken):
        run(community, (protection.INDICES,), 1)
    here = calm.household["present"] == 1
    for column in ("safety_index", "stability_index", "nurture_index"):
        a, b = calm.household[column][here], shaken.household[column][here]
        assert a.min() >= 0
        assert a.max() <= 1
        assert (b < a).all()


@pytest.fixture(scope="module")
def start():
    community = toy_community(households=5000, seed=38)
    history.initialize(community, evidence.draw(None), np.random.default_rng(2))
    return community


def test_start_reports_what_connecticut_adults_report(start):
    person = start.person
    adults = (person["present"] == 1) & (person["age"] >= 216)
    said = person["ace_recalled"][adults]
    for k, level in zip(SURVEYED, (0.325, 0.155, 0.091, 0.151, 0.26, 0.135, 0.238, 0.065), strict=True):
        assert ((said >> k) & 1).mean() == pytest.approx(level, abs=0.025)
    score = sum((said >> k) & 1 for k in SURVEYED)
    assert (score >= 1).mean() == pytest.approx(0.597, abs=0.04)
    assert (score >= 3).mean() == pytest.approx(0.213, abs=0.03)
    assert (score >= 4).mean() == pytest.approx(0.130, abs=0.03)
    assert (said & 0b11000).sum() == 0  # the survey does not ask about neglect


def test_start_levels_of_mind_and_couple(start):
    person, home = start.person, start.household
    adults = (person["present"] == 1) & (person["age"] >= 216)
    assert person["depression"][adults].mean() == pytest.approx(0.055, abs=0.015)
    assert person["substance"][adults].mean() == pytest.approx(0.10, abs=0.025)
    couples = (home["present"] == 1) & (home["couple"] > 0)
    assert 0.01 < home["ipv"][couples].mean() < 0.06
    hurt = adults & (np.bitwise_count(person["ace_bits"] & 1023) >= 4)
    spared = adults & (person["ace_bits"] & 1023 == 0)
    assert person["depression"][hurt].mean() > 2.5 * person["depression"][spared].mean()


def test_start_of_children_rises_with_age_and_has_ages(start):
    person = start.person
    kids = children(start)
    age = person["age"] // 12
    count = np.bitwise_count(person["ace_bits"])
    groups = ((0, 3), (3, 6), (6, 12), (12, 18))
    means = [count[kids & (age >= low) & (age < high)].mean() for low, high in groups]
    assert means == sorted(means)
    assert means[0] < 0.6 < means[3]
    happened = ((person["ace_bits"][kids][:, None] >> np.arange(15)) & 1) == 1
    now = np.broadcast_to(age[kids][:, None], happened.shape)
    assert (person["ace_age"][kids][happened] <= now[happened]).all()
    assert (person["ace_age"][kids][~happened] == 255).all()
    assert 0.05 < (person["cps_ever"][kids] & 2 > 0).mean() < 0.35
