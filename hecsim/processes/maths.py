"""What compiled loops share: hazards without exponentials, households of persons, tables by month of age.

`happens` and `turns` ask for an exponential only where a cheap upper bound of the chance lies above
the number drawn, which for rare events is almost never; what they answer is exactly what the formula
says. A loop over people is fast if it has no branch and looks nothing up: so kernels look things up
in a short loop of their own and do the arithmetic in the next.
"""

from __future__ import annotations

from typing import Any

import llvmlite.binding as llvm
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from hecsim.arithmetic import exp_, log_
from hecsim.compiled import njit
from hecsim.processes.ace_bits import ADULT, CORE_MASK

__all__ = ["MONTHS_OF_LIFE", "by_month", "children", "core_count", "exp_", "happens", "home", "listed", "log_", "turns"]

_AT_ONCE = 16  # rows of which those marked are put side by side in one go
# One instruction of processors with AVX-512 does it, if the compiler knows its name; others take row by row.
_PACKS = bool(llvm.get_host_cpu_features().get("avx512f")) and llvm.llvm_version_info >= (20,)
MONTHS_OF_LIFE = 1441  # ages in months that tables by month of age hold: 0 to 120 years


@njit(forceinline=True, error_model="numpy")
def happens(u, hazard):
    """Whether an event of this hazard over the month happens to the number u: u < 1 - exp(-hazard)."""
    # 1 - exp(-x) never exceeds x, and the few for whom that does not decide get the exponential.
    return u < hazard and u < -np.expm1(-hazard)


@njit(forceinline=True, error_model="numpy")
def turns(u, p, m):
    """Whether u lies below the chance whose hazard is m times that of p: u < 1 - (1 - p)^m."""
    # -log(1 - p) never exceeds p / (1 - p).
    return u * (1.0 - p) < m * p and u < -np.expm1(m * np.log1p(-p))


@njit(forceinline=True, error_model="numpy")
def home(household, present, first):
    """Local row of a person's household, 0 for a row not in use (which may point anywhere).

    Unsigned, so that the compiler needs no test for counting from the end.
    """
    return np.uint64(np.int64(household) - first) if present != 0 else np.uint64(0)


@njit(forceinline=True, error_model="numpy")
def core_count(bits):
    """How many of the ten core adversities a mask holds, by adding bits instead of looking them up."""
    x = np.int64(bits) & CORE_MASK
    x = x - ((x >> 1) & 0x5555)
    x = (x & 0x3333) + ((x >> 2) & 0x3333)
    x = (x + (x >> 4)) & 0x0F0F
    return np.float64((x + (x >> 8)) & 0x1F)


@njit(error_model="numpy")
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


@intrinsic
def _packed(typing: Any, mask: Any, first: Any, rows: Any, count: Any) -> Any:
    """Write those of sixteen rows from `first` on that are marked behind the `count` rows listed, and give how many.

    All sixteen places are written to, so `rows` has as many to spare.
    """

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        _, at, _, found = arguments
        marks, listing = (
            context.make_array(signature.args[k])(context, builder, arguments[k]).data for k in (0, 2)
        )  # fmt: skip
        byte, number, bit = (ir.VectorType(ir.IntType(bits), _AT_ONCE) for bits in (8, 32, 1))
        read = builder.load(builder.bitcast(builder.gep(marks, [at]), byte.as_pointer()), align=1)
        keep = builder.icmp_unsigned("!=", read, ir.Constant(byte, [0] * _AT_ONCE))
        none = ir.Constant(number, ir.Undefined)
        start = builder.insert_element(none, builder.trunc(at, ir.IntType(32)), ir.Constant(ir.IntType(32), 0))
        same = builder.shuffle_vector(start, none, ir.Constant(number, [0] * _AT_ONCE))
        row = builder.add(same, ir.Constant(number, list(range(_AT_ONCE))))
        kind = ir.FunctionType(number, [number, bit, number])
        name = f"llvm.experimental.vector.compress.v{_AT_ONCE}i32"
        side_by_side = builder.call(cgutils.get_or_insert_function(builder.module, kind, name), [row, keep, row])
        builder.store(side_by_side, builder.bitcast(builder.gep(listing, [found]), number.as_pointer()), align=4)
        return builder.zext(builder.ctpop(builder.bitcast(keep, ir.IntType(_AT_ONCE))), ir.IntType(64))

    return types.int64(mask, types.int64, rows, types.int64), build


@njit(error_model="numpy")
def _listed_at_once(mask):
    n, rows, count = mask.size, np.empty(mask.size + _AT_ONCE, np.uint32), 0
    for k in range(n // _AT_ONCE):
        count += _packed(mask, k * _AT_ONCE, rows, count)
    for i in range(n - n % _AT_ONCE, n):
        rows[count] = i
        count += mask[i] != 0
    return rows[:count]


@njit(error_model="numpy")
def _listed_one_by_one(mask):
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


_listing = _listed_at_once if _PACKS else _listed_one_by_one


@njit(error_model="numpy")
def listed(mask):
    """Rows whose mark (uint8) is not zero, uint32, in order.

    A loop that marks has no branch, and one over the few that are marked guesses wrong no more often than it must.
    """
    return _listing(mask)


@njit(error_model="numpy")
def children(present, age):
    """Rows of the people below eighteen, uint32: loops over children visit these and ask nobody's age."""
    young = np.empty(present.size, np.uint8)
    for i in range(present.size):
        young[i] = (present[i] != 0) & (age[i] < ADULT)
    return listed(young)
