"""The sections of the report as plain values for the template: headline, parts, curves, groups, places."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from hecsim.measures import MEASURES
from hecsim.report import charts, map
from hecsim.report.arms import Part, starts_of
from hecsim.report.facts import ANCHORS, Change, Facts, Gap
from hecsim.report.money import ArmMoney
from hecsim.report.text import Words, decimals, dollars, percent, signed

__all__ = ["arms_section", "headline_section", "places_section", "table", "time_section", "who_section"]

CURVES = ("aces_0_8", "obesity_child", "obesity_adult", "stress_caregivers", "food_insecurity", "poverty_child", "evictions")
GROUPED = ("aces_0_8", "obesity_child")
MAPPED = ("aces_0_8", "obesity_adult")
_NAMED = 6  # groups that are worse off and named in the sentence
_LUCK = 0.05  # share of null comparisons whose 95% interval leaves zero out

Section = dict[str, Any]


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Section:
    """A table for the template; each cell knows its column's name, for narrow screens."""
    return {"head": list(head), "rows": [list(zip(head, r, strict=True)) for r in rows]}


def _color(c: Change) -> str:
    return {"better": charts.BLUE, "worse": charts.ORANGE, "changed": charts.BLUE}.get(c.verdict, charts.GRAY)


def headline_section(facts: Facts, words: Words, money: dict[str, ArmMoney]) -> Section:
    """A sentence and five cards per arm."""
    cards = {arm: _cards(facts, words, arm, money[arm]) for arm in facts.arms}
    spans: dict[tuple[int, int], float] = {}
    for deck in cards.values():  # the same scale for the same row under every arm, so that marks compare
        for i, card in enumerate(deck):
            for j, row in enumerate(card["rows"]):
                c = row["change"]
                sizes = [abs(v) for v in (c.difference, c.low, c.high) if math.isfinite(v)]
                spans[i, j] = max(spans.get((i, j), 0.0), *sizes, 0.0)
    for deck in cards.values():
        for i, card in enumerate(deck):
            for j, row in enumerate(card["rows"]):
                c = row["change"]
                row["mark"] = charts.range_mark(
                    c.difference, c.low, c.high, spans[i, j], row["label"], f"{row['big']} ({row['range']})", _color(c)
                )
    arms = [{"name": a, "sentences": words.headline(facts, a, money[a]), "cards": cards[a]} for a in facts.arms]
    return {"arms": arms}


def _row(words: Words, c: Change, label: str, unit: str, *, money: bool = False, declared: bool = False) -> Section:
    big = dollars(c.difference, words.language, sign=True) if money else words.delta(c.measure, c.difference, c.low, c.high)
    return {
        "label": label, "big": big if c.verdict != "nodata" else "–", "unit": unit, "change": c, "verdict": words.verdict(c),
        "range": words("interval", range=words.interval(c, money=money)) if c.verdict not in ("single", "nodata") else "",
        "better": words("better_in", share=percent(c.share)) if c.futures > 1 and math.isfinite(c.share) and c.better else "",
        "exploratory": not declared and not money, "note": "", "matters": words.matters(c),
        "said": c.verdict in ("unclear", "same", "single", "nodata") or (c.verdict == "worse" and not money),
    }  # fmt: skip


def _measure_row(facts: Facts, words: Words, arm: str, measure: str) -> Section | None:
    if measure not in facts.results.measures:
        return None
    c = facts.change(arm, measure)
    row = _row(words, c, words.label(measure), words.step(measure), declared=c.declared)
    if c.verdict != "nodata":
        row["note"] = words("card.from", before=words.level(measure, c.reference), after=words.level(measure, c.value), unit="").strip()
    return row


def _cards(facts: Facts, words: Words, arm: str, money: ArmMoney) -> list[Section]:
    years = facts.results.years
    aces = [_measure_row(facts, words, arm, "aces_0_8")]
    if "aces_0_8" in facts.results.measures:
        c = money.aces_undiscounted
        prevented = _row(words, c, words("card.prevented", years=years), words("card.experiences"), money=True)
        places = decimals(c.difference, c.low, c.high, digits=2)
        prevented["big"] = f"{c.difference:,.{places}f}".replace("-", "−")
        if prevented["range"]:
            low, high = (f"{v:,.{places}f}".replace("-", "−") for v in (c.low, c.high))
            prevented["range"] = words("interval", range=words("range", a=low, b=high))
        aces.append(prevented)
    gaps = []
    for kind in ("income", "race_ethnicity"):
        group = facts.widest_gap("aces_0_8", kind) if "aces_0_8" in facts.results.measures else None
        gap = facts.gap(arm, "aces_0_8", kind, group) if group else None
        if gap is not None:
            label = words("card.gap_row", group=words.term(gap.group), against=words.term(gap.against))
            row = _row(words, gap.change, label, words.step("aces_0_8"))
            row["note"] = words(
                "card.from", before=words.level("aces_0_8", gap.before), after=words.level("aces_0_8", gap.after), unit=""
            ).strip()
            gaps.append(row)
    over = words("card.over", years=years)
    cost = [
        _row(words, money.spending, words("card.spending"), over, money=True),
        _row(words, money.net, words("card.net"), over, money=True),
    ]
    if cost[1]["better"]:
        cost[1]["better"] = words("card.saves_in", share=percent(money.net.share))
    weight = [_measure_row(facts, words, arm, m) for m in ("obesity_child", "obesity_adult")]
    daily = [_measure_row(facts, words, arm, m) for m in ("stress_caregivers", "food_insecurity")]
    deck = (("aces", aces), ("weight", weight), ("gap", gaps), ("cost", cost), ("daily", daily))
    return [{"title": words(f"card.{k}"), "rows": [r for r in rows if r]} for k, rows in deck]


