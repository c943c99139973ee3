"""`Life`: a community that lives month by month, without Mesa, which takes half a second to load.

>>> from hecsim.life import Life
>>> Life(build_community("Hartford", households=500), years=1).run()          # doctest: +SKIP
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self, TypeVar

import numpy as np

from hecsim import evidence
from hecsim.clock import MONTHS_PER_YEAR, month_label
from hecsim.collaborative import Collaborative, CollaborativeSpec, collaborative_of
from hecsim.collaborative.fund_plan import FundPlan
from hecsim.community import Community
from hecsim.engine import Engine
from hecsim.errors import RunError, ScenarioError, ScheduleError
from hecsim.interventions import Intervention, mix
from hecsim.interventions.delivery import Delivery
from hecsim.measures import Diary, Recorder, assign_income_bands
from hecsim.measures.observed import check_outcomes, yearly_totals
from hecsim.memory import give_back, lend_large
from hecsim.population import forget_before, restore_followed, without_before
from hecsim.processes.plan import MONTH

__all__ = ["Life", "burn_in", "parse_seed"]

_Twin = TypeVar("_Twin", bound="Life")

BURN_IN = 12  # months before month 0, in which fast states reach their level under current law


def parse_seed(value: int | str | None, *, key: str = "seed") -> int:
    """A seed as an integer; text from a form is parsed, and anything else is an error."""
    if value is None:
        return 1
    try:
        number = int(str(value).strip())
    except ValueError:
        raise ScenarioError(f"a seed is a whole number, not '{value}'", key=key) from None
    if not 0 <= number < 2**63:
        raise ScenarioError(f"a seed lies between 0 and 2^63, not {number}", key=key)
    return number


class Life:
    """A community under current law and a mix of interventions.

    community : lived itself, not a copy; hand over `community.copy()` to keep it
    interventions : instances, or the name of a ready-made mix such as "M1"; empty for current law
    collaborative : who carries the interventions out: settings, the name of a preset such as "hartford", or None
    years : horizon in years
    seed : seed of luck (of the future, never of the arm); text is parsed
    parameter_seed : None for central parameter values, else the seed of a parameter draw; `draw` goes before it
    burn_in_months : months lived before month 0; 0 if the community has been burned in already
    record : whether to keep measures
    plain : run the numpy twins instead of the compiled loops
    threads : blocks at a time, into which a place of some 5,000 households or more is cut; the results are the same
    funds : what money there is for the mix; None where every payer pays its share without limit
    comparison : `yearly_totals` of current law in the same future, for money that follows outcomes

    Raises
    ------
    ScheduleError : an intervention starts after the horizon
    RunError : `step` beyond the horizon
    """

    def __init__(
        self,
        community: Community,
        *,
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
        draw: evidence.Draw | None = None,
        progress: Callable[[int, int], None] | None = None,
        funds: FundPlan | None = None,
        comparison: Mapping[str, np.ndarray] | None = None,
    ):
        luck_seed = parse_seed(seed)
        lend_large(community.person.size)
        self.running = True
        self.community = forget_before(community)  # what only new histories need is not carried along
        self.community.share(max(1, threads))
        self.community.clock.start_year = int(start_year)
        self.community.clock.horizon = int(years) * MONTHS_PER_YEAR
        self.parameters = draw if draw is not None else evidence.draw(parameter_seed)
        self.mix = tuple(mix(interventions) if isinstance(interventions, str) else interventions)
        self.engine = Engine(MONTH, self.parameters, luck_seed, plain=plain, threads=threads)
        if burn_in_months:
            built = self.community.copy() if self.community.followed else self.community
            burn_in(self.community, self.engine, months=burn_in_months)
            restore_followed(self.community, built)
            self.community.compact()
        self.community.clock.month = 0
        self._check_funds(funds, record, comparison)
        self.delivery = Delivery(
            self.mix,
            self.community,
            self.parameters,
            horizon=self.community.clock.horizon,
            funds=funds,
            comparison=comparison,
            collaborative=collaborative_of(collaborative),
        )
        assign_income_bands(self.community)
        self.recorder = Recorder(self.community, self.parameters, plain=plain) if record else None
        self.diary = Diary(self.community)
        self.progress = progress

    @staticmethod
    def _check_funds(funds: FundPlan | None, record: bool, comparison: Mapping[str, np.ndarray] | None) -> None:
        if funds is None:
            return
        check_outcomes(funds.measures)
        if funds.by_outcome and not record:
            raise ScenarioError("money that follows outcomes needs measures", key="funds", hint="Set record=True")
        if funds.by_outcome and funds.benchmark == "comparison" and comparison is None:
            raise ScenarioError(
                'benchmark = "comparison" needs what current law measured in the same future', key="funds.benchmark",
                hint='A study supplies it (hecsim compare); for a single run set benchmark = "own baseline"',
            )  # fmt: skip

    @property
    def month(self) -> int:
        """The month that is about to be simulated, 0 at the start."""
        return self.community.clock.month

    @property
    def collaborative(self) -> Collaborative | None:
        """The collaborative as it stands, or None where each intervention is delivered as its settings say."""
        return self.delivery.carried.collaborative if self.delivery.carried is not None else None

    @property
    def label(self) -> str:
        """That month as '2025-01'."""
        return month_label(self.month, self.community.clock.start_year)

    def step(self) -> None:
        """One month."""
        clock = self.community.clock
        if clock.month >= clock.horizon:
            self.running = False
            raise RunError(
                f"month {clock.month} is past the horizon of {clock.horizon} months; build the model with more years"
            )
        engine = self.engine
        engine.levers.clear()
        if clock.month and clock.calendar_month == 0:
            self.community.compact(lanes=engine.lanes)
        self.delivery.month(self.community, engine.context)
        give_back(self.community.person.size)
        engine.open_month(self.community)
        engine.run_blocks(self.community)
        engine.close_month(self.community)
        if self.recorder is not None:
            self.recorder.observe(self.community, engine.context)
            if self.delivery.funding is not None and (clock.month + 1) % MONTHS_PER_YEAR == 0:
                self.delivery.funding.funds.books.observe(yearly_totals(self.recorder, self.community))
        self.diary.observe(self.community, engine.context)
        clock.month += 1
        self.running = clock.month < clock.horizon
        give_back(self.community.person.size)
        if self.progress is not None:
            self.progress(clock.month, clock.horizon)

    def run(self) -> Self:
        """All months up to the horizon; returns itself."""
        while self.running:
            self.step()
        return self

    def fork(self, interventions: str | Sequence[Intervention] = ()) -> Life:
        """An independent life with this past and these interventions from now on.

        The same as if the interventions had been there from the beginning, as long as none of them starts
        before the present month.

        Raises
        ------
        ScheduleError : an intervention should have started already, or this past has a collaborative or a fund of its own
        """
        return self._hand_over(Life(without_before(self.community), **self._from_now_on(interventions)))

    def _from_now_on(self, interventions: str | Sequence[Intervention]) -> dict[str, Any]:
        """Settings of a fork."""
        if self.delivery.carried is not None or self.delivery.funding is not None:
            raise ScheduleError("a past with a collaborative or a fund of its own is lived anew in every arm")
        chosen = tuple(mix(interventions) if isinstance(interventions, str) else interventions)
        late = [iv for iv in (*self.mix, *chosen) if iv.start < self.month and not iv.inert]
        if late:
            raise ScheduleError(f"{late[0].id} starts in month {late[0].start}, but the model is in month {self.month} already")
        clock = self.community.clock
        return {
            "interventions": chosen, "years": clock.horizon // MONTHS_PER_YEAR, "start_year": clock.start_year,
            "seed": self.engine.seed, "draw": self.parameters, "burn_in_months": 0, "record": self.recorder is not None,
            "plain": self.engine.plain, "threads": self.engine.threads, "progress": self.progress,
        }  # fmt: skip

    def _hand_over(self, twin: _Twin) -> _Twin:
        """Give a fork this past."""
        twin.community.clock.month = self.community.clock.month
        twin.community.household["income_band"] = self.community.household["income_band"]
        twin.delivery.take_over(self.delivery)
        if twin.recorder is not None and self.recorder is not None:
            twin.recorder.take_over(self.recorder)
        twin.diary = copy.deepcopy(self.diary)
        return twin

    def close(self) -> None:
        """Let go of the community now, not when Python next looks for cycles of objects that refer to each other."""
        self.running = False
        self.community.kept.clear()
        self.community.tables.clear()

    def measure(self, name: str) -> float:
        """Community-wide value of a measure this month, for reporters and looking."""
        if self.recorder is None:
            raise RunError("this model keeps no measures; build it with record=True")
        return self.recorder.latest(name)

    def explain(self, lever: str, rows: np.ndarray) -> list[dict[str, Any]]:
        """How a lever's value at some rows came about this month."""
        return self.engine.levers.explain(lever, rows)


def burn_in(community: Community, engine: Engine, *, months: int = BURN_IN, tick: Callable[[], None] | None = None) -> None:
    """Live `months` under current law before month 0, without record; `tick`, called every month, may stop it by raising."""
    community.clock.month = -months
    delivery = Delivery((), community, engine.draw, horizon=months)
    for _ in range(months):
        engine.levers.clear()
        delivery.month(community, engine.context)
        engine.step(community)
        if tick is not None:
            tick()
    community.clock.month = 0
