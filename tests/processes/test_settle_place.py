"""A move shifts the weight that adults tend to, and nobody else's."""

import numpy as np
import pytest

from hecsim import evidence
from hecsim.model import CommunityModel
from hecsim.processes.settle_place import shift_set_points
from hecsim.testing import toy_community


def test_set_points_of_adults_follow_the_neighborhood():
    person = toy_community(300).person
    rows = np.flatnonzero(person["present"] == 1)
    person["height"][rows] = 170.0
    person["set_point"][rows] = 80.0
    change = np.where(rows % 2 == 0, 1.5, -2.0)
    shift_set_points(person, rows, change, 0.4)
    grown = person["age"][rows] >= 18 * 12
    assert grown.any() and not grown.all()
    assert person["set_point"][rows][~grown] == pytest.approx(80.0)
    assert person["set_point"][rows][grown] == pytest.approx(80.0 + 0.4 * change[grown] * 1.7**2, rel=1e-5)


def test_those_who_move_tend_to_another_weight_and_those_who_stay_do_not(small_hartford):
    """The same six months with and without the effect, compared person by person."""
    kept, shifted = (
        CommunityModel(
            community=small_hartford, years=1, seed=5, burn_in_months=0,
            draw=evidence.draw(None).with_values(weight__disadvantage=per_sd),
        )
        for per_sd in (0.0, 2.0)
    )  # fmt: skip
    (who, home, started), n = _place(kept), kept.community.person.size
    for _ in range(6):
        kept.step(), shifted.step()
    assert kept.community.person.size == n  # rows stay where they are
    (who_now, home_now, ended), change = _place(kept), np.subtract(*(m.community.person["set_point"] for m in (shifted, kept)))
    assert np.array_equal(ended, _place(shifted)[2])
    same = (who == who_now) & (home == home_now) & (kept.community.person["age"] >= 19 * 12)
    same &= kept.community.person["present"] == 1
    moved = same & (started != ended)
    assert moved.sum() > 20
    assert not change[same & ~moved].any()
    assert (np.sign(change[moved]) == np.sign((ended - started)[moved])).all()


def _place(model):
    """Key of each row of persons, key of its home, and disadvantage of the neighborhood where it lives."""
    c = model.community
    home = np.where(c.person["present"] == 1, c.person["household"], 0).astype(np.int64)
    place = c.neighborhood["disadvantage"][c.household["neighborhood"][home].astype(np.int64)].astype(float)
    return c.person["key"].copy(), c.household["key"][home], place
