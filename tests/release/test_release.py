"""The wheel and the source archive install into a clean environment and run a study with no repository around them."""

import json
import os
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


def _python312():
    for folder in sorted(Path.home().glob(".pyenv/versions/3.12*")):
        if (folder / "bin" / "python").exists():
            return str(folder / "bin" / "python")
    return None


def run(*command, **kwargs):
    # Nothing of the repository may be found: neither the working folder nor PYTHONPATH leads to it.
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "HECSIM"))}
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, env=clean, **kwargs)
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


@pytest.mark.parametrize("python", [sys.executable, _python312()], ids=["this", "3.12"])
@pytest.mark.parametrize("which", [0, 1], ids=["wheel", "archive"])
def test_a_study_runs_from_a_clean_environment(built, tmp_path, python, which):
    if python is None:
        pytest.skip("there is no Python 3.12 here")
    if which == 1 and python != sys.executable:
        pytest.skip("the archive is tried with one Python")
    run(python, "-m", "venv", tmp_path / "env")
    bin_ = tmp_path / "env" / "bin"
    run(
        bin_ / "python",
        "-m",
        "pip",
        "install",
        "-q",
        "--disable-pip-version-check",
        "-c",
        ROOT / "constraints.txt",
        built[which],
    )
    work = tmp_path / "work"
    work.mkdir()
    (work / "smoke.toml").write_text(STUDY)
    where = run(bin_ / "python", "-c", "import hecsim; print(hecsim.__file__)", cwd=work)
    assert str(tmp_path / "env") in where
    run(bin_ / "hecsim", "compare", "smoke.toml", "--out", "out", cwd=work)
    assert (work / "out" / "report.html").stat().st_size > 10_000
    assert len(json.loads(run(bin_ / "hecsim", "trials", "list", "--json", cwd=work))) > 0
    serves(bin_ / "hecsim", work)


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
