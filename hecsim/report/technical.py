"""The technical report: claims with all that qualifies them, and the checklists CHEERS 2022, STRESS-ABS and TRACE."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import jinja2

from hecsim.measures import MEASURES
from hecsim.report.checklists import cheers, filled, stress, trace
from hecsim.report.facts import Facts
from hecsim.report.text import Words
from hecsim.study.claims import Claim, claims
from hecsim.study.parts import write_atomically
from hecsim.study.results import Results

__all__ = ["FILE", "write_technical"]

FILE = "technical-report.html"
_WEAK = 0.3  # pairing correlation below which a warning is due


def write_technical(results: Results, directory: str | Path) -> Path:
    """Write the technical report of a study and return its path."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("hecsim.report"), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    path = Path(directory) / FILE
    page = environment.get_template("technical.html").render(**_content(results)).encode()
    write_atomically(path, lambda stream: stream.write(page))
    return path


def _content(results: Results) -> dict[str, Any]:
    facts, words = Facts(results), Words("en")
    lists = [("CHEERS 2022", cheers(facts)), ("STRESS-ABS", stress(facts)), ("TRACE", trace(facts))]
    found = claims(results, facts.headlines)
    study = results.manifest["study"]
    inputs = results.manifest.get("inputs") or {}
    return {
        "title": study["name"], "question": study.get("question", ""), "flag": words("page.simulated"),
        "run": words(
            "page.run", id=str(results.manifest.get("digest", ""))[:8], version=str(results.manifest.get("hecsim", "")),
            community=str((results.manifest.get("community") or {}).get("name", "")), futures=len(results.futures),
            years=results.years, start=facts.start_year, arms=len(results.arms),
        ),
        "failed": [words("page.failed_one", i=i, problem=p) for i, p in sorted(results.failed.items())],
        "claims": [_row(c, facts) for c in found],
        "weak": sorted({f"{c.label} ({c.arm})" for c in found if _pairing(c, facts) < _WEAK and c.against == facts.reference}),
        "lists": [{"name": n, "items": items, "filled": filled(items)} for n, items in lists],
        "missing": [(n, i.number, i.heading, i.missing) for n, items in lists for i in items if i.missing],
        "yardsticks": [(MEASURES[m].label, MEASURES[m].unit, MEASURES[m].yardstick) for m in facts.headlines],
        "limits": [words(f"sure.limit_{i}") for i in range(1, 7)],
        "digests": sorted((f"{kind}.{room}", d) for kind, rooms in inputs.items() for room, d in rooms.items()),
        "digest": str(results.manifest.get("digest", "")),
        "community_digest": str(results.manifest.get("community_digest", "")),
    }  # fmt: skip


def _pairing(c: Claim, facts: Facts) -> float:
    found = facts.pairing(c.arm, c.measure)[0] if c.against == facts.reference else float("nan")
    return found if math.isfinite(found) else 1.0


def _row(c: Claim, facts: Facts) -> dict[str, str]:
    interval = f"{c.low:+,.3g} to {c.high:+,.3g}" if math.isfinite(c.low) else "too few futures"
    correlation, saved = facts.pairing(c.arm, c.measure) if c.against == facts.reference else (float("nan"), float("nan"))
    return {
        "arm": c.arm, "against": c.against, "measure": f"{c.label} ({c.unit})", "difference": f"{c.difference:+,.3g}",
        "interval": interval, "horizon": c.horizon, "yardstick": c.yardstick, "grade": c.grade,
        "status": "declared" if c.declared else "exploratory", "verdict": c.verdict,
        "matters": {"": "–"}.get(c.matters, c.matters),
        "pairing": f"{correlation:.2f} (saves {saved:,.1f} runs of each)" if math.isfinite(correlation) else "–",
    }  # fmt: skip
