"""Run until every declared contrast is known well enough, and say how that was decided.

Futures come in batches of ten, thirty at least. After each batch every declared contrast with a wanted
half-width gets its 95% interval: Student's t over parameter draws, or, where the draws' differences are
skewed, a bootstrap-t over draws (Efron and Tibshirani 1993, chapter 12), whose half-width is that of its
longer side. When all are narrow enough, the rule looks ahead: it goes on for some batches and stops only
if they stay narrow, so that a lucky batch does not end the study (Hoad, Robinson and Davies 2010). Looking
again and again makes the coverage approximate: `coverage` measures it on a toy whose truth is known.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import scipy

from hecsim.errors import ScenarioError
from hecsim.measures import MEASURES
from hecsim.study.design import Study
from hecsim.study.parts import write_atomically
from hecsim.study.results import Results, interval
from hecsim.study.run import run_study

__all__ = ["Precision", "Rule", "bootstrap_t", "coverage", "narrow_interval", "precision"]


@dataclass(frozen=True)
class Rule:
    """When to stop.

    batch, least, cap : futures in a batch, before the first look, and at most
    ahead : further batches in which the intervals must stay narrow
    skew : absolute skewness of the draws' differences beyond which the bootstrap-t is used
    resamples : of the bootstrap
    """

    batch: int = 10
    least: int = 30
    cap: int = 200
    ahead: int = 1
    level: float = 0.95
    skew: float = 0.5
    resamples: int = 1999

    def __post_init__(self) -> None:
        if self.batch < 2 or self.batch % 2 or self.least < self.batch or self.cap < self.least or self.ahead < 0:
            raise ScenarioError(
                "futures come in batches of an even number (two share a parameter draw), at least one batch, "
                f"and the cap is not below the least: batch {self.batch}, least {self.least}, cap {self.cap}", key="rule",
            )  # fmt: skip


@dataclass
class Precision:
    """How a study stopped.

    met : whether every wanted half-width was reached and stayed; futures : where it stopped
    contrasts : one row each: measure, arm, against, difference, low, high, half_width, wanted, method
    path : futures, contrast and half-width at every look
    """

    met: bool
    futures: int
    rule: Rule
    contrasts: list[dict[str, Any]]
    path: list[dict[str, Any]]
    results: Results


def precision(study: Study, out: str | Path, *, rule: Rule | None = None, **how: Any) -> Precision:
    """Run futures until every declared contrast is as precise as its study file asks.

    The rule, every look and the stopping point are kept in precision.json of the study folder.

    Parameters
    ----------
    study : with contrasts that have `precision` or `important` (then half of it is the wanted half-width)
    out : study folder, resumable
    how : workers, progress, community, cluster as for `run_study`

    Examples
    --------
    >>> import hecsim as hs
    >>> done = hs.precision(hs.Study.from_file("experiments/order.toml"), "results/order")   # doctest: +SKIP
    >>> done.met, done.futures                                                               # doctest: +SKIP
    """
    rule = rule or Rule()
    if not any(c.half_width for c in study.contrasts):
        raise ScenarioError(
            "no contrast says how precise it must be", key="contrast",
            hint="Give a [[contrast]] 'precision' (a half-width) or 'important' (half of it is taken)",
        )  # fmt: skip
    kept: dict[str, Results] = {}

    def look(futures: int) -> list[dict[str, Any]]:
        kept["last"] = run_study(replace(study, futures=futures), out, **how)
        return _contrasts(study, kept["last"], rule)

    met, futures, found, path = decide(look, rule)
    document = {
        "met": met, "futures": futures, "rule": asdict(rule), "contrasts": found, "looks": path,
        "coverage": "approximate: the intervals were looked at repeatedly; docs/studies.md has the measured coverage",
    }  # fmt: skip
    text = json.dumps(document, indent=1).encode()
    write_atomically(Path(out) / "precision.json", lambda stream: stream.write(text))
    return Precision(met, futures, rule, found, path, kept["last"])


def decide(
    look: Callable[[int], list[dict[str, Any]]], rule: Rule
) -> tuple[bool, int, list[dict[str, Any]], list[dict[str, Any]]]:
    """Apply the rule: look at growing numbers of futures until all contrasts stay narrow, or the cap is reached."""
    futures, streak, path = rule.least, 0, []
    while True:
        found = look(futures)
        path += [{"futures": futures, **{k: c[k] for k in ("measure", "arm", "half_width", "wanted")}} for c in found]
        narrow = all(c["half_width"] <= c["wanted"] for c in found)  # NaN is not narrow
        streak = streak + 1 if narrow else 0
        if streak > rule.ahead:
            return True, futures, found, path
        if futures >= rule.cap:
            return False, futures, found, path
        futures = min(futures + rule.batch, rule.cap)


def _contrasts(study: Study, results: Results, rule: Rule) -> list[dict[str, Any]]:
    everyone = results.groups.index(("all", "all"))
    rows = []
    for c in study.contrasts:
        if not c.half_width:
            continue
        values = results.values(c.measure, years=results.span(c.measure))[:, :, everyone]
        other = results.arms.index(c.against) if c.against else results.reference
        for a, arm in enumerate(results.arms):
            if a == other or (c.arm and arm != c.arm):
                continue
            difference = values[:, a] - values[:, other]
            low, high, method = narrow_interval(difference, results.draws, rule)
            mean = float(difference.mean())
            rows.append(
                {
                    "measure": c.measure, "arm": arm, "against": results.arms[other], "difference": mean,
                    "low": low, "high": high, "half_width": max(high - mean, mean - low), "wanted": c.half_width,
                    "unit": MEASURES[c.measure].unit, "method": method,
                }
            )  # fmt: skip
    return rows


def narrow_interval(x: np.ndarray, draws: np.ndarray, rule: Rule) -> tuple[float, float, str]:
    """The interval of a mean over futures by the rule: low, high, and "t" or "bootstrap-t"."""
    means = _by_draw(x, draws)
    if means.size >= 8 and means.std() > 0 and abs(float(scipy.stats.skew(means))) > rule.skew:
        return (*bootstrap_t(means, level=rule.level, resamples=rule.resamples), "bootstrap-t")
    return (*interval(x, draws, rule.level), "t")


def _by_draw(x: np.ndarray, draws: np.ndarray) -> np.ndarray:
    names, member = np.unique(draws, return_inverse=True)
    return np.bincount(member, x, minlength=names.size) / np.bincount(member, minlength=names.size)


def bootstrap_t(x: np.ndarray, *, level: float = 0.95, resamples: int = 1999, seed: int = 1) -> tuple[float, float]:
    """Bootstrap-t interval of the mean of independent values: studentized, so that it may be lopsided."""
    rng = np.random.default_rng(seed)
    n = x.size
    sample = x[rng.integers(0, n, (resamples, n))]
    error = sample.std(axis=1, ddof=1) / np.sqrt(n)
    ok = error > 0
    t = (sample.mean(axis=1)[ok] - x.mean()) / error[ok]
    tail = (1 - level) / 2
    lower, upper = np.quantile(t, (tail, 1 - tail))
    scale = x.std(ddof=1) / np.sqrt(n)
    return float(x.mean() - upper * scale), float(x.mean() - lower * scale)


def coverage(
    draw: Callable[[np.random.Generator, int], np.ndarray],
    truth: float,
    wanted: float,
    *,
    rule: Rule,
    studies: int,
    seed: int = 1,
) -> dict[str, float]:
    """How often the rule's final interval contains a known truth, over invented studies.

    draw : (generator, futures) to differences by future, two futures a parameter draw
    Returns coverage, its Monte Carlo standard error, the mean number of futures, and the share that met the width.
    """
    rng = np.random.default_rng(seed)
    hits, futures, met = [], [], []
    for _ in range(studies):
        x = draw(rng, rule.cap)

        def look(n: int, x: np.ndarray = x) -> list[dict[str, Any]]:
            low, high, method = narrow_interval(x[:n], np.arange(n) // 2, rule)
            mean = float(x[:n].mean())
            half = max(high - mean, mean - low)
            return [{"measure": "toy", "arm": method, "half_width": half, "wanted": wanted, "low": low, "high": high}]

        ended, n, found, _path = decide(look, rule)
        hits.append(found[0]["low"] <= truth <= found[0]["high"])
        futures.append(n)
        met.append(ended)
    share = float(np.mean(hits))
    error = float(np.sqrt(max(share * (1 - share), 1e-12) / studies))
    return {"coverage": share, "error": error, "futures": float(np.mean(futures)), "met": float(np.mean(met))}
