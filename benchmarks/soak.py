"""A day of visitors in minutes: `python benchmarks/soak.py --seconds 600`.

One server process on loopback with its guard, as `hecsim app` starts it. Visitors open a page over the socket that a
browser opens, look at one to four pages with every kind of address (results of a kept run among them, with their
pictures), and leave: half say good-bye as a closing tab does, half just vanish and are forgotten after a second instead of
ten minutes, and some send rubbish. Prints the memory of the server (resident, private: what is not shared with its
workers) after the warm-up, through the run and at the end, sessions, kernels and threads that are left, errors, and the
least-squares slope of memory over the last two thirds. Exit code 1 where memory grows more than `--allow` bytes a session,
a session is left behind, or an answer is missing.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil
import websockets

ROOT = Path(__file__).parents[1]
RUN = "n=500&f=2&y=2"
PAGES = (
    "/", "/studio?m=M2", f"/studio?{RUN}&m=M1", f"/studio?{RUN}&m=M1&b=5000000&lang=es", f"/compare?{RUN}&s=M1&b=5000000",
    "/plan?m=M2", "/plan?m=M2&g=2.3.4.75.01&lang=es", "/family?m=M1", f"/family?{RUN}&m=M1", "/lab?m=M2", "/about",
    "/about?lang=es", "/studio?t=%00%ff&m=M9&n=-1", "/nowhere",
)  # fmt: skip
WARM = 40  # sessions before the first figure: imports, compiled templates, caches of fixed size


@dataclass
class Seen:
    """What visitors met."""

    sessions: int = 0
    pages: int = 0
    rubbish: int = 0
    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def _message(kind: str, content: dict, session: str) -> str:
    header = {"msg_id": uuid.uuid4().hex, "msg_type": kind, "username": "", "session": session, "date": "", "version": "5.3"}
    return json.dumps(
        {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell", "buffers": []}
    )


def keep_a_run(folder: Path) -> None:
    """One run of two futures in the server's cache, so that pages have results to draw."""
    os.environ["HECSIM_CACHE"] = str(folder)
    from hecsim.web import cache, worker
    from hecsim.web.plan import study_of
    from hecsim.web.state import parse

    study = study_of(parse(f"{RUN}&m=M1"))
    assert study is not None
    place = cache.folder(cache.key_of(study))
    worker.prepare(study, place, 0)
    for index in (0, 1):
        worker.live(study, place, index, 0)


async def visit(web: httpx.AsyncClient, port: int, seen: Seen, rng: random.Random) -> None:
    """One visitor: the page, its socket, one to four pages, and away."""
    first = rng.choice(PAGES)
    answer = await web.get(first)
    if answer.status_code != (404 if first == "/nowhere" else 200):
        seen.errors.append(f"{first}: {answer.status_code}")
    cookie = "; ".join(f"{k}={v}" for k, v in answer.cookies.items())
    kernel, tab = str(uuid.uuid4()), str(uuid.uuid4())
    address = f"ws://127.0.0.1:{port}/jupyter/api/kernels/{kernel}/channels?session_id={tab}"
    async with websockets.connect(
        address, origin=f"http://127.0.0.1:{port}", additional_headers={"Cookie": cookie}, max_size=None
    ) as ws:
        for path in (first, *rng.sample(PAGES, rng.randrange(4))):
            began, comm = time.monotonic(), uuid.uuid4().hex
            await ws.send(_message("comm_open", {"comm_id": comm, "target_name": "solara.control", "data": {}}, tab))
            args = {"path": path, "appName": "__default__"}
            await ws.send(_message("comm_msg", {"comm_id": comm, "data": {"method": "run", "args": args}}, tab))
            while True:
                got = await asyncio.wait_for(ws.recv(), 60)
                text = (
                    got if isinstance(got, str) else got[4 * (1 + int.from_bytes(got[:4], "big")) :].decode("utf-8", "replace")
                )
                if "Traceback" in text:
                    seen.errors.append(f"{path}: a traceback")
                if comm in text and '"finished"' in text:
                    break
            seen.pages += 1
            seen.seconds.append(time.monotonic() - began)
        if rng.random() < 0.1:
            seen.rubbish += 1
            await ws.send(rng.choice(("{", "[]", "\x00", _message("comm_msg", {"comm_id": "none", "data": {}}, tab))))
    if rng.random() < 0.5:
        await web.post(f"/_solara/api/close/{kernel}", params={"session_id": tab})
    seen.sessions += 1


