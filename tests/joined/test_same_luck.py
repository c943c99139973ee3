"""The promises of keyed luck, on the whole month and real interventions."""

from dataclasses import replace

import numpy as np
import pytest

from hecsim import evidence
from hecsim.engine import Engine
from hecsim.interventions import mix
from hecsim.levers import Move
from hecsim.model import CommunityModel
from hecsim.processes.plan import BLOCK
from hecsim.testing import differences


def _run(community, interventions=(), years=2, **settings):
    return CommunityModel(community=community, interventions=interventions, years=years, **settings).run()


@pytest.fixture(scope="module")
def reference(small_hartford):
    return _run(small_hartford)


@pytest.mark.parametrize("setting", [{"strength": 0.0}, {"reach": 0.0}])
def test_a_mix_without_effect_is_the_reference_to_the_last_bit(small_hartford, reference, setting):
    null = _run(small_hartford, [replace(i, **setting) for i in mix("M6")])
    assert null.recorder.array.tobytes() == reference.recorder.array.tobytes()
    assert len(null.delivery.ledger) == len(reference.delivery.ledger)


def test_nothing_differs_before_a_mix_starts(small_hartford, reference):
    treated = _run(small_hartford, mix("M6"))
    start = min(i.start for i in mix("M6"))
    a, b = treated.recorder.array, reference.recorder.array
    assert start == 12
    assert a[:start].tobytes() == b[:start].tobytes()
    assert (a[start:] != b[start:]).any()


def test_blocks_and_threads_never_change_a_number(small_hartford, small_hartford_in_blocks, reference):
    assert small_hartford.n_blocks == 1
    assert small_hartford_in_blocks.n_blocks > 2
    cut = _run(small_hartford_in_blocks)
    threaded = _run(small_hartford_in_blocks, threads=2)
    assert cut.recorder.array.tobytes() == reference.recorder.array.tobytes()
    assert threaded.recorder.array.tobytes() == reference.recorder.array.tobytes()


def test_another_seed_is_another_future(small_hartford, reference):
    other = _run(small_hartford, seed=2)
    assert (other.recorder.array != reference.recorder.array).any()


def test_two_models_in_one_process_do_not_touch(small_hartford, reference):
    a = CommunityModel(community=small_hartford, years=2)
    b = CommunityModel(community=small_hartford, years=2, interventions=mix("M3"), seed=5)
    while a.running:
        a.step()
        b.step()
    assert a.recorder.array.tobytes() == reference.recorder.array.tobytes()


def test_one_treated_neighborhood_leaves_an_uncoupled_one_identical(small_hartford):
    # The families' month alone: without stores, jobs, moves and ties nothing connects neighborhoods.
    draw = evidence.draw(None)
    plain, treated = small_hartford.copy(), small_hartford.copy()
    here = treated.household["neighborhood"] == treated.household["neighborhood"][0]
    for state, dose in ((plain, None), (treated, here.astype(np.float32))):
        engine = Engine(BLOCK, draw, 1)
        for _ in range(6):
            engine.levers.clear()
            if dose is not None:
                engine.levers.move(Move("cash", "add", 1500.0, dose, "test"))
                engine.levers.move(Move("neglect_scale", "scale", 0.2, dose, "test"))
            engine.step(state)
    assert differences(plain, treated)
    other = (plain.household["present"] == 1) & ~here
    for name, column in plain.household.columns.items():
        assert np.array_equal(column[other], treated.household[name][other], equal_nan=column.dtype.kind == "f"), name
    away = other[np.where(plain.person["present"] == 1, plain.person["household"], 0).astype(int)]
    away &= plain.person["present"] == 1
    for name, column in plain.person.columns.items():
        assert np.array_equal(column[away], treated.person[name][away], equal_nan=column.dtype.kind == "f"), name


def test_a_birth_more_shifts_nobody_elses_luck(small_hartford):
    # One woman is made pregnant in one arm; what the families of the other neighborhoods draw stays the same.
    draw = evidence.draw(None)
    states = [small_hartford.copy(), small_hartford.copy()]
    p = states[1].person
    mother = int(
        np.flatnonzero((p["present"] == 1) & (p["sex"] == 1) & (p["age"] > 300) & (p["age"] < 400) & (p["pregnancy"] == 0))[0]
    )
    p["pregnancy"][mother] = 9
    from hecsim.processes.plan import MONTH

    for state in states:
        engine = Engine(MONTH, draw, 1)
        for _ in range(2):
            engine.levers.clear()
            engine.step(state)
    a, b = states
    born = set(b.person["key"][b.person["present"] == 1].tolist()) - set(a.person["key"][a.person["present"] == 1].tolist())
    assert len(born) == 1
    keys = {int(k): r for r, k in enumerate(b.person["key"]) if b.person["present"][r]}
    rows = np.flatnonzero((a.person["present"] == 1) & (a.person["household"] != a.person["household"][mother]))
    same = [
        a.person["earnings"][r] == b.person["earnings"][keys[int(a.person["key"][r])]]
        for r in rows
        if int(a.person["key"][r]) in keys
    ]
    assert np.mean(same) > 0.999
