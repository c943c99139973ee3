"""How people come to weigh what they weigh at the start.

Adults: body mass index is a lognormal shifted by sex (NHANES), whose latent score holds age,
education, neighborhood disadvantage, recorded group, childhood adversity, something partners share
and a personal rest. Where a tract's obesity is known, the scores of its adults are shifted to it,
moved from the year of the data to the start by the state's change. The set point is then what
today's energy balance leaves, ahead of weight by what it drifts in one time constant: whose set point
has long been moving weighs tau x drift less than it, and gains from the first month as ever.

Children: the personal part of the BMI z score lies around the family level of the process, plus a
group difference that data show; heights follow the parents.

Recorded group enters here, because it describes the present, and in no transition.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.special import expit, logit

from hecsim.community import Community
from hecsim.population.histories.matching import household_normal, known_levels, shift_to_levels
from hecsim.processes import growth
from hecsim.processes.ace_bits import ADULT, CORE_COUNT, CORE_MASK
from hecsim.processes.weight_adult import TERM, ace_share, activity_kcal, usual_activity
from hecsim.processes.weight_child import family_level

__all__ = ["initialize"]

_USUAL = ("scale", "offset", "spread", "age_shift", "female")  # what makes activity usual
_PART = 200_000  # adults whose set points are sought at a time
_CAREGIVER = 2  # roles 0 and 1 are caregivers


def initialize(community: Community, draw: Mapping[str, Any], rng: np.random.Generator) -> None:
    """Fill height, height_z, weight, bmi, set_point, bmi_z and z_person of all residents."""
    k = {name.partition(".")[2]: draw[name] for name in draw if name.startswith("weight.")}
    k |= {f"activity.{name}": draw[f"activity.{name}"] for name in _USUAL}
    tables = growth.growth_tables(draw)
    p = community.person
    here = np.flatnonzero(p["present"] == 1)
    grown = here[p["age"][here] >= ADULT]
    young = here[p["age"][here] < ADULT]
    _adult_heights(community, grown, tables, rng)
    _adult_bmi(community, grown, k, rng)
    _set_points(community, grown, k, rng)
    _children(community, young, k, tables, rng)
    _infants(community, young, k)


def _home(community: Community, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Household and neighborhood rows of persons."""
    home = community.person["household"][rows].astype(np.int64)
    return home, community.household["neighborhood"][home].astype(np.int64)


def _adult_heights(community: Community, rows: np.ndarray, tables: growth.GrowthTables, rng: np.random.Generator) -> None:
    p = community.person
    z = rng.standard_normal(rows.size)
    p["height_z"][rows] = z
    p["height"][rows] = growth.stature(z, p["age"][rows], p["sex"][rows], tables)


def _score(community: Community, rows: np.ndarray, k: Mapping[str, Any]) -> np.ndarray:
    """Latent weight score of adults without the shared and personal rest, SD."""
    p = community.person
    _, where = _home(community, rows)
    score = k["start_level"] + growth.between(p["age"][rows] / 12.0, k["start_ages"], k["start_age"])
    score = score + k["start_education"][p["education"][rows].astype(np.int64)]
    score = score + k["start_race"][p["race"][rows].astype(np.int64)]
    score = score + k["start_disadvantage"] * community.neighborhood["disadvantage"][where]
    return score + k["start_ace"] * np.minimum(CORE_COUNT[p["ace_bits"][rows] & CORE_MASK], k["ace_limit"])


