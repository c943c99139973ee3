"""Reading and checking a user's own tables, in the columns of `dictionary()`.

A folder needs towns.csv and tracts.csv. It may hold joint_<name>_towns.csv and joint_<name>_tracts.csv (cells
named as in the packaged ones), borders.csv and retailers.csv. Whatever a damaged file would do silently, it does here aloud.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd

from hecsim.columns import STORE
from hecsim.errors import CommunityDataError, UnknownNameError
from hecsim.geography import tables
from hecsim.geography.fallback import Assumption
from hecsim.geography.joints import cell_columns, joint_names
from hecsim.geography.numbers import to_numbers
from hecsim.geography.place import Geography
from hecsim.geography.tables import columns_of, schema, state_marginals

SUM_SLACK = 0.02  # shares rounded to two digits, up to six in a group, still add up to 1 within this
TOTAL_SLACK = 0.05  # tables of neighboring vintages differ by less than this; a lost half of a file by more
GEOID_DIGITS = {"towns": 10, "tracts": 11}


def load(directory: str | Path) -> Geography:
    """A `Geography` from a user's tables in the documented columns; any fault is a `CommunityDataError`.

    Columns that are not required may be left out: they are NaN, and the fallback for synthesis inputs says so.
    Statewide figures, the last resort of the fallback, are the packaged ones of Connecticut.
    """
    folder = Path(directory)
    if not folder.is_dir():
        raise CommunityDataError(
            "there is no such folder", file=folder, hint="Give a folder that holds towns.csv and tracts.csv"
        )
    towns = _checked(folder, "towns")
    tracts = _checked(folder, "tracts")
    lost = sorted(set(tracts["town"]) - set(towns["town"]))
    if lost:
        raise CommunityDataError(
            f"names towns that towns.csv does not have: {', '.join(lost[:5])}",
            file=folder / "tracts.csv",
            column="town",
            rows=int(tracts["town"].isin(lost).sum()),
            hint="Add the towns to towns.csv or spell them alike in both files",
        )
    towns = towns.sort_values("town").set_index("town")
    joints: dict[tuple[str, str], pd.DataFrame] = {}
    for name in joint_names():
        for level in schema()["joints"][name]["levels"]:
            table = _checked_joint(folder, name, level, towns, tracts)
            if table is not None:
                joints[name, level] = table
    _check_totals(folder, towns, tracts)
    tracts = tracts[tracts["population"] > 0].sort_values(["town", "geoid"]).reset_index(drop=True)
    joints = {
        (name, level): table.loc[[g for g in tracts["geoid"] if g in table.index]] if level == "tract" else table
        for (name, level), table in joints.items()
    }
    notes = [
        Assumption("every place", f"joint_{n}", f"packaged shares of {tables.STATE}", "there is no such file")
        for n in joint_names()
        if not any((n, level) in joints for level in ("town", "tract"))
    ]
    if towns["fmr_area"].isna().all():
        # A Hartford of another state is not Connecticut's: 09 is the state's code.
        here = towns["geoid"].str.startswith("09")
        aid = tables.aid_areas().reindex(towns.index).where(here)
        for c in ("fmr_area", "fmr_inferred", "care4kids_region", "care4kids_inferred"):
            towns[c] = aid[c]
        notes.append(
            Assumption(
                "every town",
                "fmr_area, care4kids_region",
                "packaged areas" if here.all() else "Hartford's",
                "there is no such column",
            )
        )
    return Geography(
        towns=tuple(towns.index),
        tracts=tracts,
        town_table=towns,
        borders=_borders(folder, set(towns.index)),
        tables=joints,
        state=state_marginals(),
        source=str(folder),
        notes=tuple(notes),
        retailers=_retailers(folder, set(tracts["geoid"])),
    )


def write(geography: Geography, directory: str | Path) -> Path:
    """Write a geography as the files that `load` reads: a template to edit, or a copy to keep beside results."""
    folder = Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    geography.town_table.reset_index().to_csv(folder / "towns.csv", index=False)
    geography.tracts.to_csv(folder / "tracts.csv", index=False)
    geography.borders.to_csv(folder / "borders.csv", index=False)
    if geography.retailers is not None:
        geography.retailers.to_csv(folder / "retailers.csv", index=False)
    for (name, level), table in geography.tables.items():
        flat = table.copy()
        flat.columns = pd.Index([".".join(c) for c in table.columns])
        flat.to_csv(folder / f"joint_{name}_{level}s.csv")
    return folder


def _read(path: Path, *, may_be_empty: bool = False) -> pd.DataFrame:
    """The file as text cells; a missing file, a broken line or a repeated column name is an error."""
    if not path.exists():
        raise CommunityDataError("the file is missing", file=path, hint=f"Add {path.name} to the folder")
    try:
        with path.open(encoding="utf-8-sig", newline="") as f:
            lines = [line for line in csv.reader(f, strict=True) if line]
    except (UnicodeDecodeError, csv.Error) as error:
        raise CommunityDataError(f"cannot be read as CSV: {error}", file=path, hint="Save it as UTF-8 CSV") from error
    if len(lines) < (1 if may_be_empty else 2):
        raise CommunityDataError("has no rows", file=path, rows=0, hint="Check that it was written out completely")
    head, body = lines[0], lines[1:]
    twice = sorted({c for c in head if head.count(c) > 1})
    if twice:
        raise CommunityDataError(
            "the column appears twice", file=path, column=twice[0], rows=len(body), hint="Remove one of the two"
        )
    for i, line in enumerate(body):
        if len(line) != len(head):
            raise CommunityDataError(
                f"line {i + 2} has {len(line)} cells, the header has {len(head)}",
                file=path,
                rows=len(body),
                hint="The file may have been cut off or a comma may be missing; write it out again",
            )
    return pd.DataFrame(body, columns=head).map(str.strip)


def _numbers(raw: pd.DataFrame, columns: list[str], path: Path) -> pd.DataFrame:
    """Text of all `columns` to numbers; blank is NaN, anything else that is not a finite number is an error."""
    hint = "Write plain numbers without units or thousands separators; leave unknown cells empty"
    return to_numbers(raw[columns], path, missing=("", "NaN", "nan", "NA"), hint=hint)


def _checked(folder: Path, table: str) -> pd.DataFrame:
    """towns.csv or tracts.csv with every documented column, checked cell by cell."""
    path = folder / f"{table}.csv"
    raw = _read(path)
    n = len(raw)
    entries = {c: schema()["columns"][c] for c in columns_of(table)}
    for c, e in entries.items():
        if e.get("required") and c not in raw:
            raise CommunityDataError(
                f"the column is missing: {e['meaning']}, {e['unit']}",
                file=path,
                column=c,
                rows=n,
                hint="Add the column; hecsim.geography.dictionary() describes all of them",
            )
    number = _numbers(raw, [c for c, e in entries.items() if c in raw and e["kind"] not in ("text", "flag")], path)
    cells: dict[str, pd.Series] = {}
    for c, e in entries.items():
        if c not in raw:
            # A user's table has no 500 Cities columns of its own; other optional columns may be absent too.
            blank = [None] * n if e["kind"] == "text" else [np.nan] * n
            cells[c] = pd.Series(blank, index=raw.index, dtype="str" if e["kind"] == "text" else float)
        elif e["kind"] == "text":
            cells[c] = raw[c].where(raw[c] != "", None)
        elif e["kind"] == "flag":
            cells[c] = raw[c].str.lower().isin(["true", "1", "yes"])
        else:
            cells[c] = number[c]
            _check_range(number[c], e, path, n)
    out = pd.DataFrame(cells, index=raw.index)
    for c in ("town", "geoid"):
        if out[c].isna().any():
            raise CommunityDataError("has empty cells", file=path, column=c, rows=n, hint="Every row needs it")
    _check_keys(out, table, path)
    for c in ("population", "households"):
        if out[c].isna().any():
            raise CommunityDataError(
                f"is empty in {int(out[c].isna().sum())} rows",
                file=path,
                column=c,
                rows=n,
                hint="Every place needs a count; write 0 where nobody lives",
            )
        out[c] = out[c].round().astype(int)
    _check_groups(out, table, path)
    return out


def _check_range(values: pd.Series, entry: dict, path: Path, n: int) -> None:
    high = 1.0 if entry["kind"] == "share" else np.inf
    low = 0.0 if entry["kind"] in ("share", "count", "money") else -np.inf
    wrong = ((values < low) | (values > high)).to_numpy()
    if wrong.any():
        at = int(np.flatnonzero(wrong)[0])
        what = "a share from 0 to 1" if entry["kind"] == "share" else f"a {entry['kind']}, 0 or more"
        hint = "Divide percentages by 100" if entry["kind"] == "share" else "Codes for missing, such as -666666666"
        hint = f"{hint}; leave unknown cells empty" if entry["kind"] == "share" else f"{hint}, must be empty cells"
        raise CommunityDataError(
            f"{values.iloc[at]:g} in line {at + 2} is not {what} ({wrong.sum()} such cells)",
            file=path,
            column=str(values.name),
            rows=n,
            hint=hint,
        )


def _check_keys(out: pd.DataFrame, table: str, path: Path) -> None:
    digits = GEOID_DIGITS[table]
    odd = out.loc[~out["geoid"].str.fullmatch(rf"\d{{{digits}}}"), "geoid"]
    if len(odd):
        raise CommunityDataError(
            f"'{odd.iloc[0]}' is not a code of {digits} digits",
            file=path,
            column="geoid",
            rows=len(out),
            hint="Keep the leading zero: spreadsheets drop it unless the column is text",
        )
    for key in ("geoid",) if table == "tracts" else ("geoid", "town"):
        twice = out.loc[out[key].duplicated(), key]
        if len(twice):
            raise CommunityDataError(
                f"'{twice.iloc[0]}' appears more than once ({len(twice)} repeated rows)",
                file=path,
                column=key,
                rows=len(out),
                hint="Keep one row for each place",
            )


def _check_groups(out: pd.DataFrame, table: str, path: Path) -> None:
    """Shares of a group are all there or all blank, and add up to 1."""
    groups: dict[str, list[str]] = {}
    for c in columns_of(table):
        group = schema()["columns"][c].get("group")
        if group:
            groups.setdefault(group, []).append(c)
    for group, members in groups.items():
        known = out[members].notna()
        half = known.any(axis=1) & ~known.all(axis=1)
        total = out[members].sum(axis=1)
        wrong = known.all(axis=1) & ((total - 1.0).abs() > SUM_SLACK)
        if half.any() or wrong.any():
            bad = half if half.any() else wrong
            at = int(np.flatnonzero(bad.to_numpy())[0])
            fault = "only some are filled in" if half.any() else f"they add up to {total.iloc[at]:.3f}, not 1"
            raise CommunityDataError(
                f"the {group} shares of {out['geoid'].iloc[at]}: {fault} ({int(bad.sum())} such rows)",
                file=path,
                column=", ".join(members),
                rows=len(out),
                hint="Correct the shares, or leave the whole group empty",
            )


def _checked_joint(folder: Path, name: str, level: str, towns: pd.DataFrame, tracts: pd.DataFrame) -> pd.DataFrame | None:
    """A joint table, or None if the folder has none; its rows must be the places of the main table."""
    path = folder / f"joint_{name}_{level}s.csv"
    if not path.exists():
        return None
    raw = _read(path)
    key = "geoid" if level == "tract" else "town"
    dims = schema()["joints"][name]["dimensions"]
    labels = list(dims.values())
    expected = list(tables.packaged(f"joint_{name}_towns").columns[1:])
    for c in (key, *expected):
        if c not in raw:
            raise CommunityDataError(
                "the column is missing",
                file=path,
                column=c,
                rows=len(raw),
                hint=f"Cells are named {'.'.join(dims)}, with {' x '.join(str(len(x)) for x in labels)} labels",
            )
    table = _numbers(raw, expected, path)
    if (table < 0).any().any() or table.isna().any().any():
        column = next(c for c in expected if (table[c] < 0).any() or table[c].isna().any())
        raise CommunityDataError(
            "has negative or empty counts", file=path, column=column, rows=len(raw), hint="Write 0 for none"
        )
    table.index = pd.Index(raw[key], name=key)
    if table.index.has_duplicates:
        first = table.index[table.index.duplicated()][0]
        raise CommunityDataError(
            f"'{first}' appears more than once", file=path, column=key, rows=len(raw), hint="Keep one row a place"
        )
    main = tracts.set_index("geoid") if level == "tract" else towns
    settled = main.index[main["households"] > 0]
    for missing, here, there in (
        (settled.difference(table.index), path, folder / f"{level}s.csv"),
        (table.index.difference(main.index), folder / f"{level}s.csv", path),
    ):
        if len(missing):
            size = len(table) if here == path else len(main)
            other = len(settled) if here == path else len(table)
            raise CommunityDataError(
                f"lacks {len(missing)} of the {other:,} places that {there.name} has, such as '{missing[0]}'",
                file=here,
                column=key,
                rows=size,
                hint="The file may have been cut off; write it out again, or remove those rows from the other file",
            )
    table.columns = cell_columns(name, expected)
    return table.loc[[p for p in main.index if p in table.index]].round().astype(np.int64)


def _check_totals(folder: Path, towns: pd.DataFrame, tracts: pd.DataFrame) -> None:
    """A truncated tracts.csv shows in the sums: a town's tracts must hold about the town's people."""
    for column in ("population", "households"):
        have = tracts.groupby("town")[column].sum().reindex(towns.index).fillna(0)
        gap = (have - towns[column]).abs() > TOTAL_SLACK * towns[column]
        if gap.any():
            town = gap.index[gap][0]
            raise CommunityDataError(
                f"the tracts of {town} hold {have[town]:,.0f} {column}, towns.csv says {towns[column][town]:,.0f} "
                f"({int(gap.sum())} such towns)",
                file=folder / "tracts.csv",
                column=column,
                rows=len(tracts),
                hint="tracts.csv may have been cut off, or the two files are of different years",
            )


def _retailers(folder: Path, codes: set[str]) -> pd.DataFrame | None:
    """retailers.csv: the tract and kind of every known store; None without the file."""
    path = folder / "retailers.csv"
    if not path.exists():
        return None
    raw = _read(path)
    for c, known, what in (("geoid", codes, "neighborhood"), ("store", set(STORE), "kind of store")):
        if c not in raw:
            raise CommunityDataError(
                "the column is missing", file=path, column=c, rows=len(raw), hint="A store has geoid and store (its kind)"
            )
        wrong = raw.loc[~raw[c].isin(known), c]
        if len(wrong):
            raise UnknownNameError(str(wrong.iloc[0]), known, what=what, file=path, key=c)
    return raw[["geoid", "store"]].sort_values(["geoid", "store"]).reset_index(drop=True)


def _borders(folder: Path, towns: set[str]) -> pd.DataFrame:
    """borders.csv of the folder; without it the packaged borders, if all towns are Connecticut's."""
    path = folder / "borders.csv"
    if path.exists():
        raw = _read(path, may_be_empty=True)  # towns that do not touch have no borders
        for c in columns_of("borders"):
            if schema()["columns"][c].get("required") and c not in raw:
                raise CommunityDataError(
                    "the column is missing", file=path, column=c, rows=len(raw), hint="Add it, see dictionary()"
                )
        table = raw[["town_a", "town_b", "kind"]].copy()
        for c in ("border_km", "centers_km"):
            table[c] = _numbers(raw, [c], path)[c] if c in raw else np.nan
    elif towns <= set(tables.packaged_towns()):
        table = tables.adjacency()
    else:
        return tables.adjacency().iloc[:0]
    inside = table["town_a"].isin(towns) & table["town_b"].isin(towns)
    return table[inside].reset_index(drop=True)
