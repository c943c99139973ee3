"""The packaged Connecticut tables: totals, blanks, and that every column is described."""

import numpy as np
import pandas as pd
import pytest

from hecsim import geography as geo
from hecsim.errors import UnknownNameError
from hecsim.geography.tables import DATA, columns_of, schema


def test_state_totals():
    towns, tracts, state = geo.towns(), geo.tracts(), geo.state_marginals()
    assert len(towns) == 169 and len(tracts) == 876
    for table in (towns, tracts):
        assert table["population"].sum() == state["population"] == 3_598_348
        assert table["households"].sum() == state["households"] == 1_420_170


def test_hartford_figures():
    hartford = geo.towns().loc["Hartford"]
    assert hartford["population"] == 119_970
    assert hartford["median_income"] == 45_300
    assert hartford["poor_below_100"] == pytest.approx(0.255, abs=0.0005)
    assert geo.tracts("Hartford")["population"].sum() == 119_970


def test_tracts_add_up_to_their_towns():
    tracts, towns = geo.tracts(), geo.towns()
    for column in ("population", "households"):
        pd.testing.assert_series_equal(tracts.groupby("town")[column].sum(), towns[column].sort_index(), check_names=False)


def test_weighted_shares_of_tracts_give_the_state_share():
    t, state = geo.tracts(), geo.state_marginals()
    for column in ("race_black", "age_0_4", "female"):
        mean = np.average(t[column], weights=t["population"])
        assert mean == pytest.approx(state[column], abs=2e-4)
    settled = t[t["households"] > 0]
    assert np.average(settled["renter"], weights=settled["households"]) == pytest.approx(state["renter"], abs=2e-4)


@pytest.mark.parametrize("table", ["towns", "tracts", "neighborhoods", "state"])
def test_shares_are_shares_and_groups_add_up(table):
    frame = pd.read_csv(DATA / f"{table}.csv")
    groups: dict[str, list[str]] = {}
    for c in frame:
        entry = schema()["columns"][c]
        if entry["kind"] == "share":
            assert frame[c].dropna().between(0, 1).all(), c
            groups.setdefault(entry.get("group", ""), []).append(c)
    assert {"race", "age", "size", "education", "income", "renter_income"} <= set(groups)
    # Counts of a named neighborhood are rounded sums of parts of tracts; its smallest has 657 people.
    slack = 5e-3 if table == "neighborhoods" else 5e-4
    for name, members in groups.items():
        if name:
            total = frame[members].dropna().sum(axis=1)
            assert np.allclose(total, 1.0, rtol=0, atol=slack), name


def test_every_column_of_every_file_is_described_with_unit_source_and_vintage():
    words = geo.dictionary()
    for file in DATA.glob("*.csv"):
        if not file.stem.startswith("joint_"):
            for c in pd.read_csv(file, nrows=0):
                row = words.loc[(file.stem, c)]
                assert row["meaning"] and row["unit"] and row["source"] and row["vintage"], (file.stem, c)
    for name in geo.joint_names():
        assert words.loc[(f"joint_{name}_towns", ".".join(schema()["joints"][name]["dimensions"])), "meaning"]


def test_described_town_and_tract_columns_are_delivered():
    assert set(columns_of("tracts")) == set(geo.tracts().columns)
    assert set(columns_of("towns")) == {"town", *geo.towns().columns}


