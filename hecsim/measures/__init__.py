"""What is measured: outcomes, yardsticks, groups, and the recorder that keeps them.

>>> from hecsim.measures import MEASURES
>>> MEASURES["aces_0_8"].better
'lower'
"""

from hecsim.extensions import added
from hecsim.measures import (  # noqa: F401  (they declare measures)
    adversity,
    community_life,
    economy,
    health,
    parent_report,
    payers,
    weight,
)
from hecsim.measures.base import MEASURES, Measure, measure
from hecsim.measures.diary import Diary
from hecsim.measures.recorder import GROUP_KINDS, Recorder, assign_income_bands

added("hecsim.measures")  # their import declares measures

__all__ = ["GROUP_KINDS", "MEASURES", "Diary", "Measure", "Recorder", "assign_income_bands", "measure"]
