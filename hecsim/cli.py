"""The `hecsim` command: parse, call, print."""

from __future__ import annotations

import json
import math
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import click
import numpy as np
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from hecsim import __version__
from hecsim.errors import HecsimError, RunError, ScenarioError, StoreError, UnknownNameError

__all__ = ["main"]

# Names of arms and keys of files stand in brackets; nothing a user wrote is read as markup.
_out = Console(markup=False, emoji=False, highlight=False)
_err = Console(stderr=True, markup=False, emoji=False, highlight=False)

KINDS = ("all", "race_ethnicity", "income", "neighborhood")  # of groups

# What a planner looks at first; `--all` shows every measure.
HEADLINES = (
    "aces_0_8", "ace_score_at_8", "cps_reports", "obesity_adult", "obesity_child", "stress_caregivers", "food_insecurity",
    "low_food_access", "diet", "activity_adult", "diabetes", "eviction_filings", "evictions", "poverty_child", "health_cost",
)  # fmt: skip


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar with time left on standard error; call it with (stage, done, total)."""
    columns = (
        TextColumn("{task.description:<12}"), BarColumn(bar_width=28), MofNCompleteColumn(), TimeElapsedColumn(),
        TextColumn("left"), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=_err, transient=False) as bar:
        tasks: dict[str, Any] = {}

        def tell(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=total)
            bar.update(tasks[stage], completed=done, total=total)

        yield tell


def _json(document: Any) -> None:
    click.echo(json.dumps(_plain(document), indent=1, allow_nan=False, default=str))


def _plain(value: Any) -> Any:
    """The same in the types of JSON; what is not a number there (NaN, infinity) becomes null."""
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return _plain(value.tolist())
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(v) for v in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _complain(problem: object) -> None:
    _err.print(Text.assemble(("error: ", "bold red"), str(problem)), soft_wrap=True)


def _towns(towns: tuple[str, ...]) -> Any:
    names = [t.strip() for part in towns for t in part.split(",") if t.strip()]
    return "all" if [n.lower() for n in names] == ["all"] else names


class _Main(click.Group):
    """Turns a user's mistake into one message and exit code 2, and an interrupt into 130."""

    def main(self, *args: Any, **kwargs: Any) -> NoReturn:  # type: ignore[override]
        kwargs["standalone_mode"] = False
        try:
            code = super().main(*args, **kwargs)
        except HecsimError as problem:
            _complain(problem)
            code = 2
        except (click.exceptions.Abort, KeyboardInterrupt):
            _err.print("interrupted; what was finished is kept, run the same command to go on", soft_wrap=True)
            code = 130
        except click.ClickException as problem:
            problem.show()
            code = 2
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            code = 0
        except OSError as problem:  # a full disk or a folder without permission, met outside the stores
            _complain(f"{problem.filename or 'files'}: {problem.strerror or problem}")
            code = 2
        except MemoryError:
            _complain("not enough memory; take fewer households or fewer workers")
            code = 2
        sys.exit(code if isinstance(code, int) else 0)


@click.group(cls=_Main, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="hecsim")
def main() -> None:
    """What mixes of upstream interventions would do for a Connecticut community."""


