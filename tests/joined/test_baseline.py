"""The baseline before calibration is within a factor of 1.5 of published figures."""

import pytest

from hecsim.errors import UnknownNameError
from hecsim.measures import MEASURES
from hecsim.study.validate import Pattern, patterns, validate


def test_patterns_name_known_measures_and_sources():
    assert len(patterns()) >= 25
    for p in patterns():
        assert p.measure in MEASURES
        assert 0 < p.low <= p.high
        assert len(p.source) > 5


def test_verdicts():
    p = Pattern("Hartford", "poverty", "all", 20.0, 25.0, "test")
    assert [p.verdict(v) for v in (22.0, 26.0, 35.0, 60.0, 10.0)] == ["inside", "near", "far", "off", "off"]


def test_unknown_place_is_refused():
    with pytest.raises(UnknownNameError, match="did you mean 'Hartford'"):
        validate(["Hartfort"])


@pytest.mark.slow
def test_the_baseline_is_sane_in_the_state_and_in_hartford():
    # Two futures of 6,000 households: sampling noise of every figure is far below the factor allowed.
    rows = validate(households=6000, futures=2)
    off = {f"{r['place']} {r['measure']} {r['group']}": round(r["ratio"], 2) for r in rows if r["verdict"] == "off"}
    assert not off
