"""Programs that parents, families and people in trouble enroll in, one by one. See also `programs_health`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hecsim.community import Community
from hecsim.engine import Context
from hecsim.interventions import who
from hecsim.interventions.base import Cost, Effect, Intervention, Words, intervention
from hecsim.interventions.doses import Units
from hecsim.interventions.settings import Payers, paid_by, ramp_of, reach_of, setting

__all__ = [
    "BenefitsCoaching",
    "CaregiverMentalHealth",
    "ChildFirst",
    "HomeVisiting",
    "HousingNavigation",
    "NurseVisits",
    "ParentingSkills",
    "ReentrySupport",
]


def _income_limit(default: float) -> Any:
    return setting(default, unit="times the poverty line", low=0, high=10, help="income at or below this")


@intervention
class ChildFirst(Intervention):
    """G01. A clinician and a care coordinator at home, for young children at high risk."""

    id, kind, verb, grade = "G01", "program", "expand", "B"
    title = Words("Child First", "Child First (Los niños primero)")
    sentence = Words(
        "A clinician and a coordinator visit families under great strain, to help parent and child heal.",
        "Una terapeuta y una coordinadora visitan a familias con mucha tensión, para que padres e hijos sanen.",
    )
    aims, actor, strategy = ("child",), "community clinics", ("CDC 6",)
    connecticut = "Founded in Bridgeport"
    delivery, pool = "funnel", "clinician"
    effects = (
        Effect("abuse_scale", "scale", "g01_maltreatment"),
        Effect("neglect_scale", "scale", "g01_maltreatment"),
        Effect("stress_add", "add", "g01_stress", who="caregivers"),
        Effect("development_add", "add", "g01_development"),
        Effect("detection_scale", "scale", "visiting_detection", while_served=True),
    )
    reach: float = reach_of(0.04)
    ramp: int = ramp_of(18)
    payers: Payers = paid_by(Medicaid=0.6, state=0.4)
    income_limit: float = _income_limit(2.0)
    below_age: int = setting(36, unit="month", low=1, high=72, help="youngest child is younger than this")

    def eligible(self, community: Community, context: Context) -> np.ndarray:
        """Low-income families with a child below three and a depressed, addicted or abused caregiver."""
        h = community.household
        risk = (h["depressed_caregiver"] == 1) | (h["substance_caregiver"] == 1) | (h["ipv"] == 1)
        return who.child_aged(community, 0, self.below_age) & (h["poverty_ratio"] <= self.income_limit) & risk


@intervention
class HomeVisiting(Intervention):
    """G03. Regular visits from pregnancy on: trained visitors, or nurses for first births."""

    id, kind, verb, grade = "G03", "program", "expand", "B"
    title = Words("Home visiting", "Visitas al hogar")
    sentence = Words(
        "A visitor comes regularly from pregnancy on, to support parents and the baby's growth.",
        "Una visitadora llega con regularidad desde el embarazo, para apoyar a los padres y al bebé.",
    )
    aims, actor, strategy = ("child", "weight"), "Office of Early Childhood contractors", ("CDC 3",)
    connecticut = "About 3,000 caregivers a year in 47 agencies"
    delivery, pool, repeat = "funnel", "home visitor", True
    reach: float = reach_of(0.15)
    payers: Payers = paid_by(state=0.65, federal=0.35)
    nurses: bool = setting(False, unit="flag", help="nurses (as in the Nurse-Family Partnership), first births only")
    partner_violence: bool = setting(False, unit="flag", help="with a course for women who live with violence (DOVE)")
    income_limit: float = _income_limit(2.0)
    below_age: int = setting(6, unit="month", low=1, high=36, help="youngest child is younger than this at entry")

    def plan(self) -> tuple[Effect, ...]:
        """The effect differs between nurses and other visitors."""
        maltreatment = "g03_nurse" if self.nurses else "g03_visitor"
        return (
            Effect("abuse_scale", "scale", maltreatment),
            Effect("neglect_scale", "scale", maltreatment),
            Effect("parenting_add", "add", "g03_parenting"),
            Effect("development_add", "add", "g03_development"),
            Effect("prenatal_care", "add", "g03_prenatal", while_served=True),
            Effect("detection_scale", "scale", "visiting_detection", while_served=True),
            *((Effect("ipv_end", "scale", "g03_ipv_end", while_served=True),) if self.partner_violence else ()),
        )

    def number(self, draw: Mapping[str, Any], name: str, default: float | None = None) -> float:
        """What nurses change lasts longer than what other visitors do."""
        return super().number(draw, "nurse_fade" if name == "fade" and self.nurses else name, default)

    def eligible(self, community: Community, context: Context) -> np.ndarray:
        """Low-income families that expect a child or have a baby; with nurses, only the first."""
        h = community.household
        expecting = (h["pregnant"] == 1) | who.child_aged(community, 0, self.below_age)
        first = h["children"] <= np.where(h["pregnant"] == 1, 0, 1) if self.nurses else True
        return who.income_below(community, self.income_limit) & expecting & first

    def yields(self, community: Community) -> np.ndarray:
        """No effect was found where there is violence between the partners."""
        return community.household["ipv"] == 0

    def spending(self, community: Community, context: Context, units: Units) -> list[Cost]:
        """A visitor's or a nurse's month."""
        return [
            Cost(
                "service",
                units.total(self.number(context.draw, "nurse_month" if self.nurses else "visitor_month")),
            )
        ]


@intervention
class NurseVisits(Intervention):
    """G04. One to three nurse visits after every birth, and a link to what the family needs."""

    id, kind, verb, grade = "G04", "program", "expand", "A"
    title = Words("Newborn nurse visits for every family", "Visitas de enfermera para cada recién nacido")
    sentence = Words(
        "A nurse visits every family with a newborn and connects them with the help they want.",
        "Una enfermera visita a cada familia con un recién nacido y la conecta con la ayuda que desea.",
    )
    aims, actor, strategy = ("child", "equity"), "hospitals", ("CDC 3",)
    needs = ("S02", "G03")
    connecticut = "Family Bridge, Greater Bridgeport, since October 2023"
    delivery, pool, trust, repeat = "funnel", "nurse", "trust_health", True
    effects = (
        Effect("abuse_scale", "scale", "g04_maltreatment"),
        Effect("neglect_scale", "scale", "g04_maltreatment"),
        Effect("depression_onset", "scale", "g04_depression", who="caregivers"),
        Effect("found_scale", "scale", "g04_link"),
        Effect("detection_scale", "scale", "visiting_detection", while_served=True),
    )
    reach: float = reach_of(0.7)
    payers: Payers = paid_by(Medicaid=0.5, state=0.3, commercial_insurers=0.2)
    below_age: int = setting(3, unit="month", low=1, high=12, help="youngest child is younger than this")

    def eligible(self, community: Community, context: Context) -> np.ndarray:
        """Every family with a newborn."""
        return who.child_aged(community, 0, self.below_age)


@intervention
class HousingNavigation(Intervention):
    """G09. A navigator finds a home for families who lost theirs, and helps to clear the record."""

    id, kind, verb = "G09", "program", "expand"
    title = Words("Help to find a home again", "Ayuda para volver a tener un hogar")
    sentence = Words(
        "A navigator helps families in shelter or doubled up to find, and pay for, a home.",
        "Una guía ayuda a las familias en albergues o viviendas compartidas a encontrar y pagar un hogar.",
    )
    aims, actor, strategy = ("child", "equity"), "community organizations", ("CDC 1",)
    connecticut = "Housing agencies; no count found"
    delivery, pool, repeat = "funnel", "navigator", True
    effects = (
        Effect("shelter_exit", "scale", "g09_exit", while_served=True),
        Effect("screening_penalty", "scale", "g09_screening"),
        Effect("stress_add", "add", "g09_stress", who="caregivers", while_served=True),
    )
    reach: float = reach_of(0.4)
    ramp: int = ramp_of(6)
    payers: Payers = paid_by(federal=0.6, state=0.4)

    def eligible(self, community: Community, context: Context) -> np.ndarray:
        """Families with children in shelter or doubled up."""
        h = community.household
        return (h["present"] == 1) & (h["tenure"] >= who.UNSTABLE_TENURE) & (h["children"] > 0)


@intervention
class BenefitsCoaching(Intervention):
    """G10. Help to claim benefits and file taxes, and coaching on the budget."""

    id, kind, verb, grade = "G10", "program", "expand", "C"
    title = Words("Benefits, taxes and money coaching", "Beneficios, impuestos y manejo del dinero")
    sentence = Words(
        "Coaches help families to claim what they are due, file taxes for free and plan their budget.",
        "Asesores ayudan a las familias a pedir lo que les corresponde, declarar impuestos gratis y planear su presupuesto.",
    )
    aims, actor, strategy = ("child", "equity"), "community action agencies", ("CDC 1",)
    connecticut = "Volunteer tax sites and community action agencies; no count found"
    delivery, pool = "funnel", "navigator"
    effects = (
        Effect("snap_take_up", "add", "g10_benefits", while_served=True),
        Effect("wic_take_up", "add", "g10_benefits", while_served=True),
        Effect("tfa_take_up", "add", "g10_benefits", while_served=True),
        Effect("eitc_take_up", "add", "g10_taxes", while_served=True),
        Effect("skill_add", "add", "g10_skill"),
        Effect("conflict_scale", "scale", "g10_conflict"),
    )
    reach: float = reach_of(0.25)
    ramp: int = ramp_of(6)
    payers: Payers = paid_by(philanthropy=0.5, federal=0.5)
    income_limit: float = _income_limit(2.5)

    def eligible(self, community: Community, context: Context) -> np.ndarray:
        """Households with low income."""
        return who.income_below(community, self.income_limit)


@intervention
class ReentrySupport(Intervention):
    """G11. Basic needs, work and family, for people coming home from prison."""

    id, kind, verb, grade = "G11", "program", "expand", "B"
    title = Words("Support on coming home from prison", "Apoyo al salir de prisión")
    sentence = Words(
        "People coming home from prison get help with housing, work and family.",
        "Las personas que salen de prisión reciben ayuda con vivienda, trabajo y familia.",
    )
    aims, actor, strategy = ("child", "equity"), "trusted community providers", ("CDC 6",)
    connecticut = "A trusted local provider below the need, as the design exercise tells"
    delivery, unit, pool, trust = "funnel", "person", "navigator", "trust_community"
    effects = (
        Effect("job_finding", "scale", "g11_job_finding"),
        Effect("arrest_scale", "scale", "g11_arrest"),
        Effect("treatment_substance", "add", "g11_treatment", while_served=True),
        Effect("stress_add", "add", "g11_stress"),
    )
    reach: float = reach_of(0.4)
    ramp: int = ramp_of(6)
    payers: Payers = paid_by(state=0.7, federal=0.3)
    within: int = setting(24, unit="month", low=1, high=120, help="released within so many months")

    def eligible(self, community: Community, context: Context) -> np.ndarray:
        """Adults released not long ago."""
        return who.adults(community) & (community.person["released"] < self.within) & (community.person["labor"] != 4)


@intervention
class CaregiverMentalHealth(Intervention):
    """G12. Treatment for depressed caregivers: cognitive, interpersonal or peer-led."""

    id, kind, verb, grade = "G12", "program", "expand", "A"
    title = Words("Mental health care for parents", "Salud mental para madres y padres")
    sentence = Words(
        "Parents with depression get talking treatment or peer support without a long wait.",
        "Las madres y los padres con depresión reciben terapia o apoyo de pares sin larga espera.",
    )
    aims, actor, strategy = ("child",), "health centers", ("CDC 6",)
    connecticut = "Health centers; no count found"
    delivery, unit, pool, trust, repeat = "funnel", "person", "clinician", "trust_health", True
    effects = (Effect("treatment_depression", "add", "g12_treatment", while_served=True),)
    reach: float = reach_of(0.3)
    ramp: int = ramp_of(6)
    payers: Payers = paid_by(Medicaid=0.6, commercial_insurers=0.4)

    def eligible(self, community: Community, context: Context) -> np.ndarray:
        """Caregivers in a depressive episode who are not treated yet."""
        p = community.person
        return who.caregivers(community) & (p["depression"] == 1) & ((p["treated"] & 1) == 0)


@intervention
class ParentingSkills(Intervention):
    """G13. Short courses for parents and couples. They give little while basic needs are unmet."""

    id, kind, verb, grade = "G13", "program", "expand", "B"
    title = Words("Parenting and couple skills", "Habilidades de crianza y de pareja")
    sentence = Words(
        "Parents learn calm ways to guide children and to settle conflict with each other.",
        "Los padres aprenden formas tranquilas de guiar a sus hijos y de resolver conflictos entre ellos.",
    )
    aims, actor, strategy = ("child",), "community organizations and congregations", ("CDC 4",)
    connecticut = "No instance found; contested eighteen-county trial elsewhere"
    delivery, pool = "funnel", "coach"
    effects = (
        Effect("abuse_scale", "scale", "g13_maltreatment"),
        Effect("parenting_add", "add", "g13_parenting"),
        Effect("conflict_scale", "scale", "g13_conflict"),
        Effect("ipv_onset", "scale", "g13_conflict"),
        Effect("separation_scale", "scale", "g13_conflict"),
    )
    reach: float = reach_of(0.15)
    ramp: int = ramp_of(18)
    payers: Payers = paid_by(state=0.6, philanthropy=0.4)
    below_age: int = setting(96, unit="month", low=1, high=216, help="youngest child is younger than this")

    def eligible(self, community: Community, context: Context) -> np.ndarray:
        """Families with a child below the age limit."""
        return who.child_aged(community, 0, self.below_age)

    def yields(self, community: Community) -> np.ndarray:
        """Mental room decides how much of a course is used."""
        return np.clip(community.household["bandwidth"], 0.0, 1.0)
