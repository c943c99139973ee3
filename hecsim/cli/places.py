"""Commands about communities: import, build, show."""

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
@click.option("--tables", type=click.Path(path_type=Path), default=None, help="A folder of own tables instead of towns.")
@click.option("--households", type=click.IntRange(50, 5_000_000), default=None, help="How many to simulate; default all.")
@click.option("--seed", type=click.IntRange(0), default=1)
@click.option("--family", default=None, help="Neighborhood in which to place the founding family.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder to write.")
@click.option("--json", "as_json", is_flag=True)
def community_build(
    towns: tuple[str, ...], tables: Path | None, households: int | None, seed: int, family: str | None, out: Path,
    as_json: bool,
) -> None:  # fmt: skip
    """Synthesize a community of persons, households, businesses and neighborhoods, and save it."""
    from hecsim.population import save
    from hecsim.scenario import CommunitySpec

    if tables is not None and towns != ("Hartford",):
        raise ScenarioError("give --tables or --towns, not both")
    with progress_bar() as tell:
        if tables is not None:
            built = _of_tables(tables, households, seed, family or "", tell)
        else:
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


def _of_tables(tables: Path, households: int | None, seed: int, family: str, tell: Any, *, histories: bool = True) -> Any:
    """A community of a user's own tables."""
    from dataclasses import replace

    from hecsim import geography
    from hecsim.population import Vignette, build_community

    return build_community(
        geography.load(tables), households=households, seed=seed, histories=histories,
        vignette=replace(Vignette.founding_family(), neighborhood=family) if family else None,
        progress=lambda what, done: tell("community", int(100 * done), 100),
    )  # fmt: skip


@community.command("import")
@click.argument("files", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder to write the tables to.")
@click.option("--name", default="", help="What the place is called, where the files do not say.")
@click.option("--only", multiple=True, help="Beginning of the Census codes to keep, such as 50007; may be repeated.")
@click.option(
    "--build",
    "build",
    type=click.IntRange(50, 5_000_000),
    default=None,
    help="Also build a community of so many households in OUT/community.",
)
@click.option("--json", "as_json", is_flag=True)
def community_import(
    files: tuple[Path, ...], out: Path, name: str, only: tuple[str, ...], build: int | None, as_json: bool
) -> None:  # fmt: skip
    """Make a place of your own from FILES (or folders of them) of the Census Bureau and others.

    ACS detailed tables (Census API or tidycensus), boundaries or Gazetteer files; optional: PLACES, the Food Access Research
    Atlas, the Social Vulnerability Index, lists of stores, which town a tract belongs to. Any tract or county subdivision
    of the United States; Connecticut by county or by planning region.
    """
    from hecsim import geography
    from hecsim.geography.import_place import bring
    from hecsim.population import save

    found = bring(files, name=name, only=only)
    place = found.write(out)
    loaded = geography.load(place)
    report = {**found.summary, "blank": _blanks(loaded), "out": str(out)}
    if build is not None:
        with progress_bar() as tell:
            built = _of_tables(out, build, 1, "", tell)
        save(built, out / "community")
        report["community"] = {"folder": str(out / "community"), **built.summary()}
    if as_json:
        print_json(report)
        return
    towns = ", ".join(loaded.towns[:6]) + (f" and {len(loaded.towns) - 6} more" if len(loaded.towns) > 6 else "")
    screen.print(
        f"{towns}: {loaded.population:,} people, {loaded.households:,} households, {len(loaded.tracts)} neighborhoods",
        soft_wrap=True,
    )
    for title, lines in (
        ("read", [f"{r['file']}: {r['what']}" for r in report["read"]]), ("not used", report["not_used"]),
        ("missing", report["missing"]), ("assumed", [*report["assumed"], *report["blank"]]),
    ):  # fmt: skip
        if lines:
            screen.print(title)
            for line in lines:
                screen.print(f"  {line}", soft_wrap=True)
    screen.print(f"written to {out}; next: hecsim community build --tables {out} --out {out}_community", soft_wrap=True)


def _blanks(place: Any) -> list[str]:
    """What stands in for blank cells: one line for each source and reason."""
    found: dict[tuple[str, str], tuple[set[str], set[str]]] = {}
    for a in place.assumptions:
        where, columns = found.setdefault((a.used, a.why), (set(), set()))
        where.add(a.place)
        columns.add(a.column)
    return [
        f"{', '.join(sorted(columns))} of {next(iter(where)) if len(where) == 1 else f'{len(where)} places'}: {used} ({why})"
        for (used, why), (where, columns) in found.items()
    ]


@community.command("show")
@click.argument("directory", type=click.Path(path_type=Path), required=False)
@click.option("--towns", multiple=True, help="Build these towns instead of reading a folder.")
@click.option("--tables", type=click.Path(path_type=Path), default=None, help="The tables that the place comes from.")
@click.option("--households", type=click.IntRange(50, 5_000_000), default=None)
@click.option("--seed", type=click.IntRange(0), default=1)
@click.option("--rows", type=click.IntRange(1), default=25, help="How many of the worst margins to show.")
@click.option("--json", "as_json", is_flag=True)
def community_show(
    directory: Path | None, towns: tuple[str, ...], tables: Path | None, households: int | None, seed: int, rows: int,
    as_json: bool,
) -> None:  # fmt: skip
    """Show a community's margins beside their census targets, worst error first."""
    from hecsim import geography
    from hecsim.population import build_community, load, margins

    if towns and (directory is not None or tables is not None):
        raise ScenarioError("give --towns, or a folder and the --tables it was built from, not both")
    with progress_bar() as tell:
        if directory is not None:
            built = load(directory)
        elif tables is not None:
            built = _of_tables(tables, households, seed, "", tell, histories=False)
        else:
            built = build_community(
                town_names(towns or ("Hartford",)), households=households, seed=seed, histories=False,
                progress=lambda what, done: tell("community", int(100 * done), 100),
            )  # fmt: skip
    frame = margins(built, geography.load(tables) if tables is not None else geography.select(built.labels["town"]))
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
