"""Specification S the way hecsim's processes are written: columns, blocks, one compiled loop per concern, keyed luck."""

import numpy as np
import specification as s
from numba import njit

from hecsim import luck
from hecsim.arithmetic import exp_

BLOCK = 32_000


@njit(cache=True, nogil=True)
def neighborhoods(stress, total, first):
    for i in range(stress.size):
        total[(first + i) // s.NEIGHBORHOOD] += np.float64(stress[i])


@njit(cache=True, nogil=True)
def linked_mean(before, links, out):
    for i in range(out.size):
        total = np.float32(0.0)
        for k in range(links.shape[1]):
            total += before[links[i, k]]
        out[i] = total / np.float32(8.0)


@njit(cache=True, nogil=True)
def stress_weight(stress, weight, mu, near, linked, z, first):
    for i in range(stress.size):
        aim = np.float32(0.6) * mu[i] + np.float32(0.2) * near[(first + i) // s.NEIGHBORHOOD] + np.float32(0.2) * linked[i]
        now = stress[i] + np.float32(0.1) * (aim - stress[i]) + np.float32(0.3) * z[i]
        stress[i] = min(max(now, np.float32(0.0)), np.float32(10.0))
        weight[i] += np.float32(0.02) * (stress[i] - np.float32(5.0)) - np.float32(0.01) * (weight[i] - np.float32(80.0))


@njit(cache=True, nogil=True, error_model="numpy")
def flag(state, stress, weight, u, a, b, c, cleared):
    for i in range(state.size):  # no branch: both outcomes are worked out, several agents at a time
        logit = a + b * np.float64(stress[i]) + c * (np.float64(weight[i]) - 80.0)
        on, v = state[i] == 1, np.float64(u[i])
        off = v < cleared
        begins = v * (1.0 + exp_(-logit)) < 1.0
        state[i] = np.uint8((on & (not off)) | ((not on) & begins))


@njit(cache=True, nogil=True)
def totals(stress, flags, out):
    for i in range(stress.size):
        out[0] += np.int64(np.rint(np.float64(stress[i]) * 1048576.0))
    for k in range(flags.shape[0]):
        for i in range(stress.size):
            out[1 + k] += flags[k, i]


class Town:
    def __init__(self, n, seed=1):
        first = s.start(n, seed)
        self.mu, self.stress, self.weight = (first[k].astype(np.float32) for k in ("mu", "stress", "weight"))
        self.flags, self.links = np.zeros((s.FLAGS, n), np.uint8), s.links(n, seed).astype(np.uint32)
        self.keys, self.seed, self.month, self.history = luck.founder_keys(seed, "person", n), seed, 0, []
        self.places = -(-n // s.NEIGHBORHOOD)
        self.counts = np.bincount(np.arange(n) // s.NEIGHBORHOOD)
        self.decisions = [luck.decision_id(f"bench.{k}") for k in ("stress", *range(s.FLAGS))]
        self.scratch = [np.empty(min(BLOCK, n), np.float32) for _ in range(2)]

    def step(self):
        n, out = self.stress.size, np.zeros(1 + s.FLAGS, np.int64)
        before, total = self.stress.copy(), np.zeros(self.places)
        neighborhoods(before, total, 0)
        near = (total / self.counts).astype(np.float32)
        for first in range(0, n, BLOCK):
            rows = slice(first, min(first + BLOCK, n))
            keys, m = self.keys[rows], rows.stop - first
            stress, weight, a, b = self.stress[rows], self.weight[rows], self.scratch[0][:m], self.scratch[1][:m]
            linked_mean(before, self.links[rows], a)
            luck.fill_normals(b, seed=self.seed, decision=self.decisions[0], month=self.month, keys=keys)
            stress_weight(stress, weight, self.mu[rows], near, a, b, first)
            for k in range(s.FLAGS):
                luck.fill_uniforms(a, seed=self.seed, decision=self.decisions[1 + k], month=self.month, keys=keys)
                flag(self.flags[k, rows], stress, weight, a, s.A[k], s.B[k], s.C[k], s.CLEARED)
            totals(stress, self.flags[:, rows], out)
        self.month += 1
        self.history.append((out[0] / 1048576.0 / n, *(out[1:] / n)))


make = Town
