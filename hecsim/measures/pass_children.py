"""The measures of children, in one pass."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hecsim.columns import ACE
from hecsim.compiled import njit
from hecsim.measures import adversity, parent_report
from hecsim.measures.passes import fine, flag, loop, positions
from hecsim.measures.sums import FIXED
from hecsim.processes.growth import Z95

_TYPES = len(ACE)
_ITEMS = len(parent_report.ITEMS)
_ONE, _TWO = _ITEMS, _ITEMS + 1  # rows of the table of reports
_NAMES = (
    *(f"ace_0_8_{name.replace(' ', '_')}" for name in ACE),
    *(f"nsch_{name.replace(' ', '_')}" for name in parent_report.ITEMS),
    "nsch_1plus", "nsch_2plus", "nsch_1plus_0_5", "nsch_1plus_6_11", "nsch_1plus_12_17", "nsch_2plus_0_5",
    "nsch_2plus_6_11", "nsch_2plus_12_17", "aces_0_8", "aces_0_17", "ace_score_at_8", "children_4plus", "cps_reports",
    "cps_investigations", "cps_confirmed", "investigated_by_18", "placed", "development_at_5", "positive_experiences",
    "safety_index", "stability_index", "nurture_index", "poverty_child", "stress_caregivers", "obesity_child",
    "obesity_child_2_5", "obesity_child_6_11", "obesity_child_12_17", "bmi_z_child", "guideline_child",
)  # fmt: skip
_I = positions(_NAMES)


def _prepare(draw: Mapping[str, Any]) -> dict[str, Any]:
    core = np.bitwise_count(np.arange(1 << _TYPES, dtype=np.uint16) & adversity.CORE).astype(np.uint8)
    return {"core": core, "reports": parent_report.chances(draw)}


@loop("children", _NAMES, prepare=_prepare)
@njit()
def children(
    sums, rows, slot, home, p_age, p_ace_new, p_ace_bits, p_cps_new, p_cps_ever, p_placed, p_development, p_pce, p_bmi_z,
    p_activity, h_safety_index, h_stability_index, h_nurture_index, h_poverty_ratio, h_caregiver_stress, c_core,
    c_reports,
):  # fmt: skip
    """Add what children count to the sums of their cells."""
    for i in rows:
        age = p_age[i]
        s, h = sums[slot[i]], home[i]
        new, known, seen = p_ace_new[i], p_ace_bits[i], p_cps_new[i]
        young, band = age < 108, 0 if age < 72 else (1 if age < 144 else 2)
        if new != 0:
            count = FIXED * c_core[new]
            s[_I.aces_0_17] += count
            if young:
                s[_I.aces_0_8] += count
                for t in range(_TYPES):
                    s[t] += flag((new >> t) & 1 != 0)
        if seen != 0:
            s[_I.cps_reports] += flag(seen & 1 != 0)
            s[_I.cps_investigations] += flag(seen & 2 != 0)
            s[_I.cps_confirmed] += flag(seen & 4 != 0)
        for k in range(_ITEMS):
            s[_TYPES + k] += c_reports[known, k]
        s[_I.nsch_1plus] += c_reports[known, _ONE]
        s[_I.nsch_2plus] += c_reports[known, _TWO]
        s[_I.nsch_1plus_0_5 + band] += c_reports[known, _ONE]
        s[_I.nsch_2plus_0_5 + band] += c_reports[known, _TWO]
        s[_I.children_4plus] += flag(c_core[known] >= 4)
        s[_I.placed] += flag(p_placed[i] > 0)
        s[_I.safety_index] += fine(h_safety_index[h])
        s[_I.stability_index] += fine(h_stability_index[h])
        s[_I.nurture_index] += fine(h_nurture_index[h])
        s[_I.poverty_child] += flag(h_poverty_ratio[h] < 1)
        if young:
            s[_I.stress_caregivers] += fine(h_caregiver_stress[h])
            if age >= 96:
                s[_I.ace_score_at_8] += FIXED * c_core[known]
        if age >= 24:
            obese = flag(np.float64(p_bmi_z[i]) >= Z95)
            s[_I.obesity_child] += obese
            s[_I.obesity_child_2_5 + band] += obese
            s[_I.bmi_z_child] += fine(p_bmi_z[i])
        if 60 <= age < 72:
            s[_I.development_at_5] += fine(p_development[i])
        if age >= 72:
            s[_I.positive_experiences] += fine(p_pce[i])
            s[_I.guideline_child] += flag(p_activity[i] >= 420)
        if age >= 204:
            s[_I.investigated_by_18] += flag(p_cps_ever[i] & 2 != 0)
