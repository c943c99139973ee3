"""Specification S in mesa-frames: one agent set in a Polars data frame, expressions instead of loops."""

import numpy as np
import polars as pl
import specification as s
from mesa_frames import AgentSetPolars, ModelDF


class Residents(AgentSetPolars):
    def __init__(self, n, model, seed):
        super().__init__(model)
        first = s.start(n, seed)
        rows = np.arange(n)
        self += pl.DataFrame(
            {
                "unique_id": rows,
                "place": rows // s.NEIGHBORHOOD,
                **{k: first[k].astype(np.float32) for k in ("mu", "stress", "weight")},
                **{f"flag{k}": np.zeros(n, bool) for k in range(s.FLAGS)},
            }
        )
        self.links, self.rng = s.links(n, seed), np.random.default_rng(seed)

    def step(self):
        n = len(self.agents)
        stress = self.agents["stress"]
        linked = pl.Series("linked", stress.to_numpy()[self.links].mean(axis=1))
        noise = pl.Series("noise", self.rng.standard_normal(n, np.float32))
        aim = 0.6 * pl.col("mu") + 0.2 * pl.col("stress").mean().over("place") + 0.2 * linked
        self.agents = self.agents.with_columns(
            (pl.col("stress") + 0.1 * (aim - pl.col("stress")) + 0.3 * noise).clip(0, 10).cast(pl.Float32)
        )
        self.agents = self.agents.with_columns(
            (pl.col("weight") + 0.02 * (pl.col("stress") - 5) - 0.01 * (pl.col("weight") - 80)).cast(pl.Float32)
        )
        changes = []
        for k in range(s.FLAGS):
            u = pl.Series(self.rng.random(n, np.float32))
            logit = s.A[k] + s.B[k] * pl.col("stress") + s.C[k] * (pl.col("weight") - 80)
            chance = pl.when(pl.col(f"flag{k}")).then(s.CLEARED).otherwise(1 / (1 + (-logit).exp()))
            changes.append((pl.col(f"flag{k}") != (pl.lit(u) < chance)).alias(f"flag{k}"))
        self.agents = self.agents.with_columns(changes)


class Town(ModelDF):
    def __init__(self, n, seed=1):
        super().__init__(seed)
        self.people = Residents(n, self, seed)
        self.agents += self.people
        self.history = []

    def step(self):
        self.agents.do("step")
        names = ["stress", *(f"flag{k}" for k in range(s.FLAGS))]
        self.history.append(self.people.agents.select([pl.col(c).cast(pl.Float64).mean() for c in names]).row(0))


make = Town
