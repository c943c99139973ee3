"""The report of trials: one self-contained HTML page, a light for each, readable without seeing color."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from hecsim import __version__
from hecsim.study.store import write_atomically
from hecsim.trials.score import PASS, OutcomeScore, TrialScore, unit_of, yardstick_of

__all__ = ["LIGHTS", "markdown_page", "render", "write_page"]

# Shape, word and color say the same, so that the page is read in black and white too.
LIGHTS = {"pass": ("●", "pass"), "near": ("◐", "near"), "miss": ("○", "miss"), "no answer": ("–", "no answer")}


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("hecsim.trials"), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    environment.filters["figure"] = figure
    return environment


def figure(value: float | None, digits: int = 3) -> str:
    """A number with so many figures that matter, or a dash."""
    if value is None or not math.isfinite(value):
        return "–"
    if value == 0:
        return "0"
    places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return f"{value:,.{min(places, 4)}f}"


def write_page(scores: list[TrialScore], directory: str | Path) -> Path:
    """Write trials.html into a folder and return its path."""
    path = Path(directory) / "trials.html"
    page = render(scores).encode()
    write_atomically(path, lambda stream: stream.write(page))
    return path


def render(scores: list[TrialScore]) -> str:
    """The page as text."""
    counts = {word: sum(s.verdict == word for s in scores) for word in LIGHTS}
    open_ = [s for s in scores if not s.trial.calibration]
    nulls = [s for s in scores if s.null]
    return (
        _environment()
        .get_template("trials.html")
        .render(
            scores=[_facts(s) for s in scores], counts=counts, lights=LIGHTS, version=__version__, total=len(scores),
            open=len(open_), open_pass=sum(s.verdict == "pass" for s in open_), nulls=len(nulls),
            nulls_pass=sum(s.verdict == "pass" for s in nulls), threshold=round(100 * PASS),
        )
    )  # fmt: skip


def markdown_page(trials: list[dict[str, Any]], command: str) -> str:
    """Every outcome in one Markdown table, from what `TrialScore.to_mapping` gives or a file of `--out` holds.

    command : what was run, printed above the table
    """
    passed = sum(t["verdict"] == "pass" for t in trials)
    nulls = [t for t in trials if t["must_be_null"]]
    fine = sum(t["verdict"] == "pass" for t in nulls)
    lines = [
        "# What the virtual trials found", "",
        f"`{command}`: {passed} of {len(trials)} pass; of {len(nulls)} that must find nothing, {fine} find nothing.", "",
        "A trial is as good as the worst of its primary outcomes; [the rules](trials.md). The interval of the model is the",
        "middle 90 percent of futures. Effects were not fitted to any of these studies; where a result helped to set base",
        "rates, the trial says so.", "",
        "| trial | outcome | published | model | worlds that agree | verdict |", "|---|---|---|---|---|---|",
    ]  # fmt: skip
    for t in trials:
        name = f"{t['id']} {t['title']}" + (" (used in calibration)" if t["used_in_calibration"] else "")
        for n, o in enumerate(t["outcomes"]):
            p = o["published"]
            said = "no effect" if p["value"] is None else figure(p["value"])
            said += f" ({figure(p['interval'][0])} to {figure(p['interval'][1])})" if p["interval"] else ""
            model = f"{figure(o['large'])} ({figure(o['low'])} to {figure(o['high'])})"
            share = "–" if o["agree"] is None or math.isnan(o["agree"]) else f"{o['agree']:.0%}"
            label = f"{o['label'] or o['name']}, {o['effect']}" + ("" if o["primary"] else " (secondary)")
            light = f"{LIGHTS[o['verdict']][0]} {o['verdict']}"
            lines.append(f"| {name if n == 0 else ''} | {label} | {said} | {model} | {share} | {light} |")
    return "\n".join(lines) + "\n"


def published_words(s: OutcomeScore) -> str:
    """What the study printed."""
    p = s.outcome.published
    parts = [figure(p.value)] if p.value is not None else []
    if p.interval:
        parts.append(f"({figure(p.interval[0])} to {figure(p.interval[1])})")
    if p.null:
        parts.append("no effect" if not parts else "null")
    return " ".join(parts) + (", remembered" if p.remembered else "")


def _facts(s: TrialScore) -> dict[str, Any]:
    return {
        "score": s,
        "trial": s.trial,
        "outcomes": [
            {
                "score": o, "label": o.outcome.label or o.outcome.name, "published": published_words(o),
                "unit": unit_of(o.outcome),
                "yardstick": yardstick_of(o.outcome), "picture": _picture(o),
            }
            for o in s.outcomes
        ],
    }  # fmt: skip


def _picture(o: OutcomeScore) -> dict[str, Any] | None:
    """Positions from 0 to 100 of the published interval, the model's range, and no effect."""
    from hecsim.trials.samples import apart, null_value

    effect = o.outcome.effect
    interval = o.outcome.published.interval or (o.outcome.published.band or None)
    marks = [o.low, o.high, o.large]
    if effect != "level":
        marks.append(null_value(effect))
    value = o.outcome.published.value
    marks += [*(interval or ()), *([value] if value is not None else [])]
    if effect in ("ratio", "odds ratio", "hazard ratio"):
        marks = [m for m in marks if m > 0]
    points = [float(apart(effect, m)) for m in marks if math.isfinite(m)]
    if len(points) < 2 or max(points) == min(points) or not math.isfinite(o.large):
        return None
    least, most = min(points), max(points)
    margin = 0.06 * (most - least)

    def at(v: float) -> float:
        return round(100 * (float(apart(effect, v)) - least + margin) / (most - least + 2 * margin), 1)

    return {
        "interval": (at(interval[0]), at(interval[1])) if interval else None,
        "value": at(value) if value is not None else None,
        "range": (at(o.low), at(o.high)),
        "large": at(o.large),
        "nothing": at(null_value(effect)) if effect != "level" else None,
    }
