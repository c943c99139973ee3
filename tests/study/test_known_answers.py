"""The verbs on toys whose answers are known."""

from __future__ import annotations

from itertools import chain, combinations

import numpy as np
import pandas as pd
import pytest

from hecsim.errors import RunError, ScenarioError
from hecsim.study.attribute import all_subsets, sampled_orders, shares_of, subsets_of, synergies_of
from hecsim.study.knapsack import Fund, Knapsack, Surrogate, shrunk, solve
from hecsim.study.pareto import nondominated
from hecsim.study.precision import Rule, bootstrap_t, coverage, decide, narrow_interval
from hecsim.study.robust import regret, strongest
from hecsim.study.sensitivity import Problem, analyze, pawn_table, sample
from hecsim.study.voi import evppi, information, scores

PARTS = ["a", "b", "c", "d"]


def game(subset, rng=None):
    """Worth of a subset: 1, 2, 3 and 0 alone; a and b add 4 together; nothing counts without c being 3."""
    alone = {"a": 1.0, "b": 2.0, "c": 3.0, "d": 0.0}
    return sum(alone[p] for p in subset) + 4.0 * ({"a", "b"} <= set(subset))


# -- attribute ----------------------------------------------------------------------------------------


def test_shapley_values_and_synergy_of_a_known_game():
    values = {s: np.full(3, game(s)) for s in all_subsets(PARTS)}
    shares, error = shares_of(values, PARTS)
    assert {p: float(v[0]) for p, v in shares.items()} == pytest.approx({"a": 3.0, "b": 4.0, "c": 3.0, "d": 0.0})
    assert set(error.values()) == {0.0}
    pairs = synergies_of(values, PARTS)
    assert pairs["a", "b"] == pytest.approx(4.0)
    assert all(np.allclose(v, 0) for k, v in pairs.items() if k != ("a", "b"))


def test_parts_sum_to_the_whole_in_every_future():
    rng = np.random.default_rng(1)
    values = {s: 1e6 * rng.normal(size=40) for s in all_subsets(PARTS)}
    values[frozenset()] = np.zeros(40)
    whole = values[frozenset(PARTS)]
    for orders in ((), sampled_orders(PARTS, 6, seed=3)):
        shares, _ = shares_of(values, PARTS, orders)
        assert np.abs(sum(shares.values()) - whole).max() <= 1e-9 * np.abs(whole).max()


def test_sampled_orders_converge_on_the_exact_values_within_their_error():
    rng = np.random.default_rng(2)
    parts = list("abcdef")
    worth = {s: rng.normal(size=1) for s in all_subsets(parts)}
    exact, _ = shares_of(worth, parts)
    shares, error = shares_of(worth, parts, sampled_orders(parts, 400, seed=5))
    for p in parts:  # 4 standard errors, six of them: about one failure in 2,600
        assert abs(shares[p][0] - exact[p][0]) < 4 * error[p]
    orders = sampled_orders(parts, 4, seed=1)
    assert orders[1] == orders[0][::-1]
    needed = subsets_of(orders, parts, pairs=True)
    assert frozenset() in needed and frozenset(parts) in needed
    assert {frozenset(c) for c in combinations(parts, 2)} <= set(needed)
    assert len(needed) == len(set(needed)) < 64


# -- optimise -------------------------------------------------------------------------------------------


def brute(k: Knapsack):
    names = list(k.gain.single)
    found = []
    for mix in chain.from_iterable(combinations(names, n) for n in range(len(names) + 1)):
        fair = k.equity is None or k.equity.of(mix) >= k.floor * k.gain.of(mix) - 1e-9
        staffed = all(sum(k.use.get(p, {}).get(n, 0) for n in mix) <= s for p, s in k.staff.items())
        alone = all(len(set(mix) & set(g)) <= 1 for g in k.alternatives)
        if sum(k.cost[n] for n in mix) <= k.budget and fair and staffed and alone:
            found.append((k.gain.of(mix), mix))
    return max(found)


