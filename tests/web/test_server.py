"""The guard: other sites may not open a socket, and the browser may not ask other sites."""

import asyncio
from typing import Any

import pytest

from hecsim.web.server import POLICY, Guard, same_origin


def scope(kind: str = "websocket", **headers: str) -> dict[str, Any]:
    return {"type": kind, "method": "GET", "path": "/", "headers": [(k.encode(), v.encode()) for k, v in headers.items()]}


@pytest.mark.parametrize(
    ("origin", "host", "allowed"),
    [
        ("http://localhost:8765", "localhost:8765", True),
        ("https://hecsim.example", "hecsim.example", True),
        ("http://LOCALHOST:8765", "localhost:8765", True),
        ("http://evil.example", "localhost:8765", False),
        ("http://localhost:9999", "localhost:8765", False),
        ("null", "localhost:8765", False),
        ("http://localhost:8765.evil.example", "localhost:8765", False),
    ],
)
def test_only_pages_of_this_server_may_open_a_socket(origin: str, host: str, allowed: bool) -> None:
    assert same_origin(scope(origin=origin, host=host)) is allowed


def test_programs_without_an_origin_may() -> None:
    assert same_origin(scope(host="localhost:1"))


async def _call(kind: str, **headers: str) -> tuple[list[dict[str, Any]], bool]:
    sent: list[dict[str, Any]] = []
    reached = False

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        nonlocal reached
        reached = True
        if kind == "http":
            await send({"type": "http.response.start", "status": 200, "headers": [(b"x-frame", b"1")]})

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(dict(message))

    await Guard(app)(scope(kind, **headers), receive, send)
    return sent, reached


def test_a_foreign_socket_is_closed_and_never_reaches_the_app() -> None:
    sent, reached = asyncio.run(_call("websocket", origin="http://evil.example", host="localhost:1"))
    assert not reached
    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_answers_carry_the_policy_beside_their_own_headers() -> None:
    sent, reached = asyncio.run(_call("http", host="localhost:1"))
    assert reached
    headers = dict(sent[0]["headers"])
    assert headers[b"content-security-policy"].decode() == POLICY
    assert headers[b"x-frame"] == b"1"
    assert headers[b"referrer-policy"] == b"same-origin"  # with "no-referrer" our own forms would have no origin to tell
    assert "http:" not in POLICY
    assert "*" not in POLICY
