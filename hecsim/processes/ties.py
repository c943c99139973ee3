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

__all__ = ["MENDING_MONTHS", "TIES", "gather", "gather_plain", "mend", "ties"]

MENDING_MONTHS = 6
_KIN, _NEIGHBOR = 0, 1
_KIN_STREAM = 1 << 20
_FIELDS = 5  # aware, trust in health care, trust in the community, help seeking, capacity
_ROOT12 = np.sqrt(12.0)


@njit(cache=True, nogil=True)
def gather(indptr, index, kind, present, heard, weight, peers, number):
    """Average `heard` (n, f) float32 over present ties into `peers` (n, f) float64; count them."""
    fields = heard.shape[1]
    for h in range(present.size):
        number[h] = 0
        peers[h, :] = 0.0
        if present[h] == 0:
            continue
        total = 0.0
        for e in range(indptr[h], indptr[h + 1]):
            other = index[e]
            if present[other] == 0:
                continue
            w = weight[kind[e]]
            total += w
            number[h] += 1
            for f in range(fields):
                peers[h, f] += w * np.float64(heard[other, f])
        if total > 0.0:
            for f in range(fields):
                peers[h, f] /= total


def gather_plain(indptr, index, kind, present, heard, weight, peers, number):
    """Do the same in plain numpy."""
    n = present.size
    source = np.repeat(np.arange(n), np.diff(indptr.astype(np.int64)))
    live = (present[source] != 0) & (present[index] != 0)
    source, other, w = source[live], index[live], weight[kind[live]]
    number[...] = np.bincount(source, minlength=n)
    total = np.bincount(source, w, minlength=n)
    for f in range(heard.shape[1]):
        value = np.bincount(source, w * heard[other, f].astype(np.float64), minlength=n)
        peers[:, f] = np.where(total > 0, value / np.where(total > 0, total, 1.0), 0.0)


def _lever(context: Context, name: str, n: int) -> np.ndarray:
    return context.levers.fill(name, slice(0, n), np.empty(n, np.float32)).astype(np.float64)


def ties(community: Community, context: Context) -> None:
    """Carry word, support and trust along the graph for one month; mend the graph twice a year."""
    month = community.clock.month
    if month % MENDING_MONTHS == 0:
        mend(community, context)
    h, graph, n = community.household, community.ties, community.household.size
    present = h["present"]
    drain = float(context.draw["ties.support_drain"])
    heard = np.empty((n, _FIELDS), np.float32)
    for f, column in enumerate(("aware", "trust_health", "trust_community", "help_seeking")):
        heard[:, f] = h[column]
    heard[:, 4] = h["support"] - drain * h["hardship"]
    peers, number = np.empty((n, _FIELDS)), np.empty(n, np.int64)
    weight = context.draw["ties.tie_weight"]
    gather(graph.indptr, graph.index, graph.kind, present, heard, weight, peers, number)
    live = np.flatnonzero(present)
    _aware(community, context, live, peers, number)
    _trust(community, context, live, peers, number)
    _support(community, context, live, peers, number)
    _help(community, context, live, peers, number)


def _aware(community: Community, context: Context, live: np.ndarray, peers: np.ndarray, number: np.ndarray) -> None:
    h, k = community.household, context.draw
    now = h["aware"][live].astype(np.float64)
    rest = k["ties.aware_rest"][h["language"][live].astype(np.int64)]
    add = _lever(context, "aware_add", h.size)[live]
    forget = 1.0 - 0.5 ** (1.0 / k["ties.aware_half_life"])
    told = np.where(number[live] > 0, np.maximum(peers[live, 0] - rest, 0.0), 0.0)
    new = now + np.where(add > 0, add * (1.0 - now), add * now)
    new += k["ties.aware_word"] * told * (1.0 - now) - forget * (now - rest)
    h["aware"][live] = np.clip(new, 0.0, 1.0)


def _trust(community: Community, context: Context, live: np.ndarray, peers: np.ndarray, number: np.ndarray) -> None:
    h, rate = community.household, context.draw["ties.trust_ties"]
    some = number[live] > 0
    for field, column in ((1, "trust_health"), (2, "trust_community")):
        now = h[column][live].astype(np.float64)
        h[column][live] = np.where(some, now + rate * (peers[live, field] - now), now)


