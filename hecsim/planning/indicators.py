"""Indicators of a place with how far they may be off, beside the state's, among its groups and neighborhoods.

Intervals are of 95 percent. Survey shares: Wilson's interval (`statsmodels`) with the effective sample of five years of the
American Community Survey. Counts: Poisson. Medians: the published margin of error. Modeled figures: a relative error that is
judgment, because the published tables carry the estimates alone.

>>> from hecsim import geography
>>> row = measure(geography.select("Hartford"), indicators()["poor_below_200"])
>>> row["low"] < row["value"] < row["high"], row["against_state"]
(True, 'worse')
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.rates import confint_poisson

from hecsim import geography
from hecsim.evidence import parameter
from hecsim.geography import Geography
from hecsim.population.places import labels

__all__ = ["Indicator", "group_gaps", "indicators", "measure", "needs_file", "neighborhood_gaps", "wholes"]

_Z95, _Z90 = float(norm.ppf(0.975)), float(norm.ppf(0.95))  # the Census Bureau's margins are of 90 percent
_PER_CHILDREN = 1000  # scale in which rates of counts are shown
_PER_RESIDENTS = 100_000
_TEENS = 4 / 13  # ages 16 to 19 over ages 5 to 17, as if ages were even

ERRORS: Mapping[str, str] = {
    "survey": "sampling error of a survey, approximate",
    "margin": "published margin of error",
    "count": "chance in a yearly count (Poisson); what is not reported is not in it",
    "model": "modeled small-area figure; its relative error is judgment",
    "labor": "modeled figure without a published error; its relative error is judgment",
}


@cache
def _described(column: str) -> dict[str, Any]:
    """The row of the tables' dictionary."""
    return dict(_dictionary().xs(column, level="column").iloc[0])


@cache
def _dictionary() -> pd.DataFrame:
    return geography.dictionary()


@dataclass(frozen=True, slots=True)
class Indicator:
    """One figure: column of the tables, its need, who could be counted, kind of error, and which way is worse."""

    column: str
    need: str
    whole: str
    error: str
    worse: str

    @property
    def meaning(self) -> str:
        """In the words of the tables' dictionary."""
        return str(_described(self.column)["meaning"])

    @property
    def unit(self) -> str:
        """Unit of the figure as shown."""
        if self.error == "count":
            return "a year for 1,000 children" if self.whole == "children" else "a year for 100,000 residents"
        return "$" if self.error == "margin" else "share"

    @property
    def source(self) -> str:
        """Publisher, title and years."""
        row = _described(self.column)
        return f"{row['source']}, {row['vintage']}"


@cache
def needs_file() -> Mapping[str, Any]:
    """data/needs.toml: weights, needs with indicators and causes, kinds of service, assets."""
    return tomllib.loads((resources.files("hecsim.planning") / "data" / "needs.toml").read_text(encoding="utf-8"))


@cache
def indicators() -> Mapping[str, Indicator]:
    """All indicators by column, in the order of the needs."""
    rows = [Indicator(need=n, **i) for n, entry in needs_file()["need"].items() for i in entry["indicators"]]
    return {i.column: i for i in rows}


def wholes(table: pd.DataFrame) -> pd.DataFrame:
    """The table with the counts that shares are of: children, seniors, adults, adults_18_64, teens, owner_households."""
    people = table["population"].astype(float)
    children = people * (table["age_0_4"] + table["age_5_17"]).fillna(0.0)
    seniors = people * table["age_65_up"].fillna(0.0)
    return table.assign(
        children=children, seniors=seniors, adults=people - children, adults_18_64=people - children - seniors,
        teens=people * table["age_5_17"].fillna(0.0) * _TEENS,
        owner_households=(table["households"] - table["renter_households"]).astype(float),
    )  # fmt: skip


@cache
def _every(level: str) -> pd.DataFrame:
    return wholes(geography.towns() if level == "town" else geography.tracts())


@lru_cache(maxsize=8)
def _here(place: Geography, level: str) -> pd.DataFrame:
    """The place's table with its wholes; kept, because every indicator asks for it."""
    return wholes(place.town_table if level == "town" else place.tracts)


@lru_cache(maxsize=8)
def _names(place: Geography) -> np.ndarray:
    return np.array(labels(place)["neighborhood"])


