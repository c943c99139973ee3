"""Root causes as hypotheses: conditions that the model holds to lie upstream of a need, with the evidence for each link.

Nothing is inferred from which places have what. A cause names the number of the model that carries the link, with that
number's grade and source, and the chain of processes by which the lever reaches the need, read from the model itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import networkx as nx

from hecsim.columns import PREFIX
from hecsim.evidence import parameter
from hecsim.interventions import catalogue
from hecsim.levers import LEVERS
from hecsim.planning.indicators import needs_file
from hecsim.processes.plan import MONTH

__all__ = ["chain", "hypotheses", "month_graph", "way"]


@cache
def month_graph() -> nx.DiGraph:
    """Levers and columns lead into the processes that read them; processes into the columns that they write."""
    g: nx.DiGraph = nx.DiGraph()
    for p in MONTH:
        for a in p.arguments:
            if a.kind == "lever":
                g.add_edge(("lever", a.key), ("process", p.name))
            elif a.kind == "column":
                g.add_edge(("column", a.name), ("process", p.name))
        for written in p.writes:
            g.add_edge(("process", p.name), ("column", written))
    return g


@cache
def chain(lever: str, column: str, link: str = "") -> tuple[str, ...]:
    """Processes on the shortest way from a lever to a column such as "person.diabetes"; empty if there is none.

    With `link`, a parameter, the way leads through a process that uses it. Where the lever reaches that process only by
    what is done to the whole community at once (ties, rents), the way begins at the process.

    >>> chain("treatment_depression", "person.depression", "family.depression_treated")
    ('family.treatment', 'family.depression')
    """
    table, _, name = column.partition(".")
    start, end, g = ("lever", lever), ("column", f"{PREFIX[table]}_{name}"), month_graph()
    ways: list[tuple[int, tuple[str, ...]]] = []
    for by in [("process", p.name) for p in MONTH if link in p.parameters]:
        last = way(g, by, end)
        if last:
            first = way(g, start, by)
            ways.append((0 if first else 1, (*first[:-1], *last)))
    if ways:
        return min(ways, key=lambda w: (w[0], len(w[1]), w[1]))[1]
    return way(g, start, end)


def way(g: nx.DiGraph, start: tuple[str, str], end: tuple[str, str]) -> tuple[str, ...]:
    """Processes of the shortest way; of several the first by name, so that it does not hang on the order of processes."""
    if start not in g or end not in g or not nx.has_path(g, start, end):
        return ()
    return tuple(name for kind, name in min(nx.all_shortest_paths(g, start, end)) if kind == "process")


@cache
def _movers() -> Mapping[str, tuple[tuple[str, str, str], ...]]:
    """Lever to the interventions that move it: id, title, grade."""
    out: dict[str, list[tuple[str, str, str]]] = {}
    for identifier, kind in catalogue().items():
        iv = kind()
        for lever in sorted(iv.levers):
            out.setdefault(lever, []).append((identifier, iv.title.en, iv.grade))
    return {k: tuple(v) for k, v in out.items()}


def hypotheses(need: str, measured: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Causes of a need: condition, whether it is present here, link with grade and source, chain, who could act.

    present : "yes" where the indicator of the condition is worse here than in the state, "not more than elsewhere", or
        "not known from tables"
    """
    against = {m["column"]: m["against_state"] for m in measured}
    entry = needs_file()["need"][need]
    out = []
    for cause in entry["causes"]:
        link = parameter(cause["parameter"])
        here = against.get(cause.get("here", ""), "unknown")
        present = {"worse": "yes", "unknown": "not known from tables"}.get(here, "not more than elsewhere")
        moved = sorted(_movers().get(cause["lever"], ()), key=lambda m: (m[2], m[0]))
        out.append({
            "need": need, "condition": cause["text"], "present": present, "seen_in": cause.get("here", ""),
            "link": cause["parameter"], "grade": link.grade, "source": link.source, "lever": cause["lever"],
            "lever_means": LEVERS[cause["lever"]].meaning,
            "chain": chain(cause["lever"], cause.get("target", entry["target"]), cause["parameter"]),
            "moved_by": [{"id": i, "title": t, "grade": g} for i, t, g in moved],
        })  # fmt: skip
    return out
