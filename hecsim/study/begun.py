"""The months that the arms of a future share: its burn-in, and those before any arm's first intervention.

They are lived once in a process; each arm goes on from a copy of the same state with the same luck.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from hecsim import evidence
from hecsim.community import Community
from hecsim.engine import Engine
from hecsim.errors import HecsimError, RunError
from hecsim.life import Life, burn_in
from hecsim.population import relive, restore_followed
from hecsim.processes.plan import MONTH
from hecsim.study.design import Arm, Study

__all__ = ["begun", "forget", "keep", "named", "plain"]


def plain(arm: Arm) -> bool:
    """Whether nothing but its interventions tells this arm from current law."""
    return arm.collaborative is None and arm.funds is None


@dataclass(frozen=True)
class Begun:
    """A future at month 0, which its arms begin from; lives copy, so nothing here may be changed.

    of : what decides it: the study without its arms, the community, the future's index
    shared : months that every plain arm has in common
    trunk : a model of current law up to month `shared`; None if that is 0
    """

    of: tuple[str, Community, int]
    shared: int
    start: Community
    draw: evidence.Draw
    trunk: Life | None

    def like(self, of: tuple[str, Community, int]) -> bool:
        """Whether this is the same future of the same community."""
        return self.of[0] == of[0] and self.of[1] is of[1] and self.of[2] == of[2]


# The last futures begun in this process, newest last: the next arm, or another mix of the same place, begins from them too.
_kept: list[Begun] = []
_room = 1


def keep(futures: int) -> None:
    """Hold so many futures in memory; a server that lives many mixes of one place begins each future once."""
    global _room  # noqa: PLW0603  (a process has one memory)
    _room = max(1, futures)


def forget(community: Community | None = None) -> None:
    """Let go of the futures begun, or of those of one community."""
    for old in [b for b in _kept if community is None or b.of[1] is community]:
        _drop(old)


def _drop(old: Begun) -> None:
    _kept[:] = [b for b in _kept if b is not old]  # not by equality: communities have none
    if old.trunk is not None:
        old.trunk.close()


def begun(
    study: Study, community: Community, index: int, tick: Callable[[], None] | None = None
) -> tuple[Community, evidence.Draw, Life | None]:
    """The community at month 0 of a future, the future's parameters, and the months that its plain arms share.

    tick : called every month, so that a run which nobody waits for any more can be stopped by an error
    """
    of, shared = (_without_arms(study), community, index), _shared(study)
    same = [b for b in _kept if b.like(of)]
    found = next((b for b in same if b.shared == shared), None)
    if found is not None:
        _kept[:] = [b for b in _kept if b is not found]  # to the end
    else:
        while len(_kept) >= _room:
            _drop(_kept[0])
        start, draw = (same[0].start, same[0].draw) if same else _start(study, community, index, tick)
        found = Begun(of, shared, start, draw, _trunk(study, start, draw, index, shared, tick))
    _kept.append(found)
    return found.start, found.draw, found.trunk


def _without_arms(study: Study) -> str:
    said = {k: v for k, v in study.as_dict().items() if k not in ("name", "question", "arms", "contrasts")}
    return json.dumps(said, sort_keys=True, default=str)


def _start(study: Study, community: Community, index: int, tick: Callable[[], None] | None) -> tuple[Community, evidence.Draw]:
    future, draw = study.future(index), study.draw_of(index)
    # Histories belong to the future's own parameters and luck, so that nothing drifts for having been drawn from others.
    start = relive(community, draw, future.luck_seed)
    start.clock.start_year = study.start_year
    with named(f"future {index}, burn-in"):
        burn_in(start, Engine(MONTH, draw, future.luck_seed), months=study.burn_in, tick=tick)
        restore_followed(start, community)
        start.compact()
    return start, draw


def _shared(study: Study) -> int:
    return min((iv.start for arm in study.arms if plain(arm) for iv in arm.interventions if not iv.inert), default=0)


def _trunk(
    study: Study, start: Community, draw: evidence.Draw, index: int, shared: int, tick: Callable[[], None] | None
) -> Life | None:
    if shared < 1:
        return None
    trunk = Life(
        start.copy(), years=study.years, start_year=study.start_year, seed=study.future(index).luck_seed, draw=draw,
        burn_in_months=0,
    )  # fmt: skip
    while trunk.running and trunk.month < shared:
        with named(f"future {index}, month {trunk.month}, before the arms differ"):
            trunk.step()
        if tick is not None:
            tick()
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
