"""All compiled loops of a block in one call, without Python between them.

A loop of the month takes some forty arrays. To find them, draw its luck and hand all over from Python takes 20
microseconds, seventy times a month: a third of the families' month of a small town. Here the engine writes where the
block's rows begin into one table of addresses (a *frame*), and a small piece of machine code, made once for a plan,
reads the addresses, draws the luck of each process and calls its compiled loop, one after the other. The loops are
the same machine code as ever, so that the results are the same to the last bit.

`Calls.of` answers None where this is not possible (a process of another package that is plain Python, a compiler
that lays out arguments in another way): then the engine calls the loops one by one.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Sequence
from typing import Any

import llvmlite.binding as llvm
import numpy as np
from llvmlite import ir
from numba import typeof, types
from numba.np.numpy_support import as_dtype

from hecsim import luck
from hecsim.columns import SCHEMA
from hecsim.compiled import kept
from hecsim.processes.base import Argument, Process

__all__ = ["CLOCK", "Calls", "Layout", "address", "describe"]

CLOCK = ("month", "calendar_month", "year", "h0", "p0")
_CODE: dict[Any, Any] = {}  # by plan and types of arguments: machine code that lives as long as the program


class Layout:
    """Where in a frame (int64) each thing stands that differs from block to block or month to month."""

    def __init__(self, plan: Sequence[Process]):
        found: dict[Any, int] = {}

        def place(key: Any, width: int = 1) -> int:
            if key not in found:
                found[key] = self.size
                self.size += width
            return found[key]

        self.size = 0
        arguments = [a for p in plan for a in p.arguments]
        self.drawn = tuple(dict.fromkeys(a.table for a in arguments if a.kind in ("uniform", "normal", "words")))
        asked = [(a.table, a.key) for a in arguments if a.kind == "column"]
        self.columns = list(dict.fromkeys([*((table, "key") for table in self.drawn), *asked]))
        self.levers = list(dict.fromkeys((a.key, a.table) for a in arguments if a.kind == "lever"))
        self.tables = tuple(
            dict.fromkeys(["person", "household", *(table for table, _ in self.columns), *(t for _, t in self.levers if t)])
        )
        drawn = [sum(a.kind in ("uniform", "normal") for a in p.arguments) for p in plan]
        self.buffers = max(drawn, default=0)
        # Each kind stands together, so that it is written in one go.
        for key in (
            *(("rows", t) for t in self.tables), *(("clock", c) for c in CLOCK), ("seed", ""),
            *(("column", t, c) for t, c in self.columns), *(("lever", *x) for x in self.levers),
            *(("words", t, k) for t in self.drawn for k in range(2)), *(("buffer", k) for k in range(self.buffers)),
        ):  # fmt: skip
            place(key)
        self.auxiliary = list(dict.fromkeys(a.key for a in arguments if a.kind == "auxiliary"))
        for name in self.auxiliary:
            place(("auxiliary", name), 8)  # address, values, and shape and strides of up to three dimensions
        self.place = found

    def span(self, kind: str) -> slice:
        """Where all entries of a kind stand."""
        places = [at for key, at in self.place.items() if key[0] == kind]
        return slice(min(places), max(places) + 1) if places else slice(0, 0)


def describe(values: np.ndarray) -> list[int]:
    """What a loop is told of an array: address, values, shape, strides."""
    return [address(values), values.size, *values.shape, *values.strides]


def address(values: np.ndarray) -> int:
    """Where an array begins."""
    return int(values.__array_interface__["data"][0])


class _Writer:
    """The code that reads a frame and calls one process."""

    def __init__(self, name: str, layout: Layout):
        self.lines = [f"define i32 @{name}(ptr %frame, ptr %fixed) {{", "  %none = alloca [8 x i64]", "  %told = alloca ptr"]
        self._layout, self._count = layout, 0
        self._known: dict[tuple[str, int, str], str] = {}

    def new(self, text: str) -> str:
        """A line that gives a value, and the value's name."""
        self._count += 1
        self.lines.append(f"  %v{self._count} = {text}")
        return f"%v{self._count}"

    def at(self, where: str, slot: int, kind: str = "i64") -> str:
        """The value at a place of the frame or of what is fixed."""
        key = where, slot, kind
        if key not in self._known:
            address = self.new(f"getelementptr i64, ptr %{where}, i64 {slot}")
            self._known[key] = self.new(f"load {kind}, ptr {address}")
        return self._known[key]

    def rows(self, key: Any, table: str, item: int, width: int, ndim: int) -> list[str]:
        """An array of a table's rows whose address stands at `key`."""
        place = self._layout.place
        n = self.at("frame", place["rows", table])
        data = self.at("frame", place[key], "ptr")
        if ndim == 1:
            return [f"ptr null, ptr null, i64 {n}, i64 {item}, ptr {data}, i64 {n}, i64 {item}"]
        values = self.new(f"mul i64 {n}, {width}")
        return [
            f"ptr null, ptr null, i64 {values}, i64 {item}, ptr {data}, i64 {n}, i64 {width}, i64 {item * width}, i64 {item}"
        ]

    def array(self, where: str, slot: int, item: int, ndim: int) -> list[str]:
        """An array that is told with its shape from `slot` on."""
        data, values = self.at(where, slot, "ptr"), self.at(where, slot + 1)
        rest = ", ".join(f"i64 {self.at(where, slot + 2 + k)}" for k in range(2 * ndim))
        return [f"ptr null, ptr null, i64 {values}, i64 {item}, ptr {data}, {rest}"]

    def call(self, address: int, operands: Iterable[str]) -> str:
        """Call a compiled loop; the code that it returns."""
        to = self.new(f"inttoptr i64 {address} to ptr")
        return self.new(f"call i32 {to}(ptr %none, ptr %told, {', '.join(operands)})")