@pytest.mark.parametrize("seed", range(12))
def test_the_solver_finds_what_trying_everything_finds(seed):
    rng = np.random.default_rng(seed)
    names = [f"i{n}" for n in range(7)]
    pairs = {p: float(rng.normal(0, 0.5)) for p in combinations(names, 2)}
    k = Knapsack(
        gain=Surrogate({n: float(rng.uniform(-0.2, 2)) for n in names}, pairs),
        cost={n: float(rng.uniform(1e5, 3e6)) for n in names}, budget=5e6,
        use={"nurse": {n: float(rng.uniform(0, 4)) for n in names}}, staff={"nurse": 8.0},
        equity=Surrogate({n: float(rng.uniform(-0.5, 2)) for n in names}), floor=0.8, alternatives=(("i0", "i1"),),
    )  # fmt: skip
    best = solve(k, 5)
    gain, _ = brute(k)
    assert k.gain.of(best[0]) == pytest.approx(gain)
    worth = [k.gain.of(m) for m in best]
    assert worth == sorted(worth, reverse=True)
    assert len(set(best)) == 5


def test_money_that_may_pay_for_one_thing_only_does_not_pay_for_another():
    gain = Surrogate({"visits": 1.0, "trees": 5.0})
    cost = {"visits": 2e6, "trees": 2e6}
    funds = (Fund("Medicaid", 2e6, ("visits",)), Fund("free", 1e6))
    assert solve(Knapsack(gain, cost, budget=3e6, funds=funds)) == [("visits",)]
    assert solve(Knapsack(gain, cost, budget=3e6)) == [("trees",)]
    both = (Fund("Medicaid", 1.5e6, ("visits",)), Fund("free", 2.5e6))
    assert solve(Knapsack(gain, cost, budget=4e6, funds=both)) == [("visits", "trees")]


def test_what_brings_money_in_makes_room():
    k = Knapsack(Surrogate({"tax": 0.1, "visits": 1.0}), {"tax": -1e6, "visits": 2e6}, budget=1e6, funds=(Fund("any", 2e6),))
    assert solve(k) == [("tax", "visits")]


def test_nothing_fits_and_nothing_is_left():
    k = Knapsack(Surrogate({"a": 1.0}), {"a": 5.0}, budget=1.0)
    assert solve(k, 10) == [()]
    with pytest.raises(ScenarioError, match="negative"):
        solve(Knapsack(Surrogate({"a": 1.0}), {"a": 5.0}, budget=-1.0))


def test_noise_is_shrunk_away_and_signal_is_kept():
    rng = np.random.default_rng(4)
    noise = {("a", f"b{i}"): (float(x), 1.0) for i, x in enumerate(rng.normal(size=200))}
    assert max(map(abs, shrunk(noise).values())) < 0.5 * max(abs(v) for v, _ in noise.values())
    signal = {k: (10 * v, 0.01) for k, (v, _) in noise.items()}
    assert all(shrunk(signal)[k] == pytest.approx(v, rel=1e-3) for k, (v, _) in signal.items())


# -- pareto, robust ---------------------------------------------------------------------------------------


def test_the_frontier_of_a_known_set():
    gains = np.array([[0, 0], [1, 3], [2, 2], [3, 1], [2, 1], [1, 3]], float)
    assert nondominated(gains).tolist() == [False, True, True, True, False, True]  # equals do not dominate each other
    assert nondominated(np.stack([gains, -gains])).shape == (2, 6)


def test_regret_of_a_known_table():
    assert regret(np.array([[0.0, 2.0, 5.0], [1.0, 1.0, 0.0]])).tolist() == [[5, 3, 0], [0, 0, 1]]


