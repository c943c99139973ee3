"""The measures of everybody who lives here, whatever their age, in one pass."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hecsim.compiled import njit
from hecsim.measures import payers
from hecsim.measures.passes import fine, flag, loop, positions
from hecsim.measures.sums import FIXED

_NAMES = (
    "residents", "births", "feels_safe", "gunfire", "poverty", "unemployment", "unemployment_of", "homeless",
    "quality_of_life", "uninsured", "health_cost", "diet", "food_insecurity", "low_food_access", "cost_medicaid",
    "cost_medicare", "cost_commercial", "cost_hospitals", "cost_residents", "cost_child_protection", "cost_courts",
    "cost_corrections", "cost_schools",
)  # fmt: skip
_I = positions(_NAMES)
_JAILED = 4
_PAID = {"cost_medicaid": payers.MEDICAID, "cost_medicare": payers.MEDICARE, "cost_commercial": payers.COMMERCIAL}
_PAYER = tuple(next((_NAMES.index(n) for n, codes in _PAID.items() if code in codes), 0) for code in range(5))


def _prepare(draw: Mapping[str, Any]) -> dict[str, Any]:
    protection = (float(draw[f"adversity.cost_{w}"]) for w in ("investigation", "case"))
    special = (float(draw[f"money.special_education{w}"]) for w in ("", "_base", "_slope"))
    return {
        "covered": np.array(draw["health.payer_share"]),
        "rest": payers.rest(draw["health.payer_share"], float(draw["money.unpaid_share"])),
        "unpaid": np.float32(draw["money.unpaid_share"]),
        "protection": payers.protection(*protection),
        "placement": float(draw["adversity.cost_placement"]),
        "court": np.append(0.0, np.asarray(draw["family.court_cost"])),
        "eviction": np.array([float(draw["housing.cost_filing"]), float(draw["housing.cost_lockout"])]),
        "custody": float(draw["family.custody_cost"]),
        "schools": np.array([*special]),
    }


@loop("residents", _NAMES, prepare=_prepare)
@njit(error_model="numpy")
def residents(
    sums, rows, slot, home, p_age, p_labor, p_utility, p_insurance, p_health_cost, p_diet, p_cps_new, p_placed, p_record,
    p_record_months, p_sentence, p_development, h_neighborhood, h_gunfire, h_poverty_ratio, h_tenure, h_insecure_months,
    h_low_access, h_persons, h_filed_new, h_evicted_new, n_safety, c_covered, c_rest, c_unpaid, c_protection, c_placement,
    c_court, c_eviction, c_custody, c_schools,
):  # fmt: skip
    """Add what residents count to the sums of their cells."""
    base = np.log(c_schools[1] / (1.0 - c_schools[1]))
    for i in rows:
        s, h, age, labor, code, cost = sums[slot[i]], home[i], p_age[i], p_labor[i], p_insurance[i], p_health_cost[i]
        s[_I.residents] += FIXED
        s[_I.births] += flag(age == 0)
        s[_I.feels_safe] += fine(n_safety[h_neighborhood[h]])
        s[_I.gunfire] += flag(h_gunfire[h] > 0)
        s[_I.poverty] += flag(h_poverty_ratio[h] < 1)
        s[_I.unemployment] += flag(labor == 2)
        s[_I.unemployment_of] += flag((labor == 1) | (labor == 2))
        s[_I.homeless] += flag(h_tenure[h] >= 2)
        s[_I.quality_of_life] += fine(p_utility[i])
        s[_I.uninsured] += flag(code == 0)
        s[_I.food_insecurity] += flag(h_insecure_months[h] > 0)
        s[_I.low_food_access] += flag(h_low_access[h] > 0)
        s[_I.diet] += fine(p_diet[i]) if age >= 24 else 0.0
        s[_I.health_cost] += fine(cost)
        if code == 0:
            s[_I.cost_hospitals] += fine(cost * c_unpaid)
        else:
            s[_PAYER[code]] += fine(c_covered[code] * cost)
        s[_I.cost_residents] += fine(c_rest[code] * cost)
        if (p_cps_new[i] != 0) | (p_placed[i] > 0):
            s[_I.cost_child_protection] += fine(c_protection[p_cps_new[i]] + (c_placement if p_placed[i] > 0 else 0.0))
        case = c_court[p_record[i]] if p_record_months[i] == 0 else 0.0
        if (h_filed_new[h] != 0) | (h_evicted_new[h] != 0):
            sued = c_eviction[0] * np.float64(h_filed_new[h]) + c_eviction[1] * np.float64(h_evicted_new[h])
            case += sued / max(np.float64(h_persons[h]), 1.0)
        s[_I.cost_courts] += fine(case)
        s[_I.cost_corrections] += fine(c_custody) if (labor == _JAILED) | (p_sentence[i] > 0) else 0.0
        if 36 <= age < 216:
            odds = base + np.float64(np.float32(c_schools[2]) * p_development[i])
            s[_I.cost_schools] += fine(c_schools[0] / 12 / (1.0 + np.exp(-odds)))
