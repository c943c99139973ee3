"""A named family in the community: its facts are set, everything else about it stays as sampled.

`seat` gives the family a home in its neighborhood before histories are drawn: a sampled household like
it makes room. `apply` writes the facts after histories, which would otherwise overwrite them. Names,
facts and what is left open come from a file; `data/founding_family.toml` is the packaged one and shows
the format.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from hecsim import evidence, luck
from hecsim.clock import WEEKS_PER_MONTH
from hecsim.columns import BUSINESS, SCHEMA
from hecsim.community import Community
from hecsim.errors import ScenarioError, UnknownNameError
from hecsim.tables import NONE

__all__ = ["Vignette", "apply", "read", "seat"]

FOUNDING = "founding_family"
_SPECIAL = {"name", "years", "months", "bmi", "mother", "poverty_ratio_at_most"}
_OWNED = {"key", "household", "neighborhood", "present", "exit", "mother_key"}  # set by the synthesis alone
HEAD, PARTNER, CHILD = 0, 1, 2


@dataclass(frozen=True)
class Vignette:
    """A family to place.

    name : under which diaries know it
    neighborhood : a city neighborhood ("Northeast"), a tract's label or its census code
    household : facts by household column
    members : one mapping of facts a person; the first with role "householder" heads the family
    sampled : what the story leaves open, in words
    """

    name: str
    neighborhood: str
    household: Mapping[str, Any]
    members: tuple[Mapping[str, Any], ...]
    sampled: tuple[str, ...] = ()
    source: str = field(default="", compare=False)

    @classmethod
    def founding_family(cls) -> Vignette:
        """Return Joseph and Camille's family, as packaged."""
        file = resources.files("hecsim.population") / "data" / f"{FOUNDING}.toml"
        return _parse(file.read_text(encoding="utf-8"), f"{FOUNDING}.toml")

    @classmethod
    def from_file(cls, path: str | Path) -> Vignette:
        """Read a family from a TOML file of the same format."""
        file = Path(path)
        if not file.is_file():
            raise ScenarioError("there is no such file", file=file, hint=f'"{FOUNDING}" is the packaged family')
        return _parse(file.read_text(encoding="utf-8"), str(file))

    def at(self, neighborhood: str) -> Vignette:
        """Return the same family in another neighborhood."""
        return replace(self, neighborhood=neighborhood)


@dataclass(frozen=True)
class Seat:
    """Where a family sits: household row and person row of each member."""

    household: int
    members: tuple[int, ...]


def read(what: Vignette | str | Path | bool) -> Vignette:
    """Take a family, a file, or "founding_family" (True stands for it)."""
    if isinstance(what, Vignette):
        return what
    if what is True or str(what) == FOUNDING:
        return Vignette.founding_family()
    return Vignette.from_file(str(what))


def _parse(text: str, source: str) -> Vignette:
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise ScenarioError(f"not valid TOML: {problem}", file=source) from None
    known = {"name", "neighborhood", "household", "members", "sampled"}
    for key in raw:
        if key not in known:
            raise UnknownNameError(key, known, what="key", file=source)
    for key in ("name", "neighborhood", "members"):
        if not raw.get(key):
            raise ScenarioError("it is missing", file=source, key=key)
    household, members = raw.get("household", {}), tuple(raw["members"])
    for table, facts in (("household", household), *(("person", m) for m in members)):
        columns = {c.name for c in SCHEMA[table]} - _OWNED | _SPECIAL
        for key, value in facts.items():
            if key not in columns:
                raise UnknownNameError(key, columns, what=f"fact of a {table}", file=source)
            if key in {c.name for c in SCHEMA[table]} and not (table == "person" and key in ("employer", "wage")):
                for v in value if isinstance(value, list) else [value]:
                    _value(table, key, v, source)
    roles = [m.get("role") for m in members]
    if roles.count("householder") != 1 or roles.count("partner") > 1:
        raise ScenarioError("a family has one householder and at most one partner", file=source, key="members")
    for m in members:
        if "years" not in m or "sex" not in m:
            raise ScenarioError(f"{m.get('name', 'a member')} needs years and sex", file=source, key="members")
    return Vignette(raw["name"], raw["neighborhood"], household, members, tuple(raw.get("sampled", ())), source)


