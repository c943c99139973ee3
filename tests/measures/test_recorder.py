"""The recorder against the same sums written plainly, row by row of the whole table."""

import numpy as np
import pytest

from hecsim import evidence
from hecsim.columns import INCOME_BAND, RACE
from hecsim.errors import HecsimError, InvariantError
from hecsim.measures import MEASURES, Recorder, measure
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
    one, two = Recorder(c, draw), Recorder(c, draw, threads=2)
    for recorder in (one, two):
        recorder.observe(c)
    assert one.array.tobytes() == two.array.tobytes()


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
