"""Demography: decisions agree with their twins, and rates with the tables they come from."""

import numpy as np
import pytest

from hecsim import evidence
from hecsim.columns import SCHEMA
from hecsim.engine import Engine
from hecsim.processes.demography import DEMOGRAPHY, FERTILITY, LEAVING, MARRIAGE, MORTALITY, SCHOOLING
from hecsim.testing import check_process, toy_community

DRAW = evidence.draw(None)


def _spread(c, low, high):
    """Give everybody an age between two years, evenly, and no pregnancy."""
    rows = np.flatnonzero(c.person["present"] == 1)
    c.person["age"][rows] = np.linspace(low * 12, high * 12 - 1, rows.size).astype(np.int64)
    c.person["pregnancy"][rows] = 0
    return rows


@pytest.mark.parametrize("process", DEMOGRAPHY, ids=lambda p: p.name)
def test_kernel_and_twin_agree(process):
    check_process(process, community=toy_community(600, seed=5), prepare=lambda c: _spread(c, 14, 100))


def test_schooling_twin_agrees_at_the_ages_that_matter():
    def prepare(c):
        rows = np.flatnonzero(c.person["present"] == 1)
        c.person["age"][rows] = np.where(np.arange(rows.size) % 2 == 0, 216, 270)

    end = check_process(SCHOOLING, months=1, prepare=prepare)
    assert end.person["education"].max() == 3


def _rate(process, c, mark, months=60):
    """Events per year and head when decisions are wiped each month."""
    engine = Engine((process,), DRAW, seed=11)
    start = {name: c.person[name].copy() for name in ("leaving", "pregnancy", "education")}
    hits = 0
    for _ in range(months):
        for name, values in start.items():
            c.person[name] = values
        engine.step(c)
        hits += mark(c)
    return hits / months * 12


def test_average_mortality_stays_near_the_life_table():
    c = toy_community(12000, seed=2)  # about 36,000 men: 370 deaths a year, so 12 percent is more than two SD
    rows = np.flatnonzero(c.person["present"] == 1)
    c.person["age"][rows], c.person["sex"][rows], c.person["leaving"][rows] = 60 * 12 + 6, 0, 0
    for flag, share in (("diabetes", 0.2), ("cvd", 0.22), ("substance", 0.05)):
        c.person[flag][rows] = (np.arange(rows.size) * 0.6180339 % 1) < share
        rows = np.random.default_rng(3).permutation(rows)
    mix = np.cumsum(DRAW["demography.mix_bmi"][12:18])
    classes = np.searchsorted(mix, (np.arange(rows.size) + 0.5) / rows.size * mix[-1])
    c.person["bmi"][rows] = np.array([18, 22, 27, 32, 37, 43])[classes]
    h = np.flatnonzero(c.household["present"] == 1)
    income = np.searchsorted(np.cumsum(DRAW["demography.mix_income"]), (np.arange(h.size) + 0.5) / h.size)
    c.household["poverty_ratio"][np.random.default_rng(4).permutation(h)] = np.array([0.5, 1.5, 3, 6])[income]
    per_head = _rate(MORTALITY, c, lambda s: (s.person["leaving"] == 1).sum()) / rows.size
    table = np.exp(0.9 * np.log(0.01009) + 0.1 * np.log(0.01508))
    assert per_head == pytest.approx(table, rel=0.12)


def test_poverty_and_severe_obesity_raise_mortality():
    def deaths(bmi, ratio):
        c = toy_community(1500, seed=2)
        rows = np.flatnonzero(c.person["present"] == 1)
        c.person["age"][rows], c.person["bmi"][rows] = 45 * 12, bmi
        c.household["poverty_ratio"][:] = ratio
        return _rate(MORTALITY, c, lambda s: (s.person["leaving"] == 1).sum(), months=40)

    base = deaths(23, 6)
    assert deaths(43, 6) > base
    assert deaths(23, 0.5) > 1.5 * base