def _table(place: Geography, i: Indicator) -> tuple[pd.DataFrame, pd.DataFrame, str]:
    """Rows of the place, rows to compare with, and what these are."""
    if i.column in place.town_table and i.column in _every("town"):
        return _here(place, "town"), _every("town"), "the state"
    covered = _every("tract")[i.column].notna().groupby(_every("tract")["town"]).mean()
    few = int((covered > 0).sum()) < len(covered) / 2  # a survey of some cities only
    return _here(place, "tract"), _every("tract"), "the cities that have it" if few else "all tracts that have it"


def _rate(table: pd.DataFrame, i: Indicator) -> tuple[float, float, float]:
    """Value, count of those who could be counted, and events (for counts)."""
    known = table[table[i.column].notna() & (table[i.whole] > 0)]
    whole = known[i.whole].to_numpy(float)
    if not len(known) or whole.sum() <= 0:
        return math.nan, 0.0, 0.0
    values = known[i.column].to_numpy(float)
    if i.error == "count" and i.whole == "children":
        return float(values.sum() / whole.sum() * _PER_CHILDREN), float(whole.sum()), float(values.sum())
    if i.error == "count":  # a rate as published
        return float(np.average(values, weights=whole)), float(whole.sum()), float((values * whole).sum() / _PER_RESIDENTS)
    return float(np.average(values, weights=whole)), float(whole.sum()), 0.0


def _value(name: str) -> float:
    return float(np.asarray(parameter(name).value))


def interval(value: float, whole: float, error: str, *, events: float = 0.0, margin: float = math.nan) -> tuple[float, float]:
    """95 percent interval of a figure; NaN where it is unknown."""
    if math.isnan(value):
        return math.nan, math.nan
    if error == "survey":
        effective = whole * _value("planning.acs_sample") / _value("planning.acs_design_effect")
        low, high = proportion_confint(value * effective, max(effective, 1e-9), method="wilson")
        return float(low), float(high)
    if error == "count":
        scale = value / events if events > 0 else 0.0
        low, high = confint_poisson(events, 1.0, method="exact-c")
        return float(low) * scale, float(high) * scale
    if error == "margin":
        half = margin * _Z95 / _Z90
        return value - half, value + half
    name = "planning.small_area_error" if error == "model" else "planning.labor_area_error"
    # The error is relative to the smaller side: a share of 80 percent is known as well as one of 20 percent.
    half = _Z95 * _value(name) * min(value, 1.0 - value)
    return value - half, value + half


def measure(place: Geography, i: Indicator) -> dict[str, Any]:
    """One indicator of a place: value, interval, the state's value, and whether the difference is beyond the error."""
    here, there, base = _table(place, i)
    value, whole, events = _rate(here, i)
    state = _state(place, i, there)
    everybody = float(here[i.whole].sum())
    low, high = interval(value, whole, i.error, events=events, margin=_margin(here, i))
    if math.isnan(value) or math.isnan(low):
        against = "unknown"
    elif low <= state <= high:
        against = "no clear difference"
    else:
        against = "worse" if (value > state) == (i.worse == "high") else "better"
    affected = (
        whole * value if i.unit == "share" and i.worse == "high" else whole * (1 - value) if i.unit == "share" else events
    )
    return {
        "column": i.column, "need": i.need, "meaning": i.meaning, "value": value, "low": low, "high": high, "state": state,
        "compared_with": base, "against_state": against, "worse_is": i.worse, "unit": i.unit, "people": affected,
        "covers": whole / everybody if everybody > 0 else 0.0,
        "error": i.error, "error_means": ERRORS[i.error], "source": i.source,
    }  # fmt: skip


def _state(place: Geography, i: Indicator, there: pd.DataFrame) -> float:
    state = geography.state_marginals()
    if i.column in state.index and pd.notna(state[i.column]):
        return float(state[i.column])
    return _rate(there, i)[0]


def _margin(table: pd.DataFrame, i: Indicator) -> float:
    name = f"{i.column}_moe"
    if i.error != "margin" or name not in table:
        return math.nan
    known = table[table[i.column].notna() & table[name].notna()]
    weight = known[i.whole].to_numpy(float)
    return float(np.sqrt(((known[name].to_numpy(float) * weight) ** 2).sum()) / weight.sum()) if len(known) else math.nan


