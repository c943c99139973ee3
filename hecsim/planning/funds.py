"""What money is needed for, year by year, and which instrument may pay for it.

Needs are simulated: the mix is delivered in a synthetic community at central parameter values, with its
ramp, staff and eligible families, and what it costs is read from the ledger at the scale of the real place.
To that come what a fund costs to run, an evaluation and a reserve. Laws and benefits are paid from public
budgets; no instrument of a collaborative carries them, and they stand apart.

>>> heading("HEC", "stipends", law=False)
'residents: stipends, child care, interpreters'
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from hecsim import evidence
from hecsim.clock import MONTHS_PER_YEAR
from hecsim.collaborative import CollaborativeSpec
from hecsim.collaborative.fund_plan import FundPlan, Source
from hecsim.collaborative.instruments import INSTRUMENTS
from hecsim.community import Community
from hecsim.interventions import Intervention
from hecsim.life import Life
from hecsim.population import without_before

__all__ = ["HEADINGS", "FundNeeds", "covered", "heading", "may_pay", "simulate"]

PUBLIC = "laws and benefits, from public budgets"
HEADINGS = (
    "planning and legal setup", "legal and fiduciary", "backbone staff and meetings",
    "residents: stipends, child care, interpreters", "advocacy and employers", "data and shared resources",
    "start-up and buildings", "programs and reforms in operation", "evaluation", "reserve", PUBLIC,
)  # fmt: skip
_OWN = {
    "setup": 0, "legal and fiduciary": 1, "facilitator": 2, "accountability": 2, "hub staff": 2, "recruiting": 2,
    "stipends": 3, "child care": 3, "interpreters": 3, "mentor and training": 3, "advocacy": 4, "employer plans": 4,
    "hiring credits": 4,
}  # fmt: skip
_DATA = ("S09", "S11")  # shared resource database, data navigator
_RECEIVED = ("benefits", "wages", "revenue", "tax credit")
_RESERVE = 3  # months of running cost, as a plan keeps back by default


def heading(source: str, category: str, *, law: bool) -> str:
    """Under which heading a row of the ledger falls; `source` is an intervention's id, or that of the collaborative."""
    if source == "HEC":
        return HEADINGS[_OWN.get(category, 2)]
    if law or category in _RECEIVED:
        return PUBLIC
    if source.partition("_")[0] in _DATA:
        return HEADINGS[5]
    return HEADINGS[6] if category == "investment" else HEADINGS[7]


@dataclass(frozen=True)
class FundNeeds:
    """Dollars of 2025 by year.

    rows : year (1 is the first), heading, source (intervention or "HEC"), amount
    fund : total by year of what a fund has to carry: everything but laws and benefits
    """

    rows: pd.DataFrame
    years: int
    towns: tuple[str, ...]

    @property
    def by_heading(self) -> pd.DataFrame:
        """Headings down, years across."""
        table = self.rows.pivot_table(index="heading", columns="year", values="amount", aggfunc="sum", fill_value=0.0)
        return table.reindex([h for h in HEADINGS if h in table.index]).reindex(
            columns=range(1, self.years + 1), fill_value=0.0
        )

    @property
    def fund(self) -> list[float]:
        """What a fund has to carry, by year."""
        carried = self.by_heading.drop(index=PUBLIC, errors="ignore")
        return [float(x) for x in carried.sum(axis=0)]


