"""Pictures of the app's pages for the documentation: `python scripts/picture_app.py`.

Starts a server of its own with an open forum, runs the mixes that the pages show, walks the forum from the welcome to the
page to take home, and takes every kept picture. With `--look FOLDER` every page is also kept there in both languages at
1280 and 390 pixels, to be looked at. `--cache FOLDER` keeps the runs, so that a second call does not live them again.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "benchmarks"))
from app_goals import CHROMIUM, finish, server  # noqa: E402  (benchmarks are no package)

PICTURES = ROOT / "docs" / "pictures"
PIN = "271828"
FORUM = {
    "pin": PIN, "options": ["S06", "P01", "P05", "G04", "G12", "N04"], "households": 1000, "years": 10, "futures": 8,
    "fresh": True,
}  # fmt: skip
VOTES = (["P01", "S06", "G04"], ["P01", "N04"], ["P05", "G04", "P01"], ["G12", "P01", "S06"], ["P05", "G04"])
TALLEST = 2300  # pixels of a picture in the documentation
RUN = "n=1000&f=8&y=5"
# Name of the picture: address, and what must be there before it is taken.
PAGES = {
    "start": ("/", ".doors"),
    "studio": (f"/studio?{RUN}&m=M1&b=5000000", ".pathways, .results h2"),
    "compare": (f"/compare?{RUN}&s=M1-M2&b=5000000", ".dominance"),
    "plan": ("/plan?m=M2", ".ground .results section"),
    "family": (f"/family?{RUN}&m=M1", ".year"),
    "lab": (f"/lab?{RUN}&m=M1&s=M1-M2", "pre.code"),
    "about": ("/about", "dl.found dt"),
}


def keep(page: Any, file: Path) -> None:
    """A picture for the documentation: cut where it is too tall, in few colors."""
    page.screenshot(path=file, full_page=True)
    with Image.open(file) as picture:
        cut = picture.convert("RGB").crop((0, 0, picture.width, min(picture.height, TALLEST)))
    cut.quantize(128).save(file, optimize=True)


def take(browser: Any, address: str, page_of: tuple[str, str], language: str, width: int, file: Path, cut: bool) -> list[str]:
    """One page as a picture; what went wrong on it."""
    path, there = page_of
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.set_default_timeout(180_000)
    problems: list[str] = []
    page.on("pageerror", lambda e: problems.append(str(e)))
    page.goto(f"{address}{path}{'&' if '?' in path else '?'}lang={language}")
    page.wait_for_selector(there)
    if path.startswith("/family"):
        page.click(".player button >> nth=1")
    page.wait_for_timeout(500)
    if cut:
        keep(page, file)
    else:
        page.screenshot(path=file, full_page=True)
    wide = page.evaluate("document.documentElement.scrollWidth")
    page.close()
    return [*problems, *([f"{wide} pixels wide"] if wide > width else [])]


def pages(browser: Any, address: str, only: list[str], look: Path | None) -> None:
    """The pages that have an address."""
    for name in only:
        print(name, *take(browser, address, PAGES[name], "en", 1200, PICTURES / f"app_{name}.png", True), flush=True)
        for language in ("en", "es") if look is not None else ():
            for width in (1280, 390):
                file = look / f"{name}_{language}_{width}.png"  # type: ignore[operator]
                print(" ", file.name, *take(browser, address, PAGES[name], language, width, file, False), flush=True)


def forum(browser: Any, address: str, look: Path | None) -> None:
    """A forum from the welcome to the page to take home; with `look`, every screen in both languages."""
    control, screen = (
        browser.new_page(viewport={"width": 1100, "height": 800}),
        browser.new_page(viewport={"width": 1280, "height": 800}),
    )
    phones = [browser.new_context(viewport={"width": 390, "height": 844}).new_page() for _ in VOTES]
    for page in (control, screen, *phones):
        page.set_default_timeout(900_000)

    def press(what: str, times: int = 1) -> None:
        for _ in range(times):
            with control.expect_navigation():
                control.click(f"#do-{what}")

    def seen(name: str, page: Any, kept: str = "") -> None:
        page.wait_for_timeout(1500)
        if kept:
            keep(page, PICTURES / f"{kept}.png")
        if look is not None:
            page.screenshot(path=look / f"forum_{name}.png", full_page=True)
            press("language")
            screen.wait_for_function("document.documentElement.lang === 'es'")
            (control if page is control else screen).wait_for_timeout(1500)
            if page in (control, screen):
                page.screenshot(path=look / f"forum_{name}_es.png", full_page=True)
            press("language")
            screen.wait_for_function("document.documentElement.lang === 'en'")

    def each(there: str, act: Callable[[Any, int], None]) -> None:
        for n, phone in enumerate(phones):
            phone.wait_for_selector(there)
            act(phone, n)

    def choose(phone: Any, picks: list[str]) -> None:
        for box in phone.locator("input[name=pick]:checked").all():
            box.uncheck()
        for pick in picks:
            phone.check(f"input[value={pick}]")
        phone.click("form button")
        phone.wait_for_selector("[role=status]")

    control.goto(f"{address}/forum/control")
    control.fill("input[name=pin]", PIN)
    control.press("input[name=pin]", "Enter")
    control.wait_for_selector("#do-next")
    screen.goto(f"{address}/forum")
    seen("1_welcome", screen, "app_forum")
    code = screen.inner_text(".code")
    for phone in phones:
        phone.goto(f"{address}/v?c={code}")
    press("next")
    screen.wait_for_selector(".year")
    press("step", 4)
    seen("2_meet", screen)
    press("next")
    each("button[name=answer]", lambda phone, n: phone.click(f"button[value={('better', 'same', 'worse')[n % 3]}]"))
    seen("3_predict", screen)
    press("next")
    each("input[name=pick]", lambda phone, n: choose(phone, VOTES[n]))
    keep(phones[0], PICTURES / "app_vote.png")
    seen("4_vote", screen, "forum_vote")
    seen("4_control", control, "app_forum_control")
    press("next")
    screen.wait_for_function("document.querySelector('tr.in') && !/decided yet/.test(document.body.innerText)")
    seen("5_reveal", screen)
    press("next")
    screen.wait_for_selector(".lane.mix")
    press("step", 4)
    seen("6_run", screen)
    press("next")
    screen.wait_for_selector("figure svg .dot")
    screen.wait_for_timeout(350 * (int(FORUM["futures"]) + 2))  # the dots appear one by one
    seen("7_town", screen, "forum_town")
    press("next")
    seen("8_missing", screen)
    press("next")
    each("input[name=pick]", lambda phone, n: choose(phone, ["P01", "S06", "N04"]))
    press("next", 3)
    screen.wait_for_selector("figure svg .dot")
    press("next")
    phones[0].wait_for_selector("table")
    seen("9_home", screen)
    if look is not None:
        for language in ("en", "es"):
            phones[0].goto(f"{address}/v?lang={language}")
            phones[0].screenshot(path=look / f"forum_home_{language}_390.png", full_page=True)
    print("forum", flush=True)


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--look", type=Path, default=None)
    parser.add_argument("--cache", type=Path, default=None)
    parser.add_argument("--only", nargs="*", choices=[*PAGES, "forum"], default=[*PAGES, "forum"])
    given = parser.parse_args()
    if given.look is not None:
        given.look.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory() as folder,
        server(given.cache or Path(folder), FORUM) as (address, _),
        sync_playwright() as p,
    ):
        browser = p.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        if {"studio", "compare", "family", "lab"} & set(given.only):
            page = browser.new_page()
            page.set_default_timeout(900_000)
            for mix in ("M1", "M2"):
                finish(page, address, f"{RUN}&m={mix}")
            page.close()
        pages(browser, address, [n for n in given.only if n in PAGES], given.look)
        if "forum" in given.only:
            forum(browser, address, given.look)
        browser.close()
    print(f"{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
