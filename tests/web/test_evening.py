"""A forum from the welcome to the page to take home, in Spanish, with real phones, votes and runs."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from hecsim.web.forum.words import WORDS
from tests.web.browsing import MARKS, serve

pytestmark = MARKS
PIN = "271828"
OPTIONS = ["P01", "P05", "G04", "N04"]
FORUM = {"pin": PIN, "options": OPTIONS, "households": 100, "years": 2, "futures": 2, "budget": 5e8, "fresh": True}
# Words of the English screens that no Spanish sentence holds.
ENGLISH = re.compile(r"\b(the|and|with|year|years|family|household|households|of|chosen|vote|law|lost|found|job|born)\b", re.I)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    yield from serve("app.py", tmp_path_factory.mktemp("cache"), HECSIM_FORUM=json.dumps(FORUM))


def spanish(page: Any) -> str:
    told = str(page.inner_text("main"))
    found = [line for line in told.splitlines() if ENGLISH.search(line.replace("/forum", ""))]
    assert found == []
    return told


def test_a_forum_in_spanish_reaches_the_page_to_take_home(browser: Any, page: Any, address: str) -> None:
    screen, control = page, browser.new_page()
    control.set_default_timeout(90_000)

    def press(what: str) -> None:
        with control.expect_navigation():
            control.click(f"#do-{what}")

    def on_screen(phase: str) -> None:
        screen.wait_for_function("words => document.querySelector('h1').innerText === words", arg=WORDS[f"phase.{phase}"][1])

    control.goto(f"{address}/forum/control")
    control.fill("input[name=pin]", PIN)
    control.press("input[name=pin]", "Enter")
    control.wait_for_selector("#do-language")
    press("language")
    screen.goto(f"{address}/forum")
    on_screen("welcome")
    spanish(screen)
    assert screen.get_attribute(".qr svg", "viewBox")  # it shrinks whole, not cut
    code = screen.inner_text(".code")
    phones = [browser.new_context(viewport={"width": 390, "height": 844}).new_page() for _ in range(3)]
    for phone in phones:
        phone.set_default_timeout(90_000)
        phone.goto(f"{address}/v?c={code}")

    press("next")
    screen.wait_for_selector(".year .lane.law", timeout=240_000)
    press("step")
    screen.wait_for_function("document.querySelectorAll('.year').length === 2")
    met = screen.locator(".lane.law").all_inner_texts()
    spanish(screen)

    press("next")
    on_screen("predict")
    for phone, answer in zip(phones, ("better", "same", "better"), strict=True):
        phone.wait_for_selector("button[name=answer]")
        phone.click(f"button[value={answer}]")
        phone.wait_for_selector("[role=status]")
        spanish(phone)

    press("next")
    on_screen("vote")
    spanish(screen)
    for phone, picks in zip(phones, (["P01", "G04"], ["P01", "N04"], ["P01"]), strict=True):
        phone.wait_for_selector("input[name=pick]")
        for pick in picks:
            phone.check(f"input[value={pick}]")
        phone.click("form button")
        phone.wait_for_selector("[role=status]")
        spanish(phone)
    control.wait_for_function("/\\b3\\b/.test(document.querySelector('#count').innerText)")  # counts come by themselves

    press("next")
    on_screen("reveal")
    screen.wait_for_function("document.querySelectorAll('tr.in').length === 3 && !/Aún/.test(document.body.innerText)")
    spanish(screen)

    press("next")
    screen.wait_for_selector(".lane.mix", timeout=240_000)
    press("step")
    screen.wait_for_function("document.querySelectorAll('.lane.mix').length === 2")
    assert screen.locator(".lane.law").all_inner_texts() == met  # the same family in the same future
    spanish(screen)

    press("next")
    screen.wait_for_selector("figure svg .dot", timeout=240_000)
    assert "claramente mejor 2" in spanish(screen)
    assert screen.locator("figure").count() == 4
    assert screen.locator("text.tick").count() >= 4  # a scale under the dots

    press("next")
    on_screen("missing")
    assert "Cuidado infantil" in spanish(screen)  # nobody chose it
    press("next")
    on_screen("vote2")
    for phone in phones:
        phone.wait_for_selector("input[name=pick]")
        for box in phone.locator("input[name=pick]:checked").all():
            box.uncheck()
        phone.check("input[value=N04]")
        phone.click("form button")
        phone.wait_for_selector("[role=status]")
    for phase in ("reveal2", "run2", "town2"):
        press("next")
        on_screen(phase)
    screen.wait_for_selector("figure svg .dot", timeout=240_000)
    press("next")
    on_screen("home")
    spanish(screen)
    phone = phones[0]
    phone.wait_for_selector("table")
    told = spanish(phone)
    assert "Corrida" in told
    assert "La segunda elección" in told
    assert "Pedir ayuda es normal" in told
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", phone.pdf())) <= 6
    control.close()
