"""Measures of weight, food and activity. The self-report and the measured scale are never mixed."""

from __future__ import annotations

from typing import Any

import numpy as np

from hecsim.measures.base import measure
from hecsim.processes.growth import child_obese

_TOPIC = "Healthy weight"
_SELF = "self-report scale (BRFSS)"
_MEASURED = "measured scale (NHANES)"


def _reports_30(scale: np.ndarray, power: np.ndarray) -> np.ndarray:
    """Measured BMI, by sex, of those who would report a BMI of 30: reported = scale x measured^power."""
    return (30.0 / scale) ** (1.0 / power)


@measure(
    "Adults with obesity, self-report scale",
    unit="percent of adults",
    factor=100,
    better="lower",
    yardstick=_SELF,
    topic=_TOPIC,
    label_es="Adultos con obesidad (según encuesta)",
)
def obesity_adult(p_age: Any, p_sex: Any, p_bmi: Any, k_weight__report_scale: Any, k_weight__report_power: Any) -> Any:
    """Adults whose self-reported BMI would be 30 or more."""
    adult = p_age >= 216
    return (p_bmi >= _reports_30(k_weight__report_scale, k_weight__report_power)[p_sex]) & adult, adult


@measure(
    "Adults with obesity, measured", unit="percent of adults", factor=100, better="lower", yardstick=_MEASURED, topic=_TOPIC
)
def obesity_adult_measured(p_age: Any, p_bmi: Any) -> Any:
    """Adults of BMI 30 or more."""
    adult = p_age >= 216
    return (p_bmi >= 30) & adult, adult


@measure(
    "Adults with severe obesity, measured",
    unit="percent of adults",
    factor=100,
    better="lower",
    yardstick=_MEASURED,
    topic=_TOPIC,
)
def obesity_severe(p_age: Any, p_bmi: Any) -> Any:
    """Adults of BMI 40 or more."""
    adult = p_age >= 216
    return (p_bmi >= 40) & adult, adult


@measure(
    "Obesity at 55 and over, self-report scale",
    unit="percent of adults 55+",
    factor=100,
    better="lower",
    yardstick=_SELF,
    topic=_TOPIC,
    label_es="Obesidad a los 55 años o más",
)
def obesity_55plus(p_age: Any, p_sex: Any, p_bmi: Any, k_weight__report_scale: Any, k_weight__report_power: Any) -> Any:
    """Residents of 55 or older whose self-reported BMI would be 30 or more."""
    old = p_age >= 660
    return (p_bmi >= _reports_30(k_weight__report_scale, k_weight__report_power)[p_sex]) & old, old


@measure(
    "Children with obesity",
    unit="percent of ages 2 to 17",
    factor=100,
    better="lower",
    yardstick="measured, CDC 2000 reference",
    topic=_TOPIC,
    label_es="Niños con obesidad",
)
def obesity_child(p_age: Any, p_bmi_z: Any) -> Any:
    """Children at or above the 95th percentile of BMI for age and sex."""
    child = (p_age >= 24) & (p_age < 216)
    return child_obese(p_bmi_z) & child, child


def _child_band(low: int, high: int) -> None:
    def function(p_age: Any, p_bmi_z: Any) -> Any:
        child = (p_age >= 12 * low) & (p_age < 12 * high)
        return child_obese(p_bmi_z) & child, child

    measure(
        f"Children with obesity, ages {low} to {high - 1}",
        name=f"obesity_child_{low}_{high - 1}",
        unit="percent",
        factor=100,
        better="lower",
        yardstick="measured, CDC 2000 reference",
        topic=_TOPIC,
    )(function)


for _low, _high in ((2, 6), (6, 12), (12, 18)):
    _child_band(_low, _high)


@measure("Mean BMI of adults, measured", unit="kg/m2", better="lower", yardstick=_MEASURED, topic=_TOPIC)
def bmi_adult(p_age: Any, p_bmi: Any) -> Any:
    """Mean body mass index of adults."""
    adult = p_age >= 216
    return p_bmi * adult, adult


