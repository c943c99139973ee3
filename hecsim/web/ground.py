"""Where a collaborative works and what is needed there: two questions of `/plan` that workers answer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Future
from functools import lru_cache
from typing import Any

import solara
import solara.lab

from hecsim.errors import HecsimError
from hecsim.web import planwork, worker
from hecsim.web.grouping import asked_for
from hecsim.web.jobs import BOARD
from hecsim.web.needed import needed_html
from hecsim.web.state import State
from hecsim.web.where import where_html
from hecsim.web.words import all_words, say

__all__ = ["Ground"]

_EVERY = 0.4  # seconds between two looks at an answer
_KEPT = 24  # answers kept for everybody; what a visitor hands over is in none of them
_log = logging.getLogger(__name__)
_answers: dict[Any, Any] = {}


@solara.component_vue("vue/voice.vue")
def _Voice(
    words: dict[str, str],
    hint: str,
    names: str,
    problem: str,
    most: int,
    event_take: Callable[[Any], None],
    event_drop: Callable[[Any], None],
) -> None:
    """Files that a visitor hands over."""


def _keep(key: Any, answer: Any) -> None:
    _answers.pop(key, None)
    _answers[key] = answer
    while len(_answers) > _KEPT:
        _answers.pop(next(iter(_answers)))


def use_answer(key: Any, ask: Callable[[], tuple[Future[Any], Callable[[], float]]], *, keep: bool) -> tuple[Any, str, float]:
    """Answer to a question of the page (None until it is there), a problem in words, and how far the work is."""
    nothing: tuple[Any, Any, str] = (None, None, "")
    held, hold = solara.use_state(nothing)
    share, tell = solara.use_state(0.0)

    async def work() -> None:
        if key in _answers:
            return
        tell(0.0)
        try:
            future, look = ask()
            while not future.done():
                await asyncio.sleep(_EVERY)
                tell(round(look(), 2))
            answer = future.result()
        except HecsimError as problem:
            hold((key, None, str(problem)))
            return
        except Exception as problem:
            _log.exception("a question of the page failed")
            hold((key, None, type(problem).__name__))
            return
        if keep:
            _keep(key, answer)
        hold((key, answer, ""))

    solara.lab.use_task(work, dependencies=[key])
    if key in _answers:
        return _answers[key], "", 1.0
    return (held[1], held[2], share) if held[0] == key else (None, "", share)


@lru_cache(maxsize=1)
def _nothing_heard() -> dict[str, tuple[str, str]]:
    return {"voice": ("", ""), "services": ("", "")}


@solara.component
def Ground(state: State) -> None:
    """Ways to group towns, then needs of the chosen towns."""
    lang = state.lang
    asked = (asked_for(state.where, state.towns), state.where.contiguity, state.where.count)
    ways, trouble, share = use_answer(("ways", asked), lambda: BOARD.ask_telling(planwork.grouped, *asked), keep=True)
    heard, hear = solara.use_state(_nothing_heard())
    brought = tuple((name, text) for name, text in heard.values())
    question = ("needs", state.towns, brought)
    empty = not any(text for _, text in brought)

    def ask() -> tuple[Future[Any], Callable[[], float]]:
        return BOARD.ask(worker.asked, planwork.assessed, state.towns, *(text for _, text in brought)), lambda: 0.0

    needs, problem, _ = use_answer(question, ask, keep=empty)

    def take(what: Any) -> None:
        if not isinstance(what, dict) or what.get("kind") not in heard:
            return
        name, text = str(what.get("name", ""))[:80], str(what.get("text", ""))
        # One letter more than allowed, so that the worker says that it is too large.
        hear({**heard, str(what["kind"]): (name, text[: planwork.MOST_BYTES + 1])})

    names = ", ".join(name for name, text in brought if text)
    with solara.Div(classes=["hecsim", "ground"]):
        solara.HTML(tag="h2", unsafe_innerHTML=say("where.title", lang))
        drawn = solara.use_memo(lambda: where_html(ways, state) if ways else "", [ways is None, asked, state])
        if drawn:
            solara.HTML(unsafe_innerHTML=drawn, classes=["results"])
        else:
            long = f" {say('where.long', lang)}" if state.where.area == "all" else ""
            _Waiting(say("where.working", lang) + long, trouble, share, lang)
        solara.HTML(tag="h2", unsafe_innerHTML=say("need.title", lang))
        _Voice(
            words=all_words(lang, "voice"), hint=say("voice.hint", lang, kb=planwork.MOST_BYTES // 1000),
            names=say("voice.taken", lang, name=names) if names else "",
            problem=say("voice.problem", lang, problem=problem) if problem and not empty else "",
            most=planwork.MOST_BYTES, event_take=take, event_drop=lambda *_: hear(_nothing_heard()),
        )  # fmt: skip
        html = solara.use_memo(lambda: needed_html(needs, lang) if needs else "", [needs is None, question, lang])
        if needs is not None:
            solara.HTML(unsafe_innerHTML=html, classes=["results"])
        elif not problem or empty:
            _Waiting(say("need.working", lang), problem, 0.0, lang)


@solara.component
def _Waiting(told: str, trouble: str, share: float, lang: str) -> None:
    """One line on work that is under way, or on why it stopped."""
    if trouble:
        with solara.Div(classes=["caution"], attributes={"role": "alert"}):
            solara.Text(say("stage.failed", lang, problem=trouble))
        return
    done = f" {round(100 * share)}%" if share else ""
    solara.HTML(tag="p", unsafe_innerHTML=told + done, attributes={"role": "status"})
