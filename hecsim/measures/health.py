"""Measures of stress, mind, disease, quality of life, and the cost of health care by payer."""

from __future__ import annotations

from typing import Any

from hecsim.measures.base import measure

_ADULTS = (216, None)
_MIND = "Stress and mental health"
_DISEASE = "Chronic disease and survival"


@measure(
    "Perceived stress of adults",
    yardstick="perceived stress, standardized",
    unit="SD",
    better="lower",
    topic=_MIND,
    label_es="Estrés de los adultos",
    ages=_ADULTS,
)
def stress(p_stress: Any) -> Any:
    """Mean perceived stress."""
    return p_stress


@measure(
    "Stress of the caregivers of young children",
    yardstick="perceived stress, standardized",
    unit="SD, per child of 0 to 8",
    better="lower",
    topic=_MIND,
    label_es="Estrés de quienes cuidan a niños pequeños",
    ages=(0, 108),
)
def stress_caregivers(ph_caregiver_stress: Any) -> Any:
    """Mean stress of householder and partner, over children of 0 to 8."""
    return ph_caregiver_stress


@measure(
    "Adults in a depressive episode",
    yardstick="true state, diagnosed or not",
    unit="percent of adults",
    factor=100,
    better="lower",
    topic=_MIND,
    label_es="Adultos con depresión",
    ages=_ADULTS,
)
def depression(p_depression: Any) -> Any:
    """Point prevalence."""
    return p_depression > 0


@measure(
    "Adults with a substance use disorder",
    yardstick="true state, diagnosed or not",
    unit="percent of adults",
    factor=100,
    better="lower",
    topic=_MIND,
    ages=_ADULTS,
)
def substance(p_substance: Any) -> Any:
    """Active disorder."""
    return p_substance > 0


@measure(
    "Couples with violence now",
    yardstick="true event",
    unit="percent of couples",
    table="household",
    factor=100,
    better="lower",
    topic="Family",
    label_es="Parejas con violencia",
)
def ipv(h_couple: Any, h_ipv: Any) -> Any:
    """Violence between partners, among households with a couple."""
    pair = h_couple > 0
    return (h_ipv > 0) & pair, pair


@measure(
    "Support that families can count on",
    unit="SD",
    table="household",
    better="higher",
    topic="Family",
    label_es="Apoyo con que cuentan las familias",
)
def support(h_support: Any) -> Any:
    """Mean practical and emotional support."""
    return h_support


@measure(
    "Adults with diagnosed diabetes",
    yardstick="diagnosed",
    unit="percent of adults",
    factor=100,
    better="lower",
    topic=_DISEASE,
    label_es="Adultos con diabetes",
    ages=_ADULTS,
)
def diabetes(p_diabetes: Any) -> Any:
    """Prevalence of type 2 diabetes."""
    return p_diabetes > 0


@measure(
    "Adults with hypertension",
    yardstick="diagnosed",
    unit="percent of adults",
    factor=100,
    better="lower",
    topic=_DISEASE,
    ages=_ADULTS,
)
def hypertension(p_hypertension: Any) -> Any:
    """Prevalence of diagnosed hypertension."""
    return p_hypertension > 0


@measure(
    "Adults with cardiovascular disease",
    yardstick="diagnosed",
    unit="percent of adults",
    factor=100,
    better="lower",
    topic=_DISEASE,
    ages=_ADULTS,
)
def cardiovascular(p_cvd: Any) -> Any:
    """Prevalence of cardiovascular disease."""
    return p_cvd > 0


@measure(
    "Health-related quality of life",
    unit="QALYs per person-year",
    better="higher",
    topic=_DISEASE,
    label_es="Calidad de vida relacionada con la salud",
)
def quality_of_life(p_utility: Any) -> Any:
    """Mean utility over residents."""
    return p_utility


@measure(
    "Residents without health coverage",
    yardstick="household survey",
    unit="percent of residents",
    factor=100,
    better="lower",
    topic="Coverage",
)
def uninsured(p_insurance: Any) -> Any:
    """Share with no coverage."""
    return p_insurance == 0


@measure(
    "Health-care cost, all payers",
    unit="$ per resident-month",
    kind="money",
    better="lower",
    topic="Cost in all",
    label_es="Costo de la atención médica",
)
def health_cost(p_health_cost: Any) -> Any:
    """Health-care cost over all payers."""
    return p_health_cost
