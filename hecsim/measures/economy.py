"""Measures of income, work, benefits and housing."""

from __future__ import annotations

from typing import Any

from hecsim.measures.base import measure

_CHILDREN = (0, 216)
_MONEY = "Income and work"
_HOUSING = "Housing"


@measure(
    "Residents below the poverty line",
    yardstick="income of the last 12 months",
    unit="percent of residents",
    factor=100,
    better="lower",
    topic=_MONEY,
    label_es="Residentes en pobreza",
)
def poverty(ph_poverty_ratio: Any) -> Any:
    """Gross income below the federal guideline."""
    return ph_poverty_ratio < 1


@measure(
    "Children below the poverty line",
    yardstick="income of the last 12 months",
    unit="percent of children",
    factor=100,
    better="lower",
    topic=_MONEY,
    label_es="Niños en pobreza",
    ages=_CHILDREN,
)
def poverty_child(ph_poverty_ratio: Any) -> Any:
    """Children in households with gross income below the guideline."""
    return ph_poverty_ratio < 1


@measure(
    "Adults of 25 to 54 with a job",
    yardstick="household survey",
    unit="percent",
    factor=100,
    better="higher",
    topic=_MONEY,
    label_es="Adultos de 25 a 54 con empleo",
    ages=(300, 660),
)
def employed(p_labor: Any) -> Any:
    """Employment-population ratio at prime age."""
    return p_labor == 1


@measure(
    "Unemployment",
    yardstick="household survey",
    unit="percent of the labor force",
    factor=100,
    better="lower",
    topic=_MONEY,
    label_es="Desempleo",
)
def unemployment(p_labor: Any) -> Any:
    """Unemployed over employed and unemployed."""
    return p_labor == 2, (p_labor == 1) | (p_labor == 2)


@measure(
    "Disposable income",
    unit="$ per household-month",
    table="household",
    better="higher",
    topic=_MONEY,
    label_es="Ingreso disponible",
)
def income(h_income: Any) -> Any:
    """Mean income after tax, benefits included."""
    return h_income


@measure(
    "Basic needs unmet",
    unit="percent of needs",
    table="household",
    factor=100,
    better="lower",
    topic=_MONEY,
    label_es="Necesidades básicas sin cubrir",
)
def hardship(h_hardship: Any) -> Any:
    """Mean share of basic needs that the household could not meet."""
    return h_hardship


@measure("Mental room to plan and take part", unit="0 to 1", table="household", better="higher", topic=_MONEY)
def bandwidth(h_bandwidth: Any) -> Any:
    """Mean bandwidth."""
    return h_bandwidth


@measure(
    "Households that receive SNAP",
    yardstick="program records",
    unit="percent of households",
    table="household",
    factor=100,
    topic="Benefits",
    label_es="Hogares que reciben SNAP",
)
def snap_households(h_snap: Any) -> Any:
    """Share with a SNAP payment this month."""
    return h_snap > 0


@measure(
    "Benefits received",
    yardstick="program records",
    unit="$ per household-month",
    table="household",
    kind="money",
    topic="Benefits",
    label_es="Beneficios recibidos",
)
def benefits(h_benefits: Any) -> Any:
    """Cash and near-cash benefits."""
    return h_benefits


@measure(
    "Tax refunds and credits",
    yardstick="program records",
    unit="$ per household-month",
    table="household",
    kind="money",
    topic="Benefits",
)
def refunds(h_refund: Any) -> Any:
    """Refunds and refundable credits paid out."""
    return h_refund


@measure(
    "Eviction filings",
    yardstick="court records",
    unit="per 100 renter households a year",
    table="household",
    kind="flow",
    factor=100,
    better="lower",
    topic=_HOUSING,
    label_es="Demandas de desalojo",
)
def eviction_filings(h_tenure: Any, h_filed_new: Any) -> Any:
    """Filings among renters."""
    renter = h_tenure == 1
    return (h_filed_new > 0), renter / 12


@measure(
    "Evictions carried out",
    yardstick="court records",
    unit="per 100 renter households a year",
    table="household",
    kind="flow",
    factor=100,
    better="lower",
    topic=_HOUSING,
    label_es="Desalojos ejecutados",
)
def evictions(h_tenure: Any, h_evicted_new: Any) -> Any:
    """Executed evictions among renters."""
    renter = h_tenure == 1
    return (h_evicted_new > 0), renter / 12


@measure(
    "Residents in shelter or doubled up",
    unit="per 1,000 residents",
    factor=1000,
    better="lower",
    topic=_HOUSING,
    label_es="Residentes sin vivienda propia",
)
def homeless(ph_tenure: Any) -> Any:
    """Residents of households without a home of their own."""
    return ph_tenure >= 2


@measure(
    "Shelter, court and child-protection cost",
    yardstick="program records",
    unit="$ per household-month",
    table="household",
    kind="money",
    better="lower",
    topic="Cost in all",
    label_es="Costo de albergue, tribunales y protección infantil",
)
def public_cost(h_public_cost: Any) -> Any:
    """Public cost outside health care."""
    return h_public_cost
