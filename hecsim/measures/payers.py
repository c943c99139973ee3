"""What each budget spends: the measures behind the wrong-pocket ledger and behind money paid by outcomes.

Health-care cost is split by main coverage and what it pays of a bill (`health.payer_share`); public cost
by the event that caused it. The parts of health care add up to `health_cost`, those of public cost to
`public_cost`. Costs of schools and employers are expected costs of people's states, outside both sums.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hecsim.measures.base import measure

_TOPIC = "Cost by payer"
_ADULT, _SCHOOL, _PRESCHOOL = 216, 216, 36  # months of age; special education begins at three
_EMPLOYED, _SHELTER, _JAILED = 1, 2, 4
MEDICAID, MEDICARE, COMMERCIAL = (2,), (3,), (1, 4)  # codes of main coverage
_INVESTIGATED, _CONFIRMED = 2, 4


def _money(name: str, label: str, label_es: str, *, table: Any = "person", topic: str = _TOPIC) -> Any:
    unit = "$ per resident-month" if table == "person" else "$ per household-month"
    better = "lower" if topic == _TOPIC else ""
    return measure(label, name=name, table=table, unit=unit, kind="money", better=better, topic=topic, label_es=label_es)


def shares(payer_share: Any, codes: tuple[int, ...]) -> np.ndarray:
    """Part of a bill that coverage of these codes pays, by code, float64."""
    out = np.zeros(len(payer_share))
    out[list(codes)] = np.asarray(payer_share)[list(codes)]
    return out


def rest(payer_share: Any, unpaid: float) -> np.ndarray:
    """Part of a bill that residents pay themselves, by code of coverage, float64."""
    share = np.asarray(payer_share)
    return 1.0 - share - (np.arange(share.size) == 0) * unpaid


def protection(investigation: float, case: float) -> np.ndarray:
    """Cost of what child protection did this month, by its bits, float64 (256,)."""
    bits = np.arange(256)
    cost = ((bits & _INVESTIGATED) > 0) * investigation
    return cost + ((bits & _CONFIRMED) > 0) * case


def absence(obesity: float, diabetes: float, depression: float) -> np.ndarray:
    """Expected cost of a worker's month, by three bits: obesity, diabetes, depression; float64 (8,)."""
    bits = np.arange(8)
    cost = (bits & 1 > 0) * obesity + (bits & 2 > 0) * diabetes
    return (cost + (bits & 4 > 0) * depression) / 12


def _main(codes: tuple[int, ...]) -> Any:
    """What the main coverage pays, for people with one of these."""

    def function(p_insurance: Any, p_health_cost: Any, k_health__payer_share: Any) -> Any:
        return shares(k_health__payer_share, codes)[p_insurance] * p_health_cost

    return function


_money("cost_medicaid", "Health care paid by Medicaid (HUSKY)", "Atención médica que paga Medicaid (HUSKY)")(_main(MEDICAID))
_money("cost_medicare", "Health care paid by Medicare", "Atención médica que paga Medicare")(_main(MEDICARE))
_money("cost_commercial", "Health care paid by commercial plans", "Atención médica que pagan planes comerciales")(
    _main(COMMERCIAL)
)


@_money("cost_hospitals", "Care of the uninsured that hospitals bear", "Atención sin seguro que asumen los hospitales")
def cost_hospitals(p_insurance: Any, p_health_cost: Any, k_money__unpaid_share: Any) -> Any:
    """Uncompensated care."""
    return p_health_cost * (p_insurance == 0) * float(k_money__unpaid_share)


@_money("cost_residents", "Health care paid by residents themselves", "Atención médica que pagan los residentes")
def cost_residents(p_insurance: Any, p_health_cost: Any, k_health__payer_share: Any, k_money__unpaid_share: Any) -> Any:
    """Cost sharing, supplementary plans, and what the uninsured pay."""
    return p_health_cost * rest(k_health__payer_share, float(k_money__unpaid_share))[p_insurance]


@_money("cost_child_protection", "Child protection", "Protección infantil")
def cost_child_protection(
    p_cps_new: Any, p_placed: Any, k_adversity__cost_investigation: Any, k_adversity__cost_case: Any,
    k_adversity__cost_placement: Any,
) -> Any:  # fmt: skip
    """Investigations, in-home cases, months in placement."""
    cost = protection(float(k_adversity__cost_investigation), float(k_adversity__cost_case))
    return cost[p_cps_new] + (p_placed > 0) * float(k_adversity__cost_placement)


