"""What an evaluation after three years would have seen of an effect that a longer study knows.

For events and money the share of the whole effect that had come by then; for states the early difference
over the late one. No share is given where the late effect itself cannot be told from zero. An evaluation
that is not paired sees less still: its power at 5% is that of comparing two separate groups of the size of
published evaluations,

    share p     z = |p1 - p0| / sqrt((p0 (1 - p0) + p1 (1 - p1)) / n)
    events      z = |m1 - m0| / sqrt((m0 + m1) / n),  m events of a person by then (Poisson)
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import scipy

from hecsim import evidence
from hecsim.clock import MONTHS_PER_YEAR
from hecsim.measures import MEASURES
from hecsim.study.economics import Economics
from hecsim.study.results import Results, interval

__all__ = ["EARLY", "early", "power"]

EARLY = 3  # years, the usual length of a grant with its evaluation
LOOKED_AT = (
    "aces_0_8", "cps_reports", "cps_confirmed", "evictions", "food_insecurity", "obesity_child", "obesity_adult",
    "poverty_child", "diabetes", "depression_caregivers",
)  # fmt: skip


def power(before: float, after: float, n: float, kind: str, level: float = 0.05) -> float:
    """Chance that a two-sided test of two groups of n finds the difference.

    before, after : shares (kind "level") or events of a person (kind "flow")

    >>> round(power(0.2, 0.2, 500, "level"), 2)
    0.05
    """
    spread = before + after if kind == "flow" else before * (1 - before) + after * (1 - after)
    if not spread > 0:
        return float("nan")
    z, edge = abs(after - before) / float(np.sqrt(spread / n)), float(scipy.stats.norm.ppf(1 - level / 2))
    return float(scipy.stats.norm.sf(edge - z) + scipy.stats.norm.cdf(-edge - z))


def early(economics: Economics, *, years: int = EARLY) -> pd.DataFrame:
    """One row per arm and outcome, and one for the savings of all budgets.

    Columns: arm, outcome, label, early, late (differences from current law), late_low, late_high, share (of
    the late effect seen early; NaN where there is no late effect to see), power_<n> for each size
    """
    r = economics.results
    sizes = [int(n) for n in np.asarray(evidence.draw(None)["money.evaluation_sizes"])]
    rows = []
    years = min(years, r.years)
    for arm in economics.arms:
        rows += [_outcome(economics, arm, m, years, sizes) for m in LOOKED_AT if m in r.measures]
        b = economics.budgets(arm)
        saved = sum(b.saved.values(), np.zeros_like(b.resource)) - b.saved.get("residents", 0)
        first, whole = economics.dollars(saved, years), economics.dollars(saved, r.years)
        rows.append(_row(arm, "savings", "Savings of all budgets, $", first, whole, economics.draws))
    return pd.DataFrame(rows)


def _row(arm: str, name: str, label: str, first: np.ndarray, whole: np.ndarray, draws: np.ndarray) -> dict[str, object]:
    low, high = interval(whole, draws)
    seen = not (np.isnan(low) or low <= 0 <= high)
    share = float(first.mean() / whole.mean()) if seen else float("nan")
    return {"arm": arm, "outcome": name, "label": label, "early": float(first.mean()), "late": float(whole.mean()),
            "late_low": low, "late_high": high, "share": share}  # fmt: skip


def _outcome(economics: Economics, arm: str, measure: str, years: int, sizes: list[int]) -> dict[str, object]:
    r, m = economics.results, MEASURES[measure]
    a, ref = r.arms.index(arm), r.reference
    if m.kind == "flow":
        first, whole = (_rates(r, measure, (0, y))[:, [ref, a]] * y for y in (years, r.years))
    else:
        first, whole = (_rates(r, measure, (y - 1, y))[:, [ref, a]] for y in (years, r.years))
    gone, end = (m.factor * (x[:, 1] - x[:, 0]) for x in (first, whole))
    row = _row(arm, measure, f"{m.label}, {m.unit}", gone, end, economics.draws)
    before, after = first.mean(axis=0)
    countable = m.kind == "flow" or m.unit.startswith("percent")
    for n in sizes:
        row[f"power_{n}"] = power(float(before), float(after), n, m.kind) if countable else float("nan")
    return row


def _rates(results: Results, measure: str, years: tuple[int, int]) -> np.ndarray:
    """Ratio without its factor over a span of years, (futures, arms)."""
    i = results.measures.index(measure)
    part = np.asarray(results.sums[:, :, years[0] * MONTHS_PER_YEAR : years[1] * MONTHS_PER_YEAR, i])
    total = part[:, :, :, results.groups.index(("all", "all"))].sum(axis=2)
    with np.errstate(invalid="ignore", divide="ignore"):
        return total[..., 0] / total[..., 1]
