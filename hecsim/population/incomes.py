"""Household incomes and cost-burden classes that meet the tract's bands and its poverty by age.

Income is drawn on a fine ladder: log-normal around what a family of that kind usually has, raked to the
tract's bands by tenure, to who is poor there by age group and to how kinds of families differ. Homes draw
their quantiles from a golden-ratio sequence, then band counts are made exact by rank and burden classes given out, so that the
tract's joint table of tenure, income and burden holds to whole households.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from hecsim.compiled import njit
from hecsim.geography import joint
from hecsim.population.fitting import cumulative_counts, share_out
from hecsim.population.library import HEAD_EDGES, Library
from hecsim.population.people import head_band
from hecsim.population.targets import AGE_GROUPS, BANDS, Targets

__all__ = ["BAND_EDGES", "BURDENS", "LADDER", "NO_CASH", "ZERO", "incomes"]

# Steps of yearly income in 2023 dollars; fine near the poverty lines, coarse above the top band.
LADDER = np.array([
    1.0, *np.arange(2.5, 61.0, 2.5), 67.5, 75.0, 87.5, 100.0, 125.0, 150.0, 200.0, 300.0, 600.0,
]) * 1000.0  # fmt: skip
BAND_EDGES = np.array([20.0, 35.0, 50.0, 75.0]) * 1000.0
BAND_OF_STEP = np.digitize(LADDER[:-1], BAND_EDGES)
BURDENS = ("below_20", "20_29", "30_up")
POOR_AGES = (6, 12, 18, 25, 35, 45, 55, 65, 75)  # age groups of the poverty fit
_ROUNDS = 40  # of the income fit inside a tract
_PASSES = (8, 2)  # over the drawn homes of a town: small communities, and those where luck evens out
_LARGE = 100_000  # households
ZERO, NO_CASH = 5, 6  # categories beside the five bands
FAMILY_TYPES = 6  # as in the axis of population.poverty_by_type
_RUN, _JUDGED = 50, 2_000  # households to which the tables hold, and over which a pass is judged


@njit()
def _segments(lo, hi, center, spread, line, edges, band_of, out, mass, band, kind):
    """Log-normal shares of the ladder, and their sums over runs of steps of one band and poverty class.

    Classes: 0 below 50, 1 to 99, 2 to 199, 3 at 200% of poverty and more. At most 8 runs a home.
    """
    steps = edges.size - 1
    for i in range(lo, hi):
        before = 0.0
        at = -1
        last = -1
        mass[i - lo] = 0.0
        for j in range(steps):
            z = (np.log(edges[j + 1]) - center[i]) / spread
            after = 1.0 / (1.0 + np.exp(-1.702 * z)) if j < steps - 1 else 1.0
            out[i, j] = max(after - before, 1e-7)
            before = after
            ratio = np.sqrt(edges[j] * edges[j + 1]) / line[i]
            c = 0 if ratio < 0.5 else 1 if ratio < 1.0 else 2 if ratio < 2.0 else 3
            if band_of[j] * 4 + c != last:
                last = band_of[j] * 4 + c
                at += 1
                band[i - lo, at], kind[i - lo, at] = band_of[j], c
            mass[i - lo, at] += out[i, j]
        band[i - lo, at + 1 :] = 255


@njit()
def _fit_income(start, center, spread, line, members, rent, edges, band_of, band_goal, poor_goal, rounds, out):
    """For each tract, shares of the income ladder that meet bands by tenure and poverty by age group."""
    steps = edges.size - 1
    groups = members.shape[1]
    reach, below = np.empty(4), np.empty(3)
    for t in range(start.size - 1):
        lo, hi = start[t], start[t + 1]
        if hi == lo:
            continue
        mass = np.zeros((hi - lo, 9), np.float32)
        band_at = np.zeros((hi - lo, 9), np.uint8)
        kind_at = np.zeros((hi - lo, 9), np.uint8)
        _segments(lo, hi, center, spread, line, edges, band_of, out, mass, band_at, kind_at)
        band = np.ones((2, 5))
        lam = np.zeros((groups, 3))
        for r in range(rounds):
            have = np.zeros((2, 5))
            poor = np.zeros((groups, 3))
            for i in range(lo, hi):
                ten = rent[i]
                reach[3] = 0.0
                for c in range(2, -1, -1):
                    v = reach[c + 1]
                    for g in range(groups):
                        v += lam[g, c] * members[i, g]
                    reach[c] = v
                top = max(reach[0], reach[1], reach[2], 0.0)
                for c in range(4):
                    reach[c] = np.exp(reach[c] - top)
                total = 0.0
                for s in range(9):
                    if band_at[i - lo, s] == 255:
                        break
                    total += mass[i - lo, s] * band[ten, band_at[i - lo, s]] * reach[kind_at[i - lo, s]]
                below[:] = 0.0
                for s in range(9):
                    if band_at[i - lo, s] == 255:
                        break
                    v = mass[i - lo, s] * band[ten, band_at[i - lo, s]] * reach[kind_at[i - lo, s]] / total
                    have[ten, band_at[i - lo, s]] += v
                    for c in range(kind_at[i - lo, s], 3):
                        below[c] += v
                for g in range(groups):
                    if members[i, g] > 0:
                        for c in range(3):
                            poor[g, c] += members[i, g] * below[c]
                if r == rounds - 1:
                    for j in range(steps):
                        ratio = np.sqrt(edges[j] * edges[j + 1]) / line[i]
                        c = 0 if ratio < 0.5 else 1 if ratio < 1.0 else 2 if ratio < 2.0 else 3
                        out[i, j] *= band[ten, band_of[j]] * reach[c] / total
            for a in range(2):
                for b in range(5):
                    if have[a, b] > 0.0:
                        band[a, b] *= max(band_goal[t, a, b], 0.02) / have[a, b]
            # Small steps: one home holds people of several age groups, and all their factors act on it at once.
            if r % 2 == 1 and r < rounds - 4:
                for g in range(groups):
                    for c in range(3):
                        if poor_goal[t, g, c] >= 0.0 and poor[g, c] > 0.0:
                            lift = np.log(max(poor_goal[t, g, c], 0.02) / poor[g, c])
                            lam[g, c] = min(max(lam[g, c] + 0.2 * lift, -4.0), 4.0)


@njit()
def _ladder_quantile(shares, u, edges):
    """Find the income at quantile u of each row's shares of the ladder, log-even inside a step."""
    n, steps = shares.shape
    out = np.empty(n)
    for i in range(n):
        left = u[i]
        j = 0
        while j < steps - 1 and left >= shares[i, j]:
            left -= shares[i, j]
            j += 1
        within = min(max(left / max(shares[i, j], 1e-12), 0.0), 1.0)
        out[i] = edges[j] * (edges[j + 1] / edges[j]) ** within
    return out


