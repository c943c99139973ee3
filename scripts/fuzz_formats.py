"""What `scripts/fuzz.py` throws damaged files at: for each format valid files to start from, and what reads one.

Tables of a place and files to import are small here: two towns, and of the many columns of one kind a few at a time, so
that thousands of inputs take minutes. What has passed a file's own reader goes the whole way once in `WHOLE` times: with the
other files of the place, written, and loaded again.
"""

from __future__ import annotations

import copy
import csv
import io
import json
import os
import re
import sys
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

ROOT = Path(__file__).parents[1]
WHOLE = 20
Reader = Callable[[bytes, Path], None]


@dataclass
class Format:
    """A format: valid files to start from, and what reads one (given a scratch folder of its own)."""

    seeds: list[bytes]
    read: Reader
    binary: bool = False
    share: float = 1.0


def _toml(reader: Callable[[Path], Any]) -> Reader:
    def read(data: bytes, folder: Path) -> None:
        path = folder / "input.toml"
        path.write_bytes(data)
        reader(path)

    return read


def _own(path: Path) -> None:
    from hecsim.cli.own import _own as read

    read(path)


def _scenario(path: Path) -> None:
    """A scenario that is accepted is written and read again as itself."""
    from hecsim.scenario import Scenario

    one = Scenario.from_file(path)
    path.write_text(one.to_toml(), encoding="utf-8")
    if Scenario.from_file(path).digest != one.digest:
        raise AssertionError("a scenario does not survive being written")


def _evidence(data: bytes, folder: Path) -> None:
    from hecsim.errors import EvidenceError
    from hecsim.evidence.parameters import _read

    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise EvidenceError("not UTF-8") from None  # the package's own files; decoding is not the reader's
    _read("input.toml", text)


def _url(data: bytes, folder: Path) -> None:
    """What a URL says is read without fail, and what is written is read as itself."""
    from hecsim.web.state import parse, query

    one = parse(data.decode("utf-8", "replace"))
    again = parse(query(one))
    if again != one or query(again) != query(one):
        raise AssertionError("a state does not survive its own URL")


def _room(data: bytes, folder: Path) -> None:
    """A damaged file opens a new room; what is kept after it is whole."""
    from hecsim.web.forum.room import Room

    path = folder / "room.json"
    path.write_bytes(data)
    with mock.patch("os.fsync"):  # a disk waited for a hundred thousand times is not what is tried here
        Room(("G01", "G04", "S01"), 1e6, file=path, pin="123456").public()
    json.loads(path.read_text(encoding="utf-8"))


def _ensemble(data: bytes, folder: Path) -> None:
    from hecsim.evidence.ensemble import Ensemble

    Ensemble.from_bytes(data)


def _some(data: bytes) -> bool:
    """The same one in `WHOLE` of all inputs, whatever was tried before."""
    return zlib.crc32(data) % WHOLE == 0


def _tables(name: str, lean: Path) -> Reader:
    """One of a place's tables is damaged; towns and tracts that are whole are read from memory."""
    from hecsim import geography
    from hecsim.geography import own_tables

    real = own_tables._checked
    whole = {t: real(lean, t) for t in ("towns", "tracts") if f"{t}.csv" != name}

    def checked(folder: Path, table: str) -> Any:
        return copy.deepcopy(whole[table]) if table in whole else real(folder, table)

    def read(data: bytes, folder: Path) -> None:
        for file in lean.iterdir():
            if file.name != name:
                os.link(file, folder / file.name)
        (folder / name).write_bytes(data)
        with mock.patch.object(own_tables, "_checked", real if _some(data) else checked):
            g = geography.load(folder)
        if _some(data):
            _ = g.inputs, g.assumptions

    return read


def _import(name: str, source: Path) -> Reader:
    """One of a place's files is damaged; a place that comes out is loaded, and one that does not leaves nothing."""
    from hecsim import geography
    from hecsim.geography import import_acs, import_maps, import_read, import_sources
    from hecsim.geography.import_place import bring

    readers: dict[str, Callable[[list[Any]], Any]] = {
        "acs": import_acs.read_acs, "acs_long": import_acs.read_acs, "places": import_sources.read_places,
        "places_wide": import_sources.read_places, "food": import_sources.read_context, "svi": import_sources.read_context,
        "stores": import_sources.read_stores, "gazetteer": import_maps.read_gazetteer,
        "assignment": import_sources.read_assignment, "boundaries": import_maps.read_boundaries,
    }  # fmt: skip

    def read(data: bytes, folder: Path) -> None:
        inside = folder / "in"
        inside.mkdir()
        (inside / name).write_bytes(data)
        found = import_read.files_of([inside / name])[0]
        readers[found[0].kind](found)
        if not _some(data):
            return
        for file in source.iterdir():
            if file.name != name:
                os.link(file, inside / file.name)
        place = bring([inside]).write(folder / "out")
        geography.load(place)
        if any(p.name.startswith(".") for p in folder.iterdir()):
            raise AssertionError("a half-written folder was left behind")

    return read


def _rows(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode())))


def _columns(rows: list[list[str]], kept: list[str]) -> bytes:
    """The table with only these columns."""
    at = [rows[0].index(c) for c in kept]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([[r[i] for i in at] for r in rows])
    return out.getvalue().encode()


