"""The partner graph: who works with whom, who dominates, how far a referral travels, who is missing.

Nodes are rows of the organization table; edges are the working links of the community, and, where there is a
hub, a link from it to every partner. Graph measures come from networkx.

>>> import networkx as nx
>>> round(centralization(nx.star_graph(5)), 2), round(centralization(nx.cycle_graph(6)), 2)
(1.0, 0.0)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from hecsim.collaborative.roles import roles
from hecsim.columns import ORGANIZATION
from hecsim.community import Community

if TYPE_CHECKING:  # a tenth of a second to load, and most runs have no partners
    import networkx as nx

__all__ = ["centralization", "dominance", "missing_kinds", "partner_graph", "travel"]


def partner_graph(community: Community, rows: Sequence[int], backbone: int | None = None, *, hub: bool = False) -> nx.Graph:
    """Members as nodes (row, with `kind`), working links as edges with `strength` 0 to 1.

    rows : rows of the organization table that sit at the table
    backbone : row of the backbone, linked to everybody if `hub`
    """
    import networkx as nx

    graph: nx.Graph = nx.Graph()
    kinds = community.tables["organization"]["kind"]
    for row in rows:
        graph.add_node(int(row), kind=ORGANIZATION[int(kinds[row])])
    for a, b, strength in community.partners:
        if a in graph and b in graph:
            graph.add_edge(a, b, strength=float(strength))
    if hub and backbone is not None and backbone in graph:
        for row in rows:
            if row != backbone:
                graph.add_edge(backbone, int(row), strength=1.0)
    return graph


def centralization(graph: nx.Graph) -> float:
    """Freeman's degree centralization: 1 for a star, 0 where all have as many links."""
    n = graph.number_of_nodes()
    if n < 3:
        return 0.0
    degree = [d for _, d in graph.degree()]
    return float(sum(max(degree) - d for d in degree) / ((n - 1) * (n - 2)))


def dominance(influence: Iterable[float]) -> float:
    """How far the two most influential decide alone: their share beyond an even one, from 0 to 1.

    >>> dominance([1, 1, 1, 1]), dominance([1, 1, 0, 0])
    (0.0, 1.0)
    """
    share = np.sort(np.asarray(list(influence), float))[::-1]
    if share.size < 3 or share.sum() <= 0:
        return 1.0 if share.size else 0.0
    even = 2.0 / share.size
    return float((share[:2].sum() / share.sum() - even) / (1.0 - even))


def travel(graph: nx.Graph) -> float:
    """Mean number of hand-offs between two partners; partners without a path count as one more than the longest."""
    import networkx as nx

    n = graph.number_of_nodes()
    if n < 2:
        return 0.0
    lengths = dict(nx.all_pairs_shortest_path_length(graph))
    known = [d for a, row in lengths.items() for b, d in row.items() if a != b]
    apart = n * (n - 1) - len(known)
    return float((sum(known) + apart * (max(known, default=0) + 1)) / (n * (n - 1)))


def missing_kinds(present: Iterable[str], interventions: Iterable[str]) -> dict[str, list[str]]:
    """Kinds of organization that would lead one of these interventions and are not there, with what they would lead.

    >>> missing_kinds(["hospital"], ["G04", "G05"])
    {'early childhood provider': ['G05']}
    """
    here = set(present)
    out: dict[str, list[str]] = {}
    for name in interventions:
        role = roles().get(name)
        if role is not None and not here & set(role.lead):
            out.setdefault(role.lead[0], []).append(name)
    return out
