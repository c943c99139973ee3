"""The frame of every page, and what all pages share: the state of the URL, and how a run stands."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import solara
import solara.lab

import hecsim
from hecsim.errors import HecsimError
from hecsim.interventions import mixes
from hecsim.study import Study
from hecsim.web import cache
from hecsim.web.jobs import BOARD, Look, finished
from hecsim.web.plan import study_of
from hecsim.web.state import LANGUAGES, State, parse, query, updated
from hecsim.web.view import style
from hecsim.web.words import all_words, say

__all__ = ["PATHS", "Layout", "Run", "mix_name", "mixes_for", "progress_words", "use_run", "use_state"]

PATHS = ("/", "/studio", "/compare", "/plan", "/family", "/lab", "/about")
_NAMES = ("start", "studio", "compare", "plan", "family", "lab", "about")
_FORUM = 5  # the forum's plain page stands before this one in the list of pages
_log = logging.getLogger(__name__)
_EVERY = 0.25  # seconds between two looks at a run
_DRAFT = 2  # futures from which a first picture is drawn

# What the visitor has changed since the URL was read, beside the query it was read from. Both belong to one session.
_draft: solara.Reactive[tuple[str, State] | None] = solara.reactive(None)
_visitor: solara.Reactive[str] = solara.reactive("")


def use_state() -> tuple[State, Callable[[Any], None], Callable[[Any], None]]:
    """The state of this page, a function that takes a change from the page, and one that goes to a page by its path."""
    router = solara.use_router()
    search = router.search or ""
    draft = _draft.value
    state = draft[1] if draft is not None and draft[0] == search else parse(search)

    def change(what: Any) -> None:
        _draft.value = (search, updated(state, what))

    def go(page: Any) -> None:
        if page in PATHS:
            kept = _draft.value  # a change of this very moment goes along
            router.push(f"{page}?{query(kept[1] if kept is not None and kept[0] == search else state)}")

    return state, change, go


@solara.component_vue("vue/frame.vue")
def _Frame(
    words: dict[str, str],
    links: list[dict[str, Any]],
    lang: str,
    other: str,
    address: str,
    event_go: Callable[[Any], None],
    event_speak: Callable[[Any], None],
) -> None:
    """Head of the page: skip link, pages, language; keeps the language and query of the document."""


@solara.component
def Layout(children: list[Any] = []) -> Any:  # noqa: B006  (Solara's way to pass what a layout holds)
    """Frame, content, foot."""
    router = solara.use_router()
    state, change, go = use_state()
    path = f"/{router.parts[0]}" if router.parts else "/"
    page = PATHS.index(path) if path in PATHS else 0
    solara.use_effect(_arrive, [])
    lang = state.lang
    links = [
        {"path": p, "href": f"{p}?{query(state)}", "name": say(n, lang), "here": i == page}
        for i, (p, n) in enumerate(zip(PATHS, _NAMES, strict=True))
    ]
    links.insert(_FORUM, {"path": "", "href": f"/forum?lang={lang}", "name": say("forum", lang), "here": False})
    problem, _ = solara.use_exception()
    if problem is not None:
        _log.error("a page failed", exc_info=problem)
    with solara.Column(classes=["hecsim-page"], gap="0px", style={"padding": "0"}) as main:
        solara.Style(style())
        _Frame(
            words=all_words(lang, "skip", "nav", "language", "simulated"), links=links, lang=lang,
            other=next(x for x in LANGUAGES if x != lang),
            address=f"{path if path in PATHS else '/'}?{query(state)}", event_go=go,
            event_speak=lambda other: change({"lang": other}),
        )  # fmt: skip
        with solara.v.Html(tag="main", attributes={"id": "content"}, class_="hecsim-main"):
            if problem is None:
                solara.Column(children=children, gap="0px")
            else:
                told = f"<h1>{say('broken', lang)}</h1><p>{say('broken.text', lang)}</p>"
                solara.HTML(classes=["hecsim"], unsafe_innerHTML=told, attributes={"role": "alert"})
        solara.HTML(tag="footer", classes=["hecsim-foot"], unsafe_innerHTML=say("footer", lang, version=hecsim.__version__))
    return main


def _arrive() -> Callable[[], None]:
    """Give the session a name for its runs; what only it waits for stops when it ends."""
    if not _visitor.value:
        _visitor.value = uuid.uuid4().hex
    name = _visitor.value
    return lambda: BOARD.leave(name)


def mix_name(state: State) -> str:
    """What the chosen mix is called on this page."""
    if not state.mix:
        return say("your_mix", state.lang)
    # The part before the colon is the name; the rest explains it and would not fit beside a line.
    title = str(getattr(mixes()[state.mix].title, state.lang)).partition(":")[0]
    return say("changed", state.lang, name=title) if state.changed else title


def mixes_for(lang: str) -> list[dict[str, str]]:
    """The ready-made mixes as the page lists them."""
    return [
        {"id": m.id, "title": getattr(m.title, lang), "sentence": getattr(m.sentence, lang)} for m in mixes().values() if len(m)
    ]


@dataclass(frozen=True)
class Run:
    """How the study of a page stands. shown : futures that are finished and may be drawn."""

    key: str
    look: Look | None
    shown: tuple[int, ...]
    start: Callable[[], None]
    cancel: Callable[[], None]
    problem: str = ""
    futures: int = 0

    @property
    def busy(self) -> bool:
        """Whether it is being run."""
        return self.look is not None and self.look.busy

    @property
    def complete(self) -> bool:
        """Whether all its futures are finished."""
        lost = self.look.lost if self.look is not None else 0
        return bool(self.shown) and not self.busy and len(self.shown) + lost >= self.futures


def _study(state: State) -> tuple[Study | None, str]:
    try:
        return study_of(state), ""
    except HecsimError as problem:
        return None, str(problem)


def use_run(state: State) -> Run:
    """The run of the study that the state asks for; the page is drawn again as it goes on."""
    plain = replace(state, lang="en")
    study, problem = solara.use_memo(lambda: _study(plain), [plain])
    key = solara.use_memo(lambda: cache.key_of(study) if study is not None else "", [plain])
    nothing: tuple[str, Look | None] = ("", None)
    moment, set_moment = solara.use_state(nothing)
    looked, look = moment

    async def watch() -> None:
        last = BOARD.look(key) if key else None
        set_moment((key, last))
        while last is not None and last.busy:
            await asyncio.sleep(_EVERY)
            now = BOARD.look(key)
            if now != last:
                last = now
                set_moment((key, now))

    asked, set_asked = solara.use_state(0)
    solara.lab.use_task(watch, dependencies=[key, asked])
    look = look if looked == key else None

    def start() -> None:
        if study is not None:
            try:
                BOARD.start(study, _visitor.value)
            except HecsimError as trouble:
                set_moment((key, Look("failed", 0.0, 0, state.futures, str(trouble))))
                return
            set_asked(asked + 1)

    def cancel() -> None:
        BOARD.cancel(key, _visitor.value)
        set_moment((key, BOARD.look(key)))

    done = look.futures if look is not None else -1
    stage = look.stage if look is not None else ""
    on_disk = solara.use_memo(lambda: tuple(finished(key, state.futures)) if key else (), [key, state.futures, done, stage])
    # While a run goes on, a picture is drawn from 2, 4, 8, ... futures, so that it does not change too often.
    if look is not None and look.busy and len(on_disk) < state.futures:
        steps = [n for n in (16, 8, 4, _DRAFT) if n <= len(on_disk)]
        on_disk = on_disk[: steps[0]] if steps else ()
    return Run(key, look, on_disk, start, cancel, problem, state.futures)


def progress_words(run: Run, lang: str) -> str:
    """One line on how a run stands; empty if nothing is to be said."""
    look = run.look
    if run.problem:
        return say("stage.failed", lang, problem=run.problem)
    if look is None or (look.stage == "canceled" and run.complete):
        return ""
    if look.stage == "done":
        return say("stage.lost", lang, n=look.lost, of=look.of, problem=look.problem) if look.lost else ""
    return say(f"stage.{look.stage}", lang, done=look.futures, of=look.of, problem=look.problem)
