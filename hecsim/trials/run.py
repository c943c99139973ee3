"""Running trials: every future is lived twice, with the treatment and without, under the same luck."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from hecsim import evidence, luck
from hecsim.clock import MONTHS_PER_YEAR
from hecsim.community import Community
from hecsim.engine import Engine
from hecsim.errors import HecsimError, RunError, ScenarioError, UnknownNameError
from hecsim.life import Life, burn_in
from hecsim.population import build_community, relive, without_before
from hecsim.processes.plan import MONTH
from hecsim.trials.arms import ArmDelivery, Limits, apply_once, limited
from hecsim.trials.assign import Registry
from hecsim.trials.estimate import estimate
from hecsim.trials.keys import read
from hecsim.trials.observe import Observer, periods
from hecsim.trials.samples import Worlds
from hecsim.trials.schema import Place, Trial
from hecsim.trials.score import TrialScore, score
from hecsim.trials.treatments import ParameterChange
from hecsim.trials.view import View

__all__ = ["FUTURES", "PARAMETERS", "load_trial", "run_trial", "run_trials"]

FUTURES = 10
_NOBODY = "nobody was observed, or nobody in one of the groups; look at where, at and the population"
PARAMETERS = ("ensemble", "sampled", "central")
Progress = Callable[[str, int, int], None]


def load_trial(path: str | Path) -> Trial:
    """Read a trial from a TOML file.

    Raises
    ------
    ScenarioError, UnknownNameError : naming the file, the key, what is wrong and what to do
    """
    from hecsim.scenario import naming_the_file, read_toml

    file = Path(path)
    with naming_the_file(file):
        return read(Trial, read_toml(file), file=file, where="")


def run_trials(
    trials: Iterable[Trial],
    *,
    futures: int = FUTURES,
    households: int | None = None,
    parameters: str = "ensemble",
    seed: int = 1,
    progress: Progress | None = None,
    done: Callable[[TrialScore], None] | None = None,
) -> list[TrialScore]:
    """Run several trials one after another; communities that they share are built once.

    Parameters
    ----------
    futures : futures for each; each is a draw of all parameters and a seed of luck
    households : simulated households instead of those of the files
    parameters : "ensemble" takes a calibrated set for each future, "sampled" draws from the ranges, "central" takes
        the central values
    done : called with each score as soon as it is known
    """
    chosen = list(trials)
    if futures < 1:
        raise ScenarioError(f"at least one future is needed, not {futures}", key="futures")
    if parameters not in PARAMETERS:
        raise UnknownNameError(parameters, PARAMETERS, what="way to choose parameters", key="parameters")
    built: tuple[Place, Community] | None = None  # one at a time: memory stays that of one community
    scores = []
    for trial in sorted(chosen, key=lambda t: (t.place.towns, t.place.households or 0, t.place.seed)):
        place = trial.place if households is None else replace(trial.place, households=households)
        if built is None or _same(built[0], place) is False:
            say = None if progress is None else (lambda what, share: progress("community", round(100 * share), 100))
            towns: Any = "all" if place.towns == ("all",) else list(place.towns)
            built = None
            built = (place, build_community(towns, households=place.households, seed=place.seed, progress=say))
        found = run_trial(trial, built[1], futures=futures, parameters=parameters, seed=seed, progress=progress)
        scores.append(found)
        if done is not None:
            done(found)
    order = {t.id: n for n, t in enumerate(chosen)}
    return sorted(scores, key=lambda s: order[s.trial.id])


def _same(a: Place, b: Place) -> bool:
    return (a.towns, a.households, a.seed) == (b.towns, b.households, b.seed)


def run_trial(
    trial: Trial,
    community: Community | None = None,
    *,
    futures: int = FUTURES,
    parameters: str = "ensemble",
    seed: int = 1,
    progress: Progress | None = None,
) -> TrialScore:
    """Re-enact one trial and put it against its publication.

    Returns a `TrialScore`; the community is never changed.
    """
    started = time.perf_counter()
    if community is None:
        towns: Any = "all" if trial.place.towns == ("all",) else list(trial.place.towns)
        community = build_community(towns, households=trial.place.households, seed=trial.place.seed)
    worlds = 1 if trial.one_world else 2
    months = trial.calendar.before + trial.population.recruit_months + trial.follow
    total, lived = futures * worlds * months, 0

    def tick() -> None:
        nonlocal lived
        lived += 1
        if progress is not None:
            progress(trial.id, lived, total)

    estimates: dict[str, list[Any]] = {o.name: [] for o in trial.outcome}
    notes: list[str] = []
    for index in range(futures):
        luck_seed = _seed(seed, index, "trials.luck")
        draw = _draw(parameters, seed, index)
        try:
            found, take_up = _future(trial, community, draw, luck_seed, months, tick)
        except HecsimError as problem:
            raise RunError(f"trial '{trial.id}', future {index}: {problem}") from problem
        for o in trial.outcome:
            estimates[o.name].append(estimate(trial, o, found[o.name], take_up, luck_seed))
    for o in trial.outcome:
        if not any(np.isfinite(e.large) for e in estimates[o.name]):
            seen = any(e.n for e in estimates[o.name])
            why = "too few events for this effect; take more households" if seen else _NOBODY
            notes.append(f"'{o.name}': {why}")
    return TrialScore(
        trial, tuple(score(trial, o, estimates[o.name]) for o in trial.outcome), futures, time.perf_counter() - started,
        int(community.household["present"].sum()), tuple(notes),
    )  # fmt: skip


def _draw(parameters: str, seed: int, index: int) -> evidence.Draw:
    """The parameters of a future; with more futures than members of the ensemble they come round again."""
    if parameters == "ensemble":
        members = evidence.ensemble()
        return members.member(int(members.order(seed)[index % len(members)]))
    return evidence.draw(None if parameters == "central" else _seed(seed, index, "trials.parameters"))


def _seed(seed: int, index: int, what: str) -> int:
    """Seeds belong to (seed, future) and nothing else, so more futures never change the first ones."""
    keys = luck.founder_keys(seed, what, index + 1)
    return int(keys[index]) & (2**62 - 1)


def _future(
    trial: Trial, community: Community, draw: evidence.Draw, seed: int, months: int, tick: Callable[[], None]
) -> tuple[dict[str, Worlds], float]:
    """Cells of all outcomes in both worlds of one future, and the difference in take-up."""
    # Histories belong to the future's own parameters and luck, as in studies, so that nothing drifts for having been drawn
    # from others.
    start = relive(community, draw, seed)
    start.clock.start_year = trial.calendar.start_year
    if trial.calendar.burn_in:
        burn_in(start, Engine(MONTH, draw, seed), months=trial.calendar.burn_in)
    observers = {}
    for treats in (False,) if trial.one_world else (False, True):
        observers[treats] = _world(trial, start, draw, seed, months, treats, tick)
    reference, lived = observers[False], observers.get(True, observers[False])
    found = {}
    for o in trial.outcome:
        names = [p[0] for p in periods(o, trial)]
        found[o.name] = Worlds(*({n: w.cells(o.name, n) for n in names} for w in (lived, reference)))
    r = lived.registry
    shares = [r.takes[r.arm == a].mean() if (r.arm == a).any() else 0.0 for a in (1, 0)]
    other = 1.0 - shares[1] if trial.design.crossover else 0.0
    return found, float(shares[0] - other) if trial.individual and trial.treated else 1.0


def _world(
    trial: Trial, start: Community, draw: evidence.Draw, seed: int, months: int, treats: bool, tick: Callable[[], None]
) -> Observer:
    """Live one world and write down its outcomes; `treats` is False where everybody gets the control arm."""
    limits = Limits()
    arms = [(0, trial.control)] + [(n, a) for n, a in enumerate(trial.treated, 1) if treats or trial.design.crossover]
    chosen = [limited(iv, number, limits, trial) for number, arm in arms for iv in arm.interventions()]
    chosen = [*trial.background.as_arm().interventions(), *chosen]
    model = Life(
        without_before(start), interventions=chosen, years=-(-months // MONTHS_PER_YEAR), start_year=trial.calendar.start_year,
        seed=seed, draw=draw, burn_in_months=0, record=False,
    )  # fmt: skip
    registry = Registry(trial, seed, treats)
    observer = Observer(trial, registry)
    inner = model.delivery
    model.delivery = ArmDelivery(inner, registry, limits)  # type: ignore[assignment]
    before = trial.calendar.before
    if not trial.individual:
        registry.assign_places(View(model.community, model.parameters, model.engine.levers, seed))
    for month in range(months):
        _change_parameters(trial, model, inner, month, treats)
        if month < before:
            apply_once(registry, model.community, View(model.community, model.engine.draw, model.engine.levers, seed), month)
        else:
            view = View(model.community, model.engine.draw, model.engine.levers, seed)
            if month - before <= trial.population.recruit_months and trial.population.follow == "cohort":
                new = registry.enter(view, month)
                if new.size:
                    observer.observe(view, month, snapshot=True)
            elif month == before == 0:
                observer.observe(view, month, snapshot=True)
            apply_once(registry, model.community, view, month)
        model.step()
        observer.observe(View(model.community, model.engine.draw, model.engine.levers, seed), month)
        tick()
    return observer


def _change_parameters(trial: Trial, model: Life, inner: Any, month: int, treats: bool) -> None:
    """Numbers of the world that change this month; the engine is made anew with them."""
    due = [c for c in trial.background.parameter if c.start == month]
    for arm in trial.treated if treats else (trial.control,):
        due += [c for c in arm.parameter if c.start == month - trial.calendar.before]
    if not due:
        return
    values = {c.name.replace(".", "__"): _changed(c, model.engine.draw[c.name]) for c in due}
    draw = model.engine.draw.with_values(**values)  # type: ignore[attr-defined]
    model.engine = Engine(MONTH, draw, model.engine.seed)
    inner.draw = draw
    if inner.calendar is not None:
        inner.calendar.draw = draw


def _changed(change: ParameterChange, value: Any) -> Any:
    old = np.asarray(value, float)
    if change.set is not None:
        new = np.full_like(old, change.set)
    else:
        new = old * change.scale if change.scale is not None else old + float(change.add or 0.0)
    return float(new) if new.ndim == 0 else new
