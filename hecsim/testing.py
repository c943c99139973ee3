"""Checks for those who extend hecsim, and a toy community to try things on.

>>> from hecsim.testing import toy_community
>>> c = toy_community(households=50, seed=1)
>>> c.residents > 50
True
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hecsim import evidence
from hecsim.community import Community
from hecsim.engine import Engine
from hecsim.errors import InvariantError, UnknownNameError
from hecsim.interventions.checks import check_intervention
from hecsim.processes.base import Process
from hecsim.toy import toy_community

__all__ = ["check_community", "check_intervention", "check_measure", "check_process", "differences", "toy_community"]


def differences(a: Community, b: Community, *, rtol: float = 0.0) -> dict[str, int]:
    """Columns in which two states differ, with the number of rows; empty when they are equal."""
    found = {}
    for table in a.tables:
        for name, left in a.tables[table].columns.items():
            right = b.tables[table].columns[name]
            if left.shape != right.shape:
                found[f"{table}.{name}"] = abs(left.shape[0] - right.shape[0])
                continue
            if rtol and left.dtype.kind == "f":
                same = np.isclose(left, right, rtol=rtol, atol=1e-5, equal_nan=True)
            else:
                same = left == right
                if left.dtype.kind == "f":
                    same |= np.isnan(left) & np.isnan(right)
            rows = int((~same).any(axis=tuple(range(1, same.ndim))).sum()) if same.ndim > 1 else int((~same).sum())
            if rows:
                found[f"{table}.{name}"] = rows
    return found


def check_process(
    process: Process,
    *,
    months: int = 3,
    community: Community | None = None,
    levers: tuple[Any, ...] = (),
    before: tuple[Process, ...] = (),
    prepare: Any = None,
) -> Community:
    """Run a process and its plain twin on copies; raise `InvariantError` where they part.

    Also checked: only declared columns change, rows that are not in use stay as they were, and no
    value becomes NaN. `before` runs first each month (compiled in both). `levers` are moves applied
    every month. `prepare(community)` may set the toy up. Returns the state after the compiled run.
    """
    start = community.copy() if community is not None else toy_community()
    if prepare is not None:
        prepare(start)
    draw = evidence.draw(None)
    compiled, plain = start.copy(), start.copy()
    for state, is_plain in ((compiled, False), (plain, True)):
        engine = Engine((*before, process), draw, seed=7, plain=is_plain)
        absent = engine.missing(state)
        if absent:
            raise InvariantError(f"process '{process.name}' asks for what does not exist: {'; '.join(absent)}")
        for _ in range(months):
            engine.levers.clear()
            for move in levers:
                engine.levers.move(move)
            engine.step(state)
    parted = differences(compiled, plain, rtol=1e-5)
    if parted:
        raise InvariantError(f"process '{process.name}': loop and plain twin differ in {parted}")
    allowed = {w for p in (*before, process) for w in p.writes}
    prefixes = {"person": "p", "household": "h", "neighborhood": "n", "business": "b", "town": "t", "organization": "o"}
    for changed in differences(start, compiled):
        table, _, column = changed.partition(".")
        if f"{prefixes[table]}_{column}" not in allowed:
            raise InvariantError(f"process '{process.name}' changed {changed}, which it does not declare")
    _check_rows(process, start, compiled)
    return compiled


def _check_rows(process: Process, start: Community, end: Community) -> None:
    for table in ("person", "household"):
        unused = start.tables[table]["present"] == 0
        for name, values in end.tables[table].columns.items():
            if not np.array_equal(values[unused], start.tables[table][name][unused], equal_nan=values.dtype.kind == "f"):
                raise InvariantError(f"process '{process.name}' wrote {table}.{name} in rows that are not in use")
            if values.dtype.kind == "f" and np.isnan(values[~unused]).any():
                rows = np.flatnonzero(np.isnan(values) & ~unused)[:3]
                raise InvariantError(f"process '{process.name}': {table}.{name} is NaN in rows {rows.tolist()}")


def check_measure(name: str, *, community: Community | None = None) -> float:
    """Check a declared measure on a community (a toy by default); returns its community-wide value.

    It says in both languages what it is, in which unit and by which yardstick; it changes nothing; it gives numbers; and
    its groups add up to the whole.

    >>> 0 < check_measure("obesity_adult") < 100
    True
    """
    from hecsim.measures import MEASURES, Recorder

    if name not in MEASURES:
        raise UnknownNameError(name, MEASURES, what="measure")
    m = MEASURES[name]
    for word in ("label", "label_es", "unit", "yardstick", "topic"):
        if not getattr(m, word).strip():
            raise InvariantError(f"measure '{name}' does not say its {word}")
    if m.better not in ("lower", "higher", ""):
        raise InvariantError(f"measure '{name}': 'better' is lower, higher or empty, not '{m.better}'")
    state = community.copy() if community is not None else toy_community()
    before = state.copy()
    recorder = Recorder(state, evidence.draw(None), [name])
    recorder.observe(state)
    if changed := differences(before, state):
        raise InvariantError(f"measure '{name}' changed {', '.join(changed)}; a measure only looks")
    sums = recorder.array[0, 0]
    if not np.isfinite(sums).all() or (sums[:, 1] < 0).any():
        raise InvariantError(f"measure '{name}' gives a numerator or denominator that is not a number, or below zero")
    for kind in dict.fromkeys(k for k, _ in recorder.groups if k != "all"):
        rows = [i for i, (k, _) in enumerate(recorder.groups) if k == kind]
        parts = 1 if m.kind != "count" else 0  # the denominator of a count is 1 everywhere
        if not np.allclose(sums[rows, : 1 + parts].sum(0), sums[0, : 1 + parts], rtol=1e-9, atol=1e-4):
            raise InvariantError(f"measure '{name}': the groups by {kind} do not add up to the whole")
    return recorder.latest(name)


def check_community(directory: str, *, households: int = 300, seed: int = 1) -> Community:
    """Check a folder of community tables: it loads, builds, lives a month, and its towns have people.

    Raises `CommunityDataError` with file, column and rows where the tables are damaged. Returns the community.
    """
    from hecsim import geography
    from hecsim.model import CommunityModel
    from hecsim.population import build_community

    place = geography.load(directory)
    community = build_community(place, households=households, seed=seed)
    if community.residents < households:
        raise InvariantError(f"{directory}: {community.residents} residents in {households} households")
    model = CommunityModel(community=community, years=1, burn_in_months=0, seed=seed)
    model.step()
    return community


def check_trial(path: Any, *, households: int = 300, futures: int = 1) -> Any:
    """Read a trial file and live it once on a small community; raise where it cannot be run as it is written.

    path : a file, or the id of a trial of the library
    households : simulated households; enough to see that it runs, far too few for a verdict

    Returns the `TrialScore`. `InvariantError` when no outcome was observed in any future.

    >>> check_trial("W9").trial.id    # doctest: +SKIP
    'W9'
    """
    from hecsim.trials import find_trial, load_trial, run_trials

    (score,) = run_trials([load_trial(find_trial(str(path)))], futures=futures, households=households, parameters="central")
    if not any(o.n for o in score.outcomes):
        raise InvariantError(f"trial '{score.trial.id}': {'; '.join(score.notes)}")
    return score
