"""No row of a real person goes in, and none comes out but by chance.

The package holds no records of persons or households, only tables of places. Whether a synthetic town gives away the
rows of the real one is asked of Andover, the smallest kind of place, at full size: one build stands for the real town (its
tables are the published ones), another build from the same tables is what an attacker sees. A row that the second has in
common with the first is a row that would be given away.
"""

from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import hecsim
from hecsim.population import build_community

HOME = Path(hecsim.__file__).parent
PLACES = {"town", "geoid", "tract", "neighborhood", "city", "state", "town_a", "town_b"}
MEMBER = ("age", "sex", "race", "foreign_born", "education", "disabled")


def test_every_packaged_table_has_places_for_rows():
    tables = sorted(p for p in HOME.rglob("*.csv") if "data" in p.parts)
    assert len(tables) >= 12
    for path in tables:
        if path.name == "state.csv":  # one column of statewide shares
            assert len(pd.read_csv(path)) < 100
            continue
        frame = pd.read_csv(path, dtype=str)
        keys = [c for c in frame.columns if c in PLACES]
        assert keys, f"{path.name} has no place in its rows"
        # A row for each place (or pair of places, or part of one), so no more rows than Connecticut has tracts.
        assert len(frame) <= 900, f"{path.name} has too many rows to be a table of places"


def rows(community, *, money):
    """What an attacker would link on: neighborhood, tenure, and age, sex, race, ... of every member; with `money` vehicles
    and income in thousands too. Households with those rows, counted."""
    p, h = community.person, community.household
    members = defaultdict(list)
    years = p["age"].astype(int) // 12
    columns = [years if c == "age" else p[c].astype(int) for c in MEMBER]
    for i in np.flatnonzero(p["present"] == 1):
        members[int(p["household"][i])].append(tuple(int(c[i]) for c in columns))
    found = Counter()
    for k, people in members.items():
        row = (int(h["neighborhood"][k]), int(h["tenure"][k]), tuple(sorted(people)))
        found[row + ((int(h["vehicles"][k]), int(h["income_year"][k] // 1000)) if money else ())] += 1
    return found


@pytest.fixture(scope="module")
def towns():
    return [build_community("Andover", seed=seed, histories=False) for seed in (1, 2, 3)]


@pytest.mark.parametrize("other", [1, 2])
def test_a_household_of_the_real_town_is_not_found_in_the_synthetic_one(towns, other):
    """About one in 2,000 whole rows recurs by chance; six or more of 1,173 would be one case in a thousand.

    A couple recurs in one pair of towns of eleven (66 pairs of twelve seeds), so three in one pair would be one case in
    eight thousand; nobody with a third person at home ever did.
    """
    real, seen = rows(towns[0], money=True), rows(towns[other], money=True)
    assert sum(real.values()) > 1_000
    again = [row for row, n in real.items() if n == 1 and row in seen]
    assert len(again) < 6
    persons = [len(row[2]) for row in again]
    assert persons.count(2) < 3
    assert max(persons, default=0) < 3


@pytest.mark.parametrize("other", [1, 2])
def test_without_money_only_the_smallest_households_recur(towns, other):
    """One in thirty compositions recurs, of one or two people; families of three and more as good as never (at most 3 of 467:
    with one expected, one case in fifty; the seeds are fixed)."""
    real, seen = rows(towns[0], money=False), rows(towns[other], money=False)
    unique = [row for row, n in real.items() if n == 1]
    again = [row for row in unique if row in seen]
    assert len(again) < 0.06 * len(unique)
    assert sum(len(row[2]) > 2 for row in again) <= 3
