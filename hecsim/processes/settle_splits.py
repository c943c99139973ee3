"""Households that split off from others: who goes along, which home they find, what they take with them."""

from __future__ import annotations

import numpy as np

from hecsim.compiled import njit
from hecsim.processes.settle_homes import EXTRA, PRESSED, Seekers, bedrooms_for, find_homes
from hecsim.processes.settle_rows import ADULT, NOBODY, Settlement, take

__all__ = ["found_homes", "look_for_homes", "means_of", "own_children"]

# What a household that splits off does not take over from the one it comes from.
_FRESH = frozenset((
    "couple", "couple_months", "voucher", "arrears", "filing", "filed_new", "evicted_new", "eviction_clock",
    "represented", "shelter_months", "takes_tfa", "tfa_months", "care_subsidy", "care_wait", "snap", "tfa",
    "wic", "ui", "benefits", "other_income", "refund_due", "refund", "child_care", "care_cost", "care_hours",
    "ipv", "ipv_months", "conflict", "wants_move", "public_cost", "shock",
))  # fmt: skip
_NEVER = 65535  # couple_months of people whose last union ended long ago or never was


@njit()
def _own_children(parents, order, head, following, present, household, age, key, mother_key):
    """Minors at home with one of `parents`, their mother, and her position; homes ascend in `order` of parents."""
    most = 0
    for k in parents:
        i = head[household[k]]
        while i != NOBODY:
            most, i = most + 1, following[i]
    rows, of = np.empty(most, np.int64), np.empty(most, np.int64)
    n, at = 0, 0
    while at < order.size:
        home, stop = household[parents[order[at]]], at + 1
        while stop < order.size and household[parents[order[stop]]] == home:
            stop += 1
        i = head[home]
        while i != NOBODY:
            if present[i] != 0 and household[i] == home and age[i] < ADULT:
                found = -1
                for k in order[at:stop]:
                    if parents[k] == i:
                        found = -1
                        break
                    if key[parents[k]] == mother_key[i]:
                        found = k
                if found >= 0:
                    rows[n], of[n] = i, found
                    n += 1
            i = following[i]
        at = stop
    return rows[:n], of[:n]


