"""The reference of trial files, written from the same dataclasses that read them, so that it cannot drift."""

from __future__ import annotations

from hecsim.trials.expressions import FUNCTIONS
from hecsim.trials.keys import rows_of
from hecsim.trials.schema import Calendar, Design, Outcome, Place, Population, Published, Trial
from hecsim.trials.treatments import Arm, Background, LeverChange, Move, ParameterChange, Setting

__all__ = ["BEGIN", "END", "markdown", "renewed"]

BEGIN, END = "<!-- reference: begin -->", "<!-- reference: end -->"

_TABLES = (
    ("top of the file", Trial),
    ("[place]", Place),
    ("[calendar]", Calendar),
    ("[population]", Population),
    ("[design]", Design),
    ("[[arm]]", Arm),
    ("[[arm.lever]]", LeverChange),
    ("[[arm.set]]", Setting),
    ("[[arm.move]]", Move),
    ("[[arm.parameter]]", ParameterChange),
    ("[background]", Background),
    ("[[outcome]]", Outcome),
    ("[outcome.published]", Published),
)


def markdown() -> str:
    """All tables of a trial file and all functions of expressions, as Markdown."""
    lines: list[str] = []
    for title, cls in _TABLES:
        said = (cls.__doc__ or "").strip().splitlines()[0]
        lines += [f"### `{title}`", "", said, "", "| key | value | default | meaning |", "|---|---|---|---|"]
        for row in rows_of(cls):
            default = row.default if row.default in ("required", "none") or len(row.default) < 40 else "see its table"
            lines.append(f"| `{row.name}` | {row.type} | {default} | {row.help} |".replace("[[", "\\[\\["))
        lines.append("")
    lines += ["### Functions in expressions", "", "| function | meaning |", "|---|---|"]
    lines += [f"| `{name}` | {text} |" for name, text in FUNCTIONS.items()]
    return "\n".join(lines) + "\n"


def renewed(page: str) -> str:
    """A page with the reference between its marks written anew."""
    head, _, rest = page.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n\n{markdown()}\n{END}{tail}"
