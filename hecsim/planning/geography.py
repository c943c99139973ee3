"""Geographies for collaboratives: several ways to group towns, none of which beats another in everything.

Towns are grouped by growing each proposal from a core town and then moving towns between proposals as long as the
weighted criteria improve; this is done for many weightings and numbers of proposals, and the partitions that no other
beats in all criteria at once (the Pareto set) are kept. Growing with adjacency follows the regionalization literature
(Duque, Ramos and Surinach 2007, from memory); core towns come from Ward clusters (`scipy.cluster.hierarchy`) and pieces
from `networkx`. There is no chance in it: the same question has the same answer.

>>> found = propose(["Hartford", "East Hartford", "West Hartford", "Windsor"], count=2, contiguity="required")
>>> sorted(t for p in found.options[0].proposals for t in p.towns) == list(found.towns)
True
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from hecsim.errors import ScenarioError, UnknownNameError
from hecsim.geography.place import town_names
from hecsim.planning.geography_words import Proposal, describe, left_alone
from hecsim.planning.partition import Area, area_of, partition

__all__ = ["CONTIGUITY", "CRITERIA", "Geographies", "Option", "Proposal", "check_weights", "propose"]

CONTIGUITY = ("required", "preferred", "free")

# What is better, in words; all but distance are better when higher.
CRITERIA: Mapping[str, str] = {
    "need": "share of people below twice the poverty line who live in a proposal with more of them than the area "
            "has on average, so that an average does not hide them",
    "similarity": "share of the differences among towns (income, rent burden, cars, schooling, ages, birthplace, density) "
                  "that lies between proposals instead of inside them",
    "size": "residents of the smallest proposal",
    "savings": "yearly savings that Medicaid, Medicare and commercial plans might see in the smallest pool, $",
    "coverage": "share of the area's residents in a proposal",
    "closeness": "mean distance between two residents of a proposal, km; lower is better",
    "partners": "chance that two residents of a proposal share a planning region and so its institutions",
    "contiguity": "share of residents whose town hangs together with the main piece of its proposal",
}  # fmt: skip
_LOWER = ("closeness",)
_BEST = {
    "need": "keeps need most visible", "similarity": "groups the towns that are most alike", "size": "keeps even the smallest "
    "proposal large",
    "savings": "gives even the smallest pool most to save", "coverage": "leaves fewest residents out",
    "closeness": "keeps residents closest together", "partners": "shares institutions most",
    "contiguity": "hangs together best",
}  # fmt: skip
_WORST = {
    "need": "hides need in averages", "similarity": "mixes unlike towns", "size": "has the smallest proposal",
    "savings": "has the smallest pool", "coverage": "leaves most residents out", "closeness": "spreads widest",
    "partners": "shares institutions least", "contiguity": "has most residents in separate pieces",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Option:
    """One way to group the towns: proposals, towns left alone (with reason), scores by criterion, reasons."""

    name: str
    proposals: tuple[Proposal, ...]
    left: tuple[dict[str, Any], ...]
    scores: dict[str, float]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Geographies:
    """Answer of `propose`: options, best by the weights first.

    tried : different partitions that were looked at; beaten_by_none : how many of them are in the Pareto set
    """

    towns: tuple[str, ...]
    contiguity: str
    weights: dict[str, float]
    size: tuple[float, float | None]
    options: tuple[Option, ...]
    tried: int
    beaten_by_none: int

    def to_mapping(self) -> dict[str, Any]:
        """Plain values for JSON, with what each criterion means."""
        return {**asdict(self), "criteria": dict(CRITERIA), "lower_is_better": list(_LOWER)}


def check_weights(given: Mapping[str, float] | None, contiguity: str) -> dict[str, float]:
    """Weights by criterion: 1 where nothing is said; none below 0, not all 0."""
    used = [c for c in CRITERIA if c != "contiguity" or contiguity == "preferred"]
    out = dict.fromkeys(used, 1.0)
    for name, value in (given or {}).items():
        if name not in CRITERIA:
            raise UnknownNameError(name, CRITERIA, what="criterion", key="weights")
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < math.inf:
            raise ScenarioError(f"must be a number of at least 0, not {value!r}", key=f"weights.{name}")
        if name not in out:
            raise ScenarioError(f"has no meaning where contiguity is {contiguity}", key=f"weights.{name}")
        out[name] = float(value)
    if not any(out.values()):
        raise ScenarioError("at least one weight must be above 0", key="weights")
    return out


def propose(
    towns: str | Iterable[str] = "all",
    *,
    contiguity: str = "preferred",
    count: int | None = None,
    size: tuple[float | None, float | None] = (None, None),
    weights: Mapping[str, float] | None = None,
    cores: Sequence[str] = (),
    leave_out: bool = False,
    options: int = 6,
    progress: Callable[[int, int], None] | None = None,
) -> Geographies:
    """Group towns into proposals for collaboratives.

    towns : names, "region:Capitol", "county:Hartford" or "all"
    contiguity : "required" (one piece each), "preferred" (a criterion), "free"
    count : proposals wanted; several numbers are tried where it is left out
    size : least and most residents of a proposal, None for no bound
    weights : criterion to weight; 1 where nothing is said
    cores : towns of which each proposal has exactly one; sets `count`
    leave_out : towns with less need than the area may be left out where that improves the rest
    options : how many of the Pareto set to return
    """
    chosen = town_names(towns)
    least, most = _bounds(size)
    _check(contiguity, options)
    weight = check_weights(weights, contiguity)
    area = area_of(chosen)
    core_rows = _core_rows(cores, chosen)
    counts = _counts(area, count, core_rows, least, most)
    ways = [weight, *({**weight, c: 4.0 * max(weight[c], 1e-9) + 2.0 * (weight[c] > 0)} for c in weight if weight[c] > 0)]
    modes = ("required", "preferred", "free") if contiguity == "preferred" else (contiguity,)
    jobs = [(k, mode, way) for k in counts for mode in modes for way in ways]
    found: dict[tuple[int, ...], tuple[np.ndarray, dict[str, float]]] = {}
    for done, (k, mode, way) in enumerate(jobs):
        groups = partition(area, k, mode, way, least, most, core_rows, leave_out)
        key = tuple(int(g) for g in groups)
        if key not in found and (groups >= 0).any():
            scores = area.natural_scores(groups)
            found[key] = groups, {c: scores[c] for c in weight}
        if progress is not None:
            progress(done + 1, len(jobs))
    if not found:
        raise ScenarioError(
            f"no proposal of {least:,.0f} residents or more can be formed", key="size",
            hint="Lower the least size, raise the most, or let towns that do not touch join (contiguity free)",
        )  # fmt: skip
    most_covered = max(s["coverage"] for _, s in found.values())
    # No orphan towns: what leaves out a town that another grouping could place is no option, unless it was asked for.
    able = [f for f in found.values() if leave_out or f[1]["coverage"] >= most_covered - 1e-9]
    front = _pareto(able)
    order = _choose(front, weight, options)
    shown = [front[i] for i in order]
    described = tuple(
        _option(n, area, g, s, shown, weight, (least, most), contiguity, leave_out) for n, (g, s) in enumerate(shown)
    )
    return Geographies(
        chosen, contiguity, weight, (least, None if math.isinf(most) else most), described, len(able), len(front)
    )


def _check(contiguity: str, options: int) -> None:
    if contiguity not in CONTIGUITY:
        raise UnknownNameError(contiguity, CONTIGUITY, what="contiguity", key="contiguity")
    if options < 1:
        raise ScenarioError(f"must be at least 1, not {options}", key="options")


def _bounds(size: tuple[float | None, float | None]) -> tuple[float, float]:
    least, most = size[0] or 0.0, math.inf if size[1] is None else size[1]
    if not 0 <= least <= most or most <= 0:
        raise ScenarioError(f"the least ({least:,.0f}) must not be above the most ({most:,.0f})", key="size")
    return float(least), float(most)


def _core_rows(cores: Sequence[str], chosen: Sequence[str]) -> tuple[int, ...]:
    lower = {t.lower(): n for n, t in enumerate(chosen)}
    rows = []
    for name in cores:
        if name.lower() not in lower:
            raise UnknownNameError(name, chosen, what="core town among the chosen", key="cores")
        rows.append(lower[name.lower()])
    if len(set(rows)) != len(rows):
        raise ScenarioError("names a town twice", key="cores")
    return tuple(rows)


def _counts(area: Area, count: int | None, cores: tuple[int, ...], least: float, most: float) -> list[int]:
    """Numbers of proposals to try; the one asked for, or up to three that the bounds of size allow."""
    n, people = len(area.towns), float(area.people.sum())
    if cores:
        if count not in (None, len(cores)):
            raise ScenarioError(f"{len(cores)} core towns make {len(cores)} proposals, not {count}", key="count")
        count = len(cores)
    high = min(n, int(people // least) if least else n)
    low = 1 if math.isinf(most) else math.ceil(people / most)
    if count is not None:
        if not 1 <= count <= n:
            raise ScenarioError(f"must be between 1 and the {n} towns chosen, not {count}", key="count")
        if count > high:
            raise ScenarioError(f"{count} proposals of {least:,.0f} residents need more than the {people:,.0f} that "
                                "there are", key="count", hint="Ask for fewer, or lower the least size")  # fmt: skip
        return [count]
    if high < 1 or low > n:
        raise ScenarioError(f"the bounds fit no grouping of {people:,.0f} residents in {n} towns", key="size",
                            hint="Lower the least size or raise the most")  # fmt: skip
    # Without bounds: from few broad to several narrow ones, growing with the square root of the number of towns.
    usual = max(2, round(math.sqrt(n))) if n > 2 else n
    top = min(high, max(low + 1, usual)) if least == 0 else min(high, max(low, 2 * usual))
    low = min(max(low, 2 if n > 2 and high > 1 else 1), top)
    return sorted({low, (low + top) // 2, top})


def _better(scores: Mapping[str, float]) -> np.ndarray:
    return np.array([-v if c in _LOWER else v for c, v in scores.items()])


def _pareto(found: list[tuple[np.ndarray, dict[str, float]]]) -> list[tuple[np.ndarray, dict[str, float]]]:
    """Those that no other equals or beats in everything; of equals the first."""
    table = np.round(np.array([_better(s) for _, s in found]), 6)
    keep = []
    for i, row in enumerate(table):
        as_good = (table >= row).all(axis=1)
        beaten = as_good & (table > row).any(axis=1)
        if not beaten.any() and not as_good[:i].any():
            keep.append(found[i])
    return keep


def _choose(front: list[tuple[np.ndarray, dict[str, float]]], weight: Mapping[str, float], options: int) -> list[int]:
    """The best by the weights, then whatever differs most from those already taken."""
    table = np.array([_better(s) for _, s in front])
    span = np.ptp(table, axis=0)
    scaled = (table - table.min(axis=0)) / np.where(span > 0, span, 1.0)
    w = np.array([weight[c] for c in front[0][1]])
    total = scaled @ w / w.sum()
    order = [int(np.argmax(total))]
    while len(order) < min(options, len(front)):
        distance = np.min([np.abs(scaled - scaled[i]) @ w for i in order], axis=0)
        distance[order] = -1.0
        order.append(int(np.argmax(distance)))
    return [order[0], *sorted(order[1:], key=lambda i: (-total[i], i))]


def _option(
    n: int, area: Area, groups: np.ndarray, scores: dict[str, float], shown: Sequence[tuple[np.ndarray, dict[str, float]]],
    weight: Mapping[str, float], bounds: tuple[float, float], contiguity: str, leave_out: bool,
) -> Option:  # fmt: skip
    rows = [np.flatnonzero(groups == g) for g in np.unique(groups[groups >= 0])]
    rows.sort(key=lambda r: (-area.people[r].sum(), area.towns[r[0]]))
    proposals = tuple(describe(area, r) for r in rows)
    reasons, minus = [], []
    if n == 0:
        stressed = [c for c, w in weight.items() if w > min(weight.values())]
        reasons.append(
            f"best by your weights ({', '.join(stressed)} count more)" if stressed else "best balance of all criteria"
        )
    for c in scores:
        values = np.array([_better(s)[list(s).index(c)] for _, s in shown])
        mine = values[n]
        if np.ptp(values) < 1e-9:
            continue
        if mine >= values.max() - 1e-9:
            reasons.append(_BEST[c])
        elif mine <= values.min() + 1e-9:
            minus.append(f"but {_WORST[c]}")
    reasons += minus or ([] if reasons else ["between the others in every criterion"])
    return Option(
        chr(ord("A") + n) if n < 26 else f"A{n}",
        proposals,
        left_alone(area, groups, bounds, contiguity, leave_out),
        scores,
        tuple(reasons),
    )
