"""Charts as inline SVG: text stays text, every picture has a title and a description, nothing is fetched.

All are drawn for a width of 360 units, so that words stay readable on a phone and three stand side by
side on a screen. The mix is blue and solid, current law gray and dashed; both are named on the line.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from itertools import count

import numpy as np

__all__ = [
    "BLUE",
    "GRAY",
    "INK",
    "KINDS",
    "PAPER",
    "bars",
    "diverging",
    "dumbbell",
    "lines",
    "range_mark",
    "svg",
    "wrap",
]

INK, PAPER, BLUE, GRAY = "#1B2733", "#FBFAF6", "#0A4FA3", "#8A8F98"
ORANGE = "#B84A00"
# Gray that reads as text on paper (the line's gray is too light for small letters).
GRAY_TEXT = "#5B626C"
# kind of intervention: symbol and color, apart for every kind of color vision
KINDS = {
    "system": ("◆", "#12355B"),
    "policy": ("■", "#B84A00"),
    "program": ("●", "#0F7B5F"),
    "norm": ("▲", "#C2188F"),
}
W = 360
_ids = count(1)


def svg(body: str, height: float, title: str, description: str, *, width: float = W, cls: str = "") -> str:
    """An accessible SVG element that scales with its column."""
    n = next(_ids)
    return (
        f'<svg class="chart {cls}" viewBox="0 0 {width:g} {height:g}" role="img" '
        f'aria-labelledby="c{n}t c{n}d">'
        f'<title id="c{n}t">{escape(title)}</title><desc id="c{n}d">{escape(description)}</desc>{body}</svg>'
    )


def text(
    x: float,
    y: float,
    words: str,
    *,
    size: float = 11,
    anchor: str = "start",
    fill: str = INK,
    weight: str = "",
) -> str:
    """A text element."""
    bold = f' font-weight="{weight}"' if weight else ""
    place = f'x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" text-anchor="{anchor}"'
    return f'<text {place} fill="{fill}"{bold}>{escape(words)}</text>'


def line(x1: float, y1: float, x2: float, y2: float, stroke: str = INK, width: float = 1, dash: str = "") -> str:
    """A line element."""
    d = f' stroke-dasharray="{dash}"' if dash else ""
    place = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {place} stroke="{stroke}" stroke-width="{width:g}"{d}/>'


def wrap(words: str, width: int, rows: int) -> list[str]:
    """Words in at most `rows` lines of about `width` letters, the last cut with an ellipsis."""
    out = [""]
    for w in words.split():
        if out[-1] and len(out[-1]) + 1 + len(w) > width:
            out.append(w)
        else:
            out[-1] = f"{out[-1]} {w}".strip()
    if len(out) > rows:
        out = [*out[: rows - 1], " ".join(out[rows - 1 :])]
    return [o if len(o) <= width + 1 else o[: width - 1].rstrip() + "…" for o in out]


def ticks(low: float, high: float, n: int = 4) -> list[float]:
    """About n round numbers that span low to high."""
    if not (math.isfinite(low) and math.isfinite(high)) or high <= low:
        return [low] if math.isfinite(low) else [0.0]
    raw = (high - low) / max(n - 1, 1)
    power = 10.0 ** math.floor(math.log10(raw))
    step = min((s * power for s in (1, 2, 2.5, 5, 10)), key=lambda s: abs(s - raw))
    first = math.ceil(low / step - 1e-9)
    return [k * step for k in range(first, math.floor(high / step + 1e-9) + 1)]


def tick_label(x: float, step: float, money: bool = False) -> str:
    """A number on an axis with as many decimals as the step needs."""
    if x == 0:
        return "$0" if money else "0"
    head = ("−" if x < 0 else "") + ("$" if money else "")
    for unit, letter in ((1e9, "B"), (1e6, "M"), (1e3, "K")):
        if step >= unit or (abs(x) >= unit >= 1e6):
            return f"{head}{abs(x) / unit:,.{0 if step >= unit and step % unit == 0 else 1}f}{letter}"
    d = max(0, -math.floor(math.log10(step) + 1e-9)) if step > 0 else 1
    if round(step, d) != step and d < 6:
        d += 1
    return f"{head}{abs(x):,.{d}f}"


def _path(xs: Sequence[float], ys: Sequence[float]) -> str:
    parts, pen = [], "M"
    for x, y in zip(xs, ys, strict=True):
        if math.isfinite(y):
            parts.append(f"{pen}{x:.1f},{y:.1f}")
            pen = "L"
        else:
            pen = "M"
    return " ".join(parts)


def lines(
    reference: tuple[np.ndarray, ...],
    mix: tuple[np.ndarray, ...],
    names: tuple[str, str],
    *,
    start_year: int,
    starts: Sequence[float],
    limits: tuple[float, float],
    title: str,
    description: str,
    start_word: str,
    ends: tuple[str, str],
    zero: bool = False,
) -> str:
    """Two lines with bands (mean, low, high by year).

    starts : years from the beginning at which something starts; ends : labels of the ends
    zero : the scale is in dollars, around a line of zero
    """
    left, right, top, bottom, h = 46, 92, 12, 34, 210
    years = len(mix[0])
    low, high = limits
    if not (math.isfinite(low) and math.isfinite(high)):
        return ""
    pad = (high - low) * 0.08 or abs(high) * 0.05 or 1.0
    low, high = low - pad, high + pad

    def px(t: float) -> float:
        return left + (W - left - right) * t / years

    def py(v: float) -> float:
        return top + (h - top - bottom) * (high - v) / (high - low)

    marks = ticks(low, high)
    step = marks[1] - marks[0] if len(marks) > 1 else 1.0
    body = "".join(
        line(left, py(m), W - right, py(m), "#D9D7CF", 1)
        + text(left - 6, py(m) + 3.5, tick_label(m, step, zero), size=10, anchor="end", fill=GRAY_TEXT)
        for m in marks
    )
    if zero and low < 0 < high:
        body += line(left, py(0), W - right, py(0), INK, 1)
    every = max(1, math.ceil(years / 5))
    for y in range(0, years, every):
        body += text(px(y + 0.5), h - bottom + 16, str(start_year + y), size=10, anchor="middle", fill=GRAY_TEXT)
    for s in sorted(set(starts)):
        if 0 <= s <= years:
            body += f'<path d="M{px(s):.1f},{h - bottom - 7:.1f} l4,7 l-8,0 z" fill="{INK}"/>'
    if starts:
        at = min(max(px(min(starts)), left + 24), W - right - 24)
        body += text(at, h - 4, f"▴ {start_word}", size=9.5, anchor="middle")
    xs = [px(y + 0.5) for y in range(years)]
    labels = []
    for (mean, lo, hi), name, end, color, dash, opacity in (
        (reference, names[0], ends[0], GRAY, "5 4", 0.18),
        (mix, names[1], ends[1], BLUE, "", 0.16),
    ):
        ok = np.isfinite(mean) & np.isfinite(lo) & np.isfinite(hi)
        if not ok.any():
            continue
        if ok.sum() > 1:
            edge = [(xs[i], py(hi[i])) for i in np.flatnonzero(ok)] + [(xs[i], py(lo[i])) for i in np.flatnonzero(ok)[::-1]]
            outline = " L".join(f"{x:.1f},{y:.1f}" for x, y in edge)
            body += f'<path d="M{outline} Z" fill="{color}" fill-opacity="{opacity}"/>'
            d = f' stroke-dasharray="{dash}"' if dash else ""
            course = _path(xs, [py(v) for v in mean])
            body += f'<path d="{course}" fill="none" stroke="{color}" stroke-width="2.2"{d}/>'
        last = int(np.flatnonzero(ok)[-1])
        body += f'<circle cx="{xs[last]:.1f}" cy="{py(mean[last]):.1f}" r="3" fill="{color}"/>'
        labels.append([py(mean[last]), name, end, GRAY_TEXT if dash else color])
    body += _end_labels(labels, W - right + 6, top, h - bottom)
    return svg(body, h, title, description)


def _end_labels(labels: list[list], x: float, top: float, bottom: float) -> str:
    """Names at the ends of lines, pushed apart so that none covers another."""
    labels.sort(key=lambda a: a[0])
    blocks = [(wanted, [*wrap(name, 14, 2), end], color) for wanted, name, end, color in labels]
    placed, below = [], top
    for wanted, rows, color in blocks:
        size = 11.5 * len(rows)
        start = max(wanted - size / 2, below)
        placed.append([start, size, rows, color])
        below = start + size + 3
    over = below - 3 - (bottom + 14)
    if over > 0:
        for p in placed:
            p[0] -= over
    out = ""
    for start, _, rows, color in placed:
        for k, row in enumerate(rows):
            out += text(
                x,
                start + 9 + 11.5 * k,
                row,
                size=10.5,
                fill=color,
                weight="bold" if k == len(rows) - 1 else "",
            )
    return out


def dumbbell(
    rows: Sequence[tuple[str, float, float, str, bool]],
    *,
    title: str,
    description: str,
    names: tuple[str, str],
) -> str:
    """One row per group: (name, current law, mix, change in words, clear).

    Hollow gray is current law, full blue the mix.
    """
    left, right, top, step = 128, 78, 40, 30
    values = [v for r in rows for v in r[1:3] if math.isfinite(v)]
    if not values:
        return ""
    low, high = min(values), max(values)
    pad = (high - low) * 0.1 or abs(high) * 0.1 or 1.0
    low, high = low - pad, high + pad
    h = top + step * len(rows) + 22

    def px(v: float) -> float:
        return left + (W - left - right) * (v - low) / (high - low)

    body = f'<circle cx="8" cy="10" r="4" fill="{PAPER}" stroke="{GRAY}" stroke-width="2"/>' + text(
        17, 14, names[0], size=10.5, fill=GRAY_TEXT
    )
    at = 30 + 5.6 * len(names[0])
    body += f'<circle cx="{at:.1f}" cy="10" r="4.5" fill="{BLUE}"/>' + text(at + 9, 14, names[1], size=10.5, fill=BLUE)
    marks = ticks(low, high, 3)
    gap = marks[1] - marks[0] if len(marks) > 1 else 1.0
    for m in marks:
        body += line(px(m), top - 8, px(m), h - 20, "#D9D7CF") + text(
            px(m), h - 6, tick_label(m, gap), size=10, anchor="middle", fill=GRAY_TEXT
        )
    for k, (name, base, value, words, clear) in enumerate(rows):
        y = top + step * (k + 0.5) - 4
        parts = wrap(name, 21, 2)
        for i, part in enumerate(parts):
            body += text(0, y + 4 + 11 * (i - (len(parts) - 1) / 2), part, size=11)
        if math.isfinite(base) and math.isfinite(value):
            body += line(px(base), y, px(value), y, BLUE, 2.5)
            hollow = f'fill="{PAPER}" stroke="{GRAY}" stroke-width="2"'
            body += f'<circle cx="{px(base):.1f}" cy="{y:.1f}" r="4.2" {hollow}/>'
            body += f'<circle cx="{px(value):.1f}" cy="{y:.1f}" r="4.6" fill="{BLUE}"/>'
        body += text(
            W - right + 8,
            y + 4,
            words,
            size=11,
            weight="bold" if clear else "",
            fill=INK if clear else GRAY_TEXT,
        )
    return svg(body, h, title, description)


def bars(rows: Sequence[tuple[str, float, str, str]], *, title: str, description: str) -> str:
    """Horizontal bars from zero: (name, amount, amount in words, color); the name stands above its bar."""
    rows = [r for r in rows if math.isfinite(r[1])]
    if not rows:
        return ""
    low, high = min(0.0, *(r[1] for r in rows)), max(0.0, *(r[1] for r in rows))
    span = (high - low) or 1.0
    step, h = 36, 36 * len(rows) + 4

    def px(v: float) -> float:
        return 2 + (W - 4) * (v - low) / span

    body = ""
    for k, (name, amount, words, color) in enumerate(rows):
        y = step * k
        body += text(0, y + 13, wrap(name, 53 - len(words), 1)[0], size=11.5) + text(
            W, y + 13, words, size=11.5, anchor="end", weight="bold"
        )
        x1, x2 = sorted((px(0), px(amount)))
        body += f'<rect x="{x1:.1f}" y="{y + 18}" width="{max(x2 - x1, 1):.1f}" height="11" fill="{color}"/>'
        body += line(px(0), y + 15, px(0), y + 32, INK, 1)
    return svg(body, h, title, description)


def range_mark(difference: float, low: float, high: float, span: float, title: str, description: str, color: str = BLUE) -> str:
    """A dot with its interval beside the line of no change; `span` is the largest value on either side."""
    w, h = 220, 20
    if not math.isfinite(difference) or not span > 0:
        return ""

    def px(v: float) -> float:
        return w / 2 + (w / 2 - 8) * max(-1.0, min(1.0, v / span))

    body = line(4, 10, w - 4, 10, "#D9D7CF") + line(w / 2, 1, w / 2, 19, INK, 1)
    if math.isfinite(low) and math.isfinite(high):
        body += line(px(low), 10, px(high), 10, color, 5)
    at = f'cx="{px(difference):.1f}" cy="10" r="5"'
    body += f'<circle {at} fill="{color}" stroke="{PAPER}" stroke-width="1.5"/>'
    return svg(body, h, title, description, width=w, cls="mark")


def _mix(a: str, b: str, share: float) -> str:
    pairs = [(int(a[i : i + 2], 16), int(b[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(x + (y - x) * share):02X}" for x, y in pairs)


def diverging(share: float) -> tuple[str, str]:
    """Fill and text color for -1 (worse, orange) over 0 (no change, paper) to 1 (better, blue)."""
    if not math.isfinite(share):
        return PAPER, GRAY_TEXT
    share = max(-1.0, min(1.0, share))
    fill = _mix("#F1EFE8", BLUE if share > 0 else ORANGE, abs(share) ** 0.85)
    # Ink where it can be read; on the middle shades only pure black or white reaches 4.5 to 1.
    readable = [ink for ink in (INK, "#FFFFFF", "#000000") if contrast(ink, fill) >= 4.5]
    return fill, readable[0]


def contrast(a: str, b: str) -> float:
    """Contrast ratio of two colors as WCAG 2 defines it, 1 to 21."""
    light, dark = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
