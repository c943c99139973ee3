"""What a group brings to its needs assessment: a CSV file of services and one of what residents say.

    name,kind,languages,capacity,towns            theme,count,priority,quote
    Hill Pantry,food pantry,English;Spanish,120,Hartford    rent,34,1,"We move every year."

Capacity is people or families served at a time, blank where unknown. Quotes must hold no personal data.
"""

from __future__ import annotations

import csv
import difflib
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from hecsim.errors import CommunityDataError, UnknownNameError, suggestion
from hecsim.geography.place import town_names
from hecsim.planning.indicators import needs_file

__all__ = ["Service", "Voice", "read_services", "read_voice"]

_PERSONAL = {
    "an e-mail address": re.compile(r"[\w.+-]+@[\w-]+\.\w+"),
    "a telephone number": re.compile(r"(?<!\d)(?:\+?1[ .-]?)?\(?\d{3}\)?[ .-]?\d{3}[ .-]?\d{4}(?!\d)"),
    "a Social Security number": re.compile(r"(?<!\d)\d{3}-\d{2}-\d{4}(?!\d)"),
    "a street address": re.compile(
        r"\b\d{1,5} (?:[A-Z][\w'.]* ){1,3}(?:Street|St|Avenue|Ave|Road|Rd|Drive|Dr|Lane|Ln|Court|Ct|Place|Pl|Terrace)\b"
    ),
}


@dataclass(frozen=True, slots=True)
class Service:
    """One line of an inventory; capacity is None where unknown, languages in lower case."""

    name: str
    kind: str
    languages: tuple[str, ...]
    capacity: float | None
    towns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Voice:
    """What residents said of one theme: the need that it belongs to ("" if none), mentions, best priority, quotes."""

    theme: str
    need: str
    count: float
    priority: float | None
    quotes: tuple[str, ...]


def _read(path: str | Path, required: Sequence[str], known: Sequence[str]) -> pd.DataFrame:
    file = Path(path)
    if not file.is_file():
        raise CommunityDataError("there is no such file", file=file, hint=f"Write a CSV file with {', '.join(required)}")
    try:
        table = pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8-sig", skipinitialspace=True)
    except (ValueError, UnicodeError) as problem:  # ParserError is a ValueError, too
        raise CommunityDataError(f"cannot be read as CSV: {problem}", file=file, hint="Save it as CSV in UTF-8") from None
    with file.open(encoding="utf-8-sig", newline="") as text:  # pandas would take a longer row for one with an index
        lines = [line for line in csv.reader(text, skipinitialspace=True) if line]
    for n, line in enumerate(lines[1:], start=2):
        if len(line) != len(lines[0]):
            cells = f"row {n}: has {len(line)} cells for {len(lines[0])} columns"
            raise CommunityDataError(cells, file=file, rows=len(lines) - 1,
                                     hint="Put text that holds a comma in quotes")  # fmt: skip
    table.columns = [str(c).strip().lower() for c in table.columns]
    for column in table.columns:
        if column not in known:
            raise CommunityDataError(f"unknown column{suggestion(column, known)}", file=file, column=column, rows=len(table))
    for column in required:
        if column not in table:
            raise CommunityDataError("this column is missing", file=file, column=column, rows=len(table),
                                     hint=f"Columns: {', '.join(known)}")  # fmt: skip
    if table.empty:
        raise CommunityDataError("holds no rows", file=file, rows=0)
    return table.apply(lambda c: c.str.strip())


def _number(text: str, file: Path, column: str, row: int, rows: int, least: float = 0.0) -> float | None:
    if not text:
        return None
    try:
        value = float(text.replace(",", ""))
    except ValueError:
        value = math.nan
    if not least <= value < math.inf:
        raise CommunityDataError(
            f"row {row}: must be a number of at least {least:g}, not '{text}'", file=file, column=column, rows=rows
        )
    return value


def read_services(path: str | Path) -> list[Service]:
    """Services of a CSV file; errors name file, column, row and how many rows there are."""
    file, kinds = Path(path), needs_file()["service"]
    table = _read(path, ("name", "kind"), ("name", "kind", "languages", "capacity", "towns"))
    out = []
    for n, row in enumerate(table.to_dict("records"), start=2):  # row 1 is the heading
        if not row["name"]:
            raise CommunityDataError(f"row {n}: every service has a name", file=file, column="name", rows=len(table))
        kind = row["kind"].lower()
        if kind not in kinds:
            raise CommunityDataError(f"row {n}: unknown kind of service '{row['kind']}'{suggestion(kind, kinds)}",
                                     file=file, column="kind", rows=len(table))  # fmt: skip
        spoken = tuple(s.strip().lower() for s in row.get("languages", "").split(";") if s.strip()) or ("english",)
        named = [s.strip() for s in row.get("towns", "").split(";") if s.strip()]
        try:
            towns = town_names(named) if named else ()
        except (UnknownNameError, CommunityDataError) as problem:
            raise CommunityDataError(f"row {n}: {problem}", file=file, column="towns", rows=len(table)) from None
        out.append(Service(row["name"], kind, spoken, _number(row.get("capacity", ""), file, "capacity", n, len(table)), towns))
    return out


def read_voice(path: str | Path) -> list[Voice]:
    """What residents said, by theme, most often named first. Personal data are refused with the row and what was found."""
    file = Path(path)
    table = _read(path, ("theme",), ("theme", "count", "priority", "quote"))
    found: dict[str, dict[str, Any]] = {}
    for n, row in enumerate(table.to_dict("records"), start=2):
        theme = " ".join(row["theme"].lower().split())
        if not theme:
            raise CommunityDataError(f"row {n}: says no theme", file=file, column="theme", rows=len(table))
        for column in ("theme", "quote"):
            for what, pattern in _PERSONAL.items():
                if pattern.search(row.get(column, "")):
                    raise CommunityDataError(f"row {n}: holds {what}", file=file, column=column, rows=len(table),
                                             hint="Take personal data out before residents' words are shared")  # fmt: skip
        entry = found.setdefault(theme, {"count": 0.0, "priority": None, "quotes": []})
        count = _number(row.get("count", ""), file, "count", n, len(table))
        entry["count"] += 1.0 if count is None else count
        rank = _number(row.get("priority", ""), file, "priority", n, len(table), 1.0)
        if rank is not None:
            entry["priority"] = rank if entry["priority"] is None else min(rank, entry["priority"])
        if row.get("quote"):
            entry["quotes"].append(row["quote"])
    voices = [Voice(t, need_of(t), e["count"], e["priority"], tuple(e["quotes"])) for t, e in found.items()]
    return sorted(voices, key=lambda v: (-v.count, v.priority or math.inf, v.theme))


def need_of(theme: str) -> str:
    """The need that a theme belongs to: by its words, with small slips forgiven; "" where the tables know none."""
    words = {w: n for n, entry in needs_file()["need"].items() for w in (n, entry["title"].lower(), *entry["themes"])}
    if theme in words:
        return words[theme]
    inside = sorted((w for w in words if re.search(rf"\b{re.escape(w)}\b", theme)), key=lambda w: (-len(w), w))
    if inside:
        return words[inside[0]]
    near = difflib.get_close_matches(theme, sorted(words), n=1, cutoff=0.85)
    return words[near[0]] if near else ""
