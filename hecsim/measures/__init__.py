"""What is measured: outcomes, yardsticks, groups, and the recorder that keeps them.

>>> from hecsim.measures import MEASURES
>>> MEASURES["aces_0_8"].better
'lower'
"""

from hecsim.measures import adversity, community_life, economy, health, weight  # noqa: F401  (they declare measures)
from hecsim.measures.base import MEASURES, Measure, measure
from hecsim.measures.diary import Diary
from hecsim.measures.recorder import GROUP_KINDS, Recorder, assign_income_bands

__all__ = ["GROUP_KINDS", "MEASURES", "Diary", "Measure", "Recorder", "assign_income_bands", "measure"]
