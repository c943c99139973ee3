"""The files of a run: one Parquet part for what was counted, one for its money, one for its diary.

Rows of `measures` stand in one order (measure, month, group), so that numerators and denominators can be
laid back into an array without a join. Pages carry checksums: damage is found when they are read.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import tempfile
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from hecsim.errors import StoreError
from hecsim.measures import MEASURES

__all__ = [
    "Failure",
    "FutureResult",
    "StoredSums",
    "arm_key",
    "measures_table",
    "read_measure",
    "write_atomically",
    "write_table",
]

_ABREAST = 8  # measures in a row group: few enough to read one measure quickly, enough to keep footers short
_KEPT_BYTES = 512 * 2**20  # of monthly sums that stay in memory while results are read
_UMASK = os.umask(0)
os.umask(_UMASK)  # the mask can only be read by setting it


@dataclass
class FutureResult:
    """What one future gave under some arms.

    sums : float64, shape (arms, months, measures, groups, 2)
    ledger : month, arm, payer, category, ...; diary : month, arm, household, ...
    arms : names along the first axis of `sums`; () for all arms of the study, in its order
    """

    index: int
    sums: np.ndarray
    ledger: pd.DataFrame
    diary: pd.DataFrame
    arms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Failure:
    """Why a run failed."""

    index: int
    arm: str
    problem: str


def arm_key(arm: Mapping[str, Any]) -> str:
    """The name of an arm in file names: a digest of its name and interventions."""
    return hashlib.sha256(json.dumps(arm, sort_keys=True, default=str).encode()).hexdigest()[:8]


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


def write_table(path: Path, table: pa.Table | pd.DataFrame, **options: Any) -> None:
    """A table as one Parquet file, whole or not at all."""
    made = table if isinstance(table, pa.Table) else pa.Table.from_pandas(table, preserve_index=False)
    write_atomically(path, lambda stream: pq.write_table(made, stream, compression="zstd", write_page_checksum=True, **options))


def _coded(codes: np.ndarray, names: Sequence[str]) -> pa.DictionaryArray:
    """Codes of names as a dictionary column. A name stands in the dictionary once: Arrow's writer leaves the bytes of
    columns whose dictionary repeats a value to chance.
    """
    once = list(dict.fromkeys(str(n) for n in names))
    place = np.array([once.index(str(n)) for n in names], np.int32)
    return pa.DictionaryArray.from_arrays(pa.array(place[codes]), pa.array(once))


def measures_table(sums: np.ndarray, manifest: Mapping[str, Any], future: int, arm: str) -> pa.Table:
    """Sums of one run, float64 (months, measures, groups, 2), as rows of the table `measures`."""
    t, m, g, _ = sums.shape
    rows = t * m * g
    turned = sums.transpose(1, 0, 2, 3)
    measure, month, group = (a.ravel() for a in np.indices((m, t, g), dtype=np.int32))
    kinds = list(dict.fromkeys(k for k, _ in manifest["groups"]))
    of_kind = np.array([kinds.index(k) for k, _ in manifest["groups"]])
    names = list(manifest["measures"])
    units = [MEASURES[n].unit for n in names]
    nothing = np.zeros(rows, np.int32)
    return pa.table(
        {
            "future": pa.array(nothing + future),
            "arm": _coded(nothing, [arm]),
            "month": pa.array(month.astype(np.int16)),
            "group_kind": _coded(of_kind[group], kinds),
            "group": _coded(group, [n for _, n in manifest["groups"]]),
            "measure": _coded(measure, names),
            "numerator": pa.array(turned[..., 0].ravel()),
            "denominator": pa.array(turned[..., 1].ravel()),
            "unit": _coded(measure, units),
        }
    )


def write_measures(path: Path, table: pa.Table, rows_per_measure: int) -> None:
    """The part of a run that says that the run is complete."""
    strings = ["arm", "group_kind", "group", "measure", "unit"]
    split = {"numerator": "BYTE_STREAM_SPLIT", "denominator": "BYTE_STREAM_SPLIT"}
    write_table(path, table, row_group_size=rows_per_measure * _ABREAST, use_dictionary=strings, column_encoding=split)


def read_measure(path: Path, position: int, shape: tuple[int, int, int]) -> np.ndarray:
    """Numerator and denominator of one measure of a run, float64 (months, groups, 2).

    shape : months, measures, groups that the part must have
    """
    return _read_abreast(path, position // _ABREAST, shape)[position % _ABREAST]


def _read_abreast(path: Path, row_group: int, shape: tuple[int, int, int]) -> np.ndarray:
    """The measures of a row group of a run, float64 (measures, months, groups, 2)."""
    months, measures, groups = shape
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            if file.metadata.num_rows != months * measures * groups:
                raise ValueError(f"{file.metadata.num_rows} rows, expected {months * measures * groups}")
            found = file.read_row_group(row_group, columns=["numerator", "denominator"])
        pair = [found[c].to_numpy().reshape(-1, months, groups) for c in ("numerator", "denominator")]
    except FileNotFoundError:
        raise StoreError(f"{path} is missing; run the same command again") from None
    except Exception as problem:  # pyarrow raises several kinds over damaged bytes
        raise damaged(path, problem) from None
    return np.stack(pair, axis=-1)


def damaged(path: Path, problem: object) -> StoreError:
    """The error for a part that cannot be read, with the way out of it."""
    said = str(problem).splitlines()[0] if str(problem) else type(problem).__name__
    study = path.parent.parent
    return StoreError(
        f"{path} is damaged ({said}); `hecsim study status {study} --repair` removes it, and then the same command "
        "runs that run again"
    )


class StoredSums:
    """Sums of all runs on disk, looking like a float64 array (futures, arms, months, measures, groups, 2).

    Only the measures of one row group are read at a time, and the last few stay in memory, so that a study of thousands of
    runs is read in bounded memory. The fourth index must be the position of a measure.
    """

    def __init__(self, paths: Sequence[Sequence[Path]], shape: tuple[int, int, int]):
        self._paths = paths
        months, measures, groups = shape
        self._one = shape
        self.shape = (len(paths), len(paths[0]), months, measures, groups, 2)
        self._kept: OrderedDict[int, np.ndarray] = OrderedDict()

    def measure(self, position: int) -> np.ndarray:
        """Every run's sums of one measure, (futures, arms, months, groups, 2); not to be written into."""
        if position not in self._kept:
            self._read(position)
        self._kept.move_to_end(position)
        return self._kept[position]

    def _read(self, position: int) -> None:
        """Read a measure; where memory allows those beside it, too, which lie in the same piece of the files."""
        group, of = divmod(position, _ABREAST)
        size = 8 * math.prod((*self.shape[:3], *self.shape[4:]))
        beside = min(_ABREAST, self.shape[3] - group * _ABREAST)
        wanted = range(beside) if beside * size <= _KEPT_BYTES // 4 else range(of, of + 1)
        found = np.empty((len(wanted), *self.shape[:3], *self.shape[4:]))
        for f, arms in enumerate(self._paths):
            for a, path in enumerate(arms):
                found[:, f, a] = _read_abreast(path, group, self._one)[wanted.start : wanted.stop]
        found.flags.writeable = False
        while self._kept and len(self._kept) * size + found.nbytes > _KEPT_BYTES:
            self._kept.popitem(last=False)
        for at, sums in zip(wanted, found, strict=True):
            self._kept[group * _ABREAST + at] = sums

    def __getitem__(self, key: Any) -> np.ndarray:
        keys = key if isinstance(key, tuple) else (key,)
        if len(keys) < 4 or any(k is Ellipsis for k in keys) or not isinstance(keys[3], int | np.integer):
            return np.asarray(self)[key]
        return self.measure(range(self.shape[3])[int(keys[3])])[keys[:3] + keys[4:]]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.stack([self.measure(i) for i in range(self.shape[3])], axis=3)
