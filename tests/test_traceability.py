"""Every item of the founding documents has a home, and each home exists."""

import importlib
import re
from pathlib import Path

import pytest

from hecsim import evidence
from hecsim.cli import main
from hecsim.columns import SCHEMA
from hecsim.interventions import catalogue
from hecsim.levers import LEVERS
from hecsim.measures import MEASURES

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "traceability.md"
ROW = re.compile(r"^\| ([A-Z]\d?-?Q?\d+b?) \| (.+?) \| (.+) \|$")
COLUMNS = {f"{table}.{c.name}" for table, columns in SCHEMA.items() for c in columns}


def rows():
    found = [ROW.match(line) for line in PAGE.read_text(encoding="utf-8").splitlines()]
    return [(m[1], m[2], re.findall(r"`([^`]+)`", m[3])) for m in found if m]


ROWS = rows()


def expected():
    def many(prefix, last):
        return {f"{prefix}{n:02d}" for n in range(1, last + 1)}

    return (
        many("F", 38) | many("S0-", 17) | many("S1-", 26) | many("S2-", 26) | many("S3-", 52) | {"S3-03b"} | many("S4-", 16)
        | many("J-", 33) | many("C-", 14) | {f"J-Q{n}" for n in (1, 2, 3)} | {f"C-Q{n}" for n in range(1, 8)}
    )  # fmt: skip


def command(path):
    group = main
    for word in path.split():
        group = group.commands[word]
    return group


def exists(place):
    kind, _, name = place.partition(":")
    tables = {
        "measure": MEASURES,
        "lever": LEVERS,
        "column": COLUMNS,
        "intervention": catalogue(),
        "parameter": evidence.load(),
    }
    if kind in tables:
        return name in tables[kind]
    if kind == "command":
        return command(name) is not None
    if "/" in place:
        return (ROOT / place).is_file()
    thing = importlib.import_module(kind)
    for part in [p for p in name.split(".") if p]:
        fields = getattr(thing, "__dataclass_fields__", {})
        thing = fields[part] if part in fields else getattr(thing, part)
    return thing is not None


def test_every_item_is_there_once():
    names = [name for name, _, _ in ROWS]
    assert set(names) == expected()
    assert len(names) == len(set(names))
    assert all(what and places for _, what, places in ROWS)


@pytest.mark.parametrize(("item", "places"), [(name, places) for name, _, places in ROWS], ids=[name for name, _, _ in ROWS])
def test_each_place_exists(item, places):
    assert [p for p in places if not exists(p)] == []