class _Loops:
    """Where compiled loops lie. They stay there as long as this does.

    Those that nobody has called yet are linked straight from the object files that numba keeps: half a millisecond
    each, where it takes six to make one that can also be called from Python and compiled into others.
    """

    def __init__(self, wanted: Iterable[tuple[Any, tuple[Any, ...]]]):
        self._machine, self._target = _linker()
        self._known: dict[Any, tuple[Any, int | None]] = {}  # what numba tells about a loop, and its address
        for kernel, signature in wanted:
            kernel.targetctx.refresh()  # machine code calls what numba makes known then
            found = None if signature in kernel.overloads else kept(kernel, signature)
            if found is not None:
                self._machine.add_object_file(llvm.ObjectFileRef.from_data(found[0]))
                self._known[kernel, signature] = found[1], None
                continue
            kernel.compile(signature)
            made = kernel.overloads[signature]
            self._known[kernel, signature] = made.fndesc, made.library.get_pointer_to_function(made.fndesc.llvm_func_name)
        self._machine.finalize_object()

    def entry(self, kernel: Any, signature: tuple[Any, ...]) -> tuple[int, list[str]] | None:
        """Address of a loop for these types, and the types of what it is handed, one by one."""
        about, address = self._known[kernel, signature]
        if about.restype != types.none:
            return None
        if address is None:
            address = self._machine.get_function_address(about.llvm_func_name)
        kind = kernel.targetctx.call_conv.get_function_type(about.restype, about.argtypes)
        flat = ["ptr" if isinstance(t, ir.PointerType) else str(t) for t in kind.args]
        return (address, flat[2:]) if address and str(kind.return_type) == "i32" and flat[:2] == ["ptr", "ptr"] else None


