"""PLACES, the Food Access Research Atlas, the Social Vulnerability Index, stores, and tract-to-town lists."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from hecsim.columns import STORE
from hecsim.errors import CommunityDataError, UnknownNameError
from hecsim.geography.import_read import Source, connecticut, geoid_column, numbers, restore_zeros

__all__ = ["MEASURES", "STORE_TYPES", "read_assignment", "read_context", "read_places", "read_stores"]

# PLACES measures -> documented columns. A column's name carries the year of the packaged figures; a user's own may be
# of another release, which the importer says.
MEASURES = {
    "DIABETES": "diabetes_2023", "BPHIGH": "hypertension_2023", "CHD": "heart_disease_2023", "CASTHMA": "asthma_2023",
    "DISABILITY": "disability_2023", "MOBILITY": "mobility_disability_2023", "CHECKUP": "checkup_2023",
    "DENTAL": "dental_2022", "ACCESS2": "uninsured_18_64_2023", "CSMOKING": "smoking_2021", "SLEEP": "short_sleep_2020",
    "OBESITY": "obesity_2017", "LPA": "inactivity_2017", "MHLTH": "mental_distress_2017",
    "PHLTH": "physical_distress_2017", "BINGE": "binge_drinking_2017",
}  # fmt: skip

# Types of the USDA SNAP retailer locator -> kinds of stores. Others sell little of a family's food and are left out.
STORE_TYPES = {
    "supermarket": "supermarket", "super store": "supermarket", "large grocery store": "supermarket",
    "medium grocery store": "small grocer", "small grocery store": "small grocer", "convenience store": "convenience",
    "grocery": "small grocer", "small grocery": "small grocer", "convenience_store": "convenience",
    "dollar store": "dollar", "restaurant": "fast food",
}  # fmt: skip
_LEFT_OUT = ("combination grocery/other", "specialty store", "farmers' market", "farmers and markets", "other",
             "delivery route", "military commissary", "wholesaler", "direct marketing farmer", "food buying co-op")  # fmt: skip


def _percent(text: pd.Series, source: Source) -> pd.Series:
    value = numbers(text, source.path)
    if ((value < 0) | (value > 100)).any():
        raise CommunityDataError(
            f"{value[(value < 0) | (value > 100)].iloc[0]:g} is not a percentage", file=source.path, column=str(text.name),
            rows=len(text), hint="PLACES gives percentages from 0 to 100",
        )  # fmt: skip
    return value / 100.0


def read_places(sources: Iterable[Source]) -> pd.DataFrame:
    """Crude prevalence by tract in the documented columns, as shares; measures the model has no use for are left out."""
    parts: dict[str, pd.Series] = {}
    for source in sources:
        for column, values in (_wide(source) if source.kind == "places_wide" else _long(source)).items():
            parts[column] = values if column not in parts else parts[column].combine_first(values)
    return pd.DataFrame(parts)


def _wide(source: Source) -> dict[str, pd.Series]:
    by_lower = {c.lower(): c for c in source.columns}
    chosen = {by_lower[f"{m.lower()}_crudeprev"]: c for m, c in MEASURES.items() if f"{m.lower()}_crudeprev" in by_lower}
    frame = source.read([by_lower["tractfips"], *chosen])
    code = pd.Index(restore_zeros(geoid_column(frame, source.path)).map(connecticut))
    out = {c: _percent(frame[name], source).set_axis(code) for name, c in chosen.items()}
    return {c: v[~v.index.duplicated()] for c, v in out.items()}


def _long(source: Source) -> dict[str, pd.Series]:
    low = {c.lower(): c for c in source.columns}
    frame = source.read([low[c] for c in ("locationid", "measureid", "measure", "data_value", "datavaluetypeid", "year")
                         if c in low])  # fmt: skip
    if "measureid" not in low:
        raise CommunityDataError(
            "the column is missing", file=source.path, column="MeasureId", rows=len(frame),
            hint="Download the long PLACES table, which has MeasureId, such as DIABETES",
        )  # fmt: skip
    if "datavaluetypeid" in low:
        frame = frame[frame[low["datavaluetypeid"]] == "CrdPrv"]
    frame = frame[frame[low["measureid"]].isin(MEASURES)]
    if not len(frame):
        raise CommunityDataError(
            "has no crude prevalence of a measure that is used", file=source.path, column=low["measureid"], rows=0,
            hint=f"Used are: {', '.join(MEASURES)}",
        )  # fmt: skip
    if "year" in low:  # a download can hold several years of a measure; the latest one counts
        frame = frame.sort_values(low["year"], kind="stable")
    code = restore_zeros(geoid_column(frame, source.path)).map(connecticut)
    value = _percent(frame[low["data_value"]], source)
    flat = pd.DataFrame({"code": code, "column": frame[low["measureid"]].map(MEASURES), "value": value})
    flat = flat[flat["code"].str.len() == 11].drop_duplicates(["code", "column"], keep="last")
    return {str(c): g.set_index("code")["value"] for c, g in flat.groupby("column")}


def read_context(sources: Iterable[Source]) -> pd.DataFrame:
    """By tract: `svi_overall` (rank 0 to 1), `low_access` (1 low income and low access), `land_km2` of the SVI."""
    parts: dict[str, pd.Series] = {}
    for source in sources:
        low = {c.lower(): c for c in source.columns}
        names = {"rpl_themes": "svi_overall", "lilatracts_1and10": "low_access", "area_sqmi": "land_km2"}
        chosen = {low[k]: v for k, v in names.items() if k in low}
        key = low["censustract" if source.kind == "food" else "fips"]
        frame = source.read([key, *chosen])
        code = pd.Index(restore_zeros(geoid_column(frame[[key]], source.path)).map(connecticut))
        for name, column in chosen.items():
            value = numbers(frame[name], source.path)
            if column == "land_km2":
                value = value * 2.589988
            elif ((value < 0) | (value > 1)).any():
                raise CommunityDataError(
                    "is not between 0 and 1", file=source.path, column=name, rows=len(frame), hint="Download the table again"
                )
            value = value.set_axis(code)
            value = value[~value.index.duplicated()]
            parts[column] = value if column not in parts else parts[column].combine_first(value)
    return pd.DataFrame(parts)


def read_stores(sources: Iterable[Source]) -> tuple[pd.DataFrame, int]:
    """Stores with name, kind, lat, lon; and how many rows of other kinds were left out."""
    parts, out = [], 0
    for source in sources:
        frame = source.read()
        low = {str(c).lower().replace(" ", "_"): str(c) for c in frame}
        kind = frame[low.get("kind") or low["store_type"]].str.lower()
        name = frame[low[next(k for k in ("name", "store_name", "kind", "store_type") if k in low)]]
        kind = kind.where(~name.str.lower().str.contains("dollar|family dollar", regex=True) | kind.isin(STORE), "dollar")
        kind = kind.map(lambda k: STORE_TYPES.get(k, k))
        for k in sorted(set(kind) - set(STORE)):
            if k not in _LEFT_OUT and "store_type" not in low:
                raise UnknownNameError(k, [*STORE, *STORE_TYPES, *_LEFT_OUT], what="kind of store", file=source.path)
        lat, lon = (
            numbers(frame[low[a if a in low else b]], source.path) for a, b in (("lat", "latitude"), ("lon", "longitude"))
        )
        used = kind.isin(STORE)
        bad = used & (lat.isna() | lon.isna() | (lat.abs() > 90) | (lon.abs() > 180))
        if bad.any():
            at = int(np.flatnonzero(bad.to_numpy())[0])
            raise CommunityDataError(
                f"row {at + 1} has no place in degrees ({bad.sum()} such rows)", file=source.path, column="lat, lon",
                rows=len(frame), hint="Give latitude and longitude of each store",
            )  # fmt: skip
        out += int((~used).sum())
        parts.append(pd.DataFrame({"name": name, "kind": kind, "lat": lat, "lon": lon})[used])
    return pd.concat(parts, ignore_index=True), out


def read_assignment(sources: Iterable[Source]) -> dict[str, str]:
    """Town of each tract."""
    out: dict[str, str] = {}
    for source in sources:
        frame = source.read()
        low = {str(c).lower(): str(c) for c in frame}
        code = restore_zeros(geoid_column(frame, source.path)).map(connecticut)
        for c, town in zip(code, frame[low["town"]], strict=True):
            if not c or not town or out.get(c, town) != town:
                raise CommunityDataError(
                    f"'{c or 'an empty code'}' has no town or two of them", file=source.path, column="town", rows=len(frame),
                    hint="Give each tract one town",
                )  # fmt: skip
            out[c] = town
    return out
