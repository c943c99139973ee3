"""Up to four mixes side by side, each from its own run on the same futures: who beats whom, and what was changed."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache
from typing import Any

import pandas as pd

from hecsim.interventions import catalogue
from hecsim.report import charts, groups, sections
from hecsim.report.arms import parts_of
from hecsim.report.facts import Change, Facts
from hecsim.report.text import Words, dollars, percent
from hecsim.study import Results, Store
from hecsim.study.economics import Economics
from hecsim.study.outcome import outcome
from hecsim.study.pareto import pareto
from hecsim.study.parts import StoredSums
from hecsim.web import cache as kept
from hecsim.web.budget import SHAPES, spent
from hecsim.web.plan import LAW, MIX, START_YEAR
from hecsim.web.state import Saved
from hecsim.web.view import read_kept, stamp, templates
from hecsim.web.words import say

__all__ = ["compare_html", "joined", "what_changed"]

# What mixes are judged by; the second looks at those who have least.
AIMS = ("aces_0_8", "aces_0_8@income:below poverty", "obesity_child", "spending")
SHOWN = 4  # rows of curves


def joined(keys: tuple[str, ...], futures: tuple[int, ...], law: str, names: tuple[str, ...]) -> Results:
    """Runs of several mixes as one study: current law of the first, then each mix, all in the same futures.

    Every run has the same community, seeds and draws, so that current law is the same in each, and differences
    between mixes are within futures.
    """
    parts = [read_kept(k, futures, (law, name)) for k, name in zip(keys, names, strict=True)]
    first = parts[0]
    stores = [Store(kept.folder(k)) for k in keys]
    paths = [[stores[0].part("measures", f, LAW), *(s.part("measures", f, MIX) for s in stores)] for f in futures]
    months, measures, count = first.sums.shape[2:5]
    arms = [next(a for a in first.manifest["study"]["arms"] if not a["interventions"])]
    arms += [next(a for a in p.manifest["study"]["arms"] if a["interventions"]) for p in parts]
    keep = set(futures)

    def together(frames: list[pd.DataFrame]) -> pd.DataFrame:
        rows = [frames[0][frames[0]["arm"] == law], *(f[f["arm"] == n] for f, n in zip(frames, names, strict=True))]
        every = pd.concat(rows, ignore_index=True)
        return every[every["future"].isin(keep)] if "future" in every else every

    return replace(
        first,
        sums=StoredSums(paths, (months, measures, count)),
        futures=list(futures),
        arms=[law, *names],
        manifest={**first.manifest, "arm_names": [law, *names], "study": {**first.manifest["study"], "arms": arms}},
        ledger=together([p.ledger for p in parts]),
        diary=first.diary.iloc[:0],
    )


@lru_cache(maxsize=16)
def compare_html(
    keys: tuple[str, ...], futures: tuple[int, ...], language: str, names: tuple[str, ...], saved: tuple[Saved, ...],
    budget: int = 0, payer: str = "",
) -> str:  # fmt: skip
    """The page below the shelf: who beats whom, curves, what was changed, who loses."""
    results = joined(keys, futures, say("law", language), names)
    facts, words, economics = Facts(results), Words(language), Economics(results)
    money = {a: spent(results, a, payer, economics) for a in facts.arms}
    time = sections.time_section(facts, words, parts_of(results.manifest, language))["blocks"][:SHOWN]
    who = groups.who_section(facts, words)["arms"]
    rows = []
    for arm in facts.arms:
        over = money[arm].against(budget) if budget else ""
        mean = dollars(money[arm].mean, language)
        rows.append({
            "name": arm, "cells": [_cell(_change(facts, arm, a), words) for a in AIMS],
            "over": f"{SHAPES[over]} {say(f'budget.short.{over}', language)} ({mean})" if over else "",
        })  # fmt: skip
    return templates().get_template("compare.html").render(
        t=words, say=lambda name, **v: say(name, language, **v), rows=rows, frontier=_frontier(results, language),
        stamp=stamp(keys, language),
        heads=[_head(a, words, language) for a in AIMS], time=time, who=who, budget=budget,
        limit=say("budget.limit", language, budget=dollars(float(budget), language)) if budget else "",
        steps=[
            {"title": f"{a} → {b}", "did": what_changed(one, other, language), "effect": _effect(facts, words, a, b)}
            for (a, one), (b, other) in zip(list(zip(names, saved, strict=True))[:-1], list(zip(names, saved, strict=True))[1:],
                                            strict=True)
        ],
        run=say("compare.run", language, ids=", ".join(k[:8] for k in keys), n=len(futures), years=results.years,
                version=str(results.manifest.get("hecsim", ""))),
    )  # fmt: skip


def _change(facts: Facts, arm: str, aim: str) -> Change:
    o = outcome(aim)
    if not o.is_money:
        return facts.change(arm, o.name, o.kind, o.group)
    values = o.values(facts.results)
    return facts.from_arrays(arm, o.name, values[:, facts.arm_index(arm)], values[:, facts.results.reference], better="lower")


def _head(aim: str, words: Words, language: str) -> str:
    o = outcome(aim)
    if o.is_money:
        return say("compare.spending", language)
    return words.label(o.name) + (f", {words.term(o.group)}" if o.kind != "all" else "")


def _cell(c: Change, words: Words) -> dict[str, str]:
    """A change with its range and what can be said of it; spending has no verdict, it is a price."""
    money = c.measure == "spending"
    if money:
        told = f"{dollars(c.difference, words.language)}"
        return {"big": told, "range": _known(words.interval(c, money=True)), "said": "", "verdict": "changed"}
    big = "–" if c.verdict == "nodata" else words.delta(c.measure, c.difference, c.low, c.high)
    return {
        "big": f"{big} {words.step(c.measure)}",
        "range": _known(words.interval(c)),
        "said": words.verdict(c),
        "verdict": c.verdict,
    }


def _known(span: str) -> str:
    return "" if span == "–" else span


def _frontier(results: Results, language: str) -> list[dict[str, Any]]:
    """For every arm, whether another one is at least as good in all aims and better in one, and how surely not."""
    found = pareto(results, AIMS)
    out = []
    for r in found.to_dict("records"):
        sure = float(r["probability"])
        told = say("front.yes" if r["efficient"] else "front.no", language)
        out.append({
            "name": r["arm"], "efficient": bool(r["efficient"]), "told": told, "mark": "◆" if r["efficient"] else "◇",
            "sure": percent(sure) if math.isfinite(sure) else "–", "share": percent(float(r["share"])),
        })  # fmt: skip
    return out


def what_changed(one: Saved, other: Saved, language: str) -> str:
    """What the second mix does that the first does not, in a sentence.

    >>> from hecsim.web.state import Pick
    >>> a, b = Saved("", (Pick("P01", 50, 1),)), Saved("", (Pick("P01", 80, 1),))
    >>> "50% to 80%" in what_changed(a, b, "en")
    True
    """
    before, after = {p.id: p for p in one.picks}, {p.id: p for p in other.picks}

    def called(name: str) -> str:
        cls = catalogue()[name]
        return f"{charts.KINDS[cls.kind][0]} {getattr(cls.title, language)}"

    told = []
    if added := [called(i) for i in after if i not in before]:
        told.append(say("step.adds", language, list=", ".join(added)))
    if dropped := [called(i) for i in before if i not in after]:
        told.append(say("step.drops", language, list=", ".join(dropped)))
    for name in (i for i in after if i in before):
        a, b = before[name], after[name]
        if a.reach != b.reach:
            told.append(say("step.reach", language, name=called(name), a=a.reach, b=b.reach))
        if a.start != b.start:
            told.append(say("step.start", language, name=called(name), a=START_YEAR + a.start, b=START_YEAR + b.start))
    return "; ".join(told) + "." if told else say("step.same", language)


def _effect(facts: Facts, words: Words, a: str, b: str) -> str:
    """What clearly differs between two mixes in the same futures."""
    lang = words.language
    found: dict[str, list[str]] = {"better": [], "worse": []}
    known = [m for m in facts.headlines if m != "health_cost"]
    for measure in known:
        values = facts.values(measure)[:, :, facts.lookup["all", "all"]]
        law = facts.change(b, measure)
        c = facts.from_arrays(b, measure, values[:, facts.arm_index(b)], values[:, facts.arm_index(a)], better=law.better)
        if c.verdict in found:
            size = f"{words.delta(measure, c.difference, c.low, c.high)} {words.step(measure)}"
            found[c.verdict].append(f"{words.inline(measure)} ({size}; {words('interval', range=words.interval(c))})")
    told = [say(f"step.{v}", lang, list=words.join(x, ", ")) for v, x in found.items() if x]
    rest = len(known) - sum(map(len, found.values()))
    return " ".join([*told, say("step.rest" if told else "step.nothing", lang, n=rest, of=len(known))])
