"""`/`: three doors, one town's figures, and what the model is and is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import solara

from hecsim import evidence, geography
from hecsim.interventions import catalogue, mixes
from hecsim.report.text import percent
from hecsim.web.shell import use_state
from hecsim.web.state import query, towns
from hecsim.web.view import data_year
from hecsim.web.words import all_words, say

__all__ = ["StartPage", "town_told"]

# Each door, and what lies behind it beside.
_DOORS = {
    "plan": ("/studio", {"compare": "/compare", "together": "/plan"}),
    "family": ("/family", {"forum": "/forum"}),
    "about": ("/about", {"lab": "/lab"}),
}


@solara.component_vue("vue/start.vue")
def _Start(
    words: dict[str, str],
    doors: list[dict[str, Any]],
    count: str,
    towns: list[str],
    town: str,
    live: str,
    event_change: Callable[[Any], None],
    event_go: Callable[[Any], None],
) -> None:
    """Title, doors, lists, and one town's own figures."""


def town_told(town: str, lang: str) -> str:
    """What the census tables say of a town, beside the others.

    >>> town_told("Waterbury", "en")[:46]
    'In Waterbury, 45% of residents live below twic'
    """
    table = geography.towns()
    shares = {c: table[c].to_numpy(float) for c in ("poor_below_200", "child_poor_below_200", "renters_burdened")}
    poor, children, rent = (float(v[table.index.get_loc(town)]) for v in shares.values())
    more = int((shares["poor_below_200"] > poor).sum())
    told = say("live.poor", lang, town=town, all=percent(poor), kids=percent(children), n=more, of=len(table) - 1)
    return f"{told} {say('live.rent', lang, rent=percent(rent))} {say('live.data', lang, data=data_year())}"


@solara.component
def StartPage() -> None:
    """The first page."""
    state, change, go = use_state()
    solara.Title(f"{say('start', state.lang)} · hecsim")
    n = f"{len(evidence.load()):,}"
    asked = query(state)
    doors = [
        {
            "path": path,
            "href": f"{path}?{asked}",
            "title": say(f"door.{d}", state.lang),
            "text": say(f"door.{d}_text", state.lang, n=n),
            "more": [
                # The forum is a plain page, so it is opened by its address.
                {"path": "" if p == "/forum" else p, "href": f"{p}?{asked}", "title": say(f"door.{k}", state.lang)}
                for k, p in more.items()
            ],
        }
        for d, (path, more) in _DOORS.items()
    ]
    _Start(
        words=all_words(state.lang, "start", "is", "not", "simulated", "live"),
        doors=doors,
        event_go=go,
        towns=list(towns()),
        town=state.towns[0],
        live=town_told(state.towns[0], state.lang),
        event_change=change,
        count=say(
            "start.count",
            state.lang,
            interventions=len(catalogue()),
            mixes=sum(len(m) > 0 for m in mixes().values()),
            towns=len(towns()),
            n=n,
        ),
    )
