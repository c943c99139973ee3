"""The months that the arms of a future share: its burn-in, and those before any arm's first intervention.

They are lived once in a process; each arm goes on from a copy of the same state with the same luck.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from hecsim import evidence
from hecsim.community import Community
from hecsim.engine import Engine
from hecsim.errors import HecsimError, RunError
from hecsim.model import CommunityModel, burn_in
from hecsim.population import relive, restore_followed
from hecsim.processes.plan import MONTH
from hecsim.study.design import Arm, Study

__all__ = ["begun", "forget", "named", "plain"]


def plain(arm: Arm) -> bool:
    """Whether nothing but its interventions tells this arm from current law."""
    return arm.collaborative is None and arm.funds is None


@dataclass(frozen=True)
class Begun:
    """A future at month 0, which its arms begin from; models copy, so nothing here may be changed.

    trunk : a model of current law up to the first intervention of any plain arm; None if one starts at once
    """

    future: tuple[Study, Community, int]
    start: Community
    draw: evidence.Draw
    trunk: CommunityModel | None


# The last future begun in this process, which its next arm begins from too.
_last: list[Begun] = []


def forget() -> None:
    """Let go of the last future begun."""
    for old in _last:
        if old.trunk is not None:
            old.trunk.close()
    _last.clear()


def begun(study: Study, community: Community, index: int) -> tuple[Community, evidence.Draw, CommunityModel | None]:
    """The community at month 0 of a future, the future's parameters, and the months that its plain arms share."""
    for old in _last:
        s, c, i = old.future
        if s is study and c is community and i == index:
            return old.start, old.draw, old.trunk
    forget()
    future, draw = study.future(index), study.draw_of(index)
    # Histories belong to the future's own parameters and luck, so that nothing drifts for having been drawn from others.
    start = relive(community, draw, future.luck_seed)
    start.clock.start_year = study.start_year
    with named(f"future {index}, burn-in"):
        burn_in(start, Engine(MONTH, draw, future.luck_seed), months=study.burn_in)
        restore_followed(start, community)
        start.compact()
    trunk = _trunk(study, start, draw, index)
    _last[:] = [Begun((study, community, index), start, draw, trunk)]
    return start, draw, trunk


def _trunk(study: Study, start: Community, draw: evidence.Draw, index: int) -> CommunityModel | None:
    begins = [iv.start for arm in study.arms if plain(arm) for iv in arm.interventions if not iv.inert]
    shared = min(begins, default=0)
    if shared < 1:
        return None
    trunk = CommunityModel(
        community=start, years=study.years, start_year=study.start_year, seed=study.future(index).luck_seed, draw=draw,
        burn_in_months=0,
    )  # fmt: skip
    while trunk.running and trunk.month < shared:
        with named(f"future {index}, month {trunk.month}, before the arms differ"):
            trunk.step()
    return trunk


@contextmanager
def named(where: str) -> Iterator[None]:
    """Say where a future failed, whatever went wrong in it."""
    try:
        yield
    except HecsimError as problem:
        raise RunError(f"{where}: {problem}") from problem
    except Exception as problem:
        raise RunError(f"{where}: {type(problem).__name__}: {problem}") from problem
