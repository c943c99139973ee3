"""Studies: arms x futures, run in parallel, kept in a folder, compared within futures."""

from hecsim.scenario import CommunitySpec
from hecsim.study.design import Arm, Contrast, Future, Study
from hecsim.study.results import Results, paired
from hecsim.study.run import build, compare, run_future, run_study
from hecsim.study.store import Store

__all__ = [
    "Arm", "CommunitySpec", "Contrast", "Future", "Results", "Store", "Study", "build", "compare", "paired", "run_future",
    "run_study",
]  # fmt: skip
