"""The machine misbehaves: a worker is lost, the clock jumps, the disk may only be read."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from hecsim.cli import write_tables
from hecsim.study import Results, Store, Study, run_study
from study.support import command, files, process_group, wait_until, write_study

pytestmark = pytest.mark.slow
FUTURES = 3


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The run that nothing happened to."""
    folder = tmp_path_factory.mktemp("whole")
    return finish(write_study(folder, FUTURES), folder / "out")


def finish(study, out):
    write_tables(Store(out), run_study(Study.from_file(study), out))
    return out


def same(one, two):
    for below, pattern in (("tables", "*"), (".", "*/0*"), (".", "runs.parquet"), (".", "manifest.json")):
        found = files(one / below, pattern)
        assert found and found == files(two / below, pattern)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks at processes in /proc")
def test_a_lost_worker_is_told_and_costs_only_what_it_was_at(tmp_path, whole):
    study, out = write_study(tmp_path, FUTURES), tmp_path / "out"
    process = command("compare", study, "--workers", 2, "--out", out, cwd=tmp_path)
    wait_until(lambda: process.poll() is not None or list((out / "measures").glob("0*.parquet")))
    kept = files(out, "*/0*")
    workers = [
        p for p in process_group(process.pid) if p != process.pid and b"spawn_main" in Path(f"/proc/{p}/cmdline").read_bytes()
    ]
    assert workers
    os.kill(workers[-1], signal.SIGKILL)
    said, err = process.communicate(timeout=60)
    assert process.returncode == 2 and said == "" and "Traceback" not in err
    assert err.count("a worker process died") == 1 and "run the same command again" in err
    assert kept and {k: v for k, v in files(out, "*/0*").items() if k in kept} == kept
    wait_until(lambda: not process_group(process.pid), 15)
    same(finish(study, out), whole)


@pytest.mark.parametrize("years", [-30, 30])
def test_a_clock_that_jumps_changes_nothing(tmp_path, whole, monkeypatch, years):
    study, out = write_study(tmp_path, 1), tmp_path / "out"
    finish(study, out)
    left = out / "measures" / ".half"
    left.write_bytes(b"half")
    shift = years * 365 * 86_400
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + shift)
    for file in out.rglob("*"):  # as if half of it had been written at another time
        if "measures" in file.parts:
            os.utime(file, (real() + 2 * shift, real() + 2 * shift))
    same(finish(write_study(tmp_path, FUTURES), out), whole)


@contextmanager
def only_readable(folder):
    """A folder that nobody may write to; the superuser needs a file system of its own for that."""
    if os.geteuid() != 0:
        folder.chmod(0o500)
        try:
            yield
        finally:
            folder.chmod(0o700)
        return
    bound = ["mount", "--bind", str(folder), str(folder)]
    if subprocess.run(bound, capture_output=True, check=False).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", str(folder)], check=True)
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.skipif(os.name != "posix", reason="permissions of files")
def test_a_folder_that_may_only_be_read(tmp_path):
    study, closed = write_study(tmp_path, 1), tmp_path / "closed"
    closed.mkdir()
    finish(study, closed / "done")
    before = files(closed, "**/*")
    with only_readable(closed):
        process = command("compare", study, "--workers", 1, "--out", closed / "new", cwd=tmp_path)
        said, err = process.communicate(timeout=60)
        assert process.returncode == 2 and said == "" and "Traceback" not in err
        assert err.count("error: ") == 1 and str(closed) in err
        # What is there can be read: a study on a share that others may not change.
        assert len(Results.read(Store(closed / "done")).summary()) > 0
        assert Store(closed / "done").damage() == []
    assert files(closed, "**/*") == before
