"""Studies in memory and in folders: failures, workers, what cannot be compared."""

from __future__ import annotations

import multiprocessing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import hecsim as hs
from hecsim.cli import write_tables
from hecsim.errors import RunError, ScenarioError, UnknownNameError
from hecsim.interventions import RightToCounsel
from hecsim.interventions.delivery import Run
from hecsim.study import Results, Store, Study, build, future, run_study
from study.support import files, write_study


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """The community of the small study, built once."""
    return build(Study.from_file(write_study(tmp_path_factory.mktemp("place"))).community)


@pytest.fixture
def quick(monkeypatch):
    """Futures that take no time: sums say which future and arm they are of; chosen ones fail."""
    real, bad = future.run_future, {}
    template = {}

    def fake(study, community, index, tick=None, arms=None):
        if index in bad:
            raise bad[index]
        if not template:
            template[0] = real(study, community, 0)
        found = template[0]
        chosen = [a for a, name in enumerate(found.arms) if arms is None or name in arms]
        names = tuple(found.arms[a] for a in chosen)
        return replace(found, index=index, sums=found.sums[chosen] + index, arms=names)

    monkeypatch.setattr(future, "run_future", fake)
    return bad


def test_a_failed_future_leaves_every_contrast_and_is_tried_again(tmp_path, place, quick):
    study = replace(Study.from_file(write_study(tmp_path)), futures=3)
    quick[1] = RunError("arm 'Counsel', future 1, month 4: no more rows")
    quick[2] = ZeroDivisionError("division by zero")  # a defect in one process must not end the others
    out = tmp_path / "out"
    results = run_study(study, out, community=place)
    assert results.futures == [0]
    assert results.failed == {1: str(quick[1]), 2: "ZeroDivisionError: division by zero"}
    assert set(results.summary()["futures"]) <= {0, 1}
    assert Results.read(Store(out)).failed == results.failed
    quick.clear()
    results = run_study(study, out, community=place)
    assert results.futures == [0, 1, 2]
    assert results.failed == {}
    assert not list((out / "failed").iterdir())


def test_every_future_failed(tmp_path, place, quick):
    study = Study.from_file(write_study(tmp_path))
    quick.update({0: RunError("first"), 1: RunError("second")})
    with pytest.raises(RunError, match="every future failed; the first said: first"):
        run_study(study, tmp_path / "out", community=place)
    assert list(Store(tmp_path / "out").failures()) == [0, 1]


def test_a_failure_names_arm_future_and_month(tmp_path, place, monkeypatch):
    study = Study.from_file(write_study(tmp_path))

    def broken(self):
        if self.mix and self.month == 3:
            raise FloatingPointError("not a number")
        self.community.clock.month += 1
        self.running = self.community.clock.month < 12

    monkeypatch.setattr(future.Life, "step", broken)
    with pytest.raises(RunError, match=r"arm 'Counsel \[and\] visits', future 0, month 3: FloatingPointError: not a number"):
        future.run_future(study, place, 0)


def test_places_that_do_not_exist_are_refused_before_anything_is_written(tmp_path, place):
    study = Study.from_file(write_study(tmp_path))
    arms = (study.arms[0], replace(study.arms[1], interventions=(RightToCounsel(start=0, places=("Northwst",)),)))
    with pytest.raises(UnknownNameError, match="Northwst"):
        run_study(replace(study, arms=arms), tmp_path / "out", community=place)
    assert not (tmp_path / "out").exists()


def test_neighborhoods_go_by_the_city_s_own_names(place):
    named = [i for i, n in enumerate(place.labels["city_neighborhood"]) if n == "Northeast"]
    inside = Run(RightToCounsel(places=("northeast",)), "P01", place).inside
    assert list(np.flatnonzero(inside)) == named
    one = Run(RightToCounsel(places=(place.labels["geoid"][named[0]],)), "P01", place).inside
    assert list(np.flatnonzero(one)) == named[:1]


