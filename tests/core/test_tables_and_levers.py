import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hecsim import evidence
from hecsim.errors import CommunityDataError, LuckError, ScenarioError, UnknownNameError
from hecsim.levers import LEVERS, LeverBook, Move
from hecsim.tables import NONE, Column, Table
from hecsim.testing import toy_community

SCHEMA = [Column("a", "float32", "1", "a number"), Column("to", "uint32", "row", "a row", ref="t")]


def test_claim_takes_spare_rows_of_one_block_and_resets_them():
    t = Table.empty("t", SCHEMA, [2, 2], [2, 0])
    t["a"][:] = 7
    rows = t.claim(0, 2)
    assert rows.tolist() == [2, 3]
    assert (t["a"][rows] == 0).all()
    assert (t["to"][rows] == NONE).all()
    with pytest.raises(CommunityDataError, match="spare rows"):
        t.claim(1)


@given(st.lists(st.integers(1, 6), min_size=1, max_size=4), st.integers(0, 5))
def test_regrow_keeps_content_and_maps_every_row(blocks, spare):
    t = Table.empty("t", SCHEMA, blocks, [1] * len(blocks))
    rows = t.rows_in_use()
    t["a"][rows] = np.arange(rows.size)
    before = t.digest()
    moved = t.regrow([spare] * len(blocks))
    assert t.digest() == before
    assert t["a"][moved[rows]].tolist() == list(range(rows.size))
    assert all(t.spare(b) == spare for b in range(t.n_blocks))


def test_a_large_table_has_several_pools_and_tells_nobody(monkeypatch):
    columns = [Column(name, "float32", "1", "a number") for name in "abcde"]
    rows, to = np.array([3, 0]), np.array([4, 5])
    found = []
    for room in (1 << 26, 2 * 4 * 8):  # all five columns in one pool, and two at a time
        monkeypatch.setattr("hecsim.pools._MOST", room)
        t = Table.empty("t", columns, [4], [4])
        for i, c in enumerate("abcde"):
            t[c][:4] = np.arange(4) + 10 * i
        t.claim(0, 2)
        sample = t.sample(rows)
        t.put(sample, np.array([1, 0]), to)
        t.regrow([2], t["a"] != 2)
        found.append((len(t._pools), [s.tolist() for s in sample], t.digest()))
    assert [n for n, *_ in found] == [1, 3]
    assert found[0][1:] == found[1][1:]


def test_growing_a_table_moves_every_reference():
    c = toy_community(households=60)
    members = {int(k): c.members(int(r)).size for r, k in enumerate(c.household["key"]) if c.household["present"][r]}
    tied = {
        int(c.household["key"][r]): set(c.household["key"][c.ties.index[c.ties.indptr[r] : c.ties.indptr[r + 1]]].tolist())
        for r in np.flatnonzero(c.household["present"])
    }
    c.ensure_room("household", np.array([500, 10]))
    c.ensure_room("person", np.array([10, 900]))
    for r in np.flatnonzero(c.household["present"]):
        key = int(c.household["key"][r])
        assert c.members(int(r)).size == members[key]
        assert set(c.household["key"][c.ties.index[c.ties.indptr[r] : c.ties.indptr[r + 1]]].tolist()) == tied[key]


def _families(c):
    return {int(c.household["key"][r]): c.person["key"][c.members(int(r))].tolist() for r in c.household.rows_in_use()}


def test_a_community_is_shared_among_threads_family_by_family():
    c = toy_community(households=400, seed=2)
    c.household["present"][7] = 0
    families, used, kin = _families(c), int(c.person.used.sum()), c.ties.index.size
    c.share(3, least=100)
    assert c.n_blocks == 3 and c.person.used.min() > used / 4
    assert c.person.used.sum() == used and c.ties.index.size == kin
    assert _families(c) == families
    start = c.person.start.copy()
    c.share(1)
    c.share(2, least=10_000)
    assert (c.person.start == start).all()


def test_unknown_column_suggests_a_known_one():
    with pytest.raises(UnknownNameError, match="did you mean 'present'"):
        toy_community(households=5).person["presnt"]


def test_lever_composes_settings_then_additions_then_multipliers():
    book = LeverBook(evidence.draw(None))
    out = np.empty(4, np.float32)
    dose = np.array([0, 0.5, 1, 1], np.float32)
    book.move(Move("cash", "scale", 2.0, dose, "b"))
    book.move(Move("cash", "add", 100.0, None, "a"))
    assert book.fill("cash", slice(0, 4), out).tolist() == [100, 150, 200, 200]
    book.move(Move("cash", "set", 10.0, np.array([0, 0, 0, 1], np.float32), "c"))
    assert book.fill("cash", slice(0, 4), out).tolist() == [100, 150, 200, 220]
    book.move(Move("cash", "set", 7.0, None, "M0 law"))
    assert book.fill("cash", slice(0, 4), out).tolist() == [107, 160.5, 214, 220]
    book.clear()
    assert book.fill("cash", slice(0, 4), out).tolist() == [0, 0, 0, 0]


