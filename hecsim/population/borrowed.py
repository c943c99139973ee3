"""Joint tables of tracts that have none of their own: a borrowed shape, fitted to the tract's margins.

A town's or the state's table says how tenure, income and burden, or size and vehicles, go together; the
tract's own margins say how much of each there is. Proportional fitting joins the two.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from hecsim.geography import Geography

__all__ = ["BANDS", "cells", "vehicles"]

BANDS = ("below_20k", "20_35k", "35_50k", "50_75k", "75k_up")
_BURDENS = ("below_20", "20_29", "30_up")
_ROUNDS = 40


def _borrows(geography: Geography, name: str) -> np.ndarray:
    """Tell which tracts have no counts of their own in a joint table, (T,) bool."""
    own = geography.joint(name, "tract")
    codes = geography.tracts["geoid"]
    if own is None:
        return np.ones(len(codes), bool)
    counts = own.sum(axis=1)
    return ~codes.isin(counts.index[counts > 0]).to_numpy()


def _toward(part: np.ndarray, goal: np.ndarray, axes: tuple[int, ...]) -> np.ndarray:
    """Scale a table so that its sums over `axes` become `goal`."""
    have = part.sum(axis=axes, keepdims=True)
    return part * np.where(have > 0, goal.reshape(have.shape) / np.where(have > 0, have, 1.0), 1.0)


def cells(geography: Geography, inputs: pd.DataFrame) -> pd.DataFrame:
    """Count homes of tenure by income by burden for every tract."""
    table = geography.margin("tenure_income_burden").astype(float)
    rows = np.flatnonzero(_borrows(geography, "tenure_income_burden") & (inputs["households"] > 0).to_numpy())
    if not len(rows):
        return table
    i = inputs.iloc[rows]
    names = [(tenure, band, burden) for tenure in ("owner", "renter") for band in BANDS for burden in _BURDENS]
    block = np.maximum(table[names].to_numpy()[rows], 1e-6).reshape(len(rows), 2, 5, 3)
    rent = i["renter"].to_numpy(float)
    whole = i["households"].to_numpy(float)
    tenure = np.stack([1.0 - rent, rent], axis=1) * whole[:, None]
    income = i[[f"income_{b}" for b in BANDS]].to_numpy(float) * whole[:, None]
    of_renters = i[[f"renter_income_{b}" for b in BANDS]].to_numpy(float) * tenure[:, [1]]
    of_owners = np.maximum(income - of_renters, 1e-6)
    bands = np.stack([of_owners / of_owners.sum(axis=1, keepdims=True) * tenure[:, [0]], of_renters], axis=1)
    heavy = i[["owners_burdened", "renters_burdened"]].to_numpy(float)
    for _ in range(_ROUNDS):
        light = block[..., :2]
        light *= ((1.0 - heavy) * tenure / np.maximum(light.sum(axis=(2, 3)), 1e-9))[:, :, None, None]
        block[..., 2:] = _toward(block[..., 2:], heavy * tenure, (2, 3))
        block = _toward(block, bands, (3,))
    values = table.to_numpy().copy()
    at = table.columns.get_indexer(pd.MultiIndex.from_tuples(names))
    values[np.ix_(rows, at)] = block.reshape(len(rows), -1)
    return pd.DataFrame(values, index=table.index, columns=table.columns)


def vehicles(geography: Geography, inputs: pd.DataFrame) -> pd.DataFrame:
    """Count homes of household size by vehicles for every tract."""
    table = geography.margin("size_vehicles").astype(float)
    rows = np.flatnonzero(_borrows(geography, "size_vehicles") & (inputs["households"] > 0).to_numpy())
    if not len(rows):
        return table
    i = inputs.iloc[rows]
    names = [(size, number) for size in ("1", "2", "3", "4_up") for number in ("0", "1", "2", "3", "4_up")]
    block = np.maximum(table[names].to_numpy()[rows], 1e-6).reshape(len(rows), 4, 5)
    whole = i["households"].to_numpy(float)
    sizes = i[["size_1", "size_2", "size_3", "size_4_up"]].to_numpy(float) * whole[:, None]
    none = i["no_vehicle"].to_numpy(float) * whole
    for _ in range(_ROUNDS):
        block[..., :1] = _toward(block[..., :1], none, (1, 2))
        block[..., 1:] = _toward(block[..., 1:], whole - none, (1, 2))
        block = _toward(block, sizes, (2,))
    values = table.to_numpy().copy()
    at = table.columns.get_indexer(pd.MultiIndex.from_tuples(names))
    values[np.ix_(rows, at)] = block.reshape(len(rows), -1)
    return pd.DataFrame(values, index=table.index, columns=table.columns)
