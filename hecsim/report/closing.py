"""The sections about the family, certainty and all results, as plain values for the template."""

from __future__ import annotations

import math
from typing import Any

from hecsim.measures import MEASURES
from hecsim.report.facts import LUCK, Facts
from hecsim.report.family import Family
from hecsim.report.sections import table, topics
from hecsim.report.text import Words, percent

__all__ = ["all_section", "family_section", "sure_section"]

Section = dict[str, Any]
_WEAK = 0.3  # pairing correlation below which a warning is due
_FEW = 6  # futures below which variance cannot be split


def family_section(family: Family, facts: Facts, words: Words) -> Section:
    """Lanes side by side, year by year, and what differed."""
    years = []
    for y in range(facts.results.years):
        lanes = [{"arm": lane.arm, "reference": lane.reference, "year": lane.years[y]} for lane in family.lanes]
        years.append({"year": facts.start_year + y, "lanes": lanes})
    differs = []
    for lane in family.lanes:
        if lane.reference:
            continue
        groups = [
            (words(f"family.{k}"), part)
            for k, part in (
                ("spared", lane.spared),
                ("put_off", lane.later),
                ("gained", lane.gained),
                ("only", lane.only),
            )
            if part
        ]
        differs.append({"title": words("family.differs", arm=lane.arm), "groups": groups})
    arms = [lane.arm for lane in family.lanes]
    frequencies = [[label, *(percent(s) for s in shares)] for label, shares in family.frequencies]
    name = family.name[:1].upper() + family.name[1:]
    intro = words("family.intro", name=name, future=family.future)
    if family.stays < len(facts.results.futures):
        intro += " " + words("family.stays", stays=family.stays, futures=len(facts.results.futures))
    return {
        "intro": intro,
        "years": years,
        "differs": differs,
        "frequency": table([words("head.event"), *arms], frequencies) if frequencies else None,
        "frequency_title": words("family.frequency", n=family.futures),
        "lanes": len(family.lanes),
    }


def sure_section(facts: Facts, words: Words) -> Section:
    """Futures, luck against unknown numbers, pairing, limits, yardsticks."""
    n = len(facts.results.futures)
    rows, weak, told = [], [], 0
    for measure in facts.headlines:
        for arm in facts.arms:
            c = facts.change(arm, measure)
            correlation, saved = facts.pairing(arm, measure)
            if math.isfinite(correlation):
                told += 1
                if correlation < _WEAK and c.verdict != "same":
                    weak.append(f"{words.inline(measure)} ({arm})")
            share = c.parameter_share
            rows.append(
                [
                    words.label(measure),
                    arm,
                    percent(share),
                    percent(1 - share) if math.isfinite(share) else "–",
                    "–" if not math.isfinite(correlation) else f"{correlation:.2f}".replace("-", "−"),
                    "–" if math.isnan(saved) else "∞" if math.isinf(saved) else f"{saved:,.1f}",
                    words("declared") if c.declared else words("exploratory"),
                ]
            )
    declared = [words.inline(m) for m in facts.declared if m in facts.results.measures]
    if weak:
        pairing = words("sure.pairing_low", list="; ".join(weak))
    else:
        pairing = words("sure.pairing_ok" if told else "sure.pairing_unknown")
    comparisons = len(facts.headlines) * len(facts.arms)
    said = [
        words("sure.futures", n=n),
        *([words("sure.few")] if n < _FEW else []),
        words("sure.declared", list="; ".join(declared)) if declared else words("sure.undeclared"),
        words("sure.many", n=comparisons, luck=max(1, round(LUCK * comparisons))),
    ]
    head = [
        words("head.measure"),
        words("head.arm"),
        words("sure.share"),
        words("sure.luck"),
        words("sure.correlation"),
        words("sure.saved"),
        words("head.status"),
    ]
    yardsticks = [[words.label(m), words.unit(m), words.term(MEASURES[m].yardstick)] for m in facts.headlines]
    notes = facts.results.manifest.get("notes") or []
    return {
        "said": said,
        "pairing": pairing,
        "weak": bool(weak),
        "table": table(head, rows),
        "limits": [words(f"sure.limit_{i}") for i in range(1, 7)],
        "notes": [str(x) for x in notes],
        "yardsticks": table([words("head.measure"), words("head.unit"), words("head.yardstick")], yardsticks),
    }


def all_section(facts: Facts, words: Words) -> Section:
    """Every measure and arm, by topic."""
    keys = ("measure", "arm", "law", "mix", "difference", "interval", "futures", "better", "reading")
    head = [words(f"head.{k}") for k in keys]
    groups = []
    for topic, names in topics(facts).items():
        rows = []
        for name in names:
            for arm in facts.arms:
                c = facts.change(arm, name)
                status = words("declared") if c.declared else words("exploratory")
                rows.append(
                    [
                        f"{words.label(name)} ({words.unit(name)})",
                        arm,
                        words.level(name, c.reference),
                        words.level(name, c.value),
                        words.delta(name, c.difference, c.low, c.high),
                        words.interval(c),
                        words.futures_range(c),
                        percent(c.share) if math.isfinite(c.share) else "–",
                        f"{words.verdict(c)}; {status}",
                    ]
                )
        groups.append({"topic": words.term(topic), "table": table(head, rows)})
    return {"groups": groups}
