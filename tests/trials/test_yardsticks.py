"""Every measure says how it is observed, and the yardsticks of one matter are kept apart."""

import numpy as np
import pytest

from hecsim import evidence
from hecsim.columns import ACE, ace_bit
from hecsim.measures import MEASURES
from hecsim.measures.parent_report import ITEMS

_OF_COLUMN = {
    "p_ace_new": ("true event",),
    "p_ace_recalled": ("adult recall",),
    "p_ace_bits": ("true event", "parent report"),
    "p_cps_new": ("known to child protection",),
    "p_cps_ever": ("known to child protection",),
    "p_placed": ("known to child protection",),
    "p_bmi": ("self-report", "measured"),
    "p_bmi_z": ("measured",),
}


@pytest.mark.parametrize("name", list(MEASURES))
def test_every_measure_names_its_own_yardstick(name):
    m = MEASURES[name]
    assert m.yardstick.strip()
    if m.kind == "money":  # what something costs is reckoned from the state, not observed
        return
    for argument in m.arguments:
        allowed = _OF_COLUMN.get(argument)
        assert allowed is None or m.yardstick.startswith(allowed), (argument, m.yardstick)


def test_the_self_report_scale_is_used_where_it_is_named():
    for m in MEASURES.values():
        if "p_bmi" in m.arguments:
            assert ("k_weight__report_scale" in m.arguments) == m.yardstick.startswith("self-report"), m.name


def _value(name, ages, bits):
    m, draw = MEASURES[name], evidence.draw(None)
    inside = [m.ages[0] <= age < m.ages[1] for age in ages]
    known = {"p_ace_bits": np.asarray(bits, np.uint16)[inside]}
    top = m.function(*(known.get(a, draw[a[2:].replace("__", ".", 1)] if a[0] == "k" else None) for a in m.arguments))
    return top.mean()


def test_parents_report_what_happened_with_its_sensitivity_and_nothing_of_abuse():
    draw = evidence.draw(None)
    sensitivity, false = draw["adversity.parent_report"], float(draw["adversity.parent_report_false"])
    for k, item in enumerate(ITEMS):
        name = f"nsch_{item.replace(' ', '_')}"
        assert _value(name, [60], [ace_bit(item)]) == pytest.approx(sensitivity[k], rel=1e-5)
        assert _value(name, [60], [0]) == pytest.approx(false, rel=1e-4)
    abused = sum(ace_bit(a) for a in ACE[:5])
    assert _value("nsch_1plus", [60], [abused]) == pytest.approx(1 - (1 - false) ** 8, rel=1e-4)


def test_scores_follow_from_the_items():
    draw = evidence.draw(None)
    s = dict(zip(ITEMS, draw["adversity.parent_report"], strict=True))
    two = ace_bit("parental separation") | ace_bit("household substance use")
    a, b = s["parental separation"], s["household substance use"]
    false = float(draw["adversity.parent_report_false"])
    quiet = (1 - false) ** 6
    assert _value("nsch_1plus", [60], [two]) == pytest.approx(1 - (1 - a) * (1 - b) * quiet, rel=1e-5)
    # At least two: both, or one of them and a false one, or two false ones.
    none = (1 - a) * (1 - b) * quiet
    one = (a * (1 - b) + b * (1 - a)) * quiet + (1 - a) * (1 - b) * 6 * false * (1 - false) ** 5
    assert _value("nsch_2plus", [60], [two]) == pytest.approx(1 - none - one, rel=1e-5)


def test_age_bands_are_disjoint():
    bits = [ace_bit("parental separation")] * 3
    assert _value("nsch_1plus_0_5", [71, 72, 144], bits) == pytest.approx(_value("nsch_1plus", [71], bits[:1]))
    assert [MEASURES[f"nsch_1plus{band}"].ages for band in ("_0_5", "_6_11", "_12_17")] == [(0, 72), (72, 144), (144, 216)]


def test_produce_follows_the_diet_index():
    m, draw = MEASURES["produce_adult"], evidence.draw(None)
    usual, slope, center = draw["food.produce_cups"]
    cups = m.function(np.array([center, center + 10]), draw["food.produce_cups"])
    assert cups.tolist() == pytest.approx([usual, usual + 10 * slope]) and m.ages == (216, None)
