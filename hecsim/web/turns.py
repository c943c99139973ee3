"""In which order and by which worker the futures of a run are lived."""

from __future__ import annotations

__all__ = ["in_turn", "seat"]


def seat(index: int, workers: int) -> int:
    """Which worker lives a future: always the same one, which holds the future's beginning in memory.

    >>> [seat(i, 2) for i in in_turn(8)]
    [0, 1, 0, 1, 1, 0, 1, 0]
    """
    return (index // 2 + index % 2) % workers


def in_turn(futures: int) -> list[int]:
    """Futures in the order in which they are lived: two share each draw of the parameters, so every draw comes once first.

    >>> in_turn(4)
    [0, 2, 1, 3]
    """
    return sorted(range(futures), key=lambda i: (i % 2, i))
