"""Statistics of within-future differences, on numbers whose answer is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from hecsim.errors import UnknownNameError
from hecsim.measures import MEASURES
from hecsim.study.results import covariance_of_means, paired
from study.support import GROUPS, invented

MEASURE = "evictions"  # a flow, lower is better


def test_paired_on_known_numbers():
    value, base = np.array([2.0, 3.0, 7.0]), np.array([1.0, 4.0, 5.0])
    d = paired(value, base, np.arange(3), better="higher")
    # differences 1, -1, 2: mean 2/3, sd 1.527525, t(2) = 4.302653
    half = 4.302653 * 1.527525 / math.sqrt(3)
    assert d["difference"] == pytest.approx(2 / 3)
    assert (d["low"], d["high"]) == pytest.approx((2 / 3 - half, 2 / 3 + half), abs=1e-5)
    assert d["better"] == pytest.approx(2 / 3)
    assert d["reference"] == pytest.approx(10 / 3)
    assert d["value"] == pytest.approx(4.0)
    assert d["correlation"] == pytest.approx(np.corrcoef(value, base)[0, 1])
    assert (d["p5"], d["p95"]) == pytest.approx((-0.8, 1.9))
    assert paired(value, base, np.arange(3), better="lower")["better"] == pytest.approx(1 / 3)
    assert math.isnan(paired(value, base, np.arange(3))["better"])


def test_equal_arms_differ_by_exactly_nothing():
    x = np.random.default_rng(1).normal(size=8)
    d = paired(x, x.copy(), np.arange(8) // 2, better="lower")
    assert (d["difference"], d["low"], d["high"], d["better"]) == (0.0, 0.0, 0.0, 0.0)


def test_futures_without_a_value_leave_both_arms():
    d = paired(np.array([1.0, np.nan, 3.0, np.inf]), np.array([0.0, 5.0, 1.0, 1.0]), np.arange(4), better="higher")
    assert d["futures"] == 2
    assert d["reference"] == 0.5
    assert d["difference"] == 1.5


def test_too_few_draws_give_no_interval():
    one = paired(np.array([2.0]), np.array([1.0]), np.array([0]))
    assert one["difference"] == 1.0
    assert math.isnan(one["low"])
    assert math.isnan(paired(np.array([2.0, 3.0]), np.array([1.0, 1.0]), np.array([0, 0]))["high"])
    none = paired(np.array([np.nan]), np.array([1.0]), np.array([0]))
    assert none["futures"] == 0
    assert math.isnan(none["difference"])


def test_variance_of_the_mean_counts_draws_not_futures():
    draws = np.arange(12) // 2
    x = np.random.default_rng(2).normal(size=(12, 1))
    means = x.reshape(6, 2).mean(axis=1)
    covariance, freedom = covariance_of_means(x, draws)
    assert freedom == 5
    assert covariance[0, 0] == pytest.approx(means.var(ddof=1) / 6)
    single, freedom = covariance_of_means(x, np.arange(12))
    assert freedom == 11
    assert single[0, 0] == pytest.approx(x.var(ddof=1) / 12)


@pytest.mark.parametrize("share", [0.0, 0.5, 0.95])
def test_the_95_percent_interval_covers_the_truth_95_times_in_100(share):
    # 3,000 studies of 10 draws x 2 futures. Binomial standard error of the coverage: 0.4 points; three of
    # them are allowed. Intervals that took futures for independent would cover 86 percent at a share of 0.95.
    rng, trials, draws = np.random.default_rng(11), 3000, np.arange(20) // 2
    truth, hits = 1.5, 0
    for _ in range(trials):
        common = rng.normal(0, math.sqrt(share), 10)[draws] + rng.normal(0, math.sqrt(1 - share), 20)
        base = rng.normal(10, 3, 20)
        d = paired(base + truth + common, base, draws)
        hits += d["low"] <= truth <= d["high"]
    assert abs(hits / trials - 0.95) < 3 * math.sqrt(0.95 * 0.05 / trials)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.8])
def test_the_variance_split_recovers_the_share_of_parameters(share):
    # One study of 4,000 draws: the standard error of the intraclass correlation is at most 0.016.
    rng, draws = np.random.default_rng(5), np.arange(8000) // 2
    x = rng.normal(0, math.sqrt(share), 4000)[draws] + rng.normal(0, math.sqrt(1 - share), 8000)
    assert paired(x, np.zeros(8000), draws)["parameter_share"] == pytest.approx(share, abs=0.05)


def _sums(futures=6, groups=GROUPS, seed=3):
    """Numerators around 10 under current law and 8 with aid, denominators of 1,000, two years."""
    rng = np.random.default_rng(seed)
    sums = np.empty((futures, 2, 24, 1, len(groups), 2))
    sums[..., 0] = rng.normal(10, 0.5, (futures, 1, 24, 1, len(groups)))
    sums[:, 1, ..., 0] -= 2
    sums[..., 1] = 1000
    return sums


def test_summary_has_one_row_for_each_arm_measure_and_group():
    r = invented(_sums(), [MEASURE], GROUPS)
    frame = r.summary(by="race_ethnicity")
    assert list(frame["group"]) == [g for k, g in GROUPS if k == "race_ethnicity"]
    assert list(frame.columns) == [
        "arm", "measure", "label", "group", "unit", "years", "futures", "reference", "value", "difference", "low", "high", "p5",
        "p95", "better", "correlation", "parameter_share", "important", "declared",
        "against", "yardstick", "grade",
    ]  # fmt: skip
    assert set(frame["arm"]) == {"Aid"}
    factor = MEASURES[MEASURE].factor
    assert np.allclose(frame["difference"], -2 * factor / 1000)
    assert (frame["better"] == 1.0).all()
    assert not frame["declared"].any()  # the contrast was declared for everybody, not for groups
    assert r.summary()["declared"].all()
    assert set(frame["years"]) == {"1-2"}
    assert set(r.summary(by="income")["group"]) == {g for k, g in GROUPS if k == "income"}
    with pytest.raises(UnknownNameError, match="kind of group"):
        r.summary(by="moon")
    with pytest.raises(UnknownNameError, match="did you mean 'evictions'"):
        invented(_sums(), [MEASURE], GROUPS).values("eviction")


def test_central_parameters_make_every_future_a_draw_of_its_own():
    sums = _sums()
    assert list(invented(sums, [MEASURE], GROUPS).draws) == [0, 0, 1, 1, 2, 2]
    central = invented(sums, [MEASURE], GROUPS, parameters="central")
    assert list(central.draws) == [0, 1, 2, 3, 4, 5]
    assert central.summary()["parameter_share"].isna().all()  # nothing was drawn, so nothing is split


def test_gaps_are_signed_against_the_reference_group():
    sums = _sums()
    black = GROUPS.index(("race_ethnicity", "Black"))
    sums[:, 0, :, :, black, 0] += 10  # twice the rate under current law
    sums[:, 1, :, :, black, 0] += 4  # and less than that with aid
    gaps = invented(sums, [MEASURE], GROUPS).gaps(MEASURE)
    row = gaps[(gaps["group"] == "Black")].set_index("arm")
    factor = MEASURES[MEASURE].factor
    assert row.loc["Current law", "absolute"] == pytest.approx(10 * factor / 1000, rel=0.05)
    assert row.loc["Current law", "relative"] == pytest.approx(2.0, rel=0.05)
    assert row.loc["Current law", "change_in_gap"] == 0.0
    assert row.loc["Aid", "change_in_gap"] == pytest.approx(-6 * factor / 1000)
    assert row.loc["Aid", "high"] < 0
    assert set(gaps["against"]) == {"White", "4 times poverty or more"}


def test_a_group_nobody_belongs_to_is_nan_and_spoils_nothing():
    sums = _sums()
    asian = GROUPS.index(("race_ethnicity", "Asian"))
    sums[:, :, :, :, asian] = 0
    r = invented(sums, [MEASURE], GROUPS)
    frame = r.summary(by="race_ethnicity").set_index("group")
    assert frame.loc["Asian", "futures"] == 0
    assert math.isnan(frame.loc["Asian", "difference"])
    assert np.isfinite(frame.drop("Asian")["low"]).all()
    long = r.long()
    assert long[long["group"] == "Asian"]["mean"].isna().all()
    assert long[long["group"] != "Asian"]["mean"].notna().all()
    gaps = r.gaps(MEASURE)
    assert gaps[gaps["group"] != "Asian"]["absolute"].notna().all()


def test_series_and_long_agree():
    r = invented(_sums(), [MEASURE], GROUPS)
    long = r.long()
    shown = long[(long["group"] == "all") & (long["arm"] == "Aid")].sort_values("year")["mean"].to_numpy()
    assert np.allclose(shown, r.series(MEASURE).mean(axis=0)[1])
    assert r.series(MEASURE, by="month").shape == (6, 2, 24)
