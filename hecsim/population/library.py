"""A library of families, from which every place picks the mix that meets its margins.

No microdata are packaged, so families are built by a small model of how homes come about: who heads
them at what age, how far apart partners are, at what age mothers gave birth, who stays or moves in.
Every family is plausible by itself; the fit only chooses how many of each kind a tract has.

Ages in the library are whole years; months are added when a family is placed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["AGE_EDGES", "CENSUS_TYPES", "HEAD_EDGES", "KINDS", "Library", "build_library"]

KINDS = (
    "alone", "couple", "couple with children", "couple with grown children", "single parent",
    "single parent of grown children", "roommates", "three generations, couple",
    "three generations, single", "parent moved in", "grandparents raising", "other relatives",
)  # fmt: skip
# How many families of each kind the library holds: kinds that take many shapes need more.
SIZES = (700, 700, 1500, 500, 1000, 450, 600, 400, 400, 300, 200, 500)
AGE_EDGES = (5, 18, 35, 55, 65)  # bands of the published tables: 0-4, 5-17, 18-34, 35-54, 55-64, 65+
HEAD_EDGES = (25, 35, 45, 55, 65, 75)  # bands of householders
CENSUS_TYPES = (
    "couple.with", "couple.without", "single_woman.with", "single_woman.without", "single_man.with",
    "single_man.without", "nonfamily.without",
)  # fmt: skip
MOST = 9  # persons in the largest home of the library
HEAD, PARTNER, CHILD, ELDER, OTHER = range(5)
OLDEST = 97


@dataclass
class Library:
    """K families; person arrays are (K, MOST) with -1 where nobody is.

    kind, couple (0 none, 1 cohabiting, 2 married), census (index into CENSUS_TYPES), size : (K,)
    base : (K,) starting weights, sum 1
    age (years), sex (0 man, 1 woman), role : (K, MOST)
    mother : (K, MOST) slot of the mother inside the family, -1 if she is not there
    """

    kind: np.ndarray
    couple: np.ndarray
    census: np.ndarray
    size: np.ndarray
    base: np.ndarray
    age: np.ndarray
    sex: np.ndarray
    role: np.ndarray
    mother: np.ndarray

    def age_counts(self) -> np.ndarray:
        """(K, 6) persons in each published age band."""
        band = np.digitize(self.age, AGE_EDGES)
        there = self.age >= 0
        return np.stack([((band == b) & there).sum(axis=1) for b in range(6)], axis=1)


class _Draft:
    """Families under construction: slots fill from left to right."""

    def __init__(self, kind: int, n: int, rng: np.random.Generator, p: Mapping[str, Any]):
        self.kind, self.n, self.rng, self.p = kind, n, rng, p
        self.age = np.full((n, MOST), -1, np.int16)
        self.sex = np.full((n, MOST), -1, np.int8)
        self.role = np.full((n, MOST), -1, np.int8)
        self.mother = np.full((n, MOST), -1, np.int8)
        self.size = np.zeros(n, np.int64)
        self.couple = np.zeros(n, np.int8)

    def add(self, who: np.ndarray, age: np.ndarray, sex: np.ndarray, role: int, mother: Any = -1) -> None:
        """One more person in the families `who` (bool) that still have room."""
        rows = np.flatnonzero(who & (self.size < MOST))
        slot = self.size[rows]
        self.age[rows, slot] = np.broadcast_to(age, self.n)[rows]
        self.sex[rows, slot] = np.broadcast_to(sex, self.n)[rows]
        self.role[rows, slot] = role
        self.mother[rows, slot] = np.broadcast_to(mother, self.n)[rows]
        self.size[rows] += 1

    def chance(self, share: Any) -> np.ndarray:
        """Draw a flag for each family."""
        return self.rng.random(self.n) < share

    def woman(self, share: float = 0.5) -> np.ndarray:
        """Sex of one person for each family."""
        return self.chance(share).astype(np.int8)

    def head(self, table: str, woman: np.ndarray, least: int = 18) -> np.ndarray:
        """Add the householder: age from the band shares of `table`; returns the ages."""
        age = _in_bands(np.asarray(self.p[table]), float(self.p["head_age_top"]), self.n, self.rng).clip(least, OLDEST)
        self.add(np.ones(self.n, bool), age, woman, HEAD)
        return age

    def partner(self, who: np.ndarray, unmarried: str = "cohabiting") -> None:
        """Add a partner of the householder: husband minus wife as observed, married but for the shares of a table by age."""
        mean, sd = self.p["husband_older"]
        gap = np.rint(self.rng.normal(mean, sd, self.n)).astype(np.int64)
        own = self.sex[:, 0]
        same = self.chance(self.p["same_sex"])
        other = np.where(same, own, 1 - own).astype(np.int8)
        age = np.where(own == 1, self.age[:, 0] + gap, self.age[:, 0] - gap).clip(18, OLDEST)
        self.add(who, age, other, PARTNER)
        band = np.digitize(self.age[:, 0], HEAD_EDGES)
        alone = self.chance(np.asarray(self.p[unmarried])[band])
        self.couple = np.where(who, np.where(alone, 1, 2), self.couple).astype(np.int8)

    def mothers(self) -> tuple[np.ndarray, np.ndarray]:
        """Slot of the mother (-1 if none lives there) and the age that children are reckoned from."""
        slot = np.where(self.sex[:, 0] == 1, 0, np.where((self.couple > 0) & (self.sex[:, 1] == 1), 1, -1))
        own = np.take_along_axis(self.age, slot.clip(0)[:, None], 1)[:, 0]
        # A father alone: the mother lives elsewhere and was younger than he by the usual gap.
        reckon = np.where(slot >= 0, own, self.age[:, 0] - round(float(self.p["husband_older"][0])))
        return slot.astype(np.int8), reckon

    def children(self, who: np.ndarray, count: np.ndarray, low: int, high: int, role: int = CHILD) -> None:
        """`count` children of `low` to `high` years, at ages that the mother's age allows; oldest first."""
        slot, reckon = self.mothers()
        ages = np.arange(low, high + 1)
        earlier = np.where(self.couple > 0, 0.0, float(self.p["lone_births_earlier"]))  # of parents who are alone
        weight = _birth_weight(reckon[:, None] - ages[None, :], self.p, earlier[:, None])
        # A father named first must have been an adult, and old children keep their distance to both.
        for other in (0, 1):
            present = (self.role[:, other] >= 0) & (self.role[:, other] <= PARTNER)
            apart = self.age[:, other][:, None] - ages[None, :]
            weight = np.where(present[:, None] & ((apart < 17) | (apart > 60)), 0.0, weight)
        # The largest of log weight plus Gumbel noise is a draw without replacement.
        with np.errstate(divide="ignore"):
            score = np.log(weight) + self.rng.gumbel(size=weight.shape)
        best = np.argsort(-score, axis=1)[:, : int(count.max(initial=1))]
        usable = np.isfinite(np.take_along_axis(score, best, 1)) & (np.arange(best.shape[1]) < count[:, None])
        picked = np.where(usable, ages[best], -1)
        for column in np.sort(picked, axis=1)[:, ::-1].T:
            self.add(who & (column >= 0), column, self.woman(), role, slot if role == CHILD else -1)

    def elder(self, who: np.ndarray) -> None:
        """Add a parent of the householder."""
        at_birth = _draw_birth_age(self.n, self.rng, self.p)
        age = self.age[:, 0] + at_birth
        self.add(who & (age <= OLDEST), age, self.woman(self.p["elder_woman"]), ELDER)


