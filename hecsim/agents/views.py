"""Agents as views: a model and a row, with every column as an attribute."""

from __future__ import annotations

from typing import Any, ClassVar

import mesa
import numpy as np

from hecsim.tables import NONE

__all__ = ["VIEWS", "Business", "Household", "Neighborhood", "Organization", "Person", "View"]


class View(mesa.Agent):
    """One row of a table, seen as a Mesa agent.

    Columns are attributes: `view.age` reads and `view.age = 40` writes the cell. `label(name)` gives a
    coded value in words. Views compare equal when they show the same row of the same model.
    """

    table_name: ClassVar[str] = ""

    def __init__(self, model: Any, row: int):
        # Registering millions of views with Mesa would cost what the columns save, so mesa.Agent's
        # constructor, which does only that, is not called.
        object.__setattr__(self, "model", model)
        object.__setattr__(self, "row", int(row))
        object.__setattr__(self, "pos", None)

    @property
    def table(self) -> Any:
        """The table that this view shows a row of."""
        return self.model.community.tables[self.table_name]

    @property
    def unique_id(self) -> int:
        """The agent's key where it has one, else its row."""
        return int(self.table.columns["key"][self.row]) if "key" in self.table else self.row

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        table = self.table
        if name in table.columns:
            value = table.columns[name][self.row]
            return value.item() if np.ndim(value) == 0 else value
        raise AttributeError(f"{type(self).__name__} has no column '{name}'")

    def __setattr__(self, name: str, value: Any) -> None:
        table = self.table
        if name in table.columns:
            table.columns[name][self.row] = value
        else:
            object.__setattr__(self, name, value)

    def label(self, name: str) -> str:
        """A coded value in words: `person.label("labor")` may be 'employed'."""
        column = self.table.schema[name]
        value = getattr(self, name)
        if not column.codes:
            return str(value)
        if column.unit == "bits":
            return ", ".join(c for i, c in enumerate(column.codes) if value >> i & 1) or "none"
        return column.codes[int(value)]

    def to_dict(self) -> dict[str, Any]:
        """All columns of the row."""
        return {name: getattr(self, name) for name in self.table.columns}

    def step(self) -> None:
        """Nothing: what agents do each month is done for all of them at once by the processes."""

    def remove(self) -> None:
        """Refuse: rows are never deleted, people leave through the model's own events."""
        raise TypeError("agents are views; a person leaves the model by dying or moving away")

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other.model is self.model and other.row == self.row  # type: ignore[attr-defined]

    def __hash__(self) -> int:
        return hash((self.table_name, self.row))

    def __repr__(self) -> str:
        return f"{type(self).__name__}(row={self.row}, unique_id={self.unique_id})"


class Person(View):
    """A resident, adult or child."""

    table_name = "person"

    @property
    def home(self) -> Household:
        """The household that this person belongs to."""
        return Household(self.model, int(self.table.columns["household"][self.row]))

    @property
    def age_years(self) -> int:
        """Age in completed years."""
        return int(self.table.columns["age"][self.row]) // 12


class Household(View):
    """People who share a home and a budget."""

    table_name = "household"

    @property
    def members(self) -> list[Person]:
        """Its present members."""
        return [Person(self.model, int(r)) for r in self.model.community.members(self.row)]

    @property
    def place(self) -> Neighborhood:
        """The neighborhood in which it lives."""
        return Neighborhood(self.model, int(self.table.columns["neighborhood"][self.row]))

    @property
    def ties(self) -> list[Household]:
        """Households that it is tied to."""
        t = self.model.community.ties
        links = t.index[int(t.indptr[self.row]) : int(t.indptr[self.row + 1])]
        return [Household(self.model, int(r)) for r in links]


class Business(View):
    """A food retailer or an employer."""

    table_name = "business"

    @property
    def place(self) -> Neighborhood | None:
        """The neighborhood in which it stands, None if outside the geography."""
        row = int(self.table.columns["neighborhood"][self.row])
        return None if row == int(NONE) or row == 0xFFFF else Neighborhood(self.model, row)


class Neighborhood(View):
    """About a census tract."""

    table_name = "neighborhood"

    @property
    def name(self) -> str:
        """Its name."""
        return self.model.community.labels["neighborhood"][self.row]

    @property
    def households(self) -> list[Household]:
        """Households that live here now."""
        columns = self.model.community.household.columns
        here = (columns["neighborhood"] == self.row) & (columns["present"] == 1)
        return [Household(self.model, int(r)) for r in np.flatnonzero(here)]


class Organization(View):
    """A partner of the collaborative, or one that could be. Where there is one, its state stands in `co_*` columns."""

    table_name = "organization"

    @property
    def partners(self) -> list[Organization]:
        """Organizations that it works with."""
        links = self.model.community.partners
        others = [b if a == self.row else a for a, b, _ in links if self.row in (a, b)]
        return [Organization(self.model, r) for r in others]

    @property
    def role(self) -> str:
        """Its role in the collaborative in words."""
        return self.label("co_role") if "co_role" in self.table else "not a member"


VIEWS: dict[str, type[View]] = {v.table_name: v for v in (Person, Household, Business, Neighborhood, Organization)}
