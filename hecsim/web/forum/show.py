"""What a finished run tells a hall: the family's years in two lanes, and the town in every future."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from hecsim.report.charts import tick_label, ticks
from hecsim.report.facts import Facts
from hecsim.report.text import Words
from hecsim.web import cache
from hecsim.web.forum.choices import Ballot
from hecsim.web.forum.words import WORDS, told
from hecsim.web.jobs import finished
from hecsim.web.plan import LAW, MIX
from hecsim.web.view import family_of, read_kept
from hecsim.web.words import say

__all__ = ["family", "meters", "option", "town"]

# Rare enough to tell, near enough to feel: what a hall asks about first.
MEASURES = ("evictions", "food_insecurity", "aces_0_8", "obesity_child")


def family(ballot: Ballot, picks: tuple[str, ...], language: str, future: int | None = None) -> dict[str, Any] | None:
    """The followed family's years as `web.view.family_of` gives them; None while nothing is finished.

    future : the one to show, so that a hall which met the family in it sees the same one again; None for the middle one
    """
    key, done = _kept(ballot, picks)
    ready = bool(done) if future is None else future in done
    return family_of(key, done, language, told("the_mix", language), future) if ready else None


def meters(lane: dict[str, Any], language: str) -> list[dict[str, Any]]:
    """The meters of a lane for a hall: whole words instead of statistics."""
    out = []
    for m in lane["meters"]:
        # The bar of stress runs from two standard deviations below the mean of all adults to two above it.
        near = "like" if 44 <= m["share"] <= 56 else "less" if m["share"] < 44 else "more"
        value = {"stress": told(f"stress.{near}", language), "safety": told("of_100", language, n=m["share"])}
        out.append({**m, "name": told(f"meter.{m['code']}", language), "value": value.get(m["code"], m["value"])})
    return out


def town(ballot: Ballot, picks: tuple[str, ...], language: str) -> list[dict[str, Any]]:
    """For each headline: both arms in every future, and in how many of them the mix is better."""
    key, done = _kept(ballot, picks)
    return _town(key, done, language) if done else []


def _kept(ballot: Ballot, picks: tuple[str, ...]) -> tuple[str, tuple[int, ...]]:
    key = cache.key_of(ballot.study(picks))
    return key, tuple(finished(key, ballot.futures))


@lru_cache(maxsize=32)
def _town(key: str, done: tuple[int, ...], language: str) -> list[dict[str, Any]]:
    facts, words = Facts(read_kept(key, done, (LAW, MIX))), Words(language)
    rows = []
    for measure in (m for m in MEASURES if m in facts.results.measures):
        values = facts.values(measure)[:, :, facts.lookup["all", "all"]]
        law, mix = values[:, facts.arm_index(LAW)], values[:, facts.arm_index(MIX)]
        change = facts.change(MIX, measure)
        sign = -1.0 if change.better == "lower" else 1.0
        low, high = float(min(law.min(), mix.min())), float(max(law.max(), mix.max()))
        room = 0.06 * (high - low) or 1.0
        low, wide = low - room, high - low + 2 * room
        marks = [float(t) for t in ticks(low, low + wide) if low <= t <= low + wide]
        apart = marks[1] - marks[0] if marks[1:] else 1.0
        unit = told(f"unit.{measure}", language) if f"unit.{measure}" in WORDS else words.unit(measure)
        rows.append({
            "name": words.label(measure), "unit": unit, "verdict": change.verdict,
            "law": float(law.mean()), "mix": float(mix.mean()),
            "better_in": int((sign * (mix - law) > 0).sum()), "of": len(done),
            "dots": [[round(100 * (float(x) - low) / wide, 1) for x in pair] for pair in zip(law, mix, strict=True)],
            "ticks": [(round(100 * (t - low) / wide, 1), tick_label(t, apart)) for t in marks],
            "told": told(f"verdict.{change.verdict}", language),
        })  # fmt: skip
    return rows


def option(name: str, language: str) -> dict[str, str]:
    """An intervention as it stands on a ballot."""
    from hecsim.interventions import find

    c = find(name)
    return {
        "id": c.id, "kind": c.kind, "kind_name": say(f"kind.{c.kind}", language), "title": getattr(c.title, language),
        "sentence": getattr(c.sentence, language), "grade": c.grade,
    }  # fmt: skip
