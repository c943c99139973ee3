"""A package outside this one adds a column, numbers, a process, a measure and an intervention."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from hecsim.columns import BUSINESS
from hecsim.errors import InvariantError, UnknownNameError
from hecsim.testing import check_community, check_measure, check_trial

EXAMPLE = Path(__file__).parents[2] / "examples" / "night_market"


@pytest.mark.slow
def test_the_example_package_installs_and_keeps_every_rule(tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    for file in EXAMPLE.rglob("*"):
        if file.is_file() and file.suffix in {".py", ".toml", ".md"} and "build" not in file.parts:
            copy = source / file.relative_to(EXAMPLE)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(file.read_bytes())
    target = tmp_path / "installed"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*pip, "--target", str(target), str(source)], check=True, timeout=300)
    # A cache of its own: the package's column changes what the loops are compiled for.
    env = {**os.environ, "PYTHONPATH": str(target), "NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    tests = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", str(source / "test_night_market.py")]
    done = subprocess.run(tests, cwd=source, env=env, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    # And in the command: the intervention is in the catalogue, the measure among the measures, the numbers in the evidence.
    show = [sys.executable, "-m", "hecsim.cli", "interventions", "show", "NM1", "--json"]
    shown = subprocess.run(show, env=env, capture_output=True, text=True, timeout=300, check=True)
    assert '"NM1"' in shown.stdout


@pytest.mark.slow
def test_the_example_of_a_community_is_one(tmp_path):
    spec = importlib.util.spec_from_file_location("own_community", EXAMPLE.parent / "own_community.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    community = check_community(module.make(tmp_path))
    assert community.residents > 300
    b = community.business
    seats = [community.labels["geoid"][n] for n in b["neighborhood"][b["kind"] == BUSINESS.index("supermarket")]]
    assert pd.read_csv(tmp_path / "retailers.csv", dtype=str)["geoid"][0] in seats


@pytest.mark.slow
def test_the_example_of_a_trial_runs():
    assert check_trial(EXAMPLE.parent / "own_trial.toml").outcomes[0].n > 0


def test_the_examples_are_short():
    for name in ("own_community.py", "own_trial.toml"):
        assert len((EXAMPLE.parent / name).read_text(encoding="utf-8").splitlines()) <= 36


def test_what_no_measure_may_do():
    with pytest.raises(UnknownNameError, match="did you mean"):
        check_measure("obesity_adlt")


def test_a_measure_without_spanish_is_told(monkeypatch):
    from dataclasses import replace

    from hecsim.measures import MEASURES

    monkeypatch.setitem(MEASURES, "obesity_adult", replace(MEASURES["obesity_adult"], label_es=""))
    with pytest.raises(InvariantError, match="label_es"):
        check_measure("obesity_adult")


@pytest.mark.parametrize("name", ["obesity_adult", "aces_0_8", "evictions", "food_insecurity"])
def test_our_own_measures_pass(name):
    assert check_measure(name) >= 0
