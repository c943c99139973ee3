"""Children's adversities, growth and child-protection history as they are at the start."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hecsim.community import Community
from hecsim.processes.ace_bits import ADULT, CORE_COUNT, CORE_MASK

__all__ = ["children_so_far"]

_EDGES = np.array([0.0, 3.0, 6.0, 12.0, 18.0])  # years: ends of the age groups of the base rates
_LOW_INCOME = 2.0  # low income ends, by convention, at twice the poverty line


def children_so_far(community: Community, draw: Mapping[str, Any], rng: np.random.Generator) -> None:
    """Draw bits, ages, growth, reports and placements of everyone under 18."""
    pp = community.person
    kids = np.flatnonzero((pp["present"] == 1) & (pp["age"] < ADULT))
    if not kids.size:
        return
    homes = pp["household"][kids].astype(np.int64)
    for k, (shape, level, relative) in enumerate(_hazards(community, kids, homes, draw)):
        # Time to the first event in units of cumulative hazard, turned into an age.
        reach = rng.exponential(size=kids.size) / np.maximum(level * relative, 1e-9)
        years = np.interp(reach, shape, _EDGES, right=99.0)
        happened = years < pp["age"][kids] / 12.0
        pp["ace_bits"][kids[happened]] |= np.uint16(1 << k)
        pp["ace_age"][kids[happened], k] = years[happened].astype(np.int64)
        if 5 <= k < 14:
            pp["prenatal_bits"][kids[happened & (years < 1.0)]] |= np.uint16(1 << k)
    _growth(community, kids, homes, draw, rng)
    _protection_history(community, kids, homes, draw, rng)


def _hazards(
    community: Community, kids: np.ndarray, homes: np.ndarray, draw: Mapping[str, Any]
) -> list[tuple[np.ndarray, float, np.ndarray]]:
    """Per type: share of the hazard by the age edges, hazard by 18, each child's ratio to the mean."""
    hh, pp = community.household, community.person
    share = float(draw["adversity.start_persistence"])
    found = []
    for k, name in enumerate(("emotional_abuse", "physical_abuse", "sexual_abuse", "emotional_neglect", "physical_neglect")):
        yearly = np.concatenate([[0.0], np.cumsum(draw[f"adversity.{name}"] * np.diff(_EDGES))])
        # Today's risk holds passing states; over a childhood it reverts part of the way to the mean.
        today = np.maximum(hh["abuse_risk" if k < 3 else "neglect_risk"][homes].astype(float), 1e-6)
        if k == 2:
            today = today ** float(draw["adversity.sexual_abuse_slope"])
        risk = today**share
        # The mean stays what it is today: base rates are those of a home at risk 1, which few children live in.
        risk = risk * (today.mean() / risk.mean())
        if k == 2:
            risk = risk * draw["adversity.sexual_abuse_sex"][pp["sex"][kids]]
        found.append((yearly / yearly[-1], float(yearly[-1]), risk))
    home = np.concatenate([[0.0], draw["adversity.start_shape_home"]])
    place = np.concatenate([[0.0], draw["adversity.start_shape_place"]])
    frailty = np.exp(float(draw["adversity.start_frailty"]) * hh["frailty"][homes].astype(float))
    violence = community.neighborhood["violence"][hh["neighborhood"][homes].astype(np.int64)].astype(float)
    unfair = draw["stress.discrimination_rate"][hh["race"][homes]]
    present = [float(v) for v in draw["adversity.start_present"]]
    poor = _given(hh["poverty_ratio"][homes] < _LOW_INCOME, float(draw["adversity.start_poor"]))
    schooling = np.asarray(draw["family.arrest_education"])[hh["education"][homes]]  # jail follows arrests
    relatives = (
        _given(hh["depressed_caregiver"][homes] == 1, present[0]) * frailty,
        _given(hh["substance_caregiver"][homes] == 1, present[1]) * frailty,
        _given(hh["ipv"][homes] == 1, present[2]) * frailty,
        _given(hh["couple"][homes] == 0, present[3]) * frailty,
        _given(hh["incarcerated_member"][homes] == 1, present[4]) * frailty * schooling,
        violence,
        _given(hh["tenure"][homes] >= 2, present[5]) * poor,
        poor,
        unfair,
        np.ones(kids.size),
    )
    for k, relative in enumerate(relatives):
        level = -np.log1p(-float(draw["adversity.start_ever"][k]))
        shape = home if k < 5 else place
        found.append((shape, level, relative / relative.mean()))
    return found


