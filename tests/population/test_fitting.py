import numpy as np
import pytest

from hecsim.population.fitting import cumulative_counts, diffuse, polish, rake, share_out, tilt


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def test_tilt_meets_targets_and_stays_near_where_it_can(rng):
    features = rng.random((300, 3))
    base = rng.random(300)
    goal = np.array([0.6, 0.45, 0.5])
    weights = tilt(base, features, goal, np.full(3, 1e-5))
    assert weights @ features == pytest.approx(goal, abs=1e-4)
    free = tilt(base, features, (base / base.sum()) @ features, np.full(3, 1e-3))
    assert free == pytest.approx(base / base.sum(), rel=1e-6)


def test_tilt_holds_disagreeing_margins_loosely():
    features = np.array([[1.0, 1.0], [0.0, 0.0]])  # the same thing asked for twice, at 0.3 and 0.5
    weights = tilt(np.ones(2), features, np.array([0.3, 0.5]), np.array([0.01, 0.01]))
    assert weights[0] == pytest.approx(0.4, abs=0.01)


def test_rake_equals_proportional_fitting_of_a_table(rng):
    humanleague = pytest.importorskip("humanleague")
    seed = rng.random((4, 3)) + 0.1
    rows, columns = np.array([20.0, 30.0, 10.0, 40.0]), np.array([50.0, 30.0, 20.0])
    # One row of probabilities for each person of a row class: fitting columns to their margin.
    group = np.repeat(np.arange(4), rows.astype(int))
    p = rake(seed[group], [np.zeros(100, int)], [columns[None, :]], iterations=300)
    mine = np.stack([p[group == g].sum(axis=0) for g in range(4)])
    theirs, stats = humanleague.ipf(seed, [np.array([0]), np.array([1])], [rows, columns])
    assert stats["conv"]
    assert mine == pytest.approx(theirs, abs=1e-3)


def test_rake_leaves_unknown_groups_free(rng):
    base = np.full((50, 2), 0.5)
    group = np.repeat([0, 1], 25)
    p = rake(base, [group], [np.array([[1.0, 3.0], [np.nan, np.nan]])])
    assert p[:25, 1] == pytest.approx(0.75, abs=1e-4)
    assert p[25:, 1] == pytest.approx(0.5, abs=1e-4)


def test_diffuse_keeps_totals_and_never_gives_the_impossible(rng):
    p = rng.dirichlet(np.ones(4), 5000).astype(np.float32)
    p[:1000, 2] = 0.0
    p /= p.sum(axis=1, keepdims=True)
    group = rng.integers(0, 20, 5000)
    code = diffuse(p, group, np.argsort(group, kind="stable"), rng)
    for g in range(20):
        counts = np.bincount(code[group == g], minlength=4)
        assert np.abs(counts - p[group == g].sum(axis=0)).max() < 2.0
    assert (code[:1000] != 2).all()


def test_cumulative_counts_keep_every_run_of_cells(rng):
    shares = rng.random((30, 12))
    totals = rng.integers(0, 200, 30)
    counts = cumulative_counts(shares, totals, rng)
    assert (counts.sum(axis=1) == totals).all()
    exact = shares / shares.sum(axis=1, keepdims=True) * totals[:, None]
    for a in range(12):
        for b in range(a, 12):
            assert np.abs(counts[:, a : b + 1].sum(axis=1) - exact[:, a : b + 1].sum(axis=1)).max() <= 1.0 + 1e-6
    assert cumulative_counts(np.zeros((1, 4)), np.array([8]), rng).tolist() == [[2, 2, 2, 2]]


def test_share_out_follows_the_score(rng):
    group = np.repeat([0, 1], 50)
    score = rng.random(100)
    code = share_out(np.array([[20, 30], [50, 0]]), group, score)
    assert (np.bincount(code[:50]) == [20, 30]).all()
    assert score[:50][code[:50] == 0].max() < score[:50][code[:50] == 1].min()
    assert (code[50:] == 0).all()


def test_polish_reaches_the_goal_inside_cells(rng):
    traits = np.repeat(np.array([[0.0], [1.0], [0.0], [1.0]]), 5, axis=0)
    cell = np.repeat([0, 1], 10)
    chosen = np.repeat([0, 10], 50).astype(np.int64)
    polish(chosen, np.full(20, 0.05), cell, np.array([0, 10, 20]), traits, np.array([40.0]), rng, 30)
    assert traits[chosen].sum() == 40.0
    assert (np.bincount(cell[chosen]) == [50, 50]).all()
