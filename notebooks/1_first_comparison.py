# %% [markdown]
# # A first comparison
#
# Does a right to counsel in evictions change what families live through? Ansonia, 400 homes, 2 years, 4 futures: small
# enough for a minute, too small for a finding. For one, take all homes, ten years and twenty futures.

# %%
import hecsim as hs

town = hs.CommunitySpec(towns=("Ansonia",), households=400)
law = hs.Scenario(town, years=2, name="current law")
counsel = law.with_interventions(hs.interventions.RightToCounsel(start=0, ramp=0), name="counsel")

# %% [markdown]
# Both arms of a future give every family the same luck, so a difference has a cause.

# %%
results = hs.compare([law, counsel], futures=4)
table = results.summary(measures=["eviction_filings", "evictions", "stress_caregivers"])
table[["measure", "unit", "reference", "value", "difference", "low", "high", "grade"]]

# %% [markdown]
# `low` to `high` is the 95% interval of the mean difference. Where it holds zero, the honest reading is: not told apart
# from luck at this size.

# %%
[(row.measure, "holds zero" if row.low <= 0 <= row.high else "does not") for row in table.itertuples()]
