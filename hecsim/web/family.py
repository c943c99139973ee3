"""`/family`: the founding family's two lanes through the years, inside the run of the studio."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import solara

from hecsim.population import Vignette
from hecsim.web.plan import study_of
from hecsim.web.shell import mix_name, mixes_for, progress_words, use_run, use_state
from hecsim.web.state import FUTURES, YEARS, State, reaches_everyone, updated
from hecsim.web.story import touched, use_reached
from hecsim.web.view import family_of
from hecsim.web.words import all_words, say

__all__ = ["FamilyPage"]

# What a visitor meets who brings no plan: ten years, and the ready-made mix that is about families' own needs.
_FIRST = {"mix": "M1", "years": 10}


@solara.component_vue("vue/launch.vue")
def _Launch(
    words: dict[str, str],
    who: str,
    placed: str,
    mix: str,
    custom: str,
    altered: bool,
    everyone: bool,
    mixes: list[dict[str, str]],
    years: int,
    futures: int,
    options: dict[str, list[int]],
    ready: bool,
    busy: bool,
    told: str,
    share: float,
    event_change: Callable[[Any], None],
    event_run: Callable[[Any], None],
    event_cancel: Callable[[Any], None],
    event_go: Callable[[Any], None],
) -> None:
    """Who they are, which mix, go."""


@solara.component_vue("vue/lanes.vue")
def _Lanes(
    words: dict[str, str],
    story: dict[str, Any],
    touched: list[dict[str, str]],
    asked: bool,
    run_id: str,
    event_choose: Callable[[Any], None],
) -> None:
    """The two lanes, year by year."""


def _who(lang: str) -> str:
    ages = {str(m.get("name")): int(m["years"]) for m in Vignette.founding_family().members}
    return say(
        "family.who",
        lang,
        camille=ages["Camille"],
        joseph=ages["Joseph"],
        michael=ages["Michael"],
        mother=ages["Camille's mother"],
    )


def with_mix(state: State) -> State:
    """The state, with the first ready-made mix if nothing is chosen: a family needs something to compare."""
    return state if state.picks else updated(state, _FIRST)


@solara.component
def FamilyPage() -> None:
    """Launch, then lanes."""
    given, change, go = use_state()
    state = with_mix(given)
    run = use_run(state)
    lang = state.lang
    solara.Title(f"{say('family', lang)} · hecsim")
    name = mix_name(state)
    middle: Any = None
    future, choose = solara.use_state(middle)
    story = solara.use_memo(
        lambda: family_of(run.key, run.shown, lang, name, future) if run.shown and not run.busy else None,
        [run.key, run.shown, run.busy, lang, name, future],
    )
    found = use_reached(run.key, study_of(state) if story is not None else None, story["future"] if story is not None else None)

    def start(*_: Any) -> None:
        if not given.picks:
            change(_FIRST)  # so that the address of this page says what was lived
        run.start()

    with solara.Div(classes=["hecsim-wide"]):
        _Launch(
            words=all_words(lang, "family", "cancel", "simulated", "years", "futures"),
            who=_who(lang),
            placed=say("family.illustrative", lang, town=", ".join(state.towns)),
            mix=state.mix,
            custom="" if state.mix else name,
            altered=state.changed,
            everyone=reaches_everyone(state),
            mixes=mixes_for(lang),
            years=state.years,
            futures=state.futures,
            options={"years": list(YEARS), "futures": list(FUTURES)},
            ready=run.complete,
            busy=run.busy,
            told=progress_words(run, lang),
            share=run.look.share if run.look else 0.0,
            event_change=lambda c: change(c if given.picks or not isinstance(c, dict) else {**_FIRST, **c}),
            event_run=start,
            event_cancel=lambda *_: run.cancel(),
            event_go=go,
        )
        if story is not None:
            _Lanes(
                words=all_words(lang, "family", "touch", "sum"),
                story=story,
                touched=touched(found or [], lang),
                asked=found is not None,
                run_id=f"{run.key}{story['future']}",
                event_choose=lambda n: choose(int(n)) if str(n).isdecimal() and len(str(n)) < 4 else None,
            )
        elif run.complete:
            solara.HTML(tag="p", classes=["hecsim"], unsafe_innerHTML=say("family.none", lang))
