"""Norms: what people see others do and hold to be right. Slow, cheap, weak alone, and fading."""

from __future__ import annotations

import numpy as np

from hecsim.clock import MONTHS_PER_YEAR
from hecsim.community import Community
from hecsim.engine import Context
from hecsim.interventions.base import Cost, Effect, Intervention, Words, intervention
from hecsim.interventions.doses import Units
from hecsim.interventions.settings import Payers, paid_by, ramp_of, reach_of, setting

__all__ = [
    "EmployerWellbeing", "FairChanceEmployers", "FaithAndKin", "HealthyDefaults", "HelpSeeking",
    "MoneySkills", "NarrativeChange", "PositiveParenting", "SocialWalking",
]  # fmt: skip


@intervention
class HealthyDefaults(Intervention):
    """N01. Congregations, schools and workplaces serve healthy food and drink as a matter of course."""

    id, kind, verb, grade = "N01", "norm", "new", "C"
    title = Words("Healthy food as the usual choice", "Comida sana como opción habitual")
    sentence = Words(
        "Churches, schools and workplaces serve water and healthy food as a matter of course.",
        "Iglesias, escuelas y lugares de trabajo sirven agua y comida sana de manera habitual.",
    )
    aims, actor = ("weight",), "congregations, schools and employers"
    connecticut = "No instance found"
    effects = (
        Effect("norm_food_add", "add", "n01_norm"),
        Effect("school_meal_quality", "add", "n01_school"),
    )
    reach: float = reach_of(0.5)
    payers: Payers = paid_by(philanthropy=0.5, employers=0.5)


@intervention
class SocialWalking(Intervention):
    """N02. Walking together becomes usual. It works where it is safe to walk."""

    id, kind, verb = "N02", "norm", "new"
    title = Words("Walking together", "Caminar juntos")
    sentence = Words(
        "Neighbors invite neighbors to walk, until an active family is the usual thing.",
        "Vecinos invitan a vecinos a caminar, hasta que ser una familia activa sea lo normal.",
    )
    aims, actor, needs = ("weight",), "ambassadors", ("S06",)
    connecticut = "No instance found"
    effects = (Effect("norm_activity_add", "add", "n02_norm"), Effect("cohesion_add", "add", "n02_cohesion"))
    reach: float = reach_of(0.5)
    ramp: int = ramp_of(24)
    payers: Payers = paid_by(philanthropy=0.5, town=0.5)


@intervention
class FairChanceEmployers(Intervention):
    """N03. Employers who hire people with records are recognized, and others follow."""

    id, kind, verb, grade = "N03", "norm", "new", "D"
    title = Words("Recognized fair-chance employers", "Empleadores reconocidos por dar oportunidad")
    sentence = Words(
        "Employers who judge people by their work, not their record, are recognized in public and by a tax credit.",
        "Los empleadores que valoran el trabajo y no los antecedentes reciben reconocimiento y un crédito tributario.",
    )
    aims, actor, strategy = ("child", "equity"), "collaborative and chamber of commerce", ("CDC 1", "CDC 2")
    connecticut = "Asked for in the design exercise of 2019; no instance found"
    effects = (
        Effect("employer_fair_chance", "add", "n03_fair_chance"),
        Effect("employer_stable", "add", "n03_stable"),
        Effect("hiring_bias", "scale", "n03_bias"),
    )
    ramp: int = ramp_of(18)
    reach: float = reach_of(0.5)
    instrument: str = setting("tax credits", unit="name", options=("tax credits", "grants"), help="how the money comes")

    def spending(self, community: Community, context: Context, units: Units) -> list[Cost]:
        """A credit for each worker with a record, as many a year as are newly hired."""
        p, draw = community.person, context.draw
        hired = (p["present"] == 1) & (p["labor"] == 1) & (p["record"] > 0) & units.covers("person")
        number = float(units.frame.weight["person"][hired].sum()) * self.number(draw, "hires") * units.share
        return [Cost("tax credit", number * self.number(draw, "credit") / MONTHS_PER_YEAR)]


@intervention
class HelpSeeking(Intervention):
    """N04. It becomes usual to ask for help, for men and fathers too."""

    id, kind, verb = "N04", "norm", "new"
    title = Words("It is normal to ask for help", "Pedir ayuda es normal")
    sentence = Words(
        "Barbers, pastors and union members speak openly about mental health, above all with men.",
        "Barberos, pastores y sindicalistas hablan abiertamente de la salud mental, sobre todo con los hombres.",
    )
    aims, actor, strategy = ("child",), "congregations, barbers and unions", ("CDC 2",)
    connecticut = "No instance found"
    effects = (
        Effect("norm_help_add", "add", "n04_norm"),
        Effect("stigma_add", "add", "n04_stigma"),
        Effect("treatment_depression", "add", "n04_treatment", who="adults"),
    )
    ramp: int = ramp_of(24)
    reach: float = reach_of(0.5)
    payers: Payers = paid_by(state=0.5, philanthropy=0.5)


