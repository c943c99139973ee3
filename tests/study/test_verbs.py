"""The verbs on a small town that really runs: one year, 400 households."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import hecsim as hs
from hecsim.cli import write_tables
from hecsim.errors import ScenarioError, StoreError, UnknownNameError
from hecsim.study import Arm, Contrast, Design, Question, Results, Rule, Store, Study, build, run_study
from hecsim.study.claims import claims_table
from study.support import files, write_study


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return build(Study.from_file(write_study(tmp_path_factory.mktemp("place"))).community)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return Study.from_file(write_study(tmp_path_factory.mktemp("study"), futures=4, parameters="sampled"))


@pytest.fixture(scope="module")
def done(small, place, tmp_path_factory):
    folder = tmp_path_factory.mktemp("done") / "out"
    return run_study(small, folder, community=place), folder


@pytest.mark.slow
def test_attribute_splits_a_mix_whole(small, place, tmp_path):
    found = hs.attribute(replace(small, futures=2), tmp_path / "a", outcomes=("evictions", "spending"), community=place)
    assert set(found.shares["intervention"]) == {"P01", "G03"}
    assert (found.whole["error"] <= 1e-9 * np.maximum(1, found.whole["difference"].abs())).all()
    spent = found.shares[found.shares["outcome"] == "spending"].set_index("intervention")
    # Few children are born in so small a place: visits may find none, and then cost nothing.
    assert spent.loc["G03", "shapley"] >= 0
    assert spent["shapley"].sum() > 0
    assert found.method == "all 4 subsets"
    assert list(found.synergy["context"].unique()) == ["every other subset"]
    arms = (small.arms[0], replace(small.arms[1], interventions=small.arms[1].interventions[:1]))
    with pytest.raises(ScenarioError, match="nothing to split"):
        hs.attribute(replace(small, arms=arms), tmp_path / "b", community=place)
    with pytest.raises(UnknownNameError, match="arm 'Nobody'"):
        hs.attribute(small, tmp_path / "b", arm="Nobody", community=place)


@pytest.mark.slow
def test_more_arms_later_give_what_starting_with_them_would_have_given(small, place, tmp_path):
    law, mix = small.arms
    other = Arm("Counsel alone", mix.interventions[:1])
    few = replace(small, futures=2)
    many = replace(small, futures=3, arms=(law, other, mix))
    run_study(few, tmp_path / "a", community=place)
    before = files(tmp_path / "a", "measures/*")
    with pytest.raises(StoreError, match=r"holds another study: study.arms"):
        run_study(many, tmp_path / "a", community=place)
    write_tables(Store(tmp_path / "a"), hs.extend(many, tmp_path / "a", community=place))
    write_tables(Store(tmp_path / "b"), run_study(many, tmp_path / "b", community=place))
    after = files(tmp_path / "a", "measures/*")
    assert {k: after[k] for k in before} == before
    for pattern in ("*/0*", "tables/*", "runs.parquet", "manifest.json"):
        assert files(tmp_path / "a", pattern) == files(tmp_path / "b", pattern)


def test_what_has_been_seen_cannot_be_declared_beforehand(small, done, place):
    _, folder = done
    with pytest.raises(StoreError, match=r"extended by more arms and futures only: study.contrasts"):
        hs.extend(replace(small, contrasts=(Contrast("aces_0_8"),)), folder, community=place)


def test_claims_carry_what_qualifies_them(done):
    results, _ = done
    table = claims_table(results, ["aces_0_8"])
    assert list(table["declared"]) == [True, False]
    first = table.iloc[0]
    assert (first["measure"], first["horizon"], first["grade"]) == ("evictions", "year 1, 2025", "D")
    assert "evidence grade D; declared beforehand" in first["text"]
    assert "exploratory" in table["text"][1]
    assert "yardstick: true event" in table["text"][1]


@pytest.mark.slow
def test_precision_keeps_its_rule_and_its_stopping_point(small, place, tmp_path):
    study = replace(small, contrasts=(Contrast("evictions", precision=1e6), Contrast("aces_0_8")))
    rule = Rule(batch=2, least=2, cap=6)
    found = hs.precision(study, tmp_path / "out", rule=rule, community=place)
    kept = json.loads((tmp_path / "out" / "precision.json").read_text())
    assert (found.met, found.futures, len(found.results.futures)) == (kept["met"], kept["futures"], found.futures)
    # Two futures are one draw, which has no interval: it can be met at 4 first, and must be met again at 6.
    assert found.met and found.futures == 6
    assert [c["measure"] for c in kept["contrasts"]] == ["evictions"]
    assert kept["rule"]["cap"] == 6
    with pytest.raises(ScenarioError, match="how precise"):
        hs.precision(replace(small, contrasts=(Contrast("aces_0_8"),)), tmp_path / "b", community=place)


def test_an_arm_is_compared_with_another(done, small):
    results, _ = done
    law, mix = results.arms
    there = results.summary(measures=["evictions"]).iloc[0]
    back = results.summary(measures=["evictions"], against=mix).iloc[0]
    assert back["arm"] == law
    assert back["difference"] == -there["difference"]
    assert not back["declared"]
    with pytest.raises(UnknownNameError, match="arm 'Nobody'"):
        results.summary(against="Nobody")
    with pytest.raises(UnknownNameError, match="arm 'Nobody'"):
        replace(small, contrasts=(Contrast("evictions", arm="Nobody"),))


def test_pareto_and_robust_read_a_study(done):
    results, _ = done
    front = hs.pareto(results, ("evictions", "spending"))
    assert front["efficient"].any()
    assert front.set_index("arm").loc["Current law", "share"] == 1.0  # nothing is cheaper than nothing
    judged = hs.robust(results, ("evictions",)).set_index("arm")
    assert judged.loc["Counsel [and] visits", "enough"] == 0.5  # as declared
    assert (judged["regret_mean"] >= 0).all()
    failing = hs.fails_when(results, "Counsel [and] visits", "evictions", enough=1e9)
    assert failing.share == 1.0
    assert failing.draws == 2
    with pytest.raises(ScenarioError, match="at least two outcomes"):
        hs.pareto(results, ("evictions",))
    with pytest.raises(ScenarioError, match="no better direction"):
        hs.robust(results, ("residents",))
    with pytest.raises(ScenarioError, match="too few"):
        hs.voi(results, gain="evictions", worth=1e4)
    pytest.importorskip("SALib")
    with pytest.raises(ScenarioError, match="too few"):
        hs.pawn(results, "Counsel [and] visits", "evictions")


def test_a_design_varies_what_it_names_and_nothing_else(small):
    from hecsim import evidence

    name = "labor.loss_level"
    study = replace(small, futures=2, design=Design((name,), ((0.1,), (0.9,))))
    one, two, central = study.draw_of(0), study.draw_of(1), evidence.draw(None)
    assert one[name] < central[name] < two[name]
    assert all(np.array_equal(one[n], central[n]) for n in central if n != name)
    assert study.future(0).luck_seed == study.future(1).luck_seed
    assert study.digest != small.digest
    with pytest.raises(ScenarioError, match="2 rows, not 3"):
        replace(study, futures=3)
    with pytest.raises(UnknownNameError, match="uncertain parameter"):
        evidence.at_quantiles({"labor.nothing": 0.5})


@pytest.mark.slow
def test_morris_on_the_real_model(small, place, tmp_path):
    pytest.importorskip("SALib")
    found = hs.sensitivity(small, tmp_path / "out", ("housing", "stress"), outcomes=("evictions",), size=2, community=place)
    assert set(found["parameter"]) == {"housing", "stress"}
    assert np.isfinite(found["mu_star"]).all()
    with pytest.raises(UnknownNameError, match="did you mean 'housing'"):
        hs.sensitivity(small, tmp_path / "out", ("housin", "stress"))


QUESTION = """
[study]
name = "what to buy"
years = 1
futures = 2

