"""One draw of all parameters: the central values, or a sample from what we believe.

A draw belongs to a future and to nothing else. Each parameter's quantile comes from the keyed
generator by (seed, parameter name), so adding a parameter never changes the draw of another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

import numpy as np
from scipy.stats import norm

from hecsim import luck
from hecsim.errors import UnknownNameError
from hecsim.evidence.parameters import Parameter, load

__all__ = ["Draw", "draw"]

_Z90 = norm.ppf(0.95)  # low and high are the 5th and 95th percentiles


class Draw(Mapping[str, "float | np.ndarray"]):
    """Values of all parameters by full name; numbers as float64, lists as read-only float64 arrays."""

    def __init__(self, values: Mapping[str, float | np.ndarray], seed: int | None):
        self._values = dict(values)
        self.seed = seed

    def __getitem__(self, name: str) -> float | np.ndarray:
        try:
            return self._values[name]
        except KeyError:
            raise UnknownNameError(name, self._values, what="parameter") from None

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def with_values(self, **changes: float) -> Draw:
        """A copy with some parameters set; dots in names are written as double underscores."""
        values = dict(self._values)
        for name, value in changes.items():
            full = name.replace("__", ".")
            self[full]  # unknown names are errors
            values[full] = np.float64(value) if np.ndim(value) == 0 else _frozen(np.asarray(value, float))
        return Draw(values, self.seed)

    def digest(self) -> str:
        """sha256 over names and values."""
        h = hashlib.sha256()
        for name in sorted(self._values):
            h.update(name.encode() + np.asarray(self._values[name], np.float64).tobytes())
        return h.hexdigest()


def _frozen(values: np.ndarray) -> np.ndarray:
    values.flags.writeable = False
    return values


def _kind(p: Parameter, value: np.ndarray, low: np.ndarray, high: np.ndarray) -> str:
    if p.distribution != "auto":
        return p.distribution
    share = p.unit in ("probability", "share") or p.unit.startswith("probability")
    if share and (low > 0).all() and (high < 1).all():
        return "logit"
    return "lognormal" if (low > 0).all() else "normal"


def _sample(p: Parameter, z: float) -> np.ndarray:
    """The value at standard-normal quantile `z`; ranges need not be symmetric."""
    value = np.atleast_1d(np.asarray(p.value, float))
    low = np.broadcast_to(np.asarray(p.low, float), value.shape)
    high = np.broadcast_to(np.asarray(p.high, float), value.shape)
    kind = _kind(p, value, low, high)
    if kind == "uniform":
        return low + (high - low) * norm.cdf(z)
    if kind == "lognormal":
        center, lower, upper = (np.log(np.maximum(x, 1e-300)) for x in (value, low, high))
    elif kind == "logit":
        center, lower, upper = (np.log(x / (1 - x)) for x in (value, low, high))
    else:
        center, lower, upper = value, low, high
    step = np.where(z < 0, center - lower, upper - center) / _Z90
    moved = center + z * step
    if kind == "lognormal":
        return np.exp(moved)
    return 1 / (1 + np.exp(-moved)) if kind == "logit" else moved


def draw(seed: int | None) -> Draw:
    """All parameters: central values for None, else the sample that belongs to this seed."""
    values: dict[str, float | np.ndarray] = {}
    for name, p in load().items():
        value = np.atleast_1d(np.asarray(p.value, float)).copy()
        if seed is not None and p.uncertain:
            u = luck.uniform(seed=seed, who=luck.decision_id(name), month=0, decision="evidence.draw")
            value = _sample(p, float(np.clip(norm.ppf(max(u, 1e-9)), -2.5, 2.5)))
        values[name] = np.float64(value[0]) if np.ndim(p.value) == 0 else _frozen(value)
    return Draw(values, seed)
