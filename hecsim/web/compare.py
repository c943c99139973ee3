"""`/compare`: up to four kept mixes beside one another, each through the same board as the studio."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import solara

from hecsim.interventions import catalogue
from hecsim.report.charts import KINDS
from hecsim.web.shell import Run, mix_name, mixes_for, progress_words, use_run, use_state
from hecsim.web.side import compare_html
from hecsim.web.state import MAX_SAVED, Saved, State, restored
from hecsim.web.words import all_words, say

__all__ = ["ComparePage", "letters"]


@solara.component_vue("vue/shelf.vue")
def _Shelf(
    words: dict[str, str],
    mixes: list[dict[str, str]],
    shelf: list[dict[str, Any]],
    current: str,
    full: bool,
    busy: bool,
    fresh: bool,
    where: str,
    event_change: Callable[[Any], None],
    event_open: Callable[[Any], None],
    event_run: Callable[[Any], None],
    event_cancel: Callable[[Any], None],
) -> None:
    """The kept mixes, and how their runs stand."""


def letters(state: State) -> list[str]:
    """Names of the kept mixes: a letter, and what a ready-made one is called."""
    named = [(chr(ord("A") + i), restored(state, one)) for i, one in enumerate(state.saved)]
    return [f"{at} {mix_name(one)}" if one.mix else say("compare.mix", state.lang, letter=at) for at, one in named]


def _parts(one: Saved, lang: str) -> list[dict[str, str]]:
    out = []
    for p in one.picks:
        cls = catalogue()[p.id]
        symbol, color = KINDS[cls.kind]
        out.append({"id": p.id, "symbol": symbol, "color": color, "name": getattr(cls.title, lang), "reach": f"{p.reach}%"})
    return out


@solara.component
def ComparePage() -> None:
    """Shelf, then what the runs say."""
    state, change, go = use_state()
    lang = state.lang
    solara.Title(f"{say('compare', lang)} · hecsim")
    # Hooks may not be called a changing number of times, so all places of the shelf have a run, some of nothing.
    empty = replace(state, mix="", picks=())
    plans = [*(restored(state, one) for one in state.saved), *[empty] * MAX_SAVED]
    first, second, third, fourth = use_run(plans[0]), use_run(plans[1]), use_run(plans[2]), use_run(plans[3])
    runs: list[Run] = [first, second, third, fourth][: len(state.saved)]
    names = letters(state)
    shelf = [
        {
            "name": name, "parts": _parts(one, lang), "told": progress_words(run, lang) or say(
                "compare.done" if run.complete else "compare.waiting", lang),
            "busy": run.busy, "share": run.look.share if run.look else 0.0,
        }
        for name, one, run in zip(names, state.saved, runs, strict=True)
    ]  # fmt: skip

    def start(*_: Any) -> None:
        for run in runs:
            if not run.complete and not run.busy:
                run.start()

    def stop(*_: Any) -> None:
        for run in runs:
            if run.busy:
                run.cancel()

    def work_on(number: Any) -> None:
        change({"open": number})
        go("/studio")

    now = Saved(state.mix, state.picks)
    with solara.Div(classes=["hecsim-wide"]):
        _Shelf(
            words=all_words(lang, "compare", "cancel"), mixes=mixes_for(lang), shelf=shelf,
            current=mix_name(state) if state.picks and now not in state.saved else "",
            full=len(state.saved) >= MAX_SAVED, busy=any(r.busy for r in runs), fresh=all(r.complete for r in runs),
            where=say("compare.where", lang, towns=", ".join(state.towns), households=f"{state.households:,}",
                      years=state.years, futures=state.futures),
            event_change=change, event_open=work_on, event_run=start, event_cancel=stop,
        )  # fmt: skip
        _Together(state=state, runs=runs, names=names)


@solara.component
def _Together(state: State, runs: list[Run], names: list[str]) -> None:
    """What can be said of the mixes whose runs have something to show."""
    lang = state.lang
    ready = [i for i, r in enumerate(runs) if r.shown]
    common = tuple(sorted(set.intersection(*(set(runs[i].shown) for i in ready)))) if ready else ()
    keys = tuple(runs[i].key for i in ready)
    called = tuple(names[i] for i in ready)
    saved = tuple(state.saved[i] for i in ready)
    html = solara.use_memo(
        lambda: compare_html(keys, common, lang, called, saved, state.budget, state.payer) if common else "",
        [keys, common, lang, called, saved, state.budget, state.payer],
    )
    if html:
        paper = f'<p class="take"><button type="button" class="small" data-print>{say("print", lang)}</button></p>'
        missing = [n for i, n in enumerate(names) if i not in ready]
        with solara.Div(classes=["hecsim", "compared"]):
            solara.HTML(unsafe_innerHTML=paper)
            if missing:
                solara.HTML(
                    tag="p", classes=["caution"], unsafe_innerHTML=say("compare.missing", lang, list=", ".join(missing))
                )
            elif not all(r.complete for r in runs):
                told = say("draft", lang, done=len(common), of=state.futures)
                solara.HTML(tag="p", classes=["caution"], unsafe_innerHTML=told)
            solara.HTML(unsafe_innerHTML=html, classes=["results"])
