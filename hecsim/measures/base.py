"""What a measure is: a numerator and a denominator per row, a unit, a yardstick.

A measure is a function of columns, written once for whole arrays. The names of its arguments say
what it needs, as for processes:

    p_age, h_tenure      columns of persons or households
    ph_tenure            the household's value, at each of its persons
    pn_safety, hn_safety the neighborhood's value, at each person or household
    k_weight__share      a parameter

It sees the rows of those who are present and, with `ages`, of that age; the order of rows means
nothing. It returns the numerator of each row; the denominator is then 1 a row, or a month in years
for a flow. Where that is not so it returns `(numerator, denominator)`. Keeping both parts lets
results be added up again over places, groups and months.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from hecsim.errors import HecsimError

__all__ = ["MEASURES", "Measure", "measure"]

Kind = Literal["level", "flow", "money", "count"]


@dataclass(frozen=True)
class Measure:
    """A number per month, by group and place.

    name, label : identifier and plain words
    table : "person" or "household": whose rows are counted
    unit : of numerator over denominator, after `factor`
    kind : "level" (a state), "flow" (events; the denominator is person-years), "money" ($ per month) or
        "count" (the numerator alone)
    factor : multiplies the ratio, such as 100 for percent
    better : "lower", "higher" or "" (neither)
    yardstick : how it is observed: "true event", "adult recall", "known to child protection", ...
    topic : heading under which reports show it
    label_es : plain words in Spanish
    ages : who is counted: from this age, below that one, in months; None for no limit
    """

    name: str
    label: str
    table: Literal["person", "household"]
    unit: str
    function: Callable[..., Any]
    kind: Kind = "level"
    factor: float = 1.0
    better: str = ""
    yardstick: str = "simulated state"
    topic: str = "other"
    label_es: str = ""
    arguments: tuple[str, ...] = field(default=())
    ages: tuple[int, int | None] = (0, None)


MEASURES: dict[str, Measure] = {}


def measure(
    label: str,
    *,
    table: Literal["person", "household"] = "person",
    unit: str,
    kind: Kind = "level",
    factor: float = 1.0,
    better: str = "",
    yardstick: str = "simulated state",
    topic: str = "other",
    label_es: str = "",
    name: str | None = None,
    ages: tuple[int, int | None] = (0, None),
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a measure; the function's name is the measure's unless `name` is given."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        known = name or function.__name__
        if known in MEASURES:
            raise HecsimError(f"measure '{known}' is declared twice")
        arguments = tuple(inspect.signature(function).parameters)
        if ages != (0, None) and table != "person":
            raise HecsimError(f"measure '{known}': only persons have an age")
        letter = table[0]
        for a in arguments:
            head = a.partition("_")[0]
            if head not in (letter, "k", f"{letter}h" if letter == "p" else "", f"{letter}n"):
                raise HecsimError(f"measure '{known}': argument '{a}' does not fit a measure over {table} rows")
        MEASURES[known] = Measure(
            known, label, table, unit, function, kind, factor, better, yardstick, topic, label_es, arguments, ages
        )
        return function

    return register
