"""The recorder against the same sums written plainly, row by row of the whole table."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from hecsim import evidence
from hecsim.columns import INCOME_BAND, RACE
from hecsim.errors import HecsimError, InvariantError
from hecsim.lanes import Lanes
from hecsim.measures import MEASURES, Recorder, measure
from hecsim.measures.passes import LOOPS
from hecsim.testing import toy_community

FINE = 2**20


def _columns(c, table, rows, arguments, draw):
    home = rows if table == "household" else c.person["household"][rows].astype(np.int64)
    place = c.household["neighborhood"][home].astype(np.int64)
    for a in arguments:
        head, _, name = a.partition("_")
        if head == "k":
            yield draw[name.replace("__", ".", 1)]
        elif len(head) == 1:
            yield c.tables[table][name][rows]
        else:
            yield c.household[name][home] if head[1] == "h" else c.neighborhood[name][place]


def _plain(c, draw):
    """Sums of every measure by group, int64 in units of 2^-20."""
    groups = 1 + len(RACE) + len(INCOME_BAND) + c.neighborhood.size
    out = np.zeros((len(MEASURES), 2, groups), np.int64)
    for i, m in enumerate(MEASURES.values()):
        t = c.tables[m.table]
        mask = t["present"] == 1
        if m.table == "person":
            mask &= (t["age"] >= m.ages[0]) & (t["age"] < (m.ages[1] or 2**16))
        rows = np.flatnonzero(mask)
        if not rows.size:
            continue
        found = m.function(*_columns(c, m.table, rows, m.arguments, draw))
        top, bottom = found if isinstance(found, tuple) else (found, 1 / 12 if m.kind == "flow" else 1.0)
        home = rows if m.table == "household" else t["household"][rows].astype(np.int64)
        where = [
            np.zeros(rows.size, np.int64),
            1 + t["race"][rows].astype(np.int64),
            1 + len(RACE) + c.household["income_band"][home].astype(np.int64),
            1 + len(RACE) + len(INCOME_BAND) + c.household["neighborhood"][home].astype(np.int64),
        ]
        for part, values in enumerate((top, bottom)):
            whole = np.rint(np.broadcast_to(np.asarray(values, np.float64), rows.shape) * FINE).astype(np.int64)
            for group in where:
                np.add.at(out[i, part], group, whole)
    return out


def test_sums_are_those_of_the_whole_table_to_the_last_bit():
    c, draw = toy_community(households=600, seed=3), evidence.draw(None)
    recorder = Recorder(c, draw)
    recorder.observe(c)
    plain = _plain(c, draw).transpose(0, 2, 1) / FINE
    plain[[m.kind == "count" for m in MEASURES.values()], :, 1] = 1.0
    different = [m for m, a, b in zip(MEASURES, recorder.array[0], plain, strict=True) if not np.array_equal(a, b)]
    assert not different


def test_threads_change_no_sum():
    c, draw = toy_community(households=600, seed=3, blocks=4), evidence.draw(None)
    one, two = Recorder(c, draw), Recorder(c, draw)
    for recorder, threads in ((one, 1), (two, 2)):
        recorder.observe(c, SimpleNamespace(lanes=Lanes(threads)))
    assert one.array.tobytes() == two.array.tobytes()


def test_months_told_one_by_one_are_the_whole_table():
    c, draw = toy_community(households=300, seed=6), evidence.draw(None)
    recorder = Recorder(c, draw)
    for month in range(3):
        c.clock.month, c.household["income"][:] = month, 1000.0 * (month + 1)
        recorder.observe(c)
    whole = recorder.frame()
    parts = [recorder.frame(slice(i, i + 1)) for i in range(3)]
    assert [sorted(set(part["month"])) for part in parts] == [[0], [1], [2]]
    pd.testing.assert_frame_equal(pd.concat(parts, ignore_index=True), whole)
    last = whole[(whole.month == 2) & (whole.group_kind == "all") & (whole.measure == "income")]
    assert recorder.latest("income") == last["value"].item()


def test_functions_give_the_sums_of_the_compiled_passes():
    c, draw = toy_community(households=600, seed=4, blocks=3), evidence.draw(7)
    passes, functions = Recorder(c, draw), Recorder(c, draw, plain=True)
    for recorder in (passes, functions):
        recorder.observe(c)
    for name, a, b in zip(MEASURES, passes.array[0], functions.array[0], strict=True):
        assert np.array_equal(a, b), name


def test_passes_hold_measures_of_their_table_once():
    held = [name for p in LOOPS for name in p.names]
    assert len(held) == len(set(held))
    assert all(name.removesuffix("_of") in MEASURES for name in held)
    assert all(MEASURES[name].table == p.table for p in LOOPS for name in p.measures)


def test_a_few_measures_are_what_they_are_among_all():
    c, draw = toy_community(households=300, seed=5), evidence.draw(None)
    names = ["unemployment", "bmi_adult", "ipv", "births"]
    few, everything = Recorder(c, draw, names), Recorder(c, draw)
    for recorder in (few, everything):
        recorder.observe(c)
    assert np.array_equal(few.array[0], everything.array[0][[list(MEASURES).index(n) for n in names]])


def test_sums_too_large_for_a_quick_one_are_exact():
    c, draw = toy_community(households=100, seed=1), evidence.draw(None)
    c.household["income"][:] = 1e10  # 1e16 units of 2^-20 each, beyond what float64 adds up exactly
    recorder = Recorder(c, draw)
    recorder.observe(c)
    i, homes = list(MEASURES).index("income"), int(c.household["present"].sum())
    assert recorder.array[0, i, 0, 0] == homes * int(np.float32(1e10))


def test_a_value_that_is_no_number_names_measure_and_row():
    c = toy_community(households=100, seed=1)
    row = int(np.flatnonzero((c.person["present"] == 1) & (c.person["age"] >= 216))[-1])
    c.person["bmi"][row] = np.nan
    with pytest.raises(InvariantError, match=rf"measure 'bmi_adult' is not a number in person row {row}, from p_bmi"):
        Recorder(c, evidence.draw(None), ["bmi_adult"]).observe(c)


def test_nobody_of_that_age_is_no_number_and_no_error():
    c = toy_community(households=50, seed=1)
    c.person["age"][:] = 600
    recorder = Recorder(c, evidence.draw(None))
    recorder.observe(c)
    assert np.isnan(recorder.latest("obesity_child"))
    assert recorder.latest("obesity_adult_measured") >= 0


def test_only_persons_have_ages():
    with pytest.raises(HecsimError, match="only persons have an age"):
        measure("x", unit="1", table="household", name="x_of_no_age", ages=(0, 12))(lambda h_rent: h_rent)
