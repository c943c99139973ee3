"""What people weigh who move in years after the examples of newcomers were put aside.

The examples are as people were at the end of burn-in. Where newcomers come from time goes on, and no policy of this
place is in force: who arrives at an age `a` after `t` years was `a - t` when the examples were put aside, weighed what
people of that age weighed then, and has lived the years since with the drift that everybody lives with,

    kg = (B(a - t) - B(a)) height^2 + integral of the drift from a - t to a,

B(a) the mean body mass index by age and sex of the histories. Who was not yet grown then starts at 18, as children's
weights have no trend. Without it those who move in would stay as light as people are at the start, and each year lighter
against those whom they replace. That heavy people die earlier is not taken off, so that the old who arrive after decades
are somewhat too heavy; they are few.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hecsim.processes import growth
from hecsim.processes.settle_rows import ADULT

if TYPE_CHECKING:
    from hecsim.processes.settle_rows import Settlement

__all__ = ["gained_elsewhere", "weigh"]

_NODES = np.arange(0, 121 * 12) / 12.0  # years of age by month


def _level(years: np.ndarray, sex: np.ndarray, m: Settlement) -> np.ndarray:
    """Mean body mass index (kg/m2) of adults of an age and sex in the histories: the mean of a shifted lognormal."""
    spread = m.k("weight.start_sd")[sex]
    score = m.k("weight.start_level") + growth.between(years, m.k("weight.start_ages"), m.k("weight.start_age"))
    return m.k("weight.start_shift")[sex] + np.exp(m.k("weight.start_mean")[sex] + spread * score + 0.5 * spread**2)


def _lived(m: Settlement) -> tuple[np.ndarray, ...]:
    """Weight (kg) that drift adds from birth to each month of age, for men and for women."""
    yearly = [
        m.k("weight.drift_scale") * growth.between(_NODES, m.k("weight.drift_ages"), m.k(f"weight.{name}"))
        for name in ("drift_male", "drift_female")
    ]
    return tuple(np.concatenate([[0.0], np.cumsum(0.5 * (y[1:] + y[:-1]) / 12.0)]) for y in yearly)


def gained_elsewhere(months: np.ndarray, sex: np.ndarray, height: np.ndarray, elapsed: int, m: Settlement) -> np.ndarray:
    """How much more (kg) adults weigh than people of their age did so many months ago; 0 below 18.

    months, sex, height (cm) : of those who arrive, one entry each
    elapsed : months since the examples of newcomers were put aside
    """
    sex, now = np.asarray(sex, np.int64), np.asarray(months, float) / 12.0
    then = np.maximum(now - max(elapsed, 0) / 12.0, ADULT / 12.0)
    men, women = (
        np.interp(now, _NODES, total) - np.interp(then, _NODES, total) for total in m.lasting("drift", lambda: _lived(m))
    )
    square = (np.asarray(height, float) / 100.0) ** 2
    gain = (_level(then, sex, m) - _level(now, sex, m)) * square + np.where(sex == 1, women, np.where(sex == 0, men, 0.0))
    return np.where(now > ADULT / 12.0, gain, 0.0)


def weigh(m: Settlement, rows: np.ndarray) -> None:
    """Bring the weight of adults who have just moved in from that of the examples to that of the month."""
    p = m.person
    rows = rows[(p["age"][rows] >= ADULT) & (p["height"][rows] > 0)]
    put_aside = m.community.extras.get("pool_month")  # in a place that was stored in the midst of its years there may be none
    elapsed = 0 if put_aside is None else m.month - int(put_aside[0])
    if not rows.size or elapsed <= 0:
        return
    square = (p["height"][rows].astype(float) / 100.0) ** 2
    low = m.k("weight.set_point_bmi_low") * square
    gain = gained_elsewhere(p["age"][rows], p["sex"][rows], p["height"][rows], elapsed, m)
    own = p["bmi"][rows] * square
    after = np.maximum(own + gain, np.minimum(own, low))  # nobody falls below what occurs
    p["set_point"][rows] = np.maximum(p["set_point"][rows] + gain, low)
    p["weight"][rows] += after - own
    p["bmi"][rows] = after / square
