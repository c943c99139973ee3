"""Employers: jobs held, practices that spread, and local labor demand.

An employer has three practices between 0 and 1: stable schedules, fair-chance hiring and a healthy
worksite. What it intends is its own habit mixed with the mean of its town's employers (imitation),
plus incentives (levers) and public recognition; practice follows intention slowly, so an incentive
that ends fades rather than stops. Demand for labor is pulled to what the town's jobs support and is
moved by shocks that the whole community shares.

Sources: Linnan et al. 2019 (worksites); Holzer, Raphael and Stoll 2006 (records); Blanchard and
Katz 1992 (persistence of local demand). Speeds of practice are judgment.
"""

from __future__ import annotations

import numpy as np

from hecsim.compiled import njit
from hecsim.processes.base import process
from hecsim.processes.labor_terms import NOBODY

__all__ = ["EMPLOYERS"]

_WORKS = 1


@njit()
def employers_kernel(
    p_present, p_labor, p_employer, b_open, b_jobs, b_neighborhood, b_recognized,
    b_filled, b_stable_schedule, b_fair_chance, b_wellness, n_town, n_demand, nz_demand,
    x_employer_row, x_employer_habit, x_demand_base, x_town_jobs,
    lb_employer_stable, lb_employer_fair_chance, lb_employer_wellness,
    k_practice_rate, k_imitation, k_recognition, k_demand_rate, k_demand_jobs, k_demand_shock,
):  # fmt: skip
    filled = np.zeros(b_filled.size + 1, np.int64)  # the last is of those who work for nobody here
    for i in range(p_present.size):
        works = (p_present[i] > 0) & (p_labor[i] == _WORKS)
        filled[min(np.int64(p_employer[i]), b_filled.size) if works else b_filled.size] += 1
    for b in range(b_filled.size):
        b_filled[b] = filled[b]
    towns = x_town_jobs.size
    jobs = np.zeros(towns)
    peers = np.zeros((towns, 3))
    for r in x_employer_row:
        if b_open[r] > 0:
            t = np.int64(n_town[np.int64(b_neighborhood[r])])
            weight = np.float64(b_jobs[r])
            jobs[t] += weight
            peers[t, 0] += weight * np.float64(b_stable_schedule[r])
            peers[t, 1] += weight * np.float64(b_fair_chance[r])
            peers[t, 2] += weight * np.float64(b_wellness[r])
    for j in range(x_employer_row.size):
        r = x_employer_row[j]
        if b_open[r] == 0:
            continue
        t = np.int64(n_town[np.int64(b_neighborhood[r])])
        praise = k_recognition if b_recognized[r] > 0 else 0.0
        for practice, column, push in (
            (0, b_stable_schedule, lb_employer_stable), (1, b_fair_chance, lb_employer_fair_chance),
            (2, b_wellness, lb_employer_wellness),
        ):  # fmt: skip
            aim = (1.0 - k_imitation) * x_employer_habit[j, practice] + k_imitation * (peers[t, practice] / max(jobs[t], 1e-9))
            aim = min(max(aim + praise + np.float64(push[r]), 0.0), 1.0)
            column[r] = np.float64(column[r]) + k_practice_rate * (aim - np.float64(column[r]))
    shock = 0.0
    for n in range(n_demand.size):
        shock += np.float64(nz_demand[n])
    shock *= k_demand_shock / np.sqrt(n_demand.size)
    for n in range(n_demand.size):
        t = np.int64(n_town[n])
        aim = x_demand_base[n]
        if x_town_jobs[t] > 0.0:
            aim *= (jobs[t] / x_town_jobs[t]) ** k_demand_jobs
        now = np.float64(n_demand[n])
        n_demand[n] = max(now + k_demand_rate * (aim - now) + shock, 0.1)


def employers_plain(
    p_present, p_labor, p_employer, b_open, b_jobs, b_neighborhood, b_recognized,
    b_filled, b_stable_schedule, b_fair_chance, b_wellness, n_town, n_demand, nz_demand,
    x_employer_row, x_employer_habit, x_demand_base, x_town_jobs,
    lb_employer_stable, lb_employer_fair_chance, lb_employer_wellness,
    k_practice_rate, k_imitation, k_recognition, k_demand_rate, k_demand_jobs, k_demand_shock,
):  # fmt: skip
    works = (p_present > 0) & (p_labor == _WORKS) & (p_employer != NOBODY)
    b_filled[...] = np.bincount(p_employer[works], minlength=b_filled.size)
    towns = x_town_jobs.size
    live = b_open[x_employer_row] > 0
    r, habit = x_employer_row[live], x_employer_habit[live]
    t = n_town[b_neighborhood[r]].astype(np.int64)
    weight = b_jobs[r].astype(np.float64)
    jobs = np.bincount(t, weights=weight, minlength=towns)
    praise = np.where(b_recognized[r] > 0, k_recognition, 0.0)
    for practice, column, push in (
        (0, b_stable_schedule, lb_employer_stable), (1, b_fair_chance, lb_employer_fair_chance),
        (2, b_wellness, lb_employer_wellness),
    ):  # fmt: skip
        now = column[r].astype(np.float64)
        mean = np.bincount(t, weights=weight * now, minlength=towns) / np.maximum(jobs, 1e-9)
        aim = (1.0 - k_imitation) * habit[:, practice] + k_imitation * mean[t]
        aim = np.clip(aim + praise + push[r].astype(np.float64), 0.0, 1.0)
        column[r] = now + k_practice_rate * (aim - now)
    shock = nz_demand.astype(np.float64).sum() * k_demand_shock / np.sqrt(n_demand.size)
    here = n_town.astype(np.int64)
    ratio = np.where(x_town_jobs > 0, jobs / np.where(x_town_jobs > 0, x_town_jobs, 1.0), 1.0)
    now = n_demand.astype(np.float64)
    aim = x_demand_base * ratio[here] ** k_demand_jobs
    n_demand[...] = np.maximum(now + k_demand_rate * (aim - now) + shock, 0.1)


EMPLOYERS = process(
    "commerce.employers", kernel=employers_kernel, twin=employers_plain, scope="whole", room="labor",
    writes=("b_filled", "b_stable_schedule", "b_fair_chance", "b_wellness", "n_demand"),
    summary="Jobs held are counted, practices spread among employers, local demand moves.",
)  # fmt: skip
