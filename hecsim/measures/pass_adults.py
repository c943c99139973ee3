"""The measures of adults, in one pass."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hecsim.columns import ACE
from hecsim.compiled import njit
from hecsim.measures import adversity, payers, weight
from hecsim.measures.passes import fine, flag, loop, positions

_NAMES = (
    "ace_recall_1plus", "ace_recall_3plus", "ace_recall_4plus", "employed", "stress", "depression", "substance",
    "diabetes", "hypertension", "cardiovascular", "obesity_adult", "obesity_adult_measured", "obesity_severe",
    "obesity_55plus", "bmi_adult", "produce_adult", "food_insecurity_adult", "activity_adult", "inactive_adult",
    "guideline_adult", "cost_employers",
)  # fmt: skip
_I = positions(_NAMES)


def _prepare(draw: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "surveyed": np.bitwise_count(np.arange(1 << len(ACE), dtype=np.uint16) & adversity.SURVEYED).astype(np.uint8),
        "reports_30": weight.reports_30(draw["weight.report_scale"], draw["weight.report_power"]),
        "produce": np.array(draw["food.produce_cups"]),
        "absence": payers.absence(*(float(draw[f"money.absence_{w}"]) for w in ("obesity", "diabetes", "depression"))),
    }


@loop("adults", _NAMES, prepare=_prepare)
@njit()
def adults(
    sums, rows, slot, home, p_age, p_sex, p_bmi, p_ace_recalled, p_labor, p_stress, p_depression, p_substance, p_diabetes,
    p_hypertension, p_cvd, p_diet, p_activity, h_insecure_months, c_surveyed, c_reports_30, c_produce, c_absence,
):  # fmt: skip
    """Add what adults count to the sums of their cells."""
    for i in rows:
        age = p_age[i]
        s = sums[slot[i]]
        recalled, works, bmi, active = c_surveyed[p_ace_recalled[i]], p_labor[i] == 1, p_bmi[i], p_activity[i]
        s[_I.ace_recall_1plus] += flag(recalled >= 1)
        s[_I.ace_recall_3plus] += flag(recalled >= 3)
        s[_I.ace_recall_4plus] += flag(recalled >= 4)
        s[_I.stress] += fine(p_stress[i])
        s[_I.depression] += flag(p_depression[i] > 0)
        s[_I.substance] += flag(p_substance[i] > 0)
        s[_I.diabetes] += flag(p_diabetes[i] > 0)
        s[_I.hypertension] += flag(p_hypertension[i] > 0)
        s[_I.cardiovascular] += flag(p_cvd[i] > 0)
        reported = flag(np.float64(bmi) >= c_reports_30[p_sex[i]])
        s[_I.obesity_adult] += reported
        s[_I.obesity_adult_measured] += flag(bmi >= 30)
        s[_I.obesity_severe] += flag(bmi >= 40)
        s[_I.bmi_adult] += fine(bmi)
        s[_I.produce_adult] += fine(max(c_produce[0] + c_produce[1] * (np.float64(p_diet[i]) - c_produce[2]), 0.0))
        s[_I.food_insecurity_adult] += flag(h_insecure_months[home[i]] > 0)
        s[_I.activity_adult] += fine(active)
        s[_I.inactive_adult] += flag(active < 10)
        s[_I.guideline_adult] += flag(active >= 150)
        s[_I.employed] += flag(works & (300 <= age) & (age < 660))
        s[_I.obesity_55plus] += reported if age >= 660 else 0.0
        if works:
            has = np.int64(bmi >= 30) | np.int64(p_diabetes[i] > 0) << 1 | np.int64(p_depression[i] > 0) << 2
            s[_I.cost_employers] += fine(c_absence[has])
