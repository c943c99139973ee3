"""Working lives: how long jobs and times without work last, and who has one at each age.

Leaving a job grows rarer with tenure, and finding one grows rarer with the time without. So the shares
that monthly chances lead to are not those of a chain without memory: who has a small chance stays out
for long, and by staying out has a smaller one still; and people enter an age group as the one before
left them. Here cohorts of people with like chances live from sixteen on, month by month, as shares of
the cohort in each month of a job and in each month without one, looking or not. What they come to at a
person's age is where the person is drawn from at the start, so the first years do not drift.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from hecsim.processes.labor_terms import age_group, at_odds, spell, tenure_band, time_out

__all__ = ["Chances", "Lives", "lives"]

_FIRST, _YEARS = 16, 80  # age in years at which work begins, and years that are lived through
_SETTLED = 36  # months in a job from which the chances to lose or leave it no longer change
_LAST = 60  # months without a job from which the chances of work no longer change
_RETIRING = 4  # age group from which people leave work whatever their tenure
_GRID = 0.1  # multipliers are told apart to this much of a log
_CAP = 255


class Chances(NamedTuple):
    """What multiplies each person's monthly chances, besides age, tenure and time out; all shape (n,).

    sex : 0 or 1
    lose, leave, change : of losing the job, of leaving the labor force and of changing jobs
    find, enter : of finding work when looking for it and when not; seek : of beginning to look
    """

    sex: np.ndarray
    lose: np.ndarray
    leave: np.ndarray
    change: np.ndarray
    find: np.ndarray
    enter: np.ndarray
    seek: np.ndarray


@dataclass
class Lives:
    """Cohorts at each year of age.

    member, year : class of each person, and year of age from sixteen; int64 (n,)
    job, look, out : share of the cohort by month of the spell, float32 (years, classes, months), the last
        month for all later ones
    """

    member: np.ndarray
    year: np.ndarray
    job: np.ndarray
    look: np.ndarray
    out: np.ndarray

    def shares(self) -> tuple[np.ndarray, np.ndarray]:
        """Chance of each person to be employed and to be unemployed, two float64 (n,)."""
        at = self.year, self.member
        return self.job.sum(2, dtype=float)[at], self.look.sum(2, dtype=float)[at]

    def months(self, kind: str, who: np.ndarray, u: np.ndarray) -> np.ndarray:
        """Months so far in the job ("job") or without one ("look", "out") of persons `who` at quantiles `u`, int64."""
        sums = getattr(self, kind)
        last, classes = sums.shape[2], sums.shape[1]
        used, of = np.unique(self.year[who] * classes + self.member[who], return_inverse=True)
        of = of.reshape(-1)
        cdf = np.cumsum(sums.reshape(-1, last)[used], axis=1, dtype=float)
        cdf /= np.maximum(cdf[:, -1:], 1e-12)
        cdf[:, -1] = 1.0
        # Cohorts lie one after the other on a line, each on a unit of it.
        at = np.searchsorted((cdf + np.arange(used.size)[:, None]).ravel(), of + np.clip(u, 1e-9, 1.0 - 1e-9))
        month = at - of * last + 1
        # What is left of the quantile spreads the open end over later months.
        rest = np.clip((u - cdf[of, -2]) / np.maximum(1.0 - cdf[of, -2], 1e-9), 0.0, 1.0)
        return np.where(month >= last, last + np.floor(rest * (_CAP - last)), month).astype(np.int64)


def lives(c: Chances, age: np.ndarray, draw: Mapping[str, Any]) -> Lives:
    """Lives that these chances lead to; `age` in months, int (n,). People with like chances live once.

    Season, care and health, which pass, are left out.
    """
    rates = np.column_stack(c[1:])
    steps = np.rint(np.log(np.maximum(rates, 1e-6)) / _GRID).astype(np.int64)
    steps -= steps.min(0)
    code = c.sex.astype(np.int64)  # one number for all multipliers sorts faster than rows
    for column in steps.T:
        code = code * (int(column.max()) + 1) + column
    _, first, member = np.unique(code, return_index=True, return_inverse=True)
    one = Chances(*(x[first] for x in c))
    n = first.size
    job, look, out = np.zeros((n, _SETTLED)), np.zeros((n, _LAST)), np.zeros((n, _LAST))
    out[:, 0] = 1.0
    kept = [np.empty((_YEARS, *x.shape), np.float32) for x in (job, look, out)]
    chances: tuple[Any, Any] = (None, None)
    before = np.full(n, -1)
    for month in range(_YEARS * 12):
        group = age_group.py_func(np.full(n, _FIRST * 12 + month), one.sex).astype(np.int64)
        if (group != before).any():
            chances, before = (_leaving(one, group, draw), _finding(one, group, draw)), group
        job, look, out = _step(job, look, out, *chances)
        if month % 12 == 6:
            for values, now in zip(kept, (job, look, out), strict=True):
                values[month // 12] = now
    year = np.clip(np.asarray(age, np.int64) // 12 - _FIRST, 0, _YEARS - 1)
    return Lives(member.reshape(-1), year, *kept)


def _p(draw: Mapping[str, Any], name: str) -> Any:
    return np.asarray(draw[f"labor.{name}"])


def _leaving(c: Chances, g: np.ndarray, draw: Mapping[str, Any]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Chances to lose the job, to leave the labor force and to change jobs, by month of the job."""
    odds = at_odds.py_func
    month = np.arange(1, _SETTLED + 1)
    held = _p(draw, "tenure")[tenure_band.py_func(month)] / _p(draw, "tenure_mean")[g][:, None]
    lost = odds((_p(draw, "loss")[g] * _p(draw, "true_eu"))[:, None], c.lose[:, None] * held)
    away = c.leave[:, None] * np.where((g < _RETIRING)[:, None], held, 1.0)
    left = (1.0 - lost) * odds((_p(draw, "withdraw")[g] * _p(draw, "true_en"))[:, None], away)
    return lost, left, np.minimum(_p(draw, "job_change")[g][:, None] * held * c.change[:, None], 1.0 - lost - left)


