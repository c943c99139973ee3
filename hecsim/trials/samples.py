"""What every design of a trial needs: the values that were asked for, their average, and sampling error."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from hecsim.trials.observe import Cells
from hecsim.trials.schema import RATIOS, Outcome

__all__ = [
    "REPLICATES",
    "Estimate",
    "Worlds",
    "apart",
    "joined",
    "mean_of",
    "null_value",
    "resampled",
    "values_of",
    "with_error",
]

REPLICATES = 40  # estimates at the published size, for each future
_NAN = float("nan")


@dataclass(frozen=True)
class Worlds:
    """Cells of one outcome: by period, in the trial's world and in the one without treatment."""

    trial: Mapping[str, Cells]
    reference: Mapping[str, Cells]


@dataclass(frozen=True)
class Estimate:
    """One future's estimates of one outcome.

    large : the model's own answer; raw : the study's contrast over all simulated participants
    published : estimates at the published size, one for each replicate
    control, treated : averages in the two groups; n : simulated participants
    take_up : share of the treated who took what was offered, minus that of the controls
    """

    large: float
    raw: float
    published: np.ndarray
    control: float
    treated: float
    n: int
    take_up: float = 1.0


def null_value(effect: str) -> float:
    """What no effect looks like."""
    return 1.0 if effect in RATIOS else 0.0


def apart(effect: str, value: Any) -> Any:
    """On the scale on which errors are symmetric: logarithms of ratios."""
    return np.log(np.maximum(value, 1e-9)) if effect in RATIOS else value


def joined(effect: str, value: Any) -> Any:
    """Back from that scale."""
    return np.exp(value) if effect in RATIOS else value


# -- values of participants, and their average ------------------------------------------------------


def mean_of(c: Cells, w: np.ndarray | None = None) -> float:
    """Numerators over denominators, each participant counted `w` times; NaN without any."""
    if not c.size:
        return _NAN
    top, bottom = (c.y.sum(), c.d.sum()) if w is None else ((w * c.y).sum(), (w * c.d).sum())
    return float(top / bottom) if bottom > 0 else _NAN


def _changed(after: Cells, entry: Cells) -> Cells:
    """Each participant's value less the value on entry."""
    both, i, j = np.intersect1d(after.key, entry.key, return_indices=True)
    out = after.take(i)
    start = entry.take(j)
    out.y, out.d = out.y / out.d - start.y / start.d, np.ones(both.size)
    return out


def values_of(o: Outcome, cells: Mapping[str, Cells], period: str) -> Cells:
    """What the outcome asks of each in a period: the value, its change since entry, or whether it passes a limit."""
    found = cells[period]
    if o.take == "change":
        found = _changed(found, cells["entry"])
    if not o.limited:
        return found
    out, value = found.take(np.arange(found.size)), found.y / found.d
    beyond = value >= o.at_least if o.at_least is not None else value <= np.float64(o.at_most or 0.0)
    out.y, out.d = 100.0 * beyond, np.ones(found.size)
    return out


# -- sampling error -----------------------------------------------------------------------------------


def resampled(c: Cells, n: int | None, clusters: int | None, rng: np.random.Generator) -> np.ndarray:
    """Weights of a draw with replacement: `n` participants, or whole clusters with `n` among them."""
    if not c.size:
        return np.zeros(0)
    if clusters is None:
        return rng.multinomial(n or c.size, np.full(c.size, 1.0 / c.size)).astype(float)
    _, place = np.unique(c.cluster, return_inverse=True)
    size = np.bincount(place)
    drawn = rng.multinomial(max(2, clusters), np.full(size.size, 1.0 / size.size))
    each = (n or c.size) / max(2, clusters)
    return rng.poisson(drawn[place] * each / size[place]).astype(float)


def with_error(o: Outcome, rng: np.random.Generator, large: float, draws: Callable[[], float], raw: float) -> np.ndarray:
    """The large estimate with sampling error, replicate by replicate."""
    p = o.published
    if p.noise == "none" or not np.isfinite(large):
        return np.array([large])
    center = apart(o.effect, large)
    if p.noise == "published":
        low, high = apart(o.effect, np.array(p.interval))
        return joined(o.effect, center + rng.normal(0.0, (high - low) / 3.92, REPLICATES))
    if p.n is None and p.clusters is None:
        return np.array([large])
    found = np.array([draws() for _ in range(REPLICATES)])
    with np.errstate(invalid="ignore"):
        return joined(o.effect, center + apart(o.effect, found) - apart(o.effect, raw))
