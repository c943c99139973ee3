"""A small community with random but plausible values in all columns: no place in Connecticut, made to exercise code.

>>> from hecsim.toy import toy_community
>>> toy_community(households=50, seed=1).residents > 50
True
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hecsim import luck
from hecsim.columns import SCHEMA
from hecsim.community import Community, Ties
from hecsim.tables import NONE, Table

__all__ = ["toy_community"]


def _unit(name: str, keys: np.ndarray, seed: int) -> np.ndarray:
    return luck.uniforms(seed=seed, decision=f"toy.{name}", month=0, keys=keys).astype(float)


def _fill_random(table: Table, seed: int, rows: np.ndarray) -> None:
    """Plausible values in every column that nobody set by hand."""
    keys = luck.founder_keys(seed, table.name, table.size)
    for name, column in table.schema.items():
        u = _unit(f"{table.name}.{name}", keys, seed)[rows]
        values = table.columns[name]
        if column.ref or name == "key":
            continue
        if column.unit == "flag":
            draw: Any = u < 0.2
        elif column.unit == "code" and column.codes:
            draw = np.floor(u * len(column.codes))
        elif column.unit == "SD":
            draw = (u - 0.5) * 3.46
        elif column.unit.startswith("$"):
            draw = u * 1500
        elif column.unit == "HEI":
            draw = 40 + 30 * u
        elif column.unit == "month":
            draw = np.floor(u * 20)
        elif column.unit == "bits":
            draw = np.floor(u * u * u * 255)
        elif column.unit == "count":
            draw = np.floor(u * 3)
        else:
            draw = 0.1 + 0.8 * u
        values[rows] = draw[:, None] if column.width > 1 else draw
    if "key" in table:
        table.columns["key"][:] = keys


def toy_community(
    households: int = 400, *, seed: int = 1, neighborhoods: int = 6, blocks: int = 2, spare: float = 0.3
) -> Community:
    """A small community with random but plausible values in all columns.

    Household `i` has 1 to 5 members: a householder, often a partner, children, sometimes a grandparent.
    It is no place in Connecticut; it exists to exercise code.
    """
    keys = luck.founder_keys(seed, "household", households)
    size = 1 + np.floor(_unit("size", keys, seed) * 5).astype(int)
    per_block = np.array_split(np.arange(households), blocks)
    tables = {
        "household": Table.empty(
            "household", SCHEMA["household"], [len(b) for b in per_block], [int(len(b) * spare) + 8 for b in per_block]
        ),
        "person": Table.empty(
            "person",
            SCHEMA["person"],
            [int(size[b].sum()) for b in per_block],
            [int(size[b].sum() * spare) + 16 for b in per_block],
        ),
    }
    for name, n in (("neighborhood", neighborhoods), ("business", 5 * neighborhoods), ("town", 1), ("organization", 14)):
        tables[name] = Table.empty(name, SCHEMA[name], [n])
        _fill_random(tables[name], seed, np.arange(n))
    hh, pp = tables["household"], tables["person"]
    h_rows, p_rows = hh.rows_in_use(), pp.rows_in_use()
    _fill_random(hh, seed, h_rows)
    _fill_random(pp, seed, p_rows)
    hh["key"][h_rows], pp["key"][p_rows] = keys, luck.founder_keys(seed, "person", p_rows.size)
    hh["present"][h_rows], pp["present"][p_rows] = 1, 1
    pp["exit"][p_rows] = 0
    hh["neighborhood"][h_rows] = np.minimum(np.arange(households) * neighborhoods // households, neighborhoods - 1)
    owner = np.repeat(h_rows, size)
    pp["household"][p_rows] = owner
    u = _unit("household.voucher", luck.founder_keys(seed, "household", hh.size), seed)[h_rows]
    hh["voucher"][h_rows] = np.where(u < 0.03, 2, u < 0.2)
    _toy_families(hh, pp, h_rows, p_rows, size, seed)
    _toy_places(tables, neighborhoods, seed)
    rng_targets = np.floor(_unit("ties", luck.founder_keys(seed, "tie", households * 4), seed) * households).astype(int)
    indptr = np.zeros(hh.size + 1, np.int64)
    counts = np.zeros(hh.size, np.int64)
    counts[h_rows] = 4
    indptr[1:] = np.cumsum(counts)
    ties = Ties(indptr.astype(np.uint32), h_rows[rng_targets].astype(np.uint32), np.zeros(households * 4, np.uint8))
    return Community("toy", tables, {"neighborhood": [f"N{i}" for i in range(neighborhoods)], "town": ["Toy"]}, ties, seed)


def _toy_families(hh: Table, pp: Table, h_rows: np.ndarray, p_rows: np.ndarray, size: np.ndarray, seed: int) -> None:
    keys = pp["key"][p_rows]
    position = np.arange(p_rows.size) - np.repeat(np.cumsum(size) - size, size)
    u = _unit("age", keys, seed)
    couple = np.where(size > 1, 1 + (_unit("couple", hh["key"][h_rows], seed) < 0.7), 0).astype(np.uint8)
    couple[_unit("single", hh["key"][h_rows], seed) < 0.3] = 0
    hh["couple"][h_rows] = couple
    partnered = np.repeat(couple > 0, size)
    role = np.where(position == 0, 0, np.where((position == 1) & partnered, 1, 2)).astype(np.uint8)
    elder = (position == 4) & (u < 0.4)
    role[elder] = 3
    pp["role"][p_rows] = role
    lone = np.repeat(size == 1, size)
    parent_age = 12 * (24 + 21 * np.repeat(_unit("parent", hh["key"][h_rows], seed), size) + 3 * u)
    age = np.where(
        role <= 1, np.where(lone, 12 * (20 + 65 * u), parent_age), np.where(role == 3, 12 * (55 + 30 * u), 12 * 17.9 * u)
    )
    pp["age"][p_rows] = age
    pp["sex"][p_rows] = np.where(role == 1, 0, np.where((role == 0) & partnered, 1, u * 1000 % 1 < 0.5))
    adult = age >= 216
    labor = np.where(
        ~adult, 0, np.where(age > 12 * 66, 3, 1 + (_unit("labor", keys, seed) > 0.94) + (_unit("out", keys, seed) > 0.7))
    )
    pp["labor"][p_rows] = np.minimum(labor, 3)
    pp["employer"][p_rows] = NONE
    bmi = 22 + 14 * _unit("bmi", keys, seed)
    height = np.where(adult, 155 + 25 * _unit("height", keys, seed), np.where(age >= 24, 86 + 0.42 * (age - 24), 0))
    pp["height"][p_rows], pp["bmi"][p_rows] = height, np.where(age >= 24, np.where(adult, bmi, 15 + 5 * u), 0)
    weight = np.where(age >= 24, pp["bmi"][p_rows] * (height / 100) ** 2, 3.5 + 0.4 * age)
    pp["weight"][p_rows], pp["set_point"][p_rows] = weight, weight
    fertile = (pp["sex"][p_rows] == 1) & (age > 216) & (age < 540)
    pregnant = fertile & (_unit("pregnant", keys, seed) < 0.05)
    pp["pregnancy"][p_rows] = np.where(pregnant, 1 + np.floor(u * 9), 0)
    for column, value in (("parity", fertile & (u < 0.5)), ("leaving", 0), ("sentence", 0), ("placed", 0), ("treated", 0),
                          ("wage", np.where(adult, 15 + 30 * u, 0)), ("hours", np.where(adult, 38, 0)),
                          ("prenatal_bits", 0), ("mover", 0), ("record", adult & (u > 0.9)),
                          ("ace_new", 0), ("cps_new", 0), ("ace_age", np.full((p_rows.size, 15), 255)),
                          ("since_birth", 255), ("released", 255), ("leave_weeks", 0), ("activity", 60 + 200 * u),
                          ("unemployed_months", np.where(pp["labor"][p_rows] == 2, 3, 0)),
                          ("health_cost", 400), ("utility", 0.85)):  # fmt: skip
        pp[column][p_rows] = value
    pp["labor"][p_rows[(pp["labor"][p_rows] == 1)]] = 1
    local = np.repeat(np.arange(h_rows.size), size)
    for column, mask in (("persons", np.ones(p_rows.size, bool)), ("adults", adult), ("children", ~adult),
                         ("under6", age < 72), ("under13", age < 156), ("elders", age >= 720),
                         ("workers", pp["labor"][p_rows] == 1)):  # fmt: skip
        hh[column][h_rows] = np.bincount(local[mask], minlength=h_rows.size)
    youngest = np.full(h_rows.size, 2000)
    np.minimum.at(youngest, local, age.astype(int))
    hh["youngest"][h_rows] = youngest
    income = 15_000 + 90_000 * _unit("income", hh["key"][h_rows], seed)
    for column, value in (("income_year", income), ("poverty_ratio", income / (10_150 + 5_500 * size)),
                          ("earnings", income / 12), ("income", income / 14), ("resources_year", income * 0.9),
                          ("rent", 700 + income / 90),
                          ("tenure", (_unit("tenure", hh["key"][h_rows], seed) < 0.5)), ("bedrooms", 2), ("filing", 0),
                          ("moved", 255), ("wants_move", 0), ("eviction_record", 0), ("eviction_clock", 0),
                          ("food_need", 290 * size), ("food_budget", 330 * size), ("arrears", 0),
                          ("hardship", _unit("hardship", hh["key"][h_rows], seed) * 0.3), ("public_cost", 0),
                          ("free_time", 30), ("food_price", 1.0), ("insecure_bits", 0), ("insecure_months", 0),
                          ("couple_months", 48), ("shelter_months", 0), ("vehicles", 1)):  # fmt: skip
        hh[column][h_rows] = value


def _toy_places(tables: dict[str, Table], neighborhoods: int, seed: int) -> None:
    n, b, o = tables["neighborhood"], tables["business"], tables["organization"]
    for column, value in (("town", 0), ("scale", 1), ("fmr", 1653), ("fmr_area", 0), ("care_region", 0), ("demand", 1),
                          ("violence", 1.0), ("violence_base", 1.0), ("rent_level", 1.0), ("vacancy", 0.04),
                          ("residents", 200), ("mean_activity", 150), ("mean_diet", 58), ("lat", 41.77),
                          ("store_price_car", 1.0), ("store_price_foot", 1.1), ("store_minutes_car", 8),
                          ("store_minutes_foot", 20), ("area", 1.5), ("supermarket_km", 1.5), ("vacant", 1.0)):  # fmt: skip
        n[column][:] = value
    n["lon"][:] = -72.68 + 0.01 * np.arange(neighborhoods)
    b["neighborhood"][:] = np.arange(b.size) % neighborhoods
    b["kind"][:] = np.arange(b.size) % 6
    b["open"][:], b["jobs"][:], b["wage_offer"][:], b["price"][:] = 1, 40, 1.0, 1.0
    o["kind"][:] = np.arange(o.size) % 14
    o["neighborhood"][:] = np.arange(o.size) % neighborhoods
