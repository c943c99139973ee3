"""The frame of every page, and what all pages share: the state of the URL, and how a run stands."""

from __future__ import annotations

import asyncio
import logging
import time
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
from hecsim.web import baseline, cache
from hecsim.web.jobs import BOARD, Look, finished
from hecsim.web.plan import law_of, study_of
from hecsim.web.state import LANGUAGES, State, parse, query, updated
from hecsim.web.view import results_html, style
from hecsim.web.words import all_words, say

__all__ = ["PATHS", "Layout", "Run", "mix_name", "mixes_for", "progress_words", "use_ahead", "use_run", "use_state"]

PATHS = ("/", "/studio", "/compare", "/plan", "/family", "/lab", "/about")
_NAMES = ("start", "studio", "compare", "plan", "family", "lab", "about")
_FORUM = 5  # the forum's plain page stands before this one in the list of pages
_log = logging.getLogger(__name__)
_EVERY = 0.2  # seconds between two looks at a run
_SOON = 0.05  # the same while a draft is lived, which takes about a second
_GRACE = 20.0  # seconds in which a page that is loaded again takes over the run of the one before
_STILL = 1.0  # seconds without a change after which current law is lived ahead
_DRAFT_SHARE = 0.1  # of the bar that a draft fills
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
        kept = _draft.value  # two changes may come before the page is drawn again
        now = kept[1] if kept is not None and kept[0] == search else state
        _draft.value = (search, updated(now, what))

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


def _name() -> str:
    """The name of this session."""
    if not _visitor.value:
        _visitor.value = uuid.uuid4().hex
    return _visitor.value


def _arrive() -> Callable[[], None]:
    """Give the session a name for its runs; what only it waits for stops soon after it has ended."""
    name = _name()
    return lambda: BOARD.leave(name, _GRACE)


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
    """How the study of a page stands.

    shown : futures that are finished and may be drawn
    draft_key, draft : the smaller town of a first draft and its finished futures, until there is something of the town itself
    guess : live the draft before it is asked for, if nothing else is to do; whether that is done
    """

    key: str
    look: Look | None
    shown: tuple[int, ...]
    start: Callable[[], None]
    cancel: Callable[[], None]
    problem: str = ""
    futures: int = 0
    draft_key: str = ""
    draft: tuple[int, ...] = ()
    guess: Callable[[], bool] = lambda: False

    @property
    def busy(self) -> bool:
        """Whether it is being run."""
        return self.look is not None and self.look.busy

    @property
    def complete(self) -> bool:
        """Whether all its futures are finished."""
        lost = self.look.lost if self.look is not None else 0
        return bool(self.shown) and not self.busy and len(self.shown) + lost >= self.futures


def _studies(state: State) -> tuple[Study | None, Study | None, str]:
    """The study of a state, its draft, and what is wrong with it."""
    try:
        study = study_of(state)
    except HecsimError as problem:
        return None, None, str(problem)
    return study, baseline.small(study) if study is not None else None, ""


