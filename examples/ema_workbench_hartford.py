"""Drive the model from the EMA Workbench: explore reach and luck, policies as levers, outcomes by month.

    pip install "hecsim[ema]"
    python examples/ema_workbench_hartford.py

Each experiment runs current law and the policy on the same luck and returns their difference, which is what a mix does.
"""

from __future__ import annotations

import numpy as np
from ema_workbench import (
    ArrayOutcome,
    CategoricalParameter,
    IntegerParameter,
    Model,
    RealParameter,
    ScalarOutcome,
    SequentialEvaluator,
)  # fmt: skip

from hecsim.community import Community
from hecsim.interventions import BenefitsCoaching, RightToCounsel
from hecsim.model import CommunityModel
from hecsim.population import build_community

MEASURES = ("evictions", "hardship")


def make(households: int = 500, years: int = 2) -> Model:
    """The model as the workbench sees it: uncertainties, levers, outcomes."""
    place = build_community("Hartford", households=households)

    def live(seed: int, interventions: tuple, community: Community = place) -> np.ndarray:
        model = CommunityModel(community=community, interventions=interventions, years=years, seed=seed).run()
        recorder = model.recorder
        assert recorder is not None
        where = [[m.name for m in recorder.measures].index(name) for name in MEASURES]
        top, bottom = np.moveaxis(recorder.array[:, where, 0], -1, 0)
        return top / np.maximum(bottom, 1e-9)

    def experiment(seed: int, strength: float, reach: float, policy_kind: str) -> dict[str, object]:
        kinds = {"counsel": RightToCounsel, "coaching": BenefitsCoaching}
        chosen = kinds[policy_kind](start=0, ramp=0, reach=reach, strength=strength)
        difference = live(seed, (chosen,)) - live(seed, ())
        return {"evictions": difference[:, 0].sum(), "hardship": difference[:, 1].mean(), "by_month": difference[:, 1]}

    model = Model("hartford", function=experiment)
    model.uncertainties = [IntegerParameter("seed", 1, 1000), RealParameter("strength", 0.5, 1.0)]
    model.levers = [RealParameter("reach", 0.1, 1.0), CategoricalParameter("policy_kind", ["counsel", "coaching"])]
    model.outcomes = [ScalarOutcome("evictions"), ScalarOutcome("hardship"), ArrayOutcome("by_month")]
    return model


def explore(model: Model, *, scenarios: int = 3, policies: int = 2):
    """Experiments (a data frame) and outcomes (arrays) of scenarios x policies."""
    with SequentialEvaluator(model) as evaluator:
        return evaluator.perform_experiments(scenarios=scenarios, policies=policies)


if __name__ == "__main__":
    experiments, outcomes = explore(make())
    print(experiments[["seed", "strength", "reach", "policy_kind"]].to_string(index=False))
    print({k: np.round(v, 4).tolist() for k, v in outcomes.items() if v.ndim == 1})
