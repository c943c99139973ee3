"""Specification S in plain numpy, float32, as one would write it without a framework."""

import numpy as np
import specification as s


class Numpy:
    def __init__(self, n, seed=1):
        first = s.start(n, seed)
        self.mu, self.stress, self.weight = (first[k].astype(np.float32) for k in ("mu", "stress", "weight"))
        self.flags = np.zeros((s.FLAGS, n), bool)
        self.links, self.rng, self.history = s.links(n, seed), np.random.default_rng(seed), []
        self.place = np.arange(n) // s.NEIGHBORHOOD
        self.counts = np.bincount(self.place)

    def step(self):
        n = self.stress.size
        near = (np.bincount(self.place, self.stress) / self.counts).astype(np.float32)[self.place]
        linked = self.stress[self.links].mean(axis=1)
        aim = np.float32(0.6) * self.mu + np.float32(0.2) * near + np.float32(0.2) * linked
        noise = self.rng.standard_normal(n, np.float32)
        self.stress = np.clip(self.stress + np.float32(0.1) * (aim - self.stress) + np.float32(0.3) * noise, 0, 10)
        self.weight += np.float32(0.02) * (self.stress - 5) - np.float32(0.01) * (self.weight - 80)
        for k in range(s.FLAGS):
            logit = np.float32(s.A[k]) + np.float32(s.B[k]) * self.stress + np.float32(s.C[k]) * (self.weight - 80)
            chance = np.where(self.flags[k], np.float32(s.CLEARED), 1 / (1 + np.exp(-logit)))
            self.flags[k] ^= self.rng.random(n, np.float32) < chance
        self.history.append((float(self.stress.mean()), *self.flags.mean(axis=1).tolist()))


make = Numpy
