"""Commands about this machine: bench, app."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click
from rich.table import Table

from hecsim.cli.base import main, print_json, progress_bar, screen, town_names
from hecsim.errors import RunError, StoreError


@main.command()
@click.option("--households", type=click.IntRange(100), default=10_000)
@click.option("--towns", multiple=True, default=("Hartford",))
@click.option("--months", type=click.IntRange(1), default=24)
@click.option("--threads", type=click.IntRange(1, 64), default=1)
@click.option("--json", "as_json", is_flag=True)
def bench(households: int, towns: tuple[str, ...], months: int, threads: int, as_json: bool) -> None:
    """Measure the speed and memory of the model on this machine."""
    from hecsim.study.bench import measure_speed

    with progress_bar() as tell:
        found = measure_speed(
            town_names(towns), households=None if households >= 5_000_000 else households, months=months, threads=threads,
            progress=lambda done, total: tell("bench", done, total),
        )  # fmt: skip
    if as_json:
        print_json(found)
        return
    for key, value in found.items():
        if isinstance(value, dict):
            table = Table(key, "ns per person-month")
            for name, ns in sorted(value.items(), key=lambda kv: -kv[1]):
                table.add_row(name, f"{ns:,.1f}")
            screen.print(table)
        else:
            screen.print(f"{key:>28}  {value:,.4g}" if isinstance(value, float) else f"{key:>28}  {value}")


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
