"""The collaborative: organizations that plan, decide, share staff and carry interventions together."""

from hecsim.collaborative.roles import KINDS, host_of, roles
from hecsim.collaborative.run import Collaborative
from hecsim.collaborative.spec import STAGES, CollaborativeSpec, collaborative_of, presets
from hecsim.collaborative.workforce import POOLS, Workforce

__all__ = [
    "KINDS", "POOLS", "STAGES", "Collaborative", "CollaborativeSpec", "Workforce", "collaborative_of", "host_of", "presets",
    "roles",
]  # fmt: skip
