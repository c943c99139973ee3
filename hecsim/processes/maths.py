"""What compiled loops share: hazards without exponentials, households of persons, tables by month of age.

`happens` and `turns` ask for an exponential only where a cheap upper bound of the chance lies above
the number drawn, which for rare events is almost never; what they answer is exactly what the formula
says. A loop over people is fast if it has no branch and looks nothing up: so kernels look things up
in a short loop of their own and do the arithmetic in the next.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from hecsim.arithmetic import exp_, log_
from hecsim.processes.ace_bits import ADULT, CORE_MASK

__all__ = ["MONTHS_OF_LIFE", "by_month", "children", "core_count", "exp_", "happens", "home", "listed", "log_", "turns"]

MONTHS_OF_LIFE = 1441  # ages in months that tables by month of age hold: 0 to 120 years


@njit(cache=True, forceinline=True, error_model="numpy")
def happens(u, hazard):
    """Whether an event of this hazard over the month happens to the number u: u < 1 - exp(-hazard)."""
    # 1 - exp(-x) never exceeds x, and the few for whom that does not decide get the exponential.
    return u < hazard and u < -np.expm1(-hazard)


@njit(cache=True, forceinline=True, error_model="numpy")
def turns(u, p, m):
    """Whether u lies below the chance whose hazard is m times that of p: u < 1 - (1 - p)^m."""
    # -log(1 - p) never exceeds p / (1 - p).
    return u * (1.0 - p) < m * p and u < -np.expm1(m * np.log1p(-p))


@njit(cache=True, forceinline=True, error_model="numpy")
def home(household, present, first):
    """Local row of a person's household, 0 for a row not in use (which may point anywhere).

    Unsigned, so that the compiler needs no test for counting from the end.
    """
    return np.uint64(np.int64(household) - first) if present != 0 else np.uint64(0)


@njit(cache=True, forceinline=True, error_model="numpy")
def core_count(bits):
    """How many of the ten core adversities a mask holds, by adding bits instead of looking them up."""
    x = np.int64(bits) & CORE_MASK
    x = x - ((x >> 1) & 0x5555)
    x = (x & 0x3333) + ((x >> 2) & 0x3333)
    x = (x + (x >> 4)) & 0x0F0F
    return np.float64((x + (x >> 8)) & 0x1F)


@njit(cache=True, error_model="numpy")
def by_month(nodes, values):
    """Straight lines between (nodes in years, values), level beyond them, at every month of age, shape (1441,)."""
    out, j = np.empty(MONTHS_OF_LIFE), 0
    for k in range(MONTHS_OF_LIFE):
        x = k / 12.0
        while j < nodes.size - 2 and x >= nodes[j + 1]:
            j += 1
        share = min(max((x - nodes[j]) / (nodes[j + 1] - nodes[j]), 0.0), 1.0)
        out[k] = values[j] + share * (values[j + 1] - values[j])
    return out


@njit(cache=True, nogil=True, error_model="numpy")
def listed(mask):
    """Rows whose mark (uint8) is not zero, uint32, in order.

    A loop that marks has no branch, and one over the few that are marked guesses wrong no more often than it must.
    """
    n, rows, count = mask.size, np.empty(mask.size, np.uint32), 0
    eights = mask[: n - n % 8].view(np.uint64)
    for k in range(eights.size):
        if eights[k] != 0:
            for i in range(8 * k, 8 * k + 8):  # written whether or not it counts
                rows[count] = i
                count += mask[i] != 0
    for i in range(8 * eights.size, n):
        rows[count] = i
        count += mask[i] != 0
    return rows[:count]


@njit(cache=True, nogil=True, error_model="numpy")
def children(present, age):
    """Rows of the people below eighteen, uint32: loops over children visit these and ask nobody's age."""
    young = np.empty(present.size, np.uint8)
    for i in range(present.size):
        young[i] = (present[i] != 0) & (age[i] < ADULT)
    return listed(young)