def _given(present: np.ndarray, ratio: float) -> np.ndarray:
    """Ratio where the state is present now, 1 elsewhere."""
    return np.where(present, ratio, 1.0)


def _growth(
    community: Community,
    kids: np.ndarray,
    homes: np.ndarray,
    draw: Mapping[str, Any],
    rng: np.random.Generator,
) -> None:
    hh, pp = community.household, community.person

    def k(name: str) -> float:
        return float(draw[f"adversity.{name}"])

    nurturance = k("nurturance_parenting") * hh["parenting"][homes]
    nurturance = nurturance + k("nurturance_sd") * rng.standard_normal(kids.size)
    score = k("pce_center") + k("pce_nurturance") * nurturance
    score = score + k("pce_stability") * hh["stability_index"][homes]
    aces = CORE_COUNT[pp["ace_bits"][kids] & CORE_MASK]
    poor = np.maximum(1.0 - hh["poverty_ratio"][homes].astype(float) / _LOW_INCOME, 0.0)
    mean = k("development_center") - k("development_ace") * aces + k("development_nurturance") * nurturance
    mean = mean - k("development_poor") * poor
    pp["nurturance"][kids] = nurturance
    pp["pce"][kids] = 7.0 / (1.0 + np.exp(-score))
    pp["development"][kids] = mean + k("development_sd") * rng.standard_normal(kids.size)


def _protection_history(
    community: Community,
    kids: np.ndarray,
    homes: np.ndarray,
    draw: Mapping[str, Any],
    rng: np.random.Generator,
) -> None:
    """Past reports by the hazards of the process, summed over life."""
    hh, pp = community.household, community.person
    months = pp["age"][kids].astype(float)
    again = float(draw["adversity.report_again"])
    # True reports may come from the first event on: one chance then, and a lasting hazard since.
    true = np.zeros(kids.size)
    for types, risk in ((slice(0, 3), "abuse_risk"), (slice(3, 5), "neglect_risk")):
        since = months - 12.0 * pp["ace_age"][kids, types].min(axis=1)
        lasting = float(draw["adversity.detect_lasting"]) * hh[risk][homes] * np.maximum(since, 0.0)
        true = true + np.where(since >= 0, lasting + float(draw["adversity.detect_new"]), 0.0)
    share = float(draw["adversity.report_neglect"])
    today = share * hh["neglect_risk"][homes].astype(float) + (1.0 - share) * hh["abuse_risk"][homes].astype(float)
    # Part of today's risk is new: in the past homes differed less from each other, around the same mean.
    past = np.maximum(today, 1e-6) ** float(draw["adversity.start_persistence"])
    other = float(draw["adversity.report_other"]) / 12.0 * past * (today.mean() / past.mean())
    other = other * draw["adversity.report_service"][pp["race"][kids]]
    counts = [rng.poisson(np.minimum(mean, 40.0)) for mean in (true, other * months)]
    counts = [np.where(c > 0, rng.poisson(np.maximum((again - 1.0) * (c - 1), 0.0)) + c, c) for c in counts]
    screened = [rng.binomial(c, p) for c, p in zip(counts, draw["adversity.screened"], strict=True)]
    confirmed = [rng.binomial(c, p) for c, p in zip(screened, draw["adversity.confirmed"], strict=True)]
    reports, seen, found = (a + b for a, b in (counts, screened, confirmed))
    placed = rng.random(kids.size) < 1.0 - (1.0 - float(draw["adversity.placed"])) ** found
    pp["reports"][kids] = np.minimum(reports, 255)
    pp["cps_ever"][kids] = (reports > 0) * 1 + (seen > 0) * 2 + (found > 0) * 4 + placed * 8
    # Of those ever placed, the ones whose stay has not ended: stays against the years since birth.
    stay = 1.0 / float(draw["adversity.home_again"])
    away = placed & (rng.random(kids.size) < stay / (stay + months / 2.0))
    pp["placed"][kids] = np.where(away, 1 + rng.integers(0, int(stay), kids.size), 0)
    pp["placed"][kids] = np.minimum(pp["placed"][kids], np.maximum(pp["age"][kids], 1)).astype(np.uint8)
