"""What a public server meets: workers that die, guesses at a PIN, files that visitors hand over."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.web.browsing import MARKS, ready, serve, server_of

pytestmark = MARKS
PIN = "271828"
FORUM = {"pin": PIN, "options": ["P01", "P05", "G04", "N04"], "households": 100, "years": 2, "futures": 1, "fresh": True}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    yield from serve("app.py", tmp_path_factory.mktemp("cache"), HECSIM_FORUM=json.dumps(FORUM))


def children(pid: int) -> list[int]:
    """Worker processes of a server."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    found = [int(c) for t in tasks for c in t.read_text().split()]
    return [c for c in found if b"spawn_main" in Path(f"/proc/{c}/cmdline").read_bytes()]


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="finds worker processes through /proc")
def test_killed_workers_are_told_of_and_the_next_run_has_new_ones(page: Any, address: str) -> None:
    page.goto(f"{address}/studio?n=500&f=4&m=M1")
    ready(page)
    page.click("button.run")
    page.wait_for_selector("button.stop")
    for worker in children(server_of(address)):
        os.kill(worker, signal.SIGKILL)
    page.wait_for_selector("button.stop", state="detached", timeout=60_000)
    assert "a worker process died" in page.inner_text(".go [role=status]")
    page.click("button.run")
    page.wait_for_selector(".results svg.chart", timeout=240_000)
    page.wait_for_selector("button.stop", state="detached", timeout=240_000)

    page.goto(f"{address}/plan?t=Norwalk")  # the worker that answers questions was among the killed
    ready(page)
    page.wait_for_selector(".ground section", timeout=120_000)


def test_towns_are_grouped_and_needs_stand_beside_what_residents_say(page: Any, address: str, tmp_path: Path) -> None:
    page.goto(f"{address}/plan?t=Bridgeport&lang=es")
    ready(page, "es")
    page.wait_for_selector(".ways figure svg", timeout=120_000)
    assert page.locator(".ways figure").count() >= 2
    page.wait_for_selector(".ground section", timeout=120_000)
    page.select_option("#g-count", "2")
    page.wait_for_function("location.search.includes('w=0.1.2')")
    page.wait_for_function("[...document.querySelectorAll('.ways h3')].every(h => h.innerText.endsWith(': 2 colaborativas'))")
    link = page.get_attribute(".ways .groups a >> nth=0", "href")
    assert link.count("%") + link.count(",") >= 1  # several towns, one click away

    page.click(".hecsim-voice summary")
    voice = tmp_path / "voice.csv"
    voice.write_text("theme,count,quote\nrent,34,<b>We move every year</b>\nbuses,3,\n", encoding="utf-8")
    page.set_input_files("#file-voice", str(voice))
    page.wait_for_selector("#h-voice", timeout=60_000)
    assert "<b>We move every year</b>" in page.inner_text(".ground")
    voice.write_text("theme,count,quote\nrent,34,call 860-555-0101\n", encoding="utf-8")
    page.set_input_files("#file-voice", [])
    page.set_input_files("#file-voice", str(voice))
    page.wait_for_selector(".hecsim-voice .caution", timeout=60_000)
    told = page.inner_text(".hecsim-voice .caution")
    assert "a telephone number" in told
    assert "/tmp" not in told
    page.click(".hecsim-voice button")
    page.wait_for_selector(".hecsim-voice .caution", state="detached")


def test_a_pin_cannot_be_guessed(browser: Any, address: str) -> None:
    tab = browser.new_page()
    tab.set_default_timeout(90_000)
    tab.goto(f"{address}/forum/control?lang=es")
    for guess in range(5):
        tab.fill("input[name=pin]", f"00000{guess}")
        tab.press("input[name=pin]", "Enter")
        tab.wait_for_selector("[role=alert]")
    assert "five minutes" in tab.inner_text("[role=alert]") or "cinco minutos" in tab.inner_text("[role=alert]")
    tab.fill("input[name=pin]", PIN)
    tab.press("input[name=pin]", "Enter")
    tab.wait_for_selector("[role=alert]")
    assert not tab.is_visible("form[action$='/act']")
    tab.close()


def test_reload_back_and_a_second_tab_lose_nothing(browser: Any, address: str) -> None:
    context = browser.new_context()
    tab = context.new_page()
    tab.set_default_timeout(120_000)
    tab.goto(f"{address}/studio?t=Waterbury&n=2000&f=16&y=10&m=M2")
    tab.wait_for_selector("button.run:enabled")
    tab.click("button.run")
    tab.wait_for_selector("button.stop")
    tab.reload()
    tab.wait_for_selector("button.stop")  # the run goes on under the page that was loaded again
    tab.click("button.stop")
    tab.wait_for_selector("button.stop", state="detached")
    assert "Canceled" in tab.inner_text(".go [role=status]")

    tab.click("button.keep")
    tab.wait_for_function("location.search.includes('s=M2')")
    tab.click("nav a >> nth=2")
    tab.wait_for_selector(".shelf > li")
    tab.go_back()
    tab.wait_for_selector("#p-mix")
    assert (tab.input_value("#p-mix"), tab.input_value("#p-town")) == ("M2", "Waterbury")
    tab.go_forward()
    tab.wait_for_selector(".shelf > li")

    other = context.new_page()
    other.set_default_timeout(120_000)
    other.goto(tab.url.replace("/compare", "/studio"))
    other.select_option("#p-years", "7")
    other.wait_for_function("location.search.includes('y=7')")
    assert "y=10" in tab.url
    assert tab.locator(".shelf > li").count() == 1
    context.close()
