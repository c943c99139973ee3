"""Benefits that replace wages: unemployment insurance (CGS 31-231a, 31-234) and paid family and
medical leave (CGS 31-49e to 31-49t).
"""

from __future__ import annotations

import math

from hecsim.compiled import njit

__all__ = ["paid_leave_eligible", "paid_leave_weekly", "ui_partial", "ui_weekly"]


@njit()
def ui_weekly(rules, best_quarter, second_quarter, base_wages, n_dependents) -> float:
    """Weekly unemployment benefit with dependents, USD (CGS 31-231a, 31-234).

    best_quarter, second_quarter : wages of the two best quarters of the base period, USD
    base_wages : wages of the whole base period; below 40 times the benefit there is none
    """
    weekly = math.floor((best_quarter + second_quarter) / 2 / rules.ui_divisor + 1e-9)
    weekly = min(max(weekly, rules.ui_min), rules.ui_max)
    if base_wages < max(rules.ui_base_multiple * weekly, rules.ui_base_min):
        return 0.0
    return weekly + min(weekly, rules.ui_dependent * min(n_dependents, rules.ui_dependents_max))


@njit()
def ui_partial(rules, weekly_benefit, weekly_earnings) -> float:
    """Benefit of a week with some work, USD: it falls by two-thirds of gross earnings."""
    return max(0.0, weekly_benefit - rules.ui_partial_share * weekly_earnings)


@njit()
def paid_leave_eligible(rules, best_quarter_wages) -> bool:
    """Enough wages in the best base quarter (CGS 31-49e); recent employment is the caller's affair."""
    return best_quarter_wages >= rules.leave_min_quarter


@njit()
def paid_leave_weekly(rules, weekly_earnings, minimum_wage) -> float:
    """Weekly paid leave benefit, USD (CGS 31-49g).

    95 percent of earnings up to 40 hours at the minimum wage and 60 percent above, at most 60 hours
    at the minimum wage. Pass `rules.minimum_wage` unless a policy moves it.
    """
    first = rules.leave_hours_first * minimum_wage
    benefit = rules.leave_share_first * min(weekly_earnings, first)
    benefit += rules.leave_share_above * max(0.0, weekly_earnings - first)
    return min(benefit, rules.leave_hours_cap * minimum_wage)
