"""Rows: claiming, copying and finding them while people are born, die and move.

Making room may lay a table out again. Whoever keeps row numbers across a claim gives the array to `hold`, which then
follows the rows.

Everything here works on arrays in the order of keys, never of rows: the result does not depend on
how the population is cut into blocks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from hecsim import luck
from hecsim.compiled import njit
from hecsim.tables import Table

if TYPE_CHECKING:
    from hecsim.community import Community
    from hecsim.engine import Context

__all__ = [
    "ADULT",
    "NOBODY",
    "Settlement",
    "among",
    "distinct",
    "first_of",
    "gathered",
    "headed",
    "in_order",
    "members",
    "next_key",
    "take",
]

NOBODY = np.uint32(0xFFFFFFFF)
ADULT = 18 * 12
_RESERVE = 0.08  # share of rows kept free when a table is laid out again
_NEW_HOME = 4096  # child_key orders up to a few dozen are children; those from here on are homes


@dataclass
class Settlement:
    """One month of settlement: the community, the parameters of the room, luck, and what happened.

    touched : households whose members changed, to be recounted at the end
    chains : first person of each household and next person of each person, by row (see `members`)
    left : homes' worth of people who left the area this month, by neighborhood
    eventful : persons for whom the families' month decided something (see `note_events`), in the rows where they live now
    wanting : households that want or have to move
    known : what does not change in the course of the month, once worked out
    """

    community: Community
    context: Context
    month: int
    touched: list[np.ndarray] = field(default_factory=list)
    chains: tuple[np.ndarray, np.ndarray] | None = None
    left: np.ndarray = field(default_factory=lambda: np.zeros(0))
    eventful: list[np.ndarray] = field(default_factory=list)
    wanting: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    known: dict[str, Any] = field(default_factory=dict)
    person: Table = field(init=False)
    household: Table = field(init=False)
    _parameters: dict[str, Any] = field(init=False)
    _held: dict[str, list[np.ndarray]] = field(default_factory=lambda: {"person": [], "household": []})

    def __post_init__(self) -> None:
        self.person, self.household = self.community.person, self.community.household
        self._parameters = self.context.lasting.setdefault("settle", {})

    def k(self, name: str) -> Any:
        """Value of a parameter of the room `settle`, or of another room by full name."""
        if name not in self._parameters:
            self._parameters[name] = self.context.draw[name if "." in name else f"settle.{name}"]
        return self._parameters[name]

    def u(self, decision: str, keys: np.ndarray) -> np.ndarray:
        """Draw uniforms of the decision "settle.<decision>", one per key, float32."""
        out = np.empty(len(keys), np.float32)
        return luck.fill_uniforms(out, seed=self.context.seed, decision=_number(decision), month=self.month, keys=keys)

    def z(self, decision: str, keys: np.ndarray) -> np.ndarray:
        """Draw standard normals of the decision "settle.<decision>", one per key, float32."""
        out = np.empty(len(keys), np.float32)
        return luck.fill_normals(out, seed=self.context.seed, decision=_number(decision), month=self.month, keys=keys)

    def hold(self, table: str, rows: np.ndarray) -> np.ndarray:
        """Keep these row numbers right until the month ends, wherever the rows may go; an array of its own, int64."""
        held = np.array(rows, np.int64)
        self._held[table].append(held)
        return held

    def laid_out(self, table: str, moved: np.ndarray) -> None:
        """Follow the rows of a table that has been laid out again."""
        for rows in self._held[table]:
            rows[...] = moved[rows]
        self.chains = None
        self.context.levers.relay(table, moved, self.community.tables[table].size)  # what is written by row this month

    def touch(self, households: np.ndarray) -> None:
        """Remember households to recount."""
        if households.size:
            self.touched.append(self.hold("household", households))

    def gone_persons(self, rows: np.ndarray) -> None:
        """Count persons who left on their own; the household of a newcomer has several members."""
        of = self.household["neighborhood"][self.person["household"][rows].astype(np.int64)]
        owner = self.community.extras["pool_p_owner"]
        size = owner.size / max(int(owner[-1]) + 1, 1) if owner.size else 1.0
        self.left = self.left + np.bincount(of, minlength=self.left.size) / size

    def record(self, event: str, keys: np.ndarray) -> None:
        """Add keys of persons or households to this month's events."""
        earlier = self.context.events.get(event)
        keys = np.asarray(keys, np.uint64)
        self.context.events[event] = keys if earlier is None else np.concatenate([earlier, keys])

    def home_keys(self, founders: np.ndarray) -> np.ndarray:
        """Keys of the households that these persons found this month, the same in every arm."""
        return luck.child_key(founders, np.full(len(founders), _NEW_HOME + self.month, np.uint64))

    def kin(self, homes: np.ndarray, others: np.ndarray) -> None:
        """Note new kin ties as pairs of household keys; the graph takes them up when it is next mended."""
        extras, key = self.community.extras, self.household["key"]
        fresh = np.empty((len(homes), 2), np.uint64)
        fresh[:, 0], fresh[:, 1] = key[homes], key[others]
        extras["new_kin"] = np.concatenate([extras["new_kin"], fresh]) if "new_kin" in extras else fresh

    def by_key(self, table: Table, rows: np.ndarray) -> np.ndarray:
        """Rows in the order of their keys."""
        return rows[np.argsort(table["key"][rows], kind="stable")]

    def note_events(self) -> None:
        """Find, in one pass, all persons and households to whom something happens."""
        person, household = self.person, self.household
        self.eventful = [self.hold("person", _eventful(person["present"], person["leaving"], person["pregnancy"]))]
        self.wanting = self.hold("household", _wanting(household["present"], household["wants_move"]))

    def concerned(self) -> np.ndarray:
        """Rows of those of `note_events`, in whatever row they live by now, and of rows that they have left."""
        return self.eventful[0] if len(self.eventful) == 1 else np.concatenate(self.eventful)

    def leavers(self, code: int) -> np.ndarray:
        """Rows of those present whose `leaving` has this value, in the order of keys."""
        person = self.person.columns
        return in_order(self.concerned(), person["leaving"], person["present"], person["key"], code, code)

    def movers(self, first: int, last: int) -> np.ndarray:
        """Rows of households that are here and whose `wants_move` lies between these values, in the order of keys."""
        household = self.household.columns
        return in_order(self.wanting, household["wants_move"], household["present"], household["key"], first, last)

    def link(self, rows: np.ndarray) -> None:
        """Count persons among the members of the household that they have come into."""
        if self.chains is not None:
            _link(rows, self.person["household"], *self.chains)

    def unlink(self, rows: np.ndarray) -> None:
        """Count persons no more among the members of their household, before they get another in the same row."""
        if self.chains is not None:
            _unlink(rows, self.person["household"], *self.chains)

    def index(self) -> tuple[np.ndarray, np.ndarray]:
        """First person of each household and next person of each person, by row; NOBODY at the end of a chain."""
        if self.chains is None:
            self.chains = np.full(self.household.size, NOBODY, np.uint32), np.empty(self.person.size, np.uint32)
            _chain(self.person["household"], self.person["present"], *self.chains)
        return self.chains

    def once(self, name: str, work: Callable[[], Any]) -> Any:
        """What stays the same all month, worked out when it is first asked for."""
        if name not in self.known:
            self.known[name] = work()
        return self.known[name]

    def lasting(self, name: str, work: Callable[[], Any]) -> Any:
        """What follows from the parameters alone, worked out when it is first asked for."""
        known = self.context.lasting
        if name not in known:
            known[name] = work()
        return known[name]

    def lever(self, name: str, rows: np.ndarray) -> np.ndarray:
        """Composed value of a household lever at these rows, float64."""
        levers, size = self.context.levers, self.household.size
        if not levers.moved(name):
            return np.full(rows.size, np.float64(np.float32(levers.base(name))))
        return levers.fill(name, slice(0, size), np.empty(size, np.float32))[rows].astype(float)


