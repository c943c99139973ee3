import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hecsim import luck

U = np.uint64


def test_known_answers_of_threefry_13_rounds():
    # Random123 known-answer vectors for threefry2x64, 13 rounds.
    full = U(0xFFFFFFFFFFFFFFFF)
    assert [int(w) for w in luck.threefry2x64(U(0), U(0), U(0), U(0))] == [0xF167B032C3B480BD, 0xE91F9FEE4B7A6FB5]
    assert [int(w) for w in luck.threefry2x64(full, full, full, full)] == [0xCCDEC5C917A874B1, 0x4DF53ABCA26CEB01]


def test_number_depends_on_each_of_the_four_and_on_nothing_else():
    base = luck.uniform(seed=1, who=2, month=3, decision="a.b")
    assert base == luck.uniform(seed=1, who=2, month=3, decision="a.b")
    others = [
        luck.uniform(seed=9, who=2, month=3, decision="a.b"),
        luck.uniform(seed=1, who=9, month=3, decision="a.b"),
        luck.uniform(seed=1, who=2, month=9, decision="a.b"),
        luck.uniform(seed=1, who=2, month=3, decision="a.c"),
        luck.uniform(seed=1, who=2, month=-3, decision="a.b"),
    ]
    assert base not in others
    assert len(set(others)) == len(others)


def test_draws_do_not_depend_on_who_else_is_drawn():
    keys = luck.founder_keys(5, "person", 1000)
    together = luck.uniforms(seed=1, decision="x.y", month=7, keys=keys)
    alone = luck.uniforms(seed=1, decision="x.y", month=7, keys=keys[500:510])
    assert np.array_equal(together[500:510], alone)


def test_uniforms_are_uniform_and_below_one():
    keys = luck.founder_keys(5, "person", 200_000)
    u = luck.uniforms(seed=1, decision="x.y", month=7, keys=keys).astype(float)
    # 200,000 draws: the mean of a uniform lies within 5 standard errors except once in 1.7 million tests.
    assert abs(u.mean() - 0.5) < 5 * np.sqrt(1 / 12 / u.size)
    counts = np.bincount((u * 64).astype(int), minlength=64)
    chi2 = ((counts - u.size / 64) ** 2 / (u.size / 64)).sum()
    assert chi2 < 63 + 5 * np.sqrt(2 * 63)
    assert u.max() < 1.0
    assert u.min() >= 0.0


def test_months_and_decisions_are_uncorrelated():
    keys = luck.founder_keys(5, "person", 100_000)
    rows = [luck.uniforms(seed=1, decision=d, month=m, keys=keys) for d in ("a.a", "a.b") for m in (0, 1, 2)]
    correlation = np.corrcoef(np.array(rows, float))
    off = correlation[~np.eye(len(rows), dtype=bool)]
    assert np.abs(off).max() < 5 / np.sqrt(keys.size)


def test_normals_have_the_normal_distribution():
    keys = luck.founder_keys(5, "person", 200_000)
    z = luck.fill_normals(np.empty(keys.size, np.float32), seed=3, decision=4, month=5, keys=keys).astype(float)
    assert abs(z.mean()) < 5 / np.sqrt(z.size)
    assert abs(z.std() - 1) < 5 / np.sqrt(2 * z.size)
    assert abs((z > 1.959964).mean() - 0.025) < 5 * np.sqrt(0.025 * 0.975 / z.size)


def test_normals_are_the_quantiles_of_their_words():
    from scipy.stats import kstest

    keys = luck.founder_keys(8, "person", 100_000)
    z = luck.fill_normals(np.empty(keys.size, np.float32), seed=3, decision=4, month=6, keys=keys).astype(float)
    # Fails for a right generator once in 10,000 seeds; the seed is fixed.
    assert kstest(z, "norm").pvalue > 1e-4
    assert np.abs(z).max() > 4


@given(st.floats(1e-9, 1 - 1e-9))
def test_normal_quantile_inverts_the_distribution(p):
    from scipy.stats import norm

    assert abs(norm.cdf(luck.normal_quantile(p)) - p) < 1e-8


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_pair_key_is_symmetric(a, b):
    x, y = np.array([a], np.uint64), np.array([b], np.uint64)
    assert luck.pair_key(x, y)[0] == luck.pair_key(y, x)[0]


def test_children_follow_from_mother_and_order():
    mothers = luck.founder_keys(1, "person", 1000)
    first, second = luck.child_key(mothers, np.ones(1000)), luck.child_key(mothers, np.full(1000, 2))
    assert np.array_equal(first, luck.child_key(mothers, np.ones(1000)))
    assert np.unique(np.concatenate([mothers, first, second])).size == 3000


def test_decisions_of_one_person_and_month_are_independent_in_twos_and_threes():
    keys = luck.founder_keys(5, "person", 200_000)
    names = ("labor.finding.finding", "labor.finding.employer", "health.disease.cvd", "a", "b", "c")
    rows = np.array([luck.uniforms(seed=1, decision=d, month=4, keys=keys) for d in names])
    low = rows < 0.25
    # All 15 pairs and 20 triples: cells of 4 x 4 and of 2 x 2 x 2. Each chi-square passes 5 standard deviations
    # above its mean less than once in 10,000 tests; the seed is fixed.
    for i in range(6):
        for j in range(i):
            cells = np.bincount((rows[i] * 4).astype(int) * 4 + (rows[j] * 4).astype(int), minlength=16)
            assert ((cells - keys.size / 16) ** 2 / (keys.size / 16)).sum() < 15 + 5 * np.sqrt(30)
            for k in range(j):
                p = np.array([0.75, 0.25])
                expected = (p[:, None, None] * p[:, None] * p).ravel() * keys.size
                cells = np.bincount(low[i] * 4 + low[j] * 2 + low[k], minlength=8)
                assert ((cells - expected) ** 2 / expected).sum() < 7 + 5 * np.sqrt(14)


def test_neighboring_decisions_months_and_seeds_share_nothing():
    keys = luck.founder_keys(5, "person", 100_000)
    base = luck.uniforms(seed=6, decision=1000, month=4, keys=keys)
    for other in (
        luck.uniforms(seed=6, decision=1001, month=4, keys=keys),
        luck.uniforms(seed=6, decision=1000 + 2**31, month=4, keys=keys),
        luck.uniforms(seed=6, decision=1000, month=5, keys=keys),
        luck.uniforms(seed=7, decision=1000, month=4, keys=keys),
        luck.uniforms(seed=6, decision=1000, month=4, keys=keys + np.uint64(1)),
    ):
        both = np.corrcoef(base, other)[0, 1]
        assert abs(both) < 5 / np.sqrt(keys.size)


def test_normal_polynomial_is_the_quantile():
    from scipy.special import ndtri

    from hecsim.arithmetic import exp_, log_, normal_

    p = np.concatenate([np.linspace(1e-6, 1 - 1e-6, 5001), [1e-7]])
    assert np.abs(np.array([normal_(x) for x in p]) - ndtri(p)).max() < 2e-6
    x = np.linspace(-40, 40, 4001)
    np.testing.assert_allclose([exp_(v) for v in x], np.exp(x), rtol=1e-8)
    np.testing.assert_allclose([log_(v) for v in np.exp(x)], x, atol=1e-9)
