"""A server and a browser for the tests that need them."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
MARKS = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: apt-get install chromium"),
]
_servers: dict[str, int] = {}


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def serve(page: str, cache: Path, port: int = 0, **settings: str) -> Iterator[str]:
    port = port or free_port()
    # No proxy and no home but a new one, so that nothing kept from elsewhere helps.
    environment = {**os.environ, "HECSIM_CACHE": str(cache), **settings}
    command = [
        sys.executable,
        "-m",
        "solara",
        "run",
        page,
        "--production",
        "--no-open",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    server = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    address = f"http://127.0.0.1:{port}"
    _servers[address] = server.pid
    try:
        until = time.monotonic() + 300  # the first start after a change compiles
        while True:
            try:
                urllib.request.urlopen(f"{address}/readyz", timeout=5)
                break
            except (urllib.error.URLError, OSError):
                assert server.poll() is None, f"the server of {page} stopped"
                assert time.monotonic() < until, f"the server of {page} did not start"
                time.sleep(0.25)
        yield address
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(3)
        except subprocess.TimeoutExpired:  # it waits for a visitor to leave
            os.killpg(server.pid, signal.SIGKILL)
            server.wait(15)


def server_of(address: str) -> int:
    """The process id of the server that `serve` started at this address."""
    return _servers[address]


def ready(page: Any, language: str = "en") -> None:
    page.wait_for_selector("h1")
    page.wait_for_function(f"document.documentElement.lang === '{language}'")
