"""Choosing towns: order, groups, mistakes, digest, contiguity, and what stands in for blanks."""

import pickle
import subprocess
import sys

import numpy as np
import pytest

from hecsim import geography as geo
from hecsim.errors import CommunityDataError, UnknownNameError
from hecsim.geography.tables import columns_of


def test_one_town():
    g = geo.select("Hartford")
    assert g.towns == ("Hartford",) and g.population == 119_970 and len(g.tracts) == 41
    assert list(g.tracts["geoid"]) == sorted(g.tracts["geoid"])
    assert list(g.tracts.index) == list(range(41))


def test_all_towns():
    g = geo.select("all")
    assert len(g.towns) == 169 and g.population == 3_598_348 and g.households == 1_420_170
    keys = list(zip(g.tracts["town"], g.tracts["geoid"], strict=True))
    assert keys == sorted(keys)


def test_order_and_spelling_of_case_do_not_matter():
    a, b = geo.select(["Windsor", "hartford"]), geo.select(("Hartford", "Windsor"))
    assert a.towns == b.towns and a.digest == b.digest and a == b and hash(a) == hash(b)
    assert a.tracts.equals(b.tracts)


def test_digest_tells_geographies_apart_and_sees_one_changed_cell():
    a = geo.select("Hartford")
    assert a.digest != geo.select("Windsor").digest
    changed = geo.select("Hartford")
    changed.tracts.loc[3, "renter"] += 0.0001
    assert changed.digest != a.digest and changed != a


def test_digest_is_the_same_in_another_process():
    code = "from hecsim import geography as g; print(g.select(['Windsor', 'Norwalk']).digest)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == geo.select(["Norwalk", "Windsor"]).digest


def test_survives_a_pickle():
    g = geo.select(["Hartford", "Windsor"])
    assert pickle.loads(pickle.dumps(g)).digest == g.digest


def test_groups_of_towns():
    g = geo.select("region:Capitol")
    assert len(g.towns) == 38 and "Hartford" in g.towns
    assert len(geo.select("county:Windham").towns) == 15
    assert len(geo.regions()) == 9 + 8
    assert len(geo.select(["region:Capitol", "Norwalk"]).towns) == 39


def test_mistakes_are_named():
    with pytest.raises(UnknownNameError, match="did you mean 'Hartford'"):
        geo.select("Hartfort")
    with pytest.raises(UnknownNameError, match="region:Capitol"):
        geo.select("region:Capital")
    with pytest.raises(CommunityDataError, match="more than once: Hartford"):
        geo.select(["Hartford", "Windsor", "hartford"])
    with pytest.raises(CommunityDataError, match="more than once: Hartford"):
        geo.select(["region:Capitol", "Hartford"])
    with pytest.raises(CommunityDataError, match="no town"):
        geo.select([])
    with pytest.raises(UnknownNameError, match="did you mean 'Norwalk'"):
        geo.tracts("Norwolk")


def test_contiguity():
    assert geo.is_contiguous(geo.select("Hartford"))
    assert geo.is_contiguous(geo.select(["Hartford", "West Hartford", "Farmington"]))
    assert not geo.is_contiguous(geo.select(["Hartford", "Farmington"]))
    assert not geo.is_contiguous(geo.select(["Hartford", "Stamford"]))
    assert geo.is_contiguous(geo.select("all"))


def test_corner_counts_only_when_asked():
    corner = geo.adjacency().query("kind == 'corner'").iloc[0]
    pair = geo.select([corner["town_a"], corner["town_b"]])
    assert not geo.is_contiguous(pair)
    assert geo.is_contiguous(pair, corners=True)


def test_joint_tables_hold_only_the_chosen_places():
    g = geo.select(["Hartford", "Windsor"])
    assert set(g.joint("age_poverty").index) == {"Hartford", "Windsor"}
    assert set(g.joint("size_vehicles", "tract").index) <= set(g.tracts["geoid"])
    assert g.joint("size_vehicles", "tract").to_numpy().sum() == g.households


def test_inputs_have_no_blanks_and_every_filled_cell_is_an_assumption():
    g = geo.select("all")
    inputs, columns = g.inputs, columns_of("tracts", role="synthesis")
    assert inputs[columns].notna().all(axis=None)
    blank = {(g.tracts["geoid"].iloc[i], c) for c in columns for i in np.flatnonzero(g.tracts[c].isna().to_numpy())}
    told = {(a.place, a.column) for a in g.assumptions}
    assert blank and blank <= told
    assert g.tracts["median_income"].isna().sum() == 6  # the table itself keeps its blanks
    known = g.tracts["renter"].notna()
    assert (inputs.loc[known, "renter"] == g.tracts.loc[known, "renter"]).all()


def test_what_is_filled_comes_from_the_town():
    g = geo.select("Hartford")
    row = int(np.flatnonzero(g.tracts["median_income"].isna())[0])
    assert g.inputs["median_income"].iloc[row] == g.town_table.loc["Hartford", "median_income"]
    assert any(a.column == "median_income" and a.used == "town: Hartford" for a in g.assumptions)


def test_nothing_to_compare_with_is_ever_filled():
    g = geo.select(["Norwalk", "New London"])
    targets = set(columns_of("tracts", role="target")) | set(columns_of("towns", role="target"))
    assert not targets & set(g.inputs.columns)
    assert not targets & {a.column for a in g.assumptions}
    assert g.tracts["diabetes_2023"].isna().all()


@pytest.mark.parametrize("name", ["tenure_income_burden", "size_vehicles", "tenure_type_children"])
def test_margins_match_households(name):
    g = geo.select(["Hartford", "Groton"])
    margin = g.margin(name)
    assert len(margin) == len(g.tracts)
    assert np.allclose(margin.sum(axis=1), g.tracts["households"])


def test_margins_read_where_there_are_counts_and_scale_the_town_where_there_are_none():
    g = geo.select("Hartford")
    own = g.joint("size_vehicles", "tract")
    margin = g.margin("size_vehicles").set_index(g.tracts["geoid"])
    assert np.array_equal(margin.loc[own.index].to_numpy(), own.to_numpy())
    ages = g.margin("age_poverty")
    town = g.joint("age_poverty").loc["Hartford"]
    assert np.allclose(ages.sum() / ages.to_numpy().sum(), town / town.sum())
    assert np.allclose(ages.sum(axis=1), g.tracts["poverty_universe"])
    race = g.margin("tenure_race")
    assert np.allclose(race["all"].sum(axis=1), g.tracts["households"])


def test_joint_counts_fall_from_tract_to_town_to_state():
    g = geo.select("Hartford")
    first = g.tracts["geoid"].iloc[0]
    g.tables["size_vehicles", "tract"] = g.joint("size_vehicles", "tract").drop(index=first)
    town = g.joint("size_vehicles").loc["Hartford"]
    share = g.margin("size_vehicles").iloc[0] / g.tracts["households"].iloc[0]
    assert np.allclose(share, town / town.sum())
    assert any(a.place == first and a.used == "town: Hartford" for a in g.assumptions)

    bare = geo.select("Hartford")
    bare.tables.clear()
    state = geo.joint("size_vehicles", "state").iloc[0]
    share = bare.margin("size_vehicles").iloc[0] / bare.tracts["households"].iloc[0]
    assert np.allclose(share, state / state.sum())
    assert any(a.place == first and a.used == "state: Connecticut" for a in bare.assumptions)
