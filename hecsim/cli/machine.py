"""Commands about this machine: compile, bench, app."""

from __future__ import annotations

import os
import sys
import time
from typing import Any

import click
from rich.table import Table

from hecsim.cli.base import main, print_json, progress_bar, screen, town_names
from hecsim.errors import RunError

_SIZES = (1_000, 3_000, 10_000, 30_000, 100_000)
_LARGE = (300_000, 1_420_000)  # the second is the state
_UNITS = {"process_cost": "ns per person-month", "memory_by_column": "bytes per person"}
_SHOWN = 12


@main.command("compile")
@click.option("--json", "as_json", is_flag=True)
def compile_(as_json: bool) -> None:
    """Compile the model's loops once on this machine, so that the first run begins at once."""
    from hecsim.study.rehearsal import get_ready

    started = time.perf_counter()
    with progress_bar() as tell:
        made = get_ready(lambda done, of: tell("compiling", done, of))
    seconds = time.perf_counter() - started
    if as_json:
        print_json({"loops": made, "seconds": seconds})
    elif made:
        screen.print(f"{made} loops compiled and kept for later runs ({seconds:.0f} s)")
    else:
        screen.print("everything is compiled already")


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
@click.option("--host", default=None, help="Address to listen on; only this machine by default, the room with --forum.")
@click.option("--port", type=click.IntRange(1, 65535), default=8765)
@click.option("--forum", is_flag=True, help="Open a forum: phones vote, the vote becomes the mix, the result plays.")
@click.option("--pin", default="", help="PIN of the forum's control; drawn by luck if left out.")
@click.option("--option", "options", multiple=True, help="Intervention on the forum's ballot; four to twelve of them.")
@click.option("--town", default="Hartford", show_default=True, help="Its town.")
@click.option("--budget", type=click.FloatRange(1.0), default=5e6, show_default=True, help="Its budget, dollars a year.")
@click.option("--households", type=click.IntRange(100, 20_000), default=1000, show_default=True)
@click.option("--futures", type=click.IntRange(2, 100), default=20, show_default=True)
@click.option("--years", type=click.IntRange(2, 10), default=10, show_default=True)
@click.option("--fresh", is_flag=True, help="Forget the room of a forum that was open before.")
@click.option(
    "--prepare",
    type=click.IntRange(1, 3),
    default=None,
    help="Do not start: live every choice of up to this many options tonight, so that nobody waits tomorrow.",
)
def app(host: str | None, port: int, forum: bool, prepare: int | None, **forum_settings: Any) -> None:
    """Start the app in a browser on this machine."""
    import json
    import subprocess

    if prepare is not None:
        _prepare(prepare, forum_settings)
        return
    command = [sys.executable, "-m", "solara", "run", "hecsim.web.app"]
    command += ["--host", host or ("0.0.0.0" if forum else "127.0.0.1"), "--port", str(port), "--production", "--no-open"]
    environment = {**os.environ, "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False"}
    if forum:
        _ballot(forum_settings)  # a wrong option is told before a server starts
        environment["HECSIM_FORUM"] = json.dumps({**forum_settings, "port": port})
    code = subprocess.call(command, env=environment)
    if code not in (0, 130, -2):
        raise RunError(f"the app's server stopped with code {code}")


def _ballot(found: dict[str, Any]) -> Any:
    from hecsim.web.forum.choices import Ballot

    town = town_names((found["town"],))[0]
    options = tuple(found["options"]) or Ballot.options
    return Ballot(options, (town,), found["households"], found["years"], found["futures"], found["budget"])


def _prepare(largest: int, found: dict[str, Any]) -> None:
    """Live every choice that fits under the budget; what is kept already is left out."""
    from hecsim.study.begun import keep
    from hecsim.web import cache, worker

    ballot = _ballot(found)
    keep(ballot.futures)
    with progress_bar() as tell:
        for n, picks in enumerate(work := ballot.nights_work(largest)):
            prices = [ballot.price(o) or 0.0 for o in picks]
            if not ballot.ready(picks) and (len(picks) == 1 or sum(prices) <= ballot.budget):
                study = ballot.study(picks)
                folder = cache.folder(cache.key_of(study))
                for index in set(range(study.futures)) - set(worker.prepare(study, folder, 0)):
                    worker.live(study, folder, index, 0)  # copies current law from the choice before
            tell("choices", n + 1, len(work))
