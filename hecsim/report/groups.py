"""The sections about groups and places as plain values for the template."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from hecsim.report import charts, map
from hecsim.report.facts import ANCHORS, LUCK, Change, Facts, Gap
from hecsim.report.sections import table
from hecsim.report.text import Words, decimals, signed

__all__ = ["places_section", "who_section"]

GROUPED = ("aces_0_8", "obesity_child")
MAPPED = ("aces_0_8", "obesity_adult")
_NAMED = 6  # groups that are worse off and named in the sentence

Section = dict[str, Any]


def who_section(facts: Facts, words: Words) -> Section:
    """Dumbbells by race/ethnicity and income, gaps, and the group that loses."""
    measures = [m for m in GROUPED if m in facts.results.measures]
    measures += [m for m in facts.declared if m in facts.results.measures and m not in measures]
    arms = []
    for arm in facts.arms:
        panels, rows, warnings = [], [], []
        for measure in measures:
            for kind, anchor in ANCHORS.items():
                groups = facts.groups(kind)
                if anchor not in groups:
                    continue
                changes = [facts.change(arm, measure, kind, g) for g in groups]
                panels.append(_dumbbell(words, arm, measure, kind, changes))
                found = [facts.gap(arm, measure, kind, g) for g in groups if g != anchor]
                rows += [_gap_row(words, g) for g in found if g is not None]
                down = [g for g in found if g is not None and g.levelling_down]
                warnings += [_down(words, down)] if down else []
        gap_head = [
            words(f"head.{k}")
            for k in (
                "measure",
                "group",
                "gap_before",
                "gap_after",
                "ratio",
                "gap_change",
                "interval",
                "reading",
            )
        ]
        wide = measures + [m for m in facts.headlines if m not in measures and m != "health_cost"]
        arms.append(
            {
                "name": arm,
                "panels": [p for p in panels if p["svg"]],
                "warnings": warnings,
                "losers": _losers(facts, words, arm, wide),
                "gaps": table(gap_head, rows),
            }
        )
    return {"arms": arms}


def _dumbbell(words: Words, arm: str, measure: str, kind: str, changes: list[Change]) -> Section:
    label = f"{words.label(measure)}, {words(f'who.{kind}')}"
    rows = [
        (
            words.term(c.group),
            c.reference,
            c.value,
            words.delta(measure, c.difference, c.low, c.high) if c.verdict != "nodata" else "–",
            c.clear,
        )
        for c in changes
    ]
    description = "; ".join(f"{r[0]}: {words.level(measure, r[1])} → {words.level(measure, r[2])}" for r in rows)
    picture = charts.dumbbell(rows, title=f"{label}: {arm}", description=description, names=(words("page.law"), arm))
    body = [
        [
            words.term(c.group),
            words.level(measure, c.reference),
            words.level(measure, c.value),
            r[3],
            words.interval(c),
            words.verdict(c),
        ]
        for c, r in zip(changes, rows, strict=True)
    ]
    head = [words(f"head.{k}") for k in ("group", "law", "mix", "difference", "interval", "reading")]
    return {"title": label, "unit": words.unit(measure), "svg": picture, "table": table(head, body)}


def _gap_row(words: Words, g: Gap) -> list[str]:
    c = g.change
    ratio = "–" if not math.isfinite(g.ratio_before) else f"{g.ratio_before:.2f} → {g.ratio_after:.2f}"
    return [
        words.label(g.measure),
        f"{words.term(g.group)} / {words.term(g.against)}",
        words.delta(g.measure, g.before, g.after),
        words.delta(g.measure, g.after, g.before),
        ratio,
        words.delta(g.measure, c.difference, c.low, c.high),
        words.interval(c),
        words.gap_finding(g),
    ]


def _down(words: Words, gaps: list[Gap]) -> str:
    """The warning of one measure: gaps that close because the better-off group gets worse."""
    g, a = gaps[0], gaps[0].anchor
    return words(
        "who.down",
        label=words.inline(g.measure),
        group=words.join([words.term(x.group) for x in gaps], ", "),
        against=words.term(g.against),
        size=words.delta(g.measure, a.difference, a.low, a.high),
        range=words.interval(a),
    )


def _losers(facts: Facts, words: Words, arm: str, measures: list[str]) -> list[str]:
    found, least = facts.losers(arm, measures)

    def one(kind: str, c: Change, key: str) -> str:
        return words(
            key,
            group=words.term(c.group),
            label=words.inline(c.measure),
            size=words.delta(c.measure, c.difference, c.low, c.high),
            unit=words.step(c.measure),
            range=words("interval", range=words.interval(c)) if c.verdict != "single" else words("one.future"),
        )

    groups = sum(len(facts.groups(kind)) for kind in ANCHORS)
    chance = words("who.chance", n=groups * len(measures), luck=max(1, round(LUCK / 2 * groups * len(measures))))
    if found:
        found.sort(key=lambda kc: -kc[1].certainty)
        listed = [one(k, c, "who.one") for k, c in found[:_NAMED]]
        if len(found) > _NAMED:
            listed.append(words("who.more", n=len(found) - _NAMED))
        return [words("who.loses", arm=arm, list="; ".join(listed)), chance]
    out = [words("who.none", arm=arm)]
    if least is not None:
        out.append(one(*least, "who.least"))
    return out


def places_section(facts: Facts, words: Words) -> Section | None:
    """Tile maps of two measures for each arm; None if the study does not say where its neighborhoods lie."""
    where = map.places(facts)
    if len(where) < 2:
        return None
    blocks = []
    for measure in [m for m in MAPPED if m in facts.results.measures]:
        changes = {arm: map.place_changes(facts, arm, measure, where) for arm in facts.arms}
        sizes = np.array([abs(c.difference) for cs in changes.values() for c in cs if math.isfinite(c.difference)])
        span = float(np.percentile(sizes, 95)) if sizes.size else 0.0
        panels = []
        for arm, cs in changes.items():
            labels = [_tile(c, span) if c.verdict != "nodata" else "–" for c in cs]
            known = [c.difference for c in cs if math.isfinite(c.difference)] or [math.nan]
            count = {v: sum(c.verdict == v for c in cs) for v in ("better", "worse")}
            description = words(
                "places.describe",
                n=len(where),
                label=words.inline(measure),
                arm=arm,
                low=words.delta(measure, min(known), span),
                high=words.delta(measure, max(known), span),
            )
            caption = words("places.caption", arm=arm, n=len(where), **count)
            picture = map.tile_map(where, cs, labels, span, title=f"{words.label(measure)}: {arm}", description=description)
            panels.append({"name": arm, "svg": picture, "caption": caption})
        rows = [
            [
                p.name,
                arm,
                words.level(measure, c.reference),
                words.level(measure, c.value),
                words.delta(measure, c.difference, c.low, c.high),
                words.interval(c),
                words.verdict(c),
            ]
            for arm, cs in changes.items()
            for p, c in zip(where, cs, strict=True)
        ]
        head = [words(f"head.{k}") for k in ("place", "arm", "law", "mix", "difference", "interval", "reading")]
        title = f"{words.label(measure)} ({words.step(measure)})"
        blocks.append({"title": title, "panels": panels, "table": table(head, rows)})
    luck = max(1, round(LUCK * len(where)))
    return {
        "intro": words("places.intro", n=len(where), luck=luck),
        "blocks": blocks,
        "wide": len(where) > 60,
    }


def _tile(c: Change, span: float) -> str:
    """A change as short as a tile needs; all tiles of a map have the same decimals."""
    return signed(c.difference, min(decimals(span), 2))
