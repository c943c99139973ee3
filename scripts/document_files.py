"""Write docs/reference/files.md: every file that hecsim reads, from the schemas that read them.

    python scripts/document_files.py

The page is never edited by hand: a test compares it with what this script writes.
"""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Iterable
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any

from hecsim import geography, scenario
from hecsim.collaborative import fund_plan
from hecsim.collaborative.instruments import INSTRUMENTS
from hecsim.collaborative.spec import CollaborativeSpec
from hecsim.evidence.parameters import GRADES, Parameter
from hecsim.geography.tables import schema
from hecsim.interventions import Intervention, own
from hecsim.scenario import BURN_INS, START_YEARS, YEARS, CommunitySpec
from hecsim.study import design
from hecsim.trials import reference

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "files.md"
NOTICE = "<!-- Written by scripts/document_files.py. Change the code, not this page. -->\n"


def cell(text: object) -> str:
    return str(text).replace("|", "\\|").replace("\n", " ").strip()


def table(head: tuple[str, ...], rows: Iterable[Iterable[object]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(cell(c) for c in row) + " |" for row in rows]) + "\n"


def example(module: Any) -> str:
    """The TOML in a module's docstring."""
    doc = inspect.cleandoc(module.__doc__ or "")
    lines = [line for line in doc.splitlines() if line.startswith("    ") or not line]
    start = next(i for i, line in enumerate(lines) if line)
    text = "\n".join(line[4:] for line in lines[start:]).strip()
    return f"```toml\n{text}\n```\n"


def default_of(f: Field[Any]) -> str:
    if f.default is MISSING:
        return "needed"
    if f.default is None or f.default in ((), ""):
        return "none"
    if isinstance(f.default, tuple):
        return ", ".join(" ".join(map(str, v)) if isinstance(v, tuple) else str(v) for v in f.default)
    return str(f.default).lower() if isinstance(f.default, bool) else str(f.default)


def meanings(cls: type) -> dict[str, str]:
    """ "name : meaning" lines of a class's docstring."""
    found: dict[str, str] = {}
    last = ""
    for line in inspect.cleandoc(cls.__doc__ or "").splitlines():
        if match := re.match(r"^([a-z_]+(?:, [a-z_]+)*) : (.*)$", line):
            last = match[1]
            found.update(dict.fromkeys(last.split(", "), match[2]))
        elif last and line.startswith("    "):
            found.update({n: f"{found[n]} {line.strip()}" for n in last.split(", ")})
        else:
            last = ""
    parts = [p.strip() for text in found.values() for p in text.split(";")]
    for part in parts:  # several fields in one line: "important : ...; precision : ..."
        if match := re.match(r"^([a-z_]+) : (.*)$", part):
            found[match[1]] = match[2]
    return {n: text.split("; ")[0] if re.search(r"; [a-z_]+ : ", text) else text for n, text in found.items()}


def keys(cls: type, extra: dict[str, str] | None = None) -> str:
    said = meanings(cls) | (extra or {})
    return table(("key", "meaning", "default"), ((f"`{f.name}`", said[f.name], default_of(f)) for f in fields(cls)))


def study() -> str:
    y, b, s = YEARS, BURN_INS, START_YEARS
    own_keys = (
        ("name", "what it is called", "name of the file"), ("question", "what it asks", "none"),
        ("years", f"length of a run, {y[0]} to {y[1]}", "10"), ("futures", "futures of each arm", "20"),
        ("start_year", f"first year, {s[0]} to {s[1]}", "2025"), ("burn_in", f"months before it, {b[0]} to {b[1]}", "12"),
        ("seed", "of the luck", "1"), ("parameters", "where parameters come from: " + ", ".join(design.PARAMETERS), "ensemble"),
    )  # fmt: skip
    # In a file, unlike in Python, leaving `households` out means all of them.
    whole = keys(CommunitySpec).replace("None for every household of the towns | 10000", "all if left out | all")
    return "\n".join([
        "## Study\n", "Arms and futures, declared before they run: `hecsim compare`, `hecsim run`, `hecsim study`.\n",
        example(design), "`[study]`\n", table(("key", "meaning", "default"), own_keys),
        "`[community]`\n", whole,
        "`[[contrast]]`\n", keys(design.Contrast, {"measure": "name of a measure"}),
        "`[[arm]]`: `name`, `mix` (M1 to M8), `[[arm.intervention]]`, `[arm.collaborative]`, `[arm.funds]`.\n",
    ])  # fmt: skip


