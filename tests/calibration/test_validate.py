"""Validation names its mistakes, and the baseline of the shipped ensemble is what it should be."""

import numpy as np
import pytest

from hecsim import evidence
from hecsim.calibration.places import CHECKS, _observed, blinded, check_places, town_figures
from hecsim.calibration.validate import draws_of, summary_of, validate, validate_town
from hecsim.errors import ScenarioError, UnknownNameError
from hecsim.geography import towns
from hecsim.measures import MEASURES
from hecsim.population import build_community


def test_mistakes_are_named():
    with pytest.raises(UnknownNameError, match="did you mean 'Hartford'"):
        validate(["Hartfort"])
    with pytest.raises(ScenarioError, match="parameters"):
        draws_of("medium", 2)
    with pytest.raises(UnknownNameError, match="did you mean 'Ansonia'"):
        validate_town("Ansonnia")


def test_ensemble_is_shipped():
    e = evidence.ensemble()
    assert len(e) >= 100
    assert len(set(e.seeds.tolist())) == len(e)  # a member is known by its seed
    known = evidence.load()
    assert all(known[n].calibrated for n in e.values)
    order = e.order(7)
    assert sorted(order) == list(range(len(e)))


def test_quantiles_of_a_member_give_its_values_back():
    e = evidence.ensemble()
    known = evidence.load()
    member, q = e.member(0), e.quantiles(int(e.seeds[0]))
    for name in e.values:
        if known[name].uncertain:
            again = evidence.at_quantiles({name: q[name]})[name]
            assert np.allclose(again, member[name], rtol=1e-3, atol=1e-9)


def test_blinding_leaves_only_who_lives_there():
    c = build_community("Ansonia", households=100, histories=False)
    blind = blinded(c)
    data = [k for k in c.extras if k.startswith("data_")]
    assert data
    assert all(np.isnan(blind.extras[k]).all() for k in data)
    assert not all(np.isnan(c.extras[k]).all() for k in data)


def test_any_town_has_figures():
    names = list(towns().index)
    assert all(town_figures(n) for n in names[::12])
    assert {m for m, _, _ in town_figures("Ansonia")} <= set(MEASURES)
    assert {c.measure for c in CHECKS} <= set(MEASURES)


def test_a_survey_of_snap_is_held_against_records():
    share = {column: value for _, column, value in town_figures("Greenwich")}["snap_households"]
    reported = evidence.load()["income.snap_reported"].value
    assert share == pytest.approx(100 * towns().loc["Greenwich", "snap_households"] / reported)
    check = next(c for c in CHECKS if c.measure == "snap_households")
    c = build_community("Greenwich", households=100, histories=False)
    assert _observed(check, c)[0] == pytest.approx([share])


def test_a_town_beside_its_simulation():
    rows = validate_town("Ansonia", households=300, members=1, parameters="central")
    assert {r["column"] for r in rows if r["used"] == "no"} == {"dcf_reports", "dcf_substantiated"}
    assert {r["measure"] for r in rows} >= {"poverty", "unemployment", "diabetes"}
    assert all(np.isfinite([r["published"], r["simulated"]]).all() for r in rows)


def test_the_summary_names_the_worst_of_all_places():
    def row(place, ratio):
        return {"use": "calibrate", "label": "Evictions", "place": place, "group": "all", "ratio": ratio, "verdict": "near"}

    s = summary_of([row("Hartford", 0.8), row("Waterbury", 1.1)])["calibrate"]
    assert s["worst"] == "Evictions, Hartford, all" and s["worst factor"] == pytest.approx(1.25)


@pytest.mark.slow
def test_the_ensemble_reproduces_its_targets():
    # Twelve members of 6,000 households: luck moves a mean by less than a tenth of most intervals. The aim is that nine in
    # ten of the targets lie inside, which the whole ensemble of 105 reaches (docs/baseline.md, 55 of 58); twelve members have
    # more luck. What must not get worse is held here: seven in ten inside, and none off by more than a quarter.
    rows = validate(households=6000, town_households=2000, members=12)
    s = summary_of(rows)["calibrate"]
    assert s["inside"] >= 0.7 * s["patterns"]
    assert s["worst factor"] <= 1.25


@pytest.mark.slow
def test_places_that_were_never_seen():
    rows = {(r["check"], r["use"]): r for r in check_places(households=12_000)}
    poverty = next(r for (name, _), r in rows.items() if "poverty line by town" in name and "Residents" in name)
    assert poverty["correlation"] > 0.8  # what people were synthesized from survives two years of living