def _value(table: str, column: str, value: Any, source: str = "") -> float | int:
    """Turn a fact into the number that its column holds: labels become codes."""
    c = next(c for c in SCHEMA[table] if c.name == column)
    if isinstance(value, str):
        if value not in c.codes:
            raise UnknownNameError(value, c.codes, what=f"value of '{column}'", file=source or None)
        return c.codes.index(value)
    number = float(value)
    info = np.iinfo(c.dtype) if np.dtype(c.dtype).kind == "u" else None
    if c.codes and c.unit == "code" and number not in range(len(c.codes)):
        raise ScenarioError(f"{value} is no code of '{column}' (0 to {len(c.codes) - 1})", file=source, key=column)
    if info is not None and not info.min <= number <= info.max:
        raise ScenarioError(f"{value} does not fit '{column}' ({c.unit})", file=source, key=column)
    return number


def _fact(table: str, column: str, value: Any, source: str, rng: np.random.Generator) -> float | int:
    """Take a fact, or draw evenly from the two ends that stand for one the story leaves open."""
    if isinstance(value, list):
        low, high = (float(_value(table, column, v, source)) for v in (value[0], value[-1]))
        drawn = low + (high - low) * rng.random()
        return drawn if next(c for c in SCHEMA[table] if c.name == column).dtype == "float32" else int(drawn)
    return _value(table, column, value, source)


def _tracts(community: Community, name: str) -> np.ndarray:
    """Find the neighborhood rows that a name stands for."""
    labels = community.labels
    named = labels.get("city_neighborhood", labels["neighborhood"])
    for column in (named, labels["neighborhood"], labels.get("geoid", [])):
        rows = np.flatnonzero([str(x).lower() == name.lower() for x in column])
        if rows.size:
            return rows
    known = sorted({x for x in named if x} or set(labels["neighborhood"]))
    raise UnknownNameError(name, known, what="neighborhood")


def seat(community: Community, story: Vignette, rng: np.random.Generator) -> Seat:
    """Make room for the family in its neighborhood and set who its members are.

    The household most like it gives way: as many members, similar ages and roles, the same tenure,
    a similar income, a rent if rent is owed. If none has as many members, rows are taken from or added to the nearest.
    """
    hh, pp = community.household, community.person
    rows = np.flatnonzero((hh["present"] == 1) & np.isin(hh["neighborhood"], _tracts(community, story.neighborhood)))
    if not rows.size:
        raise ScenarioError(
            f"nobody lives in '{story.neighborhood}' of {community.name}",
            file=story.source, key="neighborhood", hint="Choose another or simulate more households",
        )  # fmt: skip
    home = int(rows[np.argmin(_unlike(community, story, rows))])
    block = int(hh.block_of(np.array([home]))[0])
    have = community.members(home)
    # Heads first, so that keys and sampled traits of like members carry over.
    have = have[np.argsort(pp["role"][have], kind="stable")]
    n = len(story.members)
    if len(have) < n:
        community.ensure_room("person", np.array([n if b == block else 0 for b in range(hh.n_blocks)]))
        home = int(np.flatnonzero(hh["key"] == hh["key"][home])[0])
        have = community.members(home)
        extra = pp.claim(block, n - len(have))
        pp["key"][extra] = luck.founder_keys(community.seed, "vignette", len(extra))
        for column in ("race", "foreign_born", "language"):
            pp[column][extra] = pp[column][have[0]]
        pp["household"][extra], pp["present"][extra], pp["exit"][extra] = home, 1, 0
        have = np.concatenate([have, extra])
    pp["present"][have[n:]], pp["exit"][have[n:]] = 0, 1
    placed = Seat(home, tuple(int(r) for r in have[:n]))
    _demography(community, story, placed, rng)
    community.followed[int(hh["key"][home])] = story.name
    for m, r in zip(story.members, placed.members, strict=True):
        if "name" in m:
            community.names[int(pp["key"][r])] = str(m["name"])
    return placed


