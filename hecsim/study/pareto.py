"""Which mixes are not dominated: no other is at least as good in everything and better in something.

Two readings of doubt stand side by side. `share` is the share of futures in which the arm is not dominated
there. `probability` is how often it is not dominated in the mean, over resampled parameter draws: the
doubt about the answer, not about any one future.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from hecsim.errors import ScenarioError
from hecsim.study.outcome import outcome
from hecsim.study.results import Results

__all__ = ["nondominated", "pareto"]

_RESAMPLES = 2000


def nondominated(gains: np.ndarray) -> np.ndarray:
    """Which rows nobody dominates; gains: (..., arms, objectives), greater is better. Returns bool (..., arms).

    >>> nondominated(np.array([[1.0, 2.0], [2.0, 1.0], [1.0, 1.0]])).tolist()
    [True, True, False]
    """
    one, other = gains[..., :, None, :], gains[..., None, :, :]
    beaten = (other >= one).all(axis=-1) & (other > one).any(axis=-1)
    return np.asarray(~beaten.any(axis=-1))


def pareto(results: Results, outcomes: Sequence[str], *, seed: int = 1) -> pd.DataFrame:
    """Every arm with its mean outcomes, whether it is non-dominated in the mean, and how surely.

    Parameters
    ----------
    outcomes : two or more objectives that have a better direction, such as ("aces_0_8", "net_cost")

    Returns
    -------
    columns: arm, one per outcome (mean), efficient (in the mean), probability, share (of futures), futures

    Examples
    --------
    >>> import hecsim as hs
    >>> hs.pareto(results, ("aces_0_8", "obesity_child", "spending"))        # doctest: +SKIP
    """
    chosen = [outcome(o) for o in outcomes]
    if len(chosen) < 2:
        raise ScenarioError("a frontier needs at least two outcomes", key="--outcome")
    for o in chosen:
        if not o.sign:
            raise ScenarioError(f"'{o.text}' has no better direction, so nothing can be best in it", key="--outcome")
    values = np.stack([o.values(results) for o in chosen], axis=-1)  # (futures, arms, objectives)
    whole = np.isfinite(values).all(axis=(1, 2))
    values, draws = values[whole], results.draws[whole]
    if not len(values):
        raise ScenarioError("no future has a value of every outcome in every arm", key="--outcome")
    gains = values * [o.sign for o in chosen]
    names, member = np.unique(draws, return_inverse=True)
    rng = np.random.default_rng(seed)
    weights = rng.multinomial(names.size, np.full(names.size, 1 / names.size), _RESAMPLES)[:, member].astype(float)
    means = np.einsum("rf,fao->rao", weights / weights.sum(axis=1, keepdims=True), gains)
    frame = pd.DataFrame({"arm": results.arms, **{o.text: values[..., i].mean(axis=0) for i, o in enumerate(chosen)}})
    return frame.assign(
        efficient=nondominated(gains.mean(axis=0)),
        probability=nondominated(means).mean(axis=0) if names.size > 1 else np.nan,
        share=nondominated(gains).mean(axis=0),
        futures=len(values),
    )
