"""The market: neighbors meet, and become more familiar."""

from hecsim.interventions.base import Effect, Intervention, Words, intervention
from hecsim.interventions.settings import Payers, paid_by, reach_of


@intervention
class NightMarket(Intervention):
    """NM1. A market in the evening, once a month, in the neighborhoods that have it."""

    id, kind, verb, grade = "NM1", "norm", "new", "D"
    title = Words("A night market", "Un mercado nocturno")
    sentence = Words("Neighbors meet at a market in the evening.", "Los vecinos se encuentran en un mercado nocturno.")
    aims, actor = ("child",), "merchants and residents"
    effects = (Effect("cohesion_add", "add", "nm1_cohesion"),)
    reach: float = reach_of(0.5)
    payers: Payers = paid_by(town=1.0)
