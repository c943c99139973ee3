import numpy as np
import pytest

from hecsim import geography
from hecsim.errors import CommunityDataError, UnknownNameError
from hecsim.population import build_community
from hecsim.population import histories as rooms
from hecsim.tables import NONE


def test_same_request_and_seed_give_the_same_community(small):
    again = build_community("Hartford", households=600, seed=5, histories=False)
    assert again.digest() == small.digest()
    other = build_community("Hartford", households=600, seed=6, histories=False)
    assert other.digest() != small.digest()


def test_towns_in_any_order_and_not_touching():
    a = build_community(["Stamford", "Putnam"], households=800, seed=2, histories=False)
    b = build_community(["Putnam", "Stamford"], households=800, seed=2, histories=False)
    assert a.digest() == b.digest()
    assert not geography.is_contiguous(geography.select(["Putnam", "Stamford"]))
    real = geography.select(["Putnam", "Stamford"])
    share = real.town_table.loc["Putnam", "households"] / real.households
    town = a.neighborhood["town"][a.household["neighborhood"]]
    here = a.household["present"] == 1
    assert (town[here] == 0).sum() == pytest.approx(800 * share, abs=1.5)
    assert set(np.unique(a.neighborhood["fmr_area"])) == {7, 8}


def test_scale_gives_back_the_people_in_homes(town, hartford):
    n = town.neighborhood
    assert (n["residents"] * n["scale"]).sum() == pytest.approx(hartford.tracts["poverty_universe"].sum(), rel=1e-3)
    assert town.tables["town"]["scale"][0] == pytest.approx(4.92, abs=0.1)
    full = build_community("Andover", histories=False)
    assert full.neighborhood["scale"][0] == pytest.approx(1.0, abs=0.01)


def test_layout_people_by_household_households_by_neighborhood_in_blocks():
    c = build_community("Hartford", households=4000, seed=1, block_persons=2000, histories=False)
    hh, pp = c.household, c.person
    assert c.n_blocks == pp.n_blocks == 5
    seen: set[int] = set()
    for b in range(c.n_blocks):
        h, p = hh.block(b), pp.block(b)
        assert (np.diff(hh["neighborhood"][h].astype(int)) >= 0).all()
        owner = pp["household"][p].astype(int)
        assert (np.diff(owner) >= 0).all()
        assert owner.min() == h.start
        assert owner.max() == h.stop - 1
        places = set(np.unique(hh["neighborhood"][h]).tolist())
        assert not places & seen
        seen |= places
        assert hh.spare(b) >= 16
        assert pp.spare(b) >= 0.04 * (p.stop - p.start)
    spare = np.setdiff1d(np.arange(pp.size), pp.rows_in_use())
    assert (pp["present"][spare] == 0).all()
    assert (pp["household"][spare] == NONE).all()
    assert len(np.unique(pp["key"][pp.rows_in_use()])) == len(pp.rows_in_use())


def test_businesses_and_jobs(town):
    b = town.business
    kinds = np.bincount(b["kind"], minlength=6)
    assert (kinds[:5] > 0).all()
    assert 5 <= kinds[0] <= 16  # 113,700 residents at 0.9 supermarkets for 10,000
    adults = ((town.person["present"] == 1) & (town.person["age"] >= 192)).sum()
    assert b["jobs"].sum() == pytest.approx(0.62 * 1.045 * adults, rel=0.05)
    assert (np.diff(b["neighborhood"].astype(int)) >= 0).all()
    size = b["jobs"][b["kind"] == 5]
    assert 0.45 < (size < 5).mean() < 0.65


def test_organizations_of_every_kind_with_links(town):
    o = town.tables["organization"]
    assert (np.bincount(o["kind"], minlength=14) > 0).all()
    assert 100 < (o["kind"] == 4).sum() < 230  # congregations of Hartford
    assert (o["capacity"] > 0).all()
    assert all(a < b for a, b, _ in town.partners)
    assert len(town.partners) > o.size


def test_ties_are_symmetric_without_loops(town):
    t = town.ties
    source = np.repeat(np.arange(town.household.size), np.diff(t.indptr))
    pairs = set(zip(source.tolist(), t.index.tolist(), strict=True))
    assert len(pairs) == len(t.index)
    assert all((b, a) in pairs for a, b in list(pairs)[:5000])
    assert (source != t.index).all()
    assert (town.household["present"][t.index] == 1).all()
    near = town.household["neighborhood"][source] == town.household["neighborhood"][t.index]
    assert near[t.kind == 1].mean() > 0.9
    assert near[t.kind == 3].mean() < 0.2
    # Everyone lives in Hartford: own group beyond chance.
    own = town.household["race"][source] == town.household["race"][t.index]
    assert 0.6 < own[t.kind == 3].mean() < 0.9
    degree = np.diff(t.indptr)[town.household["present"] == 1]
    assert 4.0 < degree.mean() < 7.0


def test_places_and_extras(town):
    n = town.neighborhood
    assert n["disadvantage"].mean() > 1.0  # Hartford against the state
    assert town.tables["town"]["urban"][0] == 3
    assert (n["fmr"] == 1653).all()
    for name in ("data_diabetes", "data_poverty", "data_snap", "data_violent_crime"):
        assert town.extras[name].shape == (n.size,)
        assert town.extras[name].dtype == np.float32
    wealthy = build_community("Darien", households=200, histories=False)
    assert wealthy.neighborhood["disadvantage"].max() < 0


def test_wrong_requests_are_refused():
    with pytest.raises(UnknownNameError, match="did you mean 'Hartford'"):
        build_community("Hartfort")
    with pytest.raises(CommunityDataError, match="Ask for fewer"):
        build_community("Andover", households=10_000_000, histories=False)
    with pytest.raises(CommunityDataError, match="at least 1"):
        build_community("Andover", households=0, histories=False)
    with pytest.raises(CommunityDataError, match="block_persons"):
        build_community("Andover", households=50, block_persons=0, histories=False)


def test_a_missing_history_is_named(small):
    with pytest.raises(ImportError, match="history 'astrology' is missing"):
        rooms.run(small.copy(), 1, rooms=("astrology",))


def test_histories_are_reproducible_and_fill_states():
    a = build_community("Hartford", households=500, seed=3)
    b = build_community("Hartford", households=500, seed=3)
    assert a.digest() == b.digest()
    adults = (a.person["present"] == 1) & (a.person["age"] >= 240)
    assert (a.person["bmi"][adults] > 12).all()
    assert (a.person["labor"][adults] == 1).mean() > 0.35
