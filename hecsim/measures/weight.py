"""Measures of weight, food and activity. The self-report and the measured scale are never mixed."""

from __future__ import annotations

from typing import Any

import numpy as np

from hecsim.measures.base import measure
from hecsim.processes.growth import child_obese

_ADULTS = (216, None)
_TOPIC = "Healthy weight"
_SELF = "self-report scale (BRFSS)"
_MEASURED = "measured scale (NHANES)"


def reports_30(scale: np.ndarray, power: np.ndarray) -> np.ndarray:
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
    ages=_ADULTS,
)
def obesity_adult(p_sex: Any, p_bmi: Any, k_weight__report_scale: Any, k_weight__report_power: Any) -> Any:
    """Adults whose self-reported BMI would be 30 or more."""
    return p_bmi >= reports_30(k_weight__report_scale, k_weight__report_power)[p_sex]


@measure(
    "Adults with obesity, measured",
    unit="percent of adults",
    factor=100,
    better="lower",
    yardstick=_MEASURED,
    topic=_TOPIC,
    ages=_ADULTS,
)
def obesity_adult_measured(p_bmi: Any) -> Any:
    """Adults of BMI 30 or more."""
    return p_bmi >= 30


@measure(
    "Adults with severe obesity, measured",
    unit="percent of adults",
    factor=100,
    better="lower",
    yardstick=_MEASURED,
    topic=_TOPIC,
    ages=_ADULTS,
)
def obesity_severe(p_bmi: Any) -> Any:
    """Adults of BMI 40 or more."""
    return p_bmi >= 40


@measure(
    "Obesity at 55 and over, self-report scale",
    unit="percent of adults 55+",
    factor=100,
    better="lower",
    yardstick=_SELF,
    topic=_TOPIC,
    label_es="Obesidad a los 55 años o más",
    ages=(660, None),
)
def obesity_55plus(p_sex: Any, p_bmi: Any, k_weight__report_scale: Any, k_weight__report_power: Any) -> Any:
    """Residents of 55 or older whose self-reported BMI would be 30 or more."""
    return p_bmi >= reports_30(k_weight__report_scale, k_weight__report_power)[p_sex]


@measure(
    "Children with obesity",
    unit="percent of ages 2 to 17",
    factor=100,
    better="lower",
    yardstick="measured, CDC 2000 reference",
    topic=_TOPIC,
    label_es="Niños con obesidad",
    ages=(24, 216),
)
def obesity_child(p_bmi_z: Any) -> Any:
    """Children at or above the 95th percentile of BMI for age and sex."""
    return child_obese(p_bmi_z)


def _child_band(low: int, high: int) -> None:
    def function(p_bmi_z: Any) -> Any:
        return child_obese(p_bmi_z)

    measure(
        f"Children with obesity, ages {low} to {high - 1}",
        name=f"obesity_child_{low}_{high - 1}",
        unit="percent",
        factor=100,
        better="lower",
        yardstick="measured, CDC 2000 reference",
        topic=_TOPIC,
        ages=(12 * low, 12 * high),
    )(function)


for _low, _high in ((2, 6), (6, 12), (12, 18)):
    _child_band(_low, _high)


@measure("Mean BMI of adults, measured", unit="kg/m2", better="lower", yardstick=_MEASURED, topic=_TOPIC, ages=_ADULTS)
def bmi_adult(p_bmi: Any) -> Any:
    """Mean body mass index of adults."""
    return p_bmi


@measure(
    "Mean BMI z score of children",
    unit="SD",
    better="lower",
    yardstick="measured, CDC 2000 reference",
    topic=_TOPIC,
    ages=(24, 216),
)
def bmi_z_child(p_bmi_z: Any) -> Any:
    """Mean z score, ages 2 to 17."""
    return p_bmi_z


@measure(
    "Diet quality",
    yardstick="true intake",
    unit="HEI, 0 to 100",
    better="higher",
    topic="Food",
    label_es="Calidad de la alimentación",
    ages=(24, None),
)
def diet(p_diet: Any) -> Any:
    """Mean Healthy Eating Index, ages 2 and over."""
    return p_diet


@measure(
    "Fruit and vegetables of adults",
    unit="cups a day",
    better="higher",
    yardstick="dietary recall, from the diet index",
    topic="Food",
    label_es="Frutas y verduras de adultos",
    ages=_ADULTS,
)
def produce_adult(p_diet: Any, k_food__produce_cups: Any) -> Any:
    """Mean cups a day of adults: the mean intake, moved by diet quality against its mean."""
    usual, slope, center = k_food__produce_cups
    return np.maximum(usual + slope * (p_diet - center), 0.0)


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
    return ph_insecure_months > 0


@measure(
    "Adults in food-insecure homes, last 12 months",
    yardstick="household screener, last 12 months",
    unit="percent of adults",
    factor=100,
    better="lower",
    topic="Food",
    ages=_ADULTS,
)
def food_insecurity_adult(ph_insecure_months: Any) -> Any:
    """Adults whose household was food insecure in at least one of the last twelve months."""
    return ph_insecure_months > 0


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
    return ph_low_access > 0


@measure(
    "Moderate-to-vigorous activity of adults",
    yardstick="true minutes",
    unit="minutes a week",
    better="higher",
    topic="Activity",
    label_es="Actividad física de adultos",
    ages=_ADULTS,
)
def activity_adult(p_activity: Any) -> Any:
    """Mean weekly minutes."""
    return p_activity


@measure(
    "Inactive adults",
    yardstick="true minutes",
    unit="percent of adults",
    factor=100,
    better="lower",
    topic="Activity",
    label_es="Adultos inactivos",
    ages=_ADULTS,
)
def inactive_adult(p_activity: Any) -> Any:
    """Adults with less than ten minutes a week."""
    return p_activity < 10


@measure(
    "Adults who meet the aerobic guideline",
    yardstick="true minutes",
    unit="percent of adults",
    factor=100,
    better="higher",
    topic="Activity",
    ages=_ADULTS,
)
def guideline_adult(p_activity: Any) -> Any:
    """Adults with at least 150 minutes a week."""
    return p_activity >= 150


@measure(
    "Children active an hour a day",
    yardstick="true minutes",
    unit="percent of ages 6 to 17",
    factor=100,
    better="higher",
    topic="Activity",
    label_es="Niños activos una hora al día",
    ages=(72, 216),
)
def guideline_child(p_activity: Any) -> Any:
    """Those of 6 to 17 with at least 420 minutes a week."""
    return p_activity >= 420
