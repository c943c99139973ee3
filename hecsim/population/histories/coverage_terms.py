"""What health coverage at the start depends on, and the chances that follow from it, of people below 65."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from hecsim.community import Community
from hecsim.processes import health_coverage as coverage
from hecsim.processes.ace_bits import ADULT

__all__ = ["Terms", "lasting", "terms", "uninsured"]


class Terms(NamedTuple):
    """What coverage depends on, of people below 65; one entry a person."""

    home: np.ndarray
    child: np.ndarray
    caregiver: np.ndarray
    relative: np.ndarray
    working: np.ndarray
    eligible: np.ndarray
    eligible_b: np.ndarray
    share: np.ndarray
    buy: np.ndarray
    disabled: np.ndarray


def terms(community: Community, rows: np.ndarray, draw: Mapping[str, Any], k: Mapping[str, Any]) -> Terms:
    """Read them for these person rows; `k` are the parameters of health by their short names."""
    p, hh = community.person, community.household
    home, months = p["household"][rows].astype(np.int64), p["age"][rows].astype(np.int64)
    poverty, children = hh["poverty_ratio"][home].astype(float), hh["children"][home] > 0
    own_unit = (p["role"][rows] >= 2) & (months >= k["own_unit_age"] * 12)
    poverty = np.where(own_unit, 12.0 * p["earnings"][rows] / draw["benefits.guideline_first"][1], poverty)
    names = ("husky_child_age", "husky_child_limit", "husky_pregnant_limit", "husky_parent_limit", "husky_d_limit")
    expecting = (p["pregnancy"][rows] > 0) | (p["since_birth"][rows] <= 12)
    caregiver = p["role"][rows] <= 1
    limit = coverage.medicaid_limit(months, expecting, caregiver & children, *(draw[f"benefits.{n}"] for n in names))
    child = months < draw["benefits.husky_child_age"] * 12
    eligible = poverty <= limit
    del limit  # of a state, each is as large as a column
    working = (p["labor"][rows] == 1) & (months >= ADULT)
    wage, hours = p["wage"][rows], p["hours"][rows]
    return Terms(
        home=home,
        child=child,
        caregiver=caregiver,
        relative=caregiver | ((p["role"][rows] == 2) & (months < k["family_age"] * 12)),
        working=working,
        eligible=eligible,
        eligible_b=child & ~eligible & (poverty <= draw["benefits.husky_b2_limit"]),
        share=coverage.plan_share(wage, hours, k["wage_steps"], k["employer_share"], k["part_time_factor"], k["plan_hours"]),
        buy=k["direct_gain"][np.searchsorted([2, 4], poverty, side="right")],
        disabled=(p["disabled"][rows] == 1) & ~working & (months >= ADULT) & ~eligible,
    )


def lasting(t: Terms, barred: np.ndarray, k: Mapping[str, Any]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Chances of a plan from one's own work, of HUSKY and of a direct plan where the monthly chances come to rest."""
    share = t.share * np.where(barred, k["immigrant_plans"], 1.0)
    gain, loss = k["employer_gain"] * share, k["employer_loss"] * (1.0 - share)
    plan = np.where(t.working & ~(t.eligible & (share < 0.5)), gain / np.maximum(gain + loss, 1e-9), 0.0)
    pace = np.where(barred, k["immigrant_factor"], 1.0)
    enroll = k["medicaid_enroll"] * pace
    member = enroll / (enroll + k["medicaid_churn"][np.where(t.child, 0, 1)])
    member = np.where(t.eligible, member, np.where(t.eligible_b, 0.5, 0.0))
    return plan, member, t.buy * pace / (t.buy * pace + k["direct_loss"])


def uninsured(t: Terms, barred: np.ndarray, k: Mapping[str, Any]) -> np.ndarray:
    """Chance of each to have no coverage."""
    plan, member, direct = lasting(t, barred, k)
    alone = np.where(t.caregiver, np.log1p(-np.minimum(plan, 0.999)), 0.0)  # logarithm of the chance to bring no plan home
    home = t.home - t.home.min()
    others = np.bincount(home, alone)[home] - alone
    joins = np.where(t.relative & ~t.eligible, np.exp(others), 1.0)
    return (1.0 - plan) * joins * (1.0 - member) * (1.0 - direct) * (1.0 - k["medicare_disabled_share"] * t.disabled)
