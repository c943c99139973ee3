"""From a user's files to a folder of documented tables: what was read, what is missing, what will be assumed.

    found = bring([Path("downloads")])
    found.write(Path("my_place"))          # towns.csv, tracts.csv, borders.csv, joint_*.csv, import.json, ...
    geography.load("my_place")

Counts of the American Community Survey are needed; everything else may be missing and is said to be.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hecsim.errors import CommunityDataError, StoreError
from hecsim.geography import tables
from hecsim.geography.import_acs import COLUMNS, JOINTS, Share, as_columns, as_joint, read_acs
from hecsim.geography.import_maps import borders_of, holder_of
from hecsim.geography.import_read import KINDS, Source, files_of
from hecsim.geography.import_sources import read_context, read_places, read_stores
from hecsim.geography.import_towns import assign, where
from hecsim.geography.own_tables import TOTAL_SLACK
from hecsim.geography.tables import columns_of, schema

__all__ = ["Imported", "bring"]

RECORD = "import.json"
ABROAD = (
    "Taxes, benefits, programs and current law are Connecticut's",
    "Fair market rents and child-care rates are those of the Hartford area",
    "Base rates of events are calibrated to Connecticut",
    "Where a figure is missing, the statewide figure of Connecticut stands in",
)


@dataclass
class Imported:
    """Tables ready to be written, and what is to be said about them.

    missing : tables and files that were not given, with what that means; assumed : what stands in for something
    """

    tables: dict[str, pd.DataFrame]
    sources: list[Source]
    unknown: list[Path]
    missing: list[str] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)

    @property
    def summary(self) -> dict[str, Any]:
        """What was imported, as it is kept in import.json."""
        towns, tracts = self.tables["towns"], self.tables["tracts"]
        return {
            "towns": list(towns["town"]), "neighborhoods": len(tracts), "population": int(tracts["population"].sum()),
            "households": int(tracts["households"].sum()),
            "read": [{"file": s.path.name, "what": KINDS[s.kind], "sha256": s.digest} for s in self.sources],
            "not_used": [p.name for p in self.unknown], "missing": self.missing, "assumed": self.assumed,
        }  # fmt: skip

    def write(self, folder: Path) -> Path:
        """Write all tables beside their place and move them there whole; only an earlier import is written over."""
        if folder.exists() and not (folder / RECORD).is_file() and (not folder.is_dir() or any(folder.iterdir())):
            raise StoreError(f"{folder} exists and holds no imported tables; choose another folder or empty it")
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        except OSError as problem:
            raise StoreError(f"{folder} cannot be written: {problem.strerror or problem}") from None
        try:
            for name, table in self.tables.items():
                table.to_csv(fresh / f"{name}.csv", index=False, lineterminator="\n")
            (fresh / RECORD).write_text(json.dumps(self.summary, indent=1, ensure_ascii=False), encoding="utf-8")
            fresh.chmod(0o755)
            if folder.exists():
                old = Path(tempfile.mkdtemp(prefix=f".{folder.name}.old.", dir=folder.parent))
                os.replace(folder, old / "was")
                os.replace(fresh, folder)
                shutil.rmtree(old)
            else:
                os.replace(fresh, folder)
        except OSError as problem:
            raise StoreError(f"{folder} cannot be written: {problem.strerror or problem}") from None
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
        return folder


def bring(paths: Iterable[str | Path], *, name: str = "", only: Sequence[str] = ()) -> Imported:
    """Read files and folders of them and bring them into the documented tables.

    name : what a place is called that the files do not name
    only : beginnings of Census codes (state 50, county 50007, a tract); nothing for all that the ACS files hold
    """
    sources, unknown = files_of(paths)
    by: dict[str, list[Source]] = {}
    for s in sources:
        by.setdefault(s.kind, []).append(s)
    out = Imported({}, sources, unknown)
    acs = by.get("acs", []) + by.get("acs_long", [])
    if not acs:
        raise CommunityDataError(
            "there are no tables of the American Community Survey among the files", file=sources[0].path.parent,
            hint="Needed at least: B01001 (age and sex) and B25003 or B25106 (tenure), by tract or county subdivision",
        )  # fmt: skip
    figures, names = read_acs(acs)
    if only:
        # A tract's beginning is its county, so subdivisions of the same beginning come with it.
        figures = figures[[any(str(c).startswith(o) for o in only) for c in figures.index]]
    length = figures.index.str.len()
    tracts, towns = figures[length == 11], figures[length == 10]
    if not len(tracts) and not len(towns):
        raise CommunityDataError(
            "the tables have no tract and no county subdivision" + (f" that begins with {', '.join(only)}" if only else ""),
            file=acs[0].path, rows=len(figures), hint="Codes have 11 digits (tracts) or 10 (county subdivisions)",
        )  # fmt: skip
    if not len(tracts):
        # 0 as the last digit: no Census tract of the same county has this number by accident of a town's.
        tracts = towns.set_axis(towns.index + "0", axis=0)
        names = pd.concat([names, names.reindex(towns.index).set_axis(towns.index + "0")])
        out.assumed.append("There are no tracts: each county subdivision is one neighborhood, its code ends in 0")
    shapes = where(by, tracts, towns, out.assumed)
    assignment = assign(by, tracts, towns, names, shapes, name, out.assumed)
    _tables(tracts, towns, assignment, shapes, out)
    _health_and_context(by, out)
    _stores(by, shapes, out)
    _say(figures, out)
    return out


def _tables(tracts: pd.DataFrame, towns: pd.DataFrame, at: pd.DataFrame, shapes: pd.DataFrame, out: Imported) -> None:
    """towns.csv, tracts.csv, the joint tables and borders.csv."""
    small = as_columns(tracts, towns=False)
    for c in ("population", "households"):
        if small[c].isna().any():
            tables_ = ", ".join(sorted({r.part[0][:-4] for r in COLUMNS[c]}))
            raise CommunityDataError(
                f"{int(small[c].isna().sum())} of {len(small)} neighborhoods have no count of {c}, such as "
                f"{small.index[small[c].isna()][0]}", file="ACS tables", column=c, rows=len(small),
                hint=f"Add one of the tables {tables_} by tract",
            )  # fmt: skip
    if small["households"].sum() == 0:
        raise CommunityDataError("the places have no households", file="ACS tables", column="households", rows=len(small))
    medians = sorted({c for recipes in COLUMNS.values() for r in recipes if r.mean for c in r.part} & set(tracts.columns))
    summed = tracts.drop(columns=medians).groupby(at["code"]).sum(min_count=1)
    complete = tracts.drop(columns=medians).notna().groupby(at["code"]).all()
    summed = summed.where(complete)
    weight = small["households"]
    means = {}
    for c in medians:
        known = tracts[c].notna()
        total = (tracts[c] * weight)[known].groupby(at["code"][known]).sum()
        means[c] = total / weight[known].groupby(at["code"][known]).sum().replace(0, np.nan)
    summed = pd.concat([summed, pd.DataFrame(means, index=summed.index)], axis=1)
    own = towns.reindex(summed.index).reindex(columns=summed.columns)
    misfit = []
    for code in summed.index[summed.index.isin(towns.index)]:
        have = as_columns(summed.loc[[code]], towns=False)[["population", "households"]].iloc[0]
        says = as_columns(towns.loc[[code]], towns=False)[["population", "households"]].iloc[0]
        if ((have - says).abs() > TOTAL_SLACK * says).any():
            misfit.append(code)
            own.loc[code] = np.nan
    if misfit:
        out.assumed.append(
            f"{len(misfit)} towns differ from the sum of their tracts by more than {TOTAL_SLACK:.0%} "
            f"(such as {misfit[0]}): the sum of the tracts is used"
        )
    figures = own.combine_first(summed)
    if summed[medians].notna().any(axis=None) and own[medians].isna().any(axis=None):
        out.assumed.append("Medians of towns without their own are means over their tracts, weighted by households")
    name = at.drop_duplicates("code").set_index("code")["town"]
    large = as_columns(figures, towns=True)
    out.tables["towns"] = _frame("towns", large, name, shapes, at)
    out.tables["tracts"] = _frame("tracts", small, at["town"], shapes, at)
    for joint in JOINTS:
        for level, places in (("town", figures), ("tract", tracts)):
            if level not in schema()["joints"][joint]["levels"]:
                continue
            table = as_joint(joint, places)
            settled = (large if level == "town" else small)["households"] > 0
            if table is None or not settled.index[settled].isin(table.index).all():
                continue
            key = "town" if level == "town" else "geoid"
            index = [name[c] for c in table.index] if level == "town" else list(table.index)
            out.tables[f"joint_{joint}_{level}s"] = table.round().astype(int).set_axis(index).rename_axis(key).reset_index()
    # A town without a shape of its own is the union of its tracts.
    import shapely

    outline: dict[str, Any] = {}
    for code, town in name.items():
        shape = shapes["shape"].get(code)
        parts = [s for s in shapes["shape"].reindex(at.index[at["code"] == code]) if s is not None]
        outline[town] = shape if shape is not None else shapely.union_all(parts) if parts else None
    packaged = set(name) <= set(tables.packaged_towns()) and set(name.index) <= set(tables.packaged("towns")["geoid"])
    if packaged and not any(outline.values()):
        both = tables.adjacency()
        out.tables["borders"] = both[both["town_a"].isin(name) & both["town_b"].isin(name)]
    else:
        out.tables["borders"] = borders_of(outline)


def _frame(table: str, values: pd.DataFrame, town: pd.Series, shapes: pd.DataFrame, at: pd.DataFrame) -> pd.DataFrame:
    """Documented columns in dictionary order; groups of shares are whole or blank."""
    out = values.copy()
    out["geoid"], out["town"] = out.index, town.reindex(out.index)
    place = shapes.reindex(out.index)
    for c in ("lat", "lon", "land_km2", "water_km2"):
        out[c] = place[c]
    if table == "towns":
        by = shapes.reindex(at.index)
        middle, land = by.groupby(at["code"])[["lat", "lon"]].mean(), by.groupby(at["code"])["land_km2"].sum(min_count=1)
        for c in ("lat", "lon"):
            out[c] = out[c].fillna(middle[c])
        out["land_km2"] = out["land_km2"].fillna(land)
        packaged = tables.packaged("towns").set_index("geoid")
        for c in ("county", "region", "geoid_2020"):
            out[c] = packaged[c].reindex(out.index)
        aid = tables.packaged("aid_areas").set_index("town")
        inside = out.index.isin(packaged.index)
        for c in ("fmr_area", "fmr_inferred", "care4kids_region", "care4kids_inferred"):
            out[c] = aid[c].reindex(out["town"]).set_axis(out.index).where(inside)
    else:
        packaged = tables.packaged("tracts").set_index("geoid")
        for c in ("neighborhood", "geoid_2020"):
            out[c] = packaged[c].reindex(out.index)
    groups: dict[str, list[str]] = {}
    for c in columns_of(table):
        if c in out and (g := schema()["columns"][c].get("group")):
            groups.setdefault(g, []).append(c)
    for members in groups.values():
        out.loc[out[members].isna().any(axis=1), members] = np.nan
        total = out[members].sum(axis=1)
        out[members] = out[members].div(total.where(total > 0), axis=0)
    for c in ("population", "households"):
        out[c] = out[c].round().astype(int)
    required = [c for c in columns_of(table) if schema()["columns"][c].get("required")]
    kept = [c for c in columns_of(table) if c in required or (c in out and out[c].notna().any())]
    order = ["geoid", "town", *[c for c in kept if c not in ("geoid", "town")]]
    return out.reindex(columns=order).round(6).sort_values(["town", "geoid"]).reset_index(drop=True)


def _health_and_context(by: dict[str, list[Source]], out: Imported) -> None:
    tracts, towns = out.tables["tracts"], out.tables["towns"]
    health = read_places(by.get("places", []) + by.get("places_wide", []))
    if len(health):
        mine = health.reindex(tracts["geoid"]).set_axis(tracts.index)
        covered = int(mine.notna().any(axis=1).sum())
        out.assumed.append(
            f"Health figures of {covered} of {len(tracts)} neighborhoods are from your PLACES file, whatever its year; the "
            "year in a column's name is that of the packaged figures"
        )
        for c in mine:
            tracts[c] = mine[c]
            known = mine[c].notna()
            if c in columns_of("towns") and known.any():
                people = tracts["population"][known].groupby(tracts["town"][known]).sum()
                mean = (mine[c] * tracts["population"])[known].groupby(tracts["town"][known]).sum() / people.replace(0, np.nan)
                towns[c] = towns["town"].map(mean).round(4)
    context = read_context(by.get("food", []) + by.get("svi", []))
    shown = context.reindex(tracts["geoid"])[[c for c in ("svi_overall", "low_access") if c in context]]
    # SVI writes -999 where a tract cannot be ranked, which is blank by now.
    if len(shown.columns) and shown.notna().any(axis=None):
        out.tables["context"] = shown.rename_axis("geoid").reset_index()


def _stores(by: dict[str, list[Source]], shapes: pd.DataFrame, out: Imported) -> None:
    if "stores" not in by:
        return
    stores, left_out = read_stores(by["stores"])
    places = shapes.reindex(out.tables["tracts"]["geoid"])
    code, exact = holder_of(stores["lat"].to_numpy(float), stores["lon"].to_numpy(float), places)
    stores["geoid"] = code
    away = int((stores["geoid"] == "").sum())
    kept = stores[stores["geoid"] != ""].sort_values(["geoid", "kind", "name"])
    if left_out:
        out.assumed.append(
            f"{left_out} of {len(stores) + left_out} stores are of kinds that sell little of a family's food and are left out"
        )
    if away:
        out.assumed.append(f"{away} of {len(stores)} stores lie outside the place and are left out")
    if not exact:
        out.assumed.append("Without boundaries of tracts, a store stands in the tract whose interior point is nearest")
    if len(kept):
        out.tables["retailers"] = kept.rename(columns={"kind": "store"})[["geoid", "store", "name", "lat", "lon"]]


def _say(figures: pd.DataFrame, out: Imported) -> None:
    """What is missing and what that means."""
    tracts = out.tables["tracts"]
    given = {c[:-4] for c in figures.columns}

    def table_of(r: Share) -> set[str]:
        return {c[:-4] for c in (*r.part, *r.whole)}

    wanting: dict[str, list[str]] = {}
    for column, recipes in COLUMNS.items():
        if not any(table_of(r) <= given for r in recipes):
            wanting.setdefault(" or ".join(sorted({t for r in recipes for t in table_of(r)})), []).append(column)
    for table, columns in wanting.items():
        out.missing.append(f"{table}: {', '.join(columns)} come from Connecticut as a whole")
    for joint, cells in JOINTS.items():
        if not any(f"joint_{joint}_{level}s" in out.tables for level in ("town", "tract")):
            tables_ = sorted({c[:-4] for c in cells.values()})
            out.missing.append(f"{tables_[0]}{' and its parts' if len(tables_) > 1 else ''}: the joint table {joint} has the "
                               "shape of Connecticut's, fitted to your margins")  # fmt: skip
    if "diabetes_2023" not in tracts:
        out.missing.append("PLACES: disease and health behavior begin at the model's own rates, not fitted to your tracts")
    if "retailers" not in out.tables:
        out.missing.append("a list of stores: stores are placed by rates for towns of the same density")
    for file, column in (("the Social Vulnerability Index", "svi_overall"), ("the Food Access Research Atlas", "low_access")):
        if column not in out.tables.get("context", pd.DataFrame()):
            out.missing.append(f"{file}: used for comparison only")
    out.missing.append("violent crime and subsidized homes: no federal table has them by tract or town, the model's rates hold")
    if not set(out.tables["towns"]["geoid"]) <= set(tables.packaged("towns")["geoid"]):
        out.assumed.extend(ABROAD)
