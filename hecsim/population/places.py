"""Neighborhood and town rows: where they are, how urban, how disadvantaged, and data that histories match.

Urbanicity of a town, by residents per km2 of land and the share below poverty: urban core where both
are high, periphery where density alone is, rural where density is low, suburb otherwise. (The
parameters `population.urban_core`, `urban_periphery` and `rural` hold the lines.)

Disadvantage of a tract is the mean of five standardized shares (below poverty, without a high-school
diploma, without a vehicle, families with one parent in the town, and the negative logarithm of the
median income), standardized again over the populated tracts of Connecticut, weighted by residents.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from hecsim import geography as geo
from hecsim import luck
from hecsim.columns import SCHEMA, STORE
from hecsim.geography import Geography
from hecsim.population.targets import Targets
from hecsim.tables import Table

__all__ = [
    "CARE_REGIONS",
    "FMR_AREAS",
    "data_arrays",
    "fair_rent",
    "known_stores",
    "labels",
    "neighborhood_table",
    "town_table",
]

# Codes of neighborhood columns `fmr_area` and `care_region`. The regions stand in the order of the
# child-care rate tables of the benefits rules.
FMR_AREAS = (
    "bridgeport", "hartford", "new_haven_meriden", "waterbury", "norwich_new_london", "danbury",
    "milford_ansonia_seymour", "stamford_norwalk", "windham_county", "litchfield_county",
)  # fmt: skip
CARE_REGIONS = ("north_central", "south_central", "southwest", "northwest", "eastern")
RURAL, SUBURB, PERIPHERY, CORE = range(4)


def labels(g: Geography) -> dict[str, list[str]]:
    """Names by row; a tract of a named city neighborhood carries its name and the end of its code."""
    named = g.tracts["neighborhood"] if "neighborhood" in g.tracts else pd.Series([None] * len(g.tracts))
    names = []
    for name, town, code in zip(named, g.tracts["town"], g.tracts["geoid"], strict=True):
        tract = f"{str(code)[-6:-2]}.{str(code)[-2:]}"
        names.append(f"{name} ({tract})" if isinstance(name, str) else f"{town} ({tract})")
    return {
        "neighborhood": names,
        "town": list(g.towns),
        "geoid": [str(c) for c in g.tracts["geoid"]],
        "city_neighborhood": [name if isinstance(name, str) else "" for name in named],
    }


def town_table(t: Targets, people: np.ndarray, p: Mapping[str, Any]) -> Table:
    """One row a town; `people` are simulated persons by tract."""
    g = t.geography
    table = Table.empty("town", SCHEMA["town"], [len(g.towns)])
    table["population"] = g.town_table["population"].to_numpy(float)
    table["households"] = g.town_table["households"].to_numpy(float)
    real = np.bincount(t.town, t.at_home, minlength=len(g.towns))
    simulated = np.bincount(t.town, people, minlength=len(g.towns))
    table["scale"] = np.where(simulated > 0, real / np.maximum(simulated, 1.0), 1.0)
    density = g.town_table["population"] / g.town_table["land_km2"]
    table["urban"] = urbanicity(density.to_numpy(float), g.town_table["poor_below_100"].to_numpy(float), p)
    return table


def urbanicity(density: np.ndarray, poor: np.ndarray, p: Mapping[str, Any]) -> np.ndarray:
    """0 rural, 1 suburb, 2 periphery, 3 urban core, from residents/km2 and the share below poverty."""
    dense, poverty = p["urban_core"]
    out = np.full(len(density), SUBURB, np.uint8)
    out[density <= float(p["rural"])] = RURAL
    out[density >= float(p["urban_periphery"])] = PERIPHERY
    out[(density >= dense) & (poor >= poverty)] = CORE
    return out


def _statewide(table: pd.DataFrame, towns: pd.DataFrame) -> np.ndarray:
    """Compute the five parts of the disadvantage index, (rows, 5)."""
    single = towns["single_parent_families"] if "single_parent_families" in towns else pd.Series(dtype=float)
    return np.stack([
        table["poor_below_100"].to_numpy(float),
        table["edu_below_high_school"].to_numpy(float),
        table["no_vehicle"].to_numpy(float),
        table["town"].map(single).to_numpy(float),
        -np.log(table["median_income"].clip(lower=5000).to_numpy(float)),
    ], axis=1)  # fmt: skip


def _standard(values: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weighted mean and SD of each column, blanks left out."""
    w = np.where(np.isnan(values), 0.0, weight[:, None])
    v = np.nan_to_num(values)
    mean = (w * v).sum(axis=0) / w.sum(axis=0)
    return mean, np.sqrt((w * (v - mean) ** 2).sum(axis=0) / w.sum(axis=0))


def disadvantage(t: Targets) -> np.ndarray:
    """Concentrated disadvantage in SD over the tracts of Connecticut, (T,)."""
    whole = geo.tracts()
    weight = whole["population"].to_numpy(float)
    parts = _statewide(whole, geo.towns())
    mean, sd = _standard(parts, weight)
    index = np.nanmean((parts - mean) / sd, axis=1)
    center, spread = _standard(index[:, None], weight)
    mine = (_statewide(t.inputs, t.geography.town_table) - mean) / sd
    return (np.nanmean(mine, axis=1) - center[0]) / spread[0]


