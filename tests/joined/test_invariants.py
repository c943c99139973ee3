"""What always holds, after two years of the whole month."""

import numpy as np
import pytest

from hecsim.columns import SCHEMA
from hecsim.interventions import mix
from hecsim.model import CommunityModel


@pytest.fixture(scope="module")
def lived(small_hartford):
    model = CommunityModel(community=small_hartford, interventions=mix("M6"), years=2)
    before = model.community.copy()
    return before, model.run()


def test_codes_stay_inside_their_lists(lived):
    _, model = lived
    for table, schema in SCHEMA.items():
        t = model.community.tables[table]
        for column in schema:
            if column.codes and column.unit == "code" and table in ("person", "household"):
                assert t[column.name][t["present"] == 1].max(initial=0) < len(column.codes), column.name


def test_no_value_is_nan(lived):
    _, model = lived
    for table in ("person", "household"):
        t = model.community.tables[table]
        for name, values in t.columns.items():
            if values.dtype.kind == "f":
                assert np.isfinite(values[t["present"] == 1]).all(), name


def test_nobody_ages_backwards_and_adversity_is_never_undone(lived):
    before, model = lived
    after = model.community
    row = {int(k): r for r, k in enumerate(after.person["key"]) if after.person["present"][r]}
    compared = 0
    for r in np.flatnonzero(before.person["present"] == 1):
        now = row.get(int(before.person["key"][r]))
        if now is None:
            continue
        compared += 1
        assert after.person["age"][now] == before.person["age"][r] + 24
        assert before.person["ace_bits"][r] & ~after.person["ace_bits"][now] == 0
        assert after.person["education"][now] >= before.person["education"][r]
    assert compared > 1000


def test_every_present_person_lives_in_a_present_household_of_its_block(lived):
    _, model = lived
    c = model.community
    rows = np.flatnonzero(c.person["present"] == 1)
    homes = c.person["household"][rows].astype(np.int64)
    assert (c.household["present"][homes] == 1).all()
    assert np.array_equal(c.person.block_of(rows), c.household.block_of(homes))
    assert np.unique(c.person["key"][rows]).size == rows.size


def test_every_household_has_one_householder_and_no_empty_home(lived):
    _, model = lived
    c = model.community
    rows = np.flatnonzero(c.person["present"] == 1)
    heads = np.bincount(c.person["household"][rows][c.person["role"][rows] == 0].astype(int), minlength=c.household.size)
    assert (heads[c.household["present"] == 1] == 1).all()
    assert (heads[c.household["present"] == 0] == 0).all()


def test_shares_and_scales_stay_in_range(lived):
    _, model = lived
    h = model.community.household
    here = h["present"] == 1
    for name in ("hardship", "bandwidth", "safety_index", "stability_index", "nurture_index", "trust_health", "trust_services",
                 "trust_community", "trust_police", "aware", "outdoor"):  # fmt: skip
        assert h[name][here].min() >= 0, name
        assert h[name][here].max() <= 1, name
    assert (h["savings"][here] >= 0).all()
    assert (h["arrears"][here] >= 0).all()
    p = model.community.person
    adults = (p["present"] == 1) & (p["age"] >= 216)
    assert p["bmi"][adults].min() > 12
    assert p["bmi"][adults].max() < 90
    assert p["diet"][adults].max() <= 100


def test_both_sexes_and_all_ages_are_present(lived):
    _, model = lived
    p = model.community.person
    here = p["present"] == 1
    assert 0.4 < p["sex"][here].mean() < 0.6
    assert np.unique(p["age"][here] // 120).size >= 8


def test_the_ledger_names_payer_and_intervention_for_every_dollar(lived):
    _, model = lived
    frame = model.delivery.ledger.frame()
    assert len(frame) > 0
    assert frame[["payer", "instrument", "category", "intervention"]].map(bool).all().all()
    assert np.isfinite(frame["amount"]).all()
