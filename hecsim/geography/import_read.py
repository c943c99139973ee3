"""What a user's files are, told from their headers, and their rows as text.

Nothing here knows what a figure means: a file is recognized, read, and its codes are brought into one form.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from hecsim.errors import CommunityDataError
from hecsim.geography import tables
from hecsim.geography.numbers import to_numbers

__all__ = ["CELL", "KINDS", "Source", "all_numbers", "connecticut", "files_of", "geoid_column", "numbers",
           "plain_geoid", "restore_zeros", "sniff"]  # fmt: skip

CELL = re.compile(r"^([BC]\d{5}[A-I]?)_(\d{3})E?$")  # a cell of a detailed table: B01001_003E (wide) or B01001_003 (long)
KINDS = {
    "acs": "American Community Survey, detailed tables (Census API or data.census.gov names, wide)",
    "acs_long": "American Community Survey, detailed tables (tidycensus, long)",
    "places": "CDC PLACES (long: LocationID, MeasureId, Data_Value)",
    "places_wide": "CDC PLACES (one row a tract: TractFIPS, OBESITY_CrudePrev)",
    "food": "USDA Food Access Research Atlas (CensusTract)",
    "svi": "CDC/ATSDR Social Vulnerability Index (FIPS, RPL_THEMES)",
    "stores": "stores (name, kind, lat, lon, or the SNAP retailer locator)",
    "gazetteer": "Census Gazetteer (GEOID, ALAND, INTPTLAT, INTPTLONG)",
    "assignment": "which town each tract belongs to (geoid, town)",
    "boundaries": "boundaries (GeoJSON)",
    "geopackage": "boundaries (GeoPackage)",
}
_TABLES = (".csv", ".txt", ".tsv")
# Codes that Census puts where there is no figure: not enough cases, not applicable, not available.
_MISSING = {"", "NA", "NaN", "nan", "null", "N", "(X)", "-", "**"}
_MISSING_CODES = (-666666666.0, -999999999.0, -888888888.0, -222222222.0, -333333333.0, -555555555.0, -999.0)


@dataclass(frozen=True)
class Source:
    """A recognized file: what it is, its columns, and the digest of its content."""

    path: Path
    kind: str
    columns: tuple[str, ...] = ()
    separator: str = ","

    @property
    def digest(self) -> str:
        """SHA-256 of the file."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()

    def read(self, wanted: Iterable[str] | None = None) -> pd.DataFrame:
        """The rows as text, blank where empty; only the `wanted` columns."""
        if self.path.suffix.lower() == ".json":
            rows = json.loads(_text(self.path))
            width = len(rows[0])
            if any(not isinstance(r, list) or len(r) != width for r in rows):
                raise CommunityDataError(
                    "its rows are not equally long", file=self.path, rows=len(rows) - 1,
                    hint="Save the answer of the Census API again",
                )  # fmt: skip
            frame = pd.DataFrame([["" if v is None else str(v) for v in r] for r in rows[1:]], columns=rows[0])
        else:
            try:
                frame = pd.read_csv(
                    self.path, dtype=str, keep_default_na=False, encoding="utf-8-sig", sep=self.separator,
                    usecols=None if wanted is None else sorted(set(wanted)), quoting=csv.QUOTE_MINIMAL,
                )  # fmt: skip
            except (ValueError, UnicodeDecodeError, csv.Error) as problem:
                raise CommunityDataError(
                    f"cannot be read as a table: {problem}", file=self.path,
                    hint="It may have been cut off; write it out again as UTF-8 CSV",
                ) from problem  # fmt: skip
        frame.columns = pd.Index([str(c).strip() for c in frame.columns])
        if frame.columns.has_duplicates:
            twice = str(frame.columns[frame.columns.duplicated()][0])
            raise CommunityDataError("the column appears twice", file=self.path, column=twice, hint="Remove one of the two")
        frame = frame if wanted is None else frame[[c for c in frame if c in set(wanted)]]
        # data.census.gov puts a second header, in words, under the first.
        for c in frame.columns.intersection(["GEO_ID", "GEOID"]):
            frame = frame[frame[c].str.strip().str.lower() != "geography"]
        if not len(frame):
            raise CommunityDataError("has no rows", file=self.path, rows=0, hint="Check that it was written out completely")
        return frame.fillna("").map(str.strip).reset_index(drop=True)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as problem:
        raise CommunityDataError(f"is not UTF-8 text (byte {problem.start})", file=path, hint="Save it as UTF-8") from problem
    except OSError as problem:
        raise CommunityDataError(f"cannot be read: {problem.strerror or problem}", file=path) from problem


def files_of(paths: Iterable[str | Path]) -> tuple[list[Source], list[Path]]:
    """Recognized files, and files of folders that are not; a file named by itself must be recognized.

    Raises `CommunityDataError` for a path that does not exist, a named file of no known kind, or nothing at all.
    """
    found: list[Source] = []
    unknown: list[Path] = []
    for given in map(Path, paths):
        if given.is_dir():
            inside = sorted(p for p in given.rglob("*") if p.is_file() and not p.name.startswith("."))
        elif given.is_file():
            inside = [given]
        else:
            raise CommunityDataError("there is no such file or folder", file=given, hint="Check the path")
        for path in inside:
            source = sniff(path)
            if source is not None:
                found.append(source)
            elif given.is_dir():
                unknown.append(path)
            else:
                known = "; ".join(KINDS.values())
                raise CommunityDataError("is none of the files that can be imported", file=path, hint=f"Known are: {known}")
    if not found:
        raise CommunityDataError(
            "no file that can be imported was found", file=", ".join(str(p) for p in paths),
            hint=f"Known are: {'; '.join(KINDS.values())}",
        )  # fmt: skip
    return found, unknown


