"""What decides results beside the study file: the numbers of the world and the program.

Their digests stand in every study folder, room by room, so that a folder is never continued with other
numbers or another program than it was begun with.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import hecsim

__all__ = ["first_difference", "inputs_digests"]

# Rooms above the model read results and cannot change them.
_ABOVE = ("cli", "web", "report", "study")


@cache
def inputs_digests() -> dict[str, dict[str, str]]:
    """{"evidence": {room: digest}, "program": {room: digest}}, sha256 cut to 16 digits."""
    data = resources.files("hecsim.evidence") / "data"
    evidence = {
        f.name.removesuffix(".toml"): hashlib.sha256(f.read_bytes()).hexdigest()[:16]
        for f in sorted(data.iterdir(), key=lambda f: f.name)
        if f.name.endswith(".toml")
    }
    home = Path(hecsim.__file__).parent
    program: dict[str, str] = {}
    for room in sorted(home.iterdir()):
        if room.name.startswith(("_", ".")) or room.stem in (*_ABOVE, "testing"):
            continue
        files = [room] if room.suffix == ".py" else sorted(room.rglob("*.py")) if room.is_dir() else []
        if files:
            h = hashlib.sha256()
            for file in files:
                h.update(file.relative_to(home).as_posix().encode() + file.read_bytes())
            program[room.stem] = h.hexdigest()[:16]
    return {"evidence": evidence, "program": program}


def first_difference(old: Any, new: Any, path: str) -> str:
    """The first field that differs, as 'study.years was 10 and is 5'."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted({*old, *new}):
            if old.get(key) != new.get(key):
                return first_difference(old.get(key), new.get(key), f"{path}.{key}")
    if isinstance(old, list) and isinstance(new, list):
        for i, (a, b) in enumerate(zip(old, new, strict=False)):
            if a != b:
                return first_difference(a, b, f"{path}[{i + 1}]")
        return f"{path} had {len(old)} entries and has {len(new)}"
    shown = [str(v) if len(str(v)) < 60 else f"{str(v)[:57]}..." for v in (old, new)]
    return f"{path} was {shown[0]} and is {shown[1]}"
