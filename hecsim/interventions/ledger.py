"""Who paid how much for what, month by month, to the cent.

Two kinds of rows. A *cost* is spent on something, and one payer or several pay it. A *transfer* moves
money from one payer to another and is entered twice, once with each sign, so that all transfers of a
ledger add up to zero and costs are counted once. What stands against the fund of a collaborative is
therefore what it has spent less what it was given: minus what it holds, or what it owes.

>>> ledger = Ledger()
>>> ledger.spend(3, (("state", 2.0), ("town", 1.0)), "grants", "service", "G03", 100.0)
>>> ledger.total(payer="state"), ledger.total()
(66.67, 100.0)
>>> ledger.transfer(3, "philanthropy", "fund", "grants", "contribution", 50_00)
>>> ledger.total(flow="transfer"), ledger.total(payer="philanthropy")
(0.0, 50.0)
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hecsim.collaborative.cents import cents, dollars, split

__all__ = ["LEDGER_COLUMNS", "Ledger"]

LEDGER_COLUMNS = ("month", "payer", "instrument", "category", "intervention", "flow", "amount", "value")
_KEPT = (*LEDGER_COLUMNS[:-2], "cents", "value")


class Ledger:
    """Rows of (month, payer, instrument, category, intervention, flow, amount, value).

    Amounts are constant 2025 dollars at the scale of the real place, in whole cents; a negative amount
    is revenue, or money received. Notes, such as what a payer has measured, carry a `value` and no amount.
    """

    def __init__(self) -> None:
        self._columns: dict[str, list[Any]] = {name: [] for name in _KEPT}

    def __len__(self) -> int:
        return len(self._columns["month"])

    def _enter(self, *row: Any) -> None:
        if row[-1]:
            self._write(*row, 0.0)

    def _write(self, *row: Any) -> None:
        for name, value in zip(_KEPT, row, strict=True):
            self._columns[name].append(value)

    def note(self, month: int, who: str, instrument: str, what: str, about: str, value: float) -> None:
        """Keep a figure that is no money moved: what was measured, what is held, that a program ended."""
        self._write(month, who, instrument, what, about, "note", 0, float(value))

    def spend(
        self,
        month: int,
        payers: Iterable[tuple[str, float]],
        instrument: str,
        category: str,
        intervention: str,
        amount: float,
    ) -> None:
        """Enter a cost in dollars that payers share; the shares add up to it to the cent."""
        for payer, part in split(cents(amount), payers):
            self._enter(month, payer, instrument, category, intervention, "cost", part)

    def cost(self, month: int, payer: str, instrument: str, category: str, intervention: str, amount: int) -> None:
        """Enter a cost in whole cents."""
        self._enter(month, payer, instrument, category, intervention, "cost", amount)

    def transfer(self, month: int, giver: str, taker: str, instrument: str, category: str, amount: int) -> None:
        """Enter whole cents that move from one payer to another, once with each sign."""
        self._enter(month, giver, instrument, category, "", "transfer", amount)
        self._enter(month, taker, instrument, category, "", "transfer", -amount)

    def total_cents(self, **where: Any) -> int:
        """Cents in rows that match."""
        rows: Iterable[int] = range(len(self))
        for name, value in where.items():
            column = self._columns[name]
            rows = [i for i in rows if column[i] == value]
        return sum(self._columns["cents"][i] for i in rows)

    def total(self, **where: Any) -> float:
        """Dollars in rows that match, such as total(payer="state", intervention="P01")."""
        return dollars(self.total_cents(**where))

    def copy(self) -> Ledger:
        """An independent copy."""
        twin = Ledger()
        twin._columns = {name: list(values) for name, values in self._columns.items()}
        return twin

    def frame(self) -> Any:
        """All rows as a pandas DataFrame, with `amount` in dollars."""
        import pandas as pd

        amount = [dollars(c) for c in self._columns["cents"]]
        return pd.DataFrame({**self._columns, "amount": amount}, columns=list(LEDGER_COLUMNS))