def interventions() -> str:
    shared = [
        (f"`{f.name}`", f.metadata["help"], f.metadata["unit"], default_of(f))
        for f in fields(Intervention) if f.metadata
    ]  # fmt: skip
    effect = ", ".join(f"`{k}`" for k in own._EFFECT)
    words = [(f"`{k}`", "one of " + ", ".join(f'"{o}"' for o in v if o) if v else "text") for k, v in own._TEXT.items()]
    numbers = [(f"`{k}`", "share, 0 to 1" if k in own._SHARES else "number, 0 or more") for k in own._PACE]
    lists = (("`title`, `sentence`", "two texts: English, Spanish"), ("`aims`, `needs`, `eligible`", "list of texts"),
             ("`strategy`", "text"), ("`law`, `repeat`", "true or false"),
             ("`cost`", "numbers by " + ", ".join(own._PER)), ("`effects`", f"tables with {effect}"))  # fmt: skip
    return "\n".join([
        "## Interventions in a study or scenario\n",
        "`[[intervention]]` with an `id` of [the catalogue](../interventions.md) and settings; every intervention has:\n",
        table(("key", "meaning", "unit", "default"), shared),
        "`hecsim interventions show ID` lists the settings of one.\n", "### One of your own\n",
        "`[intervention.own]` under an `[[intervention]]` with an id of its own; "
        "`hecsim interventions check FILE` tries it.\n", example(own),
        table(("key", "value"), [*words, *numbers, *lists]),
    ])  # fmt: skip


def collaborative() -> str:
    rows = []
    for f in fields(CollaborativeSpec):
        m = f.metadata
        span = f"{m['low']:g} to {m['high']:g} {m['unit']}" if m["high"] else ", ".join(map(str, m["options"])) or m["unit"]
        rows.append((f"`{f.name}`", m["help"], span, default_of(f)))
    return "## Collaborative\n\n`[collaborative]` in a scenario, a study or an arm.\n\n" + table(
        ("key", "meaning", "value", "default"), rows
    )


def funds() -> str:
    rows = [
        (f"`{name}`", "needed" if default is None else f"{default:g}" if math.isfinite(default) else "no limit",
         f"{low:g} to {high:g}", ", ".join(i.name for i in INSTRUMENTS.values() if name in i.keys))
        for name, (default, low, high) in fund_plan._OWN.items()
    ]  # fmt: skip
    return "\n".join([
        "## Funds\n", "`[funds]` in a scenario, `[arm.funds]` in an arm; see [money](../money.md).\n", example(fund_plan),
        "`[[funds.source]]` has " + ", ".join(f"`{k}`" for k in fund_plan._COMMON) + " and the settings of its instrument:\n",
        table(("key", "default", "range", "instruments"), rows),
    ])  # fmt: skip


def trial() -> str:
    return "## Trial\n\nA published study to re-enact; [trials](../trials.md) explains it.\n\n" + reference.markdown()


def parameters() -> str:
    rows = [(f"`{f.name}`", default_of(f)) for f in fields(Parameter) if f.name not in ("room", "name")]
    return "\n".join([
        "## Parameters\n", "A number of the world, in the file of its room or of a package that adds to hecsim.\n",
        "```toml\n" + (PAGE.parents[2] / "examples/night_market/hecsim_night_market/night_market.toml")
        .read_text(encoding="utf-8").strip() + "\n```\n",
        table(("key", "default"), rows), f"Grades: {', '.join(GRADES)}. `low` and `high` hold 90% of belief.\n",
    ])  # fmt: skip


def place() -> str:
    out = [
        "## Tables of a community\n",
        "A folder with `towns.csv` and `tracts.csv`, and if there are any `borders.csv`, `retailers.csv`, `joint_*.csv`. "
        "`hecsim community import` [writes them](../own_place.md) from files of the Census Bureau and others. UTF-8 CSV; "
        "shares from 0 to 1; unknown cells empty. Needed columns may have empty cells, except `population` and "
        "`households`; the fallback says what stands in.\n",
    ]
    words = geography.dictionary().reset_index()
    for name in ("towns", "tracts", "borders", "retailers", "context"):
        rows = words[words["table"] == name]
        out.append(f"`{name}.csv`\n")
        out.append(table(("column", "needed", "kind", "unit", "meaning"), (
            (f"`{r['column']}`", "yes" if r["required"] else "", r["kind"], r["unit"], r["meaning"])
            for _, r in rows.iterrows())))  # fmt: skip
    out.append("Joint tables: one row a place (`town` or `geoid`), one column a cell, named by its labels with dots.\n")
    out.append(table(("file", "cells", "of", "meaning"), (
        (", ".join(f"`joint_{n}_{level}s.csv`" for level in e["levels"]),
         " x ".join(f"{d} ({', '.join(v)})" for d, v in e["dimensions"].items()), e["unit"], e["meaning"])
        for n, e in schema()["joints"].items())))  # fmt: skip
    return "\n".join(out)


def page() -> str:
    """The whole page."""
    return "\n".join([
        NOTICE, "# File formats\n",
        "What hecsim reads. Unknown keys are errors with a suggestion; every message "
        "names the file and the key or column.\n",
        study(), "## Scenario\n\nOne community and one mix: " + "`name`, `years`, `start_year`, `burn_in`, `mix`, "
        "`[community]`, `[[intervention]]`, `[collaborative]`, `[funds]`, as in a study.\n", example(scenario),
        interventions(), collaborative(), funds(), trial(), parameters(), place(),
        "## Files that hecsim writes\n\nA study's folder is described in [the store](../store.md); an export is an RO-Crate.\n",
    ])  # fmt: skip


def main() -> None:
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
