"""A toy town, and interventions with a collaborative that are delivered in it month by month."""

from hecsim import evidence
from hecsim.collaborative import CollaborativeSpec
from hecsim.engine import Engine
from hecsim.interventions import Delivery
from hecsim.testing import toy_community

DRAW = evidence.draw(None)
NOW = {"start": 0, "ramp": 0}
WORKING = CollaborativeSpec(stage="implementing", facilitator=True)
PLENTY = DRAW.with_values(
    interventions__staff_navigator=1e6, interventions__staff_coach=1e6, interventions__staff_clinician=1e6
)


def town(households=1500, scale=1.0):
    """A toy town at reference trust, awareness and room, of which each household stands for `scale` real ones."""
    c = toy_community(households, seed=4)
    h = c.household
    for i, name in enumerate(("trust_health", "trust_services", "trust_community", "trust_police")):
        h[name] = DRAW["interventions.trust_reference"][i]
    h["bandwidth"], h["aware"] = DRAW["interventions.bandwidth_reference"], DRAW["interventions.aware_reference"]
    h["language"], h["race"] = 0, 0
    c.neighborhood["scale"] = scale
    c.business["recognized"], c.business["plan"] = 0, 0
    c.tables["organization"]["data_maturity"] = 0.4
    return c


class Arm:
    """Interventions and a collaborative, delivered month by month; families themselves stand still."""

    def __init__(self, *items, spec=None, start=None, draw=DRAW, seed=5, horizon=600):
        self.c = (town() if start is None else start).copy()
        self.engine = Engine((), draw, seed)
        self.delivery = Delivery(items, self.c, draw, horizon=horizon, calendar=False, collaborative=spec)

    def run(self, months):
        for _ in range(months):
            self.engine.levers.clear()
            self.delivery.month(self.c, self.engine.context)
            self.c.clock.month += 1
        return self

    @property
    def group(self):
        return self.delivery.carried.collaborative

    def count(self, key, stage, table="household"):
        return int((self.c.tables[table][f"iv_{key}_stage"] == stage).sum())

    def began(self, key):
        return next(r for r in self.delivery.runs if r.key == key).iv.start


def first_month(arm, stage):
    return next((row["month"] for row in arm.group.history if row["stage"] == stage), None)
