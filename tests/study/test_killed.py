"""The command is interrupted or killed; then it goes on where it was."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from hecsim.cli import write_tables
from hecsim.study import Store, Study, run_study
from study.support import command, files, process_group, wait_until, write_study

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks at processes in /proc"),
]
FUTURES = 4


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The uninterrupted run."""
    folder = tmp_path_factory.mktemp("whole")
    _finish(folder, write_study(folder, FUTURES))
    return folder / "out"


def _finish(folder: Path, study: Path) -> None:
    write_tables(Store(folder / "out"), run_study(Study.from_file(study), folder / "out"))


def _started(folder: Path):
    """A run under way with one future finished."""
    words = ("compare", write_study(folder, FUTURES), "--workers", 2, "--out", folder / "out")
    process = command(*words, cwd=folder)
    wait_until(lambda: process.poll() is not None or list((folder / "out" / "measures").glob("0*.parquet")))
    return process


def _resumed_equals(whole: Path, folder: Path):
    _finish(folder, folder / "tiny.toml")
    for below, pattern in (("tables", "*"), (".", "*/0*"), (".", "runs.parquet"), (".", "manifest.json")):
        assert files(folder / "out" / below, pattern) == files(whole / below, pattern)


def test_ctrl_c_says_one_thing_and_leaves_no_process(tmp_path, whole):
    process = _started(tmp_path)
    os.killpg(process.pid, signal.SIGINT)  # a terminal sends it to every process of the group
    out, err = process.communicate(timeout=30)
    if process.returncode != 0:  # it may have been faster than the interrupt
        assert process.returncode == 130, err
        assert err.count("interrupted; what was finished is kept, run the same command to go on") == 1
        assert out == ""
    assert "Traceback" not in err
    assert "KeyboardInterrupt" not in err
    wait_until(lambda: not process_group(process.pid), 10)
    assert not list((tmp_path / "out").rglob(".*"))
    _resumed_equals(whole, tmp_path)


def test_ctrl_c_while_workers_are_starting(tmp_path):
    words = ("compare", write_study(tmp_path, FUTURES), "--workers", 2, "--out", tmp_path / "out")
    process = command(*words, cwd=tmp_path)
    wait_until(lambda: process.poll() is not None or len(process_group(process.pid)) >= 3)
    time.sleep(0.3)  # they are importing now
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert err.count("interrupted") == 1
    wait_until(lambda: not process_group(process.pid), 10)


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
    wait_until(lambda: process.poll() is not None or list((tmp_path / "out" / "measures").glob("0*.parquet")))
    process.kill()
    process.communicate(timeout=30)
    wait_until(lambda: not process_group(process.pid), 15)
    assert list(lent.iterdir()) == []  # the workers removed the community that was lent to them
    _resumed_equals(whole, tmp_path)
