"""`hecsim interventions check`: whether a user's own intervention keeps the rules, before it is run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from hecsim.cli.base import aside, print_json, progress_bar, screen
from hecsim.cli.catalogue import interventions
from hecsim.errors import InvariantError, ScenarioError

__all__ = ["check_own"]

CHECKS = (
    "without strength or reach the reference comes back to the last bit",
    "nothing differs before it starts",
    "it moves only levers that it declares and draws only its own luck",
    "it survives a community in which nobody is eligible, a twin, a pickle and a file",
    "it has a name and a sentence in English and Spanish",
)


@interventions.command("check")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def check_own(file: Path, as_json: bool) -> None:
    """Check every own intervention of a scenario, study or bare file against the rules of the catalogue."""
    from hecsim.interventions import check_intervention

    found = _own(file)
    results: list[dict[str, Any]] = []
    with progress_bar() as tell:
        for n, item in enumerate(found):
            tell("checks", n, len(found))
            problem = ""
            try:
                check_intervention(type(item))
            except InvariantError as broken:
                problem = str(broken)
            results.append({
                "id": item.id, "name": item.title.en, "nombre": item.title.es, "kind": item.kind, "delivery": item.delivery,
                "levers": sorted(item.levers), "keeps_the_rules": not problem, "problem": problem,
            })  # fmt: skip
        tell("checks", len(found), len(found))
    if as_json:
        print_json({"file": str(file), "checks": list(CHECKS), "interventions": results})
    else:
        for r in results:
            verdict = "keeps the rules" if r["keeps_the_rules"] else f"breaks a rule: {r['problem']}"
            screen.print(f"{r['id']} ({r['name']}; {r['nombre']}) {verdict}", soft_wrap=True)
            screen.print(f"    {r['kind']}, {r['delivery']}; moves {', '.join(r['levers'])}", soft_wrap=True)
    if not all(r["keeps_the_rules"] for r in results):
        if as_json:
            aside.print("some interventions break a rule", soft_wrap=True)
        raise SystemExit(1)


def _own(file: Path) -> list[Any]:
    """Interventions that a file defines itself: those of its arms, of the scenario, or a bare [own] table with an id."""
    from hecsim.interventions import from_mapping
    from hecsim.scenario import read_toml

    raw = read_toml(file)
    listed = [raw] if "own" in raw else []
    for table in (raw, *(raw.get("arm", []) if isinstance(raw.get("arm"), list) else ())):
        items = table.get("intervention", []) if isinstance(table, dict) else []
        if not isinstance(items, list):
            raise ScenarioError("write [[intervention]] tables with two brackets", file=file, key="intervention")
        listed += [i for i in items if isinstance(i, dict) and "own" in i]
    if not listed:
        raise ScenarioError(
            "defines no intervention of its own", file=file,
            hint="Write [[intervention]] with an id and [intervention.own]; see docs/collaborative.md",
        )  # fmt: skip
    return [from_mapping(item, file=file) for item in listed]
