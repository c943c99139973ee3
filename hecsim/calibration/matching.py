"""History matching: which parameters cannot be ruled out, and a sample of them.

Implausibility is the distance between what a set of parameters would give and what was published, in
standard deviations of everything that is unsure: the published figure, the model itself (discrepancy), and
the emulator (Craig et al. 1997; Vernon, Goldstein and Bower 2010, doi 10.1214/10-BA524). A set is ruled out
when its implausibility, a few worst targets left aside, exceeds three.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hecsim.calibration.emulator import Emulators
from hecsim.evidence import REACH

__all__ = ["CUT", "DISCREPANCY", "Targets", "aim", "choose", "not_ruled_out", "update"]

CUT = 3.0
DISCREPANCY = 0.05  # of a pattern on the logarithmic scale: what a right model may still be off by; judgment
DISCREPANCY_LINEAR = 0.5  # for differences, in standard deviations of the published figure; judgment
_ASIDE = 0.05  # share of targets that may be implausible before a set of parameters is ruled out


@dataclass(frozen=True)
class Targets:
    """What is to be reproduced, on the scale of each pattern; arrays over targets.

    center, sd : published figure and its standard deviation
    discrepancy : standard deviation of the model's own error
    luck : standard deviation of one simulation over lucks
    """

    center: np.ndarray
    sd: np.ndarray
    discrepancy: np.ndarray
    luck: np.ndarray

    def implausibility(self, y: np.ndarray, extra: np.ndarray | float = 0.0) -> np.ndarray:
        """|y - center| in standard deviations; `extra` is the emulator's, the luck of a simulation by default."""
        noise = np.where(np.asarray(extra) > 0, extra, self.luck)
        return np.abs(y - self.center) / np.sqrt(self.sd**2 + self.discrepancy**2 + noise**2)

    def distance(self, y: np.ndarray) -> np.ndarray:
        """Mean squared distance from the figures in units of what is unsure about them and of luck, (n,).

        Without the discrepancy, which says how far off a set may be before it is ruled out: of two sets that are not, the
        one nearer to the figures is the better.
        """
        return ((y - self.center) ** 2 / (self.sd**2 + self.luck**2)).mean(axis=1)

    def worst(self, y: np.ndarray, extra: np.ndarray | float = 0.0) -> np.ndarray:
        """The implausibility that decides: the largest after one target in twenty was left aside, (n,)."""
        i = np.sort(self.implausibility(y, extra), axis=1)
        return i[:, -1 - int(_ASIDE * i.shape[1])]


def not_ruled_out(
    score: Callable[[np.ndarray], np.ndarray], d: int, n: int, seed: int, *, cut: float = CUT, steps: int = 6
) -> tuple[np.ndarray, float, float]:
    """A sample of the prior inside {score <= cut}, by subset simulation with Crank-Nicolson moves.

    score : (n, d) quantiles to implausibility (n,)
    Returns the sample (n, d), the cut that could be reached, and the share of the prior it holds.
    Au and Beck 2001, doi 10.1016/S0266-8920(01)00019-4; moves that keep the normal prior as in Cotter et al. 2013.
    """
    rng = np.random.default_rng(seed)
    z = np.clip(rng.standard_normal((n, d)), -REACH, REACH)
    value, share, level = score(z), 1.0, np.inf
    for _ in range(40):
        new = max(cut, float(np.quantile(value, 0.4)))
        alive = np.flatnonzero(value <= new)
        share *= alive.size / n
        stuck = new >= level - 1e-3 and new > cut
        level = new
        z, value = (a[rng.choice(alive, n)] for a in (z, value))
        beta = 0.5
        for _ in range(steps):
            trial = np.clip(np.sqrt(1 - beta**2) * z + beta * rng.standard_normal((n, d)), -REACH, REACH)
            found = score(trial)
            ok = found <= level
            z, value = np.where(ok[:, None], trial, z), np.where(ok, found, value)
            beta = float(np.clip(beta * np.exp(ok.mean() - 0.3), 0.02, 0.9))
        if level <= cut or stuck:
            break
    return z, level, share


def update(z: np.ndarray, y: np.ndarray, wanted: np.ndarray, slopes: np.ndarray, sd: np.ndarray) -> np.ndarray:
    """Move one set of base rates so that its simulation, linearly, comes to what is wanted.

    z : quantiles (d,); y : what was simulated there; wanted : where it should be; slopes : (targets, d);
    sd : how much each target may differ. A unit of a quantile costs as much as one standard deviation of a target, so
    that what no target informs about stays where it was (regression adjustment as in Beaumont, Zhang and Balding 2002,
    for each set with its own effects).
    """
    a = slopes / sd[:, None]
    step = np.linalg.solve(a.T @ a + np.eye(len(z)), a.T @ ((wanted - y) / sd))
    return np.clip(z + np.clip(step, -1.5, 1.5), -REACH, REACH)


def aim(
    emulators: Emulators,
    targets: Targets,
    z: np.ndarray,
    wanted: np.ndarray,
    rng: np.random.Generator,
    simulated: np.ndarray | None = None,
) -> np.ndarray:
    """Sets of base rates (n, d) moved by `update` toward what is wanted of each, (n, targets).

    rng : draws the slopes of each set from those that the simulations allow, so that what is not known about them
        widens the ensemble
    simulated : what each gave, or None for what the emulators expect of it

    The discrepancy says what is not ruled out; what is aimed at is the figure, as well as it is known. An emulator expects
    without luck, a simulation has its own.
    """
    if simulated is None:
        expected, sd = emulators.predict(z), targets.sd
    else:
        expected, sd = simulated, np.sqrt(targets.sd**2 + targets.luck**2)
    return np.array([update(z[i], expected[i], wanted[i], emulators.slopes(z[i], rng), sd) for i in range(len(z))])


def choose(targets: Targets, y: np.ndarray, members: int) -> np.ndarray:
    """The sets to keep of those that were simulated: near to the figures one by one, and in their mean.

    targets : with the luck that is left in `y`; y : what the sets gave, (n, targets); members : how many to keep
    Returns positions in ascending order, int64 (members,), or all when there are no more.

    What is kept has the least sum of the mean distance of its sets and of the squared deviation of their mean, in standard
    deviations of the figures: an ensemble can lie on one side of a figure though no set in it is far off, and its mean
    is what is compared with what was published. Found from the nearest sets by the exchange that helps most, until none does.

    Examples
    --------
    >>> t = Targets(np.zeros(1), np.ones(1), np.zeros(1), np.zeros(1))
    >>> choose(t, np.array([[1.0], [1.1], [1.2], [-1.5]]), 2).tolist()
    [0, 3]
    """
    distance = targets.distance(y)
    if len(y) <= members:
        return np.arange(len(y))
    away = (y - targets.center) / targets.sd
    kept = np.zeros(len(y), bool)
    kept[np.argsort(distance, kind="stable")[:members]] = True
    while True:
        inside, outside = np.flatnonzero(kept), np.flatnonzero(~kept)
        sums = away[inside].sum(axis=0) - away[inside][:, None] + away[outside]  # of every exchange, (kept, left out, targets)
        total = distance[inside].sum() - distance[inside][:, None] + distance[outside]
        value = total / members + ((sums / members) ** 2).mean(axis=2)
        out, new = np.unravel_index(int(value.argmin()), value.shape)
        if value[out, new] > distance[inside].mean() + (away[inside].mean(axis=0) ** 2).mean() - 1e-9:
            return inside
        kept[inside[out]], kept[outside[new]] = False, True