@cache
def _number(decision: str) -> int:
    return luck.decision_id(f"settle.{decision}")


def take(m: Settlement, name: str, blocks: np.ndarray, *, reset: bool = True) -> np.ndarray:
    """One spare row for each entry of `blocks`, in order. Row numbers may change.

    The rows are reset to defaults unless whoever asks is going to write all of their columns.
    """
    table = m.community.tables[name]
    if (rows := table.claim_some(blocks, reset)) is not None:
        return rows
    moved = m.community.ensure_room(name, np.bincount(blocks, minlength=table.n_blocks), _RESERVE, m.context.lanes)
    if moved is not None:
        m.laid_out(name, moved)
    return table.claim_each(blocks)


@njit()
def _eventful(present, leaving, pregnancy):
    """Persons who die, leave, part, look for a partner or give birth."""
    rows, n = np.empty(present.size + 1, np.uint32), 0
    for i in range(present.size):  # written in any case and kept by counting: no branch to guess
        rows[n] = i
        n += np.int64(present[i] == 1) & (np.int64(leaving[i] != 0) | np.int64(pregnancy[i] >= 9))
    return rows[:n]


@njit()
def _wanting(present, wants):
    rows, n = np.empty(present.size + 1, np.uint32), 0
    for i in range(present.size):
        rows[n] = i
        n += np.int64(present[i] == 1) & np.int64(wants[i] != 0)
    return rows[:n]


