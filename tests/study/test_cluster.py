"""One worker, two, a local Dask cluster and a remote-style one give the same files."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from hecsim.cli import write_tables
from hecsim.errors import RunError
from hecsim.study import Store, Study, run_study
from study.support import files, write_study

pytest.importorskip("distributed")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    folder = tmp_path_factory.mktemp("alone")
    study = Study.from_file(write_study(folder, futures=3, parameters="sampled"))
    write_tables(Store(folder / "out"), run_study(study, folder / "out"))
    return study, folder / "out"


def same(one, two):
    for pattern in ("*/0*", "tables/*", "runs.parquet", "manifest.json"):
        found = files(one, pattern)
        assert found and found == files(two, pattern)


def test_a_local_cluster(alone, tmp_path):
    study, there = alone
    write_tables(Store(tmp_path), run_study(study, tmp_path, workers=2, cluster="local"))
    same(there, tmp_path)


@pytest.fixture
def address(tmp_path):
    """A scheduler and two workers as processes of their own on the loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    where = f"tcp://127.0.0.1:{port}"
    scheduler = ["distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"]
    worker = ["distributed.cli.dask_worker", where, "--nthreads", "1", "--no-dashboard", "--no-nanny"]
    commands = [scheduler, *([*worker, "--local-directory", str(tmp_path / f"w{i}")] for i in (1, 2))]
    started = [
        subprocess.Popen([sys.executable, "-m", *c], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ})
        for c in commands
    ]
    yield where, started
    for process in reversed(started):  # they have nothing to put in order
        process.kill()
        process.wait()


def test_a_remote_cluster(alone, tmp_path, address):
    study, there = alone
    where, _ = address
    out = tmp_path / "out"
    run_study(replace(study, futures=1), out, cluster=where)  # part of it here, the rest in a second call
    write_tables(Store(out), run_study(study, out, cluster=where))
    same(there, out)


def test_a_worker_that_dies_costs_nothing_that_was_finished(alone, tmp_path, address):
    study, there = alone
    where, started = address
    run_study(replace(study, futures=1), tmp_path / "out", cluster=where)
    started[1].kill()
    time.sleep(0.2)
    write_tables(Store(tmp_path / "out"), run_study(study, tmp_path / "out", cluster=where))
    same(there, tmp_path / "out")


def test_nobody_at_the_address(alone, tmp_path, monkeypatch):
    study, _ = alone
    monkeypatch.setattr("hecsim.study.cluster._WAIT", "1s")
    with pytest.raises(RunError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        run_study(study, tmp_path / "out", cluster="tcp://127.0.0.1:9")
