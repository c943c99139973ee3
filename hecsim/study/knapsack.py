"""Which mixes to choose: a pairwise surrogate of gain and cost, maximized under what binds a collaborative.

    maximize   sum g_i x_i + sum s_ij y_ij                    x_i, y_ij in {0, 1}, y_ij = x_i x_j
    subject to sum_f z_if = c_i x_i                           each intervention is paid in full ...
               z_if = 0 where fund f may not pay for i        ... by funds that may pay for it
               sum_i z_if <= size of f, sum c_i x_i <= budget
               sum_i u_ip x_i <= staff of pool p
               gain of the equity group - floor * gain of all >= 0
               at most one of the alternatives of an intervention

Solved with HiGHS through SciPy. The best mixes after the first are found by forbidding those already found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import scipy

from hecsim.errors import RunError, ScenarioError

__all__ = ["Fund", "Knapsack", "Surrogate", "shrunk", "solve"]


@dataclass(frozen=True)
class Fund:
    """Money with a rule: dollars a year, and the names it may pay for; () for anything."""

    name: str
    per_year: float
    pays_for: tuple[str, ...] = ()


@dataclass(frozen=True)
class Surrogate:
    """A quantity of a mix: the sum of its members' and of its pairs'. Pairs are keyed in the members' order."""

    single: Mapping[str, float]
    pair: Mapping[tuple[str, str], float] = field(default_factory=dict)

    def of(self, mix: Sequence[str]) -> float:
        """Its value for a mix.

        >>> Surrogate({"a": 1.0, "b": 2.0}, {("a", "b"): -0.5}).of(["a", "b"])
        2.5
        """
        inside = [n for n in self.single if n in set(mix)]
        return sum(self.single[n] for n in inside) + sum(self.pair.get(p, 0.0) for p in combinations(inside, 2))


@dataclass(frozen=True)
class Knapsack:
    """What is maximized and what binds.

    gain : of each candidate and pair; equity : gain in the group that must not be left behind, None for no floor
    cost : dollars a year of each candidate; staff use : pool to candidate to posts
    budget : dollars a year; funds : () for money without rules; staff : pool to posts
    floor : the least gain of the group per unit of gain of all; alternatives : candidates of which one may be taken
    """

    gain: Surrogate
    cost: Mapping[str, float]
    budget: float
    funds: tuple[Fund, ...] = ()
    use: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    staff: Mapping[str, float] = field(default_factory=dict)
    equity: Surrogate | None = None
    floor: float = 0.0
    alternatives: tuple[tuple[str, ...], ...] = ()


def shrunk(values: Mapping[tuple[str, str], tuple[float, float]]) -> dict[tuple[str, str], float]:
    """Synergies drawn toward zero by how noisy they are (empirical Bayes, normal with mean zero).

    values : pair to estimate and standard error. The greatest of many noisy numbers is mostly noise, and an
    optimizer looks for exactly that.
    """
    if not values:
        return {}
    estimate, error = (np.array([v[i] for v in values.values()]) for i in (0, 1))
    true = max(float(np.mean(estimate**2 - error**2)), 0.0)
    weight = true / np.maximum(true + error**2, 1e-300)
    return {pair: float(w * x) for pair, w, x in zip(values, weight, estimate, strict=True)}


def solve(k: Knapsack, best: int = 1) -> list[tuple[str, ...]]:
    """The best mixes, best first; fewer where there are no more that fit.

    Raises
    ------
    ScenarioError : not even the empty mix fits, or a size is negative
    RunError : the solver gave up
    """
    names = list(k.gain.single)
    pairs = [p for p, v in k.gain.pair.items() if v] + [
        p for p in (k.equity.pair if k.equity else {}) if p not in k.gain.pair or not k.gain.pair[p]
    ]
    n, m = len(names), len(pairs)
    funds = k.funds or (Fund("budget", k.budget),)
    size = n + m + n * len(funds)
    if k.budget < 0 or any(f.per_year < 0 for f in funds):
        raise ScenarioError("dollars a year cannot be negative", key="budget")
    rows: list[np.ndarray] = []
    low: list[float] = []
    high: list[float] = []

    def bound(row: np.ndarray, least: float, most: float) -> None:
        rows.append(row)
        low.append(least)
        high.append(most)

    def row_of() -> np.ndarray:
        return np.zeros(size)

    at = {name: i for i, name in enumerate(names)}
    scale = max([abs(c) for c in k.cost.values()] + [1.0])  # dollars in units that the solver likes
    for j, (a, b) in enumerate(pairs):
        for part, least, most in (
            ({at[a]: 1, n + j: -1}, 0, np.inf),
            ({at[b]: 1, n + j: -1}, 0, np.inf),
            ({at[a]: 1, at[b]: 1, n + j: -1}, -np.inf, 1),
        ):  # fmt: skip
            r = row_of()
            for i, v in part.items():
                r[i] = v
            bound(r, least, most)
    top = np.ones(size)
    for i, name in enumerate(names):
        r = row_of()
        for f, fund in enumerate(funds):
            z = n + m + i * len(funds) + f
            r[z] = 1
            allowed = not fund.pays_for or name in fund.pays_for
            top[z] = max(k.cost[name], 0.0) / scale if allowed else 0.0
        r[i] = -max(k.cost[name], 0.0) / scale
        bound(r, 0, 0)
    for f, fund in enumerate(funds):
        r = row_of()
        r[[n + m + i * len(funds) + f for i in range(n)]] = 1
        bound(r, -np.inf, fund.per_year / scale)
    r = row_of()
    r[:n] = [k.cost[x] / scale for x in names]  # what brings money in makes room
    bound(r, -np.inf, k.budget / scale)
    for pool, posts in k.staff.items():
        r = row_of()
        r[:n] = [k.use.get(pool, {}).get(x, 0.0) for x in names]
        bound(r, -np.inf, posts)
    if k.equity is not None:
        r = row_of()
        r[:n] = [k.equity.single[x] - k.floor * k.gain.single[x] for x in names]
        r[n : n + m] = [k.equity.pair.get(p, 0.0) - k.floor * k.gain.pair.get(p, 0.0) for p in pairs]
        bound(r, 0, np.inf)
    for group in k.alternatives:
        r = row_of()
        r[[at[x] for x in group]] = 1
        bound(r, -np.inf, 1)
    aim = np.zeros(size)
    aim[:n] = [-k.gain.single[x] for x in names]
    aim[n : n + m] = [-k.gain.pair.get(p, 0.0) for p in pairs]
    whole = np.zeros(size, np.int64)
    whole[:n] = 1
    found: list[tuple[str, ...]] = []
    while len(found) < best:
        solved = scipy.optimize.milp(
            aim, integrality=whole, bounds=scipy.optimize.Bounds(np.zeros(size), top),
            constraints=scipy.optimize.LinearConstraint(np.array(rows), np.array(low, float), np.array(high, float)),
        )  # fmt: skip
        if solved.status == 2 and found:
            break
        if solved.status == 2:
            raise ScenarioError("no mix fits the budget, funds, staff and equity floor, not even none", key="optimise")
        if not solved.success:
            raise RunError(f"the solver gave up: {solved.message}")
        taken = solved.x[:n] > 0.5
        found.append(tuple(x for x, t in zip(names, taken, strict=True) if t))
        r = row_of()
        r[:n] = np.where(taken, 1.0, -1.0)
        bound(r, -np.inf, taken.sum() - 1)  # not this one again
    return found
