"""Stress, mind, couples and childhoods as they are at the start.

Adults' childhoods come from one factor and a threshold per type (probit), so that types cluster as
in surveys; what each adult would report follows from the truth by the recall model of
`hecsim.processes.adversity_recall`. Depression, substance use, anxiety and violence between
partners are drawn at observed levels, spread over people by the same drivers that move them later.
Children's adversities so far are drawn from the hazards of the process and from what their home
lives with now, with the age of the first event.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.special import ndtri

from hecsim.community import Community
from hecsim.engine import Engine
from hecsim.population.histories.childhoods import children_so_far
from hecsim.processes.ace_bits import ADULT, CORE_COUNT, CORE_MASK, age_band
from hecsim.processes.adversity_protection import INDICES
from hecsim.processes.adversity_recall import recalled_bits
from hecsim.processes.adversity_risk import RISK
from hecsim.processes.roster import ROSTER

__all__ = ["initialize"]

_EVER = 255  # months that a spell counter holds at most
_FAR = 2.5  # SD of log income beyond which homes are as frail as there


def initialize(community: Community, draw: Mapping[str, Any], rng: np.random.Generator) -> None:
    """Fill every column that the stress, family and adversity rooms own."""
    hh, pp = community.household, community.person
    homes, people = np.flatnonzero(hh["present"] == 1), np.flatnonzero(pp["present"] == 1)
    _frailty(community, homes, draw, rng)
    for column in ("bereaved", "discrimination", "conflict", "ipv", "ipv_months", "parenting"):
        hh[column][homes] = 0
    for column in (
        "ace_bits", "ace_new", "ace_recalled", "prenatal_bits", "reports", "cps_new", "cps_ever", "placed",
        "treated", "anxiety", "depression", "depression_months", "depressed_ever", "substance", "motive",
    ):  # fmt: skip
        pp[column][people] = 0
    pp["ace_age"][people] = 255
    _childhoods(community, people[pp["age"][people] >= ADULT], draw, rng)
    _stress(community, people, draw, rng)
    asked = people[pp["age"][people] >= 12 * float(draw["stress.first_age"])]
    _minds(community, asked, draw, rng)
    # What adults report leans on their mind, so it comes after.
    _recall(community, people[pp["age"][people] >= ADULT], draw, rng)
    _couples(community, homes, draw, rng)
    # Children's chances follow from what caregivers live with, so the homes are counted first.
    Engine([ROSTER, RISK, INDICES], draw, community.seed).run_blocks(community)
    children_so_far(community, draw, rng)


def _frailty(community: Community, homes: np.ndarray, draw: Mapping[str, Any], rng: np.random.Generator) -> None:
    """What a family shares that raises every adversity.

    It goes with the income of the home against others of its group: a group that is kept poorer is not frailer for it.
    """
    hh = community.household
    race = hh["race"][homes]
    income = np.log(np.maximum(hh["poverty_ratio"][homes].astype(float), 0.05))
    low = (draw["family.group_income"][race] - income) / draw["family.group_income_sd"][race]
    tie = float(draw["family.frailty_income"])
    own = rng.standard_normal(homes.size)
    hh["frailty"][homes] = tie * np.clip(low, -_FAR, _FAR) + np.sqrt(1 - tie**2) * own


def _local(community: Community, people: np.ndarray, column: str) -> np.ndarray:
    """Return a household column at the homes of these people, float64."""
    rows = community.person["household"][people].astype(np.int64)
    return community.household[column][rows].astype(float)


def _rescaled(level: np.ndarray, weight: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Numbers whose mean in each group is its level, in proportion to the weights."""
    mean = np.bincount(group, weight) / np.maximum(np.bincount(group), 1)
    return np.asarray(level[group] * weight / mean[group])


