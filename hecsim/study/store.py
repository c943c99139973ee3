"""The study folder: a manifest, and Parquet parts of every run. docs/store.md is its documentation.

    manifest.json                    what was asked, by which version, from which inputs
    runs.parquet                     one row per run: finished, failed with its reason, or missing
    measures/000007.3f2a91c0.parquet what was counted in one run: future 7 under one arm
    ledger/..., diary/...            its money and its followed family
    failed/000003.3f2a91c0.json      why a run failed; gone once it succeeds
    tables/*.parquet, *.csv          results, written at the end
    store.lock                       held by the process that is running the study

The unit is a run, one future under one arm. A file appears under its name only when it is complete
(temporary file, flush, rename), and a run's measures come last, so the folder itself is the ledger of what
is finished: a run that is killed loses nothing, nothing can be there twice, and nothing can be stale.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import filelock
import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from hecsim.errors import StoreError
from hecsim.study.design import Study
from hecsim.study.inputs import first_difference, inputs_digests
from hecsim.study.parts import (
    Failure,
    FutureResult,
    StoredSums,
    arm_key,
    damaged,
    measures_table,
    read_measure,
    write_atomically,
    write_measures,
    write_table,
)

__all__ = ["FORMAT", "Failure", "FutureResult", "Store", "write_atomically"]

FORMAT = 2
_NEEDED = ("format", "study", "digest", "arm_names", "measures", "groups", "months")
_COMPARED = ("hecsim", "study", "community_digest", "measures", "groups", "inputs")
_LIBRARIES = ("numpy", "numba", "mesa", "pandas", "pyarrow", "scipy")
_STALE = 3600.0  # seconds; a temporary file this old belongs to a run that was killed, not to one under way
_FOLDERS = ("measures", "ledger", "diary", "failed")
_LOCK = "store.lock"


class Store:
    """One study folder."""

    def __init__(self, directory: str | Path):
        self.directory = Path(directory)
        self.measures = self.directory / "measures"
        self._arms: dict[str, str] | None = None

    # -- opening --------------------------------------------------------------------------------

    @contextmanager
    def lease(self) -> Iterator[None]:
        """Hold the folder for one process; another one is told who holds it. The system ends the lease of the dead."""
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            lock = filelock.FileLock(self.directory / _LOCK, timeout=0)
            lock.acquire()
        except filelock.Timeout:
            holder = self.holder()
            raise StoreError(
                f"{self.directory} is in use{f' by {holder}' if holder else ''}; wait for it or choose another folder"
            ) from None
        except OSError as problem:
            raise StoreError(f"cannot write {self.directory}: {problem.strerror or problem}") from None
        told = self.directory / "store.holder"
        try:
            with suppress(OSError):
                told.write_text(f"process {os.getpid()} on {platform.node()}", encoding="utf-8")
            yield
        finally:
            with suppress(OSError):
                told.unlink()
            lock.release()
            with suppress(OSError):  # it is empty; a folder that was refused stays as it was
                if not self._begun():
                    (self.directory / _LOCK).unlink()
                    self.directory.rmdir()

    def holder(self) -> str:
        """Who runs the study now, in words; empty if nobody does."""
        if not (self.directory / _LOCK).exists():
            return ""
        probe = filelock.FileLock(self.directory / _LOCK, timeout=0, is_singleton=False)
        try:
            with probe:
                return ""
        except filelock.Timeout:
            with suppress(OSError):
                return (self.directory / "store.holder").read_text(encoding="utf-8")
            return "another process"
        except OSError:
            return ""

    def _begun(self) -> bool:
        return (self.directory / "manifest.json").exists()

    def check(self, study: Mapping[str, Any]) -> dict[str, Any] | None:
        """The manifest if the folder holds this study, None if it can take it; else an error. Writes nothing.

        study : `Study.as_dict()`. Called before the community is built, so that a folder that cannot be
        used is refused at once.
        """
        try:
            if self.directory.exists() and not self.directory.is_dir():
                raise StoreError(f"{self.directory} is a file, not a folder; choose another folder")
            inside = {p.name for p in self.directory.iterdir()} if self.directory.exists() else set()
            begun = any(p.is_dir() and any(p.iterdir()) for p in (self.directory / f for f in _FOLDERS))
        except OSError as problem:
            raise StoreError(f"{self.directory} cannot be read: {problem.strerror or problem}") from None
        if "manifest.json" in inside:
            manifest = self.manifest()
            fresh = {"hecsim": importlib.metadata.version("hecsim"), "study": study, "inputs": inputs_digests()}
            self._same(manifest, fresh)
            return manifest
        # A run that was killed at its very start leaves empty folders and half a manifest.
        foreign = {n for n in inside if not n.startswith(".manifest.json.")} - {*_FOLDERS, _LOCK, "store.holder"}
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
            "inputs": inputs_digests(),
            "libraries": {n: importlib.metadata.version(n) for n in _LIBRARIES},
            "python": platform.python_version(),
            **{k: v for k, v in axes.items() if k != "place"},
        }
        manifest = self.check(asked)
        if manifest is not None:
            self._same(manifest, fresh)
        self._make()
        if manifest is None:
            self.rewrite(fresh)

    def extend(self, study: Mapping[str, Any], digest: str) -> list[str]:
        """Let the folder take a study that has more arms than its own and is otherwise the same; names of the new arms.

        Contrasts may be added only for the new arms: nobody can declare beforehand what has been seen.
        """
        manifest = self.manifest()
        old, new = manifest["study"], json.loads(json.dumps(study, default=str))
        known = {a["name"]: a for a in old["arms"]}
        added = [a["name"] for a in new["arms"] if a["name"] not in known]
        kept = {
            **new,
            "arms": [a for a in new["arms"] if a["name"] in known],
            "contrasts": [c for c in new["contrasts"] if not {c.get("arm"), c.get("against")} & set(added)],
        }
        same = {**old, "arms": [known[a["name"]] for a in kept["arms"]]} if len(kept["arms"]) == len(known) else old
        if kept != same:
            what = first_difference(same, kept, "study")
            raise StoreError(f"{self.directory} can be extended by more arms and futures only: {what}")
        self._same(manifest, {"hecsim": importlib.metadata.version("hecsim"), "inputs": inputs_digests()})
        if added or new != old:
            self.rewrite({**manifest, "study": new, "digest": digest, "arm_names": [a["name"] for a in new["arms"]]})
        return added

    def rewrite(self, manifest: Mapping[str, Any]) -> None:
        """Write the manifest anew."""
        text = json.dumps(manifest, indent=1, default=str).encode()
        write_atomically(self.directory / "manifest.json", lambda stream: stream.write(text))
        self._arms = None

    def _make(self) -> None:
        now = time.time()
        try:
            for name in _FOLDERS:
                (self.directory / name).mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise StoreError(f"cannot write {self.directory}: {problem.strerror or problem}") from None
        for folder in (self.directory, *(self.directory / f for f in (*_FOLDERS, "tables"))):
            for left in folder.glob(".*"):
                with suppress(OSError):  # somebody else may have removed it
                    if left.is_file() and now - left.stat().st_mtime > _STALE:
                        left.unlink()

    def _same(self, old: dict[str, Any], new: Mapping[str, Any]) -> None:
        new = json.loads(json.dumps(new, default=str))  # as it would be read back
        for key in _COMPARED:
            if key in new and old.get(key) != new[key]:
                what = first_difference(old.get(key), new[key], key)
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
        if found["format"] != FORMAT:
            kind = "monthly sums in .npz files of whole futures" if found["format"] == 1 else "a layout unknown here"
            raise StoreError(
                f"{self.directory} has store format {found['format']} ({kind}, written by hecsim {found.get('hecsim')}); "
                f"this version reads format {FORMAT}. Read it with that version, or run the study again in another folder"
            )
        return found

    # -- what is there ----------------------------------------------------------------------------

    def arms(self) -> dict[str, str]:
        """Arm names of the study, in order, to their names in file names."""
        if self._arms is None:
            self._arms = {a["name"]: arm_key(a) for a in self.manifest()["study"]["arms"]}
        return self._arms

    def part(self, kind: str, index: int, arm: str) -> Path:
        """The file of one run; kind is "measures", "ledger" or "diary"."""
        return self.directory / kind / f"{index:06d}.{self.arms()[arm]}.parquet"

    def runs(self) -> set[tuple[int, str]]:
        """(future, arm) of every finished run."""
        called = {key: name for name, key in self.arms().items()}
        found = set()
        for path in self.measures.glob("*.parquet"):
            number, _, key = path.stem.partition(".")
            if number.isdigit() and key in called:
                found.add((int(number), called[key]))
        return found

    def finished(self) -> list[int]:
        """Indexes of the futures that are complete: run under every arm."""
        done, arms = self.runs(), list(self.arms())
        return sorted({i for i, _ in done if all((i, a) in done for a in arms)})

    def write(self, result: FutureResult) -> None:
        """Keep the runs of one future; of each run the measures come last, for their file says that it is complete."""
        manifest = self.manifest()
        arms = result.arms or tuple(self.arms())
        for a, arm in enumerate(arms):
            for kind, frame in (("ledger", result.ledger), ("diary", result.diary)):
                own = frame[frame["arm"] == arm] if "arm" in frame else frame
                rest = [c for c in own.columns if c not in ("future", "arm")]
                own = own[rest].assign(future=np.int32(result.index), arm=arm)[["future", "arm", *rest]]
                write_table(self.part(kind, result.index, arm), own.reset_index(drop=True))
            sums = result.sums[a]
            table = measures_table(sums, manifest, result.index, arm)
            write_measures(self.part("measures", result.index, arm), table, sums.shape[0] * sums.shape[2])
            with suppress(OSError):  # it succeeded this time
                self._failure(result.index, arm).unlink()

    def _failure(self, index: int, arm: str) -> Path:
        return self.directory / "failed" / f"{index:06d}.{self.arms()[arm]}.json"

    def write_failure(self, index: int, problem: str, arm: str = "") -> None:
        """Keep why a run failed; it is tried again when the same command is run again."""
        name = arm or next(iter(self.arms()))
        text = json.dumps({"future": index, "arm": name, "problem": problem}, ensure_ascii=False).encode()
        write_atomically(self._failure(index, name), lambda stream: stream.write(text))

    def failed_runs(self) -> dict[tuple[int, str], str]:
        """(future, arm) of every failed run to what it said; one that has succeeded since does not count."""
        done, found = self.runs(), {}
        called = {key: name for name, key in self.arms().items()}
        for path in sorted((self.directory / "failed").glob("*.json")):
            number, _, key = path.stem.partition(".")
            if not number.isdigit() or key not in called or (int(number), called[key]) in done:
                continue
            try:
                said = str(json.loads(path.read_text(encoding="utf-8"))["problem"])
            except (OSError, ValueError, KeyError, TypeError):
                said = f"failed, and {path.name} cannot be read"
            found[int(number), called[key]] = said
        return found

    def failures(self) -> dict[int, str]:
        """Index of every failed future to what its first failed arm said."""
        found: dict[int, str] = {}
        for (index, _), problem in sorted(self.failed_runs().items(), key=lambda kv: kv[0][0]):
            found.setdefault(index, problem)
        return found

    def table_of_runs(self, futures: int) -> pd.DataFrame:
        """One row per run: future, arm, status (finished, failed, missing), draw, seeds, problem."""
        study, done, failed = self.manifest()["study"], self.runs(), self.failed_runs()
        asked = range(max([futures, *(i + 1 for i, _ in {*done, *failed})]))
        maker = Study.seeds_of(study)
        rows = []
        for i in asked:
            one = maker(i)
            for arm in self.arms():
                status = "finished" if (i, arm) in done else "failed" if (i, arm) in failed else "missing"
                said = failed.get((i, arm), "") if status == "failed" else ""
                rows.append((i, arm, status, one.draw, one.parameter_seed, one.luck_seed, said))
        columns = ["future", "arm", "status", "draw", "parameter_seed", "luck_seed", "problem"]
        frame = pd.DataFrame(rows, columns=columns)
        return frame.astype({"parameter_seed": "Int64"})

    def write_runs(self, futures: int) -> None:
        """Write runs.parquet anew."""
        write_table(self.directory / "runs.parquet", self.table_of_runs(futures))

    # -- reading ------------------------------------------------------------------------------------

    def _shape(self) -> tuple[int, int, int]:
        m = self.manifest()
        return int(m["months"]), len(m["measures"]), len(m["groups"])

    def stored_sums(self, indexes: Sequence[int]) -> StoredSums:
        """Sums of some futures, read measure by measure as they are asked for."""
        return StoredSums([[self.part("measures", i, a) for a in self.arms()] for i in indexes], self._shape())

    def sums(self, index: int) -> np.ndarray:
        """Sums of one future, float64 (arms, months, measures, groups, 2)."""
        return np.asarray(self.stored_sums([index]))[0]

    def frames(self, what: str, indexes: Sequence[int]) -> pd.DataFrame:
        """Ledgers or diaries of some futures, with columns `future` and `arm`."""
        parts = []
        for index in indexes:
            for arm in self.arms():
                path = self.part(what, index, arm)
                try:
                    parts.append(pq.ParquetFile(path, page_checksum_verification=True).read().to_pandas())
                except Exception as problem:  # pyarrow raises several kinds over damaged bytes
                    raise damaged(path, problem) from None
        filled = [p for p in parts if len(p)]
        return pd.concat(filled, ignore_index=True) if filled else parts[0] if parts else pd.DataFrame()

    def damage(self, *, repair: bool = False) -> list[str]:
        """Read every part of every finished run; the damaged ones, in words. With `repair` their runs are taken away."""
        shape, found = self._shape(), []
        for index, arm in sorted(self.runs()):
            for kind in ("measures", "ledger", "diary"):
                path = self.part(kind, index, arm)
                try:
                    with pq.ParquetFile(path, page_checksum_verification=True) as file:
                        file.read()  # every column, so that every page's checksum is looked at
                    if kind == "measures":
                        read_measure(path, 0, shape)
                except Exception as problem:
                    found.append(str(problem) if isinstance(problem, StoreError) else str(damaged(path, problem)))
                    if repair:  # the measures go first: without them the run is not finished
                        for each in ("measures", "ledger", "diary"):
                            with suppress(OSError):
                                self.part(each, index, arm).unlink()
                        break
        return found

    def write_table(self, name: str, frame: pd.DataFrame) -> Path:
        """A result table as Parquet and CSV; returns the CSV's path."""
        folder = self.directory / "tables"
        write_table(folder / f"{name}.parquet", frame)
        csv = folder / f"{name}.csv"
        write_atomically(csv, lambda stream: stream.write(frame.to_csv(index=False).encode()))
        return csv
