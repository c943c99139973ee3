"""What each intervention goes with and what it gets in the way of, for planners. No number comes from here.

Interactions happen in a run: effects on one hazard multiply, programs share staff, gates and bandwidth let others
work. What is written here says which to expect and to test.

>>> interactions("S12").against
('P01',)
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

__all__ = ["Interactions", "interactions"]


@dataclass(frozen=True, slots=True)
class Interactions:
    """Ids that it reinforces (+) and overlaps or conflicts with (−), and why; "all" and "laws" stand for groups."""

    reinforces: tuple[str, ...] = ()
    why: str = ""
    against: tuple[str, ...] = ()
    caution: str = ""


@cache
def _known() -> Mapping[str, Interactions]:
    raw = tomllib.loads((resources.files("hecsim.interventions") / "interactions.toml").read_text(encoding="utf-8"))
    found = {k: Interactions(tuple(v["with"]), v["why"], tuple(v["against"]), v["caution"]) for k, v in raw.items()}
    return MappingProxyType(found)


def interactions(identifier: str) -> Interactions:
    """The interactions of one intervention; none for a user's own."""
    return _known().get(identifier, Interactions())
