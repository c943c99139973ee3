# %% [markdown]
# # Which part of a mix did it?
#
# Shapley values: each intervention's mean contribution over all orders in which the parts could be added. With the same
# luck in every subset, the parts add up to the whole exactly.

# %%
import tempfile
from pathlib import Path

import hecsim as hs

place = hs.CommunitySpec(towns=("Ansonia",), households=300)
law = hs.Scenario(place, years=1, name="current law")
mix = law.with_interventions(
    hs.interventions.RightToCounsel(start=0, ramp=0), hs.interventions.find("P06")(start=0), name="two together"
)
study = hs.Study.from_scenarios([law, mix], futures=2)

# %%
folder = Path(tempfile.mkdtemp()) / "subsets"
parts = hs.attribute(study, folder, outcomes=["evictions"])
parts.shares[["intervention", "title", "shapley", "low", "high", "unit"]]

# %%
parts.whole