def _in_bands(shares: np.ndarray, top: float, n: int, rng: np.random.Generator) -> np.ndarray:
    """Ages drawn by band, evenly inside a band, thinning out in the last: those left fall as (1 - x)^top."""
    edges = np.array([18, *HEAD_EDGES, OLDEST])
    band = rng.choice(len(shares), size=n, p=np.asarray(shares) / np.sum(shares))
    u = rng.random(n)
    u = np.where(band == len(shares) - 1, 1.0 - (1.0 - u) ** (1.0 / top), u)
    return np.floor(edges[band] + u * (edges[band + 1] - edges[band])).astype(np.int64)


def _birth_weight(at_birth: np.ndarray, p: Mapping[str, Any], earlier: Any = 0.0) -> np.ndarray:
    """Relative frequency of a mother's age at birth, some years `earlier` than of all; 0 outside 16 to 45."""
    ages = at_birth + float(p["first_births_shift"]) + earlier
    centers = np.array([17.5, 22.0, 27.0, 32.0, 37.0, 42.5])
    weight = np.interp(ages, centers, np.asarray(p["fertility_shape"], float))
    return np.where((at_birth >= 16) & (at_birth <= 45), weight, 0.0)


def _draw_birth_age(n: int, rng: np.random.Generator, p: Mapping[str, Any]) -> np.ndarray:
    ages = np.arange(16, 46)
    weight = _birth_weight(ages, p)
    return rng.choice(ages, size=n, p=weight / weight.sum())


