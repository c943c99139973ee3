"""Measures of adverse childhood experiences, protection and child protection."""

from __future__ import annotations

from typing import Any

import numpy as np

from hecsim.columns import ACE, N_CORE_ACES
from hecsim.measures.base import measure

YEARS_0_8 = 9 * 12  # birth up to the ninth birthday
_CORE = np.uint16((1 << N_CORE_ACES) - 1)
# The eight types that the BRFSS asks adults about: neglect is not asked.
_SURVEYED = np.uint16(int(_CORE) & ~((1 << ACE.index("emotional neglect")) | (1 << ACE.index("physical neglect"))))
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
)
def aces_0_8(p_age: Any, p_ace_new: Any) -> Any:
    """First events of the ten CDC-Kaiser types before the ninth birthday."""
    child = p_age < YEARS_0_8
    return _count(p_ace_new, _CORE) * child, child / 12


@measure(
    "New adverse experiences, ages 0 to 17",
    unit="events per 100 child-years",
    kind="flow",
    factor=100,
    better="lower",
    yardstick="true event",
    topic=_TOPIC,
    label_es="Nuevas experiencias adversas, de 0 a 17 años",
)
def aces_0_17(p_age: Any, p_ace_new: Any) -> Any:
    """First events of the ten types before adulthood."""
    child = p_age < 216
    return _count(p_ace_new, _CORE) * child, child / 12


def _by_type(index: int, name: str) -> None:
    bit = np.uint16(1 << index)

    def function(p_age: Any, p_ace_new: Any) -> Any:
        child = p_age < YEARS_0_8
        return ((p_ace_new & bit) > 0) & child, child / 12

    measure(
        f"{name.capitalize()}, ages 0 to 8",
        name=f"ace_0_8_{name.replace(' ', '_')}",
        kind="flow",
        factor=100,
        unit="events per 100 child-years",
        better="lower",
        yardstick="true event",
        topic="Adversity by type",
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
)
def ace_score_at_8(p_age: Any, p_ace_bits: Any) -> Any:
    """Mean score of children in their ninth year."""
    at = (p_age >= 96) & (p_age < YEARS_0_8)
    return _count(p_ace_bits, _CORE) * at, at


@measure(
    "Children with four or more adverse experiences",
    unit="percent of children",
    factor=100,
    better="lower",
    yardstick="true event",
    topic=_TOPIC,
    label_es="Niños con cuatro o más experiencias adversas",
)
def children_4plus(p_age: Any, p_ace_bits: Any) -> Any:
    """Share of those below 18 with a score of at least four."""
    child = p_age < 216
    return (_count(p_ace_bits, _CORE) >= 4) & child, child


def _recall(at_least: int) -> None:
    def function(p_age: Any, p_ace_recalled: Any) -> Any:
        adult = p_age >= 216
        return (_count(p_ace_recalled, _SURVEYED) >= at_least) & adult, adult

    measure(
        f"Adults who recall at least {at_least} adverse experience{'s' if at_least > 1 else ''}",
        name=f"ace_recall_{at_least}plus",
        unit="percent of adults",
        factor=100,
        better="lower",
        yardstick="adult recall (BRFSS, eight types)",
        topic=_TOPIC,
    )(function)


for _n in (1, 3, 4):
    _recall(_n)


def _protection(bit: int, name: str, label: str, label_es: str) -> None:
    def function(p_age: Any, p_cps_new: Any) -> Any:
        child = p_age < 216
        return ((p_cps_new & bit) > 0) & child, child / 12

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
)
def investigated_by_18(p_age: Any, p_cps_ever: Any) -> Any:
    """Share of 17-year-olds with an investigation so far."""
    at = (p_age >= 204) & (p_age < 216)
    return ((p_cps_ever & 2) > 0) & at, at


@measure(
    "Children in out-of-home placement",
    unit="per 1,000 children",
    factor=1000,
    better="lower",
    yardstick="known to child protection",
    topic="Child protection",
    label_es="Niños fuera de su hogar",
)
def placed(p_age: Any, p_placed: Any) -> Any:
    """Children placed away from home now."""
    child = p_age < 216
    return (p_placed > 0) & child, child


@measure("School readiness at five", unit="SD", better="higher", topic="Protection", label_es="Preparación escolar a los cinco")
def development_at_5(p_age: Any, p_development: Any) -> Any:
    """Mean development of five-year-olds."""
    at = (p_age >= 60) & (p_age < 72)
    return p_development * at, at


@measure(
    "Positive childhood experiences",
    unit="mean of 7, ages 6 to 17",
    better="higher",
    topic="Protection",
    label_es="Experiencias positivas en la niñez",
)
def positive_experiences(p_age: Any, p_pce: Any) -> Any:
    """Mean count among those of 6 to 17."""
    at = (p_age >= 72) & (p_age < 216)
    return p_pce * at, at


@measure(
    "Safe homes and surroundings",
    unit="0 to 1, children's homes",
    better="higher",
    topic="Protection",
    label_es="Hogares y entornos seguros",
)
def safety_index(p_age: Any, ph_safety_index: Any) -> Any:
    """Mean safety index over children."""
    child = p_age < 216
    return ph_safety_index * child, child


@measure(
    "Stable homes, work and care",
    unit="0 to 1, children's homes",
    better="higher",
    topic="Protection",
    label_es="Hogares, trabajo y cuidado estables",
)
def stability_index(p_age: Any, ph_stability_index: Any) -> Any:
    """Mean stability index over children."""
    child = p_age < 216
    return ph_stability_index * child, child


@measure(
    "Nurturing relationships",
    unit="0 to 1, children's homes",
    better="higher",
    topic="Protection",
    label_es="Relaciones afectuosas",
)
def nurture_index(p_age: Any, ph_nurture_index: Any) -> Any:
    """Mean nurture index over children."""
    child = p_age < 216
    return ph_nurture_index * child, child