def arms_section(facts: Facts, words: Words, parts: dict[str, list[Part]]) -> Section:
    """What each arm consists of, by kind."""
    arms = []
    for name in facts.arms:
        items = []
        for p in parts.get(name, []):
            facts_line = []
            if p.reach is not None:
                facts_line.append(words("arms.reach", reach=percent(p.reach)))
            if p.start:
                facts_line.append(words("arms.start", start=p.start))
            facts_line.append(words("arms.end", end=p.end) if p.end else words("arms.no_end"))
            if p.payers:
                shares = [words.term(who) if s == 1 else f"{words.term(who)} {percent(s)}" for who, s in p.payers]
                facts_line.append(words("arms.paid", list=", ".join(shares)))
            if p.grade:
                facts_line.append(words("arms.grade", grade=p.grade))
            if p.settings:
                facts_line.append(words("arms.set", list=", ".join(f"{k} {v}" for k, v in p.settings)))
            items.append({"part": p, "kind": words.term(p.kind) if p.kind else "", "line": "; ".join(facts_line)})
        arms.append({"name": name, "items": items})
    legend = [{"symbol": s, "color": c, "name": words(f"kind.{k}")} for k, (s, c) in charts.KINDS.items()]
    return {"arms": arms, "legend": legend, "reference": facts.reference}


def time_section(facts: Facts, words: Words, parts: dict[str, list[Part]]) -> Section:
    """Small multiples: one row of panels per measure, one panel per arm, one scale per row."""
    chosen = [m for m in CURVES if m in facts.results.measures]
    chosen += [m for m in facts.declared if m in facts.results.measures and m not in chosen]
    blocks = []
    for measure in chosen:
        base = facts.series(facts.reference, measure)
        curves = {arm: facts.series(arm, measure) for arm in facts.arms}
        stacked = np.concatenate([np.ravel(x) for x in (base, *curves.values())])
        finite = stacked[np.isfinite(stacked)]
        if not finite.size:
            continue
        changes = {arm: facts.change(arm, measure) for arm in facts.arms}
        panels, rows = [], []
        for arm in facts.arms:
            label = words.label(measure)
            law, mix = (_last(x[0]) for x in (base, curves[arm]))
            picture = charts.lines(
                base, curves[arm], (words("page.law"), arm), start_year=facts.start_year, starts=starts_of(parts.get(arm, [])),
                limits=(float(finite.min()), float(finite.max())), title=f"{label}: {arm}",
                description=words("time.describe", label=label, arm=arm, law=words.level(measure, law), mix=words.level(measure, mix)),
                start_word=words("time.start"), ends=(words.level(measure, law), words.level(measure, mix)),
            )  # fmt: skip
            c = changes[arm]
            panels.append({"name": arm, "svg": picture, "caption": _caption(words, c), "matters": words.matters(c)})
        for y in range(facts.results.years):
            row = [str(facts.start_year + y), _banded(words, measure, base, y)]
            rows.append(row + [_banded(words, measure, curves[a], y) for a in facts.arms])
        blocks.append(
            {
                "title": _title(words, measure, changes), "unit": words.unit(measure), "panels": panels,
                "exploratory": measure not in facts.declared,
                "table": table([words("head.year"), words("page.law"), *facts.arms], rows),
            }
        )  # fmt: skip
    return {"blocks": blocks}


def _last(x: np.ndarray) -> float:
    ok = np.flatnonzero(np.isfinite(x))
    return float(x[ok[-1]]) if ok.size else math.nan


def _banded(words: Words, measure: str, series: tuple[np.ndarray, ...], year: int) -> str:
    mean, low, high = (float(x[year]) for x in series)
    if not math.isfinite(mean):
        return "–"
    return f"{words.level(measure, mean)} ({words('range', a=words.level(measure, low), b=words.level(measure, high))})"


def _caption(words: Words, c: Change) -> str:
    if c.verdict in ("nodata", "same"):
        return words.verdict(c)
    size = f"{words.delta(c.measure, c.difference, c.low, c.high)} {words.step(c.measure)}"
    if c.verdict == "single":
        return f"{size} ({words('one.future')})"
    return f"{size} ({words('interval', range=words.interval(c))}), {words.verdict(c)}"


