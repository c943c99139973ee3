"""The rules in force in one month, as one record that compiled code can read.

`rules("2025-10")` picks, for every program, the figures that hold in October 2025: SNAP and
median income change in October, HUSKY about March, school meals and WIC in July, the minimum wage
in January. `rules("2025")` means January 2025 and `rules("2026")` January 2026. Federal and
Connecticut income tax are those of tax year 2025 in every month.

>>> r = rules("2025-01")
>>> float(r.snap_max_allotment[2]), float(r.minimum_wage)
(768.0, 16.35)
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from hecsim import evidence
from hecsim.compiled import njit
from hecsim.errors import ScenarioError, UnknownNameError

__all__ = [
    "FMR_AREAS",
    "HEAD",
    "JOINT",
    "SEPARATE",
    "SINGLE",
    "at_size",
    "ceil_dollar",
    "guideline",
    "round_dollar",
    "rules",
    "smi",
    "smi60",
    "with_rules",
]

# Filing status, the position in every list by status.
SINGLE, HEAD, JOINT, SEPARATE = 0, 1, 2, 3
FMR_AREAS = (
    "hartford", "new_haven", "bridgeport", "stamford", "danbury",
    "waterbury", "milford", "norwich", "windham", "litchfield",
)  # fmt: skip

_FIRST_MONTH = "2025-01"
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_SUFFIX = re.compile(r"(.+)_from_(\d{4})_(\d{2})")
_PROGRAMS = ("snap", "tfa", "husky", "meals", "wic", "marketplace")
_STATUS = ("single", "head", "joint", "separate")
_STEPS = ("addback", "recapture_low", "recapture_middle", "recapture_top")
_AGES = ("infant", "preschool", "school")
_HOURS = ("quarter", "half", "full", "extended")

# Lists that compiled code reads as one table: one lookup by filing status, area, or age.
_STACKS = {
    "fed_bracket_top": [f"fed_bracket_top_{s}" for s in _STATUS],
    "ct_bracket_top": [f"ct_bracket_top_{s}" for s in _STATUS],
    "ct_credit_above": [f"ct_credit_above_{s}" for s in _STATUS],
    "ct_pension_from": ["ct_pension_from_single", "ct_pension_from_joint"],
    "eitc_start": ["eitc_start_single", "eitc_start_joint"],
    **{f"ct_step_{part}": [f"ct_{s}_{part}" for s in _STEPS] for part in ("start", "step", "amount", "max")},
    "fmr": [f"fmr_{a}" for a in FMR_AREAS],
    # Row 4 x age + hours, column region.
    "c4k_center": [f"c4k_center_{a}_{h}" for a in _AGES for h in _HOURS],
    "c4k_home": [f"c4k_home_{a}_{h}" for a in _AGES for h in _HOURS],
    "wic_value": [f"wic_value_{c}" for c in ("pregnant", "breastfeeding", "postpartum", "infant", "child")],
}


def _month(key: str) -> str:
    month = f"{key}-01" if re.fullmatch(r"\d{4}", str(key)) else str(key)
    if not _MONTH.fullmatch(month):
        raise ScenarioError(f"'{key}' is not a rule year or month", hint='Write "2025" or "2025-10"')
    if month < _FIRST_MONTH:
        raise ScenarioError(f"no rules before {_FIRST_MONTH}, asked for {month}", hint="Choose a later month")
    return month


def _values(month: str, draw: Mapping[str, Any] | None) -> dict[str, Any]:
    """Name to number or list, as they hold in the month."""
    found: dict[str, Any] = {}
    since: dict[str, str] = {}
    for full, p in evidence.load().items():
        if p.room != "benefits":
            continue
        value: Any = p.value if draw is None else draw[full]
        name = p.name
        if p.axis and all(_MONTH.fullmatch(a) for a in p.axis):
            # A series of one number: the last month label that is not in the future.
            position = max(i for i, label in enumerate(p.axis) if label <= month)
            found[name] = float(np.atleast_1d(value)[position])
        elif dated := _SUFFIX.fullmatch(name):
            name, label = dated[1], f"{dated[2]}-{dated[3]}"
            if label <= month and label >= since.get(name, ""):
                found[name], since[name] = np.array(value, np.float64), label
        else:
            found[name] = float(value) if np.ndim(value) == 0 else np.array(value, np.float64)
    return found


def _guidelines(month: str, values: dict[str, Any], draw: Mapping[str, Any] | None) -> None:
    """Each program's poverty guideline (first person, each more), by the month it changes over."""
    tables = []
    for part in ("first", "each_more"):
        full = f"benefits.guideline_{part}"
        p = evidence.parameter(full)
        series = np.atleast_1d(p.value if draw is None else draw[full])
        tables.append({int(a[:4]): float(v) for a, v in zip(p.axis, series, strict=True)})
        values.pop(f"guideline_{part}")
    year, month_of_year = int(month[:4]), int(month[5:])
    for program in _PROGRAMS:
        used = year if month_of_year >= values.pop(f"{program}_guideline_month") else year - 1
        used = min(used, max(tables[0]))
        values[f"fpl_{program}"] = np.array([tables[0][used], tables[1][used]])


