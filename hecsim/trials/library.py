"""Where the trial files are: `experiments/trials` of the project, which an installation carries along.

In a checkout the folder stands beside the package. A wheel puts the same files under share/hecsim/trials
(see [tool.setuptools.data-files] in pyproject.toml); they are found through the installed distribution's
own list of files, wherever it was installed.
"""

from __future__ import annotations

import sysconfig
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from hecsim.errors import ScenarioError, UnknownNameError

__all__ = ["find_trial", "folder", "library"]

_SHARED = "share/hecsim/trials/"


def _candidates() -> Iterator[Path]:
    package = Path(__file__).resolve().parents[1]
    yield package.parent / "experiments" / "trials"
    try:
        files = distribution("hecsim").files or []
    except PackageNotFoundError:
        files = []
    for file in files:
        if _SHARED in file.as_posix() and file.suffix == ".toml":
            yield Path(str(file.locate())).resolve().parent
            break
    yield package.parent / _SHARED  # `pip install --target` puts shared files beside the package
    yield Path(sysconfig.get_path("data")) / _SHARED


@cache
def folder() -> Path:
    """The folder of the trial files."""
    for place in _candidates():
        if any(place.glob("*.toml")):
            return place
    raise ScenarioError(
        "the trial files of this installation were not found", hint="Install hecsim again, or give the path of a file"
    )


@cache
def library() -> dict[str, Path]:
    """Trial id to file, in the order of the ids."""
    found: dict[str, Path] = {}
    for file in sorted(folder().glob("*.toml")):
        name = str(tomllib.loads(file.read_text(encoding="utf-8")).get("id", file.stem))
        if name in found:
            raise ScenarioError(f"'{name}' is the id of {found[name].name} too", file=file, key="id")
        found[name] = file
    return dict(sorted(found.items(), key=lambda item: _order(item[0])))


def _order(name: str) -> tuple[str, int, str]:
    """A2 before A10."""
    head = name.rstrip("0123456789")
    tail = name[len(head) :]
    return head, int(tail) if tail else 0, name


def find_trial(name: str) -> Path:
    """The file of a trial: a path, or the id of one in the library, in any case."""
    path = Path(name)
    if path.suffix == ".toml" or path.is_file():
        return path
    known = {k.lower(): v for k, v in library().items()}
    if name.lower() not in known:
        raise UnknownNameError(name, library(), what="trial")
    return known[name.lower()]
