"""Programs for food, activity, safety and word of mouth. Those for parents and homes stand in `programs`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from hecsim.clock import MONTHS_PER_YEAR
from hecsim.community import Community
from hecsim.engine import Context
from hecsim.interventions import who
from hecsim.interventions.base import Cost, Effect, Intervention, Words, intervention
from hecsim.interventions.doses import Doses, Units
from hecsim.interventions.settings import Payers, paid_by, ramp_of, reach_of, setting
from hecsim.levers import Move

__all__ = [
    "CommunityAmbassadors",
    "DiabetesCare",
    "DiabetesPrevention",
    "FreeActivity",
    "MobileMarket",
    "ResidentOrganizing",
    "ViolenceIntervention",
]


def _income_limit(default: float) -> Any:
    return setting(default, unit="times the poverty line", low=0, high=10, help="income at or below this")


@intervention
class DiabetesPrevention(Intervention):
    """G07. A year of group coaching on food and activity for adults with prediabetes."""

    id, kind, verb, grade = "G07", "program", "expand", "A"
    title = Words("Diabetes prevention groups", "Grupos de prevención de la diabetes")
    sentence = Words(
        "Adults at risk of diabetes meet in a group with a coach for a year.",
        "Adultos con riesgo de diabetes se reúnen en grupo con una guía durante un año.",
    )
    aims, actor, connecticut = ("weight",), "YMCA and health centers", "YMCA program"
    delivery, unit, pool, trust = "funnel", "person", "coach", "trust_health"
    effects = (
        Effect("energy_treatment", "add", "g07_energy"),
        Effect("diabetes_onset", "scale", "g07_diabetes"),
    )
    reach: float = reach_of(0.05)
    payers: Payers = paid_by(Medicaid=0.4, commercial_insurers=0.4, Medicare=0.2)
    least_bmi: float = setting(25.0, unit="kg/m2", low=15, high=60, help="measured body mass index of at least this")

    def eligible(self, community: Community, context: Context) -> np.ndarray:
        """Adults above the BMI limit with prediabetes, as common as surveys find, the same persons always."""
        p = community.person
        able = who.adults(community) & (p["bmi"] >= self.least_bmi) & (p["diabetes"] == 0)
        rows = np.flatnonzero(able)
        share = self.number(context.draw, "prediabetes")
        able[rows] = context.uniforms("g07.prediabetes", 0, p["key"][rows]) < share
        return able


@intervention
class FreeActivity(Intervention):
    """G08. Open gyms, walking groups and play streets. Used where people feel safe."""

    id, kind, verb = "G08", "program", "expand"
    title = Words("Free places to be active", "Actividad física gratis")
    sentence = Words(
        "Gyms and parks open for free, with walking groups and play streets.",
        "Gimnasios y parques abren gratis, con grupos de caminata y calles de juego.",
    )
    aims, actor, needs = ("weight", "child"), "YMCA and parks department", ("S06",)
    connecticut = "No instance found"
    delivery, unit = "sample", "person"
    effects = (Effect("activity_add", "add", "g08_activity"), Effect("support_add", "add", "g08_support"))
    reach: float = reach_of(0.1)
    ramp: int = ramp_of(6)
    payers: Payers = paid_by(town=0.6, philanthropy=0.4)
    from_age: int = setting(60, unit="month", low=0, high=600, help="participants are at least this old")

    def eligible(self, community: Community, context: Context) -> np.ndarray:
        """Residents of school age or older."""
        return (community.person["present"] == 1) & (community.person["age"] >= self.from_age)


@intervention
class DiabetesCare(Intervention):
    """G15. Health workers who teach people with diabetes to manage it. Savings are small, if any."""

    id, kind, verb, grade = "G15", "program", "expand", "B"
    title = Words("Living well with diabetes", "Vivir bien con diabetes")
    sentence = Words(
        "A health worker who speaks the family's language helps people with diabetes with food, medicine and visits.",
        "Un trabajador de salud que habla el idioma de la familia ayuda con comida, medicinas y citas.",
    )
    aims, actor = ("weight",), "health centers"
    connecticut = "Hartford model for Latino adults: projected return $1.12 for $1 in three years"
    delivery, unit, pool, trust = "funnel", "person", "community health worker", "trust_health"
    effects = (
        Effect("disease_cost", "scale", "g15_disease_cost"),
        Effect("energy_treatment", "add", "g15_energy"),
        Effect("diet_add", "add", "g15_diet"),
        Effect("depression_onset", "scale", "g15_depression"),
    )
    reach: float = reach_of(0.15)
    ramp: int = ramp_of(6)
    payers: Payers = paid_by(Medicaid=0.5, Medicare=0.3, commercial_insurers=0.2)

    def eligible(self, community: Community, context: Context) -> np.ndarray:
        """Adults with diagnosed diabetes."""
        return who.adults(community) & (community.person["diabetes"] == 1)


@intervention
class MobileMarket(Intervention):
    """G16. Fresh food nearby, produce prescriptions and, if set, a supermarket (without effect on BMI)."""

    id, kind, verb, grade = "G16", "program", "expand", "B"
    title = Words("Mobile market and produce prescriptions", "Mercado móvil y recetas de frutas y verduras")
    sentence = Words(
        "A market on wheels stops nearby, and clinics prescribe fruit and vegetables.",
        "Un mercado sobre ruedas para cerca de casa, y las clínicas recetan frutas y verduras.",
    )
    aims, actor, connecticut = (
        ("weight",),
        "food organizations and clinics",
        "Hartford Mobile Market since 2013",
    )
    delivery = "sample"
    effects = (
        Effect("food_travel", "scale", "g16_travel"),
        Effect("food_aid", "add", field="prescription"),
        Effect("supermarkets", "add", field="supermarkets", who="area"),
    )
    reach: float = reach_of(0.15)
    payers: Payers = paid_by(philanthropy=0.6, federal=0.4)
    prescription: float = setting(20.0, unit="$/month", low=0, high=300, help="produce given to each household served")
    supermarkets: float = setting(0.0, unit="count", low=0, high=5, help="new supermarkets in each neighborhood")
    basket_price: float = setting(
        1.0, unit="multiplier", low=0.5, high=1, help="price of the basket at a sliding-price grocery"
    )
    income_limit: float = _income_limit(2.0)

    def plan(self) -> tuple[Effect, ...]:
        """A sliding-price grocery lowers the price of the whole basket."""
        more = (Effect("food_price_scale", "scale", field="basket_price"),) if self.basket_price != 1 else ()
        return (*self.effects, *more)

    def eligible(self, community: Community, context: Context) -> np.ndarray:
        """Households with low income."""
        return who.income_below(community, self.income_limit)

    def spending(self, community: Community, context: Context, units: Units) -> list[Cost]:
        """Produce, what a sliding price gives away, and the grant for each supermarket, spread over the ramp."""
        produce = units.total(self.prescription)
        produce += units.total(community.household["food_budget"] * (1.0 - self.basket_price))
        building = units.month < self.start + max(self.ramp, 1)
        stores = self.supermarkets * float(units.inside.sum()) / max(self.ramp, 1) if building else 0.0
        return [
            Cost("benefits", produce),
            Cost("investment", stores * self.number(context.draw, "supermarket")),
        ]


@intervention
class CommunityAmbassadors(Intervention):
    """G17. Residents and congregations carry word of services to people they know. Unpaid, they burn out."""

    id, kind, verb = "G17", "program", "new"
    title = Words("Community ambassadors", "Embajadores de la comunidad")
    sentence = Words(
        "Trusted residents are paid to tell neighbors and congregations about help, and to bring back what they hear.",
        "Se paga a residentes de confianza para informar a vecinos e iglesias sobre la ayuda y traer de vuelta lo que oyen.",
    )
    aims, actor, strategy = (
        ("child", "weight", "equity"),
        "collaborative and congregations",
        ("CDC 2", "CDC 5"),
    )
    connecticut = "Asked for in the design exercise of 2019; no instance found"
    delivery, trust = "sample", "trust_community"
    effects = (
        Effect("aware_add", "add", "g17_aware"),
        Effect("trust_community_add", "add", "g17_trust"),
        Effect("trust_health_add", "add", "g17_trust"),
        Effect("found_scale", "scale", "g17_found"),
        Effect("language_match", "add", "g17_language"),
    )
    reach: float = reach_of(0.25)
    payers: Payers = paid_by(philanthropy=0.7, state=0.3)
    paid: bool = setting(True, unit="flag", help="ambassadors are paid")

    def moves(self, community: Community, context: Context, doses: Doses) -> list[Move]:
        """Unpaid, half of them have given up after so many months."""
        made = super().moves(community, context, doses)
        if self.paid:
            return made
        age = max(0, community.clock.month - self.start)
        left = np.float32(0.5 ** (age / self.number(context.draw, "burnout")))
        return [replace(m, dose=np.asarray(m.dose) * left) for m in made]

    def spending(self, community: Community, context: Context, units: Units) -> list[Cost]:
        """Stipends for the ambassadors whom that many households need."""
        if not self.paid:
            return []
        number = units.total() / self.number(context.draw, "households")
        return [Cost("service", number * self.number(context.draw, "stipend"))]


@intervention
class ViolenceIntervention(Intervention):
    """G18. Outreach workers in the street and at the hospital bed, where shootings are frequent."""

    id, kind, verb, grade = "G18", "program", "expand", "C"
    title = Words("Community violence intervention", "Intervención comunitaria contra la violencia")
    sentence = Words(
        "Outreach workers calm conflicts in the street and stand by the wounded in the hospital.",
        "Trabajadores comunitarios calman conflictos en la calle y acompañan a los heridos en el hospital.",
    )
    aims, actor, strategy = ("child", "weight"), "community organizations and hospitals", ("CDC 6",)
    connecticut = "Hartford hospital-linked program, COMPASS; included in the violence levels of the data"
    effects = (
        Effect("violence_scale", "scale", "g18_violence"),
        Effect("trust_community_add", "add", "g18_trust", who="area"),
    )
    payers: Payers = paid_by(state=0.5, federal=0.5)
    least_violence: float = setting(1.5, unit="state mean", low=0, high=20, help="level of violence where it works")

    def area(self, community: Community) -> np.ndarray:
        """Neighborhoods whose persistent level of violence is above the limit when it starts."""
        return community.neighborhood["violence_base"] >= self.least_violence

    def spending(self, community: Community, context: Context, units: Units) -> list[Cost]:
        """Sites in proportion to the residents covered."""
        sites = units.residents * units.share / self.number(context.draw, "site_residents")
        return [Cost("service", sites * self.number(context.draw, "site") / MONTHS_PER_YEAR)]


@intervention
class ResidentOrganizing(Intervention):
    """G19. Organizers and a leadership academy. Organized residents see to it that what is promised is done."""

    id, kind, verb = "G19", "program", "new"
    title = Words("Residents who organize", "Residentes organizados")
    sentence = Words(
        "Residents learn to lead, decide together what should change, and hold institutions to their word.",
        "Los residentes aprenden a dirigir, deciden juntos qué debe cambiar y exigen que se cumpla lo prometido.",
    )
    aims, actor, strategy = ("equity",), "resident organizations", ("CDC 2", "CDC 5")
    connecticut = "CONECT and the Clean Slate law"
    effects = (
        Effect("policy_support", "add", "g19_support"),
        Effect("cohesion_add", "add", "g19_cohesion"),
        Effect("trust_community_add", "add", "g19_trust", who="area"),
    )
    ramp: int = ramp_of(24)
    payers: Payers = paid_by(philanthropy=1.0)