def neighborhood_table(t: Targets, people: np.ndarray, urban: np.ndarray, p: Mapping[str, Any], seed: int) -> Table:
    """One row a tract. Levels that histories own (violence, rents, norms) are left to them."""
    g = t.geography
    table = Table.empty("neighborhood", SCHEMA["neighborhood"], [t.n])
    if "key" in table:
        table["key"] = luck.founder_keys(seed, "neighborhood", t.n)
    table["town"] = t.town
    table["lat"] = g.tracts["lat"].to_numpy(float)
    table["lon"] = g.tracts["lon"].to_numpy(float)
    area = np.maximum(g.tracts["land_km2"].to_numpy(float), 0.05)
    table["area"] = area
    whole = t.at_home.sum() / max(people.sum(), 1.0)
    table["scale"] = np.where(people > 0, t.at_home / np.maximum(people, 1.0), whole)
    table["disadvantage"] = disadvantage(t)
    reference = geo.tracts()
    log_density = np.log(np.maximum(reference["population"] / reference["land_km2"].clip(lower=0.05), 1.0))
    mean, sd = _standard(np.asarray(log_density, float)[:, None], reference["population"].to_numpy(float))
    dense = (np.log(np.maximum(g.tracts["population"].to_numpy(float) / area, 1.0)) - mean[0]) / sd[0]
    table["walkability"] = float(p["walkability_density"]) * dense
    table["parks"] = float(p["parks_density"]) * dense
    table["transit"] = np.asarray(p["transit_urban"])[urban[t.town]]
    area_code, region = _areas(g)
    table["fmr_area"] = area_code[t.town]
    table["care_region"] = region[t.town]
    table["fmr"] = np.asarray(p["fmr_two_bedroom"])[area_code[t.town]]
    return table


def _areas(g: Geography) -> tuple[np.ndarray, np.ndarray]:
    """Codes of the fair-market-rent area and the child-care region of each town; Hartford's where unknown."""
    area = [FMR_AREAS.index(a) if a in FMR_AREAS else FMR_AREAS.index("hartford") for a in g.town_table["fmr_area"]]
    region = [CARE_REGIONS.index(r) if r in CARE_REGIONS else 0 for r in g.town_table["care4kids_region"]]
    return np.array(area, np.uint8), np.array(region, np.uint8)


def fair_rent(t: Targets, p: Mapping[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """By town, 2023 dollars a month: what sitting tenants pay for two bedrooms, and owners' usual cost."""
    g = t.geography
    whole = geo.towns()
    area, _ = _areas(g)
    fmr = np.asarray(p["fmr_two_bedroom"])[area] / float(p["dollars_2025"])
    of_area = whole.dropna(subset=["median_gross_rent"])
    rented = (of_area["median_gross_rent"] * of_area["renter_households"]).groupby(of_area["fmr_area"]).sum()
    mean = rented / of_area["renter_households"].groupby(of_area["fmr_area"]).sum()
    own = g.town_table.get("median_gross_rent", pd.Series(np.nan, index=g.town_table.index))
    relative: Any = (own / g.town_table["fmr_area"].map(mean)).fillna(1.0).clip(0.6, 1.6).to_numpy(float)
    value: Any = g.town_table.get("median_home_value", pd.Series(np.nan, index=g.town_table.index))
    value = value.fillna(whole["median_home_value"].median()).to_numpy(float)
    three = float(np.asarray(p["fmr_bedroom_ratio"])[3])
    return fmr * float(p["sitting_rent"]) * relative, value * float(p["owner_cost"]) / three


_DATA = {  # extras name: (column, level)
    "data_diabetes": ("diabetes_2023", "tract"),
    "data_hypertension": ("hypertension_2023", "tract"),
    "data_chd": ("heart_disease_2023", "tract"),
    "data_obesity_2017": ("obesity_2017", "tract"),
    "data_inactive_2017": ("inactivity_2017", "tract"),
    "data_mental_2017": ("mental_distress_2017", "tract"),
    "data_poverty": ("poor_below_100", "tract"),
    "data_uninsured": ("uninsured", "town"),
    "data_snap": ("snap_households", "town"),
    "data_unemployment": ("unemployment_2019", "town"),
    "data_violent_crime": ("violent_crime_rate", "town"),
    "data_single_parent": ("single_parent_families", "town"),
}


def data_arrays(t: Targets) -> dict[str, np.ndarray]:
    """float32 (T,) figures of each neighborhood (its own or its town's), NaN where the tables are blank."""
    g = t.geography
    out = {}
    for name, (column, level) in _DATA.items():
        source = g.tracts if level == "tract" else g.town_table
        values = source[column].to_numpy(float) if column in source else np.full(len(source), np.nan)
        out[name] = (values if level == "tract" else values[t.town]).astype(np.float32)
    return out


def known_stores(g: Geography) -> dict[int, np.ndarray]:
    """Neighborhood of every known store by its kind; kinds that a list does not have are left to rates."""
    if g.retailers is None:
        return {}
    row = pd.Index(g.tracts["geoid"]).get_indexer(pd.Index(g.retailers["geoid"]))
    kind = np.array([STORE.index(k) for k in g.retailers["store"]], np.int64)
    return {int(k): row[kind == k] for k in np.unique(kind)}


def any_disability(t: Targets, p: Mapping[str, Any]) -> np.ndarray:
    """Adult share with any disability by tract: its own, its town's, or the state's."""
    g = t.geography
    own = g.tracts.get("disability_2023", pd.Series(np.nan, index=g.tracts.index)).to_numpy(float)
    of_town = g.town_table.get("disability_2023", pd.Series(np.nan, index=g.town_table.index)).to_numpy(float)[t.town]
    best = np.where(np.isnan(own), of_town, own)
    return np.where(np.isnan(best), float(p["adult_disability"]), best)
