"""All that a run compiles, made ready: the loops of the month, and settlement, ties, measures, a new layout.

Whether somebody dies, moves or marries in the first month depends on the place, and a loop is compiled when it is
first called. So a throwaway copy is told that everything happens, and lives the end of one month.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hecsim import evidence
from hecsim.community import Community
from hecsim.engine import Engine
from hecsim.interventions.delivery import Delivery
from hecsim.measures import Recorder
from hecsim.population import build_community, without_before
from hecsim.processes.plan import MONTH
from hecsim.warmup import WarmUp

__all__ = ["get_ready", "rehearse"]

_SMALL = 30_000  # residents of a community that is copied rather than built anew
_SOMEWHERE = ("Andover", 200)  # the smallest town, and households of it


def get_ready(progress: Callable[[int, int], None] | None = None) -> int:
    """Compile, on all cores, what a run needs and this machine does not hold yet; returns how many loops of the month.

    progress : called with how many of them are ready and how many there are to make

    >>> get_ready()                                          # doctest: +SKIP
    0
    """
    with WarmUp() as warm:
        if not warm.missing:
            return 0
        said = None if progress is None else (lambda *_: progress(warm.made, warm.missing))
        place = build_community(_SOMEWHERE[0], households=_SOMEWHERE[1], progress=said)
        return warm.finish(place, progress=progress, meanwhile=lambda tell: rehearse(place, tell))


def rehearse(community: Community, tell: Callable[[], None] = lambda: None) -> None:
    """Compile what belongs to no process of the month; the community stays as it is. `tell` is called now and then.

    >>> rehearse(community)                                  # doctest: +SKIP
    """
    small = community.residents <= _SMALL
    place = without_before(community if small else build_community(_SOMEWHERE[0], households=_SOMEWHERE[1]))
    _stir(place)
    place.clock.month = -1  # the last month before the start: ties are mended, examples of newcomers put aside
    engine = Engine(MONTH, evidence.draw(None), 1)
    Delivery((), place, engine.draw, horizon=12).month(place, engine.context)
    for _ in range(2):
        tell()
        engine.close_month(place)
        place.clock.month += 1
        _stir(place)
    tell()
    Recorder(place, engine.draw).observe(place, engine.context)
    tell()
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