def test_the_parameter_that_decides_is_found_and_noise_is_not():
    rng = np.random.default_rng(6)
    x = rng.uniform(size=(60, 300))
    found, p = strongest(x, (x[:, 17] > 0.6).astype(float))
    assert np.abs(found).argmax() == 17
    assert p <= 0.001
    # With no influence the p-value is uniform: 40 toys, at most 7 below 0.05 (binomial, error rate 0.1%).
    small = [strongest(rng.uniform(size=(30, 50)), rng.uniform(size=30), permutations=99)[1] for _ in range(40)]
    assert sum(q <= 0.05 for q in small) <= 7
    assert np.isnan(strongest(x, np.ones(60))[1])


# -- sensitivity --------------------------------------------------------------------------------------------


def linear(rows):
    """3 a + 1 b + 0 c: shares of variance 0.9, 0.1 and 0."""
    return 3 * rows[:, 0] + rows[:, 1] + 0 * rows[:, 2]


def test_sobol_and_morris_recover_a_linear_function():
    pytest.importorskip("SALib")
    what = Problem(("a", "b", "c"), ("a", "b", "c"))
    rows = sample(what, "sobol", 512, seed=1)
    found = analyze(what, "sobol", rows, linear(rows)).set_index("parameter")
    assert found["total"].to_dict() == pytest.approx({"a": 0.9, "b": 0.1, "c": 0.0}, abs=0.02)
    assert found["first"].to_dict() == pytest.approx({"a": 0.9, "b": 0.1, "c": 0.0}, abs=0.02)
    rows = sample(what, "morris", 10, seed=1)
    found = analyze(what, "morris", rows, linear(rows)).set_index("parameter")
    assert found["mu_star"]["a"] / found["mu_star"]["b"] == pytest.approx(3)
    assert found["mu_star"]["c"] == pytest.approx(0, abs=1e-12)
    assert found["sigma"].max() < 1e-9  # it is linear
    with pytest.raises(RunError, match=r"1 of .* rows"):
        analyze(what, "morris", rows, np.r_[np.nan, linear(rows)[1:]])
    with pytest.raises(ScenarioError, match="power of 2"):
        sample(what, "sobol", 10, seed=1)


def test_morris_by_groups():
    pytest.importorskip("SALib")
    what = Problem(("r.a", "r.b", "s.c"), ("r", "r", "s"))
    rows = sample(what, "morris", 12, seed=2)
    found = analyze(what, "morris", rows, linear(rows)).set_index("parameter")
    assert list(found.index) == ["r", "s"]
    assert found["mu_star"]["s"] == pytest.approx(0, abs=1e-12)


def test_pawn_puts_what_has_no_influence_below_the_noise():
    pytest.importorskip("SALib")
    rng = np.random.default_rng(7)
    x = pd.DataFrame(rng.uniform(size=(200, 12)), columns=[f"p{i}" for i in range(12)])
    found = pawn_table(x, linear(x.to_numpy()) + rng.normal(0, 0.1, 200)).set_index("parameter")
    assert list(found.index[:2]) == ["p0", "p1"]
    assert found["above"]["p0"]
    # Ten columns without influence, each above the line in one of twenty: more than 3 has an error rate of 1%.
    assert found["above"][[f"p{i}" for i in range(2, 12)]].sum() <= 3
    with pytest.raises(ScenarioError, match="too few"):
        pawn_table(x[:10], np.arange(10.0))


# -- value of information -------------------------------------------------------------------------------------


def test_the_value_of_knowing_a_normal_parameter():
    rng = np.random.default_rng(8)
    theta, other = rng.normal(size=(2, 4000))
    aid = theta + 2 * other
    benefits = np.column_stack([np.zeros(4000), aid - aid.mean()])
    # E max(0, theta) = 1 / sqrt(2 pi); the slope on theta is known to 2 / sqrt(4000), which 0.05 is four times.
    assert evppi(scores(theta), benefits)[0] == pytest.approx(1 / np.sqrt(2 * np.pi), abs=0.05)
    assert evppi(scores(other), benefits)[0] == pytest.approx(2 / np.sqrt(2 * np.pi), abs=0.05)
    sure = np.column_stack([np.zeros(4000), 100 + theta])
    assert evppi(scores(theta), sure) == (pytest.approx(0, abs=1e-9), 0.0)  # it would never change the choice


