"""How a mix stands up to what we do not know: regret, satisficing, and where it fails.

Futures are scenarios. Regret is how far an arm falls short of the best arm of the same future (Savage
1951); the satisficing share is that of futures in which it does well enough (Lempert and Groves 2010).
`fails_when` asks which parameters stand apart in the futures in which it does not: for each the correlation
of its rank with the failure's, and one p-value for the strongest of all, from permuted failures, because
among hundreds of parameters some always look striking.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy

from hecsim import evidence
from hecsim.errors import ScenarioError, UnknownNameError
from hecsim.study.design import Study
from hecsim.study.outcome import outcome
from hecsim.study.results import Results

__all__ = ["Failing", "fails_when", "parameters_of", "regret", "robust", "strongest"]

_PERMUTATIONS = 999
_BAD = 90  # percentile that stands for a bad future


def regret(gains: np.ndarray) -> np.ndarray:
    """Shortfall from the best arm of each future; gains: (futures, arms), greater is better.

    >>> regret(np.array([[1.0, 3.0], [2.0, 0.0]])).tolist()
    [[2.0, 0.0], [0.0, 2.0]]
    """
    return gains.max(axis=1, keepdims=True) - gains


def robust(results: Results, outcomes: Sequence[str], *, enough: Mapping[str, float] | None = None) -> pd.DataFrame:
    """Regret and satisficing of every arm, one row per outcome and arm.

    Parameters
    ----------
    enough : outcome to the gain against current law that is enough; by default what was declared
        important, else any gain at all

    Returns
    -------
    columns: outcome, arm, mean (gain against current law), worst (of futures), regret_mean, regret_p90, regret_max,
    best (share of futures in which it is the best arm), enough, satisfied (share of futures), unit

    Examples
    --------
    >>> import hecsim as hs
    >>> hs.robust(results, ("aces_0_8",), enough={"aces_0_8": 0.5})           # doctest: +SKIP
    """
    asked, rows = dict(enough or {}), []
    for name in asked:
        if name not in outcomes:
            raise UnknownNameError(name, outcomes, what="outcome", key="enough")
    for o in (outcome(x) for x in outcomes):
        if not o.sign:
            raise ScenarioError(f"'{o.text}' has no better direction, so there is nothing to regret", key="--outcome")
        values = o.values(results)
        values = values[np.isfinite(values).all(axis=1)]
        gains = o.sign * (values - values[:, [results.reference]])
        short = regret(gains)
        for a, arm in enumerate(results.arms):
            said = results.declared(arm, o.name) if not o.is_money and o.kind == "all" else None
            least = asked.get(o.text, float(said["important"]) if said else 0.0)
            good = gains[:, a] >= least if least > 0 else gains[:, a] > 0
            rows.append(
                {
                    "outcome": o.text, "arm": arm, "mean": gains[:, a].mean(), "worst": gains[:, a].min(),
                    "regret_mean": short[:, a].mean(), "regret_p90": np.percentile(short[:, a], _BAD),
                    "regret_max": short[:, a].max(), "best": (short[:, a] == 0).mean(), "enough": least,
                    "satisfied": np.nan if a == results.reference else good.mean(), "unit": o.unit, "futures": len(gains),
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def parameters_of(results: Results) -> pd.DataFrame:
    """Quantile (0 to 1) of every uncertain parameter in every future: one row a future, in the results' order.

    Raises
    ------
    ScenarioError : parameters were not drawn
    """
    study = results.manifest["study"]
    if study.get("parameters") not in ("ensemble", "sampled") or "design" in study:
        raise ScenarioError("the study did not draw its parameters", key="parameters", hint='Set parameters = "ensemble"')
    if study.get("ensemble") not in (None, evidence.ensemble().digest):
        raise ScenarioError("the study drew from another ensemble than this version has", key="parameters", hint="Run it again")
    seeds = Study.seeds_of(study)
    found = evidence.ensemble().quantiles if "ensemble" in study else evidence.quantiles
    drawn = {seed: found(seed) for seed in {seeds(i).parameter_seed for i in results.futures} if seed is not None}
    return pd.DataFrame([drawn[seeds(i).parameter_seed] for i in results.futures], index=results.futures)  # type: ignore[index]


@dataclass
class Failing:
    """When a mix fails.

    share : of futures in which it fails; table : parameter, correlation (of rank with failing), failing_median
    and other_median (quantiles), strongest first; p_value : of the strongest, among all parameters
    """

    arm: str
    outcome: str
    enough: float
    share: float
    draws: int
    p_value: float
    table: pd.DataFrame


def strongest(x: np.ndarray, y: np.ndarray, *, seed: int = 1, permutations: int = _PERMUTATIONS) -> tuple[np.ndarray, float]:
    """Rank correlation of every column of x with y, and the p-value of the strongest of them.

    x : (draws, parameters); y : (draws,). The p-value compares the greatest absolute correlation with those
    of permuted y, so that it holds for the whole family (Westfall and Young 1993).
    """
    ranks = scipy.stats.rankdata(x, axis=0)
    ranks = (ranks - ranks.mean(axis=0)) / np.maximum(ranks.std(axis=0), 1e-12)
    order = scipy.stats.rankdata(y)
    if order.std() == 0:
        return np.zeros(x.shape[1]), float("nan")
    order = (order - order.mean()) / order.std()
    found = order @ ranks / y.size
    rng = np.random.default_rng(seed)
    top = np.array([np.abs(rng.permutation(order) @ ranks).max() / y.size for _ in range(permutations)])
    p = (1 + (top >= np.abs(found).max() - 1e-12).sum()) / (permutations + 1)
    return found, float(p)


def _median(x: pd.DataFrame) -> np.ndarray:
    return np.median(x, axis=0) if len(x) else np.full(x.shape[1], np.nan)


def fails_when(results: Results, arm: str, name: str, *, enough: float = 0.0, top: int = 10) -> Failing:
    """Which parameters stand apart in the futures in which an arm does not gain enough.

    Examples
    --------
    >>> import hecsim as hs
    >>> hs.fails_when(results, "Strong start", "aces_0_8", enough=0.5).table   # doctest: +SKIP
    """
    if arm not in results.arms:
        raise UnknownNameError(arm, results.arms, what="arm")
    o = outcome(name)
    values, inputs = o.values(results), parameters_of(results)
    gain = o.sign * (values[:, results.arms.index(arm)] - values[:, results.reference])
    ok = np.isfinite(gain)
    frame = inputs[ok].assign(_draw=results.draws[ok], _fails=gain[ok] < enough if enough > 0 else gain[ok] <= 0)
    by_draw = frame.groupby("_draw").mean()  # two futures of one draw are one observation
    y, x = by_draw.pop("_fails").to_numpy(float), by_draw
    correlation, p = strongest(x.to_numpy(), y)
    worse = y > np.median(y) if (y > np.median(y)).any() else y >= y.max()
    table = pd.DataFrame(
        {
            "parameter": x.columns, "correlation": correlation,
            "failing_median": np.median(x[worse], axis=0), "other_median": _median(x[~worse]),
        }
    )  # fmt: skip
    table = table.reindex(table["correlation"].abs().sort_values(ascending=False).index).head(top).reset_index(drop=True)
    return Failing(arm, o.text, enough, float(frame["_fails"].mean()), len(y), p, table)
