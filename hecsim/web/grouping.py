"""How `/plan` groups towns: which area, whether towns must touch, how many collaboratives; as the URL carries it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from hecsim.geography import regions
from hecsim.planning.geography import CONTIGUITY

__all__ = ["MOST_GROUPS", "NOWHERE", "Where", "areas", "asked_for", "changed", "parse_where", "where_text"]

MOST_GROUPS = 9  # collaboratives that one picture can tell apart


@dataclass(frozen=True)
class Where:
    """area : a name of `areas()`, "" for the planning regions of the chosen towns; count : 0 tries several numbers."""

    area: str = ""
    contiguity: str = "preferred"
    count: int = 0


NOWHERE = Where()


@cache
def areas() -> tuple[str, ...]:
    """What may be grouped: the chosen towns' own regions, each planning region, the whole state."""
    return ("", *sorted(r for r in regions() if r.startswith("region:")), "all")


def asked_for(where: Where, towns: tuple[str, ...]) -> tuple[str, ...]:
    """Names for `planning.geography.propose`.

    >>> asked_for(Where(), ("Hartford", "Avon"))
    ('region:Capitol',)
    """
    if where.area:
        return (where.area,)
    return tuple(a for a in areas() if a in regions() and set(towns) & set(regions()[a]))


def _at(text: str, values: tuple[Any, ...], default: Any) -> Any:
    small = text.isascii() and text.isdigit() and len(text) <= 3
    return values[int(text)] if small and int(text) < len(values) else default


def parse_where(text: str) -> Where:
    """A grouping from "area.contiguity.count", numbers of their lists; what is unknown is the default.

    >>> parse_where("99.x.3")
    Where(area='', contiguity='preferred', count=3)
    """
    area, touch, count = (text[:20] + "..").split(".")[:3]
    start = NOWHERE
    return Where(
        _at(area, areas(), start.area),
        _at(touch, CONTIGUITY, start.contiguity),
        _at(count, tuple(range(MOST_GROUPS + 1)), start.count),
    )


def where_text(where: Where) -> str:
    """The text that `parse_where` reads back."""
    return f"{areas().index(where.area)}.{CONTIGUITY.index(where.contiguity)}.{where.count}"


def changed(where: Where, change: Any) -> Where:
    """The grouping after a change from the page, which is checked like a URL."""
    if not isinstance(change, Mapping):
        return where
    if change.get("area") in areas():
        where = replace(where, area=str(change["area"]))
    if change.get("contiguity") in CONTIGUITY:
        where = replace(where, contiguity=str(change["contiguity"]))
    if "count" in change:
        where = replace(where, count=_at(str(change["count"]), tuple(range(MOST_GROUPS + 1)), where.count))
    return where
