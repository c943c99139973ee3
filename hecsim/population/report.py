"""How well a community reproduces its margins: every table, every place, target beside simulated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hecsim.columns import EDUCATION as LEVELS
from hecsim.columns import RACE
from hecsim.community import Community
from hecsim.errors import CommunityDataError
from hecsim.geography import Geography, joint
from hecsim.population.build import parameters
from hecsim.population.incomes import BAND_EDGES, BURDENS
from hecsim.population.library import CENSUS_TYPES
from hecsim.population.targets import AGE_GROUPS, AGES, BANDS, SIZES, Targets, make_targets

__all__ = ["margins", "worst"]

POVERTY = ("below 50%", "50 to 99%", "100 to 199%", "200% and more")


@dataclass
class _Table:
    """Counts by place: target shares of a universe of `weight`, and simulated counts, both (P, K)."""

    name: str
    categories: Sequence[str]
    target: np.ndarray
    weight: np.ndarray
    counts: np.ndarray
    universe: np.ndarray
    town_only: bool = False


@dataclass
class _Seen:
    """The community's rows, ready to count: h_ arrays by household in use, p_ arrays by resident."""

    h_tract: np.ndarray
    h_size: np.ndarray
    tenure: np.ndarray
    income: np.ndarray
    band: np.ndarray
    burden: np.ndarray
    computed: np.ndarray
    vehicles: np.ndarray
    race: np.ndarray
    census: np.ndarray
    p_tract: np.ndarray
    years: np.ndarray
    sex: np.ndarray
    p_race: np.ndarray
    education: np.ndarray
    foreign: np.ndarray
    poverty: np.ndarray


def margins(community: Community, geography: Geography, *, level: str | None = None) -> pd.DataFrame:
    """Target and simulated share of every category of every table, worst first.

    Columns: place, table, category, target, simulated, error (simulated minus target, as shares),
    level ("neighborhood", "town" or "community"), universe (simulated people or households described).
    Targets describe people in homes: where group quarters are a large part of a tract, its ages, sex,
    race and nativity are corrected (see the notes of the community). `level` keeps one level only.
    """
    p = parameters()
    t = make_targets(geography, None, p)
    if community.neighborhood.size != t.n or list(community.labels["geoid"]) != list(geography.tracts["geoid"]):
        raise CommunityDataError(
            "the community and the geography do not have the same neighborhoods",
            rows=community.neighborhood.size,
            hint="Give the geography that the community was built from",
        )
    seen = _look(community, float(p["dollars_2025"]))
    frames = []
    town_names = list(geography.towns)
    levels: list[tuple[str, np.ndarray, list[str]]] = [
        ("neighborhood", np.arange(t.n), community.labels["neighborhood"]),
        ("town", t.town, town_names),
        ("community", np.zeros(t.n, np.int64), [community.name]),
    ]
    tables = list(_tract_tables(t, seen)) + list(_town_tables(t, seen))
    for name, group, places in levels:
        if level is not None and level != name:
            continue
        for table in tables:
            if table.town_only and name == "neighborhood":
                continue
            to = (
                group
                if not table.town_only
                else (np.arange(len(town_names)) if name == "town" else 0 * np.arange(len(town_names)))
            )
            frames.append(_compare(table, to, places, name))
    out = pd.concat(frames, ignore_index=True)
    order = np.argsort(-out["error"].abs().to_numpy(), kind="stable")
    return out.iloc[order].reset_index(drop=True)


def worst(table: pd.DataFrame) -> pd.DataFrame:
    """Mean and greatest absolute error by level and table, in percentage points, weighted by universe."""
    rows = []
    for (level, name), part in table.groupby(["level", "table"]):
        error = part["error"].abs().to_numpy() * 100.0
        weight = part["universe"].to_numpy(float)
        rows.append((level, name, np.average(error, weights=weight), error.max(), len(part)))
    return pd.DataFrame(rows, columns=["level", "table", "mean_points", "max_points", "rows"])


