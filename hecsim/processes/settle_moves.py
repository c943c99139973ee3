"""Households that move, leave the area, and arrive.

A move is decided by `housing` (`h_wants_move`); here a home is found. Who must move and finds
nothing stays with relatives or friends (doubled up) or enters a shelter. Of families in shelter that look for a home, some are
helped by rapid re-housing: for some months a program pays what the rent exceeds their share, so that income is no bar;
some of those who still find nothing leave the shelter for relatives or friends. Homes of those who left the area are
taken by newcomers: copies of recent movers of the same neighborhood (where few moved, of others too, each as likely as
those of its age are to move) as they were at the end of burn-in, under new keys, so that newcomers come from outside and
owe nothing to a policy of this place; their weight follows the years since (`settle_elsewhere`). The number of newcomers
follows homes left, a small net inflow, and the vacancy.
"""

from __future__ import annotations

from itertools import count, takewhile

import numpy as np

from hecsim import luck
from hecsim.compiled import njit
from hecsim.processes.settle_elsewhere import weigh
from hecsim.processes.settle_homes import EXTRA, HOMELESS, PRESSED, SELLS, VOUCHER, Seekers, dwellings, find_homes, pressure
from hecsim.processes.settle_place import shift_set_points
from hecsim.processes.settle_rows import Settlement, among, distinct, first_of, members, take

__all__ = ["keep_pool", "leave_area", "moves", "newcomers"]

_SHELTER, _DOUBLED = 2, 3  # tenure
_REHOUSED = 2  # a subsidy for some months, column `voucher`
_HEAD_AGES = np.array([35, 55, 65]) * 12  # bands of householders' age, months
_POOL = 40  # households of a neighborhood kept as examples of those who move in


def leave_area(m: Settlement) -> None:
    """Households that decided to leave the area go, with all their members."""
    household, person = m.household, m.person
    homes = m.movers(3, 3)
    if m.community.followed:  # a family whose story is told is followed to the end, so it stays in the area
        homes = homes[~among(household["key"][homes], np.array(list(m.community.followed), np.uint64))]
    rows, owner = members(m, homes)
    homes = homes[distinct(owner)]  # some lost their last member this month
    m.left = np.bincount(household["neighborhood"][homes], minlength=m.community.neighborhood.size)
    if not homes.size:
        return
    household["present"][homes] = 0
    person["present"][rows], person["exit"][rows] = 0, 3
    m.record("left", household["key"][homes])


