"""Race and ethnicity, nativity, language, education, disability and births of the members.

Each attribute starts from how it goes with others (a parameter), is raked to the margin of the tract,
and is given out in whole persons by error diffusion, so that the margin holds without sampling noise.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hecsim.population.fitting import diffuse, rake
from hecsim.population.library import HEAD_EDGES, Library
from hecsim.population.targets import Targets
from hecsim.processes.demography import DEGREE_AGE

__all__ = ["education", "household_race", "languages", "limits_work", "mothers", "nativity", "person_race"]

PARTNER_ROLE, ELDER_ROLE = 1, 3


def head_band(years: np.ndarray) -> np.ndarray:
    """Band of a householder's age, 0 (18-24) to 6 (75 and older)."""
    return np.digitize(years, HEAD_EDGES)


def household_race(
    lib: Library,
    chosen: np.ndarray,
    tract: np.ndarray,
    t: Targets,
    p: Mapping[str, Any],
    rng: np.random.Generator,
) -> np.ndarray:
    """Race/ethnicity of each householder, uint8 (N,); persons of each group match the tract."""
    size = lib.size[chosen].astype(np.float32)
    lone_parent = np.isin(lib.kind[chosen], (4, 8))
    old = lib.age[chosen, 0] >= 65
    base = np.ones((len(chosen), 5), np.float32)
    base *= np.where(lone_parent[:, None], p["single_parent_by_race"], 1.0)
    base *= np.exp(np.asarray(p["size_by_race"]) * (np.minimum(size, 6) - 1.0)[:, None])
    base *= np.where(old[:, None], p["head_65_by_race"], 1.0)
    shares = rake(base, [tract], [t.race], weight=size)
    # Random order inside the tract, with like kinds together, keeps kinds balanced across groups.
    order = np.lexsort((rng.random(len(chosen)), np.minimum(size, 6), old, lib.kind[chosen], tract))
    return diffuse(shares, tract, order, rng, weight=size)


def person_race(
    race: np.ndarray,
    person: dict[str, np.ndarray],
    tract: np.ndarray,
    p: Mapping[str, Any],
    rng: np.random.Generator,
) -> np.ndarray:
    """Race/ethnicity of every person: that of the householder, except partners of mixed couples.

    Couples are mixed by exchange: two partners of different groups in the same tract change places, so
    that the persons of each group stay as many as they were. Children follow the householder.
    """
    home = person["household"]
    out = race[home].copy()
    rows = np.flatnonzero(person["role"] == PARTNER_ROLE)
    own = out[rows]
    mixed = rng.random(len(rows)) < 1.0 - np.asarray(p["endogamy"])[own]
    rows = rows[mixed]
    where = tract[home[rows]]
    order = np.lexsort((rng.random(len(rows)), where))
    rows, where = rows[order], where[order]
    # Neighbors in a random order of the tract trade places pairwise; pairs of one group change nothing.
    first = np.arange(0, len(rows) - 1, 2)
    first = first[where[first] == where[first + 1]]
    a, b = rows[first], rows[first + 1]
    out[a], out[b] = out[b].copy(), out[a].copy()
    return out


def nativity(
    race: np.ndarray,
    person: dict[str, np.ndarray],
    tract: np.ndarray,
    t: Targets,
    p: Mapping[str, Any],
    rng: np.random.Generator,
) -> np.ndarray:
    """Foreign-born flag of every person, uint8; clustered in families, right for the tract."""
    years = person["age"] // 12
    share = np.asarray(p["foreign_by_race"])[race]
    odds = share / (1.0 - share) * np.asarray(p["foreign_by_age"])[np.digitize(years, (18, 35, 65))]
    home = np.exp(rng.normal(0.0, float(p["foreign_home"]), int(person["household"].max()) + 1))
    odds = odds * home[person["household"]]
    base = np.stack([np.ones_like(odds), odds], axis=1)
    where = tract[person["household"]]
    shares = rake(base, [where], [np.stack([1.0 - t.foreign, t.foreign], axis=1)])
    order = np.lexsort((rng.random(len(odds)), race, where))
    return diffuse(shares, where, order, rng)


def languages(
    race: np.ndarray,
    foreign: np.ndarray,
    person: dict[str, np.ndarray],
    p: Mapping[str, Any],
    rng: np.random.Generator,
) -> np.ndarray:
    """Language spoken best (0 English, 1 Spanish, 2 other), from group, birthplace and the family's.

    One number a home decides for its adults and another for its children, so families share a language.
    """
    home = person["household"]
    n = int(home.max()) + 1
    child = person["age"] < 18 * 12
    hispanic = race == 2
    u = rng.random(n)[home]
    u_child = rng.random(n)[home]
    abroad, here, young = p["speaks_spanish"]
    spanish = np.where(child, u_child < young, np.where(foreign == 1, u < abroad, u < here)) & hispanic
    abroad, here, young = p["speaks_other"]
    strange_home = np.zeros(n, bool)
    strange_home[home[(foreign == 1) & ~hispanic & ~child]] = True
    other = np.where(child, strange_home[home] & (u_child < young), np.where(foreign == 1, u < abroad, u < here))
    return np.where(spanish, 1, np.where(other & ~hispanic, 2, 0)).astype(np.uint8)


