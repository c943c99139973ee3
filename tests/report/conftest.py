"""A synthetic study with known differences: no model is run, so that only the report is tested."""

from __future__ import annotations

import zlib

import numpy as np
import pandas as pd
import pytest

from hecsim.columns import INCOME_BAND, RACE
from hecsim.measures import MEASURES
from hecsim.study.results import Results

PLACES = (
    "Asylum Hill",
    "Barry Square",
    "Behind the Rocks",
    "Blue Hills",
    "Clay Arsenal",
    "Downtown",
    "Frog Hollow",
    "Northeast",
    "Parkville",
    "Sheldon Charter Oak",
    "South End & South Meadows",
    "South Green",
    "Southwest",
    "Upper Albany",
    "West End",
)
ARMS = ("Current law", "Needs first", "Strong start for every child", "Hub & ambassadors only")
# Factor on the outcome of each arm: better, mixed, and nothing at all.
FACTOR = {"Needs first": 0.9, "Strong start for every child": 0.97}
SCALE = 12.0


def _mean(measure) -> float:
    """A plausible level in the measure's own ratio."""
    if measure.kind == "money":
        return 40.0
    if measure.kind == "count":
        return 300.0
    if measure.unit.startswith("$"):
        return 4000.0
    if "minutes" in measure.unit:
        return 170.0
    return {"SD": 0.2, "HEI, 0 to 100": 57.0, "kg/m2": 29.0, "mean score of 10": 1.4}.get(measure.unit, 0.3)


def make(
    arms=ARMS,
    futures=6,
    years=2,
    failed=None,
    family=True,
    empty_group=False,
    notes=("The town's bus lines were not modeled.",),
    seed=7,
    places=PLACES,
):
    rng = np.random.default_rng(seed)
    names = [f"{p} ({5000 + i}.{j:02d})" for i, p in enumerate(places) for j in (0, 1)]
    groups = [
        ("all", "all"),
        *(("race_ethnicity", r) for r in RACE),
        *(("income", b) for b in INCOME_BAND),
        *(("neighborhood", n) for n in names),
    ]
    months, g, m = 12 * years, len(groups), len(MEASURES)
    common = rng.normal(1, 0.05, (futures, 1, 1, m, 1))
    tilt = np.linspace(0.85, 1.3, g)
    noise = np.empty((futures, len(arms), months, m, g))
    for k, name in enumerate(MEASURES):  # each measure's own, so that one more of them changes no other
        own = np.random.default_rng([seed, zlib.crc32(name.encode())])
        noise[:, :, :, k] = own.normal(1, 0.004, (futures, len(arms), months, g))
    ramp = np.minimum(np.arange(months) / 6, 1)[None, :]
    factor = np.array([[FACTOR.get(a, 1.0)] for a in arms])
    moved = 1 + (factor - 1) * ramp  # (arms, months)
    sums = np.zeros((futures, len(arms), months, m, g, 2))
    size = np.array([1000.0, *[200.0] * 5, *[250.0] * 4, *[1000 / len(names)] * len(names)])
    for k, measure in enumerate(MEASURES.values()):
        level = _mean(measure)
        effect = (
            np.ones_like(moved)
            if measure.kind == "count" or not measure.better
            else moved
            if measure.better == "lower"
            else 2 - moved
        )
        value = level * common[:, :, :, k] * tilt * noise[:, :, :, k] * effect[None, :, :, None]
        sums[..., k, :, 0] = value * size
        sums[..., k, :, 1] = size if measure.kind != "count" else 1.0
    if empty_group:
        sums[..., groups.index(("race_ethnicity", "Asian")), :] = 0.0
    chosen = {
        "Needs first": [
            {"id": "P01", "reach": 0.6, "start": 6, "payers": {"state": 0.7, "federal": 0.3}},
            {"id": "G10", "start": 12},
        ],
        "Strong start for every child": [
            {"id": "G04", "reach": 0.8, "start": 0, "end": 20},
            {"id": "N08"},
            {"id": "S02"},
        ],
        "Hub & ambassadors only": [{"id": "S01"}, {"id": "X99", "reach": 0.5, "start": 3}],
    }
    manifest = {
        "hecsim": "0.1.0",
        "digest": "c0ffee0123456789",
        "arm_names": list(arms),
        "notes": list(notes),
        "study": {
            "name": "Hartford, four ways <test>",
            "question": "Which mix does most for young children & for whom?",
            "years": years,
            "parameters": "central",  # the futures below are independent of each other
            "start_year": 2025,
            "arms": [{"name": a, "interventions": chosen.get(a, [])} for a in arms],
            "contrasts": [
                {"measure": "aces_0_8", "important": 0.5},
                {"measure": "poverty_child", "important": 0.0},
            ],
            "community": {"towns": ["Hartford"]},
        },
        "places": {
            "neighborhood": names,
            "scale": [SCALE] * len(names),
            "lat": (41.76 + 0.03 * rng.normal(size=len(places))).repeat(2).tolist(),
            "lon": (-72.68 + 0.03 * rng.normal(size=len(places))).repeat(2).tolist(),
        },
        "community": {"name": "Hartford", "persons": 10234, "households": 4000},
        "followed": {},
    }
    indexes = [i for i in range(futures + len(failed or {})) if i not in (failed or {})]
    return Results(
        sums=sums,
        futures=indexes,
        arms=list(arms),
        measures=list(MEASURES),
        groups=groups,
        manifest=manifest,
        ledger=_ledger(arms, indexes, months, rng, chosen),
        diary=_diary(arms, indexes, months, rng) if family else pd.DataFrame(),
        failed=dict(failed or {}),
    )


