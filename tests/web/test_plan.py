"""The study that a state asks for."""

import pytest

from hecsim.interventions import mixes
from hecsim.web.cache import key_of
from hecsim.web.plan import chosen, family_home, study_of
from hecsim.web.state import parse, updated


@pytest.mark.parametrize("mix", [m.id for m in mixes().values() if len(m)])
def test_a_ready_made_mix_is_run_as_it_stands(mix: str) -> None:
    assert {iv.id: iv for iv in chosen(parse(f"m={mix}"))} == {iv.id: iv for iv in mixes()[mix]}


def test_reach_and_start_of_a_pick_reach_the_intervention() -> None:
    state = updated(parse("m=M1&y=8"), {"pick": {"id": "G10", "reach": 60, "start": 3}})
    found = {iv.id: iv for iv in chosen(state)}
    assert found["G10"].reach == pytest.approx(0.6)
    assert found["G10"].start == 36
    assert found["S03"] == {iv.id: iv for iv in mixes()["M1"]}["S03"]


def test_nothing_picked_is_no_study() -> None:
    assert study_of(parse("t=Hartford")) is None


def test_language_and_futures_share_results_and_everything_else_does_not() -> None:
    def key(search: str) -> str:
        study = study_of(parse(search))
        assert study is not None
        return key_of(study)

    base = key("m=M1")
    assert key("m=M1&lang=es") == key("m=M1&f=16") == base
    others = {key("m=M2"), key("m=M1&y=6"), key("m=M1&n=500"), key("m=M1&t=Bridgeport"), key("iv=P01.50.1")}
    assert len(others) == 5
    assert base not in others


def test_the_family_lives_where_its_story_says_or_in_a_poor_tract_of_the_first_town() -> None:
    assert family_home(("Hartford",)) == "Northeast"
    assert family_home(("Bridgeport",)).isdigit()
    assert family_home(("Andover", "Hartford")) == "Northeast"
