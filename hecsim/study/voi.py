"""What to measure next: the value of knowing a parameter before choosing an arm.

The expected value of partial perfect information is how much more would be gained, on average, if a
parameter were known when the arm is chosen. It is estimated from the draws that a study has, by regressing
each arm's net benefit on the parameter (Strong, Oakley and Brennan 2014), here with a cubic spline of one
knot in the parameter's normal score. Such
estimates are never negative and so too high by chance; `by_chance` is what a parameter without influence
would seem worth here (the mean over permutations), and `p95` the value that only one such parameter in
twenty exceeds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy

from hecsim.errors import ScenarioError
from hecsim.study.outcome import outcome
from hecsim.study.results import Results
from hecsim.study.robust import parameters_of

__all__ = ["Information", "evppi", "voi"]

_LEAST = 10  # draws below which a curve cannot be told from luck
_PERMUTATIONS = 400
_DEGREE = 3


@dataclass
class Information:
    """What knowing would be worth, in the units of the net benefit.

    best : the arm with the greatest mean benefit; perfect : value of knowing every parameter (luck stays)
    table : parameter, value (EVPPI), by_chance, p95, changes (share of draws in which another arm would be
    chosen), above (whether value exceeds p95); most valuable first
    """

    best: str
    perfect: float
    unit: str
    draws: int
    table: pd.DataFrame


def scores(x: np.ndarray) -> np.ndarray:
    """Normal scores of values: their ranks put through the normal quantile, so that every parameter is on one scale."""
    return np.asarray(scipy.stats.norm.ppf((scipy.stats.rankdata(x, axis=0) - 0.5) / len(x)))


def evppi(z: np.ndarray, benefits: np.ndarray) -> tuple[float, float]:
    """Value of knowing a parameter, and the share of draws in which it would change the choice.

    z : (draws,), its normal scores; benefits : (draws, arms). Known answer: with benefits 0 and z it is
    1 / sqrt(2 pi) = 0.399.
    """
    edge = float(np.abs(z).max()) + 1e-9
    knots = np.r_[[-edge] * (_DEGREE + 1), 0.0, [edge] * (_DEGREE + 1)]
    basis = scipy.interpolate.BSpline.design_matrix(z, knots, _DEGREE).toarray()
    fitted = basis @ np.linalg.lstsq(basis, benefits, rcond=None)[0]
    best = int(benefits.mean(axis=0).argmax())
    value = fitted.max(axis=1).mean() - fitted.mean(axis=0).max()
    return float(max(value, 0.0)), float((fitted.argmax(axis=1) != best).mean())


def voi(
    results: Results,
    *,
    gain: str,
    worth: float,
    cost: str = "net_cost",
    parameters: Sequence[str] = (),
    seed: int = 1,
) -> Information:
    """Which parameters are worth measuring before choosing among the arms of a study.

    Net benefit of an arm is `worth` times its gain against current law, less its cost.

    Parameters
    ----------
    gain : the outcome that is bought; worth : dollars a year per unit of it for the whole place
    cost : "net_cost" or "spending", in dollars a year; "" for none, when `worth` may be 1
    parameters : names; all that are uncertain by default

    Examples
    --------
    >>> import hecsim as hs
    >>> hs.voi(results, gain="aces_0_8", worth=2e6).table.head()              # doctest: +SKIP
    """
    if not np.isfinite(worth) or worth <= 0:
        raise ScenarioError(f"must be dollars above 0, not {worth}", key="worth")
    o = outcome(gain)
    if not o.sign:
        raise ScenarioError(f"'{gain}' has no better direction", key="gain")
    values = o.values(results)
    benefit = worth * o.sign * (values - values[:, [results.reference]])
    if cost:
        money = outcome(cost)
        if not money.is_money:
            raise ScenarioError(f"'{cost}' is not money; use net_cost, spending or nothing", key="cost")
        paid = money.values(results)
        benefit = benefit - (paid - paid[:, [results.reference]])
    inputs = parameters_of(results)
    chosen = list(parameters) or list(inputs.columns)
    missing = [p for p in chosen if p not in inputs]
    if missing:
        raise ScenarioError(f"'{missing[0]}' is not an uncertain parameter", key="parameters")
    ok = np.isfinite(benefit).all(axis=1)
    arms = [f"_arm{i}" for i in range(benefit.shape[1])]
    frame = inputs[chosen][ok].assign(**dict(zip(arms, benefit[ok].T, strict=True)), _draw=results.draws[ok])
    by_draw = frame.groupby("_draw").mean()  # the two seeds of luck of a draw are averaged: luck cannot be measured away
    b = by_draw[arms].to_numpy()
    if len(b) < _LEAST:
        raise ScenarioError(f"{len(b)} parameter draws are too few; run at least {2 * _LEAST} futures", key="futures")
    return information(by_draw[chosen], b, results.arms, unit="$ a year" if cost or worth != 1 else o.unit, seed=seed)


def information(x: pd.DataFrame, benefits: np.ndarray, arms: Sequence[str], *, unit: str = "", seed: int = 1) -> Information:
    """The same from a table of parameters (draws, parameters) and net benefits (draws, arms)."""
    rng = np.random.default_rng(seed)
    z = scores(x.to_numpy(float))
    # Scores are the same set for every parameter, so one set of permutations serves all.
    chance = np.array([evppi(rng.permutation(z[:, 0]), benefits)[0] for _ in range(_PERMUTATIONS)])
    limit = float(np.percentile(chance, 95))
    rows = []
    for i, name in enumerate(x.columns):
        value, changes = evppi(z[:, i], benefits)
        rows.append((name, value, float(chance.mean()), limit, changes, value > limit))
    columns = ["parameter", "value", "by_chance", "p95", "changes", "above"]
    table = pd.DataFrame(rows, columns=columns).sort_values("value", ascending=False, ignore_index=True)
    perfect = float(benefits.max(axis=1).mean() - benefits.mean(axis=0).max())
    return Information(arms[int(benefits.mean(axis=0).argmax())], perfect, unit, len(x), table)
