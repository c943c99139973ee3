"""What no share of a month shows: interventions that must do nothing, and the size of what one can do.

None of it is fitted: it follows from effects and from how people live on. Weight from childhood to 35 is in
hecsim.calibration.tracking.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hecsim.calibration.validate import draws_of
from hecsim.community import Community
from hecsim.interventions import Intervention, catalogue, find
from hecsim.life import Life
from hecsim.measures import MEASURES, Recorder
from hecsim.population import build_community, relive

__all__ = ["LUCK", "NULLS", "check_interventions", "check_nulls", "figure"]

Progress = Callable[[str, int, int], None]
LUCK = 950_000  # seeds of luck that nothing else uses
_LIMIT = 3.0  # points of child obesity that no single intervention moves in ten years


def figure(name: str, low: float, high: float, value: float, source: str) -> dict[str, Any]:
    """A row of a check: inside its interval, near (within a factor of 1.25 of it), or off."""
    inside = low <= value <= high
    near = low / 1.25 <= value <= high * 1.25
    verdict = "inside" if inside else "near" if near else "off"
    return {"check": name, "low": low, "high": high, "simulated": float(value), "verdict": verdict, "source": source}


@dataclass(frozen=True)
class Null:
    """An intervention that by published studies moves a measure by nothing measurable."""

    intervention: str
    measure: str
    low: float
    high: float
    source: str


NULLS = (
    Null("HealthyRetail", "bmi_adult", -0.1, 0.1, "Laska 2019; Cummins 2014: stores and stocking, no change in BMI"),
    Null("EmployerWellbeing", "bmi_adult", -0.1, 0.1, "Song and Baicker 2019: worksite program, no change in BMI"),
    Null("NarrativeChange", "bmi_adult", -0.1, 0.1, "information alone: no study shows a change in BMI"),
    Null("FamilyTaxCredits", "stress_caregivers", -0.08, 0.03, "Baby's First Years: monthly cash, no change in stress"),
)


def _arms(
    community: Community, arms: Sequence[tuple[Intervention, ...]], measures: Sequence[str], draws: Sequence[Any], years: int,
    progress: Progress | None, stage: str,
) -> np.ndarray:  # fmt: skip
    """Measures in the last year by draw and arm, the same luck in all arms: (draws, arms, measures + 1).

    The last column is the hazard of neglect in homes with a child below 9 against the state mean. Events of
    neglect are so few that one child more or less would hide what little money does to them.
    """
    out = np.empty((len(draws), len(arms), len(measures) + 1))
    for i, draw in enumerate(draws):
        start = relive(community, draw, LUCK + i)
        for a, arm in enumerate(arms):
            if progress is not None:
                progress(stage, i * len(arms) + a, len(draws) * len(arms))
            model = Life(
                start.copy(), interventions=arm, years=years, seed=LUCK + i, draw=draw, record=False
            )  # fmt: skip
            recorder, hazard = Recorder(model.community, draw, measures), []
            while model.running:
                model.step()
                if model.month > 12 * (years - 1):
                    recorder.observe(model.community, model.engine.context)
                    hazard.append(_neglect_hazard(model.community))
            sums = recorder.array.sum(axis=0)[:, 0]
            out[i, a, :-1] = [MEASURES[m].factor * s[0] / s[1] for m, s in zip(measures, sums, strict=True)]
            out[i, a, -1] = np.mean(hazard)
    if progress is not None:
        progress(stage, len(draws) * len(arms), len(draws) * len(arms))
    return out


def _neglect_hazard(community: Community) -> float:
    h = community.household
    young = (h["present"] == 1) & (h["children"] > 0) & (h["youngest"] < 9 * 12)
    return float(h["neglect_risk"][young].mean())


def check_nulls(
    draws: Sequence[Any] | None = None, *, households: int = 2_000, years: int = 5, progress: Progress | None = None
) -> list[dict[str, Any]]:
    """Interventions that must do nothing measurable, in Hartford; and cash, which moves neglect more than stress."""
    chosen = list(draws) if draws is not None else draws_of("ensemble", 3)
    measures = [*dict.fromkeys(n.measure for n in NULLS)]
    arms: list[tuple[Intervention, ...]] = [(), *((find(n.intervention)(),) for n in NULLS)]
    values = _arms(build_community("Hartford", households=households), arms, measures, chosen, years, progress, "nulls")
    rows = []
    for a, n in enumerate(NULLS, start=1):
        i = measures.index(n.measure)
        change = values[:, a, i] - values[:, 0, i]
        label, title = MEASURES[n.measure].label, arms[a][0].title.en
        rows.append(figure(f"{title}: change in {label}, {MEASURES[n.measure].unit}", n.low, n.high, change.mean(), n.source))
        rows[-1]["verdict"] = "null" if n.low <= change.mean() <= n.high else "not null"
    cash = len(NULLS)
    ratio = float(values[:, cash, -1].sum() / values[:, 0, -1].sum())
    stress = float((values[:, cash] - values[:, 0])[:, measures.index("stress_caregivers")].mean())
    rows.append({
        "check": "Family tax credits: fall in the hazard of neglect at 0 to 8 (percent) against fall in stress (percent of SD)",
        "low": None, "high": None, "simulated": 100 * (1 - ratio), "against": -100 * stress,
        "verdict": "neglect moves more" if 1 - ratio > -stress else "stress moves more",
        "source": "Kovski 2022, doi 10.1542/peds.2021-054939; Baby's First Years",
    })  # fmt: skip
    return rows


def check_interventions(
    draws: Sequence[Any] | None = None, *, households: int = 1_500, years: int = 10, progress: Progress | None = None
) -> list[dict[str, Any]]:
    """Every intervention alone in Hartford: none moves child obesity by more than about three points in ten years."""
    chosen = list(draws) if draws is not None else draws_of("ensemble", 1)
    arms: list[tuple[Intervention, ...]] = [(), *((c(),) for c in catalogue().values())]
    values = _arms(
        build_community("Hartford", households=households), arms, ["obesity_child"], chosen, years, progress, "interventions"
    )
    rows = []
    for a, arm in enumerate(arms[1:], start=1):
        change = float((values[:, a, 0] - values[:, 0, 0]).mean())
        rows.append({
            "check": f"{arm[0].id} {arm[0].title.en}: change in child obesity after {years} years, points", "low": -_LIMIT,
            "high": _LIMIT, "simulated": change, "verdict": "small" if abs(change) <= _LIMIT else "too large",
            "source": "size: no single intervention beyond 3 points in ten years",
        })  # fmt: skip
    return sorted(rows, key=lambda r: -abs(r["simulated"]))
