"""The section about money, as plain values for the template."""

from __future__ import annotations

import math
from typing import Any

from hecsim.report import charts
from hecsim.report.arms import Part
from hecsim.report.facts import Change, Facts
from hecsim.report.money import ArmMoney
from hecsim.report.sections import table
from hecsim.report.text import Words, dollars, percent
from hecsim.study.distribution import distribution
from hecsim.study.early import EARLY, early
from hecsim.study.economics import Economics
from hecsim.study.fund_history import fund_history, has_fund

__all__ = ["money_section"]

Section = dict[str, Any]


def _money(words: Words, c: Change) -> list[str]:
    return [
        dollars(c.difference, words.language),
        words.interval(c, money=True),
        words.futures_range(c, money=True),
    ]


def money_section(
    facts: Facts, words: Words, money: dict[str, ArmMoney], parts: dict[str, list[Part]], economics: Economics
) -> Section:
    """Spending and savings by payer, net cost by year, cost per adverse experience prevented."""
    kinds = {p.id: p for group in parts.values() for p in group}
    # One scale for net cost so far, so that arms compare.
    ends = [float(v) for m in money.values() if m.cumulative for part in m.cumulative for v in part]
    limits = (min([0.0, *ends]), max([0.0, *ends]))
    seen: list[dict[str, Any]] = [{str(k): v for k, v in r.items()} for r in early(economics).to_dict("records")]
    arms = []
    for a in facts.arms:
        arm = _arm_money(facts, words, money[a], kinds, limits)
        tables = [_pockets(words, money[a]), _horizons(words, economics, a), _groups(words, economics, a)]
        tables += [_early(words, [r for r in seen if r["arm"] == a]), *_fund(words, facts, a)]
        arms.append({**arm, "tables": [t for t in tables if t]})
    return {"arms": arms}


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
    savers = {k: words.term(k) for k in m.saved_by}
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
        *([f"{words('money.saves')}: {words.term(k)}", *_money(words, c)] for k, c in m.saved_by.items()),
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
        "families": words("money.families", families=_span(words, m.families), society=_span(words, m.society)),
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


def _span(words: Words, c: Change) -> str:
    return f"{dollars(c.difference, words.language)} ({words.interval(c, money=True)})"


def _named(words: Words, key: str, head: list[str], rows: list[list[str]], **said: Any) -> Section | None:
    return {"title": words(key, **said), "table": table(head, rows)} if rows else None


def _pockets(words: Words, m: ArmMoney) -> Section | None:
    """Who pays and who saves, side by side."""
    lang = words.language
    rows = []
    for payer, net in m.net_by.items():
        paid, saved = m.by_payer.get(payer), m.saved_by.get(payer)
        if payer != "residents":
            cells = ["–" if c is None else dollars(c.difference, lang) for c in (paid, saved)]
            rows.append([words.term(payer), *cells, dollars(net.difference, lang), words.interval(net, money=True)])
    head = [words(f"head.{k}") for k in ("who", "pays", "saves", "net", "interval")]
    return _named(words, "money.pockets", head, rows)


def _ratio(words: Words, row: dict[str, Any]) -> str:
    verdict = row["cost_per_verdict"]
    if verdict != "value":
        return words(f"ratio.{verdict.replace(' ', '_')}")
    value, low, high = (dollars(row[f"cost_per{x}"], words.language) for x in ("", "_low", "_high"))
    return f"{value} ({words('interval', range=words('range', a=low, b=high))})"


def _horizons(words: Words, economics: Economics, arm: str) -> Section | None:
    """What each effect costs all budgets and society, by horizon."""
    rows = []
    for horizon in economics.horizons:
        found = economics.ratios(arm, horizon)
        for effect in dict.fromkeys(found["per"]):
            part = {r["payer"]: r for r in found[found["per"] == effect].to_dict("records")}
            rows.append([f"{words(f'effect.{effect}')}, {words('money.by_year', years=horizon)}",
                         *(_ratio(words, part[view]) for view in ("all budgets", "society"))])  # fmt: skip
    head = [words(f"head.{k}") for k in ("effect", "budgets", "society")]
    return _named(words, "money.horizons", head, rows)


def _groups(words: Words, economics: Economics, arm: str) -> Section | None:
    """QALYs gained by income."""
    found, summary = distribution(economics, arm, economics.results.years)
    rows = [
        [words.term(r["group"]), f"{r['people']:,.0f}", f"{r['qalys']:,.1f}".replace("-", "−"),
         words("range", a=f"{r['low']:,.1f}".replace("-", "−"), b=f"{r['high']:,.1f}".replace("-", "−"))]
        for r in found.to_dict("records")
    ]  # fmt: skip
    head = [words(f"head.{k}") for k in ("group", "people", "qalys", "interval")]
    equity = f"{summary['equity']:,.1f}".replace("-", "−")
    return _named(words, "money.groups", head, rows, equity=equity, aversion=f"{summary['aversion']:g}")


def _early(words: Words, seen: list[dict[str, Any]]) -> Section | None:
    """What an evaluation after three years would have seen."""
    sizes = sorted((k for r in seen for k in r if k.startswith("power_")), key=lambda k: int(k.removeprefix("power_")))
    sizes = list(dict.fromkeys(sizes))[-1:]
    rows = []
    for r in seen:
        money = r["outcome"] == "savings"
        name = words("money.savings_all") if money else words.label(r["outcome"])
        cells = [dollars(r[k], words.language) if money else f"{r[k]:+,.2f}".replace("-", "−") for k in ("early", "late")]
        share = words("money.nothing_to_see") if math.isnan(r["share"]) else percent(r["share"])
        rows.append([name, *cells, share, *("" if math.isnan(r[k]) else percent(r[k]) for k in sizes)])
    head = [words("head.outcome"), words("head.by_year", years=EARLY), words("head.at_end"), words("head.share")]
    head += [words("head.power", n=f"{int(k.removeprefix('power_')):,}") for k in sizes]
    return _named(words, "money.early", head, rows, years=EARLY)


def _fund(words: Words, facts: Facts, arm: str) -> list[Section | None]:
    """Solvency by year, and the programs whose money ended."""
    if not has_fund(facts.results, arm):
        return []
    history, lang = fund_history(facts.results, arm), words.language
    columns = ("held", "owed", "need", "received", "spent")
    rows = [
        [str(facts.start_year + int(r["year"]) - 1), *(dollars(r[k], lang) for k in columns),
         "–" if math.isnan(r["solvent"]) else percent(r["solvent"])]
        for r in history["years"].to_dict("records")
    ]  # fmt: skip
    head = [words(f"head.{k}") for k in ("year", *columns, "solvent")]
    gone = [[str(r["intervention"]), percent(r["share"]), f"{r['month']:.0f}", percent(r["again"])]
            for r in history["ended"].to_dict("records")]  # fmt: skip
    head_gone = [words(f"head.{k}") for k in ("part", "ended_in", "month", "again")]
    return [_named(words, "money.fund", head, rows), _named(words, "money.ended", head_gone, gone)]