def sniff(path: Path) -> Source | None:
    """What a file is, from its ending and its header; None when it is nothing known."""
    ending = path.suffix.lower()
    if ending == ".gpkg":
        return Source(path, "geopackage")
    if ending in (".geojson", ".json"):
        try:
            data = json.loads(_text(path))
        except (ValueError, RecursionError) as problem:
            raise CommunityDataError(f"is not valid JSON: {problem}", file=path, hint="Write it out again") from problem
        if isinstance(data, dict) and data.get("type") == "FeatureCollection":
            return Source(path, "boundaries")
        if isinstance(data, list) and len(data) > 1 and isinstance(data[0], list):
            head = tuple(str(c) for c in data[0])
            return Source(path, kind, head) if (kind := _kind(head)) else None
        return None
    if ending not in _TABLES:
        return None
    first = _text(path).split("\n", 1)[0].strip("\r")
    separator = "\t" if "\t" in first else "|" if "|" in first and "," not in first else ","
    head = tuple(c.strip() for c in next(csv.reader([first], delimiter=separator), []))
    kind = _kind(head)
    return Source(path, kind, head, separator) if kind else None


def _kind(head: tuple[str, ...]) -> str | None:
    names = {c.lower() for c in head}
    if {"geoid", "variable", "estimate"} <= names:
        return "acs_long"
    if any(CELL.match(c) for c in head):
        return "acs"
    if {"locationid", "data_value"} <= names and names & {"measureid", "measure"}:
        return "places"
    if "tractfips" in names and any(c.endswith("_crudeprev") for c in names):
        return "places_wide"
    if "censustract" in names:
        return "food"
    if "fips" in names and any(c.startswith("rpl_") for c in names):
        return "svi"
    if {"geoid", "intptlat", "intptlong"} <= names:
        return "gazetteer"
    if {"kind", "lat", "lon"} <= names or {"store_type", "latitude", "longitude"} <= {c.replace(" ", "_") for c in names}:
        return "stores"
    return "assignment" if {"geoid", "town"} <= names else None


def numbers(text: pd.Series, path: Path) -> pd.Series:
    """Text to numbers; codes for missing become NaN, "250,000+" its bound, anything else that is no number an error."""
    return all_numbers(text.to_frame(), path).iloc[:, 0]


def all_numbers(frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    """The same for every column of a table at once."""
    number = to_numbers(
        frame, path, missing=_MISSING, tidy=lambda cell: cell.replace(",", "").rstrip("+"), row=("row", 1),
        hint="Leave unknown cells empty",
    )  # fmt: skip
    return number.mask(number.isin(_MISSING_CODES))


def geoid_column(frame: pd.DataFrame, path: Path) -> pd.Series:
    """Codes of the rows from GEOID or GEO_ID, or from the columns state, county, tract of the Census API."""
    lower = {str(c).lower(): str(c) for c in frame}
    for name in ("geoid", "geo_id", "tractfips", "censustract", "fips", "locationid"):
        if name in lower:
            return frame[lower[name]].map(plain_geoid)
    if {"state", "county"} <= set(lower):
        code = frame[lower["state"]].str.zfill(2) + frame[lower["county"]].str.zfill(3)
        if "tract" in lower:
            return code + frame[lower["tract"]].str.zfill(6)
        if "county subdivision" in lower:
            return code + frame[lower["county subdivision"]].str.zfill(5)
        return code
    raise CommunityDataError(
        "no column of codes was found", file=path, rows=len(frame),
        hint="Add GEOID, or state, county and tract (or county subdivision) as the Census API gives them",
    )  # fmt: skip


def plain_geoid(code: Any) -> str:
    """Digits alone, leading zero restored: "1400000US09001010101" and "9001010101.0" become "09001010101".

    A code of 10 digits stays as it is: a county subdivision, or a tract that lost its zero (see `restore_zeros`).
    """
    text = str(code).strip().upper()
    text = text.rsplit("US", 1)[-1] if "US" in text else text
    text = text.removesuffix(".0")
    return text if text.isdigit() else ""


def restore_zeros(codes: pd.Series, names: pd.Series | None = None) -> pd.Series:
    """Codes with the zero that spreadsheets drop from tracts of the states 01 to 09.

    `names` are the names of the places, where a table has county subdivisions (10 digits) too; without them every
    code of 10 digits is a tract's. No state has a number above 78, so a first pair beyond it is a lost zero as well.
    """
    short = codes.str.len() == 10
    if names is not None:
        short &= names.str.contains("census tract", case=False) | (codes.str[:2] > "78")
    return codes.where(~short, "0" + codes)


@cache
def _present() -> tuple[dict[str, str], dict[str, str]]:
    tracts, towns = tables.packaged("tracts"), tables.packaged("towns")
    return {g[5:]: g for g in tracts["geoid"]}, {g[5:]: g for g in towns["geoid"]}


def connecticut(code: str) -> str:
    """A code of Connecticut in the 2022 coding by planning region; every other code as it is.

    Tract numbers (last six digits) and town numbers (last five) did not change when counties gave way to planning
    regions, and no two of the state are alike, so they alone say which place a code means.

    >>> connecticut("09001070100"), connecticut("0900337000"), connecticut("50007000100")
    ('09120070100', '0911037000', '50007000100')
    """
    if not code.startswith("09") or len(code) not in (10, 11):
        return code
    by_tract, by_town = _present()
    return (by_tract if len(code) == 11 else by_town).get(code[5:], code)
