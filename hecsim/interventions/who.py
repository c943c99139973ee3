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
_PART = 131_072  # persons at a time
UNSTABLE_TENURE = 2  # shelter and doubled up are the codes from here on


def home_of(community: Community, persons: np.ndarray | slice) -> np.ndarray:
    """Household row of each of these persons (rows, a mask or a slice), int64; 0 for those not in use (mask them)."""
    home = community.person["household"][persons]
    return np.where(home == NONE, 0, home).astype(np.int64)


def of_home(community: Community, values: np.ndarray) -> np.ndarray:
    """A household column carried to the persons who live there; rows not in use get the first home's."""
    out = np.empty(community.person.size, values.dtype)
    # A part at a time: row numbers of all persons of a state would be as large as seven columns.
    for first in range(0, out.size, _PART):
        part = slice(first, first + _PART)
        out[part] = values[home_of(community, part)]
    return out


def homes_with(community: Community, persons: np.ndarray) -> np.ndarray:
    """Households present with at least one of these persons (a mask over person rows)."""
    h, rows = community.household, np.flatnonzero(persons & (community.person["present"] == 1))
    return (h["present"] == 1) & (np.bincount(home_of(community, rows), minlength=h.size) > 0)


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


def caregivers(community: Community) -> np.ndarray:
    """Householders and partners present in homes with children."""
    p = community.person
    return (p["present"] == 1) & (p["role"] <= 1) & of_home(community, community.household["children"] > 0)


def weights(community: Community) -> np.ndarray:
    """Real households that each simulated household stands for, float64; 0 if not present."""
    h = community.household
    scale = community.neighborhood["scale"].astype(float)
    return scale[h["neighborhood"].astype(np.int64)] * (h["present"] == 1)


def people_weight(community: Community) -> np.ndarray:
    """Real persons that each simulated person stands for, float64; 0 if not present."""
    return of_home(community, weights(community)) * (community.person["present"] == 1)
