"""The study folder: whole files only, damage is named, another study is refused."""

from __future__ import annotations

import errno
import json
import os
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from hecsim.errors import RunError, StoreError
from hecsim.interventions import RightToCounsel
from hecsim.study import Arm, CommunitySpec, Contrast, Results, Store, Study
from hecsim.study.store import FutureResult, write_atomically
from study.support import write_study

AXES = {
    "measures": ["evictions"], "groups": [["all", "all"]], "arm_names": ["Current law", "Aid"], "months": 12,
}  # fmt: skip


def study(**changes) -> Study:
    arms = (Arm("Current law"), Arm("Aid", (RightToCounsel(start=0),)))
    return replace(Study("s", arms, CommunitySpec(households=400), years=1, futures=4, parameters="central"), **changes)


def result(index: int, value: float = 1.0) -> FutureResult:
    sums = np.full((2, 12, 1, 1, 2), value + index)
    return FutureResult(index, sums, pd.DataFrame({"month": [0], "amount": [value]}), pd.DataFrame({"month": [0]}))


@pytest.fixture
def store(tmp_path):
    kept = Store(tmp_path / "here")
    kept.open(study(), community_digest="abc", axes=AXES)
    return kept


def test_what_is_written_comes_back(store):
    for i in (2, 0):
        store.write(result(i))
    assert store.finished() == [0, 2]
    read = Results.read(store)
    assert read.futures == [0, 2]
    assert np.array_equal(read.sums[1], result(2).sums)
    assert list(read.ledger["future"]) == [0, 2]
    assert Results.read(store, 1).futures == [0]


def test_a_failure_is_kept_read_again_and_gone_after_success(store):
    store.write(result(0))
    store.write_failure(3, "arm 'Aid', future 3, month 7: no")
    assert store.finished() == [0]
    again = Results.read(Store(store.directory))
    assert again.failed == {3: "arm 'Aid', future 3, month 7: no"}
    assert again.futures == [0]
    assert Results.read(store, 2).failed == {}  # it is not among the first two
    store.write(result(3))
    assert Results.read(store).failed == {}
    assert not list(store.futures.glob("*.error.json"))


def test_a_damaged_note_of_a_failure_still_counts_as_one(store):
    store.write(result(0))
    (store.futures / "000001.error.json").write_text("{")
    assert list(Results.read(store).failed) == [1]


def test_no_finished_future_is_an_error_that_says_why(store):
    store.write_failure(0, "the reason")
    with pytest.raises(RunError, match="the reason"):
        Results.read(store)


