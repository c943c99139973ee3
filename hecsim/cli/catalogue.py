"""Commands that list what there is: interventions, evidence."""

from __future__ import annotations

from typing import Any

import click
from rich.table import Table

from hecsim.cli.base import main, print_json, print_pair, screen
from hecsim.errors import UnknownNameError


@main.group()
def interventions() -> None:
    """Look through the catalogue of interventions."""


@interventions.command("list")
@click.option("--json", "as_json", is_flag=True)
def interventions_list(as_json: bool) -> None:
    """List all interventions with kind, aims and grade of evidence."""
    from hecsim.interventions import catalogue

    rows: list[dict[str, Any]] = [
        {
            "id": c.id,
            "kind": c.kind,
            "name": c.title.en,
            "nombre": c.title.es,
            "aims": list(c.aims),
            "grade": c.grade,
            "sentence": c.sentence.en,
            "oracion": c.sentence.es,
        }
        for c in catalogue().values()
    ]
    if as_json:
        print_json(rows)
        return
    table = Table("id", "kind", "name", "aims", "evidence", "what it does")
    for r in rows:
        table.add_row(r["id"], r["kind"], r["name"], ", ".join(r["aims"]), r["grade"], r["sentence"])
    screen.print(table)


@interventions.command("show")
@click.argument("identifier")
@click.option("--json", "as_json", is_flag=True)
def interventions_show(identifier: str, as_json: bool) -> None:
    """Show what one intervention does, for whom, and its settings."""
    from hecsim.interventions import find, interactions

    c = find(identifier)
    known = interactions(c.id)
    found: dict[str, Any] = {
        "id": c.id, "kind": c.kind, "name": c.title.en, "nombre": c.title.es,
        "sentence": c.sentence.en, "oracion": c.sentence.es, "aims": list(c.aims), "actor": c.actor, "verb": c.verb,
        "needs": list(c.needs), "reinforces": list(known.reinforces), "because": known.why, "conflicts": list(known.against),
        "caution": known.caution, "delivery": c.delivery, "pool": c.pool, "payers": dict(c().payers),
        "grade": c.grade, "connecticut": c.connecticut, "levers": sorted(c().levers),
        "evidence": list(c.evidence()),
        "settings": [
            {"name": s.name, "default": s.default, "unit": s.unit, "low": s.low, "high": s.high, "help": s.help}
            for s in c.settings()
        ],
    }  # fmt: skip
    if as_json:
        print_json(found)
        return
    for key, value in found.items():
        if key == "settings":
            table = Table("setting", "default", "unit", "from", "to", "meaning")
            for row in value:
                table.add_row(*("" if v is None else str(v) for v in row.values()))
            screen.print(table)
        else:
            shown = ", ".join(value) if isinstance(value, list) else value
            if isinstance(value, dict):
                shown = ", ".join(f"{k} {100 * v:.0f}%" for k, v in value.items())
            print_pair(key, shown)


@main.group("evidence")
def evidence_group() -> None:
    """Look up every number of the world, with its source."""


@evidence_group.command("list")
@click.option("--room", default=None, help="Only parameters of this room.")
@click.option("--json", "as_json", is_flag=True)
def evidence_list(room: str | None, as_json: bool) -> None:
    """List all parameters with value, range, unit, grade and source."""
    from hecsim import evidence

    known = evidence.load()
    rooms = sorted({p.room for p in known.values()})
    if room is not None and room not in rooms:
        raise UnknownNameError(room, rooms, what="room")
    chosen = [p for p in known.values() if room in (None, p.room)]
    if as_json:
        print_json([parameter_row(p) for p in chosen])
        return
    table = Table()
    table.add_column("parameter", no_wrap=True)  # a name is copied into the next command, so it is never cut
    for head in ("value", "range", "unit", "grade", "source"):
        table.add_column(head, overflow="fold")
    for p in chosen:
        d = parameter_row(p)
        table.add_row(p.full_name, d["shown"], d["range"], p.unit, p.grade, p.source)
    screen.print(table)


@evidence_group.command("show")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True)
def evidence_show(name: str, as_json: bool) -> None:
    """Show one parameter and the processes that use it."""
    from hecsim import evidence
    from hecsim.processes.plan import MONTH

    p = evidence.parameter(name)
    found = {**parameter_row(p), "used_by": [process.name for process in MONTH if p.full_name in process.parameters]}
    if as_json:
        print_json(found)
        return
    for key, value in found.items():
        print_pair(key, value)


def parameter_row(p: Any) -> dict[str, Any]:
    """A parameter as plain values, with its value and range in short form."""

    def short(v: Any) -> str:
        return ", ".join(f"{x:g}" for x in v) if isinstance(v, tuple) else f"{v:g}"

    return {
        "name": p.full_name, "value": p.value, "low": p.low, "high": p.high, "unit": p.unit,
        "grade": p.grade, "source": p.source, "note": p.note, "axis": list(p.axis), "shown": short(p.value),
        "range": f"{short(p.low)} to {short(p.high)}" if p.low is not None else "",
    }  # fmt: skip
