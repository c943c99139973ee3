"""Interventions: systems, policies, programs and norms, and how they are delivered.

>>> import hecsim.interventions as iv
>>> iv.RightToCounsel(coverage=0.5, start=24).to_mapping()
{'id': 'P01', 'start': 24, 'coverage': 0.5}
"""

from hecsim.interventions.base import Cost, Effect, Intervention, Words, intervention
from hecsim.interventions.calendar import Calendar
from hecsim.interventions.catalogue import catalogue, find, from_mapping
from hecsim.interventions.checks import check_intervention
from hecsim.interventions.delivery import Delivery, check_schedule
from hecsim.interventions.interactions import Interactions, interactions
from hecsim.interventions.ledger import Ledger
from hecsim.interventions.mixes import Mix, mix, mixes
from hecsim.interventions.norms import *  # noqa: F403
from hecsim.interventions.norms import __all__ as _norms
from hecsim.interventions.own import own_intervention
from hecsim.interventions.policies import *  # noqa: F403
from hecsim.interventions.policies import __all__ as _policies
from hecsim.interventions.policies_health import *  # noqa: F403
from hecsim.interventions.policies_health import __all__ as _policies_health
from hecsim.interventions.policies_places import *  # noqa: F403
from hecsim.interventions.policies_places import __all__ as _policies_places
from hecsim.interventions.programs import *  # noqa: F403
from hecsim.interventions.programs import __all__ as _programs
from hecsim.interventions.programs_early import *  # noqa: F403
from hecsim.interventions.programs_early import __all__ as _programs_early
from hecsim.interventions.programs_health import *  # noqa: F403
from hecsim.interventions.programs_health import __all__ as _programs_health
from hecsim.interventions.settings import setting
from hecsim.interventions.systems import *  # noqa: F403
from hecsim.interventions.systems import __all__ as _systems

__all__ = [  # noqa: PLE0604
    "Calendar", "Cost", "Delivery", "Effect", "Interactions", "Intervention", "Ledger", "Mix", "Words", "catalogue",
    "check_intervention", "check_schedule", "find", "from_mapping", "interactions", "intervention", "mix", "mixes",
    "own_intervention",
    "setting",
    *_norms, *_policies, *_policies_health, *_policies_places, *_programs, *_programs_early,
    *_programs_health, *_systems,
]  # fmt: skip
