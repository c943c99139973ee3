"""The first part of `/plan`: ways to group towns, as pictures; and the towns of one taken over into the page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hecsim.planning.geography import CRITERIA
from hecsim.report.charts import W
from hecsim.report.text import dollars, percent
from hecsim.web.state import MAX_TOWNS, State, query, updated
from hecsim.web.tiles import GROUPS, Tile, tiles
from hecsim.web.view import templates
from hecsim.web.words import say
from hecsim.web.words_needs import in_words

__all__ = ["where_html"]

_LEFT = "#FBFAF6"


def where_html(found: dict[str, Any], state: State) -> str:
    """Proposed geographies as pictures with what speaks for and against each.

    found : answer of `planwork.grouped`
    """
    lang = state.lang
    options = [_option(o, found["where"], state, broad=n == 0) for n, o in enumerate(found["options"])]
    head = [say("where.criterion", lang), *(o["name"] for o in found["options"])]
    used = [c for c in CRITERIA if c in found["options"][0]["scores"]]
    rows = [[say(f"crit.{c}", lang), *(_score(c, o["scores"][c], lang) for o in found["options"])] for c in used]
    lead = say(
        "where.lead", lang, shown=len(options), n=len(found["towns"]), kept=found["beaten_by_none"], tried=found["tried"]
    )
    return templates().get_template("where.html").render(
        say=lambda name, **v: say(name, lang, **v), lead=lead, options=options,
        table={"head": head, "rows": [list(zip(head, r, strict=True)) for r in rows]},
    )  # fmt: skip


def _score(criterion: str, value: float, lang: str) -> str:
    if criterion == "savings":
        return dollars(value, lang)
    if criterion == "size":
        return f"{value:,.0f}"
    return f"{value:.0f} km" if criterion == "closeness" else percent(value)


def _option(option: dict[str, Any], where: dict[str, tuple[float, float]], state: State, *, broad: bool) -> dict[str, Any]:
    lang = state.lang
    groups = option["proposals"]
    cells = []
    for n, p in enumerate(groups):
        cells += [Tile(t, *where[t], str(n + 1), GROUPS[n % len(GROUPS)]) for t in p["towns"]]
    cells += [Tile(r["town"], *where[r["town"]], "–", _LEFT) for r in option["left"]]
    cells.sort(key=lambda c: c.name)
    title = say("where.option_one" if len(groups) == 1 else "where.option", lang, name=option["name"], n=len(groups))
    told = "; ".join(f"{n + 1}: {', '.join(p['towns'])}" for n, p in enumerate(groups))
    return {
        "title": title,
        "broad": broad,
        "why": _sentence([in_words(r, lang) for r in option["reasons"]]),
        "svg": tiles(cells, title=title, description=told, width=2 * W if broad else W),
        "left": [{"town": r["town"], "why": in_words(r["reason"], lang)} for r in option["left"]],
        "groups": [_group(n, p, state) for n, p in enumerate(groups)],
    }


def _group(n: int, p: dict[str, Any], state: State) -> dict[str, Any]:
    lang = state.lang
    able = len(p["towns"]) <= MAX_TOWNS
    taken = updated(replace(state, towns=()), {"towns": list(p["towns"])}) if able else state
    low, high = p["savings_range"]
    return {
        "number": n + 1,
        "color": GROUPS[n % len(GROUPS)],
        "name": in_words(p["name"], lang),
        "figures": say("where.figures", lang, residents=f"{p['residents']:,}", share=percent(p["in_need"] / p["residents"])),
        "savings": say("where.savings", lang, low=dollars(low, lang), high=dollars(high, lang)),
        # What the first reason says is in the figures.
        "reasons": [in_words(r, lang) for r in p["reasons"][1:]],
        "towns": ", ".join(p["towns"]),
        "href": f"/plan?{query(taken)}" if able and set(taken.towns) != set(state.towns) else "",
    }


def _sentence(parts: list[str]) -> str:
    told = "; ".join(parts)
    return f"{told[:1].upper()}{told[1:]}." if told else ""
