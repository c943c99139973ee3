"""Where the app keeps communities and results, and under which names.

A name is a digest of everything that decides the content: the study, all parameters, and the program
itself, so that a changed program never shows old results.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import hecsim
from hecsim import evidence
from hecsim.study import CommunitySpec, Study

__all__ = ["community_folder", "folder", "key_of", "prune", "root"]

KEPT = 60  # studies; older ones are deleted


def root() -> Path:
    """The folder of the app's cache: $HECSIM_CACHE, or hecsim in the system's folder for caches of this user."""
    if chosen := os.environ.get("HECSIM_CACHE"):
        return Path(chosen)
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "hecsim"


@cache
def _program() -> str:
    """A digest of the program's files and of every parameter."""
    h = hashlib.sha256(hecsim.__version__.encode())
    home = Path(hecsim.__file__).parent
    for file in sorted(home.rglob("*")):
        relative = file.relative_to(home)
        if file.suffix in (".py", ".toml", ".csv", ".parquet") and relative.parts[0] not in ("web", "report"):
            found = file.stat()
            h.update(f"{relative}:{found.st_size}:{found.st_mtime_ns}".encode())
    h.update(evidence.draw(None).digest().encode())
    return h.hexdigest()


def _name(document: Any) -> str:
    text = json.dumps(document, sort_keys=True, default=str) + _program()
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def key_of(study: Study) -> str:
    """The name of a study's results."""
    return _name(study.digest)


def folder(key: str) -> Path:
    """The study folder of a key."""
    return root() / "studies" / key


def community_folder(spec: CommunitySpec) -> Path:
    """The folder of a built community."""
    return root() / "communities" / _name(asdict(spec))


def prune() -> None:
    """Delete all but the newest studies, communities and prices; a folder in use is newer than the others."""
    for part in ("studies", "communities", "prices"):
        home = root() / part
        if not home.is_dir():
            continue
        found = [p for p in home.iterdir() if p.is_dir()]
        found.sort(key=lambda p: p.stat().st_mtime, reverse=True)
        for old in found[KEPT:]:
            shutil.rmtree(old, ignore_errors=True)
