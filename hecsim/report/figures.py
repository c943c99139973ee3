"""Figures for slides and papers, as SVG and PNG: what was declared, with intervals, and outcomes over the years."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from hecsim.measures import MEASURES
from hecsim.report.charts import BLUE, GRAY, INK, ORANGE
from hecsim.report.facts import Facts
from hecsim.study.claims import Claim
from hecsim.study.parts import write_atomically

__all__ = ["FORMATS", "claims_figure", "save", "years_figure"]

FORMATS = ("svg", "png")
_DOTS = 200  # an inch
_COLORS = {"better": BLUE, "worse": ORANGE}
_LINES = (INK, BLUE, ORANGE, "#2E7D32", "#7B3FA0", GRAY)
_DASHES: tuple[Any, ...] = ("-", "-", "--", "-.", ":", (0, (5, 1)))


def claims_figure(claims: list[Claim]) -> Figure:
    """Differences with their 95% intervals, one panel a measure, zero marked; color says which way, words say the rest."""
    measures = list(dict.fromkeys(c.measure for c in claims))
    figure = Figure(
        figsize=(8, 1.0 + sum(0.45 + 0.34 * sum(c.measure == m for c in claims) for m in measures)), layout="constrained"
    )
    heights = [0.45 + 0.34 * sum(c.measure == m for c in claims) for m in measures]
    axes = figure.subplots(len(measures), 1, squeeze=False, gridspec_kw={"height_ratios": heights})[:, 0]
    for ax, measure in zip(axes, measures, strict=True):
        own = [c for c in claims if c.measure == measure]
        for y, c in enumerate(reversed(own)):
            color = _COLORS.get(c.verdict, GRAY)
            if math.isfinite(c.low):
                ax.plot([c.low, c.high], [y, y], color=color, linewidth=2.5, solid_capstyle="butt")
            ax.plot([c.difference], [y], "o", color=color, markersize=6)
        ax.axvline(0, color=INK, linewidth=1)
        named = [f"{c.arm}{'' if c.declared else ' (exploratory)'}" for c in reversed(own)]
        ax.set_yticks(range(len(own)), named)
        ax.set_ylim(-0.6, len(own) - 0.4)
        ax.set_title(f"{own[0].label}: change in {own[0].unit}, {own[0].horizon}", loc="left", fontsize=10)
        for side in ("top", "right", "left"):
            ax.spines[side].set_visible(False)
        ax.tick_params(axis="y", length=0)
    figure.supxlabel(
        "Difference from current law unless said otherwise, with 95% intervals. Simulated, not a forecast.", fontsize=8
    )
    return figure


def years_figure(facts: Facts, measure: str) -> Figure:
    """A measure by year under every arm: mean over futures, band of the middle 90% for current law."""
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    ax = figure.subplots()
    years = facts.start_year + np.arange(facts.results.years)
    for i, arm in enumerate([facts.reference, *facts.arms]):
        mean, low, high = facts.series(arm, measure)
        color, dash = _LINES[i % len(_LINES)], _DASHES[i % len(_DASHES)]
        if arm == facts.reference:
            ax.fill_between(years, low, high, color=GRAY, alpha=0.2, linewidth=0)
        ax.plot(years, mean, dash, color=color, linewidth=2, marker="o" if len(years) == 1 else None, label=arm)
    ax.set_title(f"{MEASURES[measure].label}, {MEASURES[measure].unit}", loc="left")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    ax.legend(frameon=False, fontsize=9)
    figure.supxlabel("Band: middle 90% of futures under current law. Simulated, not a forecast.", fontsize=8)
    return figure


def save(figure: Figure, stem: Path) -> list[Path]:
    """Write a figure in every format; the same figure gives the same bytes."""
    written = []
    with mpl.rc_context({"svg.hashsalt": stem.name, "svg.fonttype": "none"}):
        for kind in FORMATS:
            path = stem.with_suffix(f".{kind}")
            metadata: dict[str, Any] = {"Date": None} if kind == "svg" else {"Software": None}

            def draw(stream: Any, kind: str = kind, metadata: dict[str, Any] = metadata) -> None:
                figure.savefig(stream, format=kind, dpi=_DOTS, metadata=metadata)

            write_atomically(path, draw)
            written.append(path)
    return written
