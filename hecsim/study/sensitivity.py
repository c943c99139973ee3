"""Which parameters drive the difference that a mix makes, not the outcome itself.

The analyses are those of SALib (Iwanaga, Usher and Herman 2022), applied to paired differences:

    pawn    needs no runs of its own: distribution-based indices from the draws that a study has (Pianosi and
            Wagener 2015), with a dummy parameter that has no influence as the line of noise
    morris  trajectories through chosen parameters, or through whole rooms of them as groups: mean and spread
            of elementary effects (Morris 1991; Campolongo et al. 2007)
    sobol   first-order and total shares of variance of a few chosen parameters (Saltelli et al. 2010)

`morris` and `sobol` run a design of their own, with the same luck in every row, so that rows differ by
their parameters alone. Values of a parameter are quantiles of what we believe of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hecsim import evidence
from hecsim.errors import RunError, ScenarioError, UnknownNameError
from hecsim.study.design import Design, Study
from hecsim.study.outcome import outcome
from hecsim.study.results import Results
from hecsim.study.robust import parameters_of
from hecsim.study.run import run_study

__all__ = ["METHODS", "Problem", "analyze", "pawn", "sample", "sensitivity"]

METHODS = ("morris", "sobol")
_INSIDE = (0.01, 0.99)  # quantiles that designs span: a parameter at the very edge of belief says little
_DUMMY = "(noise)"


@dataclass(frozen=True)
class Problem:
    """What is varied: names of parameters, and the group of each (its own name, or its room)."""

    names: tuple[str, ...]
    groups: tuple[str, ...]

    def for_salib(self) -> dict[str, Any]:
        """As SALib wants it."""
        made = {"num_vars": len(self.names), "names": list(self.names), "bounds": [list(_INSIDE)] * len(self.names)}
        return made | ({"groups": list(self.groups)} if self.groups != self.names else {})


def _salib() -> Any:
    try:
        import SALib.analyze.morris
        import SALib.analyze.pawn
        import SALib.analyze.sobol
        import SALib.sample.morris
        import SALib.sample.sobol
    except ImportError:
        raise ScenarioError('SALib is not installed; run: pip install "hecsim[sensitivity]"', key="sensitivity") from None
    return SALib


def problem(parameters: Sequence[str]) -> Problem:
    """Parameters by full name, or whole rooms of them as groups ("food" for everything uncertain in it)."""
    known = [n for n, p in evidence.load().items() if p.uncertain]
    rooms = sorted({n.partition(".")[0] for n in known})
    names, groups = [], []
    for asked in parameters:
        inside = [n for n in known if n.startswith(asked + ".")] if asked in rooms else [asked]
        for name in inside:
            if name not in known:
                raise UnknownNameError(name, [*known, *rooms], what="uncertain parameter or room")
            if name not in names:
                names.append(name)
                groups.append(asked if asked in rooms else name)
    if len(set(groups)) < 2:
        raise ScenarioError("name at least two parameters or rooms to tell apart", key="--parameter")
    return Problem(tuple(names), tuple(groups))


def sample(what: Problem, method: str, size: int, seed: int) -> np.ndarray:
    """The rows of a design, quantiles (rows, parameters). `size` is trajectories (morris) or the base sample (sobol)."""
    salib = _salib()
    if method == "morris":
        return np.asarray(salib.sample.morris.sample(what.for_salib(), size, num_levels=4, seed=seed))
    if method == "sobol":
        if size & (size - 1):
            raise ScenarioError(f"must be a power of 2, not {size}", key="--size")
        return np.asarray(salib.sample.sobol.sample(what.for_salib(), size, calc_second_order=False, seed=seed))
    raise UnknownNameError(method, METHODS, what="method")


def analyze(what: Problem, method: str, rows: np.ndarray, y: np.ndarray, *, seed: int = 1) -> pd.DataFrame:
    """Indices from a design and its differences.

    Returns parameter, and for morris mu, mu_star, sigma, interval (half-width of mu_star's 95% interval); for
    sobol first, first_interval, total, total_interval. Strongest first.
    """
    salib = _salib()
    if not np.isfinite(y).all():  # SALib would go on, and every index would be no number
        raise RunError(f"{int((~np.isfinite(y)).sum())} of {y.size} rows of the design have no difference to analyze")
    names = list(dict.fromkeys(what.groups))
    if method == "morris":
        found = salib.analyze.morris.analyze(what.for_salib(), rows, y, num_levels=4, seed=seed)
        columns = {"mu": "mu", "mu_star": "mu_star", "sigma": "sigma", "interval": "mu_star_conf"}
        by = "mu_star"
    else:
        found = salib.analyze.sobol.analyze(what.for_salib(), y, calc_second_order=False, seed=seed)
        columns = {"first": "S1", "first_interval": "S1_conf", "total": "ST", "total_interval": "ST_conf"}
        by = "total"
    given = list(found.get("names", names)) if method == "morris" else names
    table: dict[str, Any] = {k: np.ma.filled(np.ma.asarray(found[v], dtype=float), np.nan) for k, v in columns.items()}
    return pd.DataFrame({"parameter": given, **table}).sort_values(by, ascending=False, ignore_index=True)


def sensitivity(
    study: Study,
    out: str | Path,
    parameters: Sequence[str],
    *,
    outcomes: Sequence[str] = (),
    arm: str = "",
    method: str = "morris",
    size: int = 10,
    **how: Any,
) -> pd.DataFrame:
    """Run a design over parameters and say which of them drive the difference of an arm from current law.

    Parameters
    ----------
    study : gives arms, community and horizon; its own futures are not used
    parameters : full names, or rooms, whose parameters then move as one group
    arm : the arm compared with current law; the first that is not current law by default
    size : trajectories (morris) or base sample, a power of 2 (sobol)
    how : workers, progress, community, cluster as for `run_study`

    Examples
    --------
    >>> import hecsim as hs
    >>> study = hs.Study.from_file("experiments/uncertainty.toml")                                   # doctest: +SKIP
    >>> hs.sensitivity(study, "results/morris", ("adversity", "housing"), outcomes=("aces_0_8",))    # doctest: +SKIP
    """
    what = problem(parameters)
    mix = _arm(study, arm)
    rows = sample(what, method, size, study.seed)
    design = Design(what.names, tuple(tuple(float(v) for v in r) for r in rows))
    names = list(outcomes) or list(dict.fromkeys(c.measure for c in study.contrasts))
    chosen = [outcome(o) for o in names]
    if not chosen:
        raise ScenarioError("name an outcome, or declare a contrast in the study file", key="--outcome")
    planned = replace(study, arms=(study.reference, mix), design=design, futures=len(rows), contrasts=())
    results = run_study(planned, out, **how)
    if results.failed:
        first = next(iter(results.failed.values()))
        raise RunError(f"{len(results.failed)} of {len(rows)} rows of the design failed, the first with: {first}")
    frames = []
    for o in chosen:
        y = _difference(results, o.text, mix.name)
        frames.append(analyze(what, method, rows, y, seed=study.seed).assign(outcome=o.text, arm=mix.name, method=method))
    return pd.concat(frames, ignore_index=True)


def pawn(
    results: Results, arm: str, name: str, *, parameters: Sequence[str] = (), slices: int = 4, seed: int = 1
) -> pd.DataFrame:
    """PAWN indices of an arm's paired difference from the draws that a study already has.

    A dummy column that has no influence, permuted often, gives `noise`: the 95th percentile of what an index
    is without any influence. Below it nothing can be said of a parameter.

    Returns columns parameter, median (index), maximum, noise, above (whether the median exceeds the noise).

    Examples
    --------
    >>> import hecsim as hs
    >>> hs.pawn(results, "Strong start", "aces_0_8").head()                   # doctest: +SKIP
    """
    inputs = parameters_of(results)
    chosen = list(problem(parameters).names) if parameters else list(inputs.columns)
    y = _difference(results, name, arm)
    by_draw = inputs[chosen].assign(_y=y, _draw=results.draws)[np.isfinite(y)].groupby("_draw").mean()
    y = by_draw.pop("_y").to_numpy()
    return pawn_table(by_draw, y, slices=slices, seed=seed)


def pawn_table(x: pd.DataFrame, y: np.ndarray, *, slices: int = 4, seed: int = 1, dummies: int = 200) -> pd.DataFrame:
    """PAWN indices of y by every column of x, beside the noise line; one row a parameter, strongest first."""
    if len(y) < 5 * slices:
        raise ScenarioError(
            f"{len(y)} parameter draws are too few for {slices} slices; run at least {5 * slices} draws "
            f"({10 * slices} futures)", key="futures",
        )  # fmt: skip
    salib, rng = _salib(), np.random.default_rng(seed)
    noise = {f"{_DUMMY}{i}": rng.permutation(len(y)) / len(y) for i in range(dummies)}
    data = pd.concat([x.reset_index(drop=True), pd.DataFrame(noise)], axis=1)
    asked = {"num_vars": data.shape[1], "names": list(data.columns), "bounds": [[0.0, 1.0]] * data.shape[1]}
    found = salib.analyze.pawn.analyze(asked, data.to_numpy(), y, S=slices, seed=seed)
    table = pd.DataFrame({"parameter": data.columns, "median": found["median"], "maximum": found["maximum"]})
    dummy = table["parameter"].str.startswith(_DUMMY)
    line = float(np.percentile(table.loc[dummy, "median"], 95))
    table = table[~dummy].assign(noise=line)
    table["above"] = table["median"] > line
    return table.sort_values("median", ascending=False, ignore_index=True)


def _arm(study: Study, name: str) -> Any:
    names = [a.name for a in study.arms]
    if name and name not in names:
        raise UnknownNameError(name, names, what="arm")
    return next(a for a in study.arms if (a.name == name if name else not a.is_reference))


def _difference(results: Results, name: str, arm: str) -> np.ndarray:
    if arm not in results.arms:
        raise UnknownNameError(arm, results.arms, what="arm")
    values = outcome(name).values(results)
    return values[:, results.arms.index(arm)] - values[:, results.reference]
