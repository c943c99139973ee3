"""The study folder: a manifest, and the files of every future.

    manifest.json             what was asked, by which version, with which libraries
    futures/000007.npz        sums of every arm of future 7
    futures/000007.*.parquet  its ledger and diary
    futures/000003.error.json why future 3 failed; gone once it succeeds
    tables/*.parquet, *.csv   results, written at the end

A file appears under its name only when it is complete (temporary file, flush, rename), so a run that
is killed loses nothing that was finished, and a run that is resumed finishes what is missing.
"""

from __future__ import annotations

import importlib.metadata
import io
import json
import os
import platform
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hecsim.errors import StoreError
from hecsim.study.design import Study

__all__ = ["FutureResult", "Store", "write_atomically"]

FORMAT = 1
_NEEDED = ("format", "study", "digest", "arm_names", "measures", "groups", "months")
_UMASK = os.umask(0)
os.umask(_UMASK)  # the mask can only be read by setting it
_LIBRARIES = ("numpy", "numba", "mesa", "pandas", "scipy")
_STALE = 3600.0  # seconds; a temporary file this old belongs to a run that was killed, not to one under way


def write_atomically(path: Path, write: Callable[[Any], None]) -> None:
    """Write through a temporary file beside `path`, then rename; a failure leaves nothing behind."""
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as stream:
            write(stream)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, 0o666 & ~_UMASK)  # temporary files are private; results are meant to be read
        os.replace(temporary, path)
        temporary = None
    except OSError as problem:
        raise StoreError(
            f"cannot write {path}: {problem.strerror or problem}. Free space or choose another folder; "
            "what was finished is kept and the same command goes on from there"
        ) from None
    finally:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)


def _write_text(path: Path, text: str) -> None:
    write_atomically(path, lambda stream: stream.write(text.encode()))


def _write_frame(path: Path, frame: pd.DataFrame) -> None:
    write_atomically(path, lambda stream: frame.to_parquet(stream, compression="zstd", index=False))


@dataclass
class FutureResult:
    """What one future gave: sums by arm, and the ledger and diary of every arm.

    sums : float64, shape (arms, months, measures, groups, 2)
    ledger : month, arm, payer, category, ...; diary : month, arm, household, ...
    """

    index: int
    sums: np.ndarray
    ledger: pd.DataFrame
    diary: pd.DataFrame