def own_children(m: Settlement, parents: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows of minors whose mother is among these persons and lives with them, and her position."""
    p = m.person.columns
    order = np.argsort(p["household"][parents], kind="stable")
    return _own_children(parents, order, *m.index(), p["present"], p["household"], p["age"], p["key"], p["mother_key"])


@njit()
def _rooms(size):
    """Bedrooms at two persons each, 1 to 4."""
    return min(max((size + 1) // 2, 1), 4)


@njit()
def _means(row, household, earnings, adults, other_income):
    """Monthly income that a person would take along: earnings and a part of other income, $."""
    home = household[row]
    return np.float64(earnings[row]) + np.float64(other_income[home]) / max(np.float64(adults[home]), 1.0)


@njit()
def _means_of(rows, household, earnings, adults, other_income):
    out = np.empty(rows.size)
    for k in range(rows.size):
        out[k] = _means(rows[k], household, earnings, adults, other_income)
    return out


def means_of(m: Settlement, rows: np.ndarray) -> np.ndarray:
    """Monthly income that these persons would take along, $."""
    person, household = m.person.columns, m.household.columns
    return _means_of(rows, person["household"], person["earnings"], household["adults"], household["other_income"])


def look_for_homes(m: Settlement, founders: np.ndarray, size: np.ndarray, income: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Look for rented homes for persons who live with others; their household lends its record."""
    person = m.person.columns
    return find_homes(
        m,
        Seekers(
            key=person["key"][founders],
            homes=person["household"][founders].astype(np.int64),
            income=income,
            bedrooms=bedrooms_for(size),
            race=person["race"][founders],
            how=np.full(founders.size, PRESSED | EXTRA, np.uint8),
        ),
    )


@njit()
def _people(founders, rows, of, homes, household, role):
    for k in range(founders.size):
        household[founders[k]], role[founders[k]] = homes[k], 0
    for k in range(rows.size):
        household[rows[k]], role[rows[k]] = homes[of[k]], 2


@njit()
def _found(
    founders, of, homes, old, chosen, paid, first, taken, guideline, p_earnings, savings, capital_income, vehicles,
    adults, other_income, income_year, earnings, income, resources_year, persons, bedrooms, poverty_ratio, income_band,
    neighborhood, tenure, rent, shelter_months, moved, eviction_record, kin_nearby, couple_months,
):  # fmt: skip
    """What new households have and where they live, and what is left of it where they come from."""
    size = np.ones(founders.size, np.int64)
    for k in of:
        size[k] += 1
    for k in range(founders.size):
        h, source = homes[k], old[k]
        savings[h] = np.float64(savings[source]) * taken
        capital_income[h] = np.float64(capital_income[source]) * taken
        vehicles[h] = 1 if vehicles[source] >= 2 else 0
        month = np.float64(p_earnings[founders[k]]) + np.float64(other_income[source]) / max(np.float64(adults[h]), 1.0)
        ratio = month * 12 / (guideline[0] + guideline[1] * max(np.float64(size[k]) - 1.0, 0.0))
        income_year[h], earnings[h], income[h], resources_year[h] = month * 12, month, month, 0.0
        persons[h], bedrooms[h], poverty_ratio[h] = size[k], _rooms(size[k]), ratio
        income_band[h] = 0 if ratio < 1 else (1 if ratio < 2 else (2 if ratio < 4 else 3))
        lives = chosen[k] >= 0
        if lives:
            neighborhood[h] = chosen[k]
        tenure[h], rent[h] = 1 if lives else 3, paid[k] if lives else 0.0
        shelter_months[h], moved[h] = 0 if lives else 1, 0
        if first:
            eviction_record[h], kin_nearby[h], couple_months[h] = 0, 1, _NEVER
    rest = np.float32(1.0 - taken)
    for k in range(founders.size):  # who leaves together takes a share of the same
        source = old[k]
        savings[source] *= rest
        capital_income[source] *= rest
        vehicles[source] = max(np.int64(vehicles[source]) - np.int64(vehicles[homes[k]]), 0)


def _guideline(m: Settlement) -> np.ndarray:
    """Poverty guideline of one person, and of each more, $/year."""
    return np.array([np.atleast_1d(m.k(f"benefits.guideline_{of}"))[-1] for of in ("first", "each_more")])


def found_homes(
    m: Settlement, founders: np.ndarray, rows: np.ndarray, of: np.ndarray, chosen: np.ndarray, paid: np.ndarray, *,
    taken: float, first: bool,
) -> None:  # fmt: skip
    """Make new households for founders, in the block where they live; `rows` go along with founder `of`.

    Founders become householders, the others their children; a share of savings and lasting income (`taken`) and one
    of two cars go with them. They live where they have found a home (`chosen`, `paid`), else with relatives or
    friends. With a first home goes no eviction on record, and parents within reach and kept in touch with.
    """
    person, household = m.person, m.household
    old = m.hold("household", person["household"][founders])
    homes = m.hold("household", take(m, "household", household.block_of(old)))
    household.copy_rows(old, homes, own=True, without=_FRESH)  # these are as `take` left them, 0
    household["key"][homes] = m.home_keys(person["key"][founders])
    everyone = np.concatenate([founders, rows])
    m.unlink(everyone)
    _people(founders, rows, of, homes, person["household"], person["role"])
    m.link(everyone)
    h, guideline = household.columns, m.once("guideline", lambda: _guideline(m))
    _found(
        founders, of, homes, old, chosen, paid, first, float(taken), guideline, person["earnings"], h["savings"],
        h["capital_income"], h["vehicles"], h["adults"], h["other_income"], h["income_year"], h["earnings"], h["income"],
        h["resources_year"], h["persons"], h["bedrooms"], h["poverty_ratio"], h["income_band"], h["neighborhood"], h["tenure"],
        h["rent"], h["shelter_months"], h["moved"], h["eviction_record"], h["kin_nearby"], h["couple_months"],
    )  # fmt: skip
    m.touched += [old, homes]
    if first:
        m.kin(homes, old)
