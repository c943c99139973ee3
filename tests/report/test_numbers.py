"""Numbers behind the report: money, ratios, gaps, tiles, formats, charts."""

import math

import numpy as np
import pandas as pd
import pytest
from conftest import ARMS, SCALE, make

from hecsim.report import charts
from hecsim.report.arms import parts_of
from hecsim.report.facts import Facts
from hecsim.report.family import read_family
from hecsim.report.map import places, snap
from hecsim.report.money import DISCOUNT_RATE, arm_money, discount, fieller, scaled
from hecsim.report.text import Words, decimals, dollars, percent, signed


@pytest.fixture(scope="module")
def facts(study):
    return Facts(study)


def test_change_equals_the_study_summary(facts, study):
    row = study.summary(measures=["aces_0_8"]).set_index("arm").loc["Needs first"]
    c = facts.change("Needs first", "aces_0_8")
    assert (c.difference, c.low, c.high, c.share) == pytest.approx((row.difference, row.low, row.high, row.better))
    assert c.verdict == "better"
    assert c.declared
    assert facts.change("Hub & ambassadors only", "obesity_adult").verdict in ("unclear", "better", "worse")


def test_spending_is_the_discounted_ledger(facts, study):
    frame = study.ledger[study.ledger.arm == "Needs first"]
    by_hand = (frame.amount * (1 + DISCOUNT_RATE) ** (-frame.month / 12)).sum() / len(study.futures)
    money = arm_money(facts, "Needs first")
    assert money.spending.difference == pytest.approx(by_hand)
    assert sum(c.difference for c in money.by_payer.values()) == pytest.approx(by_hand)
    assert sum(c.difference for c in money.by_intervention.values()) == pytest.approx(by_hand)
    assert money.net.difference == pytest.approx(by_hand - money.savings.difference)
    assert sum(c.difference for c in money.saved_by.values()) == pytest.approx(money.savings.difference)
    assert "health_cost" not in money.saved_by  # the sum of payers is not counted beside them
    assert money.cumulative[0][-1] == pytest.approx(money.net.difference)


def test_scaled_sums_use_what_one_resident_stands_for(facts, study):
    m = study.measures.index("aces_0_8")
    rows = [i for i, (k, _) in enumerate(study.groups) if k == "neighborhood"]
    assert scaled(facts, "aces_0_8") == pytest.approx(SCALE * study.sums[:, :, :, m, rows, 0].sum(axis=-1))


def test_discount_is_three_percent_a_year():
    assert discount(25)[[0, 12, 24]] == pytest.approx([1, 1 / 1.03, 1 / 1.03**2])


def test_fieller_against_simulation():
    rng = np.random.default_rng(1)
    hits = 0
    for _ in range(400):
        bottom = rng.normal(10, 2, 30)
        top = 3 * bottom + rng.normal(5, 4, 30)
        _, low, high = fieller(top, bottom)
        hits += low <= 3.5 <= high
    assert 0.92 <= hits / 400 <= 0.98  # a 95% interval


def test_fieller_is_undefined_when_the_effect_may_be_zero():
    assert fieller(np.array([5.0, 6.0, 7.0]), np.array([-1.0, 0.5, 1.0])) is None
    assert fieller(np.array([5.0]), np.array([1.0])) is None


def test_cost_per_ace_is_undefined_for_a_null_arm(facts):
    null = arm_money(facts, "Hub & ambassadors only")
    assert (null.cost_per_ace is None) == (null.aces.low <= 0)
    words = Words()
    assert words.per_ace(None, null.aces) == "not defined: the interval of the effect includes zero"


def _with_groups(arm_values: dict[str, float]):
    """A study in which groups get given levels under the mix and fixed ones under current law."""
    study = make(arms=ARMS[:2], futures=6, years=1)
    m = study.measures.index("aces_0_8")
    jitter = np.linspace(-0.001, 0.001, 6)[:, None]
    for arm, levels in ((0, {"White": 10.0, "Black": 20.0}), (1, arm_values)):
        for group, level in levels.items():
            g = study.groups.index(("race_ethnicity", group))
            study.sums[:, arm, :, m, g, 1] = 100.0
            study.sums[:, arm, :, m, g, 0] = level + jitter * (1 + arm)
    return Facts(study)


