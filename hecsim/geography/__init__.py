"""Where people live: towns, neighborhoods (census tracts), borders and joint tables of Connecticut.

>>> from hecsim import geography
>>> hartford = geography.select("Hartford")
>>> hartford.population, len(hartford.tracts)
(119970, 41)

`select` picks packaged towns, `load` reads a user's own tables in the columns that `dictionary()` documents, and
`import_place.bring` makes such tables from files of the Census Bureau and others.
Blanks stay NaN; `Geography.inputs` and `Geography.margin` fill what the synthetic population needs and
`Geography.assumptions` lists what they filled.
"""

from hecsim.geography.fallback import Assumption
from hecsim.geography.joints import joint, joint_names
from hecsim.geography.own_tables import load, write
from hecsim.geography.place import Geography, is_contiguous, regions, select
from hecsim.geography.tables import (
    adjacency,
    aid_areas,
    cities_2017,
    dictionary,
    neighborhood_tracts,
    neighborhoods,
    state_marginals,
    towns,
    tracts,
)

__all__ = [
    "Assumption",
    "Geography",
    "adjacency",
    "aid_areas",
    "cities_2017",
    "dictionary",
    "is_contiguous",
    "joint",
    "joint_names",
    "load",
    "neighborhood_tracts",
    "neighborhoods",
    "regions",
    "select",
    "state_marginals",
    "towns",
    "tracts",
    "write",
]
