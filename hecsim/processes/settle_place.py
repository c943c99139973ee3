"""What a move to another neighborhood does to the weight that adults tend to.

Public-housing families who were offered vouchers for neighborhoods with little poverty were less often extremely obese ten
to fifteen years later, and people who move to more deprived places gain more than others. What carries this is not
known: nearness of stores, safety and walking, which the model has, explain little of it. So the set point of adults shifts
with the difference in concentrated disadvantage when their home moves, and weight follows at its own pace. Those who
stay are as heavy as they were found in their neighborhood; children's weight is left alone, where
the trial found nothing sure.
"""

from __future__ import annotations

import numpy as np

from hecsim.processes.settle_rows import ADULT
from hecsim.tables import Table

__all__ = ["shift_set_points"]


def shift_set_points(person: Table, rows: np.ndarray, change: np.ndarray, per_sd: float) -> None:
    """Shift the set points of adults whose neighborhood changed.

    rows : of persons; change : SD of disadvantage, new neighborhood less old, one entry each
    per_sd : kg/m2 for each SD (`weight.disadvantage`)
    """
    grown = (person["age"][rows] >= ADULT) & (person["height"][rows] > 0)
    rows, change = rows[grown], change[grown]
    person["set_point"][rows] += per_sd * change * (person["height"][rows].astype(float) / 100.0) ** 2
