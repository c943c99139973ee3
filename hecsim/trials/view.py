"""A community in one month as expressions see it: names to columns, carried to the rows that ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from hecsim import luck
from hecsim.clock import MONTHS_PER_YEAR
from hecsim.columns import ACE
from hecsim.community import Community
from hecsim.errors import UnknownNameError
from hecsim.evidence import parameters
from hecsim.levers import LEVERS, LeverBook
from hecsim.tables import NONE

__all__ = ["Values", "View", "own_columns"]

TABLES = ("person", "household", "neighborhood", "business", "town")
_ABOVE = {
    "person": ("household", "neighborhood", "town"), "household": ("neighborhood", "town"), "neighborhood": ("town",),
    "business": ("neighborhood", "town"), "town": (),
}  # fmt: skip
_SPECIAL = {"person": ("age", "age_months", "bmi_reported")}
_HEADS = {"home": "household", "household": "household", "neighborhood": "neighborhood", "town": "town"}
# Bits of child protection have no labels of their own in the schema.
_CPS = ("reported", "investigated", "confirmed", "placed")
_LABELS = {"cps_ever": _CPS, "cps_new": _CPS[:3]}


@dataclass
class Values:
    """An array over rows (or one number), and the labels of its codes or bits."""

    array: np.ndarray
    codes: tuple[str, ...] = ()


def own_columns(community: Community, table: str) -> list[str]:
    """Names that an expression over a table may use, without a dot."""
    names = [*_SPECIAL.get(table, ()), *community.tables[table].schema]
    for above in _ABOVE[table]:
        names += list(community.tables[above].schema)
    return [*dict.fromkeys(names), "neighborhood_name", "town_name"]


class View:
    """One month of a community; made anew each month.

    levers : the lever book of the month, for `lever.x`
    draw : parameter values, for `parameter.room.name`
    seed : seed of the trial's own lots
    """

    def __init__(self, community: Community, draw: Mapping[str, Any], levers: LeverBook | None = None, seed: int = 0):
        self.community, self.draw, self.levers, self.seed = community, draw, levers, seed
        self._kept: dict[str, Any] = {}

    def size(self, table: str) -> int:
        """Rows of a table."""
        return self.community.tables[table].size

    def keys(self, table: str) -> np.ndarray:
        """Numbers that carry each row's luck; towns have none of their own."""
        t = self.community.tables[table]
        return t["key"] if "key" in t else luck.founder_keys(0, table, t.size)

    def present(self, table: str) -> np.ndarray:
        """Rows in use, bool."""
        t = self.community.tables[table]
        if "present" in t:
            return t["present"] == 1
        return t["open"] == 1 if table == "business" else np.ones(t.size, bool)

    def _once(self, name: str, make: Any) -> Any:
        if name not in self._kept:
            self._kept[name] = make()
        return self._kept[name]

    # -- where rows belong -----------------------------------------------------------------------

    @property
    def home(self) -> np.ndarray:
        """Household row of each person, int64; 0 for rows not in use."""
        column = self.community.person["household"]
        return self._once("home", lambda: np.where(column == NONE, 0, column).astype(np.int64))

    def row(self, table: str, above: str) -> np.ndarray:
        """Row in a table above, of each row of a table."""
        return self._once(f"{table}>{above}", lambda: self._row(table, above))

    def _row(self, table: str, above: str) -> np.ndarray:
        if table == above:
            return np.arange(self.size(table))
        if table == "person":
            return self.home if above == "household" else self.row("household", above)[self.home]
        if above == "neighborhood":
            column = self.community.tables[table]["neighborhood"].astype(np.int64)
            return np.minimum(column, self.size("neighborhood") - 1)
        town = np.minimum(self.community.neighborhood["town"].astype(np.int64), self.size("town") - 1)
        return town if table == "neighborhood" else town[self.row(table, "neighborhood")]

    # -- names -----------------------------------------------------------------------------------

    def find(self, table: str, name: str) -> Values:
        """What a name stands for at every row of a table; `UnknownNameError` offers the nearest."""
        return self._once(f"{table}:{name}", lambda: self._find(table, name))

    def _find(self, table: str, name: str) -> Values:
        head, dot, rest = name.partition(".")
        if not dot:
            return self._plain(table, name)
        if head == "lever":
            return self._lever(table, rest)
        if head == "parameter":
            if rest not in parameters.load():
                raise UnknownNameError(rest, parameters.load(), what="parameter")
            return Values(np.asarray(self.draw[rest]))
        if head in ("mother", "caregiver") and table in ("person", "household"):
            rows = self._mother() if head == "mother" and table == "person" else self._caregiver(table)
            found = self.find("person", rest)
            if found.array.dtype.kind in "OUS":
                return Values(found.array[np.maximum(rows, 0)], found.codes)
            values = np.where(rows >= 0, found.array[np.maximum(rows, 0)].astype(float), np.nan)
            return Values(values, found.codes)
        above = _HEADS.get(head)
        if above is None or (above not in _ABOVE[table] and above != table):
            known = [*(_HEADS[h] for h in _HEADS), "home", "mother", "caregiver", "lever", "parameter"]
            raise UnknownNameError(head, dict.fromkeys(known), what=f"name before the dot, at {table} rows,")
        found = self.find(above, rest)
        return Values(found.array[self.row(table, above)], found.codes)

    def _plain(self, table: str, name: str) -> Values:
        community = self.community
        if table == "person" and name == "age":
            return Values(community.person["age"] / MONTHS_PER_YEAR)
        if table == "person" and name == "age_months":
            return Values(community.person["age"])
        if table == "person" and name == "bmi_reported":
            return Values(self._reported())
        if name in ("town_name", "neighborhood_name"):
            kind = name.removesuffix("_name")
            if kind == table or kind in _ABOVE[table]:
                return Values(np.asarray(community.labels[kind], object)[self.row(table, kind)])
        for where in (table, *_ABOVE[table]):
            if name in community.tables[where].schema and community.tables[where].schema[name].width == 1:
                column = community.tables[where].schema[name]
                array = community.tables[where][name]
                codes = _LABELS.get(name, column.codes or (ACE if column.unit == "bits" else ()))
                return Values(array if where == table else array[self.row(table, where)], codes)
        raise UnknownNameError(name, own_columns(community, table), what=f"name at {table} rows")

    def _reported(self) -> np.ndarray:
        """BMI on the self-report scale; 0 where there is no BMI."""
        p = self.community.person
        sex = p["sex"].astype(np.int64)
        scale = np.asarray(self.draw["weight.report_scale"])[sex]
        return scale * p["bmi"].astype(float) ** np.asarray(self.draw["weight.report_power"])[sex]

    def _lever(self, table: str, name: str) -> Values:
        if name not in LEVERS:
            raise UnknownNameError(name, LEVERS, what="lever")
        scope = LEVERS[name].scope
        book = self.levers if self.levers is not None else LeverBook(self.draw)
        if scope == "global":
            return Values(np.asarray(float(book.number(name))))
        if scope != table and scope not in _ABOVE[table]:
            raise UnknownNameError(name, [n for n, x in LEVERS.items() if x.scope == table], what=f"lever at {table} rows")
        out = np.empty(self.size(scope), np.float32)
        return Values(book.fill(name, slice(0, out.size), out).astype(float)[self.row(table, scope)])

    # -- kin -------------------------------------------------------------------------------------

    def _mother(self) -> np.ndarray:
        """Row of each person's mother, -1 if she is unknown or gone."""
        return self._once("mother rows", self._find_mothers)

    def _find_mothers(self) -> np.ndarray:
        p = self.community.person
        here = np.flatnonzero(p["present"] == 1)
        order = here[np.argsort(p["key"][here])]
        at = np.searchsorted(p["key"][order], p["mother_key"])
        rows = order[np.minimum(at, order.size - 1)] if order.size else np.zeros(p.size, np.int64)
        known = (p["mother_key"] != 0) & (p["key"][rows] == p["mother_key"]) & (order.size > 0)
        return np.where(known, rows, -1)

    def _caregiver(self, table: str) -> np.ndarray:
        """Row of the woman of the couple that heads each home, else of the householder, -1 if there is none."""
        rows = self._once("caregiver rows", self._find_caregivers)
        return rows if table == "household" else rows[self.home]

    def _find_caregivers(self) -> np.ndarray:
        p = self.community.person
        heads = np.flatnonzero((p["present"] == 1) & (p["role"] <= 1))
        out = np.full(self.size("household"), -1, np.int64)
        # Written last wins: partners, then householders, then women, householders last among them.
        rank = p["sex"][heads].astype(int) * 2 + (p["role"][heads] == 0)
        heads = heads[np.argsort(rank, kind="stable")]
        out[self.home[heads]] = heads
        return out

    def gathered(self, how: str, values: np.ndarray, table: str) -> np.ndarray:
        """Values of persons drawn together over the residents of a home or neighborhood, at the rows of a table."""
        place = "neighborhood" if how == "near" or table == "neighborhood" else "household"
        rows = np.flatnonzero(self.community.person["present"] == 1)
        at, x = self.row("person", place)[rows], values[rows].astype(float)
        n = self.size(place)
        if how in ("lowest", "highest"):
            out = np.full(n, np.inf if how == "lowest" else -np.inf)
            (np.minimum if how == "lowest" else np.maximum).at(out, at, x)
            out[~np.isfinite(out)] = np.nan
        else:
            kept = np.isfinite(x)
            out = np.bincount(at[kept], x[kept], n)
            if how in ("mean", "near"):
                out = out / np.bincount(at[kept], minlength=n)
            elif how == "any":
                out = out > 0
        return out[self.row(table, place)]