@given(st.lists(st.sampled_from(["p", "q", "r", "s"]), min_size=1, max_size=4, unique=True), st.randoms())
def test_order_of_entry_never_matters(sources, shuffler):
    moves = [Move("abuse_scale", "scale", 0.7 + 0.05 * i, 0.3 * (i + 1), s) for i, s in enumerate(sources)]
    shuffled = list(moves)
    shuffler.shuffle(shuffled)
    values = []
    for order in (moves, shuffled):
        book = LeverBook(evidence.draw(None))
        for m in order:
            book.move(m)
        values.append(book.fill("abuse_scale", slice(0, 3), np.empty(3, np.float32)).tobytes())
    assert values[0] == values[1]


def test_zero_dose_and_zero_strength_leave_every_bit():
    for name, lever in LEVERS.items():
        if lever.scope == "global":
            continue
        book = LeverBook(evidence.draw(None))
        neutral = book.fill(name, slice(0, 5), np.empty(5, np.float32)).copy()
        book.move(Move(name, "scale", 0.4, np.zeros(5, np.float32), "x"))
        book.move(Move(name, "add", 3.0, np.zeros(5, np.float32), "x"))
        assert book.fill(name, slice(0, 5), np.empty(5, np.float32)).tobytes() == neutral.tobytes()


def test_effects_of_several_programs_add_up_to_less_than_their_sum():
    book = LeverBook(evidence.draw(None))
    for s in "ab":
        book.move(Move("neglect_scale", "scale", 0.8, None, s))
    assert book.fill("neglect_scale", slice(0, 1), np.empty(1, np.float32))[0] == pytest.approx(0.64)


def test_lever_book_refuses_nonsense():
    book = LeverBook(evidence.draw(None))
    with pytest.raises(UnknownNameError, match="did you mean 'abuse_scale'"):
        book.move(Move("abuse_scal", "scale", 0.5, None, "x"))
    with pytest.raises(ScenarioError, match="cannot be an array"):
        book.move(Move("eitc_state_share", "add", 0.1, np.ones(3, np.float32), "x"))


def test_explain_names_every_step():
    book = LeverBook(evidence.draw(None))
    book.move(Move("cash", "add", 50, None, "P03"))
    steps = book.explain("cash", np.array([0, 1]))
    assert [s["source"] for s in steps] == ["base", "P03"]
    assert steps[-1]["value"].tolist() == [50, 50]


def test_a_decision_has_one_owner():
    from hecsim.engine import check_plan
    from hecsim.processes import budget

    with pytest.raises(LuckError, match=r"budget\.month\.shock"):
        check_plan((budget.MONTH_BUDGET, budget.MONTH_BUDGET))


@pytest.mark.parametrize("reserve", [5.0, 0.0])
def test_compacting_drops_only_those_who_are_gone(reserve: float):
    c = toy_community(households=60)
    size = c.person.size
    gone = np.flatnonzero(c.person["present"] == 1)[::7]
    c.person["present"][gone], c.person["exit"][gone] = 0, 2
    homes = np.flatnonzero(c.household["present"] == 1)[::9]
    c.household["present"][homes] = 0
    inside = np.isin(c.person["household"], homes)
    c.person["present"][inside] = 0
    keys = sorted(c.person["key"][c.person["present"] == 1].tolist())
    stays = c.household["present"] == 1
    tied = {
        int(c.household["key"][r]): [
            int(c.household["key"][t]) for t in c.ties.index[c.ties.indptr[r] : c.ties.indptr[r + 1]] if stays[t]
        ]
        for r in np.flatnonzero(stays)
    }
    owner = {
        int(c.person["key"][r]): int(c.household["key"][c.person["household"][r]]) for r in np.flatnonzero(c.person["present"])
    }
    c.compact(reserve)
    assert (c.person.size == size) == (reserve == 0.0)  # closed up where it lies if there is room for a year
    assert sorted(c.person["key"][c.person["present"] == 1].tolist()) == keys
    spare = np.setdiff1d(np.arange(c.person.size), c.person.rows_in_use())
    assert not c.person["present"][spare].any() and (c.person["household"][spare] == NONE).all()
    assert c.person.used.sum() == len(keys)
    assert c.household.used.sum() == len(tied)
    for r in np.flatnonzero(c.household["present"] == 1):
        links = c.ties.index[c.ties.indptr[r] : c.ties.indptr[r + 1]]
        assert [int(c.household["key"][t]) for t in links] == tied[int(c.household["key"][r])]
    for r in np.flatnonzero(c.person["present"] == 1):
        assert int(c.household["key"][c.person["household"][r]]) == owner[int(c.person["key"][r])]


def test_a_lever_by_row_is_composed_once_until_somebody_moves_it_or_rows_move():
    book = LeverBook(evidence.draw(None))
    dose = np.array([0.0, 0.5, 1.0, 0.25], np.float32)
    book.move(Move("aware_add", "add", 0.02, dose, "G01"))
    once = book.by_row("aware_add", 4)
    assert book.by_row("aware_add", 4) is once
    np.testing.assert_array_equal(once, np.float32(0.02 * dose.astype(float)))
    np.testing.assert_array_equal(book.fill("aware_add", slice(1, 3), np.empty(2, np.float32)), once[1:3])
    book.move(Move("aware_add", "add", 0.01, dose, "G02"))
    assert book.by_row("aware_add", 4)[2] > once[2]
    book.relay("household", np.array([3, 2, 1, 0]), 4)
    np.testing.assert_array_equal(book.by_row("aware_add", 4)[::-1] > 0, dose > 0)
    book.clear()
    assert book.flat("aware_add", 4) is not None
