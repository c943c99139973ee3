"""Commands that live futures: run, compare."""

from __future__ import annotations

import os
import time
from functools import partial
from pathlib import Path
from typing import Any

import click
from rich.box import SIMPLE_HEAD
from rich.table import Table

from hecsim.cli.base import HEADLINES, KINDS, aside, main, print_json, progress_bar, screen
from hecsim.errors import RunError, ScenarioError, StoreError, UnknownNameError


@main.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option("--seed", default="1", help="Seed of luck.")
@click.option("--arm", default=None, help="Arm of a study file to live; the first one that is not current law by default.")
@click.option("--out", type=click.Path(path_type=Path), default=None, help="Folder for the monthly tables.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def run(scenario: Path, seed: str, arm: str | None, out: Path | None, as_json: bool) -> None:
    """Live one arm of a scenario or study file for one future and show its last month."""
    from hecsim.life import Life, parse_seed
    from hecsim.measures import MEASURES

    chosen, number = scenario_of(scenario, arm), parse_seed(seed)
    if out is not None and out.exists() and not out.is_dir():
        raise StoreError(f"{out} is a file, not a folder; choose another folder")
    with progress_bar() as tell:
        place = chosen.community.build(lambda what, done: tell("community", int(100 * done), 100))
        model = Life(
            place, interventions=chosen.interventions,
            collaborative=chosen.collaborative, funds=chosen.funds, years=chosen.years,
            start_year=chosen.start_year, burn_in_months=chosen.burn_in, seed=number,
            threads=os.cpu_count() or 1,  # of use from some 5,000 households on
            progress=lambda done, total: tell("months", done, total),
        )  # fmt: skip
        model.run()
    if model.recorder is None:
        raise RunError("the run kept no measures")
    if out is not None:
        from hecsim.study.store import write_atomically

        write_atomically(out / "measures.csv", partial(_pour_measures, model.recorder))
        tables = {"ledger": model.delivery.ledger.frame(), "diary": model.diary.frame()}
        if model.collaborative is not None:
            tables["collaborative"] = model.collaborative.frame()
        for name, table in tables.items():
            data = table.to_csv(index=False).encode()
            write_atomically(out / f"{name}.csv", partial(_pour, data))
    last = {name: model.measure(name) for name in HEADLINES}
    if as_json:
        print_json(
            {
                "arm": chosen.name,
                "seed": number,
                "months": model.month,
                "last_month": last,
                "out": str(out) if out else None,
                **({"collaborative": model.collaborative.status()} if model.collaborative is not None else {}),
            }
        )
        return
    table = Table("measure", "last month", "unit", title=f"{chosen.name}, {model.label}")
    for name, value in last.items():
        table.add_row(MEASURES[name].label, f"{value:,.2f}", MEASURES[name].unit)
    screen.print(table)
    if out is not None:
        screen.print(f"monthly tables: {out}", soft_wrap=True)


def scenario_of(path: Path, arm: str | None) -> Any:
    """The scenario of a file, or an arm of a study file: the named one, else the first that is not current law."""
    from hecsim.scenario import Scenario, read_toml

    if not {"study", "arm"} & set(read_toml(path)):
        if arm is not None:
            raise ScenarioError("a scenario file has no arms; leave out --arm or give a study file", file=path, key="--arm")
        return Scenario.from_file(path)
    from hecsim.study import Study

    study = Study.from_file(path)
    names = [a.name for a in study.arms]
    if arm is not None and arm not in names:
        raise UnknownNameError(arm, names, what="arm", file=path)
    chosen = next((a for a in study.arms if (a.name == arm if arm else not a.is_reference)), study.arms[0])
    return Scenario(
        study.community, name=chosen.name, interventions=chosen.interventions, collaborative=chosen.collaborative,
        funds=chosen.funds, years=study.years, start_year=study.start_year, burn_in=study.burn_in,
    )  # fmt: skip


@main.command()
@click.argument("study_file", type=click.Path(path_type=Path))
@click.option("--futures", type=click.IntRange(1, 100_000), default=None, help="How many futures; default as in the file.")
@click.option("--workers", type=click.IntRange(1, 256), default=None, help="Processes; default all cores.")
@click.option("--cluster", default=None, help='Address of a Dask scheduler, or "local"; same results to the last bit.')
@click.option("--out", type=click.Path(path_type=Path), default=None, help="Study folder; default results/<file name>.")
@click.option("--all", "everything", is_flag=True, help="Show every measure.")
@click.option("--by", type=click.Choice(KINDS), default="all", help="Groups to show.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def compare(
    study_file: Path, futures: int | None, workers: int | None, cluster: str | None, out: Path | None, everything: bool,
    by: str, as_json: bool,
) -> None:  # fmt: skip
    """Compare arms over paired futures and write tables and one HTML report in each language."""
    from hecsim.report import write_report
    from hecsim.study import Store, Study, run_study

    study = Study.from_file(study_file, futures=futures)
    directory = out or Path("results") / study_file.stem
    started = time.perf_counter()
    with progress_bar() as tell:
        results = run_study(study, directory, workers=workers or os.cpu_count() or 1, progress=tell, cluster=cluster)
        tell("report", 0, 1)
        store = Store(directory)
        tables = write_tables(store, results)
        report = write_report(results, directory)
        write_report(results, directory, language="es")
        tell("report", 1, 1)
    summary = results.summary(by=by, measures=None if everything else [m for m in HEADLINES if m in results.measures])
    if as_json:
        print_json(
            {
                "study": study.name, "question": study.question,
                "futures": len(results.futures), "failed": dict(results.failed),
                "seconds": round(time.perf_counter() - started, 1), "directory": str(directory), "report": str(report),
                "tables": [str(t) for t in tables], "summary": summary.to_dict("records"),
            }
        )  # fmt: skip
        return
    print_summary(study.name, len(results.futures), summary)
    for index, problem in results.failed.items():
        aside.print(f"future {index} failed and is left out of every contrast: {problem}", soft_wrap=True)
    screen.print(f"report: {report}\ntables: {directory / 'tables'}", soft_wrap=True)


def _pour(data: bytes, stream: Any) -> None:
    stream.write(data)


def _pour_measures(recorder: Any, stream: Any) -> None:
    """Write month by month: of ten years of a state all of it at once would be twelve million rows."""
    for i in range(len(recorder.months)):
        stream.write(recorder.frame(slice(i, i + 1)).to_csv(index=False, header=not i).encode())


def write_tables(store: Any, results: Any) -> list[Path]:
    """The result tables of a study folder."""
    import pandas as pd

    gaps = pd.concat([results.gaps(m) for m in HEADLINES], ignore_index=True)
    written = [store.write_table(f"difference_by_{k}", results.summary(by=k)) for k in KINDS]
    written.append(store.write_table("gaps", gaps))
    written += [store.write_table(f"economics_{name}", frame) for name, frame in money_tables(results).items()]
    written.append(store.write_table("outcomes_by_year", results.long()))
    written.append(store.write_table("ledger", results.ledger))
    written.append(store.write_table("diary", results.diary))
    return written


def money_tables(results: Any) -> dict[str, Any]:
    """Who pays and saves, and what each effect costs, by arm and horizon; nothing where there is one arm."""
    from hecsim.study.early import early
    from hecsim.study.economics import Economics

    made = Economics(results)
    if not made.arms:
        return {}
    payers, ratios = made.all_tables()
    return {"payers": payers, "ratios": ratios, "after_3_years": early(made)}


def print_summary(name: str, futures: int, summary: Any) -> None:
    """One table an arm: current law, the difference with its interval, and how often the arm is better."""
    grouped = summary["group"].nunique() > 1
    for arm, part in summary.groupby("arm", sort=False):
        title = f"{name}: {arm} against current law, {futures} futures"
        table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
        table.add_column("measure", ratio=1)
        for heading in (
            *(("group",) if grouped else ()),
            "current law",
            "difference",
            "95% interval",
            "better in",
            "parameters",
        ):
            table.add_column(heading, justify="left" if heading == "group" else "right", no_wrap=heading != "group")
        row: Any
        for row in part.itertuples():
            interval = f"{row.low:+,.2f} to {row.high:+,.2f}" if row.low == row.low else "needs more futures"
            share = "" if row.better != row.better else f"{row.better:.0%}"
            # Of the variance of the difference over futures, the part owed to what is not known; the rest is luck.
            owed = "" if row.parameter_share != row.parameter_share else f"{row.parameter_share:.0%}"
            cells = (f"{row.reference:,.2f}", f"{row.difference:+,.3f}", interval, share, owed)
            table.add_row(f"{row.label}, {row.unit}", *((row.group,) if grouped else ()), *cells)
        screen.print(table)
