"""The plain pages of a forum: `/v` for phones, `/forum` for the projector, `/forum/control` behind a PIN.

They are plain HTML with a few lines of script that ask what is new; an old phone without scripts votes too.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from functools import cache
from typing import Any

import jinja2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from hecsim.report.text import dollars
from hecsim.web.forum import show
from hecsim.web.forum.evening import Evening
from hecsim.web.forum.room import PHASES, PICKS, RoomError
from hecsim.web.forum.words import texts, told
from hecsim.web.state import LANGUAGES

__all__ = ["forum_app"]

_VOTER, _KEY = "hecsim_v", "hecsim_control"
_MOMENT = 0.2  # seconds for which one drawing of the screen is served to all
_LONGEST = 4096  # bytes of a form


@cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("hecsim.web.forum"), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )  # fmt: skip


def _page(name: str, status: int = 200, **values: Any) -> HTMLResponse:
    return HTMLResponse(_templates().get_template(name).render(**values), status, headers={"cache-control": "no-store"})


def forum_app(evening: Callable[[], Evening | None]) -> Starlette:
    """An ASGI app with the forum's pages. `evening` gives the forum that is open, or None."""
    screen = _Screen()

    def language(request: Request, default: str) -> str:
        asked = request.query_params.get("lang", "")
        return asked if asked in LANGUAGES else default

    def closed(request: Request) -> Response:
        return _page("off.html", 503, t=texts(language(request, "en")), lang=language(request, "en"))

    async def form_of(request: Request) -> dict[str, list[str]] | None:
        if int(request.headers.get("content-length", "0") or 0) > _LONGEST:
            return None
        body = b""
        async for part in request.stream():
            body += part
            if len(body) > _LONGEST:
                return None
        from urllib.parse import parse_qs

        try:
            return parse_qs(body.decode("utf-8", "replace"), max_num_fields=40, keep_blank_values=True)
        except ValueError:
            return None

    # -- phones -------------------------------------------------------------------------------

    def ballot(request: Request, now: Evening, note: str = "", status: int = 200, code: str = "") -> Response:
        room = now.room
        public = room.public()
        lang = language(request, public["language"])
        voter = request.cookies.get(_VOTER, "")
        mine = room.picks_of(voter) if voter else []
        page = _page(
            "ballot.html", status, t=texts(lang), lang=lang, other="es" if lang == "en" else "en", phase=public["phase"],
            voting=room.voting(), options=[show.option(i, lang) for i in room.options] if room.voting() else [],
            mine=mine, note=note, picks=PICKS, code=code or request.query_params.get("c", "")[:8],
            home=now.summary(lang) if public["phase"] == "home" else None,
        )  # fmt: skip
        if not voter or len(voter) > 64:
            page.set_cookie(_VOTER, secrets.token_urlsafe(12), httponly=True, samesite="strict", max_age=24 * 3600)
        return page

    async def vote(request: Request) -> Response:
        now = evening()
        if now is None:
            return closed(request)
        if request.method == "GET":
            return ballot(request, now)
        lang = language(request, now.room.public()["language"])
        form = await form_of(request)
        if form is None:
            return ballot(request, now, told("error.large", lang), 413)
        voter, code = request.cookies.get(_VOTER, ""), (form.get("code") or [""])[0][:8]
        if not voter or len(voter) > 64:
            return ballot(request, now, "", 400, code)
        try:
            if "answer" in form:
                now.room.predict(voter, code, form["answer"][0])
                return ballot(request, now, told("ballot.thanks", lang), 200, code)
            now.room.vote(voter, code, form.get("pick", []))
        except RoomError as problem:
            return ballot(request, now, told(f"error.{problem}", lang), 409, code)
        return ballot(request, now, told("ballot.kept", lang), 200, code)

    async def phone_now(request: Request) -> Response:
        now = evening()
        return JSONResponse({"phase": now.room.public()["phase"] if now else ""}, headers={"cache-control": "no-store"})

    # -- projector ----------------------------------------------------------------------------

    async def public_screen(request: Request) -> Response:
        now = evening()
        if now is None:
            return closed(request)
        shown = _shown(now)
        return _page("screen.html", t=texts(shown["lang"]), **shown)

    async def public_now(request: Request) -> Response:
        now = evening()
        if now is None:
            return JSONResponse({"stamp": ""}, 503)
        stamp, body = screen.seen(now)
        if request.query_params.get("stamp") == stamp:  # most looks find nothing new
            return JSONResponse({"stamp": stamp}, headers={"cache-control": "no-store"})
        return Response(body, media_type="application/json", headers={"cache-control": "no-store"})

    # -- control ------------------------------------------------------------------------------

    async def control(request: Request) -> Response:
        now = evening()
        if now is None:
            return closed(request)
        public = now.room.public()
        lang = language(request, public["language"])
        if request.method == "POST":
            form = await form_of(request)
            try:
                key = now.room.enter((form or {}).get("pin", [""])[0][:32])
            except RoomError as problem:
                locked = str(problem) == "locked"
                return _page("pin.html", 429 if locked else 403, t=texts(lang), lang=lang, note=told(f"error.{problem}", lang))
            answer = RedirectResponse("/forum/control", 303)
            answer.set_cookie(_KEY, key, httponly=True, samesite="strict", path="/forum", max_age=12 * 3600)
            return answer
        if not now.room.allowed(request.cookies.get(_KEY, "")):
            return _page("pin.html", t=texts(lang), lang=lang, note="")
        at = PHASES.index(public["phase"])
        following = told(f"phase.{PHASES[at + 1]}", lang) if at + 1 < len(PHASES) else ""
        return _page(
            "control.html", t=texts(lang), lang=lang, public=public, following=following,
            votes=now.room.tally(public["round"] - 1), note=now.told(lang),
            options=[show.option(i, lang) for i in now.room.options],
            next_label=told("control.next", lang, phase=following) if following else told("control.end", lang),
        )  # fmt: skip

    async def act(request: Request) -> Response:
        now = evening()
        if now is None:
            return closed(request)
        if not now.room.allowed(request.cookies.get(_KEY, "")):
            return RedirectResponse("/forum/control", 303)
        form = await form_of(request) or {}
        what, value = (form.get("do") or [""])[0][:16], (form.get("value") or [""])[0][:64]
        if what == "paper":
            value = f"{(form.get('option') or [''])[0][:8]}={(form.get('count') or [''])[0][:5]}"
        try:
            now.act(what, value)
            screen.forget()
        except RoomError as problem:
            return JSONResponse({"problem": str(problem)}, 409)
        return RedirectResponse("/forum/control", 303)

    return Starlette(routes=[
        Route("/v", vote, methods=["GET", "POST"]),
        Route("/v/now", phone_now),
        Route("/forum", public_screen),
        Route("/forum/now", public_now),
        Route("/forum/control", control, methods=["GET", "POST"]),
        Route("/forum/control/act", act, methods=["POST"]),
    ])  # fmt: skip


