"""Files as the Census Bureau, CDC and USDA publish them, for a place outside Connecticut.

The place stands on Burlington, Vermont (county subdivision 50007 10675), whose 2020 Census count, 44,743 people, is the
one published figure here. Tracts, their squares on the map and every cell below the total are TEST DATA in the form of
the published tables, made by splitting the total; none of them is a figure that anybody published.
"""

import json

import numpy as np
import pandas as pd

from hecsim.geography.import_acs import COLUMNS, JOINTS

TOTAL = 44_743
TOWN = "5000710675"
TRACTS = tuple(f"50007{n:06d}" for n in (100, 200, 300, 400, 500, 600))
PARTS = (0.12, 0.2, 0.18, 0.22, 0.16, 0.12)


def _split(total, weights):
    """Whole numbers that add up to the total."""
    running = np.floor(np.cumsum(np.asarray(weights, float) / np.sum(weights)) * total + 0.5)
    return np.diff(running, prepend=0).astype(int)


def _put(row, table, first, total, weights):
    for i, n in enumerate(_split(total, weights)):
        row[f"{table}_{first + i:03d}"] = int(n)
    return row


def cells(people, poor):
    """Every cell of every table that is read, coherent enough: parts add up to their wholes."""
    row = {f"{t[:-4]}_001": 0 for recipes in COLUMNS.values() for r in recipes for t in (*r.part, *r.whole)}
    homes = round(people * 0.42)
    men = people // 2
    ages = [5, 5, 5, 3, 6, 4, 4, 6, 9, 8, 6, 6, 5, 5, 5, 2, 3, 2, 3, 4, 2, 1, 1]
    for start, n in ((3, men), (27, people - men)):
        _put(row, "B01001", start, n, ages)
    row |= {"B01001_001": people, "B01001_002": men, "B01001_026": people - men, "B01003_001": people}
    row["B03002_001"] = people
    _put(row, "B03002", 3, round(people * 0.96), [80, 6, 1, 6, 0, 1, 6])
    row["B03002_012"] = people - sum(row[f"B03002_{i:03d}"] for i in range(3, 10))
    row |= {"B05002_001": people, "B05002_013": round(people * 0.12)}
    row |= {"B05012_001": people, "B05012_003": round(people * 0.12)}
    sizes = _split(homes, [35, 34, 15, 16])
    row["B08201_001"] = homes
    for i, n in enumerate(sizes):
        row[f"B08201_{7 + 6 * i:03d}"] = int(n)
        _put(row, "B08201", 8 + 6 * i, n, [14 - 3 * i, 45 - 10 * i, 30 + 5 * i, 8, 3])
    for v in range(5):
        row[f"B08201_{2 + v:03d}"] = sum(row[f"B08201_{8 + 6 * i + v:03d}"] for i in range(4))
    row["B15003_001"] = round(people * 0.62)
    _put(row, "B15003", 2, row["B15003_001"], [*[0.4] * 15, 17, 3, 6, 11, 8, 28, 15, 3, 3])
    row["B17024_001"] = round(people * 0.93)
    weight = [poor, poor / 2, poor / 2, 3, 3, 3, 1, 2, 12, 12, 12, 40]
    for first, n in zip(
        (2, 15, 28, 41, 54, 67, 80, 93, 106, 119), _split(row["B17024_001"], [5, 5, 5, 18, 20, 12, 10, 11, 9, 5]), strict=True
    ):
        row[f"B17024_{first:03d}"] = int(n)
        _put(row, "B17024", first + 1, n, weight)
    row["C17002_001"] = row["B17024_001"]
    _put(row, "C17002", 2, row["C17002_001"], [poor, poor, 3, 3, 4, 2, 76])
    row |= {
        "B19013_001": 90_000 - 2_000 * poor,
        "B25010_001": 2.2,
        "B25010_002": 2.3,
        "B25010_003": 2.1,
        "B25064_001": 1_500,
        "B25077_001": 420_000,
        "B19001_001": homes,
    }
    _put(row, "B19001", 2, homes, [4, 3, 4, 4, 4, 4, 4, 4, 4, 8, 10, 13, 9, 6, 8, 11])
    owners = round(homes * 0.4)
    for shift, n in ((0, owners), (22, homes - owners)):
        row[f"B25106_{2 + shift:03d}"] = n
        extra = 1 if shift == 0 else 2  # nobody in the cells that are not computed, for simplicity
        for i, band in enumerate(_split(n, [10, 12, 13, 18, 47])):
            row[f"B25106_{3 + shift + 4 * i:03d}"] = int(band)
            _put(row, "B25106", 4 + shift + 4 * i, band, [1 + i, 2, 5 - i])
        for e in range(extra):
            row[f"B25106_{23 + shift + e:03d}"] = 0
    row["B25106_001"] = homes
    row |= {"B25003_001": homes, "B25003_002": owners, "B25003_003": homes - owners}
    for letter, part in zip("ABCDEFGHI", (0.86, 0.04, 0.0, 0.04, 0.0, 0.01, 0.05, 0.84, 0.03), strict=True):
        row |= {f"B25003{letter}_002": round(owners * part), f"B25003{letter}_003": round((homes - owners) * part)}
    for start, n in ((5, owners), (18, homes - owners)):
        counts = _split(n, [14, 22, 2, 2, 5, 4, 51])
        row |= dict(zip((f"B25115_{start + i:03d}" for i in (0, 1, 4, 5, 7, 8, 9)), map(int, counts), strict=True))
    families = round(homes * 0.5)
    row |= {
        "B11003_001": families,
        "B11003_003": round(families * 0.3),
        "B11003_010": round(families * 0.04),
        "B11003_016": round(families * 0.1),
        "B11001_001": homes,
    }
    row |= {"B22010_001": homes, "B22010_002": round(homes * 0.12), "B22003_001": homes, "B22003_002": round(homes * 0.12)}
    row |= {"B23025_003": round(people * 0.58), "B23025_005": round(people * 0.02)}
    wanted = {c for recipes in COLUMNS.values() for r in recipes for c in (*r.part, *r.whole)}
    return row | dict.fromkeys(wanted | {c for j in JOINTS.values() for c in j.values()} - set(row), 0) | row


