"""A collaborative's fund: accounts that fill by their instruments, pay bills, and can run dry.

The fiduciary agent keeps one account for each source of money (blended sources share one). A bill is
paid first from money that may be used for little else, so that flexible money lasts; what no account
can pay stays owed and is paid from the next flexible money. Every movement is entered in the ledger in
whole cents, with the fund as a payer between those who give and what is bought:

    what the fund holds - what it owes = received - spent - returned - repaid

Order of a month: unspent money of ended grant years goes back; new money arrives; payers settle the
outcomes of a year that is over; debts, fees and reports are paid; then programs are kept or ended.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from hecsim.clock import MONTHS_PER_YEAR
from hecsim.collaborative.cents import cents, dollars, split
from hecsim.collaborative.fund_plan import FundPlan, Source
from hecsim.collaborative.instruments import INSTRUMENTS, PAYER_MEASURES, SERVICES
from hecsim.collaborative.outcomes import Books, Gain

__all__ = ["FUND", "INVESTORS", "Account", "Funds"]

FUND = "collaborative fund"
INVESTORS = "investors"
UNPAID = "unpaid bills"
CAPTURE = "capture and reinvestment"


class Book(Protocol):
    """What the fund needs of a ledger."""

    def cost(self, month: int, payer: str, instrument: str, category: str, intervention: str, amount: int) -> None:
        """Enter a cost in cents."""

    def transfer(self, month: int, giver: str, taker: str, instrument: str, category: str, amount: int) -> None:
        """Enter a transfer in cents."""

    def note(self, month: int, who: str, instrument: str, what: str, about: str, value: float) -> None:
        """Keep a figure that is no money moved."""


@dataclass
class Account:
    """Money of one source (or of several that are blended), in whole cents."""

    name: str
    instrument: str
    sources: tuple[Source, ...]
    pays_for: tuple[str, ...]
    only: frozenset[str]
    barred: frozenset[str] = frozenset()  # what serves neither of the two aims, where outcomes of these pay
    balance: int = 0
    debts: list[tuple[int, int]] = field(default_factory=list)  # (month due, cents)

    @property
    def flexible(self) -> bool:
        """Whether the collaborative decides what it pays for."""
        return not self.only

    @property
    def lapses(self) -> bool:
        """Whether what is not spent in a year goes back."""
        return any(s.kind.returns and not s.carry and not s.blended for s in self.sources)

    def may_pay(self, intervention: str, category: str) -> bool:
        """Whether its money may be spent so."""
        named = not self.only or intervention in self.only
        return category in self.pays_for and named and intervention not in self.barred


def _accounts(plan: FundPlan) -> list[Account]:
    made, pot = [], [s for s in plan.sources if s.blended]
    for s in plan.sources:
        if not s.blended:
            made.append(Account(s.label, s.instrument, (s,), s.kind.pays_for, frozenset(s.only)))
    if pot:
        made.append(Account("blended funds", pot[0].instrument, tuple(pot), pot[0].kind.pays_for, frozenset()))
    if plan.capture:
        made.append(Account(CAPTURE, CAPTURE, (), SERVICES, frozenset()))
    return made


class Funds:
    """Accounts of one plan, month by month.

    plan : sources and rules; draw : parameter values of the future
    book : ledger that every movement is entered in
    luck : function (decision, month) -> uniform number, for errors of measurement
    comparison : totals of current law in the same future, for the benchmark "comparison"
    """

    def __init__(
        self,
        plan: FundPlan,
        draw: Mapping[str, Any],
        book: Book,
        luck: Callable[[str, int], float],
        comparison: Mapping[str, Any] | None = None,
    ):
        self.plan, self.draw, self.book, self.luck = plan, draw, book, luck
        self.accounts = _accounts(plan)
        self.books = Books(draw, comparison if plan.benchmark == "comparison" else None)
        self.owed = 0
        self.settled: list[dict[str, Any]] = []
        # Of capture: measured savings and benchmark so far, and the savings that have been settled.
        self.saved = self.expected = self.captured = 0.0
        self.received = 0  # since January, for the fiduciary's fee and the yearly account
        self.spent = 0

    # -- the month ------------------------------------------------------------------------------------

    def open(self, month: int) -> None:
        """Everything that happens to the fund before this month's bills."""
        year, first = divmod(month, MONTHS_PER_YEAR)
        if first == 0:
            self.received = self.spent = 0
            for account in self.accounts:
                self._give_back(account, month, year)
        for account in self.accounts:
            for source in account.sources:
                self._receive(account, source, month)
        lag = round(float(self.draw["money.settlement_lag"]))
        over, rest = divmod(month - lag, MONTHS_PER_YEAR)
        if rest == 0 and over >= 1:
            self._settle(month, over - 1)
        for account in self.accounts:
            self._repay(account, month)
            if first == 0:
                self._report(account, month, year)
        self._clear(month)

    def pay(self, month: int, intervention: str, key: str, category: str, amount: int, *, like: str = "") -> bool:
        """Pay a bill in cents from the accounts that may; False if none may ever pay for such a thing.

        like : category that decides who may pay, where it differs from the one in the ledger
        """
        fit = self._fit(intervention, like or category)
        if not fit or amount <= 0:
            return False
        for account in fit:
            part = min(amount, max(account.balance, 0))
            self._out(account, month, category, key, part)
            amount -= part
        if amount:
            self.owed += amount
            self.spent += amount
            self.book.cost(month, FUND, UNPAID, category, key, amount)
        return True

    @property
    def held(self) -> int:
        """Cents in all accounts."""
        return sum(a.balance for a in self.accounts)

    def affordable(self, needs: Sequence[tuple[str, int]]) -> list[float]:
        """Share of each need (intervention, cents) that money in hand covers, the first needs first."""
        left, out = {id(a): max(a.balance, 0) for a in self.accounts}, []
        for intervention, need in needs:
            open_need = need
            for account in self._fit(intervention, "service"):
                part = min(open_need, left[id(account)])
                left[id(account)] -= part
                open_need -= part
            spare = any(left[id(a)] > 0 for a in self._fit(intervention, "service"))
            out.append(1.0 - open_need / need if need > 0 else float(spare))
        return out

    def copy(self, book: Book) -> Funds:
        """An independent copy that enters its movements in another ledger."""
        twin = copy.copy(self)
        twin.book, twin.books = book, self.books.copy()
        twin.accounts = [copy.copy(a) for a in self.accounts]
        for account in twin.accounts:
            account.debts = list(account.debts)
        twin.settled = [dict(s) for s in self.settled]
        return twin

    # -- money in ------------------------------------------------------------------------------------

    def _into(self, account: Account, month: int, givers: Sequence[tuple[str, float]], instrument: str, what: str, amount: int):
        if amount <= 0:
            return
        for giver, part in split(amount, givers):
            self.book.transfer(month, giver, FUND, instrument, what, part)
        account.balance += amount
        self.received += amount
        share = float(self.draw["money.fiduciary_fee"])
        if instrument in INSTRUMENTS:
            share += max(INSTRUMENTS[instrument].number(self.draw, "overhead"), 0.0)
        self._bill(account, month, "administration", round(amount * share))

    def _receive(self, account: Account, source: Source, month: int) -> None:
        delay = round(float(self.draw["money.blend_delay"])) if source.blended else 0
        year, rest = divmod(month - delay, MONTHS_PER_YEAR)
        if rest or not source.active(year) or not source.amount:
            return
        amount = cents(source.amount)
        givers: Sequence[tuple[str, float]] = source.payers
        if source.instrument in ("social investment", "pay for success"):
            if year != source.start:
                return
            givers = ((INVESTORS, 1.0),)
            if source.instrument == "social investment":
                account.debts += _annuity(amount, source, month)
        elif source.instrument == "multi-payer arrangement":
            amount = round(amount * (1.0 - source.share))
        self._into(account, month, givers, source.instrument, "contribution", amount)
        if source.instrument == "tax credits":
            credit = round(amount * source.share)
            for giver, part in ((g, round(credit * s)) for g, s in source.payers):
                self.book.transfer(month, "state", giver, source.instrument, "tax credit", part)

    def _settle(self, month: int, year: int) -> None:
        """Payers have measured a year: they pay by what they measured."""
        for account in self.accounts:
            for source in account.sources:
                if source.kind.outcomes and source.active(year):
                    self._settle_source(account, source, month, year)
        capture = self.plan.capture
        if capture and capture.first <= year < capture.first + capture.years:
            self._capture(month, year)

    def _capture(self, month: int, year: int) -> None:
        """A share of what payers saved together, from the beginning on.

        Losses are carried forward until later gains make up for them, and nothing is paid while savings so
        far are less than the minimum share of the benchmark: they could be chance.
        """
        capture, account = self.plan.capture, next(a for a in self.accounts if a.instrument == CAPTURE)
        assert capture is not None
        gains = {p: self._gain(PAYER_MEASURES[p], year, f"{CAPTURE} {p}") for p in capture.payers}
        self.saved += sum(g.measured for g in gains.values())
        self.expected += sum(g.expected for g in gains.values())
        least = float(self.draw["money.minimum_savings"]) if capture.minimum is None else capture.minimum
        due = 0
        if self.saved >= least * self.expected:
            due = cents(max(self.saved - self.captured, 0.0) * capture.share)
            self.captured = max(self.captured, self.saved)
        shares = [(p, max(g.measured, 0.0)) for p, g in gains.items()]
        paid = dict(split(due, shares)) if due else {}
        for payer, gain in gains.items():
            self._note(month, year, CAPTURE, PAYER_MEASURES[payer], gain, paid.get(payer, 0))
        self._into(account, month, shares if due else (), CAPTURE, "outcome payment", due)

    def _settle_source(self, account: Account, source: Source, month: int, year: int) -> None:
        match source.instrument:
            case "shared savings":
                for payer, _ in source.payers:
                    gain = self._gain(PAYER_MEASURES[payer], year, f"{source.label} {payer}")
                    over = gain.share >= float(self.draw["money.minimum_savings"])
                    paid = cents(max(gain.measured, 0.0) * source.share) if over else 0
                    self._note(month, year, source.label, payer, gain, paid)
                    self._into(account, month, ((payer, 1.0),), source.instrument, "outcome payment", paid)
            case "outcomes rate card":
                gain = self._gain(source.measure, year, source.label)
                paid = cents(min(max(gain.measured, 0.0) * source.price, source.cap))
                self._note(month, year, source.label, source.measure, gain, paid)
                self._into(account, month, source.payers, source.instrument, "outcome payment", paid)
            case "multi-payer arrangement":
                gain = self._gain(source.measure, year, source.label)
                earned = min(max(gain.share / source.target, 0.0), 1.0)
                paid = round(cents(source.amount) * source.share * earned)
                self._note(month, year, source.label, source.measure, gain, paid)
                self._into(account, month, source.payers, source.instrument, "outcome payment", paid)
            case "pay for success" if year == source.start + source.years - 1:
                self._settle_success(source, month, year)

    def _settle_success(self, source: Source, month: int, year: int) -> None:
        """The payer repays investors in proportion to the mean measured gain; the fund is only the way through."""
        gains = [self._gain(source.measure, y, source.label) for y in range(source.start, year + 1)]
        whole = Gain(*(sum(getattr(g, n) for g in gains) for n in ("true", "measured", "expected")))
        met = min(max(whole.share / source.target, 0.0), 1.0)
        paid = round(cents(source.amount) * met * (1.0 + source.success))
        self._note(month, year, source.label, source.measure, whole, paid)
        for payer, part in split(paid, source.payers):
            self.book.transfer(month, payer, INVESTORS, source.instrument, "outcome payment", part)

    def _gain(self, measure: str, year: int, who: str) -> Gain:
        """Drawn once for each contract, measure and year, whoever asks again."""
        return self.books.gain(measure, year, self.luck(f"funds.{who}.{measure}", year * MONTHS_PER_YEAR))

    def _note(self, month: int, year: int, source: str, measure: str, gain: Gain, paid: int) -> None:
        """Keep what was measured; in the ledger it stands in the first month of the measured year."""
        self.settled.append(
            {"month": month, "year": year, "source": source, "measure": measure, "true": gain.true,
             "measured": gain.measured, "expected": gain.expected, "paid": dollars(paid)}
        )  # fmt: skip
        for what in ("true", "measured", "expected"):
            name = "benchmark" if what == "expected" else f"{what} gain"
            self.book.note(year * MONTHS_PER_YEAR, source, "", name, measure, getattr(gain, what))

    # -- money out -----------------------------------------------------------------------------------

    def _fit(self, intervention: str, category: str) -> list[Account]:
        """Accounts that may pay, those that can be used for least first."""
        fit = [a for a in self.accounts if a.may_pay(intervention, category)]
        return sorted(fit, key=lambda a: (a.flexible, not a.lapses))

    def _out(self, account: Account, month: int, category: str, key: str, amount: int) -> None:
        if amount:
            account.balance -= amount
            self.spent += amount
            self.book.cost(month, FUND, account.instrument, category, key, amount)

    def _bill(self, account: Account, month: int, what: str, amount: int) -> None:
        """A cost of running the fund: from its own account, then from flexible ones, else it stays owed."""
        for a in (account, *(x for x in self.accounts if x.flexible and x is not account)):
            part = min(amount, max(a.balance, 0))
            self._out(a, month, what, "", part)
            amount -= part
        if amount:
            self.owed += amount
            self.spent += amount
            self.book.cost(month, FUND, UNPAID, what, "", amount)

    def _report(self, account: Account, month: int, year: int) -> None:
        active = [s for s in account.sources if s.active(year)]
        blended = len(account.sources) > 1 or any(s.blended for s in account.sources)
        for source in active[: 1 if blended else None]:
            self._bill(account, month, "reporting", cents(source.kind.number(self.draw, "report")))

    def _give_back(self, account: Account, month: int, year: int) -> None:
        """Unspent money of last year goes back where the giver asks for it; blended money and trusts stay."""
        for source in account.sources:
            if (
                source.kind.returns
                and not source.carry
                and not source.blended
                and account.balance > 0
                and source.active(year - 1)
            ):
                back, account.balance = account.balance, 0
                for giver, part in split(back, source.payers):
                    self.book.transfer(month, FUND, giver, source.instrument, "returned", part)

    def _repay(self, account: Account, month: int) -> None:
        """Debt service that is due, from its own account and flexible ones; what cannot be paid is the investors' loss."""
        for due, amount in [d for d in account.debts if d[0] <= month]:
            account.debts.remove((due, amount))
            for a in (account, *(x for x in self.accounts if x.flexible and x is not account)):
                part = min(amount, max(a.balance, 0))
                if part:
                    a.balance -= part
                    amount -= part
                    self.book.transfer(month, FUND, INVESTORS, account.instrument, "repayment", part)

    def _clear(self, month: int) -> None:
        """Pay what is owed from flexible money. The cost stands in the ledger already."""
        for account in self.accounts:
            if account.flexible and self.owed and account.balance > 0:
                part = min(self.owed, account.balance)
                account.balance -= part
                self.owed -= part


def _annuity(principal: int, source: Source, month: int) -> list[tuple[int, int]]:
    """Equal yearly repayments with interest, the first a year after the money came."""
    rate, term = source.interest, source.term
    payment = principal / term if rate == 0 else principal * rate / (1.0 - (1.0 + rate) ** -term)
    return [(month + MONTHS_PER_YEAR * (n + 1), round(payment)) for n in range(term)]
