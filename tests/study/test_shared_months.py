"""Months before arms differ are lived once: that changes nothing."""

import numpy as np
import pandas as pd
import pytest

from hecsim.errors import ScheduleError
from hecsim.interventions import from_mapping
from hecsim.model import CommunityModel
from hecsim.population import build_community
from hecsim.population.store import borrow, lend


def _late():
    return [from_mapping({"id": i, "start": 4, "ramp": 2}) for i in ("P01", "G03")]


@pytest.mark.parametrize("town", ["Hartford", "Bridgeport"])  # Bridgeport runs a program under current law
def test_a_fork_is_the_run_from_the_beginning(town):
    place = build_community(town, households=300, seed=2)
    whole = CommunityModel(community=place, interventions=_late(), years=1, burn_in_months=2)
    trunk = CommunityModel(community=place, years=1, burn_in_months=2)
    for _ in range(4):
        trunk.step()
    fork = trunk.fork(_late())
    trunk.run()
    whole.run()
    fork.run()
    assert fork.community.digest() == whole.community.digest() != trunk.community.digest()
    assert np.array_equal(fork.recorder.array, whole.recorder.array)
    pd.testing.assert_frame_equal(fork.delivery.ledger.frame(), whole.delivery.ledger.frame())
    pd.testing.assert_frame_equal(fork.datacollector.get_model_vars_dataframe(), whole.datacollector.get_model_vars_dataframe())


def test_a_fork_does_not_touch_what_it_came_from(small_hartford):
    trunk = CommunityModel(community=small_hartford, years=1, burn_in_months=0)
    trunk.step()
    before = trunk.community.digest()
    trunk.fork().run()
    assert trunk.community.digest() == before
    assert trunk.month == 1


def test_what_should_have_started_already_is_refused(small_hartford):
    trunk = CommunityModel(community=small_hartford, years=1, burn_in_months=0)
    for _ in range(5):
        trunk.step()
    with pytest.raises(ScheduleError, match="P01 starts in month 4, but the model is in month 5 already"):
        trunk.fork(_late())


def test_a_lent_community_is_the_same_and_cannot_be_written(small_hartford, tmp_path):
    lend(small_hartford, tmp_path / "lent")
    other = borrow(tmp_path / "lent")
    assert other.digest() == small_hartford.digest()
    with pytest.raises(ValueError, match="read-only"):
        other.person["age"][0] = 1
    model = CommunityModel(community=other, years=1, burn_in_months=0)
    model.step()
    assert other.digest() == small_hartford.digest() != model.community.digest()