@_money("cost_courts", "Courts and marshals", "Tribunales y alguaciles")
def cost_courts(
    p_record: Any, p_record_months: Any, ph_persons: Any, ph_filed_new: Any, ph_evicted_new: Any,
    k_family__court_cost: Any, k_housing__cost_filing: Any, k_housing__cost_lockout: Any,
) -> Any:  # fmt: skip
    """Criminal cases that end in conviction, eviction filings and executions, the latter shared among those at home."""
    cost = np.append(0.0, np.asarray(k_family__court_cost))[p_record] * (p_record_months == 0)
    sued = np.flatnonzero((ph_filed_new != 0) | (ph_evicted_new != 0))
    eviction = float(k_housing__cost_filing) * ph_filed_new[sued].astype(float)
    eviction = eviction + float(k_housing__cost_lockout) * ph_evicted_new[sued].astype(float)
    cost[sued] += eviction / np.maximum(ph_persons[sued], 1)
    return cost


@_money("cost_corrections", "Jail and prison", "Cárcel y prisión")
def cost_corrections(p_labor: Any, p_sentence: Any, k_family__custody_cost: Any) -> Any:
    """Months in custody at the marginal cost."""
    return ((p_labor == _JAILED) | (p_sentence > 0)) * float(k_family__custody_cost)


@_money("cost_shelter", "Shelter", "Albergue", table="household")
def cost_shelter(h_tenure: Any, h_children: Any, k_housing__cost_shelter: Any) -> Any:
    """Months of households in shelter."""
    price = np.asarray(k_housing__cost_shelter)[(h_children > 0).astype(np.int64)]
    return (h_tenure == _SHELTER) * price


@_money("cost_schools", "Special education", "Educación especial")
def cost_schools(
    p_age: Any, p_development: Any, k_money__special_education: Any, k_money__special_education_base: Any,
    k_money__special_education_slope: Any,
) -> Any:  # fmt: skip
    """Expected cost above a pupil's, from development: the chance of a program rises as development falls."""
    base, cost = float(k_money__special_education_base), np.zeros(p_age.shape)
    pupil = np.flatnonzero((p_age >= _PRESCHOOL) & (p_age < _SCHOOL))
    odds = np.log(base / (1.0 - base)) + float(k_money__special_education_slope) * p_development[pupil]
    cost[pupil] = float(k_money__special_education) / 12 / (1.0 + np.exp(-odds))
    return cost


@_money("cost_employers", "Absence and lower output at work", "Ausencias y menor rendimiento en el trabajo")
def cost_employers(
    p_age: Any, p_labor: Any, p_bmi: Any, p_diabetes: Any, p_depression: Any, k_money__absence_obesity: Any,
    k_money__absence_diabetes: Any, k_money__absence_depression: Any,
) -> Any:  # fmt: skip
    """Expected cost of workers' obesity, diabetes and depression."""
    cost = absence(float(k_money__absence_obesity), float(k_money__absence_diabetes), float(k_money__absence_depression))
    has = (p_bmi >= 30).view(np.uint8) | ((p_diabetes > 0).view(np.uint8) << 1) | ((p_depression > 0).view(np.uint8) << 2)
    return cost[has] * ((p_age >= _ADULT) & (p_labor == _EMPLOYED))


# Moves between public budgets and families: what one pays the other receives.


@_money("paid_federal", "SNAP and WIC", "SNAP y WIC", table="household", topic="Benefits")
def paid_federal(h_snap: Any, h_wic: Any) -> Any:
    """Nutrition benefits, which the federal government pays."""
    return h_snap + h_wic


@_money("paid_state", "Cash assistance and unemployment insurance", "Asistencia en efectivo y seguro de desempleo",
        table="household", topic="Benefits")  # fmt: skip
def paid_state(h_tfa: Any, h_ui: Any) -> Any:
    """Temporary Family Assistance and unemployment insurance, which the state pays."""
    return h_tfa + h_ui


@_money("taxes_paid", "Income and payroll tax", "Impuestos sobre ingresos y nómina", table="household", topic="Benefits")
def taxes_paid(h_taxes: Any) -> Any:
    """Tax withheld."""
    return h_taxes
