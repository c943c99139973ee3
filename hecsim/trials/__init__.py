"""Virtual trials: published studies as data files, re-enacted and scored.

>>> from hecsim.trials import library, load_trial
>>> load_trial(library()["A7"]).title
"Baby's First Years: $333 against $20 a month from birth"
"""

from hecsim.trials.library import find_trial, library
from hecsim.trials.page import render, write_page
from hecsim.trials.run import FUTURES, load_trial, run_trial, run_trials
from hecsim.trials.schema import Outcome, Published, Trial
from hecsim.trials.score import OutcomeScore, TrialScore
from hecsim.trials.treatments import Arm

__all__ = [
    "FUTURES", "Arm", "Outcome", "OutcomeScore", "Published", "Trial", "TrialScore", "find_trial", "library",
    "load_trial", "render", "run_trial", "run_trials", "write_page",
]  # fmt: skip
