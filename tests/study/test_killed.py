"""The command is interrupted, killed, and stopped by a full disk; then it goes on where it was."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import time
from pathlib import Path

import pytest
from study.support import command, files, write_study

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks at processes in /proc"),
]
FUTURES = 4


def _wait(condition, seconds: float = 60.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.05)


def _group(leader: int) -> list[int]:
    """Processes of a process group that are not yet buried."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[2]) == leader and fields[0] not in "ZX":
                found.append(int(entry.name))
    return found


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The uninterrupted run."""
    folder = tmp_path_factory.mktemp("whole")
    done = command("compare", write_study(folder, FUTURES), "--workers", 2, "--out", folder / "out", "--json")
    out, err = done.communicate(timeout=120)
    assert done.returncode == 0, err
    assert out.lstrip().startswith("{")
    return folder / "out"


def _started(folder: Path):
    """A run under way with one future finished; returns the process, and the command that started it."""
    words = ("compare", write_study(folder, FUTURES), "--workers", 2, "--out", folder / "out")
    process = command(*words, cwd=folder)
    _wait(lambda: process.poll() is not None or list((folder / "out" / "futures").glob("0*.npz")))
    return process, words


def _resumed_equals(whole: Path, folder: Path, words):
    again = command(*words, cwd=folder)
    _, err = again.communicate(timeout=120)
    assert again.returncode == 0, err
    for below, pattern in (("tables", "*.csv"), ("futures", "0*.npz"), ("futures", "0*.parquet"), (".", "manifest.json")):
        assert files(folder / "out" / below, pattern) == files(whole / below, pattern)


def test_ctrl_c_says_one_thing_and_leaves_no_process(tmp_path, whole):
    process, words = _started(tmp_path)
    os.killpg(process.pid, signal.SIGINT)  # a terminal sends it to every process of the group
    out, err = process.communicate(timeout=30)
    if process.returncode != 0:  # it may have been faster than the interrupt
        assert process.returncode == 130, err
        assert err.count("interrupted; what was finished is kept, run the same command to go on") == 1
        assert out == ""
    assert "Traceback" not in err
    assert "KeyboardInterrupt" not in err
    _wait(lambda: not _group(process.pid), 10)
    assert not [p for p in (tmp_path / "out").rglob(".*")]
    _resumed_equals(whole, tmp_path, words)


def test_ctrl_c_while_workers_are_starting(tmp_path):
    words = ("compare", write_study(tmp_path, FUTURES), "--workers", 2, "--out", tmp_path / "out")
    process = command(*words, cwd=tmp_path)
    _wait(lambda: process.poll() is not None or len(_group(process.pid)) >= 3)
    time.sleep(0.3)  # they are importing now
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert err.count("interrupted") == 1
    _wait(lambda: not _group(process.pid), 10)


def test_a_killed_run_leaves_no_process_and_resumes(tmp_path, whole):
    lent = tmp_path / "lent"
    lent.mkdir()
    words = ("compare", write_study(tmp_path, FUTURES), "--workers", 2, "--out", tmp_path / "out")
    os.environ["TMPDIR"], before = str(lent), os.environ.get("TMPDIR")
    try:
        process = command(*words, cwd=tmp_path)
    finally:
        del os.environ["TMPDIR"]
        if before is not None:
            os.environ["TMPDIR"] = before
    _wait(lambda: process.poll() is not None or list((tmp_path / "out" / "futures").glob("0*.npz")))
    process.kill()
    process.communicate(timeout=30)
    _wait(lambda: not _group(process.pid), 15)
    assert list(lent.iterdir()) == []  # the workers removed the community that was lent to them
    _resumed_equals(whole, tmp_path, words)


def _small_files():
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))


def test_a_file_that_cannot_grow_stops_the_run_with_one_message(tmp_path, whole):
    words = ("compare", write_study(tmp_path, FUTURES), "--workers", 1, "--out", tmp_path / "out")
    process = command(*words, cwd=tmp_path, preexec_fn=_small_files)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 2, err
    assert out == ""
    assert "Traceback" not in err
    assert err.count("error: ") == 1
    assert "cannot write" in err
    assert not [p for p in (tmp_path / "out").rglob(".*")]
    assert files(tmp_path / "out" / "futures", "0*.npz") == {}
    _resumed_equals(whole, tmp_path, words)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only the superuser may mount")
def test_a_disk_that_is_really_full(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(disk)], capture_output=True, check=False).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        process = command("compare", write_study(tmp_path, FUTURES), "--workers", 2, "--out", disk / "out", cwd=tmp_path)
        out, err = process.communicate(timeout=60)
        assert process.returncode == 2, err
        assert out == ""
        assert err.count("error: ") == 1
        assert "No space left on device" in err
        assert "Traceback" not in err
        assert not [p for p in disk.rglob(".*")]
        assert _group(process.pid) == []
    finally:
        subprocess.run(["umount", str(disk)], check=True)
