"""Who of those born abroad has no lawful status: as many in a town as its published share without coverage asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hecsim.community import Community
from hecsim.population.histories.coverage_terms import terms, uninsured
from hecsim.population.histories.matching import known_levels, neighborhood_of
from hecsim.processes import health_coverage as coverage

__all__ = ["initialize"]

_OLD = 65 * 12


def initialize(community: Community, draw: Mapping[str, Any], rng: np.random.Generator) -> None:
    """Say who of those born abroad has no lawful status, so that as many in a town are uninsured as are published.

    Fewer of those who speak English best are without, and nobody of 65 or older is. Members of a home share the luck of it.
    """
    p, k = community.person, {n.partition(".")[2]: draw[n] for n in draw if n.startswith("health.")}
    town = community.neighborhood["town"].astype(np.int64)
    people, free, more = (np.zeros(town.max(initial=0) + 1) for _ in range(3))
    for b in range(p.n_blocks):  # what it takes on the way is as large as a dozen columns
        here = p.block(b).start + np.flatnonzero(p["present"][p.block(b)] == 1)
        people += np.bincount(town[neighborhood_of(community, here)], minlength=people.size)
        rows = here[p["age"][here] < _OLD]
        if rows.size:
            t, of = terms(community, rows, draw, k), town[neighborhood_of(community, rows)]
            abroad = (p["foreign_born"][rows] != 0) & ~t.child
            now = uninsured(t, np.zeros(rows.size, bool), k)
            free += np.bincount(of, now, people.size)
            weight = np.where(p["language"][rows] == 0, k["no_status_english"], 1.0)
            more += np.bincount(of, weight * (uninsured(t, abroad, k) - now), people.size)
    level = np.full(people.size, np.nan)
    level[town] = known_levels(community, "data_uninsured")
    share = (level * people - free) / np.maximum(more, 1e-9)
    share = np.clip(np.where(np.isfinite(share), share, k["no_status"]), 0.0, k["no_status_most"]).round(9)  # however cut
    homes = np.flatnonzero(community.household["present"] == 1)
    luck = np.zeros(community.household.size)
    luck[homes] = rng.random(homes.size)
    for b in range(p.n_blocks):
        part = {name: p[name][p.block(b)] for name in ("present", "foreign_born", "language", "household", "age")}
        rows = np.flatnonzero((part["present"] == 1) & (part["foreign_born"] != 0))
        home = part["household"][rows].astype(np.int64)
        of = town[community.household["neighborhood"][home].astype(np.int64)]
        without = luck[home] < share[of] * np.where(part["language"][rows] == 0, k["no_status_english"], 1.0)
        without &= part["age"][rows] < _OLD
        part["foreign_born"][rows] = np.where(without, coverage.NO_STATUS, 1)  # histories may be drawn anew
