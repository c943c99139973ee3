"""Fitting shares to margins, and turning shares into whole people without sampling noise.

Three tools do all the work of the synthesis:

`tilt`      maximum-entropy reweighting of a library of families to the margins of one place. It is
            proportional fitting in its dual form: households and persons are fitted together, which
            plain proportional fitting of a table cannot do, and a margin may be held loosely.
`rake`      iterative proportional fitting of rows of probabilities (one row a household or a person)
            to margins of several groupings at once.
`diffuse`   controlled rounding: every row gets one whole category and each group's totals stay within
            about one unit of the sum of its probabilities.

`humanleague` (quasirandom integer sampling) and `ipfn` were weighed. Both fit one table of one place at
a time; neither holds household and person margins jointly, and one call a tract costs more than the
batched loops here. A test holds `rake` equal to humanleague's IPF where both apply.
"""

from __future__ import annotations

import numpy as np

from hecsim.compiled import njit

__all__ = ["cumulative_counts", "diffuse", "polish", "rake", "share_out", "tilt"]


def tilt(base: np.ndarray, features: np.ndarray, target: np.ndarray, slack: np.ndarray, steps: int = 30) -> np.ndarray:
    """Weights nearest to `base` (in relative entropy) whose mean features meet `target`.

    base (K,) positive; features (K, C); target (C,); slack (C,): how far a mean may miss before it
    costs half a unit of entropy, so that margins of different vintage can disagree a little.
    Returns (K,) weights that sum to 1. Newton's method on the dual, which is convex.
    """
    multipliers = np.zeros(features.shape[1])
    give = slack**2
    for _ in range(steps):
        reach = features @ multipliers
        weights = base * np.exp(reach - reach.max())
        weights /= weights.sum()
        mean = weights @ features
        gradient = target - mean - give * multipliers
        if np.abs(gradient).max() < 1e-7:
            break
        curve = (features * weights[:, None]).T @ features - np.outer(mean, mean)
        curve[np.diag_indices_from(curve)] += give + 1e-12
        step = np.linalg.solve(curve, gradient)
        # A full Newton step can overshoot from far away; no weight moves by more than e^4 at once.
        multipliers += step * min(1.0, 4.0 / max(np.abs(features @ step).max(), 1e-12))
    return weights


@njit()
def _rake(base, groups, weight, target, iterations, out):
    n, k = base.shape
    factor = np.ones(target.shape)
    expected = np.zeros(target.shape)
    row = np.empty(k)
    last = groups.shape[0] - 1
    for step in range(iterations + 12):
        for d in range(groups.shape[0]):
            if step >= iterations and d != last:
                continue  # where groupings disagree, the last one is met exactly
            expected[:] = 0.0
            for i in range(n):
                total = 0.0
                for c in range(k):
                    v = float(base[i, c])
                    for e in range(groups.shape[0]):
                        v *= factor[groups[e, i], c]
                    row[c] = v
                    total += v
                if total > 0.0:
                    g = groups[d, i]
                    for c in range(k):
                        expected[g, c] += weight[i] * row[c] / total
            for g in range(target.shape[0]):
                for c in range(k):
                    if target[g, c] >= 0.0 and expected[g, c] > 0.0:
                        f = factor[g, c] * max(target[g, c], 1e-9) / expected[g, c]
                        factor[g, c] = min(max(f, 1e-9), 1e9)
    for i in range(n):
        total = 0.0
        for c in range(k):
            v = float(base[i, c])
            for e in range(groups.shape[0]):
                v *= factor[groups[e, i], c]
            row[c] = v
            total += v
        for c in range(k):
            out[i, c] = row[c] / total if total > 0.0 else 1.0 / k


def rake(
    base: np.ndarray,
    groups: list[np.ndarray],
    targets: list[np.ndarray],
    weight: np.ndarray | None = None,
    iterations: int = 20,
) -> np.ndarray:
    """Probabilities (N, K) proportional to `base` that meet `targets` in every grouping.

    groups : one int array (N,) a grouping; targets : one (G, K) array a grouping, in units of `weight`,
    scaled here to what its group holds; a row of zeros or NaN leaves its group free. The last grouping
    is met last, hence best.
    """
    n, k = base.shape
    w = np.ones(n) if weight is None else np.asarray(weight, float)
    offset, rows, wanted = 0, [], []
    for group, target in zip(groups, targets, strict=True):
        t = np.nan_to_num(np.asarray(target, float))
        held = np.bincount(group, weights=w, minlength=len(t))
        total = t.sum(axis=1, keepdims=True)
        scaled = np.where(total > 0, t / np.where(total > 0, total, 1.0) * held[:, None], -1.0)
        rows.append(np.asarray(group, np.int32) + np.int32(offset))
        wanted.append(scaled)
        offset += len(t)
    out = np.empty((n, k), np.float32)
    _rake(np.asarray(base, np.float32), np.vstack(rows), w, np.vstack(wanted), iterations, out)
    return out


