"""Drive the model with Mesa's own batch runner: two mixes, some seeds, a data frame.

    python examples/mesa_batch_run.py

Mesa repeats a model for every combination of parameters. The same seed gives every mix the same luck, so rows of one
seed can be subtracted; `hecsim compare` does that, draws parameters, and keeps what is finished.
"""

from __future__ import annotations

import mesa
import pandas as pd

from hecsim.model import CommunityModel

LAW, MIX = "current law", "M1"
YEARS = 2  # the ready-made mixes start after one


def run(*, households: int = 500, seeds: int = 2, years: int = YEARS) -> pd.DataFrame:
    """One row per mix and seed: the last month's measures that the model's data collector keeps."""
    parameters = {
        "community": "Hartford",
        "households": households,
        "interventions": [(), MIX],  # nothing; needs first
        "years": years,
        "seed": list(range(1, seeds + 1)),
    }
    rows = mesa.batch_run(CommunityModel, parameters, number_processes=1, data_collection_period=-1, display_progress=False)
    frame = pd.DataFrame(rows)
    return frame.assign(mix=[m or LAW for m in frame["interventions"]])


def paired(frame: pd.DataFrame, measure: str = "evictions") -> pd.Series:
    """Difference of the mix from current law within each seed."""
    wide = frame.pivot(index="seed", columns="mix", values=measure)
    return wide[MIX] - wide[LAW]


if __name__ == "__main__":
    found = run()
    print(found[["mix", "seed", "evictions", "poverty", "stress"]].to_string(index=False))
    print("difference in evictions by seed:", paired(found).round(3).to_dict())
