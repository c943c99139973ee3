"""Luck belongs to the person: a uniform number for (seed, decision, who, month).

Every chance event compares a probability with a number that depends on these four only. Whatever
a policy changes, the same family meets the same luck, so what differs between two arms was caused
by the policy. Two words for (seed, who, month) come from Threefry-2x64 with 13 rounds (Salmon, Moraes,
Dror and Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3", doi 10.1145/2063384.2063405):
counter-based, so any number can be drawn in any order, by any thread, without state. A hash of the
decision with these two words gives its number, so that a hundred decisions of a month cost one
generator and a hundred multiplications.

>>> u = uniform(seed=1, who=7, month=3, decision=decision_id("labor.job_loss"))
>>> 0.0 <= u < 1.0
True
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

import numpy as np
from numba import uint64

from hecsim.arithmetic import normal_, quantile_, spread_
from hecsim.compiled import njit

__all__ = [
    "child_key",
    "decision_id",
    "draw_normals",
    "draw_uniforms",
    "fill_normals",
    "fill_uniforms",
    "founder_keys",
    "normal_at",
    "normals_among",
    "normals_of",
    "number_of",
    "pair_key",
    "threefry2x64",
    "uniform",
    "uniform_at",
    "uniforms",
    "uniforms_of",
    "words",
]

# Skein key-schedule parity constant of the Threefry specification.
_PARITY = np.uint64(0x1BD11BDAA9FC1A22)
# A u32 scaled by 2^-32: float32 keeps small numbers exactly, so hazards of 1e-7 stay exact.
_SCALE = np.float32(2.0**-32)
_BELOW_ONE = np.float32(1.0 - 2.0**-24)
_MONTH = np.uint64(0x6D6F6E7468)  # names the stream of a month's words, apart from those of keys
_AT_A_TIME = 1024  # rows whose numbers stay in the nearest cache between two loops
_STIR = np.uint64(0xD6E8FEB86659FD93)  # the odd multiplier of the rrmxmx mixer (Evensen 2018)


@njit(inline="always")
def _rotl(x: np.uint64, bits: np.uint64) -> np.uint64:
    return (x << bits) | (x >> (uint64(64) - bits))


@njit(inline="always")
def _mix(x0: np.uint64, x1: np.uint64, bits: np.uint64):
    x0 = x0 + x1
    return x0, _rotl(x1, bits) ^ x0


@njit()
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


@lru_cache(maxsize=1024)
def decision_id(name: str) -> int:
    """The 32-bit number of a named decision; the same on every machine and in every version."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "little")


@njit(inline="always")
def _as_uniform(word):
    u = np.float32(word >> uint64(32)) * _SCALE
    return min(u, _BELOW_ONE)  # rounding may reach 1.0, which no probability could beat


@njit(forceinline=True)
def _stirred(first, second, number):
    """The 64 bits of one decision, from the two words of a person's month and the decision's number.

    first + number x second is a strongly universal hash of the number (Dietzfelbinger et al. 1997, doi
    10.1006/jagm.1997.0873): any two decisions of a person and month are independent of each other. The
    multiplication after it stirs the bits, so that three and more have nothing in common either.
    """
    h = first + number * second
    return (h ^ (h >> uint64(32))) * _STIR


@njit(forceinline=True)
def _inside(word):
    # Half a step in, so that neither end of the quantile is ever asked for.
    return (np.float64(word >> uint64(12)) + 0.5) * 2.0**-52


@njit(forceinline=True)
def _as_normal(word):
    return normal_(_inside(word))


@njit(forceinline=True)
def uniform_at(of, row, number):
    """The uniform of one row, in a compiled loop; `of` are the words of the month, `number` the decision's."""
    return _as_uniform(_stirred(of[0][row], of[1][row], number))


@njit(forceinline=True)
def normal_at(of, row, number):
    """The standard normal of one row, in a compiled loop."""
    return _as_normal(_stirred(of[0][row], of[1][row], number))


@njit()
def normals_among(of, rows, number):
    """The standard normals of some rows, float32: what `normal_at` gives one by one."""
    stirred, out = np.empty(rows.size, np.uint64), np.empty(rows.size, np.float32)
    for j in range(rows.size):
        stirred[j] = _stirred(of[0][rows[j]], of[1][rows[j]], number)
    for j in range(rows.size):
        out[j] = _as_normal(stirred[j])
    return out


@njit()
def _fill_words(first, second, seed, month, keys):
    for i in range(keys.size):
        first[i], second[i] = threefry2x64(seed, _MONTH, keys[i], month)


