"""Loops that have run are ready, and what is asked for is what the month calls."""

from hecsim import evidence
from hecsim.engine import Engine
from hecsim.processes import settle_births, settle_couples, settle_moves, settle_splits
from hecsim.processes.plan import MONTH
from hecsim.study.rehearsal import rehearse
from hecsim.warmup import cold, signatures, warm_up


def test_a_month_leaves_nothing_to_compile(small_hartford):
    community = small_hartford.copy()
    Engine(MONTH, evidence.draw(None), 3).step(community)
    wanted = signatures(community)
    assert [name for name, _ in wanted] == [p.name for p in MONTH if p.scope != "structural"]
    kernels = {p.name: p.kernel for p in MONTH}
    # Called in the month with exactly these types, so one compiled version each.
    assert [name for name, types in wanted if types not in kernels[name].overloads] == []
    assert cold(wanted) == []
    assert warm_up(community) == 0


def test_a_rehearsal_calls_what_happens_rarely_and_leaves_the_community_alone(small_hartford):
    community = small_hartford.copy()
    before = community.digest()
    rehearse(community)
    assert community.digest() == before
    rare = (settle_births._born, settle_couples._meet, settle_splits._found, settle_moves._open)
    assert all(loop.overloads for loop in rare)


def test_helpers_share_what_is_to_be_made(small_hartford, monkeypatch, tmp_path):
    # A cache of its own, so that everything is to be made; two loops only, so that the test is quick.
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr("hecsim.warmup.cold", lambda wanted: wanted[7:9])
    told, done = [], []
    made = warm_up(
        small_hartford.copy(), progress=lambda k, n: told.append((k, n)), meanwhile=lambda: done.append(1), helpers=1
    )
    assert made == 2 and done == [1]
    assert told[0] == (0, 2) and told[-1] == (2, 2)
