"""One draw of all parameters: the central values, or a sample from what we believe.

A draw belongs to a future and to nothing else. Each parameter's quantile comes from the keyed
generator by (seed, parameter name), so adding a parameter never changes the draw of another.
Calibration moves base rates along the same quantiles (`at_quantile`), so that a calibrated value lies
where the evidence allows it to lie.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

import numpy as np
from scipy.special import ndtr, ndtri

from hecsim import luck
from hecsim.errors import EvidenceError, UnknownNameError
from hecsim.evidence.parameters import Parameter, load

__all__ = ["REACH", "Draw", "at_quantile", "at_quantiles", "draw", "quantile_of", "quantiles"]

_Z90 = ndtri(0.95)  # low and high are the 5th and 95th percentiles
REACH = 2.5  # standard normal quantile beyond which nothing is drawn: 1.2 percent of belief lies outside


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

    def replaced(self, values: Mapping[str, float | np.ndarray]) -> Draw:
        """A copy in which the parameters of `values`, by full name, have these values; shapes must agree."""
        changed = dict(self._values)
        for name, value in values.items():
            before, new = np.asarray(self[name]), np.asarray(value, np.float64)
            if before.ndim == 0:
                new = new.reshape(-1)[0] if new.size == 1 else new
            if new.shape != before.shape:
                raise EvidenceError(f"parameter '{name}' has {before.size} values, not {new.size}")
            changed[name] = np.float64(new) if new.ndim == 0 else _frozen(new.copy())
        return Draw(changed, self.seed)

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


def at_quantile(p: Parameter, z: float) -> np.ndarray:
    """The value of an uncertain parameter at standard normal quantile `z`, all entries of a list together.

    `low` is at -1.645 and `high` at 1.645; ranges need not be symmetric. The result is a float64 array of
    one entry for a number.

    >>> from hecsim.evidence import load
    >>> p = load()["labor.loss_level"]
    >>> bool(at_quantile(p, 0.0)[0] == p.value)
    True
    """
    value = np.atleast_1d(np.asarray(p.value, float))
    low = np.broadcast_to(np.asarray(p.low, float), value.shape)
    high = np.broadcast_to(np.asarray(p.high, float), value.shape)
    kind = _kind(p, value, low, high)
    if kind == "uniform":
        return low + (high - low) * ndtr(z)
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


def quantile_of(p: Parameter, value: float | np.ndarray) -> float:
    """Quantile (0 to 1) at which `at_quantile` gives this value; of a list, the first entry that has a range.

    >>> from hecsim.evidence import load
    >>> p = load()["labor.loss_level"]
    >>> round(quantile_of(p, at_quantile(p, 0.7)), 6) == round(float(ndtr(0.7)), 6)
    True
    """
    goal = np.atleast_1d(np.asarray(value, float))
    ends = at_quantile(p, -REACH), at_quantile(p, REACH)
    entry = int(np.argmax(np.abs(ends[1] - ends[0]) > 0))
    low, high = -REACH, REACH
    for _ in range(60):
        middle = 0.5 * (low + high)
        below = at_quantile(p, middle)[entry] < goal[entry]
        low, high = (middle, high) if below else (low, middle)
    return float(ndtr(0.5 * (low + high)))


def quantiles(seed: int) -> dict[str, float]:
    """Quantile (0 to 1) at which each uncertain parameter stands in the draw of this seed, by full name.

    >>> 0 < quantiles(1)["labor.loss_level"] < 1
    True
    """
    return {
        name: luck.uniform(seed=seed, who=luck.decision_id(name), month=0, decision="evidence.draw")
        for name, p in load().items()
        if p.uncertain
    }


def at_quantiles(chosen: Mapping[str, float]) -> Draw:
    """Central values, but for the parameters named: those at these quantiles (0 to 1) of what we believe.

    Raises
    ------
    UnknownNameError : no such parameter, or one without a range
    """
    uncertain = [n for n, p in load().items() if p.uncertain]
    for name in chosen:
        if name not in uncertain:
            raise UnknownNameError(name, uncertain, what="uncertain parameter")
    return _made(chosen, None)


def draw(seed: int | None) -> Draw:
    """All parameters: central values for None, else the sample that belongs to this seed."""
    return _made({} if seed is None else quantiles(seed), seed)


def _made(chosen: Mapping[str, float], seed: int | None) -> Draw:
    values: dict[str, float | np.ndarray] = {}
    for name, p in load().items():
        value = np.atleast_1d(np.asarray(p.value, float)).copy()
        if name in chosen:
            value = at_quantile(p, float(np.clip(ndtri(max(chosen[name], 1e-9)), -REACH, REACH)))
        values[name] = np.float64(value[0]) if np.ndim(p.value) == 0 else _frozen(value)
    return Draw(values, seed)
