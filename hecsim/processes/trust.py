"""Trust: four stocks a household, slow to build and quick to lose.

    trust' = (trust + r (rest - b hardship - trust) + pull + noise) x product over events (1 - loss)

with r from a half-life of years. Events: unfair treatment because of race, an executed eviction, a
child-protection investigation, a member in custody, gunfire heard. Differences between groups are
an outcome of unequal treatment: there is no term for race. A lever pulls up what is missing
(add x (1 - trust)) or down what is there. Kinds: health care, services and schools, community,
police and government.
"""

from __future__ import annotations

import numpy as np

from hecsim.compiled import njit
from hecsim.processes.base import process

__all__ = ["TRUST"]

_INVESTIGATED = 2
_ROOT12 = np.sqrt(12.0)


@njit()
def trust_kernel(
    p_present, p_household, p_cps_new, h_present, h_discrimination, h_evicted_new, h_incarcerated_member,
    h_gunfire, h_hardship, h_trust_health, h_trust_services, h_trust_community, h_trust_police, h0, hu_spread,
    lh_trust_health_add, lh_trust_services_add, lh_trust_community_add, lh_trust_police_add, k_trust_rest,
    k_trust_half_life, k_trust_unfair, k_trust_eviction, k_trust_child_protection, k_trust_custody,
    k_trust_gunfire, k_trust_hardship, k_level_spread,
):  # fmt: skip
    rate = 1.0 - 0.5 ** (1.0 / k_trust_half_life)
    step = k_level_spread * np.sqrt(1.0 - (1.0 - rate) ** 2) * _ROOT12
    looked_into = np.zeros(h_present.size, np.uint8)
    for i in range(p_present.size):
        if p_present[i] != 0 and (p_cps_new[i] & _INVESTIGATED) != 0:
            looked_into[int(p_household[i]) - h0] = 1
    now, pull = np.empty(4), np.empty(4)
    for h in range(h_present.size):
        if h_present[h] == 0:
            continue
        now[0], now[1] = h_trust_health[h], h_trust_services[h]
        now[2], now[3] = h_trust_community[h], h_trust_police[h]
        pull[0], pull[1] = lh_trust_health_add[h], lh_trust_services_add[h]
        pull[2], pull[3] = lh_trust_community_add[h], lh_trust_police_add[h]
        noise = step * (np.float64(hu_spread[h]) - 0.5)
        for s in range(4):
            rest = k_trust_rest[s] - k_trust_hardship[s] * h_hardship[h]
            t = now[s] + rate * (rest - now[s]) + noise
            t += pull[s] * (1.0 - now[s]) if pull[s] > 0 else pull[s] * now[s]
            if h_discrimination[h] != 0:
                t *= 1.0 - k_trust_unfair[s]
            if h_evicted_new[h] != 0:
                t *= 1.0 - k_trust_eviction[s]
            if looked_into[h] != 0:
                t *= 1.0 - k_trust_child_protection[s]
            if h_incarcerated_member[h] != 0:
                t *= 1.0 - k_trust_custody[s]
            if h_gunfire[h] != 0:
                t *= 1.0 - k_trust_gunfire[s]
            now[s] = min(max(t, 0.0), 1.0)
        h_trust_health[h], h_trust_services[h] = now[0], now[1]
        h_trust_community[h], h_trust_police[h] = now[2], now[3]


def trust_plain(
    p_present, p_household, p_cps_new, h_present, h_discrimination, h_evicted_new, h_incarcerated_member,
    h_gunfire, h_hardship, h_trust_health, h_trust_services, h_trust_community, h_trust_police, h0, hu_spread,
    lh_trust_health_add, lh_trust_services_add, lh_trust_community_add, lh_trust_police_add, k_trust_rest,
    k_trust_half_life, k_trust_unfair, k_trust_eviction, k_trust_child_protection, k_trust_custody,
    k_trust_gunfire, k_trust_hardship, k_level_spread,
):  # fmt: skip
    rate = 1.0 - 0.5 ** (1.0 / k_trust_half_life)
    noise = k_level_spread * np.sqrt(1.0 - (1.0 - rate) ** 2) * _ROOT12 * (hu_spread.astype(np.float64) - 0.5)
    seen = (p_present != 0) & ((p_cps_new & _INVESTIGATED) != 0)
    looked_into = np.bincount(p_household[seen].astype(np.int64) - h0, minlength=h_present.size) > 0
    events = (
        (h_discrimination, k_trust_unfair),
        (h_evicted_new, k_trust_eviction),
        (looked_into, k_trust_child_protection),
        (h_incarcerated_member, k_trust_custody),
        (h_gunfire, k_trust_gunfire),
    )
    stocks = (
        (h_trust_health, lh_trust_health_add),
        (h_trust_services, lh_trust_services_add),
        (h_trust_community, lh_trust_community_add),
        (h_trust_police, lh_trust_police_add),
    )
    for s, (stock, lever) in enumerate(stocks):
        now, pull = stock.astype(np.float64), lever.astype(np.float64)
        t = now + rate * (k_trust_rest[s] - k_trust_hardship[s] * h_hardship - now) + noise
        t = t + np.where(pull > 0, pull * (1.0 - now), pull * now)
        for happened, loss in events:
            t = t * np.where(happened != 0, 1.0 - loss[s], 1.0)
        stock[...] = np.where(h_present != 0, np.clip(t, 0.0, 1.0), stock)


TRUST = process(
    "ties.trust",
    room="ties",
    kernel=trust_kernel,
    twin=trust_plain,
    writes=("h_trust_health", "h_trust_services", "h_trust_community", "h_trust_police"),
    summary="Trust returns slowly to its level, is pulled by levers and lost in bad encounters.",
)