@intervention
class MoneySkills(Intervention):
    """N05. Saving and planning become usual: courses at school, credit unions, talk among friends."""

    id, kind, verb, grade = "N05", "norm", "new", "B"
    title = Words("Saving and planning as a habit", "El hábito de ahorrar y planear")
    sentence = Words(
        "Schools and credit unions teach saving and planning, until it is usual to talk about money.",
        "Escuelas y cooperativas de crédito enseñan a ahorrar y planear, hasta que hablar de dinero sea normal.",
    )
    aims, actor, strategy = ("child",), "schools and credit unions", ("CDC 1", "CDC 2")
    connecticut = "Course that goes with baby bonds"
    delivery = "sample"
    effects = (
        Effect("skill_add", "add", "n05_skill"),
        Effect("eitc_take_up", "add", "n05_taxes"),
    )
    ramp: int = ramp_of(24)
    reach: float = reach_of(0.3)
    payers: Payers = paid_by(state=0.5, philanthropy=0.5)

    def eligible(self, community: Community, context: Context) -> np.ndarray:
        """Families with children."""
        return (community.household["present"] == 1) & (community.household["children"] > 0)


@intervention
class FaithAndKin(Intervention):
    """N06. Congregations and kin organize support and respite for families."""

    id, kind, verb, grade = "N06", "norm", "expand", "D"
    title = Words("Faith and family support", "Apoyo de la fe y la familia")
    sentence = Words(
        "Congregations and relatives organize meals, rides and a few free hours for tired parents.",
        "Las congregaciones y los parientes organizan comidas, viajes y unas horas libres para padres cansados.",
    )
    aims, actor, strategy = ("child", "weight"), "congregations", ("CDC 5",)
    connecticut = "No instance found"
    delivery, trust = "sample", "trust_community"
    effects = (
        Effect("support_add", "add", "n06_support"),
        Effect("parenting_add", "add", "n06_parenting"),
        Effect("pce_add", "add", "n06_pce"),
    )
    reach: float = reach_of(0.4)
    payers: Payers = paid_by(congregations=1.0)

    def eligible(self, community: Community, context: Context) -> np.ndarray:
        """Members of congregations, and households with kin nearby."""
        h = community.household
        return (h["present"] == 1) & ((h["church"] == 1) | (h["kin_nearby"] == 1))


@intervention
class NarrativeChange(Intervention):
    """N07. What is seen as a family's fault is seen as a matter of conditions, and support for change grows."""

    id, kind, verb = "N07", "norm", "new"
    title = Words("Conditions, not blame", "Condiciones, no culpa")
    sentence = Words(
        "Advocates and media show how conditions shape health, so that people support changing them.",
        "Promotores y medios muestran cómo las condiciones forman la salud, para que la gente apoye cambiarlas.",
    )
    aims, actor, strategy = ("equity",), "health equity advocates", ("CDC 2",)
    connecticut = "Statewide health equity advocates; Essentials for Childhood in seven other states"
    effects = (
        Effect("policy_support", "add", "n07_support"),
        Effect("stigma_add", "add", "n07_stigma"),
    )
    ramp: int = ramp_of(36)
    payers: Payers = paid_by(philanthropy=1.0)


@intervention
class PositiveParenting(Intervention):
    """N08. A campaign for warm parenting as everybody's concern; bystanders help, and report."""

    id, kind, verb, grade = "N08", "norm", "new", "C"
    title = Words("Raising children is everybody's business", "Criar a los niños es asunto de todos")
    sentence = Words(
        "A campaign shows calm parenting, and encourages neighbors to lend a hand.",
        "Una campaña muestra la crianza con calma y anima a los vecinos a dar una mano.",
    )
    aims, actor, strategy = ("child",), "department of public health", ("CDC 2",)
    connecticut = "No campaign found; Essentials for Childhood in seven other states"
    effects = (
        Effect("norm_parenting_add", "add", "n08_norm"),
        Effect("cohesion_add", "add", "n08_cohesion"),
        Effect("detection_scale", "scale", "n08_detection", who="area"),
    )
    ramp: int = ramp_of(24)
    reach: float = reach_of(0.6)


@intervention
class EmployerWellbeing(Intervention):
    """N09. Employers lower stress and make healthy choices easy. Trials at work sites find little."""

    id, kind, verb, grade = "N09", "norm", "improve", "B"
    title = Words("Workplaces that care for health", "Lugares de trabajo que cuidan la salud")
    sentence = Words(
        "Employers give steadier hours, healthy food and time to move.",
        "Los empleadores ofrecen horarios estables, comida sana y tiempo para moverse.",
    )
    aims, actor = ("weight", "child"), "employers"
    connecticut = "No instance found"
    effects = (
        Effect("employer_wellness", "add", "n09_wellness"),
        Effect("employer_stable", "add", "n09_stable"),
    )
    ramp: int = ramp_of(18)
    reach: float = reach_of(0.3)
    payers: Payers = paid_by(employers=1.0)

    def spending(self, community: Community, context: Context, units: Units) -> list[Cost]:
        """Per worker reached."""
        p = community.person
        workers = (p["present"] == 1) & (p["labor"] == 1) & units.covers("person")
        number = float(units.frame.weight["person"][workers].sum()) * units.share
        return [Cost("operation", number * self.number(context.draw, "worker") / MONTHS_PER_YEAR)]
