"""A planner who has never seen the app: Waterbury, five million dollars a year, two mixes, a page for the board."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.web.browsing import MARKS, ready, serve

pytestmark = MARKS


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    yield from serve("app.py", tmp_path_factory.mktemp("cache"))


def pick(page: Any, kind: int, number: int) -> str:
    """Open a kind of intervention and choose one of it; its name."""
    part = page.locator("details.kind").nth(kind)
    if part.get_attribute("open") is None:
        part.locator("summary").click()
    entry = part.locator(".items > li").nth(number)
    entry.locator("input[type=checkbox]").click()
    return str(entry.locator("strong").inner_text())


def chosen(page: Any, n: int) -> None:
    page.wait_for_function("n => document.querySelector('.planner .count').innerText.includes(n)", arg=str(n))


def live(page: Any) -> None:
    """Run what is chosen to its end; something is to be seen before that."""
    page.wait_for_selector("button.run:enabled")
    page.click("button.run")
    page.wait_for_selector("button.stop")
    page.wait_for_selector("button.stop", state="detached", timeout=240_000)
    page.wait_for_selector(".hecsim-right:not(.veiled) .results svg.chart")
    page.wait_for_selector(".hecsim-right > .caution", state="detached")


def pages_of(paper: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", paper))


def test_from_the_door_to_the_board(page: Any, address: str) -> None:
    page.goto(address)
    ready(page)
    page.select_option(".live select", "Waterbury")
    page.wait_for_function("document.querySelector('.live p').innerText.startsWith('In Waterbury')")
    page.click(".doors a >> nth=0")
    page.wait_for_selector("button.run")
    assert page.input_value("#p-town") == "Waterbury"
    page.select_option("#p-households", "500")
    page.select_option("#p-futures", "4")
    page.fill("#p-budget", "5000000")
    page.press("#p-budget", "Enter")
    page.wait_for_function("location.search.includes('b=5000000')")

    first = [pick(page, kind, 2) for kind in range(4)]
    chosen(page, 4)
    # Before any run: a price beside each, and their sum against the budget.
    page.wait_for_selector(".go .total", timeout=120_000)
    assert re.match(r"[●▲] Your mix costs about \$[\d.,]+( million)?", page.inner_text(".go .total"))
    assert page.locator(".items li.on .price").count() == 4

    live(page)
    assert page.inner_text(".hecsim-right h1") == "Waterbury, 2025 to 2029: your mix"
    assert page.inner_text(".results .plain").startswith("Over 5 years in Waterbury, your mix")
    assert page.is_visible(".budget .verdict")
    for section in ("h-time", "h-who", "h-places", "h-money", "h-sure"):
        assert page.is_visible(f"#{section}")
    assert page.locator("svg.map polygon").count() > 2 * 20  # two maps of Waterbury's tracts
    assert "95% interval" in page.inner_text(".cards")
    assert [i for i in first if i not in page.inner_text(".what")] == []
    page.click("button.keep")
    page.wait_for_function("location.search.includes('s=')")

    pick(page, 1, 2)  # the policy goes
    added = pick(page, 2, 4)
    live(page)
    page.click("button.keep")
    page.wait_for_function("location.search.split('s=')[1].includes('-')")
    page.click(".after button >> nth=0")

    page.wait_for_selector(".compared .dominance")
    page.wait_for_function("document.querySelectorAll('.dominance tbody tr').length === 3")
    told = page.inner_text(".compared")
    assert f"It adds ● {added}; leaves out ■ {first[1]}" in told
    assert "Mix A → Mix B" in told
    assert "Budget: $5.00 million a year" in told
    assert 1 <= pages_of(page.pdf(prefer_css_page_size=True, format="Letter")) <= 5

    page.go_back()
    page.wait_for_selector(".results .cards")
    assert page.is_disabled("button.keep")  # the second mix as it was left, and kept
    paper = page.pdf(prefer_css_page_size=True, format="Letter")
    assert 3 <= pages_of(paper) <= 8
    page.emulate_media(media="print")
    assert not page.is_visible(".planner")
    assert page.evaluate("getComputedStyle(document.querySelector('.cards')).gridTemplateColumns.split(' ').length") == 5


def test_what_is_typed_outlasts_the_answer_to_an_earlier_choice(page: Any, address: str) -> None:
    page.goto(f"{address}/studio?t=Waterbury&n=500&f=4")
    ready(page)
    page.fill("#p-budget", "2500000")
    # A choice that is answered while the budget still has the focus, as when the answer is slow.
    page.evaluate("const s = document.querySelector('#p-futures'); s.value = '16'; s.dispatchEvent(new Event('change'))")
    page.wait_for_function("location.search.includes('f=16')")
    page.wait_for_function("document.querySelector('.go [role=status]').innerText.includes('16')")  # drawn again
    assert page.input_value("#p-budget") == "2500000"
    page.press("#p-budget", "Enter")
    page.wait_for_function("location.search.includes('b=2500000')")
    page.goto(f"{address}/about")
    page.wait_for_selector("#find")
    page.type("#find", "eviction", delay=150)
    page.wait_for_timeout(1000)
    assert page.input_value("#find") == "eviction"


def test_a_plan_over_its_budget_says_so_before_it_is_run(page: Any, address: str) -> None:
    page.goto(f"{address}/studio?t=Waterbury&n=500&f=4&m=M4&b=100000")
    ready(page)
    page.wait_for_selector(".go .total.over", timeout=240_000)
    assert page.inner_text(".go .total").startswith("▲ Your mix costs about")
    # With the last price nothing but what is done here draws the page.
    page.wait_for_function("!document.querySelector('.hecsim-left').innerText.includes('Prices are being')", timeout=240_000)
    page.fill("#p-budget", "")
    page.press("#p-budget", "Enter")
    page.wait_for_selector(".go .total:not(.over)")
    assert "of $" not in page.inner_text(".go .total")
