"""What each tract must add up to: margins of the chosen places, scaled to the households asked for.

Only people who live in homes are simulated. Residents of dormitories, prisons and nursing homes are in
the published age, sex and race tables; where they are many, those tables are corrected here (see
`_at_home`), and the notes of the community say so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from hecsim.errors import CommunityDataError
from hecsim.geography import Geography
from hecsim.population import borrowed
from hecsim.population.borrowed import BANDS
from hecsim.population.library import AGE_EDGES, CENSUS_TYPES

__all__ = ["AGES", "AGE_GROUPS", "BANDS", "EDUCATION", "RACES", "SIZES", "Targets", "make_targets"]

AGES = ("age_0_4", "age_5_17", "age_18_34", "age_35_54", "age_55_64", "age_65_up")
RACES = ("race_white", "race_black", "race_hispanic", "race_asian", "race_other")
SIZES = ("size_1", "size_2", "size_3", "size_4_up")
EDUCATION = ("edu_below_high_school", "edu_high_school", "edu_some_college", "edu_bachelor_up")
AGE_GROUPS = ("0_5", "6_11", "12_17", "18_24", "25_34", "35_44", "45_54", "55_64", "65_74", "75_up")
assert len(AGES) == len(AGE_EDGES) + 1


@dataclass
class Targets:
    """Margins by tract (T rows) and town (M rows).

    households : int64 (T,) simulated; people : float (T,) simulated persons to aim at
    at_home : float (T,) real residents of homes; scale : float (T,) real over simulated persons
    town : int64 (T,) town row; tracts, inputs : the tables, in tract order
    age (T, 6), sex (T, 2 men first), race (T, 5), size (T, 4), education (T, 4) : shares
    census : (M, 7) household types; renters_of_type : (M, 7); renters_of_race : (M, 5) : shares
    cells : (T, 33) counts of tenure, income and burden; vehicles : (T, 20) counts by size
    quarters : float (T,) share of residents in group quarters
    """

    geography: Geography
    households: np.ndarray
    people: np.ndarray
    at_home: np.ndarray
    town: np.ndarray
    inputs: pd.DataFrame
    age: np.ndarray
    sex: np.ndarray
    race: np.ndarray
    foreign: np.ndarray
    size: np.ndarray
    education: np.ndarray
    census: np.ndarray
    renters_of_type: np.ndarray
    renters_of_race: np.ndarray
    cells: pd.DataFrame
    vehicles: pd.DataFrame
    quarters: np.ndarray
    three_generations: np.ndarray
    notes: list[str] = field(default_factory=list)

    @property
    def n(self) -> int:
        """Tracts."""
        return len(self.households)


def make_targets(geography: Geography, households: int | None, p: Mapping[str, Any]) -> Targets:
    """Scale the margins of `geography`: for all of its households or for `households` of them."""
    inputs = geography.inputs
    real = inputs["households"].to_numpy(np.int64)
    if real.sum() == 0:
        raise CommunityDataError("the places have no households", hint="Choose towns with residents")
    wanted = int(real.sum()) if households is None else int(households)
    if wanted < 1:
        raise CommunityDataError(f"households must be at least 1, not {wanted}")
    if wanted > real.sum():
        raise CommunityDataError(
            f"{wanted:,} households were asked for and the places have {real.sum():,}",
            hint="Ask for fewer, or leave `households` out to simulate them all",
        )
    # Running sums are rounded, so towns and regions are as right as the whole.
    running: np.ndarray = np.floor(np.cumsum(real) * (wanted / real.sum()) + 0.5).astype(np.int64)
    count = np.diff(running, prepend=0)
    town = pd.Categorical(inputs["town"], categories=list(geography.towns)).codes.astype(np.int64)

    population = inputs["population"].to_numpy(float)
    at_home = np.minimum(inputs["poverty_universe"].to_numpy(float), population)
    quarters = 1.0 - at_home / np.maximum(population, 1.0)
    size = inputs[list(SIZES)].to_numpy(float)
    size = size / np.maximum(size.sum(axis=1, keepdims=True), 1e-12)
    mean_size = _mean_size(at_home, real, size, p)
    age, sex, race, foreign = _at_home(geography, inputs, town, quarters, at_home, p)
    education = inputs[list(EDUCATION)].to_numpy(float)
    census, by_type = _types(geography, town)
    rented: np.ndarray = np.bincount(town, real * inputs["renter"].to_numpy(float), len(geography.towns))
    rented = rented / np.maximum(np.bincount(town, real, len(geography.towns)), 1)
    by_type = _aligned(by_type, census, rented)
    race_renter = _aligned(*_race_tenure(geography), rented)
    minority = race[:, 1] + race[:, 2]
    kids = census[:, [0, 2, 4]].sum(axis=1)[town]
    lift = 1.0 + (float(p["three_generations_minority"]) - 1.0) * minority
    mean_lift = 1.0 + (float(p["three_generations_minority"]) - 1.0) * _state_minority(geography)
    targets = Targets(
        geography=geography,
        households=count,
        people=count * mean_size,
        at_home=at_home,
        town=town,
        inputs=inputs,
        age=age,
        sex=sex,
        race=race,
        foreign=foreign,
        size=size,
        education=education,
        census=census,
        renters_of_type=by_type,
        renters_of_race=race_renter,
        cells=borrowed.cells(geography, inputs),
        vehicles=borrowed.vehicles(geography, inputs),
        quarters=quarters,
        three_generations=float(p["three_generations"]) * kids * lift / mean_lift,
    )
    targets.notes = _notes(targets, population, wanted, int(real.sum()), p)
    return targets


def _mean_size(at_home: np.ndarray, real: np.ndarray, size: np.ndarray, p: Mapping[str, Any]) -> np.ndarray:
    """Persons a household: residents of homes over homes, within what homes of four or more allow."""
    least, most = p["largest_home"]
    small = size @ np.array([1.0, 2.0, 3.0, 0.0])
    return np.clip(at_home / np.maximum(real, 1), small + size[:, 3] * least, small + size[:, 3] * most)


def _at_home(
    geography: Geography,
    inputs: pd.DataFrame,
    town: np.ndarray,
    quarters: np.ndarray,
    at_home: np.ndarray,
    p: Mapping[str, Any],
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Shares of age, sex, race and nativity of people in homes.

    Where group quarters are a small part of a tract they are left in: their ages are not published by
    tract. Elsewhere residents of 18-34 beyond their share in the town are taken out first (dormitories
    and prisons), then those of 35-54, then everyone alike; sex, race and nativity move to the town's.
    """
    published = inputs[list(AGES)].to_numpy(float)
    published = published / np.maximum(published.sum(axis=1, keepdims=True), 1e-12)
    of_town = geography.town_table
    usual = of_town[list(AGES)].to_numpy(float)[town]
    women = inputs["female"].to_numpy(float)
    race = inputs[list(RACES)].to_numpy(float)
    race = race / np.maximum(race.sum(axis=1, keepdims=True), 1e-12)
    foreign = inputs["foreign_born"].to_numpy(float)
    many = quarters > float(p["group_quarters_part"])
    age = published.copy()
    population = at_home / np.maximum(1.0 - quarters, 1e-9)
    for i in np.flatnonzero(many):
        people = published[i] * max(population[i], 1.0)
        away = population[i] - at_home[i]
        for band in (2, 3):
            least = usual[i, band] * at_home[i]
            taken = min(max(people[band] - least, 0.0), away)
            people[band] -= taken
            away -= taken
        left = max(people.sum() - away, 0.0)
        share = people / max(people.sum(), 1e-9)
        # A tract of institutions alone says nothing of its few homes.
        age[i] = share if left > 0.05 * people.sum() else usual[i] / usual[i].sum()
    pull = np.where(many, np.minimum(1.0, 2.0 * quarters), 0.0)
    women = women + pull * (of_town["female"].to_numpy(float)[town] - women)
    town_race = of_town[list(RACES)].to_numpy(float)
    town_race = town_race / town_race.sum(axis=1, keepdims=True)
    race = race + pull[:, None] * (town_race[town] - race)
    if "foreign_born" in of_town:
        foreign = foreign + pull * (of_town["foreign_born"].fillna(0.0).to_numpy(float)[town] - foreign)
    return age, np.stack([1.0 - women, women], axis=1), race, foreign


