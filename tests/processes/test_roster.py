"""Roster: counts from members, and the passing of a month."""

import numpy as np

from hecsim.processes.roster import AGEING, NOBODY, ROSTER
from hecsim.testing import check_process, toy_community


def test_kernel_and_twin_agree():
    check_process(ROSTER)
    check_process(AGEING)


def test_ageing_adds_one_month_and_saturates():
    c = toy_community(seed=3)
    c.person["since_birth"][c.person.block(0).start] = 254
    end = check_process(AGEING, months=3, community=c)
    here = c.person["present"] == 1
    assert np.array_equal(end.person["age"][here], c.person["age"][here] + 3)
    assert end.person["since_birth"].max() == 255
    assert (end.person["since_birth"][here] >= c.person["since_birth"][here]).all()


def test_counts_equal_a_plain_count():
    c = check_process(ROSTER, months=1)
    row = int(np.flatnonzero(c.household["children"] >= 2)[0])
    members = c.members(row)
    age = c.person["age"][members]
    home = (c.person["labor"][members] != 4) & (c.person["placed"][members] == 0)
    assert c.household["persons"][row] == home.sum()
    assert c.household["children"][row] == (home & (age < 216)).sum()
    assert c.household["youngest"][row] == age[home].min()
    assert c.household["persons"].sum() == ((c.person["present"] == 1) & (c.person["labor"] != 4)).sum()


def test_prisoners_and_placed_children_are_away():
    def prepare(c):
        prepare.rows = rows = c.members(int(np.flatnonzero(c.household["persons"] >= 3)[0]))
        prepare.household = int(c.person["household"][rows[0]])
        c.person["labor"][rows[0]] = 4
        c.person["role"][rows[-1]], c.person["age"][rows[-1]], c.person["placed"][rows[-1]] = 2, 60, 3

    c = check_process(ROSTER, months=1, prepare=prepare)
    h = prepare.household
    assert c.household["persons"][h] == len(prepare.rows) - 2
    assert c.household["incarcerated_member"][h] == 1
    assert c.household["race"][h] == c.person["race"][prepare.rows[0]]


def test_household_with_nobody_home_has_no_youngest():
    def prepare(c):
        row = int(np.flatnonzero(c.household["persons"] == 1)[0])
        prepare.row = row
        c.person["labor"][c.members(row)] = 4

    c = check_process(ROSTER, months=1, prepare=prepare)
    assert c.household["persons"][prepare.row] == 0
    assert c.household["youngest"][prepare.row] == NOBODY


def test_caregiver_means_use_householder_and_partner_only():
    c = check_process(ROSTER, months=1)
    couple = np.flatnonzero((c.household["couple"] > 0) & (c.household["children"] > 0))
    row = int(couple[0])
    members = c.members(row)
    givers = members[c.person["role"][members] <= 1]
    assert np.isclose(c.household["caregiver_stress"][row], c.person["stress"][givers].mean(), rtol=1e-5)
    core = [bin(int(b) & 1023).count("1") for b in c.person["ace_bits"][givers]]
    assert np.isclose(c.household["caregiver_aces"][row], np.mean(core), rtol=1e-5)
