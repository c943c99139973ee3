"""A user's own tables: a faithful round trip, and one loud error for each kind of damage."""

import shutil
import subprocess
import sys

import pandas as pd
import pytest

from hecsim import geography as geo
from hecsim.errors import CommunityDataError
from hecsim.geography.tables import DATA, schema


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    return geo.write(geo.select(["Hartford", "Norwalk", "Windsor"]), tmp_path_factory.mktemp("own"))


@pytest.fixture
def folder(original, tmp_path):
    return shutil.copytree(original, tmp_path / "tables")


def change(path, function):
    """Rewrite a CSV, read as text, after `function` changed the frame."""
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    function(frame).to_csv(path, index=False)


def fault(folder, file, column=None):
    """The error of loading; it must name the file, the column and what to do."""
    with pytest.raises(CommunityDataError) as caught:
        geo.load(folder)
    error = caught.value
    assert str(error.file).endswith(file) and file in str(error)
    assert error.hint
    if column:
        assert error.column == column and column in str(error)
    return error


def set_cell(row, column, value):
    def edit(frame):
        frame.loc[row, column] = value
        return frame

    return edit


def test_towns_that_do_not_touch_come_back_without_borders(tmp_path):
    apart = geo.select(["Hartford", "Norwalk"])
    assert len(apart.borders) == 0
    assert geo.load(geo.write(apart, tmp_path)).digest == apart.digest


def test_round_trip_keeps_the_content(original):
    there, back = geo.select(["Hartford", "Norwalk", "Windsor"]), geo.load(original)
    assert back.digest == there.digest
    assert back.assumptions == there.assumptions
    assert geo.is_contiguous(back) == geo.is_contiguous(there)


def test_packaged_folder_passes_its_own_checks_and_columns_may_come_in_any_order(tmp_path):
    folder = geo.write(geo.select("all"), tmp_path)
    change(folder / "tracts.csv", lambda f: f[list(reversed(f.columns))].iloc[::-1])
    assert geo.load(folder).digest == geo.select("all").digest


def test_minimal_tables_load_and_say_what_was_assumed(folder):
    entries = schema()["columns"]
    for name in ("towns", "tracts"):
        change(folder / f"{name}.csv", lambda f: f[[c for c in f if entries[c].get("required")]])
    for file in folder.glob("joint_*"):
        file.unlink()
    (folder / "borders.csv").unlink()
    g = geo.load(folder)
    assert g.population == geo.select(["Hartford", "Norwalk", "Windsor"]).population
    assert g.inputs.notna().all(axis=None)
    assert g.joint("size_vehicles", "tract") is None
    assert {n.column for n in g.notes} >= {f"joint_{n}" for n in geo.joint_names()}
    assert g.town_table.loc["Hartford", "fmr_area"] == "hartford"
    assert geo.is_contiguous(g) is False


def test_missing_folder_and_missing_file(folder, tmp_path):
    with pytest.raises(CommunityDataError, match="no such folder"):
        geo.load(tmp_path / "nowhere")
    (folder / "tracts.csv").unlink()
    fault(folder, "tracts.csv")


def test_missing_column(folder):
    change(folder / "tracts.csv", lambda f: f.drop(columns="renter"))
    error = fault(folder, "tracts.csv", "renter")
    assert error.rows == len(geo.select(["Hartford", "Norwalk", "Windsor"]).tracts)


