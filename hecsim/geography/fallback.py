"""What stands in for a missing synthesis input, and the record of it.

Only inputs of the synthetic population are ever filled, and only in these copies: the tables themselves keep
their blanks, and nothing that a simulated community is compared with is filled at all. The chain is
neighborhood, then its town, then the state. Each step taken is an `Assumption`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hecsim.geography.tables import STATE, columns_of, schema

EVERYWHERE = "every neighborhood"


@dataclass(frozen=True)
class Assumption:
    """One value that was assumed: for `place`, `column` was taken from `used`, because of `why`."""

    place: str
    column: str
    used: str
    why: str


def universe_of(tracts: pd.DataFrame, column: str) -> pd.Series:
    """How many people or households could be in the share `column`, for each row of `tracts`."""
    universe = schema()["columns"][column].get("universe", "population")
    if universe in ("children", "seniors"):
        # Both are asked about poverty, which nobody's is determined for in a prison or a dormitory.
        share = tracts["age_0_4"] + tracts["age_5_17"] if universe == "children" else tracts["age_65_up"]
        return share * tracts["poverty_universe"].fillna(tracts["population"])
    if universe == "owner_households":
        return tracts["households"] * (1.0 - tracts["renter"].fillna(0.0))
    return tracts[universe]


def fill_inputs(tracts: pd.DataFrame, towns: pd.DataFrame, state: pd.Series) -> tuple[pd.DataFrame, tuple[Assumption, ...]]:
    """Synthesis columns of `tracts` without blanks, and what was assumed (`towns` is indexed by name).

    Shares of one group (income bands, say) are taken together from one place, so that they still add up to 1.
    Counts are never borrowed: a blank count becomes the product of its share and its universe, or 0.
    """
    columns = columns_of("tracts", role="synthesis")
    out = tracts[["geoid", "town", *columns]].copy()
    made: list[Assumption] = []
    groups: dict[str, list[str]] = {}
    for c in columns:
        if schema()["columns"][c]["kind"] != "count":
            groups.setdefault(schema()["columns"][c].get("group", c), []).append(c)
    for members in groups.values():
        blank = out[members].isna().any(axis=1)
        if not blank.any():
            continue
        count = universe_of(tracts, members[0])
        for row in np.flatnonzero(blank.to_numpy()).tolist():
            town = str(out["town"].iloc[row])
            values, used = _from_above(members, town, towns, state)
            for c in members:
                out.loc[out.index[row], c] = values[c]
            empty = pd.notna(count.iloc[row]) and count.iloc[row] == 0
            why = "nobody it could describe lives there, so it has no effect" if empty else "blank in the table"
            made += [Assumption(str(out["geoid"].iloc[row]), c, used, why) for c in members]
    derived: tuple[tuple[str, Callable[[pd.DataFrame], pd.Series]], ...] = (
        ("poverty_universe", lambda t: t["population"]),
        ("adults_25_up", lambda t: t["population"] * (t["age_35_54"] + t["age_55_64"] + t["age_65_up"])),
        ("renter_households", lambda t: t["households"] * t["renter"]),
    )
    for c, rule in derived:
        blank = out[c].isna()
        if blank.any():
            out[c] = out[c].astype(float).where(~blank, rule(out).round())
            made += [Assumption(str(g), c, "worked out from its shares", "blank") for g in out.loc[blank, "geoid"]]
    return out, tuple(made)


def _from_above(members: list[str], town: str, towns: pd.DataFrame, state: pd.Series) -> tuple[dict[str, float], str]:
    if town in towns.index:
        values = towns.reindex(columns=members).loc[[town]].to_numpy(float)[0]
        if not np.isnan(values).any():
            return dict(zip(members, values.tolist(), strict=True)), f"town: {town}"
    return {c: float(state[c]) for c in members}, f"state: {STATE}"


def fill_joint(
    name: str,
    tracts: pd.DataFrame,
    at: Callable[[str, str], pd.DataFrame | None],
) -> tuple[pd.DataFrame, tuple[Assumption, ...]]:
    """Counts of a joint table for each neighborhood (rows in the order of `tracts`), and what was assumed.

    A neighborhood without its own counts gets those of its town, or else of the state, scaled to the size of
    its universe (households, or people for whom poverty is determined). `at(name, level)` gives the tables;
    it must have one for the state.
    """
    size = tracts[schema()["joints"][name]["universe"]].fillna(tracts["population"]).to_numpy(float)
    state, town_table, own = at(name, "state"), at(name, "town"), at(name, "tract")
    assert state is not None  # the packaged state table always exists
    cells = state.columns
    # The race groups overlap, so those householders are counted by the "all" cells alone.
    whole = cells.get_level_values("race") == "all" if name == "tenure_race" else np.ones(len(cells), dtype=bool)

    def lookup(table: pd.DataFrame | None, places: pd.Series) -> tuple[np.ndarray, np.ndarray]:
        """Counts for each neighborhood and their sum, 0 where the table has no such place."""
        if table is None:
            return np.zeros((len(places), len(cells))), np.zeros(len(places))
        counts = table.reindex(columns=cells).reindex(places.to_numpy()).fillna(0.0).to_numpy(float)
        return counts, counts[:, whole].sum(axis=1)

    own_counts, own_sum = lookup(own, tracts["geoid"])
    town_counts, town_sum = lookup(town_table, tracts["town"])
    top = state.to_numpy(float)[0]
    out = np.where((town_sum > 0)[:, None], town_counts, top)
    out *= (size / np.where(town_sum > 0, town_sum, top[whole].sum()))[:, None]
    read = own_sum > 0
    out[read] = own_counts[read]
    out[size == 0] = 0.0

    made: list[Assumption] = []
    for i in np.flatnonzero(~read & (size > 0)).tolist():
        town = str(tracts["town"].iloc[i])
        used = f"town: {town}" if town_sum[i] > 0 else f"state: {STATE}"
        why = "the table has no counts by neighborhood" if own is None else "no counts of its own"
        made.append(Assumption(str(tracts["geoid"].iloc[i]), name, used, why))
    if own is None and made and all(m.used.startswith("town") for m in made):
        # One line instead of one for every neighborhood: the data never go below the town here.
        made = [Assumption(EVERYWHERE, name, "the shares of its town", made[0].why)]
    return pd.DataFrame(out, index=tracts.index, columns=cells), tuple(made)
