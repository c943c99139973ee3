"""Places that the model has never seen: tracts and towns against figures that were kept from it.

The synthesis knows census tables of every tract; histories also know tract and town figures of disease,
coverage, weight, activity, distress, SNAP, unemployment and crime. Here those are blanked before histories
are drawn, so that what the model says of a place follows from who lives there and from base rates alone.
Simulated is then regressed on observed over places, weighted by simulated people: the slope says how much
of the spread between places the model makes, the correlation whether it puts it where it is. Sampling noise
of small places lowers the correlation and leaves the slope alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hecsim import evidence
from hecsim import geography as geo
from hecsim.community import Community
from hecsim.life import Life
from hecsim.measures import MEASURES, Recorder
from hecsim.population import build_community, relive

__all__ = ["CHECKS", "PlaceCheck", "blinded", "check_places", "town_figures"]

LEAST = 40.0  # simulated people (or homes) of a place that counts; fewer say nothing


@dataclass(frozen=True)
class PlaceCheck:
    """A published column, the measure that should reproduce it, and at which level.

    column, level : of the packaged tables, "tracts" or "towns"; figures of 2017 exist for the tracts of eight cities
    measure : what is simulated; factor turns the column into its unit
    per : column by which a count is divided
    reported : parameter by which a survey's figure is divided, where people do not report what records know
    use : "kept from it" (blanked here), "known, not fitted" (no part of the model reads it), or
        "synthesis" (what people bring with them was fitted to it; shows that living does not spoil it)
    """

    column: str
    level: str
    measure: str
    use: str
    factor: float = 100.0
    per: str = ""
    note: str = ""
    reported: str = ""

    @property
    def name(self) -> str:
        """Words for it."""
        return f"{MEASURES[self.measure].label} by {self.level.removesuffix('s')}"


_SNAP = "income.snap_reported"
CHECKS = (
    PlaceCheck("diabetes_2023", "tracts", "diabetes", "kept from it"),
    PlaceCheck("hypertension_2023", "tracts", "hypertension", "kept from it"),
    PlaceCheck("heart_disease_2023", "tracts", "cardiovascular", "kept from it", note="coronary disease against all CVD"),
    PlaceCheck("uninsured_18_64_2023", "tracts", "uninsured", "known, not fitted", note="18 to 64 against all ages"),
    PlaceCheck("obesity_2017", "tracts", "obesity_adult", "kept from it", note="2017"),
    PlaceCheck("inactivity_2017", "tracts", "inactive_adult", "kept from it", note="2017"),
    PlaceCheck("diabetes_2023", "towns", "diabetes", "kept from it"),
    PlaceCheck("hypertension_2023", "towns", "hypertension", "kept from it"),
    PlaceCheck("uninsured", "towns", "uninsured", "kept from it", note="2015 to 2019"),
    PlaceCheck("uninsured", "towns", "uninsured", "synthesis", note="status of those born abroad was set to it"),
    PlaceCheck("snap_households", "towns", "snap_households", "kept from it", note="a month against a year", reported=_SNAP),
    PlaceCheck("unemployment_2019", "towns", "unemployment", "kept from it", note="2019"),
    PlaceCheck("dcf_reports", "towns", "cps_investigations", "known, not fitted", 1000.0, "children", "accepted reports, 2017"),
    PlaceCheck("dcf_substantiated", "towns", "cps_confirmed", "known, not fitted", 1000.0, "children", "2017"),
    PlaceCheck("poor_below_100", "towns", "poverty", "synthesis"),
    PlaceCheck("child_poor_below_100", "towns", "poverty_child", "synthesis", note="below poverty among children"),
)


def blinded(community: Community) -> Community:
    """A copy that has forgotten all tract and town figures but the census tables it was synthesized from."""
    out = community.copy()
    for name, values in out.extras.items():
        if name.startswith("data_"):
            out.extras[name] = np.full_like(values, np.nan)
    return out


def _reported(name: str) -> float:
    """Share of what records know that a survey's figure holds; 1 where nothing is named."""
    return float(evidence.draw(None)[name]) if name else 1.0


def _observed(check: PlaceCheck, community: Community) -> tuple[np.ndarray, np.ndarray]:
    """Published figure of each place and the row of its place for every neighborhood (-1 for none)."""
    labels = community.labels
    if check.level == "towns":
        table = geo.towns().reindex(labels["town"])
        values = table[check.column].to_numpy(float)
        if check.per == "children":
            share = table["age_0_4"] + table["age_5_17"]
            values = values / (table["population"] * share).to_numpy(float)
        return check.factor * values / _reported(check.reported), community.neighborhood["town"].astype(np.int64)
    geoid = np.array(labels["geoid"])
    found = geo.tracts().set_index("geoid").reindex(geoid)[check.column].to_numpy(float)
    return check.factor * found, np.arange(geoid.size)


