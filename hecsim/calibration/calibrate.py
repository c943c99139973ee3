"""`calibrate`: from published figures to an ensemble of plausible parameter sets.

1. luck: the central parameters under several lucks, which says how far one simulation wanders.
2. screen: each base rate alone against none, up under one luck and down under another; those that move no target by a
   quarter of its standard deviation are left to their ranges.
3. waves: a Latin hypercube of the base rates that matter, with everything else (effects among it) sampled
   from its range; emulators; parameters that cannot be ruled out; simulations there; again.
4. accept: proposals from what was not ruled out, each with effects of its own, moved toward the published
   figures (redrawn within their own uncertainty, so that the ensemble keeps it), simulated again, and accepted
   or rejected by their own simulation: approximate Bayesian computation with regression adjustment.
5. choose: those accepted are simulated once more with other luck, and the nearest by both simulations, one by one and
   in their mean, are kept. What is reported of them is simulated a third time, with luck that chose nothing.

Every simulation is kept as soon as it is finished; the same command goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from hecsim import __version__, evidence
from hecsim.calibration.emulator import Emulators
from hecsim.calibration.ledger import Ledger, Task
from hecsim.calibration.matching import CUT, DISCREPANCY, DISCREPANCY_LINEAR, Targets, aim, choose, not_ruled_out
from hecsim.calibration.patterns import Pattern
from hecsim.calibration.space import Space, base_rates
from hecsim.errors import RunError, ScenarioError

__all__ = ["Calibration", "Settings", "calibrate", "held"]

Progress = Callable[[str, int, int], None]
Runner = Callable[[Sequence[Task]], Any]  # tasks to an iterator of (position, values, seconds)

_STEP = 1.2  # quantile at which a base rate is tried alone
_MATTERS = 0.25  # standard deviations of a target that a base rate must move it by
_SPREAD = 1.4826  # standard deviation of a normal number over the median of its size
_BATCHES, _BATCH = 5, 0.8  # of proposals, at most, and their size for each member
_CHOICE = 2.2  # accepted sets for each one that is kept: the nearest are


@dataclass(frozen=True)
class Settings:
    """What a calibration was asked to do; together with evidence and patterns it decides everything.

    households : of the state sample; towns get a part of it
    per_wave, waves : simulations of a wave, and how many waves
    members : parameter sets to ship
    most : base rates to calibrate, at most
    seed : of designs, lucks and effects
    truth : None for published figures; a seed takes a simulated truth in their place, to be recovered
    """

    households: int = 4000
    per_wave: int = 160
    waves: int = 3
    members: int = 120
    most: int = 60
    lucks: int = 12
    seed: int = 1
    truth: int | None = None

    def __post_init__(self) -> None:
        for name, low, high in (
            ("households", 200, 1_500_000), ("per_wave", 20, 100_000), ("waves", 1, 20), ("members", 5, 10_000),
            ("most", 1, 200), ("lucks", 4, 1000),
        ):  # fmt: skip
            if not low <= getattr(self, name) <= high:
                raise ScenarioError(f"'{name}' lies between {low} and {high}, not {getattr(self, name)}", key=name)


@dataclass
class Calibration:
    """What a calibration found.

    z : accepted quantiles (members, parameters); rest : seeds of everything else
    simulated : values of all patterns by member, in the patterns' own units
    emulators, tried_z, tried_y : of the last wave; the quantiles and scaled targets of all waves' simulations
    """

    settings: Settings
    patterns: tuple[Pattern, ...]
    space: Space
    targets: Targets
    screened: dict[str, float] = field(default_factory=dict)
    waves: list[dict[str, Any]] = field(default_factory=list)
    z: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)))
    rest: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    simulated: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)))
    before: np.ndarray = field(default_factory=lambda: np.zeros(0))
    proposed: int = 0
    accepted: int = 0
    cut: float = CUT
    truth: np.ndarray | None = None
    emulators: Emulators | None = None
    tried_z: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)))
    tried_y: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)))

    @property
    def fitted(self) -> list[int]:
        """Positions of the patterns that are targets."""
        return [i for i, p in enumerate(self.patterns) if p.use == "calibrate"]

    def covered(self, level: float = 0.9) -> float:
        """Share of base rates whose truth lies in the central interval of the ensemble; for a known truth only."""
        if self.truth is None:
            raise RunError("nothing was recovered: this calibration used published figures")
        return float(held(self.z, self.truth, level).mean())

    def ensemble(self) -> evidence.Ensemble:
        """The accepted sets, as the package ships them."""
        rows = [self.space.values(self.space.named(row)) for row in self.z]
        central = evidence.draw(None)
        values = {}
        for name in self.space.names:
            stacked = np.stack([r[name] for r in rows])
            values[name] = stacked[:, 0] if np.ndim(central[name]) == 0 else stacked
        about = {"hecsim": __version__, "evidence": evidence.draw(None).digest(), **asdict(self.settings)}
        return evidence.Ensemble(self.rest, values, about)


def held(z: np.ndarray, truth: np.ndarray, level: float = 0.9) -> np.ndarray:
    """Whether a truth (d,) lies in the central intervals of members (n, d): bool (d,).

    The ends are those between which one more draw from the same distribution lies with probability `level`; plain
    quantiles of a hundred members hold it two times in a hundred less often.
    """
    low, high = np.quantile(z, [(1 - level) / 2, (1 + level) / 2], axis=0, method="weibull")
    return (truth >= low) & (truth <= high)


def _seed(*parts: Any) -> int:
    return int.from_bytes(hashlib.sha256(repr(parts).encode()).digest()[:6], "big")


class _Driver:
    """Runs stages through the ledger."""

    def __init__(self, settings: Settings, ledger: Ledger, run: Runner, progress: Progress | None):
        self.s, self.ledger, self.run, self.progress = settings, ledger, run, progress
        self.done = ledger.finished()

    def stage(self, name: str, make: Callable[[], tuple[list[Task], dict[str, Any]]]) -> tuple[list[Task], np.ndarray, Any]:
        """The tasks of a stage, their values (tasks, patterns), and what was noted when they were designed."""
        kept = self.ledger.stage(name)
        if kept is None:
            self.done.pop(name, None)  # simulations of a design that is gone answer another question
            tasks, about = make()
            kept = {"about": about, "tasks": tasks}
            self.ledger.write_json(f"stage-{name}.json", kept)
        tasks = kept["tasks"]
        values = self.done.setdefault(name, {})
        missing = [i for i in range(len(tasks)) if i not in values]
        self.say(name, len(tasks) - len(missing), len(tasks))
        for position, found, seconds in self.run([tasks[i] for i in missing]):
            self.ledger.add(name, missing[position], found, seconds)
            values[missing[position]] = found
            self.say(name, len(values), len(tasks))
        return tasks, np.array([values[i] for i in range(len(tasks))]), kept["about"]

    def say(self, name: str, done: int, total: int) -> None:
        if self.progress is not None:
            self.progress(name, done, total)


def calibrate(
    settings: Settings,
    patterns: Sequence[Pattern],
    directory: str | Path,
    run: Runner,
    *,
    space: Space | None = None,
    progress: Progress | None = None,
) -> Calibration:
    """Fit base rates to the patterns that are targets; see the head of this file.

    Parameters
    ----------
    patterns : what a simulation returns, in this order; those with use "calibrate" are the targets
    directory : folder that keeps every simulation
    run : lives tasks, as `hecsim.calibration.workers.runner` does; yields (position, values, seconds)
    space : base rates that may move; all that the evidence marks, by default

    Raises
    ------
    StoreError : the folder holds another calibration
    RunError : fewer than five sets were accepted
    """
    whole = space or Space(base_rates())
    ledger = Ledger(directory)
    ledger.open(_manifest(settings, patterns, whole))
    d = _Driver(settings, ledger, run, progress)
    fitted = [i for i, p in enumerate(patterns) if p.use == "calibrate"]
    if not fitted:
        raise ScenarioError("no pattern is a calibration target", key="use")

    truth = _truth(d, whole)
    targets, before = _targets(d, patterns, fitted, None if truth is None else truth[1])
    chosen, screened, slopes = _screen(d, whole, patterns, fitted, targets)
    out = Calibration(settings, tuple(patterns), chosen, targets, screened, before=before)
    if truth is not None:
        out.truth = np.array([truth[0][n] for n in chosen.names])
    emulators, sample = _waves(d, out, fitted, slopes)
    _accept(d, out, fitted, emulators, sample)
    return out


def _manifest(settings: Settings, patterns: Sequence[Pattern], space: Space) -> dict[str, Any]:
    text = json.dumps([asdict(p) for p in patterns], sort_keys=True)
    return {
        "hecsim": __version__, "settings": asdict(settings), "base_rates": list(space.names),
        "patterns": hashlib.sha256(text.encode()).hexdigest(), "evidence": evidence.draw(None).digest(),
        "proposals": {"batches": _BATCHES, "size": _BATCH, "choice": _CHOICE},
    }  # fmt: skip


def _truth(d: _Driver, space: Space) -> tuple[dict[str, float], np.ndarray] | None:
    """A set of parameters drawn from the prior, and what it gives, when a truth is to be recovered."""
    if d.s.truth is None:
        return None

    def make() -> tuple[list[Task], dict[str, Any]]:
        z = space.named(space.design(1, _seed(d.s.truth, "truth"))[0])
        rest = _seed(d.s.truth, "truth rest")
        return [{"z": z, "rest": rest, "luck": _seed(d.s.truth, "truth luck", k)} for k in range(4)], {}

    tasks, values, _ = d.stage("truth", make)
    return tasks[0]["z"], values.mean(axis=0)


def _targets(
    d: _Driver, patterns: Sequence[Pattern], fitted: list[int], truth: np.ndarray | None
) -> tuple[Targets, np.ndarray]:
    """Published figures and what is unsure about them; and the means of the central parameters."""
    _, values, _ = d.stage(
        "luck", lambda: ([{"z": {}, "rest": None, "luck": _seed(d.s.seed, "luck", k)} for k in range(d.s.lucks)], {})
    )
    chosen = [patterns[i] for i in fitted]
    y = np.column_stack([p.scaled(values[:, i]) for p, i in zip(chosen, fitted, strict=True)])
    sd = np.array([p.sd for p in chosen])
    center = np.array([p.center for p in chosen])
    if truth is not None:
        center = np.array([float(p.scaled(truth[i])) for p, i in zip(chosen, fitted, strict=True)])
    # A simulated truth comes from this very model, so there is no discrepancy to allow for.
    linear = np.where([p.linear for p in chosen], DISCREPANCY_LINEAR * sd, DISCREPANCY)
    return Targets(center, sd, linear * (truth is None), y.std(axis=0, ddof=1)), values.mean(axis=0)


def _scaled(patterns: Sequence[Pattern], fitted: list[int], values: np.ndarray) -> np.ndarray:
    return np.column_stack([patterns[i].scaled(values[:, i]) for i in fitted])


def _screen(
    d: _Driver, space: Space, patterns: Sequence[Pattern], fitted: list[int], targets: Targets
) -> tuple[Space, dict[str, float], np.ndarray]:
    """The base rates that matter: by how much each moves the target it moves most, and their slopes (targets, chosen)."""
    ends = ((_STEP, _seed(d.s.seed, "screen", 0)), (-_STEP, _seed(d.s.seed, "screen", 1)))

    def make() -> tuple[list[Task], dict[str, Any]]:
        each = [(), *((n,) for n in space.names)]
        return [{"z": dict.fromkeys(z, end), "rest": None, "luck": luck} for end, luck in ends for z in each], {}

    _, values, _ = d.stage("screen", make)
    up, down = np.split(_scaled(patterns, fitted, values), 2)
    # Luck belongs to persons, so a base rate under the same luck changes a target by its effect and by a little more where
    # lives part ways. How much more the two ends tell, which have different lucks: the median over the base rates that
    # part lives at all. Slopes are shrunk by as much of their square as that would make (James and Stein, positive part).
    change, apart = ((up[1:] - up[0]) - (down[1:] - down[0])) / 2, ((up[1:] - up[0]) + (down[1:] - down[0])) / 2
    noise = np.array([_SPREAD * np.median(np.abs(a[a != 0])) if np.any(a != 0) else 0.0 for a in apart.T])
    change = change * np.maximum(1.0 - noise**2 / np.maximum(change**2, 1e-12), 0.0)
    effect = (np.abs(change) / np.sqrt(targets.sd**2 + targets.discrepancy**2)).max(axis=1)
    by_name = dict(sorted(zip(space.names, effect.tolist(), strict=True), key=lambda kv: -kv[1]))
    chosen = [n for n, e in by_name.items() if e >= _MATTERS][: d.s.most] or list(by_name)[:1]
    kept = [i for i, n in enumerate(space.names) if n in chosen]
    return Space(tuple(space.names[i] for i in kept)), by_name, change[kept].T / _STEP


def _tasks(d: _Driver, space: Space, z: np.ndarray, stage: str) -> list[Task]:
    return [
        {"z": space.named(row), "rest": _seed(d.s.seed, stage, "rest", i), "luck": _seed(d.s.seed, stage, "luck", i)}
        for i, row in enumerate(z)
    ]


def _rows(tasks: Sequence[Task], space: Space) -> np.ndarray:
    return np.array([[t["z"][n] for n in space.names] for t in tasks])


def _waves(d: _Driver, out: Calibration, fitted: list[int], slopes: np.ndarray) -> tuple[Emulators, np.ndarray]:
    """Emulators of the last wave, and a sample of what they do not rule out."""
    space, targets = out.space, out.targets
    sample = space.design(d.s.per_wave, _seed(d.s.seed, "design"))
    all_z: list[np.ndarray] = []
    all_y: list[np.ndarray] = []
    emulators = None
    for w in range(1, d.s.waves + 1):
        stage = f"wave{w}"
        tasks, values, _ = d.stage(stage, lambda z=sample, s=stage: (_tasks(d, space, z, s), {}))  # type: ignore[misc]
        all_z.append(_rows(tasks, space))
        all_y.append(_scaled(out.patterns, fitted, values))
        z, y = np.concatenate(all_z), np.concatenate(all_y)
        # Far from what is plausible the world bends; of many simulations the half nearest to the targets is kept.
        near = np.argsort(((y - targets.center) ** 2 / (targets.sd**2 + targets.discrepancy**2)).mean(axis=1), kind="stable")
        keep = np.sort(near[: max(2 * d.s.per_wave, len(z) // 2)])
        d.say("emulators", w - 1, d.s.waves)
        emulators = Emulators(z[keep], y[keep], slopes)
        wide = max(2 * d.s.per_wave, 200)
        sample, cut, share = not_ruled_out(
            partial(_score, targets, emulators), len(space), wide, _seed(d.s.seed, stage)
        )  # fmt: skip
        out.waves.append({
            "wave": w, "simulations": len(values), "cut": cut, "share": share,
            "plausible": float((targets.worst(all_y[-1]) <= CUT).mean()),
            "explained": [e.explained for e in emulators.each],
        })  # fmt: skip
        sample = sample[: d.s.per_wave]
        d.say("emulators", w, d.s.waves)
    assert emulators is not None
    out.emulators, out.tried_z, out.tried_y = emulators, np.concatenate(all_z), np.concatenate(all_y)
    out.cut = max(CUT, out.waves[-1]["cut"])
    return emulators, sample


def _score(targets: Targets, emulators: Emulators, z: np.ndarray) -> np.ndarray:
    return targets.worst(emulators.predict(z), emulators.sd)


def _accept(d: _Driver, out: Calibration, fitted: list[int], emulators: Emulators, sample: np.ndarray) -> None:
    """Propose, adjust, simulate, accept, until there are members enough or no batch is left; then choose."""
    space, targets = out.space, out.targets
    kept_z: list[np.ndarray] = []
    kept_rest: list[int] = []
    kept_values: list[np.ndarray] = []
    for batch in range(1, _BATCHES + 1):
        rng = np.random.default_rng(_seed(d.s.seed, "accept", batch))
        n = int(np.ceil(_BATCH * d.s.members))
        start = sample[rng.choice(len(sample), n, replace=n > len(sample))]
        wanted = targets.center + targets.sd * rng.standard_normal((n, targets.sd.size))
        z = start
        values = np.zeros((0, 0))
        tasks: list[Task] = []
        for step in ("propose", "accept"):
            given = None if step == "propose" else _scaled(out.patterns, fitted, values)
            z = aim(emulators, targets, z, wanted, rng, given)
            stage = f"{step}{batch}"

            # Effects and luck are those of the batch at every step, so that what changes is due to the base rates.
            made = _tasks(d, space, z, f"batch{batch}")
            tasks, values, _ = d.stage(stage, lambda made=made: (made, {}))  # type: ignore[misc]
            z = _rows(tasks, space)
        fine = targets.worst(_scaled(out.patterns, fitted, values)) <= CUT
        out.proposed += n
        for i in np.flatnonzero(fine):
            kept_z.append(z[i])
            kept_rest.append(int(tasks[i]["rest"]))
            kept_values.append(values[i])
        enough = int(np.ceil(_CHOICE * d.s.members))
        d.say("accepted", min(len(kept_z), enough), enough)
        if len(kept_z) >= enough:
            break
    if len(kept_z) < 5:
        raise RunError(
            f"only {len(kept_z)} of {out.proposed} parameter sets reproduce the figures; the model cannot meet some of them "
            "together. See the implausibilities in report.html, and widen the range of a base rate or look for the cause"
        )
    out.accepted = len(kept_z)
    _choose(d, out, fitted, np.array(kept_z), np.array(kept_rest, np.int64), np.array(kept_values))


def _choose(d: _Driver, out: Calibration, fitted: list[int], z: np.ndarray, rest: np.ndarray, values: np.ndarray) -> None:
    """Keep the accepted sets that are nearest to the targets (`matching.choose`); simulate them with luck that chose nothing.

    By one simulation alone the nearest are in part the luckiest: the ensemble then looks better than it is.
    """

    def again(stage: str, rows: np.ndarray) -> np.ndarray:
        tasks = [
            {"z": out.space.named(z[i]), "rest": int(rest[i]), "luck": _seed(d.s.seed, stage, "luck", int(i))} for i in rows
        ]
        return d.stage(stage, lambda: (tasks, {}))[1]

    both = [_scaled(out.patterns, fitted, v) for v in (values, again("again", np.arange(len(z))))]
    targets = replace(out.targets, luck=out.targets.luck / np.sqrt(len(both)))
    kept = choose(targets, np.mean(both, axis=0), d.s.members)
    out.z, out.rest = z[kept], rest[kept]
    out.simulated = again("fresh", kept)
