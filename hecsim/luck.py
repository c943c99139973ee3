"""Luck belongs to the person: a uniform number for (seed, decision, who, month).

Every chance event compares a probability with a number that depends on these four only. Whatever
a policy changes, the same family meets the same luck, so what differs between two arms was caused
by the policy. The generator is Threefry-2x64 with 13 rounds (Salmon, Moraes, Dror and Shaw 2011,
"Parallel random numbers: as easy as 1, 2, 3", doi 10.1145/2063384.2063405): counter-based, so any
number can be drawn in any order, by any thread, without state.

>>> u = uniform(seed=1, who=7, month=3, decision=decision_id("labor.job_loss"))
>>> 0.0 <= u < 1.0
True
"""

from __future__ import annotations

import hashlib

import numpy as np
from numba import njit, uint64

__all__ = [
    "child_key",
    "decision_id",
    "fill_normals",
    "fill_uniforms",
    "founder_keys",
    "pair_key",
    "threefry2x64",
    "uniform",
    "uniforms",
]

# Skein key-schedule parity constant of the Threefry specification.
_PARITY = np.uint64(0x1BD11BDAA9FC1A22)
# A u32 scaled by 2^-32: float32 keeps small numbers exactly, so hazards of 1e-7 stay exact.
_SCALE = np.float32(2.0**-32)
_BELOW_ONE = np.float32(1.0 - 2.0**-24)


@njit(inline="always")
def _rotl(x: np.uint64, bits: np.uint64) -> np.uint64:
    return (x << bits) | (x >> (uint64(64) - bits))


@njit(inline="always")
def _mix(x0: np.uint64, x1: np.uint64, bits: np.uint64):
    x0 = x0 + x1
    return x0, _rotl(x1, bits) ^ x0


@njit(cache=True)
def threefry2x64(key0, key1, counter0, counter1):
    """Two 64-bit words from a 128-bit key and counter (13 rounds)."""
    k2 = _PARITY ^ key0 ^ key1
    x0 = counter0 + key0
    x1 = counter1 + key1
    x0, x1 = _mix(x0, x1, uint64(16))
    x0, x1 = _mix(x0, x1, uint64(42))
    x0, x1 = _mix(x0, x1, uint64(12))
    x0, x1 = _mix(x0, x1, uint64(31))
    x0 += key1
    x1 += k2 + uint64(1)
    x0, x1 = _mix(x0, x1, uint64(16))
    x0, x1 = _mix(x0, x1, uint64(32))
    x0, x1 = _mix(x0, x1, uint64(24))
    x0, x1 = _mix(x0, x1, uint64(21))
    x0 += k2
    x1 += key0 + uint64(2)
    x0, x1 = _mix(x0, x1, uint64(16))
    x0, x1 = _mix(x0, x1, uint64(42))
    x0, x1 = _mix(x0, x1, uint64(12))
    x0, x1 = _mix(x0, x1, uint64(31))
    x0 += key0
    x1 += key1 + uint64(3)
    x0, x1 = _mix(x0, x1, uint64(16))
    return x0, x1


