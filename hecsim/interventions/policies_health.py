"""Policies on maternity, food, schools, records and safety. Those on homes, income and work stand in `policies`."""

from __future__ import annotations

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
    "CleanSlate",
    "MaternityCoverage",
    "ProduceIncentives",
    "SchoolMeals",
    "SugaryDrinkTax",
    "ViolenceReduction",
]


@intervention
class MaternityCoverage(Intervention):
    """P10. HUSKY pays doulas, keeps mothers covered for a year after birth and takes in immigrant mothers."""

    id, kind, verb, grade, law = "P10", "policy", "expand", "C", True
    title = Words("Coverage and doulas around birth", "Cobertura y doulas antes y después del parto")
    sentence = Words(
        "Mothers with low income keep their health coverage for a year after birth and may have a doula.",
        "Las madres con bajos ingresos conservan su seguro un año después del parto y pueden tener una doula.",
    )
    aims, actor, strategy = ("child", "equity"), "department of social services", ("CDC 3", "CDC 6")
    connecticut = "Twelve months after birth since 2022; doulas defined in law in 2021; some immigrants covered"
    delivery, unit = "sample", "person"
    effects = (
        Effect("prenatal_care", "add", "p10_prenatal"),
        Effect("coverage", "add", "p10_coverage"),
        Effect("coverage_loss", "add", "p10_renewal"),
        Effect("depression_onset", "scale", "p10_depression"),
        Effect("treatment_depression", "add", "p10_treatment"),
    )
    reach: float = reach_of(0.6)
    payers: Payers = paid_by(federal=0.5, state=0.5)
    income_limit: float = setting(2.63, unit="times the poverty line", low=0, high=10, help="income at or below this")
    months_after: int = setting(12, unit="month", low=0, high=24, help="months after birth that are covered")

    def eligible(self, community: Community, context: Context) -> np.ndarray:
        """Pregnant women and new mothers with low income, whatever their papers."""
        p = community.person
        mother = (p["pregnancy"] > 0) | (p["since_birth"] < self.months_after)
        poor = who.of_home(community, who.income_below(community, self.income_limit))
        return (p["present"] == 1) & mother & poor


@intervention
class ProduceIncentives(Intervention):
    """P11. Money back on fruit and vegetables, and help to claim SNAP and WIC."""

    id, kind, verb, grade = "P11", "policy", "expand", "A"
    title = Words("Money back on fruit and vegetables", "Reembolso en frutas y verduras")
    sentence = Words(
        "Families who use SNAP or WIC get part of their money back on fruit and vegetables.",
        "Las familias que usan SNAP o WIC recuperan parte del dinero que gastan en frutas y verduras.",
    )
    aims, actor = ("weight",), "social services and public health departments"
    connecticut = "Produce coupon pilots in Hartford"
    delivery = "sample"
    effects = (
        Effect("produce_price", "scale", field="net_price"),
        Effect("snap_take_up", "add", "p11_take_up", who="area"),
        Effect("wic_take_up", "add", "p11_take_up", who="area"),
    )
    reach: float = reach_of(0.6)
    payers: Payers = paid_by(federal=0.7, state=0.3)
    net_price: float = setting(0.7, unit="multiplier", low=0, high=1, help="price of produce after the money back")
    benefit_scale: float = setting(1.0, unit="multiplier", low=1, high=2, help="SNAP benefit with a state supplement")

    def plan(self) -> tuple[Effect, ...]:
        """With a supplement, the benefit itself too; it is the same in the whole state."""
        more = (Effect("snap_scale", "scale", field="benefit_scale"),) if self.benefit_scale != 1 else ()
        return (*self.effects, *more)

    def spending(self, community: Community, context: Context, units: Units) -> list[Cost]:
        """The supplement, out of the benefits that are paid with it."""
        if self.benefit_scale == 1:
            return []
        scale = 1.0 + units.share * (self.benefit_scale - 1.0)
        paid = float((units.frame.weight["household"] * community.household["snap"].astype(float)).sum())
        return [Cost("benefits", paid * (1.0 - 1.0 / scale), (("state", 1.0),))]

    def eligible(self, community: Community, context: Context) -> np.ndarray:
        """Households that receive SNAP or WIC."""
        h = community.household
        return (h["present"] == 1) & ((h["snap"] > 0) | (h["wic"] > 0))


@intervention
class CleanSlate(Intervention):
    """P12. Old records are cleared as the law promised, and licenses opened to people with records."""

    id, kind, verb, grade, law = "P12", "policy", "enforce", "B", True
    title = Words("Clean slate delivered in full", "Borrón y cuenta nueva, cumplido")
    sentence = Words(
        "Old records are cleared automatically, and people with records may work in more licensed jobs.",
        "Los antecedentes antiguos se borran automáticamente y se abren más oficios con licencia.",
    )
    aims, actor, strategy = ("child", "equity"), "state", ("CDC 1",)
    connecticut = "Law of 2021, due January 2023; 13,600 people cleared by March 2024"
    unit = "person"
    effects = (
        Effect("record_clear", "add", "p12_clear"),
        Effect("record_penalty", "scale", "p12_license"),
    )

    def eligible(self, community: Community, context: Context) -> np.ndarray:
        """Residents with a record; the law's waiting periods are applied where records are cleared."""
        return (community.person["present"] == 1) & (community.person["record"] > 0)


