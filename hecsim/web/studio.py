"""`/studio`: build a mix, run it, see what it would do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import solara

from hecsim.interventions import catalogue
from hecsim.report.charts import KINDS
from hecsim.report.text import Words
from hecsim.web import state as limits
from hecsim.web.baseline import SMALL
from hecsim.web.downloads import KINDS as KINDS_OF_FILES
from hecsim.web.estimate import estimate, use_prices
from hecsim.web.plan import START_YEAR
from hecsim.web.shell import Run, mix_name, mixes_for, progress_words, use_ahead, use_run, use_state
from hecsim.web.state import Saved, State
from hecsim.web.view import budget_html, place_name, results_html
from hecsim.web.words import all_words, say

__all__ = ["StudioPage"]

_WORDS = (
    "studio", "place", "towns", "town", "households", "years", "futures", "mix", "chosen", "remove", "kind", "grade", "grades",
    "reach", "begins", "run", "cancel", "budget", "price",
)  # fmt: skip


@solara.component_vue("vue/planner.vue")
def _Planner(
    words: dict[str, str],
    lang: str,
    plan: dict[str, Any],
    towns: list[str],
    limit: int,
    options: dict[str, list[int]],
    mixes: list[dict[str, str]],
    kinds: list[dict[str, Any]],
    first: int,
    busy: bool,
    fresh: bool,
    told: str,
    ahead: str,
    share: float,
    payers: list[dict[str, str]],
    kept: bool,
    full: bool,
    keeps: str,
    cost: dict[str, Any],
    event_change: Callable[[Any], None],
    event_run: Callable[[Any], None],
    event_cancel: Callable[[Any], None],
) -> None:
    """The left side: place, mix, run."""


def _kinds(lang: str) -> list[dict[str, Any]]:
    """The catalogue by kind, as the page lists it."""
    found = {
        kind: {"key": kind, "symbol": symbol, "color": color, "name": say(f"kind.{kind}", lang), "items": []}
        for kind, (symbol, color) in KINDS.items()
    }
    for cls in catalogue().values():
        entry = {"id": cls.id, "name": getattr(cls.title, lang), "sentence": getattr(cls.sentence, lang), "grade": cls.grade}
        found[cls.kind]["items"].append(entry)  # type: ignore[attr-defined]
    return list(found.values())


def _plan(state: State) -> dict[str, Any]:
    return {
        "towns": list(state.towns), "households": state.households, "years": state.years, "futures": state.futures,
        "mix": state.mix, "picks": [{"id": p.id, "reach": p.reach, "start": p.start} for p in state.picks],
        "budget": state.budget, "payer": state.payer,
    }  # fmt: skip


@solara.component
def StudioPage() -> None:
    """Planner at the left, results at the right."""
    state, change, go = use_state()
    run = use_run(state, draft=True)
    ahead = use_ahead(state, run)
    lang = state.lang
    cost = estimate(state, use_prices(state, run.busy))
    solara.Title(f"{say('studio', lang)} · hecsim")
    options = {"households": list(limits.HOUSEHOLDS), "years": list(limits.YEARS), "futures": list(limits.FUTURES)}
    kept, full = Saved(state.mix, state.picks) in state.saved, len(state.saved) >= limits.MAX_SAVED
    keeps = say("kept", lang) if kept else say("keep", lang, n=len(state.saved), most=limits.MAX_SAVED)
    payers = [{"id": p, "name": Words(lang).term(p)} for p in limits.PAYERS]
    with solara.Div(classes=["hecsim-studio"]):
        with solara.Div(classes=["hecsim-left"]):
            _Planner(
                words=all_words(lang, *_WORDS), lang=lang, plan=_plan(state), towns=list(limits.towns()),
                limit=limits.MAX_TOWNS, options=options, mixes=mixes_for(lang),
                kinds=solara.use_memo(lambda: _kinds(lang), [lang]), first=START_YEAR, busy=run.busy, fresh=run.complete,
                told=progress_words(run, lang),
                ahead="" if ahead is None else say("ahead.ready" if ahead else "ahead.busy", lang),
                share=run.look.share if run.look else 0.0,
                payers=payers, kept=kept, full=full, keeps=keeps, cost=asdict(cost),
                event_change=change, event_run=lambda *_: run.start(), event_cancel=lambda *_: run.cancel(),
            )  # fmt: skip
        _Results(state=state, run=run, go=go)


@solara.component
def _Results(state: State, run: Run, go: Callable[[Any], None]) -> None:
    """What the run gave; under a veil while it belongs to the plan before the last change."""
    lang = state.lang
    nothing: Any = None
    last = solara.use_ref(nothing)
    key, shown = (run.key, run.shown) if run.shown else (run.draft_key, run.draft)
    if shown:
        mix = mix_name(state)
        title = say(
            "results", lang, place=place_name(list(state.towns), lang), first=START_YEAR, last=START_YEAR + state.years - 1,
            mix=mix[:1].lower() + mix[1:] if not state.mix else mix,
        )  # fmt: skip
        last.current = (key, shown, mix, title)
    stale = not shown and last.current is not None
    html = solara.use_memo(
        lambda: results_html(last.current[0], last.current[1], lang, last.current[2]) if last.current else "",
        [last.current, lang],
    )
    with solara.Div(classes=["hecsim", "hecsim-right", *(["veiled"] if stale else [])]):
        if not html:
            steps = "".join(f"<li>{say(f'empty.{i}', lang)}</li>" for i in range(1, 5))
            solara.HTML(unsafe_innerHTML=f"<h1>{say('empty.title', lang)}</h1><ol>{steps}</ol>", classes=["empty"])
            return
        solara.HTML(tag="h1", unsafe_innerHTML=last.current[3])
        paper = f'<button type="button" class="small" data-print>{say("print", lang)}</button>'
        solara.HTML(tag="p", unsafe_innerHTML=paper, classes=["take"])
        if stale:
            solara.HTML(tag="p", classes=["caution"], unsafe_innerHTML=say("veil", lang), attributes={"role": "status"})
        elif not run.shown:
            size, most = f"{SMALL:,}", f"{state.households:,}"
            words = say("draft.small", lang, n=size, done=len(shown), households=most, futures=state.futures)
            solara.HTML(tag="p", classes=["caution"], unsafe_innerHTML=words, attributes={"role": "status"})
        elif not run.complete:
            words = say("draft", lang, done=len(run.shown), of=state.futures)
            solara.HTML(tag="p", classes=["caution"], unsafe_innerHTML=words, attributes={"role": "status"})
        if last.current:
            money = budget_html(last.current[0], last.current[1], lang, state.budget, state.payer)
            solara.HTML(unsafe_innerHTML=money, classes=["results"])
        solara.HTML(unsafe_innerHTML=html, classes=["results"])
        links = " · ".join(f'<a href="/files/{last.current[0]}/{k}.zip" download>{k.upper()} (zip)</a>' for k in KINDS_OF_FILES)
        solara.HTML(tag="p", unsafe_innerHTML=f"{say('take.all', lang)} {links}", classes=["files"])
        with solara.Div(classes=["after"]):
            if state.saved:
                solara.Button(say("to_compare", lang), on_click=lambda: go("/compare"), text=True)
            solara.Button(say("to_family", lang), on_click=lambda: go("/family"), text=True)