@njit()
def _ways(homes, wants, tenure, voucher, persons, poverty_ratio, race, u_buy, u_sell, buy_share, sell_share, bias, treatment):
    """How households look for a home (see `Seekers`), for how many bedrooms, and whether they will own it."""
    how, bedrooms, owns = np.empty(homes.size, np.uint8), np.empty(homes.size, np.int64), np.empty(homes.size, np.bool_)
    for k in range(homes.size):
        h = homes[k]
        ratio, must = poverty_ratio[h], wants[h] == 2
        band = 0 if ratio < 1 else (1 if ratio < 2 else (2 if ratio < 4 else 3))
        lending = 1.0 + bias * (treatment[race[h]] - 1.0)
        keeps = tenure[h] == 0 and not must and u_sell[k] >= sell_share
        owns[k] = keeps or (tenure[h] == 1 and u_buy[k] < buy_share[band] * lending)
        pressed = must or tenure[h] >= 2  # takes what there is: a studio for one, and more of the income
        bedrooms[k] = 0 if pressed and persons[h] <= 1 else min(max((np.int64(persons[h]) + 1) // 2, 1), 4)
        how[k] = PRESSED * pressed + SELLS * keeps + VOUCHER * (voucher[h] != 0 and not owns[k])
        how[k] += (EXTRA + HOMELESS) * (tenure[h] >= 2)
    return how, bedrooms, owns


@njit()
def _settle_in(
    homes, chosen, paid, how, room, owns, wants, neighborhood, tenure, rent, bedrooms, moved, shelter_months, arrears, filing,
    represented,
):  # fmt: skip
    for k in range(homes.size):
        if chosen[k] >= 0:
            h = homes[k]
            neighborhood[h], tenure[h], rent[h] = chosen[k], 0 if owns[k] else 1, paid[k]
            bedrooms[h] = bedrooms[h] if how[k] & SELLS else room[k]
            moved[h], shelter_months[h], filing[h], represented[h] = 0, 0, 0, 0
            if wants[h] == 2:
                arrears[h] = 0.0


def moves(m: Settlement) -> None:
    """Households that want to or must move look for a home."""
    h = m.household.columns
    homes = m.movers(1, 2)
    if not homes.size:
        return
    key, bias = h["key"][homes], m.context.levers.number("housing_bias")
    how, bedrooms, owns = _ways(
        homes, h["wants_move"], h["tenure"], h["voucher"], h["persons"], h["poverty_ratio"], h["race"], m.u("buy", key),
        m.u("sell", key), m.k("buy_share"), m.k("sell_share"), bias, m.k("treatment"),
    )  # fmt: skip
    family = (h["tenure"][homes] == _SHELTER) & (h["children"][homes] > 0)
    helped = family & (how & VOUCHER == 0) & (m.u("rehoused", key) < m.k("rehoused"))
    how[helped] |= VOUCHER
    income = (h["income_year"][homes] / 12).astype(float)
    chosen, paid = find_homes(m, Seekers(key, homes, income, bedrooms, h["race"][homes], how))
    nowhere = homes[(chosen < 0) & (h["wants_move"][homes] == 2) & (h["tenure"][homes] <= 1)]
    found = chosen >= 0
    people, owner = members(m, homes[found])
    place = m.community.neighborhood["disadvantage"].astype(float)
    change = place[chosen[found]] - place[h["neighborhood"][homes[found]]]
    shift_set_points(m.person, people, change[owner], float(m.k("weight.disadvantage")))
    _settle_in(
        homes, chosen, paid, how, bedrooms, owns, h["wants_move"], h["neighborhood"], h["tenure"], h["rent"], h["bedrooms"],
        h["moved"], h["shelter_months"], h["arrears"], h["filing"], h["represented"],
    )  # fmt: skip
    h["voucher"][homes[helped & (chosen >= 0)]] = _REHOUSED
    to_kin = homes[family & (chosen < 0) & (m.u("shelter_kin", key) < m.k("shelter_kin"))]
    h["tenure"][to_kin] = _DOUBLED
    m.record("moves", key[chosen >= 0])
    _displace(m, nowhere)


def _displace(m: Settlement, homes: np.ndarray) -> None:
    """Those who lost their home and found none: with relatives or friends, or in a shelter."""
    household = m.household
    if not homes.size:
        m.record("homeless", household["key"][homes])
        return
    kin = m.k("double_up")[(household["kin_nearby"][homes] != 0).astype(np.int64)]
    doubled = m.u("double_up", household["key"][homes]) < kin
    household["tenure"][homes] = np.where(doubled, 3, 2)
    for column, value in (("rent", 0.0), ("moved", 0), ("shelter_months", 1), ("arrears", 0.0), ("filing", 0),
                          ("represented", 0)):  # fmt: skip
        household[column][homes] = value
    m.record("homeless", household["key"][homes])


def keep_pool(m: Settlement) -> None:
    """Remember recent movers of every neighborhood as examples of those who will move in."""
    extras, household, person = m.community.extras, m.household, m.person
    n = m.community.neighborhood.size
    recent = household["moved"] <= 12
    fit = (household["present"] == 1) & (household["tenure"] <= 1) & (household["persons"] > 0)
    rows = np.flatnonzero(fit)
    rows = rows[np.lexsort((household["key"][rows], ~recent[rows], household["neighborhood"][rows]))]
    where = household["neighborhood"][rows].astype(np.int64)
    rank = np.arange(rows.size) - np.searchsorted(where, where, side="left")
    enough = np.bincount(where, recent[rows], minlength=n)[where] >= 5
    homes = rows[(rank < _POOL) & (recent[rows] | ~enough)]
    people, owner = members(m, homes)
    for table, kept, names in ((household, homes, ("key", "neighborhood")), (person, people, ("key", "mother_key"))):
        for name in names:
            extras[f"pool_{table.name[0]}_{name}"] = table[name][kept]
        for i, values in enumerate(table.sample(kept)):
            extras[f"pool_{table.name}_{i}"] = values
    extras["pool_p_owner"] = owner.astype(np.int64)
    extras["pool_month"] = np.array([m.month])
    head = people[first_of(owner, person["role"][people] == 0, homes.size)]
    group = np.searchsorted(_HEAD_AGES, person["age"][head], side="right")
    likely, few = np.ones(homes.size), ~recent[homes]
    if few.any():  # hardly anywhere in a place of full size, where it would take longest
        likely[few] = _moving(m, rows, recent)[group[few]]
    extras["pool_weight"] = np.cumsum(m.k("housing.far_age")[group] * likely)


def _moving(m: Settlement, rows: np.ndarray, recent: np.ndarray) -> np.ndarray:
    """Share of households that moved of late, by age of the householder, float64 (4,).

    Where too few moved, the others stand in for them: each as likely as those of its age are to move, since without that
    the newcomers of a sample with few households for each neighborhood are as old as those who stay.
    """
    people, owner = members(m, rows)
    head = people[first_of(owner, m.person["role"][people] == 0, rows.size)]
    group = np.searchsorted(_HEAD_AGES, m.person["age"][head], side="right")
    count = np.bincount(group, minlength=4)
    return (np.bincount(group, recent[rows], minlength=4) + 1.0) / (count + 10.0)  # a group of few is not taken at its word


def _donors(m: Settlement, keys: np.ndarray, where: np.ndarray) -> np.ndarray:
    """Entry of the pool that each newcomer resembles; ages that leave more also arrive more."""
    pool = m.community.extras["pool_h_neighborhood"].astype(np.int64)
    weight = np.concatenate([[0.0], m.community.extras["pool_weight"]])
    first = np.searchsorted(pool, where, side="left")
    stop = np.searchsorted(pool, where, side="right")
    first, stop = np.where(stop > first, first, 0), np.where(stop > first, stop, pool.size)
    aim = weight[first] + m.u("donor", keys).astype(float) * (weight[stop] - weight[first])
    return np.clip(np.searchsorted(weight, aim, side="right") - 1, first, stop - 1)


def newcomers(m: Settlement) -> None:
    """Households that move in, each with its members, into homes that are open."""
    n = m.community.neighborhood
    stock = dwellings(m)
    expected = (m.left + m.k("inflow") * stock / 12) * np.minimum(pressure(m), m.k("inflow_limit"))
    base = luck.founder_keys(m.context.seed, f"newcomers.{m.month}", n.size)
    count = np.floor(expected + m.u("inflow", base)).astype(np.int64)
    if not count.sum() or not m.community.extras["pool_h_key"].size:
        return
    where = np.repeat(np.arange(n.size), count)
    slot = np.arange(where.size) - np.repeat(np.cumsum(count) - count, count)
    keys = luck.child_key(base[where], slot)
    donor = _donors(m, keys, where)
    homes = take(m, "household", _blocks(m, where))
    _arrive(m, homes, keys, donor, where)
    m.record("newcomers", keys)


def _blocks(m: Settlement, where: np.ndarray) -> np.ndarray:
    """Block for a household of each neighborhood: the one where most of its households are."""
    household = m.household
    if household.n_blocks == 1:
        return np.zeros(where.size, np.int64)
    n = m.community.neighborhood.size
    return _main_block(household["present"], household["neighborhood"], household.start, household.used, n)[where]


@njit()
def _main_block(present, neighborhood, start, used, n):
    """Block with the most households of each neighborhood, 0 if it has none.

    Who moves keeps the row, so after some months a household of any neighborhood may be found in any block. If newcomers
    went to the first of them, all would fill the first blocks, and tables would be laid out anew every month.
    """
    block, most, here = np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(n, np.int64)
    for b in range(used.size):
        here[:] = 0
        for h in range(start[b], start[b] + used[b]):
            here[neighborhood[h]] += present[h] == 1
        for g in range(n):
            if here[g] > most[g]:
                block[g], most[g] = b, here[g]
    return block


@njit()
def _open(
    homes, keys, where, kin, change, key, neighborhood, mover, moved, kin_nearby, rent, filing, filed_new, evicted_new,
    represented, arrears, shelter_months, wants_move, poverty_ratio, income_band,
):  # fmt: skip
    """What is new about households that arrive, against those whose copies they are."""
    for k in range(homes.size):
        h = homes[k]
        key[h], neighborhood[h], mover[h], moved[h], kin_nearby[h] = keys[k], where[k], 1, 0, kin[k]
        rent[h] = np.float64(rent[h]) * np.float64(change[k])
        filing[h], filed_new[h], evicted_new[h], represented[h] = 0, 0, 0, 0
        arrears[h], shelter_months[h], wants_move[h] = 0.0, 0, 0
        ratio = poverty_ratio[h]
        income_band[h] = 0 if ratio < 1 else (1 if ratio < 2 else (2 if ratio < 4 else 3))


def _arrive(m: Settlement, homes: np.ndarray, keys: np.ndarray, donor: np.ndarray, where: np.ndarray) -> None:
    extras, household, n = m.community.extras, m.household, m.community.neighborhood
    household.put(_sample(extras, "household"), donor, homes)
    level = n["fmr"] * n["rent_level"]
    change = level[where] / np.maximum(level[extras["pool_h_neighborhood"][donor]], 1.0)
    # From another town of the state kin stay as near as they were; from farther away they rarely are.
    leaves = extras.get("leave_share", np.zeros(n.size))[where]
    far = np.minimum(m.k("housing.far_share") / np.maximum(leaves, 1e-9), 1.0)
    kin = m.u("kin", keys) < far * m.k("newcomer_kin") + (1.0 - far) * m.k("population.kin_near")
    h = household.columns
    _open(
        homes, keys, where, kin, change, h["key"], h["neighborhood"], h["mover"], h["moved"], h["kin_nearby"], h["rent"],
        h["filing"], h["filed_new"], h["evicted_new"], h["represented"], h["arrears"], h["shelter_months"], h["wants_move"],
        h["poverty_ratio"], h["income_band"],
    )  # fmt: skip
    owner = extras["pool_p_owner"]
    first = np.searchsorted(owner, donor, side="left")
    size = np.searchsorted(owner, donor, side="right") - first
    position = np.repeat(np.arange(homes.size), size)
    inside = np.arange(position.size) - np.repeat(np.cumsum(size) - size, size)
    source = first[position] + inside
    rows = take(m, "person", household.block_of(homes)[position])
    person = m.person
    person.put(_sample(extras, "person"), source, rows)
    person["key"][rows] = luck.child_key(keys[position], inside + 1)
    person["household"][rows] = homes[position]
    person["mover"][rows], person["leaving"][rows] = 1, 0
    weigh(m, rows)
    m.link(rows)
    _mothers(person, rows, position, source, extras)
    m.touch(homes)


def _sample(extras, table: str) -> list[np.ndarray]:
    return [extras[name] for name in takewhile(extras.__contains__, (f"pool_{table}_{i}" for i in count()))]


def _mothers(person, rows: np.ndarray, position: np.ndarray, source: np.ndarray, extras) -> None:
    """Point the mother's key of arriving children to their mother's new key, 0 if she did not come along."""
    # One number for (household, old key), so that mother and child meet in a single sorted search.
    slot = position.astype(np.uint64)
    here = luck.child_key(extras["pool_p_key"][source], slot)
    wanted = luck.child_key(extras["pool_p_mother_key"][source], slot)
    order = np.argsort(here)
    at = order[np.minimum(np.searchsorted(here, wanted, sorter=order), order.size - 1)]
    person["mother_key"][rows] = np.where(here[at] == wanted, person["key"][rows[at]], 0)
