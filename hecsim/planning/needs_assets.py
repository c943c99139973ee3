"""What a place has: assets from the tables, organizations to be expected, and ties and places of a synthetic community."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from hecsim import evidence
from hecsim.columns import BUSINESS, STORE
from hecsim.geography import Geography
from hecsim.planning.indicators import needs_file, wholes

__all__ = ["assets"]


def assets(
    place: Geography, *, households: int = 0, seed: int = 1, progress: Callable[[str, float], None] | None = None
) -> list[dict[str, Any]]:
    """Rows: name, value, state (None where unknown), unit, protects (a need), from, link, grade.

    From "tables" they are counted, from "rates" expected for a place of this size (judgment), from "synthetic community"
    they follow from how the model fills the place with people; that is no survey of it.
    """
    out = [*_from_tables(place), *_organizations(place)]
    if households:
        out += _from_community(place, households, seed, progress)
    return out


def _row(name: str, value: float, state: float | None, unit: str, protects: str, origin: str, link: str = "") -> dict[str, Any]:
    grade = evidence.parameter(link).grade if link else ""
    return {"name": name, "value": value, "state": state, "unit": unit, "protects": protects, "from": origin, "link": link,
            "grade": grade}  # fmt: skip


def _from_tables(place: Geography) -> Iterator[dict[str, Any]]:
    from hecsim import geography

    here, there = wholes(place.town_table), wholes(geography.towns())
    for a in needs_file()["asset"]:
        if a["from"] != "table" or a["column"] not in here:
            continue

        def rate(table: Any, a: dict[str, Any] = a) -> float:
            known = table[table[a["column"]].notna()]
            whole, values = known[a["whole"]].to_numpy(float), known[a["column"]].to_numpy(float)
            if whole.sum() <= 0:
                return math.nan
            return float(values.sum() / whole.sum() * a["per"] if "per" in a else np.average(values, weights=whole))

        yield _row(a["name"], rate(here), rate(there), a["unit"], a["protects"], "tables")


def _organizations(place: Geography) -> Iterator[dict[str, Any]]:
    from hecsim.planning.partners import expected_partners

    if place.source != "packaged":
        return
    for p in expected_partners(place.towns, evidence.draw(None)):
        yield _row(p.kind, p.number, None, "expected number", "", "rates", "collaborative.kinds_rate")


def _from_community(
    place: Geography, households: int, seed: int, progress: Callable[[str, float], None] | None
) -> Iterator[dict[str, Any]]:
    from hecsim.population import build_community

    built = build_community(place, households=households, seed=seed, progress=progress)
    for a in needs_file()["asset"]:
        if a["from"] != "community":
            continue
        table, _, column = a["column"].partition(".")
        rows = built.tables[table]
        weight = rows["present" if table == "household" else "residents"].astype(float)
        state = 0.0 if a["unit"].startswith("SD") else None
        value = float(np.average(rows[column].astype(float), weights=weight if weight.sum() > 0 else None))
        yield _row(a["name"], value, state, a["unit"], a["protects"], "synthetic community", a["parameter"])
    for kind in STORE:
        number = float(((built.business["open"] == 1) & (built.business["kind"] == BUSINESS.index(kind))).sum())
        if number:
            yield _row(kind, number, None, "in the synthetic community", "food", "synthetic community")
