"""What other packages add to hecsim, by entry point.

    hecsim.columns         a mapping of table to columns: {"household": (Column(...),)}
    hecsim.evidence        a module whose folder holds parameter files (`<room>.toml`)
    hecsim.processes       a `Process` with `after`, the name of the process that it follows
    hecsim.measures        a module whose import declares measures
    hecsim.interventions   an `Intervention` class, or a module of them

A package lists them in its pyproject.toml:

    [project.entry-points."hecsim.measures"]
    night_market = "hecsim_night_market.measures"
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points
from typing import Any

from hecsim.errors import HecsimError

__all__ = ["GROUPS", "added"]

GROUPS = ("hecsim.columns", "hecsim.evidence", "hecsim.processes", "hecsim.measures", "hecsim.interventions")


@cache
def added(group: str) -> tuple[tuple[str, Any], ...]:
    """(name, object) of every entry point of a group, in the order of their names, so that order never depends on
    how packages were installed.

    >>> added("hecsim.measures")
    ()
    """
    found = []
    for point in sorted(entry_points(group=group), key=lambda p: (p.name, p.value)):
        try:
            found.append((point.name, point.load()))
        except HecsimError:
            raise
        except Exception as problem:
            where = point.dist.name if point.dist else "a package"
            raise HecsimError(
                f"the extension '{point.name}' of {where} ({group}) cannot be loaded: {problem}; repair or uninstall it"
            ) from problem
    return tuple(found)
