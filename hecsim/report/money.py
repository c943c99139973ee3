"""What the mixes cost, what others save, and the cost of each adverse experience prevented.

Spending comes from the ledger, at the scale of the real place. Savings are changes in the cost measures,
summed over simulated residents and multiplied by what one of them stands for. Dollars and adverse
experiences are discounted from the first month at 3% a year, the rate of the Second Panel on
Cost-Effectiveness in Health and Medicine (JAMA 2016;316:1093).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from scipy import stats

from hecsim.clock import MONTHS_PER_YEAR
from hecsim.measures import MEASURES
from hecsim.report.facts import Change, Facts
from hecsim.study.results import covariance_of_means

__all__ = ["DISCOUNT_RATE", "ArmMoney", "arm_money", "discount", "fieller", "scaled"]

DISCOUNT_RATE = 0.03
_TOTAL = "health_cost"  # the sum of the payers, left out so that nothing is counted twice
_TOPIC = "Cost by payer"


@dataclass
class ArmMoney:
    """Discounted dollars over the horizon, as differences from current law; `Change`s carry the intervals.

    cost_per_ace : mean, low, high; None if the effect's interval includes zero
    cumulative : mean, 5th and 95th percentile of net cost up to the end of each year
    """

    arm: str
    spending: Change
    savings: Change
    net: Change
    aces: Change
    aces_undiscounted: Change
    per_resident: float
    by_payer: dict[str, Change] = field(default_factory=dict)
    by_intervention: dict[str, Change] = field(default_factory=dict)
    by_category: dict[str, Change] = field(default_factory=dict)
    by_instrument: dict[str, Change] = field(default_factory=dict)
    saved_by: dict[str, Change] = field(default_factory=dict)
    transfers: dict[str, Change] = field(default_factory=dict)
    cost_per_ace: tuple[float, float, float] | None = None
    gross_per_ace: tuple[float, float, float] | None = None
    cumulative: tuple[np.ndarray, np.ndarray, np.ndarray] | None = None
    paid_back: float = math.nan


def discount(months: int) -> np.ndarray:
    """Weight of each month, 1 at the start."""
    return (1 + DISCOUNT_RATE) ** -(np.arange(months) / MONTHS_PER_YEAR)


def scaled(facts: Facts, measure: str) -> np.ndarray:
    """Numerator of a measure by month at the scale of the real place, shape (futures, arms, months)."""
    r = facts.results
    where = r.manifest.get("places") or {}
    weights = dict(zip(where.get("neighborhood") or [], where.get("scale") or [], strict=False))
    part = r.sums[:, :, :, r.measures.index(measure), :, 0]
    rows = [(facts.lookup["neighborhood", n], w) for n, w in weights.items() if ("neighborhood", n) in facts.lookup]
    if not rows:
        return part[..., facts.lookup["all", "all"]]
    return part[..., [i for i, _ in rows]] @ np.array([w for _, w in rows], float)


def residents(facts: Facts) -> float:
    """Mean residents of the real place under current law; NaN if they were not measured."""
    if "residents" not in facts.results.measures:
        return math.nan
    return float(scaled(facts, "residents")[:, facts.results.reference].mean())


def _ledger(facts: Facts, column: str | None) -> dict[str, np.ndarray]:
    """Discounted spending by value of a column (or in all), each of shape (futures, arms)."""
    r = facts.results
    frame = r.ledger
    empty = np.zeros((len(r.futures), len(r.arms)))
    if frame is None or not len(frame) or "amount" not in frame:
        return {} if column else {"all": empty}
    months = r.sums.shape[2]
    weight = discount(months)[np.clip(frame["month"].to_numpy(int), 0, months - 1)]
    table = frame.assign(now=frame["amount"].to_numpy(float) * weight)
    f = {x: i for i, x in enumerate(r.futures)}
    a = {x: i for i, x in enumerate(r.arms)}
    out: dict[str, np.ndarray] = {}
    for key, part in [("all", table)] if column is None else table.groupby(column, sort=True):
        total = empty.copy()
        for future, arm, dollars in zip(part["future"], part["arm"], part["now"], strict=True):
            if future in f and arm in a:
                total[f[future], a[arm]] += dollars
        out[str(key)] = total
    return out


def _monthly_spending(facts: Facts) -> np.ndarray:
    """Discounted spending, shape (futures, arms, months)."""
    r = facts.results
    out = np.zeros((len(r.futures), len(r.arms), r.sums.shape[2]))
    frame = r.ledger
    if frame is None or not len(frame) or "amount" not in frame:
        return out
    f = frame["future"].map({x: i for i, x in enumerate(r.futures)}).to_numpy(float)
    a = frame["arm"].map({x: i for i, x in enumerate(r.arms)}).to_numpy(float)
    ok = np.isfinite(f) & np.isfinite(a)
    months = np.clip(frame["month"].to_numpy(int)[ok], 0, out.shape[2] - 1)
    np.add.at(out, (f[ok].astype(int), a[ok].astype(int), months), frame["amount"].to_numpy(float)[ok])
    return out * discount(out.shape[2])


def fieller(
    top: np.ndarray, bottom: np.ndarray, level: float = 0.95, draws: np.ndarray | None = None
) -> tuple[float, float, float] | None:
    """Ratio of means and its interval (Fieller 1954); None unless the bottom's own interval leaves zero out.

    draws : the parameter draw of each future, which futures may share; None where all are independent

    >>> fieller(np.array([9.0, 10.0, 11.0]), np.array([-1.0, 0.0, 1.0])) is None
    True
    """
    ok = np.isfinite(top) & np.isfinite(bottom)
    top, bottom = top[ok], bottom[ok]
    cov, freedom = covariance_of_means(np.column_stack([top, bottom]), np.arange(top.size) if draws is None else draws[ok])
    if freedom < 1 or bottom.mean() == 0:
        return None
    t2 = stats.t.ppf(0.5 + level / 2, freedom) ** 2
    a, b = top.mean(), bottom.mean()
    g = t2 * cov[1, 1] / b**2
    if g >= 1:
        return None
    q = b**2 - t2 * cov[1, 1]
    middle = a * b - t2 * cov[0, 1]
    root = math.sqrt(max(middle**2 - q * (a**2 - t2 * cov[0, 0]), 0.0))
    return float(a / b), float((middle - root) / q), float((middle + root) / q)


def arm_money(facts: Facts, arm: str) -> ArmMoney:
    """All money of one arm against current law."""
    r = facts.results
    a, ref = facts.arm_index(arm), r.reference
    months = r.sums.shape[2]
    weight = discount(months)

    def change(difference: np.ndarray, name: str, better: str = "") -> Change:
        return facts.from_arrays(arm, name, difference, np.zeros(difference.size), better=better, group=name)

    def parts(column: str) -> dict[str, Change]:
        found = {k: change(v[:, a] - v[:, ref], k) for k, v in _ledger(facts, column).items()}
        kept = {k: c for k, c in found.items() if c.difference}
        return dict(sorted(kept.items(), key=lambda kv: -kv[1].difference))

    def against(measure: str) -> np.ndarray:
        x = scaled(facts, measure)
        return x[:, a] - x[:, ref]

    monthly = _monthly_spending(facts)
    spent = monthly[:, a] - monthly[:, ref]
    saved_by, saved = {}, np.zeros_like(spent)
    for name in r.measures:
        m = MEASURES[name]
        if m.kind == "money" and m.topic == _TOPIC and name != _TOTAL:
            saving = -against(name) * weight
            saved += saving
            saved_by[name] = change(saving.sum(axis=1), name, "higher")
    transfers = {
        name: change((against(name) * weight).sum(axis=1), name)
        for name in r.measures
        if MEASURES[name].kind == "money" and MEASURES[name].topic != _TOPIC
    }
    net = spent - saved
    aces = -against("aces_0_8") if "aces_0_8" in r.measures else np.zeros_like(spent)
    prevented = (aces * weight).sum(axis=1)
    years = net[:, : r.years * MONTHS_PER_YEAR].reshape(len(r.futures), r.years, MONTHS_PER_YEAR).sum(axis=2).cumsum(axis=1)
    people = residents(facts)
    total = change(net.sum(axis=1), "net", "lower")
    return ArmMoney(
        arm=arm,
        spending=change(spent.sum(axis=1), "spending"),
        savings=change(saved.sum(axis=1), "savings", "higher"),
        net=total,
        aces=change(prevented, "aces", "higher"),
        aces_undiscounted=change(aces.sum(axis=1), "aces", "higher"),
        per_resident=total.difference / people / r.years if people > 0 else math.nan,
        by_payer=parts("payer"),
        by_intervention=parts("intervention"),
        by_category=parts("category"),
        by_instrument=parts("instrument"),
        saved_by=saved_by,
        transfers=transfers,
        cost_per_ace=fieller(net.sum(axis=1), prevented, draws=facts.draws) if prevented.mean() > 0 else None,
        gross_per_ace=fieller(spent.sum(axis=1), prevented, draws=facts.draws) if prevented.mean() > 0 else None,
        cumulative=(years.mean(axis=0), *np.percentile(years, (5, 95), axis=0)),
        paid_back=float((net.sum(axis=1) <= 0).mean()) if spent.any() else math.nan,
    )
