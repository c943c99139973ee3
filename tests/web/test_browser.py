"""The app as its visitors meet it: a real server, a real browser, a real run."""

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
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: apt-get install chromium"),
]
PAGES = ("/", "/studio", "/family", "/about")


def serve(page: str, cache: Path) -> Iterator[str]:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    # No proxy and no home but a new one, so that nothing kept from elsewhere helps.
    environment = {**os.environ, "HECSIM_CACHE": str(cache)}
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
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(f"{address}/readyz", timeout=2)
                break
            except (urllib.error.URLError, OSError):
                assert server.poll() is None, f"the server of {page} stopped"
                time.sleep(0.25)
        yield address
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(15)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    yield from serve("app.py", tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as p:
        found = p.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A page that keeps every address it asked for, and every error."""
    tab = browser.new_page(viewport={"width": 1200, "height": 900})
    tab.asked, tab.errors = [], []
    tab.on("request", lambda r: tab.asked.append(r.url))
    tab.on("pageerror", lambda e: tab.errors.append(str(e)))
    tab.set_default_timeout(30_000)
    yield tab
    assert tab.errors == []
    tab.close()


def ready(page: Any, language: str = "en") -> None:
    page.wait_for_selector("h1")
    page.wait_for_function(f"document.documentElement.lang === '{language}'")


def test_no_page_asks_another_machine(page: Any, address: str) -> None:
    for path in PAGES:
        page.goto(address + path)
        ready(page)
        page.wait_for_load_state("networkidle")
    outside = [u for u in page.asked if not u.startswith((address, address.replace("http", "ws"), "data:", "blob:"))]
    assert outside == []
    assert len(page.asked) > 10


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["en", "es"])
def test_every_page_fits_a_phone_and_names_its_controls(page: Any, address: str, path: str, language: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{address}{path}?m=M6&lang={language}")
    ready(page, language)
    for summary in page.query_selector_all("details.kind > summary"):
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    nameless = page.evaluate(
        """() => [...document.querySelectorAll('main button, main select, main input, header button')].filter(e =>
             !(e.labels && e.labels.length) && !e.getAttribute('aria-label') && !e.innerText.trim()).map(e => e.outerHTML)"""
    )
    assert nameless == []
    assert "user-scalable=no" not in page.get_attribute('meta[name="viewport"]', "content")


def test_the_language_switch_and_reload_keep_the_plan(page: Any, address: str) -> None:
    page.goto(f"{address}/studio?t=New+Haven&m=M2&y=7")
    ready(page)
    page.click("header button")
    ready(page, "es")
    page.select_option("#p-years", "9")
    page.wait_for_function("location.search.includes('y=9') && location.search.includes('lang=es')")
    page.reload()
    ready(page, "es")
    assert page.input_value("#p-years") == "9"
    assert page.input_value("#p-mix") == "M2"
    assert "New Haven" in page.inner_text(".chips")


def test_markup_in_the_url_is_never_drawn(page: Any, address: str) -> None:
    page.goto(f"{address}/studio?t=<img src=x onerror=alert(1)>&m=<b>&iv=<i>.1.1&lang=<u>")
    ready(page)
    assert "onerror" not in page.content()
    assert page.inner_text(".chips").strip() == "Hartford"


def test_a_mix_is_built_by_keyboard_alone(page: Any, address: str) -> None:
    page.goto(f"{address}/studio")
    ready(page)
    page.focus("details.kind >> nth=1 >> summary")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.wait_for_selector(".items li.on")
    page.keyboard.press("Tab")
    before = page.input_value("input[type=range]")
    page.keyboard.press("ArrowLeft")
    page.wait_for_function(f"location.search.includes('.{int(before) - 1}.')")
    assert int(page.input_value("input[type=range]")) == int(before) - 1
    page.wait_for_selector("button.run:enabled")


def test_numbers_are_found_with_their_source(page: Any, address: str) -> None:
    page.goto(f"{address}/about")
    ready(page)
    page.fill("#find", "eviction")
    page.wait_for_function("document.querySelector('dl.found dt').innerText.includes('eviction')")
    page.fill("#find", "<script>alert(1)</script>")
    page.wait_for_function("document.querySelectorAll('dl.found dt').length === 0")


def test_a_run_can_be_canceled_finished_and_told_as_a_family(page: Any, address: str) -> None:
    page.goto(f"{address}/studio?n=500&f=4&m=M1")
    ready(page)
    page.click("button.run")
    page.wait_for_selector("button.stop")
    started = time.monotonic()
    page.click("button.stop")
    page.wait_for_selector("button.stop", state="detached")
    assert time.monotonic() - started < 2
    assert "Canceled" in page.inner_text(".go [role=status]")

    page.click("button.run")
    page.wait_for_selector(".results svg.chart", timeout=240_000)
    page.wait_for_selector("button.stop", state="detached", timeout=240_000)
    assert page.inner_text(".results .plain").startswith("Over 5 years in Hartford, Needs first clearly changes")
    assert page.locator(".results svg.chart").count() >= 10
    assert page.is_disabled("button.run")

    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.click("nav a >> nth=2")
    page.wait_for_selector(".lane.law")
    assert page.locator(".year").count() == 1
    page.click(".player .run-button")
    page.wait_for_function("document.querySelectorAll('.year').length === 2")
    page.click(".player button >> nth=1")
    page.wait_for_function("document.querySelectorAll('.year').length === 5")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

    page.goto(f"{address}/studio?n=500&f=4&m=M1&lang=es")  # a new session finds the same results on disk
    ready(page, "es")
    page.wait_for_selector(".results svg.chart")
    assert page.inner_text(".results .plain").startswith("En 5 años en Hartford")


@pytest.fixture(scope="module")
def mesa_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    yield from serve("experiments/mesa_viz.py", tmp_path_factory.mktemp("cache"))


def test_mesas_own_page_steps_and_resets_with_other_settings(page: Any, mesa_page: str) -> None:
    page.goto(mesa_page)

    def stand(step: int) -> None:
        page.wait_for_function(f"document.body.innerText.includes('Step: {step}\\n')", timeout=60_000)

    stand(0)
    for step in (1, 2):
        page.click("button:has-text('Step')")
        stand(step)
    seed = page.locator("label:has-text('Seed of luck') + input")
    for words in ("7", "no number"):
        seed.fill(words)
        seed.press("Enter")
        page.click("button:has-text('Reset')")
        stand(0)
        page.click("button:has-text('Step')")
        stand(1)
    outside = [u for u in page.asked if not u.startswith((mesa_page, mesa_page.replace("http", "ws"), "data:", "blob:"))]
    assert outside == []
