"""The board's order of work, with a pool whose tasks end when the test says so."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hecsim.interventions import find
from hecsim.study import Arm, Study
from hecsim.web import baseline, cache, worker
from hecsim.web.jobs import Board
from hecsim.web.plan import MIX, law_of
from hecsim.web.state import parse
from hecsim.web.turns import seat


class Hand(Board):
    """Hands out tasks that never run by themselves."""

    def __init__(self) -> None:
        super().__init__(workers=2)
        self.given: list[tuple[int, Callable[..., Any], tuple[Any, ...], Future[Any]]] = []

    def _submit(self, at: int, function: Any, *args: Any) -> Future[Any]:
        task: Future[Any] = Future()
        self.given.append((at, function, args, task))
        return task

    def open(self, function: Callable[..., Any]) -> list[tuple[int, tuple[Any, ...], Future[Any]]]:
        """Tasks of a kind that nobody has ended."""
        return [(at, args, task) for at, f, args, task in self.given if f is function and not task.done()]


@pytest.fixture
def board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hand:
    monkeypatch.setenv("HECSIM_CACHE", str(tmp_path))
    return Hand()


@pytest.fixture
def study() -> Study:
    law = law_of(parse("t=Waterbury&n=4000&f=4"))
    return replace(law, arms=(*law.arms, Arm(name=MIX, interventions=(find("P01")(),))))


def begin(board: Hand, study: Study) -> tuple[str, str]:
    small = baseline.small(study)
    assert small is not None
    first = board.start(small, "a", baseline.DRAFT)
    return first, board.start(study, "a", after=first)


def test_the_town_waits_for_its_draft_and_each_future_keeps_its_seat(board: Hand, study: Study) -> None:
    first, key = begin(board, study)
    assert board.look(key).stage == "waiting"
    [(_, _, task)] = board.open(worker.prepare)
    task.set_result([])
    assert [(at, args[2]) for at, args, _ in board.open(worker.live)] == [(seat(i, 2), i) for i in baseline.DRAFT]
    for _, args, task in board.open(worker.live):
        task.set_result(args[2])
    assert board.look(first).stage == "done"
    assert board.look(key).stage == "building"
    board.open(worker.prepare)[0][2].set_result([2])  # one future is kept already
    assert [args[2] for _, args, _ in board.open(worker.live)] == [0, 1, 3]
    for _, args, task in board.open(worker.live):
        task.set_result(args[2])
    assert board.look(key).stage == "done"
    assert board.look(key).share == 1.0


def test_the_town_goes_on_when_its_draft_fails(board: Hand, study: Study) -> None:
    first, key = begin(board, study)
    board.open(worker.prepare)[0][2].set_exception(ValueError("no memory"))
    assert board.look(first).stage == "failed"
    assert board.look(key).stage == "building"


def test_what_is_canceled_ends_for_the_last_who_waits_and_runs_again(board: Hand, study: Study) -> None:
    key = board.start(study, "a")
    board.start(study, "b")
    board.cancel(key, "a")
    assert board.look(key).busy
    board.cancel(key, "b")
    assert board.look(key).stage == "canceled"
    board.start(study, "a")
    assert board.look(key).stage == "building"


def test_what_is_lived_ahead_gives_way_to_a_run_and_is_not_told_as_one(board: Hand, study: Study) -> None:
    small = baseline.small(study)
    assert small is not None
    board.ready([(small, baseline.DRAFT), (study, ())], "a")
    assert board.is_ready(study) is False
    assert board.queue() == ()
    board.open(worker.prepare)[0][2].set_result([])
    assert [args[1] for _, args, _ in board.open(worker.ready)] == list(baseline.DRAFT)
    key = board.start(study, "b")
    assert board.is_ready(study) is None  # stopped
    assert board.look(key).busy
    assert [row[0] for row in board.queue()] == [cache.key_of(study)]
    board.ready([(study, ())], "a")  # nothing is begun while somebody waits
    assert board.is_ready(study) is None


def test_what_was_lived_ahead_is_ready_for_the_next_visitor_too(board: Hand, study: Study) -> None:
    board.ready([(study, ())], "a")
    board.open(worker.prepare)[0][2].set_result([])
    for _, args, task in board.open(worker.ready):
        task.set_result(args[1])
    assert board.is_ready(study) is True
    before = len(board.given)
    board.ready([(study, ())], "b")
    assert len(board.given) == before


def test_a_guess_is_taken_over_by_who_asks_and_gives_way_to_anything_else(board: Hand, study: Study) -> None:
    small = baseline.small(study)
    assert small is not None
    assert not board.guess(small, "a", baseline.DRAFT)
    assert board.look(cache.key_of(small)) is None  # nobody is told of what nobody asked for
    board.open(worker.prepare)[0][2].set_result([])
    lived = board.open(worker.live)
    assert [args[2] for _, args, _ in lived] == list(baseline.DRAFT)
    first, _ = begin(board, study)  # the same draft, asked for now
    assert board.open(worker.live) == lived
    assert board.look(first).busy

    other = replace(small, arms=(small.reference, Arm(name=MIX, interventions=(find("P05")(),))))
    assert not board.guess(other, "a", baseline.DRAFT)
    assert [args[2] for _, args, _ in board.open(worker.live)] == [0, 2]  # nothing is begun beside a run


def test_the_next_guess_of_a_visitor_replaces_the_one_before_and_a_finished_one_stays(board: Hand, study: Study) -> None:
    small = baseline.small(study)
    assert small is not None
    board.guess(small, "a", baseline.DRAFT)
    other = replace(small, arms=(small.reference, Arm(name=MIX, interventions=(find("P05")(),))))
    board.guess(other, "a", baseline.DRAFT)
    assert [args[0].arms[1] for _, args, _ in board.open(worker.prepare)] == [other.arms[1]]
    board.open(worker.prepare)[0][2].set_result([0, 2])  # both futures are kept on disk
    assert board.guess(other, "a", baseline.DRAFT)


def test_a_page_loaded_again_takes_over_its_run(board: Hand, study: Study) -> None:
    key = board.start(study, "before")
    board.leave("before", grace=3600.0)
    assert board.look(key).busy
    board.join(key, "after")
    board.leave("before")  # the grace is over
    assert board.look(key).busy
    board.leave("after")
    assert board.look(key).stage == "canceled"
    board.join(key, "late")
    assert not board.look(key).busy
