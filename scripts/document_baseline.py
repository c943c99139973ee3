"""Write docs/baseline.md: the targets that the baseline is held against, beside what the model gives.

    python scripts/document_baseline.py [--futures N] [--households N]

Runs Connecticut (a sample of all towns) and Hartford under current law for five years, central
parameters, and takes the mean of the last two years over futures.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from hecsim import __version__
from hecsim.measures import MEASURES
from hecsim.model import CommunityModel
from hecsim.population import build_community

# place, measure, group kind, group, low, high (target or its range), source
STATE, CITY = "Connecticut", "Hartford"
TARGETS = (
    (STATE, "obesity_adult", "all", "all", 29.0, 30.6, "CDC BRFSS 2019-2023"),
    (STATE, "obesity_child", "all", "all", 14.0, 18.9, "CT DPH and BRFSS 2010-2018"),
    (STATE, "ace_recall_1plus", "all", "all", 54.9, 59.7, "CDC, Connecticut BRFSS 2017; Aslam 2024"),
    (STATE, "ace_recall_3plus", "all", "all", 21.3, 21.3, "founding documents; consistent with BRFSS 2017"),
    (STATE, "ace_recall_4plus", "all", "all", 11.9, 13.0, "CDC, Connecticut BRFSS 2017; Aslam 2024"),
    (STATE, "cps_investigations", "all", "all", 28.5, 28.5, "Child Trends for Connecticut, FY2015"),
    (STATE, "cps_confirmed", "all", "all", 8.3, 9.7, "DCF, unique substantiated children 2015-2016"),
    (STATE, "investigated_by_18", "all", "all", 26.0, 26.0, "derived from Kim 2017 and the state's rate"),
    (STATE, "food_insecurity_adult", "all", "all", 17.0, 18.3, "DataHaven 2022, 2024"),
    (STATE, "food_insecurity_adult", "race_ethnicity", "White", 11.0, 11.0, "DataHaven 2022"),
    (STATE, "food_insecurity_adult", "race_ethnicity", "Black", 25.0, 25.0, "DataHaven 2022"),
    (STATE, "food_insecurity_adult", "race_ethnicity", "Hispanic", 34.0, 34.0, "DataHaven 2022"),
    (STATE, "diabetes", "all", "all", 9.2, 10.4, "BRFSS 2014; PLACES 2023"),
    (STATE, "inactive_adult", "all", "all", 20.0, 24.0, "BRFSS 2014-15"),
    (STATE, "poverty", "all", "all", 9.8, 10.2, "ACS 2019-23"),
    (STATE, "unemployment", "all", "all", 3.2, 3.8, "LAUS 2023-24"),
    (STATE, "eviction_filings", "all", "all", 4.6, 5.0, "ctdata.org 2024; Eviction Lab"),
    (STATE, "births", "all", "all", 9.4, 9.8, "NCHS 2022-23"),
    (STATE, "feels_safe", "all", "all", 66.9, 66.9, "DataHaven 2024"),
    (CITY, "obesity_adult", "all", "all", 36.7, 40.0, "500 Cities 2017, and half a point a year since"),
    (CITY, "diabetes", "all", "all", 13.5, 15.2, "500 Cities 2017; PLACES 2021"),
    (CITY, "food_insecurity_adult", "all", "all", 35.4, 35.4, "DataHaven 2024"),
    (CITY, "poverty", "all", "all", 25.5, 25.5, "ACS 2019-23"),
    (CITY, "evictions", "all", "all", 4.0, 5.7, "executed 2016 before right to counsel, 5.7; lower since"),
    (CITY, "feels_safe", "all", "all", 42.9, 42.9, "DataHaven 2024"),
)


def simulate(towns: str, households: int, futures: int) -> dict[tuple[str, str, str], float]:
    """Mean of years 4 and 5 by measure, group kind and group."""
    community = build_community(towns, households=households)
    parts = []
    for seed in range(1, futures + 1):
        model = CommunityModel(community=community, years=5, seed=seed).run()
        parts.append(model.recorder.array[36:].sum(0))
    sums = np.mean(parts, 0)
    recorder = model.recorder
    return {
        (m.name, *group): float(m.factor * sums[i, g, 0] / sums[i, g, 1])
        for i, m in enumerate(recorder.measures)
        for g, group in enumerate(recorder.groups)
        if sums[i, g, 1] > 0
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--futures", type=int, default=4)
    parser.add_argument("--households", type=int, default=10_000)
    a = parser.parse_args()
    found = {STATE: simulate("all", a.households, a.futures), CITY: simulate(CITY, a.households, a.futures)}
    lines = [
        "# Baseline: target beside simulated",
        "",
        f"hecsim {__version__}, current law, central parameters, before any calibration: {a.households:,} households for each "
        f"place, {a.futures} futures, mean of years 4 and 5. Written by",
        f"`python scripts/document_baseline.py --futures {a.futures} --households {a.households}`.",
        "",
        "The ratio is simulated over the nearest end of the target's range; 1.00 means inside the range.",
        "",
        "| place | measure | group | yardstick | target | simulated | ratio | source of the target |",
        "|---|---|---|---|---|---|---|---|",
    ]
    worst = 1.0
    for place, name, kind, group, low, high, source in TARGETS:
        value = found[place][(name, kind, group)]
        ratio = value / low if value < low else (value / high if value > high else 1.0)
        worst = max(worst, ratio, 1 / ratio)
        target = f"{low:g}" if low == high else f"{low:g} to {high:g}"
        m = MEASURES[name]
        lines.append(
            f"| {place} | {m.label} ({m.unit}) | {group} | {m.yardstick} | {target} | {value:.1f} | {ratio:.2f} | {source} |"
        )
    lines += ["", f"Worst ratio: {worst:.2f}.", ""]
    Path(__file__).resolve().parent.parent.joinpath("docs", "baseline.md").write_text("\n".join(lines), encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