def _sums(community: Community, measures: Sequence[str], draw: Any, seed: int, months: int) -> np.ndarray:
    """Sums by neighborhood over the last year, (measures, neighborhoods, 2)."""
    years = max(1, months // 12)
    model = Life(relive(community, draw, seed), years=years, seed=seed, draw=draw, record=False)
    recorder = Recorder(model.community, draw, measures)
    while model.running:
        model.step()
        if model.month > 12 * (years - 1):
            recorder.observe(model.community, model.engine.context)
    first = next(i for i, g in enumerate(recorder.groups) if g[0] == "neighborhood")
    return recorder.array.sum(axis=0)[:, first:]


def check_places(
    draws: Sequence[Any] | None = None, *, households: int = 30_000, months: int = 24,
    progress: Callable[[str, int, int], None] | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """Every place-level check, over all towns; one mapping each with correlation, slope and levels.

    draws : parameter sets, whose figures are pooled; the first two members of the ensemble by default
    """
    members = evidence.ensemble()
    chosen = [members.member(i) for i in range(min(2, len(members)))] if draws is None else list(draws)
    community = build_community("all", households=households)
    names = sorted({c.measure for c in CHECKS})
    blind, seen = [], []
    for i, d in enumerate(chosen):
        if progress is not None:
            progress("places", 2 * i, 2 * len(chosen))
        blind.append(_sums(blinded(community), names, d, i + 1, months))
        seen.append(_sums(community, names, d, i + 1, months))
    if progress is not None:
        progress("places", 2 * len(chosen), 2 * len(chosen))
    rows = []
    for c in CHECKS:
        sums = np.sum(blind if c.use == "kept from it" else seen, axis=0)[names.index(c.measure)]
        rows.append(_compare(c, sums, *_observed(c, community)))
    return rows


def _compare(c: PlaceCheck, sums: np.ndarray, observed: np.ndarray, where: np.ndarray) -> dict[str, Any]:
    m = MEASURES[c.measure]
    top = np.bincount(where, sums[:, 0], observed.size)
    bottom = np.bincount(where, sums[:, 1], observed.size)
    people = bottom if m.kind == "flow" else bottom / 12.0
    simulated = m.factor * top / np.maximum(bottom, 1e-9)
    ok = np.isfinite(observed) & (people >= LEAST)
    x, y, w = observed[ok], simulated[ok], people[ok]
    out = {"check": c.name, "use": c.use, "note": c.note, "unit": m.unit, "places": int(ok.sum())}
    if ok.sum() < 5:
        return out | dict.fromkeys(("observed", "simulated", "correlation", "slope"), float("nan")) | {"verdict": "too few"}
    covariance = np.cov(x, y, aweights=w)
    slope = covariance[0, 1] / covariance[0, 0]
    correlation = covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1])
    verdict = "follows" if correlation >= 0.6 and 0.5 <= slope <= 1.5 else "partly" if correlation >= 0.3 else "does not follow"
    return out | {
        "observed": float(np.average(x, weights=w)), "simulated": float(np.average(y, weights=w)),
        "correlation": float(correlation), "slope": float(slope), "verdict": verdict,
    }  # fmt: skip


# Published columns that can be held against any town, with the measure and the factor to its unit.
_TOWN = (
    ("poor_below_100", "poverty", 100.0), ("child_poor_below_100", "poverty_child", 100.0),
    ("unemployment_2019", "unemployment", 100.0), ("snap_households", "snap_households", 100.0),
    ("uninsured", "uninsured", 100.0), ("diabetes_2023", "diabetes", 100.0), ("hypertension_2023", "hypertension", 100.0),
    ("dcf_reports", "cps_investigations", 1000.0), ("dcf_substantiated", "cps_confirmed", 1000.0),
)  # fmt: skip


def town_figures(town: str) -> list[tuple[str, str, float]]:
    """(measure, column, published value in the measure's unit) of a town; blanks are left out.

    A survey's share of households with SNAP is divided by the share of recipients that report it.
    """
    row: dict[str, Any] = {str(k): v for k, v in geo.towns().loc[geo.select(town).towns[0]].items()}
    children = float(row["population"]) * (float(row["age_0_4"]) + float(row["age_5_17"]))
    out = []
    for column, measure, factor in _TOWN:
        value = float(row[column]) * factor / (children if column.startswith("dcf") else 1.0)
        value /= _reported(_SNAP if column == "snap_households" else "")
        if np.isfinite(value):
            out.append((measure, column, value))
    return out