def test_places_set_aside_stay_blank():
    tracts, towns = geo.tracts(), geo.towns()
    aside = ["New London", "Norwalk"]
    for c in ("diabetes_2023", "hypertension_2023", "asthma_2023"):
        assert tracts.loc[tracts["town"].isin(aside), c].isna().all()
        assert tracts.loc[~tracts["town"].isin(aside), c].notna().all()
        assert towns.loc[aside, c].isna().all()
    assert towns.loc[aside, ["dcf_reports", "dcf_substantiated"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("name", "level", "places", "cells", "total"),
    [
        ("tenure_income_burden", "town", 169, 33, 1_420_170),
        ("tenure_income_burden", "tract", 873, 33, 1_420_170),
        ("tenure_income_burden", "state", 1, 33, 1_420_170),
        ("size_vehicles", "town", 169, 20, 1_420_170),
        ("size_vehicles", "tract", 873, 20, 1_420_170),
        ("age_poverty", "town", 169, 120, 3_510_193),
        ("age_poverty", "state", 1, 120, 3_510_193),
    ],
)
def test_joint_tables(name, level, places, cells, total):
    table = geo.joint(name, level)
    assert table.shape == (places, cells)
    assert table.to_numpy().sum() == total
    assert not table.columns.has_duplicates


def test_joint_tables_agree_with_the_shares():
    table, towns = geo.joint("tenure_income_burden"), geo.towns()
    renters = table["renter"].sum(axis=1)
    assert (renters.reindex(towns.index) == towns["renter_households"]).all()
    burdened = table.xs("30_up", axis=1, level="burden").sum(axis=1) / table.sum(axis=1)
    assert np.allclose(burdened.reindex(towns.index), towns["burdened"], atol=1e-4)
    cars = geo.joint("size_vehicles", "tract").xs("0", axis=1, level="vehicles").sum(axis=1)
    tracts = geo.tracts().set_index("geoid").loc[cars.index]
    assert np.allclose(cars / tracts["households"], tracts["no_vehicle"], atol=1e-4)


def test_older_joint_tables_are_coherent():
    race = geo.joint("tenure_race")
    alone = ["white", "black", "native", "asian", "pacific", "other", "several"]
    assert (race[alone].sum(axis=1) == race["all"].sum(axis=1)).all()
    kinds = geo.joint("tenure_type_children")
    assert kinds.sum(axis=1).equals(race["all"].sum(axis=1).reindex(kinds.index))
    assert ("owner", "nonfamily", "with") not in kinds.columns


def test_unknown_joint_table_and_level():
    with pytest.raises(UnknownNameError, match="size_vehicles"):
        geo.joint("size_vehicle")
    with pytest.raises(UnknownNameError, match="level"):
        geo.joint("age_poverty", "tract")


def test_five_hundred_cities_join_where_the_code_survives():
    old, now = geo.cities_2017(), geo.tracts()
    assert len(old) == 183 and len(geo.cities_2017("city")) == 6
    joined = now[now["obesity_2017"].notna()]
    assert len(joined) == old["geoid"].notna().sum() == 169
    assert (joined["town"] == "Hartford").sum() == 38
    six = {"Bridgeport", "Hartford", "New Britain", "New Haven", "Stamford", "Waterbury"}
    assert set(joined["town"]) == six


def test_aid_areas_cover_all_towns():
    aid = geo.aid_areas()
    assert len(aid) == 169 and aid.notna().all(axis=None)
    assert (aid["fmr_area"] == "hartford").sum() == 51
    assert aid["fmr_area"].nunique() == 10
    assert (aid["fmr_inferred"] == (aid["fmr_area"] != aid["fmr_area_hud"])).all()
    assert aid.loc["Bridgeport", "fmr_area"] == "bridgeport"
    assert aid.loc["New London", "care4kids_region"] == "eastern"
    assert geo.towns().loc["Hartford", "care4kids_region"] == "north_central"


def test_named_neighborhoods():
    named, parts = geo.neighborhoods(), geo.neighborhood_tracts()
    assert len(named) == 71 and (named["town"] == "Hartford").sum() == 15
    assert (named["town"] == "West Hartford").sum() == 11
    assert np.allclose(parts.groupby("geoid")["weight"].sum(), 1, atol=0.006)
    assert set(parts["geoid"]) <= set(geo.tracts()["geoid"])
    size = geo.tracts().set_index("geoid")["population"]
    northeast = parts[(parts["town"] == "Hartford") & (parts["neighborhood"] == "Northeast")]
    people = (northeast["weight"] * northeast["geoid"].map(size)).sum()
    listed = named.set_index(["town", "neighborhood"]).loc[("Hartford", "Northeast"), "population"]
    assert people == pytest.approx(listed, rel=0.01)


def test_borders():
    pairs = geo.adjacency()
    assert pairs["kind"].value_counts().to_dict() == {"border": 447, "corner": 11}
    assert (pairs.loc[pairs["kind"] == "border", "border_km"] > 0).all()


def test_callers_cannot_change_the_packaged_tables():
    small, table = geo.tracts(), geo.towns()
    small["population"] = 0
    table.loc["Hartford", "population"] = 0
    assert geo.towns().loc["Hartford", "population"] == 119_970
    assert geo.tracts()["population"].sum() == 3_598_348


def test_packaged_data_stay_small():
    assert sum(f.stat().st_size for f in DATA.iterdir()) < 3_000_000
