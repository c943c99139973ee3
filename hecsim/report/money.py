"""What the mixes cost, what others save, and the cost of each adverse experience prevented.

Figures are those of `hecsim.study.economics` over the whole horizon at 3% a year, seen from all budgets
together: everybody who pays or saves but the families themselves.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from hecsim.clock import MONTHS_PER_YEAR
from hecsim.report.facts import Change, Facts
from hecsim.study import budgets
from hecsim.study.economics import DISCOUNT_RATE, Economics
from hecsim.study.ratios import fieller

__all__ = ["DISCOUNT_RATE", "ArmMoney", "arm_money", "discount", "fieller", "scaled"]

FAMILIES = "residents"


@dataclass
class ArmMoney:
    """Discounted dollars over the horizon, as differences from current law; `Change`s carry the intervals.

    by_payer, saved_by : of every budget; families : what residents pay, less what they save
    cost_per_ace : mean, low, high; None if the effect's interval includes zero
    cumulative : mean, 5th and 95th percentile of net cost up to the end of each year
    """

    arm: str
    spending: Change
    savings: Change
    net: Change
    families: Change
    society: Change
    aces: Change
    aces_undiscounted: Change
    per_resident: float
    by_payer: dict[str, Change] = field(default_factory=dict)
    by_intervention: dict[str, Change] = field(default_factory=dict)
    by_category: dict[str, Change] = field(default_factory=dict)
    by_instrument: dict[str, Change] = field(default_factory=dict)
    saved_by: dict[str, Change] = field(default_factory=dict)
    net_by: dict[str, Change] = field(default_factory=dict)
    cost_per_ace: tuple[float, float, float] | None = None
    gross_per_ace: tuple[float, float, float] | None = None
    cumulative: tuple[np.ndarray, np.ndarray, np.ndarray] | None = None
    paid_back: float = math.nan


def discount(months: int) -> np.ndarray:
    """Weight of each month, 1 at the start."""
    return budgets.discount(months, DISCOUNT_RATE)


def scaled(facts: Facts, measure: str) -> np.ndarray:
    """Numerator of a measure by month at the scale of the real place, shape (futures, arms, months)."""
    return budgets.scaled(facts.results, measure)


def residents(facts: Facts) -> float:
    """Mean residents of the real place under current law; NaN if they were not measured."""
    if "residents" not in facts.results.measures:
        return math.nan
    return float(scaled(facts, "residents")[:, facts.results.reference].mean())


def _costs(facts: Facts, column: str) -> dict[str, np.ndarray]:
    """Discounted cost by value of a column, each of shape (futures, arms); transfers and notes are left out."""
    r = facts.results
    frame = r.ledger
    if frame is None or not len(frame) or "amount" not in frame:
        return {}
    if "flow" in frame:
        frame = frame[frame["flow"] == "cost"]
    f = frame["future"].map({x: i for i, x in enumerate(r.futures)}).to_numpy(float)
    a = frame["arm"].map({x: i for i, x in enumerate(r.arms)}).to_numpy(float)
    ok = np.isfinite(f) & np.isfinite(a)
    months = r.sums.shape[2]
    weight = discount(months)[np.clip(frame["month"].to_numpy(int), 0, months - 1)]
    now, names = (frame["amount"].to_numpy(float) * weight)[ok], frame[column].to_numpy(object)[ok]
    out: dict[str, np.ndarray] = {}
    for name in sorted({str(n) for n in names if n}):
        rows = names == name
        out[name] = np.zeros((len(r.futures), len(r.arms)))
        np.add.at(out[name], (f[ok][rows].astype(int), a[ok][rows].astype(int)), now[rows])
    return out


def arm_money(facts: Facts, arm: str, economics: Economics | None = None) -> ArmMoney:
    """All money of one arm against current law."""
    r = facts.results
    made = economics or Economics(r, DISCOUNT_RATE)
    b = made.budgets(arm)
    a, ref, months = facts.arm_index(arm), r.reference, r.sums.shape[2]
    weight = discount(months)

    def change(difference: np.ndarray, name: str, better: str = "") -> Change:
        return facts.from_arrays(arm, name, difference, np.zeros(difference.size), better=better, group=name)

    def parts(column: str) -> dict[str, Change]:
        found = {k: change(v[:, a] - v[:, ref], k) for k, v in _costs(facts, column).items()}
        return _largest_first(found)

    def of(monthly: np.ndarray) -> np.ndarray:
        return made.dollars(monthly, r.years)

    payers = [p for p in b.payers if p != FAMILIES]
    nothing = np.zeros_like(b.resource)
    paid = sum((b.paid.get(p, nothing) for p in payers), nothing)
    saved = sum((b.saved.get(p, nothing) for p in payers), nothing)
    net = (paid - saved) / 100.0 * weight
    spent = of(paid)
    aces = (
        budgets.standardized(r, "aces_0_8")[:, [ref, a]] if "aces_0_8" in r.measures else np.zeros((len(r.futures), 2, months))
    )
    fewer = aces[:, 0] - aces[:, 1]
    prevented = (fewer * weight).sum(axis=1)
    years = net[:, : r.years * MONTHS_PER_YEAR].reshape(len(r.futures), r.years, MONTHS_PER_YEAR).sum(axis=2).cumsum(axis=1)
    people, total = residents(facts), change(net.sum(axis=1), "net", "lower")
    return ArmMoney(
        arm=arm,
        spending=change(spent, "spending"),
        savings=change(of(saved), "savings", "higher"),
        net=total,
        families=change(of(b.paid.get(FAMILIES, nothing) - b.saved.get(FAMILIES, nothing)), "families", "lower"),
        society=change(of(b.net()), "society", "lower"),
        aces=change(prevented, "aces", "higher"),
        aces_undiscounted=change(fewer.sum(axis=1), "aces", "higher"),
        per_resident=total.difference / people / r.years if people > 0 else math.nan,
        by_payer=_largest_first({p: change(of(b.paid[p]), p) for p in payers if p in b.paid}),
        by_intervention=parts("intervention"),
        by_category=parts("category"),
        by_instrument=parts("instrument"),
        saved_by={p: change(of(b.saved[p]), p, "higher") for p in payers if p in b.saved},
        net_by={p: change(of(b.net((p,))), p, "lower") for p in b.payers},
        cost_per_ace=fieller(net.sum(axis=1), prevented, draws=facts.draws) if prevented.mean() > 0 else None,
        gross_per_ace=fieller(spent, prevented, draws=facts.draws) if prevented.mean() > 0 else None,
        cumulative=(years.mean(axis=0), *np.percentile(years, (5, 95), axis=0)),
        paid_back=float((net.sum(axis=1) <= 0).mean()) if paid.any() else math.nan,
    )


def _largest_first(changes: dict[str, Change]) -> dict[str, Change]:
    kept = {k: c for k, c in changes.items() if c.difference}
    return dict(sorted(kept.items(), key=lambda kv: -kv[1].difference))
