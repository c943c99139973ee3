"""Write docs/interventions.md from the intervention classes and the evidence room.

    python scripts/document_interventions.py

The page is never edited by hand: a test compares it with what this script writes.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from hecsim.evidence import parameters
from hecsim.interventions import Intervention, catalogue, mixes

PAGE = Path(__file__).parents[1] / "docs" / "interventions.md"

KINDS = {
    "system": ("Systems", "How organizations work together, and the places that they make."),
    "policy": ("Policies", "Laws and public money. What is enacted is not yet delivered."),
    "program": ("Programs", "Services that families, or the places where they live, take part in."),
    "norm": ("Norms", "What people see others do and hold to be right: slow, cheap, weak alone, and fading."),
}
DELIVERIES = {
    "funnel": "enrolls one by one",
    "sample": "a fixed share of those eligible",
    "area": "all it is meant for in its places",
}
# How a service reaches families; the page shows what it does to them and what it costs.
REACHING = ("found", "consent", "months", "dropout", "lag", "fade")
INTRODUCTION = """# The catalogue of interventions

This page is written by `scripts/document_interventions.py` from the classes in `hecsim/interventions/`
and the numbers in `hecsim/evidence/data/interventions.toml`. Change those, not this page.

An intervention moves levers, enrolls people and spends money; it writes no outcome. What follows for a
family, from levers to health, is left to the processes of the month. With strength or reach 0 an
intervention is as if absent, to the last bit.

Grades: A randomized or strong natural experiments, repeated; B one good trial or comparison; C observational;
D weak, or judgment, to be swept and never believed; *law* statute; *data* official counts. Numbers are
multipliers (1 is no effect) or additions (0 is none) at full dose in those served, after shrinkage by
strength of design; the range in brackets holds about nine tenths of belief. Dollars are of 2025. Who pays
is a default that a plan may change. A law reaches *compliance* of those it is meant for after
*implementation* months; support among residents (`policy_support`) closes part of that gap.
"""


def _cell(text: object) -> str:
    return str(text).replace("|", "\\|").replace("\n", " ")


def _row(cells: Iterable[object]) -> str:
    return "| " + " | ".join(_cell(c) for c in cells) + " |"


def _table(head: tuple[str, ...], rows: Iterable[Iterable[object]]) -> list[str]:
    return [_row(head), "|" + "---|" * len(head), *(_row(r) for r in rows), ""]


def _short(value: float | tuple[float, ...]) -> str:
    return ", ".join(f"{v:,.6g}" for v in (value if isinstance(value, tuple) else (value,)))


def _payers(item: Intervention) -> str:
    return ", ".join(f"{name} {share:.0%}" if share < 1 else name for name, share in item.payers)


def _numbers(cls: type[Intervention]) -> list[str]:
    """Full names of the parameters that say what it does and costs."""
    named = {f"interventions.{e.parameter}" for e in cls().plan() if e.parameter}
    own = {n for n in cls.evidence() if n.removeprefix(cls.parameter("")) not in REACHING}
    return sorted(named | own, key=lambda n: (n not in named, n))


def _settings(item: Intervention) -> list[str]:
    """Effects whose size a planner sets, with their defaults."""
    units = {s.name: s.unit for s in item.settings()}
    return [f"{e.field} {getattr(item, e.field):g} {units[e.field]}" for e in item.plan() if e.field]


def _kind(kind: str, members: list[type[Intervention]]) -> list[str]:
    title, sentence = KINDS[kind]
    lines = [f"## {title}", "", sentence, ""]
    head = ("id", "name", "what it does", "reaches", "reach", "who pays", "evidence", "levers moved", "in Connecticut")
    overview = []
    for cls in members:
        item = cls()
        overview.append((
            cls.id, f"**{cls.title.en}** ({cls.title.es})", cls.sentence.en, DELIVERIES[cls.delivery],
            f"{item.reach:.0%}", _payers(item), cls.grade, ", ".join(f"`{name}`" for name in sorted(item.levers)),
            cls.connecticut,
        ))  # fmt: skip
    lines += _table(head, overview)
    lines += [f"### {title}: numbers and their sources", ""]
    known = parameters.load()
    detail: list[tuple[str, ...]] = []
    for cls in members:
        detail += [(cls.id, "", setting, "", "set by the planner", "") for setting in _settings(cls())]
        for name in _numbers(cls):
            p = known[name]
            span = f" ({_short(p.low)} to {_short(p.high)})" if p.low is not None and p.high is not None else ""
            source = f"{p.source}. {p.note}" if p.note else p.source
            detail.append((cls.id, f"`{p.name}`", f"{_short(p.value)}{span}", p.unit, source, p.grade))
    return lines + _table(("id", "parameter", "value (range)", "unit", "source", "grade"), detail)


def _mixes() -> list[str]:
    rows = [
        (m.id, f"**{m.title.en}** ({m.title.es})", m.sentence.en, ", ".join(
            iv.id if iv.start == type(iv)().start else f"{iv.id} (from month {iv.start})" for iv in m))
        for m in mixes().values()
    ]  # fmt: skip
    lines = ["## Ready-made mixes", "", "Current law, M0, is in force in every arm.", ""]
    return lines + _table(("id", "name", "idea", "interventions"), rows)


def page() -> str:
    """The whole page, ending in one newline."""
    every = [*catalogue().values()]
    lines = [*INTRODUCTION.split("\n")]
    for kind in KINDS:
        lines += _kind(kind, sorted((c for c in every if c.kind == kind), key=lambda c: c.id))
    return "\n".join([*lines, *_mixes()]).rstrip("\n") + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE}")
