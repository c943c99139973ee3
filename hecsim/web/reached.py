"""Which parts of a mix reached the followed family in one future, and why the others did not. For a worker process.

The future is lived once more under the mix, and every month each part is asked whether the family is among those it is meant
for, whether it waits or is served, and whether a lever of its home or of one of its members moved.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from hecsim.interventions.delivery import Run
from hecsim.interventions.frame import Frame
from hecsim.interventions.funnel import ENROLLED, LEFT, WAITING
from hecsim.life import Life
from hecsim.study import Study
from hecsim.study.begun import begun
from hecsim.web.worker import community_of

__all__ = ["Reach", "reached"]


@dataclass
class Reach:
    """What the months of a family were to one part of a mix.

    lived : months here since the part began; meant : of those, with somebody for whom it is meant
    work : months in which it moved something of the home or of a member; first : month of the first of these, -1 for none
    waited, served : months in its queue and in its service; left : whether a place was declined or given up
    everybody : it is no service, but a rule or a change of places for all
    """

    id: str
    start: int
    reach: float
    everybody: bool
    lived: int = 0
    meant: int = 0
    work: int = 0
    first: int = -1
    waited: int = 0
    served: int = 0
    left: bool = False


def reached(study: Study, index: int) -> list[dict[str, Any]]:
    """`Reach` of every part of a study's mix in one future, as plain values; none if the study follows no family."""
    community = community_of(study.community)
    if not community.followed:
        return []
    key = next(iter(community.followed))
    arm = next(a for a in study.arms if a.interventions)
    start, draw, trunk = begun(study, community, index)
    if trunk is not None:
        model = trunk.fork(arm.interventions)
    else:
        model = Life(
            start.copy(), interventions=arm.interventions, years=study.years, start_year=study.start_year,
            seed=study.future(index).luck_seed, draw=draw, burn_in_months=0,
        )  # fmt: skip
    runs = [r for r in model.delivery.runs if not r.key.startswith("m0_")]
    found = {r.key: Reach(r.iv.id, r.iv.start, r.iv.reach, r.iv.delivery == "area") for r in runs}
    while model.running:
        month = model.month
        model.step()
        home = model.community.household_by_key(key)
        if home is None or not model.community.household["present"][home]:
            continue
        people = model.community.members(home)
        at_work = set(model.engine.context.levers.reaching(home, [int(p) for p in people]))
        frame = Frame(model.community)
        for r in runs:
            if month >= r.iv.start:
                _note(found[r.key], r, model, frame, home, people, at_work, month)
    model.close()
    return [asdict(f) for f in found.values()]


def _note(
    found: Reach, run: Run, model: Life, frame: Frame, home: int, people: np.ndarray, at_work: set[str], month: int
) -> None:
    community, unit = model.community, run.iv.unit
    rows = np.array([home]) if unit == "household" else people
    found.lived += 1
    able = run.iv.eligible(community, model.engine.context) & run.covered[frame.place[unit]]
    found.meant += bool(able[rows].any())
    if run.key.upper() in at_work:
        found.work += 1
        found.first = month if found.first < 0 else found.first
    if run.funnel is not None:
        stage = run.funnel.columns(community)[0][rows]
        found.waited += bool((stage == WAITING).any())
        found.served += bool((stage == ENROLLED).any())
        found.left = found.left or bool((stage == LEFT).any())
