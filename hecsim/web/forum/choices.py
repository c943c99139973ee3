"""What stands on the ballot, what it costs, and how votes become a mix.

The rule is announced before anybody votes: the choices with most votes first; one that no longer fits under the budget
is passed over and the next is tried; a tie goes by the order of the ballot.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import Any

from hecsim.errors import ScenarioError
from hecsim.interventions import catalogue, find
from hecsim.report.facts import Facts
from hecsim.report.money import arm_money
from hecsim.study import Arm, CommunitySpec, Results, Store, Study
from hecsim.web import cache
from hecsim.web.jobs import finished
from hecsim.web.plan import LAW, MIX, START_YEAR, family_home

__all__ = ["OPTIONS", "Ballot", "under_budget"]

# Three or four of each kind, for families with young children. A facilitator may name others.
OPTIONS = ("S03", "S06", "S08", "P01", "P02", "P05", "P15", "G04", "G09", "G12", "N04", "N06")
FEWEST, MOST = 4, 12


@dataclass(frozen=True)
class Ballot:
    """The question of the evening: a place, a horizon, options and a budget (USD a year)."""

    options: tuple[str, ...] = OPTIONS
    towns: tuple[str, ...] = ("Hartford",)
    households: int = 1000
    years: int = 10
    futures: int = 20
    budget: float = 5e6

    def __post_init__(self) -> None:
        ids = tuple(find(i).id for i in self.options)
        if len(set(ids)) != len(ids) or not FEWEST <= len(ids) <= MOST:
            raise ScenarioError(f"a ballot has {FEWEST} to {MOST} different options, not {len(ids)}", key="options")
        object.__setattr__(self, "options", ids)

    def study(self, picks: Iterable[str]) -> Study:
        """The study of a choice: current law beside it, the founding family inside."""
        chosen = sorted(set(picks), key=list(catalogue()).index)
        return Study(
            name="app",
            arms=(Arm(name=LAW), Arm(name=MIX, interventions=tuple(find(i)() for i in chosen))),
            community=CommunitySpec(towns=self.towns, households=self.households, seed=1, family=family_home(self.towns)),
            years=self.years,
            start_year=START_YEAR,
            futures=self.futures,
        )

    def ready(self, picks: Iterable[str]) -> bool:
        """Whether every future of a choice is kept on disk."""
        return len(finished(cache.key_of(self.study(picks)), self.futures)) == self.futures

    def price(self, option: str) -> float | None:
        """USD a year that an option alone costs in the towns, from its own run; None before that run."""
        key = cache.key_of(self.study([option]))
        done = finished(key, self.futures)
        if not done:
            return None
        return _spent(key, tuple(done)) / self.years

    def nights_work(self, largest: int = 3) -> list[tuple[str, ...]]:
        """Every choice that the hall could make, smallest first: each option alone, then pairs, then threes."""
        return [c for n in range(1, largest + 1) for c in combinations(self.options, n)]


@lru_cache(maxsize=64)
def _spent(key: str, done: tuple[int, ...]) -> float:
    """USD that the mix of a kept study spends over its horizon, from these futures."""
    results = Results.read(Store(cache.folder(key)), max(done) + 1)
    return float(arm_money(Facts(results), MIX).spending.difference)


def under_budget(tally: Mapping[str, int], price: Callable[[str], float | None], budget: float) -> list[dict[str, Any]]:
    """Options that got votes, most first, each with its price and whether it fits under the budget.

    >>> [(r["id"], r["in"]) for r in under_budget({"a": 3, "b": 9, "c": 5}, {"a": 1.0, "b": 4.0, "c": 2.0}.get, 5.0)]
    [('b', True), ('c', False), ('a', True)]
    """
    left, rows = float(budget), []
    for option, votes in sorted(tally.items(), key=lambda pair: -pair[1]):  # a stable sort keeps the ballot's order
        if votes < 1:
            continue
        cost = price(option)
        fits = cost is not None and cost <= left + 1e-9
        if fits:
            left -= max(cost or 0.0, 0.0)
        rows.append({"id": option, "votes": votes, "price": cost, "in": fits})
    return rows
