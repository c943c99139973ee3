"""`Geography`: a chosen set of towns with their neighborhoods, frozen, ordered and with a digest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from hecsim.errors import CommunityDataError, UnknownNameError
from hecsim.geography import tables
from hecsim.geography.fallback import Assumption, fill_inputs, fill_joint
from hecsim.geography.joints import check_joint, joint, joint_names

ALL = "all"


@dataclass(frozen=True, eq=False, repr=False)
class Geography:
    """A set of towns and their neighborhoods (census tracts); two with the same content have the same digest.

    towns        names by the alphabet
    tracts       one row a neighborhood, sorted by town, then geoid; row number = neighborhood number; blanks NaN
    town_table   one row a town, indexed by name
    borders      pairs of these towns that touch
    tables       joint tables by (name, level); a user's own, or the packaged rows of these places
    state        statewide figures, the last resort of `inputs`
    notes        assumptions made while loading
    retailers    known food stores (`geoid`, `store`); None where stores are placed by rates
    """

    towns: tuple[str, ...]
    tracts: pd.DataFrame
    town_table: pd.DataFrame
    borders: pd.DataFrame
    tables: Mapping[tuple[str, str], pd.DataFrame]
    state: pd.Series
    source: str = "packaged"
    notes: tuple[Assumption, ...] = field(default=())
    retailers: pd.DataFrame | None = None

    def __repr__(self) -> str:
        shown = ", ".join(self.towns[:3]) + (f" and {len(self.towns) - 3} more" if len(self.towns) > 3 else "")
        return f"<Geography {shown}: {self.population:,} people, {len(self.tracts)} neighborhoods>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Geography) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    @property
    def population(self) -> int:
        """Residents of all neighborhoods."""
        return int(self.tracts["population"].sum())

    @property
    def households(self) -> int:
        """Households of all neighborhoods."""
        return int(self.tracts["households"].sum())

    def joint(self, name: str, level: str = "town") -> pd.DataFrame | None:
        """Counts of a joint table for these places, as given; None where the data have none at this level."""
        check_joint(name, level)
        if level == "state":
            return joint(name, "state")
        table = self.tables.get((name, level))
        return None if table is None else table.copy()

    def margin(self, name: str) -> pd.DataFrame:
        """Counts of a joint table for every neighborhood, in the order of `tracts`, with the fallback.

        A neighborhood without counts takes the shares of its town or the state; see `assumptions`.
        """
        check_joint(name, "state")
        return fill_joint(name, self.tracts, self._at)[0]

    def _at(self, name: str, level: str) -> pd.DataFrame | None:
        return joint(name, "state") if level == "state" else self.tables.get((name, level))

    @cached_property
    def _filled(self) -> tuple[pd.DataFrame, tuple[Assumption, ...]]:
        return fill_inputs(self.tracts, self.town_table, self.state)

    @property
    def inputs(self) -> pd.DataFrame:
        """Synthesis inputs, one row a neighborhood in the order of `tracts`, without blanks (see `assumptions`)."""
        return self._filled[0].copy()

    @cached_property
    def assumptions(self) -> tuple[Assumption, ...]:
        """Everything in `inputs` and `margin` that was assumed instead of read."""
        made = list(self.notes) + list(self._filled[1])
        for name in joint_names():
            made += fill_joint(name, self.tracts, self._at)[1]
        return tuple(made)

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) of names, tables and joint tables; equal content gives an equal digest anywhere."""
        h = hashlib.sha256()
        parts = {"tracts": self.tracts, "towns": self.town_table, "borders": self.borders}
        parts |= {f"joint {n} {level}": t for (n, level), t in sorted(self.tables.items())}
        parts["state"] = self.state.to_frame()
        if self.retailers is not None:
            parts["retailers"] = self.retailers
        for name, table in parts.items():
            h.update(f"\x1d{name}\x1d{len(table)}".encode())
            index = table.index if table.index.name else None
            if index is not None:
                h.update("\x1f".join(map(str, index)).encode())
            for column in sorted(table.columns):
                label = ".".join(column) if isinstance(column, tuple) else str(column)
                h.update(f"\x1e{label}\x1e".encode())
                h.update(_bytes(table[column]))
        return h.hexdigest()


