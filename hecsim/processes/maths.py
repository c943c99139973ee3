"""Arithmetic that compiled loops share: exponentials of one polynomial, hazards without exponentials.

A library call for every person is what a month mostly costs. `exp_` and `log_` are polynomials with
relative errors below 1e-8, inlined into the loop that uses them; they use no fused or reordered
arithmetic, so they give the same bits on every machine, thread and block. `happens` and `turns` ask
for an exponential only where a cheap upper bound of the chance lies above the number drawn, which
for rare events is almost never; what they answer is exactly what the formula says.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from hecsim.processes.ace_bits import ADULT, CORE_MASK

__all__ = ["MONTHS_OF_LIFE", "by_month", "children", "core_count", "exp_", "happens", "home", "log_", "turns"]

_LOG2E = 1.4426950408889634
_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
MONTHS_OF_LIFE = 1441  # ages in months that tables by month of age hold: 0 to 120 years


@njit(cache=True, forceinline=True, error_model="numpy")
def exp_(x):
    """E to the power x, relative error below 1e-8; x is taken as between -700 and 700."""
    x = min(max(x, -700.0), 700.0)
    n = np.floor(x * _LOG2E + 0.5)
    r = (x - n * _LN2_HIGH) - n * _LN2_LOW
    p = 1.0 / 5040.0
    p = p * r + 1.0 / 720.0
    p = p * r + 1.0 / 120.0
    p = p * r + 1.0 / 24.0
    p = p * r + 1.0 / 6.0
    p = p * r + 0.5
    p = p * r + 1.0
    p = p * r + 1.0
    return p * np.int64((np.int64(n) + 1023) << 52).view(np.float64)


@njit(cache=True, forceinline=True, error_model="numpy")
def log_(x):
    """Natural logarithm of a positive number, absolute error below 1e-9."""
    bits = np.float64(x).view(np.int64) + 0x00095F6200000000  # so that the mantissa runs from sqrt(1/2) to sqrt(2)
    e = np.float64((bits >> 52) - 1023)
    m = np.int64((bits & 0x000FFFFFFFFFFFFF) + 0x3FE6A09E00000000).view(np.float64)
    s = (m - 1.0) / (m + 1.0)
    q = s * s
    p = 1.0 / 11.0
    p = p * q + 1.0 / 9.0
    p = p * q + 1.0 / 7.0
    p = p * q + 1.0 / 5.0
    p = p * q + 1.0 / 3.0
    p = p * q + 1.0
    return e * 0.6931471805599453 + 2.0 * s * p


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
def children(present, age):
    """Rows of the people below eighteen, uint32: loops over children visit these and ask nobody's age."""
    rows, count = np.empty(present.size, np.uint32), 0
    for i in range(present.size):  # written whether or not it counts, so that there is no branch to guess
        rows[count] = i
        count += (present[i] != 0) & (age[i] < ADULT)
    return rows[:count]