@intervention
class SugaryDrinkTax(Intervention):
    """P13. A tax on sugary drinks, its revenue paid back to families with low income if so set."""

    id, kind, verb, grade, law = "P13", "policy", "enact", "A", True
    title = Words("Sugary drink tax", "Impuesto a las bebidas azucaradas")
    sentence = Words(
        "Sugary drinks cost more, and the money goes back to families with low income.",
        "Las bebidas azucaradas cuestan más y el dinero regresa a las familias con bajos ingresos.",
    )
    aims, actor = ("weight",), "state or city"
    connecticut = "No such tax; hypothetical"
    more_levers = ("sugary_drink_price", "cash")
    ramp: int = ramp_of(3)
    payers: Payers = paid_by(state=1.0)
    border: bool = setting(True, unit="flag", help="a city's tax, so that some shop outside")
    recycled: float = setting(1.0, unit="share", low=0, high=1, help="share of the revenue paid to low-income families")
    income_limit: float = setting(2.0, unit="times the poverty line", low=0, high=10, help="who receives the revenue")

    def eligible(self, community: Community, context: Context) -> np.ndarray:
        """Households that share in the revenue."""
        return who.income_below(community, self.income_limit)

    def _revenue(self, context: Context, residents: float, share: float) -> float:
        """Dollars a month."""
        return residents * share * self.number(context.draw, "revenue") / MONTHS_PER_YEAR

    def moves(self, community: Community, context: Context, doses: Doses) -> list[Move]:
        """The price, less what leaks over the border, and equal shares of the revenue."""
        price = 1 + (self.number(context.draw, "price") - 1) * self._kept(context)
        frame, dose = doses.frame, doses.at("household")
        receives = float(frame.weight["household"][dose > 0].sum())
        taxed = float((frame.residents * doses.area).sum())
        each = self.recycled * self._revenue(context, taxed, 1.0) * self._kept(context) / max(receives, 1.0)
        return [
            Move("sugary_drink_price", "scale", price, doses.area, doses.source),
            Move("cash", "add", each, (dose > 0).astype(np.float32), doses.source),
        ]

    def _kept(self, context: Context) -> float:
        return 1 - self.number(context.draw, "leak") if self.border else 1.0

    def spending(self, community: Community, context: Context, units: Units) -> list[Cost]:
        """Revenue, and what is paid back."""
        revenue = self._revenue(context, units.residents, units.share) * self._kept(context)
        return [
            Cost("revenue", -revenue),
            Cost("benefits", revenue * self.recycled * self.strength * self.fidelity),
        ]


@intervention
class ViolenceReduction(Intervention):
    """P14. Focused deterrence with diversion. Made punitive, it raises arrests and costs trust."""

    id, kind, verb, grade = "P14", "policy", "revise", "C"
    title = Words("Fewer shootings, fewer arrests", "Menos tiroteos, menos arrestos")
    sentence = Words(
        "Police and courts focus on the few at highest risk, offer help first, and spare parents jail where they can.",
        "La policía y las cortes se enfocan en los pocos de mayor riesgo, ofrecen ayuda primero y "
        "evitan la cárcel a los padres.",
    )
    aims, actor, strategy = ("child", "weight"), "police and courts", ("CDC 2", "CDC 6")
    connecticut = "No instance found; Hartford's program work is G18"
    more_levers = ("violence_scale", "arrest_scale", "trust_police_add")
    ramp: int = ramp_of(18)
    payers: Payers = paid_by(town=0.5, state=0.5)
    punitive: float = setting(0.0, unit="share", low=0, high=1, help="share of the effort that is enforcement alone")

    def moves(self, community: Community, context: Context, doses: Doses) -> list[Move]:
        """Less violence; fewer arrests of parents, or more where it is punitive."""
        number = {n: self.number(context.draw, n) for n in ("violence", "diversion", "backlash", "trust")}
        arrests = 1 + (1 - self.punitive) * (number["diversion"] - 1) + self.punitive * (number["backlash"] - 1)
        source, area = doses.source, doses.at("household", "area")
        return [
            Move("violence_scale", "scale", number["violence"], doses.area, source),
            Move("arrest_scale", "scale", arrests, doses.at("person", "area"), source),
            Move("trust_police_add", "add", self.punitive * number["trust"], area, source),
        ]


@intervention
class SchoolMeals(Intervention):
    """P15. Free meals in every school, better food in them, and daily physical education."""

    id, kind, verb, grade, law = "P15", "policy", "enact", "B", True
    title = Words("Free, healthy school meals for all", "Comidas escolares gratis y saludables para todos")
    sentence = Words(
        "Every pupil eats free at school, the food meets higher standards, and every day has physical education.",
        "Todos los alumnos comen gratis, la comida cumple mejores normas y hay educación física cada día.",
    )
    aims, actor = ("weight", "child", "equity"), "department of education"
    connecticut = "Free for all to 2022; since then by district and by year"
    ramp: int = ramp_of(6)
    payers: Payers = paid_by(state=0.6, federal=0.4)
    served: float = setting(1.0, unit="share", low=0, high=1, help="share of pupils in schools that serve all free")
    effects = (
        Effect("free_school_meals", "set", field="served"),
        Effect("school_meal_quality", "add", "p15_quality"),
        Effect("school_activity", "add", "p15_activity"),
    )
    from_age: int = setting(60, unit="month", low=0, high=216, help="pupils are at least this old")
    below_age: int = setting(216, unit="month", low=0, high=252, help="pupils are younger than this")

    def spending(self, community: Community, context: Context, units: Units) -> list[Cost]:
        """Cost per pupil and year."""
        p = community.person
        pupils = (p["age"] >= self.from_age) & (p["age"] < self.below_age) & units.covers("person")
        number = float(units.frame.weight["person"][pupils].sum()) * units.share
        return [Cost("operation", number * self.number(context.draw, "pupil") / MONTHS_PER_YEAR)]
