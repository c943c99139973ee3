"""Health: the processes of the month, in order: coverage, disease, disability, quality of life, cost.

Deaths belong to the process demography, which reads `health.mortality_rr_*`.
"""

from __future__ import annotations

from hecsim.processes.health_coverage import COVERAGE
from hecsim.processes.health_disability import DISABILITY
from hecsim.processes.health_disease import DISEASE, bmi_class
from hecsim.processes.health_value import COST, UTILITY, paid_by

__all__ = ["COST", "COVERAGE", "DISABILITY", "DISEASE", "HEALTH", "UTILITY", "bmi_class", "paid_by"]

HEALTH = (COVERAGE, DISEASE, DISABILITY, UTILITY, COST)
