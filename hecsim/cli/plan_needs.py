"""`hecsim plan needs`: a needs assessment of towns or of a proposed geography."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.box import SIMPLE_HEAD
from rich.table import Table

from hecsim.cli.base import print_json, progress_bar, screen, town_names
from hecsim.cli.plan_partners import write_text
from hecsim.cli.planning import plan
from hecsim.errors import ScenarioError

__all__ = ["needs"]


@plan.command("needs")
@click.argument("where", nargs=-1, required=True, metavar="TOWNS|GEOGRAPHY")
@click.option("--proposal", default="", help="Proposal of a geography file, such as A1 or its name; the first by default.")
@click.option("--services", "inventory", type=click.Path(path_type=Path), default=None,
              help="CSV file of services: name, kind, languages, capacity, towns.")  # fmt: skip
@click.option("--voice", "said", type=click.Path(path_type=Path), default=None,
              help="CSV file of what residents say: theme, count, priority, quote.")  # fmt: skip
@click.option("--weights", multiple=True, help="What counts more in the ranking, such as voice=2,people=0.5.")
@click.option("--households", type=click.IntRange(0, 100_000), default=1000, show_default=True,
              help="Simulated households from which parks, ties and support are counted; 0 leaves them out.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), default=None, help="Draft needs assessment to write; .md or .html.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def needs(
    where: tuple[str, ...], proposal: str, inventory: Path | None, said: Path | None, weights: tuple[str, ...],
    households: int, out: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Assess needs: indicators with their errors, gaps, hypothesized causes, assets, services, residents' voice, priorities.

    WHERE is towns ("Hartford", "region:Capitol", "all") or a TOML file of `hecsim plan geography`.
    """
    from hecsim.cli.plan_geography import read_weights
    from hecsim.planning.geography_files import read_geography
    from hecsim.planning.needs import assess, draft_assessment
    from hecsim.planning.needs_files import read_services, read_voice

    if out is not None and out.suffix.lower() not in (".md", ".html"):
        raise ScenarioError("names no kind of document", file=out, key="--out", hint="End the name in .md or .html")
    name, places = "", town_names(where)
    if len(where) == 1 and where[0].lower().endswith(".toml"):
        name, found = read_geography(where[0], proposal)
        places = list(found)
    elif proposal:
        raise ScenarioError("has a meaning only with a geography file", key="--proposal", hint="Give its .toml file as WHERE")
    services = read_services(inventory) if inventory is not None else []
    voice = read_voice(said) if said is not None else []
    with progress_bar() as tell:
        answer = assess(
            places, name=name, services=services, voice=voice, weights=read_weights(weights), households=households,
            progress=lambda what, done: tell("community", int(100 * done), 100),
        )  # fmt: skip
    if out is not None:
        write_text(out, draft_assessment(answer, style="html" if out.suffix.lower() == ".html" else "markdown"))
    if as_json:
        print_json({**answer.to_mapping(), "out": str(out) if out else None})
        return
    _show(answer)
    if out is not None:
        screen.print(f"draft needs assessment: {out}", soft_wrap=True)


_LOOK: dict[str, Any] = {"title_justify": "left", "box": SIMPLE_HEAD, "pad_edge": False}


def _show(found: Any) -> None:
    from hecsim.planning.needs import figure

    table = Table("", "need", "score", "first", "in first three", "ranks", "worse indicators", **_LOOK,
                  title=f"{found.name}, {found.residents:,} residents: priorities by the declared rule")  # fmt: skip
    for r in found.priorities:
        worse = sum(m["need"] == r["need"] and m["against_state"] == "worse" for m in found.indicators)
        every = sum(m["need"] == r["need"] for m in found.indicators)
        shown = (f"{r['score']:.2f}", f"{r['first']:.0%}", f"{r['top_three']:.0%}", f"{r['ranks'][0]}-{r['ranks'][1]}")
        table.add_row(str(r["rank"]), r["title"], *shown, f"{worse} of {every}")
    screen.print(table)
    weights = ", ".join(f"{c} {w:g}" for c, w in found.weights.items())
    screen.print(f"Weights: {weights}. First, first three and ranks: over all mixes of weights and errors of figures.\n",
                 soft_wrap=True)  # fmt: skip
    table = Table("indicator", "here", "95% interval", "state", "", title="Indicators", **_LOOK)
    for m in found.indicators:
        between = f"{figure(m['low'], m['unit'])} to {figure(m['high'], m['unit'])}"
        note = m["against_state"] + ("" if m["compared_with"] == "the state" else f" (against {m['compared_with']})")
        table.add_row(m["meaning"], figure(m["value"], m["unit"]), between, figure(m["state"], m["unit"]), note)
    screen.print(table)
    _causes(found)
    table = Table("what this place has", "here", "state", "from", title="Assets", **_LOOK)
    for a in found.assets:
        if a["from"] == "rates":
            continue
        both = [figure(a[k], "share" if a["unit"] == "share" else "1") for k in ("value", "state")]
        table.add_row(a["name"] + ("" if a["unit"] == "share" else f" ({a['unit']})"), *both, a["from"])
    screen.print(table)
    expected = [f"{a['name']} {a['value']:g}" for a in found.assets if a["from"] == "rates"]
    if expected:
        screen.print(
            f"Organizations to expect in a place of this size (rates, no directory): {', '.join(expected)}\n", soft_wrap=True
        )
    _heard(found)
    for note in found.notes:
        screen.print(f"- {note}", soft_wrap=True)


def _causes(found: Any) -> None:
    first = [r["need"] for r in found.priorities[:3]]
    table = Table("need", "condition upstream", "more than elsewhere", "grade", "who could act", **_LOOK,
                  title="Root causes of the first three needs: hypotheses, with the grade of the evidence")  # fmt: skip
    titles = {r["need"]: r["title"] for r in found.priorities}
    for need in first:
        for c in [c for c in found.causes if c["need"] == need]:
            table.add_row(titles[need], c["condition"], c["present"], c["grade"], ", ".join(m["id"] for m in c["moved_by"]))
    screen.print(table)


def _heard(found: Any) -> None:
    if found.services:
        columns = ("need", "people", "services", "places", "languages", "missing kinds", "could build on")
        table = Table(*columns, title="Services against needs", **_LOOK)
        for s in found.services:
            places = "" if s["places"] is None else f"{s['places']:,.0f}"
            table.add_row(s["title"], f"{s['concerned']:,}", str(len(s["services"])), places, ", ".join(s["languages"]),
                          ", ".join(s["missing_kinds"]), ", ".join(s["build_on"]))  # fmt: skip
        screen.print(table)
    if found.voice:
        table = Table("residents say", "mentions", "rank by them", "by figures", "", title="What residents say", **_LOOK)
        for v in found.voice:
            by = [str(v[k] or "–") for k in ("rank_by_residents", "rank_by_figures")]
            table.add_row(v["theme"], f"{v['count']:g}", *by, v["agreement"])
        screen.print(table)