class _Screen:
    """What the public screen shows, drawn once for all who look within a moment."""

    def __init__(self) -> None:
        self._until = 0.0
        self._found = ("", b"")

    def seen(self, now: Evening) -> tuple[str, bytes]:
        """Its stamp, and the answer of `/forum/now` that carries it."""
        if time.monotonic() >= self._until:
            stamp = now.stamp()
            if stamp != self._found[0]:
                shown = _shown(now)
                part = _templates().get_template("shown.html").render(**shown, t=texts(shown["lang"]))
                answer = {"stamp": stamp, "html": part, "lang": shown["lang"], "large": shown["public"]["large"]}
                self._found = stamp, json.dumps(answer).encode()
            self._until = time.monotonic() + _MOMENT
        return self._found

    def forget(self) -> None:
        """Look anew at the next request: the control has moved on."""
        self._until = 0.0


def _expected(public: dict[str, Any], lang: str) -> str:
    """What the phones expected before the vote; empty if none did."""
    told_before = public["predictions"]
    if not told_before:
        return ""
    return told("expected", lang, **{k: told_before.get(k, 0) for k in ("better", "same", "worse")})


def _shown(now: Evening) -> dict[str, Any]:
    """What the public screen shows at this moment, as plain values for its template."""
    public = now.room.public()
    lang = public["language"]
    number = public["round"] - 1
    shown: dict[str, Any] = {
        "lang": lang, "public": public, "phase": public["phase"], "heading": told(f"phase.{public['phase']}", lang),
        "address": now.address, "qr": now.qr, "stamp": now.stamp(), "run": "",
        # What somebody announced is not rounded: "$5 million", not "$5.00 million".
        "rule": told("rule", lang, budget=dollars(now.ballot.budget, lang).replace(".00", "")),
        "voted": told("voted", lang, n=public["voted"]),
        "expected": _expected(public, lang),
        "years": [], "step": public["step"], "rows": [], "town": [], "told": now.told(lang), "silent": [], "options": [],
    }  # fmt: skip
    if public["phase"] == "meet":
        shown["years"] = now.years(None, lang)
    elif public["phase"] in ("vote", "vote2"):
        shown["options"] = [show.option(i, lang) for i in now.room.options]
    elif public["phase"] in ("reveal", "reveal2"):
        shown["rows"] = now.rows(number, lang)
    elif public["phase"] in ("run", "run2"):
        shown["years"] = now.years(number, lang)
    elif public["phase"] in ("town", "town2"):
        shown["town"], shown["run"] = now.town(number, lang), now.run(number, lang)
    elif public["phase"] == "missing":
        none = [i for i, n in now.room.tally(0).items() if n == 0]
        shown["silent"] = [show.option(i, lang) for i in none]
    elif public["phase"] == "home":
        shown["home"] = now.summary(lang)
    return shown
