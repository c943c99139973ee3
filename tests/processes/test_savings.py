"""Savings, rent owed and what a shortfall does to both: homes differ lastingly, and sudden is not the same as always."""

from __future__ import annotations

import numpy as np
import pytest

from hecsim import evidence
from hecsim.engine import Engine
from hecsim.processes import budget, housing
from hecsim.testing import toy_community

DRAW = evidence.draw(None)
CALM = DRAW.replaced({"budget.shock_rate": [0.0, 0.0]})
MONEY = ("ui", "other_income", "tfa", "snap", "wic", "refund", "taxes", "care_cost", "withheld_year", "benefits")


def _homes(earnings, usual, savings=0.0, arrears=0.0, households=600, **columns):
    """Homes of like income, renters without a subsidy unless told otherwise, and the rows in use."""
    c = toy_community(households=households, seed=4)
    h = c.household
    for column in MONEY:
        h[column][:] = 0
    h["earnings"][:], h["resources_year"][:], h["income_year"][:] = earnings, 12 * usual, 12 * usual
    h["savings"][:], h["arrears"][:], h["tenure"][:], h["voucher"][:] = savings, arrears, 1, 0
    h["poverty_ratio"][:], h["thrift"][:], h["race"][:], h["backing"][:], h["rent"][:] = 0.8, 0.0, 3, 0.0, 1000
    for column, value in columns.items():
        h[column][:] = value
    return c, h, np.flatnonzero(h["present"] == 1)


def _month(c, draw=CALM, months=1, processes=(budget.MONTH_BUDGET,)):
    engine = Engine(processes, draw, seed=2)
    for _ in range(months):
        engine.step(c)


def test_a_fall_of_income_is_paid_from_savings_and_a_lasting_shortfall_is_lived_with():
    fallen, lasting = _homes(900, 1700, savings=600), _homes(900, 900, savings=600)
    for c, *_ in (fallen, lasting):
        _month(c)
    after_fall, after_usual = (h["savings"][rows] for _, h, rows in (fallen, lasting))
    assert after_fall.max() == 0.0  # 800 dollars less than usual take the 600
    # At most a twentieth goes to what is always short, less than what is put by.
    assert after_usual.min() > 0.94 * 600


def test_a_small_fall_is_as_usual():
    c, h, rows = _homes(1000, 1080, savings=600)
    _month(c)
    assert h["savings"][rows].min() > 0.94 * 600
    assert (h["arrears"][rows] == 0).all()


def test_rent_is_owed_after_a_fall_and_not_for_being_always_short():
    fallen, lasting = _homes(900, 1700), _homes(900, 900)
    for c, *_ in (fallen, lasting):
        _month(c)
    assert (fallen[1]["arrears"][fallen[2]] > 0).all()
    assert (lasting[1]["arrears"][lasting[2]] == 0).all()
    assert (lasting[1]["hardship"][lasting[2]] > 0).all()


def test_what_is_put_by_pays_the_rent_owed_first():
    c, h, rows = _homes(1000, 1000, arrears=25.0)
    _month(c)
    put_by = DRAW["budget.aside"] * 1000
    assert np.allclose(h["arrears"][rows], 0.0)
    assert np.allclose(h["savings"][rows], put_by - 25.0, atol=0.01)


def test_part_of_a_refund_is_kept_until_the_buffer_is_full():
    kept = {}
    for thrift in (-2.0, 0.0, 2.0):
        c, h, rows = _homes(1000, 1000, refund=2000.0, thrift=thrift)
        _month(c, CALM.replaced({"budget.save": 0.0}))
        kept[thrift] = h["savings"][rows].astype(float)
    assert kept[-2.0].max() < 100  # who wants hardly a buffer keeps hardly anything of 2,000 dollars
    assert np.allclose(kept[2.0], DRAW["budget.windfall"] * 2000 + DRAW["budget.aside"] * 3000, atol=0.01)
    assert kept[0.0].mean() < kept[2.0].mean()


def test_homes_of_like_income_come_to_hold_very_different_savings():
    spread = {}
    for size in (0.0, DRAW["budget.thrift_spread"]):
        c, h, rows = _homes(6000, 6000, poverty_ratio=3.0)
        h["thrift"][rows] = np.random.default_rng(3).standard_normal(rows.size)
        before = h["thrift"][rows].copy()
        _month(c, DRAW.replaced({"budget.thrift_spread": size}), months=24)
        held = np.log(h["savings"][rows] + 1.0)
        spread[size] = held.std()
    assert max(spread.values()) > 2 * spread[0.0]
    assert np.corrcoef(before, held)[0, 1] > 0.6  # 600 homes: a chance correlation has an SD of 0.04
    # Half-life of four years: after two, 0.5**0.5 of a difference is left; 5 standard errors.
    assert abs(np.corrcoef(before, h["thrift"][rows])[0, 1] - 0.5**0.5) < 5 * 0.5 / np.sqrt(rows.size)


def test_months_owed_by_a_subsidized_tenant_do_not_grow_when_income_stops():
    filed = {}
    for name, income in (("goes on", 1500.0), ("stops", 0.0)):
        c, h, rows = _homes(income, 1500, arrears=400.0, households=3000, voucher=1, moved=60, filing=0, eviction_record=0)
        h["income"][:] = income
        # A tenant of 480 a month owes less than one month either way; counted at the minimum rent of 50 it would be eight.
        draw = DRAW.replaced({"housing.filing_burden": 0.0, "housing.filing_level": 8.0, "housing.filing_assisted": 1.0})
        _month(c, draw, processes=(housing.CASES,))
        filed[name] = int(h["filed_new"][rows].sum())
    assert filed["goes on"] > 100
    assert filed["stops"] == filed["goes on"]  # the same luck


@pytest.mark.slow
def test_savings_by_income_are_near_the_surveys_and_stay():
    from hecsim.model import CommunityModel
    from hecsim.population import build_community, relive

    draw = evidence.ensemble().member(0)
    ours = {k: DRAW[k] for k in DRAW if k.startswith(("budget.thrift", "budget.buffer", "income.savings"))}
    draw = draw.replaced(
        ours | {k: DRAW[k] for k in ("budget.aside", "budget.reach", "budget.windfall", "budget.save", "budget.usual_range")}
    )
    built = build_community("all", households=3000, seed=1)
    model = CommunityModel(community=relive(built, draw, 5), years=3, seed=5, draw=draw, record=False)
    for month in range(0, 37):
        if month in (0, 36):
            h = model.community.household
            here = h["present"] == 1
            income, savings = h["income_year"][here], h["savings"][here]
            fifth = np.digitize(income, (34e3, 64e3, 104e3, 170e3))  # of the United States, 2025 dollars
            low = [100 * (savings[fifth == i] < 400).mean() for i in range(5)]
            # Surveys: 48, 34, 20, 11, 4, give or take 8. The poorest still miss; one fixed luck, so that no chance is left.
            for found, least, most in zip(low, (40, 22, 8, 1.5, 0.1), (70, 42, 28, 18, 9), strict=True):
                assert least < found < most, (month, low)
            hand_to_mouth = savings < income / 48
            assert 0.24 < hand_to_mouth.mean() < 0.4  # a third (Kaplan, Violante and Weidner 2014)
            assert (h["poverty_ratio"][here][hand_to_mouth] > 2).mean() > 0.4  # most are not poor
        if month < 36:
            model.step()