@njit()
def in_order(rows, values, present, key, first, last):
    """Those of `rows` that are present and whose value lies between `first` and `last`, in the order of keys."""
    found, n = np.empty(rows.size, np.int64), 0
    for i in rows:
        if present[i] == 1 and first <= values[i] <= last:
            found[n] = i
            n += 1
    _sort(found[:n], key)
    return found[:n]


@njit()
def _sort(rows, key):
    """Sort rows by their key, in place: into a heap, whose largest goes to the end, again and again. No two keys are alike."""
    for start in range(rows.size // 2 - 1, -rows.size, -1):
        end, at = rows.size, start
        if start < 0:
            end = rows.size + start
            rows[0], rows[end] = rows[end], rows[0]
            at = 0
        row = rows[at]
        while 2 * at + 1 < end:
            child = 2 * at + 1
            if child + 1 < end and key[rows[child]] < key[rows[child + 1]]:
                child += 1
            if key[rows[child]] <= key[row]:
                break
            rows[at] = rows[child]
            at = child
        rows[at] = row


@njit()
def _chain(household, present, head, following):
    """Chain the present persons of each household in the order of their rows."""
    for i in range(household.size - 1, -1, -1):
        if present[i] != 0:
            following[i] = head[household[i]]
            head[household[i]] = i


@njit()
def _link(rows, household, head, following):
    """Put rows into the chains of their households; who is there already stays."""
    for i in rows:
        h = household[i]
        before, j = NOBODY, head[h]
        while j != NOBODY and j < i:
            before, j = j, following[j]
        if j == i:
            continue
        following[i] = j
        if before == NOBODY:
            head[h] = i
        else:
            following[before] = i


@njit()
def _unlink(rows, household, head, following):
    for i in rows:
        h = household[i]
        before, j = NOBODY, head[h]
        while j != NOBODY:
            if j != i:
                before, j = j, following[j]
                continue
            if before == NOBODY:
                head[h] = following[i]
            else:
                following[before] = following[i]
            break


@njit()
def gathered(homes, head, following, household, present):
    n = 0
    for h in homes:
        i = head[h]
        while i != NOBODY:
            n += 1
            i = following[i]
    out, owner = np.empty(n, np.int64), np.empty(n, np.int64)
    n = 0
    for k in range(homes.size):
        i = head[homes[k]]
        while i != NOBODY:
            if present[i] != 0 and household[i] == homes[k]:  # who has died or left is still in the chain
                out[n], owner[n] = i, k
                n += 1
            i = following[i]
    return out[:n], owner[:n]


def members(m: Settlement, households: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows of all present members of distinct households, and the position of each one's household.

    Sorted by position of the household, then in the order of rows, which is the order of joining.
    """
    person = m.person
    return gathered(np.asarray(households, np.int64), *m.index(), person["household"], person["present"])


def distinct(values: np.ndarray) -> np.ndarray:
    """Values in ascending order, each once; for the few dozen of a month much quicker than `np.unique`."""
    ordered = np.sort(values)
    if ordered.size < 2:
        return ordered
    new = np.empty(ordered.size, bool)
    new[0] = True
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    return ordered[new]


def among(values: np.ndarray, members: np.ndarray) -> np.ndarray:
    """Flag of each value: it is one of `members`."""
    if not members.size:
        return np.zeros(values.size, bool)
    ordered = np.sort(members)
    return ordered[np.minimum(np.searchsorted(ordered, values), ordered.size - 1)] == values


def first_of(owner: np.ndarray, mask: np.ndarray, n: int) -> np.ndarray:
    """Position of the first member of each household for which `mask` holds, -1 if there is none."""
    found = np.full(n, -1, np.int64)
    where = np.flatnonzero(mask)[::-1]
    found[owner[where]] = where
    return found


@njit()
def _headed(present, role, labor, age, household, flag):
    for i in range(present.size):
        if role[i] == 0 and present[i] == 1 and labor[i] != 4 and age[i] >= ADULT:
            flag[household[i]] = True


def headed(m: Settlement) -> np.ndarray:
    """Flag of each household: it has a grown householder at home, as things stand now."""
    person, flag = m.person, np.zeros(m.household.size, bool)
    _headed(person["present"], person["role"], person["labor"], person["age"], person["household"], flag)
    return flag


def next_key(groups: np.ndarray, keys: np.ndarray, ask_groups: np.ndarray, asks: np.ndarray) -> np.ndarray:
    """Position of the entry of each request's group whose key follows `asks`; -1 if the group is empty.

    Keys lie on a ring: after the last comes the first. One entry more or less in a group changes only
    the requests that fell to it, so a small change in one arm does not reshuffle everybody's choice.
    Groups are small numbers, such as rows of neighborhoods.
    """
    found = np.full(asks.size, -1, np.int64)
    if not keys.size or not asks.size:
        return found
    order = np.lexsort((asks, ask_groups))
    wanted = np.asarray(ask_groups, np.int64)[order]
    size = max(int(groups.max()), int(wanted[-1])) + 1
    first = np.searchsorted(wanted, np.arange(size + 1))
    _next(np.asarray(groups, np.int64), keys, first, asks[order], order, found)
    return found


@njit()
def _next(groups, keys, first, asks, order, found):
    """Requests `asks` ascend within each group, whose own begin at `first`; they are few, so entries need not be sorted."""
    best, lowest = np.full(asks.size, -1, np.int64), np.full(first.size, -1, np.int64)
    for i in range(keys.size):
        g, key = groups[i], keys[i]
        at, n = first[g], first[g + 1] - first[g]
        if n == 0:
            continue
        if lowest[g] < 0 or key < keys[lowest[g]]:
            lowest[g] = i
        if asks[at] > key:
            continue
        while n > 1:  # the last request that this entry follows
            half = n >> 1
            at = at + half if asks[at + half] <= key else at
            n -= half
        if best[at] < 0 or key < keys[best[at]]:
            best[at] = i
    for g in range(first.size - 1):
        following = lowest[g]
        for at in range(first[g + 1] - 1, first[g] - 1, -1):
            following = best[at] if best[at] >= 0 else following
            found[order[at]] = following
