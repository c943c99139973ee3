import numpy as np
import pytest

from hecsim import geography
from hecsim.errors import CommunityDataError
from hecsim.population import build_community, margins
from hecsim.population.report import worst

TABLES = {
    "age", "sex", "race", "foreign born", "education 25+", "household size", "tenure", "vehicles", "income",
    "income of renters", "cost burden", "cost burden of renters", "cost burden of owners", "poverty",
    "tenure by income by burden", "size by vehicles", "household type", "renters by household type",
    "renters by race of householder", "age by poverty",
}  # fmt: skip


@pytest.fixture(scope="module")
def table(town, hartford):
    return margins(town, hartford)


def test_report_covers_every_table_worst_first(table):
    assert set(table["table"]) == TABLES
    error = table["error"].abs().to_numpy()
    assert (np.diff(error) <= 0).all()
    assert np.allclose(table["simulated"] - table["target"], table["error"])


def test_every_community_table_is_within_two_points(table):
    whole = table[table["level"] == "community"]
    assert whole["error"].abs().max() < 0.02
    assert np.average(whole["error"].abs(), weights=whole["universe"]) < 0.005


def test_targets_are_the_published_shares(table, hartford):
    """Targets come from the tables, not from the simulation: checked on figures that need no correction."""
    whole = table[table["level"] == "community"].set_index(["table", "category"])["target"]
    town = hartford.town_table.loc["Hartford"]
    assert whole["tenure", "renter"] == pytest.approx(town["renter"], abs=0.002)
    assert whole["vehicles", "none"] == pytest.approx(town["no_vehicle"], abs=0.002)
    assert whole["income", "below_20k"] == pytest.approx(town["income_below_20k"], abs=0.003)
    assert whole["household size", "size_1"] == pytest.approx(town["size_1"], abs=0.002)
    assert whole["race", "Hispanic"] == pytest.approx(town["race_hispanic"], abs=0.02)


def test_neighborhoods_are_right_too(table):
    near = worst(table[table["level"] == "neighborhood"]).set_index("table")["mean_points"]
    simple = [
        "age",
        "sex",
        "race",
        "household size",
        "tenure",
        "vehicles",
        "income",
        "education 25+",
        "foreign born",
    ]
    assert (near[simple] < 0.5).all()
    # Who is poor among a tract's few children and seniors is a matter of single homes at this size.
    assert (near.drop("poverty") < 1.0).all()
    assert near["poverty"] < 4.0


def test_joint_table_holds_where_margins_alone_would_not(table, town):
    """Burden by tenure and income is nothing like the product of its margins, and is met all the same."""
    whole = table[(table["level"] == "community") & (table["table"] == "tenure by income by burden")]
    share = whole.set_index("category")["simulated"]
    poor_burdened = share["renter, below_20k, 30_up"]
    poor = share[[c for c in share.index if c.startswith("renter, below_20k")]].sum()
    rich = share[[c for c in share.index if c.startswith("renter, 75k_up")]].sum()
    assert poor_burdened / poor > 0.6
    assert share["renter, 75k_up, 30_up"] / rich < 0.2


def test_a_small_town_at_full_size():
    g = geography.select(["Andover"])
    c = build_community(g, histories=False)
    assert int(c.household["present"].sum()) == g.households
    whole = margins(c, g, level="community")
    mean = np.average(whole["error"].abs(), weights=whole["universe"])
    assert mean < 0.01


def test_another_geography_is_refused(town):
    with pytest.raises(CommunityDataError, match="same neighborhoods"):
        margins(town, geography.select("Windsor"))


def test_borrowed_joint_tables_are_fitted_to_the_margins_of_the_tracts(tmp_path):
    """Own tables without joint tables: the state's shape is borrowed, the tracts' margins hold."""
    geography.write(geography.select(["Hartford", "Windsor"]), tmp_path)
    for file in tmp_path.glob("joint_*"):
        file.unlink()
    g = geography.load(tmp_path)
    c = build_community(g, households=3000, seed=1, histories=False)
    table = margins(c, g, level="community").set_index(["table", "category"])["error"].abs()
    for name in ("income", "income of renters", "cost burden of renters", "vehicles", "household size"):
        assert table[name].max() < 0.01
    assert any("assumed from" in note for note in c.notes)