def _finding(c: Chances, g: np.ndarray, draw: Mapping[str, Any]) -> tuple[np.ndarray, ...]:
    """Chances of work and of giving up when looking; of work and of beginning to look when not; by month without."""
    odds = at_odds.py_func
    eu, en, un = (_p(draw, k) for k in ("true_eu", "true_en", "true_un"))
    month = np.arange(1, _LAST + 1)
    still = _p(draw, "out_duration")[time_out.py_func(month)] / _p(draw, "out_mean")[g][:, None]
    found = odds((_p(draw, "find")[g] * eu)[:, None], c.find[:, None] * _p(draw, "duration")[spell.py_func(month)])
    stops = (1.0 - found) * (_p(draw, "give_up")[g] * un)[:, None]
    enters = odds((_p(draw, "enter")[g] * en)[:, None], c.enter[:, None] * still)
    starts = (1.0 - enters) * np.minimum((_p(draw, "seek")[g] * un * c.seek)[:, None] * still, 1.0)
    return found, stops, enters, starts


def _later(values: np.ndarray, first: np.ndarray) -> np.ndarray:
    """Shares one month on, with those whose spell begins in the first column."""
    moved = np.empty_like(values)
    moved[:, 1:] = values[:, :-1]
    moved[:, -1] += values[:, -1]
    moved[:, 0] = first
    return moved


def _step(job: np.ndarray, look: np.ndarray, out: np.ndarray, leaving: Any, finding: Any) -> tuple[Any, Any, Any]:
    lost, left, change = leaving
    found, stops, enters, starts = finding
    ends, quits, changes = job * lost, job * left, job * change
    hired = (look * found).sum(1) + (out * enters).sum(1)
    began, gave_up = out * starts, look * stops
    stay_look, stay_out = look * (1.0 - found) - gave_up + began, out * (1.0 - enters) - began + gave_up
    job = _later(job - ends - quits - changes, hired + changes.sum(1))
    return job, _later(stay_look, ends.sum(1)), _later(stay_out, quits.sum(1))
