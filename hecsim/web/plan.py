"""A state as a study: current law beside the chosen mix, the founding family inside the same run."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd

from hecsim import geography
from hecsim.clock import MONTHS_PER_YEAR
from hecsim.interventions import Intervention, find, mixes
from hecsim.population import Vignette
from hecsim.study import Arm, CommunitySpec, Study
from hecsim.web.state import State

__all__ = ["LAW", "MIX", "START_YEAR", "chosen", "family_home", "law_of", "study_of"]

# Names inside kept results; pages show them in the reader's language.
LAW, MIX = "law", "mix"
START_YEAR = 2025


def chosen(state: State) -> tuple[Intervention, ...]:
    """The picked interventions with their settings; other settings are those of the ready-made mix."""
    base = {iv.id: iv for iv in mixes()[state.mix]} if state.mix else {}
    out = []
    for pick in state.picks:
        iv = base.get(pick.id) or find(pick.id)()
        reach, start = round(100 * iv.reach), min(iv.start // MONTHS_PER_YEAR, state.years - 1)
        # A value that the page shows rounded stays exact until somebody changes it.
        changes: dict[str, float | int | None] = {}
        if pick.reach != max(1, reach):
            changes["reach"] = pick.reach / 100
        if pick.start != start or iv.start >= state.years * MONTHS_PER_YEAR:
            changes["start"] = pick.start * MONTHS_PER_YEAR
            if iv.end is not None and iv.end <= pick.start * MONTHS_PER_YEAR:
                changes["end"] = None
        out.append(replace(iv, **changes) if changes else iv)  # type: ignore[arg-type]
    return tuple(out)


@cache
def family_home(towns: tuple[str, ...]) -> str:
    """Where the founding family lives: its own neighborhood if the towns have it.

    Else a poor and populous tract of the first town.
    """
    place = geography.select(list(towns))
    tracts = place.tracts
    own = Vignette.founding_family().neighborhood
    if "neighborhood" in tracts and (tracts["neighborhood"] == own).any():
        return own
    here = tracts[tracts["town"] == towns[0]]
    poor = pd.to_numeric(here["poor_below_100"], errors="coerce")
    people = pd.to_numeric(here["population"], errors="coerce").fillna(0)
    # Small tracts may get no household in a draft community.
    score = np.where(people >= people.median(), poor.fillna(0), -1.0)
    return str(here["geoid"].iloc[int(np.argmax(score))])


def study_of(state: State) -> Study | None:
    """The study that a state asks for; None while nothing is picked. Language and futures leave its digest alone."""
    interventions = chosen(state)
    law = law_of(state)
    return replace(law, arms=(*law.arms, Arm(name=MIX, interventions=interventions))) if interventions else None


def law_of(state: State) -> Study:
    """Current law alone in the place and over the years of a state."""
    return Study(
        name="app",
        arms=(Arm(name=LAW),),
        community=CommunitySpec(towns=state.towns, households=state.households, seed=1, family=family_home(state.towns)),
        years=state.years,
        start_year=START_YEAR,
        futures=state.futures,
    )
