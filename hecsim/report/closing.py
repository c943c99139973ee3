"""The sections about money, the family, certainty and all results, as plain values for the template."""

from __future__ import annotations

import math
from typing import Any

from hecsim.measures import MEASURES
from hecsim.report import charts
from hecsim.report.arms import Part
from hecsim.report.facts import Change, Facts
from hecsim.report.family import Family
from hecsim.report.money import ArmMoney
from hecsim.report.sections import table, topics
from hecsim.report.text import Words, dollars, percent

__all__ = ["all_section", "family_section", "money_section", "sure_section"]

Section = dict[str, Any]
_WEAK = 0.3  # pairing correlation below which a warning is due
_FEW = 6  # futures below which variance cannot be split
_LUCK = 0.05


def _money(words: Words, c: Change) -> list[str]:
    return [
        dollars(c.difference, words.language),
        words.interval(c, money=True),
        words.futures_range(c, money=True),
    ]


def money_section(facts: Facts, words: Words, money: dict[str, ArmMoney], parts: dict[str, list[Part]]) -> Section:
    """Spending and savings by payer, net cost by year, cost per adverse experience prevented."""
    kinds = {p.id: p for group in parts.values() for p in group}
    # One scale for net cost so far, so that arms compare.
    ends = [float(v) for m in money.values() if m.cumulative for part in m.cumulative for v in part]
    limits = (min([0.0, *ends]), max([0.0, *ends]))
    return {"arms": [_arm_money(facts, words, money[a], kinds, limits) for a in facts.arms]}


def _bars(
    words: Words, changes: dict[str, Change], title: str, names: dict[str, str], colors: dict[str, str]
) -> Section | None:
    if not changes:
        return None
    rows = [
        (names.get(k, k), c.difference, dollars(c.difference, words.language), colors.get(k, charts.INK))
        for k, c in changes.items()
    ]
    description = "; ".join(f"{r[0]}: {r[2]}" for r in rows)
    head = [words(f"head.{k}") for k in ("who", "amount", "interval", "futures")]
    body = [[names.get(k, k), *_money(words, c)] for k, c in changes.items()]
    return {
        "title": title,
        "svg": charts.bars(rows, title=title, description=description),
        "table": table(head, body),
    }


def _arm_money(facts: Facts, words: Words, m: ArmMoney, kinds: dict[str, Part], limits: tuple[float, float]) -> Section:
    years, lang = facts.results.years, words.language
    saved = m.savings.difference
    title = (
        words("money.none", arm=m.arm)
        if not m.spending.difference
        else words(
            "money.title" if saved >= 0 else "money.more",
            arm=m.arm,
            spent=dollars(m.spending.difference, lang),
            saved=dollars(abs(saved), lang),
            net=dollars(m.net.difference, lang),
        )
    )
    payers = {k: words.term(k) for k in m.by_payer}
    parts = {k: f"{kinds[k].symbol} {kinds[k].name}" if k in kinds else k for k in m.by_intervention}
    colors = {k: kinds[k].color for k in m.by_intervention if k in kinds}
    savers = {k: words.label(k) for k in m.saved_by}
    tint = {k: charts.BLUE if c.clear else charts.GRAY for k, c in m.saved_by.items()}
    figures = [
        _bars(words, m.by_payer, words("money.payer"), payers, {}),
        _bars(words, m.by_intervention, words("money.intervention"), parts, colors),
        _bars(words, m.saved_by, words("money.saved"), savers, tint),
        _net(facts, words, m, limits) if m.spending.difference else None,
    ]
    rows = [
        [words("card.spending"), *_money(words, m.spending)],
        *([f"{words('money.category')}: {words.term(k)}", *_money(words, c)] for k, c in m.by_category.items()),
        *([f"{words('money.instrument')}: {words.term(k)}", *_money(words, c)] for k, c in m.by_instrument.items()),
        *([words.label(k), *_money(words, c)] for k, c in m.saved_by.items()),
        [words("card.net"), *_money(words, m.net)],
    ]
    key = [
        (
            words("card.net"),
            dollars(m.net.difference, lang) + f" ({words('interval', range=words.interval(m.net, money=True))})",
        )
    ]
    if math.isfinite(m.per_resident):
        key.append((words("money.per_resident"), dollars(m.per_resident, lang)))
    if "aces_0_8" in facts.results.measures:
        a = m.aces_undiscounted
        count = f"{a.difference:,.0f}".replace("-", "−")
        if math.isfinite(a.low):
            span = words("range", a=f"{a.low:,.0f}".replace("-", "−"), b=f"{a.high:,.0f}".replace("-", "−"))
            count += f" ({words('interval', range=span)})"
        key += [
            (words("money.ace_count"), count),
            (words("money.gross_ace"), words.per_ace(m.gross_per_ace, m.aces)),
            (words("money.per_ace"), words.per_ace(m.cost_per_ace, m.aces)),
        ]
    if math.isfinite(m.paid_back):
        key.append((words("money.back", years=years), percent(m.paid_back)))
    head = [words(f"head.{k}") for k in ("who", "amount", "interval", "futures")]
    return {
        "name": m.arm,
        "title": title + ".",
        "unclear": words("money.unclear") if m.savings.verdict == "unclear" and m.spending.difference else "",
        "figures": [f for f in figures if f and f["svg"]],
        "key": key,
        "table": table(head, rows),
        "transfers": [
            (words.label(k), f"{dollars(c.difference, lang, sign=True)} ({words.interval(c, money=True)})")
            for k, c in m.transfers.items()
            if c.verdict != "same"
        ],
    }


def _net(facts: Facts, words: Words, m: ArmMoney, limits: tuple[float, float]) -> Section | None:
    if m.cumulative is None:
        return None
    flat = m.cumulative[0] * 0
    end = dollars(float(m.cumulative[0][-1]), words.language)
    picture = charts.lines(
        (flat, flat, flat),
        m.cumulative,
        (words("page.law"), m.arm),
        start_year=facts.start_year,
        starts=(),
        limits=limits,
        title=f"{words('money.cumulative')}: {m.arm}",
        description=f"{m.arm}: {end}",
        start_word="",
        ends=(words("money.day_zero"), end),
        zero=True,
    )
    rows = [
        [
            str(facts.start_year + y),
            dollars(float(mean), words.language),
            words("range", a=dollars(float(low), words.language), b=dollars(float(high), words.language)),
        ]
        for y, (mean, low, high) in enumerate(zip(*m.cumulative, strict=True))
    ]
    head = [words(f"head.{k}") for k in ("year", "amount", "futures")]
    return {"title": words("money.cumulative"), "svg": picture, "table": table(head, rows)}


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
        words("sure.many", n=comparisons, luck=max(1, round(_LUCK * comparisons))),
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
