"""From observations to the effect as the study expressed it.

Two estimates are made of every future.

Large: participants treated, against the same participants in the world in which they were not. The luck is
the same, so what differs is the effect; this is the model's own answer.

As published: what a study of that size could have seen. The contrast that the study made (treated against
controls of the trial itself, before and after, or the regression) is computed from participants drawn with
replacement, as many as were analyzed, cluster by cluster where clusters were assigned. Its deviation from the
same contrast over all simulated participants is the sampling error; it is added to the large estimate.
"""

from __future__ import annotations

import numpy as np

from hecsim.measures import MEASURES
from hecsim.trials.observe import Cells, periods
from hecsim.trials.regress import regression, series, slope
from hecsim.trials.samples import Estimate, Worlds, mean_of, resampled, values_of, with_error
from hecsim.trials.schema import RATIOS, Outcome, Trial

__all__ = ["estimate"]

# -- averages -----------------------------------------------------------------------------------------


def _sd(c: Cells) -> float:
    x = c.y / c.d
    return float(np.sqrt(np.average((x - mean_of(c)) ** 2, weights=c.d))) if c.size > 1 else float("nan")


def contrast(o: Outcome, treated: float, control: float, *, factor: float, spread: float) -> float:
    """Two averages as one effect; `factor` says what 1 is (100 for percent), `spread` is the SD of controls."""
    with np.errstate(divide="ignore", invalid="ignore"):
        a, b = np.float64(treated), np.float64(control)
        match o.effect:
            case "percent change":
                return float(100.0 * (a / b - 1.0))
            case "ratio":
                return float(a / b)
            case "odds ratio":
                return float((a / (factor - a)) / (b / (factor - b)))
            case "hazard ratio":
                return float(np.log1p(-a / factor) / np.log1p(-b / factor))
            case "standardized difference":
                return float((a - b) / spread)
            case _:
                return float(a - b)


def _factor(o: Outcome) -> float:
    if o.limited:
        return 100.0
    return MEASURES[o.measure].factor if o.measure else o.factor


def _did(o: Outcome, after: tuple[float, float], before: tuple[float, float], spread: float) -> float:
    """Treated and control after, less the same before, on the effect's own scale."""
    factor = _factor(o)
    one = contrast(o, *after, factor=factor, spread=spread)
    zero = contrast(o, *before, factor=factor, spread=spread)
    with np.errstate(divide="ignore", invalid="ignore"):  # a sample may hold no event before the policy
        if o.effect in RATIOS:
            return float(np.float64(one) / zero)
        if o.effect == "percent change":
            return float(100.0 * (np.float64(1 + one / 100) / (1 + zero / 100) - 1))
    return one - zero


# -- groups --------------------------------------------------------------------------------------------


def _arm(c: Cells, arm: int) -> Cells:
    return c.take(np.flatnonzero(c.arm == arm))


def _numbers(trial: Trial, o: Outcome) -> tuple[int, int]:
    """Numbers of the arm and of the one that it is compared with."""
    names = [trial.control.name, *(a.name for a in trial.treated)]
    number = names.index(o.arm) if o.arm else 1
    return number, names.index(o.versus) if o.versus else 0


def _common(a: Cells, b: Cells) -> tuple[Cells, Cells]:
    """The participants of both, in the same order."""
    _, i, j = np.intersect1d(a.key, b.key, return_indices=True)
    return a.take(i), b.take(j)


