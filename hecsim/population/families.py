"""Households and their members for every tract: the fit of the library, and whole families drawn from it.

For each town the library is tilted to household sizes, household types, ages, sex and three-generation
homes; for each tract the town's mix is tilted further to the tract's own sizes, ages and sex. Whole
families are then drawn in systematic order and swapped among families of the same size and type until
the tract's ages and sexes are right to about one person.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from hecsim.population.fitting import cumulative_counts, polish, tilt
from hecsim.population.library import CENSUS_TYPES, CHILD, MOST, Library
from hecsim.population.targets import Targets

__all__ = ["Families", "draw_families", "place_persons"]

_TRIES = 12  # swaps tried for each household; more gain nothing visible


@dataclass
class Families:
    """N households in tract order: the library row and the tract of each."""

    chosen: np.ndarray
    tract: np.ndarray


def _features(lib: Library) -> tuple[np.ndarray, np.ndarray]:
    """(K, 4+6+1+7+1) features a household, and the (K, 7) part that counts persons."""
    size = np.minimum(lib.size, 4)
    sizes = np.stack([size == s for s in (1, 2, 3, 4)], axis=1).astype(float)
    ages = lib.age_counts().astype(float)
    women = ((lib.sex == 1) & (lib.age >= 0)).sum(axis=1, keepdims=True).astype(float)
    types = (lib.census[:, None] == np.arange(len(CENSUS_TYPES))).astype(float)
    three = np.isin(lib.kind, (7, 8)).astype(float)[:, None]
    return np.hstack([sizes, ages, women, types, three]), np.hstack([ages, women])


def _sorted_library(lib: Library) -> tuple[Library, np.ndarray]:
    """Sort the library by size, type and age of the householder; cell (size and type) of each row."""
    cell = np.minimum(lib.size, 4) * 16 + lib.census * 2 + np.isin(lib.kind, (7, 8))
    order = np.lexsort((lib.age[:, 0], cell))
    parts = {k: v[order] for k, v in lib.__dict__.items()}
    _, dense = np.unique(cell[order], return_inverse=True)
    return Library(**parts), dense


def draw_families(
    lib: Library,
    t: Targets,
    p: Mapping[str, Any],
    rng: np.random.Generator,
    progress: Callable[[str, float], None],
) -> tuple[Library, Families]:
    """Choose the family of every household; returns the library in its final order with it."""
    lib, cell = _sorted_library(lib)
    cell_start = np.flatnonzero(np.diff(cell, prepend=-1, append=cell.max() + 1)).astype(np.int64)
    features, traits = _features(lib)
    size_slack, age_slack, sex_slack, type_slack, three_slack = p["slack"]
    slack = np.concatenate([
        np.full(4, size_slack), np.full(6, age_slack), [sex_slack], np.full(7, type_slack), [three_slack],
    ])  # fmt: skip
    mean_size = t.people / np.maximum(t.households, 1)
    per_home = np.hstack([t.age * mean_size[:, None], (t.sex[:, 1] * mean_size)[:, None]])
    base = _town_mixes(lib, t, features, slack, per_home, mean_size)

    chosen: list[np.ndarray] = []
    local = np.r_[0:11]  # a tract's own sizes, ages and sex; types follow from its town
    for i in range(t.n):
        n = int(t.households[i])
        if n == 0:
            continue
        goal = np.concatenate([t.size[i], per_home[i]])
        unit = np.concatenate([np.ones(4), np.full(7, mean_size[i])])
        weights = tilt(base[t.town[i]], features[:, local], goal, slack[local] * unit)
        chosen.append(_whole(weights, n, t.size[i], lib, cell, cell_start, traits, per_home[i] * n, rng))
        if i % 50 == 0:
            progress("families", 0.25 * i / t.n)
    tract = np.repeat(np.arange(t.n, dtype=np.int32), t.households)
    return lib, Families(np.concatenate(chosen), tract)


def _town_mixes(
    lib: Library,
    t: Targets,
    features: np.ndarray,
    slack: np.ndarray,
    per_home: np.ndarray,
    mean_size: np.ndarray,
) -> np.ndarray:
    """(M, K) mix of families of each town."""
    out = np.zeros((len(t.census), len(lib.kind)))
    real = t.inputs["households"].to_numpy(float)
    for m in range(len(t.census)):
        here = (t.town == m) & (real > 0)
        if not here.any():
            out[m] = lib.base
            continue
        share = real[here] / real[here].sum()
        goal = np.concatenate([
            share @ t.size[here], share @ per_home[here], t.census[m], [share @ t.three_generations[here]],
        ])  # fmt: skip
        unit = np.ones(len(goal))
        unit[4:11] = share @ mean_size[here]
        out[m] = tilt(lib.base, features, goal, slack * unit)
    return out


def _whole(
    weights: np.ndarray,
    n: int,
    size_shares: np.ndarray,
    lib: Library,
    cell: np.ndarray,
    cell_start: np.ndarray,
    traits: np.ndarray,
    goal: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """Draw n whole families: exact sizes, systematic within sizes, then swapped toward the goal."""
    size = np.minimum(lib.size, 4)
    counts = cumulative_counts(size_shares[None, :], np.array([n]), rng)[0]
    picked = []
    for s in range(4):
        rows = np.flatnonzero(size == s + 1)
        running = np.cumsum(weights[rows])
        if counts[s] == 0:
            continue
        at = (np.arange(counts[s]) + rng.random()) / counts[s] * running[-1]
        picked.append(rows[np.minimum(np.searchsorted(running, at, side="right"), len(rows) - 1)])
    chosen = np.concatenate(picked).astype(np.int64)
    polish(chosen, np.maximum(weights, 1e-14), cell, cell_start, traits, goal, rng, _TRIES)
    return rng.permutation(chosen)


def place_persons(lib: Library, f: Families, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Members of all households, contiguous by household.

    household (row), age (months), sex, role, mother (person row or -1), slot : (P,) arrays.
    Months of age are even over the year; siblings are at least ten months apart or twins.
    """
    size = lib.size[f.chosen]
    household = np.repeat(np.arange(len(f.chosen), dtype=np.int32), size)
    first = np.cumsum(size) - size
    slot = np.arange(len(household)) - first[household]
    source = f.chosen[household]
    years = lib.age[source, slot].astype(np.int64)
    role = lib.role[source, slot]
    month = rng.integers(0, 12, len(household))
    mother_slot = lib.mother[source, slot]
    # Siblings stand oldest first: the next one can be at most two months further into its year.
    sibling = (role == CHILD) & (slot > 0)
    for k in range(2, MOST):
        rows = np.flatnonzero(sibling & (slot == k))
        rows = rows[sibling[rows - 1]]
        near = years[rows - 1] - years[rows] == 1
        month[rows] = np.where(near, np.minimum(month[rows], month[rows - 1] + 2), month[rows])
    mother = np.where(mother_slot >= 0, first[household] + mother_slot, -1)
    return {
        "household": household,
        "age": (years * 12 + month).astype(np.uint16),
        "sex": lib.sex[source, slot].astype(np.uint8),
        "role": role.astype(np.uint8),
        "mother": mother,
        "slot": slot.astype(np.int8),
    }
