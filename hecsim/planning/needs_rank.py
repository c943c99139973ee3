"""Priorities by a declared rule, and how far they depend on its weights and on errors of the figures.

Score of a need = weighted mean of its criteria, each divided by the largest among the needs:

    gap             how much worse than the state its indicators are: mean logarithm of the ratio; better counts as 0
    people          residents concerned by its headline, as a share of all
    neighborhoods   its headline's spread among neighborhoods (90th less 10th percentile, over the mean)
    voice           share of residents' mentions (only with a file of them)
    services        part of the people concerned for whom the inventory has no place (only with a file)
    evidence        share of its hypothesized causes whose link is graded A to C

A criterion without data for a need counts at the mean of the needs that have data, neither for nor against it; one that has
data for no need is left out. Sensitivity is a stochastic multicriteria
acceptability analysis (Lahdelma and others 1998, from memory): weights spread evenly over all mixes of them, gaps within
their intervals, by a Sobol sequence, so the same question has the same answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.stats import norm, qmc

from hecsim.errors import ScenarioError, UnknownNameError
from hecsim.planning.indicators import needs_file

__all__ = ["CRITERIA", "check_weights", "rank"]

CRITERIA = ("gap", "people", "neighborhoods", "voice", "services", "evidence")
_DRAWS = 1024
_TOP = 3


def check_weights(given: Mapping[str, float] | None) -> dict[str, float]:
    """The declared weights with those given instead; none below 0, not all 0."""
    out = {c: float(needs_file()["weights"][c]) for c in CRITERIA}
    for name, value in (given or {}).items():
        if name not in out:
            raise UnknownNameError(name, CRITERIA, what="criterion", key="weights")
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < float("inf"):
            raise ScenarioError(f"must be a number of at least 0, not {value!r}", key=f"weights.{name}")
        out[name] = float(value)
    if not any(out.values()):
        raise ScenarioError("at least one weight must be above 0", key="weights")
    return out


def rank(needs: Sequence[Mapping[str, Any]], weights: Mapping[str, float]) -> list[dict[str, Any]]:
    """Needs by score, with how often each is first or among the first three, and its range of ranks.

    needs : rows with `need`, `title`, the criteria (None where there are no data) and `gap_error`, the standard error of gap
    """
    raw = np.array([[np.nan if n.get(c) is None else float(n[c]) for c in CRITERIA] for n in needs])
    w = np.array([weights[c] for c in CRITERIA])
    score = _score(raw, w)
    draws = qmc.Sobol(len(CRITERIA) + len(needs), scramble=False).random(2 * _DRAWS)[1:]
    # Even over all mixes of weights: exponential numbers over their sum. A criterion that was switched off stays off.
    mixes = -np.log(np.clip(draws[:, : len(CRITERIA)], 1e-9, 1 - 1e-9)) * (w > 0)
    shocks = norm.ppf(np.clip(draws[:, len(CRITERIA) :], 1e-9, 1 - 1e-9))
    error = np.array([float(n["gap_error"]) for n in needs])
    ranks = np.empty((len(draws), len(needs)), int)
    for d in range(len(draws)):
        moved = raw.copy()
        moved[:, 0] = np.maximum(0.0, raw[:, 0] + error * shocks[d])
        ranks[d] = _ranks(_score(moved, mixes[d]))
    without = {c: _ranks(_score(raw, np.where(np.arange(len(w)) == j, 0.0, w))) for j, c in enumerate(CRITERIA)
               if w[j] > 0 and (w > 0).sum() > 1}  # fmt: skip
    out = []
    for place, j in enumerate(np.argsort(-score, kind="stable")):
        low, high = (int(q) for q in np.quantile(ranks[:, j], (0.05, 0.95), method="nearest"))
        out.append({
            "rank": place + 1, "need": needs[j]["need"], "title": needs[j]["title"], "score": float(score[j]),
            "criteria": {c: needs[j].get(c) for c in CRITERIA}, "first": float((ranks[:, j] == 1).mean()),
            "top_three": float((ranks[:, j] <= _TOP).mean()), "ranks": (low, high),
            "rank_without": {c: int(r[j]) for c, r in without.items()},
        })  # fmt: skip
    return out


def _score(raw: np.ndarray, w: np.ndarray) -> np.ndarray:
    known = ~np.isnan(raw)
    largest = np.max(np.where(known, raw, 0.0), axis=0)
    scaled = np.where(known, raw, 0.0) / np.where(largest > 0, largest, 1.0)
    number = known.sum(axis=0)
    scaled = np.where(known, scaled, scaled.sum(axis=0) / np.maximum(number, 1))
    used = w * (number > 0)
    return scaled @ used / used.sum() if used.sum() > 0 else np.zeros(len(raw))


def _ranks(score: np.ndarray) -> np.ndarray:
    out = np.empty(len(score), int)
    out[np.argsort(-score, kind="stable")] = np.arange(1, len(score) + 1)
    return out
