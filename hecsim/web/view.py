"""Results for the page: the report's own sections, pictures and words, in the app's templates.

Everything that enters HTML here is made by this program (numbers, catalogue texts, SVG) and escaped by
the template; nothing that a visitor types comes this way.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache, lru_cache
from importlib import resources
from typing import Any

import jinja2
import pandas as pd
from markupsafe import Markup

from hecsim.geography.tables import schema
from hecsim.report import charts, closing, groups, money_page, sections
from hecsim.report.arms import parts_of
from hecsim.report.facts import Change, Facts
from hecsim.report.family import Family, read_family
from hecsim.report.money import ArmMoney, arm_money
from hecsim.report.text import Words, dollars
from hecsim.study import Results, Store
from hecsim.study.economics import Economics
from hecsim.web import cache as kept
from hecsim.web.budget import bar, break_even, spent
from hecsim.web.pathways import pathways
from hecsim.web.plan import LAW, MIX
from hecsim.web.story import numbers, standing
from hecsim.web.words import say

__all__ = ["budget_html", "data_year", "family_of", "place_name", "read_kept", "results_html", "stamp", "style", "templates"]

_CENSUS = "acs_2023"  # the tables that communities are made from


@cache
def templates() -> jinja2.Environment:
    """The app's templates before the report's; pictures, which are made here, go in as they are."""
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader([jinja2.PackageLoader("hecsim.web"), jinja2.PackageLoader("hecsim.report")]),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["picture"] = Markup
    return environment


def read_kept(key: str, futures: tuple[int, ...], names: tuple[str, str]) -> Results:
    """Kept results of these futures, arms under the names that the reader sees."""
    results = Results.read(Store(kept.folder(key)), max(futures) + 1)
    called = {LAW: names[0], MIX: names[1]}
    study = dict(results.manifest["study"])
    study["arms"] = [{**a, "name": called.get(a["name"], a["name"])} for a in study["arms"]]

    def named(frame: Any) -> Any:
        return frame.assign(arm=frame["arm"].map(lambda a: called.get(a, a))) if "arm" in frame else frame

    return replace(
        results,
        arms=[called.get(a, a) for a in results.arms],
        manifest={**results.manifest, "study": study},
        ledger=named(results.ledger),
        diary=named(results.diary),
    )


def stamp(keys: tuple[str, ...], language: str) -> tuple[str, str]:
    """What stands under every figure: the short ids of its runs, and a line with them and the year of the data."""
    ids = [k[:8] for k in keys]
    return "-".join(ids), say("stamp", language, run=", ".join(ids), data=data_year())


def data_year() -> str:
    """The years of the census tables that communities are made from."""
    return str(schema()["sources"][_CENSUS]["vintage"])


@lru_cache(maxsize=16)
def results_html(key: str, futures: tuple[int, ...], language: str, mix_name: str) -> str:
    """The studio's right side: sentence, cards, curves, who benefits, money, how sure.

    key : of the study; futures : those that are finished; mix_name : from the catalogue of mixes or the app's words
    """
    results = read_kept(key, futures, (say("law", language), mix_name))
    facts, words = Facts(results), Words(language)
    arm = facts.arms[0]
    parts = parts_of(results.manifest, language)
    economics = Economics(results)
    money = {arm: arm_money(facts, arm, economics)}
    headline = sections.headline_section(facts, words, money)["arms"][0]
    time = sections.time_section(facts, words, parts)
    places = groups.places_section(facts, words)
    sure = closing.sure_section(facts, words)
    summary = results.manifest.get("community") or {}
    place = place_name(results.manifest["study"]["community"]["towns"], language)
    run = words(
        "page.run",
        id=key[:8],
        version=str(results.manifest.get("hecsim", "")),
        futures=len(results.futures),
        years=results.years,
        start=facts.start_year,
        arms=len(results.arms),
        community=words(
            "page.community",
            name=place,
            persons=f"{summary.get('persons', 0):,}",
            households=f"{summary.get('households', 0):,}",
        ),
    )
    return (
        templates()
        .get_template("results.html")
        .render(
            t=words,
            run=run,
            stamp=stamp((key,), language),
            arm=headline,
            plain=plain_sentence(facts, words, arm, money[arm], place),
            mix=[
                {**i, "line": _dated(i["line"], language)}
                for i in sections.arms_section(facts, words, parts)["arms"][0]["items"]
            ],
            time=time,
            who=groups.who_section(facts, words)["arms"][0],
            places=places,
            money=money_page.money_section(facts, words, money, parts, economics)["arms"][0],
            sure=sure,
            years=results.years,
            even=break_even(money[arm], results.years, language),
            **_paths(facts, words, arm, parts[arm]),
            say=lambda name: say(name, language),
        )
    )


def _paths(facts: Facts, words: Words, arm: str, parts: list[Any]) -> dict[str, Any]:
    """The clearest pathways as plain values: parts of the mix, then the two changes with their pictures."""
    best, of = pathways(facts, arm, [x.id for x in parts])

    def step(c: Change, head: str) -> dict[str, str]:
        size = f"{words.delta(c.measure, c.difference, c.low, c.high)} {words.step(c.measure)}"
        span = words("interval", range=words.interval(c))
        label = words.label(c.measure)
        edge = 1.1 * max(abs(c.low), abs(c.high))
        return {
            "head": head, "label": label, "big": words.delta(c.measure, c.difference, c.low, c.high),
            "unit": words.step(c.measure), "verdict": c.verdict, "said": words.verdict(c).capitalize() + ".",
            "range": span[:1].upper() + span[1:],
            "mark": charts.range_mark(c.difference, c.low, c.high, edge, label, f"{size}; {span}"),
        }  # fmt: skip

    between, end = say("paths.between", words.language), say("paths.end", words.language)
    shown = [
        {"clear": p.clear, "parts": [x for x in parts if x.id in p.parts], "steps": [step(p.middle, between), step(p.end, end)]}
        for p in best
    ]
    return {"paths": shown, "picked": say("paths.picked", words.language, n=of)}


@lru_cache(maxsize=64)
def budget_html(key: str, futures: tuple[int, ...], language: str, budget: int, payer: str) -> str:
    """What the mix spends a year beside the budget of the planner, as HTML."""
    return bar(spent(read_kept(key, futures, (LAW, MIX)), MIX, payer), budget, payer, language)


def plain_sentence(facts: Facts, words: Words, arm: str, money: ArmMoney, place: str) -> str:
    """What the mix would do, without a number of outcomes: what is clear, in which direction, and what it costs."""
    lang = words.language
    changes = [facts.change(arm, m) for m in facts.headlines if m != "health_cost"]
    known = [c for c in changes if c.verdict in ("better", "worse", "unclear", "changed", "same")]
    if not known:
        return say("plain.one", lang)

    def listed(verdict: str) -> list[str]:
        found = sorted((c for c in known if c.verdict == verdict), key=lambda c: -c.certainty)
        return [words.inline(c.measure) for c in found]

    # The name stands within the sentence.
    mix = arm[:1].lower() + arm[1:] if arm == say("your_mix", lang) else arm
    better, worse = listed("better"), listed("worse")
    if not better and not worse:
        told = say("plain.nothing", lang, years=facts.results.years, place=place, mix=mix, n=len(known))
        return told + _price(money, lang)
    told = say("plain.start", lang, years=facts.results.years, place=place, mix=mix)
    told += say("plain.gains", lang, list=words.join(better, ", ")) if better else say("plain.no_gain", lang)
    told += say("plain.worse", lang, list=words.join(worse, ", ")) if worse else say("plain.no_worse", lang)
    told += say("plain.rest", lang, n=len(known), rest=len(known) - len(better) - len(worse))
    return told + _price(money, lang)


def _price(money: ArmMoney, lang: str) -> str:
    spent = money.spending.difference
    return say("plain.cost", lang, spent=dollars(spent, lang)) if spent > 0 else ""


def place_name(towns: list[str], language: str) -> str:
    """Names of the towns, the first two and how many more if there are many."""
    if len(towns) > 3:
        return say("place.more", language, names=", ".join(towns[:2]), n=len(towns) - 2)
    return towns[0] if len(towns) == 1 else say("place.and", language, names=", ".join(towns[:-1]), last=towns[-1])


@lru_cache(maxsize=16)
def family_of(
    key: str, futures: tuple[int, ...], language: str, mix_name: str, future: int | None = None
) -> dict[str, Any] | None:
    """The followed family's two lanes as plain values for the page; None if the run followed none.

    future : which one the lanes show; the middle one by hardship under current law if None or unknown
    """
    results = read_kept(key, futures, (say("law", language), mix_name))
    facts, words = Facts(results), Words(language)
    parts = parts_of(results.manifest, language)
    names = {p.id: p.name for group in parts.values() for p in group}
    family = read_family(facts, words, names)
    if family is None:
        return None
    shown = future if future in results.futures else family.future
    lanes = family
    if shown != family.future:
        diary = results.diary
        one = Facts(replace(results, diary=diary[diary["future"] == shown]))
        lanes = read_family(one, words, names) or family
    apart = {f: _differences(results.diary, f) for f in results.futures}
    out = _plain(replace(lanes, futures=family.futures, frequencies=family.frequencies), facts, words)
    out["intro"] = say("family.intro", language)
    out["standing"] = standing(apart, shown, language)
    out["apart"] = [f for f, n in apart.items() if n]
    out["numbers"] = numbers(results.diary, shown, [facts.reference, *facts.arms[:1]], language)
    out["future"] = shown
    middle = say("family.future_middle", language)
    out["choices"] = [
        {"future": f, "name": _called(f, n, language) + (middle if f == family.future else "")} for f, n in apart.items()
    ]
    return out


def _called(future: int, apart: int, language: str) -> str:
    """A future in the list of futures, with how many events differ in it."""
    key = {0: "same", 1: "one"}.get(apart, "more")
    return say(f"family.future_{key}", language, n=future + 1, k=apart)


def _differences(diary: pd.DataFrame, future: int) -> int:
    """Events of the followed family that only one of the two lanes has; moves, which hardly ever mean anything alone, aside."""
    rows = diary[(diary["future"] == future) & (diary["event"] != "") & (diary["event"] != "moved")]
    told = [set(part["text"]) for _, part in rows.groupby("arm")]
    return len(told[0] ^ told[1]) if len(told) == 2 else len(set(rows["text"]))


def _when(label: str, language: str) -> str:
    """A month as people say it.

    >>> _when("2025-06", "en"), _when("2025-06", "es")
    ('June 2025', 'junio de 2025')
    """
    year, _, month = label.partition("-")
    return say("month.of", language, month=say("months", language).split()[int(month) - 1], year=year)


def _dated(text: str, language: str) -> str:
    return re.sub(r"\b\d{4}-\d{2}\b", lambda m: _when(m.group(), language), text)


def _plain(family: Family, facts: Facts, words: Words) -> dict[str, Any]:
    found = closing.family_section(family, facts, words)
    lang = words.language

    def event(e: Any) -> dict[str, Any]:
        cause = words("family.causes", list=", ".join(e.causes)) if e.causes else ""
        return {"when": _when(e.label, lang), "text": e.text, "welcome": e.welcome, "cause": cause}

    years = [
        {
            "year": y["year"],
            "lanes": [
                {
                    "arm": lane["arm"],
                    "law": lane["reference"],
                    "here": lane["year"].here,
                    "told": lane["year"].sentence,
                    "more": words("family.more", n=lane["year"].more) if lane["year"].more else "",
                    "meters": [
                        {"code": c, "name": n, "share": round(100 * s), "value": v} for c, n, s, v in lane["year"].meters
                    ],
                    "events": [event(e) for e in lane["year"].events],
                    "count": words("family.events", n=len(lane["year"].events)),
                    "helped": words("family.helped", list=", ".join(lane["year"].helped)) if lane["year"].helped else "",
                }
                for lane in y["lanes"]
            ],
        }
        for y in found["years"]
    ]
    differs = [
        {
            "title": d["title"],
            "groups": [
                {
                    "title": title,
                    "items": [{"when": _when(e.label, lang), "text": e.text, "why": _dated(why, lang)} for e, why in part],
                }
                for title, part in d["groups"]
            ],
        }
        for d in found["differs"]
    ]
    table = found["frequency"]
    return {
        "years": years,
        "differs": differs,
        "same": words("family.same"),
        "proof": words("family.not_proof"),
        "note": words("meter.note"),
        "frequency_title": found["frequency_title"],
        "frequency": None
        if table is None
        else {"head": table["head"], "rows": [[cell for _, cell in row] for row in table["rows"]]},
    }


def scoped(css: str, scope: str) -> str:
    """A style sheet whose rules hold only inside `scope`, so that the report's styles do not reach the frame.

    >>> scoped("body { margin: 0; } h1, h2 { color: red; }", ".x")
    '.x { margin: 0; } .x h1, .x h2 { color: red; }'
    """
    css = re.sub(r"@media print\s*\{(?:[^{}]|\{[^{}]*\})*\}", "", css)

    def one(selector: str) -> str:
        selector = selector.strip()
        return scope if selector in (":root", "html", "body") else f"{scope} {selector}"

    def head(found: re.Match[str]) -> str:
        lead, words = found.group(1), found.group(2)
        if words.startswith("@"):
            return f"{lead}{words}{{"
        return f"{lead}{', '.join(one(s) for s in words.split(','))} {{"

    return re.sub(r"(^|[{};]\s*|\}\s*|\s+)([^\s{};][^{};]*?)\s*\{", head, css)


@cache
def style() -> str:
    """The app's style sheet: the report's rules inside the pages, then the app's own."""
    report = (resources.files("hecsim.report") / "templates" / "report.css").read_text(encoding="utf-8")
    own = (resources.files("hecsim.web") / "app.css").read_text(encoding="utf-8")
    return scoped(report, ".hecsim") + "\n" + own
