"""Measures of place, trust and who lives here."""

from __future__ import annotations

from typing import Any

from hecsim.measures.base import measure

_PLACE = "Place and trust"


@measure(
    "Residents who feel safe walking at night",
    yardstick="survey of residents",
    unit="percent of residents",
    factor=100,
    better="higher",
    topic=_PLACE,
    label_es="Residentes que se sienten seguros de noche",
)
def feels_safe(pn_safety: Any) -> Any:
    """Mean perceived safety of the neighborhoods that people live in."""
    return pn_safety


@measure(
    "Residents who heard gunfire this month",
    unit="percent of residents",
    factor=100,
    better="lower",
    topic=_PLACE,
    label_es="Residentes que oyeron disparos",
)
def gunfire(ph_gunfire: Any) -> Any:
    """Share exposed this month."""
    return ph_gunfire > 0


@measure(
    "Trust in neighbors and the collaborative",
    yardstick="survey of residents",
    unit="0 to 1",
    table="household",
    better="higher",
    topic=_PLACE,
    label_es="Confianza en vecinos y colaborativo",
)
def trust_community(h_trust_community: Any) -> Any:
    """Mean trust."""
    return h_trust_community


@measure(
    "Trust in social services and schools",
    yardstick="survey of residents",
    unit="0 to 1",
    table="household",
    better="higher",
    topic=_PLACE,
)
def trust_services(h_trust_services: Any) -> Any:
    """Mean trust."""
    return h_trust_services


@measure("Residents", unit="simulated residents", kind="count", topic="Population", label_es="Residentes")
def residents(p_present: Any) -> Any:
    """How many simulated people live here."""
    return p_present


@measure(
    "Births",
    yardstick="birth records",
    unit="per 1,000 residents a year",
    kind="flow",
    factor=1000,
    topic="Population",
    label_es="Nacimientos",
)
def births(p_age: Any) -> Any:
    """Children in their first month of life."""
    return p_age == 0
