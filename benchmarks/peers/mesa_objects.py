"""Specification S with Mesa's agents as objects, activated by `shuffle_do`."""

import math

import mesa
import specification as s


class Resident(mesa.Agent):
    def __init__(self, model, row, mu, stress, weight):
        super().__init__(model)
        self.place = row // s.NEIGHBORHOOD
        self.mu, self.stress, self.before, self.weight = mu, stress, stress, weight
        self.flags = [False] * s.FLAGS
        self.linked = []

    def step(self):
        rng = self.model.random
        near = self.model.means[self.place]
        linked = sum(a.before for a in self.linked) / len(self.linked)
        aim = 0.6 * self.mu + 0.2 * near + 0.2 * linked
        self.stress = min(max(self.stress + 0.1 * (aim - self.stress) + 0.3 * rng.gauss(0, 1), 0.0), 10.0)
        self.weight += 0.02 * (self.stress - 5) - 0.01 * (self.weight - 80)
        for k in range(s.FLAGS):
            if self.flags[k]:
                self.flags[k] = rng.random() >= s.CLEARED
            else:
                logit = s.A[k] + s.B[k] * self.stress + s.C[k] * (self.weight - 80)
                self.flags[k] = rng.random() < 1 / (1 + math.exp(-logit))

    def advance(self):
        self.before = self.stress


class Town(mesa.Model):
    def __init__(self, n, seed=1):
        super().__init__(seed=seed)
        first, links = s.start(n, seed), s.links(n, seed)
        columns = [list(range(n)), *(first[k].tolist() for k in ("mu", "stress", "weight"))]
        people = list(Resident.create_agents(self, n, *columns))
        for agent, rows in zip(people, links.tolist(), strict=True):
            agent.linked = [people[r] for r in rows]
        self.means = []
        reporters = {"stress": lambda m: m.agents.agg("stress", lambda x: sum(x) / len(x))}
        for k in range(s.FLAGS):
            reporters[f"flag{k}"] = lambda m, k=k: sum(a.flags[k] for a in m.agents) / len(m.agents)
        self.datacollector = mesa.DataCollector(model_reporters=reporters)

    def step(self):
        total, count = {}, {}
        for a in self.agents:
            total[a.place] = total.get(a.place, 0.0) + a.before
            count[a.place] = count.get(a.place, 0) + 1
        self.means = [total[p] / count[p] for p in sorted(total)]
        self.agents.shuffle_do("step")
        self.agents.do("advance")
        self.datacollector.collect(self)

    @property
    def history(self):
        frame = self.datacollector.get_model_vars_dataframe()
        return [tuple(row) for row in frame.to_numpy()]


make = Town