def _adult_bmi(community: Community, rows: np.ndarray, k: Mapping[str, Any], rng: np.random.Generator) -> None:
    p = community.person
    home, where = _home(community, rows)
    sex = p["sex"][rows].astype(np.int64)
    score = _score(community, rows, k)
    # What age, education and the rest explain leaves less for chance, so that the total stays one.
    rest = np.sqrt(max(1.0 - float(np.var(score)), 0.5)) if rows.size > 1 else 1.0
    # The score at which a person of this sex reports a BMI of 30.
    edge = (30.0 / k["report_scale"][sex]) ** (1.0 / k["report_power"][sex])
    edge = (np.log(edge - k["start_shift"][sex]) - k["start_mean"][sex]) / k["start_sd"][sex]
    then = np.clip(known_levels(community, "data_obesity_2017"), 0.02, 0.9)
    now = expit(logit(then) + logit(k["obesity_start"]) - logit(k["obesity_2017"]))
    score = score + shift_to_levels((score - edge) / rest, where, now, link="probit")[where] * rest
    del where, edge  # of a state, each is as large as a column: what is done with goes
    shared = household_normal(community, rng)[home]
    own = rng.standard_normal(rows.size)
    weight = np.where(p["role"][rows] < _CAREGIVER, k["start_couple"], 0.0)
    score = score + rest * (np.sqrt(weight) * shared + np.sqrt(1.0 - weight) * own)
    del home, shared, own, weight
    bmi = k["start_shift"][sex] + np.exp(k["start_mean"][sex] + k["start_sd"][sex] * score)
    del score, sex
    bmi = np.clip(bmi, k["set_point_bmi_low"], k["set_point_bmi_high"])
    square = (p["height"][rows] / 100.0) ** 2
    p["bmi"][rows] = bmi
    p["bmi_z"][rows] = p["z_person"][rows] = 0.0
    p["weight"][rows] = bmi * square + k["pregnancy_gain"] * np.minimum(p["pregnancy"][rows] / TERM, 1.0)


def _energy(community: Community, rows: np.ndarray, own: np.ndarray, k: Mapping[str, Any]) -> np.ndarray:
    """kcal/day by which present circumstances push the weight of persons, without the mind's part."""
    p = community.person
    months = p["age"][rows]
    usual = usual_activity(months, p["sex"][rows], p["activity_disposition"][rows], *(k[f"activity.{n}"] for n in _USUAL))
    energy = p["energy_shift"][rows] - activity_kcal(p["activity"][rows], usual, own, k["activity_met"], k["activity_kept"])
    count = np.minimum(CORE_COUNT[p["ace_bits"][rows] & CORE_MASK], k["ace_limit"])
    return energy + k["ace_kcal"] * count * ace_share(months, k["ace_ages"])


def _set_points(community: Community, rows: np.ndarray, k: Mapping[str, Any], rng: np.random.Generator) -> None:
    p = community.person
    home, _ = _home(community, rows)
    bmi = p["bmi"][rows].astype(float)
    adults = np.bincount(home, minlength=community.household.size)[home]
    total = np.bincount(home, bmi, community.household.size)[home]
    gap = np.where(adults > 1, (total - bmi) / np.maximum(adults - 1, 1) - bmi, 0.0)
    del home, adults, total
    # Part of today's weight is this year's wobble, more so in those far from the mean; it passes, so that it is taken off.
    far = np.log(np.maximum(bmi, 5.0))
    share = min(k["wobble"] ** 2 / max(float(np.var(far)), 1e-6), 0.5) if rows.size > 1 else 0.0
    wobble = share * (far - (far.mean() if far.size else 0.0))
    wobble = wobble + k["wobble"] * np.sqrt(1.0 - share) * rng.standard_normal(rows.size)
    lasting = bmi * np.exp(-wobble)
    del far, wobble
    for begin in range(0, rows.size, _PART):
        some = slice(begin, begin + _PART)
        p["set_point"][rows[some]] = _sought(community, rows[some], bmi[some], lasting[some], gap[some], k)


