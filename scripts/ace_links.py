"""How adverse childhood experiences cluster, and how they go with depression and obesity in adults.

    python scripts/ace_links.py --households 10000 --years 3

For true events and for what adults recall: the mean tetrachoric correlation of the eight surveyed
types (published 0.40 to 0.46, recalled), and the odds ratios of depression and obesity of adults with
four or more types against none, unadjusted (published about 4.4 for depression ever, Hughes 2017; 1.4
for obesity, adults' recall). The first line of each is the community as built, the second after `years`.
"""

from __future__ import annotations

import argparse
from itertools import combinations

import numpy as np
from scipy.optimize import brentq
from scipy.stats import multivariate_normal, norm

from hecsim.columns import ACE
from hecsim.community import Community
from hecsim.model import CommunityModel
from hecsim.population import build_community

SURVEYED = [i for i in range(10) if i not in (3, 4)]  # the survey does not ask for neglect


def tetrachoric(a: np.ndarray, b: np.ndarray) -> float:
    """Correlation of the two normal traits whose upper parts are the flags `a` and `b`."""
    limit = norm.isf([a.mean(), b.mean()])
    both = float((a & b).mean())

    def gap(r: float) -> float:
        return float(multivariate_normal.cdf(-limit, cov=[[1.0, r], [r, 1.0]])) - both

    return float(brentq(gap, -0.95, 0.98, xtol=1e-3))


def odds_ratio(exposed: np.ndarray, others: np.ndarray, outcome: np.ndarray) -> float:
    """Odds of the outcome among the exposed over those among the others."""
    p, q = outcome[exposed].mean(), outcome[others].mean()
    return float(p / (1 - p) / (q / (1 - q)))


def links(community: Community) -> dict[str, float]:
    """Clustering and odds ratios, by yardstick."""
    person = community.person
    adult = np.flatnonzero((person["present"] == 1) & (person["age"] >= 216))
    out: dict[str, float] = {}
    for name, column in (("true", "ace_bits"), ("recalled", "ace_recalled")):
        flags = ((person[column][adult, None] >> np.arange(10)) & 1).astype(bool)[:, SURVEYED]
        pairs = [tetrachoric(flags[:, i], flags[:, j]) for i, j in combinations(range(len(SURVEYED)), 2)]
        out[f"{name}: mean tetrachoric"] = float(np.mean(pairs))
        score = flags.sum(1)
        out[f"{name}: 1+ %"], out[f"{name}: 4+ %"] = 100 * float((score >= 1).mean()), 100 * float((score >= 4).mean())
        many, none = score >= 4, score == 0
        out[f"{name}: depression now, odds ratio"] = odds_ratio(many, none, person["depression"][adult] == 1)
        out[f"{name}: depression ever, odds ratio"] = odds_ratio(many, none, person["depressed_ever"][adult] == 1)
        out[f"{name}: obesity, odds ratio"] = odds_ratio(many, none, person["bmi"][adult] >= 30)
    return out


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--households", type=int, default=10_000)
    parser.add_argument("--years", type=int, default=3)
    args = parser.parse_args()
    community = build_community("all", households=args.households)
    before = links(community)
    model = CommunityModel(community=community, years=args.years, record=False).run()
    after = links(model.community)
    print(f"{'':42}{'built':>8}{'later':>8}   types: {', '.join(ACE[i] for i in SURVEYED)}")
    for name, value in before.items():
        print(f"{name:42}{value:8.2f}{after[name]:8.2f}")


if __name__ == "__main__":
    main()
