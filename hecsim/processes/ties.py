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

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from hecsim import luck
from hecsim.compiled import njit
from hecsim.memory import give_back
from hecsim.processes.base import process
from hecsim.processes.settle_rows import next_key

if TYPE_CHECKING:
    from hecsim.community import Community
    from hecsim.engine import Context

__all__ = ["MENDING_MONTHS", "TIES", "carry", "hear", "mend", "ties"]

MENDING_MONTHS = 6
_PART = 200_000  # households
_KIN, _NEIGHBOR = 0, 1
_KIN_STREAM = 1 << 20
_BITS = 18  # of a key, enough to tell most households apart
# What a household hears of: aware, trust in health care, trust in the community, help seeking, capacity,
# and whether it is there at all; padded to half a cache line, because neighbors lie anywhere in memory.
_FIELDS = 8
_COMMON = 64  # numbers of ties whose logarithm is worked out once a month
_ROOT12 = np.sqrt(12.0)
_SAID = ("present", "aware", "trust_health", "trust_community", "help_seeking", "support", "hardship")
_CARRIED = (
    "key", "present", "language", "kin_nearby", "church", "poverty_ratio", "moved", "bereaved", "neighborhood", "aware",
    "trust_health", "trust_services", "trust_community", "support", "help_seeking",
)  # fmt: skip


@njit()
def hear(present, aware, trust_health, trust_community, help_seeking, support, hardship, drain, heard):
    """Write down what others will hear this month, before anybody is updated."""
    for h in range(present.size):
        heard[h, 0], heard[h, 1], heard[h, 2] = aware[h], trust_health[h], trust_community[h]
        heard[h, 3], heard[h, 4] = help_seeking[h], support[h] - np.float32(drain * hardship[h])
        heard[h, 5] = 1.0 if present[h] != 0 else 0.0


