"""Ties: what travels along the household graph, and how the graph changes.

Each month every household hears from its ties, in the state they had before anybody was updated
(weighted by kind of tie): knowledge of services, trust, willingness to seek help, capacity to help
(support less what their own hardship takes).

    aware'   = aware + add (1 - aware) + w max(peers - rest, 0) (1 - aware) - f (aware - rest)
    support' = target + rho (support - target) + noise - losses (a move, a death in the household)
    help'    = target + rho (help - target) + noise

Support's target: kin nearby, congregation, number of ties, income, trust in the community, capacity
of ties, and the lever. Help's: trust, the neighborhood's norm and stigma, and ties. In word of mouth
w is near the point where knowledge keeps itself up, so most of what a committee starts is passed on
by others, as observed in community diffusion.

Twice a year the graph is mended: ties to households that are gone end, half of the ties to old
neighbors end after a move, and households with fewer ties than is their way make some near home.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from hecsim import luck
from hecsim.processes.base import process
from hecsim.processes.settle_rows import next_key

if TYPE_CHECKING:
    from hecsim.community import Community
    from hecsim.engine import Context

__all__ = ["MENDING_MONTHS", "TIES", "carry", "hear", "mend", "ties"]

MENDING_MONTHS = 6
_KIN, _NEIGHBOR = 0, 1
_KIN_STREAM = 1 << 20
# What a household hears of: aware, trust in health care, trust in the community, help seeking, capacity,
# and whether it is there at all; padded to half a cache line, because neighbors lie anywhere in memory.
_FIELDS = 8
_COMMON = 64  # numbers of ties whose logarithm is worked out once a month
_ROOT12 = np.sqrt(12.0)


@njit(cache=True, nogil=True)
def hear(present, aware, trust_health, trust_community, help_seeking, support, hardship, drain, heard):
    """Write down what others will hear this month, before anybody is updated."""
    for h in range(present.size):
        heard[h, 0], heard[h, 1], heard[h, 2] = aware[h], trust_health[h], trust_community[h]
        heard[h, 3], heard[h, 4] = help_seeking[h], support[h] - np.float32(drain * hardship[h])
        heard[h, 5] = 1.0 if present[h] != 0 else 0.0


@njit(cache=True, nogil=True)
def carry(
    indptr, index, kind, heard, weight, present, language, kin_nearby, church, poverty_ratio, moved, bereaved,
    neighborhood, trust_services, norm_help, stigma, u_support, u_help, aware_add, support_add,
    aware_rest, aware_word, forget, trust_ties, reference, effect, support_ties, support_rho, support_noise,
    support_move, support_loss, help_from, help_reference, help_rho, help_noise,
    aware, trust_health, trust_community, support, help_seeking,
):  # fmt: skip
    """One month of word, trust, support and willingness to seek help, household by household."""
    logs = np.empty(_COMMON)
    for k in range(_COMMON):
        logs[k] = np.log1p(np.float64(k))
    for h in range(present.size):
        if present[h] == 0:
            continue
        total, number = 0.0, 0.0
        p0, p1, p2, p3, p4 = 0.0, 0.0, 0.0, 0.0, 0.0
        for e in range(indptr[h], indptr[h + 1]):
            o = index[e]
            there = np.float64(heard[o, 5])
            w = weight[kind[e]] * there
            total += w
            number += there
            p0 += w * np.float64(heard[o, 0])
            p1 += w * np.float64(heard[o, 1])
            p2 += w * np.float64(heard[o, 2])
            p3 += w * np.float64(heard[o, 3])
            p4 += w * np.float64(heard[o, 4])
        if total > 0.0:
            p0, p1, p2, p3, p4 = p0 / total, p1 / total, p2 / total, p3 / total, p4 / total
        now, rest, add = np.float64(aware[h]), aware_rest[language[h]], np.float64(aware_add[h])
        new = now + (add * (1.0 - now) if add > 0.0 else add * now)
        if number > 0.0:
            new += aware_word * max(p0 - rest, 0.0) * (1.0 - now)
            trust_health[h] += trust_ties * (p1 - np.float64(trust_health[h]))
            trust_community[h] += trust_ties * (p2 - np.float64(trust_community[h]))
        aware[h] = min(max(new - forget * (now - rest), 0.0), 1.0)
        many = logs[np.uint64(number)] if number < _COMMON else np.log1p(number)
        target = np.float64(support_add[h]) + effect[0] * ((kin_nearby[h] != 0) - reference[0])
        target += effect[1] * ((church[h] != 0) - reference[1]) + effect[2] * (many - reference[2])
        ratio = min(max(np.float64(poverty_ratio[h]), 0.0), 8.0)
        target += effect[3] * (np.log(0.5 + ratio) - reference[3])
        target += effect[4] * (np.float64(trust_community[h]) - reference[4]) + support_ties * p4
        new = target + support_rho * (np.float64(support[h]) - target) + support_noise * (np.float64(u_support[h]) - 0.5)
        if moved[h] == 0:
            new -= support_move
        if bereaved[h] == 1:
            new -= support_loss
        support[h] = new
        trust = 0.5 * (np.float64(trust_health[h]) + np.float64(trust_services[h]))
        g = neighborhood[h]
        target = help_from[0] * (trust - help_reference) + help_from[1] * np.float64(norm_help[g])
        target += help_from[3] * p3 - help_from[2] * np.float64(stigma[g])
        new = target + help_rho * (np.float64(help_seeking[h]) - target)
        help_seeking[h] = new + help_noise * (np.float64(u_help[h]) - 0.5)


def ties(community: Community, context: Context) -> None:
    """Carry word, support and trust along the graph for one month; mend the graph twice a year."""
    month = community.clock.month
    if month % MENDING_MONTHS == 0:
        mend(community, context)
    h, n, graph, k, size = community.household, community.neighborhood, community.ties, context.draw, community.household.size
    heard = np.empty((size, _FIELDS), np.float32)
    hear(
        h["present"], h["aware"], h["trust_health"], h["trust_community"], h["help_seeking"], h["support"],
        h["hardship"], float(k["ties.support_drain"]), heard,
    )  # fmt: skip

    def noise(name: str) -> float:
        rho = float(k[f"ties.{name}_persistence"])
        return float(k[f"ties.{name}_spread"]) * np.sqrt(1.0 - rho * rho) * _ROOT12

    carry(
        graph.indptr, graph.index, graph.kind, heard, k["ties.tie_weight"], h["present"], h["language"],
        h["kin_nearby"], h["church"], h["poverty_ratio"], h["moved"], h["bereaved"], h["neighborhood"],
        h["trust_services"], n["norm_help"], n["stigma"],
        context.uniforms("ties.support", month, h["key"]), context.uniforms("ties.help_seeking", month, h["key"]),
        _lever(context, "aware_add", size), _lever(context, "support_add", size),
        k["ties.aware_rest"], float(k["ties.aware_word"]), float(1.0 - 0.5 ** (1.0 / k["ties.aware_half_life"])),
        float(k["ties.trust_ties"]), k["ties.support_reference"], k["ties.support_from"],
        float(k["ties.support_ties"]), float(k["ties.support_persistence"]), noise("support"),
        float(k["ties.support_move"]), float(k["ties.support_loss"]), k["ties.help_from"],
        float(k["ties.help_reference"]), float(k["ties.help_persistence"]), noise("help"),
        h["aware"], h["trust_health"], h["trust_community"], h["support"], h["help_seeking"],
    )  # fmt: skip


def _lever(context: Context, name: str, n: int) -> np.ndarray:
    return context.levers.fill(name, slice(0, n), np.empty(n, np.float32))


def mend(community: Community, context: Context) -> None:
    """End ties that no longer hold and let households make ties near home; rewrites the graph."""
    h, graph, month = community.household, community.ties, community.clock.month
    key = h["key"]
    source, keep, at = _standing(
        graph.indptr, graph.index, graph.kind, h["present"], h["neighborhood"], h["moved"], MENDING_MONTHS
    )
    u = context.uniforms("ties.loss", month, luck.pair_key(key[source[at]], key[graph.index[at]]))
    keep[at[u < context.draw["ties.tie_loss_moved"]]] = 0
    number, has_kin = np.zeros(h.size, np.int64), np.zeros(h.size, np.bool_)
    source, other, kind = _kept(keep, source, graph.index, graph.kind, number, has_kin)
    live = np.flatnonzero(h["present"])
    want = _wanted(community, context, live, number)
    live, want = live[want > 0], want[want > 0]
    order = np.argsort(key[live])
    asks = np.repeat(live[order], want[order])
    found = _near_home(community, asks, month)
    good = (found >= 0) & (found != asks)
    asks, found = asks[good], found[good]
    fresh = np.full(asks.size, _NEIGHBOR, graph.kind.dtype)
    one, two = _new_kin(community, has_kin)
    asks, found = np.concatenate([asks, one]), np.concatenate([found, two])
    fresh = np.concatenate([fresh, np.full(one.size, _KIN, graph.kind.dtype)])
    # Ties that stay come first, then new ones in the order of keys: the order in a row is the same
    # however the population is cut into blocks.
    source = np.concatenate([source, asks, found])
    other = np.concatenate([other, found, asks])
    kind = np.concatenate([kind, fresh, fresh])
    start: np.ndarray = np.concatenate([[0], np.cumsum(np.bincount(source, minlength=h.size))])
    graph.indptr = start.astype(graph.indptr.dtype)
    graph.index, graph.kind = np.empty(source.size, np.uint32), np.empty(source.size, kind.dtype)
    _by_source(source, other, kind, start[:-1].copy(), graph.index, graph.kind)


@njit(cache=True, nogil=True)
def _standing(indptr, index, kind, present, neighborhood, moved, recent):
    """The household at the near end of each tie; whether both still live here; and ties of neighbors who have moved apart."""
    source, keep, apart = np.empty(index.size, np.uint32), np.empty(index.size, np.uint8), np.empty(index.size + 1, np.uint32)
    n = 0
    for h in range(present.size):
        for e in range(indptr[h], indptr[h + 1]):
            o = index[e]
            source[e], keep[e] = h, np.uint8(present[h] != 0) & np.uint8(present[o] != 0)
            apart[n] = e  # written in any case and kept by counting: no branch to guess
            away = (kind[e] == _NEIGHBOR) & (neighborhood[h] != neighborhood[o]) & ((moved[h] < recent) | (moved[o] < recent))
            n += np.int64(keep[e]) & np.int64(away)
    return source, keep, apart[:n]


@njit(cache=True, nogil=True)
def _kept(keep, source, index, kind, number, has_kin):
    """Ties that stay: both ends and their kind; counts in `number` those that are not to kin, and marks who has kin."""
    n = 0
    for e in range(keep.size):
        n += keep[e]
    ends, others, kinds = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, kind.dtype)
    n = 0
    for e in range(keep.size):
        if keep[e] != 0:
            ends[n], others[n], kinds[n] = source[e], index[e], kind[e]
            if kind[e] == _KIN:
                has_kin[source[e]] = True
            else:
                number[source[e]] += 1
            n += 1
    return ends, others, kinds


@njit(cache=True, nogil=True)
def _by_source(source, other, kind, place, index, kinds):
    """Put ties into rows of their source, in the order in which they come; `place` is where each row begins."""
    for e in range(source.size):
        at = place[source[e]]
        index[at], kinds[at] = other[e], kind[e]
        place[source[e]] += 1


def _wanted(community: Community, context: Context, live: np.ndarray, number: np.ndarray) -> np.ndarray:
    """New ties that households look for: a part of what they lack against a number of their own.

    That number is exponential around the mean of their education, and as lasting as their key.
    """
    k = context.draw
    degree = (community.household["education"][live] == 3).astype(np.int64)
    u = luck.uniforms(seed=community.seed, decision="ties.sociable", month=0, keys=community.household["key"][live])
    own = -np.log1p(-u.astype(np.float64)) * k["population.close_ties"][degree]
    own = np.maximum(own, k["ties.tie_few"])
    lacking = np.maximum(own - number[live], 0.0) * k["ties.tie_form"]
    turn = context.uniforms("ties.form", community.clock.month, community.household["key"][live])
    # Each new tie serves two households, so half of what is lacking is enough.
    want = np.floor(0.5 * lacking + turn).astype(np.int64)
    return np.maximum(want, number[live] == 0)


def _near_home(community: Community, asks: np.ndarray, month: int) -> np.ndarray:
    """Find a household of the same neighborhood for each request; -1 if there is no other."""
    h = community.household
    rows = np.flatnonzero(h["present"])
    number = luck.child_key(h["key"][asks], (_turn(asks) + 64 * (month + 1024)).astype(np.uint64))
    at = next_key(h["neighborhood"][rows], h["key"][rows], h["neighborhood"][asks], number)
    return np.where(at >= 0, rows[at], -1)


def _new_kin(community: Community, has_kin: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows of pairs of households that are kin and not yet in the graph.

    Those that split since the last mending, and for newcomers with kin nearby a household of their
    town and recorded group, as in the graph at the start.
    """
    h = community.household
    pairs = community.extras.pop("new_kin", np.zeros((0, 2), np.uint64))
    rows = np.flatnonzero(h["present"])
    order = np.argsort(h["key"][rows])
    rows = rows[order]
    if not rows.size:
        return rows, rows
    at = np.minimum(np.searchsorted(h["key"][rows], pairs), rows.size - 1)
    both = (h["key"][rows[at]] == pairs).all(axis=1)
    one, two = rows[at[both, 0]], rows[at[both, 1]]
    lacks = (h["kin_nearby"][rows] != 0) & ~has_kin[rows]
    lacks[at[both].ravel()] = False
    asks = rows[lacks]
    town = community.neighborhood["town"].astype(np.int64)[h["neighborhood"][rows].astype(np.int64)]
    group = town * 5 + h["race"][rows]
    number = luck.child_key(h["key"][asks], np.full(asks.size, _KIN_STREAM, np.uint64))
    found = next_key(group, h["key"][rows], group[lacks], number)
    other = rows[np.maximum(found, 0)]
    good = (found >= 0) & (other != asks)
    return np.concatenate([one, asks[good]]), np.concatenate([two, other[good]])


def _turn(asks: np.ndarray) -> np.ndarray:
    """Position of each request among those of its household, which stand together."""
    new = np.concatenate([[True], asks[1:] != asks[:-1]]) if asks.size else np.zeros(0, bool)
    start = np.maximum.accumulate(np.where(new, np.arange(asks.size), 0))
    return np.arange(asks.size) - start


TIES = process(
    "ties",
    scope="structural",
    kernel=ties,
    twin=None,
    writes=(),
    summary="Word, support, trust and willingness to seek help travel along the household graph.",
)
