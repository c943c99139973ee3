"""Settings of the Solara server, and a guard before it.

Solara reads its settings before an app is loaded, so they are set in place.
"""

from __future__ import annotations

import ipaddress
import logging
import os
import re
import socket
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from hecsim.web.downloads import files_app
from hecsim.web.forum.opening import current
from hecsim.web.forum.pages import forum_app

__all__ = ["POLICY", "Guard", "settle"]

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

# Pages may load from this server only: the browser itself refuses any outside request.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
    "frame-ancestors 'none'; base-uri 'self'; form-action 'self'; object-src 'none'"
)
_log = logging.getLogger(__name__)
_FORUM = re.compile(r"/(v|forum)(/|$)")
_FILES = re.compile(r"/files/")
_HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    # Not "no-referrer": browsers then send "Origin: null" with the forms of our own pages, which the guard refuses.
    (b"referrer-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
)


class Guard:
    """An ASGI layer: pages of other sites may not talk to this server, and pages of this server not to others."""

    def __init__(self, app: Any):
        self.app = app
        self.forum = forum_app(current)
        self.files = files_app()

    async def __call__(self, scope: Scope, receive: Any, send: Send) -> None:
        """Refuse foreign origins and hosts; add headers to answers; the forum's plain pages are not Solara's."""
        kind = scope["type"]
        if kind == "websocket" and not (same_origin(scope) and known_host(scope)):
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        if kind == "http" and not known_host(scope):
            await _refuse(send, 400, b"This server answers only under its own names.")
            return
        if kind == "http" and "\0" in scope["path"]:  # no file is called so, and those who look for one would trip
            await _refuse(send, 400, b"There is no such page.")
            return
        if kind == "http" and scope["method"] not in ("GET", "HEAD") and not same_origin(scope):
            await _refuse(send, 403, b"A page of another site may not do this.")
            return

        async def answer(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                present = {k.lower() for k, _ in message.get("headers", ())}
                extra = [h for h in _HEADERS if h[0] not in present]
                message = {**message, "headers": [*message.get("headers", ()), *extra]}
            await send(message)

        app = self.app
        if kind == "http" and _FORUM.match(scope["path"]):
            app = self.forum
        elif kind == "http" and _FILES.match(scope["path"]):
            app = self.files
        await app(scope, receive, answer if kind == "http" else send)


class _Told:
    """Stands where Solara formats an exception for the page: the server's log gets it whole, the page one sentence."""

    @staticmethod
    def format_exception(*found: Any, **_: Any) -> list[str]:
        """The sentence for the page."""
        problem = next((f for f in reversed(found) if isinstance(f, BaseException)), None)
        _log.error("a page failed", exc_info=problem)
        return ["Something went wrong here. The server's log says what. / Algo salió mal aquí. El registro dice qué."]


async def _refuse(send: Send, status: int, text: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/plain"), *_HEADERS]})
    await send({"type": "http.response.body", "body": text})


def known_host(scope: Scope) -> bool:
    """Whether the request names this machine: a number, localhost, its own name, or one of $HECSIM_HOSTS.

    A name that an attacker points at this machine (DNS rebinding) is none of them.
    """
    named = next((v.decode("latin-1") for k, v in scope.get("headers", ()) if k.lower() == b"host"), "")
    host = named.rsplit(":", 1)[0] if not named.endswith("]") else named
    host = host.strip("[]").lower()
    own = {"", "localhost", "testserver", socket.gethostname().lower(), *os.environ.get("HECSIM_HOSTS", "").lower().split(",")}
    if host in own:
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def same_origin(scope: Scope) -> bool:
    """Whether a request comes from a page of this server; programs that are no browsers send no origin."""
    headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope.get("headers", ())}
    origin = headers.get("origin")
    return origin is None or origin.split("://", 1)[-1].lower() == headers.get("host", "").lower()


def settle() -> None:
    """No telemetry, nothing from outside, short-lived sessions, plain loader; then put the guard in place."""
    os.environ["SOLARA_TELEMETRY_MIXPANEL_ENABLE"] = "False"  # for processes that this one starts
    import solara.settings
    from solara.server import settings

    settings.telemetry.mixpanel_enable = False
    settings.assets.fontawesome_enabled = False
    settings.kernel.cull_timeout = os.environ.get("SOLARA_KERNEL_CULL_TIMEOUT", "10m")
    settings.theme.loader = "plain"
    settings.theme.title = "hecsim"
    settings.theme.show_banner = False
    settings.session.http_only = True
    # What the packaged assets lack is missing; it is not looked for elsewhere.
    solara.settings.assets.cdn = "http://127.0.0.1:9/"
    try:
        from solara.server import starlette
    except ImportError:  # another server than Starlette; it has its own guard
        return
    from solara.server import app as sessions

    sessions.traceback = _Told  # type: ignore[assignment]
    built = starlette.app.middleware_stack
    if built is not None and not isinstance(built, Guard):
        starlette.app.middleware_stack = Guard(built)  # type: ignore[assignment]
