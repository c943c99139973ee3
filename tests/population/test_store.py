import json

import numpy as np
import pytest

from hecsim.errors import CommunityDataError, StoreError
from hecsim.population import load, save


@pytest.fixture
def saved(small, tmp_path):
    return save(small, tmp_path / "here")


def test_what_is_saved_comes_back(small, saved):
    again = load(saved)
    assert again.digest() == small.digest()
    assert again.labels == small.labels
    assert again.partners == small.partners
    assert again.notes == small.notes
    assert again.clock == small.clock
    assert sorted(p.name for p in saved.iterdir()) == ["arrays.npz", "community.json"]


def test_a_large_community_is_not_compressed_and_the_same(small, saved, tmp_path, monkeypatch):
    monkeypatch.setattr("hecsim.population.store._COMPRESSED", 0)
    plain = save(small, tmp_path / "plain")
    assert (plain / "arrays.npz").stat().st_size > 2 * (saved / "arrays.npz").stat().st_size
    assert load(plain).digest() == small.digest()


def test_saving_again_replaces_and_leaves_nothing_behind(small, saved):
    changed = small.copy()
    changed.household["savings"][0] = 77.0
    save(changed, saved)
    assert load(saved).household["savings"][0] == 77.0
    assert [p.name for p in saved.parent.iterdir()] == ["here"]


def test_damage_is_noticed(saved):
    file = saved / "arrays.npz"
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 0xFF
    file.write_bytes(bytes(data))
    with pytest.raises(CommunityDataError, match="damaged"):
        load(saved)


def test_truncation_and_missing_files(saved):
    file = saved / "arrays.npz"
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(CommunityDataError, match=r"arrays\.npz"):
        load(saved)
    file.unlink()
    with pytest.raises(CommunityDataError, match="missing"):
        load(saved)


def test_description_damaged_or_of_another_format(saved):
    file = saved / "community.json"
    good = json.loads(file.read_text())
    file.write_text(json.dumps(good | {"format": 99}))
    with pytest.raises(StoreError, match="format 99"):
        load(saved)
    file.write_text(json.dumps(good | {"digest": "0" * 64}))
    with pytest.raises(CommunityDataError, match="digest"):
        load(saved)
    file.write_text(json.dumps(good | {"labels": good["labels"] | {"town": ["Elsewhere"]}}))
    with pytest.raises(CommunityDataError, match="digest"):
        load(saved)
    file.write_text("{")
    with pytest.raises(CommunityDataError, match="cannot be read"):
        load(saved)


def test_a_community_saved_by_an_earlier_version_is_checked_by_its_state(small, saved):
    file = saved / "community.json"
    good = {k: v for k, v in json.loads(file.read_text()).items() if k != "seal"}
    file.write_text(json.dumps(good))
    assert load(saved).digest() == small.digest()
    file.write_text(json.dumps(good | {"digest": "0" * 64}))
    with pytest.raises(CommunityDataError, match="state does not match"):
        load(saved)


def test_a_column_of_the_wrong_kind_is_named(small, tmp_path):
    from hecsim.population import store

    broken = small.copy()
    broken.person.columns["age"] = broken.person.columns["age"].astype(np.float32)
    folder = store.save(broken, tmp_path / "broken")
    with pytest.raises(CommunityDataError, match=r"person\.age"):
        load(folder)


def test_foreign_folders_are_left_alone(small, tmp_path):
    (tmp_path / "thesis.txt").write_text("precious")
    with pytest.raises(StoreError, match="holds no community"):
        save(small, tmp_path)
    with pytest.raises(StoreError, match="no folder"):
        load(tmp_path / "nowhere")
    assert (tmp_path / "thesis.txt").read_text() == "precious"
