"""Loops that have run are ready, and what is asked for is what the month calls."""

import gc
import json
import os

from click.testing import CliRunner

from hecsim import evidence
from hecsim.cli import main
from hecsim.engine import Engine
from hecsim.processes import settle_births, settle_couples, settle_moves, settle_splits
from hecsim.processes.plan import MONTH
from hecsim.study.rehearsal import get_ready, rehearse
from hecsim.warmup import AUXILIARY, WarmUp, cold, expected, signatures, warm_up
from hecsim.web import worker


def test_a_month_leaves_nothing_to_compile(small_hartford):
    community = small_hartford.copy()
    Engine(MONTH, evidence.draw(None), 3).step(community)
    wanted = signatures(community)
    assert [name for name, _ in wanted] == [p.name for p in MONTH if p.scope != "structural"]
    # Called in the month with exactly these types, so that they are in memory or linked from what lies on disk.
    assert cold(wanted) == []
    assert warm_up(community) == 0


def test_types_are_known_before_there_is_a_community(small_hartford):
    assert expected() == signatures(small_hartford)
    asked = {a.key for p in MONTH for a in p.arguments if a.kind == "auxiliary"}
    assert set(AUXILIARY) <= asked


def test_helpers_that_are_not_needed_any_more_end(monkeypatch, tmp_path):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr("hecsim.warmup.cold", lambda wanted: wanted[:2])
    before = gc.get_threshold()
    with WarmUp(helpers=1) as warm:
        helpers = list(warm._started)
        assert [h.poll() for h in helpers] == [None]
    assert helpers[0].poll() is not None
    assert gc.get_threshold() == before and gc.get_freeze_count() == 0


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
        small_hartford.copy(), progress=lambda k, n: told.append((k, n)), meanwhile=lambda tell: done.append(tell()), helpers=1
    )
    assert made == 2 and done == [None]
    assert told[0] == (0, 2) and told[-1] == (2, 2)


def test_what_is_ready_is_not_made_again(monkeypatch):
    monkeypatch.setattr("hecsim.warmup.cold", lambda wanted: [])
    monkeypatch.setattr("hecsim.study.rehearsal.build_community", lambda *_, **__: 1 / 0)  # nothing is built either
    told = []
    assert get_ready(lambda done, of: told.append(done)) == 0
    assert told == []
    found = CliRunner().invoke(main, ["compile", "--json"])
    assert found.exit_code == 0 and json.loads(found.stdout)["loops"] == 0
    assert worker.warm(compiling=True) == os.getpid()
