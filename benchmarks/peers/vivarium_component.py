"""Specification S as a Vivarium component with common random numbers: state table, streams, an observer's list."""

import numpy as np
import pandas as pd
import specification as s
from vivarium import Component, InteractiveContext

COLUMNS = ["mu", "stress", "weight", *(f"flag{k}" for k in range(s.FLAGS))]


class Residents(Component):
    def __init__(self, n, seed):
        super().__init__()
        self.first, self.links = s.start(n, seed), s.links(n, seed)
        self.place = np.arange(n) // s.NEIGHBORHOOD
        self.history = []

    def setup(self, builder):
        self.noise = builder.randomness.get_stream("noise")
        self.chance = [builder.randomness.get_stream(f"flag{k}") for k in range(s.FLAGS)]
        builder.population.register_initializer(initializer=self.initialize, columns=COLUMNS, required_resources=[])

    def initialize(self, data):
        first = {k: self.first[k][data.index] for k in ("mu", "stress", "weight")}
        first |= {f"flag{k}": False for k in range(s.FLAGS)}
        self.population_view.initialize(pd.DataFrame(first, index=data.index))

    def on_time_step(self, event):
        pop = self.population_view.get(event.index, COLUMNS)
        near = pop["stress"].groupby(self.place).transform("mean")
        linked = pop["stress"].to_numpy()[self.links].mean(axis=1)
        aim = 0.6 * pop["mu"] + 0.2 * near + 0.2 * linked
        noise = self.noise.sample_from_distribution(event.index, ppf=_normal)
        stress = (pop["stress"] + 0.1 * (aim - pop["stress"]) + 0.3 * noise).clip(0, 10)
        weight = pop["weight"] + 0.02 * (stress - 5) - 0.01 * (pop["weight"] - 80)
        changed = {"stress": stress, "weight": weight}
        for k, stream in enumerate(self.chance):
            logit = s.A[k] + s.B[k] * stress + s.C[k] * (weight - 80)
            chance = np.where(pop[f"flag{k}"], s.CLEARED, 1 / (1 + np.exp(-logit)))
            changed[f"flag{k}"] = pop[f"flag{k}"] ^ (stream.get_draw(event.index) < chance)
        frame = pd.DataFrame(changed)
        self.population_view.update(list(frame.columns), lambda _: frame)
        self.history.append(tuple(frame[["stress", *(f"flag{k}" for k in range(s.FLAGS))]].mean()))


def _normal(q, **_):
    from scipy.special import ndtri

    return ndtri(q)


class Run:
    def __init__(self, n, seed=1):
        self.people = Residents(n, seed)
        configuration = {"population": {"population_size": n}, "randomness": {"random_seed": seed}}
        self.sim = InteractiveContext(components=[self.people], configuration=configuration, logging_verbosity=0)

    def step(self):
        self.sim.step()

    @property
    def history(self):
        return self.people.history


make = Run
