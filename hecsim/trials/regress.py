"""Regressions and lines: the association across units, and the break in a series."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from hecsim.clock import MONTHS_PER_YEAR
from hecsim.errors import RunError
from hecsim.trials.observe import Cells, periods
from hecsim.trials.samples import REPLICATES, Estimate, Worlds, apart, joined, mean_of, resampled, values_of, with_error
from hecsim.trials.schema import Outcome, Trial

__all__ = ["regression", "series", "slope"]


def slope(months: Sequence[int], values: Sequence[float]) -> float:
    """Change per year of a line through the points."""
    x, y = np.asarray(months, float), np.asarray(values, float)
    kept = np.isfinite(y)
    return float(np.polyfit(x[kept], y[kept], 1)[0] * MONTHS_PER_YEAR) if kept.sum() >= 2 else float("nan")


def regression(o: Outcome, cells: Cells, rng: np.random.Generator) -> Estimate:
    """The coefficient of the exposure, over persons, homes, tracts or towns."""
    y, x, w = _units(o, cells)
    full, error = _fit(o, y, x, w)
    large = float(joined(o.effect, full))
    n, p = o.published.n, o.published
    if p.noise == "none" or (n is None and p.noise == "resample"):
        found = np.array([large])
    elif p.noise == "published":
        low, high = apart(o.effect, np.array(p.interval))
        found = joined(o.effect, full + rng.normal(0.0, (high - low) / 3.92, REPLICATES))
    else:
        # The fit's own error, at the published number of units instead of the simulated one.
        found = joined(o.effect, full + rng.normal(0.0, error * np.sqrt(y.size / (n or y.size)), REPLICATES))
    mean = float(np.average(y, weights=w))
    return Estimate(large, large, np.asarray(found), mean, mean, int(y.size))


def _units(o: Outcome, c: Cells) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Outcome, regressors and weight of each unit; people of one place are averaged."""
    kept = np.flatnonzero(np.isfinite(c.x).all(axis=1) & (c.d > 0))
    c = c.take(kept)
    if o.across == "person":
        return c.y / c.d, c.x, np.ones(c.size)
    _, place = np.unique(c.cluster, return_inverse=True)
    n, d = np.bincount(place), np.bincount(place, c.d)
    x = np.column_stack([np.bincount(place, column) / n for column in c.x.T])
    return np.bincount(place, c.y) / d, x, n.astype(float)


def _fit(o: Outcome, y: np.ndarray, x: np.ndarray, w: np.ndarray) -> tuple[float, float]:
    """Coefficient and standard error of the first regressor."""
    import statsmodels.api as sm

    if y.size <= x.shape[1] + 1 or np.ptp(x[:, 0]) == 0:
        raise RunError(f"outcome '{o.name}': {y.size} units, or an exposure that never varies, allow no regression")
    design = sm.add_constant(x, has_constant="add")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if o.model == "linear":
            found: Any = sm.WLS(y, design, weights=w).fit(cov_type="HC1")
        elif o.model == "logit":
            found = sm.GLM(y, design, family=sm.families.Binomial(), var_weights=w).fit()
        else:
            found = sm.GLM(y, design, family=sm.families.Poisson(), var_weights=w).fit(cov_type="HC1")
    return float(found.params[1]), float(found.bse[1])


def series(trial: Trial, o: Outcome, worlds: Worlds, rng: np.random.Generator) -> Estimate:
    """The break in slope or in level when the policy began; a bend is a break in slope without a step.

    Large: the line (or the mean) after the break, with the policy and without it; of a bend, the bend with the policy and
    without it. As published: the break in the world with the policy, before against after.
    """
    months = [int(name) for name, _, _ in periods(o, trial) if name not in ("before", "entry")]
    late = [m for m in months if m > 0]
    lived = {m: values_of(o, worlds.trial, str(m)) for m in months}
    without = {m: values_of(o, worlds.reference, str(m)) for m in months}

    def line(cells: dict[int, Cells], at: list[int]) -> float:
        means = [mean_of(cells[m]) for m in at]
        return slope(at, means) if o.effect == "slope change" else float(np.nanmean(means))

    def bend(cells: dict[int, Cells]) -> float:
        return _break(o, np.array(months, float), np.array([mean_of(c) for c in cells.values()]))

    large = bend(lived) - bend(without) if o.effect == "bend" else line(lived, late) - line(without, late)

    def study(n: int | None) -> float:
        means = np.array([mean_of(c, None if n is None else resampled(c, n, None, rng)) for c in lived.values()])
        return _break(o, np.array(months, float), means)

    raw = study(None)
    n = o.published.n
    found = with_error(o, rng, large, lambda: study(n), raw)
    before, after = mean_of(without[months[-1]]), mean_of(lived[months[-1]])
    return Estimate(large, raw, found, before, after, int(lived[months[-1]].size))


def _break(o: Outcome, months: np.ndarray, means: np.ndarray) -> float:
    """Segmented regression: y = a + b t + c after + d t after; d a year, or c. Of a bend, c is zero: nothing jumps."""
    after = (months > 0).astype(float)
    step = np.zeros((months.size, 0)) if o.effect == "bend" else after[:, None]
    design = np.column_stack([np.ones(months.size), months, step, months * after])
    found, *_ = np.linalg.lstsq(design, means, rcond=None)
    return float(found[2] if o.effect == "level change" else found[-1] * MONTHS_PER_YEAR)
