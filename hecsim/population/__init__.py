"""A synthetic community from census tables: families, homes, people, businesses, organizations, ties.

>>> from hecsim.population import build_community
>>> town = build_community("Hartford", households=10_000, seed=1)    # doctest: +SKIP
"""

from hecsim.population.build import build_community
from hecsim.population.followed import restore_followed
from hecsim.population.relive import forget_before, relive, without_before
from hecsim.population.report import margins
from hecsim.population.store import load, save
from hecsim.population.vignette import Vignette

__all__ = [
    "Vignette",
    "build_community",
    "forget_before",
    "load",
    "margins",
    "relive",
    "restore_followed",
    "save",
    "without_before",
]
