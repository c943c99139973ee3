"""Health coverage: who is insured by whom, month by month.

At 65 everyone has Medicare; at low income Medicaid counts as the main coverage. Younger people move
between four states by monthly chances:

* an employer's plan begins and ends with work; by wage and hours it is more or less common, and
  partners and children (to 26) join a worker's plan. Losing the job ends it at once;
* HUSKY (Medicaid) has limits for children, pregnant and recently delivered women, parents and other
  adults (benefits room); grown children, grandparents and others in a home count their own earnings.
  The eligible enroll with a delay, lose coverage to paperwork, and stay on until renewal when income
  rises above the limit;
* direct and exchange plans, more often at higher income;
* a share of those who lose coverage finds another within the month;
* adults without a lawful status can hardly get HUSKY, a plan of the exchange or another one after a loss, and fewer of
  them are in an employer's plan. How many of those born abroad have none differs between towns (histories).

Levers: `coverage` enrolls the uninsured, `coverage_loss` adds to Medicaid losses (as new paperwork
does). The state of last month decides who has a plan to join, so order inside the month is moot.
"""

from __future__ import annotations

import numpy as np

from hecsim.compiled import njit
from hecsim.luck import uniform_at, uniforms_of
from hecsim.processes.ace_bits import ADULT
from hecsim.processes.base import process
from hecsim.processes.maths import home, listed

__all__ = [
    "COVERAGE",
    "DIRECT",
    "EMPLOYER",
    "MEDICAID",
    "MEDICARE",
    "NO_STATUS",
    "UNINSURED",
    "medicaid_limit",
    "plan_share",
]

UNINSURED, EMPLOYER, MEDICAID, MEDICARE, DIRECT = 0, 1, 2, 3, 4
NO_STATUS = 2  # of `foreign_born`
_OLD = 65 * 12
_EMPLOYED, _JAILED = 1, 4
_YEAR = 1  # the guideline of 2025: money is in dollars of that year


def medicaid_limit(
    months: np.ndarray, expecting: np.ndarray, parent: np.ndarray, child_age: float, child: float,
    pregnant: float, caretaker: float, other: float,
) -> np.ndarray:  # fmt: skip
    """HUSKY A and D income limit below 65, in multiples of the poverty guideline."""
    adult = np.where(expecting, pregnant, np.where(parent, caretaker, other))
    return np.where(months < child_age * 12, np.where(expecting, np.maximum(child, pregnant), child), adult)


def plan_share(
    wage: np.ndarray, hours: np.ndarray, steps: np.ndarray, share: np.ndarray, part_time: float,
    plan_hours: np.ndarray
) -> np.ndarray:  # fmt: skip
    """Share of workers with this wage and these hours in their own employer's plan."""
    full = share[np.searchsorted(steps, np.asarray(wage, float), side="right")]
    return np.where(hours >= plan_hours[1], full, np.where(hours >= plan_hours[0], full * part_time, 0.0))


@njit(error_model="numpy")
def _household_plans(p_present, p_household, p_age, p_role, p_labor, p_insurance, n, h0):
    """Members of each household who bring an employer's plan: householder or partner, at work, in a plan."""
    plans, brings = np.zeros(n, np.uint8), np.empty(p_present.size, np.uint8)
    for i in range(p_present.size):
        works = (p_labor[i] == _EMPLOYED) & (p_age[i] >= ADULT)
        brings[i] = (p_present[i] != 0) & (p_role[i] <= 1) & works & (p_insurance[i] == EMPLOYER)
    for i in range(p_present.size):
        plans[home(p_household[i], p_present[i], h0)] += brings[i]
    return plans


