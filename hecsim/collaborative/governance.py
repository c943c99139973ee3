"""Forms, decision rules and seats: what each costs in time and money, and how much residents decide.

All functions take the settings and a draw of the parameters and return plain numbers, so that the run and the
planner (`hecsim plan governance`) say the same.

    latency = rule's months x (1 + per seat beyond five) x (1 - facilitator)
    influence of a seat = vote's weight x (1 - airtime) + airtime x size of its organization
    residents' influence = their share of influence x attendance x rung of the ladder, at least the veto's floor

>>> from hecsim import evidence
>>> draw = evidence.draw(None)
>>> quick, slow = CollaborativeSpec(rule="majority"), CollaborativeSpec(rule="consensus")
>>> latency(quick, draw) < latency(slow, draw)
True
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from hecsim.clock import MONTHS_PER_YEAR
from hecsim.collaborative.graph import dominance
from hecsim.collaborative.roles import SIMULATED
from hecsim.collaborative.spec import FORMS, LADDER, RULES, CollaborativeSpec
from hecsim.columns import ORGANIZATION

__all__ = ["Governance", "assess", "attendance", "follow_through", "influence", "latency", "setup_months", "yearly_costs"]

_FEW = 5  # seats at which the published pace of a rule holds; parameters count from here


@dataclass(frozen=True, slots=True)
class Governance:
    """What a form of governance means in numbers.

    latency : months from raising a question to a decision
    follow_through : share of decisions that is carried out
    attendance : share of meetings that a resident member comes to
    residents : share of the agenda that residents decide, 0 to 1
    dominance : concentration of influence, 0 to 1
    setup : months until the form stands
    hours : volunteer and staff hours at meetings a year
    """

    latency: float
    follow_through: float
    attendance: float
    residents: float
    dominance: float
    setup: float
    hours: float


def _of(draw: Mapping[str, Any], name: str) -> float:
    return float(draw[f"collaborative.{name}"])


def _from(draw: Mapping[str, Any], name: str, index: int) -> float:
    return float(np.asarray(draw[f"collaborative.{name}"])[index])


def latency(spec: CollaborativeSpec, draw: Mapping[str, Any]) -> float:
    """Months from raising a question to a decision."""
    months = _from(draw, "rule_latency", RULES.index(spec.rule))
    months *= 1.0 + _of(draw, "seat_latency") * max(0, spec.seats - _FEW)
    return months * (1.0 - _of(draw, "facilitator_latency") * spec.facilitator)


def follow_through(spec: CollaborativeSpec, draw: Mapping[str, Any]) -> float:
    """Share of decisions that is carried out."""
    base = _from(draw, "form_follow", FORMS.index(spec.form))
    return base + _of(draw, "scorecard_follow") * spec.scorecards * (1.0 - base)


def setup_months(spec: CollaborativeSpec, draw: Mapping[str, Any]) -> float:
    """Months until the legal form stands."""
    return _from(draw, "form_setup", FORMS.index(spec.form))


def attendance(spec: CollaborativeSpec, draw: Mapping[str, Any], *, other_language: float = 0.0) -> float:
    """Share of meetings that a resident member comes to.

    other_language : share of residents who speak another language than English at home
    """
    odds = _of(draw, "attend_base")
    odds += _of(draw, "attend_stipend") * np.sqrt(spec.stipend / _of(draw, "stipend_reference"))
    odds += _of(draw, "attend_child_care") * spec.child_care + _of(draw, "attend_mentor") * spec.mentor
    odds -= _of(draw, "attend_language") * other_language * (not spec.interpreters)
    odds += _of(draw, "attend_ladder") * LADDER.index(spec.ladder)
    return float(1.0 / (1.0 + np.exp(-odds)))


def influence(spec: CollaborativeSpec, draw: Mapping[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Share of influence by partner and by resident seat; together they sum to one.

    Size of an organization stands for budget and staff; without a neutral facilitator it takes more of the time.
    """
    size = np.asarray(draw["collaborative.kind_size"], float)[[ORGANIZATION.index(SIMULATED.get(k, k)) for k in spec.partners]]
    resident = np.full(spec.resident_seats, _of(draw, "resident_size"))
    both = np.concatenate([size, resident]) if spec.seats else np.zeros(0)
    vote = both if spec.rule == "weighted" else np.ones_like(both)
    vote = vote / max(vote.sum(), 1e-9)
    air = both / max(both.sum(), 1e-9)
    share = _of(draw, "airtime") * (1.0 - _of(draw, "facilitator_airtime") * spec.facilitator)
    total = (1.0 - share) * vote + share * air
    return total[: len(spec.partners)], total[len(spec.partners) :]


def assess(spec: CollaborativeSpec, draw: Mapping[str, Any], *, other_language: float = 0.0) -> Governance:
    """All of it at once; see `Governance`."""
    partners, residents = influence(spec, draw)
    comes = attendance(spec, draw, other_language=other_language)
    heard = residents.sum() * comes * _from(draw, "ladder_voice", LADDER.index(spec.ladder))
    if spec.rule == "resident veto" and spec.resident_seats:
        heard = max(heard, _of(draw, "veto_floor") * comes)
    hours = _of(draw, "meetings") * _of(draw, "meeting_hours") * (len(spec.partners) + spec.resident_seats * comes)
    return Governance(
        latency(spec, draw), follow_through(spec, draw), comes, float(min(heard, 1.0)),
        dominance([*partners, *residents]), setup_months(spec, draw), float(hours),
    )  # fmt: skip


def yearly_costs(spec: CollaborativeSpec, draw: Mapping[str, Any], *, other_language: float = 0.0) -> dict[str, float]:
    """Dollars a year by category, once it stands; `setup` falls once.

    >>> from hecsim import evidence
    >>> yearly_costs(CollaborativeSpec(stipend=50), evidence.draw(None))["stipends"] > 0
    True
    """
    comes = attendance(spec, draw, other_language=other_language)
    meetings = _of(draw, "meetings")
    present = spec.resident_seats * comes * meetings
    posts = sum(n for _, n in spec.staff)
    return {
        "setup": _from(draw, "form_setup_cost", FORMS.index(spec.form)),
        "legal and fiduciary": _from(draw, "form_cost", FORMS.index(spec.form)),
        "stipends": present * spec.stipend,
        "child care": present * _of(draw, "child_care_cost") * spec.child_care,
        "interpreters": meetings * _of(draw, "interpreter_cost") * spec.interpreters,
        "mentor and training": spec.resident_seats * _of(draw, "mentor_cost") * spec.mentor,
        "facilitator": meetings * _of(draw, "facilitator_cost") * spec.facilitator,
        "accountability": len(spec.partners) * _of(draw, "scorecard_cost") * spec.scorecards,
        "hub staff": spec.hub_staff * _of(draw, "intake_salary"),
        "recruiting": posts * _of(draw, "recruit_cost"),
        "advocacy": len(spec.efforts) * _of(draw, "effort_cost"),
        "employer plans": _of(draw, "plan_cost") * spec.awards * spec.employer_plans,
    }


def monthly(yearly: float) -> float:
    """A month's part of a yearly sum."""
    return yearly / MONTHS_PER_YEAR