def simulate(
    mix: Sequence[Intervention],
    community: Community,
    *,
    collaborative: CollaborativeSpec | None = None,
    years: int = 10,
    seed: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> FundNeeds:
    """What a mix costs in a community when money is no limit, central parameters, one future."""
    draw = evidence.draw(None)
    model = Life(
        without_before(community), interventions=mix, collaborative=collaborative, years=years, seed=seed, draw=draw,
        record=False, progress=progress,
    )  # fmt: skip
    model.run()
    frame = model.delivery.ledger.frame()
    own = {r.key.upper(): r.iv for r in model.delivery.runs if not r.key.startswith("m0_")}
    frame = frame[frame["intervention"].isin([*own, "HEC"])]
    pairs = list(zip(frame["intervention"], frame["category"], strict=True))
    rows = pd.DataFrame(
        {
            "year": frame["month"] // MONTHS_PER_YEAR + 1,
            "heading": [heading(s, c, law=s in own and own[s].law) for s, c in pairs],
            "source": frame["intervention"],
            "amount": frame["amount"],
        }
    ).groupby(["year", "heading", "source"], as_index=False).sum()  # fmt: skip
    return FundNeeds(_with_overheads(rows, draw, years), years, tuple(community.labels["town"]))


def _with_overheads(rows: pd.DataFrame, draw: Mapping[str, Any], years: int) -> pd.DataFrame:
    """Evaluation as a share of programs each year, and a reserve that is filled when programs grow."""
    more, kept = [], 0.0
    for year in range(1, years + 1):
        running = float(rows.loc[(rows["year"] == year) & (rows["heading"] != PUBLIC), "amount"].sum())
        reserve = running * _RESERVE / MONTHS_PER_YEAR
        more.append(
            {"year": year, "heading": "evaluation", "source": "", "amount": running * float(draw["money.evaluation_share"])}
        )
        if reserve > kept:
            more.append({"year": year, "heading": "reserve", "source": "", "amount": reserve - kept})
            kept = reserve
    return pd.concat([rows, pd.DataFrame(more)], ignore_index=True)


def may_pay(years: int = 10) -> list[dict[str, Any]]:
    """Each instrument: usual years, what it may pay for, when it pays, who bears the risk, what it costs to run."""
    draw = evidence.draw(None)
    programs, own = HEADINGS[5:8], HEADINGS[:5]
    out = []
    for kind in INSTRUMENTS.values():
        headings = [*own, *programs, "evaluation", "reserve"]
        if kind.returns:  # what is not spent in its year goes back, so it cannot stand in reserve
            headings.remove("reserve")
        if kind.outcomes:  # paid after the fact, for the two aims only
            headings.remove("planning and legal setup")
        if "investment" not in kind.pays_for:
            headings.remove("start-up and buildings")
        out.append(
            {"instrument": kind.name, "years": f"{kind.phase[0] + 1}-{min(kind.phase[1], years)}", "pays_for": headings,
             "when": kind.when, "risk": kind.risk, "report": kind.number(draw, "report"),
             "overhead": kind.number(draw, "overhead") + float(draw["money.fiduciary_fee"]), "by_outcome": kind.outcomes}
        )  # fmt: skip
    return out


def covered(needs: FundNeeds, plan: FundPlan) -> list[dict[str, Any]]:
    """Money of a plan against the needs, year by year: what is certain, what hangs on outcomes, reports, the gap.

    Money by outcome is not counted: what payers will have measured cannot be known beforehand.
    """
    draw, rows, held = evidence.draw(None), [], 0.0
    fee = float(draw["money.fiduciary_fee"])
    for year, need in enumerate(needs.fund):
        fixed = [
            s for s in plan.sources if not s.kind.outcomes or s.instrument in ("pay for success", "multi-payer arrangement")
        ]
        came = sum(_arrives(s, year) for s in fixed)
        left = sum(_arrives(s, year) * (1.0 - fee - max(s.kind.number(draw, "overhead"), 0.0)) for s in fixed)
        reports = sum(s.kind.number(draw, "report") for s in _reporting(plan, year))
        due = sum(_due(s, year) for s in plan.sources)
        held += left - reports - due - need
        gap = max(-held, 0.0)
        lapsed = min(max(held, 0.0), sum(_arrives(s, year) for s in fixed if s.kind.returns and not s.carry and not s.blended))
        rows.append(
            {"year": year + 1, "need": need, "received": came, "running_the_fund": came - left + reports, "repaid": due,
             "reports": len(_reporting(plan, year)), "lapsed": lapsed, "gap": gap,
             "by_outcome": [s.label for s in plan.sources if s.kind.outcomes and s.active(year)]
             + (["capture and reinvestment"] if plan.capture else [])}
        )  # fmt: skip
        held = max(held, 0.0) - lapsed
    return rows


def _arrives(source: Source, year: int) -> float:
    """Dollars that come for certain in a year, after a year's delay if blended."""
    year -= 1 if source.blended else 0
    if source.instrument in ("social investment", "pay for success"):
        return source.amount if year == source.start else 0.0
    held_back = source.share if source.instrument == "multi-payer arrangement" else 0.0
    return source.amount * (1.0 - held_back) if source.active(year) else 0.0


def _due(source: Source, year: int) -> float:
    """Debt service of a year."""
    if source.instrument != "social investment" or not source.start < year <= source.start + source.term:
        return 0.0
    rate = source.interest
    return source.amount / source.term if rate == 0 else source.amount * rate / (1.0 - (1.0 + rate) ** -source.term)


def _reporting(plan: FundPlan, year: int) -> list[Source]:
    """Sources that ask for a report in a year; a blended pot asks for one."""
    active = [s for s in plan.sources if s.active(year)]
    apart = [s for s in active if not s.blended]
    return apart + [replace(s, name="blended funds") for s in active if s.blended][:1]
