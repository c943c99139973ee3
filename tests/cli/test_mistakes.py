"""A user's mistake gives one clear message on standard error, exit code 2, an empty output, and no files."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from study.support import STUDY

from hecsim.cli import main
from hecsim.population import save

GOOD = STUDY.format(futures=2, parameters="central")


def refused(*words, said, cwd=None):
    """Run the command, and check how it refuses."""
    got = CliRunner().invoke(main, [str(w) for w in words])
    assert got.exit_code == 2, (got.exit_code, got.output, got.exception)
    assert got.stdout == ""
    assert "Traceback" not in got.stderr
    text = " ".join(got.stderr.split())
    for part in [said] if isinstance(said, str) else said:
        assert part in text
    errors = [line for line in got.stderr.splitlines() if line.lower().startswith("error: ")]
    assert len(errors) == 1, got.stderr
    return got.stderr


def changed(tmp_path: Path, before: str, after: str) -> Path:
    assert before in GOOD
    path = tmp_path / "tiny.toml"
    path.write_text(GOOD.replace(before, after, 1), encoding="utf-8")
    return path


FILES = [
    ('name = "tiny"', 'nam = "tiny"', ["tiny.toml [study]: unknown key 'nam'", "did you mean 'name'?"]),
    ("households = 400", "housholds = 400", ["[community.housholds]: unknown key", "did you mean 'households'?"]),
    ("[community]", "[comunity]", ["unknown key 'comunity'", "did you mean 'community'?"]),
    ('name = "Current law"', 'nane = "Current law"', ["[arm 1]: unknown key 'nane'", "did you mean 'name'?"]),
    ("ramp = 0", "rampe = 0", ["unknown setting of P01 'rampe'", "did you mean 'ramp'?"]),
    ("important = 0.5", "importance = 0.5", ["[contrast]: unknown key 'importance'", "did you mean 'important'?"]),
    ("ramp = 0", "reach = -0.1", ["tiny.toml [reach]: must be a number from 0 to 1", "not -0.1"]),
    ("ramp = 0", "reach = 1.1", ["tiny.toml [reach]: must be a number from 0 to 1", "not 1.1"]),
    ("ramp = 0", 'reach = "much"', ["[reach]: must be a number", "'much'"]),
    ("ramp = 0", "payers = 5", ["[payers]: must be a table"]),
    ("ramp = 0", "places = 5", ["[places]: must be a list of names"]),
    ('id = "P01"', 'id = "P999"', ["tiny.toml: unknown intervention 'P999'"]),
    ('id = "P01"', 'ident = "P01"', ["an intervention needs an 'id'"]),
    ('[[arm]]\nname = "Counsel', '[[arm]]\nmix = "M99"\nname = "Counsel', ["tiny.toml: unknown mix 'M99'"]),
    ('[[arm]]\nname = "Counsel', '[[arm]]\nmix = 5\nname = "Counsel', ["'mix' is the id of a mix"]),
    ('measure = "evictions"', 'measure = "evictons"', ["unknown measure 'evictons'", "did you mean 'evictions'?"]),
    ("start = 0", "start = 12", ["tiny.toml: arm 'Counsel [and] visits': P01 starts in month 12", "horizon of 12 months"]),
    ('[[arm]]\nname = "Counsel', '[[arm]]\nname = "Again"\n[[arm]]\nname = "Counsel', ["exactly one arm without", "has 2"]),
    ('[[arm]]\nname = "Current law"', "", ["exactly one arm without interventions", "has 0"]),
    ('name = "Counsel [and] visits"', 'name = "Current law"', ["two arms have the same name"]),
    ("years = 1", "years = ", ["tiny.toml: the file is not valid TOML", "line 4"]),
    ("years = 1", "years = 0", ["[study]: 'years' is a whole number from 1 to 75, not 0"]),
    ("years = 1", "start_year = 1999", ["'start_year' is a whole number from 2024 to 2036"]),
    ("years = 1", 'seed = "x"', ["'seed' is a whole number"]),
    ("futures = 2", "futures = 0", ["'futures' is a whole number from 1 to 100000, not 0"]),
    ('parameters = "central"', 'parameters = "medium"', ['"ensemble", "sampled" or "central"']),
    ("households = 400", "households = 10", ["[community.households]: must be a whole number of at least 50, not 10"]),
    ('towns = ["Hartford"]', "towns = 5", ["[community.towns]", "must name at least one town"]),
    ('towns = ["Hartford"]', 'towns = ["Hartfort"]', ["unknown town 'Hartfort'", "did you mean 'Hartford'?"]),
    ('family = "Northeast"', 'family = "Northwst"', ["'Northwst'", "did you mean"]),
    ("ramp = 0", 'places = ["Northwst"]', ["[places]: unknown neighborhood or town 'Northwst'", "did you mean"]),
    ('family = "Northeast"', 'directory = "nowhere"', ["nowhere is no folder of a saved community"]),
]


@pytest.mark.parametrize(("before", "after", "said"), FILES)
def test_a_mistake_in_the_study_file(tmp_path, before, after, said):
    refused("compare", changed(tmp_path, before, after), "--out", tmp_path / "out", said=said)
    assert not (tmp_path / "out").exists()


def test_files_that_cannot_be_read(tmp_path, monkeypatch):
    out = ("--out", tmp_path / "out")
    refused("compare", tmp_path / "none.toml", *out, said=["none.toml: there is no such file"])
    refused("compare", tmp_path, *out, said=[str(tmp_path), "cannot be read: Is a directory"])
    path = tmp_path / "latin.toml"
    path.write_bytes(GOOD.encode().replace(b"tiny", b"ni\xf1ez"))
    refused("compare", path, *out, said=["latin.toml: the file is not UTF-8 text", "Save it as UTF-8"])

    def closed(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_text", closed)
    refused("compare", path, *out, said=["latin.toml: the file cannot be read: Permission denied"])
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is closed to the superuser")
def test_a_folder_without_permission(tmp_path):
    (tmp_path / "closed").mkdir(mode=0o500)
    path = changed(tmp_path, "years = 1", "years = 1")
    refused("compare", path, "--out", tmp_path / "closed" / "out", said="Permission denied")


def test_a_folder_that_cannot_be_made(tmp_path, monkeypatch):
    real = Path.mkdir

    def closed(self, *words, **more):
        if self.name == "measures":
            raise PermissionError(13, "Permission denied")
        real(self, *words, **more)

    monkeypatch.setattr(Path, "mkdir", closed)
    path = changed(tmp_path, "years = 1", "years = 1")
    refused("compare", path, "--out", tmp_path / "out", said=["cannot write", "Permission denied"])
    assert not (tmp_path / "out" / "manifest.json").exists()


def test_out_folders_that_are_not_ours(tmp_path):
    path = changed(tmp_path, "years = 1", "years = 1")
    (tmp_path / "file").write_text("mine")
    refused("compare", path, "--out", tmp_path / "file", said="is a file, not a folder")
    refused("compare", path, "--out", tmp_path / "file" / "below", said="file")
    refused("run", path, "--out", tmp_path / "file", said="is a file, not a folder")
    assert (tmp_path / "file").read_text() == "mine"
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("mine")
    refused("compare", path, "--out", tmp_path / "full", said="is not empty and holds no study")
    refused("community", "build", "--households", 400, "--out", tmp_path / "full", said="exists and holds no community")
    assert [p.name for p in (tmp_path / "full").iterdir()] == ["letter.txt"]
    (tmp_path / "full" / "letter.txt").rename(tmp_path / "full" / "manifest.json")
    refused("compare", path, "--out", tmp_path / "full", said="manifest.json is damaged")


def test_options(tmp_path):
    path = changed(tmp_path, "years = 1", "years = 1")
    out = ("--out", tmp_path / "out")
    refused("compare", path, "--futures", 0, *out, said="'--futures': 0 is not in the range")
    refused("compare", path, "--workers", 0, *out, said="'--workers': 0 is not in the range")
    refused("compare", path, "--future", 2, *out, said="No such option '--future'")
    refused("run", path, "--arm", "Nobody", said=["tiny.toml: unknown arm 'Nobody'", "Counsel [and] visits"])
    refused("run", path, "--seed", "lucky", said="a seed is a whole number, not 'lucky'")
    refused("run", path, "--seed", "-3", said="a seed lies between 0 and 2^63, not -3")
    refused("community", "build", "--towns", "Hartfort", *out, said="did you mean 'Hartford'?")
    refused("community", "build", "--households", 10, *out, said="'--households': 10 is not in the range")
    refused("community", "build", "--households", 400, "--family", "Nortgeast", *out, said="did you mean 'Northeast'?")
    refused("community", "show", tmp_path, "--towns", "Hartford", said="not both")
    refused("community", "show", tmp_path / "none", said="no folder of a saved community")
    refused("interventions", "show", "Q99", said="unknown intervention 'Q99'")
    refused("evidence", "show", "stress.recovry", said="did you mean")
    refused("evidence", "list", "--room", "strees", said="did you mean 'stress'?")
    refused("bench", "--towns", "Hartfort", said="did you mean 'Hartford'?")
    refused("compar", path, said="No such command 'compar'")
    assert not (tmp_path / "out").exists()


def test_a_damaged_saved_community(tmp_path, small_hartford):
    folder = save(small_hartford, tmp_path / "place")
    arrays = folder / "arrays.npz"
    whole = arrays.read_bytes()
    path = changed(tmp_path, 'towns = ["Hartford"]\nhouseholds = 400\nfamily = "Northeast"', f'directory = "{folder}"')
    for damage in (whole[: len(whole) // 2], b"", whole[:-100] + bytes(100)):
        arrays.write_bytes(damage)
        for words in (("community", "show", folder), ("compare", path, "--out", tmp_path / "out"), ("run", path)):
            refused(*words, said=["arrays.npz: ", "Build the community again"])
    arrays.write_bytes(whole)
    (folder / "community.json").write_text("{")
    refused("community", "show", folder, said=["community.json: ", "cannot be read"])
    assert not (tmp_path / "out").exists()


def test_a_file_of_one_scenario_has_no_arms(tmp_path):
    path = tmp_path / "one.toml"
    path.write_text('years = 1\n[community]\ntowns = ["Hartford"]\n[[intervention]]\nid = "P01"\nstart = 0\n')
    refused("run", path, "--arm", "x", said="a scenario file has no arms")
    path.write_text(path.read_text().replace("start = 0", "start = 12"))
    refused("run", path, said=["one.toml: P01", "starts in month 12"])
    path.write_text('years = 1\n[community]\ntown = "Hartford"\n')
    refused("run", path, said=["one.toml", "did you mean 'towns'?"])


def test_messages_reach_a_real_terminal_without_a_traceback(tmp_path):
    path = changed(tmp_path, "ramp = 0", "reach = 2")
    got = subprocess.run(
        [sys.executable, "-m", "hecsim.cli", "compare", str(path)], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert got.returncode == 2
    assert got.stdout == ""
    assert got.stderr.count("\n") == 1
    assert got.stderr.startswith("error: ")
    assert [p.name for p in tmp_path.iterdir()] == ["tiny.toml"]