def _lean(folder: Path) -> dict[str, list[bytes]]:
    """Towns and tracts with what is required and one group or six other columns at a time; the first has no others."""
    from hecsim.geography.tables import columns_of, schema

    found = {}
    for table in ("towns", "tracts"):
        rows = _rows((folder / f"{table}.csv").read_bytes())
        entries = {c: schema()["columns"][c] for c in columns_of(table) if c in rows[0]}
        needed = [c for c, e in entries.items() if e.get("required")]
        groups: dict[str, list[str]] = {}
        for at, c in enumerate(c for c in entries if c not in needed):
            groups.setdefault(entries[c].get("group") or f"others {at // 6}", []).append(c)
        # A group may have required columns too.
        found[table] = [_columns(rows, [*needed, *g]) for g in ([], *groups.values())]
    return found


def _lean_acs(data: bytes) -> list[bytes]:
    """Answers of the Census API with the tables that are needed and two others at a time."""
    rows = json.loads(data)
    plain = [i for i, c in enumerate(rows[0]) if not re.match(r"[BC]\d{5}", c)]
    by: dict[str, list[int]] = {}
    for i, c in enumerate(rows[0]):
        if i not in plain:
            by.setdefault(c.split("_")[0], []).append(i)
    needed = by.pop("B01001") + by.pop("B25003")
    others = list(by.values())
    chosen = [
        plain + needed,
        *(plain + needed + [at for part in others[i : i + 2] for at in part] for i in range(0, len(others), 2)),
    ]
    return [json.dumps([[r[i] for i in kept] for r in rows]).encode() for kept in chosen]


def formats(scratch: Path) -> dict[str, Format]:
    """All formats, with valid files made from the project's own."""
    from hecsim import geography
    from hecsim.evidence import ensemble
    from hecsim.interventions import mixes
    from hecsim.study import Study
    from hecsim.trials.run import load_trial
    from hecsim.web.forum.room import Room
    from hecsim.web.state import parse, query

    sys.path.insert(0, str(ROOT / "tests" / "geography"))
    import import_files

    studies = [p.read_bytes() for p in sorted((ROOT / "experiments").glob("*.toml"))]
    page = (ROOT / "docs" / "reference" / "files.md").read_bytes()
    shown = re.findall(rb"```toml\n(.*?)```", page, re.DOTALL)
    urls = [query(parse(f"t=Hartford,Windsor&m={m}&n=2000&y=12&b=500000&s=a~b&g=1.2.5.50.13&lang=es")) for m in mixes()]
    room = scratch / "room.json"
    Room(("G01", "G04", "S01"), 1e6, file=room, pin="123456")
    found = {
        "study": Format([*studies, shown[0]], _toml(Study.from_file)),
        "scenario": Format([shown[1], shown[3], *(shown[1] + b"\n" + shown[i] for i in (2, 3))], _toml(_scenario)),
        "own intervention": Format([shown[2]], _toml(_own)),
        "trial": Format([p.read_bytes() for p in sorted((ROOT / "experiments" / "trials").glob("*.toml"))], _toml(load_trial)),
        "evidence": Format(
            [p.read_bytes() for p in sorted((ROOT / "hecsim" / "evidence" / "data").glob("*.toml"))[:6]], _evidence, share=0.5
        ),
        "url": Format([u.encode() for u in urls], _url, share=2.0),
        "room": Format([room.read_bytes()], _room),
        "ensemble": Format([ensemble().to_bytes()], _ensemble, binary=True, share=0.3),
    }
    return found | _of_places(geography, import_files, scratch)


def _of_places(geography: Any, import_files: Any, scratch: Path) -> dict[str, Format]:
    """Tables of a place and files to import."""
    found = {}
    own = geography.write(geography.select(["Andover", "Bolton"]), scratch / "tables")
    (own / "retailers.csv").write_text(f"geoid,store\n{geography.tracts('Andover')['geoid'].iloc[0]},dollar\n")
    seeds = _lean(own)
    lean = scratch / "lean"
    lean.mkdir()
    for table, several in seeds.items():
        (lean / f"{table}.csv").write_bytes(several[0])
    for file in sorted(own.iterdir()):
        starts = seeds.get(file.stem) or [file.read_bytes()]
        found[f"table {file.name}"] = Format(starts, _tables(file.name, lean), share=0.05)
    place = import_files.write(scratch / "place")
    long = import_files.write(scratch / "long", long=True)
    (place / "gazetteer.txt").write_text("GEOID\tNAME\tALAND\tINTPTLAT\tINTPTLONG\n50007000100\ta\t9\t44.4\t-73.2\n")
    (place / "assignment.csv").write_text("geoid,town\n50007000100,Burlington\n")
    (place / "places_wide.csv").write_text("TractFIPS,OBESITY_CrudePrev\n50007000100,24.5\n50007000200,31\n")
    acs = _lean_acs((place / "acs.json").read_bytes())
    (place / "acs.json").write_bytes(acs[0])
    rows = _rows((long / "tidycensus.csv").read_bytes())
    tidy = b"".join(",".join(r).encode() + b"\n" for r in rows if r[2] == "variable" or r[2][:6] in ("B01001", "B25003"))
    starts_of = {"acs.json": acs, "tidycensus.csv": [tidy]}
    for name in sorted({p.name for p in place.iterdir()} | set(starts_of)):
        starts = starts_of.get(name) or [(place / name).read_bytes()]
        # A long table stands in the place of the wide one.
        rest = place if name != "tidycensus.csv" else _without(place, "acs.json", scratch / "rest")
        found[f"import {name}"] = Format(starts, _import(name, rest), share=0.05)
    return found


def _without(folder: Path, name: str, copy_to: Path) -> Path:
    copy_to.mkdir()
    for file in folder.iterdir():
        if file.name != name:
            os.link(file, copy_to / file.name)
    return copy_to
