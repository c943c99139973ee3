"""What the page of one family says beside its lanes."""

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from hecsim.study import Results, Store, Study
from hecsim.web import cache
from hecsim.web.plan import LAW, MIX, study_of
from hecsim.web.reached import reached
from hecsim.web.state import parse
from hecsim.web.story import numbers, standing, touched


@pytest.fixture(scope="module")
def study(kept: str) -> Study:
    """The study of `kept`."""
    found = study_of(parse("t=Hartford&n=500&m=M1"))
    assert found is not None
    found = replace(found, years=2, community=replace(found.community, households=200))
    assert cache.key_of(found) == kept
    return found


def test_what_reached_the_family_is_what_its_diary_says(kept: str, study: Study) -> None:
    diary = Results.read(Store(cache.folder(kept)), 2).diary
    for future in (0, 1):
        found = {f["id"]: f for f in reached(study, future)}
        assert list(found) == [iv.id for iv in study.arms[1].interventions]
        months = diary[(diary["future"] == future) & (diary["arm"] == MIX)].drop_duplicates("month")
        for name, f in found.items():
            told = months[months["helped_by"].map(lambda text, name=name: name in text.split("; "))]["month"]
            assert f["work"] == len(told)
            assert f["first"] == (told.min() if len(told) else -1)
            assert 0 <= f["meant"] <= f["lived"] <= 12
            assert max(f["waited"], f["served"]) <= f["lived"]


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_way_of_not_being_reached_has_its_sentence(language: str) -> None:
    plain = {"id": "G10", "start": 12, "reach": 0.25, "everybody": False, "lived": 10, "meant": 4, "work": 0, "first": -1,
             "waited": 0, "served": 0, "left": False}  # fmt: skip
    ways: list[dict[str, Any]] = [
        {}, {"work": 3, "first": 13}, {"served": 2}, {"meant": 0}, {"waited": 2}, {"left": True},
        {"everybody": True}, {"everybody": True, "meant": 0}, {"lived": 0, "meant": 0},
    ]  # fmt: skip
    told = [touched([{**plain, **w}], language)[0]["told"] for w in ways]
    assert len(set(told)) == len(told) - 1  # a rule that is for nobody here is told as any other that is not for them
    assert not any("{" in t for t in told)
    assert "25%" in told[0]
    assert ("February 2026" if language == "en" else "febrero de 2026") in told[1]


def test_parts_that_reached_the_family_come_first() -> None:
    found = [{"id": i, "start": 12, "reach": 0.2, "everybody": False, "lived": 9, "meant": 9, "work": w, "first": 12,
              "waited": 0, "served": 0, "left": False} for i, w in (("P01", 0), ("S03", 9), ("no", 5), ("G10", 2))]  # fmt: skip
    assert [r["id"] for r in touched(found, "en")] == ["S03", "G10", "P01"]


@pytest.mark.parametrize(
    ("apart", "said"),
    [({0: 0, 1: 2, 2: 0}, "In 2 of 3 futures, this one among them, every event is the same"), ({0: 1, 1: 2}, "in all 2"),
     ({0: 3, 1: 0}, "In 1 of 2 futures, this one among them, some event differs"), ({0: 0, 1: 0}, "In all 2 futures every")],
)  # fmt: skip
def test_the_reader_knows_which_of_how_many_futures_is_shown(apart: dict[int, int], said: str) -> None:
    assert said in standing(apart, 0, "en")
    assert standing(apart, 0, "es") != standing(apart, 0, "en")


def test_numbers_are_told_only_where_the_lanes_part() -> None:
    columns = {"savings": 0.0, "arrears": 0.0, "hardship": 0.1, "food_security": 0, "caregiver_stress": 0.2, "support": 0.0}
    rows = [{"future": 0, "arm": a, "month": m, "income": 1000.0, **columns} for a in (LAW, MIX) for m in range(12)]
    diary = pd.DataFrame(rows)
    assert numbers(diary, 0, (LAW, MIX), "en") == []
    diary.loc[(diary["arm"] == MIX) & (diary["month"] > 5), ["income", "food_security"]] = [1500.0, 1]
    assert numbers(diary, 0, (LAW, MIX), "en") == [
        ["Income over all years", "$12,000", "$15,000"], ["Months without enough food", "0", "6"],
    ]  # fmt: skip
    assert numbers(diary, 1, (LAW, MIX), "en") == []
