"""Do groups of people differ in the model as they do in surveys? Published beside simulated, what fits and what does not.

    python scripts/group_contrasts.py
    python scripts/group_contrasts.py --households 30000 --seeds 5 6 --write docs/groups.md

The state after two years of current law, central parameters; flows are counted over the second year. Adversities have a page
of their own (`scripts/adversity_contrasts.py`), hunger too (`scripts/food_contrasts.py`). Published figures are those of the
evidence room's notes; most are national, remembered ones are marked. The rows on job loss by schooling and race, on WIC and
on children's parents were used when their parameters were set; no row is fitted by calibration.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from hecsim import evidence
from hecsim.columns import RACE
from hecsim.community import Community
from hecsim.model import CommunityModel
from hecsim.population import build_community
from hecsim.processes.labor_terms import paid

_MONTHS, _COUNTED = 24, 12
_WORKS, _SEEKS, _HELD = 1, 2, 4
_MEDICAID = 2
_FULL_TIME = 35
_DRAW = evidence.draw(None)
_OLDEST = 200
_SCHOOLING = ("below high school", "high school", "some college", "bachelor or more")
Row = tuple[str, str, float]


class Now:
    """Columns of the residents, of their homes beside them (`of`), and the masks that most rows use."""

    def __init__(self, c: Community) -> None:
        """Keep the rows in use."""
        self.p = {k: c.person[k][c.person["present"] == 1] for k in c.person.columns}
        self.h = {k: c.household[k] for k in c.household.columns}
        self.home = self.p["household"].astype(np.int64)
        self.age = self.p["age"] / 12.0
        self.free = self.p["labor"] != _HELD
        self.works, self.seeks = self.p["labor"] == _WORKS, self.p["labor"] == _SEEKS
        self.force = self.works | self.seeks
        self.child = self.age < 18
        self.adult = ~self.child & self.free

    def of(self, column: str) -> np.ndarray:
        """A column of the home for every resident."""
        return self.h[column][self.home]


def _ages(low: int, high: int) -> str:
    return f"{low} to {high - 1}" if high < _OLDEST else f"{low} and older"


def percent(what: np.ndarray, among: np.ndarray) -> float:
    """Share of `what` in the rows `among`, percent."""
    return 100.0 * float(what[among].mean())


def work(now: Now) -> Iterator[Row]:
    """Unemployment, employment, hours and pay."""
    grown = now.force & (now.age >= 25)
    for level, published in enumerate(("6.2", "4.2", "3.3", "2.3")):
        yield (
            f"unemployed, 25 and older, {_SCHOOLING[level]}, %",
            published,
            percent(now.seeks, grown & (now.p["education"] == level)),
        )
    for race, published in enumerate(("3.6", "6.0", "5.1", "3.5")):
        yield (
            f"unemployed, {RACE[race]}, %",
            published,
            percent(now.seeks, now.force & (now.age >= 16) & (now.p["race"] == race)),
        )
    for low, high, published in ((16, 20, "32"), (20, 25, "66"), (25, 55, "81"), (55, 65, "64"), (65, _OLDEST, "19")):
        yield f"employed, {_ages(low, high)}, %", published, percent(now.works, now.free & (now.age >= low) & (now.age < high))
    grown = now.works & (now.age >= 18)
    yield "fewer than 35 hours, of workers, %", "21 to 24", percent(now.p["hours"] < _FULL_TIME, grown)
    full = grown & (now.p["hours"] >= _FULL_TIME) & (now.age >= 25) & (now.p["job_kind"] == 0)
    law = (float(_DRAW["labor.minimum_wage"]), float(_DRAW["labor.minimum_reach"]))
    weekly = paid.py_func(now.p["wage"].astype(float), now.p["job_kind"], *law) * now.p["hours"]
    men, women = np.median(weekly[full & (now.p["sex"] == 0)]), np.median(weekly[full & (now.p["sex"] == 1)])
    yield "women's over men's weekly pay, full time", "0.83", float(women / men)
    for race, published in ((1, "0.78"), (2, "0.76")):
        ours = np.median(weekly[full & (now.p["sex"] == 0) & (now.p["race"] == race)])
        white = np.median(weekly[full & (now.p["sex"] == 0) & (now.p["race"] == 0)])
        yield f"{RACE[race]} over White men's weekly pay, full time", published, float(ours / white)


def money(now: Now) -> Iterator[Row]:
    """Savings by fifth of income, coverage, programs."""
    here = now.h["present"] == 1
    fifth = np.digitize(now.h["income_year"], np.quantile(now.h["income_year"][here], (0.2, 0.4, 0.6, 0.8)))
    for step, published in enumerate(("48", "34", "20", "11", "4")):
        yield (
            f"less than $400 at hand, fifth {step + 1} of income, %",
            published,
            percent(now.h["savings"] < 400, here & (fifth == step)),
        )
    yield "uninsured, below 18, %", "3 (remembered)", percent(now.p["insurance"] == 0, now.child)
    for race, published in ((0, "4"), (1, "8"), (2, "15")):
        who = now.adult & (now.age < 65) & (now.p["race"] == race)
        yield f"uninsured, 18 to 64, {RACE[race]}, %", published + " (remembered)", percent(now.p["insurance"] == 0, who)
    yield "Medicaid as main coverage, all, %", "21 (remembered)", percent(now.p["insurance"] == _MEDICAID, now.age >= 0)
    wic = now.of("wic") > 0
    yield "infants in homes with WIC, %", "34 (remembered)", percent(wic, now.age < 1)
    yield "children of 1 to 4 in homes with WIC, %", "20 (remembered)", percent(wic, (now.age >= 1) & (now.age < 5))


def families(now: Now) -> Iterator[Row]:
    """Parents of children, adults' unions, moves."""
    for race, published in ((0, "75"), (1, "38"), (2, "60")):
        who = now.child & (now.p["race"] == race)
        yield f"children in homes of a married couple, {RACE[race]}, %", published, percent(now.of("couple") == 2, who)
    for race, published in ((1, "32"), (2, "32")):
        who = now.adult & (now.p["race"] == race)
        yield f"married adults, {RACE[race]}, %", published, percent((now.of("couple") == 2) & (now.p["role"] < 2), who)
    here = now.h["present"] == 1
    for tenure, name, published in ((1, "renters", "19 to 22"), (0, "owners", "5 to 6")):
        yield f"moved within a year, {name}, %", published, percent(now.h["moved"] < 12, here & (now.h["tenure"] == tenure))