def test_tract_table_cut_off_between_lines_with_joint_tables(folder):
    change(folder / "tracts.csv", lambda f: f.iloc[: len(f) // 2])
    error = fault(folder, "tracts.csv", "geoid")
    assert "lacks" in str(error) and "joint_" in str(error) and error.rows == 35


def test_tract_table_cut_off_between_lines_without_joint_tables(folder):
    for file in folder.glob("joint_*"):
        file.unlink()
    change(folder / "tracts.csv", lambda f: f.iloc[:-3])
    assert "Windsor" in str(fault(folder, "tracts.csv", "population"))


def test_joint_table_cut_off(folder):
    change(folder / "joint_size_vehicles_tracts.csv", lambda f: f.iloc[:-5])
    error = fault(folder, "joint_size_vehicles_tracts.csv", "geoid")
    assert "5 of the" in str(error)


def test_file_cut_off_inside_a_line(folder):
    path = folder / "tracts.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: len(text) - 120], encoding="utf-8")
    assert "cells" in str(fault(folder, "tracts.csv"))


def test_empty_file(folder):
    (folder / "towns.csv").write_text("", encoding="utf-8")
    assert fault(folder, "towns.csv").rows == 0


def test_file_that_is_not_text(folder):
    (folder / "towns.csv").write_bytes(b"\xff\xfe\x00\x81 not utf-8")
    fault(folder, "towns.csv")


@pytest.mark.parametrize("value", ["1.4", "-0.1", "25.5"])
def test_share_outside_its_range(folder, value):
    change(folder / "tracts.csv", set_cell(4, "renter", value))
    assert "line 6" in str(fault(folder, "tracts.csv", "renter"))


def test_code_for_missing_is_refused(folder):
    change(folder / "tracts.csv", set_cell(2, "median_income", "-666666666"))
    fault(folder, "tracts.csv", "median_income")


def test_shares_that_do_not_add_up(folder):
    change(folder / "towns.csv", set_cell(0, "race_white", "0.9"))
    error = fault(folder, "towns.csv")
    assert "race_white" in error.column and "not 1" in str(error)


def test_group_filled_in_half(folder):
    change(folder / "tracts.csv", set_cell(0, "size_3", ""))
    assert "only some" in str(fault(folder, "tracts.csv"))


@pytest.mark.parametrize("value", ["12,345", "about 3", "$45300", "inf"])
def test_cells_that_are_not_numbers(folder, value):
    change(folder / "tracts.csv", set_cell(1, "median_income", value))
    error = fault(folder, "tracts.csv", "median_income")
    assert value in str(error) and "line 3" in str(error)


def test_repeated_geoid(folder):
    change(folder / "tracts.csv", lambda f: pd.concat([f, f.iloc[[7]]]))
    assert "more than once" in str(fault(folder, "tracts.csv", "geoid"))


def test_repeated_town(folder):
    change(folder / "towns.csv", set_cell(1, "town", "Hartford"))
    fault(folder, "towns.csv", "town")


def test_lost_leading_zero(folder):
    change(folder / "tracts.csv", lambda f: f.assign(geoid=f["geoid"].str.lstrip("0")))
    assert "leading zero" in fault(folder, "tracts.csv", "geoid").hint


def test_empty_population(folder):
    change(folder / "tracts.csv", set_cell(3, "population", ""))
    fault(folder, "tracts.csv", "population")


def test_tract_in_a_town_that_is_not_listed(folder):
    change(folder / "tracts.csv", set_cell(0, "town", "Hartfort"))
    assert "Hartfort" in str(fault(folder, "tracts.csv", "town"))


def test_column_that_appears_twice(folder):
    path = folder / "towns.csv"
    head, rest = path.read_text(encoding="utf-8").split("\n", 1)
    path.write_text(head.replace("burdened,", "renter,", 1) + "\n" + rest, encoding="utf-8")
    fault(folder, "towns.csv", "renter")


def test_joint_table_without_a_cell_column(folder):
    change(folder / "joint_size_vehicles_tracts.csv", lambda f: f.drop(columns="2.1"))
    fault(folder, "joint_size_vehicles_tracts.csv", "2.1")


def test_joint_table_with_a_negative_count(folder):
    change(folder / "joint_age_poverty_towns.csv", set_cell(0, "0_5.050_074", "-4"))
    fault(folder, "joint_age_poverty_towns.csv", "0_5.050_074")


def test_border_table_without_a_column(folder):
    change(folder / "borders.csv", lambda f: f.drop(columns="kind"))
    fault(folder, "borders.csv", "kind")


def test_builder_says_which_source_is_missing(tmp_path):
    script = DATA.parents[2] / "scripts" / "build_geography.py"
    run = subprocess.run(
        [sys.executable, script, tmp_path, "--out", tmp_path / "out"], capture_output=True, text=True, check=False
    )
    assert run.returncode != 0 and "towns.csv" in run.stderr
