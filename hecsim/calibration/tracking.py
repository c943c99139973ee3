"""Does a heavy child become a heavy adult as often as cohorts show? Children followed to 35 under current law.

Everybody between 2 and 35 is measured on every anniversary of a long run, so that each child counts at each of
its ages, and those who leave the place or die are lost, as in a cohort. Two kinds of figures are held against studies:

* correlations of standardized BMI over one year, five, and twenty-one: a BMI z score on the CDC reference below
  20, ln BMI within age and sex from 20;
* how many times likelier obesity at 35 is with a child's obesity than without it, and with severe obesity at 19 than with
  a healthy weight. The comparison group matters: against those without obesity the published ratio runs from 1.3 (age 2) to
  2 (age 19); only that of severe obesity against a healthy weight reaches 3.1.

None of it is fitted, except the share obese at 35, which helped to set the drift of young adults, and the correlations over one
and five years, from which the noise and the renewal of a child's personal level were derived.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from hecsim.calibration.checks import LUCK, figure
from hecsim.calibration.validate import draws_of
from hecsim.life import Life
from hecsim.population import build_community, relive
from hecsim.processes.growth import adult_obese, bmi_z, child_obese, severe_child

__all__ = ["Followed", "check_tracking", "correlation", "follow", "times_likelier"]

Progress = Callable[[str, int, int], None]
_TOP = 36  # years of age at which nobody is followed any longer
_REFERENCE = 20 * 12  # months: from here the growth reference says nothing
_OVERWEIGHT = 1.0364333894937896  # z score of the 85th percentile, where healthy weight ends
_WARD = "Ward 2017, doi 10.1056/NEJMoa1703860"
_SECOND_HAND = "1.3 at age 2 and about 2 at 19 against children without obesity, read in reports of the paper"


class Followed(NamedTuple):
    """Who was measured when; one row a person, one column an anniversary.

    age : completed years, int (people, anniversaries); -1 where not seen
    z : standardized BMI, float64
    obese, severe, healthy : bool; at 20 and over, `healthy` is not asked and `severe` is a BMI of 35
    """

    age: np.ndarray
    z: np.ndarray
    obese: np.ndarray
    severe: np.ndarray
    healthy: np.ndarray


def follow(model: Life, tell: Callable[[int], None] | None = None) -> Followed:
    """Live a model to its end and measure everybody of 2 to 35 on every anniversary."""
    seen: list[dict[str, np.ndarray]] = [_look(model)]
    while model.running:
        model.step()
        if model.month % 12 == 0:
            seen.append(_look(model))
            if tell is not None:
                tell(model.month // 12)
    keys = np.unique(np.concatenate([s["key"] for s in seen]))
    shape = (keys.size, len(seen))
    out = Followed(np.full(shape, -1), np.full(shape, np.nan), *(np.zeros(shape, bool) for _ in range(3)))
    for t, s in enumerate(seen):
        at = np.searchsorted(keys, s["key"])
        for table, name in zip(out, Followed._fields, strict=True):
            table[at, t] = s[name]
    return out


def _look(model: Life) -> dict[str, np.ndarray]:
    p = model.community.person
    rows = np.flatnonzero((p["present"] == 1) & (p["age"] >= 24) & (p["age"] < 12 * _TOP))
    months, sex, bmi = p["age"][rows].astype(int), p["sex"][rows].astype(int), p["bmi"][rows].astype(float)
    young = months < _REFERENCE
    z = np.where(young, bmi_z(bmi, months, sex), _within(np.log(np.maximum(bmi, 5.0)), months // 12 * 2 + sex))
    obese = np.where(young, child_obese(z), adult_obese(bmi, sex, reported=False))
    severe = np.where(young, severe_child(bmi, months, sex), bmi >= 35.0)
    return {
        "key": p["key"][rows].copy(), "age": months // 12, "z": z, "obese": obese, "severe": severe,
        "healthy": young & (z < _OVERWEIGHT),
    }  # fmt: skip


def _within(values: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Values as deviations from the mean of their group, in its SD."""
    if not values.size:
        return values
    n = np.maximum(np.bincount(group), 1)
    mean = np.bincount(group, values) / n
    spread = np.sqrt(np.maximum(np.bincount(group, (values - mean[group]) ** 2) / n, 1e-12))
    return np.asarray((values - mean[group]) / spread[group])


def correlation(found: Sequence[Followed], years: int, low: int, high: int) -> float:
    """Correlation of standardized BMI at ages low up to (not with) high with that so many years later."""
    pairs = []
    for f in found:
        now, then = f.age[:, : f.age.shape[1] - years], f.age[:, years:]
        both = (now >= low) & (now < high) & (then >= 0)
        pairs.append((f.z[:, : f.age.shape[1] - years][both], f.z[:, years:][both]))
    x, y = (np.concatenate(side) for side in zip(*pairs, strict=True))
    return float(np.corrcoef(x, y)[0, 1]) if x.size > 2 else float("nan")


