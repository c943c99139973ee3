"""Expressions in trial files: `age < 3 and poverty_ratio <= 1.85`, over columns of a community.

The grammar is that of Python's comparisons and arithmetic, parsed by Python's own parser and evaluated
here over whole columns; nothing else of Python is allowed. What a name means depends on the rows:

    persons         age (years), age_months, every column of persons, then those of their home,
                    neighborhood and town; bmi_reported, neighborhood_name, town_name
    households      every column of households, then of the neighborhood and town
    neighborhoods   every column of neighborhoods, then of the town

With a dot: home.x, neighborhood.x, town.x; mother.x and caregiver.x (the woman of the couple that heads
the home, or the householder) for persons and households; lever.x this month; parameter.room.name.
Coded columns compare with their labels: labor == "unemployed", race in ("Black", "Hispanic").
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from hecsim import luck
from hecsim.errors import ScenarioError, UnknownNameError
from hecsim.trials.view import Values, View

__all__ = ["FUNCTIONS", "evaluate", "parse"]

_ARITHMETIC: Mapping[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.Pow: operator.pow,
}  # fmt: skip
_COMPARE: Mapping[type, Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}  # fmt: skip
FUNCTIONS: Mapping[str, str] = {
    "abs": "abs(x)", "log": "log(x), natural", "exp": "exp(x)", "sqrt": "sqrt(x)", "round": "round(x)",
    "min": "min(x, y, ...), row by row", "max": "max(x, y, ...), row by row",
    "between": "between(x, low, high): low <= x < high", "where": "where(condition, x, y)",
    "bits": 'bits(x): how many bits are set; bits(x, "a", "b") counts only those labels',
    "has": 'has(x, "label"): whether the bit of that label is set, such as has(ace_bits, "physical abuse")',
    "any": "any(x): whether any resident of the home (at a person or household; x over persons)",
    "count": "count(x): how many residents of the home", "mean": "mean(x): mean over residents of the home",
    "total": "total(x): sum over residents of the home", "lowest": "lowest(x): least over residents of the home",
    "highest": "highest(x): greatest over residents of the home",
    "near": "near(x): mean over residents of the neighborhood (x over persons)",
    "known": "known(x): whether there is a value, such as known(mother.age)",
    "chance": 'chance(p, "name"): true for a share p of rows, the same rows always under that name',
}  # fmt: skip
_HOME = ("any", "count", "mean", "total", "lowest", "highest", "near")


@dataclass
class _Where:
    """What an expression is and where it stands, for messages."""

    text: str
    file: Any = None
    key: str | None = None

    def wrong(self, message: str, hint: str | None = None) -> ScenarioError:
        return ScenarioError(f"{message} in '{self.text}'", file=self.file, key=self.key, hint=hint)


@cache
def _tree(text: str) -> ast.expr:
    return ast.parse(text.strip(), mode="eval").body


def parse(text: str, *, file: Any = None, key: str | None = None) -> ast.expr:
    """The parsed expression; `ScenarioError` where it is not one."""
    try:
        return _tree(text)
    except (SyntaxError, ValueError, MemoryError, RecursionError) as problem:  # the last two: nested hundreds deep
        detail = getattr(problem, "msg", None) or str(problem)
        hint = "Compare with ==, and join conditions with 'and' and 'or'" if "=" in text or "&" in text else None
        raise ScenarioError(f"'{text}' is not an expression ({detail})", file=file, key=key, hint=hint) from None


def evaluate(text: str, view: View, table: str, *, file: Any = None, key: str | None = None) -> np.ndarray:
    """Value of an expression at every row of a table, array (rows,); an empty one is true everywhere.

    Raises
    ------
    ScenarioError, UnknownNameError : naming the expression, and the nearest name that exists
    """
    size = view.size(table)
    if not text:
        return np.ones(size, bool)
    where = _Where(text, file, key)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        found = _eval(parse(text, file=file, key=key), view, table, where)
    if isinstance(found, str):
        raise where.wrong(f"'{found}' stands alone", "Compare it with a column")
    array = np.asarray(found.array)
    return np.full(size, array) if array.ndim == 0 else array


def _eval(node: ast.expr, view: View, table: str, where: _Where) -> Any:
    """A `Values`, or a string constant."""
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.Constant(value=bool() | int() | float() as number):
            return Values(np.asarray(number))
        case ast.Name(id=name):
            return _named(name, view, table, where)
        case ast.Attribute():
            return _named(_dotted(node, where), view, table, where)
        case ast.BoolOp(op=op, values=parts):
            arrays = [_truth(_eval(p, view, table, where), where) for p in parts]
            joined: Any = arrays[0]
            for a in arrays[1:]:
                joined = (joined & a) if isinstance(op, ast.And) else (joined | a)
            return Values(joined)
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            return Values(~_truth(_eval(inner, view, table, where), where))
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() as op, operand=inner):
            signed = _number(_eval(inner, view, table, where), where)
            return Values(-signed if isinstance(op, ast.USub) else signed)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
            a, b = (_number(_eval(x, view, table, where), where) for x in (left, right))
            return Values(_ARITHMETIC[type(op)](a, b))
        case ast.Compare():
            return _compared(node, view, table, where)
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
            return _called(name, args, view, table, where)
    raise where.wrong(
        f"'{ast.unparse(node)}' is not understood", "Use comparisons, arithmetic, and, or, not, and the functions"
    )


def _dotted(node: ast.expr, where: _Where) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value, where)}.{node.attr}"
    raise where.wrong(f"'{ast.unparse(node)}' is not a name")


def _named(name: str, view: View, table: str, where: _Where) -> Values:
    try:
        return view.find(table, name)
    except UnknownNameError as problem:
        problem.args = (f"{_at(where)}{problem.args[0]} in '{where.text}'",)
        problem.file, problem.key = where.file, where.key
        raise


def _at(where: _Where) -> str:
    place = f"{where.file or ''}{f' [{where.key}]' if where.key else ''}".strip()
    return f"{place}: " if place else ""


def _number(value: Any, where: _Where) -> np.ndarray:
    if isinstance(value, str) or value.array.dtype.kind in "OUS":
        raise where.wrong("text cannot be reckoned with")
    array = value.array
    return array.astype(float) if array.dtype.kind in "biu" else np.asarray(array, float)


def _truth(value: Any, where: _Where) -> np.ndarray:
    if isinstance(value, str):
        raise where.wrong(f'"{value}" is neither true nor false', 'Write the comparison out: a == "x" or a == "y"')
    return value.array != 0 if value.array.dtype != bool else value.array


def _compared(node: ast.Compare, view: View, table: str, where: _Where) -> Values:
    left, out = _eval(node.left, view, table, where), None
    for op, right_node in zip(node.ops, node.comparators, strict=True):
        if isinstance(op, (ast.In, ast.NotIn)):
            if not isinstance(right_node, (ast.Tuple, ast.List, ast.Set)):
                raise where.wrong("'in' needs a list in brackets")
            choices = [_eval(c, view, table, where) for c in right_node.elts]
            found = np.zeros((), bool)
            for choice in choices:
                found = found | _one(ast.Eq(), left, choice, where)
            step, right = (found if isinstance(op, ast.In) else ~found), left
        else:
            right = _eval(right_node, view, table, where)
            step = _one(op, left, right, where)
        out = step if out is None else out & step
        left = right
    assert out is not None
    return Values(out)


def _one(op: ast.cmpop, left: Any, right: Any, where: _Where) -> np.ndarray:
    if type(op) not in _COMPARE:
        raise where.wrong("only <, <=, >, >=, ==, != and in compare")
    if isinstance(left, str) and isinstance(right, str):
        raise where.wrong("two texts are compared")
    if isinstance(left, str) or isinstance(right, str):
        column, text = (right, left) if isinstance(left, str) else (left, right)
        if column.array.dtype.kind in "OUS":
            return np.asarray(_COMPARE[type(op)](column.array, text), bool)
        code = _code(column, text, where)
        a, b = (code, column.array) if isinstance(left, str) else (column.array, code)
        return np.asarray(_COMPARE[type(op)](a, b))
    return np.asarray(_COMPARE[type(op)](_number(left, where), _number(right, where)))


def _code(column: Values, text: str, where: _Where) -> int:
    labels = {c.lower(): i for i, c in enumerate(column.codes)}
    if not labels:
        raise where.wrong(f'"{text}" is compared with a column of numbers')
    if text.lower() not in labels:
        raise UnknownNameError(text, column.codes, what=f"label in '{where.text}'", file=where.file, key=where.key)
    return labels[text.lower()]


def _called(name: str, args: list[ast.expr], view: View, table: str, where: _Where) -> Values:
    if name not in FUNCTIONS:
        raise UnknownNameError(name, FUNCTIONS, what=f"function in '{where.text}'", file=where.file, key=where.key)
    if not args:
        raise where.wrong(f"{name}() needs something in its brackets", FUNCTIONS[name])
    if name in _HOME:
        if len(args) != 1 or table not in ("person", "household", "neighborhood"):
            raise where.wrong(f"{name} does not fit here", FUNCTIONS[name])
        inner = _eval(args[0], view, "person", where)
        values = _truth(inner, where) if name in ("any", "count") else _number(inner, where)
        return Values(view.gathered(name, np.broadcast_to(values, (view.size("person"),)), table))
    parts = [_eval(a, view, table, where) for a in args]
    needed = {"min": 2, "max": 2, "between": 3, "where": 3, "has": 2, "chance": 2}.get(name, 1)
    if len(parts) < needed:
        raise where.wrong(f"{name} needs {needed} entries", FUNCTIONS[name])
    if name in ("bits", "has"):
        return _bits(name, parts, where)
    if name == "known":
        return Values(np.isfinite(_number(parts[0], where)))
    if name == "chance":
        if not isinstance(parts[1], str):
            raise where.wrong("chance needs a name in quotes", FUNCTIONS[name])
        u = luck.uniforms(seed=view.seed, decision=f"trial.chance.{parts[1]}", month=0, keys=view.keys(table))
        return Values(u < _number(parts[0], where))
    numbers = [_number(p, where) for p in parts]
    if name == "between":
        return Values((numbers[0] >= numbers[1]) & (numbers[0] < numbers[2]))
    if name == "where":
        return Values(np.where(numbers[0] != 0, numbers[1], numbers[2]))
    if name in ("min", "max"):
        pick = np.minimum if name == "min" else np.maximum
        least = numbers[0]
        for more in numbers[1:]:
            least = np.asarray(pick(least, more))
        return Values(least)
    plain: Any = {"abs": np.abs, "log": np.log, "exp": np.exp, "sqrt": np.sqrt, "round": np.rint}[name]
    return Values(np.asarray(plain(numbers[0])))


def _bits(name: str, parts: list[Any], where: _Where) -> Values:
    column = parts[0]
    if isinstance(column, str) or column.array.dtype.kind != "u":
        raise where.wrong(f"{name} needs a column of bits first", FUNCTIONS[name])
    labels = parts[1:]
    if not all(isinstance(x, str) for x in labels):
        raise where.wrong(f"{name} needs labels in quotes", FUNCTIONS[name])
    mask = sum({1 << _code(column, x, where) for x in labels}) if labels else np.iinfo(column.array.dtype).max
    set_ = np.bitwise_count(column.array & column.array.dtype.type(mask))
    return Values(set_ > 0 if name == "has" else set_.astype(float))
