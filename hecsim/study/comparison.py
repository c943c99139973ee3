"""What payers of outcomes compare with: current law in the same future, lived once in a process.

A future's arms may be lived in different processes. Only an arm whose fund pays by outcomes against a
comparison needs this; it costs one more run of current law for each process that lives such an arm.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from hecsim.life import Life
from hecsim.measures.observed import yearly_totals

if TYPE_CHECKING:
    from hecsim import evidence
    from hecsim.community import Community
    from hecsim.study.design import Arm, Study

__all__ = ["comparison_for"]

# The last future whose current law was lived for this in this process: (study, start, index) and its totals.
_last: list[tuple[tuple[Study, Community, int], Mapping[str, np.ndarray]]] = []


def comparison_for(
    study: Study, arm: Arm, start: Community, draw: evidence.Draw, index: int
) -> Mapping[str, np.ndarray] | None:
    """Yearly totals of current law from the same start with the same luck, or None where an arm needs none.

    start : the community at month 0 of the future, which is not changed
    """
    plan = arm.funds
    if plan is None or not plan.by_outcome or plan.benchmark != "comparison":
        return None
    for (s, c, i), found in _last:
        if s is study and c is start and i == index:
            return found
    model = Life(
        start.copy(), years=study.years, start_year=study.start_year, seed=study.future(index).luck_seed, draw=draw,
        burn_in_months=0,
    )  # fmt: skip
    model.run()
    assert model.recorder is not None
    found = yearly_totals(model.recorder, model.community)
    _last[:] = [((study, start, index), found)]
    return found
