"""Programs around birth and before school, and for kin who care. See also `programs`."""

from __future__ import annotations

from typing import Any

import numpy as np

from hecsim.clock import MONTHS_PER_YEAR
from hecsim.community import Community
from hecsim.engine import Context
from hecsim.interventions import who
from hecsim.interventions.base import Effect, Intervention, Words, intervention
from hecsim.interventions.settings import Payers, paid_by, ramp_of, reach_of, setting

__all__ = ["GroupPrenatalCare", "KinCarers", "MindingTheBaby", "Preschool"]

_RELATIVE = 2  # code of `child_care`


def _income_limit(default: float) -> Any:
    return setting(default, unit="times the poverty line", low=0, high=10, help="income at or below this")


@intervention
class MindingTheBaby(Intervention):
    """G02. A nurse and a social worker together, for young mothers with a first child, to age two."""

    id, kind, verb, grade = "G02", "program", "expand", "B"
    title = Words("Minding the Baby", "Minding the Baby (Cuidando al bebé)")
    sentence = Words(
        "A nurse and a social worker visit young first-time mothers from pregnancy until the child is two.",
        "Una enfermera y una trabajadora social visitan a madres jóvenes primerizas hasta que el niño cumple dos años.",
    )
    aims, actor, strategy = ("child", "weight"), "community clinics", ("CDC 3",)
    connecticut = "Begun in New Haven"
    delivery, pool, trust = "funnel", "clinician", "trust_health"
    effects = (
        Effect("abuse_scale", "scale", "g02_maltreatment"),
        Effect("neglect_scale", "scale", "g02_maltreatment"),
        Effect("nurture_add", "add", "g02_nurture"),
        Effect("parenting_add", "add", "g02_parenting"),
        Effect("energy", "add", "g02_energy", who="children"),
        Effect("detection_scale", "scale", "visiting_detection", while_served=True),
    )
    reach: float = reach_of(0.1)
    payers: Payers = paid_by(state=0.5, federal=0.3, philanthropy=0.2)
    income_limit: float = _income_limit(2.0)
    below_age: int = setting(312, unit="month", low=168, high=480, help="mothers are younger than this at entry")

    def eligible(self, community: Community, context: Context) -> np.ndarray:
        """Homes of young women with low income who expect, or have just had, their first child."""
        p = community.person
        first = ((p["pregnancy"] > 0) & (p["parity"] == 0)) | ((p["parity"] == 1) & (p["since_birth"] < 2))
        young = (p["sex"] == 1) & (p["age"] < self.below_age) & first
        return who.homes_with(community, young) & who.income_below(community, self.income_limit)


@intervention
class Preschool(Intervention):
    """G05. A place in Head Start or a comparable preschool at three and four, with work with the parents."""

    id, kind, verb, grade = "G05", "program", "expand", "B"
    title = Words("Preschool with family support", "Preescolar con apoyo a la familia")
    sentence = Words(
        "Children of three and four go to a good preschool that also works with their parents.",
        "Los niños de tres y cuatro años van a un buen preescolar que también trabaja con sus padres.",
    )
    aims, actor, strategy = ("child", "weight"), "preschools and Head Start", ("CDC 3", "HI-5")
    connecticut = "Head Start, School Readiness and, from 2027, Early Start"
    delivery = "funnel"
    effects = (
        Effect("development_add", "add", "g05_development"),
        Effect("abuse_scale", "scale", "g05_maltreatment"),
        Effect("neglect_scale", "scale", "g05_maltreatment"),
        Effect("energy", "add", "g05_energy", who="children"),
        Effect("detection_scale", "scale", "visiting_detection", while_served=True),
    )
    reach: float = reach_of(0.3)
    ramp: int = ramp_of(24)
    payers: Payers = paid_by(federal=0.6, state=0.4)
    income_limit: float = _income_limit(1.85)

    def eligible(self, community: Community, context: Context) -> np.ndarray:
        """Low-income homes with a child of three or four."""
        age = community.person["age"]
        due = (age >= 3 * MONTHS_PER_YEAR) & (age < 5 * MONTHS_PER_YEAR)
        return who.homes_with(community, due) & who.income_below(community, self.income_limit)


@intervention
class GroupPrenatalCare(Intervention):
    """G06. Prenatal visits in a group, with help for breastfeeding and a healthy gain in weight."""

    id, kind, verb, grade = "G06", "program", "expand", "C"
    title = Words("Prenatal care in groups", "Cuidado prenatal en grupo")
    sentence = Words(
        "Pregnant women meet in a group for their visits, and learn about food, feeding and the first months.",
        "Las embarazadas se reúnen en grupo para sus citas y aprenden sobre comida, lactancia y los primeros meses.",
    )
    aims, actor, strategy = ("child", "weight"), "health centers and WIC", ("CDC 3",)
    connecticut = "Group prenatal care was first tried in New Haven; WIC peer counselors"
    delivery, unit, pool, trust, repeat = "funnel", "person", "coach", "trust_health", True
    effects = (
        Effect("prenatal_care", "add", "g06_prenatal", while_served=True),
        Effect("energy_treatment", "add", "g06_energy", while_served=True),
        Effect("support_add", "add", "g06_support"),
    )
    reach: float = reach_of(0.25)
    payers: Payers = paid_by(Medicaid=0.6, commercial_insurers=0.4)
    months_after: int = setting(3, unit="month", low=0, high=12, help="months after birth with help for feeding")

    def eligible(self, community: Community, context: Context) -> np.ndarray:
        """Pregnant women before the eighth month."""
        p = community.person
        return (p["present"] == 1) & (p["pregnancy"] > 0) & (p["pregnancy"] < 8)

    def retains(self, community: Community, context: Context) -> np.ndarray:
        """Until some months after the birth."""
        p = community.person
        return (p["present"] == 1) & ((p["pregnancy"] > 0) | (p["since_birth"] < self.months_after))


@intervention
class KinCarers(Intervention):
    """G14. Training, respite and company for relatives and neighbors who look after young children."""

    id, kind, verb = "G14", "program", "new"
    title = Words("Support for grandparents and kin who care", "Apoyo a abuelos y parientes que cuidan")
    sentence = Words(
        "Grandparents, relatives and neighbors who care for young children get training, respite and company.",
        "Abuelos, parientes y vecinos que cuidan a niños pequeños reciben capacitación, descanso y compañía.",
    )
    aims, actor, strategy = ("child",), "Office of Early Childhood and family resource centers", ("CDC 3", "CDC 5")
    connecticut = "Family resource centers; Care 4 Kids pays some relatives"
    delivery, pool, trust = "funnel", "coach", "trust_community"
    effects = (
        Effect("support_add", "add", "g14_support"),
        Effect("nurture_add", "add", "g14_nurture"),
        Effect("development_add", "add", "g14_development"),
        Effect("stress_add", "add", "g14_stress", who="adults"),
    )
    reach: float = reach_of(0.2)
    payers: Payers = paid_by(state=0.7, philanthropy=0.3)

    def eligible(self, community: Community, context: Context) -> np.ndarray:
        """Homes whose young children are cared for by kin, or that a grandparent shares."""
        h = community.household
        young = (h["present"] == 1) & (h["under6"] > 0)
        return young & ((h["child_care"] == _RELATIVE) | (h["grandparent"] == 1))