def figures():
    return pd.DataFrame([cells(int(n), 4 + 3 * i) for i, n in enumerate(_split(TOTAL, PARTS))], index=list(TRACTS)).copy()


def square(i):
    west, south = -73.26 + 0.01 * (i % 3), 44.45 + 0.015 * (i // 3)
    ring = [[west, south], [west + 0.01, south], [west + 0.01, south + 0.015], [west, south + 0.015], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def boundaries(codes=TRACTS):
    return {"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"GEOID": c, "NAMELSAD": f"Census Tract {i + 1}"}, "geometry": square(i)}
        for i, c in enumerate(codes)]}  # fmt: skip


def write(folder, *, long=False, codes=TRACTS, town=TOWN):
    """All files of the place in a folder; the town's row makes its name known."""
    folder.mkdir(parents=True, exist_ok=True)
    data = figures().set_axis(list(codes), axis=0).copy()
    names = [f"Census Tract {i + 1}; Chittenden County; Vermont" for i in range(len(data))]
    amounts = ("B19013_001", "B25010_001", "B25010_002", "B25010_003", "B25064_001", "B25077_001")
    whole = data.sum()
    whole[list(amounts)] = data[list(amounts)].mean()
    data.loc[town] = whole
    title = pd.Series([*names, "Burlington city, Chittenden County, Vermont"], data.index, name="NAME")
    data = pd.concat([title, data], axis=1).copy()
    if long:
        flat = data.rename_axis("GEOID").reset_index().melt(["GEOID", "NAME"], var_name="variable", value_name="estimate")
        flat.assign(moe="").to_csv(folder / "tidycensus.csv", index=False)
    else:
        wide = data.rename(columns=lambda c: c if c == "NAME" else f"{c}E").rename_axis("GEO_ID").reset_index()
        wide["GEO_ID"] = "1400000US" + wide["GEO_ID"]
        rows = [list(wide.columns), *[[None if pd.isna(v) else str(v) for v in r] for r in wide.to_numpy().tolist()]]
        (folder / "acs.json").write_text(json.dumps(rows))
    (folder / "tracts.geojson").write_text(json.dumps(boundaries(codes)))
    places = [(c, m, kind, v + i) for i, c in enumerate(codes) for m, v in (("DIABETES", 6.5), ("OBESITY", 24.0))
              for kind, v in (("CrdPrv", v), ("AgeAdjPrv", 99.0))]  # fmt: skip
    frame = pd.DataFrame(places, columns=["LocationID", "MeasureId", "DataValueTypeID", "Data_Value"])
    frame.assign(Year="2022").to_csv(folder / "places.csv", index=False)
    pd.DataFrame({"CensusTract": codes, "State": "Vermont", "LILATracts_1And10": [0, 0, 1, 0, 0, 1]}).to_csv(
        folder / "food.csv", index=False
    )
    svi = pd.DataFrame({"FIPS": codes, "AREA_SQMI": 1.0, "RPL_THEMES": [0.1, 0.2, 0.4, 0.5, 0.8, -999]})
    svi.to_csv(folder / "svi.csv", index=False)
    (folder / "stores.csv").write_text(
        "name,kind,lat,lon\nMarket A,supermarket,44.457,-73.255\nCorner,convenience,44.470,-73.235\n"
        "Far away,supermarket,40.0,-75.0\n"
    )
    return folder