@measure("Mean BMI z score of children", unit="SD", better="lower", yardstick="measured, CDC 2000 reference", topic=_TOPIC)
def bmi_z_child(p_age: Any, p_bmi_z: Any) -> Any:
    """Mean z score, ages 2 to 17."""
    child = (p_age >= 24) & (p_age < 216)
    return p_bmi_z * child, child


@measure(
    "Diet quality",
    yardstick="true intake",
    unit="HEI, 0 to 100",
    better="higher",
    topic="Food",
    label_es="Calidad de la alimentación",
)
def diet(p_age: Any, p_diet: Any) -> Any:
    """Mean Healthy Eating Index, ages 2 and over."""
    eats = p_age >= 24
    return p_diet * eats, eats


@measure(
    "Fruit and vegetables of adults",
    unit="cups a day",
    better="higher",
    yardstick="dietary recall, from the diet index",
    topic="Food",
    label_es="Frutas y verduras de adultos",
)
def produce_adult(p_age: Any, p_diet: Any, k_food__produce_cups: Any) -> Any:
    """Mean cups a day of adults: the mean intake, moved by diet quality against its mean."""
    adult = p_age >= 216
    usual, slope, center = k_food__produce_cups
    return np.maximum(usual + slope * (p_diet - center), 0.0) * adult, adult


@measure(
    "Residents in food-insecure homes, last 12 months",
    yardstick="household screener, last 12 months",
    unit="percent of residents",
    factor=100,
    better="lower",
    topic="Food",
    label_es="Residentes con inseguridad alimentaria",
)
def food_insecurity(ph_insecure_months: Any) -> Any:
    """Anyone whose household was food insecure in at least one of the last twelve months."""
    return ph_insecure_months > 0, np.ones(ph_insecure_months.shape)


@measure(
    "Adults in food-insecure homes, last 12 months",
    yardstick="household screener, last 12 months",
    unit="percent of adults",
    factor=100,
    better="lower",
    topic="Food",
)
def food_insecurity_adult(p_age: Any, ph_insecure_months: Any) -> Any:
    """Adults whose household was food insecure in at least one of the last twelve months."""
    adult = p_age >= 216
    return (ph_insecure_months > 0) & adult, adult


@measure(
    "Residents without a supermarket within reach",
    yardstick="distance",
    unit="percent of residents",
    factor=100,
    better="lower",
    topic="Food",
    label_es="Residentes sin supermercado a su alcance",
)
def low_food_access(ph_low_access: Any) -> Any:
    """Residents of households that cannot reach a supermarket by their own means."""
    return ph_low_access > 0, np.ones(ph_low_access.shape)


@measure(
    "Moderate-to-vigorous activity of adults",
    yardstick="true minutes",
    unit="minutes a week",
    better="higher",
    topic="Activity",
    label_es="Actividad física de adultos",
)
def activity_adult(p_age: Any, p_activity: Any) -> Any:
    """Mean weekly minutes."""
    adult = p_age >= 216
    return p_activity * adult, adult


@measure(
    "Inactive adults",
    yardstick="true minutes",
    unit="percent of adults",
    factor=100,
    better="lower",
    topic="Activity",
    label_es="Adultos inactivos",
)
def inactive_adult(p_age: Any, p_activity: Any) -> Any:
    """Adults with less than ten minutes a week."""
    adult = p_age >= 216
    return (p_activity < 10) & adult, adult


@measure(
    "Adults who meet the aerobic guideline",
    yardstick="true minutes",
    unit="percent of adults",
    factor=100,
    better="higher",
    topic="Activity",
)
def guideline_adult(p_age: Any, p_activity: Any) -> Any:
    """Adults with at least 150 minutes a week."""
    adult = p_age >= 216
    return (p_activity >= 150) & adult, adult


@measure(
    "Children active an hour a day",
    yardstick="true minutes",
    unit="percent of ages 6 to 17",
    factor=100,
    better="higher",
    topic="Activity",
    label_es="Niños activos una hora al día",
)
def guideline_child(p_age: Any, p_activity: Any) -> Any:
    """Those of 6 to 17 with at least 420 minutes a week."""
    child = (p_age >= 72) & (p_age < 216)
    return (p_activity >= 420) & child, child