def _ledger(arms, futures, months, rng, chosen):
    rows = [
        (month, payer, "grants", "service", part["id"], 40_000 * share * rng.uniform(0.9, 1.1), arm, f)
        for f in futures
        for arm in arms
        for part in chosen.get(arm, [])
        for month in range(6, months)
        for payer, share in (("state", 0.7), ("federal", 0.3))
    ]
    return pd.DataFrame(rows, columns=["month", "payer", "instrument", "category", "intervention", "amount", "arm", "future"])


def _diary(arms, futures, months, rng):
    rows = []
    plan = {
        3: ("job_lost", False, "Ana lost a job", "Ana perdió su empleo", "unstable work"),
        7: (
            "filed",
            False,
            "the landlord filed for eviction",
            "el arrendador presentó una demanda de desalojo",
            "rent owed for 1.8 months; a parent without work",
        ),
        8: ("evicted", False, "the family was evicted", "la familia fue desalojada", "no lawyer in court"),
        9: (
            "ace",
            False,
            "Luis lived through unstable housing for the first time",
            "Luis vivió por primera vez: unstable housing",
            "loss of the home",
        ),
        15: ("job_found", True, "Ana found a job", "Ana encontró empleo", ""),
    }
    for f in futures:
        for arm in arms:
            spared = arm == "Needs first"
            for month in range(months):
                code, welcome, text, text_es, causes = plan.get(month, ("", False, "", "", ""))
                if spared and code in ("evicted", "ace") and f % 3 != 2:
                    code, welcome, text, text_es, causes = (
                        "case_ended",
                        True,
                        "the eviction case ended and the family stayed",
                        "el caso de desalojo terminó y la familia se quedó",
                        "a lawyer in court",
                    )
                rows.append(
                    {
                        "month": month,
                        "label": f"{2025 + month // 12}-{month % 12 + 1:02d}",
                        "household": "the Rivera family",
                        "income": 2900.0 + 200 * spared,
                        "arrears": 1200.0 * (month > 5) * (not spared),
                        "hardship": 0.12 + 0.01 * f - 0.05 * spared,
                        "caregiver_stress": 0.9 - 0.4 * spared,
                        "support": 0.1,
                        "safety_index": 0.6,
                        "event": code,
                        "welcome": welcome,
                        "text": text,
                        "text_es": text_es,
                        "causes": causes,
                        "helped_by": "P01" if spared and month >= 6 else "",
                        "arm": arm,
                        "future": f,
                    }
                )
    return pd.DataFrame(rows)


@pytest.fixture(scope="session")
def study():
    return make()
