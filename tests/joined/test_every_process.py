"""Every process of the month: compiled loop and plain twin agree, and only declared columns change."""

import numpy as np
import pytest

from hecsim import evidence
from hecsim.columns import SCHEMA
from hecsim.engine import Engine
from hecsim.levers import LEVERS
from hecsim.processes.plan import BLOCK, MONTH, OPENING, describe
from hecsim.testing import check_process


@pytest.fixture(scope="module")
def settled(small_hartford):
    """Hartford after some months, when all states are in use."""
    community = small_hartford.copy()
    engine = Engine(MONTH, evidence.draw(None), 11)
    for _ in range(5):
        engine.levers.clear()
        engine.step(community)
    return community


@pytest.mark.parametrize("process", [p for p in (*OPENING, *BLOCK) if p.twin is not None], ids=lambda p: p.name)
def test_loop_equals_plain_twin_on_real_families(settled, process):
    check_process(process, months=1, community=settled)


def test_every_block_process_has_a_twin():
    assert all(p.twin is not None for p in MONTH if p.scope != "structural")


def test_everything_that_the_month_asks_for_exists(settled):
    assert Engine(MONTH, evidence.draw(None), 1).missing(settled) == []


def test_every_column_is_written_by_somebody_and_most_are_read():
    # Settlement and ties are plain Python and declare no signature; identity columns are set when rows are made.
    written = {w for p in MONTH for w in p.writes}
    read = {r for p in MONTH for r in p.reads}
    unused = [
        f"{table[0]}_{c.name}"
        for table in ("person", "household")
        for c in SCHEMA[table]
        if f"{table[0]}_{c.name}" not in written | read
    ]
    assert len(unused) < 12, unused


def test_the_plan_prints_itself():
    rows = describe()
    assert len(rows) == len(MONTH)
    assert all(r["summary"].endswith(".") for r in rows)


def test_lever_scopes_match_the_arguments_that_read_them():
    for process in MONTH:
        for a in process.arguments:
            if a.kind == "lever":
                assert LEVERS[a.key].scope == (a.table or "global"), f"{process.name}: {a.name}"


def test_draws_change_results_and_stay_finite(settled):
    states = []
    for seed in (None, 5):
        state = settled.copy()
        engine = Engine(MONTH, evidence.draw(seed), 3)
        engine.levers.clear()
        engine.step(state)
        states.append(state)
        for table in ("person", "household"):
            t = state.tables[table]
            assert all(np.isfinite(v[t["present"] == 1]).all() for v in t.columns.values() if v.dtype.kind == "f")
    assert not np.array_equal(states[0].household["income"], states[1].household["income"])