def test_more_futures_extend_a_study_and_fewer_show_a_part(tmp_path, place):
    study = Study.from_file(write_study(tmp_path, futures=1))
    run_study(study, tmp_path / "a", community=place)
    first = files(tmp_path / "a", "*/0*")
    run_study(replace(study, futures=2), tmp_path / "a", community=place)
    both = files(tmp_path / "a", "*/0*")
    assert {k: both[k] for k in first} == first
    run_study(replace(study, futures=2), tmp_path / "b", community=place)
    assert files(tmp_path / "b", "*/0*") == both
    assert run_study(study, tmp_path / "a", community=place).futures == [0]


@pytest.mark.slow
def test_workers_do_not_change_a_byte(tmp_path):
    study = Study.from_file(write_study(tmp_path, futures=3, parameters="sampled"))
    for n in (1, 2):
        out = tmp_path / str(n)
        write_tables(Store(out), run_study(study, out, workers=n))
    one, two = tmp_path / "1", tmp_path / "2"
    assert {"difference_by_all", "ledger"} <= {Path(name).stem for name in files(one / "tables", "*.csv")}
    assert files(one / "tables", "*.csv") == files(two / "tables", "*.csv")
    assert files(one, "*/0*") == files(two, "*/0*")
    assert files(one, "manifest.json") == files(two, "manifest.json")
    assert multiprocessing.active_children() == []


@pytest.mark.slow
def test_failures_come_back_from_worker_processes(tmp_path, place):
    # An arm that no process can live: its levers do not exist.
    study = Study.from_file(write_study(tmp_path, futures=2))
    arms = (study.arms[0], replace(study.arms[1], interventions=(_Broken(start=0),)))
    with pytest.raises(RunError, match=r"every future failed; the first said: arm .* future 0, (start|month 0): "):
        run_study(replace(study, arms=arms), tmp_path / "out", workers=2, community=place)
    assert sorted(Store(tmp_path / "out").failures()) == [0, 1]


class _Broken(RightToCounsel):
    def moves(self, *_, **__):
        raise ArithmeticError("broken on purpose")


def test_scenarios_are_compared_in_memory():
    law = hs.Scenario(hs.CommunitySpec(households=400), years=1, burn_in=2)
    aid = law.with_interventions(RightToCounsel(start=0, ramp=0), name="counsel")
    results = hs.compare([law, aid], futures=2)
    assert results.arms == ["current law", "counsel"]
    assert results.sums.shape[:3] == (2, 2, 12)
    assert results.manifest["study"]["burn_in"] == 2
    assert set(results.summary(measures=["evictions"])["arm"]) == {"counsel"}


def test_a_community_in_memory_is_compared_as_itself(small_hartford, tmp_path):
    digest = small_hartford.digest()
    law = hs.Scenario(small_hartford, years=1, burn_in=0)
    results = hs.compare([law, law.with_interventions(RightToCounsel(start=0))], futures=1, out=tmp_path / "out")
    assert small_hartford.digest() == digest
    # The manifest describes what was simulated, not the default of a study file.
    assert results.manifest["study"]["community"] == {"name": small_hartford.name, "digest": digest}
    copies = [hs.Scenario(small_hartford.copy(), years=1), law.with_interventions(RightToCounsel(start=0))]
    Study.from_scenarios([replace_years(copies[0]), copies[1]])  # equal states are one community


def replace_years(s):
    return hs.Scenario(s.community, name=s.name, years=1, burn_in=0)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"years": 2}, "differ in their years"),
        ({"start_year": 2026}, "differ in their start year"),
        ({"burn_in": 0}, "differ in their burn in"),
        ({"community": hs.CommunitySpec(households=500)}, "differ in their community"),
    ],
)
def test_what_cannot_be_paired_is_refused(change, said):
    spec = hs.CommunitySpec(households=400)
    law = hs.Scenario(spec, years=1)
    other = {"community": spec, "years": 1, "name": "other", "interventions": [RightToCounsel(start=0)], **change}
    with pytest.raises(ScenarioError, match=said):
        hs.compare([law, hs.Scenario(other.pop("community"), **other)], futures=1)


def test_comparisons_without_current_law_or_without_anything():
    law = hs.Scenario("Hartford", years=2)
    with pytest.raises(ScenarioError, match="exactly one arm without interventions"):
        hs.compare([law.with_interventions(RightToCounsel())], futures=1)
    with pytest.raises(ScenarioError, match="needs scenarios"):
        hs.compare([], futures=1)