def _compare(table: _Table, group: np.ndarray, places: Sequence[str], level: str) -> pd.DataFrame:
    n = len(places)
    k = len(table.categories)
    known = ~np.isnan(table.target).any(axis=1)
    weight = np.where(known[:, None], np.broadcast_to(table.weight, table.target.shape), 0.0)
    goal, mass, have, all_of = (np.zeros((n, k)) for _ in range(4))
    np.add.at(goal, group, np.nan_to_num(table.target) * weight)
    np.add.at(mass, group, weight)
    np.add.at(have, group, np.where(known[:, None], table.counts, 0.0))
    np.add.at(all_of, group, np.where(known[:, None], np.broadcast_to(table.universe, table.counts.shape), 0.0))
    there = (mass > 0) & (all_of > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        target, simulated = goal / mass, have / all_of
    row, column = np.nonzero(there)
    return pd.DataFrame({
        "place": np.asarray(places, object)[row],
        "table": table.name,
        "category": np.asarray(table.categories, object)[column],
        "target": target[there],
        "simulated": simulated[there],
        "error": (simulated - target)[there],
        "level": level,
        "universe": all_of[there].astype(np.int64),
    })  # fmt: skip


def _look(c: Community, dollars: float) -> _Seen:
    hh, pp = c.household, c.person
    h = np.flatnonzero(hh["present"] == 1)
    rows = np.flatnonzero(pp["present"] == 1)
    local = np.full(hh.size, -1, np.int64)
    local[h] = np.arange(len(h))
    home = local[pp["household"][rows].astype(np.int64)]
    role, age = pp["role"][rows], pp["age"][rows].astype(np.int64)
    head = rows[role == 0]
    at = home[role == 0]
    race = np.zeros(len(h), np.int64)
    woman = np.zeros(len(h), bool)
    race[at], woman[at] = pp["race"][head], pp["sex"][head] == 1
    income = hh["income_year"][h].astype(float) / dollars
    rent, tenure = hh["rent"][h].astype(float), np.minimum(hh["tenure"][h], 1).astype(np.int64)
    computed = (income > 0) & ~((tenure == 1) & (rent <= 0))
    ratio = rent * 12.0 / np.maximum(income * dollars, 1.0)

    def any_of(mask: np.ndarray) -> np.ndarray:
        return np.bincount(home[mask], minlength=len(h)) > 0

    own_child = any_of((role == 2) & (age < 216))
    # Homes shared by other relatives look like roommates in the roles; the synthesis noted their keys.
    kin = any_of((role == 2) | (role == 3)) | np.isin(hh["key"][h], c.extras.get("kin_homes", np.zeros(0, np.uint64)))
    married = hh["couple"][h] == 2
    single = np.where(woman, np.where(own_child, 2, 3), np.where(own_child, 4, 5))
    census = np.where(married, np.where(own_child, 0, 1), np.where(kin, single, 6))
    return _Seen(
        h_tract=hh["neighborhood"][h].astype(np.int64),
        h_size=np.minimum(np.bincount(home, minlength=len(h)), 4).clip(1),
        tenure=tenure,
        income=income,
        band=np.digitize(income, BAND_EDGES),
        burden=np.digitize(ratio, (0.2, 0.3)),
        computed=computed,
        vehicles=np.minimum(hh["vehicles"][h], 4).astype(np.int64),
        race=race,
        census=census,
        p_tract=hh["neighborhood"][pp["household"][rows].astype(np.int64)].astype(np.int64),
        years=age // 12,
        sex=pp["sex"][rows].astype(np.int64),
        p_race=pp["race"][rows].astype(np.int64),
        education=pp["education"][rows].astype(np.int64),
        foreign=(pp["foreign_born"][rows] != 0).astype(np.int64),
        poverty=hh["poverty_ratio"][pp["household"][rows].astype(np.int64)].astype(float),
    )


def _count(group: np.ndarray, category: np.ndarray, n: int, k: int, mask: np.ndarray | None = None) -> np.ndarray:
    if mask is not None:
        group, category = group[mask], category[mask]
    return np.bincount(group * k + category, minlength=n * k).reshape(n, k).astype(float)


def _shares(name: str, categories: Sequence[str], target: np.ndarray, real: np.ndarray, counts: np.ndarray) -> _Table:
    return _Table(name, categories, target, real[:, None], counts, counts.sum(axis=1, keepdims=True))


def _tract_tables(t: Targets, s: _Seen) -> Iterator[_Table]:
    n, i = t.n, t.inputs
    homes = i["households"].to_numpy(float)
    people = t.at_home
    yield _shares("age", AGES, t.age, people, _count(s.p_tract, np.digitize(s.years, (5, 18, 35, 55, 65)), n, 6))
    yield _shares("sex", ("male", "female"), t.sex, people, _count(s.p_tract, s.sex, n, 2))
    yield _shares("race", RACE, t.race, people, _count(s.p_tract, s.p_race, n, 5))
    foreign = np.stack([1.0 - t.foreign, t.foreign], axis=1)
    yield _shares("foreign born", ("no", "yes"), foreign, people, _count(s.p_tract, s.foreign, n, 2))
    adult = s.years >= 25
    yield _shares("education 25+", LEVELS, t.education, i["adults_25_up"].to_numpy(float),
                  _count(s.p_tract, s.education, n, 4, adult))  # fmt: skip
    yield _shares("household size", SIZES, t.size, homes, _count(s.h_tract, s.h_size - 1, n, 4))
    rent = i["renter"].to_numpy(float)
    yield _shares(
        "tenure",
        ("owner", "renter"),
        np.stack([1.0 - rent, rent], axis=1),
        homes,
        _count(s.h_tract, s.tenure, n, 2),
    )
    no_car = i["no_vehicle"].to_numpy(float)
    yield _shares("vehicles", ("none", "one or more"), np.stack([no_car, 1.0 - no_car], axis=1), homes,
                  _count(s.h_tract, np.minimum(s.vehicles, 1), n, 2))  # fmt: skip
    income = i[[f"income_{b}" for b in BANDS]].to_numpy(float)
    yield _shares("income", BANDS, income, homes, _count(s.h_tract, s.band, n, 5, s.computed))
    renters = i["renter_households"].to_numpy(float)
    income = i[[f"renter_income_{b}" for b in BANDS]].to_numpy(float)
    yield _shares(
        "income of renters",
        BANDS,
        income,
        renters,
        _count(s.h_tract, s.band, n, 5, s.computed & (s.tenure == 1)),
    )
    heavy = ((s.burden == 2) & s.computed).astype(np.int64)
    every = np.ones(len(heavy), bool)
    for name, column, weight, mask in (
        ("cost burden", "burdened", homes, every),
        ("cost burden of renters", "renters_burdened", renters, s.computed & (s.tenure == 1)),
        ("cost burden of owners", "owners_burdened", homes - renters, s.computed & (s.tenure == 0)),
    ):
        share = i[column].to_numpy(float)
        yield _shares(name, ("below 30%", "30% or more"), np.stack([1.0 - share, share], axis=1), weight,
                      _count(s.h_tract, heavy, n, 2, mask))  # fmt: skip
    yield from _poverty(t, s)
    yield from _joints(t, s)


def _poverty(t: Targets, s: _Seen) -> Iterator[_Table]:
    people = t.at_home
    young = t.age[:, 0] + t.age[:, 1]
    every = np.ones(len(s.years), bool)
    for column, line, mask, weight in (
        ("poor_below_50", 0.5, every, people), ("poor_below_100", 1.0, every, people),
        ("poor_below_200", 2.0, every, people), ("child_poor_below_100", 1.0, s.years < 18, people * young),
        ("child_poor_below_200", 2.0, s.years < 18, people * young),
        ("senior_poor_below_100", 1.0, s.years >= 65, people * t.age[:, 5]),
    ):  # fmt: skip
        counts = _count(s.p_tract, (s.poverty >= line).astype(np.int64), t.n, 2, mask)
        yield _Table("poverty", (column,), t.inputs[[column]].to_numpy(float), weight[:, None], counts[:, :1],
                     counts.sum(axis=1, keepdims=True))  # fmt: skip


def _joints(t: Targets, s: _Seen) -> Iterator[_Table]:
    cells = [(a, b, c) for a in ("owner", "renter") for b in BANDS for c in BURDENS]
    table = t.cells[cells].to_numpy(float)
    total = table.sum(axis=1)
    code = (s.tenure * 5 + s.band) * 3 + s.burden
    share = np.where(total[:, None] > 0, table / np.maximum(total, 1e-9)[:, None], np.nan)
    yield _shares("tenure by income by burden", [", ".join(c) for c in cells], share, total,
                  _count(s.h_tract, code, t.n, 30, s.computed))  # fmt: skip
    cells2 = [(a, b) for a in ("1", "2", "3", "4_up") for b in ("0", "1", "2", "3", "4_up")]
    table = t.vehicles[cells2].to_numpy(float)
    total = table.sum(axis=1)
    share = np.where(total[:, None] > 0, table / np.maximum(total, 1e-9)[:, None], np.nan)
    yield _shares("size by vehicles", [", ".join(c) for c in cells2], share, total,
                  _count(s.h_tract, (s.h_size - 1) * 5 + s.vehicles, t.n, 20))  # fmt: skip


def _town_tables(t: Targets, s: _Seen) -> Iterator[_Table]:
    m = len(t.geography.towns)
    town = t.town[s.h_tract]
    homes = np.bincount(t.town, t.inputs["households"].to_numpy(float), m)
    yield _town("household type", CENSUS_TYPES, t.census, homes, _count(town, s.census, m, 7))
    for name, categories, code, share in (
        ("renters by household type", CENSUS_TYPES, s.census, t.renters_of_type),
        ("renters by race of householder", RACE, s.race, t.renters_of_race),
    ):
        k = len(categories)
        there = _count(town, code, m, k)
        rent = _count(town, code, m, k, s.tenure == 1)
        for c in range(k):
            # Weights in the simulated universe: the real one of this vintage is not published.
            yield _Table(name, (categories[c],), share[:, [c]], there[:, [c]], rent[:, [c]], there[:, [c]], True)
    table = t.geography.joint("age_poverty")
    if table is None:
        return
    table = table.reindex(list(t.geography.towns)).fillna(0.0)
    ratio = list(joint("age_poverty", "state").columns.get_level_values("ratio").unique())
    group = np.digitize(np.arange(len(ratio)), (1, 3, 8))  # below 50, 50-99, 100-199, 200 and more
    person_town = t.town[s.p_tract]
    band = np.digitize(s.years, (6, 12, 18, 25, 35, 45, 55, 65, 75))
    kind = np.digitize(s.poverty, (0.5, 1.0, 2.0))
    for a, name in enumerate(AGE_GROUPS):
        by = table[name][ratio].to_numpy(float)
        real = np.stack([by[:, group == g].sum(axis=1) for g in range(4)], axis=1)
        total = real.sum(axis=1)
        share = np.where(total[:, None] > 0, real / np.maximum(total, 1e-9)[:, None], np.nan)
        yield _town("age by poverty", [f"{name}, {k}" for k in POVERTY], share, total,
                    _count(person_town, kind, m, 4, band == a))  # fmt: skip


def _town(name: str, categories: Sequence[str], share: np.ndarray, real: np.ndarray, counts: np.ndarray) -> _Table:
    return _Table(name, categories, share, real[:, None], counts, counts.sum(axis=1, keepdims=True), True)
