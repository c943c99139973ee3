"""Current law that is kept beside a mix, and drafts from a smaller town: faster, and nothing else."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hecsim.interventions import find
from hecsim.study import Arm, Results, Store, Study, run_future
from hecsim.study.begun import forget, keep
from hecsim.web import baseline, cache, turns, worker
from hecsim.web.plan import LAW, MIX, law_of
from hecsim.web.state import parse
from tests.web.conftest import FUTURES


@pytest.fixture
def studies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Study, Study]:
    """Two mixes of one small town over two years, in a cache of their own."""
    monkeypatch.setenv("HECSIM_CACHE", str(tmp_path))
    law = law_of(parse("t=Waterbury&n=500"))
    law = replace(law, years=2, community=replace(law.community, households=150), futures=2)
    one, other = ((find("P01")(reach=0.6),), (find("P01")(reach=0.9), find("G04")()))
    return tuple(replace(law, arms=(*law.arms, Arm(name=MIX, interventions=m))) for m in (one, other))  # type: ignore[return-value]


def lived(study: Study) -> Results:
    folder = cache.folder(cache.key_of(study))
    worker.prepare(study, folder, 0)
    for index in FUTURES:
        worker.live(study, folder, index, 0)
    return Results.read(Store(folder))


def test_a_mix_beside_kept_current_law_gives_the_same_bits_as_one_lived_alone(studies: tuple[Study, Study]) -> None:
    one, other = studies
    lived(one)  # keeps current law
    assert Store(baseline.folder(other)).finished() == list(FUTURES)
    found = lived(other)
    forget()
    community = worker.community_of(other.community)
    for index in FUTURES:
        fresh = run_future(other, community, index)
        np.testing.assert_array_equal(np.asarray(found.sums[index]), fresh.sums)
        for arm in (LAW, MIX):
            both = (found.ledger[found.ledger["future"] == index], fresh.ledger)
            mine, other_ledger = (x.loc[x["arm"] == arm, "amount"].sum() for x in both)
            assert mine == other_ledger


def test_what_is_lived_ahead_is_what_a_run_would_have_lived(studies: tuple[Study, Study]) -> None:
    _, other = studies
    law = baseline.law_only(other)
    worker.prepare(law, baseline.folder(law), 0)
    keep(len(FUTURES))
    try:
        for index in FUTURES:
            worker.ready(baseline.with_some_mix(law), index, 0)
        held = lived(other)
    finally:
        keep(1)
        forget()
    fresh = run_future(other, worker.community_of(other.community), FUTURES[-1])
    np.testing.assert_array_equal(np.asarray(held.sums[len(FUTURES) - 1]), fresh.sums)


def test_a_study_of_another_place_or_horizon_has_another_current_law(studies: tuple[Study, Study]) -> None:
    one, other = studies
    assert baseline.folder(one) == baseline.folder(other)
    assert baseline.folder(replace(one, years=3)) != baseline.folder(one)
    assert baseline.folder(replace(one, seed=2)) != baseline.folder(one)


def test_a_draft_is_smaller_and_only_for_larger_towns() -> None:
    large = replace(law_of(parse("t=Waterbury&n=10000&f=8")))
    draft = baseline.small(large)
    assert draft is not None
    assert draft.community.households == baseline.SMALL
    assert {draft.future(i).draw for i in baseline.DRAFT} == {0, 1}  # two draws, so that there is a range
    assert baseline.small(law_of(parse("t=Waterbury&n=1000&f=8"))) is None


@pytest.mark.parametrize("futures", [1, 2, 4, 8, 16])
@pytest.mark.parametrize("workers", [1, 2, 3, 4])
def test_futures_are_spread_over_workers_and_take_every_draw_first(futures: int, workers: int) -> None:
    turn = turns.in_turn(futures)
    assert sorted(turn) == list(range(futures))
    law = law_of(parse("t=Waterbury"))
    first = turn[: (futures + 1) // 2]
    assert len({law.future(i).draw for i in first}) == len(first)
    load = [sum(turns.seat(i, workers) == w for i in turn) for w in range(workers)]
    assert max(load) - min(load) <= max(1, workers - 1)
