"""Working lives lived month by month: the compiled pass gives what numpy gives, to the last bit."""

from __future__ import annotations

import numpy as np

from hecsim.population.histories import spells


def _later(values: np.ndarray, first: np.ndarray) -> np.ndarray:
    moved = np.empty_like(values)
    moved[:, 1:] = values[:, :-1]
    moved[:, -1] += values[:, -1]
    moved[:, 0] = first
    return moved


def _month(job, look, out, lost, left, change, found, stops, enters, starts):
    ends, quits, changes = job * lost, job * left, job * change
    hired = (look * found).sum(1) + (out * enters).sum(1)
    began, gave_up = out * starts, look * stops
    stay_look, stay_out = look * (1.0 - found) - gave_up + began, out * (1.0 - enters) - began + gave_up
    stay = _later(job - ends - quits - changes, hired + changes.sum(1))
    return stay, _later(stay_look, ends.sum(1)), _later(stay_out, quits.sum(1))


def test_a_pass_gives_the_bits_of_numpy_and_loses_nobody() -> None:
    rng = np.random.default_rng(3)
    settled, last, classes = spells._SETTLED, spells._LAST, 21
    state = [np.zeros((classes, n)) for n in (settled, last, last)]
    state[2][:, 0] = 1.0
    chances = [rng.random((classes, settled)) * 0.1 for _ in range(3)] + [rng.random((classes, last)) * 0.2 for _ in range(4)]
    plain = [x.copy() for x in state]
    for months in (1, 7, 5, 40):
        spells._pass(*state, *chances, months)
        for _ in range(months):
            plain = list(_month(*plain, *chances))
        for mine, other in zip(state, plain, strict=True):
            np.testing.assert_array_equal(mine, other)
    np.testing.assert_allclose(sum(x.sum(1) for x in state), 1.0, rtol=1e-12)


def test_sums_are_those_of_numpy_whatever_their_length() -> None:
    rng = np.random.default_rng(4)
    for n in (8, 9, 15, 16, 36, 60, 127, 128):
        for _ in range(50):
            values = rng.random(n) * 10.0 ** rng.integers(-12, 2, n)
            assert spells._sum(values) == values.sum()
