"""The server itself, over real sockets: paths that climb, bodies without end, pages of another origin, rebound names."""

import asyncio
import http.client
import json
import socket
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.web.browsing import serve

websockets = pytest.importorskip("websockets")
pytestmark = pytest.mark.slow
MB = 1_000_000
FORUM = {"pin": "271828", "options": ["P01", "P05", "G04", "N04"], "households": 100, "years": 2, "futures": 2, "fresh": True}


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    for address in serve("app.py", tmp_path_factory.mktemp("cache"), HECSIM_FORUM=json.dumps(FORUM)):
        yield int(address.rsplit(":", 1)[1])


def asked(port: int, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
    """The answer to a request whose path nobody has tidied up."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, body=body or None, headers={k.replace("_", "-"): v for k, v in headers.items()})
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (BrokenPipeError, ConnectionResetError):
        return 0, b""  # closed while we were still sending: refused
    finally:
        connection.close()


def alive(port: int) -> bool:
    return asked(port, "GET", "/about")[0] == 200


FROM = (
    "/", "/files/", "/static/", "/static/public/", "/static/assets/", "/static/nbextensions/", "/_solara/cdn/", "/v/",
)  # fmt: skip
STEPS = ("../", "..%2f", "%2e%2e/", "..%5c", "....//", "%252e%252e%252f")
CLIMBS = [start + 8 * step + end for start in FROM for step in STEPS for end in ("etc/passwd", "etc/hostname%00.css")]


def test_no_path_climbs_out(port: int) -> None:
    secret = Path("/etc/passwd").read_bytes()[:30] if Path("/etc/passwd").exists() else b"root:x:0:0"
    for path in CLIMBS:
        status, body = asked(port, "GET", path)
        assert status < 500 or status == 501, path
        assert secret not in body and b"root:" not in body, path
        assert b"Traceback (most" not in body, path
    assert alive(port)


@pytest.mark.parametrize("path", ["/", "/v", "/forum/control", "/files/0/csv.zip", "/studio", "/_solara/api/close/x"])
def test_a_body_of_twenty_megabytes_is_refused(port: int, path: str) -> None:
    status, body = asked(port, "POST", path, b"x" * (20 * MB), Content_Type="application/x-www-form-urlencoded")
    assert status == 0 or 400 <= status < 500, path
    assert b"Traceback (most" not in body
    assert alive(port)


def test_a_body_that_lies_about_its_length_is_cut(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as s:
        head = b"POST /v HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\nContent-Type: text/plain\r\n\r\n"
        sent = 0
        try:
            s.sendall(head)
            while sent < 20 * MB:
                s.sendall(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
                sent += 0x10000
            s.sendall(b"0\r\n\r\n")
            assert b" 413 " in s.recv(200) or b" 400 " in s.recv(200)
        except (BrokenPipeError, ConnectionResetError):
            pass  # cut before the end
    assert alive(port)


def test_a_header_without_end_is_refused(port: int) -> None:
    assert asked(port, "GET", "/", Cookie="a=" + "x" * (2 * MB))[0] in (0, 400, 431)
    assert asked(port, "GET", "/?m=" + "x" * (2 * MB))[0] in (0, 400, 414, 431)
    assert alive(port)


def socket_of(port: int, origin: str | None, host: str = "") -> str:
    """What becomes of a socket: open, or why not."""

    async def knock() -> str:
        address = f"ws://127.0.0.1:{port}/jupyter/api/kernels/{uuid.uuid4()}/channels?session_id={uuid.uuid4()}"
        headers = {"Host": host} if host else {}
        try:
            async with websockets.connect(address, origin=origin, additional_headers=headers, open_timeout=30):
                return "open"
        except websockets.exceptions.InvalidStatus as refused:
            return str(refused.response.status_code)

    return asyncio.run(knock())


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:1", "http://localhost.evil.example", "file://"]
)
def test_a_page_of_another_origin_gets_no_socket(port: int, origin: str) -> None:
    assert socket_of(port, origin) == "403"


def test_its_own_page_gets_one(port: int) -> None:
    assert socket_of(port, f"http://127.0.0.1:{port}") == "open"


@pytest.mark.parametrize("path", ["/", "/v", "/forum/control", "/studio"])
def test_another_origin_may_send_nothing_and_a_rebound_name_may_ask_nothing(port: int, path: str) -> None:
    assert asked(port, "POST", path, b"pick=P01", Origin="http://evil.example")[0] == 403
    assert asked(port, "GET", path, Host="evil.example")[0] == 400


def test_a_message_of_twenty_megabytes_closes_its_socket_and_no_other(port: int) -> None:
    own = f"http://127.0.0.1:{port}"

    def address() -> str:
        return f"ws://127.0.0.1:{port}/jupyter/api/kernels/{uuid.uuid4()}/channels?session_id={uuid.uuid4()}"

    async def read_all(one: Any) -> None:
        while True:
            await asyncio.wait_for(one.recv(), 30)

    async def shout() -> None:
        async with websockets.connect(address(), origin=own) as quiet, websockets.connect(address(), origin=own) as loud:
            with suppress(websockets.exceptions.ConnectionClosed):  # it may be closed while it is still shouting
                await loud.send("x" * (20 * MB))
            with pytest.raises(websockets.exceptions.ConnectionClosed):
                await read_all(loud)
            await asyncio.wait_for(await quiet.ping(), 30)

    asyncio.run(shout())
    assert alive(port)
