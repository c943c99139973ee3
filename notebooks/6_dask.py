# %% [markdown]
# # On a cluster
#
# The same study on Dask workers gives the same tables to the last bit. Here two workers on this machine; on a cluster give
# the scheduler's address instead of "local". Needs the extra `cluster`.

# %%
import tempfile
from pathlib import Path

import hecsim as hs

law = hs.Scenario(hs.CommunitySpec(towns=("Andover",), households=200), years=1, burn_in=0, name="current law")
counsel = law.with_interventions(hs.interventions.RightToCounsel(start=0, ramp=0), name="counsel")
study = hs.Study.from_scenarios([law, counsel], futures=2)

# %%
if __name__ == "__main__":  # workers are processes, which import this file where it is a script
    folder = Path(tempfile.mkdtemp())
    here = hs.run_study(study, folder / "here", workers=1)
    there = hs.run_study(study, folder / "there", workers=2, cluster="local")
    assert here.summary().equals(there.summary())
    print(there.summary(measures=["evictions", "poverty_child"])[["measure", "difference", "low", "high"]])
