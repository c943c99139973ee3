"""Verdicts: does the re-enacted study find what the published one found?

With an interval, an estimate agrees that falls inside it. Without one, it must have the same sign and lie
within half of the published value (on the log scale for ratios). A study that found nothing agrees when the
re-enacted study's own 95 percent interval holds no effect; the large effect must lie in the published interval,
and in the band that the file gives, if there are any. A trial passes when at least 80 percent of worlds agree.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hecsim.trials.samples import Estimate, apart, null_value
from hecsim.trials.schema import Outcome, Trial

__all__ = ["NEAR", "PASS", "VERDICTS", "OutcomeScore", "TrialScore", "score"]

PASS, NEAR = 0.8, 0.5
VERDICTS = ("pass", "near", "miss", "no answer")
_WITHIN = 0.5  # of the published value, where there is no interval


@dataclass(frozen=True)
class OutcomeScore:
    """One outcome over all futures.

    large, low, high : mean and 5th and 95th percentile over futures of the model's own answer
    raw : the study's own contrast at the simulated size
    as_published : mean at the published size; spread : SD of it over worlds, as the study would have seen
    agree : share of worlds that agree with the study
    """

    outcome: Outcome
    large: float
    low: float
    high: float
    raw: float
    as_published: float
    spread: float
    agree: float
    in_band: bool
    verdict: str
    control: float
    treated: float
    n: int
    take_up: float
    rule: str

    def to_mapping(self) -> dict[str, Any]:
        """Plain values for JSON."""
        o, p = self.outcome, self.outcome.published
        kept = ("large", "low", "high", "raw", "as_published", "spread", "agree", "in_band", "verdict", "control", "treated",
                "n", "take_up", "rule")  # fmt: skip
        return {
            "name": o.name, "label": o.label or o.name, "effect": o.effect, "unit": unit_of(o), "yardstick": yardstick_of(o),
            "primary": o.primary, "note": o.note,
            "published": {"value": p.value, "interval": list(p.interval) if p.interval else None, "null": p.null,
                          "band": list(p.band) or None, "n": p.n, "clusters": p.clusters, "remembered": p.remembered},
            **{k: getattr(self, k) for k in kept},
        }  # fmt: skip


def yardstick_of(o: Outcome) -> str:
    """How the outcome is observed."""
    if o.yardstick:
        return o.yardstick
    if o.measure:
        from hecsim.measures import MEASURES

        return MEASURES[o.measure].yardstick
    return "simulated state"


def unit_of(o: Outcome) -> str:
    """Unit of the averages."""
    if o.unit or not o.measure:
        return o.unit
    from hecsim.measures import MEASURES

    return MEASURES[o.measure].unit


@dataclass(frozen=True)
class TrialScore:
    """A trial over all futures."""

    trial: Trial
    outcomes: tuple[OutcomeScore, ...]
    futures: int
    seconds: float
    households: int
    notes: tuple[str, ...] = field(default=())

    @property
    def null(self) -> bool:
        """Whether the study found nothing in its primary outcomes."""
        return all(s.outcome.published.null for s in self.outcomes if s.outcome.primary)

    @property
    def verdict(self) -> str:
        """The worst of its primary outcomes."""
        found = [s.verdict for s in self.outcomes if s.outcome.primary]
        return max(found, key=VERDICTS.index) if found else "no answer"

    def to_mapping(self) -> dict[str, Any]:
        """Plain values for JSON."""
        t = self.trial
        return {
            "id": t.id, "title": t.title, "source": t.source, "grade": t.grade,
            "design": t.design.kind, "assign": t.design.assign,
            "question": t.question, "note": t.note, "used_in_calibration": t.calibration, "must_be_null": self.null,
            "verdict": self.verdict, "place": list(t.place.towns), "surrogate": t.place.surrogate,
            "households": self.households,
            "futures": self.futures, "seconds": round(self.seconds, 1), "notes": list(self.notes),
            "outcomes": [s.to_mapping() for s in self.outcomes],
        }  # fmt: skip


def _agrees(o: Outcome, found: np.ndarray) -> tuple[np.ndarray, str]:
    """Which estimates agree with the study, and by which rule."""
    p, interval = o.published, o.published.interval
    if interval is not None and not p.null:
        return (found >= interval[0]) & (found <= interval[1]), "inside the published 95% interval"
    nothing = apart(o.effect, null_value(o.effect))
    on_scale = apart(o.effect, found)
    if p.null:
        width = 1.96 * float(np.std(on_scale)) if found.size > 1 else 0.0
        return np.abs(on_scale - nothing) <= max(width, 1e-12), "the re-enacted study's own interval holds no effect"
    target = apart(o.effect, p.value) - (nothing if o.effect not in ("level",) else 0.0)
    gap = on_scale - (nothing if o.effect not in ("level",) else 0.0)
    return np.abs(gap - target) <= _WITHIN * abs(target), "same sign and within half of the published value"


def score(trial: Trial, o: Outcome, found: list[Estimate]) -> OutcomeScore:
    """Put the estimates of all futures against the published figure."""
    p = o.published
    large = np.array([e.large for e in found])
    known = large[np.isfinite(large)]
    agree, rule = [], ""
    for e in found:
        kept = e.published[np.isfinite(e.published)]
        if kept.size:
            fits, rule = _agrees(o, kept)
            agree.append(float(fits.mean()))
    share = float(np.mean(agree)) if agree else float("nan")
    mean = _mean(known)
    if p.null and p.interval is None and all(e.published.size <= 1 for e in found):  # no sampling error to judge by
        rule = "the large effect lies in the band"
        share = float("nan") if not o.published.band else float(np.mean([_inside(o.published.band, x) for x in known]))
    limits = [b for b in (p.band, p.interval if p.null else None) if b]
    in_band = all(_inside(b, mean) for b in limits)
    published = np.concatenate([e.published for e in found]) if found else np.zeros(0)
    published = published[np.isfinite(published)]
    low, high = (float(q) for q in (np.percentile(known, (5, 95)) if known.size else (np.nan, np.nan)))
    return OutcomeScore(
        o, mean, low, high,
        raw=_mean(np.array([e.raw for e in found])), as_published=_mean(published),
        spread=float(np.std(published)) if published.size else float("nan"), agree=share, in_band=in_band,
        verdict=_verdict(o, share, mean, in_band), control=_mean(np.array([e.control for e in found])),
        treated=_mean(np.array([e.treated for e in found])), n=int(_mean(np.array([e.n for e in found])) or 0),
        take_up=_mean(np.array([e.take_up for e in found])), rule=rule,
    )  # fmt: skip


def _inside(band: tuple[float, ...], value: float) -> bool:
    return band[0] <= value <= band[1]


def _mean(values: np.ndarray) -> float:
    kept = values[np.isfinite(values)]
    return float(kept.mean()) if kept.size else float("nan")


def _verdict(o: Outcome, share: float, large: float, in_band: bool) -> str:
    if not np.isfinite(share) or not np.isfinite(large):
        return "no answer"
    if share >= PASS and in_band:
        return "pass"
    inside = o.published.interval is not None and _inside(o.published.interval, large)
    return "near" if share >= NEAR or inside else "miss"
