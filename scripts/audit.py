"""What hecsim stands on: each dependency with its pin, its newest release, its licence and what it is for.

    python scripts/audit.py                      # asks the package index what is newer, writes docs/dependencies.md
    python scripts/audit.py --listing LIST.tsv   # with months of releases from a list (name, version, month)

Reads the environment that it runs in, which should be the one of constraints.txt. For known vulnerabilities run pip-audit
where its database can be reached: `pip-audit --requirement constraints.txt --no-deps`.
"""

from __future__ import annotations

import argparse
import csv
import importlib.metadata
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "dependencies.md"
WHAT = {
    "click": "the command line", "filelock": "one process to a study folder", "jinja2": "reports and the forum's pages",
    "matplotlib": "figures", "mesa": "the model's face: agents, data collectors, batch runs", "networkx": "graphs of partners",
    "numba": "compiled loops", "numpy": "columns", "pandas": "tables", "pyarrow": "Parquet", "rich": "tables on screen",
    "rocrate": "exports as RO-Crate", "scipy": "statistics, the solver of mixes", "segno": "QR codes of the forum",
    "shapely": "boundaries", "statsmodels": "regressions of re-enacted studies", "ipyvue": "the app's pages",
    "ipyvuetify": "the app's pages", "solara": "the app", "starlette": "the app's server",
    "solara-assets": "the app without the internet", "distributed": "studies on a Dask cluster",
    "scikit-learn": "emulators of calibration", "salib": "Morris, Sobol, PAWN", "ema-workbench": "an example",
    "pyogrio": "GeoPackage", "pyproj": "map projections",
}  # fmt: skip
# Why a release older than the newest is pinned.
HELD = {
    "mesa": "3.3 is the last for Python 3.11; later versions of Python take the newest 3.x",
    "ipyvue": "2 and later need Vue 3; the packaged scripts that let the app work without the internet are those of Vue 2",
    "ipyvuetify": "as ipyvue",
    "starlette": "1 moved what the app's guard is put in front of",
    "docutils": "what Sphinx asks for",
    "numpy-typing-compat": "goes with numpy",
    "numpy": "2.4 is the last for Python 3.11; later versions of Python take the newest",
    "scipy": "1.17 is the last for Python 3.11; later versions of Python take the newest",
    "networkx": "3.6 is the last for Python 3.11; later versions of Python take the newest",
}


def pins() -> dict[str, list[str]]:
    """Pinned versions by name, with the versions of Python they are for."""
    out: dict[str, list[str]] = {}
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            pinned, _, marker = line.partition(";")
            name, _, version = pinned.strip().partition("==")
            said = re.sub(
                r"Python >= (\S+)", r"Python \1 and later", marker.strip().replace("python_version", "Python").replace("'", "")
            )
            out.setdefault(canonicalize_name(name), []).append(f"{version} ({said})" if marker else version)
    return out


def direct() -> dict[str, str]:
    """Names in pyproject.toml, with the extra that asks for each ("" for all users)."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found: dict[str, str] = {}
    for extra, wanted in (("", project["dependencies"]), *project["optional-dependencies"].items()):
        for text in wanted:
            name = canonicalize_name(Requirement(text).name)
            if name != "hecsim":
                found.setdefault(name, extra)
    return found


def licence(name: str) -> str:
    """What the package's own metadata say."""
    try:
        meta = importlib.metadata.metadata(name)
    except importlib.metadata.PackageNotFoundError:
        return "not installed here"
    said = meta.get("License-Expression") or "; ".join(
        c.rpartition("::")[2].strip()
        for c in meta.get_all("Classifier") or []
        if c.startswith("License ::") and c.count("::") > 1
    )
    said = said or (meta.get("License") or "").strip().splitlines()[0:1] or "not declared"
    text = said if isinstance(said, str) else said[0]
    return re.sub(r" (Software )?License$", "", text)[:60]


