"""How a law comes about: idea, drafted, enacted; then, in the delivery of the law itself, implemented and complied with.

Each stage has a monthly hazard that effort raises. Effort comes from inside (departments that reform themselves and
work across government) and from outside (organized residents, forums, media, coalitions), and the two raise each
other: either alone is weaker than both.

    hazard = base x (1 + inside + outside + joint x inside x outside)
    organized' = organized + build x organizers x (1 - organized) + victory x (laws enacted) - decay x organized

>>> from hecsim import evidence
>>> draw = evidence.draw(None)
>>> both, one = pressure(0.5, 0.5, draw), pressure(0.5, 0.0, draw) + pressure(0.0, 0.5, draw) - 1.0
>>> both > one
True
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from hecsim.clock import MONTHS_PER_YEAR, monthly_decay
from hecsim.collaborative.spec import EFFORTS, CollaborativeSpec
from hecsim.engine import Context

__all__ = ["LAW_STAGES", "Law", "key_of", "organized_next", "outside_effort", "press", "pressure"]

LAW_STAGES = ("idea", "drafted", "enacted", "implemented", "complied with")
IDEA, DRAFTED, ENACTED = 0, 1, 2


@dataclass
class Law:
    """Where a law stands: stage, the month in which it was reached, and the month in which work on it began."""

    stage: int = IDEA
    since: int = 0
    began: int = 0

    @property
    def enacted(self) -> bool:
        """Whether it is in the statute book."""
        return self.stage >= ENACTED


def key_of(identifier: str) -> np.uint64:
    """The number that carries a law's luck: the same law meets the same luck in every arm."""
    return np.frombuffer(hashlib.sha256(identifier.encode()).digest()[:8], np.uint64)[0]


def pressure(inside: float, outside: float, draw: Mapping[str, Any]) -> float:
    """Multiplier of the hazards of drafting and enactment; inside and outside from 0 to 1."""
    a = float(draw["collaborative.press_inside"]) * inside
    b = float(draw["collaborative.press_outside"]) * outside
    return 1.0 + a + b + float(draw["collaborative.press_joint"]) * a * b


def outside_effort(spec: CollaborativeSpec, organized: float, draw: Mapping[str, Any]) -> float:
    """Pressure from outside, 0 to 1: organized residents, and each kind of campaign."""
    gain = np.asarray(draw["collaborative.effort_gain"], float)
    campaigns = float(sum(gain[EFFORTS.index(e)] for e in spec.efforts))
    return float(min(1.0, organized + (1.0 - organized) * campaigns))


def organized_next(organized: float, organizers: float, residents: float, victories: int, draw: Mapping[str, Any]) -> float:
    """The stock of organized residents a month later, 0 to 1; without support or victories it decays."""
    decay = 1.0 - monthly_decay(float(draw["collaborative.organized_half_life"]))
    reach = organizers * float(draw["collaborative.organizer_reach"]) / max(residents, 1.0)
    build = float(draw["collaborative.organized_build"]) * min(1.0, reach) * (1.0 - organized)
    gain = float(draw["collaborative.organized_victory"]) * victories * (organizers > 0)
    return float(np.clip(organized + build + gain - decay * organized, 0.0, 1.0))


def press(laws: Mapping[str, Law], month: int, push: float, context: Context) -> list[str]:
    """Move each law that has begun by at most one stage; returns the ids enacted this month."""
    won: list[str] = []
    base = np.asarray(context.draw["collaborative.law_years"], float)
    for name, law in laws.items():
        if law.enacted or month < law.began:
            continue
        hazard = push / (base[law.stage] * MONTHS_PER_YEAR)
        u = context.uniforms(f"collaborative.law.{LAW_STAGES[law.stage]}", month, np.array([key_of(name)]))[0]
        if u < -np.expm1(-hazard):
            law.stage, law.since = law.stage + 1, month
            if law.enacted:
                won.append(name)
    return won