def incomes(
    lib: Library, chosen: np.ndarray, tract: np.ndarray, race: np.ndarray, rent: np.ndarray,
    poverty_line: np.ndarray, t: Targets, p: Mapping[str, Any], rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
    """Yearly income in 2023 dollars, income category (five bands, zero, no cash rent) and burden class.

    poverty_line : 2023 dollars for each household. Burden class: 0 below 20%, 1 20-29%, 2 30% or more.
    """
    n = len(chosen)
    ages = lib.age[chosen]
    people = lib.size[chosen]
    group = np.digitize(ages, POOR_AGES)
    members = np.stack([((group == k) & (ages >= 0)).sum(axis=1) for k in range(10)], axis=1).astype(np.float32)
    earners = ((ages >= 22) & (ages < 65)).sum(axis=1)
    center = np.log(np.maximum(t.inputs["median_income"].to_numpy(float), 15000.0))[tract]
    center = center + np.asarray(p["income_by_age"])[np.digitize(ages[:, 0], HEAD_EDGES)]
    center += float(p["income_adults"]) * np.log(np.maximum(earners, 0.7) / 1.5)
    center += np.where(np.isin(lib.kind[chosen], (4, 8)), float(p["income_single_parent"]), 0.0)
    # Without a partner's pay beside it, a woman's own is what her home has.
    center += np.where((lib.couple[chosen] == 0) & (lib.sex[chosen, 0] == 1), float(p["income_woman"]), 0.0)
    center += np.asarray(p["income_by_race"])[race]

    tens = rent.astype(np.int64)
    by_tract = np.bincount(tract * 2 + tens, minlength=t.n * 2).reshape(t.n, 2)
    # Tables hold for runs of neighboring tracts with enough homes: in a small sample, whoever is one of a tract's
    # three renters would have to be its one poor renter.
    tract_run = _runs(by_tract.sum(axis=1), _RUN)
    run = tract_run[tract]
    start = np.searchsorted(run, np.arange(run[-1] + 2))
    held = _sum_runs(by_tract, tract_run)
    cells = _cell_table(t)
    table = _sum_runs(cells / np.maximum(cells.sum(axis=(2, 3), keepdims=True), 1e-9) * by_tract[:, :, None, None], tract_run)
    band_goal = table[:, :, :5, :].sum(axis=3)
    band_goal[:, :, 0] += table[:, :, ZERO, 0]
    total = band_goal.sum(axis=2, keepdims=True)
    band_goal = band_goal / np.where(total > 0, total, 1.0) * held[:, :, None]
    age_goal = _poor_goal(t, tract, members)
    poor_goal = _sum_runs(age_goal, tract_run)
    of_type = _family_type(lib, chosen)[:, None] == np.arange(FAMILY_TYPES)
    by_age, members = members, np.hstack([members, of_type * people[:, None]]).astype(np.float32)
    type_goal = _poor_by_type(np.asarray(p["poverty_by_type"]), poor_goal[:, :, 1].sum(axis=1), members[:, 10:], run)
    poor_goal = np.hstack([poor_goal, type_goal])
    # The homes of like families stand together, so each kind gets its own mix of incomes.
    order = np.lexsort((rng.random(n), np.minimum(people, 5), members[:, :3].any(axis=1), head_band(ages[:, 0]), rent, run))
    # A golden-ratio sequence along that order: every home draws from its own shares, and any run of
    # like homes together covers them evenly.
    u = np.empty(n)
    u[order] = np.modf(rng.random() + np.arange(n) * 0.6180339887498949)[0]
    again = int(rng.integers(2**62))
    shares = np.empty((n, len(LADDER) - 1), np.float32)
    # Everybody counts as poor at an income of zero, so this is how many live there.
    residents = _poor_count(np.zeros(n), tract, by_age, t.n)
    usual, known = (a[t.town] for a in _town_poverty(t))
    # Judged over towns with enough homes: the luck of a few would choose the pass with the fewest poor large families.
    unit = _runs(np.bincount(t.town, by_tract.sum(axis=1), len(t.geography.towns)), _JUDGED)[t.town]
    held_by_age = np.maximum(_sum_runs(residents, unit), 1.0)
    wanted = _sum_runs(np.where(known[:, None, None], usual * residents, age_goal), unit)
    best = np.full(len(wanted), np.inf)
    result: tuple[np.ndarray, ...] | None = None
    for _ in range(_PASSES[n > _LARGE]):
        _fit_income(start, center, float(p["income_spread"]), poverty_line, members, tens, LADDER,
                    BAND_OF_STEP, band_goal, poor_goal, _ROUNDS, shares)  # fmt: skip
        income = _ladder_quantile(shares, u, LADDER)
        drawn = _exact_bands(income, shares, run, tens, held, table, np.random.default_rng(again))
        have = _sum_runs(_poor_count(drawn[0] / poverty_line, tract, by_age, t.n), unit)
        # In shares, so that a small age group counts as much as a large one; each unit keeps its best.
        miss = (((have - wanted) / held_by_age) ** 2).sum(axis=(1, 2))
        better = (miss < best)[unit[tract]]
        best = np.minimum(best, miss)
        result = drawn if result is None else tuple(
            np.where(better, new, old) for new, old in zip(drawn, result, strict=True)
        )  # fmt: skip
        # What bands and whole homes pushed away from the poverty tables, the next pass leans against.
        lean = np.clip((wanted + 1.0) / (have + 1.0), 0.6, 1.6)
        age_goal *= lean[unit]
        poor_goal[:, :10] = _sum_runs(age_goal, tract_run)
    assert result is not None  # at least one pass was made
    return result[0], result[1], result[2]


def _runs(homes: np.ndarray, least: int) -> np.ndarray:
    """Dense number of the run of each place, in order: neighbors until a run has `least` homes."""
    out = np.empty(homes.size, np.int64)
    at, have = 0, 0
    for i, n in enumerate(homes):
        if have >= least:
            at, have = at + 1, 0
        out[i] = at
        have += int(n)
    return out


def _sum_runs(values: np.ndarray, run: np.ndarray) -> np.ndarray:
    out = np.zeros((int(run.max()) + 1, *values.shape[1:]), values.dtype)
    np.add.at(out, run, values)
    return out


def _family_type(lib: Library, chosen: np.ndarray) -> np.ndarray:
    """0 couple with children, 1 without, 2 one adult with children, 3 several, no couple, 4 alone, 5 no children."""
    ages = lib.age[chosen]
    children = ((ages >= 0) & (ages < 18)).any(axis=1)
    adults = (ages >= 18).sum(axis=1)
    out = np.where(children, np.where(adults == 1, 2, 3), np.where(lib.size[chosen] == 1, 4, 5))
    return np.where(lib.couple[chosen] > 0, np.where(children, 0, 1), out)


def _poor_by_type(rates: np.ndarray, poor: np.ndarray, members: np.ndarray, run: np.ndarray) -> np.ndarray:
    """(R, types, 3) persons below poverty by type of family; -1 where nothing is asked.

    One shift of all log odds makes the state's rates add up to the poor of the run, `poor` (R,).
    """
    held = np.stack([np.bincount(run, members[:, k], poor.size) for k in range(rates.size)], axis=1)
    low, high = np.full(poor.size, -8.0), np.full(poor.size, 8.0)
    odds = np.log(rates / (1.0 - rates))
    for _ in range(40):
        middle = 0.5 * (low + high)
        rate = 1.0 / (1.0 + np.exp(-(odds + middle[:, None])))
        short = (held * rate).sum(axis=1) < poor
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    out = np.full((poor.size, rates.size, 3), -1.0)
    out[:, :, 1] = held * rate
    return out


def _poor_count(ratio: np.ndarray, tract: np.ndarray, members: np.ndarray, n: int) -> np.ndarray:
    """(T, groups, 3) persons of each age group below 50, 100 and 200% of poverty."""
    out = np.zeros((n, members.shape[1], 3))
    for c, line in enumerate((0.5, 1.0, 2.0)):
        rows = ratio < line
        for g in range(members.shape[1]):
            out[:, g, c] = np.bincount(tract[rows], members[rows, g], n)
    return out


def _exact_bands(
    income: np.ndarray, shares: np.ndarray, tract: np.ndarray, rent: np.ndarray, held: np.ndarray, table: np.ndarray,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
    """Give out the whole cells of tenure, income and burden; incomes outside their band get one inside it."""
    n_tracts = len(table)
    group = tract.astype(np.int64) * 2 + rent
    # Cells run by income, then burden; zero income and no cash rent stand first and last.
    flat = np.concatenate([
        table[:, :, ZERO, :1], table[:, :, :5, :].reshape(n_tracts, 2, 15), table[:, :, NO_CASH, :1],
    ], axis=2).reshape(n_tracts * 2, 17)  # fmt: skip
    whole = cumulative_counts(flat, held.reshape(-1), rng)
    # Who pays no cash rent does not depend on income: chosen first, at random, and put last.
    sorted_once = np.lexsort((rng.random(len(group)), group))
    first = np.cumsum(held.reshape(-1)) - held.reshape(-1)
    place = np.empty(len(group), np.int64)
    place[sorted_once] = np.arange(len(group)) - first[group[sorted_once]]
    no_cash = place < whole[group, 16]
    bands = np.concatenate([
        whole[:, :1], whole[:, 1:16].reshape(-1, 5, 3).sum(axis=2), whole[:, 16:],
    ], axis=1)  # fmt: skip
    kind = share_out(bands, group, np.where(no_cash, np.inf, income))
    category = np.where(kind == 0, ZERO, np.where(kind == 6, NO_CASH, kind - 1)).astype(np.int64)

    edges = np.array([1000.0, *BAND_EDGES, 600000.0])
    low, high = edges[category.clip(0, 4)], edges[category.clip(0, 4) + 1]
    outside = np.flatnonzero((category < 5) & ~((income >= low) & (income < high)))
    # From the home's own shares inside the band, at its rank among the tract's homes of that band. Put at the
    # band's near edge, a sample with few homes to a tract, where many must move, would lose the poor: 20,000
    # dollars, where the lowest band ends, lie above a small home's poverty line.
    cell = group * 7 + category
    number = np.bincount(cell, minlength=int(cell.max()) + 1)
    rank = np.empty(len(income), np.int64)
    by_cell = np.lexsort((income, cell))
    rank[by_cell] = np.arange(len(income)) - (np.cumsum(number) - number)[cell[by_cell]]
    at = (rank[outside] + rng.random(outside.size)) / number[cell[outside]]
    own = shares[outside].astype(np.float64)
    below = np.where(BAND_OF_STEP < category[outside, None], own, 0.0).sum(axis=1)
    within = np.where(BAND_OF_STEP == category[outside, None], own, 0.0).sum(axis=1)
    fixed = income.copy()
    fixed[outside] = _ladder_quantile(shares[outside], below + within * at, LADDER)
    fixed = np.clip(fixed, low + 1.0, high - 1.0)
    income = np.where(category == NO_CASH, income, np.where(category == ZERO, 0.0, fixed))
    # Inside a band the poorer are the likelier to be burdened.
    burden = np.zeros(len(income), np.int64)
    score = -np.log(np.maximum(income, 1.0)) + rng.normal(0.0, 0.25, len(income))
    rows = np.flatnonzero(category < 5)
    cell_counts = whole[:, 1:16].reshape(-1, 3)
    burden[rows] = share_out(cell_counts, group[rows] * 5 + category[rows], score[rows])
    return income, category, burden


def _cell_table(t: Targets) -> np.ndarray:
    """(T, 2 tenures, 7 income categories, 3 burdens) counts."""
    out = np.zeros((t.n, 2, 7, 3))
    for a, name in enumerate(("owner", "renter")):
        for b, band in enumerate(BANDS):
            for c, burden in enumerate(BURDENS):
                out[:, a, b, c] = t.cells[name, band, burden].to_numpy(float)
        out[:, a, ZERO, 0] = t.cells[name, "zero_or_negative", "not_computed"].to_numpy(float)
    out[:, 1, NO_CASH, 0] = t.cells["renter", "no_cash_rent", "not_computed"].to_numpy(float)
    # A tenure that the table lacks in a tract takes the whole tract's incomes and burdens.
    empty = out.sum(axis=(2, 3)) == 0
    for a in range(2):
        out[empty[:, a], a] = out[empty[:, a], 1 - a]
    out[:, 0, NO_CASH] = 0.0
    out[out.sum(axis=(1, 2, 3)) == 0] = 1.0
    return out


def _poor_goal(t: Targets, tract: np.ndarray, members: np.ndarray) -> np.ndarray:
    """(T, 10 age groups, 3) persons below 50, 100 and 200% of poverty.

    The tract's own rates hold for everyone, children and seniors; inside those groups the town's table
    of age by poverty says how the rates differ.
    """
    k = members.shape[1]
    held = np.stack([np.bincount(tract, members[:, g], t.n) for g in range(k)], axis=1)
    rate = _town_poverty(t)[0][t.town]
    share = {c: t.inputs[c].to_numpy(float) for c in t.inputs.columns if "poor_below" in c}
    usual = rate.copy()
    lines = ("50", "100", "200")
    settled = np.zeros(k, bool)
    for name, part in (("child", slice(0, 3)), ("senior", slice(8, 10))):
        settled[part] = True
        people = np.maximum(held[:, part].sum(axis=1), 1e-6)
        for c in (1, 2, 0):  # the poorest last: their rate follows that of the poor
            own = share.get(f"{name}_poor_below_{lines[c]}")
            have = (usual[:, part, c] * held[:, part]).sum(axis=1) / people
            if own is not None:
                lift = np.minimum(own, share[f"poor_below_{lines[c]}"] * held.sum(axis=1) / people) / np.maximum(have, 1e-4)
            elif c == 0:
                lift = (rate[:, part, 1] * held[:, part]).sum(axis=1) / np.maximum(
                    (usual[:, part, 1] * held[:, part]).sum(axis=1), 1e-6)  # fmt: skip
            else:
                lift = np.ones(t.n)
            rate[:, part, c] = (usual[:, part, c] * lift[:, None]).clip(0.0, 0.99)
    for c, line in enumerate(lines):
        left = share[f"poor_below_{line}"] * held.sum(axis=1) - (rate[:, settled, c] * held[:, settled]).sum(axis=1)
        have = (rate[:, ~settled, c] * held[:, ~settled]).sum(axis=1)
        rate[:, ~settled, c] *= (np.maximum(left, 0.0) / np.maximum(have, 1e-6))[:, None]
    # Rates cannot fall as the line rises.
    rate = np.maximum.accumulate(rate.clip(0.0, 0.99), axis=2)
    return rate * held[:, :, None]


def _town_poverty(t: Targets) -> tuple[np.ndarray, np.ndarray]:
    """(M, 10, 3) shares below 50, 100 and 200% of poverty by age of each town; the state's where unknown.

    Also which towns have figures of their own, (M,) bool.
    """
    state = joint("age_poverty", "state")
    own = t.geography.joint("age_poverty")
    table = state if own is None else own
    ratios = list(state.columns.get_level_values("ratio").unique())

    def shares(frame: pd.DataFrame) -> np.ndarray:
        out = np.zeros((len(frame), len(AGE_GROUPS), 3))
        for k, name in enumerate(AGE_GROUPS):
            running = np.cumsum(frame[name][ratios].to_numpy(float), axis=1)
            total = np.maximum(running[:, -1:], 1e-9)
            # The ladder of ratios: the first step ends at 50%, the third at 100%, the eighth at 200%.
            out[:, k] = np.where(running[:, -1:] > 0, running[:, [0, 2, 7]] / total, np.nan)
        return out

    of_state = shares(state)[0]
    of_towns = shares(table.reindex(list(t.geography.towns)).fillna(0.0))  # none found: all NaN
    known = ~np.isnan(of_towns).all(axis=(1, 2)) & (own is not None)
    return np.where(np.isnan(of_towns), of_state, of_towns), known