def education(
    race: np.ndarray,
    person: dict[str, np.ndarray],
    rank: np.ndarray,
    tract: np.ndarray,
    t: Targets,
    p: Mapping[str, Any],
    rng: np.random.Generator,
) -> np.ndarray:
    """Highest level completed, uint8; adults of 25 and older match the tract, children carry 0.

    `rank` (N households) is the standardized income rank inside the tract. Partners are drawn after the
    others and lean toward the householder's level.
    """
    years = person["age"] // 12
    home = person["household"]
    out = np.zeros(len(years), np.uint8)
    level = np.arange(4)
    slope = float(p["education_income"]) * rank[home] + np.asarray(p["education_race"])[race]
    slope = slope + np.where(years >= 65, float(p["education_65"]), 0.0)
    partner = person["role"] == PARTNER_ROLE
    head = np.flatnonzero(person["slot"] == 0)  # one a household, in household order
    for group in (~partner, partner):
        rows = np.flatnonzero(group & (years >= 25))
        if not len(rows):
            continue
        score = slope[rows][:, None] * level
        if group is partner:
            of_head = out[head[home[rows]]]
            match = np.asarray(p["education_match"])
            score = score + np.where(level == of_head[:, None], match[of_head][:, None], 0.0)
        where = tract[home[rows]]
        shares = rake(np.exp(score), [where], [t.education])
        # Those of like prospects stand together, so that levels follow prospects within the tract.
        prospects = slope[rows] if group is not partner else slope[rows] + 10.0 * of_head
        order = np.lexsort((prospects + rng.normal(0.0, 0.05, len(rows)), where))
        out[rows] = diffuse(shares, where, order, rng)
    rows = np.flatnonzero((years >= 18) & (years < 25))
    if len(rows):
        where = tract[home[rows]]
        usual = t.education.mean(axis=0)
        tilted = np.append(p["education_18_22"], 0.0) * np.sqrt(t.education / np.maximum(usual, 1e-9))
        done = person["age"][rows] >= DEGREE_AGE
        shares = np.where(done[:, None], t.education[where], tilted[where]) * np.exp(0.5 * slope[rows][:, None] * level)
        # Degrees are taken at one age in the model: before it those who will have one are at college, after it
        # none is still to come, so that the young of the start end up with no less schooling than others.
        shares = shares / np.maximum(shares.sum(axis=1, keepdims=True), 1e-9)
        order = np.lexsort((slope[rows], years[rows], where))
        out[rows] = diffuse(shares, where, order, rng)
    return out


def limits_work(
    person: dict[str, np.ndarray], rank: np.ndarray, tract: np.ndarray, any_disability: np.ndarray, p: Mapping[str, Any],
    rng: np.random.Generator,
) -> np.ndarray:  # fmt: skip
    """Code of a disability that limits work: the tract's share by age and income rank, times the part that does.

    `rank` (N households) is the standardized income rank inside the tract.
    """
    years = person["age"] // 12
    by_age = np.asarray(p["disability_by_age"])[np.digitize(years, (16, 35, 55, 65, 75))]
    by_age = by_age * np.exp(float(p["disability_income"]) * rank[person["household"]])
    where = tract[person["household"]]
    adult = years >= 18
    mean: np.ndarray = np.bincount(where[adult], by_age[adult], len(any_disability))
    mean = mean / np.maximum(np.bincount(where[adult], minlength=len(any_disability)), 1)
    level = any_disability * float(p["disability_limits_work"]) / np.maximum(mean, 1e-9)
    share = np.clip(by_age * level[where], 0.0, 0.9)
    order = np.lexsort((rng.random(len(years)), years // 10, where))
    has = diffuse(np.stack([1.0 - share, share], axis=1), where, order, rng)
    awarded = rng.random(len(years)) < float(p["disability_award"])
    return np.where(has > 0, np.where(awarded, 1, 2), 0).astype(np.uint8)


def mothers(
    person: dict[str, np.ndarray],
    key: np.ndarray,
    couple: np.ndarray,
    p: Mapping[str, Any],
    rng: np.random.Generator,
) -> dict[str, np.ndarray]:
    """mother_key, parity, since_birth and the months of present pregnancies.

    Children at home fix a mother's parity; past the childbearing years she may have had others who left.
    """
    n = len(key)
    mother, age = person["mother"], person["age"].astype(np.int64)
    has = mother >= 0
    mother_key = np.zeros(n, np.uint64)
    mother_key[has] = key[mother[has]]
    parity: np.ndarray = np.bincount(mother[has], minlength=n)
    youngest = np.full(n, 10**6)
    np.minimum.at(youngest, mother[has], age[has])
    woman = (person["sex"] == 1) & (age >= 15 * 12)
    years: np.ndarray = age // 12
    shares = np.asarray(p["childless_at_45"], float)
    ever = rng.choice(len(shares), size=n, p=shares / shares.sum())
    # Children of women past forty have partly left; the share who could have grows with her age.
    left = np.clip((years - 38) / 12.0, 0.0, 1.0)
    parity = np.where(woman & (rng.random(n) < left), np.maximum(parity, ever), parity)
    since: np.ndarray = np.where(youngest < 255, youngest, 255)

    band = np.digitize(years, (20, 25, 30, 35, 40))
    rate = np.asarray(p["birth_rate"])[band] / 1000.0
    in_union = np.where(np.isin(person["role"], (0, 1)), couple[person["household"]], 0)
    factor = np.asarray(p["pregnancy_partner"])[in_union]
    able = woman & (years < 45) & ((since >= 12) | (parity == 0))
    for b in range(6):
        rows = able & (band == b)
        if rows.any():
            factor[rows] /= factor[rows].mean()
    gestation = np.zeros(n, np.uint8)
    # Nine months of births are under way at any time, in each month of gestation alike.
    carrying = able & (rng.random(n) < np.clip(rate * factor * 0.75, 0.0, 0.5))
    gestation[carrying] = rng.integers(1, 10, int(carrying.sum()))
    return {
        "mother_key": mother_key,
        "parity": np.where(woman, np.minimum(parity, 20), 0).astype(np.uint8),
        "since_birth": np.where(woman, since, 255).astype(np.uint8),
        "pregnancy": gestation,
    }
