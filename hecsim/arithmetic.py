"""Exponential, logarithm and normal quantile for compiled loops.

A library call for every person is what a month would mostly cost. These are polynomials that the
compiler inlines and works out for several people at a time. Products and sums are fused where it says so
and nowhere else, and nothing is reordered, so that the same numbers give the same bits in every block, thread
and machine (one without fused arithmetic works it out, slowly).

>>> round(exp_(1.0), 7), round(log_(2.0), 7)
(2.7182818, 0.6931472)
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numba.extending import intrinsic

from hecsim.compiled import njit

__all__ = ["either", "exp_", "fused", "log_", "normal_", "quantile_", "spread_"]

F = np.float32
_LOG2E = 1.4426950408889634
_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10


@intrinsic
def fused(typing: Any, a: Any, b: Any, c: Any) -> Any:
    """Give a * b + c rounded once, in single precision if all three are single; for compiled loops only."""
    kind = types.float32 if a == b == c == types.float32 else types.float64

    def build(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.fma(*arguments)

    return kind(kind, kind, kind), build


@intrinsic
def either(typing: Any, condition: Any, a: Any, b: Any) -> Any:
    """Give a if the condition holds and b otherwise, both worked out, never a branch; for compiled loops only.

    Several tests of one code in a row the compiler makes a jump of, and a loop with a jump takes one row at a time.
    """
    if not (isinstance(condition, types.Boolean) and a == b == types.float64):
        return None

    def build(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.select(*arguments)

    return a(condition, a, b), build


@njit(forceinline=True, error_model="numpy")
def exp_(x):
    """E to the power x, relative error below 1e-8; x is taken as between -700 and 700."""
    x = min(max(x, -700.0), 700.0)
    n = np.floor(x * _LOG2E + 0.5)
    r = fused(n, -_LN2_LOW, fused(n, -_LN2_HIGH, x))
    p = fused(1.0 / 5040.0, r, 1.0 / 720.0)
    p = fused(p, r, 1.0 / 120.0)
    p = fused(p, r, 1.0 / 24.0)
    p = fused(p, r, 1.0 / 6.0)
    p = fused(p, r, 0.5)
    p = fused(p, r, 1.0)
    p = fused(p, r, 1.0)
    return p * np.int64((np.int64(n) + 1023) << 52).view(np.float64)


@njit(forceinline=True, error_model="numpy")
def log_(x):
    """Natural logarithm of a positive number, absolute error below 1e-9."""
    bits = np.float64(x).view(np.int64) + 0x00095F6200000000  # so that the mantissa runs from sqrt(1/2) to sqrt(2)
    e = np.float64((bits >> 52) - 1023)
    m = np.int64((bits & 0x000FFFFFFFFFFFFF) + 0x3FE6A09E00000000).view(np.float64)
    s = (m - 1.0) / (m + 1.0)
    q = s * s
    p = fused(1.0 / 11.0, q, 1.0 / 9.0)
    p = fused(p, q, 1.0 / 7.0)
    p = fused(p, q, 1.0 / 5.0)
    p = fused(p, q, 1.0 / 3.0)
    p = fused(p, q, 1.0)
    return fused(e, 0.6931471805599453, 2.0 * s * p)


@njit(forceinline=True, error_model="numpy")
def spread_(p):
    """What `quantile_` asks of p in (0, 1): 4 p (1 - p), and its distance from one half times the root of eight."""
    return F(4.0 * p * (1.0 - p)), F(1.4142135623730951 * (2.0 * p - 1.0))


@njit(forceinline=True, error_model="numpy")
def quantile_(x, lean):
    """Standard normal quantile from `spread_`, in single precision.

    The inverse error function of Giles (2012, "Approximating the erfinv function", GPU Computing Gems).
    """
    # All numbers are of 32 bits, so that the compiler works out as many people at a time as it can.
    bits = np.int32(F(x).view(np.int32) + np.int32(0x004AFB0D))  # the logarithm as in `log_`
    m = np.int32(np.int32(bits & np.int32(0x007FFFFF)) + np.int32(0x3F3504F3)).view(np.float32)
    s = (m - F(1.0)) / (m + F(1.0))
    q = s * s
    series = fused(fused(fused(F(1.0 / 7.0), q, F(1.0 / 5.0)), q, F(1.0 / 3.0)), q, F(1.0))
    w = -fused(F(np.int32((bits >> np.int32(23)) - np.int32(127))), F(0.6931471805599453), F(2.0) * s * series)
    w = max(w, F(0.0))
    a = w - F(2.5)
    middle = fused(F(2.81022636e-08), a, F(3.43273939e-07))
    middle = fused(middle, a, F(-3.5233877e-06))
    middle = fused(middle, a, F(-4.39150654e-06))
    middle = fused(middle, a, F(0.00021858087))
    middle = fused(middle, a, F(-0.00125372503))
    middle = fused(middle, a, F(-0.00417768164))
    middle = fused(middle, a, F(0.246640727))
    middle = fused(middle, a, F(1.50140941))
    b = np.sqrt(w) - F(3.0)
    tail = fused(F(-0.000200214257), b, F(0.000100950558))
    tail = fused(tail, b, F(0.00134934322))
    tail = fused(tail, b, F(-0.00367342844))
    tail = fused(tail, b, F(0.00573950773))
    tail = fused(tail, b, F(-0.0076224613))
    tail = fused(tail, b, F(0.00943887047))
    tail = fused(tail, b, F(1.00167406))
    tail = fused(tail, b, F(2.83297682))
    return lean * (middle if w < F(5.0) else tail)


@njit(forceinline=True, error_model="numpy")
def normal_(p):
    """Standard normal quantile of p in (0, 1), within 2e-6 of a standard deviation up to five of them, in single precision."""
    # Single precision from here on: twice as many people at a time, and the answer is kept in it anyway.
    x, lean = spread_(p)
    return quantile_(x, lean)
