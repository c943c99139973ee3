"""Commands about belief: calibrate, validate."""

from __future__ import annotations

import os
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import click
from rich.box import SIMPLE_HEAD
from rich.table import Table

from hecsim.cli.base import main, print_json, progress_bar, screen
from hecsim.errors import ScenarioError

_PARTS = ("patterns", "places", "tracking", "nulls", "interventions")


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--households", type=click.IntRange(200), default=4_000, help="Households of the state; towns get three tenths.")
@click.option("--per-wave", type=click.IntRange(20), default=160, help="Simulations of a wave.")
@click.option("--waves", type=click.IntRange(1, 20), default=3, help="Waves of history matching.")
@click.option("--members", type=click.IntRange(5), default=120, help="Parameter sets to find.")
@click.option("--most", type=click.IntRange(1), default=60, help="Base rates to calibrate, at most.")
@click.option("--seed", type=click.IntRange(0), default=1, help="Seed of designs, lucks and effects.")
@click.option("--workers", type=click.IntRange(1, 256), default=None, help="Processes; default all cores.")
@click.option("--recover", type=click.IntRange(0), default=None, help="Recover a simulated truth of this seed instead.")
@click.option(
    "--recoveries", type=click.IntRange(0), default=24, help="Simulations taken as truths, to test the intervals; 0 for none."
)
@click.option("--ship", type=click.Path(path_type=Path), default=None, help="Also write the ensemble to this file.")
@click.option("--page", type=click.Path(path_type=Path), default=None, help="Also write the tables as a Markdown page.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def calibrate(
    folder: Path, households: int, per_wave: int, waves: int, members: int, most: int, seed: int, workers: int | None,
    recover: int | None, recoveries: int, ship: Path | None, page: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Fit base rates to published figures; FOLDER keeps every simulation, the ensemble and a report.

    The same command goes on where it stopped. Use another ensemble than the package's by naming its file in
    HECSIM_ENSEMBLE.
    """
    from hecsim.calibration.calibrate import Settings
    from hecsim.calibration.calibrate import calibrate as fit
    from hecsim.calibration.patterns import patterns
    from hecsim.calibration.recovery import recover as check
    from hecsim.calibration.report import as_html, as_markdown, parameter_rows, pattern_rows, recovery_text, summary
    from hecsim.calibration.workers import runner
    from hecsim.study.store import write_atomically

    settings = Settings(households, per_wave, waves, members, most, seed=seed, truth=recover)
    places = {p.place for p in patterns() if p.use == "calibrate"}
    chosen = tuple(p for p in patterns() if p.place in places)
    with progress_bar() as tell:
        live = runner(chosen, households, folder, workers=workers or os.cpu_count() or 1, progress=tell)
        found = fit(settings, chosen, folder, live, progress=tell)
        checked = check(found, recoveries, seed=seed, progress=tell) if recoveries else None
    found_summary = summary(found)
    ensemble = found.ensemble()
    written = {
        "ensemble.parquet": ensemble.to_bytes(), "report.html": as_html(found, checked).encode(),
        "report.md": as_markdown(found, checked).encode(),
    }  # fmt: skip
    for name, data in written.items():
        write_atomically(folder / name, partial(_pour, data))
    if ship is not None:
        write_atomically(ship, partial(_pour, written["ensemble.parquet"]))
    if page is not None:
        write_atomically(page, partial(_pour, b"# What calibration found\n\n" + written["report.md"]))
    if as_json:
        print_json(
            {
                "folder": str(folder), "settings": asdict(settings), "summary": found_summary, "patterns": pattern_rows(found),
                "base_rates": parameter_rows(found), "waves": found.waves, "ensemble": ensemble.digest,
                "recovery": None if checked is None else checked.summary(),
            }
        )  # fmt: skip
        return
    s = found_summary
    screen.print(
        f"{s['accepted']} of {s['proposed']} parameter sets accepted, {s['members']} kept; "
        f"{s['inside']} of {s['targets']} targets inside their "
        f"interval, the worst off by a factor of {s['worst_factor']:.2f} ({s['worst']})", soft_wrap=True,
    )  # fmt: skip
    if recover is not None:
        screen.print(f"the known truth lies in the 90% interval for {s['truth_covered']:.0%} of {s['base_rates']} base rates")
    if checked is not None:
        screen.print(recovery_text(checked), soft_wrap=True)
    screen.print(f"ensemble: {folder / 'ensemble.parquet'}\nreport: {folder / 'report.html'}", soft_wrap=True)


def _pour(data: bytes, stream: Any) -> None:
    stream.write(data)


@main.command()
@click.option("--place", "places", multiple=True, help="A place with patterns (Connecticut, Hartford, ...); all by default.")
@click.option("--town", default=None, help="Any town of the state: its published figures beside its simulation.")
@click.option("--only", multiple=True, type=click.Choice(_PARTS), help="Parts to do; by default all but single interventions.")
@click.option(
    "--households", type=click.IntRange(100, 1_500_000), default=6_000, help="Households of the state; towns get a third."
)
@click.option("--members", type=click.IntRange(1, 1000), default=16, help="Parameter sets, each with a luck of its own.")
@click.option("--parameters", type=click.Choice(("ensemble", "sampled", "central")), default="ensemble", help="Their source.")
@click.option("--write", type=click.Path(path_type=Path), default=None, help="Also write the tables as a Markdown page.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def validate(
    places: tuple[str, ...], town: str | None, only: tuple[str, ...], households: int, members: int, parameters: str,
    write: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Hold the baseline against published figures: target beside simulated, with a verdict."""
    from hecsim.calibration import checks
    from hecsim.calibration.pages import validation_page
    from hecsim.calibration.places import check_places
    from hecsim.calibration.tracking import check_tracking
    from hecsim.calibration.validate import draws_of, summary_of, validate_town
    from hecsim.calibration.validate import validate as hold
    from hecsim.study.store import write_atomically

    if town is not None and (places or only or write):
        raise ScenarioError("--town stands alone: leave out --place, --only and --write", key="--town")
    parts = only or (("patterns",) if places else _PARTS[:-1])
    size = max(100, households // 3)
    document: dict[str, Any] = {"parameters": parameters, "members": members, "households": households}
    with progress_bar() as tell:
        if town is not None:
            document |= {"town": validate_town(town, households=size, members=members, parameters=parameters, progress=tell)}
        elif "patterns" in parts:
            rows = hold(
                places or None, households=households, town_households=size, members=members, parameters=parameters,
                progress=tell,
            )  # fmt: skip
            document |= {"patterns": rows, "summary": summary_of(rows)}
        few = draws_of(parameters, min(members, 3))
        if town is None and "places" in parts:
            document["places"] = check_places(few[:2], households=5 * households, progress=tell)
        for part, check, n, homes in (
            ("tracking", check_tracking, 2, 2 * households),  # of children with obesity few stay to be seen at 35
            ("nulls", checks.check_nulls, 3, size), ("interventions", checks.check_interventions, 1, size),
        ):  # fmt: skip
            if town is None and part in parts:
                document[part] = check(few[:n], households=homes, progress=tell)
    if write is not None:
        page = validation_page(document).encode()
        write_atomically(write, partial(_pour, page))
    if as_json:
        print_json(document)
        return
    _show(document)


_WORDS = 16  # characters that the name of a figure needs


def _table(first: str, *others: str) -> Table:
    """A table whose first column takes the room that numbers leave, and keeps enough to be read at 80 characters."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column(first, ratio=1, min_width=_WORDS)
    for heading in others:
        table.add_column(heading, justify="right")
    return table


def _beside(r: dict[str, Any]) -> str:
    from hecsim.calibration.pages import number

    return f"{number(r['simulated'])} ({number(r['p5'])} to {number(r['p95'])})"


def _show(document: dict[str, Any]) -> None:
    from hecsim.calibration.pages import number

    if "town" in document:
        table = _table("figure", "published", "simulated (90%)", "factor", "verdict", "used")
        for r in document["town"]:
            factor = "" if r["factor"] is None else f"{r['factor']:.2f}"
            name = f"{r['label']}, {r['unit']}"
            table.add_row(name, number(r["published"]), _beside(r), factor, r["verdict"], r["used"])
        screen.print(table)
        screen.print("used: yes where the model reads the figure of the town, so that nearness is no proof", soft_wrap=True)
    if "patterns" in document:
        table = _table("figure", "use", "target", "simulated (90%)", "verdict")
        for r in document["patterns"]:
            words = [f"{r['place']}: {r['label']}", "" if r["group"] == "all" else r["group"], r["unit"]]
            target = f"{number(r['low'])} to {number(r['high'])}"
            table.add_row(", ".join(w for w in words if w), r["use"], target, _beside(r), r["verdict"])
        screen.print(table)
        for use, s in document["summary"].items():
            screen.print(
                f"{use}: {s['inside']} of {s['patterns']} inside, {s['within a quarter']} within a quarter; "
                f"worst {s['worst']} ({s['worst factor']:.2f})", soft_wrap=True,
            )  # fmt: skip
    if "places" in document:
        table = _table("figure by place", "use", "n", "data", "model", "corr.", "slope", "verdict")
        for r in document["places"]:
            table.add_row(
                r["check"], r["use"], str(r["places"]), number(r["observed"]), number(r["simulated"]),
                f"{r['correlation']:.2f}", f"{r['slope']:.2f}", r["verdict"],
            )  # fmt: skip
        screen.print(table)
    for part in ("tracking", "nulls", "interventions"):
        if part in document:
            table = _table("check", "target", "simulated", "verdict")
            for r in document[part]:
                target = "" if r["low"] is None else f"{number(r['low'])} to {number(r['high'])}"
                beside = f" against {number(r['against'])}" if "against" in r else ""
                table.add_row(r["check"], target, number(r["simulated"]) + beside, r["verdict"])
            screen.print(table)
