# %% [markdown]
# # A virtual trial
#
# A published study is a file: who takes part, what is done, what was measured. The model lives both arms and answers in
# the study's own measure. 300 homes and one future show that it runs; a verdict needs the published size
# (`hecsim trials run`). Effects are never fitted to a trial.

# %%
from hecsim.trials import find_trial, load_trial, run_trials

trial = load_trial(find_trial("W9"))
trial.title, trial.source

# %%
(score,) = run_trials([trial], futures=1, households=300, parameters="central")
[(o.outcome.name, o.verdict) for o in score.outcomes]

# %% [markdown]
# What the study differs in, and what kept outcomes from being observed at this size:

# %%
score.notes
