"""Many measures in one compiled pass over the rows of a block.

A measure is what its function says. Reading a column for every measure anew, in the order of groups, is what
recording a month would mostly cost; so the measures of the model are also written as loops over persons and over
households, and tests hold them to the functions, bit for bit. A measure without a loop, such as one that another
package declares, is recorded by its function.

    @loop("adults", ("stress", "diet"), prepare=_numbers)
    def kernel(sums, rows, slot, home, p_age, p_stress, h_rent, n_safety, c_price): ...

adds to `sums[slot[i], I.stress]` what each row i of `rows` contributes, in whole units of 2^-20 (`fine`, `flag`). The
names of further arguments say what it needs: p_ and h_ columns of the block, n_ of all neighborhoods, c_ what
`prepare` made of the parameters. A name that ends in `_of` stands for a measure's own denominator.
"""

from __future__ import annotations

import inspect
from collections import namedtuple
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from hecsim.compiled import njit
from hecsim.measures.base import MEASURES
from hecsim.measures.sums import FIXED

__all__ = ["LOOPS", "Loop", "fine", "flag", "loop", "positions"]

_FIRST = 4  # arguments of every loop: sums, rows, slot, home


Who = Literal["children", "adults", "residents", "households"]
_VECTOR = 8  # numbers that a processor adds at a time


@dataclass(frozen=True)
class Loop:
    """Measures of some rows that are added up in one pass.

    who : whose rows: "children" (below eighteen), "adults", "residents" (both) or "households"
    names : what each column of the sums is: a measure, or a measure's own denominator
    kernel : the compiled loop; arguments : what it needs besides those that all have
    prepare : parameters to the numbers that the loop looks up, by name
    """

    who: Who
    names: tuple[str, ...]
    kernel: Callable[..., None]
    arguments: tuple[str, ...]
    prepare: Callable[[Mapping[str, Any]], Mapping[str, Any]]

    @property
    def table(self) -> str:
        """The table of its rows."""
        return "household" if self.who == "households" else "person"

    @property
    def width(self) -> int:
        """Columns of its sums: names, and as many more as make whole vectors."""
        return -(-len(self.names) // _VECTOR) * _VECTOR

    @property
    def measures(self) -> tuple[str, ...]:
        """Names of its measures."""
        return tuple(n for n in self.names if n in MEASURES)


LOOPS: list[Loop] = []


def positions(names: tuple[str, ...]) -> Any:
    """Column of each name, as a tuple with names that compiled code can read."""
    return namedtuple("Positions", names)(*range(len(names)))  # type: ignore[misc]


def loop(
    who: Who,
    names: tuple[str, ...],
    *,
    prepare: Callable[[Mapping[str, Any]], Mapping[str, Any]],
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Declare a compiled pass."""

    def register(kernel: Any) -> Any:
        arguments = tuple(inspect.signature(kernel.py_func).parameters)[_FIRST:]
        LOOPS.append(Loop(who, names, kernel, arguments, prepare))
        return kernel

    return register


@njit(forceinline=True)
def fine(value):
    """A value in whole units of 2^-20."""
    return np.rint(np.float64(value) * FIXED)


@njit(forceinline=True)
def flag(yes):
    """One where something holds, in units of 2^-20."""
    return FIXED if yes else 0.0