def test_a_gap_that_closes_from_above_is_levelling_down():
    gap = _with_groups({"White": 15.0, "Black": 20.0}).gap("Needs first", "aces_0_8", "race_ethnicity", "Black")
    assert gap.change.difference == pytest.approx(-5.0, abs=0.01)
    assert gap.levelling_down


def test_a_gap_that_closes_from_below_is_not():
    gap = _with_groups({"White": 10.0, "Black": 15.0}).gap("Needs first", "aces_0_8", "race_ethnicity", "Black")
    assert gap.change.difference == pytest.approx(-5.0, abs=0.01)
    assert not gap.levelling_down
    assert (gap.ratio_before, gap.ratio_after) == pytest.approx((2.0, 1.5), abs=0.01)


def test_the_group_that_loses_is_found():
    facts = _with_groups({"White": 9.0, "Black": 23.0})
    found, least = facts.losers("Needs first", ["aces_0_8"])
    assert [c.group for _, c in found] == ["Black"]
    assert least is None
    assert facts.losers("Needs first", ["diet"])[1] is not None  # none loses: the one that gains least is named


@pytest.mark.parametrize("n", [1, 2, 15, 169])
def test_tiles_never_overlap_and_keep_north_up(n):
    rng = np.random.default_rng(n)
    lat, lon = 41.5 + rng.uniform(0, 0.5, n), -73 + rng.uniform(0, 1, n)
    row, column, rows, columns = snap(lat, lon)
    assert len(set(zip(row.tolist(), column.tolist(), strict=True))) == n
    assert row.min() >= 0
    assert row.max() < rows
    assert column.max() < columns
    if n > 10:
        assert np.corrcoef(row, -lat)[0, 1] > 0.9
        assert np.corrcoef(column, lon)[0, 1] > 0.9


def test_tracts_of_one_name_share_a_tile_unless_far_apart():
    study = make(arms=ARMS[:2], futures=2, years=1)
    assert len(places(Facts(study))) == 15
    study.manifest["places"]["lat"][1] += 1.0
    assert len(places(Facts(study))) == 16


def test_a_town_whose_tracts_have_no_names_of_their_own_has_a_map():
    study = make(arms=ARMS[:2], futures=2, years=1, places=("Hartford", "Frog Hollow"))
    assert [p.name for p in places(Facts(study))] == ["5000.00", "5000.01", "Frog Hollow"]
    study.manifest["study"]["community"]["towns"] = ["Hartford", "West Hartford"]  # beside another, the town is one place
    assert [p.name for p in places(Facts(study))] == ["Hartford", "Frog Hollow"]


def test_family_is_told_in_the_middle_future_with_what_differed(facts):
    family = read_family(facts, Words(), {"P01": "A lawyer in eviction court"})
    assert family.future == 2  # hardship rises with the index, six futures: the lower middle one
    # In that future the mix does not spare the family; in most it does.
    shares = dict(family.frequencies)
    assert shares["evicted"] == [1.0, pytest.approx(2 / 6), 1.0, 1.0]
    assert shares["first time: unstable housing"] == shares["evicted"]
    assert (
        family.lanes[0].years[0].sentence == "The family was evicted; Luis lived through unstable housing for the first time."
    )
    assert family.lanes[0].years[0].more == 2
    assert "A quiet year" in render_quiet(facts)


def render_quiet(facts):
    rows = facts.results.diary
    calm = rows.assign(event="", text="", text_es="")
    other = Facts(make(futures=3))
    other.results.diary = calm[calm.future < 3]
    return read_family(other, Words(), {}).lanes[0].years[0].sentence


def test_what_did_not_happen_names_help_and_difference():
    study = make(futures=2)  # futures 0 and 1: the mix spares the family
    family = read_family(Facts(study), Words(), {"P01": "A lawyer in eviction court"})
    lane = next(x for x in family.lanes if x.arm == "Needs first")
    event, why = lane.spared[0]
    assert event.text == "The family was evicted"
    assert "A lawyer in eviction court" in why
    assert "rent owed $0, under current law $1,200" in why
    assert [e.text for e, _ in lane.gained] == ["The eviction case ended and the family stayed"]
    assert not lane.only


