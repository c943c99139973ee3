"""The page docs/baseline.md: what `hecsim validate` found, as Markdown."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

__all__ = ["number", "validation_page"]

_WORDS = {
    "ensemble": "the shipped ensemble", "central": "central parameters", "sampled": "parameters sampled from all ranges",
}  # fmt: skip


def number(x: float | None) -> str:
    """Three digits, or a dash for what is no number."""
    if x is None or math.isnan(x):
        return "-"
    return f"{x:.3g}" if abs(x) < 1000 else f"{x:,.0f}"


def validation_page(document: Mapping[str, Any]) -> str:
    """A Markdown page with a table for each part of the document."""
    lines = [
        "# Baseline: target beside simulated", "",
        f"Current law, {_WORDS[document['parameters']]}: {document['members']} parameter sets, each with a luck of its own,",
        f"{document['households']:,} households for the state and a third of that for each town. Figures are the mean of",
        "years 2 and 3; the interval is the middle 90 percent of parameter sets; the verdict is about the mean: inside,",
        "near (within a factor of 1.25 of the interval), far (1.5), off. Base rates were fitted to the figures marked",
        "`calibrate` ([calibration](calibration.md)); those `held out` were never fitted, and those `emergent` follow from",
        "effects, which never are. The page is written by `hecsim validate --write docs/baseline.md`.", "",
    ]  # fmt: skip
    if "patterns" in document:
        lines += [
            "## Patterns", "",
            "| place | figure | group | use | target | simulated | 90% | verdict | source |",
            "|---|---|---|---|---|---|---|---|---|",
        ]  # fmt: skip
        for r in document["patterns"]:
            over = f", {r['over']}" if r["over"] else ""
            note = f" ({r['note']})" if r["note"] else ""
            lines.append(
                f"| {r['place']} | {r['label']}{over} ({r['unit']}; {r['yardstick']}) | {r['group']} | {r['use']} | "
                f"{number(r['low'])} to {number(r['high'])} | {number(r['simulated'])} | "
                f"{number(r['p5'])} to {number(r['p95'])} | {r['verdict']} | {r['source']}{note} |"
            )
        lines.append("")
        for use, s in document["summary"].items():
            lines.append(
                f"- {use}: {s['inside']} of {s['patterns']} inside, {s['within a quarter']} within a quarter; "
                f"worst: {s['worst']} (factor {s['worst factor']:.2f})"
            )
    if "places" in document:
        lines += [
            "", "## Places", "",
            "Simulated regressed on observed over places, weighted by simulated people. For figures `kept from it`, histories",
            "were drawn without any tract or town figure but the census tables of who lives there; `known, not fitted` are",
            "figures that no part of the model reads, though people knew them; `synthesis` figures are what the people were",
            "synthesized from. Noise of small places lowers the correlation and leaves the slope alone.", "",
            "| figure | use | places | observed | simulated | correlation | slope | verdict | note |",
            "|---|---|---|---|---|---|---|---|---|",
        ]  # fmt: skip
        lines += [
            f"| {r['check']} | {r['use']} | {r['places']} | {number(r['observed'])} | {number(r['simulated'])} | "
            f"{r['correlation']:.2f} | {r['slope']:.2f} | {r['verdict']} | {r['note']} |"
            for r in document["places"]
        ]
    titles = {
        "tracking": "Weight from childhood to 35", "nulls": "Nulls", "interventions": "Single interventions",
    }  # fmt: skip
    for part, title in titles.items():
        if part in document:
            lines += ["", f"## {title}", "", "| check | target | simulated | verdict | source |", "|---|---|---|---|---|"]
            for r in document[part]:
                target = "" if r["low"] is None else f"{number(r['low'])} to {number(r['high'])}"
                beside = f" against {number(r['against'])}" if "against" in r else ""
                lines.append(f"| {r['check']} | {target} | {number(r['simulated'])}{beside} | {r['verdict']} | {r['source']} |")
    return "\n".join([*lines, ""])
