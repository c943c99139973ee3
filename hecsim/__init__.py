"""Simulate what mixes of upstream interventions would do for a Connecticut community.

>>> import hecsim as hs
>>> law = hs.Scenario(hs.CommunitySpec(towns=("Hartford",), households=500), years=2)
>>> aid = law.with_interventions(hs.interventions.RightToCounsel(), name="counsel")
>>> results = hs.compare([law, aid], futures=4)                     # doctest: +SKIP
>>> results.summary(by="race_ethnicity")                            # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from hecsim import evidence, interventions
    from hecsim.model import CommunityModel
    from hecsim.population import build_community
    from hecsim.scenario import CommunitySpec, Scenario
    from hecsim.study import Question, Results, Rule, Store, Study, compare, fails_when, pawn, run_study
    from hecsim.study.attribute import attribute
    from hecsim.study.claims import claims
    from hecsim.study.extend import extend
    from hecsim.study.optimise import optimise
    from hecsim.study.pareto import pareto
    from hecsim.study.precision import precision
    from hecsim.study.robust import robust
    from hecsim.study.sensitivity import sensitivity
    from hecsim.study.voi import voi

# Name to module: loaded when first used, so that `import hecsim` costs nothing.
_LAZY = {
    "attribute": "hecsim.study",
    "build_community": "hecsim.population",
    "claims": "hecsim.study",
    "compare": "hecsim.study",
    "extend": "hecsim.study",
    "fails_when": "hecsim.study",
    "optimise": "hecsim.study",
    "pareto": "hecsim.study",
    "pawn": "hecsim.study",
    "precision": "hecsim.study",
    "robust": "hecsim.study",
    "run_study": "hecsim.study",
    "sensitivity": "hecsim.study",
    "voi": "hecsim.study",
    "CommunityModel": "hecsim.model",
    "CommunitySpec": "hecsim.scenario",
    "Question": "hecsim.study",
    "Results": "hecsim.study",
    "Rule": "hecsim.study",
    "Scenario": "hecsim.scenario",
    "Store": "hecsim.study",
    "Study": "hecsim.study",
}
_MODULES = ("evidence", "interventions")

__all__ = [
    "CommunityModel",
    "CommunitySpec",
    "Question",
    "Results",
    "Rule",
    "Scenario",
    "Store",
    "Study",
    "attribute",
    "build_community",
    "claims",
    "compare",
    "evidence",
    "extend",
    "fails_when",
    "interventions",
    "optimise",
    "pareto",
    "pawn",
    "precision",
    "robust",
    "run_study",
    "sensitivity",
    "voi",
]


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    if name in _MODULES:
        return import_module(f"hecsim.{name}")
    raise AttributeError(f"module 'hecsim' has no attribute '{name}'")
