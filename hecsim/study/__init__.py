"""Studies: arms x futures, run in parallel, kept in a folder, compared within futures, and what is asked of them.

The verbs are plain functions: `attribute`, `optimise`, `precision`, `pareto`, `robust`, `fails_when`, `pawn`,
`sensitivity`, `voi`, `extend`, `claims`. `hecsim study` is the same on the command line.
"""

from hecsim.scenario import CommunitySpec
from hecsim.study.attribute import attribute
from hecsim.study.claims import Claim, claims, claims_table
from hecsim.study.design import Arm, Contrast, Design, Future, Study
from hecsim.study.extend import extend
from hecsim.study.future import run_future
from hecsim.study.optimise import Question, optimise
from hecsim.study.pareto import pareto
from hecsim.study.precision import Rule, precision
from hecsim.study.results import Results, paired
from hecsim.study.robust import fails_when, robust
from hecsim.study.run import build, compare, run_study
from hecsim.study.sensitivity import pawn, sensitivity
from hecsim.study.store import Store
from hecsim.study.voi import voi

__all__ = [
    "Arm", "Claim", "CommunitySpec", "Contrast", "Design", "Future", "Question", "Results", "Rule", "Store", "Study",
    "attribute", "build", "claims", "claims_table", "compare", "extend", "fails_when", "optimise", "paired", "pareto",
    "pawn", "precision", "robust", "run_future", "run_study", "sensitivity", "voi",
]  # fmt: skip
