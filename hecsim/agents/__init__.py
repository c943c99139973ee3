"""The Mesa face: agents as views on rows, and sets of them answered from the columns.

A `Person` is no copy of a person: it is a model and a row. Reading `person.bmi` reads one cell,
which takes half a microsecond; reading a whole column through `model.agents_by_type[Person].get`
takes two nanoseconds an agent. So: look at single agents, compute with sets.
"""

from hecsim.agents.sets import AgentsByType, AllAgents, ColumnAgentSet
from hecsim.agents.views import VIEWS, Business, Household, Neighborhood, Organization, Person, View

__all__ = [
    "VIEWS",
    "AgentsByType",
    "AllAgents",
    "Business",
    "ColumnAgentSet",
    "Household",
    "Neighborhood",
    "Organization",
    "Person",
    "View",
]
