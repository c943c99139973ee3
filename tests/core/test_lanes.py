"""Threads that work side by side."""

import os
import threading

import numpy as np
import pytest

from hecsim import evidence
from hecsim.engine import Engine
from hecsim.lanes import Lanes
from hecsim.population import build_community
from hecsim.processes.plan import MONTH


def test_every_part_is_done_once():
    for threads, parts in ((1, 5), (2, 5), (4, 2), (3, 0)):
        done = []
        Lanes(threads).each(done.append, range(parts))
        assert sorted(done) == list(range(parts))


def test_lanes_are_numbered_and_work_at_the_same_time():
    meet = threading.Barrier(3, timeout=20)  # nobody passes before three are there
    assert Lanes(3).run(lambda lane: meet.wait() * 0 + lane) == [0, 1, 2]
    assert Lanes(3).run(lambda lane: lane, most=2) == [0, 1]


@pytest.mark.parametrize("bad", [0, 1])
def test_a_problem_in_any_lane_is_raised_after_all_have_finished(bad):
    finished = []

    def work(lane: int) -> None:
        if lane == bad:
            raise ValueError("lost")
        finished.append(lane)

    with pytest.raises(ValueError, match="lost"):
        Lanes(2).run(work)
    assert finished == [1 - bad]


def test_ranges_cover_all_rows_and_small_tables_stay_whole():
    assert Lanes(4).ranges(100, least=200) == [slice(0, 100)]
    cut = Lanes(3).ranges(10_001, least=10)
    assert len(cut) == 3 and np.concatenate([np.arange(10_001)[r] for r in cut]).tolist() == list(range(10_001))
    many = Lanes(2).ranges(1_000, least=10, most=130)
    assert len(many) == 8 and max(r.stop - r.start for r in many) <= 130
    assert np.concatenate([np.arange(1_000)[r] for r in many]).tolist() == list(range(1_000))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_process_starts_threads_of_its_own():
    lanes = Lanes(2)
    lanes.run(lambda lane: lane)
    child = os.fork()
    if child == 0:
        os._exit(0 if lanes.run(lambda lane: lane) == [0, 1] else 1)
    assert os.waitpid(child, 0)[1] == 0


def test_two_threads_settle_and_tie_to_the_same_bits(monkeypatch):
    whole = Lanes.ranges
    monkeypatch.setattr(Lanes, "ranges", lambda self, rows, least=0: whole(self, rows, 16))  # also in a small place
    place, lived = build_community("Hartford", households=300, block_persons=180), []
    for threads in (1, 2, 3):
        community, engine = place.copy(), Engine(MONTH, evidence.draw(None), 11, threads=threads)
        for _ in range(3):
            engine.step(community)
        lived.append(community.digest())
    assert len(set(lived)) == 1
