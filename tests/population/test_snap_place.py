"""Claims of SNAP go with the place beyond who lives there, and a town without a published share is like any other."""

import numpy as np
import pytest

from hecsim import evidence
from hecsim.calibration.places import blinded, town_figures
from hecsim.model import CommunityModel
from hecsim.population import build_community, relive


def _claiming(community):
    """Share of homes that receive SNAP after half a year."""
    model = CommunityModel(community=community, years=1, seed=4, draw=evidence.draw(None), record=False)
    for _ in range(6):
        model.step()
    h = model.community.household
    return (h["snap"][h["present"] == 1] > 0).mean()


@pytest.fixture(scope="module", params=["Simsbury", "New Britain"])
def town(request):
    published = {column: value for _, column, value in town_figures(request.param)}["snap_households"] / 100
    return build_community(request.param, households=1500, seed=2), published


def test_a_town_comes_nearer_to_its_published_share(town):
    community, published = town
    blind = relive(blinded(community), evidence.draw(None), community.seed)
    with_it, without = _claiming(community), _claiming(blind)
    # Part of the gap stays: the factor is shrunk, and of New Britain's homes fewer are entitled than are published to receive.
    assert abs(with_it - published) < abs(without - published) - 0.005


def test_the_factor_is_kept_by_town_and_bounded(town):
    community, published = town
    factor = community.neighborhood["snap_place"]
    most = evidence.draw(None)["income.snap_place_most"]
    assert np.unique(factor).size == 1
    assert 1 / most <= factor[0] <= most
    assert (factor[0] > 1) == (published > 0.2)
    again = relive(community, evidence.draw(None), community.seed)
    assert np.array_equal(again.neighborhood["snap_place"], factor)


def test_without_a_published_share_every_place_is_like_another():
    community = build_community("Ansonia", households=150, seed=2)
    blind = relive(blinded(community), evidence.draw(None), community.seed)
    assert (blind.neighborhood["snap_place"] == 1).all()
    community.extras["data_snap"][:] = 0.0  # a survey that met nobody
    nobody = relive(community, evidence.draw(None), community.seed).neighborhood["snap_place"]
    assert np.allclose(nobody, 1 / evidence.draw(None)["income.snap_place_most"])
