"""Whether the intervals of an ensemble hold what is true: a check at full size out of simulations made already.

Each simulation of a wave is one world whose base rates are known. It is left out of the emulators, and its values take the
place of the published figures, each with an error as large as the published one has. The same matching and the same steps
toward the figures then look for its base rates, and the 90 percent intervals found are held against them. In place of a
simulation stands what the emulators expect there and what they missed in another simulation of the waves, drawn at
random: its luck, its own effects, its other parameters, and the emulators' error. (Leave-one-out coverage, as for
approximate Bayesian computation in Prangle and others 2014, doi 10.1111/anzs.12087.)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from scipy.stats import binom

from hecsim.calibration.calibrate import Calibration, held
from hecsim.calibration.matching import CUT, Targets, aim, choose, not_ruled_out
from hecsim.errors import RunError, ScenarioError

__all__ = ["Recovery", "recover"]

_LEVEL = 0.9


@dataclass(frozen=True)
class Recovery:
    """How often known base rates lay in the intervals that were found for them.

    names : base rates; held : bool (truths, base rates); width : standard deviation of each set found, in standard
    deviations of the evidence, (truths, base rates)
    """

    names: tuple[str, ...]
    held: np.ndarray
    width: np.ndarray

    def summary(self) -> dict[str, Any]:
        """Share held over all, what 90 percent intervals should give (95 percent of repetitions), and by truth.

        The expected range treats base rates of one truth as independent; they are nearly.
        """
        truths, n = self.held.shape
        low, high = (float(binom.ppf(q, truths * n, _LEVEL)) for q in (0.025, 0.975))
        by_truth = self.held.mean(axis=1)
        least = np.argsort(self.held.mean(axis=0), kind="stable")[:3]
        return {
            "truths": truths, "base_rates": n, "intervals": truths * n, "held": int(self.held.sum()),
            "share": float(self.held.mean()), "expected": [low, high],
            "truths_with_nine_in_ten": int((by_truth >= _LEVEL).sum()), "worst_truth": float(by_truth.min()),
            "least": {self.names[j]: float(self.held[:, j].mean()) for j in least},
        }  # fmt: skip


def recover(
    c: Calibration, truths: int = 24, *, seed: int = 1, progress: Callable[[str, int, int], None] | None = None
) -> Recovery:
    """Take simulations of the last wave as truths, one after another, and look for their base rates.

    Parameters
    ----------
    c : a finished calibration, from `calibrate`
    truths : how many; all of the last wave at most
    seed : which of them, their figures' errors, and the stand-ins of simulations

    Raises
    ------
    ScenarioError : fewer than one truth asked for
    RunError : the calibration does not hold its waves (it was read from a file)

    Examples
    --------
    >>> recover(found, 24).summary()["share"]  # doctest: +SKIP
    0.9
    """
    if truths < 1:
        raise ScenarioError(f"'truths' is 1 or more, not {truths}", key="truths")
    if c.emulators is None:
        raise RunError("this calibration does not hold the simulations of its waves; run `calibrate` on its folder again")
    rng = np.random.default_rng(seed)
    last = int(c.waves[-1]["simulations"])
    chosen = np.sort(rng.choice(np.arange(len(c.tried_z) - last, len(c.tried_z)), min(truths, last), replace=False))
    inside, width = [], []
    for k, j in enumerate(chosen):
        if progress is not None:
            progress("recovery", k, len(chosen))
        z = _found(c, int(j), rng)
        inside.append(held(z, c.tried_z[j], _LEVEL))
        width.append(z.std(axis=0))
    if progress is not None:
        progress("recovery", len(chosen), len(chosen))
    return Recovery(c.space.names, np.array(inside), np.array(width))


def _found(c: Calibration, j: int, rng: np.random.Generator) -> np.ndarray:
    """The sets that the method keeps when simulation `j` is the truth, (members, base rates)."""
    assert c.emulators is not None
    others = np.delete(np.arange(len(c.tried_z)), j)
    z, y = c.tried_z[others], c.tried_y[others]
    emulators = c.emulators.refitted(z, y)
    missed = y - emulators.predict(z)
    missed = missed * (emulators.sd / np.maximum(missed.std(axis=0), 1e-12))  # what was fitted is missed by less

    # A figure's error: the published one's; a single simulation already brings that of its luck.
    sd = np.maximum(c.targets.sd, c.targets.luck)
    center = c.tried_y[j] + np.sqrt(sd**2 - c.targets.luck**2) * rng.standard_normal(len(sd))
    targets = Targets(center, sd, np.zeros(len(sd)), c.targets.luck)

    n = 2 * c.settings.members
    score = partial(_score, targets, emulators)
    start, _, _ = not_ruled_out(score, len(c.space), max(n, 200), int(rng.integers(2**31)))
    wanted = targets.center + targets.sd * rng.standard_normal((n, len(sd)))
    luck = missed[rng.integers(len(missed), size=n)]
    found = aim(emulators, targets, start[:n], wanted, rng)
    found = aim(emulators, targets, found, wanted, rng, emulators.predict(found) + luck)
    simulated = emulators.predict(found) + luck
    worst = targets.worst(simulated)
    fine = np.flatnonzero(worst <= CUT)
    if len(fine) < c.settings.members:
        fine = np.sort(np.argsort(worst, kind="stable")[: c.settings.members])
    return found[fine[choose(targets, simulated[fine], c.settings.members)]]


def _score(targets: Targets, emulators: Any, z: np.ndarray) -> np.ndarray:
    return targets.worst(emulators.predict(z), emulators.sd)