@njit()
def carry(
    indptr, index, kind, heard, weight, present, language, kin_nearby, church, poverty_ratio, moved, bereaved,
    neighborhood, trust_services, norm_help, stigma, words, du_support, du_help, aware_add, support_add,
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
        u = np.float64(luck.uniform_at(words, h, du_support))
        new = target + support_rho * (np.float64(support[h]) - target) + support_noise * (u - 0.5)
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
        help_seeking[h] = new + help_noise * (np.float64(luck.uniform_at(words, h, du_help)) - 0.5)


def ties(community: Community, context: Context) -> None:
    """Carry word, support and trust along the graph for one month; mend the graph twice a year."""
    month = community.clock.month
    if month % MENDING_MONTHS == 0:
        mend(community, context)
        give_back(community.person.size)
    h, n, graph, k = community.household.columns, community.neighborhood, community.ties, context.draw
    heard = np.empty((community.household.size, _FIELDS), np.float32)
    ranges = context.lanes.ranges(community.household.size)

    def listen(rows: slice) -> None:
        said: tuple[Any, ...] = (*(h[name][rows] for name in _SAID), float(k["ties.support_drain"]), heard[rows])
        hear(*said)

    if "ties" not in context.lasting:
        context.lasting["ties"] = _settings(k)
    settings = context.lasting["ties"]
    words = np.empty(community.household.size, np.uint64), np.empty(community.household.size, np.uint64)
    support, seeking = (luck.number_of(luck.decision_id(f"ties.{name}")) for name in ("support", "help_seeking"))

    def take(rows: slice) -> None:
        own = {name: h[name][rows] for name in _CARRIED}
        drawn = luck.words(seed=context.seed, month=month, keys=own["key"], out=(words[0][rows], words[1][rows]))
        carry(
            graph.indptr[rows.start : rows.stop + 1], graph.index, graph.kind, heard, k["ties.tie_weight"], own["present"],
            own["language"], own["kin_nearby"], own["church"], own["poverty_ratio"], own["moved"], own["bereaved"],
            own["neighborhood"], own["trust_services"], n["norm_help"], n["stigma"], drawn, support, seeking,
            _lever(context, "aware_add", rows), _lever(context, "support_add", rows), *settings,
            own["aware"], own["trust_health"], own["trust_community"], own["support"], own["help_seeking"],
        )  # fmt: skip

    context.lanes.each(listen, ranges)  # everybody, before anybody is updated
    context.lanes.each(take, ranges)
    context.words["household"] = words  # trust asks for them next


def _settings(k: Mapping[str, Any]) -> tuple[Any, ...]:
    """Parameters as `carry` takes them, in order."""

    def noise(name: str) -> float:
        rho = float(k[f"ties.{name}_persistence"])
        return float(k[f"ties.{name}_spread"]) * np.sqrt(1.0 - rho * rho) * _ROOT12

    return (
        k["ties.aware_rest"], float(k["ties.aware_word"]), float(1.0 - 0.5 ** (1.0 / k["ties.aware_half_life"])),
        float(k["ties.trust_ties"]), k["ties.support_reference"], k["ties.support_from"],
        float(k["ties.support_ties"]), float(k["ties.support_persistence"]), noise("support"),
        float(k["ties.support_move"]), float(k["ties.support_loss"]), k["ties.help_from"],
        float(k["ties.help_reference"]), float(k["ties.help_persistence"]), noise("help"),
    )  # fmt: skip


def _lever(context: Context, name: str, rows: slice) -> np.ndarray:
    return context.levers.fill(name, rows, np.empty(rows.stop - rows.start, np.float32))


def mend(community: Community, context: Context) -> None:
    """End ties that no longer hold and let households make ties near home; rewrites the graph."""
    h, graph, month = community.household, community.ties, community.clock.month
    key = h["key"]
    keep, at = _standing(graph.indptr, graph.index, graph.kind, h["present"], h["neighborhood"], h["moved"], MENDING_MONTHS)
    source = np.searchsorted(graph.indptr, at, side="right") - 1
    u = context.uniforms("ties.loss", month, luck.pair_key(key[source], key[graph.index[at]]))
    keep[at[u < context.draw["ties.tie_loss_moved"]]] = 0
    del at, source, u  # of a state, a tenth of a gigabyte
    start, number, has_kin = _kept(graph.indptr, graph.kind, keep)
    asks = _asking(community, context, number)
    found = _near_home(community, asks, month)
    good = (found >= 0) & (found != asks)
    one, two = _new_kin(community, has_kin)
    pairs = np.array([np.concatenate([asks[good], one]), np.concatenate([found[good], two])], graph.index.dtype)
    neighbors = pairs.shape[1] - one.size
    del number, has_kin, asks, found, good, one, two
    give_back(community.person.size)
    # Ties that stay come first, then new ones in the order of keys: the order in a row is the same
    # however the population is cut into blocks.
    graph.indptr, graph.index, graph.kind = _rewritten(graph.indptr, graph.index, graph.kind, keep, start, pairs, neighbors)


@njit()
def _standing(indptr, index, kind, present, neighborhood, moved, recent):
    """Whether both ends of each tie still live here, and which are ties of neighbors who have moved apart."""
    # What is asked of the household at the far end, which lies anywhere: one number.
    state = np.empty(present.size, np.uint32)
    for h in range(present.size):
        state[h] = (np.uint32(neighborhood[h]) << 2) | (np.uint32(moved[h] < recent) << 1) | np.uint32(present[h] != 0)
    keep, apart, n = np.empty(index.size, np.uint8), np.empty(index.size + 1, np.uint32), 0
    for h in range(present.size):
        mine = state[h]
        for e in range(indptr[h], indptr[h + 1]):
            yours = state[index[e]]
            keep[e] = mine & yours & 1
            apart[n] = e  # written in any case and kept by counting: no branch to guess
            away = (kind[e] == _NEIGHBOR) & ((mine ^ yours) >> 2 != 0) & ((mine | yours) & 2 != 0)
            n += np.int64(keep[e]) & np.int64(away)
    return keep, apart[:n]


@njit()
def _kept(indptr, kind, keep):
    """How many ties of each household stay, from its second entry on; how many of them are not to kin; who has kin."""
    homes = indptr.size - 1
    start, number, has_kin = np.zeros(homes + 1, indptr.dtype), np.empty(homes, np.int32), np.empty(homes, np.bool_)
    for h in range(homes):
        stay, kin = 0, 0
        for e in range(indptr[h], indptr[h + 1]):
            stay += keep[e]
            kin += keep[e] & np.uint8(kind[e] == _KIN)
        start[h + 1], number[h], has_kin[h] = stay, stay - kin, kin > 0
    return start, number, has_kin


@njit()
def _rewritten(indptr, index, kind, keep, start, pairs, neighbors):
    """The graph of ties that stay and, behind them in each row, new ones in the order in which they come.

    start : ties that stay of each household, from its second entry on; becomes the new `indptr`
    pairs : rows of both ends of each new tie; those from `neighbors` on are to kin. First all go one way, then back
    """
    for home in pairs.ravel():
        start[home + 1] += 1
    for h in range(start.size - 1):
        start[h + 1] += start[h]
    place = start[:-1].copy()
    others, kinds = np.empty(start[-1], index.dtype), np.empty(start[-1], kind.dtype)
    for h in range(place.size):
        n = place[h]
        for e in range(indptr[h], indptr[h + 1]):
            if keep[e] != 0:
                others[n], kinds[n] = index[e], kind[e]
                n += 1
        place[h] = n
    for way in range(2):
        for e in range(pairs.shape[1]):
            here = pairs[way, e]
            others[place[here]], kinds[place[here]] = pairs[1 - way, e], _NEIGHBOR if e < neighbors else _KIN
            place[here] += 1
    return start, others, kinds


def _asking(community: Community, context: Context, number: np.ndarray) -> np.ndarray:
    """Rows of households that look for new ties, in the order of keys, each as often as it looks for one."""
    h = community.household
    live = np.flatnonzero(h["present"])
    # A part of them at a time: in a state all of them together take a tenth of a gigabyte.
    parts = [live[i : i + _PART] for i in range(0, live.size, _PART)]
    want = np.concatenate([_wanted(community, context, part, number) for part in parts]) if parts else live
    live, want = live[want > 0], want[want > 0]
    order = np.argsort(h["key"][live])
    return np.repeat(live[order], want[order])


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
    if not rows.size:
        return rows, rows
    one, two = _pairs(h["key"], rows, pairs)
    lacks = (h["kin_nearby"][rows] != 0) & ~has_kin[rows]
    lacks[np.searchsorted(rows, np.concatenate([one, two]))] = False
    asks = rows[lacks]
    order = np.argsort(h["key"][asks])
    asks = asks[order]
    town = community.neighborhood["town"].astype(np.int64)[h["neighborhood"][rows].astype(np.int64)]
    group = town * 5 + h["race"][rows]
    number = luck.child_key(h["key"][asks], np.full(asks.size, _KIN_STREAM, np.uint64))
    found = next_key(group, h["key"][rows], group[lacks][order], number)
    other = rows[np.maximum(found, 0)]
    good = (found >= 0) & (other != asks)
    return np.concatenate([one, asks[good]]), np.concatenate([two, other[good]])


def _pairs(key: np.ndarray, rows: np.ndarray, pairs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which of `rows` have these pairs of keys, where both are among them."""
    # Few rows share the last bits of their key with one that is asked for, so few have to be sorted.
    asked = np.zeros(1 << _BITS, bool)
    last = np.uint64((1 << _BITS) - 1)
    asked[pairs & last] = True
    some = rows[asked[key[rows] & last]]
    some = some[np.argsort(key[some])]
    if not some.size:
        return some, some
    at = np.minimum(np.searchsorted(key[some], pairs), some.size - 1)
    both = (key[some[at]] == pairs).all(axis=1)
    return some[at[both, 0]], some[at[both, 1]]


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
