"""Ready-made mixes. M0, current law, is in force in every arm and needs no entry here.

>>> from hecsim.interventions import mix
>>> [iv.id for iv in mix("M5").interventions]
['S01', 'S03', 'S09', 'G17']
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

from hecsim.errors import UnknownNameError
from hecsim.interventions.base import Intervention, Words
from hecsim.interventions.catalogue import from_mapping

__all__ = ["Mix", "mix", "mixes"]

FILE = "mixes.toml"


@dataclass(frozen=True, slots=True)
class Mix:
    """A named set of interventions."""

    id: str
    title: Words
    sentence: Words
    interventions: tuple[Intervention, ...]

    def __iter__(self) -> Iterator[Intervention]:
        return iter(self.interventions)

    def __len__(self) -> int:
        return len(self.interventions)


@cache
def mixes() -> Mapping[str, Mix]:
    """All ready-made mixes by id."""
    raw = tomllib.loads((resources.files("hecsim.interventions") / FILE).read_text(encoding="utf-8"))
    found: dict[str, Mix] = {}
    for name, entry in raw.items():
        items: list[Intervention] = []
        for part in entry.get("includes", ()):
            items += found[part].interventions
        items += [from_mapping(item, file=FILE) for item in entry.get("intervention", ())]
        once = {iv.id: iv for iv in items}  # an intervention that two parts share is there once
        found[name] = Mix(name, Words(*entry["title"]), Words(*entry["sentence"]), tuple(once.values()))
    return MappingProxyType(found)


def mix(name: str) -> Mix:
    """One mix by its id, such as "M1"."""
    known = mixes()
    if name.upper() not in known:
        raise UnknownNameError(name, known, what="mix")
    return known[name.upper()]
