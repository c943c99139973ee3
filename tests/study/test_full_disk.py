"""A disk that is full stops the command with one message, and leaves nothing half-written."""

from __future__ import annotations

import os
import subprocess

import pytest

from hecsim.study import Study, run_study
from study.support import command, files, write_study

resource = pytest.importorskip("resource", reason="limits of processes")
pytestmark = pytest.mark.slow


def _small_files():
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))


def _stopped(process, said):
    out, err = process.communicate(timeout=60)
    assert process.returncode == 2, err
    assert out == ""
    assert "Traceback" not in err
    assert err.count("error: ") == 1
    assert said in err


def test_a_file_that_cannot_grow(tmp_path):
    # Compiled code is kept in files too: they are written before the limit comes.
    run_study(Study.from_file(write_study(tmp_path, futures=1)), tmp_path / "warm")
    words = ("compare", write_study(tmp_path), "--workers", 1, "--out", tmp_path / "out")
    _stopped(command(*words, cwd=tmp_path, preexec_fn=_small_files), "cannot write")
    assert not list((tmp_path / "out").rglob(".*"))
    assert files(tmp_path / "out" / "measures", "0*") == {}


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only the superuser may mount")
def test_a_disk_that_is_really_full(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        words = ("compare", write_study(tmp_path), "--workers", 2, "--out", disk / "out")
        _stopped(command(*words, cwd=tmp_path), "No space left on device")
        assert not list(disk.rglob(".*"))
    finally:
        subprocess.run(["umount", str(disk)], check=True)
