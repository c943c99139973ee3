"""Pictures of a study's report for README and documentation, taken with an installed Chromium.

    python scripts/picture_report.py results/hartford/report.html docs/pictures

writes report.png (the top of the page) and map.png (the first map of the neighborhoods).
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

_WIDTH, _HEIGHT = 1200, 1100


def main(page: str, folder: str) -> int:
    """Take the pictures; returns the exit code."""
    browser = next((b for b in ("chromium", "chromium-browser", "google-chrome") if shutil.which(b)), None)
    if browser is None:
        print("no Chromium found; install it and try again", file=sys.stderr)
        return 1
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=shutil.which(browser))
        sheet = chromium.new_page(viewport={"width": _WIDTH, "height": _HEIGHT})
        sheet.goto(Path(page).resolve().as_uri())
        sheet.screenshot(path=target / "report.png")
        sheet.locator("section#places figure").first.screenshot(path=target / "map.png")
        chromium.close()
    print(f"report.png and map.png in {target}")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    sys.exit(main(*sys.argv[1:]))
