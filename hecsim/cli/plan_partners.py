"""`hecsim plan partners` and `hecsim plan presets`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import numpy as np
from rich.table import Table

from hecsim.cli.base import print_json, progress_bar, screen, town_names
from hecsim.cli.planning import plan
from hecsim.errors import ScenarioError, UnknownNameError

__all__ = ["chosen_mix", "partners", "presets", "setting_of"]


def setting_of(preset: str | None, scenario: Path | None) -> tuple[Any, list[str], list[Any]]:
    """The collaborative, the towns and the interventions of a preset or of a scenario file."""
    from hecsim.collaborative import CollaborativeSpec
    from hecsim.interventions import mix
    from hecsim.planning.presets import preset as find_preset
    from hecsim.scenario import Scenario

    if preset is not None and scenario is not None:
        raise ScenarioError("give --preset or --scenario, not both")
    if scenario is not None:
        read = Scenario.from_file(scenario)
        towns = list(getattr(read.community, "towns", ()))
        return read.collaborative or CollaborativeSpec(), towns, list(read.interventions)
    if preset is not None:
        found = find_preset(preset)
        return found.collaborative, list(found.towns), list(mix(found.mix))
    return CollaborativeSpec(), [], []


def chosen_mix(names: tuple[str, ...]) -> list[Any]:
    """Interventions from ids and names of mixes, separated by commas or repeated; each once."""
    from hecsim.interventions import catalogue, find, mix, mixes

    out: dict[str, Any] = {}
    for name in [n.strip() for part in names for n in part.split(",") if n.strip()]:
        if name.upper() in mixes():
            out |= {iv.id: iv for iv in mix(name)}
            continue
        try:
            found = find(name)()
        except UnknownNameError:
            raise UnknownNameError(name, [*mixes(), *catalogue()], what="mix or intervention", key="--mix") from None
        out[found.id] = found
    return list(out.values())


@plan.command("presets")
@click.argument("name", required=False)
@click.option("--out", type=click.Path(path_type=Path), default=None, help="Study file to write; then NAME is needed.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def presets(name: str | None, out: Path | None, as_json: bool) -> None:
    """List starting points for reference communities, or write one as a study file."""
    from hecsim.planning.presets import preset as find_preset
    from hecsim.planning.presets import presets as known

    chosen = [find_preset(name)] if name else list(known().values())
    if out is not None:
        if name is None:
            raise ScenarioError("say which preset to write", key="--out", hint=f"Known: {', '.join(known())}")
        write_text(out, chosen[0].study())
    rows: list[dict[str, Any]] = [
        {"name": p.name, "title": p.title, "towns": list(p.towns), "mix": p.mix, "seats": p.collaborative.seats,
         "resident_seats": p.collaborative.resident_seats, "form": p.collaborative.form, "rule": p.collaborative.rule,
         "note": p.note}
        for p in chosen
    ]  # fmt: skip
    if as_json:
        print_json({"presets": rows, "out": str(out) if out else None})
        return
    table = Table("preset", "towns", "mix", "seats", "of residents", "form", "decides by")
    for r in rows:
        seats = (str(r["seats"]), str(r["resident_seats"]))
        table.add_row(str(r["name"]), ", ".join(r["towns"]), str(r["mix"]), *seats, str(r["form"]), str(r["rule"]))
    screen.print(table)
    if out is not None:
        screen.print(f"written: {out}", soft_wrap=True)


def write_text(path: Path, text: str) -> None:
    """Write a text file, with its folders."""
    if path.is_dir():
        raise ScenarioError("is a folder, not a file", file=path, key="--out", hint="Give the name of a file")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@plan.command("partners")
@click.option("--preset", default=None, help="Start from a preset: starter, hartford, waterbury, norwalk, new london.")
@click.option("--scenario", type=click.Path(path_type=Path), default=None, help="Start from a scenario file.")
@click.option("--mix", "names", multiple=True, help="Ids or a mix, such as M2 or G04,P01; replaces that of the preset.")
@click.option("--partners", "file", type=click.Path(path_type=Path), default=None, help="TOML file of [[partner]] tables.")
@click.option("--towns", multiple=True, help="Towns, for the kinds of organization that such a place has.")
@click.option("--households", type=click.IntRange(0, 100_000), default=1000,
              help="Simulated households from which staff needs are counted; 0 leaves them out.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), default=None, help="Folder for tables in CSV.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def partners(
    preset: str | None, scenario: Path | None, names: tuple[str, ...], file: Path | None, towns: tuple[str, ...],
    households: int, out: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Say who at the table leads what, who carries too much, what is missing and whom to invite."""
    from hecsim import evidence
    from hecsim.planning import partners as room

    spec, places, mix = setting_of(preset, scenario)
    mix = chosen_mix(names) or mix
    if not mix:
        raise ScenarioError("says no mix", key="--mix", hint="Give --mix M2, --preset hartford or --scenario FILE")
    given = town_names(towns) if towns else places
    draw = evidence.draw(None)
    seated = room.read_partners(file) if file is not None else room.partners_of_spec(spec)
    place = room.expected_partners(given, draw) if given else []
    found = room.plan_partners(mix, seated, draw, place=place, backbone=spec.backbone if file is None else "")
    staff: list[dict[str, Any]] = []
    if households and given:
        with progress_bar() as tell:
            staff = room.staff_needed(mix, given, spec, draw, households=households,
                                      progress=lambda what, done: tell("staff", int(100 * done), 100))  # fmt: skip
    document = {"towns": given, "mix": [iv.id for iv in mix], **found.to_mapping(), "staff": staff,
                "expected_kinds": [{"kind": p.kind, "number": p.number} for p in place]}  # fmt: skip
    if out is not None:
        _write(out, document)
    if as_json:
        print_json({**document, "out": str(out) if out else None})
        return
    _show(document)
    if out is not None:
        screen.print(f"tables: {out}", soft_wrap=True)


