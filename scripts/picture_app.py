"""Pictures of the app's pages for the documentation: `python scripts/picture_app.py --address http://127.0.0.1:8765`.

A server must be running (`hecsim app --forum`), on which the mixes M1 and M2 of the addresses below have been run. With
`--look FOLDER` every page is also kept there in both languages at 1280 and 390 pixels, to be looked at.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

PICTURES = Path(__file__).resolve().parents[1] / "docs" / "pictures"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
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
    "forum": ("/forum", "main"),
    "vote": ("/v", "main"),
}


def take(browser: Any, address: str, page_of: tuple[str, str], language: str, width: int, file: Path) -> list[str]:
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
    page.screenshot(path=file, full_page=True)
    wide = page.evaluate("document.documentElement.scrollWidth")
    page.close()
    return [*problems, *([f"{wide} pixels wide"] if wide > width else [])]


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", default="http://127.0.0.1:8765")
    parser.add_argument("--look", type=Path, default=None)
    parser.add_argument("--only", nargs="*", default=list(PAGES))
    given = parser.parse_args()
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for name in given.only:
            file = PICTURES / f"app_{name}.png"
            print(name, *take(browser, given.address, PAGES[name], "en", 390 if name == "vote" else 1200, file), flush=True)
            with Image.open(file) as picture:
                cut = picture.convert("RGB").crop((0, 0, picture.width, min(picture.height, TALLEST)))
            cut.quantize(128).save(file, optimize=True)
            if given.look is not None:
                given.look.mkdir(parents=True, exist_ok=True)
                for language in ("en", "es"):
                    for width in (1280, 390):
                        kept = given.look / f"{name}_{language}_{width}.png"
                        print(" ", kept.name, *take(browser, given.address, PAGES[name], language, width, kept), flush=True)
        browser.close()


if __name__ == "__main__":
    main()
