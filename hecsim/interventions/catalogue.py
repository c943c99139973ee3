"""Every intervention by its id and by its class name; other packages add theirs by entry point.

An entry point of the group "hecsim.interventions" names an `Intervention` class, or a module of them.

>>> from hecsim.interventions import find
>>> find("P01").__name__, find("RightToCounsel").id
('RightToCounsel', 'P01')
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType, ModuleType
from typing import Any

from hecsim.errors import ScenarioError, UnknownNameError
from hecsim.extensions import added
from hecsim.interventions import (
    norms,
    policies,
    policies_health,
    policies_places,
    programs,
    programs_early,
    programs_health,
    systems,
)
from hecsim.interventions.base import Intervention
from hecsim.interventions.own import own_intervention

__all__ = ["GROUP", "catalogue", "find", "from_mapping"]

GROUP = "hecsim.interventions"


def _classes(where: Any) -> Iterator[type[Intervention]]:
    if isinstance(where, ModuleType):
        for value in vars(where).values():
            if isinstance(value, type) and issubclass(value, Intervention) and value.__module__ == where.__name__:
                yield value
    elif isinstance(where, type) and issubclass(where, Intervention):
        yield where


@cache
def catalogue() -> Mapping[str, type[Intervention]]:
    """Id to class, systems first, then policies, programs, norms, and those of other packages."""
    found: dict[str, type[Intervention]] = {}
    ours = (
        systems, policies, policies_health, policies_places, programs, programs_early, programs_health, norms,
    )  # fmt: skip
    for where in (*ours, *(what for _, what in added(GROUP))):
        for cls in _classes(where):
            if not cls.id:
                continue
            if found.get(cls.id, cls) is not cls:
                raise ScenarioError(f"two interventions have the id '{cls.id}'", hint="Rename one of them")
            found[cls.id] = cls
    return MappingProxyType(found)


def find(name: str) -> type[Intervention]:
    """The class with this id ("G03", in any case) or class name ("HomeVisiting")."""
    known = catalogue()
    by_id = {k.lower(): v for k, v in known.items()}
    by_class = {v.__name__.lower(): v for v in known.values()}
    wanted = str(name).lower()
    if wanted in by_id:
        return by_id[wanted]
    if wanted in by_class:
        return by_class[wanted]
    raise UnknownNameError(str(name), [*known, *(v.__name__ for v in known.values())], what="intervention")


def from_mapping(data: Mapping[str, Any], *, file: Any = None) -> Intervention:
    """An intervention from a mapping with "id" and settings, as it stands in a file."""
    if "id" not in data:
        raise ScenarioError("an intervention needs an 'id', such as \"G04\"", file=file, key="intervention")
    if "own" in data:
        return own_intervention(data["id"], data["own"], file=file).from_mapping(data, file=file)
    return find(data["id"]).from_mapping(data, file=file)