@njit()
def _fill(out, first, second, number):
    for i in range(out.size):
        out[i] = _as_uniform(_stirred(first[i], second[i], number))


@njit()
def _fill_normal(out, first, second, number):
    # What takes 64 bits a row first, then what takes 32, of which twice as many rows are worked out at a time.
    lean = np.empty(min(out.size, _AT_A_TIME), np.float32)
    for start in range(0, out.size, _AT_A_TIME):
        rows = min(out.size - start, _AT_A_TIME)
        one, two, to = first[start : start + rows], second[start : start + rows], out[start : start + rows]
        for i in range(rows):
            to[i], lean[i] = spread_(_inside(_stirred(one[i], two[i], number)))
        for i in range(rows):
            to[i] = quantile_(to[i], lean[i])


@njit()
def _fill_alone(out, seed, month, number, keys, normal):
    """One decision of a few: words, hash and number in one pass."""
    for i in range(keys.size):
        first, second = threefry2x64(seed, _MONTH, keys[i], month)
        word = _stirred(first, second, number)
        out[i] = _as_normal(word) if normal else _as_uniform(word)


# Rational approximation of the normal quantile (Acklam 2003, relative error below 1.2e-9),
# coded here because compiled kernels and their plain twins must give the same bits.
@njit()
def _lower_tail(p):
    q = np.sqrt(-2.0 * np.log(max(p, 1e-12)))
    top = ((((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838) * q
            - 2.549732539343734) * q + 4.374664141464968) * q + 2.938163982698783  # fmt: skip
    return top / ((((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996) * q
                   + 3.754408661907416) * q + 1.0)  # fmt: skip


@njit()
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


@lru_cache(maxsize=4096)  # the same few numbers of decisions, months and seeds
def _u64(value: int) -> np.uint64:
    return np.uint64(int(value) & 0xFFFFFFFFFFFFFFFF)


def number_of(decision: int) -> np.uint64:
    """The 64-bit number that stands for a decision in the hash, from its 32-bit one."""
    return _u64(decision * 0x9E3779B97F4A7C15)


def words(
    *, seed: int, month: int, keys: np.ndarray, out: tuple[np.ndarray, np.ndarray] | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Two words (uint64) for each of `keys` this month, from which all of their decisions are drawn; into `out` if given."""
    first, second = out or (np.empty(len(keys), np.uint64), np.empty(len(keys), np.uint64))
    _fill_words(first, second, _u64(seed), _u64(month), keys)
    return first, second


def draw_uniforms(out: np.ndarray, of: tuple[np.ndarray, np.ndarray], number: np.uint64) -> np.ndarray:
    """Fill float32 `out` with the uniforms of one decision; `of` are the words of the month."""
    _fill(out, of[0], of[1], number)
    return out


def draw_normals(out: np.ndarray, of: tuple[np.ndarray, np.ndarray], number: np.uint64) -> np.ndarray:
    """Fill float32 `out` with the standard normals of one decision; `of` are the words of the month."""
    _fill_normal(out, of[0], of[1], number)
    return out


def uniforms_of(of: tuple[np.ndarray, np.ndarray], number: np.uint64) -> np.ndarray:
    """The uniforms of all rows, float32: what `uniform_at` gives one by one."""
    return draw_uniforms(np.empty(of[0].size, np.float32), of, number)


def normals_of(of: tuple[np.ndarray, np.ndarray], number: np.uint64) -> np.ndarray:
    """The standard normals of all rows, float32: what `normal_at` gives one by one."""
    return draw_normals(np.empty(of[0].size, np.float32), of, number)


def fill_uniforms(out: np.ndarray, *, seed: int, decision: int, month: int, keys: np.ndarray) -> np.ndarray:
    """Fill float32 `out` with the uniforms of `keys` (uint64) for one decision and month."""
    _fill_alone(out, _u64(seed), _u64(month), number_of(decision), keys, False)
    return out


def fill_normals(out: np.ndarray, *, seed: int, decision: int, month: int, keys: np.ndarray) -> np.ndarray:
    """Fill float32 `out` with standard normals of `keys` (uint64) for one decision and month."""
    _fill_alone(out, _u64(seed), _u64(month), number_of(decision), keys, True)
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


@njit()
def _derive(numbers, seed, stream):
    out = np.empty(numbers.size, np.uint64)
    for i in range(numbers.size):
        out[i], _ = threefry2x64(seed, stream, numbers[i], stream)
    return out


@njit()
def _derive_pair(first, second, stream):
    out = np.empty(first.size, np.uint64)
    for i in range(first.size):
        out[i], _ = threefry2x64(first[i], second[i], stream, first[i] ^ second[i])
    return out
