"""`/`: three doors, and what the model is and is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import solara

from hecsim import evidence
from hecsim.interventions import catalogue, mixes
from hecsim.web.shell import use_state
from hecsim.web.state import query, towns
from hecsim.web.words import all_words, say

__all__ = ["StartPage"]

# Each door, and what lies behind it beside.
_DOORS = {
    "plan": ("/studio", {"compare": "/compare", "together": "/plan"}),
    "family": ("/family", {"forum": "/forum"}),
    "about": ("/about", {"lab": "/lab"}),
}


@solara.component_vue("vue/start.vue")
def _Start(words: dict[str, str], doors: list[dict[str, Any]], count: str, event_go: Callable[[Any], None]) -> None:
    """Title, doors, lists."""


@solara.component
def StartPage() -> None:
    """The first page."""
    state, _, go = use_state()
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
        words=all_words(state.lang, "start", "is", "not", "simulated"),
        doors=doors,
        event_go=go,
        count=say(
            "start.count",
            state.lang,
            interventions=len(catalogue()),
            mixes=sum(len(m) > 0 for m in mixes().values()),
            towns=len(towns()),
            n=n,
        ),
    )
