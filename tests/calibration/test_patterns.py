"""Patterns are well formed, and their values come out of sums as by hand."""

import numpy as np
import pytest

from hecsim import evidence
from hecsim.calibration.patterns import STATE, Pattern, patterns, value_of
from hecsim.calibration.statistics import STATISTICS, odds_ratio, tetrachoric
from hecsim.measures import MEASURES
from hecsim.population import build_community


def test_every_pattern_can_be_measured():
    assert len(patterns()) >= 80
    for p in patterns():
        assert p.low < p.high
        assert len(p.source) > 5
        assert p.label
        assert p.unit
        assert p.first.yardstick
        assert np.isfinite([p.center, p.sd]).all()


def test_some_patterns_are_kept_from_calibration():
    uses = [p.use for p in patterns()]
    assert uses.count("held out") >= 20
    # Gradients of maltreatment and what adversity does to weight and mood are consequences of effects.
    emergent = {p.measure for p in patterns() if p.use == "emergent"}
    assert {"ace_obesity_odds", "ace_depression_odds", "ace_child_obesity_odds"} <= emergent
    assert {p.place for p in patterns() if p.use == "held out"} >= {STATE, "Bridgeport", "New Haven"}


def test_verdicts():
    p = Pattern("Hartford", "poverty", 20.0, 25.0, "calibrate", "test")
    assert [p.verdict(v) for v in (22.0, 26.0, 35.0, 60.0, 10.0)] == ["inside", "near", "far", "off", "off"]
    assert p.factor(16.0) == pytest.approx(1.25)
    assert p.verdict(float("nan")) == "off"


def test_values_from_sums():
    groups = {"all:all": 0, "income:poor": 1, "income:near": 2, "income:rich": 3}
    years = np.zeros((2, 1, 4, 2))
    years[0, 0] = [[40, 100], [20, 20], [10, 20], [10, 60]]
    years[1, 0] = [[60, 100], [20, 20], [20, 20], [20, 60]]
    factor = MEASURES["poverty"].factor

    def value(**changes):
        return value_of(Pattern("x", "poverty", 1.0, 2.0, "calibrate", "test", **changes), years, groups, {"poverty": 0})

    assert value() == pytest.approx(factor * 0.5)
    assert value(group="income:poor+near") == pytest.approx(factor * 70 / 80)
    assert value(group="income:poor+near/rich") == pytest.approx((70 / 80) / (30 / 120))
    assert value(over="yearly change") == pytest.approx(factor * 0.2)


def test_tetrachoric_finds_the_correlation_of_a_cut_normal():
    # Share with both, of two normals of correlation 0.45 cut at 0.5 and 1.2, by quadrature of the conditional chance.
    from scipy.integrate import quad
    from scipy.stats import norm

    r, h, k = 0.45, 0.5, 1.2
    both, _ = quad(lambda x: norm.pdf(x) * norm.sf((k - r * x) / np.sqrt(1 - r * r)), h, 9)
    found = tetrachoric(np.array([both]), norm.sf([h]), norm.sf([k]))
    assert found[0] == pytest.approx(r, abs=1e-6)


def test_odds_ratio_of_a_table():
    exposed = np.repeat([True, False], 1000)
    outcome = np.concatenate([np.arange(1000) < 500, np.arange(1000) < 200])
    assert odds_ratio(outcome, exposed, ~exposed) == pytest.approx(4.0, rel=0.02)


def test_statistics_have_words_and_yardsticks():
    assert all(s.label and s.unit and s.yardstick for s in STATISTICS.values())


def test_children_counted_for_neglect_follow_status_as_in_the_survey():
    draw = evidence.draw(None)
    c = build_community("Ansonia", households=200)
    h, p = c.household, c.person
    h["neglect_risk"], h["abuse_risk"] = 1.0, 1.0
    for column, value in (
        ("income_year", 90_000.0),
        ("poverty_ratio", 3.0),
        ("education", 3),
        ("snap", 0.0),
        ("tfa", 0.0),
        ("voucher", 0),
    ):
        h[column] = value
    kids = (p["present"] == 1) & (p["age"] < 216)
    p["age"][kids], p["placed"][kids], p["sex"][kids] = 100, 0, 0
    ratio = STATISTICS["nis_neglect_ratio"].function
    assert np.isnan(ratio(c, draw))  # nobody has a low status
    homes = np.unique(p["household"][kids].astype(int))
    some = homes[: homes.size // 2]
    h["neglect_risk"][some] = 3.0
    for column, value in (("education", 0), ("snap", 50.0), ("income_year", 20_000.0), ("poverty_ratio", 1.5)):
        kept = h[column].copy()
        h[column][some] = value
        # Few are counted, so that the ratio is nearly that of the hazards; each sign of low status is enough.
        assert ratio(c, draw) == pytest.approx(3.0, rel=0.02), column
        assert STATISTICS["nis_abuse_ratio"].function(c, draw) == pytest.approx(1.0), column
        h[column] = kept
