"""Threads that work side by side on parts of the same tables.

Compiled loops let other threads run meanwhile. Parts share nothing that they write, and what they add up is in whole
numbers, so results do not depend on how many threads there are, nor on which of them is quicker.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TypeVar

__all__ = ["Lanes"]

_Part = TypeVar("_Part")
_Result = TypeVar("_Result")


class Lanes:
    """So many threads, of which the one that asks is the first. The others are started when there is work for them, and stay.

    >>> from hecsim.lanes import Lanes
    >>> sorted(Lanes(2).run(lambda lane: lane))
    [0, 1]
    """

    def __init__(self, number: int = 1):
        self.number = max(1, number)
        self._others: ThreadPoolExecutor | None = None
        self._owner = 0

    def run(self, work: Callable[[int], _Result], most: int | None = None) -> list[_Result]:
        """Call `work` with the number of each lane, of which no more than `most` are used; what they return, in order."""
        n = self.number if most is None else max(1, min(self.number, most))
        if n == 1:
            return [work(0)]
        if self._others is None or self._owner != os.getpid():  # threads do not follow into a forked process
            self._others, self._owner = ThreadPoolExecutor(self.number - 1, "hecsim"), os.getpid()
        begun = [self._others.submit(work, lane) for lane in range(1, n)]
        try:
            first = work(0)
        finally:  # nobody goes on while others still write
            done = [b.exception() for b in begun]
        for problem in done:
            if problem is not None:
                raise problem
        return [first, *(b.result() for b in begun)]

    def each(self, work: Callable[[_Part], object], parts: Iterable[_Part]) -> None:
        """Call `work` with every part; whichever lane is free takes the next."""
        parts = list(parts)
        waiting = iter(parts)

        def lane(_: int) -> None:
            for part in waiting:
                work(part)

        self.run(lane, len(parts))

    def ranges(self, rows: int, least: int = 16_384, most: int = 131_072) -> list[slice]:
        """Rows cut into ranges of like length, as many for each lane, none shorter than `least` if there are several.

        A range of fewer households is done before another thread would have woken; what is worked out on the way for one of
        more than `most` takes memory that a state needs.
        """
        n = max(1, min(self.number, rows // least))
        n *= max(1, -(-rows // (n * most)))
        edges = [rows * k // n for k in range(n + 1)]
        return [slice(a, b) for a, b in pairwise(edges)]