def neighborhood_gaps(place: Geography, i: Indicator, *, worst: int = 3) -> dict[str, Any] | None:
    """How an indicator differs among neighborhoods, the worst of them by name, and where each group lives.

    Where a group lives: the figure of the neighborhood of the average resident of that group. It says what surrounds people,
    not what they are like. None where the tracts do not have the indicator, or there are fewer than three.
    """
    if i.column not in place.tracts:
        return None
    names, table = _names(place), _here(place, "tract")
    known = (table[i.column].notna() & (table[i.whole] > 0)).to_numpy()
    if known.sum() < 3:
        return None
    t, sign = table[known], 1.0 if i.worse == "high" else -1.0
    values, weight = t[i.column].to_numpy(float), t[i.whole].to_numpy(float)
    order = np.argsort(values, kind="stable")
    at = (np.cumsum(weight[order]) - weight[order] / 2) / weight.sum()
    tenth, ninetieth = (float(np.interp(q, at, values[order])) for q in (0.1, 0.9))
    named = names[known]
    rows = []
    for j in sorted(range(len(t)), key=lambda j: (-sign * values[j], named[j]))[:worst]:
        margin = float(t[f"{i.column}_moe"].iloc[j]) if f"{i.column}_moe" in t else math.nan
        low, high = interval(float(values[j]), float(weight[j]), i.error, margin=margin)
        rows.append({"neighborhood": str(named[j]), "value": float(values[j]), "low": low, "high": high})
    groups = {}
    for race in ("white", "black", "hispanic", "asian"):
        people = (t["population"] * t[f"race_{race}"]).to_numpy(float)
        if people.sum() > 0:
            groups[race] = float(np.average(values, weights=people))
    mean = float(np.average(values, weights=weight))
    return {
        "column": i.column, "need": i.need, "meaning": i.meaning, "tenth": tenth, "ninetieth": ninetieth,
        "spread": (ninetieth - tenth) / mean if mean else 0.0, "worst": rows, "where_groups_live": groups, "unit": i.unit,
    }  # fmt: skip


_AGES = {"under 6": ("0_5",), "6 to 17": ("6_11", "12_17")}
_POOR = ("below_050", "050_074", "075_099", "100_124", "125_149", "150_174", "175_184", "185_199")
_RACES = {"White, not Hispanic": "white_not_hispanic", "Black": "black", "Hispanic": "hispanic", "Asian": "asian"}


def group_gaps(place: Geography) -> list[dict[str, Any]]:
    """What the tables measure by group: poverty by age, rent burden by income, cars by size of home, renting by race."""
    out: list[dict[str, Any]] = []

    def add(need: str, what: str, group: str, part: float, whole: float) -> None:
        if whole > 0:
            low, high = interval(part / whole, whole, "survey")
            out.append({"need": need, "what": what, "group": group, "value": part / whole, "low": low, "high": high})

    def sums(name: str) -> dict[tuple[str, ...], float]:
        table = place.joint(name, "town")
        return (
            {}
            if table is None
            else {tuple(k): float(v) for k, v in zip(table.columns.to_list(), table.sum().to_numpy(float), strict=True)}
        )

    ages = sums("age_poverty")
    if len(ages):
        rest = [a for a in dict.fromkeys(a for a, _ in ages) if a not in ("0_5", "6_11", "12_17")]
        old = tuple(a for a in rest if a.split("_")[0].isdigit() and int(a.split("_")[0]) >= 65)
        for group, parts in {**_AGES, "18 to 64": tuple(a for a in rest if a not in old), "65 and over": old}.items():
            poor = sum(float(v) for (a, p), v in ages.items() if a in parts and p in _POOR)
            add("money", "below twice the poverty line", group, poor, sum(float(v) for (a, _), v in ages.items() if a in parts))
    burden = sums("tenure_income_burden")
    for tenure in ("owner", "renter"):
        for label, bands in {
            "income below $35,000": ("below_20k", "20_35k"),
            "income of $75,000 and over": ("75k_up",),
        }.items():
            cells = {k: float(v) for k, v in burden.items() if k[0] == tenure and k[1] in bands}
            high = sum(v for k, v in cells.items() if k[2] == "30_up")
            add("housing", "housing costs are 30% of income or more", f"{tenure}s, {label}", high, sum(cells.values()))
    cars = sums("size_vehicles")
    for size, group in {"1": "people who live alone", "4_up": "homes of four and more"}.items():
        cells = {k: float(v) for k, v in cars.items() if k[0] == size}
        add("travel", "no vehicle", group, sum(v for k, v in cells.items() if k[1] == "0"), sum(cells.values()))
    tenure_race = sums("tenure_race")
    for group, key in _RACES.items() if len(tenure_race) else ():
        rents = float(tenure_race[key, "renter"])
        add("housing", "rents the home", group, rents, rents + float(tenure_race[key, "owner"]))
    return out
