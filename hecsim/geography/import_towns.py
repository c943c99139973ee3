"""Where the neighborhoods of a user's files are, and which town each belongs to."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from hecsim.errors import CommunityDataError
from hecsim.geography import tables
from hecsim.geography.import_maps import holder_of, read_boundaries, read_gazetteer
from hecsim.geography.import_read import Source
from hecsim.geography.import_sources import read_assignment

__all__ = ["assign", "where"]

_SUFFIX = re.compile(r" (charter township|township|town|city|borough|village|municipality|plantation)$", re.IGNORECASE)


def where(by: dict[str, list[Source]], tracts: pd.DataFrame, towns: pd.DataFrame, assumed: list[str]) -> pd.DataFrame:
    """Points, areas and shapes of tracts and towns; packaged ones where the files have none, which joins `assumed`.

    Raises `CommunityDataError` where a tract has no place on the map.
    """
    shapes = read_boundaries(by.get("boundaries", []) + by.get("geopackage", []))
    gazetteer = read_gazetteer(by.get("gazetteer", []))
    known = pd.concat([shapes, gazetteer[~gazetteer.index.isin(shapes.index)]]) if len(gazetteer) else shapes
    wanted = [*tracts.index, *towns.index]
    own = pd.concat([known, known[known.index.str.len() == 10].rename(index=lambda c: f"{c}0")]) if len(known) else known
    lost = [c for c in wanted if c not in own.index]
    if lost:
        columns = ["lat", "lon", "land_km2", "water_km2"]
        packaged = pd.concat([tables.packaged(t).set_index("geoid").reindex(columns=columns) for t in ("tracts", "towns")])
        packaged = packaged[packaged.index.isin(lost)]
        if len(packaged):
            own = pd.concat([own, packaged]) if len(own) else packaged.reindex(columns=[*columns, "name", "shape"])
            assumed.append(f"Points and areas of {len(packaged)} places are the packaged ones of Connecticut")
    lost = [c for c in tracts.index if c not in own.index]
    if lost:
        raise CommunityDataError(
            f"{len(lost)} of {len(tracts)} neighborhoods have no place on the map, such as {lost[0]}",
            file="boundaries", rows=len(known),
            hint="Add boundaries (GeoJSON, GeoPackage) or a Census Gazetteer file of tracts",
        )  # fmt: skip
    own["shape"] = own["shape"].astype(object).where(own["shape"].notna(), None)
    return own[~own.index.duplicated()]


def _plain_name(full: str) -> str:
    return _SUFFIX.sub("", re.split(r"[,;]", full)[0].strip())


def assign(
    by: dict[str, list[Source]], tracts: pd.DataFrame, towns: pd.DataFrame, names: pd.Series, shapes: pd.DataFrame,
    name: str, assumed: list[str],
) -> pd.DataFrame:  # fmt: skip
    """Town (name) and code of the town of each tract; what had to be guessed joins `assumed`."""
    packaged = tables.packaged("tracts").set_index("geoid")["town"]
    code_of = tables.packaged("towns").set_index("town")["geoid"]
    given = read_assignment(by.get("assignment", []))
    subdivisions = shapes[(shapes.index.str.len() == 10) & shapes["shape"].notna()] if len(shapes) else shapes
    if len(towns):
        subdivisions = subdivisions[subdivisions.index.isin(towns.index)]
    points = shapes.reindex(tracts.index)
    inside = holder_of(points["lat"].to_numpy(float), points["lon"].to_numpy(float), subdivisions)[0] if len(subdivisions) \
        else np.full(len(tracts), "", dtype=object)  # fmt: skip

    def called(code: str) -> str:
        full = str(names.get(code) or "") or str(shapes["name"].get(code) or "")
        return _plain_name(full) or (name if len(towns) == 1 else "") or f"Town {code}"

    rows, by_county = [], 0
    for at, code in enumerate(tracts.index):
        full = str(names.get(code) or "")
        if code in given:
            town = given[code]
            match = [c for c in towns.index if called(c) == town]
            rows.append((town, match[0] if match else ""))
        elif code in packaged.index:
            rows.append((packaged[code], code_of[packaged[code]]))
        elif code[:-1] in towns.index and code.endswith("0") and code not in packaged.index and len(towns) == len(tracts):
            rows.append((called(code[:-1]), code[:-1]))
        elif inside[at]:
            rows.append((called(inside[at]), inside[at]))
        elif len(towns) == 1 and not len(subdivisions):
            rows.append((called(towns.index[0]), towns.index[0]))
        else:
            by_county += 1
            parts = [p.strip() for p in re.split(r"[,;]", full)]
            rows.append((parts[1] if len(parts) > 2 else name or f"County {code[:5]}", f"{code[:5]}00000"))
    if len(towns) == 1 and not len(subdivisions) and len(tracts) > 1 and towns.index[0] not in set(code_of):
        assumed.append(f"All {len(tracts)} tracts lie in {called(towns.index[0])}, the only county subdivision given")
    if by_county:
        assumed.append(f"{by_county} tracts lie in no county subdivision of the files: their county is their town")
    found = pd.DataFrame(rows, index=tracts.index, columns=["town", "code"])
    # A town named in a list of tracts without a row of its own gets a code of its county that Census does not use.
    for number, (_, part) in enumerate(found[found["code"] == ""].groupby("town"), 1):
        found.loc[part.index, "code"] = f"{part.index[0][:5]}{99999 - number:05d}"
    # Two towns of one name (a town and a village, two counties) stay apart by their code.
    clash = found.groupby("town")["code"].nunique()
    both = found["town"].isin(clash.index[clash > 1])
    found.loc[both, "town"] = found.loc[both, "town"] + " " + found.loc[both, "code"]
    return found
