"""The three clearest ways by which a mix works: what was chosen, what it moved between, what came of it.

A way is a chain that the model's own rules hold (lever to process to state, read from the processes themselves), whose middle
and end were both measured in the same futures with and without the mix. Its clearness is that of its weaker step. How much of
the end flows through the middle is not separated here; leaving parts out, one at a time, does that.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import networkx as nx

from hecsim.interventions import catalogue
from hecsim.measures import MEASURES
from hecsim.planning.needs_causes import month_graph
from hecsim.report.facts import Change, Facts

__all__ = ["ENDS", "MIDDLES", "Pathway", "pathways"]

ENDS = ("aces_0_8", "cps_reports", "obesity_child", "obesity_adult", "diabetes")
# One measure for each thing that may lie between; none of them is an end.
MIDDLES = (
    "poverty_child", "hardship", "employed", "eviction_filings", "homeless", "food_insecurity", "low_food_access", "uninsured",
    "stress_caregivers", "depression", "substance", "ipv", "support", "feels_safe", "gunfire", "diet", "activity_adult",
    "guideline_child",
)  # fmt: skip
SHOWN = 3
# Processes between a lever and the middle, and between the middle and the end: further ones say little, since in the end
# everything in a family's life touches everything else.
_NEAR, _FAR = 2, 3


@dataclass(frozen=True)
class Pathway:
    """A way: parts of the mix that lead to the middle in few steps, the two changes, processes from middle to end."""

    parts: tuple[str, ...]
    middle: Change
    end: Change
    processes: tuple[str, ...]

    @property
    def certainty(self) -> float:
        """Of the weaker step: the mean's distance from zero in half-widths of its interval; above 1 is clear."""
        return min(self.middle.certainty, self.end.certainty)

    @property
    def clear(self) -> bool:
        """Whether luck can be told from both steps."""
        return self.middle.clear and self.end.clear


@cache
def _columns(measure: str) -> tuple[str, ...]:
    """Columns that a measure reads, as processes name them: "ph_hardship" is "h_hardship"."""
    named = [a.partition("_") for a in MEASURES[measure].arguments]
    return tuple(f"{head[-1]}_{name}" for head, _, name in named if head != "k")


@cache
def _way(start: tuple[str, str], measure: str) -> tuple[str, ...] | None:
    """Processes on the shortest way from a lever or column to what a measure reads; None if there is none."""
    g, found = month_graph(), []
    for column in _columns(measure):
        end = ("column", column)
        if start in g and end in g and nx.has_path(g, start, end):
            # Of several the first by name, so that it does not hang on the order of processes.
            found.append(tuple(n for k, n in min(nx.all_shortest_paths(g, start, end)) if k == "process"))
    return min(found, key=lambda w: (len(w), w)) if found else None


@cache
def _between(middle: str, end: str) -> tuple[str, ...] | None:
    if set(_columns(middle)) & set(_columns(end)):
        return None
    ways = [w for c in _columns(middle) if (w := _way(("column", c), end))]
    return min(ways, key=lambda w: (len(w), w)) if ways else None


def _able(parts: list[str], middle: str) -> tuple[str, ...]:
    """Parts of the mix from which a lever leads to the middle in few steps."""
    out = []
    for name in parts:
        cls = catalogue().get(name)
        ways = [_way(("lever", lever), middle) for lever in sorted(cls().levers)] if cls is not None else []
        if any(w is not None and len(w) <= _NEAR for w in ways):
            out.append(name)
    return tuple(out)


def pathways(facts: Facts, arm: str, parts: list[str]) -> tuple[list[Pathway], int]:
    """The clearest ways of an arm, clearest first, and of how many they are.

    Each middle comes once and each end at most twice, so that they differ.
    """
    known = facts.results.measures
    ends = [facts.change(arm, e) for e in ENDS if e in known]
    found = []
    for name in (m for m in MIDDLES if m in known):
        able = _able(parts, name)
        middle = facts.change(arm, name) if able else None
        if middle is None or middle.verdict in ("nodata", "single", "same"):
            continue
        for end in ends:
            way = _between(name, end.measure)
            if way and len(way) <= _FAR and end.verdict not in ("nodata", "single", "same"):
                found.append(Pathway(able, middle, end, way))
    found.sort(key=lambda p: (-p.certainty, len(p.processes), p.middle.measure, p.end.measure))
    out: list[Pathway] = []
    for p in found:
        new = all(p.middle.measure != o.middle.measure for o in out)
        if new and sum(p.end.measure == o.end.measure for o in out) < 2:
            out.append(p)
    return out[:SHOWN], len(found)
