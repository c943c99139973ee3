"""A needs assessment: indicators with their errors, gaps, hypothesized causes, assets, services, residents' voice, priorities.

Strengths stand beside deficits, what residents say beside what tables say, and what tables cannot show is said.

>>> found = assess("Hartford")
>>> found.priorities[0]["rank"], len(found.indicators) > 20
(1, True)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import resources
from typing import Any

import numpy as np
from jinja2 import Environment, FunctionLoader, StrictUndefined

from hecsim import geography
from hecsim.errors import UnknownNameError
from hecsim.geography import Geography
from hecsim.planning.indicators import group_gaps, indicators, measure, needs_file, neighborhood_gaps
from hecsim.planning.needs_assets import assets
from hecsim.planning.needs_causes import hypotheses
from hecsim.planning.needs_files import Service, Voice
from hecsim.planning.needs_rank import check_weights, rank

__all__ = ["Needs", "assess", "draft_assessment"]

_RATIO = 20.0  # a figure further from the state's than this counts as this far


@dataclass(frozen=True, slots=True)
class Needs:
    """Answer of `assess`, all in plain mappings.

    indicators : value, low, high (95 percent), state, against_state, unit, people, error_means, source
    strengths : indicators that are better than the state's
    neighborhoods, groups : gaps inside the place
    causes : hypotheses with grade, source, chain, and who could act
    assets : what protects, from tables, rates, and a synthetic community
    services : by need: people concerned, services, places, languages, towns without any; empty without a file
    voice : by theme, with the place of its need in the figures and whether both agree; empty without a file
    priorities : needs by the declared rule, with sensitivity
    notes : what the tables cannot show
    """

    name: str
    towns: tuple[str, ...]
    residents: int
    weights: dict[str, float]
    indicators: tuple[dict[str, Any], ...]
    strengths: tuple[dict[str, Any], ...]
    neighborhoods: tuple[dict[str, Any], ...]
    groups: tuple[dict[str, Any], ...]
    causes: tuple[dict[str, Any], ...]
    assets: tuple[dict[str, Any], ...]
    services: tuple[dict[str, Any], ...]
    voice: tuple[dict[str, Any], ...]
    priorities: tuple[dict[str, Any], ...]
    notes: tuple[str, ...]

    def to_mapping(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)


def assess(
    towns: str | Iterable[str] | Geography,
    *,
    name: str = "",
    services: Sequence[Service] = (),
    voice: Sequence[Voice] = (),
    weights: Mapping[str, float] | None = None,
    households: int = 0,
    seed: int = 1,
    progress: Callable[[str, float], None] | None = None,
) -> Needs:
    """Assess the needs of a place.

    towns : names, "region:Capitol", "all", or a `Geography` (a user's own tables, too)
    services, voice : from `read_services` and `read_voice`
    weights : criterion (gap, people, neighborhoods, voice, services, evidence) to weight
    households : simulated households from which assets of a synthetic community are counted; 0 leaves these out
    """
    weight = check_weights(weights)
    place = towns if isinstance(towns, Geography) else geography.select(towns)
    measured = [measure(place, i) for i in indicators().values()]
    gaps = [g for g in (neighborhood_gaps(place, i) for i in indicators().values()) if g is not None]
    causes = [h for need in needs_file()["need"] for h in hypotheses(need, measured)]
    inside, outside = _in_place(services, place)
    rows = _needs(measured, gaps, causes, inside, bool(services), voice, place.population)
    order = rank(rows, weight)
    notes = _notes(measured, rows, bool(services), bool(voice), bool(households), outside)
    return Needs(
        name or ", ".join(place.towns[:3]) + (f" and {len(place.towns) - 3} more" if len(place.towns) > 3 else ""),
        place.towns, place.population, weight, tuple(measured),
        tuple(m for m in measured if m["against_state"] == "better"), tuple(gaps), tuple(group_gaps(place)), tuple(causes),
        tuple(assets(place, households=households, seed=seed, progress=progress)),
        tuple(_service_gaps(measured, inside, place)) if services else (),
        tuple(_heard(voice, order, measured)), tuple(order), tuple(notes),
    )  # fmt: skip


def _in_place(services: Sequence[Service], place: Geography) -> tuple[list[Service], list[Service]]:
    """Services that reach the place (those without towns are taken to), and those that do not."""
    here = [s for s in services if not s.towns or set(s.towns) & set(place.towns)]
    return here, [s for s in services if s not in here]


def _headline(measured: Sequence[Mapping[str, Any]], need: str) -> Mapping[str, Any]:
    return next((m for m in measured if m["need"] == need and not math.isnan(m["value"])),
                next(m for m in measured if m["need"] == need))  # fmt: skip


def _serving(services: Sequence[Service], need: str) -> list[Service]:
    return [s for s in services if need in needs_file()["service"][s.kind]["needs"]]


def _unserved(concerned: float, services: Sequence[Service]) -> float | None:
    """Part of the people concerned without a place; None where no capacity is known."""
    if concerned <= 0 or (services and all(s.capacity is None for s in services)):
        return None
    return max(0.0, 1.0 - sum(s.capacity or 0.0 for s in services) / concerned)


def _needs(
    measured: Sequence[Mapping[str, Any]], gaps: Sequence[Mapping[str, Any]], causes: Sequence[Mapping[str, Any]],
    services: Sequence[Service], with_services: bool, voice: Sequence[Voice], residents: int,
) -> list[dict[str, Any]]:  # fmt: skip
    """Criteria of every need for the ranking."""
    mentions = sum(v.count for v in voice)
    out = []
    for need, entry in needs_file()["need"].items():
        worse, errors = [], []
        for m in measured:
            if m["need"] != need or math.isnan(m["value"]) or not m["state"]:
                continue
            sign = 1.0 if m["worse_is"] == "high" else -1.0
            worse.append(sign * float(np.log(np.clip(m["value"] / m["state"], 1 / _RATIO, _RATIO))))
            errors.append((m["high"] - m["low"]) / 4 / max(m["value"], m["state"] / _RATIO))  # 95%: four standard errors
        spread = [g["spread"] for g in gaps if g["need"] == need]
        head = _headline(measured, need)
        concerned = 0.0 if math.isnan(head["value"]) else float(head["people"])
        mine = [c for c in causes if c["need"] == need]
        out.append({
            "need": need, "title": entry["title"], "gap": max(0.0, float(np.mean(worse))) if worse else None,
            "gap_error": float(np.sqrt(np.nansum(np.square(errors))) / len(errors)) if errors else 0.0,
            "people": concerned / residents if worse and residents else None, "neighborhoods": spread[0] if spread else None,
            "voice": sum(v.count for v in voice if v.need == need) / mentions if mentions else None,
            "services": _unserved(concerned, _serving(services, need)) if with_services else None,
            "evidence": float(np.mean([c["grade"] != "D" for c in mine])) if mine else None,
        })  # fmt: skip
    return out


def _service_gaps(
    measured: Sequence[Mapping[str, Any]], services: Sequence[Service], place: Geography
) -> list[dict[str, Any]]:  # fmt: skip
    out = []
    for need, entry in needs_file()["need"].items():
        mine, head = _serving(services, need), _headline(measured, need)
        concerned = 0.0 if math.isnan(head["value"]) else float(head["people"])
        reached = {t for s in mine for t in (s.towns or place.towns)} & set(place.towns)
        known = [s.capacity for s in mine if s.capacity is not None]
        kinds = {k: v for k, v in needs_file()["service"].items() if need in v["needs"]}
        have = {s.kind for s in mine}
        out.append({
            "need": need, "title": entry["title"], "counted": head["meaning"], "concerned": round(concerned),
            "services": [s.name for s in mine], "places": sum(known) if known else None,
            "unknown_capacity": len(mine) - len(known), "unserved": _unserved(concerned, mine),
            "languages": sorted({w for s in mine for w in s.languages}),
            "english_only": sum(s.languages == ("english",) for s in mine),
            "towns_without": [t for t in place.towns if t not in reached], "missing_kinds": [k for k in kinds if k not in have],
            "build_on": sorted({b for k in have if k in kinds for b in kinds[k]["builds"]}),
        })  # fmt: skip
    return out


def _heard(
    voice: Sequence[Voice], order: Sequence[Mapping[str, Any]], measured: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Themes of residents beside the figures: does a need that they name stand out in the tables, and the other way round?"""
    if not voice:
        return []
    mentions: dict[str, float] = {}
    for v in voice:
        mentions[v.need] = mentions.get(v.need, 0.0) + v.count
    said = sorted((n for n in mentions if n), key=lambda n: (-mentions[n], n))
    # By the figures alone, so that residents' voice is not compared with itself.
    gap = {r["need"]: r["criteria"]["gap"] or 0.0 for r in order}
    by_gap = sorted(gap, key=lambda n: (-gap[n], n))
    half = len(by_gap) // 2
    worse = {n: [m["against_state"] == "worse" for m in measured if m["need"] == n] for n in gap}
    out = []
    for v in voice:
        if not v.need:
            agree = "residents name it; the tables hold nothing on it"
        elif any(worse[v.need]):
            agree = (
                f"both: residents name it, and {sum(worse[v.need])} of {len(worse[v.need])} figures are worse than the state's"
            )
        else:
            agree = "residents name it; the figures do not show it: ask why"
        out.append({
            "theme": v.theme, "need": v.need, "count": v.count, "priority": v.priority, "quotes": list(v.quotes),
            "rank_by_residents": said.index(v.need) + 1 if v.need else None,
            "rank_by_figures": by_gap.index(v.need) + 1 if v.need else None, "agreement": agree,
        })  # fmt: skip
    for n in by_gap[:half]:
        if n not in mentions and any(worse[n]):
            out.append({
                "theme": next(r["title"] for r in order if r["need"] == n), "need": n, "count": 0.0, "priority": None,
                "quotes": [], "rank_by_residents": None, "rank_by_figures": by_gap.index(n) + 1,
                "agreement": "the figures show it; no resident named it: were those concerned asked?",
            })  # fmt: skip
    return out


def _notes(
    measured: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]], services: bool, voice: bool, community: bool,
    outside: Sequence[Service],
) -> list[str]:  # fmt: skip
    out = []
    blank = [m["meaning"] for m in measured if math.isnan(m["value"])]
    if blank:
        out.append(f"No figure here for: {'; '.join(blank)}.")
    part = [f"{m['meaning']} ({m['covers']:.0%})" for m in measured if 0 < m["covers"] < 0.95]
    if part:
        out.append(f"Known for a part of the place only: {'; '.join(part)}.")
    empty = [r["title"] for r in rows if r["gap"] is None]
    if empty:
        out.append(f"The tables cannot rank by their gap: {'; '.join(empty)}. Ask residents and providers.")
    if not services:
        out.append("No inventory of services was given, so gaps in services are not in the ranking.")
    if not voice:
        out.append("Residents' own words were not given, so the ranking is that of tables alone.")
    if not community:
        out.append("Parks, ties and support were not counted; ask for a synthetic community to see them.")
    if outside:
        out.append(f"Services listed for other towns only: {', '.join(s.name for s in outside)}.")
    out.append("Reports of abuse and neglect count what is seen and reported: poor families are seen more. They are no "
               "measure of how much harm there is.")  # fmt: skip
    out.append("Where a group lives says what surrounds its members, not what they are like.")
    return out


def draft_assessment(found: Needs, *, style: str = "markdown") -> str:
    """A draft needs assessment to be argued over, in Markdown or as one HTML page."""
    if style not in ("markdown", "html"):
        raise UnknownNameError(style, ["markdown", "html"], what="style")

    def load(name: str) -> str:
        return (resources.files("hecsim.planning") / "data" / name).read_text(encoding="utf-8")

    environment = Environment(
        loader=FunctionLoader(load), undefined=StrictUndefined, autoescape=style == "html", trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["figure"] = figure
    titles = {n: e["title"] for n, e in needs_file()["need"].items()}
    page = {"f": found, "titles": titles}
    return environment.get_template("needs.html" if style == "html" else "needs_md.html").render(**page)


def figure(value: float | None, unit: str = "share") -> str:
    """A figure as people write it; a dash where there is none."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "–"
    if unit == "share":
        return f"{100 * value:.1f}%"
    return f"${value:,.0f}" if unit == "$" else f"{value:,.1f}"
