"""Write the reference of trial files in docs/trials.md anew: python scripts/trials_reference.py."""

from pathlib import Path

from hecsim.trials.reference import renewed

page = Path(__file__).resolve().parents[1] / "docs" / "trials.md"
page.write_text(renewed(page.read_text(encoding="utf-8")), encoding="utf-8")
