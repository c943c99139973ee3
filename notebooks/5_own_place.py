# %% [markdown]
# # A place of your own
#
# From files of the Census Bureau to a community. The files are written here, so that the notebook needs no internet:
# TEST FIGURES in the form of the published tables, of a place that does not exist (state 99). See docs/own_place.md for
# the tables that a real place should bring.

# %%
import json
import tempfile
from pathlib import Path

import pandas as pd

folder = Path(tempfile.mkdtemp())
ages = {3: 60, 4: 60, 5: 60, 6: 40, 7: 40, 8: 20, 9: 20, 10: 60, 11: 130, 12: 120, 13: 110, 14: 110, 15: 100, 16: 100,
        17: 100, 18: 40, 19: 60, 20: 40, 21: 60, 22: 70, 23: 50, 24: 30, 25: 20}  # fmt: skip
half = sum(ages.values())
row = {"B01001_001E": 2 * half, "B01001_002E": half, "B01001_026E": half}
row |= {f"B01001_{n:03d}E": v for n, v in ages.items()} | {f"B01001_{n + 24:03d}E": v for n, v in ages.items()}
row |= {"B25003_001E": 1250, "B25003_002E": 700, "B25003_003E": 550, "B19013_001E": 58_000}
rows = [{"GEOID": f"9900100{n:02d}00", "NAME": f"Census Tract {n}, Test County, Nowhere", **row} for n in (1, 2)]
pd.DataFrame(rows).to_csv(folder / "acs.csv", index=False)


def square(west):
    return {
        "type": "Polygon",
        "coordinates": [[[west, 40], [west + 0.02, 40], [west + 0.02, 40.02], [west, 40.02], [west, 40]]],
    }


features = [{"type": "Feature", "properties": {"GEOID": r["GEOID"]}, "geometry": square(-75 + 0.02 * i)}
            for i, r in enumerate(rows)]  # fmt: skip
(folder / "tracts.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))

# %% [markdown]
# What is missing is said, and what stands in for it.

# %%
from hecsim import geography
from hecsim.geography.import_place import bring

found = bring([folder], name="Testville")
[*found.missing, *found.assumed]

# %%
place = geography.load(found.write(folder / "tables"))
place

# %%
from hecsim.population import build_community, margins

community = build_community(place, households=400, histories=False)
margins(community, place).head(10)
