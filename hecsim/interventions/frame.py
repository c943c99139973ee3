"""What interventions need of a month, computed once: where people live and for how many they stand."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np

from hecsim.community import Community
from hecsim.compiled import njit
from hecsim.interventions import who

__all__ = ["Frame"]


class Frame:
    """One month's view of a community; made anew each month, so rows may have moved since the last.

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

    def home(self, persons: np.ndarray) -> np.ndarray:
        """Household row of each of these persons (rows or a mask), int64."""
        return who.home_of(self.community, persons)

    @property
    def place(self) -> _Once:
        """Neighborhood row by table."""
        return _Once(self, "its place", self._place)

    def _place(self, table: str) -> np.ndarray:
        if table == "person":
            return who.of_home(self.community, self.place["household"])
        return self.community.tables[table]["neighborhood"].astype(np.int64)

    @property
    def weight(self) -> _Once:
        """Real households and persons per simulated one; 0 for rows that are not present."""
        return _Once(self, "its weight", self._weight)

    def _weight(self, table: str) -> np.ndarray:
        if table == "person":
            return who.of_home(self.community, self.weight["household"]) * self.present("person")
        return who.weights(self.community)

    @cached_property
    def residents(self) -> np.ndarray:
        """Real residents by neighborhood."""
        h, p, out = self.community.household, self.community.person, np.zeros(self.community.neighborhood.size)
        _residents(p["present"], p["household"], h["present"], h["neighborhood"], self.community.neighborhood["scale"], out)
        return out

    def _mask(self, name: str) -> np.ndarray:
        if name == "caregivers":
            return who.caregivers(self.community)
        return who.children(self.community) if name == "children" else who.adults(self.community)

    def mask(self, name: str) -> np.ndarray:
        """Persons who are caregivers, children or adults."""
        return self.once("mask", name, lambda: self._mask(name))

    def present(self, table: str) -> np.ndarray:
        """Rows of a table in use."""
        return self.once(table, "present", lambda: self.community.tables[table]["present"] == 1)


class _Once:
    """Arrays of a frame by name, each made when it is first asked for.

    The frame keeps the arrays and not this, so that both go with the month and not when Python next looks for cycles:
    of a state, a month's are a tenth of a gigabyte.
    """

    def __init__(self, frame: Frame, owner: str, make: Callable[[str], np.ndarray]):
        self._frame, self._owner, self._make = frame, owner, make

    def __getitem__(self, name: str) -> np.ndarray:
        return self._frame.once(self._owner, name, lambda: self._make(name))


@njit()
def _residents(present, household, home_present, neighborhood, scale, out):
    for i in range(present.size):
        if present[i] == 1 and home_present[household[i]] == 1:
            g = neighborhood[household[i]]
            out[g] += np.float64(scale[g])
