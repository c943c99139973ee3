"""Employers: public recognition, social-impact plans and hiring credits.

Recognition is a flag on the business that the model's employers read: its bearer, and through imitation its peers,
move their practice. A plan is a commitment that pushes schedules and worksites; a credit pushes fair-chance hiring.
Nothing here hires anybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hecsim.clock import MONTHS_PER_YEAR
from hecsim.collaborative.spec import CollaborativeSpec
from hecsim.columns import BUSINESS
from hecsim.community import Community
from hecsim.levers import Move

__all__ = ["moves", "new_hires", "recognize", "withdraw"]

_EMPLOYER = BUSINESS.index("employer")
_WORKS = 1


def recognize(community: Community, spec: CollaborativeSpec, due: float) -> float:
    """Recognize the best that are not yet recognized; returns what is left of the awards due.

    due : awards due this month, at the simulated scale; fractions are carried on
    """
    b = community.business
    open_ = np.flatnonzero((b["kind"] == _EMPLOYER) & (b["open"] == 1) & (b["recognized"] == 0))
    merit = (b["fair_chance"] + b["stable_schedule"] + b["wellness"])[open_].astype(float)
    best = open_[np.argsort(-merit, kind="stable")][: int(due)]
    b["recognized"][best] = 1
    if spec.employer_plans:
        b["plan"][best] = 1
    return due - len(best) if len(best) == int(due) else 0.0


def withdraw(community: Community) -> None:
    """The collaborative has ended: nobody recognizes any more."""
    community.business["recognized"][:] = 0
    community.business["plan"][:] = 0


def moves(community: Community, spec: CollaborativeSpec, draw: Mapping[str, Any], source: str) -> list[Move]:
    """Levers of employers' practice this month."""
    out, plans = [], community.business["plan"].astype(np.float32)
    if plans.any():
        out.append(Move("employer_stable", "add", float(draw["collaborative.plan_stable"]), plans, source))
        out.append(Move("employer_wellness", "add", float(draw["collaborative.plan_wellness"]), plans, source))
    if spec.hiring_credit:
        dose = min(1.0, spec.hiring_credit / float(draw["collaborative.credit_reference"]))
        out.append(Move("employer_fair_chance", "add", float(draw["collaborative.credit_fair_chance"]), dose, source))
    return out


def new_hires(community: Community, weight: np.ndarray) -> float:
    """Real persons with a record who began a job within the year, a twelfth of them for a month's credits.

    weight : real households for each household row
    """
    p = community.person
    fresh = (p["present"] == 1) & (p["labor"] == _WORKS) & (p["record"] > 0) & (p["job_months"] < MONTHS_PER_YEAR)
    return float(weight[p["household"][fresh].astype(np.int64)].sum()) / MONTHS_PER_YEAR