def test_the_story_is_one_in_which_the_family_stays():
    study = make(futures=5)
    away = study.diary.future.isin([1, 2, 3]) & (study.diary.month >= 6)
    study.diary = study.diary[~away]
    family = read_family(Facts(study), Words(), {})
    assert (family.future, family.futures, family.stays) == (0, 5, 2)


def test_a_family_that_leaves_is_said_to_be_gone():
    study = make(futures=2)
    study.diary = study.diary[~((study.diary.arm == "Needs first") & (study.diary.month >= 12))]
    family = read_family(Facts(study), Words(), {})
    lane = next(x for x in family.lanes if x.arm == "Needs first")
    assert not lane.years[1].here
    assert "not in the community" in lane.years[1].sentence


def test_parts_of_arms_have_names_and_starts(study):
    parts = parts_of(study.manifest)
    first = next(p for p in parts["Needs first"] if p.id == "P01")
    assert (first.kind, first.symbol, first.reach, first.start) == ("policy", "■", 0.6, "2025-07")
    assert first.name != "P01"
    unknown = next(p for p in parts["Hub & ambassadors only"] if p.id == "X99")
    assert unknown.name == "X99"
    assert parts_of(study.manifest, "es")["Needs first"][0].name != parts["Needs first"][0].name


def test_formats():
    assert [dollars(x) for x in (0, 12.5, 999.7, 1234, 45_678, 1_234_567, -2.5e9)] == [
        "$0",
        "$12",
        "$1,000",
        "$1,230",
        "$45,700",
        "$1.23 million",
        "−$2.50 billion",
    ]
    assert dollars(1.2e6, "es") == "$1.20 millones"
    assert dollars(math.nan) == "–"
    assert [percent(x) for x in (0, 0.001, 0.5, 0.999, 1)] == ["0%", "<1%", "50%", ">99%", "100%"]
    assert (signed(-0.004, 2), signed(0.25, 1), signed(math.nan, 2)) == ("0.00", "+0.2", "–")
    assert [decimals(x) for x in (0.0, 123.0, 1.5, 0.02)] == [2, 0, 1, 3]


def test_charts_survive_missing_numbers():
    gone = np.full(3, np.nan)
    some = np.array([1.0, np.nan, 2.0])
    picture = charts.lines(
        (gone, gone, gone),
        (some, some, some),
        ("a", "b"),
        start_year=2025,
        starts=[0.5],
        limits=(1.0, 2.0),
        title="t",
        description="d",
        start_word="start",
        ends=("1", "2"),
    )
    assert "nan" not in picture
    assert charts.dumbbell([("g", math.nan, math.nan, "–", False)], title="t", description="d", names=("a", "b")) == ""
    assert "nan" not in charts.dumbbell(
        [("g", math.nan, 1.0, "–", False), ("h", 1.0, 2.0, "+1", True)],
        title="t",
        description="d",
        names=("a", "b"),
    )
    assert charts.bars([], title="t", description="d") == ""
    assert charts.range_mark(math.nan, 0, 0, 1, "t", "d") == ""


def test_map_colors_are_centered_on_no_change():
    assert charts.diverging(0.0)[0] == "#F1EFE8"
    assert charts.diverging(1.0)[0] == charts.BLUE
    assert charts.diverging(-1.0)[0] == charts.ORANGE
    assert charts.diverging(math.nan)[0] == charts.PAPER
    for share in np.linspace(-1, 1, 41):  # numbers stay readable on every shade
        assert charts.contrast(*charts.diverging(share)) >= 4.5


def test_empty_ledger_means_no_money_not_an_error():
    study = make(arms=ARMS[:2], futures=2, years=1)
    study.ledger = pd.DataFrame({"future": []})
    money = arm_money(Facts(study), "Needs first")
    assert money.spending.difference == 0
    assert math.isnan(money.paid_back)
