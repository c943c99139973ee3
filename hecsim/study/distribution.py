"""Distributional cost-effectiveness: who gains the QALYs, and what a fairer spread of them is worth.

Health of a group is its mean quality of life over the horizon. Its equally distributed equivalent (EDE;
Atkinson 1970) is the level that, if everybody had it, would be as good as the present spread:

    EDE = (sum over groups of w_g h_g^(1 - e))^(1 / (1 - e)),  w_g shares of people, e aversion to inequality

A policy that spends money displaces other health: its net cost over the threshold, in QALYs, taken from
everybody alike (Asaria, Griffin and Cookson, Med Decis Making 2016;36:8). Equity impact is the gain in EDE
beyond the gain in the mean; it is positive when those worse off gain more.

>>> round(float(equally_distributed(np.array([0.8, 0.8]), np.array([0.5, 0.5]), 10.9)), 6)
0.8
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from hecsim import evidence
from hecsim.clock import MONTHS_PER_YEAR
from hecsim.errors import UnknownNameError
from hecsim.study.budgets import scaled
from hecsim.study.economics import Economics
from hecsim.study.results import interval

__all__ = ["distribution", "equally_distributed"]

KINDS = ("income", "race_ethnicity")


def equally_distributed(health: np.ndarray, share: np.ndarray, aversion: float) -> np.ndarray:
    """EDE over the last axis of `health` (positive); `share` sums to one there."""
    share = share / share.sum(axis=-1, keepdims=True)
    if abs(aversion - 1.0) < 1e-9:
        return np.exp((share * np.log(health)).sum(axis=-1))
    return ((share * health ** (1.0 - aversion)).sum(axis=-1)) ** (1.0 / (1.0 - aversion))


def distribution(
    economics: Economics,
    arm: str,
    horizon: int,
    *,
    by: str = "income",
    aversion: float | None = None,
    threshold: float | None = None,
) -> tuple[pd.DataFrame, dict[str, float]]:
    """QALYs gained by group, and the summary of one arm.

    by : "income" (band at the start) or "race_ethnicity"; aversion, threshold : from the evidence by default

    Returns
    -------
    groups : group, people, health under current law (mean quality of life), qalys, low, high, per 1,000 people
    summary : qalys, displaced, net, ede (QALYs of equal spread), equity (ede - qalys), each with _low, _high
    """
    if by not in KINDS:
        raise UnknownNameError(by, KINDS, what="kind of group")
    r, central = economics.results, evidence.draw(None)
    aversion = float(central["money.inequality_aversion"]) if aversion is None else aversion
    threshold = float(central["money.qaly_threshold"]) if threshold is None else threshold
    months = economics._months(horizon)
    rows = [i for i, (kind, _) in enumerate(r.groups) if kind == by]
    part = np.asarray(r.sums[:, :, :, r.measures.index("quality_of_life")])[:, :, :months][..., rows, :]
    a, ref = r.arms.index(arm), r.reference
    weight = economics.weight[:months, None]
    people = part[:, ref, :, :, 1]
    with np.errstate(invalid="ignore", divide="ignore"):
        level = part[..., 0] / part[..., 1]
    gain = np.nan_to_num((level[:, a] - level[:, ref]) * people)
    real = scaled(r, "residents")[:, ref].sum(axis=1) / r.sums[:, ref, :, r.measures.index("residents")][..., _all(r), 0].sum(
        axis=1
    )
    qalys = (gain * weight).sum(axis=1) / MONTHS_PER_YEAR * real[:, None]
    years = (people * weight).sum(axis=1) / MONTHS_PER_YEAR * real[:, None]
    kept = np.flatnonzero(years.mean(axis=0) > 0)
    base = (np.nan_to_num(level[:, ref]) * people * weight).sum(axis=1)[:, kept] / (people * weight).sum(axis=1)[:, kept]
    share = years[:, kept]
    displaced = economics.society(arm, horizon) / threshold
    after = base + qalys[:, kept] / share
    whole = share.sum(axis=1)
    levels = [equally_distributed(x, share, aversion) for x in (base, after)]
    fair = (levels[1] - levels[0]) * whole
    count = people.mean(axis=1) * real[:, None]
    table = []
    for i in kept:
        low, high = interval(qalys[:, i], economics.draws)
        table.append(
            {"arm": arm, "horizon": horizon, "kind": by, "group": r.groups[rows[i]][1], "people": count[:, i].mean(),
             "health": float(base[:, list(kept).index(i)].mean()), "qalys": qalys[:, i].mean(), "low": low, "high": high,
             "per_1000": 1000.0 * qalys[:, i].mean() / count[:, i].mean()}
        )  # fmt: skip
    summary: dict[str, float] = {"aversion": aversion, "threshold": threshold}
    total = qalys.sum(axis=1)
    for name, x in (("qalys", total), ("displaced", displaced), ("net", total - displaced), ("ede", fair),
                    ("equity", fair - total)):  # fmt: skip
        summary[name] = float(x.mean())
        summary[f"{name}_low"], summary[f"{name}_high"] = interval(x, economics.draws)
    return pd.DataFrame(table), summary


def _all(results: object) -> int:
    return results.groups.index(("all", "all"))  # type: ignore[attr-defined]