@njit()
def _diffuse(p, order, group, weight, owed, out):
    k = p.shape[1]
    for i in order:
        g = group[i]
        best, most = -1, -1e300
        for c in range(k):
            owed[g, c] += weight[i] * p[i, c]
            if p[i, c] > 0.0 and owed[g, c] > most:
                best, most = c, owed[g, c]
        if best < 0:  # no category is possible for this row: it takes what its group owes most
            best = int(np.argmax(owed[g]))
        out[i] = best
        owed[g, best] -= weight[i]


def diffuse(
    p: np.ndarray,
    group: np.ndarray,
    order: np.ndarray,
    rng: np.random.Generator,
    weight: np.ndarray | None = None,
) -> np.ndarray:
    """One category for each row (uint8, N): group totals follow the sums of `p` to about one unit.

    Rows are visited in `order`; each takes the category that its group owes most, and what it takes too
    much is owed by the rows that follow (error diffusion). Neighbors in `order` therefore share their
    category mix: sort by whatever should stay in balance.
    """
    n, k = p.shape
    w = np.ones(n, np.float32) if weight is None else np.asarray(weight, np.float32)
    groups = int(group.max()) + 1 if n else 0
    # A random start makes the small remainders of the groups cancel instead of adding up.
    owed = (rng.random((groups, k)) - 0.5) * (float(w.mean()) if n else 1.0)
    owed -= owed.mean(axis=1, keepdims=True) if groups else 0.0
    out = np.zeros(n, np.uint8)
    _diffuse(np.asarray(p, np.float32), np.asarray(order, np.int64), np.asarray(group, np.int32), w, owed, out)
    return out


def cumulative_counts(shares: np.ndarray, totals: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Whole counts (T, K) with row sums `totals`, from shares (T, K).

    Rounding the running sum keeps every run of neighboring categories within one unit, so tables laid
    out as tenure, then income, then burden keep all three margins.
    """
    s = np.nan_to_num(np.asarray(shares, float)).clip(0.0)
    total = s.sum(axis=1, keepdims=True)
    s = np.where(total > 0, s / np.where(total > 0, total, 1.0), 1.0 / s.shape[1])
    running = np.cumsum(s, axis=1) * totals[:, None]
    running[:, -1] = totals
    cut = np.floor(running + rng.random((len(s), 1)) * (1.0 - 1e-9) + 1e-9)
    cut[:, -1] = totals
    return np.diff(cut, axis=1, prepend=0.0).astype(np.int64)


def share_out(counts: np.ndarray, group: np.ndarray, score: np.ndarray) -> np.ndarray:
    """Give out whole counts (G, K) within groups, lowest score first; category of each row, uint8 (N,).

    `counts[g]` must sum to the size of group g.
    """
    order = np.lexsort((score, group))
    cells = np.tile(np.arange(counts.shape[1], dtype=np.uint8), len(counts))
    out = np.empty(len(group), np.uint8)
    out[order] = np.repeat(cells, counts.ravel())
    return out


@njit()
def _polish(chosen, running, cell_of, cell_start, traits, goal, tries, draws):
    """Swap families for others of their kind while that brings the totals nearer to the goal."""
    c = traits.shape[1]
    n = chosen.size
    have = np.zeros(c)
    for i in range(n):
        for f in range(c):
            have[f] += traits[chosen[i], f]
    for t in range(tries):
        i = min(int(draws[t, 0] * n), n - 1)
        old = chosen[i]
        cell = cell_of[old]
        low, high = cell_start[cell], cell_start[cell + 1]
        first = running[low - 1] if low > 0 else 0.0
        width = running[high - 1] - first
        if width <= 0.0:
            continue
        new = low + np.searchsorted(running[low:high], first + draws[t, 1] * width)
        if new >= high:
            new = high - 1
        gain = 0.0
        for f in range(c):
            before = have[f] - goal[f]
            after = before + traits[new, f] - traits[old, f]
            gain += before * before - after * after
        if gain > 0.0:
            for f in range(c):
                have[f] += traits[new, f] - traits[old, f]
            chosen[i] = new


def polish(
    chosen: np.ndarray,
    weights: np.ndarray,
    cell_of: np.ndarray,
    cell_start: np.ndarray,
    traits: np.ndarray,
    goal: np.ndarray,
    rng: np.random.Generator,
    tries_each: int,
) -> None:
    """Bring the person totals of the chosen families to `goal`, in place (combinatorial optimization).

    chosen (n,) library rows; weights (K,) of this place; the library is sorted by `cell_of`, whose
    cells begin at `cell_start`; a family is only ever swapped for one of its own cell, so household
    margins stay; traits (K, C) are what the goal (C,) counts.
    """
    tries = tries_each * len(chosen)
    _polish(chosen, np.cumsum(weights), cell_of, cell_start, traits, goal, tries, rng.random((tries, 2)))
