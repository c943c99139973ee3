"""What became of the fund of an arm: solvency by year, programs that ended, and what payers paid for.

Everything is read from the notes and transfers of the ledger (`hecsim.interventions.ledger`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hecsim.clock import MONTHS_PER_YEAR
from hecsim.collaborative.funds import FUND
from hecsim.study.results import Results

__all__ = ["fund_history", "has_fund"]


def has_fund(results: Results, arm: str) -> bool:
    """Whether the arm was paid from a fund."""
    return any(a["name"] == arm and "funds" in a for a in results.manifest["study"]["arms"])


def fund_history(results: Results, arm: str) -> dict[str, Any]:
    """Means over futures at the scale of the real place; an arm without a fund gives empty tables.

    years : year, held and owed in its January, need (a year of what runs, with what is owed), received,
        spent, solvent (share of futures in which money in hand covers the need)
    ended : intervention, share of futures in which its money ran out, month (median of the first time), again
        (share in which it began again)
    settled : source, measure, true and measured gain and benchmark, summed over years
    paid_by_outcome : dollars
    """
    nothing: dict[str, Any] = {
        "years": pd.DataFrame(),
        "ended": pd.DataFrame(),
        "settled": pd.DataFrame(),
        "paid_by_outcome": 0.0,
    }
    frame = results.ledger
    if not has_fund(results, arm) or frame is None or "flow" not in frame:
        return nothing
    frame = frame[frame["arm"] == arm].assign(year=lambda x: x["month"] // MONTHS_PER_YEAR)
    notes, n = frame[frame["flow"] == "note"], len(results.futures)
    fund = frame[(frame["payer"] == FUND) & (frame["flow"] != "note")]
    return {
        "years": _years(notes, fund, results),
        "ended": _ended(notes, n),
        "settled": _settled(notes, n),
        "paid_by_outcome": -float(fund.loc[fund["category"] == "outcome payment", "amount"].sum()) / n,
    }


def _years(notes: pd.DataFrame, fund: pd.DataFrame, results: Results) -> pd.DataFrame:
    n, rows = len(results.futures), []
    for year in range(results.years):
        now = notes[notes["year"] == year].pivot_table(index="future", columns="category", values="value", aggfunc="sum")
        part = fund[fund["year"] == year]
        held, owed, need = (now[c] if c in now else pd.Series(0.0, now.index) for c in ("held", "owed", "need"))
        spent = part.loc[part["flow"] == "cost", "amount"].sum() / n
        received = -part.loc[part["flow"] == "transfer", "amount"].sum() / n
        solvent = float((held >= need).mean()) if len(now) else float("nan")
        rows.append({"year": year + 1, "held": held.mean(), "owed": owed.mean(), "need": need.mean(), "received": received,
                     "spent": spent, "solvent": solvent})  # fmt: skip
    return pd.DataFrame(rows)


def _ended(notes: pd.DataFrame, futures: int) -> pd.DataFrame:
    gone, again = notes[notes["category"] == "ended"], notes[notes["category"] == "begins again"]
    rows = []
    for name, part in gone.groupby("intervention", sort=True):
        first = part.groupby("future")["month"].min()
        back = again.loc[again["intervention"] == name, "future"].nunique()
        rows.append(
            {"intervention": name, "share": first.size / futures, "month": float(first.median()), "again": back / futures}
        )
    return pd.DataFrame(rows, columns=["intervention", "share", "month", "again"])


def _settled(notes: pd.DataFrame, futures: int) -> pd.DataFrame:
    names = {"true gain": "true", "measured gain": "measured", "benchmark": "benchmark"}
    part = notes[notes["category"].isin(names)]
    if not len(part):
        return pd.DataFrame(columns=["source", "measure", *names.values()])
    table = part.pivot_table(index=["payer", "intervention"], columns="category", values="value", aggfunc="sum") / futures
    table = table.rename(columns=names).reindex(columns=list(names.values()), fill_value=np.nan)
    return table.rename_axis(index=["source", "measure"], columns=None).reset_index()