@pytest.mark.parametrize("full", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_a_full_disk_leaves_nothing_half_written(store, monkeypatch, full):
    def refuse(*_):
        raise OSError(full, os.strerror(full))

    monkeypatch.setattr("hecsim.study.store.os.fsync", refuse)
    with pytest.raises(StoreError, match=r"cannot write .*000000.*Free space") as problem:
        store.write(result(0))
    assert os.strerror(full) in str(problem.value)
    assert list(store.futures.iterdir()) == []
    monkeypatch.undo()
    store.write(result(0))
    assert store.finished() == [0]


def test_the_disk_fills_up_before_the_sums(store, monkeypatch):
    real, calls = os.fsync, []

    def third_fails(handle):
        calls.append(handle)
        if len(calls) == 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(handle)

    monkeypatch.setattr("hecsim.study.store.os.fsync", third_fails)
    with pytest.raises(StoreError, match="No space left"):
        store.write(result(0))
    assert store.finished() == []  # ledger and diary are there, but the future does not count


def test_a_failing_writer_leaves_the_earlier_file_whole(tmp_path):
    path = tmp_path / "t.csv"
    write_atomically(path, lambda stream: stream.write(b"whole"))

    def half(stream):
        stream.write(b"ha")
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(StoreError, match="No space left"):
        write_atomically(path, half)
    assert path.read_bytes() == b"whole"
    assert [p.name for p in tmp_path.iterdir()] == ["t.csv"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda b: b[: len(b) // 2],
        lambda b: b"",
        lambda b: b"not an archive at all",
        lambda b: b[:40] + bytes(x ^ 0xFF for x in b[40:80]) + b[80:],
    ],
)
def test_a_damaged_future_is_named(store, damage):
    store.write(result(0))
    path = store.futures / "000000.npz"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(StoreError, match=r"000000\.npz is damaged.*delete it and run"):
        Results.read(store)


def test_a_future_of_another_shape_is_named(store):
    store.write(result(0))
    store.write(replace(result(1), sums=np.ones((2, 11, 1, 1, 2))))
    with pytest.raises(StoreError, match=r"000001\.npz is damaged \(shape"):
        Results.read(store)


@pytest.mark.parametrize("text", ["{", "", "[]", "null", '{"format": 1}', b"\xff\xfe"])
def test_a_damaged_manifest_is_named(store, text):
    path = store.directory / "manifest.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    for act in (store.manifest, lambda: store.check(study().as_dict()), lambda: Results.read(store)):
        with pytest.raises(StoreError, match=r"manifest\.json is damaged"):
            act()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"years": 2}, "study.years was 1 and is 2"),
        ({"seed": 9}, "study.seed was 1 and is 9"),
        ({"burn_in": 3}, "study.burn_in was 12 and is 3"),
        ({"parameters": "sampled"}, "study.parameters was central and is sampled"),
        ({"community": CommunitySpec(households=500)}, "study.community.households was 400 and is 500"),
        ({"contrasts": (Contrast("evictions"),)}, "study.contrasts had 0 entries and has 1"),
        (
            {"arms": (Arm("Current law"), Arm("Aid", (RightToCounsel(start=2),)))},
            r"study.arms\[2\].interventions\[1\].start was 0 and is 2",
        ),
    ],
)
def test_another_study_is_refused_and_the_field_named(store, change, said):
    before = (store.directory / "manifest.json").read_bytes()
    with pytest.raises(StoreError, match=f"holds another study: {said}. Choose another folder"):
        store.check(study(**change).as_dict())
    with pytest.raises(StoreError, match="holds another study"):
        store.open(study(**change), community_digest="abc", axes=AXES)
    assert (store.directory / "manifest.json").read_bytes() == before


def test_another_community_or_version_is_refused(store):
    with pytest.raises(StoreError, match="community_digest was abc and is xyz"):
        store.open(study(), community_digest="xyz", axes=AXES)
    path = store.directory / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "hecsim": "0.0.1"}))
    with pytest.raises(StoreError, match=r"hecsim was 0\.0\.1 and is"):
        store.open(study(), community_digest="abc", axes=AXES)


def test_more_futures_are_the_same_study(store):
    store.open(study(futures=100), community_digest="abc", axes=AXES)


def test_a_file_in_place_of_the_folder(tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(StoreError, match="is a file, not a folder"):
        Store(tmp_path / "out").check(study().as_dict())
    assert (tmp_path / "out").read_text() == "mine"


def test_foreign_files_are_left_alone(tmp_path):
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(StoreError, match="is not empty and holds no study"):
        Store(tmp_path).open(study(), community_digest="abc", axes=AXES)
    assert [p.name for p in tmp_path.iterdir()] == ["letter.txt"]


def test_futures_without_a_manifest_are_foreign(store):
    store.write(result(0))
    (store.directory / "manifest.json").unlink()
    with pytest.raises(StoreError, match="holds no study"):
        store.open(study(), community_digest="abc", axes=AXES)


def test_a_run_killed_before_its_manifest_can_start_again(tmp_path):
    (tmp_path / "futures").mkdir()
    (tmp_path / ".manifest.json.k3jq").write_text('{"format"')
    Store(tmp_path).open(study(), community_digest="abc", axes=AXES)
    assert Store(tmp_path).manifest()["community_digest"] == "abc"


def test_leftovers_of_a_killed_run_are_never_data_and_are_swept(store):
    left = store.futures / ".000001.npz.x7a1"
    left.write_bytes(b"half")
    assert store.finished() == []
    store.open(study(), community_digest="abc", axes=AXES)
    assert left.exists()  # perhaps another run is writing it just now
    old = time.time() - 7200
    os.utime(left, (old, old))
    store.open(study(), community_digest="abc", axes=AXES)
    assert not left.exists()


def test_a_study_file_says_the_same_as_the_study_it_makes(tmp_path):
    one, two = Study.from_file(write_study(tmp_path)), Study.from_file(write_study(tmp_path, futures=9))
    assert one.digest == two.digest
    assert one.futures == 2
    assert two.futures == 9
    assert one.as_dict()["burn_in"] == 12