class Calls:
    """Processes of a plan as one piece of code.

    layout : of the frames that `run` takes
    auxiliary : expected type of every auxiliary array, by name
    """

    def __init__(self, layout: Layout, code: Any, fixed: np.ndarray, auxiliary: dict[str, Any], kept: Any):
        self.layout, self.auxiliary = layout, auxiliary
        self._run, *_ = self._code = code
        self._fixed, self._kept = fixed, kept  # whose addresses are handed over

    def run(self, frame: np.ndarray) -> int:
        """Call all loops on a block; the position of the process that failed, or -1."""
        return int(self._run(address(frame), address(self._fixed)))

    @classmethod
    def of(cls, plan: Sequence[Process], arguments: Sequence[Sequence[Any]], numbers: dict[str, Any]) -> Calls | None:
        """The calls of these processes, of which `arguments` shows the types and fixed values; None if it cannot be done."""
        if not plan or not all(hasattr(p.kernel, "overloads") for p in plan):
            return None
        signatures = tuple(tuple(typeof(v) for v in values) for values in arguments)
        layout = Layout(plan)
        fixed, slots = _fixed(plan, arguments, numbers)
        key = tuple(id(p.kernel) for p in plan), tuple(a.name for p in plan for a in p.arguments), signatures
        if key not in _CODE:
            try:
                _CODE[key] = _compile(plan, signatures, layout, slots), plan  # the plan keeps its loops alive
            except (AttributeError, AssertionError, KeyError, RuntimeError, TypeError):  # the compiler is not as expected
                _CODE[key] = None, plan
        code, _ = _CODE[key]
        if code is None:
            return None
        auxiliary = {
            a.key: t for p, s in zip(plan, signatures, strict=True) for a, t in zip(p.arguments, s, strict=True)
            if a.kind == "auxiliary"
        }  # fmt: skip
        # Of what was shown only what stays the same is kept: slices would keep columns in memory that are laid out anew.
        kept = [
            v for p, values in zip(plan, arguments, strict=True) for a, v in zip(p.arguments, values, strict=True) if _stays(a)
        ]
        return cls(layout, code, fixed, auxiliary, kept)


def _stays(a: Argument) -> bool:
    """Whether an argument is the same in every block and month."""
    return a.kind in ("parameter", "decision") or a.key == "rules"


def _fixed(
    plan: Sequence[Process], arguments: Sequence[Sequence[Any]], numbers: dict[str, Any]
) -> tuple[np.ndarray, dict[tuple[int, int], int]]:
    """Parameters, rules and numbers of decisions as int64, and where each argument's stand, by process and position."""
    out: list[int] = []
    slots = {}
    for i, (p, values) in enumerate(zip(plan, arguments, strict=True)):
        for j, (a, value) in enumerate(zip(p.arguments, values, strict=True)):
            if _stays(a):
                slots[i, j] = len(out)
                if isinstance(value, np.ndarray):
                    out += describe(value)
                else:
                    out.append(int(np.asarray(value).reshape(1).view(np.int64)[0]))
            elif a.kind in ("uniform", "normal"):
                slots[i, j] = len(out)
                out.append(int(np.asarray(numbers[a.key]).reshape(1).view(np.int64)[0]))
    return np.array(out, np.int64), slots


