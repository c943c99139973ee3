"""The packaged Connecticut tables and the dictionary that says what their columns mean.

Everything here hands out copies: a caller may change what it gets without touching the next caller's.
"""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from hecsim.errors import UnknownNameError

DATA = Path(__file__).parent / "data"
STATE = "Connecticut"


@lru_cache(maxsize=1)
def schema() -> dict[str, Any]:
    """The parsed dictionary.toml: `sources`, `columns`, `joints`."""
    return tomllib.loads((DATA / "dictionary.toml").read_text(encoding="utf-8"))


def columns_of(table: str, *, role: str | None = None) -> list[str]:
    """Names of the columns of a table in dictionary order, optionally of one role ("synthesis", "target", ...)."""
    entries = schema()["columns"].items()
    return [c for c, e in entries if table in e["tables"] and role in (None, e["role"])]


def text_columns() -> dict[str, type]:
    """Columns that must be read as text: names, and codes whose leading zeros matter."""
    return {c: str for c, e in schema()["columns"].items() if e["kind"] == "text"}


@lru_cache(maxsize=32)
def _packaged(name: str) -> pd.DataFrame:
    return read_table(DATA / f"{name}.csv")


def read_table(path: Path) -> pd.DataFrame:
    """A table file with codes and names as text and everything else as written."""
    return pd.read_csv(path, dtype=text_columns(), encoding="utf-8")


def packaged(name: str) -> pd.DataFrame:
    """A copy of a packaged table by file name, with its blanks as NaN."""
    return _packaged(name).copy()


def towns() -> pd.DataFrame:
    """The 169 towns, one row a town, indexed by name.

    Shares are 0 to 1, money is dollars; `dictionary()` says the rest. Blanks are NaN and stay so.

    >>> towns().loc["Hartford", "population"]
    np.int64(119970)
    """
    aid = packaged("aid_areas").drop(columns="fmr_area_hud")
    return packaged("towns").merge(aid, on="town", how="left", validate="one_to_one").set_index("town")


def tracts(towns: str | list[str] | tuple[str, ...] | None = None) -> pd.DataFrame:
    """The 876 populated census tracts (the model's neighborhoods), sorted by town, then geoid.

    `towns` keeps only those of one town or of several. The columns that end in `_2017` come from the
    500 Cities project and are NaN outside its six cities and where a 2010 tract code no longer exists.
    """
    table = _with_cities()
    if towns is None:
        return table.copy()
    wanted = [towns] if isinstance(towns, str) else list(towns)
    known = set(packaged_towns())
    for name in wanted:
        if name not in known:
            raise UnknownNameError(name, known, what="town")
    return table[table["town"].isin(wanted)].reset_index(drop=True)


@lru_cache(maxsize=1)
def _with_cities() -> pd.DataFrame:
    cities = packaged("cities_2017").dropna(subset=["geoid"]).drop(columns=["city", "geoid_2010"])
    return packaged("tracts").merge(cities, on="geoid", how="left", validate="one_to_one")


@lru_cache(maxsize=1)
def packaged_towns() -> tuple[str, ...]:
    """Names of the 169 towns by the alphabet."""
    return tuple(sorted(_packaged("towns")["town"]))


def adjacency() -> pd.DataFrame:
    """Pairs of towns that touch: `town_a`, `town_b`, `kind` (border or corner), `border_km`, `centers_km`."""
    return packaged("borders")


def state_marginals() -> pd.Series:
    """Statewide figures under the same names as the town columns."""
    return packaged("state").iloc[0].rename(STATE)


def cities_2017(level: str = "tract") -> pd.DataFrame:
    """CDC 500 Cities 2017: 183 tracts by their 2010 code (level "tract") or the six cities (level "city").

    `geoid` is the present code where the tract kept its code, otherwise NaN.
    """
    if level not in ("tract", "city"):
        raise UnknownNameError(level, ["tract", "city"], what="level")
    return packaged("cities_2017" if level == "tract" else "cities_2017_city")


def neighborhoods() -> pd.DataFrame:
    """The 71 named neighborhoods of five cities and towns, with the figures of their tracts."""
    return packaged("neighborhoods")


def neighborhood_tracts() -> pd.DataFrame:
    """Which share (`weight`) of which tract (`geoid`) lies in which named neighborhood."""
    return packaged("neighborhood_tracts")


def aid_areas() -> pd.DataFrame:
    """Per town: the Fair Market Rent area and the Care 4 Kids rate region, and whether each was inferred."""
    return packaged("aid_areas").set_index("town")


def dictionary() -> pd.DataFrame:
    """What every column of every table means: one row for each (table, column).

    Columns: `meaning`, `unit`, `kind`, `role`, `source`, `vintage`, `required`, `universe`, `group`, `note`.
    """
    sources = schema()["sources"]
    rows = []
    for column, e in schema()["columns"].items():
        for table in e["tables"]:
            rows.append({"table": table, "column": column, **_entry(e, sources)})
    for name, e in schema()["joints"].items():
        for level in e["levels"]:
            cells = ".".join(e["dimensions"])
            row = {"table": f"joint_{name}_{level}s", "column": cells, "kind": "count", "role": "synthesis"}
            rows.append(row | _entry(e, sources))
    return pd.DataFrame(rows).set_index(["table", "column"])


def _entry(e: dict[str, Any], sources: dict[str, Any]) -> dict[str, Any]:
    keep = {k: e[k] for k in ("meaning", "unit", "kind", "role", "universe", "group", "note") if k in e}
    source = sources[e["source"]]
    return keep | {
        "source": f"{source['publisher']}: {source['title']}",
        "vintage": source["vintage"],
        "required": bool(e.get("required", False)),
    }
