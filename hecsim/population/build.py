"""`build_community`: from the tables of any set of towns to a community of families, homes and places."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from hecsim import evidence, luck
from hecsim import geography as geo
from hecsim.columns import SCHEMA
from hecsim.community import Community, Ties
from hecsim.errors import CommunityDataError
from hecsim.geography import Geography
from hecsim.memory import give_back
from hecsim.population import homes, institutions, people, places, ties
from hecsim.population.families import Families, draw_families, place_persons
from hecsim.population.incomes import incomes
from hecsim.population.library import HEAD_EDGES, Library, build_library
from hecsim.population.targets import Targets, make_targets
from hecsim.tables import Table

__all__ = ["build_community", "count_members", "parameters"]

SPARE = 0.14  # rows kept free for a year of births, arrivals and changes of household


def parameters() -> dict[str, Any]:
    """Central values of the room "population" by short name, and the poverty guideline of 2025."""
    draw = evidence.draw(None)
    p = {name.partition(".")[2]: value for name, value in draw.items() if name.startswith("population.")}
    first = evidence.parameter("benefits.guideline_first")
    at = first.axis.index("2025-01")
    p["guideline_first"] = float(np.atleast_1d(draw["benefits.guideline_first"])[at])
    p["guideline_more"] = float(np.atleast_1d(draw["benefits.guideline_each_more"])[at])
    return p


def build_community(
    towns: str | Iterable[str] | Geography = "Hartford",
    *,
    households: int | None = None,
    seed: int = 1,
    block_persons: int = 32_000,
    vignette: Any = None,
    histories: bool = True,
    progress: Callable[[str, float], None] | None = None,
) -> Community:
    """Build a synthetic community for any set of towns, touching or not.

    towns : a name, several names, "all", "region:...", "county:...", or a `Geography`
    households : simulated households; None for as many as there are. Fewer scale the places down and
        record what one simulated resident stands for in the columns `scale`
    seed : of the synthesis; the same request and seed give the same community to the bit
    block_persons : persons that a block of whole neighborhoods aims at
    vignette : a named family to place: "founding_family", a file, or a `Vignette`
    histories : also draw histories (jobs, adversity, weight, disease, ...); False leaves those columns empty
    progress : called with what is being done and the share done

    >>> from hecsim.population import build_community
    >>> build_community("Andover", households=100, histories=False).household["present"].sum()
    np.int64(100)
    """
    say = progress or (lambda what, done: None)
    say("reading tables", 0.0)
    g = towns if isinstance(towns, Geography) else geo.select(towns)
    if block_persons < 1:
        raise CommunityDataError(f"block_persons must be at least 1, not {block_persons}")
    p = parameters()
    t = make_targets(g, households, p)
    rng = np.random.default_rng([int(seed) & 0xFFFFFFFFFFFFFFFF, luck.decision_id("population")])
    library = build_library(p, rng)
    library, families = draw_families(library, t, p, rng, say)
    community = _assemble(g, t, library, families, p, seed, block_persons, rng, say)
    del library, families  # as large as a sixth of the community
    give_back()
    community.notes.extend(_assumed(g, t))

    from hecsim.population import vignette as stories

    story = stories.read(vignette) if vignette is not None else None
    seat = stories.seat(community, story, rng) if story is not None else None
    count_members(community)
    if histories:
        from hecsim.population import histories as rooms
        from hecsim.population.relive import keep_before

        keep_before(community)
        say("histories", 0.8)
        rooms.run(community, seed, say)
        give_back()
    if story is not None and seat is not None:
        stories.apply(community, story, seat, rng)
        if histories:
            rooms.recount(community, evidence.draw(None))
        else:
            count_members(community)
    say("done", 1.0)
    return community


def _assumed(g: Geography, t: Targets) -> list[str]:
    """Say what the tables lacked, like places together; tracts where nobody is simulated are left out."""
    empty = set(t.inputs["geoid"][t.households == 0].astype(str))
    found: dict[tuple[str, str, str], list[str]] = {}
    for a in g.assumptions:
        if a.place not in empty:
            found.setdefault((a.place, a.used, a.why), []).append(a.column)
    alike: dict[tuple[str, str, str], list[str]] = {}
    for (place, used, why), columns in found.items():
        alike.setdefault((", ".join(columns), used, why), []).append(place)
    said = []
    for (listed, used, why), where in alike.items():
        names = ", ".join(where) if len(where) <= 3 else f"{where[0]} and {len(where) - 1} other places"
        said.append(f"{names}: {listed} assumed from {used} ({why})")
    return said


def _name(g: Geography) -> str:
    if len(g.towns) == len(geo.towns()) and g.source == "packaged":
        return "Connecticut"
    return ", ".join(g.towns) if len(g.towns) <= 3 else f"{', '.join(g.towns[:2])} and {len(g.towns) - 2} more towns"


def _blocks(tract: np.ndarray, size: np.ndarray, n_tracts: int, block_persons: int) -> np.ndarray:
    """Block of each tract: runs of whole neighborhoods of about `block_persons` persons."""
    persons = np.bincount(tract, size, n_tracts)
    blocks = max(1, round(float(persons.sum()) / block_persons))
    # The middle of each tract along the line of people decides, so blocks are as even as tracts allow.
    middle = np.cumsum(persons) - persons / 2.0
    block = np.minimum((middle / max(persons.sum(), 1.0) * blocks).astype(np.int64), blocks - 1)
    _, dense = np.unique(block, return_inverse=True)
    return dense


def _assemble(
    g: Geography, t: Targets, lib: Library, f: Families, p: Mapping[str, Any], seed: int, block_persons: int,
    rng: np.random.Generator, say: Callable[[str, float], None],
) -> Community:  # fmt: skip
    """All tables but histories."""
    chosen, tract = f.chosen, f.tract
    person = place_persons(lib, f, rng)
    say("people", 0.3)
    size = lib.size[chosen]
    race = people.household_race(lib, chosen, tract, t, p, rng)
    member_race = people.person_race(race, person, tract, p, rng)
    foreign = people.nativity(member_race, person, tract, t, p, rng)
    language = people.languages(member_race, foreign, person, p, rng)
    say("homes and incomes", 0.45)
    rent = homes.tenure(lib, chosen, tract, race, t, p, rng)
    guideline = p["guideline_first"] + p["guideline_more"] * (size - 1.0)
    deflate = float(p["dollars_2025"])
    income, category, burden = incomes(
        lib, chosen, tract, race, rent, guideline / deflate, t, p, rng
    )  # 2023 dollars, as in the tables
    rank = _rank(income, tract, t.n, rng)
    education = people.education(member_race, person, rank, tract, t, p, rng)
    say("members", 0.6)

    tract_block = _blocks(tract, size, t.n, block_persons)
    of_home = tract_block[tract]
    tables = {
        "household": _table("household", np.bincount(of_home)),
        "person": _table("person", np.bincount(of_home, size).astype(np.int64)),
    }
    hh, pp = tables["household"], tables["person"]
    h_rows, p_rows = hh.rows_in_use(), pp.rows_in_use()
    rooms = homes.bedrooms(lib, chosen, rent, p, rng)
    market, owner = (a[t.town[tract]] for a in places.fair_rent(t, p))
    cost = homes.rents(income, category, burden, rent, rooms, market, owner, p, rng)
    couple = lib.couple[chosen]
    head_age = lib.age[chosen, 0]
    hh["key"][h_rows] = luck.founder_keys(seed, "household", len(h_rows))
    for column, values in (
        ("neighborhood", tract), ("present", 1), ("couple", couple), ("tenure", rent),
        ("rent", cost * deflate), ("bedrooms", rooms), ("income_year", income * deflate),
        ("poverty_ratio", income * deflate / guideline),
        ("vehicles", homes.vehicles(lib, chosen, tract, rent, rank, t, p, rng)),
        ("voucher", homes.vouchers(t.town[tract], rent, category, _units(t, size, tract, p), p, rng)),
        ("couple_months", _union_months(couple, head_age, p, rng)),
        ("kin_nearby", rng.random(len(h_rows)) < float(p["kin_near"])),
        ("church", rng.random(len(h_rows)) < _attends(race, head_age, p)),
    ):  # fmt: skip
        hh[column][h_rows] = values

    key = luck.founder_keys(seed, "person", len(p_rows))
    pp["key"][p_rows] = key
    disabled = people.limits_work(person, rank, tract, places.any_disability(t, p), p, rng)
    for column, values in (
        ("household", h_rows[person["household"]]), ("present", 1), ("exit", 0), ("age", person["age"]),
        ("sex", person["sex"]), ("race", member_race), ("foreign_born", foreign), ("language", language),
        ("education", education), ("role", person["role"]), ("disabled", disabled),
    ):  # fmt: skip
        pp[column][p_rows] = values
    for column, values in people.mothers(person, key, couple, p, rng).items():
        pp[column][p_rows] = values

    say("places", 0.7)
    where = tract[person["household"]]
    count = np.bincount(where, minlength=t.n).astype(float)
    workers = np.bincount(where, person["age"] >= 16 * 12, t.n)
    degree = (education[np.flatnonzero(person["slot"] == 0)] == 3).astype(np.int64)
    # What the tables hold now is let go before ties need room: of a state, half a gigabyte.
    del person, member_race, foreign, language, education, disabled, key, where, p_rows, of_home, values
    del income, category, burden, rank, rent, cost, rooms, market, owner, guideline, couple, head_age, size
    town = places.town_table(t, count, p)
    hood = places.neighborhood_table(t, count, town["urban"].astype(np.int64), p, seed)
    hood["residents"] = count
    tables |= {"neighborhood": hood, "town": town}
    tables["business"] = institutions.business_table(town, hood, count, workers, p, seed, rng, places.known_stores(g))
    tables["organization"] = institutions.organization_table(town, hood, count, p, seed, rng)
    kin_homes = h_rows[np.isin(lib.kind[chosen], (10, 11))]  # kin who look like roommates by their roles
    graph: Ties = ties.build_ties(hh, h_rows, t.town[tract], degree, race.astype(np.int64), p, rng)
    return Community(
        name=_name(g), tables=tables, labels=places.labels(g), ties=graph, seed=int(seed),
        partners=institutions.partner_links(tables["organization"], hood, p, rng),
        extras=places.data_arrays(t) | {"kin_homes": np.sort(hh["key"][kin_homes])},
        notes=list(t.notes),
    )  # fmt: skip


def _table(name: str, rows: np.ndarray) -> Table:
    return Table.empty(name, SCHEMA[name], rows.tolist(), (np.ceil(rows * SPARE) + 16).astype(np.int64).tolist())


def _rank(income: np.ndarray, tract: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """Income rank inside the tract, standardized: mean 0, SD about 1."""
    order = np.lexsort((rng.random(len(income)), income, tract))
    count = np.bincount(tract, minlength=n)
    first = np.cumsum(count) - count
    out = np.empty(len(income))
    where = tract[order]
    out[order] = ((np.arange(len(income)) - first[where] + 0.5) / count[where] - 0.5) * np.sqrt(12.0)
    return out


def _units(t: Targets, size: np.ndarray, tract: np.ndarray, p: Mapping[str, Any]) -> np.ndarray:
    """Subsidized homes of each town at the simulated scale."""
    whole = geo.towns()["rental_assistance_units"].sum()
    g = t.geography
    if "rental_assistance_units" not in g.town_table:
        return np.zeros(len(g.towns))
    units = g.town_table["rental_assistance_units"].fillna(0.0).to_numpy(float)
    units = units * float(p["subsidized_homes"]) / whole
    real = np.bincount(t.town, t.inputs["households"].to_numpy(float), len(g.towns))
    simulated = np.bincount(t.town, t.households, len(g.towns))
    return units * simulated / np.maximum(real, 1.0)


def _union_months(couple: np.ndarray, head_age: np.ndarray, p: Mapping[str, Any], rng: np.random.Generator) -> np.ndarray:
    """Months of the present union, or since the last one for those alone (unknown, so long ago)."""
    mean, share = p["union_years"]
    n = len(couple)
    cohabiting = rng.exponential(mean * 12.0, n)
    married = np.maximum(head_age - 24.0, 1.0) * 12.0 * np.clip(rng.normal(share, 0.25, n), 0.02, 0.98)
    alone = rng.uniform(24.0, 240.0, n)
    months = np.where(couple == 1, cohabiting, np.where(couple == 2, married, alone))
    return np.minimum(months, np.maximum(head_age - 17.0, 1.0) * 12.0).astype(np.int64)


def _attends(race: np.ndarray, head_age: np.ndarray, p: Mapping[str, Any]) -> np.ndarray:
    """Chance that a household attends a congregation regularly."""
    factor = np.asarray(p["church_by_race"])[race] * np.where(head_age >= HEAD_EDGES[4], float(p["church_65"]), 1.0)
    return np.clip(float(p["church_attends"]) * factor, 0.0, 0.9)


def count_members(community: Community) -> None:
    """Household counts and householder attributes from the persons, as before the first month."""
    hh, pp = community.household, community.person
    rows = np.flatnonzero(pp["present"] == 1)
    home = pp["household"][rows].astype(np.int64)
    age = pp["age"][rows].astype(np.int64)

    def count(mask: np.ndarray) -> np.ndarray:
        return np.bincount(home[mask], minlength=hh.size)

    everyone = np.ones(len(rows), bool)
    for column, mask in (
        ("persons", everyone), ("adults", age >= 216), ("children", age < 216), ("under6", age < 72),
        ("under13", age < 156), ("elders", (age >= 720) | (pp["disabled"][rows] == 1)),
    ):  # fmt: skip
        hh[column] = count(mask)
    hh["pregnant"] = count(pp["pregnancy"][rows] > 0) > 0
    hh["grandparent"] = count(pp["role"][rows] == 3) > 0
    youngest = np.full(hh.size, 65535)
    np.minimum.at(youngest, home, age)
    hh["youngest"] = youngest
    head = rows[pp["role"][rows] == 0]
    for column in ("race", "language"):
        hh[column][pp["household"][head].astype(np.int64)] = pp[column][head]
    hh["education"][...] = 0
    both = rows[pp["role"][rows] <= 1]
    np.maximum.at(hh["education"], pp["household"][both].astype(np.int64), pp["education"][both])
    hh["crowded"] = (hh["persons"] > 2 * np.maximum(hh["bedrooms"], 1).astype(np.int64)) & (hh["present"] == 1)
