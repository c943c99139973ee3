"""`hecsim study extend`, `export` and `status`: commands about study folders."""

from __future__ import annotations

from pathlib import Path

import click

from hecsim.cli.base import print_json, progress_bar, screen
from hecsim.cli.study_verbs import FOLDER, how, json_option, results_of, running, study


@study.command()
@click.argument("study_file", type=FOLDER)
@running
def extend(
    study_file: Path, out: Path | None, futures: int | None, workers: int | None, cluster: str | None, as_json: bool
) -> None:
    """Run the arms and futures that a study file has and its folder lacks; what is there stays as it is."""
    from hecsim.cli.studies import write_tables
    from hecsim.study import Store, Study
    from hecsim.study import extend as more

    folder = out or Path("results") / study_file.stem
    before = len(Store(folder).runs())
    with progress_bar() as tell:
        results = more(Study.from_file(study_file, futures=futures), folder, **how(workers, cluster, tell))
        write_tables(Store(folder), results)
    added = len(Store(folder).runs()) - before
    if as_json:
        found = {"directory": str(folder), "added_runs": added, "arms": results.arms, "futures": len(results.futures)}
        print_json({**found, "failed": dict(results.failed)})
        return
    held = f"{len(results.arms)} arms, {len(results.futures)} complete futures in {folder}"
    screen.print(f"{added} runs added; {held}", soft_wrap=True)


@study.command()
@click.argument("folder", type=FOLDER)
@click.option("--out", type=FOLDER, default=None, help="Folder to write; default <folder>/export.")
@json_option
def export(folder: Path, out: Path | None, as_json: bool) -> None:
    """Write everything a reader needs: tables, figures, reports and one-page summaries, as an RO-Crate."""
    from hecsim.report.export import export_study

    with progress_bar() as tell:
        written = export_study(results_of(folder), folder, out or folder / "export", progress=tell)
    if as_json:
        print_json({"directory": str(out or folder / "export"), "files": [str(p) for p in written]})
        return
    screen.print(f"{len(written)} files in {out or folder / 'export'}", soft_wrap=True)


@study.command()
@click.argument("folder", type=FOLDER)
@click.option("--check", is_flag=True, help="Read every file and say which are damaged.")
@click.option("--repair", is_flag=True, help="Remove runs with damaged files, so that the same command runs them again.")
@json_option
def status(folder: Path, check: bool, repair: bool, as_json: bool) -> None:
    """Show how far a study is, what failed and why, who is running it, and whether its files are whole."""
    from hecsim.study import Store

    store = Store(folder)
    manifest = store.manifest()
    runs = store.table_of_runs(0)
    if repair:
        with store.lease():
            damage = store.damage(repair=True)
    else:
        damage = store.damage() if check else []
    failed = store.failed_runs()
    found = {
        "study": manifest["study"]["name"], "directory": str(folder), "format": manifest["format"],
        "hecsim": manifest["hecsim"], "arms": list(store.arms()), "complete_futures": len(store.finished()),
        "finished_runs": len(store.runs()), "missing_runs": int((runs["status"] == "missing").sum()) if len(runs) else 0,
        "failed_runs": [{"future": i, "arm": a, "problem": p} for (i, a), p in failed.items()],
        "in_use_by": store.holder(), "damaged": damage, "repaired": repair,
    }  # fmt: skip
    if as_json:
        print_json(found)
        return
    for key, value in found.items():
        if key in ("failed_runs", "damaged"):
            screen.print(f"{key.replace('_', ' ')}: {len(value)}")
            for each in value:
                text = each if isinstance(each, str) else f"future {each['future']}, arm '{each['arm']}': {each['problem']}"
                screen.print(f"  {text}", soft_wrap=True)
        elif value not in ("", False):
            screen.print(f"{key.replace('_', ' ')}: {', '.join(value) if isinstance(value, list) else value}", soft_wrap=True)
