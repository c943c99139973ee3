"""Joint tables: counts of households or people over two or three attributes at once, one row a place."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from hecsim.errors import UnknownNameError
from hecsim.geography.tables import DATA, STATE, schema

LEVELS = ("tract", "town", "state")


def joint_names() -> tuple[str, ...]:
    """The joint tables there are."""
    return tuple(schema()["joints"])


def check_joint(name: str, level: str) -> None:
    """Refuse a joint table that does not exist at that level, naming those that do."""
    if name not in schema()["joints"]:
        raise UnknownNameError(name, joint_names(), what="joint table")
    levels = [*schema()["joints"][name]["levels"], "state"]
    if level not in levels:
        raise UnknownNameError(level, levels, what=f"level of the joint table {name}")


def cell_columns(name: str, columns: list[str]) -> pd.MultiIndex:
    """Turn "owner.below_20k.30_up" names into a MultiIndex named by the table's dimensions."""
    dims = list(schema()["joints"][name]["dimensions"])
    return pd.MultiIndex.from_tuples([tuple(c.split(".")) for c in columns], names=dims)


@lru_cache(maxsize=16)
def _joint(name: str, level: str) -> pd.DataFrame:
    if level == "state":
        return _joint(name, "town").sum().to_frame(STATE).T.rename_axis("state")
    key = "geoid" if level == "tract" else "town"
    table = pd.read_csv(DATA / f"joint_{name}_{level}s.csv", dtype={key: str}).set_index(key)
    table.columns = cell_columns(name, list(table.columns))
    return table.astype(np.int64)


def joint(name: str, level: str = "town") -> pd.DataFrame:
    """A joint table: index place (town name, tract geoid or "Connecticut"), MultiIndex columns of cells, counts.

    Names: tenure_income_burden and size_vehicles (tract, town, state); age_poverty, tenure_type_children and
    tenure_race (town, state). The state is the sum of the towns.

    >>> int(joint("size_vehicles", "state").to_numpy().sum())
    1420170
    """
    check_joint(name, level)
    return _joint(name, level).copy()
