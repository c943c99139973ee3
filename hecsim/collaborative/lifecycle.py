"""Stages of a collaborative: forming, planning, funding, establishing, implementing, sustaining.

Each stage has its work, measured in months at the pace of an ordinary group; slow decisions, weak follow-through
and a thin backbone stretch it. Nothing that a collaborative carries works before it implements.

>>> from hecsim import evidence
>>> draw = evidence.draw(None)
>>> round(pace(latency=1.5, follow=0.72, backbone=1.0, draw=draw), 2)
1.0
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from hecsim.collaborative.spec import STAGES

__all__ = ["Progress", "advance", "months_of", "pace"]

ESTABLISHING, IMPLEMENTING, SUSTAINING, ENDED = (STAGES.index(s) for s in STAGES[3:])


@dataclass
class Progress:
    """The stage, the share of its work that is done, and the month in which it began."""

    stage: int
    done: float = 0.0
    since: int = 0

    @property
    def name(self) -> str:
        """The stage in words."""
        return STAGES[self.stage]

    @property
    def working(self) -> bool:
        """Whether services are delivered."""
        return self.stage in (IMPLEMENTING, SUSTAINING)


def months_of(stage: int, setup: float, draw: Mapping[str, Any]) -> float:
    """Work of a stage in months; establishing takes at least as long as the legal form."""
    months = float(np.asarray(draw["collaborative.stage_months"])[stage])
    return max(months, setup) if stage == ESTABLISHING else months


def pace(*, latency: float, follow: float, backbone: float, draw: Mapping[str, Any]) -> float:
    """Months of work done in a month: 1 at the reference time and follow-through of decisions, with a full backbone."""
    slow = max(latency / float(draw["collaborative.latency_reference"]), 1.0) ** float(draw["collaborative.latency_power"])
    thin = float(draw["collaborative.thin_backbone"])
    follow /= float(draw["collaborative.follow_reference"])
    return follow * (thin + (1.0 - thin) * min(backbone, 1.0)) / slow


def advance(now: Progress, month: int, speed: float, setup: float, draw: Mapping[str, Any]) -> Progress:
    """The life cycle a month later."""
    if now.stage >= SUSTAINING:
        return now
    done = now.done + speed / months_of(now.stage, setup, draw)
    return Progress(now.stage + 1, 0.0, month) if done >= 1.0 else Progress(now.stage, done, now.since)
