"""The calibration folder: what was asked, the design of every stage, and one line per finished simulation.

    manifest.json        settings, digests of evidence and patterns, versions
    communities/         the synthetic people of each place
    stage-<name>.json    the simulations of a stage, written before its first one runs
    runs.jsonl           one line per finished simulation, written through to the disk

A killed run loses at most the line being written, which is dropped when the file is read again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from hecsim.errors import StoreError
from hecsim.study.store import write_atomically

__all__ = ["Ledger", "Task"]

Task = dict[str, Any]  # {"z": {name: quantile}, "rest": seed or None, "luck": seed}


class Ledger:
    """One calibration folder."""

    def __init__(self, directory: str | Path):
        self.directory = Path(directory)
        self._runs = self.directory / "runs.jsonl"

    def open(self, asked: Mapping[str, Any]) -> None:
        """Start the folder, or go on if it holds the same calibration; else say what differs."""
        if self.directory.exists() and not self.directory.is_dir():
            raise StoreError(f"{self.directory} is a file, not a folder; choose another folder")
        path = self.directory / "manifest.json"
        asked = json.loads(json.dumps(asked))
        if path.exists():
            before = self._json(path)
            for key in sorted({*before, *asked}):
                if before.get(key) != asked.get(key):
                    was, now = str(before.get(key))[:60], str(asked.get(key))[:60]
                    raise StoreError(
                        f"{self.directory} holds another calibration: {key} was {was} and is {now}. "
                        "Choose another folder, or delete this one"
                    )
            return
        inside = [p for p in self.directory.iterdir() if not p.name.startswith(".")] if self.directory.exists() else []
        if inside:
            raise StoreError(f"{self.directory} is not empty and holds no calibration; choose another folder")
        self.write_json("manifest.json", asked)

    def _json(self, path: Path) -> Any:
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as problem:
            raise StoreError(f"{path} is damaged ({problem}); delete the folder and calibrate again") from None

    def write_json(self, name: str, value: Any) -> Path:
        """Write one document whole or not at all."""
        path = self.directory / name
        text = json.dumps(value, indent=1).encode()
        write_atomically(path, lambda stream: stream.write(text))
        return path

    def stage(self, name: str) -> dict[str, Any] | None:
        """What a stage was to do, or None before it began."""
        path = self.directory / f"stage-{name}.json"
        return self._json(path) if path.exists() else None

    def add(self, stage: str, index: int, values: np.ndarray, seconds: float) -> None:
        """Keep one finished simulation; on the disk when this returns."""
        kept = [float(v) if np.isfinite(v) else None for v in values]
        line = json.dumps({"stage": stage, "index": index, "seconds": round(seconds, 2), "values": kept}) + "\n"
        try:
            with open(self._runs, "ab") as file:
                if file.tell() and not self._ends_whole():
                    file.write(b"\n")
                file.write(line.encode())
                file.flush()
                os.fsync(file.fileno())
        except OSError as problem:
            raise StoreError(f"cannot write {self._runs}: {problem.strerror or problem}; what was finished is kept") from None

    def _ends_whole(self) -> bool:
        with open(self._runs, "rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read(1) == b"\n"

    def finished(self) -> dict[str, dict[int, np.ndarray]]:
        """Values of all finished simulations by stage and index; a half-written line does not count."""
        found: dict[str, dict[int, np.ndarray]] = {}
        if not self._runs.exists():
            return found
        for line in self._runs.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                one = json.loads(line)
                values = np.array([np.nan if v is None else v for v in one["values"]], float)
                found.setdefault(str(one["stage"]), {})[int(one["index"])] = values
            except (ValueError, KeyError, TypeError):
                continue
        return found