[community]
towns = ["Hartford"]
households = 400
family = "Northeast"

[optimise]
outcome = "hardship"
budget = 900_000_000
screen = 2
finalists = 3
fresh = 2

[[optimise.candidate]]
id = "G16"
reach = 0.5
prescription = 300
start = 0
ramp = 0
[[optimise.candidate]]
name = "half"
id = "G10"
reach = 0.1
start = 0
ramp = 0
[[optimise.candidate]]
id = "G10"
start = 0
ramp = 0

[[optimise.fund]]
name = "grant"
per_year = 800_000_000

[optimise.staff]
navigator = 500

[optimise.equity]
group = "income:below poverty"
floor = 0.0
"""


@pytest.mark.slow
def test_optimise_runs_its_finalists_on_fresh_futures(place, tmp_path):
    path = tmp_path / "question.toml"
    path.write_text(QUESTION)
    question = Question.from_file(path)
    found = hs.optimise(question, tmp_path / "out", community=place)
    assert not {"G10", "half"} <= set(found.winner)
    assert (found.table["cost"] < 900e6).all()
    assert found.curse["finalists"] == pytest.approx((found.table["promised"] - found.table["gain"]).mean())
    seeds = {
        d: set(pd.read_parquet(tmp_path / "out" / d / "runs.parquet")["luck_seed"])
        for d in ("pairs", "finalists", "confirmation")
    }
    assert not seeds["pairs"] & seeds["finalists"] and not seeds["finalists"] & seeds["confirmation"]
    assert seeds["pairs"] == set(pd.read_parquet(tmp_path / "out" / "screening" / "runs.parquet")["luck_seed"])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[optimise]\n", "[optimize]\n", "unknown key 'optimize'"),
        ("budget = 90", "bugdet = 90", "did you mean 'budget'"),
        ('outcome = "hardship"', 'outcome = "residents"', "no better direction"),
        ('outcome = "hardship"', 'outcome = "hardships"', "did you mean 'hardship'"),
        ('name = "half"\n', "", "two candidates are called 'G10'"),
        ("navigator = 500", "nurse = 5", "pool of staff 'nurse'"),
        ("per_year = 800_000_000", "per_year = -1", "'per_year' is a number of at least 0"),
        ("per_year = 800_000_000", 'per_year = 5\npays_for = ["G11"]', "candidate 'G11'"),
    ],
)
def test_questions_that_cannot_be_asked(tmp_path, old, new, said):
    path = tmp_path / "question.toml"
    assert old in QUESTION
    path.write_text(QUESTION.replace(old, new))
    with pytest.raises((ScenarioError, UnknownNameError), match=said):
        Question.from_file(path)


def test_a_study_folder_is_read_in_two_lines(done):
    results, folder = done
    rows = pd.read_parquet(folder / "measures")
    assert set(rows["arm"]) == set(results.arms)
    one = rows[(rows["measure"] == "evictions") & (rows["group_kind"] == "all")].groupby(["future", "arm"], observed=True)
    ratio = 100 * one["numerator"].sum() / one["denominator"].sum()
    assert ratio.loc[0, "Current law"] == pytest.approx(results.values("evictions", years=(0, 1))[0, 0, 0])
    duckdb = pytest.importorskip("duckdb")
    found = duckdb.sql(f"select count(*) from '{folder}/measures/*.parquet'").fetchall()[0][0]
    assert found == len(rows)
    assert duckdb.sql(f"select distinct status from '{folder}/runs.parquet'").fetchall() == [("finished",)]


def test_sums_on_disk_look_like_sums_in_memory(done):
    results, _ = done
    whole = np.asarray(results.sums)
    assert whole.shape == results.sums.shape
    for key in (
        np.s_[:, :, :, 3],
        np.s_[:, :, :, -1],
        np.s_[1, 0, 2:5, 7, :, 0],
        np.s_[..., 0],
        np.s_[:, 0],
        np.s_[:, :, :, 2:4],
    ):
        assert np.array_equal(results.sums[key], whole[key])
    in_memory = replace(results, sums=whole)
    pd.testing.assert_frame_equal(in_memory.summary(by="income"), results.summary(by="income"))
    assert isinstance(Results, type)
