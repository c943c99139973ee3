"""A hall votes at once: `python benchmarks/forum_load.py`.

One server process on loopback, 100 phones that load the ballot, vote within ten seconds and ask every two seconds what is
new, 50 laptops that watch the public screen. Prints medians and 95th percentiles in milliseconds, errors, bytes of a ballot.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import random
import statistics
import tempfile
import time
from pathlib import Path

import httpx

OPTIONS = ("S03", "S06", "S08", "P01", "P02", "P05", "P15", "G04", "G09", "G12", "N04", "N06")
PORT = 8791


class Idle:
    """A board without runs: what is measured is the room."""

    def start(self, study, visitor):
        return ""

    def look(self, key):
        return None


def serve(folder: str, code) -> None:
    import uvicorn

    from hecsim.web.forum.choices import Ballot
    from hecsim.web.forum.evening import Evening
    from hecsim.web.forum.pages import forum_app
    from hecsim.web.forum.room import Room

    room = Room(OPTIONS, 5e6, file=Path(folder) / "room.json", pin="123456")
    while not room.voting():
        room.act("next")
    code.value = room.code.encode()
    evening = Evening(room, Ballot(OPTIONS), Idle(), address="http://127.0.0.1/v")
    uvicorn.run(forum_app(lambda: evening), host="127.0.0.1", port=PORT, log_level="error")


async def phone(base: str, code: str, times: dict[str, list[float]], errors: list[str], sizes: list[int], end: float) -> None:
    async with httpx.AsyncClient(base_url=base, timeout=10, verify=False, trust_env=False) as web:
        await asyncio.sleep(random.uniform(0, 2))
        page = await timed(web.get("/v"), times["ballot"])
        sizes.append(len(page.content))
        await asyncio.sleep(random.uniform(0, 10))
        picks = random.sample(OPTIONS, 3)
        sent = await timed(web.post("/v", data={"code": code, "pick": picks}), times["vote"])
        if sent.status_code != 200:
            errors.append(f"vote {sent.status_code}")
        while time.monotonic() < end:
            await timed(web.get("/v/now"), times["ask"])
            await asyncio.sleep(2)


async def laptop(base: str, times: dict[str, list[float]], end: float) -> None:
    async with httpx.AsyncClient(base_url=base, timeout=10, verify=False, trust_env=False) as web:
        stamp = ""
        while time.monotonic() < end:  # as the page of the public screen does
            seen = await timed(web.get("/forum/now", params={"stamp": stamp}), times["screen"])
            stamp = seen.json()["stamp"]
            await asyncio.sleep(0.7)


async def timed(request, into: list[float]):
    began = time.perf_counter()
    answer = await request
    into.append(1000 * (time.perf_counter() - began))
    return answer


async def hall(phones: int, laptops: int, seconds: float, code: str) -> dict:
    base, end = f"http://127.0.0.1:{PORT}", time.monotonic() + seconds
    times: dict[str, list[float]] = {k: [] for k in ("ballot", "vote", "ask", "screen")}
    errors: list[str] = []
    sizes: list[int] = []
    work = [phone(base, code, times, errors, sizes, end) for _ in range(phones)]
    work += [laptop(base, times, end) for _ in range(laptops)]
    done = await asyncio.gather(*work, return_exceptions=True)
    errors += [repr(d) for d in done if isinstance(d, BaseException)]
    found: dict = {"phones": phones, "laptops": laptops, "errors": len(errors), "ballot_bytes": max(sizes, default=0)}
    for name, values in times.items():
        if values:
            cut = statistics.quantiles(values, n=20)[-1] if len(values) > 1 else values[0]
            found[name] = {"n": len(values), "median_ms": round(statistics.median(values), 1), "p95_ms": round(cut, 1)}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--phones", type=int, default=100)
    parser.add_argument("--laptops", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=20)
    given = parser.parse_args()
    random.seed(1)
    with tempfile.TemporaryDirectory() as folder:
        context = multiprocessing.get_context("spawn")
        code = context.Array("c", 8)
        server = context.Process(target=serve, args=(folder, code), daemon=True)
        server.start()
        for _ in range(600):
            time.sleep(0.1)
            try:
                httpx.get(f"http://127.0.0.1:{PORT}/v/now", timeout=1)
                break
            except httpx.HTTPError:
                continue
        print(json.dumps(asyncio.run(hall(given.phones, given.laptops, given.seconds, code.value.decode())), indent=1))
        server.terminate()


if __name__ == "__main__":
    main()