def _support(community: Community, context: Context, live: np.ndarray, peers: np.ndarray, number: np.ndarray) -> None:
    h, k = community.household, context.draw
    drivers = (
        h["kin_nearby"][live] != 0,
        h["church"][live] != 0,
        np.log1p(number[live]),
        np.log(0.5 + np.clip(h["poverty_ratio"][live].astype(np.float64), 0.0, 8.0)),
        h["trust_community"][live].astype(np.float64),
    )
    target = _lever(context, "support_add", h.size)[live]
    means, effects = k["ties.support_reference"], k["ties.support_from"]
    for driver, mean, effect in zip(drivers, means, effects, strict=True):
        target += effect * (driver - mean)
    target += k["ties.support_ties"] * np.where(number[live] > 0, peers[live, 4], 0.0)
    h["support"][live] = _follow(
        community, context, "support", live, target, k["ties.support_persistence"], k["ties.support_spread"]
    )
    h["support"][live] -= k["ties.support_move"] * (h["moved"][live] == 0)
    h["support"][live] -= k["ties.support_loss"] * (h["bereaved"][live] == 1)


def _help(community: Community, context: Context, live: np.ndarray, peers: np.ndarray, number: np.ndarray) -> None:
    h, n, k = community.household, community.neighborhood, context.draw
    where = h["neighborhood"][live].astype(np.int64)
    trust = 0.5 * (h["trust_health"][live].astype(np.float64) + h["trust_services"][live])
    by_trust, by_norm, by_stigma, by_ties = k["ties.help_from"]
    target = by_trust * (trust - k["ties.help_reference"])
    target += by_norm * n["norm_help"][where].astype(np.float64)
    target -= by_stigma * n["stigma"][where].astype(np.float64)
    target += by_ties * np.where(number[live] > 0, peers[live, 3], 0.0)
    h["help_seeking"][live] = _follow(
        community, context, "help_seeking", live, target, k["ties.help_persistence"], k["ties.help_spread"]
    )


def _follow(
    community: Community,
    context: Context,
    column: str,
    live: np.ndarray,
    target: np.ndarray,
    rho: float,
    sd: float,
) -> np.ndarray:
    """Next value of a slow trait: drawn toward its target, with noise that keeps its spread."""
    h = community.household
    u = context.uniforms(f"ties.{column}", community.clock.month, h["key"][live]).astype(np.float64)
    noise = sd * np.sqrt(1.0 - rho * rho) * _ROOT12 * (u - 0.5)
    return target + rho * (h[column][live].astype(np.float64) - target) + noise


def mend(community: Community, context: Context) -> None:
    """End ties that no longer hold and let households make ties near home; rewrites the graph."""
    h, graph, month = community.household, community.ties, community.clock.month
    present, key = h["present"] != 0, h["key"]
    counts: np.ndarray = np.diff(graph.indptr.astype(np.int64))
    source = np.repeat(np.arange(h.size), counts)
    other = graph.index.astype(np.int64)
    keep = present[source] & present[other]
    apart = keep & (graph.kind == _NEIGHBOR) & (h["neighborhood"][source] != h["neighborhood"][other])
    apart &= (h["moved"][source] < MENDING_MONTHS) | (h["moved"][other] < MENDING_MONTHS)
    at = np.flatnonzero(apart)
    u = context.uniforms("ties.loss", month, luck.pair_key(key[source[at]], key[other[at]]))
    keep[at[u < context.draw["ties.tie_loss_moved"]]] = False
    source, other, kind = source[keep], other[keep], graph.kind[keep]
    live = np.flatnonzero(present)
    live = live[np.argsort(key[live], kind="stable")]
    asks = np.repeat(live, _wanted(community, context, live, np.bincount(source[kind != _KIN], minlength=h.size)))
    found = _near_home(community, asks, month)
    good = (found >= 0) & (found != asks)
    asks, found = asks[good], found[good]
    fresh = np.full(asks.size, _NEIGHBOR, graph.kind.dtype)
    one, two = _new_kin(community, np.bincount(source[kind == _KIN], minlength=h.size) > 0)
    asks, found = np.concatenate([asks, one]), np.concatenate([found, two])
    fresh = np.concatenate([fresh, np.full(one.size, _KIN, graph.kind.dtype)])
    # Ties that stay come first, then new ones in the order of keys: the order in a row is the same
    # however the population is cut into blocks.
    source = np.concatenate([source, asks, found])
    other = np.concatenate([other, found, asks])
    kind = np.concatenate([kind, fresh, fresh])
    order = np.argsort(source, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(source, minlength=h.size))])
    graph.indptr = start.astype(graph.indptr.dtype)
    graph.index = other[order].astype(np.uint32)
    graph.kind = kind[order]


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
