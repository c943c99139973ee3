# %% [markdown]
# # For whom?
#
# The same comparison by race and ethnicity of the householder, and by income. Groups differ here because they are
# treated differently and live in different places; race is in no biological equation. Group results are exploratory
# unless a study declared them before it ran.

# %%
import hecsim as hs

law = hs.Scenario(hs.CommunitySpec(towns=("Ansonia",), households=400), years=2, name="current law")
counsel = law.with_interventions(hs.interventions.RightToCounsel(start=0, ramp=0), name="counsel")
results = hs.compare([law, counsel], futures=4)

# %%
by_race = results.summary(by="race_ethnicity", measures=["eviction_filings"])
by_race[["group", "reference", "value", "difference", "low", "high"]]

# %% [markdown]
# Gaps: the distance between groups under each arm, and whether it closes.

# %%
results.gaps("eviction_filings")