def test_parameters_without_influence_are_worth_what_chance_gives():
    rng = np.random.default_rng(9)
    x = pd.DataFrame(rng.uniform(size=(120, 21)), columns=[f"p{i}" for i in range(21)])
    benefits = np.column_stack([np.zeros(120), 4 * (x["p0"] - 0.5) + rng.normal(0, 0.5, 120)])
    found = information(x, benefits, ["law", "aid"])
    assert found.table["parameter"][0] == "p0"
    assert found.table["above"][0]
    assert found.table["above"].sum() <= 5  # 20 without influence at one in twenty: more than 4 has an error rate of 0.3%
    assert found.perfect >= found.table["value"][0]


# -- precision ----------------------------------------------------------------------------------------------------


def looks(widths):
    asked = []

    def look(n):
        asked.append(n)
        return [{"measure": "m", "arm": "a", "half_width": widths.get(n, 9.0), "wanted": 1.0}]

    return look, asked


def test_it_looks_ahead_before_it_stops():
    look, asked = looks({30: 0.9, 50: 0.8, 60: 0.7})
    met, n, _, path = decide(look, Rule(cap=200))
    assert (met, n) == (True, 60)  # narrow at 30, not at 40; at 50, and still at 60
    assert asked == [30, 40, 50, 60] == [p["futures"] for p in path]


def test_it_stops_at_the_cap_and_says_so():
    look, asked = looks({})
    met, n, _, _ = decide(look, Rule(cap=55))
    assert (met, n) == (False, 55)
    assert asked == [30, 40, 50, 55]


def test_rules_that_cannot_be_followed_are_refused():
    for bad in ({"batch": 3}, {"least": 5}, {"cap": 20}, {"ahead": -1}):
        with pytest.raises(ScenarioError, match="batches"):
            Rule(**bad)


def test_skewed_differences_get_the_bootstrap():
    rng = np.random.default_rng(10)
    draws = np.arange(60) // 2
    assert narrow_interval(rng.normal(size=60), draws, Rule(skew=9.0))[2] == "t"
    low, high, method = narrow_interval(rng.lognormal(0, 1.2, 60), draws, Rule())
    assert method == "bootstrap-t"
    mean = np.exp(1.2**2 / 2)
    assert low < mean < high
    x = rng.normal(5, 1, 4000)
    assert bootstrap_t(x) == pytest.approx((x.mean() - 1.96 / np.sqrt(4000), x.mean() + 1.96 / np.sqrt(4000)), abs=0.01)


def paired_toy(skewed: bool):
    """Differences whose mean is 0: half of the variance belongs to the parameter draw, half to luck."""

    def draw(rng, n):
        def unit(size):
            return rng.exponential(1, size) - 1 if skewed else rng.normal(size=size)

        return (np.repeat(unit(n // 2), 2) + unit(n)) / np.sqrt(2)

    return draw


@pytest.mark.slow
@pytest.mark.parametrize(("skewed", "least"), [(False, 0.915), (True, 0.905)])
def test_coverage_of_the_rule(skewed, least):
    """Nominal 95%. 1,500 invented studies: the standard error of a coverage of 0.94 is 0.006.

    The bounds lie more than three standard errors below what docs/studies.md reports, so a rule that keeps
    that coverage fails here less than once in 700 runs.
    """
    rule = Rule(cap=200, resamples=499)
    found = coverage(paired_toy(skewed), 0.0, 0.25, rule=rule, studies=1500, seed=11)
    assert found["coverage"] >= least
    assert found["coverage"] <= 0.98
    assert found["met"] > 0.95