def times_likelier(
    found: Sequence[Followed], low: int, high: int, having: str, against: str = ""
) -> tuple[float, float, float]:
    """Obesity at 35 by what a person had at ages low up to (not with) high.

    having, against : names of tables of `Followed`; without `against`, all who do not have it.
    Returns the share of those who had it, the ratio to the others, and the standard error of its
    logarithm by binomial counts of people.
    """
    with_it, others, people = [], [], np.zeros(2)
    for f in found:
        at_35 = (f.obese & (f.age == 35)).any(axis=1)
        reached = (f.age == 35).any(axis=1)[:, None]
        here = reached & (f.age >= low) & (f.age < high)
        has = here & getattr(f, having)
        not_it = here & (getattr(f, against) if against else ~getattr(f, having))
        later = np.broadcast_to(at_35[:, None], here.shape)
        with_it.append(later[has])
        others.append(later[not_it])
        people += has.any(axis=1).sum(), not_it.any(axis=1).sum()
    a, b = np.concatenate(with_it), np.concatenate(others)
    if not a.size or not b.size or not b.any():
        return float("nan"), float("nan"), float("nan")
    p, q = float(a.mean()), float(b.mean())
    error = np.sqrt((1 - p) / max(p * people[0], 1e-9) + (1 - q) / max(q * people[1], 1e-9))
    return p, p / q, float(error)


def check_tracking(
    draws: Sequence[Any] | None = None, *, households: int = 12_000, years: int = 33, progress: Progress | None = None
) -> list[dict[str, Any]]:
    """Follow the children of a state sample until they are 35.

    Futures are pooled, since a sample of 3,000 households has some ten children with obesity at 5 to 8 who
    stay to be seen at 35. Returns one mapping per figure: check, low, high, simulated, verdict, source.
    """
    chosen = list(draws) if draws is not None else draws_of("ensemble", 2)
    community = build_community("all", households=households)
    found = []
    for i, draw in enumerate(chosen):
        start = relive(community, draw, LUCK + i)
        model = Life(start, years=years, seed=LUCK + i, draw=draw, record=False)
        lived = i * years
        tell = None if progress is None else lambda t, n=lived: progress("tracking", n + t, len(chosen) * years)
        found.append(follow(model, tell))
    today = [f.obese[(f.age[:, 0] >= 5) & (f.age[:, 0] < 18)] for f in found]
    then = [f.age[(f.age[:, 0] >= 5) & (f.age[:, 0] < 18)] == 35 for f in found]
    reached = np.concatenate([(o & a).any(axis=1)[a.any(axis=1)] for o, a in zip(today, then, strict=True)])
    early, late = times_likelier(found, 5, 9, "obese"), times_likelier(found, 15, 18, "obese")
    severe = times_likelier(found, 19, 20, "severe", "healthy")

    def spread(error: float) -> str:
        return f"standard error here {100 * error:.0f} percent"

    line = f"{_WARD}: {_SECOND_HAND}; between them on a line, 15 percent either way"
    tracks = "reviews of cohorts (remembered); used to derive the model's noise and renewal"
    return [
        figure("Today's children of 5 to 17 with obesity at 35, percent", 52.0, 62.0, 100 * float(reached.mean()),
               f"{_WARD}: 57.3; helped to set the drift of young adults"),
        figure("Obesity at 35, child with obesity at 5 to 8 against one without, ratio", 1.26, 1.71, early[1],
               f"{line}; {spread(early[2])}"),
        figure("Obesity at 35, child with obesity at 15 to 17 against one without, ratio", 1.6, 2.16, late[1],
               f"{line}; {spread(late[2])}"),
        figure("Obesity at 35, severe obesity at 19 against a healthy weight, ratio", 2.43, 3.65, severe[1],
               f"{_WARD}: 3.10; {spread(severe[2])}"),
        figure("Obesity at 35 of those with severe obesity at 19, percent", 90.1, 97.9, 100 * severe[0], f"{_WARD}: 93.9"),
        figure("Correlation of BMI z over one year, ages 3 to 12", 0.93, 0.95, correlation(found, 1, 3, 13), tracks),
        figure("Correlation of BMI z over five years, ages 3 to 12", 0.75, 0.8, correlation(found, 5, 3, 13), tracks),
        figure("Correlation of BMI over 21 years, ages 3 to 14 and 24 to 35", 0.4, 0.6, correlation(found, 21, 3, 15),
               "Young Finns, 3 to 18 years and 21 years later: 0.45 (reviewed in PMC4292916, Table 1); reviews 0.4 to 0.6"),
    ]  # fmt: skip
