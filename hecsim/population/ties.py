"""The household graph: kin, neighbors and fellow worshippers, as compressed rows.

Every tie is made by laying all open ends of one kind in a row, sorted so that those who could know each
other stand side by side, and joining neighbors in the row pairwise. Degrees are therefore as drawn, no
pair search is needed, and 1.4 million households take seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hecsim.community import Ties
from hecsim.tables import Table

__all__ = ["CONGREGATION", "KIN", "NEIGHBOR", "WORK", "build_ties"]

KIN, NEIGHBOR, CONGREGATION, WORK = range(4)
_OTHER = 1 << 20  # stands for "no particular group" in sort keys


def _pair(ends: np.ndarray, keys: tuple[np.ndarray, ...], rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Join the ends (household rows) that stand next to each other after sorting by `keys`, then chance."""
    order = np.lexsort((rng.random(len(ends)), *keys))
    row = ends[order]
    n = len(row) // 2 * 2
    return row[0:n:2], row[1:n:2]


def build_ties(
    household: Table,
    rows: np.ndarray,
    town: np.ndarray,
    degree: np.ndarray,
    race: np.ndarray,
    p: Mapping[str, Any],
    rng: np.random.Generator,
) -> Ties:
    """Build the graph over household `rows` in use; `town`, `race`, `degree` (1 with a bachelor) of each.

    Non-kin ties: negative binomial by education, a share of them inside the neighborhood, a share within
    one's own group. Kin ties join households of one group in the same or a near town. Congregation
    ties join attenders of one congregation, which draws from a few neighborhoods.
    """
    n = len(rows)
    place = household["neighborhood"][rows].astype(np.int64)
    local = np.arange(n, dtype=np.int32)
    parts: list[tuple[np.ndarray, np.ndarray, int]] = []

    mean = np.asarray(p["close_ties"])[degree]
    spread = np.asarray(p["close_ties_size"])[degree]
    friends = np.minimum(rng.poisson(rng.gamma(spread, mean / spread)), 30)
    ends = np.repeat(local, friends)
    own = rng.random(len(ends)) < float(p["ties_own_race"])
    group = np.where(own, race[ends], 9)
    near = rng.random(len(ends)) < float(p["ties_near"])
    parts.append((*_pair(ends[near], (group[near], place[ends[near]]), rng), NEIGHBOR))
    far = ~near
    # Friends who are not neighbors live in the same town or one with rows beside it, or work together.
    parts.append((*_pair(ends[far], (group[far], town[ends[far]]), rng), WORK))

    kin = np.where(household["kin_nearby"][rows] == 1, rng.poisson(float(p["kin_ties"]) / float(p["kin_near"]), n), 0)
    ends = np.repeat(local, kin)
    stays = rng.random(len(ends)) < 0.5  # half of near kin live in the same town, the others in the region
    reach = np.where(stays, town[ends], _OTHER)
    parts.append((*_pair(ends, (reach, race[ends]), rng), KIN))

    attends = local[household["church"][rows] == 1]
    if len(attends) > 1:
        by_group = np.lexsort((rng.random(len(attends)), place[attends], race[attends]))
        congregation = np.empty(len(attends), np.int64)
        congregation[by_group] = np.arange(len(attends)) // max(int(p["church_size"]), 2)
        count = rng.poisson(float(p["church_ties"]), len(attends))
        parts.append((*_pair(np.repeat(attends, count), (np.repeat(congregation, count),), rng), CONGREGATION))
    return _compress(household.size, rows, parts)


def _compress(size: int, rows: np.ndarray, parts: list[tuple[np.ndarray, np.ndarray, int]]) -> Ties:
    """Both directions of every tie, without loops or doubles, sorted by row."""
    a = np.concatenate([x for x, _, _ in parts])
    b = np.concatenate([y for _, y, _ in parts])
    kind = np.concatenate([np.full(len(x), k, np.uint8) for x, _, k in parts])
    good = a != b
    a, b, kind = a[good], b[good], kind[good]
    # Kin come before friends where a pair met twice; one number a pair sorts faster than two keys.
    pair = np.minimum(a, b).astype(np.int64) * len(rows) + np.maximum(a, b)
    del a, b, good
    order = np.lexsort((kind, pair))
    pair, kind = pair[order], kind[order]
    first = np.ones(len(pair), bool)
    first[1:] = pair[1:] != pair[:-1]
    low, high, kind = pair[first] // len(rows), pair[first] % len(rows), kind[first]
    ends = rows[np.concatenate([low, high])]
    other = rows[np.concatenate([high, low])].astype(np.uint32)
    both = np.concatenate([kind, kind])
    order = np.argsort(ends, kind="stable")
    indptr = np.zeros(size + 1, np.uint32)
    indptr[1:] = np.cumsum(np.bincount(ends, minlength=size))
    return Ties(indptr, other[order], both[order])
