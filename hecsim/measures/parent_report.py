"""What a parent would report of a child: the items of the National Survey of Children's Health (NSCH).

The survey asks about the home and the neighborhood, and nothing about abuse or neglect. Of what happened, each item
is reported with its own sensitivity; of what did not, with one false-report rate. The measures take the expected
answers, so that the yardstick draws no luck of its own:

    r_k = sensitivity_k if item k happened, else the false-report rate
    P(at least one) = 1 - product of (1 - r_k),  P(at least two) likewise, errors independent given the truth

The ninth item of the survey, hard to get by on income, asks about money and not about an event; see `hardship`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from hecsim.columns import ACE
from hecsim.measures.base import measure
from hecsim.measures.sums import FIXED

__all__ = ["ITEMS", "chances"]

ITEMS = (
    "household mental illness", "household substance use", "violence between partners", "parental separation",
    "household incarceration", "community violence", "discrimination", "parent died",
)  # fmt: skip
_BITS = tuple(ACE.index(name) for name in ITEMS)
_TOPIC = "Adversity as parents report it"
_YARDSTICK = "parent report (NSCH items, no abuse or neglect)"
_BANDS = ((0, 18), (0, 6), (6, 12), (12, 18))


@lru_cache(maxsize=8)
def _tables(sensitivity: tuple[float, ...], false: float) -> np.ndarray:
    """Chances by bit pattern, float32 (items + 2, 2^15): each item, at least one, at least two.

    A pattern of bits is looked up instead of worked out for every child and month.
    """
    bits = np.arange(1 << len(ACE), dtype=np.uint32)
    none, one, rows = np.ones(bits.size), np.zeros(bits.size), []
    for k, bit in enumerate(_BITS):
        r = np.where((bits >> np.uint32(bit)) & np.uint32(1), sensitivity[k], false)
        rows.append(r)
        one = one * (1.0 - r) + none * r
        none = none * (1.0 - r)
    found = np.array([*rows, 1.0 - none, 1.0 - none - one], np.float32)
    found.flags.writeable = False
    return found


@lru_cache(maxsize=8)
def _whole(sensitivity: tuple[float, ...], false: float) -> np.ndarray:
    return np.ascontiguousarray(np.rint(_tables(sensitivity, false).T.astype(np.float64) * FIXED))


def chances(draw: Mapping[str, Any]) -> np.ndarray:
    """The same chances by bit pattern in units of 2^-20, float64 (2^15, items + 2), as sums of measures take them."""
    sensitivity = tuple(map(float, draw["adversity.parent_report"]))
    return _whole(sensitivity, float(draw["adversity.parent_report_false"]))


def _declare(row: int, name: str, label: str, unit: str, low: int, high: int) -> None:
    def function(p_ace_bits: Any, k_adversity__parent_report: Any, k_adversity__parent_report_false: Any) -> Any:
        tables = _tables(tuple(map(float, k_adversity__parent_report)), float(k_adversity__parent_report_false))
        return tables[row][p_ace_bits]

    ages = (12 * low, 12 * high)
    measure(label, name=name, unit=unit, factor=100, better="lower", yardstick=_YARDSTICK, topic=_TOPIC, ages=ages)(function)


for _k, _name in enumerate(ITEMS):
    _declare(_k, f"nsch_{_name.replace(' ', '_')}", f"Children whose parent reports: {_name}", "percent of ages 0 to 17", 0, 18)
for _least, _row in ((1, len(ITEMS)), (2, len(ITEMS) + 1)):
    for _low, _high in _BANDS:
        _end = "" if (_low, _high) == (0, 18) else f"_{_low}_{_high - 1}"
        _words = f"Children whose parent reports at least {_least} of eight items, ages {_low} to {_high - 1}"
        _declare(_row, f"nsch_{_least}plus{_end}", _words, "percent", _low, _high)
