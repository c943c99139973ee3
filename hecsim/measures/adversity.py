"""Measures of adverse childhood experiences, protection and child protection."""

from __future__ import annotations

from typing import Any

import numpy as np

from hecsim.columns import ACE, N_CORE_ACES
from hecsim.measures.base import measure

YEARS_0_8 = 9 * 12  # birth up to the ninth birthday
_YOUNG, _CHILDREN, _ADULTS = (0, YEARS_0_8), (0, 216), (216, None)
CORE = np.uint16((1 << N_CORE_ACES) - 1)
# The eight types that the BRFSS asks adults about: neglect is not asked.
SURVEYED = np.uint16(int(CORE) & ~((1 << ACE.index("emotional neglect")) | (1 << ACE.index("physical neglect"))))
_TOPIC = "Adverse childhood experiences"


def _count(bits: np.ndarray, mask: np.uint16) -> np.ndarray:
    return np.bitwise_count(bits & mask)


@measure(
    "New adverse experiences, ages 0 to 8",
    unit="events per 100 child-years",
    kind="flow",
    factor=100,
    better="lower",
    yardstick="true event",
    topic=_TOPIC,
    label_es="Nuevas experiencias adversas, de 0 a 8 años",
    ages=_YOUNG,
)
def aces_0_8(p_ace_new: Any) -> Any:
    """First events of the ten CDC-Kaiser types before the ninth birthday."""
    return _count(p_ace_new, CORE)


@measure(
    "New adverse experiences, ages 0 to 17",
    unit="events per 100 child-years",
    kind="flow",
    factor=100,
    better="lower",
    yardstick="true event",
    topic=_TOPIC,
    label_es="Nuevas experiencias adversas, de 0 a 17 años",
    ages=_CHILDREN,
)
def aces_0_17(p_ace_new: Any) -> Any:
    """First events of the ten types before adulthood."""
    return _count(p_ace_new, CORE)


def _by_type(index: int, name: str) -> None:
    bit = np.uint16(1 << index)

    def function(p_ace_new: Any) -> Any:
        return (p_ace_new & bit) > 0

    measure(
        f"{name.capitalize()}, ages 0 to 8",
        name=f"ace_0_8_{name.replace(' ', '_')}",
        kind="flow",
        factor=100,
        unit="events per 100 child-years",
        better="lower",
        yardstick="true event",
        topic="Adversity by type",
        ages=_YOUNG,
    )(function)


for _i, _name in enumerate(ACE):
    _by_type(_i, _name)


@measure(
    "Adverse experiences so far at age 8",
    unit="mean score of 10",
    better="lower",
    yardstick="true event",
    topic=_TOPIC,
    label_es="Experiencias adversas acumuladas a los 8 años",
    ages=(96, YEARS_0_8),
)
def ace_score_at_8(p_ace_bits: Any) -> Any:
    """Mean score of children in their ninth year."""
    return _count(p_ace_bits, CORE)


@measure(
    "Children with four or more adverse experiences",
    unit="percent of children",
    factor=100,
    better="lower",
    yardstick="true event",
    topic=_TOPIC,
    label_es="Niños con cuatro o más experiencias adversas",
    ages=_CHILDREN,
)
def children_4plus(p_ace_bits: Any) -> Any:
    """Share of those below 18 with a score of at least four."""
    return _count(p_ace_bits, CORE) >= 4


def _recall(at_least: int) -> None:
    def function(p_ace_recalled: Any) -> Any:
        return _count(p_ace_recalled, SURVEYED) >= at_least

    measure(
        f"Adults who recall at least {at_least} adverse experience{'s' if at_least > 1 else ''}",
        name=f"ace_recall_{at_least}plus",
        unit="percent of adults",
        factor=100,
        better="lower",
        yardstick="adult recall (BRFSS, eight types)",
        topic=_TOPIC,
        ages=_ADULTS,
    )(function)


for _n in (1, 3, 4):
    _recall(_n)


def _protection(bit: int, name: str, label: str, label_es: str) -> None:
    def function(p_cps_new: Any) -> Any:
        return (p_cps_new & bit) > 0

    measure(
        label,
        name=name,
        unit="per 1,000 children a year",
        kind="flow",
        factor=1000,
        better="lower",
        yardstick="known to child protection",
        topic="Child protection",
        label_es=label_es,
        ages=_CHILDREN,
    )(function)


_protection(1, "cps_reports", "Child-protection reports", "Denuncias a protección infantil")
_protection(2, "cps_investigations", "Child-protection investigations", "Investigaciones de protección infantil")
_protection(4, "cps_confirmed", "Confirmed maltreatment", "Maltrato confirmado")


@measure(
    "Children ever investigated, age 17",
    unit="percent",
    factor=100,
    better="lower",
    yardstick="known to child protection",
    topic="Child protection",
    ages=(204, 216),
)
def investigated_by_18(p_cps_ever: Any) -> Any:
    """Share of 17-year-olds with an investigation so far."""
    return (p_cps_ever & 2) > 0


@measure(
    "Children in out-of-home placement",
    unit="per 1,000 children",
    factor=1000,
    better="lower",
    yardstick="known to child protection",
    topic="Child protection",
    label_es="Niños fuera de su hogar",
    ages=_CHILDREN,
)
def placed(p_placed: Any) -> Any:
    """Children placed away from home now."""
    return p_placed > 0


@measure(
    "School readiness at five",
    unit="SD",
    better="higher",
    topic="Protection",
    label_es="Preparación escolar a los cinco",
    ages=(60, 72),
)
def development_at_5(p_development: Any) -> Any:
    """Mean development of five-year-olds."""
    return p_development


@measure(
    "Positive childhood experiences",
    unit="mean of 7, ages 6 to 17",
    better="higher",
    topic="Protection",
    label_es="Experiencias positivas en la niñez",
    ages=(72, 216),
)
def positive_experiences(p_pce: Any) -> Any:
    """Mean count among those of 6 to 17."""
    return p_pce


@measure(
    "Safe homes and surroundings",
    unit="0 to 1, children's homes",
    better="higher",
    topic="Protection",
    label_es="Hogares y entornos seguros",
    ages=_CHILDREN,
)
def safety_index(ph_safety_index: Any) -> Any:
    """Mean safety index over children."""
    return ph_safety_index


@measure(
    "Stable homes, work and care",
    unit="0 to 1, children's homes",
    better="higher",
    topic="Protection",
    label_es="Hogares, trabajo y cuidado estables",
    ages=_CHILDREN,
)
def stability_index(ph_stability_index: Any) -> Any:
    """Mean stability index over children."""
    return ph_stability_index


@measure(
    "Nurturing relationships",
    unit="0 to 1, children's homes",
    better="higher",
    topic="Protection",
    label_es="Relaciones afectuosas",
    ages=_CHILDREN,
)
def nurture_index(ph_nurture_index: Any) -> Any:
    """Mean nurture index over children."""
    return ph_nurture_index
