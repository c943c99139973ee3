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
    from hecsim.study import Results, Study, compare, run_study

# Name to module: loaded when first used, so that `import hecsim` costs nothing.
_LAZY = {
    "CommunityModel": "hecsim.model",
    "CommunitySpec": "hecsim.scenario",
    "Results": "hecsim.study",
    "Scenario": "hecsim.scenario",
    "Study": "hecsim.study",
    "build_community": "hecsim.population",
    "compare": "hecsim.study",
    "run_study": "hecsim.study",
}
_MODULES = ("evidence", "interventions")

__all__ = [
    "CommunityModel",
    "CommunitySpec",
    "Results",
    "Scenario",
    "Study",
    "build_community",
    "compare",
    "evidence",
    "interventions",
    "run_study",
]


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    if name in _MODULES:
        return import_module(f"hecsim.{name}")
    raise AttributeError(f"module 'hecsim' has no attribute '{name}'")
