"""The measures of households, in one pass."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hecsim.compiled import njit
from hecsim.measures.passes import fine, flag, loop, positions

_NAMES = (
    "trust_community", "trust_services", "income", "hardship", "bandwidth", "snap_households", "benefits", "refunds",
    "eviction_filings", "eviction_filings_of", "evictions", "evictions_of", "public_cost", "ipv", "ipv_of", "support",
    "cost_shelter", "paid_federal", "paid_state", "taxes_paid",
)  # fmt: skip
_I = positions(_NAMES)


def _prepare(draw: Mapping[str, Any]) -> dict[str, Any]:
    return {"shelter": np.array(draw["housing.cost_shelter"])}


@loop("households", _NAMES, prepare=_prepare)
@njit()
def households(
    sums, rows, slot, home, h_trust_community, h_trust_services, h_income, h_hardship, h_bandwidth, h_snap, h_benefits,
    h_refund, h_tenure, h_filed_new, h_evicted_new, h_public_cost, h_couple, h_ipv, h_support, h_children, h_wic, h_tfa,
    h_ui, h_taxes, c_shelter,
):  # fmt: skip
    """Add what households count to the sums of their cells."""
    for i in rows:
        s, tenure, pair = sums[slot[i]], h_tenure[i], h_couple[i] > 0
        rents = fine(1.0 / 12) if tenure == 1 else 0.0
        s[_I.trust_community] += fine(h_trust_community[i])
        s[_I.trust_services] += fine(h_trust_services[i])
        s[_I.income] += fine(h_income[i])
        s[_I.hardship] += fine(h_hardship[i])
        s[_I.bandwidth] += fine(h_bandwidth[i])
        s[_I.snap_households] += flag(h_snap[i] > 0)
        s[_I.benefits] += fine(h_benefits[i])
        s[_I.refunds] += fine(h_refund[i])
        s[_I.eviction_filings] += flag(h_filed_new[i] > 0)
        s[_I.eviction_filings_of] += rents
        s[_I.evictions] += flag(h_evicted_new[i] > 0)
        s[_I.evictions_of] += rents
        s[_I.public_cost] += fine(h_public_cost[i])
        s[_I.ipv] += flag(pair & (h_ipv[i] > 0))
        s[_I.ipv_of] += flag(pair)
        s[_I.support] += fine(h_support[i])
        s[_I.cost_shelter] += fine(c_shelter[1 if h_children[i] > 0 else 0]) if tenure == 2 else 0.0
        s[_I.paid_federal] += fine(h_snap[i] + h_wic[i])
        s[_I.paid_state] += fine(h_tfa[i] + h_ui[i])
        s[_I.taxes_paid] += fine(h_taxes[i])