@main.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option("--seed", default="1", help="Seed of luck.")
@click.option("--arm", default=None, help="Arm of a study file to live; the first one that is not current law by default.")
@click.option("--out", type=click.Path(path_type=Path), default=None, help="Folder for the monthly tables.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def run(scenario: Path, seed: str, arm: str | None, out: Path | None, as_json: bool) -> None:
    """Live one arm of a scenario or study file for one future and show its last month."""
    from hecsim.measures import MEASURES
    from hecsim.model import CommunityModel, parse_seed
    from hecsim.study import build
    from hecsim.study.store import write_atomically

    chosen, number = _scenario(scenario, arm), parse_seed(seed)
    if out is not None and out.exists() and not out.is_dir():
        raise StoreError(f"{out} is a file, not a folder; choose another folder")
    with _progress() as tell:
        model = CommunityModel(
            community=build(chosen.community, tell), interventions=chosen.interventions, years=chosen.years,
            start_year=chosen.start_year, burn_in_months=chosen.burn_in, seed=number,
            progress=lambda done, total: tell("months", done, total),
        )  # fmt: skip
        model.run()
    if model.recorder is None:
        raise RunError("the run kept no measures")
    frame = model.recorder.frame()
    if out is not None:
        for name, table in (("measures", frame), ("ledger", model.delivery.ledger.frame()), ("diary", model.diary.frame())):
            data = table.to_csv(index=False).encode()
            write_atomically(out / f"{name}.csv", lambda stream, data=data: stream.write(data))
    last = {name: model.measure(name) for name in HEADLINES}
    if as_json:
        _json({"arm": chosen.name, "seed": number, "months": model.month, "last_month": last, "out": str(out) if out else None})
        return
    table = Table("measure", "last month", "unit", title=f"{chosen.name}, {model.label}")
    for name, value in last.items():
        table.add_row(MEASURES[name].label, f"{value:,.2f}", MEASURES[name].unit)
    _out.print(table)
    if out is not None:
        _out.print(f"monthly tables: {out}", soft_wrap=True)


def _scenario(path: Path, arm: str | None) -> Any:
    """The scenario of a file, or an arm of a study file: the named one, else the first that is not current law."""
    from hecsim.scenario import Scenario, read_toml
    from hecsim.study import Study

    if not {"study", "arm"} & set(read_toml(path)):
        if arm is not None:
            raise ScenarioError("a scenario file has no arms; leave out --arm or give a study file", file=path, key="--arm")
        return Scenario.from_file(path)
    study = Study.from_file(path)
    names = [a.name for a in study.arms]
    if arm is not None and arm not in names:
        raise UnknownNameError(arm, names, what="arm", file=path)
    chosen = next((a for a in study.arms if (a.name == arm if arm else not a.is_reference)), study.arms[0])
    return Scenario(
        study.community, name=chosen.name, interventions=chosen.interventions, years=study.years,
        start_year=study.start_year, burn_in=study.burn_in,
    )  # fmt: skip


@main.command()
@click.argument("study_file", type=click.Path(path_type=Path))
@click.option("--futures", type=click.IntRange(1, 100_000), default=None, help="How many futures; default as in the file.")
@click.option("--workers", type=click.IntRange(1, 256), default=None, help="Processes; default all cores.")
@click.option("--out", type=click.Path(path_type=Path), default=None, help="Study folder; default results/<file name>.")
@click.option("--all", "everything", is_flag=True, help="Show every measure.")
@click.option("--by", type=click.Choice(KINDS), default="all", help="Groups to show.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def compare(
    study_file: Path, futures: int | None, workers: int | None, out: Path | None, everything: bool, by: str, as_json: bool
) -> None:
    """Compare arms over paired futures and write tables and one HTML report in each language."""
    from hecsim.report import write_report
    from hecsim.study import Store, Study, run_study

    study = Study.from_file(study_file, futures=futures)
    directory = out or Path("results") / study_file.stem
    started = time.perf_counter()
    with _progress() as tell:
        results = run_study(study, directory, workers=workers or os.cpu_count() or 1, progress=tell)
        tell("report", 0, 1)
        store = Store(directory)
        tables = write_tables(store, results)
        report = write_report(results, directory)
        write_report(results, directory, language="es")
        tell("report", 1, 1)
    summary = results.summary(by=by, measures=None if everything else [m for m in HEADLINES if m in results.measures])
    if as_json:
        _json(
            {
                "study": study.name, "question": study.question,
                "futures": len(results.futures), "failed": dict(results.failed),
                "seconds": round(time.perf_counter() - started, 1), "directory": str(directory), "report": str(report),
                "tables": [str(t) for t in tables], "summary": summary.to_dict("records"),
            }
        )  # fmt: skip
        return
    _print_summary(study.name, len(results.futures), summary)
    for index, problem in results.failed.items():
        _err.print(f"future {index} failed and is left out of every contrast: {problem}", soft_wrap=True)
    _out.print(f"report: {report}\ntables: {directory / 'tables'}", soft_wrap=True)


def write_tables(store: Any, results: Any) -> list[Path]:
    """The result tables of a study folder."""
    import pandas as pd

    gaps = pd.concat([results.gaps(m) for m in HEADLINES], ignore_index=True)
    written = [store.write_table(f"difference_by_{k}", results.summary(by=k)) for k in KINDS]
    written.append(store.write_table("gaps", gaps))
    written.append(store.write_table("outcomes_by_year", results.long()))
    written.append(store.write_table("ledger", results.ledger))
    written.append(store.write_table("diary", results.diary))
    return written


def _print_summary(name: str, futures: int, summary: Any) -> None:
    for arm, part in summary.groupby("arm", sort=False):
        table = Table(
            "measure", "group", "current law", "with the mix", "difference", "95% interval", "better in", "unit",
            title=f"{name}: {arm} against current law, {futures} futures",
        )  # fmt: skip
        for row in part.itertuples():
            share = "" if row.better != row.better else f"{row.better:.0%}"
            table.add_row(
                row.label, row.group, f"{row.reference:,.2f}", f"{row.value:,.2f}", f"{row.difference:+,.3f}",
                f"{row.low:+,.3f} to {row.high:+,.3f}" if row.low == row.low else "needs more futures", share, row.unit,
            )  # fmt: skip
        _out.print(table)


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

    with _progress() as tell:
        names = _towns(towns)
        spec = CommunitySpec(
            towns=("all",) if names == "all" else tuple(names), households=households, seed=seed, family=family or ""
        )
        built = spec.build(lambda what, done: tell("community", int(100 * done), 100))
        save(built, out)
    found = {**built.summary(), "digest": built.digest(), "out": str(out)}
    if as_json:
        _json(found)
        return
    for key, value in found.items():
        _out.print(f"{key:>14}  {value:,}" if isinstance(value, int) else f"{key:>14}  {value}", soft_wrap=True)


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
    with _progress() as tell:
        if directory is not None:
            built = load(directory)
        else:
            built = build_community(
                _towns(towns or ("Hartford",)), households=households, seed=seed, histories=False,
                progress=lambda what, done: tell("community", int(100 * done), 100),
            )  # fmt: skip
    frame = margins(built, geography.select(built.labels["town"]))
    errors, weights = frame["error"].abs(), frame["universe"]
    summary = {
        "margins": len(frame), "worst_points": float(100 * errors.max()),
        "weighted_mean_points": float(100 * (errors * weights).sum() / weights.sum()),
    }  # fmt: skip
    if as_json:
        _json({**summary, "rows": frame.head(rows).to_dict("records")})
        return
    table = Table("place", "table", "category", "target", "simulated", "error, points")
    row: Any
    for row in frame.head(rows).itertuples():
        shown = (f"{row.target:.3f}", f"{row.simulated:.3f}", f"{100 * row.error:+.2f}")
        table.add_row(row.place, row.table, str(row.category), *shown)
    _out.print(table)
    _out.print(
        f"{summary['margins']:,} margins; worst {summary['worst_points']:.2f} points, "
        f"mean {summary['weighted_mean_points']:.2f} points weighted by population", soft_wrap=True,
    )  # fmt: skip


@main.group()
def interventions() -> None:
    """Look through the catalogue of interventions."""


@interventions.command("list")
@click.option("--json", "as_json", is_flag=True)
def interventions_list(as_json: bool) -> None:
    """List all interventions with kind, aims and grade of evidence."""
    from hecsim.interventions import catalogue

    rows: list[dict[str, Any]] = [
        {
            "id": c.id,
            "kind": c.kind,
            "name": c.title.en,
            "nombre": c.title.es,
            "aims": list(c.aims),
            "grade": c.grade,
            "sentence": c.sentence.en,
            "oracion": c.sentence.es,
        }
        for c in catalogue().values()
    ]
    if as_json:
        _json(rows)
        return
    table = Table("id", "kind", "name", "aims", "evidence", "what it does")
    for r in rows:
        table.add_row(r["id"], r["kind"], r["name"], ", ".join(r["aims"]), r["grade"], r["sentence"])
    _out.print(table)


@interventions.command("show")
@click.argument("identifier")
@click.option("--json", "as_json", is_flag=True)
def interventions_show(identifier: str, as_json: bool) -> None:
    """Show what one intervention does, for whom, and its settings."""
    from hecsim.interventions import find

    c = find(identifier)
    found: dict[str, Any] = {
        "id": c.id, "kind": c.kind, "name": c.title.en, "nombre": c.title.es,
        "sentence": c.sentence.en, "oracion": c.sentence.es, "aims": list(c.aims), "actor": c.actor, "verb": c.verb,
        "needs": list(c.needs), "grade": c.grade, "connecticut": c.connecticut, "levers": sorted(c().levers),
        "evidence": list(c.evidence()),
        "settings": [
            {"name": s.name, "default": s.default, "unit": s.unit, "low": s.low, "high": s.high, "help": s.help}
            for s in c.settings()
        ],
    }  # fmt: skip
    if as_json:
        _json(found)
        return
    for key, value in found.items():
        if key == "settings":
            table = Table("setting", "default", "unit", "from", "to", "meaning")
            for row in value:
                table.add_row(*("" if v is None else str(v) for v in row.values()))
            _out.print(table)
        else:
            shown = ", ".join(value) if isinstance(value, list) else value
            _pair(key, shown)


@main.command()
@click.option("--place", "places", multiple=True, help="A place with patterns (Connecticut, Hartford); all by default.")
@click.option("--households", type=click.IntRange(100, 5_000_000), default=10_000, help="Simulated households for each place.")
@click.option("--futures", type=click.IntRange(1, 1000), default=4, help="Futures for each place.")
@click.option("--sampled", is_flag=True, help="Draw parameters from their ranges instead of taking central values.")
@click.option("--write", type=click.Path(path_type=Path), default=None, help="Also write the table as a Markdown page.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def validate(places: tuple[str, ...], households: int, futures: int, sampled: bool, write: Path | None, as_json: bool) -> None:
    """Hold the baseline against published figures: target beside simulated, with a verdict."""
    from hecsim.study.store import write_atomically
    from hecsim.study.validate import as_markdown
    from hecsim.study.validate import validate as hold

    with _progress() as tell:
        rows = hold(
            places or None, households=households, futures=futures, sampled=sampled,
            progress=lambda done, total: tell("futures", done, total),
        )  # fmt: skip
    if write is not None:
        page = as_markdown(rows, households=households, futures=futures).encode()
        write_atomically(write, lambda stream: stream.write(page))
    if as_json:
        _json(rows)
        return
    table = Table("place", "measure", "group", "target", "simulated", "over futures", "verdict")
    for r in rows:
        target = f"{r['low']:g}" if r["low"] == r["high"] else f"{r['low']:g} to {r['high']:g}"
        span = f"{r['least']:.2f} to {r['greatest']:.2f}"
        table.add_row(r["place"], f"{r['label']}, {r['unit']}", r["group"], target, f"{r['simulated']:.2f}", span, r["verdict"])
    _out.print(table)


@main.group("evidence")
def evidence_group() -> None:
    """Look up every number of the world, with its source."""


@evidence_group.command("list")
@click.option("--room", default=None, help="Only parameters of this room.")
@click.option("--json", "as_json", is_flag=True)
def evidence_list(room: str | None, as_json: bool) -> None:
    """List all parameters with value, range, unit, grade and source."""
    from hecsim import evidence

    known = evidence.load()
    rooms = sorted({p.room for p in known.values()})
    if room is not None and room not in rooms:
        raise UnknownNameError(room, rooms, what="room")
    chosen = [p for p in known.values() if room in (None, p.room)]
    if as_json:
        _json([_parameter(p) for p in chosen])
        return
    table = Table("parameter", "value", "range", "unit", "grade", "source")
    for p in chosen:
        d = _parameter(p)
        table.add_row(p.full_name, d["shown"], d["range"], p.unit, p.grade, p.source)
    _out.print(table)


@evidence_group.command("show")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True)
def evidence_show(name: str, as_json: bool) -> None:
    """Show one parameter and the processes that use it."""
    from hecsim import evidence
    from hecsim.processes.plan import MONTH

    p = evidence.parameter(name)
    found = {**_parameter(p), "used_by": [process.name for process in MONTH if p.full_name in process.parameters]}
    if as_json:
        _json(found)
        return
    for key, value in found.items():
        _pair(key, value)


def _pair(key: str, value: object) -> None:
    _out.print(Text.assemble((key, "bold"), f"  {value}"), soft_wrap=True)


def _parameter(p: Any) -> dict[str, Any]:
    def short(v: Any) -> str:
        return ", ".join(f"{x:g}" for x in v) if isinstance(v, tuple) else f"{v:g}"

    return {
        "name": p.full_name, "value": p.value, "low": p.low, "high": p.high, "unit": p.unit,
        "grade": p.grade, "source": p.source, "note": p.note, "axis": list(p.axis), "shown": short(p.value),
        "range": f"{short(p.low)} to {short(p.high)}" if p.low is not None else "",
    }  # fmt: skip


@main.command()
@click.option("--households", type=click.IntRange(100), default=10_000)
@click.option("--towns", multiple=True, default=("Hartford",))
@click.option("--months", type=click.IntRange(1), default=24)
@click.option("--threads", type=click.IntRange(1, 64), default=1)
@click.option("--json", "as_json", is_flag=True)
def bench(households: int, towns: tuple[str, ...], months: int, threads: int, as_json: bool) -> None:
    """Measure the speed and memory of the model on this machine."""
    from hecsim.study.bench import measure_speed

    with _progress() as tell:
        found = measure_speed(
            _towns(towns), households=None if households >= 5_000_000 else households, months=months, threads=threads,
            progress=lambda done, total: tell("bench", done, total),
        )  # fmt: skip
    if as_json:
        _json(found)
        return
    for key, value in found.items():
        if isinstance(value, dict):
            table = Table(key, "ns per person-month")
            for name, ns in sorted(value.items(), key=lambda kv: -kv[1]):
                table.add_row(name, f"{ns:,.1f}")
            _out.print(table)
        else:
            _out.print(f"{key:>28}  {value:,.4g}" if isinstance(value, float) else f"{key:>28}  {value}")


@main.command()
@click.option("--host", default="127.0.0.1")
@click.option("--port", type=click.IntRange(1, 65535), default=8765)
def app(host: str, port: int) -> None:
    """Start the app in a browser on this machine."""
    import subprocess

    page = Path(__file__).resolve().parent.parent / "app.py"
    if not page.exists():
        raise StoreError(f"{page} is missing; start the app from a checkout of the project")
    command = [sys.executable, "-m", "solara", "run", str(page), "--host", host, "--port", str(port)]
    command += ["--production", "--no-open"]
    environment = {**os.environ, "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False"}
    code = subprocess.call(command, env=environment)
    if code not in (0, 130, -2):
        raise RunError(f"the app's server stopped with code {code}")


if __name__ == "__main__":
    main()
