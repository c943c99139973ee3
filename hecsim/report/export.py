"""Export of a study: tables, figures, reports and summaries in one folder that is an RO-Crate.

tables/*.csv, *.parquet   results, claims, and runs with their status
data/                     measures, ledger and diary of every run, as Parquet parts
figures/*.svg, *.png      claims with intervals, and declared outcomes by year
report.html, informe.html, one-page.html, una-pagina.html, technical-report.html
ro-crate-metadata.json    what each file is, which software made it, from which study
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rocrate.model.contextentity import ContextEntity
from rocrate.rocrate import ROCrate

from hecsim.errors import StoreError
from hecsim.report.facts import Facts
from hecsim.report.figures import claims_figure, save, years_figure
from hecsim.report.one_page import PAGES, write_one_page
from hecsim.report.page import FILES, write_report
from hecsim.report.technical import FILE as TECHNICAL
from hecsim.report.technical import write_technical
from hecsim.study.claims import claims, claims_table
from hecsim.study.parts import write_atomically, write_table
from hecsim.study.results import Results
from hecsim.study.store import Store

__all__ = ["export_study"]

_CRATE = "ro-crate-metadata.json"
_LICENSE = "https://spdx.org/licenses/MIT"
_FORMATS = {
    ".csv": "text/csv", ".parquet": "application/vnd.apache.parquet", ".svg": "image/svg+xml", ".png": "image/png",
    ".html": "text/html", ".json": "application/json",
}  # fmt: skip
_PARTS = {
    "measures": "What was counted in each run: numerator and denominator by month, group and measure",
    "ledger": "Dollars of each run by month, payer, instrument, category and intervention",
    "diary": "The followed families of each run, month by month",
}
_NAMED = {
    FILES["en"]: "Report, English", FILES["es"]: "Report, Spanish", PAGES["en"]: "One-page summary, English",
    PAGES["es"]: "One-page summary, Spanish", TECHNICAL: "Technical report with CHEERS 2022, STRESS-ABS and TRACE headings",
    "manifest.json": "What was asked, of which community, with which version and inputs", "tables/claims.csv":
    "Claims with interval, horizon, yardstick, evidence grade and whether they were declared beforehand",
    "tables/runs.csv": "One row per run: future, arm, status, seeds, and why a failed one failed",
}  # fmt: skip


def export_study(
    results: Results, source: str | Path, out: str | Path, *, progress: Callable[[str, int, int], None] | None = None
) -> list[Path]:
    """Write the export of a study folder and return the files written.

    Parameters
    ----------
    results : finished futures of the study
    source : the study folder
    out : folder to write; an earlier export there is replaced, anything else is refused

    Raises
    ------
    StoreError : `out` holds something else, or cannot be written

    Examples
    --------
    >>> from hecsim.study import Results, Store
    >>> export_study(Results.read(Store("results/hartford")), "results/hartford", "hartford-export")   # doctest: +SKIP
    """
    store, folder = Store(source), Path(out)
    if folder.exists() and not folder.is_dir():
        raise StoreError(f"{folder} is a file, not a folder; choose another folder")
    if folder.exists() and any(folder.iterdir()):
        if not (folder / _CRATE).is_file():
            raise StoreError(f"{folder} is not empty and holds no export; choose another folder")
        shutil.rmtree(folder)
    steps: list[tuple[str, Callable[[], object]]] = [
        ("tables", lambda: _tables(results, store, folder)),
        ("data", lambda: _data(results, store, folder)),
        ("figures", lambda: _figures(results, folder)),
        ("reports", lambda: _reports(results, folder)),
        ("crate", lambda: _crate(results, folder)),
    ]
    for n, (_, step) in enumerate(steps):
        step()
        if progress is not None:
            progress("export", n + 1, len(steps))
    return sorted(p for p in folder.rglob("*") if p.is_file())


def _tables(results: Results, store: Store, folder: Path) -> None:
    headlines = Facts(results).headlines
    tables = {
        "claims": claims_table(results, headlines),
        "runs": store.table_of_runs(0),
        "outcomes_by_year": results.long(),
        **{f"difference_by_{k}": results.summary(by=k) for k in dict.fromkeys(k for k, _ in results.groups)},
    }
    for name, frame in tables.items():
        write_table(folder / "tables" / f"{name}.parquet", frame)
        text = frame.to_csv(index=False).encode()
        write_atomically(folder / "tables" / f"{name}.csv", lambda stream, text=text: stream.write(text))  # type: ignore[misc]


def _data(results: Results, store: Store, folder: Path) -> None:
    for kind in _PARTS:
        (folder / "data" / kind).mkdir(parents=True, exist_ok=True)
        for index in results.futures:
            for arm in results.arms:
                part = store.part(kind, index, arm)
                shutil.copyfile(part, folder / "data" / kind / part.name)
    text = json.dumps(results.manifest, indent=1, default=str).encode()
    write_atomically(folder / "manifest.json", lambda stream: stream.write(text))


def _figures(results: Results, folder: Path) -> None:
    facts = Facts(results)
    declared = [c for c in claims(results) if c.difference == c.difference]
    shown = declared or [c for c in claims(results, facts.headlines[:4]) if c.difference == c.difference]
    if shown:
        save(claims_figure(shown), folder / "figures" / "claims")
    for measure in list(facts.declared) or facts.headlines[:4]:
        save(years_figure(facts, measure), folder / "figures" / f"{measure}_by_year")


def _reports(results: Results, folder: Path) -> None:
    for language in FILES:
        write_report(results, folder, language=language)
        write_one_page(results, folder, language=language, full=FILES[language])
    write_technical(results, folder)


def _crate(results: Results, folder: Path) -> None:
    study: Mapping[str, Any] = results.manifest["study"]
    crate = ROCrate(version="1.1")  # the version that most tools read
    name, question = str(study["name"]), str(study.get("question", ""))
    crate.name = f"{name}: a hecsim study"
    crate.description = (
        f"{question} " if question else ""
    ) + f"Simulated, not a forecast: {len(results.arms)} arms over {len(results.futures)} futures of {results.years} years."
    crate.license = crate.add(ContextEntity(crate, _LICENSE, {"@type": "CreativeWork", "name": "MIT License"}))
    now = datetime.now(UTC).replace(microsecond=0)
    crate.datePublished = now
    crate.root_dataset["publisher"] = crate.add(
        ContextEntity(crate, "#hecsim-authors", {"@type": "Organization", "name": "The hecsim authors"})
    )
    crate.root_dataset["author"] = crate.root_dataset["publisher"]
    crate.root_dataset["keywords"] = "agent-based model, adverse childhood experiences, healthy weight, policy, Connecticut"
    version = str(results.manifest.get("hecsim", ""))
    software = crate.add(
        ContextEntity(
            crate, "#hecsim",
            {"@type": "SoftwareApplication", "name": "hecsim", "version": version, "softwareVersion": version,
             "description": "Agent-based simulator of community health for Connecticut", "license": {"@id": _LICENSE}},
        )
    )  # fmt: skip
    made = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.name != _CRATE):
        where = path.relative_to(folder).as_posix()
        if where.startswith("data/"):
            continue
        about = {
            "name": _NAMED.get(where, where),
            "encodingFormat": _FORMATS[path.suffix],
            "contentSize": str(path.stat().st_size),
        }
        made.append(crate.add_file(path, dest_path=where, properties=about))
    for kind, description in _PARTS.items():
        about = {"name": kind, "description": description, "encodingFormat": _FORMATS[".parquet"]}
        made.append(crate.add_dataset(folder / "data" / kind, dest_path=f"data/{kind}", properties=about))
    manifest = next(e for e in made if e.id == "manifest.json")
    action = ContextEntity(
        crate, "#run",
        {"@type": "CreateAction", "name": f"Run of {name}", "instrument": {"@id": software.id}, "object": {"@id": manifest.id},
         "result": [{"@id": e.id} for e in made if e.id != manifest.id], "endTime": now.isoformat(),
         "description": "study digest {digest}, community digest {community_digest}".format_map(results.manifest)},
    )  # fmt: skip
    crate.root_dataset["mentions"] = crate.add(action)
    text = json.dumps(crate.metadata.generate(), indent=1, sort_keys=True, ensure_ascii=False).encode()
    write_atomically(folder / _CRATE, lambda stream: stream.write(text))