def test_death_overrides_other_departures_but_nothing_else_does():
    c = toy_community(800, seed=4)
    rows = np.flatnonzero(c.person["present"] == 1)
    c.person["age"][rows], c.person["leaving"][rows], c.person["role"][rows] = 95 * 12, 3, 2
    Engine((LEAVING,), DRAW, seed=1).step(c)
    assert (c.person["leaving"][rows] == 3).all()
    Engine((MORTALITY,), DRAW, seed=1).step(c)
    assert (c.person["leaving"][rows] == 1).any()


def test_married_women_with_one_child_conceive_more_than_women_alone():
    def births(couple, parity):
        c = toy_community(1500, seed=6)
        rows = np.flatnonzero(c.person["present"] == 1)
        for name, value in (("age", 32 * 12), ("sex", 1), ("role", 0), ("parity", parity), ("pregnancy", 0),
                            ("since_birth", 255), ("race", 0)):  # fmt: skip
            c.person[name][rows] = value
        c.household["couple"][:] = couple
        return _rate(FERTILITY, c, lambda s: (s.person["pregnancy"] == 1).sum(), months=12) / rows.size

    married, alone = births(2, 1), births(0, 1)
    assert married > 4 * alone
    k = {name: DRAW[f"demography.birth_{name}"] for name in ("rate", "scale", "group", "parity", "union")}
    expected = k["rate"][3] / 1000 * k["scale"][3] * k["group"][10] * k["parity"][0] * k["union"][2]
    assert married == pytest.approx(expected, rel=0.12)
    assert births(2, 3) < 0.5 * married


def test_pregnancy_lasts_nine_months_and_spares_men():
    c = toy_community(300, seed=7)
    woman = int(np.flatnonzero((c.person["sex"] == 1) & (c.person["present"] == 1))[0])
    c.person["pregnancy"][:] = 0
    c.person["pregnancy"][woman] = 1
    engine = Engine((FERTILITY,), DRAW, seed=1)
    for month in range(8):
        assert c.person["pregnancy"][woman] == 1 + month
        engine.step(c)
    assert c.person["pregnancy"][woman] == 9
    assert (c.person["pregnancy"][c.person["sex"] == 0] == 0).all()


def test_nobody_under_18_leaves_or_seeks_and_prisoners_stay():
    c = toy_community(900, seed=8)
    rows = _spread(c, 10, 40)
    c.person["role"][rows] = 2
    jailed = rows[::3]
    c.person["labor"][jailed] = 4
    engine = Engine((LEAVING,), DRAW, seed=2)
    for _ in range(12):
        engine.step(c)
    gone = c.person["leaving"] > 0
    assert gone.any()
    assert (c.person["age"][gone] >= 216).all()
    assert not gone[jailed].any()


def test_more_children_of_graduates_take_a_degree():
    def share(parents):
        c = toy_community(1500, seed=9)
        rows = np.flatnonzero(c.person["present"] == 1)
        for name, value in (("age", 216), ("role", 2), ("education", 0), ("development", 0)):
            c.person[name][rows] = value
        c.household["education"][:] = parents
        engine = Engine((SCHOOLING,), DRAW, seed=3)
        engine.step(c)
        c.person["age"][rows] = 270
        engine.step(c)
        return (c.person["education"][rows] == 3).mean()

    assert share(3) == pytest.approx(0.97 * 0.87 * 0.72, abs=0.03)
    assert share(1) == pytest.approx(0.87 * 0.55 * 0.42, abs=0.03)


def test_cohabiting_couples_marry_at_the_given_rate():
    c = toy_community(2000, seed=10)
    c.household["couple"][:], c.household["education"][:] = 1, 3
    home = c.household["present"] == 1
    engine = Engine((MARRIAGE,), DRAW, seed=4)
    for _ in range(12):
        engine.step(c)
    assert (c.household["couple"][home] == 2).mean() == pytest.approx(1 - np.exp(-0.25), abs=0.03)


def test_decisions_are_named_once():
    names = [d for p in DEMOGRAPHY for d in p.decisions]
    assert len(names) == len(set(names))
    assert {c.name for c in SCHEMA["person"]} >= {"leaving", "pregnancy"}
