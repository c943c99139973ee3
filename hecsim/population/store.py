"""A community on disk: one file of arrays and one description, with a digest of each.

The folder holds `arrays.npz`, `community.json` and nothing else. It is written beside its place and
moved there whole, so a reader never sees half of it. numpy's format is used instead of Parquet because
columns of vectors (ages at first adversity) and offsets of blocks have no table to sit in.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import os
import pickle
import shutil
import struct
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from hecsim import __version__
from hecsim.clock import Clock
from hecsim.columns import SCHEMA, Column
from hecsim.community import Community, Ties
from hecsim.errors import CommunityDataError, StoreError
from hecsim.tables import Table

__all__ = ["FORMAT", "borrow", "lend", "load", "save"]

FORMAT = 1
ARRAYS, DESCRIPTION = "arrays.npz", "community.json"
# Larger communities are written as they are: a third of the space is not worth a tenth of the speed.
_COMPRESSED = 1 << 28  # bytes
_AGAIN = "Build the community again and save it anew"


def save(community: Community, directory: str | Path) -> Path:
    """Write a community to a new or an earlier saved folder; returns the folder."""
    folder = Path(directory)
    if folder.exists() and not (folder / DESCRIPTION).is_file() and (not folder.is_dir() or any(folder.iterdir())):
        raise StoreError(f"{folder} exists and holds no community; choose another folder or empty it")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as problem:
        raise StoreError(f"{folder} cannot be written: {problem.strerror or problem}") from None
    try:
        arrays = _arrays(community)
        with open(temporary / ARRAYS, "wb") as file:
            write = np.savez_compressed if sum(a.nbytes for a in arrays.values()) < _COMPRESSED else np.savez
            write(file, **arrays)  # type: ignore[arg-type]
            file.flush()
            os.fsync(file.fileno())
        description = _description(community, temporary / ARRAYS)
        text = json.dumps(description | {"seal": _seal(description)}, indent=1, sort_keys=True)
        (temporary / DESCRIPTION).write_text(text, encoding="utf-8")
        if folder.exists():
            old = Path(tempfile.mkdtemp(prefix=f".{folder.name}.old.", dir=folder.parent))
            os.replace(folder, old / "was")
            os.replace(temporary, folder)
            shutil.rmtree(old)
        else:
            os.replace(temporary, folder)
    except OSError as problem:
        raise StoreError(f"{folder} cannot be written: {problem}") from problem
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return folder


def _arrays(c: Community) -> dict[str, np.ndarray]:
    out = {f"table/{name}/{column}": values for name, t in c.tables.items() for column, values in t.columns.items()}
    out |= {f"start/{name}": t.start for name, t in c.tables.items()}
    out |= {f"used/{name}": t.used for name, t in c.tables.items()}
    out |= {"ties/indptr": c.ties.indptr, "ties/index": c.ties.index, "ties/kind": c.ties.kind}
    out |= {f"extras/{name}": np.asarray(values) for name, values in c.extras.items()}
    return out


def _description(c: Community, file: Path) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "hecsim": __version__,
        "name": c.name,
        "seed": c.seed,
        "clock": {"start_year": c.clock.start_year, "horizon": c.clock.horizon, "month": c.clock.month},
        "labels": c.labels,
        "partners": [list(link) for link in c.partners],
        "followed": {str(k): v for k, v in c.followed.items()},
        "names": {str(k): v for k, v in c.names.items()},
        "notes": c.notes,
        "rows": {name: t.size for name, t in c.tables.items()},
        "sha256": _sha256(file),
        "digest": c.digest(),
    }


def _seal(description: dict[str, Any]) -> str:
    """sha256 of a description without its own seal."""
    text = json.dumps({k: v for k, v in description.items() if k != "seal"}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _sha256(file: Path) -> str:
    with open(file, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def load(directory: str | Path) -> Community:
    """Read a saved community; damage of any kind is an error that names the file and what to do."""
    folder = Path(directory)
    if not folder.is_dir():
        raise StoreError(f"{folder} is no folder of a saved community; check the path")
    described, arrays_file = folder / DESCRIPTION, folder / ARRAYS
    for file in (described, arrays_file):
        if not file.is_file():
            raise CommunityDataError("the file is missing", file=file, hint=_AGAIN)
    try:
        d = json.loads(described.read_text(encoding="utf-8"))
        stamp, wanted = int(d["format"]), d["sha256"]
    except (ValueError, KeyError, TypeError, UnicodeDecodeError) as problem:
        raise CommunityDataError(f"the description cannot be read: {problem}", file=described, hint=_AGAIN) from None
    if stamp != FORMAT:
        raise StoreError(
            f"{folder} has format {stamp} and this hecsim ({__version__}) reads format {FORMAT}; "
            "build the community again or use the version that wrote it"
        )
    sealed = "seal" in d  # communities of earlier versions are not
    if sealed and d["seal"] != _seal(d):
        raise CommunityDataError("the description does not match its digest: it is damaged", file=described, hint=_AGAIN)
    with ThreadPoolExecutor(1) as other:  # hashing takes as long as reading, and both let other threads work
        found = other.submit(_sha256, arrays_file)
        wrong: Exception | None = None
        try:
            with open(arrays_file, "rb") as stored:
                community = _assemble(d, _Stored(stored), arrays_file)
        except Exception as met:  # a damaged file can fail in any way; its digest says whether it is damaged
            wrong = met
    if found.result() != wanted:
        raise CommunityDataError("the contents do not match their digest: the file is damaged", file=arrays_file, hint=_AGAIN)
    if isinstance(wrong, CommunityDataError):
        raise wrong
    if wrong is not None:
        raise CommunityDataError(f"the arrays cannot be read: {wrong}", file=arrays_file, hint=_AGAIN)
    # With a seal, arrays and description are both vouched for, and the state needs no digest of its own.
    if not sealed and community.digest() != d["digest"]:
        raise CommunityDataError("the state does not match its digest", file=described, hint=_AGAIN)
    return community


class _Stored(Mapping[str, np.ndarray]):
    """The arrays of an npz file, each read when it is asked for, so that no more than one is held beside the community.

    What is stored as it is goes from the file into the array without the sum that zip keeps of it: the digest of the
    whole file says more.
    """

    def __init__(self, file: BinaryIO):
        self._file, self._zip = file, zipfile.ZipFile(file)
        self._members = {member.filename.removesuffix(".npy"): member for member in self._zip.infolist()}

    def __getitem__(self, name: str) -> np.ndarray:
        member = self._members[name]
        if member.compress_type != zipfile.ZIP_STORED:
            with self._zip.open(member) as packed:
                return np.lib.format.read_array(packed, allow_pickle=False)
        self._file.seek(member.header_offset + 26)  # of a local header 30 bytes long, which ends with two lengths
        named, more = struct.unpack("<HH", self._file.read(4))
        self._file.seek(named + more, os.SEEK_CUR)
        return np.lib.format.read_array(self._file, allow_pickle=False)

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)


def _column(table: str, rows: int, arrays: Mapping[str, np.ndarray], file: Path, column: Column) -> np.ndarray:
    """A column as it was stored, if it is what it should be."""
    key = f"table/{table}/{column.name}"
    if key not in arrays:
        raise CommunityDataError(f"table '{table}' lacks it", file=file, column=column.name, hint=_AGAIN)
    values = arrays[key]
    shape = (rows,) if column.width == 1 else (rows, column.width)
    if values.shape != shape or values.dtype != np.dtype(column.dtype):
        raise CommunityDataError(
            f"expected {column.dtype} {shape}, found {values.dtype} {values.shape}",
            file=file, column=f"{table}.{column.name}", rows=len(values), hint=_AGAIN,
        )  # fmt: skip
    return values


def _assemble(d: dict[str, Any], arrays: Mapping[str, np.ndarray], file: Path) -> Community:
    tables = {}
    for name, schema in SCHEMA.items():
        start, used = arrays[f"start/{name}"], arrays[f"used/{name}"]
        tables[name] = Table.of(name, schema, start, used, partial(_column, name, int(start[-1]), arrays, file))
    return Community(
        name=d["name"],
        tables=tables,
        labels=d["labels"],
        ties=Ties(arrays["ties/indptr"], arrays["ties/index"], arrays["ties/kind"]),
        seed=int(d["seed"]),
        clock=Clock(**d["clock"]),
        partners=[(int(a), int(b), float(w)) for a, b, w in d["partners"]],
        extras={k.removeprefix("extras/"): arrays[k] for k in arrays if k.startswith("extras/")},
        followed={int(k): v for k, v in d["followed"].items()},
        names={int(k): v for k, v in d.get("names", {}).items()},
        notes=list(d["notes"]),
    )


def lend(community: Community, file: str | Path) -> None:
    """Write a community for other processes of this run to `borrow`; for minutes, not for keeping."""
    buffers: list[pickle.PickleBuffer] = []
    text = pickle.dumps(community, protocol=5, buffer_callback=buffers.append)
    sizes = [b.raw().nbytes for b in buffers]
    with open(file, "wb") as out:
        pickle.dump((text, sizes), out, protocol=5)
        for b in buffers:
            out.seek(-out.tell() % mmap.PAGESIZE, os.SEEK_CUR)
            out.write(b.raw())


def borrow(file: str | Path) -> Community:
    """A lent community. Its arrays are read-only pages of the file, which all borrowers have in common."""
    with open(file, "rb") as lent:
        text, sizes = pickle.load(lent)
        at, parts = lent.tell(), []
        pages = memoryview(mmap.mmap(lent.fileno(), 0, access=mmap.ACCESS_READ)) if any(sizes) else memoryview(b"")
    for size in sizes:
        at += -at % mmap.PAGESIZE
        parts.append(pages[at : at + size])
        at += size
    return pickle.loads(text, buffers=parts)
