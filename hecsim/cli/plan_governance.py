"""`hecsim plan governance`: forms and rules side by side, ways to engage residents, and a draft plan."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import numpy as np
from rich.table import Table

from hecsim.cli.base import print_json, screen, town_names
from hecsim.cli.plan_partners import chosen_mix, setting_of, write_text
from hecsim.cli.planning import plan
from hecsim.errors import ScenarioError

__all__ = ["governance"]


class _Named(click.Choice):
    """Names that a room knows, asked for when they are needed, so that other commands start without that room."""

    def __init__(self, name: str):
        self._name, self.case_sensitive = name, True

    @property
    def choices(self) -> tuple[str, ...]:  # type: ignore[override]
        return tuple(getattr(import_module("hecsim.collaborative.spec"), self._name))


@plan.command("governance")
@click.option("--preset", default=None, help="Start from a preset: starter, hartford, waterbury, norwalk, new london.")
@click.option("--scenario", type=click.Path(path_type=Path), default=None, help="Start from a scenario file.")
@click.option("--mix", "names", multiple=True, help="Ids or a mix to name in the plan.")
@click.option("--partners", "file", type=click.Path(path_type=Path), default=None, help="TOML file of [[partner]] tables.")
@click.option("--towns", multiple=True, help="Towns to name in the plan.")
@click.option("--form", type=_Named("FORMS"), default=None, help="Legal form of the draft.")
@click.option("--rule", type=_Named("RULES"), default=None, help="Decision rule of the draft.")
@click.option("--seats", "resident_seats", type=click.IntRange(0, 60), default=None, help="Seats of residents.")
@click.option("--stipend", type=click.FloatRange(0, 500), default=None, help="Dollars a meeting for each resident.")
@click.option("--other-language", type=click.FloatRange(0, 1), default=None,
              help="Share of residents who speak another language at home; default from the towns' tables.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), default=None, help="Draft plan to write; .md or .html.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def governance(
    preset: str | None, scenario: Path | None, names: tuple[str, ...], file: Path | None, towns: tuple[str, ...],
    form: str | None, rule: str | None, resident_seats: int | None, stipend: float | None, other_language: float | None,
    out: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Compare forms and decision rules by time, cost and residents' influence, and draft a plan."""
    from hecsim import evidence
    from hecsim.planning import governance as room
    from hecsim.planning import partners as people

    spec, places, mix = setting_of(preset, scenario)
    given = {"form": form, "rule": rule, "resident_seats": resident_seats, "stipend": stipend}
    spec = replace(spec, **{k: v for k, v in given.items() if v is not None})
    mix = chosen_mix(names) or mix
    where = list(town_names(towns)) if towns and town_names(towns) != "all" else (["Connecticut"] if towns else places)
    draw = evidence.draw(None)
    share = _other_language(where) if other_language is None else other_language
    options = room.compare_governance(spec, draw, other_language=share)
    ways = room.engagement_options(spec, draw, other_language=share)
    steps = room.timeline(spec, draw)
    if out is not None:
        if out.suffix.lower() not in (".md", ".html"):
            raise ScenarioError("names no kind of document", file=out, key="--out", hint="End the name in .md or .html")
        seated = people.read_partners(file) if file is not None else people.partners_of_spec(spec)
        roles = people.plan_partners(mix, seated, draw, backbone=spec.backbone if file is None else "").roles if mix else []
        text = room.draft_plan(
            spec, draw, style="html" if out.suffix.lower() == ".html" else "markdown", towns=where,
            mix=[(iv.id, iv.title.en) for iv in mix], roles=roles, other_language=share,
        )  # fmt: skip
        write_text(out, text)
    if as_json:
        print_json({
            "name": spec.name, "form": spec.form, "rule": spec.rule, "seats": spec.seats, "resident_seats": spec.resident_seats,
            "other_language": share, "options": options, "engagement": ways, "timeline": steps,
            "out": str(out) if out else None,
        })  # fmt: skip
        return
    _show(spec, options, ways, steps)
    if out is not None:
        screen.print(f"draft plan: {out}", soft_wrap=True)


def _other_language(towns: list[str]) -> float:
    """Share of residents who speak another language at home, from the towns' Hispanic and foreign-born residents.

    The packaged tables hold no language; the larger of the two shares stands for it.
    """
    from hecsim import geography

    if not towns:
        return 0.0
    table = geography.select("all" if towns == ["Connecticut"] else towns).town_table
    people = table["population"].to_numpy(float)
    shares = [np.average(table[c].fillna(0.0).to_numpy(float), weights=people) for c in ("race_hispanic", "foreign_born")]
    return float(max(shares))


def _percent(value: float) -> str:
    return f"{100 * value:.0f}%"


def _show(spec: Any, options: list[dict[str, Any]], ways: list[dict[str, Any]], steps: list[dict[str, Any]]) -> None:
    table = Table("form", "rule", "months a decision", "done", "months to services", "residents decide", "dollars a year", "",
                  title=f"{spec.name}: forms and rules")  # fmt: skip
    for r in options:
        here = "now" if (r["form"], r["rule"]) == (spec.form, spec.rule) else ""
        if r["dominated"] and not here:
            continue
        table.add_row(
            r["form"], r["rule"], f"{r['months_per_decision']:.1f}", _percent(r["follow_through"]),
            f"{r['months_to_services']:.0f}", _percent(r["residents_influence"]), f"{r['yearly']:,.0f}", here,
        )  # fmt: skip
    screen.print(table)
    screen.print(
        "Shown: what no other form and rule beats in time, influence and cost at once; --json has all.", soft_wrap=True
    )
    table = Table("to engage residents", "they come", "they decide", "two biggest", "dollars a year", "more than now")
    for r in ways:
        table.add_row(
            r["way"], _percent(r["attendance"]), _percent(r["residents_influence"]), _percent(r["dominance"]),
            f"{r['yearly']:,.0f}", f"{r['added']:+,.0f}" if r["added"] else "",
        )  # fmt: skip
    screen.print(table)
    table = Table("stage", "begins in month", "months", "what is done")
    for s in steps:
        table.add_row(s["stage"], f"{s['begins']:.0f}", f"{s['months']:.0f}", "; ".join(s["steps"]))
    screen.print(table)
