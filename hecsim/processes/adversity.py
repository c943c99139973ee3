"""The adversity room: what happens to children, what is seen of it, and what protects them."""

from __future__ import annotations

from hecsim.processes.adversity_cps import CPS_PROCESSES
from hecsim.processes.adversity_events import EVENT_PROCESSES
from hecsim.processes.adversity_protection import PROTECTION_PROCESSES
from hecsim.processes.adversity_recall import RECALL

__all__ = ["ADVERSITY_PROCESSES"]

ADVERSITY_PROCESSES = (*EVENT_PROCESSES, RECALL, *PROTECTION_PROCESSES, *CPS_PROCESSES)
