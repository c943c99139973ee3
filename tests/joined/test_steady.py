"""Under current law the community holds still where Connecticut does.

Means of two futures of 5,000 households, slope of a straight line over years 1 to 8, fixed seeds. The bounds are
judgment: what published series move in a year, widened for the luck of a community of this size. They are wide enough
for luck and narrow enough that the drifts once found here (employment falling a point a year, homes splitting faster
than they join) would break them.
"""

import runpy
from pathlib import Path

import pytest

from hecsim.population import build_community

DRIFT = Path(__file__).parents[2] / "scripts" / "drift.py"

# indicator: least and greatest change a year, in the indicator's unit; for counts as a share of the level
BOUNDS = {
    "residents": (-0.010, 0.012),
    "households": (-0.002, 0.012),
    "persons/household": (-0.030, 0.015),
    "one person %": (-0.5, 0.9),
    "18-34 with parents %": (-1.2, 1.2),
    "owners %": (-0.8, 0.8),
    "doubled up /1000": (-2.0, 2.5),
    "employed 25-54 %": (-1.2, 1.2),
    "unemployment %": (-0.6, 0.6),
    "poverty %": (-0.9, 0.6),
    "median income": (-0.02, 0.02),
    "depression adults %": (-0.35, 0.35),
    "stress adults SD": (-0.025, 0.025),
    "food insecure adults %": (-0.9, 0.9),
    "ACE score at 8": (-0.09, 0.09),
    "recall 4+ %": (-0.4, 0.4),
    "obesity adults %": (-0.2, 1.1),
    "activity min": (-4.0, 4.0),
    "trust community": (-0.008, 0.008),
    "support SD": (-0.03, 0.03),
    "norm activity SD": (-0.06, 0.06),
    "births": (-0.5, 0.5),
    "deaths": (-0.4, 0.6),
}
SHARES = {"residents", "households", "median income"}


@pytest.mark.slow
@pytest.mark.parametrize("place", ["Connecticut", "Hartford"])
def test_current_law_holds_still(place):
    drift = runpy.run_path(str(DRIFT))["drift"]
    built = build_community("all" if place == "Connecticut" else place, households=5000)
    rows = {r["indicator"]: r for r in drift(built, years=8, futures=2, first_seed=11)}
    outside = {}
    for name, (least, greatest) in BOUNDS.items():
        level = abs(rows[name]["values"][2:].mean()) if name in SHARES else 1.0
        slope = rows[name]["slope"] / level
        if not least <= slope <= greatest:
            outside[name] = round(slope, 4)
    assert not outside


@pytest.mark.slow
def test_histories_agree_with_the_rates_that_act_later():
    # The year of burn-in should hardly move what histories set. Unemployment rises from the towns' figures of 2019 (3.4
    # percent) to what the rates hold (4.0), which leaves half a point for luck: three standard errors of 15,000 homes, and
    # two of 5,000.
    drift = runpy.run_path(str(DRIFT))["drift"]
    rows = {r["indicator"]: r for r in drift(build_community("all", households=15_000), years=1, futures=1, first_seed=12)}
    for name, most in {
        "persons/household": 0.08,
        "married 25+ %": 2.0,
        "employed 25-54 %": 3.0,
        "unemployment %": 1.2,
        "poverty %": 2.0,
        "activity min": 12.0,
        "depression adults %": 1.0,
        "help seeking SD": 0.06,
        "norm activity SD": 0.15,
    }.items():
        built, start = rows[name]["values"][:2]
        assert abs(start - built) < most, f"{name}: {built:.3g} built, {start:.3g} after the burn-in"
