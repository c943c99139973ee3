"""Working lives: how long jobs and times without work last, and who has one at each age.

Leaving a job grows rarer with tenure, and finding one grows rarer with the time without. So the shares
that monthly chances lead to are not those of a chain without memory: who has a small chance stays out
for long, and by staying out has a smaller one still; and people enter an age group as the one before
left them. Here cohorts of people with like chances live from sixteen on, month by month, as shares of
the cohort in each month of a job and in each month without one, looking or not. What they come to at a
person's age is where the person is drawn from at the start, so the first years do not drift.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from hecsim.compiled import njit
from hecsim.processes.labor_terms import age_group, at_odds, spell, tenure_band, time_out

__all__ = ["Chances", "Lives", "lives"]

_FIRST, _YEARS = 16, 80  # age in years at which work begins, and years that are lived through
_SETTLED = 36  # months in a job from which the chances to lose or leave it no longer change
_MIDDLE = 7  # months of a year of age after which people are looked at
_LAST = 60  # months without a job from which the chances of work no longer change
_RETIRING = 4  # age group from which people leave work whatever their tenure
_GRID = 0.1  # multipliers are told apart to this much of a log
_CAP = 255
_PART = 200_000  # people whose chances are worked out at a time
_TOGETHER = 512  # classes that live at a time: what a month reads of them stays in the caches


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
    """Cohorts at those years of age at which somebody is.

    cohort : class and year of age of each person, as a row of the arrays below, int64 (n,)
    job, look, out : share of the cohort by month of the spell, float32 (cohorts, months), the last month for all
        later ones
    """

    cohort: np.ndarray
    job: np.ndarray
    look: np.ndarray
    out: np.ndarray

    def shares(self) -> tuple[np.ndarray, np.ndarray]:
        """Chance of each person to be employed and to be unemployed, two float64 (n,)."""
        return self.job.sum(1, dtype=float)[self.cohort], self.look.sum(1, dtype=float)[self.cohort]

    def months(self, kind: str, who: np.ndarray, u: np.ndarray) -> np.ndarray:
        """Months so far in the job ("job") or without one ("look", "out") of persons `who` at quantiles `u`, int64."""
        sums = getattr(self, kind)
        last = sums.shape[1]
        used, of = np.unique(self.cohort[who], return_inverse=True)
        of = of.reshape(-1)
        cdf = np.cumsum(sums[used], axis=1, dtype=float)
        cdf /= np.maximum(cdf[:, -1:], 1e-12)
        cdf[:, -1] = 1.0
        # Cohorts lie one after the other on a line, each on a unit of it.
        at = np.searchsorted((cdf + np.arange(used.size)[:, None]).ravel(), of + np.clip(u, 1e-9, 1.0 - 1e-9))
        month = at - of * last + 1
        # What is left of the quantile spreads the open end over later months.
        rest = np.clip((u - cdf[of, -2]) / np.maximum(1.0 - cdf[of, -2], 1e-9), 0.0, 1.0)
        return np.where(month >= last, last + np.floor(rest * (_CAP - last)), month).astype(np.int64)


def lives(of: Callable[[np.ndarray], Chances], rows: np.ndarray, age: np.ndarray, draw: Mapping[str, Any]) -> Lives:
    """Lives that the chances of `rows` lead to; `age` in months, int (n,). People with like chances live once.

    `of` gives the chances of some rows, and is asked for a part of them at a time: those of a whole state are as large as
    a fifth of all that is known of its people. Season, care and health, which pass, are left out.
    """
    steps, code = np.empty((len(Chances._fields) - 1, rows.size), np.int16), np.empty(rows.size, np.int64)
    for begin in range(0, rows.size, _PART):
        part = slice(begin, begin + _PART)
        c = of(rows[part])
        code[part] = c.sex
        for step, rate in zip(steps, c[1:], strict=True):
            step[part] = np.rint(np.log(np.maximum(rate, 1e-6)) / _GRID)
    for step in steps:  # one number for all multipliers sorts faster than rows
        low = step.min()
        code *= int(step.max()) - int(low) + 1
        code += step - low
    _, first, member = np.unique(code, return_index=True, return_inverse=True)
    del steps, code
    one = of(rows[first])
    n = first.size
    year = np.clip(np.asarray(age, np.int64) // 12 - _FIRST, 0, _YEARS - 1)
    # Of all classes at all ages, only those that somebody belongs to are kept.
    used, cohort = np.unique(year * n + member.reshape(-1), return_inverse=True)
    del member, year
    kept = [np.empty((used.size, months), np.float32) for months in (_SETTLED, _LAST, _LAST)]
    for begin in range(0, n, _TOGETHER):
        _live(
            Chances(*(x[begin : begin + _TOGETHER] for x in one)),
            used,
            np.arange(begin, min(begin + _TOGETHER, n)),
            n,
            kept,
            draw,
        )
    return Lives(cohort.reshape(-1), *kept)


def _live(c: Chances, used: np.ndarray, classes: np.ndarray, n: int, kept: list[np.ndarray], draw: Mapping[str, Any]) -> None:
    """Live these classes, and keep them at those years of age at which somebody is (`used` = year * n + class)."""
    job, look, out = (np.zeros((classes.size, months)) for months in (_SETTLED, _LAST, _LAST))
    out[:, 0] = 1.0
    chances: tuple[Any, ...] = ()
    before = np.full(classes.size, -1)
    for year in range(_YEARS):
        group = age_group.py_func(np.full(classes.size, (_FIRST + year) * 12), c.sex).astype(np.int64)
        if (group != before).any():  # on birthdays only
            chances, before = (*_leaving(c, group, draw), *_finding(c, group, draw)), group
        _pass(job, look, out, *chances, _MIDDLE)
        first, end = np.searchsorted(used, year * n + np.array([classes[0], classes[-1] + 1]))
        of = used[first:end] % n - classes[0]
        for values, now in zip(kept, (job, look, out), strict=True):
            values[first:end] = now[of]
        _pass(job, look, out, *chances, 12 - _MIDDLE)


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


@njit(error_model="numpy")
def _pass(job, look, out, lost, left, change, found, stops, enters, starts, months):
    """Let so many months pass for every class: shares by month of the spell, which are changed in place.

    All months of a class in turn, so that what it is made of stays in the nearest cache. Sums are those of numpy, to the
    last bit.
    """
    settled, last = job.shape[1], look.shape[1]
    ends, quits, changes = np.empty(settled), np.empty(settled), np.empty(settled)
    hired, entered, stay_job = np.empty(last), np.empty(last), np.empty(settled)
    stay_look, stay_out = np.empty(last), np.empty(last)
    for c in range(job.shape[0]):
        at_work, looks, idle = job[c], look[c], out[c]
        for _ in range(months):
            for k in range(settled):
                ends[k], quits[k], changes[k] = at_work[k] * lost[c, k], at_work[k] * left[c, k], at_work[k] * change[c, k]
                stay_job[k] = at_work[k] - ends[k] - quits[k] - changes[k]
            for k in range(last):
                hired[k], entered[k] = looks[k] * found[c, k], idle[k] * enters[c, k]
                began, gave_up = idle[k] * starts[c, k], looks[k] * stops[c, k]
                stay_look[k] = looks[k] * (1.0 - found[c, k]) - gave_up + began
                stay_out[k] = idle[k] * (1.0 - enters[c, k]) - began + gave_up
            _later(at_work, stay_job, _sum(hired) + _sum(entered) + _sum(changes))
            _later(looks, stay_look, _sum(ends))
            _later(idle, stay_out, _sum(quits))


@njit(forceinline=True, error_model="numpy")
def _later(to, stay, first):
    """Shares one month on, with those whose spell begins in the first place; the last place holds all later months."""
    n = stay.size
    for k in range(1, n):
        to[k] = stay[k - 1]
    to[n - 1] += stay[n - 1]
    to[0] = first


@njit(forceinline=True, error_model="numpy")
def _sum(values):
    """The sum of 8 to 128 numbers in the order in which numpy adds them."""
    n = values.size
    a, b, c, d, e, f, g, h = values[0], values[1], values[2], values[3], values[4], values[5], values[6], values[7]
    for i in range(8, n - n % 8, 8):
        a, b, c, d = a + values[i], b + values[i + 1], c + values[i + 2], d + values[i + 3]
        e, f, g, h = e + values[i + 4], f + values[i + 5], g + values[i + 6], h + values[i + 7]
    total = ((a + b) + (c + d)) + ((e + f) + (g + h))
    for i in range(n - n % 8, n):
        total += values[i]
    return total