def _sought(
    community: Community, rows: np.ndarray, bmi: np.ndarray, lasting: np.ndarray, gap: np.ndarray, k: Mapping[str, Any]
) -> np.ndarray:
    """The set points that go with adults' BMI, what of it lasts, and the gap to the other adults of their homes."""
    p = community.person
    sex = p["sex"][rows].astype(np.int64)
    square = (p["height"][rows].astype(float) / 100.0) ** 2
    energy = _energy(community, rows, bmi * square, k)
    energy = energy + k["depression_kcal"] * (p["depression"][rows] != 0)
    point, years = lasting * square, p["age"][rows] / 12.0
    drift = np.where(sex == 0, *(growth.between(years, k["drift_ages"], k[n]) for n in ("drift_male", "drift_female")))
    drift, grown = drift * k["drift_scale"], years - ADULT / 12.0
    for _ in range(3):  # cost per kg and time constant are those of the set point, which is sought
        epsilon = growth.kcal_per_kg_adult(point / square, sex, k["epsilon_at_28"], k["epsilon_power"])
        tau = growth.time_constant_adult(point / square, sex, k["tau_slope"], k["tau_intercept"], k["tau_floor"])
        ahead = tau * drift * -np.expm1(-grown / tau)  # the drift began at 18
        point = lasting * square - energy / epsilon - k["household_influence"] * tau * gap * square + ahead
        point = np.clip(point, k["set_point_bmi_low"] * square, k["set_point_bmi_high"] * square)
    return point


def _parent_means(community: Community) -> tuple[np.ndarray, np.ndarray]:
    """Mean BMI and mean height z of the grown householder and partner by household row; 0 if none."""
    p, n = community.person, community.household.size
    rows = np.flatnonzero((p["present"] == 1) & (p["role"] < _CAREGIVER) & (p["age"] >= ADULT))
    home = p["household"][rows].astype(np.int64)
    count = np.maximum(np.bincount(home, minlength=n), 1)
    return tuple(np.bincount(home, p[c][rows].astype(float), n) / count for c in ("bmi", "height_z"))  # type: ignore[return-value]


def _children(
    community: Community,
    young: np.ndarray,
    k: Mapping[str, Any],
    tables: growth.GrowthTables,
    rng: np.random.Generator,
) -> None:
    p, hh = community.person, community.household
    rows = young[p["age"][young] >= growth.FIRST]
    home, _ = _home(community, rows)
    months, sex = p["age"][rows].astype(float), p["sex"][rows].astype(np.int64)
    bmis, heights = _parent_means(community)
    slope = k["height_parent"]
    tall = slope * heights[home] + np.sqrt(1.0 - 0.5 * slope**2) * rng.standard_normal(rows.size)
    height = growth.stature(tall, months, sex, tables)
    square = (height / 100.0) ** 2
    spread = np.sqrt(max(k["z_sd"] ** 2 * (1.0 - k["z_noise_share"]) - k["z_parent"] ** 2, 0.0))
    person = family_level(
        months, bmis[home], hh["poverty_ratio"][home].astype(float), k["z_ages"], k["z_mean"], k["z_parent"],
        k["parent_bmi"], k["z_income"], k["income_range"],
    )  # fmt: skip
    person = person + k["start_child_race"][p["race"][rows].astype(np.int64)] + spread * rng.standard_normal(rows.size)
    z = person + k["z_sd"] * np.sqrt(k["z_noise_share"]) * rng.standard_normal(rows.size)
    z = np.clip(z, -growth.Z_LIMIT, growth.Z_LIMIT)
    bmi = growth.bmi_from_z(z, months, sex, tables)
    kappa = np.maximum(k["kappa_at_0"][sex] - k["kappa_slope"][sex] * (months / 12.0), k["kappa_floor"])
    pushed = _energy(community, rows, bmi * square, k) / kappa / (square * growth.bmi_slope(person, months, sex, tables))
    person = np.clip(person - pushed, -growth.Z_LIMIT, growth.Z_LIMIT)
    for column, values in (
        ("height_z", tall), ("height", height), ("bmi", bmi), ("bmi_z", z), ("z_person", person),
        ("weight", bmi * square),
        ("set_point", growth.bmi_from_z(person, months, sex, tables) * square),
    ):  # fmt: skip
        p[column][rows] = values


def _infants(community: Community, young: np.ndarray, k: Mapping[str, Any]) -> None:
    p = community.person
    rows = young[p["age"][young] < growth.FIRST]
    p["weight"][rows] = growth.infant_weight(p["age"][rows], k["infant_weight"])
    for column in ("height", "height_z", "bmi", "bmi_z", "z_person", "set_point"):
        p[column][rows] = 0.0
