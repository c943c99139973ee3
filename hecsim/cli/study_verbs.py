"""`hecsim study`: what is asked of a study beside the comparison itself. Each command calls one function."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click
from rich.box import SIMPLE_HEAD
from rich.table import Table

from hecsim.cli.base import main, print_json, progress_bar, screen
from hecsim.errors import ScenarioError

FOLDER = click.Path(path_type=Path)
_SHOWN = 15  # rows of a long table on screen; --json has all

outcomes_option = click.option(
    "--outcome",
    "outcomes",
    multiple=True,
    help="A measure, measure@group, spending or net_cost; default what the study declares.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


@main.group()
def study() -> None:
    """Ask a study: what contributes, what is best, how sure, what to measure next."""


def running(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options of every command that runs futures."""
    for option in reversed(
        (
            click.option("--out", type=FOLDER, default=None, help="Folder of the runs; default results/<file>-<command>."),
            click.option("--futures", type=click.IntRange(1, 100_000), default=None, help="How many; default as in the file."),
            click.option("--workers", type=click.IntRange(1, 256), default=None, help="Processes; default all cores."),
            click.option("--cluster", default=None, help='Address of a Dask scheduler, or "local".'),
            json_option,
        )
    ):
        command = option(command)
    return command


def how(workers: int | None, cluster: str | None, tell: Any) -> dict[str, Any]:
    """Arguments of `run_study` that every command passes on."""
    return {"workers": workers or os.cpu_count() or 1, "cluster": cluster, "progress": tell}


def results_of(folder: Path) -> Any:
    """Finished futures of a study folder."""
    from hecsim.study import Results, Store

    return Results.read(Store(folder))