@njit(error_model="numpy")
def coverage_kernel(
    p_present, p_household, p_age, p_role, p_foreign_born, p_pregnancy, p_since_birth,
    p_labor, p_hours, p_wage, p_earnings, p_disabled, p_insurance, h_present, h_children,
    h_poverty_ratio, lp_coverage, lp_coverage_loss, pu_leave, pu_join, luck_p, du_bridge, h0, k_wage_steps,
    k_employer_share, k_part_time_factor, k_plan_hours, k_employer_gain, k_employer_loss, k_family_join,
    k_family_age, k_medicaid_enroll, k_medicaid_enroll_b, k_medicaid_churn, k_redetermination,
    k_immigrant_factor, k_immigrant_plans, k_direct_gain, k_direct_loss, k_bridge, k_own_unit_age, k_dual_limit,
    k_medicare_disabled, k_benefits__guideline_first, k_benefits__husky_child_age,
    k_benefits__husky_child_limit, k_benefits__husky_b2_limit, k_benefits__husky_pregnant_limit,
    k_benefits__husky_parent_limit, k_benefits__husky_d_limit,
):  # fmt: skip
    plans = _household_plans(p_present, p_household, p_age, p_role, p_labor, p_insurance, h_present.size, h0)
    n = p_present.size
    around, open_to, old = np.empty(n, np.uint8), np.empty(n, np.uint8), np.empty(n, np.uint8)
    for i in range(n):
        around[i] = plans[home(p_household[i], p_present[i], h0)]
    # No chance exceeds these. Most people keep what they have, and one test says so.
    most_loss, most_churn = k_employer_loss / 12.0, max(np.max(k_medicaid_churn), k_redetermination)
    most_public, most_direct = max(k_medicaid_enroll, k_medicaid_enroll_b), np.max(k_direct_gain)
    least_share = np.min(k_employer_share) * min(k_part_time_factor, 1.0) > 0.0
    for i in range(n):  # no branch, so that the compiler takes several people at a time
        now, months, works = p_insurance[i], p_age[i], p_labor[i] == _EMPLOYED
        brings = (p_role[i] <= 1) & works & (now == EMPLOYER) & (months >= ADULT)
        relative = (p_role[i] <= 1) | ((p_role[i] == 2) & (months < k_family_age * 12))
        held = (relative & (around[i] > brings)) | (works & (months >= ADULT) & (p_hours[i] >= k_plan_hours[0]) & least_share)
        loss = most_loss if now == EMPLOYER else k_direct_loss
        loss = most_churn + lp_coverage_loss[i] if now == MEDICAID else loss
        turns = (now != UNINSURED) & (pu_leave[i] < loss) | ((now == EMPLOYER) & ~held) | (now == MEDICARE)
        join = k_employer_gain / 12.0 if works else 0.0
        join = max(join, k_family_join) if relative & (around[i] > brings) else join
        join += most_public + (most_direct if now == UNINSURED else 0.0) + (0.0 if works else k_medicare_disabled) + 1e-12
        turns |= ((now == UNINSURED) | (now == DIRECT)) & (pu_join[i] < join + lp_coverage[i])
        free = (p_present[i] != 0) & (p_labor[i] != _JAILED)
        open_to[i], old[i] = free & turns & (months < _OLD), free & (months >= _OLD)
    # Chances to come into an employer's plan and to lose it, by status, part time and full time, and step of the wage.
    gain, loss_own = np.empty((2, 2, k_employer_share.size)), np.empty((2, 2, k_employer_share.size))
    for barred in range(2):
        for full in range(2):
            for step in range(k_employer_share.size):
                share = k_employer_share[step] * (1.0 if full == 1 else k_part_time_factor)
                share *= k_immigrant_plans if barred == 1 else 1.0
                gain[barred, full, step] = -np.expm1(-k_employer_gain * share / 12.0)
                loss_own[barred, full, step] = 1.0 if share == 0.0 else -np.expm1(-k_employer_loss * (1.0 - share) / 12.0)
    for i in listed(old):
        poverty = float(h_poverty_ratio[home(p_household[i], 1, h0)])
        p_insurance[i] = MEDICAID if poverty <= k_dual_limit else MEDICARE
    for i in listed(open_to):
        h, months, now = np.int64(p_household[i]) - h0, np.int64(p_age[i]), np.int64(p_insurance[i])
        poverty = float(h_poverty_ratio[h])
        if p_role[i] >= 2 and months >= k_own_unit_age * 12:
            poverty = 12.0 * p_earnings[i] / k_benefits__guideline_first[_YEAR]
        child = months < k_benefits__husky_child_age * 12
        limit = k_benefits__husky_d_limit
        if child:
            limit = k_benefits__husky_child_limit
        elif p_role[i] <= 1 and h_children[h] > 0:
            limit = k_benefits__husky_parent_limit
        if p_pregnancy[i] > 0 or p_since_birth[i] <= 12:
            limit = max(limit, k_benefits__husky_pregnant_limit)
        eligible = poverty <= limit
        eligible_b = child and poverty <= k_benefits__husky_b2_limit
        employer, lost = 0.0, 1.0
        barred = p_foreign_born[i] == NO_STATUS and not child
        if p_labor[i] == _EMPLOYED and months >= ADULT and p_hours[i] >= k_plan_hours[0]:
            step, full = np.searchsorted(k_wage_steps, float(p_wage[i]), side="right"), p_hours[i] >= k_plan_hours[1]
            employer, lost = gain[barred * 1, full * 1, step], loss_own[barred * 1, full * 1, step]
        brings = p_role[i] <= 1 and p_labor[i] == _EMPLOYED and now == EMPLOYER and months >= ADULT
        relative = p_role[i] <= 1 or (p_role[i] == 2 and months < k_family_age * 12)
        family = relative and plans[h] > brings
        disabled = p_disabled[i] == 1 and p_labor[i] != _EMPLOYED and months >= ADULT
        leave = 0.0
        if now == EMPLOYER:
            if not family:
                leave = lost
        elif now == MEDICAID:
            leave = k_medicaid_churn[0 if child else 1] if eligible or eligible_b else k_redetermination
            leave += lp_coverage_loss[i]
        elif now == MEDICARE:
            leave = 0.0 if disabled else 1.0
        elif now == DIRECT:
            leave = k_direct_loss
        bridged = now != UNINSURED and pu_leave[i] < leave
        if bridged:
            now = UNINSURED
        if now == MEDICARE:
            continue
        pace = k_immigrant_factor if barred else 1.0
        if family:
            employer = max(employer, k_family_join)
        public = k_medicaid_enroll * pace if eligible else (k_medicaid_enroll_b if eligible_b else 0.0)
        band = 0 if poverty < 2 else (1 if poverty < 4 else 2)
        direct = k_direct_gain[band] * pace
        medicare = k_medicare_disabled if disabled and not eligible else 0.0
        if (
            bridged and uniform_at(luck_p, i, du_bridge) < k_bridge * pace
        ):  # special enrollment: the usual chances, scaled to a certainty
            total = employer + public + direct
            if total > 0:
                employer, public, direct = employer / total, public / total, direct / total
        elif now == UNINSURED:
            if eligible or eligible_b:
                public += lp_coverage[i]
            else:
                direct += lp_coverage[i]
        if now in (UNINSURED, DIRECT):
            u = pu_join[i]
            if u < employer:
                now = EMPLOYER
            elif u < employer + public:
                now = MEDICAID
            elif u < employer + public + medicare:
                now = MEDICARE
            elif now == UNINSURED and u < employer + public + medicare + direct:
                now = DIRECT
        p_insurance[i] = now