def _bytes(column: pd.Series) -> bytes:
    """A column as bytes that do not depend on the machine or on how pandas stores it."""
    if pd.api.types.is_numeric_dtype(column):
        values = column.to_numpy(dtype="<f8", na_value=np.nan) + 0.0  # + 0.0 makes -0.0 and 0.0 one
        values[np.isnan(values)] = np.nan
        return values.tobytes()
    return "\x1f".join("" if pd.isna(v) else str(v) for v in column).encode()


def regions() -> dict[str, tuple[str, ...]]:
    """Named groups of towns: "region:Capitol" (planning regions) and "county:Hartford" (former counties)."""
    table = tables.packaged("towns")
    groups: dict[str, tuple[str, ...]] = {}
    for kind in ("region", "county"):
        for name, rows in table.groupby(kind):
            groups[f"{kind}:{name}"] = tuple(sorted(rows["town"]))
    return groups


def town_names(names: str | Iterable[str]) -> tuple[str, ...]:
    """The towns meant by names, "all", "region:..." and "county:...", by the alphabet, each once."""
    known = tables.packaged_towns()
    by_lower = {t.lower(): t for t in known}
    asked = [names] if isinstance(names, str) else list(names)
    if not asked:
        raise CommunityDataError("no town was named", hint='Name at least one town, such as "Hartford", or "all"')
    if any(not isinstance(a, str) for a in asked):
        raise UnknownNameError(str(next(a for a in asked if not isinstance(a, str))), known, what="town")
    chosen: list[str] = []
    for name in asked:
        key = name.strip()
        if key.lower() == ALL:
            chosen += known
        elif ":" in key:
            groups = {g.lower(): t for g, t in regions().items()}
            if key.lower() not in groups:
                raise UnknownNameError(name, regions(), what="group of towns")
            chosen += groups[key.lower()]
        elif key.lower() in by_lower:
            chosen.append(by_lower[key.lower()])
        else:
            raise UnknownNameError(name, known, what="town")
    twice = sorted({t for t in chosen if chosen.count(t) > 1})
    if twice:
        raise CommunityDataError(
            f"named more than once: {', '.join(twice)}",
            hint="Name every town once; a town inside a region or county that is also named counts twice",
        )
    return tuple(sorted(chosen))


def select(names: str | Iterable[str] = ALL) -> Geography:
    """The packaged Connecticut data of any set of towns, touching or not; the order of names does not matter.

    >>> select("Hartford").population
    119970
    >>> select(["Windsor", "Hartford"]).digest == select(["Hartford", "Windsor"]).digest
    True
    """
    chosen = town_names(names)
    every = len(chosen) == len(tables.packaged_towns())
    tract_table = tables.tracts() if every else tables.tracts(list(chosen))
    borders = tables.adjacency()
    inside = borders["town_a"].isin(chosen) & borders["town_b"].isin(chosen)
    joints: dict[tuple[str, str], pd.DataFrame] = {}
    for name in joint_names():
        for level, places in (("town", list(chosen)), ("tract", list(tract_table["geoid"]))):
            if level in tables.schema()["joints"][name]["levels"]:
                table = joint(name, level)
                joints[name, level] = table[table.index.isin(places)]
    return Geography(
        towns=chosen,
        tracts=tract_table,
        town_table=tables.towns().loc[list(chosen)],
        borders=borders[inside].reset_index(drop=True),
        tables=joints,
        state=tables.state_marginals(),
    )


def is_contiguous(geography: Geography, *, corners: bool = False) -> bool:
    """Whether one can walk between any two of its towns without leaving it, over shared borders.

    With `corners`, towns that touch only in a point count as joined. One town is contiguous.
    """
    if len(geography.towns) == 1:
        return True
    if geography.source != "packaged" and geography.borders.empty:
        raise CommunityDataError(
            "there is no table of borders, so contiguity is unknown",
            file="borders.csv",
            hint="Add borders.csv with the columns town_a, town_b, kind and border_km",
        )
    pairs = geography.borders if corners else geography.borders[geography.borders["kind"] == "border"]
    near: dict[str, set[str]] = {t: set() for t in geography.towns}
    for a, b in zip(pairs["town_a"], pairs["town_b"], strict=True):
        near[a].add(b)
        near[b].add(a)
    seen, queue = {geography.towns[0]}, [geography.towns[0]]
    while queue:
        for t in near[queue.pop()] - seen:
            seen.add(t)
            queue.append(t)
    return len(seen) == len(geography.towns)
