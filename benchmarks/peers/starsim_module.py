"""Specification S as a Starsim module with common random numbers: states, distributions, results."""

import numpy as np
import specification as s
import starsim as ss


class Town(ss.Module):
    def __init__(self, n, seed=1, **kwargs):
        super().__init__(**kwargs)
        self.first, self.links = s.start(n, seed), s.links(n, seed)
        self.place = np.arange(n) // s.NEIGHBORHOOD
        self.counts = np.bincount(self.place)
        self.define_states(
            ss.FloatArr("mu"), ss.FloatArr("stress"), ss.FloatArr("weight"),
            *(ss.BoolState(f"flag{k}") for k in range(s.FLAGS)),
        )  # fmt: skip
        self.noise = ss.normal(loc=0, scale=1)
        self.chance = [ss.bernoulli(p=0.5, name=f"chance{k}") for k in range(s.FLAGS)]

    def init_post(self):
        super().init_post()
        for name in ("mu", "stress", "weight"):
            self.state_dict[name][:] = self.first[name]

    def init_results(self):
        super().init_results()
        self.define_results(
            ss.Result("mean_stress", dtype=float, scale=False),
            *(ss.Result(f"prevalence{k}", dtype=float, scale=False) for k in range(s.FLAGS)),
        )

    def step(self):
        uids = self.sim.people.auids
        stress = self.stress.values
        near = (np.bincount(self.place, stress) / self.counts)[self.place]
        linked = stress[self.links].mean(axis=1)
        aim = 0.6 * self.mu.values + 0.2 * near + 0.2 * linked
        stress = np.clip(stress + 0.1 * (aim - stress) + 0.3 * self.noise.rvs(uids), 0, 10)
        weight = self.weight.values
        weight = weight + 0.02 * (stress - 5) - 0.01 * (weight - 80)
        self.stress[uids], self.weight[uids] = stress, weight
        for k in range(s.FLAGS):
            flag = self.state_dict[f"flag{k}"]
            logit = s.A[k] + s.B[k] * stress + s.C[k] * (weight - 80)
            self.chance[k].set(p=np.where(flag.values, s.CLEARED, 1 / (1 + np.exp(-logit))))
            flag[uids] = flag.values ^ self.chance[k].rvs(uids)

    def update_results(self):
        super().update_results()
        self.results["mean_stress"][self.ti] = self.stress.mean()
        for k in range(s.FLAGS):
            self.results[f"prevalence{k}"][self.ti] = self.state_dict[f"flag{k}"].mean()


class Run:
    def __init__(self, n, seed=1, steps=200):
        self.sim = ss.Sim(
            n_agents=n, modules=[Town(n, seed, name="town")], start=2000, dur=steps, dt=1, rand_seed=seed, verbose=0
        )
        self.sim.init()
        self.done = 0

    def step(self):
        self.sim.run_one_step()
        self.done += 1

    @property
    def history(self):
        found = self.sim.results["town"]  # the sim works on a copy of the module
        columns = [found["mean_stress"], *(found[f"prevalence{k}"] for k in range(s.FLAGS))]
        return [tuple(float(c[i]) for c in columns) for i in range(self.done)]


make = Run
