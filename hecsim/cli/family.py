"""`hecsim family`: the founding family's answer sheet in four columns, from paired runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.table import Table

from hecsim.cli.base import main, print_json, progress_bar, screen
from hecsim.cli.plan_partners import write_text
from hecsim.errors import ScenarioError

__all__ = ["family"]

QUESTIONS = {
    "prevent": "Prevent adversity in the children's lives",
    "mitigate": "Lessen the harm of adversity",
    "weight": "Prevent overweight in the family",
    "causes": "The pressures behind both",
}


@main.command()
@click.option("--town", default="Hartford", help="Town in which the family lives.")
@click.option("--neighborhood", default="Northeast", help="Its neighborhood.")
@click.option(
    "--file", type=click.Path(path_type=Path), default=None, help="Another family, in the format of the packaged one."
)
@click.option("--households", type=click.IntRange(100, 100_000), default=600, help="Simulated households around it.")
@click.option("--years", type=click.IntRange(1, 30), default=6, help="Years; six bring the two-year-old to eight.")
@click.option("--futures", type=click.IntRange(1, 1000), default=6, help="Futures, each the same under every arm.")
@click.option("--seed", type=click.IntRange(0), default=1)
@click.option("--as-planned", is_flag=True, help="Reach and staff of the catalogue, instead of places for all.")
@click.option("--each", is_flag=True, help="Every handle alone too; takes about eight times as long.")
@click.option("--facts", "only_facts", is_flag=True, help="Only list the story's facts, their state and their handles.")
@click.option("--out", type=click.Path(path_type=Path), default=None, help="Folder for tables in CSV.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def family(
    town: str, neighborhood: str, file: Path | None, households: int, years: int, futures: int, seed: int, as_planned: bool,
    each: bool, only_facts: bool, out: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Show what policies, systems, programs and culture would do for one family with the same luck."""
    from hecsim.planning import family as room
    from hecsim.population import Vignette

    rows = [{"id": f.id, "fact": f.text, "state": list(f.state), "handles": list(f.handles)} for f in room.facts()]
    if only_facts:
        if as_json:
            print_json({"facts": rows})
            return
        table = Table("fact", "what the story says", "state in the model", "handles")
        for r in rows:
            table.add_row(str(r["id"]), str(r["fact"]), ", ".join(r["state"]), ", ".join(r["handles"]))
        screen.print(table)
        return
    if out is not None and out.is_file():
        raise ScenarioError("is a file, not a folder", file=out, key="--out", hint="Choose another folder")
    told = Vignette.from_file(file) if file is not None else None
    with progress_bar() as tell:
        found = room.answer(
            town=town, neighborhood=neighborhood, households=households, years=years, futures=futures, seed=seed,
            as_planned=as_planned, each=each, family=told, progress=tell,
        )  # fmt: skip
    document = _document(found, rows, years, futures, as_planned)
    if out is not None:
        _write(out, document)
    if as_json:
        print_json({**document, "out": str(out) if out else None})
        return
    _show(document)
    if out is not None:
        screen.print(f"tables: {out}", soft_wrap=True)


def _document(found: Any, rows: list[dict[str, Any]], years: int, futures: int, as_planned: bool) -> dict[str, Any]:
    from hecsim.interventions import catalogue

    arms = [a for a in found.arms if found.arms[a]]
    members = [
        {"member": name, **{arm: _mean(found.bmi[a, :, m]) for a, arm in enumerate(found.arms)}}
        for m, name in enumerate(found.members)
    ]
    return {
        "years": years, "futures": futures, "delivery": "as planned" if as_planned else "places for all", "facts": rows,
        "handles": {arm: [{"id": i, "name": catalogue()[i].title.en} for i in found.arms[arm]] for arm in arms},
        "answers": {arm: found.difference(arm) for arm in arms}, "shares": {arm: found.shares(arm) for arm in arms},
        "reached": {arm: found.services(arm) for arm in arms}, "adversity_by_type": found.types(),
        "adversity_by_child": found.by_child(), "bmi": members,
        "notes": found.notes,
    }  # fmt: skip