def _compile(plan: Sequence[Process], signatures: Sequence[tuple[Any, ...]], layout: Layout, slots: dict[Any, int]) -> Any:
    float32, words = types.Array(types.float32, 1, "C"), types.Array(types.uint64, 1, "C")
    keys = types.Array(types.uint64, 1, "C", readonly=True)
    of_luck = (
        (luck._fill, (float32, words, words, types.uint64)), (luck._fill_normal, (float32, words, words, types.uint64)),
        (luck._fill_words, (words, words, types.uint64, types.uint64, keys)),
    )  # fmt: skip
    loops = _Loops([*of_luck, *((p.kernel, signature) for p, signature in zip(plan, signatures, strict=True))])
    fill, fill_normal, fill_words = (loops.entry(*one) for one in of_luck)
    if fill is None or fill_normal is None or fill_words is None:
        return None
    parts = []
    opening = _Writer("begin", layout)
    for table in layout.drawn:
        place = layout.place
        first, second = (opening.rows(("words", table, k), table, 8, 1, 1) for k in range(2))
        seed, month = opening.at("frame", place["seed", ""]), opening.at("frame", place["clock", "month"])
        of = opening.rows(("column", table, "key"), table, 8, 1, 1)
        opening.call(fill_words[0], [*first, *second, f"i64 {seed}", f"i64 {month}", *of])
    parts.append([*opening.lines, "  ret i32 0", "}"])
    body = ["  call i32 @begin(ptr %frame, ptr %fixed)"]
    for i, (p, signature) in enumerate(zip(plan, signatures, strict=True)):
        loop = loops.entry(p.kernel, signature)
        if loop is None:
            return None
        w = _Writer(f"p{i}", layout)
        operands, buffer = [], 0
        for j, (a, kind) in enumerate(zip(p.arguments, signature, strict=True)):
            if a.kind in ("uniform", "normal"):
                made = w.rows(("buffer", buffer), a.table, 4, 1, 1)
                of = [x for k in range(2) for x in w.rows(("words", a.table, k), a.table, 8, 1, 1)]
                w.call((fill if a.kind == "uniform" else fill_normal)[0], [*made, *of, f"i64 {w.at('fixed', slots[i, j])}"])
                buffer += 1
            else:
                made = _operand(w, layout, a, kind, slots.get((i, j), -1))
            operands += made
        handed = [x.strip().split(" ")[0] for x in ", ".join(operands).split(",")]
        if handed != loop[1]:
            return None  # the compiler hands over arguments in another way
        result = w.call(loop[0], operands)
        parts.append([*w.lines, f"  ret i32 {result}", "}"])
        body += [
            f"  %r{i} = call i32 @p{i}(ptr %frame, ptr %fixed)", f"  %a{i} = icmp eq i32 %r{i}, 0",
            f"  %b{i} = icmp eq i32 %r{i}, -2", f"  %c{i} = or i1 %a{i}, %b{i}",
            f"  br i1 %c{i}, label %next{i}, label %bad{i}", f"bad{i}:", f"  ret i64 {i}", f"next{i}:",
        ]  # fmt: skip
    parts.append(["define i64 @run(ptr %frame, ptr %fixed) {", *body, "  ret i64 -1", "}"])
    text = "\n".join(x for lines in parts for x in lines)
    return *_machine_code(text), loops


def _operand(w: _Writer, layout: Layout, a: Argument, kind: Any, slot: int) -> list[str]:
    """How an argument of this type is handed to a loop."""
    place = layout.place
    item = as_dtype(kind.dtype).itemsize if isinstance(kind, types.Array) else 0
    if a.kind == "column":
        width = {c.name: c.width for c in SCHEMA[a.table]}[a.key]
        return w.rows(("column", a.table, a.key), a.table, item, width, kind.ndim)
    if a.kind == "words":
        return [x for k in range(2) for x in w.rows(("words", a.table, k), a.table, 8, 1, 1)]
    if a.kind == "lever":
        if a.table:
            return w.rows(("lever", a.key, a.table), a.table, 4, 1, 1)
        return [f"double {w.at('frame', place['lever', a.key, ''], 'double')}"]
    if a.kind == "auxiliary":
        return w.array("frame", place["auxiliary", a.key], item, kind.ndim)
    if a.kind == "clock" and a.key != "rules":
        return [f"i64 {w.at('frame', place['clock', a.key])}"]
    if isinstance(kind, types.Array):
        return w.array("fixed", slot, item, kind.ndim)
    if kind == types.float64:
        return [f"double {w.at('fixed', slot, 'double')}"]
    return [f"i64 {w.at('fixed', slot)}"]


def _linker(text: str = "") -> tuple[Any, Any]:
    """What makes machine code of a piece of code and links it, and what it does this for."""
    module = llvm.parse_assembly(text)
    module.verify()
    target = llvm.Target.from_default_triple().create_target_machine(opt=0, codemodel="jitdefault")
    return llvm.create_mcjit_compiler(module, target), target


def _machine_code(text: str) -> Any:
    """The function `run` of a piece of code, and what has to stay alive for it."""
    machine, target = _linker(text)
    machine.finalize_object()
    run = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p, ctypes.c_void_p)(machine.get_function_address("run"))
    return run, machine, target
