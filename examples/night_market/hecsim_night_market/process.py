"""Who goes to the market: p = goes x share of neighbors who feel safe."""

import numpy as np
from numba import njit

from hecsim.processes.base import process


@njit(cache=True, nogil=True)
def visits_kernel(h_present, h_neighborhood, h_market_evenings, n_safety, hu_going, k_goes, k_memory):
    for h in range(h_present.shape[0]):
        if h_present[h]:
            went = hu_going[h] < k_goes * n_safety[h_neighborhood[h]]
            now = np.float64(h_market_evenings[h])
            h_market_evenings[h] = now + k_memory * ((1.0 if went else 0.0) - now)


def visits_plain(h_present, h_neighborhood, h_market_evenings, n_safety, hu_going, k_goes, k_memory):
    went = hu_going < k_goes * n_safety[h_neighborhood].astype(np.float64)
    now = h_market_evenings.astype(np.float64)
    h_market_evenings[:] = np.where(h_present == 1, now + k_memory * (went - now), h_market_evenings)


VISITS = process(
    "night_market.visits", kernel=visits_kernel, twin=visits_plain, writes=("h_market_evenings",), after="place.exposure",
    summary="Households go to the night market where it feels safe to be out.",
)  # fmt: skip