def health(now: Now) -> Iterator[Row]:
    """Diabetes, obesity and depression by schooling and income."""
    grown = now.adult & (now.age >= 25)
    lowest = percent(now.p["diabetes"] == 1, grown & (now.p["education"] == 0))
    yield (
        "diabetes, below high school over bachelor, 25 and older",
        "1.9 to 2.2",
        lowest / percent(now.p["diabetes"] == 1, grown & (now.p["education"] == 3)),
    )
    poor, rich = now.adult & (now.of("poverty_ratio") < 1), now.adult & (now.of("poverty_ratio") >= 4)
    yield (
        "diabetes, poor over four times the line and more",
        "2 (remembered)",
        percent(now.p["diabetes"] == 1, poor) / percent(now.p["diabetes"] == 1, rich),
    )
    yield (
        "depressed now, poor over four times the line and more",
        "1.5 to 4",
        percent(now.p["depression"] == 1, poor) / percent(now.p["depression"] == 1, rich),
    )
    for low, high, published in ((18, 45, "3.0"), (45, 65, "14.5"), (65, _OLDEST, "24")):
        who = now.adult & (now.age >= low) & (now.age < high)
        yield f"diabetes, {_ages(low, high)}, %", published, percent(now.p["diabetes"] == 1, who)


def flows(months: np.ndarray, ends: np.ndarray) -> Iterator[Row]:
    """Jobs that end in unemployment, by schooling and race, as ratios: (4,) and (5,) after one another."""
    rate = ends / np.maximum(months, 1)
    for level, published in enumerate(("3.0", "1.9", "1.6")):
        yield f"from work into unemployment, {_SCHOOLING[level]} over bachelor", published, float(rate[level] / rate[3])
    for race, published in ((1, "1.70"), (2, "1.53"), (3, "0.91")):
        yield f"from work into unemployment, {RACE[race]} over White", published, float(rate[4 + race] / rate[4])


def contrasts(households: int, seed: int) -> list[Row]:
    """Every row in one future."""
    model = CommunityModel(community=build_community("all", households=households, seed=seed), years=3, seed=seed)
    months, ends = np.zeros(9), np.zeros(9)
    p = model.community.person
    while model.month < _MONTHS:
        n, key = p.size, p["key"].copy()
        at_work = (p["present"] == 1) & (p["labor"] == _WORKS) & (p["age"] >= 25 * 12) & (p["age"] < 65 * 12)
        model.step()
        p = model.community.person
        if model.month <= _MONTHS - _COUNTED:
            continue
        rows = np.flatnonzero(at_work & (p["key"][:n] == key) & (p["present"][:n] == 1))  # layouts move some; they are left out
        lost = p["labor"][rows] == _SEEKS
        for kinds, first in ((p["education"][rows], 0), (p["race"][rows], 4)):
            months[first:] += np.bincount(kinds, minlength=9 - first)
            ends[first:] += np.bincount(kinds, lost, minlength=9 - first)
    now = Now(model.community)
    return [*work(now), *flows(months, ends), *money(now), *families(now), *health(now)]


_PAGE = """# Do groups differ as in surveys?

`python scripts/group_contrasts.py {arguments}`: the state after two years of current law, central parameters, flows
counted over the second year. Published figures are those in the notes of the evidence room and mostly national; some are
remembered. No row was fitted by calibration, yet those on job loss, hours and pay, WIC, coverage and parents of children were
known when their parameters were set. Rows that differ are what the model gets wrong; the page on
[what it cannot tell](model/limits.md) says what that means. Adversities and hunger have scripts of their own
(`scripts/adversity_contrasts.py`, `scripts/food_contrasts.py`).

| | published | simulated |
|---|---|---|
{rows}
"""


def main() -> None:
    """Print the means over seeds, or write the page of the docs."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--households", type=int, default=20_000, help="simulated households of the state")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--write", type=Path, help="write the page of the docs here instead of printing")
    asked = parser.parse_args()
    tables = [contrasts(asked.households, seed) for seed in asked.seeds]
    rows = [(same[0][0], same[0][1], float(np.mean([row[2] for row in same]))) for same in zip(*tables, strict=True)]
    if asked.write:
        arguments = f"--households {asked.households} --seeds {' '.join(map(str, asked.seeds))}"
        lines = "\n".join(f"| {name} | {published} | {ours:.2f} |" for name, published, ours in rows)
        asked.write.write_text(_PAGE.format(arguments=arguments, rows=lines), encoding="utf-8")
        return
    for name, published, ours in rows:
        print(f"{name:64}{published:>16}{ours:11.2f}")


if __name__ == "__main__":
    main()
