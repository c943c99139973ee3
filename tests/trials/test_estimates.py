"""Effects from observations whose answer is known."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hecsim.trials.estimate import estimate
from hecsim.trials.keys import read
from hecsim.trials.observe import Cells
from hecsim.trials.samples import Estimate, Worlds
from hecsim.trials.schema import Published, Trial
from hecsim.trials.score import score

N = 4000


def cells(y, arm, *, first=0, x=None, group=0, d=None):
    n = len(y)
    ones = np.ones(n)
    return Cells(
        np.arange(first, first + n, dtype=np.uint64),
        np.asarray(arm, np.uint8),
        np.arange(n) // 50,
        np.asarray(y, float),
        ones if d is None else d,
        np.full(n, group, np.uint8),
        np.ones((n, 1)) if x is None else x,
    )


def trial(kind="randomized", *, assign="person", **outcome):
    given = {"name": "o", "value": "bmi", "at": [12], "published": {"value": 1.0, "n": 400}, **outcome}
    data = {
        "id": "t",
        "title": "t",
        "source": "s",
        "design": {"kind": kind, "assign": assign},
        "outcome": [given],
        "calendar": {"before": 60},
    }
    if kind in ("randomized", "difference in differences", "series"):
        data["arm"] = [{"name": "a", "lever": [{"name": "cash", "add": 1}]}]
    if kind in ("regression", "observation", "series") or assign == "place":
        data["population"] = {"follow": "cross-section"}
    return read(Trial, data, file=Path("t.toml"), where="")


def both(seed=1, effect=2.0, spread=5.0):
    rng = np.random.default_rng(seed)
    arm = rng.random(N) < 0.5
    base = 28 + spread * rng.standard_normal(N)
    return Worlds({"after": cells(base + effect * arm, arm)}, {"after": cells(base, arm)})


def test_pairing_finds_the_effect_exactly_and_the_study_sees_it_with_its_noise():
    t = trial()
    e = estimate(t, t.outcome[0], both(), 1.0, 3)
    assert e.large == pytest.approx(2.0)
    # 200 in each arm and an SD of 5: standard error 0.5; 40 replicates, so 0.35 to 0.65 in all but one in 1,000 seeds.
    assert 0.35 < e.published.std() < 0.65
    assert e.published.mean() == pytest.approx(2.0, abs=0.3)


def test_a_larger_study_sees_more_sharply():
    small, large = (trial(published={"value": 1.0, "n": n}) for n in (100, 10_000))
    sd = [estimate(t, t.outcome[0], both(), 1.0, 3).published.std() for t in (small, large)]
    assert sd[1] < sd[0] / 6


@pytest.mark.parametrize(
    ("effect", "expected"),
    [
        ("difference", 10.0),
        ("percent change", 100 / 3),
        ("ratio", 4 / 3),
        ("odds ratio", (0.4 / 0.6) / (0.3 / 0.7)),
        ("hazard ratio", np.log(0.6) / np.log(0.7)),
    ],
)
def test_every_way_to_express_an_effect(effect, expected):
    t = trial(effect=effect, value="bmi >= 30", factor=100, published={"value": 1.0})
    arm = np.ones(1000)
    lived, without = (cells(100.0 * (np.arange(1000) < k), arm) for k in (400, 300))
    e = estimate(t, t.outcome[0], Worlds({"after": lived}, {"after": without}), 1.0, 1)
    assert e.large == pytest.approx(expected)


def test_standardized_difference_and_effect_on_the_treated():
    t = trial(effect="standardized difference")
    assert estimate(t, t.outcome[0], both(effect=1.0), 1.0, 1).large == pytest.approx(0.2, rel=0.05)
    t = trial()
    t = replace(t, design=replace(t.design, estimand="tot"))
    assert estimate(t, t.outcome[0], both(effect=1.0), 0.5, 1).large == pytest.approx(2.0)


def test_clusters_widen_the_error():
    rng = np.random.default_rng(4)
    place = np.arange(N) // 50
    arm = (place % 2).astype(float)
    base = 28 + rng.standard_normal(N) + 2 * rng.standard_normal(N // 50)[place]
    w = Worlds({"after": cells(base + arm, arm)}, {"after": cells(base, arm)})
    alone, clustered = (trial(published={"value": 1.0, "n": 2000, **c}) for c in ({}, {"clusters": 40}))
    sd = [estimate(t, t.outcome[0], w, 1.0, 1).published.std() for t in (alone, clustered)]
    assert sd[1] > 3 * sd[0]


def test_difference_in_differences_takes_what_was_there_before_away():
    t = trial("difference in differences", baseline=[-11, 0])
    rng = np.random.default_rng(2)
    arm = rng.random(N) < 0.5
    base = 20 + 5 * arm + rng.standard_normal(N)  # the treated differ from the start
    trend = 1.0
    lived = {"before": cells(base, arm), "after": cells(base + trend + 2 * arm, arm)}
    without = {"before": cells(base, arm), "after": cells(base + trend, arm)}
    e = estimate(t, t.outcome[0], Worlds(lived, without), 1.0, 1)
    assert e.large == pytest.approx(2.0) and e.raw == pytest.approx(2.0)


def test_series_finds_the_bend():
    t = trial("series", assign="place", at=[-36, -24, -12, 0, 12, 24, 36], effect="slope change", published={"value": -0.5})
    arm = np.ones(50)

    def world(bend):
        return {str(m): cells(np.full(50, 10 + 0.2 * m / 12 + bend * max(m, 0) / 12), arm) for m in t.outcome[0].at}

    e = estimate(t, t.outcome[0], Worlds(world(-0.5), world(0.0)), 1.0, 1)
    assert e.large == pytest.approx(-0.5) and e.raw == pytest.approx(-0.5)


def test_a_bend_has_no_step():
    # A fall at once that stays: the slope after it is no other, but a line that may not jump has to bend.
    at = [-59, -48, -24, 12, 24, 60]
    arm = np.ones(50)
    lived = {str(m): cells(np.full(50, 10.0 - (m > 0)), arm) for m in at}
    without = {str(m): cells(np.full(50, 10.0), arm) for m in at}
    found = {}
    for effect in ("slope change", "bend"):
        t = trial("series", assign="place", at=at, effect=effect, published={"value": -0.5})
        found[effect] = estimate(t, t.outcome[0], Worlds(lived, without), 1.0, 1)
    assert found["slope change"].large == pytest.approx(0.0, abs=1e-9)
    years = np.array(at) / 12
    design = np.column_stack([np.ones(6), years, np.maximum(years, 0)])
    expected = np.linalg.lstsq(design, -(years > 0).astype(float), rcond=None)[0][2]
    assert found["bend"].large == pytest.approx(expected) == found["bend"].raw
    assert abs(expected) > 0.1  # on this side, since the line before bends along


def test_regressions_find_their_coefficient():
    rng = np.random.default_rng(3)
    x = rng.standard_normal((N, 2))
    y = 1 + 0.7 * x[:, 0] - 2 * x[:, 1] + rng.standard_normal(N)
    t = trial("regression", effect="coefficient", exposure="age", covariates=["age"])
    w = {"after": cells(y, np.zeros(N), x=x)}
    assert estimate(t, t.outcome[0], Worlds(w, w), 1.0, 1).large == pytest.approx(0.7, abs=0.06)
    p = 1 / (1 + np.exp(-(-1 + np.log(2.0) * (x[:, 0] > 0))))
    x[:, 0] = x[:, 0] > 0
    w = {"after": cells(rng.random(N) < p, np.zeros(N), x=x)}
    t = trial("regression", effect="odds ratio", model="logit", exposure="age", covariates=["age"])
    assert estimate(t, t.outcome[0], Worlds(w, w), 1.0, 1).large == pytest.approx(2.0, rel=0.25)  # 3 SE of log 2


def test_levels_slopes_groups_and_limits():
    t = trial("observation", effect="level", factor=100, published={"value": 30})
    w = {"after": cells(100.0 * (np.arange(1000) < 300), np.zeros(1000))}
    assert estimate(t, t.outcome[0], Worlds(w, w), 1.0, 1).large == pytest.approx(30)
    t = trial("observation", effect="slope", at=[0, 12, 24], published={"value": 1})
    w = {str(m): cells(np.full(10, m / 12), np.zeros(10)) for m in (0, 12, 24)}
    assert estimate(t, t.outcome[0], Worlds(w, w), 1.0, 1).large == pytest.approx(1.0)
    t = trial("observation", effect="level", take="change", at_most=-5, published={"value": 1})
    entry, after = cells(np.full(100, 100.0), np.zeros(100)), cells(np.linspace(90, 100, 100), np.zeros(100))
    w = {"after": after, "entry": entry}
    assert estimate(t, t.outcome[0], Worlds(w, w), 1.0, 1).large == pytest.approx(50)


def _score(published, values, effect="difference"):
    t = trial(effect=effect, published={"value": 1.0})
    o = replace(t.outcome[0], published=Published(**published))
    return score(t, o, [Estimate(float(np.mean(v)), 0.0, np.asarray(v, float), 0.0, 0.0, 10) for v in values])


def test_verdicts():
    inside = {"value": -1.0, "low": -2.0, "high": 0.0}
    assert _score(inside, [[-1.0] * 10]).verdict == "pass"
    assert _score(inside, [[-1.0] * 6 + [1.0] * 4]).verdict == "near"
    assert _score(inside, [[1.0] * 10]).verdict == "miss"
    assert _score({"value": -10.0}, [[-6.0, -14.0]]).verdict == "pass"
    assert _score({"value": -10.0}, [[-4.0, -16.0]]).verdict == "miss"
    assert _score({"value": 0.5}, [[0.69, 0.4]], "ratio").verdict == "pass"
    assert _score({"value": 0.5}, [[0.75, 0.3]], "ratio").verdict == "miss"
    rng = np.random.default_rng(1)
    assert _score({"null": True}, [rng.normal(0, 1, 400)]).verdict == "pass"
    assert _score({"null": True}, [rng.normal(5, 1, 400)]).verdict == "miss"
    assert _score({"null": True, "band": (-0.1, 0.1)}, [rng.normal(0.6, 1, 400)]).verdict != "pass"
    assert _score(inside, [[float("nan")]]).verdict == "no answer"
