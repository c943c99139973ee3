"""The family room: what the adults of a home go through, in the order of the month."""

from __future__ import annotations

from hecsim.processes.family_couple import COUPLE_PROCESSES
from hecsim.processes.family_justice import JUSTICE_PROCESSES
from hecsim.processes.family_mind import MIND_PROCESSES

__all__ = ["FAMILY_PROCESSES"]

FAMILY_PROCESSES = (*MIND_PROCESSES, *COUPLE_PROCESSES, *JUSTICE_PROCESSES)
