"""hecsim: what would mixes of upstream interventions do for a Connecticut community?"""

__version__ = "0.1.0"
