"""The app's goals, measured with a real browser on this machine: `python benchmarks/app_goals.py [--households 10000]`.

Prints one JSON document. Needs Debian's chromium and the packages of the browser tests. A server of its own, on loopback, with
a cache of its own; the run whose pictures are timed is made first. `forum_load.py` measures a hall, the browser tests access
and requests to other machines.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FORUM = {"pin": "271828", "options": ["P01", "P05", "G04", "N04"], "households": 100, "years": 2, "futures": 1, "fresh": True}
SMALL = "n=500&f=4&y=5"
# Lighthouse's slow 4G: 150 ms there and back, 1.6 Mbit/s down, 0.75 up.
SLOW_4G = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 0.75e6 / 8}
CULL_SECONDS = 5
LOOKS = 5.0  # seconds between the last change of a mix and a press on Run


@contextmanager
def server(folder: Path, forum: dict[str, Any] = FORUM) -> Iterator[tuple[str, int]]:
    """A server of the app with an open forum; its address and process id."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    settings = {
        "HECSIM_CACHE": str(folder), "HECSIM_FORUM": json.dumps({**forum, "port": port}),
        "SOLARA_KERNEL_CULL_TIMEOUT": f"{CULL_SECONDS}s",
    }  # fmt: skip
    command = [sys.executable, "-m", "solara", "run", "app.py", "--production", "--no-open", "--host", "127.0.0.1"]
    process = subprocess.Popen(
        [*command, "--port", str(port)], cwd=ROOT, env={**os.environ, **settings}, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(1200):
            try:
                urllib.request.urlopen(f"{address}/readyz", timeout=5)
                break
            except OSError:
                time.sleep(0.25)
        yield address, process.pid
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def timed(action: Callable[[], Any]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def told(seconds: list[float]) -> dict[str, float]:
    cut = statistics.quantiles(seconds, n=20)[-1] if len(seconds) > 1 else seconds[0]
    return {"n": len(seconds), "median_ms": round(1000 * statistics.median(seconds)), "p95_ms": round(1000 * cut)}


def finish(page: Any, address: str, query: str) -> None:
    """Run a mix to its end, unless it is kept."""
    page.goto(f"{address}/studio?{query}")
    page.wait_for_selector("button.run:enabled, .results svg.chart")
    if not page.is_enabled("button.run"):
        return
    page.click("button.run")
    page.wait_for_selector("button.stop")
    page.wait_for_selector("button.stop", state="detached", timeout=900_000)
    page.wait_for_selector(".results svg.chart")


def first_chart(browser: Any, address: str, rounds: int) -> dict[str, Any]:
    cold, warm, sizes = [], [], []

    def load(page: Any) -> None:
        page.goto(f"{address}/studio?{SMALL}&m=M1", wait_until="commit")
        page.wait_for_selector(".results svg.chart")

    for _ in range(rounds):
        context = browser.new_context()
        page, total = context.new_page(), [0]
        wire = context.new_cdp_session(page)
        wire.send("Network.enable")
        wire.on("Network.loadingFinished", lambda e, total=total: total.__setitem__(0, total[0] + e["encodedDataLength"]))
        cold.append(timed(lambda page=page: load(page)))
        page.wait_for_load_state("networkidle")
        sizes.append(total[0])
        warm.append(timed(lambda page=page: load(page)))
        context.close()
    return {"cold": told(cold), "warm": told(warm), "bytes_cold": int(statistics.median(sizes))}


def ballot(browser: Any, address: str, rounds: int) -> dict[str, Any]:
    """The vote page on slow 4G, as a phone loads it while the vote is open."""
    times, sizes = [], []
    for _ in range(rounds):
        context = browser.new_context(viewport={"width": 390, "height": 844})
        page, total = context.new_page(), [0]
        wire = context.new_cdp_session(page)
        wire.send("Network.enable")
        wire.send("Network.emulateNetworkConditions", SLOW_4G)
        wire.on("Network.loadingFinished", lambda e, total=total: total.__setitem__(0, total[0] + e["encodedDataLength"]))
        times.append(timed(lambda page=page: page.goto(f"{address}/v")))
        sizes.append(total[0])
        context.close()
    return {**told(times), "bytes": int(statistics.median(sizes))}


def controls(page: Any, address: str, query: str, rounds: int, *, running: bool) -> dict[str, Any]:
    """From a choice on the page to the page that shows it."""
    page.goto(f"{address}/studio?{query}")
    page.wait_for_selector("button.run:enabled")
    box = "details.kind >> nth=3 >> input[type=checkbox] >> nth=0"
    page.click("details.kind >> nth=3 >> summary")
    if running:
        page.click("button.run")
        page.wait_for_selector("button.stop")
    count = "parseInt(document.querySelector('.planner .count').innerText.replace(/\\D/g, '')) || 0"
    times = []
    for _ in range(rounds):
        before = page.evaluate(count)
        # Measured in the page, so that the distance to this program is not in it.
        times.append(page.evaluate(
            f"""([box, before]) => new Promise(done => {{ const e = box, t = performance.now();
                 const look = () => {{ const n = {count}; if (n !== before) done(performance.now() - t);
                 else requestAnimationFrame(look); }}; e.click(); look(); }})""",
            [page.query_selector(box), before],
        ) / 1000)  # fmt: skip
        page.wait_for_timeout(150)
    if running and page.is_visible("button.stop"):
        page.click("button.stop")
    return told(times)


def cancel_and_progress(page: Any, address: str, query: str) -> dict[str, Any]:
    """How often the page tells of a run, and how soon it stops."""
    page.goto(f"{address}/studio?{query}")
    page.wait_for_selector("button.run:enabled")
    page.click("button.run")
    page.wait_for_selector("button.stop")
    page.wait_for_function("(document.querySelector('.go progress') || {value: 0}).value > 0", timeout=600_000)
    changes = page.evaluate(
        """() => new Promise(done => { let n = 0, last = -1; const t = performance.now();
             const look = () => { const p = document.querySelector('.go progress'), v = p ? p.value : -2;
               if (v !== last) { n += 1; last = v; }
               if (performance.now() - t > 5000) done(n / 5); else setTimeout(look, 20); }; look(); })"""
    )
    stopped = None
    if page.is_visible("button.stop"):
        began = time.perf_counter()
        page.click("button.stop")
        page.wait_for_selector("button.stop", state="detached")
        stopped = round(1000 * (time.perf_counter() - began))
    return {"progress_a_second": round(changes, 1), "canceled_ms": stopped}


def new_mix(page: Any, address: str, query: str, *, prepared: bool, still: float = 0.0) -> dict[str, float]:
    """Draft and full result of a mix that nobody has asked for.

    prepared : wait first until the page says that current law is ready, as it is while a visitor chooses a mix
    still : seconds for which the visitor then looks at the mix before running it; a draft is lived ahead in them
    """
    page.goto(f"{address}/studio?{query}")
    page.wait_for_selector("button.run:enabled")
    if prepared:
        page.wait_for_function("/is ready here/.test((document.querySelector('.ahead') || {}).innerText)", timeout=1_800_000)
    page.wait_for_timeout(1000 * still)
    began = time.perf_counter()
    page.click("button.run")
    page.wait_for_selector(".hecsim-right:not(.veiled) .results svg.chart", timeout=1_800_000)
    draft = time.perf_counter() - began
    page.wait_for_selector("button.stop", state="detached", timeout=1_800_000)
    page.wait_for_selector(".hecsim-right:not(.veiled) .results svg.chart")
    page.wait_for_selector(".hecsim-right > .caution", state="detached", timeout=1_800_000)
    return {"draft_s": round(draft, 2), "full_s": round(time.perf_counter() - began, 1)}


def new_mixes(page: Any, address: str, households: int, years: int, futures: int, rounds: int) -> dict[str, Any]:
    """New mixes of a town: the first at once, in a town that nobody has asked for; the others once current law is ready."""
    size = f"n={households}&y={years}&f={futures}"
    cold = new_mix(page, address, f"t=Norwich&{size}&iv=P01.63.1,G04.41.1", prepared=False)
    town = f"t=Waterbury&{size}"
    ready = [new_mix(page, address, f"{town}&iv=P01.{60 + n}.1,G04.41.1", prepared=True) for n in range(rounds)]
    looked = [new_mix(page, address, f"{town}&iv=P01.{30 + n}.1,G04.41.1", prepared=True, still=LOOKS) for n in range(rounds)]
    return {
        "households": households, "years": years, "futures": futures, "town_never_asked_for": cold, "current_law_ready": ready,
        f"after_looking_{LOOKS:g}_s": looked,
    }  # fmt: skip


def votes(browser: Any, address: str, rounds: int) -> dict[str, Any]:
    """From a press on a phone to its answer, and to the projector's count."""
    control, screen = browser.new_page(), browser.new_page()
    control.goto(f"{address}/forum/control")
    control.fill("input[name=pin]", FORUM["pin"])
    control.press("input[name=pin]", "Enter")
    control.wait_for_selector("#do-next")
    for _ in range(3):  # welcome, the family, the guess, the vote
        control.click("#do-next")
        control.wait_for_load_state()
    screen.goto(f"{address}/forum")
    code = screen.inner_text(".code")
    heard, seen = [], []
    for n in range(rounds):
        phone = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
        phone.goto(f"{address}/v?c={code}")
        phone.check("input[value=P01]")
        began = time.perf_counter()
        phone.click("form button")
        phone.wait_for_selector("[role=status]")
        heard.append(time.perf_counter() - began)
        screen.wait_for_function(f"document.body.innerText.includes('{n + 1} have voted')")
        seen.append(time.perf_counter() - began)
        phone.context.close()
    return {"acknowledged": told(heard), "on_projector": told(seen), "page_on_slow_4g": ballot(browser, address, 5)}


def resident(pid: int) -> float:
    """Memory of a process, MB (Linux)."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def memory(browser: Any, address: str, pid: int, sessions: int) -> dict[str, Any]:
    """Memory of the server per session, and what stays once the visitors are gone."""

    def visit(n: int) -> list[Any]:
        contexts = [browser.new_context() for _ in range(n)]
        for c in contexts:
            page = c.new_page()
            page.goto(f"{address}/studio?{SMALL}&m=M1")
            page.wait_for_selector(".results svg.chart")
        return contexts

    def leave(contexts: list[Any]) -> None:
        for c in contexts:
            c.close()
        time.sleep(CULL_SECONDS * 3)

    leave(visit(3))  # what the first visitors bring into memory for all
    before = resident(pid)
    there = visit(sessions)
    full = resident(pid)
    leave(there)
    after = resident(pid)
    leave(visit(sessions))
    again = resident(pid)
    return {
        "sessions": sessions, "mb_a_session": round((full - before) / sessions, 2), "mb_before": round(before),
        "mb_after_culling": round(after), "mb_after_as_many_again": round(again),
    }  # fmt: skip


def every(browser: Any, page: Any, address: str, pid: int, rounds: int) -> dict[str, Any]:
    """All goals but the last."""
    finish(page, address, f"{SMALL}&m=M1")
    found: dict[str, Any] = {"first_chart": first_chart(browser, address, rounds)}
    found["control_idle"] = controls(page, address, "n=500&m=M2", 4 * rounds, running=False)
    found["votes"] = votes(browser, address, 2 * rounds)
    found["control_while_running"] = controls(page, address, "n=4000&y=10&f=16&m=M2", 4 * rounds, running=True)
    found["run"] = cancel_and_progress(page, address, "n=4000&y=10&f=16&m=M3")
    if Path("/proc/self/statm").exists():
        found["memory"] = memory(browser, address, pid, 10)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--households", type=int, default=0, help="also time a new mix with so many households")
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--futures", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only-mixes", action="store_true", help="time new mixes and nothing else")
    given = parser.parse_args()
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, server(Path(folder)) as (address, pid), sync_playwright() as p:
        browser = p.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.set_default_timeout(120_000)
        found: dict[str, Any] = {} if given.only_mixes else every(browser, page, address, pid, given.rounds)
        if given.households:
            found["new_mix"] = new_mixes(page, address, given.households, given.years, given.futures, given.rounds)
        browser.close()
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