def _counts(shares: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    shares = np.asarray(shares, float)
    # Larger families take more shapes and are wanted by some tracts: draw them more often than they
    # occur; `_weights` puts their frequency right.
    flat = np.sqrt(shares)
    return 1 + rng.choice(len(shares), size=n, p=flat / flat.sum())


def _draft(kind: int, n: int, rng: np.random.Generator, p: Mapping[str, Any]) -> tuple[_Draft, np.ndarray]:
    """Families of one kind and their weights inside the kind."""
    d = _Draft(kind, n, rng, p)
    everyone = np.ones(n, bool)
    weight = np.ones(n)
    man_first = d.woman(1.0 - p["man_named_first"])
    lone_parent = d.woman(1.0 - p["single_father"])

    def weigh(table: str, count: np.ndarray) -> None:
        shares = np.asarray(p[table], float)
        weight[:] *= np.sqrt(shares)[count - 1]

    if kind == 0:
        d.head("head_age_alone", d.woman(1.0 - p["lone_man"]))
    elif kind == 1:
        d.head("head_age_couple", man_first)
        d.partner(everyone)
    elif kind in (2, 7):
        d.head("head_age_couple_children", man_first, least=19)
        d.partner(everyone, "cohabiting_parents")
        count = _counts(p["children_couple"], n, rng)
        weigh("children_couple", count)
        d.children(d.chance(p["grown_beside_children"]), np.ones(n, np.int64), 18, 29)
        d.children(everyone, count, 0, 17)
        if kind == 7:
            d.elder(everyone)
    elif kind == 3:
        d.head("head_age_couple_grown", man_first, least=36)
        d.partner(everyone)
        count = _counts(p["grown_children"], n, rng)
        weigh("grown_children", count)
        d.children(everyone, count, 18, 45)
    elif kind in (4, 8):
        d.head("head_age_single_parent", lone_parent, least=18)
        count = _counts(p["children_single"], n, rng)
        weigh("children_single", count)
        d.children(d.chance(p["grown_beside_children"]), np.ones(n, np.int64), 18, 29)
        d.children(everyone, count, 0, 17)
        if kind == 8:
            d.elder(everyone)
    elif kind == 5:
        d.head("head_age_single_grown", lone_parent, least=36)
        count = _counts(p["grown_children"], n, rng)
        weigh("grown_children", count)
        d.children(everyone, count, 18, 55)
    elif kind == 6:
        age = d.head("head_age_roommates", d.woman())
        more = 1 + (rng.random(n) < 0.35).astype(int) + (rng.random(n) < 0.12)
        for k in range(3):
            # People who share a home without being kin are of similar age.
            d.add(more > k, (age + np.rint(rng.normal(0, 5, n))).clip(18, OLDEST), d.woman(), OTHER)
    elif kind == 9:
        d.head("head_age_relatives", d.woman(), least=22)
        d.partner(d.chance(0.5))
        d.elder(everyone)
    elif kind == 10:
        age = d.head("head_age_couple_grown", d.woman(0.75), least=42)
        d.partner(d.chance(0.45))
        for k in range(2):
            youngest = (age - 62).clip(0, 17)
            oldest = (age - 36).clip(0, 17)
            grand = np.floor(youngest + rng.random(n) * (oldest - youngest + 1)).astype(np.int64)
            d.add(everyone if k == 0 else d.chance(0.4), grand, d.woman(), OTHER)
    else:
        age = d.head("head_age_relatives", d.woman())
        more = 1 + (rng.random(n) < 0.3) + (rng.random(n) < 0.1)
        for k in range(3):
            d.add(more > k, (age + np.rint(rng.normal(0, 9, n))).clip(18, OLDEST), d.woman(), OTHER)
    if kind in (2, 4, 7, 8):
        extra = d.chance(p["extra_adult"] * 2)  # drawn twice as often, weighed half
        d.add(extra, rng.integers(18, 60, n), d.woman(), OTHER)
        weight[extra] /= 2.0
    return d, weight


def build_library(p: Mapping[str, Any], rng: np.random.Generator) -> Library:
    """Build the families; `p` are the parameters of the room "population" by short name."""
    parts = [(*_draft(k, SIZES[k], rng, p), p["family_share"][k]) for k in range(len(KINDS))]
    kept = []
    for draft, weight, share in parts:
        has_child = ((draft.role == CHILD) & (draft.age < 18)).any(axis=1)
        has_elder = (draft.role == ELDER).any(axis=1)
        grown = (draft.role == CHILD).any(axis=1)
        ok = {2: has_child, 4: has_child, 7: has_child & has_elder, 8: has_child & has_elder}.get(
            draft.kind, {3: grown, 5: grown, 9: has_elder}.get(draft.kind, np.ones(draft.n, bool))
        )
        kept.append((draft, np.flatnonzero(ok), share * weight[ok] / weight[ok].sum()))

    def gather(name: str) -> np.ndarray:
        return np.concatenate([getattr(d, name)[rows] for d, rows, _ in kept])

    kind = np.concatenate([np.full(len(rows), d.kind, np.int8) for d, rows, _ in kept])
    base = np.concatenate([w for *_, w in kept])
    library = Library(
        kind=kind, couple=gather("couple"), census=np.zeros(len(kind), np.int8), size=gather("size"),
        base=base / base.sum(), age=gather("age"), sex=gather("sex"), role=gather("role"),
        mother=gather("mother"),
    )  # fmt: skip
    library.census = _census_type(library)
    return library


def _census_type(lib: Library) -> np.ndarray:
    """Find the published household type: cohabiting parents count as single, as in the census tables."""
    own = ((lib.role == CHILD) & (lib.age < 18) & (lib.age >= 0)).any(axis=1)
    kin = ((lib.role == CHILD) | (lib.role == ELDER)).any(axis=1) | np.isin(lib.kind, (10, 11))
    woman = lib.sex[:, 0] == 1
    single = np.where(woman, np.where(own, 2, 3), np.where(own, 4, 5))
    out = np.where(lib.couple == 2, np.where(own, 0, 1), np.where(kin, single, 6))
    return out.astype(np.int8)
