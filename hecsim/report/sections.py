"""The opening sections as plain values for the template: headline, parts of each arm, curves over time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from hecsim.measures import MEASURES
from hecsim.report import charts
from hecsim.report.arms import Part, starts_of
from hecsim.report.facts import Change, Facts
from hecsim.report.money import ArmMoney
from hecsim.report.text import Words, decimals, dollars, percent

__all__ = ["arms_section", "headline_section", "table", "time_section", "topics"]

CURVES = (
    "aces_0_8",
    "obesity_child",
    "obesity_adult",
    "stress_caregivers",
    "food_insecurity",
    "poverty_child",
    "evictions",
)

Section = dict[str, Any]


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Section:
    """A table for the template; each cell knows its column's name, for narrow screens."""
    return {"head": list(head), "rows": [list(zip(head, r, strict=True)) for r in rows]}


def _color(c: Change) -> str:
    return {"better": charts.BLUE, "worse": charts.ORANGE, "changed": charts.INK}.get(c.verdict, charts.GRAY)


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
                    c.difference,
                    c.low,
                    c.high,
                    spans[i, j],
                    row["label"],
                    f"{row['big']} ({row['range']})",
                    _color(c),
                )
    arms = [{"name": a, "sentences": words.headline(facts, a, money[a]), "cards": cards[a]} for a in facts.arms]
    return {"arms": arms}


def _row(words: Words, c: Change, label: str, unit: str, *, money: bool = False, declared: bool = False) -> Section:
    big = dollars(c.difference, words.language, sign=True) if money else words.delta(c.measure, c.difference, c.low, c.high)
    return {
        "label": label,
        "big": big if c.verdict != "nodata" else "–",
        "unit": unit,
        "change": c,
        "verdict": words.verdict(c),
        "range": words("interval", range=words.interval(c, money=money)) if c.verdict not in ("single", "nodata") else "",
        "better": words("better_in", share=percent(c.share)) if c.futures > 1 and math.isfinite(c.share) and c.better else "",
        "exploratory": not declared and not money,
        "note": "",
        "matters": words.matters(c),
        "said": c.verdict in ("unclear", "same", "single", "nodata") or (c.verdict == "worse" and not money),
    }


def _measure_row(facts: Facts, words: Words, arm: str, measure: str) -> Section | None:
    if measure not in facts.results.measures:
        return None
    c = facts.change(arm, measure)
    row = _row(words, c, words.label(measure), words.step(measure), declared=c.declared)
    if c.verdict != "nodata":
        row["note"] = words(
            "card.from",
            before=words.level(measure, c.reference),
            after=words.level(measure, c.value),
            unit="",
        ).strip()
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
                "card.from",
                before=words.level("aces_0_8", gap.before),
                after=words.level("aces_0_8", gap.after),
                unit="",
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
                base,
                curves[arm],
                (words("page.law"), arm),
                start_year=facts.start_year,
                starts=starts_of(parts.get(arm, [])),
                limits=(float(finite.min()), float(finite.max())),
                title=f"{label}: {arm}",
                description=words(
                    "time.describe",
                    label=label,
                    arm=arm,
                    law=words.level(measure, law),
                    mix=words.level(measure, mix),
                ),
                start_word=words("time.start"),
                ends=(words.level(measure, law), words.level(measure, mix)),
            )
            c = changes[arm]
            panels.append({"name": arm, "svg": picture, "caption": _caption(words, c), "matters": words.matters(c)})
        for y in range(facts.results.years):
            row = [str(facts.start_year + y), _banded(words, measure, base, y)]
            rows.append(row + [_banded(words, measure, curves[a], y) for a in facts.arms])
        blocks.append(
            {
                "title": _title(words, measure, changes),
                "unit": words.unit(measure),
                "panels": panels,
                "exploratory": measure not in facts.declared,
                "table": table([words("head.year"), words("page.law"), *facts.arms], rows),
            }
        )
    return {"blocks": blocks, "alone": len(facts.arms) == 1}


def _last(x: np.ndarray) -> float:
    ok = np.flatnonzero(np.isfinite(x))
    return float(x[ok[-1]]) if ok.size else math.nan


def _banded(words: Words, measure: str, series: tuple[np.ndarray, ...], year: int) -> str:
    mean, low, high = (float(x[year]) for x in series)
    if not math.isfinite(mean):
        return "–"
    band = words("range", a=words.level(measure, low), b=words.level(measure, high))
    return f"{words.level(measure, mean)} ({band})"


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


def topics(facts: Facts) -> dict[str, list[str]]:
    """Measures of the study by topic, in the order of the catalogue."""
    out: dict[str, list[str]] = {}
    for name in facts.results.measures:
        out.setdefault(MEASURES[name].topic, []).append(name)
    return out
