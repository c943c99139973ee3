"""Detailed tables of the American Community Survey as the documented columns.

`COLUMNS` says from which cells each column comes; `JOINTS` does it for the joint tables. Cells are written
"B01001_003". A column whose cells are not all there is NaN, and the importer says which table it wanted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hecsim.errors import CommunityDataError
from hecsim.geography.import_read import CELL, Source, all_numbers, connecticut, geoid_column, numbers, restore_zeros

__all__ = ["COLUMNS", "JOINTS", "TABLES", "Share", "as_columns", "as_joint", "read_acs"]


def cells(table: str, *parts: int | tuple[int, int]) -> tuple[str, ...]:
    """Cells of a table: numbers, or (first, last) of a run.

    >>> cells("C17002", (2, 3), 8)
    ('C17002_002', 'C17002_003', 'C17002_008')
    """
    numbers_ = [n for p in parts for n in ([p] if isinstance(p, int) else range(p[0], p[1] + 1))]
    return tuple(f"{table}_{n:03d}" for n in numbers_)


@dataclass(frozen=True)
class Share:
    """A column as the sum of cells over the sum of others; without `whole` a count or an amount."""

    part: tuple[str, ...]
    whole: tuple[str, ...] = ()
    towns_only: bool = False
    mean: bool = False  # an amount: towns without their own take the mean over tracts, weighted by households


def _ages(*runs: tuple[int, int]) -> tuple[str, ...]:
    """Both sexes of B01001: women stand 24 cells after men."""
    return cells("B01001", *runs, *((a + 24, b + 24) for a, b in runs))


_ADULTS, _TENURE = cells("B15003", 1), cells("B25106", 1)
_BANDS = ("below_20k", "20_35k", "35_50k", "50_75k", "75k_up")
_RENTER_BANDS = cells("B25106", 25, 29, 33, 37, 41)
_BAND_CELLS = tuple((f"B25106_{3 + 4 * i:03d}", f"B25106_{25 + 4 * i:03d}") for i in range(5))
_ALL_BANDS = tuple(c for pair in _BAND_CELLS for c in pair)
_SIZES = ("1", "2", "3", "4_up")
_AGES = {"0_5": 2, "6_11": 15, "12_17": 28, "18_24": 41, "25_34": 54, "35_44": 67, "45_54": 80, "55_64": 93,
         "65_74": 106, "75_up": 119}  # fmt: skip
_RATIOS = ("below_050", "050_074", "075_099", "100_124", "125_149", "150_174", "175_184", "185_199", "200_299",
           "300_399", "400_499", "500_up")  # fmt: skip


def _poor(ages: Iterable[str], ratios: int) -> tuple[str, ...]:
    return tuple(c for a in ages for c in cells("B17024", (_AGES[a] + 1, _AGES[a] + ratios)))


def _of_age(ages: Iterable[str]) -> tuple[str, ...]:
    return cells("B17024", *(_AGES[a] for a in ages))


_KIDS, _OLD = ("0_5", "6_11", "12_17"), ("65_74", "75_up")
_RACES = {"white": (3,), "black": (4,), "hispanic": (12,), "asian": (6,), "other": (5, 7, 8, 9)}

# Several recipes for a column are tried in order.
COLUMNS: dict[str, tuple[Share, ...]] = {
    "population": (Share(cells("B01001", 1)), Share(cells("B03002", 1)), Share(cells("B01003", 1))),
    "households": (Share(_TENURE), Share(cells("B25003", 1)), Share(cells("B08201", 1)), Share(cells("B11001", 1))),
    "median_income": (Share(cells("B19013", 1), mean=True),),
    "poverty_universe": (Share(cells("C17002", 1)), Share(cells("B17024", 1))),
    "poor_below_50": (Share(cells("C17002", 2), cells("C17002", 1)),),
    "poor_below_100": (Share(cells("C17002", 2, 3), cells("C17002", 1)),),
    "poor_below_200": (Share(cells("C17002", (2, 7)), cells("C17002", 1)),),
    "child_poor_below_100": (Share(_poor(_KIDS, 3), _of_age(_KIDS)),),
    "child_poor_below_200": (Share(_poor(_KIDS, 8), _of_age(_KIDS)),),
    "senior_poor_below_100": (Share(_poor(_OLD, 3), _of_age(_OLD)),),
    **{f"race_{r}": (Share(cells("B03002", *n), cells("B03002", 1)),) for r, n in _RACES.items()},
    "age_0_4": (Share(_ages((3, 3)), cells("B01001", 1)),),
    "age_5_17": (Share(_ages((4, 6)), cells("B01001", 1)),),
    "age_18_34": (Share(_ages((7, 12)), cells("B01001", 1)),),
    "age_35_54": (Share(_ages((13, 16)), cells("B01001", 1)),),
    "age_55_64": (Share(_ages((17, 19)), cells("B01001", 1)),),
    "age_65_up": (Share(_ages((20, 25)), cells("B01001", 1)),),
    "female": (Share(cells("B01001", 26), cells("B01001", 1)),),
    "foreign_born": (
        Share(cells("B05002", 13), cells("B05002", 1)), Share(cells("B05012", 3), cells("B05012", 1)),
    ),
    **{f"size_{s}": (Share(cells("B08201", 7 + 6 * i), cells("B08201", 1)),) for i, s in enumerate(_SIZES)},
    "no_vehicle": (Share(cells("B08201", 2), cells("B08201", 1)),),
    "adults_25_up": (Share(_ADULTS),),
    "edu_below_high_school": (Share(cells("B15003", (2, 16)), _ADULTS),),
    "edu_high_school": (Share(cells("B15003", 17, 18), _ADULTS),),
    "edu_some_college": (Share(cells("B15003", (19, 21)), _ADULTS),),
    "edu_bachelor_up": (Share(cells("B15003", (22, 25)), _ADULTS),),
    "renter_households": (Share(cells("B25106", 24)), Share(cells("B25003", 3))),
    "renter": (Share(cells("B25106", 24), _TENURE), Share(cells("B25003", 3), cells("B25003", 1))),
    "burdened": (Share(cells("B25106", 6, 10, 14, 18, 22, 28, 32, 36, 40, 44), _TENURE),),
    "renters_burdened": (Share(cells("B25106", 28, 32, 36, 40, 44), cells("B25106", 24)),),
    "owners_burdened": (Share(cells("B25106", 6, 10, 14, 18, 22), cells("B25106", 2)),),
    **{f"income_{b}": (Share(_BAND_CELLS[i], _ALL_BANDS), Share(run, cells("B19001", 1)))
       for i, (b, run) in enumerate(zip(_BANDS, (
           cells("B19001", (2, 4)), cells("B19001", (5, 7)), cells("B19001", (8, 10)), cells("B19001", 11, 12),
           cells("B19001", (13, 17))), strict=True))},
    **{f"renter_income_{b}": (Share((_RENTER_BANDS[i],), _RENTER_BANDS),) for i, b in enumerate(_BANDS)},
    "mean_size": (Share(cells("B25010", 1), towns_only=True, mean=True),),
    "mean_size_owner": (Share(cells("B25010", 2), towns_only=True, mean=True),),
    "mean_size_renter": (Share(cells("B25010", 3), towns_only=True, mean=True),),
    "median_gross_rent": (Share(cells("B25064", 1), towns_only=True, mean=True),),
    "median_home_value": (Share(cells("B25077", 1), towns_only=True, mean=True),),
    "families": (Share(cells("B11003", 1), towns_only=True),),
    "families_with_children": (Share(cells("B11003", 3, 10, 16), towns_only=True),),
    "families_with_children_share": (Share(cells("B11003", 3, 10, 16), cells("B11003", 1), towns_only=True),),
    "single_parent_families": (Share(cells("B11003", 10, 16), cells("B11003", 3, 10, 16), towns_only=True),),
    "snap_households": (
        Share(cells("B22010", 2), cells("B22010", 1), towns_only=True),
        Share(cells("B22003", 2), cells("B22003", 1), towns_only=True),
    ),
    "unemployment_2019": (Share(cells("B23025", 5), cells("B23025", 3), towns_only=True),),
}  # fmt: skip

_BURDENS = ("below_20", "20_29", "30_up")
_TYPES = {"couple": (5, 6), "single_man": (9, 10), "single_woman": (12, 13)}
_LETTERS = {"white": "A", "black": "B", "native": "C", "asian": "D", "pacific": "E", "other": "F", "several": "G",
            "white_not_hispanic": "H", "hispanic": "I"}  # fmt: skip
JOINTS: dict[str, dict[str, str]] = {
    "tenure_income_burden": {
        f"{tenure}.{band}.{burden}": f"B25106_{first + 4 * i + j:03d}"
        for tenure, first in (("owner", 4), ("renter", 26)) for i, band in enumerate(_BANDS)
        for j, burden in enumerate(_BURDENS)
    } | {
        "owner.zero_or_negative.not_computed": "B25106_023", "renter.zero_or_negative.not_computed": "B25106_045",
        "renter.no_cash_rent.not_computed": "B25106_046",
    },
    "size_vehicles": {
        f"{size}.{v}": f"B08201_{8 + 6 * i + j:03d}"
        for i, size in enumerate(_SIZES) for j, v in enumerate(("0", "1", "2", "3", "4_up"))
    },
    "age_poverty": {
        f"{age}.{ratio}": f"B17024_{first + 1 + j:03d}" for age, first in _AGES.items() for j, ratio in enumerate(_RATIOS)
    },
    "tenure_type_children": {
        f"{tenure}.{kind}.{children}": f"B25115_{n + shift:03d}"
        for tenure, shift in (("owner", 0), ("renter", 13)) for kind, pair in _TYPES.items()
        for children, n in zip(("with", "without"), pair, strict=True)
    } | {"owner.nonfamily.without": "B25115_014", "renter.nonfamily.without": "B25115_027"},
    "tenure_race": {"all.owner": "B25003_002", "all.renter": "B25003_003"} | {
        f"{race}.{tenure}": f"B25003{letter}_{n}"
        for race, letter in _LETTERS.items() for tenure, n in (("owner", "002"), ("renter", "003"))
    },
}  # fmt: skip
TABLES = sorted({c[:-4] for recipes in COLUMNS.values() for r in recipes for c in (*r.part, *r.whole)}
                | {c[:-4] for joint in JOINTS.values() for c in joint.values()})  # fmt: skip
_WANTED = set(TABLES)


def read_acs(sources: Iterable[Source]) -> tuple[pd.DataFrame, pd.Series]:
    """Figures by code (rows) and cell (columns), and names by code, from wide and long files together.

    A cell that two files give with two values is a `CommunityDataError`: one of the two is of another year.
    """
    figures: dict[str, pd.Series] = {}
    names: dict[str, str] = {}
    for source in sources:
        frame, name = (_long if source.kind == "acs_long" else _wide)(source)
        names |= name
        for cell in map(str, frame):
            if cell in figures:
                both = pd.concat([figures[cell].rename("a"), frame[cell].rename("b")], axis=1).dropna()
                if (both["a"] != both["b"]).any():
                    code = both.index[both["a"] != both["b"]][0]
                    raise CommunityDataError(
                        f"gives {both.loc[code, 'b']:g} for {code}, another file gives {both.loc[code, 'a']:g}",
                        file=source.path, column=str(cell), rows=len(frame),
                        hint="Files of different years may have been put together; keep one of them",
                    )  # fmt: skip
                figures[cell] = figures[cell].combine_first(frame[cell])
            else:
                figures[cell] = frame[cell]
    return pd.DataFrame(figures), pd.Series(names, dtype=object)


def _codes(frame: pd.DataFrame, source: Source) -> tuple[pd.Series, pd.Series]:
    title = next((c for c in map(str, frame) if c.lower() == "name"), None)
    name = frame[title] if title else pd.Series("", index=frame.index)
    return restore_zeros(geoid_column(frame, source.path), name).map(connecticut), name


def _wide(source: Source) -> tuple[pd.DataFrame, dict[str, str]]:
    cell_of = {c: f"{m[1]}_{m[2]}" for c in source.columns if (m := CELL.match(c)) and m[1] in _WANTED}
    others = {"name", "geoid", "geo_id", "state", "county", "tract", "county subdivision"}
    frame = source.read([c for c in source.columns if c in cell_of or c.lower() in others])
    code, name = _codes(frame, source)
    _no_twins(code, source)
    out = all_numbers(frame[[c for c in cell_of if c in frame]], source.path).rename(columns=cell_of)
    out = out.loc[:, ~out.columns.duplicated(keep="last")]  # B01001_003 and B01001_003E are one cell
    out.index = pd.Index(code)
    return out, dict(zip(code, name, strict=True))


def _no_twins(code: pd.Series, source: Source) -> None:
    twice = code[code.duplicated()]
    if (code == "").any() or len(twice):
        bad = "an empty or unreadable code" if (code == "").any() else f"'{twice.iloc[0]}' more than once"
        raise CommunityDataError(
            f"has {bad}", file=source.path, column="GEOID", rows=len(code),
            hint="Keep one row for each place; both codings of Connecticut name the same places",
        )  # fmt: skip


def _long(source: Source) -> tuple[pd.DataFrame, dict[str, str]]:
    by_lower = {c.lower(): c for c in source.columns}
    frame = source.read([by_lower[c] for c in ("geoid", "name", "variable", "estimate") if c in by_lower])
    match = frame[by_lower["variable"]].str.extract(CELL)
    keep = match[0].isin(_WANTED)
    if not keep.any():
        raise CommunityDataError(
            "names no cell of a table that is used", file=source.path, column=by_lower["variable"], rows=len(frame),
            hint=f"Cells are named as B01001_003; tables that are used: {', '.join(TABLES)}",
        )  # fmt: skip
    frame, match = frame[keep].reset_index(drop=True), match[keep].reset_index(drop=True)
    code, name = _codes(frame, source)
    cell = match[0] + "_" + match[1]
    value = numbers(frame[by_lower["estimate"]], source.path)
    _no_twins(code.where(code == "", code + " " + cell), source)
    flat = pd.DataFrame({"code": code, "cell": cell, "value": value})
    return flat.pivot(index="code", columns="cell", values="value"), dict(zip(code, name, strict=True))


def as_columns(figures: pd.DataFrame, *, towns: bool) -> pd.DataFrame:
    """Documented columns of the places in `figures`; NaN where cells are missing or there is nobody to count."""
    out = {}
    for column, recipes in COLUMNS.items():
        values = pd.Series(np.nan, index=figures.index)
        for r in recipes:
            if (r.towns_only and not towns) or not {*r.part, *r.whole} <= set(figures.columns):
                continue
            got = figures[list(r.part)].sum(axis=1, skipna=False)
            if r.whole:
                whole = figures[list(r.whole)].sum(axis=1, skipna=False)
                got = (got / whole.where(whole > 0)).clip(upper=1.0)
            values = values.combine_first(got)
        out[column] = values
    # Shares of a group must come from one recipe; a half-filled group would be refused on loading.
    return pd.DataFrame(out)


def as_joint(name: str, figures: pd.DataFrame) -> pd.DataFrame | None:
    """Counts of a joint table for the places that have all its cells; None when none has."""
    wanted = JOINTS[name]
    if not set(wanted.values()) <= set(figures.columns):
        return None
    table = figures[list(wanted.values())].set_axis(list(wanted), axis=1).dropna()
    return table if len(table) else None
