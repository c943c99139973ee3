"""Patterns: what the baseline should reproduce, target beside simulated.

A pattern names a place, a measure with its own yardstick, a group (or a ratio of two groups) and the range
that published figures give. The model runs under current law, five years by default; the last two count.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from hecsim.errors import ScenarioError, UnknownNameError
from hecsim.measures import MEASURES
from hecsim.model import CommunityModel
from hecsim.population import build_community

__all__ = ["STATE", "Pattern", "patterns", "validate"]

STATE = "Connecticut"
_CLOSE, _SANE = 1.25, 1.5


@dataclass(frozen=True)
class Pattern:
    """One figure to reproduce. `low` and `high` are in the measure's unit, or the ratio itself."""

    place: str
    measure: str
    group: str
    low: float
    high: float
    source: str

    def ratio(self, value: float) -> float:
        """Simulated over the nearest end of the range; 1 inside it."""
        return value / self.low if value < self.low else value / self.high if value > self.high else 1.0

    def verdict(self, value: float) -> str:
        """Words for the distance: inside, within a quarter, within a half, off."""
        distance = max(self.ratio(value), 1 / max(self.ratio(value), 1e-9))
        return "inside" if distance == 1 else "near" if distance <= _CLOSE else "far" if distance <= _SANE else "off"


@cache
def patterns() -> tuple[Pattern, ...]:
    """All patterns of the package."""
    text = (resources.files("hecsim.study") / "patterns.toml").read_text(encoding="utf-8")
    found = tuple(Pattern(**p) for p in tomllib.loads(text)["pattern"])
    for p in found:
        if p.measure not in MEASURES:
            raise UnknownNameError(p.measure, MEASURES, what="measure", file="patterns.toml")
    return found


def validate(
    places: Iterable[str] | None = None,
    *,
    households: int = 10_000,
    futures: int = 4,
    years: int = 5,
    sampled: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> list[dict[str, Any]]:
    """Run the baseline and hold every pattern of these places against it.

    Parameters
    ----------
    places : places of patterns, all by default
    households : simulated households for each place
    futures : futures for each place; the range shown is the least and the greatest of them
    sampled : draw parameters from their ranges instead of taking central values

    Returns one mapping per pattern: place, measure, label, unit, yardstick, group, low, high, simulated,
    least, greatest, ratio, verdict, source.
    """
    known = list(dict.fromkeys(p.place for p in patterns()))
    chosen = known if places is None else list(places)
    for place in chosen:
        if place not in known:
            raise UnknownNameError(place, known, what="place with patterns")
    if years < 2:
        raise ScenarioError("validation needs at least two years")
    rows = []
    for n, place in enumerate(chosen):
        community = build_community("all" if place == STATE else place, households=households)
        sums, groups = [], {}
        for future in range(futures):
            model = CommunityModel(
                community=community, years=years, seed=future + 1, parameter_seed=future + 1 if sampled else None
            ).run()
            assert model.recorder is not None
            sums.append(model.recorder.array[-24:].sum(0))
            groups = {":".join(g): i for i, g in enumerate(model.recorder.groups)}
            if progress is not None:
                progress(n * futures + future + 1, len(chosen) * futures)
        index = {name: i for i, name in enumerate(MEASURES)}
        for p in patterns():
            if p.place == place:
                values = np.array([_value(p, s[index[p.measure]], groups) for s in sums])
                rows.append(_row(p, values))
    return rows


def _value(p: Pattern, sums: np.ndarray, groups: dict[str, int]) -> float:
    def at(group: str) -> float:
        top, bottom = sums[groups["all:all" if group == "all" else group]]
        return MEASURES[p.measure].factor * top / bottom

    if "/" not in p.group:
        return at(p.group)
    kind, _, names = p.group.partition(":")
    first, _, second = names.partition("/")
    return at(f"{kind}:{first}") / at(f"{kind}:{second}")


def _row(p: Pattern, values: np.ndarray) -> dict[str, Any]:
    m = MEASURES[p.measure]
    mean = float(values.mean())
    return {
        "place": p.place,
        "measure": p.measure,
        "label": m.label,
        "unit": "ratio" if "/" in p.group else m.unit,
        "yardstick": m.yardstick,
        "group": p.group.partition(":")[2] or "all",
        "low": p.low,
        "high": p.high,
        "simulated": mean,
        "least": float(values.min()),
        "greatest": float(values.max()),
        "ratio": p.ratio(mean),
        "verdict": p.verdict(mean),
        "source": p.source,
    }


def as_markdown(rows: list[dict[str, Any]], *, households: int, futures: int) -> str:
    """The page docs/baseline.md."""
    lines = [
        "# Baseline: target beside simulated",
        "",
        f"Current law, central parameters; {households:,} households for each place, {futures} futures,",
        "mean of years 4 and 5. No formal calibration has been run, but these are not blind tests: several base",
        "rates (marked `calibrated` in the evidence, such as the onset of food insecurity and of maltreatment) and the",
        "histories were set by hand toward figures on this page. Written by",
        f"`hecsim validate --households {households} --futures {futures} --write docs/baseline.md`.",
        "The ratio is simulated over the nearest end of the target's range: 1.00 is inside.",
        "",
        "| place | measure | group | target | simulated | over futures | ratio | verdict | source of the target |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for r in rows:
        target = f"{r['low']:g}" if r["low"] == r["high"] else f"{r['low']:g} to {r['high']:g}"
        lines.append(
            f"| {r['place']} | {r['label']} ({r['unit']}; {r['yardstick']}) | {r['group']} | {target} | {r['simulated']:.2f} | "
            f"{r['least']:.2f} to {r['greatest']:.2f} | {r['ratio']:.2f} | {r['verdict']} | {r['source']} |"
        )
    distances = [max(r["ratio"], 1 / r["ratio"]) for r in rows]
    inside, near = (sum(r["verdict"] in v for r in rows) for v in (("inside",), ("inside", "near")))
    lines += [
        "",
        f"Of {len(rows)} patterns, {inside} are inside their range and {near} within a factor of {_CLOSE}; "
        f"the worst is off by a factor of {max(distances):.2f}.",
        "",
    ]
    return "\n".join(lines)
