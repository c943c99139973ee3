"""Forms and rules of governance side by side, and a draft plan that a group can argue over.

What a form costs, how long decisions take, what is carried out and how much residents decide come from the same
functions that the simulated collaborative lives by (`hecsim.collaborative.governance`).

>>> from hecsim import evidence
>>> from hecsim.collaborative import CollaborativeSpec
>>> options = compare_governance(CollaborativeSpec(), evidence.draw(None))
>>> len(options), options[0].keys() >= {"form", "rule", "months_to_services", "residents_influence"}
(20, True)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import resources
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined

from hecsim.clock import month_label
from hecsim.collaborative import CollaborativeSpec
from hecsim.collaborative.governance import assess, yearly_costs
from hecsim.collaborative.lifecycle import months_of, pace
from hecsim.collaborative.spec import FORMS, LADDER, RULES, STAGES
from hecsim.errors import UnknownNameError

__all__ = ["FORM_WORDS", "RULE_WORDS", "compare_governance", "draft_plan", "engagement_options", "resident_costs", "timeline"]

FORM_WORDS = {
    "informal": "no formal governance: agreement by custom",
    "mou": "memorandum of understanding: roles and rules in writing, no body of its own",
    "hosted": "hosted: a fiscal sponsor holds money and staff under bylaws of the group",
    "llc": "limited liability company owned by the partners",
    "nonprofit": "independent 501(c)(3) with a board and bylaws",
}
RULE_WORDS = {
    "consensus": "everybody can live with it",
    "majority": "one seat, one vote",
    "weighted": "votes by what partners bring in",
    "resident veto": "one seat, one vote, and residents may stop a decision",
}
STEPS = {
    "forming": ("agree on purpose, members and seats", "name a backbone and a neutral facilitator"),
    "planning": ("choose the geography", "assess needs and assets with residents", "choose interventions and write the plan"),
    "funding": ("agree on a fiduciary agent", "line up money by what each source may pay for"),
    "establishing": ("sign the governance documents", "hire staff", "agree on data sharing", "set up accounts"),
    "implementing": ("open the hub and the first services", "report to each other and to residents every quarter"),
}


def timeline(spec: CollaborativeSpec, draw: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Stages from where the group stands to services, with expected months and the month in which each begins."""
    g = assess(spec, draw)
    engaged = float(draw["collaborative.engaged_start"])
    speed = pace(latency=g.latency, follow=g.follow_through, backbone=engaged, draw=draw)
    out, begins = [], float(spec.start)
    for stage in range(STAGES.index(spec.stage), STAGES.index("sustaining")):
        months = months_of(stage, g.setup, draw) / speed
        out.append({"stage": STAGES[stage], "begins": begins, "months": months, "steps": list(STEPS[STAGES[stage]])})
        begins += months
    return out


def _services(steps: Sequence[Mapping[str, Any]], default: float) -> float:
    return next((float(s["begins"]) for s in steps if s["stage"] == "implementing"), default)


def compare_governance(
    spec: CollaborativeSpec, draw: Mapping[str, Any], *, other_language: float = 0.0
) -> list[dict[str, Any]]:
    """Every form with every rule, what nothing beats first.

    Each row: form, rule, months_per_decision, follow_through, months_to_services, residents_influence, dominance,
    hours (a year, at meetings), setup and yearly dollars, and `dominated`: another row is at least as good in
    time, influence and cost and better in one.
    """
    rows: list[dict[str, Any]] = []
    for form in FORMS:
        for rule in RULES:
            one = replace(spec, form=form, rule=rule)
            g, costs = assess(one, draw, other_language=other_language), yearly_costs(one, draw, other_language=other_language)
            rows.append({
                "form": form, "rule": rule, "months_per_decision": g.latency, "follow_through": g.follow_through,
                "months_to_services": _services(timeline(one, draw), spec.start), "residents_influence": g.residents,
                "dominance": g.dominance, "hours": g.hours, "setup": costs["setup"],
                "yearly": sum(v for k, v in costs.items() if k != "setup"),
            })  # fmt: skip
    # A higher value is worse but for residents' influence.
    aims = {"months_to_services": 1, "residents_influence": -1, "yearly": 1}
    for row in rows:
        row["dominated"] = any(
            all(sign * other[k] <= sign * row[k] for k, sign in aims.items())
            and any(sign * other[k] < sign * row[k] for k, sign in aims.items())
            for other in rows
        )
    return sorted(rows, key=lambda r: (r["dominated"], r["months_to_services"], -r["residents_influence"]))


