"""Organizations at the table: who joins, how engaged each is, what it carries, when one leaves.

State of each stands in columns `co_*` of the organization table, so that Mesa's Organization agents show it. Each month

    engaged' = engaged + rate (target - engaged)
    target   = base + facilitator + scorecards + working - dominance - latency - overload, between 0 and 1

and a partner leaves with a hazard that grows as engagement falls. An organization that carries more families than
it can serve is overloaded; data maturity of the small ones rises with data navigators.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hecsim.clock import MONTHS_PER_YEAR
from hecsim.collaborative.roles import SIMULATED
from hecsim.collaborative.spec import CollaborativeSpec
from hecsim.columns import ORGANIZATION
from hecsim.community import Community
from hecsim.engine import Context
from hecsim.tables import Column, Table

__all__ = ["ROLES", "carry", "join", "learn", "live", "members"]

ROLES = ("not a member", "partner", "backbone", "left")
MEMBER, BACKBONE, LEFT = 1, 2, 3
_COLUMNS = (
    Column("co_role", "uint8", "code", "role in the collaborative", ROLES),
    Column("co_engaged", "float32", "1", "engagement in the collaborative, 0 to 1"),
    Column("co_load", "float32", "1", "families carried against capacity"),
    Column("co_months", "uint16", "month", "months at the table"),
)


def _value(draw: Mapping[str, Any], name: str) -> float:
    return float(draw[f"collaborative.{name}"])


def table_of(community: Community) -> Table:
    """The organization table, with the collaborative's columns."""
    table = community.tables["organization"]
    for column in _COLUMNS:
        if column.name not in table:
            table.add(column)
    return table


def join(community: Community, spec: CollaborativeSpec, draw: Mapping[str, Any]) -> list[str]:
    """Seat the partners: of each kind the largest that are there. Returns the kinds that the place does not have."""
    o, absent = table_of(community), []
    wanted: dict[str, int] = {}
    for kind in (SIMULATED.get(k, k) for k in spec.partners):
        wanted[kind] = wanted.get(kind, 0) + 1
    for kind, number in wanted.items():
        rows = np.flatnonzero(o["kind"] == ORGANIZATION.index(kind))
        rows = rows[np.argsort(-o["capacity"][rows], kind="stable")][:number]
        o["co_role"][rows] = MEMBER
        o["co_engaged"][rows] = _value(draw, "engaged_start")
        absent += [kind] * (number - len(rows))
    lead = np.flatnonzero((o["co_role"] == MEMBER) & (o["kind"] == ORGANIZATION.index(spec.backbone)))
    if lead.size:
        o["co_role"][lead[0]] = BACKBONE
    return absent


def members(community: Community) -> np.ndarray:
    """Rows of the organizations at the table now."""
    o = table_of(community)
    return np.flatnonzero((o["co_role"] == MEMBER) | (o["co_role"] == BACKBONE))


def live(
    community: Community, spec: CollaborativeSpec, context: Context, month: int, *,
    dominance: float, latency: float, working: bool,
) -> list[int]:  # fmt: skip
    """One month of engagement; returns the rows of partners that left or came back."""
    o, draw, rows = table_of(community), context.draw, members(community)
    target = _value(draw, "engaged_base") + _value(draw, "engaged_facilitator") * spec.facilitator
    target += _value(draw, "engaged_scorecards") * spec.scorecards + _value(draw, "engaged_working") * working
    target -= _value(draw, "engaged_dominance") * dominance + _value(draw, "engaged_latency") * latency
    over = np.maximum(o["co_load"][rows].astype(float) - 1.0, 0.0)
    aim = np.clip(target - _value(draw, "engaged_overload") * np.minimum(over, 1.0), 0.0, 1.0)
    now = o["co_engaged"][rows].astype(float)
    o["co_engaged"][rows] = now + _value(draw, "engaged_rate") * (aim - now)
    o["co_months"][rows] += 1
    hazard = _value(draw, "leave_rate") / MONTHS_PER_YEAR * (1.0 - o["co_engaged"][rows].astype(float))
    u = context.uniforms("collaborative.partner_leaves", month, o["key"][rows])
    gone = rows[(u < hazard) & (o["co_role"][rows] != BACKBONE)]
    o["co_role"][gone], o["co_engaged"][gone] = LEFT, 0.0
    # Who left may come back, or another of its kind takes the seat, the sooner the more engaged the others are.
    out = np.flatnonzero(o["co_role"] == LEFT)
    out = np.setdiff1d(out, gone)
    hazard = _value(draw, "return_rate") / MONTHS_PER_YEAR * (float(o["co_engaged"][rows].mean()) if rows.size else 0.0)
    back = out[context.uniforms("collaborative.partner_returns", month, o["key"][out]) < hazard]
    o["co_role"][back], o["co_engaged"][back], o["co_months"][back] = MEMBER, _value(draw, "engaged_start"), 0
    return [int(r) for r in (*gone, *back)]


def learn(community: Community, spec: CollaborativeSpec, draw: Mapping[str, Any]) -> float:
    """Data of the partners mature with navigators; returns the mean maturity over partners."""
    o, rows = table_of(community), members(community)
    if not rows.size:
        return 0.0
    small = rows[o["data_maturity"][rows] < _value(draw, "data_small")]
    if small.size and spec.data_navigators:
        share = min(1.0, spec.data_navigators * _value(draw, "navigator_partners") / small.size)
        gap = _value(draw, "data_goal") - o["data_maturity"][small].astype(float)
        o["data_maturity"][small] += (share * _value(draw, "data_rate") * np.maximum(gap, 0.0)).astype(np.float32)
    return float(o["data_maturity"][rows].astype(float).mean())


def carry(community: Community, families: Mapping[str, float], scale: float) -> None:
    """Share the families in service among partners of the kind that carries them, and note their load.

    families : real families in service by kind of organization
    scale : real families for each simulated one
    """
    o = table_of(community)
    rows = members(community)
    o["served"][rows], o["co_load"][rows] = 0.0, 0.0
    for kind, number in families.items():
        own = rows[o["kind"][rows] == ORGANIZATION.index(kind)]
        room = o["capacity"][own].astype(float)
        if own.size and room.sum() > 0:
            served = number / max(scale, 1e-9) * room / room.sum()
            o["served"][own] = served
            o["co_load"][own] = served / np.maximum(room, 1e-9)