def _mean(values: Any) -> float | None:
    known = values[values == values]  # noqa: PLR0124  (NaN where the member is gone)
    return float(known.mean()) if known.size else None


def _write(out: Path, document: dict[str, Any]) -> None:
    import pandas as pd

    answers = [{"arm": arm, **row} for arm, rows in document["answers"].items() for row in rows]
    facts = [{**r, "state": "; ".join(r["state"]), "handles": "; ".join(r["handles"])} for r in document["facts"]]
    for name, rows in (
        ("answers", answers),
        ("types", document["adversity_by_type"]),
        ("bmi", document["bmi"]),
        ("facts", facts),
    ):
        write_text(out / f"{name}.csv", pd.DataFrame(rows).to_csv(index=False))


def _cell(row: dict[str, Any]) -> str:
    if row["difference"] is None:
        return ""
    gap = f"{100 * row['relative']:+.1f}%" if row["unit"] == "state mean" and row["relative"] is not None else _short(row)
    return f"{gap} ({row['better_in']}+ {row['worse_in']}−)"


def _short(row: dict[str, Any]) -> str:
    value = row["difference"]
    return f"{value:+.0f}" if abs(value) >= 10 else f"{value:+.2g}"


def _show(document: dict[str, Any]) -> None:
    from hecsim.planning.family import ALL, COLUMNS

    columns = [c for c in (*COLUMNS.values(), ALL) if c in document["answers"]]
    screen.print(
        f"{document['futures']} futures of {document['years']} years, {document['delivery']}; difference from current law "
        "in the mean, and in how many futures it was better (+) or worse (−)", soft_wrap=True,
    )  # fmt: skip
    for question, title in QUESTIONS.items():
        table = Table("", "unit", "current law", *columns, title=title)
        for i, row in enumerate(document["answers"][columns[0]]):
            if row["question"] == question and row["law"] is not None:
                cells = [_cell(document["answers"][c][i]) for c in columns]
                table.add_row(row["words"], row["unit"], f"{row['law']:.2f}", *cells)
        screen.print(table)
    members = Table("", "current law", *columns, title="Each of them")
    for row in document["adversity_by_child"]:
        members.add_row(f"{row['child']}: types of adversity", *(_number(row.get(c)) for c in ("current law", *columns)))
    for row in document["bmi"]:
        members.add_row(f"{row['member']}: BMI", *(_number(row.get(c)) for c in ("current law", *columns)))
    screen.print(members)
    table = Table("", *columns, title="Prevention and mitigation")
    for key, words in (("prevented", "adversity that did not happen"), ("mitigated", "of what protection lacks, made up")):
        table.add_row(words, *(_share(document["shares"][c][key]) for c in columns))
    screen.print(table)
    for column in columns[:-1]:
        named = document["handles"][column]
        reached = document["reached"][column]
        lines = [f"{h['id']} {h['name']}" + (f" [{reached[h['id']]}]" if h["id"] in reached else "") for h in named]
        screen.print(f"{column}: " + "; ".join(lines), soft_wrap=True)
    screen.print("[n]: futures in which a lever that it moves reached the family.", soft_wrap=True)
    alone = [a for a in document["answers"] if a not in columns]
    if alone:
        table = Table("handle alone", "abuse", "neglect", "parents' stress", "basic needs unmet", "BMI of adults")
        for name in alone:
            rows = {r["measure"]: r for r in document["answers"][name]}
            table.add_row(name, *(_cell(rows[m]) for m in ("abuse", "neglect", "stress", "hardship", "bmi_adults")))
        screen.print(table)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _share(value: float | None) -> str:
    return "" if value is None else f"{100 * value:+.0f}%"
