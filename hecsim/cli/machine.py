"""Commands about this machine: bench, app."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click
from rich.table import Table

from hecsim.cli.base import main, print_json, progress_bar, screen, town_names
from hecsim.errors import RunError, StoreError

_SIZES = (1_000, 3_000, 10_000, 30_000, 100_000)
_LARGE = (300_000, 1_420_000)  # the second is the state
_UNITS = {"process_cost": "ns per person-month", "memory_by_column": "bytes per person"}
_SHOWN = 12


@main.command()
@click.option("--households", type=click.IntRange(100), default=10_000)
@click.option("--towns", multiple=True, default=("Hartford",))
@click.option("--months", type=click.IntRange(1), default=24)
@click.option("--threads", type=click.IntRange(1, 64), default=1)
@click.option(
    "--scaling", is_flag=True, help="Also the cost of a person-month from 1,000 to 100,000 households of Connecticut."
)
@click.option("--large", is_flag=True, help="With --scaling: up to the whole state (minutes, 3 GB).")
@click.option("--all", "everything", is_flag=True, help="Every process and column, not only the largest.")
@click.option("--json", "as_json", is_flag=True)
def bench(
    households: int,
    towns: tuple[str, ...],
    months: int,
    threads: int,
    scaling: bool,
    large: bool,
    everything: bool,
    as_json: bool,
) -> None:
    """Measure the speed and memory of the model on this machine."""
    from hecsim.study.bench import measure_scaling, measure_speed

    sizes = (*_SIZES, *(_LARGE if large else ())) if scaling or large else ()
    with progress_bar() as tell:
        found = measure_speed(
            town_names(towns), households=None if households >= 5_000_000 else households, months=months, threads=threads,
            progress=lambda done, total: tell("bench", done, total),
        )  # fmt: skip
        if sizes:
            found["scaling"] = measure_scaling("all", sizes, progress=lambda done, total: tell("scaling", done, total))
    if as_json:
        print_json(found)
        return
    for key, value in found.items():
        if key == "scaling":
            table = Table(*(name.replace("_", " ") for name in value[0]))
            for row in value:
                table.add_row(*(f"{x:,}" if isinstance(x, int) else f"{x:,.1f}" for x in row.values()))
            screen.print(table)
        elif isinstance(value, dict):
            _largest(key, value, everything)
        else:
            screen.print(f"{key:>28}  {value:,.4g}" if isinstance(value, float) else f"{key:>28}  {value}")


def _largest(title: str, values: dict[str, float], everything: bool) -> None:
    ranked = sorted(values.items(), key=lambda kv: -kv[1])
    shown = ranked if everything else ranked[:_SHOWN]
    table = Table(title.replace("_", " "), _UNITS[title])
    for name, value in shown:
        table.add_row(name, f"{value:,.1f}")
    if len(shown) < len(ranked):
        table.add_row(f"{len(ranked) - len(shown)} others", f"{sum(v for _, v in ranked[len(shown) :]):,.1f}")
    screen.print(table)


@main.command()
@click.option("--host", default="127.0.0.1")
@click.option("--port", type=click.IntRange(1, 65535), default=8765)
def app(host: str, port: int) -> None:
    """Start the app in a browser on this machine."""
    import subprocess

    page = Path(__file__).resolve().parents[2] / "app.py"
    if not page.exists():
        raise StoreError(f"{page} is missing; start the app from a checkout of the project")
    command = [sys.executable, "-m", "solara", "run", str(page), "--host", host, "--port", str(port)]
    command += ["--production", "--no-open"]
    environment = {**os.environ, "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False"}
    code = subprocess.call(command, env=environment)
    if code not in (0, 130, -2):
        raise RunError(f"the app's server stopped with code {code}")
