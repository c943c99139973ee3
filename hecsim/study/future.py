"""One run: one future under one arm, or several.

The future's burn-in, and the months before any arm's first intervention, are lived once in a process; then each arm goes on
from a copy of the same state with the same luck.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from hecsim.community import Community
from hecsim.errors import HecsimError, RunError
from hecsim.life import Life
from hecsim.study.begun import begun, named, plain
from hecsim.study.comparison import comparison_for
from hecsim.study.design import Study
from hecsim.study.store import Failure, FutureResult

__all__ = ["attempt", "run_future"]


def run_future(
    study: Study,
    community: Community,
    index: int,
    tick: Callable[[int], None] | None = None,
    arms: Sequence[str] | None = None,
) -> FutureResult:
    """Live one future under every arm, or under those named.

    Raises
    ------
    RunError : naming arm, future and month
    """
    chosen = [a for a in study.arms if arms is None or a.name in arms]
    future = study.future(index)
    start, draw, trunk = begun(study, community, index, None if tick is None else lambda: tick(0))
    sums, ledgers, diaries = [], [], []
    for arm in chosen:
        with named(f"arm '{arm.name}', future {index}, start"):
            if trunk is not None and plain(arm):
                model = trunk.fork(arm.interventions)
                if tick is not None:
                    tick(model.month)
            else:
                model = Life(
                    start.copy(),
                    interventions=arm.interventions,
                    collaborative=arm.collaborative,
                    funds=arm.funds,
                    comparison=comparison_for(study, arm, start, draw, index),
                    years=study.years,
                    start_year=study.start_year,
                    seed=future.luck_seed,
                    draw=draw,
                    burn_in_months=0,
                )
        while model.running:
            with named(f"arm '{arm.name}', future {index}, month {model.month}"):
                model.step()
            if tick is not None:
                tick(1)
        if model.recorder is None:
            raise RunError("a future without measures cannot be kept")
        sums.append(model.recorder.array)
        ledgers.append(model.delivery.ledger.frame().assign(arm=arm.name))
        diaries.append(model.diary.frame().assign(arm=arm.name))
        model.close()
    return FutureResult(index, np.stack(sums), _join(ledgers), _join(diaries), tuple(a.name for a in chosen))


def _join(frames: list[pd.DataFrame]) -> pd.DataFrame:
    filled = [f for f in frames if len(f)]
    return pd.concat(filled, ignore_index=True) if filled else frames[0]


def attempt(study: Study, community: Community, index: int, arm: str) -> FutureResult | Failure:
    """One run, or why it failed: one run's failure must not end the others."""
    try:
        return run_future(study, community, index, arms=(arm,))
    except Exception as problem:
        said = str(problem) if isinstance(problem, HecsimError) else f"{type(problem).__name__}: {problem}"
        return Failure(index, arm, said)
