"""What each intervention of a mix contributes, and what pairs of them add or take.

Every subset of the mix is an arm, on the same futures. In each future, the Shapley value of an
intervention is its mean addition over all orders in which the mix could be put together (Shapley 1953);
the values add up to the whole difference exactly. Beside it stand what it does alone (first in) and what
would be lost without it (last in). Synergy of a pair is the Shapley interaction index: what two do
together beyond the sum of both, averaged over everything else that may be there (Grabisch and Roubens
1999). Up to seven interventions all subsets are run; beyond, orders are sampled, each with its reverse
(Mitchell et al. 2022), and synergy is measured on current law alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import factorial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import scipy

from hecsim.errors import RunError, ScenarioError, UnknownNameError
from hecsim.interventions import Intervention, catalogue
from hecsim.study.design import Study
from hecsim.study.outcome import Outcome, outcome, outcomes_of
from hecsim.study.results import covariance_of_means, interval
from hecsim.study.run import run_study

__all__ = ["Attribution", "attribute", "shares_of", "synergies_of"]

EXACT = 7  # interventions up to which every subset is run: 128 arms
Subset = frozenset[str]


@dataclass
class Attribution:
    """Tables of one attribution.

    shares : outcome, intervention, title, shapley, low, high, first_in, last_in with their intervals, unit
    synergy : outcome, pair of interventions, synergy, low, high, context
    whole : outcome, difference of the whole mix, low, high, sum_of_parts, error (at most 1e-9)
    """

    shares: pd.DataFrame
    synergy: pd.DataFrame
    whole: pd.DataFrame
    method: str
    futures: int
    directory: Path


def attribute(
    study: Study,
    out: str | Path,
    *,
    arm: str = "",
    outcomes: Sequence[str] = (),
    orders: int = 20,
    synergy: bool = True,
    **how: Any,
) -> Attribution:
    """Split what a mix does into what its interventions do.

    Parameters
    ----------
    study : has the mix as one of its arms
    out : study folder for the subsets' runs; it can be resumed like any other
    arm : the mix; the first arm that is not current law by default
    outcomes : what is split (see `hecsim.study.outcome`); the declared contrasts' measures by default
    orders : sampled orders (an even number) where there are more than seven interventions
    synergy : for more than seven, also run every pair
    how : workers, progress, community, cluster as for `run_study`

    Raises
    ------
    ScenarioError : the arm has fewer than two interventions

    Examples
    --------
    >>> import hecsim as hs
    >>> study = hs.Study.from_file("experiments/hartford.toml", futures=6)          # doctest: +SKIP
    >>> hs.attribute(study, "results/parts", arm="Strong start").shares             # doctest: +SKIP
    """
    names = [a.name for a in study.arms]
    if arm and arm not in names:
        raise UnknownNameError(arm, names, what="arm")
    mix = next(a for a in study.arms if (a.name == arm if arm else not a.is_reference))
    parts: dict[str, list[Intervention]] = {}
    for iv in mix.interventions:  # entries of one intervention for several places stay together
        parts.setdefault(iv.id, []).append(iv)
    if len(parts) < 2:
        raise ScenarioError(f"arm '{mix.name}' has {len(parts)} interventions; there is nothing to split", key="--arm")
    exact = len(parts) <= EXACT
    drawn = [] if exact else sampled_orders(list(parts), orders, study.seed)
    subsets = all_subsets(parts) if exact else subsets_of(drawn, parts, pairs=synergy)
    law = study.reference
    arms = [law if not s else replace(mix, name=_name(s, law.name), interventions=_chosen(parts, s)) for s in subsets]
    names_asked = list(outcomes) or list(dict.fromkeys(c.measure for c in study.contrasts))
    chosen = [outcome(o) for o in names_asked]
    whole = replace(study, name=f"{study.name}: parts of {mix.name}", arms=tuple(arms), contrasts=())
    results = run_study(whole, out, **how)
    if len(results.futures) < 1:
        raise RunError("no future is complete")
    frames: list[list[dict[str, Any]]] = [[], [], []]
    for o in chosen or outcomes_of(results):
        table = o.values(results)
        at = {s: table[:, results.arms.index(_name(s, law.name))] for s in subsets}
        base = at[frozenset()]
        gains = {s: v - base for s, v in at.items()}
        shares, spread = shares_of(gains, list(parts), drawn)
        _add_shares(frames[0], o, gains, shares, spread, results.draws, list(parts))
        pairs = synergies_of(gains, list(parts)) if exact or synergy else {}
        for (i, j), values in pairs.items():
            low, high = interval(values, results.draws)
            context = "every other subset" if exact else "current law alone"
            row = {"first": i, "second": j, "synergy": values.mean(), "low": low, "high": high}
            frames[1].append({"outcome": o.text, **row, "unit": o.unit, "context": context})
        total = gains[frozenset(parts)]
        low, high = interval(total, results.draws)
        together = sum(shares.values())
        frames[2].append(
            {
                "outcome": o.text, "arm": mix.name, "difference": total.mean(), "low": low, "high": high,
                "sum_of_parts": float(np.mean(together)), "error": float(np.abs(together - total).max()),
                "unit": o.unit, "better": o.better, "horizon": o.horizon(results),
            }
        )  # fmt: skip
    method = f"all {len(subsets)} subsets" if exact else f"{len(drawn)} orders, {len(subsets)} subsets"
    made = [pd.DataFrame(f) for f in frames]
    return Attribution(made[0], made[1], made[2], method, len(results.futures), Path(out))


def _chosen(parts: Mapping[str, Sequence[Intervention]], subset: Subset) -> tuple[Intervention, ...]:
    return tuple(iv for k, entries in parts.items() if k in subset for iv in entries)


def _name(subset: Subset, law: str) -> str:
    return " + ".join(sorted(subset)) or law


def all_subsets(parts: Sequence[str] | Mapping[str, Any]) -> list[Subset]:
    """Every subset, the empty one first."""
    return [frozenset(c) for n in range(len(parts) + 1) for c in combinations(parts, n)]


def sampled_orders(parts: Sequence[str], orders: int, seed: int) -> list[tuple[str, ...]]:
    """Orders drawn from a seed, each followed by its reverse."""
    rng = np.random.default_rng(seed)
    half = [tuple(parts[i] for i in rng.permutation(len(parts))) for _ in range(max(1, (orders + 1) // 2))]
    return [o for order in half for o in (order, order[::-1])]


def subsets_of(orders: Sequence[Sequence[str]], parts: Sequence[str] | Mapping[str, Any], *, pairs: bool) -> list[Subset]:
    """The subsets that orders pass through, singles, all but one, and with `pairs` every pair; each once."""
    found = [frozenset(o[:n]) for o in orders for n in range(len(o) + 1)]
    found += [frozenset([p]) for p in parts] + [frozenset(parts) - {p} for p in parts]
    if pairs:
        found += [frozenset(c) for c in combinations(parts, 2)]
    return list(dict.fromkeys(sorted(found, key=lambda s: (len(s), sorted(s)))))


def shares_of(
    values: Mapping[Subset, np.ndarray], parts: Sequence[str], orders: Sequence[Sequence[str]] = ()
) -> tuple[dict[str, np.ndarray], dict[str, float]]:
    """Shapley values in each future, and the standard error that sampling of orders adds (0 when exact).

    values : subset to outcome (futures,); orders : sampled ones, () to take every subset

    >>> import numpy as np
    >>> both = {frozenset(s): np.full(1, v) for s, v in (("", 0.0), ("a", 1.0), ("b", 1.0), ("ab", 4.0))}
    >>> shares_of(both, ["a", "b"])[0]["a"]
    array([2.])
    """
    n = len(parts)
    if orders:
        steps = {p: np.array([values[_upto(o, p, 1)] - values[_upto(o, p, 0)] for o in orders]) for p in parts}
        pairs = {p: s.reshape(-1, 2, s.shape[1]).mean(axis=(1, 2)) for p, s in steps.items()}  # an order and its reverse
        error = {p: float(x.std(ddof=1) / np.sqrt(x.size)) if x.size > 1 else float("nan") for p, x in pairs.items()}
        return {p: s.mean(axis=0) for p, s in steps.items()}, error
    found = {}
    for p in parts:
        others = [q for q in parts if q != p]
        total = 0.0
        for s in all_subsets(others):
            weight = factorial(len(s)) * factorial(n - len(s) - 1) / factorial(n)
            total = total + weight * (values[s | {p}] - values[s])
        found[p] = np.asarray(total)
    return found, dict.fromkeys(parts, 0.0)


def _upto(order: Sequence[str], part: str, more: int) -> Subset:
    return frozenset(order[: list(order).index(part) + more])


def synergies_of(values: Mapping[Subset, np.ndarray], parts: Sequence[str]) -> dict[tuple[str, str], np.ndarray]:
    """What each pair does beyond the sum of its two, in each future.

    With every subset in `values` this is the Shapley interaction index, else the pair on current law alone.
    """
    n, found = len(parts), {}
    exact = len(values) == 2**n
    for i, j in combinations(parts, 2):
        others = [q for q in parts if q not in (i, j)] if exact else []
        total = 0.0
        for s in all_subsets(others):
            weight = factorial(len(s)) * factorial(n - len(s) - 2) / factorial(n - 1) if exact else 1.0
            total = total + weight * (values[s | {i, j}] - values[s | {i}] - values[s | {j}] + values[s])
        found[i, j] = np.asarray(total)
    return found


def _add_shares(
    rows: list[dict[str, Any]],
    o: Outcome,
    gains: Mapping[Subset, np.ndarray],
    shares: Mapping[str, np.ndarray],
    spread: Mapping[str, float],
    draws: np.ndarray,
    parts: Sequence[str],
) -> None:
    known = catalogue()
    everything = frozenset(parts)
    for p in parts:
        low, high = _with_sampling(shares[p], draws, spread[p])
        first, last = gains[frozenset([p])], gains[everything] - gains[everything - {p}]
        ends = {"first_in": first, "last_in": last}
        named: Callable[[str], tuple[float, float]] = lambda k: interval(ends[k], draws)  # noqa: B023, E731
        rows.append(
            {
                "outcome": o.text, "intervention": p, "title": known[p].title.en if p in known else p,
                "grade": known[p].grade if p in known else "", "shapley": shares[p].mean(), "low": low, "high": high,
                "first_in": first.mean(), "first_in_low": named("first_in")[0], "first_in_high": named("first_in")[1],
                "last_in": last.mean(), "last_in_low": named("last_in")[0], "last_in_high": named("last_in")[1],
                "sampling_error": spread[p], "unit": o.unit,
            }
        )  # fmt: skip


def _with_sampling(x: np.ndarray, draws: np.ndarray, error: float) -> tuple[float, float]:
    """The interval over futures, widened by the error of sampled orders."""
    covariance, freedom = covariance_of_means(x[:, None], draws)
    if not freedom:
        return float("nan"), float("nan")
    half = scipy.stats.t.ppf(0.975, freedom) * np.sqrt(covariance[0, 0] + error**2)
    return float(x.mean() - half), float(x.mean() + half)