def coverage_plain(
    p_present, p_household, p_age, p_role, p_foreign_born, p_pregnancy, p_since_birth,
    p_labor, p_hours, p_wage, p_earnings, p_disabled, p_insurance, h_present, h_children,
    h_poverty_ratio, lp_coverage, lp_coverage_loss, pu_leave, pu_join, luck_p, du_bridge, h0, k_wage_steps,
    k_employer_share, k_part_time_factor, k_plan_hours, k_employer_gain, k_employer_loss, k_family_join,
    k_family_age, k_medicaid_enroll, k_medicaid_enroll_b, k_medicaid_churn, k_redetermination,
    k_immigrant_factor, k_immigrant_plans, k_direct_gain, k_direct_loss, k_bridge, k_own_unit_age, k_dual_limit,
    k_medicare_disabled, k_benefits__guideline_first, k_benefits__husky_child_age,
    k_benefits__husky_child_limit, k_benefits__husky_b2_limit, k_benefits__husky_pregnant_limit,
    k_benefits__husky_parent_limit, k_benefits__husky_d_limit,
):  # fmt: skip
    pu_bridge = uniforms_of(luck_p, du_bridge)
    here = (p_present != 0) & (p_labor != _JAILED)
    at_work, grown = p_labor == _EMPLOYED, p_age >= ADULT
    source = (p_present != 0) & (p_role <= 1) & at_work & (p_insurance == EMPLOYER) & grown
    plans = np.bincount(p_household[source].astype(np.int64) - h0, minlength=h_present.size)
    old = np.flatnonzero(here & (p_age >= _OLD))
    poor = h_poverty_ratio[p_household[old].astype(np.int64) - h0] <= k_dual_limit
    i = np.flatnonzero(here & (p_age < _OLD))
    h, months, now = (
        p_household[i].astype(np.int64) - h0,
        p_age[i].astype(np.int64),
        p_insurance[i].astype(np.int64),
    )
    poverty, work = h_poverty_ratio[h].astype(float), at_work[i]
    own_unit = (p_role[i] >= 2) & (months >= k_own_unit_age * 12)
    poverty = np.where(own_unit, 12.0 * p_earnings[i] / k_benefits__guideline_first[_YEAR], poverty)
    child = months < k_benefits__husky_child_age * 12
    expecting = (p_pregnancy[i] > 0) | (p_since_birth[i] <= 12)
    limit = medicaid_limit(
        months, expecting, (p_role[i] <= 1) & (h_children[h] > 0), k_benefits__husky_child_age,
        k_benefits__husky_child_limit, k_benefits__husky_pregnant_limit, k_benefits__husky_parent_limit,
        k_benefits__husky_d_limit,
    )  # fmt: skip
    eligible = poverty <= limit
    eligible_b = child & (poverty <= k_benefits__husky_b2_limit)
    share = plan_share(p_wage[i], p_hours[i], k_wage_steps, k_employer_share, k_part_time_factor, k_plan_hours)
    barred = (p_foreign_born[i] == NO_STATUS) & ~child
    share = np.where(work & grown[i], share, 0.0) * np.where(barred, k_immigrant_plans, 1.0)
    relative = (p_role[i] <= 1) | ((p_role[i] == 2) & (months < k_family_age * 12))
    family = relative & (plans[h] - source[i] > 0)
    disabled = (p_disabled[i] == 1) & ~work & grown[i]
    own = np.where(share == 0.0, 1.0, -np.expm1(-k_employer_loss * (1.0 - share) / 12.0))
    member = np.where(eligible | eligible_b, k_medicaid_churn[np.where(child, 0, 1)], k_redetermination) + lp_coverage_loss[i]
    leave = np.choose(now, [0.0, np.where(family, 0.0, own), member, np.where(disabled, 0.0, 1.0), k_direct_loss])
    bridged = (now != UNINSURED) & (pu_leave[i] < leave)
    now = np.where(bridged, UNINSURED, now)
    pace = np.where(barred, k_immigrant_factor, 1.0)
    employer = -np.expm1(-k_employer_gain * share / 12.0)
    employer = np.where(family, np.maximum(employer, k_family_join), employer)
    public = np.where(eligible, k_medicaid_enroll * pace, np.where(eligible_b, k_medicaid_enroll_b, 0.0))
    direct = k_direct_gain[np.searchsorted([2, 4], poverty, side="right")] * pace
    medicare = np.where(disabled & ~eligible, k_medicare_disabled, 0.0)
    special = bridged & (pu_bridge[i] < k_bridge * pace)
    total = employer + public + direct
    scale = np.where(special & (total > 0), 1.0 / np.where(total > 0, total, 1.0), 1.0)
    offered = np.where(~special & (now == UNINSURED), lp_coverage[i].astype(float), 0.0)
    reach = eligible | eligible_b
    employer = employer * scale
    public = public * scale + np.where(reach, offered, 0.0)
    direct = direct * scale + np.where(reach, 0.0, offered)
    free, u = (now == UNINSURED) | (now == DIRECT), pu_join[i]
    result = np.select(
        [~free, u < employer, u < employer + public, u < employer + public + medicare,
         (now == UNINSURED) & (u < employer + public + medicare + direct)],
        [now, EMPLOYER, MEDICAID, MEDICARE, DIRECT],
        now,
    )  # fmt: skip
    p_insurance[old] = np.where(poor, MEDICAID, MEDICARE)
    p_insurance[i] = result


COVERAGE = process(
    "health.coverage",
    kernel=coverage_kernel,
    twin=coverage_plain,
    writes=("p_insurance",),
    summary="Coverage follows work, income, age and pregnancy, with take-up, paperwork losses and bridges.",
)
