"""Evenings at the market."""

import numpy as np

from hecsim.measures.base import measure


@measure(
    "Evenings at the night market", label_es="Noches en el mercado nocturno", table="household",
    unit="evenings per household and month", better="higher", topic="Community life",
)  # fmt: skip
def market_evenings(h_market_evenings):
    return h_market_evenings, np.ones(h_market_evenings.size)