def _unlike(community: Community, story: Vignette, rows: np.ndarray) -> np.ndarray:
    """Score how unlike each household is to the family; lower is nearer."""
    hh, pp = community.household, community.person
    local = np.full(hh.size, -1)
    local[rows] = np.arange(len(rows))
    here = np.flatnonzero(pp["present"] == 1)
    here = here[local[pp["household"][here].astype(np.int64)] >= 0]
    at = local[pp["household"][here].astype(np.int64)]
    score = 5.0 * np.abs(np.bincount(at, minlength=len(rows)) - len(story.members))
    for role in range(5):
        wanted = sum(_value("person", "role", m.get("role", "other")) == role for m in story.members)
        score += 2.0 * np.abs(np.bincount(at[pp["role"][here] == role], minlength=len(rows)) - wanted)
    for column in ("tenure", "vehicles", "voucher", "church"):
        if column in story.household:
            score += hh[column][rows] != _value("household", column, story.household[column])
    if _owes(story):  # who owes rent pays some; a home without rent could never fall behind with it
        score += 10.0 * (hh["rent"][rows] <= 0)
    # An income near the most that the story allows: its rent was drawn for such an income.
    most = float(story.household.get("poverty_ratio_at_most", 0.0))
    return score + np.abs(np.minimum(hh["poverty_ratio"][rows], 5.0) - most)


def _owes(story: Vignette) -> bool:
    return float(np.max(story.household.get("arrears", 0.0))) > 0


