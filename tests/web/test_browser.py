"""The app as its visitors meet it: a real server, a real browser, a real run."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.web.browsing import MARKS, ready, serve

pytestmark = MARKS
PAGES = ("/", "/studio", "/compare", "/plan", "/family", "/lab", "/about")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    yield from serve("app.py", tmp_path_factory.mktemp("cache"))


def test_no_page_asks_another_machine(page: Any, address: str) -> None:
    for path in PAGES:
        page.goto(address + path)
        ready(page)
        page.wait_for_load_state("networkidle")
    outside = [u for u in page.asked if not u.startswith((address, address.replace("http", "ws"), "data:", "blob:"))]
    assert outside == []
    assert len(page.asked) > 10


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
    assert page.input_value("#p-town") == "New Haven"


def test_markup_in_the_url_is_never_drawn(page: Any, address: str) -> None:
    page.goto(f"{address}/studio?t=<img src=x onerror=alert(1)>&m=<b>&iv=<i>.1.1&lang=<u>")
    ready(page)
    assert "onerror" not in page.content()
    assert page.input_value("#p-town") == "Hartford"


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
    page.click("button.stop")
    page.wait_for_selector("button.stop", state="detached")
    assert "Canceled" in page.inner_text(".go [role=status]")

    page.click("button.run")
    # The canceled run may have left a chart of its first future, so only the whole result says that this one has ended.
    whole = "Over 5 years in Hartford, Needs first clearly changes"
    told = f"document.querySelector('.results .plain')?.innerText.startsWith('{whole}')"
    page.wait_for_function(f"{told} && !document.querySelector('button.stop')", timeout=240_000)
    assert page.locator(".results svg.chart").count() >= 10
    assert page.is_disabled("button.run")

    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.click("nav a >> nth=4")
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
