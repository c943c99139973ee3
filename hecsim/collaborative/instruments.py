"""The nine instruments by which money reaches a collaborative: what each may pay for, when it pays, who bears the risk.

Fixed money (grants, braided funds, wellness trust, social investment, tax credits) comes on dates that are
known beforehand. Money by outcome (shared savings, Pay for Success, outcomes rate card, multi-payer
arrangement) follows what a payer has *measured*, late and with error (`hecsim.collaborative.outcomes`).
In the first five years the first kind carries a collaborative; outcomes can be measured and paid from the
second five years on. `first` of a source moves it.

What each costs to run stands in the evidence as `money.report_<instrument>` (dollars a year of reporting)
and `money.overhead_<instrument>` (share of the money for brokers, evaluators, lawyers).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from hecsim.errors import UnknownNameError

__all__ = ["INSTRUMENTS", "PAYER_MEASURES", "SAVERS", "Instrument", "instrument"]

SERVICES = ("service", "enrollment", "operation", "investment")
EVERYTHING = (*SERVICES, "benefits")
RUNNING = ("service", "enrollment", "operation")  # money after the fact cannot start anything up

# What each payer would see in its own books, as the names of measures.
PAYER_MEASURES: Mapping[str, str] = MappingProxyType(
    {
        "Medicaid": "cost_medicaid",
        "Medicare": "cost_medicare",
        "commercial plans": "cost_commercial",
        "employers": "cost_employers",
        "schools": "cost_schools",
        "child protection": "cost_child_protection",
        "courts": "cost_courts",
        "corrections": "cost_corrections",
        "shelter": "cost_shelter",
    }
)
SAVERS = tuple(PAYER_MEASURES)


@dataclass(frozen=True, slots=True)
class Instrument:
    """A way in which money comes.

    pays_for : categories of the ledger that it may pay for
    phase : first and last year (0 is the first) in which it is usual
    outcomes : whether it pays by measured outcomes
    flexible : whether it may pay for whatever the collaborative decides; else what its giver agreed to
    returns : whether money not spent by the end of its year goes back
    risk : who loses if the outcome does not come
    keys : settings of a source that belong to it, beside those of all sources
    """

    name: str
    spanish: str
    when: str
    risk: str
    pays_for: tuple[str, ...]
    phase: tuple[int, int]
    keys: tuple[str, ...]
    outcomes: bool = False
    flexible: bool = False
    returns: bool = False

    @property
    def slug(self) -> str:
        """Its name in the evidence: "pay_for_success"."""
        return self.name.replace(" ", "_").replace("-", "_")

    def number(self, draw: Mapping[str, Any], what: str) -> float:
        """One of its two running costs, "report" ($ a year) or "overhead" (share of the money)."""
        names = {"report": f"money.report_{self.slug}", "overhead": f"money.overhead_{self.slug}"}
        return float(draw[names[what]])


_ALL = (
    Instrument(
        "grants", "subvenciones", "in the first month of each grant year", "the collaborative, when the grant ends",
        EVERYTHING, (0, 5), ("amount", "carry"), returns=True,
    ),
    Instrument(
        "braided funds", "fondos combinados", "each year, from every partner's own budget; blended: one pot after an agreement",
        "the partners, each for its own purpose", EVERYTHING, (0, 10), ("amount", "carry", "blended"), returns=True,
    ),
    Instrument(
        "wellness trust", "fideicomiso de bienestar", "an assessment on payers, each year that the law lasts",
        "the collaborative, when the law lapses", SERVICES, (0, 5), ("amount",), flexible=True,
    ),
    Instrument(
        "social investment", "inversión social", "the principal at once; repaid in equal parts with interest",
        "investors, for what the fund cannot repay", SERVICES, (0, 10), ("amount", "interest", "term"), flexible=True,
    ),
    Instrument(
        "tax credits", "créditos fiscales", "each year, as businesses give; the state forgoes a share as credit",
        "the state, whatever the outcome", SERVICES, (0, 10), ("amount", "share"), flexible=True,
    ),
    Instrument(
        "shared savings", "ahorros compartidos", "after each measured year, when measured savings exceed the minimum",
        "the collaborative, which spends before it is paid", RUNNING, (5, 10), ("share",), outcomes=True, flexible=True,
    ),
    Instrument(
        "pay for success", "pago por éxito", "investors at once; the payer repays them once the outcome is measured",
        "investors, for outcomes that fall short", RUNNING, (5, 10), ("amount", "measure", "target", "success"), outcomes=True,
    ),
    Instrument(
        "outcomes rate card", "tarifa por resultados", "after each measured year, a price for each unit of outcome",
        "the collaborative, which spends before it is paid", RUNNING, (5, 10), ("measure", "price", "cap"),
        outcomes=True, flexible=True,
    ),
    Instrument(
        "multi-payer arrangement", "acuerdo de varios pagadores",
        "each year, a share of it held back until outcomes are measured",
        "payers for the fixed part, the collaborative for what is held back", RUNNING, (5, 10),
        ("amount", "measure", "target", "share"), outcomes=True, flexible=True,
    ),
)  # fmt: skip
INSTRUMENTS: Mapping[str, Instrument] = MappingProxyType({i.name: i for i in _ALL})


def instrument(name: str) -> Instrument:
    """One of the nine.

    >>> instrument("pay for success").risk
    'investors, for outcomes that fall short'
    """
    if name not in INSTRUMENTS:
        raise UnknownNameError(name, INSTRUMENTS, what="instrument")
    return INSTRUMENTS[name]