def engagement_options(
    spec: CollaborativeSpec, draw: Mapping[str, Any], *, other_language: float = 0.0
) -> list[dict[str, Any]]:
    """What each way to engage residents adds, one at a time and all together: attendance, influence, dollars a year."""
    ways: dict[str, dict[str, Any]] = {
        "as it stands": {}, "stipend of $75 a meeting": {"stipend": 75.0}, "child care": {"child_care": True},
        "interpreters": {"interpreters": True}, "mentor and training": {"mentor": True},
        "neutral facilitator": {"facilitator": True}, "two more resident seats": {"resident_seats": spec.resident_seats + 2},
        "residents collaborate": {"ladder": "collaborate"}, "residents may veto": {"rule": "resident veto"},
    }  # fmt: skip
    together = {k: v for change in ways.values() for k, v in change.items() if _worse(getattr(spec, k), v)}
    nothing = {"stipend": 0.0, "ladder": "consult", "rule": "majority"}
    for name, change in list(ways.items()):
        if change and not any(_worse(getattr(spec, k), v) for k, v in change.items()):  # it has this: what if it had not?
            del ways[name]
            ways[f"without: {name.split(' of $')[0]}"] = {k: nothing.get(k, False) for k in change}
    ways["all that is missing"] = together
    base = sum(resident_costs(spec, draw, other_language).values())
    out = []
    for name, change in ways.items():
        one = replace(spec, **change)
        g = assess(one, draw, other_language=other_language)
        cost = sum(resident_costs(one, draw, other_language).values())
        out.append({
            "way": name, "attendance": g.attendance, "residents_influence": g.residents, "dominance": g.dominance,
            "yearly": cost, "added": cost - base,
        })  # fmt: skip
    return out


def _worse(now: Any, other: Any) -> bool:
    """Whether a setting stands below another value of it."""
    if isinstance(now, str):
        order = LADDER if now in LADDER else ("weighted", "consensus", "majority", "resident veto")
        return order.index(now) < order.index(other)
    return bool(now < other)


def resident_costs(spec: CollaborativeSpec, draw: Mapping[str, Any], other_language: float) -> dict[str, float]:
    """Dollars a year that engaging residents takes."""
    named = ("stipends", "child care", "interpreters", "mentor and training", "facilitator")
    return {k: v for k, v in yearly_costs(spec, draw, other_language=other_language).items() if k in named}


def draft_plan(
    spec: CollaborativeSpec,
    draw: Mapping[str, Any],
    *,
    style: str = "markdown",
    towns: Sequence[str] = (),
    mix: Sequence[tuple[str, str]] = (),
    roles: Sequence[Mapping[str, Any]] = (),
    start_year: int = 2025,
    other_language: float = 0.0,
) -> str:
    """A draft governance plan as text: "markdown", or "html" as one self-contained page.

    mix : ids and names of the interventions planned
    roles : role rows of `plan_partners`, if there are any
    """
    if style not in ("markdown", "html"):
        raise UnknownNameError(style, ("markdown", "html"), what="style of a plan")
    steps = [{**s, "when": month_label(round(s["begins"]), start_year)} for s in timeline(spec, draw)]
    costs = yearly_costs(spec, draw, other_language=other_language)
    page = {
        "spec": spec, "g": assess(spec, draw, other_language=other_language), "steps": steps, "towns": list(towns),
        "costs": {k: v for k, v in costs.items() if v}, "form": FORM_WORDS[spec.form], "rule": RULE_WORDS[spec.rule],
        "total": sum(v for k, v in costs.items() if k != "setup"), "mix": list(mix), "roles": list(roles),
        "meetings": float(draw["collaborative.meetings"]),
        "options": [o for o in compare_governance(spec, draw, other_language=other_language) if not o["dominated"]],
    }  # fmt: skip
    loader = FunctionLoader(lambda name: (resources.files("hecsim.planning") / "data" / name).read_text(encoding="utf-8"))
    environment = Environment(
        loader=loader, autoescape=style == "html", undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("governance.html" if style == "html" else "governance_md.html").render(**page)
