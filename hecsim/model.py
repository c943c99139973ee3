"""`CommunityModel`: a community's life as a Mesa model. The only file that knows Mesa's Model."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import mesa
import numpy as np

from hecsim import evidence
from hecsim.agents import AgentsByType, AllAgents
from hecsim.collaborative import CollaborativeSpec
from hecsim.collaborative.fund_plan import FundPlan
from hecsim.community import Community
from hecsim.interventions import Intervention
from hecsim.life import BURN_IN, Life, burn_in, parse_seed
from hecsim.population import build_community, without_before

__all__ = ["CommunityModel", "burn_in", "parse_seed"]

# What the model's own data collector keeps each month; give it another one to keep other things.
REPORTED = (
    "residents",
    "aces_0_8",
    "obesity_adult",
    "obesity_child",
    "stress",
    "food_insecurity",
    "evictions",
    "poverty",
    "health_cost",
)


def _measure_of(model: CommunityModel, *, name: str) -> float:
    return model.measure(name)


def _residents_of(model: CommunityModel) -> int:
    return model.community.residents


class CommunityModel(Life, mesa.Model):
    """A community under current law and a mix of interventions.

    Parameters
    ----------
    community : a built `Community` (copied, so that models never touch), or town names to build one
    households : when building, how many households stand for the place; None for all of them
    rng : Mesa's name for the seed; used when given

    All others are those of `hecsim.life.Life`.

    Examples
    --------
    >>> from hecsim.model import CommunityModel
    >>> model = CommunityModel(community="Hartford", households=500, years=1)   # doctest: +SKIP
    >>> model.step(); model.agents_by_type                                      # doctest: +SKIP
    """

    def __init__(
        self,
        *,
        community: Community | str | Sequence[str] = "Hartford",
        households: int | None = 2000,
        interventions: Sequence[Intervention] | str = (),
        collaborative: CollaborativeSpec | str | None = None,
        years: int = 10,
        start_year: int = 2025,
        seed: int | str | None = 1,
        parameter_seed: int | None = None,
        burn_in_months: int = BURN_IN,
        record: bool = True,
        plain: bool = False,
        threads: int = 1,
        rng: int | str | None = None,
        draw: evidence.Draw | None = None,
        progress: Callable[[int, int], None] | None = None,
        funds: FundPlan | None = None,
        comparison: Mapping[str, np.ndarray] | None = None,
    ):
        luck_seed = parse_seed(seed if rng is None else rng)
        mesa.Model.__init__(self, rng=luck_seed)
        self._all_agents = AllAgents(self)
        if isinstance(community, Community):
            place = without_before(community)
        else:
            place = build_community(community, households=households)
        Life.__init__(
            self, place, interventions=interventions, collaborative=collaborative, years=years, start_year=start_year,
            seed=luck_seed, parameter_seed=parameter_seed, burn_in_months=burn_in_months, record=record, plain=plain,
            threads=threads, draw=draw, progress=progress, funds=funds, comparison=comparison,
        )  # fmt: skip
        # Mesa's batch runs need something to report even from a model that keeps no measures.
        kept = {name: partial(_measure_of, name=name) for name in REPORTED}
        reporters = kept if record else {"residents": partial(_residents_of)}
        self.datacollector = mesa.DataCollector(model_reporters=reporters)

    @property
    def agents(self) -> AllAgents:
        """All agents: persons, households, businesses, neighborhoods, organizations."""
        return self._all_agents

    @property
    def agents_by_type(self) -> AgentsByType:  # type: ignore[override]
        """Agent type to the set of its agents."""
        return AgentsByType(self)

    @property
    def agent_types(self) -> list[type]:
        """The types of agents."""
        return list(self.agents_by_type)

    def step(self) -> None:
        """One month."""
        super().step()
        self.datacollector.collect(self)

    def fork(self, interventions: str | Sequence[Intervention] = ()) -> CommunityModel:
        """An independent model with this past and these interventions from now on, as `Life.fork` says."""
        twin = self._hand_over(CommunityModel(community=self.community, **self._from_now_on(interventions)))
        twin.datacollector.model_vars = copy.deepcopy(self.datacollector.model_vars)
        twin.steps = self.steps
        return twin
