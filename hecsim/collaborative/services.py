"""Doors, lists and languages: how a collaborative changes who is found. All of it acts through the levers of delivery.

A household touches the doors that its life leads through (a clinic with a small child, a school, a congregation,
WIC, 211, police, an employer, a library). Each door that hands families on raises the hazard that services find
them. With no wrong door, whoever is known to one service is found sooner by the others. A shared list of services
goes out of date by half in so many months, but for its upkeep.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hecsim.clock import monthly_decay
from hecsim.collaborative.spec import ENTRY_POINTS, LANGUAGES, CollaborativeSpec
from hecsim.community import Community
from hecsim.levers import Move

__all__ = ["DOOR_KINDS", "contacts", "freshness_next", "moves"]

# The partner who keeps each door; a door without its partner does not open. 211 and the library need none.
DOOR_KINDS = {
    "clinic": ("health center", "hospital"), "school": ("school",), "church": ("congregation",), "WIC": ("health department",),
    "police diversion": ("police",), "employer": ("employer association",),
}  # fmt: skip


def contacts(community: Community, door: str) -> np.ndarray:
    """Households whose life leads through a door, bool."""
    h = community.household
    here = h["present"] == 1
    match door:
        case "clinic":
            return here & ((h["under6"] > 0) | (h["pregnant"] == 1) | (h["elders"] > 0))
        case "school":
            return here & (h["children"] > h["under6"])
        case "church":
            return here & (h["church"] == 1)
        case "WIC":
            return here & (h["wic"] > 0)
        case "police diversion":
            return here & (h["incarcerated_member"] == 1)
        case "employer":
            return here & (h["workers"] > 0)
        case "library":
            return here & (h["children"] > 0)
        case _:
            return here


def freshness_next(fresh: float, spec: CollaborativeSpec, draw: Mapping[str, Any]) -> float:
    """Share of the shared list's entries that are right, a month later: it falls toward what upkeep holds."""
    keep = monthly_decay(float(draw["interventions.s09_stale"]))
    return spec.upkeep + (fresh - spec.upkeep) * keep


def moves(
    community: Community, spec: CollaborativeSpec, draw: Mapping[str, Any], open_doors: Mapping[str, float],
    known: np.ndarray | None, source: str,
) -> list[Move]:  # fmt: skip
    """Levers of finding families this month.

    open_doors : how well each door works, 0 to 1
    known : households known to some service, bool, if there is no wrong door
    """
    out, h = [], community.household
    contact = np.asarray(draw["collaborative.door_contact"], float)
    dose = np.zeros(h.size, np.float32)
    for door, works in open_doors.items():
        dose += contacts(community, door) * np.float32(works * contact[ENTRY_POINTS.index(door)])
    if dose.any():
        out.append(Move("found_scale", "scale", float(draw["collaborative.door_gain"]), dose, source))
    if known is not None and known.any():
        out.append(Move("found_scale", "scale", float(draw["collaborative.no_wrong_door"]), known.astype(np.float32), source))
    codes = [1 + LANGUAGES.index(name) for name in spec.languages]
    if codes:
        speaks = np.isin(h["language"], codes).astype(np.float32)
        out.append(Move("language_match", "add", float(draw["collaborative.language_gain"]), speaks, source))
    return out
