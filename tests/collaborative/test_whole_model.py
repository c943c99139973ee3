"""A collaborative in the whole model."""

from dataclasses import replace

import numpy as np
import pytest

from collaborative.support import DRAW, NOW, PLENTY, WORKING, town
from hecsim.engine import Engine
from hecsim.interventions import BenefitsCoaching, Delivery, ParentingSkills
from hecsim.interventions.funnel import ENROLLED


def test_the_model_takes_a_collaborative_and_its_organizations_show_it(small_hartford):
    from hecsim.agents import Organization
    from hecsim.model import CommunityModel

    model = CommunityModel(
        community=small_hartford, interventions="M2", collaborative="hartford", years=2, burn_in_months=0, record=False
    )
    for _ in range(4):
        model.step()
    seated = model.agents_by_type[Organization].select(lambda o: o.role in ("partner", "backbone"))
    assert len(seated) > 5
    assert model.collaborative.progress.name in ("forming", "planning")
    assert any(o.partners for o in seated)


@pytest.mark.slow
def test_paired_whole_months_without_capacity_the_hub_lengthens_queues():
    from hecsim.model import CommunityModel
    from hecsim.population import build_community

    hartford = build_community("Hartford", households=4000, seed=3)
    scarce = {f"interventions__staff_{pool}": 0.5 for pool in ("navigator", "coach")}
    draw = DRAW.with_values(**scarce, interventions__s01_lag=0.0)
    items = (BenefitsCoaching(**NOW, reach=0.5), ParentingSkills(**NOW, reach=0.5))
    hub = replace(WORKING, hub=True, hub_staff=40.0, entry_points=("clinic", "school", "church"), no_wrong_door=True)
    waits, served = [], []
    for spec in (WORKING, hub):
        model = CommunityModel(
            community=hartford,
            interventions=items,
            collaborative=spec,
            years=1,
            burn_in_months=0,
            draw=draw,
            record=False,
        )
        stages = np.zeros(5)
        for _ in range(12):
            model.step()
            h = model.community.household
            for key in ("g10", "g13"):
                stages += np.bincount(h[f"iv_{key}_stage"][h["present"] == 1], minlength=5)
        waits.append(stages[1])
        served.append(stages[2])
    assert waits[1] > 1.05 * waits[0] > 0  # family-months of waiting
    # Staff is the same, so service is too, but for who starts in which month: some 400 family-months in courses of about
    # ten months are 40 courses, whose number moves by less than one in ten.
    assert served[1] == pytest.approx(served[0], rel=0.1)


@pytest.mark.slow
def test_a_policy_that_raises_a_programs_reach_gives_a_positive_interaction():
    """A policy gives families room of mind, more of them take up a course, and both do more than the sum of each."""
    from hecsim.interventions import SugaryDrinkTax
    from hecsim.processes.adversity_risk import RISK
    from hecsim.processes.budget import BUDGET

    state = town(8000)
    h = state.household
    h["savings"], h["rent"], h["earnings"], h["poverty_ratio"] = 0, 1500, 1500, 1.0
    h["ui"], h["other_income"], h["tfa"], h["support"] = 0, 0, 0, 0
    draw = PLENTY.with_values(
        interventions__p13_implementation=0.0, interventions__p13_revenue=2400.0, interventions__g13_consent=0.4,
        interventions__g13_found=0.5,
    )  # fmt: skip
    course, cash = ParentingSkills(start=4, ramp=0, reach=0.3), SugaryDrinkTax(**NOW)
    reached, risk = [], []
    for items in ((), (course,), (cash,), (course, cash)):
        c = state.copy()
        engine = Engine((*BUDGET, RISK), draw, 5)
        delivery = Delivery(items, c, draw, horizon=60, calendar=False)
        for _ in range(14):
            engine.levers.clear()
            delivery.month(c, engine.context)
            engine.step(c)
        families = (c.household["present"] == 1) & (c.household["children"] > 0)
        risk.append(c.household["abuse_risk"][families].astype(float).sum())
        stage = c.household["iv_g13_stage"] if "iv_g13_stage" in c.household else np.zeros(1)
        reached.append(int((stage == ENROLLED).sum() + (stage == 4).sum()))
    none, taught, _, both = (risk[0] - r for r in risk)
    assert none == 0
    assert reached[3] > reached[1] > 100  # the policy raises the program's reach
    # Hazards multiply, so two things that have nothing to do with each other leave the product of what each leaves.
    assert risk[3] * risk[0] < risk[1] * risk[2]
    assert both > taught > 0
