"""Claims: what may be said of a study, each with its interval, horizon, yardstick and grade of evidence.

A contrast that was declared before the study ran is a finding; any other is exploratory and says so. How
surely a difference matters is read from its interval and the smallest difference that was declared to matter.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from hecsim.measures import MEASURES
from hecsim.study.results import Results

__all__ = ["Claim", "claims", "claims_table"]

_PLACES = 3


@dataclass(frozen=True)
class Claim:
    """One sentence and all that qualifies it.

    verdict : "better", "worse", "unclear" (the interval includes zero), "changed" (no better direction) or
        "too few futures"; matters : "yes", "no", "open", or "" where nothing was declared important
    horizon : which years; yardstick : how the outcome is observed; grade : the weakest evidence in the arm
    declared : before the study ran; otherwise the claim is exploratory
    """

    arm: str
    against: str
    measure: str
    label: str
    unit: str
    difference: float
    low: float
    high: float
    futures: int
    horizon: str
    yardstick: str
    grade: str
    declared: bool
    important: float
    verdict: str
    matters: str

    @property
    def text(self) -> str:
        """The sentence.

        >>> Claim("A", "Current law", "aces_0_8", "ACEs", "per 100", -1, -2, -0.5, 20, "years 1-10", "true event", "B", True,
        ...       0.5, "better", "yes").text.split(":")[0]
        'A against Current law'
        """
        size = f"{self.difference:+,.{_PLACES}g} {self.unit}"
        interval = f"95% interval {self.low:+,.{_PLACES}g} to {self.high:+,.{_PLACES}g}"
        ranged = interval if math.isfinite(self.low) else "too few futures for an interval"
        status = "declared beforehand" if self.declared else "exploratory"
        grade = f"; evidence grade {self.grade}" if self.grade else ""
        return (
            f"{self.arm} against {self.against}: {self.label}, {size} ({ranged}; {self.horizon}; {self.futures} futures; "
            f"yardstick: {self.yardstick}{grade}; {status}): {self.verdict}"
        )


def claims(results: Results, measures: Sequence[str] | None = None) -> list[Claim]:
    """Claims of every declared contrast, then exploratory ones for `measures` (none by default).

    Examples
    --------
    >>> import hecsim as hs
    >>> for claim in hs.claims(results): print(claim.text)                    # doctest: +SKIP
    """
    declared = results.manifest["study"]["contrasts"]
    found: dict[tuple[str, str, str], Claim] = {}
    for c in declared:
        frame = results.summary(measures=[c["measure"]], against=c.get("against", ""))
        for row in frame.to_dict("records"):
            if c.get("arm", "") in ("", row["arm"]):
                found.setdefault((row["arm"], row["measure"], row["against"]), _claim(row, results))
    for row in results.summary(measures=list(measures)).to_dict("records") if measures else ():
        found.setdefault((row["arm"], row["measure"], row["against"]), _claim(row, results))
    return list(found.values())


def claims_table(results: Results, measures: Sequence[str] | None = None) -> pd.DataFrame:
    """The same as a table, one row a claim, with its sentence."""
    return pd.DataFrame([{**asdict(c), "text": c.text} for c in claims(results, measures)])


def _claim(row: Mapping[Any, Any], results: Results) -> Claim:
    first, last = results.span(row["measure"])
    start = int(results.manifest["study"].get("start_year", 2025))
    horizon = f"years {first + 1}-{last}" if last - first > 1 else f"year {last}"
    calendar = f", {start + first}-{start + last - 1}" if last - first > 1 else f", {start + last - 1}"
    low, high, d = float(row["low"]), float(row["high"]), float(row["difference"])
    important = float(row["important"]) if row["declared"] else math.nan
    return Claim(
        arm=row["arm"], against=row["against"], measure=row["measure"], label=row["label"], unit=row["unit"],
        difference=d, low=low, high=high, futures=int(row["futures"]), horizon=horizon + calendar,
        yardstick=row["yardstick"], grade=row["grade"], declared=bool(row["declared"]), important=important,
        verdict=_verdict(d, low, high, MEASURES[row["measure"]].better), matters=_matters(low, high, important),
    )  # fmt: skip


def _verdict(difference: float, low: float, high: float, better: str) -> str:
    if not math.isfinite(low):
        return "too few futures"
    if low <= 0 <= high:
        return "unclear"
    if not better:
        return "changed"
    return "better" if (difference < 0) == (better == "lower") else "worse"


def _matters(low: float, high: float, important: float) -> str:
    if not (important > 0 and math.isfinite(low)):
        return ""
    if max(abs(low), abs(high)) < important:
        return "no"
    return "yes" if low * high > 0 and min(abs(low), abs(high)) >= important else "open"
