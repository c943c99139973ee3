"""Who paid how much for what, month by month.

>>> ledger = Ledger()
>>> ledger.add(3, "state", "grants", "service", "G03", 1200.0)
>>> ledger.frame().amount.sum()
np.float64(1200.0)
"""

from __future__ import annotations

from typing import Any

__all__ = ["LEDGER_COLUMNS", "Ledger"]

LEDGER_COLUMNS = ("month", "payer", "instrument", "category", "intervention", "amount")


class Ledger:
    """Rows of (month, payer, instrument, category, intervention, amount).

    Amounts are constant 2025 dollars at the scale of the real place; a negative amount is revenue.
    """

    def __init__(self) -> None:
        self._columns: dict[str, list[Any]] = {name: [] for name in LEDGER_COLUMNS}

    def __len__(self) -> int:
        return len(self._columns["month"])

    def add(self, month: int, payer: str, instrument: str, category: str, intervention: str, amount: float) -> None:
        """Enter one amount; zero is not entered."""
        if amount:
            row = (month, payer, instrument, category, intervention, float(amount))
            for name, value in zip(LEDGER_COLUMNS, row, strict=True):
                self._columns[name].append(value)

    def total(self, **where: Any) -> float:
        """Dollars in rows that match, such as total(payer="state", intervention="P01")."""
        rows = range(len(self))
        for name, value in where.items():
            column = self._columns[name]
            rows = [i for i in rows if column[i] == value]  # type: ignore[assignment]
        return float(sum(self._columns["amount"][i] for i in rows))

    def copy(self) -> Ledger:
        """An independent copy."""
        twin = Ledger()
        twin._columns = {name: list(values) for name, values in self._columns.items()}
        return twin

    def frame(self) -> Any:
        """All rows as a pandas DataFrame."""
        import pandas as pd

        return pd.DataFrame(self._columns, columns=list(LEDGER_COLUMNS))
