"""Histories of reports hold as many reports whether or not homes differed less in the past."""

import numpy as np
import pytest

from hecsim import evidence
from hecsim.population import build_community, relive


def test_passing_risk_spreads_past_reports_and_keeps_their_number():
    """Some 2,800 children with about 1,100 reports: means of two histories differ by 6 percent in one standard error."""
    community = build_community("Hartford", households=4000, seed=1)
    mean, poor = [], []
    for share in (0.55, 0.95):
        lived = relive(community, evidence.draw(None).replaced({"adversity.start_persistence": share}), 1)
        person, home = lived.person, lived.household
        kids = np.flatnonzero((person["present"] == 1) & (person["age"] < 216))
        reports = person["reports"][kids].astype(float)
        risk = home["neglect_risk"][person["household"][kids].astype(np.int64)]
        mean.append(reports.mean())
        poor.append(reports[risk > np.median(risk)].mean() / reports.mean())
    assert mean[0] / mean[1] == pytest.approx(1.0, abs=0.25)
    assert poor[0] < poor[1]