def _build(month: str, draw: Mapping[str, Any] | None) -> dict[str, Any]:
    values = _values(month, draw)
    _guidelines(month, values, draw)
    for name, parts in _STACKS.items():
        values[name] = np.array([values.pop(p) for p in parts], np.float64)
    return values


def rules(year_key: str = "2025", draw: Mapping[str, Any] | None = None) -> np.record:
    """Return the rules of a month: a record whose fields are float64 numbers and small float64 arrays.

    year_key : "2025-10" for a month, "2025" for January of that year. After the last known change
        the last known figures go on.
    draw : evidence values by full name (`evidence.draw(seed)`); None takes the central values.

    A record travels into compiled code as one pointer, so functions that take it compile fast. Its
    fields are those of `hecsim/evidence/data/benefits.toml`, with the poverty guideline in force for
    each program as `fpl_snap`, `fpl_husky`, ... Policies change a copy: see `with_rules`.
    """
    values = _build(_month(year_key), draw)
    fields = [(name, np.float64, np.shape(values[name])) for name in sorted(values)]
    table = np.zeros(1, np.dtype(fields, align=True)).view(np.recarray)
    for name, value in values.items():
        table[name] = value
    return table[0]


def with_rules(base: np.record, **changes: Any) -> np.record:
    """Copy the rules with some fields set, e.g. `with_rules(r, minimum_wage=20.0)`."""
    names = base.dtype.names or ()
    changed = base.copy()
    for name, value in changes.items():
        if name not in names:
            raise UnknownNameError(name, names, what="rule")
        changed[name] = value
    return changed


@njit(forceinline=True)
def ceil_dollar(amount: float) -> float:
    """Up to the next whole dollar; the small slack keeps 318.0000000001 at 318."""
    return math.ceil(amount - 1e-6)


@njit()
def round_dollar(amount: float) -> float:
    """To the nearest dollar, halves up, as agencies round."""
    return math.floor(amount + 0.5 + 1e-9)


@njit(forceinline=True)
def at_size(table, n: int, each_more: float) -> float:
    """Read a table by unit size 1, 2, ...; beyond its end `each_more` is added per person."""
    last = len(table)
    return table[min(max(n, 1), last) - 1] + each_more * max(n - last, 0)


@njit(forceinline=True)
def guideline(fpl, n: int) -> float:
    """Annual poverty guideline for n people; fpl is (first person, each more), e.g. `rules.fpl_snap`."""
    return fpl[0] + fpl[1] * (max(n, 1) - 1)


@njit()
def smi(rules, n: int) -> float:
    """State median income of a family of n, USD/year (45 CFR 96.85 size factors)."""
    return rules.smi_family_of_four * at_size(rules.smi_size_factor, n, rules.smi_size_factor_each_more)


@njit()
def smi60(rules, n: int) -> float:
    """60 percent of state median income, USD/year: the published table, then the size factors."""
    if n <= len(rules.smi60):
        return rules.smi60[max(n, 1) - 1]
    return round_dollar(rules.smi60_share * smi(rules, n))