def everything(names: list[str]) -> set[str]:
    """These packages and all that they need on this machine."""
    seen: set[str] = set()
    todo = [canonicalize_name(n) for n in names]
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        try:
            wanted = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            seen.discard(name)
            continue
        for text in wanted:
            r = Requirement(text)
            if r.marker is None or Marker(str(r.marker)).evaluate({"extra": ""}):
                todo.append(canonicalize_name(r.name))
    return seen


def newer() -> dict[str, str]:
    """The newest release of every installed package of which there is a newer one."""
    ask = [sys.executable, "-m", "pip", "list", "--outdated", "--format", "json", "--disable-pip-version-check"]
    answer = subprocess.run(ask, capture_output=True, text=True, check=True, timeout=600).stdout
    return {canonicalize_name(row["name"]): row["latest_version"] for row in json.loads(answer)}


def page(latest: dict[str, str], months: dict[str, str]) -> str:
    """The page as Markdown."""
    wanted, pinned = direct(), pins()
    users = [n for n, extra in wanted.items() if extra != "dev"]
    own = everything(users)
    head = ["package", "for", "extra", "pinned", "newest", *(["last release"] if months else []), "licence"]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for name in sorted(users):
        here = pinned.get(name, ["none"])
        newest = latest.get(name, "the same")
        row = [name, WHAT.get(name, ""), wanted[name], " and ".join(here), newest]
        lines.append("| " + " | ".join([*row, *([months.get(name, "")] if months else []), licence(name)]) + " |")
    tools = ", ".join(
        f"{n} {pinned.get(n, ['none'])[0].split(' ')[0]} ({licence(n)})" for n in sorted(set(wanted) - set(users))
    )
    kinds: dict[str, int] = {}
    for n in own:
        kinds[licence(n)] = kinds.get(licence(n), 0) + 1
    held = [f"- **{n}** {latest[n]}: {HELD[n]}." for n in sorted(latest) if n in HELD]
    odd = sorted(n for n in latest if n in pinned and n not in HELD)
    copyleft = []
    for n in sorted(n for n in own if re.search(r"\bA?GPL|GNU", licence(n)) and "LGPL" not in licence(n)):
        through = [f"{u} (extra {wanted[u]})" if wanted[u] else u for u in sorted(users) if n in everything([u])]
        copyleft.append(f"{n}, which comes with {' and '.join(through)}")
    return "\n".join([
        "# What hecsim stands on", "",
        "Written by `python scripts/audit.py` from the project's own lists and what the package index offered on that day.",
        "Every version is pinned in `constraints.txt`, which is what is tested; `pyproject.toml` says which ranges work.", "",
        *lines, "",
        f"With all that these need in turn there are {len(own)} packages, without the tools of those who work on hecsim.",
        "Their licences, as their metadata state them: "
        + ", ".join(f"{k} ({v})" for k, v in sorted(kinds.items(), key=lambda kv: (-kv[1], kv[0]))) + ".",
        "None is under the GPL or AGPL." if not copyleft else f"Under the GPL or AGPL: {', '.join(copyleft)}.", "",
        "## Held back on purpose", "", *(held or ["Nothing."]), "",
        *([f"Newer releases to be tried: {', '.join(f'{n} {latest[n]}' for n in odd)}.", ""] if odd else []),
        "## Tools", "", f"For working on hecsim only: {tools}.", "",
        "## Known vulnerabilities", "",
        "This page says nothing about those. `pip-audit --requirement constraints.txt --no-deps` asks the public database and",
        "belongs before each release, on a machine that reaches it; where this page was written, it could not be reached.",
        "The app listens on this machine only unless told otherwise; see [what was tried against it](hard_knocks.md).", "",
    ])  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--listing", type=Path, help="tab-separated list with name, version, month")
    given = parser.parse_args()
    months: dict[str, str] = {}
    if given.listing:
        wanted = direct()
        with given.listing.open(encoding="utf-8", newline="") as f:
            for row in csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE):
                if (name := row["name"].lower().replace("_", "-").replace(".", "-")) in wanted:
                    months[name] = row["month"]
    PAGE.write_text(page(newer(), months), encoding="utf-8")
    print(PAGE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
