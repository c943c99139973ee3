"""A user's own place from files in the forms that their publishers use; see import_files for what is test data."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hecsim import geography as geo
from hecsim.errors import CommunityDataError, StoreError
from hecsim.geography.import_acs import JOINTS
from hecsim.geography.import_place import bring
from hecsim.geography.import_read import connecticut, plain_geoid

sys.path.insert(0, str(Path(__file__).parent))
import import_files as files


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    return files.write(tmp_path_factory.mktemp("burlington"))


@pytest.fixture(scope="module")
def place(source, tmp_path_factory):
    found = bring([source])
    return found, geo.load(found.write(tmp_path_factory.mktemp("out") / "tables"))


def test_cells_of_joint_tables_are_those_of_the_packaged_ones():
    for name, cells in JOINTS.items():
        assert set(cells) == set(geo.tables.packaged(f"joint_{name}_towns").columns[1:]), name
        assert len(set(cells.values())) == len(cells)


def test_people_homes_and_shares_come_out_as_they_went_in(place):
    _, g = place
    assert g.towns == ("Burlington",) and g.population == files.TOTAL and len(g.tracts) == 6
    data, t = files.figures(), g.tracts.set_index("geoid")
    assert np.allclose(t["race_black"], data["B03002_004"] / data["B03002_001"], atol=1e-6)
    assert np.allclose(t["renter"], data["B25106_024"] / data["B25106_001"], atol=1e-6)
    under5 = (data["B01001_003"] + data["B01001_027"]) / data["B01001_001"]
    assert np.allclose(t["age_0_4"], under5, atol=1e-6)
    assert (t["median_income"] == data["B19013_001"]).all()
    assert np.allclose(t["diabetes_2023"], [0.065 + 0.01 * i for i in range(6)])
    assert g.joint("size_vehicles", "tract").to_numpy().sum() == data["B08201_001"].sum()
    # A square of 0.01 by 0.015 degrees at 44.46 north: 0.797 by 1.668 km.
    assert t["land_km2"].iloc[0] == pytest.approx(0.797 * 1.668, rel=0.005)


def test_it_says_what_is_missing_and_what_it_assumes(place):
    found, _ = place
    said = " ".join(found.assumed)
    for words in ("Connecticut's", "Hartford area", "1 of 3 stores lie outside", "whatever its year"):
        assert words in said
    assert any("violent crime" in m for m in found.missing)
    assert not any(m.startswith("B") for m in found.missing)


def test_stores_stand_where_they_are_and_rank_files_are_kept(place):
    found, g = place
    assert list(g.retailers["store"]) == ["supermarket", "convenience"]
    assert list(g.retailers["geoid"]) == [files.TRACTS[0], files.TRACTS[5]]
    context = found.tables["context"].set_index("geoid")
    assert context.loc[files.TRACTS[2], "low_access"] == 1 and np.isnan(context.loc[files.TRACTS[5], "svi_overall"])


def test_the_community_builds_with_its_margins_and_its_stores(place):
    from hecsim.columns import STORE
    from hecsim.population import build_community, margins

    _, g = place
    built = build_community(g, households=1_500, histories=False)
    frame = margins(built, g)
    # Shares of 1,500 households rounded to whole families: within 3 points in the mean over margins.
    assert (frame["error"].abs() * frame["universe"]).sum() / frame["universe"].sum() < 0.03
    b = built.business
    seen = {k: int(((b["kind"] == k) & (b["open"] == 1)).sum()) for k in range(len(STORE))}
    assert seen[0] == 1 and seen[2] == 1 and seen[4] > 0  # fast food is not on the list: by rates


@pytest.mark.slow
def test_it_lives_a_month(place, tmp_path):
    from hecsim.testing import check_community

    found, _ = place
    assert check_community(found.write(tmp_path / "t"), households=300).residents > 300


def test_long_and_wide_are_the_same_place(place, tmp_path):
    _, wide = place
    long = geo.load(bring([files.write(tmp_path / "in", long=True)]).write(tmp_path / "out"))
    assert long.digest == wide.digest


def test_both_codings_of_connecticut_are_the_same_place(tmp_path):
    chosen = geo.tracts("Norwalk").iloc[:6]
    town = geo.towns().loc["Norwalk"]
    digests = set()
    for coding in ("geoid", "geoid_2020"):
        codes = tuple(chosen[coding])
        folder = files.write(tmp_path / coding, codes=codes, town=town[coding])
        (folder / "tracts.geojson").unlink()  # the packaged points stand in
        (folder / "stores.csv").unlink()
        found = bring([folder])
        g = geo.load(found.write(tmp_path / f"out_{coding}"))
        assert g.towns == ("Norwalk",) and set(g.tracts["geoid"]) == set(chosen["geoid"])
        assert "Connecticut's" not in " ".join(found.assumed)
        digests.add(g.digest)
    assert len(digests) == 1
    assert connecticut("0900337070") == "0911037070" and plain_geoid("1400000US09001070100") == "09001070100"


def test_subdivisions_without_tracts_are_neighborhoods(source, tmp_path):
    rows = json.loads((source / "acs.json").read_text())
    other = [v.replace("10675", "66175").replace("Burlington", "South Burlington") for v in rows[-1]]
    (tmp_path / "acs.json").write_text(json.dumps([rows[0], rows[-1], other]))
    shapes = files.boundaries((files.TOWN, "5000766175"))
    (tmp_path / "towns.geojson").write_text(json.dumps(shapes))
    found = bring([tmp_path])
    g = geo.load(found.write(tmp_path / "out"))
    assert g.towns == ("Burlington", "South Burlington") and len(g.tracts) == 2
    assert geo.is_contiguous(g) and g.borders["border_km"].iloc[0] == pytest.approx(1.67, abs=0.02)
    assert any("each county subdivision is one neighborhood" in a for a in found.assumed)


def test_a_part_of_the_tables_is_enough_and_what_is_blank_is_named(source, tmp_path):
    rows = pd.DataFrame(json.loads((source / "acs.json").read_text()))
    head = rows.iloc[0]
    keep = [c for c in rows if str(head[c])[:6] in ("GEO_ID", "NAME", "B01001", "B25003")]
    rows[keep].to_csv(tmp_path / "acs.csv", index=False, header=False)
    (tmp_path / "tracts.geojson").write_text((source / "tracts.geojson").read_text())
    found = bring([tmp_path])
    g = geo.load(found.write(tmp_path / "out"))
    assert g.inputs.notna().all(axis=None)
    assert any("B19013" in m for m in found.missing) and any("B15003" in m for m in found.missing)
    assert any(a.column == "median_income" and "state" in a.used for a in g.assumptions)


def fault(folder, *, match):
    with pytest.raises(CommunityDataError, match=match) as caught:
        bring([folder])
    assert caught.value.hint
    return caught.value


def test_faults_are_named(source, tmp_path):
    with pytest.raises(CommunityDataError, match="no such file"):
        bring([tmp_path / "nowhere"])
    fault(tmp_path, match="no file that can be imported")
    text = (source / "acs.json").read_text()
    (tmp_path / "acs.json").write_text(text)
    fault(tmp_path, match="no place on the map")
    (tmp_path / "acs.json").write_text(text.replace('"5369"', '"many"', 1))
    fault(tmp_path, match="not a number")
    (tmp_path / "acs.json").write_text(text[:-40])
    fault(tmp_path, match="not valid JSON")
    (tmp_path / "acs.json").write_text(text)
    shapes = files.boundaries()
    shapes["features"][2]["geometry"]["coordinates"][0][0] = [500_000, 4_000_000]
    shapes["features"][2]["geometry"]["coordinates"][0][-1] = [500_000, 4_000_000]
    (tmp_path / "t.geojson").write_text(json.dumps(shapes))
    fault(tmp_path, match="not in degrees")
    shapes["features"][2]["geometry"] = {"type": "Point", "coordinates": [1, 2]}
    (tmp_path / "t.geojson").write_text(json.dumps(shapes))
    fault(tmp_path, match="is a Point")
    del shapes["features"][2]
    (tmp_path / "t.geojson").write_text(json.dumps(shapes))
    fault(tmp_path, match="1 of 6 neighborhoods")


def test_two_years_of_a_table_are_refused(source, tmp_path):
    (tmp_path / "a.json").write_text((source / "acs.json").read_text())
    rows = json.loads((source / "acs.json").read_text())
    at = rows[0].index("B01001_001E")
    rows[1][at] = "9999"
    (tmp_path / "b.json").write_text(json.dumps(rows))
    assert "another file gives" in str(fault(tmp_path, match="B01001_001"))


def test_geopackage(source, tmp_path):
    pyogrio = pytest.importorskip("pyogrio")
    import shapely

    shapes = files.boundaries()["features"]
    polygons = np.array([shapely.to_wkb(shapely.geometry.shape(f["geometry"])) for f in shapes], dtype=object)
    pyogrio.raw.write(
        tmp_path / "t.gpkg", polygons, [np.array([f["properties"]["GEOID"] for f in shapes], dtype=object)], ["GEOID"],
        geometry_type="Polygon", crs="EPSG:4326",
    )  # fmt: skip
    (tmp_path / "acs.json").write_text((source / "acs.json").read_text())
    found, plain = bring([tmp_path]), bring([source])
    pd.testing.assert_series_equal(found.tables["tracts"]["land_km2"], plain.tables["tracts"]["land_km2"])
    (tmp_path / "t.gpkg").write_bytes(b"not a package")
    fault(tmp_path, match="cannot be read")


def test_only_an_earlier_import_is_written_over(place, tmp_path):
    found, _ = place
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(StoreError, match="holds no imported tables"):
        found.write(tmp_path / "mine")
    assert found.write(found.write(tmp_path / "twice")).is_dir()
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_the_command(source, tmp_path):
    def run(*args):
        return subprocess.run(
            [sys.executable, "-m", "hecsim.cli", *map(str, args)], capture_output=True, text=True, check=False
        )

    done = run("community", "import", source, "--out", tmp_path / "t", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["population"] == files.TOTAL
    failed = run("community", "import", tmp_path / "nowhere", "--out", tmp_path / "u")
    assert failed.returncode == 2 and "Traceback" not in failed.stderr and not (tmp_path / "u").exists()
