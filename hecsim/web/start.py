"""`/`: three doors, and what the model is and is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import solara

from hecsim import evidence
from hecsim.interventions import catalogue, mixes
from hecsim.web.shell import PATHS, use_state
from hecsim.web.state import query, towns
from hecsim.web.words import all_words, say

__all__ = ["StartPage"]

_DOORS = ("plan", "family", "about")


@solara.component_vue("vue/start.vue")
def _Start(words: dict[str, str], doors: list[dict[str, str]], count: str, event_go: Callable[[Any], None]) -> None:
    """Title, doors, lists."""


@solara.component
def StartPage() -> None:
    """The first page."""
    state, _, go = use_state()
    solara.Title(f"{say('start', state.lang)} · hecsim")
    n = f"{len(evidence.load()):,}"
    doors = [
        {
            "href": f"{path}?{query(state)}",
            "title": say(f"door.{d}", state.lang),
            "text": say(f"door.{d}_text", state.lang, n=n),
        }
        for d, path in zip(_DOORS, PATHS[1:], strict=True)
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
