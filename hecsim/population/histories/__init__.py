"""Histories: what people bring with them to the first month, one module a room, in a fixed order.

Each module has `initialize(community, draw, rng)`. The order matters: a later room reads what earlier
ones wrote (weight reads stress and activity, health reads weight).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import numpy as np

from hecsim import evidence, luck
from hecsim.community import Community
from hecsim.memory import give_back

__all__ = ["ORDER", "run"]

ORDER = ("labor", "status", "income", "housing", "place", "family", "food", "activity", "weight", "health", "ties")


def _module(room: str) -> Any:
    """Import the module of a room; all are needed, so one that is missing is an error with its name."""
    name = f"{__name__}.{room}"
    try:
        module = import_module(name)
    except ModuleNotFoundError as problem:
        if problem.name != name:
            raise  # the module is there, but something that it imports is not
        raise ImportError(
            f"history '{room}' is missing ({name}); histories=False builds a community without histories"
        ) from problem
    if not hasattr(module, "initialize"):
        raise ImportError(f"{name} has no function initialize(community, draw, rng)")
    return module


def recount(community: Community, draw: Any) -> None:
    """Recount the roster columns of all households from their members."""
    from hecsim.engine import Engine
    from hecsim.processes.roster import ROSTER

    Engine([ROSTER], draw, community.seed).run_blocks(community)


def run(
    community: Community,
    seed: int,
    progress: Callable[[str, float], None] | None = None,
    rooms: Sequence[str] = ORDER,
    *,
    draw: Any = None,
) -> None:
    """Call every room in order, each with a generator of its own, with the roster counted before each.

    draw : the parameters that histories follow from; central values by default
    """
    modules = [(room, _module(room)) for room in rooms]
    draw = evidence.draw(None) if draw is None else draw
    for i, (room, module) in enumerate(modules):
        if progress is not None:
            progress(f"history of {room}", 0.8 + 0.2 * i / len(modules))
        recount(community, draw)
        # A room's own stream: one room drawing more numbers never shifts another's.
        rng = np.random.default_rng([int(seed) & 0xFFFFFFFFFFFFFFFF, luck.decision_id(f"history.{room}")])
        module.initialize(community, draw, rng)
        give_back(community.person.size)
    recount(community, draw)
