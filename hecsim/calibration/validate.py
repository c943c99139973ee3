"""`validate`: the baseline of the shipped ensemble held against every pattern, and against any town.

Each member of the ensemble that is taken lives under a luck of its own. The interval shown is the middle 90
percent over members; the verdict is about their mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from hecsim import evidence
from hecsim.calibration.patterns import STATE, Pattern, patterns
from hecsim.calibration.places import CHECKS, town_figures
from hecsim.calibration.world import World, communities
from hecsim.community import Community
from hecsim.errors import ScenarioError, UnknownNameError
from hecsim.measures import MEASURES

__all__ = ["PARAMETERS", "draws_of", "summary_of", "validate", "validate_town"]

Progress = Callable[[str, int, int], None]
PARAMETERS = ("ensemble", "sampled", "central")
_LUCK = 900_000  # seeds of luck that no calibration uses


def draws_of(parameters: str, members: int, seed: int = 1) -> list[Any]:
    """So many parameter sets: members of the ensemble in a shuffled order, samples of all ranges, or central values."""
    if parameters not in PARAMETERS:
        raise ScenarioError(f'is "ensemble", "sampled" or "central", not {parameters!r}', key="parameters")
    if parameters == "central":
        return [evidence.draw(None)] * members
    if parameters == "sampled":
        return [evidence.draw(seed + i) for i in range(members)]
    found = evidence.ensemble()
    order = found.order(seed)
    return [found.member(int(order[i % len(found)])) for i in range(members)]


def _known_places(places: Iterable[str] | None) -> list[str]:
    known = list(dict.fromkeys(p.place for p in patterns()))
    chosen = known if places is None else list(places)
    for place in chosen:
        if place not in known:
            raise UnknownNameError(place, known, what="place with patterns")
    return chosen


def validate(
    places: Iterable[str] | None = None, *, households: int = 6_000, town_households: int = 2_000, members: int = 16,
    parameters: str = "ensemble", progress: Progress | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """Live the baseline and hold every pattern of these places against it.

    Parameters
    ----------
    places : places of patterns, all by default
    households, town_households : simulated households of the state sample, and of each town
    members : parameter sets, each with a luck of its own
    parameters : "ensemble", "sampled" or "central"

    Returns one mapping per pattern: place, measure, label, unit, yardstick, group, over, use, low, high,
    simulated (mean), p5, p95, ratio, verdict, implausibility, source, note.
    """
    chosen = _known_places(places)
    draws = draws_of(parameters, members)
    mine = tuple(p for p in patterns() if p.place in chosen)
    built: dict[str, Community] = {}
    for place in chosen:
        if progress is not None:
            progress("communities", len(built), len(chosen))
        built |= communities([place], households if place == STATE else town_households)
    if progress is not None:
        progress("communities", len(chosen), len(chosen))
        progress("members", 0, members)
    world = World(built, mine)
    values = np.empty((members, len(mine)))
    for i, draw in enumerate(draws):
        values[i] = world.simulate(draw, _LUCK + i)
        if progress is not None:
            progress("members", i + 1, members)
    return [_row(p, values[:, i]) for i, p in enumerate(mine)]


def _row(p: Pattern, values: np.ndarray) -> dict[str, Any]:
    values = values[np.isfinite(values)] if np.isfinite(values).any() else values  # a group may be empty in one sample
    mean = float(np.mean(values))
    low, high = np.percentile(values, (5, 95))
    away = abs(float(p.scaled(mean)) - p.center) / p.sd
    return {
        "place": p.place, "measure": p.measure, "label": p.label, "unit": p.unit, "yardstick": p.first.yardstick,
        "group": p.group.partition(":")[2] or "all", "over": p.over, "use": p.use, "low": p.low, "high": p.high,
        "simulated": mean, "p5": float(low), "p95": float(high), "ratio": p.ratio(mean), "verdict": p.verdict(mean),
        "deviations": away, "source": p.source, "note": p.note,
    }  # fmt: skip


def validate_town(
    town: str, *, households: int = 3_000, members: int = 8, parameters: str = "ensemble", progress: Progress | None = None
) -> list[dict[str, Any]]:
    """Hold any town's published figures against its simulation; one mapping per figure.

    A figure that histories or the synthesis read is marked "used": agreement there shows only that a few years
    of living do not spoil it. A published figure has no interval here, so the verdict is a factor: within 1.25
    "near", within 1.5 "far".
    """
    figures = town_figures(town)
    if not figures:
        raise ScenarioError(f"no figure of {town} is published in the packaged tables", key="town")
    made = tuple(
        Pattern(town, m, value / 1.1, value * 1.1, "held out", f"packaged tables: {column}", note=column)
        for m, column, value in figures
    )
    if progress is not None:
        progress("communities", 0, 1)
    world = World(communities([town], households), made)
    values = []
    for i, draw in enumerate(draws_of(parameters, members)):
        if progress is not None:
            progress("members", i, members)
        values.append(world.simulate(draw, _LUCK + i))
    if progress is not None:
        progress("members", members, members)
    rows, unread = [], {check.column for check in CHECKS if check.use == "known, not fitted"}
    for i, (measure, column, value) in enumerate(figures):
        row = _row(made[i], np.array(values)[:, i])
        used = "no" if column in unread else "yes"
        rows.append({
            "town": town, "measure": measure, "label": MEASURES[measure].label, "unit": MEASURES[measure].unit,
            "published": value, "column": column, "used": used,
            **{k: row[k] for k in ("simulated", "p5", "p95", "verdict")}, "factor": row["simulated"] / value if value else None,
        })  # fmt: skip
    return rows


def summary_of(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """How many patterns of each use lie inside, how many within a quarter, and the worst factor."""
    out = {}
    for use in ("calibrate", "held out", "emergent"):
        mine = [r for r in rows if r["use"] == use]
        if mine:
            factors = [max(r["ratio"], 1 / r["ratio"]) if r["ratio"] > 0 else float("inf") for r in mine]
            at = int(np.argmax(factors))
            out[use] = {
                "patterns": len(mine), "inside": sum(r["verdict"] == "inside" for r in mine),
                "within a quarter": sum(r["verdict"] in ("inside", "near") for r in mine),
                "worst": f"{mine[at]['label']}, {mine[at]['place']}, {mine[at]['group']}", "worst factor": factors[at],
            }  # fmt: skip
    return out
