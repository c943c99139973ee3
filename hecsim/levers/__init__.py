"""Named quantities that interventions move and processes read.

Each month the book is emptied and written anew: base, then settings, then additions, then
multipliers. Nothing is overwritten, so an intervention that ends leaves no trace in a lever, and the
effects of several on one hazard multiply: together they add up to less than their sum.

>>> from hecsim.levers import LEVERS, Move
>>> LEVERS["minimum_wage"].unit
'$/hour'
"""

from hecsim.levers.book import LeverBook, Move
from hecsim.levers.catalogue import LEVERS, Lever

__all__ = ["LEVERS", "Lever", "LeverBook", "Move"]
