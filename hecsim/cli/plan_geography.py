"""`hecsim plan geography`: ways to group towns for collaboratives, with what each is best and worst at."""

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

__all__ = ["geography", "read_weights"]


@plan.command("geography")
@click.option("--towns", multiple=True, default=("all",), show_default=True,
              help="Towns, region:Capitol, county:Hartford or all; repeat or separate by commas.")  # fmt: skip
@click.option("--contiguity", type=click.Choice(("required", "preferred", "free")), default="preferred", show_default=True,
              help="Must the towns of a proposal touch each other?")  # fmt: skip
@click.option(
    "--count", type=click.IntRange(1, 169), default=None, help="Proposals wanted; several numbers are tried if left out."
)
@click.option("--size", "bounds", default=None, help="Least and most residents of a proposal, such as 50000:250000 or 50000:.")
@click.option("--cores", multiple=True, help="Towns of which each proposal has exactly one.")
@click.option("--leave-out", is_flag=True, help="Towns with less need than the area may be left out.")
@click.option("--weights", multiple=True, help="What counts more, such as need=2,closeness=0; each criterion counts 1.")
@click.option("--options", "number", type=click.IntRange(1, 26), default=6, show_default=True, help="How many ways to show.")
@click.option("--out", type=click.Path(path_type=Path), default=None, help="File to write: .toml, .csv, .md or .geojson.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def geography(
    towns: tuple[str, ...], contiguity: str, count: int | None, bounds: str | None, cores: tuple[str, ...], leave_out: bool,
    weights: tuple[str, ...], number: int, out: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Propose geographies for collaboratives: several groupings of towns, none of which beats another in everything."""
    from hecsim.planning.geography import propose
    from hecsim.planning.geography_files import FORMATS, written

    if out is not None and out.suffix.lower() not in FORMATS:
        raise ScenarioError("names no kind of file", file=out, key="--out", hint=f"End the name in {', '.join(FORMATS)}")
    named = [c.strip() for part in cores for c in part.split(",") if c.strip()]
    size, weight = _size(bounds), read_weights(weights)
    with progress_bar() as tell:
        found = propose(
            town_names(towns), contiguity=contiguity, count=count, size=size, weights=weight, cores=named,
            leave_out=leave_out, options=number, progress=lambda done, total: tell("groupings", done, total),
        )  # fmt: skip
    if out is not None:
        write_text(out, written(found, out.suffix.lower()))
    if as_json:
        print_json({**found.to_mapping(), "out": str(out) if out else None})
        return
    _show(found)
    if out is not None:
        screen.print(f"written: {out}", soft_wrap=True)


def _size(text: str | None) -> tuple[float | None, float | None]:
    """Bounds from "least:most", either of which may be empty."""
    if text is None:
        return None, None
    low, colon, high = text.replace(",", "").partition(":")
    try:
        return (float(low) if low.strip() else None), (float(high) if colon and high.strip() else None)
    except ValueError:
        raise ScenarioError(f"cannot be read: '{text}'", key="--size", hint="Write 50000:250000, 50000: or :250000") from None


def read_weights(parts: tuple[str, ...]) -> dict[str, float]:
    """Weights from "name=value", separated by commas or repeated."""
    out = {}
    for item in [p.strip() for part in parts for p in part.split(",") if p.strip()]:
        name, equal, value = item.partition("=")
        try:
            out[name.strip()] = float(value if equal else "")
        except ValueError:
            raise ScenarioError(f"cannot be read: '{item}'", key="--weights", hint="Write need=2,closeness=0.5") from None
    return out


def _show(found: Any) -> None:
    from hecsim.planning.geography_files import UNITS

    columns = list(found.options[0].scores)
    table = Table("", "proposals", *[f"{c}\n{UNITS[c][0]}" for c in columns], "left alone", title_justify="left",
                  title=f"{len(found.towns)} towns, contiguity {found.contiguity}: {found.tried} groupings tried, "
                  f"{found.beaten_by_none} beaten by none, {len(found.options)} shown", box=SIMPLE_HEAD)  # fmt: skip
    for column in table.columns[1:]:
        column.justify = "right"
    for o in found.options:
        row = [UNITS[c][1](o.scores[c]) for c in columns]
        table.add_row(o.name, str(len(o.proposals)), *row, str(len(o.left)) if o.left else "")
    screen.print(table)
    for o in found.options:
        screen.print(f"{o.name}: {'; '.join(o.reasons)}", soft_wrap=True)
    best = found.options[0]
    screen.print(f"\nOption {best.name} in full (the others: --out FILE or --json)", soft_wrap=True)
    for p in best.proposals:
        low, high = p.savings_range
        screen.print(f"\n{p.name}: {p.residents:,} residents, {p.in_need:,} below twice the poverty line; savings pool "
                     f"${low / 1e6:,.1f} to {high / 1e6:,.1f} million a year", soft_wrap=True)  # fmt: skip
        screen.print(f"  {', '.join(p.towns)}", soft_wrap=True)
        for reason in p.reasons:
            screen.print(f"  - {reason}", soft_wrap=True)
    for town in best.left:
        screen.print(f"left alone: {town['town']} ({town['residents']:,}): {town['reason']}", soft_wrap=True)
    screen.print("\nThe savings pool ranks places by what health plans spend there; its level is judgment, see "
                 "`hecsim evidence show planning.addressable_share`. What a mix would save is for a study to say.",
                 soft_wrap=True)  # fmt: skip
