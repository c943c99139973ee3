"""The second part of `/plan`: a needs assessment as pictures; strengths first, what residents say beside the tables."""

from __future__ import annotations

import math
from typing import Any

from hecsim.interventions import catalogue
from hecsim.planning.needs import figure
from hecsim.report import charts
from hecsim.report.charts import KINDS, W
from hecsim.report.text import Words, percent
from hecsim.web.tiles import Tile, against, ranks, shade, tiles
from hecsim.web.view import place_name, templates
from hecsim.web.words import say
from hecsim.web.words_needs import in_words, short_meaning

__all__ = ["needed_html"]

_BROAD = 60  # neighborhoods that need the wide picture


def needed_html(found: dict[str, Any], lang: str) -> str:
    """A needs assessment as HTML. found : answer of `planwork.assessed`."""
    measured = found["indicators"]
    place = place_name(list(found["towns"]), lang)
    counted = [sum(m["against_state"] == k for m in measured) for k in ("worse", "better")]
    strong = [in_words(short_meaning(m["meaning"]), lang) for m in found["strengths"]]
    strong_lead = say("need.strong_lead", lang, list="; ".join(strong)) if strong else say("need.strong_none", lang)
    return templates().get_template("needed.html").render(
        say=lambda name, **v: say(name, lang, **v), t=Words(lang),
        lead=say("need.lead", lang, place=place, worse=counted[0], better=counted[1], n=len(measured)),
        strong=strong_lead, assets=_assets(found["assets"], lang), first=_first(found["priorities"], lang),
        needs=[_need(r, found, lang) for r in found["priorities"]], map=_map(found["places"], lang),
        groups=_groups(found["groups"], lang), voice=_voice(found["voice"], lang), services=_services(found["services"], lang),
        notes=[in_words(n, lang) for n in found["notes"]],
    )  # fmt: skip


def _table(head: list[str], rows: list[list[str]]) -> dict[str, Any]:
    return {"head": head, "rows": [list(zip(head, r, strict=True)) for r in rows]}


def _known(x: Any) -> bool:
    return isinstance(x, (int, float)) and math.isfinite(x)


def _assets(rows: list[dict[str, Any]], lang: str) -> dict[str, Any]:
    """Assets of the tables beside the state as a picture; ties of the synthetic community and organizations as lists."""

    def unit(r: dict[str, Any]) -> str:
        return "share" if r["unit"] == "share" else "number"

    tables = [r for r in rows if r["from"] == "tables" and _known(r["value"]) and r["state"]]
    drawn = [
        (in_words(r["name"], lang), f"{figure(r['value'], unit(r))} ({figure(r['state'], unit(r))})",
         r["value"] / r["state"], math.nan, math.nan, "better" if r["value"] > r["state"] else "")
        for r in tables
    ]  # fmt: skip
    head = (say("need.less", lang), say("need.beside", lang), say("need.more", lang))
    title = say("need.assets", lang)
    columns = [say("need.asset", lang), say("need.value", lang), say("need.state", lang)]
    named = [
        [f"{in_words(r['name'], lang)}, {in_words(r['unit'], lang)}", *(figure(r[k], unit(r)) for k in ("value", "state"))]
        for r in tables
    ]
    ties = [[in_words(r["name"], lang), _tie(r, lang)]
            for r in rows if r["from"] == "synthetic community" and r["link"]]  # fmt: skip
    many = [(in_words(r["name"], lang), r["value"]) for r in rows if r["from"] == "rates"]
    return {
        "svg": against(drawn, title=title, description="; ".join(f"{d[0]}: {d[1]}" for d in drawn), head=head),
        "table": _table(columns, named), "ties": _table(columns[:2], ties) if ties else None,
        "expected": ", ".join(f"{n} {v:.0f}" if v >= 1 else n for n, v in sorted(many, key=lambda p: -p[1])),
    }  # fmt: skip


def _tie(r: dict[str, Any], lang: str) -> str:
    """A share, or how far from the state's mean."""
    if r["unit"] == "share":
        return figure(r["value"])
    return say("need.apart", lang, n=f"{r['value'] + 0.0:+.1f}".replace("-", "−").replace("−0.0", "0.0").replace("+0.0", "0.0"))


def _first(rows: list[dict[str, Any]], lang: str) -> dict[str, Any]:
    drawn = [
        (in_words(r["title"], lang), say("need.top", lang, share=percent(r["top_three"])), r["rank"], *r["ranks"]) for r in rows
    ]
    title = say("need.first", lang)
    return {"svg": ranks(drawn, title=title, description="; ".join(f"{d[2]}. {d[0]}: {d[1]}" for d in drawn))}


