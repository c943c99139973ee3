"""M0: current law in Connecticut as it was delivered, from 2024 to 2036. In force in every arm.

The bases of the levers hold the law of 2025 for the state as a whole. The calendar moves only what
changes over time or differs between places, so that nothing is counted twice:

    minimum wage            indexed each January, in constant 2025 dollars
    Connecticut EITC        40 percent throughout; $250 per return with a child from tax year 2025
    eviction counsel        phased in by ZIP code; few tenants are represented outside the large cities
    Care 4 Kids             a waiting list since 2025; more places as the Early Start endowment pays out
    Clean Slate             automatic by law, delivered slowly
    school meals            free for all where districts use community eligibility, mostly large cities
    paid sick days          employers of 11 or more from 2026, all from 2027
    newborn nurse visits    Family Bridge, Greater Bridgeport only
    paid leave              in force since 2022 at the base level
    baby bonds              births from July 2023; no payment before 2041, so no effect in a run
    violence intervention   Hartford's is in the violence levels of the data; it goes on
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hecsim.community import Community
from hecsim.engine import Context
from hecsim.interventions.programs import NurseVisits
from hecsim.levers import Move
from hecsim.levers.book import CURRENT_LAW

__all__ = ["GREATER_BRIDGEPORT", "Calendar"]

GREATER_BRIDGEPORT = ("Bridgeport", "Easton", "Fairfield", "Monroe", "Stratford", "Trumbull")
URBAN_CORE = 3  # code of a town's `urban`
SOURCE = CURRENT_LAW
_FIRST_YEAR = 2024


def _at_year(values: Any, year: int) -> float:
    """A yearly figure whose list starts in 2024; the last known holds until a newer one is added."""
    return float(values[min(max(year - _FIRST_YEAR, 0), len(values) - 1)])


class Calendar:
    """Moves of current law by date, for one community."""

    def __init__(self, community: Community, draw: Mapping[str, Any]):
        self.draw = draw
        urban = community.tables["town"]["urban"] == URBAN_CORE
        self.core = urban[community.neighborhood["town"].astype(np.int64)].astype(np.float32)

    def _number(self, name: str) -> float:
        return float(self.draw[f"calendar.{name}"])

    def month(self, community: Community, context: Context) -> None:
        """Move the levers of this month."""
        for move in self.moves(community.clock.year, community.clock.calendar_month):
            context.levers.move(move)

    def moves(self, year: int, calendar_month: int) -> list[Move]:
        """What current law moves in a calendar month (0 for January)."""
        when = year + calendar_month / 12
        everywhere = [
            Move("minimum_wage", "set", self._minimum_wage(year), None, SOURCE),
            Move("sick_days", "add", _at_year(self.draw["calendar.sick_days"], year), None, SOURCE),
            Move("record_clear", "add", self._clearing(when), None, SOURCE),
            Move("care_slots", "scale", self._care_slots(when), None, SOURCE),
        ]
        if year < self._number("eitc_flat_from"):
            everywhere.append(Move("eitc_state_flat", "set", 0.0, None, SOURCE))
        return [
            *everywhere,
            *self._by_place("representation", "counsel_covered", "counsel_elsewhere"),
            *self._by_place("free_school_meals", "meals_covered", "meals_elsewhere"),
        ]

    def _by_place(self, lever: str, core: str, other: str) -> list[Move]:
        first, second = self._number(other), self._number(core)
        return [
            Move(lever, "set", first, (1.0 - self.core).astype(np.float32), f"{SOURCE} other towns"),
            Move(lever, "set", second, self.core, f"{SOURCE} urban core"),
        ]

    def _minimum_wage(self, year: int) -> float:
        """Constant 2025 dollars: known years from the table, then real growth of labor cost."""
        known = self.draw["calendar.minimum_wage"]
        beyond = max(0, year - (_FIRST_YEAR + len(known) - 1))
        return _at_year(known, year) * (1.0 + self._number("minimum_wage_growth")) ** beyond

    def _clearing(self, when: float) -> float:
        late = when >= self._number("clean_slate_from")
        return self._number("clean_slate_later" if late else "clean_slate_first")

    def _care_slots(self, when: float) -> float:
        """1 until the endowment pays out, then a straight line to its full size."""
        first, years = self._number("early_start_from"), self._number("early_start_years")
        return 1.0 + self._number("early_start_gain") * float(np.clip((when - first) / years, 0.0, 1.0))

    def pilots(self, community: Community) -> tuple[NurseVisits, ...]:
        """Programs that current law already runs somewhere in this community."""
        here = tuple(t for t in community.labels["town"] if t in GREATER_BRIDGEPORT)
        reach = self._number("family_bridge_reach")
        return (NurseVisits(places=here, reach=reach, start=0, ramp=0),) if here else ()