class Store:
    """One study folder."""

    def __init__(self, directory: str | Path):
        self.directory = Path(directory)
        self.futures = self.directory / "futures"

    def check(self, study: Mapping[str, Any]) -> dict[str, Any] | None:
        """The manifest if the folder holds this study, None if it can take it; else an error. Writes nothing.

        study : `Study.as_dict()`. Called before the community is built, so that a folder that cannot be
        used is refused at once.
        """
        try:
            if self.directory.exists() and not self.directory.is_dir():
                raise StoreError(f"{self.directory} is a file, not a folder; choose another folder")
            inside = {p.name for p in self.directory.iterdir()} if self.directory.exists() else set()
            begun = any(self.futures.iterdir()) if "futures" in inside and self.futures.is_dir() else False
        except OSError as problem:
            raise StoreError(f"{self.directory} cannot be read: {problem.strerror or problem}") from None
        if "manifest.json" in inside:
            manifest = self.manifest()
            self._same(manifest, {"format": FORMAT, "hecsim": importlib.metadata.version("hecsim"), "study": study})
            return manifest
        # A run that was killed at its very start leaves an empty futures folder and half a manifest.
        foreign = {n for n in inside if not n.startswith(".manifest.json.")} - {"futures"}
        if foreign or begun:
            raise StoreError(f"{self.directory} is not empty and holds no study; choose another folder")
        return None

    def open(self, study: Study, *, community_digest: str, axes: dict[str, Any]) -> None:
        """Start the folder, or go on with it if it holds the same study; else say what differs."""
        asked = study.as_dict()
        if "place" in axes:  # built in memory: what the study says of its place does not describe it
            asked["community"] = axes["place"]
        fresh = {
            "format": FORMAT,
            "hecsim": importlib.metadata.version("hecsim"),
            "study": asked,
            "digest": study.digest,
            "community_digest": community_digest,
            "libraries": {n: importlib.metadata.version(n) for n in _LIBRARIES},
            "python": platform.python_version(),
            **{k: v for k, v in axes.items() if k != "place"},
        }
        manifest = self.check(asked)
        if manifest is not None:
            self._same(manifest, fresh)
        self._make()
        if manifest is None:
            _write_text(self.directory / "manifest.json", json.dumps(fresh, indent=1, default=str))

    def _make(self) -> None:
        try:
            self.futures.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise StoreError(f"cannot create {self.futures}: {problem.strerror or problem}") from None
        now = time.time()
        for folder in (self.directory, self.futures, self.directory / "tables"):
            for left in folder.glob(".*"):
                with suppress(OSError):  # somebody else may have removed it
                    if left.is_file() and now - left.stat().st_mtime > _STALE:
                        left.unlink()

    def _same(self, old: dict[str, Any], new: Mapping[str, Any]) -> None:
        if old.get("format") != FORMAT:
            raise StoreError(
                f"{self.directory} has store format {old.get('format')}, this version reads {FORMAT}; choose another folder"
            )
        new = json.loads(json.dumps(new, default=str))  # as it would be read back
        for key in ("hecsim", "study", "community_digest", "measures", "groups"):
            if key in new and old.get(key) != new[key]:
                what = _first_difference(old.get(key), new[key], key)
                raise StoreError(f"{self.directory} holds another study: {what}. Choose another folder, or delete this one")

    def manifest(self) -> dict[str, Any]:
        """What the folder says of itself."""
        path = self.directory / "manifest.json"
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except (FileNotFoundError, NotADirectoryError):
            raise StoreError(f"{self.directory} holds no study (manifest.json is missing)") from None
        except (OSError, ValueError) as problem:
            raise StoreError(f"{path} is damaged ({problem}); delete the folder and run again") from None
        lacking = [k for k in _NEEDED if k not in found] if isinstance(found, dict) else list(_NEEDED)
        if lacking:
            raise StoreError(f"{path} is damaged (it lacks '{lacking[0]}'); delete the folder and run again")
        return found

    def finished(self) -> list[int]:
        """Indexes of the futures that are complete."""
        return sorted(int(p.stem) for p in self.futures.glob("*.npz") if p.stem.isdigit())

    def write(self, result: FutureResult) -> None:
        """Keep one future; the sums come last, so that their file says the future is complete."""
        stem = f"{result.index:06d}"
        _write_frame(self.futures / f"{stem}.ledger.parquet", result.ledger)
        _write_frame(self.futures / f"{stem}.diary.parquet", result.diary)
        buffer = io.BytesIO()
        np.savez_compressed(buffer, sums=result.sums)
        write_atomically(self.futures / f"{stem}.npz", lambda stream: stream.write(buffer.getvalue()))
        with suppress(OSError):  # it succeeded this time
            (self.futures / f"{stem}.error.json").unlink()

    def write_failure(self, index: int, problem: str) -> None:
        """Keep why a future failed; it is tried again when the same command is run again."""
        text = json.dumps({"future": index, "problem": problem}, ensure_ascii=False)
        _write_text(self.futures / f"{index:06d}.error.json", text)

    def failures(self) -> dict[int, str]:
        """Index of every failed future to what it said; one that has succeeded since does not count."""
        done, found = set(self.finished()), {}
        for path in sorted(self.futures.glob("*.error.json")):
            number = path.name.removesuffix(".error.json")
            if not number.isdigit() or int(number) in done:
                continue
            try:
                found[int(number)] = str(json.loads(path.read_text(encoding="utf-8"))["problem"])
            except (OSError, ValueError, KeyError, TypeError):
                found[int(number)] = f"failed, and {path.name} cannot be read"
        return found

    def sums(self, index: int) -> np.ndarray:
        """Sums of one future, float64 (arms, months, measures, groups, 2)."""
        path = self.futures / f"{index:06d}.npz"
        try:
            with np.load(path) as saved:
                return saved["sums"]
        except Exception as problem:  # zipfile, zlib and numpy raise a dozen kinds over damaged bytes
            raise StoreError(f"{path} is damaged ({problem}); delete it and run the same command again") from None

    def frames(self, what: str, indexes: Sequence[int]) -> pd.DataFrame:
        """Ledgers or diaries of some futures, with a column `future`."""
        parts = []
        for index in indexes:
            path = self.futures / f"{index:06d}.{what}.parquet"
            try:
                parts.append(pd.read_parquet(path).assign(future=index))
            except (OSError, ValueError) as problem:
                raise StoreError(f"{path} is damaged ({problem}); delete the future's files and run again") from None
        return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()

    def write_table(self, name: str, frame: pd.DataFrame) -> Path:
        """A result table as Parquet and CSV; returns the CSV's path."""
        folder = self.directory / "tables"
        _write_frame(folder / f"{name}.parquet", frame)
        csv = folder / f"{name}.csv"
        write_atomically(csv, lambda stream: stream.write(frame.to_csv(index=False).encode()))
        return csv


def _first_difference(old: Any, new: Any, path: str) -> str:
    """The first field that differs, as 'study.years was 10 and is 5'."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted({*old, *new}):
            if old.get(key) != new.get(key):
                return _first_difference(old.get(key), new.get(key), f"{path}.{key}")
    if isinstance(old, list) and isinstance(new, list):
        for i, (a, b) in enumerate(zip(old, new, strict=False)):
            if a != b:
                return _first_difference(a, b, f"{path}[{i + 1}]")
        return f"{path} had {len(old)} entries and has {len(new)}"
    shown = [str(v) if len(str(v)) < 60 else f"{str(v)[:57]}..." for v in (old, new)]
    return f"{path} was {shown[0]} and is {shown[1]}"
