"""Pictures of `/plan`: places as tiles of equal size, figures against the state's, ranks with their ranges."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hecsim.report import charts
from hecsim.report.charts import BLUE, GRAY, GRAY_TEXT, INK, ORANGE, PAPER, W
from hecsim.report.map import snap

__all__ = ["GROUPS", "Tile", "against", "ranks", "shade", "tiles"]

# Colors of groups of towns, apart for every kind of color vision; the number in the cell says the same.
GROUPS = ("#0A4FA3", "#E69F00", "#7FC4EA", "#B84A00", "#0F7B5F", "#E3A6C8", "#F0E442", "#5B626C", "#12355B")
_NAMED = 50.0  # width of a cell in which a name can be read
_FURTHEST = 4.0  # times the state's figure at the edge of the picture
_LIGHT, _DARK = "#F1EFE8", "#7A3000"


@dataclass(frozen=True)
class Tile:
    """A place: name, centroid in degrees, what stands in the cell, color."""

    name: str
    lat: float
    lon: float
    label: str
    fill: str


def shade(share: float) -> str:
    """From paper (0) to dark orange (1)."""
    share = min(max(share, 0.0), 1.0) if math.isfinite(share) else 0.0
    pairs = [(int(_LIGHT[i : i + 2], 16), int(_DARK[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in pairs)


def tiles(places: Sequence[Tile], *, title: str, description: str, width: float = W) -> str:
    """Hexagons near where the places are, the label in each and, where there is room, the name."""
    if not places:
        return ""
    row, column, rows, columns = snap(np.array([p.lat for p in places]), np.array([p.lon for p in places]))
    indented = 0.5 if rows > 1 else 0.0
    cell = min(width / (columns + indented), 84.0)
    side = cell / math.sqrt(3)
    left = (width - cell * (columns + indented)) / 2
    body = ""
    for p, i, j in zip(places, row, column, strict=True):
        x, y = left + cell * (j + 0.5 + 0.5 * (i % 2)), 2 + side * (1 + 1.5 * i)
        reach = side - 0.8
        corners = " ".join(
            f"{x + reach * math.sin(k * math.pi / 3):.1f},{y + reach * math.cos(k * math.pi / 3):.1f}" for k in range(6)
        )
        ink = max((INK, "#FFFFFF"), key=lambda c: charts.contrast(p.fill, c))
        body += f"<g><title>{charts.escape(f'{p.name}: {p.label}')}</title>"
        body += f'<polygon points="{corners}" fill="{p.fill}" stroke="#C9C6BB" stroke-width="0.8"/>'
        size = min(13.0, cell * 0.3)
        if cell >= _NAMED:
            said = charts.wrap(p.name, max(8, round(cell / 6.0)), 2)
            top = y - 6 - 4.6 * (len(said) - 1)
            for k, words in enumerate(said):
                body += charts.text(x, top + 10 * k, words, size=9.2, anchor="middle", fill=ink)
            body += charts.text(x, top + 10 * len(said) + 5, p.label, size=size, anchor="middle", fill=ink)
        else:
            body += charts.text(x, y + size * 0.36, p.label, size=size, anchor="middle", fill=ink)
        body += "</g>"
    height = side * (1.5 * (rows - 1) + 2) + 4
    return charts.svg(body, height, title, description, width=width, cls="map" if width == W else "map wide")


def against(
    rows: Sequence[tuple[str, str, float, float, float, str]], *, title: str, description: str, head: tuple[str, str, str]
) -> str:
    """Figures as multiples of the state's on a logarithmic scale, right of the line what `head` says.

    rows : name, figure in words, ratio, its low and high, verdict ("worse", "better" or other)
    head : words at the left edge, at the line, and at the right edge
    """
    top = 20
    said = [charts.wrap(name, round(58 - 1.15 * len(words)), 2) for name, words, *_ in rows]
    h = top + sum(25 + 13 * len(lines) for lines in said) + 2

    def px(ratio: float) -> float:
        return W / 2 + (W / 2 - 6) * math.log(min(max(ratio, 1 / _FURTHEST), _FURTHEST)) / math.log(_FURTHEST)

    body = "".join(
        charts.text(x, 11, words, size=10, anchor=anchor, fill=GRAY_TEXT)
        for x, words, anchor in zip((0, W / 2, W), head, ("start", "middle", "end"), strict=True)
    )
    y = float(top)
    for (_, words, ratio, low, high, verdict), lines in zip(rows, said, strict=True):
        color = {"worse": ORANGE, "better": BLUE}.get(verdict, GRAY)
        for k, part in enumerate(lines):
            body += charts.text(0, y + 12 + 13 * k, part, size=11)
        body += charts.text(W, y + 12, words, size=11, anchor="end", weight="bold" if verdict in ("worse", "better") else "")
        at = y + 11 + 13 * len(lines)
        body += charts.line(4, at, W - 4, at, "#D9D7CF") + charts.line(W / 2, at - 7, W / 2, at + 7, INK)
        if math.isfinite(ratio) and ratio > 0:
            if math.isfinite(low) and math.isfinite(high) and low > 0:
                body += charts.line(px(low), at, px(high), at, color, 5)
            body += f'<circle cx="{px(ratio):.1f}" cy="{at:.1f}" r="5" fill="{color}" stroke="{PAPER}" stroke-width="1.5"/>'
        y += 25 + 13 * len(lines)
    return charts.svg(body, h, title, description)


def ranks(rows: Sequence[tuple[str, str, int, int, int]], *, title: str, description: str) -> str:
    """Ranks from first (left) to last: name, words at the right, rank, and the range it has over weights and errors."""
    step, n = 36, max(len(rows), 2)

    def px(rank: int) -> float:
        return 10 + (W - 20) * (rank - 1) / (n - 1)

    body = ""
    for k, (name, words, rank, low, high) in enumerate(rows):
        y = step * k
        body += charts.text(0, y + 12, f"{rank}. {charts.wrap(name, 58 - len(words), 1)[0]}", size=11)
        body += charts.text(W, y + 12, words, size=10.5, anchor="end", fill=GRAY_TEXT)
        body += charts.line(4, y + 23, W - 4, y + 23, "#D9D7CF") + charts.line(px(low), y + 23, px(high), y + 23, BLUE, 5)
        body += f'<circle cx="{px(rank):.1f}" cy="{y + 23}" r="5" fill="{BLUE}" stroke="{PAPER}" stroke-width="1.5"/>'
    return charts.svg(body, step * len(rows) + 2, title, description)