def _sizes(o: Outcome) -> tuple[int | None, int | None, int | None]:
    """Participants in the treated arm and in control, and clusters in each, as published."""
    p = o.published
    if p.n is None:
        return None, None, None if p.clusters is None else max(2, p.clusters // 2)
    treated = p.n_treated if p.n_treated is not None else p.n // 2
    return max(1, treated), max(1, p.n - treated), None if p.clusters is None else max(2, p.clusters // 2)


# -- designs -------------------------------------------------------------------------------------------


def estimate(trial: Trial, o: Outcome, worlds: Worlds, take_up: float, seed: int) -> Estimate:
    """The estimates of one outcome in one future.

    take_up : difference in take-up between arms
    seed : of the sampling error
    """
    rng = np.random.default_rng([seed & 0xFFFFFFFF, 0x7472])
    if trial.design.kind == "regression":
        return regression(o, values_of(o, worlds.reference, "after"), rng)
    if trial.design.kind == "observation":
        return _observed(trial, o, worlds, rng)
    if trial.design.kind == "series":
        return series(trial, o, worlds, rng)
    return _compared(trial, o, worlds, take_up, rng)


def _compared(trial: Trial, o: Outcome, worlds: Worlds, take_up: float, rng: np.random.Generator) -> Estimate:
    arm, other = _numbers(trial, o)
    lived, without = (values_of(o, w, "after") for w in (worlds.trial, worlds.reference))
    treated, same = _common(_arm(lived, arm), _arm(without, arm))
    if trial.population.follow == "cross-section":  # who is asked may differ, so everybody asked counts
        treated, same = _arm(lived, arm), _arm(without, arm)
    place = trial.design.assign == "place"
    control = _arm(without, arm) if place else _arm(lived, other)
    spread, factor = _sd(control), _factor(o)
    tot = take_up if trial.design.estimand == "tot" else 1.0

    def effect(a: float, b: float) -> float:
        return contrast(o, a, b, factor=factor, spread=spread) / tot

    if other:  # two treated arms: each against itself untreated
        theirs, themselves = _common(control, _arm(without, other))
        large = effect(mean_of(treated), mean_of(same)) - effect(mean_of(theirs), mean_of(themselves))
        if o.effect in RATIOS:
            large = effect(mean_of(treated), mean_of(same)) / effect(mean_of(theirs), mean_of(themselves))
    else:
        large = effect(mean_of(treated), mean_of(same))
    n1, n0, clusters = _sizes(o)
    groups = [_arm(lived, arm), control]
    if trial.design.kind == "difference in differences":
        earlier, without_earlier = (values_of(o, w, "before") for w in (worlds.trial, worlds.reference))
        groups += [_arm(earlier, arm), _arm(without_earlier, arm) if place else _arm(earlier, other)]

    def study(weights: list[np.ndarray | None]) -> float:
        means = [mean_of(c, w) for c, w in zip(groups, weights, strict=True)]
        if len(means) == 4:
            return _did(o, (means[0], means[1]), (means[2], means[3]), spread) / tot
        return effect(means[0], means[1])

    def drawn() -> float:
        sizes = (n1, n0, n1, n0)
        # With the whole place treated, both worlds hold the same people: one of them is drawn anew for the other.
        return study([resampled(c, n, clusters, rng) for c, n in zip(groups, sizes, strict=False)])

    raw = study([None] * len(groups))
    return Estimate(large, raw, with_error(o, rng, large, drawn, raw), mean_of(same), mean_of(treated), treated.size, take_up)


def _observed(trial: Trial, o: Outcome, worlds: Worlds, rng: np.random.Generator) -> Estimate:
    """One world: a level, a slope over the months, or two groups compared."""
    cells = worlds.trial
    if o.effect == "slope":
        points = [(int(name), values_of(o, cells, name)) for name, _, _ in periods(o, trial) if name not in ("before", "entry")]

        def line(weights: list[np.ndarray | None]) -> float:
            return slope([m for m, _ in points], [mean_of(c, w) for (_, c), w in zip(points, weights, strict=True)])

        whole = line([None] * len(points))
        n = o.published.n
        found = with_error(o, rng, whole, lambda: line([resampled(c, n, None, rng) for _, c in points]), whole)
        return Estimate(whole, whole, found, mean_of(points[0][1]), mean_of(points[-1][1]), points[0][1].size)
    after = values_of(o, cells, "after")
    one, two = (after.take(np.flatnonzero(after.group == g)) for g in (0, 1))
    n1, n0, clusters = _sizes(o)
    if o.effect == "level":
        level = mean_of(one)
        found = with_error(o, rng, level, lambda: mean_of(one, resampled(one, o.published.n, clusters, rng)), level)
        return Estimate(level, level, found, level, level, one.size)
    spread, factor = _sd(two), _factor(o)

    def effect(w: np.ndarray | None, v: np.ndarray | None) -> float:
        return contrast(o, mean_of(one, w), mean_of(two, v), factor=factor, spread=spread)

    large = effect(None, None)
    found = with_error(
        o, rng, large, lambda: effect(resampled(one, n1, clusters, rng), resampled(two, n0, clusters, rng)), large
    )
    return Estimate(large, large, found, mean_of(two), mean_of(one), one.size + two.size)
