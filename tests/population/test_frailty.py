"""What a family shares goes with its income against others of its group, and no group is frailer than another."""

import numpy as np
import pytest

from hecsim import evidence
from hecsim.population import build_community


@pytest.fixture(scope="module")
def families():
    """Frailty, log income over the poverty line and group of the homes with children of 12,000 households of the state."""
    h = build_community("all", households=12_000).household
    rows = np.flatnonzero((h["present"] == 1) & (h["children"] > 0))
    income = np.log(np.maximum(h["poverty_ratio"][rows].astype(float), 0.05))
    return h["frailty"][rows].astype(float), income, h["race"][rows]


def test_no_group_is_frailer(families):
    """Some 170 to 2,000 homes a group: four standard errors either way, so that 1 build in 3,000 would fail."""
    frailty, _, race = families
    assert frailty.std() == pytest.approx(1.0, abs=0.06)
    for group in range(5):
        own = frailty[race == group]
        assert own.size > 100
        assert abs(own.mean()) < 4.0 / np.sqrt(own.size)


def test_frailty_goes_with_income_inside_a_group(families):
    """About 2,000 White and 800 Hispanic homes: standard errors of 0.02 and 0.03."""
    frailty, income, race = families
    tie = float(evidence.draw(None)["family.frailty_income"])
    for group, allowed in ((0, 0.09), (2, 0.13)):
        assert np.corrcoef(frailty[race == group], income[race == group])[0, 1] == pytest.approx(-tie, abs=allowed)
