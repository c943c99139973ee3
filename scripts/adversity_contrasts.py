"""Do adversities of children differ by income as they do in surveys? Published beside simulated.

    python scripts/adversity_contrasts.py
    python scripts/adversity_contrasts.py --households 30000 --seeds 5

Children of the state in two years of current law after a first, central parameters. Only the first three rows and the adults'
scores were used, for `family.frailty_income`; the others follow. Eighths are children by the poverty of children in their
town; accepted reports of 2017 and simulated investigations stand as ratios to their own mean, since their levels differ.
"""

from __future__ import annotations

import argparse

import numpy as np

from hecsim import geography
from hecsim.columns import ACE
from hecsim.community import Community
from hecsim.model import CommunityModel
from hecsim.population import build_community

_CHILD = 18 * 12  # months
_LOW = 2.0  # income over the poverty line, as the surveys group it
_BEFORE, _MONTHS = 12, 24
_EIGHTHS = 8
_INVESTIGATED = 2
_NAMES = ("household incarceration", "household substance use", "household mental illness", "violence between partners")
# name: published, as the notes of the evidence room give it
PUBLISHED = {
    "lived with somebody who was in jail, below over above twice the line": "2.5 to 3.0",
    "with somebody who had a problem with alcohol or drugs": "1.6",
    "with somebody who was mentally ill": "1.4 to 1.6",
    "saw violence between partners (California 2022, by income)": "1.8",
    "adults' recalled score, below $15,000": "2.16",
    "adults' recalled score, above $50,000": "about 1.4",
    "investigated, below over above the poverty line": "5 (recalled)",
    **{f"reports of towns over their mean, eighth {i + 1}": "" for i in range(_EIGHTHS)},
}


def _town_eighths(community: Community) -> tuple[np.ndarray, np.ndarray]:
    """Eighth of every town by the poverty of its children (-1 where nothing is published), and the published reports."""
    table = geography.towns().reindex(community.labels["town"])
    children = (table["population"] * (table["age_0_4"] + table["age_5_17"])).to_numpy(float)
    poor, reports = table["child_poor_below_100"].to_numpy(float), table["dcf_reports"].to_numpy(float)
    known = np.flatnonzero(np.isfinite(poor) & np.isfinite(reports))
    known = known[np.argsort(poor[known], kind="stable")]
    eighth = np.full(poor.size, -1)
    eighth[known] = np.minimum(_EIGHTHS * np.cumsum(children[known]) / children[known].sum(), _EIGHTHS - 1).astype(int)
    rate = np.array([reports[eighth == i].sum() / children[eighth == i].sum() for i in range(_EIGHTHS)])
    return eighth, rate / (reports[known].sum() / children[known].sum())


def contrasts(households: int, seed: int) -> tuple[list[float], np.ndarray]:
    """The figures of `PUBLISHED` in one future, and the published ratios of the eighths."""
    model = CommunityModel(community=build_community("all", households=households, seed=seed), years=3, seed=seed)
    eighth, published = _town_eighths(model.community)
    cases, months = np.zeros(2), np.zeros(2)
    reports, lived = np.zeros(_EIGHTHS), np.zeros(_EIGHTHS)
    while model.month < _BEFORE + _MONTHS:
        model.step()
        if model.month <= _BEFORE:
            continue
        h, p = model.community.household, model.community.person
        child = (p["present"] == 1) & (p["age"] < _CHILD)
        home = p["household"][child].astype(np.int64)
        seen = (p["cps_new"][child] & _INVESTIGATED) > 0
        poor = (h["poverty_ratio"][home] < 1.0).astype(int)
        cases += np.bincount(poor, seen, 2)
        months += np.bincount(poor, minlength=2)
        place = eighth[model.community.neighborhood["town"][h["neighborhood"][home].astype(np.int64)].astype(np.int64)]
        reports += np.bincount(place[place >= 0], seen[place >= 0], _EIGHTHS)
        lived += np.bincount(place[place >= 0], minlength=_EIGHTHS)
    low = h["poverty_ratio"][home] < _LOW
    bits = p["ace_bits"][child]
    ratios = []
    for name in _NAMES:
        happened = (bits >> ACE.index(name)) & 1
        ratios.append(happened[low].mean() / happened[~low].mean())
    adult = (p["present"] == 1) & (p["age"] >= _CHILD)
    income = h["income_year"][p["household"][adult].astype(np.int64)]
    score = np.bitwise_count(p["ace_recalled"][adult])
    rate = cases / months
    simulated = reports / lived / (reports.sum() / lived.sum())
    return [
        *ratios, score[income < 15_000].mean(), score[income > 50_000].mean(), rate[1] / rate[0], *simulated,
    ], published  # fmt: skip


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--households", type=int, default=30_000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[5, 6, 7])
    asked = parser.parse_args()
    runs = [contrasts(asked.households, seed) for seed in asked.seeds]
    found, towns = np.array([run[0] for run in runs]), runs[0][1]
    texts = [text or f"{towns[i - len(PUBLISHED)]:.2f}" for i, text in enumerate(PUBLISHED.values())]
    print(f"{'':72}{'published':>14}{'simulated':>11}{'range over seeds':>20}")
    for name, text, x in zip(PUBLISHED, texts, found.T, strict=True):
        print(f"{name:72}{text:>14}{x.mean():11.2f}{f'{x.min():.2f} to {x.max():.2f}':>20}")


if __name__ == "__main__":
    main()