def decision_id(name: str) -> int:
    """The 32-bit number of a named decision; the same on every machine and in every version."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "little")


@njit(inline="always")
def _as_uniform(word):
    u = np.float32(word >> uint64(32)) * _SCALE
    return min(u, _BELOW_ONE)  # rounding may reach 1.0, which no probability could beat


@njit(cache=True, nogil=True)
def _fill(out, seed, decision, month, keys):
    counter1 = (uint64(month) << uint64(32)) | uint64(decision)
    for i in range(out.size):
        word, _ = threefry2x64(seed, decision, keys[i], counter1)
        out[i] = _as_uniform(word)


# Rational approximation of the normal quantile (Acklam 2003, relative error below 1.2e-9),
# coded here because compiled kernels and their plain twins must give the same bits.
@njit(cache=True)
def _lower_tail(p):
    q = np.sqrt(-2.0 * np.log(max(p, 1e-12)))
    top = ((((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838) * q
            - 2.549732539343734) * q + 4.374664141464968) * q + 2.938163982698783  # fmt: skip
    return top / ((((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996) * q
                   + 3.754408661907416) * q + 1.0)  # fmt: skip


@njit(cache=True)
def normal_quantile(p):
    """The standard normal quantile of a probability in (0, 1)."""
    if p < 0.02425:
        return _lower_tail(p)
    if p > 0.97575:
        return -_lower_tail(1.0 - p)
    q = p - 0.5
    r = q * q
    return (
        (
            (
                (((-3.969683028665376e01 * r + 2.209460984245205e02) * r - 2.759285104469687e02) * r + 1.383577518672690e02) * r
                - 3.066479806614716e01
            )
            * r
            + 2.506628277459239
        )
        * q
    ) / (
        (
            (((-5.447609879822406e01 * r + 1.615858368580409e02) * r - 1.556989798598866e02) * r + 6.680131188771972e01) * r
            - 1.328068155288572e01
        )
        * r
        + 1.0
    )


# The middle 98 percent come from a table with straight lines between its nodes: the error is below
# 1e-5 of a standard deviation, at a fifth of the cost. The tails are worked out.
_NODES = 8192
_QUANTILES = np.array([normal_quantile(max(k, 0.5) / _NODES) for k in range(_NODES)] + [normal_quantile(1 - 0.5 / _NODES)])
_TAIL = 0.01


@njit(cache=True, nogil=True)
def _fill_normal(out, seed, decision, month, keys):
    counter1 = (uint64(month) << uint64(32)) | uint64(decision)
    p = np.empty(512)
    for start in range(0, out.size, 512):
        n = min(512, out.size - start)
        for i in range(n):  # a loop without branches, so that the compiler draws several at a time
            word, _ = threefry2x64(seed, decision, keys[start + i], counter1)
            # Half a step in, so that neither end of the quantile is ever asked for.
            p[i] = (np.float64(word >> uint64(11)) + 0.5) * 2.0**-53
        for i in range(n):
            if p[i] < _TAIL or p[i] > 1.0 - _TAIL:
                out[start + i] = normal_quantile(p[i])
            else:
                at = p[i] * _NODES
                k = int(at)
                out[start + i] = _QUANTILES[k] + (at - k) * (_QUANTILES[k + 1] - _QUANTILES[k])


def _u64(value: int) -> np.uint64:
    return np.uint64(int(value) & 0xFFFFFFFFFFFFFFFF)


def fill_uniforms(out: np.ndarray, *, seed: int, decision: int, month: int, keys: np.ndarray) -> np.ndarray:
    """Fill float32 `out` with the uniforms of `keys` (uint64) for one decision and month."""
    _fill(out, _u64(seed), _u64(decision), _u64(month & 0xFFFFFFFF), keys)
    return out


def fill_normals(out: np.ndarray, *, seed: int, decision: int, month: int, keys: np.ndarray) -> np.ndarray:
    """Fill float32 `out` with standard normals of `keys` (uint64) for one decision and month."""
    _fill_normal(out, _u64(seed), _u64(decision), _u64(month & 0xFFFFFFFF), keys)
    return out


def uniforms(*, seed: int, decision: str | int, month: int, keys: np.ndarray) -> np.ndarray:
    """New float32 array of uniforms, one per key; `decision` is a name or its number."""
    number = decision_id(decision) if isinstance(decision, str) else decision
    out = np.empty(len(keys), np.float32)
    return fill_uniforms(out, seed=seed, decision=number, month=month, keys=np.asarray(keys, np.uint64))


def uniform(*, seed: int, who: int, month: int, decision: str | int) -> float:
    """One uniform number in [0, 1)."""
    return float(uniforms(seed=seed, decision=decision, month=month, keys=np.array([who], np.uint64))[0])


def founder_keys(seed: int, kind: str, n: int) -> np.ndarray:
    """uint64 keys of the `n` founders of a table (persons, households, ...), shape (n,)."""
    stream = _u64(decision_id(f"founder.{kind}"))
    return _derive(np.arange(n, dtype=np.uint64), _u64(seed), stream)


def child_key(parent_keys: np.ndarray, order: np.ndarray) -> np.ndarray:
    """uint64 keys of the children born `order`-th to these mothers: the same child in every arm."""
    return _derive_pair(np.asarray(parent_keys, np.uint64), np.asarray(order, np.uint64), _u64(decision_id("child")))


def pair_key(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """uint64 keys of unordered pairs, for ties and encounters; pair_key(a, b) equals pair_key(b, a)."""
    a, b = np.asarray(a, np.uint64), np.asarray(b, np.uint64)
    return _derive_pair(np.minimum(a, b), np.maximum(a, b), _u64(decision_id("pair")))


@njit(cache=True, nogil=True)
def _derive(numbers, seed, stream):
    out = np.empty(numbers.size, np.uint64)
    for i in range(numbers.size):
        out[i], _ = threefry2x64(seed, stream, numbers[i], stream)
    return out


@njit(cache=True, nogil=True)
def _derive_pair(first, second, stream):
    out = np.empty(first.size, np.uint64)
    for i in range(first.size):
        out[i], _ = threefry2x64(first[i], second[i], stream, first[i] ^ second[i])
    return out
