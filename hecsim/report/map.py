"""Neighborhoods as tiles of equal size: centroids snapped to a hexagonal grid, none on top of another.

Tracts of one named neighborhood share a tile. Equal tiles give no place false weight for its area, and
the number stands in the cell, so color never carries it alone.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from hecsim.measures import MEASURES
from hecsim.report import charts
from hecsim.report.facts import Change, Facts

__all__ = ["Place", "places", "snap", "tile_map"]

_KM_PER_DEGREE = 111.2  # of latitude
_SAME_PLACE_KM = 12.0  # tracts of one name farther apart are two places that share a name
_CODE = re.compile(r"\s*\(([\d.]+)\)$")  # end of a tract's code, behind the name of the place
_ROOM = 1.35  # slots of the grid for each place, so that gaps in the town can show


@dataclass(frozen=True)
class Place:
    """A named place: its groups (tracts) and its centroid in degrees."""

    name: str
    groups: tuple[str, ...]
    lat: float
    lon: float


def places(facts: Facts) -> list[Place]:
    """Places of the study, tracts of one name together; empty if the study does not say where they are.

    A tract without a name of its own is called after its town: among several towns these are one place, the town; in a
    study of one town each stands alone under its code, or the town would have no map.
    """
    where = facts.results.manifest.get("places") or {}
    towns: list[str] = ((facts.results.manifest.get("study") or {}).get("community") or {}).get("towns") or []
    alone = towns[0] if len(towns) == 1 else None
    names, lats, lons = (where.get(k) or [] for k in ("neighborhood", "lat", "lon"))
    found: list[tuple[str, list[str], list[tuple[float, float]]]] = []
    for label, lat, lon in zip(names, lats, lons, strict=False):
        if ("neighborhood", label) not in facts.lookup or not (math.isfinite(lat) and math.isfinite(lon)):
            continue
        name = _CODE.sub("", label)
        if name == alone and (code := _CODE.search(label)):
            name = code.group(1)
        home = next((f for f in found if f[0] == name and _km(f[2][0], (lat, lon)) < _SAME_PLACE_KM), None)
        if home is None:
            home = (name, [], [])
            found.append(home)
        home[1].append(label)
        home[2].append((lat, lon))
    return [Place(n, tuple(g), *map(float, np.mean(xy, axis=0))) for n, g, xy in found]


def _km(a: tuple[float, float], b: tuple[float, float]) -> float:
    east = (a[1] - b[1]) * math.cos(math.radians(a[0]))
    return _KM_PER_DEGREE * math.hypot(a[0] - b[0], east)


def snap(lat: np.ndarray, lon: np.ndarray) -> tuple[np.ndarray, np.ndarray, int, int]:
    """Row and column of a hexagonal grid for each centroid (north up), then its numbers of rows and columns.

    The sum of squared distances between centroids and slots is the least possible.
    """
    n = lat.size
    x = _even((lon - lon.mean()) * math.cos(math.radians(float(lat.mean()))))
    y = _even(-(lat - lat.mean()))
    wide, tall = np.ptp((lon) * math.cos(math.radians(float(lat.mean())))) or 1e-9, np.ptp(lat) or 1e-9
    aspect = min(max(wide / tall, 0.5), 1.6)
    columns = max(1, min(n, round(math.sqrt(_ROOM * n * aspect))))
    rows = max(1, math.ceil(_ROOM * n / columns)) if n > 1 else 1
    r, c = np.divmod(np.arange(rows * columns), columns)
    sx = (c + 0.5 * (r % 2)) / max(columns - 0.5, 1)
    sy = r / max(rows - 1, 1)
    cost = ((x[:, None] - sx) * aspect) ** 2 + (y[:, None] - sy) ** 2
    _, slot = linear_sum_assignment(cost)
    used_r, used_c = r[slot], c[slot]
    shift = used_r.min() - used_r.min() % 2  # keep the parity of rows, which says which are indented
    return (
        used_r - shift,
        used_c - used_c.min(),
        int((used_r - shift).max()) + 1,
        int((used_c - used_c.min()).max()) + 1,
    )


def _even(v: np.ndarray) -> np.ndarray:
    """Positions in 0 to 1, half by distance and half by rank, so that a dense center does not crowd."""
    span = np.ptp(v)
    by_distance = (v - v.min()) / span if span > 0 else np.full(v.size, 0.5)
    rank = np.argsort(np.argsort(v, kind="stable"), kind="stable") / max(v.size - 1, 1)
    return 0.5 * by_distance + 0.5 * rank


def place_changes(facts: Facts, arm: str, measure: str, where: list[Place]) -> list[Change]:
    """The paired difference in each place, tracts added up before the ratio is taken."""
    r = facts.results
    first, last = r.span(measure)
    part = r.sums[:, :, first * 12 : last * 12, r.measures.index(measure)].sum(axis=2)
    out = []
    for p in where:
        rows = [facts.lookup["neighborhood", g] for g in p.groups]
        sums = part[:, :, rows].sum(axis=2)
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio = MEASURES[measure].factor * sums[..., 0] / sums[..., 1]
        out.append(
            facts.from_arrays(
                arm,
                measure,
                ratio[:, facts.arm_index(arm)],
                ratio[:, r.reference],
                better=MEASURES[measure].better,
                group=p.name,
            )
        )
    return out


def tile_map(where: list[Place], changes: list[Change], labels: list[str], span: float, *, title: str, description: str) -> str:
    """Hexagons with the change in each; bold and outlined where the 95% interval leaves zero out."""
    if not where:
        return ""
    row, column, rows, columns = snap(np.array([p.lat for p in where]), np.array([p.lon for p in where]))
    indented = 0.5 if rows > 1 else 0.0
    wide = charts.W if len(where) <= 60 else 2 * charts.W
    cell = min(wide / (columns + indented), 84.0)
    side = cell / math.sqrt(3)
    height = side * (1.5 * (rows - 1) + 2) + 4
    left = (wide - cell * (columns + indented)) / 2
    body = ""
    for p, c, label, i, j in zip(where, changes, labels, row, column, strict=True):
        x = left + cell * (j + 0.5 + 0.5 * (i % 2))
        y = 2 + side * (1 + 1.5 * i)
        fill, ink = charts.diverging(c.gain / span if span > 0 else 0.0)
        reach = side - 0.8  # a hair of paper between tiles
        corners = " ".join(
            f"{x + reach * math.sin(k * math.pi / 3):.1f},{y + reach * math.cos(k * math.pi / 3):.1f}" for k in range(6)
        )
        edge = f'stroke="{charts.INK}" stroke-width="1.8"' if c.clear else 'stroke="#C9C6BB" stroke-width="0.8"'
        body += f"<g><title>{charts.escape(f'{p.name}: {label}')}</title>"
        body += f'<polygon points="{corners}" fill="{fill}" {edge}/>'
        named = cell >= 50
        size = min(13.0, cell * 0.27)
        weight = "bold" if c.clear else ""
        if named:
            words = charts.wrap(p.name, max(8, round(cell / 6.0)), 2)
            top = y - 6 - 4.6 * (len(words) - 1)
            for k, w in enumerate(words):
                body += charts.text(x, top + 10 * k, w, size=9.2, anchor="middle", fill=ink)
            body += charts.text(x, top + 10 * len(words) + 5, label, size=size, anchor="middle", fill=ink, weight=weight)
        else:
            body += charts.text(x, y + size * 0.36, label, size=size, anchor="middle", fill=ink, weight=weight)
        body += "</g>"
    return charts.svg(body, height, title, description, width=wide, cls="map" if wide == charts.W else "map wide")
