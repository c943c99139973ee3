"""What workers do for `/plan`: group towns, assess needs. Answers are plain values, so that they travel."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from hecsim import geography
from hecsim.errors import HecsimError, RunError
from hecsim.population.places import labels

__all__ = ["MOST_BYTES", "NEIGHBORHOODS", "assessed", "grouped"]

MOST_BYTES = 200_000  # of a file that a visitor hands over
NEIGHBORHOODS = "poor_below_200"  # what the picture of neighborhoods shows
_WAYS = 5  # groupings shown
_FAMILIES = 1000  # simulated households from which ties and places are counted


def grouped(
    asked: tuple[str, ...], contiguity: str, count: int, tell: Callable[[int, int], None] | None = None
) -> dict[str, Any]:
    """`planning.geography.propose` with every town's place on the map."""
    from hecsim.planning.geography import propose

    found = propose(asked, contiguity=contiguity, count=count or None, options=_WAYS, progress=tell)
    table = geography.towns().loc[list(found.towns)]
    where = {str(t): (float(lat), float(lon)) for t, lat, lon in zip(table.index, table["lat"], table["lon"], strict=True)}
    return {**found.to_mapping(), "where": where}


def assessed(towns: tuple[str, ...], voice: str = "", services: str = "") -> dict[str, Any]:
    """`planning.needs.assess` with the share of poor residents in every neighborhood.

    voice, services : contents of a CSV file, "" for none; nothing of them is kept
    """
    from hecsim.planning.needs import assess
    from hecsim.planning.needs_files import read_services, read_voice

    with tempfile.TemporaryDirectory() as folder:
        said = _read(read_voice, folder, "voice.csv", voice)
        there = _read(read_services, folder, "services.csv", services)
    place = geography.select(list(towns))
    found = assess(place, voice=said, services=there, households=_FAMILIES)
    return {**found.to_mapping(), "places": _neighborhoods(place)}


def _read(reader: Callable[[Path], list[Any]], folder: str, name: str, text: str) -> list[Any]:
    if not text:
        return []
    if len(text.encode("utf-8", "replace")) > MOST_BYTES:
        raise RunError(f"{name} is larger than {MOST_BYTES // 1000} kB")
    file = Path(folder) / name
    file.write_text(text, encoding="utf-8", newline="")
    try:
        return reader(file)
    except HecsimError as problem:  # the visitor's file has no folder here
        raise RunError(str(problem).replace(f"{folder}/", "").replace(str(folder), "")) from None


def _neighborhoods(place: geography.Geography) -> list[tuple[str, float, float, float]]:
    """Name, latitude, longitude and share of poor residents; tracts of one named neighborhood of a town together."""
    table = place.tracts
    named = table["neighborhood"] if "neighborhood" in table else [None] * len(table)
    # A tract without a name keeps the end of its code.
    names = [n if isinstance(n, str) else re.sub(r"[()]", "", label)
             for n, label in zip(named, labels(place)["neighborhood"], strict=True)]  # fmt: skip
    keys = list(zip(names, table["town"], strict=True))
    weight = table["poverty_universe"].fillna(0.0).to_numpy(float)
    value = table[NEIGHBORHOODS].to_numpy(float)
    known = np.isfinite(value) & (weight > 0)
    out = []
    for key in dict.fromkeys(keys):
        rows = np.array([k == key for k in keys])
        mine = rows & known
        if mine.any():
            lat, lon = (float(table[c].to_numpy(float)[rows].mean()) for c in ("lat", "lon"))
            out.append((key[0], lat, lon, float(np.average(value[mine], weights=weight[mine]))))
    return out
