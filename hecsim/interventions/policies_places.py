"""Policies on what is built: homes, streets and spaces. They take years, and cost most before they work."""

from __future__ import annotations

import numpy as np

from hecsim.community import Community
from hecsim.engine import Context
from hecsim.interventions.base import Cost, Effect, Intervention, Words, intervention
from hecsim.interventions.doses import Units, built
from hecsim.interventions.settings import Payers, paid_by, ramp_of, reach_of, setting

__all__ = ["AffordableHomes", "CompleteStreets"]


@intervention
class AffordableHomes(Intervention):
    """P04. New affordable and healthy homes, a share of them in every new building, and help to stay."""

    id, kind, verb, grade, law = "P04", "policy", "expand", "C", True
    title = Words("Affordable homes without displacement", "Viviendas accesibles sin desplazar a nadie")
    sentence = Words(
        "Towns build affordable homes, ask for some in every new building, and help families to stay where they live.",
        "Los municipios construyen viviendas accesibles, las piden en cada edificio nuevo y ayudan a las familias a quedarse.",
    )
    aims, actor, strategy = ("child", "weight", "equity"), "towns and developers", ("CDC 1", "HI-5")
    connecticut = "Section 8-30g; housing trust fund; few homes a year against the need"
    effects = (
        Effect("housing_supply", "add", field="homes"),
        Effect("rent_scale", "scale", "p04_asking"),
        Effect("filing_scale", "scale", "p04_filing", who="area"),
    )
    ramp: int = ramp_of(60)
    payers: Payers = paid_by(state=0.5, federal=0.4, town=0.1)
    homes: float = setting(
        0.03, unit="share of homes", low=0, high=0.3, help="affordable homes added, against those that exist"
    )

    def spending(self, community: Community, context: Context, units: Units) -> list[Cost]:
        """The public share of each home when it is built."""
        stock = float(np.sum(units.frame.weight["household"], where=units.covers("household")))
        new = stock * self.homes * built(self, context.draw, units.month)
        return [Cost("investment", new * self.number(context.draw, "home"))]


@intervention
class CompleteStreets(Intervention):
    """P08. Streets for walking, school yards open after hours, zoning that mixes uses. Used where it is safe."""

    id, kind, verb, grade = "P08", "policy", "revise", "C"
    title = Words("Streets and yards for everybody", "Calles y patios para todos")
    sentence = Words(
        "Streets get sidewalks, crossings and bicycle lanes, and school yards open to the neighborhood.",
        "Las calles tienen aceras, cruces y ciclovías, y los patios escolares se abren al barrio.",
    )
    aims, actor, strategy, needs = ("weight",), "towns", ("HI-5",), ("S06",)
    connecticut = "Complete-streets law of 2009; carried out town by town"
    law = True
    effects = (
        Effect("walkability_add", "add", "p08_walkability"),
        Effect("parks_add", "add", "p08_parks"),
        Effect("active_travel", "add", "p08_travel"),
    )
    reach: float = reach_of(0.5)
    ramp: int = ramp_of(48)
    payers: Payers = paid_by(town=0.3, state=0.3, federal=0.4)

    def spending(self, community: Community, context: Context, units: Units) -> list[Cost]:
        """Each mile once, then its upkeep."""
        draw = context.draw
        miles = float(units.inside.sum()) * self.number(draw, "miles")
        new = miles * built(self, draw, units.month)
        keep = miles * units.count("year") * units.share * self.number(draw, "upkeep")
        return [Cost("investment", new * self.number(draw, "mile")), Cost("operation", keep)]
