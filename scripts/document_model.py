"""Write the pages of docs/model/ that come from the code: processes, state, parameters, levers, measures.

    python scripts/document_model.py

These pages are never edited by hand: a test compares them with what this script writes.
"""

from __future__ import annotations

import importlib
import inspect
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hecsim import evidence
from hecsim.columns import PREFIX, SCHEMA
from hecsim.evidence.usage import usage
from hecsim.levers import LEVERS
from hecsim.measures import MEASURES
from hecsim.processes.base import Process
from hecsim.processes.plan import BLOCK, CLOSING, MONTH, OPENING

FOLDER = Path(__file__).parents[1] / "docs" / "model"
NOTICE = "<!-- Written by scripts/document_model.py. Change the code, not this page. -->\n"
PARTS = (
    ("Before the families' month: places, stores and employers change, reading last month's residents", OPENING),
    ("The families' month, block by block", BLOCK),
    ("After it: births, deaths, unions and moves take place; neighborhoods and ties are made up again", CLOSING),
)
SCOPES = {
    "block": "each block of whole neighborhoods",
    "whole": "once, over all rows",
    "structural": "once, with the community itself: rows may begin and end",
}
TABLE_NAMES = {
    "person": "A person", "household": "A household", "business": "A business", "neighborhood": "A neighborhood",
    "town": "A town", "organization": "An organization",
}  # fmt: skip


def cell(text: object) -> str:
    return str(text).replace("|", "\\|").replace("\n", " ").strip()


