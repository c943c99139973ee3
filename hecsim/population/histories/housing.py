"""Housing as it is at the start: last moves, past and open eviction cases, shelter and doubling up.

Past filings are drawn by the income of renters and age back from the last move; a small part of
poor renters without subsidy begins in shelter or doubled up, so that the first months look like the
later ones.

Auxiliary array: leave_share, float64 (neighborhoods,), share of chosen moves that leave the area.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hecsim.community import Community
from hecsim.population.histories.employers import town_reach

__all__ = ["initialize"]

_OWNER, _RENTER, _SHELTER, _DOUBLED = 0, 1, 2, 3
_LONG_AGO = 255


def _p(draw: Mapping[str, Any], name: str) -> Any:
    return draw[f"housing.{name}"]


def initialize(community: Community, draw: Mapping[str, Any], rng: np.random.Generator) -> None:
    """Fill every column that housing owns, and `leave_share`."""
    hh = community.household
    rows = np.flatnonzero(hh["present"] == 1)
    for column in ("filing", "filed_new", "evicted_new", "eviction_clock", "eviction_record", "represented",
                   "shelter_months", "wants_move", "public_cost"):  # fmt: skip
        hh[column][rows] = 0
    # Time since the last move is geometric with the tenure's own hazard of moving.
    still = np.clip(np.asarray(_p(draw, "move"))[np.minimum(hh["tenure"][rows], 1)], 1e-4, 0.5)
    months = np.floor(np.log(1.0 - rng.random(rows.size)) / np.log(1.0 - still))
    hh["moved"][rows] = np.minimum(months, _LONG_AGO)
    _cases(hh, draw, rng, rows)
    _homeless(hh, draw, rng, rows)
    rooms = np.maximum(hh["bedrooms"][rows].astype(float), 1.0)
    hh["crowded"][rows] = hh["persons"][rows] > _p(draw, "crowded_limit") * rooms
    community.extras["leave_share"] = _leave_share(community, draw)


def _cases(hh: Any, draw: Mapping[str, Any], rng: np.random.Generator, rows: np.ndarray) -> None:
    """Draw the last filing on each renter's record, whether it ended in eviction, and cases open now."""
    renter = rows[hh["tenure"][rows] == _RENTER]
    poor = (hh["poverty_ratio"][renter] < _p(draw, "voucher_limit")).astype(int)
    rate = _p(draw, "history_filed")[poor] * (_p(draw, "filing_race")[hh["race"][renter]])
    since = 1 + np.floor(12 * rng.exponential(size=renter.size) / rate)  # months since the last filing
    outcome = _p(draw, "outcome")
    lost = rng.random(renter.size) < float(outcome @ _p(draw, "displaced"))
    sealed = ~lost & (rng.random(renter.size) < outcome[2])
    pending = rng.random(renter.size) < (1.0 - _p(draw, "close")[0]) ** (since - 1)
    # Whoever lost a home to a case has moved since; an open case is about the present home.
    pending &= since <= hh["moved"][renter]
    seen = (since < _LONG_AGO) & (pending | ~sealed)
    hh["eviction_record"][renter] = np.where(seen, np.minimum(since, 254), 0)
    hh["filing"][renter] = np.where(pending, np.minimum(since, 12), 0)
    hh["represented"][renter] = pending & (rng.random(renter.size) < _p(draw, "representation"))
    evicted = seen & ~pending & lost & (since < _p(draw, "eviction_window"))
    hh["eviction_clock"][renter] = np.where(evicted, _p(draw, "eviction_window") - since, 0)
    hh["moved"][renter] = np.where(evicted, np.minimum(hh["moved"][renter], since), hh["moved"][renter])


def _homeless(hh: Any, draw: Mapping[str, Any], rng: np.random.Generator, rows: np.ndarray) -> None:
    """Put a few poor renters without subsidy in shelter or doubled up."""
    able = rows[(hh["tenure"][rows] == _RENTER) & (hh["voucher"][rows] == 0)
                & (hh["poverty_ratio"][rows] < _p(draw, "homeless_limit"))]  # fmt: skip
    share = np.asarray(_p(draw, "homeless"))
    goal = np.floor(rows.size * share + rng.random(2)).astype(int)
    chosen = rng.permutation(able)[: goal.sum()]
    shelter = np.arange(chosen.size) < goal[0]
    hh["tenure"][chosen] = np.where(shelter, _SHELTER, _DOUBLED)
    leave = np.where(shelter, _p(draw, "move")[_SHELTER], _p(draw, "move")[_DOUBLED])
    months = 1 + np.floor(np.log(1.0 - rng.random(chosen.size)) / np.log(1.0 - np.clip(leave, 0.01, 0.95)))
    hh["shelter_months"][chosen] = np.minimum(months, 60)
    hh["moved"][chosen] = np.minimum(months, 60)
    for column in ("rent", "arrears", "filing", "represented"):
        hh[column][chosen] = 0


def _leave_share(community: Community, draw: Mapping[str, Any]) -> np.ndarray:
    """Add moves out of state and moves to other towns as far as those lie outside the community."""
    hh, n = community.household, community.neighborhood
    towns = community.tables["town"].size
    town = n["town"].astype(np.int64)
    homes = np.bincount(town[hh["neighborhood"][hh["present"] == 1]], minlength=towns).astype(float)
    reach = town_reach(community, homes, float(_p(draw, "home_density")), float(_p(draw, "move_decay")))
    own = np.diag(reach)
    near = (reach.sum(axis=1) - own) / np.maximum(1.0 - own, 1e-9)  # of other towns, the part inside
    away = _p(draw, "far_share") + _p(draw, "town_share") * (1.0 - np.clip(near, 0.0, 1.0))
    return np.clip(away, 0.0, 1.0)[town]
