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
    arms = ["Current law", "Aid"]
    ledger = pd.DataFrame({"month": [0, 0], "amount": [value, value], "arm": arms})
    return FutureResult(index, sums, ledger, pd.DataFrame({"month": [0, 0], "arm": arms}))


def parts(store, kind="measures"):
    return sorted((store.directory / kind).iterdir())


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
    assert list(read.ledger["future"]) == [0, 0, 2, 2]
    assert list(read.ledger["arm"]) == ["Current law", "Aid"] * 2
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
    assert not list((store.directory / "failed").iterdir())


def test_a_damaged_note_of_a_failure_still_counts_as_one(store):
    store.write(result(0))
    store.write_failure(1, "no")
    parts(store, "failed")[0].write_text("{")
    assert list(Results.read(store).failed) == [1]


def test_no_finished_future_is_an_error_that_says_why(store):
    store.write_failure(0, "the reason")
    with pytest.raises(RunError, match="the reason"):
        Results.read(store)


@pytest.mark.parametrize("full", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_a_full_disk_leaves_nothing_half_written(store, monkeypatch, full):
    def refuse(*_):
        raise OSError(full, os.strerror(full))

    monkeypatch.setattr("hecsim.study.parts.os.fsync", refuse)
    with pytest.raises(StoreError, match=r"cannot write .*000000.*Free space") as problem:
        store.write(result(0))
    assert os.strerror(full) in str(problem.value)
    assert [p for kind in ("measures", "ledger", "diary") for p in parts(store, kind)] == []
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
        lambda b: b"not a table at all",
        lambda b: b[:40] + bytes(x ^ 0xFF for x in b[40:80]) + b[80:],
        lambda b: b[:200] + bytes([b[200] ^ 1]) + b[201:],  # one bit
    ],
)
@pytest.mark.parametrize("kind", ["measures", "ledger"])
def test_a_damaged_part_is_named_and_can_be_taken_away(store, kind, damage):
    store.write(result(0))
    store.write(result(1))
    path = parts(store, kind)[0]
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    said = store.damage()
    assert len(said) == 1
    assert f"{path} is damaged" in said[0]
    assert "hecsim study status" in said[0]
    assert store.finished() == [0, 1]  # looking changes nothing
    store.damage(repair=True)
    assert store.finished() == [1]
    store.write(result(0))
    assert store.damage() == []
    assert path.read_bytes() == whole


def test_damage_met_while_reading_is_an_error_with_a_way_out(store):
    store.write(result(0))
    parts(store)[0].write_bytes(b"no")
    with pytest.raises(StoreError, match=r"000000\..*is damaged.*--repair"):
        Results.read(store).summary()


def test_a_part_of_another_shape_is_named(store):
    store.write(replace(result(1), sums=np.ones((2, 11, 1, 1, 2))))
    with pytest.raises(StoreError, match=r"000001\..*is damaged \(11 rows, expected 12\)"):
        store.sums(1)


def test_two_processes_cannot_run_one_study(store):
    with store.lease():
        assert f"process {os.getpid()}" in store.holder()
        with (
            pytest.raises(StoreError, match=rf"is in use by process {os.getpid()} on .*; wait"),
            Store(store.directory).lease(),
        ):
            pass
    assert store.holder() == ""
    with Store(store.directory).lease():
        pass


def test_every_run_is_a_row(store):
    store.write(result(1))
    store.write_failure(0, "the reason", "Aid")
    store.write_runs(3)
    rows = pd.read_parquet(store.directory / "runs.parquet")
    assert list(zip(rows["future"], rows["arm"], rows["status"], strict=True)) == [
        (0, "Current law", "missing"), (0, "Aid", "failed"), (1, "Current law", "finished"), (1, "Aid", "finished"),
        (2, "Current law", "missing"), (2, "Aid", "missing"),
    ]  # fmt: skip
    assert list(rows["problem"][:2]) == ["", "the reason"]
    assert list(rows["draw"]) == [0, 0, 0, 0, 1, 1]
    assert list(rows["luck_seed"][:2]) == [study().future(0).luck_seed] * 2


def test_an_older_or_unknown_format_is_refused_with_the_reason(store):
    path = store.directory / "manifest.json"
    for number, said in ((1, r"format 1 \(monthly sums in \.npz files"), (9, r"format 9 \(a layout unknown here")):
        path.write_text(json.dumps({**json.loads(path.read_text()), "format": number}))
        with pytest.raises(StoreError, match=said + ".*this version reads format 2"):
            store.manifest()


def test_more_arms_extend_a_study_and_nothing_else_does(store):
    store.write(result(0))
    more = (*study().arms, Arm("More", (RightToCounsel(start=1),)))
    new = study(arms=more, contrasts=(Contrast("evictions", arm="More"),))
    assert store.extend(new.as_dict(), new.digest) == ["More"]
    assert store.check(new.as_dict())["arm_names"] == ["Current law", "Aid", "More"]
    assert store.runs() == {(0, "Current law"), (0, "Aid")}
    assert store.finished() == []
    for change, said in (
        ({"years": 2}, "study.years was 1 and is 2"),
        ({"arms": study().arms, "contrasts": ()}, r"study.arms had 3 entries and has 2"),
        (
            {"arms": (more[0], Arm("Aid", (RightToCounsel(start=3),)), more[2])},
            r"study.arms\[2\].interventions\[1\].start was 0",
        ),
        ({"contrasts": (Contrast("aces_0_8"),)}, "study.contrasts"),
    ):
        changed = replace(new, **change)
        with pytest.raises(StoreError, match=f"extended by more arms and futures only: {said}"):
            store.extend(changed.as_dict(), changed.digest)


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


def test_another_number_of_the_world_is_refused_and_its_room_named(store):
    path = store.directory / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["inputs"]["evidence"]["food"] = "0123"
    path.write_text(json.dumps(manifest))
    with pytest.raises(StoreError, match=r"inputs\.evidence\.food was 0123 and is"):
        store.check(study().as_dict())


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
    (tmp_path / "measures").mkdir()
    (tmp_path / "store.lock").touch()
    (tmp_path / ".manifest.json.k3jq").write_text('{"format"')
    Store(tmp_path).open(study(), community_digest="abc", axes=AXES)
    assert Store(tmp_path).manifest()["community_digest"] == "abc"


def test_leftovers_of_a_killed_run_are_never_data_and_are_swept(store):
    left = store.measures / ".000001.abc.parquet.x7a1"
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