def _types(geography: Geography, town: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Household types of each town, and the share of renters within each type."""
    table = geography.margin("tenure_type_children")
    counts = np.zeros((2, len(geography.towns), len(CENSUS_TYPES)))
    for t, tenure in enumerate(("owner", "renter")):
        for c, name in enumerate(CENSUS_TYPES):
            kind, children = name.split(".")
            np.add.at(counts[t, :, c], town, table[tenure, kind, children].to_numpy(float))
    total = counts.sum(axis=0)
    whole = np.maximum(total.sum(axis=1, keepdims=True), 1e-9)
    return total / whole, np.where(total > 0, counts[1] / np.where(total > 0, total, 1.0), np.nan)


def _race_tenure(geography: Geography) -> tuple[np.ndarray, np.ndarray]:
    """Share of renters among householders of each race/ethnicity and their shares, both (M, 5).

    The share of renters is NaN where the town has too few householders of a group to say.
    """
    table = geography.joint("tenure_race")
    if table is None:
        table = pd.concat([geography.joint("tenure_race", "state")] * len(geography.towns))
    else:
        table = table.reindex(list(geography.towns)).fillna(0.0)
    groups = (
        ("white_not_hispanic",),
        ("black",),
        ("hispanic",),
        ("asian",),
        ("native", "pacific", "several"),
    )
    own = np.stack([sum(table[n, "owner"].to_numpy(float) for n in names) for names in groups], axis=1)
    rent = np.stack([sum(table[n, "renter"].to_numpy(float) for n in names) for names in groups], axis=1)
    all_of = own + rent
    share = np.where(all_of >= 30, rent / np.maximum(all_of, 1.0), np.nan)
    return share, all_of / np.maximum(all_of.sum(axis=1, keepdims=True), 1.0)


def _aligned(share: np.ndarray, weight: np.ndarray, total: np.ndarray) -> np.ndarray:
    """Shares (M, K) moved by one log odds a row, so that they average to `total` under `weight`.

    The tables by type and race are four years older than the shares of renters that they must add up to.
    """
    known = ~np.isnan(share)
    w = np.where(known, weight, 0.0)
    w = w / np.maximum(w.sum(axis=1, keepdims=True), 1e-12)
    logit = np.log(np.clip(np.nan_to_num(share, nan=0.5), 1e-4, 1 - 1e-4))
    logit = logit - np.log1p(-np.clip(np.nan_to_num(share, nan=0.5), 1e-4, 1 - 1e-4))
    low, high = np.full(len(share), -8.0), np.full(len(share), 8.0)
    for _ in range(40):
        middle = (low + high) / 2.0
        mean = (w / (1.0 + np.exp(-(logit + middle[:, None])))).sum(axis=1)
        low, high = np.where(mean < total, middle, low), np.where(mean < total, high, middle)
    moved = 1.0 / (1.0 + np.exp(-(logit + ((low + high) / 2.0)[:, None])))
    return np.where(known, moved, np.nan)


def _state_minority(geography: Geography) -> float:
    return float(geography.state["race_black"] + geography.state["race_hispanic"])


def _notes(t: Targets, population: np.ndarray, wanted: int, real: int, p: Mapping[str, Any]) -> list[str]:
    away = float((population - t.at_home).sum())
    notes = [
        f"{wanted:,} of {real:,} households are simulated (one stands for {real / wanted:.4g}).",
        f"Not simulated: {away:,.0f} residents of group quarters ({away / max(population.sum(), 1):.1%}).",
    ]
    many = np.flatnonzero((t.quarters > float(p["group_quarters_part"])) & (t.households > 0))
    if many.size:
        ids = ", ".join(t.inputs["geoid"].iloc[many[:6]]) + (", ..." if many.size > 6 else "")
        notes.append(f"Ages, sex and race of {many.size} neighborhoods exclude group quarters: {ids}.")
    empty = np.flatnonzero(t.households == 0)
    if empty.size:
        notes.append(f"{empty.size} neighborhoods have no simulated household.")
    return notes
