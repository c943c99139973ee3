"""What money does to delivery: programs wait for it, run on it, and end when it ends.

Each month the fund of an arm (`hecsim.collaborative.funds`) takes in its money, and then, in the order
in which the plan keeps programs:

    a program that is about to start waits while no account may pay for it
    a running program ends when money in hand does not cover this month's cost; in January already when
        it does not cover the months of cost that the plan keeps in reserve
    a program that ended for lack of money begins again in a January in which a year's cost is in hand

A program that ends so ends like any other: its clients leave, its effect fades, its clients lose trust in
services; and those who know of services lose some of their trust in the collaborative.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from hecsim.clock import MONTHS_PER_YEAR
from hecsim.collaborative.cents import cents, dollars
from hecsim.collaborative.fund_plan import FundPlan
from hecsim.collaborative.funds import FUND, Funds
from hecsim.interventions.base import Cost, Intervention
from hecsim.interventions.ledger import Ledger
from hecsim.levers import Move

if TYPE_CHECKING:
    from hecsim.community import Community
    from hecsim.engine import Context
    from hecsim.interventions.delivery import Run

__all__ = ["Funding"]

_AIMS = {"child", "weight"}  # the two aims for which outcomes are paid
_FUND = np.array([1], np.uint64)  # the fund's own luck has one bearer


class Funding:
    """The fund of an arm and the programs that depend on it.

    plan : sources and rules; runs : all runs of the arm, of which the fund pays those that the plan names
    horizon : months of the run; comparison : totals of current law in the same future
    """

    def __init__(
        self,
        plan: FundPlan,
        runs: Sequence[Run],
        ledger: Ledger,
        draw: Mapping[str, Any],
        horizon: int,
        comparison: Mapping[str, Any] | None = None,
    ):
        self.plan, self.ledger, self.horizon, self.draw = plan, ledger, horizon, draw
        self._context: Context | None = None
        self.funds = Funds(plan, draw, ledger, self._luck, comparison)
        paid = [r for r in runs if (r.iv.id in plan.pays if plan.pays else not r.iv.law)]
        place = {name: i for i, name in enumerate(plan.order)}
        self.order = [r.key for r in sorted(paid, key=lambda r: place.get(r.iv.id, len(place)))]
        self.planned: dict[str, Intervention] = {r.key: r.iv for r in paid}
        apart = frozenset(r.iv.id for r in paid if not _AIMS & set(r.iv.aims))
        for account in self.funds.accounts:
            if account.sources and all(s.kind.outcomes for s in account.sources):
                account.barred = apart
        self.costs: dict[str, list[int]] = {key: [] for key in self.order}  # cents a month, since the last start
        self.ended: dict[str, int] = {}  # key to the month in which money ran out
        self.log: list[dict[str, Any]] = []  # what happened to programs, and the account of each year

    def covers(self, key: str) -> bool:
        """Whether the fund pays for a run."""
        return key in self.planned

    def open(self, runs: Sequence[Run], context: Context, month: int) -> None:
        """Money comes in; programs begin, go on, end or begin again."""
        self._context = context
        self.funds.open(month)
        by_key = {r.key: r for r in runs if not r.held}
        january = month % MONTHS_PER_YEAR == 0
        present = [k for k in self.order if k in by_key]
        running = [k for k in present if by_key[k].running(month) and by_key[k].iv.start < month]
        if january:
            self._account(month, running)
        months = max(self.plan.reserve, 1) if january else 1
        kept = self._keep(by_key, running, month, months)
        for key in present:
            if by_key[key].iv.start == month:
                self._begin(by_key[key], kept, month)
        if january:
            for key in [k for k in present if k in self.ended and self.ended[k] < month]:
                self._again(by_key[key], kept, month)

    def pay(self, run: Run, cost: Cost, month: int) -> bool:
        """Pay a cost of a run; False if the fund does not pay such things and its usual payers do."""
        amount = cents(cost.amount)
        paid = self.funds.pay(month, run.iv.id, run.key.upper(), cost.category, amount)
        if paid:
            self.costs[run.key][-1] += amount
        return paid

    def pay_own(self, source: str, category: str, amount: float, month: int) -> bool:
        """Pay a cost of the collaborative itself; False if no account may."""
        return self.funds.pay(month, source, source, category, cents(amount), like="operation")

    def month(self, running: Sequence[Run]) -> None:
        """A month's bills begin."""
        for r in running:
            if r.key in self.costs:
                self.costs[r.key].append(0)

    def moves(self, community: Community, runs: Sequence[Run], month: int) -> list[Move]:
        """What ending funded services costs in trust, this month."""
        gone = [r for r in runs if self.ended.get(r.key) == month]
        out = []
        for r in gone:
            place = community.household["neighborhood"].astype(np.int64)
            inside = r.covered[np.minimum(place, r.covered.size - 1)] & (community.household["present"] == 1)
            dose = (inside * community.household["aware"] * r.power).astype(np.float32)
            value = float(self.draw["money.cliff_trust"])
            out += [Move(lever, "add", value, dose, f"{r.key.upper()} money ended")
                    for lever in ("trust_community_add", "trust_services_add")]  # fmt: skip
        return out

    def copy(self, ledger: Ledger) -> Funding:
        """An independent copy."""
        twin = copy.copy(self)
        twin.ledger, twin.funds = ledger, self.funds.copy(ledger)
        twin.funds.luck = twin._luck
        twin.costs = {k: list(v) for k, v in self.costs.items()}
        twin.ended, twin.log = dict(self.ended), [dict(e) for e in self.log]
        return twin

    # -- rules ---------------------------------------------------------------------------------------

    def _luck(self, decision: str, month: int) -> float:
        assert self._context is not None
        return float(self._context.uniforms(decision, month, _FUND)[0])

    def _need(self, key: str, months: int) -> int:
        """Cost of some months at the present rate: the mean of the last three."""
        last = self.costs[key][-3:]
        return round(sum(last) / len(last) * months) if last else 0

    def _keep(self, by_key: Mapping[str, Run], running: Sequence[str], month: int, months: int) -> list[tuple[str, int]]:
        """End what cannot be paid; returns the needs of what goes on."""
        kept: list[tuple[str, int]] = []
        for key in running:
            run = by_key[key]
            asked = [*kept, (run.iv.id, self._need(key, months))]
            if asked[-1][1] and self.funds.affordable(asked)[-1] < 1.0:
                run.iv = replace(run.iv, end=month)
                self.ended[key] = month
                self._happened(month, "ended", key)
            else:
                kept.append(asked[-1])
        return [(iv, need // months) for iv, need in kept]

    def _begin(self, run: Run, kept: Sequence[tuple[str, int]], month: int) -> None:
        """A program starts once there is money for it that those already running leave; else it waits."""
        if self.funds.affordable([*kept, (run.iv.id, 0)])[-1] > 0:
            return
        later = month + 1
        end = run.iv.end if run.iv.end is not None and run.iv.end > later + 1 else None
        gone = run.iv.end is not None and end is None
        run.iv = replace(run.iv, start=self.horizon if gone else later, end=end)
        if not any(e["intervention"] == run.key.upper() and e["event"] == "waits" for e in self.log):
            self._happened(month, "waits", run.key)

    def _again(self, run: Run, kept: list[tuple[str, int]], month: int) -> None:
        """Begin again with a year's cost in hand."""
        planned, need = self.planned[run.key], max(self.costs[run.key], default=0) * MONTHS_PER_YEAR
        if planned.end is not None and planned.end <= month + 1:
            return
        yearly = [(iv, cost * MONTHS_PER_YEAR) for iv, cost in kept]
        if need and self.funds.affordable([*yearly, (run.iv.id, need)])[-1] >= 1.0:
            run.iv = replace(planned, start=month)
            kept.append((run.iv.id, need // MONTHS_PER_YEAR))
            del self.ended[run.key]
            self.costs[run.key] = []
            self._happened(month, "begins again", run.key)

    def _account(self, month: int, running: Sequence[str]) -> None:
        """The yearly test of solvency: what is in hand against a year of what runs and of what is owed."""
        need = sum(self._need(k, MONTHS_PER_YEAR) for k in running) + self.funds.owed
        held = self.funds.held
        self.log.append(
            {"month": month, "event": "solvency", "intervention": "", "held": dollars(held), "owed": dollars(self.funds.owed),
             "need": dollars(need), "ratio": held / need if need else float("inf")}
        )  # fmt: skip
        for what, amount in (("held", held), ("owed", self.funds.owed), ("need", need)):
            self.ledger.note(month, FUND, "", what, "", dollars(amount))

    def _happened(self, month: int, event: str, key: str) -> None:
        self.log.append({"month": month, "event": event, "intervention": key.upper()})
        self.ledger.note(month, FUND, "", event, key.upper(), 1.0)
