"""Pictures of a study's report for the documentation, taken with an installed Chromium.

    python scripts/picture_report.py results/hartford/report.html docs/pictures

writes report-wide.png (1200 pixels) and report-phone.png (390 pixels), the top of each page.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SHOTS = (("report-wide.png", 1200, 1900), ("report-phone.png", 390, 1600))


def main(page: str, folder: str) -> int:
    """Take the pictures; returns the exit code."""
    browser = next((b for b in ("chromium", "chromium-browser", "google-chrome") if shutil.which(b)), None)
    if browser is None:
        print("no Chromium found; install it and try again", file=sys.stderr)
        return 1
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    text = Path(page).read_text(encoding="utf-8")
    for name, width, height in SHOTS:
        with tempfile.TemporaryDirectory() as scratch:
            # A window cannot be as narrow as a phone, so the page stands in a frame of its width.
            (Path(scratch) / "page.html").write_text(text, encoding="utf-8")
            frame = Path(scratch) / "frame.html"
            style = f"width:{width}px;height:{height}px;border:0"
            frame.write_text(
                f'<body style="margin:0"><iframe src="page.html" style="{style}" scrolling="no"></iframe>',
                encoding="utf-8",
            )
            subprocess.run(
                [
                    browser,
                    "--headless",
                    "--no-sandbox",
                    "--disable-gpu",
                    "--hide-scrollbars",
                    f"--screenshot={(target / name).resolve()}",
                    f"--window-size={max(width, 500)},{height}",
                    frame.as_uri(),
                ],
                check=True,
                capture_output=True,
            )
        _crop(target / name, width)
        print(target / name)
    return 0


def _crop(path: Path, width: int) -> None:
    from PIL import Image

    with Image.open(path) as picture:
        if picture.width > width:
            picture.crop((0, 0, width, picture.height)).save(path)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]) if len(sys.argv) == 3 else __doc__)
