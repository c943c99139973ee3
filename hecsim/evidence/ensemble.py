"""The ensemble: plausible sets of all parameters, found by calibration and shipped with the package.

A member is a vector of calibrated base rates and the seed of a draw of everything else (effects, and
base rates that no published figure pins down), kept together because they were accepted together: the
community lived with exactly these values reproduced the published figures. `ensemble.parquet` holds one
row a member: `seed`, and a column `room.name` or `room.name[i]` for each calibrated number.

>>> from hecsim.evidence import ensemble
>>> e = ensemble()
>>> len(e) >= 100
True
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from hecsim import luck
from hecsim.errors import EvidenceError
from hecsim.evidence.draws import Draw, draw, quantile_of, quantiles
from hecsim.evidence.parameters import load

__all__ = ["Ensemble", "ensemble"]

FILE = "ensemble.parquet"
_ABOUT = b"hecsim"


@dataclass(frozen=True)
class Ensemble:
    """Plausible parameter sets.

    seeds : int64 (members,), of the draw that the values below are put into
    values : parameter name to float64 (members,) or (members, entries)
    about : how it was found: version, digest of the evidence, settings
    """

    seeds: np.ndarray
    values: Mapping[str, np.ndarray]
    about: Mapping[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.seeds)

    def member(self, index: int) -> Draw:
        """All parameters of one member."""
        if not 0 <= index < len(self):
            raise EvidenceError(f"the ensemble has members 0 to {len(self) - 1}, not {index}")
        return draw(int(self.seeds[index])).replaced({name: v[index] for name, v in self.values.items()})

    def order(self, seed: int) -> np.ndarray:
        """Members in the order in which a study of this seed takes them: a shuffle that belongs to the seed."""
        keys = luck.founder_keys(seed, "evidence.ensemble", len(self))
        return np.argsort(keys, kind="stable")

    def drawn(self, seed: int) -> Draw:
        """The member that this seed of everything else belongs to.

        Raises
        ------
        EvidenceError : the seed is no member's
        """
        found = np.flatnonzero(self.seeds == seed)
        if not found.size:
            raise EvidenceError(f"no member of the ensemble has the seed {seed}; it was calibrated anew")
        return self.member(int(found[0]))

    def quantiles(self, seed: int) -> dict[str, float]:
        """Quantile (0 to 1) of every uncertain parameter in the member of this seed; calibrated ones by their value."""
        member = self.drawn(seed)
        known = load()
        return quantiles(seed) | {n: quantile_of(known[n], member[n]) for n in self.values if known[n].uncertain}

    @property
    def digest(self) -> str:
        """sha256 of seeds, names and values."""
        h = hashlib.sha256(np.ascontiguousarray(self.seeds, np.int64).tobytes())
        for name in sorted(self.values):
            h.update(name.encode() + np.ascontiguousarray(self.values[name], np.float64).tobytes())
        return h.hexdigest()

    def to_bytes(self) -> bytes:
        """The file's content."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        columns: dict[str, np.ndarray] = {"seed": np.asarray(self.seeds, np.int64)}
        for name, v in self.values.items():
            flat = {name: v} if v.ndim == 1 else {f"{name}[{i}]": v[:, i] for i in range(v.shape[1])}
            columns |= {k: np.asarray(x, np.float64) for k, x in flat.items()}
        table = pa.table(columns).replace_schema_metadata({_ABOUT: json.dumps(dict(self.about), sort_keys=True).encode()})
        out = io.BytesIO()
        pq.write_table(table, out, compression="zstd")
        return out.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes, *, file: str = FILE) -> Ensemble:
        """Read what `to_bytes` wrote.

        Raises
        ------
        EvidenceError : damaged, or of a parameter that the evidence does not have
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            table = pq.read_table(io.BytesIO(data))
            about = json.loads((table.schema.metadata or {})[_ABOUT])
            seeds = table.column("seed").to_numpy().astype(np.int64)
            parts: dict[str, list[np.ndarray]] = {}
            for column in table.column_names[1:]:
                parts.setdefault(column.partition("[")[0], []).append(table.column(column).to_numpy())
        except (pa.ArrowException, OSError, KeyError, ValueError) as problem:
            raise EvidenceError(f"{file} is no ensemble ({problem}); write it with `hecsim calibrate`") from None
        central = draw(None)
        values = {}
        for name, found in parts.items():
            size = np.asarray(central[name]).size  # an unknown name is an error with a suggestion
            if len(found) != size:
                raise EvidenceError(f"{file}: '{name}' has {len(found)} entries and the evidence {size}; calibrate again")
            values[name] = found[0] if np.ndim(central[name]) == 0 else np.stack(found, axis=1)
        return cls(seeds, values, about)


def ensemble() -> Ensemble:
    """The ensemble of the package, or the file that HECSIM_ENSEMBLE names.

    Raises
    ------
    EvidenceError : the file is missing or no ensemble
    """
    return _read(os.environ.get("HECSIM_ENSEMBLE", ""))


@cache
def _read(named: str) -> Ensemble:
    path = Path(named) if named else resources.files("hecsim.evidence") / FILE
    try:
        data = path.read_bytes()
    except OSError as problem:
        raise EvidenceError(f"{path} cannot be read ({problem.strerror}); write it with `hecsim calibrate`") from None
    return Ensemble.from_bytes(data, file=str(path))
