"""What a month compiles besides the loops of its processes: settlement, ties, measures, a new layout.

Whether somebody dies, moves or marries in the first month depends on the place, and a loop is compiled when it is
first called. So a throwaway copy is told that everything happens, and lives the end of one month.
"""

from __future__ import annotations

import numpy as np

from hecsim import evidence
from hecsim.community import Community
from hecsim.engine import Engine
from hecsim.interventions.delivery import Delivery
from hecsim.measures import Recorder
from hecsim.population import build_community, without_before
from hecsim.processes.plan import MONTH

__all__ = ["rehearse"]

_SMALL = 30_000  # residents of a community that is copied rather than built anew


def rehearse(community: Community) -> None:
    """Compile what belongs to no process of the month; the community stays as it is.

    >>> rehearse(community)                                  # doctest: +SKIP
    """
    small = community.residents <= _SMALL
    place = without_before(community if small else build_community("Andover", households=200))
    _stir(place)
    place.clock.month = -1  # the last month before the start: ties are mended, examples of newcomers put aside
    engine = Engine(MONTH, evidence.draw(None), 1)
    Delivery((), place, engine.draw, horizon=12).month(place, engine.context)
    for _ in range(2):
        engine.close_month(place)
        place.clock.month += 1
        _stir(place)
    Recorder(place, engine.draw).observe(place, engine.context)
    place.compact()


def _stir(community: Community) -> None:
    """Let everything be decided for somebody."""
    person, household = community.person, community.household
    grown = np.flatnonzero((person["present"] == 1) & (person["age"] >= 18 * 12))
    person["leaving"][grown] = np.arange(grown.size) % 5 * (np.arange(grown.size) % 3 == 0)
    mothers = grown[(person["sex"][grown] == 1) & (person["age"][grown] < 45 * 12)]
    person["pregnancy"][mothers[::20]] = 9
    homes = np.flatnonzero(household["present"] == 1)
    household["wants_move"][homes] = np.arange(homes.size) % 4 * (np.arange(homes.size) % 9 == 0)
