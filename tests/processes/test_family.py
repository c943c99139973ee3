"""Mind, couple, parenting, justice: loops agree with twins, drivers and levers move what they should."""

import numpy as np
import pytest

from hecsim import evidence
from hecsim.engine import Engine
from hecsim.levers import Move
from hecsim.processes import family_couple, family_justice, family_mind
from hecsim.processes.family import FAMILY_PROCESSES
from hecsim.testing import check_process, toy_community


def run(community, processes, months=12, moves=(), draw=None):
    engine = Engine(processes, draw or evidence.draw(None), seed=5)
    for _ in range(months):
        engine.levers.clear()
        for move in moves:
            engine.levers.move(move)
        engine.step(community)
    return community


def adults(community):
    return (community.person["present"] == 1) & (community.person["age"] >= 216)


def both(change, processes, months=12, households=1500, moves=()):
    """The same community without and with a change, after some months."""
    states = []
    for changed in (False, True):
        community = toy_community(households=households, seed=11)
        if changed and change is not None:
            change(community)
        states.append(run(community, processes, months, moves if changed else ()))
    return states


@pytest.mark.parametrize("process", FAMILY_PROCESSES, ids=lambda p: p.name)
def test_loop_and_twin_agree(process):
    check_process(process, months=6)


@pytest.mark.parametrize(
    ("process", "moves"),
    [
        (family_mind.DEPRESSION, (Move("depression_onset", "scale", 0.5, None, "t"),)),
        (family_mind.TREATMENT, (Move("treatment_depression", "add", 0.3, None, "t"),
                                 Move("treatment_substance", "add", 0.3, None, "t"))),
        (family_couple.IPV, (Move("ipv_onset", "scale", 3, None, "t"),
                             Move("ipv_end", "scale", 2, None, "t"))),
        (family_couple.SEPARATION, (Move("separation_scale", "scale", 5, None, "t"),)),
        (family_justice.JUSTICE, (Move("arrest_scale", "scale", 20, None, "t"),
                                  Move("policing_bias", "scale", 0.3, None, "t"))),
    ],
    ids=lambda v: getattr(v, "name", ""),
)  # fmt: skip
def test_loop_and_twin_agree_under_levers(process, moves):
    check_process(process, months=4, levers=moves)


def test_depression_lever_lowers_onsets_by_its_factor():
    def healthy(community):
        community.person["depression"][:] = 0

    counts = []
    for scale in (1.0, 0.5):
        community = toy_community(households=16000, seed=12)  # some 80 onsets: SD of the ratio 0.1
        healthy(community)
        community.person["stress"][:] = 0
        moves = (Move("depression_onset", "scale", scale, None, "t"),)
        run(community, (family_mind.DEPRESSION,), 1, moves)
        counts.append(community.person["depression"][adults(community)].sum())
    assert counts[0] > 20
    assert counts[1] / counts[0] == pytest.approx(0.5, abs=0.2)


def test_a_newborn_weighs_on_the_parent_who_did_not_give_birth():
    draw = evidence.draw(None).replaced({"family.depression_birth_partner": np.float64(6.0)})  # far above what is believed
    counts = []
    for youngest in (0, 12):
        community = toy_community(households=8000, seed=12)
        person, household = community.person, community.household
        person["depression"][:], person["since_birth"][:], household["youngest"][:] = 0, 255, youngest
        run(community, (family_mind.DEPRESSION,), 1, draw=draw)
        givers = adults(community) & (person["role"] <= 1)
        counts.append(int(person["depression"][givers].sum()))
    assert counts[1] > 15
    assert counts[0] / counts[1] == pytest.approx(6.0, rel=0.6)  # a ratio of counts of 40 and 240: SD about 1


def test_recovery_slows_with_time_in_the_episode():
    community = toy_community(households=2500, seed=13)
    rows = np.flatnonzero(adults(community))
    community.person["depression"][rows] = 1
    community.person["treated"][:] = 0
    left = {}
    for months in (0, 30):
        state = community.copy()
        state.person["depression_months"][rows] = months
        run(state, (family_mind.DEPRESSION,), 1)
        left[months] = 1 - state.person["depression"][rows].mean()
    assert left[0] == pytest.approx(1 - np.exp(-0.23), abs=0.03)
    assert left[30] < 0.03


@pytest.mark.parametrize(
    ("column", "value", "outcome"),
    [("labor", 2, "depression"), ("ace_bits", 0b11110000, "depression"),
     ("ace_bits", 0b11110000, "substance"), ("stress", 2.0, "anxiety")],
)  # fmt: skip
def test_drivers_raise_onset(column, value, outcome):
    process = {"depression": family_mind.DEPRESSION, "substance": family_mind.SUBSTANCE,
               "anxiety": family_mind.ANXIETY}[outcome]  # fmt: skip

    def start(community, setting):
        community.person[outcome][:] = 0
        community.person["depressed_ever"][:] = 0
        community.person[column][adults(community)] = setting

    found = []
    for setting in (0, value):
        community = toy_community(households=2500, seed=14)
        start(community, setting)
        run(community, (process,), 3)
        found.append((community.person[outcome][adults(community)] > 0).mean())
    assert found[1] > 1.2 * found[0] > 0


