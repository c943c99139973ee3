"""The order of a month, as data.

Before the first block the places change, reading last month's residents; then every block lives its
month; then people settle: births, deaths, unions, moves, and what neighborhoods and ties make of it.
A process reads what stands above it from this month and what stands below it from last month.
"""

from __future__ import annotations

from collections.abc import Iterable

from hecsim.errors import HecsimError, UnknownNameError
from hecsim.extensions import added
from hecsim.processes import place, retail
from hecsim.processes.activity import ACTIVITY, SURROUNDINGS
from hecsim.processes.adversity import ADVERSITY_PROCESSES
from hecsim.processes.base import Process
from hecsim.processes.budget import BUDGET
from hecsim.processes.care import CARE
from hecsim.processes.demography import DEMOGRAPHY
from hecsim.processes.employers import EMPLOYERS
from hecsim.processes.family import FAMILY_PROCESSES
from hecsim.processes.food import ACCESS, DIET, SECURITY
from hecsim.processes.food_energy import ENERGY
from hecsim.processes.health import HEALTH
from hecsim.processes.housing import HOUSING
from hecsim.processes.income import INCOME
from hecsim.processes.labor import LABOR
from hecsim.processes.roster import AGEING, ROSTER
from hecsim.processes.settle import SETTLE
from hecsim.processes.settle_means import MEANS
from hecsim.processes.stress import EXPOSURE, STRESS
from hecsim.processes.ties import TIES
from hecsim.processes.trust import TRUST
from hecsim.processes.weight import WEIGHT

__all__ = ["MONTH", "describe"]

OPENING: tuple[Process, ...] = (
    place.SURROUNDINGS, place.VIOLENCE, place.NORMS, retail.STORES, retail.RETAIL, EMPLOYERS,
)  # fmt: skip
BLOCK: tuple[Process, ...] = (
    AGEING, ROSTER,
    *LABOR, *INCOME, CARE, *BUDGET,
    *HOUSING,
    place.EXPOSURE, ACCESS, SECURITY, DIET, ENERGY,
    EXPOSURE, STRESS,
    *FAMILY_PROCESSES,
    *ADVERSITY_PROCESSES,
    SURROUNDINGS, ACTIVITY,
    *WEIGHT,
    *HEALTH,
    *DEMOGRAPHY,
)  # fmt: skip
CLOSING: tuple[Process, ...] = (SETTLE, MEANS, TIES, TRUST)


def _joined(plan: tuple[Process, ...], more: Iterable[Process]) -> tuple[Process, ...]:
    """The plan with processes of other packages, each behind the one that it follows."""
    joined = list(plan)
    for p in more:
        names = [q.name for q in joined]
        if p.name in names:
            raise HecsimError(f"the process '{p.name}' of another package has the name of one that exists; rename it")
        if p.after not in names:
            raise UnknownNameError(p.after, names, what="process", key=f"after of '{p.name}'")
        joined.insert(names.index(p.after) + 1, p)
    return tuple(joined)


MONTH: tuple[Process, ...] = _joined((*OPENING, *BLOCK, *CLOSING), (p for _, p in added("hecsim.processes")))


def describe() -> list[dict[str, str]]:
    """The month as rows: step, process, scope, summary, columns written, decisions, levers."""
    return [
        {
            "step": str(i + 1), "process": p.name, "scope": p.scope, "summary": p.summary, "writes": ", ".join(p.writes),
            "decisions": ", ".join(p.decisions), "levers": ", ".join(p.levers),
        }
        for i, p in enumerate(MONTH)
    ]  # fmt: skip