def show(frame: Any, columns: Sequence[str], title: str) -> None:
    """A table that fits a terminal; rows beyond a screenful are counted."""
    table = Table(*[c.replace("_", " ") for c in columns], title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for row in frame[list(columns)].head(_SHOWN).to_dict("records"):
        table.add_row(*[_cell(v) for v in row.values()])
    screen.print(table)
    if len(frame) > _SHOWN:
        screen.print(f"... and {len(frame) - _SHOWN} more; --json prints all")


def _cell(value: Any) -> str:
    if isinstance(value, bool) or type(value).__name__ == "bool":
        return "yes" if value else "no"
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{value:,.0f}" if abs(value) >= 1e4 else f"{value + 0.0:,.3g}"
    return str(value)


@study.command()
@click.argument("study_file", type=FOLDER)
@click.option("--arm", default="", help="The mix to split; the first that is not current law by default.")
@click.option("--orders", type=click.IntRange(2, 10_000), default=20, help="Sampled orders, beyond seven interventions.")
@outcomes_option
@running
def attribute(
    study_file: Path, arm: str, orders: int, outcomes: tuple[str, ...], out: Path | None, futures: int | None,
    workers: int | None, cluster: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Split what a mix does into what each intervention contributes and what pairs add or take."""
    from hecsim.study import Study
    from hecsim.study import attribute as split

    asked = Study.from_file(study_file, futures=futures)
    with progress_bar() as tell:
        folder = out or Path("results") / f"{study_file.stem}-attribute"
        found = split(asked, folder, arm=arm, outcomes=outcomes, orders=orders, **how(workers, cluster, tell))
    if as_json:
        tables = {k: getattr(found, k).to_dict("records") for k in ("whole", "shares", "synergy")}
        print_json({"method": found.method, "futures": found.futures, "directory": str(folder), **tables})
        return
    columns = ("intervention", "title", "shapley", "low", "high", "first_in", "last_in", "grade")
    for row in found.whole.to_dict("records"):
        size = f"{row['difference']:+.3g} {row['unit']}"
        title = f"{row['arm']}: {row['outcome']}, {size}, {row['horizon']}, {found.futures} futures"
        show(found.shares[found.shares["outcome"] == row["outcome"]], columns, title)
        pairs = found.synergy[found.synergy["outcome"] == row["outcome"]]
        strongest = pairs.reindex(pairs["synergy"].abs().sort_values(ascending=False).index)
        show(strongest, ("first", "second", "synergy", "low", "high"), "what pairs do beyond the sum of their two")
        screen.print(f"{found.method}; the parts miss the whole by {row['error']:.1e} at most", soft_wrap=True)


def _optimise(
    study_file: Path, out: Path | None, futures: int | None, workers: int | None, cluster: str | None, as_json: bool
) -> None:
    """Find the best mixes under budget, funds, staff and an equity floor, and run them again on fresh futures."""
    from hecsim.study import Question
    from hecsim.study import optimise as best

    question = Question.from_file(study_file, futures=futures)
    folder = out or Path("results") / f"{study_file.stem}-optimise"
    with progress_bar() as tell:
        found = best(question, folder, **how(workers, cluster, tell))
    if as_json:
        tables = {k: getattr(found, k).to_dict("records") for k in ("table", "screening", "synergy")}
        plain = {k: getattr(found, k) for k in ("winner", "confirmed", "curse", "outcome", "unit", "budget")}
        print_json({**plain, "directory": str(folder), "finalists": tables.pop("table"), **tables})
        return
    columns = ("candidate", "gain", "low", "high", "cost", "per_million", "kept")
    show(found.screening, columns, f"each alone: gain in {found.outcome}")
    show(found.table, ("mix", "promised", "gain", "low", "high", "cost", "fits", "best_share"), "finalists on fresh futures")
    c = found.confirmed
    screen.print(
        f"best: {' + '.join(found.winner)}; on further futures it gains {c['gain']:.3g} "
        f"(95% interval {c['low']:.3g} to {c['high']:.3g}) {found.unit} for ${c['cost']:,.0f} a year.\n"
        f"Optimizer's curse: fresh futures gave {found.curse['finalists']:+.3g} less than promised on average over finalists, "
        f"{found.curse['most_promising']:+.3g} less for the one that promised most.", soft_wrap=True,
    )  # fmt: skip


study.command("optimise")(click.argument("study_file", type=FOLDER)(running(_optimise)))
study.command("optimize", hidden=True)(click.argument("study_file", type=FOLDER)(running(_optimise)))


@study.command()
@click.argument("study_file", type=FOLDER)
@click.option("--cap", type=click.IntRange(10, 100_000), default=200, help="Futures at most.")
@click.option("--least", type=click.IntRange(10, 100_000), default=30, help="Futures before the first look.")
@click.option("--batch", type=click.IntRange(2, 10_000), default=10, help="Futures between looks.")
@running
def precision(
    study_file: Path, cap: int, least: int, batch: int, out: Path | None, futures: int | None, workers: int | None,
    cluster: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Run futures in batches until every declared contrast is as precise as the study file asks."""
    from hecsim.study import Rule, Study
    from hecsim.study import precision as until

    rule = Rule(batch=batch, least=least, cap=futures or cap)
    folder = out or Path("results") / study_file.stem
    with progress_bar() as tell:
        found = until(Study.from_file(study_file), folder, rule=rule, **how(workers, cluster, tell))
    if as_json:
        print_json({"met": found.met, "futures": found.futures, "contrasts": found.contrasts, "looks": found.path})
        return
    import pandas as pd

    columns = ("measure", "arm", "against", "difference", "low", "high", "half_width", "wanted", "method")
    show(pd.DataFrame(found.contrasts), columns, f"{found.futures} futures")
    said = "every contrast is narrow enough" if found.met else "the cap was reached before every contrast was narrow enough"
    screen.print(f"{said}; the rule and every look: {folder / 'precision.json'}", soft_wrap=True)


@study.command()
@click.argument("folder", type=FOLDER)
@outcomes_option
@json_option
def pareto(folder: Path, outcomes: tuple[str, ...], as_json: bool) -> None:
    """Show which arms of a finished study no other arm dominates, and how surely."""
    from hecsim.study import pareto as frontier

    frame = frontier(results_of(folder), outcomes)
    if as_json:
        print_json(frame.to_dict("records"))
        return
    show(frame, list(frame.columns), "arms that nothing dominates: in the mean, how probably, and in which share of futures")


@study.command()
@click.argument("folder", type=FOLDER)
@outcomes_option
@click.option("--enough", type=float, default=None, help="Gain that is enough; default what was declared important.")
@json_option
def robust(folder: Path, outcomes: tuple[str, ...], enough: float | None, as_json: bool) -> None:
    """Show regret, how often each arm does well enough, and which parameters stand apart where it fails."""
    from hecsim.study import fails_when
    from hecsim.study import robust as judged
    from hecsim.study.outcome import outcomes_of

    results = results_of(folder)
    names = [o.text for o in outcomes_of(results, outcomes)]
    frame = judged(results, names, enough=None if enough is None else dict.fromkeys(names, enough))
    failing = []
    if results.manifest["study"]["parameters"] != "central" and "design" not in results.manifest["study"]:
        for row in frame.to_dict("records"):
            if row["arm"] != results.arms[results.reference]:
                failing.append(fails_when(results, row["arm"], row["outcome"], enough=row["enough"]))
    if as_json:
        tables = [{**vars(f), "table": f.table.to_dict("records")} for f in failing]
        print_json({"arms": frame.to_dict("records"), "failing": tables})
        return
    columns = ("outcome", "arm", "mean", "worst", "regret_mean", "regret_p90", "best", "enough", "satisfied")
    show(frame, columns, "gain against current law, regret, and how often it is enough")
    for f in failing:
        first = f.table.iloc[0]
        told = f"{first['parameter']} stands apart most (rank correlation {first['correlation']:+.2f}"
        sure = f"; p = {f.p_value:.2g} among all parameters over {f.draws} draws)" if f.p_value == f.p_value else ")"
        said = told + sure if 0 < f.share < 1 else "no parameter can tell"
        screen.print(f"{f.arm}, {f.outcome}: not enough in {f.share:.0%} of futures; {said}", soft_wrap=True)


@study.command()
@click.argument("source", type=FOLDER)
@click.option("--arm", default="", help="The arm compared with current law.")
@click.option("--method", type=click.Choice(("pawn", "morris", "sobol")), default="pawn", help="pawn needs no runs of its own.")
@click.option("--parameter", "parameters", multiple=True, help="A parameter, or a room of them; repeat.")
@click.option("--size", type=click.IntRange(2, 100_000), default=8, help="Trajectories (morris) or base sample (sobol).")
@outcomes_option
@running
def sensitivity(
    source: Path, arm: str, method: str, parameters: tuple[str, ...], size: int, outcomes: tuple[str, ...], out: Path | None,
    futures: int | None, workers: int | None, cluster: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Say which parameters drive the difference: from a study FOLDER by pawn, or by a design run for a study FILE."""
    from hecsim.study import Study, pawn
    from hecsim.study import sensitivity as designed
    from hecsim.study.outcome import outcomes_of

    if method == "pawn":
        results = results_of(source)
        chosen = arm or next(a for i, a in enumerate(results.arms) if i != results.reference)
        tables = [
            pawn(results, chosen, o.text, parameters=parameters).assign(outcome=o.text, arm=chosen, method=method)
            for o in outcomes_of(results, outcomes)
        ]
    else:
        if source.is_dir():
            raise ScenarioError(f"{method} runs a design of its own; give the study file", key="source")
        with progress_bar() as tell:
            folder = out or Path("results") / f"{source.stem}-{method}"
            asked = Study.from_file(source)
            found = designed(
                asked, folder, parameters, outcomes=outcomes, arm=arm, method=method, size=size, **how(workers, cluster, tell)
            )  # fmt: skip
            tables = [part for _, part in found.groupby("outcome", sort=False)]
    if as_json:
        print_json([row for t in tables for row in t.to_dict("records")])
        return
    for t in tables:
        columns = [c for c in t.columns if c not in ("outcome", "arm", "method")]
        show(t, columns, f"{t['arm'].iloc[0]} against current law, {t['outcome'].iloc[0]}, {method}")


@study.command()
@click.argument("folder", type=FOLDER)
@click.option("--gain", required=True, help="The outcome that is bought.")
@click.option("--worth", type=float, required=True, help="Dollars a year per unit of it.")
@click.option("--cost", type=click.Choice(("net_cost", "spending", "none")), default="net_cost")
@json_option
def voi(folder: Path, gain: str, worth: float, cost: str, as_json: bool) -> None:
    """Say which parameters are worth measuring before choosing among the arms of a finished study."""
    from hecsim.study import voi as value

    found = value(results_of(folder), gain=gain, worth=worth, cost="" if cost == "none" else cost)
    if as_json:
        print_json({**vars(found), "table": found.table.to_dict("records")})
        return
    show(found.table, ("parameter", "value", "by_chance", "p95", "changes", "above"), f"value of knowing, {found.unit}")
    above = int(found.table["above"].sum())
    screen.print(
        f"best now: {found.best}. Knowing everything but luck would be worth {found.perfect:,.3g} {found.unit}. "
        f"{above} of {len(found.table)} parameters exceed what one in twenty without influence would seem worth; "
        f"{len(found.table) / 20:.0f} would by chance ({found.draws} draws).", soft_wrap=True,
    )  # fmt: skip
