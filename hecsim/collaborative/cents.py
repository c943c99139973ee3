"""Money that has to balance is counted in whole cents; dollars are for reading.

>>> cents(12.345), split(100, (("state", 1.0), ("town", 2.0)))
(1234, (('state', 33), ('town', 67)))
"""

from __future__ import annotations

import math
from collections.abc import Iterable

__all__ = ["cents", "dollars", "split"]

_CENTS = 100  # in a dollar


def cents(amount: float) -> int:
    """Dollars as whole cents, half a cent to the even one.

    Raises
    ------
    ValueError : an amount that is no number
    """
    if not math.isfinite(amount):
        raise ValueError(f"an amount of money is a number, not {amount!r}")
    return round(amount * _CENTS)


def dollars(amount: int) -> float:
    """Whole cents as dollars."""
    return amount / _CENTS


def split(amount: int, shares: Iterable[tuple[str, float]]) -> tuple[tuple[str, int], ...]:
    """Whole cents divided by shares, to the last cent (largest remainder, earlier names first on a tie)."""
    pairs = [(name, max(float(share), 0.0)) for name, share in shares]
    whole = math.fsum(share for _, share in pairs)
    if whole <= 0:
        raise ValueError("shares must sum to more than zero")
    sign, rest = (-1, -amount) if amount < 0 else (1, amount)
    exact = [rest * (share / whole) for _, share in pairs]
    parts = [min(int(x), rest) for x in exact]
    missing = rest - sum(parts)
    order = sorted(range(len(pairs)), key=lambda i: (parts[i] - exact[i], i))
    for turn in range(abs(missing)):
        parts[order[turn % len(order)]] += 1 if missing > 0 else -1
    return tuple((name, sign * part) for (name, _), part in zip(pairs, parts, strict=True))