def _title(words: Words, measure: str, changes: dict[str, Change]) -> str:
    """A sentence that says how the measure ends under each arm."""
    by: dict[str, list[str]] = {}
    for arm, c in changes.items():
        by.setdefault(c.verdict, []).append(arm)
    order = ("better", "worse", "changed", "unclear", "same", "single", "nodata")
    said = [words(f"time.{v}", arms=words.join(by[v], ", ")) for v in order if v in by]
    return words("time.title", label=words.label(measure), list="; ".join(said)) + "."


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
            words(f"head.{k}") for k in ("measure", "group", "gap_before", "gap_after", "ratio", "gap_change", "interval", "reading")
        ]
        wide = measures + [m for m in facts.headlines if m not in measures and m != "health_cost"]
        arms.append(
            {
                "name": arm, "panels": [p for p in panels if p["svg"]], "warnings": warnings, "losers": _losers(facts, words, arm, wide),
                "gaps": table(gap_head, rows),
            }
        )  # fmt: skip
    return {"arms": arms}


def _dumbbell(words: Words, arm: str, measure: str, kind: str, changes: list[Change]) -> Section:
    label = f"{words.label(measure)}, {words(f'who.{kind}')}"
    rows = [
        (words.term(c.group), c.reference, c.value, words.delta(measure, c.difference, c.low, c.high) if c.verdict != "nodata" else "–", c.clear)
        for c in changes
    ]
    description = "; ".join(f"{r[0]}: {words.level(measure, r[1])} → {words.level(measure, r[2])}" for r in rows)
    picture = charts.dumbbell(rows, title=f"{label}: {arm}", description=description, names=(words("page.law"), arm))
    body = [
        [words.term(c.group), words.level(measure, c.reference), words.level(measure, c.value), r[3], words.interval(c), words.verdict(c)]
        for c, r in zip(changes, rows, strict=True)
    ]
    head = [words(f"head.{k}") for k in ("group", "law", "mix", "difference", "interval", "reading")]
    return {"title": label, "unit": words.unit(measure), "svg": picture, "table": table(head, body)}


def _gap_row(words: Words, g: Gap) -> list[str]:
    c = g.change
    ratio = "–" if not math.isfinite(g.ratio_before) else f"{g.ratio_before:.2f} → {g.ratio_after:.2f}"
    return [
        words.label(g.measure), f"{words.term(g.group)} / {words.term(g.against)}", words.delta(g.measure, g.before, g.after),
        words.delta(g.measure, g.after, g.before), ratio, words.delta(g.measure, c.difference, c.low, c.high), words.interval(c),
        words.gap_finding(g),
    ]  # fmt: skip


def _down(words: Words, gaps: list[Gap]) -> str:
    """The warning of one measure: gaps that close because the better-off group gets worse."""
    g, a = gaps[0], gaps[0].anchor
    return words(
        "who.down", label=words.inline(g.measure), group=words.join([words.term(x.group) for x in gaps], ", "), against=words.term(g.against),
        size=words.delta(g.measure, a.difference, a.low, a.high), range=words.interval(a),
    )  # fmt: skip


def _losers(facts: Facts, words: Words, arm: str, measures: list[str]) -> list[str]:
    found, least = facts.losers(arm, measures)

    def one(kind: str, c: Change, key: str) -> str:
        return words(
            key, group=words.term(c.group), label=words.inline(c.measure), size=words.delta(c.measure, c.difference, c.low, c.high),
            unit=words.step(c.measure), range=words("interval", range=words.interval(c)) if c.verdict != "single" else words("one.future"),
        )  # fmt: skip

    groups = sum(len(facts.groups(kind)) for kind in ANCHORS)
    chance = words("who.chance", n=groups * len(measures), luck=max(1, round(_LUCK / 2 * groups * len(measures))))
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
                "places.describe", n=len(where), label=words.inline(measure), arm=arm, low=words.delta(measure, min(known), span),
                high=words.delta(measure, max(known), span),
            )  # fmt: skip
            caption = words("places.caption", arm=arm, n=len(where), **count)
            picture = map.tile_map(where, cs, labels, span, title=f"{words.label(measure)}: {arm}", description=description)
            panels.append({"name": arm, "svg": picture, "caption": caption})
        rows = [
            [p.name, arm, words.level(measure, c.reference), words.level(measure, c.value), words.delta(measure, c.difference, c.low, c.high), words.interval(c), words.verdict(c)]
            for arm, cs in changes.items()
            for p, c in zip(where, cs, strict=True)
        ]
        head = [words(f"head.{k}") for k in ("place", "arm", "law", "mix", "difference", "interval", "reading")]
        title = f"{words.label(measure)} ({words.step(measure)})"
        blocks.append({"title": title, "panels": panels, "table": table(head, rows)})
    luck = max(1, round(_LUCK * len(where)))
    return {"intro": words("places.intro", n=len(where), luck=luck), "blocks": blocks, "wide": len(where) > 60}


def _tile(c: Change, span: float) -> str:
    """A change as short as a tile needs; all tiles of a map have the same decimals."""
    return signed(c.difference, min(decimals(span), 2))


def topics(facts: Facts) -> dict[str, list[str]]:
    """Measures of the study by topic, in the order of the catalogue."""
    out: dict[str, list[str]] = {}
    for name in facts.results.measures:
        out.setdefault(MEASURES[name].topic, []).append(name)
    return out