def _demography(community: Community, story: Vignette, placed: Seat, rng: np.random.Generator) -> None:
    """Set ages, sexes, roles, mothers and the union: what histories start from."""
    hh, pp = community.household, community.person
    by_name = {m.get("name", str(i)): r for i, (m, r) in enumerate(zip(story.members, placed.members, strict=True))}
    for m, r in zip(story.members, placed.members, strict=True):
        pp["age"][r] = int(m["years"]) * 12 + int(m.get("months", rng.integers(0, 12)))
        pp["sex"][r] = _value("person", "sex", m["sex"])
        pp["role"][r] = _value("person", "role", m.get("role", "other"))
        pp["pregnancy"][r] = m.get("pregnancy", 0)
        pp["mother_key"][r], pp["parity"][r], pp["since_birth"][r] = 0, 0, 255
        pp["disabled"][r] = m.get("disabled", 0)
        pp["education"][r] = pp["education"][r] if pp["age"][r] >= 216 else 0
        if pp["age"][r] >= 216 and pp["education"][r] == 0 and "education" not in m:
            pp["education"][r] = rng.integers(0, 3)  # the row belonged to a child; no degree, as most here
        elif "education" in m:
            pp["education"][r] = _value("person", "education", m["education"])
    for m, r in zip(story.members, placed.members, strict=True):
        if "mother" not in m:
            continue
        if m["mother"] not in by_name:
            raise UnknownNameError(m["mother"], by_name, what="member", file=story.source)
        mother = by_name[m["mother"]]
        pp["mother_key"][r] = pp["key"][mother]
        pp["parity"][mother] += 1
        pp["since_birth"][mother] = min(int(pp["since_birth"][mother]), int(pp["age"][r]), 255)
    home = placed.household
    roles = pp["role"][list(placed.members)]
    if (roles == PARTNER).any():
        youngest = min((int(pp["age"][r]) for r in placed.members if pp["role"][r] == CHILD), default=0)
        hh["couple"][home] = story.household.get("couple", hh["couple"][home] or 1)
        hh["couple_months"][home] = max(int(hh["couple_months"][home]) % 180, youngest + 12)
    else:
        hh["couple"][home] = 0
    for column in ("tenure", "vehicles", "voucher", "church"):
        if column in story.household:
            hh[column][home] = _value("household", column, story.household[column])
    hh["bedrooms"][home] = max(int(hh["bedrooms"][home]), (len(placed.members) + 1) // 2)
    most = float(story.household.get("poverty_ratio_at_most", np.inf))
    if hh["poverty_ratio"][home] > most:
        scale = most / float(hh["poverty_ratio"][home])
        for column in ("income_year", "poverty_ratio"):  # a landlord asks no less of them for it
            hh[column][home] *= scale
    if _owes(story) and hh["rent"][home] <= 0:  # nobody like them pays rent here: what those nearby pay who do
        paying = (hh["present"] == 1) & (hh["tenure"] == hh["tenure"][home]) & (hh["rent"] > 0)
        hh["rent"][home] = np.median(hh["rent"][paying]) if paying.any() else 0.0


def apply(community: Community, story: Vignette, placed: Seat, rng: np.random.Generator) -> None:
    """Write every fact over what histories sampled, and say in the notes what stays sampled."""
    hh, pp = community.household, community.person
    for column, value in story.household.items():
        if column not in _SPECIAL:
            hh[column][placed.household] = _fact("household", column, value, story.source, rng)
    for m, r in zip(story.members, placed.members, strict=True):
        for column, value in m.items():
            if column in _SPECIAL:
                continue
            if column == "employer":
                pp["employer"][r] = _employer(community, placed.household, str(value), story.source)
            elif column == "wage" and value == "minimum":
                pp["wage"][r] = _minimum_wage()
            else:
                pp[column][r] = _fact("person", column, value, story.source, rng)
        if "bmi" in m:
            _set_bmi(community, r, float(m["bmi"]))
        if pp["labor"][r] == 1 and pp["wage"][r] <= 0:
            pp["wage"][r] = _minimum_wage()
        if pp["labor"][r] == 1:  # the job is held already: a new hire's terms would be drawn anew
            pp["job_months"][r] = max(int(pp["job_months"][r]), 1)
        if pp["labor"][r] != 1:
            pp["employer"][r], pp["earnings"][r] = NONE, 0.0
        elif pp["hours"][r] > 0:
            pp["earnings"][r] = pp["wage"][r] * pp["hours"][r] * WEEKS_PER_MONTH
    names = ", ".join(str(m.get("name", m.get("role", "a member"))) for m in story.members)
    place = community.labels["neighborhood"][int(hh["neighborhood"][placed.household])]
    community.notes.append(f"{story.name} ({names}) lives in {place}; its facts come from {story.source or 'the caller'}.")
    community.notes.extend(f"{story.name}: sampled, not given: {what}." for what in story.sampled)


def _employer(community: Community, home: int, kind: str, source: str) -> int:
    """Find the nearest open business of a kind, as a row."""
    if kind not in BUSINESS:
        raise UnknownNameError(kind, BUSINESS, what="kind of business", file=source)
    b, n = community.business, community.neighborhood
    rows = np.flatnonzero((b["kind"] == BUSINESS.index(kind)) & (b["open"] == 1))
    if not rows.size:
        return int(NONE)
    here = int(community.household["neighborhood"][home])
    spot = b["neighborhood"][rows].astype(np.int64)
    north = n["lat"][spot].astype(float) - float(n["lat"][here])
    east = (n["lon"][spot].astype(float) - float(n["lon"][here])) * np.cos(np.radians(float(n["lat"][here])))
    return int(rows[np.argmin(np.hypot(north, east))])


def _minimum_wage() -> float:
    """Look up the hourly minimum wage of 2025."""
    law = evidence.parameter("benefits.minimum_wage")
    return float(np.atleast_1d(np.asarray(law.value))[law.axis.index("2025-01")])


def _set_bmi(community: Community, row: int, bmi: float) -> None:
    """Set a body mass index and the weight that goes with it; the body defends that weight."""
    pp = community.person
    pp["bmi"][row] = bmi
    if pp["height"][row] > 0:  # 0 in a community without histories
        weight = bmi * (float(pp["height"][row]) / 100.0) ** 2
        pp["weight"][row], pp["set_point"][row] = weight, weight
