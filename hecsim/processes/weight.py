"""Weight: the processes of the month, in order. Adults first, then children, who follow their parents."""

from __future__ import annotations

from hecsim.processes.weight_adult import ADULT_WEIGHT
from hecsim.processes.weight_child import CHILD_WEIGHT, FIRST_WEIGHT

__all__ = ["ADULT_WEIGHT", "CHILD_WEIGHT", "FIRST_WEIGHT", "WEIGHT"]

WEIGHT = (ADULT_WEIGHT, FIRST_WEIGHT, CHILD_WEIGHT)
