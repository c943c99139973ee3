"""How the start finds food habits, diets and food security."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hecsim.community import Community
from hecsim.population.histories.matching import household_normal

__all__ = ["initialize"]

_AGE_STEPS = np.array([5, 12, 18, 35, 50, 65]) * 12


def initialize(community: Community, draw: Mapping[str, Any], rng: np.random.Generator) -> None:
    """Habits by education, sex and family; diets in line; a year of food security by income."""
    _habits(community, draw, rng)
    _security(community, draw, rng)


def _habits(community: Community, draw: Mapping[str, Any], rng: np.random.Generator) -> None:
    pp, hh = community.person, community.household
    rows = np.flatnonzero(pp["present"] == 1)
    home = pp["household"][rows].astype(np.int64)
    age = pp["age"][rows].astype(int)
    # What children eat follows the education of the home, adults' their own.
    education = np.where(age >= 18 * 12, pp["education"][rows], hh["education"][home]).astype(int)
    family = household_normal(community, rng)[home]
    own = rng.standard_normal(rows.size)
    shared = draw["food.habit_family"]
    habit = (
        draw["food.habit_mean"]
        + np.asarray(draw["food.habit_education"])[education]
        + draw["food.habit_female"] * ((pp["sex"][rows] == 1) - 0.5)
        + draw["food.habit_spread"] * (np.sqrt(shared) * family + np.sqrt(1.0 - shared) * own)
    )
    pp["diet_habit"][rows] = np.clip(habit, 15.0, 95.0)
    age_part = np.asarray(draw["food.diet_age"])[np.searchsorted(_AGE_STEPS, age, side="right")]
    pp["diet"][rows] = np.clip(pp["diet_habit"][rows] + age_part, 5.0, 100.0)
    pp["energy_shift"][rows] = 0.0


def _security(community: Community, draw: Mapping[str, Any], rng: np.random.Generator) -> None:
    hh = community.household
    rows = np.flatnonzero(hh["present"] == 1)
    band = np.searchsorted([1.0, 1.85, 3.0], hh["poverty_ratio"][rows], side="right")
    ever = rng.random(rows.size) < np.asarray(draw["food.insecure_start"])[band]
    bits = np.zeros(rows.size, np.int64)
    share = draw["food.insecure_start_months"]
    for month in range(12):
        bits |= (ever & (rng.random(rows.size) < share)).astype(np.int64) << month
    hh["insecure_bits"][rows] = bits
    hh["insecure_months"][rows] = np.bitwise_count(bits)
    odds = draw["food.very_low"]
    very_low = rng.random(rows.size) < odds / (1.0 + odds)
    hh["food_security"][rows] = np.where(bits & 1, np.where(very_low, 2, 1), 0)
    # A plain supermarket basket until the first month finds the stores.
    hh["food_price"][rows] = 1.0
    hh["store_quality"][rows] = draw["food.supply_reference"]
