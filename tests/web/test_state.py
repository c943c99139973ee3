"""The URL is anybody's: whatever it says, the state is within bounds and the page is drawn."""

import re
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hecsim.interventions import catalogue, mixes
from hecsim.web import state as module
from hecsim.web.state import FUTURES, HOUSEHOLDS, LANGUAGES, MAX_TOWNS, YEARS, State, of_mix, parse, query, towns, updated

HOSTILE = [
    "",
    "?",
    "&&&",
    "=",
    "t",
    "t=",
    "%",
    "%00",
    "%ff%fe",
    "t=%3Cscript%3Ealert(1)%3C/script%3E",
    "t=Hartford%00",
    "t=../../etc/passwd",
    "n=-1",
    "n=1e9",
    "n=99999999999999999999",
    "n=0x10",
    "n=１０００",
    "n=1000&n=4000",
    "y=0",
    "y=1000000",
    "y=nan",
    "y=5.5",
    "f=inf",
    "m=M0",
    "m=m1",
    "m=__class__",
    "m=M1'; DROP TABLE",
    "iv=P01",
    "iv=P01.999.999",
    "iv=P01.-5.-5",
    "iv=P01.50.1,P01.60.2",
    "iv=....",
    "iv=" + ",".join(["P01.1.1"] * 5000),
    "iv=ZZZ.1.1",
    "iv=P01.1e3.2e3",
    "lang=de",
    "lang=en%0d%0aSet-Cookie:x",
    "lang=../es",
    "&".join(f"a{i}=1" for i in range(500)),
    "t=" + ",".join(["Hartford"] * 9000),
    "x" * 100_000,
]


def sound(state: State) -> None:
    assert 1 <= len(state.towns) <= MAX_TOWNS
    assert set(state.towns) <= set(towns())
    assert len(set(state.towns)) == len(state.towns)
    assert state.households in HOUSEHOLDS
    assert state.years in YEARS
    assert state.futures in FUTURES
    assert state.lang in LANGUAGES
    assert state.mix == "" or state.mix in mixes()
    ids = [p.id for p in state.picks]
    assert ids == [i for i in catalogue() if i in ids]
    assert all(1 <= p.reach <= 100 and 0 <= p.start < state.years for p in state.picks)


@pytest.mark.parametrize("search", HOSTILE)
def test_hostile_queries_give_a_sound_state(search: str) -> None:
    sound(parse(search))


@given(st.text(max_size=300))
def test_any_text_gives_a_sound_state(search: str) -> None:
    sound(parse(search))


@given(st.dictionaries(st.sampled_from(["t", "n", "y", "f", "m", "iv", "lang"]), st.text(max_size=60)))
def test_any_values_of_known_fields_give_a_sound_state_that_survives_the_url(fields: dict[str, str]) -> None:
    state = parse(urlencode(fields))
    sound(state)
    assert parse(query(state)) == state


def test_none_and_no_query_are_the_default() -> None:
    assert parse(None) == parse("") == State()


@pytest.mark.parametrize("mix", [m.id for m in mixes().values() if len(m)])
@pytest.mark.parametrize("years", YEARS)
def test_a_ready_made_mix_needs_only_its_name(mix: str, years: int) -> None:
    state = parse(f"m={mix}&y={years}")
    assert state.years >= years
    assert all(p.start < state.years for p in state.picks)
    assert {p.id for p in state.picks} == {iv.id for iv in mixes()[mix]}
    assert not state.changed
    assert "iv=" not in query(state)


def test_a_state_with_everything_survives_the_url() -> None:
    state = parse("t=Hartford,New+Haven&n=2000&y=9&f=16&m=M2&lang=es")
    state = updated(state, {"pick": {"id": "P01", "reach": 37, "start": 4}})
    assert state.changed
    assert parse(query(state)) == state
    assert ("P01", 37, 4) in [(p.id, p.reach, p.start) for p in state.picks]


def test_a_query_holds_only_plain_characters() -> None:
    state = updated(parse("t=New+Haven&m=M1"), {"pick": {"id": "N01"}})
    assert re.fullmatch(r"[A-Za-z0-9=&,.+%_-]*", query(state))


def test_taking_everything_away_leaves_an_empty_mix_that_survives_the_url() -> None:
    state = parse("m=M5")
    for pick in state.picks:
        state = updated(state, {"pick": {"id": pick.id, "on": False}})
    assert state.picks == ()
    assert state.mix == ""
    assert parse(query(state)) == state


CHANGES = [
    None,
    7,
    "x",
    [],
    {},
    {"towns": "Hartford"},
    {"towns": [None, 3, {"a": 1}]},
    {"towns": ["Hartford"] * 10_000},
    {"years": None},
    {"years": [5]},
    {"mix": ["M1"]},
    {"mix": None},
    {"pick": "P01"},
    {"pick": {"id": None}},
    {"pick": {"id": ["P01"]}},
    {"pick": {"id": "P01", "reach": None, "start": {}}},
    {"pick": {"id": "P01", "reach": "200", "start": "-1"}},
    {"lang": ["es"]},
    {"lang": "xx"},
    {"households": "9" * 500},
    {"futures": True},
]


@pytest.mark.parametrize("change", CHANGES)
def test_hostile_changes_give_a_sound_state(change: object) -> None:
    sound(updated(parse("m=M1&y=6"), change))


def test_a_pick_keeps_its_reach_when_only_its_start_changes() -> None:
    state = updated(parse(""), {"pick": {"id": "G04", "reach": 55}})
    state = updated(state, {"pick": {"id": "G04", "start": 3}})
    assert [(p.id, p.reach, p.start) for p in state.picks] == [("G04", 55, 3)]


def test_a_mix_can_reach_everyone_and_go_back() -> None:
    whole = updated(State(), {"mix": "M1", "years": 10})
    wide = updated(whole, {"everyone": True})
    assert {p.reach for p in wide.picks} == {100} and module.reaches_everyone(wide) and wide.changed
    assert [p.start for p in wide.picks] == [p.start for p in whole.picks]
    assert updated(wide, {"everyone": False}) == whole
    assert updated(State(), {"everyone": True}) == State()
    assert updated(whole, {"everyone": "yes"}) == whole


def test_fewer_years_pull_starts_inside_the_horizon() -> None:
    state = updated(parse("y=10"), {"pick": {"id": "G04", "start": 9}})
    state = updated(state, {"years": 5})
    assert [p.start for p in state.picks] == [4]


def test_more_years_leave_an_unchanged_mix_unchanged() -> None:
    state = updated(parse("m=M1&y=5"), {"years": 10})
    assert state.picks == of_mix("M1", 10)


def test_the_limits_are_those_of_the_catalogue() -> None:
    assert len(module.towns()) == 169
