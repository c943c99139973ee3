"""`hecsim trials`: published studies re-enacted, and put against what they printed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from rich.box import SIMPLE_HEAD
from rich.table import Table

from hecsim.cli.base import aside, main, plain_values, print_json, progress_bar, screen
from hecsim.errors import HecsimError, StoreError

__all__ = ["trials"]


@main.group()
def trials() -> None:
    """Re-enact published studies and compare with what they found."""


@trials.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def list_(as_json: bool) -> None:
    """List the trials that come with hecsim."""
    from hecsim.trials import library, load_trial

    found = [(name, path, load_trial(path)) for name, path in library().items()]
    if as_json:
        print_json(
            [
                {
                    "id": name, "title": t.title, "design": t.design.kind, "assign": t.design.assign, "grade": t.grade,
                    "source": t.source, "used_in_calibration": t.calibration, "place": list(t.place.towns),
                    "must_be_null": all(o.published.null for o in t.outcome if o.primary),
                    "outcomes": [o.name for o in t.outcome], "months": t.calendar.before + t.follow, "file": str(path),
                }
                for name, path, t in found
            ]
        )  # fmt: skip
        return
    table = Table("id", "study", "design", "must be null", "used in calibration", box=SIMPLE_HEAD, pad_edge=False)
    for name, _, t in found:
        null = all(o.published.null for o in t.outcome if o.primary)
        table.add_row(name, t.title, t.design.kind, "yes" if null else "", "yes" if t.calibration else "")
    screen.print(table)


@trials.command("check")
@click.argument("files", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def check(files: tuple[str, ...], as_json: bool) -> None:
    """Read trial files (or ids of the library) and say whether they could be run."""
    from hecsim.trials import find_trial, load_trial

    found: list[dict[str, Any]] = []
    for name in files:
        try:
            t = load_trial(find_trial(name))
        except HecsimError as problem:
            found.append({"file": name, "ok": False, "problem": str(problem)})
        else:
            found.append({"file": name, "ok": True, "id": t.id, "title": t.title, "months": t.calendar.before + t.follow})
    if as_json:
        print_json(found)
    for row in found:
        if not row["ok"]:
            aside.print(f"error: {row['problem']}", soft_wrap=True)
        elif not as_json:
            screen.print(f"{row['file']}: {row['id']}, {row['title']}; {row['months']} months, fine", soft_wrap=True)
    if not all(row["ok"] for row in found):
        raise click.exceptions.Exit(2)


@trials.command("schema")
def schema() -> None:
    """Print the reference of all keys of a trial file (Markdown)."""
    from hecsim.trials.reference import markdown

    click.echo(markdown())


@trials.command("run")
@click.argument("which", nargs=-1)
@click.option("--futures", type=click.IntRange(1, 10_000), default=10, help="Futures for each trial (default 10).")
@click.option(
    "--households", type=click.IntRange(100, 5_000_000), default=None, help="Simulated households, instead of each file's."
)
@click.option(
    "--parameters",
    type=click.Choice(("ensemble", "sampled", "central")),
    default="ensemble",
    help="Calibrated sets of parameters, drawn from their ranges, or central.",
)
@click.option("--seed", type=click.IntRange(0), default=1, help="Seed of the futures.")
@click.option("--out", type=click.Path(path_type=Path), default=None, help="Folder for trials.html and one JSON file a trial.")
@click.option("--page", type=click.Path(path_type=Path), default=None, help="Also write the table as a Markdown page.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def run(
    which: tuple[str, ...],
    futures: int,
    households: int | None,
    parameters: str,
    seed: int,
    out: Path | None,
    page: Path | None,
    as_json: bool,
) -> None:
    """Run trials by file or id, all of the library by default."""
    from hecsim.study.store import write_atomically
    from hecsim.trials import find_trial, library, load_trial, run_trials, write_page
    from hecsim.trials.page import markdown_page

    if out is not None and out.exists() and not out.is_dir():
        raise StoreError(f"{out} is a file, not a folder; choose another folder")
    chosen = [load_trial(find_trial(name)) for name in (which or tuple(library()))]

    def keep(score: Any) -> None:
        if out is not None:
            text = json.dumps(plain_values(score.to_mapping()), indent=1).encode()
            write_atomically(out / f"{score.trial.id}.json", lambda stream: stream.write(text))

    with progress_bar() as tell:
        scores = run_trials(
            chosen, futures=futures, households=households, parameters=parameters, seed=seed, progress=tell, done=keep
        )
    report = write_page(scores, out) if out is not None else None
    if page is not None:
        command = f"hecsim trials run --futures {futures} --parameters {parameters} --seed {seed}"
        text = markdown_page([plain_values(s.to_mapping()) for s in scores], command).encode()
        write_atomically(page, lambda stream: stream.write(text))
    if as_json:
        found = {word: sum(s.verdict == word for s in scores) for word in ("pass", "near", "miss", "no answer")}
        print_json(
            {"futures": futures, "parameters": parameters, "seed": seed, "verdicts": found,
             "report": str(report) if report else None, "trials": [s.to_mapping() for s in scores]}
        )  # fmt: skip
        return
    _print(scores)
    if report is not None:
        screen.print(f"report: {report}", soft_wrap=True)


def _print(scores: list[Any]) -> None:
    from hecsim.trials.page import LIGHTS, figure, published_words

    table = Table("trial", "outcome", box=SIMPLE_HEAD, pad_edge=False)
    for heading in ("published", "model", "worlds that agree"):
        table.add_column(heading, justify="right")
    table.add_column("verdict", no_wrap=True)
    for s in scores:
        for n, o in enumerate(s.outcomes):
            share = f"{o.agree:.0%}" if o.agree == o.agree else "–"
            model = f"{figure(o.large)} ({figure(o.low)} to {figure(o.high)})"
            label = f"{o.outcome.label or o.outcome.name}, {o.outcome.effect}" + ("" if o.outcome.primary else " (secondary)")
            table.add_row(
                s.trial.id if n == 0 else "", label, published_words(o), model, share, f"{LIGHTS[o.verdict][0]} {o.verdict}"
            )
    screen.print(table)
    for s in scores:
        for note in s.notes:
            aside.print(f"{s.trial.id}: {note}", soft_wrap=True)
    passed = sum(s.verdict == "pass" for s in scores)
    nulls = [s for s in scores if s.null]
    tail = f"; {sum(s.verdict == 'pass' for s in nulls)} of {len(nulls)} that must find nothing find nothing" if nulls else ""
    screen.print(f"{passed} of {len(scores)} trials pass{tail}", soft_wrap=True)
