"""Following children to 35: what is counted, on made-up lives, and that a short run goes through."""

import numpy as np
import pytest

from hecsim import evidence
from hecsim.calibration.tracking import Followed, check_tracking, correlation, follow, times_likelier
from hecsim.model import CommunityModel
from hecsim.population import build_community


def lives(z: np.ndarray, age: np.ndarray, obese: np.ndarray) -> Followed:
    none = np.zeros(z.shape, bool)
    return Followed(age, z, obese, none, none)


def test_obesity_at_35_by_obesity_before():
    # Ten children seen at 6, 7 and 35: of four with obesity at 6 three have it at 35, of six without two.
    age = np.tile([6, 7, 35], (10, 1))
    obese = np.zeros((10, 3), bool)
    obese[:4, 0] = True
    obese[[0, 1, 2, 4, 5], 2] = True
    p, ratio, error = times_likelier([lives(np.zeros((10, 3)), age, obese)], 6, 7, "obese")
    assert p == pytest.approx(0.75)
    assert ratio == pytest.approx(0.75 / (2 / 6))
    assert error == pytest.approx(np.sqrt(0.25 / 3 + (4 / 6) / 2))


def test_those_who_left_before_35_do_not_count():
    age = np.array([[6, 35], [6, -1], [6, 35]])
    obese = np.array([[True, True], [True, False], [False, True]])
    p, ratio, _ = times_likelier([lives(np.zeros((3, 2)), age, obese)], 5, 9, "obese")
    assert (p, ratio) == (1.0, 1.0)


def test_nobody_to_compare_with_is_not_a_number():
    age = np.array([[6, 35]])
    p, ratio, _ = times_likelier([lives(np.zeros((1, 2)), age, np.ones((1, 2), bool))], 5, 9, "obese")
    assert np.isnan(ratio) and np.isnan(p)


def test_correlation_over_years_takes_only_pairs():
    rng = np.random.default_rng(1)
    n = 4000
    first = rng.standard_normal(n)
    z = np.column_stack([first, rng.standard_normal(n), 0.8 * first + 0.6 * rng.standard_normal(n)])
    age = np.tile([4, 5, 6], (n, 1))
    age[: n // 2, 2] = -1  # half are gone after two years, and what stands in their row must not count
    z[: n // 2, 2] = 9.0
    assert correlation([lives(z, age, z > 9)], 2, 3, 5) == pytest.approx(0.8, abs=0.04)  # error rate below 1e-6
    assert abs(correlation([lives(z, age, z > 9)], 1, 3, 5)) < 0.09


def test_a_run_is_followed():
    community = build_community("Ansonia", households=300)
    model = CommunityModel(community=community, years=2, seed=3, draw=evidence.draw(None), record=False)
    found = follow(model)
    assert found.age.shape[1] == 3
    stayed = (found.age >= 0).all(axis=1)
    assert stayed.sum() > 100
    assert (np.diff(found.age[stayed], axis=1) == 1).all()
    assert np.isfinite(found.z[found.age >= 0]).all()
    young = found.age < 18
    assert 0.05 < found.obese[young & (found.age >= 2)].mean() < 0.35
    # The same child keeps its place over a year.
    assert correlation([found], 1, 3, 17) > 0.85


@pytest.mark.slow
def test_weight_tracks_as_in_cohorts():
    # Central values: single members of the ensemble differ in how fast young adults gain, and the ratios with it.
    rows = {r["check"]: r for r in check_tracking([evidence.draw(None)] * 2, households=6_000)}
    assert len(rows) == 8
    # Two futures of 6,000 households: a fifth either way is more than two standard errors of the ratios, and 0.08 of the
    # correlation over 21 years, for which few children are left.
    ratio = next(r for name, r in rows.items() if "5 to 8" in name)
    assert 0.8 * ratio["low"] < ratio["simulated"] < 1.25 * ratio["high"]
    for name, r in rows.items():
        if name.startswith("Correlation"):
            assert r["low"] - 0.08 < r["simulated"] < r["high"] + 0.08, name