def test_treatment_brings_recovery():
    def treated(community):
        community.person["depression"][:] = 1

    control, helped = [], []
    for add, into in ((0.0, control), (0.5, helped)):
        community = toy_community(households=1500, seed=15)
        treated(community)
        community.person["depression_months"][:] = 0
        moves = (Move("treatment_depression", "add", add, None, "t"),)
        run(community, (family_mind.DEPRESSION, family_mind.TREATMENT), 6, moves)
        into.append(community.person["depression"][adults(community)].mean())
    assert helped[0] < control[0] - 0.02


def test_conflict_follows_hardship_and_only_couples_have_it():
    calm, strained = both(lambda c: c.household["hardship"].fill(1.0), (family_couple.CONFLICT,), 24)
    couples = (calm.household["couple"] > 0) & (calm.household["present"] == 1)
    gap = strained.household["conflict"][couples].mean() - calm.household["conflict"][couples].mean()
    assert 0.4 < gap < 0.9
    alone = (calm.household["couple"] == 0) & (calm.household["present"] == 1)
    assert (calm.household["conflict"][alone] == 0).all()


def test_secure_housing_lowers_violence_between_partners():
    def secure(community):
        for column, value in (("tenure", 1), ("crowded", 0), ("eviction_clock", 0), ("filing", 0)):
            community.household[column][:] = value

    def insecure(community):
        secure(community)
        community.household["tenure"][:] = 2

    shares = []
    for setting in (secure, insecure):
        community = toy_community(households=4000, seed=16)
        setting(community)
        run(community, (family_couple.IPV,), 36)
        couples = (community.household["couple"] > 0) & (community.household["present"] == 1)
        shares.append(community.household["ipv"][couples].mean())
    assert 0.35 < shares[0] / shares[1] < 0.75  # the housing trial: 5.5 against 12.2 percent


def test_violence_ends_when_the_couple_does():
    community = toy_community(seed=17)
    community.household["ipv"][:] = 1
    community.household["couple"][:] = 0
    run(community, (family_couple.IPV,), 1)
    assert community.household["ipv"][community.household["present"] == 1].sum() == 0


def test_at_most_one_partner_leaves_and_only_where_there_is_a_couple():
    community = toy_community(households=3000, seed=18)
    moves = (Move("separation_scale", "scale", 30.0, None, "t"),)
    run(community, (family_couple.SEPARATION,), 1, moves)
    gone = np.flatnonzero(community.person["leaving"] == 3)
    homes = community.person["household"][gone].astype(int)
    assert gone.size > 100
    assert np.unique(homes).size == homes.size
    assert (community.household["couple"][homes] > 0).all()
    assert (community.person["role"][gone] <= 1).all()


def test_separation_needs_a_lever_above_zero():
    community = toy_community(households=1000, seed=18)
    run(community, (family_couple.SEPARATION,), 6, (Move("separation_scale", "scale", 0.0, None, "t"),))
    assert (community.person["leaving"] != 3).all()


def test_parenting_program_builds_up_and_fades():
    move = (Move("parenting_add", "add", 0.4, None, "t"),)
    states = [toy_community(seed=19) for _ in range(2)]
    control, helped = states
    rows = control.household["present"] == 1

    def gap():
        return (helped.household["parenting"][rows] - control.household["parenting"][rows]).mean()

    run(control, (family_couple.PARENTING,), 2), run(helped, (family_couple.PARENTING,), 2, move)
    early = gap()
    run(control, (family_couple.PARENTING,), 24), run(helped, (family_couple.PARENTING,), 24, move)
    late = gap()
    run(control, (family_couple.PARENTING,), 36), run(helped, (family_couple.PARENTING,), 36)
    assert 0.02 < early < late
    assert late == pytest.approx(0.4, abs=0.03)
    assert gap() < 0.02


def test_removing_policing_bias_removes_the_difference_at_equal_conduct():
    ratio = {}
    for bias in (1.0, 0.0):
        shares = []
        for race in (0, 1):
            community = toy_community(households=5000, seed=20)
            community.person["race"][:] = race
            community.person["sentence"][:] = 0
            community.person["record"][:] = 0
            moves = (
                Move("policing_bias", "scale", bias, None, "t"),
                Move("arrest_scale", "scale", 8, None, "t"),
            )
            run(community, (family_justice.JUSTICE,), 2, moves)
            shares.append((community.person["record"][adults(community)] > 0).mean())
        ratio[bias] = shares[1] / shares[0]
    assert ratio[1.0] == pytest.approx(float(evidence.draw(None)["family.arrest_policing"][1]), rel=0.2)
    assert ratio[0.0] == 1.0


def test_recent_release_brings_people_back():
    community = toy_community(households=2500, seed=21)
    rows = np.flatnonzero(adults(community) & (community.person["labor"] != 4))
    community.person["released"][rows] = 1
    community.person["substance"][:] = 0
    run(community, (family_justice.JUSTICE,), 1)
    assert (community.person["sentence"][rows] > 0).mean() == pytest.approx(0.028, abs=0.01)