def _spread(level: np.ndarray, weight: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Probabilities whose mean in each group is its level, in proportion to the weights."""
    return np.clip(_rescaled(level, weight, group), 0.0, 0.9)


def _childhoods(community: Community, adults: np.ndarray, draw: Mapping[str, Any], rng: np.random.Generator) -> None:
    pp = community.person
    age, race, education = pp["age"][adults], pp["race"][adults], pp["education"][adults]
    shift = draw["adversity.past_race"][race] + draw["adversity.past_education"][education]
    shift = shift + draw["adversity.past_age"][age_band(age)]
    tie = float(draw["adversity.past_frailty"])
    own = rng.standard_normal(adults.size)
    factor = tie * _local(community, adults, "frailty") + np.sqrt(1 - tie**2) * own + shift
    factor = (factor - factor.mean()) / factor.std()
    loading = float(draw["adversity.past_loading"])
    sexual = draw["adversity.sexual_abuse_sex"][pp["sex"][adults]]
    for k, level in enumerate(draw["adversity.past_ever"]):
        threshold = -ndtri(np.clip(level * (sexual if k == 2 else 1.0), 1e-4, 0.99))
        latent = loading * factor + np.sqrt(1 - loading**2) * rng.standard_normal(adults.size)
        happened = adults[latent > threshold]
        pp["ace_bits"][happened] |= np.uint16(1 << k)
        pp["ace_age"][happened, k] = rng.integers(0, 18, happened.size)
    center, spread, pull = draw["adversity.past_pce"]
    warmth = center + np.sqrt(spread**2 - pull**2) * rng.standard_normal(adults.size) - pull * factor
    pp["pce"][adults] = 7.0 / (1.0 + np.exp(-warmth))


def _stress(community: Community, people: np.ndarray, draw: Mapping[str, Any], rng: np.random.Generator) -> None:
    pp = community.person

    def k(name: str) -> float:
        return float(draw[f"stress.{name}"])

    aces = CORE_COUNT[pp["ace_bits"][people] & CORE_MASK]
    place = community.household["neighborhood"][pp["household"][people].astype(np.int64)].astype(np.int64)
    load = k("unemployed") * (pp["labor"][people] == 2) - k("center")
    load = load + k("unsafe") * (1.0 - community.neighborhood["safety"][place].astype(float))
    load = load + k("hardship") * _local(community, people, "hardship")
    asked = pp["age"][people] >= 12 * k("first_age")
    mean = k("trait_ace") * (aces - k("trait_ace_reference")) + k("trait_chronic") * load
    mean = np.where(asked, mean, 0.0)
    trait = mean + k("trait_sd") * rng.standard_normal(people.size)
    state = load + k("state_sd") * rng.standard_normal(people.size)
    noise = k("noise_sd") * rng.standard_normal(people.size)
    pp["stress_trait"][people] = trait
    pp["stress_state"][people] = np.where(asked, state, 0.0)
    pp["stress"][people] = np.where(asked, trait + state + noise, 0.0)


def _recall(community: Community, adults: np.ndarray, draw: Mapping[str, Any], rng: np.random.Generator) -> None:
    pp = community.person
    pp["ace_recalled"][adults] = recalled_bits(
        pp["ace_bits"][adults],
        pp["stress_trait"][adults],
        pp["depressed_ever"][adults],
        rng.random(adults.size, np.float32),
        rng.standard_normal(adults.size),
        sensitivity=draw["adversity.recall_sensitivity"],
        false_report=draw["adversity.recall_false"],
        factor=float(draw["adversity.recall_factor"]),
        distress=float(draw["adversity.recall_distress"]),
        trait_sd=float(draw["stress.trait_sd"]),
        mood=float(draw["adversity.recall_mood"]),
        mood_reference=float(draw["adversity.recall_mood_reference"]),
    )


def _spell_months(recovery: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """Months already in the episode, for people found in one: long episodes are found more often."""
    months = np.arange(_EVER + 1)
    hazard = recovery[(months >= 3) * 1 + (months >= 6) + (months >= 12)]
    still = np.exp(-np.concatenate([[0.0], np.cumsum(hazard)[:-1]]))
    return rng.choice(months, n, p=still / still.sum())


def _minds(community: Community, asked: np.ndarray, draw: Mapping[str, Any], rng: np.random.Generator) -> None:
    pp, n = community.person, asked.size

    def k(name: str) -> Any:
        return draw[f"family.{name}"]

    band, sex = age_band(pp["age"][asked]), pp["sex"][asked]
    aces = CORE_COUNT[pp["ace_bits"][asked] & CORE_MASK]
    stress, frailty = pp["stress"][asked].astype(float), _local(community, asked, "frailty")
    jobless = pp["labor"][asked] == 2
    # The present state follows from past drivers as well; stress is read at half its weight.
    low = k("depression_sex")[sex] * k("depression_ace") ** aces * k("depression_stress") ** (0.5 * stress)
    low = low * k("depression_frailty") ** frailty * np.where(jobless, k("depression_unemployed"), 1.0)
    low = low * k("depression_pce") ** (pp["pce"][asked] - k("depression_pce_reference"))
    # Those without money stay ill longer as well, so the present gradient is read off surveys, whatever the rest explains.
    income = np.digitize(_local(community, asked, "poverty_ratio"), (1.0, 2.0, 4.0))
    low = _rescaled(k("start_depression_income"), low, income)
    ill = rng.random(n) < _spread(k("start_depression"), low, band)
    pp["depression"][asked] = ill
    pp["depressed_ever"][asked] = ill | (rng.random(n) < _spread(k("start_depressed_ever"), low, band))
    spell = _spell_months(k("depression_recovery"), n, rng)
    pp["depression_months"][asked] = np.where(ill, spell, rng.integers(12, _EVER + 1, n))
    using = k("substance_sex")[sex] * k("substance_ace") ** aces * k("substance_frailty") ** frailty
    using = using * np.where(jobless, k("substance_unemployed"), 1.0)
    using = using * np.where(ill, k("substance_depression"), 1.0)
    uses = rng.random(n) < _spread(k("start_substance"), using, band)
    pp["substance"][asked] = uses
    moderate, severe = k("start_anxiety")
    uneasy = k("anxiety_sex")[sex] * k("anxiety_stress") ** stress
    uneasy = uneasy * np.where(ill, k("anxiety_depression"), 1.0)
    everyone = np.zeros(n, np.int64)
    either = rng.random(n) < _spread(np.array([moderate + severe]), uneasy, everyone)
    worst = rng.random(n) < severe / (moderate + severe)
    pp["anxiety"][asked] = np.where(either, 1 + worst, 0)
    mood, substance = k("start_treated")
    in_care = (ill | either) & (rng.random(n) < mood)
    pp["treated"][asked] = in_care * 1 + (uses & (rng.random(n) < substance)) * 2


def _couples(community: Community, homes: np.ndarray, draw: Mapping[str, Any], rng: np.random.Generator) -> None:
    hh, n = community.household, homes.size
    frailty, hardship = hh["frailty"][homes].astype(float), hh["hardship"][homes].astype(float)
    couple = hh["couple"][homes] > 0
    conflict = draw["family.conflict_frailty"] * frailty + draw["family.conflict_hardship"] * hardship
    conflict = conflict - draw["family.conflict_center"] + draw["family.conflict_sd"] * rng.standard_normal(n)
    hh["conflict"][homes] = np.where(couple, conflict, 0.0)
    ratio = hh["poverty_ratio"][homes]
    band = (ratio >= 1) * 1 + (ratio >= 2) + (ratio >= 4)
    weight = draw["family.ipv_conflict"] ** conflict * draw["family.ipv_frailty"] ** frailty
    violent = couple & (rng.random(n) < _spread(draw["family.start_ipv"], weight, band))
    hh["ipv"][homes] = violent
    hh["ipv_months"][homes] = np.minimum(rng.exponential(1.0 / draw["family.ipv_end"], n), _EVER)
    particular = draw["family.parenting_sd"] * rng.standard_normal(n)
    hh["parenting"][homes] = particular - draw["family.parenting_frailty"] * frailty