def table(head: tuple[str, ...], rows: Iterable[Iterable[object]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(cell(c) for c in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def code(names: Iterable[str]) -> str:
    return ", ".join(f"`{n}`" for n in names) or "nothing"


def module_of(p: Process) -> Any:
    return importlib.import_module(inspect.unwrap(getattr(p.kernel, "py_func", p.kernel)).__module__)


def anchor(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def fenced(doc: str) -> str:
    """A module docstring as Markdown: indented equations become code blocks, `a` stays code."""
    lines, out, inside = inspect.cleandoc(doc).splitlines(), [], False
    for line in lines:
        deep = line.startswith("    ")
        if deep and not inside:
            out += ["", "```text"]
        if not deep and inside and line.strip():
            out += ["```", ""]
        inside = deep or (inside and not line.strip())
        out.append(line[4:] if deep else line)
    if inside:
        out.append("```")
    text = "\n".join(out)
    return re.sub(r"\n+```\n", "\n```\n", text)


def writers() -> dict[tuple[str, str], list[str]]:
    """(table, column) to the processes that write it."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    tables = {letter: name for name, letter in PREFIX.items()}
    for p in MONTH:
        for name in p.writes:
            letter, _, column = name.partition("_")
            found[tables[letter], column].append(p.name)
    return found


def processes_page() -> str:
    out = [NOTICE, "# The month, process by process\n"]
    out.append(
        f"{len(MONTH)} processes make a month. Each is a compiled loop with a plain numpy twin that must give the same "
        "rows. What a process reads, writes, draws and depends on is taken from its own arguments. Columns carry the "
        "letter of their table: " + ", ".join(f"`{letter}_` {name}" for name, letter in PREFIX.items()) + ".\n"
    )
    step = 0
    for title, part in PARTS:
        out.append(f"## {title}\n")
        told = ""
        for p in part:
            step += 1
            module = module_of(p)
            if module.__name__ != told:
                told = module.__name__
                out.append(f"### {told.removeprefix('hecsim.processes.').replace('_', ' ')}\n")
                out.append(fenced(module.__doc__ or "") + "\n")
            out.append(f"#### {step}. {p.name}\n")
            out.append(p.summary + "\n")
            facts = [("runs over", SCOPES[p.scope]), ("writes", code(p.writes))]
            if p.reads:
                facts.append(("reads", code(p.reads)))
            if p.decisions:
                facts.append(("chance decisions", code(p.decisions)))
            if p.levers:
                facts.append(("levers", code(p.levers)))
            if p.parameters:
                facts.append(("parameters", code(p.parameters)))
            out.append(table(("", ""), ((f"**{k}**", v) for k, v in facts)))
    return "\n".join(out)


def state_page() -> str:
    out = [NOTICE, "# How hecsim models a person, attribute by attribute\n"]
    out.append(
        "Everything that the model knows of a person and of what surrounds people is a column: a type, a unit, a "
        "meaning, and the processes that may change it ([the month](processes.md) gives their equations). A column "
        "that no process writes is set when the community is built, by the settlement when people arrive, or by the "
        "engine. *Derived* columns are worked out anew each month.\n"
    )
    owner = writers()
    for name, columns in SCHEMA.items():
        out.append(f"## {TABLE_NAMES.get(name, name.title())}\n")
        rows = []
        for c in columns:
            meaning = c.meaning + (f" ({', '.join(f'{i} {v}' for i, v in enumerate(c.codes))})" if c.codes else "")
            who = ", ".join(owner.get((name, c.name), [])) or "set at the start"
            rows.append((f"`{c.name}`", meaning, c.unit, c.dtype, "derived" if c.derived else "kept", who))
        out.append(table(("attribute", "meaning", "unit", "type", "kind", "written by"), rows))
    return "\n".join(out)


def parameter_pages() -> dict[str, str]:
    rooms: dict[str, list[Any]] = defaultdict(list)
    for p in evidence.load().values():
        rooms[p.room].append(p)
    users = usage()
    pages: dict[str, str] = {}
    counts = []
    for room, ps in sorted(rooms.items()):
        out = [NOTICE, f"# Parameters: {room}\n"]
        rows = []
        for p in ps:
            value = ", ".join(f"{v:g}" for v in p.value) if isinstance(p.value, tuple) else f"{p.value:g}"
            span = ""
            if p.low is not None:
                ends = [", ".join(f"{v:g}" for v in e) if isinstance(e, tuple) else f"{e:g}" for e in (p.low, p.high)]
                span = f"{ends[0]} to {ends[1]}"
            note = (f"{p.note} " if p.note else "") + ("*Calibrated.*" if p.calibrated else "")
            where = ", ".join(users.get(p.full_name, ()))
            axis = f" [{', '.join(p.axis)}]" if p.axis else ""
            rows.append((f"`{p.name}`{axis}", value, span, p.unit, p.grade, p.source, note, where))
        out.append(table(("parameter", "value", "90% range", "unit", "grade", "source", "note", "used by"), rows))
        pages[f"parameters/{room}.md"] = "\n".join(out)
        grades = defaultdict(int)
        for p in ps:
            grades[p.grade] += 1
        shown = ", ".join(f"{n} {g}" for g, n in sorted(grades.items()))
        counts.append((f"[{room}](parameters/{room}.md)", len(ps), shown, sum(p.calibrated for p in ps)))
    out = [NOTICE, "# Every number of the world\n"]
    out.append(
        f"{sum(len(ps) for ps in rooms.values())} parameters in {len(rooms)} rooms, each with its unit, source and "
        "grade. Grades: A randomized or strong natural experiments, repeated; B one good trial or comparison, or a "
        "survey made for the purpose; C observational; D weak or judgment, and called so; *law* statute; *data* "
        "official counts. The range holds about nine tenths of belief and is what a draw of parameters samples. "
        "`hecsim evidence show NAME` prints one of them.\n"
    )
    out.append(table(("room", "parameters", "by grade", "calibrated"), counts))
    names = "\n".join(f"parameters/{room}" for room in sorted(rooms))
    out.append(f"```{{toctree}}\n:hidden:\n\n{names}\n```\n")
    pages["parameters.md"] = "\n".join(out)
    return pages


def levers_page() -> str:
    out = [NOTICE, "# Levers: what an intervention may move\n"]
    out.append(
        "A lever is a named quantity that interventions set, add to or scale, and that processes read. Each month it "
        "starts from its base again. Multipliers of several interventions multiply, additions add.\n"
    )
    readers: dict[str, list[str]] = defaultdict(list)
    for p in MONTH:
        for lever in p.levers:
            readers[lever].append(p.name)
    rows = [
        (f"`{x.name}`", x.meaning, x.scope, x.base, x.unit, ", ".join(readers.get(x.name, ["outside the month"])))
        for x in LEVERS.values()
    ]
    out.append(table(("lever", "meaning", "rows", "base", "unit", "read by"), rows))
    return "\n".join(out)


def measures_page() -> str:
    out = [NOTICE, "# Measures: what is counted, and by which yardstick\n"]
    out.append(
        "A measure keeps numerator and denominator for every month, group and place, so that it can be aggregated "
        "again. The yardstick says how the thing would be seen: what truly happened, what child protection knows, what "
        "a parent or an adult would report, or a weight on a scale.\n"
    )
    topics: dict[str, list[Any]] = defaultdict(list)
    for m in MEASURES.values():
        topics[m.topic].append(m)
    for topic, ms in topics.items():
        out.append(f"## {topic}\n")
        rows = [(f"`{m.name}`", m.label, m.label_es, m.unit, m.yardstick, m.better) for m in ms]
        out.append(table(("measure", "what", "en español", "unit", "yardstick", "better"), rows))
    return "\n".join(out)


def pages() -> dict[str, str]:
    """Path under docs/model to text."""
    return {
        "processes.md": processes_page(),
        "person.md": state_page(),
        "levers.md": levers_page(),
        "measures.md": measures_page(),
        **parameter_pages(),
    }


def main() -> None:
    for name, text in pages().items():
        path = FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
