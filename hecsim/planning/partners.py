"""Who is at the table, who leads what, who carries too much, and who else should be there.

A mix needs kinds of organization that lead and support each of its parts, and a collaborative needs some work done
whatever its mix (backbone, fiduciary agent, residents' voice, advocacy, data, messengers, payers). Partners are those
of a file, or, where there is none, the kinds that a place of this size usually has.

    [[partner]]
    name = "Community Health Services"
    kind = "health center"
    at_table = true               # false for one that exists but does not take part
    hours = 20                    # staff time a week for the collaborative; left out: usual for its kind

>>> from hecsim import evidence
>>> plan = plan_partners(["G04", "P01"], [Partner("Hospital", "hospital")], evidence.draw(None))
>>> [m.kind for m in plan.missing if m.work == "P01"]
['legal aid']
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from hecsim.clock import MONTHS_PER_YEAR
from hecsim.collaborative import CollaborativeSpec
from hecsim.collaborative.roles import KINDS, SIMULATED, core_work, roles
from hecsim.columns import ORGANIZATION
from hecsim.errors import ScenarioError, UnknownNameError
from hecsim.interventions import Intervention, find
from hecsim.scenario import read_toml

__all__ = ["Missing", "Partner", "PartnerPlan", "expected_partners", "partners_of_spec", "plan_partners", "read_partners"]

_KEYS = ("name", "kind", "at_table", "hours")
_PER = 10_000


@dataclass(frozen=True, slots=True)
class Partner:
    """An organization: `number` of its kind (for expected ones), whether it takes part, hours a week, None as usual."""

    name: str
    kind: str
    at_table: bool = True
    hours: float | None = None
    number: float = 1.0


@dataclass(frozen=True, slots=True)
class Missing:
    """Work that nobody at the table leads: `kind` is who usually does; `there` those of it that exist outside."""

    work: str
    title: str
    kind: str
    there: tuple[str, ...]


@dataclass
class PartnerPlan:
    """The plan: one role row per intervention and kind of core work, load by partner, what is missing, who else.

    roles : work, title, responsible, accountable, consulted, informed
    load : partner, kind, leads, supports, hours, available, overloaded
    missing : `Missing` rows
    invite : kinds to invite, most needed first, with why
    """

    roles: list[dict[str, Any]] = field(default_factory=list)
    load: list[dict[str, Any]] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    invite: list[dict[str, Any]] = field(default_factory=list)

    def to_mapping(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "roles": self.roles, "load": self.load, "missing": [asdict(m) for m in self.missing], "invite": self.invite,
        }  # fmt: skip


def read_partners(path: str | Path) -> list[Partner]:
    """Partners of a TOML file; errors name the key and the row."""
    raw, file = read_toml(path), Path(path)
    for key in raw:
        if key != "partner":
            raise UnknownNameError(key, ["partner"], what="key", file=file, key=key)
    rows = raw.get("partner")
    if not isinstance(rows, list) or not rows or not all(isinstance(r, dict) for r in rows):
        raise ScenarioError("lists no partner", file=file, key="partner", hint="Write [[partner]] tables with name and kind")
    return [_read(row, n + 1, file) for n, row in enumerate(rows)]


def _read(row: Mapping[str, Any], n: int, file: Path) -> Partner:
    where = f"partner {n}"
    for key in row:
        if key not in _KEYS:
            raise UnknownNameError(key, _KEYS, what="key", file=file, key=f"{where}.{key}")
    kind, name = row.get("kind"), row.get("name")
    if not isinstance(name, str) or not name:
        raise ScenarioError("every partner has a name", file=file, key=where)
    if kind not in KINDS:
        raise UnknownNameError(str(kind), KINDS, what="kind of partner", file=file, key=f"{where}.kind")
    table, hours = row.get("at_table", True), row.get("hours")
    if not isinstance(table, bool):
        raise ScenarioError(f"must be true or false, not {table!r}", file=file, key=f"{where}.at_table")
    good = hours is None or (isinstance(hours, (int, float)) and not isinstance(hours, bool) and 0 <= hours < math.inf)
    if not good:
        raise ScenarioError(f"must be hours a week of at least 0, not {hours!r}", file=file, key=f"{where}.hours")
    return Partner(name, str(kind), table, None if hours is None else float(hours))


def partners_of_spec(spec: CollaborativeSpec) -> list[Partner]:
    """The partners that a collaborative seats, numbered by kind."""
    count: dict[str, int] = {}
    out = []
    for kind in spec.partners:
        count[kind] = count.get(kind, 0) + 1
        out.append(Partner(f"{kind} {count[kind]}" if spec.partners.count(kind) > 1 else kind, kind))
    if spec.resident_seats and "resident group" not in spec.partners:
        out.append(Partner(f"{spec.resident_seats} residents", "resident group"))
    return out


def expected_partners(towns: Sequence[str] | str, draw: Mapping[str, Any]) -> list[Partner]:
    """Kinds that a place of this size usually has, with their expected number, none of them at the table yet.

    Kinds of which fewer than half of one is expected are left out. These are rates, not a directory.
    """
    from hecsim import geography
    from hecsim.population.places import CORE, urbanicity

    place = geography.select(towns)
    table = place.town_table
    people = table["population"].to_numpy(float)
    density, poor = people / table["land_km2"].to_numpy(float), table["poor_below_100"].to_numpy(float)
    lines = {n: draw[f"population.{n}"] for n in ("urban_core", "urban_periphery", "rural")}
    core = urbanicity(density, poor, lines) == CORE
    rate = np.asarray(draw["population.organizations_rate"], float)
    lift = np.asarray(draw["population.organizations_core"], float)
    number = {k: float((people / _PER * rate[i] * np.where(core, lift[i], 1.0)).sum()) for i, k in enumerate(ORGANIZATION)}
    finer = np.asarray(draw["collaborative.kinds_rate"], float)
    number |= {k: float(people.sum() / _PER * finer[i]) for i, k in enumerate(SIMULATED)}
    number["town government"] = float(len(people))
    number["state agency"] = max(1.0, number["state agency"])  # the state's agencies serve every place
    return [Partner(k, k, at_table=False, number=round(n, 1)) for k, n in number.items() if n >= 0.5]


def plan_partners(
    interventions: Iterable[str | Intervention],
    partners: Sequence[Partner],
    draw: Mapping[str, Any],
    *,
    place: Sequence[Partner] = (),
    backbone: str = "",
) -> PartnerPlan:
    """Roles, load, gaps and invitations.

    interventions : ids or interventions of the mix
    partners : organizations that take part, or could
    place : kinds that the place has (`expected_partners`), to say who could be invited
    backbone : kind of the backbone; the first that may be one if empty
    """
    wanted = [i if isinstance(i, Intervention) else find(i)() for i in interventions]
    seated = [p for p in partners if p.at_table]
    outside = [*(p for p in partners if not p.at_table), *place]
    plan, hours = PartnerPlan(), {p.name: 0.0 for p in seated}
    leads: dict[str, list[str]] = {p.name: [] for p in seated}
    supports: dict[str, list[str]] = {p.name: [] for p in seated}
    lead_cost, support_cost = float(draw["collaborative.lead_hours"]), float(draw["collaborative.support_hours"])
    head = _backbone(seated, backbone)

    def take(kinds: Sequence[str], work: str) -> Partner | None:
        """The least loaded partner of the first kind that is there."""
        for kind in kinds:
            able = [p for p in seated if p.kind == kind]
            if able:
                best = min(able, key=lambda p: hours[p.name] / max(_available(p, draw), 1e-9))
                hours[best.name] += lead_cost
                leads[best.name].append(work)
                return best
        return None

    # What few partners can lead is given out first.
    for iv in sorted(wanted, key=lambda iv: sum(p.kind in _lead(iv.id) for p in seated)):
        leader = take(_lead(iv.id), iv.id)
        helpers = [p for p in seated if p.kind in _support(iv.id) and p is not leader]
        for p in helpers:
            hours[p.name] += support_cost
            supports[p.name].append(iv.id)
        if leader is None:
            plan.missing.append(_missing(iv.id, iv.title.en, _lead(iv.id), outside))
        plan.roles.append(_row(iv.id, iv.title.en, iv.kind, leader, head, helpers, seated))
    for name, entry in core_work().items():
        kinds = ([backbone] if backbone and name == "backbone" else []) + list(entry["lead"])
        leader = head if name == "backbone" else take(kinds, name)
        if leader is None:
            plan.missing.append(_missing(name, entry["en"], kinds, outside))
        elif name == "backbone":
            hours[leader.name] += lead_cost
            leads[leader.name].append(name)
        plan.roles.append(_row(name, entry["en"], "core", leader, head, [], seated))
    for p in seated:
        room = _available(p, draw)
        plan.load.append({
            "partner": p.name, "kind": p.kind, "leads": leads[p.name], "supports": supports[p.name],
            "hours": hours[p.name], "available": room, "overloaded": hours[p.name] > room,
        })  # fmt: skip
    plan.load.sort(key=lambda r: (-r["hours"] / max(r["available"], 1e-9), r["partner"]))
    plan.invite = _invitations(plan, wanted, seated, outside)
    return plan


def _lead(identifier: str) -> tuple[str, ...]:
    role = roles().get(identifier)
    return role.lead if role else ("social services",)


def _support(identifier: str) -> tuple[str, ...]:
    role = roles().get(identifier)
    return role.support if role else ()


def _available(p: Partner, draw: Mapping[str, Any]) -> float:
    if p.hours is not None:
        return p.hours
    usual = np.asarray(draw["collaborative.kind_hours"], float)
    return float(usual[ORGANIZATION.index(SIMULATED.get(p.kind, p.kind))])


def _backbone(seated: Sequence[Partner], kind: str) -> Partner | None:
    for wanted in ([kind] if kind else []) + list(core_work()["backbone"]["lead"]):
        found = [p for p in seated if p.kind == wanted]
        if found:
            return found[0]
    return None


def _missing(work: str, title: str, kinds: Sequence[str], outside: Sequence[Partner]) -> Missing:
    return Missing(work, title, kinds[0], tuple(p.name for p in outside if p.kind in kinds))


def _row(
    work: str, title: str, kind: str, leader: Partner | None, head: Partner | None, helpers: Sequence[Partner], seated: Any
) -> dict[str, Any]:
    informed = sorted({p.name for p in seated if p.kind in ("resident group", "funder", "health plan")})
    return {
        "work": work, "title": title, "kind": kind, "responsible": leader.name if leader else "",
        "accountable": head.name if head else "", "consulted": [p.name for p in helpers],
        "informed": [n for n in informed if not leader or n != leader.name],
    }  # fmt: skip


def _invitations(
    plan: PartnerPlan, wanted: Sequence[Intervention], seated: Sequence[Partner], outside: Sequence[Partner]
) -> list[dict[str, Any]]:
    """Kinds by how many gaps they close: led work first, then support, then relief of the overloaded."""
    here = {p.kind for p in seated}
    score: dict[str, list[float]] = {}
    why: dict[str, list[str]] = {}

    def add(kind: str, points: tuple[int, int], reason: str) -> None:
        now = score.setdefault(kind, [0, 0])
        now[0] += points[0]
        now[1] += points[1]
        why.setdefault(kind, []).append(reason)

    for m in plan.missing:
        add(m.kind, (1, 0), f"would lead {m.work} ({m.title})")
    for iv in wanted:
        for kind in _support(iv.id):
            if kind not in here:
                add(kind, (0, 1), f"supports {iv.id}")
    for row in plan.load:
        if row["overloaded"]:
            add(row["kind"], (0, 1), f"{row['partner']} has {row['hours']:.0f} hours of work a week for {row['available']:.0f}")
    number = {p.kind: p.number for p in outside}
    order = sorted(score, key=lambda k: (-score[k][0], -score[k][1], k))
    return [
        {"kind": k, "leads": score[k][0], "other": score[k][1], "expected_here": number.get(k), "why": why[k]} for k in order
    ]


def staff_needed(
    interventions: Sequence[Intervention], towns: Sequence[str] | str, spec: CollaborativeSpec, draw: Mapping[str, Any], *,
    households: int = 1000, seed: int = 1, progress: Any = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """Places that the mix needs in each pool of staff, against those that the place and the collaborative have.

    Counted from a synthetic community: those eligible at the start times reach, for the part of a year that service
    lasts. A first look: waiting lists, drop-out and competition follow from a run.

    Returns one mapping a pool: pool, programs, needed, there, posts_short (families at a time; posts).
    """
    from hecsim.collaborative.workforce import POOLS, Workforce
    from hecsim.engine import Engine
    from hecsim.interventions.frame import Frame
    from hecsim.population import build_community

    community = build_community(towns, households=households, seed=seed, progress=progress)
    context, frame = Engine((), draw, seed).context, Frame(community)
    residents = float(frame.residents.sum())
    workforce, added = Workforce(draw), dict(spec.staff)
    out = []
    for pool in POOLS:
        programs = [iv for iv in interventions if iv.pool == pool]
        if not programs:
            continue
        needed = 0.0
        for iv in programs:
            able = float(frame.weight[iv.unit][iv.eligible(community, context)].sum())
            months = iv.number(draw, "months", float(MONTHS_PER_YEAR))
            needed += able * iv.reach * min(1.0, months / MONTHS_PER_YEAR)
        caseload = float(draw[f"interventions.caseload_{pool.replace(' ', '_')}"])
        there = workforce.capacity(pool, residents) + added.get(pool, 0.0) * caseload
        out.append({
            "pool": pool, "programs": [iv.id for iv in programs], "needed": needed, "there": there,
            "posts_short": max(0.0, (needed - there) / caseload),
        })  # fmt: skip
    return out
