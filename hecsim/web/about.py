"""`/about`: how a person is modelled, every number with its source, limits, citation."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import solara

import hecsim
from hecsim import evidence
from hecsim.evidence import Parameter
from hecsim.report.text import Words
from hecsim.web.shell import use_state
from hecsim.web.words import all_words, say

__all__ = ["AboutPage", "search"]

SHOWN = 40


@solara.component_vue("vue/about.vue")
def _About(
    words: dict[str, str],
    label: str,
    text: str,
    room: str,
    rooms: list[str],
    count: str,
    found: list[dict[str, Any]],
    limits: list[str],
    cite: str,
    event_seek: Callable[[Any], None],
) -> None:
    """The page."""


@cache
def _haystack() -> tuple[tuple[Parameter, str], ...]:
    """Every parameter beside all its words in small letters."""
    return tuple(
        (p, " ".join((p.full_name, p.full_name.replace("_", " "), p.unit, p.source, p.note)).lower())
        for p in evidence.load().values()
    )


def rooms() -> list[str]:
    """Topics of parameters."""
    return sorted({p.room for p in evidence.load().values()})


def search(text: str, room: str = "") -> list[Parameter]:
    """Parameters that hold every word, in a topic or in all of them; names that match come first.

    >>> [p.full_name for p in search("stress persistence")][:1]
    ['stress.persistence']
    """
    words = text.lower().split()[:10]
    found = [p for p, hay in _haystack() if room in ("", p.room) and all(w in hay for w in words)]
    return sorted(found, key=lambda p: -sum(w in p.full_name.replace("_", " ") for w in words))


def _shown(p: Parameter) -> dict[str, Any]:
    def short(v: Any) -> str:
        values = v if isinstance(v, tuple) else (v,)
        names = p.axis if len(p.axis) == len(values) else ("",) * len(values)
        told = [f"{name} {x:g}".strip() for name, x in zip(names, values, strict=True)]
        return ", ".join(told[:12]) + (", …" if len(told) > 12 else "")

    return {
        "name": p.full_name, "value": short(p.value), "unit": p.unit, "grade": p.grade, "source": p.source, "note": p.note,
        "calibrated": p.calibrated,
        "range": f"{short(p.low)} – {short(p.high)}" if p.low is not None and not isinstance(p.low, tuple) else "",
    }  # fmt: skip


@solara.component
def AboutPage() -> None:
    """Text, search, limits, citation."""
    state, _, _ = use_state()
    lang = state.lang
    solara.Title(f"{say('about', lang)} · hecsim")
    asked, ask = solara.use_state({"text": "", "room": ""})
    known = rooms()

    def seek(what: Any) -> None:
        if isinstance(what, dict):
            text = str(what.get("text", asked["text"]))[:100]
            room = str(what.get("room", asked["room"]))
            ask({"text": text, "room": room if room in known else ""})

    found = solara.use_memo(lambda: search(asked["text"], asked["room"]), [asked["text"], asked["room"]])
    words = Words(lang)
    count = say("find.count", lang, shown=min(SHOWN, len(found)), n=f"{len(found):,}") if found else say("find.none", lang)
    with solara.Div(classes=["hecsim-wide"]):
        _About(
            words=all_words(lang, "about", "person", "find"), label=say("find", lang, n=f"{len(evidence.load()):,}"),
            text=asked["text"], room=asked["room"], rooms=known, count=count, found=[_shown(p) for p in found[:SHOWN]],
            limits=[words(f"sure.limit_{i}") for i in range(1, 7)], cite=say("cite", lang, version=hecsim.__version__),
            event_seek=seek,
        )  # fmt: skip
