"""Pools of staff that programs share.

A place has so many nurses, home visitors or clinicians who can be hired for programs. Each carries
a caseload; posts stand empty for some months after each departure:

    capacity = staff per 10,000 residents x residents / 10,000 x caseload x (1 - turnover x refill / 12)

in families served at a time. Programs that name the same pool split what is free, each in
proportion to its waiting list, so that two programs together reach less than their sum.

>>> from hecsim import evidence
>>> Workforce(evidence.draw(None)).capacity("clinician", 0.0)
0.0
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hecsim.clock import MONTHS_PER_YEAR

__all__ = ["POOLS", "Request", "Workforce"]

POOLS = ("nurse", "home visitor", "clinician", "community health worker", "navigator", "coach")
_PER = 10_000  # the unit of staff density


@dataclass(frozen=True, slots=True)
class Request:
    """What one program asks of its pool: real families waiting, and those it serves now."""

    waiting: float
    active: float


class Workforce:
    """Capacity of the pools and how programs share it."""

    def __init__(self, draw: Mapping[str, Any], added: Callable[[str], float] | None = None):
        self._draw = draw
        self._added = added  # posts that somebody adds to a pool, by its name

    def _value(self, name: str, pool: str) -> float:
        return float(self._draw[f"interventions.{name}_{pool.replace(' ', '_')}"])

    def workers(self, pool: str, residents: float) -> float:
        """Filled posts in a place of so many residents."""
        empty = self._value("turnover", pool) * float(self._draw["interventions.refill_months"]) / MONTHS_PER_YEAR
        posts = self._value("staff", pool) * residents / _PER
        if self._added is not None:
            posts += self._added(pool)
        return posts * max(0.0, 1.0 - empty)

    def capacity(self, pool: str, residents: float) -> float:
        """Families that the pool can serve at a time."""
        return self.workers(pool, residents) * self._value("caseload", pool)

    def share(self, pool: str, residents: float, requests: Mapping[str, Request]) -> dict[str, float]:
        """Families that each program may take on this month, by the program's name."""
        if not pool:
            return {name: float("inf") for name in requests}
        free = max(0.0, self.capacity(pool, residents) - sum(r.active for r in requests.values()))
        wanted = sum(r.waiting for r in requests.values())
        if wanted <= free:
            return {name: r.waiting for name, r in requests.items()}
        return {name: free * r.waiting / wanted for name, r in requests.items()}