def _need(rank: dict[str, Any], found: dict[str, Any], lang: str) -> dict[str, Any]:
    """One need: its figures beside the state's, and what may lie upstream."""
    mine = [m for m in found["indicators"] if m["need"] == rank["need"]]
    drawn, rows = [], []
    for m in mine:
        name, unit = in_words(short_meaning(m["meaning"]), lang), m["unit"]
        shown = unit if unit in ("share", "$") else "number"
        words = f"{figure(m['value'], shown)} ({figure(m['state'], shown)})"
        # To the right is worse, whichever way the figure counts.
        sides = [x / m["state"] if _known(x) and m["state"] else math.nan for x in (m["value"], m["low"], m["high"])]
        if m["worse_is"] == "low":
            sides = [1 / x if x and math.isfinite(x) else math.nan for x in (sides[0], sides[2], sides[1])]
        drawn.append((name, words, *sides, m["against_state"]))
        label = name if unit in ("share", "$") else f"{name}, {in_words(unit, lang)}"
        span = f"{figure(m['low'], shown)} – {figure(m['high'], shown)}" if _known(m["low"]) else "–"
        compared = f"{figure(m['state'], shown)} ({in_words(m['compared_with'], lang)})"
        rows.append([label, figure(m["value"], shown), span, compared, m["source"]])
    title = in_words(rank["title"], lang)
    head = (say("need.better", lang), say("need.beside", lang), say("need.worse", lang))
    columns = [say(f"need.{k}", lang) for k in ("figure", "value", "interval", "state", "source")]
    return {
        "title": f"{rank['rank']}. {title}",
        "svg": against(drawn, title=title, description="; ".join(f"{d[0]}: {d[1]}" for d in drawn), head=head),
        "table": _table(columns, rows), "causes": [_cause(c, lang) for c in found["causes"] if c["need"] == rank["need"]],
    }  # fmt: skip


def _cause(cause: dict[str, Any], lang: str) -> dict[str, str]:
    movers = []
    for m in cause["moved_by"][:3]:
        cls = catalogue()[m["id"]]
        movers.append(f"{KINDS[cls.kind][0]} {getattr(cls.title, lang)}")
    return {
        "text": in_words(cause["condition"], lang), "present": in_words(cause["present"], lang), "grade": cause["grade"],
        "movers": "; ".join(movers) or "–",
    }  # fmt: skip


def _map(places: list[Any], lang: str) -> dict[str, Any] | None:
    if len(places) < 3:
        return None
    highest = max(v for *_, v in places)
    cells = [Tile(name, lat, lon, f"{100 * v:.0f}", shade(v / highest if highest else 0.0)) for name, lat, lon, v in places]
    title = say("need.places", lang)
    worst = sorted(places, key=lambda p: -p[3])
    told = "; ".join(f"{n}: {percent(v)}" for n, _, _, v in worst[:12])
    broad = len(places) > _BROAD
    head = [say("need.neighborhood", lang), "%"]
    return {
        "svg": tiles(cells, title=title, description=told, width=2 * W if broad else W), "broad": broad, "title": title,
        "table": _table(head, [[n, f"{100 * v:.0f}"] for n, _, _, v in worst]),
    }  # fmt: skip


def _groups(rows: list[dict[str, Any]], lang: str) -> list[dict[str, Any]]:
    """Bars by group for each of the things that the tables count by group."""
    out = []
    for what in dict.fromkeys(r["what"] for r in rows):
        mine = [r for r in rows if r["what"] == what]
        title = in_words(what, lang)
        title = title[:1].upper() + title[1:]
        bars = [(in_words(r["group"], lang), r["value"], figure(r["value"]), charts.BLUE) for r in mine]
        told = "; ".join(f"{b[0]}: {b[2]}" for b in bars)
        head = [say("need.group", lang), say("need.value", lang), say("need.interval", lang)]
        table = [[in_words(r["group"], lang), figure(r["value"]), f"{figure(r['low'])} – {figure(r['high'])}"] for r in mine]
        out.append({"title": title, "svg": charts.bars(bars, title=title, description=told), "table": _table(head, table)})
    return out


def _voice(rows: list[dict[str, Any]], lang: str) -> dict[str, Any] | None:
    if not rows:
        return None
    head = say("need.voice_cols", lang).split("|")
    told = []
    for r in rows:
        quote = f": «{r['quotes'][0]}»" if r["quotes"] else ""
        told.append([in_words(r["theme"], lang) + quote, f"{r['count']:g}", in_words(r["agreement"], lang)])
    return _table(head, told)


def _services(rows: list[dict[str, Any]], lang: str) -> dict[str, Any] | None:
    if not rows:
        return None
    head = say("need.services_cols", lang).split("|")
    told = [
        [in_words(r["title"], lang), f"{r['concerned']:,}", "–" if r["places"] is None else f"{r['places']:g}",
         "–" if r["unserved"] is None else percent(r["unserved"]), ", ".join(r["towns_without"]) or "–"]
        for r in rows
    ]  # fmt: skip
    return _table(head, told)