def _write(out: Path, document: dict[str, Any]) -> None:
    import pandas as pd

    for name in ("roles", "load", "missing", "invite", "staff"):
        rows = [{k: "; ".join(map(str, v)) if isinstance(v, list | tuple) else v for k, v in r.items()} for r in document[name]]
        if out.is_file():
            raise ScenarioError("is a file, not a folder", file=out, key="--out", hint="Choose another folder")
        write_text(out / f"{name}.csv", pd.DataFrame(rows).to_csv(index=False))


def _show(document: dict[str, Any]) -> None:
    roles = Table("work", "who does it", "who answers for it", "who is asked", title="Roles")
    for r in document["roles"]:
        who = r["responsible"] or "nobody yet"
        name = r["title"] if r["kind"] == "core" else f"{r['work']} {r['title']}"
        roles.add_row(name, who, r["accountable"] or "nobody yet", ", ".join(r["consulted"]))
    screen.print(roles)
    load = Table("partner", "leads", "supports", "hours a week", "it has", "", title="Load")
    for r in document["load"]:
        mark = "too much" if r["overloaded"] else ""
        load.add_row(
            r["partner"], ", ".join(r["leads"]), str(len(r["supports"])), f"{r['hours']:.0f}", f"{r['available']:.0f}", mark
        )
    screen.print(load)
    if document["staff"]:
        staff = Table(
            "pool of staff", "places needed", "places there are", "posts short", "for", title="Staff that programs share"
        )
        for r in document["staff"]:
            short = f"{r['posts_short']:.0f}" if r["posts_short"] >= 0.5 else ""
            staff.add_row(r["pool"], f"{r['needed']:,.0f}", f"{r['there']:,.0f}", short, ", ".join(r["programs"]))
        screen.print(staff)
    invite = Table("invite", "would lead", "other reasons", "expected here", title="Who else should be at the table")
    for r in document["invite"]:
        there = "" if r["expected_here"] is None else f"{np.ceil(r['expected_here']):.0f}"
        led = [w.removeprefix("would lead ").split(" ")[0] for w in r["why"] if w.startswith("would lead")]
        invite.add_row(r["kind"], ", ".join(led), f"{r['other']}", there)
    screen.print(invite)
    screen.print("Hours and expected numbers are judgment; see `hecsim evidence list --room collaborative`.", soft_wrap=True)
