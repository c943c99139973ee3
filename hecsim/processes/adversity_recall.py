"""What an adult reports of their own childhood: the yardstick of the BRFSS survey.

At 18 each person's survey answer is fixed once. Of the eight surveyed types, a true one is
reported with its sensitivity and an untrue one with its false-report rate; answers of one person
lean the same way (a reporting factor), and distressed people and those who have been depressed
report more, whether or not it happened (Danese and Widom 2020):

    reported if  t + l R + sqrt(1 - l^2) e > 0,   t = quantile of sensitivity or false-report rate
    R = d x trait / SD(trait) + m (ever depressed - r) + sqrt(1 - d^2 - m^2 r (1 - r)) z

The rates are such that agreement with the truth is about kappa 0.19 (Baldwin 2019), better for
types that leave a record in memory such as separation. The answer is one draw per person: eight
numbers are spread from a single uniform, so the same person answers alike in every arm.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from hecsim.compiled import njit
from hecsim.luck import normal_at, normal_quantile, normals_of, uniform_at, uniforms_of
from hecsim.processes.ace_bits import SURVEYED
from hecsim.processes.base import process

__all__ = ["RECALL", "recalled_bits"]

_STRIDE, _MIX_A, _MIX_B = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB


@njit(error_model="numpy")
def _spread(u, k):
    """Return the k-th of several numbers in (0, 1) that belong to one uniform (splitmix64 finalizer)."""
    z = np.uint64(np.float64(u) * 4294967296.0) * np.uint64(_MIX_A) + np.uint64(k + 1) * np.uint64(_STRIDE)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(_MIX_A)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(_MIX_B)
    z = z ^ (z >> np.uint64(31))
    return (np.float64(z >> np.uint64(11)) + 0.5) * 1.1102230246251565e-16


def _spread_plain(u: np.ndarray, k: int) -> np.ndarray:
    stride = np.array((k + 1) * _STRIDE % 2**64, np.uint64)
    with np.errstate(over="ignore"):
        z = (u.astype(float) * 4294967296.0).astype(np.uint64) * np.uint64(_MIX_A) + stride
        z = (z ^ (z >> np.uint64(30))) * np.uint64(_MIX_A)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(_MIX_B)
        z = z ^ (z >> np.uint64(31))
    return ((z >> np.uint64(11)).astype(float) + 0.5) * 1.1102230246251565e-16


def recalled_bits(
    truth: np.ndarray, trait: np.ndarray, depressed: np.ndarray, u: np.ndarray, z: np.ndarray, *,
    sensitivity: np.ndarray, false_report: np.ndarray, factor: float, distress: float, trait_sd: float,
    mood: float, mood_reference: float,
) -> np.ndarray:  # fmt: skip
    """uint16 mask of reported types for people with these true masks, trait stress, past depression (0, 1) and draws (u, z)."""
    own_share = 1.0 - distress * distress - mood * mood * mood_reference * (1.0 - mood_reference)
    lean = distress * trait.astype(float) / trait_sd + np.sqrt(own_share) * z
    lean = lean + mood * (depressed.astype(float) - mood_reference)
    out = np.zeros(truth.size, np.uint16)
    for j, k in enumerate(SURVEYED):
        threshold = np.where((truth >> int(k)) & 1, ndtri(sensitivity[j]), ndtri(false_report[j]))
        own = np.sqrt(1.0 - factor * factor) * ndtri(_spread_plain(u, j))
        out |= np.where(threshold + factor * lean + own > 0, 1 << int(k), 0).astype(np.uint16)
    return out


@njit(error_model="numpy")
def recall_kernel(
    p_present, p_age, p_ace_bits, p_stress_trait, p_depressed_ever, p_ace_recalled, luck_p, du_answer,
    dz_lean, k_recall_sensitivity, k_recall_false, k_recall_factor, k_recall_distress, k_recall_mood,
    k_recall_mood_reference, k_stress__trait_sd,
):  # fmt: skip
    """Fix the answer of everyone who turns 18 this month."""
    own_share = 1.0 - k_recall_mood * k_recall_mood * k_recall_mood_reference * (1.0 - k_recall_mood_reference)
    own_share -= k_recall_distress * k_recall_distress
    for i in range(p_present.size):
        if p_present[i] == 0 or p_age[i] != 216:
            continue
        lean = k_recall_distress * p_stress_trait[i] / k_stress__trait_sd
        lean += np.sqrt(own_share) * normal_at(luck_p, i, dz_lean)
        lean += k_recall_mood * (p_depressed_ever[i] - k_recall_mood_reference)
        bits, answer = 0, uniform_at(luck_p, i, du_answer)
        for j in range(SURVEYED.size):
            k = SURVEYED[j]
            true = (p_ace_bits[i] >> k) & 1 == 1
            threshold = normal_quantile(k_recall_sensitivity[j] if true else k_recall_false[j])
            own = np.sqrt(1.0 - k_recall_factor * k_recall_factor) * normal_quantile(_spread(answer, j))
            if threshold + k_recall_factor * lean + own > 0.0:
                bits |= 1 << k
        p_ace_recalled[i] = bits


def recall_plain(
    p_present, p_age, p_ace_bits, p_stress_trait, p_depressed_ever, p_ace_recalled, luck_p, du_answer,
    dz_lean, k_recall_sensitivity, k_recall_false, k_recall_factor, k_recall_distress, k_recall_mood,
    k_recall_mood_reference, k_stress__trait_sd,
):  # fmt: skip
    """Repeat the loop in plain numpy."""
    pu_answer = uniforms_of(luck_p, du_answer)
    pz_lean = normals_of(luck_p, dz_lean)
    rows = np.flatnonzero((p_present == 1) & (p_age == 216))
    p_ace_recalled[rows] = recalled_bits(
        p_ace_bits[rows], p_stress_trait[rows], p_depressed_ever[rows], pu_answer[rows], pz_lean[rows],
        sensitivity=k_recall_sensitivity, false_report=k_recall_false, factor=k_recall_factor,
        distress=k_recall_distress, trait_sd=k_stress__trait_sd, mood=k_recall_mood,
        mood_reference=k_recall_mood_reference,
    )  # fmt: skip


RECALL = process(
    "adversity.recall",
    kernel=recall_kernel,
    twin=recall_plain,
    writes=("p_ace_recalled",),
    summary="Fixes, at 18, what a person would report of their childhood in a survey.",
)
