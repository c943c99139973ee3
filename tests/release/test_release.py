"""The wheel and the source archive install into a clean environment and run a study with no repository around them."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import time
import urllib.request
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow

STUDY = """
[study]
name = "smoke"
years = 1
futures = 2
burn_in = 0

[community]
towns = ["Andover"]
households = 100

[[arm]]
name = "current law"

[[arm]]
name = "counsel"
[[arm.intervention]]
id = "P06"
start = 0
"""


MINUTES = 20 * 60  # of one step; installing downloads some 200 MB where nothing is kept


def _newer():
    """A later Python than the one that runs the tests, such as pyenv or the system has."""
    folders = [p for minor in (12, 13) for p in sorted(Path.home().glob(f".pyenv/versions/3.{minor}*/bin/python"))]
    named = [Path(p) for minor in (12, 13) if (p := shutil.which(f"python3.{minor}")) and "shims" not in p]
    return next((str(p) for p in folders + named if p.exists()), None)


def run(*command, **kwargs):
    # Nothing of the repository may be found: neither the working folder nor PYTHONPATH leads to it.
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "HECSIM"))}
    clean |= {"MPLBACKEND": "agg", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    words = list(map(str, command))
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=clean, timeout=MINUTES, **kwargs)
    assert done.returncode == 0, f"{command}: {done.stdout[-1500:]}{done.stderr[-3000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    pytest.importorskip("build")
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--outdir", out, ROOT)
    return next(out.glob("*.whl")), next(out.glob("*.tar.gz"))


def data_of(folder):
    """Files of the package that are no code, by their path in it."""
    kinds = {".toml", ".csv", ".parquet", ".html", ".css", ".js", ".vue", ".typed"}
    return {p.relative_to(ROOT).as_posix() for p in (ROOT / folder).rglob("*") if p.suffix in kinds or p.name == "py.typed"}


def test_every_file_of_the_package_is_in_both(built):
    wheel, archive = built
    wanted = data_of("hecsim") | {p.relative_to(ROOT).as_posix() for p in (ROOT / "hecsim").rglob("*.py")}
    with zipfile.ZipFile(wheel) as z:
        inside = set(z.namelist())
    assert not wanted - inside
    trials = {p.name for p in (ROOT / "experiments" / "trials").glob("*.toml")}
    assert trials <= {Path(n).name for n in inside if "/share/hecsim/trials/" in n}
    with tarfile.open(archive) as t:
        shipped = {n.partition("/")[2] for n in t.getnames()}
    assert not wanted - shipped and {"LICENSE", "README.md", "pyproject.toml"} <= shipped


def test_the_archive_makes_the_same_wheel(built, tmp_path):
    """Whoever installs from the archive gets what the wheel holds; so the long way below goes with the wheel alone."""
    wheel, archive = built
    run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", tmp_path, archive)
    contents = []
    for path in (wheel, next(tmp_path.glob("*.whl"))):
        with zipfile.ZipFile(path) as z:
            contents.append({n: z.read(n) for n in z.namelist() if not n.endswith("RECORD")})
    assert contents[0] == contents[1]


@pytest.mark.parametrize("python", [sys.executable, _newer()], ids=["this", "newer"])
def test_a_study_runs_from_a_clean_environment(built, tmp_path, python):
    if python is None:
        pytest.skip("there is no Python 3.12 or 3.13 here")
    run(python, "-m", "venv", tmp_path / "env")
    bin_ = tmp_path / "env" / "bin"
    pip = (bin_ / "python", "-m", "pip", "install", "-q")
    run(*pip, "-c", ROOT / "constraints.txt", built[0])
    work = tmp_path / "work"
    work.mkdir()
    (work / "smoke.toml").write_text(STUDY)
    where = run(bin_ / "python", "-c", "import hecsim; print(hecsim.__file__)", cwd=work)
    assert str(tmp_path / "env") in where
    assert "compare" in run(bin_ / "hecsim", "--help", cwd=work)
    run(bin_ / "hecsim", "compare", "smoke.toml", "--out", "out", cwd=work)
    assert (work / "out" / "report.html").stat().st_size > 10_000
    trials = json.loads(run(bin_ / "hecsim", "trials", "list", "--json", cwd=work))
    assert len(trials) == len(list((ROOT / "experiments" / "trials").glob("*.toml")))
    serves(bin_ / "hecsim", work)
    an_outside_package(pip, bin_, tmp_path / "market", work)


def an_outside_package(pip, bin_, source, work):
    """The worked example installs beside the wheel, and the command finds what it brings."""
    shutil.copytree(
        ROOT / "examples" / "night_market", source, ignore=shutil.ignore_patterns("__pycache__", "build", "*.egg-info")
    )
    run(*pip, "--no-deps", source)
    assert '"NM1"' in run(bin_ / "hecsim", "interventions", "show", "NM1", "--json", cwd=work)


def serves(command, work):
    """`hecsim app` answers on its port from the installed package."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "HECSIM"))} | {"HECSIM_CACHE": str(work)}
    with (work / "app.log").open("wb") as log:
        app = subprocess.Popen([command, "app", "--port", str(port)], cwd=work, env=clean, stdout=log, stderr=log,
                               start_new_session=True)  # fmt: skip
        try:
            for _ in range(240):
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as page:
                        assert page.status == 200 and b"hecsim" in page.read()
                        return
                except OSError:
                    assert app.poll() is None, (work / "app.log").read_text()[-2000:]
                    time.sleep(0.5)
            pytest.fail((work / "app.log").read_text()[-2000:])
        finally:
            os.killpg(app.pid, signal.SIGTERM)
            app.wait(20)
