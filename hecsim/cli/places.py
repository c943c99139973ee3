"""Commands about communities: build, show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.table import Table

from hecsim.cli.base import main, print_json, progress_bar, screen, town_names
from hecsim.errors import ScenarioError


@main.group()
def community() -> None:
    """Build and look at synthetic communities."""


@community.command("build")
@click.option("--towns", multiple=True, default=("Hartford",), help="Town names, or all; repeat or separate by commas.")
@click.option("--households", type=click.IntRange(50, 5_000_000), default=None, help="How many to simulate; default all.")
@click.option("--seed", type=click.IntRange(0), default=1)
@click.option("--family", default=None, help="Neighborhood in which to place the founding family.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder to write.")
@click.option("--json", "as_json", is_flag=True)
def community_build(
    towns: tuple[str, ...], households: int | None, seed: int, family: str | None, out: Path, as_json: bool
) -> None:
    """Synthesize a community of persons, households, businesses and neighborhoods, and save it."""
    from hecsim.population import save
    from hecsim.scenario import CommunitySpec

    with progress_bar() as tell:
        names = town_names(towns)
        spec = CommunitySpec(
            towns=("all",) if names == "all" else tuple(names), households=households, seed=seed, family=family or ""
        )
        built = spec.build(lambda what, done: tell("community", int(100 * done), 100))
        save(built, out)
    found = {**built.summary(), "digest": built.digest(), "out": str(out)}
    if as_json:
        print_json(found)
        return
    for key, value in found.items():
        screen.print(f"{key:>14}  {value:,}" if isinstance(value, int) else f"{key:>14}  {value}", soft_wrap=True)


@community.command("show")
@click.argument("directory", type=click.Path(path_type=Path), required=False)
@click.option("--towns", multiple=True, help="Build these towns instead of reading a folder.")
@click.option("--households", type=click.IntRange(50, 5_000_000), default=None)
@click.option("--seed", type=click.IntRange(0), default=1)
@click.option("--rows", type=click.IntRange(1), default=25, help="How many of the worst margins to show.")
@click.option("--json", "as_json", is_flag=True)
def community_show(
    directory: Path | None, towns: tuple[str, ...], households: int | None, seed: int, rows: int, as_json: bool
) -> None:
    """Show a community's margins beside their census targets, worst error first."""
    from hecsim import geography
    from hecsim.population import build_community, load, margins

    if directory is not None and towns:
        raise ScenarioError("give a folder or --towns, not both")
    with progress_bar() as tell:
        if directory is not None:
            built = load(directory)
        else:
            built = build_community(
                town_names(towns or ("Hartford",)), households=households, seed=seed, histories=False,
                progress=lambda what, done: tell("community", int(100 * done), 100),
            )  # fmt: skip
    frame = margins(built, geography.select(built.labels["town"]))
    errors, weights = frame["error"].abs(), frame["universe"]
    summary = {
        "margins": len(frame), "worst_points": float(100 * errors.max()),
        "weighted_mean_points": float(100 * (errors * weights).sum() / weights.sum()),
    }  # fmt: skip
    if as_json:
        print_json({**summary, "rows": frame.head(rows).to_dict("records")})
        return
    table = Table("place", "table", "category", "target", "simulated", "error, points")
    row: Any
    for row in frame.head(rows).itertuples():
        shown = (f"{row.target:.3f}", f"{row.simulated:.3f}", f"{100 * row.error:+.2f}")
        table.add_row(row.place, row.table, str(row.category), *shown)
    screen.print(table)
    screen.print(
        f"{summary['margins']:,} margins; worst {summary['worst_points']:.2f} points, "
        f"mean {summary['weighted_mean_points']:.2f} points weighted by population", soft_wrap=True,
    )  # fmt: skip
