"""Where each number of the world is used, found in the package's own text.

A number is used by its full name ("labor.wage"), by an argument of a process (`k_wage` in the room's files,
`k_labor__wage` elsewhere), or by its short name as a string, an attribute, or an f-string that spells it
(`f"staff_{kind}"`) in a file that names its room.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from hecsim.evidence.parameters import load

__all__ = ["usage"]

_WORD = re.compile(r"[A-Za-z_]\w*")
_STRING = re.compile(r"""(f?)(["'])((?:(?!\2)[^\\\n])*)\2""")
_HOLE = re.compile(r"\{[^{}]*\}")


def _texts(folder: Traversable, prefix: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in folder.iterdir():
        if entry.is_dir() and entry.name != "__pycache__":
            found |= _texts(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(".py"):
            found[prefix + entry.name] = entry.read_text(encoding="utf-8")
    return found


class _File:
    """The words, strings, attributes and spelled names of one file."""

    def __init__(self, text: str) -> None:
        self.words = set(_WORD.findall(text))
        self.attributes = set(re.findall(r"\.([A-Za-z_]\w*)", text))
        strings = _STRING.findall(text)
        self.strings = {s for _, _, s in strings}
        holed = {s for f, _, s in strings if f and "{" in s and re.search(r"[A-Za-z]_|_[A-Za-z]", _HOLE.sub("", s))}
        spelled = ["\\w+".join(map(re.escape, _HOLE.split(s))) for s in holed]
        self.spelled = re.compile("|".join(f"(?:{s})" for s in spelled)) if spelled else None

    def uses(self, room: str, name: str, where: str) -> bool:
        """Whether this file uses the number. Numbers of one intervention are asked for without its id."""
        full = f"{room}.{name}"
        if full in self.strings or f"k_{room}__{name}" in self.words or f"k_{name}" in self.words:
            return True
        short = re.sub(r"_from_\d{4}_\d{2}$", "", name)  # law that changes at a date
        names = {short}
        if room == "interventions" and where.startswith(("interventions/", "collaborative/")):
            head, _, rest = short.partition("_")
            names |= {head, rest, rest.partition("_")[0]}
        if names & (self.attributes | self.strings):
            return True
        return bool(self.spelled and (self.spelled.fullmatch(full) or self.spelled.fullmatch(short)))


@cache
def usage() -> dict[str, tuple[str, ...]]:
    """Full name of a parameter to the files of the package that use it.

    >>> usage()["labor.minimum_wage"] != ()
    True
    """
    files = {name: _File(text) for name, text in _texts(resources.files("hecsim")).items()}
    return {
        full: tuple(sorted(name for name, file in files.items() if file.uses(p.room, p.name, name)))
        for full, p in load().items()
    }
