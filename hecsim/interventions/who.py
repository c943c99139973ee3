"""Masks and counts that eligibility rules are made of. All take a community and return whole columns."""

from __future__ import annotations

import numpy as np

from hecsim.clock import MONTHS_PER_YEAR
from hecsim.community import Community
from hecsim.tables import NONE

__all__ = [
    "ADULT_MONTHS", "adults", "caregivers", "child_aged", "children", "home_of", "homes_with", "income_below",
    "of_home", "people_weight", "renters", "weights",
]  # fmt: skip

ADULT_MONTHS = 18 * MONTHS_PER_YEAR
UNSTABLE_TENURE = 2  # shelter and doubled up are the codes from here on


def home_of(community: Community) -> np.ndarray:
    """Household row of each person, int64; 0 for rows not in use (mask them by `present`)."""
    home = community.person["household"]
    rows = home.astype(np.int64)
    rows[home == NONE] = 0
    return rows


def of_home(community: Community, values: np.ndarray) -> np.ndarray:
    """A household column carried to the persons who live there."""
    return values[home_of(community)]


def homes_with(community: Community, persons: np.ndarray) -> np.ndarray:
    """Households present with at least one of these persons (a mask over person rows)."""
    h, rows = community.household, np.flatnonzero(persons & (community.person["present"] == 1))
    return (h["present"] == 1) & (np.bincount(home_of(community)[rows], minlength=h.size) > 0)


def income_below(community: Community, ratio: float) -> np.ndarray:
    """Households present with income at or below `ratio` times the poverty guideline."""
    h = community.household
    return (h["present"] == 1) & (h["poverty_ratio"] <= ratio)


def child_aged(community: Community, first: int, below: int) -> np.ndarray:
    """Households present whose youngest resident's age in months is in [first, below)."""
    h = community.household
    return (h["present"] == 1) & (h["children"] > 0) & (h["youngest"] >= first) & (h["youngest"] < below)


def renters(community: Community) -> np.ndarray:
    """Households present that rent, or have no home of their own."""
    h = community.household
    return (h["present"] == 1) & (h["tenure"] >= 1)


def adults(community: Community) -> np.ndarray:
    """Persons present of 18 or older."""
    p = community.person
    return (p["present"] == 1) & (p["age"] >= ADULT_MONTHS)


def children(community: Community) -> np.ndarray:
    """Persons present below 18."""
    p = community.person
    return (p["present"] == 1) & (p["age"] < ADULT_MONTHS)


def caregivers(community: Community, home: np.ndarray | None = None) -> np.ndarray:
    """Householders and partners present in homes with children; `home` is `home_of`, where it is known already."""
    p, home = community.person, home_of(community) if home is None else home
    return (p["present"] == 1) & (p["role"] <= 1) & (community.household["children"] > 0)[home]


def weights(community: Community) -> np.ndarray:
    """Real households that each simulated household stands for, float64; 0 if not present."""
    h = community.household
    scale = community.neighborhood["scale"].astype(float)
    return scale[h["neighborhood"].astype(np.int64)] * (h["present"] == 1)


def people_weight(community: Community) -> np.ndarray:
    """Real persons that each simulated person stands for, float64; 0 if not present."""
    return of_home(community, weights(community)) * (community.person["present"] == 1)
