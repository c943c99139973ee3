"""All loops of a block in one call: the same bits as one by one, and an error that names its process."""

from __future__ import annotations

import numpy as np
import pytest
from numba import njit

from hecsim import evidence
from hecsim.calls import Calls
from hecsim.engine import Engine
from hecsim.errors import RunError
from hecsim.levers import Move
from hecsim.population import build_community
from hecsim.processes.base import process
from hecsim.processes.plan import MONTH
from hecsim.testing import toy_community

_BLOCKS = {1: 32_000, 4: 180}  # persons that a block aims at, by how many blocks this gives


@pytest.fixture(scope="module")
def places():
    return {n: build_community("Hartford", households=300, block_persons=persons) for n, persons in _BLOCKS.items()}


class _OneByOne(Engine):
    one_by_one = True


def _moved(engine: Engine, community) -> None:
    """Levers that differ from row to row, that are the same for all, and that rest."""
    for table, lever in (("person", "record_clear"), ("household", "support_add"), ("household", "abuse_scale")):
        n = community.tables[table].size
        dose = np.linspace(0, 1, n, dtype=np.float32)
        engine.levers.move(Move(lever, "add", 0.3, dose, "test"))
    engine.levers.move(Move("minimum_wage", "set", 19.0, None, "test"))


def _lived(kind: type[Engine], place, *, threads: int = 1, months: int = 3) -> str:
    community = place.copy()
    engine = kind(MONTH, evidence.draw(None), 11, threads=threads)
    for _ in range(months):
        engine.levers.clear()
        _moved(engine, community)
        engine.step(community)
    return community.digest()


@pytest.mark.parametrize(("blocks", "threads"), [(1, 1), (4, 1), (4, 2)])
def test_one_call_gives_the_bits_of_loops_called_one_by_one(places, blocks: int, threads: int):
    assert places[blocks].n_blocks == blocks
    assert _lived(Engine, places[blocks], threads=threads) == _lived(_OneByOne, places[blocks])


def test_the_plan_of_the_month_can_be_called_at_once(places):
    community, engine = places[1].copy(), Engine(MONTH, evidence.draw(None), 1)
    engine.step(community)
    assert isinstance(engine._calls["opening"], Calls)
    assert isinstance(engine._calls["blocks"], Calls)


@njit(cache=False)
def _breaks(p_present, p_parity):
    total = 0
    for i in range(p_present.size):
        total += 1 // (p_present[i] - p_present[i])
    p_parity[0] = total


def _plain(p_present, p_parity):
    p_parity[...] = np.where(p_present != 0, 7, p_parity)


def test_a_loop_that_fails_is_named():
    broken = process("broken", kernel=_breaks, twin=_plain, writes=("p_parity",), summary="Fails.", room="labor")
    community = toy_community(households=60, seed=1)
    with pytest.raises(RunError, match="process 'broken' failed in month 0"):
        Engine((broken,), evidence.draw(None), 1).step(community)


def test_a_process_in_plain_python_is_called_from_python():
    plain = process("plain", kernel=_plain, twin=_plain, writes=("p_parity",), summary="Plain.", room="labor")
    community = toy_community(households=60, seed=1)
    engine = Engine((plain,), evidence.draw(None), 1)
    engine.step(community)
    assert engine._calls == {"blocks": None}
    assert (community.person["parity"][community.person["present"] != 0] == 7).all()


def test_rows_laid_out_anew_are_found_again(places):
    def lived(kind: type[Engine]) -> str:
        community = places[4].copy()
        engine = kind(MONTH, evidence.draw(None), 5)
        engine.step(community)
        community.compact()
        engine.step(community)
        return community.digest()

    assert lived(Engine) == lived(_OneByOne)


def test_an_array_of_another_type_is_left_to_the_compiler(places):
    community, engine = places[1].copy(), Engine(MONTH, evidence.draw(None), 1)
    engine.step(community)
    assert engine._frames(community, "blocks") is not None
    values = community.extras["leave_share"]
    community.extras["leave_share"] = values.astype(np.float64 if values.dtype == np.float32 else np.float32)
    assert engine._frames(community, "blocks") is None
