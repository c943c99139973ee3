import numpy as np
import pytest

from hecsim.errors import ScenarioError, UnknownNameError
from hecsim.population import Vignette, build_community


@pytest.fixture(scope="module")
def placed():
    return build_community("Hartford", households=1500, seed=4, vignette="founding_family")


def _family(c):
    key, name = next(iter(c.followed.items()))
    home = c.household_by_key(key)
    rows = c.members(home)
    return home, name, {int(c.person["role"][r]): r for r in rows}


def test_the_family_lives_where_it_should(placed):
    home, name, by_role = _family(placed)
    assert name == "Joseph and Camille's family"
    place = int(placed.household["neighborhood"][home])
    assert placed.labels["city_neighborhood"][place] == "Northeast"
    assert sorted(by_role) == [0, 1, 2, 3]


def test_every_fact_survives_the_histories(placed):
    home, _, m = _family(placed)
    p, h = placed.person, placed.household
    camille, joseph, michael, mother = (m[r] for r in range(4))
    assert p["pregnancy"][camille] == 3
    assert p["sex"][camille] == 1
    assert p["unstable"][camille] == 1
    assert placed.business["kind"][p["employer"][camille]] == 4
    assert p["wage"][camille] == pytest.approx(16.35)
    assert p["bmi"][camille] == pytest.approx(26.5)
    assert p["weight"][camille] == pytest.approx(26.5 * (p["height"][camille] / 100) ** 2, rel=1e-4)
    assert p["motive"][camille] == 2
    assert p["job_kind"][joseph] == 1
    assert p["record"][joseph] == 2
    assert 24 <= p["record_months"][joseph] <= 120
    assert p["anxiety"][joseph] == 2
    assert p["age"][michael] == 24
    assert p["mother_key"][michael] == p["key"][camille]
    assert p["diabetes"][mother] == 1
    assert p["bmi"][mother] == pytest.approx(34.0)
    assert h["vehicles"][home] == 0
    assert h["church"][home] == 1
    assert h["store"][home] == 2
    assert h["eviction_record"][home] == 8
    assert h["eviction_clock"][home] == 16
    assert h["grandparent"][home] == 1
    assert h["pregnant"][home] == 1
    assert h["savings"][home] == pytest.approx(40.0)


@pytest.mark.parametrize("seed", [1, 4, 11])
def test_a_family_that_owes_rent_pays_some(seed):
    c = build_community("Hartford", households=600, seed=seed, histories=False, vignette=True)
    home, _, _ = _family(c)
    assert c.household["tenure"][home] == 1
    assert c.household["rent"][home] > 100


def test_what_the_story_leaves_open_is_said(placed):
    said = [n for n in placed.notes if "sampled, not given" in n]
    assert len(said) >= 5
    assert any("race" in n for n in said)


def test_nobody_else_changes_and_counts_stay():
    plain = build_community("Hartford", households=600, seed=5, histories=False)
    story = build_community("Hartford", households=600, seed=5, histories=False, vignette=True)
    home = story.household_by_key(next(iter(story.followed)))
    others = (story.person["household"] != home) & (story.person["present"] == 1)
    if story.person.size == plain.person.size:
        for column in ("age", "race", "education", "key"):
            assert (story.person[column][others] == plain.person[column][others]).all()
    assert story.household["present"].sum() == plain.household["present"].sum()


def test_another_neighborhood_and_a_family_larger_than_any_sampled():
    story = Vignette.founding_family().at("Frog Hollow")
    many = tuple(story.members) + tuple(
        {"name": f"cousin {k}", "role": "other", "sex": "male", "years": 20 + k} for k in range(7)
    )
    big = Vignette(story.name, "Frog Hollow", story.household, many)
    c = build_community("Hartford", households=400, seed=5, histories=False, vignette=big)
    home = c.household_by_key(next(iter(c.followed)))
    rows = c.members(home)
    assert len(rows) == 11
    assert len(np.unique(c.person["key"][rows])) == 11
    assert (c.person["age"][rows] > 0).all()
    block = c.person.block(int(c.household.block_of(np.array([home]))[0]))
    assert ((rows >= block.start) & (rows < block.stop)).all()


def test_files_are_checked(tmp_path):
    member = '[[members]]\nrole = "householder"\nsex = "male"\nyears = 40\n'
    text = 'name = "X"\nneighborhood = "Northeast"\n[household]\n{}\n' + member
    file = tmp_path / "x.toml"
    file.write_text(text.format("vehicels = 1"))
    with pytest.raises(UnknownNameError, match="did you mean 'vehicles'"):
        Vignette.from_file(file)
    file.write_text(text.format('tenure = "rented"'))
    with pytest.raises(UnknownNameError, match="did you mean 'renter'"):
        Vignette.from_file(file)
    file.write_text(text.format("vehicles = 1000"))
    with pytest.raises(ScenarioError, match="does not fit"):
        Vignette.from_file(file)
    file.write_text(text.format("vehicles = 1") + "pets = 2\n")
    with pytest.raises(UnknownNameError, match="fact of a person"):
        Vignette.from_file(file)
    file.write_text("name = ")
    with pytest.raises(ScenarioError, match="not valid TOML"):
        Vignette.from_file(file)
    with pytest.raises(ScenarioError, match="no such file"):
        Vignette.from_file(tmp_path / "none.toml")
    with pytest.raises(UnknownNameError, match="neighborhood"):
        build_community("Hartford", households=200, histories=False, vignette=Vignette.founding_family().at("Northwest"))
