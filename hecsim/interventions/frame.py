"""What interventions need of a month, computed once: where people live and for how many they stand."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np

from hecsim.community import Community
from hecsim.interventions import who

__all__ = ["Frame"]


class Frame:
    """One month's view of a community; made anew each month, so rows may have moved since the last.

    home : household row of each person, int64
    place : neighborhood row of each household / person / business, by table name, int64
    weight : real units that each row stands for, by table name, float64
    residents : real residents of each neighborhood, float64
    """

    def __init__(self, community: Community):
        self.community = community
        self._kept: dict[tuple[str, str], np.ndarray] = {}

    def once(self, owner: str, name: str, make: Callable[[], np.ndarray]) -> np.ndarray:
        """An array worked out once a month for one owner; nobody may write into it."""
        if (owner, name) not in self._kept:
            self._kept[owner, name] = make()
        return self._kept[owner, name]

    @cached_property
    def home(self) -> np.ndarray:
        """Household row of each person."""
        return who.home_of(self.community)

    @cached_property
    def place(self) -> dict[str, np.ndarray]:
        """Neighborhood row by table."""
        of = self.community.household["neighborhood"].astype(np.int64)
        business = self.community.business["neighborhood"].astype(np.int64)
        return {"household": of, "person": of[self.home], "business": business}

    @cached_property
    def weight(self) -> dict[str, np.ndarray]:
        """Real households and persons per simulated one; 0 for rows that are not present."""
        household = who.weights(self.community)
        return {"household": household, "person": household[self.home] * self.present("person")}

    @cached_property
    def residents(self) -> np.ndarray:
        """Real residents by neighborhood."""
        size = self.community.neighborhood.size
        return np.bincount(self.place["person"], self.weight["person"], minlength=size)

    @cached_property
    def _masks(self) -> dict[str, np.ndarray]:
        return {
            "caregivers": who.caregivers(self.community),
            "children": who.children(self.community),
            "adults": who.adults(self.community),
        }

    def mask(self, name: str) -> np.ndarray:
        """Persons who are caregivers, children or adults."""
        return self._masks[name]

    def present(self, table: str) -> np.ndarray:
        """Rows of a table in use."""
        return self.once(table, "present", lambda: self.community.tables[table]["present"] == 1)