def use_run(state: State, draft: bool = False) -> Run:
    """The run of the study that the state asks for; the page is drawn again as it goes on.

    draft : run a smaller town first, which is there within seconds
    """
    plain = replace(state, lang="en")
    study, small, problem = solara.use_memo(lambda: _studies(plain), [plain])
    small = small if draft else None
    keys = solara.use_memo(lambda: [cache.key_of(s) if s is not None else "" for s in (study, small)], [plain, draft])
    key, first = keys
    nothing: tuple[str, Look | None, Look | None] = ("", None, None)
    moment, set_moment = solara.use_state(nothing)
    looked, look, early = moment

    def at_present() -> tuple[str, Look | None, Look | None]:
        return key, BOARD.look(key) if key else None, BOARD.look(first) if first else None

    async def watch() -> None:
        for each in (key, first):
            BOARD.join(each, _name())
        last, told_at = at_present(), time.monotonic()
        set_moment(last)
        while any(found is not None and found.busy for found in last[1:]):
            drafting = last[2] is not None and last[2].busy
            await asyncio.sleep(_SOON if drafting else _EVERY)
            now = at_present()
            over = drafting and not (now[2] is not None and now[2].busy)
            if now != last and (over or time.monotonic() - told_at >= _EVERY):
                last, told_at = now, time.monotonic()
                set_moment(now)

    asked, set_asked = solara.use_state(0)
    solara.lab.use_task(watch, dependencies=[key, first, asked])
    look, early = (look, early) if looked == key else (None, None)

    def start() -> None:
        if study is not None:
            try:
                if small is not None and not set(baseline.DRAFT) <= set(finished(first, small.futures)):
                    BOARD.start(small, _visitor.value, baseline.DRAFT)
                BOARD.start(study, _visitor.value, after=first)
            except HecsimError as trouble:
                set_moment((key, Look("failed", 0.0, 0, state.futures, str(trouble)), None))
                return
            set_asked(asked + 1)

    def cancel() -> None:
        for each in (first, key):
            BOARD.cancel(each, _visitor.value)
        set_moment(at_present())

    def guess() -> bool:
        return small is not None and BOARD.guess(small, _visitor.value, baseline.DRAFT)

    def told(found: Look | None) -> tuple[int, str]:
        return (found.futures, found.stage) if found is not None else (-1, "")

    on_disk = solara.use_memo(lambda: tuple(finished(key, state.futures)) if key else (), [key, state.futures, told(look)])
    drafted = solara.use_memo(
        lambda: tuple(i for i in finished(first, max(baseline.DRAFT) + 1) if i in baseline.DRAFT) if first else (),
        [first, told(early), asked],
    )
    drafted = drafted if len(drafted) == len(baseline.DRAFT) else ()
    # While a run goes on, a picture is drawn from 2, 4, 8, ... futures, so that it does not change too often.
    if look is not None and look.busy and len(on_disk) < state.futures:
        steps = [n for n in (16, 8, 4, *(() if drafted else (_DRAFT,))) if n <= len(on_disk)]
        on_disk = on_disk[: steps[0]] if steps else ()
    if look is not None and look.busy and early is not None:
        share = (_DRAFT_SHARE * (1.0 if drafted else early.share) + look.share) / (1 + _DRAFT_SHARE)
        look = replace(look, share=share, stage="draft" if early.busy and early.stage == "running" else look.stage)
    return Run(key, look, on_disk, start, cancel, problem, state.futures, first, () if on_disk else drafted, guess)


def use_ahead(state: State, run: Run) -> bool | None:
    """Once the page has stood still for a moment, live current law of the place, while the visitor still builds a mix.

    Then, each time the mix has stood still, its draft. Whether current law is done; None if it is not under way.
    """
    idle = not run.busy and not run.complete
    nothing: bool | None = None
    standing, stand = solara.use_state(nothing)

    async def ahead() -> None:
        stand(None)
        if not idle:
            return
        await asyncio.sleep(_STILL)
        try:
            law = law_of(state)
            small = baseline.small(law)
            first = [] if small is None else [(baseline.with_some_mix(small), baseline.DRAFT)]
            whole = baseline.with_some_mix(law)
            BOARD.ready([*first, (whole, ())], _visitor.value)
        except HecsimError:  # the run itself will say what is wrong
            return
        while (now := BOARD.is_ready(whole)) is False:
            stand(now)
            await asyncio.sleep(_STILL)
        stand(now)

    async def guess() -> None:
        if not (standing and idle and run.draft_key):
            return
        await asyncio.sleep(_STILL)
        try:
            while not run.guess():
                await asyncio.sleep(_STILL)
            # Drawn once, it is kept for the moment in which it is asked for.
            await asyncio.to_thread(results_html, run.draft_key, baseline.DRAFT, state.lang, mix_name(state))
        except Exception:  # the run itself will say what is wrong
            _log.info("no draft ahead", exc_info=True)

    solara.lab.use_task(ahead, dependencies=[state.towns, state.households, state.years, state.futures, idle])
    solara.lab.use_task(guess, dependencies=[run.draft_key, standing, idle])
    return standing


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