def private(process: psutil.Process) -> tuple[float, float]:
    """Resident and private memory in MB."""
    m = process.memory_full_info()
    return m.rss / 1e6, m.uss / 1e6


async def soak(port: int, process: psutil.Process, seconds: float, visitors: int, seed: int) -> dict:
    seen, marks = Seen(), []
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as web:
        end = time.monotonic() + seconds

        async def one(number: int) -> None:
            rng = random.Random(seed * 1000 + number)
            while time.monotonic() < end:
                try:
                    web.cookies.clear()
                    await visit(web, port, seen, rng)
                except Exception as problem:
                    seen.errors.append(f"{type(problem).__name__}: {problem}"[:200])
                    await asyncio.sleep(0.2)

        async def watch() -> None:
            while time.monotonic() < end:
                if seen.sessions >= WARM:
                    marks.append((seen.sessions, *private(process)))
                await asyncio.sleep(max(1.0, seconds / 120))

        await asyncio.gather(watch(), *(one(n) for n in range(visitors)))
        await asyncio.sleep(6)  # what vanished is forgotten after a second
        left = (await web.get("/resourcez")).json()
    marks.append((seen.sessions, *private(process)))
    late = marks[len(marks) // 3 :]
    slope = statistics.linear_regression([m[0] for m in late], [m[2] for m in late]).slope if len(late) > 2 else float("nan")
    cut = statistics.quantiles(seen.seconds, n=20)
    return {
        "seconds": round(seconds), "sessions": seen.sessions, "pages": seen.pages, "rubbish": seen.rubbish,
        "page_median_s": round(statistics.median(seen.seconds), 3), "page_p95_s": round(cut[-1], 3),
        "rss_mb": {"start": round(marks[0][1]), "end": round(marks[-1][1]), "most": round(max(m[1] for m in marks))},
        "private_mb": {"start": round(marks[0][2]), "end": round(marks[-1][2]), "most": round(max(m[2] for m in marks))},
        "kb_a_session": round(1000 * slope, 1), "kernels_left": left["kernels"]["total"],
        "threads_left": left["threads"]["active"], "errors": len(seen.errors), "first_errors": seen.errors[:5],
        "series": [(m[0], round(m[2], 1)) for m in marks[:: max(1, len(marks) // 20)]],
    }  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--visitors", type=int, default=3, help="at a time")
    parser.add_argument("--allow", type=float, default=100_000, help="bytes of growth a session in the last two thirds")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        keep_a_run(Path(folder))
        environment = {**os.environ, "HECSIM_CACHE": folder, "SOLARA_KERNEL_CULL_TIMEOUT": "1s"}
        command = [sys.executable, "-m", "solara", "run", "hecsim.web.app", "--production", "--no-open"]
        with open(Path(folder) / "server.log", "wb") as log:
            server = subprocess.Popen(
                [*command, "--host", "127.0.0.1", "--port", str(port)], cwd=ROOT, env=environment, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        try:
            for _ in range(480):
                try:
                    httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=2)
                    break
                except httpx.HTTPError:
                    time.sleep(0.25)
            found = asyncio.run(soak(port, psutil.Process(server.pid), given.seconds, given.visitors, given.seed))
            found["alive"] = server.poll() is None
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            try:
                server.wait(5)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, signal.SIGKILL)
                server.wait(15)
        # Rubbish on the socket is a traceback of the server's library in the log; one that passes through a page is ours.
        log = (Path(folder) / "server.log").read_text(errors="replace").splitlines()
        ours = [line for line in log if f"{os.sep}hecsim{os.sep}" in line and "server.py" not in line]
        found["lines_of_ours_in_tracebacks"] = len(ours)
        if ours:
            sys.stderr.write("\n".join(ours[:20]) + "\n")
    print(json.dumps(found, indent=1))
    flat = 1000 * found["kb_a_session"] <= given.allow
    return 0 if found["alive"] and flat and found["kernels_left"] == 0 and not found["errors"] and not ours else 1


if __name__ == "__main__":
    sys.exit(main())
